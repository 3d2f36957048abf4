"""What a run of a submission tells from inside: a kata begun, and how its specs have ended.

Each line that it writes begins with a word that only it and its watcher know, so that nothing else
that comes through the pipe is taken for a result. Code of the submission is in this process too:
what it could do here to be believed, and how that is noticed, is in dojo.grade.reach and intact.
"""

import contextlib
import json
import os
import time

import pytest
import pytest_timeout

from dojo import course, timers
from dojo.grade import alike, reach
from dojo.grade.anew import SHORT
from dojo.limits import bounded
from dojo.plugin import KATA, PLACE, RUN, katas_in

REACHES = 50  # places that are told
LONG = 1000  # letters of what is told of a failure
OFTEN = 0.5  # seconds of computing after which another spec of a kata is told too


def teller(pipe, word):
    """A function that tells the watcher one thing: a dict, as a line."""
    write, dumps, here, process = os.write, json.dumps, os.getpid, os.getpid()
    leave = os._exit

    def tell(said):
        if here() != process:
            leave(1)  # the submission has forked, and the other one goes on with the run
        left = word + dumps(said).encode() + b"\n"
        while left:
            left = left[write(pipe, left) :]

    return tell


def read(folder, modules, allowed, katas):
    """What can be said of modules before any of them is loaded, {module: …}.

    {"reaches": ["value.py:3 imports sys", …], "forms": {kata: its shape, to be compared}}

    folder   the katas/ in which they lie
    allowed  {module: what the course's own reference reaches for in it}
    katas    the ids of those whose forms are wanted
    """
    said = {}
    for module in modules:
        content, forms = (folder / module).read_bytes(), {}
        try:
            found = reach.findings(content)
        except SyntaxError:
            found = []  # Python does not load it either
        except (ValueError, RecursionError, MemoryError):
            found = [(1, "is nested too deeply to be read")]
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            forms = alike.forms(content.decode("utf-8-sig"), module)
        fine = allowed.get(module, ())
        said[module] = {
            "reaches": [f"{module}:{line} {what}" for line, what in found if what not in fine],
            "forms": {kata: form for kata, form in forms.items() if kata in katas},
        }
    return said


def _called(item):
    """Run a spec, as pytest_runtest_call does, with the limits that it has there."""
    with bounded(item):
        item.obj(**(item.callspec.params if hasattr(item, "callspec") else {}))


class Inside:
    """A run: the specs of some katas on a submission, each of which tells how it goes.

    session    of pytest, in which the specs have been collected
    collected  the same, as anew.Collected
    tell       as `teller` makes it
    katas      the ids of the katas
    before     intact.Snapshot of this process, before anything of the submission was loaded
    """

    def __init__(self, session, collected, tell, katas, before):
        self._session, self._collected, self._tell = session, collected, tell
        self._katas = {course.find_kata(kata) for kata in katas}
        self._before = before
        self._found, self._at, self._told = [], None, 0.0
        self._settings = pytest_timeout.get_env_settings(session.config)
        plugins, self._run = session.config.pluginmanager, session.config.stash[RUN]
        self._run.chosen = self._katas
        if terminal := plugins.get_plugin("terminalreporter"):
            plugins.unregister(terminal)
        plugins.register(self)

    def run(self):
        """Load the specs, run them, and tell that it is over; this process ends with it."""
        self._collected.forget_stubs()
        items = [item for file in self._collected.files(self._katas) for item in self._load(*file)]
        items.sort(key=lambda item: item.stash[PLACE])
        stubs = {kata for kata in self._katas if self._collected.not_started(kata)}
        self._tell({"at": None, "stubs": [kata.id for kata in stubs]})
        items = [item for item in items if item.stash[KATA] not in stubs]
        # pytest's words for what an assert compares: one spec after the other would begin anew
        words = self._session.config.pluginmanager.get_plugin("assertion")
        words = words.pytest_runtest_protocol(items[0]) if items else iter(())
        next(words, None)
        long = [item for item in items if not item.stash[SHORT]]
        after = dict(zip(long, [*long[1:], None]))
        for item in items:
            self._begin(item)
            if item in after:
                item.ihook.pytest_runtest_protocol(item=item, nextitem=after[item])
            else:
                self._call(item)
        changed = self._before.changed(items)
        self._tell({"results": self._found, "over": True, "changed": changed})
        os._exit(0)

    def _load(self, file, classes):
        self._tell({"loads": katas_in(file)})
        report, items = self._collected.load(file, classes)
        if report.failed:
            said = getattr(report, "finding", None) or "its specs cannot be loaded"
            self._tell({"unloaded": katas_in(file), "text": said[:LONG]})
            return []
        self._before.add(file.obj)
        return items

    def _begin(self, item):
        """Tell what has been found when another kata begins, or some time is over."""
        kata, now = item.stash[KATA].id, time.process_time()
        if kata != self._at or now > self._told + OFTEN:
            self._tell({"kata": kata, "results": self._found})
            self._found, self._at, self._told = [], kata, now

    def _call(self, item):
        """What pytest and its plugins do with a spec for which there is nothing to prepare."""
        settings = self._settings
        if self._run.status(item.stash[KATA].id) == "timed out":
            settings = settings._replace(timeout=min(1, settings.timeout))
        cancel = timers.limited(settings)
        try:
            call = pytest.CallInfo.from_call(
                lambda: _called(item),
                when="call",
                reraise=(pytest.exit.Exception, KeyboardInterrupt),
            )
            if call.excinfo is None:
                found = {"spec": item.nodeid, "seconds": call.duration, "status": "passed"}
                self._found.append(found)
            else:
                report = item.ihook.pytest_runtest_makereport(item=item, call=call)
                item.ihook.pytest_runtest_logreport(report=report)
        finally:
            cancel()

    def pytest_runtest_logreport(self, report):
        if report.when != "call" and not report.failed:
            return
        found = {"spec": report.nodeid, "seconds": report.duration}
        if report.passed and not hasattr(report, "wasxfail"):
            found["status"] = "passed"
        else:
            found["status"] = getattr(report, "status", "wrong")
            found["line"] = getattr(report, "line", "")[:LONG]
            found["needs"] = getattr(report, "needs", "")
            found["explains"] = bool(getattr(report, "explains", False))
        self._found.append(found)
