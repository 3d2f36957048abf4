"""The figures of 3.4: the three parts and who may look at them, and early stopping."""

from pathlib import Path

from dojo.pictures.svg import BLUE, BOLD, GREEN, GREY, INK, ORANGE, arrow, page, text, write


def parts():
    """150 flowers: 78 to learn from, 21 to watch, 51 to judge by."""
    columns = [
        # left, width, colour, name, size, who looks at it
        (10, 292, BLUE, "training", 78, ("moves the weights,", "every batch")),
        (312, 120, ORANGE, "validation", 21, ("says when", "to stop")),
        (442, 192, GREEN, "test", 51, ("judges, once,", "at the very end")),
    ]
    drawn = [
        text(322, 26, "iris.csv: 150 flowers, shuffled with their labels", GREY),
        '<rect x="10" y="38" width="624" height="14" fill="#bbbbbb"/>',
    ]
    for left, width, colour, name, size, looks in columns:
        middle = left + width / 2
        drawn += [
            arrow(f"M{middle:g} 54V82", width=2),
            f'<rect x="{left}" y="86" width="{width}" height="62" rx="6" fill="#ffffff" '
            f'stroke="{colour}" stroke-width="3"/>',
            text(middle, 112, name, colour, more=BOLD),
            text(middle, 136, f"{size} flowers"),
            text(middle, 176, looks[0]),
            text(middle, 198, looks[1]),
        ]
    drawn += [
        text(156, 240, "fit: mean and deviation", BLUE, more=BOLD),
        f'<line x1="156" y1="206" x2="156" y2="222" stroke="{BLUE}" stroke-width="2"/>',
        arrow("M278 234H330", width=2),
        text(466, 240, "transform: all three parts", INK, more=BOLD),
        text(322, 276, "what is measured, is measured on the training part alone", GREY),
    ]
    return page(644, 292, "Three parts of the data, and what each may be used for", drawn)


def stopping():
    """Validation losses 5, 4, 3, 3.5, 3.2, 4 with a patience of 3."""
    losses = [5, 4, 3, 3.5, 3.2, 4]
    training = [4.6, 3.4, 2.5, 1.9, 1.5, 1.2]

    def place(epoch, loss):
        return 70 + 84 * epoch, 262 - 40 * loss

    def line(numbers, colour, more=""):
        corners = " ".join(
            "{:g},{:g}".format(*place(epoch, loss)) for epoch, loss in enumerate(numbers, start=1)
        )
        return (
            f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="3"{more}/>'
        )

    drawn = [
        f'<line x1="110" y1="262" x2="610" y2="262" stroke="{GREY}" stroke-width="1.5"/>',
        f'<line x1="110" y1="262" x2="110" y2="40" stroke="{GREY}" stroke-width="1.5"/>',
        text(60, 56, "loss", GREY),
        line(training, BLUE),
        line(losses, ORANGE, ' stroke-dasharray="9 5"'),
    ]
    for epoch, loss in enumerate(losses, start=1):
        x, y = place(epoch, loss)
        filled = ORANGE if epoch == 3 else "#ffffff"
        drawn += [
            f'<circle cx="{x:g}" cy="{y:g}" r="7" fill="{filled}" stroke="{ORANGE}" '
            'stroke-width="2.5"/>',
            text(x, y - 16, f"{loss:g}", ORANGE),
            text(x, 284, epoch, GREY),
        ]
    for waited, epoch in enumerate((4, 5, 6), start=1):
        drawn.append(text(place(epoch, 0)[0], 308, f"waited {waited}"))
    best, last = place(3, 0)[0], place(6, 0)[0]
    drawn += [
        text(best, 308, "best", ORANGE, more=BOLD),
        text(64, 284, "epoch", GREY),
        arrow(f"M{last:g} 318C{last:g} 352 {best:g} 352 {best:g} 320", width=2),
        text(340, 368, "patience 3 is at an end: the third epoch's weights again"),
        text(566, 244, "training", BLUE),
        text(470, 92, "validation", ORANGE),
    ]
    return page(644, 384, "Early stopping keeps the weights of the best epoch, not the last", drawn)


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"parts.svg": parts(), "stopping.svg": stopping()})


if __name__ == "__main__":
    main(Path(__file__).parent)
