"""3.2 · Backpropagation"""

from dojo.compare.row import Row


class RepeatedIndex(Row):
    title = "The same index twice"
    says = (
        "After 1 was added to rows 0 and 0 of zeros, row 0 should hold 2, as in the gradient of "
        "an embedding; `grad[[0, 0]] += 1` writes one over the other and leaves 1, and JAX has "
        "`grad.at[...].add`, which counts both."
    )
    values = {"course": 2.0, "torch": 1.0, "jax": 2.0, "mlx": 1.0, "numpy": 1.0, "tinygrad": 1.0}

    def course():
        import numpy as np

        from katas.phase3_training.backpropagation import embedding_backward

        return embedding_backward(np.ones((2, 1)), np.array([0, 0]), 3)[0, 0]

    def numpy():
        import numpy as np

        return added(np.zeros(3), [0, 0])

    def torch():
        import torch

        return added(torch.zeros(3), torch.tensor([0, 0]))

    def jax():
        from jax import numpy as jnp

        return jnp.zeros(3).at[jnp.array([0, 0])].add(1.0)[0]

    def mlx():
        import mlx.core as mx

        return added(mx.zeros(3), mx.array([0, 0]))

    def tinygrad():
        from tinygrad import Tensor

        return added(Tensor.zeros(3).contiguous(), Tensor([0, 0])).item()


def added(grad, ids):
    """Row 0 of grad after the usual way to write it."""
    grad[ids] += 1.0
    return grad[0]
