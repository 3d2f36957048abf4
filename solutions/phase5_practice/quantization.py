"""5.3 · Quantization: a weight in one byte."""

import numpy as np


def quantize_int8(W):  # kata 5.3
    """Round a matrix to 255 levels, with a scale for each output.

    W   (n_in, n_out), an array of floats
    ->  q      (n_in, n_out)  int8, from -127 to 127: W / scale, rounded to the nearest
        scale  (n_out,)       in the dtype of W: the largest |W| of each column / 127; 1 for a
                              column of zeros. Among the smallest numbers of the dtype, where the
                              rounding of so small a scale would make levels beyond 127, it is
                              rounded up

    ValueError if W holds nan or infinities; TypeError, naming its dtype, if it is not of floats.
    """
    if W.dtype.kind != "f":
        raise TypeError(f"weights to be quantized are floats, not {W.dtype}")
    if not np.isfinite(W).all():
        raise ValueError("weights to be quantized are finite, and there are nan or inf among them")
    largest = np.abs(W).max(axis=0)
    scale = np.maximum(largest / 127, np.finfo(W.dtype).smallest_subnormal)  # never 0
    scale = np.where(np.rint(largest / scale) > 127, np.nextafter(scale, W.dtype.type(1)), scale)
    scale[largest == 0] = 1
    return np.rint(W / scale).astype(np.int8), scale


def dequantize(q, scale):  # kata 5.3
    """The matrix that q and scale stand for: off by at most half a scale in every entry."""
    return q * scale
