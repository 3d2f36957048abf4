"""Text for a terminal: asked and shown there, and plain where there is none."""

import codecs
import os
import posixpath
import re
import shutil
import sys
import textwrap
import unicodedata
from contextlib import contextmanager

_ASCII = {
    **dict.fromkeys("‐‑–—−", "-"),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”„", '"'),
    **{
        "²": "^2",
        "³": "^3",
        "…": "...",
        "·": "-",
        "•": "*",
        "×": "x",
        "→": "->",
        "≈": "~",
        "√": "sqrt",
        "∞": "inf",
    },
    **{"σ": "sigma", "Σ": "sum", "∂": "d", "λ": "lambda", "δ": "delta", "π": "pi"},
}
LINES = 10  # of a list; what is further down comes later in the course and can wait
_FENCED = re.compile(r"(^```.*?^```[^\n]*$)", re.MULTILINE | re.DOTALL)
_FORMULA = re.compile(r"\$\$\s*(.+?)\s*\$\$", re.DOTALL)
_SYMBOL = re.compile(r"\$(\S(?:[^$\n]*\S)?)\$")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s]+)")


class Ended(Exception):
    """Whoever was asked has pressed Ctrl-C or Ctrl-D."""


def prepare():
    """From here on, what the outputs cannot show is written in ASCII instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="in_ascii")


def for_encoding(text, encoding):
    """`text` with whatever the encoding does not have written in ASCII."""
    return text.encode(encoding, "in_ascii").decode(encoding)


def interactive():
    """True if somebody sits at a terminal and can be asked."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stdout)


def ask(prompt):
    """Ask for a line of text, without blanks around it; Ended on Ctrl-C and Ctrl-D."""
    try:
        return input(prompt).strip()
    except (EOFError, KeyboardInterrupt):
        print()
        raise Ended from None


def confirm(question):
    """Ask a question that is answered by y or n, until it is; Enter means no."""
    while True:
        answer = ask(f"{question} (y/n) ").lower()
        if answer in ("", "n", "no"):
            return False
        if answer in ("y", "yes"):
            return True


def wrapped(text, indent="", hanging=""):
    """`text` with its lines filled up to the width of the screen, paragraph by paragraph.

    indent   stands before every line
    hanging  stands, after that, before every line of a paragraph but its first
    """
    width = min(shutil.get_terminal_size().columns, 88)
    paragraphs = re.split(r"\n\s*\n", text.strip())
    fill = {"width": width, "initial_indent": indent, "subsequent_indent": indent + hanging}
    return "\n\n".join(
        textwrap.fill(" ".join(p.split()), **fill, break_on_hyphens=False) for p in paragraphs
    )


def markdown(text, folder=".", paged=False):
    """Print Markdown: formatted on a terminal, as it is anywhere else.

    folder  where its links and pictures begin, from the root of the course
    paged   through `less`, if it does not fit on the screen
    """
    console = _console()
    if console is None:
        print(text.rstrip())
        return
    from rich.markdown import Markdown

    page = Markdown(readable(text, folder), code_theme="ansi_dark", hyperlinks=False)
    if paged and interactive() and _less():
        os.environ.setdefault("LESS", "-FRX")  # ends at once if all fits; keeps the colours
        os.environ.setdefault("PAGER", "less -FRX")  # for pydoc of 3.13, which sets LESS itself
        with console.pager(styles=True, links=False):
            console.print(page)
    else:
        console.print(page)


def readable(text, folder="."):
    """Markdown whose formulas and pictures are words, for a terminal shows neither."""
    from dojo.study.plain_formulas import said  # only now: few commands show any Markdown

    parts = _FENCED.split(text)
    for number in range(0, len(parts), 2):
        prose = _LINK.sub(lambda m: posixpath.normpath(f"{folder}/{m[1]}"), parts[number])
        prose = _PICTURE.sub(r"[picture: \1] \2", prose)
        prose = _FORMULA.sub(lambda m: f"\n```text\n{said(m[1])}\n```\n", prose)
        outside = _FENCED.split(prose)
        outside[::2] = [_SYMBOL.sub(lambda m: f"`{said(m[1])}`", piece) for piece in outside[::2]]
        parts[number] = "".join(outside)
    return "".join(parts)


def _console():
    """A rich console, or None: no terminal, no rich, or no Unicode."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    if not _is_terminal(sys.stdout) or encoding != "utf8":
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    return Console(width=min(shutil.get_terminal_size().columns, 100))


def _less():
    pager = os.environ.get("PAGER") or "less"
    return pager.split()[0].endswith("less") and shutil.which(pager.split()[0])


def _is_terminal(stream):
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # there is none, or it was closed
        return False


def _in_ascii(error):
    """An error handler of codecs: the nearest that ASCII has."""
    shown = ""
    for character in error.object[error.start : error.end]:
        letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        shown += _ASCII.get(character) or letters or "?"
    return shown, error.end


codecs.register_error("in_ascii", _in_ascii)


@contextmanager
def progress(title, total):
    """A bar for long work: (advance, say), to be called after each step and to print a line.

    advance takes whatever a loop hands to its callbacks. Without a terminal there is no bar.
    """
    if not interactive():
        yield (lambda *_: None), print
        return
    from rich.progress import Progress

    with Progress(transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield (
            lambda *_: bar.advance(task),
            lambda line: bar.console.print(line, markup=False, highlight=False),
        )


def progress_bars(sections, green, unknown=frozenset(), skipped=frozenset(), width=20):
    """A line for each section: how many katas are green, unknown to anybody, and passed over."""
    lines = []
    name_width = max((len(section.title) for section in sections), default=0)
    for section in sections:
        done = sum(kata.id in green for kata in section.katas)
        total = len(section.katas)
        bar = "#" * (width * done // max(1, total))
        line = f"{section.number} {section.title:{name_width}}  {bar:-<{width}}  {done} of {total}"
        for which, word in ((unknown, "unknown"), (skipped, "skipped")):
            if number := sum(kata.id in which for kata in section.katas):
                line += f", {number} {word}"
        lines.append(line)
    return "\n".join(lines)
