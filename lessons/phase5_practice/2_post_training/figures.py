"""The figure of 5.2's first page: a conversation as ids, and what of it is learned."""

from pathlib import Path

from dojo.pictures.svg import BLUE, FAINT, GREY, INK, ORANGE, WARM, arrow, page, text, write

WORDS = ["user", "2", "+", "3", "end", "assistant", "5", "end"]
LEARNED = [False] * 6 + [True] * 2
LEFT, WIDTH, GAP = 20, 82, 8


def box(i, y, words, learned):
    x = LEFT + (WIDTH + GAP) * i
    fill, colour = (WARM, ORANGE) if learned else (FAINT, GREY)
    return [
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="40" rx="4" fill="{fill}" '
        f'stroke="{colour}" stroke-width="{2.5 if learned else 1.5}"/>',
        text(x + WIDTH / 2, y + 26, words, INK),
    ]


def chat():
    """What is read, below what is predicted from it."""
    parts = [
        text(LEFT, 30, "targets: what comes next", GREY, "start"),
        text(LEFT, 190, "inputs: what the model reads", GREY, "start"),
    ]
    for i in range(7):
        parts += box(i, 46, WORDS[i + 1], LEARNED[i + 1])
        x = LEFT + (WIDTH + GAP) * i + WIDTH / 2
        parts.append(arrow(f"M{x} 124V92", ORANGE if LEARNED[i + 1] else GREY))
        parts += box(i, 128, WORDS[i], False)
    x = LEFT + (WIDTH + GAP) * 5
    parts.append(text(x - 10, 228, "asked for with a prompt that ends here", BLUE, "end"))
    parts.append(arrow(f"M{x - 4} 222H{x + WIDTH / 2}V176", BLUE))
    parts.append(text(x + 180, 30, "learned", ORANGE, "end"))
    title = "A question and its answer: eight ids, of which the answer and its end are learned"
    return page(680, 246, title, parts, size=16)


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"chat.svg": chat()})


if __name__ == "__main__":
    main(Path(__file__).parent)
