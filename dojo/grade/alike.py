"""Katas of two submissions that are nearly the same: a hint where to look, and no verdict."""

import ast
import zlib
from collections import Counter
from itertools import combinations, product

from dojo import course, source

SHORT = 25  # pieces of syntax below which anybody's kata looks like anybody's, as a stub does
RUN = 4  # pieces that are looked at together
MANY = 5  # submissions that a kata may be near to before it is what everybody writes
NEAR = 0.9  # of what two katas hold, taken together, is in both


def forms(text, module):
    """{kata id: its form} of the katas of a module that are no stubs, and not short.

    A form is the kata without its docstring, its names and its notes on types, as a sorted list
    of numbers: one for each few pieces of syntax that follow each other.
    """
    wanted = {name: mark for name, mark in _katas(module)}
    found = {}
    for name, definition in source.definitions(text).items():
        if name in wanted:
            pieces = _pieces(definition.node)
            if len(pieces) >= SHORT:
                found[f"{wanted[name]} {name}"] = _numbers(pieces)
    return found


def _katas(module):
    return [(name, mark) for mark, name in course.modules().get(module, ())]


def _pieces(function):
    """The syntax of a function, in order, with each name of its own as a number."""
    names, pieces = {}, []
    ahead = [*reversed(source.body(function))]
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            names[argument.arg] = f"n{len(names)}"
    bound = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and _binds(n)}
    while ahead:
        node = ahead.pop()
        if isinstance(node, ast.expr_context):
            continue
        piece = type(node).__name__
        match node:
            case ast.Name(id=name) if name in bound or name in names:
                piece = names.setdefault(name, f"n{len(names)}")
            case ast.Name(id=name) | ast.Attribute(attr=name):
                piece += name
            case ast.Constant(value=str()):
                piece += "text"
            case ast.Constant(value=value):
                piece += repr(value)[:20]
        pieces.append(piece)
        inside = [part for part in ast.iter_child_nodes(node)]
        if isinstance(node, ast.AnnAssign):
            inside = [part for part in inside if part is not node.annotation]
        ahead += reversed(inside)
    return pieces


def _binds(name):
    return isinstance(name.ctx, ast.Store)


def _numbers(pieces):
    runs = {" ".join(pieces[at : at + RUN]) for at in range(len(pieces) - RUN + 1)}
    return sorted(zlib.crc32(run.encode()) for run in runs)


def pairs(forms_of, given):
    """The katas that are alike, two by two: [(one, other, [kata ids])], the most katas first.

    forms_of  {submission: {kata id: form}}
    given     {kata id: [forms that everybody has seen]}: whoever is near one of them has copied
              nothing; nor has who is near a tenth of the class
    """
    found, many = {}, max(MANY, len(forms_of) // 10)
    for kata in sorted({kata for forms in forms_of.values() for kata in forms}):
        both = _near_each_other(
            {name: forms[kata] for name, forms in sorted(forms_of.items()) if kata in forms},
            given.get(kata, ()),
        )
        times = Counter(name for two in both for name in two)
        for two in both:
            if min(times[name] for name in two) < many:
                found.setdefault(two, []).append(kata)
    return sorted(
        ((*two, katas) for two, katas in found.items()), key=lambda p: (-len(p[2]), p[:2])
    )


def _near_each_other(forms, known):
    """[(one, other)] of the names whose forms are near each other, and near none that is known.

    A form is a set of numbers, and here each of these is a bit: two sets of bits are compared at
    once, which counts where two hundred are compared with two hundred.
    """
    bits = {}

    def as_bits(form):
        return sum(1 << bits.setdefault(number, len(bits)) for number in set(form))

    known = [as_bits(form) for form in known]
    names = {}  # of those who have the same
    for name, form in forms.items():
        names.setdefault(as_bits(form), []).append(name)
    apart = [form for form in names if not any(_near(form, seen) for seen in known)]
    both = [two for form in apart for two in combinations(names[form], 2)]
    for one, other in combinations(apart, 2):
        if _near(one, other):
            both += [tuple(sorted(two)) for two in product(names[one], names[other])]
    return both


def _near(one, other):
    common = (one & other).bit_count()
    return common >= NEAR * (one.bit_count() + other.bit_count() - common)
