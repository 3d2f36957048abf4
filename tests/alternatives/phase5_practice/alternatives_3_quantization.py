"""Right solutions of 5.3's quantization of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("5.3 quantize_int8", "column by column, halves away from zero")
def quantize_int8(W):
    if not np.issubdtype(W.dtype, np.floating):
        raise TypeError(f"floats are wanted, not {W.dtype}")
    if np.isnan(W).any() or np.isinf(W).any():
        raise ValueError("a weight is nan or infinite")
    q, scale = np.zeros(W.shape, np.int8), np.ones(W.shape[1], W.dtype)
    for j in range(W.shape[1]):
        top = max(abs(w) for w in W[:, j])
        if top > 0:
            scale[j] = top / 127
            if scale[j] * 127.5 <= top:  # so small that it was rounded down by much
                scale[j] = np.nextafter(scale[j], top)
            levels = W[:, j] / scale[j]
            q[:, j] = np.clip(np.sign(levels) * np.floor(np.abs(levels) + 0.5), -127, 127)
    return q, scale


@alternative("5.3 dequantize", "a diagonal matrix")
def dequantize(q, scale):
    return q.astype(scale.dtype) @ np.diag(scale)


@alternative("5.3 quantize_int4", "group by group, column by column")
def quantize_int4(W, group):
    if not np.issubdtype(W.dtype, np.floating):
        raise TypeError(f"floats are wanted, not {W.dtype}")
    if np.isnan(W).any() or np.isinf(W).any():
        raise ValueError("nan or infinities")
    rows, columns = W.shape
    if group <= 0 or group % 2 or rows % group:
        raise ValueError(f"groups of {group} in {rows} rows")
    packed = np.zeros((rows // 2, columns), dtype=np.uint8)
    scale = np.ones((rows // group, columns), dtype=W.dtype)
    for g in range(rows // group):
        for j in range(columns):
            part = W[g * group : (g + 1) * group, j]
            top = max(abs(w) for w in part)
            if top > 0:
                scale[g, j] = top / 7 or np.finfo(W.dtype).smallest_subnormal
            for i, w in enumerate(part):
                level = int(np.clip(np.rint(w / scale[g, j]), -7, 7)) + 8
                packed[(g * group + i) // 2, j] += level << 4 * (i % 2)
    return packed, scale


@alternative("5.3 quantize_int4", "sums of halves in float")
def quantize_int4(W, group):
    if W.dtype.kind != "f":
        raise TypeError(f"W holds {W.dtype}")
    if not np.all(np.isfinite(W)) or group < 2 or group % 2 or len(W) % group:
        raise ValueError(f"{len(W)} rows, groups of {group}, or not finite")
    largest = np.maximum.reduceat(np.abs(W), np.arange(0, len(W), group), axis=0)
    tiny = np.finfo(W.dtype).smallest_subnormal
    scale = np.select([largest == 0, largest / 7 == 0], [1, tiny], largest / 7).astype(W.dtype)
    levels = np.round(W / np.repeat(scale, group, axis=0))
    levels = 8 + np.minimum(np.maximum(levels, -7), 7)
    return np.asarray(levels[::2] + 16 * levels[1::2], dtype=np.uint8), scale


@alternative("5.3 dequantize_int4", "by stacking and three axes")
def dequantize_int4(packed, scale):
    halves = np.stack([packed % 16, packed // 16], axis=1).astype(scale.dtype) - 8
    groups = halves.reshape(len(scale), -1, packed.shape[1]) * scale[:, None]
    return groups.reshape(-1, packed.shape[1])


@alternative("5.3 dequantize_int4", "row by row")
def dequantize_int4(packed, scale):
    group = 2 * len(packed) // len(scale)
    rows = []
    for i, line in enumerate(packed.astype(int)):
        for level in (line & 0xF, line >> 4):
            rows.append(((level - 8) * scale[2 * i // group]).astype(scale.dtype))
    return np.array(rows)
