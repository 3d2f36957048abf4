"""2.4 · Move a prediction from sure and right to sure and wrong, and look at loss and push.

Run with `make experiment SECTION=2.4`; with `MINE=1` it runs on your own katas.
"""

import random
from statistics import mean, median

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import sigmoid, softmax
from katas.phase2_networks.losses import (
    accuracy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber,
    initial_loss,
    mean_absolute_error,
    mean_squared_error,
)
from katas.phase2_networks.module import MLP

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#767676"


def squared_error(z):
    """Squared error of a sigmoid whose right answer is 1."""
    return mean_squared_error([sigmoid(z)], [1])


def entropy(z):
    """Cross-entropy of a sigmoid whose right answer is 1."""
    return binary_cross_entropy_with_logits([z], [1])


def cost_and_push(loss, number):
    """The loss at a logit, and how hard it pushes the logit up."""
    z = Value(number)
    result = loss(z)
    result.backward()
    return result.data, -z.grad


def from_right_to_wrong():
    lab.part("one prediction, from sure and right to sure and wrong (the right answer is 1)")
    guess = lab.predict("at which logit, from 8 down to -8, does squared error push hardest?")
    grid = [8 - i / 20 for i in range(321)]
    hardest = max(grid, key=lambda z: cost_and_push(squared_error, z)[1])
    lab.result(f"at {hardest:.2f}, about -log 2, and from there on less and less", guess)
    guess = lab.predict("at -8, how many times as hard does cross-entropy push?")
    table = [(z, *cost_and_push(squared_error, z), *cost_and_push(entropy, z)) for z in grid]
    *_, (_, _, weak, _, strong) = table
    lab.result(f"{strong / weak:,.0f} times", guess)
    print("                    squared error       cross-entropy")
    print("    (push: minus the gradient, how hard the logit is moved up)")
    print("    logit   prob      loss     push      loss     push")
    for z, squared, push, surprise, drive in table[::40]:
        prob = sigmoid(Value(z)).data
        print(f"    {z:5.0f} {prob:6.3f}  {squared:8.3f} {push:8.4f}  {surprise:8.3f} {drive:8.4f}")
    print()
    plot_cost_and_push(table)


def plot_cost_and_push(table):
    """Loss and push of both over the logit, right on the left and wrong on the right."""
    plt = pyplot()
    logits, squared, weak, surprise, strong = zip(*table)
    figure, (above, below) = plt.subplots(2, 1, figsize=(6.4, 7.2), sharex=True)
    for axes, blue, orange in ((above, surprise, squared), (below, strong, weak)):
        axes.plot(logits, blue, color=BLUE, linewidth=2.5)
        axes.plot(logits, orange, color=ORANGE, linewidth=2.5, linestyle="--")
        axes.axvspan(0, -8, color=GREY, alpha=0.1, linewidth=0)
        axes.grid(color="#DDDDDD")
    above.text(-3.9, 4.9, "cross-entropy", color=BLUE, ha="right")
    above.text(-4.2, 1.35, "squared error", color=ORANGE, ha="center")
    below.text(-2.2, 0.93, "cross-entropy", color=BLUE, ha="right")
    below.text(-2.3, 0.24, "squared error", color=ORANGE)
    above.set(ylabel="loss", title="Sure and wrong: one loss shouts, one gives up")
    below.set(ylabel="push up (minus the gradient)", xlabel="logit (the right answer is 1)")
    below.text(7.8, 0.55, "sure and right", color=GREY)
    below.text(-7.8, 0.55, "sure and wrong", color=GREY, ha="right")
    above.set_xlim(8, -8)
    save(figure, "loss_and_push.png")


def way_out():
    lab.part("gradient descent from z = -6: who gets out?")
    guess = lab.predict("steps of size 1 until prob > 0.9: cross-entropy? squared error?")
    paths = {name: descend(loss) for name, loss in (("ce", entropy), ("se", squared_error))}
    quick, slow = len(paths["ce"]) - 1, len(paths["se"]) - 1
    lab.result(f"{quick} steps and {slow} steps", guess)
    print("Both end at the same place. One spends most of its time where there is no slope.")
    plot_way_out(paths)


def descend(loss, start=-6.0, lr=1.0, limit=2000):
    """The probabilities on the way from a logit to 0.9."""
    z = Value(start)
    probs = [sigmoid(z).data]
    while probs[-1] <= 0.9 and len(probs) <= limit:
        z.grad = 0.0
        loss(z).backward()
        z.data -= lr * z.grad
        probs.append(sigmoid(z).data)
    return probs


def plot_way_out(paths):
    """The probability of the right answer, step by step."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(6.4, 4.4))
    axes.plot(paths["ce"], color=BLUE, linewidth=2.5)
    axes.plot(paths["se"], color=ORANGE, linewidth=2.5, linestyle="--")
    end = len(paths["ce"]) - 1
    axes.plot(end, paths["ce"][-1], "o", color=BLUE)
    axes.plot(len(paths["se"]) - 1, paths["se"][-1], "s", color=ORANGE)
    axes.text(end + 6, 0.88, f"cross-entropy: {end} steps", color=BLUE)
    axes.text(
        len(paths["se"]) - 55,
        0.45,
        f"squared error: {len(paths['se']) - 1} steps",
        color=ORANGE,
        ha="right",
    )
    axes.set(
        xlabel="steps of gradient descent",
        ylabel="prob of the right answer",
        title="Out of a sure and wrong start",
        ylim=(0, 1),
    )
    axes.grid(color="#DDDDDD")
    save(figure, "way_out.png")


def outlier():
    lab.part("one thermometer in the sun: 19, 20, 20, 21, 60 degrees")
    readings = [19, 20, 20, 21, 60]
    guess = lab.predict("which one number has the least squared error? absolute error? Huber loss?")
    best = [least(loss, readings) for loss in (mean_squared_error, mean_absolute_error, huber)]
    lab.result(f"{best[0]:.2f}, {best[1]:.2f} and {best[2]:.2f}", guess)
    print(f"Squared error looks for the mean, {mean(readings)}; absolute error for the median,")
    print(f"{median(readings)}: the reading in the middle, with as many on either side.")
    print("Huber's loss, here with delta 1, stays near the median.")


def least(loss, readings, low=0.0, high=100.0):
    """Where a loss is least: the sign of the gradient says on which side to look."""
    for _ in range(50):
        guess = Value((low + high) / 2)
        loss([guess] * len(readings), readings).backward()
        low, high = (low, guess.data) if guess.grad > 0 else (guess.data, high)
    return (low + high) / 2


def softmax_twice():
    lab.part("softmax twice: a bug that does not crash")
    guess = lab.predict("three classes, the right logit 0, 2, 5, 20: how low does the loss get?")
    rows = []
    for size in (0, 2, 5, 20):
        logits = [Value(size), Value(0), Value(0)]
        once, twice = cross_entropy(logits, 0).data, cross_entropy(softmax(logits), 0).data
        rows.append(f"    {size:11}   {once:21.4f}   {twice:30.4f}")
    lab.result(f"{twice:.4f}, and no further: -log(e / (e + 2))", guess)
    print("    right logit   cross_entropy(logits)   cross_entropy(softmax(logits))")
    print("\n".join(rows))


def first_loss():
    lab.part("the first loss of a network that knows nothing")
    guess = lab.predict("an untrained MLP, ten classes: what is its loss? And with weights x 30?")
    rng = random.Random(4)
    points = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(40)]
    targets = [rng.randrange(10) for _ in points]
    model = MLP([2, 16, 10], rng=random.Random(5))
    before, guessed = judge(model, points, targets)
    for parameter in model.parameters():
        parameter.data *= 30
    after, _ = judge(model, points, targets)
    lab.result(f"{before:.2f}, near log 10 = {initial_loss(10):.2f}; with x 30 {after:.2f}", guess)
    print(f"Accuracy is {guessed:.0%}, as by chance. A first loss far above log K says that the")
    print("network is sure of things it cannot know: look at the initial weights.")


def judge(model, points, targets):
    """Mean cross-entropy and accuracy."""
    logits = [model(point) for point in points]
    losses = [cross_entropy(z, t).data for z, t in zip(logits, targets)]
    return mean(losses), accuracy(logits, targets)


def pyplot():
    """matplotlib without a screen, with letters that can be read on a phone."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 13, "figure.constrained_layout.use": True})
    return plt


def save(figure, name):
    path = lab.output(name)
    figure.savefig(path, dpi=120)
    pyplot().close(figure)
    lab.saved(path)


def main():
    from_right_to_wrong()
    way_out()
    outlier()
    softmax_twice()
    first_loss()
    lab.end(
        "Start the descent at z = -8 instead of -6: how does either number of steps grow?",
        "Put mean_absolute_error of the sigmoid into the race: is it quicker than the squared one?",
        "Give huber a delta of 0.1 and of 100 for the readings: where does its best number go?",
    )


if __name__ == "__main__":
    main()
