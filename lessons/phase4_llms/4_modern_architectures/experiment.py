"""4.4 · A small GPT is born, learns for some seconds, writes, and shows where it looks.

Run with `make experiment KATA=gelu`; with `MINE=1` it runs on your own katas. The training that
counts is in lessons/phase4_llms/milestone.py. In training/ are two more experiments, started by
their names: experiment_scalar.py, the same on the engine of Phase 1, and experiment_torch.py, where
a GPT moves to PyTorch.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

import sys
from math import log
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).with_name("training")))
import full_run
from gpt_pictures import draw_attention, draw_losses

from dojo import screen
from katas.phase4_llms.generation import generate, sample
from katas.phase4_llms.tensor import no_grad
from katas.phase4_llms.transformer import GPT, GPTConfig

SETTINGS = full_run.Settings(n_channels=48, start=0.02, n_steps=300, look_every=60)
NAME = "robertson"


def main():
    data = full_run.load()
    model = learn(data)
    heat(model, data)
    forbid(model, data)
    remember()
    look(model, data[0])
    lab.end(
        "Give SETTINGS a `peak_lr` ten times as high, then ten times as low: how early does the "
        "loss curve say that the rate is wrong? Then a `start` of 0.1, as in the milestone: what "
        "becomes of the first loss, and of the last?",
        "In `remember`, double LENGTH: by how much do the two times grow? Which one would you pay "
        "for a context of 8,000 tokens?",
        "Take the positions away, after training: `model.positions.table.data[...] = 0`. What does "
        "it write now, and what do the attention maps show?",
    )


def learn(data):
    lab.part("a GPT that knows nothing")
    tokenizer, names, validation = data
    block_size = int(names.lengths.max()) + 1
    model = full_run.new_model(tokenizer, block_size, SETTINGS, np.random.default_rng(0))
    print(f"{SETTINGS.n_layer} layers, {SETTINGS.n_channels} channels, which makes", end=" ")
    print(f"{model.n_parameters():,} random numbers. Each of 27 tokens could come next.\n")
    guess = lab.predict("What is its loss on the validation names, in nats per token?")
    before = full_run.mean_loss(model, validation)
    lab.result(f"{before:.3f}; ln 27 is {log(27):.3f}", guess)
    lab.part(f"{SETTINGS.n_steps} steps later")
    guess = lab.predict(f"It reads {SETTINGS.batch_size} names a step. And its loss then?")
    checkpoint = lab.output("checkpoint.npz")
    with screen.progress("GPT", SETTINGS.n_steps) as (advance, say):
        print("  step   training   validation   names that it makes up")

        def on_look(row):
            shown = ", ".join(row["samples"])
            say(f"{row['step']:>6}{row['training']:11.3f}{row['validation']:13.3f}   {shown}")

        run = full_run.train(data, SETTINGS, 0, checkpoint, advance, on_look)
    full_run.forget(checkpoint)
    print()
    lab.result(f"{run.validation_loss:.3f}", guess)
    path = lab.output("losses.png")
    draw_losses(path, [run.history])
    lab.saved(path)
    return run.model


def heat(model, data):
    lab.part("temperature")
    guess = lab.predict("Twenty names at temperature 0: how many different ones?")
    lab.result(f"{len(set(names_at(model, data, 20, 0.0)))}", guess)
    print("  temperature   names")
    for temperature in (0.0, 0.5, 1.0, 2.0):
        print(f"  {temperature:>11}   {', '.join(names_at(model, data, 5, temperature))}")
    print()


def names_at(model, data, n, temperature, **settings):
    rng = np.random.default_rng(0)
    return full_run.write_names(model, data[0], n, rng, temperature=temperature, **settings)


def forbid(model, data):
    lab.part("top_p")
    print("At temperature 2 every token has a chance, and so has nonsense. With top_p = 0.5 only")
    print("the likeliest tokens are left that have half of all probability together.\n")
    tokenizer = data[0]
    with no_grad():
        logits = model(np.array([[tokenizer.boundary]])).data[0, -1]
    p = np.exp(logits - logits.max())
    p = np.sort(p / p.sum())[::-1]
    guess = lab.predict("Of 26 letters that may begin a name, how many are left at temperature 1?")
    lab.result(f"{int(np.searchsorted(np.cumsum(p), 0.5)) + 1}", guess)
    print("  temperature 2, all tokens    " + ", ".join(names_at(model, data, 4, 2.0)))
    print("  temperature 2, top_p = 0.5   " + ", ".join(names_at(model, data, 4, 2.0, top_p=0.5)))


LENGTH = 192


def remember():
    lab.part("the cache of keys and values")
    model = GPT(GPTConfig(27, LENGTH + 1, 2, 4, 48), np.random.default_rng(0))
    print(f"{LENGTH} tokens from a new GPT, temperature 0: once with a KVCache, once by showing it")
    print(f"the whole text again for each token. That is {LENGTH} positions to compute, against")
    print(f"{LENGTH * (LENGTH + 1) // 2:,}, which is {(LENGTH + 1) / 2:.0f} times as many.\n")
    guess = lab.predict("How many times faster is it with the cache?")
    begun = perf_counter()
    cached = generate(model, [0], LENGTH, temperature=0)
    between = perf_counter()
    again = [0]
    with no_grad():
        for _ in range(LENGTH):
            again.append(sample(model(np.array([again])).data[0, -1], temperature=0))
    ended = perf_counter()
    ratio = (ended - between) / (between - begun)
    tokens = "the same" if cached == again else "others, which should not be"
    lab.result(f"{ratio:.0f} times; the tokens are {tokens}", guess)
    print("A step for one position is so short that most of it is Python, which no cache saves.")


def look(model, tokenizer):
    lab.part("where it looks")
    maps, letters = full_run.attention_maps(model, tokenizer, NAME)
    guess = lab.predict("The boundary is the first row of each map. Where does it look, how much?")
    weight = maps[:, :, 0, 0].min()
    lab.result(f"at itself, with weight {weight:.0f}: it can see nothing else", guess)
    back = [
        (np.mean([row[t - 1] for t, row in enumerate(rows) if t]), layer + 1, head + 1)
        for layer, heads in enumerate(maps)
        for head, rows in enumerate(heads)
    ]
    weight, layer, head = max(back)
    print(f"Of all heads, head {head} of layer {layer} looks most at the letter right before: with")
    print(f"a weight of {weight:.2f}, the mean over the letters of {NAME}.")
    path = lab.output("attention.png")
    draw_attention(path, NAME, maps, letters)
    lab.saved(path)


main()
