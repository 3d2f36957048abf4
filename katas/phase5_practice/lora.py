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
        raise NotImplementedError("5.2 LoRA.__init__")

    def __call__(self, x):  # kata 5.2
        """x (…, n_in) -> (…, n_out), a single row too, as Linear takes it."""
        raise NotImplementedError("5.2 LoRA.__call__")

    def merge(self):  # kata 5.2
        """A new Linear that computes the same at once, in the same dtype; its parameters require
        gradients.

        The Linear that was given, A and B are left as they are.
        """
        raise NotImplementedError("5.2 LoRA.merge")


def trainable(model):  # kata 5.2
    """A list of the parameters that require a gradient, in their order: what an optimizer is given
    when others are frozen.

    (A weight decay would shrink the frozen ones too.)
    """
    raise NotImplementedError("5.2 trainable")
