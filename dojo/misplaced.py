"""Katas that were written beside their stub, which is the one that Python takes."""

from dojo import course, source


def hints(katas):
    """{kata: where else in its file it stands} for those of these stubs that were written so."""
    found = {}
    for kata in katas:
        path = course.ROOT / kata.file
        if path not in found:
            found[path] = list(source.marked_definitions(path)) if path.exists() else []
    texts = {kata: _hint(kata, found[course.ROOT / kata.file]) for kata in katas}
    return {kata: text for kata, text in texts.items() if text}


def _hint(kata, definitions):
    same = [line for name, _, line in definitions if name == kata.name]
    if len(same) > 1:
        return f"it stands in line {same[0]} too, but the stub below it counts: delete the stub"
    owner, _, short = kata.name.rpartition(".")
    for name, mark, line in definitions:
        if owner and name == short and not mark:
            return f"{short} stands in line {line} too, but outside of class {owner}"
    return ""
