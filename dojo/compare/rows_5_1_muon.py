"""5.1 · Current architectures: Muon."""

from dojo.compare.row import Row


class MuonFirstStep(Row):
    title = "Muon's first step"
    says = (
        "Muon's first step on a gradient that is the 2 × 2 identity is 1.108 learning rates, "
        "since five rounds of Newton and Schulz come no closer to 1; PyTorch counts in "
        "bfloat16, and Keras multiplies by 0.2 √2."
    )
    values = {"course": 1.108, "torch": 1.125, "optax": 1.108, "keras": 0.313, "mlx": 1.108}
    values |= {"tinygrad": 1.108}

    def course():
        return stepped_by_course(2, 2)

    def torch():
        return stepped_by_torch(2, 2)

    def optax():
        return stepped_by_optax(2, 2)

    def keras():
        return stepped_by_keras(2, 2)

    def mlx():
        return stepped_by_mlx(2, 2)

    def tinygrad():
        return stepped_by_tinygrad(2, 2)


class MuonTallAndWide(Row):
    title = "Muon on tall and on wide matrices"
    says = (
        "For gradients of 4 × 2 and of 2 × 4 with ones on their diagonals, the step of the tall "
        "one is larger by √2, as in PyTorch, where a weight is (n_out, n_in), that of the wide "
        "one, as in the course, where it is (n_in, n_out), that of both, or that of neither."
    )
    values = {
        "course": [1.108, 1.567],
        "torch": [1.591, 1.125],
        "optax": [1.108, 1.567],
        "keras": [0.443, 0.443],
        "mlx": [1.567, 1.108],
        "tinygrad": [1.108, 1.108],
    }

    def course():
        return [stepped_by_course(4, 2), stepped_by_course(2, 4)]

    def torch():
        return [stepped_by_torch(4, 2), stepped_by_torch(2, 4)]

    def optax():
        return [stepped_by_optax(4, 2), stepped_by_optax(2, 4)]

    def keras():
        return [stepped_by_keras(4, 2), stepped_by_keras(2, 4)]

    def mlx():
        return [stepped_by_mlx(4, 2), stepped_by_mlx(2, 4)]

    def tinygrad():
        return [stepped_by_tinygrad(4, 2), stepped_by_tinygrad(2, 4)]


class MuonDecay(Row):
    title = "Muon's weight decay without a gradient"
    says = (
        "At learning rate 0.1 and weight_decay 0.1, a weight of 1 on the diagonal whose "
        "gradients are 0 moves by 0.01; MLX adds the decay to the gradient before Newton and "
        "Schulz, which make a full step of it, however small it is."
    )
    values = {"course": 0.01, "torch": 0.01, "optax": 0.01, "keras": 0.01, "mlx": 0.1108}

    def course():
        return stepped_by_course(2, 2, gradient=0.0, weight=1.0, decay=0.1) / 10

    def torch():
        return stepped_by_torch(2, 2, gradient=0.0, weight=1.0, decay=0.1) / 10

    def optax():
        return stepped_by_optax(2, 2, gradient=0.0, weight=1.0, decay=0.1) / 10

    def keras():
        return stepped_by_keras(2, 2, gradient=0.0, weight=1.0, decay=0.1) / 10

    def mlx():
        return stepped_by_mlx(2, 2, gradient=0.0, weight=1.0, decay=0.1) / 10


# ---- the first entry's way in the first step, in learning rates of 0.1


def stepped_by_course(rows, columns, gradient=1.0, weight=0.0, decay=0.0):
    import numpy as np

    from katas.phase4_llms.tensor import Tensor
    from katas.phase5_practice.muon import Muon

    w = Tensor(weight * np.eye(rows, columns))
    w.grad = gradient * np.eye(rows, columns)
    Muon([w], lr=0.1, weight_decay=decay).step()
    return (weight - w.data[0, 0]) / 0.1


def stepped_by_torch(rows, columns, gradient=1.0, weight=0.0, decay=0.0):
    import torch

    w = (weight * torch.eye(rows, columns)).requires_grad_()
    w.grad = gradient * torch.eye(rows, columns)
    torch.optim.Muon([w], lr=0.1, weight_decay=decay).step()
    return (weight - w[0, 0].item()) / 0.1


def stepped_by_optax(rows, columns, gradient=1.0, weight=0.0, decay=0.0):
    import optax
    from jax import numpy as jnp

    w, muon = weight * jnp.eye(rows, columns), optax.contrib.muon(0.1, weight_decay=decay)
    return -float(muon.update(gradient * jnp.eye(rows, columns), muon.init(w), w)[0][0, 0]) / 0.1


def stepped_by_keras(rows, columns, gradient=1.0, weight=0.0, decay=0.0):
    import keras

    w = keras.Variable(weight * keras.ops.eye(rows, columns))
    muon = keras.optimizers.Muon(0.1, weight_decay=decay)
    muon.build([w])
    muon.apply([gradient * keras.ops.eye(rows, columns)])
    return (weight - float(w.value[0, 0])) / 0.1


def stepped_by_mlx(rows, columns, gradient=1.0, weight=0.0, decay=0.0):
    import mlx.core as mx
    from mlx.optimizers import Muon

    w, muon = {"w": weight * mx.eye(rows, columns)}, Muon(0.1, weight_decay=decay)
    moved = muon.apply_gradients({"w": gradient * mx.eye(rows, columns)}, w)
    return (weight - moved["w"][0, 0].item()) / 0.1


def stepped_by_tinygrad(rows, columns):
    from tinygrad import Tensor
    from tinygrad.helpers import Context
    from tinygrad.nn.optim import Muon

    w = Tensor.zeros(rows, columns).contiguous()
    w.grad = Tensor.eye(rows, columns).contiguous()
    with Context(TRAINING=1):
        Muon([w], lr=0.1, weight_decay=0.0).step()
    return -w[0, 0].item() / 0.1
