"""The rows of submissions that were graded before, so that an interrupted grading goes on.

.dojo/grades.jsonl holds a line for each: its key, which changes with the submission, with the
specs and with what is graded, and the row.
"""

import hashlib
import json
import platform
from importlib.metadata import version

from dojo import course


class Register:
    """The rows that are known.

    katas  the ids of those that are graded
    """

    def __init__(self, katas):
        self._path = course.ROOT / ".dojo" / "grades.jsonl"
        self._asked = _course() + "\n".join(katas)
        self._rows = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    said = json.loads(line)
                    self._rows[said["key"]] = said["row"]
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue  # it was being written when somebody pulled the plug

    def key(self, modules):
        """What a submission, with all that decides its row, is known by."""
        digest = hashlib.sha256(self._asked.encode())
        for name, content in sorted(modules.items()):
            digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    def row(self, key):
        """The row of a key; None if it is not known."""
        return self._rows.get(key)

    def add(self, key, row):
        self._rows[key] = row
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "row": row}) + "\n")


def _course():
    """What decides a row beside the submission: specs, stubs, machinery, versions."""
    digest = hashlib.sha256()
    for folder in ("dojo", "lessons", "data", course.origin("").name):
        for path in sorted((course.ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".md", ".csv", ".gz", ".txt") and path.is_file():
                digest.update(path.read_bytes())
    for path in sorted((course.ROOT / "katas").glob("*/*.py")):
        if course.is_specs(path.stem):
            digest.update(path.read_bytes())
    versions = [platform.python_version(), *map(version, ("numpy", "pytest"))]
    return f"{digest.hexdigest()} {' '.join(versions)} "
