"""What a teacher waits for: the submissions of a class, graded."""

import json
import os
import resource
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.bench.bench_row import row
from tests.bench.figure import Figure
from tests.bench.invented_class import hand_in
from tests.bench.loop import LEAN, classroom
from tests.bench.timing import Disagree

GOAL = "at most 12 times its time"


@row("grade", needs="resource")
def grade(small=False):
    """A class that hands in Phases 1 and 2, graded on two cores

    Specs are collected once, on stubs, by a process for each core, from which a run is forked off
    for each submission; it loads the submission and the spec files, which are compiled already,
    and ends with it. A module is read once, for what could change results and for what is alike,
    however many have handed it in; what is the same to the byte is graded once; a kata that is its
    stub needs no spec to say so. Of the processor time of a submission that is all right six tenths
    are what its specs compute, and most of that goes into five: 50,000 nodes, twice, 30,000
    parameters, twice, and 1,000 lines of DOT, which show that depth and number are no matter. An
    eighth is the limits around each of a thousand specs, an eighth the process and its pages, the
    rest reading, loading and telling. One run of pytest takes as long as two and a half such
    submissions, so that two hundred of them on two cores cannot be far below 40 such runs; if
    nothing but their specs took time, it would be 25, and for this class, in which a third has not
    come to the end, 20. Less would need results of one submission to stand for another's.
    """
    number, phases, sampled, rounds = (2, "1", 1, 1) if small else (200, "12", 8, 3)
    folders = ["katas/phase1_autodiff", "katas/phase2_networks"][: len(phases)]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    with classroom() as room, tempfile.TemporaryDirectory() as folder:
        submissions = Path(folder, "submissions")
        kinds = Counter(hand_in(submissions, number, phases))
        weights = "".join(f'"{phase}.{n}" = 10\n' for phase in phases for n in (1, 2, 3, 4))
        _write_weights(submissions, weights)
        ours = _timed(lambda: _grade(room.course, submissions))
        alone = [_timed(lambda: room.specs("--solutions", *folders)) for _ in range(rounds + 1)]
        whole = [] if small else [_timed(lambda: room.specs("--solutions"))]
        together = _rows(room.course)
        for name in sorted(together)[:: number // sampled]:
            _write_weights(Path(folder, "alone"), weights)
            shutil.copytree(submissions / name, Path(folder, "alone", name))
            _grade(room.course, Path(folder, "alone"))
            if (row := _rows(room.course)[name]) != together[name]:
                raise Disagree(f"{name} is {together[name]} among others, and alone {row}")
            shutil.rmtree(Path(folder, "alone"))
    said = f"{number} submissions, of which {kinds['right']} are all right"
    figures = [
        _figure(said, ours, "pytest --solutions of these phases", alone[1:], 0, GOAL),
        _figure("the same, processor time on each core", ours, "its processor time", alone[1:], 1),
    ]
    if whole:
        figures.append(_figure(said, ours, "pytest --solutions, the whole course", whole, 0, GOAL))
    return figures


def _figure(work, ours, peer, theirs, kind, goal=""):
    """Ours against the median of theirs: 0 on the clock, 1 in processor time of one core."""
    theirs = median(taken[kind] for taken in theirs)
    ours = ours[kind] / (2 if kind else 1)
    return Figure(work, ours, "s", peer, theirs, ours / theirs, goal, 12 if goal else None)


def _timed(work):
    """The seconds on the clock, and those that all processes together have computed."""
    began, before = perf_counter(), _computed()
    work()
    return perf_counter() - began, _computed() - before


def _computed():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write_weights(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "weights.toml").write_text(text, encoding="utf-8")


def _grade(course, folder):
    """Grade the submissions in a folder, of which nothing is known from before."""
    (course.folder / ".dojo" / "grades.jsonl").unlink(missing_ok=True)
    done = course.python("-m", "dojo", "grade", folder, timeout=3600, **LEAN)
    assert done.returncode == 0, done.stdout + done.stderr


def _rows(course):
    """{name: all that is said of a submission but how long its specs took}, of the last grading."""
    found = json.loads((course.folder / "grades.json").read_text(encoding="utf-8"))
    rows = {one["submission"]: one for one in found["submissions"]}
    for one in rows.values():
        for kata in one["katas"].values():
            del kata["seconds"]
    return rows
