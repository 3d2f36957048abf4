"""The command line, from outside and without a terminal, on a small invented course."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from dojo import course
from dojo.__main__ import COMMANDS, main
from dojo.help import COMMANDS as IN_HELP
from tests.support.invented import build

VALUE = "katas/phase1_demo/value.py"


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


# ---- names and help


def test_help_is_the_default_and_says_what_is_not_here_yet(demo):
    ran = demo.dojo()
    assert ran.returncode == 0 and ran.stdout == demo.dojo("help").stdout
    assert "make hint [KATA=name]" in ran.stdout and "python -m dojo hint" in ran.stdout
    assert "not here yet: phases 3, 4 and 5 of 5" in ran.stdout


def test_help_lists_the_targets_of_the_makefile():
    makefile = (course.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) - {"help"}
    assert {target for target, *_ in IN_HELP} == targets


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(capsys, command):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert COMMANDS[command].split(";")[0][:20] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["advance"], ["no command advance", "next", "quiz"]),
        (["lesson", "1.9"], ["no section 1.9", "1.1, 1.2, 2.1"]),
        (["lesson", "--section", "9", "--phase", "1"], ["no section 1.9", "1.1, 1.2"]),
        (["progress", "--phase", "3"], ["phase 3 is not here yet", "1, 2"]),
        (["hint", "Value.tripled"], ["no kata Value.tripled", "Value."]),
        (["hint", "double"], ["more than one place", "'1.2 double'", "'2.1 double'"]),
        (["hint", "double", "--kata", "climb"], ["climb", "double", "one of them"]),
        (["reset"], ["which kata"]),
        (["lesson", "--loud"], ["--loud"]),
    ],
    ids=lambda words: " ".join(words),
)
def test_a_name_that_does_not_exist_is_answered_in_one_line(demo, words, named):
    ran = demo.dojo(*words)
    assert ran.returncode == 2 and ran.stdout == ""
    assert len(ran.stderr.strip().splitlines()) == 1
    assert all(name in ran.stderr for name in named), ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["1.2", "double"],
        ["1.2 double"],
        ["--kata", "1.2 double"],
        ["double", "--section", "1.2"],
        ["--phase", "1", "--kata", "double"],
        ["--phase", "1", "--section", "2", "--kata", "double"],
    ],
    ids=" ".join,
)
def test_a_kata_can_be_named_in_many_ways(demo, words):
    assert "1.2 double" in demo.dojo("hint", *words).stdout


@pytest.mark.parametrize("words", [["1.1"], ["1", "--phase", "1"], ["init"]], ids=" ".join)
def test_a_section_can_be_named_in_many_ways(demo, words):
    assert "# 1.1 · Counting" in demo.dojo("lesson", *words).stdout


def test_output_is_ascii_where_there_is_no_more(demo):
    ran = demo.dojo("lesson", "1.1", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0 and "# 1.1 - Counting" in ran.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs the program head")
def test_a_reader_that_leaves_early_is_no_error(demo):
    program = f"{shlex.quote(sys.executable)} -m dojo status --json | head -c 1"
    ran = subprocess.run(
        program, shell=True, cwd=demo.folder, env=demo.environment(), capture_output=True, text=True
    )
    assert ran.stdout == "{" and ran.stderr == ""


# ---- next and progress


def test_next_shows_the_first_kata(demo):
    ran = demo.dojo("next")
    assert ran.returncode == 1
    assert "1.1 Value.__init__  katas/phase1_demo/value.py:11" in ran.stdout
    assert "katas/phase1_demo/test_1_counting.py:10" in ran.stdout
    assert "lessons/phase1_demo/1_counting/overview.md" in ran.stdout
    assert "Value.plus" not in ran.stdout


def test_next_shows_a_failure_in_full(demo):
    demo.fill("Value.__init__", "self.data = data + 2")
    out = demo.dojo("next").stdout
    assert "test_the_number_is_kept" in out and "data is 5" in out


def test_next_praises_and_does_not_go_on(demo):
    demo.dojo("next")
    demo.fill("Value.__init__", "self.data = data")
    demo.fill("Value.plus", "return 0")
    ran = demo.dojo("next")
    assert ran.returncode == 0
    assert "1.1 Value.__init__ is green now" in ran.stdout and "next: 1.1 Value.plus" in ran.stdout
    assert "test_two_and_three_make_five" not in ran.stdout
    assert "test_two_and_three_make_five" in demo.dojo("next").stdout


def test_next_shows_a_kata_of_the_section_that_is_broken_again(demo):
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next")
    demo.replace(VALUE, "self.data = data", "self.data = 0")
    assert "next: 1.1 Value.__init__" in demo.dojo("next").stdout


def test_next_survives_a_file_that_does_not_parse(demo):
    demo.replace(VALUE, "LIMIT = 100", "LIMIT = (")
    ran = demo.dojo("next")
    assert ran.returncode == 1 and f"{VALUE}:3: '(' was never closed" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr and "collectors" not in ran.stderr


def test_next_survives_a_file_that_is_gone(demo):
    (demo.folder / VALUE).unlink()
    ran = demo.dojo("next")
    assert ran.returncode != 0 and "Traceback" not in ran.stderr


def test_next_in_a_section_that_was_named(demo):
    assert "1.2 Value.times" in demo.dojo("next", "1.2").stdout


def test_next_begins_after_what_the_reference_gives(demo):
    ran = demo.dojo("next", "--given", "1.2")
    assert "on reference 1.1–1.2" in ran.stdout and "next: 2.1 " in ran.stdout
    refused = demo.dojo("next", "--given", "1.1")
    assert refused.returncode == 2 and "the nearest that works is 1.2" in refused.stderr


def test_a_section_that_is_done_is_not_taken_for_the_course(demo):
    demo.fill("Value.__init__", "self.data = data")
    demo.fill("Value.plus", "return Value(self.data + other.data)")
    demo.dojo("next"), demo.dojo("next")
    for command in ("next", "progress", "hint"):
        out = demo.dojo(command, "--section", "1.1").stdout
        assert "next: 1.2 Value.times" in out and "every kata there is" not in out


def test_next_at_the_end_says_so(demo):
    demo.solve()
    demo.dojo("progress")
    ran = demo.dojo("next")
    assert ran.returncode == 0 and "every kata there is is green" in ran.stdout
    assert "not here yet: phases 3, 4 and 5 of 5" in ran.stdout


@pytest.mark.parametrize(
    "damage", ["", "[]", "{", '{"katas": 3}', '{"katas": {"1.1 Value.__init__": 1}}']
)
def test_a_lost_record_of_progress_is_made_again(demo, damage):
    demo.solve()
    demo.write(".dojo/progress.json", damage)
    ran = demo.dojo("progress")
    assert "running all specs once" in ran.stderr
    assert re.search(r"1\.2 Scaling +#+ +3 of 3", ran.stdout), ran.stdout


def test_nothing_is_run_when_nothing_was_started(demo):
    ran = demo.dojo("progress")
    assert ran.stderr == "" and "0 of 2" in ran.stdout and "next: 1.1 Value.__init__" in ran.stdout
    assert "not here yet: phases 3, 4 and 5 of 5" in ran.stdout


def test_progress_tells_of_hints_and_quiz(demo):
    demo.dojo("hint", "init")
    quiz = {"1.1": {"1": {"correct": True}, "2": {"correct": False}, "99": {"correct": True}}}
    demo.write(".dojo/quiz.json", json.dumps(quiz))
    assert "1 hint   quiz 1 of 5" in demo.dojo("progress").stdout


def test_progress_of_one_phase(demo):
    out = demo.dojo("progress", "--phase", "2").stdout
    assert "2.1 Heights" in out and "Counting" not in out and "next: 2.1 height" in out


def test_katas_that_were_green_before_a_slip_are_run_again_together(demo):
    demo.fill("Value.__init__", "self.data = data")
    demo.fill("Value.plus", "return Value(self.data + other.data)")
    demo.fill("Value.times", "return Value(self.data * factor)")
    for name in ("init", "Value.plus", "Value.times"):
        assert demo.dojo("next", name).returncode == 0
    demo.replace(VALUE, "self.data = data", "self.data = 3 * data")
    for name in ("init", "Value.plus", "Value.times"):
        assert demo.dojo("next", name).returncode == 1
    demo.replace(VALUE, "self.data = 3 * data", "self.data = data")
    out = demo.dojo("next", "init").stdout
    assert "were green before, and run again just now: 2 katas, 2 of them green" in out
    assert "next: 1.2 double" in out
    assert "were green before" not in demo.dojo("next", "init").stdout


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
@pytest.mark.parametrize("typed", ["don't know", "$5 and `x`", 'a "b" c', "a; echo b", "a\nb"])
def test_make_hands_on_what_was_typed_as_it_is(typed):
    command = ["make", "-n", "quiz", "QUESTION=1", f"ANSWER={typed}"]
    said = subprocess.run(command, cwd=course.ROOT, capture_output=True, encoding="utf-8").stdout
    (line,) = [line for line in said.splitlines() if "dojo quiz" in line]
    answer = typed.replace("\n", " ")  # a recipe has a line for each command
    assert shlex.split(line)[-2:] == ["--question=1", f"--answer={answer}"]


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
@pytest.mark.parametrize("name", ["ANSWER", "answer"])
def test_make_does_nothing_that_was_typed(tmp_path, name):
    shutil.copy(course.ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    typed = "$(shell touch typed) $(HOME)"
    command = ["make", "--no-print-directory", "quiz", f"{name}={typed}", "PY=echo", "PYTHON=true"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8").stdout
    assert said.rstrip().endswith(f"--answer={typed}")
    assert not (tmp_path / "typed").exists()


# ---- lesson and experiment


def test_a_lesson_without_a_terminal_is_its_text(demo):
    out = demo.dojo("lesson").stdout
    overview = demo.read("lessons/phase1_demo/1_counting/overview.md")
    assert out.startswith(overview.rstrip())
    assert "lessons/phase1_demo/1_counting/overview.md" in out


@pytest.mark.parametrize("command", ["lesson", "experiment", "quiz"])
def test_a_lesson_that_is_not_there_is_one_line(demo, command):
    (demo.folder / "lessons/phase1_demo/2_scaling/overview.md").rename(demo.folder / "plan.md")
    ran = demo.dojo(command, "1.2")
    assert ran.returncode == 1 and len(ran.stdout.splitlines()) == 1 and ran.stderr == ""


def test_an_experiment_runs_on_the_reference_and_reads_what_is_typed(demo):
    ran = demo.dojo("experiment", "1.1", stdin="hello")
    assert ran.returncode == 0 and "read hello" in ran.stdout and "twice 4" in ran.stdout


def test_an_experiment_runs_on_the_learners_code(demo):
    ran = demo.dojo("experiment", "1.1", "--mine")
    assert ran.returncode != 0 and "1.1 Value.__init__" in ran.stdout + ran.stderr


# ---- solution


def test_a_solution_is_not_shown_without_a_terminal(demo):
    ran = demo.dojo("solution", "init")
    assert ran.returncode == 1 and "solutions/phase1_demo/value.py:11" in ran.stdout
    assert "return" not in ran.stdout
