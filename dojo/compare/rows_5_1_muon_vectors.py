"""5.1 · Current architectures: Muon, where there is no matrix."""

from dojo.compare.row import Row


class MuonOnAVector(Row):
    title = "Muon on what is no matrix"
    says = (
        "For a vector PyTorch's Muon refuses, and the others take another method (NAdam, Adam, "
        "momentum) without a word: shown is the first step on a gradient of 1, in learning "
        "rates."
    )
    values = {"course": "refuses", "torch": "refuses", "optax": 1.474, "keras": 1.0, "mlx": 0.0975}

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor
        from katas.phase5_practice.muon import Muon

        try:
            Muon([Tensor(np.zeros(1))], lr=1.0)
        except ValueError:
            return "refuses"
        return "takes it"

    def torch():
        import torch

        try:
            torch.optim.Muon([torch.zeros(1, requires_grad=True)], lr=1.0)
        except ValueError:
            return "refuses"
        return "takes it"

    def optax():
        import optax
        from jax import numpy as jnp

        muon = optax.contrib.muon(1.0)
        w = jnp.zeros(1)
        return -float(muon.update(jnp.ones(1), muon.init(w), w)[0][0])

    def keras():
        import keras

        w = keras.Variable([0.0])
        muon = keras.optimizers.Muon(0.1, weight_decay=0.0)
        muon.build([w])
        muon.apply([keras.ops.ones(1)])
        return -float(w.value[0]) / 0.1

    def mlx():
        import mlx.core as mx
        from mlx.optimizers import Muon

        muon = Muon(1.0, weight_decay=0.0)
        return -muon.apply_gradients({"w": mx.ones(1)}, {"w": mx.zeros(1)})["w"].item()
