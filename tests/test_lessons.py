"""The theory runs: code blocks, links, quizzes, hints, experiments and figures."""

import json
import re
from pathlib import Path

import pytest

from dojo import course, hints, quiz

ON_REFERENCE = Path(__file__).parent / "support" / "on_reference.py"
LESSONS = course.ROOT / "lessons"
SITTINGS = [sitting for section in course.sections() for sitting in section.sittings]
DRAW = "import runpy, sys, pathlib; runpy.run_path(sys.argv[1])['main'](pathlib.Path('.'))"

_FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=ticks)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r'(!?)\[[^\]]*\]\(([^)\s]+)[^)]*\)|<(img)[^>]*?src="([^"]+)"')
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def having(name):
    """The sittings that have this file, as the cases of a test."""
    return pytest.mark.parametrize(
        "sitting",
        [sitting for sitting in SITTINGS if (sitting.folder / name).exists()],
        ids=lambda sitting: sitting.id,
    )


def all_files(pattern):
    """Files of the lessons, as the cases of a test."""
    found = sorted(LESSONS.rglob(pattern))
    return pytest.mark.parametrize("path", found, ids=[str(p.relative_to(LESSONS)) for p in found])


def read(path):
    return path.read_text(encoding="utf-8")


def line_at(text, position):
    return text.count("\n", 0, position) + 1


def run_on_reference(classroom, blocks, together):
    """What each [file, line, code] printed and answered; fails if one raised an error."""
    job = json.dumps({"together": together, "blocks": blocks})
    done = classroom.python(ON_REFERENCE, stdin=job, MPLBACKEND="Agg")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    for (file, line, _), result in zip(blocks, results):
        assert not result["error"], f"{file}:{line}\n{result['error']}"
    return results


# ---- overview.md, and further pages of a section


def pages(more=lambda path: True):
    """The pages of theory, each with its section, as the cases of a test.

    more  whether a page beside the overviews is one of them
    """
    found = [
        (section, path)
        for section in course.sections()
        for path in sorted(section.lesson.rglob("*.md"))
        if not path.name.startswith(("quiz", "hints"))
        if path.name == "overview.md" or more(path)
    ]
    ids = [
        f"{section.number} {path.relative_to(section.lesson).with_suffix('').as_posix()}"
        for section, path in found
    ]
    return pytest.mark.parametrize("section, path", found, ids=ids)


def teaches_katas(path):
    return "## Your katas" in read(path)


@pages()
def test_blocks_print_what_the_page_shows(section, path, classroom):
    text = read(path)
    fences = list(_FENCE.finditer(text))
    blocks, shown = [], []
    for fence, following in zip(fences, [*fences[1:], None]):
        if fence["language"] != "python":
            continue
        blocks.append([str(path), line_at(text, fence.start()), fence["code"]])
        is_output = (
            following is not None
            and following["language"] == "text"
            and not text[fence.end() : following.start()].strip()
        )
        shown.append(following["code"].rstrip() if is_output else "")
    for (_, line, _), wanted, result in zip(
        blocks, shown, run_on_reference(classroom, blocks, together=True)
    ):
        printed = result["printed"].rstrip()
        assert printed == wanted, (
            f"{path.relative_to(course.ROOT)}:{line} prints\n\n{printed}\n\n"
            f"and the text block right after it shows\n\n{wanted or '(there is none)'}"
        )


@pages(teaches_katas)
def test_a_page_has_its_parts(section, path):
    text = read(path)
    assert text.startswith(f"# {section.number} · "), text.splitlines()[0]
    assert re.search(r"^\*\*You need\*\*: .*\*\*Time\*\*: about \d+ minutes", text, re.MULTILINE)
    parts = ("Your katas", "Pitfalls", "Out of scope", "Sources")
    headings = [heading for heading in _HEADING.findall(text) if heading in parts]
    assert headings == list(parts), f"in this order: {', '.join(parts)}; there are: {headings}"
    assert f"make test SECTION={section.number}" in text
    assert "notation.md" in text, "the symbols are explained in notation.md: link to it"


@having("overview.md")
def test_each_kata_is_on_its_page(sitting):
    text = read(sitting.folder / "overview.md")
    katas = text[text.index("## Your katas") :]
    for kata in sitting.katas:
        assert kata.name.split(".")[-1] in katas, f"{kata.name} is not under 'Your katas'"


@having("overview.md")
def test_katas_stand_on_the_page_in_their_order(sitting):
    text = read(sitting.folder / "overview.md").partition("## Your katas")[2]
    names = [kata.name for kata in sitting.katas]
    listed = [name for name in dict.fromkeys(re.findall(r"`([^`\n]+)`", text)) if name in names]
    assert listed == [name for name in names if name in listed], "hints.md has another order"


@having("overview.md")
def test_a_page_names_its_own_experiment_and_quiz(sitting):
    """Where a section has two sittings, SECTION= is the one that the learner is in: once the katas
    of the first are green, that is the second.
    """
    section = course.find_section(sitting.katas[0].section)
    if len(section.sittings) == 1:
        return
    names = [kata.name for kata in sitting.katas]
    for file in ("overview.md", "experiment.py"):
        text = read(sitting.folder / file)
        for named in re.findall(r"make (?:experiment|quiz) (\S+?)[`;]", text):
            assert named.removeprefix("KATA=") in names, f"{file}: {named} may be the other sitting"


@pages(teaches_katas)
def test_a_page_is_as_long_as_one_reads_in_a_sitting(section, path):
    """800 to 1,400 words of prose: headings, lists, tables; not code, equations or pictures."""
    text = _FENCE.sub("", read(path))
    text = re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    words = [word for word in text.split() if any(c.isalnum() for c in word)]
    assert 800 <= len(words) <= 1400, f"{len(words)} words"


# ---- links


def anchors(text):
    """The anchors of a page: those that are written, and as GitHub makes them from its headings."""
    headings = _HEADING.findall(_FENCE.sub("", text))
    return set(re.findall(r'<a id="([^"]+)"></a>', text)) | {
        re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower()).replace(" ", "-")
        for heading in headings
    }


@all_files("*.md")
def test_links_and_pictures_are_there(path):
    text = _FENCE.sub("", read(path))
    for _, link, _, picture in _LINK.findall(re.sub(r"`[^`\n]*`", "", text)):
        target = link or picture
        if re.match(r"(https?|mailto):", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"there is no {target}"
        if anchor:
            assert anchor in anchors(read(there)), f"there is no heading for {target}"


# ---- quiz.md


@having("quiz.md")
def test_a_quiz_is_whole(sitting):
    text = read(sitting.folder / "quiz.md")
    assert text.startswith(f"# Quiz · {sitting.number} {sitting.title}\n"), text.splitlines()[0]
    questions = quiz.parse(text)
    assert 6 <= len(questions) <= 10, f"{len(questions)} questions"
    assert [q.number for q in questions] == list(range(1, len(questions) + 1))
    kinds = [q.kind for q in questions]
    assert len(set(kinds)) >= 3, f"mix the kinds; these are {kinds}"
    assert kinds.count("open") <= 1, "an open question cannot be checked: one at most"
    for question in questions:
        assert question.explanation.strip(), f"{question.number}: no reason is given"
        if question.kind == "letter":
            wrong = question.choices.keys() - {question.answer}
            assert question.answer in question.choices, f"{question.number}: {question.answer}"
            assert wrong <= question.meanings.keys(), (
                f"{question.number}: a wrong choice says nothing of what it would mean: "
                f"{sorted(wrong - question.meanings.keys())}"
            )


@having("quiz.md")
def test_quiz_answers_recompute(sitting, classroom):
    questions = [q for q in quiz.load(sitting) if q.kind in ("number", "shape") or q.code]
    without = [question.number for question in questions if not question.code]
    assert not without, f"no block computes the answers of {without} again"
    file = f"{sitting.folder / 'quiz.md'}, question "
    blocks = [[f"{file}{question.number}", 0, question.code] for question in questions]
    for question, result in zip(questions, run_on_reference(classroom, blocks, together=False)):
        computed = result["answer"]
        if isinstance(computed, list):  # a shape, which JSON knows as a list
            computed = tuple(computed)
        assert quiz.is_right(question, str(computed)), (
            f"{question.number}: the answer shown is {question.answer}, and computed {computed}"
        )


# ---- hints.md


@having("hints.md")
def test_three_hints_for_each_kata_in_order(sitting):
    text = read(sitting.folder / "hints.md")
    assert text.startswith(f"# Hints · {sitting.number} {sitting.title}\n"), text.splitlines()[0]
    found = hints.parse(text)
    assert list(found) == [kata.name for kata in sitting.katas]
    assert {name: len(given) for name, given in found.items()} == dict.fromkeys(found, 3)
    assert all(hint for given in found.values() for hint in given), "an empty hint"


@having("hints.md")
def test_hints_give_no_code(sitting):
    """Names of things are code too, and welcome; a calculation or a statement is the answer."""
    text = read(sitting.folder / "hints.md")
    assert not _FENCE.search(text) and not re.search(r"^(\t| {4,})\S", text, re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", text)
    answers = [s for s in spans if re.search(r"\w\s*([-+/@%]|\*+|[-+*/]?=)\s*[\w(]|\breturn\b", s)]
    assert not answers, f"these are answers: {answers}"


# ---- experiment.py and figures.py


@having("experiment.py")
def test_an_experiment_runs_to_the_end(sitting, classroom, tmp_path):
    before = files(classroom.folder)
    path = classroom.folder / sitting.folder.relative_to(course.ROOT) / "experiment.py"
    done = classroom.python(path, cwd=tmp_path, MPLBACKEND="Agg")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "on the reference" in done.stdout and "try this" in done.stdout, done.stdout
    assert not done.stderr.strip(), done.stderr
    written = files(classroom.folder) - before
    assert all(name.startswith("output/") for name in written), f"it writes {written}"
    assert not list(tmp_path.iterdir()), "it writes to the working directory"


@having("experiment.py")
def test_an_experiment_on_stubs_says_what_it_needs(sitting, classroom, tmp_path):
    path = classroom.folder / sitting.folder.relative_to(course.ROOT) / "experiment.py"
    done = classroom.python(path, "--mine", cwd=tmp_path, MPLBACKEND="Agg")
    assert re.search(r"^blocked: needs \d\.\d \S+", done.stdout, re.MULTILINE), done.stdout
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert done.returncode != 0


def files(folder):
    found = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return {name for name in found if "__pycache__" not in name}


@pytest.mark.parametrize(
    "folder",
    sorted({path.parent for path in LESSONS.rglob("figures*.py")}),
    ids=lambda folder: folder.relative_to(LESSONS).as_posix(),
)
def test_figures_are_up_to_date(folder, classroom, tmp_path):
    for path in folder.glob("figures*.py"):
        copy = classroom.folder / path.relative_to(course.ROOT)
        done = classroom.python("-c", DRAW, copy, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    drawn = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    there = {p.name: p.read_bytes() for p in folder.glob("*.svg")}
    assert drawn.keys() == there.keys()
    stale = [name for name in drawn if drawn[name] != there[name]]
    assert not stale, f"run figures.py again: it now draws {stale} otherwise"


@all_files("*.svg")
def test_a_figure_reads_on_a_phone_and_in_the_dark(path):
    text = read(path)
    assert list(path.parent.glob("figures*.py")), "no figures.py draws it"
    assert "viewBox=" in text and "<title>" in text and "<rect" in text
    width = re.search(r'<svg[^>]*?\bwidth="(\d+)', text)
    box = re.search(r'viewBox="\S+ \S+ (\S+) ', text)
    assert float((width or box)[1]) <= 760
    sizes = [float(size) for size in re.findall(r'font-size[=:]\s*"?([\d.]+)', text)]
    assert min(sizes, default=14) >= 14, f"letters of {min(sizes)} are too small"
