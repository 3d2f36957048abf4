"""1.4 · Draw a neuron before and after its backward pass, and step through the pass on a page.

Run with `make experiment SECTION=1.4`; with `MINE=1` it runs on your own katas.
"""

from math import asinh

import graphviz

from dojo.experiment import Lab

lab = Lab(__file__)

from dojo.pictures.backward_page import write_page
from katas.phase1_autodiff.draw import backward_frames, nodes_and_edges, render, to_dot, to_text
from katas.phase1_autodiff.value import Value


def neuron():
    """a = tanh(w1·x1 + w2·x2 + b); tanh(arsinh 1) is 1/√2, where its slope is one half."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6 + asinh(1), label="b")
    z = w1 * x1 + w2 * x2 + b
    z.label = "z"
    a = z.tanh()
    a.label = "a"
    return a


def picture(root, name):
    """Save a picture, or say why not."""
    try:
        lab.saved(render(root, lab.output(name)))
    except RuntimeError as error:
        print(f"  {error}")
        print("  The drawing below and the page at the end do without it.")


def save_frames(frames):
    """As pictures, or as DOT text where there is no program to draw them."""
    kind = "svg"
    for number, frame in enumerate(frames, start=1):
        try:
            made = frame.pipe(format="svg")
        except graphviz.ExecutableNotFound:
            kind, made = "dot", frame.source.encode()
        lab.output(f"frame_{number}.{kind}").write_bytes(made)
    lab.saved(lab.output(f"frame_1.{kind}"))
    print(f"  ... and so on, up to frame_{len(frames)}.{kind}")


def count_the_parts():
    lab.part("what is there to draw?")
    print("a neuron with two inputs: a = tanh(w1·x1 + w2·x2 + b)\n")
    guess = lab.predict("How many values does its graph have, and how many edges between them?")
    nodes, edges = nodes_and_edges(neuron())
    lab.result(f"{len(nodes)} values, {len(edges)} edges", guess)


def before_and_after():
    lab.part("before and after")
    a = neuron()
    picture(a, "neuron_before.svg")
    guess = lab.predict("x2 is 0. Which weight gets the gradient 0: w1 or w2?")
    a.backward()
    print(f"\n{to_text(a)}\n")
    lab.result("w2: its local derivative is x2, and anything times 0 is 0", guess)
    picture(a, "neuron_after.svg")
    print("\nA weight whose input is 0 does not learn from this example.")


def step_by_step():
    lab.part("the backward pass, step by step")
    a = neuron()
    guess = lab.predict("How many frames does the film have: the seed, and one for each operation?")
    frames = backward_frames(a)
    lab.result(f"{len(frames)} frames", guess)
    save_frames(frames)
    path = lab.output("backward_pass.html")
    lab.saved(write_page(a, path, "The backward pass of a neuron"))
    print("\nOpen that page in a browser, and go through the pass with the arrow keys.")


def lost_edges():
    lab.part("an edge that gets lost")
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    guess = lab.predict("y = x · x. With edges kept in a set, which dy/dx does the picture show?")
    kept = set(nodes_and_edges(y)[1])
    shown = sum(y.local_grads[: len(kept)])
    y.backward()
    lab.result(f"{len(kept)} edge, so {shown:g}; but dy/dx is {x.grad:g}", guess)
    arrows = to_dot(y).source.count("v1 -> op2")
    print(f"to_dot draws {arrows} arrows from x to the operation.")


def main():
    count_the_parts()
    before_and_after()
    step_by_step()
    lost_edges()
    lab.end(
        "Set x2 to 1 in this file, and see which gradients change and which do not.",
        "Put two neurons in a row, and look for the first value that collects two products.",
        "Write the page for the diamond of 1.3, and find the step that gives u its second share.",
    )


main()
