"""4.1 · Multi-layer perceptrons"""

from dojo.compare import slopes
from dojo.compare.row import Row


class SharedMaximum(Row):
    title = "The maximum of equals"
    says = (
        "The gradient of the maximum of 2 and 2: the course gives each its half; PyTorch's amax "
        "does so too, but its max along an axis gives all to one, as does MyGrad."
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


class ShapeOfAWeight(Row):
    title = "The shape of a weight"
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


class ArraysOfFloat64(Row):
    title = "An array of float64"
    says = (
        "What becomes of numpy's float64 when it is handed over: JAX and MLX, and Keras on JAX, "
        "make float32 of it without a word."
    )
    values = {
        "course": "float64",
        "torch": "float64",
        "jax": "float32",
        "keras": "float64",
        "keras_jax": "float32",
        "keras_torch": "float64",
        "tensorflow": "float64",
        "mlx": "float32",
        "tinygrad": "float64",
    }

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor

        return str(Tensor(np.ones(3)).data.dtype)

    def torch():
        import numpy as np
        import torch

        return str(torch.tensor(np.ones(3)).dtype).removeprefix("torch.")

    def jax():
        import numpy as np
        from jax import numpy as jnp

        return str(jnp.array(np.ones(3)).dtype)

    def keras():
        import keras
        import numpy as np

        return keras.backend.standardize_dtype(keras.ops.array(np.ones(3)).dtype)

    def tensorflow():
        import numpy as np
        import tensorflow as tf

        return tf.constant(np.ones(3)).dtype.name

    def mlx():
        import mlx.core as mx
        import numpy as np

        return str(mx.array(np.ones(3)).dtype).removeprefix("mlx.core.")

    def tinygrad():
        import numpy as np
        from tinygrad import Tensor

        return "float64" if Tensor(np.ones(3)).dtype.itemsize == 8 else "float32"


class DroppedAltogether(Row):
    title = "Dropout of everything"
    says = (
        "Dropout with p = 1 in training: 1/(1 - p) does not exist; the course and MLX refuse it, the "
        "others give zeros."
    )
    values = {"course": "refuses", "torch": "zeros", "flax": "zeros", "keras": "zeros"}
    values |= {"mlx": "refuses"}

    def course():
        import numpy as np

        from katas.phase4_llms.mlp import Dropout
        from katas.phase4_llms.tensor import Tensor

        return dropped(lambda: Dropout(1.0)(Tensor(np.ones(3))).data)

    def torch():
        import torch

        return dropped(lambda: torch.nn.Dropout(1.0)(torch.ones(3)))

    def flax():
        from flax import nnx
        from jax import numpy as jnp

        return dropped(lambda: nnx.Dropout(1.0, rngs=nnx.Rngs(0), deterministic=False)(jnp.ones(3)))

    def keras():
        import keras

        return dropped(lambda: keras.layers.Dropout(1.0)(keras.ops.ones(3), training=True))

    def mlx():
        import mlx.core as mx
        from mlx.nn import Dropout

        return dropped(lambda: Dropout(1.0)(mx.ones(3)))


def dropped(layer):
    """What a Dropout that is made and called does, as text."""
    try:
        values = [float(v) for v in layer()]
    except Exception:  # each library has its own
        return "refuses"
    return "zeros" if values == [0.0] * 3 else "nan" if values != values else str(values)
