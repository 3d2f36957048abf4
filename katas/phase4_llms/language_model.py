"""4.2 · Language models: from counting which token follows which to networks that learn it."""

from hashlib import sha256
from pathlib import Path

import numpy as np

from ..phase2_networks.module import Module
from ..phase3_training.backpropagation import embedding_backward
from ..phase3_training.classes import class_numbers
from ..phase3_training.plain_arrays import plain_array
from .mlp import Linear
from .tensor import Tensor


def load_names(path):
    """The lines of a file such as data/names.txt, in a list; empty ones are left out."""
    lines = Path(path).read_text(encoding="utf-8-sig").split("\n")  # without a byte order mark
    return [line for line in lines if line]


def split_names(names):
    """The course's split: (train, validation), about 9 to 1, each in the order given.

    The SHA-256 of a name alone says where it belongs, so that no order of the names, and no
    other name, moves it.
    """
    names = list(names)
    held_out = {name for name in names if int(sha256(name.encode()).hexdigest(), 16) % 10 == 0}
    return [n for n in names if n not in held_out], [n for n in names if n in held_out]


# ---- counting; ids is always an array of integers from 0 to V - 1


def bigram_counts(ids, n_tokens):  # kata 4.2
    """How often each token follows each other one.

    ids       (N,)    a stream of ids
    n_tokens  V, the number of tokens
    ->        (V, V)  the row says which came first, the column which came next
    """
    raise NotImplementedError("4.2 bigram_counts")


def bigram_probabilities(counts, smoothing=0.0):  # kata 4.2
    """How likely each token is to come next, after each other one.

    counts     (V, V)  as bigram_counts returns them, or integers; left unchanged
    smoothing  added to every count before anything is divided
    ->         (V, V)  every row sums to 1; one in which nothing was counted is uniform, without a
               warning

    ValueError, naming it, if smoothing is negative.
    """
    raise NotImplementedError("4.2 bigram_probabilities")


def sample_from(probs, rng):  # kata 4.2
    """Draw an index: i with the probability probs[i].

    probs  (V,)  an array of floats, float32 too, whose sum is 1 within 1e-6; left unchanged
    rng    a numpy Generator or a seed, from which all chance comes
    ->     an int

    ValueError, naming the entry or the sum, if an entry is negative or nan, or the sum not 1.
    """
    raise NotImplementedError("4.2 sample_from")


def negative_log_likelihood(probs, ids):  # kata 4.2
    """How surprising a stream is to a bigram model: the mean of -log P(next token), in nats.

    probs  (V, V)  as bigram_probabilities returns them
    ids    (N,)    a stream of ids; its first token is not predicted
    ->     a float; inf if something happens that had probability 0, without a warning

    ValueError, naming the length, if there are fewer than two ids.
    """
    raise NotImplementedError("4.2 negative_log_likelihood")


def perplexity(loss):  # kata 4.2
    """Between how many equally likely tokens one would have to guess for the same loss, in nats.

    ->  a float; inf where none is large enough, from a loss of 710 on
    """
    raise NotImplementedError("4.2 perplexity")


# ---- examples to learn from


def make_windows(ids, block_size, boundary=0):  # kata 4.2
    """Every token but the first, with the block_size tokens before it that belong to its document.

    ids       (N,)                 a stream of ids
    boundary  the id that ends a document; a window holds nothing from before the last one, but
              boundaries instead, and also before the beginning of the stream
    ->        X (N-1, block_size)  the windows, integers, oldest token first
              y (N-1,)             the tokens that follow; both are new arrays, not views of ids
    """
    raise NotImplementedError("4.2 make_windows")


def random_batch(ids, batch_size, block_size, rng):  # kata 4.2
    """Pieces of a stream, cut out anywhere, and the same moved by one: what follows each token.

    ids  (N,)                        a stream of ids
    rng  a numpy Generator or a seed: for each piece every place where it fits is equally likely
    ->   X (batch_size, block_size)
         Y (batch_size, block_size), both new arrays

    ValueError, naming both lengths, if the stream is not longer than block_size.
    """
    raise NotImplementedError("4.2 random_batch")


# ---- networks


class Embedding(Module):
    """A table with a row of numbers for each token.

    weight  (n, C), a Tensor
    """

    def __init__(self, n, C, rng=None):  # kata 4.2
        """Draw the table, normal with deviation 1.

        n    the number of rows
        C    the numbers in each
        rng  a numpy Generator or a seed; None for a fresh one
        """
        raise NotImplementedError("4.2 Embedding.__init__")

    def __call__(self, ids):  # kata 4.2
        """Look up the rows of ids.

        ids  (…)     integers, an array or (nested) lists
        ->   (…, C)  a Tensor in the dtype of weight, on the way back too; a row that is taken
                     several times collects all gradients

        IndexError, naming it and the range, if an id is not from 0 to n - 1; TypeError, naming
        what they are, if ids are not integers (booleans would choose like a mask).
        """
        raise NotImplementedError("4.2 Embedding.__call__")


class NGramMLP(Module):
    """The next token from the block_size tokens before it (Bengio et al. 2003).

    embedding  an Embedding (n_tokens, C)
    hidden     a Linear (block_size · C, hidden)
    output     a Linear (hidden, n_tokens)
    """

    def __init__(self, n_tokens, block_size, C, hidden, rng=None):  # kata 4.2
        """Make the three parts; rng as Embedding takes it."""
        raise NotImplementedError("4.2 NGramMLP.__init__")

    def __call__(self, X):  # kata 4.2
        """Embed the tokens, put their rows side by side, and apply hidden, tanh and output.

        X   (N, block_size)  ids
        ->  (N, n_tokens)    logits, a Tensor in the dtype of the parameters
        """
        raise NotImplementedError("4.2 NGramMLP.__call__")
