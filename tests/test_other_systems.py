"""What Windows lacks, taken away here: the commands a learner needs go on, and say things plainly.

No fork, no signals but two, none of the modules that only POSIX has, no make, dot or git, a console
in the code page 1252, a folder with blanks and brackets in its name, and files that end their lines
as Windows or an old Mac does.
"""

import os
import subprocess
import sys

import pytest

from tests.support.invented import Course, build

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="this is the real thing, and needs no acting"),
]

VALUE = "katas/phase1_demo/value.py"

WITHOUT = """
import os, signal, sys
for name in ("fork", "forkpty", "register_at_fork", "killpg", "setsid"):
    vars(os).pop(name, None)
kept = {"SIGINT", "SIGTERM", "SIGKILL", "SIG_DFL", "SIG_IGN"}  # the standard library needs SIGKILL
for name in [name for name in vars(signal) if name.startswith("SIG") and name not in kept]:
    vars(signal).pop(name)
for name in ("setitimer", "getitimer", "alarm", "pause", "pthread_sigmask", "pthread_kill"):
    vars(signal).pop(name, None)
for name in ("resource", "fcntl", "termios", "tty", "pty", "pwd", "grp", "readline"):
    sys.modules[name] = None
"""


class Elsewhere(Course):
    """A course on such a system."""

    def environment(self, **more):
        lacking = self.folder.parent / "lacking"
        return {
            **super().environment(**more),
            "PYTHONPATH": str(lacking),
            "PATH": str(lacking),
            "PYTHONIOENCODING": "cp1252",
            "PYTHONUTF8": "0",
            "LC_ALL": "C",
            "NO_COLOR": "1",
        }

    def run(self, *arguments):
        ran = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder, env=self.environment(), capture_output=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        said = (ran.stdout + ran.stderr).decode("cp1252")
        assert "Traceback" not in said and "INTERNALERROR" not in said, said
        return ran.returncode, said


@pytest.fixture
def there(tmp_path):
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking/sitecustomize.py").write_text(WITHOUT)
    return Elsewhere(build(tmp_path / "my [course] (1)").folder)


def ends(course, ending):
    """Have the learner's file end its lines so."""
    path = course.folder / VALUE
    path.write_bytes(path.read_bytes().replace(b"\n", ending))


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"], ids=["Windows", "an old Mac"])
def test_a_learners_day(there, ending):
    code, said = there.run("pytest", "--phase", "1")
    assert code == 1 and "Nothing is started yet: 5 katas wait for you." in said
    there.fill("Value.__init__", "self.data = data + 2")
    ends(there, ending)
    code, said = there.run("dojo", "next")
    assert code == 1 and "data is 5" in said and "python -m dojo hint Value.__init__" in said
    assert "make" not in said
    path = there.folder / VALUE
    path.write_bytes(path.read_bytes().replace(b"data + 2", b"data"))
    code, said = there.run("dojo", "next")
    assert code == 0 and "is green now" in said
    code, said = there.run("dojo", "skip", "plus")
    assert code == 0 and "python -m dojo skip Value.plus --undo" in said
    code, said = there.run("dojo", "reset", "init")
    assert code == 0 and "is a stub again" in said
    kept = [file.read_text("utf-8") for file in (there.folder / ".dojo/kept").glob("*init*")]
    assert len(kept) == 1 and kept[0].endswith("self.data = data\n")
    assert "0 of 2, 1 skipped" in there.run("dojo", "progress")[1]


ALL = """
from dojo.__main__ import main
for words in (
    ["help"], ["progress"], ["hint"], ["lesson", "1.1"], ["quiz", "1.1"], ["review"],
    ["status", "--json"], ["solution", "init"], ["experiment", "1.1"],
    ["progress", "--export", "mine [1].json"], ["progress", "--import", "mine [1].json"],
):
    print(words, "ended with", main(words), flush=True)
"""


def test_all_commands_answer(there):
    there.solve()
    there.run("pytest", "-q")
    (there.folder / "all_of_them.py").write_text(ALL)
    code, said = there.run("all_of_them")
    assert code == 0 and said.count("ended with 0") == 10, said
    assert "['solution', 'init'] ended with 1" in said  # it is shown in a terminal only


def test_an_endless_loop_is_ended_without_signals(there):
    there.fill("Value.__init__", "while True: pass")
    ran = there.start("--kata", "init", "--timeout", "0.5")
    output, _ = ran.communicate(timeout=100)
    said = output.decode("cp1252")
    assert ran.returncode == 1 and "still running after 0.5 s" in said, said
    assert "next: 1.1 Value.__init__" in said


@pytest.mark.parametrize("command", ["update", "open", "grade", "watch"])
def test_what_a_command_lacks_is_said_in_a_sentence(there, command):
    if command == "watch":
        there.solve()
        there.run("pytest")  # then there is nothing to watch, and it ends
    words = [".", "--out", "grades.csv"] if command == "grade" else []
    _, said = there.run("dojo", command, *words)
    assert 1 <= said.strip().count("\n") + 1 <= 3, said
