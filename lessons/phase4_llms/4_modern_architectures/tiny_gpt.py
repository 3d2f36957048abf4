"""The model of scalar_gpt.py on Tensors: the same architecture, a matrix where that has a list.

Import it after the tree was chosen: it imports from katas.
"""

import numpy as np

from katas.phase2_networks.module import Module
from katas.phase4_llms.attention import (
    causal_mask,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from katas.phase4_llms.tensor import Tensor, cross_entropy


class TinyGPT(Module):
    """A copy of a ScalarGPT with the numbers that it has now; matrices are (n_out, n_in), as there."""

    def __init__(self, scalar):
        self.tokens, self.positions = tensor(scalar.tokens), tensor(scalar.positions)
        self.blocks = [TinyBlock(block) for block in scalar.blocks]
        self.head = tensor(scalar.head)

    def __call__(self, ids):
        """ids (T,) -> logits (T, V): all positions at once, where ScalarGPT goes one by one."""
        x = rms_norm(self.tokens[ids] + self.positions[: len(ids)])  # (T, C)
        for block in self.blocks:
            x = block(x)
        return linear(self.head, x)

    def loss(self, ids):
        """What ScalarGPT.loss computes."""
        ids = np.asarray(ids)
        return cross_entropy(self(ids[:-1]), ids[1:])


class TinyBlock(Module):
    """A copy of a block of a ScalarGPT."""

    def __init__(self, block):
        self.n_head = block.n_head
        self.query, self.key, self.value = map(tensor, (block.query, block.key, block.value))
        self.output = tensor(block.output)
        self.widen, self.narrow = tensor(block.widen), tensor(block.narrow)

    def __call__(self, x):
        """x (T, C) -> (T, C)"""
        normed = rms_norm(x)
        q, k, v = (
            split_heads(linear(rows, normed), self.n_head)
            for rows in (self.query, self.key, self.value)
        )
        mixed = scaled_dot_product_attention(q, k, v, causal_mask(len(x.data)))
        x = x + linear(self.output, merge_heads(mixed))
        return x + linear(self.narrow, linear(self.widen, rms_norm(x)).relu())


def tensor(rows):
    """The numbers of rows of Values, as a Tensor."""
    return Tensor([[value.data for value in row] for row in rows])


def linear(rows, x):
    return x @ rows.swapaxes(0, 1)


def rms_norm(x, eps=1e-5):
    return x * ((x * x).mean(axis=-1, keepdims=True) + eps) ** -0.5
