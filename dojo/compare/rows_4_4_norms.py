"""4.4 · Modern architectures: norms."""

from dojo.compare.row import Row


class NormEps(Row):
    title = "The eps of a norm"
    says = (
        "LayerNorm and RMSNorm, unless told otherwise, add this eps under the root, which "
        "counts where the channels hardly differ."
    )
    values = {
        "course": [1e-5, 1e-5],
        "torch": [1e-5, 1.192e-7],
        "flax": [1e-6, 1e-6],
        "keras": [1e-3, 1e-6],
        "mlx": [1e-5, 1e-5],
        "equinox": [1e-5, 1e-5],
        "tinygrad": [1e-5, 1e-6],
    }
    tolerance = 0.02  # read off outputs in float32

    def course():
        import numpy as np

        from katas.phase4_llms.llama import RMSNorm
        from katas.phase4_llms.tensor import Tensor
        from katas.phase4_llms.transformer import LayerNorm

        return added(lambda norm: norm(2)(Tensor(np.array(TINY))).data, LayerNorm, RMSNorm)

    def torch():
        import torch

        norms = torch.nn.LayerNorm, torch.nn.RMSNorm
        return added(lambda norm: norm(2)(torch.tensor(TINY)), *norms)

    def flax():
        from flax import nnx
        from jax import numpy as jnp

        norms = nnx.LayerNorm, nnx.RMSNorm
        return added(lambda norm: norm(2, rngs=nnx.Rngs(0))(jnp.array(TINY)), *norms)

    def keras():
        import keras

        norms = keras.layers.LayerNormalization, keras.layers.RMSNormalization
        x = keras.ops.convert_to_tensor([TINY])
        return added(lambda norm: norm()(x)[0], *norms)

    def mlx():
        import mlx.core as mx
        from mlx import nn

        return added(lambda norm: norm(2)(mx.array(TINY)), nn.LayerNorm, nn.RMSNorm)

    def equinox():
        import equinox
        from jax import numpy as jnp

        norms = equinox.nn.LayerNorm, equinox.nn.RMSNorm
        return added(lambda norm: norm(2)(jnp.array(TINY)), *norms)

    def tinygrad():
        from tinygrad import Tensor, nn

        norms = nn.LayerNorm, nn.RMSNorm
        return added(lambda norm: norm(2)(Tensor([TINY])).tolist()[0], *norms)


TINY = [-1e-5, 1e-5]  # mean 0 and mean square 1e-10, for both norms


def added(normalized, *norms):
    """The eps of each norm, from what it makes of TINY: x / √(x² + eps)."""
    return [(1e-5 / float(normalized(norm)[1])) ** 2 - 1e-10 for norm in norms]


class FarFromZero(Row):
    title = "A norm far from 0"
    says = (
        "In float32 the largest entry of LayerNorm of 10001 to 10004 is 1.342; Flax takes the "
        "mean of squares less the square of the mean, which loses all digits, and gives 1,500."
    )
    values = {"course": 1.342, "torch": 1.342, "flax": 1500.0, "keras": 1.3413, "mlx": 1.342}
    values |= {"equinox": 1.342, "tinygrad": 1.342}

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor
        from katas.phase4_llms.transformer import LayerNorm

        return LayerNorm(4)(Tensor(np.array(FAR, np.float32))).data.max()

    def torch():
        import torch

        return torch.nn.LayerNorm(4)(torch.tensor(FAR)).max().item()

    def flax():
        from flax import nnx
        from jax import numpy as jnp

        return nnx.LayerNorm(4, rngs=nnx.Rngs(0))(jnp.array(FAR)).max()

    def keras():
        import keras

        x = keras.ops.convert_to_tensor([FAR])
        return float(keras.ops.max(keras.layers.LayerNormalization()(x)))

    def mlx():
        import mlx.core as mx
        from mlx.nn import LayerNorm

        return LayerNorm(4)(mx.array(FAR)).max()

    def equinox():
        import equinox
        from jax import numpy as jnp

        return equinox.nn.LayerNorm(4)(jnp.array(FAR)).max()

    def tinygrad():
        from tinygrad import Tensor, nn

        return nn.LayerNorm(4)(Tensor([FAR])).max().item()


FAR = [10001.0, 10002.0, 10003.0, 10004.0]
