"""The table of a class: as CSV for a spreadsheet, as JSON for programs, as lines for the terminal.

grades.csv        a line for each submission: points, by section and altogether, and each kata
grades.katas.csv  a line for each submission and kata: status, mistake, seconds
grades.json       all of it, and the katas that are alike
"""

import csv
import io
import json
from pathlib import Path

from dojo import files, screen
from dojo.grade import marks

VERSION = 1
MARK = "\N{BYTE ORDER MARK}"  # without it Excel takes a name with an umlaut for one in cp1252


def write(out, rows, weights, alike):
    """Write the three files; their paths.

    out      the path of grades.csv
    rows     [(name, row)]
    weights  {section: points}
    alike    as alike.pairs gives them
    """
    out = Path(out)
    katas = list(dict.fromkeys(kata for _, row in rows for kata in row["katas"]))
    totals = ["points", "of", "unsure"]
    table = [["submission", *totals, *weights, *katas, "why"]]
    details = [["submission", "kata", "status", "mistake", "seconds"]]
    said = []
    for name, row in rows:
        by_section, unsure = _points(row, weights), sum(_points(row, weights, "unsure").values())
        total = round(sum(by_section.values()), 2)
        of = sum(weights.values())
        statuses = [row["katas"].get(kata, {}).get("status", "not run") for kata in katas]
        table.append([name, total, of, unsure, *by_section.values(), *statuses, row["why"]])
        details += [[name, kata, *result.values()] for kata, result in row["katas"].items()]
        told = {key: row[key] for key in ("why", "doubts", "katas")}
        said.append({"submission": name, "points": total, "by_section": by_section, **told})
    pairs = [{"submissions": [one, other], "katas": both} for one, other, both in alike]
    everything = {"version": VERSION, "weights": weights, "submissions": said, "alike": pairs}
    return [
        _written(out, _csv(table)),
        _written(out.with_suffix(f".katas{out.suffix}"), _csv(details)),
        _written(out.with_suffix(".json"), json.dumps(everything, indent=1) + "\n"),
    ]


def _points(row, weights, status="green"):
    return marks.points(row["katas"], weights, status)


def _written(path, text):
    files.write_whole(path, screen.for_encoding(text, "utf-8"))
    return path


def _csv(lines):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_cell(c) for c in line] for line in lines])
    text = text.getvalue()
    return text if text.isascii() else f"{MARK}{text}"


def _cell(content):
    """What stands in a cell: no formula, which a spreadsheet would work out."""
    if isinstance(content, str):
        content = content.replace("\r", " ").replace("\n", " ").replace("\0", "")
        if content.startswith(("=", "+", "-", "@", "\t")):
            return f"'{content}"
    return content


def lines(rows, weights):
    """The table for the terminal, a line for each submission."""
    width = max(len(_shown(name)) for name, _ in rows)
    of = f"{sum(weights.values()):g}"
    for name, row in rows:
        total = f"{sum(_points(row, weights).values()):g}"
        unsure = sum(_points(row, weights, "unsure").values())
        why = f"  {_shown(row['why'])[:90]}" if row["why"] else ""
        more = f"  and {unsure:g} unsure" if unsure else ""
        yield f"{_shown(name):{width}}  {total:>{len(of)}} of {of}{more}{why}"


def _shown(text):
    """A text of a submission on the terminal: in one line, and no control codes."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return screen.for_encoding(text, "utf-8")
