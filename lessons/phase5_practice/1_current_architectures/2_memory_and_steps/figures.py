"""The figures of 5.1's second sitting: what a token leaves behind, and what five rounds do."""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, ORANGE, PALE, WARM, arrow, page, text, write


def box(x, y, width, *words, colour=BLUE, fill=PALE):
    """A box around a point, with lines of text."""
    height = 22 + 20 * len(words)
    top = y - 10 * (len(words) - 1)
    return [
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" '
        f'rx="4" fill="{fill}" stroke="{colour}" stroke-width="2"/>',
        *(text(x, top + 20 * i + 6, each) for i, each in enumerate(words)),
    ]


def latent():
    """From a token to what is remembered, and from there to keys and values, or past them."""
    parts = [
        *box(70, 150, 90, "token", "(C,)"),
        arrow("M116 150H168"),
        text(142, 138, "down", GREY),
        f'<rect x="174" y="62" width="196" height="190" rx="8" fill="none" stroke="{ORANGE}" '
        'stroke-width="2" stroke-dasharray="6 4"/>',
        text(272, 48, "all that is remembered", ORANGE),
        *box(272, 108, 166, "small vector (L,)", "normed", colour=ORANGE, fill=WARM),
        *box(272, 204, 166, "shared key (R,)", "turned", colour=ORANGE, fill=WARM),
        arrow("M360 92L462 60"),
        text(420, 62, "up", GREY),
        *box(580, 52, 226, "a key (D,) for each head", "a value (D,) for each head"),
        text(580, 100, "made anew for every query", GREY),
        arrow("M360 122L462 160"),
        *box(580, 166, 226, "compared as it is:", "queries have taken up in"),
        text(580, 214, "absorbed", GREY),
        arrow("M360 204L462 256"),
        *box(580, 270, 226, "the same behind each head"),
    ]
    title = "Latent attention: a token leaves a small vector and one turned key behind"
    return page(720, 310, title, parts, size=16)


def rounds():
    """What 1, 3 and 5 rounds make of a singular value from 0 to 1."""
    left, right, top, bottom, high = 70, 690, 40, 290, 1.3

    def x_of(s):
        return left + (right - left) * s

    def y_of(s):
        return bottom - (bottom - top) * s / high

    parts = [
        f'<rect x="{left}" y="{y_of(1.14):.1f}" width="{right - left}" '
        f'height="{y_of(0.68) - y_of(1.14):.1f}" fill="{PALE}"/>',
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{GREY}"/>',
        *(text(left - 12, y_of(v) + 6, f"{v:g}", GREY, "end") for v in (0, 0.5, 1)),
        *(text(x_of(v), bottom + 24, f"{v:g}", GREY) for v in (0, 0.2, 0.4, 0.6, 0.8, 1)),
        text((left + right) / 2, bottom + 50, "a singular value, as a share of the norm", GREY),
    ]
    for n, colour, dash in ((1, GREY, "2 5"), (3, ORANGE, "8 5"), (5, BLUE, "")):
        points = []
        for i in range(0, 621):
            s = i / 620
            for _ in range(n):
                s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
            points.append(f"{left + i},{y_of(s):.1f}")
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" '
            f'stroke-width="2.5"{dashed}/>'
        )
    for x, colour, words in (
        (340, GREY, "1 round"),
        (440, ORANGE, "3 rounds"),
        (560, BLUE, "5 rounds"),
    ):
        parts.append(text(x, bottom - 16, words, colour))
    title = "Rounds of Newton and Schulz: after five, nearly all singular values are near 1"
    return page(720, 350, title, parts, size=16)


def main(folder):
    """Write the figures into the folder of the sitting."""
    write(folder, {"latent.svg": latent(), "rounds.svg": rounds()})


if __name__ == "__main__":
    main(Path(__file__).parent)
