"""5.2 · Post-training: losses."""

from dojo.compare.row import Row


class NothingCounts(Row):
    title = "A loss in which no token counts"
    says = (
        "If every target is to be ignored, the mean cross-entropy is 0 divided by 0: nan in "
        "PyTorch, and 0 elsewhere."
    )
    values = {"torch": float("nan"), "keras": 0.0, "tinygrad": 0.0}

    def torch():
        import torch

        return torch.nn.functional.cross_entropy(torch.zeros(2, 3), torch.tensor([-100, -100]))

    def keras():
        import keras

        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
        return float(loss(keras.ops.convert_to_tensor([-1, -1]), keras.ops.zeros((2, 3))))

    def tinygrad():
        from tinygrad import Tensor

        loss = Tensor.zeros(2, 3).sparse_categorical_crossentropy
        return loss(Tensor([-1, -1]), ignore_index=-1).item()


class DivergenceByDefault(Row):
    title = "kl_div if nothing is said"
    says = (
        "KL from [0.5, 0.5] to [0.9, 0.1] is 0.5108; PyTorch's kl_div divides it by the number "
        "of entries, 2, unless it is told 'batchmean'."
    )
    values = {"torch": 0.2554, "optax": 0.5108, "keras": 0.5108, "mlx": 0.5108}

    def torch():
        import torch

        p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[0.9, 0.1]])
        return torch.nn.functional.kl_div(q.log(), p)

    def optax():
        import optax
        from jax import numpy as jnp

        return optax.kl_divergence(jnp.log(jnp.array([0.9, 0.1])), jnp.array([0.5, 0.5]))

    def keras():
        import keras

        p, q = [keras.ops.convert_to_tensor([x]) for x in ([0.5, 0.5], [0.9, 0.1])]
        return float(keras.losses.KLDivergence()(p, q))

    def mlx():
        import mlx.core as mx
        from mlx.nn.losses import kl_div_loss

        p, q = mx.log(mx.array([0.5, 0.5])), mx.log(mx.array([0.9, 0.1]))
        return kl_div_loss(q, p)
