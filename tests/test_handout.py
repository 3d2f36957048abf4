"""make handout: what is given out works without the reference, and holds no answer."""

import os
import re
import subprocess
import sys
import zipfile

import pytest

from dojo import course as real
from dojo import git, handout, source, stubs
from dojo.__main__ import main
from tests.support.invented import Course, build


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """The handout of this course."""
    folder = tmp_path_factory.mktemp("given") / "out"
    assert main(["handout", str(folder)]) == 0
    return folder


def test_neither_reference_nor_catalogue_nor_history_is_in_it(given):
    assert not {"solutions", "tests", ".git", ".ci", ".dojo"} & {p.name for p in given.iterdir()}
    paths = [path for path in given.rglob("*") if path.suffix in (".py", ".md", ".toml", ".txt")]
    everything = "\n".join(path.read_text("utf-8") for path in paths)
    assert len(paths) > 300 and "@mistake(" not in everything
    answers = dict(answers_of_the_reference())
    assert len(answers) > 150
    assert [kata for kata, body in answers.items() if body in everything] == []


def answers_of_the_reference():
    """Yield (kata, its body) for those that are longer than what anybody would write down so."""
    for kata in real.katas():
        text = source.read(real.ROOT / "solutions" / kata.module)
        found = source.definitions(text)[kata.name]
        body = "".join(source.lines_of(text)[found.body_start : found.end]).strip()
        if body.count("\n") > 2:
            yield kata.id, body


LEFT_OUT = "solutions", "tests", ".ci", "BENCHMARKS.md", "CONTRIBUTING.md", "TEACHING.md"


def test_each_file_of_the_course_is_given_or_left_out():
    known = {name.partition("/")[0] for name in git.text("ls-files", "-z").split("\0") if name}
    assert known == set(handout.GIVEN) | set(LEFT_OUT)


def test_its_katas_are_stubs_and_its_specs_are_ours(given):
    for module in real.modules():
        assert (given / "katas" / module).read_text("utf-8") == stubs.generate(module)
    for section in real.sections():
        for specs in section.specs:
            name = specs.relative_to(real.ROOT)
            assert (given / name).read_bytes() == specs.read_bytes()


@pytest.mark.parametrize("page", ["README.md", "AGENTS.md", "CHANGELOG.md"])
def test_its_pages_lead_to_what_is_there(given, page):
    text = (given / page).read_text("utf-8")
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)\)", text)
    assert [link for link in links if not (given / link).exists()] == []
    assert not re.search(r"^(solutions|tests)/ |make (check|bench|grade)\b(?! MINE)", text, re.M)
    if page == "README.md":
        folders = re.findall(r"^(\w+)/  ", text, re.M)
        assert "katas" in folders and all((given / name).is_dir() for name in folders)


def test_its_commands_are_those_that_it_has(given):
    makefile = (given / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M)) - {"help"}
    environment = {**os.environ, "PYTHONPATH": str(given)}
    ran = subprocess.run(
        [sys.executable, "-m", "dojo", "help"], cwd=given, env=environment, capture_output=True
    )
    assert set(re.findall(r"^make (\w+)", ran.stdout.decode(), re.M)) == targets
    assert not targets & set(handout.NEED_TESTS)
    assert {"test", "next", "study", "update", "clean"} <= targets


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["experiment", "1.1"], "experiment 1.1, on your katas"),
        (["milestone", "--phase", "3"], "milestone of phase 3, on your katas"),
        (["compare", "3.3", "--with", "numpy"], "on your katas"),
    ],
)
def test_what_runs_on_the_reference_runs_on_the_learners_katas_there(given, words, says):
    environment = {**os.environ, "PYTHONPATH": str(given), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "dojo", *words]
    ran = subprocess.run(command, cwd=given, env=environment, capture_output=True, text=True)
    assert says in ran.stdout and ran.returncode == 1, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr and "reference" not in ran.stdout


# ---- an invented course, and its handout


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(a teacher's course, in which katas are solved, its handout)."""
    folder = tmp_path_factory.mktemp("both")
    course = build(folder / "course")
    course.solve("Value.plus")
    course.write("katas/phase1_demo/notes.py", "MINE = 1\n")
    course.write("submissions/anna/katas/phase1_demo/value.py", "x = 1\n")
    course.write("grades.csv", "anna,1\n")
    ran = course.dojo("handout", "../out")
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    return course, Course(folder / "out")


def test_what_a_teacher_wrote_is_not_in_it(both):
    _, out = both
    assert "return Value(self.data + other.data)" not in out.read("katas/phase1_demo/value.py")
    assert not {"katas/phase1_demo/notes.py", "grades.csv"} & out.files()
    assert not (out.folder / "submissions").exists()


@pytest.mark.parametrize(
    "words", ["next", "progress", "status --json", "hint plus", "lesson 1.1", "quiz 1.1", "help"]
)
def test_what_needs_no_reference_works(both, words):
    ran = both[1].dojo(*words.split())
    assert ran.returncode in (0, 1) and ran.stderr == "" and "reference, and" not in ran.stdout


@pytest.mark.parametrize("words", ["solution plus", "stubs --check", "handout ../other"])
def test_what_needs_it_says_so(both, words):
    ran = both[1].dojo(*words.split())
    assert ran.returncode == 2 and "there is no solutions/ in" in ran.stderr


@pytest.mark.parametrize(
    ("where", "says"),
    [("", "say where to"), ("../out", "and not empty"), ("inside", "lies inside the course")],
)
def test_a_place_that_will_not_do_is_refused(both, where, says):
    ran = both[0].dojo("handout", *([where] if where else []))
    assert ran.returncode == 2 and says in ran.stderr and len(ran.stderr.splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks")
def test_what_is_done_in_it_is_graded_by_the_course(both, tmp_path):
    course, out = both
    out.fill("Value.__init__", "self.data = data")
    out.fill("Value.plus", "return Value(self.data - other.data)")
    with zipfile.ZipFile(tmp_path / "anna.zip", "w") as file:
        for path in sorted(out.folder.rglob("*")):
            file.write(path, path.relative_to(out.folder.parent))
    ran = course.dojo("grade", str(tmp_path), "--section", "1.1")
    assert "anna  1 of 2" in ran.stdout, ran.stdout + ran.stderr
