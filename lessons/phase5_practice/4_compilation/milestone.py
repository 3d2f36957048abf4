"""The milestone of 5.4: one training, four ways, the same losses.

    python lessons/phase5_practice/4_compilation/milestone.py            on the reference
    python lessons/phase5_practice/4_compilation/milestone.py --mine     on your katas

An MLP 2-16-16-1 learns to tell two moons apart, with plain gradient descent on all points: on the
readable engine, as a program in Python, as one in C, and on the Tensors of 4.1. Python and C have
to come to the readable engine's losses to the last bit in every step; Tensors add up in another
order, so theirs may be off by a billionth. Where there is no C compiler, that way is left out.

Exit code 0 if all losses agree, 1 if not. How fast each is depends on the machine, and is shown.
"""

import random
import sys
from array import array
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE)]
from two_moons import moons

from dojo import milestone

N_POINTS, HIDDEN, STEPS, RATE, STRENGTH = 100, 16, 200, 0.2, 1e-4


def main():
    return milestone.run("5.4", lambda _: attempt())


def problem():
    """The points, their labels, a fresh network, and its loss as a function of its parameters."""
    from katas.phase2_networks.losses import hinge, l2_penalty
    from katas.phase2_networks.module import MLP

    rng = random.Random(0)
    points, labels = moons(N_POINTS, rng)
    model = MLP([2, HIDDEN, HIDDEN, 1], "relu", rng)

    def loss(parameters):
        scores = [model(point)[0] for point in points]
        return hinge(scores, labels) + l2_penalty(parameters, STRENGTH)

    return points, labels, model, loss


# ---- four ways; each returns the losses of all steps, and the seconds at which they were known


def readable():
    _, _, model, loss = problem()
    parameters = model.parameters()
    for _ in range(STEPS):
        model.zero_grad()
        result = loss(parameters)
        result.backward()
        for parameter in parameters:
            parameter.data -= RATE * parameter.grad
        yield result.data


def compiled(build, numbers_as):
    """A training on plain numbers, with a program that computes the loss and all gradients."""
    from katas.phase5_practice.compiled import Compiled

    _, _, model, loss = problem()
    parameters = model.parameters()
    run = Compiled(loss, build).function(parameters)
    numbers = numbers_as([parameter.data for parameter in parameters])
    for _ in range(STEPS):
        result, *gradients = run(numbers)
        for i, gradient in enumerate(gradients):
            numbers[i] -= RATE * gradient
        yield result


def in_python():
    from katas.phase5_practice.emit import python_function

    return compiled(python_function, list)


def in_c():
    from katas.phase5_practice.emit_c import c_function

    return compiled(c_function, lambda numbers: array("d", numbers))


def tensors():
    import numpy as np

    from katas.phase4_llms.tensor import Tensor

    points, labels, model, _ = problem()
    X, signs = np.array(points), np.array(labels)[:, None]
    layers = [
        (
            Tensor(np.array([[w.data for w in neuron.w] for neuron in layer.neurons]).T),
            Tensor(np.array([neuron.b.data for neuron in layer.neurons])),
        )
        for layer in model.layers
    ]
    parameters = [tensor for layer in layers for tensor in layer]
    for _ in range(STEPS):
        for parameter in parameters:
            parameter.grad = 0.0
        x = Tensor(X)
        for W, b in layers[:-1]:
            x = (x @ W + b).relu()
        W, b = layers[-1]
        result = (1 - signs * (x @ W + b)).relu().mean()
        for parameter in parameters:
            result = result + STRENGTH * (parameter * parameter).sum()
        result.backward()
        for parameter in parameters:
            parameter.data -= RATE * parameter.grad
        yield float(result.data)


WAYS = {"readable": readable, "Python": in_python, "C": in_c, "Tensor": tensors}


def attempt():
    """Train in every way, print the table, draw it; 0 if all losses agree."""
    from katas.phase5_practice.emit_c import NoCompiler

    found = {}
    for name, way in WAYS.items():
        begun, losses, seconds = perf_counter(), [], []
        try:
            for loss in way():
                losses.append(loss)
                seconds.append(perf_counter() - begun)
        except NoCompiler as missing:
            print(f"{missing}\n")
            continue
        found[name] = losses, seconds
    wanted, _ = found["readable"]
    print(f"{STEPS} steps on {N_POINTS} points, MLP 2-{HIDDEN}-{HIDDEN}-1\n")
    print("            first step     a step after it   loss at the end         losses")
    all_agree = True
    for name, (losses, seconds) in found.items():
        step = (seconds[-1] - seconds[0]) / (STEPS - 1)
        apart = max(abs(a - b) for a, b in zip(losses, wanted))
        agree = apart == 0 if name != "Tensor" else apart < 1e-9
        all_agree &= agree
        said = "to the last bit" if apart == 0 else f"off by {apart:.0e} at most"
        print(
            f"{name:<10} {seconds[0]:>9.3f} s {step * 1e3:>15.3f} ms   {losses[-1]:<20.17g}   "
            f"{said if name != 'readable' else ''}".rstrip()
        )
    draw(found)
    print(f"\nThe milestone is {'reached' if all_agree else 'not reached'}.")
    return 0 if all_agree else 1


def draw(found):
    """Loss over time on a log scale, one line for each way."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    for name, (losses, seconds) in found.items():
        axes.plot(seconds, losses, label=name)
    axes.set(xscale="log", xlabel="seconds from the start, building included", ylabel="loss")
    axes.legend()
    folder = ROOT / "output" / "5.4"
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "milestone.png", dpi=120)
    plt.close(figure)
    print("\nsaved output/5.4/milestone.png")


if __name__ == "__main__":
    sys.exit(main())
