"""How long a spec may run: some seconds of computing, whatever else the machine is busy with."""

import signal
import threading
import time

import pytest

from dojo.plugin import KATA, RUN

CLOCK = 6  # times as long on the clock, for what waits instead of computing
BUSY = 0.1  # of the limit: what has computed as much by then is no waiting, the machine is slow
CANCEL = pytest.StashKey()  # on an item: takes its limits away again


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    """After a spec that ran out of time, the others of its kata have a second each."""
    kata = item.stash.get(KATA, None)
    if kata and item.config.stash[RUN].status(kata.id) == "timed out":
        item.add_marker(pytest.mark.timeout(1), append=False)
    return (yield)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    """Take the place of pytest-timeout's timers, which go by the clock, or end the process."""
    if KATA not in item.stash:
        return None
    in_main = threading.current_thread() is threading.main_thread()
    by = _by_signals if settings.method == "signal" and in_main else _by_a_thread
    item.stash[CANCEL] = by(settings.timeout)
    return True


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_cancel_timer(item):
    cancel = item.stash.get(CANCEL, None)
    if cancel is None:
        return None
    cancel()
    return True


def _by_signals(limit):
    def computed(*_):
        _stop(limit)

    def waited(*_):
        if time.process_time() - began > BUSY * limit:
            signal.setitimer(signal.ITIMER_REAL, CLOCK * limit)
        else:
            _stop(CLOCK * limit, " on the clock")

    def cancel():
        for timer, number in timers:
            signal.setitimer(timer, 0)
            signal.signal(number, signal.SIG_DFL)

    timers = (signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM)
    began = time.process_time()
    signal.signal(signal.SIGPROF, computed)
    signal.signal(signal.SIGALRM, waited)
    signal.setitimer(signal.ITIMER_PROF, limit)
    signal.setitimer(signal.ITIMER_REAL, CLOCK * limit)
    return cancel


def _stop(seconds, more=""):
    __tracebackhide__ = True
    if not _is_debugging():
        pytest.fail(_words(seconds, more))


def _by_a_thread(limit):
    """Raise in the thread of the specs, where there are no signals."""
    running, over = threading.get_ident(), threading.Event()
    began, computed = time.monotonic(), time.process_time()

    def watch():
        left = limit
        while not over.wait(max(left, 0.02)):
            used = time.process_time() - computed
            left = limit - used
            if left <= 0:
                return interrupt(limit)
            if used <= BUSY * limit and time.monotonic() - began > CLOCK * limit:
                return interrupt(CLOCK * limit, " on the clock")
        return None

    def interrupt(seconds, more=""):
        import ctypes

        class StillRunning(pytest.fail.Exception):
            def __init__(self):
                super().__init__(_words(seconds, more))

        if not _is_debugging():
            raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
            raising(ctypes.c_ulong(running), ctypes.py_object(StillRunning))

    threading.Thread(target=watch, daemon=True).start()
    return over.set


def _words(seconds, more):
    return f"Timeout (>{seconds}s){more}"


def _is_debugging():
    import pytest_timeout

    return pytest_timeout.is_debugging()
