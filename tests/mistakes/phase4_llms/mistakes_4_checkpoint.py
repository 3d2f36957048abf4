"""Wrong solutions of 4.4's checkpoint that its specs reject by name."""

from tests.mistakes import mistake

READ = """
import json
import numpy as np


def read(path):
    with np.load(path, allow_pickle=False) as file:
        contents = {name: file[name] for name in file.files}
    n_arrays = sum(name.startswith("array ") for name in contents)
    arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
    rest = unpack(json.loads(str(contents.pop("rest"))), arrays)
    state = {name.removeprefix("parameter "): data[()] for name, data in contents.items()}
    return rest, state
"""


@mistake("4.4 pack", "tuples are lists to JSON", says="should become ['tuple'")
def pack(thing, arrays):
    if isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
        arrays.append(thing)
        return ["array" if isinstance(thing, np.ndarray) else "number", len(arrays) - 1]
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, list | tuple):
        return ["list", [pack(item, arrays) for item in thing]]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(f"a checkpoint cannot hold {type(thing).__name__}: {thing!r}")


@mistake("4.4 pack", "np.float64 is a float", says="JSON would lose its kind")
def pack(thing, arrays):
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
        arrays.append(thing)
        return ["array" if isinstance(thing, np.ndarray) else "number", len(arrays) - 1]
    if isinstance(thing, list | tuple):
        items = [pack(item, arrays) for item in thing]
        return ["tuple" if isinstance(thing, tuple) else "list", items]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(f"a checkpoint cannot hold {type(thing).__name__}: {thing!r}")


@mistake("4.4 unpack", "tuples come back as lists", says="JSON has no tuples")
def unpack(packed, arrays):
    if not isinstance(packed, list):
        return packed
    kind, content = packed
    if kind == "array":
        return arrays[content]
    if kind == "number":
        return arrays[content][()]
    if kind == "dict":
        return {key: unpack(item, arrays) for key, item in content.items()}
    return [unpack(item, arrays) for item in content]


@mistake("4.4 unpack", "dicts in place", says="was given, and is")
def unpack(packed, arrays):
    if not isinstance(packed, list):
        return packed
    kind, content = packed
    if kind in ("array", "number"):
        return arrays[content] if kind == "array" else arrays[content][()]
    if kind == "dict":
        for key in content:
            content[key] = unpack(content[key], arrays)
        return content
    items = [unpack(item, arrays) for item in content]
    return tuple(items) if kind == "tuple" else items


@mistake("4.4 save_checkpoint", "no optimizer", says="it would start cold", prelude="import os")
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    rest = {
        "optimizer": {},
        "shapes": [np.shape(parameter.data) for parameter in optimizer.parameters],
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake(
    "4.4 save_checkpoint",
    "the step is forgotten",
    says="step 3 was saved, and 0",
    prelude="import os",
)
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    rest = {
        "optimizer": {name: f for name, f in vars(optimizer).items() if name != "parameters"},
        "shapes": [np.shape(parameter.data) for parameter in optimizer.parameters],
        "step": 0,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake(
    "4.4 save_checkpoint",
    "parameters are popped",
    says="has lost its parameters",
    prelude="import os",
)
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    shapes = [np.shape(parameter.data) for parameter in optimizer.parameters]
    fields = vars(optimizer)
    fields.pop("parameters")
    rest = {
        "optimizer": fields,
        "shapes": shapes,
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake(
    "4.4 load_checkpoint",
    "the generator is not put back",
    says="the generator's state was not saved, or is not put back",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    rest, state = read(path)
    model.load_state_dict(state)
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "the optimizer starts cold",
    says="the optimizer's state was not saved, or is not put back",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    rest, state = read(path)
    model.load_state_dict(state)
    rng.bit_generator.state = rest["generator"]
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "no step comes back",
    says="and None (NoneType) came back",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        model.load_state_dict(state)
        rng.bit_generator.state = rest["generator"]
        vars(optimizer).update(rest["optimizer"])
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error


@mistake(
    "4.4 load_checkpoint",
    "a field that the file lacks is not missed",
    says="whose weight_decay is not in the file",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        if rest["optimizer"].keys() - vars(optimizer).keys():
            raise ValueError("another optimizer")
        rng.bit_generator.state = rest["generator"]
        model.load_state_dict(state)
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "changed before it is refused",
    says="optimizer changed when a model with",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        vars(optimizer).update(rest["optimizer"])
        model.load_state_dict(state)
        rng.bit_generator.state = rest["generator"]
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "the model is filled, and then the generator refused",
    says="model changed when the state of a Mersenne twister",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        if rest["optimizer"].keys() != vars(optimizer).keys() - {"parameters"}:
            raise ValueError("another optimizer")
        if rest["shapes"] != [np.shape(p.data) for p in optimizer.parameters]:
            raise ValueError("other parameters")
        model.load_state_dict(state)
        rng.bit_generator.state = rest["generator"]
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake("4.4 load_checkpoint", "pickles are read", says="a pickle can do anything")
def load_checkpoint(path, model, optimizer, rng):
    try:
        with np.load(path, allow_pickle=True) as file:
            contents = {name: file[name] for name in file.files}
        n_arrays = sum(name.startswith("array ") for name in contents)
        arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
        rest = unpack(json.loads(str(contents.pop("rest"))), arrays)
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    state = {name.removeprefix("parameter "): data[()] for name, data in contents.items()}
    model.load_state_dict(state)
    rng.bit_generator.state = rest["generator"]
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake("4.4 pack", "an equal array is found", says="each has a place of its own")
def pack(thing, arrays):
    if isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
        arrays.append(thing)
        place = next(i for i, array in enumerate(arrays) if np.array_equal(array, thing))
        return ["array" if isinstance(thing, np.ndarray) else "number", place]
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, list | tuple):
        items = [pack(item, arrays) for item in thing]
        return ["tuple" if isinstance(thing, tuple) else "list", items]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(f"a checkpoint cannot hold {type(thing).__name__}: {thing!r}")


@mistake(
    "4.4 save_checkpoint",
    "savez is given a name",
    says="savez puts .npz behind a name",
    prelude="import os",
)
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    rest = {
        "optimizer": {name: f for name, f in vars(optimizer).items() if name != "parameters"},
        "shapes": [np.shape(parameter.data) for parameter in optimizer.parameters],
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        np.savez(unfinished, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake(
    "4.4 save_checkpoint",
    "the old file goes first",
    says="os.replace does both at once",
    prelude="import os",
)
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    rest = {
        "optimizer": {name: f for name, f in vars(optimizer).items() if name != "parameters"},
        "shapes": [np.shape(parameter.data) for parameter in optimizer.parameters],
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        path.unlink(missing_ok=True)
        os.rename(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake(
    "4.4 load_checkpoint",
    "the generator is set, and then the model refused",
    says="generator changed when a model without blocks was refused",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        if rest["optimizer"].keys() != vars(optimizer).keys() - {"parameters"}:
            raise ValueError("another optimizer")
        if rest["shapes"] != [np.shape(p.data) for p in optimizer.parameters]:
            raise ValueError("other parameters")
        rng.bit_generator.state = rest["generator"]
        model.load_state_dict(state)
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake("4.4 pack", "one place for one array", says="each has a place of its own")
def pack(thing, arrays):
    if isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
        kind = "array" if isinstance(thing, np.ndarray) else "number"
        for place, array in enumerate(arrays):
            if array is thing:
                return [kind, place]
        arrays.append(thing)
        return [kind, len(arrays) - 1]
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, list | tuple):
        items = [pack(item, arrays) for item in thing]
        return ["tuple" if isinstance(thing, tuple) else "list", items]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(type(thing).__name__)


@mistake("4.4 load_checkpoint", "shapes in any order", says="the same parameters in another order")
def load_checkpoint(path, model, optimizer, rng):
    try:
        with np.load(path, allow_pickle=False) as file:
            contents = {name: file[name] for name in file.files}
        n_arrays = sum(name.startswith("array ") for name in contents)
        arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
        rest = unpack(json.loads(str(contents.pop("rest"))), arrays)
        fields, shapes, step = dict(rest["optimizer"]), rest["shapes"], int(rest["step"])
        generator = rest["generator"]
    except Exception as error:
        raise ValueError(f"{path} is not a checkpoint that can be read: {error}") from error
    expected = vars(optimizer).keys() - {"parameters"}
    if fields.keys() != expected:
        raise ValueError(f"{path} is of an optimizer with {sorted(fields)}, not {sorted(expected)}")
    if sorted(shapes) != sorted(np.shape(p.data) for p in optimizer.parameters):
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


@mistake("4.4 load_checkpoint", "parameters by number", says="whose parameters have other names")
def load_checkpoint(path, model, optimizer, rng):
    try:
        with np.load(path, allow_pickle=False) as file:
            contents = {name: file[name] for name in file.files}
        n_arrays = sum(name.startswith("array ") for name in contents)
        arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
        rest = unpack(json.loads(str(contents.pop("rest"))), arrays)
        fields, shapes, step = dict(rest["optimizer"]), rest["shapes"], int(rest["step"])
        generator = rest["generator"]
    except Exception as error:
        raise ValueError(f"{path} is not a checkpoint that can be read: {error}") from error
    expected = vars(optimizer).keys() - {"parameters"}
    if fields.keys() != expected:
        raise ValueError(f"{path} is of an optimizer with {sorted(fields)}, not {sorted(expected)}")
    if shapes != [np.shape(parameter.data) for parameter in optimizer.parameters]:
        raise ValueError(f"{path} is of an optimizer that moves parameters of shapes {shapes}")
    state = dict(zip(model.state_dict(), [data[()] for data in contents.values()]))
    if len(state) != len(contents):
        raise ValueError(f"{path} has {len(contents)} parameters")
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


@mistake("4.4 save_checkpoint", "a Path alone", says="a path may be a string")
def save_checkpoint(path, model, optimizer, step, rng):
    import os

    arrays = []
    rest = {
        "optimizer": {k: v for k, v in vars(optimizer).items() if k != "parameters"},
        "shapes": [np.shape(p.data) for p in optimizer.parameters],
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(path.name + f".{os.getpid()}")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        if unfinished.exists():
            unfinished.unlink()


@mistake("4.4 save_checkpoint", "unfinished in the working folder", says="may lie on another disk")
def save_checkpoint(path, model, optimizer, step, rng):
    import os
    from pathlib import Path

    arrays = []
    rest = {
        "optimizer": {k: v for k, v in vars(optimizer).items() if k != "parameters"},
        "shapes": [np.shape(p.data) for p in optimizer.parameters],
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    path = Path(path)
    unfinished = Path(f"unfinished.{os.getpid()}")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        if unfinished.exists():
            unfinished.unlink()
