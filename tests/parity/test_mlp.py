"""The layers of 4.1 compute and learn what PyTorch's do."""

import numpy as np
import pytest

from solutions.phase3_training.optimizers import AdamW
from solutions.phase4_llms.mlp import MLP, Dropout, Linear, cast_parameters, tensor_loss
from solutions.phase4_llms.tensor import Tensor

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")

SIZES = [5, 11, 7, 3]


def twins(activation, dtype):
    """The same network twice: ours, and one of PyTorch's layers, whose weights are transposed."""
    ours = MLP(SIZES, activation, np.random.default_rng(0))
    cast_parameters(ours, dtype)
    layers = []
    for layer in ours.layers:
        if isinstance(layer, Linear):
            theirs = torch.nn.Linear(*layer.weight.shape)
            theirs.weight = torch.nn.Parameter(torch.tensor(layer.weight.data.T.copy()))
            theirs.bias = torch.nn.Parameter(torch.tensor(layer.bias.data))
        else:
            theirs = {Tensor.relu: torch.nn.ReLU, Tensor.tanh: torch.nn.Tanh}[layer]()
        layers.append(theirs)
    return ours, torch.nn.Sequential(*layers)


@pytest.mark.parametrize("activation", [Tensor.relu, Tensor.tanh], ids=["relu", "tanh"])
@pytest.mark.parametrize(
    "dtype, tolerance", [(np.float64, 1e-9), (np.float32, 2e-4)], ids=["float64", "float32"]
)
def test_thirty_steps_of_training(activation, dtype, tolerance):
    rng = np.random.default_rng(1)
    ours, theirs = twins(activation, dtype)
    X, y = rng.standard_normal((40, 5)).astype(dtype), rng.integers(0, 3, 40)
    first = AdamW(ours.parameters(), lr=0.01, weight_decay=0.1)
    second = torch.optim.AdamW(theirs.parameters(), lr=0.01, weight_decay=0.1)
    for step in range(30):
        batch = slice(step % 4 * 10, step % 4 * 10 + 10)
        first.zero_grad()
        loss, _ = tensor_loss(ours, X[batch], y[batch])
        first.step()
        second.zero_grad()
        twin = torch.nn.functional.cross_entropy(
            theirs(torch.tensor(X[batch])), torch.tensor(y[batch])
        )
        twin.backward()
        second.step()
        assert loss == pytest.approx(twin.item(), rel=tolerance)
    for parameter, other in zip(ours.parameters(), theirs.parameters()):
        wanted = other.detach().numpy()
        wanted = wanted.T if wanted.ndim == 2 else wanted
        np.testing.assert_allclose(parameter.data, wanted, rtol=tolerance, atol=tolerance)
        assert parameter.data.dtype == dtype


def test_a_new_layer_is_spread_as_pytorchs():
    """Both draw weights within 1 / √n_in, uniformly."""
    torch.manual_seed(0)
    ours = Linear(50, 400, np.random.default_rng(0)).weight.data
    theirs = torch.nn.Linear(50, 400).weight.detach().numpy()
    limit = 1 / np.sqrt(50)
    assert abs(ours).max() <= limit and abs(theirs).max() <= limit
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)


def test_dropout_keeps_and_scales_as_pytorchs():
    ones = np.ones((400, 250))
    ours = Dropout(0.3, np.random.default_rng(0))(Tensor(ones)).data
    theirs = torch.nn.Dropout(0.3)(torch.tensor(ones)).numpy()
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs))
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.01)
