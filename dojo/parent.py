"""The second line behind dojo.limits: a process that does nothing but watch a run, its child.

The run says through a pipe (dojo.child) where it is and how much it may compute there. If it does
not answer in time, it is ended. Whatever ends the run, the parent is still there to say so.
"""

import contextlib
import json
import os
import select
import signal
import time

CLOCK = 6  # times as long on the clock, for what waits instead of computing
BUSY = 0.1  # of the limit: what has computed as much by then is no waiting, the machine is slow
LOOK = 0.25  # seconds between two looks at a run that says nothing
GATHER = 0.02  # seconds for which what it says may wait: to be woken by each spec takes longer
FORWARD = 0.3  # seconds that a Ctrl-C from the terminal has to reach the run by itself


class Watched:
    """A run, as its parent sees it."""

    def __init__(self, child, listening, alive):
        self.child = child
        self.at = {}  # what the run has said last of where it is
        self.spec = {}  # ... and of the spec that it has begun last
        self.results = {}
        self.broken = ""
        self.code = None  # the one that it is over with
        self.overdue = None  # the seconds that it had, when it was ended for them
        self.signal = 0  # that somebody sent to end the run
        self.frames = ""  # where in its code Python was last, as faulthandler says it
        self._hearing = [listening]  # none any more, once the run has closed its end
        self._handles = listening, alive
        self._rest = b""
        self._clock = self._asked = 0
        self._spent = None  # the seconds that it had computed when it spoke last

    def wait(self):
        """Wait until the run has ended, or end it; its exit code, as the system has it."""
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        handlers = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGCHLD, lambda *_: None),
                (signal.SIGTERM, self.end),
                (signal.SIGHUP, self.end),
                (signal.SIGINT, self._interrupt),
            )
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        before = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        try:
            while not (ended := self._ended()):
                self._look(woken)
                self._check()
            while self._hear(0):
                pass
            return os.waitstatus_to_exitcode(ended[1])
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            for handle in (woken, wakes, *self._handles):
                os.close(handle)

    def is_whole(self, ended):
        """True if the run came to its end by itself, or had not begun: it has spoken itself."""
        spoken = self.code is not None or not self.at
        return spoken and ended >= 0 and not (self.overdue or self.broken)

    def _ended(self):
        pid, status = os.waitpid(self.child, os.WNOHANG)
        return (pid, status) if pid else None

    def _look(self, woken):
        """Wait for the run, or for a signal, a little; count the time, but none of a sleep."""
        began = time.monotonic()
        ready = select.select([woken], [], [], GATHER)[0]
        if woken in (ready or select.select([woken, *self._hearing], [], [], LOOK)[0]):
            os.read(woken, 64)
        self._clock += min(time.monotonic() - began, 2 * LOOK)
        if self._hear(0):
            self._clock, self._spent = 0, None
        elif self._spent is None:
            self._spent = _computed(self.child) or 0

    def _hear(self, seconds):
        """Take in what the run says within some seconds; False if that is nothing."""
        if not self._hearing or not select.select(self._hearing, [], [], seconds)[0]:
            return False
        said = os.read(self._hearing[0], 1 << 16)
        if not said:
            self._hearing = []
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            if line.startswith(b'{"'):
                self._take(json.loads(line))
            else:
                self.frames += line.decode(errors="replace") + "\n"
        return bool(said)

    def _take(self, said):
        self.results.update(said.pop("results", {}))
        self.code = said.pop("code", self.code)
        self.broken = said.pop("broken", self.broken)
        if said:
            self.at, self.frames = said, ""
            self.spec = said if "kata" in said else self.spec

    def _check(self):
        if self._asked and time.monotonic() > self._asked + FORWARD:
            self._asked = 0
            if not self.at.get("interrupted"):
                self._send(signal.SIGINT)
        seconds = self.at.get("seconds")
        if seconds is None or self.overdue or self._spent is None or self._clock < seconds:
            return
        limit = max(1.5 * seconds, seconds + 1)
        computed = _computed(self.child)
        used = self._clock / CLOCK if computed is None else computed - self._spent
        if used > limit or (self._clock > CLOCK * limit and used < BUSY * limit):
            self.overdue = limit
            self._send(signal.SIGUSR1)  # where is it?
            for _ in range(50):
                if not self._hear(0.2):
                    break
            self._send(signal.SIGKILL)

    def end(self, number, _=None):
        """End the run at once, because of this signal to its parent."""
        self.signal = number
        self._send(signal.SIGKILL)

    def _interrupt(self, *_):
        """From a terminal a Ctrl-C reaches the run too; from elsewhere it has to be passed on."""
        self._asked = self._asked or time.monotonic()

    def _send(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child, number)


def _computed(process):
    """The seconds that a process has computed so far; None where the system does not tell."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
