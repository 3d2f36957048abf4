"""A seed does wherever a generator does, 0 among them; None is a fresh generator."""

import random

import numpy as np
import pytest

from solutions.phase2_networks.module import MLP, Layer, he_normal, xavier_uniform
from solutions.phase2_networks.neuron import Neuron
from solutions.phase3_training.backpropagation import gradient_norm_by_depth
from solutions.phase3_training.dataset import minibatches, train_test_split
from solutions.phase3_training.optimizers import SGD
from solutions.phase3_training.training import ArrayNetwork, array_loss, fit
from solutions.phase4_llms import mlp
from solutions.phase4_llms.attention import MultiHeadAttention
from solutions.phase4_llms.generation import generate, sample
from solutions.phase4_llms.language_model import Embedding, NGramMLP, random_batch, sample_from
from solutions.phase4_llms.llama import (
    GroupedQueryAttention,
    Llama,
    LlamaBlock,
    LlamaConfig,
    SwiGLU,
)
from solutions.phase4_llms.positions import LearnedPositions
from solutions.phase4_llms.recurrent import RNNCell
from solutions.phase4_llms.transformer import GPT, Block, FeedForward, GPTConfig
from solutions.phase5_practice.speculative import accept_draft, speculative_generate

GPT_SIZE = GPTConfig(5, 4, 2, 2, 4)
LLAMA_SIZE = LlamaConfig(5, 4, 2, 2, 1, 4, 6)


def parameters(module):
    return [np.asarray(p.data).tolist() for p in module.parameters()]


def dropped(rng):
    return mlp.Dropout(0.5, rng)(np.ones((4, 5))).tolist()


def trained(rng):
    network = ArrayNetwork([2, 3], np.random.default_rng(5))
    X, y = np.random.default_rng(6).standard_normal((7, 2)), np.arange(7) % 3
    optimizer = SGD(network.parameters(), lr=0.1)
    return fit(network, array_loss, (X, y), (X, y), optimizer, 2, 3, rng)


def guessed(rng):
    model, draft = (GPT(GPT_SIZE, np.random.default_rng(seed)) for seed in (5, 6))
    return speculative_generate(model, draft, [0], 3, n_draft=2, rng=rng)


def written(rng):
    return generate(GPT(GPT_SIZE, np.random.default_rng(5)), [0], 3, rng=rng)


PYTHONS = {
    "Neuron": lambda rng: [w.data for w in Neuron(3, rng=rng).w],
    "Layer": lambda rng: parameters(Layer(2, 3, rng=rng)),
    "MLP": lambda rng: parameters(MLP([2, 3, 2], rng=rng)),
    "xavier_uniform": lambda rng: xavier_uniform(2, 3, rng),
    "he_normal": lambda rng: he_normal(2, 3, rng),
}
NUMPYS = {
    "gradient_norm_by_depth": lambda rng: gradient_norm_by_depth(2, 1.0, rng),
    "train_test_split": lambda rng: train_test_split(np.eye(9), np.arange(9), 0.5, rng)[3].tolist(),
    "minibatches": lambda rng: [batch.tolist() for batch in minibatches(9, 4, rng)],
    "ArrayNetwork": lambda rng: parameters(ArrayNetwork([2, 3, 2], rng)),
    "fit": trained,
    "sample_from": lambda rng: sample_from(np.full(1000, 0.001), rng),
    "random_batch": lambda rng: [a.tolist() for a in random_batch(list(range(99)), 3, 2, rng)],
    "Embedding": lambda rng: parameters(Embedding(3, 2, rng)),
    "NGramMLP": lambda rng: parameters(NGramMLP(5, 2, 3, 4, rng)),
    "Linear": lambda rng: parameters(mlp.Linear(3, 2, rng)),
    "mlp.MLP": lambda rng: parameters(mlp.MLP([2, 3, 2], rng=rng)),
    "Dropout": dropped,
    "RNNCell": lambda rng: parameters(RNNCell(2, 3, rng)),
    "MultiHeadAttention": lambda rng: parameters(MultiHeadAttention(4, 2, rng)),
    "LearnedPositions": lambda rng: parameters(LearnedPositions(3, 2, rng)),
    "FeedForward": lambda rng: parameters(FeedForward(2, 3, rng)),
    "Block": lambda rng: parameters(Block(GPT_SIZE, rng)),
    "GPT": lambda rng: parameters(GPT(GPT_SIZE, rng)),
    "SwiGLU": lambda rng: parameters(SwiGLU(2, 3, rng)),
    "GroupedQueryAttention": lambda rng: parameters(GroupedQueryAttention(LLAMA_SIZE, rng)),
    "LlamaBlock": lambda rng: parameters(LlamaBlock(LLAMA_SIZE, rng)),
    "Llama": lambda rng: parameters(Llama(LLAMA_SIZE, rng)),
    "sample": lambda rng: sample(np.zeros(1000), rng=rng),
    "generate": written,
    "accept_draft": lambda rng: accept_draft(np.eye(99)[:1], np.full((2, 99), 1 / 99), [0], rng),
    "speculative_generate": guessed,
}


@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize("name", PYTHONS)
def test_a_seed_is_that_of_a_random_random(name, seed):
    assert PYTHONS[name](seed) == PYTHONS[name](random.Random(seed))


@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize("name", NUMPYS)
def test_a_seed_is_that_of_a_numpy_generator(name, seed):
    assert NUMPYS[name](seed) == NUMPYS[name](np.random.default_rng(seed))


@pytest.mark.parametrize("name", ["Layer", "MLP"])
def test_none_is_a_fresh_one(name):
    assert PYTHONS[name](None) != PYTHONS[name](None)
