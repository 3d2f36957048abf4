"""2.2 · Send a signal through ten layers, and start three neurons equal.

Run with `make experiment SECTION=2.2`; with `MINE=1` it runs on your own katas.
"""

import random
from math import sqrt

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.value import Value
from katas.phase2_networks.module import MLP, Layer, he_normal, xavier_uniform

WIDTH, DEPTH, EXAMPLES = 50, 10, 30
SHOWN = (1, 4, 7, 10)  # the layers that are drawn
LR, STEPS = 0.1, 800
XOR = [([-1, -1], -1), ([-1, 1], 1), ([1, -1], 1), ([1, 1], -1)]  # different signs: 1


def stack(activation, weights, scale, rng):
    """DEPTH layers of WIDTH neurons, with weights of their own times a scale."""
    layers = [Layer(WIDTH, WIDTH, activation, rng) for _ in range(DEPTH)]
    for layer in layers:
        columns = zip(*weights(WIDTH, WIDTH, rng))  # a row for each input, a column a neuron
        for neuron, column in zip(layer.neurons, columns):
            for w, number in zip(neuron.w, column):
                w.data = scale * number
    return layers


def size(numbers):
    """The root of the mean square: how large numbers around 0 are."""
    return sqrt(sum(x * x for x in numbers) / len(numbers))


def outputs_of(layers, rng):
    """All that each layer puts out for EXAMPLES random inputs of size 1, as numbers."""
    signals = [[rng.gauss(0, 1) for _ in range(WIDTH)] for _ in range(EXAMPLES)]
    seen = []
    for layer in layers:
        signals = [[output.data for output in layer(signal)] for signal in signals]
        seen.append([x for signal in signals for x in signal])
    return seen


def gradients_of(layers, rng):
    """For one random input, the size of the gradients of the weights, layer by layer."""
    signal = [rng.gauss(0, 1) for _ in range(WIDTH)]
    for layer in layers:
        signal = layer(signal)
    sum((rng.gauss(0, 1) * output for output in signal), Value(0)).backward()
    return [size([w.grad for n in layer.neurons for w in n.w]) for layer in layers]


def ten_layers_of_tanh():
    lab.part(f"{DEPTH} layers of {WIDTH} tanh neurons, on inputs of size 1")
    print("The size of numbers around 0 is here the root of their mean square: of 3 and -4 it is")
    print("the root of (9 + 16) / 2, about 3.5.\n")
    rows = []
    for name, scale in (("a third of Xavier's", 1 / 3), ("Xavier's", 1.0), ("3 × Xavier's", 3.0)):
        guess = lab.predict(f"weights {name}: how large are the outputs of layer {DEPTH}?")
        rng = random.Random(1)
        layers = stack("tanh", xavier_uniform, scale, rng)
        seen, gradients = outputs_of(layers, rng), gradients_of(layers, rng)
        sizes = "  ".join(f"{layer}: {size(seen[layer - 1]):.2g}" for layer in SHOWN)
        lab.result(f"{size(seen[-1]):.2g} (after layer {sizes})", guess)
        extreme = sum(abs(a) > 0.97 for a in seen[-1]) / len(seen[-1])
        print(f"  beyond ±0.97, where tanh is flat: {100 * extreme:.0f} % of layer {DEPTH}")
        print(f"  gradients of the weights of layer 1: {gradients[0]:.2g}\n")
        rows.append((name, seen))
    print("Too small, and the signal dies out, three times less from layer to layer, and so do")
    print("the gradients on their way back. Too large, and four in ten outputs of the last layer")
    print("are where tanh is flat: those neurons hardly learn, while through the others the")
    print("gradients grow. Xavier's is in between; it still shrinks, since tanh bends everything")
    print("a little towards 0.\n")
    path = lab.output("ten_layers.png")
    plot_layers(path, rows)
    lab.saved(path)


def ten_layers_of_relu():
    lab.part(f"{DEPTH} layers of {WIDTH} ReLU neurons, and the factor 2")
    halves = sqrt(0.5) ** DEPTH
    for name, scale in (("1/n_in", sqrt(0.5)), ("2/n_in, as He et al. have it", 1.0)):
        guess = lab.predict(f"variance {name}: how large is layer {DEPTH}, on inputs of size 1?")
        found = []
        for seed in range(3):
            rng = random.Random(seed)
            found.append(size(outputs_of(stack("relu", he_normal, scale, rng), rng)[-1]))
        lab.result(f"{', '.join(f'{x:.2g}' for x in found)} in three networks", guess)
    print("ReLU sets half of what comes to 0, which halves the mean square at each layer. Without")
    print(
        f"the factor 2 a signal is √½ of its size after one layer and {halves:.3f} after {DEPTH};"
    )
    print("with it, it stays near 1, up to the luck of the draw.")


def symmetric_start():
    lab.part("three hidden neurons that start equal")
    print("MLP([2, 3, 1]) learns XOR: 1 where two signs differ, -1 where they do not.")
    print("All weights start at 0.5 and all biases at 0; then gradient descent runs.\n")
    runs = []
    for name in ("equal", "nudged", "random"):
        question = {
            "equal": f"after {STEPS} steps, do the three neurons differ, and is XOR learned?",
            "nudged": "and if a single weight starts at 0.501?",
            "random": "and if all weights start at random?",
        }[name]
        guess = lab.predict(question)
        losses, tracks = learn(start(name))
        apart = max(tracks[-1]) - min(tracks[-1])
        lab.result(
            f"loss {losses[0]:.2f} → {losses[-1]:.2g}; first weights of the three neurons "
            f"are {apart:.2g} apart",
            guess,
        )
        runs.append((name, losses, tracks))
    print("Equal neurons put out the same, so they get the same gradient, so they stay equal: the")
    print("network has one hidden neuron, three times, and one cannot learn XOR. The nudge grows,")
    print("but it takes hundreds of steps to matter, and leaves the other two tied to each other.")
    print("That is why weights start at random. Biases may start at 0: the weights suffice.\n")
    path = lab.output("symmetric_start.png")
    plot_runs(path, runs)
    lab.saved(path)


def start(name):
    """A network for XOR whose weights start equal, equal but for a nudge, or random."""
    model = MLP([2, 3, 1], rng=random.Random(3))
    if name != "random":
        for parameter_name, parameter in model.named_parameters():
            parameter.data = 0.0 if parameter_name.endswith(".b") else 0.5
    if name == "nudged":
        model.layers[0].neurons[1].w[0].data += 0.001
    return model


def learn(model):
    """Plain gradient descent (more of it in 3.1): the losses, and three weights, step by step."""
    losses, tracks = [], []
    for _ in range(STEPS):
        loss = sum((model(x)[0] - y) ** 2 for x, y in XOR) / len(XOR)
        losses.append(loss.data)
        tracks.append([neuron.w[0].data for neuron in model.layers[0].neurons])
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            parameter.data -= LR * parameter.grad
    return losses, tracks


def plot_layers(path, rows):
    """Histograms: a row for each size of weights, a column for each of four layers."""
    plt = pyplot()
    colours = ("#0072B2", "#009E73", "#D55E00")
    figure, grid = plt.subplots(
        len(rows), len(SHOWN), figsize=(6.4, 6.6), sharex=True, layout="constrained"
    )
    for axes_row, (name, seen), colour in zip(grid, rows, colours):
        for axes, layer in zip(axes_row, SHOWN):
            outputs = seen[layer - 1]
            shares = [1 / len(outputs)] * len(outputs)
            axes.hist(outputs, bins=31, range=(-1, 1), weights=shares, color=colour)
            axes.set_title(f"layer {layer}\nsize {size(outputs):.2g}", fontsize=12)
            axes.set_xticks([-1, 0, 1])
            axes.set_yticks([])
            axes.tick_params(labelsize=12)
            axes.spines[["top", "left", "right"]].set_visible(False)
        axes_row[0].set_ylabel(f"weights\n{name}", fontsize=13)
    figure.suptitle("Outputs of ten tanh layers, by initial weights", fontsize=14)
    figure.supxlabel("output of a neuron (height: how many)", fontsize=13)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def plot_runs(path, runs):
    """The losses of the three starts, and the paths of three weights for each of two."""
    plt = pyplot()
    figure, panels = plt.subplot_mosaic(
        [["loss", "loss"], ["equal", "random"]], figsize=(6.4, 7.4), layout="constrained"
    )
    above, left, right = panels.values()
    styles = {"equal": ("#D55E00", "-"), "nudged": ("#767676", "--"), "random": ("#0072B2", "-.")}
    for name, losses, _ in runs:
        colour, style = styles[name]
        above.plot(losses, style, color=colour, linewidth=2.5, label=f"{name} start")
    above.set_title("XOR is learned where neurons can differ", fontsize=14)
    above.set_ylabel("loss", fontsize=13)
    above.legend(fontsize=13)
    for axes, name in ((left, "equal"), (right, "random")):
        tracks = next(tracks for found, _, tracks in runs if found == name)
        for k, (track, style) in enumerate(zip(zip(*tracks), ("-", "--", ":"))):
            axes.plot(
                track,
                style,
                color=("#0072B2", "#D55E00", "#222222")[k],
                linewidth=(5, 3.5, 2)[k],
                label=f"neuron {k}",
            )
        axes.set_title(f"{name} start: the first\nweight of each neuron", fontsize=13)
        axes.set_ylim(-1.6, 2.1)
    right.legend(fontsize=12, loc=(0.28, 0.37))
    for axes in (above, left, right):
        axes.set_xlabel("step", fontsize=13)
        axes.tick_params(labelsize=12)
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def pyplot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def main():
    ten_layers_of_tanh()
    ten_layers_of_relu()
    symmetric_start()
    lab.end(
        "Set DEPTH to 30, and SHOWN to (1, 10, 20, 30): which of the three rows changes most?",
        "Leave out what sets the weights in stack, so that they stay a Neuron's own ±1/√n: how "
        "many layers does a signal survive now?",
        "In start, let all weights be 0.0 instead of 0.5: what moves now, and what does not?",
    )


main()
