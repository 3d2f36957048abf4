"""5.2 · LoRA: fine-tune a large layer through two small ones."""

import numpy as np

from ..phase2_networks.module import Module
from ..phase4_llms.mlp import Linear
from ..phase4_llms.tensor import Tensor


class LoRA(Module):
    """A Linear that is frozen, and a change of low rank: x W + b + factor · (x A) B.

    factor  alpha / rank, a number
    linear  the Linear; its parameters require no gradient any more
    A       (n_in, rank), a Tensor
    B       (rank, n_out), a Tensor

    Source: Hu et al. 2021.
    """

    def __init__(self, linear, rank, alpha=None, rng=None):  # kata 5.2
        """Freeze linear; draw A, normal with deviation 1/√n_in; B starts at 0: no change at first.

        alpha  how large the change is, however many directions it has; None for rank, so that the
               factor is 1 (PEFT takes 8 if none is given)
        rng    a numpy Generator or a seed; None for a fresh one

        A and B have the dtype of the weight. ValueError, naming it, if rank is below 1.
        """
        if rank < 1:
            raise ValueError(f"the rank of a change is 1 or more, not {rank}")
        rng = np.random.default_rng(rng)
        n_in, n_out = linear.weight.shape
        for parameter in linear.parameters():
            parameter.requires_grad = False
        dtype = linear.weight.data.dtype
        self.linear = linear
        self.factor = 1.0 if alpha is None else alpha / rank
        self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
        self.B = Tensor(np.zeros((rank, n_out), dtype))

    def __call__(self, x):  # kata 5.2
        """x (…, n_in) -> (…, n_out), a single row too, as Linear takes it."""
        if len(x.shape) == 1:  # @ wants rows
            return self(x.reshape(1, -1)).reshape(-1)
        return self.linear(x) + (x @ self.A) @ self.B * self.factor

    def merge(self):  # kata 5.2
        """A new Linear that computes the same at once, in the same dtype; its parameters require
        gradients.

        The Linear that was given, A and B are left as they are.
        """
        n_in, n_out = self.linear.weight.shape
        merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
        merged.weight = Tensor(self.linear.weight.data + self.factor * (self.A.data @ self.B.data))
        if merged.bias is not None:
            merged.bias = Tensor(self.linear.bias.data.copy())
        return merged


def trainable(model):  # kata 5.2
    """A list of the parameters that require a gradient, in their order: what an optimizer is given
    when others are frozen.

    (A weight decay would shrink the frozen ones too.)
    """
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
