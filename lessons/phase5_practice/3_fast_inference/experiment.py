"""5.3 · Weights in a byte and in half of one, guesses that are judged, scores that nobody keeps.

Run with `make experiment KATA=quantize_int8`; with `MINE=1` it runs on your own katas.
"""

import sys
import tracemalloc
from pathlib import Path
from time import perf_counter

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from small_language import SIZE, mean_loss, train

from katas.phase4_llms.attention import scaled_dot_product_attention
from katas.phase4_llms.llama import Llama
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase5_practice.flash import tiled_attention
from katas.phase5_practice.quantization import (
    dequantize,
    dequantize_int4,
    quantize_int4,
    quantize_int8,
)
from katas.phase5_practice.speculative import accept_draft


def main():
    model = Llama(SIZE, np.random.default_rng(0))
    train("a language", model, model.parameters())
    one_byte(model)
    half_a_byte(model)
    guess_ahead()
    in_tiles()
    lab.end(
        "Quantize twice: what was dequantized once more. Is anything lost the second time? Why?",
        "Stretch by 10,000 instead of 100. Which of the two ways still holds?",
        "Give both attentions a causal mask. Half of the tiles are hidden then: leave them out in "
        "your `tiled_attention`. How much faster is it?",
    )


# ---- one byte


def one_byte(model):
    lab.part("weights in one byte")
    before, by_column, by_matrix = rounded_losses(model)
    guess = lab.predict(
        f"The model has a loss of {before:.5f}. Every matrix of it is rounded to int8. What is the "
        "loss now?"
    )
    lab.result(f"{by_column:.5f}", guess)
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
    losses = [mean_loss(model)]
    for columns in (True, False):
        for parameter in model.parameters():
            W = parameter.data
            if W.ndim == 2:
                rounded = dequantize(*quantize_int8(W if columns else W.reshape(-1, 1)))
                parameter.data = rounded.reshape(W.shape)
        losses.append(mean_loss(model))
        model.load_state_dict(kept)
    return losses


def stretch(model, factor):
    """Multiply the first pair of each head of queries, divide that of the keys; the loss."""
    attention = model.blocks[0].attention
    D = SIZE.n_channels // SIZE.n_head
    for i in (0, 1):
        attention.query.weight.data[:, i::D] *= factor
        attention.key.weight.data[:, i::D] /= factor
    return mean_loss(model)


# ---- half a byte


def half_a_byte(model):
    lab.part("weights in half a byte")
    guess = lab.predict("And in 15 levels instead of 255, with one scale for each column?")
    kept, rows = model.state_dict(), []
    for group in (32, 16, 8, 4, 2):
        size = whole = 0
        for parameter in model.parameters():
            W = parameter.data
            whole += W.size * 4
            if W.ndim == 2 and len(W) % group == 0:
                packed, scale = quantize_int4(W, group)
                parameter.data = dequantize_int4(packed, scale)
                size += packed.nbytes + scale.size * 4
            else:
                size += W.size * 4
        rows.append((group, mean_loss(model), size / whole))
        model.load_state_dict(kept)
    lab.result(f"{rows[0][1]:.5f}: most of its columns have 32 entries", guess)
    print("  entries that share a scale   loss      bytes, of those of float32")
    for group, loss, share in rows:
        print(f"  {group:>26}   {loss:.5f}   {share:.0%}")
    print("\nRounding moves a loss either way: one that is lower than before is luck.")


# ---- guess ahead

P = np.array([0.10, 0.45, 0.20, 0.25])  # of the large model
Q = np.array([0.30, 0.25, 0.25, 0.20])  # of the draft


def guess_ahead(n=20_000):
    lab.part("guesses that are judged")
    print(f"Four tokens. The large model gives them {P}, the draft {Q}.")
    print("A guess is kept with min(1, p / q). If it is not, the token is drawn from p instead.\n")
    guess = lab.predict("p says 45 % for token 1. How often does it come?")
    rng = np.random.default_rng(0)
    guesses = rng.choice(4, n, p=Q)
    kept = rng.random(n) < P[guesses] / Q[guesses]
    wrong = np.where(kept, guesses, rng.choice(4, n, p=P))
    lab.result(f"{np.mean(wrong == 1):.0%}: what both give is kept, and then drawn again", guess)
    draft, target = np.array([Q]), np.array([P, P])
    right = [accept_draft(draft, target, [token], rng)[0] for token in guesses]
    print("  token                 0     1     2     3")
    for name, tokens in (("the draft", guesses), ("drawn from p", wrong), ("residual", right)):
        shares = np.bincount(tokens, minlength=4) / n
        print(f"  {name:<16}" + "".join(f"{share:>6.1%}" for share in shares))
    print(f"  {'the large model':<16}" + "".join(f"{share:>6.1%}" for share in P))
    a = np.minimum(P, Q).sum()
    guess = lab.predict(
        f"{a:.0%} are kept. With 8 guesses a call, how many tokens does a call give?"
    )
    found = tokens_per_call(8, rng)
    lab.result(f"{found:.2f}", guess)
    print("  guesses  tokens a call")
    for k in (1, 2, 4, 16):
        print(f"  {k:>7}  {tokens_per_call(k, rng):.2f}")
    print(f"\nHowever many, it is never more than 1 / (1 - {a:.2f}) = {1 / (1 - a):.0f}: the first")
    print("that is not kept ends it, and the draft has to be paid for each guess.")


def tokens_per_call(k, rng, calls=3000):
    """The mean length of what accept_draft returns for k guesses."""
    draft, target = np.tile(Q, (k, 1)), np.tile(P, (k + 1, 1))
    found = [accept_draft(draft, target, rng.choice(4, k, p=Q), rng) for _ in range(calls)]
    return np.mean([len(tokens) for tokens in found])


# ---- attention in tiles


def in_tiles(block=256):
    lab.part("attention in tiles")
    rng = np.random.default_rng(0)
    guess = lab.predict(
        "Attention over 2,048 positions, one head, in tiles of 256: which part of the memory of "
        "4.3's does it take?"
    )
    rows = []
    for T in (512, 1024, 2048):
        q, k, v = (rng.standard_normal((T, 64)).astype(np.float32) for _ in range(3))
        with no_grad():
            plain = measured(lambda q=q, k=k, v=v: scaled_dot_product_attention(
                Tensor(q), Tensor(k), Tensor(v)
            ).data)  # fmt: skip
        tiled = measured(lambda q=q, k=k, v=v: tiled_attention(q, k, v, block))
        rows.append((T, plain, tiled, np.abs(plain[2] - tiled[2]).max()))
    _, plain, tiled, _ = rows[-1]
    lab.result(f"1/{plain[0] / tiled[0]:.0f}", guess)
    print("  positions   plain                tiled                largest difference")
    for T, plain, tiled, gap in rows:
        cells = (f"{peak / 1e6:>6.1f} MB {1e3 * t:>6.1f} ms" for peak, t, _ in (plain, tiled))
        print(f"  {T:>9}   {'   '.join(cells)}   {gap:.0e}")
    print("\nTwice the positions: four times the memory of the one, a little more of the other.")


def measured(work):
    """The most memory that was in use, the seconds it took, and the result."""
    work()
    begun = perf_counter()
    result = work()
    seconds = perf_counter() - begun
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, seconds, result


main()
