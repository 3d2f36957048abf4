"""Steps of an optimizer on a single weight that begins at 1: how far it moved in each.

`make` builds the library's optimizer; `gradients` has the gradient of each step, and `rates`, where
they are given, the learning rate of each step.
"""


def course(make, gradients, rates=None):
    from katas.phase1_autodiff.value import Value

    w = Value(1.0)
    optimizer = make([w])
    moved = []
    for i, gradient in enumerate(gradients):
        if rates:
            optimizer.lr = rates[i]
        before, w.grad = w.data, gradient
        optimizer.step()
        moved.append(before - w.data)
    return moved


def torch(make, gradients, rates=None):
    import torch

    w = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([w])
    moved = []
    for i, gradient in enumerate(gradients):
        if rates:
            optimizer.param_groups[0]["lr"] = rates[i]
        before = w.item()
        w.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        moved.append(before - w.item())
    return moved


def optax(make, gradients, rates=None):
    """Here `make` returns a transformation that is told its learning rate; else 1.0 is used."""
    from jax import numpy as jnp

    moved, state, optimizer = [], None, None
    w = jnp.array([1.0])
    for i, gradient in enumerate(gradients):
        optimizer = make(rates[i] if rates else 1.0)
        state = optimizer.init(w) if state is None else state
        update, state = optimizer.update(jnp.array([gradient]), state, w)
        moved.append(-float(update[0]))
        w = w + update
    return moved


def keras(make, gradients, rates=None):
    import keras

    w = keras.Variable([1.0])
    optimizer = make()
    optimizer.build([w])
    moved = []
    for i, gradient in enumerate(gradients):
        if rates:
            optimizer.learning_rate = rates[i]
        before = float(w.value[0])
        optimizer.apply([keras.ops.convert_to_tensor([gradient])])
        moved.append(before - float(w.value[0]))
    return moved


def mlx(make, gradients, rates=None):
    import mlx.core as mx

    w = {"w": mx.array([1.0])}
    optimizer = make()
    moved = []
    for i, gradient in enumerate(gradients):
        if rates:
            optimizer.learning_rate = rates[i]
        before = w["w"].item()
        w = optimizer.apply_gradients({"w": mx.array([gradient])}, w)
        moved.append(before - w["w"].item())
    return moved
