"""What several spec files of this phase need: stand-ins, and looks at what was returned."""

from copy import copy

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase2_networks.module import MLP


def rng_of(seed):
    return np.random.default_rng(seed)


def a_seed_does(draw):
    """Fail unless draw(rng) gives for a seed what it gives for the generator of that seed."""
    __tracebackhide__ = True
    for seed in (0, 7):
        try:
            drawn = draw(seed)
        except (AttributeError, TypeError) as error:
            error.add_note("rng may be a seed; np.random.default_rng makes a generator of either")
            raise
        wanted = draw(rng_of(seed))
        assert np.array_equal(drawn, wanted), (
            f"with rng={seed} it is {drawn}, and with the generator of that seed {wanted}: 0 is a "
            "seed too, and `rng or …` takes it for none; np.random.default_rng takes them all"
        )


def parts(result, *names):
    """The things that a function returned together; fails if they are not as many as names."""
    together = isinstance(result, tuple | list)
    if not together or len(result) != len(names):
        size = f" of {len(result)}" if together else ""
        pytest.fail(
            f"it should return {len(names)} things, in this order: {', '.join(names)}. What was "
            f"returned is a {type(result).__name__}{size}"
        )
    return result


class Labelled:
    """Stands in for a Series of pandas that was shuffled: [] looks for labels, not for places."""

    def __init__(self, entries, labels):
        self.entries, self.labels = np.asarray(entries), list(labels)

    def __array__(self, dtype=None, copy=None):
        return self.entries

    def __len__(self):
        return len(self.entries)

    def __getitem__(self, labels):
        return self.entries[[self.labels.index(label) for label in np.ravel(labels)]]


# ---- 3.2


def network(sizes, numbers):
    """An MLP whose parameters are these numbers: neuron by neuron, weights and then bias."""
    model = MLP(sizes)
    for parameter, number in zip(model.parameters(), numbers):
        parameter.data = number
    return model


def numbers(*shape):
    """An array of numbers with one decimal, none of them 0: the same for the same shape."""
    draws = np.random.default_rng(shape).uniform(0.1, 2.0, (2, *shape))
    return np.round(draws[0], 1) * np.where(draws[1] > 1.05, 1, -1)


def measured(f, array):
    """The gradient of a number f(array), entry by entry, by the central difference of 1.1."""

    def of_list(entries):
        return float(f(np.reshape(entries, array.shape)))

    return np.reshape(numerical_gradient(of_list, array.ravel().tolist()), array.shape)


MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def expect_arrays(*results):
    """Fail unless each of them is an array, and not a list that looks like one."""
    for result in results:
        expect_kind(result, np.ndarray, "what is returned")


def calls_leaving_all_as_it_was(function, **arguments):
    """Call it; fails if it changed an array that it was given."""
    before = {name: np.array(value, copy=True) for name, value in arguments.items()}
    result = function(*arguments.values())
    changed = [name for name, value in arguments.items() if not np.array_equal(value, before[name])]
    assert not changed, (
        f"{' and '.join(changed)} changed in place: an array is passed on, not copied, so that "
        "whoever holds it finds other numbers in it. *=, -=, out= and [...] = write into it"
    )
    return result


# ---- 3.3


class Weight:
    """All that an optimizer may ask for: data and grad, each a number or an array."""

    __slots__ = ("data", "grad")

    def __init__(self, data, grad=0.0):
        self.data = data
        self.grad = grad


def array(*numbers):
    return np.array(numbers, dtype=np.float64)


def step(optimizer):
    """Take a step, and say what it usually means if that divides by 0 or leaves the real line."""
    try:
        optimizer.step()
    except ZeroDivisionError:
        pytest.fail(
            "the step divides by 0. Is t counted from 0? Then 1 - beta^t is 0 at the first step, "
            "which is t = 1"
        )
    except ValueError as error:
        pytest.fail(
            f"{error}. A gradient of 0.0 stands for zeros of any shape: what takes its shape from "
            "the first gradient that it sees may find a number there, and an array later"
        )
    for parameter in optimizer.parameters:
        assert not np.iscomplexobj(parameter.data), (
            f"a weight is {parameter.data} after the step: a root of a negative number was taken. "
            "Are gradients squared, and is beta raised to the power t, not multiplied by t?"
        )


def follow(optimizer, *gradients):
    """The data of all parameters after each step; for each step a gradient for each of them."""
    seen = []
    for of_each in gradients:
        for parameter, gradient in zip(optimizer.parameters, of_each):
            parameter.grad = gradient
        step(optimizer)
        seen.append([copy(parameter.data) for parameter in optimizer.parameters])
    return seen


def path(optimizer, *gradients):
    """The data of the only parameter after each step."""
    return [data for (data,) in follow(optimizer, *((gradient,) for gradient in gradients))]


def from_one(*lengths):
    """Where steps lead to from 1 at lr = 0.1, one after the other; lengths in units of lr."""
    return [1 - 0.1 * sum(lengths[: n + 1]) for n in range(len(lengths))]


def expect_in_place(parameter, before):
    """The array that the model held before the step has to be the one that has changed."""
    assert parameter.data is before, (
        "the parameter has a new array as its data; the one that it had, which the model may hold "
        "in another place too, was left behind as it was. That one has to change"
    )


def expect_only_read(parameter, grad, numbers):
    assert parameter.grad is grad and np.array_equal(grad, numbers), (
        f"the gradient was {numbers} and is {parameter.grad} after the step: a step only reads it"
    )


def expect_small_steps(kind, lr, **settings):
    """An optimizer of this kind, whose steps are as long as 1e-9 then, has to take one in full."""
    weight = Weight(array(3e-9, -7e-9), array(1.0, -1.0))
    step(kind([weight], lr=lr, **settings))
    expect_close(
        np.asarray(weight.data) / 1e-9,
        [2.0, -6.0],
        "weights of 3e-9 and -7e-9 after a step of 1e-9 towards 0, in units of 1e-9,",
        mistakes={"what is so small is rounded off": [0.0, 0.0]},
        tolerance=1e-6,  # eps is as small a part of the root
    )


def expect_settings(optimizer, **given):
    """It has to hold what it was given, each setting in a field of its own name."""
    missing = [name for name in given if not hasattr(optimizer, name)]
    assert not missing, (
        f"it has no {' and no '.join(missing)}: whoever looks at a setting, or sets it anew "
        "between two steps, finds it under the name that it has in __init__"
    )
    held = {name: getattr(optimizer, name) for name in given}
    held = {name: tuple(x) if isinstance(x, list) else x for name, x in held.items()}
    assert held == given, f"the settings are {held}, and should be {given}"


def expect_value_to_stay_one(optimizer, x, data, what, tolerance=1e-9):
    """After a step down 5x², the Value x has this data, and that is a float of Python."""
    (x**2 * 5).backward()
    step(optimizer)
    expect_close(x.data, data, what, tolerance=tolerance)
    expect_kind(x.data, float, "the data of a Value after a step")


def expect_kept(optimizer, a, b):
    """Made from a and b, it has to hold these two objects, and not only once."""
    missing = [name for name in ("parameters", "lr") if not hasattr(optimizer, name)]
    assert not missing, (
        f"it has no {' and no '.join(missing)}: that is kept by the __init__ of Optimizer, which "
        "has to be called where a class has an __init__ of its own"
    )
    first, second = list(optimizer.parameters), list(optimizer.parameters)
    assert len(first) == 2 and first[0] is a and first[1] is b, (
        f"it was given two parameters and holds {len(first)}; they should be the same two objects, "
        "since the model's own are those that have to move"
    )
    assert len(second) == 2, (
        f"it was given a generator of two parameters, and holds {len(second)} at the second look: "
        "a generator can be gone through only once"
    )


# ---- 3.4


def written(folder, name, content):
    """A file with this text, or these bytes."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
