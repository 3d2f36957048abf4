"""The array network, its training loop and the scaling are those of PyTorch, in float64."""

import numpy as np
import pytest

from solutions.phase3_training.dataset import (
    Standardizer,
    confusion_matrix,
    minibatches,
    one_hot,
)
from solutions.phase3_training.optimizers import SGD, Adam
from solutions.phase3_training.training import ArrayNetwork, array_loss, fit

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
functional = torch.nn.functional

SIZES = [5, 7, 11, 3]


def examples(n, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, SIZES[0])), rng.integers(0, SIZES[-1], n)


def twins(seed=0):
    """The same network twice: ours, and one of PyTorch's layers with the same weights."""
    ours = ArrayNetwork(SIZES, np.random.default_rng(seed))
    layers = []
    for W, b in zip(ours.weights, ours.biases):
        layer = torch.nn.Linear(*W.data.shape, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(W.data.T))  # PyTorch's is (n_out, n_in)
            layer.bias.copy_(torch.tensor(b.data))
        layers += [layer, torch.nn.ReLU()]
    return ours, torch.nn.Sequential(*layers[:-1])


def linears(theirs):
    return [layer for layer in theirs if isinstance(layer, torch.nn.Linear)]


def test_logits_loss_and_gradients():
    (ours, theirs), (X, y) = twins(), examples(13, 1)
    logits, _ = ours.forward(X)
    their_logits = theirs(torch.tensor(X))
    np.testing.assert_allclose(logits, their_logits.detach().numpy(), atol=1e-12)
    loss, accuracy = array_loss(ours, X, y)
    their_loss = functional.cross_entropy(their_logits, torch.tensor(y))
    their_loss.backward()
    assert loss == pytest.approx(their_loss.item(), abs=1e-12)
    assert accuracy == (their_logits.argmax(dim=1) == torch.tensor(y)).double().mean().item()
    for W, b, layer in zip(ours.weights, ours.biases, linears(theirs)):
        np.testing.assert_allclose(W.grad, layer.weight.grad.numpy().T, atol=1e-12)
        np.testing.assert_allclose(b.grad, layer.bias.grad.numpy(), atol=1e-12)


def evaluated(theirs, X, y):
    with torch.no_grad():
        return functional.cross_entropy(theirs(torch.tensor(X)), torch.tensor(y)).item()


@pytest.mark.parametrize(
    "our_optimizer, their_optimizer",
    [
        (lambda p: SGD(p, 0.1, momentum=0.9), lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
        (lambda p: Adam(p, 0.01), lambda p: torch.optim.Adam(p, 0.01)),
    ],
    ids=["SGD", "Adam"],
)
def test_ten_epochs_of_training(our_optimizer, their_optimizer):
    """The same batches, in the same order, to the same losses."""
    ours, theirs = twins()
    train, validation = examples(50, 2), examples(20, 3)
    optimizer = our_optimizer(ours.parameters())
    rng = np.random.default_rng(4)
    history = fit(ours, array_loss, train, validation, optimizer, 10, 8, rng)

    optimizer = their_optimizer(theirs.parameters())
    rng = np.random.default_rng(4)
    seen, watched = [], []
    for _ in range(10):
        total = 0.0
        for batch in minibatches(50, 8, rng):
            optimizer.zero_grad()
            X, y = torch.tensor(train[0][batch]), torch.tensor(train[1][batch])
            loss = functional.cross_entropy(theirs(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        seen.append(total / 50)
        watched.append(evaluated(theirs, *validation))
    np.testing.assert_allclose(history["train_loss"], seen, atol=1e-9)
    np.testing.assert_allclose(history["validation_loss"], watched, atol=1e-9)


def test_scaling_and_classes():
    X, y = examples(17, 5)
    standardizer = Standardizer().fit(X)
    deviation = torch.tensor(X).std(dim=0, unbiased=False).numpy()
    np.testing.assert_allclose(standardizer.deviation, deviation, atol=1e-12)
    np.testing.assert_array_equal(one_hot(y, 4), functional.one_hot(torch.tensor(y), 4).numpy())
    predictions = np.random.default_rng(6).integers(0, 3, 17)
    pairs = torch.bincount(torch.tensor(3 * y + predictions), minlength=9).reshape(3, 3)
    np.testing.assert_array_equal(confusion_matrix(y, predictions, 3), pairs.numpy())
