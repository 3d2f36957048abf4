"""What a run tells its parent, and when it has one: in pytest run as a program of its own."""

import os
import signal
import sys
import threading

import pytest
import pytest_timeout

from dojo import child, course
from dojo.guarded import said_by
from dojo.plugin import COUNT, KATA, RUN, katas_in

REPORT = 30  # seconds to compute that the report of a run may take
LEAVING = 1  # ... and then the end of Python
LAST = pytest.StashKey()  # on the config: the kata whose spec has begun last
CODE = pytest.StashKey()  # on the config: the exit code of its session

_has_begun = False  # whether any kata's spec has begun in this process


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Go on in a child of this process, if it does nothing but run pytest and is none yet."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if _can_be_watched(config):
        sys.stdout.flush()
        sys.stderr.flush()
        child.split()


def _can_be_watched(config):
    option = config.option
    program = sys.argv[0].replace(os.sep, "/")
    return (
        hasattr(os, "fork")
        and not child.is_watched()
        and program.endswith(("/pytest", "/pytest/__main__.py"))
        and not hasattr(config, "workerinput")
        and not (option.usepdb or option.trace or pytest_timeout.is_debugging())
        and threading.active_count() == 1
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart():
    child.show_crashes()
    child.tell(at="at the start of the run")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    if isinstance(collector, pytest.Module) and course.katas_of(collector.path):
        seconds = pytest_timeout.get_env_settings(collector.config).timeout
        is_recorded = collector.config.stash[RUN].is_recorded
        unknown = [k for k in katas_in(collector) if is_recorded(course.find_kata(k))]
        at = f"while loading {collector.nodeid}"
        child.tell(at=at, seconds=seconds or None, unknown=unknown)
    return (yield)


def pytest_collection_finish():
    child.tell(at="before the first spec")


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    """Tell which spec begins, and how the kata before it stands, if this is another one."""
    global _has_begun
    kata, stash = item.stash.get(KATA, None), item.config.stash
    if kata is None:
        return
    if stash.get(LAST, kata) is not kata:
        _tell_result(item.config)
    stash[LAST], _has_begun = kata, True
    child.tell(
        at=f"in {kata.id} · {item.name}",
        seconds=settings.timeout,
        kata=kata.id,
        specs=item.parent.stash.get(COUNT, 0),
        is_recorded=stash[RUN].is_recorded(kata),
    )


def pytest_enter_pdb():
    child.tell(at="in the debugger")


def pytest_keyboard_interrupt():
    child.tell(at="at the end of the run", seconds=REPORT, interrupted=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    try:
        _tell_result(session.config)
        child.tell(at="at the end of the run", seconds=REPORT, interrupted=True)
        yield
    except Exception as error:
        _break_off(error)
        raise
    session.config.stash[CODE] = session.exitstatus


@pytest.hookimpl(tryfirst=True)
def pytest_internalerror(excinfo):
    _break_off(excinfo.value)


def _break_off(error):
    """Leave the word to the parent, if there is one: a kata has broken pytest itself."""
    if child.is_watched() and _has_begun:
        child.tell(broken=f"{type(error).__name__}: {said_by(error)}")
        os._exit(3)


def _tell_result(config):
    """Tell how the kata stands whose specs have run last."""
    kata = config.stash.get(LAST, None)
    if kata and (result := config.stash[RUN].result(kata.id)):
        child.tell(results={kata.id: result})


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if CODE in config.stash:
        child.tell(at="after the run", seconds=LEAVING, code=int(config.stash[CODE]))
        if child.is_watched():
            sys.excepthook = lambda kind, error, trace: _break_off(error)
