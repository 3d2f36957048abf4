"""The table of contents: phases, sections, and what is written in each."""

import re
from html import escape

from dojo import course

_PHASE = re.compile(r"^\| \*\*(\d)\*\* \| \*\*(.+?)\*\* \|", re.MULTILINE)
_WRITTEN = re.compile(r"^\| (\d\.\d) \| .+? \| (.+?) \|$", re.MULTILINE)


def contents(book, remark=lambda section: "", first=""):
    """The table of contents.

    remark  gives the HTML behind the line of a section
    first   HTML before the first phase
    """
    path = course.ROOT / "README.md"
    readme = path.read_text(encoding="utf-8") if path.exists() else ""
    titles, written = dict(_PHASE.findall(readme)), dict(_WRITTEN.findall(readme))
    parts = [
        "<h1>Neural network katas</h1>",
        '<p class="lead">How neural networks work, learnt by writing one, test by test.</p>',
        first,
    ]
    phase = None
    for section in course.sections():
        if section.phase != phase:
            phase = section.phase
            title = titles.get(str(phase), f"Phase {phase}")
            parts.append(f'<h2><span class="number">{phase}</span> {escape(title)}</h2>')
        words = re.sub(r"[`*]", "", written.get(section.number, ""))
        first_page = f"{section.number}.html"
        more = [
            f'<a href="{page.name}">{escape(page.title)}</a>'
            for page in book.pages.values()
            if page.number == section.number and page.kind in ("lesson", "further")
            if page.name != first_page
        ]
        also = f'<span class="also">and {", ".join(more)}</span>' if more else ""
        parts.append(_line(first_page, section, words, remark(section) + also))
    parts.append("<h2>To look up</h2>")
    parts += [_line(p.name, p, "", "") for p in book.pages.values() if p.kind == "list"]
    return "\n".join(parts)


def _line(name, about, words, remark):
    number = f'<span class="number">{about.number}</span> ' if about.number else ""
    link = f'<a href="{name}">{number}{escape(about.title)}</a>'
    return f'<div class="toc">{link} <span>{escape(words)}</span>{remark}</div>'
