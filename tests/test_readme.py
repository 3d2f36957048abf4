"""The front page is true: its example runs, its links resolve, and its table says what is here."""

import os
import re
import subprocess
import sys

from dojo import course

README = (course.ROOT / "README.md").read_text(encoding="utf-8")
SECTION_ROW = re.compile(r"^\| (\d\.\d) \| (.+?) \|", re.MULTILINE)


def test_the_example_prints_what_it_says():
    code, printed = re.search(
        r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL
    ).groups()
    switch = "from dojo.tree import Tree; Tree(solutions=True).install()\n"
    run = subprocess.run(
        [sys.executable, "-c", switch + code],
        cwd=course.ROOT,
        env={**os.environ, "PYTHONPATH": str(course.ROOT)},
        capture_output=True,
        encoding="utf-8",
    )
    assert run.stderr == ""
    assert run.stdout == printed


def test_links_and_pictures_resolve():
    links = re.findall(r"\]\(([^)]+)\)", README)
    missing = [link for link in links if "://" not in link and not (course.ROOT / link).exists()]
    assert links and missing == []


def test_the_table_lists_the_sections():
    rows = [
        (
            section.number,
            f"[{section.title}](lessons/{section.lesson.parent.name}/{section.lesson.name}/overview.md)",
        )
        for section in course.sections()
    ]
    assert SECTION_ROW.findall(README) == rows


def test_the_folders_are_those_that_there_are():
    listed = re.findall(r"^(\w+)/  ", README, re.MULTILINE)
    assert len(listed) >= 6
    assert [name for name in listed if not (course.ROOT / name).is_dir()] == []


def test_the_red_spec_is_what_a_learner_sees(scratch):
    """The gradient assigned instead of added: the failure stands on the page as it is printed."""
    shown = re.search(r"```text\n(1\.3 Value\.backward · .*?)\n```", README, re.DOTALL)[1]
    module = "phase1_autodiff/value.py"
    text = (course.ROOT / "solutions" / module).read_text(encoding="utf-8")
    assert text.count("parent.grad += ") == 1
    with scratch.reference({module: text.replace("parent.grad += ", "parent.grad = ")}):
        chosen = ("--solutions", "--kata", "Value.backward")
        run = scratch.python("-m", "pytest", *chosen, COLUMNS="100")
    assert shown in run.stdout, run.stdout


def test_every_make_target_that_it_names_exists():
    targets = set(re.findall(r"^(\w+):", (course.ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?= |`|$)", README, re.MULTILINE)) <= targets
