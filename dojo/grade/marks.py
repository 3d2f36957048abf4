"""What runs of a submission have told, as the status of each kata; and points, section by section.

green      all its specs passed, each of them once, in a run that came to its end
unsure     the same, but something in the submission could have changed that, or has
red        a spec says that it is wrong; the mistake is named
blocked    it needs another kata, which is not started: still its stub
not loaded, not run
"""

import tomllib
from types import SimpleNamespace

from dojo import course
from dojo.grade.hand_in import Refused
from dojo.grade.room import FOLDER
from dojo.run import RED, Run

AGAIN = 5  # times that a run that broke off is begun again, without the kata in which it did
LIMITS = 12  # limits of one spec, for each section, that a submission has altogether
LEAST = 30  # ... in seconds, whatever the limit
LONG = 300  # letters of what is said of a mistake


def grade(desk, modules, katas, timeout, readings):
    """The katas of a submission: {"katas": {id: {"status", "mistake", "seconds"}}, …}.

    desk      a desk.Desk
    modules   {name: bytes}
    katas     the ids of those to grade, in course order
    timeout   seconds that a spec may compute
    readings  {(name, bytes): what inside.read says of a module}; those of this one are added
    """
    sections = {kata.split()[0] for kata in katas}
    left, ended = list(katas), {}
    seconds = max(LEAST, LIMITS * timeout * len(sections))
    for _ in range(AGAIN):
        unread = sorted(name for name, text in modules.items() if (name, text) not in readings)
        said = desk.run(modules, unread, left, seconds)
        readings |= {(name, modules[name]): read for name, read in _read(said["told"]).items()}
        known = [readings.get(module, {}) for module in sorted(modules.items())]
        run = _Told(said, desk.specs, known)
        if run.is_over or not run.guilty:
            break
        why = said["why"] or f"Python was ended in it, with code {said['code']}"
        ended |= {kata: _result(*run.guilty_status, why) for kata in run.guilty}
        left = [kata for kata in left if kata not in ended]
        seconds -= run.seconds
        if not left or seconds <= 0 or "altogether" in said["why"]:
            break
    found = {kata: ended.get(kata) or run.result(kata) for kata in katas}
    broken = "" if run.is_over or not left else said["why"] or "the run did not come to its end"
    return {
        "why": broken or next(iter(run.doubts), ""),
        "doubts": run.doubts,
        "katas": found,
        "forms": {kata: form for kata, form in run.forms.items() if kata in found},
    }


def _result(status, mistake="", seconds=0.0):
    said = FOLDER.sub("", mistake)
    said = said if len(said) <= LONG else f"{said[:LONG]}…"
    return {"status": status, "mistake": said, "seconds": round(seconds, 3)}


def _read(told):
    """What a run has told before anything of the submission was loaded; nothing else is kept."""
    return told[0].get("read", {}) if told else {}


class _Told:
    """What one run has told.

    said   by desk.Desk
    specs  {kata: the ids of its specs}
    known  what was read in each of its modules
    """

    def __init__(self, said, specs, known):
        self._specs = specs
        self._kata_of = {node: kata for kata, nodes in specs.items() for node in nodes}
        self._run, self._unloaded = Run(None, None), {}
        self._times, self._counts, self._stubs = {}, {}, ()
        self.is_over, self.guilty, self.guilty_status = False, [], ("not run",)
        self.forms, self.doubts = {}, []
        for read in known:
            self.forms |= read.get("forms", {})
            self.doubts += read.get("reaches", ())
        for one in said["told"]:
            self._take(one)
        self.seconds = sum(self._times.values())
        if self.is_over and said["why"]:
            self.is_over = False

    def _take(self, one):
        self.doubts += [f"it has changed {name}" for name in one.get("changed", ())]
        for result in one.get("results", ()):
            self._add(result)
        if "loads" in one:
            self.guilty, self.guilty_status = one["loads"], ("not loaded",)
        elif "kata" in one:
            self.guilty, self.guilty_status = [one["kata"]], ("red",)
        elif "at" in one:
            self.guilty, self._stubs = [], one["stubs"]
        for kata in one.get("unloaded", ()):
            self._unloaded[kata] = one["text"]
        self.is_over = self.is_over or "over" in one

    def _add(self, result):
        node = result["spec"]
        kata = self._kata_of.get(node)
        self._counts[node] = self._counts.get(node, 0) + 1
        if kata is None:
            self.doubts.append(f"it has run a spec that there is not: {node}")
            return
        self._times[kata] = self._times.get(kata, 0) + result["seconds"]
        passed = result["status"] == "passed"
        report = SimpleNamespace(
            **{"line": "", "needs": "", "explains": False, **result},
            kata=kata,
            nodeid=node,
            when="call",
            passed=passed,
            failed=not passed,
            place=self._specs[kata].index(node),
            kata_specs=len(self._specs[kata]),
        )
        self._run.specs.setdefault(kata, {})[node] = report

    def result(self, kata):
        """The status of a kata, with the mistake and the seconds of its specs."""
        if kata in self._unloaded:
            return _result("not loaded", self._unloaded[kata].partition("\n")[0])
        if kata in self._stubs:
            return _result("not started")
        status = self._run.status(kata) if kata in self._run.specs else None
        seconds = self._times.get(kata, 0.0)
        if status in RED:
            return _result("red", self._run.telling(kata).line, seconds)
        if status == "blocked":
            return _result(status, f"needs {next(iter(self._run.needs(kata)), '')}", seconds)
        if status != "green":
            return _result(status or "not run", "", seconds)
        once = all(self._counts.get(node) == 1 for node in self._specs[kata])
        if not once or self.doubts or not self.is_over:
            why = self.doubts[0] if self.doubts else "its run did not come to its end"
            return _result("unsure", why, seconds)
        return _result("green", "", seconds)


def weights(folder, sections):
    """{section: its points} of these sections: as weights.toml says, or a point for each kata.

    Refused, with the reason, where the file is not what it should be. Where it is there, the
    sections that it does not name have no points.
    """
    path = folder / "weights.toml"
    if not path.exists():
        return {section.number: len(section.katas) for section in sections}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read: {error}") from None
    there = [section.number for section in course.sections()]
    for section, weight in found.items():
        if section not in there:
            wanted = f'"{there[0]}" = 10'
            raise Refused(f"{path}: there is no section {section}; a line has to be like {wanted}")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight >= 0:
            raise Refused(f"{path}: the points of {section} are {weight!r}, and no number")
    chosen = {s.number: found[s.number] for s in sections if found.get(s.number)}
    if not chosen:
        raise Refused(f"{path} gives points to none of the sections that are graded")
    return chosen


def points(katas, weights, status="green"):
    """{section: points} for the katas of a row that have this status."""
    found = {}
    for section, weight in weights.items():
        of = [kata for kata in katas if kata.split()[0] == section]
        right = sum(katas[kata]["status"] == status for kata in of)
        found[section] = round(weight * right / len(of), 2) if of else 0
    return found
