"""5.2 · Spec helpers: a model so small that its probabilities can be read."""

import numpy as np
import pytest

from katas.phase2_networks.module import Module
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.transformer import GPTConfig

NEXT = np.array([[0.5, 0.125, 0.375], [0.2, 0.7, 0.1], [0.25, 0.05, 0.7]])  # [token, the next]
LOG = np.log(NEXT)
OFF = np.array([[2.0], [-1.0], [0.5]])  # logits may be off by any number


class Pairs(Module):
    """A stand-in for a GPT of three tokens: what comes depends on the last token alone.

    w     (3, 3)  the logits, a row for each token
    seen  for each call the ids that it was given
    """

    def __init__(self, block_size=11):
        self.config = GPTConfig(3, block_size, n_layer=0, n_head=1, n_channels=1)
        self.blocks = []
        self.w = Tensor(LOG + OFF)
        self.seen = []

    def __call__(self, ids, caches=None):
        ids = np.asarray(ids)
        if ids.ndim != 2:
            pytest.fail(f"the model got ids of shape {ids.shape}, and needs (B, T)")
        if ids.shape[1] > self.config.block_size:
            pytest.fail(
                f"the model was to read {ids.shape[1]} ids, and its block_size is "
                f"{self.config.block_size}: the last id is only predicted, and need not be read"
            )
        self.seen.append(ids.tolist())
        return self.w[ids]
