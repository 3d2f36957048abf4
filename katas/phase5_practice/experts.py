"""5.1 · Mixture of experts: many feed-forwards, of which each token uses a few."""

import numpy as np

from ..phase2_networks.module import Module
from ..phase4_llms.llama import SwiGLU
from ..phase4_llms.mlp import Linear
from ..phase4_llms.tensor import Tensor, softmax


def put_rows(y, rows, n):  # kata 5.1
    """The opposite of x[rows], as one node with op "put_rows".

    y     (M, C)  a Tensor
    rows  (M,)    integers, no two the same: where each row of y goes
    n             how many rows there are
    ->    (n, C)  in the dtype of y; 0 in the rows that nothing was put into
    """
    raise NotImplementedError("5.1 put_rows")


class MixtureOfExperts(Module):
    """A router sends each token to its k best experts, and mixes what they say.

    Source: Shazeer et al. 2017; top-k as in Jiang et al. 2024 (Mixtral).
    """

    def __init__(self, C, hidden, n_experts, k, rng=None):  # kata 5.1
        """Make, in this order, router, a Linear (C, n_experts) without bias, and experts, a list of
        SwiGLU (C, hidden).

        ValueError, naming both, if k is not from 1 to n_experts.
        """
        raise NotImplementedError("5.1 MixtureOfExperts.__init__")

    def route(self, x):  # kata 5.1
        """Decide who gets which token.

        x   (N, C)
        ->  gates  (N, E)  a Tensor: the softmax of the k largest logits of a row, which sums to 1;
                           0 for the other experts. Of equal logits the first ones are taken
            probs  (N, E)  a Tensor: the softmax of all logits, for load_balance_loss
        """
        raise NotImplementedError("5.1 MixtureOfExperts.route")

    def __call__(self, x):  # kata 5.1
        """x (…, C) -> (…, C): for each token the sum of gate · expert(token) over its experts.

        An expert computes only the tokens that were sent to it.
        """
        raise NotImplementedError("5.1 MixtureOfExperts.__call__")


def load_balance_loss(gates, probs):  # kata 5.1
    """What keeps a router from sending everything to one expert.

    gates, probs  (N, E)  as route returns them
    ->            ()      E · Σ fₑ · Pₑ: fₑ is the share of all assignments that went to expert e (a
                          plain number, without gradient), Pₑ the mean of its probs. 1 if both are
                          even, up to E if not

    Source: Fedus, Zoph and Shazeer 2022, equations 4 to 6.
    """
    raise NotImplementedError("5.1 load_balance_loss")
