"""The figures of 4.4's page on Llama: what changed in a block, RoPE, and grouped queries."""

from math import cos, sin
from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, PALE, arrow, page, text, write


def box(x, y, width, height, words, changed=False):
    colour, thick = (ORANGE, 3) if changed else (BLUE, 1.5)
    return [
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" '
        f'rx="4" fill="{PALE}" stroke="{colour}" stroke-width="{thick}"/>',
        text(x, y + 6, words),
    ]


# what stands in both models, bottom to top: GPT, Llama
PARTS = [
    ("token table", "token table"),
    ("+ table of positions", "no positions here"),
    ("LayerNorm", "RMSNorm"),
    ("attention, k and v per head", "attention: RoPE, k and v shared"),
    ("LayerNorm", "RMSNorm"),
    ("GELU, two matrices", "SwiGLU, three matrices"),
    ("LayerNorm", "RMSNorm"),
    ("head = token table", "head of its own"),
]


def changes():
    """GPT and Llama side by side: the same stack, and every part but one is another."""
    parts = [text(200, 34, "GPT-2", BLUE), text(560, 34, "Llama", BLUE)]
    for row, names in enumerate(PARTS):
        y = 470 - 56 * row
        for x, name in zip((200, 560), names):
            parts += box(x, y, 290, 38, name, changed=x == 560 and names[0] != names[1])
            if row:
                parts.append(arrow(f"M{x} {y + 37}V{y + 20}"))
    for x in (200, 560):  # from the stream around what reads it
        for low in (2, 4):
            y = 470 - 56 * low
            parts.append(
                f'<path d="M{x} {y + 27}H{x - 172}V{y - 85}H{x - 6}" stroke="{GREY}" fill="none" '
                'stroke-width="2" marker-end="url(#grey)"/>'
            )
    parts.append(text(380, 522, "thick: not as in GPT-2; and no biases anywhere in Llama"))
    return page(760, 540, "GPT-2 and Llama: the same stack of parts, most of them exchanged", parts)


def dial(x, y, radius, angles, names, colour=BLUE):
    """A circle with an arrow for each angle, counted anti-clockwise from the right."""
    parts = [
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{PALE}" stroke="{GREY}" stroke-width="1"/>'
    ]
    for angle, name in zip(angles, names):
        c, s = cos(angle), sin(angle)
        parts.append(arrow(f"M{x} {y}L{x + radius * c:.1f} {y - radius * s:.1f}", colour))
        away = radius + 12 + 4 * len(name)
        parts.append(text(x + away * c, y - away * s + 6, name))
    return parts


def rope():
    """The first pair turns by a radian for each position, the next ones more slowly; and q and k
    at the same distance have the same angle between them, wherever they stand.
    """
    parts = [text(380, 30, "where a pair of channels points at some positions", BLUE)]
    for x, speed, name in (
        (150, 1.0, "first pair: 1 a step"),
        (380, 0.3, "a later one: 0.3 a step"),
        (610, 0.05, "a late one: 0.05 a step"),
    ):
        shown = range(4) if speed > 0.1 else (0, 9)
        parts += dial(x, 140, 70, [speed * p for p in shown], map(str, shown))
        parts.append(text(x, 256, name, GREY))
    parts.append(f'<path d="M30 280H730" stroke="{GREY}" stroke-width="1"/>')
    parts.append(text(380, 312, "the angle from k to q: two steps, wherever they are", ORANGE))
    for x, m, n in ((200, 3, 1), (560, 7, 5)):
        a, b = 0.5 + 0.7 * m, 0.2 + 0.7 * n
        parts += dial(x, 420, 70, [a], [f"q at {m}"], ORANGE)
        parts += dial(x, 420, 70, [b], [f"k at {n}"])[1:]
        steps = [b + (a - b) * i / 16 for i in range(17)]
        path = "L".join(f"{x + 34 * cos(t):.1f} {420 - 34 * sin(t):.1f}" for t in steps)
        parts.append(f'<path d="M{path}" stroke="{INK}" fill="none" stroke-width="2"/>')
    parts.append(text(380, 426, "the same", INK))
    return page(
        760, 520, "RoPE turns pairs of channels; only distances are left in q times k", parts
    )


def groups():
    """Six heads of queries on six, three and one head of keys and values."""
    parts = []
    for x, n, name in ((20, 6, "multi-head"), (270, 3, "grouped"), (520, 1, "multi-query")):
        parts.append(text(x + 110, 32, name, BLUE))
        width = 220 / 6
        for h in range(6):
            centre = x + width * (h + 0.5)
            parts += box(centre, 76, 30, 34, f"{h}")
            owner = x + 220 / n * (h // (6 // n) + 0.5)
            parts.append(arrow(f"M{owner:.1f} 164L{centre:.1f} 96"))
        for g in range(n):
            centre = x + 220 / n * (g + 0.5)
            parts += box(centre, 184, 30, 38, f"{g}", changed=True)
        parts.append(text(x + 110, 238, f"cache: {n}/6" if n < 6 else "cache: all", GREY))
    parts.append(text(380, 276, "above: heads of queries; below, thick: heads of keys and values"))
    return page(760, 294, "Heads of queries that share heads of keys and values", parts)


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"changes.svg": changes(), "rope.svg": rope(), "groups.svg": groups()})


if __name__ == "__main__":
    main(Path(__file__).parent)
