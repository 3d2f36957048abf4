"""A small invented course in a temporary folder, on which commands are run from outside.

`course = build(tmp_path / "course")` gives it with all katas as stubs; `course.solve("climb")`
fills in the reference's solution and `course.fill("climb", "return 3")` another body;
`course.pytest("--section", "1.2")` and `course.dojo("next")` run the real thing.
"""

import atexit
import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dojo import source
from dojo.course import ROOT
from tests.support import schema
from tests.support.invented_files import FILES, KATAS
from tests.support.run_module import run_module

_COMPILED = shutil.ignore_patterns("__pycache__")


@dataclass(frozen=True)
class Result:
    """What a run of pytest left on the screen."""

    code: int
    output: str
    error: str

    @property
    def lines(self):
        return self.output.splitlines()

    def counts(self):
        """{"failed": 3, "passed": 2} from pytest's own last line."""
        words = r"(\d+) (failed|passed|error|not started|blocked)"
        return {word: int(n) for n, word in re.findall(words, self.output)}


@dataclass(frozen=True)
class Course:
    """The invented course in `folder`."""

    folder: Path

    def pytest(self, *arguments, cwd=None, executable=False, **environment):
        """Run pytest as a learner would and return the Result.

        cwd          where to stand; the root of the course if not given
        executable   True for `pytest`, False for `python -m pytest`
        environment  more variables, such as PYTHONIOENCODING="ascii"
        """
        if executable:
            return finished(self.start(*arguments, cwd=cwd, executable=True, **environment))
        ran = self._run("pytest", *arguments, cwd=cwd, **environment)
        return Result(ran.code, ran.output.decode("utf-8"), ran.error.decode("utf-8"))

    def start(self, *arguments, cwd=None, executable=False, module="pytest", **environment):
        """Start pytest and return the process, to be interrupted or waited for."""
        python = Path(sys.executable)
        command = [python.with_name("pytest")] if executable else [python, "-m", module]
        return subprocess.Popen(
            [*map(str, command), *map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def python(self, code, **environment):
        """Run a few lines of Python in the root of the course and return what they print."""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def dojo(self, *arguments, stdin="", **environment):
        """Run a command without a terminal."""
        ran = self._run("dojo", *arguments, stdin=stdin, **environment)
        said = (text.decode("utf-8").replace("\r\n", "\n") for text in (ran.output, ran.error))
        return subprocess.CompletedProcess(arguments, ran.code, *said)

    def _run(self, *arguments, cwd=None, stdin="", **environment):
        return run_module(
            *map(str, arguments),
            cwd=cwd or self.folder,
            environment=self.environment(**environment),
            stdin=stdin,
            anew=any(name.startswith(("PYTHON", "LC_")) for name in environment),
        )

    def status(self, *words):
        """What `status --json` says; fails unless it is what the schema says."""
        ran = self.dojo("status", "--json", *words)
        assert ran.returncode == 0, ran.stderr
        found = json.loads(ran.stdout)
        assert schema.problems(found, schema.STATUS) == []
        return found

    def environment(self, **more):
        """This environment without what would change a run, and for git a home of its own."""
        dropped = re.compile("(PYTEST_|COV_|GIT_).*|NO_COLOR|FORCE_COLOR")
        kept = {name: value for name, value in os.environ.items() if not dropped.fullmatch(name)}
        return {
            **kept,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONUTF8": "1",
            # a module that changes twice within a second must not be taken for its older self
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "100",
            "HOME": str(self.folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **more,
        }

    def solve(self, *names):
        """Put the reference's solution in place of these stubs: all of them if none is named."""
        for name in names or KATAS:
            module = KATAS[name]
            wanted = name.split()[-1]
            reference = source.definitions(self.read(f"solutions/{module}"))[wanted]
            stub = source.definitions(self.read(f"katas/{module}"))[wanted]
            self.replace(f"katas/{module}", stub.source, reference.source)

    def fill(self, name, body):
        """Put lines of code in place of the one that a stub raises with."""
        file = f"katas/{KATAS[name]}"
        stub = rf'^( *)(raise NotImplementedError\("\S+ {re.escape(name.split()[-1])}"\))'
        indent, line = re.search(stub, self.read(file), re.MULTILINE).groups()
        self.replace(file, line, body.replace("\n", f"\n{indent}"))

    def read(self, file):
        return (self.folder / file).read_text(encoding="utf-8")

    def write(self, file, text):
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, file, old, new):
        """Replace a text that stands in a file exactly once."""
        text = self.read(file)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def progress(self):
        """{"1.1 Value.plus": "green"}: what is remembered of the katas."""
        path = self.folder / ".dojo" / "progress.json"
        if not path.exists():
            return {}
        katas = json.loads(path.read_text(encoding="utf-8"))["katas"]
        return {name: result["status"] for name, result in katas.items()}

    def files(self):
        """All files, but for what Python compiles and pytest remembers."""
        return {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
        }


def build(folder):
    """Make the course in a new folder: the real machinery, these sections, and only stubs."""
    shutil.copytree(_original(), folder)
    return Course(Path(folder))


@cache
def _original():
    """The course that all others are copied from, with its machinery compiled."""
    kept = tempfile.TemporaryDirectory()
    atexit.register(kept.cleanup)
    course = Course(Path(kept.name) / "course")
    shutil.copytree(ROOT / "dojo", course.folder / "dojo", ignore=_COMPILED)
    compileall.compile_dir(course.folder / "dojo", quiet=1)
    for name in ("conftest.py", "pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, course.folder / name)
    for file, text in FILES.items():
        course.write(file, text)
    course.python("from dojo import stubs; stubs.write()")
    (course.folder / ".dojo").rmdir()
    return course.folder


def finished(process, timeout=100):
    """Wait for a process that `Course.start` started; its Result."""
    output, error = process.communicate(timeout=timeout)
    return Result(process.returncode, output.decode("utf-8"), error.decode("utf-8"))
