"""After an update: what the course has moved or replaced is settled in the learner's clone.

A kata that moves to another section, file or phase gets a line in MOVES. What a learner wrote for
it, and what is remembered of it, then goes with it.
"""

import re

from dojo import course, files, git, source, store, stubs

# what it was called, the module it stood in, and what it is called now; the oldest move first
MOVES = tuple(
    (f"4.4 {name}", f"phase4_llms/{module}.py", f"{section} {name}")
    for section, module, names in (
        (
            "5.1",
            "experts",
            "put_rows MixtureOfExperts.__init__ MixtureOfExperts.route MixtureOfExperts.__call__ "
            "load_balance_loss",
        ),
        ("5.2", "lora", "LoRA.__init__ LoRA.__call__ LoRA.merge trainable"),
        ("5.3", "quantization", "quantize_int8 dequantize"),
    )
    for name in names.split()
)

_UPDATE = re.compile(r"Merge commit '[0-9a-f]+'")  # no other merge of the course has this subject


def settle():
    """Carry moved katas along, and take the specs as the update brings them; a line for each."""
    store.rename({was: now for was, _, now in MOVES})
    done = [line for was, module, now in MOVES for line in _carried(was, module, now)]
    for module in dict.fromkeys(module for _, module, _ in MOVES):
        path = course.ROOT / "katas" / module
        if module not in course.modules() and path.exists() and not _work_left(path, module):
            kept = _set_aside(path)
            path.unlink()
            done.append(f"katas/{module} is no more, its katas have moved (as it was: {kept})")
    return [*done, *_newest_specs()]


def _carried(was, module, now):
    """Bring the code of one kata from where it stood to where it stands now."""
    if now not in course.kata_ids():
        return  # a course without that section
    old_path, kata = course.ROOT / "katas" / module, course.find_kata(now)
    new_path, old_name = course.ROOT / kata.file, was.split()[-1]
    try:
        old_text, new_text = source.read(old_path), source.read(new_path)
        old = source.definitions(old_text).get(old_name)
        new = source.definitions(new_text).get(kata.name)
    except (OSError, SyntaxError):
        return  # there is no such file, or nobody can say what stands in it: it stays
    if old is None or new is None or (old_path, old_name) == (new_path, kata.name):
        return
    if not stubs.is_stub(old):
        if not stubs.is_stub(new):
            return  # both were written: neither is thrown away
        after = source.replaced(new_text, new, _renamed(old.source, old_name, kata))
        kept = _set_aside(new_path)
        files.write_whole(new_path, after)
        yield f"{kata.file}: {kata.name} is what you wrote for {was} (as it was: {kept})"
    if old_path != new_path and module in course.modules():
        _set_aside(old_path)
        files.write_whole(old_path, source.replaced(old_text, old, ""))


def _renamed(text, old_name, kata):
    """The source of a kata under its new name and section."""
    old, new = old_name.split(".")[-1], kata.name.split(".")[-1]
    text = re.sub(rf"\bdef {old}\(", f"def {new}(", text, count=1)
    return re.sub(r"# kata \d\.\d", f"# kata {kata.section}", text, count=1)


def _work_left(path, module):
    """True if a file holds a moved kata that was written and is not in its new place."""
    try:
        there = source.definitions(source.read(path))
    except SyntaxError:
        return True
    for was, old_module, now in MOVES:
        old = there.get(was.split()[-1])
        if old_module == module and old and not stubs.is_stub(old):
            kata = course.find_kata(now)
            new = source.definitions(source.read(course.ROOT / kata.file)).get(kata.name)
            if new is None or stubs.is_stub(new):
                return True
    return False


def _newest_specs():
    """Where an update has just been merged: its specs, whatever the learner noted in theirs."""
    try:
        if not _UPDATE.match(git.text("log", "-1", "--format=%s")):
            return
    except OSError:
        return
    base = git.text("merge-base", "HEAD^1", "HEAD^2")
    for path in sorted((course.ROOT / "katas").glob("phase*/*.py")):
        name = path.relative_to(course.ROOT).as_posix()
        if not course.is_specs(path.stem):
            continue
        newest = git.file_at("HEAD^2", name)
        is_own = newest is None and git.file_at(base, name) is None
        if is_own or newest == path.read_text(encoding="utf-8"):
            continue
        kept = _set_aside(path)
        if newest is None:
            path.unlink()
            yield f"{name} is no more (with your notes in it: {kept})"
        else:
            files.write_whole(path, newest)
            yield f"{name} is the newest again (with your notes in it: {kept})"


def _set_aside(path):
    """Keep a file as it is; the place where it is kept, from the root of the course."""
    text = path.read_text(encoding="utf-8", errors="replace")
    kept = files.keep(text, f"{path.parent.name}-{path.name}")
    return kept.relative_to(course.ROOT).as_posix()
