"""The process from which the runs of submissions are forked: it has pytest and numpy loaded.

It is started in a room and asked by lines of JSON. It loads the stubs once, and never a submission.
"""

import gc
import json
import os
import secrets
import sys

import pytest

from dojo import course
from dojo.grade import inside, intact
from dojo.grade.walls import Walls
from dojo.grade.watch import Watch, end_rest

# what prints is not read, so nothing is captured, and no warning is looked for around each spec
PYTEST = ("-q", "-s", "-p", "pytest_timeout", "-p", "no:cacheprovider", "-p", "no:warnings")


class Collected:
    """A plugin of pytest: the ids of the specs that there are, kata by kata."""

    def __init__(self):
        self.specs, self.codes = {}, set()

    def pytest_collection_finish(self, session):
        for item in session.items:
            kata = item.get_closest_marker("kata").args[0]
            kata = course.katas_of(item.path)[kata].id
            self.specs.setdefault(kata, []).append(item.nodeid)
            self.codes.add(item.obj.__code__)


def main(answers, slot, box):
    """Answer each line of stdin with a line: first what there is, then what each run tells.

    The first line is {"katas": […], "allowed": {…}}, each further one {"katas", "modules"}.
    """
    sys.dont_write_bytecode = False
    lines = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    first = json.loads(lines.readline())
    chosen = {course.find_kata(kata) for kata in first["katas"]}
    files = {kata.specs: None for kata in course.katas() if kata in chosen}
    there = Collected()
    pytest.main([*PYTEST, "--collect-only", *files], plugins=[there])
    for name in [name for name in sys.modules if name.partition(".")[0] == "katas"]:
        del sys.modules[name]
    os.dup2(0, 1)
    walls = Walls(course.ROOT, box, slot)
    answer(answers, {"specs": there.specs, "walls": walls.standing})
    runs = Runs(lines, answers, walls, first["allowed"], there.codes)
    code = 70
    try:
        code = int(pytest.main(list(PYTEST), plugins=[runs]))
    finally:
        if runs.is_fork:
            os._exit(code)


def answer(answers, said):
    left = json.dumps(said).encode() + b"\n"
    while left:
        left = left[os.write(answers, left) :]


class Runs:
    """A plugin of pytest: once pytest has read its configuration, it forks off the runs."""

    def __init__(self, lines, answers, walls, allowed, codes):
        self.is_fork = False
        self._lines, self._answers, self._walls = lines, answers, walls
        self._allowed, self._codes = allowed, codes
        self._before = None  # an intact.Snapshot

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config):
        self._before = intact.Snapshot(self._codes)
        gc.collect()
        gc.freeze()  # a look at all that is in memory would copy it, page by page, in each run
        silence = float(config.getini("timeout"))
        for line in self._lines:
            asked = json.loads(line)
            seconds = asked["seconds"]
            hears, tells = os.pipe()
            word = secrets.token_hex(16).encode()
            waits, run = self._walls.fork()
            if not waits:
                self.is_fork = True
                os.close(hears)
                self._begin(config, inside.teller(tells, word), asked, seconds)
                return None
            os.close(tells)
            watch = Watch(waits, run, hears, word, silence, seconds)
            code = watch.until_over()
            end_rest(run)
            answer(self._answers, {"told": watch.told, "why": watch.why, "code": code})
        return 0

    def _begin(self, config, tell, asked, seconds):
        """In a run: go inside of the walls, read the submission, and let pytest load it."""
        self._lines.close()
        os.close(self._answers)
        os.dup2(0, 2)
        folder = self._walls.enter(seconds)
        os.environ |= {"TMPDIR": str(folder), "HOME": str(folder)}
        config.option.basetemp = str(folder / "pytest")
        sys.dont_write_bytecode = True
        katas = course.ROOT / "katas"
        tell(inside.read(katas, asked["modules"], self._allowed))
        config.pluginmanager.register(inside.Inside(tell, asked["katas"], self._before))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
