"""same_parameters: after a call, a module has the parameters that it had."""

from contextlib import contextmanager

from dojo.expect.shown import short_repr


@contextmanager
def same_parameters(module, what="a call"):
    """Fail if the code inside changes which parameters a module has, or what they hold.

    module  whatever has a method `parameters`: a Neuron, a Module, a whole model
    what    what is done inside, in words: "a call", "the forward pass"

    The module is looked through as 2.2 does it, but not with the learner's katas: in attributes,
    lists, tuples and dicts, for whatever has `.data` and `.grad`. An exception goes through.
    """
    __tracebackhide__ = True
    before = {name: (p, _snapshot(p.data)) for name, p in _found(module)}
    yield
    after = dict(_found(module))
    owner = type(module).__name__
    for name, parameter in after.items():
        if name not in before:
            raise AssertionError(
                f"{what} leaves {_described(parameter)} in {owner}.{name}, and that counts as a "
                "parameter from then on: whatever has .data and .grad in an attribute does, so it "
                "would be counted, saved and trained. An output, weights or a mask kept on self "
                "for later do that: a call returns what it computes, and keeps none of it."
            )
    for name, (parameter, held) in before.items():
        if name not in after:
            raise AssertionError(f"{what} takes the parameter {name} away from the {owner}")
        if after[name] is not parameter:
            raise AssertionError(
                f"{what} puts another object in the place of the parameter {name} of the {owner}: "
                "an optimizer that knows the old one would change nothing any more"
            )
        if _snapshot(parameter.data) != held:
            raise AssertionError(f"{what} changes the parameter {name} of the {owner}")


def _found(module):
    """(name, parameter) for everything inside that has `.data` and `.grad`, each name once."""
    found, waiting, seen = [], [("", module)], set()
    while waiting:
        path, thing = waiting.pop()
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((path[1:], thing))
        elif id(thing) not in seen:
            seen.add(id(thing))
            waiting += [(f"{path}.{name}", part) for name, part in reversed(_parts(thing))]
    return found


def _parts(thing):
    if isinstance(thing, list | tuple):
        return list(enumerate(thing))
    if isinstance(thing, dict):
        return list(thing.items())
    return list(vars(thing).items()) if callable(getattr(thing, "parameters", None)) else []


def _snapshot(data):
    """What a number or an array holds, so that it can be compared later, nan with nan."""
    return (data.shape, data.tobytes()) if hasattr(data, "tobytes") else repr(data)


def _described(parameter):
    shape = getattr(parameter.data, "shape", ())
    kind = type(parameter).__name__
    return f"a {kind} of shape {shape}" if shape else short_repr(parameter)
