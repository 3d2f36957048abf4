"""A run as the child of a process that watches it, and what it tells that parent."""

import atexit
import contextlib
import faulthandler
import gc
import json
import os
import signal
import sys

from dojo import parent

_pipe = None  # in a run: where its parent listens
_code = None  # ... and the exit code with which it is over


def fork():
    """Go on in a child, where this returns None; in the parent, the Watched child."""
    global _pipe
    listening, telling = os.pipe()
    life, _alive = os.pipe()  # its other end is open as long as the parent lives
    gc.freeze()  # a look at all that is in memory would copy it, page by page
    child = os.fork()
    if child:
        os.close(telling)
        os.close(life)
        return parent.Watched(child, listening, _alive)
    os.close(listening)
    os.close(_alive)
    _end_with_the_parent(life)
    _pipe = telling
    atexit.register(_leave)  # the first, and so the last to be called
    return None


def split():
    """Go on in a child; this process does nothing more but watch it, and ends as it has ended."""
    if run := fork():
        code = 1
        try:
            code = code_of(run, run.wait())
        finally:
            os._exit(code)


def code_of(run, ended):
    """The exit code to end with; if the run broke off, after what there is to say of that.

    run    the parent.Watched that has ended
    ended  its exit code as the system has it
    """
    if run.is_whole(ended):
        return ended or run.code or 0
    from dojo import broken_off  # it loads the course, and is rarely needed

    broken_off.say(run, ended)
    return run.code or 1


def _leave():
    """End a run that is over without taking Python and numpy apart, which nobody waits for."""
    if _code is not None:
        with contextlib.suppress(Exception):  # the streams are what the katas have made of them
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(_code)


def _end_with_the_parent(life):
    import fcntl

    with contextlib.suppress(OSError):  # SIGIO, which ends a process of Linux, when it closes
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, os.O_ASYNC)


def is_watched():
    """True in a run that has a parent."""
    return _pipe is not None


def show_crashes():
    """Let the parent see where Python is: when it crashes, and when the parent asks."""
    if _pipe is not None:
        faulthandler.enable(_pipe)
        faulthandler.register(signal.SIGUSR1, _pipe)


def tell(**said):
    """Tell the parent, if there is one, where the run is.

    at       what it does from now on, in words; where that is a spec, also `kata`, how many
             `specs` that has, and whether it `is_recorded`; where that is a file that it
             loads, the katas of which are `unknown` until it is done
    seconds  that it may compute there; None for as long as it likes
    results  of the katas that it is through with, as dojo.store keeps them
    broken   what pytest itself stumbled over, so that the run cannot go on
    code     with which it is over
    """
    global _code
    if _pipe is None:
        return
    _code = said.get("code", _code)
    left = json.dumps(said).encode() + b"\n"
    with contextlib.suppress(OSError):  # a learner's code has closed it
        while left:  # a signal may come in between
            left = left[os.write(_pipe, left) :]
