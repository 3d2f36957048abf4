"""The scalar engine computes what PyTorch computes: values and gradients, in float64."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.phase1_autodiff.value import Value, tanh_from_exp, zero_grad

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")

TOLERANCE = 1e-9
EXTREMES = [0.0, 1000.0, -1000.0, 5e-324, -5e-324, 1e-310]


def leaf(x):
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


def close(a, b, scale=1.0):
    """Equal to 1e-9 of the larger of b, 1 and scale; infinities equal themselves."""
    return a == b or abs(a - b) <= TOLERANCE * max(1.0, abs(b), scale)


def compare(f, *xs):
    """Values and gradients of f, a function of Values or of tensors, at xs."""
    ours, theirs = [Value(x) for x in xs], [leaf(x) for x in xs]
    our_result, their_result = f(*ours), f(*theirs)
    assert close(our_result.data, their_result.item()), (our_result.data, their_result.item())
    # an upstream gradient other than 1
    (our_result * 3.5).backward()
    (their_result * 3.5).backward()
    for x, a, b in zip(xs, ours, theirs):
        assert close(a.grad, b.grad.item()), f"at {x}: {a.grad}, and in PyTorch {b.grad.item()}"


# ---- each operation

UNARY = {
    "-x": lambda x: -x,
    "x + 2": lambda x: x + 2,
    "2 + x": lambda x: 2 + x,
    "x - 2": lambda x: x - 2,
    "2 - x": lambda x: 2 - x,
    "x * -3": lambda x: x * -3,
    "-3 * x": lambda x: -3 * x,
    "x / 4": lambda x: x / 4,
    "x ** 2": lambda x: x**2,
    "x ** 3": lambda x: x**3,
    "x ** 1": lambda x: x**1,
    "x ** 0": lambda x: x**0,
    "tanh": lambda x: x.tanh(),
    "relu": lambda x: x.relu(),
}
NOT_AT_ZERO = {
    "4 / x": lambda x: 4 / x,
    "x ** -1": lambda x: x**-1,
    "x ** -2": lambda x: x**-2,
}
ABOVE_ZERO = {
    "log": lambda x: x.log(),
    "x ** 0.5": lambda x: x**0.5,
    "x ** 2.5": lambda x: x**2.5,
    "x ** -1.5": lambda x: x**-1.5,
}
BINARY = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "a / b": lambda a, b: a / b,
    "a used twice": lambda a, b: a * a + a * b - a / b,
}


@pytest.mark.parametrize("x", [*EXTREMES, 0.7, -2.3])
@pytest.mark.parametrize("name", UNARY)
def test_operations_of_one_number(name, x):
    compare(UNARY[name], x)


@pytest.mark.parametrize("x", [0.7, -2.3, 1000.0, -1000.0])
@pytest.mark.parametrize("name", NOT_AT_ZERO)
def test_operations_that_divide(name, x):
    compare(NOT_AT_ZERO[name], x)


@pytest.mark.parametrize("x", [0.7, 2.3, 1000.0, 1e-300])
@pytest.mark.parametrize("name", ["log", "x ** 0.5", "x ** 2.5"])
def test_operations_above_zero(name, x):
    compare(ABOVE_ZERO[name], x)


@pytest.mark.parametrize("x", [0.7, 2.3, 1000.0])
def test_a_negative_fractional_power(x):
    compare(ABOVE_ZERO["x ** -1.5"], x)


def test_the_logarithm_of_the_smallest_number():
    compare(lambda x: x.log(), 5e-324)


@pytest.mark.parametrize("x", [*(x for x in EXTREMES if x < 700), 0.7, -2.3, 700.0])
def test_exp(x):
    compare(lambda x: x.exp(), x)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.5, 1.5])
def test_powers_of_zero(exponent):
    """At 0 the square root has an infinite slope, in both engines."""
    compare(lambda x: x**exponent, 0.0)


@pytest.mark.parametrize("b", [0.0, 0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("a", [0.0, 0.3, 1.0, 7.0])
def test_a_value_as_exponent(a, b):
    """At base 0 the slope along the exponent is 0, in both engines."""
    compare(lambda a, b: a**b, a, b)
    compare(lambda b: a**b, b)


@pytest.mark.parametrize("a, b", [(0.7, -2.3), (-2.3, 0.7), (1000.0, -0.001), (5e-324, 1000.0)])
@pytest.mark.parametrize("name", BINARY)
def test_operations_of_two_numbers(name, a, b):
    compare(BINARY[name], a, b)


@pytest.mark.parametrize("x", [0.0, 0.7, -2.3, 150.0, -150.0])
def test_tanh_from_exp(x):
    ours, theirs = Value(x), leaf(x)
    result = tanh_from_exp(ours)
    (result * 3.5).backward()
    (theirs.tanh() * 3.5).backward()
    assert close(result.data, math.tanh(x)) and close(ours.grad, theirs.grad.item())


# ---- random expressions with shared parts

# each keeps its operands in a domain where it is smooth enough to compare
STEPS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (b * b + 0.5),
    "square": lambda a, b: a**2,
    "cube": lambda a, b: a**3,
    "root": lambda a, b: (a * a + 0.3) ** 0.5,
    "reciprocal": lambda a, b: (a * a + 0.7) ** -1.5,
    "exp": lambda a, b: (a * 0.1).exp(),
    "log": lambda a, b: (a * a + 0.2).log(),
    "tanh": lambda a, b: a.tanh(),
    "relu": lambda a, b: a.relu(),
    "number on the left": lambda a, b: 2 - a,
    "power": lambda a, b: (a * a + 0.5) ** (b * 0.2),
    "power of a number": lambda a, b: 2 ** (a * 0.2),
    "number over": lambda a, b: 3 / (a * a + 1),
}
numbers = st.floats(-3, 3).map(lambda x: round(x, 3))
steps = st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 99), st.integers(0, 99))


def nodes_of(program, leaves):
    """All nodes of an expression; a step takes any two of those before it, again and again."""
    nodes = list(leaves)
    for name, i, j in program:
        a, b = nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]
        node = STEPS[name](a, b)
        if abs(float(node.data)) > 100:
            node = node * 0.001
        nodes.append(node)
    return nodes


@given(st.lists(numbers, min_size=1, max_size=4), st.lists(steps, min_size=1, max_size=15))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_random_expressions(xs, program):
    ours, theirs = [Value(x) for x in xs], [leaf(x) for x in xs]
    our_nodes, their_nodes = nodes_of(program, ours), nodes_of(program, theirs)
    for node in their_nodes:
        node.retain_grad()
    for a, b in zip(our_nodes, their_nodes):
        assert close(a.data, b.item())
    our_nodes[-1].backward()
    their_nodes[-1].backward(retain_graph=True)
    # a small gradient may be the difference of large ones: measured by the largest
    wanted = [0.0 if node.grad is None else node.grad.item() for node in their_nodes]
    scale = max(map(abs, wanted))
    for a, b in zip(our_nodes, wanted):
        assert close(a.grad, b, scale), (a, b)
    # a second pass adds to the leaves, as retain_graph=True does
    our_nodes[-1].backward()
    their_nodes[-1].backward()
    for a, b in zip(ours, theirs):
        assert close(a.grad, 0.0 if b.grad is None else b.grad.item(), scale), (a, b)


# ---- code that was written for micrograd


def test_a_network_in_the_style_of_micrograd_learns():
    """Karpathy's micrograd is the model of this engine's interface: its users' code runs here."""
    rng = random.Random(7)

    class Neuron:
        def __init__(self, n_in):
            self.w = [Value(rng.uniform(-1, 1)) for _ in range(n_in)]
            self.b = Value(0)

        def __call__(self, x):
            return sum((wi * xi for wi, xi in zip(self.w, x)), self.b)

        def parameters(self):
            return [*self.w, self.b]

    hidden, last = [Neuron(2) for _ in range(4)], Neuron(4)
    parameters = [p for neuron in [*hidden, last] for p in neuron.parameters()]
    xs, ys = [[2.0, 3.0], [3, -1], [0.5, 1.0], [1, -1.0]], [1, -1, -1, 1]

    def loss():
        scores = [
            last([n(x).tanh() if i else n(x).relu() for i, n in enumerate(hidden)]) for x in xs
        ]
        data = sum((1 + -y * s).relu() for y, s in zip(ys, scores)) * (1.0 / len(xs))
        return data + 1e-4 * sum(p * p for p in parameters) + (sum(scores) / 100).exp() / 10 - 0.1

    losses = []
    for _ in range(100):
        total = loss()
        for p in parameters:
            p.grad = 0
        total.backward()
        for p in parameters:
            p.data += -0.2 * p.grad
        losses.append(total.data)
    assert losses[-1] < losses[0] / 4, losses


def test_a_chain_of_a_hundred_thousand_nodes():
    """No recursion anywhere: not forward, not backward, not when it is thrown away."""
    x = Value(0.5)
    last = x
    for _ in range(100_000):
        last = last.relu()
    last.backward()
    assert (last.data, x.grad) == (0.5, 1.0)
    zero_grad([x])
    del last
    assert x.grad == 0.0
