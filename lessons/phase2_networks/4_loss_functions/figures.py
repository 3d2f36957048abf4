"""The figures of lesson 2.4, written as SVG by hand: `python figures.py` draws them again."""

from math import exp, log
from pathlib import Path

from dojo.pictures.svg import BLUE, GREEN, GREY, INK, ORANGE, RULE, page, text, write

DASHED, DOTTED = ' stroke-dasharray="10 6"', ' stroke-dasharray="2 6" stroke-linecap="round"'


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"errors.svg": errors(), "push.svg": push(), "classes.svg": classes()})


class Plot:
    """A rectangle of the page in which x runs from x0 to x1 and y from y0 to y1."""

    def __init__(self, left, top, width, height, x0, x1, y0, y1):
        self.left, self.top, self.width, self.height = left, top, width, height
        self.x0, self.x1, self.y0, self.y1 = x0, x1, y0, y1

    def at(self, x, y):
        return (
            self.left + self.width * (x - self.x0) / (self.x1 - self.x0),
            self.top + self.height * (self.y1 - y) / (self.y1 - self.y0),
        )

    def line(self, p, q, colour, more=""):
        (x, y), (u, v) = self.at(*p), self.at(*q)
        return (
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{u:.1f}" y2="{v:.1f}" stroke="{colour}" {more}/>'
        )

    def curve(self, f, colour, more="", points=161):
        """The part of a curve that lies inside."""
        xs = [self.x0 + (self.x1 - self.x0) * i / (points - 1) for i in range(points)]
        inside = [(x, f(x)) for x in xs if self.y0 <= f(x) <= self.y1]
        path = " ".join("{:.1f},{:.1f}".format(*self.at(*point)) for point in inside)
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3"{more}/>'

    def text(self, x, y, words, colour=INK, anchor="start"):
        u, v = self.at(x, y)
        return text(round(u, 1), round(v, 1), words, colour, anchor)

    def frame(self, xticks, yticks):
        """Lines at the ticks of y, an axis at y = 0, and the numbers beside both."""
        parts = []
        for y in yticks:
            parts.append(self.line((self.x0, y), (self.x1, y), RULE, 'stroke-width="1"'))
            _, v = self.at(self.x0, y)
            parts.append(text(self.left - 8, round(v + 5, 1), _signed(y), GREY, "end"))
        parts.append(self.line((self.x0, 0), (self.x1, 0), GREY, 'stroke-width="1.5"'))
        for x in xticks:
            u, _ = self.at(x, 0)
            parts.append(text(round(u, 1), self.top + self.height + 20, _signed(x), GREY, "middle"))
        return parts


# ---- the three losses of regression


def errors():
    """Squared, absolute and Huber loss over the error, and the slope of each."""
    above = Plot(52, 40, 428, 200, -5, 5, 0, 9)
    below = Plot(52, 306, 428, 150, -5, 5, -4, 4)
    losses = (
        (lambda d: d * d, lambda d: 2 * d, BLUE, ""),
        (abs, lambda d: (d > 0) - (d < 0), GREEN, DOTTED),
        (
            lambda d: d * d / 2 if abs(d) <= 1 else abs(d) - 0.5,
            lambda d: max(-1.0, min(1.0, d)),
            ORANGE,
            DASHED,
        ),
    )
    parts = [text(16, 24, "loss", INK), *above.frame((), (0, 3, 6, 9))]
    parts += [above.curve(f, colour, more) for f, _, colour, more in losses]
    parts += [
        above.text(2.2, 7.9, "squared", BLUE, "end"),
        above.text(-4.9, 5.5, "absolute", GREEN),
        above.text(5, 1.1, "Huber, δ = 1", ORANGE, "end"),
        text(16, 290, "push on the prediction (the slope)", INK),
        *below.frame((-4, -2, 0, 2, 4), (-3, 0, 3)),
    ]
    absolute = (losses[1][2], 'stroke-width="3"' + DOTTED)
    parts += [
        below.curve(losses[0][1], BLUE),
        below.line((-5, -1), (0, -1), *absolute),
        below.line((0, 1), (5, 1), *absolute),
        below.curve(losses[2][1], ORANGE, DASHED),
        below.text(1.2, 2.9, "squared: twice the error", BLUE, "end"),
        below.text(-4.9, 0.45, "absolute: ±1", GREEN),
        below.text(5, -1.3, "Huber: the error, up to δ", ORANGE, "end"),
        text(266, 500, "error: prediction − target", INK, "middle"),
    ]
    return page(
        500,
        514,
        "Squared, absolute and Huber loss over the error, and below the slope of each: the "
        "slope of the squared loss grows without end, that of the absolute loss is 1 on either "
        "side, that of Huber follows the error up to 1 and stays there",
        parts,
        anchor="start",
    )


# ---- from sure and right to sure and wrong


def _sigmoid(z):
    return 1 / (1 + exp(-z))


def push():
    """How hard a logit is pushed up, where the target is 1, by two losses."""
    plot = Plot(52, 44, 428, 240, 6, -6, 0, 1)
    parts = [
        text(16, 24, "push up on the logit z, where the right answer is 1", INK),
        *plot.frame((6, 4, 2, 0, -2, -4, -6), (0, 0.25, 0.5, 0.75, 1)),
        plot.curve(lambda z: 1 - _sigmoid(z), BLUE),
        plot.curve(lambda z: 2 * (1 - _sigmoid(z)) ** 2 * _sigmoid(z), ORANGE, DASHED),
        plot.text(-0.6, 0.86, "cross-entropy", BLUE, "end"),
        plot.text(-1.6, 0.3, "squared error", ORANGE),
        text(52, 328, "sure and right", INK),
        text(480, 328, "sure and wrong", INK, "end"),
        text(266, 328, "logit z", INK, "middle"),
    ]
    return page(
        500,
        346,
        "The push on the logit when the right answer is 1: cross-entropy pushes the harder the "
        "more wrong the prediction is, squared error of a sigmoid hardly pushes a prediction "
        "that is sure and wrong",
        parts,
        anchor="start",
    )


# ---- probabilities minus one-hot


def classes():
    """Three probabilities, the one-hot target, and their difference: the gradient."""
    logits, target = (2.0, 1.0, -1.0), 1
    total = sum(map(exp, logits))
    probs = [exp(z) / total for z in logits]
    parts = []
    for row, (title, numbers, colour) in enumerate(
        (
            ("probs", probs, BLUE),
            ("one-hot target", [float(i == target) for i in range(3)], GREY),
            (
                "gradient = probs − one-hot",
                [p - (i == target) for i, p in enumerate(probs)],
                ORANGE,
            ),
        )
    ):
        base = (112, 232, 352)[row]
        parts.append(text(16, base - 84, title, colour))
        parts.append(
            f'<line x1="70" y1="{base}" x2="440" y2="{base}" stroke="{GREY}" stroke-width="1.5"/>'
        )
        for i, number in enumerate(numbers):
            middle, height = 130 + 120 * i, abs(number) * 62
            top = base - height if number >= 0 else base
            parts.append(
                f'<rect x="{middle - 28}" y="{top:.1f}" width="56" height="{height:.1f}" '
                f'fill="{colour}"/>'
            )
            beside = base + height + 18 if number < 0 else base - height - 7
            parts.append(text(middle, round(beside, 1), _signed(round(number, 3)), INK, "middle"))
    parts += [
        *(
            text(130 + 120 * i, 446, name, INK, "middle")
            for i, name in enumerate(("clear", "cloudy", "rain"))
        ),
        text(
            250, 474, f"loss = −log {probs[target]:.3f} = {-log(probs[target]):.3f}", INK, "middle"
        ),
    ]
    return page(
        500,
        490,
        "Three bars of probability, the one-hot target below them, and below that their "
        "difference, which is the gradient: positive for clear and rain, negative for cloudy",
        parts,
        anchor="start",
    )


def _signed(number):
    return f"{number:g}".replace("-", "−")


if __name__ == "__main__":
    main(Path(__file__).parent)
