"""4.4 · Transformer: blocks of attention and thought, stacked: a GPT.

Layers keep the dtype, as operations do: with parameters of float32, float32 in, float32 out.
"""

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np

from ..phase2_networks.module import Module
from .attention import MultiHeadAttention
from .language_model import Embedding
from .mlp import Linear
from .positions import LearnedPositions
from .tensor import Tensor, array_of, column


def gelu(x):  # kata 4.4
    """x · Φ(x) in the tanh form of 2.3, entry by entry, as one node with op "gelu".

    No overflow at ±1000. (The cube of an array is a * a * a; a**3 takes many times as long.)
    TypeError, as from softmax, if x is not a Tensor.

    Source: Hendrycks and Gimpel 2016.
    """
    a = array_of(x)
    k = 2 * sqrt(2 / pi)
    below = np.minimum(-a * (k + 0.044715 * k * (a * a)), 80)  # exp(80) is finite, and phi 0
    phi = 1 / (1 + np.exp(below))  # the sigmoid of 2 z is (1 + tanh z) / 2
    y = a * phi

    def pull(g):
        inner_slope = k + 3 * 0.044715 * k * (a * a)
        return g * (phi + y * (1 - phi) * inner_slope)

    return Tensor(y, (x,), (pull,), "gelu")


def normalize(x, eps=1e-5):  # kata 4.4
    """Shift and scale every row to mean 0 and variance 1, as one node with op "normalize".

    x    (…, C)
    eps  added to the variance, which is the mean of the squares (not divided by C - 1)
    ->   (…, C)

    TypeError, as from softmax, if x is not a Tensor.
    """
    rows, C = array_of(x), x.shape[-1]
    mean = column(C, 1 / C, rows.dtype)
    y = rows - rows @ mean
    scale = 1 / np.sqrt((y * y) @ mean + eps)
    y *= scale

    def pull(g):
        grad = g - g @ mean
        grad -= y * ((g * y) @ mean)
        grad *= scale
        return grad

    return Tensor(y, (x,), (pull,), "normalize")


class LayerNorm(Module):
    """Normalize the channels of each position, then scale and shift them by what was learned.

    gain  (C,), starts at 1
    bias  (C,), starts at 0

    Source: Ba, Kiros and Hinton 2016.
    """

    def __init__(self, C, eps=1e-5):  # kata 4.4
        """Make gain and bias; keep eps."""
        self.gain = Tensor(np.ones(C))
        self.bias = Tensor(np.zeros(C))
        self.eps = eps

    def __call__(self, x):  # kata 4.4
        """x (…, C) -> (…, C): normalize(x) · gain + bias.

        ValueError, naming both shapes, if x has not as many channels as gain.
        """
        if x.shape[-1:] != self.gain.shape:
            raise ValueError(f"x of shape {x.shape} for a gain of shape {self.gain.shape}")
        return normalize(x, self.eps) * self.gain + self.bias


class FeedForward(Module):
    """What every position does for itself: wider, GELU, back. `expand`, then `contract`."""

    def __init__(self, C, hidden, rng=None):  # kata 4.4
        """Make Linear (C, hidden) and Linear (hidden, C), in this order, with biases; rng as
        Linear takes it.
        """
        rng = np.random.default_rng(rng)
        self.expand = Linear(C, hidden, rng)
        self.contract = Linear(hidden, C, rng)

    def __call__(self, x):  # kata 4.4
        """x (…, C) -> (…, C)"""
        return self.contract(gelu(self.expand(x)))


@dataclass(frozen=True)
class GPTConfig:
    """The size of a GPT."""

    n_tokens: int  # V, the size of the vocabulary
    block_size: int  # the longest context
    n_layer: int
    n_head: int
    n_channels: int  # C, divisible by n_head


class Block(Module):
    """One layer of a GPT: attention, then feed-forward, each added to the stream it reads from."""

    def __init__(self, config, rng=None):  # kata 4.4
        """Make, in this order, norm1, attention (causal), norm2, feed_forward (4C wide inside).

        config  a GPTConfig
        rng     as Linear takes it
        """
        C = config.n_channels
        rng = np.random.default_rng(rng)
        self.norm1 = LayerNorm(C)
        self.attention = MultiHeadAttention(C, config.n_head, rng)
        self.norm2 = LayerNorm(C)
        self.feed_forward = FeedForward(C, 4 * C, rng)

    def __call__(self, x, cache=None):  # kata 4.4
        """x (B, T, C) -> (B, T, C); cache as MultiHeadAttention takes it.

        Pre-norm: what is added is computed from the normalized stream; the stream itself is not.
        """
        x = x + self.attention(self.norm1(x), cache)
        return x + self.feed_forward(self.norm2(x))


def check_context(length, block_size):
    """ValueError, naming both, if a context of this length is longer than block_size."""
    if length > block_size:
        raise ValueError(f"a context of {length} tokens is longer than block_size {block_size}")


def check_caches(caches, blocks):
    """ValueError, naming both numbers, if caches are given, and not one for each block."""
    if caches and len(caches) != len(blocks):
        raise ValueError(f"{len(caches)} caches for {len(blocks)} blocks")


def length_of(caches):
    """How many positions the caches hold; 0 if there are none."""
    return caches[0].length if caches else 0


class GPT(Module):
    """A decoder of the GPT-2 family.

    Source: Radford et al. 2019.
    """

    def __init__(self, config, rng=None):  # kata 4.4
        """Keep config. Make, in this order, token, an Embedding; positions, LearnedPositions;
        blocks, a list of n_layer Blocks; norm, a LayerNorm. rng as Linear takes it.

        The token table is scaled to deviation 0.02. It serves as the head too (tied weights): with
        numbers that small, a new model gives each token about the same probability.
        """
        rng = np.random.default_rng(rng)
        self.config = config
        self.token = Embedding(config.n_tokens, config.n_channels, rng)
        self.token.weight.data *= 0.02
        self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
        self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
        self.norm = LayerNorm(config.n_channels)

    def __call__(self, ids, caches=None):  # kata 4.4
        """The logits of the token that follows each position.

        ids     (B, T)     an array of integers
        caches  None, or a list with a KVCache for each block: what came before ids
        ->      (B, T, V)

        ValueError, naming both lengths, if the context is longer than block_size; naming both
        numbers, if there are not as many caches as blocks. Then the caches stay as they were.
        IndexError, naming it, as from Embedding, for a token outside of the vocabulary.
        """
        check_caches(caches, self.blocks)
        start = length_of(caches)
        check_context(start + ids.shape[1], self.config.block_size)
        x = self.positions(self.token(ids), start)
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
            x = block(x, cache)
        return self.norm(x) @ self.token.weight.swapaxes(0, 1)
