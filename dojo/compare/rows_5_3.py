"""5.3 · Fast inference"""

from dojo.compare.row import Row


class LargestInInt8(Row):
    title = "The largest weight in int8"
    says = (
        "After rounding to int8 and back, the largest weight of a column, 1, is exactly 1 where "
        "the scale is 1/127; where it is 1/127.5 that weight is cut, and is the one most in "
        "error."
    )
    values = {"course": 1.0, "torch": 0.9961, "keras": 1.0, "torchao": 0.9961}

    def course():
        import numpy as np

        from katas.phase5_practice.quantization import dequantize, quantize_int8

        return dequantize(*quantize_int8(np.array([[1.0], [-0.3]])))[0, 0]

    def torch():
        import warnings

        import torch

        warnings.simplefilter("ignore")
        observer = torch.ao.quantization.PerChannelMinMaxObserver(
            dtype=torch.qint8, qscheme=torch.per_channel_symmetric
        )
        w = torch.tensor([[1.0, -0.3]])
        observer(w)
        scale, zero = observer.calculate_qparams()
        return torch.quantize_per_channel(w, scale, zero, 0, torch.qint8).dequantize()[0, 0].item()

    def keras():
        import keras

        w = keras.ops.convert_to_tensor([[1.0], [-0.3]])
        q, scale = keras.quantizers.abs_max_quantize(w, axis=0)
        return float(keras.ops.cast(q[0, 0], "float32") / keras.ops.reshape(scale, ()))

    def torchao():
        import torch
        from torchao.quantization import Int8WeightOnlyConfig, quantize_

        layer = torch.nn.Linear(2, 1, bias=False)
        layer.weight.data = torch.tensor([[1.0, -0.3]])
        model = torch.nn.Sequential(layer)
        quantize_(model, Int8WeightOnlyConfig())
        return model[0].weight.dequantize()[0, 0].item()


class HalfwayBetween(Row):
    title = "Rounding a half"
    says = "Everywhere 0.5, 1.5 and 2.5 are rounded to the even neighbour, not always up."
    values = dict.fromkeys(
        ("course", "torch", "jax", "keras", "tensorflow", "mlx", "numpy", "tinygrad"),
        [0.0, 2.0, 2.0],
    )

    def course():
        import numpy as np

        from katas.phase5_practice.quantization import quantize_int8

        return quantize_int8(np.array([[127.0], [0.5], [1.5], [2.5]]))[0][1:, 0]

    def numpy():
        import numpy as np

        return np.round([0.5, 1.5, 2.5])

    def torch():
        import torch

        return torch.tensor([0.5, 1.5, 2.5]).round()

    def jax():
        from jax import numpy as jnp

        return jnp.round(jnp.array([0.5, 1.5, 2.5]))

    def keras():
        import keras

        return keras.ops.convert_to_numpy(keras.ops.round(keras.ops.array([0.5, 1.5, 2.5])))

    def tensorflow():
        import tensorflow as tf

        return tf.round([0.5, 1.5, 2.5]).numpy()

    def mlx():
        import mlx.core as mx

        return mx.round(mx.array([0.5, 1.5, 2.5]))

    def tinygrad():
        from tinygrad import Tensor

        return Tensor([0.5, 1.5, 2.5]).round().tolist()


class FourBits(Row):
    title = "Where 4 bits begin"
    says = (
        "MLX's 4 bits begin at the end of a group that is further from 0, if need be with a "
        "negative scale, and bend the scale so that 0 stays exact, as these ends and zeros of "
        "two groups show; the course rounds the nearer end like any other number."
    )
    values = {
        "course": [[-0.5714, 0.0, 1.0], [-1.0, 0.0, 0.5714]],
        "mlx": [[-0.5, 0.0, 1.0], [-1.0, 0.0, 0.5]],
    }

    def course():
        import numpy as np

        from katas.phase5_practice.quantization import dequantize_int4, quantize_int4

        W = np.array([[-0.5, -1.0], [0.0, 0.0], [1.0, 0.5], [0.1, 0.1]])
        return dequantize_int4(*quantize_int4(W, 4))[:3].T

    def mlx():
        import mlx.core as mx

        ends = []
        for low, high in ((-0.5, 1.0), (-1.0, 0.5)):
            w = mx.array([[low, 0.0, high] + [0.1] * 29])
            packed = mx.quantize(w, group_size=32, bits=4)
            ends.append(mx.dequantize(*packed, group_size=32, bits=4)[0, :3].tolist())
        return ends
