"""Text of the learner's own, in place of the course's names: DATA=path.

It is taken line by line, as the names are: a line is what a model learns to begin, go on and end.
"""

import hashlib
import textwrap
from pathlib import Path

LONGEST = 64  # characters of a line: a longer one is cut at blanks
LARGEST = 5_000_000  # bytes of a file
FEWEST = 200  # lines, of which a tenth is held out
CHARACTERS = 300  # different ones: bigrams have a table of all pairs


class Unusable(Exception):
    """A file that nothing can be learned from; the text says why."""


def lines(path):
    """The lines of a text file, without blanks around them; empty ones are left out."""
    path = Path(path).expanduser()
    try:
        if path.stat().st_size > LARGEST:
            raise Unusable(f"{path} is larger than {LARGEST // 10**6} MB: cut a piece out of it")
        content = path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from None
    found = []
    for line in _text(content, path).splitlines():
        found += textwrap.wrap(line, LONGEST, break_on_hyphens=False)
    if len(found) < FEWEST:
        raise Unusable(
            f"{path} has {len(found)} lines that are not empty, and at least {FEWEST} are wanted"
        )
    if (number := len(set().union(*found))) > CHARACTERS:
        raise Unusable(
            f"{path} has {number:,} different characters, and at most {CHARACTERS} are possible"
        )
    return found


def name(path):
    """A few letters that stand for the content of a file, for what is kept of a training on it."""
    return hashlib.sha256("\n".join(lines(path)).encode()).hexdigest()[:8]


def _text(content, path):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable(f"{path} is UTF-16: save it as UTF-8")
    if b"\0" in content:
        raise Unusable(f"{path} is no text: it holds null bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unusable(f"{path} is not UTF-8, in line {line}: save it as UTF-8") from None
