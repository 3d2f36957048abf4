"""The figures of 1.3: the running example with its gradients, and paths against edges."""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, arrow, page, text, write


def box(x, y, formula, grad):
    """A node: its number in blue, its gradient in orange below."""
    return [
        f'<rect x="{x - 61}" y="{y - 30}" width="122" height="60" rx="8" '
        f'fill="#f4f8fb" stroke="{BLUE}" stroke-width="2"/>',
        text(x, y - 6, formula, BLUE),
        text(x, y + 19, f"grad {grad}", ORANGE),
    ]


def diamond():
    """L = (u + 1) u² with u = 2x, at x = 1.5."""
    parts = [
        arrow("M128 150H178", width=2),
        arrow("M272 120L330 81", width=2),
        arrow("M272 180L330 219", width=2),
        arrow("M454 81L512 120", width=2),
        arrow("M454 219L512 180", width=2),
        text(153, 140, "2"),
        text(292, 92, "1"),
        text(292, 222, "6"),
        text(492, 92, "9"),
        text(492, 222, "4"),
        *box(66, 150, "x = 1.5", 66),
        *box(240, 150, "u = 2x = 3", 33),
        *box(392, 70, "p = u+1 = 4", 9),
        *box(392, 230, "q = u² = 9", 4),
        *box(558, 150, "L = pq = 36", 1),
        text(312, 24, "numbers flow to the right, gradients back to the left", GREY),
        text(312, 292, "x to L by p:  2 · 1 · 9 = 18"),
        text(312, 318, "x to L by q:  2 · 6 · 4 = 48"),
        text(312, 344, "together: 66"),
    ]
    title = "The diamond L = pq: local derivatives on the edges, gradients in the nodes"
    return page(624, 360, title, parts)


def doubling():
    """x = x + x again and again: edges grow by two, paths by a factor of two."""
    parts = []
    for i in range(4):
        x = 60 + 115 * i
        if i < 3:
            parts += [
                arrow(f"M{x + 22} 52Q{x + 57} 26 {x + 93} 52", width=2),
                arrow(f"M{x + 22} 68Q{x + 57} 94 {x + 93} 68", width=2),
            ]
        else:
            parts.append(text(x + 50, 66, "…", GREY, more=' font-size="24"'))
        parts += [
            f'<circle cx="{x}" cy="60" r="23" fill="#f4f8fb" stroke="{BLUE}" stroke-width="2"/>',
            text(x, 66, "x" if i == 0 else "+", BLUE),
        ]
    parts.append(
        f'<circle cx="520" cy="60" r="23" fill="#f4f8fb" stroke="{BLUE}" stroke-width="2"/>'
    )
    parts.append(text(520, 66, "+", BLUE))
    rows = [
        ("levels", ["1", "2", "3", "60"], INK),
        ("edges", ["2", "4", "6", "120"], BLUE),
        ("paths", ["2", "4", "8", "2⁶⁰ ≈ 10¹⁸"], ORANGE),
    ]
    for row, (name, numbers, colour) in enumerate(rows):
        y = 128 + 26 * row
        parts.append(text(60, y, name, colour, more=' font-weight="bold"'))
        for x, number in zip((175, 290, 405, 520), numbers):
            parts.append(text(x, y, number, colour))
    return page(590, 200, "A graph that doubles: edges and paths from x after each level", parts)


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"diamond.svg": diamond(), "doubling.svg": doubling()})


if __name__ == "__main__":
    main(Path(__file__).parent)
