"""A GPT on the scalar engine of phases 1 and 2: every number in it is a Value.

Import it after the tree was chosen: it imports from katas.

It is of the size and design of Karpathy's microgpt (2026): learned positions, RMSNorm without a
gain before each part and once on the embedding, no biases, ReLU in a feed-forward part four times
as wide, a head of its own. It reads a document token by token and keeps the keys and values of
those that it has read.

What makes it quick is the number of nodes. A row of a matrix times a vector is one weighted_sum
of 2.1, and two operations that the engine lacks are written here, each a Value with its local
gradients, as in 1.2.
"""

import math
import random
from itertools import pairwise

from katas.phase1_autodiff.value import Value
from katas.phase2_networks.module import Module
from katas.phase2_networks.neuron import weighted_sum


def matrix(n_out, n_in, rng, deviation=0.08):
    """n_out rows of n_in Values, one row for each number that comes out."""
    return [[Value(rng.gauss(0, deviation)) for _ in range(n_in)] for _ in range(n_out)]


NO_BIAS = Value(0.0)  # one leaf for all, since a number would become a leaf each time


def linear(rows, x):
    """A matrix times the vector x: one node for each row."""
    return [weighted_sum(row, x, NO_BIAS) for row in rows]


def add_linear(x, rows, y):
    """x plus a matrix times y, in as many nodes: x takes the place of the biases."""
    return [weighted_sum(row, y, number) for number, row in zip(x, rows)]


def rms_norm(x, eps=1e-5):
    """x divided by the root of its mean square, which is the weighted sum of x by itself."""
    scale = (weighted_sum(x, x, NO_BIAS) * (1 / len(x)) + eps) ** -0.5
    return [scale * number for number in x]


def softmax(scores):
    """Scores to probabilities, one node for each: d pᵢ / d sⱼ is pᵢ (1 - pᵢ), or -pᵢ pⱼ."""
    probs = probabilities(scores)
    parents = tuple(scores)
    nodes = []
    for i, p in enumerate(probs):
        local_grads = [-p * q for q in probs]
        local_grads[i] += p
        nodes.append(Value(p, parents, tuple(local_grads), "softmax"))
    return nodes


def cross_entropy(logits, target):
    """-log softmax(logits)[target] as one node: its gradient is the softmax minus the one-hot."""
    probs = probabilities(logits)
    local_grads = tuple(p - (k == target) for k, p in enumerate(probs))
    return Value(-math.log(probs[target]), tuple(logits), local_grads, "cross_entropy")


def probabilities(scores):
    """The softmax of a list of Values, as plain numbers."""
    highest = max(score.data for score in scores)
    exps = [math.exp(score.data - highest) for score in scores]
    total = sum(exps)
    return [e / total for e in exps]


class Block(Module):
    """Attention, then a feed-forward part; each reads a norm of x and is added to x."""

    softmax = staticmethod(softmax)

    def __init__(self, C, n_head, rng):
        self.n_head = n_head
        self.query, self.key, self.value = (matrix(C, C, rng) for _ in range(3))
        self.output = matrix(C, C, rng)
        self.widen, self.narrow = matrix(4 * C, C, rng), matrix(C, 4 * C, rng)

    def __call__(self, x, past):
        """The next x, of C Values, for that of one token; `past` gets its key and value."""
        normed = rms_norm(x)
        past.append((linear(self.key, normed), linear(self.value, normed)))
        mixed = self.attend(linear(self.query, normed), past)
        x = add_linear(x, self.output, mixed)
        hidden = [z.relu() for z in linear(self.widen, rms_norm(x))]
        return add_linear(x, self.narrow, hidden)

    def attend(self, query, past):
        """Each head's mixture of the values so far, one head after the other: C Values."""
        head_dim = len(query) // self.n_head
        query = [number * head_dim**-0.5 for number in query]
        mixed = []
        for start in range(0, len(query), head_dim):
            head = slice(start, start + head_dim)
            weights = self.softmax(linear([key[head] for key, _ in past], query[head]))
            mixed += linear(zip(*(value[head] for _, value in past)), weights)
        return mixed


class ScalarGPT(Module):
    """A GPT of Values; with V = 27 and the other sizes as they are, 4,192 of them."""

    block, cross_entropy = Block, staticmethod(cross_entropy)

    def __init__(self, V, block_size=16, C=16, n_head=4, n_layer=1, rng=None):
        rng = rng or random.Random()
        self.tokens, self.positions = matrix(V, C, rng), matrix(block_size, C, rng)
        self.blocks = [self.block(C, n_head, rng) for _ in range(n_layer)]
        self.head = matrix(V, C, rng)

    def __call__(self, token, pasts):
        """The logits of what follows a token, V Values.

        pasts  a list for each block, of the keys and values of the tokens before; they grow
        """
        position = self.positions[len(pasts[0])]
        x = rms_norm([a + b for a, b in zip(self.tokens[token], position)])
        for block, past in zip(self.blocks, pasts):
            x = block(x, past)
        return linear(self.head, x)

    def loss(self, ids):
        """The mean cross-entropy of each token of a document after those before it, a Value."""
        pasts = [[] for _ in self.blocks]
        losses = [self.cross_entropy(self(token, pasts), after) for token, after in pairwise(ids)]
        return sum(losses) / len(losses)
