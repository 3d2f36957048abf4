"""The bench runs and says what it should; how fast anything is, no test asks."""

import json
import shutil
import subprocess
import sys

import pytest

from dojo import course
from tests.bench import benchmarks, timing
from tests.bench.bench_row import Row
from tests.bench.figure import Figure, faster, limit, share

SMALL = """
import sys
from pathlib import Path
from tests.bench.__main__ import main

if __name__ == "__main__":
    *arguments, page = sys.argv[1:]
    sys.exit(main(arguments, Path(page), small=True))
"""


def bench(page, *arguments):
    """Run the bench on the smallest sizes, in a process of its own, which has the reference."""
    return subprocess.run(
        [sys.executable, "-c", SMALL, *map(str, arguments), str(page)],
        cwd=course.ROOT,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of all rows: what it printed, its page and its figures."""
    folder = tmp_path_factory.mktemp("bench")
    page, figures = folder / "BENCHMARKS.md", folder / "figures.json"
    done = bench(page, "--json", figures)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads(figures.read_text(encoding="utf-8"))
    return done.stdout, page.read_text(encoding="utf-8"), kept


def test_every_row_runs_and_its_peers_come_to_the_same_result(whole):
    _, _, kept = whole
    assert {"moons", "scalar-gpt", "chain", "bytes", "section", "watch", "study"} <= kept[
        "rows"
    ].keys()
    for name, row in kept["rows"].items():
        assert row["figures"] or "is not installed" in row["problem"], name
        assert all(figure["ours"] > 0 for figure in row["figures"]), name


def test_the_page_holds_each_row_with_what_limits_it(whole):
    printed, page, kept = whole
    for name, row in kept["rows"].items():
        assert f"{name} · {row['title']}" in printed
        after = page.partition(f"## {row['title']}\n")[2].partition("\n## ")[0]
        lines = [line for line in after.splitlines() if line.startswith("|")]
        assert len(lines) == 2 + len(row["figures"]) or row["problem"], name
        assert len(after.splitlines()[-1]) > 100, f"{name} says little about what limits it"
    assert all(says in page for says in kept["machine"].values())


def test_some_rows_leave_the_page_alone(tmp_path):
    page = tmp_path / "page.md"
    done = bench(page, "bytes")
    assert done.returncode == 0 and "bytes ·" in done.stdout and "moons ·" not in done.stdout
    assert not page.exists()


def test_ones_own_katas_are_timed_beside_the_reference(scratch, tmp_path):
    shutil.copytree(course.ROOT / "tests", scratch.folder / "tests", dirs_exist_ok=True)
    command = ("-c", SMALL, "--mine", "chain", tmp_path / "page.md")
    try:
        assert "1.1 Value.__init__ is not started" in scratch.python(*command).stdout
        scratch.solve(kata.id for kata in course.katas())
        done = scratch.python(*command)
        assert done.returncode == 0 and "times the reference" in done.stdout, done.stderr
    finally:
        scratch.solve(())


def test_a_row_that_does_not_exist_is_answered_in_one_line(tmp_path):
    done = bench(tmp_path / "page.md", "moon")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("no row moon; there are ") and " moons," in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_row_without_its_package_says_so():
    row = Row("arrays", "On arrays", "The limit.", lambda small: [], "no_such_package", 1)
    assert row.missing.startswith("no_such_package is not installed")
    page = benchmarks.page({}, [(row, [], row.missing)])
    assert "Not measured: no_such_package is not installed" in page
    assert "no_such_package" in benchmarks.text(row, [], row.missing)


# ---- what is compared


def test_results_that_differ_are_not_timed():
    timing.agree([1.0, 2e6], [1.0 + 1e-10, 2e6 + 1e-4])
    with pytest.raises(timing.Disagree, match=r"result 1 is 2\.0, but 2\.1"):
        timing.agree([1.0, 2.0], [1.0, 2.1])
    with pytest.raises(timing.Disagree, match="1 results, but 2"):
        timing.agree([1.0], [1.0, 2.0])


def test_contenders_take_turns():
    calls = []
    times = timing.alternate([lambda: calls.append("a"), lambda: calls.append("b")], 3, 0)
    assert "".join(calls) == "ab" * 4, "once each to see how long it takes, then three rounds"
    assert [len(taken) for taken in times] == [3, 3]


def test_a_ratio_is_the_median_of_the_rounds():
    assert timing.ratio([1.0, 2.0, 9.0], [1.0, 1.0, 3.0]) == 2.0


@pytest.mark.parametrize(
    ("figure", "ratio", "verdict"),
    [
        (faster("step", [1.0], "peer", [8.0], 7), 8.0, "reached"),
        (faster("step", [1.0], "peer", [6.0], 7), 6.0, "missed"),
        (faster("step", [1.0], "peer", [6.0]), 6.0, ""),
        (share("step", [1.0], "peer", [4.0], 0.4), 0.25, "reached"),
        (share("step", [2.0], "peer", [4.0], 0.4), 0.5, "missed"),
        (limit("memory", 213.0, "bytes", 230), None, "reached"),
        (limit("course", 41.0, "s", 40), None, "missed"),
    ],
)
def test_a_goal_is_reached_or_missed(figure, ratio, verdict):
    assert (figure.ratio, figure.verdict) == (ratio, verdict)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(41.26, "41.3 s"), (0.01234, "12.3 ms"), (7.6e-7, "760 ns"), (123.4, "123 s")],
)
def test_times_are_shown_with_three_digits(seconds, text):
    assert benchmarks.shown(seconds, "s") == text
    figure = Figure("w", seconds, "s", "p", None, None, "", None)
    assert text in benchmarks.cells(figure)
