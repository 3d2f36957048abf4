"""What the bench prints, and the page BENCHMARKS.md."""

import datetime
import os
import platform
from importlib import metadata, util
from pathlib import Path

INTRODUCTION = """\
# Benchmarks

Written by `make bench`, which measures all of this again. What is compared runs side by side on
one machine, in turn, in several rounds; a time is the median of a contender's turns, and a ratio
the median of the rounds' ratios. Before anything is timed, both have to come to the same result,
to 1e-9 unless a row says otherwise. The garbage collector is on, as it is for a learner, unless
a row says otherwise. Each row is measured in a process of its own, where numpy and PyTorch both
choose their kernels for the processor themselves. Peers that cannot be installed were written for
this, from their published designs: `tests/bench/`.
"""


def machine():
    """Where and when: a dictionary of texts."""
    packages = [name for name in ("numpy", "torch", "pytest") if util.find_spec(name)]
    versions = [f"{name} {metadata.version(name)}" for name in packages]
    return {
        "date": datetime.date.today().isoformat(),
        "processor": f"{os.cpu_count()} × {_processor()}",
        "system": f"{platform.system()} {platform.machine()}",
        "software": ", ".join([f"Python {platform.python_version()}", *versions]),
        "load": f"{_load():.1f} at the start",
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    found = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return found[0] if found else platform.processor() or "unknown"


def _load():
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def shown(amount, unit):
    """A number with three digits, in the unit that suits it."""
    if amount is None:
        return ""
    if unit != "s":
        return f"{amount:,.0f} {unit}"
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs"), (1e9, "ns")):
        if amount * factor >= 1 or name == "ns":
            return f"{amount * factor:#.3g}".rstrip(".") + f" {name}"


def cells(figure):
    """A line of the table."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    return [
        figure.work,
        shown(figure.ours, figure.unit),
        figure.peer,
        shown(figure.theirs, figure.unit),
        ratio,
        figure.goal,
        figure.verdict,
    ]


HEADINGS = ["work", "course", "peer", "time of the peer", "ratio", "to reach", ""]


def text(row, figures, problem=""):
    """One row for the terminal."""
    lines = [f"{row.name} · {row.title}", ""]
    if problem:
        return "\n".join([*lines, f"  {problem}", ""])
    table = [cells(figure) for figure in figures]
    widths = [max(map(len, column)) for column in zip(*table)]
    for line in table:
        padded = [cell.ljust(width) for cell, width in zip(line, widths) if width]
        lines.append(("  " + "   ".join(padded)).rstrip())
    return "\n".join([*lines, ""])


def page(where, results):
    """BENCHMARKS.md.

    where    what machine() returns
    results  a list of (row, figures, problem)
    """
    parts = [INTRODUCTION, *(f"- {name}: {says}" for name, says in where.items())]
    for row, figures, problem in results:
        parts.append(f"\n## {row.title}\n")
        if problem:
            parts.append(f"Not measured: {problem}\n")
        else:
            parts += [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
            parts += [_line(cells(figure)) for figure in figures]
            parts.append("")
        parts.append(row.limits)
    return "\n".join(parts) + "\n"


def _line(texts):
    return f"| {' | '.join(texts)} |"
