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
    return [(rest[0], add(("*", slope, arrived)))]


def differentiate(program):  # kata 5.4
    """Extend a program by the gradients of its result with respect to all of its inputs.

    program  a Program with one output; left as it is
    ->       a new one: the same instructions, then those of the backward pass; its outputs are the
             result and the gradient of each input, 0.0 for one that the result does not depend on

    Nothing is recorded while it runs: what the backward pass reads has a place already. Where 0
    meets infinity the gradient is NaN; `backward` passes over a gradient of 0 instead.

    ValueError, naming the number of outputs, if it is not 1.
    """
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
    return Program(program.n_inputs, instructions, (result, *of_inputs))
