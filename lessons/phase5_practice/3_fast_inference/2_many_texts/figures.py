"""The figures of 5.3's second sitting: rows, rounds and blocks."""

from pathlib import Path

from dojo.pictures.svg import (
    BLUE,
    FAINT,
    GREY,
    INK,
    ORANGE,
    PALE,
    RULE,
    WARM,
    arrow,
    page,
    text,
    write,
)


def cell(x, y, width, height, fill, stroke):
    """A box with its upper left corner at a place."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="1.5"/>'
    )


def rows():
    """Three prompts, padded on the left; below each token its position, and what the last sees."""
    prompts, T, w, h, left, top = [[3, 1, 4], [5], [9, 2, 6, 5]], 4, 64, 62, 60, 60
    parts = [text(left + w * (c + 0.5), top - 14, f"col. {c}", GREY) for c in range(T)]
    for b, prompt in enumerate(prompts):
        pad, y = T - len(prompt), top + b * (h + 16)
        parts.append(text(left - 14, y + 36, f"row {b}", GREY, "end"))
        for c in range(T):
            x, inside = left + w * c, c >= pad
            parts.append(cell(x, y, w, h, PALE if inside else FAINT, BLUE if inside else RULE))
            parts.append(
                text(x + w / 2, y + 27, prompt[c - pad] if inside else 0, INK if inside else GREY)
            )
            under = f"at {c - pad}" if inside else "hidden"
            parts.append(text(x + w / 2, y + 50, under, BLUE if inside else GREY))
    x = left + w * T
    parts += [
        cell(x - w - 4, top - 5, w + 8, 3 * h + 42, "none", ORANGE),
        text(x + 24, top + 46, "the newest token", ORANGE, "start"),
        text(x + 24, top + 70, "of every row: what", ORANGE, "start"),
        text(x + 24, top + 94, "follows is read here,", ORANGE, "start"),
        text(x + 24, top + 118, "and put in column 4", ORANGE, "start"),
        text(x + 24, top + 170, "at 0, at 1, …: positions", BLUE, "start"),
        text(x + 24, top + 194, "begin with the text", BLUE, "start"),
    ]
    title = "Prompts of 3, 1 and 4 tokens, padded on the left so that all end in column 3"
    return page(570, 310, title, parts, size=16)


LENGTHS = {"a": 8, "b": 3, "c": 2, "d": 4, "e": 3}  # new tokens of five texts


def schedule(refill):
    """For each of two rows the (text, first step) that it writes, one after the other."""
    waiting, free, steps = list(LENGTHS), [0, 0], [[], []]
    while waiting:
        if not refill:
            free = [max(free)] * 2
        for row in (0, 1) if not refill else (free.index(min(free)),):
            if waiting:
                name = waiting.pop(0)
                steps[row].append((name, free[row]))
                free[row] += LENGTHS[name]
    return steps, max(free)


def refill():
    """Five texts on two rows, pair by pair, and refilled at once."""
    w, h, left = 36, 34, 130
    parts = []
    for k, (words, way) in enumerate((("pair by pair", False), ("refilled", True))):
        steps, end = schedule(way)
        top = 50 + k * 130
        parts.append(text(left, top - 14, f"{words}: {end} steps", INK, "start"))
        for row in (0, 1):
            y = top + row * (h + 6)
            parts.append(text(left - 14, y + 23, f"row {row}", GREY, "end"))
            parts.append(cell(left, y, w * end, h, FAINT, RULE))
            for name, begun in steps[row]:
                colour, fill = (BLUE, PALE) if name in "ace" else (ORANGE, WARM)
                x, width = left + w * begun, w * LENGTHS[name]
                parts.append(cell(x, y, width, h, fill, colour))
                parts.append(text(x + width / 2, y + 23, f"text {name}", colour))
    title = "Five texts on two rows: pair by pair it takes longer than refilled at once"
    return page(left + w * 16 + 10, 270, title, parts, size=16)


def pages():
    """Two texts after a fork, of which one has gone on: tables, blocks, users."""
    parts, w, h = [], 30, 34
    tables = [
        ("text 0", ["A", "B"], 6, 40, BLUE, PALE),
        ("text 1", ["A", "C"], 7, 190, ORANGE, WARM),
    ]
    heights = {"A": 40, "B": 115, "C": 190}
    marks = {"A": (["0", "1", "2", "3"], "2 users, full"), "B": (["4", "5", "", ""], "1 user"),
             "C": (["4", "5", "6", ""], "a copy, written on: 1 user")}  # fmt: skip
    for name, blocks, length, y, colour, fill in tables:
        parts.append(text(20, y + 22, f"{name}: {length} positions", colour, "start"))
        for i, block in enumerate(blocks):
            x = 200 + i * w
            parts += [cell(x, y, w, h, fill, colour), text(x + w / 2, y + 23, block, colour)]
            begun, end = (x + w if i else x + w / 2, y + h / 2), (356, heights[block] + h / 2)
            if i == 0 and name == "text 0":
                path = f"M{x + w / 2} {y - 2}C{x + 40} {y - 24} 330 {y - 12} 356 {y + 8}"
            elif i == 0:
                path = f"M{x + w / 2} {y - 2}C{x + 20} {y - 90} 320 {y - 130} 356 {y - 120}"
            else:
                path = f"M{begun[0] + 2:g} {begun[1]:g}L{end[0]} {end[1]:g}"
            parts.append(arrow(path, colour))
    for block, (places, words) in marks.items():
        y = heights[block]
        parts.append(text(374, y + 23, block, INK))
        for i, place in enumerate(places):
            parts.append(cell(390 + i * w, y, w, h, PALE if place else FAINT, GREY))
            parts.append(text(390 + (i + 0.5) * w, y + 23, place, INK))
        parts.append(text(390 + 4 * w + 14, y + 23, words, GREY, "start"))
    title = "Two texts share a full block; the one that goes on has copied the one that is not full"
    return page(740, 250, title, parts, size=16)


def main(folder):
    """Write the figures into the folder of the sitting."""
    write(folder, {"rows.svg": rows(), "refill.svg": refill(), "pages.svg": pages()})


if __name__ == "__main__":
    main(Path(__file__).parent)
