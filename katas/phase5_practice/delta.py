"""5.1 · Delta: attention whose memory does not grow: a matrix that is written to and read."""

import numpy as np


def linear_attention(q, k, v):  # kata 5.1
    """Causal attention without a softmax, all positions at once.

    q   (…, T, D)  Tensors
    k   (…, T, D)
    v   (…, T, E)
    ->  (…, T, E)  row t is the sum of (q_t · k_s) v_s over all s up to t, t itself included. The
                   dtype is that of the three

    Nothing is scaled: the weights are the products themselves, below 0 and above 1 as they come.
    Source: Katharopoulos et al. 2020, without its feature map and its denominator.
    """
    raise NotImplementedError("5.1 linear_attention")


def linear_step(state, q, k, v):  # kata 5.1
    """One position of linear_attention, from a memory of those before it.

    state  (…, D, E)  a Tensor: the sum of k_s v_sᵀ over what came before; zeros at the start. It
                      stays as it is
    q, k   (…, D)     Tensors
    v      (…, E)
    ->     the new state (…, D, E), with this position's own k vᵀ; and what q reads from that new
           state: (…, E), column by column the sum of q times the column
    """
    raise NotImplementedError("5.1 linear_step")


def gated_delta_step(state, q, k, v, decay, strength):  # kata 5.1
    """One position of a memory that fades, and that replaces what it has under a key.

    state     (…, D, E)  a Tensor, which stays as it is
    q, k      (…, D)     Tensors; k has length 1 (who calls sees to that)
    v         (…, E)
    decay     (…)        a Tensor: what the whole state is multiplied by, from 0 to 1
    strength  (…)        a Tensor: how much of what stands under k is replaced by v, from 0 to 1
    ->        the new state (…, D, E), and what q reads from it (…, E)

    In this order: the state fades; what k reads from the faded state is what stands under k; the
    difference of v and that, times strength, is written under k (added, as in linear_step); q
    reads. With strength 1, k then reads v.

    Qwen3-Next does this in each head. There the decay is given by its logarithm, q is divided by
    √D, and q and k are brought to length 1 first.
    Source: Yang, Kautz and Hatamizadeh 2025 (Gated DeltaNet).
    """
    raise NotImplementedError("5.1 gated_delta_step")
