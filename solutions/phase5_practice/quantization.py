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
    W = real_array(W)
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
    W = real_array(W)
    if W.dtype.kind != "f":
        raise TypeError(f"weights to be quantized are floats, not {W.dtype}")
    if not np.isfinite(W).all():
        raise ValueError("weights to be quantized are finite, and there are nan or inf among them")
    n_in, n_out = W.shape
    if group < 1 or group % 2 or n_in % group:
        raise ValueError(f"{n_in} inputs cannot be cut into even groups of {group}")
    groups = W.reshape(n_in // group, group, n_out)
    largest = np.abs(groups).max(axis=1)
    scale = np.maximum(largest / 7, np.finfo(W.dtype).smallest_subnormal)
    scale[largest == 0] = 1
    levels = np.clip(np.rint(groups / scale[:, None]), -7, 7).reshape(n_in, n_out)
    stored = (levels + 8).astype(np.uint8)
    return stored[0::2] | stored[1::2] << 4, scale


def dequantize_int4(packed, scale):  # kata 5.3
    """The matrix that quantize_int4 has packed, in the dtype of scale.

    packed  (n_in / 2, n_out)      uint8
    scale   (n_in / group, n_out)  floats; how many there are says how large a group is
    ->      (n_in, n_out)
    """
    levels = np.empty((2 * len(packed), packed.shape[1]), dtype=np.int8)
    levels[0::2], levels[1::2] = packed & 15, packed >> 4
    return (levels - 8) * np.repeat(scale, len(levels) // len(scale), axis=0)
