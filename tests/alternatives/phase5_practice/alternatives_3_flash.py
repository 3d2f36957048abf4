"""Right solutions of 5.3's attention in tiles of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("5.3 softmax_piece", "what is hidden is put in afterwards")
def softmax_piece(scores, v):
    largest = np.max(scores, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        powers = np.nan_to_num(np.exp(scores - largest), nan=0.0)
    return [largest, np.sum(powers, -1, keepdims=True), np.matmul(powers, v)]


@alternative("5.3 softmax_piece", "only where anything is seen")
def softmax_piece(scores, v):
    largest = scores.max(axis=-1)[..., None]
    seen = np.broadcast_to(largest > -np.inf, scores.shape)
    shifted = np.subtract(scores, largest, out=np.full_like(scores, -np.inf), where=seen)
    powers = np.exp(shifted)
    return largest, powers.sum(-1)[..., None], np.einsum("...ts,...se->...te", powers, v)


@alternative("5.3 softmax_piece", "loops, one row after the other")
def softmax_piece(scores, v):
    from math import exp

    rows = scores.shape[:-1]
    values = np.broadcast_to(v, (*rows[:-1], *v.shape[-2:]))
    largest, total = (np.zeros((*rows, 1), scores.dtype) for _ in range(2))
    mixed = np.zeros((*rows, v.shape[-1]), np.result_type(scores, v))
    for row in np.ndindex(*rows):
        top = max(scores[row])
        powers = [0.0 if top == -np.inf else exp(score - top) for score in scores[row]]
        largest[row], total[row] = top, sum(powers)
        for power, value in zip(powers, values[row[:-1]]):
            mixed[row] += power * value
    return largest, total, mixed


@alternative("5.3 online_softmax_merge", "by the difference of the two, in one direction")
def online_softmax_merge(one, other):
    first = one[0] >= other[0]
    with np.errstate(invalid="ignore"):
        gap = np.exp(-np.abs(one[0] - other[0]))
    gap = np.where(np.isnan(gap), gap.dtype.type(1), gap)
    a, b = np.where(first, 1, gap).astype(gap.dtype), np.where(first, gap, 1).astype(gap.dtype)
    return np.where(first, one[0], other[0]), one[1] * a + other[1] * b, one[2] * a + other[2] * b


@alternative("5.3 online_softmax_merge", "stacked")
def online_softmax_merge(one, other):
    tops = np.stack([one[0], other[0]])
    largest = tops.max(axis=0)
    factors = np.exp(tops - np.where(np.isneginf(largest), 0, largest))
    both = [(factors * np.stack(parts)).sum(axis=0) for parts in list(zip(one, other))[1:]]
    return (largest, *both)


@alternative("5.3 tiled_attention", "keys outside, queries inside, as the first FlashAttention")
def tiled_attention(q, k, v, block, mask=None):
    if mask is not None and not np.issubdtype(mask.dtype, np.floating):
        raise TypeError(f"{mask.dtype}")
    if not block >= 1:
        raise ValueError(f"block = {block}")
    front, T, kind = q.shape[:-2], q.shape[-2], v.dtype
    largest = np.full((*front, T, 1), -np.inf, dtype=kind)
    total, mixed = np.zeros_like(largest), np.zeros((*front, T, v.shape[-1]), dtype=kind)
    for s in range(0, k.shape[-2], block):
        keys, values = k[..., s : s + block, :], v[..., s : s + block, :]
        for t in range(0, T, block):
            rows = (..., slice(t, t + block), slice(None))
            scores = q[rows] @ np.swapaxes(keys, -1, -2) / kind.type(sqrt(q.shape[-1]))
            if mask is not None:
                scores = scores + mask[t : t + block, s : s + block].astype(kind)
            old = largest[rows], total[rows], mixed[rows]
            new = online_softmax_merge(old, softmax_piece(scores, values))
            largest[rows], total[rows], mixed[rows] = new
    return np.divide(mixed, total, out=mixed, where=total > 0)


@alternative("5.3 tiled_attention", "hidden tiles are skipped, pieces merged at the end of a row")
def tiled_attention(q, k, v, block, mask=None):
    if mask is not None and not np.issubdtype(mask.dtype, np.floating):
        raise TypeError(f"{mask.dtype}")
    if block < 1:
        raise ValueError(f"a block of {block} holds nothing")
    out = np.zeros((*q.shape[:-1], v.shape[-1]), dtype=v.dtype)
    for t in range(0, q.shape[-2], block):
        pieces = []
        for s in range(0, k.shape[-2], block):
            scores = (q[..., t : t + block, :] @ k[..., s : s + block, :].swapaxes(-1, -2)) * (
                q.shape[-1] ** -0.5
            )
            if mask is not None:
                part = np.asarray(mask)[t : t + block, s : s + block]
                if np.isneginf(part).all():
                    continue
                scores += part
            pieces.append(softmax_piece(scores, v[..., s : s + block, :]))
        while len(pieces) > 1:
            pieces.append(online_softmax_merge(pieces.pop(), pieces.pop()))
        for _, total, mixed in pieces:
            out[..., t : t + block, :] = mixed / np.where(total > 0, total, 1)
    return out


@alternative("5.3 tiled_attention", "without pieces, the running sums of the paper")
def tiled_attention(q, k, v, block, mask=None):
    if mask is not None and not np.issubdtype(mask.dtype, np.floating):
        raise TypeError(f"{mask.dtype}")
    if block < 1:
        raise ValueError(f"a block of {block}")
    done = []
    for t in range(0, q.shape[-2], block):
        m = np.full((*q[..., t : t + block, :1].shape,), -np.inf, dtype=q.dtype)
        total, out = 0.0, 0.0
        for s in range(0, k.shape[-2], block):
            scores = np.einsum(
                "...td,...sd->...ts", q[..., t : t + block, :], k[..., s : s + block, :]
            )
            scores *= 1 / sqrt(q.shape[-1])
            if mask is not None:
                scores += mask[t : t + block, s : s + block]
            new = np.maximum(m, scores.max(axis=-1, keepdims=True))
            base = np.where(new == -np.inf, 0, new)
            p, old = np.exp(scores - base), np.exp(m - base)
            total = old * total + p.sum(axis=-1, keepdims=True)
            out, m = old * out + p @ v[..., s : s + block, :], new
        done.append(out / np.maximum(total, np.finfo(q.dtype).tiny))
    return np.concatenate(done, axis=-2)
