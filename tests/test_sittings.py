"""A section in two sittings: each has a page, an experiment and a quiz that commands reach."""

import json

import pytest

from dojo import course, quiz, store
from dojo.choice import Choice
from tests.support.invented import build

FIRST = "lessons/phase1_demo/1_counting"
SECOND = f"{FIRST}/2_boxes"
QUESTION = """# Quiz · 1.1 In boxes

## 1. How many brackets has a number?

<details>
<summary>Answer</summary>

**2** · One on each side.

```python
answer = 2
```

</details>
"""


@pytest.fixture
def demo(tmp_path):
    """The invented course, with `Value.plus` in a second sitting of 1.1."""
    made = build(tmp_path / "course")
    hints, mark, second = made.read(f"{FIRST}/hints.md").partition("## Value.plus")
    made.write(f"{FIRST}/hints.md", hints)
    made.write(f"{SECOND}/hints.md", f"# Hints · 1.1 In boxes\n\n{mark}{second}")
    made.write(f"{SECOND}/overview.md", "# 1.1 · In boxes\n\nWhat stands around a number?\n")
    made.write(f"{SECOND}/quiz.md", QUESTION)
    experiment = made.read(f"{FIRST}/experiment.py").replace('"twice"', '"in a box"')
    made.write(f"{SECOND}/experiment.py", experiment)
    return made


def first_is_green(demo):
    result = {"status": "green", "when": "2025-01-31T20:15:00", "specs": 1, "passed": 1}
    demo.write(".dojo/progress.json", json.dumps({"katas": {"1.1 Value.__init__": result}}))


# what each command shows of the first sitting, and of the second
COMMANDS = pytest.mark.parametrize(
    ("command", "first", "second"),
    [
        ("lesson", "How much is", "What stands around"),
        ("experiment", "twice 4", "in a box 4"),
        ("quiz", "What does `double` return?", "How many brackets"),
    ],
    ids=["lesson", "experiment", "quiz"],
)


@COMMANDS
def test_a_section_leads_to_the_sitting_of_its_current_kata(demo, command, first, second):
    out = demo.dojo(command, "1.1").stdout
    assert first in out and second not in out
    first_is_green(demo)
    for words in (["1.1"], []):
        out = demo.dojo(command, *words).stdout
        assert second in out and first not in out


@COMMANDS
def test_a_kata_leads_to_its_sitting(demo, command, first, second):
    out = demo.dojo(command, "Value.plus").stdout
    assert second in out and first not in out
    first_is_green(demo)
    assert first in demo.dojo(command, "init").stdout


@COMMANDS
def test_the_other_sittings_are_named(demo, command, first, second):
    (line,) = [ln for ln in demo.dojo(command, "1.1").stdout.splitlines() if "In boxes" in ln]
    assert line.split()[-4:] == [command, "KATA=Value.plus", "In", "boxes"]
    lines = demo.dojo(command, "Value.plus").stdout.splitlines()
    (line,) = [line for line in lines if "Counting" in line]
    assert line.split()[-3:] == [command, "KATA=Value.__init__", "Counting"]
    assert "KATA=" not in demo.dojo(command, "2.1").stdout


def test_all_green_leads_to_the_first(demo):
    demo.solve()
    assert "How much is" in demo.dojo("lesson", "1.1").stdout


def test_next_and_hints_know_the_page_of_a_kata(demo):
    out = demo.dojo("next", "Value.plus").stdout
    assert f"lesson  {SECOND}/overview.md" in out
    assert f"lesson  {FIRST}/overview.md" in demo.dojo("next", "init").stdout
    for _ in range(3):
        assert "hint" in demo.dojo("hint", "Value.plus").stdout
    assert "lesson KATA=Value.plus" in demo.dojo("hint", "Value.plus").stdout


def test_a_sitting_that_is_not_begun_is_read_first(demo):
    first_is_green(demo)
    lines = demo.dojo("progress", "1.1").stdout.splitlines()
    next_line = lines.index("next: 1.1 Value.plus")
    assert lines[next_line + 1].split()[0] == "read"
    assert lines[next_line + 1].endswith("lesson KATA=Value.plus")


def test_progress_names_each_sitting(demo):
    first_is_green(demo)
    demo.dojo("quiz", "Value.plus", "--question", "1", "--answer", "2")
    demo.dojo("quiz", "init", "--question", "1", "--answer", "a")
    lines = [" ".join(line.split()) for line in demo.dojo("progress").stdout.splitlines()]
    assert lines[0].endswith("1 of 2 quiz 1 of 6")
    assert lines[1].startswith("Counting 1 of 1") and lines[1].endswith("quiz 0 of 5")
    assert lines[2].startswith("In boxes 0 of 1") and lines[2].endswith("quiz 1 of 1")
    assert "lesson KATA=Value.__init__" in lines[1] and "lesson KATA=Value.plus" in lines[2]
    assert lines[3].startswith("1.2 ")


def test_answers_are_kept_by_sitting_and_come_again(demo):
    demo.dojo("quiz", "init", "--question", "1", "--answer", "a")
    demo.dojo("quiz", "Value.plus", "--question", "1", "--answer", "4")
    kept = json.loads(demo.read(".dojo/quiz.json"))
    assert {id: answers["1"]["answer"] for id, answers in kept.items()} == {
        "1.1": "a",
        "1.1 boxes": "4",
    }
    for answers in kept.values():
        answers["1"]["when"] = "2025-01-31T20:15:00"
    demo.write(".dojo/quiz.json", json.dumps(kept))
    found = demo.status()
    assert [item["id"] for item in found["due"]] == ["1.1 question 1", "1.1 boxes question 1"]
    section = found["sections"][0]
    assert (section["lesson"], section["quiz"]["wrong"]) == (FIRST, [1])
    (further,) = section["further_sittings"]
    assert (further["lesson"], further["kata"]) == (SECOND, "1.1 Value.plus")
    assert (further["title"], further["quiz"]["wrong"]) == ("In boxes", [1])
    assert "KATA=Value.__init__" in found["commands"]["answer"]
    assert all(not other["further_sittings"] for other in found["sections"][1:])


def test_an_answer_says_which_quiz_it_is_for(demo):
    """By the section alone it would be judged by the quiz of whatever kata comes next."""
    for green in (False, True):
        if green:
            first_is_green(demo)
        ran = demo.dojo("quiz", "1.1", "--question", "1", "--answer", "2")
        assert ran.returncode == 2 and "say which quiz of 1.1" in ran.stderr
        assert "KATA=Value.__init__" in ran.stderr and "KATA=Value.plus" in ran.stderr
    assert not (demo.folder / ".dojo/quiz.json").exists()


def test_a_question_that_has_changed_is_asked_anew(demo):
    demo.dojo("quiz", "Value.plus", "--question", "1", "--answer", "4")
    demo.replace(f"{SECOND}/quiz.md", "How many brackets has a number?", "How many has a box?")
    found = demo.status()
    assert (found["due"], found["sections"][0]["further_sittings"][0]["quiz"]["answered"]) == (
        [],
        0,
    )
    demo.dojo("quiz", "Value.plus", "--question", "1", "--answer", "2")
    (entry,) = json.loads(demo.read(".dojo/quiz.json"))["1.1 boxes"].values()
    assert entry["asked"] == "How many has a box?" and "step" not in entry


def test_an_answer_from_before_questions_were_kept_counts(demo):
    demo.write(".dojo/quiz.json", json.dumps({"1.1": {"1": {"correct": True, "answer": "b"}}}))
    assert demo.status()["sections"][0]["quiz"]["answered"] == 1


# ---- the real course

FURTHER = [sitting for section in course.sections() for sitting in section.sittings[1:]]


def test_some_sections_have_further_sittings():
    assert {sitting.number for sitting in FURTHER} == {"4.4", "5.1", "5.2", "5.3", "5.4"}


@pytest.mark.parametrize("sitting", FURTHER, ids=lambda sitting: sitting.id)
def test_a_choice_of_a_kata_is_one_of_its_sitting(sitting):
    section = course.find_section(sitting.number)
    for kata in sitting.katas:
        assert course.sitting_of(kata) == sitting
        assert Choice([section], kata).one_sitting() == sitting  # as the key of watch does


# the questions of 4.4's quiz that were asked before it had sittings
WERE = {
    "7": "A row of four channels is 1, 1, 1, 5. What does an RMSNorm",
    "8": "Someone turns queries and keys at positions 1, 2, 3,",
    "9": "A bug to find: 8 heads of queries share 2 of keys",
    "10": "A Llama has 4 layers, 8 heads of 16 channels",
}


@pytest.mark.parametrize("number", WERE)
def test_old_answers_stand_where_their_questions_stand_now(monkeypatch, number):
    entry = {"correct": False, "answer": "x", "when": "2025-01-31T20:15:00"}
    monkeypatch.setattr(store, "load", lambda name: {"4.4": {number: entry}})
    found = [
        question
        for sitting in course.find_section("4.4").sittings
        for question in quiz.load(sitting)
        if quiz.last_answer(sitting, question)
    ]
    (question,) = found
    assert question.asked.startswith(WERE[number])


# the quiz of a sitting that 4.4 had, and where its questions stand in Phase 5
SINCE = {
    "1": ("5.2", "A LoRA of rank 3 is put around"),
    "5": ("5.1", "A layer has 6 experts and asks 2"),
    "9": ("5.3", "The first column of a matrix"),
}


@pytest.mark.parametrize("number", SINCE)
def test_answers_of_a_sitting_that_is_gone_stand_where_their_questions_stand_now(
    monkeypatch, number
):
    section, asked = SINCE[number]
    sitting = course.find_section(section).sittings[0]
    there = [question for question in quiz.load(sitting) if question.asked.startswith(asked)]
    entry = {"asked": there[0].asked, "correct": True, "answer": "x", "when": "2026-11-30T09:00:00"}
    monkeypatch.setattr(store, "load", lambda name: {"4.4 at scale": {number: entry}})
    assert quiz.last_answer(sitting, there[0]) == entry


# the questions of 5.4's quiz, which said what was asked from the first, before it had sittings
DIVIDED = {
    "6": "In a program of one input x, the number e^x is read by two instructions",
    "7": "What does `0.0 if x <= 0.0 else x` give for NaN",
    "8": "A bug to find: after the first step, the loss stays the same",
    "9": "Why is the C cut into many small functions?",
}


@pytest.mark.parametrize("number", DIVIDED)
def test_an_answer_follows_its_question_into_another_sitting(monkeypatch, number):
    first, second = course.find_section("5.4").sittings
    (moved,) = [q for q in quiz.load(second) if q.asked.startswith(DIVIDED[number])]
    entry = {"asked": moved.asked, "correct": True, "answer": "x", "when": "2026-11-30T09:00:00"}
    monkeypatch.setattr(store, "load", lambda name: {"5.4": {number: entry}})
    found = {q.asked for sitting in (first, second) for q in quiz.load(sitting)
             if quiz.last_answer(sitting, q)}  # fmt: skip
    assert found == {moved.asked}


def test_an_answer_to_what_is_asked_there_now_stays(monkeypatch):
    first, second = course.find_section("5.4").sittings
    for question in quiz.load(first):
        entry = {"asked": question.asked, "correct": True, "answer": "x", "when": "2026-11-30"}
        there = {"5.4": {str(question.number): entry}}
        monkeypatch.setattr(store, "load", lambda name, there=there: there)
        assert quiz.last_answer(first, question) == entry
        assert store.answers(second) == {}
