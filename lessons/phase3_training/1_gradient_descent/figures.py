"""The figures of 3.1: one bowl at three rates, and a narrow bowl at two."""

from math import sqrt
from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, page, text, write


def line(points, colour, width=2, more=""):
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="{width}"{more}/>'
    )


def dots(points, colour):
    """The first point hollow, the others filled."""
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{"#ffffff" if i == 0 else colour}" '
        f'stroke="{colour}" stroke-width="2"/>'
        for i, (x, y) in enumerate(points)
    ]


def steps():
    """(2w - 6)² from w = 0 at three rates: the error w - 3 is multiplied by 1 - 8 lr."""
    panels = [
        ("lr 0.05", "error × 0.6", "creeps down", 0.05, BLUE),
        ("lr 0.2", "error × −0.6", "jumps across", 0.2, BLUE),
        ("lr 0.26", "error × −1.08", "climbs out", 0.26, ORANGE),
    ]
    parts = []
    for panel, (rate, factor, what, lr, colour) in enumerate(panels):
        left = 12 + 204 * panel

        def place(w, left=left):
            return left + (w + 1.5) * 21, 232 - 3.3 * 4 * (w - 3) ** 2

        curve = [place(-1.05 + 8.1 * i / 80) for i in range(81)]
        w, walk = 0.0, []
        for _ in range(5):
            walk.append(place(w))
            w -= lr * 8 * (w - 3)
        parts += [
            text(left + 94, 276, rate, colour, more=' font-weight="bold"'),
            text(left + 94, 300, factor),
            text(left + 94, 324, what, GREY),
            line([(left, 232), (left + 189, 232)], "#bbbbbb", 1),
            line(curve, GREY),
            line(walk, colour),
            *dots(walk, colour),
            text(place(0)[0], 251, "0", GREY),
            text(place(3)[0], 251, "3", GREY),
            text(place(6)[0], 251, "6", GREY),
        ]
    return page(624, 340, "The bowl (2w - 6)², walked from w = 0 at three learning rates", parts)


def narrow():
    """½(x² + 10y²) from (9, 2) at two rates, over contours."""
    parts = []
    panels = [
        (0.18, 21, "lr 0.18: zigzag", "x × 0.82, y × −0.8", ORANGE),
        (0.04, 21, "lr 0.04: crawl", "x × 0.96, y × 0.6", BLUE),
    ]
    for panel, (lr, n, what, factors, colour) in enumerate(panels):
        top = 224 * panel

        def place(x, y, top=top):
            return 304 + 29 * x, 106 + top - 29 * y

        cx, cy = place(0, 0)
        for level in (2, 10, 24, 46):
            rx, ry = 29 * sqrt(2 * level), 29 * sqrt(2 * level / 10)
            parts.append(
                f'<ellipse cx="{cx}" cy="{cy}" rx="{rx:.1f}" ry="{ry:.1f}" fill="none" '
                'stroke="#bbbbbb" stroke-width="1.5"/>'
            )
        x, y, walk = 9.0, 2.0, []
        for _ in range(n):
            walk.append(place(x, y))
            x, y = x - lr * x, y - lr * 10 * y
        parts += [
            line(walk, colour),
            *dots(walk, colour),
            f'<path d="M{cx - 7} {cy}H{cx + 7}M{cx} {cy - 7}V{cy + 7}" stroke="{INK}" '
            'stroke-width="2.5"/>',
            text(12, top + 28, what, colour, more=' font-weight="bold" text-anchor="start"'),
            text(12, top + 216, factors, INK, more=' text-anchor="start"'),
            text(596, top + 216, "20 steps", GREY, more=' text-anchor="end"'),
        ]
    return page(608, 452, "A narrow bowl, ½(x² + 10y²), walked from (9, 2) at two rates", parts)


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"steps.svg": steps(), "narrow.svg": narrow()})


if __name__ == "__main__":
    main(Path(__file__).parent)
