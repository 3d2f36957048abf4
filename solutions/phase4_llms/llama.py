"""4.4 · Llama: the same stack with rotated positions, shared keys and values, and gates.

Layers keep the dtype, as operations do: with parameters of float32, float32 in, float32 out.
"""

from dataclasses import dataclass

import numpy as np

from ..phase2_networks.module import Module
from .attention import causal_mask, merge_heads, scaled_dot_product_attention, split_heads
from .language_model import Embedding
from .mlp import Linear
from .rope import apply_rope, rope_angles
from .tensor import Tensor, array_of
from .transformer import check_caches, check_context, length_of


class RMSNorm(Module):
    """Scale the channels of each position to a mean square of 1, then by what was learned.

    gain  (C,), starts at 1

    Source: Zhang and Sennrich 2019.
    """

    def __init__(self, C, eps=1e-5):  # kata 4.4
        """Make gain; keep eps."""
        self.gain = Tensor(np.ones(C))
        self.eps = eps

    def __call__(self, x):  # kata 4.4
        """x (…, C) -> (…, C): x / √(mean of x² + eps) · gain; nothing is subtracted.

        ValueError, naming both shapes, if x has not as many channels as gain.
        """
        if x.shape[-1:] != self.gain.shape:
            raise ValueError(f"x of shape {x.shape} for a gain of shape {self.gain.shape}")
        return x / ((x * x).mean(axis=-1, keepdims=True) + self.eps).sqrt() * self.gain


def silu(x):  # kata 4.4
    """x · sigmoid(x), entry by entry, as one node with op "silu"; no overflow at ±1000."""
    a = array_of(x)
    s = 0.5 * (1 + np.tanh(0.5 * a))
    return Tensor(a * s, (x,), (lambda g: g * (s * (1 + a * (1 - s))),), "silu")


class SwiGLU(Module):
    """A feed-forward that is multiplied by a gate: down(silu(gate(x)) · up(x)), no biases.

    Source: Shazeer 2020.
    """

    def __init__(self, C, hidden, rng=None):  # kata 4.4
        """Make, in this order, gate and up, Linear (C, hidden), and down, Linear (hidden, C);
        rng as Linear takes it.
        """
        rng = np.random.default_rng(rng)
        self.gate = Linear(C, hidden, rng, bias=False)
        self.up = Linear(C, hidden, rng, bias=False)
        self.down = Linear(hidden, C, rng, bias=False)

    def __call__(self, x):  # kata 4.4
        """x (…, C) -> (…, C)"""
        return self.down(silu(self.gate(x)) * self.up(x))


# ---- the model


@dataclass(frozen=True)
class LlamaConfig:
    """The size of a Llama."""

    n_tokens: int  # V, the size of the vocabulary
    block_size: int  # the longest context
    n_layer: int
    n_head: int
    n_kv_head: int  # heads of keys and values, each shared by n_head / n_kv_head heads of queries
    n_channels: int  # C, divisible by n_head
    hidden: int  # channels inside a SwiGLU
    rope_base: float = 10000.0


class GroupedQueryAttention(Module):
    """Causal self-attention in which several heads of queries share one of keys and values.

    Source: Ainslie et al. 2023.
    """

    def __init__(self, config, rng=None):  # kata 4.4
        """Make, in this order and without biases, query, Linear (C, C), key and value, Linear
        (C, n_kv_head · D) where D = C / n_head, and output, Linear (C, C). rng as Linear takes it.

        ValueError, naming both, if C is not divisible by n_head, or n_head by n_kv_head.
        """
        C, n_head, n_kv_head = config.n_channels, config.n_head, config.n_kv_head
        if C % n_head:
            raise ValueError(f"{C} channels cannot be split into {n_head} equal heads")
        if n_head % n_kv_head:
            raise ValueError(f"{n_head} heads cannot share {n_kv_head} evenly")
        rng = np.random.default_rng(rng)
        self.config = config
        self.query = Linear(C, C, rng, bias=False)
        self.key = Linear(C, C // n_head * n_kv_head, rng, bias=False)
        self.value = Linear(C, C // n_head * n_kv_head, rng, bias=False)
        self.output = Linear(C, C, rng, bias=False)

    def __call__(self, x, cache=None):  # kata 4.4
        """x (B, T, C) -> (B, T, C)

        Queries and keys are turned by apply_rope, at the positions that follow those in the cache
        (the first of all is 0); values are not. Heads 0 to g - 1 of the queries use head 0 of keys
        and values, the next g head 1, and so on, where g = n_head / n_kv_head.

        cache  None, or a KVCache, which gets the turned keys and the values
        """
        B, T, C = x.shape
        n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
        start = cache.length if cache is not None else 0
        angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
        q = apply_rope(split_heads(self.query(x), n_head), angles)
        k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
        v = split_heads(self.value(x), n_kv_head)
        if cache is not None:
            k, v = cache.extend(k, v)
        S = start + T
        groups = q.reshape(B, n_kv_head, n_head // n_kv_head, T, C // n_head)
        k = k.reshape(B, n_kv_head, 1, S, C // n_head)  # broadcast over a group
        v = v.reshape(B, n_kv_head, 1, S, C // n_head)
        mask = causal_mask(T, S) if T > 1 else None  # one query may look at all
        mixed = scaled_dot_product_attention(groups, k, v, mask)
        return self.output(merge_heads(mixed.reshape(B, n_head, T, C // n_head)))


class LlamaBlock(Module):
    """One layer of a Llama, pre-norm as that of a GPT."""

    def __init__(self, config, rng=None):  # kata 4.4
        """Make, in this order, norm1, attention (GroupedQueryAttention), norm2, feed_forward
        (SwiGLU); the norms are RMSNorms. rng as Linear takes it.
        """
        rng = np.random.default_rng(rng)
        self.norm1 = RMSNorm(config.n_channels)
        self.attention = GroupedQueryAttention(config, rng)
        self.norm2 = RMSNorm(config.n_channels)
        self.feed_forward = SwiGLU(config.n_channels, config.hidden, rng)

    def __call__(self, x, cache=None):  # kata 4.4
        """x (B, T, C) -> (B, T, C); cache as GroupedQueryAttention takes it."""
        x = x + self.attention(self.norm1(x), cache)
        return x + self.feed_forward(self.norm2(x))


class Llama(Module):
    """A decoder of the Llama family.

    Source: Touvron et al. 2023.
    """

    def __init__(self, config, rng=None):  # kata 4.4
        """Keep config. Make, in this order, token, an Embedding scaled to deviation 0.02; blocks,
        a list of n_layer LlamaBlocks; norm, an RMSNorm; head, a Linear (C, V) without bias. rng as
        Linear takes it.
        """
        rng = np.random.default_rng(rng)
        self.config = config
        self.token = Embedding(config.n_tokens, config.n_channels, rng)
        self.token.weight.data *= 0.02
        self.blocks = [LlamaBlock(config, rng) for _ in range(config.n_layer)]
        self.norm = RMSNorm(config.n_channels)
        self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)

    def __call__(self, ids, caches=None):  # kata 4.4
        """ids (B, T), an array -> logits (B, T, V); caches and errors as GPT's."""
        check_caches(caches, self.blocks)
        start = length_of(caches)
        check_context(start + ids.shape[1], self.config.block_size)
        x = self.token(ids)
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
            x = block(x, cache)
        return self.head(self.norm(x))
