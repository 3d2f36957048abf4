"""5.4 · Trace: from the graph that a function leaves behind to a program."""

from fractions import Fraction
from functools import cache
from operator import eq, is_

from ..phase1_autodiff.graph import topological_order
from ..phase1_autodiff.value import Value
from ..phase2_networks.neuron import weighted_sum
from .program import OPERATIONS, Program


def record(f, inputs):
    """Call f and list the nodes that it leaves behind, parents before children.

    Every input gets a float object of its own, with the same number: see `products`.
    TypeError, naming it, if f returns anything but a Value.
    """
    for value in inputs:
        value.data = float(value.data) * 1.0
    result = f(inputs)
    if not isinstance(result, Value):
        raise TypeError(f"a traced function returns one Value, not {type(result).__name__}")
    return topological_order(result)


def products(node):
    """What a weighted_sum was made of: its (weight, input) pairs, and the bias.

    node  a Value with op "weighted_sum"
    ->    (pairs, bias); a weight and the bias are Values, an input a Value or a plain number

    The record does not say how many of the parents are weights. But a local gradient is the very
    number that the other factor held, the same object and not only an equal one, so `is` tells.
    """
    *nodes, bias = node.parents
    *numbers, _ = node.local_grads
    same = is_ if keeps_its_numbers() else eq
    for n in range((len(nodes) + 1) // 2, len(nodes) + 1):  # n weights, and at most n Values
        pairs = paired(nodes[:n], numbers[:n], iter(nodes[n:]), iter(numbers[n:]), same)
        if pairs is not None:
            return pairs, bias
    raise ValueError("this is not the record of a weighted_sum")


def paired(weights, numbers, values, slopes, same):
    """The pairs, if these values are the inputs whose numbers and weights fit; else None."""
    pairs = []
    value, slope = next(values, None), next(slopes, None)
    for weight, number in zip(weights, numbers):
        if value is not None and same(number, value.data) and same(slope, weight.data):
            pairs.append((weight, value))
            value, slope = next(values, None), next(slopes, None)
        else:
            pairs.append((weight, number))
    return pairs if value is None else None


@cache
def keeps_its_numbers():
    """True if weighted_sum notes the numbers themselves, as most do, and not copies of them."""
    x = Value(0.5)
    return weighted_sum([Value(0.25)], [x], 0.0).local_grads[0] is x.data


def exponent(node):
    """The exponent of a power, a float. It stands in its op as it was written by whoever asked for
    the power: "**3", "**1/3" for a Fraction, "**inf", or "**True", which is 1. ValueError, naming
    it, if that is no number: a kind of number may write itself in words.
    """
    text = {"True": "1", "False": "0"}.get(node.op[2:], node.op[2:])
    try:
        return float(Fraction(text)) if "/" in text else float(text)
    except ValueError:
        raise ValueError(f"no number can be read from the exponent in {node.op!r}") from None


def trace(f, inputs):  # kata 5.4
    """Call f once, and write down what it computed as a program of its inputs.

    f       a function of a list of Values that returns a Value
    inputs  that list: leaves, each once, such as the parameters of a model. f may also reach them
            by another way, and need not look at its argument
    ->      a Program with as many inputs and one output. Every other leaf that f used is a constant

    A node becomes one instruction, and equal work that f did twice stands there twice. A
    weighted_sum is taken apart: the products of its pairs, added from left to right, then the bias;
    plain numbers are constants. Every number in a program is a float, whatever kind was put into
    `.data` or taken for an exponent. Whatever f decided on numbers, with an `if` on `.data`, is
    decided for good. Works at any depth, in linear time.

    ValueError, naming it, if a node has any other operation than those of OPERATIONS and
    weighted_sum; TypeError, as from `record`, if f returns no Value. (`record` calls f and lists
    the nodes; `products` reads a weighted_sum, `exponent` a power.)
    """
    raise NotImplementedError("5.4 trace")
