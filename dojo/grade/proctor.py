"""The process from which the runs of submissions are forked: it has the specs loaded, on stubs.

It is started in a room and asked by lines of JSON. It never loads a submission.
"""

import gc
import json
import os
import secrets
import sys
import tempfile

import pytest

from dojo import course
from dojo.grade import anew, inside, intact
from dojo.grade.walls import Walls
from dojo.grade.watch import Watch, end_rest
from dojo.plugin import KATA, RUN

# what prints is not read, so nothing is captured, and no warning is looked for around each spec
PYTEST = ("-q", "-s", "-p", "pytest_timeout", "-p", "no:cacheprovider", "-p", "no:warnings")


def main(answers, slot, box):
    """Answer each line of stdin with a line: first what there is, then what each run tells.

    The first line is {"katas": […], "allowed": {…}}, each further one {"katas", "modules",
    "seconds"}, where `modules` are those that have not been read before.
    """
    sys.dont_write_bytecode = False
    lines = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    first = json.loads(lines.readline())
    chosen = {course.find_kata(kata) for kata in first["katas"]}
    files = {kata.specs: None for kata in course.katas() if kata in chosen}
    runs = Runs(lines, answers, first["allowed"], chosen, (slot, box))
    code = 70
    try:
        code = int(pytest.main([*PYTEST, *files], plugins=[runs]))
    finally:
        if runs.is_fork:
            os._exit(code)


def answer(answers, said):
    left = json.dumps(said).encode() + b"\n"
    while left:
        left = left[os.write(answers, left) :]


class Runs:
    """A plugin of pytest: once it has collected the specs of some katas, it forks off the runs."""

    def __init__(self, lines, answers, allowed, chosen, place):
        self.is_fork = False
        self._lines, self._answers, self._allowed = lines, answers, allowed
        self._chosen, self._place = chosen, place
        self._ids = {kata.id for kata in chosen}
        self._compiled = anew.Compiled()

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        config.stash[RUN].chosen = self._chosen

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session):
        with self._compiled:
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        specs, codes = {}, set()
        for item in session.items:
            specs.setdefault(item.stash[KATA].id, []).append(item.nodeid)
            codes.add(item.obj.__code__)
        collected = anew.Collected(session, self._compiled)
        os.dup2(0, 1)
        walls = Walls(course.ROOT, self._place[1], self._place[0])
        answer(self._answers, {"specs": specs, "walls": walls.standing})
        before = intact.Snapshot(codes)
        gc.collect()
        gc.freeze()  # a look at all that is in memory would copy it, page by page, in each run
        silence = float(session.config.getini("timeout"))
        for line in self._lines:
            asked = json.loads(line)
            hears, tells = os.pipe()
            word = secrets.token_hex(16).encode()
            waits, run = walls.fork()
            if not waits:
                self.is_fork = True
                os.close(hears)
                tell = inside.teller(tells, word)
                self._begin(session, walls, tell, asked)
                inside.Inside(session, collected, tell, asked["katas"], before).run()
            os.close(tells)
            watch = Watch(waits, run, hears, word, silence, asked["seconds"])
            code = watch.until_over()
            end_rest(run)
            answer(self._answers, {"told": watch.told, "why": watch.why, "code": code})
        return True

    def _begin(self, session, walls, tell, asked):
        """In a run: go inside of the walls, and read the submission before any of it is loaded."""
        self._lines.close()
        os.close(self._answers)
        os.dup2(0, 2)
        folder = walls.enter(asked["seconds"])
        os.environ |= {"TMPDIR": str(folder), "HOME": str(folder)}
        tempfile.tempdir = None
        sys.dont_write_bytecode = True
        modules = inside.read(course.ROOT / "katas", asked["modules"], self._allowed, self._ids)
        tell({"read": modules})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
