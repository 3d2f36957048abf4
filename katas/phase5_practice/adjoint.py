"""5.4 · Adjoint: the backward pass, written into the program."""

from .program import Program


def contributions(instruction, place, arrived, add):  # kata 5.4
    """What an instruction passes on to its operands in the backward pass, as new instructions.

    instruction  one of a program
    place        its own place, where its number is
    arrived      the place of its own gradient
    add          a function that appends an instruction to the program, and returns its place
    ->           a list of (operand, place of its share), one for each operand that gets any, in
                 operand order; the same operand twice if it is read twice

    The local gradients are those of 1.2: that of relu is a gate, that of x ** 0 is 0 for every x
    (so it may as well pass nothing on), and what an instruction has computed is read, not computed
    again. A gate passes on to its second operand alone. An input and a constant pass nothing on.
    """
    raise NotImplementedError("5.4 contributions")


def differentiate(program):  # kata 5.4
    """Extend a program by the gradients of its result with respect to all of its inputs.

    program  a Program with one output; left as it is
    ->       a new one: the same instructions, then those of the backward pass; its outputs are the
             result and the gradient of each input, 0.0 for one that the result does not depend on

    Nothing is recorded while it runs: what the backward pass reads has a place already. Where 0
    meets infinity the gradient is NaN; `backward` passes over a gradient of 0 instead.

    ValueError, naming the number of outputs, if it is not 1.
    """
    raise NotImplementedError("5.4 differentiate")
