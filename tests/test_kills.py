"""Killed at whichever write: a command leaves each file as it was or as it was to be."""

import json
import os
import shutil

import pytest

from tests.support.invented import Course, build

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL there")

VALUE = "katas/phase1_demo/value.py"
MINE = "self.data = data  # mine"

# in each process of the command: kill it at its so manieth write inside of the course
KILLER = """
import os, signal, sys
left = int(os.environ["KILL_AT"])
root = os.environ["COURSE"]
def writes(event, arguments):
    if event == "open":
        return isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    return event in ("os.rename", "os.remove", "os.mkdir", "os.chmod")
def hook(event, arguments):
    global left
    if writes(event, arguments):
        paths = [str(argument) for argument in arguments[:2]]
        if any(p.startswith(root) for p in paths) and "cache" not in "".join(paths):
            left -= 1
            if left == 0:
                open(os.environ["MARK"], "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""

COMMANDS = {
    "reset": ["reset", "init"],
    "stubs": ["stubs"],
    "hint": ["hint", "init"],
    "quiz": ["quiz", "1.1", "--question", "1", "--answer", "b"],
    "review": ["review", "init"],
    "next": ["next", "init"],
}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A course with work in it, a docstring that has changed since, and records."""
    folder = tmp_path_factory.mktemp("kills")
    course = build(folder / "course")
    course.fill("Value.__init__", MINE)
    course.pytest("--section", "1.1")
    course.dojo("hint", "init")
    course.replace(
        "solutions/phase1_demo/value.py", '"""Keep the number as `data`."""', '"""Keep it."""'
    )
    (folder / "hook").mkdir()
    (folder / "hook/sitecustomize.py").write_text(KILLER)
    return course


def killed_at(course, number, arguments):
    """Run a command that is killed at a write; False if it has not as many."""
    mark = course.folder.parent / "killed"
    mark.unlink(missing_ok=True)
    ran = course.dojo(
        *arguments,
        PYTHONPATH=str(course.folder.parent / "hook"),
        KILL_AT=str(number),
        COURSE=str(course.folder),
        MARK=str(mark),
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.returncode or not mark.exists(), "a run that was killed ends with 0"
    return mark.exists()


def state(course):
    """The learner's files, and how many texts hold their work."""
    kept = (course.folder / ".dojo").rglob("*")
    texts = [course.read(VALUE), *(p.read_text("utf-8") for p in kept if p.is_file())]
    return {
        "files": {name for name in course.files() if not name.startswith(".dojo/")},
        "value": course.read(VALUE),
        "work": any(MINE in text for text in texts),
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_killed_loses_nothing(original, name, tmp_path):
    before = state(original)
    whole = copied(original, tmp_path / "whole")
    whole.dojo(*COMMANDS[name])
    after = state(whole)
    number = 0
    while True:
        number += 1
        course = copied(original, tmp_path / str(number))
        was_killed = killed_at(course, number, COMMANDS[name])
        now = state(course)
        assert now["work"], f"killed at write {number}, the work is gone"
        assert now["value"] in (before["value"], after["value"])
        assert now["files"] == before["files"]
        for record in (course.folder / ".dojo").glob("*.json"):
            assert isinstance(json.loads(record.read_text("utf-8")), dict)
        again = course.dojo(*COMMANDS[name])
        assert again.returncode in (0, 1) and "Traceback" not in again.stderr, again.stderr
        assert state(course)["value"] == after["value"] and state(course)["work"]
        shutil.rmtree(course.folder)
        if not was_killed:
            break
    assert number > 3, "a command that writes has more places to be killed at"


def copied(course, folder):
    shutil.copytree(course.folder, folder)
    shutil.copytree(course.folder.parent / "hook", folder.parent / "hook", dirs_exist_ok=True)
    return Course(folder)
