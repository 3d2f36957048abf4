"""2.4 · Loss functions"""

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


class LabelOutOfRange(Row):
    title = "A label that is out of range"
    says = (
        "Cross-entropy of the logits 1, 2, 4 is asked for with the labels -1 and 3: where -1 "
        "costs 0.1698 it was taken for the last class, where it costs 0 no class is right, and "
        "MLX reads what lies in memory after the logits."
    )
    values = {
        "course": ["refuses", "refuses"],
        "torch": ["refuses", "refuses"],
        "optax": [0.1698, float("nan")],
        "keras": ["refuses", "refuses"],
        "keras_jax": [0.0, 0.0],
        "keras_torch": ["refuses", "refuses"],
        "mlx": [0.1698, "some number"],
        "tinygrad": [0.0, 0.0],
    }

    def course():
        from katas.phase1_autodiff.value import Value
        from katas.phase2_networks.losses import cross_entropy

        logits = [Value(1.0), Value(2.0), Value(4.0)]
        return both(lambda label: cross_entropy(logits, label).data)

    def torch():
        import torch

        logits = torch.tensor([[1.0, 2.0, 4.0]])
        return both(lambda label: torch.nn.functional.cross_entropy(logits, torch.tensor([label])))

    def optax():
        import optax
        from jax import numpy as jnp

        logits = jnp.array([1.0, 2.0, 4.0])
        loss = optax.softmax_cross_entropy_with_integer_labels
        return both(lambda label: loss(logits, jnp.array(label)))

    def keras():
        import keras

        logits = keras.ops.convert_to_tensor([[1.0, 2.0, 4.0]])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return both(lambda label: loss(keras.ops.convert_to_tensor([label]), logits))

    def mlx():
        import mlx.core as mx
        from mlx.nn.losses import cross_entropy

        logits = mx.array([[1.0, 2.0, 4.0]])
        costs = both(lambda label: cross_entropy(logits, mx.array([label])))
        return [costs[0], "refuses" if costs[1] == "refuses" else "some number"]

    def tinygrad():
        from tinygrad import Tensor

        logits = Tensor([[1.0, 2.0, 4.0]])
        loss = logits.sparse_categorical_crossentropy
        return both(lambda label: loss(Tensor([label]), ignore_index=-100).item())


def both(loss):
    """What the labels -1 and 3 cost, or "refuses"."""
    found = []
    for label in (-1, 3):
        try:
            found.append(float(loss(label)))
        except Exception:  # each library has its own
            found.append("refuses")
    return found
