"""The figures of lesson 1.2, written as SVG by hand: `python figures.py` draws them again."""

import math
from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, page, text, write


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"trace.svg": trace(), "order.svg": order()})


def trace():
    """The neuron a = tanh(w·x + b), with the local derivative on each edge."""
    w, x, b = -1.5, 2.0, 3.5
    z = w * x + b
    a = math.tanh(z)
    parts = [
        _edge(85, 62, 135, 138),
        _edge(255, 62, 205, 138),
        _edge(170, 190, 232, 266),
        _edge(415, 190, 308, 266),
        _edge(270, 318, 270, 394),
        _slope(76, 108, f"x = {x:g}"),
        _slope(244, 108, f"w = {w:g}", "start"),
        _slope(178, 236, "1"),
        _slope(388, 236, "1", "start"),
        _slope(282, 362, f"1 − a² = {1 - a * a:.3f}", "start"),
        _node(85, 36, "w", f"{w:g}"),
        _node(255, 36, "x", f"{x:g}"),
        _node(170, 164, "v3 = w * x", f"{w * x:g}"),
        _node(415, 164, "b", f"{b:g}"),
        _node(270, 292, "z = v3 + b", f"{z:g}"),
        _node(270, 420, "a = tanh(z)", f"{a:.3f}"),
        text(24, 382, "in a box: a Value", INK),
        text(24, 408, "on an arrow: the", ORANGE),
        text(24, 430, "local derivative", ORANGE),
    ]
    return page(
        500,
        462,
        "The graph of a = tanh(w x + b) with w = -1.5, x = 2, b = 3.5: each arrow runs from a "
        "parent to its child and carries the local derivative",
        parts,
        anchor="start",
    )


def order():
    """A graph on which walks from the root go wrong, and two lists of its nodes."""
    at = {"a": (60, 120), "b": (185, 60), "c": (310, 60), "d": (250, 140), "L": (440, 120)}
    edges = ["ab", "bc", "cL", "ad", "dL"]
    parts = [_edge(*_toward(at[i], at[j]), *_toward(at[j], at[i], 25)) for i, j in edges]
    parts += [
        f'<path d="M62 142 C 110 215, 395 215, 436 146" fill="none" stroke="{GREY}" '
        f'stroke-width="2" marker-end="url(#grey)"/>',
    ]
    parts += [_round(x, y, name, INK) for name, (x, y) in at.items()]
    parts += [
        text(24, 252, "breadth first, turned round at the end", ORANGE),
        *(
            _round(46 + 64 * i, 288, name, ORANGE if name in "ba" else INK)
            for i, name in enumerate("badcL")
        ),
        text(350, 284, "wrong: b before", ORANGE),
        text(350, 304, "its parent a", ORANGE),
        text(24, 352, "each one after all of its parents", BLUE),
        *(
            _round(46 + 64 * i, 388, name, BLUE if name in "ab" else INK)
            for i, name in enumerate("abcdL")
        ),
        text(350, 394, "right", BLUE),
    ]
    return page(
        500,
        420,
        "a feeds b, d and L; b feeds c; c and d feed L. The order b a d c L has b before its "
        "parent a and is wrong; a b c d L is right",
        parts,
        anchor="start",
    )


def _toward(start, end, distance=22):
    """A point on the way from start to end."""
    (x0, y0), (x1, y1) = start, end
    share = distance / math.hypot(x1 - x0, y1 - y0)
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def _edge(x0, y0, x1, y1):
    return (
        f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{GREY}" '
        'stroke-width="2" marker-end="url(#grey)"/>'
    )


def _node(x, y, name, number):
    return (
        f'<rect x="{x - 65}" y="{y - 26}" width="130" height="52" rx="6" fill="#EAF3F9" '
        f'stroke="{BLUE}" stroke-width="2"/>'
        + text(x, y - 4, name, INK, "middle")
        + text(x, y + 17, number, INK, "middle")
    )


def _round(x, y, name, colour):
    return (
        f'<circle cx="{x}" cy="{y}" r="20" fill="white" stroke="{colour}" stroke-width="2.5"/>'
        + text(x, y + 6, name, colour, "middle")
    )


def _slope(x, y, words, anchor="end"):
    return text(x, y, words, ORANGE, anchor)


if __name__ == "__main__":
    main(Path(__file__).parent)
