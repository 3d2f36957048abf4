"""The course as a book: the body of each page, and the frame that all pages share."""

import re
from functools import cached_property
from html import escape
from pathlib import Path

from dojo import course
from dojo.study import contents, markup, pages, questions
from dojo.study.notation import Notation

HERE = Path(__file__).parent
FRAME = HERE / "frame.html"
NAME = "Neural network katas"
_NUMBERED = re.compile(r"\A# \d\.\d · ")


class Book:
    """All pages of the course as they are on disk now.

    problems  a line for each link, formula and picture of the pages made so far that is wrong
    """

    def __init__(self):
        self.pages = pages.pages()
        self._by_path = {page.path.resolve(): page for page in self.pages.values() if page.path}

    @cached_property
    def markup(self):
        notation = course.ROOT / "lessons" / "notation.md"
        text = notation.read_text(encoding="utf-8") if notation.exists() else ""
        return markup.Markup(self._link, Notation(text).tip)

    @property
    def problems(self):
        return self.markup.problems

    def page(self, page, body=None, beside="", head="", tools=""):
        """The whole text of a page.

        body    HTML to stand on it in place of its own
        beside  HTML to stand beside it
        head    HTML for its head, such as a script
        tools   HTML for the running head, such as links
        """
        parts = {
            "title": escape(self._full_title(page)),
            "root": page.root,
            "head": head,
            "kind": page.kind + (" live" if beside else ""),
            "tools": tools,
            "skip": '<a class="skip" href="#katas">To the katas</a>' if beside else "",
            "where": self._where(page),
            "body": self.body(page) if body is None else body,
            "beside": beside,
            "turn": self._turn(page),
        }
        return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], FRAME.read_text("utf-8"))

    def body(self, page):
        """What stands on a page, without its frame."""
        if page.kind == "index":
            return contents.contents(self)
        if page.kind == "quiz":
            return questions.folded(self, page)
        text = page.path.read_text(encoding="utf-8")
        if page.kind == "source":
            code = markup.coloured(text, page.path.suffix.lstrip("."))
            code = f"<pre{markup.reached(text)}><code>{code}</code></pre>"
            return f'<h1 class="file">{escape(page.title)}</h1>\n{code}'
        return self.markup.page(_NUMBERED.sub("# ", text), page.path)

    def _link(self, path, target):
        """Where a link leads that stands in the file at this path."""
        if ":" in target or target.startswith("#"):
            return target
        file, _, anchor = target.partition("#")
        to = self._by_path.get((path.parent / file).resolve())
        if to is None:
            self.problems.append(f"{path.relative_to(course.ROOT).as_posix()} links to {target}")
            return "#"
        there = self._by_path[path.resolve()].relative(to)
        return f"{there}#{anchor}" if anchor else there

    # ---- the frame

    def _full_title(self, page):
        return NAME if page.kind == "index" else f"{page.number} {page.title} · {NAME}".strip()

    def _where(self, page):
        """The running head: the section of a page, and what else belongs to it."""
        if not page.number:
            return ""
        links = [
            f'<a href="{other.name}"{_current(other is page)} aria-label="{escape(other.title)}">'
            f"{'Quiz' if other.kind == 'quiz' else escape(other.title)}</a>"
            for other in self.pages.values()
            if other.number == page.number
        ]
        return f'<span class="number">{page.number}</span> {" ".join(links)}'

    def _turn(self, page):
        """Links to the page before and the page after."""
        order = [other for other in self.pages.values() if other.kind != "source"]
        if page not in order:
            return ""
        place = order.index(page)
        links = [
            f'<a rel="{rel}" href="{order[there].name}"><small>{label}</small> '
            f"{escape(f'{order[there].number} {order[there].title}'.strip())}</a>"
            for rel, label, there in (("prev", "Before", place - 1), ("next", "Next", place + 1))
            if 0 <= there < len(order)
        ]
        return f'<nav class="turn" aria-label="Pages">{"".join(links)}</nav>'


def _current(is_here):
    return ' aria-current="page"' if is_here else ""
