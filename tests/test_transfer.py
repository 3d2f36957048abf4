"""Progress that travels: in one file from one machine to another, and nothing is lost there."""

import json
import shutil

import pytest

from tests.support.invented import build

VALUE = "katas/phase1_demo/value.py"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course in which a section is done, and everything about it in a file."""
    course = build(tmp_path_factory.mktemp("home") / "course")
    course.fill("Value.__init__", "self.data = data  # mine, Gödel")
    course.fill("Value.plus", "return Value(self.data + other.data)")
    course.dojo("hint", "Value.plus")
    course.pytest("--section", "1.1")
    course.dojo("quiz", "1.1", "--question", "1", "--answer", "b")
    course.dojo("skip", "Value.times")
    ran = course.dojo("progress", "--export", "mine.json")
    assert ran.returncode == 0 and "in 1 of the files" in ran.stdout, ran.stderr
    return course


@pytest.fixture
def work(home, tmp_path):
    """The same course elsewhere, as it comes, with the file in it."""
    course = build(tmp_path / "course")
    shutil.copy(home.folder / "mine.json", course.folder)
    return course


def kept(course):
    return {p.name: p.read_text("utf-8") for p in (course.folder / ".dojo/kept").glob("*")}


def test_katas_and_records_arrive(home, work):
    ran = work.dojo("progress", "--import", "mine.json")
    assert ran.returncode == 0 and f"written: {VALUE}" in ran.stdout
    assert work.read(VALUE) == home.read(VALUE)
    assert work.dojo("progress").stdout == home.dojo("progress").stdout
    assert "2 of 2   1 hint   quiz " in work.dojo("progress").stdout
    assert work.pytest("--section", "1.1").code == 0
    again = work.dojo("progress", "--import", "mine.json")
    assert again.returncode == 0 and again.stdout.startswith("0 katas")


def test_what_was_begun_in_both_places_stays_and_the_other_is_kept(work, home):
    work.fill("Value.__init__", "self.data = 2 * data  # here")
    work.pytest("--section", "1.1")
    here = work.read(VALUE)
    ran = work.dojo("progress", "--import", "mine.json")
    assert f"{VALUE} stays yours" in ran.stdout and work.read(VALUE) == here
    assert home.read(VALUE) in kept(work).values()
    assert "0 of 2" in work.dojo("progress").stdout  # the other's results are not this one's


def test_the_newer_of_two_records_counts_and_the_older_is_kept(work):
    work.write(".dojo/hints.json", '{"1.1 Value.plus": 3, "1.1 Value.__init__": "?"}')
    old = {"1.1": {"1": {"asked": "x", "correct": False, "answer": "a", "when": "2020-01-01"}}}
    work.write(".dojo/quiz.json", json.dumps(old))
    work.dojo("progress", "--import", "mine.json")
    assert json.loads(work.read(".dojo/hints.json"))["1.1 Value.plus"] == 3
    assert json.loads(work.read(".dojo/quiz.json"))["1.1"]["1"]["answer"] == "b"
    (before,) = (json.loads(text) for name, text in kept(work).items() if "before-import" in name)
    assert before["records"]["quiz"] == old


def test_a_helper_in_a_file_that_is_replaced_is_kept(work):
    work.write(VALUE, work.read(VALUE) + "\n\ndef my_own():\n    return 3\n")
    work.dojo("progress", "--import", "mine.json")
    assert "my_own" not in work.read(VALUE)
    assert any("my_own" in text for text in kept(work).values())


def test_a_file_from_an_older_course_gets_the_katas_that_it_lacks(work):
    content = json.loads(work.read("mine.json"))
    text = content["katas"]["phase1_demo/value.py"]
    content["katas"]["phase1_demo/value.py"] = text[: text.index("def double")].rstrip() + "\n"
    work.write("mine.json", json.dumps(content))
    ran = work.dojo("progress", "--import", "mine.json")
    assert f"brought up to date: {VALUE}" in ran.stdout
    assert 'NotImplementedError("1.2 double")' in work.read(VALUE)
    assert "# mine, Gödel" in work.read(VALUE)


DAMAGE = {
    "no such file": None,
    "not JSON": "katas",
    "a list": "[]",
    "another JSON": '{"name": "katas"}',
    "too deep": "[" * 200_000,
    "another version": '{"course": "neural network katas", "version": 99}',
    "no records": '{"course": "neural network katas", "version": 1, "katas": {}}',
    "a record that is a list": '{"course": "neural network katas", "version": 1, '
    '"records": {"progress": []}, "katas": {}}',
    "half a character": '{"course": "neural network katas", "version": 1, '
    '"records": {}, "katas": {"phase1_demo/value.py": "\\ud800"}}',
    "a kata that is a number": '{"course": "neural network katas", "version": 1, '
    '"records": {}, "katas": {"phase1_demo/value.py": 3}}',
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_no_progress_is_refused_in_a_sentence(work, damage):
    before = work.read(VALUE), work.files()
    if DAMAGE[damage] is not None:
        work.write("bad.json", DAMAGE[damage])
    ran = work.dojo("progress", "--import", "bad.json")
    assert ran.returncode == 1 and ran.stdout.count("\n") == 1 and ran.stderr == ""
    assert ran.stdout.startswith("bad.json ") and "nothing was changed" in ran.stdout
    assert (work.read(VALUE), work.files() - {"bad.json"}) == before


def test_odd_entries_do_no_harm(work):
    content = json.loads(work.read("mine.json"))
    records, katas = content["records"], content["katas"]
    records["progress"] = {"katas": {"1.1 Value.plus": 3, "9.9 no": {}, "1.1 Value.__init__": {}}}
    records["quiz"], records["hints"] = {"1.1": 3, "9.9": {"1": []}}, {"1.1 Value.plus": []}
    katas["../../outside.py"] = "print('no')\n"
    work.write("odd.json", json.dumps(content))
    ran = work.dojo("progress", "--import", "odd.json")
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    assert "there is no katas/../../outside.py here" in ran.stdout
    assert not (work.folder.parent / "outside.py").exists()
    assert work.dojo("progress").returncode == 0 and work.dojo("status", "--json").returncode == 0


def test_an_export_replaces_no_other_file(work):
    before = work.read("pyproject.toml")
    ran = work.dojo("progress", "--export", "pyproject.toml")
    assert ran.returncode == 1 and "choose another name" in ran.stdout
    assert work.read("pyproject.toml") == before
    assert work.dojo("progress", "--export", "mine.json").returncode == 0


def test_one_of_them_at_a_time(work):
    ran = work.dojo("progress", "--export", "a.json", "--import", "mine.json")
    assert ran.returncode == 2 and "not allowed with" in ran.stderr
