"""3.3 · Optimization: momentum, schedules, clipping."""

from dojo.compare import steps
from dojo.compare.row import Row


class MomentumBuffer(Row):
    title = "What momentum remembers"
    says = (
        "After a step at learning rate 1 with momentum 0.9, a step at learning rate 0 moves "
        "nothing where the velocity sums gradients; in Keras it sums steps, and the weight goes "
        "on by 0.9."
    )
    values = {"course": 0.0, "torch": 0.0, "optax": 0.0, "keras": 0.9, "mlx": 0.0}

    def course():
        from katas.phase3_training.optimizers import SGD

        return steps.course(lambda w: SGD(w, 1.0, momentum=0.9), [1.0, 1.0], [1.0, 0.0])[1]

    def torch():
        from torch.optim import SGD

        return steps.torch(lambda w: SGD(w, 1.0, momentum=0.9), [1.0, 1.0], [1.0, 0.0])[1]

    def optax():
        import optax

        return steps.optax(lambda lr: optax.sgd(lr, momentum=0.9), [1.0, 1.0], [1.0, 0.0])[1]

    def keras():
        from keras.optimizers import SGD

        return steps.keras(lambda: SGD(1.0, momentum=0.9), [1.0, 1.0], [1.0, 0.0])[1]

    def mlx():
        from mlx.optimizers import SGD

        return steps.mlx(lambda: SGD(1.0, momentum=0.9), [1.0, 1.0], [1.0, 0.0])[1]


class WarmUpAtZero(Row):
    title = "Warm-up at step 0"
    says = (
        "With 10 steps up to a peak of 1, the learning rate of the very first step is a tenth "
        "in the course, a third in PyTorch's LinearLR, and 0 elsewhere, so that this step is "
        "lost."
    )
    values = {"course": 0.1, "torch": 1 / 3, "optax": 0.0, "keras": 0.0, "mlx": 0.0}
    values |= {"transformers": 0.0}

    def course():
        from katas.phase3_training.optimizers import warmup_cosine

        return warmup_cosine(0, 1.0, 10, 100)

    def torch():
        import torch
        from torch.optim.lr_scheduler import LinearLR

        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        return LinearLR(optimizer, total_iters=10).get_last_lr()[0]

    def optax():
        import optax

        return optax.warmup_cosine_decay_schedule(0.0, 1.0, 10, 100)(0)

    def keras():
        import keras

        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, 90, warmup_target=1.0, warmup_steps=10
        )
        return keras.ops.convert_to_numpy(schedule(0))

    def mlx():
        import mlx.core as mx
        from mlx.optimizers import linear_schedule

        return linear_schedule(0.0, 1.0, 10)(mx.array(0))

    def transformers():
        import torch
        from transformers import get_cosine_schedule_with_warmup

        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        return get_cosine_schedule_with_warmup(optimizer, 10, 100).get_last_lr()[0]


class CosineAfterItsEnd(Row):
    title = "A cosine schedule after its end"
    says = (
        "Five steps after the end of a cosine from 1 to 0 in 10 steps, the learning rate is 0; "
        "PyTorch's and transformers' follow the cosine up again, to 0.5."
    )
    values = {"course": 0.0, "torch": 0.5, "optax": 0.0, "keras": 0.0, "mlx": 0.0}
    values |= {"transformers": 0.5}

    def course():
        from katas.phase3_training.optimizers import cosine_decay

        return cosine_decay(15, 1.0, 10)

    def torch():
        import torch
        from torch.optim.lr_scheduler import CosineAnnealingLR

        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        return after(15, optimizer, CosineAnnealingLR(optimizer, 10))

    def optax():
        import optax

        return optax.cosine_decay_schedule(1.0, 10)(15)

    def keras():
        import keras

        return keras.ops.convert_to_numpy(keras.optimizers.schedules.CosineDecay(1.0, 10)(15))

    def mlx():
        import mlx.core as mx
        from mlx.optimizers import cosine_decay

        return cosine_decay(1.0, 10)(mx.array(15))

    def transformers():
        import torch
        from transformers import get_cosine_schedule_with_warmup

        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        return after(15, optimizer, get_cosine_schedule_with_warmup(optimizer, 0, 10))


def after(steps, optimizer, schedule):
    """The learning rate that PyTorch's optimizer has after so many steps."""
    for _ in range(steps):
        optimizer.step()
        schedule.step()
    return schedule.get_last_lr()[0]
