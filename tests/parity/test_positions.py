"""Learned positions are an embedding of PyTorch's, added; sinusoids are a rotation in the plane."""

import numpy as np
import pytest

from solutions.phase4_llms.positions import LearnedPositions, sinusoidal_positions
from solutions.phase4_llms.tensor import Tensor

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")


@pytest.mark.parametrize("start", [0, 2])
def test_learned_positions(start):
    rng = np.random.default_rng(3)
    ours, theirs = LearnedPositions(7, 3, rng), torch.nn.Embedding(7, 3, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight[:] = torch.tensor(ours.table.data)
    x, upstream = rng.standard_normal((2, 2, 5, 3))
    leaf, there = Tensor(x), torch.tensor(x, requires_grad=True)
    out, wanted = ours(leaf, start), there + theirs(torch.arange(start, start + 5))
    out.backward(upstream)
    wanted.backward(torch.tensor(upstream))
    for got, expected in (
        (out.data, wanted.detach()),
        (leaf.grad, there.grad),
        (ours.table.grad, theirs.weight.grad),
    ):
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("T, C", [(7, 10), (513, 64)])
def test_sinusoids(T, C):
    """A pair of channels is a number on the unit circle: cos + i sin, turned once a position."""
    rates = torch.pow(10000.0, -torch.arange(0, C, 2, dtype=torch.float64) / C)
    angles = torch.outer(torch.arange(T, dtype=torch.float64), rates)
    circle = torch.view_as_real(torch.polar(torch.ones_like(angles), angles))  # cos, sin
    wanted = circle.flip(-1).reshape(T, C).numpy()
    np.testing.assert_allclose(sinusoidal_positions(T, C), wanted, rtol=1e-10, atol=1e-10)
