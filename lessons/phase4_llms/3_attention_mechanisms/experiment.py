"""4.3 · Teach one head to read backwards, look at where it looks, and take away what it needs.

Run with `make experiment SECTION=4.3`; with `MINE=1` it runs on your own katas.
"""

import numpy as np

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase2_networks.module import Module
from katas.phase3_training.optimizers import Adam
from katas.phase4_llms.attention import (
    MultiHeadAttention,
    attention_entropy,
    attention_weights,
    causal_mask,
)
from katas.phase4_llms.mlp import Linear
from katas.phase4_llms.positions import LearnedPositions
from katas.phase4_llms.tensor import Tensor, cross_entropy, no_grad

V, T, C = 10, 8, 24  # digits, positions, channels
STEPS, BATCH, LR = 300, 32, 0.01
SHOWN = (0, 20, 40, 60, 80, 100, 200, 300)
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"


class Reverser(Module):
    """Digits (B, T) -> logits (B, T, V): a table of digits, positions, one head, a linear layer."""

    def __init__(self, rng, causal=False, positions=True):
        self.table = Tensor(0.3 * rng.standard_normal((V, C)))
        self.positions = LearnedPositions(T, C, rng) if positions else None
        self.attention = MultiHeadAttention(C, 1, rng, causal)
        self.readout = Linear(C, V, rng)

    def embed(self, digits):
        x = Tensor(np.eye(V)[digits], requires_grad=False) @ self.table
        return self.positions(x) if self.positions else x

    def __call__(self, digits):
        return self.readout(self.attention(self.embed(digits)))

    def weights(self, digits):
        """Where each position looks, the mean over all sequences: (T, T)."""
        q, k, _ = self.attention.heads(self.embed(digits))
        mask = causal_mask(T) if self.attention.causal else None
        return attention_weights(q, k, mask).data.mean(axis=(0, 1))


FRESH = np.random.default_rng(1).integers(0, V, (500, T))  # never trained on


def share_right(model):
    """For each position the share of digits that are right, on sequences never trained on."""
    with no_grad():
        return (model(FRESH).data.argmax(axis=-1) == FRESH[:, ::-1]).mean(axis=0)


def train(model, rng, steps=STEPS):
    """Yield (step, loss) before each step, and once more at the end."""
    optimizer = Adam(model.parameters(), LR)
    for step in range(steps + 1):
        digits = rng.integers(0, V, (BATCH, T))
        loss = cross_entropy(model(digits), digits[:, ::-1])
        yield step, float(loss.data)
        if step < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def trained(**options):
    """A model that has been through all steps."""
    rng = np.random.default_rng(3)
    model = Reverser(rng, **options)
    for _ in train(model, rng):
        pass
    return model


def spelled(digits):
    return "".join(map(str, digits))


# ---- pictures


def draw_weights(maps):
    """Heat maps of weights: {title: (T, T)}."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, 3, figsize=(10.5, 7.6), layout="constrained")
    for axes, (title, weights) in zip(panels.flat, maps.items()):
        image = axes.imshow(weights, cmap="Blues", vmin=0, vmax=1)
        for t, s in np.argwhere(weights >= 0.095):
            shade = "white" if weights[t, s] > 0.5 else "black"
            number = f"{weights[t, s]:.1f}".lstrip("0")
            axes.text(s, t, number, ha="center", va="center", fontsize=10, color=shade)
        axes.set_title(title, fontsize=13)
        axes.set(xticks=range(T), yticks=range(T))
    figure.colorbar(image, ax=panels, shrink=0.6, label="weight, mean over 500 sequences")
    figure.supxlabel("position that is looked at", fontsize=13)
    figure.supylabel("position that asks", fontsize=13)
    path = lab.output("where_it_looks.png")
    figure.savefig(path, dpi=100)
    lab.saved(path)
    plt.close(figure)


def draw_width(widths, keys_seen):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 5), layout="constrained")
    looks = zip(keys_seen.items(), (BLUE, ORANGE, GREEN), ("-", "--", "-."), (8, 8, 8))
    for (name, seen), colour, style, up in looks:
        axes.semilogx(widths, seen, style, color=colour, linewidth=2.5, base=2)
        axes.annotate(
            name,
            (widths[-1], seen[-1]),
            (-4, up),
            textcoords="offset points",
            ha="right",
            fontsize=13,
            color=colour,
        )
    axes.set_ylim(0, 18)
    axes.set_xlabel("channels D of queries and keys", fontsize=13)
    axes.set_ylabel("keys that a query looks at, of 16", fontsize=13)
    axes.set_title("How widely a fresh query looks: exp of its entropy", fontsize=15)
    axes.tick_params(labelsize=12)
    axes.grid(alpha=0.3)
    path = lab.output("how_widely.png")
    figure.savefig(path, dpi=100)
    lab.saved(path)
    plt.close(figure)


# ---- the parts


def read_backwards():
    """Train the head, and return maps of where it looked on the way."""
    lab.part(f"one head learns to read {T} digits backwards, in {STEPS} steps")
    guess = lab.predict("After how many steps are 99 % of the digits right?")
    rng = np.random.default_rng(3)
    model, maps, reached = Reverser(rng), {}, None
    for step, loss in train(model, rng):
        if step not in SHOWN and (reached is not None or step % 5):
            continue
        share = share_right(model).mean()
        if reached is None and share >= 0.99:
            reached = step
        if step in SHOWN:
            print(f"  step {step:>3}   loss {loss:6.3f}   right {share:4.0%}")
        if step in (0, 60, 80, STEPS):
            maps[f"step {step}: {share:.0%} right"] = model.weights(FRESH)
    print()
    said = spelled(model(FRESH[:1]).data.argmax(axis=-1)[0])
    print(f"  it reads {spelled(FRESH[0])} and says {said}\n")
    when = "not within these steps" if reached is None else f"at about step {reached}"
    lab.result(f"{when}; at the end {share:.1%} of 4,000 digits that it never saw", guess)
    return maps


def look(weights):
    lab.part("where it looks")
    guess = lab.predict("Which cells will be dark in its table of weights, rows asking?")
    for t, row in enumerate(weights):
        print(f"  position {t}   " + "  ".join(f"{w:.2f}" for w in row))
    print()
    mirrored = weights[:, ::-1].diagonal()
    entropy = attention_entropy(weights).mean()
    lab.result(
        f"the other diagonal: position t looks at {T - 1} - t with at least {mirrored.min():.2f}; "
        f"the mean entropy is {entropy:.2f}, of at most {np.log(T):.2f}",
        guess,
    )


def take_away(maps):
    lab.part("the same without positions, and the same with a causal mask")
    guess = lab.predict("How many percent are right without positions? And with a mask?")
    blind = trained(positions=False)
    masked = trained(causal=True)
    for name, model in (("no positions", blind), ("causal mask", masked)):
        shares = share_right(model)
        maps[f"{name}: {shares.mean():.0%} right"] = model.weights(FRESH)
        by_position = "  ".join(f"{share:4.0%}" for share in shares)
        print(f"  {name:<13} {shares.mean():4.0%}   position by position  {by_position}")
    print()
    lab.result(
        f"{share_right(blind).mean():.0%}: it knows which digits are there, not where. "
        f"{share_right(masked).mean():.0%}: the first half would have to see what comes later "
        "and guesses, one in ten; the second half looks back",
        guess,
    )
    draw_weights(maps)


def scale():
    lab.part("a query and 16 keys, drawn at random: how many does it look at?")
    guess = lab.predict("With 256 channels and no scale, how many of the 16 keys is that?")
    widths, names = [1, 4, 16, 64, 256], ("q · k / √D", "q · k", "q · k / D")
    keys_seen = {name: [] for name in names}
    rng = np.random.default_rng(5)
    for D in widths:
        q, k = rng.standard_normal((200, 1, D)), Tensor(rng.standard_normal((200, 16, D)))
        for name, power in zip(names, (0.0, 0.5, -0.5)):  # attention_weights divides by √D
            entropy = attention_entropy(attention_weights(Tensor(q * D**power), k).data)
            keys_seen[name].append(float(np.exp(entropy).mean()))
    print("      D" + "".join(f"{name:>12}" for name in names))
    for i, D in enumerate(widths):
        print(f"  {D:>5}" + "".join(f"{keys_seen[name][i]:>12.1f}" for name in names))
    print()
    lab.result(
        f"{keys_seen['q · k'][-1]:.1f}; with √D it stays near {keys_seen['q · k / √D'][-1]:.0f} "
        "at any width, and divided by D it looks at all alike",
        guess,
    )
    draw_width(widths, keys_seen)


def main():
    maps = read_backwards()
    look(list(maps.values())[-1])
    take_away(maps)
    scale()
    lab.end(
        "Let it sort the digits instead of reversing them. Is one head enough? Where does it look?",
        "Give the head sinusoidal positions (they are an array to add). Does it learn as fast?",
        "Train on 8 positions, with a table of 12, and test on 12. What did it learn: the rule?",
    )


main()
