"""4.4 · Quantization: a weight in one byte."""

import numpy as np


def quantize_int8(W):  # kata 4.4
    """Round a matrix to 255 levels, with a scale for each output.

    W   (n_in, n_out), an array of floats
    ->  q      (n_in, n_out)  int8, from -127 to 127: W / scale, rounded to the nearest
        scale  (n_out,)       in the dtype of W: the largest |W| of each column / 127; 1 for a
                              column of zeros

    ValueError if W holds nan or infinities.
    """
    if not np.isfinite(W).all():
        raise ValueError("weights to be quantized are finite, and there are nan or inf among them")
    scale = np.abs(W).max(axis=0) / 127
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return np.rint(W / scale).astype(np.int8), scale


def dequantize(q, scale):  # kata 4.4
    """The matrix that q and scale stand for: off by at most half a scale in every entry."""
    return q * scale
