"""Wrong solutions of 5.4's trace that its specs reject by name."""

from tests.mistakes import mistake

TRACE = "5.4 trace"


@mistake(TRACE, "constants are rounded", says="became the constant")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", round(node.data, 12))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "the sign of a zero is lost", says="became the constant")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", node.data or 0.0)
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "inputs are numbered as they are met", says="begins with")
def trace(f, inputs):
    instructions, places = [], {}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if any(node is value for value in inputs):
            index = [node is value for value in inputs].index(True)
            places[node] = add("input", index)
        elif node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "inputs are known by their numbers", says="taken for")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            numbers = [value.data for value in inputs]
            if node.data in numbers:
                places[node] = numbers.index(node.data)
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "leaves are all constants", says="numbers of the trace were kept")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "relus are decided at the trace", says="is decided anew in each run")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op == "relu":
            (parent,) = node.parents
            places[node] = places[parent] if parent.data > 0 else add("constant", 0.0)
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "exponents are whole numbers", says="invalid literal for int")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], float(int(node.op[2:])))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "an exponent stays a text", says="was written down as")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], node.op[2:])
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "an exponent becomes a constant's place", says="was written down as")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], add("constant", float(node.op[2:])))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "the bias of a weighted sum is left out", says="the bias is left out")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in terms or [places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "the bias comes first", says="the bias comes first")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [places[bias], *terms]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(
    TRACE, "the inputs of a weighted sum are numbers", says="inputs are as they were at the trace"
)
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [
                add(
                    "*",
                    places[weight],
                    add("constant", float(x.data if isinstance(x, Value) else x)),
                )
                for weight, x in pairs
            ]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(
    TRACE, "the weights of a weighted sum are numbers", says="weights are as they were at the trace"
)
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", add("constant", weight.data), place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "a weighted sum is added from the right", says="from right to left")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms[::-1], places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "f is called twice", says="f was called 2 times")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    f(inputs)
    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "f gets copies of the inputs", says="w was taken for a constant")
def trace(f, inputs):
    inputs = [Value(value.data) for value in inputs]
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "an unknown operation is kept", says="should raise ValueError")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        else:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "an unknown operation is a constant", says="should raise ValueError")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            places[node] = add("constant", float(node.data))
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "a weighted sum becomes a constant", says="nothing changes")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            places[node] = add("constant", float(node.data))
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "functions are decided at the trace", says="('constant'")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in ("exp", "log", "tanh"):
            places[node] = add("constant", float(node.data))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "the output is the last input", says="outputs are")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (len(inputs) - 1,))


@mistake(TRACE, "inputs that f does not use are left out", says="program begins with")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    used = [value for value in inputs if value in set(order)]
    instructions[:] = [("input", i) for i in range(len(used))]
    places = {value: i for i, value in enumerate(used)}
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "gradients are cleared", says="Value(label")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        node.grad = 0.0
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(TRACE, "a product is written for each reader", says="written down again")
def trace(f, inputs):
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    def place_of(x):
        return places[x] if isinstance(x, Value) else add("constant", float(x))

    order = record(f, inputs)
    for node in order:
        if node in places:
            continue
        if node.is_leaf:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            terms = [add("*", places[weight], place_of(x)) for weight, x in pairs]
            total = None
            for term in [*terms, places[bias]]:
                total = term if total is None else add("+", total, term)
            places[node] = total
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            for _ in node.parents:
                places[node] = add(node.op, *(places[parent] for parent in node.parents))
        else:
            raise ValueError(
                f"a program knows {' '.join(OPERATIONS)} and weighted_sum, not {node.op!r}: "
                "compose it of these"
            )
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "no fractions", says="'1/3'")
def trace(f, inputs):
    order = record(f, inputs)
    places, instructions = {}, []

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for i, value in enumerate(inputs):
        places[value] = add("input", i)
    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for weight, x in pairs:
                other = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[weight], other)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], float(node.op[2:]))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *[places[parent] for parent in node.parents])
        else:
            raise ValueError(f"no operation of a program: {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "a number for a tanh", says="the number that it had at the trace was kept")
def trace(f, inputs):
    order = record(f, inputs)
    places, instructions = {}, []

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for i, value in enumerate(inputs):
        places[value] = add("input", i)
    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for weight, x in pairs:
                other = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[weight], other)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op == "tanh":
            places[node] = add("constant", float(node.data))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *[places[parent] for parent in node.parents])
        else:
            raise ValueError(f"no operation of a program: {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "leaves known by their numbers", says="the 7 was taken for x")
def trace(f, inputs):
    order = record(f, inputs)
    places, instructions = {}, []

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for i, value in enumerate(inputs):
        places[value] = add("input", i)
    for node in order:
        if node in places:
            continue
        same = [v for v in inputs if v.data == node.data]
        if not node.parents and same:
            places[node] = places[same[0]]
        elif not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for weight, x in pairs:
                other = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[weight], other)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *[places[parent] for parent in node.parents])
        else:
            raise ValueError(f"no operation of a program: {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "a 0 in front", says="no 0 in front")
def trace(f, inputs):
    order = record(f, inputs)
    places, instructions = {}, []

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for i, value in enumerate(inputs):
        places[value] = add("input", i)
    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = add("constant", 0.0)
            for weight, x in pairs:
                other = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[weight], other)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *[places[parent] for parent in node.parents])
        else:
            raise ValueError(f"no operation of a program: {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "the text of an exponent taken for a number", says="'True'")
def trace(f, inputs):
    order = record(f, inputs)
    places, instructions = {}, []

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for i, value in enumerate(inputs):
        places[value] = add("input", i)
    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for weight, x in pairs:
                other = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[weight], other)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], float(Fraction(node.op[2:])))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *[places[parent] for parent in node.parents])
        else:
            raise ValueError(f"no operation of a program: {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "a constant of whatever kind data had", says="every number of a program is a")
def trace(f, inputs):
    order = record(f, inputs)
    places, instructions = {}, []

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for i, value in enumerate(inputs):
        places[value] = add("input", i)
    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", node.data)
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for weight, x in pairs:
                other = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[weight], other)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *[places[parent] for parent in node.parents])
        else:
            raise ValueError(f"no operation of a program: {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake(
    "5.4 trace",
    "the last instruction is the result",
    says="the last instruction is taken for the result",
)
def trace(f, inputs):
    order = record(f, inputs)
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for w, x in pairs:
                read = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[w], read)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[p] for p in node.parents))
        else:
            raise ValueError(f"cannot trace the operation {node.op!r}")
    return Program(len(inputs), instructions, (len(instructions) - 1,))


@mistake(
    "5.4 trace", "an exponent that is a Value is frozen", says="whose exponent would be frozen"
)
def trace(f, inputs):
    order = record(f, inputs)
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for w, x in pairs:
                read = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[w], read)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith(("**", "pow")):
            places[node] = add(
                "**",
                places[node.parents[0]],
                (exponent(node) if node.op != "pow" else node.parents[1].data),
            )
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[p] for p in node.parents))
        else:
            raise ValueError(f"cannot trace the operation {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "places are kept between calls", says="are still known in the second")
def trace(f, inputs, places={}):
    order = record(f, inputs)
    instructions = [("input", i) for i in range(len(inputs))]
    places.update({value: i for i, value in enumerate(inputs)})

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for w, x in pairs:
                read = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[w], read)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[p] for p in node.parents))
        else:
            raise ValueError(f"cannot trace the operation {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "products with 1 are left out", says="a trace writes down what f did")
def trace(f, inputs):
    order = record(f, inputs)
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for w, x in pairs:
                read = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[w], read)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op == "*" and node.parents[1].data == 1.0 and node.parents[1] not in inputs:
            places[node] = places[node.parents[0]]
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[p] for p in node.parents))
        else:
            raise ValueError(f"cannot trace the operation {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))


@mistake("5.4 trace", "inputs in the order of the walk", says="in the order in which f uses them")
def trace(f, inputs):
    order = record(f, inputs)
    inputs = sorted(inputs, key=lambda v: order.index(v) if v in order else len(order))
    instructions = [("input", i) for i in range(len(inputs))]
    places = {value: i for i, value in enumerate(inputs)}

    def add(*instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    for node in order:
        if node in places:
            continue
        if not node.parents:
            places[node] = add("constant", float(node.data))
        elif node.op == "weighted_sum":
            pairs, bias = products(node)
            total = None
            for w, x in pairs:
                read = places[x] if isinstance(x, Value) else add("constant", float(x))
                product = add("*", places[w], read)
                total = product if total is None else add("+", total, product)
            places[node] = places[bias] if total is None else add("+", total, places[bias])
        elif node.op.startswith("**"):
            places[node] = add("**", places[node.parents[0]], exponent(node))
        elif node.op in OPERATIONS:
            places[node] = add(node.op, *(places[p] for p in node.parents))
        else:
            raise ValueError(f"cannot trace the operation {node.op!r}")
    return Program(len(inputs), instructions, (places[order[-1]],))
