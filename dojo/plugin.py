"""The pytest plugin: choose the specs and the tree, watch the run, and report on it.

    pytest                                 all specs, on your katas
    pytest --phase 1 --section 2           one section (or --section 1.2)
    pytest --kata Value.tanh               one kata
    pytest --solutions                     on the reference
    pytest --section 4.3 --given 4.2       on your katas, with the reference up to 4.2
"""

import ctypes
import sys
import threading

import pytest

from dojo import course, diagnose, report, tree

KATA = pytest.StashKey()  # on an item: its course.Kata
COUNT = pytest.StashKey()  # on an item: how many specs its kata has
TREE = pytest.StashKey()  # on the config: the tree.Tree
RUN = pytest.StashKey()  # on the config: the report.Run
TIMER = pytest.StashKey()  # on an item: the thread that will interrupt it


def pytest_addoption(parser):
    group = parser.getgroup("katas")
    group.addoption("--phase", help="only the specs of this phase")
    group.addoption("--section", help="only the specs of this section: 1.3, or 3 with --phase 1")
    group.addoption("--kata", help="only the specs of this kata: Value.tanh, or '1.2 Value.tanh'")
    group.addoption("--solutions", action="store_true", help="test the reference, not your katas")
    group.addoption(
        "--given", metavar="SECTION", help="take all katas up to this section from the reference"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """A name that does not exist ends the run before it begins: one line, exit code 2."""
    option = config.option
    try:
        course.select(option.phase, option.section, option.kata)
        tree.Tree(option.solutions, option.given)
    except (course.UnknownName, tree.Refused) as error:
        print(error, file=sys.stderr)
        return 2
    return None


def pytest_configure(config):
    option = config.option
    config.stash[TREE] = tree.Tree(option.solutions, option.given)
    try:
        config.stash[TREE].install()
    except tree.Refused as error:
        raise pytest.UsageError(str(error)) from None
    chosen, kata = course.select(option.phase, option.section, option.kata)
    config.stash[RUN] = report.Run(config, config.stash[TREE], chosen, kata)
    config.pluginmanager.register(config.stash[RUN])


def pytest_unconfigure(config):
    if TREE in config.stash:
        config.stash[TREE].uninstall()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not hasattr(session.config, "workerinput"):
        terminal.write_line(f"testing: {session.config.stash[TREE].title}")


# ---- which specs


def pytest_ignore_collect(collection_path, config):
    """Do not even open the spec files of sections that were not asked for."""
    every = {section.spec for section in course.sections()}
    if collection_path in every - {section.spec for section in config.stash[RUN].sections}:
        return True
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Put a kata on each spec, keep those of the kata that was asked for, in course order."""
    by_spec = {section.spec: section for section in course.sections()}
    order = {kata.id: place for place, kata in enumerate(course.katas())}
    counts = {}
    for item in items:
        section = by_spec.get(item.path)
        mark = item.get_closest_marker("kata")
        if section and mark:
            kata = next((k for k in section.katas if k.name == mark.args[0]), None)
            if kata is None:
                raise pytest.UsageError(f"{item.nodeid}: no kata {mark.args[0]}")
            item.stash[KATA] = kata
            counts[kata.id] = counts.get(kata.id, 0) + 1
    for item in items:
        if kata := item.stash.get(KATA, None):
            item.stash[COUNT] = counts[kata.id]
    only = config.stash[RUN].kata
    if only:
        kept = [item for item in items if item.stash.get(KATA, None) == only]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if all(KATA in item.stash for item in items):
        items.sort(key=lambda item: order[item.stash[KATA].id])


def pytest_collection_finish(session):
    try:
        session.config.stash[TREE].check_loaded()
    except tree.Refused as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    made = yield
    call = getattr(made, "call", None)
    if made.failed and call is not None and call.excinfo is not None:
        finding = diagnose.of_collection(call.excinfo)
        if finding:
            made.longrepr = finding.text
            made.finding = finding.text
    return made


# ---- what came of it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    made = yield
    kata = item.stash.get(KATA, None)
    if kata is None:
        return made
    made.kata, made.kata_specs, made.spec_name = kata.id, item.stash[COUNT], item.name
    if made.failed:
        finding = diagnose.of_failure(kata, item, call.excinfo)
        made.status, made.line = finding.status, finding.line
        made.longrepr = finding.text
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report, config):
    status = getattr(report, "status", None)
    if status in ("not started", "blocked"):
        return "failed", "-" if status == "not started" else "b", (status.upper(), {"yellow": True})
    return None


# ---- endless loops, where there are no signals


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    """Raise in the main thread, where pytest-timeout's own timer would end the whole process."""
    if settings.method != "thread":
        return None
    main = threading.main_thread().ident

    class StillRunning(pytest.fail.Exception):
        def __init__(self):
            super().__init__("Timeout")

    def interrupt():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(main), ctypes.py_object(StillRunning)
        )

    timer = threading.Timer(settings.timeout, interrupt)
    timer.daemon = True
    item.stash[TIMER] = timer
    timer.start()
    return True


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_cancel_timer(item):
    timer = item.stash.get(TIMER, None)
    if timer is None:
        return None
    timer.cancel()
    return True
