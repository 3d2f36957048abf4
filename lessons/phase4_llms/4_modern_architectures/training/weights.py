"""Weights that others have trained, in your own GPT or Llama: from a file of safetensors.

Import it after the tree was chosen: it imports from katas.

The format is an 8-byte integer N, a header of N bytes in JSON, which says of each tensor its dtype,
its shape and where its bytes begin and end, and then the bytes (huggingface/safetensors, README).
Names and layouts are those of Hugging Face transformers: GPT-2's matrices are (n_in, n_out) as in
the course; Llama's are transposed, and turn the first half of a head's channels with the second,
where the course turns neighbours.
"""

import json
from pathlib import Path

import numpy as np

from katas.phase4_llms.llama import Llama, LlamaConfig
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.transformer import GPT, GPTConfig

HEADS = "num_attention_heads"
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
IGNORED = (".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq")  # masks and angles


def read_safetensors(path):
    """The tensors of a file, {name: array}, in float32.

    ValueError, naming the path, if it is no such file, cut off, or of a dtype not in DTYPES.
    """
    content = memoryview(Path(path).read_bytes())
    size = int.from_bytes(content[:8], "little")
    try:
        header = json.loads(bytes(content[8 : 8 + size]))
        header.pop("__metadata__", None)
        found = {name: tensor(entry, content[8 + size :]) for name, entry in header.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is no whole file of safetensors: {error}") from None
    return found


def tensor(entry, content):
    """One tensor, as its entry in the header says."""
    dtype, (begin, end) = entry["dtype"], entry["data_offsets"]
    if dtype not in DTYPES:
        raise ValueError(f"its dtype {dtype} is not among {', '.join(DTYPES)}")
    if not 0 <= begin <= end <= len(content):
        raise ValueError(f"bytes {begin} to {end} of {len(content)}")
    array = np.frombuffer(content[begin:end], DTYPES[dtype]).reshape(entry["shape"])
    if dtype == "BF16":  # the upper half of a float32
        array = (array.astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float32)


def load(folder):
    """The model of a folder with model.safetensors and config.json, which says its sizes.

    ->  a GPT or a Llama, of float32

    ValueError, in words, for what the models of 4.4 are not, and as from read_safetensors.
    """
    folder = Path(folder)
    try:
        config = dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError):
        raise ValueError(f"{folder / 'config.json'} is no object of JSON") from None
    if (kind := config.get("model_type")) not in ("gpt2", "llama"):
        raise ValueError(f"{folder} holds a model of the kind {kind!r}, not gpt2 or llama")
    tensors = read_safetensors(folder / "model.safetensors")
    tensors = {
        name.removeprefix("transformer.").removeprefix("model."): array
        for name, array in tensors.items()
        if not name.endswith(IGNORED)
    }
    try:
        model, state = (gpt2 if kind == "gpt2" else llama)(config, tensors)
    except KeyError as missing:
        raise ValueError(f"{folder} lacks {missing}, which a {kind} has") from None
    cast_parameters(model, np.float32)
    model.load_state_dict(state)
    return model


def gpt2(config, tensors):
    """An untrained GPT of that size, and its state; a head of its own would be tied here."""
    L, C = config["n_layer"], config["n_embd"]
    sizes = config["vocab_size"], config["n_positions"], L, config["n_head"], C
    state = {"token.weight": tensors["wte.weight"], "positions.table": tensors["wpe.weight"]}
    parts = {"norm": "ln_f"}
    for i in range(L):
        parts |= {
            f"blocks.{i}.norm1": f"h.{i}.ln_1",
            f"blocks.{i}.norm2": f"h.{i}.ln_2",
            f"blocks.{i}.attention.qkv": f"h.{i}.attn.c_attn",
            f"blocks.{i}.attention.output": f"h.{i}.attn.c_proj",
            f"blocks.{i}.feed_forward.expand": f"h.{i}.mlp.c_fc",
            f"blocks.{i}.feed_forward.contract": f"h.{i}.mlp.c_proj",
        }
    for ours, theirs in parts.items():
        weight = "gain" if "norm" in ours else "weight"
        state[f"{ours}.{weight}"] = tensors[f"{theirs}.weight"]
        state[f"{ours}.bias"] = tensors[f"{theirs}.bias"]
    return GPT(GPTConfig(*sizes)), state


def llama(config, tensors):
    """An untrained Llama of that size, and its state."""
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if rope.get("rope_type", rope.get("type", "default")) != "default":
        raise ValueError("its angles are scaled, as 5.1 does it, and the Llama of 4.4 does not")
    L, C, n_head = (config[name] for name in ("num_hidden_layers", "hidden_size", HEADS))
    n_kv_head = config.get("num_key_value_heads") or n_head
    if config.get("head_dim", C // n_head) * n_head != C:
        raise ValueError(f"{n_head} heads of {config['head_dim']} channels are not {C} channels")
    base = rope.get("rope_theta", config.get("rope_theta", 10000.0))
    sizes = config["vocab_size"], config["max_position_embeddings"], L, n_head, n_kv_head, C
    model = Llama(LlamaConfig(*sizes, config["intermediate_size"], base))
    token = tensors["embed_tokens.weight"]
    state = {"token.weight": token, "norm.gain": tensors["norm.weight"]}
    state["head.weight"] = tensors.get("lm_head.weight", token).T  # tied, where there is none
    for i in range(L):
        ours, theirs = f"blocks.{i}", f"layers.{i}"
        state[f"{ours}.norm1.gain"] = tensors[f"{theirs}.input_layernorm.weight"]
        state[f"{ours}.norm2.gain"] = tensors[f"{theirs}.post_attention_layernorm.weight"]
        query, key, value, output = (tensors[f"{theirs}.self_attn.{p}_proj.weight"] for p in "qkvo")
        state[f"{ours}.attention.query.weight"] = neighbours(query, C // n_head).T
        state[f"{ours}.attention.key.weight"] = neighbours(key, C // n_head).T
        state[f"{ours}.attention.value.weight"] = value.T
        state[f"{ours}.attention.output.weight"] = output.T
        for part in ("gate", "up", "down"):
            weight = tensors[f"{theirs}.mlp.{part}_proj.weight"]
            state[f"{ours}.feed_forward.{part}.weight"] = weight.T
    for norm in [model.norm, *(n for block in model.blocks for n in (block.norm1, block.norm2))]:
        norm.eps = config.get("rms_norm_eps", 1e-6)
    return model, state


def neighbours(weight, D):
    """The rows of a query or key (n_heads · D, C) with each turned pair side by side."""
    halves = weight.reshape(-1, 2, D // 2, weight.shape[-1])
    return halves.swapaxes(1, 2).reshape(weight.shape)
