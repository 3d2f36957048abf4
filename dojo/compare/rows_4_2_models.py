"""4.2 · Sequence modeling: recurrence and likelihood."""

from dojo.compare.row import Row


class BiasesOfACell(Row):
    title = "The biases of a recurrent cell"
    says = (
        "A plain recurrent cell from 3 inputs to 5 units has 3 · 5 + 5 · 5 weights and 5 "
        "biases, 45 numbers in all; PyTorch's has a second bias, which is added to the first."
    )
    values = {"course": 45, "torch": 50, "flax": 45, "keras": 45, "mlx": 45}

    def course():
        from katas.phase4_llms.recurrent import RNNCell

        return sum(p.data.size for p in RNNCell(3, 5).parameters())

    def torch():
        import torch

        return sum(p.numel() for p in torch.nn.RNNCell(3, 5).parameters())

    def flax():
        import jax
        from flax import nnx

        cell = nnx.SimpleCell(3, 5, rngs=nnx.Rngs(0))
        return sum(p.size for p in jax.tree.leaves(nnx.state(cell, nnx.Param)))

    def keras():
        import keras

        layer = keras.layers.SimpleRNN(5)
        layer.build((None, 7, 3))
        return layer.count_params()

    def mlx():
        from mlx.nn import RNN
        from mlx.utils import tree_flatten

        return sum(p.size for _, p in tree_flatten(RNN(3, 5).parameters()))


class SumNotOne(Row):
    title = "Probabilities that do not sum to 1"
    says = (
        "A right class to which a row of [0.2, 0.2] gives 0.2 costs -log 0.2 = 1.609; Keras "
        "first divides the row by its sum, so that a missing softmax goes unnoticed."
    )
    values = {"course": 1.609, "torch": 1.609, "keras": 0.6931}

    def course():
        import numpy as np

        from katas.phase4_llms.language_model import negative_log_likelihood

        return negative_log_likelihood(np.full((2, 2), 0.2), [0, 0])

    def torch():
        import torch

        log_probs = torch.tensor([[0.2, 0.2]]).log()
        return torch.nn.functional.nll_loss(log_probs, torch.tensor([0]))

    def keras():
        import keras

        probs = keras.ops.convert_to_tensor([[0.2, 0.2]])
        target = keras.ops.convert_to_tensor([[1.0, 0.0]])
        return keras.losses.CategoricalCrossentropy()(target, probs)
