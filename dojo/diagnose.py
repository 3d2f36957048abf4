"""What went wrong in a spec, in the words of this course instead of a traceback."""

import ast
import inspect
import linecache
import re
import textwrap
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from dojo import course, cut_off
from dojo.commands import spoken, typed
from dojo.guarded import said_by

_FAILED = pytest.fail.Exception
_SKIPPED = pytest.skip.Exception, pytest.xfail.Exception
LINE = 90  # the longest comparison that is shown below a message
_BARE = re.compile(r"^assert |^an assert without|\A.* not right\n  expected .*\n  got ")
_IDIOM = "usually comes from an epsilon"  # as dojo.expect.close says it
_NO_NAME = re.compile(r"cannot import name '(\w+)' from '(katas\.[\w.]+)'")


@dataclass(frozen=True)
class Finding:
    status: str  # "not started", "blocked", "wrong", "timed out", "recursion" or "not loaded"
    line: str  # it all in one line
    text: str  # in full
    message: str = ""  # the part of the text that says what was wrong
    needs: str = ""  # of a blocked kata: the id of the kata whose stub was in the way
    explains: bool = True  # False where there are numbers, or Python's own words, and nothing else


def of_failure(kata, item, excinfo, tree):
    """Look at an exception that ended a spec of `kata`, in a run on `tree`."""
    error = excinfo.value
    if stub := _stub_in(error):
        return _waiting(kata, stub, tree)
    frames = _frames(error)
    where = _learner_frame(frames)
    status, message, explains = "wrong", said_by(error), True
    if cut := cut_off.status_of(error):
        status = cut
        if status == "recursion":
            where = _recursive_frame(frames) or where
        message = cut_off.message_of(error, where.name if where else "a function")
    elif not isinstance(error, AssertionError | _FAILED):
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
        if isinstance(error, AttributeError) and (gone := _gone(error.name)):
            message += f"\n{gone}"
        message = "\n".join([message, *map(said_by, getattr(error, "__notes__", []))])
        explains = False
    elif isinstance(error, AssertionError) and not message.startswith("assert "):
        message, _, compared = message.partition("\nassert ")
        first = compared.partition("\n")[0]
        if " == " in first and "..." not in first and len(first) <= LINE:
            message += f"\n{first}"  # both sides; what pytest adds below says it again
    message = "\n".join(message.strip().splitlines()) or "an assert without a message failed"
    spec = next((frame for frame in frames if frame.path == item.path.resolve()), None)
    lines = [f"{kata.id} · {item.name}", ""]
    lines += [f"    {line}".rstrip() for line in _spec_source(item, spec)]
    lines += ["", *message.splitlines(), ""]
    if where:
        lines += [f"in {where.name}, {where.place}", f"    {where.code}", ""]
        caller = _kata_frame(kata, frames)
        if caller and (caller.path, caller.name) != (where.path, where.name):
            lines[-1:] = [f"reached from {caller.name}, {caller.place}", f"    {caller.code}", ""]
    if spec:
        lines.append(f"spec  {spec.place}")
    lines.append(f"kata  {tree.place_of(kata)}")
    named = re.search(r"This is (exactly what .*?)\.?$", message, re.MULTILINE)
    short = named[1] if named else message.splitlines()[0]
    explains = explains and bool(named or _IDIOM in message or not _BARE.search(message))
    return Finding(status, f"{item.name}: {short}", "\n".join(lines), message, explains=explains)


def not_skipped(excinfo):
    """The exception, as a failure where a kata skips its specs; None where the spec itself does."""
    error = excinfo.value
    by_unittest = any(kind.__name__ == "SkipTest" for kind in type(error).__mro__)
    if not isinstance(error, _SKIPPED) and not by_unittest:
        return excinfo
    if not is_learners(error):
        return None
    text = "the kata ends its spec as skipped or expected to fail, which is no way to make it green"
    failure = AssertionError(text)
    return pytest.ExceptionInfo.from_exception(failure.with_traceback(error.__traceback__))


def is_learners(error):
    """True if an exception was raised by code of the learner's, not by a spec."""
    return _learner_frame(_frames(error)) is not None


def of_collection(error):
    """Look at what kept a spec file from loading; None if it is no learner's slip."""
    for one in _chain(error):
        if isinstance(one, SyntaxError) and one.filename:
            where = f"{_shown(one.filename)}:{one.lineno}"
            return _not_loaded(f"{where}: {one.msg}", (one.text or "").strip())
        if isinstance(one, ModuleNotFoundError) and _is_missing(one.name):
            return _not_loaded(
                f"{_file_of(one.name)} is missing",
                "python -m dojo stubs   puts it back, with all its stubs",
            )
        if isinstance(one, ImportError) and (lacks := _NO_NAME.match(said_by(one))):
            return _not_loaded(f"{_file_of(lacks[2])} has no {lacks[1]}", _gone(lacks[1]))
        frames = _frames(one)
        if where := _learner_frame(frames):
            message = re.sub(r" \([^()]*[/\\][^()]*\)$", "", said_by(one))  # a path, known already
            message = f"{type(one).__name__}: {message}".removesuffix(": ")
            if cut_off.status_of(one):
                message = cut_off.message_of(one, where.name).partition("\n")[0]
            if stub := _stub_in(one):
                where = _learner_frame([f for f in frames if f.name == "<module>"]) or where
                message = f"needs {stub} to be loaded at all"
            return _not_loaded(f"{where.place}: {message}", where.code)
    return None


def _not_loaded(line, more):
    return Finding("not loaded", line, f"{line}\n    {more}" if more else line)


def _chain(error):
    """An exception, the one that caused it, and so on."""
    seen = []
    while error is not None and not any(error is other for other in seen):
        yield error
        seen.append(error)
        error = error.__cause__ or error.__context__


def _stub_in(error):
    """The id of the kata whose stub raised this, directly or on the way; or None."""
    for one in _chain(error):
        if isinstance(one, NotImplementedError) and said_by(one) in course.kata_ids():
            return said_by(one)
    return None


@cache
def _waiting(kata, stub, tree):
    if stub == kata.id:
        line = f"not started: {kata.id}  {tree.place_of(kata)}"
        return Finding("not started", line, line)
    line = f"blocked: needs {stub}"
    return Finding("blocked", line, line, needs=stub)


def _file_of(name):
    """`katas/phase/module.py` for `katas.phase.module`."""
    return f"{(name or '').replace('.', '/')}.py"


def _is_missing(name):
    """True if `katas.phase.module` is to be in the learner's tree and is not."""
    file = _file_of(name)
    return file.removeprefix("katas/") in course.modules() and not (course.ROOT / file).exists()


def _gone(name):
    """What to do about a kata that is not in its file any more; "" if it is, or is none."""
    for kata in course.katas():
        if name == kata.name.split(".")[-1] and not course.is_defined(kata):
            return f"{typed('reset', KATA=spoken(kata))}   puts its stub back"
    return ""


@dataclass(frozen=True)
class _Frame:
    path: Path
    lineno: int
    name: str

    @property
    def place(self):
        return f"{_shown(self.path)}:{self.lineno}"

    @property
    def code(self):
        return linecache.getline(str(self.path), self.lineno).strip()


def _frames(error):
    """The frames that an exception came through, the outermost first."""
    found, step = [], error.__traceback__
    while step:
        code = step.tb_frame.f_code
        found.append(_Frame(_resolved(code.co_filename), _line_of(step), code.co_name))
        step = step.tb_next
    return found


def _line_of(step):
    """The line of a step of a traceback.

    In Python 3.11 a jump back to the top of a loop may have none, and that is where a loop is
    interrupted: then the line before it.
    """
    if step.tb_lineno:
        return step.tb_lineno
    code = step.tb_frame.f_code
    lines = [line for start, _, line in code.co_lines() if line and start <= step.tb_lasti]
    return lines[-1] if lines else code.co_firstlineno


@cache  # the same few files in all the frames of a recursion
def _resolved(file):
    return Path(file).resolve()


@cache
def _is_in_a_tree(path):
    folders = ("katas", "solutions", ".dojo/review")
    return any(path.is_relative_to(course.ROOT / folder) for folder in folders)


def _learner_frame(frames):
    """The innermost frame in a module of the course, if the error left from there."""
    found = None
    for frame in frames:
        if course.is_specs(frame.path.stem):
            found = None  # the spec called back into itself: what follows is its own
        elif _is_in_a_tree(frame.path):
            found = frame
    return found


def _kata_frame(kata, frames):
    """The innermost frame of the kata itself since the spec last spoke, or None."""
    for frame in reversed(frames):
        if course.is_specs(frame.path.stem):
            return None
        if frame.name == kata.name.split(".")[-1] and frame.path.match(kata.module):
            return frame
    return None


def _recursive_frame(frames):
    """The last call of the function that was called most often: not the call that was too much."""
    ours = [frame for frame in frames if _learner_frame([frame])]
    calls = Counter((frame.path, frame.name) for frame in ours)
    return next((f for f in reversed(ours) if (f.path, f.name) == calls.most_common(1)[0][0]), None)


def _spec_source(item, frame):
    """The lines of the spec up to the statement that failed, which is marked.

    What the wrong answers would be is left out: the message names the one that came.
    """
    try:
        lines, start = inspect.getsourcelines(item.function)
    except (OSError, TypeError):
        return []
    source = textwrap.dedent("".join(lines))
    lines = source.splitlines()
    failed = frame.lineno - start + 1 if frame else 0
    if not 0 < failed <= len(lines):
        return lines
    tree = ast.parse(source)
    around = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and _holds(n, failed)]
    statement = max(around, key=lambda n: n.lineno)
    last = failed if hasattr(statement, "body") else statement.end_lineno
    if isinstance(statement, ast.Assert):  # its message comes below
        last = statement.test.end_lineno
        lines[last - 1] = lines[last - 1].encode()[: statement.test.end_col_offset].decode()
    keywords = [node for node in ast.walk(statement) if isinstance(node, ast.keyword)]
    wrong = [keyword.value for keyword in keywords if keyword.arg == "mistakes"]
    names = {node.id for node in wrong if isinstance(node, ast.Name)}
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    wrong += [node for node in made if getattr(node.targets[0], "id", None) in names]
    hidden = {
        number
        for node in wrong
        for number in range(node.lineno, node.end_lineno + 1)
        if number != statement.lineno
    }
    return [
        f"{'>' if number == statement.lineno else ' '} {line}"
        for number, line in enumerate(lines[:last], start=1)
        if number not in hidden
    ]


def _holds(node, number):
    return node.lineno <= number <= node.end_lineno


def _shown(path):
    """A path from the root of the course, where it is inside; with forward slashes."""
    path = Path(path)
    try:
        return path.resolve().relative_to(course.ROOT).as_posix()
    except ValueError:
        return str(path)
