"""4.4 · RoPE: positions as rotations, so that only distances count."""

import numpy as np

from .tensor import Tensor, array_of


def rope_angles(positions, D, base=10000.0):  # kata 4.4
    """By how much each pair of channels is turned at each position.

    positions  (T,)      integers
    D                    channels of a head, an even number (else ValueError, naming it)
    base                 the larger, the slower the last pairs turn
    ->         (T, D/2)  position · base^(-2i / D) for pair i, in radians

    Source: Su et al. 2021, equation 15.
    """
    if D % 2:
        raise ValueError(f"channels are turned in pairs: {D} are not even")
    return np.asarray(positions)[:, None] * base ** (-np.arange(0, D, 2) / D)


def apply_rope(x, angles):  # kata 4.4
    """Turn each pair of channels (2i, 2i + 1) by its angle, as one node with op "rope".

    x       (…, T, D)
    angles  (T, D/2)   as rope_angles returns them
    ->      (…, T, D)  (a cos - b sin, a sin + b cos) for a pair (a, b), in the dtype of x

    The dot product of two rows that were turned depends on their distance, not on where they are.

    ValueError, naming both shapes, if angles are not one for each position and pair.
    """
    data = array_of(x)
    if np.shape(angles) != (data.shape[-2], data.shape[-1] // 2):
        raise ValueError(f"angles of shape {np.shape(angles)} for x of shape {data.shape}")
    cos = np.cos(angles).astype(data.dtype)
    sin = np.sin(angles).astype(data.dtype)

    def turn(rows, sin):
        turned = np.empty_like(rows)
        even, odd = rows[..., 0::2], rows[..., 1::2]
        turned[..., 0::2] = even * cos - odd * sin
        turned[..., 1::2] = even * sin + odd * cos
        return turned

    return Tensor(turn(data, sin), (x,), (lambda g: turn(g, -sin),), "rope")
