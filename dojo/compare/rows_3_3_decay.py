"""3.3 · Optimization: weight decay."""

from dojo.compare import steps
from dojo.compare.row import Row


class AdamDecay(Row):
    title = "Adam with a weight decay"
    says = (
        "How far a weight of 1 moves at learning rate 0.1 where the gradient is 0 and weight_decay "
        "0.1: decoupled, as in AdamW, by 0.01; PyTorch's Adam passes the decay through "
        "the gradient, whose size Adam divides away, so that a full step is left."
    )
    values = {"course": 0.01, "torch": 0.1, "optax": 0.01, "keras": 0.01, "mlx": 0.01}

    def course():
        from katas.phase3_training.optimizers import AdamW

        return steps.course(lambda w: AdamW(w, lr=0.1, weight_decay=0.1), [0.0])[0]

    def torch():
        from torch.optim import Adam

        return steps.torch(lambda w: Adam(w, lr=0.1, weight_decay=0.1), [0.0])[0]

    def optax():
        import optax

        return steps.optax(lambda lr: optax.adamw(lr, weight_decay=0.1), [0.0], [0.1])[0]

    def keras():
        from keras.optimizers import Adam

        return steps.keras(lambda: Adam(0.1, weight_decay=0.1), [0.0])[0]

    def mlx():
        from mlx.optimizers import AdamW

        return steps.mlx(lambda: AdamW(0.1, weight_decay=0.1), [0.0])[0]


class DefaultDecay(Row):
    title = "How much AdamW decays if it is not told"
    says = "The share of a weight that AdamW takes away at learning rate 1 where the gradient is 0."
    values = {"course": 0.01, "torch": 0.01, "optax": 1e-4, "keras": 0.004, "mlx": 0.01}

    def course():
        from katas.phase3_training.optimizers import AdamW

        return steps.course(lambda w: AdamW(w, lr=1.0), [0.0])[0]

    def torch():
        from torch.optim import AdamW

        return steps.torch(lambda w: AdamW(w, lr=1.0), [0.0])[0]

    def optax():
        import optax

        return steps.optax(optax.adamw, [0.0])[0]

    def keras():
        from keras.optimizers import AdamW

        return steps.keras(lambda: AdamW(1.0), [0.0])[0]

    def mlx():
        from mlx.optimizers import AdamW

        return steps.mlx(lambda: AdamW(1.0), [0.0])[0]
