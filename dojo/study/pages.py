"""Which pages there are, what each is called, and the order in which they are read.

index.html       1.1.html  1.1-quiz.html  4.4-llama.html  4.4-at_scale.html  notation.html
source/dojo/compare/rows_1_1.py.html      a file that a page links to
"""

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from dojo import course

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s#]+)")
_HEADING = re.compile(r"^# (?:\d\.\d · )?(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page of the course.

    name     its address, from the first page: "1.1-quiz.html"
    kind     "index", "lesson", "quiz", "further", "list" or "source"
    title    what it is called
    path     the file that it is made of; None for the first page
    sitting  the course.Sitting that it belongs to, or None
    """

    name: str
    kind: str
    title: str
    path: Path | None = None
    sitting: course.Sitting | None = None

    @property
    def number(self):
        return self.sitting.number if self.sitting else ""

    @property
    def root(self):
        """What leads from this page to the folder of all: "" or "../../"."""
        return "../" * self.name.count("/")

    def relative(self, other):
        """The address of another page, as this one names it."""
        return posixpath.relpath(other.name, posixpath.dirname(self.name) or ".")


def pages():
    """{name: Page}, in reading order, the sources last."""
    read = [Page("index.html", "index", "Contents"), *_of_sections(), *_lists()]
    paths = {page.path for page in read}
    linked = {path: None for page in read if page.path for path in _linked(page.path)}
    sources = [_source(path) for path in linked if path not in paths and path.is_file()]
    return {page.name: page for page in [*read, *sources]}


def _of_sections():
    for section in course.sections():
        for sitting in section.sittings:
            name = sitting.id.replace(" ", "-")
            page, quiz = sitting.folder / "overview.md", sitting.folder / "quiz.md"
            if page.exists():
                yield Page(f"{name}.html", "lesson", sitting.title, page, sitting)
            if quiz.exists():
                yield Page(f"{name}-quiz.html", "quiz", _quiz(section, sitting), quiz, sitting)
        for path in sorted(section.lesson.rglob("*.md")):
            if path.stem not in ("overview", "quiz", "hints"):
                name = f"{section.number}-{path.stem}.html"
                yield Page(name, "further", heading(path), path, section.sittings[-1])


def _quiz(section, sitting):
    return "Quiz" if len(section.sittings) == 1 else f"Quiz: {sitting.title}"


def _lists():
    for path in sorted((course.ROOT / "lessons").glob("*.md")):
        yield Page(f"{path.stem}.html", "list", heading(path), path)


def _source(path):
    shown = path.relative_to(course.ROOT).as_posix()
    return Page(f"source/{shown}.html", "source", shown, path)


def _linked(path):
    """The files that a page links to."""
    for target in _LINK.findall(path.read_text(encoding="utf-8")):
        if ":" not in target:
            yield (path.parent / target).resolve()


def heading(path):
    """The first heading of a Markdown file, without the number of its section."""
    found = _HEADING.search(path.read_text(encoding="utf-8"))
    return found[1] if found else path.name
