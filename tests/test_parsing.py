"""What reads texts of others' never falls over: an error it may name, a traceback it may not show.

Learners save files in the middle of a line, answer a quiz with anything, and edit the records.
Cases that once failed stand as examples.
"""

import contextlib
import io
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dojo import course, hints, progress, quiz, review, screen, source, status, store, stubs
from dojo.choice import Choice

QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))
TEXTS = st.text(st.characters(codec="utf-8"))
MODULE = "phase1_autodiff/value.py"

# ---- source


@QUICK
@given(st.binary())
@example(b"\xff\xfe")
@example(b"\0")
@example(b"# caf\xe9\r")
def test_a_file_is_text_or_a_syntax_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "some.py"
    path.write_bytes(content)
    with contextlib.suppress(SyntaxError):
        source.definitions(source.read(path))
    list(source.marked_definitions(path))
    source.line_of(path, "f")


PIECES = st.lists(
    st.sampled_from([
        "def f(", "def ", "class A:", "\n", "    ", "\t", "(", ")", "[", '"""', "'", "#", "@f\n",
        "pass", ":", "\\", "lambda: ", "async ", "# kata 1.1", "\r", "\x0c", "\0", "é", "9" * 5000,
        "raise NotImplementedError('1.1 f')", "x = 1\n", "if x:\n", "else", "-", "f'{", "}",
    ]),
    max_size=30,
).map("".join)  # fmt: skip


@QUICK
@given(PIECES)
@example("(" * 300)
@example("-" * 100_000 + "1")
@example("x = " + "9" * 5000)
@example("\0")
def test_a_text_has_definitions_or_a_syntax_error(text):
    with contextlib.suppress(SyntaxError):
        source.definitions(text), source.bodies(text), source.classes(text)


@pytest.fixture(scope="module")
def solved():
    return source.read(course.reference(MODULE))


@QUICK
@given(st.data())
def test_a_stub_is_put_back_into_any_text_or_into_none(solved, data):
    """What was cut still parses, and no other function is another than before."""
    lines = source.lines_of(data.draw(st.sampled_from([solved, stubs.generate(MODULE)])))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(lines)))
        to = data.draw(st.integers(at, min(at + 12, len(lines))))
        lines[at:to] = [data.draw(PIECES)]
    text = "".join(lines)
    kata = data.draw(st.sampled_from(sorted(stubs.marks(MODULE))))
    try:
        after = stubs.renewed(text, MODULE, kata)
    except SyntaxError:
        return
    assert set(stubs.lost(text, after)) <= {kata}
    assert stubs.is_stub(source.definitions(after)[kata])


# ---- quizzes, hints, pages


PAGES = st.lists(
    st.sampled_from([
        "## 1. What?\n", "<details>\n<summary>Answer</summary>\n", "</details>\n", "**b** · so\n",
        "- a) one\n", "- b) two\n", "```python\n", "```\n", "**Open** · ", "**", " or ", "· ",
        "- 3: no\n", "(2, 3)", "1/0", "∞", "\n", "  ", "## ", "1. ", "$x$", "$$", "![", "](a)",
    ]),
    max_size=25,
).map("".join)  # fmt: skip


@QUICK
@given(PAGES | TEXTS)
def test_a_page_is_read_or_named(text):
    with contextlib.suppress(ValueError):
        quiz.parse(text)
    hints.parse(text)
    screen.readable(text)
    screen.wrapped(text)


QUESTIONS = [
    question
    for section in course.sections()
    for sitting in section.sittings
    for question in quiz.load(sitting) or ()
]


@QUICK
@given(
    st.sampled_from(QUESTIONS),
    TEXTS | st.text("0123456789.,/-+e()x×*^ %∞_inf") | st.from_regex(r"\(?\d+[ ,x×]+\d*\)?"),
)
@example(QUESTIONS[0], "1/0")
@example(QUESTIONS[0], "0**-1")
@example(QUESTIONS[0], "")
@example(next(question for question in QUESTIONS if question.kind == "shape"), "0\n0")
def test_any_answer_is_judged(question, given):
    assert quiz.is_understood(question, given) in (True, False)
    assert isinstance(quiz.meaning(question, given), str)
    if question.kind != "open":
        assert quiz.is_right(question, given) in (True, False)


# ---- records

KATAS = [kata.id for kata in course.sections()[0].katas[:3]]
KEYS = st.sampled_from([
    *KATAS, "katas", "1.1", "1", "status", "specs", "passed", "message", "when", "solved", "step",
    "asked", "correct", "answer", "last", "begun", "hints", "seen",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
    | st.sampled_from(["green", "red", "not run", "2025-01-31T20:15:00", "9999-12-31T23:59:59"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=5),
    max_leaves=12,
)  # fmt: skip
RECORDS = st.fixed_dictionaries(
    {
        "progress": st.dictionaries(
            st.just("katas"), st.dictionaries(st.sampled_from(KATAS), VALUES)
        ),
        "skipped": st.dictionaries(KEYS, VALUES),
        "hints": st.dictionaries(KEYS, VALUES),
        "quiz": st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES)),
        "review": st.dictionaries(st.sampled_from(KATAS), st.dictionaries(KEYS, VALUES)),
    }
)


@QUICK
@given(RECORDS)
def test_any_record_is_understood(records):
    sections = course.sections()[:1]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(store, "load", lambda name: json.loads(json.dumps(records[name])))
        patch.setattr(store, "save", lambda name, content: json.dumps(content))
        patch.setattr("dojo.current.restore", lambda: None)
        json.dumps(status.state(sections))
        progress.progress_command(Choice(sections, None))
        review.due()
        store.add_results({KATAS[0]: store.result("green", 1, 1)})
        store.forget(sections[0].katas[0])
