"""A small throw-away course in a temporary folder, on which pytest is run from outside.

Three sections, seven katas, two modules; `value.py` spans 1.1 and 1.2:

    1.1 Counting   value.py   Value.__init__ · Value.plus
    1.2 Scaling    value.py   Value.times · double        steps.py   climb
    2.1 Heights    tower.py   height · double

`course = build(tmp_path / "course")` gives it with all katas as stubs; `course.solve("climb")`
fills them in; `course.pytest("--section", "1.2")` runs the real thing and returns its output.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dojo import source

REPOSITORY = Path(__file__).resolve().parents[2]

FILES = {
    "solutions/phase1_demo/value.py": '''"""1.1 and 1.2 · Value: a number."""


class Value:
    """A number."""

    def __init__(self, data):  # kata 1.1
        """Keep the number as `data`."""
        self.data = data
        self.grad = 0.0

    def plus(self, other):  # kata 1.1
        """A new Value: self + other."""
        return Value(self.data + other.data)

    def times(self, factor):  # kata 1.2
        """A new Value: self times a number."""
        return Value(self.data * factor)


def double(value):  # kata 1.2
    """A new Value, twice as large."""
    return value.times(2)
''',
    "solutions/phase1_demo/steps.py": '''"""1.2 · Steps: one after the other."""

from .value import Value


def climb(n):  # kata 1.2
    """1 + 1 + …, n times, as a Value."""
    total = Value(0)
    for _ in range(n):
        total = total.plus(Value(1))
    return total
''',
    "solutions/phase2_demo/tower.py": '''"""2.1 · Heights."""

from katas.phase1_demo.steps import climb


def height(n):  # kata 2.1
    """The number of steps in n storeys of three."""
    return climb(3 * n).data


def double(n):  # kata 2.1
    """The number of steps in two towers."""
    return 2 * height(n)
''',
    "katas/phase1_demo/test_1_counting.py": '''"""1.1 · Counting."""

import pytest

from dojo.expect import expect_close
from katas.phase1_demo.value import Value


@pytest.mark.kata("Value.__init__")
class TestInit:
    def test_the_number_is_kept(self):
        assert Value(3).data == 3, "data is not what was given"

    def test_the_gradient_starts_at_zero(self):
        assert Value(3).grad == 0.0


@pytest.mark.kata("Value.plus")
class TestPlus:
    def test_two_and_three_make_five(self):
        expect_close(
            Value(2).plus(Value(3)),
            5.0,
            "2 plus 3",
            mistakes={
                "the second is left out": 2.0,
                "they are multiplied": 6.0,
            },
        )

    def test_what_is_added_stays(self):
        a = Value(2)
        a.plus(Value(3))
        assert a.data == 2, "the first operand was changed"

    @pytest.mark.parametrize("n", [7, 11])
    def test_zero_changes_nothing(self, n):
        expect_close(Value(n).plus(Value(0)), float(n), "n plus 0")
''',
    "katas/phase1_demo/test_2_scaling.py": '''"""1.2 · Scaling."""

import pytest

from dojo.expect import expect_close
from katas.phase1_demo.steps import climb
from katas.phase1_demo.value import Value, double


@pytest.mark.kata("Value.times")
class TestTimes:
    def test_three_times_four(self):
        expect_close(Value(3).times(4), 12.0, "3 times 4")


@pytest.mark.kata("double")
class TestDouble:
    def test_twice_five(self):
        expect_close(double(Value(5)), 10.0, "twice 5")


@pytest.mark.kata("climb")
class TestClimb:
    def test_four_steps(self):
        expect_close(climb(4), 4.0, "four steps")

    def test_the_result_is_a_value(self):
        assert isinstance(climb(1), Value), f"{type(climb(1))} is not the Value of this run"
''',
    "katas/phase2_demo/test_1_heights.py": '''"""2.1 · Heights."""

import pytest

from dojo.expect import expect_close
from katas.phase2_demo.tower import double, height


@pytest.mark.kata("height")
class TestHeight:
    def test_two_storeys(self):
        expect_close(height(2), 6, "height of two storeys")


@pytest.mark.kata("double")
class TestDouble:
    def test_two_towers(self):
        expect_close(double(1), 6, "two towers")
''',
    **{
        f"{tree}{phase}/__init__.py": ""
        for tree in ("katas", "solutions")
        for phase in ("", "/phase1_demo", "/phase2_demo")
    },
    "lessons/phase1_demo/1_counting/overview.md": "# 1.1 · Counting\n",
    "lessons/phase1_demo/2_scaling/overview.md": "# 1.2 · Scaling\n",
    "lessons/phase2_demo/1_heights/overview.md": "# 2.1 · Heights\n",
}

KATAS = {
    "Value.__init__": "phase1_demo/value.py",
    "Value.plus": "phase1_demo/value.py",
    "Value.times": "phase1_demo/value.py",
    "1.2 double": "phase1_demo/value.py",
    "climb": "phase1_demo/steps.py",
    "height": "phase2_demo/tower.py",
    "2.1 double": "phase2_demo/tower.py",
}

_STUBS = {}  # the texts that dojo.stubs writes for these, once it has been asked


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
    """The throw-away course in `root`."""

    root: Path

    def pytest(self, *arguments, cwd=None, executable=False, **environment):
        """Run pytest as a learner would and return the Result.

        cwd          where to stand; the root of the course if not given
        executable   True for `pytest`, False for `python -m pytest`
        environment  more variables, such as PYTHONIOENCODING="ascii"
        """
        return finished(self.start(*arguments, cwd=cwd, executable=executable, **environment))

    def start(self, *arguments, cwd=None, executable=False, **environment):
        """Start pytest and return the process, to be interrupted or waited for."""
        python = Path(sys.executable)
        command = [python.with_name("pytest")] if executable else [python, "-m", "pytest"]
        return subprocess.Popen(
            [*map(str, command), *map(str, arguments)],
            cwd=cwd or self.root,
            env=_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def python(self, code, **environment):
        """Run a few lines of Python in the root of the course and return what they print."""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.root,
            env=_environment(**environment),
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

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
        return (self.root / file).read_text(encoding="utf-8")

    def write(self, file, text):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, file, old, new):
        """Replace a text that stands in a file exactly once."""
        text = self.read(file)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def progress(self):
        """{"1.1 Value.plus": "green"}: what is remembered of the katas."""
        path = self.root / ".dojo" / "progress.json"
        if not path.exists():
            return {}
        katas = json.loads(path.read_text(encoding="utf-8"))["katas"]
        return {name: result["status"] for name, result in katas.items()}

    def files(self):
        """All files, but for what Python compiles and pytest remembers."""
        return {
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
        }


def build(root):
    """Make the course in a new folder: the real machinery, these sections, and only stubs."""
    course = Course(Path(root))
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "dojo", course.root / "dojo", ignore=skip)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, course.root / name)
    for file, text in FILES.items():
        course.write(file, text)
    if not _STUBS:
        course.python("from dojo import stubs; stubs.write()")
        _STUBS.update({f"katas/{m}": course.read(f"katas/{m}") for m in KATAS.values()})
    for file, text in _STUBS.items():
        course.write(file, text)
    return course


def finished(process, timeout=100):
    """Wait for a process that `Course.start` started; its Result."""
    output, error = process.communicate(timeout=timeout)
    return Result(process.returncode, output.decode("utf-8"), error.decode("utf-8"))


def _environment(**more):
    """This environment without what would change a run."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    defaults = {"PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
    # a module that changes twice within a second must not be taken for its older self
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **defaults, **more}
