"""3.4 · Real dataset"""

from dojo.compare.row import Row


class StandardDeviation(Row):
    title = "The standard deviation of 1, 2, 3, 4"
    says = (
        "Divided by how many there are it is 1.118, as the course's Standardizer has it; divided "
        "by one less, for a sample of something larger, it is 1.291."
    )
    values = {
        "course": 1.118,
        "torch": 1.291,
        "jax": 1.118,
        "keras": 1.118,
        "tensorflow": 1.118,
        "mlx": 1.118,
        "numpy": 1.118,
        "tinygrad": 1.291,
        "sklearn": 1.118,
    }

    def course():
        import numpy as np

        from katas.phase3_training.dataset import Standardizer

        X = np.array([[1.0], [2.0], [3.0], [4.0]])
        standardizer = Standardizer()
        standardizer.fit(X)
        return 1 / np.diff(standardizer.transform(X)[:2, 0])[0]

    def numpy():
        import numpy as np

        return np.std([1.0, 2.0, 3.0, 4.0])

    def torch():
        import torch

        return torch.tensor([1.0, 2.0, 3.0, 4.0]).std()

    def jax():
        from jax import numpy as jnp

        return jnp.array([1.0, 2.0, 3.0, 4.0]).std()

    def keras():
        import keras

        return float(keras.ops.std(keras.ops.convert_to_tensor([1.0, 2.0, 3.0, 4.0])))

    def tensorflow():
        import tensorflow as tf

        return tf.math.reduce_std([1.0, 2.0, 3.0, 4.0]).numpy()

    def mlx():
        import mlx.core as mx

        return mx.std(mx.array([1.0, 2.0, 3.0, 4.0]))

    def tinygrad():
        from tinygrad import Tensor

        return Tensor([1.0, 2.0, 3.0, 4.0]).std().item()

    def sklearn():
        from sklearn.preprocessing import StandardScaler

        return StandardScaler().fit([[1.0], [2.0], [3.0], [4.0]]).scale_[0]


class Patience(Row):
    title = "A patience of 2"
    says = (
        "After how many epochs without an improvement patience is at an end: after 2, but "
        "PyTorch's ReduceLROnPlateau waits for the third."
    )
    values = {"course": 2, "torch": 3, "optax": 2, "keras": 2}

    def course():
        from katas.phase3_training.training import EarlyStopping

        class Model:
            def state_dict(self):
                return {}

            def load_state_dict(self, state):
                pass

        stopping = EarlyStopping(Model(), patience=2)
        losses = [1.0]
        while not stopping({"validation_loss": losses}):
            losses.append(1.0)
        return len(losses) - 1

    def torch():
        import torch
        from torch.optim.lr_scheduler import ReduceLROnPlateau

        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        schedule = ReduceLROnPlateau(optimizer, patience=2)
        return bad_epochs(lambda: schedule.step(1.0), lambda: schedule.get_last_lr()[0] < 1)

    def optax():
        from jax import numpy as jnp
        from optax import contrib

        plateau = contrib.reduce_on_plateau(factor=0.5, patience=2)
        state = [plateau.init(jnp.array(1.0))]

        def epoch():
            state[0] = plateau.update(jnp.array(1.0), state[0], value=1.0)[1]

        return bad_epochs(epoch, lambda: state[0].scale < 1)

    def keras():
        import keras

        model = keras.Sequential([keras.layers.Dense(1)])
        stopping = keras.callbacks.EarlyStopping(patience=2)
        stopping.set_model(model)
        stopping.on_train_begin()
        epoch = iter(range(10))
        return bad_epochs(
            lambda: stopping.on_epoch_end(next(epoch), {"val_loss": 1.0}),
            lambda: stopping.stopped_epoch > 0,
        )


def bad_epochs(epoch, over):
    """How many epochs with the same loss follow the first one until it is over."""
    epoch()
    for n in range(1, 10):
        epoch()
        if over():
            return n
    return "never"


class AfterEarlyStopping(Row):
    title = "The weights that early stopping leaves"
    says = (
        "Which weights a model has after early stopping: the course puts the best ones back; Keras "
        "leaves the last unless restore_best_weights is asked for."
    )
    values = {"course": "best", "keras": "last"}

    def course():
        from katas.phase3_training.training import EarlyStopping

        class Model:
            w = 0.0

            def state_dict(self):
                return {"w": self.w}

            def load_state_dict(self, state):
                self.w = state["w"]

        model, history = Model(), {"validation_loss": []}
        stopping = EarlyStopping(model, patience=1)
        for model.w, loss in [(1.0, 1.0), (2.0, 2.0)]:
            history["validation_loss"].append(loss)
            stopping(history)
        return "best" if model.w == 1.0 else "last"

    def keras():
        import keras

        model = keras.Sequential([keras.layers.Dense(1, use_bias=False)])
        model.build((None, 1))
        stopping = keras.callbacks.EarlyStopping(patience=1)
        stopping.set_model(model)
        stopping.on_train_begin()
        for epoch, loss in enumerate([1.0, 2.0]):
            model.set_weights([keras.ops.convert_to_numpy(keras.ops.ones((1, 1))) * (epoch + 1)])
            stopping.on_epoch_end(epoch, {"val_loss": loss})
        stopping.on_train_end()
        return "best" if model.get_weights()[0][0, 0] == 1.0 else "last"
