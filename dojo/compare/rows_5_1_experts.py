"""5.1 · Current architectures: experts and windows."""

from dojo.compare.row import Row


class SumOfGates(Row):
    title = "What the gates of a token sum to"
    says = (
        "If a router of 4 experts is undecided and 2 are chosen, their gates sum to 1 where the "
        "chosen are weighed among themselves, as in the course and in Mixtral, and to a half "
        "where they keep their share of all four, as in Qwen2-MoE, Qwen3-MoE and OLMoE."
    )
    values = {"course": 1.0, "transformers": "Mixtral 1, Qwen2 0.5, Qwen3 0.5, OLMoE 0.5"}

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor
        from katas.phase5_practice.experts import MixtureOfExperts

        layer = MixtureOfExperts(8, 3, 4, 2)
        layer.router.weight.data[:] = 0.0
        return layer.route(Tensor(np.ones((1, 8))))[0].data.sum()

    def transformers():
        import torch
        from transformers import MixtralConfig, OlmoeConfig, Qwen2MoeConfig, Qwen3MoeConfig
        from transformers.models.mixtral.modeling_mixtral import MixtralTopKRouter
        from transformers.models.olmoe.modeling_olmoe import OlmoeTopKRouter
        from transformers.models.qwen2_moe.modeling_qwen2_moe import Qwen2MoeTopKRouter
        from transformers.models.qwen3_moe.modeling_qwen3_moe import Qwen3MoeTopKRouter

        sizes = {"hidden_size": 8, "num_experts_per_tok": 2}
        said = []
        for name, router, config in (
            ("Mixtral", MixtralTopKRouter, MixtralConfig(num_local_experts=4, **sizes)),
            ("Qwen2", Qwen2MoeTopKRouter, Qwen2MoeConfig(num_experts=4, **sizes)),
            ("Qwen3", Qwen3MoeTopKRouter, Qwen3MoeConfig(num_experts=4, **sizes)),
            ("OLMoE", OlmoeTopKRouter, OlmoeConfig(num_experts=4, **sizes)),
        ):
            made = router(config)
            torch.nn.init.zeros_(made.weight)
            said.append(f"{name} {made(torch.ones(1, 8))[1].sum().item():g}")
        return ", ".join(said)


class EvenLoad(Row):
    title = "The load-balance loss of an even load"
    says = (
        "Where each of 4 experts gets equally many tokens and each token goes to k = 2 of them, "
        "the load-balance loss is 1 in the course and k in transformers."
    )
    values = {"course": 1.0, "transformers": 2.0}

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor
        from katas.phase5_practice.experts import load_balance_loss

        gates = Tensor((np.array(SENT) > 0) / 2)
        return load_balance_loss(gates, Tensor(np.full((4, 4), 0.25))).data

    def transformers():
        import torch
        from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

        return load_balancing_loss_func((torch.tensor(SENT),), 4, 2)


SENT = [[2.0, 1, 0, 0], [0.0, 2, 1, 0], [0.0, 0, 2, 1], [1.0, 0, 0, 2]]


class LayersTogether(Row):
    title = "The load-balance loss of collapsed layers"
    says = (
        "For two layers of 2 experts, of which the first sends every token to expert 0 and the "
        "second every token to expert 1, the load-balance loss (k = 1) is 2 for each layer by "
        "itself; transformers counts the tokens of both together, and finds nothing wrong."
    )
    values = {"course": 2.0, "transformers": 1.0}

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor
        from katas.phase5_practice.experts import load_balance_loss

        one = Tensor(np.array([[1.0, 0.0]] * 3))
        other = Tensor(np.array([[0.0, 1.0]] * 3))
        return (load_balance_loss(one, one).data + load_balance_loss(other, other).data) / 2

    def transformers():
        import torch
        from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

        one, other = torch.tensor([[50.0, 0.0]] * 3), torch.tensor([[0.0, 50.0]] * 3)
        return load_balancing_loss_func((one, other), 2, 1)


class BestOfEquals(Row):
    title = "The two best of eight equals"
    says = (
        "Of 8 equal entries, 0 to 7, a top-k of 2 takes the first two, or, in PyTorch, others; "
        "a router whose weights start at 0 sends every token to these experts."
    )
    values = {
        "course": [0, 1],
        "torch": [5, 6],
        "jax": [0, 1],
        "keras": [0, 1],
        "keras_torch": [5, 6],
        "tensorflow": [0, 1],
        "mlx": [0, 1],
        "tinygrad": [0, 1],
    }

    def course():
        import numpy as np

        from katas.phase4_llms.tensor import Tensor
        from katas.phase5_practice.experts import MixtureOfExperts

        layer = MixtureOfExperts(4, 3, 8, 2)
        layer.router.weight.data[:] = 0.0
        return np.flatnonzero(layer.route(Tensor(np.ones((1, 4))))[0].data[0])

    def torch():
        import torch

        return torch.zeros(8).topk(2).indices.sort().values

    def jax():
        import jax

        return sorted(jax.lax.top_k(jax.numpy.zeros(8), 2)[1].tolist())

    def keras():
        import keras

        return sorted(
            keras.ops.convert_to_numpy(keras.ops.top_k(keras.ops.zeros(8), 2)[1]).tolist()
        )

    def tensorflow():
        import tensorflow as tf

        return sorted(tf.math.top_k(tf.zeros(8), 2).indices.numpy().tolist())

    def mlx():
        import mlx.core as mx

        return sorted(mx.argpartition(-mx.zeros(8), 1)[:2].tolist())

    def tinygrad():
        from tinygrad import Tensor

        return sorted(Tensor.zeros(8).contiguous().topk(2)[1].tolist())


class WindowOfThree(Row):
    title = "A window of 3"
    says = "In a sliding window of 3 a query sees itself and the two keys before it."
    values = {"course": 3, "transformers": 3, "mlx_lm": 3}

    def course():
        import numpy as np

        from katas.phase5_practice.windows import window_mask

        return int(np.isfinite(window_mask(9, 3)[5]).sum())

    def transformers():
        import torch
        from transformers.masking_utils import sliding_window_causal_mask_function

        sees, query = sliding_window_causal_mask_function(3), torch.tensor(5)
        return sum(bool(sees(0, 0, query, torch.tensor(key))) for key in range(9))

    def mlx_lm():
        from mlx_lm.models.base import create_causal_mask

        return int(create_causal_mask(9, window_size=3)[5].sum())
