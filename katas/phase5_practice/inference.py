"""5.3 · Inference: the layers of 4.4 on plain arrays, for a model that writes and does not learn.

Without gradients nothing has to be kept: no graph, and no array that the next one cannot be written
over. A step of few rows takes half of the time. All of this is given.
"""

from functools import cache
from math import pi, sqrt

import numpy as np


def linear(x, layer):
    """A Linear: x (…, n_in), an array -> (…, n_out), a new one; for x (N, n_in) in one product."""
    y = x @ layer.weight.data
    y += layer.bias.data
    return y


@cache
def averaging(C, dtype):
    """(C, 1): a product with it is the mean of each row, in less time than `mean` takes."""
    return np.full((C, 1), 1 / C, dtype)


def layer_norm(x, layer):
    """A LayerNorm: x (…, C), an array -> (…, C), a new one."""
    mean = averaging(x.shape[-1], x.dtype)
    y = x - x @ mean
    y /= np.sqrt((y * y) @ mean + layer.eps)
    y *= layer.gain.data
    y += layer.bias.data
    return y


def gelu(x):
    """GELU as in 4.4, entry by entry: an array -> a new one."""
    k = sqrt(2 / pi)
    y = x * x
    y *= 0.044715 * k
    y += k
    y *= x
    np.tanh(y, out=y)
    y += 1
    y *= x
    y *= 0.5
    return y


def feed_forward(x, layer):
    """A FeedForward: x (…, C), an array -> (…, C), a new one."""
    return linear(gelu(linear(x, layer.expand)), layer.contract)


def attend(q, k, v, mask=None):
    """Attention of 4.3: arrays (…, T, D), (…, S, D), (…, S, E) -> (…, T, E).

    mask  None, or floats that are added to the scores; not -inf in all of a row
    """
    weights = q @ k.swapaxes(-1, -2)
    weights *= 1 / sqrt(q.shape[-1])
    if mask is not None:
        weights += mask
    weights -= weights.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ v
