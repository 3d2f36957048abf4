"""The loop that a learner waits for: from a command, or a save, to the result."""

import contextlib
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter

from dojo import course
from tests.bench import timing
from tests.bench.bench_row import row
from tests.bench.figure import limit, share
from tests.support.scratch import QUICK, Scratch

alternate = partial(timing.alternate, at_least=0, clock=perf_counter)

# the plugins that a learner's environment has, and bytecode that is kept, as make sees to it
LEAN = {**QUICK, "PYTEST_ADDOPTS": "-p pytest_timeout", "PYTHONDONTWRITEBYTECODE": ""}

BARE = "pytest alone, one empty test"
BARE_NUMPY = "the same, importing numpy"


class Classroom:
    """A copy of the course on stubs, and bare tests beside it; every run is a process of its own.

    All runs have pytest-timeout and no other plugin, as in a learner's environment; so what is
    compared is the course, and not what else is installed here.
    """

    def __init__(self, folder):
        (folder / "course").mkdir()
        self.course = Scratch(folder / "course", "data")
        self.bare = folder / "bare"
        self.bare.mkdir()
        (self.bare / "test_empty.py").write_text("def test_empty():\n    pass\n")
        numpy = "import numpy\n\n\ndef test_empty():\n    assert numpy\n"
        (self.bare / "test_numpy.py").write_text(numpy)

    def alone(self, numpy=False):
        """Run pytest on one empty test."""
        name = "test_numpy.py" if numpy else "test_empty.py"
        self.run(0, "-m", "pytest", name, cwd=self.bare)

    def specs(self, *arguments, code=0):
        """Run specs of the course, as make and the commands do."""
        self.run(code, "-m", "dojo.specs", *arguments)

    def run(self, code, *arguments, cwd=None):
        done = self.course.python(*arguments, cwd=cwd, **LEAN)
        assert done.returncode == code, done.stdout + done.stderr


@contextlib.contextmanager
def classroom():
    with tempfile.TemporaryDirectory() as folder:
        yield Classroom(Path(folder))


@row("section")
def section(small=False):
    """The specs of a section, as `make test SECTION=n` runs them

    Most of a run is Python and pytest starting, and numpy where a section imports it. On top
    come the course's plugin, some 12 ms, and for each of a hundred specs or more 0.1 ms to
    collect it and 0.2 to run it, whatever it does. A test that takes no fixture costs pytest a
    quarter less without setup and teardown, and the garbage collector, which went over all that
    pytest has loaded at the end and several times before, was another quarter of the run; the
    empty test still pays for that, some 20 ms. What is left is what specs compute: in 1.2 the walk
    over 50,000 nodes, 40 ms; in 3.4, the section with most specs, 200 of them, files and small
    trainings for 70 ms, and 10 ms in which numpy loads its random numbers and, for np.unique, its
    masked arrays. A stubbed section adds a failure for each spec, which is told in a line, without
    a traceback. pytest-xdist would double the time of so short a run and is left to `make check`.
    """
    rounds = 1 if small else 9
    numbers = ("1.2",) if small else ("1.2", "2.4", "3.1", "3.2", "3.4")
    figures = []
    with classroom() as room:
        for number in numbers:
            numpy = number >= "3.2"
            contenders = [
                lambda n=number: room.specs("--section", n, code=1),
                lambda n=number: room.specs("--section", n, "--solutions"),
                lambda n=numpy: room.alone(n),
            ]
            stubs, solved, alone = alternate(contenders, rounds)
            peer = BARE_NUMPY if numpy else BARE
            figures.append(share(f"{number} on stubs", stubs, peer, alone, 1.3))
            figures.append(share(f"{number} on the reference", solved, peer, alone, 1.3))
    return figures


@row("phases")
def phases(small=False):
    """All specs of Phases 1 and 2 on the reference, and of the whole course

    More than 800 specs, each of which costs pytest 0.1 ms to collect and 0.2 to run: together
    more than the start of Python and pytest. The walks over 50,000 nodes in 1.2 and 1.3, which
    show that depth is no limit, take 100 ms; a graph of 1,000 in DOT, written and read back, 20.
    """
    rounds = 1 if small else 5
    with classroom() as room:
        phases = (
            ["katas/phase1_autodiff"]
            if small
            else ["katas/phase1_autodiff", "katas/phase2_networks"]
        )
        ours, alone = alternate(
            [lambda: room.specs("--solutions", *phases), room.alone], rounds, at_least=0
        )
        figures = [share("Phases 1 and 2", ours, BARE, alone, 4)]
        if not small:
            (whole,) = alternate([lambda: room.specs("--solutions")], 1)
            figures.append(limit("pytest --solutions, the whole course", whole[0], "s", 40))
    return figures


@row("watched")
def watched(small=False):
    """What it costs that a process watches the specs of a section: processor time of 1.1

    At most 5 ms were wanted, which is a hundredth and a half of a run. `make test` and `next` fork
    when Python has begun, with a tenth of what pytest loads in memory. `pytest` by itself is forked
    when all of it is loaded, and the system copies 3,500 pages that both processes write to. The
    process that watches is woken some twenty times, for 2 to 3 ms altogether. What that costs comes
    back at the end: a watched run ends without taking Python and numpy apart.
    """
    unwatched = "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))"
    chosen = ["--section", "1.1", "--solutions"]
    with classroom() as room:
        contenders = [
            lambda: room.specs(*chosen),
            lambda: room.run(0, "-m", "pytest", *chosen),
            lambda: room.run(0, "-c", unwatched, *chosen),
        ]
        times = alternate(contenders, 1 if small else 40, clock=_computed_by_programs)
    peer = "the same, not watched"
    return [
        share("as make test runs them", times[0], peer, times[2], 1.015),
        share("pytest", times[1], peer, times[2], 1.015),
    ]


def _computed_by_programs():
    """The seconds that programs which have ended have computed."""
    import resource  # where there is fork

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@row("watch")
def watch(small=False):
    """From the save of a file to the end of its result, in `make watch`

    A run is forked off a process in which pytest has loaded its plugins and read its options.
    The save is seen after one or two steps of 5 ms. Then come, of some 65 ms, 10 for the fork and
    the course's choices, 25 for pytest to open its session and collect, which imports the course's
    modules, and 15 to 20 for the specs of one kata and the report; that it has ended is known 3 ms
    later. Where there is no fork, it is a plain run.
    """
    rounds = 1 if small else 9
    with classroom() as room, watching(room.course) as saved:
        ours, alone = alternate([saved, room.alone], rounds)
    return [share("1.1 Value.__init__, a section without numpy", ours, BARE, alone, 0.5)]


@contextlib.contextmanager
def watching(scratch):
    """Watch mode on a copy of the course; gives a function that saves and waits for the result."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dojo", "watch", "Value.__init__"],
        cwd=scratch.folder,
        env={**os.environ, **LEAN, "PYTHONPATH": str(scratch.folder), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    file = scratch.folder / "katas" / course.find_kata("Value.__init__").module

    def result():
        for line in process.stdout:
            if "Ctrl-C ends" in line:
                return
        raise RuntimeError("watch mode ended by itself")

    def saved():
        file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        result()

    try:
        result()
        yield saved
    finally:
        process.kill()
        process.communicate()
