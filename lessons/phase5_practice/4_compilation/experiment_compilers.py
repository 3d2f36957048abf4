"""5.4 · The same `if` in front of jax.jit and torch.compile, where they are installed.

    python lessons/phase5_practice/4_compilation/experiment_compilers.py

Optional: neither is needed for the course. Seen with JAX 0.10.2 and PyTorch 2.13.0.
"""

from importlib import metadata
from importlib.util import find_spec


def main():
    for name, ask in (("jax", ask_jax), ("torch", ask_torch)):
        if find_spec(name) is None:
            print(f"{name} is not installed (pip install {name})\n")
            continue
        print(f"{name} {metadata.version(name)}")
        ask()
        print()


def steep(x):
    """Twice x, but a hundred times x where x is negative."""
    return x * 100 if x < 0 else x * 2


def ask_jax():
    """A trace without numbers: an `if` on one is an error, and `where` is an operation."""
    import jax

    try:
        print(f"  an if on data: {jax.jit(steep)(3.0)}")
    except jax.errors.TracerBoolConversionError as error:
        print(f"  an if on data: {type(error).__name__}")
    chosen = jax.jit(lambda x: jax.numpy.where(x < 0, x * 100, x * 2))
    print(f"  where, compiled at 3: {chosen(3.0)} there, and {chosen(-1.0)} at -1")


def ask_torch():
    """Two graphs, and Python's own `if` between them; guards for what was frozen."""
    import torch

    compiled = torch.compile(steep, backend="eager")
    three, minus_one = compiled(torch.tensor(3.0)), compiled(torch.tensor(-1.0))
    print(f"  an if on data, compiled at 3: {three} there, and {minus_one} at -1")
    explained = torch._dynamo.explain(steep)(torch.tensor(3.0))
    print(f"  it is {explained.graph_count} graphs, with a break between them")
    built = []

    def backend(graph, inputs):
        built.append(graph)
        return graph.forward

    scaled = torch.compile(lambda x, factor: x * factor, backend=backend)
    for n, factor in ((3, 2.0), (3, 2.0), (3, 5.0), (4, 5.0)):
        scaled(torch.ones(n), factor)
        print(f"  x of {n} numbers times {factor}: compiled {len(built)} times so far")


if __name__ == "__main__":
    main()
