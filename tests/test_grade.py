"""make grade on an invented class: from outside, as a teacher types it."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from dojo.grade import sheet
from tests.grade import RIGHT, VALUE, value, zipped
from tests.grade import hand_in as make
from tests.support.invented import build

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks"),
]

PLUS = "1.1 Value.plus"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return build(tmp_path_factory.mktemp("school") / "course")


@pytest.fixture(scope="module")
def graded(course):
    """The class, graded: a folder, a zip, a bundle, one that began, one with specs of its own."""
    folder = course.folder.parent / "submissions"
    make(folder, "anna")
    make(folder, "ben", {VALUE: value()})
    make(folder, "begun", {VALUE: "x = = 1\n"})
    own = "import pytest\n@pytest.mark.kata('Value.plus')\nclass Test:\n    def test(self): pass\n"
    more = {"phase1_demo/test_1_counting.py": own, "phase1_demo/conftest.py": "1 / 0\n"}
    make(folder, "with specs of its own", {VALUE: value(), **more})
    (folder / "only one module/katas/phase1_demo").mkdir(parents=True)
    (folder / "only one module/katas" / VALUE).write_text(RIGHT[VALUE])
    entries = [(f"course-main/katas/{module}", text) for module, text in RIGHT.items()]
    zipped(folder / "=carl.zip", [*entries, ("__MACOSX/course-main/katas/x.py", "1 / 0")])
    bundled(folder / "anna", folder / "dora.bundle")
    (folder / "weights.toml").write_text('"1.1" = 10\n"1.2" = 3\n')
    (folder / "notes.txt").write_text("not a submission")
    ran = course.dojo("grade", str(folder), "--out", "marks.csv")
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    return ran.stdout


def bundled(folder, path):
    """A git bundle of a folder with katas/."""
    identity = ["-c", "user.name=d", "-c", "user.email=d@example.org"]
    where = ["git", "--git-dir", str(path.parent.parent / "repo"), "--work-tree", str(folder)]
    subprocess.run([*where[:3], "init", "--quiet"], check=True)
    subprocess.run([*where, "add", "."], check=True)
    subprocess.run([*where, *identity, "commit", "--quiet", "-m", "done"], check=True)
    subprocess.run([*where, "bundle", "create", "--quiet", str(path), "HEAD"], check=True)


def table(course, file):
    return list(csv.DictReader(course.read(file).splitlines()))


def test_each_submission_has_its_points(course, graded):
    rows = {row["submission"]: row for row in table(course, "marks.csv")}
    assert {name: (row["points"], row["of"]) for name, row in rows.items()} == {
        "anna": ("13.0", "13"),
        "begun": ("0.0", "13"),
        "ben": ("7.0", "13"),
        "dora": ("13.0", "13"),
        "only one module": ("12.0", "13"),
        "with specs of its own": ("7.0", "13"),
        "'=carl": ("13.0", "13"),  # no formula for a spreadsheet
    }
    assert "2.1" not in rows["anna"] and rows["anna"]["1.2"] == "3.0"
    assert "ben                     7 of 13\n" in graded


def test_the_mistake_is_named(course, graded):
    rows = {(r["submission"], r["kata"]): r for r in table(course, "marks.katas.csv")}
    assert rows["ben", PLUS]["status"] == "red"
    assert rows["ben", PLUS]["mistake"].endswith("exactly what you get when they are multiplied")
    assert rows["begun", PLUS]["status"] == "not loaded"
    assert "value.py:1: invalid syntax" in rows["begun", PLUS]["mistake"]
    assert rows["only one module", "1.2 climb"]["status"] == "not started"
    assert rows["with specs of its own", PLUS]["status"] == "red"
    assert float(rows["anna", PLUS]["seconds"]) >= 0


def test_json_says_the_same(course, graded):
    found = json.loads(course.read("marks.json"))
    assert found["version"] == sheet.VERSION and found["weights"] == {"1.1": 10, "1.2": 3}
    rows = {row["submission"]: row for row in found["submissions"]}
    assert rows["dora"]["katas"].keys() == rows["anna"]["katas"].keys()
    assert rows["ben"]["by_section"] == {"1.1": 5.0, "1.2": 2.0}


def test_a_second_time_nothing_is_run_again(course, graded):
    ran = course.dojo("grade", "../submissions", "--out", "again.csv")
    assert "7 submissions" in ran.stdout and "known from before: 7" in ran.stdout
    assert course.read("again.csv") == course.read("marks.csv")


def test_interrupted_it_goes_on_where_it_was(tmp_path):
    course = build(tmp_path / "course")
    course.replace("pyproject.toml", "timeout = 5", "timeout = 0.3")
    for number in range(3):
        make(tmp_path / "class", f"a{number}", {VALUE: value(top=f"# {number}")})
    loop = "while True:\n    try:\n        while 1: pass\n    except BaseException: pass"
    make(tmp_path / "class", "z endless", {VALUE: value(top=loop)})
    command = [sys.executable, "-m", "dojo", "grade", str(tmp_path / "class"), "--section", "1.1"]
    process = subprocess.Popen(
        command,
        cwd=course.folder,
        env=course.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    register = course.folder / ".dojo/grades.jsonl"
    while not (register.exists() and register.read_text().count("\n") >= 3):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1].decode()
    assert said.strip() == "stopped" and process.returncode == 130
    assert not (course.folder / "grades.csv").exists()
    shutil.rmtree(tmp_path / "class/z endless")
    ran = course.dojo("grade", str(tmp_path / "class"), "--section", "1.1")
    assert "known from before: 3" in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "there is no folder nowhere"),
        ([".dojo"], "holds no submission"),
        ([], "there is no folder submissions"),
        (["../submissions", "--out", "no/such/grades.csv"], "OUT is to be a file"),
        (["../submissions", "--out", "grades.xlsx"], "OUT is to be a file"),
        (["../submissions", "--section", "9.9"], "there is no section 9.9"),
        (["../submissions", "--phase", "2"], "none of the sections"),
    ],
)
def test_what_cannot_be_graded_is_said_in_a_line(course, graded, words, says):
    ran = course.dojo("grade", *words)
    assert ran.returncode == 2 and ran.stdout == ""
    assert says in ran.stderr and len(ran.stderr.splitlines()) == 1, ran.stderr


def test_what_is_nested_too_deeply_to_be_read_is_not_believed(course, tmp_path):
    make(tmp_path, "deep", {VALUE: value(top=f"Y = 1{' + 1' * 3000}\n")})
    ran = course.dojo("grade", str(tmp_path), "--section", "1.1", "--out", "deep.csv")
    assert "deep  0 of 2" in ran.stdout and "nested too deeply" in ran.stdout, ran.stdout


# ---- the summary on GitHub


def test_the_summary_has_a_line_for_each_kata_and_no_markup_of_a_submission(course, graded):
    ran = course.python(
        "import json; from dojo.grade import summary; from pathlib import Path;"
        "found = json.loads(Path('marks.json').read_text());"
        "found['submissions'][0]['why'] = '<img src=x> [a](b) | `c`\\n# d';"
        "print(summary.page(found))"
    )
    assert "# ben: 7 of 13 points" in ran and "## 1.1 Counting: 5 of 10" in ran
    assert "| `Value.plus` | 0 of 5 | red | test\\_two\\_and\\_three\\_make\\_five: exactly" in ran
    assert "| `climb` | 1 of 1 | green |  |" in ran
    assert "<img" not in ran and "\\[a\\](b) \\| \\`c\\` \\# d" in ran
