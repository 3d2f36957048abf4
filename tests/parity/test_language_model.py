"""Language models and the recurrent cell give the values and gradients of PyTorch, in float64."""

import numpy as np
import pytest

from solutions.phase3_training.optimizers import AdamW
from solutions.phase4_llms.language_model import (
    Embedding,
    NGramMLP,
    bigram_counts,
    bigram_probabilities,
    make_windows,
    negative_log_likelihood,
)
from solutions.phase4_llms.recurrent import RNNCell, unroll
from solutions.phase4_llms.tensor import Tensor, cross_entropy

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
functional = torch.nn.functional

TOLERANCE = dict(rtol=1e-9, atol=1e-11)


def rng_of(*seed):
    return np.random.default_rng(seed)


def leaf(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), **TOLERANCE)


@pytest.mark.parametrize("shape", [(), (7,), (3, 5), (2, 3, 5)], ids=str)
def test_an_embedding(shape):
    rng = rng_of(*shape)
    embedding = Embedding(11, 4, rng)
    ids, upstream = rng.integers(0, 11, shape), rng.standard_normal((*shape, 4))
    weight = leaf(embedding.weight.data)
    theirs = functional.embedding(torch.tensor(ids), weight)
    ours = embedding(ids)
    same(ours.data, theirs)
    (ours.tanh() * upstream).sum().backward()
    (theirs.tanh() * torch.tensor(upstream)).sum().backward()
    same(embedding.weight.grad, weight.grad)


def test_the_likelihood_of_a_stream():
    ids = rng_of(7).integers(0, 5, 300)
    probs = bigram_probabilities(bigram_counts(ids, 5), smoothing=0.5)
    rows = torch.tensor(probs[ids[:-1]]).log()
    theirs = functional.nll_loss(rows, torch.tensor(ids[1:]))
    assert negative_log_likelihood(probs, ids) == pytest.approx(theirs.item(), rel=1e-12)


def torch_mlp(model):
    """Copies of the parameters of an NGramMLP, and PyTorch's loss as a function of X and y."""
    leaves = [leaf(parameter.data) for parameter in model.parameters()]

    def loss(X, y):
        table, W1, b1, W2, b2 = leaves
        rows = functional.embedding(torch.tensor(X), table).flatten(start_dim=1)
        hidden = functional.linear(rows, W1.T, b1).tanh()  # PyTorch's weights are (n_out, n_in)
        return functional.cross_entropy(functional.linear(hidden, W2.T, b2), torch.tensor(y))

    return leaves, loss


def test_fifty_steps_of_the_n_gram_mlp():
    rng = rng_of(7)
    X, y = make_windows(rng.integers(0, 9, 200), 3)
    model = NGramMLP(9, 3, 4, 13, rng)
    leaves, loss = torch_mlp(model)
    ours = AdamW(model.parameters(), lr=0.01, weight_decay=0.1)
    theirs = torch.optim.AdamW(leaves, lr=0.01, weight_decay=0.1)
    for step in range(50):
        batch = rng.integers(0, len(X), 32)
        ours.zero_grad()
        our_loss = cross_entropy(model(X[batch]), y[batch])
        our_loss.backward()
        theirs.zero_grad()
        their_loss = loss(X[batch], y[batch])
        their_loss.backward()
        same(our_loss.data, their_loss)
        if step == 0:
            for parameter, other in zip(model.parameters(), leaves):
                same(parameter.grad, other.grad)
        ours.step()
        theirs.step()
    for parameter, other in zip(model.parameters(), leaves):
        np.testing.assert_allclose(parameter.data, other.detach().numpy(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("with_state", [False, True], ids=["from zeros", "from a state"])
def test_a_recurrent_network_through_time(with_state):
    B, T, n_in, n_hidden = 3, 11, 5, 7
    rng = rng_of(B, T)
    cell = RNNCell(n_in, n_hidden, rng)
    cell.b.data = rng.standard_normal(n_hidden)
    inputs, h0 = rng.standard_normal((B, T, n_in)), rng.standard_normal((B, n_hidden))
    upstream = rng.standard_normal((B, T, n_hidden))

    theirs = torch.nn.RNN(n_in, n_hidden, batch_first=True, dtype=torch.float64)
    with torch.no_grad():  # PyTorch has weights of shape (n_out, n_in), and two biases
        theirs.weight_ih_l0.copy_(torch.tensor(cell.Wx.data.T))
        theirs.weight_hh_l0.copy_(torch.tensor(cell.Wh.data.T))
        theirs.bias_ih_l0.copy_(torch.tensor(cell.b.data))
        theirs.bias_hh_l0.zero_()
    t_inputs, t_h0 = leaf(inputs), leaf(h0)
    their_states, _ = theirs(t_inputs, t_h0[None] if with_state else None)
    (their_states * torch.tensor(upstream)).sum().backward()

    our_inputs, our_h0 = Tensor(inputs), Tensor(h0)
    states = unroll(cell, our_inputs, our_h0 if with_state else None)
    (states * upstream).sum().backward()

    same(states.data, their_states)
    same(our_inputs.grad, t_inputs.grad)
    same(cell.Wx.grad.T, theirs.weight_ih_l0.grad)
    same(cell.Wh.grad.T, theirs.weight_hh_l0.grad)
    same(cell.b.grad, theirs.bias_ih_l0.grad)
    if with_state:
        same(our_h0.grad, t_h0.grad)
