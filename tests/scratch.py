"""A copy of the course in a temporary folder, where katas are solved, broken and tested."""

import ast
import contextlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree

from dojo import course, stubs

# with no plugin but the one that cuts off endless loops, a run takes a fifth of a second
PYTEST = ("-m", "pytest", "-p", "pytest_timeout", "-p", "no:cacheprovider", "--tb=no", "-q")
QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

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
        # bytecode that pytest wrote remembers the folder it came from
        ignored = shutil.ignore_patterns("*-pytest-*.pyc", ".*")
        for name in ("dojo", "katas", "solutions", *more):
            if (course.ROOT / name).exists():
                shutil.copytree(course.ROOT / name, folder / name, ignore=ignored)
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy2(course.ROOT / name, folder / name)
        self.solve(())

    def solve(self, ids):
        """Write katas/ anew: the reference's solution for these katas, a stub for the others."""
        ids = frozenset(ids)
        for module in course.modules():
            self.write(f"katas/{module}", solved(module, ids))

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

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

    def pytest(self, *arguments):
        """Run the specs in a process of their own."""
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        done = self.python(*PYTEST, f"--junitxml={report}", *arguments, **QUICK)
        output = done.stdout + done.stderr
        assert report.exists(), f"pytest ended with {done.returncode} and no report:\n{output}"
        specs, unloaded = _read(report)
        return Run(done.returncode, specs, unloaded, output)

    def python(self, *arguments, cwd=None, stdin="", timeout=300, **variables):
        """Run Python on this copy, without a terminal."""
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd or self.folder,
            env=_environment(PYTHONPATH=str(self.folder), **variables),
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
    for definition in sorted(stubs.definitions(text).values(), key=lambda d: -d.start):
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
    spec = course.find_section(kata.section).spec
    name = next(name for name, marked in classes(spec).items() if marked == kata.name)
    return f"{spec.relative_to(course.ROOT).as_posix()}::{name}"


def _environment(**variables):
    """This process's environment without what an outer pytest left in it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    # no bytecode: a module that changes twice in a second could be mistaken for its older self
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", **variables}


def _read(report):
    """The specs in a JUnit report, and what kept others from running."""
    by_module = {f"katas.{s.spec.parent.name}.{s.spec.stem}": s for s in course.sections()}
    specs, unloaded = [], []
    for case in ElementTree.parse(report).iter("testcase"):
        error, failure = case.find("error"), case.find("failure")
        if error is not None:
            unloaded.append(f"{case.get('name')}\n{error.text or error.get('message')}")
            continue
        parts = case.get("classname").split(".")
        section = by_module[".".join(parts[:3])]
        kata = f"{section.number} {classes(section.spec)[parts[3]]}"
        text = "" if failure is None else failure.text or ""
        begins = text.split(":")[0]
        status = begins if begins in ("not started", "blocked") else "failed"
        specs.append(Spec(kata, case.get("name"), status if text else "passed", text))
    return tuple(specs), tuple(unloaded)
