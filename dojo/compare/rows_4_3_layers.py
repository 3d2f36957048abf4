"""4.3 · Attention mechanisms: layers."""

from dojo.compare.row import Row


class Projections(Row):
    title = "The first weights of attention"
    says = (
        "In a new attention of 64 channels the weights for queries, keys and values, and their "
        "biases, have this standard deviation: that of any Linear, or Glorot's, for which "
        "PyTorch counts the three as one matrix of 64 by 192."
    )
    values = {
        "course": [0.0722, 0.0],
        "torch": [0.0884, 0.0],
        "flax": [0.125, 0.0],
        "keras": [0.125, 0.0],
        "mlx": [0.0722, "no bias"],
    }
    tolerance = 0.03  # of 12,288 weights

    def course():
        import numpy as np

        from katas.phase4_llms.attention import MultiHeadAttention

        layer = MultiHeadAttention(64, 4, np.random.default_rng(0))
        return [np.std(layer.qkv.weight.data), np.std(layer.qkv.bias.data)]

    def torch():
        import torch

        torch.manual_seed(0)
        layer = torch.nn.MultiheadAttention(64, 4)
        return [layer.in_proj_weight.std().item(), layer.in_proj_bias.std().item()]

    def flax():
        import numpy as np
        from flax import nnx

        layer = nnx.MultiHeadAttention(4, 64, rngs=nnx.Rngs(0), decode=False)
        parts = layer.query, layer.key, layer.value
        return [np.std([p.kernel[...] for p in parts]), np.std([p.bias[...] for p in parts])]

    def keras():
        import keras
        import numpy as np

        keras.utils.set_random_seed(0)
        layer = keras.layers.MultiHeadAttention(4, 16)
        layer.build((None, 7, 64), (None, 7, 64))
        weights = layer.get_weights()
        return [np.std([weights[i] for i in (0, 2, 4)]), np.std([weights[i] for i in (1, 3, 5)])]

    def mlx():
        import mlx.core as mx
        from mlx.nn import MultiHeadAttention

        mx.random.seed(0)
        layer = MultiHeadAttention(64, 4)
        parts = layer.query_proj, layer.key_proj, layer.value_proj
        return [mx.std(mx.stack([p.weight for p in parts])), "no bias"]


class CausalBesideAMask(Row):
    title = "is_causal beside a mask"
    says = (
        "Given is_causal=True beside a mask that hides nothing, PyTorch's MultiheadAttention "
        "follows is_causal where it returns no weights, and the mask where it does."
    )
    values = {"torch": "replaces the mask, ignored with need_weights"}

    def torch():
        import torch

        torch.manual_seed(0)
        layer = torch.nn.MultiheadAttention(4, 1, batch_first=True).eval()
        x = torch.randn(1, 3, 4)
        nothing = torch.zeros(3, 3)
        causal = torch.full((3, 3), -torch.inf).triu(1)
        said = []
        for need_weights in (False, True):
            both = layer(x, x, x, attn_mask=nothing, is_causal=True, need_weights=need_weights)[0]
            hidden = layer(x, x, x, attn_mask=causal, need_weights=need_weights)[0]
            said.append("replaces the mask" if torch.allclose(both, hidden) else "ignored")
        return f"{said[0]}, {said[1]} with need_weights"
