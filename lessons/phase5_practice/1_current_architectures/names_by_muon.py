"""The GPT of 4.4 on names, by AdamW or by Muon for its matrices: what the milestone trains.

Import it after the tree was chosen: it imports from katas.

The settings were chosen on names cut from the training part, as in 4.4: those whose SHA-256 ends
in the digit 1. The trials, one seed, 1,000 steps, and the loss there:

    AdamW   lr 0.005, decay 0.4   2.0974      Muon   lr 0.02, others 0.01,  decay 0.1   2.0735
            lr 0.008, decay 0.2   2.0966             lr 0.02, others 0.005, decay 0.1   2.0751
            lr 0.008, decay 0.4   2.0999             lr 0.01, others 0.005, decay 0.1   2.0774
            lr 0.012, decay 0.2   2.1049             lr 0.04, others 0.005, decay 0.1   2.0807
                                                     lr 0.02, others 0.005, decay 0.4   2.0864

A step of Muon took 7 % more time, the mean of them all.
"""

import json
from time import perf_counter

import full_run
import numpy as np

from dojo import screen
from katas.phase3_training.optimizers import AdamW, clip_grad_norm, warmup_cosine
from katas.phase4_llms.checkpoint import load_checkpoint, save_checkpoint
from katas.phase5_practice.muon import Muon, split_parameters

LOOK_EVERY = 250  # steps from one look at the names held out to the next

# learning rates of matrices and of all others, and weight decay of the matrices
SETTINGS = {"AdamW": (0.008, 0.008, 0.2), "Muon": (0.02, 0.01, 0.1)}


def new(data, kind, seed):
    """A model, its two optimizers with their learning rates, and the generator."""
    tokenizer, names, validation = data
    settings, rng = full_run.Settings(), np.random.default_rng(seed)
    block_size = int(max(names.lengths.max(), validation.lengths.max())) + 1
    model = full_run.new_model(tokenizer, block_size, settings, rng)
    model.positions = full_run.DroppedPositions(model.positions, settings.dropout, rng)
    matrices, others = split_parameters(model)
    lr, other_lr, decay = SETTINGS[kind]
    if kind == "Muon":
        first = Muon(matrices, lr, weight_decay=decay)
    else:
        first = AdamW(matrices, lr, (0.9, 0.99), weight_decay=decay)
    second = AdamW(others, other_lr, (0.9, 0.99), weight_decay=0.0)
    return model, [(first, lr), (second, other_lr)], rng


def checkpoints(path):
    """The two files beside a history: one for each optimizer."""
    return [path.with_suffix(f".{i}.npz") for i in range(2)]


def resume(path, model, optimizers, rng, asked):
    """The history so far, with everything put to where it was; [] if there is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        steps = [
            load_checkpoint(file, model, optimizer, rng)
            for file, (optimizer, _) in zip(checkpoints(path), optimizers)
        ]
    except (OSError, ValueError, KeyError):
        return []
    history = [row for row in kept["history"] if row["step"] <= steps[0]]
    return history if kept["asked"] == asked and steps[0] == steps[1] == history[-1]["step"] else []


def train(data, kind, seed, n_steps, path, settings=None):
    """Train, or go on; the rows of its history: step, loss on names held out, seconds so far."""
    asked = {"settings": SETTINGS[kind], "steps": n_steps}
    asked = json.loads(json.dumps(asked))  # tuples become lists, as in the file
    model, optimizers, rng = new(data, kind, seed)
    history = resume(path, model, optimizers, rng, asked)
    if not history:
        model, optimizers, rng = new(data, kind, seed)  # a part may have been loaded
    s, (_, names, validation) = settings or full_run.Settings(), data
    begun = history[-1]["step"] if history else 0
    seconds = history[-1]["seconds"] if history else 0.0
    with screen.progress(f"{kind}, seed {seed}", n_steps) as (advance, say):
        for _ in range(begun):
            advance()
        for step in range(begun, n_steps):
            start = perf_counter()
            for optimizer, peak in optimizers:
                optimizer.lr = warmup_cosine(step, peak, s.warmup, n_steps)
                optimizer.zero_grad()
            batch = rng.integers(0, len(names), s.batch_size)
            full_run.add_gradients(model, names, batch, s.n_parts)
            clip_grad_norm(model.parameters(), s.max_norm)
            for optimizer, _ in optimizers:
                optimizer.step()
            seconds += perf_counter() - start
            done = step + 1
            if done % LOOK_EVERY == 0 or done == n_steps:
                loss = full_run.mean_loss(model, validation)
                history.append({"step": done, "loss": loss, "seconds": seconds})
                say(f"{kind:<6} seed {seed}  step {done:>5}  loss {loss:.4f}  {seconds:>5.0f} s")
                path.parent.mkdir(parents=True, exist_ok=True)
                kept = json.dumps({"asked": asked, "history": history})
                path.write_text(kept, encoding="utf-8")
                for file, (optimizer, _) in zip(checkpoints(path), optimizers):
                    save_checkpoint(file, model, optimizer, done, rng)
            advance()
    return history
