"""2.4 · Loss functions: edges."""

from dojo.compare import slopes
from dojo.compare.row import Row


class HeldLogarithm(Row):
    title = "The logarithm that is held at -100"
    says = (
        "Where 0 was predicted and 1 is right, binary cross-entropy and its gradient would be "
        "infinite: the course and PyTorch hold the logarithm at -100, but PyTorch passes a "
        "gradient of -1e12, the course none, and MLX nan; Keras moves probabilities 1e-7 away "
        "from 0 and 1."
    )
    values = {
        "course": [100.0, 0.0],
        "torch": [100.0, -1e12],
        "keras": [16.12, 0.0],
        "mlx": [100.0, float("nan")],
        "tinygrad": [float("inf"), float("-inf")],
    }

    def course():
        from katas.phase1_autodiff.value import Value
        from katas.phase2_networks.losses import binary_cross_entropy

        def f(p):
            return binary_cross_entropy([p], [1.0])

        return [f(Value(0.0)).data, slopes.course(f, 0.0)]

    def torch():
        import torch

        def f(p):
            return torch.nn.functional.binary_cross_entropy(p, torch.tensor(1.0))

        return [f(torch.tensor(0.0)), slopes.torch(f, 0.0)]

    def keras():
        import keras

        def f(p):
            return keras.losses.BinaryCrossentropy()(keras.ops.ones((1, 1)), p)

        p = keras.ops.zeros((1, 1))
        return [float(f(p)), slopes.keras(f, [[0.0]])[0][0]]

    def mlx():
        import mlx.core as mx
        from mlx.nn.losses import binary_cross_entropy

        def f(p):
            return binary_cross_entropy(p, mx.array([1.0]), with_logits=False)

        return [f(mx.array([0.0])), slopes.mlx(f, [0.0])[0]]

    def tinygrad():
        from tinygrad import Tensor

        def f(p):
            return p.binary_crossentropy(Tensor([1.0]))

        return [f(Tensor([0.0])).item(), slopes.tinygrad(f, 0.0)]


class AbsoluteErrorAtZero(Row):
    title = "Mean absolute error where nothing is wrong"
    says = (
        "Where prediction and target are equal, |prediction - target| has the gradient 0 by "
        "convention; JAX takes the slope of |x| at 0 to be 1, which becomes -1 in Keras on JAX, "
        "where the target stands first."
    )
    values = {
        "course": 0.0,
        "torch": 0.0,
        "jax": 1.0,
        "keras": 0.0,
        "keras_jax": -1.0,
        "keras_torch": 0.0,
        "tensorflow": 0.0,
        "mlx": 0.0,
        "tinygrad": 0.0,
        "autograd": 0.0,
        "mygrad": 0.0,
    }

    def course():
        from katas.phase2_networks.losses import mean_absolute_error

        return slopes.course(lambda p: mean_absolute_error([p], [2.0]), 2.0)

    def torch():
        import torch

        target = torch.tensor(2.0)
        return slopes.torch(lambda p: torch.nn.functional.l1_loss(p, target), 2.0)

    def jax():
        return slopes.jax(lambda p: abs(p - 2.0), 2.0)

    def keras():
        import keras

        target = keras.ops.ones((1, 1))
        return slopes.keras(lambda p: keras.losses.MeanAbsoluteError()(target, p), [[1.0]])[0][0]

    def tensorflow():
        return slopes.tensorflow(lambda p: abs(p - 2.0), 2.0)

    def mlx():
        import mlx.core as mx
        from mlx.nn.losses import l1_loss

        return slopes.mlx(lambda p: l1_loss(p, mx.array(2.0)), 2.0)

    def tinygrad():
        return slopes.tinygrad(lambda p: (p - 2.0).abs(), 2.0)

    def autograd():
        import autograd.numpy as np

        return slopes.autograd(lambda p: np.abs(p - 2.0), 2.0)

    def mygrad():
        import mygrad

        return slopes.mygrad(lambda p: mygrad.abs(p - 2.0), 2.0)
