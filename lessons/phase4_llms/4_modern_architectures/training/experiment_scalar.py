"""4.4 · The same small GPT twice: on the scalar engine of Phase 1, and on Tensors.

    python lessons/phase4_llms/4_modern_architectures/training/experiment_scalar.py

With --mine it runs on your own katas, from the first Value to the last sample. A thousand steps in
pure Python take about a quarter of a minute.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

import math
import random
from time import perf_counter

import numpy as np
from scalar_gpt import ScalarGPT
from tensor_twin import TensorGPT

from dojo import course, screen
from katas.phase3_training.optimizers import Adam
from katas.phase4_llms.generation import sample
from katas.phase4_llms.language_model import load_names, split_names
from katas.phase4_llms.tokenizer import CharTokenizer

STEPS = 1000
LR = 0.01


def main():
    train_names, _ = split_names(load_names(course.ROOT / "data" / "names.txt"))
    tokenizer = CharTokenizer(train_names)
    order = random.Random(0).sample(train_names, STEPS)
    documents = [tokenizer.stream([name]).tolist() for name in order]
    scalar = ScalarGPT(tokenizer.vocab_size, rng=random.Random(0))
    twin = TensorGPT(scalar)
    same_numbers(scalar, twin, documents[:5])
    scalar_losses, scalar_time = a_thousand_steps(scalar, documents)
    write(scalar, tokenizer, train_names)
    the_other_engine(twin, documents, scalar_losses, scalar_time)
    lab.end(
        "In scalar_gpt.py, let `linear` build its sums from + and *: one node for each, as in "
        "microgpt. How many nodes does a name take now, and how long a step?",
        "Train with `n_layer=2`, or with 32 channels: how does the time grow, on either engine?",
        "Leave out one `rms_norm` of a block, in scalar_gpt.py and in tensor_twin.py. Are the two "
        "still the same? Do they still learn?",
    )


def same_numbers(scalar, twin, documents):
    lab.part("one model, two engines")
    print("A GPT of one layer, 16 channels and four heads, for up to 16 tokens, twice: in one each")
    print(f"of {scalar.n_parameters():,} parameters is a Value; in the other the same", end=" ")
    print(f"numbers are {len(twin.parameters())} Tensors.\n")
    guess = lab.predict(f"{len(documents)} names: how far apart are their losses, at most?")
    gaps = []
    for document in documents:
        on_values, on_tensors = scalar.loss(document), twin.loss(document)
        gaps.append(abs(on_values.data - float(on_tensors.data)))
        on_values.backward()
        on_tensors.backward()
    lab.result(f"{max(gaps):.0e} at losses near {on_values.data:.2f}: rounding, no more", guess)
    guess = lab.predict("And the gradients of all parameters, for these names together?")
    one_by_one = np.array([w.grad for w in scalar.parameters()])
    lab.result(f"{np.abs(one_by_one - in_order(twin)).max():.0e}", guess)


def in_order(twin):
    """The gradients of a TensorGPT, in the order of the Values of a ScalarGPT."""
    tokens, positions, *matrices = [parameter.grad for parameter in twin.parameters()]
    return np.concatenate([g.ravel() for g in (tokens, positions, *(m.T for m in matrices))])


def a_thousand_steps(scalar, documents):
    lab.part(f"{len(documents):,} steps on Values")
    print(f"One name a step. At the start every letter costs about ln 27 = {math.log(27):.2f}.\n")
    guess = lab.predict("What do the last hundred names cost, in nats per letter?")
    with screen.progress("steps on Values", len(documents)) as (advance, say):
        losses, took = train(scalar, documents, advance, say)
    lab.result(f"{np.mean(losses[-100:]):.2f}, after {took:.0f} s", guess)
    return losses, took


def train(model, documents, advance, say):
    """A step of Adam on each document: their losses, and how many seconds it took."""
    optimizer = Adam(model.parameters(), LR, betas=(0.85, 0.99))
    losses = []
    begun = perf_counter()
    for step, document in enumerate(documents):
        optimizer.lr = LR * (1 - step / len(documents))
        optimizer.zero_grad()
        loss = model.loss(document)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.data))
        if (step + 1) % max(1, len(documents) // 5) == 0:
            pace = 1000 * (perf_counter() - begun) / (step + 1)
            loss = np.mean(losses[-100:])
            say(f"  step {step + 1:>4}   loss {loss:.3f}   {pace:5.1f} ms a step")
        advance()
    return losses, perf_counter() - begun


def write(scalar, tokenizer, train_names):
    lab.part("names that it makes up")
    known, rng = set(train_names), np.random.default_rng(0)
    guess = lab.predict("It has 4,192 numbers. Of twenty names, how many can one read aloud?")
    names = [name_from(scalar, tokenizer, rng) for _ in range(20)]
    for start in range(0, len(names), 5):
        print("  " + "".join(f"{name:<16}" for name in names[start : start + 5]))
    print()
    n_known = sum(name in known for name in names)
    lab.result(f"judge for yourself; names of the training part among them: {n_known}", guess)


def name_from(scalar, tokenizer, rng):
    """One name at temperature 0.5, with the sampling of 4.4 on logits of Values."""
    pasts, ids = [[] for _ in scalar.blocks], [tokenizer.boundary]
    while len(ids) <= len(scalar.positions):
        logits = [z.data for z in scalar(ids[-1], pasts)]
        ids.append(sample(np.array(logits), temperature=0.5, rng=rng))
        if ids[-1] == tokenizer.boundary:
            break
    return tokenizer.decode(ids).strip()


def the_other_engine(twin, documents, scalar_losses, scalar_time):
    lab.part("the same thousand steps on Tensors")
    print("From the same start, on the same names in the same order.\n")
    guess = lab.predict("How many times faster?")
    with screen.progress("steps on Tensors", len(documents)) as (advance, say):
        losses, took = train(twin, documents, advance, say)
    lab.result(f"{scalar_time / took:.0f} times: {took:.1f} s", guess)
    guess = lab.predict("How far apart are the losses of the two now, at most, over all the steps?")
    lab.result(f"{np.abs(np.subtract(losses, scalar_losses)).max():.0e}", guess)
    print("Nothing but speed was added. And a batch of names at once, which only arrays can do,")
    print("would add as much again.")


main()
