"""The figures of 5.3's first sitting: guesses that are kept, and attention in tiles."""

from pathlib import Path

from dojo.pictures.svg import BLUE, FAINT, GREY, INK, ORANGE, PALE, WARM, arrow, page, text, write

SIDE, TILES, AT = 40, 6, (2, 3)  # the tile that is looked at: row, column
LEFT, TOP = 64, 62
SMALL = ' font-size="15"'


def tiles():
    """All pairs of queries and keys, of which one tile is in memory, and what is kept of a row."""
    parts = [
        text(LEFT + SIDE * TILES / 2, 28, "keys", GREY),
        text(28, TOP + SIDE * TILES / 2, "queries", GREY, more=_turned(28, TOP + SIDE * TILES / 2)),
    ]
    for row in range(TILES):
        for column in range(TILES):
            done = row < AT[0] or (row == AT[0] and column < AT[1])
            here = (row, column) == AT
            fill = ORANGE if here else PALE if done else FAINT
            stroke = BLUE if done else "#cccccc"
            parts.append(
                f'<rect x="{LEFT + SIDE * column}" y="{TOP + SIDE * row}" width="{SIDE - 3}" '
                f'height="{SIDE - 3}" fill="{fill}" stroke="{ORANGE if here else stroke}"/>'
            )
    middle = TOP + SIDE * (AT[0] + 0.5)
    right = LEFT + SIDE * TILES
    parts += [
        arrow(f"M{LEFT + SIDE * (AT[1] + 1)} {middle:g}H{right + 82}", ORANGE),
        text(right + 42, middle - 12, "merge", ORANGE, more=SMALL),
        f'<rect x="{right + 88}" y="{middle - 62:g}" width="142" height="124" rx="6" '
        f'fill="{WARM}" stroke="{ORANGE}"/>',
        text(right + 159, middle - 34, "of these queries", INK, more=SMALL),
        *(
            text(right + 159, middle - 4 + 24 * i, word, INK, more=' font-weight="bold"')
            for i, word in enumerate(("largest", "total", "mixed"))
        ),
        arrow(f"M{right + 232} {middle:g}h88", BLUE),
        text(right + 274, middle - 12, "at the end", BLUE, more=SMALL),
        text(right + 326, middle + 6, "mixed / total", INK, "start"),
    ]
    legend = TOP + SIDE * TILES + 34
    for x, fill, stroke, words in (
        (LEFT, ORANGE, ORANGE, "scores in memory"),
        (LEFT + 200, PALE, BLUE, "seen, and given back"),
        (LEFT + 420, FAINT, "#cccccc", "not yet computed"),
    ):
        parts += [
            f'<rect x="{x}" y="{legend - 13}" width="16" height="16" fill="{fill}" '
            f'stroke="{stroke}"/>',
            text(x + 24, legend, words, INK, "start"),
        ]
    return page(
        740,
        legend + 22,
        "Of all pairs of queries and keys one tile of scores is in memory at a time",
        parts,
        size=16,
    )


SHARES = ((0.10, 0.30), (0.45, 0.25), (0.20, 0.25), (0.25, 0.20))  # p and q of four tokens
HIGH = 420  # of a share of 1


def accept():
    """p and q of four tokens: what both give is kept, what p gives beyond it is made up for."""
    parts, base, wide = [], 246, 64
    for i, (p, q) in enumerate(SHARES):
        x = 40 + 108 * i
        for low, high, fill, stroke, dash in (
            (0, min(p, q), PALE, BLUE, ""),
            (q, p, WARM, ORANGE, ""),
            (p, q, "#ffffff", GREY, ' stroke-dasharray="5 4"'),
        ):
            if high > low:
                parts.append(
                    f'<rect x="{x}" y="{base - HIGH * high:g}" width="{wide}" '
                    f'height="{HIGH * (high - low):g}" fill="{fill}" stroke="{stroke}" '
                    f'stroke-width="2"{dash}/>'
                )
        parts += [
            text(x + wide / 2, base + 22, f"token {i}", GREY, more=SMALL),
            text(x + wide / 2, base - HIGH * max(p, q) - 10, f"p {p:.2f}, q {q:.2f}", more=SMALL),
        ]
    parts.append(f'<path d="M24 {base}h440" stroke="{GREY}" stroke-width="1.5"/>')
    for i, (fill, stroke, dash, words) in enumerate(
        (
            (PALE, BLUE, "", ("kept: both give it,", "min(p, q)")),
            ("#ffffff", GREY, ' stroke-dasharray="5 4"', ("guessed too often:", "not kept")),
            (WARM, ORANGE, "", ("guessed too rarely:", "drawn instead of the dashed")),
        )
    ):
        y = 74 + 62 * i
        parts += [
            f'<rect x="494" y="{y}" width="18" height="18" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="2"{dash}/>',
            text(522, y + 7, words[0], INK, "start", SMALL),
            text(522, y + 27, words[1], INK, "start", SMALL),
        ]
    return page(750, 286, "Guesses are kept where p and q overlap", parts, size=16)


def _turned(x, y):
    return f' transform="rotate(-90 {x:g} {y:g})"'


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"accept.svg": accept(), "tiles.svg": tiles()})


if __name__ == "__main__":
    main(Path(__file__).parent)
