"""The activations compute what PyTorch's do: values and gradients, in float64, far out as well."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.phase1_autodiff.value import Value
from solutions.phase2_networks.activations import (
    collapse_linear,
    gelu,
    leaky_relu,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from solutions.phase2_networks.neuron import Neuron

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")

TOLERANCE = 1e-12  # float64, over a handful of operations
SUBNORMAL = [5e-324, -5e-324, 1e-310, -1e-310]
POINTS = [-1000.0, -50.0, -3.0, *SUBNORMAL, 0.0, 0.7, 20.5, 50.0, 1000.0]

# what ours should be: softplus with a threshold that never applies, gelu in its form with tanh
PAIRS = {
    "sigmoid": (sigmoid, lambda t: t.sigmoid()),
    "leaky_relu": (leaky_relu, lambda t: torch.nn.functional.leaky_relu(t)),
    "leaky_relu, slope 0.2": (
        lambda x: leaky_relu(x, 0.2),
        lambda t: torch.nn.functional.leaky_relu(t, 0.2),
    ),
    "leaky_relu, slope 2": (
        lambda x: leaky_relu(x, slope=2.0),
        lambda t: torch.nn.functional.leaky_relu(t, 2.0),
    ),
    "softplus": (softplus, lambda t: torch.nn.functional.softplus(t, threshold=1e9)),
    "silu": (silu, lambda t: torch.nn.functional.silu(t)),
    "gelu": (gelu, lambda t: torch.nn.functional.gelu(t, approximate="tanh")),
}
activations = pytest.mark.parametrize("name", PAIRS)


def tensor(xs):
    return torch.tensor(xs, dtype=torch.float64, requires_grad=True)


def close(a, b):
    return a == b or abs(a - b) <= TOLERANCE * max(1.0, abs(b))


def compare(f, theirs, x):
    """f(x), and after 3.5 · f(x) the gradient: an upstream gradient other than 1."""
    leaf, t = Value(x), tensor(x)
    y, z = f(leaf), theirs(t)
    assert close(y.data, z.item()), (x, y.data, z.item())
    (y * 3.5).backward()
    (z * 3.5).backward()
    assert close(leaf.grad, t.grad.item()), (x, leaf.grad, t.grad.item())


@activations
@pytest.mark.parametrize("x", POINTS)
def test_at_chosen_points(name, x):
    # PyTorch's softplus overflows where its threshold does not step in
    theirs = PAIRS[name][1]
    if name == "softplus" and x == 1000.0:
        theirs = torch.nn.functional.softplus
    compare(PAIRS[name][0], theirs, x)


@activations
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(x=st.floats(-700, 700) | st.floats(-5, 5))
def test_anywhere(name, x):
    compare(*PAIRS[name], x)


@pytest.mark.parametrize("x", [-700.0, -50.0, -3.0, 0.0, 0.7])
@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_small_results_keep_their_digits(name, x):
    """Relative to the result, however small it is."""
    f, theirs = PAIRS[name]
    wanted = theirs(tensor(x)).item()
    assert abs(f(Value(x)).data / wanted - 1) < 1e-14


def test_softplus_keeps_what_the_threshold_of_pytorch_cuts_off():
    """Above 20 PyTorch's default puts out x itself: it is off by log(1 + e^-x)."""
    ours, cut = softplus(Value(20.5)).data, torch.nn.functional.softplus(tensor(20.5)).item()
    assert cut == 20.5 and abs((ours - cut) / math.exp(-20.5) - 1) < 1e-5


scores = st.floats(-1000, 1000) | st.floats(-3, 3) | st.sampled_from([1000.0, -1000.0, 0.0, 5e-324])
temperatures = st.sampled_from([0.001, 0.1, 0.5, 1.0, 2.0, 30.0])


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(scores, min_size=1, max_size=6), temperatures, st.data())
def test_softmax(numbers, temperature, data):
    size = len(numbers)
    weights = data.draw(st.lists(st.floats(-5, 5), min_size=size, max_size=size))
    leaves, t = [Value(x) for x in numbers], tensor(numbers)
    ours, theirs = softmax(leaves, temperature), (t / temperature).softmax(0)
    assert len(ours) == size
    for a, b in zip(ours, theirs.tolist()):
        assert abs(a.data - b) <= 1e-12, (a.data, b)
    sum(p * w for p, w in zip(ours, weights)).backward()
    (theirs * torch.tensor(weights, dtype=torch.float64)).sum().backward()
    for a, b in zip(leaves, t.grad.tolist()):
        assert abs(a.grad - b) <= 1e-12 * max(1.0, 1 / temperature), (a.grad, b)


@pytest.mark.parametrize(
    "numbers",
    [[1000.0, -1000.0], [-1000.0, -1000.0], [1000.0, 1000.0, 999.0], [5e-324, 0.0], [50.0]],
    ids=str,
)
def test_softmax_of_extremes(numbers):
    ours = [p.data for p in softmax([Value(x) for x in numbers])]
    theirs = tensor(numbers).softmax(0).tolist()
    assert all(abs(a - b) <= 1e-15 for a, b in zip(ours, theirs)), (ours, theirs)


@pytest.mark.parametrize("sizes", [(2, 3, 5), (5, 2, 3), (1, 7, 1)], ids=str)
def test_collapse_linear(sizes):
    n_in, n_hidden, n_out = sizes
    rng = torch.Generator().manual_seed(0)
    w1, b1, w2, b2, x = (
        torch.randn(shape, generator=rng, dtype=torch.float64)
        for shape in ((n_in, n_hidden), (n_hidden,), (n_hidden, n_out), (n_out,), (11, n_in))
    )
    w, b = collapse_linear(w1.tolist(), b1.tolist(), w2.tolist(), b2.tolist())
    one = x @ torch.tensor(w, dtype=torch.float64) + torch.tensor(b, dtype=torch.float64)
    torch.testing.assert_close(one, (x @ w1 + b1) @ w2 + b2, rtol=1e-12, atol=1e-12)


@activations
def test_inside_a_neuron(name):
    f, theirs = PAIRS[name]
    neuron = Neuron(2, f)
    neuron.b.data = 0.3
    w, b = tensor([v.data for v in neuron.w]), tensor(neuron.b.data)
    (neuron([1.5, -2.5]) * 3.5).backward()
    (theirs(w @ torch.tensor([1.5, -2.5], dtype=torch.float64) + b) * 3.5).backward()
    for a, wanted in zip(neuron.parameters(), [*w.grad.tolist(), b.grad.item()]):
        assert close(a.grad, wanted), (a.grad, wanted)
