"""3.3 · Optimization: weight decay."""

from dojo.compare import steps
from dojo.compare.row import Row


class AdamDecay(Row):
    title = "Adam with a weight decay"
    says = (
        "At learning rate 0.1 and weight_decay 0.1, a weight of 1 whose gradient is 0 moves by "
        "0.01 where the decay is decoupled, as in AdamW; PyTorch's Adam passes it through the "
        "gradient, whose size is divided away, and moves by 0.1."
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
    says = (
        "If nothing is said, AdamW takes this share of each weight away in a step at learning "
        "rate 1."
    )
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
