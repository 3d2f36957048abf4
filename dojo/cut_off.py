"""What is said of a spec, or of a file that is loaded, that was cut off: it took too much."""

import re

import pytest

from dojo import memory
from dojo.guarded import said_by

_FAILED = pytest.fail.Exception
_TIMEOUT = re.compile(r"Timeout \(>([\d.]+)s\)( on the clock)?")  # as dojo.timers says it


def status_of(error):
    """ "timed out", "recursion" or, of too much memory, "wrong"; None if it was not cut off."""
    if isinstance(error, _FAILED) and _TIMEOUT.search(said_by(error)):
        return "timed out"
    if isinstance(error, RecursionError):
        return "recursion"
    return "wrong" if isinstance(error, MemoryError) else None


def message_of(error, name):
    """What took too much, for the learner.

    name  of the function that calls itself, where that is what it did
    """
    if isinstance(error, RecursionError):
        return (
            f"{name} keeps calling itself: which call ends it?\n"
            "Python allows about 1,000 calls inside each other. If each one does end, then the "
            "graph is deeper than that, and wants a loop with a stack of its own."
        )
    if isinstance(error, MemoryError):
        text = f"this asked for more than the {memory.MB:,} MB of a run: what grows without end?"
        return f"{text}\n{said_by(error)}".strip()
    timeout = _TIMEOUT.search(said_by(error))
    seconds = f"{float(timeout[1]):g} s"
    if timeout[2]:
        return f"still not done after {seconds}, and it computes little: what does it wait for?"
    return (
        f"still running after {seconds}: which loop has no exit?\n"
        "If each has one: what takes longer at each step than at the one before?"
    )
