"""2.3 · Activation functions"""

from dojo.compare import slopes
from dojo.compare.row import Row


class LeakyRelu(Row):
    title = "The slope of a leaky ReLU"
    says = (
        "Unless a slope is given, leaky_relu(-1) is -0.01, but -0.2 in TensorFlow and "
        "keras.ops, and -0.3 in Keras' layer."
    )
    values = {
        "course": -0.01,
        "torch": -0.01,
        "jax": -0.01,
        "keras": [-0.2, -0.3],
        "tensorflow": -0.2,
        "mlx": -0.01,
        "tinygrad": -0.01,
    }

    def course():
        from katas.phase1_autodiff.value import Value
        from katas.phase2_networks.activations import leaky_relu

        return leaky_relu(Value(-1.0)).data

    def torch():
        import torch

        return torch.nn.functional.leaky_relu(torch.tensor(-1.0))

    def jax():
        import jax

        return jax.nn.leaky_relu(-1.0)

    def keras():
        import keras

        x = keras.ops.convert_to_tensor([-1.0])
        both = keras.ops.leaky_relu(x), keras.layers.LeakyReLU()(x)
        return [float(keras.ops.convert_to_numpy(y)[0]) for y in both]

    def tensorflow():
        import tensorflow as tf

        return tf.nn.leaky_relu(-1.0).numpy()

    def mlx():
        import mlx.core as mx
        from mlx.nn import leaky_relu

        return leaky_relu(mx.array(-1.0))

    def tinygrad():
        from tinygrad import Tensor

        return Tensor([-1.0]).leaky_relu().item()


class LeakyReluAtZero(Row):
    title = "leaky ReLU at 0"
    says = "At 0 a leaky ReLU of slope 0.25 has the derivative of one side or of the other."
    values = {
        "course": 0.25,
        "torch": 0.25,
        "jax": 1.0,
        "keras": 0.25,
        "keras_jax": 1.0,
        "keras_torch": 0.25,
        "tensorflow": 0.25,
        "mlx": 1.0,
        "tinygrad": 1.0,
    }

    def course():
        from katas.phase2_networks.activations import leaky_relu

        return slopes.course(lambda x: leaky_relu(x, 0.25), 0.0)

    def torch():
        from torch.nn.functional import leaky_relu

        return slopes.torch(lambda x: leaky_relu(x, 0.25), 0.0)

    def jax():
        import jax

        return slopes.jax(lambda x: jax.nn.leaky_relu(x, 0.25), 0.0)

    def tensorflow():
        import tensorflow as tf

        return slopes.tensorflow(lambda x: tf.nn.leaky_relu(x, 0.25), 0.0)

    def keras():
        import keras

        return slopes.keras(lambda x: keras.ops.leaky_relu(x, 0.25), 0.0)

    def mlx():
        from mlx.nn import leaky_relu

        return slopes.mlx(lambda x: leaky_relu(x, 0.25), 0.0)

    def tinygrad():
        return slopes.tinygrad(lambda x: x.leaky_relu(0.25), 0.0)


class WhichGelu(Row):
    title = "Which GELU"
    says = (
        "If nothing is said, GELU is the form with tanh, as in the course and in GPT-2, or the "
        "exact x · Φ(x); the two differ most at ±2.699, by 4.73e-4."
    )
    values = {
        "course": "tanh",
        "torch": "exact",
        "jax": "tanh",
        "flax": "tanh",
        "keras": "exact, tanh in keras.ops",
        "tensorflow": "exact",
        "mlx": "exact",
        "tinygrad": "tanh",
    }

    def course():
        from katas.phase1_autodiff.value import Value
        from katas.phase2_networks.activations import gelu

        return which(gelu(Value(2.699)).data)

    def torch():
        import torch

        return which(torch.nn.functional.gelu(torch.tensor(2.699)))

    def jax():
        import jax

        return which(jax.nn.gelu(2.699))

    def flax():
        from flax import linen

        return which(linen.gelu(2.699))

    def keras():
        import keras

        x = keras.ops.convert_to_tensor([2.699])
        layer, operation = keras.activations.get("gelu")(x), keras.ops.gelu(x)
        return f"{which(layer[0])}, {which(operation[0])} in keras.ops"

    def tensorflow():
        import tensorflow as tf

        return which(tf.nn.gelu(2.699))

    def mlx():
        import mlx.core as mx
        from mlx.nn import gelu

        return which(gelu(mx.array(2.699)))

    def tinygrad():
        from tinygrad import Tensor

        return which(Tensor([2.699]).gelu().item())


def which(y):
    """The form of GELU that has the value y at 2.699."""
    from math import erf, pi, sqrt, tanh

    x, y = 2.699, float(y)
    exact = x * (1 + erf(x / sqrt(2))) / 2
    with_tanh = x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2
    return "exact" if abs(y - exact) < abs(y - with_tanh) else "tanh"
