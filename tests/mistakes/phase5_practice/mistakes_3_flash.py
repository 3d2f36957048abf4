"""Wrong solutions of 5.3's attention in tiles that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.3 softmax_piece", "nothing subtracted", says="the largest is not subtracted")
def softmax_piece(scores, v):
    powers = np.exp(scores)
    return scores.max(axis=-1, keepdims=True), powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 softmax_piece", "divided already", says="a mean cannot be added to later")
def softmax_piece(scores, v):
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(largest == -np.inf, 0, largest))
    total = powers.sum(axis=-1, keepdims=True)
    return largest, total, powers @ v / total


@mistake("5.3 softmax_piece", "one largest for all", says="one largest is taken for all rows")
def softmax_piece(scores, v):
    largest = np.full((*scores.shape[:-1], 1), scores.max(), dtype=scores.dtype)
    powers = np.exp(scores - largest)
    return largest, powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 softmax_piece", "an axis is lost", says="the last axis stays")
def softmax_piece(scores, v):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores.max(axis=-1), powers.sum(axis=-1), powers @ v


@mistake("5.3 softmax_piece", "nan where all is hidden", says="-inf - -inf is nan")
def softmax_piece(scores, v):
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - largest)
    return largest, powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 softmax_piece", "hidden rows have 0", says="would lose beside it")
def softmax_piece(scores, v):
    largest = scores.max(axis=-1, keepdims=True)
    largest = np.where(largest == -np.inf, 0, largest)
    powers = np.exp(scores - largest)
    return largest, powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 softmax_piece", "a least score", says="count 1")
def softmax_piece(scores, v):
    kept = np.maximum(scores, np.finfo(scores.dtype).min)
    powers = np.exp(kept - kept.max(axis=-1, keepdims=True))
    return scores.max(axis=-1, keepdims=True), powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 softmax_piece", "in place", says="write into what was given")
def softmax_piece(scores, v):
    largest = scores.max(axis=-1, keepdims=True)
    scores -= np.where(largest == -np.inf, 0, largest)
    powers = np.exp(scores)
    return largest, powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 softmax_piece", "the mean of the powers", says="the mean of the powers is taken")
def softmax_piece(scores, v):
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(largest == -np.inf, 0, largest))
    return largest, powers.mean(axis=-1, keepdims=True), powers @ v


@mistake("5.3 softmax_piece", "-1e30 for -inf", says="a large number stands for -inf")
def softmax_piece(scores, v):
    largest = np.maximum(scores.max(axis=-1, keepdims=True), -1e30)
    powers = np.exp(scores - largest)
    return largest, powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 online_softmax_merge", "the first's largest", says="largest of the first one stays")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    beside = np.where(largest == -np.inf, 0, largest)
    a, b = np.exp(one[0] - beside), np.exp(other[0] - beside)
    return one[0], a * one[1] + b * other[1], a * one[2] + b * other[2]


@mistake("5.3 online_softmax_merge", "added", says="the pieces are added as they are")
def online_softmax_merge(one, other):
    return np.maximum(one[0], other[0]), one[1] + other[1], one[2] + other[2]


@mistake("5.3 online_softmax_merge", "upwards", says="made larger where it should be made smaller")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    a, b = np.exp(largest - one[0]), np.exp(largest - other[0])
    return largest, a * one[1] + b * other[1], a * one[2] + b * other[2]


@mistake("5.3 online_softmax_merge", "the total alone", says="the totals are rescaled, and what is")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    shift = np.where(largest == -np.inf, 0, largest)
    a, b = np.exp(one[0] - shift), np.exp(other[0] - shift)
    return largest, a * one[1] + b * other[1], one[2] + other[2]


@mistake("5.3 online_softmax_merge", "the mixed alone", says="what is mixed is rescaled, and the")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    shift = np.where(largest == -np.inf, 0, largest)
    a, b = np.exp(one[0] - shift), np.exp(other[0] - shift)
    return largest, one[1] + other[1], a * one[2] + b * other[2]


@mistake("5.3 online_softmax_merge", "the old one alone", says="the largest may be in either")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    a = np.exp(one[0] - np.where(largest == -np.inf, 0, largest))
    return largest, a * one[1] + other[1], a * one[2] + other[2]


@mistake("5.3 online_softmax_merge", "the new one leads", says="second's largest is taken for")
def online_softmax_merge(one, other):
    shift = np.where(other[0] == -np.inf, 0, other[0])
    a = np.exp(one[0] - shift)
    return other[0], a * one[1] + other[1], a * one[2] + other[2]


@mistake("5.3 online_softmax_merge", "a mean", says="no third piece could be added")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    shift = np.where(largest == -np.inf, 0, largest)
    a, b = np.exp(one[0] - shift), np.exp(other[0] - shift)
    total = a * one[1] + b * other[1]
    return largest, total, (a * one[2] + b * other[2]) / total


@mistake("5.3 online_softmax_merge", "of means", says="it is a sum already, and no mean")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    shift = np.where(largest == -np.inf, 0, largest)
    a, b = np.exp(one[0] - shift) * one[1], np.exp(other[0] - shift) * other[1]
    return largest, a + b, a * one[2] + b * other[2]


@mistake("5.3 online_softmax_merge", "nan where both are hidden", says="-inf - -inf is nan")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    a, b = np.exp(one[0] - largest), np.exp(other[0] - largest)
    return largest, a * one[1] + b * other[1], a * one[2] + b * other[2]


@mistake("5.3 online_softmax_merge", "0 where both are hidden", says="would lose beside it")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    largest = np.where(largest == -np.inf, 0, largest)
    a, b = np.exp(one[0] - largest), np.exp(other[0] - largest)
    return largest, a * one[1] + b * other[1], a * one[2] + b * other[2]


@mistake("5.3 online_softmax_merge", "0 for what is hidden", says="is far above a largest of -1000")
def online_softmax_merge(one, other):
    largest = np.maximum(one[0], other[0])
    m, m1, m2 = (np.nan_to_num(part, neginf=0.0) for part in (largest, one[0], other[0]))
    a, b = np.exp(m1 - m), np.exp(m2 - m)
    return largest, a * one[1] + b * other[1], a * one[2] + b * other[2]


@mistake("5.3 online_softmax_merge", "back from logarithms", says="the old largest minus the new")
def online_softmax_merge(one, other):
    powers = [np.exp(piece[0]) for piece in (one, other)]
    total = powers[0] * one[1] + powers[1] * other[1]
    mixed = powers[0] * one[2] + powers[1] * other[2]
    largest = np.maximum(one[0], other[0])
    return largest, total / np.exp(largest), mixed / np.exp(largest)


@mistake("5.3 tiled_attention", "no tiles", says="all scores were there at once")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    scores = q @ k.swapaxes(-1, -2) * (1 / sqrt(q.shape[-1]))
    if mask is not None:
        scores += mask
    _, total, mixed = softmax_piece(scores, v)
    return mixed / np.where(total == 0, 1, total)


@mistake("5.3 tiled_attention", "strips of queries", says="both are cut")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    rows = []
    for t in range(0, q.shape[-2], block):
        scores = q[..., t : t + block, :] @ k.swapaxes(-1, -2) * (1 / sqrt(q.shape[-1]))
        if mask is not None:
            scores += mask[t : t + block]
        _, total, mixed = softmax_piece(scores, v)
        rows.append(mixed / np.where(total == 0, 1, total))
    return np.concatenate(rows, axis=-2)


@mistake("5.3 tiled_attention", "strips of keys", says="both are cut")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    piece = None
    for s in range(0, k.shape[-2], block):
        scores = q @ k[..., s : s + block, :].swapaxes(-1, -2) * (1 / sqrt(q.shape[-1]))
        if mask is not None:
            scores += mask[:, s : s + block]
        new = softmax_piece(scores, v[..., s : s + block, :])
        piece = online_softmax_merge(piece, new) if piece else new
    return piece[2] / np.where(piece[1] == 0, 1, piece[1])


@mistake("5.3 tiled_attention", "all pieces kept", says="pieces of all tiles were kept")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    pieces, rows = {}, []
    for t in range(0, q.shape[-2], block):
        for s in range(0, k.shape[-2], block):
            keys = k[..., s : s + block, :].swapaxes(-1, -2)
            scores = q[..., t : t + block, :] @ keys * (1 / sqrt(q.shape[-1]))
            if mask is not None:
                scores += mask[t : t + block, s : s + block]
            pieces[t, s] = softmax_piece(scores, v[..., s : s + block, :])
    for t in range(0, q.shape[-2], block):
        piece = pieces[t, 0]
        for s in range(block, k.shape[-2], block):
            piece = online_softmax_merge(piece, pieces[t, s])
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)


TILES = """
def by_tiles(q, k, v, block, mask, scale, end):
    if block < 1:
        raise ValueError(f"a block of {block}")
    rows = []
    for t in range(0, q.shape[-2], block):
        pieces = []
        for s in range(0, k.shape[-2], block):
            keys = k[..., s : s + block, :].swapaxes(-1, -2)
            scores = q[..., t : t + block, :] @ keys * scale
            if mask is not None:
                scores += mask[t : t + block, s : s + block]
            pieces.append(softmax_piece(scores, v[..., s : s + block, :]))
        rows.append(end(pieces))
    return np.concatenate(rows, axis=-2)


def divided(piece):
    return piece[2] / np.where(piece[1] == 0, 1, piece[1])


def one_of(pieces):
    merged = pieces[0]
    for piece in pieces[1:]:
        merged = online_softmax_merge(merged, piece)
    return merged
"""


@mistake("5.3 tiled_attention", "means of tiles", says="the mean of all is taken", prelude=TILES)
def tiled_attention(q, k, v, block, mask=None):
    def end(pieces):
        return sum(divided(piece) for piece in pieces) / len(pieces)

    return by_tiles(q, k, v, block, mask, 1 / sqrt(q.shape[-1]), end)


@mistake("5.3 tiled_attention", "no rescaling", says="merged without rescaling", prelude=TILES)
def tiled_attention(q, k, v, block, mask=None):
    def end(pieces):
        return divided([sum(parts) for parts in zip(*pieces)])

    return by_tiles(q, k, v, block, mask, 1 / sqrt(q.shape[-1]), end)


@mistake("5.3 tiled_attention", "not divided", says="not divided by the total at", prelude=TILES)
def tiled_attention(q, k, v, block, mask=None):
    return by_tiles(
        q, k, v, block, mask, 1 / sqrt(q.shape[-1]), lambda pieces: one_of(pieces)[2]
    )  # fmt: skip


@mistake("5.3 tiled_attention", "not scaled", says="scores are not divided by √D", prelude=TILES)
def tiled_attention(q, k, v, block, mask=None):
    return by_tiles(q, k, v, block, mask, 1, lambda pieces: divided(one_of(pieces)))


@mistake("5.3 tiled_attention", "divided by 0", says="divided by a total of 0", prelude=TILES)
def tiled_attention(q, k, v, block, mask=None):
    def end(pieces):
        _, total, mixed = one_of(pieces)
        return mixed / total

    return by_tiles(q, k, v, block, mask, 1 / sqrt(q.shape[-1]), end)


@mistake("5.3 tiled_attention", "any block", says="should raise ValueError")
def tiled_attention(q, k, v, block, mask=None):
    rows, t = [], 0
    while t < q.shape[-2] and block:
        piece, s = None, 0
        while s < k.shape[-2]:
            keys = k[..., s : s + abs(block), :].swapaxes(-1, -2)
            scores = q[..., t : t + abs(block), :] @ keys * (1 / sqrt(q.shape[-1]))
            if mask is not None:
                scores += mask[t : t + abs(block), s : s + abs(block)]
            new = softmax_piece(scores, v[..., s : s + abs(block), :])
            piece = online_softmax_merge(piece, new) if piece else new
            s += abs(block)
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
        t += abs(block)
    return np.concatenate(rows, axis=-2) if rows else v


@mistake("5.3 tiled_attention", "whole tiles alone", says="smaller tile of keys is left out")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    rows = []
    for t in range(0, q.shape[-2], block):
        piece = None
        for n in range(max(1, k.shape[-2] // block)):
            keys = slice(n * block, (n + 1) * block)
            scores = q[..., t : t + block, :] @ k[..., keys, :].swapaxes(-1, -2)
            scores *= 1 / sqrt(q.shape[-1])
            if mask is not None:
                scores += mask[t : t + block, keys]
            new = softmax_piece(scores, v[..., keys, :])
            piece = online_softmax_merge(piece, new) if piece else new
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)


@mistake("5.3 tiled_attention", "the mask's first columns", says="gets its first columns")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    rows = []
    for t in range(0, q.shape[-2], block):
        piece = None
        for s in range(0, k.shape[-2], block):
            keys = slice(s, s + block)
            scores = q[..., t : t + block, :] @ k[..., keys, :].swapaxes(-1, -2)
            scores *= 1 / sqrt(q.shape[-1])
            if mask is not None:
                scores += mask[t : t + block, : scores.shape[-1]]
            new = softmax_piece(scores, v[..., keys, :])
            piece = online_softmax_merge(piece, new) if piece else new
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)


@mistake("5.3 tiled_attention", "a mask widens", says="a mask of float64 widens")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    rows = []
    for t in range(0, q.shape[-2], block):
        piece = None
        for s in range(0, k.shape[-2], block):
            keys = slice(s, s + block)
            scores = q[..., t : t + block, :] @ k[..., keys, :].swapaxes(-1, -2)
            scores = scores * (1 / sqrt(q.shape[-1]))
            if mask is not None:
                scores = scores + mask[t : t + block, keys]
            new = softmax_piece(scores, v[..., keys, :])
            piece = online_softmax_merge(piece, new) if piece else new
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)


@mistake("5.3 tiled_attention", "q scaled in place", says="write into a slice")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    rows = []
    for t in range(0, q.shape[-2], block):
        piece, some = None, q[..., t : t + block, :]
        some /= sqrt(q.shape[-1])
        for s in range(0, k.shape[-2], block):
            scores = some @ k[..., s : s + block, :].swapaxes(-1, -2)
            if mask is not None:
                scores += mask[t : t + block, s : s + block]
            new = softmax_piece(scores, v[..., s : s + block, :])
            piece = online_softmax_merge(piece, new) if piece else new
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)


@mistake(
    "5.3 tiled_attention",
    "True is added as 1",
    says="True and 1 would be added as 1",
    prelude=TILES,
)
def tiled_attention(q, k, v, block, mask=None):
    return by_tiles(
        q, k, v, block, mask, 1 / sqrt(q.shape[-1]), lambda pieces: divided(one_of(pieces))
    )  # fmt: skip


@mistake("5.3 tiled_attention", "bytes are added", says="a mask of uint8", prelude=TILES)
def tiled_attention(q, k, v, block, mask=None):
    if mask is not None and mask.dtype.kind in "bi":
        raise TypeError(f"a mask of {mask.dtype}")
    return by_tiles(
        q, k, v, block, mask, 1 / sqrt(q.shape[-1]), lambda pieces: divided(one_of(pieces))
    )  # fmt: skip


@mistake("5.3 tiled_attention", "later tiles skipped", says="as if all were causal")
def tiled_attention(q, k, v, block, mask=None):
    rows = []
    for t in range(0, q.shape[-2], block):
        piece = None
        for s in range(0, min(k.shape[-2], t + block), block):
            keys = k[..., s : s + block, :].swapaxes(-1, -2)
            scores = q[..., t : t + block, :] @ keys / sqrt(q.shape[-1])
            if mask is not None:
                scores += mask[t : t + block, s : s + block]
            new = softmax_piece(scores, v[..., s : s + block, :])
            piece = online_softmax_merge(piece, new) if piece else new
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)


@mistake("5.3 tiled_attention", "divided twice", says="divided by its total before it is merged")
def tiled_attention(q, k, v, block, mask=None):
    rows = []
    for t in range(0, q.shape[-2], block):
        piece = None
        for s in range(0, k.shape[-2], block):
            keys = k[..., s : s + block, :].swapaxes(-1, -2)
            scores = q[..., t : t + block, :] @ keys / sqrt(q.shape[-1])
            if mask is not None:
                scores += mask[t : t + block, s : s + block]
            largest, total, mixed = softmax_piece(scores, v[..., s : s + block, :])
            new = largest, total, mixed / np.where(total == 0, 1, total)
            piece = online_softmax_merge(piece, new) if piece else new
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)


@mistake("5.3 softmax_piece", "nan made a number, and -inf too", says="nan_to_num makes one")
def softmax_piece(scores, v):
    largest = np.nan_to_num(scores.max(axis=-1, keepdims=True))
    powers = np.exp(scores - largest)
    return largest, powers.sum(axis=-1, keepdims=True), powers @ v


@mistake("5.3 tiled_attention", "causal if it is a square", says="as if all that is as long as")
def tiled_attention(q, k, v, block, mask=None):
    if block < 1:
        raise ValueError(f"a block of {block}")
    if mask is not None and mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype}")
    T, S = q.shape[-2], k.shape[-2]
    rows = []
    for t in range(0, T, block):
        piece = None
        for s in range(0, t + block if T == S else S, block):
            keys = k[..., s : s + block, :].swapaxes(-1, -2)
            scores = (q[..., t : t + block, :] @ keys) * (1 / sqrt(q.shape[-1]))
            if mask is not None:
                scores += mask[t : t + block, s : s + block]
            new = softmax_piece(scores, v[..., s : s + block, :])
            piece = online_softmax_merge(piece, new) if piece else new
        rows.append(piece[2] / np.where(piece[1] == 0, 1, piece[1]))
    return np.concatenate(rows, axis=-2)
