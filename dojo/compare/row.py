"""A row: one fact on which libraries disagree, and a small function for each that shows it."""

import importlib
import math
import re
from functools import cache
from pathlib import Path
from types import MappingProxyType

from dojo.compare.libraries import function_of

HERE = Path(__file__).parent


class Row:
    """One fact. A subclass is never made into an object: it holds what follows, and a function
    without arguments for each library, named as in libraries.py, and `course` for the katas. A
    function imports its own library, and returns what it did: a number, text, or a list of these.

    title      a few words, from which the anchor on the page is made
    says       the fact in one sentence, and what the values are
    values     {library: what the page says that its function returns}
    before     {library: (the last version known to have done otherwise, what it returned)}
    tolerance  by how much, relatively, a number may be off; larger where it is drawn at random
    """

    title = ""
    says = ""
    values = MappingProxyType({})
    before = MappingProxyType({})
    tolerance = 2e-3

    @classmethod
    def anchor(cls):
        """The title as it stands in a link."""
        return re.sub(r"[^\w ]", "", cls.title.lower()).replace(" ", "-")

    @classmethod
    def function(cls, library):
        """The function of a library; None if the row has none for it."""
        return vars(cls).get(library)

    @classmethod
    def said(cls, library, version=""):
        """What the page says of a library, or of an older version of it."""
        name = library if library in cls.values or library == "course" else function_of(library)
        if version and name in cls.before and _parts(version) <= _parts(cls.before[name][0]):
            return cls.before[name][1]
        return cls.values[name]

    @classmethod
    def same(cls, a, b):
        """True if two values are the same behaviour: text equal, numbers up to the tolerance."""
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(cls.same, a, b))
        if isinstance(a, str | list) or isinstance(b, str | list):
            return a == b
        both_nan = math.isnan(a) and math.isnan(b)
        return both_nan or math.isclose(a, b, rel_tol=cls.tolerance, abs_tol=1e-12)


def _parts(version):
    """(2, 13, 0) for "2.13.0+cpu"."""
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+")[0])[:3])


def shown(value):
    """A value as text: numbers with four digits, 0.5 and 1e-8 rather than 0.5000 and 1e-08."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, str):
        return value
    value += 0.0  # for -0.0
    return re.sub(r"e([+-])0*(\d)", lambda m: f"e{m[1].strip('+')}{m[2]}", f"{value:.4g}")


def numbers():
    """The sections that have rows, in order: ["1.2", ...]."""
    return sorted({f"{path.stem[5]}.{path.stem[7]}" for path in HERE.glob("rows_?_?*.py")})


@cache
def rows(number):
    """The rows of a section, module by module, in the order in which they stand there."""
    found = []
    for path in sorted(HERE.glob(f"rows_{number.replace('.', '_')}*.py")):
        module = importlib.import_module(f"dojo.compare.{path.stem}")
        found += [x for x in vars(module).values() if isinstance(x, type) and issubclass(x, Row)]
    return [row for row in found if row is not Row]


def heading(number):
    """A section as "3.3 · Optimization": from what its modules say in their first line."""
    path = min(HERE.glob(f"rows_{number.replace('.', '_')}*.py"))
    module = importlib.import_module(f"dojo.compare.{path.stem}")
    return module.__doc__.splitlines()[0].partition(":")[0].rstrip(".")
