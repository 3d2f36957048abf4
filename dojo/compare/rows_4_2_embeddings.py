"""4.2 · Sequence modeling: embeddings."""

from dojo.compare.row import Row


class SizeOfEmbeddings(Row):
    title = "The first entries of an Embedding"
    says = (
        "A new table of 1,000 rows of 64 has this standard deviation: 1, 1/√64, that of numbers "
        "between ±0.05, or Glorot's; of these, 1 makes logits far too large where the table "
        "serves as the head too."
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
        "For the ids -1 and 5, an Embedding of 3 rows (10, 20 and 30) refuses, or gives its "
        "last row, nan, or zeros that are not in the table."
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
