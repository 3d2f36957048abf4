"""expect_close: compare a result with the right answer and, if it is wrong, name the mistake."""

import math
from numbers import Real

TOLERANCE = 1e-9  # float64 rounding over a few hundred operations, with room to spare


def expect_close(actual, expected, what, mistakes=None, tolerance=TOLERANCE):
    """Fail unless `actual` equals `expected`, entry for entry and shape for shape.

    actual     what the kata returned: a number, a Value, an array, a Tensor, or (nested) lists
    expected   the right answer, from an independent place
    what       what was computed, in words: "attention output"
    mistakes   {name: the answer that this mistake gives}; the name completes the sentence
               "This is exactly what you get when ..."
    tolerance  two numbers are equal within tolerance · max(1, |expected|); infinities equal
               themselves, and NaN equals NaN only where NaN is expected

    A mistake whose answer cannot be told from the right one is an error in the spec: ValueError.
    """
    __tracebackhide__ = True
    right = _plain(expected)
    wrongs = {name: _plain(answer) for name, answer in (mistakes or {}).items()}
    for name, answer in wrongs.items():
        if _equal(answer, right, tolerance):
            raise ValueError(f"{what}: the mistake {name!r} gives the right answer here")
    try:
        got = _plain(actual)
    except TypeError:
        raise AssertionError(_kind_message(actual, right, what)) from None
    if _equal(got, right, tolerance):
        return
    lines = [f"{what} is not right", f"  expected  {_shown(right)}", f"  got       {_shown(got)}"]
    same = [name for name, answer in wrongs.items() if _equal(got, answer, tolerance)]
    if isinstance(actual, Real) and isinstance(right, list):  # no array, so no talk of shapes
        why = "" if same else ": is there a return inside a loop?"
        lines.append(f"  One number came back, and should be a list of {len(right)}{why}")
    elif _shape(got) != _shape(right):
        lines.append(f"  The shape is {_shape_name(got)}, and should be {_shape_name(right)}.")
    elif isinstance(_shape(got), tuple) and ("…" in _shown(right) or _shown(got) == _shown(right)):
        gap, at = _largest_gap(got, right)
        where = f", in entry {list(at)}" if at else ""
        lines.append(f"  The largest difference is {gap:.3g}{where}.")
    lines += [f"  This is exactly what you get when {name}." for name in same[:1]]
    lines += [f"  Or when {name}." for name in same[1:]]
    raise AssertionError("\n".join(lines))


def _plain(x):
    """Nested lists of floats, from whatever holds numbers. TypeError if it does not."""
    if isinstance(x, Real):
        return float(x)
    if hasattr(x, "tolist"):  # an array, or a scalar of numpy or torch
        return _plain(x.tolist())
    if hasattr(x, "data") and hasattr(x, "grad"):  # a Value or a Tensor
        return _plain(x.data)
    if isinstance(x, list | tuple):
        return [_plain(entry) for entry in x]
    raise TypeError(f"{_repr(x)} ({type(x).__name__}) is no real number")


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


def _shape(x):
    """(2, 3) for two rows of three; in words if the rows differ."""
    if not isinstance(x, list):
        return ()
    inner = [_shape(entry) for entry in x]
    if all(shape == inner[0] and isinstance(shape, tuple) for shape in inner):
        return (len(x), *(inner[0] if inner else ()))
    lengths = [str(len(entry)) if isinstance(entry, list) else "a number" for entry in x]
    return f"ragged (rows of {', '.join(lengths)})"


def _shape_name(x):
    return f"{_shape(x) or '() (a single number)'}"


def _shown(x, room=72):
    """A number or nested list in few characters."""
    if not isinstance(x, list):
        return f"{x:.6g}"
    text = ""
    for entry in x:
        shown = ("[" if not text else ", ") + _shown(entry, room // 2)
        if len(text) + len(shown) > room:
            return f"{text or '['}, …]".replace("[, ", "[")
        text += shown
    return (text or "[") + "]"


def _largest_gap(a, b):
    """The largest difference between two entries, and the place of that entry."""
    if isinstance(a, list):
        gaps = ((_largest_gap(x, y), place) for place, (x, y) in enumerate(zip(a, b)))
        (gap, inner), place = max(gaps, key=lambda found: found[0][0], default=((0.0, ()), 0))
        return gap, (place, *inner)
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0, ()
    gap = abs(a - b)
    return (math.inf if math.isnan(gap) else gap), ()


def _kind_message(actual, right, what):
    wanted = f"numbers of shape {_shape_name(right)}" if isinstance(right, list) else "a number"
    if actual is None:
        return f"{what} is None, and should be {wanted}: does every path end in a return?"
    return f"{what} is {_repr(actual)} ({type(actual).__name__}), and should be {wanted}"


def _repr(x, room=72):
    """repr in one short line, even of an object whose `__repr__` is a stub still."""
    try:
        text = repr(x)
    except Exception:
        text = f"a {type(x).__name__}"
    return text if len(text) <= room else f"{text[: room - 3]}..."


def expect_raises(kind, call, what, naming=()):
    """Fail unless `call()` raises `kind`, with a message, and each text of `naming` in it.

    what    what was tried, in words: "log of -1"
    naming  texts that the message has to hold, so that its reader knows what came

    A stub's NotImplementedError goes through as it is, and any other exception but that of an
    assert with a note of what was wanted.
    """
    __tracebackhide__ = True
    try:
        result = call()
    except kind as error:
        if isinstance(error, NotImplementedError) and kind is not NotImplementedError:
            raise
        if not str(error) or error.args == (None,):
            raise AssertionError(
                f"{what} raises {type(error).__name__} without a word: say what came and what was "
                "wanted"
            ) from None
        missing = [text for text in naming if str(text) not in str(error)]
        if missing:
            raise AssertionError(
                f"{what} raises {type(error).__name__}, and its message {str(error)!r} does not "
                f"name {', '.join(map(str, missing))}"
            ) from None
    except AssertionError as error:
        said = f" ({error})" if str(error) else ""
        raise AssertionError(
            f"{what} should raise {kind.__name__}, and an assert failed{said}: an assert is for "
            "what can only be your own mistake, and python -O leaves it out. To refuse what comes "
            f"from elsewhere, raise {kind.__name__}."
        ) from None
    except Exception as error:
        if not isinstance(error, NotImplementedError):
            error.add_note(f"{what} should raise {kind.__name__}")
        raise
    else:
        raise AssertionError(
            f"{what} should raise {kind.__name__}, but it returned {_repr(result)}"
        )
