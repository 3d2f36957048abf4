"""Wrong solutions of 5.3's quantization that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.3 quantize_int8", "one scale for all", says="one scale for the whole matrix, repeated")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.full(W.shape[1], np.abs(W).max() / 127 or 1.0, W.dtype)
    return np.rint(W / scale).astype(np.int8), scale


@mistake("5.3 quantize_int8", "a scale for each row", says="each row has a scale")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.abs(W).max(axis=1) / 127
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return np.rint(W / scale[:, None]).astype(np.int8), scale


@mistake("5.3 quantize_int8", "cut off", says="entries are cut off, not rounded")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.abs(W).max(axis=0) / 127
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return (W / scale).astype(np.int8), scale


@mistake("5.3 quantize_int8", "half up, then cut off", says="suits positive entries alone")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.abs(W).max(axis=0) / 127
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return (W / scale + 0.5).astype(np.int8), scale


@mistake("5.3 quantize_int8", "128 levels above 0", says="an int8 ends at 127")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.abs(W).max(axis=0) / 128
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return np.rint(W / scale).astype(int).astype(np.int8), scale


@mistake("5.3 quantize_int8", "a smallest scale", says="is there a smallest scale")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    largest = np.abs(W).max(axis=0)
    scale = np.where(largest > 1e-8, largest / 127, 1).astype(W.dtype)
    return np.rint(W / scale).astype(np.int8), scale


@mistake("5.3 quantize_int8", "zeros divided by zero", says="by which nothing can be divided")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.abs(W).max(axis=0) / 127
    return np.rint(W / scale).astype(np.int8), scale


@mistake("5.3 quantize_int8", "whole numbers taken for floats", says="a W of int64 should raise")
def quantize_int8(W):
    W = np.asarray(W, dtype=W.dtype if W.dtype.kind == "f" else float)
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    largest = np.abs(W).max(axis=0)
    scale = np.maximum(largest / 127, np.finfo(W.dtype).smallest_subnormal)
    scale = np.where(np.rint(largest / scale) > 127, np.nextafter(scale, W.dtype.type(1)), scale)
    scale[largest == 0] = 1
    return np.rint(W / scale).astype(np.int8), scale


@mistake("5.3 quantize_int8", "complex numbers let through", says="a W of complex128 should raise")
def quantize_int8(W):
    if not np.issubdtype(W.dtype, np.inexact):
        raise TypeError(f"floats are wanted, not {W.dtype}")
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = (np.abs(W).max(axis=0) / 127).astype(W.dtype)
    scale = np.where(scale == 0, 1, scale)
    return np.rint(W / scale).astype(np.int8), scale


@mistake("5.3 quantize_int8", "levels of a byte without sign", says="levels are moved up by 128")
def quantize_int8(W):
    scale = np.abs(W).max(axis=0) / 127
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return (np.rint(W / scale) + 128).astype(np.uint8), scale


@mistake("5.3 dequantize", "scales for rows", says="scales belong to rows")
def dequantize(q, scale):
    return (q.T * np.resize(scale, len(q))).T


@mistake("5.3 dequantize", "kept in a byte", says="kept in one byte")
def dequantize(q, scale):
    return (q * scale).astype(int).astype(np.int8)


@mistake("5.3 quantize_int8", "127.5, and cut off at the ends", says="as PyTorch's observers and")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.abs(W).max(axis=0) / 127.5
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return np.clip(np.rint(W / scale), -128, 127).astype(np.int8), scale


@mistake("5.3 quantize_int8", "tiny columns wrap", says="come round at the other end of an int8")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    scale = np.abs(W).max(axis=0) / 127
    scale = np.where(scale == 0, 1.0, scale).astype(W.dtype)
    return np.rint(W / scale).astype(np.int8), scale


@mistake("5.3 quantize_int8", "tiny columns are cut off", says="It has to be rounded up")
def quantize_int8(W):
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    least = np.finfo(W.dtype).smallest_subnormal
    scale = np.maximum(np.abs(W).max(axis=0) / 127, least)
    scale[~W.any(axis=0)] = 1
    return np.clip(np.rint(W / scale), -127, 127).astype(np.int8), scale


# how all of the following pack, but for one decision
PACK = """
def checked(W, group):
    if W.dtype.kind != "f":
        raise TypeError(f"{W.dtype}")
    if not np.isfinite(W).all():
        raise ValueError("nan or inf")
    if group < 1 or group % 2 or len(W) % group:
        raise ValueError(f"{len(W)} inputs, {group}")


def scales_of(W, group, top=7):
    largest = np.abs(W.reshape(-1, group, W.shape[1])).max(axis=1)
    scale = np.maximum(largest / top, np.finfo(W.dtype).smallest_subnormal)
    return np.where(largest == 0, W.dtype.type(1), scale)


def packed(levels):
    stored = (np.clip(levels, -7, 7) + 8).astype(np.uint8)
    return stored[0::2] | stored[1::2] << 4
"""


@mistake(
    "5.3 quantize_int4", "along the outputs", says="groups run along the outputs", prelude=PACK
)
def quantize_int4(W, group):
    checked(W, group)
    if W.shape[1] % group:
        group = 1
    scale = np.abs(W.reshape(len(W), -1, group)).max(axis=2) / 7
    scale[scale == 0] = 1
    return packed(np.rint(W / np.repeat(scale, group, axis=1))), scale


@mistake("5.3 dequantize", "read as bytes without sign", says="levels below 0 have lost their sign")
def dequantize(q, scale):
    return q.view(np.uint8) * scale


@mistake("5.3 dequantize", "the largest scale for all", says="are multiplied by the largest scale")
def dequantize(q, scale):
    return q * scale.max()


@mistake("5.3 quantize_int4", "one group", says="for each column, repeated", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, len(W))
    return packed(np.rint(W / scale)), np.repeat(scale, len(W) // group, axis=0)


@mistake("5.3 quantize_int4", "divided by 8", says="divided by 8, where levels end", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, group, 8)
    return packed(np.rint(W / np.repeat(scale, group, axis=0))), scale


@mistake("5.3 quantize_int4", "alternating rows", says="rows are taken alternately", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    n = len(W) // group
    scale = np.abs(W.reshape(group, n, W.shape[1])).max(axis=0) / 7
    scale[scale == 0] = 1
    return packed(np.rint(W / np.tile(scale, (group, 1)))), scale


@mistake("5.3 quantize_int4", "cut off", says="entries are cut off, not rounded", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, group)
    return packed((W / np.repeat(scale, group, axis=0)).astype(np.int8)), scale


@mistake("5.3 quantize_int4", "the upper half first", says="2i stands in the upper", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, group)
    stored = (np.clip(np.rint(W / np.repeat(scale, group, axis=0)), -7, 7) + 8).astype(np.uint8)
    return stored[0::2] << 4 | stored[1::2], scale


@mistake("5.3 quantize_int4", "halves of the matrix", says="half the matrix below", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, group)
    stored = (np.clip(np.rint(W / np.repeat(scale, group, axis=0)), -7, 7) + 8).astype(np.uint8)
    return stored[: len(W) // 2] | stored[len(W) // 2 :] << 4, scale


@mistake("5.3 quantize_int4", "two's complement", says="as two's complement", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, group)
    levels = np.clip(np.rint(W / np.repeat(scale, group, axis=0)), -7, 7).astype(np.int8)
    stored = levels.view(np.uint8) & 15
    return stored[0::2] | stored[1::2] << 4, scale


@mistake("5.3 quantize_int4", "not packed", says="nothing is packed or made positive", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, group)
    return np.rint(W / np.repeat(scale, group, axis=0)).astype(np.int8), scale


@mistake("5.3 quantize_int4", "tiny groups wrap", says="come round at the other end", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = scales_of(W, group)
    stored = (np.rint(W / np.repeat(scale, group, axis=0)) + 8).astype(np.uint8) & 15
    return stored[0::2] | stored[1::2] << 4, scale


@mistake("5.3 quantize_int4", "zeros by zero", says="by which nothing can be", prelude=PACK)
def quantize_int4(W, group):
    checked(W, group)
    scale = np.abs(W.reshape(-1, group, W.shape[1])).max(axis=1) / 7
    with np.errstate(invalid="ignore", divide="ignore"):
        levels = np.nan_to_num(np.rint(W / np.repeat(scale, group, axis=0)))
    return packed(levels), scale


@mistake("5.3 quantize_int4", "any group", says="should raise ValueError", prelude=PACK)
def quantize_int4(W, group):
    checked(W, 2)
    rows = W[: len(W) // group * group] if group > 0 else W
    scale = scales_of(rows, group if group > 0 else 2)
    spread = np.repeat(scale, group if group > 0 else 2, axis=0)
    return packed(np.rint(rows / spread)[: len(rows) // 2 * 2]), scale


@mistake("5.3 quantize_int4", "a group has one scale", says="all columns of a group share a scale")
def quantize_int4(W, group):
    n_in, n_out = W.shape
    groups = W.reshape(n_in // group, group, n_out)
    scale = np.repeat(np.abs(groups).max(axis=(1, 2))[:, None], n_out, axis=1) / 7
    scale[scale == 0] = 1
    stored = (np.rint(groups / scale[:, None]) + 8).astype(np.uint8).reshape(n_in, n_out)
    return stored[0::2] | stored[1::2] << 4, scale


@mistake("5.3 quantize_int4", "the smallest become 0", says="0 says that they are gone")
def quantize_int4(W, group):
    n_in, n_out = W.shape
    groups = W.reshape(n_in // group, group, n_out)
    scale = np.abs(groups).max(axis=1) / 7
    scale[scale == 0] = 1
    levels = np.clip(np.rint(groups / scale[:, None]), -7, 7).reshape(n_in, n_out)
    stored = (levels + 8).astype(np.uint8)
    return stored[0::2] | stored[1::2] << 4, scale


@mistake("5.3 dequantize_int4", "halves exchanged", says="upper 4 bits are taken for the first")
def dequantize_int4(packed, scale):
    levels = np.empty((2 * len(packed), packed.shape[1]), dtype=np.int8)
    levels[0::2], levels[1::2] = packed >> 4, packed & 15
    return (levels - 8) * np.repeat(scale, len(levels) // len(scale), axis=0)


@mistake("5.3 dequantize_int4", "8 stays", says="8 is not subtracted")
def dequantize_int4(packed, scale):
    levels = np.empty((2 * len(packed), packed.shape[1]), dtype=np.int8)
    levels[0::2], levels[1::2] = packed & 15, packed >> 4
    return levels * np.repeat(scale, len(levels) // len(scale), axis=0)


@mistake("5.3 dequantize_int4", "no sign", says="since a byte has no sign")
def dequantize_int4(packed, scale):
    levels = np.empty((2 * len(packed), packed.shape[1]), dtype=np.uint8)
    levels[0::2], levels[1::2] = packed & 15, packed >> 4
    return (levels - np.uint8(8)) * np.repeat(scale, len(levels) // len(scale), axis=0)


@mistake("5.3 dequantize_int4", "one below the other", says="all lower halves come first")
def dequantize_int4(packed, scale):
    levels = np.concatenate([packed & 15, packed >> 4]).astype(np.int8) - 8
    return levels * np.repeat(scale, len(levels) // len(scale), axis=0)


@mistake("5.3 dequantize_int4", "scales take turns", says="np.tile for np.repeat")
def dequantize_int4(packed, scale):
    levels = np.stack([packed & 15, packed >> 4], axis=1).reshape(-1, packed.shape[1])
    levels = levels.astype(np.int8) - 8
    return levels * np.tile(scale, (len(levels) // len(scale), 1))


@mistake("5.3 dequantize_int4", "float64", says="and W is float64")
def dequantize_int4(packed, scale):
    levels = np.stack([packed & 15, packed >> 4], axis=1).reshape(-1, packed.shape[1])
    return (levels - 8.0) * np.repeat(scale.astype(float), len(levels) // len(scale), axis=0)
