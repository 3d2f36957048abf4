"""A room: a copy of the course in which submissions are run, with all of it but the reference."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from dojo import course, stubs

_NAME = "dojo-grade-"
# how the folder of a room or of a run stands in what a spec says; it is another each time
FOLDER = re.compile(rf"[^\s'\"(]*{_NAME}[^/\s]+/(course|box/\d+)/?")
_COPIED = "dojo", "katas", "lessons", "data"
_ALONE = "conftest.py", "pyproject.toml"
_LEFT = shutil.ignore_patterns("__pycache__", ".*", "*.svg", "*.png")


class Room:
    """A room in a temporary folder, on the stubs; and beside it a box for what runs write."""

    def __init__(self):
        self._whole = tempfile.mkdtemp(prefix=_NAME)
        os.chmod(self._whole, 0o755)
        self.folder, self.box = Path(self._whole, "course"), Path(self._whole, "box")
        self.box.mkdir()
        os.chmod(self.box, 0o755)
        for name in _COPIED:
            if (course.ROOT / name).is_dir():
                shutil.copytree(course.ROOT / name, self.folder / name, ignore=_LEFT)
        for name in _ALONE:
            shutil.copyfile(course.ROOT / name, self.folder / name)
        self._stubs = {m: stubs.generate(m).encode("utf-8") for m in course.modules()}
        for path in (self.folder / "katas").glob("phase*/*.py"):
            if not course.is_specs(path.stem) and path.name != "__init__.py":
                path.unlink()
        self._there = {}
        self.seat({})
        for path in (self.folder, *self.folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)

    def seat(self, modules):
        """Have these modules in katas/, {"phase1_autodiff/value.py": bytes}, and else the stubs."""
        wanted = {**self._stubs, **modules}
        for name in self._there.keys() - wanted.keys():
            (self.folder / "katas" / name).unlink(missing_ok=True)
        for name, content in wanted.items():
            if self._there.get(name) != content:
                path = self.folder / "katas" / name
                path.unlink(missing_ok=True)
                path.write_bytes(content)
        self._there = wanted

    def print(self):
        """What can be seen of the room from outside without reading it: has anything changed?"""
        found = {}
        for path in self.folder.rglob("*"):
            about = path.lstat()
            found[str(path)] = about.st_mode, about.st_ino, about.st_size, about.st_mtime_ns
        return found

    def close(self):
        shutil.rmtree(self._whole, ignore_errors=True)
        if os.path.exists(self._whole):  # folders inside each other, deeper than Python goes
            import subprocess

            subprocess.run(["rm", "-rf", "--", self._whole], check=False)
