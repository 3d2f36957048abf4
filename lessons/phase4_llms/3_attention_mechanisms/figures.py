"""The figures of 4.3: what a mask hides, one query's weights by hand, and how heads are cut."""

from math import exp
from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, PALE, arrow, page, text, write


def cell(x, y, words, fill=PALE, stroke=BLUE, width=46, height=34):
    return [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="1.5"/>',
        text(x + width / 2, y + height / 2 + 6, words),
    ]


def masked(left, top, T, S):
    """The mask of the last T of S positions, with their numbers at its sides."""
    parts = [text(left + 46 * s + 23, top - 12, s, GREY) for s in range(S)]
    for t in range(T):
        position = S - T + t
        parts.append(text(left - 18, top + 34 * t + 23, position, GREY))
        for s in range(S):
            sees = s <= position
            parts += cell(
                left + 46 * s,
                top + 34 * t,
                "0" if sees else "−∞",
                PALE if sees else "url(#hidden)",
                BLUE if sees else GREY,
            )
    return parts


def mask():
    """All positions at once, and two that come after a memory of three."""
    parts = [
        '<defs><pattern id="hidden" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="8" height="8" fill="#ffffff"/>'
        '<rect width="3" height="8" fill="#d0d0d0"/></pattern></defs>',
        text(160, 30, "causal_mask(5)", BLUE),
        text(160, 56, "key", GREY),
        text(14, 187, "query", GREY, more=' transform="rotate(-90 14 187)"'),
        *masked(60, 98, 5, 5),
        text(552, 30, "causal_mask(2, 5)", BLUE),
        text(552, 56, "key", GREY),
        text(406, 132, "query", GREY, more=' transform="rotate(-90 406 132)"'),
        *masked(450, 98, 2, 5),
        f'<path d="M450 182V194H588V182" fill="none" stroke="{ORANGE}" stroke-width="2"/>',
        text(519, 216, "remembered", ORANGE),
        f'<path d="M588 182V194H680V182" fill="none" stroke="{INK}" stroke-width="2"/>',
        text(634, 216, "new"),
        text(565, 256, "the queries are the last rows", GREY),
    ]
    return page(
        720,
        290,
        "What a causal mask adds to the scores: 0 keeps a pair, minus infinity hides it",
        parts,
    )


KEYS = {"the": [0, 0, 1, 1], "cat": [1, 1, 0, 0], "sleeps": [0, 1, 0, 0]}
VALUES = {"the": 10, "cat": 20, "sleeps": 30}
QUERY = [2, 2, 0, 0]


def query():
    """Score, exp, share and product for the three words that one query may look at."""
    scores = {word: sum(a * b for a, b in zip(QUERY, key)) / 2 for word, key in KEYS.items()}
    total = sum(exp(score) for score in scores.values())
    columns = (64, 180, 305, 415, 525, 636)
    heads = ("", "key", "q · k / √4", "exp", "share", "· value")
    parts = [
        text(360, 32, f"“sleeps” asks with q = {QUERY}", BLUE),
        *(text(x, 74, head, GREY) for x, head in zip(columns, heads)),
        f'<path d="M24 88H696" stroke="{GREY}" stroke-width="1"/>',
    ]
    mix = 0.0
    for row, (word, key) in enumerate(KEYS.items()):
        y, share = 124 + 52 * row, exp(scores[word]) / total
        mix += share * VALUES[word]
        parts += [
            text(columns[0], y, word),
            text(columns[1], y, str(key)),
            text(columns[2], y, f"{scores[word]:g}"),
            text(columns[3], y, f"{exp(scores[word]):.2f}"),
            f'<rect x="{columns[4] - 48}" y="{y + 8}" width="{96 * share:.1f}" height="9" '
            f'fill="{ORANGE}"/>',
            text(columns[4], y, f"{share:.3f}", ORANGE, more=' font-weight="bold"'),
            text(columns[5], y, f"· {VALUES[word]} = {share * VALUES[word]:.1f}"),
        ]
    parts += [
        f'<path d="M24 256H696" stroke="{GREY}" stroke-width="1"/>',
        text(columns[3], 286, f"{total:.2f}"),
        text(columns[4], 286, "1", ORANGE, more=' font-weight="bold"'),
        text(columns[5], 286, f"{mix:.1f}", BLUE, more=' font-weight="bold"'),
        text(columns[0], 286, "sum", GREY),
    ]
    return page(
        720,
        310,
        "One query, three keys: scores, their exponentials, shares, and the mix of values",
        parts,
    )


def rows_of(left, top, fills, names, width):
    """Two positions: rows of cells, each with its fill."""
    return [
        part
        for t in range(len(names))
        for c, name in enumerate(names[t])
        for part in cell(left + width * c, top + 34 * t, name, fills(t, c), BLUE, width)
    ]


def heads():
    """Two positions of six channels, cut into three heads: by columns, and by a plain reshape."""
    shades = ("#cfe3f1", "#ffffff", "#f6d3bd")
    names = [["a0", "a1", "a2", "a3", "a4", "a5"], ["b0", "b1", "b2", "b3", "b4", "b5"]]
    flat = [*names[0], *names[1]]
    parts = [
        text(160, 30, "x (2, 6)", BLUE),
        *rows_of(22, 50, lambda t, c: shades[c // 2], names, 46),
        text(50, 142, "head 0", GREY),
        text(160, 142, "head 1", GREY),
        text(270, 142, "head 2", GREY),
        arrow("M310 84H386", BLUE),
        text(545, 30, "split_heads(x, 3) is (3, 2, 2)", BLUE),
    ]
    for h in range(3):
        own = [row[2 * h : 2 * h + 2] for row in names]
        parts += rows_of(400 + 108 * h, 50, lambda t, c, h=h: shades[h], own, 46)
    parts += [
        text(542, 142, "in each head position a, then position b", GREY),
        f'<path d="M24 168H696" stroke="{GREY}" stroke-width="1"/>',
        text(160, 222, "a plain reshape to (3, 2, 2)", ORANGE),
        text(160, 248, "cuts through time instead:", INK),
    ]
    for h in range(3):
        part = flat[4 * h : 4 * h + 4]
        parts += rows_of(
            400 + 108 * h,
            196,
            lambda t, c, part=part: shades[int(part[2 * t + c][1]) // 2],
            [part[:2], part[2:]],
            46,
        )
    parts += [
        text(545, 288, "head 0 has only a, head 2 only b", GREY),
        f'<path d="M310 230H386" fill="none" stroke="{ORANGE}" stroke-width="2.5" '
        'stroke-dasharray="6 4"/>',
    ]
    return page(
        720, 308, "Heads are columns of channels; a plain reshape mixes positions up", parts
    )


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"mask.svg": mask(), "query.svg": query(), "heads.svg": heads()})


if __name__ == "__main__":
    main(Path(__file__).parent)
