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
    return float.__repr__(x)


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
    times = [0] * len(program.instructions)  # that each is written, without a name
    for instruction in program.instructions:
        read = operands(instruction)
        for place in read:
            times[place] += 1
        if instruction[0] in ("relu", "gate"):
            times[read[0]] += 1
    named = set(program.outputs) | set(range(program.n_inputs))
    depths = []
    for place, instruction in enumerate(program.instructions):
        depth = 0
        for operand in operands(instruction):
            depth = max(depth, 1 + depths[operand])
        if depth > DEEPEST or (times[place] > 1 and instruction[0] != "constant"):
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


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
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, read = instruction[0], operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(instruction[1])
        elif op in templates:
            parts = [bare(*texts[p], op, i) for i, p in enumerate(read)]
            if op == "**":
                parts.append(number(instruction[2]))
            text = templates[op].format(*parts)
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named and op != "input":
            found.append((f"v{place}", bare(text, op)))
            text, op = f"v{place}", "input"
        texts.append((text, op))
    return found


def to_python(program):  # kata 5.4
    """A program as the source of a function of Python.

    ->  a text that defines run(numbers): from the list of inputs to the list of results. It may
        use the names exp, log, tanh, power, inf and nan, and no others but its own
    """
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{inputs}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    results = ", ".join(f"v{place}" for place in program.outputs)
    return "\n".join([*lines, f"    return [{results}]", ""])


def python_function(program):
    """A program as a function of Python: from a list of floats to a list of floats."""
    names = {name: OPERATIONS[name] for name in ("exp", "log", "tanh")}
    names |= {"power": OPERATIONS["**"], "inf": math.inf, "nan": math.nan}
    source = to_python(program)
    del program  # unless others hold it: what follows takes more memory than all before
    exec(compile(source, "<program>", "exec"), names)
    return names["run"]
