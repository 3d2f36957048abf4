"""The figure of 5.4: a program, and the same with its gradients."""

from pathlib import Path

from dojo import tree

tree.Tree(solutions=True).install()

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, arrow, page, text, write
from katas.phase1_autodiff.value import Value
from katas.phase5_practice.compiled import gradient_program
from katas.phase5_practice.program import listing, operands
from katas.phase5_practice.trace import trace

LINE, TOP = 24, 66
CODE = ' font-family="monospace" font-size="15"'


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"program.svg": program()})


def loss(inputs):
    w, b = inputs
    error = (w * 2 + b).tanh() - 0.5
    return error * error


def y_of(place):
    return TOP + LINE * place


def column(x, lines, first_new):
    """The lines of a listing, those of the backward pass in another colour."""
    return [
        text(x, y_of(i), line, ORANGE if i >= first_new else INK, "start", CODE)
        for i, line in enumerate(lines)
    ]


def program():
    inputs = [Value(1.5), Value(-1.0)]
    forward, both = trace(loss, inputs), gradient_program(loss, inputs)
    n = len(forward.instructions)
    *lines, results = listing(forward)
    *all_lines, all_results = listing(both)
    parts = [
        text(110, 32, "as traced", BLUE),
        text(440, 32, "with its gradients", BLUE),
        *column(40, [*lines, results], n + 1),
        *column(360, [*all_lines, all_results], n),
        arrow(f"M240 {y_of(n / 2):g}H330", BLUE, width=3),
        text(285, y_of(n / 2) - 12, "gradient_program", GREY, more=' font-size="14"'),
    ]
    right = 540
    for place in range(n, len(both.instructions)):
        for read in sorted(set(operands(both.instructions[place]))):
            if read < n:
                bend = right + 50 + 14 * (place - n)
                y, end = y_of(place) - 5, y_of(read) - 5
                parts.append(
                    f'<path d="M{right} {y}C{bend} {y} {bend} {end} {right} {end}" fill="none" '
                    f'stroke="{GREY}" stroke-width="1.5"/>'
                )
    title = "A program of nine instructions; behind them eight more, that read what they have left"
    return page(700, y_of(len(all_lines)) + 30, title, parts, size=16)


if __name__ == "__main__":
    main(Path(__file__).parent)
