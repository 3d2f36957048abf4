"""Every operation of Tensor: its gradients are the measured ones, and those of PyTorch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from solutions.phase1_autodiff.value import Value
from solutions.phase4_llms.tensor import (
    Tensor,
    concatenate,
    cross_entropy,
    log_softmax,
    no_grad,
    softmax,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")

many = settings(deadline=None, max_examples=40)
fewer = settings(deadline=None, max_examples=20)
seeds = st.integers(0, 2**32 - 1)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, max_side=4)
pairs = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4)
TOLERANCES = {np.float64: 1e-9, np.float32: 2e-4}
DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])


def drawn(rng, shape, positive=False):
    """Numbers away from 0, where relu bends and a quotient explodes."""
    sizes = rng.uniform(0.4, 2.0, shape)
    return sizes if positive else sizes * rng.choice([-1.0, 1.0], shape)


def close(ours, theirs, dtype, what):
    np.testing.assert_allclose(
        ours, theirs, rtol=TOLERANCES[dtype], atol=TOLERANCES[dtype], err_msg=what
    )


def check(ours, theirs, arrays, dtype, rng):
    """Values and gradients of an operation beside PyTorch's and, in float64, the measured ones."""
    arrays = [np.asarray(array, dtype) for array in arrays]
    tensors = [Tensor(array.copy()) for array in arrays]
    twins = [torch.tensor(array, requires_grad=True) for array in arrays]
    result, twin = ours(*tensors), theirs(*twins)
    assert result.shape == tuple(twin.shape) and result.data.dtype == dtype
    close(result.data, twin.detach().numpy(), dtype, "value")
    seed = np.asarray(rng.uniform(-2, 2, result.shape), dtype)
    result.backward(seed)
    twin.backward(torch.tensor(seed))
    for tensor, other, array in zip(tensors, twins, arrays):
        assert isinstance(tensor.grad, np.ndarray)
        assert tensor.grad.dtype == dtype and tensor.grad.shape == array.shape
        close(tensor.grad, other.grad.numpy(), dtype, "gradient")
        assert np.array_equal(tensor.data, array), "data was changed in place"
    for i, tensor in enumerate(tensors):
        assert not any(np.shares_memory(tensor.grad, t.grad) for t in tensors[i + 1 :])
    if dtype is np.float64:
        for i, tensor in enumerate(tensors):
            np.testing.assert_allclose(
                tensor.grad, measured(ours, arrays, i, seed), rtol=2e-5, atol=2e-6
            )


def measured(operation, arrays, i, seed, h=1e-6):
    """The central difference of the sum of seed · operation, for each entry of operand i."""

    def at(array):
        with no_grad():
            operands = [*arrays[:i], array, *arrays[i + 1 :]]
            return (seed * operation(*map(Tensor, operands)).data).sum()

    slopes = np.zeros_like(arrays[i])
    for place in np.ndindex(arrays[i].shape):
        up, down = arrays[i].copy(), arrays[i].copy()
        up[place] += h
        down[place] -= h
        slopes[place] = (at(up) - at(down)) / (2 * h)
    return slopes


# ---- entry by entry

BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "mixed": lambda x, y: (x * y - x) / (y * y + 1) + x,
}


@DTYPES
@pytest.mark.parametrize("operation", BINARY.values(), ids=BINARY)
@many
@given(drawn_shapes=pairs, seed=seeds)
def test_operators_broadcast_on_either_side(operation, dtype, drawn_shapes, seed):
    rng = np.random.default_rng(seed)
    arrays = [drawn(rng, shape) for shape in drawn_shapes.input_shapes]
    check(operation, operation, arrays, dtype, rng)


# ours, PyTorch's, and whether it wants positive numbers
UNARY = {
    "exp": (Tensor.exp, lambda x: x.exp(), False),
    "log": (Tensor.log, lambda x: x.log(), True),
    "tanh": (Tensor.tanh, lambda x: x.tanh(), False),
    "relu": (Tensor.relu, lambda x: x.relu(), False),
    "sqrt": (Tensor.sqrt, lambda x: x.sqrt(), True),
    "neg": (lambda x: -x, lambda x: -x, False),
    "3 - x": (lambda x: 3 - x, lambda x: 3 - x, False),
    "3 / x": (lambda x: 3 / x, lambda x: 3 / x, False),
    "x * x": (lambda x: x * x + x, lambda x: x * x + x, False),
}


@DTYPES
@pytest.mark.parametrize("ours, theirs, positive", UNARY.values(), ids=UNARY)
@fewer
@given(shape=shapes, seed=seeds)
def test_functions_of_one_tensor(ours, theirs, positive, dtype, shape, seed):
    rng = np.random.default_rng(seed)
    check(ours, theirs, [drawn(rng, shape, positive)], dtype, rng)


@DTYPES
@fewer
@given(shape=shapes, seed=seeds, n=st.sampled_from([0, 1, 2, 3, -1, -2, 0.5, -1.5, 2.7]))
def test_powers(dtype, shape, seed, n):
    rng = np.random.default_rng(seed)
    check(lambda x: x**n, lambda x: x**n, [drawn(rng, shape, True)], dtype, rng)


# ---- along axes


@st.composite
def shapes_with_axes(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=4))
    places = st.integers(-len(shape), len(shape) - 1)
    several = st.lists(
        places, min_size=1, max_size=len(shape), unique_by=lambda a: a % len(shape)
    ).map(tuple)
    return shape, draw(st.one_of(st.none(), places, several)), draw(st.booleans())


def along(name):
    """PyTorch's sum, mean and max (amax shares ties evenly, as ours does) with our arguments."""

    def theirs(x, axis, keepdims):
        axes = tuple(range(x.ndim)) if axis is None else axis
        return getattr(x, name)(dim=axes, keepdim=keepdims)

    return theirs


@DTYPES
@pytest.mark.parametrize("name", ["sum", "mean", "max"])
@fewer
@given(drawn_axes=shapes_with_axes(), seed=seeds)
def test_along_axes(name, dtype, drawn_axes, seed):
    shape, axis, keepdims = drawn_axes
    rng = np.random.default_rng(seed)
    array = rng.permutation(int(np.prod(shape))).reshape(shape) / 7 - 2
    theirs = along("amax" if name == "max" else name)
    check(
        lambda x: getattr(x, name)(axis, keepdims),
        lambda x: theirs(x, axis, keepdims),
        [array],
        dtype,
        rng,
    )


@fewer
@given(drawn_axes=shapes_with_axes(), seed=seeds)
def test_ties_share_as_pytorchs_amax_does(drawn_axes, seed):
    shape, axis, keepdims = drawn_axes
    array = np.random.default_rng(seed).integers(0, 2, shape).astype(float)
    x, twin = Tensor(array), torch.tensor(array, requires_grad=True)
    (x.max(axis, keepdims) * 3.0).sum().backward()
    (along("amax")(twin, axis, keepdims) * 3.0).sum().backward()
    close(x.grad, twin.grad.numpy(), np.float64, "gradient")


# ---- places


@DTYPES
@fewer
@given(data=st.data(), seed=seeds)
def test_places(dtype, data, seed):
    rng = np.random.default_rng(seed)
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=4))
    axes = data.draw(st.permutations(range(len(shape))))
    i, j = (data.draw(st.integers(-len(shape), len(shape) - 1)) for _ in range(2))
    array = drawn(rng, shape)
    for ours, theirs in (
        (lambda x: x.transpose(*axes), lambda x: x.permute(*axes)),
        (lambda x: x.transpose(), lambda x: x.permute(*range(len(shape))[::-1])),
        (lambda x: x.swapaxes(i, j), lambda x: x.swapaxes(i, j)),
        (lambda x: x.reshape(-1), lambda x: x.reshape(-1)),
        (lambda x: x.transpose(*axes).reshape(-1), lambda x: x.permute(*axes).reshape(-1)),
    ):
        check(ours, theirs, [array], dtype, rng)


@DTYPES
@many
@given(data=st.data(), seed=seeds)
def test_basic_indices(dtype, data, seed):
    rng = np.random.default_rng(seed)
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=4))
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    array = drawn(rng, shape)
    steps = index if isinstance(index, tuple) else (index,)
    if any(isinstance(step, slice) and (step.step or 1) < 0 for step in steps):
        return  # PyTorch has none
    check(lambda x: x[index], lambda x: x[index], [array], dtype, rng)


@DTYPES
@many
@given(data=st.data(), seed=seeds)
def test_indices_with_repeats(dtype, data, seed):
    rng = np.random.default_rng(seed)
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    index = data.draw(hnp.integer_array_indices(shape, result_shape=shapes))
    theirs = tuple(map(torch.as_tensor, index))
    check(lambda x: x[index], lambda x: x[theirs], [drawn(rng, shape)], dtype, rng)


@DTYPES
@fewer
@given(data=st.data(), seed=seeds)
def test_concatenate(dtype, data, seed):
    rng = np.random.default_rng(seed)
    shape = list(data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=3)))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    arrays = []
    for length in data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)):
        shape[axis] = length
        arrays.append(drawn(rng, shape))
    check(lambda *x: concatenate(list(x), axis), lambda *x: torch.cat(x, axis), arrays, dtype, rng)


# ---- products of matrices


@DTYPES
@many
@given(
    drawn_shapes=hnp.mutually_broadcastable_shapes(
        signature="(n,d),(d,h)->(n,h)", max_dims=3, max_side=3
    ),
    seed=seeds,
)
def test_matmul(dtype, drawn_shapes, seed):
    rng = np.random.default_rng(seed)
    arrays = [drawn(rng, shape) for shape in drawn_shapes.input_shapes]
    check(lambda x, y: x @ y, lambda x, y: x @ y, arrays, dtype, rng)


@DTYPES
@fewer
@given(
    drawn_shapes=hnp.mutually_broadcastable_shapes(
        signature="(n,d),(d,h)->(n,h)", max_dims=2, max_side=3
    ),
    seed=seeds,
)
def test_matmul_of_turned_operands(dtype, drawn_shapes, seed):
    rng = np.random.default_rng(seed)
    arrays = [drawn(rng, (*s[:-2], s[-1], s[-2])) for s in drawn_shapes.input_shapes]

    def turned(x, y):
        return x.swapaxes(-1, -2) @ y.swapaxes(-1, -2)

    check(turned, turned, arrays, dtype, rng)


# ---- several steps as one node


@DTYPES
@pytest.mark.parametrize(
    "ours, theirs",
    [(softmax, torch.softmax), (log_softmax, torch.log_softmax)],
    ids=["softmax", "log_softmax"],
)
@fewer
@given(data=st.data(), seed=seeds)
def test_softmax(ours, theirs, dtype, data, seed):
    rng = np.random.default_rng(seed)
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    check(lambda x: ours(x, axis), lambda x: theirs(x, axis), [3 * drawn(rng, shape)], dtype, rng)


@DTYPES
@fewer
@given(front=hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), K=st.integers(1, 5), seed=seeds)
def test_cross_entropy(dtype, front, K, seed):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, K, front)

    def theirs(x):
        flat = torch.tensor(targets).reshape(-1)
        return torch.nn.functional.cross_entropy(x.reshape(-1, K), flat)

    check(lambda x: cross_entropy(x, targets), theirs, [3 * drawn(rng, (*front, K))], dtype, rng)


def test_large_scores():
    scores = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4], [3.0, -np.inf, 2.0]])
    for ours, theirs in ((softmax, torch.softmax), (log_softmax, torch.log_softmax)):
        close(ours(Tensor(scores)).data, theirs(torch.tensor(scores), -1), np.float64, "value")


# ---- graphs


@many
@given(seed=seeds)
def test_random_graphs(seed):
    """Tensors that are used again and again, in any order, and two calls of backward."""
    rng = np.random.default_rng(seed)
    arrays = [drawn(rng, shape) for shape in [(2, 3), (3,), (2, 1), ()]]
    ours = [Tensor(array) for array in arrays]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    leaves, twins = list(ours), list(theirs)
    for _ in range(12):
        i, j, kind = rng.integers(len(ours)), rng.integers(len(ours)), rng.integers(5)
        for pool in (ours, theirs):
            x, y = pool[i], pool[j]
            pool.append((x + y, x - y, x * 0.5 * y, x.tanh(), x + x)[kind])
    total = sum((x * x).mean() for x in ours[-4:])
    twin_total = sum((x * x).mean() for x in theirs[-4:])
    for _ in range(2):
        total.backward()
        twin_total.backward(retain_graph=True)
    for leaf, twin in zip(leaves, twins):
        if twin.grad is None:
            assert type(leaf.grad) is float and leaf.grad == 0.0
        else:
            close(leaf.grad, twin.grad.numpy(), np.float64, "gradient")


STEPS = (
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / (y * y + 1),
    lambda x, y: (x * 0.1).exp(),
    lambda x, y: x.tanh(),
    lambda x, y: x.relu(),
)


@many
@given(seed=seeds)
def test_the_scalar_engine_finds_the_same(seed):
    """The same random expression of numbers, on Values and on Tensors without axes."""
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(0.5, 1.5, 3)
    on_values, on_tensors = [Value(x) for x in numbers], [Tensor(x) for x in numbers]
    for _ in range(10):
        i, j, kind = *rng.integers(len(on_values), size=2), rng.integers(len(STEPS))
        for pool in (on_values, on_tensors):
            pool.append(STEPS[kind](pool[i], pool[j]))
    for pool in (on_values, on_tensors):
        sum(pool[-3:]).backward()
    for value, tensor in zip(on_values[:3], on_tensors[:3]):
        np.testing.assert_allclose(tensor.grad, value.grad, rtol=1e-9, atol=1e-9)
