"""What is remembered between runs, in `.dojo/`: plain JSON, written whole, rebuilt when lost.

progress.json  {"katas": {"1.2 Value.tanh": {"status", "specs", "passed", "message", "when",
               "solved"}}}: how its last run went and when that was; when it was first green
skipped.json   {"1.2 Value.tanh": when it was passed over}, until it is green
hints.json     {"1.2 Value.tanh": how many hints were taken}
quiz.json      {"1.2": {"3": {"asked", "correct": true, "answer": "b", "when", "step"}}}: by sitting
               and number, what was asked and answered last; the step of dojo.schedule, if it was
               ever answered wrongly
review.json    {"1.2 Value.tanh": {"step", "last", "begun", "hints", "seen"}}: the step it is at;
               when it was last redone; when the review that is not finished began; the hints
               taken in it; when the reference was seen, in it or before the kata was green
"""

import json
import sys
import time

from dojo import course, files

# where questions stand since a quiz was divided: {its id: {number: (id, number)}}
MOVED = {
    "5.4": {
        was: ("5.4 source text", now)
        for was, now in {"6": "2", "7": "3", "8": "6", "9": "7"}.items()
    },
    "4.4": {str(7 + i): ("4.4 llama", str(2 + i)) for i in range(4)},
    "4.4 at scale": {
        **{was: ("5.1", now) for was, now in {"3": "1", "5": "2", "7": "3"}.items()},
        **{was: ("5.2", now) for was, now in {"1": "5", "2": "6", "6": "8", "8": "9"}.items()},
        **{was: ("5.3", now) for was, now in {"4": "1", "9": "2"}.items()},
    },
}


def load(name):
    """The dict in .dojo/<name>.json; {} if there is none. A damaged one is set aside."""
    path = _path(name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        return content
    try:
        kept = files.set_aside(path).relative_to(course.ROOT).as_posix()
    except OSError:
        return {}
    print(f".dojo/{path.name} could not be read and is now {kept}", file=sys.stderr)
    return {}


def save(name, content):
    """Write .dojo/<name>.json whole."""
    files.write_whole(_path(name), json.dumps(content, indent=1, ensure_ascii=False) + "\n")


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


def result(status, specs, passed, message=""):
    """What is remembered of a kata's run."""
    return {"status": status, "specs": specs, "passed": passed, "message": message, "when": now()}


def not_run(katas, why):
    """{kata id: what is remembered of it} for katas whose specs could not be loaded."""
    return {kata: result("not run", specs=None, passed=None, message=why) for kata in katas}


def add_results(results):
    """Add {kata id: its result} to what is remembered; when a kata was first green stays."""
    if not results:
        return
    known = kata_results()
    put_back(key for key, new in results.items() if new["status"] == "green")
    for kata_id, new in results.items():
        old = known.get(kata_id, {})
        solved = old.get("solved") or (old.get("status") == "green" and old.get("when"))
        if solved or new["status"] == "green":
            new["solved"] = solved or new["when"]
    save("progress", {"katas": {**known, **results}})


def green():
    """The ids of the katas whose specs all passed when they last ran."""
    return {key for key, result in kata_results().items() if result["status"] == "green"}


def skipped():
    """The ids of the katas that the learner passes over; none of them is green."""
    return (load("skipped").keys() & course.kata_ids()) - green()


def skip(kata):
    """Pass over a kata from now on."""
    save("skipped", {**load("skipped"), kata.id: now()})


def put_back(kata_ids):
    """Pass over these katas no more."""
    entries = load("skipped")
    if left_out := entries.keys() & set(kata_ids):
        save("skipped", {key: when for key, when in entries.items() if key not in left_out})


def done():
    """The ids of the katas with which nothing is left to do: green, or passed over."""
    return green() | skipped()


def unknown():
    """The ids of the katas that could not run when they were to: their file does not load."""
    return {key for key, result in kata_results().items() if result["status"] == "not run"}


def forget(kata):
    """Forget the last result and the reviews of a kata, which is not what it was any more."""
    save_review(kata, {key: when for key, when in review(kata).items() if key == "seen"})
    put_back([kata.id])
    results = kata_results()
    if results.pop(kata.id, None):
        save("progress", {"katas": results})


def rename(moves):
    """Remember under its new id what was remembered of a kata under an old one: {old: new}."""
    for name in ("progress", "skipped", "hints", "review"):
        content = load(name)
        entries = content.get("katas") if name == "progress" else content
        if not isinstance(entries, dict) or moves.keys().isdisjoint(entries):
            continue
        for was, now in moves.items():
            if was in entries:
                entries.setdefault(now, entries.pop(was))
        save(name, content)


def answers(sitting):
    """{"3": what was answered last} for the questions of a sitting's quiz."""
    return _all_answers().get(sitting.id, {})


def save_answer(sitting, number, entry):
    """Remember an answer to a question of a sitting's quiz."""
    everything = _all_answers()
    everything.setdefault(sitting.id, {})[str(number)] = entry
    save("quiz", everything)


def _all_answers():
    return settled(load("quiz"))


def settled(answers):
    """The answers of a quiz.json, and nothing else that is in it, each where its question stands.

    answers  the content of the file, of this or of an earlier state of the course
    """
    everything = {
        id: {number: entry for number, entry in numbered.items() if isinstance(entry, dict)}
        for id, numbered in answers.items()
        if isinstance(numbered, dict)
    }
    sittings = [sitting for section in course.sections() for sitting in section.sittings]
    folders = {sitting.id: sitting.folder for sitting in sittings}
    for id, places in MOVED.items():
        for number, (new_id, new_number) in places.items():
            entry = everything.get(id, {}).get(number)
            if entry and (id not in folders or _asked_at(folders.get(new_id), new_number, entry)):
                del everything[id][number]
                everything.setdefault(new_id, {}).setdefault(new_number, entry)
    return everything


def _asked_at(folder, number, entry):
    """True unless an answer is to another question than the one of that number in a quiz."""
    if "asked" not in entry:  # from before that was kept, and before any quiz was divided
        return True
    if folder is None or not (path := folder / "quiz.md").exists():
        return False
    return f"\n## {number}. {entry['asked']}\n" in path.read_text(encoding="utf-8")


def review(kata):
    """What is remembered of the reviews of a kata; {} if there were none."""
    entry = load("review").get(kata.id)
    return entry if isinstance(entry, dict) else {}


def save_review(kata, entry):
    """Remember this of the reviews of a kata; {} forgets them."""
    everything = load("review")
    if entry or kata.id in everything:
        everything.pop(kata.id, None)
        save("review", {**everything, **({kata.id: entry} if entry else {})})


def _path(name):
    return course.ROOT / ".dojo" / f"{name}.json"
