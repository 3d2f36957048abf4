"""1.3 · Backward pass"""

from dojo.compare import slopes
from dojo.compare.row import Row


class BackwardTwice(Row):
    title = "backward, called twice"
    says = (
        "After two calls of backward on the same x², the gradient of x at 3 is 12 in the "
        "course, which adds; PyTorch refuses the second call unless the first was told to "
        "retain the graph; MyGrad has let go of the graph, and its second call does nothing."
    )
    values = {
        "course": 12.0,
        "torch": "refuses",
        "tensorflow": "refuses",
        "tinygrad": 12.0,
        "mygrad": 6.0,
    }

    def course():
        from katas.phase1_autodiff.value import Value

        x = Value(3.0)
        return twice(x, x * x)

    def torch():
        import torch

        x = torch.tensor(3.0, requires_grad=True)
        try:
            return twice(x, x * x)
        except RuntimeError:
            return "refuses"

    def tensorflow():
        import tensorflow as tf

        x = tf.Variable(3.0)
        with tf.GradientTape() as tape:
            y = x * x
        tape.gradient(y, x)
        try:
            return tape.gradient(y, x).numpy()
        except RuntimeError:
            return "refuses"

    def tinygrad():
        from tinygrad import Tensor

        x = Tensor([3.0])
        return twice(x, (x * x).sum()).item()

    def mygrad():
        import mygrad

        x = mygrad.tensor(3.0)
        return twice(x, x * x)


def twice(x, y):
    """The gradient of x after y was sent back two times."""
    y.backward()
    y.backward()
    return x.grad


class ProductWithZero(Row):
    title = "A product with a 0 in it"
    says = (
        "The derivatives of 2 · 0 · 5 are 0, 10 and 0; a library that divides the product by "
        "each factor gets nan."
    )
    values = dict.fromkeys(
        ("course", "torch", "jax", "tensorflow", "mlx", "tinygrad", "mygrad"), [0.0, 10.0, 0.0]
    ) | {"autograd": [0.0, float("nan"), 0.0]}

    def course():
        return slopes.course(lambda x: x[0] * x[1] * x[2], [2.0, 0.0, 5.0])

    def torch():
        return slopes.torch(lambda x: x.prod(), [2.0, 0.0, 5.0])

    def jax():
        return slopes.jax(lambda x: x.prod(), [2.0, 0.0, 5.0])

    def tensorflow():
        import tensorflow as tf

        return slopes.tensorflow(tf.reduce_prod, [2.0, 0.0, 5.0])

    def mlx():
        return slopes.mlx(lambda x: x.prod(), [2.0, 0.0, 5.0])

    def tinygrad():
        return slopes.tinygrad(lambda x: x.prod(), [2.0, 0.0, 5.0])

    def autograd():
        import autograd.numpy as np

        return slopes.autograd(np.prod, [2.0, 0.0, 5.0])

    def mygrad():
        return slopes.mygrad(lambda x: x.prod(), [2.0, 0.0, 5.0])


class BranchNotTaken(Row):
    title = "The branch that is not taken"
    says = (
        "At 0, 'the root of x where x is above 0, else 0' has the derivative 0 in the course, "
        "which asks with an if and follows one branch; where(x > 0, sqrt(x), 0) follows both "
        "backwards, and 0 times the infinite slope of the root is nan."
    )
    values = {
        "course": 0.0,
        "torch": float("nan"),
        "jax": float("nan"),
        "tensorflow": "0 eagerly, nan compiled",
        "mlx": float("nan"),
        "tinygrad": float("nan"),
        "mygrad": float("nan"),
    }

    def course():
        return slopes.course(lambda x: x**0.5 if x.data > 0 else 0 * x, 0.0)

    def torch():
        import torch

        return slopes.torch(lambda x: torch.where(x > 0, x.sqrt(), 0.0), 0.0)

    def jax():
        from jax import numpy as jnp

        return slopes.jax(lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0), 0.0)

    def tensorflow():
        import tensorflow as tf

        def f(x):
            return tf.where(x > 0, tf.sqrt(x), 0.0)

        compiled = tf.function(f, jit_compile=True)
        return (
            f"{slopes.tensorflow(f, 0.0):g} eagerly, {slopes.tensorflow(compiled, 0.0):g} compiled"
        )

    def mlx():
        import mlx.core as mx

        return slopes.mlx(lambda x: mx.where(x > 0, mx.sqrt(x), 0.0), 0.0)

    def tinygrad():
        return slopes.tinygrad(lambda x: (x > 0).where(x.sqrt(), 0.0), 0.0)

    def mygrad():
        import mygrad

        return slopes.mygrad(lambda x: mygrad.where(x.data > 0, mygrad.sqrt(x), 0.0), 0.0)
