"""5.4 · Emit: a program as the source text of a function, in Python and in C."""

import math

from .program import OPERATIONS, operands

DEEPEST = 50  # operations within each other in one expression; compilers have limits, too

# an expression in each language; the operands' texts go in, and a power's exponent
PYTHON = {
    "+": "({} + {})",
    "*": "({} * {})",
    "**": "power({}, {})",
    "exp": "exp({})",
    "log": "log({})",
    "tanh": "tanh({})",
    "relu": "(0.0 if {0} <= 0.0 else {0})",
    "gate": "(0.0 if {0} <= 0.0 else {1})",
}
C = PYTHON | {
    "**": "pow({}, {})",
    "relu": "({0} <= 0.0 ? 0.0 : {0})",
    "gate": "({0} <= 0.0 ? 0.0 : {1})",
}


def bare(text, op, reader="", i=0):
    """The text of an operation, without its parentheses where the one that reads it needs none.

    text    what the template of op made, or a name or number
    reader  the operation that has it as operand i; "" for a statement
    ->      a product loses them in a sum, and so does the first operand of the same operation:
            a * b + c * d + e, since both languages go from left to right. A compiler takes half the
            time and half the memory then
    """
    needed = op not in ("+", "*") or (op == "+" and reader == "*") or (op == reader and i > 0)
    return text if needed else text[1:-1]


def python_number(x):  # kata 5.4
    """A float, numpy's float64 too, as an expression of Python that has its value, to the last bit.

    Infinity and NaN are written as inf, -inf and nan, which are names that the function will find.
    """
    raise NotImplementedError("5.4 python_number")


def named_places(program):  # kata 5.4
    """Decide which numbers get a name, and so a line of their own.

    ->  a set of places. Named are: the inputs; the outputs; what is read more than once, by one
        instruction or by several; what a relu reads, and what a gate reads first, since their text
        has it twice or in a condition; and what would be more than DEEPEST operations deep: an
        instruction is 1 deeper than the deepest of its operands, a name and a constant have
        depth 0. A constant has no name, unless it is an output.

    All else is read once, and is written where it is read. It needs no name, and the number is
    gone as soon as it was used.
    """
    raise NotImplementedError("5.4 named_places")


def statements(program, templates, number):  # kata 5.4
    """Write each number that has a name as an expression of others.

    program    a Program
    templates  PYTHON or C: the text of an operation, with gaps for its operands
    number     a function that writes a float: python_number or c_number
    ->         a list of (name, expression), two strings, in order: the number at place 3 is v3. An
               input has a name and no expression. What has no name stands in the expression that
               reads it, in the parentheses of its template. (`bare` takes away those that say
               nothing; a program with all of them is right too, and takes longer to compile)

    ValueError, naming it, if an operation has no template.
    """
    raise NotImplementedError("5.4 statements")


def to_python(program):  # kata 5.4
    """A program as the source of a function of Python.

    ->  a text that defines run(numbers): from the list of inputs to the list of results. It may
        use the names exp, log, tanh, power, inf and nan, and no others but its own
    """
    raise NotImplementedError("5.4 to_python")


def python_function(program):
    """A program as a function of Python: from a list of floats to a list of floats."""
    names = {name: OPERATIONS[name] for name in ("exp", "log", "tanh")}
    names |= {"power": OPERATIONS["**"], "inf": math.inf, "nan": math.nan}
    source = to_python(program)
    del program  # unless others hold it: what follows takes more memory than all before
    exec(compile(source, "<program>", "exec"), names)
    return names["run"]
