"""The figures of lesson 2.3, written as SVG by hand: `python figures.py` draws them again."""

import math
from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, RULE, page, text, write


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"bend.svg": bend(), "curves.svg": curves(), "temperature.svg": temperature()})


# ---- two layers, without and with a bend


def bend():
    """x and -x added up: a flat line, and with a ReLU on each of them |x|."""
    parts = []
    for left, titles, f in (
        (0, ("without a bend:", "x + (−x) = 0"), lambda x: x),
        (280, ("with ReLU:", "relu(x) + relu(−x) = |x|"), lambda x: max(0.0, x)),
    ):
        at = _plane(left + 140, 190, 52, 44)
        parts += [
            text(left + 16, 30, titles[0], INK),
            text(left + 16, 53, titles[1], BLUE),
            _line(at(-2.4, 0), at(2.4, 0), INK, 1.2),
            _line(at(0, -2.3), at(0, 2.5), INK, 1.2),
            _curve(at, lambda x, f=f: f(x) + f(-x), BLUE, 7, opacity=0.55),
            _curve(at, f, ORANGE, 2.5, dash="9 5"),
            _curve(at, lambda x, f=f: f(-x), INK, 2.5, dash="2 6"),
        ]
        parts += [text(*_moved(at(x, 0), 0, 18), f"{x:g}", INK, "middle") for x in (-2, 2)]
    parts += [
        _line((16, 328), (56, 328), ORANGE, 2.5, "9 5"),
        text(64, 334, "first hidden unit", ORANGE),
        _line((296, 328), (336, 328), INK, 2.5, "2 6"),
        text(344, 334, "second hidden unit", INK),
        _line((16, 360), (56, 360), BLUE, 7),
        text(64, 366, "their sum, the output", BLUE),
    ]
    title = (
        "Two hidden units, x and minus x: their sum is 0 everywhere; with a ReLU on each, the sum "
        "is the absolute value of x"
    )
    return page(560, 384, title, parts, anchor="start")


# ---- seven activations and their derivatives


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def gelu(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu_slope(x):
    t = math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner


ACTIVATIONS = [
    ("sigmoid", sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    ("tanh", math.tanh, lambda x: 1 - math.tanh(x) ** 2),
    ("relu", lambda x: max(0.0, x), lambda x: float(x > 0)),
    ("leaky_relu, slope 0.1", lambda x: x if x > 0 else 0.1 * x, lambda x: 1.0 if x > 0 else 0.1),
    ("softplus", lambda x: math.log1p(math.exp(x)), sigmoid),
    ("silu", lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    ("gelu", gelu, gelu_slope),
]


def curves():
    """A panel for each activation: the function, and its derivative broken."""
    parts = []
    for place, (name, f, slope) in enumerate(ACTIVATIONS):
        left, top = 280 * (place % 2), 188 * (place // 2)
        at = _plane(left + 140, top + 118, 29, 38)
        parts += [
            _line(at(-4, 1), at(4, 1), RULE, 2),
            _line(at(-4.1, 0), at(4.1, 0), INK, 1.2),
            _line(at(0, -1.2), at(0, 2.1), INK, 1.2),
            text(*_moved(at(0, 1), -6, -5), "1", GREY, "end"),
            text(*_moved(at(-4, 0), 0, 34 if -0.5 < f(-4) < -0.05 else 17), "−4", GREY),
            text(*_moved(at(4, 0), 0, 17), "4", GREY, "end"),
            _curve(at, f, BLUE, 3.5, reach=4, top=2.1),
            _curve(at, slope, ORANGE, 2.5, reach=4, dash="8 5"),
            text(left + 16, top + 26, name, INK),
        ]
    parts += [
        _line((300, 640), (350, 640), BLUE, 3.5),
        text(360, 645, "the function", BLUE),
        _line((300, 672), (350, 672), ORANGE, 2.5, "8 5"),
        text(360, 677, "its derivative: how", ORANGE),
        text(360, 699, "much of a gradient", ORANGE),
        text(360, 721, "gets back", ORANGE),
    ]
    title = (
        "Seven activation functions from -4 to 4, each with its derivative: that of sigmoid stays "
        "below a quarter, those of sigmoid and tanh vanish on both sides, that of relu below 0"
    )
    return page(560, 752, title, parts, anchor="start")


# ---- softmax at three temperatures


def temperature():
    """Bars: the probabilities of the scores 0, ln 2, ln 5 at temperatures ½, 1 and 2."""
    parts = []
    for group, (name, t) in enumerate((("temperature ½", 0.5), ("1", 1.0), ("2", 2.0))):
        powers = [k ** (1 / t) for k in (1, 2, 5)]
        for place, power in enumerate(powers):
            p = power / sum(powers)
            x, height = 40 + 180 * group + 48 * place, 170 * p
            parts += [
                f'<rect x="{x}" y="{220 - height:.1f}" width="40" height="{height:.1f}" '
                f'fill="{BLUE if place == 2 else GREY}"/>',
                text(x + 20, round(212 - height, 1), f"{p:.3f}", INK, "middle"),
                text(x + 20, 240, ("0", "ln 2", "ln 5")[place], INK, "middle"),
            ]
        parts.append(text(108 + 180 * group, 28, name, ORANGE, "middle"))
    parts += [_line((24, 220), (536, 220), INK, 1.5), text(24, 268, "score", GREY)]
    title = (
        "Softmax of the scores 0, ln 2 and ln 5: at temperature one half the largest gets 0.833, "
        "at 1 it gets 0.625, at 2 it gets 0.481"
    )
    return page(560, 284, title, parts, anchor="start")


# ---- parts of a picture


def _plane(x0, y0, x_unit, y_unit):
    """A function from coordinates to places in the picture, with the origin at x0, y0."""
    return lambda x, y: (round(x0 + x_unit * x, 1), round(y0 - y_unit * y, 1))


def _moved(point, dx, dy):
    return round(point[0] + dx, 1), round(point[1] + dy, 1)


def _curve(at, f, colour, width, reach=2.2, top=math.inf, dash="", opacity=1):
    xs = [i / 20 for i in range(round(-20 * reach), round(20 * reach) + 1)]
    points = " ".join("{},{}".format(*at(x, f(x))) for x in xs if f(x) <= top)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-opacity="{opacity}"{dashes}/>'
    )


def _line(start, end, colour, width, dash=""):
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}" stroke="{colour}" '
        f'stroke-width="{width}"{dashes}/>'
    )


if __name__ == "__main__":
    main(Path(__file__).parent)
