"""2.1 · Single neuron: a weighted sum, a threshold, and what one line can and cannot decide."""

import random
from math import hypot, sqrt

from ..phase1_autodiff.value import Value


def step(x):  # kata 2.1
    """The activation of the first neurons: 1.0 if the number x is 0 or above, else 0.0."""
    return 1.0 if x >= 0 else 0.0


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
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    bias = Value.wrap(bias)
    total, parents, numbers, variables, slopes = 0.0, [], [], [], []
    for w, x in zip(weights, inputs):
        if not isinstance(w, Value):
            w = Value(w)
        if isinstance(x, Value):
            variables.append(x)
            slopes.append(w.data)
            x = x.data
        elif type(x) is not float:
            x = Value(x).data  # a float32 of numpy would make the sum one, with 7 digits
        parents.append(w)
        numbers.append(x)
        total += w.data * x
    total += bias.data
    return Value(total, (*parents, *variables, bias), (*numbers, *slopes, 1.0), "weighted_sum")


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
    if target not in (0, 1):
        raise ValueError(f"a target is 0 or 1, not {target}")
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error * float(x) for w, x in zip(weights, inputs)], bias + lr * error


def train_perceptron(examples, epochs, lr=1.0):  # kata 2.1
    """Show all examples again and again, in order, until an epoch passes without a mistake.

    examples  a list of (inputs, target) pairs, as perceptron_update takes them
    epochs    how many times to go through the examples at most
    ->        (weights, bias, mistakes): weights and bias start at 0.0, and mistakes counts,
              for each epoch that was run, the examples that were wrong when they were shown;
              its last entry is 0 if training stopped because all were right

    ValueError if there are no examples.
    """
    if not len(examples):
        raise ValueError("no examples to learn from")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            if step(weighted_sum(weights, inputs, bias).data) != target:
                mistakes[-1] += 1
                weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


def and_gate(a, b):  # kata 2.1
    """1.0 if both inputs are 1, else 0.0: one neuron, its weights and bias chosen by hand."""
    return step(-1.5 + a + b)  # the bias first: numpy's True + True is True


def or_gate(a, b):  # kata 2.1
    """1.0 if at least one input is 1, else 0.0: one neuron."""
    return step(-0.5 + a + b)


def nand_gate(a, b):  # kata 2.1
    """0.0 if both inputs are 1, else 1.0: one neuron."""
    return step(1.5 - a - b)


def xor(a, b):  # kata 2.1
    """1.0 if exactly one input is 1, else 0.0, composed of the three gates: one cannot do it."""
    return and_gate(or_gate(a, b), nand_gate(a, b))


# ---- the line that a neuron draws


def decision_side(weights, bias, point):  # kata 2.1
    """Say on which side of the boundary w·x + b = 0 a point lies.

    weights  a list of n numbers
    bias     a number
    point    a list of n numbers
    ->       1.0 on the side that the weights point to, -1.0 on the other, 0.0 on the boundary;
             NaN where the sum is NaN, which is on no side
    """
    z = weighted_sum(weights, point, bias).data
    return float((z > 0) - (z < 0)) if z == z else z


def distance_to_boundary(weights, bias, point):  # kata 2.1
    """The Euclidean distance from a point to the boundary w·x + b = 0, with its side as sign.

    weights  a list of n numbers
    bias     a number
    point    a list of n numbers
    ->       a number: positive on the side that the weights point to

    ValueError if all weights are 0: then there is no boundary.
    """
    norm = hypot(*weights)
    if norm == 0:
        raise ValueError("all weights are 0, so there is no boundary to be away from")
    return weighted_sum(weights, point, bias).data / norm


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
        if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
            raise ValueError(f"Value has no activation called {activation!r}")
        rng = random_from(rng)
        limit = 1 / sqrt(n_inputs)
        self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
        self.b = Value(0.0)
        self.activation = activation

    def __call__(self, inputs):  # kata 2.1
        """The output for a list of n_inputs Values or numbers: a Value.

        ValueError, as from weighted_sum, if there are more or fewer than n_inputs.
        """
        z = weighted_sum(self.w, inputs, self.b)
        if self.activation is None:
            return z
        if isinstance(self.activation, str):
            return getattr(z, self.activation)()
        return self.activation(z)

    def parameters(self):  # kata 2.1
        """All that can be learned, as a list: the weights, then the bias."""
        return [*self.w, self.b]
