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
        raise NotImplementedError("4.4 RMSNorm.__init__")

    def __call__(self, x):  # kata 4.4
        """x (…, C) -> (…, C): x / √(mean of x² + eps) · gain; nothing is subtracted.

        ValueError, naming both shapes, if x has not as many channels as gain.
        """
        raise NotImplementedError("4.4 RMSNorm.__call__")


def silu(x):  # kata 4.4
    """x · sigmoid(x), entry by entry, as one node with op "silu"; no overflow at ±1000."""
    raise NotImplementedError("4.4 silu")


class SwiGLU(Module):
    """A feed-forward that is multiplied by a gate: down(silu(gate(x)) · up(x)), no biases.

    Source: Shazeer 2020.
    """

    def __init__(self, C, hidden, rng=None):  # kata 4.4
        """Make, in this order, gate and up, Linear (C, hidden), and down, Linear (hidden, C);
        rng as Linear takes it.
        """
        raise NotImplementedError("4.4 SwiGLU.__init__")

    def __call__(self, x):  # kata 4.4
        """x (…, C) -> (…, C)"""
        raise NotImplementedError("4.4 SwiGLU.__call__")


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
        raise NotImplementedError("4.4 GroupedQueryAttention.__init__")

    def __call__(self, x, cache=None):  # kata 4.4
        """x (B, T, C) -> (B, T, C)

        Queries and keys are turned by apply_rope, at the positions that follow those in the cache
        (the first of all is 0); values are not. Heads 0 to g - 1 of the queries use head 0 of keys
        and values, the next g head 1, and so on, where g = n_head / n_kv_head.

        cache  None, or a KVCache, which gets the turned keys and the values
        """
        raise NotImplementedError("4.4 GroupedQueryAttention.__call__")


class LlamaBlock(Module):
    """One layer of a Llama, pre-norm as that of a GPT."""

    def __init__(self, config, rng=None):  # kata 4.4
        """Make, in this order, norm1, attention (GroupedQueryAttention), norm2, feed_forward
        (SwiGLU); the norms are RMSNorms. rng as Linear takes it.
        """
        raise NotImplementedError("4.4 LlamaBlock.__init__")

    def __call__(self, x, cache=None):  # kata 4.4
        """x (B, T, C) -> (B, T, C); cache as GroupedQueryAttention takes it."""
        raise NotImplementedError("4.4 LlamaBlock.__call__")


class Llama(Module):
    """A decoder of the Llama family.

    Source: Touvron et al. 2023.
    """

    def __init__(self, config, rng=None):  # kata 4.4
        """Keep config. Make, in this order, token, an Embedding scaled to deviation 0.02; blocks,
        a list of n_layer LlamaBlocks; norm, an RMSNorm; head, a Linear (C, V) without bias. rng as
        Linear takes it.
        """
        raise NotImplementedError("4.4 Llama.__init__")

    def __call__(self, ids, caches=None):  # kata 4.4
        """ids (B, T), an array -> logits (B, T, V); caches and errors as GPT's."""
        raise NotImplementedError("4.4 Llama.__call__")
