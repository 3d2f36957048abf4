"""Watch mode: the specs of the current kata again at each save, until you say that you go on."""

import os
import time

from dojo import course, current, hints, lesson
from dojo.choice import Choice
from dojo.watch import warm
from dojo.watch.keys import END, keys

KEYS = "r run again   h hint   l lesson   n next kata   q quit"
PATIENCE = 0.05  # seconds that a run is waited for before looking for saves and keys again


def watch_command(choice):
    """Run the specs of the current kata now and whenever a file in katas/ is saved; 0.

    It stays at this kata, green or not, until the key for the next one is pressed. Without a
    terminal there are no keys: it runs at each save, until Ctrl-C.
    """
    try:
        from dojo.watch.saves import LastSave, saves
    except ImportError:
        print("watching needs the package watchfiles: python -m pip install watchfiles")
        return 1
    kata = choice.one_kata()
    if kata is None:
        current.say_that_all_is_green(choice.sections)
        return 0
    try:
        with keys() as terminal, warm.runner() as runner:
            watch = _Watch(choice, kata, terminal, runner, LastSave())
            looks = saves()
            watch.run()
            for saved in looks:
                if not watch.go_on(saved):
                    break
    except KeyboardInterrupt:
        pass
    print("\nno longer watching")
    return 0


class _Watch:
    """The kata that is being watched, its run, and what a key does."""

    def __init__(self, choice, kata, terminal, runner, last_save):
        self.sections = choice.sections
        self.given = choice.given
        self.kata = kata
        self.terminal = terminal
        self.runner = runner
        self.waiting = ""  # a key that has to wait for the end of the run
        self.last_save = last_save

    def go_on(self, saved):
        """Look at what has happened since the last call; False if it was the key to quit."""
        if saved or self.last_save.unreported():
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

    def run(self, remark=""):
        """Run the specs again, from the start even if they are running."""
        self.runner.stop()
        self.last_save.ran(self.kata)
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
