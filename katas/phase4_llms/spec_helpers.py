"""4.1 to 4.4 · Spec helpers: the numbers, measurements and checks that several specs share."""

import math
import os
import warnings
from contextlib import contextmanager

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from dojo.expect.close import PROVING
from katas.phase1_autodiff.finite_differences import numerical_derivative, numerical_gradient
from katas.phase4_llms.tensor import Tensor, concatenate

MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def rng_of(seed):
    return np.random.default_rng(seed)


def rng_at_the_edge(upper):
    """A Generator whose next random() is the greatest number below 1, or else 0.0."""
    bits = np.random.PCG64(0)
    state = bits.state
    state["state"]["state"] = 2**64 - 1 if upper else 0
    bits.state = state
    return np.random.Generator(bits.advance(-1))


def numbers(*shape, salt=0):
    """Numbers with one decimal from -2 to 2, none of them 0: the same for the same arguments."""
    draws = rng_of((*shape, salt)).uniform(0.1, 2.0, (2, *shape))
    return np.round(draws[0], 1) * np.where(draws[1] > 1.05, 1, -1)


def positive(*shape, salt=0):
    """The same without their signs."""
    return np.abs(numbers(*shape, salt=salt))


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
    stands = {id(parameter): name for name, parameter in module.named_parameters()}
    wrong = []
    for name in [name for name in wanted if name not in found]:
        other = stands.get(id(_at(module, name)))
        again = f", since it is {other} once more: make two, not one with two names"
        wrong.append(f"{name} is missing{again if other else ''}")
    wrong += [f"{name} is one too many" for name in found if name not in wanted]
    wrong += [
        f"{name} has the shape {found[name]}, and should have {shape}"
        for name, shape in wanted.items()
        if found.get(name, shape) != shape
    ]
    assert not wrong, f"the parameters of {what} are not right: {'; '.join(wrong)}"
    assert list(found) == list(wanted), (
        f"the parameters of {what} are found in another order than that of the docstring, so that "
        f"one seed does not draw the same weights\n  wanted  {list(wanted)}\n"
        f"  found   {list(found)}"
    )


def _at(thing, path):
    """What stands at a path such as "blocks.0.norm.gain"; None if nothing does."""
    for name in path.split("."):
        parts = dict(enumerate(thing)) if isinstance(thing, list | tuple) else vars(thing)
        thing = parts.get(int(name) if name.isdigit() else name)
        if not (hasattr(thing, "__dict__") or isinstance(thing, list | tuple)):
            break
    return thing


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
    fresh, other = make(None).state_dict(), make(None).state_dict()
    assert any(not np.array_equal(fresh[name], other[name]) for name in fresh), (
        f"without rng, {what} is the same each time it is made: None stands for a fresh generator"
    )
    seeded = make(5).state_dict()
    differ = [name for name in one if not np.array_equal(one[name], seeded[name])]
    assert not differ, (
        f"{differ[0]} of {what} is another for the seed 5 than for the generator of that seed: "
        "parts that are handed the seed itself all begin anew, and draw the same numbers"
    )


def is_drawn_first(part, alone, what):
    """Fail unless a part of a module holds the numbers that it would if it were made alone."""
    __tracebackhide__ = True
    first, same = alone.state_dict(), part.state_dict()
    assert all(np.array_equal(first[name], same[name]) for name in first), (
        f"{what} is not drawn first: the parts are made in the order of the docstring, so that one "
        "seed always draws the same weights"
    )


def is_alike_in_both_modes(model, ids):
    """Fail unless a model in which there is no Dropout has the same logits in train and eval."""
    __tracebackhide__ = True
    training = model(ids).data
    model.eval()
    expect_close(
        model(ids),
        training,
        "logits in eval mode, compared with those in train mode (there is no Dropout in it),",
        mistakes={"in eval mode the last position alone has logits": training[:, -1:]},
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


def refuses_arrays(function, what):
    """Fail unless a function of Tensors refuses an array by its type."""
    __tracebackhide__ = True
    expect_raises(
        TypeError,
        lambda: function(np.zeros((2, 3))),
        f"{what} of an array, whose .data is its memory and not its numbers (array_of takes a "
        "Tensor's array and refuses all else),",
        naming=[np.ndarray],
    )


def is_array(result, what):
    """result, if it is an array; fails in words if it is not."""
    __tracebackhide__ = True
    kind = type(result).__name__
    assert isinstance(result, np.ndarray), (
        f"{what} came back as {kind}, and should be a numpy array"
    )
    return result


def gradients_of(result, upstream, **leaves):
    """What backward brings to each leaf; fails in words where the graph does not reach one."""
    __tracebackhide__ = True
    for leaf in leaves.values():
        leaf.grad = 0.0
    assert is_tensor(result, "the result").requires_grad, (
        "the result requires no gradient: the graph is cut. Whoever computes on .data leaves no "
        "trace for backward to follow"
    )
    result.backward(upstream)
    cut = [name for name, leaf in leaves.items() if type(leaf.grad) is float]
    assert not cut, (
        f"no gradient came to {' and '.join(cut)}: the graph is cut. Whoever computes on .data "
        "leaves no trace for backward to follow"
    )
    return [leaf.grad for leaf in leaves.values()]


def operand(array):
    """A Tensor in the middle of a graph; it keeps the gradient that comes, of whatever shape."""
    leaf = Tensor(array)
    node = Tensor(leaf.data, (leaf,), (lambda g: np.zeros_like(array),), "operand")
    node.retain_grad()
    return node


def share_of(pullback, given, result):
    """What a pullback of result makes of a gradient; fail if it is no array."""
    __tracebackhide__ = True
    whose = f"a pullback of {result.op or 'the result'}"
    assert callable(pullback), (
        f"{whose} is {pullback!r}, and should be a function: it takes the gradient of the result "
        "and returns the operand's share of it"
    )
    try:
        share = pullback(given)
    except ValueError as error:
        raise AssertionError(
            f"{whose} stops at the gradient of the result, which has the result's shape "
            f"{given.shape}: {error}"
        ) from error
    assert share is not None, (
        f"{whose} returned None: it should return the operand's share of the gradient, and leave "
        "every grad to backward"
    )
    assert not isinstance(share, Tensor), (
        f"{whose} returned a Tensor: it is given an array, and should compute with arrays (the "
        "data of the operands) and return one"
    )
    return share


def gradients(operation, *arrays, seed):
    """The gradient of each operand of operation(*operands), if that of the result is seed."""
    __tracebackhide__ = True
    nodes = [operand(array.copy()) for array in arrays]
    result = operation(*nodes)
    data = result.data.copy()
    before = [node.grad for node in nodes]
    for pullback in result.pullbacks:
        given = np.array(seed, dtype=result.data.dtype)
        once = np.array(share_of(pullback, given, result))
        again = pullback(given)
        assert np.array_equal(given, seed), (
            f"a pullback of {result.op or 'the result'} changed in place the gradient that it was "
            "given: other nodes may hold the same array"
        )
        assert np.array_equal(result.data, data, equal_nan=True), (
            f"a pullback of {result.op or 'the result'} changed in place the data of the result, "
            "which whoever used it still needs"
        )
        assert np.array_equal(once, again, equal_nan=True), (
            f"a pullback of {result.op or 'the result'}, called twice with the same gradient, gave "
            "two answers: it writes into something that it keeps"
        )
    assert all(node.grad is was for node, was in zip(nodes, before)), (
        f"a pullback of {result.op or 'the result'} wrote into the grad of its operand: it returns "
        "its share, and backward alone adds up what comes from all sides"
    )
    result.backward(seed)
    for node, array in zip(nodes, arrays):
        assert np.array_equal(node.data, array, equal_nan=True), (
            "the data of an operand was changed in place: it belongs to whoever made it, and "
            "pullbacks of other nodes still need it as it was"
        )
        assert isinstance(node.grad, np.ndarray | np.generic), (
            f"no gradient came: grad is still {node.grad!r}. Does each operand stand among the "
            "parents, with a pullback beside it that returns something?"
        )
    return [node.grad for node in nodes]


def expect_gradients(what, operation, formula, *arrays, mistakes=({}, {})):
    """Fail unless each operand's gradient is the measured one, where the result's is not 1.

    formula   the same operation on arrays
    mistakes  for each operand {name: what this mistake makes of the result's gradient}
    """
    __tracebackhide__ = True
    right = formula(*arrays)
    shape = operation(*(Tensor(array.copy()) for array in arrays)).shape
    assert shape == np.shape(right), (
        f"{what} has the shape {shape}, and should be {np.shape(right)}"
    )
    seed = numbers(*np.shape(right), salt=2)
    found = gradients(operation, *arrays, seed=seed)
    for i, (got, wrong) in enumerate(zip(found, mistakes)):
        wanted = measured(
            lambda x, i=i: (seed * formula(*arrays[:i], x, *arrays[i + 1 :])).sum(), arrays[i]
        )
        which = f"gradient of {'xy'[i]} in {what}" if len(arrays) > 1 else f"gradient of {what}"
        answers = {name: of_seed(seed) for name, of_seed in wrong.items()}
        expect_close(got, wanted, which, mistakes=answers, tolerance=MEASURED)


def expect_float32(operation, *shapes):
    """Fail if a float32 operand leads to a float64 result or gradient."""
    __tracebackhide__ = True
    nodes = [operand(positive(*shape).astype(np.float32)) for shape in shapes]
    result = operation(*nodes)
    assert result.data.dtype == np.float32, (
        f"the operands are float32 and the result is {result.data.dtype}: something in between "
        "was float64 and has widened it"
    )
    waiting, seed = [result], positive(*result.shape).astype(np.float32)
    while waiting:  # all that was made of the operands, as an operation may take several steps
        node = waiting.pop()
        for parent, pullback in zip(node.parents, node.pullbacks):
            kind = np.asarray(share_of(pullback, np.ones_like(node.data), node)).dtype
            assert kind == np.float32, (
                f"data is float32, and what a pullback of {node.op!r} returns is {kind}: something "
                "in there was float64 and has widened it, at twice the time and memory"
            )
            if not any(parent is operand for operand in nodes):
                waiting.append(parent)
    result.backward(seed)
    kinds = [node.grad.dtype for node in nodes]
    assert kinds == [np.float32] * len(nodes), (
        f"data is float32, and the gradients are {', '.join(map(str, kinds))}"
    )


def in_float32(module):
    """The module, with parameters of float32."""
    for parameter in module.parameters():
        parameter.data = parameter.data.astype(np.float32)
    return module


def is_float32(result):
    """Fail if what a module of float32 has made is of float64."""
    __tracebackhide__ = True
    assert result.data.dtype == np.float32, (
        f"what goes in and all parameters are float32, and what comes out is {result.data.dtype}: "
        "a Tensor that is made of a number or of np.ones is float64, and widens all that it meets. "
        "A plain number, or an array, takes the dtype of the Tensor beside it"
    )


def stays_float32(layer, *shapes):
    """Fail unless a layer with parameters of float32 computes in it, forth and back."""
    __tracebackhide__ = True
    in_float32(layer)
    given = [Tensor(np.ones(shape, np.float32)) for shape in shapes]
    is_float32(layer(*given))
    expect_float32(layer, *shapes)


def expect_op(result, op, *parents):
    """Fail unless the result notes how it was made."""
    __tracebackhide__ = True
    assert isinstance(result, Tensor), (
        f"the result is a {type(result).__name__}, and should be a Tensor: no gradient finds its "
        "way back through anything else"
    )
    assert result.op == op, (
        f"op is {result.op!r}, and should be {op!r}: the operation is one node of its own, and not "
        "put together from others"
    )
    found = [next((i for i, x in enumerate(parents) if x is p), None) for p in result.parents]
    places = [next(i for i, x in enumerate(parents) if x is p) for p in parents]
    assert found == places, (
        f"the parents of {op!r} are {list(result.parents)}, and should be its operands in order"
    )


@pytest.fixture(autouse=True)
def tuples_go_to_tensor(monkeypatch):
    """Say what an operation hands to Tensor in a wrong place, before something else fails."""
    init = Tensor.__init__

    def checked(self, data, parents=(), pullbacks=(), *more, **named):
        for given, field in ((parents, "parents"), (pullbacks, "pullbacks")):
            assert isinstance(given, tuple | list), (
                f"{field} is a {type(given).__name__} where a tuple should be: the tuple of x "
                "alone is (x,), with its comma"
            )
        assert not any(callable(parent) for parent in parents), (
            "functions stand where the parents should be: in Tensor(data, parents, pullbacks, op) "
            "the Tensors come first, and then their pullbacks"
        )
        assert len(parents) == len(pullbacks), (
            f"there are {len(parents)} parents and {len(pullbacks)} pullbacks: each has one"
        )
        init(self, data, parents, pullbacks, *more, **named)

    monkeypatch.setattr(Tensor, "__init__", checked)


# ---- text


def expect_same(actual, expected, what, mistakes=None):
    """expect_close for what holds text or bytes: fail unless the two are equal, and of one type."""
    __tracebackhide__ = True
    answers = list((mistakes or {}).values())
    if os.environ.get(PROVING) and (
        expected in answers or any(answers.count(a) > 1 for a in answers)
    ):
        raise ValueError(f"{what}: two mistakes give one answer, or one gives the right answer")
    if type(actual) is type(expected) and actual == expected:
        return
    lines = [
        f"{what} is not right",
        f"  expected  {shown(expected)}",
        f"  got       {shown(actual)}",
    ]
    if type(actual) is not type(expected):
        found, wanted = type(actual).__name__, type(expected).__name__
        lines.append(f"  It is a {found}, and should be a {wanted}.")
        actual = actual.tolist() if isinstance(actual, np.ndarray) else actual
        if isinstance(actual, list | tuple) and list(actual) == list(expected):
            lines[-1] += " Its entries are right."
    same = [name for name, answer in (mistakes or {}).items() if answer == actual]
    names = [one for name in same for one in (name if isinstance(name, tuple) else (name,))]
    lines += [f"  This is exactly what you get when {name}." for name in names[:1]]
    lines += [f"  Or when {name}." for name in names[1:]]
    raise AssertionError("\n".join(lines))


def shown(x, room=300):
    return repr(x) if len(repr(x)) <= room else f"{repr(x)[:room]} …"


def tokens(text):
    """'l ow e' -> (b'l', b'ow', b'e')"""
    return tuple(token.encode() for token in text.split())


def pairs(*texts):
    """'l o', 'lo w' -> [(b'l', b'o'), (b'lo', b'w')]"""
    return [tokens(text) for text in texts]


# ---- attention


def weights_by_loops(q, k, mask=None, scale=None):
    """softmax(q kᵀ · scale + mask) by rows, for lists of rows; scale is 1/√D."""
    scale = 1 / math.sqrt(len(q[0])) if scale is None else scale
    q, k = np.asarray(q).tolist(), np.asarray(k).tolist()
    mask = mask if mask is None else np.asarray(mask, float)  # a sum with one of float32 is float32
    rows = []
    for t, query in enumerate(q):
        scores = [scale * sum(a * b for a, b in zip(query, key)) for key in k]
        e = [math.exp(x + (0.0 if mask is None else mask[t][s])) for s, x in enumerate(scores)]
        total = sum(e)
        rows.append([x / total if total else 0.0 for x in e])
    return rows


def mixed_by_loops(weights, v):
    """weights @ v, for lists of rows."""
    v = np.asarray(v).tolist()
    return [
        [sum(w * row[e] for w, row in zip(shares, v)) for e in range(len(v[0]))]
        for shares in weights
    ]


def attention_by_loops(q, k, v, mask=None, scale=None):
    return mixed_by_loops(weights_by_loops(q, k, mask, scale), v)


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


@contextmanager
def quietly(why):
    """Fail, and say why it matters, if numpy warns of something inside."""
    __tracebackhide__ = True
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    assert not said, f"numpy says: {said[0].message}. {why}"


@contextmanager
def hinted(hint):
    """Add what it usually means to an error that is raised inside."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, AssertionError | NotImplementedError):
            error.add_note(hint)
        raise


def is_one_node(result, x, op):
    """Fail unless a Tensor was made from x in one step."""
    __tracebackhide__ = True
    assert result.op == op and len(result.parents) == 1 and result.parents[0] is x, (
        f"the result has op {result.op!r} and {len(result.parents)} parents, and should be one "
        f'node with op "{op}" whose only parent is x: every node more is another array to keep'
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

        cut = "no gradient gets there (.data, or numpy, stands where a Tensor belongs)"
        try:
            expect_close(
                np.sum(tensor.grad * direction),
                numerical_derivative(moved, 0.0),
                f"{what}: the gradient of {name}, along one direction,",
                mistakes={cut: 0},
                tolerance=MEASURED,
            )
        except AssertionError as wrong:
            if cut in str(wrong):
                raise
            raise AssertionError(
                f"{wrong}\n  If the result itself is right, one of the ways from {name} to it is "
                "cut (by .data, detach or numpy), or is taken twice."
            ) from None


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
