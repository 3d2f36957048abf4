"""2.1 · Single neuron: a weighted sum, a threshold, and what one line can and cannot decide."""

import random
from math import hypot, sqrt

from ..phase1_autodiff.value import Value


def step(x):  # kata 2.1
    """The activation of the first neurons: 1.0 if the number x is 0 or above, else 0.0."""
    raise NotImplementedError("2.1 step")


def weighted_sum(weights, inputs, bias):  # kata 2.1
    """w₁x₁ + … + wₙxₙ + b as one node of the graph: an operation of your own.

    weights  a list of n Values or numbers
    inputs   a list of n Values or numbers
    bias     a Value or a number
    ->       a Value with op "weighted_sum"

    Its parents are the weights, then those inputs that are Values, then the bias, and the
    local gradients stand beside them in the same order. A plain number among the inputs is a
    constant and no parent; among the weights, or as the bias, it becomes a leaf. Whatever kind of
    number it is, a float32 of numpy too, it counts as the float that it is.

    ValueError, naming both lengths, if there are not as many inputs as weights.
    """
    raise NotImplementedError("2.1 weighted_sum")


# ---- the perceptron: plain numbers, no gradients


def perceptron_update(weights, bias, inputs, target, lr=1.0):  # kata 2.1
    """Learn from one example by Rosenblatt's rule, and only if it is classified wrongly.

    weights  a list of n numbers; left unchanged
    bias     a number
    inputs   a list of n numbers
    target   0.0 or 1.0: what step(w·x + b) should be
    lr       the learning rate: how far to move
    ->       (weights, bias), new ones: moved by lr · (target - prediction) times the input,
             where the bias counts as the weight of an input that is always 1

    ValueError, naming it, if target is neither 0 nor 1: with -1 for 0, no example would ever be
    right.
    """
    raise NotImplementedError("2.1 perceptron_update")


def train_perceptron(examples, epochs, lr=1.0):  # kata 2.1
    """Show all examples again and again, in order, until an epoch passes without a mistake.

    examples  a list of (inputs, target) pairs, as perceptron_update takes them
    epochs    how many times to go through the examples at most
    ->        (weights, bias, mistakes): weights and bias start at 0.0, and mistakes counts,
              for each epoch that was run, the examples that were wrong when they were shown;
              its last entry is 0 if training stopped because all were right

    ValueError if there are no examples.
    """
    raise NotImplementedError("2.1 train_perceptron")


def and_gate(a, b):  # kata 2.1
    """1.0 if both inputs are 1, else 0.0: one neuron, its weights and bias chosen by hand."""
    raise NotImplementedError("2.1 and_gate")


def or_gate(a, b):  # kata 2.1
    """1.0 if at least one input is 1, else 0.0: one neuron."""
    raise NotImplementedError("2.1 or_gate")


def nand_gate(a, b):  # kata 2.1
    """0.0 if both inputs are 1, else 1.0: one neuron."""
    raise NotImplementedError("2.1 nand_gate")


def xor(a, b):  # kata 2.1
    """1.0 if exactly one input is 1, else 0.0, composed of the three gates: one cannot do it."""
    raise NotImplementedError("2.1 xor")


# ---- the line that a neuron draws


def decision_side(weights, bias, point):  # kata 2.1
    """Say on which side of the boundary w·x + b = 0 a point lies.

    weights  a list of n numbers
    bias     a number
    point    a list of n numbers
    ->       1.0 on the side that the weights point to, -1.0 on the other, 0.0 on the boundary;
             NaN where the sum is NaN, which is on no side
    """
    raise NotImplementedError("2.1 decision_side")


def distance_to_boundary(weights, bias, point):  # kata 2.1
    """The Euclidean distance from a point to the boundary w·x + b = 0, with its side as sign.

    weights  a list of n numbers
    bias     a number
    point    a list of n numbers
    ->       a number: positive on the side that the weights point to

    ValueError if all weights are 0: then there is no boundary.
    """
    raise NotImplementedError("2.1 distance_to_boundary")


def random_from(rng):
    """What draws random numbers: rng itself or, of a seed or None, a random.Random."""
    return rng if hasattr(rng, "uniform") else random.Random(rng)


class Neuron:
    """A weighted sum of its inputs, followed by an activation.

    w           a list of Values, one weight for each input
    b           a Value, the bias
    activation  what is done to the sum: None, the name of a Value method, or a function

    Nothing else with `.data` and `.grad` is kept in it, not even after a call: 2.2 takes that
    for a parameter. It finds such parts by `vars`, so a Neuron has no `__slots__`.
    """

    def __init__(self, n_inputs, activation="tanh", rng=None):  # kata 2.1
        """Draw the weights, in order, uniformly from ±1/√n_inputs; the bias starts at 0.

        n_inputs    how many inputs
        activation  None for none; the name of a Value method, such as "tanh" or "relu"; or a
                    function that takes and returns a Value
        rng         a random.Random, or the seed of one, an int; None means a fresh one, unseeded

        ValueError, naming it, if activation is a name that Value has no method of.
        """
        raise NotImplementedError("2.1 Neuron.__init__")

    def __call__(self, inputs):  # kata 2.1
        """The output for a list of n_inputs Values or numbers: a Value.

        ValueError, as from weighted_sum, if there are more or fewer than n_inputs.
        """
        raise NotImplementedError("2.1 Neuron.__call__")

    def parameters(self):  # kata 2.1
        """All that can be learned, as a list: the weights, then the bias."""
        raise NotImplementedError("2.1 Neuron.parameters")
