"""Muon goes where torch.optim.Muon goes, which computes its rounds in bfloat16 unless it is kept.

PyTorch's weights are (n_out, n_in), so each matrix is given to it turned on its side.
"""

import numpy as np
import pytest

from solutions.phase4_llms.tensor import Tensor
from solutions.phase5_practice.muon import Muon

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
if not hasattr(torch.optim, "Muon"):
    pytest.skip("this PyTorch has no Muon yet", allow_module_level=True)

torch.set_num_threads(1)

SHAPES = pytest.mark.parametrize("shape", [(5, 17), (17, 5), (11, 11)], ids=str)
LR, STEPS = 0.02, 50


def walked(shape, **settings):
    """A weight after 50 steps on random gradients: the course's, and PyTorch's turned back."""
    rng = np.random.default_rng(0)
    start = rng.standard_normal(shape)
    ours, theirs = Tensor(start.copy()), torch.tensor(start.T.copy(), requires_grad=True)
    one, other = Muon([ours], LR, **settings), torch.optim.Muon([theirs], LR, **settings)
    for _ in range(STEPS):
        ours.grad = rng.standard_normal(shape)
        theirs.grad = torch.tensor(ours.grad.T.copy())
        one.step()
        other.step()
    return ours.data, theirs.detach().numpy().T


@SHAPES
@pytest.mark.parametrize(
    "settings",
    [{}, {"nesterov": False}, {"momentum": 0.8, "weight_decay": 0.0}, {"weight_decay": 2.0}],
    ids=["as it comes", "without nesterov", "another momentum", "much decay"],
)
def test_fifty_steps_in_the_same_precision(shape, settings, monkeypatch):
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    ours, theirs = walked(shape, **settings)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


@SHAPES
def test_fifty_steps_in_bfloat16_stay_near(shape):
    """Eight bits of mantissa, five rounds: a step is off by a few percent of its length."""
    ours, theirs = walked(shape)
    way = LR * np.sqrt(max(1, shape[1] / shape[0])) * STEPS
    assert np.abs(ours - theirs).max() < 0.05 * way
