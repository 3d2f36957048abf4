"""The figures of 4.1: a network on Tensors with its pullbacks, and one array in two hands."""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, ORANGE, PALE, arrow, page, text, write

BACK = ' stroke-dasharray="6 4"'  # of what flows backwards

FROM_THE_LEFT = ' text-anchor="start" font-size="16"'


def box(x, y, width, words, shape, colour=BLUE):
    """A node: what it is, and its shape."""
    return [
        f'<rect x="{x - width / 2:g}" y="{y - 27}" width="{width}" height="54" rx="8" '
        f'fill="{PALE}" stroke="{colour}" stroke-width="2"/>',
        text(x, y - 4, words),
        text(x, y + 18, shape, GREY, more=' font-size="15"'),
    ]


# what is computed, its shape, the leaf that comes in, and what the pullbacks do with g
STEPS = [
    ("@", "(32, 100)", ("W₁", "(64, 100)"), ["to W₁: Xᵀ g"]),
    ("+", "(32, 100)", ("b₁", "(100,)"), ["up: g", "to b₁: g, summed over 32 rows"]),
    ("relu", "(32, 100)", None, ["up: g where the input was above 0"]),
    ("@", "(32, 10)", ("W₂", "(100, 10)"), ["up: g W₂ᵀ", "to W₂: Aᵀ g"]),
    ("+", "(32, 10)", ("b₂", "(10,)"), ["up: g", "to b₂: g, summed over 32 rows"]),
    ("cross_entropy", "()", ("targets", "(32,)"), ["up: (shares − one-hot) · g / 32"]),
]


def network():
    """The graph of one batch of digits: nodes down the middle, leaves left, pullbacks right."""
    middle, left, right, step, top = 330, 90, 418, 86, 84
    parts = [
        text(middle, 28, "there: what is computed", BLUE),
        text(right + 130, 28, "back: what g becomes", ORANGE),
        *box(middle, top, 142, "X", "(32, 64)", GREY),
        text(right, top + 6, "a constant: nothing comes here", GREY, more=FROM_THE_LEFT),
        arrow(f"M{middle} {top + 28}V{top + step - 30}", BLUE),
    ]
    for i, (op, shape, leaf, pulls) in enumerate(STEPS, start=1):
        y = top + step * i
        parts += box(middle, y, 142, op, shape)
        if i > 1:
            parts.append(arrow(f"M{middle - 14} {y - step + 28}V{y - 30}", BLUE))
            parts.append(arrow(f"M{middle + 14} {y - 28}V{y - step + 30}", ORANGE, more=BACK))
        if leaf:
            parts += box(left, y, 130, *leaf, colour=GREY if leaf[0] == "targets" else BLUE)
            parts.append(arrow(f"M{left + 67} {y}H{middle - 73}", BLUE))
        for line, words in enumerate(pulls):
            shift = 6 - 11 * (len(pulls) - 1) + 23 * line
            parts.append(text(right, y + shift, words, ORANGE, more=FROM_THE_LEFT))
    title = "One batch of digits on Tensors: the operations with their shapes, and their pullbacks"
    return page(720, top + step * 6 + 50, title, parts)


def cells(x, y, numbers, colour=BLUE):
    return [
        part
        for i, number in enumerate(numbers)
        for part in (
            f'<rect x="{x + 50 * i}" y="{y}" width="50" height="36" fill="{PALE}" '
            f'stroke="{colour}" stroke-width="2"/>',
            text(x + 50 * i + 25, y + 24, number),
        )
    ]


def shared():
    """(x + y) + x: one array under two names, before and after an addition in place."""
    return page(
        700,
        330,
        "One gradient array in two hands: added to in place it changes for both",
        [
            text(180, 30, "after x + y: one array, two names"),
            text(90, 76, "x.grad"),
            text(270, 76, "y.grad"),
            *cells(130, 110, ("1", "10")),
            arrow("M90 84L140 110", BLUE),
            arrow("M270 84L220 110", BLUE),
            text(180, 178, "+ hands on what came, as it is", GREY),
            f'<path d="M350 20V310" stroke="{GREY}" stroke-width="1"/>',
            text(525, 30, "x.grad += g: written into it", ORANGE),
            text(435, 76, "x.grad"),
            text(615, 76, "y.grad"),
            *cells(475, 110, ("2", "20"), ORANGE),
            arrow("M435 84L485 110", BLUE),
            arrow("M615 84L565 110", BLUE),
            text(525, 170, "y.grad is wrong, and nobody touched it", ORANGE),
            text(525, 216, "x.grad = x.grad + g: a new array", BLUE),
            text(435, 250, "x.grad"),
            text(615, 250, "y.grad"),
            *cells(385, 262, ("2", "20")),
            *cells(565, 262, ("1", "10")),
            text(180, 240, "then a second gradient,", GREY),
            text(180, 264, "g = [1, 10], comes for x", GREY),
        ],
    )


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"network.svg": network(), "shared.svg": shared()})


if __name__ == "__main__":
    main(Path(__file__).parent)
