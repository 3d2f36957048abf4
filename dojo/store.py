"""What is remembered between runs, in `.dojo/`: plain JSON, written whole, rebuilt when lost.

progress.json  {"katas": {"1.2 Value.tanh": {"status", "specs", "passed", "message", "when"}}}
hints.json     {"1.2 Value.tanh": how many hints were taken}
quiz.json      {"1.2": {"3": {"correct": true, "answer": "b", "when": …}}}
"""

import json
import time

from dojo import course, stubs


def load(name):
    """The dict in .dojo/<name>.json; {} if there is none, or it is damaged."""
    try:
        content = json.loads(_path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def save(name, content):
    """Write .dojo/<name>.json whole."""
    stubs.write_whole(_path(name), json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def kata_results():
    """{kata id: its last result} for the katas that exist and have run."""
    results = load("progress").get("katas")
    if not isinstance(results, dict):
        return {}
    known = {kata.id for kata in course.katas()}
    return {
        key: result
        for key, result in results.items()
        if key in known and isinstance(result, dict) and isinstance(result.get("status"), str)
    }


def green():
    """The ids of the katas whose specs all passed when they last ran."""
    return {key for key, result in kata_results().items() if result["status"] == "green"}


def forget(kata):
    """Forget the last result of a kata, which is not what it was any more."""
    results = kata_results()
    if results.pop(kata.id, None):
        save("progress", {"katas": results})


def _path(name):
    return course.ROOT / ".dojo" / f"{name}.json"
