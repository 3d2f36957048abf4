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
    raise NotImplementedError("5.3 quantize_int8")


def dequantize(q, scale):  # kata 5.3
    """The matrix that q and scale stand for: off by at most half a scale in every entry."""
    raise NotImplementedError("5.3 dequantize")
