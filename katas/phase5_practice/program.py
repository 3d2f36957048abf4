"""5.4 · Program: a computation as a list of instructions, to be run again and again."""

import math
from dataclasses import dataclass


def exp(x):
    """e to the power x; infinity where that is beyond the numbers there are, as in C."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x):
    """The natural logarithm; of 0 it is -infinity, of a number below it NaN, as in C."""
    if x > 0:
        return math.log(x)
    return -math.inf if x == 0 else math.nan


def power(x, exponent):
    """x to the power of exponent, with infinity and NaN instead of errors, as in C."""
    try:
        return math.pow(x, exponent)
    except OverflowError:
        return -math.inf if x < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        if x != 0:
            return math.nan
        return math.copysign(math.inf, x) if exponent % 2 == 1 else math.inf


# what each operation computes from its operands, a power from its exponent too
OPERATIONS = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "**": power,
    "exp": exp,
    "log": log,
    "tanh": math.tanh,
    "relu": lambda a: 0.0 if a <= 0 else a,
    "gate": lambda a, b: 0.0 if a <= 0 else b,
}


@dataclass(frozen=True)
class Program:
    """A computation in order, without a choice in it but those of relu and gate.

    n_inputs      how many numbers it is given
    instructions  a list of tuples, each an operation on earlier ones, which go by their places in
                  the list, from 0:
                      ("input", i)                    input i, at place i: inputs come first
                      ("constant", x)                 the float x
                      ("+", a, b)  ("*", a, b)        of the numbers at the places a and b
                      ("**", a, x)                    to the power of x, a float and no place
                      ("exp", a)  ("log", a)  ("tanh", a)  ("relu", a)
                      ("gate", a, b)                  0.0 where a is 0 or below, else b: what a relu
                                                      of a does to the gradient b
    outputs       a tuple of the places whose numbers are the results

    A step of training has 100,000 instructions or more, each perhaps on the one before. Whatever
    works on programs takes a time proportional to their length, however deep they are.
    """

    n_inputs: int
    instructions: list
    outputs: tuple


def operands(instruction):  # kata 5.4
    """The places that an instruction reads, as a tuple in operand order; a or b may stand twice.

    >>> operands(("*", 4, 2))
    (4, 2)
    >>> operands(("**", 4, 2.0))
    (4,)

    An input and a constant read none.
    """
    raise NotImplementedError("5.4 operands")


def listing(program):  # kata 5.4
    """Write a program down for people, a line for each instruction and one for the results.

    ->  a list of strings; the number at place 3 goes by v3, and numbers are written as by repr:

        v0 = input 0
        v1 = constant 2.0
        v2 = v0 * v1
        v3 = v2 ** 3.0
        v4 = gate(v0, v3)
        results v4, v2
    """
    raise NotImplementedError("5.4 listing")


def interpret(program, numbers):  # kata 5.4
    """Run a program, one instruction after the other.

    program  a Program
    numbers  its inputs, a list of n_inputs floats
    ->       the results, a list of floats, one for each of its outputs

    What an operation computes is in OPERATIONS.

    ValueError, naming both counts, if there are not as many numbers as inputs; ValueError, naming
    it, if an operation is none of those.
    """
    raise NotImplementedError("5.4 interpret")
