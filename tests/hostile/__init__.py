"""What learners put into a kata or do to a course, as rows: what it is, and what is seen then.

A file of rows in TOML names, under [words], what several of them show.
"""

import tomllib
from pathlib import Path

from tests.hostile import odd_files, places, records, unreadable  # noqa: F401
from tests.hostile.hostile_row import DONE, Row

HERE = Path(__file__).parent


def _read(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    words = content.get("words", {})
    for row in content["row"]:
        says = words.get(row["says"], row["says"])
        yield Row(**{**row, "says": says, "name": f"{path.stem}: {row['name']}"})


ROWS = [row for path in sorted(HERE.glob("*.toml")) for row in _read(path)] + DONE
