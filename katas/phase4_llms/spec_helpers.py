"""4.1 to 4.4 · Spec helpers: the numbers, measurements and checks that several specs share."""

import numpy as np

from dojo.expect import expect_close
from katas.phase1_autodiff.finite_differences import numerical_derivative, numerical_gradient
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


def with_numbers(module, scale=0.5):
    """The module, in which every parameter holds numbers of its own, up to 2 · scale."""
    for salt, parameter in enumerate(module.parameters(), start=1):
        parameter.data = scale * numbers(*parameter.data.shape, salt=salt)
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
    """Fail unless the module that make(rng) makes gets all its random numbers from rng."""
    __tracebackhide__ = True
    one, again, other = (make(rng_of(seed)).state_dict() for seed in (5, 5, 6))
    for name in [name for name, data in one.items() if np.ptp(data)]:  # ones or zeros are not drawn
        assert np.array_equal(one[name], again[name]), (
            f"{name} of {what} differs when it is made twice from generators of one seed: is rng "
            "handed on to all that draw?"
        )
        assert not np.array_equal(one[name], other[name]), (
            f"{name} of {what} is the same, whatever rng is given: rng should draw it"
        )


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


# ---- one node for a whole function


def pulled_back(function, x, seed):
    """The gradient at x of a function of a Tensor whose output has the gradient seed."""
    t = Tensor(x.copy())
    function(t).backward(seed)
    return t.grad


def is_one_node(result, x, op):
    """Fail unless a Tensor was made from x in one step."""
    __tracebackhide__ = True
    assert result.op == op and len(result.parents) == 1 and result.parents[0] is x, (
        f"the result has op {result.op!r} and {len(result.parents)} parents, and should be one "
        f'node with op "{op}" whose only parent is x: every node more is another array to keep'
    )


def leaves_all_as_it_was(function, x):
    """Fail if a function of a Tensor writes into its input, or its pullback into the gradient."""
    __tracebackhide__ = True
    t, seed = Tensor(x.copy()), numbers(*x.shape)
    given = seed.copy()
    result = function(t)
    assert np.array_equal(t.data, x), "x.data was changed in place: *=, -=, out= write into it"
    result.pullbacks[0](given)
    assert np.array_equal(given, seed), (
        "the pullback wrote into the gradient that it was given, and others may hold the same array"
    )


def keeps_float32(function, x):
    """Fail unless a function of a float32 Tensor gives float32, forwards and backwards."""
    __tracebackhide__ = True
    t = Tensor(x.astype(np.float32))
    result = function(t)
    back = result.pullbacks[0](np.ones(result.shape, np.float32))
    assert (result.data.dtype, back.dtype) == (np.float32, np.float32), (
        f"from float32 came {result.data.dtype}, and {back.dtype} on the way back: a numpy float64 "
        "makes float64 of every array it meets; Python's own floats do not"
    )


def are_leaves(module):
    """Fail if one of the parameters of a module was computed from others."""
    __tracebackhide__ = True
    for name, parameter in module.named_parameters():
        assert not parameter.parents, (
            f'{name} was computed, by "{parameter.op}": gradients do not stay in what was '
            "computed, so that it would never learn. Change the numbers in its data"
        )


# ---- a model in plain numpy


def check_measured(plain, tensors, what):
    """Compare gradients that were filled in with central differences of plain computations.

    plain    a function of arrays, by name, that returns a number
    tensors  {name: Tensor}; their data is what plain takes
    """
    __tracebackhide__ = True
    data = {name: tensor.data for name, tensor in tensors.items()}
    for name, tensor in tensors.items():
        direction = numbers(*tensor.shape, salt=77)

        def moved(h, name=name, direction=direction):
            return float(plain(**{**data, name: data[name] + h * direction}))

        expect_close(
            np.sum(tensor.grad * direction),
            numerical_derivative(moved, 0.0),
            f"{what}: the gradient of {name}, along one direction,",
            mistakes={"no gradient gets there (.data, or numpy, stands where a Tensor belongs)": 0},
            tolerance=MEASURED,
        )


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def plain_silu(z):
    return z * sigmoid(z)


def plain_rms(x, gain, eps=1e-5):
    return x / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + eps) * gain


def plain_swiglu(x, gate, up, down):
    return (plain_silu(x @ gate) * (x @ up)) @ down


def plain_turn(x, positions, base=10000.0, sign=1):
    """Rows (T, D) as complex numbers, each multiplied by e^(i · angle)."""
    speeds = base ** (-np.arange(0, x.shape[1], 2) / x.shape[1])
    turns = np.exp(1j * sign * np.outer(positions, speeds))
    pairs = (x[:, 0::2] + 1j * x[:, 1::2]) * turns
    return np.stack([pairs.real, pairs.imag], axis=-1).reshape(x.shape)


# ---- a model piece by piece


def in_pieces(model, ids, *lengths, cache=Memory):
    """The logits of ids (B, T) that a model is given piece by piece, with a cache for each block.

    lengths  of the pieces; what is left over is one more
    """
    caches = [cache() for _ in model.blocks]
    ends = np.cumsum(lengths)
    pieces = [model(piece, caches).data for piece in np.split(ids, ends, axis=1) if piece.size]
    return np.concatenate(pieces, axis=1)


def without_past(model, ids, *lengths):
    """The logits of pieces of a GPT that stand at their places, but see nothing before them."""
    pieces, start = [], 0
    for length in lengths:
        x = model.positions(model.token(ids[:, start : start + length]), start)
        for block in model.blocks:
            x = block(x)
        pieces.append((model.norm(x) @ model.token.weight.swapaxes(0, 1)).data)
        start += length
    return np.concatenate(pieces, axis=1)
