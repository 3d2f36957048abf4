"""4.4 · Sizes: what a model costs, by arithmetic, before anyone builds it."""

from math import prod

from .llama import LlamaConfig


def parameter_count(config):  # kata 4.4
    """Count the parameters of GPT(config) or Llama(config) without making one.

    config  a GPTConfig or a LlamaConfig
    ->      an int; a tied head counts once
    """
    sizes = config.n_tokens, config.block_size, config.n_layer, config.n_channels
    V, T, L, C = map(int, sizes)  # numpy's integers may be too small for the product
    if isinstance(config, LlamaConfig):
        kv = C // int(config.n_head) * int(config.n_kv_head)
        attention = 2 * C * C + 2 * C * kv
        return 2 * V * C + L * (attention + 3 * C * int(config.hidden) + 2 * C) + C
    attention = (C + 1) * 3 * C + (C + 1) * C
    feed_forward = (C + 1) * 4 * C + (4 * C + 1) * C
    return V * C + T * C + L * (attention + feed_forward + 4 * C) + 2 * C


def training_flops(n_parameters, n_tokens):  # kata 4.4
    """About how many multiplications and additions training takes: 6 for each parameter and token,
    2 of them forward and 4 backward.

    n_parameters, n_tokens  integers, of numpy too, whose int64 is too narrow for the product

    Source: Kaplan et al. 2020, section 2.1.
    """
    return 6 * int(n_parameters) * int(n_tokens)


def kv_cache_bytes(config, batch_size, length, bytes_per_number=2):  # kata 4.4
    """How much memory the keys and values of a context take, in bytes.

    config            a GPTConfig or a LlamaConfig
    batch_size        sequences at once
    length            positions in each
    bytes_per_number  2 for float16 and bfloat16
    ->                an int
    """
    n_kv_head = getattr(config, "n_kv_head", config.n_head)
    per_position = 2, n_kv_head, config.n_channels // config.n_head  # a key and a value
    return prod(map(int, [config.n_layer, batch_size, length, *per_position])) * bytes_per_number
