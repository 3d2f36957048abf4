"""The tutor's contract: AGENTS.md names what exists and gives nothing away, and transcripts of
what may and may not be said are told apart.
"""

import re
import shlex
import shutil
import subprocess

import pytest

from dojo import __main__ as command_line
from dojo import choice, course, hints, quiz, source, stubs
from tests.support import leaks, schema

AGENTS = (course.ROOT / "AGENTS.md").read_text(encoding="utf-8")


# ---- AGENTS.md names what exists


def lies(text):
    """What AGENTS.md names in code that does not exist, a line each; [] if all of it does."""
    spans = re.findall(r"`([^`\n]+)`", text)
    return [f"`{span}`: {why}" for span in dict.fromkeys(spans) if (why := _lie(span))]


def _lie(span):
    if re.match(r"(make|python|pytest)\b", span):
        return _wrong_command(span)
    if re.fullmatch(r"(\.\w+(\[\])?)+", span):
        return "" if span in set(schema.keys(schema.STATUS)) else "no such key"
    if "/" in span or (re.search(r"\.\w{2,4}$", span) and not span[0].isdigit()):
        return "" if _exists(span) else "no such file"
    try:
        course.find_kata(span)
    except course.UnknownName as error:
        return f"neither a command, a key, a file nor a kata: {error}"[:120]
    return ""


def _exists(path):
    ignored = (course.ROOT / ".gitignore").read_text(encoding="utf-8").split()
    patterns = [path.rstrip("/"), *([] if "/" in path else [f"lessons/*/*/{path}"])]
    return path in ignored or any(any(course.ROOT.glob(pattern)) for pattern in patterns)


def _wrong_command(line):
    program, *words = shlex.split(line)
    if program == "make":
        makefile = (course.ROOT / "Makefile").read_text(encoding="utf-8")
        target, *given = words
        if target not in re.findall(r"^([a-z]+):", makefile, re.MULTILINE):
            return f"no target {target}"
        names = [word.partition("=")[0] for word in given]
        rule = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
        for shared in re.findall(r"\$\(([A-Z_]+)\)", rule):
            rule += (re.findall(rf"^{shared} *:?= *(.*)$", makefile, re.MULTILINE) or [""])[0]
        for name in names:
            if not re.search(rf"\$\((call option,)?{name}\b", rule):
                return f"make {target} takes no {name}"
        values = dict(word.split("=") for word in given)
        try:
            course.select(None, values.get("SECTION"), values.get("KATA"))
            course.find_section(values.get("GIVEN", "1.1"))
        except course.UnknownName as error:
            return str(error)
        if "QUESTION" in values:
            return _wrong_question(values)
        return ""
    if words[:2] == ["-m", "dojo"] and words[2] in command_line.COMMANDS:
        try:
            choice.choose(command_line._parser(words[2]).parse_args(words[3:]))
        except (SystemExit, course.UnknownName):
            return "no such options"
        return ""
    return "no such command"


def _wrong_question(values):
    asked = {q.number: q for q in quiz.load(course.find_section(values["SECTION"]).sittings[0])}
    question = asked.get(int(values["QUESTION"]))
    if question is None:
        return "no such question"
    if question.kind == "open":
        return "" if "JUDGED" in values else "it is open: JUDGED is missing"
    if not quiz.is_understood(question, values.get("ANSWER", "")):
        return "no answer of its kind"
    return "it gives the answer away" if quiz.is_right(question, values["ANSWER"]) else ""


def test_agents_md_names_nothing_that_does_not_exist():
    assert lies(AGENTS) == []
    assert len(re.findall(r"`([^`\n]+)`", AGENTS)) > 40


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("`make status`", "`make state`"),
        ("make status SECTION=1.2", "make status SECTION=1.9"),
        ("make status SECTION=1.2", "make status CHAPTER=1.2"),
        ("make hint KATA=Value.tanh", "make hint KATA=Value.tan"),
        ("GIVEN=1.3", "GIVEN=7.3"),
        ("make hint KATA=Value.tanh", "make hint KATA=Value.tanh GIVEN=1.1"),
        ("QUESTION=4 ANSWER=a", "QUESTION=4 ANSWER=b"),
        ("QUESTION=4 ANSWER=a", "QUESTION=4 ANSWER=7"),
        ("QUESTION=10 JUDGED=right", "QUESTION=11 JUDGED=right"),
        ("python -m dojo status --json", "python -m dojo status --yaml"),
        ("python -m dojo status --json", "python -m dojo state --json"),
        ("python -m dojo status --json", "python -m doji status --json"),
        (".sections[].katas[].message", ".sections[].katas[].massage"),
        ("`.due`", "`.dues`"),
        (".hints.taken", ".hints_taken"),
        ("lessons/*/*/quiz.md", "lessons/*/quiz.md"),
        ("`hints.md`", "`clues.md`"),
        ("dojo/status.schema.json", "dojo/status.json"),
        ("`katas/`", "`kata/`"),
        ("1.2 Value.__mul__", "1.3 Value.__mul__"),
        ("`2.4 hinge`", "`2.4 hinges`"),
    ],
)
def test_it_would_be_noticed(old, new):
    assert old in AGENTS
    assert lies(AGENTS.replace(old, new)), f"{new} was not noticed"


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_its_make_commands_reach_commands_that_understand_them():
    lines = [span for span in re.findall(r"`(make [^`\n]+)`", AGENTS) if "=" in span]
    for line in dict.fromkeys(lines):
        ran = subprocess.run(
            ["make", "--no-print-directory", "-n", *shlex.split(line)[1:]],
            cwd=course.ROOT,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, f"{line}: {ran.stderr}"
        *_, program, command, _ = [*re.split(r"-m ", ran.stdout.splitlines()[-1]), ""]
        module, *words = shlex.split(command)
        if module == "dojo":
            choice.choose(command_line._parser(words[0]).parse_args(words[1:]))
        else:
            options = {word.partition("=")[0] for word in words}
            assert module == "dojo.specs" and options <= {"--section", "--kata", "--given"}
        assert program.strip().endswith("python")


def test_it_names_each_status():
    for name in schema.STATUS["properties"]["sections"]["items"]["properties"]["katas"]["items"][
        "properties"
    ]["status"]["enum"]:
        assert re.search(rf"\b{name}\b", AGENTS), name


def test_it_is_short_enough_to_be_read_whole():
    assert len(AGENTS.split()) <= 1400 and len(AGENTS.splitlines()) <= 120


def test_it_has_examples_good_and_bad():
    learners, good, bad = (AGENTS.count(f"> **{who}**") for who in ("learner", "good", "bad"))
    assert learners == good == bad >= 3


def test_it_gives_no_kata_away():
    told = [leak for kata in course.katas() for leak in leaks.leaks(kata, [("tutor", AGENTS)])]
    assert told == []


@pytest.mark.parametrize("name", ["CLAUDE.md", "GEMINI.md", ".github/copilot-instructions.md"])
def test_other_files_only_point_to_it(name):
    text = (course.ROOT / name).read_text(encoding="utf-8")
    found = re.fullmatch(r"@(\S+)\n|Read and follow \[AGENTS\.md\]\((\S+)\).*\n", text)
    assert found, f"{name} says more than where to look:\n{text}"
    target = (course.ROOT / name).parent / (found[1] or found[2])
    assert target.resolve() == course.ROOT / "AGENTS.md"


# ---- what may be said, and what may not


def transcripts(folder):
    """The transcripts of a folder, as the cases of a test."""
    found = sorted((course.ROOT / "tests/tutor" / folder).glob("*.md"))
    return pytest.mark.parametrize("path", found, ids=[path.stem for path in found])


def read(path):
    return leaks.parse(path.read_text(encoding="utf-8"))


@transcripts("good")
def test_a_good_tutor_breaks_no_rule(path):
    assert leaks.problems(read(path)) == []
    assert "tutor" in dict(read(path).turns)


@transcripts("bad")
def test_a_bad_tutor_breaks_the_rule_that_is_named(path):
    assert {rule for rule, _ in leaks.problems(read(path))} == {read(path).facts["breaks"]}


def test_each_rule_is_broken_by_some_transcript():
    paths = (course.ROOT / "tests/tutor/bad").glob("*.md")
    rules = {read(path).facts["breaks"] for path in paths}
    assert rules == {"leak", "hint", "opens", "writes", "runs"}


def test_the_rules_open_with_what_the_learner_has_done():
    text = (course.ROOT / "tests/tutor/good/after_the_reference_was_seen.md").read_text("utf-8")
    closed = leaks.problems(leaks.parse(text.replace("shown   yes\n", "")))
    assert {rule for rule, _ in closed} >= {"opens"}
    text = (course.ROOT / "tests/tutor/good/quoting_the_learner.md").read_text("utf-8")
    before, _, after = text.partition("```python")
    _, _, rest = after.partition("```")
    assert leaks.problems(leaks.parse(text)) == []
    assert leaks.problems(leaks.parse(f"{before}(not shown){rest}")), "who did not say it was told"


KATAS = pytest.mark.parametrize("kata", course.katas(), ids=lambda kata: kata.id)


def body_of(kata):
    """The lines of the reference's body, as its author wrote them."""
    text = (course.ROOT / "solutions" / kata.module).read_text(encoding="utf-8")
    found = source.definitions(text)[kata.name]
    return "".join(text.splitlines(keepends=True)[found.body_start : found.end])


@KATAS
def test_a_body_is_found_in_every_disguise(kata):
    body = body_of(kata)
    own = leaks._body(kata)[1]
    renamed = re.sub(r"\b\w+\b", lambda m: f"my_{m[0]}" if m[0] in own else m[0], body)
    disguises = {
        "a block": f"Look:\n```python\n{body}```\n",
        "a sentence": f"I would write {' '.join(body.split())}, don't you think?",
        "other names": f"Perhaps:\n{renamed}",
        "comments": "\n".join(f"# {line}" for line in body.splitlines()),
        "other brackets": body.replace("(", "( ").replace(")", " )").replace('"', "'"),
    }
    for name, said in disguises.items():
        assert leaks.leaks(kata, [("tutor", said)]), f"{kata.id} went through as {name}"
    replies = [turn for line in body.splitlines() for turn in (("tutor", line), ("learner", line))]
    assert leaks.leaks(kata, replies), f"{kata.id} went through line by line"


@KATAS
def test_hints_and_docstrings_are_no_leak(kata):
    said = [("tutor", hint) for hint in hints.hints_of(kata)]
    assert leaks.leaks(kata, said) == []
    text = (course.ROOT / "solutions" / kata.module).read_text(encoding="utf-8")
    given = stubs.stub_of(source.definitions(text)[kata.name], kata.section)
    assert leaks.leaks(kata, [("tutor", given)]) == []
    assert leaks.leaks(kata, [("learner", body_of(kata)), ("tutor", body_of(kata))]) == []
