"""Hints and quizzes: how they are read, and real sessions in a terminal."""

import json

import pytest

from dojo import hints, quiz, screen
from tests.support import terminal
from tests.support.invented import build
from tests.support.invented_files import FILES

QUIZ = quiz.parse(FILES["lessons/phase1_demo/1_counting/quiz.md"])


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


@pytest.fixture
def session(demo):
    """Start a command in a terminal."""
    with terminal.opened(demo) as start:
        yield lambda *arguments, **variables: start("-m", "dojo", *arguments, **variables)


def ended(child):
    """The exit code, and what was said since the last match."""
    rest = child.read()
    child.close()
    return child.exitstatus, rest


# ---- reading


def test_a_quiz_is_read():
    first, second, third, fourth, fifth = QUIZ
    assert first.text == "What does `double` return?\n\nThink of `3`."
    assert first.choices == {"a": "half of it", "b": "twice of it", "c": "its square"}
    assert (first.kind, first.answer, first.explanation) == ("letter", "b", "It says so.")
    assert first.meanings == {"a": "that is `half`", "c": "that would be `x * x`"}
    assert (second.kind, second.answer, second.code) == ("number", "0.42", "answer = 2 * 0.21\n")
    assert second.meanings == {"0.0441": "that is the square"}
    assert (third.kind, third.answer) == ("shape", "(2, 3)")
    assert fourth.accepted == ("topological", "topological order")
    assert fourth.explanation.count("- they are") == 2
    assert (fifth.kind, fifth.answer) == ("open", "Because it is so.")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("## 3. Why?\n\nNo answer.\n", "question 3 has no folded answer"),
        ("## 1. Why?\n<details>\n<summary>Answer</summary>\n\nSo.\n\n</details>", "question 1"),
        (
            "## 2. Why?\n- a) x\n<details>\n<summary>A</summary>\n\n**b** · y\n</details>",
            "b, is none of its choices",
        ),
    ],
    ids=["no answer", "no bold answer", "no such choice"],
)
def test_a_malformed_question_is_named(text, named):
    with pytest.raises(ValueError, match=named):
        quiz.parse(text)


def asked(answer, kind):
    return quiz.Question(1, "?", {"a": "", "b": ""}, answer, (answer,), kind, "", {}, "")


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        ("-6", "-6.0"),
        ("-6", "−6"),
        ("0.5", "1/2"),
        ("0.5", ".5"),
        ("0.5", "0,5"),
        ("0.50", "0.5"),
        ("0.001", "1e-3"),
        ("1e-3", "0.001"),
        ("0.42", "0.41997"),
        ("1/3", "0.33"),
        ("1/3", "2/6"),
        ("1234", "1,234"),
        ("1,234", "1234"),
        ("1,234.5", "1234.5"),
        ("1024", "2**10"),
        ("10^6", "1000000"),
        ("95 %", "95"),
        ("95 %", "95%"),
        ("0.8", "80 %"),
        ("0.305", "30,5%"),
        ("1/3", "33 %"),
        ("0.005", "1/2 %"),
        ("inf", "∞"),
        ("0.3", str(0.1 + 0.2)),
        ("3", str(0.1 * 30)),
    ],
)
def test_a_number_is_right_to_the_digits_shown(answer, given):
    assert quiz.is_right(asked(answer, "number"), given)


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        ("-6", "6"),
        ("-6", "-6.3"),
        ("0.42", "0.4"),
        ("0.42", "0.43"),
        ("1/3", "0.3"),
        ("1/3", "0.34"),
        ("0.125", "0.13"),
        ("1e6", "1.2e6"),
        ("2", "two"),
        ("1", "1/0"),
        ("0.8", "80"),
        ("0.8", "0.8 %"),
        ("1/3", "30 %"),
        ("50", "1/2 %"),
        ("1", "%"),
        ("inf", "-inf"),
    ],
)
def test_another_number_is_wrong(answer, given):
    assert not quiz.is_right(asked(answer, "number"), given)


@pytest.mark.parametrize(
    ("kind", "answer", "given"),
    [
        ("letter", "b", "B"),
        ("letter", "b", " b) "),
        ("letter", "b", "(b)"),
        ("shape", "(2, 3)", "2,3"),
        ("shape", "(2, 3)", "[2 3]"),
        ("shape", "(2, 3)", "2x3"),
        ("shape", "(2, 3)", "2 by 3"),
        ("shape", "(2, 3)", str((2, 3))),
        ("shape", "(3,)", "(3)"),
        ("shape", "()", "()"),
        ("shape", "(B, T, C)", "b,t,c"),
        ("word", "topological order", "The topological  order."),
        ("word", "local_grads", "`local grads`"),
        ("word", "x.grad", "x.grad"),
        ("word", "+=", "+="),
        ("word", "hinge", "hinge loss"),
        ("word", "mean absolute error", "mae"),
        ("shape", "(5, 2)", "5 lists of 2"),
        ("number", "1000", "about 1,000"),
    ],
)
def test_the_form_of_an_answer_is_forgiven(kind, answer, given):
    assert quiz.is_understood(asked(answer, kind), given)
    assert quiz.is_right(asked(answer, kind), given)


@pytest.mark.parametrize(
    ("kind", "answer", "given"),
    [
        ("letter", "b", "a"),
        ("letter", "b", "ab"),
        ("shape", "(2, 3)", "(3, 2)"),
        ("shape", "(2, 3)", "(23)"),
        ("shape", "(3, 1)", "(3,)"),
        ("word", "+=", "-="),
        ("word", "x + x", "x * x"),
        ("word", "order", "the"),
    ],
)
def test_another_answer_is_wrong(kind, answer, given):
    assert not quiz.is_right(asked(answer, kind), given)


@pytest.mark.parametrize(
    ("kind", "given"), [("letter", "c"), ("letter", "7"), ("number", "many"), ("shape", "?")]
)
def test_an_answer_of_another_kind_is_not_understood(kind, given):
    assert not quiz.is_understood(asked("b", kind), given)


def test_hints_are_read():
    text = FILES["lessons/phase1_demo/1_counting/hints.md"]
    found = hints.parse(text)
    assert list(found) == ["Value.__init__", "Value.plus"]
    assert [len(items) for items in found.values()] == [3, 3]
    assert found["Value.__init__"][1].endswith("another attribute.")


def test_formulas_and_pictures_become_words():
    text = (
        "so $w x$ and\n\n$$a\n= b$$\n\n![the graph](g.svg) [symbols](../notation.md) "
        "[paper](https://arxiv.org/x)\n\n```python\np = '$5 or $6'\n```\n"
    )
    seen = screen.readable(text, "lessons/x")
    assert "`w x`" in seen and "```text\na = b\n```" in seen
    assert "[symbols](lessons/notation.md) [paper](https://arxiv.org/x)" in seen
    assert "[picture: the graph] lessons/x/g.svg" in seen and "'$5 or $6'" in seen


# ---- hints, one after the other


def test_hints_come_one_at_a_time(demo):
    first = demo.dojo("hint")
    assert first.returncode == 0
    assert "1.1 Value.__init__ · hint 1 of 3" in first.stdout and "2 more:" in first.stdout
    assert "Giving it a name" not in first.stdout
    second = demo.dojo("hint", "init").stdout
    assert "hint 2 of 3" in second and "Giving it a name would do.\n\nSo would" in second
    third = demo.dojo("hint", "--kata", "Value.__init__").stdout
    assert "hint 3 of 3" in third and "more" not in third
    fourth = demo.dojo("hint").stdout
    assert "these were all 3 hints" in fourth and "1. What is kept?" in fourth
    assert json.loads(demo.read(".dojo/hints.json")) == {"1.1 Value.__init__": 3}
    assert "hint 1 of 3" in demo.dojo("hint", "plus").stdout


def test_a_kata_without_hints_says_so(demo):
    ran = demo.dojo("hint", "Value.times")
    assert ran.returncode == 1 and "no hints for 1.2 Value.times" in ran.stdout


@pytest.mark.parametrize(
    "damage", ["{", '{"1.1 Value.__init__": "two"}', '{"1.1 Value.__init__": -4}', "[1]"]
)
def test_a_damaged_record_of_hints_begins_again(demo, damage):
    demo.write(".dojo/hints.json", damage)
    assert "hint 1 of 3" in demo.dojo("hint").stdout


def test_a_hint_in_a_terminal(session):
    code, said = ended(session("hint", "init"))
    assert code == 0 and "What is kept?" in said


# ---- a quiz, in a terminal and without


def test_a_quiz_without_a_terminal_prints_the_questions_alone(demo):
    ran = demo.dojo("quiz", "1.1")
    assert ran.returncode == 0
    assert "1. What does `double` return?" in ran.stdout and "  b) twice of it" in ran.stdout
    assert "It says so" not in ran.stdout and "0.42" not in ran.stdout
    assert not (demo.folder / ".dojo" / "quiz.json").exists()


def test_a_whole_quiz(demo, session):
    child = session("quiz", "1.1")
    child.expect("1 of 5")
    child.expect("a letter: a, b, c")
    child.sendline("twice")
    child.expect("please type one of a, b, c, or Enter")
    child.sendline("c")
    child.expect("not quite.*that would be.*The answer is b.*twice of it.*It says so")
    child.expect("a number, such as")
    child.sendline("lots")
    child.expect("that was not a number.*once more")
    child.sendline("21/50")
    child.expect("right.*Twice 0.21")
    child.expect("a shape")
    child.sendline("3x2")
    child.expect("columns first.*The answer is .2, 3")
    child.expect("a word")
    child.sendline("A topological order!")
    child.expect("right.*Parents first")
    child.expect("in your own words")
    child.sendline("It just is.")
    child.expect("Because it is so")
    child.expect("did yours say the same")
    child.sendline("maybe")
    child.expect("did yours say the same")
    child.sendline("y")
    code, said = ended(child)
    assert code == 0 and "3 of 5 right" in said and "to look at again: 1, 3" in said
    kept = json.loads(demo.read(".dojo/quiz.json"))["1.1"]
    assert [kept[str(n)]["correct"] for n in range(1, 6)] == [False, True, False, True, True]
    assert kept["1"]["answer"] == "c" and kept["1"]["when"]
    assert "quiz 3 of 5" in demo.dojo("progress").stdout


def test_enter_skips_and_shows(demo, session):
    child = session("quiz", "1.1")
    child.expect("a letter")
    child.sendline("")
    child.expect("skipped.*The answer is b")
    child.expect("a number")
    child.sendcontrol("d")
    child.expect("stopped after 1 of 5")
    assert ended(child)[0] == 0
    kept = json.loads(demo.read(".dojo/quiz.json"))["1.1"]
    assert list(kept) == ["1"] and kept["1"]["correct"] is False and kept["1"]["answer"] == ""


@pytest.mark.parametrize("key", ["c", "d"])
def test_an_interrupted_quiz_keeps_what_was_answered(demo, session, key):
    demo.write(".dojo/quiz.json", json.dumps({"1.1": {"4": {"correct": True}}, "2.1": {}}))
    child = session("quiz", "1.1")
    child.expect("a letter")
    child.sendline("b")
    child.expect("right")
    child.expect("a number")
    terminal.press(child, key)
    child.expect("stopped after 1 of 5; what you answered is kept")
    code, said = ended(child)
    assert code == 0 and "1 of 1 right" in said and "Traceback" not in said
    kept = json.loads(demo.read(".dojo/quiz.json"))
    assert set(kept) == {"1.1", "2.1"} and set(kept["1.1"]) == {"1", "4"}


def test_a_quiz_in_a_terminal_that_has_only_ascii(session):
    child = session("quiz", "1.1", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    child.expect("quiz 1.1 - Counting")
    child.expect("a letter")
    child.sendcontrol("d")
    assert ended(child)[0] == 0


@pytest.mark.parametrize("command", ["lesson", "quiz"])
def test_no_colour_is_respected(session, command):
    child = session(command, "1.1", NO_COLOR="1")
    child.expect("half of it" if command == "quiz" else "steps.svg")
    said = child.before
    assert "\x1b[3" not in said and "\x1b[4" not in said, repr(said)


# ---- other commands that ask or format


def test_a_lesson_in_a_terminal_is_formatted(session):
    code, said = ended(session("lesson", "1.1"))
    assert code == 0 and "How much is" in said and "$$" not in said and "# 1.1" not in said
    assert "[picture: a picture] lessons/phase1_demo/1_counting/steps.svg" in said
    assert "With pictures and formulas: lessons/phase1_demo/1_counting/overview.md" in said


@pytest.mark.parametrize(
    ("answer", "shown"), [("y", True), ("n", False), ("", False)], ids=["yes", "no", "enter"]
)
def test_a_solution_is_shown_to_whoever_wants_it(session, answer, shown):
    child = session("solution", "init")
    child.expect("not green yet, and 3 of its 3 hints are left")
    child.expect("show the reference for 1.1 Value.__init__")
    child.sendline(answer)
    code, said = ended(child)
    assert code == 0 and ("self.data = data" in said) is shown


def test_a_solution_after_green_does_not_speak_of_hints(demo, session):
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next")
    child = session("solution", "init")
    child.expect("show the reference")
    assert "hints" not in child.before
    child.sendcontrol("d")
    assert ended(child)[0] == 0
