"""Numbers and objects in few characters, and the digits in which two of them differ."""

import math

DIGITS = (6, 9, 12, 15, 17)  # as few as show a difference; 17 tell any two floats apart


def shown(x, room=72, digits=DIGITS[0]):
    """A number or nested list of numbers."""
    if not isinstance(x, list):
        return f"{x:.{digits}g}"
    text = ""
    for entry in x:
        piece = ("[" if not text else ", ") + shown(entry, room // 2, digits)
        if len(text) + len(piece) > room:
            return f"{text or '['}, …]".replace("[, ", "[")
        text += piece
    return (text or "[") + "]"


def shown_apart(a, b):
    """Both, with as many digits as it takes to see that they differ."""
    for digits in DIGITS:
        pair = shown(a, digits=digits), shown(b, digits=digits)
        if pair[0] != pair[1]:
            return pair
    return shown(a), shown(b)


def short_repr(x, room=72):
    """repr in one short line, even of an object whose `__repr__` is a stub still."""
    try:
        text = repr(x)
    except Exception:
        text = f"a {type(x).__name__}"
    return text if len(text) <= room else f"{text[: room - 3]}..."


def shape(x):
    """(2, 3) for two rows of three; in words if the rows differ."""
    if not isinstance(x, list):
        return ()
    inner = [shape(entry) for entry in x]
    if all(one == inner[0] and isinstance(one, tuple) for one in inner):
        return (len(x), *(inner[0] if inner else ()))
    lengths = [str(len(entry)) if isinstance(entry, list) else "a number" for entry in x]
    return f"ragged (rows of {', '.join(lengths)})"


def shape_name(x):
    return f"{shape(x) or '() (a single number)'}"


def largest_gap(a, b):
    """The largest difference between two entries, and the place of that entry."""
    if isinstance(a, list):
        gaps = ((largest_gap(x, y), place) for place, (x, y) in enumerate(zip(a, b)))
        (gap, inner), place = max(gaps, key=lambda found: found[0][0], default=((0.0, ()), 0))
        return gap, (place, *inner)
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0, ()
    gap = abs(a - b)
    return (math.inf if math.isnan(gap) else gap), ()
