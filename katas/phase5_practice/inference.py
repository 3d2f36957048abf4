"""5.3 · Inference: the layers of 4.4 on plain arrays, for a model that writes and does not learn.

Without gradients nothing has to be kept: no graph, and no array that the next one cannot be written
over. A step of few rows takes half of the time. All of this is given.
"""

from math import pi, sqrt

import numpy as np

from ..phase4_llms.tensor import column, sum_kept


def linear(x, layer):
    """A Linear: x (…, n_in), an array -> (…, n_out), a new one; for x (N, n_in) in one product.

    There it is `dot`, which begins sooner than @; with more axes it would be slow.
    """
    W = layer.weight.data
    y = x.dot(W) if x.ndim == 2 else x @ W
    y += layer.bias.data
    return y


def layer_norm(x, layer):
    """A LayerNorm: x (…, C), an array -> (…, C), a new one."""
    mean = column(x.shape[-1], 1 / x.shape[-1], x.dtype)
    y = x - x.dot(mean)
    y /= np.sqrt((y * y).dot(mean) + layer.eps)
    y *= layer.gain.data
    y += layer.bias.data
    return y


def gelu(x):
    """GELU as in 4.4, entry by entry: an array -> a new one."""
    k = 2 * sqrt(2 / pi)
    y = x * x
    y *= -0.044715 * k
    y -= k
    y *= x
    np.minimum(y, 80, out=y)  # where exp is finite, and what comes out 0
    np.exp(y, out=y)
    y += 1
    return np.divide(x, y, out=y)


def feed_forward(x, layer):
    """A FeedForward: x (…, C), an array -> (…, C), a new one."""
    return linear(gelu(linear(x, layer.expand)), layer.contract)


def attend(q, k, v, mask=None):
    """Attention of 4.3: arrays (…, T, D), (…, S, D), (…, S, E) -> (…, T, E).

    mask  None, or floats that are added to the scores; not -inf in all of a row
    """
    weights = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        weights += mask
    weights -= weights.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= sum_kept(weights)
    return weights @ v
