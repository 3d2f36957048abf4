"""How the course's functions grow with what they are given: the exponent over three sizes.

An exponent of 1 is linear, 2 quadratic. Where one is not reached, its row says why the short form
stays: it is what learners compare with.
"""

import math
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from dojo.pictures.backward_page import write_page
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.module import MLP
from katas.phase3_training.backpropagation import embedding_backward
from katas.phase3_training.dataset import load_csv, one_hot
from katas.phase3_training.training import save_parameters
from tests.bench.bench_row import row
from tests.bench.figure import Figure
from tests.bench.timing import alternate

RNG = np.random.default_rng(0)


def growth(what, sizes, prepare, small, at_most=1.2):
    """The exponent with which a function's time grows, from the first of three sizes to the last.

    what     what is counted, in words
    prepare  a function of a size that returns what is timed, a function without arguments
    """
    sizes = [size * 32 // sizes[0] for size in sizes] if small else sizes
    rounds, at_least = (1, 0) if small else (3, 0.05)
    timed = alternate([prepare(size) for size in sizes], rounds, at_least)
    best = [max(min(times), 1e-9) for times in timed]
    exponent = math.log(best[-1] / best[0]) / math.log(sizes[-1] / sizes[0])
    work = f"{sizes[-1]:,} {what}; the ratio is the exponent from {sizes[0]:,} on"
    middle = f"{sizes[1]:,}"
    goal = f"at most {at_most}"
    return [Figure(work, best[-1], "s", middle, best[1], exponent, goal, at_most)]


@row("embedding")
def embedding(small=False):
    """Growth: the gradient of an embedding of 64 channels, 4,096 places, by the rows of its table

    Up to 256 rows it is a product with a matrix of zeros and ones, which no other form beats; above
    that every place is added to its row, and what is left to grow is the table of zeros itself.
    """
    ids, dout = RNG.random(4096), RNG.standard_normal((4096, 64)).astype(np.float32)

    def prepare(n):
        return partial(embedding_backward, dout, (ids * n).astype(int), n)

    return growth("rows", [1_000, 10_000, 50_000], prepare, small)


@row("one-hot")
def one_hot_rows(small=False):
    """Growth: one_hot of 64 targets, by the number of classes

    A table of zeros, and one index. The unit matrix from which rows can be taken is quadratic:
    3.2 GB for 20,000 classes.
    """
    targets = RNG.random(64)

    def prepare(n):
        return partial(one_hot, (targets * n).astype(int), n)

    return growth("classes", [1_000, 10_000, 100_000], prepare, small)


@row("csv")
def csv(small=False):
    """Growth: load_csv of 50 columns, by the rows

    Linear, a microsecond for a cell. It is seen to be finite by the function of math; with that of
    numpy, which is made for arrays, it was two. Half of the time is float, a third csv.reader. To
    read whole rows as floats, or as arrays, saves less than a twentieth, and to take each row as
    soon as it is read a tenth. numpy's loadtxt takes less than half of the time, but knows numbers,
    quotes and comments of its own, and could not say which cell of which line is wrong.
    """
    header, rows = ",".join(map(str, range(51))), ",".join(["0.123456"] * 50)

    def prepare(n):
        path = Path(tempfile.mkdtemp()) / "table.csv"
        path.write_text("\n".join([header, *[f"{rows},a"] * n]), encoding="utf-8")
        return partial(load_csv, path)

    return growth("rows", [500, 1_000, 2_000], prepare, small)


@row("scalars")
def scalars(small=False):
    """Growth: save_parameters of an MLP of Values, by its parameters

    Linear, but tens of microseconds and some 280 bytes for each number, because each is an array of
    its own in the file, under its own name. All of them in one array would take a tenth. But what
    is in a file is what is in a state_dict, and therefore to save it is one line.
    """
    path = Path(tempfile.mkdtemp()) / "model.npz"

    def prepare(n):
        return partial(save_parameters, MLP([n // 16, 16]), path)

    return growth("parameters", [1_600, 3_200, 6_400], prepare, small)


@row("page")
def page(small=False):
    """Growth: the page of 1.4 for a chain of products, by its nodes

    Linear: each step holds the gradients that it changes, and not those of all nodes, so that a
    page of 5,000 nodes, which was 135 MB, is 7. Where one node is used by all others, the edges are
    as long as the picture, which is quadratic in any case.
    """
    path = Path(tempfile.mkdtemp()) / "page.html"

    def prepare(n):
        x = Value(1.0)
        for _ in range(n // 2):
            x = x * 0.9
        return partial(write_page, x, path)

    return growth("nodes", [500, 1_000, 2_000], prepare, small)
