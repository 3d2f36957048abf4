"""The figure of 5.4's second sitting: when compiling has paid."""

from math import log10
from pathlib import Path

from dojo.pictures.svg import BLUE, GREEN, GREY, INK, ORANGE, RULE, page, text, write

# seconds to build, and for a step: two moons, as BENCHMARKS.md had them when this was drawn
WAYS = {"engine": (0, 0.025, GREY), "Python": (1.48, 0.00214, BLUE), "C": (15.8, 7.76e-5, ORANGE)}
LEFT, RIGHT, TOP, BOTTOM = 90, 630, 44, 330
STEPS, SECONDS = (0, 5), (-2, 3)  # powers of ten at the edges
SMALL = ' font-size="15"'


def x_of(steps):
    return LEFT + (RIGHT - LEFT) * (log10(steps) - STEPS[0]) / (STEPS[1] - STEPS[0])


def y_of(seconds):
    return BOTTOM - (BOTTOM - TOP) * (log10(seconds) - SECONDS[0]) / (SECONDS[1] - SECONDS[0])


def curve(build, step, colour):
    """The seconds that so many steps take, building included, as far as there is room."""
    powers = [STEPS[0] + i / 20 for i in range(20 * (STEPS[1] - STEPS[0]) + 1)]
    taken = [(10**power, build + step * 10**power) for power in powers]
    points = [(x_of(n), y_of(s)) for n, s in taken if s <= 10 ** SECONDS[1]]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="3"/>'


def worth():
    """Seconds over steps for the engine, Python and C; marks where one overtakes another."""
    parts = []
    for power in range(STEPS[0], STEPS[1] + 1):
        x = x_of(10**power)
        parts.append(f'<path d="M{x:g} {TOP}V{BOTTOM}" stroke="{RULE}"/>')
        parts.append(text(x, BOTTOM + 22, f"{10**power:,}", GREY, more=SMALL))
    for power in range(SECONDS[0], SECONDS[1] + 1):
        y = y_of(10**power)
        parts.append(f'<path d="M{LEFT} {y:g}H{RIGHT}" stroke="{RULE}"/>')
        parts.append(text(LEFT - 8, y + 5, f"{10**power:,} s", GREY, "end", SMALL))
    parts += [curve(*way) for way in WAYS.values()]
    for slow, fast in (("engine", "Python"), ("Python", "C")):
        (build, step, _), (other_build, other_step, _) = WAYS[slow], WAYS[fast]
        n = (other_build - build) / (step - other_step)
        x, y = x_of(n), y_of(build + step * n)
        said = f"{n:.0f} steps" if n < 1000 else f"{round(n, -2):,.0f} steps"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{GREEN}"/>')
        parts.append(text(x + 12, y + 22, said, GREEN, "start", SMALL))
    for name, (build, step, colour) in WAYS.items():
        words = f"{name}, compiled first" if build else name
        x, y = x_of(1.15 if build else 1.6), y_of(build + step * (1.15 if build else 3))
        parts.append(text(x, y - 12, words, colour, "start", SMALL))
    parts.append(text((LEFT + RIGHT) / 2, BOTTOM + 46, "steps", INK, more=SMALL))
    title = "Seconds over steps, on log scales: Python overtakes the engine, and later C Python"
    return page(700, BOTTOM + 62, title, parts, size=16)


def main(folder):
    """Write the figure into the folder of the sitting."""
    write(folder, {"worth.svg": worth()})


if __name__ == "__main__":
    main(Path(__file__).parent)
