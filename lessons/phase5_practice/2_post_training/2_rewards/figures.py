"""The figures of 5.2's second page: the loop of a checker, and the objective that is clipped."""

from pathlib import Path

from dojo.pictures.svg import (
    BLUE,
    BOLD,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    RULE,
    arrow,
    page,
    text,
    write,
)

ANSWERS = [("85", -0.58), ("95", 1.73), ("85", -0.58), ("85", -0.58)]


def box(x, y, width, height, *words, colour=BLUE, fill=PALE):
    top = y - 10 * (len(words) - 1)
    return [
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" '
        f'rx="4" fill="{fill}" stroke="{colour}" stroke-width="2"/>',
        *(text(x, top + 20 * i + 6, each) for i, each in enumerate(words)),
    ]


def loop():
    """One question, four answers, and back."""
    parts = [
        *box(80, 130, 110, 56, "question", "57+38"),
        *box(230, 130, 90, 56, "model", colour=ORANGE),
        arrow("M137 130H183"),
        text(395, 30, "answers", GREY),
        text(515, 30, "checker", GREY),
        text(640, 30, "advantage", GREY),
    ]
    for i, (answer, advantage) in enumerate(ANSWERS):
        y = 62 + 46 * i
        good = advantage > 0
        parts.append(arrow(f"M277 130L358 {y}"))
        parts += box(395, y, 64, 34, answer, colour=GREY, fill=FAINT)
        parts.append(text(515, y + 6, "right: 1" if good else "wrong: 0", GREEN if good else INK))
        parts.append(
            text(640, y + 6, f"{advantage:+.2f}".replace("-", "−"), GREEN if good else INK,
                 more=BOLD if good else "")
        )  # fmt: skip
    parts += [
        arrow("M640 222V262H230V164", ORANGE),
        text(435, 254, "likelier what was better, rarer the rest", ORANGE),
    ]
    title = "A question is answered four times; the right answer is praised, the others are not"
    return page(720, 280, title, parts, size=16)


LOW, HIGH, SCALE = 0.4, 1.7, 200  # of the ratio, and pixels for each 1


def panel(x, heading, A):
    """min(ratio · A, held · A) over the ratio."""

    def at(ratio, value):
        return f"{x + (ratio - LOW) * SCALE:.1f},{(200 if A > 0 else 60) - value * 100:.1f}"

    ratios = [LOW, 0.8, 1.0, 1.2, HIGH]
    line = " ".join(at(r, min(r * A, min(max(r, 0.8), 1.2) * A)) for r in ratios)
    free = " ".join(at(r, r * A) for r in (LOW, HIGH))
    parts = [text(x + 130, 30, heading, INK)]
    for ratio in (0.8, 1.0, 1.2):
        left = x + (ratio - LOW) * SCALE
        parts.append(f'<path d="M{left:g} 44V236" stroke="{RULE}" stroke-width="1.5"/>')
        parts.append(text(left, 256, f"{ratio:g}", GREY))
    flat = 1.45 if A > 0 else 0.55
    y = (200 - 1.2 * 100 if A > 0 else 60 + 0.8 * 100) + 28
    parts += [
        f'<polyline points="{free}" fill="none" stroke="{GREY}" stroke-width="1.5" '
        'stroke-dasharray="6 5"/>',
        f'<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="3.5"/>',
        text(x + (flat - LOW) * SCALE, y, "enough", ORANGE, more=BOLD),
    ]
    return parts


def clip():
    parts = [
        *panel(40, "a good token, A = 1", 1),
        *panel(400, "a bad token, A = −1", -1),
        text(170, 284, "ratio: probability now, over then", GREY),
        text(530, 284, "ratio", GREY),
    ]
    title = "The clipped objective: flat above 1.2 for a good token, and below 0.8 for a bad one"
    return page(720, 300, title, parts, size=16)


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"loop.svg": loop(), "clip.svg": clip()})


if __name__ == "__main__":
    main(Path(__file__).parent)
