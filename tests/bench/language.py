"""Language models on the engine of arrays, against PyTorch."""

import numpy as np

from katas.phase3_training.optimizers import Adam, AdamW
from katas.phase4_llms.generation import generate
from katas.phase4_llms.language_model import NGramMLP
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.tensor import cross_entropy
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.batching import generate_batch
from tests.bench.arrays import EAGER, Training, numbers
from tests.bench.bench_row import row
from tests.bench.figure import faster, share
from tests.bench.timing import agree, alternate

MODULES = "PyTorch, nn.Module, a Linear per head"


def char_gpt(dtype, small):
    """The GPT that is compared: 64 channels, 4 heads, 4 layers, context 32."""
    config = GPTConfig(27, 8, 1, 2, 8) if small else GPTConfig(27, 32, 4, 4, 64)
    model = GPT(config, np.random.default_rng(0))
    cast_parameters(model, dtype)
    return model


def compare(ours, loss, theirs, their_loss, dtype, optimizers, steps=3):
    """Two Trainings that have come to the same losses and logits after a few steps."""
    ours_of, theirs_of = optimizers
    parameters = ours.parameters()
    course = Training(parameters, loss, ours_of(parameters))
    peer = Training(theirs.parameters(), their_loss, theirs_of(theirs.parameters()))
    tolerance = 1e-9 if dtype == np.float64 else 1e-4
    for _ in range(steps):
        course.step(), peer.step()
        agree([float(course.value.data)], [peer.value.item()], tolerance)
    return course, peer


@row("char-gpt", needs="torch")
def char_gpt_step(small=False):
    """A step of a char GPT: batch 16, context 32, 64 channels, 4 heads, 4 layers, float32, AdamW

    One thread for each. A third to a half of the time, depending on the processor, goes into the
    products of the Linears, where both libraries call the same kind of kernel, and a tenth into the
    small ones of attention. The rest is passes over arrays of 512 rows, each a walk through memory:
    a tenth each for the norms, for GELU and for softmax, half of which is to find the largest entry
    of each row; 8 % for biases and residual sums, 6 % for AdamW, 4 % to put the gradients of
    queries, keys and values together. PyTorch fuses several of them into one pass; numpy does one
    after the other, but starts each in less time. With a sigmoid by exp for the tanh of GELU a step
    takes a tenth less in float64, and 1 % in float32, where numpy's tanh is quick. What would still
    save something reads worse than it gains, and is left out: one maximum for all rows of a
    softmax, 4 %, which fails a row far below it; GELU in place, a Linear as one node, AdamW on one
    flat array, 2 % each. Together these are half of the way. A Linear per head makes twelve small
    products of one large one. A step takes some 50 MB and gives them all back, and where the C
    library hands them on to the system each time, as glibc does until it has once been given a
    large block back, fetching them again takes as long as the step itself. In this row PyTorch has
    seen to that for both.
    """
    import torch

    from tests.bench import peer_gpt

    rounds, at_least = (1, 0) if small else (9, 0.5)
    rng = np.random.default_rng(1)
    B, T = (2, 5) if small else (16, 32)
    ids, targets = rng.integers(0, 27, (2, B, T))
    tids, ttargets = torch.from_numpy(ids), torch.from_numpy(targets)
    optimizers = (lambda p: AdamW(p, lr=1e-3), lambda p: torch.optim.AdamW(p, lr=1e-3))
    figures = []
    for kind, name, goal in (
        (peer_gpt.Functional, f"{EAGER}, functional", 0.8),
        (peer_gpt.Modules, MODULES, 0.6),
    ):
        for dtype in (np.float64, np.float32):
            ours = char_gpt(dtype, small)
            theirs = kind(ours)
            course, peer = compare(
                ours,
                lambda ours=ours: cross_entropy(ours(ids), targets),
                theirs,
                lambda theirs=theirs: theirs.loss(tids, ttargets),
                dtype,
                optimizers,
            )
        contenders = [course.step, peer.step]
        times, others = alternate(contenders, rounds, at_least)
        figures.append(share("", times, name, others, goal))
    return figures


@row("sampling", needs="torch")
def sampling(small=False):
    """Sampling from that GPT: the time for a token, from 1 to 32 of context, one thread

    With the keys and values kept, a token costs one row through each product instead of as many as
    there are tokens. But with 64 channels and at most 32 tokens the arithmetic that is saved is
    small beside what an operation costs before it computes. `generate` of 4.4 makes 136 Tensors for
    a token, and PyTorch's 90 operations on the whole context take no longer. `generate_batch` of
    5.3 computes on arrays, 45 operations a layer: for one text that is half of the time. With
    several texts at once an operation has more to do, and the arithmetic counts. Of a step for 16
    texts a quarter are the Linears, each one product for all rows; a sixth each attention, most of
    that its softmax over short rows and 64 small products a layer, and the norms; a tenth is GELU,
    and 5 % are to draw. A product by dot for one by @, a draw without min_p where it rules out
    nothing, and a sigmoid by exp for the tanh together saved 6 % of a step. The gains and biases of
    the norms, put into the Linears behind them, would save 2 to 4 % more, but then each Batch needs
    weights of its own. For 7 times a fifth of a step would have to go, as much as the norms and a
    draw take together: six to nine calls of numpy for a norm, a softmax or GELU, where PyTorch has
    one kernel. `generate` would gain 3 % from a Tensor that is made past its property, and 4 % from
    a product that is not reshaped for a single row: too little for what then reads worse. With a
    cache of its own, in arrays that are made once, PyTorch has as little to compute, and what an
    operation costs decides. The longer the context, the more a cache is worth.
    """
    from tests.bench import peer_cache, peer_gpt

    rounds, at_least, B = (1, 0, 2) if small else (7, 0.3, 16)
    model = char_gpt(np.float32, small)
    block_size = model.config.block_size
    n = block_size - 1
    rng = np.random.default_rng(0)
    starts = rng.integers(0, 27, (B, 1)).tolist()

    def by_generate(**how):
        return [generate(model, [0], n, **how)]

    def in_a_batch(prompts):
        return lambda **how: generate_batch(model, prompts, n, **how)

    functional = peer_gpt.Functional(model)

    def without_cache(peer):
        return lambda prompts, **how: peer_gpt.generate(peer, prompts, n, block_size, **how)

    peers = {
        f"{EAGER}, without cache": without_cache(functional),
        f"{MODULES}, without cache": without_cache(peer_gpt.Modules(model)),
        f"{EAGER}, with a cache": lambda prompts, **how: peer_cache.generate(
            functional, prompts, n, **how
        ),
    }
    works = {
        "one text, by generate": ([[0]], by_generate, (2, 7, None)),
        "one text, by generate_batch": ([[0]], in_a_batch([[0]]), (2, 7, None)),
        f"{B} texts at once": (starts, in_a_batch(starts), (7, 7, 1.3)),
    }
    figures = []
    for work, (prompts, ours, goals) in works.items():
        for (name, theirs), goal in zip(peers.items(), goals):
            greedy = theirs(prompts, greedy=True)
            agree(np.ravel(ours(temperature=0)).tolist(), np.ravel(greedy).tolist())
            turns = alternate(
                [
                    lambda ours=ours: ours(rng=rng),
                    lambda theirs=theirs, prompts=prompts: theirs(prompts),
                ],
                rounds,
                at_least,
            )
            times, others = ([t / (n * len(prompts)) for t in of_one] for of_one in turns)
            figures.append(faster(work, times, name, others, goal))
    return figures


class TorchNGram:
    """NGramMLP in PyTorch."""

    def __init__(self, model):
        from tests.bench.peer_gpt import parameter

        self.tensors = [parameter(p) for p in model.parameters()]

    def parameters(self):
        return self.tensors

    def loss(self, X, y):
        import torch
        from torch.nn import functional as F

        table, W1, b1, W2, b2 = self.tensors
        rows = table[X].view(len(X), -1)
        return F.cross_entropy(torch.addmm(b2, torch.tanh(torch.addmm(b1, rows, W1)), W2), y)


@row("ngram", needs="torch")
def ngram_step(small=False):
    """A step of the n-gram MLP of 4.2: 3 letters, 10 numbers each, 200 hidden, batch 32, Adam

    As with the digits, the arithmetic is the smaller part; most of a step is what its forty calls
    of numpy cost before they compute, and half as much again goes into the optimizer, which makes
    a dozen for each parameter.
    """
    import torch

    n, hidden, rounds, at_least = (4, 8, 1, 0) if small else (32, 200, 9, 0.3)
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 27, (n, 3)), rng.integers(0, 27, n)
    tX, ty = torch.from_numpy(X), torch.from_numpy(y)
    optimizers = (lambda p: Adam(p, lr=1e-3), lambda p: torch.optim.Adam(p, lr=1e-3))
    for dtype in (np.float64, np.float32):
        ours = NGramMLP(27, 3, 10, hidden, np.random.default_rng(1))
        cast_parameters(ours, dtype)
        theirs = TorchNGram(ours)
        course, peer = compare(
            ours,
            lambda ours=ours: cross_entropy(ours(X), y),
            theirs,
            lambda theirs=theirs: theirs.loss(tX, ty),
            dtype,
            optimizers,
        )
    agree(
        numbers(p.data for p in ours.parameters()),
        numbers(t.detach() for t in theirs.parameters()),
        1e-4,
    )
    times, others = alternate([course.backward, peer.backward], rounds, at_least)
    figures = [share("forward and backward", times, EAGER, others)]
    times, others = alternate([course.step, peer.step], rounds, at_least)
    figures.append(share("with a step of Adam", times, EAGER, others))
    return figures
