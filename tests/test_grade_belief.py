"""What of a submission's results is not believed, and what two of them have in common."""

import ast
import builtins
import math
import random
from functools import cache
from types import SimpleNamespace

import numpy
import pytest

import dojo.expect.close
from dojo import course as real
from dojo import source
from dojo.grade import alike, intact, reach
from tests.alternatives import all_alternatives

IMPORTS = ast.Import, ast.ImportFrom


@cache
def reference(module):
    """The imports of a reference module, and what it reaches for."""
    text = source.read(real.ROOT / "solutions" / module)
    lines = [ast.unparse(n) for n in ast.parse(text).body if isinstance(n, IMPORTS)]
    return "\n".join(lines), {what for _, what in reach.findings(text)}


def test_right_solutions_are_believed():
    """Of those of another design hardly one in a hundred reaches for what could change results."""
    unsure = set()
    for entry in all_alternatives():
        imports, allowed = reference(entry.kata.module)
        text = "\n".join([imports, entry.prelude, entry.source])
        if {what for _, what in reach.findings(text)} - allowed:
            unsure.add(entry.id)
    assert "1.4 render: a process of its own" in unsure
    assert len(unsure) <= len(all_alternatives()) / 50, unsure


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nsys.modules",
        "from sys import modules",
        "import numpy as np\nnp.isclose = None",
        "import numpy as np\nm = np\nm.isclose = None",
        "from numpy import os",
        "import random\nrandom._os",
        "print.__self__",
        "def f(): pass\nf.__globals__",
        "getattr(print, '__self' + '__')",
        "list(map(getattr, [print], ['__self' + '__']))",
        "match print:\n    case object(__self__=b): pass",
        "class A:\n    locals()['__eq' + '__'] = None",
        "type('A', (float,), {})",
        "t = type\nt('A', (float,), {})",
        "class A(float): pass",
        "class A:\n    def __eq__(self, other): return True",
        "class A:\n    __class__ = float",
        "import numpy as np\nnp.__dict__['isclose'] = None",
        "print.__self__.__dict__['abs'] = None",
        "def f(x):\n    type(x).__dict__",
        "try: pass\nexcept Exception as e: e.__traceback__",
        "from .test_1_value import TestValue",
        "import katas.phase1_autodiff.test_1_value",
        "from .spec_helpers import x",
        "from ...dojo import expect",
        "from dojo import expect",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "from pathlib import Path\nPath.read_text = None",
        "from unittest.mock import ANY",
        "__import__('sys')",
        "eval('1')",
        "# -*- coding: utf-7 -*-\n+AGkAbQBwAG8AcgB0ACAAZwBj-",
        "import string\nstring.Formatter().get_field('0.__self' + '__', (print,), {})",
        "import typing\ntyping.get_type_hints(print)",
        "import numpy as np\nclass A(np.float64): pass",
        "class A:\n    __annotations__['x'] = 1",
        "def f(x):\n    type(x).y = None",
        "from abc import ABC\nABC.register(float)",
    ],
)
def test_what_could_change_results_is_found(text):
    assert reach.findings(text.encode())


@pytest.mark.parametrize("attributes", ["vars(thing)", "thing.__dict__", "self.__dict__"])
def test_the_attributes_of_a_thing_are_nothing_to_doubt(attributes):
    assert not reach.findings(f"def children(self, thing):\n    return list({attributes}.items())")


def test_a_kata_with_other_names_is_alike_and_the_reference_is_nobodys():
    module = "phase1_autodiff/finite_differences.py"
    mine = """def numerical_gradient(f, xs, h=1e-5):
    out = []
    for i in range(len(xs)):
        left, right = list(xs), list(xs)
        left[i] -= h
        right[i] += h
        if h <= 0:
            raise ValueError("h")
        out.append((f(right) - f(left)) / (2 * h))
    return out
"""
    yours = mine.replace("out", "gradient").replace("left", "low").replace("right", "high")
    other = mine.replace("(2 * h)", "2 / h").replace("list(xs), list(xs)", "xs[:], xs[:]")
    found = {name: alike.forms(text, module) for name, text in zip("abc", (mine, yours, other))}
    kata = "1.1 numerical_gradient"
    assert alike.pairs(found, {}) == [("a", "b", [kata])]
    assert alike.pairs(found, {kata: [found["a"][kata]]}) == []
    everybody = {str(number): found["a"] for number in range(alike.MANY + 2)}
    assert alike.pairs(everybody, {}) == []


# ---- what has been changed is seen, by whatever code


def swapped(function, other):
    """Another body for a function, in place."""
    return function, "__code__", other.__code__


CHANGES = {
    "a function of the course": lambda: (dojo.expect.close, "_equal", lambda *_: True),
    "its body": lambda: swapped(dojo.expect.close._equal, lambda a, b, tolerance: True),
    "a method of pytest": lambda: (pytest.Function, "runtest", lambda self: None),
    "a property of reports": lambda: (pytest.TestReport, "passed", property(lambda self: True)),
    "a built-in": lambda: (builtins, "abs", lambda x: 0.0),
    "a function of Python": lambda: (math, "isclose", lambda *_, **__: True),
    "a draw of random": lambda: (random, "gauss", lambda *_: 0.0),
    "a function of numpy": lambda: (numpy, "allclose", lambda *_, **__: True),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_judges_is_compared_with_what_it_was(monkeypatch, name):
    before = intact.Snapshot()
    assert before.changed() == []
    monkeypatch.setattr(*CHANGES[name](), raising=False)
    assert len(before.changed()) >= 1
    monkeypatch.undo()
    assert before.changed() == []


def test_a_spec_that_is_not_the_one_in_its_file_is_seen():
    def ours():
        pass

    specs = intact.Snapshot({ours.__code__})
    right, wrong = SimpleNamespace(obj=ours), SimpleNamespace(obj=lambda: None, nodeid="test_x")
    assert specs.changed([right]) == [] and specs.changed([right, wrong]) == ["test_x"]
