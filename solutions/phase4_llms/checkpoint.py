"""4.4 · Checkpoint: stop a training, and go on as if nothing had happened."""

import json

import numpy as np

from ..phase3_training.files import replacing


def pack(thing, arrays):  # kata 4.4
    """Turn nested state into what JSON can hold; arrays are set aside.

    thing   numbers, strings, True, False, None, arrays, and lists, tuples and dicts of these; the
            keys of a dict are strings (an id() would mean nothing in the next process)
    arrays  a list, to which every array and every number of numpy is added, as it is, each at a
            place of its own
    ->      what JSON knows alone as it is; [kind, content] for the rest: ["list", items],
            ["tuple", items], ["dict", {key: item}], where items are packed themselves;
            ["array", place in arrays], ["number", place in arrays] for a number of numpy

    TypeError, naming the type that came, for anything else, and for arrays of objects.
    """
    if isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
        arrays.append(thing)  # before float: np.float64 is one
        return ["array" if isinstance(thing, np.ndarray) else "number", len(arrays) - 1]
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, list | tuple):
        items = [pack(item, arrays) for item in thing]
        return ["tuple" if isinstance(thing, tuple) else "list", items]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(f"a checkpoint cannot hold {type(thing).__name__}: {thing!r}")


def unpack(packed, arrays):  # kata 4.4
    """Undo pack; what is given is left unchanged.

    packed  what pack returned
    arrays  the list that it filled, or one like it: a number of numpy may stand there as an array
            of shape (), which is what a file makes of it, and comes back as a number
    """
    if not isinstance(packed, list):
        return packed
    kind, content = packed
    if kind == "array":
        return arrays[content]
    if kind == "number":
        return arrays[content][()]
    if kind == "dict":
        return {key: unpack(item, arrays) for key, item in content.items()}
    items = [unpack(item, arrays) for item in content]
    return tuple(items) if kind == "tuple" else items


def save_checkpoint(path, model, optimizer, step, rng):  # kata 4.4
    """Write down a training between two steps, in one .npz file without pickle.

    path       a pathlib.Path or a string: the file's whole name. A crash leaves the old file or
               the new one, an error leaves no other file behind, and of two programs that write
               at the same time one leaves its whole file
    model      a Module, of Tensors or of Values: all its parameters
    optimizer  one of 3.3: all its fields but `parameters`, and the shapes of those
    step       an int: how many steps were taken
    rng        the numpy Generator that the training draws from: its state

    TypeError, naming its type, if the optimizer holds something that pack cannot; OSError, as the
    system raises it, if the file cannot be written.
    """
    arrays = []
    rest = {
        "optimizer": {
            name: field for name, field in vars(optimizer).items() if name != "parameters"
        },
        "shapes": [np.shape(parameter.data) for parameter in optimizer.parameters],
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    with replacing(path) as file:
        np.savez(file, **contents)


def load_checkpoint(path, model, optimizer, rng):  # kata 4.4
    """Put a training back to where save_checkpoint was called: what follows is the same bit by bit.

    path                   a pathlib.Path or a string
    model, optimizer, rng  of the same kind, size and dtype; they are changed
    ->                     the step, an int

    ValueError, naming the path, if there is no such file, if it is damaged or not a checkpoint, or
    if it does not fit: other parameters or dtypes in the model, other fields or shapes of
    parameters in the optimizer, another kind of generator. Then all three stay as they were.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            contents = {name: file[name] for name in file.files}
        n_arrays = sum(name.startswith("array ") for name in contents)
        arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
        rest = unpack(json.loads(str(contents.pop("rest"))), arrays)
        fields, shapes, step = dict(rest["optimizer"]), rest["shapes"], int(rest["step"])
        generator = rest["generator"]
    except Exception as error:  # whatever a reader may stumble over in a file of any kind
        raise ValueError(f"{path} is not a checkpoint that can be read: {error}") from error
    expected = vars(optimizer).keys() - {"parameters"}
    if fields.keys() != expected:
        raise ValueError(f"{path} is of an optimizer with {sorted(fields)}, not {sorted(expected)}")
    if shapes != [np.shape(parameter.data) for parameter in optimizer.parameters]:
        raise ValueError(f"{path} is of an optimizer that moves parameters of shapes {shapes}")
    state = {name.removeprefix("parameter "): data[()] for name, data in contents.items()}
    for name, data in model.state_dict().items():
        if name in state and state[name].dtype != np.asarray(data).dtype:
            raise ValueError(f"{path}: {name} is {state[name].dtype}, not {np.asarray(data).dtype}")
    before = rng.bit_generator.state
    try:
        rng.bit_generator.state = generator
        model.load_state_dict(state)
    except Exception as error:
        rng.bit_generator.state = before
        raise ValueError(f"{path} does not fit: {error}") from error
    for name, field in fields.items():
        setattr(optimizer, name, field)
    return step
