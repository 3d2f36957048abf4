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

from dojo import course, plain
from dojo.grade import alike, reach
from dojo.limits import bounded
from dojo.plugin import KATA, RUN

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


def read(folder, modules, allowed):
    """What can be said of modules before any of them is loaded.

    {"reaches": ["value.py:3 imports sys", …], "forms": {kata: its shape, to be compared}}

    folder   the katas/ in which they lie
    allowed  {module: what the course's own reference reaches for in it}
    """
    reaches, forms = [], {}
    for module in modules:
        content = (folder / module).read_bytes()
        try:
            found = reach.findings(content)
        except SyntaxError:
            continue  # Python does not load it either
        except (ValueError, RecursionError, MemoryError):
            found = [(1, "is nested too deeply to be read")]
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            forms |= alike.forms(content.decode("utf-8-sig"), module)
        fine = allowed.get(module, ())
        reaches += [f"{module}:{line} {what}" for line, what in found if what not in fine]
    return {"reaches": reaches, "forms": forms}


def _called(item):
    """Run a spec, as pytest_runtest_call does, with the limits that it has there."""
    with bounded(item):
        item.obj(**(item.callspec.params if hasattr(item, "callspec") else {}))


class Inside:
    """A plugin of pytest: run the specs of some katas, and tell how each of them goes.

    tell    as `teller` makes it
    katas   the ids of those katas
    before  intact.Snapshot of this process, before anything of the submission was loaded
    """

    def __init__(self, tell, katas, before):
        self._tell = tell
        self._katas = {course.find_kata(kata) for kata in katas}
        self._before = before
        self._found, self._at, self._told = [], None, 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        config.stash[RUN].chosen = self._katas
        files = {kata.specs: None for kata in course.katas() if kata in self._katas}
        config.args = list(files)
        config.args_source = config.ArgsSource.ARGS
        if terminal := config.pluginmanager.get_plugin("terminalreporter"):
            config.pluginmanager.unregister(terminal)

    def pytest_collectreport(self, report):
        if report.failed:
            said = getattr(report, "finding", None) or "its specs cannot be loaded"
            self._tell({"unloaded": getattr(report, "katas", []), "text": said[:LONG]})

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector):
        if isinstance(collector, pytest.Module):
            there = [kata.id for kata in course.katas_of(collector.path).values()]
            self._tell({"loads": there})
        report = yield
        if isinstance(collector, pytest.Module) and report.passed:
            self._before.add(collector.obj)
        return report

    def pytest_collection_finish(self, session):
        self._tell({"at": None})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        """What pytest's own protocol does; where there is nothing to prepare, a shorter one."""
        kata, now = item.stash[KATA].id, time.process_time()
        if kata != self._at or now > self._told + OFTEN:
            self._tell({"kata": kata, "results": self._found})
            self._found, self._at, self._told = [], kata, now
        if not plain.is_plain(item, nextitem):
            return None
        call = pytest.CallInfo.from_call(
            lambda: _called(item), when="call", reraise=(pytest.exit.Exception, KeyboardInterrupt)
        )
        if call.excinfo is None:
            self._found.append({"spec": item.nodeid, "seconds": call.duration, "status": "passed"})
        else:
            report = item.ihook.pytest_runtest_makereport(item=item, call=call)
            item.ihook.pytest_runtest_logreport(report=report)
        return True

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

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        """Tell that it is over; what the submission wanted done afterwards is not done any more."""
        changed = self._before.changed(session.items)
        self._tell({"results": self._found, "over": True, "changed": changed})
        os._exit(0)
