"""Stubs: the katas as a learner finds them, generated from the reference.

A stub is its reference function with the signature and the docstring kept, and for a body
only `raise NotImplementedError("1.2 Value.tanh")`. What is not a kata stays as it is.
"""

import ast

from dojo import course, files, source

_RAISED = "Raise(exc=Call(func=Name(id='NotImplementedError'"  # by a stub, as ast.dump has it


def marks(module):
    """{"Value.tanh": "1.2"} for the katas of a reference module, top to bottom."""
    found = source.marked_definitions(course.origin(module))
    return {name: mark for name, mark, _ in found if mark}


def stub_of(definition, section):
    """The source of the stub for a reference function."""
    kept = source.lines_of(definition.source)
    kept = "".join(kept[: definition.body_start - definition.start])
    indent = " " * (definition.node.col_offset + 4)
    return f'{kept}{indent}raise NotImplementedError("{section} {definition.name}")\n'


def generate(module):
    """The text of a whole kata module as a learner first finds it."""
    text = source.read(course.origin(module))
    lines = source.lines_of(text)
    katas = marks(module)
    for definition in sorted(source.definitions(text).values(), key=lambda d: -d.start):
        if section := katas.get(definition.name):
            lines[definition.start : definition.end] = [stub_of(definition, section)]
    return "".join(lines)


def is_stub(definition):
    """True if nobody has started: after the docstring there is only a NotImplementedError."""
    return _is_stub_body(list(map(ast.dump, source.body(definition.node))))


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
            present = source.definitions(source.read(path))
        except SyntaxError as error:
            problems.append(f"katas/{module}:{error.lineno} does not parse: {error.msg}")
            continue
        katas = marks(module)
        for name, wanted in source.definitions(expected).items():
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
            files.write_whole(path, expected)
            changed.append(f"katas/{module}")
            continue
        try:
            before = source.read(path)
            after = _updated(before, expected, marks(module))
            if after == before or (after != expected and lost(before, after)):
                continue
        except SyntaxError:
            continue
        kept = files.keep(before, module.replace("/", "-")).relative_to(course.ROOT).as_posix()
        files.write_whole(path, after)
        changed.append(f"katas/{module} (as it was: {kept})")
    return changed


def reset(kata):
    """Put the stub of one kata back; returns the file in which the old attempt was kept.

    Nothing else in the learner's file is touched. None if the kata is its stub already.
    SyntaxError if the file does not parse: then nobody can say where the attempt ends.
    """
    path = course.ROOT / kata.file
    text, after = source.read(path), begun_again(kata)
    old, new = (source.definitions(t).get(kata.name) for t in (text, after))
    if old is not None and old.source.rstrip() == new.source.rstrip():
        return None
    kept = files.keep(old.source if old else text, f"{kata.section}-{kata.name}.py")
    files.write_whole(path, after)
    return kept


def begun_again(kata):
    """The text of the learner's module with one kata a stub again; SyntaxError as in `reset`."""
    return renewed(source.read(course.ROOT / kata.file), kata.module, kata.name)


def renewed(text, module, name):
    """The text of a module with one kata a stub again; SyntaxError rather than a broken file."""
    after = _edited(text, generate(module), marks(module), only=name)
    found = source.definitions(after).get(name)
    if found is None or not is_stub(found) or not set(lost(text, after)) <= {name}:
        raise SyntaxError("nobody can say where it begins or ends", (module, 1, None, None))
    return after


def lost(before, after, base=""):
    """The functions of `before` that hold work and are not in `after` as they were.

    Stubs are no work, nor is what stands in `base` just so; docstrings do not count. A
    function that `after` defines more often than `before` is lost too: the last one counts.
    """
    old, new, given = source.bodies(before), source.bodies(after), source.bodies(base)
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
    present, wanted = source.definitions(text), source.definitions(expected)
    started = any(name in present and not is_stub(present[name]) for name in katas)
    if not started and set(present) <= set(wanted):
        return expected
    return _edited(text, expected, katas)


def _edited(text, expected, katas, only=None):
    """`text` with the stubs that it lacks or has in an old version, or with `only` renewed."""
    present, wanted = source.definitions(text), source.definitions(expected)
    lines = source.lines_of(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    classes, whole_classes = source.classes(text), source.classes(expected)
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
            whole = "".join(source.lines_of(expected)[start:end])
            inserted.append((len(lines), len(lines), "\n\n" + whole))
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
    for _, (start, end, text) in reversed(edits):
        lines[start:end] = [text]
    return "".join(lines)


def _documented_as(here, wanted):
    """The source of a started kata with the reference's docstring, if that is all that differs."""
    same = _assignment(here)[:-1] == _assignment(wanted)[:-1]
    old, new = _docstring_lines(here), _docstring_lines(wanted)
    if not same or not old or not new or _assignment(here) == _assignment(wanted):
        return here.source
    lines = source.lines_of(here.source)
    lines[slice(*old)] = source.lines_of(wanted.source)[slice(*new)]
    return "".join(lines)


def _docstring_lines(definition):
    """(first line, line past the last) of a docstring within its source; None if it shares them."""
    first, *rest = definition.node.body
    if ast.get_docstring(definition.node) is None:
        return None
    start, end = first.lineno - 1 - definition.start, first.end_lineno - definition.start
    before = source.lines_of(definition.source)[start][: first.col_offset]
    alone = before == " " * (definition.node.col_offset + 4)
    if not alone or (rest and rest[0].lineno <= first.end_lineno):
        return None
    return start, end


def _is_stub_body(body):
    return len(body) == 1 and body[0].startswith(_RAISED)
