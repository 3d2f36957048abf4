"""The picture of the front page: what a GPT writes while its loss falls.

The numbers are those that the milestone of this phase printed for its first seed, and for the
models of 4.2: losses in nats for each next token, on names held out.
"""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, page, text, write

COUNTED, NGRAM = 2.530, 2.058
GPT = [  # step, loss, a name that it made up then, and where that stands beside the point
    (250, 2.239, "selled", "right"),
    (500, 2.182, "", ""),
    (750, 2.177, "alaw", "right"),
    (1000, 2.142, "", ""),
    (1250, 2.133, "rylam", "right"),
    (1500, 2.127, "", ""),
    (1750, 2.104, "gunzard", "right"),
    (2000, 2.101, "", ""),
    (2250, 2.078, "hous", "right"),
    (2500, 2.072, "", ""),
    (2750, 2.063, "croft", "right"),
    (3000, 2.047, "hallin", "left"),
    (3250, 2.043, "", ""),
    (3500, 2.034, "buschmann", "left"),
    (3750, 2.029, "", ""),
    (4000, 2.028, "", ""),
]

LEFT, RIGHT, TOP, BOTTOM = 70, 700, 60, 350
HIGHEST, LOWEST, LAST = 2.55, 1.98, 4000


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"names.svg": names()})


def x_of(step):
    return LEFT + (RIGHT - LEFT) * step / LAST


def y_of(loss):
    return TOP + (BOTTOM - TOP) * (HIGHEST - loss) / (HIGHEST - LOWEST)


def level(loss, words):
    """A dashed line across, with its name above its left end."""
    y = y_of(loss)
    return [
        f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{ORANGE}" stroke-width="2" '
        'stroke-dasharray="7 5"/>',
        text(LEFT, y - 8, f"{words}: {loss:.2f}", ORANGE, "start"),
    ]


def names():
    points = " ".join(f"{x_of(step):.1f},{y_of(loss):.1f}" for step, loss, _, _ in GPT)
    parts = [
        text(LEFT, 30, "loss on names held out, in nats", anchor="start"),
        *level(COUNTED, "pairs of letters, counted"),
        *level(NGRAM, "n-gram MLP of 4.2"),
        f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="3"/>',
        text(x_of(250) + 6, y_of(2.239) - 34, "your GPT, and what it writes:", BLUE, "start"),
    ]
    for step, loss, name, side in GPT:
        x, y = x_of(step), y_of(loss)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BLUE}"/>')
        if side == "right":
            parts.append(text(x + 6, y - 10, name, INK, "start"))
        if side == "left":
            parts.append(text(x, y + 24, name, INK, "middle"))
    parts += [text(x_of(step), BOTTOM + 28, f"{step:,}", GREY) for step in range(0, 4001, 1000)]
    parts.append(text((LEFT + RIGHT) / 2, BOTTOM + 54, "steps of training", GREY))
    title = "The loss of a GPT on surnames, and names that it made up on the way"
    return page(740, 420, title, parts, size=16)


if __name__ == "__main__":
    main(Path(__file__).parent)
