"""4.4 · Modern architectures: rotary positions."""

from dojo.compare.row import Row


class PairsOfRope(Row):
    title = "Which channels RoPE turns together"
    says = (
        "RoPE turns the 1 in channel 0 of 4 towards its neighbour, as in the course and in Llama's "
        "own code, or towards channel 2, half the channels on; a model's weights go with one of "
        "the two."
    )
    values = {
        "course": "channel 1",
        "mlx": "channel 2",
        "equinox": "channel 2",
        "keras_hub": "channel 2",
        "transformers": "channel 2",
    }

    def course():
        import numpy as np

        from katas.phase4_llms.rope import apply_rope, rope_angles
        from katas.phase4_llms.tensor import Tensor

        return turned_to(apply_rope(Tensor([[1.0, 0, 0, 0]]), rope_angles(np.array([1]), 4)).data)

    def mlx():
        import mlx.core as mx
        from mlx.nn import RoPE

        return turned_to(RoPE(4)(mx.array([[[[1.0, 0, 0, 0]]]]), offset=1))

    def equinox():
        import equinox
        from jax import numpy as jnp

        x = jnp.array([[1.0, 0, 0, 0], [1.0, 0, 0, 0]])  # positions 0 and 1
        return turned_to(equinox.nn.RotaryPositionalEmbedding(4)(x)[1])

    def keras_hub():
        import keras_hub
        import numpy as np

        x = np.array([[[1.0, 0, 0, 0], [1.0, 0, 0, 0]]])
        return turned_to(keras_hub.layers.RotaryEmbedding()(x)[0, 1])

    def transformers():
        import torch
        from transformers import LlamaConfig
        from transformers.models.llama.modeling_llama import (
            LlamaRotaryEmbedding,
            apply_rotary_pos_emb,
        )

        config = LlamaConfig(hidden_size=4, num_attention_heads=1, num_key_value_heads=1)
        x = torch.tensor([[[[1.0, 0, 0, 0]]]])
        cos, sin = LlamaRotaryEmbedding(config)(x, torch.tensor([[1]]))
        return turned_to(apply_rotary_pos_emb(x, x, cos, sin)[0])


def turned_to(x):
    """Which channel but the first is no longer 0."""
    import numpy as np

    return f"channel {np.flatnonzero(abs(np.array(x).reshape(-1)[1:]) > 1e-6)[0] + 1}"
