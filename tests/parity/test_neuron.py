"""A neuron computes what PyTorch's linear layer computes: values and gradients, in float64."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.phase1_autodiff.value import Value
from solutions.phase2_networks.neuron import Neuron, weighted_sum

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")

TOLERANCE = 1e-9
numbers = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1000.0, -1000.0, 5e-324, -5e-324, 1e-310])
activations = st.sampled_from([None, "tanh", "relu", "exp"])


def tensor(xs):
    return torch.tensor(xs, dtype=torch.float64, requires_grad=True)


def close(a, b, scale):
    """Equal to 1e-9 of the larger of b, 1 and the largest term; infinities equal themselves."""
    return a == b or abs(a - b) <= TOLERANCE * max(1.0, abs(b), scale)


def compare(ours, leaves, theirs, tensors, scale):
    """One result, and after 3.5 · result its gradients: an upstream gradient other than 1."""
    assert close(ours.data, theirs.item(), scale), (ours.data, theirs.item())
    (ours * 3.5).backward()
    (theirs * 3.5).backward()
    gradients = [g for t in tensors for g in t.grad.reshape(-1).tolist()]
    assert len(leaves) == len(gradients)
    for a, b in zip(leaves, gradients):
        assert close(a.grad, b, scale), (a.grad, b)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.data(), st.integers(1, 8))
def test_weighted_sum(data, n):
    several = st.lists(numbers, min_size=n, max_size=n)
    w, x, b = data.draw(several), data.draw(several), data.draw(numbers)
    leaves = [Value(number) for number in (*w, *x, b)]
    ours = weighted_sum(leaves[:n], leaves[n : 2 * n], leaves[-1])
    tensors = tensor(w), tensor(x), tensor(b)
    theirs = torch.nn.functional.linear(tensors[1], tensors[0].unsqueeze(0), tensors[2]).squeeze()
    scale = max(abs(a * c) for a, c in zip(w, x))
    compare(ours, leaves, theirs, tensors, max(scale, abs(b)))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 6), activations, st.integers(0, 10**6))
def test_neuron(n, activation, seed):
    rng = random.Random(seed)
    neuron = Neuron(n, activation, rng)
    neuron.b.data = rng.uniform(-1, 1)
    x = [Value(rng.uniform(-3, 3)) for _ in range(n)]

    layer = torch.nn.Linear(n, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(tensor([[w.data for w in neuron.w]]))
        layer.bias.copy_(tensor([neuron.b.data]))
    inputs = tensor([v.data for v in x])
    z = layer(inputs).squeeze()
    theirs = z if activation is None else getattr(torch, activation)(z)
    compare(
        neuron(x), [*neuron.parameters(), *x], theirs, [layer.weight, layer.bias, inputs], scale=1.0
    )


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("z", [1000.0, -1000.0, 0.0, 5e-324, -5e-324, 1e-310])
def test_extreme_sums(activation, z):
    neuron = Neuron(1, activation)
    neuron.w[0].data, neuron.b.data = 1.0, 0.0
    x, inputs, weight = Value(z), tensor(z), tensor(1.0)
    bias = tensor(0.0)
    theirs = getattr(torch, activation)(weight * inputs + bias)
    compare(neuron([x]), [*neuron.w, neuron.b, x], theirs, [weight, bias, inputs], scale=1.0)
