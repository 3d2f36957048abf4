"""2.4 · Loss functions: labels."""

from dojo.compare.row import Row


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
