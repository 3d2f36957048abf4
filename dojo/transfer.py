"""Progress that travels: what you wrote and what is remembered of it, in one file.

The file is JSON: {"course": MARK, "version", "records": {"progress": what .dojo/progress.json
holds, …}, "katas": {"phase1_autodiff/value.py": its text}} for the modules that somebody began.
"""

import json
from pathlib import Path

from dojo import commands, course, files, source, store, stubs

MARK, VERSION = "neural network katas", 1
RECORDS = ("progress", "skipped", "hints", "quiz", "review")


class Unusable(Exception):
    """A file that holds no progress; the text says why."""


def export_command(path):
    """Write everything into one file; 0, or 1 if there is another sort of file already."""
    path = Path(path).expanduser()
    if path.exists():
        try:
            _opened(path)
        except Unusable as error:
            print(f"{error}; it stays as it is: choose another name")
            return 1
    packed = _packed()
    files.write_whole(path, packed)
    there = json.loads(packed)["katas"]
    print(f"{path}: your progress, and what you wrote in {len(there)} of the files in katas/")
    print(f"on another machine: {commands.typed('progress', IMPORT=path.name)}")
    return 0


def import_command(path):
    """Take what such a file holds and is not here yet; 1 if it is no such file.

    A file of katas that nobody began here is taken whole. Where both differ, the one here stays
    and the other is put aside, with what was remembered of it. Of two records the newer counts,
    and those that were here are put aside too.
    """
    try:
        packed = _opened(Path(path).expanduser())
    except Unusable as error:
        print(f"{error}; nothing was changed")
        return 1
    kept = files.keep(_packed(), "before-import.json")
    taken = {module for module, text in packed["katas"].items() if _takes(module, text)}
    if taken and course.has_reference():
        for line in stubs.write():  # from an older course, with fewer katas
            print(f"brought up to date: {line}")
    number = _take_records(packed["records"], taken)
    print(f"{number} katas have a newer result than here; what was here is kept in {_shown(kept)}")
    print(f"to see that all of it is so here, too: {commands.typed('test')}")
    return 0


def _packed():
    """All there is, as the text of a file."""
    katas = {}
    for module in course.modules():
        path = course.ROOT / "katas" / module
        if path.is_file() and _is_begun(text := _text(path), module):
            katas[module] = text
    records = {name: store.load(name) for name in RECORDS}
    content = {"course": MARK, "version": VERSION, "records": records, "katas": katas}
    return json.dumps(content, indent=1) + "\n"


def _opened(path):
    """What such a file holds; Unusable if it is none."""
    try:
        content = json.loads(path.read_bytes())
        json.dumps(content, indent=1)  # what is too deep to be written again
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Unusable(f"{path} is no progress that was exported: it is not JSON") from None
    if not isinstance(content, dict) or content.get("course") != MARK:
        raise Unusable(f"{path} is no progress of this course")
    if content.get("version") != VERSION:
        raise Unusable(f"{path} is of another version of the course: update the older one")
    records, katas = content.get("records"), content.get("katas")
    whole = isinstance(records, dict) and isinstance(katas, dict)
    if not whole or not all(isinstance(record, dict) for record in records.values()):
        raise Unusable(f"{path} is damaged: records and katas have to be objects")
    if not all(isinstance(text, str) and _is_text(text) for text in katas.values()):
        raise Unusable(f"{path} is damaged: a file of katas has to be text")
    return content


def _takes(module, theirs):
    """True if a file of katas is here, now or before, as it is in the import."""
    if module not in course.modules():
        print(f"there is no katas/{module} here: {_shown(_aside(module, theirs))}")
        return False
    path = course.ROOT / "katas" / module
    ours = _text(path) if path.is_file() else ""
    if ours == theirs:
        return True
    if _is_begun(ours, module):
        print(f"katas/{module} stays yours; the other is {_shown(_aside(module, theirs))}")
        return False
    if ours:
        _aside(module, ours)
    files.write_whole(path, theirs)
    print(f"written: katas/{module}")
    return True


def _is_begun(text, module):
    """True if somebody has written one of the katas of a module; and if it does not parse."""
    try:
        found = source.definitions(text)
    except SyntaxError:
        return True
    return any(name in found and not stubs.is_stub(found[name]) for name in stubs.marks(module))


def _take_records(records, taken):
    """Add the imported records to those that are here; how many katas have another result now."""
    theirs = records.get("progress", {}).get("katas")
    there = {kata.id for kata in course.katas() if kata.module in taken}
    known = store.kata_results()
    newer = {
        key: result
        for key, result in (theirs if isinstance(theirs, dict) else {}).items()
        if key in there and _is_result(result) and _is_newer(result, known.get(key))
    }
    _add("skipped", records, lambda new, old: old is None)
    store.add_results(newer)
    _add("hints", records, lambda new, old: isinstance(new, int) and new > _number(old))
    _add("review", records, _is_newer)
    answers = store.settled(store.load("quiz"))
    for sitting, theirs in store.settled(records.get("quiz", {})).items():
        ours = answers.setdefault(sitting, {})
        ours |= {n: new for n, new in theirs.items() if _is_newer(new, ours.get(n))}
    store.save("quiz", answers)
    return len(newer)


def _is_result(entry):
    words = ("status", "when")
    return isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in words)


def _add(name, records, is_better):
    ours = store.load(name)
    better = {k: new for k, new in records.get(name, {}).items() if is_better(new, ours.get(k))}
    store.save(name, {**ours, **better})


def _is_newer(new, old):
    """True if an entry of a record is of a later time than another, or there is no other."""
    return isinstance(new, dict) and (not isinstance(old, dict) or _time(new) > _time(old))


def _number(entry):
    return entry if isinstance(entry, int) else 0


def _time(entry):
    return max(str(entry.get(key) or "") for key in ("when", "last", "begun", "seen"))


def _aside(module, text):
    return files.keep(text, module.replace("/", "-"))


def _text(path):
    """A file as it is, whatever it holds: what is no text becomes question marks."""
    return path.read_text(encoding="utf-8", errors="replace")


def _is_text(text):
    """False for half of a character, which no file can hold."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _shown(path):
    return path.relative_to(course.ROOT).as_posix()
