"""3.3 · Optimization: clipping."""

from dojo.compare.row import Row


class HugeGradients(Row):
    title = "Clipping where the squares overflow"
    says = (
        "The gradient [1e20, 1e20] in float32, clipped to norm 1, is 0.7071 twice; squared it is "
        "infinite, and where nothing is scaled before, everything becomes 0 or nan."
    )
    values = {
        "course": [0.5**0.5] * 2,
        "torch": [0.0, 0.0],
        "optax": [0.0, 0.0],
        "keras": [float("nan")] * 2,
        "tensorflow": [float("nan")] * 2,
        "mlx": [0.0, 0.0],
    }
    gradient = (1e20, 1e20)

    def course():
        return clipped_by_course(HugeGradients.gradient)

    def torch():
        return clipped_by_torch(HugeGradients.gradient)

    def optax():
        return clipped_by_optax(HugeGradients.gradient)

    def keras():
        return clipped_by_keras(HugeGradients.gradient)

    def tensorflow():
        return clipped_by_tensorflow(HugeGradients.gradient)

    def mlx():
        return clipped_by_mlx(HugeGradients.gradient)


class InfiniteGradient(Row):
    title = "Clipping an infinite gradient"
    says = (
        "The gradient [inf, 1] clipped to norm 1: no factor helps; the course refuses, elsewhere "
        "a nan gets into the weights, from one entry or from all."
    )
    values = {
        "course": "refuses",
        "torch": [float("nan"), 0.0],
        "optax": [float("nan"), 0.0],
        "keras": [float("nan")] * 2,
        "tensorflow": [float("nan")] * 2,
        "mlx": [float("nan"), 0.0],
    }
    gradient = (float("inf"), 1.0)

    def course():
        try:
            return clipped_by_course(InfiniteGradient.gradient)
        except ValueError:
            return "refuses"

    def torch():
        return clipped_by_torch(InfiniteGradient.gradient)

    def optax():
        return clipped_by_optax(InfiniteGradient.gradient)

    def keras():
        return clipped_by_keras(InfiniteGradient.gradient)

    def tensorflow():
        return clipped_by_tensorflow(InfiniteGradient.gradient)

    def mlx():
        return clipped_by_mlx(InfiniteGradient.gradient)


class ClippingEps(Row):
    title = "What is added to the norm before dividing"
    says = (
        "A gradient of 2e-6, clipped to norm 1e-6, is 1 millionth if it is divided by its norm, "
        "and two thirds of that if by norm + 1e-6, as in the course, PyTorch and MLX."
    )
    values = {"course": 2 / 3, "torch": 2 / 3, "optax": 1.0, "keras": 1.0, "mlx": 2 / 3}
    values |= {"tensorflow": 1.0}

    def course():
        return clipped_by_course([2e-6], 1e-6)[0] * 1e6

    def torch():
        return clipped_by_torch([2e-6], 1e-6)[0] * 1e6

    def optax():
        return clipped_by_optax([2e-6], 1e-6)[0] * 1e6

    def keras():
        return clipped_by_keras([2e-6], 1e-6)[0] * 1e6

    def tensorflow():
        return clipped_by_tensorflow([2e-6], 1e-6)[0] * 1e6

    def mlx():
        return clipped_by_mlx([2e-6], 1e-6)[0] * 1e6


# ---- a gradient, clipped to a norm by each


def clipped_by_course(gradient, norm=1.0):
    import numpy as np

    from katas.phase3_training.optimizers import clip_grad_norm
    from katas.phase4_llms.tensor import Tensor

    w = Tensor(np.zeros(len(gradient), np.float32))
    w.grad = np.array(gradient, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        clip_grad_norm([w], norm)
    return w.grad.tolist()


def clipped_by_torch(gradient, norm=1.0):
    import torch

    w = torch.zeros(len(gradient), requires_grad=True)
    w.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_([w], norm)
    return w.grad.tolist()


def clipped_by_optax(gradient, norm=1.0):
    import optax
    from jax import numpy as jnp

    clip = optax.clip_by_global_norm(norm)
    gradient = jnp.array(gradient)
    return clip.update(gradient, clip.init(gradient))[0].tolist()


def clipped_by_keras(gradient, norm=1.0):
    import keras

    optimizer = keras.optimizers.SGD(global_clipnorm=norm)
    clipped = optimizer._clip_gradients([keras.ops.convert_to_tensor(gradient)])
    return keras.ops.convert_to_numpy(clipped[0]).tolist()


def clipped_by_tensorflow(gradient, norm=1.0):
    import tensorflow as tf

    return tf.clip_by_global_norm([tf.constant(gradient)], norm)[0][0].numpy().tolist()


def clipped_by_mlx(gradient, norm=1.0):
    import mlx.core as mx
    from mlx.optimizers import clip_grad_norm

    return clip_grad_norm({"w": mx.array(gradient)}, norm)[0]["w"].tolist()
