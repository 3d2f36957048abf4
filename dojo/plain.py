"""Run a spec that takes no fixture without setup and teardown.

pytest takes each test through three phases, and asks its plugins in each of them what to prepare
and how to report it. Where there is nothing to prepare, the first and the last phase are a quarter
of what pytest adds to a spec.
"""

from functools import cache

import pytest

MARKS = {"kata", "parametrize", "timeout"}  # none of which asks for anything in setup

# whoever else takes part in these phases keeps them
PLUGINS = {"capturemanager", "runner", "skipping"}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """What pytest's own protocol does, with the call alone; None if the spec needs more."""
    if not is_plain(item, nextitem):
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    if hasattr(item, "callspec"):
        item.funcargs.update(item.callspec.params)
    call = pytest.CallInfo.from_call(
        lambda: hook.pytest_runtest_call(item=item),
        when="call",
        reraise=(pytest.exit.Exception, KeyboardInterrupt),
    )
    report = hook.pytest_runtest_makereport(item=item, call=call)
    hook.pytest_runtest_logreport(report=report)
    if report.failed:
        hook.pytest_exception_interact(node=item, call=call, report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def is_plain(item, nextitem):
    """True if setup and teardown would do nothing, and nobody wants to look at them.

    The last spec of a class goes the long way, on which pytest leaves the class.
    """
    return nextitem is not None and nextitem.parent is item.parent and needs_nothing(item)


def needs_nothing(item):
    """True if there is nothing to set up for a spec, and nothing to tear down."""
    option = item.config.getoption
    return (
        type(item) is pytest.Function
        and not option("usepdb", False)
        and not option("setupshow", False)
        and set(item.fixturenames) <= in_marks(item)
        and all(mark.name in MARKS for mark in item.iter_markers())
        and _plugins(item.ihook) <= PLUGINS
    )


@cache
def _plugins(hook):
    phases = hook.pytest_runtest_setup, hook.pytest_runtest_teardown
    return {
        implementation.plugin_name for phase in phases for implementation in phase.get_hookimpls()
    }


def in_marks(item):
    """The names of the parameters whose values stand in a mark as they are, for no fixture."""
    found = set()
    for mark in item.iter_markers("parametrize"):
        if len(mark.args) == 2 and not mark.kwargs.get("indirect"):
            names = mark.args[0]
            found.update(names.replace(",", " ").split() if isinstance(names, str) else names)
    return found
