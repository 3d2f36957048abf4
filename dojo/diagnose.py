"""What went wrong in a spec, in the words of this course instead of a traceback."""

import inspect
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from dojo import course

_STUB = re.compile(r"(\d\.\d) (\S+)")


@dataclass(frozen=True)
class Finding:
    status: str  # "not started", "blocked", "wrong", "timed out", "recursion" or "syntax error"
    line: str  # it all in one line
    text: str  # in full, as the first failure is shown


def of_failure(kata, item, excinfo):
    """Look at an exception that ended a spec of `kata`."""
    error = excinfo.value
    if stub := _stub_in(error):
        return _not_started(kata, stub)
    where = _learner_frame(excinfo)
    if isinstance(error, pytest.fail.Exception) and "Timeout" in str(error):
        seconds = item.config.getini("timeout")
        message = f"still running after {float(seconds):g} s: which loop has no exit?"
        return _in_full("timed out", kata, item, excinfo, message, where)
    if isinstance(error, RecursionError):
        name = where.name if where else "a function"
        message = (
            f"{name} keeps calling itself: which call ends it? "
            "(Python allows about 1,000 calls inside each other.)"
        )
        return _in_full("recursion", kata, item, excinfo, message, where)
    message = str(error) or type(error).__name__
    if not isinstance(error, AssertionError | pytest.fail.Exception):
        message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return _in_full("wrong", kata, item, excinfo, message, where)


def of_collection(excinfo):
    """Look at an exception that kept a spec file from loading; None if it is no learner's slip."""
    error, seen = excinfo.value, []
    while error is not None and error not in seen:
        if isinstance(error, SyntaxError) and error.filename:
            file = _shown(error.filename)
            text = f"{file}:{error.lineno}: {error.msg}"
            source = (error.text or "").strip()
            return Finding("syntax error", text, f"{text}\n    {source}".rstrip())
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None


def _stub_in(error):
    """The id of the kata whose stub raised this, directly or on the way; or None."""
    ids = {kata.id for kata in course.katas()}
    seen = []
    while error is not None and error not in seen:
        if isinstance(error, NotImplementedError) and str(error) in ids:
            return str(error)
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None


def _not_started(kata, stub):
    if stub == kata.id:
        line = f"not started: {kata.id}  {kata.file}:{kata.line}"
        return Finding("not started", line, line)
    line = f"blocked: needs {stub}"
    return Finding("blocked", line, line)


def _in_full(status, kata, item, excinfo, message, where):
    """The spec up to the line that failed, the message, and where the learner's code was."""
    message = message.strip()
    spec = _spec_frame(item, excinfo)
    lines = [f"{kata.id} · {item.name}", ""]
    lines += [f"    {line}" for line in _spec_source(item, spec)]
    lines += ["", *message.splitlines()]
    if where:
        lines += ["", f"in {where.name}, {where.file}:{where.lineno}", f"    {where.code}"]
    if spec:
        lines += ["", f"spec  {spec.file}:{spec.lineno}"]
    lines += [f"kata  {kata.file}:{kata.line}"]
    first = message.splitlines()[0] if message else status
    return Finding(status, f"{item.name}: {first}", "\n".join(lines))


@dataclass(frozen=True)
class _Frame:
    file: str
    lineno: int
    name: str
    code: str


def _frames(excinfo):
    for entry in excinfo.traceback:
        path = Path(str(entry.path))
        yield path, _Frame(
            _shown(path), entry.lineno + 1, entry.name, str(entry.statement).strip()
        )


def _learner_frame(excinfo):
    """The innermost frame in a module of the course, if the error left from there."""
    found = None
    for path, frame in _frames(excinfo):
        if path.name.startswith("test_"):
            found = None  # the spec called back into itself: what follows is its own
        elif course.ROOT in path.parents and path.relative_to(course.ROOT).parts[0] in (
            "katas",
            "solutions",
        ):
            found = frame
    return found


def _spec_frame(item, excinfo):
    here = Path(str(item.path))
    inside = [frame for path, frame in _frames(excinfo) if path == here]
    return inside[0] if inside else None


def _spec_source(item, frame):
    """The lines of the spec, up to the one that failed, which is marked."""
    try:
        lines, start = inspect.getsourcelines(item.function)
    except (OSError, TypeError):
        return []
    source = textwrap.dedent("".join(lines)).splitlines()
    if frame is None or not start <= frame.lineno < start + len(source):
        return source
    last = frame.lineno - start
    return [f"{'>' if i == last else ' '} {line}" for i, line in enumerate(source[: last + 1])]


def _shown(path):
    """A path from the root of the course, where it is inside; with forward slashes."""
    path = Path(path)
    try:
        return path.resolve().relative_to(course.ROOT).as_posix()
    except ValueError:
        return str(path)
