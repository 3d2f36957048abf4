"""5.2 · Post-training"""

from dojo.compare import slopes
from dojo.compare.row import Row


class LoraFactor(Row):
    title = "LoRA's factor"
    says = (
        "If alpha is not given, LoRA of rank 4 multiplies its change by alpha / rank = 8 / 4 in "
        "PEFT, by 20 in mlx-lm whatever the rank is, and by 1 elsewhere."
    )
    values = {"course": 1.0, "flax": 1.0, "keras": 1.0, "mlx_lm": 20.0, "peft": 2.0}

    def course():
        import numpy as np

        from katas.phase4_llms.mlp import Linear
        from katas.phase4_llms.tensor import Tensor
        from katas.phase5_practice.lora import LoRA

        layer = LoRA(Linear(64, 3), 4)
        layer.B.data += 1.0
        x = Tensor(np.ones((1, 64)))
        change = (layer(x) - layer.linear(x)).data / ((x @ layer.A) @ layer.B).data
        return change[0, 0]

    def flax():
        from flax import nnx
        from jax import numpy as jnp

        layer, x = nnx.LoRA(64, 4, 3, rngs=nnx.Rngs(0)), jnp.ones((1, 64))
        layer.lora_b = nnx.LoRAParam(jnp.ones((4, 3)))
        return (layer(x) / (x @ layer.lora_a[...] @ jnp.ones((4, 3))))[0, 0]

    def keras():
        layer = keras_lora()
        return layer.lora_alpha / layer.lora_rank

    def mlx_lm():
        return mlx_lora().scale

    def peft():
        return peft_lora().scaling["default"]


class LoraStart(Row):
    title = "LoRA's first A"
    says = (
        "LoRA's A for n inputs starts with this standard deviation, times 1/√n: 1 for the "
        "course's normal draws, 0.577 for uniform ones in ±1/√n, 1.414 for uniform ones in "
        "±√(6/n); B is 0 everywhere."
    )
    values = {"course": 1.0, "flax": 1.414, "keras": 1.414, "mlx_lm": 0.577, "peft": 0.577}
    tolerance = 0.1  # of 256 draws, or of ten times as many

    def course():
        import numpy as np

        from katas.phase4_llms.mlp import Linear
        from katas.phase5_practice.lora import LoRA

        rng = np.random.default_rng(0)
        return 8 * np.std([LoRA(Linear(64, 3), 4, rng=rng).A.data for _ in range(10)])

    def flax():
        from flax import nnx

        return 8 * nnx.LoRA(64, 40, 3, rngs=nnx.Rngs(0)).lora_a[...].std()

    def keras():
        import keras
        import numpy as np

        keras.utils.set_random_seed(0)
        a = [keras.ops.convert_to_numpy(keras_lora().lora_kernel_a) for _ in range(10)]
        return 8 * np.std(a)

    def mlx_lm():
        import mlx.core as mx

        mx.random.seed(0)
        return 8 * mx.std(mx.stack([mlx_lora().lora_a for _ in range(10)])).item()

    def peft():
        import torch

        torch.manual_seed(0)
        return 8 * torch.stack([peft_lora().lora_A["default"].weight for _ in range(10)]).std()


class LoraOfABias(Row):
    title = "The bias under LoRA"
    says = "Under LoRA the bias of a layer is frozen, but in Keras it goes on being trained."
    values = {"course": "frozen", "keras": "trained", "peft": "frozen"}

    def course():
        from katas.phase4_llms.mlp import Linear
        from katas.phase5_practice.lora import LoRA

        return "trained" if LoRA(Linear(64, 3), 4).linear.bias.requires_grad else "frozen"

    def keras():
        layer = keras_lora()
        return "trained" if any(w is layer.bias for w in layer.trainable_weights) else "frozen"

    def peft():
        return "trained" if peft_lora().base_layer.bias.requires_grad else "frozen"


def keras_lora():
    import keras

    layer = keras.layers.Dense(3)
    layer.build((None, 64))
    layer.enable_lora(4)
    return layer


def mlx_lora():
    from mlx.nn import Linear
    from mlx_lm.tuner.lora import LoRALinear

    return LoRALinear.from_base(Linear(64, 3), r=4)


def peft_lora():
    import peft
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(64, 3))
    return peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=["0"])).base_model.model[
        0
    ]


class ClippedAtTheEdge(Row):
    title = "clip at its bounds"
    says = (
        "At x = 2, where clip(x, 0, 2) begins to cut, its derivative is that of the inside, "
        "that of the outside, or the mean of both, and PyTorch's has changed."
    )
    values = {
        "torch": 0.0,
        "jax": "jnp.clip 0.5, lax.clamp 0",
        "keras": 1.0,
        "keras_jax": 0.5,
        "keras_torch": 0.5,
        "tensorflow": 1.0,
        "mlx": 0.0,
        "tinygrad": 1.0,
        "autograd": 0.0,
    }
    before = {"torch": ("2.13.0", 1.0)}

    def torch():
        return slopes.torch(lambda x: x.clamp(0.0, 2.0), 2.0)

    def jax():
        from jax import lax
        from jax import numpy as jnp

        clip = slopes.jax(lambda x: jnp.clip(x, 0.0, 2.0), 2.0)
        clamp = slopes.jax(lambda x: lax.clamp(0.0, x, 2.0), 2.0)
        return f"jnp.clip {clip:g}, lax.clamp {clamp:g}"

    def keras():
        import keras

        return slopes.keras(lambda x: keras.ops.clip(x, 0.0, 2.0), 2.0)

    def tensorflow():
        import tensorflow as tf

        return slopes.tensorflow(lambda x: tf.clip_by_value(x, 0.0, 2.0), 2.0)

    def mlx():
        import mlx.core as mx

        return slopes.mlx(lambda x: mx.clip(x, 0.0, 2.0), 2.0)

    def tinygrad():
        return slopes.tinygrad(lambda x: x.clip(0.0, 2.0), 2.0)

    def autograd():
        import autograd.numpy as np

        return slopes.autograd(lambda x: np.clip(x, 0.0, 2.0), 2.0)
