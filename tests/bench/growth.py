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
from katas.phase4_llms.attention import causal_mask, scaled_dot_product_attention
from katas.phase4_llms.bpe import train_bpe
from katas.phase4_llms.generation import KVCache
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase4_llms.tokenizer import BPETokenizer
from tests.bench.bench_row import row
from tests.bench.figure import Figure
from tests.bench.timing import alternate

RNG = np.random.default_rng(0)


def growth(what, sizes, prepare, small, at_most=1.2):
    """The exponent with which a function's time grows, from the first of three sizes to the last.

    what     what is counted, in words
    prepare  a function of a size that returns what is timed, a function without arguments
    """
    sizes = [max(2, size // 100) for size in sizes] if small else sizes
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


def invented_text(n):
    """n words, of which a few are as common as in a language, with letters likewise."""
    letters = 1 / np.arange(1, 27)
    letters /= letters.sum()
    names = [
        "".join(RNG.choice(list("etaoinshrdlucmfwypvbgkjqxz"), RNG.integers(2, 11), p=letters))
        for _ in range(n // 4 + 2)
    ]
    commonness = 1 / np.arange(1, len(names) + 1)
    return " ".join(RNG.choice(names, n, p=commonness / commonness.sum()))


@row("bpe")
def bpe(small=False):
    """Growth: train_bpe on 30,000 invented words, by the tokens that are learned

    For each token all pairs are looked at once, to find the commonest, and there are more of them
    the longer it goes on. A priority queue would find it at once, and give a fourth of the time for
    5,000 tokens, but most of what it holds is out of date: that has to be noticed and put right, in
    ten lines that are not about byte pairs. The words that hold a pair are looked up, and its count
    is mended, not made anew: together that was four times as slow.
    """
    text = invented_text(300 if small else 30_000)

    def prepare(n):
        return partial(train_bpe, text, 256 + n)

    return growth("tokens learned", [500, 1_000, 2_000], prepare, small)


@row("long-word")
def long_word(small=False):
    """Growth: encode of a single word, by its letters

    Every merge goes over the whole word, and a word of n letters has up to n of them: quadratic.
    Words are short, and what is called one is cut by pretokenize; a chain of linked pieces with a
    priority queue is near linear, and three times as long as the loop that says what BPE is.
    """
    tokenizer = BPETokenizer(*train_bpe(invented_text(100 if small else 5_000), 600))
    letters = "".join(RNG.choice(list("etaoinshrdlu"), 8_000))

    def prepare(n):
        return partial(tokenizer.encode, letters[:n])

    return growth("letters", [2_000, 4_000, 8_000], prepare, small)


@row("cache")
def cache(small=False):
    """Growth: a KVCache, 4 heads of 16 channels, by the steps

    Each step puts the new key behind all others, which copies them. A buffer that doubles copies
    each of them twice at most, but an array that is written into is nothing a gradient could pass
    through, and the three lines of extend would be twelve. At the 1,000 positions of a GPT-2 the
    copy takes a tenth of what the products with those keys do.
    """
    new = Tensor(RNG.standard_normal((1, 4, 1, 16)).astype(np.float32))

    def steps(n):
        kept = KVCache()
        with no_grad():
            for _ in range(n):
                kept.extend(new, new)

    return growth("steps", [1_000, 2_000, 4_000], lambda n: partial(steps, n), small)


@row("slices")
def slices(small=False):
    """Growth: the gradient of rows that are taken one by one, by their number

    Each row's gradient is an array of the whole, zeros but for that row: quadratic. Added where it
    belongs it would be linear, if a pullback could write into its parent's gradient; but that every
    pullback returns a new array, and changes nothing, is what lets each be read, and tested, on its
    own. Who needs all rows takes them in one index, or with reshape.
    """

    def backward(n):
        x = Tensor(np.ones((n, 8)))
        total = x[0]
        for i in range(1, n):
            total = total + x[i]
        total.backward(np.ones(8))

    return growth("rows", [500, 1_000, 2_000], lambda n: partial(backward, n), small)


@row("attention")
def attention(small=False):
    """Growth: attention with 4 heads of 16 channels, forward and backward, by the positions

    Quadratic by its nature: every position looks at all others. Scores, masked scores and weights
    are three arrays (T, T) for each head that the graph keeps, where one node would keep the
    weights alone, in a third of the memory and of the time. But then its gradient would have to be
    derived by hand, where the engine finds it; 5.3 does that, and goes further.
    """

    def step(T):
        q, k, v = (Tensor(RNG.standard_normal((1, 4, T, 16)).astype(np.float32)) for _ in range(3))
        mixed = scaled_dot_product_attention(q, k, v, causal_mask(T))
        mixed.backward(np.ones(mixed.shape, np.float32))

    return growth("positions", [256, 512, 1_024], lambda T: partial(step, T), small, at_most=2.2)


@row("csv")
def csv(small=False):
    """Growth: load_csv of 50 columns, by the rows

    Linear: a microsecond for a cell, of which a third is to make it a float, and a third to see
    that it is finite, with the function of math; that of numpy, made for arrays, took twice the
    time of all. To read the whole file as one array is faster, and could not say which cell of
    which line is wrong.
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

    Linear, but 20 microseconds and 280 bytes for each number, because each is an array of its own
    in the file, under its own name. All of them in one array would take a tenth. What is in a file
    would then not be what is in a state_dict, and it is so that save and load are two lines each.
    """
    path = Path(tempfile.mkdtemp()) / "model.npz"

    def prepare(n):
        return partial(save_parameters, MLP([n // 16, 16]), path)

    return growth("parameters", [1_600, 3_200, 6_400], prepare, small)


@row("page")
def page(small=False):
    """Growth: the page of 1.4 for a chain of products, by its nodes

    Linear, in time and in bytes: each step holds the gradients that it changes, and not those of
    all nodes, which for 5,000 of them were 135 MB, and are 7. What remains is the picture, some
    500 bytes for a node with its edges. Where one node is used by all others, the edges are
    as long as the picture, and that is quadratic in any case.
    """
    path = Path(tempfile.mkdtemp()) / "page.html"

    def prepare(n):
        x = Value(1.0)
        for _ in range(n // 2):
            x = x * 0.9
        return partial(write_page, x, path)

    return growth("nodes", [500, 1_000, 2_000], prepare, small)
