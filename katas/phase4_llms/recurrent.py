"""4.2 · Recurrent networks: a state that is carried from token to token.

Layers keep the dtype, as operations do: with parameters of float32, float32 in, float32 out.
"""

from math import sqrt

import numpy as np

from ..phase2_networks.module import Module
from .tensor import Tensor, concatenate


class RNNCell(Module):
    """One step of a recurrent network: what it knows now, from what it knew and what it sees.

    Wx  (n_in, n_hidden), a Tensor
    Wh  (n_hidden, n_hidden), a Tensor
    b   (n_hidden,), a Tensor
    """

    def __init__(self, n_in, n_hidden, rng=None):  # kata 4.2
        """Draw the weights, uniform in ±1/√n_hidden; b starts at 0. rng as in Embedding."""
        raise NotImplementedError("4.2 RNNCell.__init__")

    def __call__(self, x, h):  # kata 4.2
        """The next state, tanh(x Wx + h Wh + b); the cell keeps nothing of it.

        x   (B, n_in)      what comes in, a Tensor or an array
        h   (B, n_hidden)  the state before, a Tensor or an array
        ->  (B, n_hidden)
        """
        raise NotImplementedError("4.2 RNNCell.__call__")


def unroll(cell, inputs, h0=None):  # kata 4.2
    """Take a cell through time, each step with the state that the step before returned.

    cell    an RNNCell: called with (x, h), it returns the next state; its b has n_hidden entries
    inputs  (B, T, n_in)      a Tensor or an array; T at least 1
    h0      (B, n_hidden)     the state to begin with, a Tensor or an array; None for zeros, of the
                              dtype of b
    ->      (B, T, n_hidden)  the states after each step, a Tensor through which gradients flow
                              back in time
    """
    raise NotImplementedError("4.2 unroll")
