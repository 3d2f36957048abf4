"""A row of the bench: a function that measures, with its title and what limits it."""

import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import dataclass

ROWS = {}


@dataclass(frozen=True)
class Row:
    """What is measured under one name.

    name     how it is chosen on the command line
    title    the first line of the function's docstring
    limits   the rest of it: what the time goes into, and what bounds it
    measure  the function: called with small=True it does the same on the smallest sizes, once;
             returns a list of Figures
    needs    the package that it cannot do without, or ""
    threads  how many threads arrays may use, in every contender
    """

    name: str
    title: str
    limits: str
    measure: Callable
    needs: str
    threads: int

    @property
    def is_of_katas(self):
        """False for what times the machinery."""
        return not self.measure.__module__.endswith((".loop", ".reading", ".grading"))

    @property
    def missing(self):
        """Why the row cannot be measured here, or ""."""
        if self.needs and importlib.util.find_spec(self.needs) is None:
            return f"{self.needs} is not installed, so there is nothing to hold it against."
        return ""


def row(name, needs="", threads=1):
    """Put a measuring function on the list, under a name."""

    def register(measure):
        title, _, limits = inspect.getdoc(measure).partition("\n\n")
        ROWS[name] = Row(name, title, " ".join(limits.split()), measure, needs, threads)
        return measure

    return register
