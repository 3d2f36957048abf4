"""Hostile submissions: none is green, none changes another row, nothing of them is left.

All are graded in one run, with two honest ones before and after them, and then the honest ones
alone. What a system has no walls for is told apart: there the harm may be done, to a file of the
test's.
"""

import contextlib
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from tests.grade import RIGHT, VALUE, hand_in, value, zipped
from tests.grade.attacks import SECRET, attacks
from tests.support.invented import build

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks"),
]

INIT, PLUS = "1.1 Value.__init__", "1.1 Value.plus"
HONEST = "a right one", "zz a wrong one"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(what is in grades.json, the course, the folder of submissions, what was printed)."""
    folder = tmp_path_factory.mktemp("class")
    course = build(folder / "course")
    course.replace("pyproject.toml", "timeout = 5", "timeout = 0.2")
    outside = folder / "outside"
    outside.mkdir()
    (outside / "theirs.txt").write_text("theirs")
    submissions = folder / "submissions"
    reference = course.folder / "solutions" / VALUE
    for name, (top, plus, _) in attacks(outside, reference).items():
        hand_in(submissions, name, {VALUE: value(plus, top)})
    hand_in(submissions, HONEST[0])
    hand_in(submissions, HONEST[1], {VALUE: value()})
    broken(submissions, reference)
    (folder / "rooms").mkdir()
    variables = {"DEEP_SECRET": SECRET, "TMPDIR": str(folder / "rooms")}
    return grade(course, submissions, **variables), course, submissions, outside


def broken(folder, reference):
    """Submissions that are refused before anything of them runs."""
    whole = [(f"katas/{module}", text) for module, text in RIGHT.items()]
    zipped(folder / "up and out.zip", [*whole, ("../evil.py", "x = 1")])
    zipped(folder / "absolute.zip", [*whole, ("/evil.py", "x = 1")])
    zipped(folder / "backslashes.zip", [*whole, ("katas\\..\\..\\evil.py", "x = 1")])
    zipped(folder / "drive.zip", [*whole, ("C:/evil.py", "x = 1")])
    zipped(folder / "bomb.zip", [*whole[1:], (f"katas/{VALUE}", "#" * (3 << 20))])
    link = zipfile.ZipInfo(f"katas/{VALUE}")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    zipped(folder / "link.zip", [*whole[1:], (link, str(reference))])
    (folder / "no zip.zip").write_bytes(b"PK\x03\x04 and nothing else")
    (folder / "no bundle.bundle").write_bytes(b"# v2 git bundle\nnonsense")
    (folder / "nothing in it").mkdir()
    hand_in(folder, "a linked file")
    linked = folder / "a linked file" / "katas" / VALUE
    linked.unlink()
    linked.symlink_to(reference)
    (folder / "linked katas").mkdir()
    (folder / "linked katas" / "katas").symlink_to(reference.parents[1])
    hand_in(folder, "enormous", {VALUE: b"#" * (2 << 20)})
    hand_in(folder, "a pipe")
    os.mkfifo(folder / "a pipe" / "katas" / "phase1_demo" / "pipe.py")


REFUSED = {
    "up and out": "leads out of it",
    "absolute": "leads out of it",
    "backslashes": "leads out of it",
    "drive": "leads out of it",
    "bomb": "larger than 1 MB",
    "link": "symbolic link",
    "no zip": "cannot be read",
    "no bundle": "no HEAD",
    "nothing in it": "no folder katas/",
    "a linked file": "symbolic link",
    "a pipe": "is not a file",
    "linked katas": "symbolic link",
    "enormous": "larger than 1 MB",
}


def grade(course, submissions, **variables):
    ran = course.dojo("grade", str(submissions), "--section", "1.1", **variables)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    found = json.loads(course.read("grades.json"))
    return {row["submission"]: row for row in found["submissions"]}, ran.stdout


ATTACKS = attacks(Path("outside"), Path("reference"))


def walls(graded):
    said = graded[0][1]
    assert "kept from submissions" in said
    return said.partition("kept from submissions: ")[2].partition("\n")[0].partition(";")[0]


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_makes_a_wrong_kata_green(graded, name):
    row = graded[0][0][name]
    found = row["katas"][PLUS]
    assert found["status"] in ("red", "unsure", "not loaded", "not run"), row
    assert len(found["mistake"]) < 400
    says = ATTACKS[name][2]
    assert says in found["mistake"] or says in row["why"], row


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_in_says_why(graded, name):
    row = graded[0][0][name]
    assert row["points"] == 0 and REFUSED[name] in row["why"] and row["why"], row
    assert {kata["status"] for kata in row["katas"].values()} == {"not run"}
    assert "; known from before: 0" in graded[0][1]


def test_the_other_rows_are_as_if_graded_alone(graded, tmp_path):
    (rows, _), course, submissions, _ = graded
    (course.folder / ".dojo/grades.jsonl").unlink()
    for name in HONEST:
        hand_in(tmp_path, name, {VALUE: (submissions / name / "katas" / VALUE).read_text()})
    alone, _ = grade(course, tmp_path)
    for name in HONEST:
        assert without_times(alone[name]) == without_times(rows[name])
    assert {kata["status"] for kata in rows[HONEST[0]]["katas"].values()} == {"green"}
    wrong = rows[HONEST[1]]["katas"]
    assert "they are multiplied" in wrong[PLUS]["mistake"] and wrong[INIT]["status"] == "green"


def without_times(row):
    katas = {kata: (one["status"], one["mistake"]) for kata, one in row["katas"].items()}
    return {**row, "katas": katas}


def test_nothing_is_written_or_deleted_outside(graded):
    _, course, submissions, outside = graded
    if "files" in walls(graded):
        assert {path.name for path in outside.iterdir()} == {"theirs.txt"}
    assert not list(submissions.parent.rglob("evil.py"))
    grown = course.files() - {"grades.csv", "grades.katas.csv", "grades.json"}
    assert {name for name in grown if "grade" in name} >= {".dojo/grades.jsonl"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not listed there")
def test_nothing_is_left_running(graded):
    kept, left = graded[1].folder.parent / "rooms", []
    assert list(kept.iterdir()) == []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            left += [path] * (str(kept).encode() in path.read_bytes())
    assert left == []
