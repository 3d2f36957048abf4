"""Training on Values and the gradients derived by hand are those of PyTorch, in float64."""

import numpy as np
import pytest

from solutions.phase2_networks.losses import cross_entropy
from solutions.phase2_networks.module import MLP
from solutions.phase3_training.backpropagation import (
    embedding_backward,
    gradient_norm_by_depth,
    linear_backward,
    linear_forward,
    relu_backward,
    softmax_cross_entropy,
    tanh_backward,
    train,
    two_layer_backward,
    two_layer_forward,
    unbroadcast,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
functional = torch.nn.functional

TOLERANCE = dict(rtol=1e-10, atol=1e-12)


def rng_of(*seed):
    return np.random.default_rng(seed)


def leaf(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), **TOLERANCE)


@pytest.mark.parametrize("n, d, h", [(7, 3, 5), (1, 3, 5), (2, 1, 1), (64, 30, 10)])
def test_a_linear_layer(n, d, h):
    """PyTorch's layer holds its weights transposed, (n_out, n_in)."""
    rng = rng_of(n, d, h)
    X, W, b, dY = (rng.standard_normal(shape) for shape in ((n, d), (d, h), (h,), (n, h)))
    tX, tW, tb = leaf(X), leaf(W), leaf(b)
    Y = functional.linear(tX, tW.T, tb)
    Y.backward(torch.tensor(dY))
    same(linear_forward(X, W, b), Y)
    for ours, theirs in zip(linear_backward(dY, X, W), (tX, tW, tb)):
        same(ours, theirs.grad)


@pytest.mark.parametrize("shape", [(5,), (3, 7), (2, 3, 5)], ids=str)
def test_activations(shape):
    rng = rng_of(*shape)
    Z, dA = rng.standard_normal(shape) * 3, rng.standard_normal(shape)
    Z.flat[0] = 0.0
    for name, ours in (
        ("relu", relu_backward(dA, Z)),
        ("tanh", tanh_backward(dA, np.tanh(Z))),
    ):
        z = leaf(Z)
        getattr(torch, name)(z).backward(torch.tensor(dA))
        same(ours, z.grad)


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0, 1000.0])
@pytest.mark.parametrize("n, k", [(5, 7), (1, 2), (64, 10)])
def test_softmax_cross_entropy(n, k, scale):
    rng = rng_of(n, k)
    logits, targets = rng.standard_normal((n, k)) * scale, rng.integers(0, k, n)
    z = leaf(logits)
    wanted = functional.cross_entropy(z, torch.tensor(targets))
    wanted.backward()
    loss, dlogits = softmax_cross_entropy(logits, targets)
    np.testing.assert_allclose(loss, wanted.item(), **TOLERANCE)
    same(dlogits, z.grad)


@pytest.mark.parametrize(
    "shape", [(2, 3, 5), (3, 5), (5,), (), (1,), (2, 1, 5), (1, 3, 1), (1, 1, 1), (3, 1)], ids=str
)
def test_broadcasting_is_undone(shape):
    rng = rng_of(*shape, 7)
    x, other, dout = leaf(rng.standard_normal(shape)), rng.standard_normal((2, 3, 5)), (2, 3, 5)
    dout = rng.standard_normal(dout)
    (x * torch.tensor(other)).backward(torch.tensor(dout))
    ours = unbroadcast(dout * other, shape)
    assert ours.shape == shape
    same(ours, x.grad)


@pytest.mark.parametrize("ids_shape", [(11,), (3, 5), (2, 3, 5)], ids=str)
def test_an_embedding(ids_shape):
    rng = rng_of(*ids_shape)
    ids, dout = rng.integers(0, 7, ids_shape), rng.standard_normal((*ids_shape, 3))
    table = leaf(rng.standard_normal((7, 3)))
    functional.embedding(torch.tensor(ids), table).backward(torch.tensor(dout))
    same(embedding_backward(dout, ids, 7), table.grad)


def test_two_layers_trained_for_a_hundred_steps():
    """The same trajectory, with the gradients of autograd and with those derived by hand."""
    rng = rng_of(3)
    X, targets = rng.standard_normal((17, 3)), rng.integers(0, 2, 17)
    ours = [rng.standard_normal(shape) for shape in ((3, 5), (5,), (5, 2), (2,))]
    theirs = [leaf(array) for array in ours]
    for _ in range(100):
        logits, cache = two_layer_forward(X, *ours)
        _, dlogits = softmax_cross_entropy(logits, targets)
        for array, gradient in zip(ours, two_layer_backward(dlogits, cache)):
            array -= 0.5 * gradient
        W1, b1, W2, b2 = theirs
        z = torch.tanh(torch.tensor(X) @ W1 + b1) @ W2 + b2
        gradients = torch.autograd.grad(functional.cross_entropy(z, torch.tensor(targets)), theirs)
        with torch.no_grad():
            for tensor, gradient in zip(theirs, gradients):
                tensor -= 0.5 * gradient
    for array, tensor in zip(ours, theirs):
        np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=1e-8, atol=1e-10)


def test_xor_on_values_takes_the_same_steps():
    """100 steps of train, on Values, beside SGD on the same network of PyTorch's own layers."""
    points, classes = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
    numbers = rng_of(5).normal(size=17)
    model = MLP([2, 3, 2])
    for parameter, number in zip(model.parameters(), numbers):
        parameter.data = float(number)
    losses = train(model, points, classes, cross_entropy, lr=1.0, steps=100)

    theirs = torch.nn.Sequential(
        torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2)
    ).double()
    with torch.no_grad():  # a row of PyTorch's weights is a neuron
        for layer, rows in (
            (theirs[0], numbers[:9].reshape(3, 3)),
            (theirs[2], numbers[9:].reshape(2, 4)),
        ):
            layer.weight[:], layer.bias[:] = torch.tensor(rows[:, :-1]), torch.tensor(rows[:, -1])
    optimizer = torch.optim.SGD(theirs.parameters(), lr=1.0)
    wanted = []
    for _ in range(100):
        optimizer.zero_grad()
        loss = functional.cross_entropy(
            theirs(torch.tensor(points).double()), torch.tensor(classes)
        )
        loss.backward()
        wanted.append(loss.item())
        optimizer.step()
    np.testing.assert_allclose(losses, wanted, rtol=1e-8)


@pytest.mark.parametrize("depth, scale", [(1, 1.0), (10, 0.5), (10, 1.0), (10, 3.0)])
def test_gradient_norms(depth, scale):
    ours = gradient_norm_by_depth(depth, scale, rng_of(depth))
    rng = rng_of(depth)
    inputs = [leaf(rng.standard_normal((16, 32)))]
    for _ in range(depth):
        W = torch.tensor(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        inputs.append(torch.tanh(inputs[-1] @ W))
    gradients = torch.autograd.grad(inputs[-1].sum(), inputs[:-1])
    np.testing.assert_allclose(ours, [gradient.norm().item() for gradient in gradients], rtol=1e-9)
