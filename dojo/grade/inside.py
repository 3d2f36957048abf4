"""What a run of a submission tells from inside: a spec begun, a spec over, and how it ended.

Each line that it writes begins with a word that only it and its watcher know, so that nothing else
that comes through the pipe is taken for a result. Code of the submission is in this process too:
what it could do here to be believed, and how that is noticed, is in dojo.grade.reach and intact.
"""

import json
import os

import pytest

from dojo import course
from dojo.grade import alike, reach
from dojo.plugin import KATA, RUN


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
        try:
            text = (folder / module).read_bytes().decode("utf-8-sig")
            found = reach.findings(text)
            forms |= alike.forms(text, module)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # what cannot be read is not green either
        fine = allowed.get(module, ())
        reaches += [f"{module}:{line} {what}" for line, what in found if what not in fine]
    return {"reaches": reaches, "forms": forms}


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
        self._found = []

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
            self._tell({"unloaded": getattr(report, "katas", []), "text": said})

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
    def pytest_runtest_protocol(self, item):
        said = {"spec": item.nodeid, "kata": item.stash[KATA].id}
        self._tell({**said, "results": self._found} if self._found else said)
        self._found = []

    def pytest_runtest_logreport(self, report):
        if report.when != "call" and not report.failed:
            return
        found = {"spec": report.nodeid, "seconds": report.duration}
        if report.passed and not hasattr(report, "wasxfail"):
            found["status"] = "passed"
        else:
            found["status"] = getattr(report, "status", "wrong")
            for key in ("line", "needs", "explains", "message"):
                found[key] = getattr(report, key, "")
        self._found.append(found)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        changed = self._before.changed(session.items)
        self._tell({"results": self._found, "over": True, "changed": changed})
        return (yield)
