"""A copy of the course in a temporary folder, where katas are solved, broken and tested."""

import ast
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from dojo import course, source, stubs

# no plugin but the one that cuts off endless loops: a run takes a tenth of a second
PYTEST = ("-p", "pytest_timeout", "-p", "no:cacheprovider", "--tb=no", "-q")
QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
FORK_SERVER = Path(__file__).with_name("fork_server.py")

# a failure as dojo.diagnose writes it: the spec up to its last line, the message, the places
_IN_FULL = re.compile(
    r"[^\n]* · [^\n]*\n\n"
    r"(?:    [^\n]*\n)*\n"
    r"(?P<message>.*?)"
    r"(?:\n\nin [^\n]*, \S+:\d+\n    [^\n]*)?"
    r"(?:\n\nspec  \S+:\d+)?"
    r"\nkata  \S+:\d+",
    re.DOTALL,
)


@dataclass(frozen=True)
class Spec:
    kata: str  # the id of its kata
    name: str
    status: str  # "passed", "not started", "blocked" or "failed"
    text: str  # what the learner sees

    @property
    def message(self):
        """The words of the failure alone, without the source of the spec."""
        found = _IN_FULL.fullmatch(self.text)
        assert found, f"dojo.diagnose writes failures differently now:\n{self.text}"
        return found["message"]


@dataclass(frozen=True)
class Run:
    code: int
    specs: tuple
    unloaded: tuple  # what could not be collected or set up, and why
    output: str

    def of(self, kata_id):
        return [spec for spec in self.specs if spec.kata == kata_id]


class Scratch:
    """The machinery, the reference and the stubs, as they are on disk.

    folder  where; it is empty
    more    other folders of the course that are wanted too
    """

    def __init__(self, folder, *more):
        self.folder = folder
        self._warm = self._answers = None
        self._second = int(time.time())
        # bytecode that pytest wrote remembers the folder it came from
        ignored = shutil.ignore_patterns("*-pytest-*.pyc", ".*")
        for name in ("dojo", "katas", "solutions", "lessons", *more):
            if (course.ROOT / name).exists():
                shutil.copytree(course.ROOT / name, folder / name, ignore=ignored)
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy2(course.ROOT / name, folder / name)
        self.solve(())

    def solve(self, ids):
        """Write katas/ anew: the reference's solution for these katas, a stub for the others."""
        ids = set(ids)
        for module, katas in course.modules().items():
            here = frozenset(ids.intersection(f"{mark} {name}" for mark, name in katas))
            self.write(f"katas/{module}", solved(module, here))

    def write(self, name, text):
        """Write a file, each time in a second of its own.

        Python knows by second and size which source some bytecode was made from.
        """
        self._second += 1
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        os.utime(path, (self._second, self._second))

    @contextlib.contextmanager
    def reference(self, texts):
        """Let modules of the reference hold other texts for a while."""
        names = {f"solutions/{module}": text for module, text in texts.items()}
        before = {name: (self.folder / name).read_text(encoding="utf-8") for name in names}
        try:
            for name, text in names.items():
                self.write(name, text)
            yield
        finally:
            for name, text in before.items():
                self.write(name, text)

    def pytest(self, *arguments, **variables):
        """Run the specs in a process of their own, perhaps with variables in its environment."""
        report, output = self.folder / "report.xml", self.folder / "output.txt"
        report.unlink(missing_ok=True)
        arguments = [*PYTEST, f"--junitxml={report}", *arguments]
        if hasattr(os, "fork") and not variables:
            code = self._forked(output, arguments)
            printed = output.read_text(encoding="utf-8", errors="replace")
        else:
            done = self.python("-m", "pytest", *arguments, **QUICK, **variables)
            code, printed = done.returncode, done.stdout + done.stderr
        assert report.exists(), f"pytest ended with {code} and no report:\n{printed}"
        return Run(code, *_read(report), printed)

    def _forked(self, output, arguments):
        """Have a run forked off a process that has pytest loaded: it takes a third of the time."""
        if self._warm is None:
            self._begin(output)
        try:
            self._warm.stdin.write(json.dumps(arguments) + "\n")
            self._warm.stdin.flush()
            return int(self._answers.readline())
        except BaseException:  # cut off by a timeout: its answer must not be taken for the next
            self.close()
            raise

    def _begin(self, output):
        reading, writing = os.pipe()
        with output.open("ab") as file:
            self._warm = subprocess.Popen(
                [sys.executable, FORK_SERVER, str(writing), *PYTEST],
                cwd=self.folder,
                env=environment(PYTHONPATH=str(self.folder), **QUICK),
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                pass_fds=[writing],
                encoding="utf-8",
            )
        os.close(writing)
        self._answers = os.fdopen(reading)

    def close(self):
        """End the process that runs are forked off, if there is one."""
        if self._warm is not None:
            self._warm.kill()
            self._warm.communicate()
            self._answers.close()
            self._warm = None

    def python(self, *arguments, cwd=None, stdin="", timeout=300, **variables):
        """Run Python on this copy, without a terminal."""
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd or self.folder,
            env=environment(PYTHONPATH=str(self.folder), **variables),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
        )


@cache
def solved(module, ids):
    """The text of a kata module in which the katas with these ids are solved, and no others."""
    text = (course.ROOT / "solutions" / module).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    marks = stubs.marks(module)
    for definition in sorted(source.definitions(text).values(), key=lambda d: -d.start):
        section = marks.get(definition.name)
        if section and f"{section} {definition.name}" not in ids:
            lines[definition.start : definition.end] = [stubs.stub_of(definition, section)]
    return "".join(lines)


@cache
def classes(spec):
    """{"TestTanh": "Value.tanh"} for the spec classes of a file, None for one without a mark."""
    found = {}
    for node in ast.parse(spec.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            marks = [ast.unparse(decorator) for decorator in node.decorator_list]
            names = [re.fullmatch(r"pytest\.mark\.kata\('([^']+)'\)", mark) for mark in marks]
            found[node.name] = next((name[1] for name in names if name), None)
    return found


def node_id(kata):
    """How pytest is asked for the specs of one kata."""
    there = classes(course.ROOT / kata.specs)
    name = next(name for name, marked in there.items() if marked == kata.name)
    return f"{kata.specs}::{name}"


def environment(**variables):
    """This process's environment without what an outer pytest left in it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "", "PYTHONUTF8": "1", **variables}


def _read(report):
    """The specs in a JUnit report, and what kept others from running."""
    specs, unloaded = [], []
    for case in ElementTree.parse(report).iter("testcase"):
        failure, text = case.find("failure"), ""
        other = next((child for child in case if child.tag in ("error", "skipped")), None)
        parts = (case.get("classname") or "").split(".")
        if other is not None or len(parts) < 4:
            why = "" if other is None else other.text or other.get("message")
            unloaded.append(f"{case.get('name')}\n{why}")
            continue
        if failure is not None:
            text = failure.text or ""
        path = course.ROOT / f"{'/'.join(parts[:3])}.py"
        kata = course.katas_of(path)[classes(path)[parts[3]]].id
        begins = text.split(":")[0]
        status = begins if begins in ("not started", "blocked") else "failed"
        specs.append(Spec(kata, case.get("name"), status if text else "passed", text))
    return tuple(specs), tuple(unloaded)
