"""4.4 · Generation: from logits to tokens, one after the other, without computing twice."""

from numbers import Integral

import numpy as np

from ..phase3_training.plain_arrays import real_array
from .tensor import concatenate, no_grad


class KVCache:
    """The keys and values of one layer for all positions so far.

    length  how many positions there are: an int, 0 at the start
    """

    def __init__(self):  # kata 4.4
        """Start with none."""
        raise NotImplementedError("4.4 KVCache.__init__")

    def extend(self, k, v):  # kata 4.4
        """Add those of new positions at the end, and return those of all.

        k, v  (B, n_head, T, D)           Tensors
        ->    (B, n_head, length + T, D)  twice: keys, values

        All of them are copied each time, so that a thousand steps copy half a million positions.
        """
        raise NotImplementedError("4.4 KVCache.extend")


def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):  # kata 4.4
    """Draw one token.

    logits       (V,), an array; -inf for a token that must never be drawn
    temperature  what logits are divided by; 0 means the most likely token, and nothing is drawn
    top_k        None, or keep only the k most likely tokens (all, if there are fewer than k)
    top_p        None, or of those, keep the fewest most likely ones whose probabilities reach p
                 together; the one that crosses the line is kept
    rng          a numpy Generator or a seed; None for a fresh one
    ->           an int

    In this order: temperature, then top_k, then top_p. After each cut, what is kept is scaled to
    probabilities that sum to 1. Among equals the smaller id goes first. No logits overflow, and
    those that are given are not changed.

    ValueError, naming what was given, if logits are not one row (their shape), or if the largest
    is nan, inf or -inf; if temperature is below 0 or not finite, top_k not an integer above 0, or
    top_p not in 0 < p <= 1, whether they are needed or not. TypeError, as from real_array, if
    logits are masked: what must not be drawn is -inf.
    """
    raise NotImplementedError("4.4 sample")


def generate(  # kata 4.4
    model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None
):
    """Continue a text, token by token.

    model        a GPT or a Llama; put into eval mode while it writes. Afterwards each module
                 inside is in the mode in which it was
    ids          (T,), the prompt: a list or array of integers, not empty
    n            how many tokens at most
    stop         None, or a token, an integer, after which to end
    temperature, top_k, top_p, rng  as sample takes them
    ->           a list of ints: the prompt and up to n tokens (stop among them, if it was drawn)

    The model is called once for each new token. As long as all fits into block_size, with a cache
    for each block: the whole prompt at first, then the newest token alone. From then on, without
    caches: the last block_size tokens. Records no graph.

    ValueError if the prompt is empty, or not one row of tokens (naming its shape), if n is below 0
    (naming it), and as from sample; TypeError, naming its type, if stop is neither; IndexError, as
    from the model, for a token outside of its vocabulary.
    """
    raise NotImplementedError("4.4 generate")
