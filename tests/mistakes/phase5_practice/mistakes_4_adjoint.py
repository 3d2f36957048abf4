"""Wrong solutions of 5.4's adjoint that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.4 contributions", "x + x passes on once", says="x + x reads x twice")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in dict.fromkeys(rest)]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "each factor gets itself", says="each factor is multiplied by itself")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", a, arrived))), (b, add(("*", b, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "a square passes on once", says="reads x twice")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            if a == b:
                return [(a, add(("*", a, arrived)))]
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "the exponent stays", says="the exponent stays at 3")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1]))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake(
    "5.4 contributions", "the exponent is no factor", says="the exponent is missing as a factor"
)
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            add(("constant", rest[1]))
            slope = add(("**", rest[0], rest[1] - 1))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "a power of 0 is like any other", says="is 1 everywhere")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**":
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "exp reads its operand", says="x is read, not e^x")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = rest[0]
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "exp is computed again", says="is computed again")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = add(("exp", rest[0]))
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "tanh squares its operand", says="the square of x is taken")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", rest[0], rest[0]))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "tanh without the square", says="1 - t instead of 1 - t²")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, place))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "tanh with a plus", says="1 + t² instead of 1 - t²")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", 1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "tanh is computed again", says="is computed again")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            place = add(("tanh", rest[0]))
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "log passes on x", says="the slope is taken to be x")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = rest[0]
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "log divides by itself", says="the slope is taken to be 1 / log(x)")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", place, -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "relu is always open", says="relu(x) at -3.0: the shares of 7")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], arrived if op == "relu" else add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "relu's gate is the other way round", says="gate are exchanged")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            if op == "relu":
                return [(rest[0], add(("gate", arrived, rest[0])))]
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "a gate passes on to what it tests", says="shares go to the places")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[0], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "a gate is always open", says="lets gradients through")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            if op == "gate":
                return [(rest[1], arrived)]
            return [(rest[0], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "what arrived is forgotten", says="the shares of 7")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    match op:
        case "+":
            return [(operand, arrived) for operand in rest]
        case "*":
            a, b = rest
            return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
        case "relu" | "gate":
            return [(rest[-1], add(("gate", rest[0], arrived)))]
        case "**" if rest[1] != 0:
            exponent = add(("constant", rest[1]))
            slope = add(("*", exponent, add(("**", rest[0], rest[1] - 1))))
        case "exp":
            slope = place
        case "log":
            slope = add(("**", rest[0], -1.0))
        case "tanh":
            one, minus = add(("constant", 1.0)), add(("constant", -1.0))
            slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
        case _:
            return []
    return [(rest[0], slope)]


@mistake("5.4 differentiate", "the last share overwrites the others", says="overwrites the other")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake("5.4 differentiate", "the first share stays alone", says="comes first stays alone")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                gradients.setdefault(operand, share)
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake(
    "5.4 differentiate",
    "the walk goes from the operands of the result, depth first",
    says="u passed on before the share",
)
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients, done, waiting = {result: add(("constant", 1.0))}, set(), [result]
    while waiting:
        place = waiting.pop(0)
        if place in done:
            continue
        done.add(place)
        for operand, share in contributions(instructions[place], place, gradients[place], add):
            if operand in gradients:
                share = add(("+", gradients[operand], share))
            gradients[operand] = share
            waiting.append(operand)
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake(
    "5.4 differentiate",
    "a node passes on again for each share that arrives",
    says="u passed on twice",
)
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients, waiting = {result: add(("constant", 1.0))}, [result]
    while waiting:
        place = waiting.pop(0)
        for operand, share in contributions(instructions[place], place, gradients[place], add):
            if operand in gradients:
                share = add(("+", gradients[operand], share))
            gradients[operand] = share
            waiting.append(operand)
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake(
    "5.4 differentiate",
    "gradients that are 0 are left out",
    says="the gradient that is 0 is left out",
)
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    add(("constant", 0.0))
    of_inputs = [gradients[place] for place in range(program.n_inputs) if place in gradients]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake("5.4 differentiate", "the result is left out", says="the result is missing")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, tuple(of_inputs))


@mistake("5.4 differentiate", "the result comes last", says="the result comes last")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (*of_inputs, result))


@mistake("5.4 differentiate", "gradients in the order of the walk", says="last input first")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in reversed(range(program.n_inputs))]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake("5.4 differentiate", "the given list grows", says="has grown to")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = program.instructions

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake("5.4 differentiate", "the walk begins at the end", says="x², before an e^x")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {len(program.instructions) - 1: add(("constant", 1.0))}
    for place in range(len(program.instructions) - 1, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake(
    "5.4 differentiate", "several outputs are taken for the first", says="should raise ValueError"
)
def differentiate(program):
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    result = program.outputs[0]
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    return Program(program.n_inputs, instructions, (result, *of_inputs))


@mistake("5.4 differentiate", "only the backward pass is returned", says="begins with")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program to differentiate has 1 output, not {len(program.outputs)}")
    instructions = list(program.instructions)

    def add(instruction):
        instructions.append(instruction)
        return len(instructions) - 1

    (result,) = program.outputs
    gradients = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in gradients:
            arrived = gradients[place]
            for operand, share in contributions(instructions[place], place, arrived, add):
                if operand in gradients:
                    share = add(("+", gradients[operand], share))
                gradients[operand] = share
    zero = add(("constant", 0.0))
    of_inputs = [gradients.get(place, zero) for place in range(program.n_inputs)]
    instructions[program.n_inputs : len(program.instructions)] = list(
        reversed(program.instructions[program.n_inputs :])
    )
    return Program(program.n_inputs, instructions, (0, *of_inputs))


@mistake("5.4 contributions", "a power alone", says="what arrived is left out")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(rest[0], arrived), (rest[1], arrived)]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "**":
        a, n = rest
        if n == 0:
            return []
        slope = add(("*", add(("constant", n)), add(("**", a, n - 1))))
        return [(a, slope)]
    if op == "exp":
        return [(rest[0], add(("*", place, arrived)))]
    if op == "log":
        return [(rest[0], add(("*", add(("**", rest[0], -1.0)), arrived)))]
    if op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        square = add(("*", place, place))
        slope = add(("+", one, add(("*", minus, square))))
        return [(rest[0], add(("*", slope, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "gate":
        return [(rest[1], add(("gate", rest[0], arrived)))]
    return []


@mistake("5.4 contributions", "a gate passes on to both", says="which decides, changes nothing")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(rest[0], arrived), (rest[1], arrived)]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "**":
        a, n = rest
        if n == 0:
            return []
        slope = add(("*", add(("constant", n)), add(("**", a, n - 1))))
        return [(a, add(("*", slope, arrived)))]
    if op == "exp":
        return [(rest[0], add(("*", place, arrived)))]
    if op == "log":
        return [(rest[0], add(("*", add(("**", rest[0], -1.0)), arrived)))]
    if op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        square = add(("*", place, place))
        slope = add(("+", one, add(("*", minus, square))))
        return [(rest[0], add(("*", slope, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "gate":
        return [(rest[0], add(("constant", 0.0))), (rest[1], add(("gate", rest[0], arrived)))]
    return []


@mistake("5.4 differentiate", "zeros from the start", says="by what the result does not depend on")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program of one output is wanted, not of {len(program.outputs)}")
    new = list(program.instructions)

    def add(instruction):
        new.append(instruction)
        return len(new) - 1

    (result,) = program.outputs
    zero = add(("constant", 0.0))
    grads = {place: zero for place in range(len(program.instructions))}
    grads[result] = add(("constant", 1.0))
    for place in range(len(program.instructions) - 1, -1, -1):
        if place in grads:
            for operand, share in contributions(
                program.instructions[place], place, grads[place], add
            ):
                if operand in grads:
                    share = add(("+", grads[operand], share))
                grads[operand] = share
    for i in range(program.n_inputs):
        if i not in grads:
            grads[i] = add(("constant", 0.0))
    return Program(program.n_inputs, new, (result, *[grads[i] for i in range(program.n_inputs)]))


@mistake("5.4 differentiate", "the last one", says="not what outputs says")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program of one output is wanted, not of {len(program.outputs)}")
    new = list(program.instructions)

    def add(instruction):
        new.append(instruction)
        return len(new) - 1

    result = len(program.instructions) - 1
    grads = {result: add(("constant", 1.0))}
    for place in range(len(program.instructions) - 1, -1, -1):
        if place in grads:
            for operand, share in contributions(
                program.instructions[place], place, grads[place], add
            ):
                if operand in grads:
                    share = add(("+", grads[operand], share))
                grads[operand] = share
    for i in range(program.n_inputs):
        if i not in grads:
            grads[i] = add(("constant", 0.0))
    return Program(program.n_inputs, new, (result, *[grads[i] for i in range(program.n_inputs)]))


@mistake("5.4 differentiate", "an input as result", says="no gradient comes to an input")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"a program of one output is wanted, not of {len(program.outputs)}")
    new = list(program.instructions)

    def add(instruction):
        new.append(instruction)
        return len(new) - 1

    (result,) = program.outputs
    grads = {result: add(("constant", 1.0))}
    for place in range(len(program.instructions) - 1, -1, -1):
        if place in grads:
            for operand, share in contributions(
                program.instructions[place], place, grads[place], add
            ):
                if operand in grads:
                    share = add(("+", grads[operand], share))
                grads[operand] = share
    for i in range(program.n_inputs):
        if i not in grads or i == result:
            grads[i] = add(("constant", 0.0))
    return Program(program.n_inputs, new, (result, *[grads[i] for i in range(program.n_inputs)]))


@mistake(
    "5.4 contributions",
    "a power of 1 passes nothing on",
    says="x ** 1 at 5.0: shares go to the places []",
)
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(p, arrived) for p in rest]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "gate":
        a, b = rest
        return [(b, add(("gate", a, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "exp":
        slope = place
    elif op == "log":
        slope = add(("**", rest[0], -1.0))
    elif op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
    elif op == "**" and rest[1] not in (0, 1):
        slope = add(("*", add(("constant", rest[1])), add(("**", rest[0], rest[1] - 1))))
    else:
        return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "log with an int for its exponent", says="-1 is no float")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(p, arrived) for p in rest]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "gate":
        a, b = rest
        return [(b, add(("gate", a, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "exp":
        slope = place
    elif op == "log":
        slope = add(("**", rest[0], -1))
    elif op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
    elif op == "**" and rest[1] != 0:
        slope = add(("*", add(("constant", rest[1])), add(("**", rest[0], rest[1] - 1))))
    else:
        return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake(
    "5.4 contributions",
    "the exponent is pasted as a place",
    says="a number becomes a constant first",
)
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(p, arrived) for p in rest]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "gate":
        a, b = rest
        return [(b, add(("gate", a, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "exp":
        slope = place
    elif op == "log":
        slope = add(("**", rest[0], -1.0))
    elif op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
    elif op == "**" and rest[1] != 0:
        slope = add(("*", rest[1], add(("**", rest[0], rest[1] - 1))))
    else:
        return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake(
    "5.4 contributions",
    "a constant stands for the exponent",
    says="an exponent stands beside its place",
)
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(p, arrived) for p in rest]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "gate":
        a, b = rest
        return [(b, add(("gate", a, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "exp":
        slope = place
    elif op == "log":
        slope = add(("**", rest[0], -1.0))
    elif op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
    elif op == "**" and rest[1] != 0:
        slope = add(
            ("*", add(("constant", rest[1])), add(("**", rest[0], add(("constant", rest[1] - 1)))))
        )
    else:
        return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake(
    "5.4 contributions", "a gate asks what it let through", says="asks what this one let through"
)
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(p, arrived) for p in rest]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "gate":
        a, b = rest
        return [(b, add(("gate", place, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "exp":
        slope = place
    elif op == "log":
        slope = add(("**", rest[0], -1.0))
    elif op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
    elif op == "**" and rest[1] != 0:
        slope = add(("*", add(("constant", rest[1])), add(("**", rest[0], rest[1] - 1))))
    else:
        return []
    return [(rest[0], add(("*", slope, arrived)))]


@mistake("5.4 contributions", "share first, then operand", says="in each the operand comes first")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(p, arrived) for p in rest]
    if op == "*":
        a, b = rest
        return [(a, add(("*", b, arrived))), (b, add(("*", a, arrived)))]
    if op == "gate":
        a, b = rest
        return [(b, add(("gate", a, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "exp":
        slope = place
    elif op == "log":
        slope = add(("**", rest[0], -1.0))
    elif op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
    elif op == "**" and rest[1] != 0:
        slope = add(("*", add(("constant", rest[1])), add(("**", rest[0], rest[1] - 1))))
    else:
        return []
    return [(add(("*", slope, arrived)), rest[0])]


@mistake("5.4 differentiate", "a gradient is the int 0", says="0 is no float")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code = list(program.instructions)

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [grads[i] if i in grads else add(("constant", 0)) for i in range(program.n_inputs)]
    return Program(program.n_inputs, code, (result, *gradients))


@mistake(
    "5.4 differentiate",
    "an input without influence has no gradient",
    says="has the gradient 0.0 then",
)
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code = list(program.instructions)

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [grads[i] for i in range(program.n_inputs)]
    return Program(program.n_inputs, code, (result, *gradients))


@mistake(
    "5.4 differentiate", "place 0 for a gradient of 0", says="place 0 stands for a gradient of 0"
)
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code = list(program.instructions)

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [grads[i] if i in grads else 0 for i in range(program.n_inputs)]
    return Program(program.n_inputs, code, (result, *gradients))


@mistake("5.4 differentiate", "outputs are a list", says="outputs are a tuple")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code = list(program.instructions)

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [
        grads[i] if i in grads else add(("constant", 0.0)) for i in range(program.n_inputs)
    ]
    return Program(program.n_inputs, code, [result, *gradients])


@mistake("5.4 differentiate", "the walk goes forward", says="the walk goes forward")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code = list(program.instructions)

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: add(("constant", 1.0))}
    for place in range(result + 1):
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [
        grads[i] if i in grads else add(("constant", 0.0)) for i in range(program.n_inputs)
    ]
    return Program(program.n_inputs, code, (result, *gradients))


@mistake("5.4 differentiate", "it begins with the result", says="and not with 1")
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code = list(program.instructions)

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: result}
    for place in range(result, -1, -1):
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [
        grads[i] if i in grads else add(("constant", 0.0)) for i in range(program.n_inputs)
    ]
    return Program(program.n_inputs, code, (result, *gradients))


@mistake("5.4 differentiate", "one list for all programs", says="they share a list")
def differentiate(program, code=[]):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code[:] = program.instructions

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: add(("constant", 1.0))}
    for place in range(result, -1, -1):
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [
        grads[i] if i in grads else add(("constant", 0.0)) for i in range(program.n_inputs)
    ]
    return Program(program.n_inputs, code, (result, *gradients))


@mistake(
    "5.4 differentiate",
    "an instruction is looked for in the list",
    says="the first of two equal ones is found",
)
def differentiate(program):
    if len(program.outputs) != 1:
        raise ValueError(f"{len(program.outputs)} outputs, and 1 is wanted")
    (result,) = program.outputs
    code = list(program.instructions)

    def add(instruction):
        code.append(instruction)
        return len(code) - 1

    grads = {result: add(("constant", 1.0))}
    for place in [code.index(code[p]) for p in range(result, -1, -1)]:
        if place in grads:
            for operand, share in contributions(code[place], place, grads[place], add):
                grads[operand] = add(("+", grads[operand], share)) if operand in grads else share
    gradients = [
        grads[i] if i in grads else add(("constant", 0.0)) for i in range(program.n_inputs)
    ]
    return Program(program.n_inputs, code, (result, *gradients))


@mistake("5.4 contributions", "shares in the order of places", says="in the order of operands")
def contributions(instruction, place, arrived, add):
    op, *rest = instruction
    if op == "+":
        return [(p, arrived) for p in rest]
    if op == "*":
        a, b = rest
        s = [add(("*", b, arrived)), add(("*", a, arrived))]
        return list(zip(sorted((a, b)), s if a <= b else s[::-1]))
    if op == "gate":
        a, b = rest
        return [(b, add(("gate", a, arrived)))]
    if op == "relu":
        return [(rest[0], add(("gate", rest[0], arrived)))]
    if op == "exp":
        slope = place
    elif op == "log":
        slope = add(("**", rest[0], -1.0))
    elif op == "tanh":
        one, minus = add(("constant", 1.0)), add(("constant", -1.0))
        slope = add(("+", one, add(("*", minus, add(("*", place, place))))))
    elif op == "**" and rest[1] != 0:
        slope = add(("*", add(("constant", rest[1])), add(("**", rest[0], rest[1] - 1))))
    else:
        return []
    return [(rest[0], add(("*", slope, arrived)))]
