"""4.1 · The same gradients on Values and on Tensors, how much faster, and digits with Dropout.

Run with `make experiment SECTION=4.1`; with `MINE=1` it runs on your own katas.
"""

from time import perf_counter

import numpy as np

from dojo.experiment import Lab

lab = Lab(__file__)

import full_run

from dojo import screen
from katas.phase1_autodiff.draw import render, to_text
from katas.phase2_networks import losses, module
from katas.phase4_llms.mlp import MLP
from katas.phase4_llms.tensor import Tensor, cross_entropy, no_grad

BLUE, ORANGE = "#0072B2", "#D55E00"
SIZES = [64, 16, 10]


def main():
    digits = full_run.earlier.load("digits.csv.gz")
    two_engines(digits)
    picture(digits)
    what_a_graph_costs(digits)
    with_and_without_dropout(digits)
    the_run_that_counts()
    lab.end(
        "In two_engines, let there be 64 hidden units, then 128. Which of the two times grows?",
        "In network (full_run.py), leave out the hidden layer of 128, then make it 512 wide. What "
        "does each do to the validation loss, and to the time?",
        "Give Dropout a p of 0.8. Then measure the training loss of that network in eval mode: why "
        "is it so much lower than the one in the history?",
    )


# ---- two engines


def twins():
    """The same tanh network twice, with the same weights: on Values and on Tensors."""
    on_values, on_tensors = module.MLP(SIZES), MLP(SIZES, Tensor.tanh, np.random.default_rng(0))
    for i, part in enumerate(on_values.layers):
        linear = on_tensors.layers[2 * i]
        for neuron, column in zip(part.neurons, linear.weight.data.T):
            for w, number in zip(neuron.w, column):
                w.data = float(number)
            neuron.b.data = 0.0
    return on_values, on_tensors


def loss_on_values(model, X, y):
    rows = zip(X.tolist(), y.tolist())
    return sum(losses.cross_entropy(model(row), k) for row, k in rows) / len(y)


def seconds(make_loss, times):
    """How long forwards and backwards take together: the best of several."""
    best = float("inf")
    for _ in range(times):
        begin = perf_counter()
        make_loss().backward()
        best = min(best, perf_counter() - begin)
    return best


def two_engines(digits):
    lab.part("the same network on Values and on Tensors")
    X, y = digits.X / 16, digits.y
    on_values, on_tensors = twins()
    loss_on_values(on_values, X[:20], y[:20]).backward()
    cross_entropy(on_tensors(X[:20]), y[:20]).backward()
    gap = max(
        np.abs(linear.weight.grad.T - [[w.grad for w in neuron.w] for neuron in part.neurons]).max()
        for linear, part in zip(on_tensors.layers[::2], on_values.layers)
    )
    print(f"64, 16 and 10 units, 20 digits. The largest difference of two gradients: {gap:.0e}\n")
    guess = lab.predict("How many times faster are Tensors, for 1 digit? For 20? For 200?")
    print("  digits   on Values   on Tensors   times faster")
    ratios = []
    for n in (1, 20, 200):
        slow = seconds(lambda n=n: loss_on_values(on_values, X[:n], y[:n]), 2)
        fast = seconds(lambda n=n: cross_entropy(on_tensors(X[:n]), y[:n]), 20)
        ratios.append(slow / fast)
        print(f"  {n:>6}   {1000 * slow:6.1f} ms   {1000 * fast:7.2f} ms   {ratios[-1]:12,.0f}")
    print()
    lab.result("about " + ", ".join(f"{ratio:,.0f}" for ratio in ratios), guess)
    print("Each node costs some microseconds of Python. On Values that is for each neuron of each")
    print("digit, on Tensors for each operation, however many numbers it works on.")


# ---- one graph


def picture(digits):
    lab.part("the graph of one batch")
    model = MLP([64, 100, 10], rng=np.random.default_rng(0))
    for name, parameter in model.named_parameters():
        parameter.label = name
    guess = lab.predict("32 digits, one hidden layer: how many nodes has the graph?")
    loss = cross_entropy(model(digits.X[:32] / 16), digits.y[:32])
    loss.label = "loss"
    loss.retain_grad()
    loss.backward()
    text = to_text(loss)
    print(text + "\n")
    lab.result(f"{len(text.splitlines())}, as for 32,000 digits", guess)
    path = lab.output("graph.svg")
    try:
        lab.saved(render(loss, path))
    except RuntimeError as error:  # there is no program dot
        print(f"  {error}")


def what_a_graph_costs(digits):
    lab.part("without a graph")
    X = (digits.X / 16).astype(np.float32)
    model = full_run.network(64, 10, 0.0, np.random.default_rng(0))
    guess = lab.predict("How much of what a step computes is kept for the way back, in percent?")
    logits = model(X)
    kept = kept_by(logits)
    with no_grad():
        alone = kept_by(model(X))
    print(f"  1,797 digits forwards: {kept / 1e6:5.1f} MB stay in memory while there is a graph")
    print(f"  inside no_grad:        {alone / 1e6:5.2f} MB, the logits themselves\n")
    lab.result(f"{100 * (kept - alone) / kept:.1f} % of what stays is kept for it alone", guess)


def kept_by(root):
    """The bytes of all data that a Tensor holds on to, its own and that of what made it."""
    found, waiting = {}, [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node.data.nbytes if node.op or node is root else 0  # no parameters
            waiting.extend(node.parents)
    return sum(found.values())


# ---- digits


def with_and_without_dropout(digits):
    lab.part("two hidden layers, with and without Dropout: the mean of three training parts")
    guess = lab.predict("Whose training loss is lower, and whose validation loss?")
    means = {p: mean_history(digits, p) for p in (0.0, 0.4)}
    print("  p     training loss, last   validation loss, lowest   last")
    for p, history in means.items():
        last, watched = history["train_loss"][-1], history["validation_loss"]
        print(f"  {p:.1f}   {last:19.4f}   {min(watched):23.3f}   {watched[-1]:.3f}")
    print()
    bare, dropped = (min(history["validation_loss"]) for history in means.values())
    lab.result(f"by what was not learned from, Dropout: {dropped:.3f} against {bare:.3f}", guess)
    print("Without Dropout the training part is known by heart. With it, the training loss is that")
    print("of a network with holes, and worse than it is; the validation loss is without holes.")
    draw_curves(means)


def mean_history(digits, p):
    """The histories of three trainings that go on to the last epoch, averaged."""
    histories = []
    for seed in full_run.SEEDS:
        rows, _ = full_run.earlier.set_aside(digits.y, seed, full_run.N_PARTS)
        with screen.progress(f"p = {p}, {seed}", full_run.earlier.EPOCHS) as (advance, _):
            history, _ = full_run.train_on_tensors(
                digits.X[rows], digits.y[rows], 10, seed, advance, p, patience=1000
            )
        histories.append(history)
    return {name: np.mean([h[name] for h in histories], axis=0) for name in histories[0]}


def draw_curves(histories):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 5), layout="constrained")
    for (p, history), colour in zip(histories.items(), (ORANGE, BLUE)):
        name = f"Dropout {p}" if p else "no Dropout"
        epochs = range(1, len(history["train_loss"]) + 1)
        axes.semilogy(epochs, history["validation_loss"], color=colour, label=f"{name}: validation")
        axes.semilogy(epochs, history["train_loss"], "--", color=colour, label=f"{name}: training")
    axes.set_xlabel("epoch", fontsize=13)
    axes.set_ylabel("loss", fontsize=13)
    axes.set_title("Digits on Tensors, the mean of three training parts", fontsize=15)
    axes.tick_params(labelsize=12)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=12)
    path = lab.output("dropout.png")
    figure.savefig(path, dpi=100)
    lab.saved(path)
    plt.close(figure)


def the_run_that_counts():
    lab.part("three seeds, judged on what was set aside")
    guess = lab.predict("3.4's network had about 97 %. How many are right now, in percent?")
    begin = perf_counter()
    found = full_run.accuracies()
    took = perf_counter() - begin
    shown = ", ".join(f"{share:.1%}" for share in found)
    lab.result(f"{np.mean(found):.1%} ({shown}), trained in {took:.0f} s", guess)


main()
