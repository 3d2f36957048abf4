"""expect_kind: what is promised as a float, an int, a list or a Value is one."""

from types import UnionType

from dojo.expect.shown import short_repr

_BECAUSE = (
    "It looks like one and is not: the functions and arrays of numpy (np.sqrt, np.mean, …) give "
    "numbers of numpy's own, and the code that gets one next may rely on Python's."
)


def expect_kind(actual, kind, what):
    """Fail unless `actual` is of the kind that its docstring promises, and not a numpy one.

    actual  what the kata returned
    kind    a class (float, int, list, Value, …), or several: float | int; [kind] for a list whose
            every entry is of that kind, [[float]] for a list of lists of floats
    what    what was computed, in words: "the mean"

    numpy's float64 counts as a float for isinstance, and a bool as an int; here neither does.
    """
    __tracebackhide__ = True
    if isinstance(kind, list):
        expect_kind(actual, list, what)
        for place, entry in enumerate(actual):
            expect_kind(entry, kind[0], f"entry [{place}] of {what}")
        return
    foreign = _is_numpys(actual) and not _is_numpys(kind)
    foreign = foreign or (isinstance(actual, bool) and kind is not bool)
    if isinstance(actual, kind) and not foreign:
        return
    lines = [f"{what} is {_described(actual)}, and should be {_name(kind)}"]
    if actual is None:
        lines[0] += ": does every path end in a return?"
    elif _is_numpys(actual) and not _has_axes(actual):
        lines.append(f"  {_BECAUSE}")
    raise AssertionError("\n".join(lines))


def _is_numpys(x):
    kind = x if isinstance(x, type) else type(x)
    return kind.__module__.split(".")[0] == "numpy"


def _has_axes(x):
    return bool(getattr(x, "shape", ()))


def _described(x):
    if x is None:
        return "None"
    if _is_numpys(x):
        sort = "scalar" if not hasattr(x, "__setitem__") else f"{len(x.shape)}-d array"
        return f"{short_repr(x)} (a {sort} of numpy)"
    return f"{short_repr(x)} ({_name(type(x))})"


def _name(kind):
    kinds = kind.__args__ if isinstance(kind, UnionType) else (kind,)
    names = [getattr(one, "__name__", str(one)) for one in kinds]
    return " or ".join(f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}" for name in names)
