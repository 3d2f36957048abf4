"""The figures of 3.3: three ways down the same ravine, and four schedules."""

from math import cos, pi, sqrt
from pathlib import Path

from dojo.pictures.svg import BLUE, GREEN, GREY, INK, ORANGE, page, text, write

STEPS = 30


# ---- the ravine L = (x² + 50 y²) / 2, from (10, 1)


def loss(x, y):
    return (x * x + 50 * y * y) / 2


def descent():
    """Plain gradient descent with lr = 0.038; the limit is 0.04."""
    x, y = 10.0, 1.0
    for _ in range(STEPS + 1):
        yield x, y
        x, y = x - 0.038 * x, y - 0.038 * 50 * y


def momentum():
    """lr = 0.02, momentum = 0.8."""
    x, y, vx, vy = 10.0, 1.0, 0.0, 0.0
    for _ in range(STEPS + 1):
        yield x, y
        vx, vy = 0.8 * vx + x, 0.8 * vy + 50 * y
        x, y = x - 0.02 * vx, y - 0.02 * vy


def adam():
    """lr = 0.5, betas = (0.9, 0.999)."""
    data, means, squares = [10.0, 1.0], [0.0, 0.0], [0.0, 0.0]
    for t in range(1, STEPS + 2):
        yield tuple(data)
        for i, slope in enumerate((1, 50)):
            g = slope * data[i]
            means[i] = 0.9 * means[i] + 0.1 * g
            squares[i] = 0.999 * squares[i] + 0.001 * g * g
            mean, square = means[i] / (1 - 0.9**t), squares[i] / (1 - 0.999**t)
            data[i] -= 0.5 * mean / sqrt(square)


def panel(top, name, points, colour):
    """One path over the contours of the ravine."""

    def place(x, y):
        return f"{150 + 52 * x:.1f},{top + 113 - 72 * y:.1f}"

    parts = [
        text(16, top + 18, name, INK, more=' font-weight="bold"'),
        f'<clipPath id="at{top}"><rect x="0" y="{top + 28}" width="720" height="170"/></clipPath>',
    ]
    for level in (0.5, 5, 20, 45, 75):
        rx, ry = 52 * sqrt(2 * level), 72 * sqrt(level / 25)
        parts.append(
            f'<ellipse cx="150" cy="{top + 113}" rx="{rx:.1f}" ry="{ry:.1f}" fill="none" '
            f'stroke="#bdbdbd" stroke-width="1.2" clip-path="url(#at{top})"/>'
        )
    line = " ".join(place(x, y) for x, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    for x, y in points:
        cx, cy = place(x, y).split(",")
        parts.append(f'<circle cx="{cx}" cy="{cy}" r="3.2" fill="{colour}"/>')
    parts.append(
        f'<path d="M143 {top + 113}h14M150 {top + 103}v14" stroke="{INK}" stroke-width="2"/>'
    )
    return parts


def paths():
    ways = (
        ("gradient descent, lr = 0.038", list(descent()), BLUE),
        ("momentum 0.8, lr = 0.02", list(momentum()), ORANGE),
        ("Adam, lr = 0.5", list(adam()), GREEN),
    )
    parts = []
    for number, (name, points, colour) in enumerate(ways):
        left = loss(*points[-1])
        title = f"{name}: L = {left:.2g} after {STEPS} steps"
        parts += panel(215 * number + 6, title, points, colour)
    return page(
        720, 650, "Three ways of 30 steps down the ravine L = (x² + 50y²)/2", parts, anchor="start"
    )


# ---- schedules


def schedules():
    def cosine(share):
        return (1 + cos(pi * min(share, 1))) / 2

    def warm(s):
        return (s + 1) / 20 if s < 20 else cosine((s - 20) / 80)

    curves = (
        ("step_decay", BLUE, "", lambda s: 0.5 ** (s // 25)),
        ("exponential_decay", GREY, "8 4", lambda s: 0.97**s),
        ("cosine_decay", ORANGE, "2 4", lambda s: cosine(s / 100)),
        ("warmup_cosine", GREEN, "", warm),
    )
    parts = [f'<path d="M60 20V270H700" fill="none" stroke="{INK}" stroke-width="1.5"/>']
    for name, colour, dashes, rate in curves:
        line = " ".join(f"{60 + 6.2 * s:.1f},{270 - 225 * rate(s):.1f}" for s in range(101))
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        width = 3.5 if name == "warmup_cosine" else 2.5
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"{dash}/>'
        )
    for number, (name, colour, dashes, _) in enumerate(curves):
        y = 40 + 27 * number
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        width = 3.5 if name == "warmup_cosine" else 2.5
        parts += [
            f'<path d="M480 {y}h44" stroke="{colour}" stroke-width="{width}"{dash}/>',
            text(534, y + 6, name),
        ]
    parts += [
        text(52, 51, "peak", INK, more=' text-anchor="end"'),
        text(52, 275, "0", INK, more=' text-anchor="end"'),
        text(60, 292, "step 0", INK, more=' text-anchor="middle"'),
        text(184, 292, "20", INK, more=' text-anchor="middle"'),
        text(680, 292, "100", INK, more=' text-anchor="middle"'),
    ]
    return page(720, 304, "Four schedules: the learning rate over 100 steps", parts, anchor="start")


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"paths.svg": paths(), "schedules.svg": schedules()})


if __name__ == "__main__":
    main(Path(__file__).parent)
