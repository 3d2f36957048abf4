"""Run pytest again and again, each time in a fork of this process, which has it loaded already.

It has also read the configuration and the course, which no run changes. What a run prints goes to
standard output, which is a file, and is all that is in it then.

stdin       for each run a line: the arguments of pytest, as JSON
descriptor  whose number is the first argument: for each run a line, its exit code
"""

import json
import os
import sys

import _pytest.junitxml  # noqa: F401
import numpy  # noqa: F401
import pytest
import pytest_timeout  # noqa: F401


class Runs:
    """A pytest plugin: once pytest has read its configuration, it forks off the runs."""

    def __init__(self, lines, answers):
        self.lines = lines
        self.answers = answers
        self.is_fork = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config):
        """None in each fork, which goes on from here with arguments of its own; 0 at the end."""
        from dojo import course

        course.kata_ids()
        for line in self.lines:
            child = os.fork()
            if not child:
                self.is_fork = True
                os.ftruncate(1, 0)
                choose(config, json.loads(line))
                return None
            _, status = os.waitpid(child, 0)
            os.write(self.answers, b"%d\n" % os.waitstatus_to_exitcode(status))
        return 0


def choose(config, arguments):
    """Put these arguments of pytest in place of those that it was started with."""
    parsed = config._parser.parse(arguments)
    config.option.__dict__.update(vars(parsed))
    config.args = parsed.file_or_dir or config.getini("testpaths")
    source = config.ArgsSource
    config.args_source = source.ARGS if parsed.file_or_dir else source.TESTPATHS


def main(answers, *arguments):
    """Wait for runs, on a configuration that was read with these arguments."""
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
