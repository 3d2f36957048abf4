"""Run `python -m …` again and again, each time in a fork of this process, which has loaded pytest.

That is most of what such a program does before it comes to the course. What it finds is what it
finds in a process of its own: module, arguments, folder, environment, and a group of its own.

stdin       for each run a line, as JSON: {"arguments": ["pytest", "-q"], "cwd": …,
            "environment": {…}, "stdin", "output", "error": files, "limit": seconds}
descriptor  whose number is the first argument: for each run a line, its exit code
"""

import contextlib
import json
import os
import runpy
import signal
import sys

import _pytest.junitxml  # noqa: F401
import pytest  # noqa: F401  but none of its plugins, the asserts of which it rewrites


def main(answers):
    lines = os.fdopen(os.dup(0), encoding="utf-8")
    for line in lines:
        job = json.loads(line)
        child = os.fork()
        if not child:
            os.close(answers)
            os.close(lines.fileno())
            become(**job)
            return
        os.write(answers, b"%d\n" % ended(child, job["limit"]))


def ended(child, limit):
    """Wait for a run, but end its group after so many seconds: as if by SIGALRM; its exit code."""
    is_overdue = False

    def end(*_):
        nonlocal is_overdue
        is_overdue = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.alarm(limit)
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return -signal.SIGALRM if is_overdue else os.waitstatus_to_exitcode(status)


def become(arguments, cwd, environment, stdin, output, error, limit):
    """Be `python -m …` from here on."""
    os.setsid()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(stdin, os.O_RDONLY), 0)
    os.dup2(os.open(output, new), 1)
    os.dup2(1 if error == output else os.open(error, new), 2)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    module, *sys.argv[1:] = arguments
    sys.path[0] = cwd
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
