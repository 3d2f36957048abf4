"""3.4 · Real dataset: patience and early stopping."""

from dojo.compare.row import Row


class Patience(Row):
    title = "A patience of 2"
    says = (
        "With a patience of 2, training ends after 2 epochs without an improvement; PyTorch's "
        "ReduceLROnPlateau lowers the rate after the third."
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
        "After early stopping a model has its best weights back in the course, and its last "
        "ones in Keras, unless restore_best_weights is asked for."
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
