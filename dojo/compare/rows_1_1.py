"""1.1 · Value objects"""

from dojo.compare.row import Row


class WholeNumbers(Row):
    title = "Gradients of whole numbers"
    says = (
        "The derivative of x² is asked for at the whole number 3: the course and MLX treat 3 as "
        "a float, PyTorch and JAX refuse, and TensorFlow answers None."
    )
    values = {
        "course": 6.0,
        "torch": "refuses",
        "jax": "refuses",
        "tensorflow": "None",
        "mlx": 6.0,
        "tinygrad": "refuses",
        "autograd": "refuses",
        "mygrad": "None",
    }

    def course():
        from katas.phase1_autodiff.value import Value

        x = Value(3)
        (x * x).backward()
        return x.grad

    def torch():
        import torch

        try:
            x = torch.tensor(3, requires_grad=True)
        except RuntimeError:
            return "refuses"
        (x * x).backward()
        return x.grad

    def jax():
        import jax

        try:
            return jax.grad(lambda x: x * x)(3)
        except TypeError:
            return "refuses"

    def tensorflow():
        import tensorflow as tf

        x = tf.constant(3)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        gradient = tape.gradient(y, x)
        return "None" if gradient is None else gradient.numpy()

    def mlx():
        import mlx.core as mx

        return mx.grad(lambda x: x * x)(mx.array(3))

    def tinygrad():
        from tinygrad import Tensor

        x = Tensor(3)
        try:
            (x * x).backward()
        except RuntimeError:
            return "refuses"
        return x.grad.tolist()

    def autograd():
        from autograd import grad

        try:
            return grad(lambda x: x * x)(3)
        except TypeError:
            return "refuses"

    def mygrad():
        import mygrad

        x = mygrad.tensor(3)
        (x * x).backward()
        return "None" if x.grad is None else x.grad
