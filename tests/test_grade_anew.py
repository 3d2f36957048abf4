"""Specs that were collected on stubs run on each submission as if they were collected on it."""

import json
import os

import pytest

from tests.grade import PLUS as ADDED
from tests.grade import RIGHT, VALUE, hand_in, value
from tests.support.invented import build

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks"),
]

SPECS = """
import pytest

from katas.phase1_demo.value import Value

KIND = Value


@pytest.fixture
def three():
    return Value(3)


def five():
    return Value(5)


@pytest.mark.kata("Value.plus")
class TestPlus:
    def test_what_stands_in_the_file(self):
        assert KIND(2).plus(Value(3)).data == 5

    @pytest.mark.parametrize("other", [1, 2], ids=["one", "two"])
    @pytest.mark.parametrize(
        ("make", "data"), [(lambda: Value(4), 4), pytest.param(five, 5, id="five")]
    )
    def test_what_stands_in_a_mark(self, make, data, other):
        assert make().plus(Value(other)).data == data + other

    @pytest.mark.parametrize("kind", [Value])
    def test_a_class_of_the_katas(self, kind, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert kind(2).plus(Value(3)).data == 5 and kind is Value


@pytest.mark.kata("Value.__init__")
class TestInit:
    def test_a_fixture_of_the_file(self, three):
        assert type(three) is Value and three.data == 3
"""
INIT, PLUS = "1.1 Value.__init__", "1.1 Value.plus"
STUB = f'raise NotImplementedError("{PLUS}")'
WHERE = "from pathlib import Path\n\nraise ValueError(f'no sum in {Path.cwd()}/sum.txt')"
LATER = "\n\nValue.plus = lambda self, other: Value(self.data + other.data)\n"


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """{name: its katas}, with specs that take what they need in every way there is."""
    folder = tmp_path_factory.mktemp("anew")
    course = build(folder / "course")
    course.write("katas/phase1_demo/test_1_counting.py", SPECS)
    stub = f'raise NotImplementedError("{INIT}")'
    texts = {
        "right": RIGHT[VALUE],
        "the same": RIGHT[VALUE],
        "no init": RIGHT[VALUE].replace("self.data = data", stub),
        "no plus": value(STUB),
        "nothing": course.read(f"katas/{VALUE}"),
        "put there later": value(STUB) + LATER,
        "a stub for some": value(f"if other is None:\n    {STUB}\n{ADDED}"),
        "says where it is": value(WHERE),
    }
    assert texts["no init"] != texts["right"]
    for name, text in texts.items():
        hand_in(folder / "class", name, {VALUE: text})
    ran = course.dojo("grade", str(folder / "class"), "--section", "1.1")
    assert ran.returncode == 0, ran.stderr
    kept = course.read(".dojo/grades.jsonl").splitlines()
    assert len(kept) == len(texts) - 1, "what is the same to the byte is graded once"
    found = json.loads(course.read("grades.json"))["submissions"]
    return {row["submission"]: row["katas"] for row in found}


def statuses(katas):
    return {kata: found["status"] for kata, found in katas.items()}


@pytest.mark.parametrize("name", ["right", "the same", "put there later", "a stub for some"])
def test_a_right_submission_is_green_however_its_specs_get_at_it(rows, name):
    assert statuses(rows[name]) == {INIT: "green", PLUS: "green"}, rows[name]


def test_what_is_its_stub_has_not_been_started_whatever_is_in_its_way(rows):
    assert statuses(rows["nothing"]) == {INIT: "not started", PLUS: "not started"}
    assert statuses(rows["no plus"]) == {INIT: "green", PLUS: "not started"}
    assert statuses(rows["no init"]) == {INIT: "not started", PLUS: "blocked"}
    assert rows["no init"][PLUS]["mistake"] == f"needs {INIT}"


def test_a_mistake_is_said_without_the_folder_of_its_run(rows):
    """It has another name in each grading, and what is alike would not look so."""
    said = rows["says where it is"][PLUS]["mistake"]
    assert "no sum in" in said and "sum.txt" in said, said
    assert "dojo-grade" not in said and "box" not in said, said
