"""grades.json as a page of Markdown, for the summary of a run on GitHub."""

import html
import json
import re
import sys
from pathlib import Path

from dojo import course


def page(graded):
    """The page of what sheet.write has put into grades.json: a table of katas for each section."""
    lines = []
    for row in graded["submissions"]:
        of = sum(graded["weights"].values())
        lines += [f"# {_cell(row['submission'])}: {row['points']:g} of {of:g} points", ""]
        lines += [_cell(row["why"]), ""] if row["why"] else []
        for number, points in row["by_section"].items():
            title = f"{number} {course.find_section(number).title}"
            lines += [f"## {title}: {points:g} of {graded['weights'][number]:g}", ""]
            lines += ["| kata | points | | what its specs say |", "|---|---:|---|---|"]
            lines += _katas(row["katas"], number, graded["weights"][number])
            lines.append("")
    return "\n".join(lines)


def _katas(katas, number, weight):
    here = {kata: found for kata, found in katas.items() if kata.split()[0] == number}
    each = weight / len(here)
    for kata, found in here.items():
        points = each if found["status"] == "green" else 0
        cells = f"{points:.3g} of {each:.3g}", found["status"], _cell(found["mistake"])
        yield f"| `{kata.split()[1]}` | {' | '.join(cells)} |"


def _cell(text):
    """A text of a submission in one cell, as nothing but text."""
    text = html.escape(" ".join(text.split())[:300])
    return re.sub(r"[\\`*_\[\]~#!|]", r"\\\g<0>", text)


if __name__ == "__main__":
    print(page(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
