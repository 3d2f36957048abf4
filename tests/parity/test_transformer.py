"""A block and a whole GPT compute what PyTorch computes from the same weights, and learn the same.

PyTorch's model is written twice: once from torch.nn.functional, once from its own layer
(TransformerEncoderLayer, pre-norm), which knows nothing of ours but the weights.
"""

import numpy as np
import pytest

from solutions.phase3_training.optimizers import AdamW
from solutions.phase4_llms.generation import KVCache, sample
from solutions.phase4_llms.mlp import cast_parameters
from solutions.phase4_llms.tensor import Tensor, cross_entropy
from solutions.phase4_llms.transformer import (
    GPT,
    Block,
    FeedForward,
    GPTConfig,
    LayerNorm,
    gelu,
    normalize,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
F = torch.nn.functional

DTYPES = pytest.mark.parametrize(
    "dtype, tolerance", [(np.float32, 1e-5), (np.float64, 1e-12)], ids=["float32", "float64"]
)
CONFIG = GPTConfig(n_tokens=31, block_size=13, n_layer=3, n_head=5, n_channels=35)


def filled(module, dtype, seed=0):
    """The module with numbers in every parameter, gains and biases too, of an everyday size."""
    rng = np.random.default_rng(seed)
    for name, parameter in module.named_parameters():
        draws = rng.standard_normal(parameter.data.shape)
        if name.endswith("gain"):
            draws = 1 + 0.2 * draws
        elif parameter.data.ndim == 2:
            draws *= parameter.data.shape[0] ** -0.5
        parameter.data = draws
    cast_parameters(module, dtype)
    return module


def twins(module):
    """{name: torch tensor} with the same numbers, which collect gradients."""
    return {
        name: torch.tensor(parameter.data, requires_grad=True)
        for name, parameter in module.named_parameters()
    }


def close(ours, theirs, tolerance, what):
    """Fail unless two arrays agree within the tolerance, relative to the largest entry."""
    theirs = theirs.detach().numpy()
    assert ours.dtype == theirs.dtype, f"{what} is {ours.dtype}, there {theirs.dtype}"
    gap = np.abs(ours - theirs).max() / max(1.0, np.abs(theirs).max())
    assert gap <= tolerance, f"{what} differs by {gap:.2e}"


def same_gradients(module, weights, tolerance):
    for name, parameter in module.named_parameters():
        close(parameter.grad, weights[name].grad, tolerance, f"gradient of {name}")


def numbers(dtype, *shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


# ---- a GPT from torch.nn.functional; our weights are (n_in, n_out)


def torch_block(x, w, prefix, n_head):
    def get(name):
        return w[f"{prefix}{name}"]

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], get(f"{name}.gain"), get(f"{name}.bias"))

    def linear(x, name):
        return F.linear(x, get(f"{name}.weight").T, get(f"{name}.bias"))

    B, T, C = x.shape
    q, k, v = (
        part.view(B, T, n_head, C // n_head).transpose(1, 2)
        for part in linear(norm(x, "norm1"), "attention.qkv").split(C, dim=-1)
    )
    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    x = x + linear(mixed.transpose(1, 2).reshape(B, T, C), "attention.output")
    wide = F.gelu(linear(norm(x, "norm2"), "feed_forward.expand"), approximate="tanh")
    return x + linear(wide, "feed_forward.contract")


def torch_gpt(ids, w, config):
    x = F.embedding(ids, w["token.weight"]) + w["positions.table"][: ids.shape[1]]
    for i in range(config.n_layer):
        x = torch_block(x, w, f"blocks.{i}.", config.n_head)
    x = F.layer_norm(x, x.shape[-1:], w["norm.gain"], w["norm.bias"])
    return x @ w["token.weight"].T


@DTYPES
@pytest.mark.parametrize(
    "ours, theirs",
    [
        (gelu, lambda x: F.gelu(x, approximate="tanh")),
        (normalize, lambda x: F.layer_norm(x, x.shape[-1:])),
        (lambda x: normalize(x, 0.1), lambda x: F.layer_norm(x, x.shape[-1:], eps=0.1)),
    ],
    ids=["gelu", "normalize", "normalize, eps 0.1"],
)
def test_functions(ours, theirs, dtype, tolerance):
    x, seed = 3 * numbers(dtype, 2, 7, 11), numbers(dtype, 2, 7, 11, seed=2)
    a, b = Tensor(x), torch.tensor(x, requires_grad=True)
    y, z = ours(a), theirs(b)
    y.backward(seed)
    z.backward(torch.tensor(seed))
    close(y.data, z, tolerance, "output")
    close(a.grad, b.grad, tolerance, "gradient")


@DTYPES
def test_layer_norm(dtype, tolerance):
    layer = filled(LayerNorm(11), dtype)
    w = twins(layer)
    x, seed = numbers(dtype, 2, 7, 11), numbers(dtype, 2, 7, 11, seed=2)
    y, z = layer(Tensor(x)), F.layer_norm(torch.tensor(x), (11,), w["gain"], w["bias"])
    y.backward(seed)
    z.backward(torch.tensor(seed))
    close(y.data, z, tolerance, "output")
    same_gradients(layer, w, tolerance)


@DTYPES
def test_feed_forward(dtype, tolerance):
    layer = filled(FeedForward(11, 17), dtype)
    w = twins(layer)
    x, seed = numbers(dtype, 2, 7, 11), numbers(dtype, 2, 7, 11, seed=2)
    wide = F.linear(torch.tensor(x), w["expand.weight"].T, w["expand.bias"])
    z = F.linear(F.gelu(wide, approximate="tanh"), w["contract.weight"].T, w["contract.bias"])
    y = layer(Tensor(x))
    y.backward(seed)
    z.backward(torch.tensor(seed))
    close(y.data, z, tolerance, "output")
    same_gradients(layer, w, tolerance)


@DTYPES
def test_a_block(dtype, tolerance):
    block = filled(Block(CONFIG), dtype)
    w = twins(block)
    x, seed = numbers(dtype, 2, 13, 35), numbers(dtype, 2, 13, 35, seed=2)
    a, b = Tensor(x), torch.tensor(x, requires_grad=True)
    y, z = block(a), torch_block(b, w, "", 5)
    y.backward(seed)
    z.backward(torch.tensor(seed))
    close(y.data, z, tolerance, "output")
    close(a.grad, b.grad, tolerance, "gradient of the stream")
    same_gradients(block, w, tolerance)


@DTYPES
def test_a_block_against_pytorchs_own_layer(dtype, tolerance):
    block = filled(Block(CONFIG), dtype)
    w = {name: torch.tensor(p.data) for name, p in block.named_parameters()}
    layer = torch.nn.TransformerEncoderLayer(
        35,
        5,
        dim_feedforward=140,
        dropout=0.0,
        activation=lambda x: F.gelu(x, approximate="tanh"),
        batch_first=True,
        norm_first=True,
        dtype=torch.float32 if dtype == np.float32 else torch.float64,
    )
    layer.load_state_dict(
        {
            "self_attn.in_proj_weight": w["attention.qkv.weight"].T,
            "self_attn.in_proj_bias": w["attention.qkv.bias"],
            "self_attn.out_proj.weight": w["attention.output.weight"].T,
            "self_attn.out_proj.bias": w["attention.output.bias"],
            "linear1.weight": w["feed_forward.expand.weight"].T,
            "linear1.bias": w["feed_forward.expand.bias"],
            "linear2.weight": w["feed_forward.contract.weight"].T,
            "linear2.bias": w["feed_forward.contract.bias"],
            "norm1.weight": w["norm1.gain"],
            "norm1.bias": w["norm1.bias"],
            "norm2.weight": w["norm2.gain"],
            "norm2.bias": w["norm2.bias"],
        }
    )
    x, seed = numbers(dtype, 2, 13, 35), numbers(dtype, 2, 13, 35, seed=2)
    hidden = torch.nn.Transformer.generate_square_subsequent_mask(13, dtype=layer.norm1.bias.dtype)
    a, b = Tensor(x), torch.tensor(x, requires_grad=True)
    y, z = block(a), layer(b, src_mask=hidden, is_causal=True)
    y.backward(seed)
    z.backward(torch.tensor(seed))
    close(y.data, z, tolerance, "output")
    close(a.grad, b.grad, tolerance, "gradient of the stream")
    close(
        block.attention.qkv.weight.grad,
        layer.self_attn.in_proj_weight.grad.T,
        tolerance,
        "gradient of queries, keys and values",
    )


@DTYPES
def test_a_whole_gpt(dtype, tolerance):
    model = filled(GPT(CONFIG), dtype)
    w = twins(model)
    ids = np.random.default_rng(3).integers(0, 31, (4, 14))
    logits, theirs = model(ids[:, :-1]), torch_gpt(torch.tensor(ids[:, :-1]), w, CONFIG)
    close(logits.data, theirs, tolerance, "logits")
    loss = cross_entropy(logits, ids[:, 1:])
    loss.backward()
    reference = F.cross_entropy(theirs.flatten(0, 1), torch.tensor(ids[:, 1:]).flatten())
    reference.backward()
    close(loss.data, reference, tolerance, "loss")
    same_gradients(model, w, tolerance)


@DTYPES
def test_with_caches_it_gives_what_pytorch_gives_at_once(dtype, tolerance):
    model = filled(GPT(CONFIG), dtype)
    w = twins(model)
    ids = np.random.default_rng(3).integers(0, 31, (4, 13))
    theirs = torch_gpt(torch.tensor(ids), w, CONFIG)
    caches = [KVCache() for _ in model.blocks]
    pieces = [model(ids[:, a:b], caches).data for a, b in ((0, 1), (1, 6), (6, 7), (7, 13))]
    close(np.concatenate(pieces, axis=1), theirs, tolerance, "logits in four pieces")


def test_twenty_steps_of_training():
    """In float64, since Adam divides by what may be nearly 0: rounding grows from step to step."""
    model = filled(GPT(CONFIG), np.float64)
    w = twins(model)
    ours = AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.95), weight_decay=0.1)
    theirs = torch.optim.AdamW(w.values(), lr=0.01, betas=(0.9, 0.95), weight_decay=0.1)
    rng = np.random.default_rng(4)
    for step in range(20):
        ids = rng.integers(0, 31, (4, 14))
        ours.zero_grad()
        loss = cross_entropy(model(ids[:, :-1]), ids[:, 1:])
        loss.backward()
        ours.step()
        theirs.zero_grad()
        logits = torch_gpt(torch.tensor(ids[:, :-1]), w, CONFIG)
        reference = F.cross_entropy(logits.flatten(0, 1), torch.tensor(ids[:, 1:]).flatten())
        reference.backward()
        theirs.step()
        close(loss.data, reference, 1e-9, f"loss of step {step}")
    for name, parameter in model.named_parameters():
        close(parameter.data, w[name], 1e-7, name)


def test_samples_come_as_often_as_pytorch_says():
    """20,000 draws: five standard deviations of a frequency near one half are 0.018."""
    logits = numbers(np.float64, 11)
    kept = torch.tensor(logits) / 0.7
    kept[kept < kept.topk(5).values[-1]] = -torch.inf
    ranked, order = kept.softmax(-1).sort(descending=True)
    ranked[ranked.cumsum(-1) - ranked >= 0.8] = 0.0
    probs = torch.zeros(11, dtype=torch.float64).scatter(0, order, ranked / ranked.sum()).numpy()
    rng = np.random.default_rng(5)
    drawn = [sample(logits, 0.7, top_k=5, top_p=0.8, rng=rng) for _ in range(20_000)]
    found = np.bincount(drawn, minlength=11) / 20_000
    assert np.abs(found - probs).max() < 0.018, f"{found} here, {probs} there"
    assert not found[probs == 0].any(), "a token came that was cut"
