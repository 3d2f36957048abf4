"""A copy of the course in a temporary folder, where katas are solved, broken and tested."""

import ast
import contextlib
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
from tests.support.fork_client import ForkClient

# no plugin but the one that cuts off endless loops: a run takes a tenth of a second
PYTEST = ("-p", "pytest_timeout", "-p", "no:cacheprovider", "--tb=no", "-q")
QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
FORK_SERVER = Path(__file__).with_name("fork_server.py")

# a failure as dojo.diagnose writes it: the spec up to its last line, the message, the places
_IN_FULL = re.compile(
    r"[^\n]* · [^\n]*\n\n"
    r"(?:\n|(?:(?:    [^\n]*\n)+\n)+)"  # a spec may have empty lines
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
        self._forked = {}  # runs on the katas, and those on the reference
        self._solved = {}  # {module: the ids of those of its katas that are solved}
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
        """Let katas/ hold the reference's solution for these katas, and a stub for the others."""
        ids = set(ids)
        for module, katas in course.modules().items():
            here = frozenset(ids.intersection(f"{mark} {name}" for mark, name in katas))
            if self._solved.get(module) != here:
                self.write(f"katas/{module}", solved(module, here))
                self._solved[module] = here

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

    def pytest(self, *where, solutions=False, until=(), **variables):
        """Run the specs, as if in a process of their own.

        where      paths and node ids; all specs if there are none
        solutions  True to run them on the reference
        until      texts: a spec whose failure says all of them may be the last to run
        variables  more of them in the environment
        """
        report, output = self.folder / "report.xml", self.folder / "output.txt"
        report.unlink(missing_ok=True)
        options = [*PYTEST, f"--junitxml={report}", *(["--solutions"] if solutions else [])]
        if hasattr(os, "fork") and not variables:
            if solutions not in self._forked:
                self._forked[solutions] = ForkClient(
                    FORK_SERVER,
                    *options,
                    output=output,
                    cwd=self.folder,
                    environment=environment(PYTHONPATH=str(self.folder), **QUICK),
                )
            code = self._forked[solutions].run({"where": where or ["katas"], "until": until})
            printed = output.read_text(encoding="utf-8", errors="replace")
        else:
            done = self.python("-m", "pytest", *options, *where, **QUICK, **variables)
            code, printed = done.returncode, done.stdout + done.stderr
        assert report.exists(), f"pytest ended with {code} and no report:\n{printed}"
        return Run(code, *_read(report), printed)

    def close(self):
        """End the processes that runs are forked off."""
        for runs in self._forked.values():
            runs.close()

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
    text, definitions, marks = _taken_apart(module)
    lines = text.splitlines(keepends=True)
    for definition in definitions:
        section = marks.get(definition.name)
        if section and f"{section} {definition.name}" not in ids:
            lines[definition.start : definition.end] = [stubs.stub_of(definition, section)]
    return "".join(lines)


@cache
def _taken_apart(module):
    """A reference module: its text, its functions from the last to the first, and its katas."""
    text = (course.ROOT / "solutions" / module).read_text(encoding="utf-8")
    definitions = sorted(source.definitions(text).values(), key=lambda d: -d.start)
    return text, definitions, stubs.marks(module)


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
