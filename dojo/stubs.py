"""Stubs: the katas as a learner finds them, generated from the reference.

A stub is its reference function with the signature and the docstring kept, and for a body
only `raise NotImplementedError("1.2 Value.tanh")`. What is not a kata stays as it is.
"""

import ast
import io
import os
import tempfile
import time
from dataclasses import dataclass

from dojo import course

_RAISED = "Raise(exc=Call(func=Name(id='NotImplementedError'"  # by a stub, as ast.dump has it


@dataclass
class Definition:
    """A function or method in a source text; lines are counted from 0, the end is past the last."""

    name: str
    start: int  # its first line, with decorators
    end: int
    body_start: int  # the first line after the signature and docstring
    node: ast.FunctionDef
    source: str


def read(path):
    """The text of a module; SyntaxError if it is none that Python could read."""
    content = path.read_bytes()
    if b"\0" in content:
        raise SyntaxError("it holds null bytes", (str(path), 1, None, None))
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SyntaxError("it is not UTF-8", (str(path), line, None, None)) from None


def definitions(text):
    """All functions of a module and methods of its classes, by qualified name."""
    lines = _lines(text)
    found = {}
    for top in ast.parse(text).body:
        inside = top.body if isinstance(top, ast.ClassDef) else [top]
        prefix = f"{top.name}." if isinstance(top, ast.ClassDef) else ""
        for node in inside:
            if not isinstance(node, ast.FunctionDef):
                continue
            start = _first_line(node) - 1
            documented = ast.get_docstring(node) is not None
            body_start = node.body[0].end_lineno if documented else node.body[0].lineno - 1
            name = prefix + node.name
            source = "".join(lines[start : node.end_lineno])
            # a property's setter keeps the getter's name: the first one counts
            found.setdefault(
                name, Definition(name, start, node.end_lineno, body_start, node, source)
            )
    return found


def _lines(text):
    """The lines of a text with their ends, where Python sees them: no form feed ends one."""
    return io.StringIO(text, newline="\n").readlines()


def _first_line(node):
    """Where a function or class begins, with its decorators."""
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def marks(module):
    """{"Value.tanh": "1.2"} for the katas of a reference module, top to bottom."""
    path = course.ROOT / "solutions" / module
    return {name: mark for name, mark, _ in course.marked_definitions(path) if mark}


def stub_of(definition, section):
    """The source of the stub for a reference function."""
    kept = _lines(definition.source)
    kept = "".join(kept[: definition.body_start - definition.start])
    indent = " " * (definition.node.col_offset + 4)
    return f'{kept}{indent}raise NotImplementedError("{section} {definition.name}")\n'


def generate(module):
    """The text of a whole kata module as a learner first finds it."""
    text = (course.ROOT / "solutions" / module).read_text(encoding="utf-8")
    lines = _lines(text)
    katas = marks(module)
    for definition in sorted(definitions(text).values(), key=lambda d: -d.start):
        if section := katas.get(definition.name):
            lines[definition.start : definition.end] = [stub_of(definition, section)]
    return "".join(lines)


def is_stub(definition):
    """True if nobody has started: after the docstring there is only a NotImplementedError."""
    return _is_stub_body(list(map(ast.dump, _body(definition.node))))


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
            present = definitions(read(path))
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
    known = {f"katas/{module}" for module in course.modules()}
    for path in sorted((course.ROOT / "katas").glob("phase*/*.py")):
        name = path.relative_to(course.ROOT).as_posix()
        if path.name != "__init__.py" and not course.is_specs(path.stem) and name not in known:
            problems.append(f"{name} has no reference in solutions/")
    return problems


def write():
    """Bring katas/ up to date with the reference and say what changed, a line each.

    A module in which nothing was started is written anew. In any other, stubs that are
    missing or out of date are put (back) in place, the docstrings of started katas are
    brought up to date, and nothing else is touched. Whatever is replaced is kept in
    .dojo/kept. A file that does not parse is left alone; `check` names it.
    """
    changed = []
    for module, expected in _generated().items():
        path = course.ROOT / "katas" / module
        if not path.exists():
            write_whole(path, expected)
            changed.append(f"katas/{module}")
            continue
        try:
            before = read(path)
            after = _updated(before, expected, marks(module))
            if after == before or (after != expected and lost(before, after)):
                continue
        except SyntaxError:
            continue
        kept = keep(before, module.replace("/", "-")).relative_to(course.ROOT).as_posix()
        write_whole(path, after)
        changed.append(f"katas/{module} (as it was: {kept})")
    return changed


def reset(kata):
    """Put the stub of one kata back; returns the file in which the old attempt was kept.

    Nothing else in the learner's file is touched. None if the kata is its stub already.
    SyntaxError if the file does not parse: then nobody can say where the attempt ends.
    """
    path = course.ROOT / kata.file
    text, after = read(path), begun_again(kata)
    old = definitions(text).get(kata.name)
    if old is not None and old.source.rstrip() == definitions(after)[kata.name].source.rstrip():
        return None
    kept = keep(old.source if old else text, f"{kata.section}-{kata.name}.py")
    write_whole(path, after)
    return kept


def begun_again(kata):
    """The text of the learner's module with one kata a stub again; SyntaxError as in `reset`."""
    text = read(course.ROOT / kata.file)
    after = _edited(text, generate(kata.module), marks(kata.module), only=kata.name)
    definitions(after)  # SyntaxError rather than a broken file
    return after


def lost(before, after, base=""):
    """The functions of `before` that hold work and are not in `after` as they were.

    Stubs are no work, nor is what stands in `base` just so; docstrings do not count. A
    function that `after` defines more often than `before` is lost too: the last one counts.
    """
    old, new, given = _bodies(before), _bodies(after), _bodies(base)
    return [
        name
        for name, bodies in old.items()
        if bodies not in (new.get(name), given.get(name)) and not all(map(_is_stub_body, bodies))
    ]


def _generated():
    return {module: generate(module) for module in course.modules()}


def _assignment(definition):
    """What a learner must leave as it is: decorators, name, arguments, docstring."""
    node = definition.node
    decorators = [ast.dump(d) for d in node.decorator_list]
    return decorators, node.name, ast.dump(node.args), ast.get_docstring(node)


def _updated(text, expected, katas):
    """`text`, brought up to date with `expected`; whatever was started in it stays."""
    present, wanted = definitions(text), definitions(expected)
    started = any(name in present and not is_stub(present[name]) for name in katas)
    if not started and set(present) <= set(wanted):
        return expected
    return _edited(text, expected, katas)


def _edited(text, expected, katas, only=None):
    """`text` with the stubs that it lacks or has in an old version, or with `only` renewed."""
    present, wanted = definitions(text), definitions(expected)
    lines = _lines(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    classes, whole_classes = _classes(text), _classes(expected)
    replaced, inserted = [], []
    previous_end = {}
    for name, definition in wanted.items():
        owner = name.rpartition(".")[0]
        here = present.get(name)
        if here:
            previous_end[owner] = here.end
        if only not in (None, name):
            continue
        if not here and owner and owner not in classes:
            classes[owner] = None  # now it is there, with all its methods
            start, end = whole_classes[owner]
            source = "".join(_lines(expected)[start:end])
            inserted.append((len(lines), len(lines), "\n\n" + source))
        elif not here and not (owner and classes[owner] is None):
            at = previous_end.get(owner) or (classes[owner][1] if owner else len(lines))
            gap = "\n" if owner else "\n\n"
            inserted.append((at, at, gap + definition.source))
        elif here and (name == only or (name in katas and is_stub(here))):
            replaced.append((here.start, here.end, definition.source))
        elif here and name in katas:
            replaced.append((here.start, here.end, _documented_as(here, definition)))
    # from the bottom up, so that line numbers above stay right; of several at one place, last first
    edits = sorted(enumerate(replaced + inserted), key=lambda e: (e[1][0], e[1][1], e[0]))
    for _, (start, end, source) in reversed(edits):
        lines[start:end] = [source]
    return "".join(lines)


def _documented_as(here, wanted):
    """The source of a started kata with the reference's docstring, if that is all that differs."""
    same = _assignment(here)[:-1] == _assignment(wanted)[:-1]
    old, new = _docstring_lines(here), _docstring_lines(wanted)
    if not same or not old or not new or _assignment(here) == _assignment(wanted):
        return here.source
    lines = _lines(here.source)
    lines[slice(*old)] = _lines(wanted.source)[slice(*new)]
    return "".join(lines)


def _docstring_lines(definition):
    """(first line, line past the last) of a docstring within its source; None if it shares them."""
    first, *rest = definition.node.body
    if ast.get_docstring(definition.node) is None:
        return None
    start, end = first.lineno - 1 - definition.start, first.end_lineno - definition.start
    before = _lines(definition.source)[start][: first.col_offset]
    alone = before == " " * (definition.node.col_offset + 4)
    if not alone or (rest and rest[0].lineno <= first.end_lineno):
        return None
    return start, end


def _bodies(text):
    """{qualified name: the body of every definition of it}, to be compared."""
    found = {}
    for top in ast.parse(text).body:
        inside = top.body if isinstance(top, ast.ClassDef) else [top]
        prefix = f"{top.name}." if isinstance(top, ast.ClassDef) else ""
        for node in inside:
            if isinstance(node, ast.FunctionDef):
                found.setdefault(prefix + node.name, []).append(list(map(ast.dump, _body(node))))
    return found


def _body(node):
    """The statements of a function, without its docstring."""
    return node.body[1:] if ast.get_docstring(node) is not None else node.body


def _is_stub_body(body):
    return len(body) == 1 and body[0].startswith(_RAISED)


def _classes(text):
    """{class name: (first line, line past the last)}, counted from 0."""
    return {
        node.name: (_first_line(node) - 1, node.end_lineno)
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    }


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
