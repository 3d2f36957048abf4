"""Right solutions of 5.4 of another design, which its specs accept."""

from tests.alternatives import alternative

# ---- program and trace


@alternative("5.4 operands", "by the number of places")
def operands(instruction):
    op, *rest = instruction
    n = {"input": 0, "constant": 0, "+": 2, "*": 2, "gate": 2}.get(op, 1)
    return tuple(rest[:n])


@alternative("5.4 listing", "a match")
def listing(program):
    def written(instruction):
        match instruction:
            case ("input" | "constant") as op, x:
                return f"{op} {x!r}"
            case "**", a, x:
                return f"v{a} ** {x!r}"
            case ("+" | "*") as op, a, b:
                return f"v{a} {op} v{b}"
            case op, *rest:
                return op + "(" + ", ".join(f"v{a}" for a in rest) + ")"

    lines = [f"v{i} = {written(one)}" for i, one in enumerate(program.instructions)]
    lines.append("results " + ", ".join(f"v{place}" for place in program.outputs))
    return lines


@alternative("5.4 interpret", "a match, and a dictionary")
def interpret(program, numbers):
    if len(numbers) != program.n_inputs:
        raise ValueError(f"{program.n_inputs} inputs, but {len(numbers)} numbers")
    known = {}
    for place, instruction in enumerate(program.instructions):
        match instruction:
            case "input", i:
                known[place] = numbers[i]
            case "constant", x:
                known[place] = x
            case "**", a, x:
                known[place] = OPERATIONS["**"](known[a], x)
            case op, *rest if op in OPERATIONS:
                known[place] = OPERATIONS[op](*[known[a] for a in rest])
            case op, *_:
                raise ValueError(f"unknown: {op}")
    return [known[place] for place in program.outputs]


@alternative("5.4 trace", "by id, each constant once, in a function for each kind")
def trace(f, inputs):
    nodes = record(f, inputs)
    program = [("input", i) for i, _ in enumerate(inputs)]
    places = {id(value): i for i, value in enumerate(inputs)}
    constants = {}

    def append(instruction):
        program.append(instruction)
        return len(program) - 1

    def constant(x):
        key = float(x).hex()
        if key not in constants:
            constants[key] = append(("constant", float(x)))
        return constants[key]

    def weighted(node):
        pairs, bias = products(node)
        total = None
        for weight, x in pairs:
            factor = places[id(x)] if isinstance(x, Value) else constant(x)
            term = append(("*", places[id(weight)], factor))
            total = term if total is None else append(("+", total, term))
        return places[id(bias)] if total is None else append(("+", total, places[id(bias)]))

    for node in nodes:
        if id(node) not in places:
            read = [places[id(parent)] for parent in node.parents]
            if not read:
                place = constant(node.data)
            elif node.op == "weighted_sum":
                place = weighted(node)
            elif node.op[:2] == "**":
                place = append(("**", read[0], exponent(node)))
            elif node.op in ("+", "*", "exp", "log", "tanh", "relu"):
                place = append((node.op, *read))
            else:
                raise ValueError(f"{node.op} is no operation of a program")
            places[id(node)] = place
    return Program(len(inputs), program, (places[id(nodes[-1])],))


# ---- passes


@alternative("5.4 moved", "entry by entry")
def moved(instruction, places):
    op = instruction[0]
    if op in ("input", "constant"):
        return instruction
    if op == "**":
        return (op, places[instruction[1]], instruction[2])
    return (op,) + tuple(map(places.__getitem__, instruction[1:]))


@alternative("5.4 drop_unused", "a stack")
def drop_unused(program):
    needed, waiting = set(range(program.n_inputs)), list(program.outputs)
    while waiting:
        place = waiting.pop()
        if place not in needed:
            needed.add(place)
            waiting += operands(program.instructions[place])
    kept = sorted(needed)
    places = {old: new for new, old in enumerate(kept)}
    instructions = [moved(program.instructions[old], places) for old in kept]
    return Program(program.n_inputs, instructions, tuple(map(places.get, program.outputs)))


@alternative("5.4 fold_constants", "a dictionary of what is known, and nothing left over")
def fold_constants(program):
    known, places, instructions = {}, {}, []
    for old, instruction in enumerate(program.instructions):
        op, *rest = instruction
        read = [places[p] for p in operands(instruction)]
        if read and all(p in known for p in read):
            x = OPERATIONS[op](*[known[p] for p in read], *rest[len(read) :])
            instruction = ("constant", x)
        elif op == "*" and known.get(read[0]) == 1.0:
            places[old] = read[1]
            continue
        elif op == "*" and known.get(read[1]) == 1.0:
            places[old] = read[0]
            continue
        else:
            instruction = moved(instruction, places)
        places[old] = len(instructions)
        instructions.append(instruction)
        if instruction[0] == "constant":
            known[places[old]] = instruction[1]
    return Program(program.n_inputs, instructions, tuple(places[p] for p in program.outputs))


@alternative("5.4 merge_equal", "only the first is kept, keyed by bits", prelude="import struct")
def merge_equal(program):
    places, kept, first = {}, [], {}
    for old, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        if op == "constant":
            key = (op, "nan" if rest[0] != rest[0] else struct.pack("<d", rest[0]))
        elif op in "+*":
            key = (op, min(rest), max(rest))
        else:
            key = instruction
        if key not in first:
            first[key] = len(kept)
            kept.append(instruction)
        places[old] = first[key]
    return Program(program.n_inputs, kept, tuple(places[p] for p in program.outputs))


@alternative("5.4 merge_equal", "keyed by text")
def merge_equal(program):
    seen, places = {}, []
    new = []
    for i, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        new.append(instruction)
        a = instruction[1:]
        text = repr((instruction[0], sorted(a) if instruction[0] in ("+", "*") else a))
        places.append(seen.setdefault(text, i))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


# ---- adjoint


@alternative("5.4 contributions", "slopes first, then one product for each")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction

    def one():
        return add(("constant", 1.0))

    def slopes():
        if op == "+":
            return [one(), one()]
        if op == "*":
            return [rest[1], rest[0]]
        if op == "**" and rest[1] == 0:
            return [add(("constant", 0.0))]
        if op == "**":
            return [add(("*", add(("**", rest[0], rest[1] - 1.0)), add(("constant", rest[1]))))]
        if op == "exp":
            return [place]
        if op == "log":
            return [add(("**", rest[0], -1.0))]
        if op == "tanh":
            less = add(("*", add(("constant", -1.0)), place))
            return [add(("*", add(("+", one(), less)), add(("+", one(), place))))]
        return [add(("gate", rest[0], one()))]

    if op in ("input", "constant"):
        return []
    read = rest[1:] if op == "gate" else rest[:1] if op == "**" else rest
    return [(a, add(("*", slope, arrived))) for a, slope in zip(read, slopes())]


@alternative("5.4 differentiate", "shares in lists, added when they are read")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and there should be 1")
    new = [*program.instructions]

    def add(instruction):
        new.append(instruction)
        return len(new) - 1

    shares = [[] for _ in new]
    result = program.outputs[0]
    shares[result].append(add(("constant", 1.0)))

    def total(place):
        first, *others = shares[place] or [add(("constant", 0.0))]
        for other in others:
            first = add(("+", first, other))
        return first

    for place in reversed(range(program.n_inputs, result + 1)):
        if shares[place]:
            for operand, share in contributions(new[place], place, total(place), add):
                shares[operand].append(share)
    outputs = (result, *[total(place) for place in range(program.n_inputs)])
    return Program(program.n_inputs, new, outputs)


@alternative("5.4 differentiate", "a gradient for every place, 0 at first")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and there should be 1")
    new = list(program.instructions)

    def add(*instruction):
        new.append(instruction[0] if len(instruction) == 1 else instruction)
        return len(new) - 1

    zero, one = add("constant", 0.0), add("constant", 1.0)
    gradients = [zero] * len(program.instructions)
    gradients[program.outputs[0]] = one
    for place in range(len(program.instructions) - 1, -1, -1):
        if gradients[place] == zero:
            continue
        for a, share in contributions(program.instructions[place], place, gradients[place], add):
            gradients[a] = share if gradients[a] == zero else add("+", gradients[a], share)
    return Program(program.n_inputs, new, (*program.outputs, *gradients[: program.n_inputs]))


# ---- emit


@alternative("5.4 python_number", "repr of a plain float")
def python_number(x):
    return repr(float(x))


@alternative("5.4 named_places", "a set of what has been read once")
def named_places(program):
    outputs = set(program.outputs)
    named = outputs | set(range(program.n_inputs))
    seen, depths = set(), []
    for instruction in program.instructions:
        read = operands(instruction)
        for place in read:
            (named if place in seen else seen).add(place)
        if instruction[0] in ("relu", "gate"):
            named.add(read[0])
    for place, instruction in enumerate(program.instructions):
        if instruction[0] == "constant" and place not in outputs:
            named.discard(place)
        depth = 1 + max([depths[p] for p in operands(instruction)], default=-1)
        if depth > DEEPEST:
            named.add(place)
        depths.append(0 if place in named else depth)
    return named


@alternative("5.4 statements", "a text for each name, made when it is needed")
def statements(program, templates, number):
    named = named_places(program)

    def text(place, whole=False):
        op, *rest = instruction = program.instructions[place]
        if op == "input" or (place in named and not whole):
            return f"v{place}"
        if op == "constant":
            return number(rest[0])
        if op not in templates:
            raise ValueError(f"{op} has no template")
        read = operands(instruction)
        texts = [text(p) for p in read] + [number(x) for x in rest[len(read) :]]
        return templates[op].format(*texts)

    places = [p for p in sorted(named) if program.instructions[p][0] != "input"]
    return [(f"v{place}", text(place, True)) for place in places]


@alternative("5.4 to_python", "inputs one by one")
def to_python(program):
    text = "def run(numbers):\n"
    for i in range(program.n_inputs):
        text += f"    v{i} = numbers[{i}]\n"
    for name, expression in statements(program, PYTHON, python_number):
        text += f"    {name} = {expression}\n"
    return text + "    return [" + ", ".join(f"v{p}" for p in program.outputs) + "]\n"


# ---- compiled


@alternative("5.4 gradient_program", "dropped after each pass")
def gradient_program(f, inputs):
    program = trace(f, inputs)
    for done in (fold_constants, merge_equal, differentiate, fold_constants, merge_equal):
        program = drop_unused(done(program))
    return program


@alternative("5.4 Compiled.function", "asked for forgiveness")
def function(self, inputs):
    try:
        return self.functions[len(inputs)]
    except KeyError:
        built = self.build(gradient_program(self.f, inputs))
        self.functions[len(inputs)] = built
        return built


@alternative("5.4 Compiled.__call__", "numbers taken apart by place")
def __call__(self, inputs):
    run = self.function(inputs)
    numbers = list(run([float(value.data) for value in inputs]))
    node = Value(numbers[0], op="compiled")
    node.parents, node.local_grads = tuple(inputs), tuple(numbers[1:])
    return node


# ---- in C


@alternative("5.4 c_number", "in base 16")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"{x!r} is a {type(x).__name__}, and should be a float")
    if x != x:
        return "NAN"
    if x in (math.inf, -math.inf):
        return "INFINITY" if x > 0 else "(-INFINITY)"
    return f"({float(x).hex()})"


@alternative("5.4 c_number", "seventeen digits")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"{x!r} is no float")
    if not math.isfinite(x):
        return "NAN" if x != x else "-INFINITY" if x < 0 else "INFINITY"
    return f"{x:.16e}"


@alternative("5.4 to_c", "one long text")
def to_c(program):
    lines = [f"{name} = {text};" for name, text in statements(program, C, c_number)]
    names = [f"v{i}" for i in range(program.n_inputs)] + [line.split(" ")[0] for line in lines]
    source = "#include <math.h>\n"
    source += "".join(f"static double {name};\n" for name in names)
    calls = ""
    while lines:
        part, lines = lines[:PART], lines[PART:]
        calls += f"    compute_{len(lines)}();\n"
        source += f"static void compute_{len(lines)}(void)\n{{\n" + "\n".join(part) + "\n}\n"
    source += "void run(const double *numbers, double *results)\n{\n"
    source += "".join(f"    v{i} = numbers[{i}];\n" for i in range(program.n_inputs)) + calls
    source += "".join(f"    results[{i}] = v{p};\n" for i, p in enumerate(program.outputs))
    return source + "}\n"


@alternative("5.4 contributions", "a match, the square as a power")
def contributions(instruction, place, arrived, add):
    def times(a, b):
        return add(("*", a, b))

    match instruction:
        case ("+", a, b):
            return [(a, arrived), (b, arrived)]
        case ("*", a, b):
            return [(a, times(arrived, b)), (b, times(arrived, a))]
        case ("**", a, n):
            if n == 0.0:
                return []
            if n == 1.0:
                return [(a, arrived)]
            lowered = add(("**", a, n - 1.0))
            return [(a, times(times(lowered, add(("constant", float(n)))), arrived))]
        case ("exp", a):
            return [(a, times(arrived, place))]
        case ("log", a):
            return [(a, times(arrived, add(("**", a, -1.0))))]
        case ("tanh", a):
            square = add(("**", place, 2.0))
            slope = add(("+", times(square, add(("constant", -1.0))), add(("constant", 1.0))))
            return [(a, times(slope, arrived))]
        case ("relu", a):
            return [(a, add(("gate", a, arrived)))]
        case ("gate", a, b):
            return [(b, add(("gate", a, arrived)))]
    return []


@alternative("5.4 merge_equal", "operands sorted for good")
def merge_equal(program):
    places, new, first = [], [], {}
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        op, *rest = instruction
        if op == "constant":
            x = rest[0]
            key = op, "nan" if x != x else x.hex()
        elif op in ("+", "*"):
            key = instruction = op, *sorted(rest)
        else:
            key = instruction
        if key not in first:
            first[key] = len(new)
            new.append(instruction)
        places.append(first[key])
    return Program(program.n_inputs, new, tuple(places[place] for place in program.outputs))


@alternative("5.4 fold_constants", "x ** 1 is x")
def fold_constants(program):
    places, new, constants = [], [], {}
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        op, *rest = instruction
        read = operands(instruction)
        if read and all(place in constants for place in read):
            x = OPERATIONS[op](*[constants[place] for place in read], *rest[len(read) :])
            instruction = ("constant", x)
        elif op == "*" and constants.get(read[0]) == 1.0:
            places.append(read[1])
            continue
        elif op == "*" and constants.get(read[1]) == 1.0:
            places.append(read[0])
            continue
        elif op == "**" and rest[1] == 1.0:
            places.append(read[0])
            continue
        if instruction[0] == "constant":
            constants[len(new)] = instruction[1]
        places.append(len(new))
        new.append(instruction)
    return Program(program.n_inputs, new, tuple(places[place] for place in program.outputs))


@alternative("5.4 differentiate", "shares in lists")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs")
    new = [*program.instructions]

    def add(instruction):
        new.append(instruction)
        return len(new) - 1

    arrived = [[] for _ in program.instructions]
    (result,) = program.outputs
    arrived[result].append(add(("constant", 1.0)))

    def total(place):
        shares = arrived[place]
        if not shares:
            return None
        sum_ = shares[0]
        for share in shares[1:]:
            sum_ = add(("+", sum_, share))
        return sum_

    grads = {}
    for place in reversed(range(len(program.instructions))):
        grad = total(place)
        if place < program.n_inputs:
            grads[place] = grad if grad is not None else add(("constant", 0.0))
        elif grad is not None:
            for operand, share in contributions(new[place], place, grad, add):
                arrived[operand].append(share)
    return Program(program.n_inputs, new, (result, *(grads[i] for i in range(program.n_inputs))))


@alternative(
    "5.4 trace", "input times weight, all products first", prelude="from functools import reduce"
)
def trace(f, inputs):
    nodes = record(f, list(inputs))
    program = []
    where = {}

    def put(*what):
        program.append(what)
        return len(program) - 1

    for i, v in enumerate(inputs):
        where[v] = put("input", i)
    for node in nodes:
        if node in where:
            continue
        match node.op:
            case _ if node.is_leaf:
                where[node] = put("constant", float(node.data))
            case "weighted_sum":
                pairs, bias = products(node)
                terms = [
                    put(
                        "*",
                        where[x] if isinstance(x, Value) else put("constant", float(x)),
                        where[w],
                    )
                    for w, x in pairs
                ]
                where[node] = reduce(lambda a, b: put("+", a, b), [*terms, where[bias]])
            case op if op.startswith("**"):
                (base,) = node.parents
                where[node] = put("**", where[base], float(exponent(node)))
            case op if op in OPERATIONS:
                where[node] = put(op, *map(where.get, node.parents))
            case other:
                raise ValueError(f"{other} is no operation of a program")
    return Program(len(inputs), program, (where[nodes[-1]],))


@alternative("5.4 python_number", "sixteen decimals and an exponent")
def python_number(x):
    x = float(x)
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return f"{x:.16e}"


@alternative("5.4 to_c", "one array, each function a line")
def to_c(program):
    work = statements(program, C, c_number)
    n = len(program.instructions) + 1
    text = ["#include <math.h>", f"static double v[{n}];"]
    text += [f"#define v{p} v[{p}]" for p in range(n - 1)]
    calls = ""
    for k, start in enumerate(range(0, len(work), PART)):
        body = "".join(f"{a} = {b};" for a, b in work[start : start + PART])
        text.append(f"static void f{k}(void) {{ {body} }}")
        calls += f"f{k}();"
    copy = f"for (int i = 0; i < {program.n_inputs}; i++) v[i] = numbers[i];"
    out = "".join(f"results[{k}] = v{p};" for k, p in enumerate(program.outputs))
    text.append(f"void run(const double *numbers, double *results) {{ {copy} {calls} {out} }}")
    return "\n".join(text)


@alternative("5.4 to_c", "functions behind run, numbers that begin at 0")
def to_c(program):
    work = statements(program, C, c_number)
    size = PART
    count = -(-len(work) // size)
    source = "/* a program */\n#include <math.h>\n"
    for name in dict.fromkeys([f"v{i}" for i in range(program.n_inputs)] + [n for n, t in work]):
        source += f"double {name} = 0.0;\n"
    for k in range(count):
        source += f"void part_{k}(void);\n"
    source += "void run(const double *numbers, double *results) {\n"
    for i in range(program.n_inputs):
        source += f"v{i} = *(numbers + {i});\n"
    for k in range(count):
        source += f"part_{k}();\n"
    for p in program.outputs:
        source += f"*results++ = v{p};\n"
    source += "}\n"
    for k in range(count):
        source += (
            f"void part_{k}(void) {{\n"
            + "\n".join(f"{n} = {t};" for n, t in work[k * size : (k + 1) * size])
            + "\n}\n"
        )
    return source
