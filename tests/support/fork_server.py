"""Run pytest again and again, each time in a fork of this process, which has it loaded already.

stdin   for each run a line of JSON: the file for its output, the arguments of pytest
stdout  for each run a line: its exit code
"""

import json
import os
import sys

import _pytest.junitxml  # noqa: F401
import numpy  # noqa: F401
import pytest
import pytest_timeout  # noqa: F401


def main():
    sys.path.insert(0, os.getcwd())
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(output, arguments):
    """The child: one run, without a terminal, and nothing after it."""
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream, handle in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
        os.dup2(handle, stream)
    code = 70
    try:
        code = int(pytest.main(arguments))
        sys.stdout.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
