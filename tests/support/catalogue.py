"""What an entry of the two catalogues is, and how it takes the place of a kata."""

import ast
import importlib
import inspect
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dojo import course, source

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Entry:
    kata_id: str  # "1.2 Value.tanh"
    name: str
    source: str  # the function, without its decorators
    prelude: str
    says: tuple
    where: str  # "mistakes_2_forward_pass.py:17"

    @classmethod
    def of(cls, function, kata_id, name, prelude, says=()):
        """An entry from a function that is being decorated."""
        code = function.__code__
        where = f"{Path(code.co_filename).name}:{code.co_firstlineno}"
        return cls(kata_id, name, _undecorated(function), prelude, says, where)

    @property
    def kata(self):
        """The kata it stands in for; UnknownName where there is none."""
        return course.find_kata(self.kata_id)

    @property
    def section(self):
        return self.kata_id.split()[0]

    @property
    def place(self):
        """Where it stands in course order; what has no kata comes last."""
        ids = [kata.id for kata in course.katas()]
        return ids.index(self.kata_id) if self.kata_id in ids else len(ids)

    @property
    def id(self):
        return f"{self.kata_id}: {self.name}"


def load(kind, phases="1-9"):
    """Import the modules of a catalogue, "mistakes" or "alternatives", and so fill it."""
    for path in sorted((TESTS / kind).glob(f"phase[{phases}]*/{kind}_*.py")):
        importlib.import_module(f"tests.{kind}.{path.parent.name}.{path.stem}")


def replaced(*entries):
    """{module: text} of the reference modules in which these entries stand in for their katas."""
    texts = {}
    for entry in entries:
        module = entry.kata.module
        if module not in texts:
            texts[module] = (course.ROOT / "solutions" / module).read_text(encoding="utf-8")
        texts[module] = _spliced(texts[module], entry)
    return texts


_definitions = cache(source.definitions)  # of the reference, hundreds of times


def _spliced(text, entry):
    definition = _definitions(text)[entry.kata.name]
    node = definition.node
    lines = text.splitlines(keepends=True)
    decorators = lines[definition.start : node.lineno - 1]
    lines[definition.start : definition.end] = [
        *decorators,
        textwrap.indent(_marked(entry), " " * node.col_offset),
    ]
    if entry.prelude:
        top = ast.parse(text).body[0]  # the module's docstring
        lines.insert(top.end_lineno, f"\n{entry.prelude.strip()}\n")
    return "".join(lines)


def _marked(entry):
    """The entry's source with the mark of a kata, by which the course finds it."""
    name = entry.kata.name.split(".")[-1]
    first, *rest = entry.source.splitlines()
    if not first.startswith(f"def {name}("):
        raise ValueError(f"{entry.where}: the function that replaces {entry.kata_id} is not {name}")
    return "\n".join([f"{first}  # kata {entry.section}", *rest]) + "\n"


def _undecorated(function):
    source = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(source).body[0]
    return "".join(source.splitlines(keepends=True)[node.lineno - 1 : node.end_lineno])
