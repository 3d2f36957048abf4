"""The figures of 5.1: what a window sees, one layer and two, and who is chosen by a bias."""

from pathlib import Path

from dojo.pictures.svg import BLUE, BOLD, FAINT, GREY, INK, ORANGE, PALE, page, text, write

SIDE, T, WINDOW = 24, 8, 3


def grid(left, heading, below, sees):
    """A panel of T queries and T keys; sees(query, key) is 0, 1 or 2 layers away."""
    parts = [text(left + SIDE * T / 2, 34, heading, BLUE)]
    for t in range(T):
        for s in range(T):
            fill = {0: FAINT, 1: BLUE, 2: ORANGE}[sees(t, s)]
            x, y = left + SIDE * s, 52 + SIDE * t
            parts.append(
                f'<rect x="{x}" y="{y}" width="{SIDE - 2}" height="{SIDE - 2}" fill="{fill}"/>'
            )
    return [*parts, text(left + SIDE * T / 2, 52 + SIDE * T + 26, below, GREY)]


def windows():
    """All of the past, a window of three, and what two layers of such windows reach."""

    def past(t, s):
        return int(s <= t)

    def window(t, s):
        return int(t - WINDOW < s <= t)

    def twice(t, s):
        return window(t, s) or 2 * int(t - 2 * WINDOW + 1 < s <= t)

    parts = [
        text(16, 148, "query", GREY, more=' transform="rotate(-90 16 148)"'),
        *grid(36, "all of the past", "key", past),
        *grid(268, "a window of 3", "key", window),
        *grid(500, "two layers of it", "key", twice),
        f'<rect x="226" y="292" width="16" height="16" fill="{BLUE}"/>',
        text(250, 306, "seen", INK, "start"),
        f'<rect x="320" y="292" width="16" height="16" fill="{ORANGE}"/>',
        text(344, 306, "heard of, through a neighbour", INK, "start"),
    ]
    return page(
        720, 324, "What a position sees through a window, and through two layers", parts, size=16
    )


def bar(x, base, height, fill, stroke, words, dash=""):
    top = base - max(height, 0)
    return [
        f'<rect x="{x}" y="{top:g}" width="44" height="{abs(height):g}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="2"{dash}/>',
        text(x + 22, top - 8, words, INK),
    ]


def routing():
    """Scores, scores with bias, and the gates of those who are chosen."""
    scores, bias = [0.2, 0.3, 0.5], [0.25, 0.0, -0.25]
    biased = [s + b for s, b in zip(scores, bias)]
    chosen = sorted(sorted(range(3), key=lambda e: -biased[e])[:2])
    total = sum(scores[e] for e in chosen)
    parts = []
    for left, heading, below in (
        (30, "the scores", "what the router says"),
        (270, "score + bias", "decides who is chosen"),
        (510, "the gates", "scores, without the bias"),
    ):
        parts += [
            text(left + 90, 32, heading, BLUE),
            f'<path d="M{left} 230h180" stroke="{GREY}" stroke-width="1.5"/>',
            text(left + 90, 286, below, GREY),
            *(
                text(left + 30 + 60 * e, 254, f"expert {e}", GREY, more=' font-size="14"')
                for e in range(3)
            ),
        ]
    for e in range(3):
        left_out = e not in chosen
        colour, fill = (GREY, FAINT) if left_out else (ORANGE, "#fdf1e8")
        parts += bar(38 + 60 * e, 230, 260 * scores[e], PALE, BLUE, f"{scores[e]:.1f}")
        parts += bar(278 + 60 * e, 230, 260 * biased[e], fill, colour, f"{biased[e]:.2f}")
        gate = 0.0 if left_out else scores[e] / total
        if gate:
            parts += bar(518 + 60 * e, 230, 260 * gate, fill, colour, f"{gate:.1f}")
        else:
            parts.append(text(540 + 60 * e, 222, "0", GREY, more=BOLD))
    return page(
        720,
        304,
        "A bias decides which experts are chosen, and not how much they count",
        parts,
        size=16,
    )


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"windows.svg": windows(), "routing.svg": routing()})


if __name__ == "__main__":
    main(Path(__file__).parent)
