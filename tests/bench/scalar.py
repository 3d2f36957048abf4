"""The scalar engine, against two others of its kind."""

import gc
import importlib
import random
import sys
import tracemalloc

from dojo import course
from katas.phase1_autodiff.value import Value
from tests.bench import closures, microgpt, moons, slots
from tests.bench.bench_row import row
from tests.bench.figure import Figure, faster, limit
from tests.bench.timing import agree, alternate

CLOSURES = "closures, as in micrograd"
SLOTS = "slots, as in microgpt"


@row("moons")
def moons_step(small=False):
    """A step of an MLP 2-16-16-1 on 100 points of two moons, hinge and L2, both ways

    The peers make 65,818 nodes for a step, one for each multiplication and addition; with
    weighted_sum the course makes 7,600, but they have 66,000 edges, and it is edges that cost.
    Of a step more than half goes into the way forward, a sixth into the sort, which has to look
    up for each edge whether its parent was seen, and a fifth into the way back, which passes over
    nodes whose gradient is 0. That is Python's own speed. What the collector costs the closures
    is that each of their nodes is part of a cycle, which nothing but the collector frees; its
    walks over a growing graph are nine tenths of the time. Several steps follow each other in a
    turn, as in training, so that the garbage of one is collected during the next.
    """
    n, hidden, rounds, at_least = (4, 3, 1, 0) if small else (100, 16, 5, 1.5)
    ours, peers = moons.contenders([closures, slots], n, hidden)
    for peer in peers:
        agree(ours.results(), peer.results())
    figures = []
    for collector, goals in ((True, (50, 7)), (False, (7, 4))):
        work = f"collector {'on' if collector else 'off'}"
        steps = [ours.step, *(peer.step for peer in peers)]
        times, *others = alternate(steps, rounds, at_least, collector)
        for name, theirs, goal in zip((CLOSURES, SLOTS), others, goals):
            figures.append(faster(work, times, name, theirs, goal))
    return figures


def scalar_gpt():
    """The model of 4.4, a file of the lesson."""
    lesson = course.ROOT / "lessons" / "phase4_llms" / "4_modern_architectures"
    folder = str(lesson / "training")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("scalar_gpt")


def document(n, V, rng):
    """A document with n predictions in it: token 0 before and after n - 1 others."""
    return [0, *(rng.randrange(1, V) for _ in range(n - 1)), 0]


class GPTStep:
    """Loss and gradients of a scalar GPT, the course's or a peer's, on one document."""

    def __init__(self, model, parameters, ids):
        self.model, self.parameters, self.ids = model, parameters, ids

    def step(self):
        for p in self.parameters:
            p.grad = 0.0
        loss = self.model.loss(self.ids)
        loss.backward()
        return loss

    def results(self):
        """The loss and all its gradients."""
        return [self.step().data, *(p.grad for p in self.parameters)]


@row("scalar-gpt")
def scalar_gpt_step(small=False):
    """A step of a GPT of microgpt's size on Values: 16 channels, 1 layer, 4 heads, context 16

    A row of a matrix times a vector is one node in the course and 32 in the peer; a softmax
    over n scores is n nodes and not 9 n. At 16 tokens that leaves 11,000 nodes of 136,000 edges,
    two for each multiplication, and each edge costs as much as its line of Python: half of a step
    is the way forward, a sixth the sort, a third the way back. With every operation of the model
    written as a node of its own, a step takes three quarters of the time; that is as far as it
    goes, and weighted_sum alone reads better. The peer's time is that of its 120,000 nodes, and
    one to three times as much again for the collector, which walks over them while they are made.
    Its share differs from machine to machine, and so does the ratio.
    """
    V, rounds, at_least = (5, 1, 0) if small else (27, 3, 1)
    rng = random.Random(0)
    figures = []
    for tokens, collector, goal in ((16, True, 25), (16, False, None), (7, True, None)):
        ids = document(2 if small else tokens, V, rng)
        model = scalar_gpt().ScalarGPT(V, rng=rng)
        peer = microgpt.MicroGPT(slots, model)
        ours = GPTStep(model, model.parameters(), ids)
        theirs = GPTStep(peer, peer.parameters, ids)
        agree(ours.results(), theirs.results())
        times, others = alternate([ours.step, theirs.step], rounds, at_least, collector)
        work = f"{tokens} tokens, collector {'on' if collector else 'off'}"
        figures.append(faster(work, times, SLOTS, others, goal))
    return figures


@row("chain")
def chain(small=False):
    """Time for a node of a chain, forward and backward, from a thousand to a million nodes

    Every walk is a loop with a list of its own, so nothing grows faster than the chain, and depth
    is no limit. What does grow is the distance in memory: a thousand nodes fit into the
    processor's own cache and a million, 200 MB of them, do not. Collector off; with it on, the
    time for a node grows as its walks do.
    """
    sizes = (10, 100) if small else (1_000, 10_000, 100_000, 1_000_000)
    rounds = 1 if small else 5
    best = {}
    for n in sizes:
        (times,) = alternate([lambda n=n: chain_of(Value, n).backward()], rounds, 0.05, False)
        best[n] = min(times) / n
    slowest, quickest = max(best, key=best.get), min(best, key=best.get)
    works = f"{slowest:,} nodes, the slowest size, for a node"
    peer = f"{quickest:,} nodes, the quickest"
    ratio = best[slowest] / best[quickest]
    goal = "at most 1.5 times as long"
    return [Figure(works, best[slowest], "s", peer, best[quickest], ratio, goal, 1.5)]


def chain_of(value, n):
    """x · w + b, and so on: n operations, one after the other."""
    x, w, b = value(1.0), value(0.5), value(0.25)
    for _ in range(n // 2):
        x = x * w + b
    return x


@row("bytes")
def bytes_per_node(small=False):
    """Memory for a node of + and *, after the backward pass

    A Value with slots is 96 bytes, of which the collector's header is 16; its tuple of parents
    72, of local gradients another 72 for * and none for +, since the constant (1.0, 1.0) is
    shared; data and gradient 24 each. The peer of closures has for each node, beside an object
    with a dictionary, a set of 216 bytes, a function, its tuple, and three cells.
    """
    chains, length = (1, 20) if small else (100, 400)
    taken = []
    for value in (Value, closures.Value, slots.Value):
        gc.collect()
        tracemalloc.start()
        roots = [chain_of(value, length) for _ in range(chains)]
        for root in roots:
            root.backward()
        gc.collect()
        taken.append(tracemalloc.get_traced_memory()[0] / (chains * length))
        tracemalloc.stop()
    ours, with_closures, with_slots = taken
    return [
        limit("", ours, "bytes", 230, CLOSURES, with_closures),
        limit("", ours, "bytes", 230, SLOTS, with_slots),
    ]
