"""The state of the course as JSON, for a tutor and other programs.

`status.schema.json` beside this file says what each key means. A key that is added leaves
`VERSION` as it is; one that goes away or changes its meaning raises it.
"""

import json
import shutil
import sys
import time

from dojo import commands, course, current, hints, progress, review, source, store, stubs

VERSION = 1


def status_command(choice, as_json=False):
    """Print the state of the chosen sections; 0. People are sent to `progress`, with 2."""
    if not as_json:
        people = commands.typed("progress")
        print(f"for programs: python -m dojo status --json; for people: {people}", file=sys.stderr)
        return 2
    print(_text(state(choice.sections)))
    return 0


def state(sections):
    """What `status --json` prints, as a dict."""
    upcoming = current.kata(sections)
    here = {section.phase for section in course.sections()}
    return {
        "version": VERSION,
        "next": upcoming and upcoming.id,
        "sections": [_section(section) for section in sections],
        "due": review.due(),
        "commands": _commands(upcoming),
        "not_here_yet": [n for n in range(1, course.PHASES + 1) if n not in here],
    }


def _text(value, depth=0):
    """JSON with a line for each kata: short enough for a tutor to read."""
    if depth == 4 or not isinstance(value, dict | list) or not value:
        return json.dumps(value)
    inside = " " * (depth + 1)
    if isinstance(value, list):
        items, (opened, closed) = [_text(item, depth + 1) for item in value], "[]"
    else:
        items, (opened, closed) = [], "{}"
        for key, item in value.items():
            items.append(f"{json.dumps(key)}: {_text(item, depth + 1)}")
    lines = f",\n{inside}".join(items)
    return f"{opened}\n{inside}{lines}\n{' ' * depth}{closed}"


def katas(among):
    """What is said of each of these katas: its last result or, if it has never run, its file."""
    results, skipped = store.kata_results(), store.skipped()
    return [_kata(kata, results.get(kata.id), kata.id in skipped) for kata in among]


def _section(section):
    katas_here = katas(section.katas)
    return {
        "number": section.number,
        "title": section.title,
        "lesson": section.lesson.relative_to(course.ROOT).as_posix(),
        "specs": [path.relative_to(course.ROOT).as_posix() for path in section.specs],
        "green": sum(kata["status"] == "green" for kata in katas_here),
        "total": len(katas_here),
        "katas": katas_here,
        "quiz": progress.quiz_score(section.sittings[0]),
        "further_sittings": [_sitting(sitting) for sitting in section.sittings[1:]],
    }


def _sitting(sitting):
    return {
        "title": sitting.title,
        "lesson": sitting.folder.relative_to(course.ROOT).as_posix(),
        "kata": sitting.katas[0].id,
        "quiz": progress.quiz_score(sitting),
    }


def _kata(kata, result, is_skipped):
    """One kata: its last result or, if it has never run, what its file says."""
    if result is None:
        result = {"status": "not started" if is_stub(kata) else "not run"}
    return {
        "id": kata.id,
        "status": result["status"],
        "skipped": is_skipped,
        "edited_since": _edited_since(kata, result.get("when")),
        "message": result.get("message") or "",
        "specs": result.get("specs"),
        "passed": result.get("passed"),
        "when": result.get("when"),
        "hints": {"taken": hints.taken(kata), "of": len(hints.hints_of(kata))},
        "file": kata.file,
        "line": kata.line,
        "reference": reference(kata) if _may_be_seen(result) else None,
    }


def is_stub(kata):
    """True if nobody has begun with a kata."""
    try:
        found = source.definitions(source.read(course.ROOT / kata.file)).get(kata.name)
    except (OSError, SyntaxError):
        return False
    return found is not None and stubs.is_stub(found)


def _edited_since(kata, when):
    """True if the file of a kata was saved after its last run."""
    try:
        ran = time.mktime(time.strptime(when, "%Y-%m-%dT%H:%M:%S"))
        return int((course.ROOT / kata.file).stat().st_mtime) > ran
    except (OSError, TypeError, ValueError):
        return False


def _may_be_seen(result):
    return result["status"] == "green" and course.has_reference()


def reference(kata):
    """Where the reference of a kata stands, and nothing else of its module: file:first-last."""
    file = f"solutions/{kata.module}"
    found = source.definitions(source.read(course.ROOT / file))[kata.name]
    return f"{file}:{found.start + 1}-{found.end}"


def _commands(kata):
    """What to type for the next kata; null where there is nothing to name."""
    section = commands.where(kata) if kata else {}
    name = {"KATA": commands.spoken(kata)} if kata else {}
    quiz = commands.typed("quiz", **section) if kata else None
    words = "QUESTION=N ANSWER=X" if shutil.which("make") else "--question N --answer=X"
    return {
        "check": commands.check(kata) if kata else commands.typed("next"),
        "progress": commands.typed("progress"),
        "review": commands.typed("review"),
        "lesson": commands.typed("lesson", **section) if kata else None,
        "experiment": commands.typed("experiment", **section) if kata else None,
        "quiz": quiz,
        "answer": quiz and f"{quiz} {words}",
        "hint": commands.typed("hint", **name) if kata else None,
        "solution": commands.typed("solution", **name) if kata else None,
    }
