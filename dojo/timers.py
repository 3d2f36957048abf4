"""Timers that raise an exception where the learner's code is, when it has computed too long.

Nothing is raised in pytest or a report. One exception is not always enough: a call of C that fails
at that moment puts its own in its place. So others follow, as long as the learner's code goes on.
"""

import signal
import sys
import threading
import time

import pytest
import pytest_timeout

from dojo import course
from dojo.parent import BUSY, CLOCK

AGAIN = 0.2  # seconds until the next exception

_KATAS = str(course.ROOT / "katas")


def limited(settings):
    """Limit what runs from here on, and return how to take the limit away."""
    in_main = threading.current_thread() is threading.main_thread()
    by = _by_signals if settings.method == "signal" and in_main else _by_a_thread
    return by(settings.timeout)


def _by_signals(limit):
    raised = False

    def stop(frame, seconds, more=""):
        nonlocal raised
        __tracebackhide__ = True
        if _in_katas(frame) and not pytest_timeout.is_debugging():
            raised = True
            pytest.fail(_words(seconds, more))

    def computed(_, frame):
        stop(frame, limit)

    def waited(_, frame):
        if time.process_time() - began > BUSY * limit and not raised:
            signal.setitimer(signal.ITIMER_REAL, CLOCK * limit, AGAIN)
        else:
            stop(frame, CLOCK * limit, " on the clock")

    def cancel():
        for timer, number in timers:
            signal.setitimer(timer, 0)
            signal.signal(number, signal.SIG_DFL)

    timers = (signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM)
    began = time.process_time()
    signal.signal(signal.SIGPROF, computed)
    signal.signal(signal.SIGALRM, waited)
    signal.setitimer(signal.ITIMER_PROF, limit, AGAIN)
    signal.setitimer(signal.ITIMER_REAL, CLOCK * limit, AGAIN)
    return cancel


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
                why = limit, ""
            elif used <= BUSY * limit and time.monotonic() - began > CLOCK * limit:
                why = CLOCK * limit, " on the clock"
            else:
                continue
            if _in_katas(sys._current_frames().get(running)):
                interrupt(*why)
            left = AGAIN

    def interrupt(seconds, more):
        import ctypes

        class StillRunning(pytest.fail.Exception):
            def __init__(self):
                super().__init__(_words(seconds, more))

        if not pytest_timeout.is_debugging():
            raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
            raising(ctypes.c_ulong(running), ctypes.py_object(StillRunning))

    threading.Thread(target=watch, daemon=True).start()
    return over.set


def _in_katas(frame):
    """True if the learner's code, or a spec that calls it, has not been left yet."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(_KATAS):
            return True
        frame = frame.f_back
    return False


def _words(seconds, more):
    return f"Timeout (>{seconds}s){more}"
