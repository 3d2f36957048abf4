"""5.1 · Experts that crowd together.

Run with `make experiment SECTION=5.1`; with `MINE=1` it runs on your own katas.
"""

import sys
from pathlib import Path

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from small_language import SIZE, mean_loss, train

from katas.phase4_llms.llama import Llama
from katas.phase5_practice.experts import MixtureOfExperts, load_balance_loss

N_EXPERTS = 8
BALANCE = 0.02  # how much the load-balance loss counts


def main():
    experts()
    lab.end(
        "Set BALANCE to 0.001, then to 10. When is it too little to spread the work, and when does "
        "it cost loss?",
        "Ask one expert instead of two (k=1; the shares are then not halved). Who is never asked?",
        "Give the experts 4 channels inside instead of 16, then 64. Does a larger expert need the "
        "others less?",
    )


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
    shares = {}
    for name, weight in (("the loss alone", 0.0), ("with the load-balance loss", BALANCE)):
        model = Llama(SIZE, np.random.default_rng(0))
        rng = np.random.default_rng(1)
        model.blocks[0].feed_forward = Watched(SIZE.n_channels, 16, N_EXPERTS, k=2, rng=rng)
        rows = shares[name] = []
        train(
            name,
            model,
            model.parameters(),
            shift=0,
            extra=lambda weight=weight: load_balance_loss(*routed) * weight,
            on_step=lambda rows=rows: rows.append((routed[0].data > 0).mean(axis=0) / 2),
        )
        last = np.sort(np.mean(rows[-20:], axis=0))[::-1]
        said = " ".join(f"{share:.0%}" for share in last)
        print(f"  {name:<27} loss {mean_loss(model):.3f}   shares {said}")
        busiest = last[0]
        if not weight:
            alone = busiest
    print()
    lab.result(f"{alone:.0%}; with the load-balance loss {busiest:.0%}", guess)
    draw(shares)


def draw(shares):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True, layout="constrained")
    for axis, (name, rows) in zip(axes, shares.items()):
        axis.stackplot(range(len(rows)), np.transpose(rows))
        axis.set(title=name, xlabel="step", ylim=(0, 1), xlim=(0, len(rows) - 1))
    axes[0].set_ylabel("share of the questions, by expert")
    path = lab.output("experts.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


main()
