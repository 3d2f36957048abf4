"""The figures of 3.2: shapes on the way there and back, and what happens to repeats."""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, ORANGE, PALE, arrow, page, text, write

BACK = ' stroke-dasharray="6 4"'  # of what flows backwards


def box(x, y, width, height, name, shape, colour=BLUE):
    """An array, as wide and high as its shape, with that shape below."""
    left, top = x - width / 2, y - height / 2
    return [
        f'<rect x="{left:g}" y="{top:g}" width="{width}" height="{height}" '
        f'fill="{PALE}" stroke="{colour}" stroke-width="2"/>',
        text(x, y + 6, name),
        text(x, top + height + 20, shape, GREY),
    ]


def shapes():
    """Two layers, 7 examples, 3 inputs, 5 hidden units, 2 classes: a box for each array."""
    parts = [
        text(360, 30, "there: from X to the loss", BLUE),
        *box(60, 130, 54, 126, "X", "(N, D)"),
        *box(230, 130, 90, 126, "Z", "(N, H)"),
        *box(380, 130, 90, 126, "A", "(N, H)"),
        *box(550, 130, 72, 126, "logits", "(N, K)"),
        *box(672, 130, 40, 40, "L", "()"),
        arrow("M93 130H178", BLUE),
        arrow("M281 130H328", BLUE),
        arrow("M431 130H507", BLUE),
        arrow("M592 130H645", BLUE),
        text(136, 118, "· W₁ + b₁"),
        text(304, 118, "tanh"),
        text(469, 118, "· W₂ + b₂", more=' font-size="15"'),
        text(616, 118, "loss", more=' font-size="15"'),
        text(360, 256, "back: every gradient has the shape of its array", ORANGE),
        *box(230, 350, 90, 126, "dZ", "(N, H)", ORANGE),
        *box(380, 350, 90, 126, "dA", "(N, H)", ORANGE),
        *box(550, 350, 72, 126, "dlogits", "(N, K)", ORANGE),
        *box(672, 350, 40, 40, "1", "()", ORANGE),
        arrow("M648 350H594", ORANGE, more=BACK),
        arrow("M509 350H433", ORANGE, more=BACK),
        arrow("M330 350H283", ORANGE, more=BACK),
        arrow("M180 350H118", ORANGE, more=BACK),
        text(472, 338, "· W₂ᵀ"),
        text(306, 338, "1 − A²", more=' font-size="15"'),
        text(62, 330, "dW₁ (D, H)"),
        text(62, 356, "of X and dZ", GREY),
        text(62, 388, "db₁ (H,)"),
        text(62, 414, "sum over N", GREY),
        arrow("M474 358V452", ORANGE, more=BACK),
        text(474, 476, "dW₂ (H, K), of A and dlogits; db₂ (K,), sum over N"),
    ]
    title = "A two-layer network: arrays with their shapes, and gradients of the same shapes"
    return page(720, 496, title, parts)


def cell(x, y, number, colour=BLUE):
    return [
        f'<rect x="{x}" y="{y}" width="46" height="34" fill="{PALE}" stroke="{colour}" '
        'stroke-width="1.5"/>',
        text(x + 23, y + 23, number),
    ]


def grid(x, y, rows, colour=BLUE):
    return [
        part
        for i, row in enumerate(rows)
        for j, number in enumerate(row)
        for part in cell(x + 46 * j, y + 34 * i, number, colour)
    ]


def repeats():
    """A bias on its way to three rows and back; a table's row that is looked up twice."""
    return page(
        720,
        420,
        "What was copied on the way there is summed on the way back",
        [
            text(175, 30, "b (2,) is broadcast to (3, 2)", BLUE),
            *grid(40, 92, [["4", "7"]]),
            *grid(210, 58, [["4", "7"], ["4", "7"], ["4", "7"]]),
            arrow("M140 109H202", BLUE),
            text(545, 30, "db is the sum of the rows", ORANGE),
            *grid(410, 58, [["1", "2"], ["10", "20"], ["100", "200"]], ORANGE),
            *grid(580, 92, [["111", "222"]], ORANGE),
            arrow("M510 109H572", ORANGE, more=BACK),
            f'<path d="M30 200H690" stroke="{GREY}" stroke-width="1"/>',
            text(175, 236, "rows 1, 0, 1 of a table", BLUE),
            *grid(40, 282, [["3", "5"], ["8", "9"]]),
            *grid(210, 265, [["8", "9"], ["3", "5"], ["8", "9"]]),
            text(24, 305, "0", GREY),
            text(24, 339, "1", GREY),
            arrow("M140 316H202", BLUE),
            text(545, 236, "row 1 collects twice", ORANGE),
            *grid(410, 265, [["1", "2"], ["10", "20"], ["100", "200"]], ORANGE),
            *grid(580, 282, [["10", "20"], ["101", "202"]], ORANGE),
            arrow("M510 316H572", ORANGE, more=BACK),
            text(360, 404, "one copy, one gradient; many copies, the sum of theirs", GREY),
        ],
    )


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"shapes.svg": shapes(), "repeats.svg": repeats()})


if __name__ == "__main__":
    main(Path(__file__).parent)
