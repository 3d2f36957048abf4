"""Run pytest again and again, each time in a fork of a process that has it loaded already.

Most of the time of a short run goes into loading pytest. The process that forks,
dojo.watch.forks, does that once. Where there is no fork, each run is an ordinary process.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys

from dojo import course


def runner(output=None):
    """The quickest Runner that there is here.

    output  the file that runs write to; that of this process if it is left out
    """
    return Forks(output) if hasattr(os, "fork") else Processes(output)


class Processes:
    """One run at a time, each in a process of its own."""

    def __init__(self, output):
        self._output = output
        self._run = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, arguments):
        """Begin a run; one that is still going on is stopped."""
        self.stop()
        command = [sys.executable, "-m", "pytest", *arguments]
        self._run = subprocess.Popen(
            command,
            cwd=course.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
        )

    def running(self):
        return self._run is not None

    def ended(self, wait):
        """The exit code of the run, once, if it ends within `wait` seconds; None before."""
        code = None
        if self._run:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._run.wait(wait)
                self._run = None
        return code

    def stop(self):
        """End the run that is going on, if there is one, whatever it is doing."""
        if self._run:
            self._run.kill()
            self._run.wait()
            self._run = None


class Forks:
    """One run at a time, each in a fork of a process that stays."""

    def __init__(self, output):
        self._output = output
        self._parent = self._answers = self._child = None
        self._open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._close()

    def start(self, arguments):
        """Begin a run; one that is still going on is stopped."""
        self.stop()
        line = json.dumps(arguments) + "\n"
        try:
            self._parent.stdin.write(line)
        except OSError:  # somebody has ended it
            self._close()
            self._open()
            self._parent.stdin.write(line)
        self._child = int(self._answers.readline() or 0)

    def running(self):
        return self._child is not None

    def ended(self, wait):
        """The exit code of the run, once, if it ends within `wait` seconds; None before."""
        if self._child is None or not select.select([self._answers], [], [], wait)[0]:
            return None
        self._child = None
        return int(self._answers.readline() or -signal.SIGKILL)

    def stop(self):
        """End the run that is going on, if there is one, whatever it is doing."""
        if self._child is None:
            return
        if self._child:
            self._parent.terminate()  # it ends the run, and stays
        self._answers.readline()
        self._child = None

    def _open(self):
        reading, writing = os.pipe()
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever stops runs
        try:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "dojo.watch.forks", str(writing)],
                cwd=course.ROOT,
                stdin=subprocess.PIPE,
                stdout=self._output,
                stderr=self._output,
                pass_fds=[writing],
                text=True,
                bufsize=1,
            )
        finally:
            signal.signal(signal.SIGINT, before)
            os.close(writing)
        self._answers = os.fdopen(reading, "rb", buffering=0)

    def _close(self):
        with contextlib.suppress(OSError):
            self._parent.stdin.close()
        self._answers.close()
        self._parent.wait()
