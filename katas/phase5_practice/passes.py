"""5.4 · Passes: from a program to a shorter one that computes the same, to the last bit."""

from .program import OPERATIONS, Program, operands


def moved(instruction, places):  # kata 5.4
    """The same instruction, with other places for its operands; the rest of it stays.

    places  where each place has gone: a list or a dictionary, place -> new place
    ->      a tuple

    >>> moved(("**", 4, 2.0), {4: 1, 2: 0})
    ('**', 1, 2.0)
    """
    raise NotImplementedError("5.4 moved")


def drop_unused(program):  # kata 5.4
    """Leave out each instruction on which no result depends.

    program  a Program; left as it is
    ->       a new one, with the same results. What stays keeps its order, and inputs all stay
    """
    raise NotImplementedError("5.4 drop_unused")


def fold_constants(program):  # kata 5.4
    """Compute now what is the same in every run.

    program  a Program; left as it is
    ->       a new one, with the same results: an instruction that reads constants alone has become
             a constant, as OPERATIONS compute it, and whoever read x · 1 or 1 · x reads x. Both
             hold for what has been folded already. No rule of algebra is applied that fails for
             some number: x + 0.0 is not x where x is -0.0, and x · 0 is not 0 where x is infinite
             or NaN

    What is no longer needed may stay: drop_unused takes it away.
    """
    raise NotImplementedError("5.4 fold_constants")


def merge_equal(program):  # kata 5.4
    """Compute once what is computed several times.

    program  a Program; left as it is
    ->       a new one, with the same results: of equal instructions all are read from the place of
             the first. Equal are those with the same operation on the same operands, after these
             have been merged; for + and * in either order; and constants if they are the same
             number to the last bit: 0.0 and -0.0 are two, and NaN is one

    What is no longer needed may stay: drop_unused takes it away.
    """
    raise NotImplementedError("5.4 merge_equal")
