"""The figures of lesson 2.1, written as SVG by hand: `python figures.py` draws them again."""

from math import hypot
from pathlib import Path

from dojo.pictures.svg import BLUE, BOLD, GREY, INK, ORANGE, page, text, write

ON, OFF = "#d3e6f3", "#f4f4f4"  # where a neuron says 1, and where it says 0
ON_TOO, BOTH = "#f9e0d0", "#d5eee5"  # where another one says 1, and where both do


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"boundary.svg": boundary(), "xor.svg": xor(), "records.svg": records()})


# ---- the plane of two inputs


class Plane:
    """Inputs x1 (across) and x2 (up) from low to high, drawn in a square of `size`."""

    def __init__(self, left, top, size, low, high):
        self.left, self.top, self.size, self.low, self.high = left, top, size, low, high

    def at(self, x1, x2):
        scale = self.size / (self.high - self.low)
        return (
            round(self.left + scale * (x1 - self.low), 1),
            round(self.top + scale * (self.high - x2), 1),
        )

    def side(self, w1, w2, b, fill):
        """The part of the square where w1·x1 + w2·x2 + b is above 0."""
        lo, hi = self.low, self.high
        corners = [(lo, lo), (hi, lo), (hi, hi), (lo, hi)]
        kept = []
        for p, q in zip(corners, [*corners[1:], corners[0]]):
            zp, zq = (w1 * x1 + w2 * x2 + b for x1, x2 in (p, q))
            if zp >= 0:
                kept.append(p)
            if (zp >= 0) != (zq >= 0):
                t = zp / (zp - zq)
                kept.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
        points = " ".join("{},{}".format(*self.at(*point)) for point in kept)
        return f'<polygon points="{points}" fill="{fill}"/>'

    def line(self, p, q, colour, more=""):
        (x, y), (u, v) = self.at(*p), self.at(*q)
        return f'<line x1="{x}" y1="{y}" x2="{u}" y2="{v}" stroke="{colour}" {more}/>'

    def frame(self):
        parts = [
            self.line((0, self.low), (0, self.high), GREY, 'stroke-width="1"'),
            self.line((self.low, 0), (self.high, 0), GREY, 'stroke-width="1"'),
        ]
        x, y = self.at(self.high, 0)
        parts.append(text(x - 4, y + 20, "x1", GREY, "end"))
        x, y = self.at(0, self.high)
        parts.append(text(x - 8, y + 18, "x2", GREY, "end"))
        return parts

    def corner(self, x1, x2, target):
        """A filled circle where the target is 1, a hollow one where it is 0."""
        x, y = self.at(x1, x2)
        fill = BLUE if target else "white"
        return f'<circle cx="{x}" cy="{y}" r="9" fill="{fill}" stroke="{INK}" stroke-width="2.5"/>'


def boundary():
    """The line 2·x1 + x2 - 3 = 0, the weights that point away from it, and a distance."""
    plane = Plane(20, 20, 440, -0.5, 1.9)
    length = hypot(2, 1)
    start = (0.85, 1.3)
    tip = (start[0] + 2 / length * 0.5, start[1] + 1 / length * 0.5)
    parts = [
        plane.side(-2, -1, 3, OFF),
        plane.side(2, 1, -3, ON),
        *plane.frame(),
        plane.line((0.55, 1.9), (1.75, -0.5), INK, 'stroke-width="4"'),
        plane.line((1, 0), (1.4, 0.2), ORANGE, 'stroke-width="4" stroke-dasharray="8 5"'),
        plane.line(start, tip, BLUE, 'stroke-width="4"'),
        _head(plane.at(*tip), plane.at(*start), BLUE),
    ]
    for x1, x2, z, dx, dy in (
        (0, 0, "z = −3", 16, -14),
        (0, 1, "z = −2", 16, -14),
        (1, 0, "z = −1", -16, -16),
        (1, 1, "z = 0", -16, 26),
    ):
        x, y = plane.at(x1, x2)
        parts.append(plane.corner(x1, x2, x1 and x2))
        anchor = "start" if dx > 0 else "end"
        parts.append(text(x + dx, y + dy, z, INK, anchor))
    x, y = plane.at(*tip)
    parts.append(text(x + 10, y + 6, "w = (2, 1)", BLUE))
    x, y = plane.at(1.0, -0.22)
    parts.append(text(x, y, "distance 1/√5", ORANGE, "middle"))
    x, y = plane.at(1.9, 0.62)
    parts.append(text(x - 8, y, "says 1", INK, "end", more=BOLD))
    x, y = plane.at(-0.45, 0.5)
    parts.append(text(x, y, "says 0", INK, "start", more=BOLD))
    return page(
        480,
        480,
        "A neuron with weights 2 and 1 and bias -3 divides the plane",
        parts,
        anchor="start",
    )


def xor():
    """Two lines, and the band between them that holds both corners with target 1."""
    plane = Plane(20, 20, 440, -0.55, 1.85)
    parts = [
        f'<rect x="20" y="20" width="440" height="440" fill="{BOTH}"/>',
        plane.side(1, 1, -1.5, ON),
        plane.side(-1, -1, 0.5, ON_TOO),
        *plane.frame(),
        plane.line((-0.55, 1.05), (1.05, -0.55), BLUE, 'stroke-width="4"'),
        plane.line(
            (-0.35, 1.85), (1.85, -0.35), ORANGE, 'stroke-width="4" stroke-dasharray="12 6"'
        ),
    ]
    for x1, x2 in ((0, 0), (0, 1), (1, 0), (1, 1)):
        parts.append(plane.corner(x1, x2, x1 != x2))
    x, y = plane.at(0.5, 0.5)
    parts.append(text(x, y + 6, "both say 1", INK, "middle", more=BOLD))
    x, y = plane.at(-0.52, 1.2)
    parts.append(text(x, y, "line of OR", BLUE))
    x, y = plane.at(1.82, -0.5)
    parts.append(text(x, y, "line of NAND", ORANGE, "end"))
    x, y = plane.at(1.8, 1.25)
    parts.append(text(x, y, "only OR says 1", BLUE, "end", more=BOLD))
    x, y = plane.at(-0.5, -0.4)
    parts.append(text(x, y, "only NAND says 1", ORANGE, "start", more=BOLD))
    return page(
        480,
        480,
        "The corners 01 and 10 lie between the lines of OR and NAND",
        parts,
        anchor="start",
    )


# ---- the graph of a sum


def records():
    """w1·x1 + w2·x2 + b: composed of * and + above, one node below."""
    rows = (70, 126, 182, 238, 294)
    parts = [text(185, 34, "composed of * and +: 4 records", INK, "middle", more=BOLD)]
    for p, q in (
        ((68, 70), (134, 90)),
        ((68, 126), (134, 106)),
        ((68, 182), (134, 202)),
        ((68, 238), (134, 218)),
        ((178, 104), (227, 138)),
        ((178, 204), (227, 170)),
        ((68, 294), (298, 235)),
        ((263, 168), (304, 206)),
    ):
        parts.append(_arrow(p, q))
    for y, name in zip(rows, ("w1", "x1", "w2", "x2", "b")):
        parts.append(_leaf(46, y, name))
    for x, y, op in ((156, 98, "*"), (156, 210, "*"), (246, 154, "+"), (320, 222, "+")):
        parts.append(_node(x, y, 22, op))
    parts.append(
        f'<line x1="20" y1="338" x2="350" y2="338" stroke="{GREY}" stroke-dasharray="3 5"/>'
    )

    parts.append(text(185, 374, "weighted_sum: 1 record", INK, "middle", more=BOLD))
    names, locals_ = ("w1", "w2", "x1", "x2", "b"), ("x1", "x2", "w1", "w2", "1")
    for y, name, local in zip(rows, names, locals_):
        y += 340
        parts.append(_arrow((68, y), (210, 522 + (y - 522) * 0.32)))
        parts.append(_leaf(46, y, name))
        third = y + (522 - y) * 0.68 / 3
        parts.append(text(68 + 142 / 3, third - 8, local, ORANGE, "middle"))
    parts += [
        f'<rect x="212" y="472" width="126" height="100" rx="12" fill="{ON}" '
        f'stroke="{INK}" stroke-width="2"/>',
        text(275, 518, "weighted", INK, "middle"),
        text(275, 538, "sum", INK, "middle"),
        text(185, 680, "on each edge: its local gradient", ORANGE, "middle"),
    ]
    return page(
        370, 700, "A sum of two products: four records composed, or one", parts, anchor="start"
    )


def _leaf(x, y, name):
    return (
        f'<rect x="{x - 22}" y="{y - 18}" width="44" height="36" rx="6" fill="white" '
        f'stroke="{INK}" stroke-width="2"/>' + text(x, y + 5, name, INK, "middle")
    )


def _node(x, y, radius, op):
    return (
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{ON}" stroke="{INK}" stroke-width="2"/>'
        + text(x, y + 6, op, INK, "middle", more=BOLD)
    )


def _arrow(p, q):
    return (
        f'<line x1="{p[0]}" y1="{p[1]}" x2="{q[0]}" y2="{round(q[1], 1)}" stroke="{GREY}" '
        'stroke-width="2"/>' + _head(q, p, GREY)
    )


def _head(tip, start, colour):
    """The head of an arrow that comes from `start`."""
    dx, dy = tip[0] - start[0], tip[1] - start[1]
    length = hypot(dx, dy)
    dx, dy = 12 * dx / length, 12 * dy / length
    points = [
        (tip[0], tip[1]),
        (tip[0] - dx - dy / 2, tip[1] - dy + dx / 2),
        (tip[0] - dx + dy / 2, tip[1] - dy - dx / 2),
    ]
    shown = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{shown}" fill="{colour}"/>'


if __name__ == "__main__":
    main(Path(__file__).parent)
