"""4.4 · Sizes: what a model costs, by arithmetic, before anyone builds it."""

from math import prod

from .llama import LlamaConfig


def parameter_count(config):  # kata 4.4
    """Count the parameters of GPT(config) or Llama(config) without making one.

    config  a GPTConfig or a LlamaConfig
    ->      an int; a tied head counts once
    """
    raise NotImplementedError("4.4 parameter_count")


def training_flops(n_parameters, n_tokens):  # kata 4.4
    """About how many multiplications and additions training takes: 6 for each parameter and token,
    2 of them forward and 4 backward.

    n_parameters, n_tokens  integers, of numpy too, whose int64 is too narrow for the product

    Source: Kaplan et al. 2020, section 2.1.
    """
    raise NotImplementedError("4.4 training_flops")


def kv_cache_bytes(config, batch_size, length, bytes_per_number=2):  # kata 4.4
    """How much memory the keys and values of a context take, in bytes.

    config            a GPTConfig or a LlamaConfig
    batch_size        sequences at once
    length            positions in each
    bytes_per_number  2 for float16 and bfloat16
    ->                an int
    """
    raise NotImplementedError("4.4 kv_cache_bytes")
