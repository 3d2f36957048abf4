"""4.3 · Attention: every position looks at the others and takes from each what it needs.

Layers keep the dtype, as operations do: with parameters of float32, float32 in, float32 out.
"""

from math import sqrt

import numpy as np

from ..phase2_networks.module import Module
from .mlp import Linear
from .tensor import concatenate, softmax

# ---- mixing without choosing: the mean of what came before


def average_with_loop(x):  # kata 4.3
    """For each position the mean of it and those before it, one position after the other.

    x   (…, T, C)  a Tensor
    ->  (…, T, C)  row t is the mean of rows 0 to t
    """
    means = [x[..., : t + 1, :].mean(axis=-2, keepdims=True) for t in range(x.shape[-2])]
    return concatenate(means, axis=-2)


def average_with_matrix(x):  # kata 4.3
    """The same as average_with_loop, as one product W @ x.

    Row t of W, which is (T, T), is 1/(t + 1) in columns 0 to t and 0 after them.
    """
    T = x.shape[-2]
    return np.tri(T) / np.arange(1, T + 1)[:, None] @ x


def causal_mask(T, S=None):  # kata 4.3
    """What hides the future: to be added to scores.

    T   how many queries
    S   how many keys, T by default; where there are more, the queries are the last T positions of S
        (PyTorch's is_causal takes them for the first)
    ->  (T, S), an array of 0 where a query may look, and -inf at every key that comes after it

    ValueError, naming both, if there are fewer keys than queries.
    """
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return np.where(np.arange(S) <= np.arange(S - T, S)[:, None], 0.0, -np.inf)


def average_with_softmax(x):  # kata 4.3
    """The same as average_with_loop: W @ x, where W is the softmax of causal_mask(T), by rows."""
    return softmax(x.wrap(causal_mask(x.shape[-2]))) @ x


# ---- attention: the weights depend on what stands there


def attention_weights(q, k, mask=None):  # kata 4.3
    """How much each query takes from each key: softmax(q kᵀ / √D + mask), by rows.

    q     (…, T, D)  queries
    k     (…, S, D)  keys; axes in front are broadcast, as by @
    mask  (T, S)     floats, an array or lists, added to the scores: 0 keeps a pair, -inf hides it,
                     other numbers favour it or not; any shape that broadcasts to (…, T, S)
    ->    (…, T, S)  each row sums to 1; where all of a row is hidden, it is 0 and not nan.
                     The dtype is that of q and k

    ValueError, naming both shapes, if q and k differ in D. TypeError, naming its dtype, if mask
    holds booleans or integers, which cannot hide anything when they are added.
    Source: Vaswani et al. 2017, equation 1.
    """
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"queries {q.shape} and keys {k.shape} differ in their last axis")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores)
    mask = np.asarray(mask)
    if mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype} hides nothing: 0.0 keeps a pair, -inf hides it")
    sees = mask.max(axis=-1, keepdims=True) > -np.inf
    if sees.all():
        return softmax(scores + mask)
    return softmax(scores + np.where(sees, mask, 0.0)) * sees


def scaled_dot_product_attention(q, k, v, mask=None):  # kata 4.3
    """Mix the rows of v by how well each query matches each key.

    q     (…, T, D)  queries
    k     (…, S, D)  keys
    v     (…, S, E)  values; axes in front are broadcast, as by @
    mask  as attention_weights takes it
    ->    (…, T, E)

    ValueError if q and k differ in D.
    Source: Vaswani et al. 2017, equation 1.
    """
    return attention_weights(q, k, mask) @ v


def split_heads(x, n_head):  # kata 4.3
    """Cut the channels into heads, and put the heads in front of time.

    x   (…, T, C)
    ->  (…, n_head, T, C / n_head): head h has the h-th part of the channels

    ValueError, naming both, if C is not divisible by n_head.
    """
    *front, T, C = x.shape
    if C % n_head:
        raise ValueError(f"{C} channels cannot be split into {n_head} equal heads")
    return x.reshape(*front, T, n_head, C // n_head).swapaxes(-2, -3)


def merge_heads(x):  # kata 4.3
    """Undo split_heads: x (…, n_head, T, D) -> (…, T, n_head · D)."""
    *front, n_head, T, D = x.shape
    return x.swapaxes(-2, -3).reshape(*front, T, n_head * D)


class MultiHeadAttention(Module):
    """Self-attention with several heads, each with channels of its own.

    n_head  how many heads
    causal  True if no position may look at those after it
    qkv     Linear (C, 3C): queries, keys and values, in this order, in one product
    output  Linear (C, C): mixes what the heads found, after they are merged
    """

    def __init__(self, C, n_head, rng=None, causal=True):  # kata 4.3
        """Keep n_head and causal; make qkv and then output, both with biases.

        C    channels, divisible by n_head (else ValueError, naming both)
        rng  a numpy Generator or a seed, from which both layers draw; None for a fresh one
        """
        if C % n_head:
            raise ValueError(f"{C} channels cannot be split into {n_head} equal heads")
        rng = np.random.default_rng(rng)
        self.n_head = n_head
        self.causal = causal
        self.qkv = Linear(C, 3 * C, rng)
        self.output = Linear(C, C, rng)

    def heads(self, x):  # kata 4.3
        """x (B, T, C) -> queries, keys and values, three Tensors (B, n_head, T, C / n_head)."""
        n = self.n_head
        qkv = split_heads(self.qkv(x), 3 * n)  # (B, 3 n_head, T, C / n_head)
        return qkv[:, :n], qkv[:, n : 2 * n], qkv[:, 2 * n :]

    def __call__(self, x, cache=None):  # kata 4.3
        """In each head let each position mix the values of those it may see; merge, and output.

        x      (B, T, C)
        cache  None, or the memory of the T0 positions that came before x: an object whose
               `extend(k, v)`, given the new keys and values (B, n_head, T, C / n_head), returns
               those of all T0 + T positions (section 4.4)
        ->     (B, T, C)
        """
        q, k, v = self.heads(x)
        if cache is not None:
            k, v = cache.extend(k, v)
        T, S = q.shape[-2], k.shape[-2]
        mask = causal_mask(T, S) if self.causal and T > 1 else None  # one query may look at all
        return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


def cross_attention(attention, x, context):  # kata 4.3
    """Let each position of one sequence look at all of another one, with no mask.

    attention  a MultiHeadAttention, whose layers and heads are used, causal or not
    x          (B, T, C)  what asks: the queries come from it
    context    (B, S, C)  what is asked: keys and values come from it
    ->         (B, T, C)
    """
    q, _, _ = attention.heads(x)
    _, k, v = attention.heads(context)
    return attention.output(merge_heads(scaled_dot_product_attention(q, k, v)))


def attention_entropy(weights):  # kata 4.3
    """How widely each query looks around: the entropy of its weights, in nats.

    weights  (…, T, S), an array of floats or integers: rows that sum to 1
    ->       (…, T): 0 for a query that looks at one key alone, ln S for one that looks at all alike

    A weight of 0 contributes 0, without a warning.
    """
    logs = np.log(weights, where=weights > 0, out=np.zeros(weights.shape))
    return -(weights * logs).sum(axis=-1)
