"""Right solutions of 4.4's checkpoint of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("4.4 pack", "by type, with a table")
def pack(thing, arrays):
    def container(kind, items):
        return [kind, items]

    match thing:
        case np.ndarray() | np.generic() if thing.dtype.kind != "O":
            place = len(arrays)
            arrays += [thing]
            return container("number" if isinstance(thing, np.generic) else "array", place)
        case None | bool() | int() | float() | str():
            return thing
        case tuple():
            return container("tuple", [pack(item, arrays) for item in thing])
        case list():
            return container("list", [pack(item, arrays) for item in thing])
        case dict() if not [key for key in thing if type(key) is not str]:
            return container("dict", {key: pack(item, arrays) for key, item in thing.items()})
    raise TypeError(f"{type(thing)} cannot be kept")


@alternative("4.4 save_checkpoint", "in memory first", prelude="import io")
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    fields = dict(vars(optimizer))
    fields.pop("parameters")
    shapes = [np.shape(parameter.data) for parameter in optimizer.parameters]
    state = dict(optimizer=fields, shapes=shapes, step=step, generator=rng.bit_generator.state)
    entries = {"rest": np.array(json.dumps(pack(state, arrays)))}
    for name, data in model.state_dict().items():
        entries["parameter " + name] = data
    for i, array in enumerate(arrays):
        entries[f"array {i}"] = array
    buffer = io.BytesIO()
    np.savez(buffer, **entries)
    beside = path.parent / (path.name + ".new")
    beside.write_bytes(buffer.getvalue())
    os.replace(beside, path)
