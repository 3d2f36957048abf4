"""Whatever a learner writes or does to the course: the run ends, says so, and loses nothing.

Each row of tests/hostile/ is seen as by `make test`, by plain pytest, and by next, watch and
status; then come the record and the files.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.hostile import ROWS
from tests.hostile.hostile_row import INIT, PLUS
from tests.support.invented import Course, build
from tests.support.run_module import run_module

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="what ends a run from outside needs fork"),
]

VALUE = "katas/phase1_demo/value.py"
LIMIT = 0.3  # seconds that a spec has in these courses
ENDS = 200  # seconds after which watch mode is taken for one that does not end
MUCH = 60_000  # characters, more than anybody reads
FOREIGN = re.compile(r"^Traceback \(most|^INTERNALERROR|^Fatal Python error", re.MULTILINE)


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """The course as each row finds it."""
    course = build(tmp_path_factory.mktemp("original") / "course")
    course.solve("Value.__init__")
    course.replace("pyproject.toml", "timeout = 5", f"timeout = {LIMIT}")
    course.dojo("help")  # compiles it, once for all
    return course


@pytest.fixture(scope="session")
def watching(original, tmp_path_factory):
    """Watch mode, in a course in which the rows' files are saved one after the other."""
    made = copy(original, tmp_path_factory.mktemp("watched") / "course")
    with Watch(made, {}) as watch:
        yield watch


@pytest.fixture
def course(original, tmp_path, row):
    made = copy(original, tmp_path / row.folder)
    if row.body:
        made.fill("Value.plus", row.body.strip())
    if row.top:
        made.replace(VALUE, "LIMIT = 100", row.top.strip())
    if row.does:
        row.does(made)
    return made


def copy(course, folder):
    # bytecode that pytest wrote remembers the folder it came from
    shutil.copytree(course.folder, folder, ignore=shutil.ignore_patterns("*-pytest-*.pyc"))
    return Course(folder)


def environment(course, variables):
    """As it is for learners: without the plugins that only the course's own tests need."""
    options = f"-p pytest_timeout {variables.get('PYTEST_ADDOPTS', '')}"
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": ""}
    return course.environment(**{**alone, **variables, "PYTEST_ADDOPTS": options})


def seen(course, row, *arguments):
    """What `python -m …` shows, and its exit code; a failure where it does not end."""
    variables = environment(course, dict(row.environment))
    ran = run_module(
        *arguments, cwd=course.folder, environment=variables, anew=bool(row.environment)
    )
    text = b"\n".join([ran.output, ran.error]).decode("utf-8", "replace")
    assert not FOREIGN.search(text), text
    return text, ran.code


class Watch:
    """Watch mode without a terminal, on a course; what it says of each run."""

    def __init__(self, course, variables):
        self.course = course
        self.output = course.folder.parent / "watched.txt"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dojo", "watch", "Value.plus"],
                cwd=course.folder,
                env=environment(course, variables),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.read = 0

    def said(self):
        """What it says of the next run, or of the one that is going on, to its end."""
        deadline, end = time.monotonic() + ENDS, b"Ctrl-C ends\n"
        while end not in (new := self.output.read_bytes()[self.read :]):
            assert self.process.poll() is None, f"watch ended:\n{new.decode()}"
            assert time.monotonic() < deadline, f"watch does not end its run:\n{new.decode()}"
            time.sleep(0.02)
        self.read += len(new)
        text = new.decode("utf-8", "replace")
        assert not FOREIGN.search(text), text
        return text

    def __enter__(self):
        self.said()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def remembered(course):
    """{kata: status} as the record has it."""
    path = course.folder / ".dojo/progress.json"
    if not path.is_file():
        return {}
    katas = json.loads(path.read_text(encoding="utf-8"))["katas"]
    return {kata: result["status"] for kata, result in katas.items()}


def snapshot(course):
    """All that is outside of .dojo/: each file's bytes, or where a link leads."""
    return {
        path.relative_to(course.folder): path.readlink() if path.is_symlink() else path.read_bytes()
        for path in course.folder.rglob("*")
        if path.is_symlink() or path.is_file()
        if not {"__pycache__", ".pytest_cache", ".dojo", ".git"} & set(path.parts)
    }


def said_in_watch(course, row, request):
    """What watch mode says of a row: after a save, where the row is nothing but one file's text."""
    if row.does or row.environment:
        with Watch(course, dict(row.environment)) as watch:
            return watch.output.read_text(encoding="utf-8", errors="replace")
    watch = request.getfixturevalue("watching")
    text = course.read(VALUE)
    if text == watch.course.read(VALUE):
        text += "\n"
    watch.course.write(VALUE, text)
    return watch.said()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_it_ends_says_so_and_loses_nothing(course, row, request):
    before = snapshot(course)
    views = [("dojo.specs", "--section", "1.1"), ("pytest",), ("dojo", "next")]
    for arguments in views:
        text, code = seen(course, row, *arguments)
        assert re.search(row.says, text), f"{arguments} does not say {row.says!r}:\n{text}"
        assert len(text) < MUCH, f"{arguments} says {len(text):,} characters"
        assert code == row.code, f"{arguments} ends with {code}:\n{text}"
        known = remembered(course)
        assert known.get(PLUS, "") == row.plus, f"{arguments} remembers {known}\n{text}"
        assert known.get(INIT, "") == row.init, f"{arguments} remembers {known}\n{text}"
    if row.watched:
        text = said_in_watch(course, row, request)
        assert re.search(row.says, text), f"watch does not say {row.says!r}:\n{text}"
    text, code = seen(course, row, "dojo", "status", "--json")
    assert code == 0, text
    assert snapshot(course) == before, "the learner's files are not what they were"
