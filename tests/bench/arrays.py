"""The engine on arrays, against PyTorch."""

import importlib
import random

import numpy as np

from katas.phase3_training.optimizers import Adam
from katas.phase4_llms.mlp import MLP, cast_parameters
from katas.phase4_llms.tensor import cross_entropy
from tests.bench import microgpt, slots
from tests.bench.figure import faster, share
from tests.bench.row import row
from tests.bench.scalar import SLOTS, GPTStep, document, scalar_gpt
from tests.bench.timing import agree, alternate

EAGER = "PyTorch, eager"


def numbers(arrays):
    """Arrays or torch's tensors, one after the other, as a list of floats."""
    return [float(x) for array in arrays for x in np.asarray(array).ravel()]


class Training:
    """Steps of the course's or of PyTorch's kind: zero_grad, loss, backward, and a step of Adam."""

    def __init__(self, parameters, loss, optimizer):
        self.parameters, self.loss, self.optimizer = parameters, loss, optimizer

    def backward(self):
        self.optimizer.zero_grad()
        self.value = self.loss()
        self.value.backward()

    def step(self):
        self.backward()
        self.optimizer.step()


@row("digits", needs="torch")
def digits_step(small=False):
    """A step of the MLP of 4.1 on digits: 64-64-10, 32 images, float32, one thread

    So small a network is not about arithmetic: the products take about 10 µs of a step. The rest
    is what an operation costs before and after it computes, 1 µs for numpy and several for
    PyTorch, and a Python call for each node and pullback.
    """
    import torch
    from torch.nn import functional as F

    n, rounds, at_least = (3, 1, 0) if small else (32, 9, 0.3)
    rng = np.random.default_rng(0)
    X, y = rng.random((n, 64)), rng.integers(0, 10, n)
    figures = []
    for dtype, tolerance in ((np.float64, 1e-9), (np.float32, 1e-4)):
        ours = MLP([64, 64, 10], rng=np.random.default_rng(1))
        cast_parameters(ours, dtype)
        images, labels = X.astype(dtype), torch.from_numpy(y)
        tensors = [torch.tensor(p.data, requires_grad=True) for p in ours.parameters()]
        inputs = torch.from_numpy(images)

        def theirs(inputs=inputs, labels=labels, tensors=tensors):
            W1, b1, W2, b2 = tensors
            hidden = torch.relu(torch.addmm(b1, inputs, W1))
            return F.cross_entropy(torch.addmm(b2, hidden, W2), labels)

        parameters = ours.parameters()
        course = Training(
            parameters,
            lambda ours=ours, images=images: cross_entropy(ours(images), y),
            Adam(parameters, lr=1e-3),
        )
        peer = Training(tensors, theirs, torch.optim.Adam(tensors, lr=1e-3))
        for _ in range(3):
            course.step(), peer.step()
        ours_now = numbers([course.value.data, *(p.data for p in parameters)])
        agree(ours_now, numbers(t.detach() for t in (peer.value, *tensors)), tolerance)
    times, others = alternate([course.backward, peer.backward], rounds, at_least)
    figures.append(share("forward and backward", times, EAGER, others))
    times, others = alternate([course.step, peer.step], rounds, at_least)
    figures.append(share("with a step of Adam", times, EAGER, others, 0.5))
    return figures


class TorchGPT:
    """The GPT of tensor_twin.py in PyTorch, with its fused functions for norm and attention."""

    def __init__(self, twin):
        import torch

        def tensor(weights):
            return torch.tensor(weights.data, requires_grad=True)

        self.tokens, self.positions = tensor(twin.tokens), tensor(twin.positions)
        self.blocks = [{name: tensor(w) for name, w in block.items()} for block in twin.blocks]
        self.n_head, self.head = twin.n_head, tensor(twin.head)
        inside = [w for block in self.blocks for w in block.values()]
        self.parameters = [self.tokens, self.positions, *inside, self.head]

    def loss(self, ids):
        import torch
        from torch.nn import functional as F

        ids = torch.tensor(ids)
        T, C = len(ids) - 1, self.tokens.shape[1]

        def norm(x):
            return F.rms_norm(x, (C,), eps=1e-5)

        def heads(x):
            return x.view(T, self.n_head, C // self.n_head).transpose(0, 1)

        x = norm(self.tokens[ids[:-1]] + self.positions[:T])
        for block in self.blocks:
            q, k, v = (heads(part) for part in (norm(x) @ block["qkv"]).split(C, dim=1))
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + mixed.transpose(0, 1).reshape(T, C) @ block["output"]
            x = x + torch.relu(norm(x) @ block["widen"]) @ block["narrow"]
        return F.cross_entropy(x @ self.head, ids[1:])


def clear(parameters, to):
    for p in parameters:
        p.grad = to


@row("tensor-gpt", needs="torch")
def tensor_gpt_step(small=False):
    """The GPT of microgpt's size on Tensors, 16 tokens, float64, one thread

    The arithmetic is 56,000 multiplications forward and twice as many backward, some 30 µs of
    work; a step takes twenty times as long, because it is about a hundred operations on small
    arrays, and as many pullbacks, and each of them costs a microsecond or two of Python and numpy
    before it computes anything. PyTorch makes fewer and larger operations, and pays more for each.
    """
    rounds, at_least = (1, 0) if small else (7, 0.3)
    ids = document(2 if small else 16, 27, random.Random(0))
    scalar = scalar_gpt().ScalarGPT(27, rng=random.Random(0))
    twin = importlib.import_module("tensor_twin").TensorGPT(scalar)
    torch_gpt = TorchGPT(twin)
    scalar_peer = microgpt.MicroGPT(slots, scalar)
    parameters = twin.parameters()

    def ours():
        clear(parameters, 0.0)
        loss = twin.loss(ids)
        loss.backward()
        return loss

    def eager():
        clear(torch_gpt.parameters, None)
        loss = torch_gpt.loss(ids)
        loss.backward()
        return loss

    one_by_one = GPTStep(scalar_peer, scalar_peer.parameters, ids)
    agree([float(ours().data)], [one_by_one.step().data])
    agree([float(ours().data)], [eager().item()])
    clear(parameters, 0.0), ours(), eager()
    agree(
        numbers(p.grad for p in parameters),
        numbers(p.grad for p in torch_gpt.parameters),
    )
    times, others = alternate([ours, one_by_one.step], 2 if small else 5, at_least)
    figures = [faster("", times, SLOTS, others, 500)]
    times, others = alternate([ours, eager], rounds, at_least)
    figures.append(share("", times, EAGER, others, 0.4))
    return figures
