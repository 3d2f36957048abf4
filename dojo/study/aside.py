"""What stands beside a lesson: its katas, how each is, and what the failing spec says."""

import ast
import re
import textwrap
import zlib
from html import escape

from dojo import commands, course, editor, hints, source, status, store
from dojo.study import markup

_PLACE = re.compile(
    r"(?<![\w/])((?:katas|solutions|lessons|dojo|\.dojo/review)/[\w./-]+\.py):(\d+)"
)
_BARS = re.compile(r"^\d\.\d .{1,40}  [#-]{20}  ", re.MULTILINE)
_COUNTS = re.compile(r"^=+ .* in [\d.]+s.* =+\n", re.MULTILINE)
NAMES = {"not run": "changed, not run yet", "running": "running …"}


class Aside:
    """The katas of a sitting as HTML.

    book         the Book, which sets the hints
    editor_name  of editor.found(): where links to files lead
    """

    def __init__(self, book, editor_name):
        self._book, self._editor = book, editor_name

    def html(self, page, seen):
        """The katas beside a page, as they are now.

        seen  the session.Seen of the last run
        """
        sitting = page.sitting
        states = status.katas(sitting.katas)
        green = sum(state["status"] == "green" for state in states)
        left = (s["id"] for s in states if s["status"] != "green" and not s["skipped"])
        open_id = next(left, None)
        if seen.kata and any(state["id"] == seen.kata.id for state in states):
            open_id = seen.kata.id if seen.kata.id not in store.green() else open_id
        katas = [
            self._kata(page, kata, state, state["id"] == open_id, seen)
            for kata, state in zip(sitting.katas, states)
        ]
        return (
            f"<h2>Katas <small>{green} of {len(katas)} green</small></h2>"
            f"{_bar(green, len(katas))}"
            f'<ol class="katas">{"".join(katas)}</ol>{self._more(page)}'
        )

    def _kata(self, page, kata, state, is_open, seen):
        how = state["status"]
        if how == "not started" and state["edited_since"] and not status.is_stub(kata):
            how = "not run"
        if state["skipped"]:
            how = "skipped"
        if seen.running and seen.kata == kata:
            how = "running"
        inside = [f'<p class="place">{self.place(state["file"], state["line"])}</p>']
        said, also = _said(kata, state, seen)
        if said:
            inside.append(f'<pre class="said" tabindex="0">{self.text(said)}</pre>')
        if also:
            inside.append(
                f'<details class="also"><summary>What else fails</summary>'
                f'<pre class="said" tabindex="0">{self.text(also)}</pre></details>'
            )
        inside.append(self._hints(page, kata, state))
        if how == "green" and state["reference"]:
            inside.append(
                f'<details class="compare" data-compare="{escape(kata.id)}">'
                f"<summary>Beside the reference</summary><div></div></details>"
            )
        html = (
            f"<details{' open' if is_open else ''}><summary>"
            f'<span class="state">{NAMES.get(how, how)}</span> <code>{escape(kata.name)}</code>'
            f"</summary>{''.join(inside)}</details>"
        )
        stamp = zlib.crc32(html.encode())
        kind = how.replace(" ", "-")
        return f'<li id="kata-{escape(kata.name)}" class="{kind}" data-stamp="{stamp}">{html}</li>'

    def _hints(self, page, kata, state):
        taken, there = state["hints"]["taken"], state["hints"]["of"]
        parts = []
        if taken:
            path = page.sitting.folder / "hints.md"
            given = hints.hints_of(kata)[:taken]
            items = "".join(f"<li>{self._book.markup.page(text, path)}</li>" for text in given)
            parts.append(f'<ol class="hints">{items}</ol>')
        if state["status"] != "green" and taken < there:
            label = "A hint" if not taken else "The next hint"
            parts.append(
                f'<button type="button" data-hint="{escape(kata.id)}">{label} '
                f"<small>{taken + 1} of {there}</small></button>"
            )
        return "".join(parts)

    def _more(self, page):
        """What is typed in a terminal."""
        typed = [("to try things out", "experiment", commands.where(page.sitting.katas[0]))]
        if self._editor not in editor.EDITORS:
            typed.append(("to open the next kata", "open", {}))
        items = [
            f"<li>{says}: <code>{escape(commands.typed(target, **words))}</code></li>"
            for says, target, words in typed
        ]
        return f'<p class="more">In a terminal</p><ul class="more">{"".join(items)}</ul>'

    # ---- text of a terminal

    def text(self, said):
        """What a terminal shows as HTML: escaped, with links to files and what is said marked."""
        lines = []
        for line in said.split("\n"):
            html = _PLACE.sub(lambda found: self.place(found[1], found[2]), escape(line))
            if line.startswith("    >"):
                html = f"<b>{html}</b>"
            elif line.startswith(("  This is exactly", "  expected", "  got")):
                html = f"<em>{html}</em>"
            lines.append(html)
        return "\n".join(lines)

    def place(self, file, line):
        """A file and a line, as a link to the editor where it has such links."""
        link = editor.address(self._editor, course.ROOT / file, line)
        shown = f"{escape(file)}:{line}"
        return f'<a href="{escape(link)}">{shown}</a>' if link else shown

    def compared(self, kata):
        """The learner's code and the reference, side by side; "" unless the kata is green."""
        if kata.id not in store.green() or not course.has_reference():
            return ""
        sides = []
        for title, path in (
            ("yours", course.ROOT / kata.file),
            ("the reference", course.reference(kata.module)),
        ):
            try:
                found = source.definitions(source.read(path))[kata.name]
                text = _without_docstring(found.source)
                code = markup.coloured(text, "python")
                code = f"<pre{markup.reached(text)}>{code}</pre>"
            except (OSError, SyntaxError, KeyError):
                code = "it cannot be read now"
            sides.append(f"<figure><figcaption>{title}</figcaption>{code}</figure>")
        return f'<div class="sides">{"".join(sides)}</div>'


def _said(kata, state, seen):
    """What is to be read of a kata that is not green, and what else is red.

    Of the last run it is all that a terminal shows but for what the page shows itself; of others
    what is remembered.
    """
    if not (seen.kata and seen.kata.id == kata.id and seen.code):
        return state["message"], ""
    if seen.code not in range(6):
        return f"{seen.output}\nthe run broke off, with code {seen.code}", ""
    body = _BARS.split(_COUNTS.split(seen.output)[-1])[0].strip()
    before, failing, after = body.partition("failing: ")
    if failing:
        return failing + after, before.removeprefix("also failing").strip("\n")
    if state["status"] == "blocked" and body.startswith("Nothing is started"):
        return "It needs a kata before it that is not started.", ""
    says_nothing = body.startswith(("Nothing is started", "not started"))
    return ("" if says_nothing and state["status"] == "not started" else body), ""


def _without_docstring(text):
    """The code of a function alone: its docstring is the same on both sides."""
    text = textwrap.dedent(text).strip()
    first, *_ = ast.parse(text).body[0].body
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
        return text
    lines = text.splitlines()
    return "\n".join(lines[: first.lineno - 1] + lines[first.end_lineno :])


def _bar(green, total):
    return f'<progress max="{total}" value="{green}" aria-label="katas green"></progress>'
