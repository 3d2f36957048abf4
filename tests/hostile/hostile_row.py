"""A row of the table of `tests/hostile/`."""

from collections.abc import Callable
from dataclasses import dataclass

INIT, PLUS = "1.1 Value.__init__", "1.1 Value.plus"


@dataclass(frozen=True)
class Row:
    """One thing that is put into a kata or done to the course, and what is seen.

    `Value.__init__` of the invented course is solved; everything else is a stub, unless the row
    says otherwise.
    """

    name: str
    says: str  # a regular expression: words that every run shows
    body: str = ""  # of Value.plus
    top: str = ""  # at the top of its module, value.py
    does: Callable | None = None  # to the invented.Course, before the runs
    code: int = 1  # of pytest and of next
    plus: str = "red"  # what is remembered of Value.plus afterwards; "" for nothing
    init: str = "green"  # ... and of Value.__init__
    environment: tuple = ()  # pairs of variables
    folder: str = "course"  # the name of the course's folder
    watched: bool = True  # False where watch mode has nothing to do with it


DONE = []  # the rows of what is done to the course


def done_to(name, says, **more):
    """A decorator: a row of what a function does to the invented.Course."""
    return lambda does: DONE.append(Row(name, says, does=does, **more))
