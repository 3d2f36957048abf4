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
    data = np.zeros((n, y.shape[1]), dtype=y.data.dtype)
    data[rows] = y.data
    return Tensor(data, (y,), (lambda g: g[rows],), "put_rows")


class MixtureOfExperts(Module):
    """A router sends each token to its k best experts, and mixes what they say.

    Source: Shazeer et al. 2017; top-k as in Jiang et al. 2024 (Mixtral).
    """

    def __init__(self, C, hidden, n_experts, k, rng=None):  # kata 5.1
        """Make, in this order, router, a Linear (C, n_experts) without bias, and experts, a list of
        SwiGLU (C, hidden).

        ValueError, naming both, if k is not from 1 to n_experts.
        """
        if not 1 <= k <= n_experts:
            raise ValueError(f"a token goes to 1 to {n_experts} experts, not {k}")
        rng = rng or np.random.default_rng()
        self.k = k
        self.router = Linear(C, n_experts, rng, bias=False)
        self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]

    def route(self, x):  # kata 5.1
        """Decide who gets which token.

        x   (N, C)
        ->  gates  (N, E)  a Tensor: the softmax of the k largest logits of a row, which sums to 1;
                           0 for the other experts. Of equal logits the first ones are taken
            probs  (N, E)  a Tensor: the softmax of all logits, for load_balance_loss
        """
        logits = self.router(x)
        chosen = np.argsort(-logits.data, axis=1, kind="stable")[:, : self.k]
        hidden = np.full(logits.shape, -np.inf)
        np.put_along_axis(hidden, chosen, 0.0, axis=1)
        return softmax(logits + hidden), softmax(logits)

    def __call__(self, x):  # kata 5.1
        """x (…, C) -> (…, C): for each token the sum of gate · expert(token) over its experts.

        An expert computes only the tokens that were sent to it.
        """
        tokens = x.reshape(-1, x.shape[-1])
        gates, _ = self.route(tokens)
        total = tokens * 0.0
        for e, expert in enumerate(self.experts):
            rows = np.flatnonzero(gates.data[:, e])
            if len(rows):
                y = expert(tokens[rows]) * gates[rows, e].reshape(-1, 1)
                total = total + put_rows(y, rows, len(tokens.data))
        return total.reshape(*x.shape)


def load_balance_loss(gates, probs):  # kata 5.1
    """What keeps a router from sending everything to one expert.

    gates, probs  (N, E)  as route returns them
    ->            ()      E · Σ fₑ · Pₑ: fₑ is the share of all assignments that went to expert e (a
                          plain number, without gradient), Pₑ the mean of its probs. 1 if both are
                          even, up to E if not

    Source: Fedus, Zoph and Shazeer 2022, equations 4 to 6.
    """
    sent = gates.data > 0
    f = sent.sum(axis=0) / sent.sum()
    return (probs.mean(axis=0) * f).sum() * len(f)
