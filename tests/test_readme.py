"""The front page is true: its example runs, its links resolve, and its table says what is here."""

import os
import re
import subprocess
import sys

from dojo import course

README = (course.ROOT / "README.md").read_text(encoding="utf-8")
SECTION_ROW = re.compile(r"^\| (\d\.\d) \| (.+?) \|.*\| (here|to come) \|$", re.MULTILINE)


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


def test_the_table_lists_sixteen_sections_and_marks_those_that_are_here():
    rows = SECTION_ROW.findall(README)
    assert [number for number, _, _ in rows] == [f"{p}.{s}" for p in "1234" for s in "1234"]
    here = {number: title for number, title, state in rows if state == "here"}
    assert list(here) == [section.number for section in course.sections()]
    for section in course.sections():
        link = f"lessons/{section.lesson.parent.name}/{section.lesson.name}/overview.md"
        assert here[section.number] == f"[{section.title}]({link})"


def test_every_make_target_that_it_names_exists():
    targets = set(re.findall(r"^(\w+):", (course.ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?= |`|$)", README, re.MULTILINE)) <= targets
