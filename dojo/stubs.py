"""Stubs: the katas as a learner finds them, generated from the reference.

A stub is its reference function with the signature and the docstring kept, and for a body
only `raise NotImplementedError("1.2 Value.tanh")`. What is not a kata stays as it is.
"""

import ast
import os
import tempfile
import time
from dataclasses import dataclass

from dojo import course


@dataclass
class Definition:
    """A function or method in a source text; lines are counted from 0, the end is past the last."""

    name: str
    start: int  # its first line, with decorators
    end: int
    body_start: int  # the first line after the signature and docstring
    node: ast.FunctionDef
    source: str


def definitions(text):
    """All functions of a module and methods of its classes, by qualified name."""
    lines = text.splitlines(keepends=True)
    found = {}
    for top in ast.parse(text).body:
        inside = top.body if isinstance(top, ast.ClassDef) else [top]
        prefix = f"{top.name}." if isinstance(top, ast.ClassDef) else ""
        for node in inside:
            if not isinstance(node, ast.FunctionDef):
                continue
            start = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
            documented = ast.get_docstring(node) is not None
            body_start = node.body[0].end_lineno if documented else node.body[0].lineno - 1
            name = prefix + node.name
            source = "".join(lines[start : node.end_lineno])
            # a property's setter keeps the getter's name: the first one counts
            found.setdefault(
                name, Definition(name, start, node.end_lineno, body_start, node, source)
            )
    return found


def marks(module):
    """{"Value.tanh": "1.2"} for the katas of a reference module, top to bottom."""
    path = course.ROOT / "solutions" / module
    return {name: mark for name, mark, _ in course.marked_definitions(path) if mark}


def stub_of(definition, section):
    """The source of the stub for a reference function."""
    kept = definition.source.splitlines(keepends=True)
    kept = "".join(kept[: definition.body_start - definition.start])
    indent = " " * (definition.node.col_offset + 4)
    return f'{kept}{indent}raise NotImplementedError("{section} {definition.name}")\n'


def generate(module):
    """The text of a whole kata module as a learner first finds it."""
    text = (course.ROOT / "solutions" / module).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    katas = marks(module)
    for definition in sorted(definitions(text).values(), key=lambda d: -d.start):
        if section := katas.get(definition.name):
            lines[definition.start : definition.end] = [stub_of(definition, section)]
    return "".join(lines)


def is_stub(definition):
    """True if nobody has started: after the docstring there is only a NotImplementedError."""
    body = definition.node.body[1:] if ast.get_docstring(definition.node) else definition.node.body
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc
    return isinstance(raised, ast.Call) and getattr(raised.func, "id", "") == "NotImplementedError"


def check():
    """Say, a line each, where katas/ and solutions/ do not belong together; [] if they do.

    A stub has to be the one that would be generated; a kata that was filled in keeps its
    signature and docstring; what is given stays as given.
    """
    problems = []
    for module, expected in _generated().items():
        path = course.ROOT / "katas" / module
        if not path.exists():
            problems.append(f"katas/{module} is missing")
            continue
        try:
            present = definitions(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            problems.append(f"katas/{module}:{error.lineno} does not parse: {error.msg}")
            continue
        katas = marks(module)
        for name, wanted in definitions(expected).items():
            where = f"katas/{module}: {name}"
            if name not in present:
                problems.append(f"{where} is missing")
            elif name not in katas or is_stub(present[name]):
                if present[name].source.rstrip() != wanted.source.rstrip():
                    problems.append(f"{where} is not what solutions/{module} says")
            elif _assignment(present[name]) != _assignment(wanted):
                problems.append(f"{where} has another signature or docstring than its reference")
    known = {f"katas/{module}" for module in course.modules()} | {
        section.spec.relative_to(course.ROOT).as_posix() for section in course.sections()
    }
    for path in sorted((course.ROOT / "katas").glob("phase*/*.py")):
        name = path.relative_to(course.ROOT).as_posix()
        if path.name != "__init__.py" and name not in known:
            problems.append(f"{name} has no reference in solutions/")
    return problems


def write():
    """Bring katas/ up to date with the reference and say what changed, a line each.

    A module in which no kata was started is written anew. In any other, stubs that are
    missing or out of date are put (back) in place, and nothing else is touched. Whatever
    is replaced is kept in .dojo/kept.
    """
    changed = []
    for module, expected in _generated().items():
        path = course.ROOT / "katas" / module
        before = path.read_text(encoding="utf-8") if path.exists() else None
        after = expected if before is None else _updated(before, expected, marks(module))
        if after != before:
            if before is not None:
                keep(before, module.replace("/", "-"))
            write_whole(path, after)
            changed.append(f"katas/{module}")
    return changed


def reset(kata):
    """Put the stub of one kata back; returns the file in which the old attempt was kept.

    None if the kata is a stub already. SyntaxError if the learner's file does not parse: then
    nobody can say where the attempt ends.
    """
    path = course.ROOT / kata.file
    text = path.read_text(encoding="utf-8")
    old = definitions(text).get(kata.name)
    if old is not None and is_stub(old):
        return None
    after = _updated(text, generate(kata.module), marks(kata.module), renew=kata.name)
    kept = keep(old.source if old else text, f"{kata.section}-{kata.name}.py")
    write_whole(path, after)
    return kept


def _generated():
    return {module: generate(module) for module in course.modules()}


def _assignment(definition):
    """What a learner must leave as it is: decorators, name, arguments, docstring."""
    node = definition.node
    decorators = [ast.dump(d) for d in node.decorator_list]
    return decorators, node.name, ast.dump(node.args), ast.get_docstring(node)


def _updated(text, expected, katas, renew=None):
    """`text` with its missing or outdated stubs, and the kata to renew, as in `expected`."""
    present, wanted = definitions(text), definitions(expected)
    started = [name for name in katas if name in present and not is_stub(present[name])]
    if not started:
        return expected
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    replaced, inserted = [], []
    previous_end = {}
    for name, definition in wanted.items():
        owner = name.rpartition(".")[0]
        if name in present:
            here = present[name]
            if name == renew or (name in katas and is_stub(here)):
                replaced.append((here.start, here.end, definition.source))
            previous_end[owner] = here.end
        else:
            at = previous_end.get(owner) or _end_of(text, owner)
            gap = "\n" if owner else "\n\n"
            inserted.append((at, at, gap + definition.source))
    # from the bottom up, so that line numbers above stay right; of several at one place, last first
    edits = sorted(enumerate(replaced + inserted), key=lambda e: (e[1][0], e[1][1], e[0]))
    for _, (start, end, source) in reversed(edits):
        lines[start:end] = [source]
    return "".join(lines)


def _end_of(text, class_name):
    for node in ast.parse(text).body:
        if class_name and isinstance(node, ast.ClassDef) and node.name == class_name:
            return node.end_lineno
    return len(text.splitlines())


def keep(text, name):
    """Keep a text in .dojo/kept under a new name, and return its path."""
    folder = course.ROOT / ".dojo" / "kept"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    path = folder / f"{stamp}-{name}"
    again = 1
    while path.exists():
        again += 1
        path = folder / f"{stamp}-{again}-{name}"
    write_whole(path, text)
    return path


def write_whole(path, text):
    """Write a file so that a crash leaves the old one or the new one, never half of either."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if path.exists():
            os.chmod(temporary, path.stat().st_mode)
        else:
            os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
