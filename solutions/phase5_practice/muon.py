"""5.1 · Muon: a step for whole matrices, the same length in every direction."""

from math import sqrt

import numpy as np

from ..phase3_training.optimizers import Optimizer


def newton_schulz(G, steps=5):  # kata 5.1
    """Bring all singular values of a matrix close to 1, and leave its directions as they are.

    G      (N, M), an array of float32 or float64, which stays as it is
    steps  how many rounds; five bring what is above about 0.01 to between 0.68 and 1.14
    ->     (N, M), in the dtype of G; zeros stay zeros

    G is divided by its Frobenius norm, the root of the sum of its squares (or by 1e-7, if that is
    greater). Then each round makes aX + b(XXᵀ)X + c(XXᵀ)²X of X, with a = 3.4445, b = -4.7750 and
    c = 2.0315. These numbers are chosen to be quick: the values come near 1 and do not settle.
    Of a tall matrix XᵀX is the smaller product, which changes the cost and not the result.

    ValueError, naming its shape, if G is not a matrix.
    Source: Jordan et al. 2024, as PyTorch has it in torch.optim.Muon, which computes in bfloat16.
    """
    if np.ndim(G) != 2:
        raise ValueError(f"only a matrix has singular values, not an array of shape {np.shape(G)}")
    tall = G.shape[0] > G.shape[1]
    X = (G.T if tall else G) / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(steps):
        A = X @ X.T  # the smaller of the two squares
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X.T if tall else X


class Muon(Optimizer):
    """Momentum, made a matrix whose singular values are all about 1: for matrices alone.

    Source: Jordan et al. 2024, with the conventions of torch.optim.Muon.
    """

    def __init__(self, parameters, lr=0.001, momentum=0.95, nesterov=True, weight_decay=0.1):
        """Keep what is given; every parameter has a mean gradient of its own, which starts at 0.

        ValueError, naming its shape, if a parameter is not a matrix.
        """
        super().__init__(parameters, lr)
        for parameter in self.parameters:
            if np.ndim(parameter.data) != 2:
                raise ValueError(f"Muon moves matrices, not a parameter of {parameter.data.shape}")
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        self.means = [0.0] * len(self.parameters)

    def step(self):  # kata 5.1
        """Move every parameter once.

        mean = momentum · mean + (1 - momentum) · grad
        ahead = momentum · mean + (1 - momentum) · grad with nesterov, or else mean
        data = (1 - lr · weight_decay) · data - lr · √max(1, n_out / n_in) · newton_schulz(ahead)

        where a weight is (n_in, n_out). (PyTorch's is (n_out, n_in), so that in torch.optim.Muon
        the same factor is that of rows over columns.) A parameter whose gradients have all been
        0 only shrinks.
        """
        for i, p in enumerate(self.parameters):
            n_in, n_out = p.data.shape
            share = (1 - self.momentum) * p.grad
            self.means[i] = self.momentum * self.means[i] + share
            ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
            p.data *= 1 - self.lr * self.weight_decay
            if np.ndim(ahead):  # a grad of 0.0 stands for zeros
                p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


def split_parameters(model):  # kata 5.1
    """Say which parameters of a model Muon moves, and which are left to AdamW.

    model  a GPT or a Llama, or whatever else keeps its layers in `blocks`
    ->     two lists, each in the order of model.parameters(), which together hold every parameter
           once: the matrices (two axes) inside of the blocks; and all others, which are gains and
           biases, and the tables of tokens and positions and the head, whose rows or columns stand
           for one token each
    """
    inside = {id(p) for block in model.blocks for p in block.parameters() if p.data.ndim == 2}
    parameters = model.parameters()
    return (
        [p for p in parameters if id(p) in inside],
        [p for p in parameters if id(p) not in inside],
    )
