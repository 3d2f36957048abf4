"""The GPT of scalar_gpt.py once more, on the Tensors of 4.1, with the same weights.

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


def rms_norm(x, eps=1e-5):
    """x (..., C) divided by the root of its mean square, as one node."""
    C = x.shape[-1]
    mean = np.full((C, 1), 1 / C)
    scale = 1 / np.sqrt((x.data * x.data) @ mean + eps)
    y = x.data * scale
    return Tensor(y, (x,), (lambda g: (g - y * ((g * y) @ mean)) * scale,), "rms_norm")


class TensorGPT(Module):
    """What ScalarGPT computes token by token, for all tokens of a document at once."""

    def __init__(self, scalar):
        """Take over the weights of a ScalarGPT, each matrix as (n_in, n_out)."""

        def weights(*matrices):
            rows = [[w.data for w in row] for matrix in matrices for row in matrix]
            return Tensor(np.array(rows).T)

        self.tokens = Tensor(weights(scalar.tokens).data.T)  # (V, C)
        self.positions = Tensor(weights(scalar.positions).data.T)  # (block_size, C)
        self.n_head = scalar.blocks[0].n_head
        self.blocks = [
            {
                "qkv": weights(block.query, block.key, block.value),  # (C, 3C)
                "output": weights(block.output),
                "widen": weights(block.widen),
                "narrow": weights(block.narrow),
            }
            for block in scalar.blocks
        ]
        self.head = weights(scalar.head)  # (C, V)

    def __call__(self, ids):
        """The logits (T, V) of what follows each of T tokens."""
        T, n = len(ids), self.n_head
        mask = causal_mask(T)
        x = rms_norm(self.tokens[ids] + self.positions[:T])
        for block in self.blocks:
            qkv = split_heads(rms_norm(x) @ block["qkv"], 3 * n)  # (3 n_head, T, C / n_head)
            q, k, v = qkv[:n], qkv[n : 2 * n], qkv[2 * n :]
            mixed = merge_heads(scaled_dot_product_attention(q, k, v, mask))
            x = x + mixed @ block["output"]
            x = x + (rms_norm(x) @ block["widen"]).relu() @ block["narrow"]
        return x @ self.head

    def loss(self, ids):
        """The mean cross-entropy of each token of a document after those before it, a Tensor."""
        ids = np.array(ids)
        return cross_entropy(self(ids[:-1]), ids[1:])
