"""5.3 · Sampling: a token for each of many rows, in one draw."""

import numpy as np

from ..phase3_training.plain_arrays import real_array


def min_p(logits, p):  # kata 5.3
    """Rule out the tokens that are less than p times as likely as the likeliest one of their row.

    logits  (…, V), an array; left unchanged
    p       from 0, which rules out nothing, to 1, which leaves the likeliest alone
    ->      (…, V), a new array: -inf for what is ruled out; the others as they were

    ValueError, naming p, if it is not in 0 <= p <= 1.
    Source: Nguyen et al. 2024, as in transformers.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    logits = real_array(logits)
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, -np.inf, logits)


def sample_rows(logits, draws, temperature=1.0, p=0.0):  # kata 5.3
    """Draw a token for each row, all rows at once.

    logits       (B, V), an array of float64 or float32; -inf for a token that must never be drawn
    draws        (B,), the chance of each row: a number 0 <= u < 1
    temperature  what logits are divided by; 0 means the likeliest token, whatever was drawn
    p            as min_p takes it, which comes after the temperature
    ->           (B,), integers

    In the order of ids, the probabilities of a row are added up in float64; its token is the first
    at which the sum is greater than u.

    ValueError, naming it, if temperature is below 0 or not finite, or as from min_p; naming it, if
    the largest logit of a row is nan or infinite.
    """
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    largest = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        raise ValueError(f"logits need a largest one that is finite, not {largest[:, 0]}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, largest, dtype=np.float64) / temperature
    sums = np.exp(min_p(below, p) if p else below).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums > np.asarray(draws)[:, None]).argmax(axis=-1)
