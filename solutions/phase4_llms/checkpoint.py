"""4.4 · Checkpoint: stop a training, and go on as if nothing had happened."""

import json
import os

import numpy as np


def pack(thing, arrays):  # kata 4.4
    """Turn nested state into what JSON can hold; arrays are set aside.

    thing   numbers, strings, None, arrays, and lists, tuples and dicts (with strings for keys) of
            these
    arrays  a list, to which every array found is added
    ->      numbers, strings and None as they are, [kind, ...] for what is not: ["array", place in
            arrays], ["list", items], ["tuple", items], ["dict", {key: item}]

    TypeError, with what came, for anything else.
    """
    if isinstance(thing, np.ndarray | np.generic):  # np.float64 is a float too
        arrays.append(thing)
        return ["array", len(arrays) - 1]
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, list | tuple):
        return [type(thing).__name__, [pack(item, arrays) for item in thing]]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(f"a checkpoint cannot hold {type(thing).__name__}: {thing!r}")


def unpack(packed, arrays):  # kata 4.4
    """Undo pack.

    packed  what pack returned
    arrays  the list that it filled
    """
    if not isinstance(packed, list):
        return packed
    kind, content = packed
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {key: unpack(item, arrays) for key, item in content.items()}
    items = [unpack(item, arrays) for item in content]
    return tuple(items) if kind == "tuple" else items


def save_checkpoint(path, model, optimizer, step, rng):  # kata 4.4
    """Write down a training between two steps, in one .npz file without pickle.

    path       a pathlib.Path: the file's whole name. A crash leaves the old file or the new one
    model      a Module: all its parameters
    optimizer  one of 3.3: all its fields but `parameters`
    step       an int: how many steps were taken
    rng        the numpy Generator that the training draws from: its state

    TypeError, naming what came, if the optimizer holds something that pack cannot.
    """
    fields = {name: value for name, value in vars(optimizer).items() if name != "parameters"}
    arrays = []
    rest = {
        "optimizer": pack(fields, arrays),
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {f"parameter {name}": data for name, data in model.state_dict().items()}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, rest=json.dumps(rest), **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_checkpoint(path, model, optimizer, rng):  # kata 4.4
    """Put a training back to where save_checkpoint was called: what follows is the same bit by bit.

    path                   a pathlib.Path
    model, optimizer, rng  of the same kind and size; they are changed
    ->                     the step, an int

    ValueError, naming the path, if there is no such file, if it is damaged or no checkpoint, or if
    it does not fit model, optimizer or generator. Then all three stay as they were.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            contents = {name: file[name][()] for name in file.files}
        rest = json.loads(str(contents.pop("rest")))
        n_arrays = sum(name.startswith("array ") for name in contents)
        arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
        fields = unpack(rest["optimizer"], arrays)
        step, generator = rest["step"], rest["generator"]
    except Exception as error:  # whatever a reader may stumble over in a file of any kind
        raise ValueError(f"{path} is no checkpoint that can be read: {error}") from error
    expected = vars(optimizer).keys() - {"parameters"}
    if fields.keys() != expected:
        raise ValueError(f"{path} is of an optimizer with {sorted(fields)}, not {sorted(expected)}")
    before = rng.bit_generator.state
    try:
        rng.bit_generator.state = generator
        state = {name.removeprefix("parameter "): data for name, data in contents.items()}
        model.load_state_dict(state)
    except (TypeError, ValueError) as error:
        rng.bit_generator.state = before
        raise ValueError(f"{path} does not fit: {error}") from error
    for name, value in fields.items():
        setattr(optimizer, name, value)
    return step
