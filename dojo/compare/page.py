"""lessons/conventions.md, written from the rows."""

from dojo import course
from dojo.compare import row
from dojo.compare.libraries import COLUMNS, LIBRARIES

PAGE = course.ROOT / "lessons" / "conventions.md"

INTRODUCTION = """\
# Where libraries disagree

Compare a number of yours with one from another library, and it may differ although both are right.
Each row below is one such place: the fact, what the course does, and what widely used libraries do.
The course says its own convention in the docstring of the kata; most often it is PyTorch's.

Nothing here is from memory. The values are what the libraries answered, on a CPU, in these
versions: {versions}.

    make compare SECTION=3.3                     its rows again, with what is installed
    make compare SECTION=3.3 WITH='torch jax'    with these only
    make compare SECTION=3.3 MINE=1              on your own katas instead of the reference

The command needs none of the libraries. Where one of them now does otherwise than this page says,
it shows both versions. The name of a row leads to the few lines that it runs.

This page is written by `python -m dojo compare --page`.
"""


def text():
    """The page as it should be."""
    seen = {}
    for library in LIBRARIES.values():
        seen.setdefault(library.shown.removesuffix(" on JAX").removesuffix(" on PyTorch"), library)
    versions = ", ".join(f"{shown} {library.seen}" for shown, library in seen.items())
    parts = [INTRODUCTION.format(versions=versions)]
    for number in row.numbers():
        parts.append(f"## {row.heading(number)}\n\n{_table(row.rows(number))}")
    return "\n".join(parts)


def write():
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")


def _table(rows):
    cells = [[_cell(one, column) for column in COLUMNS] for one in rows]
    used = [i for i in range(len(COLUMNS)) if any(line[i] for line in cells)]
    lines = [["fact", "the course", *(COLUMNS[i] for i in used)]]
    lines.append(["---"] * len(lines[0]))
    for one, line in zip(rows, cells):
        script = f"../{one.__module__.replace('.', '/')}.py"
        fact = f'<a id="{one.anchor()}"></a>**[{one.title}]({script})** {one.says}'
        own = row.shown(one.values["course"]) if "course" in one.values else ""
        lines.append([fact, own, *(line[i] for i in used)])
    escaped = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def _cell(one, column):
    """What the libraries of a column do; those that do the same stand together."""
    groups = {}
    for name, library in LIBRARIES.items():
        if library.column == column and name in one.values:
            value = row.shown(one.values[name])
            if name in one.before:
                version, earlier = one.before[name]
                value += f" ({row.shown(earlier)} in {version})"
            groups.setdefault(value, []).append(library.shown)
    if list(groups.values()) == [[column]]:
        return next(iter(groups))
    return "; ".join(f"{', '.join(names)}: {value}" for value, names in groups.items())
