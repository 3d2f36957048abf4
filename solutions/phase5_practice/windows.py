"""5.1 · Windows: attention as it is built after Llama: shorter, capped, normed, with a way out."""

from math import pi, sqrt
from operator import index

import numpy as np

from ..phase4_llms.attention import (
    causal_mask,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from ..phase4_llms.llama import GroupedQueryAttention, RMSNorm
from ..phase4_llms.rope import apply_rope, rope_angles
from ..phase4_llms.tensor import concatenate, softmax


def soft_cap(logits, cap):  # kata 5.1
    """Bend logits so that none leaves the range from -cap to cap: cap · tanh(logits / cap).

    logits  a Tensor of any shape, entries of any size
    cap     a number above 0 (else ValueError, naming it)
    ->      a Tensor of that shape; what is small beside cap stays about as it is

    Scores of attention are capped before a mask is added: -inf would become -cap, and be seen.
    Source: Gemma 2, which has a cap of 50 for scores and of 30 for the last logits.
    """
    if not cap > 0:
        raise ValueError(f"a cap is above 0, not {cap}")
    return (logits / cap).tanh() * cap


def window_mask(T, window, S=None):  # kata 5.1
    """What hides the future, and what lies too far back: to be added to scores.

    T       how many queries
    window  how many positions a query sees: itself and the window - 1 before it
    S       how many keys, T by default; where there are more, the queries are the last T positions
    ->      (T, S), an array of 0 where a query may look, and -inf everywhere else

    ValueError, naming it, if window is below 1; naming both, if there are fewer keys than queries.
    TypeError if it is not an integer.
    """
    window = index(window)
    if window < 1:
        raise ValueError(f"a window holds at least the position itself, not {window}")
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - window, dtype=bool)] = -np.inf
    return mask


def attention_with_sink(q, k, v, sink, mask=None):  # kata 5.1
    """The attention of 4.3, in which each head may also look at nothing.

    q     (…, n_head, T, D)
    k     (…, n_head, S, D)
    v     (…, n_head, S, E)
    sink  (n_head,)  a Tensor: for each head one logit more, the same for all queries. It takes part
                     in the softmax of each row, and is neither scaled nor masked; it has no value
    mask  None, or floats of a shape that broadcasts to (…, T, S), an array or lists, added to the
          scores: 0 keeps a pair, -inf hides it
    ->    (…, n_head, T, E), in the dtype of q, k and v: weights of less than 1 in a row, times v;
          0 where a row may see nothing but a finite sink

    TypeError, naming its dtype, if mask holds booleans or integers, as from attention_weights.
    ValueError, naming both, if there is not one sink for each head.
    Source: gpt-oss, as in transformers; Xiao et al. 2024 for why models want it.
    """
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"sinks of shape {sink.shape} for queries {q.shape}: one for each head")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        mask = np.asarray(mask)
        if mask.dtype.kind != "f":
            raise TypeError(f"a mask of {mask.dtype} hides nothing: it holds floats, 0.0 and -inf")
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


def scaled_angles(  # kata 5.1
    positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192
):
    """Angles for rope in a context that is longer than those of the training.

    positions  (T,)      integers
    D                    channels of a head, an even number (else ValueError, naming it)
    base                 as rope_angles takes it
    factor               what slow pairs are slowed down by
    low, high            how many turns a pair makes in the trained context: with at most `low` it
                         is slow, with at least `high` it is fast
    trained              how many positions the training had
    ->         (T, D/2)  position · speed for each pair, where the speed is that of rope_angles for
                         fast pairs, and that divided by factor for slow ones. Between them it is
                         a blend of the two speeds, in proportion to how far the turns are on the
                         way from low to high

    Source: Llama 3.1, as in transformers ("llama3").
    """
    speeds = rope_angles(np.array([1]), D, base)  # (1, D/2)
    turns = trained * speeds / (2 * pi)
    fast = np.clip((turns - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds * (fast + (1 - fast) / factor)


class NormedAttention(GroupedQueryAttention):
    """Grouped attention with normed queries and keys, and perhaps a window.

    window      None, or how many positions a query sees
    query_norm  an RMSNorm over the channels of one head; all heads share its gain
    key_norm    another one

    Source: Qwen3. (OLMo 2 norms all heads as one row, with a gain for each channel of all.)
    """

    def __init__(self, config, window=None, rng=None):
        """Keep window; make what GroupedQueryAttention has, then query_norm and key_norm."""
        super().__init__(config, rng)
        self.window = window
        self.query_norm = RMSNorm(config.n_channels // config.n_head)
        self.key_norm = RMSNorm(config.n_channels // config.n_head)

    def __call__(self, x, cache=None):  # kata 5.1
        """x (B, T, C) -> (B, T, C), as GroupedQueryAttention does it, with two changes:

        each head's queries and keys pass their norm before they are turned (values do not); and
        where there is a window, no position looks further back than that.

        cache  None, or a KVCache, which gets the normed and turned keys, and the values
        """
        B, T, C = x.shape
        n_head, n_kv_head, D = self.config.n_head, self.config.n_kv_head, C // self.config.n_head
        start = cache.length if cache is not None else 0
        angles = rope_angles(np.arange(start, start + T), D, self.config.rope_base)
        q = apply_rope(self.query_norm(split_heads(self.query(x), n_head)), angles)
        k = apply_rope(self.key_norm(split_heads(self.key(x), n_kv_head)), angles)
        v = split_heads(self.value(x), n_kv_head)
        if cache is not None:
            k, v = cache.extend(k, v)
        S = start + T
        mask = window_mask(T, self.window, S) if self.window else causal_mask(T, S)
        groups = q.reshape(B, n_kv_head, n_head // n_kv_head, T, D)
        k = k.reshape(B, n_kv_head, 1, S, D)  # broadcast over a group
        v = v.reshape(B, n_kv_head, 1, S, D)
        mixed = scaled_dot_product_attention(groups, k, v, mask)
        return self.output(merge_heads(mixed.reshape(B, n_head, T, D)))
