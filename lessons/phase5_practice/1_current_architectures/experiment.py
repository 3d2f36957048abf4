"""5.1 · What a window forgets, and how experts come to share the work.

Run with `make experiment KATA=soft_cap`; with `MINE=1` it runs on your own katas.
"""

import sys
from pathlib import Path

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import small_language

from dojo import screen
from katas.phase3_training.optimizers import AdamW
from katas.phase4_llms.llama import Llama, LlamaConfig
from katas.phase4_llms.tensor import cross_entropy, no_grad
from katas.phase5_practice.experts import MixtureOfExperts, load_balance_loss
from katas.phase5_practice.windows import NormedAttention

LENGTH = 16  # tokens of a text
WINDOW = 4
SIZE = LlamaConfig(8, LENGTH, 2, n_head=2, n_kv_head=1, n_channels=32, hidden=32)
N_EXPERTS = 8
BALANCE = 0.02  # how much the load-balance loss counts
SPEED = 0.02  # of the bias


def main():
    windows()
    experts()
    lab.end(
        "Give the model a third layer (n_layer=3 in SIZE, and a third window). How far does it "
        "see now? Say so before you run it.",
        "Set SPEED to 0.001, then to 0.2. When is the bias too slow to share the work, and what "
        "does one see when it is too quick?",
        "In `experts`, give the layer a shared expert (n_shared=1). Does the loss change, and who "
        "is crowded then?",
    )


# ---- windows


def first_token(n, rng):
    """Texts of random tokens; at each position the first token of the text is wanted."""
    ids = rng.integers(0, SIZE.n_tokens, (n, LENGTH))
    return ids, np.repeat(ids[:, :1], LENGTH, axis=1)


def train(name, model, n_steps=250):
    """Train a model to say the first token."""
    rng = np.random.default_rng(0)
    optimizer = AdamW(model.parameters(), lr=0.01, weight_decay=0.0)
    with screen.progress(name, n_steps) as (advance, _):
        for _ in range(n_steps):
            inputs, targets = first_token(16, rng)
            optimizer.zero_grad()
            cross_entropy(model(inputs), targets).backward()
            optimizer.step()
            advance()


def windows():
    lab.part("what a window forgets")
    print(
        f"Texts of {LENGTH} random tokens of {SIZE.n_tokens}. At each position a Llama of two "
        f"layers is to say\nwhich token came first. In both layers a position sees {WINDOW} "
        "positions: itself and the three before it.\n"
    )
    guess = lab.predict("Up to which position (the first is 0) can it know the first token?")
    found = {}
    for name, kinds in (
        (f"{WINDOW} and {WINDOW}", (WINDOW, WINDOW)),
        (f"{WINDOW} and all", (WINDOW, None)),
        ("all and all", (None, None)),
    ):
        rng = np.random.default_rng(0)
        model = Llama(SIZE, rng)
        for block, window in zip(model.blocks, kinds):
            block.attention = NormedAttention(SIZE, window, rng)
        train(name, model)
        inputs, targets = first_token(200, np.random.default_rng(1))
        with no_grad():
            right = model(inputs).data.argmax(axis=-1) == targets
        found[name] = right.mean(axis=0)
    short = found[f"{WINDOW} and {WINDOW}"]
    surely = max(t for t, share in enumerate(short) if share > 0.9)
    perhaps = max(t for t, share in enumerate(short) if share > 2 / SIZE.n_tokens)
    lab.result(f"surely up to {surely}, by luck up to {perhaps}, and not beyond", guess)
    places = [*range(4, 10), 15]
    print("right at position  " + "".join(f"{t:>5}" for t in places))
    for name, shares in found.items():
        print(f"  {name:<17}" + "".join(f"{shares[t]:>5.0%}" for t in places))
    print(
        f"\nA layer carries what it sees {WINDOW - 1} positions on, and the second layer carries "
        f"that {WINDOW - 1} further:\nposition {2 * WINDOW - 2} is the last that can be reached. "
        "One layer in two that sees all is enough, and keeps\nhalf of the cache small: so gpt-oss "
        "is built."
    )
    draw_windows(found)


def draw_windows(found):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for (name, shares), style in zip(found.items(), ("o-", "s--", "^:")):
        axes.plot(shares, style, label=f"layers see {name}")
    axes.axhline(1 / SIZE.n_tokens, color="#595959", linewidth=1)
    axes.set(xlabel="position", ylabel="first token known", ylim=(0, 1.05))
    axes.legend()
    save(figure, "windows.png")


def save(figure, name):
    import matplotlib.pyplot as plt

    path = lab.output(name)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


# ---- experts


routed = []  # what the router said last: gates, probs


class Watched(MixtureOfExperts):
    def route(self, tokens):
        routed[:] = super().route(tokens)
        return tuple(routed)


def experts():
    lab.part("who is asked")
    print(
        f"A Llama of one layer with {N_EXPERTS} experts; the two best are asked for each token.\n"
    )
    guess = lab.predict("After training, what share of all questions goes to the busiest expert?")
    shares, size = {}, small_language.SIZE
    for name, weight, speed in (
        ("the loss alone", 0.0, 0.0),
        ("a load-balance loss", BALANCE, 0.0),
        ("a bias", 0.0, SPEED),
    ):
        model, rng = Llama(size, np.random.default_rng(0)), np.random.default_rng(1)
        layer = model.blocks[0].feed_forward = Watched(size.n_channels, 16, N_EXPERTS, 2, rng)
        rows = shares[name] = []

        def on_step(layer=layer, rows=rows, speed=speed):
            rows.append((routed[0].data > 0).mean(axis=0) / 2)
            layer.update_bias(routed[0], speed)

        small_language.train(
            name,
            model,
            model.parameters(),
            extra=lambda weight=weight: load_balance_loss(*routed) * weight,
            on_step=on_step,
        )
        last = np.sort(np.mean(rows[-20:], axis=0))[::-1]
        loss = small_language.mean_loss(model)
        said = " ".join(f"{share:.0%}" for share in last)
        print(f"  {name:<20} loss {loss:.3f}   shares {said}")
    print()
    alone, *others = (np.mean(rows[-20:], axis=0).max() for rows in shares.values())
    lab.result(f"{alone:.0%}; with the loss {others[0]:.0%}, with the bias {others[1]:.0%}", guess)
    draw_experts(shares)


def draw_experts(shares):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True, layout="constrained")
    for axis, (name, rows) in zip(axes, shares.items()):
        axis.stackplot(range(len(rows)), np.transpose(rows))
        axis.set(title=name, xlabel="step", ylim=(0, 1), xlim=(0, len(rows) - 1))
    axes[0].set_ylabel("share of the questions, by expert")
    save(figure, "experts.png")


main()
