"""A language of seven tokens, small enough to be learned in seconds; the experiments share it.

Each token is the sum of the two before it, modulo 7, plus a shift that makes it another language.
"""

import numpy as np

from dojo import screen
from katas.phase3_training.optimizers import AdamW
from katas.phase4_llms.llama import LlamaConfig
from katas.phase4_llms.tensor import cross_entropy, no_grad

LENGTH = 12  # tokens of a text
SIZE = LlamaConfig(7, LENGTH, 1, n_head=4, n_kv_head=2, n_channels=32, hidden=64)


def texts(n, shift, rng):
    """n texts of LENGTH + 1 tokens, each begun with two random ones."""
    ids = np.empty((n, LENGTH + 1), dtype=int)
    ids[:, :2] = rng.integers(0, 7, (n, 2))
    for t in range(2, LENGTH + 1):
        ids[:, t] = (ids[:, t - 1] + ids[:, t - 2] + shift) % 7
    return ids


def train(name, model, parameters, shift=0, n_steps=200, extra=None, on_step=lambda: None):
    """Train these parameters; extra() is added to the loss."""
    rng = np.random.default_rng(0)
    optimizer = AdamW(parameters, lr=0.01, weight_decay=0.0)
    with screen.progress(name, n_steps) as (advance, _):
        for _ in range(n_steps):
            ids = texts(16, shift, rng)
            optimizer.zero_grad()
            loss = cross_entropy(model(ids[:, :-1]), ids[:, 1:])
            if extra:
                loss = loss + extra()
            loss.backward()
            optimizer.step()
            on_step()
            advance()


def mean_loss(model, shift=0):
    """The loss from the second token on, where the rule says what comes."""
    ids = texts(200, shift, np.random.default_rng(1))
    with no_grad():
        return float(cross_entropy(model(ids[:, :-1])[:, 1:], ids[:, 2:]).data)
