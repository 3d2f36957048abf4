"""Where libraries disagree: the rows are whole, the page is theirs, and the command needs nothing.

What the course does is held against the page here; what PyTorch does, wherever it is installed.
"""

import subprocess
import sys

import pytest

from dojo import course
from dojo.__main__ import main
from dojo.compare import command, page, row, runner
from dojo.compare.libraries import LIBRARIES, function_of, is_installed

pytestmark = pytest.mark.timeout(400)

NUMBERS = row.numbers()
ROWS = [(number, one) for number in NUMBERS for one in row.rows(number)]
EACH = pytest.mark.parametrize("one", [pytest.param(one, id=one.anchor()) for _, one in ROWS])


# ---- rows and page


@EACH
def test_a_row_says_what_each_of_its_functions_returns(one):
    functions = {name for name in ("course", *LIBRARIES) if one.function(name)}
    assert functions, "nothing shows it"
    assert functions - {"numpy"} <= one.values.keys() | {"numpy"}
    names = {name if name == "course" else function_of(name) for name in one.values}
    assert names == functions, "a value without a function, or the other way round"


@EACH
def test_a_row_is_one_sentence(one):
    assert one.title and one.says.endswith(".") and not one.title.endswith(".")
    assert ". " not in one.says.replace("e.g. ", ""), "more than one sentence"
    assert len(one.says.split()) <= 60


def test_no_two_rows_have_the_same_anchor():
    anchors = [one.anchor() for _, one in ROWS]
    assert sorted(set(anchors)) == sorted(anchors)


def test_the_page_is_that_of_the_rows():
    assert page.PAGE.read_text(encoding="utf-8") == page.text(), "python -m dojo compare --page"


@pytest.mark.parametrize(
    "number", [n for n in NUMBERS if n in {section.number for section in course.sections()}]
)
def test_the_lesson_links_to_its_rows(number):
    lesson = course.find_section(number).lesson
    texts = "".join(path.read_text(encoding="utf-8") for path in lesson.rglob("*.md"))
    anchors = [one.anchor() for one in row.rows(number)]
    missing = [a for a in anchors if f"../conventions.md#{a})" not in texts]
    assert not missing, f"no page of {number} leads to {missing}"


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (1.0, 1.001, True),
        (1.0, 1.01, False),
        (0.0, 1e-9, False),
        (float("nan"), float("nan"), True),
        (float("nan"), 0.0, False),
        (float("inf"), float("inf"), True),
        ([1.0, "x"], [1.0, "x"], True),
        ([1.0], [1.0, 1.0], False),
        ("refuses", 1.0, False),
        ([1.0], 1.0, False),
    ],
)
def test_what_is_the_same(a, b, same):
    assert row.Row.same(a, b) is same and row.Row.same(b, a) is same


def test_an_older_version_is_held_against_what_it_did():
    class Changed(row.Row):
        values = {"torch": 0.0, "keras": 1.0}  # noqa: RUF012
        before = {"torch": ("2.13.0", 1.0)}  # noqa: RUF012

    assert Changed.said("torch") == Changed.said("torch", "2.14.1") == 0.0
    assert Changed.said("torch", "2.13.0+cpu") == Changed.said("torch", "2.9.1") == 1.0
    assert Changed.said("keras_jax", "3.15.1 on jax 0.12.0") == 1.0


# ---- what the course and PyTorch do is what the page says


def held_against_the_page(library):
    ran = runner.run(library, NUMBERS)
    wrong = []
    for number, one in ROWS:
        if one.function(function_of(library) if library != "course" else library):
            said = one.said(library, ran.version)
            value = ran.values.get(one.anchor(), ran.error(one.anchor()))
            if not one.same(said, value):
                wrong.append(f"{number} {one.title}: {value}, and the page says {said}")
    assert not wrong, "\n".join(wrong)


def test_the_reference_does_what_the_page_says():
    held_against_the_page("course")


@pytest.mark.parametrize("library", [n for n in LIBRARIES if n == "torch" or is_installed(n)])
def test_a_library_does_what_the_page_says(library):
    if not is_installed(library):
        pytest.skip(f"{LIBRARIES[library].shown} is not installed")
    held_against_the_page(library)


# ---- the command


def test_without_any_library_the_page_and_the_course_are_shown(monkeypatch, capsys):
    monkeypatch.setattr(command, "is_installed", lambda library: False)
    assert main(["compare", "3.3"]) == 0
    out = capsys.readouterr().out
    assert "3.3 · Optimization, on the reference" in out
    assert "the reference  0.9091" in out and "as the page says: PyTorch 0.909" in out
    assert "left out, because not installed: PyTorch, Optax, Keras" in out
    assert "agrees" not in out and "differs" not in out


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["9.9"], ["no section 9.9", "3.3"]),
        (["1.4"], ["nothing to compare in 1.4", "1.1, 1.2"]),
        (["3.3", "--with", "torch pytorch"], ["no row is about pytorch", "torch, jax"]),
    ],
    ids=["section", "no rows", "library"],
)
def test_a_name_that_does_not_exist_is_answered_in_one_line(capsys, words, named):
    assert main(["compare", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and len(captured.err.splitlines()) == 1
    assert all(name in captured.err for name in named), captured.err


def test_a_family_brings_its_libraries():
    assert command._libraries(["3.3"], "jax, torch") == ["torch", "optax"]
    assert command._libraries(["3.3"], "keras") == ["keras", "keras_jax", "keras_torch"]


def test_on_stubs_a_row_says_which_kata_it_needs(classroom):
    ran = classroom.python("-m", "dojo", "compare", "3.3", "--with", "mygrad", "--mine")
    assert ran.returncode == 1, ran.stderr
    assert "3.3 · Optimization, on your katas" in ran.stdout
    assert "needs 1.1 Value.__init__" in ran.stdout and "Traceback" not in ran.stdout + ran.stderr


def compare_with(folder, *words):
    """The command from outside, where the modules in a folder are found before all others."""
    switch = f"import sys; sys.path.insert(0, {str(course.ROOT)!r})\n"
    run = "from dojo.__main__ import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", switch + run, "compare", *words],
        env={**runner.os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ImportError('a broken wheel')", "a broken wheel"),
        ("import os; os._exit(7)", "its process ended with 7"),
        ("import os; os.kill(os.getpid(), 9)", "its process ended with -9"),
    ],
    ids=["import", "exit", "killed"],
)
def test_a_library_that_breaks_costs_its_own_cells(tmp_path, code, said):
    (tmp_path / "autograd.py").write_text(code, encoding="utf-8")
    ran = compare_with(tmp_path, "1.2", "--with", "autograd")
    assert ran.returncode == 1 and said in ran.stdout, ran.stdout + ran.stderr
    assert "the reference  0" in ran.stdout and "Traceback" not in ran.stdout + ran.stderr


def test_a_library_that_does_not_end_is_cut_off(tmp_path, monkeypatch):
    (tmp_path / "autograd.py").write_text("import time; time.sleep(100)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(runner, "SECONDS", 1)
    assert runner.run("autograd", ["1.2"]).failure == "still running after 1 s"


def test_a_library_that_does_otherwise_is_marked_with_both_versions(tmp_path):
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("def grad(f): return lambda x: 7.0")
    (tmp_path / "autograd-9.8.7.dist-info").mkdir()
    about = "Metadata-Version: 2.1\nName: autograd\nVersion: 9.8.7\n"
    (tmp_path / "autograd-9.8.7.dist-info" / "METADATA").write_text(about)
    ran = compare_with(tmp_path, "1.1", "--with", "autograd")
    seen = LIBRARIES["autograd"].seen
    assert ran.returncode == 1
    assert f"! autograd       7  differs  the page: refuses in {seen}; this is 9.8.7" in ran.stdout
    assert "marked with !, since they are not as the page says: 1" in ran.stdout
