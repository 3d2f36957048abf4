"""4.2 · Language model."""

import numpy as np

from ..phase2_networks.module import Module
from ..phase3_training.backpropagation import embedding_backward
from .tensor import Tensor


class Embedding(Module):
    """A table with a row of C numbers for each of n tokens: `weight` (n, C), a Tensor."""

    def __init__(self, n, C, rng=None):  # kata 4.2
        """Draw the table: normal with mean 0 and deviation 1."""
        rng = rng or np.random.default_rng()
        self.weight = Tensor(rng.standard_normal((n, C)))

    def __call__(self, ids):  # kata 4.2
        """ids (…), integers -> (…, C), their rows."""
        weight = self.weight
        n = len(weight.data)
        return Tensor(
            weight.data[ids], (weight,), (lambda g: embedding_backward(g, ids, n),), "embedding"
        )
