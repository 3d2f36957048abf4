"""1.1 · Nudge the inputs of an expression, forecast the change, and find the best step.

Run with `make experiment SECTION=1.1`; with `MINE=1` it runs on your own katas.
"""

import sys

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.finite_differences import (
    numerical_derivative,
    numerical_gradient,
    predict_change,
)

POINT = [2.0, 5.0, 1.0]
NUDGE = 0.001


def f(xs):
    """The expression of the lesson, with three terms: x1·x2 + x1³ - 3·x3."""
    x1, x2, x3 = xs
    return x1 * x2 + x1 * x1 * x1 - 3 * x3


def along_x1(x):
    """f as a function of its first input alone: x³ + 5x - 3."""
    return f([x, *POINT[1:]])


def slope_along_x1(x):
    """The right answer, derived by hand: 3x² + 5."""
    return 3 * x * x + POINT[1]


def nudge_one_at_a_time():
    lab.part(f"one input at a time, by {NUDGE}")
    point = ", ".join(f"{x:g}" for x in POINT)
    print(f"f(x1, x2, x3) = x1·x2 + x1³ - 3·x3 is {f(POINT):g} at ({point})\n")
    for i, slope in enumerate(numerical_gradient(f, POINT)):
        guess = lab.predict(f"x{i + 1} goes from {POINT[i]:g} to {POINT[i] + NUDGE:g}: f moves by?")
        nudges = [NUDGE if j == i else 0.0 for j in range(len(POINT))]
        lab.result(f"{moved_by(nudges):+.6f}, and slope times nudge is {slope * NUDGE:+.6f}", guess)


def nudge_all():
    lab.part("all inputs together")
    gradient = numerical_gradient(f, POINT)
    print(f"the gradient is ({', '.join(f'{slope:.2f}' for slope in gradient)})\n")
    for nudges in ([0.001, -0.002, 0.001], [0.1, -0.2, 0.1], [1.0, -2.0, 1.0]):
        guess = lab.predict(f"x1, x2, x3 move by {nudges}: what does the gradient predict?")
        predicted, actual = predict_change(gradient, nudges), moved_by(nudges)
        lab.result(
            f"predicted {predicted:+.6f}, actual {actual:+.6f}: off by {actual - predicted:+.1e}",
            guess,
        )
    print("Nudges a hundred times larger are off by about ten thousand times as much: the")
    print("forecast leaves out nudge times nudge. The farther away, the less it is worth.")


def find_the_best_step():
    lab.part("which h measures the slope best?")
    guess = lab.predict("of h from 1e-1 down to 1e-14, about which is best for the chord across?")
    steps = [10.0 ** (-quarter / 4) for quarter in range(4, 57)]
    across = [mean_error(lambda x, h=h: numerical_derivative(along_x1, x, h)) for h in steps]
    forwards = [mean_error(lambda x, h=h: (along_x1(x + h) - along_x1(x)) / h) for h in steps]
    print("  h       error across   error forwards   h²       eps·f/h")
    for h, one, other in list(zip(steps, across, forwards))[::4]:
        print(f"  {h:.0e}   {one:.1e}        {other:.1e}          {h * h:.0e}    {rounding(h):.0e}")
    print()
    lab.result(
        f"across: h = {best(steps, across):.0e}, forwards: h = {best(steps, forwards):.0e}", guess
    )
    print("Above the best h the step is too wide: the error is h², so ten times smaller is a")
    print("hundred times better. Below it the two numbers that are subtracted agree in nearly all")
    print("their digits: what rounding left (eps·f) is divided by h, and grows as h shrinks.")
    print("Forwards, the error is about 6h instead of h², so the best it can do is much worse.\n")
    path = lab.output("error_against_h.png")
    plot(path, steps, across, forwards)
    lab.saved(path)


def moved_by(nudges):
    """How far f moves from POINT when its inputs move by `nudges`."""
    return f([x + nudge for x, nudge in zip(POINT, nudges)]) - f(POINT)


def mean_error(slope_at):
    """How far a measured slope of along_x1 is off, on average over points from 1 to 3."""
    points = [1 + i / 50 for i in range(101)]
    return sum(abs(slope_at(x) - slope_along_x1(x)) for x in points) / len(points)


def rounding(h):
    """The size of the rounding error of a difference of numbers near f, divided by h."""
    return sys.float_info.epsilon * f(POINT) / h


def best(steps, errors):
    return min(zip(errors, steps))[1]


def plot(path, steps, across, forwards):
    """Draw the errors against h, both axes logarithmic, and save the picture."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5.5), layout="constrained")
    axes.loglog(steps, forwards, "s--", color="#D55E00", markersize=4, label="forwards")
    axes.loglog(steps, across, "o-", color="#0072B2", markersize=4, label="across (central)")
    wide = [h for h in steps if h * h >= 1e-11]
    axes.loglog(wide, [h * h for h in wide], ":", color="black", label="h²: the step is too wide")
    axes.loglog(
        steps, [rounding(h) for h in steps], "-.", color="#767676", label="eps·f/h: rounding"
    )
    h = best(steps, across)
    axes.annotate(
        f"best h across: {h:.0e}",
        (h, min(across)),
        xytext=(-70, -45),
        textcoords="offset points",
        ha="center",
        arrowprops={"arrowstyle": "->"},
        fontsize=12,
    )
    axes.set_ylim(1e-13, 10)
    axes.set_xlabel("step h", fontsize=13)
    axes.set_ylabel("mean error of the slope", fontsize=13)
    axes.set_title("Error of the measured slope of x³ + 5x − 3, x from 1 to 3", fontsize=13)
    axes.tick_params(labelsize=11)
    axes.legend(fontsize=11, loc="upper center")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main():
    nudge_one_at_a_time()
    nudge_all()
    find_the_best_step()
    lab.end(
        "Replace x1³ by x1² in f, and 3x² + 5 by 2x + 5: why is a wide step exact now, across?",
        "Multiply f and slope_along_x1 by 1000: do the errors grow, and does the best h move?",
        "Set POINT to [200.0, 5.0, 1.0]: which slopes stay, and which forecast gets much worse?",
    )


main()
