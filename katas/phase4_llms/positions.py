"""4.3 · Positions: attention alone does not know in which order things stand.

Layers keep the dtype, as operations do: with parameters of float32, float32 in, float32 out.
"""

import numpy as np

from ..phase2_networks.module import Module
from .tensor import Tensor


def sinusoidal_positions(T, C):  # kata 4.3
    """One vector for each position, made of waves that get longer from channel to channel.

    T   how many positions
    C   channels, an even number (else ValueError, naming it)
    ->  (T, C), an array: at position t channels 2i and 2i + 1 are sine and cosine of
        t / 10000^(2i / C)

    Source: Vaswani et al. 2017, section 3.5.
    """
    raise NotImplementedError("4.3 sinusoidal_positions")


class LearnedPositions(Module):
    """A vector to be learned for each position, added to what stands there.

    table  (block_size, C), a Tensor
    """

    def __init__(self, block_size, C, rng=None):  # kata 4.3
        """Draw the table: normal around 0 with deviation 0.02.

        rng  a numpy Generator or a seed; None for a fresh one
        """
        raise NotImplementedError("4.3 LearnedPositions.__init__")

    def __call__(self, x, start=0):  # kata 4.3
        """Add row start + t of the table to position t of x (B, T, C) -> (B, T, C).

        ValueError, naming start + T and block_size, if the first is greater; naming both shapes, if
        x has not as many channels as the table.
        """
        raise NotImplementedError("4.3 LearnedPositions.__call__")
