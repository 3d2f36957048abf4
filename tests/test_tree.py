"""Which tree is under test: the learner's katas, the reference, or a mix of both."""

import os
import shutil
import sys

import pytest

from tests.support.invented import build


@pytest.fixture
def course(tmp_path):
    return build(tmp_path / "course")


@pytest.fixture
def solved(course):
    course.solve()
    return course


def test_on_the_stubs_nothing_passes_and_there_is_no_traceback(course):
    ran = course.pytest()
    assert (ran.code, ran.counts()) == (1, {"not started": 6, "blocked": 6})
    assert "Traceback" not in ran.output + ran.error
    assert ran.lines[0] == "testing: your katas"


def test_on_the_reference_everything_passes(course):
    ran = course.pytest("--solutions")
    assert (ran.code, ran.counts()) == (0, {"passed": 12})
    assert ran.lines[0] == "testing: the reference solutions"


def test_a_solved_course_passes_and_is_the_learners_own(solved):
    solved.replace("katas/phase1_demo/value.py", "self.data = data", "self.data = data + 0")
    ran = solved.pytest()
    assert (ran.code, ran.counts()) == (0, {"passed": 12})


def test_a_file_saved_twice_in_a_second_is_tested_as_it_is(solved):
    value = solved.folder / "katas/phase1_demo/value.py"
    assert solved.pytest("--kata", "Value.plus", PYTHONDONTWRITEBYTECODE="").code == 0
    saved = value.stat()
    solved.replace("katas/phase1_demo/value.py", "self.data + other", "self.data - other")
    os.utime(value, ns=(saved.st_atime_ns, saved.st_mtime_ns))  # the same second, the same size
    assert solved.pytest("--kata", "Value.plus", PYTHONDONTWRITEBYTECODE="").code == 1


def test_a_mistake_in_the_reference_shows_only_under_solutions(solved):
    solved.replace("solutions/phase1_demo/value.py", "self.data + other", "self.data - other")
    assert solved.pytest().code == 0
    ran = solved.pytest("--solutions")
    assert ran.code == 1
    assert "kata  solutions/phase1_demo/value.py:15" in ran.output


def test_solutions_is_a_bare_flag_that_does_not_swallow_a_path(course):
    ran = course.pytest("--solutions", "katas/phase2_demo/test_1_heights.py")
    assert (ran.code, ran.counts()) == (0, {"passed": 2})


# ---- mixes


def test_given_takes_the_modules_up_to_a_section_from_the_reference(course):
    ran = course.pytest("--section", "2.1", "--given", "1.2")
    assert ran.lines[0] == "testing: your katas, on reference 1.1–1.2"
    assert ran.counts() == {"not started": 2} and "next: 2.1 height\n" in ran.output
    course.fill("height", "return 3 * n")
    course.fill("2.1 double", "return 2 * height(n)")
    assert course.pytest("--section", "2.1", "--given", "1.2").code == 0


def test_given_leaves_later_sections_to_the_learner(course):
    course.replace("solutions/phase2_demo/tower.py", "3 * n", "4 * n")
    course.solve("height")
    course.replace("katas/phase2_demo/tower.py", "4 * n", "3 * n")
    ran = course.pytest("--kata", "height", "--given", "1.2")
    assert (ran.code, ran.counts()) == (0, {"passed": 1})


def test_given_is_refused_where_it_would_split_a_module(course):
    ran = course.pytest("--section", "2.1", "--given", "1.1")
    assert ran.code == 2
    assert ran.error == (
        "the reference cannot be given up to 1.1, because value.py reaches from 1.1 to 1.2; "
        "the nearest that works is 1.2\n"
    )
    assert ran.output == ""


@pytest.mark.parametrize("section", ["9.9", "", "x"])
def test_given_a_section_that_does_not_exist_is_refused(course, section):
    ran = course.pytest(f"--given={section}")
    assert (ran.code, ran.output) == (2, "")
    assert ran.error == f"there is no section {section}; there are: 1.1, 1.2, 2.1\n"


@pytest.mark.parametrize("options", [(), ("--solutions",), ("--given", "1.2")], ids=str)
def test_there_is_one_value_class_and_every_module_comes_from_its_tree(solved, options):
    solved.write(
        "katas/phase2_demo/test_1_heights.py",
        """
import sys

import pytest

from katas.phase1_demo import steps, value
from katas.phase2_demo import tower


@pytest.mark.kata("height")
class TestHeight:
    def test_where_everything_comes_from(self):
        assert steps.Value is value.Value
        assert type(steps.climb(1)) is value.Value
        copies = [name for name in sys.modules if name.endswith("phase1_demo.value")]
        assert copies == ["katas.phase1_demo.value"]
        places = [m.__file__.replace("\\\\", "/").split("/")[-3] for m in (value, steps, tower)]
        raise ValueError(f"places {places}")
""",
    )
    ran = solved.pytest("--section", "2.1", *options)
    mine, reference = "katas", "solutions"
    expected = {
        (): [mine] * 3,
        ("--solutions",): [reference] * 3,
        ("--given", "1.2"): [reference, reference, mine],
    }[options]
    assert f"ValueError: places {expected}" in ran.output


def test_a_traceback_points_at_the_file_that_ran(solved):
    for tree in ("katas", "solutions"):
        file = f"{tree}/phase1_demo/value.py"
        solved.replace(file, "self.data * factor", f"self.data * {tree}")
    assert "in times, katas/phase1_demo/value.py:21" in solved.pytest().output
    ran = solved.pytest("--solutions")
    assert "in times, solutions/phase1_demo/value.py:21" in ran.output
    assert "return Value(self.data * solutions)" in ran.output
    assert "solutions/phase1_demo/value.py:21: in times" in (
        solved.pytest("--solutions", "--tb=short").output
    )


def test_a_module_missing_from_the_reference_never_falls_back_to_the_learners(solved):
    (solved.folder / "solutions/phase1_demo/steps.py").unlink()
    ran = solved.pytest("--solutions", "katas/phase2_demo/test_1_heights.py")
    assert ran.code == 1
    assert "passed" not in ran.output
    assert "the reference has no solutions/phase1_demo/steps.py" in ran.output


def test_a_run_refuses_to_start_when_the_wrong_tree_was_imported_before(solved):
    ran = solved.pytest("--solutions", "-p", "katas.phase1_demo.value")
    assert (ran.code, ran.output) == (4, "")
    assert "katas.phase1_demo.value was loaded from" in ran.error
    assert "this run is to test the reference solutions: something imported it too early" in (
        ran.error
    )
    assert solved.pytest("-p", "katas.phase1_demo.value").code == 0, "it is the right tree here"


def test_modules_are_checked_again_after_collection(solved):
    solved.write(
        "katas/phase1_demo/test_1_counting.py",
        """
import importlib.util
import sys
from pathlib import Path

import pytest

file = Path(__file__).with_name("value.py")
spec = importlib.util.spec_from_file_location("katas.phase1_demo.value", file)
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)


@pytest.mark.kata("Value.plus")
class TestPlus:
    def test_nothing(self):
        pass
""",
    )
    assert solved.pytest("--section", "1.1").code == 0
    ran = solved.pytest("--section", "1.1", "--solutions")
    assert ran.code == 4
    assert "something imported it too early" in ran.output + ran.error
    assert "passed" not in ran.output


# ---- from anywhere, in any way


@pytest.mark.parametrize(
    "arguments",
    [
        ("-q",),
        ("-n", "2"),
        ("-n", "2", "--dist", "loadfile", "-q"),
        ("-p", "no:cacheprovider"),
        ("--import-mode=importlib",),
        ("-s",),
        ("katas",),
        ("katas/phase1_demo", "katas/phase2_demo"),
    ],
    ids=" ".join,
)
def test_each_way_of_running_tests_the_tree_that_it_names(solved, arguments):
    solved.replace("solutions/phase1_demo/steps.py", "total.plus(Value(1))", "total")
    ran = solved.pytest(*arguments)
    assert (ran.code, ran.counts()) == (0, {"passed": 12}), ran.output + ran.error
    assert ran.lines[0] == "testing: your katas"
    assert ran.output.count("testing:") == 1
    ran = solved.pytest("--solutions", *arguments)
    assert ran.code == 1
    assert ran.counts()["failed"] == 3  # climb(4), and both of 2.1
    assert ran.lines[0] == "testing: the reference solutions"
    assert ran.output.count("testing:") == 1


@pytest.mark.parametrize("executable", [True, False], ids=["pytest", "python -m pytest"])
def test_it_runs_from_the_root_from_within_and_from_elsewhere(course, tmp_path, executable):
    def passed(*arguments, cwd):
        ran = course.pytest("--solutions", *arguments, cwd=cwd, executable=executable)
        assert ran.lines[0] == "testing: the reference solutions", ran.error
        assert ran.code == 0, ran.output
        return ran.counts()["passed"]

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    spec = course.folder / "katas/phase2_demo/test_1_heights.py"
    assert passed(cwd=course.folder) == 12
    assert passed(cwd=course.folder / "katas") == 12
    assert passed(cwd=course.folder / "katas/phase2_demo") == 2
    assert passed("test_1_heights.py", cwd=course.folder / "katas/phase2_demo") == 2
    assert passed("--section", "1.2", cwd=course.folder / "katas/phase2_demo") == 4
    assert passed("--kata", "climb", cwd=course.folder / "lessons") == 2
    assert passed(course.folder / "katas", cwd=elsewhere) == 12
    assert passed("--section", "1.2", course.folder / "katas", cwd=elsewhere) == 4
    assert passed(f"{spec}::TestDouble", cwd=elsewhere) == 1
    assert passed(f"{spec}::TestDouble::test_two_towers", cwd=course.folder) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights on Windows")
def test_it_runs_through_a_symbolic_link(solved, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(solved.folder)
    ran = solved.pytest(link / "katas", "--section", "1.2", cwd=tmp_path)
    assert (ran.code, ran.counts()) == (0, {"passed": 4})
    assert "1.2 Scaling  ####################  3 of 3" in ran.output


def test_collect_only_says_the_tree_and_runs_nothing(course):
    ran = course.pytest("--collect-only", "-q", "--section", "1.2")
    assert ran.code == 0
    assert ran.lines[0] == "testing: your katas"
    assert ran.output.count("::test_") == 4
    assert "next:" not in ran.output
    assert course.progress() == {}


# ---- a quick start


def test_a_section_without_arrays_imports_nothing_heavy(course):
    course.replace(
        "katas/phase2_demo/test_1_heights.py",
        "class TestHeight:\n",
        """class TestHeight:
    def test_what_is_loaded(self):
        import sys

        heavy = {"numpy", "graphviz", "rich", "matplotlib", "ctypes", "watchfiles", "torch"}
        assert not heavy & set(sys.modules), heavy & set(sys.modules)

""",
    )
    ran = course.pytest("--solutions", "--section", "2.1")
    assert ran.code == 0, ran.output


def test_a_kata_that_takes_its_answer_from_the_reference_is_told_so(solved):
    steps = "katas/phase1_demo/steps.py"
    solved.replace(steps, "from .value import", "from solutions.phase1_demo.value import")
    ran = solved.pytest("--section", "1.2")
    assert "katas/phase1_demo/steps.py:3: ImportError: a kata is your own work" in ran.output
    assert "Well done" not in ran.output and ran.code != 0
    assert solved.progress()["1.2 climb"] == "not run"


def test_without_the_reference_all_else_works(solved):
    """A teacher takes solutions/ out, or a learner deletes it against temptation."""
    shutil.rmtree(solved.folder / "solutions")
    ran = solved.pytest()
    assert (ran.code, ran.counts()) == (0, {"passed": 12}) and ran.error == ""
    solved.replace("katas/phase1_demo/steps.py", "total.plus(Value(1))", "total")
    ran = solved.pytest("--kata", "climb")
    assert "kata  katas/phase1_demo/steps.py:6" in ran.output
    for asked in (("--solutions",), ("--section", "1.2", "--given", "1.1")):
        ran = solved.pytest(*asked)
        assert ran.code == 2 and ran.error.splitlines() == [
            "this needs the reference, and there is no solutions/ in this course"
        ]

    def dojo(*words):
        return solved.python(f"from dojo.__main__ import main; print(main({list(words)}))")

    assert '"reference": null' in dojo("status", "--json")
    assert "next: 1.2 climb" in dojo("progress")
    assert dojo("reset", "climb").splitlines()[0] == (
        "1.2 climb is a stub again: katas/phase1_demo/steps.py:6"
    )
    assert 'raise NotImplementedError("1.2 climb")' in solved.read("katas/phase1_demo/steps.py")
    for command in (("stubs",), ("solution", "climb")):
        assert dojo(*command).splitlines()[-1] == "2"
