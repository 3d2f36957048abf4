"""A command of a course in a terminal of 40 lines, and somebody who types there."""

import contextlib
import subprocess
import sys
import time

import pytest


@contextlib.contextmanager
def opened(course):
    """A function that starts Python in a terminal: (its arguments, variables) -> the process."""
    pexpect = pytest.importorskip("pexpect")
    started = []

    def start(*arguments, **variables):
        child = pexpect.spawn(
            sys.executable,
            list(arguments),
            cwd=str(course.folder),
            env=course.environment(TERM="xterm", **variables),
            dimensions=(40, 100),
            encoding="utf-8",
            timeout=200,
        )
        started.append(child)
        return child

    try:
        yield start
    finally:
        for child in started:
            child.close(force=True)


def press(child, key):
    """Press Ctrl and a key at the prompt that has just been seen, once it is read there.

    input() writes its prompt and reads, and does not notice a Ctrl-C that comes in between. Nobody
    is so quick, but on a busy machine a test is.
    """
    wait_for(lambda: state(child) in ("S", "I"))
    child.sendcontrol(key)


def state(child):
    """What a process does, as `ps` has it: S or I for one that waits, T for one that is stopped."""
    command = ["ps", "-o", "state=", "-p", str(child.pid)]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()[:1]


def wait_for(condition):
    """Wait until it holds; far longer than any machine should need."""
    for _ in range(4000):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")
