"""4.2 · Language model."""

import numpy as np

from ..phase2_networks.module import Module
from ..phase3_training.backpropagation import embedding_backward
from .tensor import Tensor


class Embedding(Module):
    """A table with a row of C numbers for each of n tokens: `weight` (n, C), a Tensor."""

    def __init__(self, n, C, rng=None):  # kata 4.2
        """Draw the table: normal with mean 0 and deviation 1."""
        raise NotImplementedError("4.2 Embedding.__init__")

    def __call__(self, ids):  # kata 4.2
        """ids (…), integers -> (…, C), their rows."""
        raise NotImplementedError("4.2 Embedding.__call__")
