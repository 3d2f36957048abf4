"""4.1 · Multi-layer perceptrons: maxima and weights."""

from dojo.compare import slopes
from dojo.compare.row import Row

NAN = [float("nan")] * 2


class SharedMaximum(Row):
    title = "The maximum of equals"
    says = (
        "Of the gradient of the maximum of 2 and 2 the course gives each its half; PyTorch's "
        "amax does so too, but its max along an axis gives all to one, as MyGrad does."
    )
    values = {
        "course": [0.5, 0.5],
        "torch": "amax [0.5, 0.5], max(dim=0) [1, 0]",
        "jax": [0.5, 0.5],
        "keras": [0.5, 0.5],
        "tensorflow": [0.5, 0.5],
        "mlx": [0.5, 0.5],
        "tinygrad": [0.5, 0.5],
        "autograd": [0.5, 0.5],
        "mygrad": [1.0, 0.0],
    }

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor

        x = Tensor(np.array([2.0, 2.0]))
        x.max().backward()
        return x.grad

    def torch():
        amax = slopes.torch(lambda x: x.amax(), [2.0, 2.0])
        along = slopes.torch(lambda x: x.max(dim=0).values, [2.0, 2.0])
        return f"amax [{amax[0]:g}, {amax[1]:g}], max(dim=0) [{along[0]:g}, {along[1]:g}]"

    def jax():
        return slopes.jax(lambda x: x.max(), [2.0, 2.0])

    def keras():
        import keras

        return slopes.keras(keras.ops.max, [2.0, 2.0])

    def tensorflow():
        import tensorflow as tf

        return slopes.tensorflow(tf.reduce_max, [2.0, 2.0])

    def mlx():
        return slopes.mlx(lambda x: x.max(), [2.0, 2.0])

    def tinygrad():
        return slopes.tinygrad(lambda x: x.max(), [2.0, 2.0])

    def autograd():
        import autograd.numpy as np

        return slopes.autograd(np.max, [2.0, 2.0])

    def mygrad():
        return slopes.mygrad(lambda x: x.max(), [2.0, 2.0])


class LengthOfNothing(Row):
    title = "A zero vector's length"
    says = (
        "Composed of squares and a root, the length of a vector has the gradient nan at 0, "
        "which is infinity times 0; PyTorch's norm makes an exception of that point."
    )
    values = {
        "course": NAN,
        "torch": "norm [0, 0], composed [nan, nan]",
        "jax": NAN,
        "tensorflow": NAN,
        "mlx": NAN,
        "tinygrad": NAN,
        "autograd": NAN,
    }

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor

        x = Tensor(np.zeros(2))
        with np.errstate(divide="ignore", invalid="ignore"):
            (x * x).sum().sqrt().backward()
        return x.grad

    def torch():
        norm = slopes.torch(lambda x: x.norm(), [0.0, 0.0])
        composed = slopes.torch(lambda x: (x * x).sum().sqrt(), [0.0, 0.0])
        return f"norm [{norm[0]:g}, {norm[1]:g}], composed [{composed[0]:g}, {composed[1]:g}]"

    def jax():
        from jax import numpy as jnp

        return slopes.jax(jnp.linalg.norm, [0.0, 0.0])

    def tensorflow():
        import tensorflow as tf

        return slopes.tensorflow(tf.norm, [0.0, 0.0])

    def mlx():
        import mlx.core as mx

        return slopes.mlx(mx.linalg.norm, [0.0, 0.0])

    def tinygrad():
        return slopes.tinygrad(lambda x: (x * x).sum().sqrt(), [0.0, 0.0])

    def autograd():
        import autograd.numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            return slopes.autograd(np.linalg.norm, [0.0, 0.0])


class ShapeOfAWeight(Row):
    title = "Weight shapes"
    says = (
        "The weight of a layer from 64 inputs to 10 outputs stands with its inputs first, for "
        "x @ W, or with its outputs first, for x @ W.T; in transformers GPT-2's stand in the first "
        "way and Llama's in the second."
    )
    values = {
        "course": "64 × 10",
        "torch": "10 × 64",
        "flax": "64 × 10",
        "keras": "64 × 10",
        "mlx": "10 × 64",
        "equinox": "10 × 64",
        "tinygrad": "10 × 64",
        "transformers": "GPT-2's Conv1D: 64 × 10",
    }

    def course():
        from katas.phase4_llms.mlp import Linear

        return shape(Linear(64, 10).weight)

    def torch():
        import torch

        return shape(torch.nn.Linear(64, 10).weight)

    def flax():
        from flax import nnx

        return shape(nnx.Linear(64, 10, rngs=nnx.Rngs(0)).kernel)

    def keras():
        import keras

        layer = keras.layers.Dense(10)
        layer.build((None, 64))
        return shape(layer.kernel)

    def mlx():
        from mlx.nn import Linear

        return shape(Linear(64, 10).weight)

    def equinox():
        import equinox
        import jax

        return shape(equinox.nn.Linear(64, 10, key=jax.random.key(0)).weight)

    def tinygrad():
        from tinygrad import nn

        return shape(nn.Linear(64, 10).weight)

    def transformers():
        from transformers.pytorch_utils import Conv1D

        return f"GPT-2's Conv1D: {shape(Conv1D(10, 64).weight)}"


def shape(weight):
    return " × ".join(map(str, weight.shape))
