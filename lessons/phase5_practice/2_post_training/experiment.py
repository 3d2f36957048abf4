"""5.2 · A change in thin matrices.

Run with `make experiment SECTION=5.2`; with `MINE=1` it runs on your own katas.
"""

import sys
from pathlib import Path

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from small_language import SIZE, mean_loss, train

from katas.phase4_llms.llama import Llama
from katas.phase4_llms.mlp import Linear
from katas.phase5_practice.lora import LoRA, trainable


def main():
    model = Llama(SIZE, np.random.default_rng(0))
    train("a language", model, model.parameters())
    adapt(model)
    lab.end(
        "Use ranks 8 and 32, then 1 on `attention` only (the lines that begin with "
        "`block.feed_forward` out). How little is enough?",
        "Give `train` all parameters of the model with its LoRAs, with a weight decay of 0.1. What "
        "becomes of the old rule?",
        "Merge each LoRA after the training. Does the loss change? Can the change be taken off?",
    )


# ---- LoRA


def with_adapters(model, rank):
    """Put a LoRA around each Linear of the blocks; nothing changes yet."""
    rng = np.random.default_rng(2)
    for block in model.blocks:
        for layer in (block.attention, block.feed_forward):
            for name, inside in list(vars(layer).items()):
                if isinstance(inside, Linear):
                    setattr(layer, name, LoRA(inside, rank, rng))


def without_adapters(model):
    """Take them off again."""
    for block in model.blocks:
        for layer in (block.attention, block.feed_forward):
            for name, inside in list(vars(layer).items()):
                if isinstance(inside, LoRA):
                    setattr(layer, name, inside.linear)


def adapt(model):
    lab.part("another language")
    print("The model has learned that each token is the sum of the two before it. Now each is that")
    print(
        f"sum plus 3. Its loss there is {mean_loss(model, 3):.2f}, where not knowing costs 1.95.\n"
    )
    before = mean_loss(model, 0)
    guess = lab.predict("All parameters learn the new rule. What becomes of the loss on the old?")
    full = Llama(SIZE, np.random.default_rng(0))
    full.load_state_dict(model.state_dict())
    train("all parameters", full, full.parameters(), shift=3)
    lab.result(f"{mean_loss(full, 0):.2f}; it was {before:.3f}", guess)
    print("  learned            numbers   new rule   old rule, change taken off")
    print(f"  all parameters   {full.n_parameters():>9,}   {mean_loss(full, 3):>8.3f}   cannot be")
    for rank in (1, 4):
        for parameter in model.parameters():
            parameter.requires_grad = False
        with_adapters(model, rank)
        learned = trainable(model)
        train(f"rank {rank}", model, learned, shift=3)
        new = mean_loss(model, 3)
        without_adapters(model)
        n = sum(p.data.size for p in learned)
        print(f"  LoRA, rank {rank}     {n:>9,}   {new:>8.3f}   {mean_loss(model, 0):.3f}")


main()
