"""4.3 · Attention mechanisms: masks."""

from dojo.compare.row import Row


class WhatTrueMeans(Row):
    title = "What True means in a mask"
    says = (
        "A boolean mask that is True for one key and False for the other: True keeps the key, or "
        "hides it; the course's masks are added to the scores, and one that cannot hide is "
        "refused; MLX's layer adds too, and True is worth 1 there."
    )
    values = {
        "course": "refused",
        "torch": "keeps, MultiheadAttention hides",
        "jax": "keeps",
        "flax": "keeps",
        "keras": "keeps",
        "mlx": "keeps",
    }

    def course():
        import numpy as np

        from katas.phase4_llms.attention import attention_weights
        from katas.phase4_llms.tensor import Tensor

        q, k = Tensor(np.ones((1, 2))), Tensor(np.ones((2, 2)))
        try:
            return of_true(attention_weights(q, k, np.array([[True, False]])).data[0, 0])
        except TypeError:
            return "refused"

    def torch():
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        q, k, v = torch.ones(1, 1, 1), torch.ones(1, 2, 1), torch.tensor([[[1.0], [0.0]]])
        mask = torch.tensor([[True, False]])
        function = of_true(scaled_dot_product_attention(q, k, v, mask).item())
        weights = torch.nn.MultiheadAttention(1, 1, batch_first=True)(q, k, k, attn_mask=mask)[1]
        return f"{function}, MultiheadAttention {of_true(weights[0, 0, 0].item())}"

    def jax():
        from jax import nn
        from jax import numpy as jnp

        q, k, v = jnp.ones((1, 1, 1)), jnp.ones((2, 1, 1)), jnp.array([[[1.0]], [[0.0]]])
        mask = jnp.array([[[True, False]]])
        return of_true(nn.dot_product_attention(q, k, v, mask=mask).item())

    def flax():
        from flax import nnx
        from jax import numpy as jnp

        q, k, v = jnp.ones((1, 1, 1)), jnp.ones((2, 1, 1)), jnp.array([[[1.0]], [[0.0]]])
        return of_true(nnx.dot_product_attention(q, k, v, mask=jnp.array([[[True, False]]])).item())

    def keras():
        import keras

        layer, x = keras.layers.MultiHeadAttention(1, 1), keras.ops.ones((1, 2, 1))
        mask = keras.ops.convert_to_tensor([[[True, False]]])
        weights = layer(x[:, :1], x, attention_mask=mask, return_attention_scores=True)[1]
        return of_true(float(weights[0, 0, 0, 0]))

    def mlx():
        import mlx.core as mx

        q, k, v = mx.ones((1, 1, 1, 1)), mx.ones((1, 1, 2, 1)), mx.array([[[[1.0], [0.0]]]])
        mask = mx.array([[True, False]])
        attention = mx.fast.scaled_dot_product_attention
        return of_true(attention(q, k, v, scale=1.0, mask=mask).item())


def of_true(weight):
    """What a mask does to the key for which it is True, from that key's weight."""
    return {0.0: "hides", 1.0: "keeps"}.get(round(weight, 6), "adds 1")


class CausalRectangle(Row):
    title = "Causal with more keys than queries"
    says = (
        "Of 5 keys the first of 2 causal queries sees 4 if the queries are the last two "
        "positions, as with a cache, and 1 if they are taken for the first two."
    )
    values = {"course": 4, "torch": 1, "jax": 1, "keras": 1, "mlx": 4}

    def course():
        from katas.phase4_llms.attention import causal_mask

        return int((causal_mask(2, 5)[0] == 0).sum())

    def torch():
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        q, k, v = torch.ones(1, 2, 5), torch.ones(1, 5, 5), torch.eye(5)[None]
        return int((scaled_dot_product_attention(q, k, v, is_causal=True)[0, 0] > 0).sum())

    def jax():
        from jax import nn
        from jax import numpy as jnp

        q, k, v = jnp.ones((2, 1, 5)), jnp.ones((5, 1, 5)), jnp.eye(5)[:, None]
        return int((nn.dot_product_attention(q, k, v, is_causal=True)[0, 0] > 0).sum())

    def keras():
        import keras

        layer, x = keras.layers.MultiHeadAttention(1, 5), keras.ops.ones((1, 5, 5))
        options = {"use_causal_mask": True, "return_attention_scores": True}
        weights = keras.ops.convert_to_numpy(layer(x[:, :2], x, **options)[1])
        return int((weights[0, 0, 0] > 0).sum())

    def mlx():
        import mlx.core as mx

        q, k, v = mx.ones((1, 1, 2, 5)), mx.ones((1, 1, 5, 5)), mx.eye(5)[None, None]
        attention = mx.fast.scaled_dot_product_attention
        return int((attention(q, k, v, scale=1.0, mask="causal")[0, 0, 0] > 0).sum())


class RowSeesNothing(Row):
    title = "A query that may see nothing"
    says = (
        "A query from which a mask hides both keys, with the values 1 and 3, gets 0 in the "
        "course, where its weights are all 0; elsewhere it gets their mean, 2, as from -1e9 "
        "filled in everywhere, or nan."
    )
    values = {
        "course": 0.0,
        "torch": "0, MultiheadAttention nan",
        "jax": 2.0,
        "keras": "2, 0 with its scores",
        "mlx": "2 from False, nan from -inf",
    }

    def course():
        import numpy as np

        from katas.phase4_llms.attention import scaled_dot_product_attention
        from katas.phase4_llms.tensor import Tensor

        q, k, v = Tensor(np.ones((1, 1))), Tensor(np.ones((2, 1))), Tensor([[1.0], [3.0]])
        return scaled_dot_product_attention(q, k, v, np.full((1, 2), -np.inf)).data[0, 0]

    def torch():
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        q, k, v = torch.ones(1, 1, 1), torch.ones(1, 2, 1), torch.tensor([[[1.0], [3.0]]])
        hidden = torch.tensor([[False, False]])
        function = scaled_dot_product_attention(q, k, v, hidden).item()
        layer = torch.nn.MultiheadAttention(1, 1, batch_first=True)
        return f"{function:g}, MultiheadAttention {layer(q, k, v, attn_mask=~hidden)[0].item():g}"

    def jax():
        from jax import nn
        from jax import numpy as jnp

        q, k, v = jnp.ones((1, 1, 1)), jnp.ones((2, 1, 1)), jnp.array([[[1.0]], [[3.0]]])
        mask = jnp.array([[[False, False]]])
        return nn.dot_product_attention(q, k, v, mask=mask).item()

    def keras():
        import keras
        import numpy as np

        layer = keras.layers.MultiHeadAttention(1, 1, use_bias=False)
        q, v = np.ones((1, 1, 1)), np.array([[[1.0], [3.0]]])
        layer.build(q.shape, v.shape)
        layer.set_weights([np.ones(w.shape) for w in layer.get_weights()])
        mask = np.array([[[False, False]]])
        alone = keras.ops.convert_to_numpy(layer(q, v, attention_mask=mask))
        both = layer(q, v, attention_mask=mask, return_attention_scores=True)[0]
        with_scores = keras.ops.convert_to_numpy(both)
        return f"{alone.item():g}, {with_scores.item():g} with its scores"

    def mlx():
        import mlx.core as mx

        q, k, v = mx.ones((1, 1, 1, 1)), mx.ones((1, 1, 2, 1)), mx.array([[[[1.0], [3.0]]]])
        attention = mx.fast.scaled_dot_product_attention
        hidden = attention(q, k, v, scale=1.0, mask=mx.array([[False, False]])).item()
        added = attention(q, k, v, scale=1.0, mask=mx.array([[-mx.inf, -mx.inf]])).item()
        return f"{hidden:g} from False, {added:g} from -inf"
