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
        self.length = 0
        self.k = self.v = None

    def extend(self, k, v):  # kata 4.4
        """Add those of new positions at the end, and return those of all.

        k, v  (B, n_head, T, D)           Tensors
        ->    (B, n_head, length + T, D)  twice: keys, values

        All of them are copied each time, so that a thousand steps copy half a million positions.
        """
        if self.length:
            k = concatenate([self.k, k], axis=-2)
            v = concatenate([self.v, v], axis=-2)
        self.k, self.v, self.length = k, v, k.shape[-2]
        return k, v


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
    logits = real_array(logits).astype(np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"sample needs the logits of one position, (V,), not {logits.shape}")
    if not np.isfinite(logits.max()):
        raise ValueError(f"logits need a largest one that is finite, not {logits.max()}")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if top_k is not None and (not isinstance(top_k, Integral) or top_k < 1):
        raise ValueError(f"top_k is an integer above 0, not {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is in 0 < p <= 1, not {top_p}")
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    shares = np.exp((logits[order] - logits.max()) / temperature)
    probs = shares / shares.sum()
    if top_p is not None:
        before = np.cumsum(probs) - probs  # what the more likely ones have together
        probs = np.where(before < top_p, probs, 0.0)
        probs /= probs.sum()
    rng = np.random.default_rng(rng)
    return int(rng.choice(order, p=probs))


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
    prompt = np.asarray(ids)
    if prompt.ndim != 1 or not prompt.size:
        raise ValueError(f"a prompt is one row of at least one token, (T,), not {prompt.shape}")
    if n < 0:
        raise ValueError(f"n tokens to add cannot be below 0: {n}")
    if stop is not None and not isinstance(stop, Integral):
        raise TypeError(f"stop is one token, an integer, and not {type(stop).__name__}: {stop}")
    ids, block_size = prompt.tolist(), model.config.block_size
    rng = np.random.default_rng(rng)
    caches = [KVCache() for _ in model.blocks]
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        for module, training in modes:
            module.training = training
    return ids
