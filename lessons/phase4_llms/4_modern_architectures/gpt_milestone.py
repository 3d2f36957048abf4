"""Part two of the milestone of phase 4: three GPTs on names, against the n-gram MLP of 4.2.

Import it after the tree was chosen: it imports from katas.
"""

from time import perf_counter

import gpt_on_names
import gpt_pictures
import numpy as np

from dojo import course
from katas.phase3_training.training import save_parameters

SEEDS = range(3)
WANTED = 0.02  # nats per token by which the GPT has to be better, mean of the seeds


def part_two(ngram_losses, mine, output):
    """Train three GPTs, show what they learned, and compare; True if the goal is reached.

    ngram_losses  the validation loss of the n-gram MLP of 4.2 for each seed, on the same tokens
    mine          True on the learner's code: its checkpoints are kept apart
    output        the folder for pictures and weights
    """
    begun = perf_counter()
    data, settings = gpt_on_names.load(), gpt_on_names.Settings()
    tokenizer, names, validation = data
    checkpoints = output / ("checkpoints_mine" if mine else "checkpoints")
    runs = []
    for seed in SEEDS:
        runs.append(train(data, settings, seed, checkpoints / f"gpt{seed}.npz"))
    took = perf_counter() - begun
    for seed in SEEDS:
        gpt_on_names.forget(checkpoints / f"gpt{seed}.npz")
    print(f"\nvalidation loss, nats per token{_cells(f'seed {seed}' for seed in SEEDS)}     mean")
    means = []
    for what, losses in (
        ("n-gram MLP of 4.2", ngram_losses),
        ("GPT of 4.4", [run.validation_loss for run in runs]),
    ):
        means.append(float(np.mean(losses)))
        print(f"{what:<31}{_cells(f'{loss:.4f}' for loss in [*losses, means[-1]])}")
    gap = means[0] - means[1]
    reached = gap >= WANTED
    says = "reached" if reached else "missed"
    print(f"{'the GPT is better by':<31}{gap:>{9 * (len(runs) + 1)}.4f}   wanted {WANTED}   {says}")
    print(f"\nboth judged by the same {int((validation.lengths + 1).sum()):,} tokens; all three GPTs")
    resumed = sum(run.resumed > 0 for run in runs)
    print(f"were trained just now, in {took:.0f} s" + (" and an earlier part" if resumed else ""))
    draw(output, runs, means[0], tokenizer)
    save_parameters(runs[0].model, output / "gpt.npz")
    print(f"pictures and weights of seed 0: {output.relative_to(course.ROOT).as_posix()}/")
    return reached


def train(data, settings, seed, checkpoint):
    """One training, with a bar; the first tells what happens on the way."""
    with gpt_on_names.progress(f"GPT, seed {seed}", settings.n_steps) as (advance, say):

        def on_look(row):
            if row["step"] == settings.look_every:
                say(f"GPT, seed {seed}: {model_size(data, settings)}\n")
                say(" step   training   validation   names that it makes up")
            samples = " ".join(row["samples"])
            say(f"{row['step']:>5}{row['training']:11.3f}{row['validation']:13.3f}   {samples}")

        quiet = seed > 0
        return gpt_on_names.train(
            data, settings, seed, checkpoint, advance, (lambda row: None) if quiet else on_look
        )


def _cells(texts):
    return "".join(f"{text:>9}" for text in texts)
