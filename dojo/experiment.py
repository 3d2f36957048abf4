"""The bench of an experiment: the tree to import from, predictions, results, plots.

An experiment opens with one line, before it imports anything from `katas`:

    from dojo.experiment import Lab

    lab = Lab(__file__)

which takes the reference or, with `--mine` on the command line, the learner's own code.
"""

import argparse
import os
import re
import sys
from pathlib import Path

from dojo import course, own_text, screen, tree


class Lab:
    """Asks, shows and saves. Without a terminal nothing is asked, and all else is the same.

    data  the path of a text of the learner's own, to be used instead of the names; or None
    """

    def __init__(self, file, own_text=False):
        phase, lesson = Path(file).resolve().relative_to(course.ROOT / "lessons").parts[:2]
        self.section = f"{phase.removeprefix('phase')[0]}.{lesson[0]}"
        parser = argparse.ArgumentParser(description=f"The experiment of section {self.section}.")
        parser.add_argument("--mine", action="store_true", help="on your code, not the reference")
        parser.add_argument("--data", help="a text of your own, in place of the names")
        options = parser.parse_args()
        self.data = options.data
        if self.data is not None:
            check_own(self.data, own_text, f"the experiment of {self.section}", "that of 4.2 has")
        self.interactive = screen.interactive()
        screen.prepare()
        self.mine = tree.choose(options.mine)
        sys.excepthook = _explain
        print(f"experiment {self.section}, on {'your katas' if self.mine else 'the reference'}")

    def part(self, title):
        """Begin a part of the experiment."""
        print(f"\n--- {title}\n")

    def predict(self, question):
        """Ask what will happen; returns the answer, or None where nobody can be asked."""
        if not self.interactive:
            print(f"? {question}")
            return None
        try:
            return screen.ask(f"? {question}\n  your prediction: ") or None
        except screen.Ended:
            raise SystemExit("stopped") from None

    def result(self, happened, prediction=None):
        """Show what happened, beside what was predicted."""
        if prediction is not None:
            print(f"  you predicted   {prediction}")
        print(f"  what happened   {happened}\n")

    def output(self, name):
        """The path to save a plot or page under; its folder exists."""
        folder = course.ROOT / "output" / self.section
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def saved(self, path):
        """Say where something was saved."""
        print(f"  saved {Path(path).relative_to(course.ROOT).as_posix()}")

    def end(self, *things_to_try):
        """Close with three things to try."""
        print("\n--- try this\n")
        for number, thing in enumerate(things_to_try, start=1):
            print(f"{number}. {thing}")


def check_own(path, is_wanted, what, others):
    """Stop, with a sentence, if a text of the learner's own is not wanted or cannot be used.

    what, others  who has no use for it, and that others have
    """
    if not is_wanted:
        raise SystemExit(f"{what} has no use for a text of your own; {others}")
    try:
        own_text.lines(path)
    except own_text.Unusable as error:
        raise SystemExit(str(error)) from None


def blocked(error):
    """What to say of a stub that was called, from what it raised."""
    without = "; without MINE=1 it runs on the reference" if course.has_reference() else ""
    return f"blocked: needs {error}{without}"


def _explain(kind, error, traceback):
    """One line for a kata that is missing, or for Ctrl-C; a traceback for anything else."""
    if kind is BrokenPipeError:  # as in `make experiment | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif kind is NotImplementedError and re.fullmatch(r"\d\.\d \S+", str(error)):
        print(f"\n{blocked(error)}")
    elif kind is KeyboardInterrupt:
        print("\nstopped")
    elif issubclass(kind, OSError):  # a full disk, or a tree that may not be written to
        print(f"\nthis cannot be done: {error}")
    else:
        sys.__excepthook__(kind, error, traceback)
