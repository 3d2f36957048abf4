"""Time the course against its peers, and write BENCHMARKS.md.

    python -m tests.bench                     every row, then the page
    python -m tests.bench moons watch         these rows; the page stays as it is
    python -m tests.bench --json figures.json keep the figures as well
    python -m tests.bench --mine moons        your katas beside the reference

Reaching a goal or missing it is no error: the exit code is 1 only if a peer came to another
result than the course.
"""

import argparse
import json
import sys
from dataclasses import asdict

from dojo import course, screen
from tests.bench.apart import apart, rows

SLOW = 3  # times as long as the reference, and worth a look
PAGE = course.ROOT / "BENCHMARKS.md"


def main(arguments=None, page=PAGE, small=False):
    screen.prepare()
    known = rows()
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Time the course against its peers."
    )
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(known)}")
    parser.add_argument("--json", metavar="PATH", help="keep the figures there")
    parser.add_argument("--mine", action="store_true", help="your katas beside the reference")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.rows if name not in known]:
        print(f"no row {unknown[0]}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [known[name] for name in asked.rows or known]
    if asked.mine:
        return beside_the_reference([row for row in chosen if row.is_of_katas], small)
    return bench(chosen, asked.json, None if asked.rows else page, small)


def beside_the_reference(chosen, small):
    """Measure the learner's katas and the reference, and name what takes more than SLOW times."""
    for row in chosen:
        (mine, problem), (theirs, other) = apart(row, small, mine=True), apart(row, small)
        print(f"{row.name} · {row.title}")
        if problem or other:
            print(f"  {problem or other}")
        for yours, reference in zip(mine, theirs):
            times = yours.ours / reference.ours
            slow = f", more than {SLOW}" if times > SLOW else ""
            print(f"  {yours.work}: {times:.1f} times the reference{slow}", flush=True)
    return 0


def bench(chosen, kept_at, page, small):
    """Measure, print each row when it is done, and keep what was asked for."""
    from tests.bench import benchmarks

    where = benchmarks.machine()
    print("\n".join(f"{name:10} {says}" for name, says in where.items()), end="\n\n")
    results, code = [], 0
    for row in chosen:
        figures, problem = ([], row.missing) if row.missing else apart(row, small)
        code |= bool(problem) and not row.missing
        results.append((row, figures, problem))
        print(benchmarks.text(row, figures, problem), flush=True)
    if kept_at:
        kept = {
            row.name: {"title": row.title, "problem": problem, "figures": [*map(asdict, figures)]}
            for row, figures, problem in results
        }
        with open(kept_at, "w", encoding="utf-8") as file:
            json.dump({"machine": where, "rows": kept}, file, indent=2, ensure_ascii=False)
    if page:
        page.write_text(benchmarks.page(where, results), encoding="utf-8")
        print(f"written: {page.name}")
    return code


if __name__ == "__main__":
    sys.exit(main())
