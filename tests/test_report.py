"""What the learner sees at the end of a run, and what is remembered of it."""

import json
import re
import signal
import sys
from xml.etree import ElementTree

import pytest

from tests.support.invented import build, finished

VALUE = "katas/phase1_demo/value.py"
STEPS = "katas/phase1_demo/steps.py"
INIT = "self.data = data"
ENDLESS = "while True:\n    other = other"


@pytest.fixture
def course(tmp_path):
    return build(tmp_path / "course")


@pytest.fixture
def solved(course):
    course.solve()
    return course


def in_order(text, *parts):
    """True if these parts follow each other in the text."""
    at = 0
    for part in parts:
        at = text.find(part, at)
        assert at >= 0, f"{part!r} does not come where it should in:\n{text}"
        at += len(part)
    return True


# ---- not started, blocked


def test_a_stub_is_one_line_with_the_kata_and_the_line_to_open(course):
    ran = course.pytest("--section", "1.1")
    assert in_order(
        ran.output,
        "2 not started, 4 blocked",
        "Nothing is started yet: 2 katas wait for you.\n",
        "1.1 Counting  --------------------  0 of 2\n",
        "next: 1.1 Value.__init__\n",
        "  read    make lesson SECTION=1.1\n",
        f"  open    {VALUE}:11\n",
        "  check   make next\n",
        "  stuck?  make hint KATA=Value.__init__\n",
    )
    assert len(ran.lines) <= 18
    assert ran.error == ""
    assert ran.code == 1 and "failed" not in ran.output
    assert ran.output.count("NOT STARTED") == 0
    assert course.pytest("--section", "1.1", "-v").output.count(" NOT STARTED") == 2
    assert "1 kata waits for you" in course.pytest("--kata", "Value.__init__").output


def test_beside_what_is_started_a_stub_is_one_line_with_its_place(course):
    course.solve("Value.__init__")
    assert in_order(
        course.pytest().output,
        f"not started\n  1.1 Value.plus  {VALUE}:15\n",
        "and after these\n",
        "  1.2 Scaling: 3 not started\n",
    )


def test_a_blocked_kata_says_how_to_go_on_where_the_reference_can_be_given(course):
    course.fill("height", "return climb(3 * n).data")
    ran = course.pytest("--section", "2.1")
    assert in_order(
        ran.output,
        "blocked\n  2.1 height  needs 1.2 climb\n",
        "go on with the reference for these: make test SECTION=2.1 GIVEN=1.2\n",
    )
    assert "GIVEN" not in course.pytest("--section", "1.2").output, "value.py cannot be split"


def test_the_way_round_that_is_named_works(course):
    course.fill("height", "return climb(3 * n).data")
    ran = course.pytest("--section", "2.1", "--given", "1.2")
    assert ran.counts() == {"not started": 1, "passed": 1}
    assert "blocked" not in ran.output


def test_without_make_the_commands_are_those_of_python(course, tmp_path):
    course.fill("height", "return climb(3 * n).data")
    ran = course.pytest("--section", "2.1", PATH=str(tmp_path))
    assert "go on with the reference for these: pytest --section 2.1 --given 1.2\n" in ran.output
    assert "python -m dojo lesson 2.1\n" in ran.output
    assert "python -m dojo hint height\n" in ran.output
    assert "make" not in ran.output


def test_a_name_that_stands_twice_is_spoken_with_its_section(course):
    course.solve("Value.__init__", "Value.plus", "Value.times")
    assert 'make hint KATA="1.2 double"' in course.pytest("--section", "1.2").output


def test_sections_further_on_have_a_line_each(course):
    course.solve("Value.__init__")
    ran = course.pytest()
    assert in_order(
        ran.output,
        "not started\n",
        "  1.1 Value.plus",
        "and after these\n",
        "  1.2 ",
        "next: 1.1 Value.plus",
    )
    assert "and after these" not in course.pytest("--section", "1.2").output


# ---- wrong


def test_the_first_failure_is_shown_in_full_and_the_others_in_a_line_each(course):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", 'print("seen")\nreturn Value(self.data * other.data)')
    ran = course.pytest("--section", "1.1")
    assert in_order(
        ran.output,
        "also failing\n",
        "  1.1 Value.plus  test_zero_changes_nothing[7]: n plus 0 is not right\n",
        "  1.1 Value.plus  test_zero_changes_nothing[11]: n plus 0 is not right\n",
        "failing: wrong, with 2 more of this kata\n",
        "1.1 Value.plus · test_two_and_three_make_five\n",
        "      def test_two_and_three_make_five(self):\n",
        "    >     expect_close(\n",
        "              Value(2).plus(Value(3)),\n",
        '              "2 plus 3",\n',
        "          )\n",
        "2 plus 3 is not right\n  expected  5\n  got       6\n",
        "  This is exactly what you get when they are multiplied.\n",
        "spec  katas/phase1_demo/test_1_counting.py:21\n",
        f"kata  {VALUE}:15\n",
        "stdout:\n    seen\n",
        "1.1 Counting  ##########----------  1 of 2\n",
        "next: 1.1 Value.plus\n",
    )
    assert "the second is left out" not in ran.output, "the other mistakes are not given away"
    assert "Traceback" not in ran.output and "Error" not in ran.output


def test_an_error_in_a_kata_names_the_line_of_the_learner(course):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", "return Value(self.date)")
    ran = course.pytest("--section", "1.1")
    assert in_order(
        ran.output,
        "failing: wrong, with 3 more of this kata\n",
        "AttributeError: 'Value' object has no attribute 'date'\n",
        f"in plus, {VALUE}:17\n    return Value(self.date)\n",
    )


def test_an_error_further_in_also_names_the_line_of_the_kata(course):
    course.fill("Value.__init__", "self.data = float(data)")
    course.fill("Value.plus", "total = 1.0\nreturn Value(self)")
    ran = course.pytest("--section", "1.1", "--kata", "Value.plus")
    assert in_order(
        ran.output,
        "in __init__, ",
        "    self.data = float(data)\n",
        "reached from plus, ",
        "    return Value(self)\n\nspec  ",
    )
    assert "reached from" not in course.pytest("--section", "1.1", "--kata", "__init__").output


def test_a_message_that_stands_in_the_spec_too_tears_nothing_apart(solved):
    spec = "katas/phase1_demo/test_2_scaling.py"
    line = '        expect_close(climb(4), 4.0, "four steps")\n'
    solved.replace(spec, line, f'        pytest.fail("steps are gone")\n{line}')
    ran = solved.pytest("--section", "1.2")
    assert '>     pytest.fail("steps are gone")\n\nsteps are gone\n\nspec  ' in ran.output


def test_a_kata_that_returns_nothing_is_told_so(course):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", "Value(self.data + other.data)")
    assert "2 plus 3 is None, and should be a number: does every path end in a return?" in (
        course.pytest("--kata", "plus").output
    )


def test_an_assert_is_shown_without_its_message_above_the_message(course):
    course.fill("Value.__init__", "self.data = -data")
    ran = course.pytest("--kata", "Value.__init__")
    assert in_order(
        ran.output, "    >     assert Value(3).data == 3\n", "\n3 was given, and data is -3\n"
    )


def test_of_many_failures_the_end_is_counted(solved):
    solved.replace(VALUE, "self.data = data", "self.data = str(data)")
    numbers = list(range(40))
    solved.replace("katas/phase1_demo/test_1_counting.py", "[7, 11]", str(numbers))
    ran = solved.pytest("--section", "1.1")
    assert re.search(r"  \.\.\. and \d+ more specs after these\n", ran.output)
    assert len(ran.lines) < 60


def test_the_failure_that_names_the_mistake_is_shown_though_it_is_not_the_first(solved):
    spec = "katas/phase1_demo/test_1_counting.py"
    solved.replace(spec, 'mistakes={\n                "the second is left out": 2.0,', "mistakes={")
    solved.replace(spec, 'float(n), "n plus 0")', 'float(n), "n plus 0", {"0 is given": 0.0})')
    solved.replace(VALUE, "self.data + other.data", "0 * other.data")
    ran = solved.pytest("--section", "1.1")
    assert in_order(
        ran.output,
        "also failing\n",
        "test_two_and_three_make_five: 2 plus 3 is not right",
        "failing: wrong, with 2 more of this kata\n1.1 Value.plus · test_zero_changes_nothing[7]\n",
        "This is exactly what you get when 0 is given.",
    )


def test_wrong_answers_that_have_a_name_are_not_given_away_either(solved):
    spec = "katas/phase1_demo/test_1_counting.py"
    wrong = """wrong = {
            "the second is left out": 2.0,
            "they are multiplied": 6.0,
        }
        """
    solved.replace(
        spec,
        """expect_close(
            Value(2).plus(Value(3)),
            5.0,
            "2 plus 3",
            mistakes={
                "the second is left out": 2.0,
                "they are multiplied": 6.0,
            },
        )""",
        f'{wrong}expect_close(Value(2).plus(Value(3)), 5.0, "2 plus 3", mistakes=wrong)',
    )
    solved.replace(VALUE, "self.data + other.data", "self.data * other.data")
    ran = solved.pytest("--section", "1.1")
    assert in_order(
        ran.output,
        '    >     expect_close(Value(2).plus(Value(3)), 5.0, "2 plus 3", mistakes=wrong)\n',
        "This is exactly what you get when they are multiplied.\n",
    )
    assert "the second is left out" not in ran.output


def test_a_failure_that_an_epsilon_explains_is_shown_though_it_is_not_the_first(solved):
    spec = "katas/phase1_demo/test_1_counting.py"
    solved.replace(spec, 'mistakes={\n                "the second is left out": 2.0,', "mistakes={")
    solved.replace(VALUE, "self.data + other.data", "self.data + (2 * other.data or 1e-7)")
    ran = solved.pytest("--section", "1.1")
    assert in_order(
        ran.output,
        "also failing\n",
        "test_two_and_three_make_five: 2 plus 3 is not right",
        "failing: wrong, with 2 more of this kata\n1.1 Value.plus · test_zero_changes_nothing[7]\n",
        "So small a difference usually comes from an epsilon",
    )


def test_a_red_kata_that_is_called_is_named(solved):
    solved.replace(VALUE, "return Value(self.data * factor)", "return Value(self.data + factor)")
    solved.pytest()
    ran = solved.pytest("--kata", "1.2 double")
    assert "1.2 Value.times is red, and this kata calls it" not in ran.output, "any .times will do"
    solved.replace(VALUE, "return value.times(2)", "return Value.times(value, 2)")
    ran = solved.pytest("--kata", "1.2 double")
    assert (
        "1.2 Value.times is red, and this kata calls it: mend that first (make next" in ran.output
    )


def test_what_is_skipped_or_expected_to_fail_is_not_green(solved):
    body = "return Value(self.data + other.data)"
    for stopped in ('__import__("pytest").skip()', '__import__("pytest").xfail()'):
        solved.replace(VALUE, body, f"{stopped}\n        {body}")
        ran = solved.pytest("--section", "1.1")
        assert "All green" not in ran.output
        assert solved.progress()["1.1 Value.plus"] == "red"
        assert "is no way to make it green" in ran.output
        solved.replace(VALUE, f"{stopped}\n        ", "")


@pytest.mark.parametrize(
    "shows, why",
    [
        ('raise NotImplementedError("1.1 Value.plus")', "1.1 Value.plus is not started"),
        ("raise SystemExit", "SystemExit"),
        ("return 3", "TypeError"),
        ("return repr(self)", "RecursionError"),
        ("while True: pass", "Failed"),
        (r"return '\ud800'", r"\ud800"),
    ],
    ids=["stub", "exit", "number", "recursion", "loop", "surrogate"],
)
def test_an_exception_that_cannot_be_shown_is_told_all_the_same(course, shows, why):
    course.fill("Value.__init__", f"{INIT}\nif data == 2: raise ValueError(self)")
    head = "class Value:\n"
    course.replace(VALUE, head, f"{head}    def __repr__(self):\n        {shows}\n\n")
    ran = course.pytest("--section", "1.1", "--timeout=1")
    assert ran.code == 1 and "INTERNALERROR" not in ran.output + ran.error
    assert why in ran.output
    assert course.progress()["1.1 Value.__init__"] == "green"


# ---- endless loops, endless calls


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_an_endless_loop_is_cut_off_and_the_run_goes_on(course, method):
    if method == "signal" and not hasattr(signal, "SIGALRM"):
        pytest.skip("no signals here")
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", ENDLESS)
    ran = course.pytest("--timeout=0.5", f"--timeout-method={method}", "--section", "1.1")
    assert (ran.code, ran.counts()) == (1, {"failed": 4, "passed": 2})
    assert in_order(
        ran.output,
        "failing: timed out",
        "still running after 0.5 s: which loop has no exit?\n",
        "in plus, katas/phase1_demo/value.py:1",
        "next: 1.1 Value.plus",
    )
    assert course.progress() == {"1.1 Value.__init__": "green", "1.1 Value.plus": "red"}


def test_a_loop_is_cut_off_where_python_knows_no_line(course):
    """Python 3.11 gives the jump that ends a round of this loop no line of its own."""
    loop = [
        "import itertools",
        "for n in itertools.repeat(1):",
        "    if self:",
        "        if n > 1:",
        "            other = n",
    ]
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", "\n".join(loop))
    ran = course.pytest("--timeout=0.5", "--section", "1.1")
    assert (ran.code, ran.counts()) == (1, {"failed": 4, "passed": 2}), ran.output
    assert in_order(ran.output, "still running after 0.5 s", "in plus, katas/phase1_demo/value.py:")


def test_five_seconds_is_what_a_spec_has(course):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", "while True: pass")
    ran = course.pytest("katas/phase1_demo/test_1_counting.py::TestPlus::test_what_is_added_stays")
    assert "still running after 5 s: which loop has no exit?" in ran.output


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_what_waits_instead_of_computing_has_longer_and_other_words(course, method):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", "import time\nfor _ in range(600): time.sleep(0.1)")
    spec = "katas/phase1_demo/test_1_counting.py::TestPlus::test_what_is_added_stays"
    ran = course.pytest(spec, "--timeout=0.5", f"--timeout-method={method}")
    assert "still not done after 3 s, and it computes little: what does it wait for?" in ran.output


def test_a_loop_that_prints_without_end_does_not_fill_the_screen(course):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", 'while True:\n    print("round")')
    ran = course.pytest("--timeout=0.3", "--kata", "Value.plus")
    assert "lines before these\n" in ran.output
    assert len(ran.lines) < 70


def test_endless_recursion_has_its_own_sentence(course):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", "return self.plus(other)")
    ran = course.pytest("--section", "1.1")
    assert in_order(
        ran.output,
        "failing: recursion",
        "plus keeps calling itself: which call ends it?",
        "return self.plus(other)\n",
    )
    assert len(ran.lines) < 60


def test_recursion_is_laid_at_the_door_of_the_function_that_recurs(course):
    course.fill("Value.__init__", "self.data = sum(range(data + 1))\nValue.plus(self, data)")
    course.fill("Value.plus", "return Value(other)")
    ran = course.pytest("--kata", "Value.__init__")
    assert re.search(r"(__init__|plus) keeps calling itself", ran.output)


def test_the_other_specs_of_a_kata_that_ran_out_of_time_have_a_second(course):
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", ENDLESS)
    ran = course.pytest("--timeout=1.5", "--kata", "Value.plus")
    assert ran.output.count("still running after 1.5 s") == 1
    assert ran.output.count("still running after 1 s") >= 1


# ---- files that cannot be loaded


def test_a_syntax_error_is_two_lines_and_other_specs_still_run(solved):
    solved.replace(STEPS, "for _ in range(n):", "for _ in range(n)")
    ran = solved.pytest()
    assert ran.code == 1
    assert ran.counts()["passed"] == 6, "those of 1.1"
    assert f"{STEPS}:9: expected ':'\n    for _ in range(n)\n" in ran.output
    assert ran.output.count("expected ':'") == 1, "although two spec files need it"
    assert ran.lines[-1] == f"next: mend {STEPS}:9"
    assert "Traceback" not in ran.output and "INTERNAL" not in ran.output


def test_a_syntax_error_alone_is_a_failure_too(solved):
    solved.replace(STEPS, "for _ in range(n):", "for _ in range(n)")
    ran = solved.pytest("--section", "1.2")
    assert ran.code == 1
    assert f"{STEPS}:9: expected ':'\n" in ran.output


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("limit = mth.pi", "NameError: name 'mth' is not defined"),
        ("import mth", "ModuleNotFoundError: No module named 'mth'"),
        ("from math import pie", "ImportError: cannot import name 'pie' from 'math'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("exit(1)", "SystemExit: 1"),
        ("quit()", "SystemExit: None"),
        ("raise KeyError", "KeyError"),
    ],
)
def test_an_error_while_loading_is_two_lines_too(solved, line, says):
    solved.replace(STEPS, "def climb", f"{line}\n\n\ndef climb")
    ran = solved.pytest()
    assert (ran.code, ran.counts()["passed"]) == (1, 6)
    assert f"{STEPS}:6: {says}\n    {line}\n\n" in ran.output
    assert "Traceback" not in ran.output and "importlib" not in ran.output


def test_a_stub_that_is_needed_while_loading_is_named(course):
    course.solve("Value.__init__")
    course.replace(STEPS, "def climb", "two = Value(1).plus(Value(1))\n\n\ndef climb")
    ran = course.pytest("--section", "1.2")
    assert f"{STEPS}:6: needs 1.1 Value.plus to be loaded at all\n    two = Value(1)" in ran.output


def test_an_import_in_a_circle_is_two_lines(solved):
    solved.replace(VALUE, "class Value:", "from .steps import climb\n\n\nclass Value:")
    ran = solved.pytest("--section", "1.2")
    assert f"{VALUE}:6: ImportError: cannot import name 'climb' from partially" in ran.output
    assert "(most likely due to a circular import)\n    from .steps import climb\n" in ran.output
    assert str(solved.folder) not in ran.output


def test_a_kata_that_is_gone_from_its_module_is_told_how_to_get_it_back(solved):
    text = solved.read(VALUE)
    solved.write(VALUE, text[: text.index("def double")])
    ran = solved.pytest("--section", "1.2")
    assert ran.code == 1
    back = 'make reset KATA="1.2 double"   puts its stub back'
    assert f"{VALUE} has no double\n    {back}\n" in ran.output
    assert "Traceback" not in ran.output and "importlib" not in ran.output


def test_a_method_that_is_gone_is_told_so_too(solved):
    text = solved.read(VALUE)
    solved.write(VALUE, text[: text.index("    def times")] + text[text.index("\n\ndef double") :])
    ran = solved.pytest("--section", "1.2")
    assert in_order(
        ran.output,
        "AttributeError: 'Value' object has no attribute 'times'\n",
        "make reset KATA=Value.times   puts its stub back\n",
    )


def test_a_module_that_is_gone_is_told_how_to_get_it_back(solved):
    (solved.folder / STEPS).unlink()
    ran = solved.pytest()
    assert (ran.code, ran.counts()["passed"]) == (1, 6)
    assert f"{STEPS} is missing\n    python -m dojo stubs   puts it back" in ran.output


def test_a_file_in_another_encoding_is_named(solved):
    (solved.folder / STEPS).write_bytes(b"x = '\xe9'\n")
    ran = solved.pytest()
    assert ran.code == 1
    assert f"{STEPS}:" in ran.output
    assert "Traceback" not in ran.output and "INTERNAL" not in ran.output


def test_a_mistake_of_the_spec_file_is_shown_by_pytest_itself(solved):
    spec = "katas/phase1_demo/test_2_scaling.py"
    solved.replace(spec, "from dojo.expect import expect_close", "raise ValueError('a spec')")
    ran = solved.pytest()
    assert ran.code == 1
    assert "ValueError: a spec" in ran.output


# ---- pytest's own options keep their meaning


@pytest.fixture
def half(course):
    """__init__ right, plus wrong, the rest not started."""
    course.fill("Value.__init__", INIT)
    course.fill("Value.plus", "return Value(self.data * other.data)")
    return course


def test_verbose_names_what_was_not_started(half):
    ran = half.pytest("-v")
    assert "test_three_times_four NOT STARTED" in ran.output
    assert "test_two_and_three_make_five FAILED" in ran.output
    assert "test_the_number_is_kept PASSED" in ran.output


def test_a_blocked_spec_is_named_in_verbose(course):
    assert "test_two_and_three_make_five BLOCKED" in course.pytest("-v").output


def test_stopping_at_the_first_failure_marks_nothing_green_that_did_not_run_whole(solved):
    spec = "katas/phase1_demo/test_1_counting.py"
    solved.replace(spec, "a.data == 2, ", "a.data == 3, ")
    ran = solved.pytest("-x")
    assert (ran.code, ran.counts()) == (1, {"failed": 1, "passed": 3})
    assert solved.progress() == {"1.1 Value.__init__": "green", "1.1 Value.plus": "red"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "five"),
        ("katas/phase1_demo/test_1_counting.py::TestPlus::test_two_and_three_make_five",),
        ("--deselect", "katas/phase1_demo/test_1_counting.py::TestPlus::test_what_is_added_stays"),
        ("--maxfail=1", "-k", "what_is_added"),
        ("-n", "2", "-k", "five"),
    ],
    ids=" ".join,
)
def test_a_part_of_the_specs_never_marks_a_kata_green(solved, arguments):
    ran = solved.pytest(*arguments)
    assert ran.code == 0
    assert solved.progress().get("1.1 Value.plus") is None


def test_last_failed_runs_what_failed_and_does_not_mark_it_green_alone(half):
    half.pytest()
    half.replace(VALUE, "self.data * other.data", "5 if other.data == 3 else self.data")
    ran = half.pytest("--lf", "-k", "plus or five or zero", "--section", "1.1")
    assert (ran.code, ran.counts()) == (0, {"passed": 3})
    assert half.progress()["1.1 Value.plus"] == "red", "it has a fourth spec, which did not run"


def test_last_failed_passes_over_a_file_in_which_nothing_failed(half):
    half.write("own/test_one.py", "def test_one():\n    assert False\n")
    half.write("own/test_two.py", "def test_two():\n    pass\n")
    half.pytest("own")
    ran = half.pytest("--lf", "own")
    assert (ran.code, ran.counts()) == (1, {"failed": 1}), ran.output + ran.error


def test_the_whole_class_by_its_node_id_counts(solved):
    solved.pytest("katas/phase1_demo/test_1_counting.py::TestPlus")
    assert solved.progress() == {"1.1 Value.plus": "green"}


def test_junit_has_failures_that_can_be_read(half):
    half.pytest("--junitxml=report.xml", "--section", "1.1")
    tree = ElementTree.parse(half.folder / "report.xml").getroot()
    assert tree.find("testsuite").get("failures") == "3"
    assert tree.find("testsuite").get("errors") == "0"
    assert tree.find("testsuite").get("skipped") == "0"
    message = tree.find(".//failure").get("message")
    assert "2 plus 3 is not right" in message and "they are multiplied" in message


def test_a_traceback_style_that_was_asked_for_is_pytests_own(half):
    ran = half.pytest("--tb=short", "--section", "1.1")
    assert in_order(
        ran.output,
        "= FAILURES =",
        "katas/phase1_demo/test_1_counting.py:21: in test_two_and_three_make_five",
        "E   AssertionError: 2 plus 3 is not right",
        "next: 1.1 Value.plus",
    )
    assert "failing: " not in ran.output


def test_no_traceback_leaves_a_line_for_each_failure(half):
    ran = half.pytest("--tb=no", "--section", "1.1")
    assert "1.1 Value.plus  test_two_and_three_make_five: exactly what you get when" in ran.output
    assert "spec  " not in ran.output


def test_prints_go_to_the_screen_when_not_captured(course):
    course.fill("Value.__init__", f'print("I was here")\n{INIT}')
    ran = course.pytest("-s", "--kata", "Value.__init__")
    assert ran.output.count("I was here") == 2
    assert "stdout:" not in ran.output


def test_workers_report_as_one_process_does(half):
    alone = half.pytest("--section", "1.1").output
    alone = alone[alone.index("also failing") :].replace(
        "1.1 Value.__init__ is green now. Well done!\n", ""
    )
    together = half.pytest("-n", "2", "--section", "1.1").output
    assert together[together.index("also failing") :] == alone


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--solutions",), 0),
        ((), 1),
        (("--phase", "9"), 2),
        (("-k", "nothing_is_called_so"), 5),
        (("--no-such-option",), 4),
        (("no/such/file",), 4),
    ],
    ids=str,
)
def test_exit_codes_keep_their_meaning(course, arguments, code):
    assert course.pytest(*arguments).code == code


def test_a_test_that_is_no_spec_is_reported_by_pytest(solved):
    solved.write("more/test_more.py", "def test_more():\n    assert 1 == 2\n")
    ran = solved.pytest("more", "katas")
    assert ran.code == 1
    assert in_order(ran.output, "= FAILURES =", "assert 1 == 2", "3 of 3")


# ---- what is remembered


def test_the_results_are_remembered(half):
    half.pytest()
    assert half.progress() == {
        "1.1 Value.__init__": "green",
        "1.1 Value.plus": "red",
        "1.2 Value.times": "not started",
        "1.2 double": "not started",
        "1.2 climb": "not started",
        "2.1 height": "not started",
        "2.1 double": "not started",
    }
    kept = json.loads(half.read(".dojo/progress.json"))["katas"]["1.1 Value.plus"]
    assert (kept["specs"], kept["passed"]) == (4, 1)
    assert "they are multiplied" in kept["message"]


def test_nothing_is_remembered_of_the_reference(course):
    course.pytest("--solutions")
    assert not (course.folder / ".dojo").exists()
    course.pytest("--section", "2.1", "--given", "1.2")
    assert set(course.progress()) == {"2.1 height", "2.1 double"}
    course.pytest("--given", "1.2")
    assert set(course.progress()) == {"2.1 height", "2.1 double"}


def test_nothing_but_the_progress_is_written(solved):
    before = solved.files()
    for arguments in [(), ("--solutions",), ("-n", "2")]:
        solved.pytest(*arguments, "-p", "no:cacheprovider")
    assert solved.files() - before == {".dojo/progress.json"}


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"katas": 3}', '{"katas": {"1.1 Value.plus": 1}}', "\0\xff"]
)
def test_a_damaged_file_is_written_anew(solved, damage):
    solved.pytest()
    whole = solved.progress()
    solved.write(".dojo/progress.json", damage)
    ran = solved.pytest()
    assert ran.code == 0
    assert solved.progress() == whole


def test_a_place_that_cannot_be_written_is_said_in_a_line(solved):
    solved.write(".dojo", "a file where the folder should be")
    ran = solved.pytest()
    assert ran.code == 0
    assert "your progress could not be saved" in ran.output
    assert "Traceback" not in ran.output and "INTERNAL" not in ran.output


@pytest.mark.parametrize("tree", ["katas", "solutions"])
def test_a_run_that_was_stopped_is_not_called_green(solved, tree):
    solved.pytest()
    solved.replace(f"{tree}/phase1_demo/steps.py", "total = Value(0)", "raise KeyboardInterrupt")
    ran = solved.pytest("--section", "1.2", *(["--solutions"] if tree == "solutions" else []))
    assert ran.code == 2 and "KeyboardInterrupt" in ran.output
    assert "green" not in ran.output.lower()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for a child there")
def test_ctrl_c_keeps_what_is_certain_and_marks_nothing_else_green(solved):
    wait = "import time\n        if n == 11:\n            print('now', flush=True)\n            "
    solved.replace(
        "katas/phase1_demo/test_1_counting.py",
        'expect_close(Value(n).plus(Value(0)), float(n), "n plus 0")',
        f"{wait}time.sleep(25)",
    )
    process = solved.start("-s")
    seen = b""
    while b"now" not in seen:
        seen += process.stdout.read1()
    process.send_signal(signal.SIGINT)
    ran = finished(process)
    assert ran.code == 2
    assert "KeyboardInterrupt" in ran.output
    assert solved.progress() == {"1.1 Value.__init__": "green"}


# ---- praise, and what is next


def test_a_kata_that_turns_green_is_praised_once_and_the_next_is_named(course):
    course.pytest()
    course.fill("Value.__init__", INIT)
    ran = course.pytest("--kata", "Value.__init__")
    assert in_order(
        ran.output, "1.1 Value.__init__ is green now. Well done!\nnext: 1.1 Value.plus\n"
    )
    again = course.pytest("--kata", "Value.__init__").output
    assert "All green, and still so.\nnext: 1.1 Value.plus\n" in again


def test_a_section_that_is_done_is_praised_and_the_next_one_is_named(course):
    course.solve("Value.__init__", "Value.plus")
    ran = course.pytest("--section", "1.1")
    assert "1.1 Counting: every kata is green. Well done!\nnext: 1.2 Value.times\n" in ran.output
    assert "make lesson SECTION=1.2" in ran.output


def test_the_end_of_the_course_is_celebrated(solved):
    ran = solved.pytest()
    assert "Every kata is green. From the first line to the last, this is your own work.\n" in (
        ran.output
    )
    assert "All green, and still so." in solved.pytest().output
    assert "next:" not in ran.output


def test_the_reference_is_not_praised_as_the_learners_work(course):
    ran = course.pytest("--solutions")
    assert ran.lines[-1] == "All green, as the reference should be."


def test_what_is_named_as_next_is_what_the_check_runs(course):
    """`make next` alone would run 1.1 Value.__init__, and without the reference."""
    for given in [(), ("--given", "1.2")]:
        out = course.pytest("--section", "2.1", *given).output
        checks = "make test KATA=height GIVEN=1.2" if given else "make next KATA=height"
        assert in_order(out, "next: 2.1 height\n", f"  check   {checks}\n")


def test_only_the_sections_that_ran_have_a_bar(course):
    ran = course.pytest("katas/phase2_demo")
    assert "2.1 Heights  -----" in ran.output
    assert "1.1 Counting" not in ran.output
    assert "next: 2.1 height\n" in ran.output


# ---- any screen


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_any_code_page_will_do(half, encoding):
    expected = "1.1-1.2" if encoding != "utf-8" else "1.1–1.2"
    half.replace("katas/phase1_demo/test_1_counting.py", '"2 plus 3"', '"√2 · 3 → σ … − Ж"')
    for arguments in [("--section", "1.1"), ("--given", "1.2"), ("--solutions",)]:
        process = half.start(*arguments, PYTHONIOENCODING=encoding)
        output, error = process.communicate(timeout=100)
        text = output.decode(encoding)
        assert process.returncode in (0, 1), error
        assert "INTERNAL" not in text and "\\u" not in text
        if "--given" in arguments and encoding not in ("cp1252",):
            assert f"your katas, on reference {expected}" in text
        if encoding == "ascii" and "1.1" in arguments:
            assert "1.1 Value.plus - test_two_and_three_make_five" in text
            assert "sqrt2 - 3 -> sigma ... - ? is not right" in text


def test_without_a_terminal_there_is_no_colour_and_never_an_emoji(half):
    ran = half.pytest()
    assert "\x1b" not in ran.output
    assert not re.search("[\U0001f000-\U0001faff\u2600-\u27bf]", ran.output)
    assert "\x1b[" in half.pytest("--color=yes").output


# ---- choosing specs


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        (("--phase", "1"), 10),
        (("--phase", "2"), 2),
        (("--section", "1.2"), 4),
        (("--phase", "1", "--section", "2"), 4),
        (("--phase", "1", "--section", "1.2"), 4),
        (("--kata", "Value.plus"), 4),
        (("--kata", "1.1 Value.plus"), 4),
        (("--kata", "1.1 plus"), 4),
        (("--kata", "plus"), 4),
        (("--kata", "init"), 2),
        (("--kata", "Value.init"), 2),
        (("--kata", "1.2 double"), 1),
        (("--section", "2.1", "--kata", "double"), 1),
        (("--phase", "1", "--kata", "double"), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_choice_runs_just_what_it_names(course, arguments, passed):
    ran = course.pytest("--solutions", *arguments)
    assert (ran.code, ran.counts()) == (0, {"passed": passed})


def test_a_path_and_a_section_are_both_needed(course):
    spec = "katas/phase1_demo/test_2_scaling.py"
    ran = course.pytest("--solutions", "--section", "1.1", spec)
    assert (ran.code, ran.counts()) == (5, {})
    ran = course.pytest("--solutions", "--section", "1.2", spec, "katas/phase2_demo")
    assert (ran.code, ran.counts()) == (0, {"passed": 4})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--phase", "9"), "there is no phase 9; there are: 1, 2"),
        (("--phase", ""), "there is no phase ; there are: 1, 2"),
        (("--phase", "x"), "there is no phase x; there are: 1, 2"),
        (("--phase", "4"), "phase 4 is not here yet; there are: 1, 2"),
        (("--section", "9.9"), "there is no section 9.9; there are: 1.1, 1.2, 2.1"),
        (("--section", "3.4"), "section 3.4 is not here yet; there are: 1.1, 1.2, 2.1"),
        (
            ("--phase", "2", "--section", "3"),
            "section 2.3 is not here yet; there are: 1.1, 1.2, 2.1",
        ),
        (("--section", "2"), "there is no section 2; there are: 1.1, 1.2, 2.1"),
        (("--section", ""), "there is no section ; there are: 1.1, 1.2, 2.1"),
        (
            ("--phase", "1", "--section", "2.1"),
            "there is no section 2.1 in phase 1; there are: 1.1, 1.2",
        ),
        (
            ("--phase", "1", "--section", "7"),
            "there is no section 1.7 in phase 1; there are: 1.1, 1.2",
        ),
        (
            ("--kata", "Value.tims"),
            "there is no kata Value.tims; the nearest are: Value.times, Value.plus, Value.__init__",
        ),
        (
            ("--kata", "double"),
            "double stands in more than one place; say which: '1.2 double', '2.1 double'",
        ),
        (
            ("--kata", "zzz"),
            "there is no kata zzz, nor one that is called alike",
        ),
        (
            ("--section", "1.1", "--kata", "climb"),
            "there is no kata climb in 1.1, nor one that is called alike",
        ),
        (
            ("--kata", ""),
            "there is no kata , nor one that is called alike",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_name_that_does_not_exist_ends_the_run_with_one_line(course, arguments, says):
    ran = course.pytest(*arguments)
    assert (ran.code, ran.output, ran.error) == (2, "", f"{says}\n")


@pytest.mark.parametrize("more", ["--solutions", "-n2", "--collect-only", "-q", "katas"])
def test_that_line_is_all_whatever_else_is_asked(course, more):
    ran = course.pytest("--phase", "9", more)
    assert (ran.code, ran.output, ran.error) == (2, "", "there is no phase 9; there are: 1, 2\n")
