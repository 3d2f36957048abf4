"""The figures of 4.2: windows that stop at a boundary, and three rounds of byte pair encoding."""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, PALE, WARM, page, text, write


def cell(x, y, words, width=44, colour=BLUE, fill=PALE, dashed=False):
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="38" fill="{fill}" '
        f'stroke="{colour}" stroke-width="2"{dash}/>',
        text(x + width / 2, y + 26, words),
    ]


def arrow(x, y):
    return f'<path d="M{x} {y}h22m-7 -6l7 6l-7 6" fill="none" stroke="{INK}" stroke-width="2"/>'


def windows():
    """The stream of emma and ella; below it four windows of three tokens and what comes next."""
    stream = "·emma·ella·"
    parts = [text(360, 30, "the stream: · is the boundary", GREY)]
    for i, char in enumerate(stream):
        is_boundary = char == "·"
        parts += cell(
            96 + 48 * i, 46, char, colour=GREY if is_boundary else BLUE, dashed=is_boundary
        )
    rows = [
        ("·em", "m", "inside a name: the three tokens before"),
        ("mma", "·", "the end of a name is predicted, too"),
        ("···", "e", "emma is over: nothing of it is left"),
        ("··e", "l", "from ella only its e"),
    ]
    parts += [text(121, 128, "window", GREY), text(282, 128, "next", ORANGE)]
    for row, (window, following, words) in enumerate(rows):
        y = 144 + 54 * row
        for i, char in enumerate(window):
            is_boundary = char == "·"
            parts += cell(
                49 + 48 * i, y, char, colour=GREY if is_boundary else BLUE, dashed=is_boundary
            )
        parts.append(arrow(211, y + 19))
        parts += cell(260, y, following, colour=ORANGE, fill=WARM)
        parts.append(text(330, y + 26, words, more=' text-anchor="start"'))
    return page(
        720,
        370,
        "A stream of two names, and windows of three tokens before a next one",
        parts,
        size=18,
    )


def merges():
    """The words of the handout in four rounds; what has just been put together is orange."""
    rounds = [
        ("bytes", ["l o w", "l o w e r", "w i d e s t", "n e w e s t"], None),
        ("s t: 9 times", ["l o w", "l o w e r", "w i d e st", "n e w e st"], "st"),
        ("e st: 9 times", ["l o w", "l o w e r", "w i d est", "n e w est"], "est"),
        ("o w: 7 times", ["l ow", "l ow e r", "w i d est", "n e w est"], "ow"),
    ]
    parts = []
    for column, count in enumerate(("5 ×", "2 ×", "3 ×", "6 ×")):
        parts.append(text(214 + 148 * column, 30, count, GREY))
    for row, (name, words, new) in enumerate(rounds):
        y = 48 + 60 * row
        parts.append(
            text(14, y + 26, name, INK if new else GREY, more=' text-anchor="start" font-size="16"')
        )
        for column, word in enumerate(words):
            widths = [18 + 6 * (len(token) - 1) if len(token) > 1 else 20 for token in word.split()]
            widths = [w + (12 if len(t) > 1 else 0) for w, t in zip(widths, word.split())]
            x = 214 + 148 * column - sum(widths) / 2 - len(widths)
            for token, width in zip(word.split(), widths):
                just = token == new
                parts += cell(x, y, token, width, ORANGE if just else BLUE, WARM if just else PALE)
                x += width + 2
    return page(
        740, 300, "Four words, and the three pairs that are put together first", parts, size=18
    )


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"windows.svg": windows(), "merges.svg": merges()})


if __name__ == "__main__":
    main(Path(__file__).parent)
