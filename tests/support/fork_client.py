"""A process that has loaded what all runs need, and forks off each run: a fraction of the time."""

import json
import os
import subprocess
import sys


class ForkClient:
    """Runs, one at a time, that a script forks off.

    script       what reads a line of JSON for each run from standard input, and answers with its
                 exit code, a line, on the descriptor whose number is its first argument
    arguments    the others of its arguments
    output       the file to which its standard output and error go
    cwd          where it runs
    environment  of the process
    """

    def __init__(self, script, *arguments, output, cwd, environment):
        self._command = script, arguments
        self._output = output
        self._surroundings = {"cwd": cwd, "env": environment}
        self._process = self._answers = None

    def run(self, job):
        """Have a run forked off, and wait for its end; the exit code, as the system has it."""
        if self._process is None:
            self._begin(*self._command)
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            return int(self._answers.readline())
        except BaseException:  # cut off by a timeout: its answer must not be taken for the next
            self.close()
            raise

    def _begin(self, script, arguments):
        reading, writing = os.pipe()
        with self._output.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, script, str(writing), *arguments],
                **self._surroundings,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                pass_fds=[writing],
                encoding="utf-8",
            )
        os.close(writing)
        self._answers = os.fdopen(reading)

    def close(self):
        """End the process; the next run begins another one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._answers.close()
            self._process = None
