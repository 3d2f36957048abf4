"""4.1 · Multi-layer perceptrons: what goes in, what is dropped."""

from dojo.compare.row import Row


class ArraysOfFloat64(Row):
    title = "float64 arrays"
    says = (
        "Handed an array of float64, JAX and MLX, and Keras on JAX, make float32 of it without "
        "a word."
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
        "Dropout with p = 1 would scale by 1/0: the course and MLX refuse it, the others give "
        "zeros."
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
