"""What a spec may take, and a file that is loaded: some seconds of computing, and some memory.

The seconds are those of this process, whatever else the machine is busy with. What no interruption
reaches is ended by dojo.parent.
"""

import os
import sys
from contextlib import contextmanager

import pytest
import pytest_timeout

from dojo import course, memory, timers
from dojo.plugin import KATA, RUN

CANCEL = pytest.StashKey()  # on an item: takes its limits away again


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    """After a spec that ran out of time, the others of its kata have a second each at most."""
    kata = item.stash.get(KATA, None)
    if kata and item.config.stash[RUN].status(kata.id) == "timed out":
        limit = pytest_timeout.get_env_settings(item.config).timeout
        item.add_marker(pytest.mark.timeout(min(1, limit or 1)), append=False)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    with bounded(item):
        return (yield)


@contextmanager
def bounded(item):
    """What a spec does here does not end the run, nor outlive the spec, nor take all memory."""
    process, calls = os.getpid(), sys.getrecursionlimit()
    try:
        with memory.bounded():
            yield
    except pytest.exit.Exception as error:
        if KATA not in item.stash or error.msg == "Quitting debugger":
            raise
        failure = AssertionError("the kata ends the run: no spec after this one would be run")
        raise failure.with_traceback(error.__traceback__) from None
    finally:
        sys.setrecursionlimit(calls)
        if os.getpid() != process:  # the kata has forked: the other one goes on with the run
            os._exit(1)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(collector):
    """The module of a kata is loaded with its specs: a loop may stand there as well."""
    if not (isinstance(collector, pytest.Module) and course.katas_of(collector.path)):
        return (yield)
    settings = pytest_timeout.get_env_settings(collector.config)
    if not settings.timeout:
        return (yield)
    cancel = timers.limited(settings)
    try:
        with memory.bounded():
            return (yield)
    finally:
        cancel()


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    """Take the place of pytest-timeout's timers, which go by the clock, or end the process."""
    if KATA not in item.stash:
        return None
    item.stash[CANCEL] = timers.limited(settings)
    return True


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_cancel_timer(item):
    cancel = item.stash.get(CANCEL, None)
    if cancel is None:
        return None
    cancel()
    return True
