"""5.3 · Flash: attention in tiles, whose scores are never in memory all at once."""

from math import sqrt

import numpy as np


def softmax_piece(scores, v):  # kata 5.3
    """What has to be known of some of the keys, so that others can be added later: a piece.

    scores  (…, T, S)  an array: of T queries, for S of the keys; -inf where a key is hidden
    v       (…, S, E)  an array: the values of these keys
    ->      a piece, three arrays of the dtype of scores and v:
            largest  (…, T, 1)  the largest score of each row
            total    (…, T, 1)  the sum of exp(score - largest)
            mixed    (…, T, E)  the sum of exp(score - largest) · value

    A row in which all keys are hidden has -inf, 0 and 0. There are no warnings of numpy.
    """
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(largest == -np.inf, 0, largest))
    return largest, powers.sum(axis=-1, keepdims=True), powers @ v


def online_softmax_merge(one, other):  # kata 5.3
    """Put two pieces together: what softmax_piece would say of the keys of both at once.

    one, other  pieces of the same queries, as softmax_piece returns them; left as they are
    ->          a piece. Where all keys of both are hidden it has -inf, 0 and 0, without warnings

    Source: Milakov and Gimelshein 2018.
    """
    largest = np.maximum(one[0], other[0])
    shift = np.where(largest == -np.inf, 0, largest)
    a, b = np.exp(one[0] - shift), np.exp(other[0] - shift)
    return largest, a * one[1] + b * other[1], a * one[2] + b * other[2]


def tiled_attention(q, k, v, block, mask=None):  # kata 5.3
    """scaled_dot_product_attention of 4.3, without its array of scores. Forwards only.

    q      (…, T, D)  an array: queries
    k      (…, S, D)  an array: keys, at least one
    v      (…, S, E)  an array: values
    block  of how many queries, and of how many keys, scores are computed at a time; the last
           tiles may be smaller
    mask   None, or (T, S), an array of floats: added to the scores, 0 keeps a pair, -inf hides it
    ->     (…, T, E)  an array of their dtype; a row that may see nothing is 0

    At no time are there more scores than those of one tile, of block queries and block keys.

    ValueError, naming it, if block is below 1. TypeError, naming its dtype, if mask holds booleans
    or integers, as from attention_weights.
    Source: Dao et al. 2022 (FlashAttention).
    """
    if block < 1:
        raise ValueError(f"a tile has at least one query and one key: a block of {block}")
    if mask is not None and mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype} hides nothing: it holds floats, 0.0 and -inf")
    q = q * (1 / sqrt(q.shape[-1]))
    rows = []
    for t in range(0, q.shape[-2], block):
        piece = None
        for s in range(0, k.shape[-2], block):
            keys = slice(s, s + block)
            scores = q[..., t : t + block, :] @ k[..., keys, :].swapaxes(-1, -2)
            if mask is not None:
                scores += mask[t : t + block, keys]
            new = softmax_piece(scores, v[..., keys, :])
            piece = online_softmax_merge(piece, new) if piece else new
        _, total, mixed = piece
        rows.append(mixed / np.where(total == 0, 1, total))
    return np.concatenate(rows, axis=-2)
