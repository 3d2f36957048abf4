"""Wrong solutions of 5.4's passes that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.4 moved", "the exponent moves", says="an exponent is no place")
def moved(instruction, places):
    if instruction[0] in ("input", "constant"):
        return instruction
    return (instruction[0], *(places[int(p)] for p in instruction[1:]))


@mistake("5.4 moved", "constants move", says="its number is no place")
def moved(instruction, places):
    op, *rest = instruction
    n = 1 if op in ("**", "constant", "input") else len(rest)
    return (op, *(places[int(p)] for p in rest[:n]), *rest[n:])


@mistake("5.4 moved", "a list comes back", says="an instruction is a tuple")
def moved(instruction, places):
    read = operands(instruction)
    found = [instruction[0], *(places[p] for p in read), *instruction[1 + len(read) :]]
    return type("Moved", (list,), {"__eq__": lambda self, other: list(self) == list(other)})(found)


@mistake("5.4 moved", "the exponent is lost", says="should be")
def moved(instruction, places):
    read = operands(instruction)
    return (instruction[0], *(places[place] for place in read))


@mistake("5.4 drop_unused", "only what outputs read is needed", says="is needed as well")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in list(needed):
        needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "what anybody reads is needed", says="is read by the log alone")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in reversed(range(len(program.instructions))):
        if True:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "unused inputs go", says="the caller's numbers would shift")
def drop_unused(program):
    needed = set(program.outputs)
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "operands keep their old places", says="only the log goes")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(instruction)
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "outputs keep their old places", says="has moved up to place 1")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, program.outputs)


@mistake("5.4 drop_unused", "the walk goes forwards", says="is needed as well")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in range(len(program.instructions)):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "constants all stay", says="2.0 is read by nobody")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed or instruction[0] == "constant":
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "the program itself is changed", says="a pass returns a new one")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    program.instructions[:] = kept
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "needed places in a list", says="still running after")
def drop_unused(program):
    needed = [*program.outputs, *range(program.n_inputs)]
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.extend(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "outputs are sorted", says="outputs (3, 1, 3) became")
def drop_unused(program):
    needed = set(program.outputs) | set(range(program.n_inputs))
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(
        program.n_inputs, kept, tuple(sorted(places[place] for place in program.outputs))
    )


@mistake("5.4 fold_constants", "x + 0 is x", says="It is, unless x is -0.0")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif (instruction[0], known) in (("*", [1.0]), ("+", [0.0])):
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "0 + x is x", says="It is, unless x is -0.0")
def fold_constants(program):
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
        elif instruction[0] == "+" and folded[instruction[1]] == ("constant", 0.0):
            place = instruction[2]
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "x · -1 is x", says="it was taken to be x · 1")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif instruction[0] == "*" and known in ([1.0], [-1.0]):
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "x · 0 is 0", says="x · 0 was taken to be 0")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [0.0]:
            instruction = ("constant", 0.0)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake(
    "5.4 fold_constants",
    "what was folded before is not seen",
    says="is the same in every run, and still computed",
)
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        old = operands(program.instructions[place])
        known = [
            program.instructions[p][1] for p in old if program.instructions[p][0] == "constant"
        ]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake(
    "5.4 fold_constants",
    "inputs are folded with the number of the input",
    says="parameters taken for constants",
)
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] in ("constant", "input")]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "a product with 1 stays", says="and e^(x · 1) became")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "only x · 1, not 1 · x", says="and e^(x · 1) became")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [1.0] and folded[read[1]][0] == "constant":
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "outputs do not move", says="x · 1 as a result is still computed")
def fold_constants(program):
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
    return Program(program.n_inputs, folded, program.outputs)


@mistake(
    "5.4 fold_constants", "the exponent is forgotten", says="missing 1 required positional argument"
)
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known)
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "minus zero loses its sign", says="the sign of -0.0 was lost")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number + 0.0)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "NaN counts as nothing", says="NaN was folded away")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number if number == number else 0.0)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "one constant operand is enough", says="a gate of x and 1")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if known and len(known) == len(read) or instruction[0] == "gate" and known:
            number = (
                known[0]
                if instruction[0] == "gate" and len(known) < 2
                else OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            )
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "a gate is left to the run", says="gate(2.0, 5) is still computed")
def fold_constants(program):
    folded, places = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        read = operands(instruction)
        known = [folded[p][1] for p in read if folded[p][0] == "constant"]
        if instruction[0] != "gate" and known and len(known) == len(read):
            number = OPERATIONS[instruction[0]](*known, *instruction[1 + len(read) :])
            instruction = ("constant", number)
        elif instruction[0] == "*" and known == [1.0]:
            a, b = read
            place = b if folded[a][0] == "constant" else a
        folded.append(instruction)
        places.append(place)
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "the list itself is changed", says="a pass returns a new one")
def fold_constants(program):
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
    program.instructions[:] = folded
    return Program(program.n_inputs, folded, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "constants are keys as they are", says="0.0 and -0.0 were merged")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = instruction  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake(
    "5.4 merge_equal", "constants are compared to six digits", says="differ in their last digit"
)
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, f"{rest[0]:.6g}")  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake(
    "5.4 merge_equal",
    "constants have no operands, so all are equal",
    says="all constants are merged",
)
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op,)  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "constants are left alone", says="stands in the program 2 times")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, place, place)  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "NaN is never equal", says="NaN stands in the program twice")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0], str(rest[0])[0])  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "every operation is sorted", says="both gates are taken for")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op == "gate" or op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "none is sorted", says="are the same to the last bit")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake(
    "5.4 merge_equal",
    "operands are compared before they move",
    says="compare operands after they have moved",
)
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = program.instructions[place]
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake(
    "5.4 merge_equal", "exponents are not compared", says="powers are equal if their bases are"
)
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        if op == "**":
            key = (op, rest[0])
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake(
    "5.4 merge_equal",
    "operations are not compared",
    says="operations are equal if their operands are",
)
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        if op not in ("constant", "input"):
            key = ("any", *key[1:])
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "hashes are compared", says="the hashes of their exponents are")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(hash(key), place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "powers are sorted, too", says="as if they were two operands")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*", "**"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "inputs are merged", says="both inputs are taken for x")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        if op == "input":
            key = (op,)
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 merge_equal", "outputs do not move", says="all three results are the first e^x")
def merge_equal(program):
    merged, places, first = [], [], {}
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())  # two texts for the two zeros, and one for all NaN
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        places.append(first.setdefault(key, place))
    return Program(program.n_inputs, merged, program.outputs)


@mistake("5.4 merge_equal", "a list is searched", says="still running after")
def merge_equal(program):
    merged, places, keys = [], [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        op, *rest = key = instruction
        if op == "constant":
            key = (op, rest[0].hex())
        elif op in ("+", "*"):
            key = (op, *sorted(rest))
        merged.append(instruction)
        keys.append(key)
        places.append(keys.index(key))
    return Program(program.n_inputs, merged, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "nearly 1", says="what is nearly 1 was taken for 1")
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
        elif op == "*" and abs(constants.get(read[1], 0) - 1.0) < 1e-9:
            places.append(read[0])
            continue
        if instruction[0] == "constant":
            constants[len(new)] = instruction[1]
        places.append(len(new))
        new.append(instruction)
    return Program(program.n_inputs, new, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "Python's power", says="OPERATIONS has what a program computes")
def fold_constants(program):
    places, new, constants = [], [], {}
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        op, *rest = instruction
        read = operands(instruction)
        if read and all(place in constants for place in read):
            x = (
                constants[read[0]] ** rest[1]
                if op == "**"
                else OPERATIONS[op](*[constants[place] for place in read])
            )
            instruction = ("constant", x)
        elif op == "*" and constants.get(read[0]) == 1.0:
            places.append(read[1])
            continue
        elif op == "*" and constants.get(read[1]) == 1.0:
            places.append(read[0])
            continue
        if instruction[0] == "constant":
            constants[len(new)] = instruction[1]
        places.append(len(new))
        new.append(instruction)
    return Program(program.n_inputs, new, tuple(places[place] for place in program.outputs))


@mistake("5.4 fold_constants", "NaN in every run", says="NaN in every run")
def fold_constants(program):
    places, new, constants = [], [], {}
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        op, *rest = instruction
        read = operands(instruction)
        if read and all(place in constants for place in read):
            x = OPERATIONS[op](*[constants[place] for place in read], *rest[len(read) :])
            if x == x:
                instruction = ("constant", x)
        elif op == "*" and constants.get(read[0]) == 1.0:
            places.append(read[1])
            continue
        elif op == "*" and constants.get(read[1]) == 1.0:
            places.append(read[0])
            continue
        if instruction[0] == "constant":
            constants[len(new)] = instruction[1]
        places.append(len(new))
        new.append(instruction)
    return Program(program.n_inputs, new, tuple(places[place] for place in program.outputs))


@mistake("5.4 drop_unused", "constants come first", says="keep their order")
def drop_unused(program):
    needed = {*program.outputs, *range(program.n_inputs)}
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in sorted(
        enumerate(program.instructions), key=lambda t: (t[1][0] != "input", t[1][0] != "constant")
    ):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[p] for p in program.outputs))


@mistake(
    "5.4 fold_constants",
    "two factors are multiplied first",
    says="the two constants were multiplied first",
)
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        elif (
            instruction[0] == "*"
            and numbers
            and new[reads[0]][0] == "*"
            and new[new[reads[0]][2]][0] == "constant"
            and new[reads[1]][0] == "constant"
        ):
            x, c = new[reads[0]][1:]
            new.append(("constant", new[c][1] * numbers[0]))
            places.append(None)
            instruction = ("*", x, len(new) - 1)
            goes = len(new)
            places.pop()
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "a power of a power", says="the two exponents were multiplied")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        elif instruction[0] == "**" and new[reads[0]][0] == "**":
            instruction = ("**", new[reads[0]][1], new[reads[0]][2] * instruction[2])
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "a logarithm of a power of e", says="log(e^x) was taken to be x")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        elif instruction[0] == "log" and new[reads[0]][0] == "exp":
            goes = new[reads[0]][1]
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "a gate of NaN is shut", says="since NaN is not above 0")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        elif instruction[0] == "gate" and new[reads[0]][0] == "constant":
            if new[reads[0]][1] > 0:
                goes = reads[1]
            else:
                instruction = ("constant", 0.0)
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "a gate of -0.0 is 0.0", says="gate(1, -0.0)")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        elif instruction[0] == "gate" and new[reads[1]][0] == "constant" and new[reads[1]][1] == 0:
            instruction = ("constant", 0.0)
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "x - x is 0", says="x - x was taken to be 0")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        elif instruction[0] == "+" and any(
            new[b][0] == "*"
            and a in new[b][1:]
            and any(new[q] == ("constant", -1.0) for q in new[b][1:])
            for a, b in [reads, reads[::-1]]
        ):
            instruction = ("constant", 0.0)
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "outputs become a list", says="outputs are a tuple")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, [places[p] for p in program.outputs])


@mistake(
    "5.4 merge_equal",
    "a sum is equal to a product",
    says="operations are equal if their operands are",
)
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = tuple(sorted(rest))
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake(
    "5.4 merge_equal", "gates that let the same pass are equal", says="if they let the same pass"
)
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "gate":
            key = (op, rest[1])
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 merge_equal", "exponents are cut to ints", says="behind the point")
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "**":
            key = (op, rest[0], int(rest[1]))
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake(
    "5.4 merge_equal",
    "the second in place of the first",
    says="all three results are the first e^x",
)
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        new.append(instruction)
        places.append(seen.get(key, place))
        seen[key] = place
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 merge_equal", "neighbours alone are compared", says="with other work between")
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        new.append(instruction)
        places.append(seen.get(key, place))
        seen = {key: places[-1]}
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 merge_equal", "infinity and NaN are one", says="beside others of inf, -inf and nan")
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "constant":
            key = (op, repr(float(rest[0])) if rest[0] - rest[0] == 0 else "not finite")
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 merge_equal", "infinity is never equal", says="∞ is equal to itself")
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "constant":
            key = (
                op,
                repr(float(rest[0])) if rest[0] - rest[0] == 0 or rest[0] != rest[0] else place,
            )
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 merge_equal", "NaN by its bits", says="what else tells", prelude="import struct")
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "constant":
            key = (op, struct.pack("d", rest[0]))
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake(
    "5.4 merge_equal",
    "what was seen is kept between calls",
    says="places of the other program are still known",
)
def merge_equal(program, seen={}):
    places, new = [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 moved", "dictionaries alone", says="places may be a list or a dictionary")
def moved(instruction, places):
    n = len(operands(instruction))
    return (
        instruction[0],
        *(places.get(p, p) for p in operands(instruction)),
        *instruction[1 + n :],
    )


@mistake("5.4 moved", "the map is eaten up", says="it is only asked")
def moved(instruction, places):
    n = len(operands(instruction))
    return (
        instruction[0],
        *(
            places.pop(p) if isinstance(places, dict) else places[p]
            for p in dict.fromkeys(operands(instruction))
        ),
        *instruction[1 + n :],
    )


@mistake("5.4 fold_constants", "results are rounded", says="the sum was rounded")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", round(value, 12) if value - value == 0 else value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "an input is computed too", says="are no operations")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 merge_equal", "places are added up", says="if their places add up to the same")
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, sum(rest))
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        new.append(instruction)
        places.append(seen.setdefault(key, place))
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake(
    "5.4 merge_equal", "doubles are removed, and places stay", says="it reads no earlier place"
)
def merge_equal(program):
    seen, places, new = {}, [], []
    for place, instruction in enumerate(program.instructions):
        instruction = moved(instruction, places)
        op, *rest = instruction
        key = instruction
        if op in ("+", "*"):
            key = (op, *sorted(rest))
        elif op == "constant":
            key = (op, repr(float(rest[0])))
        places.append(seen.setdefault(key, place))
        if places[-1] == place:
            new.append(instruction)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake("5.4 moved", "a place moves twice", says="is another matter")
def moved(instruction, places):
    places = places if isinstance(places, dict) else dict(enumerate(places))
    n = len(operands(instruction))
    reads = list(operands(instruction))
    for old, new in places.items():
        reads = [new if p == old else p for p in reads]
    return (instruction[0], *reads, *instruction[1 + n :])


@mistake("5.4 drop_unused", "a constant result goes", says="2.0 and x are the results")
def drop_unused(program):
    needed = {*program.outputs, *range(program.n_inputs)}
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    needed -= {
        p
        for p in program.outputs
        if program.instructions[p][0] == "constant" and len(program.outputs) > 1
    }
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[p] for p in program.outputs if p in places))


@mistake(
    "5.4 drop_unused",
    "an instruction is needed, and not its place",
    says="the first is read by nobody",
)
def drop_unused(program):
    code = program.instructions
    kept_ones = {code[p] for p in program.outputs} | {i for i in code if i[0] == "input"}
    for i in reversed(code):
        if i in kept_ones:
            kept_ones.update(code[p] for p in operands(i))
    needed = {p for p, i in enumerate(code) if i in kept_ones}
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[p] for p in program.outputs))


@mistake("5.4 fold_constants", "a power of e of a logarithm", says="e^log(x) was taken to be x")
def fold_constants(program):
    places, new = [], []
    for instruction in program.instructions:
        instruction = moved(instruction, places)
        reads = operands(instruction)
        numbers = [new[p][1] for p in reads if new[p][0] == "constant"]
        goes = len(new)
        if reads and len(numbers) == len(reads):
            value = OPERATIONS[instruction[0]](*numbers, *instruction[1 + len(reads) :])
            instruction = ("constant", value)
        elif instruction[0] == "*" and 1.0 in numbers:
            a, b = reads
            goes = b if new[a] == ("constant", 1.0) else a
        elif instruction[0] == "exp" and new[reads[0]][0] == "log":
            goes = new[reads[0]][1]
        new.append(instruction)
        places.append(goes)
    return Program(program.n_inputs, new, tuple(places[p] for p in program.outputs))


@mistake(
    "5.4 drop_unused", "the last input is forgotten", says="the last input is not needed and stays"
)
def drop_unused(program):
    needed = {*program.outputs, *range(program.n_inputs - 1)}
    for place in reversed(range(len(program.instructions))):
        if place in needed:
            needed.update(operands(program.instructions[place]))
    places, kept = {}, []
    for place, instruction in enumerate(program.instructions):
        if place in needed:
            places[place] = len(kept)
            kept.append(moved(instruction, places))
    return Program(program.n_inputs, kept, tuple(places[p] for p in program.outputs))
