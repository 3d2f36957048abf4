"""5.3 · Quantization: a weight in one byte, or in half a byte."""

import numpy as np

from ..phase3_training.plain_arrays import real_array


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


def quantize_int4(W, group):  # kata 5.3
    """Round a matrix to 15 levels, with a scale for each group of inputs, two levels to a byte.

    W      (n_in, n_out), an array of floats
    group  how many neighbouring rows, in each column by itself, share a scale
    ->     packed  (n_in / 2, n_out)      uint8: in the lower 4 bits row 2i, in the upper ones row
                                          2i + 1, as level + 8. Levels are whole numbers from -7 to
                                          7: W / scale, rounded to the nearest
           scale   (n_in / group, n_out)  in the dtype of W: the largest |W| of the group / 7; 1 for
                                          a group of zeros. Where that is too small for the dtype to
                                          be other than 0, its smallest number; what would then lie
                                          beyond 7 is cut to 7

    ValueError, naming both, unless group is even, above 0, and divides n_in; if W holds nan or
    infinities. TypeError, naming its dtype, if W is not of floats.
    """
    raise NotImplementedError("5.3 quantize_int4")


def dequantize_int4(packed, scale):  # kata 5.3
    """The matrix that quantize_int4 has packed, in the dtype of scale.

    packed  (n_in / 2, n_out)      uint8
    scale   (n_in / group, n_out)  floats; how many there are says how large a group is
    ->      (n_in, n_out)
    """
    raise NotImplementedError("5.3 dequantize_int4")
