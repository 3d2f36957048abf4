"""expect_close: compare a result with the right answer and, if it is wrong, name the mistake."""

import math
import os
from itertools import combinations
from numbers import Real

from dojo.expect.shown import largest_gap, shape, shape_name, short_repr, shown, shown_apart

TOLERANCE = 1e-9  # float64 rounding over a few hundred operations, with room to spare
TINY = 1e-6  # what an epsilon or float32 makes of a right answer is no further from it
PROVING = "DOJO_PROVING_SPECS"  # set where the specs are under test, and not a learner's work


def expect_close(actual, expected, what, mistakes=None, tolerance=TOLERANCE):
    """Fail unless `actual` equals `expected`, entry for entry and shape for shape.

    actual     what the kata returned: a number, a Value, an array, a Tensor, or (nested) lists
    expected   the right answer, from an independent place
    what       what was computed, in words: "attention output"
    mistakes   {name: the answer that this mistake gives}; the name completes the sentence
               "This is exactly what you get when ..."; a tuple of names, where several
               mistakes give one answer
    tolerance  two numbers are equal within tolerance · max(1, |expected|); infinities equal
               themselves, and NaN equals NaN only where NaN is expected

    A mistake whose answer cannot be told from the right one, or from that of another mistake, is
    an error in the spec: ValueError where specs are proven. A learner never sees it.
    """
    __tracebackhide__ = True
    right = plain(expected)
    wrongs = {name: plain(answer) for name, answer in (mistakes or {}).items()}
    if wrongs and os.environ.get(PROVING):
        _prove(right, wrongs, what, tolerance)
    try:
        got = plain(actual)
    except TypeError:
        raise AssertionError(_kind_message(actual, right, what)) from None
    if _equal(got, right, tolerance):
        return
    wanted, came = shown_apart(right, got)
    lines = [f"{what} is not right", f"  expected  {wanted}", f"  got       {came}"]
    same = [name for name, answer in wrongs.items() if _equal(got, answer, tolerance)]
    if isinstance(actual, Real) and isinstance(right, list):  # no array, so no talk of shapes
        why = "" if same else ": is there a return inside a loop?"
        if why and got == 0 and what.startswith("gradient"):  # grad is 0.0 until one arrives
            why = ": has no gradient arrived, or is there a return inside a loop?"
        lines.append(f"  One number came back, and should be a list of {len(right)}{why}")
    elif shape(got) != shape(right):
        lines.append(f"  The shape is {shape_name(got)}, and should be {shape_name(right)}.")
    elif isinstance(shape(got), tuple) and ("…" in wanted or shown(got) == shown(right)):
        lines.append(_gap_line(got, right))
    if not same and _equal(got, right, TINY):
        lines.append(
            "  So small a difference usually comes from an epsilon (+ 1e-8, say) that nothing "
            "here asks for, or from numbers of float32."
        )
    names = [one for name in same for one in (name if isinstance(name, tuple) else (name,))]
    names = [f"{name}{'' if name.endswith('?') else '.'}" for name in names]
    lines += [f"  This is exactly what you get when {name}" for name in names[:1]]
    lines += [f"  Or when {name}" for name in names[1:]]
    raise AssertionError("\n".join(lines))


def plain(x):
    """Nested lists of floats, from whatever holds numbers. TypeError if it does not."""
    if isinstance(x, Real):
        return float(x)
    if hasattr(x, "tolist"):  # an array, or a scalar of numpy or torch
        return plain(x.tolist())
    if hasattr(x, "data") and hasattr(x, "grad"):  # a Value or a Tensor
        return plain(x.data)
    if isinstance(x, list | tuple):
        return [plain(entry) for entry in x]
    raise TypeError(f"{short_repr(x)} ({type(x).__name__}) is no real number")


def _prove(right, wrongs, what, tolerance):
    """ValueError for a mistake that has no answer of its own."""
    for name, answer in wrongs.items():
        if _equal(answer, right, tolerance):
            raise ValueError(f"{what}: the mistake {name!r} gives the right answer here")
    for (one, answer), (other, also) in combinations(wrongs.items(), 2):
        if _equal(answer, also, tolerance) or _equal(also, answer, tolerance):
            raise ValueError(
                f"{what}: the mistakes {one!r} and {other!r} give the same answer, within "
                f"{tolerance:g}: name them together, as a tuple, or tell them apart"
            )


def _equal(a, b, tolerance):
    if isinstance(a, list) or isinstance(b, list):
        return (
            isinstance(a, list)
            and isinstance(b, list)
            and len(a) == len(b)
            and all(_equal(x, y, tolerance) for x, y in zip(a, b))
        )
    if math.isnan(b) or math.isinf(b) or math.isinf(a):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= tolerance * max(1.0, abs(b))


def _gap_line(got, right):
    """Where two arrays of one shape are furthest apart, and what stands there in both."""
    gap, at = largest_gap(got, right)
    for place in at:
        got, right = got[place], right[place]
    wanted, came = shown_apart(right, got)
    there = f", in entry {list(at)}: {came}, and should be {wanted}" if at else ""
    return f"  The largest difference is {gap:.3g}{there}."


def _kind_message(actual, right, what):
    wanted = f"numbers of shape {shape_name(right)}" if isinstance(right, list) else "a number"
    if actual is None:
        return f"{what} is None, and should be {wanted}: does every path end in a return?"
    return f"{what} is {short_repr(actual)} ({type(actual).__name__}), and should be {wanted}"
