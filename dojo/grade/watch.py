"""A run of a submission, as the process that has forked it sees it: what it tells, when it ends.

What comes from a run is not believed: a line without the word, too many lines, or silence for too
long end it.
"""

import contextlib
import json
import os
import select
import signal
import time
from pathlib import Path

from dojo.parent import BUSY, CLOCK

LOOK = 0.25  # seconds between two looks at a run that says nothing
TOLD = 8 << 20  # bytes that a run may tell
MEMORY = 3 << 30  # bytes that it may have, with all that it has started
_TICK, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


class Watch:
    """A run.

    waits    the process that ends when it has ended
    run      the process that it is
    pipe     through which it tells
    word     with which each line begins
    silence  seconds that it may compute without a word
    seconds  ... and altogether
    """

    def __init__(self, waits, run, pipe, word, silence, seconds):
        self.run, self.told, self.why = run, [], ""
        self._waits, self._pipe, self._word = waits, pipe, word
        self._silence, self._seconds = silence, seconds
        self._rest, self._heard, self._size = b"", True, 0
        self._began = time.monotonic(), _computed(run)
        self._last = self._began

    def until_over(self):
        """Wait until it has ended, or end it; its exit code."""
        while True:
            ended, status = os.waitpid(self._waits, os.WNOHANG)
            if ended:
                break
            self._listen(LOOK)
            if not self.why:
                self._check()
            if self.why:
                self.end()
        while self._listen(0) and not self.why:
            pass
        os.close(self._pipe)
        return os.waitstatus_to_exitcode(status)

    def end(self):
        for process in (self.run, self._waits):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)

    def _listen(self, seconds):
        """Take in what it tells within some seconds; False if that is nothing."""
        if not self._heard:
            time.sleep(min(seconds, 0.002))
            return False
        if not select.select([self._pipe], [], [], seconds)[0]:
            return False
        said = os.read(self._pipe, 1 << 16)
        self._heard = bool(said)
        self._size += len(said)
        if self._size > TOLD:
            self.why = "it told more than a run has to tell"
            return False
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            self._take(line)
        return bool(said)

    def _take(self, line):
        if not line.startswith(self._word):
            self.why = "something that is no result came where results are told"
            return
        self.told.append(json.loads(line[len(self._word) :]))
        self._last = time.monotonic(), _computed(self.run)

    def _check(self):
        now, computed = time.monotonic(), _computed(self.run)
        since, before = self._last
        silent, altogether = computed - before, computed - self._began[1]
        limit = max(1.5 * self._silence, self._silence + 1)
        waited = now - since
        if silent > limit or (waited > CLOCK * limit and silent < BUSY * limit):
            self.why = f"no answer for {limit:g} s of computing, nor when it was interrupted"
        elif altogether > self._seconds or now - self._began[0] > CLOCK * self._seconds:
            self.why = f"it took more than {self._seconds:g} s altogether"
        elif waited > LOOK and _memory(self.run) > MEMORY:
            self.why = f"it took more than {MEMORY >> 30} GB of memory, with what it has started"


def _computed(process):
    """The seconds that a process has computed so far; a part of the clock's where nobody tells."""
    if not os.path.exists("/proc/self/stat"):
        return time.monotonic() / CLOCK
    try:
        fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


def _memory(process):
    """The bytes that a process has, and all that it has started."""
    total, ahead = 0, [process]
    while ahead:
        one = ahead.pop()
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * _PAGE
            ahead += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except (OSError, IndexError):
            continue
    return total


def end_rest(run):
    """End whatever is left of a run that had no namespace of its own.

    Its group goes at once. On Linux, what has left that is a child of ours by now.
    """
    with contextlib.suppress(OSError):
        os.killpg(run, signal.SIGKILL)
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    for _ in range(1000):
        try:
            left = children.read_text().split()
        except OSError:
            return
        for process in left:
            with contextlib.suppress(OSError):
                os.kill(int(process), signal.SIGKILL)
                os.waitpid(int(process), 0)
        if not left:
            return
