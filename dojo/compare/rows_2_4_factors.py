"""2.4 · Loss functions: factors."""

from dojo.compare import slopes
from dojo.compare.row import Row


class HalfTheSquare(Row):
    title = "Half the square"
    says = "The squared error of 3 where 1 is right is 4; Optax's l2_loss has a ½ in it."
    values = {"course": 4.0, "torch": 4.0, "optax": 2.0, "keras": 4.0, "mlx": 4.0}

    def course():
        from katas.phase1_autodiff.value import Value
        from katas.phase2_networks.losses import mean_squared_error

        return mean_squared_error([Value(3.0)], [1.0]).data

    def torch():
        import torch

        return torch.nn.functional.mse_loss(torch.tensor([3.0]), torch.tensor([1.0]))

    def optax():
        import optax
        from jax import numpy as jnp

        return optax.l2_loss(jnp.array(3.0), jnp.array(1.0))

    def keras():
        import keras

        return keras.losses.MeanSquaredError()(keras.ops.ones((1, 1)), 3 * keras.ops.ones((1, 1)))

    def mlx():
        import mlx.core as mx
        from mlx.nn.losses import mse_loss

        return mse_loss(mx.array([3.0]), mx.array([1.0]))


class TwoHubers(Row):
    title = "Huber and smooth L1"
    says = (
        "An error of 3 costs 4 by Huber's loss if the parabola ends at 2; smooth_l1_loss "
        "divides that by 2, so that its line has slope 1 whatever beta is."
    )
    values = {"course": 4.0, "torch": [4.0, 2.0], "optax": 4.0, "keras": 4.0, "mlx": [4.0, 2.0]}

    def course():
        from katas.phase1_autodiff.value import Value
        from katas.phase2_networks.losses import huber

        return huber([Value(3.0)], [0.0], delta=2.0).data

    def torch():
        import torch
        from torch.nn.functional import huber_loss, smooth_l1_loss

        x, y = torch.tensor([3.0]), torch.tensor([0.0])
        return [huber_loss(x, y, delta=2.0), smooth_l1_loss(x, y, beta=2.0)]

    def optax():
        import optax
        from jax import numpy as jnp

        return optax.huber_loss(jnp.array(3.0), jnp.array(0.0), delta=2.0)

    def keras():
        import keras

        zeros = keras.ops.zeros((1, 1))
        return keras.losses.Huber(delta=2.0)(zeros, zeros + 3)

    def mlx():
        import mlx.core as mx
        from mlx.nn.losses import huber_loss, smooth_l1_loss

        x, y = mx.array([3.0]), mx.array([0.0])
        return [huber_loss(x, y, delta=2.0)[0], smooth_l1_loss(x, y, beta=2.0)]


class HingeLabels(Row):
    title = "Hinge labels of 0"
    says = (
        "For a score of 0.5 and the label 0 there is no hinge loss, since labels are -1 and 1: "
        "the course refuses, Keras takes 0 for -1, and others compute 1 whatever the score is, "
        "so that nothing is learned."
    )
    values = {"course": "refuses", "optax": 1.0, "keras": 1.5, "mlx": 1.0}

    def course():
        from katas.phase1_autodiff.value import Value
        from katas.phase2_networks.losses import hinge

        try:
            return hinge([Value(0.5)], [0]).data
        except ValueError:
            return "refuses"

    def optax():
        import optax
        from jax import numpy as jnp

        return optax.hinge_loss(jnp.array(0.5), jnp.array(0.0))

    def keras():
        import keras

        zeros = keras.ops.zeros((1, 1))
        return keras.losses.Hinge()(zeros, zeros + 0.5)

    def mlx():
        import mlx.core as mx
        from mlx.nn.losses import hinge_loss

        return hinge_loss(mx.array([0.5]), mx.array([0.0]))[0]


class PenaltyOrDecay(Row):
    title = "A penalty of w² and a decay of w"
    says = (
        "A strength of 0.1 adds 0.6 to the gradient of a weight of 3 where it multiplies w², as "
        "in the course's l2_penalty and in Keras' L2, and 0.3 as a weight_decay, the slope of "
        "half of that."
    )
    values = {"course": 0.6, "torch": 0.3, "optax": 0.3, "keras": 0.6, "mlx": 0.3}

    def course():
        from katas.phase2_networks.losses import l2_penalty

        return slopes.course(lambda w: l2_penalty([w], 0.1), 3.0)

    def torch():
        import torch

        w = torch.tensor(3.0, requires_grad=True)
        w.grad = torch.tensor(0.0)
        torch.optim.SGD([w], lr=1.0, weight_decay=0.1).step()
        return 3.0 - w.item()

    def optax():
        import optax
        from jax import numpy as jnp

        decay = optax.add_decayed_weights(0.1)
        w = jnp.array(3.0)
        return decay.update(jnp.array(0.0), decay.init(w), w)[0]

    def keras():
        import keras

        return slopes.keras(keras.regularizers.L2(0.1), [3.0])[0]

    def mlx():
        import mlx.core as mx
        from mlx.optimizers import SGD

        moved = SGD(1.0, weight_decay=0.1).apply_gradients(
            {"w": mx.array(0.0)}, {"w": mx.array(3.0)}
        )
        return 3.0 - moved["w"].item()
