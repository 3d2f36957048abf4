"""Draws the picture of the README: the graph of its example, with the gradients."""

from pathlib import Path

from dojo.pictures.graph import graph_svg
from solutions.phase1_autodiff.value import Value


def main(folder):
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(5.0, label="b")
    z = w * x + b
    loss = (z - 1) ** 2
    z.label, loss.label = "z", "loss"
    loss.backward()
    title = "z = w * x + b and loss = (z - 1) ** 2, with the gradient of the loss at every number"
    (folder / "loss_graph.svg").write_text(graph_svg(loss, title), encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).parent)
