"""4.4 · Modern architectures: sampling."""

from dojo.compare.row import Row


class TopKOfEquals(Row):
    title = "top_k and ties"
    says = (
        "Of four equally likely tokens top_k = 2 leaves two, or all that are as likely as the "
        "second."
    )
    values = {"course": 2, "keras_hub": 2, "mlx_lm": 2, "transformers": 4}

    def course():
        return len(drawn_by_course([0.0] * 4, top_k=2))

    def keras_hub():
        import keras_hub

        return len(drawn_by_keras_hub(keras_hub.samplers.TopKSampler(2), [0.25] * 4))

    def mlx_lm():
        from mlx_lm.sample_utils import apply_top_k

        return len(left_by_mlx_lm([0.25] * 4, lambda x: apply_top_k(x, 2)))

    def transformers():
        from transformers import TopKLogitsWarper

        return len(left_by_transformers([0.25] * 4, TopKLogitsWarper(2)))


class TopPOnTheLine(Row):
    title = "top_p on the line"
    says = (
        "Of the probabilities 0.5, 0.25, 0.125 and 0.125, top_p = 0.5 leaves the first alone, "
        "which just reaches it; KerasHub asks for more than p, and takes one more."
    )
    values = {"course": 1, "keras_hub": 2, "mlx_lm": 1, "transformers": 1}
    probs = (0.5, 0.25, 0.125, 0.125)

    def course():
        import math

        return len(drawn_by_course([math.log(p) for p in TopPOnTheLine.probs], top_p=0.5))

    def keras_hub():
        import keras_hub

        return len(drawn_by_keras_hub(keras_hub.samplers.TopPSampler(0.5), TopPOnTheLine.probs))

    def mlx_lm():
        from mlx_lm.sample_utils import apply_top_p

        return len(left_by_mlx_lm(TopPOnTheLine.probs, lambda x: apply_top_p(x, 0.5)))

    def transformers():
        from transformers import TopPLogitsWarper

        return len(left_by_transformers(TopPOnTheLine.probs, TopPLogitsWarper(0.5)))


class TopPOfEquals(Row):
    title = "top_p and ties"
    says = "Of four equally likely tokens, 0 to 3, top_p = 0.5 leaves these."
    values = {"course": [0, 1], "mlx_lm": [0, 1, 2, 3], "transformers": [2, 3]}

    def course():
        return drawn_by_course([0.0] * 4, top_p=0.5)

    def mlx_lm():
        from mlx_lm.sample_utils import apply_top_p

        return left_by_mlx_lm([0.25] * 4, lambda x: apply_top_p(x, 0.5))

    def transformers():
        from transformers import TopPLogitsWarper

        return left_by_transformers([0.25] * 4, TopPLogitsWarper(0.5))


class TemperatureFirst(Row):
    title = "Temperature and top_p"
    says = (
        "Of the probabilities 0.6, 0.3 and 0.1 at temperature 2, top_p = 0.6 leaves two where "
        "the temperature comes first, which evens them out, and one where it comes last."
    )
    values = {"course": 2, "mlx_lm": 1, "transformers": 2}
    probs = (0.6, 0.3, 0.1)

    def course():
        import math

        logits = [math.log(p) for p in TemperatureFirst.probs]
        return len(drawn_by_course(logits, temperature=2.0, top_p=0.6))

    def mlx_lm():
        import mlx.core as mx
        from mlx_lm.sample_utils import make_sampler

        mx.random.seed(0)
        sampler = make_sampler(temp=2.0, top_p=0.6)
        logits = mx.log(mx.array([TemperatureFirst.probs]))
        return len({sampler(logits).item() for _ in range(200)})

    def transformers():
        import torch
        from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

        sizes = {"vocab_size": 3, "n_embd": 4, "n_layer": 1, "n_head": 1}
        model = GPT2LMHeadModel(GPT2Config(**sizes, bos_token_id=0, eos_token_id=None))
        config = GenerationConfig(do_sample=True, temperature=2.0, top_p=0.6, top_k=0)
        config._eos_token_tensor = None
        x = torch.tensor([TemperatureFirst.probs]).log()
        for processor in model._get_logits_processor(config):
            x = processor(torch.tensor([[0]]), x)
        return int(x.isfinite().sum())


# ---- which tokens are left


def drawn_by_course(logits, times=200, **options):
    import numpy as np

    from katas.phase4_llms.generation import sample

    rng = np.random.default_rng(0)
    return sorted({sample(np.array(logits), rng=rng, **options) for _ in range(times)})


def drawn_by_keras_hub(sampler, probs):
    import keras

    keras.utils.set_random_seed(0)
    many = keras.ops.convert_to_tensor([list(probs)] * 200)
    return sorted(set(keras.ops.convert_to_numpy(sampler.get_next_token(many)).tolist()))


def left_by_mlx_lm(probs, cut):
    import mlx.core as mx

    left = cut(mx.log(mx.array([list(probs)])))[0]
    return [i for i, x in enumerate(left.tolist()) if x > -1e9]


def left_by_transformers(probs, warper):
    import torch

    left = warper(torch.tensor([[0]]), torch.tensor([list(probs)]).log())[0]
    return left.isfinite().nonzero().flatten().tolist()
