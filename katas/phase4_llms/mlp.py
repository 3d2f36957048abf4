"""4.1 · Multi-layer perceptrons: layers of Tensors, found and trained as in Phases 2 and 3."""

from itertools import pairwise
from math import sqrt

import numpy as np

from ..phase2_networks.module import Module
from .tensor import Tensor, cross_entropy


class Linear(Module):
    """Y = X W + b.

    weight  (n_in, n_out), a Tensor of float64
    bias    (n_out,), the same; None if there is none
    """

    def __init__(self, n_in, n_out, rng=None, bias=True):  # kata 4.1
        """Draw the weights, uniform in ±1/√n_in; the bias starts at 0.

        rng   a numpy Generator or a seed; None for a fresh one
        bias  False for a layer without
        """
        raise NotImplementedError("4.1 Linear.__init__")

    def __call__(self, x):  # kata 4.1
        """x (…, n_in), a Tensor, or an array, which takes the dtype of weight -> a Tensor
        (…, n_out).
        """
        raise NotImplementedError("4.1 Linear.__call__")


class Sequential(Module):
    """Layers one after the other, in the list `layers`: Modules, or functions of a Tensor."""

    def __init__(self, *layers):  # kata 4.1
        """Keep the layers, in order."""
        raise NotImplementedError("4.1 Sequential.__init__")

    def __call__(self, x):  # kata 4.1
        """Hand x to the first layer, its output to the second, and so on; return the last one's,
        or x itself if there are no layers.

        One inside the other is a call inside a call: several hundred levels end in Python's
        RecursionError, as in PyTorch.
        """
        raise NotImplementedError("4.1 Sequential.__call__")


class Dropout(Module):
    """While training, forget a part of what comes in; otherwise let it pass."""

    def __init__(self, p, rng=None):  # kata 4.1
        """Keep p, the probability that an entry is dropped, and rng, a numpy Generator, a seed, or
        None for a fresh one, as a Generator.

        ValueError, naming p, if it is not in 0 ≤ p < 1.
        """
        raise NotImplementedError("4.1 Dropout.__init__")

    def __call__(self, x):  # kata 4.1
        """While training each entry becomes 0 with probability p, and the others are divided by
        1 - p, so that the mean stays as it is (inverted dropout). In eval mode, or if p is 0, x
        itself, and nothing is drawn.
        """
        raise NotImplementedError("4.1 Dropout.__call__")


class MLP(Sequential):
    """A multi-layer perceptron: Linear layers, with an activation between every two."""

    def __init__(self, sizes, activation=Tensor.relu, rng=None):  # kata 4.1
        """Make a Linear for each pair of neighbouring sizes; the last has no activation.

        sizes       the numbers of units from input to output: [64, 100, 10] makes two Linears
        activation  a function of a Tensor, a layer of its own between two Linears
        rng         a numpy Generator or a seed; None for a fresh one

        ValueError, naming them, if there are fewer than two sizes.
        """
        raise NotImplementedError("4.1 MLP.__init__")


def cast_parameters(model, dtype):  # kata 4.1
    """Convert the data of every parameter to a dtype, and change nothing else.

    float32 takes half the time of float64.

    model  a Module of Tensors; before an optimizer has looked at it
    dtype  np.float32 or np.float64: anything else is a ValueError, naming it
    """
    raise NotImplementedError("4.1 cast_parameters")


def tensor_loss(model, X, y):  # kata 4.1
    """The loss that 3.4's `fit` wants, for a model of Tensors: cross-entropy, gradients filled in.

    model  called once, with X, in the mode in which it is; the caller clears gradients and moves
           parameters
    X      (N, D)
    y      (N,)    integers: the right classes
    ->     (loss, accuracy), two floats; gradients are added to the parameters' `grad`
    """
    raise NotImplementedError("4.1 tensor_loss")
