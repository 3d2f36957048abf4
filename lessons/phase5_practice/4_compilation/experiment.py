"""5.4 · What a trace cannot see, what may be left out, and how much there is to do.

Run with `make experiment KATA=operands`; with `MINE=1` it runs on your own katas.
"""

import math
import random
import sys
from pathlib import Path
from time import perf_counter

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parent))

from two_moons import moons

from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import hinge
from katas.phase2_networks.module import MLP
from katas.phase5_practice.adjoint import differentiate
from katas.phase5_practice.passes import drop_unused, fold_constants, merge_equal
from katas.phase5_practice.program import interpret
from katas.phase5_practice.trace import trace

N_POINTS, HIDDEN, STEPS = 24, 8, 10


def main():
    frozen()
    rules()
    model, loss = problem(random.Random(0))
    program, counts = sizes(model.parameters(), loss)
    draw(counts)
    training(model.parameters(), loss, program)
    lab.end(
        "In `steep`, write the choice with relu instead of `if`, so that it stays one: x times 2, "
        "plus 98 times what relu leaves of -x, with the right sign.",
        "Leave merge_equal out in `sizes`. Why is it worth so little here? In which function of "
        "Phase 2 would it find more?",
        "Differentiate the program once more, after making a single result of the gradients: "
        "their sum. How many times as long is it now?",
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
    guess = lab.predict("It is traced at x = 3. What does the program say at x = -1?")
    said = interpret(trace(steep, [Value(3.0)]), [-1.0])[0]
    lab.result(f"{said}, and steep itself says {steep([Value(-1.0)]).data}", guess)
    other = trace(steep, [Value(-3.0)])
    print(f"  Traced at x = -3, the program says {interpret(other, [1.0])[0]} at 1. Two programs,")
    print("  each right on one side, and neither knows that there is another.\n")


# ---- what may be left out

RULES = {
    "x · 1 is x": (lambda x: x * 1.0, lambda x: x),
    "x + 0 is x": (lambda x: x + 0.0, lambda x: x),
    "x · 0 is 0": (lambda x: x * 0.0, lambda x: 0.0),
    "x - x is 0": (lambda x: x + x * -1.0, lambda x: 0.0),
}


def rules():
    lab.part("what may be left out")
    numbers = (3.0, -3.0, 0.0, -0.0, math.inf, math.nan)
    guess = lab.predict(f"{', '.join(RULES)}: which of them hold for every float?")
    wrong = {
        rule: [x for x in numbers if repr(long(x)) != repr(short(x))]
        for rule, (long, short) in RULES.items()
    }
    lab.result(", ".join(rule for rule in RULES if not wrong[rule]), guess)
    for rule, found in wrong.items():
        print(f"  {rule:<12} {'wrong at ' + ', '.join(map(repr, found)) if found else 'holds'}")


# ---- how much there is to do


def problem(rng):
    """Points on two half circles, their labels, a network, and its loss."""
    points, labels = moons(N_POINTS, rng)
    model = MLP([2, HIDDEN, HIDDEN, 1], "relu", rng)

    def loss(_):
        return hinge([model(point)[0] for point in points], labels)

    return model, loss


def sizes(parameters, loss):
    """The program of the loss and its gradients, and how many instructions it had on the way."""
    lab.part("how much there is to do")
    program = trace(loss, parameters)
    n = len(program.instructions)
    print(f"A step on {N_POINTS} points, an MLP 2-{HIDDEN}-{HIDDEN}-1: {n:,} instructions.\n")
    guess = lab.predict("How many times as many are there with all gradients?")
    counts = {"traced": n}
    for name, passes in (
        ("shortened", (fold_constants, merge_equal, drop_unused)),
        ("differentiated", (differentiate,)),
        ("shortened again", (fold_constants, drop_unused)),
    ):
        for done in passes:
            program = done(program)
        counts[name] = len(program.instructions)
    lab.result(f"{counts['shortened again'] / n:.1f} times", guess)
    for name, count in counts.items():
        print(f"  {name:<16} {count:>6,} instructions")
    return program, counts


def draw(counts):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 2.8), layout="constrained")
    axes.barh(list(counts), list(counts.values()), color="#0072B2")
    axes.invert_yaxis()
    axes.set(xlabel="instructions")
    path = lab.output("instructions.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


# ---- a training without a graph


def training(parameters, loss, program):
    lab.part("a training without a graph")
    guess = lab.predict(
        "The program makes no objects, records nothing and sorts nothing. How many times as long "
        "as a\n  step of the readable engine does it take, interpreted?"
    )
    begun = perf_counter()
    for _ in range(STEPS):
        for parameter in parameters:
            parameter.grad = 0.0
        loss(parameters).backward()
    readable = (perf_counter() - begun) / STEPS
    wanted = [parameter.grad for parameter in parameters]
    numbers = [parameter.data for parameter in parameters]
    begun = perf_counter()
    for _ in range(STEPS):
        _, *gradients = interpret(program, numbers)
    interpreted = (perf_counter() - begun) / STEPS
    lab.result(f"{interpreted / readable:.1f} times", guess)
    print(f"  the readable engine    {readable * 1e3:>7.2f} ms a step")
    print(f"  interpreted            {interpreted * 1e3:>7.2f} ms a step")
    apart = max(abs(a - b) for a, b in zip(gradients, wanted))
    print(f"\n  The gradients differ by {apart:.0e} at most. But a weighted_sum is one node there,")
    print("  and dozens of instructions here, each of which is asked anew what it is. The second")
    print("  sitting answers that once.")


main()
