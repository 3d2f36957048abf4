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
