"""A kata that the learner passes over: not next any more, shown as such, and never as green."""

import json

import pytest

from tests.support.invented import build
from tests.support.studying import study


@pytest.fixture
def demo(tmp_path):
    """A course in which the first kata is passed over."""
    course = build(tmp_path / "course")
    ran = course.dojo("skip", "init")
    assert ran.returncode == 0 and "next: 1.1 Value.plus" in ran.stdout
    return course


def test_it_is_shown_and_is_not_green(demo):
    assert "0 of 2, 1 skipped" in demo.dojo("progress").stdout
    state = json.loads(demo.dojo("status", "--json").stdout)
    first, second = state["sections"][0]["katas"]
    assert state["next"] == "1.1 Value.plus" and state["sections"][0]["green"] == 0
    assert (first["status"], first["skipped"], second["skipped"]) == ("not started", True, False)


def test_what_needs_it_says_so(demo):
    demo.fill("Value.plus", "return Value(self.data + other.data)")
    out = demo.dojo("next").stdout
    assert "1.1 Value.plus  needs 1.1 Value.__init__, skipped" in out
    assert "next: 1.1 Value.plus" in out


def test_its_failure_is_in_nobodys_way_but_can_be_asked_for(demo):
    demo.fill("Value.__init__", "self.data = data + 2")
    demo.fill("Value.plus", "return Value(0)")
    assert "data is 5" not in demo.dojo("next").stdout
    out = demo.dojo("next", "init").stdout
    assert "data is 5" in out and "next: 1.1 Value.__init__" in out


def test_among_other_red_ones_it_comes_last(demo):
    demo.fill("Value.__init__", "self.data = data + 2")
    demo.fill("Value.plus", "return self")
    out = demo.pytest("--section", "1.1").output
    assert "what is added stays" not in out.partition("failing: ")[0]
    assert "1.1 Value.plus" in out.partition("failing: ")[2] and "next: 1.1 Value.plus" in out
    assert "1.1 Value.__init__" in out.partition("failing: ")[0]


def test_solving_it_ends_that(demo):
    demo.fill("Value.__init__", "self.data = data")
    assert "1 of 2\n" in demo.dojo("next", "init").stdout
    demo.replace("katas/phase1_demo/value.py", "self.data = data", "self.data = 0")
    assert "next: 1.1 Value.__init__" in demo.dojo("next", "init").stdout
    assert json.loads(demo.read(".dojo/skipped.json")) == {}


@pytest.mark.parametrize("command", [["skip", "init", "--undo"], ["reset", "init"]], ids=" ".join)
def test_it_can_be_taken_back(demo, command):
    demo.fill("Value.__init__", "return 3")
    assert demo.dojo(*command).returncode == 0
    assert "next: 1.1 Value.__init__" in demo.dojo("progress").stdout


def test_a_green_kata_is_not_skipped(demo):
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next", "init")
    ran = demo.dojo("skip", "init")
    assert ran.returncode == 0 and "is green: there is nothing to skip" in ran.stdout
    assert "skipped" not in demo.dojo("progress").stdout


def test_a_course_with_nothing_else_left_names_it(demo):
    demo.solve()
    demo.pytest()
    demo.replace("katas/phase2_demo/tower.py", "return climb", "return 1 + climb")
    demo.pytest("--section", "2.1")
    for name in ("height", "2.1 double"):
        demo.dojo("skip", name)
    out = demo.dojo("next").stdout
    assert "every kata there is is green, but for what you skipped: 2.1 height, 2.1 double" in out


def test_a_section_with_nothing_else_left_is_not_called_green(demo):
    demo.dojo("skip", "Value.plus")
    out = demo.dojo("next", "1.1").stdout
    assert "every kata of 1.1 is green, or skipped\nnext: 1.2 Value.times" in out


def test_a_damaged_record_skips_nothing(demo):
    for damage in ("{", "[]", '{"9.9 nothing": 3, "1.1 Value.plus": []}'):
        demo.write(".dojo/skipped.json", damage)
        ran = demo.dojo("progress")
        assert ran.returncode == 0 and "Traceback" not in ran.stderr
    assert "next: 1.1 Value.__init__" in ran.stdout


def test_without_a_name_nothing_is_skipped(demo):
    ran = demo.dojo("skip")
    assert ran.returncode == 2 and "which kata to skip" in ran.stderr


def test_the_page_shows_it(demo):
    with study(demo.folder, demo.environment()) as running:
        page = running.ask("/1.1.html").text
    assert '<span class="state">skipped</span> <code>Value.__init__</code>' in page
    assert "<small>0 of 2 green</small>" in page
