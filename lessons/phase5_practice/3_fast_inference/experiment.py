"""5.3 · Weights in one byte.

Run with `make experiment SECTION=5.3`; with `MINE=1` it runs on your own katas.
"""

import sys
from pathlib import Path

from dojo.experiment import Lab

lab = Lab(__file__)
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from small_language import SIZE, mean_loss, train

from katas.phase4_llms.llama import Llama
from katas.phase5_practice.quantization import dequantize, quantize_int8


def main():
    model = Llama(SIZE, np.random.default_rng(0))
    train("a language", model, model.parameters())
    one_byte(model)
    lab.end(
        "Quantize twice: what was dequantized once more. Is anything lost the second time? Why?",
        "Round to 15 levels instead of 255 (the largest becomes 7). What is the loss then?",
        "Stretch by 10,000 instead of 100. Which of the two ways still holds?",
    )


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


main()
