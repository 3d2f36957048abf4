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
    raise NotImplementedError("4.4 rope_angles")


def apply_rope(x, angles):  # kata 4.4
    """Turn each pair of channels (2i, 2i + 1) by its angle, as one node with op "rope".

    x       (…, T, D)
    angles  (T, D/2)   as rope_angles returns them
    ->      (…, T, D)  (a cos - b sin, a sin + b cos) for a pair (a, b), in the dtype of x

    The dot product of two rows that were turned depends on their distance, not on where they are.

    ValueError, naming both shapes, if angles are not one for each position and pair.
    """
    raise NotImplementedError("4.4 apply_rope")
