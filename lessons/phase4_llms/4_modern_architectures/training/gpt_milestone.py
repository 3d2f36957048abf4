"""The GPT's part in the milestone of phase 4: trained on names, against the n-gram MLP of 4.2.

Import it after the tree was chosen: it imports from katas.

Three seeds of each on the reference, by `python lessons/phase4_llms/milestone.py --seeds 3`, on two
cores, with numpy on one of them: a minute for each GPT, 25 seconds for each n-gram MLP.

    validation loss        seed 0   seed 1   seed 2     mean
    n-gram MLP of 4.2      2.0578   2.0528   2.0550   2.0552
    GPT of 4.4             2.0277   2.0215   2.0256   2.0249

The learning rate of both decays to 0. The settings of the n-gram MLP were chosen by the validation
names, those of the GPT were not (see full_run.py): if that favours one of them, it is the former.
"""

from time import perf_counter

import full_run
import gpt_pictures
import numpy as np

from dojo import course, own_text, screen
from katas.phase3_training.training import save_parameters

OUTPUT = course.ROOT / "output" / "milestone4"
WANTED = 0.02  # nats for each token by which the GPT is better, the mean of all seeds
NAME = "robertson"  # whose attention is drawn


def gpt_on_names(ngram_loss, seeds, mine, own=None):
    """Train a GPT for each seed, show what it learned, and compare; True if the goal is reached.

    ngram_loss  a function of a seed: the validation loss of the n-gram MLP, on the same tokens
    seeds       how many
    mine        True on the learner's code: its checkpoints and weights are kept apart
    own         the path of a text in place of the names, of which nothing is wanted; or None
    """
    data = full_run.load(own)
    settings = full_run.settings_for(data, own)
    suffix = ("_mine" if mine else "") + (f"_{own_text.name(own)}" if own else "")
    checkpoints = [OUTPUT / f"gpt{seed}{suffix}_checkpoint.npz" for seed in range(seeds)]
    print("names, a GPT: losses in nats for each next token")
    runs = [train(data, settings, seed, path) for seed, path in enumerate(checkpoints)]
    ngram = [ngram_loss(seed) for seed in range(seeds)]
    reached = compare(ngram, [run.validation_loss for run in runs], own)
    draw(runs, float(np.mean(ngram)), data[0], own_text.lines(own)[0] if own else NAME)
    save_parameters(runs[0].model, OUTPUT / f"gpt{suffix}.npz")
    for path in checkpoints:
        full_run.forget(path)
    return reached


def train(data, settings, seed, checkpoint):
    """One training: its rows as they come, and how long it took."""
    with screen.progress(f"GPT, seed {seed}", settings.n_steps) as (advance, say):

        def on_look(row):
            if row["step"] == settings.look_every:
                say(f"\nseed {seed}\n step   train  validation   names that it makes up")
            say(
                f"{row['step']:>5} {row['training']:>7.3f} {row['validation']:>11.3f}   "
                + ", ".join(row["samples"])
            )

        begun = perf_counter()
        run = full_run.train(data, settings, seed, checkpoint, advance, on_look)
        took = perf_counter() - begun
        if run.resumed:
            say(f"(steps 1 to {run.resumed} are from a run that was interrupted)")
        say(f"{settings.n_steps - run.resumed} steps took {took:.0f} s")
    return run


def compare(ngram, gpt, own=None):
    """The table of both; True if the GPT is better by what is wanted, or nothing is."""
    heads = [*(f"seed {seed}" for seed in range(len(gpt))), "mean"]
    print(f"\n{'validation loss':<20}" + "".join(f"{head:>9}" for head in heads))
    for name, losses in (("n-gram MLP of 4.2", ngram), ("GPT of 4.4", gpt)):
        shown = "".join(f"{loss:>9.4f}" for loss in [*losses, np.mean(losses)])
        print(f"{name:<20}{shown}")
    gain = float(np.mean(ngram) - np.mean(gpt))
    if own:
        print(f"the GPT gains {gain:.4f} nats over the n-gram MLP")
        return True
    reached = gain >= WANTED
    print(
        f"the GPT gains {gain:.4f} nats over the n-gram MLP, and at least {WANTED} is wanted: "
        f"{'reached' if reached else 'missed'}"
    )
    if len(gpt) == 1:
        print("(one seed of each; --seeds 3 compares the means of three, and takes some minutes)")
    return reached


def draw(runs, to_beat, tokenizer, name):
    """The pictures: losses of all runs, attention of the first."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    gpt_pictures.draw_losses(OUTPUT / "gpt_losses.png", [run.history for run in runs], to_beat)
    maps, letters = full_run.attention_maps(runs[0].model, tokenizer, name)
    gpt_pictures.draw_attention(OUTPUT / "gpt_attention.png", name, maps, letters)
    print(f"pictures: {OUTPUT.relative_to(course.ROOT).as_posix()}/\n")
