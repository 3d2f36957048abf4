"""Wrong solutions of 5.4's program that its specs reject by name."""

from tests.mistakes import mistake

# ---- operands


@mistake("5.4 operands", "all numbers are places", says="exponent was taken for a place")
def operands(instruction):
    return () if instruction[0] in ("input", "constant") else instruction[1:]


@mistake("5.4 operands", "the number of an input is a place", says="taken for a place")
def operands(instruction):
    if instruction[0] == "constant":
        return ()
    return instruction[1:2] if instruction[0] == "**" else instruction[1:]


@mistake("5.4 operands", "each place once", says="reads its operand twice")
def operands(instruction):
    if instruction[0] in ("input", "constant"):
        return ()
    read = instruction[1:2] if instruction[0] == "**" else instruction[1:]
    return tuple(dict.fromkeys(read))


@mistake("5.4 operands", "the places are sorted", says="they were sorted")
def operands(instruction):
    if instruction[0] in ("input", "constant"):
        return ()
    return instruction[1:2] if instruction[0] == "**" else tuple(sorted(instruction[1:]))


@mistake("5.4 operands", "whole numbers are places", says="taken for a place")
def operands(instruction):
    return tuple(x for x in instruction[1:] if isinstance(x, int))


# ---- listing


@mistake("5.4 listing", "numbers have six digits", says="rounded to six digits")
def listing(program):
    lines = []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        names = [f"v{operand}" for operand in operands(instruction)]
        if not names:
            number = rest[0] if op == "input" else f"{rest[0]:.6g}"
            number = f"{number}.0" if op == "constant" and "." not in number else number
            text = f"{op} {number}"
        elif op == "**":
            text = f"{names[0]} ** {rest[1]!r}"
        elif op in ("+", "*"):
            text = f" {op} ".join(names)
        else:
            text = f"{op}({', '.join(names)})"
        lines.append(f"v{place} = {text}")
    return [*lines, f"results {', '.join(f'v{place}' for place in program.outputs)}"]


@mistake("5.4 listing", "the results are forgotten", says="line of the results is missing")
def listing(program):
    lines = []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        names = [f"v{operand}" for operand in operands(instruction)]
        if not names:
            text = f"{op} {rest[0]!r}"
        elif op == "**":
            text = f"{names[0]} ** {rest[1]!r}"
        elif op in ("+", "*"):
            text = f" {op} ".join(names)
        else:
            text = f"{op}({', '.join(names)})"
        lines.append(f"v{place} = {text}")
    return lines


# ---- interpret

INTERPRET = "5.4 interpret"


@mistake(INTERPRET, "the last numbers are returned", says="those of the last instructions")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    results = list(numbers)
    for op, *rest in program.instructions[program.n_inputs :]:
        if op == "constant":
            results.append(rest[0])
        elif op == "**":
            results.append(OPERATIONS[op](results[rest[0]], rest[1]))
        elif op in OPERATIONS:
            results.append(OPERATIONS[op](*(results[p] for p in rest)))
        else:
            raise ValueError(f"{op} is unknown")
    return results[-len(program.outputs) :]


@mistake(INTERPRET, "the caller's list grows", says="list of inputs has become")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    results = numbers
    for op, *rest in program.instructions[program.n_inputs :]:
        if op == "constant":
            results.append(rest[0])
        elif op == "**":
            results.append(OPERATIONS[op](results[rest[0]], rest[1]))
        elif op in OPERATIONS:
            results.append(OPERATIONS[op](*(results[p] for p in rest)))
        else:
            raise ValueError(f"{op} is unknown")
    return [results[p] for p in program.outputs]


@mistake(INTERPRET, "operands are computed for each reader", says="still running after")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")

    def number(place):
        op, *rest = program.instructions[place]
        if op == "input":
            return numbers[rest[0]]
        if op == "constant":
            return rest[0]
        if op not in OPERATIONS:
            raise ValueError(f"{op} is unknown")
        read = operands(program.instructions[place])
        return OPERATIONS[op](*(number(p) for p in read), *rest[len(read) :])

    return [number(place) for place in program.outputs]


@mistake(INTERPRET, "counts are not compared", says="should raise ValueError")
def interpret(program, numbers):
    results = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            results.append(numbers[rest[0]] if rest[0] < len(numbers) else 0.0)
        elif op == "constant":
            results.append(rest[0])
        elif op in OPERATIONS:
            places = operands(instruction)
            known = [results[place] for place in places]
            results.append(OPERATIONS[op](*known, *rest[len(places) :]))
        else:
            raise ValueError(f"no operation {op!r}")
    return [results[place] for place in program.outputs]


@mistake(INTERPRET, "the math module computes", says="OverflowError")
def interpret(program, numbers):
    table = OPERATIONS | {"exp": math.exp, "log": math.log, "**": lambda x, e: x**e}
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    results = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            results.append(numbers[rest[0]])
        elif op == "constant":
            results.append(rest[0])
        elif op in table:
            places = operands(instruction)
            known = [results[place] for place in places]
            results.append(table[op](*known, *rest[len(places) :]))
        else:
            raise ValueError(f"no operation {op!r}")
    return [results[place] for place in program.outputs]


@mistake(INTERPRET, "an unknown operation is a KeyError", says="should raise ValueError")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    results = list(numbers)
    for instruction in program.instructions[program.n_inputs :]:
        op, *rest = instruction
        if op == "constant":
            results.append(rest[0])
        else:
            places = operands(instruction)
            results.append(OPERATIONS[op](*(results[p] for p in places), *rest[len(places) :]))
    return [results[place] for place in program.outputs]


@mistake(
    "5.4 listing",
    "a result that stands twice is shown once",
    says="'results v3', and should be 'results v3, v3'",
)
def listing(program):
    lines = []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        names = [f"v{p}" for p in operands(instruction)]
        if op in ("input", "constant"):
            text = f"{op} {rest[0]!r}"
        elif op in ("+", "*"):
            text = f"{names[0]} {op} {names[1]}"
        elif op == "**":
            text = f"{names[0]} ** {rest[1]!r}"
        else:
            text = f"{op}({', '.join(names)})"
        lines.append(f"v{place} = {text}")
    lines.append("results " + ", ".join(f"v{p}" for p in dict.fromkeys(program.outputs)))
    return lines


@mistake("5.4 listing", "what nobody reads has no line", says="and should be 'v1 = exp(v0)'")
def listing(program):
    lines = []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        names = [f"v{p}" for p in operands(instruction)]
        if op in ("input", "constant"):
            text = f"{op} {rest[0]!r}"
        elif op in ("+", "*"):
            text = f"{names[0]} {op} {names[1]}"
        elif op == "**":
            text = f"{names[0]} ** {rest[1]!r}"
        else:
            text = f"{op}({', '.join(names)})"
        if any(place in operands(i) for i in program.instructions) or place in program.outputs:
            lines.append(f"v{place} = {text}")
    lines.append("results " + ", ".join(f"v{p}" for p in program.outputs))
    return lines


@mistake("5.4 interpret", "a closed relu is the int 0", says="relu(x) and gate(x, 5) at -2.0")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    values = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            values.append(numbers[rest[0]])
        elif op == "constant":
            values.append(rest[0])
        elif op == "relu":
            values.append(0 if values[rest[0]] <= 0 else values[rest[0]])
        elif op in OPERATIONS:
            places = operands(instruction)
            values.append(OPERATIONS[op](*[values[p] for p in places], *rest[len(places) :]))
        else:
            raise ValueError(f"unknown operation {op!r}")
    return [values[p] for p in program.outputs]


@mistake("5.4 interpret", "sum begins with 0", says="sum begins with a 0")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    values = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            values.append(numbers[rest[0]])
        elif op == "constant":
            values.append(rest[0])
        elif op == "+":
            values.append(sum(values[p] for p in rest))
        elif op in OPERATIONS:
            places = operands(instruction)
            values.append(OPERATIONS[op](*[values[p] for p in places], *rest[len(places) :]))
        else:
            raise ValueError(f"unknown operation {op!r}")
    return [values[p] for p in program.outputs]


@mistake("5.4 interpret", "relu by max", says="a relu of NaN is 0")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    values = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            values.append(numbers[rest[0]])
        elif op == "constant":
            values.append(rest[0])
        elif op == "relu":
            values.append(max(0.0, values[rest[0]]))
        elif op in OPERATIONS:
            places = operands(instruction)
            values.append(OPERATIONS[op](*[values[p] for p in places], *rest[len(places) :]))
        else:
            raise ValueError(f"unknown operation {op!r}")
    return [values[p] for p in program.outputs]


@mistake("5.4 interpret", "a gate asks whether a is above 0", says="and NaN is not above")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    values = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            values.append(numbers[rest[0]])
        elif op == "constant":
            values.append(rest[0])
        elif op == "gate":
            values.append(values[rest[1]] if values[rest[0]] > 0 else 0.0)
        elif op in OPERATIONS:
            places = operands(instruction)
            values.append(OPERATIONS[op](*[values[p] for p in places], *rest[len(places) :]))
        else:
            raise ValueError(f"unknown operation {op!r}")
    return [values[p] for p in program.outputs]


@mistake("5.4 interpret", "Python's exp", says="OPERATIONS has what a program computes")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    values = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            values.append(numbers[rest[0]])
        elif op == "constant":
            values.append(rest[0])
        elif op == "exp":
            values.append(math.exp(values[rest[0]]))
        elif op in OPERATIONS:
            places = operands(instruction)
            values.append(OPERATIONS[op](*[values[p] for p in places], *rest[len(places) :]))
        else:
            raise ValueError(f"unknown operation {op!r}")
    return [values[p] for p in program.outputs]


@mistake(
    "5.4 interpret",
    "instructions are taken off the program",
    says="after a run the instructions of the program are",
)
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    values = []
    while program.instructions:
        instruction = program.instructions.pop(0)
        op, *rest = instruction
        if op == "input":
            values.append(numbers[rest[0]])
        elif op == "constant":
            values.append(rest[0])
        elif op in OPERATIONS:
            places = operands(instruction)
            values.append(OPERATIONS[op](*[values[p] for p in places], *rest[len(places) :]))
        else:
            raise ValueError(f"unknown operation {op!r}")
    return [values[p] for p in program.outputs]


@mistake(
    "5.4 listing", "an instruction is looked for in the list", says="and should be 'v2 = exp(v0)'"
)
def listing(program):
    lines = []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        names = [f"v{p}" for p in operands(instruction)]
        if op in ("input", "constant"):
            text = f"{op} {rest[0]!r}"
        elif op in ("+", "*"):
            text = f"{names[0]} {op} {names[1]}"
        elif op == "**":
            text = f"{names[0]} ** {rest[1]!r}"
        else:
            text = f"{op}({', '.join(names)})"
        lines.append(f"v{program.instructions.index(instruction)} = {text}")
    lines.append("results " + ", ".join(f"v{p}" for p in program.outputs))
    return lines


@mistake("5.4 interpret", "a relu of -0.0 is -0.0", says="relu(x) at -0.0 is -0.0")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{len(numbers)} numbers for {program.n_inputs} inputs")
    values = []
    for instruction in program.instructions:
        op, *rest = instruction
        if op == "input":
            values.append(numbers[rest[0]])
        elif op == "constant":
            values.append(rest[0])
        elif op == "relu":
            values.append(0.0 if values[rest[0]] < 0 else values[rest[0]])
        elif op in OPERATIONS:
            places = operands(instruction)
            values.append(OPERATIONS[op](*[values[p] for p in places], *rest[len(places) :]))
        else:
            raise ValueError(f"unknown operation {op!r}")
    return [values[p] for p in program.outputs]
