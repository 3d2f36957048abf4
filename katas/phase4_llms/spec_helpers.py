"""4.1 to 4.4 · Spec helpers: the numbers, measurements and checks that several specs share."""

import numpy as np

from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase4_llms.tensor import Tensor, concatenate

MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def rng_of(seed):
    return np.random.default_rng(seed)


def numbers(*shape, salt=0):
    """Numbers with one decimal from -2 to 2, none of them 0: the same for the same arguments."""
    draws = rng_of((*shape, salt)).uniform(0.1, 2.0, (2, *shape))
    return np.round(draws[0], 1) * np.where(draws[1] > 1.05, 1, -1)


def measured(f, array):
    """The gradient of a number f(array), entry by entry, by the central difference of 1.1."""

    def of_list(entries):
        return float(f(np.reshape(entries, array.shape)))

    return np.reshape(numerical_gradient(of_list, array.ravel().tolist()), array.shape)


# ---- modules


def shapes_of(module):
    """{name: shape} of all parameters, in the order in which they are found."""
    return {name: parameter.data.shape for name, parameter in module.named_parameters()}


def with_numbers(module):
    """The module, in which every parameter holds numbers of its own."""
    for salt, parameter in enumerate(module.parameters(), start=1):
        parameter.data = numbers(*parameter.data.shape, salt=salt)
    return module


def has_parameters(module, wanted, what):
    """Fail unless a module has these parameters, {name: shape}, in this order."""
    __tracebackhide__ = True
    found = shapes_of(module)
    assert list(found.items()) == list(wanted.items()), (
        f"the parameters of {what} are not right: their names, shapes or order, which is that of "
        "the docstring, so that one seed always draws the same weights\n"
        f"  wanted  {wanted}\n  found   {found}"
    )


def is_drawn_from(make, what):
    """Fail unless the module that make(rng) makes gets its first numbers from rng."""
    __tracebackhide__ = True
    one, again, other = (
        np.concatenate([p.data.ravel() for p in make(rng_of(seed)).parameters()])
        for seed in (5, 5, 6)
    )
    assert np.array_equal(one, again), (
        f"{what} made twice from generators of one seed has other weights: does all that draws "
        "get rng?"
    )
    assert not np.array_equal(one, other), f"{what} has the same weights, whatever rng is given"


# ---- Tensors


def is_tensor(result, what):
    """result, if it is a Tensor; fails in words if it is not."""
    __tracebackhide__ = True
    assert isinstance(result, Tensor), (
        f"{what} came back as {type(result).__name__}, and should be a Tensor: an array has no "
        "graph, so that nothing in front of it could learn"
    )
    return result


def gradients_of(result, upstream, **leaves):
    """What backward brings to each leaf; fails in words where the graph does not reach one."""
    __tracebackhide__ = True
    for leaf in leaves.values():
        leaf.grad = 0.0
    is_tensor(result, "the result").backward(upstream)
    cut = [name for name, leaf in leaves.items() if type(leaf.grad) is float]
    assert not cut, (
        f"no gradient came to {' and '.join(cut)}: the graph is cut. Whoever computes on .data "
        "leaves no trace for backward to follow"
    )
    return [leaf.grad for leaf in leaves.values()]


class Memory:
    """A cache as simple as can be: it hands out all that it was ever given."""

    def __init__(self):
        self.k, self.v = [], []

    def __len__(self):
        """As a cache may have: an empty one counts as False, and still is one."""
        return len(self.k)

    @property
    def length(self):
        """How many positions it holds."""
        return sum(k.shape[-2] for k in self.k)

    def extend(self, k, v):
        assert not any(k is earlier for earlier in self.k), (
            "extend is called twice with the same keys, and now remembers them twice"
        )
        self.k.append(k)
        self.v.append(v)
        return concatenate(self.k, axis=-2), concatenate(self.v, axis=-2)
