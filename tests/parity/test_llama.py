"""Llama and its parts, experts, LoRA and quantization do what the same things in PyTorch do."""

import numpy as np
import pytest

from solutions.phase3_training.optimizers import AdamW
from solutions.phase4_llms.generation import KVCache
from solutions.phase4_llms.llama import (
    GroupedQueryAttention,
    Llama,
    LlamaConfig,
    RMSNorm,
    SwiGLU,
    silu,
)
from solutions.phase4_llms.mlp import Linear, cast_parameters
from solutions.phase4_llms.rope import apply_rope, rope_angles
from solutions.phase4_llms.tensor import Tensor, cross_entropy, no_grad
from solutions.phase5_practice.experts import MixtureOfExperts, load_balance_loss
from solutions.phase5_practice.lora import LoRA, trainable
from solutions.phase5_practice.quantization import dequantize, quantize_int8

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
functional = torch.nn.functional

torch.set_num_threads(1)  # arrays this small only wait for each other

KINDS = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
CONFIGS = {
    "as many heads of keys": LlamaConfig(31, 17, 2, 3, 3, 12, 20),
    "two queries to a key": LlamaConfig(31, 17, 3, 6, 3, 24, 20, rope_base=500000.0),
    "one key for all": LlamaConfig(31, 17, 2, 5, 1, 40, 50),
}


def rng_of(*seed):
    return np.random.default_rng(seed)


def leaf(array):
    return torch.tensor(array, requires_grad=True)


def same(ours, theirs, dtype=np.float64):
    tolerance = 1e-10 if dtype == np.float64 else 1e-5
    theirs = theirs.detach().numpy()
    assert ours.dtype == dtype and theirs.dtype == dtype
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def same_gradients(ours, theirs, dtype):
    """ours   {name: Tensor}; theirs  {name: torch tensor}"""
    assert ours.keys() == theirs.keys()
    for name in ours:
        same(np.asarray(ours[name].grad), theirs[name].grad, dtype)


def drawn(module, dtype, *seed):
    """The module with every parameter drawn anew, gains around 1; and copies for PyTorch."""
    rng = rng_of(*seed)
    for name, parameter in module.named_parameters():
        scale = 0.3 if name.endswith("gain") else 1 / np.sqrt(parameter.shape[0])
        draw = scale * rng.standard_normal(parameter.shape) + name.endswith("gain")
        parameter.data = draw.astype(dtype)
    return module, {name: leaf(p.data.copy()) for name, p in module.named_parameters()}


# ---- the same in PyTorch: weights as they are here, (n_in, n_out)


def rms_in_torch(x, gain, eps=1e-5):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * gain


def rope_in_torch(x, base):
    """As Meta's model does it: pairs of neighbours, viewed as complex numbers. x (B, T, H, D)"""
    T, D = x.shape[1], x.shape[3]
    speeds = 1.0 / base ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    angles = torch.outer(torch.arange(T, dtype=torch.float64), speeds)
    turns = torch.polar(torch.ones_like(angles), angles)[None, :, None]
    pairs = torch.view_as_complex(x.double().reshape(*x.shape[:-1], -1, 2).contiguous())
    return torch.view_as_real(pairs * turns).flatten(3).to(x.dtype)


def attention_in_torch(x, w, config):
    B, T, C = x.shape
    D = C // config.n_head
    q = rope_in_torch((x @ w["query.weight"]).view(B, T, config.n_head, D), config.rope_base)
    k = rope_in_torch((x @ w["key.weight"]).view(B, T, config.n_kv_head, D), config.rope_base)
    v = (x @ w["value.weight"]).view(B, T, config.n_kv_head, D)
    k, v = (torch.repeat_interleave(z, config.n_head // config.n_kv_head, dim=2) for z in (k, v))
    mixed = functional.scaled_dot_product_attention(
        q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True
    )
    return mixed.transpose(1, 2).reshape(B, T, C) @ w["output.weight"]


def swiglu_in_torch(x, w):
    return (functional.silu(x @ w["gate.weight"]) * (x @ w["up.weight"])) @ w["down.weight"]


def inside(w, prefix):
    return {name.removeprefix(prefix): p for name, p in w.items() if name.startswith(prefix)}


def llama_in_torch(ids, w, config):
    x = w["token.weight"][torch.tensor(ids)]
    for i in range(config.n_layer):
        block = inside(w, f"blocks.{i}.")
        normed = rms_in_torch(x, block["norm1.gain"])
        x = x + attention_in_torch(normed, inside(block, "attention."), config)
        normed = rms_in_torch(x, block["norm2.gain"])
        x = x + swiglu_in_torch(normed, inside(block, "feed_forward."))
    return rms_in_torch(x, w["norm.gain"]) @ w["head.weight"]


# ---- parts


@KINDS
def test_silu(dtype):
    z = (5 * rng_of(1).standard_normal((7, 11))).astype(dtype)
    upstream = rng_of(2).standard_normal(z.shape).astype(dtype)
    ours, theirs = Tensor(z), leaf(z)
    y, wanted = silu(ours), functional.silu(theirs)
    y.backward(upstream)
    wanted.backward(torch.tensor(upstream))
    same(y.data, wanted, dtype)
    same(ours.grad, theirs.grad, dtype)


@pytest.mark.skipif(not hasattr(functional, "rms_norm"), reason="this PyTorch has no rms_norm")
@KINDS
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_rms_norm(eps, dtype):
    x = rng_of(3).standard_normal((2, 5, 11)).astype(dtype)
    upstream = rng_of(4).standard_normal(x.shape).astype(dtype)
    norm, w = drawn(RMSNorm(11, eps), dtype, 5)
    ours, theirs = Tensor(x), leaf(x)
    y, wanted = norm(ours), functional.rms_norm(theirs, (11,), w["gain"], eps)
    y.backward(upstream)
    wanted.backward(torch.tensor(upstream))
    same(y.data, wanted, dtype)
    same(ours.grad, theirs.grad, dtype)
    same(norm.gain.grad, w["gain"].grad, dtype)


@KINDS
def test_swiglu(dtype):
    layer, w = drawn(SwiGLU(11, 23), dtype, 6)
    x, upstream = (rng_of(s).standard_normal((2, 5, 11)).astype(dtype) for s in (7, 8))
    ours, theirs = Tensor(x), leaf(x)
    y, wanted = layer(ours), swiglu_in_torch(theirs, w)
    y.backward(upstream)
    wanted.backward(torch.tensor(upstream))
    same(y.data, wanted, dtype)
    same(ours.grad, theirs.grad, dtype)
    same_gradients(dict(layer.named_parameters()), w, dtype)


@KINDS
@pytest.mark.parametrize("base", [10000.0, 500000.0])
def test_rope(base, dtype):
    x, upstream = (rng_of(s).standard_normal((2, 3, 101, 10)).astype(dtype) for s in (9, 10))
    ours, theirs = Tensor(x), leaf(x)
    y = apply_rope(ours, rope_angles(np.arange(101), 10, base))
    wanted = rope_in_torch(theirs.transpose(1, 2), base).transpose(1, 2)
    y.backward(upstream)
    wanted.backward(torch.tensor(upstream))
    same(y.data, wanted, dtype)
    same(ours.grad, theirs.grad, dtype)


@KINDS
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_grouped_query_attention(config, dtype):
    layer, w = drawn(GroupedQueryAttention(config), dtype, 11)
    shape = (2, 13, config.n_channels)
    x, upstream = (rng_of(s).standard_normal(shape).astype(dtype) for s in (12, 13))
    ours, theirs = Tensor(x), leaf(x)
    y, wanted = layer(ours), attention_in_torch(theirs, w, config)
    y.backward(upstream)
    wanted.backward(torch.tensor(upstream))
    same(y.data, wanted, dtype)
    same(ours.grad, theirs.grad, dtype)
    same_gradients(dict(layer.named_parameters()), w, dtype)


# ---- the model


@KINDS
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_a_whole_llama(config, dtype):
    """The same weights give the same logits, the same loss and the same gradients."""
    model, w = drawn(Llama(config), dtype, 14)
    ids, targets = rng_of(15).integers(0, config.n_tokens, (2, 3, 17))
    logits, wanted = model(ids), llama_in_torch(ids, w, config)
    same(logits.data, wanted, dtype)
    loss = cross_entropy(logits, targets)
    loss.backward()
    theirs = functional.cross_entropy(wanted.flatten(0, 1), torch.tensor(targets).flatten())
    theirs.backward()
    np.testing.assert_allclose(loss.data, theirs.item(), rtol=1e-5)
    same_gradients(dict(model.named_parameters()), w, dtype)


@KINDS
def test_a_llama_with_caches(dtype):
    """Token by token, as in generation, it agrees with PyTorch on the whole context at once."""
    config = CONFIGS["two queries to a key"]
    model, w = drawn(Llama(config), dtype, 16)
    ids = rng_of(17).integers(0, config.n_tokens, (2, 17))
    caches = [KVCache() for _ in model.blocks]
    with no_grad():
        pieces = [model(ids[:, t : t + 1], caches).data for t in range(17)]
    same(np.concatenate(pieces, axis=1), llama_in_torch(ids, w, config), dtype)


def test_a_llama_trained_for_twenty_steps():
    """The same trajectory, with AdamW on both sides."""
    config = CONFIGS["two queries to a key"]
    model, w = drawn(Llama(config), np.float64, 18)
    rng = rng_of(19)
    ours = AdamW(model.parameters(), lr=0.01, weight_decay=0.1)
    theirs = torch.optim.AdamW(w.values(), lr=0.01, weight_decay=0.1)
    for _ in range(20):
        ids = rng.integers(0, config.n_tokens, (3, 12))
        ours.zero_grad()
        loss = cross_entropy(model(ids[:, :-1]), ids[:, 1:])
        loss.backward()
        ours.step()
        theirs.zero_grad()
        logits = llama_in_torch(ids[:, :-1], w, config)
        wanted = functional.cross_entropy(logits.flatten(0, 1), torch.tensor(ids[:, 1:]).flatten())
        wanted.backward()
        theirs.step()
        np.testing.assert_allclose(loss.data, wanted.item(), rtol=1e-8)


# ---- experts, LoRA, quantization


@KINDS
@pytest.mark.parametrize("k", [1, 2, 4])
def test_a_mixture_of_experts(k, dtype):
    """Routed here, and there every expert computes everything and most of it is dropped."""
    layer, w = drawn(MixtureOfExperts(11, 7, 4, k), dtype, 20, k)
    x, upstream = (rng_of(s).standard_normal((2, 9, 11)).astype(dtype) for s in (21, 22))
    ours, theirs = Tensor(x), leaf(x)
    gates, probs = layer.route(ours.reshape(-1, 11))
    balance = load_balance_loss(gates, probs)
    ((layer(ours) * upstream).sum() + balance).backward()

    logits = theirs.reshape(-1, 11) @ w["router.weight"]
    best, chosen = torch.topk(logits, k, dim=1)
    gate = torch.zeros_like(logits).scatter(1, chosen, torch.softmax(best, dim=1))
    outputs = [
        swiglu_in_torch(theirs.reshape(-1, 11), inside(w, f"experts.{e}.")) for e in range(4)
    ]
    wanted = (gate.T[:, :, None] * torch.stack(outputs)).sum(0).reshape(2, 9, 11)
    f = torch.bincount(chosen.flatten(), minlength=4).to(logits.dtype) / chosen.numel()
    theirs_balance = 4 * (f * torch.softmax(logits, dim=1).mean(0)).sum()
    ((wanted * torch.tensor(upstream)).sum() + theirs_balance).backward()

    same(layer(Tensor(x)).data, wanted, dtype)
    np.testing.assert_allclose(balance.data, theirs_balance.item(), rtol=1e-5)
    same(ours.grad, theirs.grad, dtype)
    same_gradients(dict(layer.named_parameters()), w, dtype)


def test_lora_trained_for_twenty_steps():
    rng = rng_of(23)
    linear, x, y = Linear(7, 5, rng), rng.standard_normal((2, 11, 7)), rng.standard_normal(5)
    frozen = torch.tensor(linear.weight.data), torch.tensor(linear.bias.data)
    layer = LoRA(linear, 2, rng=rng)
    A, B = leaf(layer.A.data.copy()), leaf(layer.B.data.copy())
    ours = AdamW(trainable(layer), lr=0.05)
    theirs = torch.optim.AdamW([A, B], lr=0.05)
    for _ in range(20):
        ours.zero_grad()
        ((layer(Tensor(x)) - y) ** 2).mean().backward()
        ours.step()
        theirs.zero_grad()
        z = torch.tensor(x) @ frozen[0] + frozen[1] + torch.tensor(x) @ A @ B
        ((z - torch.tensor(y)) ** 2).mean().backward()
        theirs.step()
    np.testing.assert_allclose(layer.A.data, A.detach().numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(layer.B.data, B.detach().numpy(), rtol=1e-9, atol=1e-12)
    assert np.array_equal(linear.weight.data, frozen[0].numpy())


def test_quantization_by_column():
    """PyTorch, given the scales, finds the same levels and the same matrix."""
    W = (rng_of(24).standard_normal((31, 17)) * np.logspace(-2, 2, 17)).astype(np.float32)
    q, scale = quantize_int8(W)
    theirs = torch.fake_quantize_per_channel_affine(
        torch.tensor(W), torch.tensor(scale), torch.zeros(17), 1, -127, 127
    )
    np.testing.assert_allclose(dequantize(q, scale), theirs.numpy(), rtol=1e-6)
    assert np.array_equal(q, torch.round(theirs / torch.tensor(scale)).numpy())


def test_a_quantized_llama_says_nearly_the_same():
    """What int8 costs: logits that move by a few hundredths of their deviation."""
    config = CONFIGS["two queries to a key"]
    model, _ = drawn(Llama(config), np.float32, 25)
    ids = rng_of(26).integers(0, config.n_tokens, (2, 17))
    before = model(ids).data
    for name, parameter in model.named_parameters():
        if parameter.data.ndim == 2 and name != "token.weight":
            parameter.data = dequantize(*quantize_int8(parameter.data))
    assert np.abs(model(ids).data - before).std() < 0.05 * before.std()
    cast_parameters(model, np.float64)
    assert model(ids).data.dtype == np.float64
