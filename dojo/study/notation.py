"""What a symbol stands for, as lessons/notation.md says it: shown as a tip on the symbol."""

import re
from dataclasses import dataclass

_SYMBOL = re.compile(r"\s*\$([^$]+)\$\s*")
_SCOPE = re.compile(r", (in|from) (\d\.\d)")
_SECTION = re.compile(r"phase(\d)_\w+/(\d)_")


@dataclass(frozen=True)
class Entry:
    """A symbol of a table, and where it stands for this.

    first, last  the sections, as "3.3"; a table of the whole course has "0.0" and "9.9"
    """

    symbol: str
    means: str
    first: str
    last: str


class Notation:
    """The tables of symbols.

    text  of notation.md: a heading may say ", in 3.3" or ", from 4.2 on"
    """

    def __init__(self, text):
        self.entries = [*_entries(text)]

    def tip(self, symbol, path):
        """What it stands for in the lesson at this path; None if that is not one thing."""
        found = _SECTION.search(path.as_posix())
        section = f"{found[1]}.{found[2]}" if found else "0.0"
        here = [e for e in self.entries if e.symbol == symbol and e.first <= section <= e.last]
        own = [e for e in here if e.first != "0.0"] or here
        return own[0].means if len(own) == 1 else None


def _entries(text):
    first, last = "0.0", "9.9"
    for line in text.splitlines():
        if line.startswith("#"):
            scope = _SCOPE.search(line)
            first = scope[2] if scope else "0.0"
            last = scope[2] if scope and scope[1] == "in" else "9.9"
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 2:
            continue
        symbols = [found[1] for found in map(_SYMBOL.fullmatch, cells[0].split(",")) if found]
        parts = [part.strip().removeprefix("and ") for part in cells[-1].split(", ")]
        for place, symbol in enumerate(symbols):
            means = parts[place] if len(parts) == len(symbols) else cells[-1]
            if "$" not in means:
                yield Entry(symbol, means.replace("`", ""), first, last)
