"""2.3 · Activation functions: the bend that makes a second layer worth having."""

import math

from ..phase1_autodiff.value import Value


def sigmoid(x):  # kata 2.3
    """1 / (1 + e^-x), between 0 and 1.

    x   a Value
    ->  a Value with op "sigmoid" and x as its only parent

    No overflow at any x, and all digits of a small result: sigmoid(-50) is about e^-50, not 0.
    """
    raise NotImplementedError("2.3 sigmoid")


def leaky_relu(x, slope=0.01):  # kata 2.3
    """x above 0, slope · x below it, so that a gradient is left there.

    x      a Value
    slope  the derivative below 0 and, by convention, at 0
    ->     a Value with op "leaky_relu" and x as its only parent
    """
    raise NotImplementedError("2.3 leaky_relu")


def softplus(x):  # kata 2.3
    """log(1 + e^x): a ReLU without the corner, whose derivative is sigmoid(x), ½ at 0.

    x   a Value
    ->  a Value with op "softplus" and x as its only parent

    No overflow and no loss of precision at any x: softplus(1000) is 1000, and softplus(-50)
    is not 0.
    """
    raise NotImplementedError("2.3 softplus")


def silu(x):  # kata 2.3
    """x · sigmoid(x), also called swish.

    x   a Value
    ->  a Value

    No overflow at any x, and all digits of a small result, as in sigmoid.
    """
    raise NotImplementedError("2.3 silu")


def gelu(x):  # kata 2.3
    """½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), a ReLU that bends softly.

    x   a Value
    ->  a Value, near x times the chance that a draw from the normal distribution is below x

    Source: Hendrycks and Gimpel 2016, section 2 (the form with tanh, which GPT-2 uses).
    """
    raise NotImplementedError("2.3 gelu")


def softmax(values, temperature=1.0):  # kata 2.3
    """Turn scores into probabilities: e^(vᵢ/temperature), divided by the sum of them all.

    values       a list of Values
    temperature  above 1 for more even probabilities, below 1 for more decided ones
    ->           a list of Values, as long, each above or equal to 0, with sum 1

    No overflow at scores of ±1000.

    ValueError, naming it, if temperature is not above 0.
    """
    raise NotImplementedError("2.3 softmax")


def collapse_linear(w1, b1, w2, b2):  # kata 2.3
    """Fold two linear layers without an activation between them into the one that they are.

    w1  (D, H)  weights of the first: D lists of H numbers
    b1  (H,)    its biases
    w2  (H, K)  weights of the second
    b2  (K,)    its biases
    ->  (w, b), of shapes (D, K) and (K,): one layer with these gives, for every input, what
        the first gives when its outputs go into the second

    ValueError, naming both, if a row of w1, or b1, has other than H entries.
    """
    raise NotImplementedError("2.3 collapse_linear")


def saturated_fraction(outputs, limit=0.97):  # kata 2.3
    """The share of tanh outputs so close to -1 or 1 that hardly any gradient gets through.

    outputs  a list of Values or numbers
    limit    an output beyond ±limit counts
    ->       a number from 0 to 1, or nan if an output is nan
    """
    raise NotImplementedError("2.3 saturated_fraction")


def dead_fraction(outputs_per_example):  # kata 2.3
    """The share of ReLU units that put out 0 for every example, and so never learn.

    outputs_per_example  N lists, one for each example, of H Values or numbers, one for each unit
    ->                   a number from 0 to 1: dead units of all H units; nan if an output is nan
    """
    raise NotImplementedError("2.3 dead_fraction")
