"""4.4 · Experts that crowd together, a change in thin matrices, and weights in one byte.

Run with `make experiment KATA=put_rows`; with `MINE=1` it runs on your own katas.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

import numpy as np

from dojo import screen
from katas.phase3_training.optimizers import AdamW
from katas.phase4_llms.experts import MixtureOfExperts, load_balance_loss
from katas.phase4_llms.llama import Llama, LlamaConfig
from katas.phase4_llms.lora import LoRA, trainable
from katas.phase4_llms.mlp import Linear
from katas.phase4_llms.quantization import dequantize, quantize_int8
from katas.phase4_llms.tensor import cross_entropy, no_grad

LENGTH = 12  # tokens of a text
SIZE = LlamaConfig(7, LENGTH, 1, n_head=4, n_kv_head=2, n_channels=32, hidden=64)
N_EXPERTS = 8
BALANCE = 0.02  # how much the load-balance loss counts


def main():
    experts()
    model = Llama(SIZE, np.random.default_rng(0))
    train("a language", model, model.parameters(), shift=0)
    one_byte(model)
    adapt(model)
    lab.end(
        "Set BALANCE to 0.001, then to 10. When is it too little to spread the work, and when does "
        "it cost loss?",
        "In `adapt`, use ranks 8 and 32, then 1 on `attention` only (the lines that begin with "
        "`block.feed_forward` out). How little is enough?",
        "In `one_byte`, quantize twice: what was dequantized once more. Is anything lost the "
        "second time? Why?",
    )


# ---- a language, and one that is nearly the same


def texts(n, shift, rng):
    """n texts of tokens 0 to 6: each is the sum of the two before it and shift, modulo 7."""
    ids = np.empty((n, LENGTH + 1), dtype=int)
    ids[:, :2] = rng.integers(0, 7, (n, 2))
    for t in range(2, LENGTH + 1):
        ids[:, t] = (ids[:, t - 1] + ids[:, t - 2] + shift) % 7
    return ids


def train(name, model, parameters, shift, n_steps=200, extra=None, on_step=lambda: None):
    """Train these parameters; extra() is added to the loss."""
    rng = np.random.default_rng(0)
    optimizer = AdamW(parameters, lr=0.01, weight_decay=0.0)
    with screen.progress(name, n_steps) as (advance, _):
        for _ in range(n_steps):
            ids = texts(16, shift, rng)
            optimizer.zero_grad()
            loss = cross_entropy(model(ids[:, :-1]), ids[:, 1:])
            if extra:
                loss = loss + extra()
            loss.backward()
            optimizer.step()
            on_step()
            advance()


def mean_loss(model, shift):
    """The loss from the second token on, where the rule says what comes."""
    ids = texts(200, shift, np.random.default_rng(1))
    with no_grad():
        return float(cross_entropy(model(ids[:, :-1])[:, 1:], ids[:, 2:]).data)


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
        print(f"  {name:<27} loss {mean_loss(model, 0):.3f}   shares {said}")
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


# ---- one byte


def one_byte(model):
    lab.part("weights in one byte")
    guess = lab.predict("Every matrix of a trained model is rounded to int8. What is the new loss?")
    before, by_column, by_matrix = rounded_losses(model)
    lab.result(f"{by_column:.5f}; it was {before:.5f}", guess)
    print(
        "Now a few columns of the query are made 100 times as large, and those of the key that they"
    )
    print("meet 100 times as small. No score changes, and neither does the loss:", end=" ")
    print(f"{stretch(model, 100):.5f}.\n")
    guess = lab.predict("Rounded with one scale for each matrix, what is the loss now?")
    _, by_column_now, by_matrix_now = rounded_losses(model)
    lab.result(f"{by_matrix_now:.2f}, not {by_matrix:.2f}", guess)
    stretch(model, 1 / 100)
    print("  int8, with              as trained   columns of unequal size")
    print(f"  a scale for each column {by_column:>11.5f} {by_column_now:>25.5f}")
    print(f"  one for each matrix     {by_matrix:>11.5f} {by_matrix_now:>25.5f}")


def rounded_losses(model):
    """As it is, in int8 with a scale for each column, and with one for each matrix."""
    kept = model.state_dict()
    losses = [mean_loss(model, 0)]
    for columns in (True, False):
        for parameter in model.parameters():
            W = parameter.data
            if W.ndim == 2:
                rounded = dequantize(*quantize_int8(W if columns else W.reshape(-1, 1)))
                parameter.data = rounded.reshape(W.shape)
        losses.append(mean_loss(model, 0))
        model.load_state_dict(kept)
    return losses


def stretch(model, factor):
    """Multiply the first pair of each head of queries, divide that of the keys; the loss."""
    attention = model.blocks[0].attention
    D = SIZE.n_channels // SIZE.n_head
    for i in (0, 1):
        attention.query.weight.data[:, i::D] *= factor
        attention.key.weight.data[:, i::D] /= factor
    return mean_loss(model, 0)


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
