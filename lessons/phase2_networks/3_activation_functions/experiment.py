"""2.3 · Seven bends: their shapes, what they do to ten layers, and how units stop learning.

Run with `make experiment SECTION=2.3`; with `MINE=1` it runs on your own katas.
"""

import math
import random
from functools import partial
from itertools import pairwise

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import (
    collapse_linear,
    dead_fraction,
    gelu,
    leaky_relu,
    saturated_fraction,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from katas.phase2_networks.module import Layer, he_normal

# as a Neuron takes them: None, the name of a Value method, or a function
ACTIVATIONS = {
    "none": None,
    "sigmoid": sigmoid,
    "tanh": "tanh",
    "relu": "relu",
    "leaky_relu": leaky_relu,
    "softplus": softplus,
    "silu": silu,
    "gelu": gelu,
}
WIDTH, DEPTH = 24, 10
SHOWN_SLOPE = 0.1  # of leaky_relu, in the picture alone


def apply(activation, x):
    """An activation, whichever way it is given, on one Value."""
    if activation is None:
        return x
    return getattr(x, activation)() if isinstance(activation, str) else activation(x)


def value_and_slope(activation, number):
    """What an activation makes of a number, and its derivative there, by `backward`."""
    x = Value(number)
    y = apply(activation, x)
    y.backward()
    return y.data, x.grad


def layers_of(activation, scale, rng):
    """Ten layers of 24 neurons, with weights drawn as he_normal draws them, times a scale."""
    layers = []
    for _ in range(DEPTH):
        weights = he_normal(WIDTH, WIDTH, rng)
        layer = Layer(WIDTH, WIDTH, activation, rng)
        for j, neuron in enumerate(layer.neurons):
            for i, w in enumerate(neuron.w):
                w.data = scale * weights[i][j]
        layers.append(layer)
    return layers


def signals(layers, rng):
    """A random example, and after it the outputs of every layer."""
    outputs = [[Value(rng.gauss(0, 1)) for _ in range(WIDTH)]]
    for layer in layers:
        outputs.append(layer(outputs[-1]))
    return outputs


def size(values, name):
    """The root mean square of one field of some Values."""
    return math.sqrt(sum(getattr(value, name) ** 2 for value in values) / len(values))


def surviving(activation, scale=1.0, n_networks=4, n_examples=3):
    """The size of the gradient at each depth, input first, where the last layer has 1.

    The mean over a few networks and examples, of the logarithm.
    """
    logs = [0.0] * (DEPTH + 1)
    for seed in range(n_networks):
        rng = random.Random(seed)
        layers = layers_of(activation, scale, rng)
        for _ in range(n_examples):
            outputs = signals(layers, rng)
            sum(a * rng.choice((-1, 1)) for a in outputs[-1]).backward()
            for place, values in enumerate(outputs):
                logs[place] += math.log(max(size(values, "grad"), 1e-300))
    return [math.exp(total / (n_networks * n_examples)) for total in logs]


def look_at_the_shapes():
    lab.part("seven bends, beside no activation, and their derivatives")
    guess = lab.predict("sigmoid lets through most of a gradient at x = 0. How much?")
    lab.result(f"{value_and_slope(sigmoid, 0.0)[1]:g} of it; tanh: 1 at the same place", guess)
    guess = lab.predict("which of them let through more than 1, somewhere?")
    highest = {
        name: max(value_and_slope(activation, i / 20)[1] for i in range(-100, 101))
        for name, activation in ACTIVATIONS.items()
    }
    above = [f"{name} ({most:.3f})" for name, most in highest.items() if most > 1 + 1e-9]
    lab.result(f"{' and '.join(above)}; where they dip, below 0, they even turn it round", guess)
    plot_shapes()


def fold_layers():
    lab.part("ten layers without an activation")
    rng = random.Random(1)
    sizes = [3, *rng.choices((4, 6, 9), k=9), 2]
    weights = [he_normal(n_in, n_out, rng) for n_in, n_out in pairwise(sizes)]
    biases = [[rng.gauss(0, 1) for _ in range(n_out)] for n_out in sizes[1:]]
    count = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    print(f"units: {' '.join(map(str, sizes))}, so {count} weights and biases\n")
    guess = lab.predict("folded into one layer: how many numbers will be left?")
    w, b = weights[0], biases[0]
    for next_w, next_b in zip(weights[1:], biases[1:]):
        w, b = collapse_linear(w, b, next_w, next_b)
    lab.result(f"{sum(map(len, w)) + len(b)}: 3 · 2 weights and 2 biases", guess)
    x = [0.5, -1.0, 2.0]
    one, ten = linear(x, w, b), x
    for next_w, next_b in zip(weights, biases):
        ten = linear(ten, next_w, next_b)
    gap = max(abs(a - c) / abs(c) for a, c in zip(one, ten))
    print(f"the one layer gives {', '.join(f'{y:.4f}' for y in one)} for (0.5, -1, 2)")
    print(f"the ten layers give {', '.join(f'{y:.4f}' for y in ten)}, relative gap {gap:.0e}")


def linear(x, w, b):
    """x @ w + b, on plain numbers."""
    return [b[k] + sum(x[d] * w[d][k] for d in range(len(x))) for k in range(len(b))]


def survive_ten_layers():
    lab.part(f"a gradient on its way back through {DEPTH} layers")
    print("The same weights each time, drawn by he_normal; only the activation differs.\n")
    guess = lab.predict("with sigmoid: which part of the gradient arrives at the input?")
    left = {name: surviving(activation) for name, activation in ACTIVATIONS.items()}
    lab.result(f"{left['sigmoid'][0]:.0e}; with relu it is {left['relu'][0]:.2g}", guess)
    print("    arriving at  layer 8    layer 4   the input")
    for name, sizes in sorted(left.items(), key=lambda item: -item[1][0]):
        print(f"    {name:<10}   {sizes[8]:8.2g}   {sizes[4]:8.2g}   {sizes[0]:8.2g}")
    print(f"\nA sigmoid passes a quarter at best, and ten quarters are {0.25**10:.0e}; weights of")
    print("this size make up for a part of it. Without any activation they are too large: they")
    print("are made for relu, which closes half of the ways. tanh lets two thirds through on")
    print("average, and these weights make up for that. What larger ones do to it comes next.\n")
    plot_survival(left)


def saturate():
    lab.part("tanh with larger and larger weights")
    guess = lab.predict("weights 8 times as large: which share of the tanh outputs is saturated?")
    rows = []
    for scale in (0.25, 1.0, 2.0, 4.0, 8.0):
        rng = random.Random(2)
        outputs = signals(layers_of("tanh", scale, rng), rng)[1:]
        share = saturated_fraction([a for layer in outputs for a in layer])
        passing = [1 - a.data**2 for layer in outputs for a in layer]
        mean = sum(passing) / len(passing)
        rows.append(f"    × {scale:<5g}      {share:4.0%}         {mean:4.0%} get through the tanh")
    lab.result(f"{share:.0%}; a saturated unit lets through less than {1 - 0.97**2:.0%}", guess)
    print("    weights    saturated    of the gradient, per layer on average")
    print("\n".join(rows))


def die():
    lab.part("ReLU units that never fire again")
    print("One layer of 24, on 40 examples; one step of learning that was too large moved all")
    print("of its biases down.\n")
    guess = lab.predict("bias -4, where the sums are about ±1.4: which share of units is dead?")
    shares = {}
    for name in ("relu", "leaky_relu"):
        for bias in (0.0, -1.0, -2.0, -4.0):
            rng = random.Random(3)
            layer = layers_of(ACTIVATIONS[name], 1.0, rng)[0]
            for neuron in layer.neurons:
                neuron.b.data = bias
            outputs = [layer([Value(rng.gauss(0, 1)) for _ in range(WIDTH)]) for _ in range(40)]
            shares[name, bias] = dead_fraction(outputs)
    lab.result(f"{shares['relu', -4.0]:.0%}; of leaky_relu units none ever is", guess)
    for (name, bias), share in shares.items():
        print(f"    {name:<10}  bias {bias:<4g}  dead {share:4.0%}")


def change_the_temperature():
    lab.part("softmax, warm and cold")
    scores = [2.0, 1.0, 0.0, -1.0]
    guess = lab.predict("scores 2, 1, 0, -1 at temperature 1: the probability of the first?")
    lab.result(f"{softmax([Value(s) for s in scores])[0].data:.3f}", guess)
    for temperature in (0.1, 0.5, 1.0, 2.0, 10.0):
        probs = softmax([Value(s) for s in scores], temperature)
        shown = "  ".join(f"{p.data:.3f}" for p in probs)
        print(f"    temperature {temperature:<4g}  {shown}  {'#' * round(40 * probs[0].data)}")
    print("\nCold, it names the largest; hot, it shrugs. Their order never changes.")


# ---- pictures

BLUE, ORANGE, GREEN, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#767676", "#222222"


def plot_shapes():
    """A panel for each function, with its derivative."""
    plt = pyplot()
    figure, panels = plt.subplots(
        4, 2, figsize=(6.4, 9.6), sharex=True, sharey=True, layout="constrained"
    )
    xs = [i / 40 for i in range(-160, 161)]
    for axes, (name, activation) in zip(panels.flat, ACTIVATIONS.items()):
        if name == "leaky_relu":  # its own 0.01 could not be told from 0 in a picture
            activation = partial(leaky_relu, slope=SHOWN_SLOPE)
        both = [value_and_slope(activation, x) for x in xs]
        axes.axhline(0, color=BLACK, linewidth=0.8)
        axes.axvline(0, color=BLACK, linewidth=0.8)
        axes.axhline(1, color=GREY, linewidth=0.8, alpha=0.5)
        axes.plot(xs, [y for y, _ in both], color=BLUE, linewidth=2.5, label="function")
        axes.plot(xs, [d for _, d in both], "--", color=ORANGE, linewidth=2, label="derivative")
        drawn = f"{name}, slope {SHOWN_SLOPE:g}" if name == "leaky_relu" else name
        axes.set_title(drawn, fontsize=14, loc="left")
        axes.set(xlim=(-4, 4), ylim=(-1.3, 2.4), xticks=(-4, -2, 0, 2, 4), yticks=(-1, 0, 1, 2))
        axes.tick_params(labelsize=12)
    panels[0, 0].legend(fontsize=12, loc="upper left", frameon=False)
    figure.suptitle("What goes forward, and what gets back", fontsize=15)
    keep(plt, figure, "shapes.png")


def plot_survival(left):
    """The size of the gradient by layer, from the output back to the input."""
    plt = pyplot()
    styles = {
        "none": (GREY, ":", ""),
        "sigmoid": (ORANGE, "-", "o"),
        "tanh": (BLACK, "-", "s"),
        "relu": (BLUE, "-", "o"),
        "leaky_relu": (BLUE, "--", "x"),
        "softplus": (ORANGE, "--", "x"),
        "silu": (GREEN, "-", "o"),
        "gelu": (GREEN, "--", "x"),
    }
    figure, axes = plt.subplots(figsize=(6.4, 6), layout="constrained")
    depths = range(DEPTH, -1, -1)
    for name, sizes in left.items():
        colour, line, marker = styles[name]
        axes.semilogy(
            depths, sizes[::-1], line, marker=marker, color=colour, linewidth=2, markersize=6
        )
    ends = sorted((math.log10(sizes[0]), name) for name, sizes in left.items())
    for (end, name), place in zip(ends, apart([end for end, _ in ends], 0.36)):
        colour = styles[name][0]
        axes.plot([0, -0.4], [10**end, 10**place], color=colour, linewidth=0.8)
        axes.text(-0.5, 10**place, name, color=colour, fontsize=13, va="center")
    axes.set_xlim(DEPTH, -3.4)
    axes.set_xticks([10, 8, 6, 4, 2, 0], ["10", "8", "6", "4", "2", "input"])
    axes.tick_params(labelsize=12)
    axes.set_xlabel("after layer: the gradient comes from the left", fontsize=13)
    axes.set_ylabel("size of the gradient, 1 after layer 10", fontsize=13)
    axes.set_title("What is left of a gradient after ten layers", fontsize=14)
    axes.grid(alpha=0.3)
    keep(plt, figure, "surviving.png")


def apart(places, gap):
    """Sorted places, moved as little as it takes to keep a gap between neighbours."""
    up, down = list(places), list(places)
    for i in range(1, len(places)):
        up[i] = max(up[i], up[i - 1] + gap)
        down[-1 - i] = min(down[-1 - i], down[-i] - gap)
    return [(a + b) / 2 for a, b in zip(up, down)]


def pyplot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot

    return matplotlib.pyplot


def keep(plt, figure, name):
    path = lab.output(name)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


def main():
    look_at_the_shapes()
    fold_layers()
    survive_ten_layers()
    saturate()
    die()
    change_the_temperature()
    lab.end(
        "Print surviving(sigmoid, scale=12.0)[0]: these weights make up for the quarter. How?",
        "In ACTIVATIONS, give leaky_relu a slope of 0.3 by a lambda: how much is left after ten?",
        "Add your own bend, such as x.tanh() * 1.5 or (x * x + 1) ** 0.5, and see if it survives.",
    )


if __name__ == "__main__":
    main()
