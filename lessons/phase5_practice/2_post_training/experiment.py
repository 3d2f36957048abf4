"""5.2 · What happens if the end is not learned, and a change in thin matrices.

Run with `make experiment KATA=render_chat`; with `MINE=1` it runs on your own katas.
"""

import sys
from pathlib import Path

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from small_language import SIZE, mean_loss, train

from dojo import screen
from katas.phase3_training.optimizers import AdamW, cosine_decay
from katas.phase4_llms.generation import generate
from katas.phase4_llms.llama import Llama, LlamaConfig
from katas.phase4_llms.mlp import Linear
from katas.phase4_llms.tokenizer import BPETokenizer
from katas.phase5_practice.chat import (
    END,
    SPECIAL_TOKENS,
    chat_prompt,
    masked_cross_entropy,
    pad_chats,
    render_chat,
)
from katas.phase5_practice.lora import LoRA, trainable

LENGTH = 12  # tokens of a conversation
CHAT_SIZE = LlamaConfig(15, LENGTH, 1, n_head=4, n_kv_head=2, n_channels=32, hidden=64)

digits = {n: str(n).encode() for n in range(10)} | {10: b"+"}
tokenizer = BPETokenizer(digits, [], SPECIAL_TOKENS)
(end,) = tokenizer.encode(END)


def main():
    answers()
    adapt()
    lab.end(
        "In `answers`, let nothing but the last answer of two in one conversation be learned. How "
        "does the model answer the first question of a conversation?",
        "In `adapt`, use ranks 8 and 32, then 1 on `attention` only (the lines that begin with "
        "`block.feed_forward` out). How little is enough?",
        "In `adapt`, set alpha to 16 times the rank. At which learning rate does it still learn?",
    )


# ---- answers that end


def chats(n, rng):
    """n conversations of one question, the sum of two digits, and its answer."""
    pairs = rng.integers(0, 10, (n, 2))
    return [
        render_chat([question(a, b), {"role": "assistant", "content": str(a + b)}], tokenizer)
        for a, b in pairs
    ]


def question(a, b):
    return {"role": "user", "content": f"{a}+{b}"}


def taught(name, mask, n_steps=500):
    """A model that has learned from conversations in which mask says what counts."""
    rng = np.random.default_rng(0)
    model = Llama(CHAT_SIZE, rng)
    optimizer = AdamW(model.parameters(), lr=0.01, weight_decay=0.0)
    with screen.progress(name, n_steps) as (advance, _):
        for step in range(n_steps):
            optimizer.lr = cosine_decay(step, 0.01, n_steps)
            batch = [(ids, mask(ids, learned)) for ids, learned in chats(32, rng)]
            inputs, targets, counted = pad_chats(batch, end)
            optimizer.zero_grad()
            masked_cross_entropy(model(inputs), targets, counted).backward()
            optimizer.step()
            advance()
    return model


def answers():
    lab.part("answers that end")
    print("Three models learn single-digit sums from the same conversations. They differ in what")
    print("counts: answers and their ends; answers without their ends; every token.\n")
    guess = lab.predict("Asked for 2+3, what does the model write that has learned no ends?")
    masks = {
        "answers and ends": lambda ids, learned: learned,
        "answers alone": lambda ids, learned: [one and id != end for id, one in zip(ids, learned)],
        "everything": lambda ids, learned: [True] * len(ids),
    }
    rows = {}
    for name, mask in masks.items():
        model = taught(name, mask)
        prompt = chat_prompt([question(2, 3)], tokenizer)
        said = generate(model, prompt, LENGTH - len(prompt), temperature=0, stop=end)
        right = np.mean([is_right(model, a, b) for a in range(10) for b in range(10)])
        rows[name] = tokenizer.decode(said[len(prompt) :]), right
    lab.result(rows["answers alone"][0], guess)
    print("  learned            asked for 2+3, it writes    of 100 sums right, with an end")
    for name, (said, right) in rows.items():
        print(f"  {name:<18} {said:<27} {right:.0%}")
    print("\nA model that was never told to stop does not, and none of its answers counts.")


def is_right(model, a, b):
    prompt = chat_prompt([question(a, b)], tokenizer)
    said = generate(model, prompt, 3, temperature=0, stop=end)[len(prompt) :]
    return said == [*tokenizer.encode(str(a + b)), end]


# ---- LoRA


def with_adapters(model, rank, alpha=None):
    """Put a LoRA around each Linear of the blocks; nothing changes yet."""
    rng = np.random.default_rng(2)
    for block in model.blocks:
        for layer in (block.attention, block.feed_forward):
            for name, inside in list(vars(layer).items()):
                if isinstance(inside, Linear):
                    setattr(layer, name, LoRA(inside, rank, alpha, rng))


def without_adapters(model):
    """Take them off again."""
    for block in model.blocks:
        for layer in (block.attention, block.feed_forward):
            for name, inside in list(vars(layer).items()):
                if isinstance(inside, LoRA):
                    setattr(layer, name, inside.linear)


def adapt():
    lab.part("another language")
    model = Llama(SIZE, np.random.default_rng(0))
    train("a language", model, model.parameters())
    print("A model has learned that each token is the sum of the two before it, modulo 7. Now each")
    print(f"is that sum plus 3. There its loss is {mean_loss(model, 3):.2f}; no idea is 1.95.\n")
    before = mean_loss(model)
    guess = lab.predict("All parameters learn the new rule. What becomes of the loss on the old?")
    full = Llama(SIZE, np.random.default_rng(0))
    full.load_state_dict(model.state_dict())
    train("all parameters", full, full.parameters(), shift=3)
    lab.result(f"{mean_loss(full):.2f}; it was {before:.3f}", guess)
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
        print(f"  LoRA, rank {rank}     {n:>9,}   {new:>8.3f}   {mean_loss(model):.3f}")


main()
