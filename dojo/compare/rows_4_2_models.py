"""4.2 · Sequence modeling: embeddings, recurrence, likelihood."""

from dojo.compare.row import Row


class SizeOfEmbeddings(Row):
    title = "The first entries of an Embedding"
    says = (
        "The standard deviation of a new table of 1,000 rows of 64: 1, or 1/√64, or that of "
        "numbers between ±0.05, or Glorot's; as the head of a tied model, the first makes logits "
        "far too large."
    )
    values = {"course": 1.0, "torch": 1.0, "flax": 0.125, "keras": 0.0289, "mlx": 0.125}
    values |= {"equinox": 1.0, "tinygrad": 0.0434}
    tolerance = 0.02  # of 64,000 draws

    def course():
        import numpy as np

        from katas.phase4_llms.language_model import Embedding

        return np.std(Embedding(1000, 64, np.random.default_rng(0)).weight.data)

    def torch():
        import torch

        torch.manual_seed(0)
        return torch.nn.Embedding(1000, 64).weight.std().item()

    def flax():
        from flax import nnx

        return nnx.Embed(1000, 64, rngs=nnx.Rngs(0)).embedding[...].std()

    def keras():
        import keras
        import numpy as np

        keras.utils.set_random_seed(0)
        layer = keras.layers.Embedding(1000, 64)
        layer.build()
        return np.std(layer.get_weights()[0])

    def mlx():
        import mlx.core as mx
        from mlx.nn import Embedding

        mx.random.seed(0)
        return mx.std(Embedding(1000, 64).weight)

    def equinox():
        import equinox
        import jax

        return equinox.nn.Embedding(1000, 64, key=jax.random.key(0)).weight.std()

    def tinygrad():
        from tinygrad import Tensor, nn

        Tensor.manual_seed(0)
        return nn.Embedding(1000, 64).weight.numpy().std()


class IdsOutOfRange(Row):
    title = "A token that is not in the table"
    says = (
        "The row that an Embedding of 3 rows (of 10, 20 and 30) gives for the ids -1 and 5: a "
        "refusal, the last row, nan, or a row of zeros that is not in the table."
    )
    values = {
        "course": ["refuses", "refuses"],
        "torch": ["refuses", "refuses"],
        "flax": [30.0, float("nan")],
        "keras": [30.0, "refuses"],
        "keras_jax": [30.0, float("nan")],
        "keras_torch": [30.0, "refuses"],
        "equinox": [30.0, 30.0],
        "tinygrad": [0.0, 0.0],
    }

    def course():
        import numpy as np

        from katas.phase4_llms.language_model import Embedding

        table = Embedding(3, 1)
        table.weight.data[:] = [[10.0], [20.0], [30.0]]
        return looked_up(lambda id: table(np.array([id])).data[0, 0])

    def torch():
        import torch

        table = torch.nn.Embedding.from_pretrained(torch.tensor([[10.0], [20.0], [30.0]]))
        return looked_up(lambda id: table(torch.tensor([id]))[0, 0])

    def flax():
        from flax import nnx
        from jax import numpy as jnp

        table = nnx.Embed(3, 1, rngs=nnx.Rngs(0))
        table.embedding = nnx.Param(jnp.array([[10.0], [20.0], [30.0]]))
        return looked_up(lambda id: table(jnp.array([id]))[0, 0])

    def keras():
        import keras
        import numpy as np

        table = keras.layers.Embedding(3, 1)
        table.build()
        table.set_weights([np.array([[10.0], [20.0], [30.0]])])
        return looked_up(lambda id: keras.ops.convert_to_numpy(table(np.array([id])))[0, 0])

    def equinox():
        import equinox
        from jax import numpy as jnp

        table = equinox.nn.Embedding(weight=jnp.array([[10.0], [20.0], [30.0]]))
        return looked_up(lambda id: table(jnp.array(id))[0])

    def tinygrad():
        from tinygrad import Tensor, nn

        table = nn.Embedding(3, 1)
        table.weight = Tensor([[10.0], [20.0], [30.0]])
        return looked_up(lambda id: table(Tensor([id])).tolist()[0][0])


def looked_up(row_of):
    """What the ids -1 and 5 give, or "refuses"."""
    found = []
    for id in (-1, 5):
        try:
            found.append(float(row_of(id)))
        except Exception:  # each library has its own
            found.append("refuses")
    return found


class BiasesOfACell(Row):
    title = "The biases of a recurrent cell"
    says = (
        "The parameters of a plain recurrent cell from 3 inputs to 5 units: 3 · 5 + 5 · 5 weights "
        "and 5 biases; PyTorch keeps a second bias, which is added to the first."
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
        "The loss for a right class to which a row of [0.2, 0.2] gives 0.2: -log 0.2 is 1.609; "
        "Keras divides the row by its sum first, so that a missing softmax goes unnoticed."
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
