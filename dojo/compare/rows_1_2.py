"""1.2 · Forward pass"""

from dojo.compare import slopes
from dojo.compare.row import Row


class ReluAtZero(Row):
    title = "relu at 0"
    says = "Everyone takes the derivative of relu at its kink to be 0."
    values = dict.fromkeys(
        ("course", "torch", "jax", "keras", "tensorflow", "mlx", "tinygrad", "mygrad"), 0.0
    )

    def course():
        return slopes.course(lambda x: x.relu(), 0.0)

    def torch():
        import torch

        return slopes.torch(torch.relu, 0.0)

    def jax():
        import jax

        return slopes.jax(jax.nn.relu, 0.0)

    def keras():
        import keras

        return slopes.keras(keras.ops.relu, 0.0)

    def tensorflow():
        import tensorflow as tf

        return slopes.tensorflow(tf.nn.relu, 0.0)

    def mlx():
        import mlx.nn

        return slopes.mlx(mlx.nn.relu, 0.0)

    def tinygrad():
        return slopes.tinygrad(lambda x: x.relu(), 0.0)

    def mygrad():
        from mygrad.nnet import relu

        return slopes.mygrad(relu, 0.0)


class MaximumWithZero(Row):
    title = "maximum of x and 0, at 0"
    says = (
        "Written as maximum(x, 0) instead of relu(x), the same function has another derivative at "
        "0: half of each operand's, or that of the first, of the second, or of neither."
    )
    values = {
        "course": 0.0,
        "torch": 0.5,
        "jax": 0.5,
        "keras": 1.0,
        "keras_jax": 0.5,
        "keras_torch": 0.5,
        "tensorflow": 1.0,
        "mlx": 0.0,
        "tinygrad": 0.5,
        "autograd": 0.5,
        "mygrad": 0.0,
    }

    def course():
        return slopes.course(lambda x: x.relu(), 0.0)

    def torch():
        import torch

        return slopes.torch(lambda x: torch.maximum(x, torch.tensor(0.0)), 0.0)

    def jax():
        import jax

        return slopes.jax(lambda x: jax.numpy.maximum(x, 0.0), 0.0)

    def keras():
        import keras

        return slopes.keras(lambda x: keras.ops.maximum(x, 0.0), 0.0)

    def tensorflow():
        import tensorflow as tf

        return slopes.tensorflow(lambda x: tf.maximum(x, 0.0), 0.0)

    def mlx():
        import mlx.core as mx

        return slopes.mlx(lambda x: mx.maximum(x, 0.0), 0.0)

    def tinygrad():
        return slopes.tinygrad(lambda x: x.maximum(0.0), 0.0)

    def autograd():
        import autograd.numpy as np

        return slopes.autograd(lambda x: np.maximum(x, 0.0), 0.0)

    def mygrad():
        import mygrad

        return slopes.mygrad(lambda x: mygrad.maximum(x, 0.0), 0.0)


class ToThePowerOfZero(Row):
    title = "x to the power of 0, at 0"
    says = (
        "The derivative of x ** 0.0 at 0 is 0, since x ** 0.0 is 1 everywhere; a formula that "
        "multiplies 0 by 0 ** -1 gives nan."
    )
    values = {
        "course": 0.0,
        "torch": 0.0,
        "jax": float("nan"),
        "tensorflow": float("nan"),
        "mlx": float("nan"),
        "tinygrad": 0.0,
        "autograd": 0.0,
        "mygrad": 0.0,
    }

    def course():
        return slopes.course(lambda x: x**0.0, 0.0)

    def torch():
        return slopes.torch(lambda x: x**0.0, 0.0)

    def jax():
        return slopes.jax(lambda x: x**0.0, 0.0)

    def tensorflow():
        return slopes.tensorflow(lambda x: x**0.0, 0.0)

    def mlx():
        return slopes.mlx(lambda x: x**0.0, 0.0)

    def tinygrad():
        return slopes.tinygrad(lambda x: x**0.0, 0.0)

    def autograd():
        return slopes.autograd(lambda x: x**0.0, 0.0)

    def mygrad():
        return slopes.mygrad(lambda x: x**0.0, 0.0)
