"""The course as it stands on disk is found, and its parts belong together."""

import subprocess
import sys

import pytest

from dojo import course
from tests.support.invented import build


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


def asked(demo, expression):
    return demo.python(f"from dojo import course, source; print({expression})").strip()


def test_sections_and_katas_are_found_in_course_order(demo):
    assert asked(demo, "[k.id for k in course.katas()]") == str(
        [
            "1.1 Value.__init__",
            "1.1 Value.plus",
            "1.2 Value.times",
            "1.2 double",
            "1.2 climb",
            "2.1 height",
            "2.1 double",
        ]
    )
    assert asked(demo, "[(s.number, s.title, s.phase) for s in course.sections()]") == str(
        [("1.1", "Counting", 1), ("1.2", "Scaling", 1), ("2.1", "Heights", 2)]
    )


def test_a_mark_that_is_being_typed_is_none(demo):
    specs = "katas/phase1_demo/test_2_scaling.py"
    demo.replace(specs, '@pytest.mark.kata("double")', '@pytest.mark.kata("double)')
    assert asked(demo, "[k.name for k in course.find_section('1.2').katas]") == str(
        ["Value.times", "climb"]
    )


def test_a_kata_knows_its_module_and_line(demo):
    climb = "course.find_kata('climb')"
    assert asked(demo, f"{climb}.file, {climb}.line") == "katas/phase1_demo/steps.py 6"
    demo.replace("katas/phase1_demo/steps.py", "def climb", "# mine\n# and mine\ndef climb")
    assert asked(demo, f"{climb}.line") == "8"
    demo.replace("katas/phase1_demo/steps.py", "def climb", "def climbs")
    assert asked(demo, f"{climb}.line") == "1"
    (demo.folder / "katas/phase1_demo/steps.py").unlink()
    assert asked(demo, f"{climb}.line") == "1"


def test_functions_within_functions_and_after_classes_are_told_apart(demo):
    demo.write(
        "katas/phase1_demo/more.py",
        "class A:\n    def f(self):\n        def inner():\n            pass\n\n"
        "    @property\n    def g(self):\n        pass\n\n\ndef f():\n    def h():\n        pass\n",
    )
    found = asked(
        demo,
        "list(source.marked_definitions(course.ROOT / 'katas/phase1_demo/more.py'))",
    )
    assert found == "[('A.f', None, 2), ('A.g', None, 7), ('f', None, 11)]"


def test_a_lesson_has_its_folder(demo):
    assert asked(demo, "[(s.lesson / 'overview.md').exists() for s in course.sections()]") == (
        "[True, True, True]"
    )


# ---- the real course


def test_every_kata_with_specs_is_marked_in_the_reference():
    lost = [kata.id for kata in course.katas() if kata.module == "?"]
    assert lost == [], "no `# kata` comment in solutions/ for these"


def test_every_kata_of_the_reference_has_specs():
    marked = {f"{section} {name}" for marks in course.modules().values() for section, name in marks}
    assert marked - course.kata_ids() == set()


def test_every_kata_is_named_once_in_its_section():
    ids = [kata.id for kata in course.katas()]
    assert sorted(set(ids)) == sorted(ids)


def test_a_module_is_in_the_phase_of_its_katas():
    for kata in course.katas():
        assert kata.module.startswith(f"phase{kata.section[0]}_"), kata.id


@pytest.mark.parametrize("kata", course.katas(), ids=lambda kata: kata.id)
def test_a_kata_is_found_by_its_id(kata):
    assert course.find_kata(kata.id) is kata
    assert course.select(section=kata.section, kata=kata.name)[1] is kata


WITHOUT_HYPOTHESIS = """
import importlib.util, sys, pytest
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "hypothesis" else real(name, *more)
sys.exit(pytest.main(["--collect-only", "-q", "tests"]))
"""


def test_a_learners_editor_finds_no_tests_of_the_course_itself():
    """Where hypothesis is not installed: collecting from the root shows the katas alone."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_HYPOTHESIS], cwd=course.ROOT, capture_output=True, text=True
    )
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout + done.stderr
    assert "error" not in done.stdout.lower()
