"""What is run for the pages: the kata that is looked at, at each save, as `make watch` runs it."""

import math
import os
import queue
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from dojo import course, current, status, store, tree
from dojo.study import pictures
from dojo.watch import warm
from dojo.watch.saves import LastSave, saves

PATIENCE = 0.05  # seconds that a run is waited for before looking for saves and requests again
LONG = 0.5  # seconds after which the pages say that a run is going on
PICTURES = 0.5  # seconds between two looks for new pictures
MUCH = 60_000  # characters of what a run has written that are shown, the last ones


@dataclass(frozen=True)
class Seen:
    """What the last run was about, and how it went.

    kata     the course.Kata, or None before the first run
    running  whether it is still going on, and has been for a while
    output   what it wrote, as in a terminal
    code     its exit code; None while it runs
    """

    kata: course.Kata | None = None
    running: bool = False
    output: str = ""
    code: int | None = None


class Session:
    """Runs in the main thread; the pages ask from theirs, and wait for what is new.

    given  the section up to which the reference stands in for the learner's katas, or None
    """

    def __init__(self, given=None):
        self.seen = Seen()
        self._given = given
        self._tree = tree.Tree(given=given)
        self._saves = saves()  # before any page can be asked for
        self.version = 0  # grows with everything that may change a page
        self._changed = threading.Condition()
        self._requests = queue.SimpleQueue()
        self._kata = None  # the one that a save runs
        self._pictures, self._next_look = None, 0.0
        self._long = math.inf  # when the run that is going on has taken long

    # ---- for the pages

    def look_at(self, sitting):
        """Somebody reads this sitting: from now on its katas are run."""
        self._requests.put(("look", sitting.katas))

    def run(self, kata):
        """Run the specs of a kata now, and at each save."""
        self._requests.put(("run", (kata,)))

    def changed(self):
        """Say that something is new: whoever waits looks again."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def wait(self, version, seconds):
        """The version that is new beside this one, or the same after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, seconds)
            return self.version

    # ---- in the main thread

    def watch(self):
        """Run at each save, until KeyboardInterrupt."""
        with tempfile.TemporaryFile("a+b") as self._output, warm.runner(self._output) as runner:
            self._runner, self._last_save = runner, LastSave()
            for saved in self._saves:
                self._go_on(saved)

    def _go_on(self, saved):
        self._look_at_pictures()
        if any(course.is_specs(Path(path).stem) for _, path in saved):
            course.forget()  # there may be other katas now
        if self._kata and (saved or self._last_save.unreported()):
            self._begin(self._worked_on())
            saved = ()
        elif (code := self._runner.ended(PATIENCE if self._runner.running() else 0)) is not None:
            self._ended(code)
        elif time.monotonic() > self._long:
            self._long = math.inf
            self.seen = Seen(self.seen.kata, running=True)
            self.changed()  # nobody should wonder whether anything happens
        while not self._requests.empty():
            what, katas = self._requests.get()
            if what == "run":
                self._begin(katas[0])
            else:
                self._look_at(katas, saved)

    def _look_at_pictures(self):
        """Now and then, see whether an experiment has saved one."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + PICTURES
        if (stamp := pictures.gallery_stamp()) != self._pictures:
            self._pictures = stamp
            self.changed()

    def _look_at(self, katas, saved):
        """Go to the first of these that is left to do; run it if its file says something new."""
        if self._kata in katas:
            return
        self._kata = self._first_red(katas) or katas[-1]
        self._last_save.ran(self._kata)
        if saved or is_new(self._kata):
            self._begin(self._kata)

    def _worked_on(self):
        """The kata at hand, or if nobody has begun with it, another one that has an attempt."""
        if not status.is_stub(self._kata):
            return self._kata
        done = store.done()
        among = (k for k in course.sitting_of(self._kata).katas if k.id not in done)
        return next((kata for kata in among if is_new(kata)), self._kata)

    def _first_red(self, katas):
        done = store.done()
        mine = (kata for kata in katas if not self._tree.is_reference(kata.module))
        return next((kata for kata in mine if kata.id not in done), None)

    def _begin(self, kata):
        self._runner.stop()
        self._kata = kata
        self._last_save.ran(kata)
        os.ftruncate(self._output.fileno(), 0)
        self.seen = Seen(kata)
        self._long = time.monotonic() + LONG
        self._runner.start(current.arguments(kata, self._given))

    def _ended(self, code):
        self._output.seek(0)
        text = self._output.read().decode("utf-8", "replace")
        output = text if len(text) <= MUCH else f"...\n{text[-MUCH:]}"
        self.seen = Seen(self.seen.kata, False, output, code)
        self._long = math.inf
        following = self._first_red(course.sitting_of(self._kata).katas) if code == 0 else None
        if following:
            self._kata = following
            self._last_save.ran(following)
        self.changed()
        if following and is_new(following):
            self._begin(following)


def is_new(kata):
    """True if the file of a kata holds an attempt that no run has seen."""
    (state,) = status.katas([kata])
    return state["status"] == "not run" or (state["edited_since"] and not status.is_stub(kata))
