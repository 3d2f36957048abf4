"""The figures of lesson 1.1, written as SVG by hand: `python figures.py` draws them again."""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, page, text, write


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"secant.svg": secant(), "value.svg": value()})


def secant():
    """Three slopes of x³ + 5x - 3 around x = 2 with h = 1: across, at the point, forwards."""

    def at(x, y):
        return f"{60 + 140 * x:.1f},{400 - 8 * y:.1f}"

    def line(x0, x1, slope, through, style):
        x, y = through
        ends = [at(end, y + slope * (end - x)) for end in (x0, x1)]
        return f'<polyline points="{" ".join(ends)}" fill="none" {style}/>'

    curve = " ".join(at(i / 20, (i / 20) ** 3 + 5 * (i / 20) - 3) for i in range(8, 66))
    parts = [
        '<line x1="60" y1="400" x2="540" y2="400" stroke="#222222" stroke-width="1.5"/>',
        f'<polyline points="{curve}" fill="none" stroke="{GREY}" stroke-width="5" '
        'stroke-opacity="0.45"/>',
        line(2, 3, 24, (2, 15), f'stroke="{INK}" stroke-width="2.5" stroke-dasharray="2 6"'),
        line(0.85, 3.3, 18, (1, 3), f'stroke="{BLUE}" stroke-width="3"'),
        line(1.12, 3.3, 17, (2, 15), f'stroke="{ORANGE}" stroke-width="3" stroke-dasharray="12 6"'),
    ]
    for x, y, name in ((1, 3, "x − h = 1"), (2, 15, "x = 2"), (3, 39, "x + h = 3")):
        px, py = at(x, y).split(",")
        parts += [
            f'<line x1="{px}" y1="{py}" x2="{px}" y2="400" stroke="{GREY}" '
            'stroke-dasharray="3 4"/>',
            f'<circle cx="{px}" cy="{py}" r="6" fill="{INK}"/>',
            text(px, 424, name, INK, "middle"),
        ]
    parts += [
        text(318, 112, "across, from x − h to x + h:", BLUE, "end"),
        text(318, 134, "slope (39 − 3) / 2 = 18", BLUE, "end"),
        text(252, 212, "from x forwards:", INK, "end"),
        text(252, 234, "slope (39 − 15) / 1 = 24", INK, "end"),
        '<polyline points="260,222 300,222 372,240" fill="none" stroke="#222222"/>',
        text(362, 312, "tangent at x:", ORANGE),
        text(362, 334, "slope 17", ORANGE),
        text(60, 44, "x³ + 5x − 3", GREY),
        text(60, 66, "f along x1, with x2 = 5 and x3 = 1", GREY),
    ]
    return page(
        560,
        440,
        "The chord from x - h to x + h is nearly parallel to the tangent at x; "
        "the chord from x forwards is far too steep",
        parts,
        anchor="start",
        size=18,
    )


def value():
    """A float beside a Value: 10.0, and the record of 2 · 5 with its two parents."""
    parts = [
        text(14, 34, "a float", GREY),
        _box(110, 10, 90, 38, GREY),
        text(155, 35, "10.0", INK, "middle"),
        text(214, 34, "it does not know that it was 2 · 5", GREY),
        text(14, 92, "Values", BLUE),
    ]
    for y, name, number in ((106, "x1", "2.0"), (226, "x2", "5.0")):
        rows = (f"label = '{name}'", f"data = {number}", "grad = 0.0")
        parts.append(_box(14, y, 130, 90, BLUE))
        parts += [text(26, y + 27 + 24 * i, row, INK) for i, row in enumerate(rows)]
    rows = (
        "label = 'x1·x2'",
        "data = 10.0",
        "grad = 0.0",
        "op = '*'",
        "parents = (x1, x2)",
        "local_grads = (5.0, 2.0)",
    )
    parts.append(_box(274, 126, 232, 170, BLUE))
    parts += [text(288, 155 + 25 * i, row, INK) for i, row in enumerate(rows)]
    for y0, y1, slope, place in ((151, 180, "5.0", 148), (271, 242, "2.0", 290)):
        parts += [
            f'<line x1="144" y1="{y0}" x2="262" y2="{y1}" stroke="{ORANGE}" stroke-width="2.5"/>',
            f'<path d="M274,{y1} l-14,-7 l0,14 z" fill="{ORANGE}"/>',
            text(214, place, f"× {slope}", ORANGE, "middle"),
        ]
    parts += [
        text(14, 350, "on an arrow, the local gradient: how far x1·x2", ORANGE),
        text(14, 374, "moves for each unit that this parent moves", ORANGE),
    ]
    return page(
        520,
        392,
        "A float holds a number alone; a Value also holds its parents and, for each of them, "
        "its local gradient",
        parts,
        anchor="start",
        size=18,
    )


def _box(x, y, width, height, colour):
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="#FFFFFF" '
        f'stroke="{colour}" stroke-width="2.5"/>'
    )


if __name__ == "__main__":
    main(Path(__file__).parent)
