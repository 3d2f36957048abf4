"""2.2 · Weights and biases"""

from dojo.compare.row import Row


class HeNormal(Row):
    title = "He's normal draws"
    says = (
        "For n inputs he_normal draws with variance 2/n; Keras and Flax cut the distribution "
        "off at two deviations and stretch what is left to the same variance, and MLX has to be "
        "told the gain √2."
    )
    values = {
        "course": "2/n, without end",
        "torch": "2/n, without end",
        "flax": "2/n, ends before 2.3 deviations",
        "keras": "2/n, ends before 2.3 deviations",
        "mlx": "1/n, without end",
    }

    def course():
        import random

        from katas.phase2_networks.module import he_normal

        return drawn(he_normal(200, 50, random.Random(0)))

    def torch():
        import torch

        torch.manual_seed(0)
        return drawn(torch.nn.init.kaiming_normal_(torch.empty(50, 200), nonlinearity="relu"))

    def flax():
        import jax
        from flax import linen

        return drawn(linen.initializers.he_normal()(jax.random.key(0), (200, 50)))

    def keras():
        import keras

        draw = keras.initializers.HeNormal(seed=0)
        return drawn(keras.ops.convert_to_numpy(draw((200, 50))))

    def mlx():
        import mlx.core as mx
        from mlx.nn import init

        mx.random.seed(0)
        return drawn(init.he_normal()(mx.zeros((50, 200))))


def drawn(weights):
    """What 10,000 weights for 200 inputs show of their distribution, as text."""
    import numpy as np

    weights = np.array(weights)
    reach = abs(weights).max() / weights.std()
    end = "without end" if reach > 3 else f"ends before {2.3 if reach < 2.3 else 3} deviations"
    return f"{weights.var() * 200:.0f}/n, {end}"


class SizeOfWeights(Row):
    title = "The first weights of a Linear layer"
    says = (
        "In a new layer from 64 to 10 the weights, and the biases, have this standard "
        "deviation: 0.072 if drawn uniformly in ±1/√64, 0.164 by Glorot's (Xavier's) rule, "
        "0.125 by LeCun's."
    )
    values = {
        "course": [0.0722, 0.0],
        "torch": [0.0722, 0.0722],
        "flax": [0.125, 0.0],
        "keras": [0.1644, 0.0],
        "mlx": [0.0722, 0.0722],
        "equinox": [0.0722, 0.0722],
        "tinygrad": [0.0722, 0.0722],
    }
    tolerance = 0.05  # of 12,800 weights and 200 biases; a uniform one has a deviation soon

    def course():
        import numpy as np

        from katas.phase4_llms.mlp import Linear

        rng = np.random.default_rng(0)
        layers = [Linear(64, 10, rng) for _ in range(40)]
        return deviations([(layer.weight.data, layer.bias.data) for layer in layers])

    def torch():
        import torch

        torch.manual_seed(0)
        layers = [torch.nn.Linear(64, 10) for _ in range(40)]
        return deviations([(x.weight.detach().numpy(), x.bias.detach().numpy()) for x in layers])

    def flax():
        from flax import nnx

        rngs = nnx.Rngs(0)
        layers = [nnx.Linear(64, 10, rngs=rngs) for _ in range(40)]
        return deviations([(layer.kernel[...], layer.bias[...]) for layer in layers])

    def keras():
        import keras

        keras.utils.set_random_seed(0)
        layers = [keras.layers.Dense(10) for _ in range(40)]
        for layer in layers:
            layer.build((None, 64))
        return deviations([layer.get_weights() for layer in layers])

    def mlx():
        import mlx.core as mx
        from mlx.nn import Linear

        mx.random.seed(0)
        layers = [Linear(64, 10) for _ in range(40)]
        return deviations([(layer.weight, layer.bias) for layer in layers])

    def equinox():
        import equinox
        import jax

        layers = [
            equinox.nn.Linear(64, 10, key=key) for key in jax.random.split(jax.random.key(0), 40)
        ]
        return deviations([(layer.weight, layer.bias) for layer in layers])

    def tinygrad():
        from tinygrad import Tensor, nn

        Tensor.manual_seed(0)
        layers = [nn.Linear(64, 10) for _ in range(40)]
        return deviations([(layer.weight.numpy(), layer.bias.numpy()) for layer in layers])


def deviations(layers):
    """The standard deviations of all weights and of all biases."""
    import numpy as np

    return [float(np.std([np.array(layer[i]) for layer in layers])) for i in (0, 1)]
