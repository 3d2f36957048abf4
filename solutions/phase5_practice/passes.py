"""5.4 · Passes: from a program to a shorter one that computes the same, to the last bit."""

from .program import OPERATIONS, Program, operands


def moved(instruction, places):  # kata 5.4
    """The same instruction, with other places for its operands; the rest of it stays.

    places  where each place has gone: a list or a dictionary, place -> new place
    ->      a tuple

    >>> moved(("**", 4, 2.0), {4: 1, 2: 0})
    ('**', 1, 2.0)
    """
    match instruction:
        case ("input" | "constant", _):
            return instruction
        case (op, a):
            return (op, places[a])
        case ("**", a, exponent):
            return ("**", places[a], exponent)
        case (op, a, b):
            return (op, places[a], places[b])


def drop_unused(program):  # kata 5.4
    """Leave out each instruction on which no result depends.

    program  a Program; left as it is
    ->       a new one, with the same results. What stays keeps its order, and inputs all stay
    """
    needed = [False] * len(program.instructions)
    for place in (*range(program.n_inputs), *program.outputs):
        needed[place] = True
    for place in reversed(range(len(needed))):
        if needed[place]:
            for operand in operands(program.instructions[place]):
                needed[operand] = True
    places, kept = [], []
    for stays, instruction in zip(needed, program.instructions):
        places.append(len(kept))  # where it goes, or would have gone
        if stays:
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


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
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


def merge_equal(program):  # kata 5.4
    """Compute once what is computed several times.

    program  a Program; left as it is
    ->       a new one, with the same results: of equal instructions all are read from the place of
             the first. Equal are those with the same operation on the same operands, after these
             have been merged; for + and * in either order; and constants if they are the same
             number to the last bit: 0.0 and -0.0 are two, and NaN is one

    What is no longer needed may stay: drop_unused takes it away.
    """
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        match instruction:
            case ("constant", x):
                key = x.hex()  # two texts for the two zeros, and one for all NaN
            case ("+" | "*" as op, a, b):
                key = min(instruction, (op, b, a))
            case _:
                key = instruction
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))
