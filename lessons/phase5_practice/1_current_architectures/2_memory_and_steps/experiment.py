"""5.1 · A memory that is written over, a cache that is small, and steps for whole matrices.

Run with `make experiment KATA=linear_step`; with `MINE=1` it runs on your own katas.
"""

import sys
from pathlib import Path

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from small_language import LENGTH, texts

from dojo import screen
from katas.phase3_training.optimizers import AdamW, warmup_cosine
from katas.phase4_llms.generation import KVCache
from katas.phase4_llms.llama import Llama, LlamaConfig
from katas.phase4_llms.tensor import Tensor, cross_entropy, no_grad
from katas.phase5_practice.delta import gated_delta_step, linear_step
from katas.phase5_practice.latent import LatentAttention, LatentConfig
from katas.phase5_practice.muon import Muon, newton_schulz, split_parameters

D = 64  # channels of keys and values
SIZE = LlamaConfig(7, LENGTH, 2, n_head=4, n_kv_head=2, n_channels=48, hidden=96)
STEPS = 150
LR = 0.02  # of Muon
ADAM_LR = 0.01  # of AdamW, for all parameters or for those that are left


def main():
    memory()
    cache()
    steps()
    lab.end(
        "In `memory`, give the delta rule a decay of 0.9. Which keys are forgotten now, and when "
        "would one want that?",
        "In `memory`, write 100 keys into the 64 channels. What can no rule do?",
        "Give Muon all two-axis parameters, the token table and the head too. What happens to the "
        "loss, and why?",
    )


# ---- a memory


def memory():
    lab.part("a memory that is written over")
    print(
        f"A state of {D} × {D} numbers. 8 keys (random directions) get a value each, and then, "
        "three more times,\neach gets a new one. Afterwards each key is asked for its value.\n"
    )
    guess = lab.predict("How far is what linear attention reads from the last value, in percent?")
    rng = np.random.default_rng(0)
    keys = rng.standard_normal((8, D))
    keys /= np.linalg.norm(keys, axis=1, keepdims=True)
    errors = {"linear_step": [], "gated_delta_step": []}
    linear = delta = Tensor(np.zeros((D, D)))
    one = Tensor(1.0)
    for _ in range(4):
        values = rng.standard_normal((8, D))
        for key, value in zip(keys, values):
            k, v = Tensor(key), Tensor(value)
            linear, _ = linear_step(linear, k, k, v)
            delta, _ = gated_delta_step(delta, k, k, v, one, one)
        for name, state in (("linear_step", linear), ("gated_delta_step", delta)):
            wrong = np.linalg.norm(keys @ state.data - values) / np.linalg.norm(values)
            errors[name].append(wrong)
    lab.result(f"{errors['linear_step'][-1]:.0%}", guess)
    print("  off by, after round     1     2     3     4")
    for name, found in errors.items():
        print(f"  {name:<19}" + "".join(f"{wrong:>6.0%}" for wrong in found))
    print(
        "\nLinear attention adds: the fourth value lies on top of three others. The delta rule "
        "takes away what\nstood there. What is left are keys that are not quite at right angles, "
        "and write into each other."
    )


# ---- a cache


def cache():
    lab.part("a cache that is small")
    config = LatentConfig(64, n_head=8, head_dim=16, n_turned=8, n_latent=24)
    layer = LatentAttention(config, np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((1, 12, 64))
    guess = lab.predict(
        "8 heads with keys of 16 + 8 and values of 16 channels, a small vector of 24 and a key of "
        "8:\n  how many numbers a token does the cache hold, of 320?"
    )
    kept = KVCache()
    with no_grad():
        whole = layer(Tensor(x)).data
        written = [layer.absorbed(Tensor(x[:, t : t + 1]), kept).data for t in range(12)]
    n = (kept.k.data.size + kept.v.data.size) // 12
    lab.result(f"{n}, which is 1 of {320 // n}", guess)
    gap = np.abs(np.concatenate(written, axis=1) - whole).max()
    print(f"  token by token, absorbed, against all at once: the largest difference is {gap:.1e}")


# ---- steps


def steps():
    lab.part("steps for whole matrices")
    rng = np.random.default_rng(0)
    model = Llama(SIZE, rng)
    ids = texts(16, 0, rng)
    cross_entropy(model(ids[:, :-1]), ids[:, 1:]).backward()
    G = model.blocks[0].feed_forward.gate.weight.grad
    U, before, Vt = np.linalg.svd(G, full_matrices=False)
    after = (U.T @ newton_schulz(G) @ Vt.T).diagonal()  # in the same directions, in their order
    print("The gradient of one matrix, at the first step: its singular values, every sixth.\n")
    print("  as it comes, largest = 1 " + "".join(f"{s:>8.4f}" for s in before[::6] / before[0]))
    print("  after newton_schulz      " + "".join(f"{s:>8.4f}" for s in after[::6]) + "\n")
    guess = lab.predict("Same model, same steps: which one has the lower loss at the end?")
    curves = {}
    for name in ("AdamW", "Muon and AdamW"):
        model = Llama(SIZE, np.random.default_rng(0))
        matrices, others = split_parameters(model)
        if name == "AdamW":
            optimizers = [(AdamW(model.parameters(), weight_decay=0.0), ADAM_LR)]
        else:
            optimizers = [
                (Muon(matrices, weight_decay=0.0), LR),
                (AdamW(others, weight_decay=0.0), ADAM_LR),
            ]
        curves[name] = train(name, model, optimizers)
    last = {name: np.mean(losses[-10:]) for name, losses in curves.items()}
    lab.result(", ".join(f"{name} {loss:.3f}" for name, loss in last.items()), guess)
    draw(curves)


def train(name, model, optimizers):
    """The loss of each step, from the third token on, where the rule says what comes."""
    rng, losses = np.random.default_rng(0), []
    with screen.progress(name, STEPS) as (advance, _):
        for step in range(STEPS):
            ids = texts(16, 0, rng)
            for optimizer, peak in optimizers:
                optimizer.lr = warmup_cosine(step, peak, 10, STEPS)
                optimizer.zero_grad()
            loss = cross_entropy(model(ids[:, :-1])[:, 1:], ids[:, 2:])
            loss.backward()
            for optimizer, _ in optimizers:
                optimizer.step()
            losses.append(float(loss.data))
            advance()
    return losses


def draw(curves):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
    for (name, losses), style in zip(curves.items(), ("--", "-")):
        axes.plot(losses, style, label=name)
    axes.set(xlabel="step", ylabel="loss, nats per token", yscale="log")
    axes.legend()
    path = lab.output("muon.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


main()
