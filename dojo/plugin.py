"""The pytest plugin: choose the specs and the tree, watch the run, and report on it.

pytest                                 all specs, on your katas
pytest --phase 1 --section 2           one section (or --section 1.2)
pytest --kata Value.tanh               one kata
pytest --solutions                     on the reference
pytest --section 4.3 --given 4.2       on your katas, with the reference up to 4.2
"""

import gc
import os
import sys

import pytest

from dojo import course, diagnose, report, run, store, tree

KATA = pytest.StashKey()  # on an item: its course.Kata
PLACE = pytest.StashKey()  # on an item: where it comes in the run
COUNT = pytest.StashKey()  # on a class of specs: how many it has, whether they run or not
TREE = pytest.StashKey()  # on the config: the tree.Tree
RUN = pytest.StashKey()  # on the config: the run.Run


def pytest_addoption(parser):
    group = parser.getgroup("katas")
    group.addoption("--phase", help="only the specs of this phase")
    group.addoption("--section", help="only the specs of this section: 1.3, or 3 with --phase 1")
    group.addoption("--kata", help="only the specs of this kata: Value.tanh, or '1.2 Value.tanh'")
    group.addoption("--so-far", action="store_true", help="with --kata: its section up to it")
    group.addoption("--solutions", action="store_true", help="test the reference, not your katas")
    group.addoption(
        "--given", metavar="SECTION", help="take all katas up to this section from the reference"
    )
    group.addoption(
        "--review", action="store_true", help="test the scratch copy of --kata: make review"
    )


def pytest_cmdline_main(config):
    """A name that does not exist ends the run before it begins: one line, exit code 2."""
    option = config.option
    try:
        course.select(option.phase, option.section, option.kata)
        _tree(option)
    except (course.UnknownName, tree.Refused) as error:
        print(error, file=sys.stderr)
        return 2
    return None


def pytest_configure(config):
    gc.disable()  # what is loaded from here to the first spec stays
    option = config.option
    config.stash[TREE] = _tree(option)
    try:
        config.stash[TREE].install()
    except tree.Refused as error:
        raise pytest.UsageError(str(error)) from None
    sections, kata = course.select(option.phase, option.section, option.kata)
    if kata and option.so_far:
        there, skipped = sections[0].katas, store.skipped()
        before = there[: there.index(kata)]
        chosen = {kata, *(other for other in before if other.id not in skipped)}
    else:
        chosen = {kata} if kata else {kata for section in sections for kata in section.katas}
    if {option.phase, option.section, option.kata} == {None}:
        chosen = None
    elif config.args_source != config.ArgsSource.ARGS:
        wanted = {kata.specs: None for kata in course.katas() if kata in chosen}
        config.args = [_from_here(config, course.ROOT / specs) for specs in wanted]
    config.stash[RUN] = run.Run(config.stash[TREE], chosen)
    config.pluginmanager.register(config.stash[RUN])


def _from_here(config, path):
    """A path from where we stand: pytest takes no brackets, which the course's folder may have."""
    try:
        return os.path.relpath(path, config.invocation_params.dir)
    except ValueError:  # on another drive
        return str(path)


def _tree(option):
    redone = course.select(option.phase, option.section, option.kata)[1] if option.review else None
    if option.review and (redone is None or option.solutions or option.given):
        raise tree.Refused("--review needs --kata, and neither --solutions nor --given")
    return tree.Tree(option.solutions, option.given, redone)


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config):
    _keep_what_there_is()
    if TREE in config.stash:
        config.stash[TREE].uninstall()


def _keep_what_there_is():
    """Let the garbage collector pass over all that is in memory, which is a quarter of a run."""
    gc.freeze()
    gc.set_threshold(10_000)  # a graph is no garbage: hundreds of new objects are no reason
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    if terminal := _terminal(session.config):
        report.Writer(terminal).line(f"testing: {session.config.stash[TREE].title}")


def _terminal(config):
    """pytest's terminal reporter; None in a worker of pytest-xdist, which has no terminal."""
    if hasattr(config, "workerinput"):
        return None
    return config.pluginmanager.get_plugin("terminalreporter")


# ---- which specs


def pytest_ignore_collect(collection_path, config):
    """Do not even open the spec files of katas that were not asked for."""
    there, chosen = course.katas_of(collection_path), config.stash[RUN].chosen
    if there and chosen and chosen.isdisjoint(there.values()):
        return True
    return None


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(collector):
    try:
        made = yield
        call = getattr(made, "call", None)  # a file that --lf passes over is not called
        error = call and call.excinfo and call.excinfo.value
    except SystemExit as exit:  # a file that ends Python is no reason to end the run
        made, error = pytest.CollectReport(collector.nodeid, "failed", repr(exit), []), exit
    if isinstance(collector, pytest.Class):
        # here, because --lf, -k and a node id take specs away afterwards
        collector.stash[COUNT] = len(made.result or ())
    if made.skipped and error is not None and diagnose.is_learners(error):
        made.outcome = "failed"  # a kata that skips its specs is not loaded, and not green
    if made.failed and (finding := diagnose.of_collection(error)):
        made.finding = finding.text
        made.katas = katas_in(collector)
        if collector.config.option.tbstyle in ("auto", "no"):
            made.longrepr = finding.text
    return made


def katas_in(collector):
    """The ids of the katas whose specs a file holds, of those that were asked for."""
    chosen = collector.config.stash[RUN].chosen
    there = course.katas_of(collector.path).values()
    return [kata.id for kata in there if chosen is None or kata in chosen]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Put a kata on each spec, keep those that were asked for, in course order."""
    order = {kata.id: place for place, kata in enumerate(course.katas())}
    for item in items:
        there = course.katas_of(item.path)
        mark = item.get_closest_marker("kata")
        if there and mark:
            kata = there.get(mark.args[0])
            if kata is None:
                raise pytest.UsageError(f"{item.nodeid}: no kata {mark.args[0]}")
            item.stash[KATA] = kata
    if chosen := config.stash[RUN].chosen:
        left = [item for item in items if item.stash.get(KATA, None) not in chosen]
        items[:] = [item for item in items if item.stash.get(KATA, None) in chosen]
        if not config.option.so_far:
            config.hook.pytest_deselected(items=left)
    if all(KATA in item.stash for item in items):
        items.sort(key=lambda item: order[item.stash[KATA].id])
    for place, item in enumerate(items):
        item.stash[PLACE] = place


def pytest_collection_finish(session):
    _keep_what_there_is()
    try:
        session.config.stash[TREE].check_loaded()
    except tree.Refused as error:
        raise pytest.UsageError(str(error)) from None


# ---- what came of it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    kata, error, finding = item.stash.get(KATA, None), call.excinfo, None
    if kata and error and (error := diagnose.not_skipped(error)):
        call.excinfo = error
        finding = diagnose.of_failure(kata, item, error, item.config.stash[TREE])
        if speaks := item.config.option.tbstyle in ("auto", "no"):
            item.repr_failure = lambda _: finding.text  # and no traceback, which takes long
    made = yield
    if kata:
        made.kata, made.place = kata.id, item.stash[PLACE]
        made.kata_specs = item.parent.stash.get(COUNT, 0)
    if finding and made.failed:
        made.status, made.needs, made.explains = finding.status, finding.needs, finding.explains
        made.line, made.text, made.message = finding.line, finding.text, finding.message
        if speaks:
            made.longrepr = finding.text
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report, config):
    status = getattr(report, "status", None)
    if status in ("not started", "blocked"):
        return status, "", (status.upper(), {"yellow": True})  # a letter for each says nothing
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Speak after pytest has spoken: what to do next stands at the bottom of the screen."""
    config = session.config
    found, terminal = config.stash.get(RUN, None), _terminal(config)
    style = config.option.tbstyle
    if found and found.says_it_all() and style == "auto":
        config.option.tbstyle = "no"  # pytest's own list of failures would say it again
    yield
    if found and terminal and exitstatus in (0, 1, 2, 5):
        report.Report(found, report.Writer(terminal)).write(in_full=style == "auto")
