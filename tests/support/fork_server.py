"""Run pytest again and again, each time in a fork of this process, where it has begun already.

All that no run changes is behind it then: what is imported, the configuration, the course. What a
run prints goes to standard output, which is a file, and is all that is in it then.

stdin       for each run a line, as JSON: {"where": what is to be collected, "until": texts}; the
            spec whose failure says all of these texts, if there are any, is the last to run
descriptor  whose number is the first argument: for each run a line, its exit code
"""

import gc
import inspect
import json
import os
import sys

import numpy  # noqa: F401
import pytest
import pytest_timeout  # noqa: F401
from _pytest.junitxml import bin_xml_escape


class Runs:
    """A pytest plugin: where pytest is about to collect, it forks off the runs."""

    def __init__(self, lines, answers):
        self.lines = lines
        self.answers = answers
        self.is_fork = False
        self.until = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        """None in each fork, which goes on from here with paths of its own."""
        from dojo import course

        for specs in (course.ROOT / "katas").rglob("*.py"):
            course.katas_of(specs)
        bin_xml_escape("")  # these two compile what they search for, once
        inspect.getsource(main)
        sys.stdout.flush()
        gc.freeze()
        for line in self.lines:
            child = os.fork()
            if not child:
                self.is_fork = True
                os.ftruncate(1, 0)
                job = json.loads(line)
                session.config.args, self.until = job["where"], job["until"]
                self.session = session
                return
            _, status = os.waitpid(child, 0)
            os.write(self.answers, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)

    def pytest_runtest_logreport(self, report):
        said = getattr(report, "message", "")
        if self.until and report.failed and all(text in said for text in self.until):
            self.session.shouldfail = "it is said"


def main(answers, *arguments):
    """Wait for runs, in a session that has begun with these arguments."""
    sys.path.insert(0, os.getcwd())
    lines = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    runs, code = Runs(lines, int(answers)), 70
    try:
        code = int(pytest.main(list(arguments), plugins=[runs]))
        sys.stdout.flush()
    finally:
        if runs.is_fork:
            os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
