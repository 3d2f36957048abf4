"""3.1 · Walk down a round and a narrow bowl, below and above the limit, and look from above.

Run with `make experiment SECTION=3.1`; with `MINE=1` it runs on your own katas.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.value import Value
from katas.phase3_training.gradient_descent import (
    fit_line,
    fit_line_exact,
    gradient_descent_step,
    is_diverging,
    largest_stable_learning_rate,
    learning_rate_sweep,
    line_search,
    minimize,
)

ROUND, NARROW = (10.0, 10.0), (1.0, 10.0)  # curvatures along x and along y
START = [-4.0, 1.0]
PARTS = (0.5, 0.95, 1.05)  # of the largest stable rate
STEPS = 12
RATES_SHOWN = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"


def main():
    one_weight()
    two_bowls()
    many_rates()
    a_rate_for_each_step()
    scaled_inputs()
    lab.end(
        "Set NARROW to (1.0, 100.0). By how much does the limit fall, and how many times as many "
        "steps does it take until x is halved?",
        "The rate 2 / (smallest + largest curvature) makes both factors equally large. Try it on "
        "the narrow bowl: is it faster than 95 % of the limit?",
        "Start the line search of each step with twice the rate that the step before has found, "
        "in place of 1.0. How many evaluations of the loss does that save?",
    )


def bowl(curvatures):
    """Half the sum of curvature · x², as a function of a list of Values."""
    return lambda xs: sum(0.5 * curvature * x**2 for curvature, x in zip(curvatures, xs))


def one_weight():
    lab.part("one weight: (2w - 6)² from w = 0")
    print("The slope changes by 8 for each unit of w, so 2 / 8 = 0.25 is the limit.\n")
    guess = lab.predict("Where is w after one step of 0.125? And at 0.25, after one, two, three?")
    walks = {
        lr: [w for (w,) in minimize(lambda p: (2 * p[0] - 6) ** 2, [0.0], lr, 6)[0]]
        for lr in (0.05, 0.125, 0.2, 0.25, 0.26)
    }
    there = ", ".join(f"{w:g}" for w in walks[0.25][1:4])
    lab.result(f"{walks[0.125][1]:g}, the minimum; and {there}", guess)
    print("  rate    factor   w, step by step")
    for lr, walk in walks.items():
        print(f"  {lr:<6}  {1 - 8 * lr:6.2f}   " + "  ".join(f"{w:6.3f}" for w in walk))


def two_bowls():
    lab.part("two weights: a round and a narrow bowl")
    limit = largest_stable_learning_rate(NARROW)
    print(f"Curvatures {ROUND} and {NARROW}; the limit of the narrow one is {limit:g}.\n")
    guess = lab.predict(
        f"At half the limit, {STEPS} steps: how much of x is left in each of the bowls?"
    )
    walks = {}
    for name, curvatures in (("round", ROUND), ("narrow", NARROW)):
        for part in PARTS:
            walk = minimize(bowl(curvatures), START, part * limit, STEPS)
            walks[name, part] = curvatures, walk
    left = {name: walks[name, 0.5][1][0][-1][0] / START[0] for name in ("round", "narrow")}
    factors = [1 - 0.5 * limit * curvatures[0] for curvatures in (ROUND, NARROW)]
    lab.result(
        f"{abs(left['round']):.0%} in the round bowl, {left['narrow']:.0%} in the narrow one: "
        f"{factors[0]:g} and {factors[1]:g} to the power {STEPS}",
        guess,
    )
    print(f"  bowl     rate             loss: start   after {STEPS} steps")
    for (name, part), (_, (_, losses)) in walks.items():
        verdict = "diverges" if is_diverging(losses) else ""
        rate = f"{part:4.0%} of limit"
        print(f"  {name:<7}  {rate}   {losses[0]:10.2f}      {losses[-1]:10.4f}   {verdict}")
    path = lab.output("paths_over_contours.png")
    draw_walks(path, limit, walks)
    print()
    lab.saved(path)
    print("\nIn the round bowl every slope points at the middle, and half the limit is one step.")
    print("In the narrow one x crawls at that rate, and near the limit y jumps across all the")
    print("time, while x would bear ten times as much.")


def many_rates():
    lab.part("many rates: how far do 12 steps get?")
    guess = lab.predict("Which rate is best in the narrow bowl: small, just below 0.2, above?")
    rates = [0.005 * 1.08**i for i in range(51)]
    sweeps = {
        name: learning_rate_sweep(bowl(curvatures), START, rates, STEPS)
        for name, curvatures in (("round", ROUND), ("narrow", NARROW))
    }
    best = {name: min(pairs, key=lambda pair: pair[1]) for name, pairs in sweeps.items()}
    lab.result(
        f"{best['narrow'][0]:.3f} of those tried, close to the limit; in the round bowl "
        f"{best['round'][0]:.3f}, close to 1 / curvature",
        guess,
    )
    path = lab.output("loss_by_rate.png")
    draw_sweeps(path, sweeps)
    lab.saved(path)


def a_rate_for_each_step():
    lab.part("a line search chooses the rate of each step")
    guess = lab.predict(
        "Every search starts from a rate of 1.0, five times the limit. Will it come down?"
    )
    f = bowl(NARROW)
    parameters = [Value(x) for x in START]
    rates, losses = [], []
    for _ in range(STEPS):
        for parameter in parameters:
            parameter.grad = 0.0
        loss = f(parameters)
        loss.backward()
        losses.append(loss.data)
        point = [parameter.data for parameter in parameters]
        rates.append(line_search(f, point, [parameter.grad for parameter in parameters]))
        gradient_descent_step(parameters, rates[-1])
    losses.append(f(parameters).data)
    lab.result(f"from {losses[0]:.2f} to {losses[-1]:.4f} in {STEPS} steps", guess)
    print("  the rates that were accepted: " + ", ".join(f"{rate:g}" for rate in rates))
    print("  Now and then one above the limit passes: a long stride along x, which y pays for.")


def scaled_inputs():
    lab.part("a line through points: metres, then units of the spread")
    xs, ys = [60.0, 80.0, 120.0], [3.0, 3.6, 5.1]
    guess = lab.predict("How much of b is found in 1,000 steps, if x goes up to 120?")
    exact, walked = fit_line_exact(xs, ys), fit_line(xs, ys, 1.2e-4, 1000)
    lab.result(f"{walked[1] / exact[1]:.1%}: b = {walked[1]:.3f} of {exact[1]:.3f}", guess)
    mean = sum(xs) / len(xs)
    spread = (sum((x - mean) ** 2 for x in xs) / len(xs)) ** 0.5
    zs = [(x - mean) / spread for x in xs]
    guess = lab.predict("And with x - mean, over the spread: in how many steps, at rate 0.5?")
    far = [
        max(abs(a - b) for a, b in zip(fit_line(zs, ys, 0.5, steps), fit_line_exact(zs, ys)))
        for steps in range(3)
    ]
    shown = ", ".join(f"{distance:.2g}" for distance in far)
    lab.result(f"one. Distance from the best line after 0, 1, 2 steps: {shown}", guess)


# ---- pictures


def pyplot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 12, "axes.titlesize": 12, "figure.titlesize": 13})
    return plt


def draw_walks(path, limit, walks):
    """A small map for each walk: contours of the bowl, and the path over them."""
    plt = pyplot()
    figure, grid = plt.subplots(3, 2, figsize=(7, 7.6), layout="constrained")
    figure.suptitle("The same rates on a round and on a narrow bowl", weight="bold")
    colours = dict(zip(PARTS, (BLUE, GREEN, ORANGE)))
    for column, name in enumerate(("round", "narrow")):
        for row, part in enumerate(PARTS):
            curvatures, (points, _) = walks[name, part]
            axes = grid[row][column]
            contours(axes, bowl(curvatures))
            xs, ys = zip(*points)
            axes.plot(xs, ys, "o-", color=colours[part], linewidth=2, markersize=5)
            axes.plot(*points[0], "o", markersize=9, color="white", markeredgecolor="black")
            axes.plot(0, 0, "+", color="black", markersize=13, markeredgewidth=2.5)
            axes.set(
                xlim=(-5, 5),
                ylim=(-3, 3),
                aspect="equal",
                title=f"{name}, {part:.0%} of the limit ({part * limit:g})",
                xticks=(-4, 0, 4),
                yticks=(-2, 0, 2),
            )
    figure.supxlabel("white: the start    +: the minimum", fontsize=12)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def contours(axes, f, fine=61):
    """Lines of equal loss, on a grid of plain numbers."""
    xs = [-5 + 10 * i / (fine - 1) for i in range(fine)]
    ys = [-3 + 6 * i / (fine - 1) for i in range(fine)]
    heights = [[f([Value(x), Value(y)]).data for x in xs] for y in ys]
    levels = [1, 4, 9, 16, 25, 45, 80, 130]
    axes.contour(xs, ys, heights, levels=levels, colors="#bbbbbb", linewidths=1)


def draw_sweeps(path, sweeps):
    """Loss after the last step against the rate, both logarithmic."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(7, 4.6), layout="constrained")
    limit = largest_stable_learning_rate(NARROW)
    for (name, pairs), (colour, style) in zip(sweeps.items(), ((BLUE, "-"), (ORANGE, "--"))):
        rates, losses = zip(*((rate, max(loss, 1e-15)) for rate, loss in pairs))
        axes.plot(rates, losses, style, color=colour, linewidth=2.5, label=f"{name} bowl")
    axes.axvline(limit, color=GREY, linestyle=":", linewidth=2)
    axes.minorticks_off()
    axes.text(limit * 1.04, 3e-8, "limit", color=GREY)
    axes.set(
        xscale="log",
        yscale="log",
        ylim=(1e-9, 1e9),
        xticks=RATES_SHOWN,
        xticklabels=[f"{rate:g}" for rate in RATES_SHOWN],
        xlabel="learning rate",
        ylabel=f"loss after {STEPS} steps",
        title="Too small crawls, too large explodes",
    )
    axes.legend(loc="upper left")
    axes.grid(color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)


main()
