"""The GPT of 4.4, trained on surnames: shared by the milestone and the experiments.

Import it after the tree was chosen: it imports from katas.

Each row of a batch is one name: the boundary, its letters, then padding. The targets are the
letters and the closing boundary; what stands at padded places counts for nothing. Since attention
looks back only, no real place ever sees the padding behind it.

A training keeps a checkpoint, written anew at every look at the validation names. Interrupted and
begun again, it goes on from there, and ends with the same numbers as if nothing had happened.

The settings were chosen on names cut from the training part: to those whose SHA-256, taken as a
number, ends in the digit 1. The course's validation names (those in 0) chose nothing.
"""

import json
import os
from dataclasses import asdict, dataclass

import numpy as np

from dojo import course, own_text
from katas.phase2_networks.module import Module
from katas.phase3_training.optimizers import Adam, clip_grad_norm, warmup_cosine
from katas.phase4_llms.attention import attention_weights, causal_mask
from katas.phase4_llms.checkpoint import load_checkpoint, save_checkpoint
from katas.phase4_llms.generation import generate
from katas.phase4_llms.language_model import load_names, split_names
from katas.phase4_llms.mlp import Dropout, cast_parameters
from katas.phase4_llms.tensor import log_softmax, no_grad
from katas.phase4_llms.tokenizer import CharTokenizer
from katas.phase4_llms.transformer import GPT, GPTConfig


@dataclass(frozen=True)
class Settings:
    n_layer: int = 2
    n_head: int = 4
    n_channels: int = 64
    start: float = 0.1  # deviation of the tables of tokens and positions before training
    dropout: float = 0.1  # share of the stream that is forgotten before the first block
    batch_size: int = 128  # names
    n_parts: int = 6  # that a batch goes through the model in
    n_steps: int = 4000
    peak_lr: float = 5e-3
    warmup: int = 100
    weight_decay: float = 0.4  # of the matrices in the blocks
    max_norm: float = 1.0
    look_every: int = 250  # steps from one look at the validation names to the next


# ---- names as arrays


class Names:
    """Names that a model reads in batches.

    ids      (N, L + 2)  a row for each name: boundary, letters, boundary, then padding; L is the
                         length of the longest
    lengths  (N,)        how many letters each has
    """

    def __init__(self, names, tokenizer):
        self.lengths = np.array([len(name) for name in names])
        self.ids = np.full((len(names), self.lengths.max() + 2), tokenizer.boundary)
        for row, name in zip(self.ids, names):
            row[1 : len(name) + 1] = tokenizer.encode(name)

    def __len__(self):
        return len(self.lengths)

    def rows(self, numbers):
        """Inputs (B, T), targets (B, T), and which targets are real (B, T), of these names."""
        lengths = self.lengths[numbers]
        T = lengths.max() + 1
        return (
            self.ids[numbers, :T],
            self.ids[numbers, 1 : T + 1],
            np.arange(T) <= lengths[:, None],
        )


def load(own=None):
    """The tokenizer, and the Names to learn from and those to judge by.

    own  the path of a text whose lines stand in for the names, split as they are
    """
    names = own_text.lines(own) if own else load_names(course.ROOT / "data" / "names.txt")
    tokenizer = CharTokenizer(names)
    return tokenizer, *(Names(part, tokenizer) for part in split_names(names))


def settings_for(data, own=None):
    """The Settings; for longer lines than names batches of fewer, so that a step takes as long."""
    if not own:
        return Settings()
    size = round(Settings.batch_size * 8 / (data[1].lengths.mean() + 1))
    return Settings(batch_size=min(Settings.batch_size, max(size, Settings.n_parts)))


def new_model(tokenizer, block_size, settings, rng):
    """A GPT of float32.

    The tables of a GPT begin with deviation 0.02: with the 768 channels of GPT-2 that makes rows of
    length 0.02 · √768 = 0.55, and with 64 channels of 0.16, which is little beside what the blocks
    add to it. With 0.1 it is 0.8, and a training of the same length ends lower.
    """
    s = settings
    config = GPTConfig(tokenizer.vocab_size, block_size, s.n_layer, s.n_head, s.n_channels)
    model = GPT(config, rng)
    for table in (model.token.weight, model.positions.table):
        table.data *= s.start / 0.02
    cast_parameters(model, np.float32)
    return model


class DroppedPositions(Module):
    """Positions, then the Dropout of 4.1, as in GPT-2: in training, some input is missing."""

    def __init__(self, positions, p, rng):
        self.positions = positions
        self.dropout = Dropout(p, rng)

    def __call__(self, x, start=0):
        return self.dropout(self.positions(x, start))


def total_loss(model, X, targets, real):
    """The sum of the losses of the real targets, a Tensor."""
    logits = model(X)
    rows, places = np.nonzero(real)
    chosen = np.zeros(logits.shape, logits.data.dtype)  # one-hot, with a minus
    chosen[rows, places, targets[rows, places]] = -1
    return (log_softmax(logits) * chosen).sum()


def add_gradients(model, names, numbers, n_parts):
    """The mean loss of these names, a float; its gradient is added to that of the parameters.

    They go through the model in parts, the shortest names first: with little padding, and in arrays
    so small that they stay in the cache and their memory is soon used again, which takes a third of
    the time. The gradients of the parts add up to that of the whole.
    """
    n_targets = (names.lengths[numbers] + 1).sum()
    by_length = numbers[np.argsort(names.lengths[numbers], kind="stable")]
    total = 0.0
    for part in np.array_split(by_length, n_parts):
        loss = total_loss(model, *names.rows(part)) * (1 / n_targets)
        loss.backward()
        total += float(loss.data)
    return total


def mean_loss(model, names, at_once=256):
    """The mean over all letters and closing boundaries of all names, in nats; a float."""
    order = np.argsort(names.lengths, kind="stable")
    was_training = model.training
    model.eval()
    with no_grad():
        total = sum(
            float(total_loss(model, *names.rows(order[start : start + at_once])).data)
            for start in range(0, len(order), at_once)
        )
    if was_training:
        model.train()
    return total / int((names.lengths + 1).sum())


# ---- a training that may be interrupted


@dataclass
class Run:
    """A training that is over.

    history  a list of rows: step, training loss since the row before, validation loss, samples
    resumed  the step that it went on from; 0 if it began at the beginning
    """

    model: GPT
    history: list
    resumed: int

    @property
    def validation_loss(self):
        return self.history[-1]["validation"]


def train(data, settings, seed, checkpoint, on_step=lambda: None, on_look=lambda row: None):
    """Train a GPT, or go on with a training that was interrupted.

    data        as load returns it
    checkpoint  the path of its checkpoint; the history is kept beside it, in a .json file
    on_step     called after each step, also for those of an earlier run
    on_look     called with each row of the history, likewise
    ->          a Run
    """
    tokenizer, names, validation = data
    rng = np.random.default_rng(seed)
    block_size = int(max(names.lengths.max(), validation.lengths.max())) + 1
    model = new_model(tokenizer, block_size, settings, rng)
    model.positions = DroppedPositions(model.positions, settings.dropout, rng)
    optimizer = Adam(model.parameters(), settings.peak_lr, betas=(0.9, 0.99))
    named = model.named_parameters()
    matrices = [p for name, p in named if name.startswith("blocks") and p.data.ndim == 2]
    begun, history = resume(checkpoint, model, optimizer, rng, settings, seed)
    for _ in range(begun):
        on_step()
    for row in history:
        on_look(row)
    losses = []
    for step in range(begun, settings.n_steps):
        optimizer.lr = warmup_cosine(step, settings.peak_lr, settings.warmup, settings.n_steps)
        optimizer.zero_grad()
        batch = rng.integers(0, len(names), settings.batch_size)
        losses.append(add_gradients(model, names, batch, settings.n_parts))
        clip_grad_norm(optimizer.parameters, settings.max_norm)
        # of the two groups of 3.3 only the matrices decay, not tables, gains and biases; they share
        # an Adam here, since a checkpoint is of one optimizer
        for matrix in matrices:
            matrix.data *= 1 - optimizer.lr * settings.weight_decay
        optimizer.step()
        done = step + 1
        if done % settings.look_every == 0 or done == settings.n_steps:
            row = {
                "step": done,
                "training": float(np.mean(losses)),
                "validation": mean_loss(model, validation),
                "samples": write_names(model, tokenizer, 4, np.random.default_rng(done)),
            }
            losses = []
            history.append(row)
            keep(checkpoint, model, optimizer, done, rng, history, settings, seed)
            on_look(row)
        on_step()
    model.positions = model.positions.positions  # from here on a GPT like any other
    return Run(model, history, begun)


def keep(checkpoint, model, optimizer, step, rng, history, settings, seed):
    """Write history and checkpoint. If it ends between the two, the history has a row too many."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    kept = {"settings": asdict(settings), "seed": seed, "history": history}
    beside = checkpoint.with_suffix(".json")
    unfinished = beside.with_name(f"{beside.name}.part")
    unfinished.write_text(json.dumps(kept), encoding="utf-8")
    os.replace(unfinished, beside)
    save_checkpoint(checkpoint, model, optimizer, step, rng)


def resume(checkpoint, model, optimizer, rng, settings, seed):
    """Put everything to where it was kept: the step and the history so far.

    0 and none if there is nothing to go on with: no file, another kind of model, other settings.
    """
    try:
        kept = json.loads(checkpoint.with_suffix(".json").read_text(encoding="utf-8"))
        if (kept["settings"], kept["seed"]) != (asdict(settings), seed):
            return 0, []
        step = load_checkpoint(checkpoint, model, optimizer, rng)
    except (OSError, ValueError, KeyError):
        return 0, []
    return step, [row for row in kept["history"] if row["step"] <= step]


def forget(checkpoint):
    """Remove a checkpoint and its history: the training is over."""
    checkpoint.unlink(missing_ok=True)
    checkpoint.with_suffix(".json").unlink(missing_ok=True)


# ---- what it has learned


def write_names(model, tokenizer, n, rng, **settings):
    """n names that the model makes up; settings as generate takes them."""
    length = model.config.block_size - 1
    boundary = tokenizer.boundary
    written = [
        generate(model, [boundary], length, rng=rng, stop=boundary, **settings) for _ in range(n)
    ]
    return [tokenizer.decode([id for id in ids if id != boundary]) for ids in written]


def attention_maps(model, tokenizer, name):
    """Where each letter of a name looks, (n_layer, n_head, T, T), and the T letters."""
    ids = np.array([[tokenizer.boundary, *tokenizer.encode(name)]])
    maps = []
    with no_grad():
        x = model.positions(model.token(ids))
        for block in model.blocks:
            q, k, _ = block.attention.heads(block.norm1(x))
            maps.append(attention_weights(q, k, causal_mask(ids.shape[1])).data[0])
            x = block(x)
    return np.array(maps), ["·", *name]
