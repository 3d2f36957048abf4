"""The process that dojo.watch.warm has runs forked off: it has pytest and its plugins loaded.

It has a single thread and never sees learner code, so that each run finds the files as they are.
"""

import contextlib
import io
import json
import os
import signal
import sys

import pytest

import dojo.expect  # noqa: F401
from dojo import child, course


def main(answers):
    """Fork a run for each line of stdin; answer each with its process id and its exit code.

    A line is the arguments for pytest, as JSON. The end of stdin is the end.
    """
    lines = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # in a run nobody can be asked
    _load()
    line = lines.readline()
    while line:
        runs = Runs(lines, answers, line)
        code = 70
        try:
            code = int(pytest.main(json.loads(line), plugins=[runs]))
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            if runs.is_fork:
                os._exit(code)
        if not runs.forked:  # pytest does not even start
            os.write(answers, b"0\n%d\n" % code)
            runs.line = lines.readline()
        line = runs.line


def _load():
    """Have pytest load itself and its plugins, as it does for the course, on no specs at all."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "dojo"])


class Runs:
    """A pytest plugin: forks the runs with one line of arguments, when pytest has read these."""

    def __init__(self, lines, answers, line):
        self.lines = lines
        self.answers = answers
        self.line = line  # the last that was read
        self.forked = self.is_fork = False
        self.run = None  # the one that is going on
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, number, _):
        """End the run that is going on, without a word."""
        if self.run:
            self.run.end(number)

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config):
        """None in each fork, which goes on from here; 0 when other arguments have come."""
        self.forked, same = True, self.line
        while self.line == same:
            self.run = child.fork()
            if not self.run:
                self.is_fork = True
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                course.forget()
                if capture := config.pluginmanager.get_plugin("capturemanager"):
                    capture.read_global_capture()  # what a run that was stopped left unread
                return None
            os.write(self.answers, b"%d\n" % self.run.child)
            ended = self.run.wait()
            code = ended if self.run.signal else child.code_of(self.run, ended)
            self.run = None
            os.write(self.answers, b"%d\n" % code)
            self.line = self.lines.readline()
        return 0


if __name__ == "__main__":
    main(int(sys.argv[1]))
