"""What a module reaches for with which it could change how its own specs come out.

Code that runs in the process of its specs can change them, pytest, or what compares. A kata has no
use for that. Nothing here is forbidden, and none of it is proof of anything; a kata that is green
beside it is shown as unsure, with the place, for somebody to look at.
"""

import ast
import builtins
import re

from dojo.grade.harmless import (
    ASKED,
    ATTRIBUTES,
    BASES,
    CLOSED,
    DUNDERS,
    HARMLESS,
    METHODS,
    NAMED,
    PARTLY,
    PASSED,
)

_DUNDER = re.compile(r"[\w.\[\]{}]*__\w+__[\w.\[\]{}]*")


def findings(content):
    """[(line, what it reaches for)] of a module, as bytes or text; SyntaxError as ast has it.

    Bytes are read as Python reads them: a line in them may name another encoding.
    """
    nodes = list(ast.walk(ast.parse(content)))
    imported, modules, partly = _imported(nodes)
    harmless = _harmless_uses(nodes, partly)
    found = set()
    for node in nodes:
        for what in _said_of(node, imported):
            found.add((getattr(node, "lineno", 1), what))
        if isinstance(node, ast.Name) and id(node) not in harmless:
            if name := partly.get(node.id) or (node.id in ASKED and node.id):
                found.add((node.lineno, f"uses {name}"))
            elif node.id in modules - PASSED and isinstance(node.ctx, ast.Load):
                found.add((node.lineno, f"uses {node.id}, a module, as a value"))
    return sorted(found)


def _imported(nodes):
    """Names that come from outside of katas/; the modules among them; {name: module} of PARTLY."""
    names, modules, partly = set(), set(), {}
    for node in nodes:
        module = getattr(node, "module", None) or ""
        is_outside = isinstance(node, ast.ImportFrom) and not node.level
        is_outside = is_outside and module.partition(".")[0] != "katas"
        if not (isinstance(node, ast.Import) or is_outside):
            continue
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            names.add(bound)
            if isinstance(node, ast.Import):
                modules.add(bound)
                partly |= {bound: alias.name} if alias.name in PARTLY else {}
    return names, modules, partly


def _harmless_uses(nodes, partly):
    """The ids of the nodes that name something of PARTLY or ASKED in a harmless way."""
    found = set()
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                if name not in partly or attribute in PARTLY[partly[name]]:
                    found.add(id(node.value))
            case ast.Call(func=ast.Name(id="type"), args=[_]):
                found.add(id(node.func))
            case ast.Call(func=ast.Name(id="vars"), args=[ast.Name()]):
                found.add(id(node.func))
            case ast.Call(func=ast.Name(id="getattr" | "setattr"), args=[of, name, *_]):
                is_named = isinstance(name, ast.Constant)
                if _is_self(of) if not is_named else not _is_closed(str(name.value)):
                    found.add(id(node.func))
                elif not is_named:
                    found.add(id(node.func))  # _said_of says it, with the name
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, kinds]):
                found |= {id(part) for part in ast.walk(kinds)}
            case ast.Compare(comparators=others):
                found |= {id(other) for other in others}
    return found


def _said_of(node, imported):
    match node:
        case ast.Import(names=names):
            for alias in names:
                if alias.name not in PARTLY and not _is_harmless(alias.name):
                    yield f"imports {alias.name}"
        case ast.ImportFrom(module=module, level=level, names=names):
            yield from _from(module or "", level, names)
        case ast.Name(id=name) if name in CLOSED or (_is_dunder(name) and name not in NAMED):
            yield f"uses {name}"
        case ast.Call(func=ast.Name(id="getattr" | "setattr" as call), args=[of, name, *_]):
            if not isinstance(name, ast.Constant) and not _is_self(of):
                yield f"uses {call} with the name {ast.unparse(name)[:40]}"
        case ast.Attribute(attr=name, value=of):
            yield from _of_attribute(node, name, of, imported)
        case ast.MatchClass(kwd_attrs=names) if any(map(_is_closed, names)):
            yield "matches what is inside of an object"
        case ast.keyword(arg="allow_pickle", value=value):
            if not (isinstance(value, ast.Constant) and value.value is False):
                yield "loads pickles"
        case ast.Constant(value=str() as text) if _DUNDER.fullmatch(text.strip()):
            if text not in METHODS:
                yield f"names {text[:40]}"
        case ast.ClassDef():
            yield from _of_class(node, imported)


def _of_attribute(node, name, of, imported):
    as_vars = name == "__dict__" and isinstance(of, ast.Name) and of.id not in imported
    if _is_closed(name) and not as_vars:
        yield f"uses .{name}"
    elif _root(of) in imported and name[0] == "_" and not _is_closed(name) and name not in DUNDERS:
        yield f"uses {ast.unparse(node)[:60]}"
    elif (_root(of) in imported or isinstance(of, ast.Call)) and not isinstance(node.ctx, ast.Load):
        yield f"changes {ast.unparse(node)[:60]}"


def _from(module, level, names):
    last = module.rpartition(".")[2]
    if level or module.partition(".")[0] == "katas":
        if any(n.startswith("test_") or n == "spec_helpers" for n in (last, *_spelled(names))):
            yield "imports specs"
        if level > 2:
            yield "imports from above katas/"
    elif module in PARTLY:
        if wrong := [name for name in _spelled(names) if name not in PARTLY[module]]:
            yield f"imports {wrong[0]} of {module}"
    elif not _is_harmless(module):
        yield f"imports {module}"
    if closed := [name for name in _spelled(names) if _is_closed(name) and name != "annotations"]:
        yield f"imports {closed[0]}"


def _of_class(node, imported):
    for base in node.bases:
        name, root = ast.unparse(base)[:60], _root(base)
        is_own = root and root not in imported and not hasattr(builtins, root)
        is_harmless = name.rpartition(".")[2] in BASES or name.endswith(("Error", "Exception"))
        if not is_own and not is_harmless:
            yield f"has a kind of {name} of its own"
    if node.keywords:
        yield "has a metaclass"
    for part in node.body:
        names = [part.name] if isinstance(part, ast.FunctionDef) else []
        if isinstance(part, ast.Assign):
            names = [t.id for t in part.targets if isinstance(t, ast.Name)]
        for name in names:
            if _is_dunder(name) and name not in METHODS:
                yield f"defines {name}"


def _is_harmless(module):
    parts = module.split(".")
    return parts[0] in HARMLESS and not ATTRIBUTES.intersection(parts)


def _is_closed(name):
    return name in ATTRIBUTES or (_is_dunder(name) and name not in DUNDERS)


def _is_dunder(name):
    return name.startswith("__") and name.endswith("__")


def _is_self(node):
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _root(node):
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _spelled(names):
    return [alias.name for alias in names]
