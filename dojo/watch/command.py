"""Watch mode: the specs of the current kata again at each save, until you say that you go on."""

import os
import time

from dojo import course, current, hints, lesson
from dojo.choice import Choice
from dojo.watch import warm
from dojo.watch.keys import END, keys

KEYS = "r run again   h hint   l lesson   n next kata   q quit"

# a save is seen after one or two steps of 5 ms; the defaults alone would cost more than a run
QUICK = {"step": 5, "debounce": 100, "rust_timeout": 10, "yield_on_timeout": True}
PATIENCE = 0.05  # seconds that a run is waited for before looking for saves and keys again
UNREPORTED = 1  # second, after which a save that no system reported is seen by its time


def watch_command(choice):
    """Run the specs of the current kata now and whenever a file in katas/ is saved; 0.

    It stays at this kata, green or not, until the key for the next one is pressed. Without a
    terminal there are no keys: it runs at each save, until Ctrl-C.
    """
    try:
        import watchfiles
    except ImportError:
        print("watching needs the package watchfiles: python -m pip install watchfiles")
        return 1
    kata = choice.one_kata()
    if kata is None:
        current.say_that_all_is_green(choice.sections)
        return 0
    try:
        with keys() as terminal, warm.runner() as runner:
            watch = _Watch(choice, kata, terminal, runner)
            saves = _saves(watchfiles)  # from here on no save is missed
            watch.run()
            for saved in saves:
                if not watch.go_on(saved):
                    break
    except KeyboardInterrupt:
        pass
    print("\nno longer watching")
    return 0


def _saves(watchfiles):
    """What was saved, a set for each look; by looking at all files where nobody reports saves."""
    only_python = watchfiles.PythonFilter()
    katas = course.ROOT / "katas"
    for polling in (None, True):
        try:
            saves = watchfiles.watch(
                katas, watch_filter=only_python, force_polling=polling, **QUICK
            )
            next(saves)
            return saves
        except Exception as error:  # of Rust's: as when all of the system's watches are in use
            if polling:
                raise
            print(f"the system does not report saves ({error}): looking at the files instead")
    return None


class _Watch:
    """The kata that is being watched, its run, and what a key does."""

    def __init__(self, choice, kata, terminal, runner):
        self.sections = choice.sections
        self.given = choice.given
        self.kata = kata
        self.terminal = terminal
        self.runner = runner
        self.waiting = ""  # a key that has to wait for the end of the run
        self.stamp = None  # when the kata's file was saved, as the last run found it

    def go_on(self, saved):
        """Look at what has happened since the last call; False if it was the key to quit."""
        if saved or self.was_saved_unreported():
            self.run()
        elif (code := self.runner.ended(PATIENCE)) is not None:
            if code not in range(6):
                print(f"the run broke off, with code {code}: something ended Python itself")
            self.say_keys()
        key = self.terminal.pressed() or self.waiting
        self.waiting = ""
        if key in ("q", END):
            return False
        if key == "r":
            self.run()
        elif key == "n":
            self.next()
        elif key in ("h", "l") and self.runner.running():
            self.waiting = key
        elif key in ("h", "l"):
            self.show(hints.hint_command if key == "h" else lesson.lesson_command)
        return True

    def was_saved_unreported(self):
        """True if the file has been another for a while, as on a disk of another machine."""
        stamp = self.last_save()
        return stamp != self.stamp and stamp + UNREPORTED < time.time()

    def last_save(self):
        try:
            return (course.ROOT / self.kata.file).stat().st_mtime
        except OSError:
            return 0.0

    def run(self, remark=""):
        """Run the specs again, from the start even if they are running."""
        self.runner.stop()
        self.stamp = self.last_save()
        if self.terminal.there and os.environ.get("TERM") != "dumb":
            print("\x1b[2J\x1b[H", end="")
        else:
            print(f"\n---- {time.strftime('%H:%M:%S')}\n")
        if remark:
            print(f"{remark}\n")
        print(current.heading(self.kata), flush=True)
        self.runner.start(current.arguments(self.kata, self.given))

    def next(self):
        """Go to the first kata that is not green, which may be the one we are at."""
        self.runner.stop()
        before = self.kata
        course.forget()
        upcoming = current.kata(self.sections, self.given) or current.kata(None, self.given)
        if upcoming is None:
            current.say_that_all_is_green(self.sections)
            self.say_keys()
            return
        self.kata = upcoming
        self.run("this one first: it is not green yet" if upcoming == before else "")

    def show(self, command):
        print()
        with self.terminal.set_aside():
            command(Choice([course.find_section(self.kata.section)], self.kata))
        self.say_keys()

    def say_keys(self):
        print(f"\n{KEYS if self.terminal.there else 'watching katas/; Ctrl-C ends'}", flush=True)
