"""Wrong solutions of 5.4's emit that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.4 python_number", "six digits", says="digits are missing")
def python_number(x):
    return f"{x:g}" if x % 1 else repr(float(x))


@mistake("5.4 python_number", "fifteen digits", says="digits are missing")
def python_number(x):
    text = f"{x:.15g}"
    return text if set(text) & set(".en") else text + ".0"


@mistake("5.4 python_number", "a whole number is an int", says="an int of Python")
def python_number(x):
    return f"{x:.17g}"


@mistake("5.4 python_number", "the sign of zero is lost", says="without sign")
def python_number(x):
    return float.__repr__(x) if x else "0.0"


@mistake("5.4 python_number", "numpy's floats as numpy shows them", says="run knows no np")
def python_number(x):
    return repr(x)


@mistake("5.4 python_number", "infinity as a call", says="float")
def python_number(x):
    text = float.__repr__(x)
    return f"float('{text}')" if text.strip("-") in ("inf", "nan") else text


@mistake("5.4 named_places", "a constant is as deep as an operation", says="a constant is 0 deep")
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=0)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake(
    "5.4 named_places",
    "what is read twice by one has no name",
    says="the product reads the exp twice",
)
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(dict.fromkeys(operands(instruction))):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake(
    "5.4 named_places",
    "what a relu reads has no name",
    says="the text of a relu has its operand twice",
)
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("gate",) and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake(
    "5.4 named_places", "what a gate reads first has no name", says="a gate tests its first operand"
)
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu",)
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake(
    "5.4 named_places", "both operands of a gate have names", says="a gate tests its first operand"
)
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu", "gate")
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 named_places", "everything has a name", says="the exp is read once, by tanh")
def named_places(program):
    return {
        place
        for place, instruction in enumerate(program.instructions)
        if instruction[0] != "constant" or place in program.outputs
    }


@mistake(
    "5.4 named_places",
    "constants that are read twice have names",
    says="2.0 is written wherever it is read",
)
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 named_places", "outputs have no names of their own", says="read once, by tanh")
def named_places(program):
    named = set(range(program.n_inputs))
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 named_places", "there is no limit", says="deep")
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 named_places", "one operation earlier", says="deep")
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth >= DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 named_places", "the depth is that of the first operand", says="the sum reads what is")
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(operands(instruction)):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + next((depths[p] for p in operands(instruction)), -1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 named_places", "the exponent is a place", says="its exponent is a number")
def named_places(program):
    named = set(range(program.n_inputs)) | set(program.outputs)
    seen = set()
    for instruction in program.instructions:
        for count, place in enumerate(
            int(p) for p in instruction[1:] if instruction[0] not in ("input", "constant")
        ):
            twice = instruction[0] in ("relu", "gate") and count == 0
            (named if place in seen or twice else seen).add(place)
    depths = []
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in program.outputs:
            named.discard(place)
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 statements", "every place is read by its name", says="should read v0 and v1 alone")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        elif op in templates:
            text = templates[op].format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if op not in ("input", "constant") or (op == "constant" and place in named):
            if place in named:
                found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake("5.4 statements", "named ones are pasted all the same", says="should read v5 by its name")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        elif op in templates:
            text = templates[op].format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named and op != "input":
            found.append((f"v{place}", text))
            text = f"({text})"
        texts.append(text)
    return found


@mistake("5.4 statements", "there are no parentheses", says="no parentheses around the sum")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        elif op in templates:
            text = (
                templates[op][1:-1]
                if op in ("+", "*") and templates[op][0] == "("
                else templates[op]
            ).format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named and op != "input":
            found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake("5.4 statements", "constants by repr", says="was to write 3.0")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = repr(rest[0])
        elif op in templates:
            text = templates[op].format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named and op != "input":
            found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake("5.4 statements", "exponents by repr", says="was to write 3.0")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        elif op in templates:
            text = templates[op].format(*(texts[p] for p in read), *map(repr, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named and op != "input":
            found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake("5.4 statements", "always Python", says="in C the statements are")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        elif op in templates:
            text = PYTHON[op].format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named and op != "input":
            found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake("5.4 statements", "inputs have statements", says="v5 and v6, and there are statements for")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        elif op in templates:
            text = templates[op].format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named:
            found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake(
    "5.4 statements", "a constant result has no statement", says="statements for a constant result"
)
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        elif op in templates:
            text = templates[op].format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        else:
            raise ValueError(f"no operation of a program is called {op!r}")
        if place in named and op not in ("input", "constant"):
            found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake("5.4 statements", "an unknown operation is a KeyError", says="should raise ValueError")
def statements(program, templates, number):
    named, texts, found = named_places(program), [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            text = f"v{place}"
        elif op == "constant":
            text = number(rest[0])
        else:
            text = templates[op].format(*(texts[p] for p in read), *map(number, rest[len(read) :]))
        if place in named and op != "input":
            found.append((f"v{place}", text))
            text = f"v{place}"
        texts.append(text)
    return found


@mistake("5.4 to_python", "the inputs are numbered from 1", says="four results is not right")
def to_python(program):
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{inputs}] = [*numbers[1:], *numbers[:1]]"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    results = ", ".join(f"v{place}" for place in program.outputs)
    return "\n".join([*lines, f"    return [{results}]", ""])


@mistake("5.4 to_python", "one result is returned bare", says="what run returns")
def to_python(program):
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{inputs}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    results = ", ".join(f"v{place}" for place in program.outputs)
    return "\n".join([*lines, f"    return {results}", ""])


@mistake(
    "5.4 to_python", "a single input is not unpacked", says="a program of 1 inputs is not right"
)
def to_python(program):
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    {inputs} = numbers" if inputs else "    pass"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    results = ", ".join(f"v{place}" for place in program.outputs)
    return "\n".join([*lines, f"    return [{results}]", ""])


@mistake("5.4 to_python", "results are statements in their order", says="four results")
def to_python(program):
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{inputs}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    results = ", ".join(f"v{place}" for place in sorted(program.outputs))
    return "\n".join([*lines, f"    return [{results}]", ""])


@mistake("5.4 to_python", "the function goes by another name", says="called run")
def to_python(program):
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def program(numbers):", f"    [{inputs}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    results = ", ".join(f"v{place}" for place in program.outputs)
    return "\n".join([*lines, f"    return [{results}]", ""])


@mistake("5.4 to_python", "the math module is used by its name", says="math")
def to_python(program):
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{inputs}] = numbers"]
    lines += [
        f"    {name} = {text.replace('exp(', 'math.exp(')}"
        for name, text in statements(program, PYTHON, python_number)
    ]
    results = ", ".join(f"v{place}" for place in program.outputs)
    return "\n".join([*lines, f"    return [{results}]", ""])


@mistake(
    "5.4 to_python",
    "every instruction is pasted into its reader",
    says="is written twice, and so on",
)
def to_python(program):
    texts = []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = operands(instruction)
        if op == "input":
            texts.append(f"numbers[{place}]")
        elif op == "constant":
            texts.append(python_number(rest[0]))
        else:
            if sum(len(texts[p]) for p in read) > 100_000:
                raise MemoryError
            names = [texts[p] for p in read]
            texts.append(PYTHON[op].format(*names, *map(python_number, rest[len(read) :])))
    results = ", ".join(texts[place] for place in program.outputs)
    return f"def run(numbers):\n    return [{results}]\n"


@mistake("5.4 to_python", "names of its own choice", says="v0")
def to_python(program):
    inputs = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{inputs.replace('v', 'x')}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    results = ", ".join(f"v{place}" for place in program.outputs)
    return "\n".join([*lines, f"    return [{results}]", ""])


@mistake("5.4 python_number", "no sign", says="the sign is lost")
def python_number(x):
    return repr(abs(float(x)))


@mistake("5.4 statements", "operands exchanged", says="operands of the gate are exchanged")
def statements(program, templates, number):
    named = named_places(program)
    texts, ops, lines = [], [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        if op == "input":
            text, kind = f"v{place}", ""
        elif op == "constant":
            text, kind = number(rest[0]), ""
        elif op not in templates:
            raise ValueError(f"no template for {op!r}")
        else:
            read = operands(instruction)
            parts = [bare(texts[p], ops[p], op, i) for i, p in enumerate(read)][::-1]
            parts += [number(x) for x in rest[len(read) :]]
            text, kind = templates[op].format(*parts), op
        if place in named and op != "input":
            lines.append((f"v{place}", bare(text, kind)))
            text, kind = f"v{place}", ""
        texts.append(text)
        ops.append(kind)
    return lines


@mistake(
    "5.4 python_number", "a number that is too large for infinity", says="the name to use is inf"
)
def python_number(x):
    return (
        repr(float(x))
        if x - x == 0
        else "(1e999 - 1e999)"
        if x != x
        else "-1e999"
        if x < 0
        else "1e999"
    )


@mistake("5.4 python_number", "math.inf", says="the name to use is inf")
def python_number(x):
    return (
        repr(float(x))
        if x - x == 0
        else repr(float(x)).replace("inf", "math.inf").replace("nan", "math.nan")
    )


@mistake(
    "5.4 named_places", "depth goes on through other names", says="is not reached after place 40"
)
def named_places(program):
    code = program.instructions
    named, seen = {*program.outputs}, set()
    for place, instruction in enumerate(code):
        op, *_ = instruction
        reads = operands(instruction)
        if op == "input":
            named.add(place)
        for p in reads:
            if p in seen:
                named.add(p)
            seen.add(p)
        if op in ("relu", "gate"):
            named.add(reads[0])
    depths = []
    for place, instruction in enumerate(code):
        if instruction[0] == "constant":
            if place not in program.outputs:
                named.discard(place)
            depths.append(0)
            continue
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if depth > DEEPEST else depth)
    return named


@mistake("5.4 named_places", "depths are added", says="is 31 deep")
def named_places(program):
    code = program.instructions
    named, seen = {*program.outputs}, set()
    for place, instruction in enumerate(code):
        op, *_ = instruction
        reads = operands(instruction)
        if op == "input":
            named.add(place)
        for p in reads:
            if p in seen:
                named.add(p)
            seen.add(p)
        if op in ("relu", "gate"):
            named.add(reads[0])
    depths = []
    for place, instruction in enumerate(code):
        if instruction[0] == "constant":
            if place not in program.outputs:
                named.discard(place)
            depths.append(0)
            continue
        depth = 1 + sum(depths[p] for p in operands(instruction))
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 named_places", "readers and depth in one pass", says="so place 60 is 40 deep")
def named_places(program):
    code = program.instructions
    named, seen, depths = {*program.outputs}, set(), []
    for place, instruction in enumerate(code):
        op, *_ = instruction
        reads = operands(instruction)
        if op == "input":
            named.add(place)
        for p in reads:
            if p in seen and code[p][0] != "constant":
                named.add(p)
            seen.add(p)
        if op in ("relu", "gate") and code[reads[0]][0] != "constant":
            named.add(reads[0])
        depth = 1 + max((depths[p] for p in reads), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake(
    "5.4 statements",
    "OPERATIONS are asked, and not the templates",
    says="with a template for exp alone",
)
def statements(program, templates, number):
    named = named_places(program)
    texts, lines = [], []
    for place, instruction in enumerate(program.instructions):
        op, *rest = instruction
        reads = operands(instruction)
        if op == "input":
            texts.append((f"v{place}", ""))
            continue
        if op == "constant":
            text = number(rest[0])
        elif op in OPERATIONS:
            parts = [bare(*texts[p], op, i) for i, p in enumerate(reads)]
            text = templates[op].format(*parts, *map(number, rest[len(reads) :]))
        else:
            raise ValueError(f"no template for {op!r}")
        if place in named:
            lines.append((f"v{place}", bare(text, op)))
            text, op = f"v{place}", ""
        texts.append((text, op))
    return lines


@mistake(
    "5.4 to_python", "math before the functions' names", says="run may use exp, log, tanh, power"
)
def to_python(program):
    names = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{names}] = numbers"]
    lines += [
        f"    {name} = {text.replace('tanh(', 'math.tanh(').replace('log(', 'math.log(')}"
        for name, text in statements(program, PYTHON, python_number)
    ]
    lines.append(f"    return [{', '.join(f'v{p}' for p in program.outputs)}]")
    return "\n".join(lines) + "\n"


@mistake("5.4 to_python", "statements are not indented", says="Python refuses the text")
def to_python(program):
    names = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{names}] = numbers"]
    lines += [f"{name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    lines.append(f"    return [{', '.join(f'v{p}' for p in program.outputs)}]")
    return "\n".join(lines) + "\n"


@mistake(
    "5.4 to_python",
    "the first call's results are kept",
    says="the first call's results are returned again",
)
def to_python(program):
    names = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers, results=[]):", f"    [{names}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    found = ", ".join(f"v{p}" for p in program.outputs)
    lines.append(f"    results or results.extend([{found}])\n    return results")
    return "\n".join(lines) + "\n"


@mistake(
    "5.4 to_python", "results in the order of their places", says="in the order of their places"
)
def to_python(program):
    names = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers):", f"    [{names}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    lines.append(f"    return [{', '.join(f'v{p}' for p in sorted(program.outputs))}]")
    return "\n".join(lines) + "\n"


@mistake("5.4 python_number", "in base 16", says="which Python does not read")
def python_number(x):
    return float(x).hex()


@mistake("5.4 named_places", "equal instructions read once", says="equal as they are")
def named_places(program):
    code = program.instructions
    named, seen = {*program.outputs}, set()
    for instruction in dict.fromkeys(code):
        place = code.index(instruction)
        op, *_ = instruction
        reads = operands(instruction)
        if op == "input":
            named.add(place)
        for p in reads:
            if p in seen:
                named.add(p)
            seen.add(p)
        if op in ("relu", "gate"):
            named.add(reads[0])
    depths = []
    for place, instruction in enumerate(code):
        if instruction[0] == "constant":
            if place not in program.outputs:
                named.discard(place)
            depths.append(0)
            continue
        depth = 1 + max((depths[p] for p in operands(instruction)), default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@mistake("5.4 statements", "an instruction is looked for in the list", says="at the places 1 and 2")
def statements(program, templates, number):
    named = named_places(program)
    texts, lines = [], []
    for instruction in program.instructions:
        place = program.instructions.index(instruction)
        op, *rest = instruction
        reads = operands(instruction)
        if op == "input":
            texts.append((f"v{place}", ""))
            continue
        if op == "constant":
            text = number(rest[0])
        elif op in templates:
            parts = [bare(*texts[p], op, i) for i, p in enumerate(reads)]
            text = templates[op].format(*parts, *map(number, rest[len(reads) :]))
        else:
            raise ValueError(f"no template for {op!r}")
        if place in named:
            lines.append((f"v{place}", bare(text, op)))
            text, op = f"v{place}", ""
        texts.append((text, op))
    return lines


@mistake(
    "5.4 to_python", "inputs are taken off the list", says="the caller's list of inputs has become"
)
def to_python(program):
    lines = ["def run(numbers):", *[f"    v{i} = numbers.pop(0)" for i in range(program.n_inputs)]]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    lines.append(f"    return [{', '.join(f'v{p}' for p in program.outputs)}]")
    return "\n".join(lines) + "\n"


@mistake("5.4 to_python", "one list for all calls", says="that the first call returned has become")
def to_python(program):
    names = ", ".join(f"v{i}" for i in range(program.n_inputs))
    lines = ["def run(numbers, out=[]):", f"    [{names}] = numbers"]
    lines += [f"    {name} = {text}" for name, text in statements(program, PYTHON, python_number)]
    lines.append(f"    out[:] = [{', '.join(f'v{p}' for p in program.outputs)}]\n    return out")
    return "\n".join(lines) + "\n"


@mistake("5.4 python_number", "zeros cut off at the end", says="1e+300 was written as")
def python_number(x):
    return repr(x.item() if hasattr(x, "item") else x).rstrip("0")
