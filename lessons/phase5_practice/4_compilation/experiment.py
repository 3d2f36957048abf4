"""5.4 · What a trace cannot see, and a training without a graph.

Run with `make experiment SECTION=5.4`; with `MINE=1` it runs on your own katas.
"""

import math
import random
from time import perf_counter

from dojo.experiment import Lab

lab = Lab(__file__)

from dojo import screen
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import hinge
from katas.phase2_networks.module import MLP
from katas.phase5_practice.compiled import Compiled, gradient_program
from katas.phase5_practice.emit import python_function, to_python
from katas.phase5_practice.emit_c import NoCompiler, c_function
from katas.phase5_practice.program import interpret
from katas.phase5_practice.trace import trace

N_POINTS, HIDDEN, STEPS, RATE = 24, 8, 60, 0.5


def main():
    frozen()
    sizes()
    ways = training()
    draw(ways)
    lab.end(
        "In `steep`, write the choice with relu instead of `if`, so that it stays one: x times 2, "
        "plus 98 times what relu leaves of -x, with the right sign.",
        "Set DEEPEST in `emit.py` to 0, so that every number has a name, and run this again. Which "
        "of the times changes most?",
        "Let `loss` take the points as inputs as well, behind the parameters, so that one program "
        "serves any points. What does it cost?",
    )


# ---- what is frozen


def steep(inputs):
    """Twice x, but a hundred times x where x is negative."""
    (x,) = inputs
    return x * 100 if x.data < 0 else x * 2


def frozen():
    lab.part("what a trace cannot see")
    print("def steep(inputs):")
    print("    (x,) = inputs")
    print("    return x * 100 if x.data < 0 else x * 2\n")
    guess = lab.predict("It is compiled at x = 3. What does the compiled function say at x = -1?")
    compiled = Compiled(steep)
    compiled([Value(3.0)])
    said = compiled([Value(-1.0)]).data
    lab.result(f"{said}, and steep itself says {steep([Value(-1.0)]).data}", guess)
    other = trace(steep, [Value(-3.0)])
    print(f"  Traced at x = -3, the program says {interpret(other, [1.0])[0]} at 1. Two programs,")
    print("  each right on one side, and neither knows that there is another.\n")


# ---- how much there is to do


def problem(rng):
    """Points on two half circles, their labels, a network, and its loss."""
    points, labels = [], []
    for i in range(N_POINTS):
        angle = math.pi * i / N_POINTS
        x, y = math.cos(angle), math.sin(angle)
        if i % 2:
            x, y = 1 - x, 0.5 - y
        points.append([x + rng.gauss(0, 0.1), y + rng.gauss(0, 0.1)])
        labels.append(1 if i % 2 else -1)
    model = MLP([2, HIDDEN, HIDDEN, 1], "relu", rng)

    def loss(_):
        return hinge([model(point)[0] for point in points], labels)

    return model, loss


def sizes():
    lab.part("how much there is to do")
    model, loss = problem(random.Random(0))
    parameters = model.parameters()
    plain = trace(loss, parameters)
    n = len(plain.instructions)
    print(f"A step on {N_POINTS} points, an MLP 2-{HIDDEN}-{HIDDEN}-1: {n:,} instructions.\n")
    guess = lab.predict("How many times as many are there with all gradients?")
    whole = gradient_program(loss, parameters)
    lab.result(f"{len(whole.instructions) / n:.1f} times", guess)
    lines = to_python(whole).count("\n") - 3
    print(f"  {len(whole.instructions):,} instructions become {lines:,} lines of Python: all that")
    print("  is read once is written where it is read.\n")


# ---- the same training


def steps_of(name, loss, parameters):
    """A function that computes the loss and fills in all gradients; or None without a compiler."""
    if name == "readable":

        def step():
            for parameter in parameters:
                parameter.grad = 0.0
            result = loss(parameters)
            result.backward()
            return result.data

        return step
    build = {"interpreted": lambda program: lambda numbers: interpret(program, numbers)}
    build |= {"Python": python_function, "C": c_function}
    try:
        run = Compiled(loss, build[name]).function(parameters)
    except NoCompiler as missing:
        print(f"  {missing}")
        return None

    def step():
        result, *gradients = run([parameter.data for parameter in parameters])
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        return result

    return step


def training():
    lab.part("the same training, four ways")
    guess = lab.predict(
        "The readable engine, the program interpreted, as Python, as C: how many times as fast is "
        "each as the first?"
    )
    ways = {}
    with screen.progress("training", 4 * STEPS) as (advance, _):
        for name in ("readable", "interpreted", "Python", "C"):
            model, loss = problem(random.Random(0))
            parameters = model.parameters()
            begun = perf_counter()
            step = steps_of(name, loss, parameters)
            if step is None:
                continue
            build, losses, seconds = perf_counter() - begun, [], 0.0
            for _ in range(STEPS):
                begun = perf_counter()
                losses.append(step())
                seconds += perf_counter() - begun
                for parameter in parameters:
                    parameter.data -= RATE * parameter.grad
                advance()
            ways[name] = (build, seconds / STEPS, losses)
    first = ways["readable"]
    lab.result(
        ", ".join(f"{name} {first[1] / way[1]:.1f}" for name, way in ways.items()),
        guess,
    )
    print("               to build    for a step   loss at the end")
    for name, (build, seconds, losses) in ways.items():
        print(f"  {name:<12} {build:>7.2f} s {seconds * 1e3:>10.3f} ms   {losses[-1]!r}")
    apart = max(abs(a - b) for way in ways.values() for a, b in zip(way[2], first[2]))
    print(f"\n  The losses of all steps differ by {apart:.0e} at most.\n")
    return ways


def draw(ways):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, (build, seconds, losses) in ways.items():
        axes.plot([build + seconds * i for i in range(1, STEPS + 1)], losses, label=name)
    axes.set(xscale="log", xlabel="seconds from the start, building included", ylabel="loss")
    axes.legend()
    path = lab.output("four_ways.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


main()
