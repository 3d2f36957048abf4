"""3.3 · Optimization: RMSProp and the Adams."""

from dojo.compare import steps
from dojo.compare.row import Row


class RMSPropEps(Row):
    title = "Where RMSProp adds eps"
    says = (
        "RMSProp's first step at learning rate 1 on a gradient of 1e-8 (alpha 0.99, eps 1e-8) "
        "is 0.909 with eps outside the root, as in the course, and 0.0001 with eps under it."
    )
    values = {"course": 0.909, "torch": 0.909, "optax": 1e-4, "keras": 1e-4, "mlx": 0.909}

    def course():
        from katas.phase3_training.optimizers import RMSProp

        return steps.course(lambda w: RMSProp(w, lr=1.0), [1e-8])[0]

    def torch():
        from torch.optim import RMSprop

        return steps.torch(lambda w: RMSprop(w, lr=1.0), [1e-8])[0]

    def optax():
        import optax

        return steps.optax(lambda lr: optax.rmsprop(lr, decay=0.99), [1e-8])[0]

    def keras():
        from keras.optimizers import RMSprop

        return steps.keras(lambda: RMSprop(1.0, rho=0.99, epsilon=1e-8), [1e-8])[0]

    def mlx():
        from mlx.optimizers import RMSprop

        return steps.mlx(lambda: RMSprop(1.0), [1e-8])[0]


class RMSPropMemory(Row):
    title = "How long RMSProp remembers"
    says = (
        "RMSProp's first step at learning rate 1 on a gradient of 1 is 10 where 0.99 of the "
        "running mean is kept by default, and 3.162 where it is 0.9."
    )
    values = {"course": 10.0, "torch": 10.0, "optax": 3.162, "keras": 3.162, "mlx": 10.0}

    def course():
        from katas.phase3_training.optimizers import RMSProp

        return steps.course(lambda w: RMSProp(w, lr=1.0), [1.0])[0]

    def torch():
        from torch.optim import RMSprop

        return steps.torch(lambda w: RMSprop(w, lr=1.0), [1.0])[0]

    def optax():
        import optax

        return steps.optax(optax.rmsprop, [1.0])[0]

    def keras():
        from keras.optimizers import RMSprop

        return steps.keras(lambda: RMSprop(1.0), [1.0])[0]

    def mlx():
        from mlx.optimizers import RMSprop

        return steps.mlx(lambda: RMSprop(1.0), [1.0])[0]


class AdamFirstStep(Row):
    title = "Adam's first steps"
    says = (
        "Adam's first step on a gradient of 1 is one learning rate, because both means are "
        "corrected for their start at 0; MLX corrects them only if it is told to."
    )
    values = {"course": 1.0, "torch": 1.0, "optax": 1.0, "keras": 1.0, "mlx": 3.162}

    def course():
        from katas.phase3_training.optimizers import Adam

        return steps.course(lambda w: Adam(w, lr=0.01), [1.0])[0] / 0.01

    def torch():
        from torch.optim import Adam

        return steps.torch(lambda w: Adam(w, lr=0.01), [1.0])[0] / 0.01

    def optax():
        import optax

        return steps.optax(optax.adam, [1.0])[0]

    def keras():
        from keras.optimizers import Adam

        return steps.keras(lambda: Adam(0.01), [1.0])[0] / 0.01

    def mlx():
        from mlx.optimizers import Adam

        return steps.mlx(lambda: Adam(0.01), [1.0])[0] / 0.01


class AdamEps(Row):
    title = "What Adam's eps is compared with"
    says = (
        "Adam's first step on a gradient of 1e-8 with eps 1e-8 is half a learning rate, since "
        "eps is as large as the root of the corrected mean; Keras adds it to the root of the "
        "uncorrected one, which is 32 times smaller."
    )
    values = {"course": 0.5, "torch": 0.5, "optax": 0.5, "keras": 0.0307, "mlx": 0.5}

    def course():
        from katas.phase3_training.optimizers import Adam

        return steps.course(lambda w: Adam(w, lr=1.0), [1e-8])[0]

    def torch():
        from torch.optim import Adam

        return steps.torch(lambda w: Adam(w, lr=1.0), [1e-8])[0]

    def optax():
        import optax

        return steps.optax(optax.adam, [1e-8])[0]

    def keras():
        from keras.optimizers import Adam

        return steps.keras(lambda: Adam(1.0, epsilon=1e-8), [1e-8])[0]

    def mlx():
        from mlx.optimizers import Adam

        return steps.mlx(lambda: Adam(1.0, bias_correction=True), [1e-8])[0]
