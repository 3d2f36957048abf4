"""Which other katas a kata calls, as far as its source says."""

import ast

from dojo import course, source, store


def red_one(kata, tree):
    """The first kata before this one that it calls and that was red when it last ran, or None."""
    results = store.kata_results()
    there = course.katas()
    before = there[: there.index(kata)]
    red = [k for k in before if results.get(k.id, {}).get("status") == "red"]
    red = [k for k in red if not tree.is_reference(k.module)]
    called = _called(kata) if red else ()
    return next((k for k in red if k.name in called), None)


def _called(kata):
    """The names of katas that the learner's function mentions: "softmax", "Adam.step"."""
    try:
        text = source.read(course.ROOT / kata.file)
        node = source.definitions(text)[kata.name].node
    except (OSError, SyntaxError, KeyError):
        return set()
    owners = _family(text, kata.name.rpartition(".")[0])
    found = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name):
                found |= {name, f"{name}.__init__"}
            case ast.Attribute(value=ast.Name(id="self") | ast.Call(), attr=name):
                found |= {f"{owner}.{name}" for owner in owners}
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                found.add(f"{owner}.{name}")
    return found - {kata.name}


def _family(text, name):
    """A class and those it is derived from, as far as they stand in the same module."""
    bases = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    }
    found, ahead = set(), [name]
    while ahead:
        owner = ahead.pop()
        if owner not in found:
            found.add(owner)
            ahead += bases.get(owner, [])
    return found
