"""5.1 · Latent attention: one small vector a token, from which all heads make keys and values."""

from dataclasses import dataclass
from math import prod, sqrt

import numpy as np

from ..phase2_networks.module import Module
from ..phase4_llms.attention import (
    attention_weights,
    causal_mask,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from ..phase4_llms.llama import RMSNorm
from ..phase4_llms.mlp import Linear
from ..phase4_llms.rope import apply_rope, rope_angles
from ..phase4_llms.tensor import concatenate


@dataclass(frozen=True)
class LatentConfig:
    """The size of a latent attention."""

    n_channels: int  # C
    n_head: int
    head_dim: int  # D, channels of a head's keys and values, which are not turned
    n_turned: int  # R, channels that are turned by position: of each head's queries, and of the
    #                one key that all heads share
    n_latent: int  # L, channels of the small vector
    rope_base: float = 10000.0


class LatentAttention(Module):
    """Causal self-attention that remembers n_latent + n_turned numbers a token, for all heads.

    query   Linear (C, n_head · (D + R)): for each head D channels, and R to be turned
    down    Linear (C, L + R): the small vector, and the shared key that is to be turned
    norm    RMSNorm (L), for the small vector
    up      Linear (L, n_head · 2D): for each head D channels of a key, then D of a value
    output  Linear (n_head · D, C)

    Source: DeepSeek-V2 (2024); queries as in its Lite version, without a small vector of their own.
    """

    def __init__(self, config, rng=None):
        """Keep config; make query, down, norm, up and output, in this order, without biases."""
        rng = np.random.default_rng(rng)
        c = config
        self.config = config
        self.query = Linear(c.n_channels, c.n_head * (c.head_dim + c.n_turned), rng, bias=False)
        self.down = Linear(c.n_channels, c.n_latent + c.n_turned, rng, bias=False)
        self.norm = RMSNorm(c.n_latent)
        self.up = Linear(c.n_latent, c.n_head * 2 * c.head_dim, rng, bias=False)
        self.output = Linear(c.n_head * c.head_dim, c.n_channels, rng, bias=False)

    def turn(self, x, start):
        """x (…, T, R), turned by apply_rope at the positions from start on."""
        positions = np.arange(start, start + x.shape[-2])
        return apply_rope(x, rope_angles(positions, x.shape[-1], self.config.rope_base))

    def queries(self, x, start=0):
        """x (B, T, C) -> queries (B, n_head, T, D), and their turned part (B, n_head, T, R)."""
        D = self.config.head_dim
        q = split_heads(self.query(x), self.config.n_head)  # (B, n_head, T, D + R)
        return q[..., :D], self.turn(q[..., D:], start)

    def compress(self, x, start=0):  # kata 5.1
        """What is to be remembered of each token.

        x      (B, T, C)
        start  the position of the first of them
        ->     small  (B, T, L)  the first L channels of down(x), normed, and not turned
               key    (B, T, R)  the other R, turned, and not normed
        """
        raise NotImplementedError("5.1 LatentAttention.compress")

    def __call__(self, x, cache=None):
        """x (B, T, C) -> (B, T, C), by keys and values that are made anew from the small vectors.

        The key of a head has D + R channels, those that `up` makes and then those of the shared
        key; its query likewise. Scores are divided by √(D + R). A value has D channels.

        cache  None, or a KVCache, whose extend gets the small vectors and the shared keys of the
               new positions, (B, T, L) and (B, T, R), and returns those of all; the new positions
               follow those that it holds
        """
        D, n_head = self.config.head_dim, self.config.n_head
        q, q_turned = self.queries(x, cache.length if cache is not None else 0)
        small, key = self.compress(x, cache.length if cache is not None else 0)
        if cache is not None:
            small, key = cache.extend(small, key)
        B, S, R = key.shape
        kv = split_heads(self.up(small), n_head)  # (B, n_head, S, 2D)
        shared = key.reshape(B, 1, S, R) + np.zeros((n_head, 1, 1))
        q = concatenate([q, q_turned], axis=-1)
        k = concatenate([kv[..., :D], shared], axis=-1)
        mixed = scaled_dot_product_attention(q, k, kv[..., D:], causal_mask(x.shape[1], S))
        return self.output(merge_heads(mixed))

    def absorbed(self, x, cache=None):  # kata 5.1
        """The same as __call__, and no key or value of a head is ever made, nor anything as large:
        `up` is not called.

        Its matrix is taken apart instead. The part that makes a head's keys is multiplied into the
        queries of that head (each becomes L channels wide, and is compared with the small vectors
        themselves), the part that makes values into the mixture of small vectors.
        """
        raise NotImplementedError("5.1 LatentAttention.absorbed")


def latent_cache_bytes(config, n_layer, batch_size, length, bytes_per_number=2):  # kata 5.1
    """How much memory the small vectors and shared keys of a context take, in bytes.

    config            a LatentConfig
    n_layer           how many layers of it the model has
    batch_size        sequences at once
    length            positions in each
    bytes_per_number  2 for float16 and bfloat16
    ->                an int
    """
    raise NotImplementedError("5.1 latent_cache_bytes")
