"""3.2 · Watch XOR being learned, count the nets that get stuck, and send gradients through depth.

Run with `make experiment SECTION=3.2`; with `MINE=1` it runs on your own katas.
"""

from time import perf_counter

import numpy as np

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase2_networks.losses import cross_entropy
from katas.phase2_networks.module import MLP
from katas.phase3_training.backpropagation import (
    gradient_norm_by_depth,
    softmax_cross_entropy,
    train,
    two_layer_backward,
    two_layer_forward,
)

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = np.array([0, 1, 1, 0])
START = [0.5, 0.4, 0.1, 0.3, 0.6, -0.2, 0.7, 0.2, 0.1, 0.4, -0.6, 0.2, 0.1, -0.3, 0.5, -0.2, 0.1]
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
SHOWN = (0, 10, 25, 35, 60, 300)  # the steps of the small multiples
EDGE = np.linspace(-0.5, 1.5, 120)


def arrays(layer):
    """The weights of a Layer, one column for each neuron, and its biases."""
    rows = [[w.data for w in neuron.w] for neuron in layer.neurons]
    return np.array(rows).T, np.array([neuron.b.data for neuron in layer.neurons])


def parameters_of(model):
    """W1, b1, W2, b2 of an MLP with two layers."""
    return [array for layer in model.layers for array in arrays(layer)]


def share_right(parameters):
    logits, _ = two_layer_forward(X, *parameters)
    return float(np.mean(logits.argmax(axis=1) == TARGETS))


# ---- XOR on Values


def learn_xor():
    """Train on Values, and keep a copy of the parameters of each step: (parameters, losses)."""
    model = MLP([2, 3, 2])
    for parameter, number in zip(model.parameters(), START):
        parameter.data = number
    kept, losses = [parameters_of(model)], []
    for _ in range(max(SHOWN)):
        losses += train(model, X.tolist(), TARGETS.tolist(), cross_entropy, lr=1.0, steps=1)
        kept.append(parameters_of(model))
    return kept, losses


def probability_of_one(parameters):
    """The probability of class 1 at each point of a grid, (120, 120)."""
    grid = np.stack(np.meshgrid(EDGE, EDGE), axis=-1).reshape(-1, 2)
    logits, _ = two_layer_forward(grid, *parameters)
    return (1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))).reshape(len(EDGE), len(EDGE))


def draw_region(axes, parameters, title):
    """Where the net says 0 and where 1, and the four points with their true classes."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("sides", [BLUE, "#ffffff", ORANGE])
    probability = probability_of_one(parameters)
    axes.imshow(
        probability, extent=(-0.5, 1.5, -0.5, 1.5), origin="lower", vmin=0, vmax=1, cmap=colours
    )
    axes.contour(EDGE, EDGE, probability, levels=[0.5], colors="black", linewidths=1.5)
    for (x, y), target in zip(X, TARGETS):
        axes.text(
            x, y, str(target), ha="center", va="center", fontsize=13, weight="bold",
            bbox={"boxstyle": "circle", "facecolor": "white", "edgecolor": (BLUE, ORANGE)[target]},
        )  # fmt: skip
    axes.set(xticks=[0, 1], yticks=[0, 1])
    axes.set_title(title, fontsize=13)


def title_of(step, parameters):
    loss, _ = softmax_cross_entropy(two_layer_forward(X, *parameters)[0], TARGETS)
    return f"step {step}: loss {loss:.3f}, {4 * share_right(parameters):.0f} of 4"


def draw_regions(kept):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.animation import FuncAnimation, PillowWriter

    figure, panels = plt.subplots(
        2, 3, figsize=(9.6, 7.2), layout="constrained", sharex=True, sharey=True
    )
    for axes, step in zip(panels.flat, SHOWN):
        draw_region(axes, kept[step], title_of(step, kept[step]))
    figure.supxlabel("first input", fontsize=13)
    figure.supylabel("second input", fontsize=13)
    figure.suptitle("XOR: blue where the net says 0, orange where it says 1", fontsize=15)
    path = lab.output("xor_regions.png")
    figure.savefig(path, dpi=100)
    lab.saved(path)

    figure, axes = plt.subplots(figsize=(4.4, 4.6), layout="constrained")
    steps = [*range(0, 60, 3), *range(60, 120, 10), *[120] * 6]

    def frame(step):
        axes.clear()
        draw_region(axes, kept[step], title_of(step, kept[step]))

    path = lab.output("xor_regions.gif")
    FuncAnimation(figure, frame, frames=steps).save(path, PillowWriter(fps=6), dpi=70)
    lab.saved(path)
    plt.close("all")


def watch_xor():
    lab.part("XOR on Values: three hidden units, 300 steps")
    guess = lab.predict("After how many steps are all four points right?")
    kept, losses = learn_xor()
    right = [share_right(parameters) for parameters in kept]
    for step in SHOWN[:-1]:
        print(f"  step {step:>3}   loss {losses[step]:.3f}   right {right[step]:.0%}")
    print()
    line, done = right.index(0.75), right.index(1.0)
    lab.result(
        f"from step {line} to {done - 1} it stays at 75 %, what one straight line can do; "
        f"all four are right from step {done} on",
        guess,
    )
    draw_regions(kept)


# ---- many starts, on arrays


def train_arrays(n_hidden, rng, lr=1.0, steps=400):
    """The parameters of a net for XOR, trained with the gradients derived by hand."""
    W1, W2 = rng.standard_normal((2, n_hidden)), rng.standard_normal((n_hidden, 2))
    parameters = [W1, np.zeros(n_hidden), W2 / np.sqrt(n_hidden), np.zeros(2)]
    for _ in range(steps):
        logits, cache = two_layer_forward(X, *parameters)
        _, dlogits = softmax_cross_entropy(logits, TARGETS)
        for array, gradient in zip(parameters, two_layer_backward(dlogits, cache)):
            array -= lr * gradient
    return parameters


def count_the_stuck():
    lab.part("the same on arrays, from 30 different starts each")
    guess = lab.predict("With how many hidden units do all 30 nets learn XOR: 1, 2, 3, 8?")
    print("  hidden units   2 of 4   3 of 4   4 of 4")
    learned = {}
    for n_hidden in (1, 2, 3, 8):
        shares = [
            share_right(train_arrays(n_hidden, np.random.default_rng(seed))) for seed in range(30)
        ]
        learned[n_hidden] = shares.count(1.0)
        counts = "   ".join(f"{shares.count(share):>6}" for share in (0.5, 0.75, 1.0))
        print(f"  {n_hidden:>12}   {counts}")
    print()
    lab.result(
        ", ".join(f"{n} of 30 with {n_hidden}" for n_hidden, n in learned.items())
        + "; one hidden unit draws one line, so 3 of 4 is its best",
        guess,
    )


# ---- two ways to one gradient


def seconds(call, times):
    """How long a call takes; the best of several, where the machine may be doing other things."""
    best = float("inf")
    for _ in range(times):
        begin = perf_counter()
        call()
        best = min(best, perf_counter() - begin)
    return best


def compare_speed():
    lab.part("one gradient, two ways: 100 examples, 8 inputs, 16 hidden units, 4 classes")
    rng = np.random.default_rng(5)
    inputs, targets = rng.standard_normal((100, 8)), rng.integers(0, 4, 100)
    model = MLP([8, 16, 4])
    parameters = parameters_of(model)
    points, classes = inputs.tolist(), targets.tolist()

    def on_values():
        model.zero_grad()
        (sum(cross_entropy(model(x), y) for x, y in zip(points, classes)) / 100).backward()

    def on_arrays():
        logits, cache = two_layer_forward(inputs, *parameters)
        return two_layer_backward(softmax_cross_entropy(logits, targets)[1], cache)

    guess = lab.predict("How many times faster are the arrays?")
    slow, fast = seconds(on_values, 3), seconds(on_arrays, 20)
    W1 = [[neuron.w[d].grad for neuron in model.layers[0].neurons] for d in range(8)]
    print(f"  on Values  {1000 * slow:8.2f} ms")
    print(f"  on arrays  {1000 * fast:8.2f} ms")
    print(f"  the largest difference in dW1 is {np.abs(on_arrays()[0] - W1).max():.0e}\n")
    lab.result(f"about {slow / fast:,.0f} times", guess)


# ---- depth


def draw_depth(norms):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 5), layout="constrained")
    looks = zip(norms.items(), (BLUE, GREEN, ORANGE), ("-", "--", "-."))
    for (scale, along), colour, style in looks:
        layers = range(1, len(along) + 1)
        axes.semilogy(layers, along, style, color=colour, linewidth=2.5)
        axes.annotate(
            f"scale {scale:g}",
            (25, along[24]),
            (10, -10 if scale < 1 else 8),
            textcoords="offset points",
            fontsize=14,
            color=colour,
            va="top" if scale < 1 else "bottom",
        )
    axes.set_xlabel("layer: 1 is next to the input, 50 to the output", fontsize=13)
    axes.set_ylabel("norm of the gradient", fontsize=13)
    axes.set_title("The gradient on its way back through 50 tanh layers", fontsize=15)
    axes.tick_params(labelsize=12)
    axes.set_ylim(1e-16, 1e10)
    axes.grid(alpha=0.3)
    path = lab.output("gradient_by_depth.png")
    figure.savefig(path, dpi=100)
    lab.saved(path)
    plt.close(figure)


def go_deep():
    lab.part("50 tanh layers: the norm of the gradient at the input of each")
    guess = lab.predict("Weights half as large: by what factor does the gradient shrink over all?")
    norms = {
        scale: gradient_norm_by_depth(50, scale, np.random.default_rng(7))
        for scale in (0.5, 1.0, 3.0)
    }
    print("  scale   layer 1    layer 25   layer 50")
    for scale, along in norms.items():
        print(f"  {scale:>5}   {along[0]:.1e}    {along[24]:.1e}    {along[-1]:.1e}")
    print()
    low, _, high = [along[0] / along[-1] for along in norms.values()]
    lab.result(f"to {low:.0e} of it; with weights three times as large, to {high:.0e}", guess)
    draw_depth(norms)


def main():
    watch_xor()
    count_the_stuck()
    compare_speed()
    go_deep()
    lab.end(
        "Set the last eight numbers of START to 0: what does the first step change, and what not?",
        "In compare_speed, double the examples, then the hidden units: which of the two ways pays?",
        "In go_deep, find the scale at which 50 layers neither shrink nor grow the gradient.",
    )


main()
