"""4.4 · Modern architectures: generate, if nothing is said."""

from dojo.compare.row import Row


class TopKIfNotTold(Row):
    title = "top_k by default"
    says = (
        "If nothing is said, the course's sample draws from all of 200 about equally likely "
        "tokens, and transformers' generate from the best 50, though GenerationConfig() shows "
        "None."
    )
    values = {"course": 200, "transformers": 50}

    def course():
        import numpy as np

        from katas.phase4_llms.generation import sample

        rng, logits = np.random.default_rng(0), np.arange(200) * 1e-6
        return len({sample(logits, rng=rng) for _ in range(5000)})

    def transformers():
        import torch

        torch.manual_seed(0)
        model, prompts = new_gpt2(200).eval(), torch.zeros(5000, 1, dtype=torch.long)
        drawn = model.generate(prompts, do_sample=True, max_new_tokens=1, pad_token_id=0)
        return len(set(drawn[:, -1].tolist()))


class LengthByDefault(Row):
    title = "Length by default"
    says = (
        "If nothing is said, transformers' generate adds 20 tokens, with a warning, to prompts "
        "of 3 and of 30 alike; the course's must be told how many."
    )
    values = {"course": "must be told", "transformers": [20, 20]}

    def course():
        from katas.phase4_llms.generation import generate

        try:
            generate(None, [1])
        except TypeError:
            return "must be told"
        return "goes on"

    def transformers():
        import torch

        model, prompts = new_gpt2(50).eval(), (torch.zeros(1, 3), torch.zeros(1, 30))
        done = [model.generate(prompt.long(), pad_token_id=0) for prompt in prompts]
        return [text.shape[1] - prompt.shape[1] for text, prompt in zip(done, prompts)]


class DropoutWhileWriting(Row):
    title = "Dropout while writing"
    says = (
        "The course's generate puts a model into eval mode and back; transformers' leaves it as "
        "it is, and a model made from a configuration is in train mode, so that dropout is at "
        "work while it writes."
    )
    values = {"course": "off", "transformers": "at work"}

    def course():
        from katas.phase4_llms.generation import generate
        from katas.phase4_llms.transformer import GPT, GPTConfig

        seen = []

        class Watched(GPT):
            def __call__(self, ids, caches=None):
                seen.append(self.training)
                return super().__call__(ids, caches)

        generate(Watched(GPTConfig(3, 4, 1, 1, 2)), [0], 2)
        return "at work" if any(seen) else "off"

    def transformers():
        import torch

        torch.manual_seed(0)
        twice = torch.ones(2, 3, dtype=torch.long)
        options = {"output_logits": True, "return_dict_in_generate": True, "pad_token_id": 0}
        logits = new_gpt2(50).generate(twice, max_new_tokens=1, **options).logits[0]
        return "off" if torch.equal(logits[0], logits[1]) else "at work"


def new_gpt2(n_tokens):
    """A tiny GPT-2 with random weights, as it is made from a configuration."""
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = {"vocab_size": n_tokens, "n_embd": 4, "n_layer": 1, "n_head": 1}
    return GPT2LMHeadModel(GPT2Config(**sizes, bos_token_id=0, eos_token_id=None))
