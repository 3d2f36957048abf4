"""5.4 · A program as text: what is written, what it costs, and when it has paid.

Run with `make experiment KATA=python_number`; with `MINE=1` it runs on your own katas.
"""

import math
import random
import sys
from pathlib import Path
from time import perf_counter

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[1]))

from two_moons import moons

from dojo import screen
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import hinge
from katas.phase2_networks.module import MLP
from katas.phase5_practice.compiled import Compiled, gradient_program
from katas.phase5_practice.emit import python_function, to_python
from katas.phase5_practice.emit_c import NoCompiler, c_function
from katas.phase5_practice.program import interpret

N_POINTS, HIDDEN, STEPS, RATE = 24, 8, 60, 0.5


def main():
    text()
    ways = training()
    draw(ways)
    guard()
    lab.end(
        "Set DEEPEST in `emit.py` to 0, so that every number has a name, and run this again. Which "
        "of the times changes most?",
        "Set PART in `emit_c.py` to 10,000. How long does C take to build now?",
        "Let `loss` take the points as inputs as well, behind the parameters, so that one program "
        "serves any points. What does it cost?",
    )


def problem(rng):
    """Points on two half circles, their labels, a network, and its loss."""
    points, labels = moons(N_POINTS, rng)
    model = MLP([2, HIDDEN, HIDDEN, 1], "relu", rng)

    def loss(_):
        return hinge([model(point)[0] for point in points], labels)

    return model, loss


# ---- the text


def text():
    lab.part("what is written")
    model, loss = problem(random.Random(0))
    program = gradient_program(loss, model.parameters())
    n = len(program.instructions)
    print(
        f"A step on {N_POINTS} points, an MLP 2-{HIDDEN}-{HIDDEN}-1: {n:,} instructions, with all"
    )
    print("gradients. What is read once is written where it is read.\n")
    guess = lab.predict("How many lines of Python are that?")
    source = to_python(program)
    lines = source.splitlines()[2:-1]
    lab.result(f"{len(lines):,} lines, {len(source):,} characters", guess)
    print(f"  the first:   {lines[0].strip()[:80]}")
    longest = max(lines, key=len).strip()
    print(f"  the longest, of {len(longest):,} characters:")
    print(f"               {longest[:68]} …\n")


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
    print("               to build    for a step   ahead after   loss at the end")
    for name, (build, seconds, losses) in ways.items():
        saved = first[1] - seconds
        paid = f"{math.ceil(build / saved):,} steps" if saved > 0 else "never"
        print(
            f"  {name:<12} {build:>7.2f} s {seconds * 1e3:>10.3f} ms "
            f"{paid if name != 'readable' else '':>13}   {losses[-1]!r}"
        )
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


# ---- the guard


def guard():
    lab.part("what is traced again")
    calls = []

    def squares(inputs):
        calls.append(len(inputs))
        return sum(x * x for x in inputs)

    compiled = Compiled(squares)
    given = ([1.0, 2.0], [3.0, 4.0], [1.0, 2.0, 3.0], [5.0, 6.0])
    print(f"A sum of squares is asked for {', then '.join(map(str, given))}.\n")
    guess = lab.predict("How often is the function itself called?")
    for numbers in given:
        compiled([Value(x) for x in numbers])
    lab.result(f"{len(calls)} times, with {' and '.join(map(str, calls))} inputs", guess)
    print("  What was built is kept by the number of inputs. Nothing else of them is compared.")


main()
