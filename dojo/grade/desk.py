"""A room with a process that runs submissions in it, as the process sees it that grades."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time

from dojo.grade.room import Room
from dojo.parent import CLOCK

STARTS = 120  # seconds that a proctor may take to be there


class Lost(Exception):
    """The process that watches runs has ended; the text says what it said last."""


class Desk:
    """A room and its proctor, which takes one submission after the other.

    katas    the ids of the katas that are graded
    allowed  {module: what the reference reaches for in it}
    slot     which desk this is
    """

    def __init__(self, katas, allowed, slot):
        self._first = {"katas": katas, "allowed": allowed}
        self._slot = slot
        self._open()

    def _open(self):
        self.room = Room()
        reading, writing = os.pipe()
        self._errors = (self.room.box.parent / "errors.txt").open("w+b")
        environment = {
            name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ
        }
        environment |= {"PYTHONUTF8": "1", "PYTHONPATH": str(self.room.folder)}
        environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0"}
        self._proctor = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dojo.grade.proctor",
                str(writing),
                str(self._slot),
                self.room.box,
            ],
            cwd=self.room.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=self._errors,
            stderr=self._errors,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        self._answers = reading
        there = self._ask(self._first, STARTS)
        self.specs, self.walls = there["specs"], there["walls"]
        self._print = self.room.print()

    def _ask(self, line, seconds):
        """What the proctor answers; Lost if that takes more than some seconds, or it is gone."""
        said, deadline = b"", time.monotonic() + seconds
        with contextlib.suppress(OSError):
            self._proctor.stdin.write(json.dumps(line).encode() + b"\n")
            self._proctor.stdin.flush()
            while not said.endswith(b"\n"):
                left = max(0, deadline - time.monotonic())
                if not select.select([self._answers], [], [], left)[0]:
                    break
                if not (more := os.read(self._answers, 1 << 16)):
                    break
                said += more
        if not said.endswith(b"\n"):
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            raise Lost(lines[-1] if lines else "")
        return json.loads(said)

    def run(self, modules, unread, katas, seconds):
        """Run the specs of some katas on a submission's modules: what was told, why it ended, code.

        unread  the names of those modules that have to be read before they are loaded

        A room in which a run has changed something is given up for another one.
        """
        self.room.seat(modules)
        if not self.walls.get("files"):
            self._print = self.room.print()
        line = {"katas": katas, "modules": unread, "seconds": seconds}
        try:
            said = self._ask(line, STARTS + 2 * CLOCK * seconds)
        except Lost:
            self.close()
            self._open()
            return {"told": [], "why": "it has ended the process that watched it", "code": 1}
        if not self.walls.get("files") and self.room.print() != self._print:
            self.close()
            self._open()
            said["why"] = said["why"] or "it has changed the course that it was run in"
        return said

    def close(self):
        self._proctor.kill()
        self._proctor.wait()
        self._proctor.stdin.close()
        os.close(self._answers)
        self._errors.close()
        self.room.close()
