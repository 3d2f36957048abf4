"""2.1 · A perceptron learns AND and never XOR; three gates do what one neuron cannot.

Run with `make experiment SECTION=2.1`; with `MINE=1` it runs on your own katas.
"""

from time import perf_counter

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.graph import topological_order
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.neuron import (
    decision_side,
    distance_to_boundary,
    nand_gate,
    or_gate,
    perceptron_update,
    step,
    train_perceptron,
    weighted_sum,
    xor,
)

CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]
AND = [([a, b], a * b) for a, b in CORNERS]
OR = [([a, b], max(a, b)) for a, b in CORNERS]
XOR = [([a, b], (a + b) % 2) for a, b in CORNERS]

EPOCHS = 15
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
ON, OFF = "#d3e6f3", "#f4f4f4"  # where a neuron says 1, and where it says 0


def main():
    and_is_learned()
    xor_is_not()
    three_gates()
    one_record()
    lab.end(
        "Show the examples of AND in another order (reverse the list). Does it still end? With "
        "the same line?",
        "Give the four examples of XOR a third input, x1·x2. One neuron learns it then: why?",
        "Count, for all 16 truth tables of two inputs, how many a single perceptron learns. "
        "Which two are missing?",
    )


def and_is_learned():
    lab.part("one neuron learns AND, a mistake at a time")
    guess = lab.predict("weights and bias start at 0: which epoch is the first without a mistake?")
    weights, bias, mistakes = train_perceptron(AND, EPOCHS)
    lab.result(
        f"epoch {len(mistakes)}; the mistakes per epoch are {counts(mistakes)}",
        guess,
    )

    print("An example counts as a mistake if it is wrong at the moment when it is shown. When the")
    print("epoch ends, the line has moved on, and may be wrong on more of them or fewer:\n")
    print("  after epoch    weights    bias   wrong on")
    lines = [train_perceptron(AND, epoch)[:2] for epoch in range(len(mistakes))]
    for epoch, line in enumerate(lines):
        wrong = ", ".join(f"{a}{b}" for a, b in wrong_on(AND, *line)) or "none"
        print(f"  {epoch:^11}  {line[0][0]:4g} {line[0][1]:4g}   {line[1]:4g}    {wrong}")
    path = lab.output("and_moves_the_line.png")
    draw_lines(
        path,
        "AND: the line moves until all four are right",
        [(f"after epoch {n}" if n else "start", line, AND, None) for n, line in enumerate(lines)],
        (2, 3),
    )
    print()
    lab.saved(path)

    print("\nHow far are the four corners from the line that was learned?\n")
    for corner in CORNERS:
        side = decision_side(weights, bias, corner)
        distance = distance_to_boundary(weights, bias, corner)
        where = {1.0: "on the 1 side", -1.0: "on the 0 side", 0.0: "on the line itself"}[side]
        print(f"  {corner}  {distance:+.3f}  {where}")
    print("\nRight, but with no room at 11: the rule stops at the first line that will do.")


def xor_is_not():
    lab.part("the same neuron on XOR")
    guess = lab.predict(f"how many mistakes will it make in epoch {EPOCHS}?")
    mistakes = {
        name: train_perceptron(examples, EPOCHS)[2]
        for name, examples in (("XOR", XOR), ("AND", AND), ("OR", OR))
    }
    lab.result(f"{mistakes['XOR'][-1]} of 4. Per epoch: {counts(mistakes['XOR'])}", guess)
    path = lab.output("mistakes_per_epoch.png")
    draw_mistakes(path, mistakes)
    lab.saved(path)

    print("\nFrom epoch 3 on it walks in a circle: each example is wrong when it is shown, and")
    print("what repairs it breaks another. One round:\n")
    weights, bias, _ = train_perceptron(XOR, 2)
    print(
        f"  epoch 3 begins with the weights {weights[0]:g} and {weights[1]:g} and the bias {bias:g}"
    )
    panels = []
    for inputs, target in XOR:
        said = step(weighted_sum(weights, inputs, bias).data)
        weights, bias = perceptron_update(weights, bias, inputs, target)
        shown = f"{inputs[0]}{inputs[1]}"
        print(
            f"  {shown} is said to be {said:.0f}, not {target}: now the weights are "
            f"{weights[0]:g} and {weights[1]:g}, the bias is {bias:g}"
        )
        panels.append((f"after {shown}", (weights, bias), XOR, inputs))
    path = lab.output("xor_walks_in_a_circle.png")
    draw_lines(path, "XOR: what repairs one corner breaks another", panels, (2, 2))
    print()
    lab.saved(path)


def three_gates():
    lab.part("three gates do it")
    guess = lab.predict("or_gate and nand_gate, joined by and_gate: on for 00, 01, 10, 11?")
    lab.result(" ".join(f"{a}{b}: {xor(a, b):.0f}" for a, b in CORNERS), guess)
    print("  x1 x2    OR  NAND   XOR")
    for a, b in CORNERS:
        print(f"  {a}  {b}     {or_gate(a, b):.0f}    {nand_gate(a, b):.0f}     {xor(a, b):.0f}")
    print("\nSeen by the third neuron, whose inputs are OR and NAND, the corners 01 and 10 have")
    print("become one point, (1, 1), and that a single line can cut off.")
    path = lab.output("three_gates.png")
    draw_gates(path)
    print()
    lab.saved(path)


def one_record():
    lab.part("one record for a sum, or 2n")
    n = 200
    weights, bias = [Value(0.01 * i) for i in range(n)], Value(0.5)
    inputs = [Value(1.0 - 0.01 * i) for i in range(n)]

    def composed():
        return sum((w * x for w, x in zip(weights, inputs)), bias)

    def one():
        return weighted_sum(weights, inputs, bias)

    guess = lab.predict(f"{n} inputs, forwards and backwards: how many times as fast is one node?")
    slow, fast = milliseconds(composed), milliseconds(one)
    lab.result(f"{slow:.2f} ms composed, {fast:.2f} ms as one: {slow / fast:.1f} times", guess)
    print(f"  composed: {len(topological_order(composed()))} nodes, one: ", end="")
    print(f"{len(topological_order(one()))}, of which {2 * n + 1} are the leaves either way")


def milliseconds(make, times=20):
    """The shortest time for a graph and its backward pass, of several."""
    taken = []
    for _ in range(times):
        start = perf_counter()
        make().backward()
        taken.append(perf_counter() - start)
    return 1000 * min(taken)


def counts(mistakes):
    return " ".join(map(str, mistakes))


def wrong_on(examples, weights, bias):
    """The inputs that a neuron with these weights and bias gets wrong."""
    return [x for x, y in examples if step(weighted_sum(weights, x, bias).data) != y]


# ---- pictures


def pyplot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 12, "axes.titlesize": 12, "figure.titlesize": 13})
    return plt


def draw_mistakes(path, mistakes):
    """Mistakes against epochs, a line for each truth table."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    styles = {"XOR": (ORANGE, "o-"), "AND": (BLUE, "s--"), "OR": (GREEN, "^:")}
    for name, (colour, style) in styles.items():
        epochs = range(1, len(mistakes[name]) + 1)
        axes.plot(epochs, mistakes[name], style, color=colour, linewidth=2.5, markersize=7)
        end = epochs[-1], mistakes[name][-1]
        place, side = {"XOR": ((0, -22), "right"), "AND": ((10, 2), "left")}.get(
            name, ((-10, 2), "right")
        )
        axes.annotate(
            f"{name}: never" if end[1] else f"{name}: done",
            end,
            xytext=place,
            textcoords="offset points",
            ha=side,
            color=colour,
            weight="bold",
        )
    axes.set(
        xlabel="epoch",
        ylabel="mistakes among the 4 examples",
        title="One neuron learns AND and OR, never XOR",
        ylim=(-0.2, 4.4),
        yticks=range(5),
        xticks=range(1, EPOCHS + 1, 2),
    )
    axes.grid(color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def draw_lines(path, title, panels, shape):
    """A small plane for each (name, (weights, bias), examples, the inputs just shown or None)."""
    plt = pyplot()
    rows, columns = shape
    figure, grid = plt.subplots(
        rows, columns, figsize=(6, 0.9 + 5.4 * rows / columns), layout="constrained"
    )
    figure.suptitle(title, weight="bold")
    for axes, (name, (weights, bias), examples, shown) in zip(grid.flat, panels):
        plane(axes, lambda x, w=weights, b=bias: weighted_sum(w, x, b).data)
        wrong = wrong_on(examples, weights, bias)
        corners(axes, examples, wrong, shown)
        axes.set_title(f"{name}:\n{len(wrong)} wrong")
        axes.label_outer()
    figure.supxlabel(
        "blue side: says 1    filled: should be 1    × is wrong"
        + ("    ◇ just shown" if panels[0][3] else ""),
        fontsize=12,
    )
    figure.savefig(path, dpi=150)
    plt.close(figure)


def draw_gates(path):
    """Where OR, NAND and the AND of both say 1."""
    plt = pyplot()
    figure, grid = plt.subplots(1, 3, figsize=(6, 2.7), layout="constrained")
    figure.suptitle("XOR is where OR and NAND both say 1", weight="bold")
    for axes, (name, gate) in zip(grid, (("OR", or_gate), ("NAND", nand_gate), ("XOR", xor))):
        plane(axes, lambda x, gate=gate: 2 * gate(*x) - 1, fine=121)
        corners(axes, [(x, gate(*x)) for x in CORNERS])
        axes.set_title(name)
        axes.label_outer()
    figure.supxlabel("blue: says 1", fontsize=12)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def plane(axes, z, fine=21):
    """Shade where z(x) is at least 0, and draw the line where it changes its sign."""
    places = [-0.6 + 2.2 * i / (fine - 1) for i in range(fine)]
    heights = [[z([x1, x2]) for x1 in places] for x2 in places]
    if len({height >= 0 for row in heights for height in row}) == 1:
        axes.set_facecolor(ON if heights[0][0] >= 0 else OFF)
    else:
        axes.contourf(places, places, heights, levels=[-1e9, 0, 1e9], colors=[OFF, ON])
        axes.contour(places, places, heights, levels=[0], colors=["black"], linewidths=2.5)
    axes.set(xlim=(-0.6, 1.6), ylim=(-0.6, 1.6), xticks=(0, 1), yticks=(0, 1), aspect="equal")
    axes.set_xlabel("x1", labelpad=-10)
    axes.set_ylabel("x2", labelpad=-2, rotation=0, ha="right")


def corners(axes, examples, wrong=(), shown=None):
    for x, y in examples:
        face = BLUE if y else "white"
        axes.plot(*x, "o", markersize=11, markerfacecolor=face, markeredgecolor="black")
        if x in wrong:
            axes.plot(*x, "x", markersize=20, markeredgewidth=3, color=ORANGE)
        if x == shown:
            axes.plot(*x, "D", markersize=24, markerfacecolor="none", markeredgecolor=GREY)


main()
