"""1.2 · Read the trace of a neuron, change a leaf behind its back, and count what is left behind.

Run with `make experiment SECTION=1.2`; with `MINE=1` it runs on your own katas.
"""

import gc
import math
import time

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.graph import depth, leaves, topological_order, trace_table
from katas.phase1_autodiff.value import Value


def labelled(value, label):
    """The same Value, with a name for tables."""
    value.label = label
    return value


def neuron(w, x, b):
    """tanh(w·x + b), with names on the way."""
    return labelled(labelled(w * x + b, "z").tanh(), "a")


def read_the_trace():
    lab.part("the trace of one neuron, a = tanh(w·x + b)")
    w, x, b = Value(-1.5, label="w"), Value(2.0, label="x"), Value(3.5, label="b")
    guess = lab.predict("w = -1.5, x = 2, b = 3.5: how many Values will there be, from w to a?")
    a = neuron(w, x, b)
    lab.result(f"{len(topological_order(a))} Values, {len(leaves(a))} of them leaves", guess)
    print("\n".join(f"    {line}" for line in trace_table(a)))
    print()
    guess = lab.predict("what does the edge from w to w·x carry, its local derivative?")
    product = a.parents[0].parents[0]
    lab.result(f"{product.local_grads[0]:g}: the number of the other operand, x", guess)
    guess = lab.predict("and the last edge, from z to a, with a = 0.462?")
    lab.result(f"{a.local_grads[0]:.6f}: one minus the output squared", guess)


def change_a_leaf():
    lab.part("change a leaf, and look at the outputs")
    w, x, b = Value(-1.5, label="w"), Value(2.0, label="x"), Value(3.5, label="b")
    a = neuron(w, x, b)
    guess = lab.predict("w.data is set to 10 after a was computed: what is a.data now?")
    w.data = 10.0
    lab.result(f"{a.data:.6f}, as before: nothing computes it again", guess)
    print("\n".join(f"    {line}" for line in trace_table(a)))
    print("\nRead the line with w * x: it says that 10 times 2 is -3. The trace is of the past.\n")
    guess = lab.predict("the local derivative from x to w·x was -1.5. What is it now?")
    lab.result(f"{a.parents[0].parents[0].local_grads[1]:g}: it was noted, like the data", guess)
    guess = lab.predict("the neuron is computed again, with the new w. How many Values are new?")
    again = neuron(w, x, b)
    old = set(topological_order(a))
    new = [node for node in topological_order(again) if node not in old]
    lab.result(f"{len(new)}: product, z and a; the three leaves are shared", guess)
    print(f"The new a is {again.data:.6f}, and the old one is still there: {a.data:.6f}.\n")


def count_nodes():
    lab.part("what do expressions leave behind?")
    a, b = Value(6.0, label="a"), Value(4.0, label="b")
    for text, compute in (
        ("a + b", lambda: a + b),
        ("a - b", lambda: a - b),
        ("a / b", lambda: a / b),
        ("2 * a - b / 3", lambda: 2 * a - b / 3),
    ):
        guess = lab.predict(f"how many Values are there in the trace of {text}?")
        root = compute()
        lab.result(f"{len(topological_order(root))}, at a depth of {depth(root)}", guess)
        print("\n".join(f"    {line}" for line in trace_table(root)))
        print()


def count_paths():
    lab.part("nodes and paths: x = x + x, again and again")
    guess = lab.predict("after 30 doublings: how many Values, and how many paths to the first one?")
    x = Value(1.0)
    for _ in range(30):
        x = x + x
    order = topological_order(x)
    paths = {order[0]: 1}
    for node in order[1:]:
        paths[node] = sum(paths[parent] for parent in node.parents)
    lab.result(f"{len(order)} Values and {paths[x]:,} paths", guess)
    print("A walk that looks at each Value once is done; one that takes each path is not.\n")


def time_walks():
    lab.part("how long does the sort take?")
    guess = lab.predict("a chain ten times as long: how many times as long does the sort take?")
    sizes, seconds = [10**k for k in (3, 4, 5)], []
    for size in sizes:
        seconds.append(min(sort_time(size) for _ in range(3)))
        print(f"    {size:>7,} additions   {1000 * seconds[-1]:8.2f} ms")
    print()
    lab.result(f"{seconds[-1] / seconds[-2]:.1f} times, from {sizes[-2]:,} to {sizes[-1]:,}", guess)
    plot_growth()


def sort_time(size):
    """Seconds that a topological order takes after this many additions in a row."""
    total = Value(0.0)
    for _ in range(size):
        total = total + 1.0
    gc.disable()  # its pauses grow with all that is alive, and are not the sort's
    started = time.perf_counter()
    topological_order(total)
    seconds = time.perf_counter() - started
    gc.enable()
    return seconds


def plot_growth():
    """Nodes and paths after n doublings, on a scale on which doubling is a straight line."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    doublings = range(31)
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    axes.semilogy(doublings, [2**n for n in doublings], "s--", color="#D55E00", label="paths")
    axes.semilogy(doublings, [n + 1 for n in doublings], "o-", color="#0072B2", label="nodes")
    axes.set(xlabel="doublings, x = x + x", ylabel="how many", title="A graph is not a tree")
    axes.legend()
    path = lab.output("nodes_and_paths.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


def main():
    read_the_trace()
    change_a_leaf()
    count_nodes()
    count_paths()
    time_walks()
    lab.end(
        "Write x ** 3 and x * x * x: how many Values are in each trace, and how deep are they?",
        f"Trace 1 / (1 + (-x).exp()), the sigmoid, at x = {math.log(3):.4f}: which line is 3/4?",
        "Add up 1,000 Values with sum(), then in pairs of pairs of pairs: how deep is each graph?",
    )


if __name__ == "__main__":
    main()
