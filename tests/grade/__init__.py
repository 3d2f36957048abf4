"""Submissions of the invented course: what their makers wrote into them, and what came of it."""

import zipfile
from pathlib import Path

from tests.support.invented_files import FILES

VALUE = "phase1_demo/value.py"
RIGHT = {
    name.removeprefix("solutions/"): text
    for name, text in FILES.items()
    if name.startswith("solutions/")
}
PLUS = "return Value(self.data + other.data)"
WRONG = "return Value(self.data * other.data)"


def value(plus=WRONG, top=""):
    """The text of value.py: all of it right but for the body of `plus`, and for a few lines."""
    text = RIGHT[VALUE]
    assert text.count(PLUS) == 1
    body = plus.strip().replace("\n", "\n        ")
    text = text.replace(PLUS, body)
    return text.replace("LIMIT = 100", f"LIMIT = 100\n{top}")


def hand_in(folder, name, texts=None, **more):
    """Make a submission that is a folder: the right modules, or others in their place."""
    for module, text in {**RIGHT, **(texts or {}), **more}.items():
        path = Path(folder, name, "katas", module)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8")


def zipped(path, entries):
    """Make a zip of [(name, content)]."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
