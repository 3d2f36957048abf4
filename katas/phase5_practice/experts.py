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


def sigmoid(x):
    """1 / (1 + e^-x), entry by entry: scores of experts that do not compete."""
    return (x * 0.5).tanh() * 0.5 + 0.5


class MixtureOfExperts(Module):
    """A router sends each token to its k best experts, and mixes what they say.

    k        how many experts a token is sent to
    score    what makes scores from 0 to 1 of the router's logits: softmax, or sigmoid
    router   Linear (C, n_experts), without bias
    experts  a list of n_experts SwiGLUs (C, hidden)
    shared   None, or one SwiGLU more, which is asked about every token
    bias     (n_experts,)  an array of floats, and no parameter: it starts at 0, no gradient moves
             it, and state_dict does not hold it

    Source: Shazeer et al. 2017; top-k as in Jiang et al. 2024 (Mixtral), which takes softmax;
    shared experts and the bias as in DeepSeek-V3 (2024), which takes sigmoid.
    """

    def __init__(  # kata 5.1
        self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax
    ):
        """Make router, experts and shared, in this order, and the bias; keep k and score.

        rng       as Linear takes it
        n_shared  the shared expert is as wide inside as so many others; 0 for none
        score     softmax, or the sigmoid of this module

        ValueError, naming both, if k is not from 1 to n_experts.
        """
        raise NotImplementedError("5.1 MixtureOfExperts.__init__")

    def route(self, x):  # kata 5.1
        """Decide who gets which token.

        x   (N, C)
        ->  gates  (N, E)  a Tensor: for the k experts whose score + bias is largest in a row, their
                           scores (without bias), divided by their sum, so that a row sums to 1;
                           0 for the other experts. Of equals the first ones are taken
            probs  (N, E)  a Tensor: the scores of all, divided by the sum of their row, for
                           load_balance_loss

        The bias decides who is chosen, and never how much a choice counts.
        """
        raise NotImplementedError("5.1 MixtureOfExperts.route")

    def __call__(self, x):  # kata 5.1
        """x (…, C) -> (…, C): for each token the sum of gate · expert(token) over its experts, and,
        if there is a shared expert, what that says, without a gate.

        An expert computes only the tokens that were sent to it. (Qwen2-MoE multiplies what the
        shared one says by a gate of its own.)
        """
        raise NotImplementedError("5.1 MixtureOfExperts.__call__")

    def update_bias(self, gates, speed=0.001):  # kata 5.1
        """After a step of training: make room where it is crowded, without a gradient.

        gates  (N, E)  as route returned them
        speed          the bias of an expert that got more tokens than the mean of all goes down by
                       this, that of one that got fewer up; with just as many it stays

        Source: Wang et al. 2024, as used for DeepSeek-V3.
        """
        raise NotImplementedError("5.1 MixtureOfExperts.update_bias")


def load_balance_loss(gates, probs):  # kata 5.1
    """What keeps a router from sending everything to one expert.

    gates, probs  (N, E)  as route returns them
    ->            ()      E · Σ fₑ · Pₑ: fₑ is the share of all assignments that went to expert e (a
                          plain number, without gradient), Pₑ the mean of its probs. 1 if both are
                          even, up to E if not

    Source: Fedus, Zoph and Shazeer 2022, equations 4 to 6.
    """
    raise NotImplementedError("5.1 load_balance_loss")
