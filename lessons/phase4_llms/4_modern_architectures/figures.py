"""The figures of 4.4: a GPT, what a cache saves, and what is left to draw from."""

from pathlib import Path

from dojo.pictures.svg import BLUE, FAINT, GREY, INK, ORANGE, PALE, arrow, page, text, write


def box(x, y, width, height, *words, colour=BLUE, fill=PALE):
    """A box around a point, with lines of text."""
    top = y - 10 * (len(words) - 1)
    return [
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" '
        f'rx="4" fill="{fill}" stroke="{colour}" stroke-width="2"/>',
        *(text(x, top + 20 * i + 6, each) for i, each in enumerate(words)),
    ]


def plus(x, y):
    return [
        f'<circle cx="{x}" cy="{y}" r="13" fill="#ffffff" stroke="{BLUE}" stroke-width="2"/>',
        f'<path d="M{x - 7} {y}h14M{x} {y - 7}v14" stroke="{BLUE}" stroke-width="2"/>',
    ]


def gpt():
    """The stream from the table to the table, with the two detours of a block."""
    stream = 232
    parts = [
        # the block and its frame
        f'<rect x="172" y="44" width="376" height="228" rx="8" fill="none" stroke="{GREY}" '
        'stroke-width="1.5" stroke-dasharray="5 4"/>',
        text(360, 34, "a block, n_layer times", GREY),
        # the stream
        arrow(f"M80 {stream}H247", BLUE, width=3),
        arrow(f"M274 {stream}H437", BLUE, width=3),
        arrow(f"M464 {stream}H562", BLUE, width=3),
        text(330, 258, "the stream (B, T, C)", BLUE),
        # detour one
        arrow(f"M190 {stream}V188", BLUE),
        *box(218, 168, 76, 36, "norm1"),
        arrow("M218 150V116", BLUE),
        *box(230, 96, 100, 36, "attention"),
        arrow(f"M262 116V{stream - 15}", BLUE),
        *plus(262, stream),
        # detour two
        arrow(f"M380 {stream}V188", BLUE),
        *box(400, 168, 76, 36, "norm2"),
        arrow("M400 150V118", BLUE),
        *box(424, 92, 128, 48, "feed-forward", "C → 4C → C"),
        arrow(f"M452 118V{stream - 15}", BLUE),
        *plus(452, stream),
        # both ends
        text(66, 364, "ids (B, T)", GREY),
        arrow("M66 346V325", BLUE),
        *box(66, 299, 108, 46, "token table", "(V, C)", colour=ORANGE),
        arrow(f"M66 276V{stream + 15}", BLUE),
        *plus(66, stream),
        arrow(f"M66 194V{stream - 15}", BLUE),
        *box(66, 170, 108, 46, "positions", "(T, C)"),
        *box(597, stream, 64, 36, "norm"),
        arrow(f"M597 {stream + 20}V318", BLUE),
        *box(597, 341, 108, 46, "token tableᵀ", "(C, V)", colour=ORANGE),
        arrow("M652 341H690", BLUE),
        text(684, 318, "logits", GREY),
        text(684, 372, "(B, T, V)", GREY, more=' font-size="14"'),
        f'<path d="M116 310H330V341H540" fill="none" stroke="{ORANGE}" stroke-width="2" '
        'stroke-dasharray="6 4"/>',
        text(330, 366, "one and the same table", ORANGE),
    ]
    title = "A GPT: a stream of C channels, to which attention and feed-forward add, layer by layer"
    return page(740, 384, title, parts, size=16)


def token(x, y, words, kind):
    """A token: computed now, kept from before, or out of sight."""
    colour, fill, dash = {
        "new": (BLUE, PALE, ""),
        "kept": (GREY, FAINT, ""),
        "gone": (GREY, "#ffffff", ' stroke-dasharray="3 3"'),
    }[kind]
    width = 3 if kind == "new" else 1.5
    return [
        f'<rect x="{x}" y="{y}" width="44" height="36" fill="{fill}" stroke="{colour}" '
        f'stroke-width="{width}"{dash}/>',
        text(x + 22, y + 24, words, GREY if kind == "gone" else INK),
    ]


def cache():
    """Call by call: what the model computes, what comes from the cache, what falls out of sight."""
    calls = [
        ("the prompt", ["2", "5", "0"], ["new"] * 3, "5", "3 computed"),
        ("one new token", ["2", "5", "0", "5"], ["kept"] * 3 + ["new"], "5", "1 computed"),
        (
            "block_size reached",
            ["2", "5", "0", "5", "5"],
            ["kept"] * 4 + ["new"],
            "3",
            "1 computed",
        ),
        (
            "beyond block_size",
            ["2", "5", "0", "5", "5", "3"],
            ["gone"] + ["new"] * 5,
            "1",
            "5 computed",
        ),
    ]
    left = ' text-anchor="start"'
    parts = [text(20, 30, "block_size = 5", GREY, more=left)]
    for row, (name, words, kinds, drawn, cost) in enumerate(calls):
        y = 52 + 62 * row
        parts.append(text(20, y + 24, name, INK, more=left))
        for i, (word, kind) in enumerate(zip(words, kinds)):
            parts += token(190 + 50 * i, y, word, kind)
        end = 190 + 50 * len(words)
        parts.append(arrow(f"M{end} {y + 18}H{end + 34}", ORANGE))
        parts.append(text(end + 52, y + 24, drawn, ORANGE, more=' font-weight="bold"'))
        parts.append(text(620, y + 24, cost, BLUE if row != 3 else ORANGE))
    y = 310
    parts += [
        *token(30, y, "", "new"),
        text(84, y + 24, "computed now", INK, more=left),
        *token(230, y, "", "kept"),
        text(284, y + 24, "keys and values kept", INK, more=left),
        *token(480, y, "", "gone"),
        text(534, y + 24, "out of sight", INK, more=left),
    ]
    return page(
        720,
        364,
        "With a cache only new tokens are computed, until the context is full",
        parts,
        size=16,
    )


def bars(x, heading, below, probs, kept):
    """A panel of four bars, with what is left of them."""
    total = sum(p for p, k in zip(probs, kept) if k)
    parts = [
        text(x + 82, 30, heading, INK),
        f'<path d="M{x + 4} 216h156" stroke="{GREY}" stroke-width="1.5"/>',
    ]
    for i, (p, k) in enumerate(zip(probs, kept)):
        final = p / total if k else p
        height = round(final * 200)
        left = x + 10 + 38 * i
        style = f'fill="{BLUE}"' if k else f'fill="{FAINT}" stroke="{GREY}" stroke-dasharray="3 3"'
        parts.append(f'<rect x="{left}" y="{216 - height}" width="30" height="{height}" {style}/>')
        shown = f"{final:.2f}" if k else "cut"
        parts.append(
            text(left + 15, 208 - height, shown, INK if k else GREY, more=' font-size="14"')
        )
        parts.append(text(left + 15, 236, "abcd"[i], GREY))
    return [*parts, text(x + 82, 264, below, GREY, more=' font-size="14"')]


def sampling():
    """Four tokens of probability 0.4, 0.3, 0.2, 0.1, and what the settings make of them."""
    probs = [0.4, 0.3, 0.2, 0.1]
    squares = [p * p / 0.3 for p in probs]
    every, two = [True] * 4, [True, True, False, False]
    return page(
        720,
        280,
        "What is drawn from: as it is, at temperature 0.5, with top_k 2, with top_p 0.6",
        [
            *bars(12, "temperature 1", "the softmax", probs, every),
            *bars(190, "temperature 0.5", "squares, scaled", squares, every),
            *bars(368, "top_k = 2", "the two best, scaled", probs, two),
            *bars(546, "top_p = 0.6", "a + b cross the line", probs, two),
        ],
        size=16,
    )


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"gpt.svg": gpt(), "cache.svg": cache(), "sampling.svg": sampling()})


if __name__ == "__main__":
    main(Path(__file__).parent)
