"""Review, from outside: what is due when, and a kata that is redone beside the solved one.

Days pass by making everything that is remembered in `.dojo/` so many days older.
"""

import json
import re
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest

from dojo import schedule
from tests.support import terminal
from tests.support.invented import build

VALUE = "katas/phase1_demo/value.py"
COPY = ".dojo/review/1.1-Value.__init__/value.py"
STUB = 'raise NotImplementedError("1.1 Value.__init__")'
DUE = "import json; from dojo import review; print(json.dumps(review.due()))"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


@pytest.fixture
def solved(demo):
    """`Value.__init__` is solved, with three hints."""
    for _ in range(3):
        demo.dojo("hint", "init")
    demo.fill("Value.__init__", "self.data = data  # mine")
    demo.dojo("next")
    return demo


@pytest.fixture
def session(demo):
    """Start a command, `review` if none is named, in a terminal."""
    with terminal.opened(demo) as start:
        yield lambda *arguments, command="review": start("-m", "dojo", command, *arguments)


def days_pass(demo, number):
    for path in (demo.folder / ".dojo").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        path.write_text(_TIME.sub(lambda found: _earlier(found[0], number), text))


def _earlier(when, days):
    return (datetime.fromisoformat(when) - timedelta(days=days)).isoformat()


def due(demo, code=DUE):
    """What `dojo.review.due()` says there."""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=demo.folder,
        env=demo.environment(),
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def redo(demo, body="self.data = data"):
    """Redo `Value.__init__` in its scratch copy; what the last call said."""
    assert demo.dojo("review", "init").returncode == 0
    demo.replace(COPY, STUB, body)
    return demo.dojo("review", "init")


def answered(demo, correct, days, **more):
    """Remember an answer to the first question of the quiz, so many days ago."""
    when = (datetime.now() - timedelta(days=days)).isoformat(timespec="seconds")
    entry = {"correct": correct, "answer": "c", "when": when, **more}
    demo.write(".dojo/quiz.json", json.dumps({"1.1": {"1": entry}}))


# ---- when


@pytest.mark.parametrize(("hints", "days"), [(0, 21), (1, 7), (2, 3), (3, 1)])
def test_the_more_hints_a_kata_took_the_sooner_it_comes_again(demo, hints, days):
    for _ in range(hints):
        demo.dojo("hint", "init")
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next")
    days_pass(demo, days - 1)
    assert due(demo) == []
    assert "nothing is due" in demo.dojo("review").stdout
    assert "next: 1.1 Value.__init__, tomorrow" in demo.dojo("review").stdout
    days_pass(demo, 1)
    (item,) = due(demo)
    assert (item["kind"], item["id"]) == ("kata", "1.1 Value.__init__")
    assert item["since"] == date.today().isoformat()
    said = demo.dojo("review").stdout
    assert "due for review: 1 kata\n" in said and "review KATA=Value.__init__" in said
    assert (f"with {hints} hint" in said) == (hints > 0) and item["why"] in said


def test_a_look_at_the_reference_brings_a_kata_back_the_next_day(demo, session):
    child = session("init", command="solution")
    child.expect("show the reference")
    child.sendline("y")
    child.expect("self.data = data")
    child.read()
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next")
    days_pass(demo, 1)
    assert "after a look at the reference" in due(demo)[0]["why"]


def test_running_a_green_kata_again_does_not_put_its_review_off(solved):
    days_pass(solved, 2)
    solved.replace(VALUE, "self.data = data", "self.data = 0")
    solved.dojo("next")
    assert due(solved) == []  # it is red now, and next shows it
    solved.replace(VALUE, "self.data = 0", "self.data = data")
    solved.dojo("next")
    (item,) = due(solved)
    assert item["since"] == (date.today() - timedelta(days=1)).isoformat()


def test_each_success_when_it_is_due_leads_to_a_longer_wait(solved):
    for days, following in [(1, 3), (3, 7), (7, 21), (21, 60)]:
        days_pass(solved, days - 1)
        assert due(solved) == []
        days_pass(solved, 1)
        assert [item["id"] for item in due(solved)] == ["1.1 Value.__init__"]
        said = redo(solved).stdout
        assert "1.1 Value.__init__ is green again, without help. Well done!" in said
        assert f"it comes again in {following} days" in said and due(solved) == []
    days_pass(solved, 60)
    assert "it will not come again" in redo(solved).stdout
    days_pass(solved, 1000)
    assert due(solved) == []


def test_a_success_before_it_is_due_does_not_lengthen_the_wait(solved):
    for _ in range(3):
        assert "it comes again tomorrow" in redo(solved).stdout


def test_a_success_with_hints_shortens_the_wait_again(solved):
    demo = solved
    demo.write(".dojo/hints.json", "{}")  # alone, then: the wait is 21 days
    days_pass(demo, 21)
    assert demo.dojo("review", "init").returncode == 0
    assert "hint 1 of 3" in demo.dojo("hint", "init").stdout
    assert "hint 2 of 3" in demo.dojo("hint", "init").stdout
    demo.replace(COPY, STUB, "self.data = data")
    said = demo.dojo("review", "init").stdout
    assert "green again with 2 hints" in said and "again in 3 days" in said
    assert not json.loads(demo.read(".dojo/hints.json")), "hints of a review are its own"
    days_pass(demo, 3)
    assert due(demo)[0]["why"] == "redone 3 days ago with 2 hints"


def test_a_look_at_the_reference_in_a_review_brings_it_back_the_next_day(solved, session):
    solved.write(".dojo/hints.json", "{}")
    solved.dojo("review", "init")
    child = session("init", command="solution")
    child.expect("show the reference")
    child.sendline("y")
    child.expect("self.data = data")
    child.read()
    solved.replace(COPY, STUB, "self.data = data")
    said = solved.dojo("review", "init").stdout
    assert "after a look at the reference. Well done!" in said and "again tomorrow" in said


def test_a_now_can_be_given(solved):
    code = DUE.replace("due()", "due(datetime.now() + timedelta(days=2))")
    (item,) = due(solved, f"from datetime import datetime, timedelta; {code}")
    assert item["since"] == (date.today() + timedelta(days=1)).isoformat()


def test_the_longest_due_comes_first(solved):
    solved.fill("Value.plus", "return Value(self.data + other.data)")
    solved.dojo("next")
    days_pass(solved, 30)
    answered(solved, correct=False, days=2)
    assert [item["id"] for item in due(solved)] == [
        "1.1 Value.__init__",
        "1.1 Value.plus",
        "1.1 question 1",
    ]
    assert "due for review: 2 katas and 1 question" in solved.dojo("review").stdout
    assert "nothing is due" in solved.dojo("review", "1.2").stdout


def test_the_steps_of_the_schedule():
    today = date(2026, 3, 10)
    assert schedule.due_on("2026-03-09T23:59:00", 0) == today
    assert schedule.step_after(0, "2026-03-09T23:59:00", today) == 1
    assert schedule.step_after(0, "2026-03-10T00:01:00", today) == 0
    assert schedule.due_on("2026-03-09T23:59:00", 5) is None
    assert schedule.step_after(5, "2020-01-01T00:00:00", today) == 5
    assert schedule.first_step(9) == schedule.first_step(0, seen=True) == 0


# ---- questions


def test_a_question_answered_wrongly_comes_again_the_next_day(demo):
    answered(demo, correct=False, days=0)
    assert due(demo) == []
    days_pass(demo, 1)
    (item,) = due(demo)
    assert (item["kind"], item["id"]) == ("question", "1.1 question 1")
    assert item["why"] == "answered wrongly yesterday"
    ran = demo.dojo("review")
    assert ran.returncode == 0 and "1.1 question 1" in ran.stdout
    assert "asked in a terminal" in ran.stdout and "What does" not in ran.stdout


def test_a_question_that_was_right_at_once_does_not_come_again(demo):
    answered(demo, correct=True, days=500)
    assert due(demo) == []


def test_questions_are_asked_until_they_stay(demo, session):
    answered(demo, correct=False, days=1)
    child = session()
    child.expect("due for review: 1 question")
    child.expect("answer the question now.*")
    child.sendline("y")
    child.expect("1 of 1.*What does")
    child.expect("a letter: a, b, c")
    child.sendline("b")
    child.expect("right")
    child.expect("1 of 1 right")
    child.expect("\r\n")
    assert "Traceback" not in child.read()
    assert json.loads(demo.read(".dojo/quiz.json"))["1.1"]["1"]["step"] == 1
    assert due(demo) == []
    days_pass(demo, 3)
    assert due(demo)[0]["why"] == "answered wrongly before, rightly 3 days ago"
    child = session()
    child.expect("now.*")
    child.sendline("y")
    child.expect("a letter")
    child.sendline("a")
    child.expect("not quite")
    child.expect("0 of 1 right")
    child.expect("to look at again: 1")
    child.read()
    assert json.loads(demo.read(".dojo/quiz.json"))["1.1"]["1"]["step"] == 0


@pytest.mark.parametrize("way", ["", "n", "c", "d"], ids=["enter", "no", "ctrl-c", "ctrl-d"])
def test_nobody_has_to_answer(demo, session, way):
    answered(demo, correct=False, days=1)
    before = demo.read(".dojo/quiz.json")
    child = session()
    child.expect("answer the question now.*")
    terminal.press(child, way) if way in ("c", "d") else child.sendline(way)
    assert "Traceback" not in child.read()
    child.close()
    assert child.exitstatus == 0 and demo.read(".dojo/quiz.json") == before


def test_the_same_evening_does_not_count_twice(demo, session):
    answered(demo, correct=False, days=0)
    child = session("1.1", command="quiz")
    child.expect("a letter")
    child.sendline("b")
    child.expect("right")
    child.expect("a number")
    child.sendcontrol("d")
    child.read()
    kept = json.loads(demo.read(".dojo/quiz.json"))["1.1"]["1"]
    assert kept["correct"] is True and kept["step"] == 0


# ---- a kata once more


def test_a_kata_is_redone_beside_the_solved_one(solved):
    before = solved.read(VALUE), solved.read(".dojo/progress.json")
    ran = solved.dojo("review", "init")
    assert ran.returncode == 0
    assert (
        f"open    {COPY}:11" in ran.stdout
        and "check   make review KATA=Value.__init__" in ran.stdout
    )
    copy = solved.read(COPY)
    assert copy == before[0].replace("self.data = data  # mine", STUB)
    ran = solved.dojo("review", "init")
    assert ran.returncode == 1 and f"not started\n  1.1 Value.__init__  {COPY}:11" in ran.stdout
    solved.replace(COPY, STUB, "self.data = data + 2")
    ran = solved.dojo("review", "init")
    assert ran.returncode == 1 and "data is 5" in ran.stdout and f"{COPY}:11" in ran.stdout
    assert "make next" not in ran.stdout and "0 of 2" not in ran.stdout
    solved.replace(COPY, "self.data = data + 2", "self.data = 0 + data")
    ran = solved.dojo("review", "init")
    assert ran.returncode == 0 and "1.1 Value.__init__ is green again" in ran.stdout
    assert (solved.read(VALUE), solved.read(".dojo/progress.json")) == before
    assert "self.data = 0 + data" in solved.read(COPY), "it is kept until the next time"


def test_an_error_in_the_copy_names_the_line_in_it(solved):
    solved.dojo("review", "init")
    solved.replace(COPY, STUB, "return y")
    said = solved.dojo("review", "init").stdout
    assert "NameError" in said and f"in __init__, {COPY}:13" in said
    solved.replace(COPY, "return y", "return (")
    ran = solved.dojo("review", "init")
    assert ran.returncode == 1 and f"{COPY}:13: '(' was never closed" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


def test_the_other_katas_are_the_learners(solved):
    """The copy holds them as they are: here `__init__` is redone while `plus` is not started."""
    solved.dojo("review", "init")
    assert 'raise NotImplementedError("1.1 Value.plus")' in solved.read(COPY)
    solved.replace(COPY, STUB, "Value.plus(self, self)")
    assert (
        "blocked\n  1.1 Value.__init__  needs 1.1 Value.plus"
        in solved.dojo("review", "init").stdout
    )


def test_a_review_that_was_left_goes_on_and_is_listed(solved):
    solved.dojo("review", "init")
    days_pass(solved, 5)
    assert due(solved)[0]["why"] == "begun 5 days ago, not finished"
    assert "not finished" in solved.dojo("review").stdout
    solved.replace(COPY, STUB, "self.data = data")
    assert "green again" in solved.dojo("review", "init").stdout and due(solved) == []


def test_the_next_time_begins_with_the_stub_and_what_was_there_is_kept(solved):
    redo(solved, "self.data = data  # the second")
    assert solved.dojo("review", "init").returncode == 0
    assert STUB in solved.read(COPY)
    kept = [path.read_text() for path in (solved.folder / ".dojo/kept").iterdir()]
    assert any("# the second" in text for text in kept)


def test_a_copy_that_was_deleted_is_made_again(solved):
    solved.dojo("review", "init")
    (solved.folder / COPY).unlink()
    assert "once more" in solved.dojo("review", "init").stdout and STUB in solved.read(COPY)


def test_a_kata_that_is_not_green_cannot_be_redone(demo):
    ran = demo.dojo("review", "init")
    assert ran.returncode == 1 and "1.1 Value.__init__ is not green" in ran.stdout
    assert not (demo.folder / COPY).exists()


def test_a_reset_ends_its_reviews(solved):
    redo(solved)
    solved.dojo("reset", "init")
    assert json.loads(solved.read(".dojo/review.json")) == {}
    solved.fill("Value.__init__", "self.data = data")
    solved.dojo("next")
    days_pass(solved, 1)
    assert due(solved)[0]["why"] == "solved yesterday with 3 hints"


def test_pytest_alone_refuses_a_review_that_was_not_begun(solved):
    for arguments, says in [
        (["--review"], "--review needs --kata"),
        (["--review", "--kata", "init", "--solutions"], "--review needs --kata"),
        (["--review", "--kata", "init"], f"there is no {COPY}"),
    ]:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=solved.folder,
            env=solved.environment(),
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 2 and says in ran.stderr and len(ran.stderr.splitlines()) == 1


# ---- what is remembered, when it is damaged


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[1]",
        '{"1.1 Value.__init__": 3}',
        '{"1.1 Value.__init__": {"step": "x", "last": 7}}',
        "\0",
    ],
)
def test_a_damaged_record_of_reviews_begins_again(solved, damage):
    days_pass(solved, 1)
    solved.write(".dojo/review.json", damage)
    assert [item["id"] for item in due(solved)] == ["1.1 Value.__init__"]
    assert "green again" in redo(solved).stdout
    assert json.loads(solved.read(".dojo/review.json"))["1.1 Value.__init__"]["step"] == 1


@pytest.mark.parametrize(
    ("damage", "number"),
    [
        ("{", 0),
        ('{"1.1": [1]}', 0),
        ('{"1.1": {"1": 3}}', 0),
        ('{"1.1": {"1": {"correct": false}}}', 1),
        ('{"1.1": {"1": {"correct": false, "when": "soon", "step": -2}}}', 1),
        ('{"9.9": {"1": {"correct": false}}, "1.1": {"99": {"correct": false}}}', 0),
    ],
)
def test_a_damaged_record_of_answers_does_no_harm(demo, damage, number):
    demo.write(".dojo/quiz.json", damage)
    assert len(due(demo)) == number
    assert demo.dojo("review").returncode == 0


def test_a_record_from_before_there_were_reviews(solved):
    progress = json.loads(solved.read(".dojo/progress.json"))
    del progress["katas"]["1.1 Value.__init__"]["solved"]
    solved.write(".dojo/progress.json", json.dumps(progress))
    days_pass(solved, 1)
    assert [item["id"] for item in due(solved)] == ["1.1 Value.__init__"]
