"""The state that a tutor reads: `status --json` is what its schema says, and answers are kept."""

import copy
import json
import re

import pytest

from dojo import __main__ as command_line
from dojo import quiz, status
from tests.support import schema
from tests.support.invented import build
from tests.support.invented_files import FILES

MODULE = "katas/phase1_demo/value.py"


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


def katas_of(state):
    return {kata["id"]: kata for section in state["sections"] for kata in section["katas"]}


# ---- status


def test_a_fresh_course(demo):
    found = demo.status()
    assert (found["version"], found["next"]) == (status.VERSION, "1.1 Value.__init__")
    assert (found["due"], found["not_here_yet"]) == ([], [3, 4, 5])
    assert [section["number"] for section in found["sections"]] == ["1.1", "1.2", "2.1"]
    first, second, _ = found["sections"]
    assert (first["green"], first["total"], first["title"]) == (0, 2, "Counting")
    assert first["quiz"] == {"questions": 5, "answered": 0, "right": 0, "wrong": []}
    assert second["quiz"] is None
    kata = first["katas"][0]
    assert (kata["status"], kata["reference"], kata["message"]) == ("not started", None, "")
    assert (kata["file"], kata["line"], kata["hints"]) == (MODULE, 11, {"taken": 0, "of": 3})
    for path in (first["lesson"], *first["specs"], kata["file"]):
        assert (demo.folder / path).exists()


def test_a_red_kata_has_its_message(demo):
    demo.fill("Value.__init__", "self.data = data + 2")
    assert katas_of(demo.status())["1.1 Value.__init__"]["status"] == "red"  # there was no record
    demo.dojo("hint", "init")
    kata = katas_of(demo.status())["1.1 Value.__init__"]
    assert "test_the_number_is_kept" in kata["message"] and "data is 5" in kata["message"]
    assert (kata["specs"], kata["passed"], kata["reference"]) == (2, 1, None)
    assert kata["hints"]["taken"] == 1


def test_a_kata_that_needs_another_is_blocked(demo):
    demo.fill("Value.plus", "return Value(self.data + other.data)")
    demo.dojo("next", "Value.plus")
    assert katas_of(demo.status())["1.1 Value.plus"]["status"] == "blocked"


def test_a_green_kata_opens_its_own_lines_of_the_reference_only(demo):
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next")
    found = demo.status()
    assert found["next"] == "1.1 Value.plus" and found["sections"][0]["green"] == 1
    file, first, last = re.fullmatch(
        r"(.+):(\d+)-(\d+)", katas_of(found)["1.1 Value.__init__"]["reference"]
    ).groups()
    lines = demo.read(file).splitlines()[int(first) - 1 : int(last)]
    assert lines[0].strip().startswith("def __init__") and lines[-1].strip() == "self.data = data"
    others = [
        kata["reference"] for name, kata in katas_of(found).items() if name != "1.1 Value.__init__"
    ]
    assert set(others) == {None}


def test_an_edit_after_the_last_run_is_seen(demo):
    demo.dojo("next")
    record = json.loads(demo.read(".dojo/progress.json"))
    assert not katas_of(demo.status())["1.1 Value.__init__"]["edited_since"]
    record["katas"]["1.1 Value.__init__"]["when"] = "2020-01-31T20:15:00"
    demo.write(".dojo/progress.json", json.dumps(record))
    assert katas_of(demo.status())["1.1 Value.__init__"]["edited_since"]


def test_code_that_was_never_run_is_not_called_a_stub(demo):
    demo.dojo("next")
    demo.fill("1.2 double", "return value.times(2)")
    assert katas_of(demo.status())["1.2 double"]["status"] == "not run"
    demo.replace(MODULE, "LIMIT = 100", "LIMIT = (")
    found = katas_of(demo.status())
    assert (found["1.1 Value.__init__"]["status"], found["1.2 double"]["status"]) == (
        "not started",
        "not run",
    )


@pytest.mark.parametrize("damage", ["{", "[]", '{"1.1": 3}', '{"1.1": {"1": 3, "2": {}, "x": {}}}'])
def test_a_damaged_record_breaks_nothing(demo, damage):
    for name in ("quiz", "hints", "progress"):
        demo.write(f".dojo/{name}.json", damage)
    demo.status()


def test_the_end_of_the_course(demo):
    demo.solve()
    found = demo.status()
    assert found["next"] is None and found["commands"]["hint"] is None
    assert {kata["status"] for kata in katas_of(found).values()} == {"green"}


def test_one_section_can_be_asked_for(demo):
    found = demo.status("--section", "1.2")
    assert [section["number"] for section in found["sections"]] == ["1.2"]
    assert found["next"] == "1.2 Value.times" and "1.2" in found["commands"]["lesson"]


def test_the_commands_do_what_they_say(demo):
    commands = demo.status()["commands"]
    for name, line in commands.items():
        if line:
            target = re.match(r"(?:make|python -m dojo) (\w+)", line)[1]
            assert target in command_line.COMMANDS, f"{name}: {line}"


def test_what_is_due_comes_from_the_review(demo):
    assert demo.status()["due"] == []
    wrong = {"correct": False, "answer": "a", "when": "2025-01-31T20:15:00", "step": 0}
    demo.write(".dojo/quiz.json", json.dumps({"1.1": {"1": wrong}}))
    (item,) = demo.status()["due"]
    assert (item["kind"], item["id"], item["since"]) == ("question", "1.1 question 1", "2025-02-01")


def test_people_are_sent_to_progress(demo):
    ran = demo.dojo("status")
    assert ran.returncode == 2 and ran.stdout == "" and "progress" in ran.stderr
    assert demo.dojo("progress", "--json").returncode == 2


# ---- the schema can say no


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda s: s.pop("next"), ".next is missing"),
        (lambda s: s.update(version=2), ".version is 2"),
        (lambda s: s.update(more=1), ".more is not in the schema"),
        (lambda s: s.update(due=None), ".due is None"),
        (lambda s: s["sections"][0].update(green=True), ".sections[].green is True"),
        (lambda s: s["sections"][0]["katas"][0].update(status="wrong"), "[].status is 'wrong'"),
        (lambda s: s["sections"][0]["katas"][0]["hints"].clear(), "[].hints.taken is missing"),
        (lambda s: s["due"].append({"kind": "kata"}), ".due[].why is missing"),
    ],
)
def test_the_schema_refuses_what_is_wrong(demo, spoil, named):
    found = copy.deepcopy(demo.status())
    spoil(found)
    assert named in "\n".join(schema.problems(found, schema.STATUS))


def test_the_schema_is_checked_whole():
    with pytest.raises(ValueError, match="pattern"):
        schema.problems("x", {"type": "string", "pattern": "y"})
    assert schema.STATUS["properties"]["version"]["const"] == status.VERSION


# ---- one answer of a quiz, given to a tutor


def kept(demo):
    return json.loads(demo.read(".dojo/quiz.json"))["1.1"]


def test_a_right_answer_is_kept_and_explained(demo):
    ran = demo.dojo("quiz", "1.1", "--question", "1", "--answer", "B")
    assert ran.returncode == 0 and ran.stdout == "right\n\nIt says so.\n"
    assert kept(demo)["1"]["correct"] is True and kept(demo)["1"]["when"]


def test_a_wrong_answer_is_kept_and_the_right_one_is_not_shown(demo):
    ran = demo.dojo("quiz", "1.1", "--question", "2", "--answer", "0.0441")
    assert ran.returncode == 0 and ran.stdout == "not quite\n\nthat is the square\n"
    said = demo.dojo("quiz", "1.1", "--question", "2", "--answer=-7").stdout
    assert said == "not quite\n\nto look at again: make lesson SECTION=1.1\n"
    assert kept(demo)["2"] == {**kept(demo)["2"], "correct": False, "answer": "0.0441"}
    assert demo.status()["sections"][0]["quiz"]["wrong"] == [2]


def test_the_first_answer_stays_until_the_question_is_due_again(demo):
    demo.dojo("quiz", "1.1", "--question", "2", "--answer", "0.0441")
    text = FILES["lessons/phase1_demo/1_counting/quiz.md"]
    right = quiz.parse(text)[1].answer
    assert demo.dojo("quiz", "1.1", "--question", "2", f"--answer={right}").stdout.startswith(
        "right"
    )
    assert kept(demo)["2"]["correct"] is False
    everything = json.loads(demo.read(".dojo/quiz.json"))
    everything["1.1"]["2"]["when"] = "2020-01-31T20:15:00"
    demo.write(".dojo/quiz.json", json.dumps(everything))
    demo.dojo("quiz", "1.1", "--question", "2", f"--answer={right}")
    assert kept(demo)["2"]["correct"] is True


def test_a_question_without_an_answer_is_shown(demo):
    ran = demo.dojo("quiz", "1.1", "--question", "1")
    assert ran.returncode == 0 and "What does `double` return?" in ran.stdout
    assert "b) twice of it" in ran.stdout and "It says so" not in ran.stdout
    assert not (demo.folder / ".dojo/quiz.json").exists()


@pytest.mark.parametrize(("judged", "right"), [("right", True), ("wrong", False)])
def test_an_open_answer_is_judged_by_the_tutor(demo, judged, right):
    ran = demo.dojo("quiz", "1.1", "--question", "5", "--judged", judged)
    assert ran.returncode == 0 and kept(demo)["5"]["correct"] is right
    assert ("Because it is so" in ran.stdout) is right


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--question", "9", "--answer", "b"], "no question 9; there are: 1, 2, 3, 4, 5"),
        (["--question", "1", "--answer", "z"], "a letter: a, b, c"),
        (["--question", "1", "--judged", "right"], "give the answer alone"),
        (["--question", "5", "--answer", "so"], "QUESTION=5 JUDGED=right"),
        (["--question", "one", "--answer", "b"], "--question"),
    ],
)
def test_an_answer_that_cannot_be_judged_is_not_kept(demo, words, named):
    ran = demo.dojo("quiz", "1.1", *words)
    assert ran.returncode == 2 and ran.stdout == "" and named in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert not (demo.folder / ".dojo/quiz.json").exists()
