"""The engine on arrays, against PyTorch."""

import importlib
import random

import numpy as np

from katas.phase3_training.optimizers import Adam
from katas.phase4_llms.mlp import MLP, cast_parameters
from katas.phase4_llms.tensor import cross_entropy
from tests.bench import microgpt, slots
from tests.bench.bench_row import row
from tests.bench.figure import faster, share
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
    PyTorch, and a Python call for each node and pullback. Adam takes a third of the step: a dozen
    calls of numpy for each of four parameters. On one flat array of all of them it would take
    60 % of that, but then it could not move numbers and arrays alike.
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
    """The GPT of tensor_twin.py in PyTorch.

    fused  True to take PyTorch's own functions for norm and attention, False to write them out
    """

    def __init__(self, twin, fused):
        import torch

        self.fused = fused

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
        mask = torch.full((T, T), -torch.inf, dtype=self.head.dtype).triu(1)

        def norm(x):
            if self.fused:
                return F.rms_norm(x, (C,), eps=1e-5)
            return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt()

        def attention(q, k, v):
            if self.fused:
                return F.scaled_dot_product_attention(q, k, v, is_causal=True)
            scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
            return torch.softmax(scores + mask, dim=-1) @ v

        def heads(x):
            return x.view(T, self.n_head, C // self.n_head).transpose(0, 1)

        x = norm(self.tokens[ids[:-1]] + self.positions[:T])
        for block in self.blocks:
            q, k, v = (heads(part) for part in (norm(x) @ block["qkv"]).split(C, dim=1))
            mixed = attention(q, k, v)
            x = x + mixed.transpose(0, 1).reshape(T, C) @ block["output"]
            x = x + torch.relu(norm(x) @ block["widen"]) @ block["narrow"]
        return F.cross_entropy(x @ self.head, ids[1:])


class ArrayStep:
    """Loss and gradients of a GPT on arrays; `empty` is what a gradient is set to before."""

    def __init__(self, model, parameters, ids, empty):
        self.model, self.parameters, self.ids, self.empty = model, parameters, ids, empty

    def step(self):
        for p in self.parameters:
            p.grad = self.empty
        loss = self.model.loss(self.ids)
        loss.backward()
        return loss

    def results(self):
        """The loss and all its gradients."""
        loss = self.step()
        return numbers([loss.data, *(p.grad for p in self.parameters)])


@row("tensor-gpt", needs="torch")
def tensor_gpt_step(small=False):
    """The GPT of microgpt's size on Tensors, 16 tokens, float64, one thread

    The arithmetic is 56,000 multiplications forward and twice as many backward, some 30 µs of
    work; a step takes six times as long, because it is 35 nodes and 38 pullbacks on small arrays,
    and each of them costs two to five microseconds of Python and numpy, whatever it computes. To
    make a Tensor is 0.4 µs of that, the sort and the walk together are 25 µs. The norm is one
    node here, as a norm is in PyTorch, fused; from the operators of 4.1 it would be six, and a
    step a third longer. A fused attention would save five nodes more. The scalar engines run here
    beside PyTorch, whose objects the collector has to walk over too.
    """
    rounds, at_least = (1, 0) if small else (7, 0.3)
    ids = document(2 if small else 16, 27, random.Random(0))
    scalar = scalar_gpt().ScalarGPT(27, rng=random.Random(0))
    twin = importlib.import_module("tensor_twin").TensorGPT(scalar)
    ours = ArrayStep(twin, twin.parameters(), ids, 0.0)
    fused, written_out = (TorchGPT(twin, fused) for fused in (True, False))
    eager = [ArrayStep(peer, peer.parameters, ids, None) for peer in (fused, written_out)]
    one_by_one = GPTStep(peer := microgpt.MicroGPT(slots, scalar), peer.parameters, ids)
    on_values = GPTStep(scalar, scalar.parameters(), ids)
    agree([float(ours.step().data)] * 2, [one_by_one.step().data, on_values.step().data])
    for step in eager:
        agree(ours.results(), step.results())
    times, values, others = alternate(
        [ours.step, on_values.step, one_by_one.step], 1 if small else 5, at_least
    )
    figures = [
        faster("", times, SLOTS, others, 500),
        faster("", times, "the course's own scalar engine", values),
        faster("the course's own scalar engine", values, SLOTS, others, 25),
    ]
    for step, name in zip(eager, (f"{EAGER}, fused norm and attention", f"{EAGER}, written out")):
        times, others = alternate([ours.step, step.step], rounds, at_least)
        figures.append(share("", times, name, others, 0.4))
    return figures
