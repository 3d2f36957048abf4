"""The course's models and layers give the numbers of Hugging Face transformers' own modules.

Tiny random configurations; nothing is downloaded. Weights are carried over by the mappings below:
transformers keep theirs as (n_out, n_in), and turn the first half of a head's channels with the
second, where the course turns neighbours. Run with transformers 5.24.0.
"""

import numpy as np
import pytest

from solutions.phase4_llms.attention import causal_mask, merge_heads, split_heads
from solutions.phase4_llms.llama import Llama, LlamaConfig, RMSNorm, SwiGLU, silu
from solutions.phase4_llms.mlp import Linear, cast_parameters
from solutions.phase4_llms.rope import apply_rope, rope_angles
from solutions.phase4_llms.tensor import Tensor, no_grad, softmax
from solutions.phase4_llms.transformer import GPT, GPTConfig
from solutions.phase5_practice.batching import (
    Batch,
    forward_rows,
    generate_batch,
    pad_prompts,
)
from solutions.phase5_practice.delta import gated_delta_step
from solutions.phase5_practice.experts import MixtureOfExperts, load_balance_loss, sigmoid
from solutions.phase5_practice.latent import LatentAttention, LatentConfig
from solutions.phase5_practice.sampling import min_p
from solutions.phase5_practice.windows import (
    NormedAttention,
    attention_with_sink,
    scaled_angles,
    soft_cap,
    window_mask,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
transformers = pytest.importorskip(
    "transformers", reason="parity needs transformers, which is not installed"
)

torch.set_num_threads(1)

V, T_MAX, B, T = 31, 16, 2, 11
C, HEADS, KV, D, HIDDEN = 24, 4, 2, 6, 20
IDS = np.random.default_rng(1).integers(0, V, (B, T))
SIZES = {
    "vocab_size": V,
    "hidden_size": C,
    "intermediate_size": HIDDEN,
    "num_hidden_layers": 2,
    "num_attention_heads": HEADS,
    "num_key_value_heads": KV,
    "head_dim": D,
    "max_position_embeddings": T_MAX,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False,
    "attn_implementation": "eager",
}
CONFIG = LlamaConfig(V, T_MAX, 2, HEADS, KV, C, HIDDEN)


def made(kind, config):
    """One of transformers' modules, in eval mode, each parameter drawn: gains around 1."""
    torch.manual_seed(0)
    model = kind(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, parameter.shape[-1] ** -0.5)
            else:
                parameter.uniform_(0.5, 1.5)
    return model


def put(tensor, array):
    """An array of transformers' as the data of a Tensor."""
    array = array.detach().numpy()
    assert tensor.shape == array.shape
    tensor.data = array.astype(np.float32)


def put_linear(linear, theirs):
    put(linear.weight, theirs.weight.T)
    if linear.bias is not None:
        put(linear.bias, theirs.bias)


def neighbours(weight, head_dim=D, n_turned=None):
    """Rows of a query or key (n_heads · head_dim, …) in the order in which the course turns them.

    Of n_turned rows (the last ones of each head; all by default) the first half was turned with
    the second; here each is beside its partner.
    """
    n = head_dim if n_turned is None else n_turned
    turned = np.arange(n).reshape(2, -1).T.ravel()
    order = [*range(head_dim - n), *(head_dim - n + turned)]
    return weight.unflatten(0, (-1, head_dim))[:, order].flatten(0, 1)


def put_attention(ours, theirs):
    """A grouped attention with rope; norms over the channels of a head, where there are any."""
    put(ours.query.weight, neighbours(theirs.q_proj.weight).T)
    put(ours.key.weight, neighbours(theirs.k_proj.weight).T)
    put_linear(ours.value, theirs.v_proj)
    put_linear(ours.output, theirs.o_proj)
    if hasattr(theirs, "q_norm"):
        put(ours.query_norm.gain, neighbours(theirs.q_norm.weight))
        put(ours.key_norm.gain, neighbours(theirs.k_norm.weight))


def put_swiglu(ours, theirs):
    for name in ("gate", "up", "down"):
        put_linear(getattr(ours, name), getattr(theirs, f"{name}_proj"))


def put_experts(ours, theirs):
    """A router and experts, whose matrices transformers keep in two arrays for all."""
    put(ours.router.weight, theirs.gate.weight.T)
    for e, expert in enumerate(ours.experts):
        gate, up = theirs.experts.gate_up_proj[e].chunk(2)
        put(expert.gate.weight, gate.T)
        put(expert.up.weight, up.T)
        put(expert.down.weight, theirs.experts.down_proj[e].T)


def put_llama(ours, theirs):
    cast_parameters(ours, np.float32)
    put(ours.token.weight, theirs.model.embed_tokens.weight)
    put(ours.norm.gain, theirs.model.norm.weight)
    put_linear(ours.head, theirs.lm_head)
    for block, layer in zip(ours.blocks, theirs.model.layers):
        put(block.norm1.gain, layer.input_layernorm.weight)
        put(block.norm2.gain, layer.post_attention_layernorm.weight)
        put_attention(block.attention, layer.self_attn)
        if isinstance(block.feed_forward, SwiGLU):
            put_swiglu(block.feed_forward, layer.mlp)
        else:
            put_experts(block.feed_forward, layer.mlp)


def same_logits(ours, theirs):
    with torch.no_grad(), no_grad():
        same(ours(IDS), theirs(torch.tensor(IDS)).logits)


def same(ours, theirs):
    assert ours.data.dtype == np.float32 and theirs.dtype == torch.float32
    assert np.ptp(ours.data) > 0.1
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-5, atol=1e-5)


def input_and_torch(*shape):
    x = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
    return Tensor(x), torch.tensor(x)


def cos_sin(n, base=10000.0):
    """What transformers' attention takes for positions: cosines and sines, each half twice."""
    angles = np.tile(rope_angles(np.arange(T), n, base), 2).astype(np.float32)
    return torch.tensor(np.cos(angles))[None], torch.tensor(np.sin(angles))[None]


# ---- 4.4's models


def gpts():
    """A GPT of the course and transformers' GPT-2, with the same weights."""
    config = transformers.GPT2Config(
        vocab_size=V, n_positions=T_MAX, n_embd=C, n_layer=2, n_head=HEADS, attn_pdrop=0.0,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_implementation="eager",
    )  # fmt: skip
    theirs = made(transformers.GPT2LMHeadModel, config)
    ours = GPT(GPTConfig(V, T_MAX, 2, HEADS, C))
    cast_parameters(ours, np.float32)
    put(ours.token.weight, theirs.transformer.wte.weight)
    put(ours.positions.table, theirs.transformer.wpe.weight)
    norms = [(ours.norm, theirs.transformer.ln_f)]
    for block, layer in zip(ours.blocks, theirs.transformer.h):
        norms += [(block.norm1, layer.ln_1), (block.norm2, layer.ln_2)]
        for linear, conv in (
            (block.attention.qkv, layer.attn.c_attn),
            (block.attention.output, layer.attn.c_proj),
            (block.feed_forward.expand, layer.mlp.c_fc),
            (block.feed_forward.contract, layer.mlp.c_proj),
        ):
            put(linear.weight, conv.weight)  # GPT-2's are (n_in, n_out), as in the course
            put(linear.bias, conv.bias)
    for norm, layer_norm in norms:
        put(norm.gain, layer_norm.weight)
        put(norm.bias, layer_norm.bias)
    return ours, theirs


def test_gpt_is_gpt2():
    same_logits(*gpts())


def test_llama_is_llama():
    theirs = made(transformers.LlamaForCausalLM, transformers.LlamaConfig(**SIZES))
    ours = Llama(CONFIG)
    put_llama(ours, theirs)
    same_logits(ours, theirs)


# ---- and with the parts of 5.1


@pytest.mark.parametrize("window", [None, 3], ids=["no window", "a window in each second layer"])
def test_qwen3(window):
    windows = {"use_sliding_window": bool(window), "sliding_window": window, "max_window_layers": 1}
    theirs = made(transformers.Qwen3ForCausalLM, transformers.Qwen3Config(**SIZES, **windows))
    ours = Llama(CONFIG)
    for i, block in enumerate(ours.blocks):
        block.attention = NormedAttention(CONFIG, window if i >= 1 else None)
    put_llama(ours, theirs)
    same_logits(ours, theirs)


def test_scaled_angles_are_those_of_llama_3():
    rope = {
        "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
    }  # fmt: skip
    sizes = SIZES | {"head_dim": 128, "max_position_embeddings": 131072}
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

    embedding = LlamaRotaryEmbedding(transformers.LlamaConfig(**sizes, rope_parameters=rope))
    positions = np.array([0, 1, 7, 100])
    ours = scaled_angles(positions, 128)
    theirs = positions[:, None] * embedding.inv_freq.numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_the_cap_of_gemma_2():
    """Its scores are capped at 50 and its logits at 30; here at less, so that it shows."""
    from transformers.models.gemma2.modeling_gemma2 import Gemma2Attention, Gemma2Config

    config = Gemma2Config(
        **SIZES, attn_logit_softcapping=1.5, query_pre_attn_scalar=D, sliding_window=4,
        layer_types=["sliding_attention", "full_attention"],
    )  # fmt: skip
    x, theirs_x = input_and_torch(B, T, C)
    for i, mask in ((0, window_mask(T, 4)), (1, causal_mask(T))):
        theirs = made(lambda c, i=i: Gemma2Attention(c, i), config)
        ours = NormedAttention(CONFIG)  # for its projections
        cast_parameters(ours, np.float32)
        put_attention(ours, theirs)
        angles = rope_angles(np.arange(T), D)
        q = apply_rope(split_heads(ours.query(x), HEADS), angles)
        k = repeated(apply_rope(split_heads(ours.key(x), KV), angles))
        v = repeated(split_heads(ours.value(x), KV))
        scores = soft_cap(q @ k.swapaxes(-1, -2) * D**-0.5, 1.5)
        mixed = ours.output(merge_heads(softmax(scores + mask) @ v))
        same(mixed, theirs(theirs_x, cos_sin(D), torch.tensor(mask[None, None]).float())[0])
    model = made(transformers.Gemma2ForCausalLM, Gemma2Config(**SIZES, final_logit_softcapping=0.5))
    uncapped = made(
        transformers.Gemma2ForCausalLM, Gemma2Config(**SIZES, final_logit_softcapping=None)
    )
    ids = torch.tensor(IDS)
    same(soft_cap(Tensor(uncapped(ids).logits.detach().numpy()), 0.5), model(ids).logits)


def repeated(x):
    """Heads of keys or values (B, KV, T, D), each as often as queries share it."""
    return x[:, np.arange(HEADS) // (HEADS // KV)]


def test_sinks_and_windows_of_gpt_oss():
    from transformers.models.gpt_oss.modeling_gpt_oss import GptOssAttention, GptOssConfig

    config = GptOssConfig(**SIZES, sliding_window=4, attention_bias=False)
    x, theirs_x = input_and_torch(B, T, C)
    for i, mask in ((0, window_mask(T, 4)), (1, causal_mask(T))):
        theirs = made(lambda c, i=i: GptOssAttention(c, i), config)
        assert theirs.sliding_window == (None if i else 4)
        ours = NormedAttention(CONFIG)  # for its projections
        cast_parameters(ours, np.float32)
        put_attention(ours, theirs)
        angles = rope_angles(np.arange(T), D)
        q = apply_rope(split_heads(ours.query(x), HEADS), angles)
        k = repeated(apply_rope(split_heads(ours.key(x), KV), angles))
        v = repeated(split_heads(ours.value(x), KV))
        sink = Tensor(theirs.sinks.detach().numpy())
        mixed = ours.output(merge_heads(attention_with_sink(q, k, v, sink, mask)))
        half = tuple(part[..., : D // 2] for part in cos_sin(D))  # each once
        same(mixed, theirs(theirs_x, half, torch.tensor(mask[None, None]).float())[0])


def test_mixtral():
    sizes = {name: value for name, value in SIZES.items() if name != "head_dim"}
    config = transformers.MixtralConfig(
        **sizes, num_local_experts=5, num_experts_per_tok=2, sliding_window=None,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    )  # fmt: skip
    theirs = made(transformers.MixtralForCausalLM, config)
    ours = Llama(CONFIG)
    for block in ours.blocks:
        block.feed_forward = MixtureOfExperts(C, HIDDEN, 5, 2)
    put_llama(ours, theirs)
    same_logits(ours, theirs)


def test_load_balance_loss_is_mixtrals_divided_by_k():
    from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

    layer = MixtureOfExperts(C, HIDDEN, 5, 2)
    x = np.random.default_rng(3).standard_normal((17, C))
    theirs = load_balancing_loss_func((torch.tensor(layer.router(x).data),), 5, 2)
    ours = load_balance_loss(*layer.route(Tensor(x))).data
    np.testing.assert_allclose(2 * ours, theirs, rtol=1e-6)  # theirs counts in float32


def deepseek_config(**more):
    sizes = {name: value for name, value in SIZES.items() if name != "head_dim"}
    return transformers.DeepseekV3Config(
        **sizes | {"num_key_value_heads": HEADS}, kv_lora_rank=7, q_lora_rank=None, v_head_dim=5,
        qk_nope_head_dim=5, qk_rope_head_dim=D, moe_intermediate_size=3, n_routed_experts=8,
        n_group=1, topk_group=1, num_experts_per_tok=3, n_shared_experts=2,
        routed_scaling_factor=1.0, **more,
    )  # fmt: skip


@pytest.mark.parametrize("way", ["__call__", "absorbed"])
@pytest.mark.parametrize("interleave", [True, False], ids=["neighbours", "halves"])
def test_latent_attention_of_deepseek_v3(way, interleave):
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3Attention

    theirs = made(lambda c: DeepseekV3Attention(c, 0), deepseek_config(rope_interleave=interleave))
    ours = LatentAttention(LatentConfig(C, HEADS, 5, D, 7))
    ours.norm = RMSNorm(7, eps=1e-6)  # that of transformers' norm of the small vector
    cast_parameters(ours, np.float32)
    turned = 0 if interleave else D
    put(ours.query.weight, neighbours(theirs.q_proj.weight, 5 + D, turned).T)
    put(ours.down.weight, neighbours(theirs.kv_a_proj_with_mqa.weight, 7 + D, turned).T)
    put(ours.norm.gain, theirs.kv_a_layernorm.weight)
    put_linear(ours.up, theirs.kv_b_proj)
    put_linear(ours.output, theirs.o_proj)
    x, theirs_x = input_and_torch(B, T, C)
    mask = torch.tensor(causal_mask(T)[None, None]).float()
    same(getattr(ours, way)(x), theirs(theirs_x, cos_sin(D), mask)[0])


@pytest.mark.parametrize("biased", [False, True], ids=["no bias", "biased"])
def test_routing_of_deepseek_v3(biased):
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3MoE

    theirs = made(DeepseekV3MoE, deepseek_config())
    ours = MixtureOfExperts(C, 3, 8, 3, n_shared=2, score=sigmoid)
    cast_parameters(ours, np.float32)
    put_experts(ours, theirs)
    put_swiglu(ours.shared, theirs.shared_experts)
    if biased:
        ours.bias = np.linspace(-0.4, 0.4, 8, dtype=np.float32)
        theirs.gate.e_score_correction_bias.copy_(torch.tensor(ours.bias))
    x, theirs_x = input_and_torch(B, T, C)
    same(ours(x), theirs(theirs_x))
    gates, _ = ours.route(x.reshape(-1, C))
    _, weights, chosen = theirs.gate(theirs_x)
    wanted = torch.zeros(B * T, 8).scatter(1, chosen, weights)
    same(gates, wanted)


# ---- Qwen3-Next's gated delta rule


def by_steps(q, k, v, decay, strength):
    """gated_delta_step from left to right; (B, T, H, …), as transformers have it."""
    state, outs = Tensor(np.zeros((*q.shape[:1], *q.shape[2:], v.shape[-1]), np.float32)), []
    for t in range(q.shape[1]):
        state, out = gated_delta_step(state, q[:, t], k[:, t], v[:, t], decay[:, t], strength[:, t])
        outs.append(out.data)
    return Tensor(np.stack(outs, axis=1))


def unit(x):
    """Length 1, as transformers do it."""
    return x / ((x * x).sum(axis=-1, keepdims=True) + 1e-6).sqrt()


@pytest.mark.parametrize("kind", ["recurrent", "chunk"])
def test_gated_delta_rule_of_qwen3_next(kind):
    from transformers.models.qwen3_next import modeling_qwen3_next as theirs

    rng = np.random.default_rng(4)
    q, k = rng.standard_normal((2, B, T, 3, 5)).astype(np.float32)
    v = rng.standard_normal((B, T, 3, 7)).astype(np.float32)
    log_decay = -rng.uniform(0.01, 2, (B, T, 3)).astype(np.float32)
    strength = rng.uniform(0, 1, (B, T, 3)).astype(np.float32)
    rule = getattr(theirs, f"torch_{kind}_gated_delta_rule")
    wanted, _ = rule(
        *map(torch.tensor, (q, k, v)), g=torch.tensor(log_decay), beta=torch.tensor(strength),
        use_qk_l2norm_in_kernel=True,
    )  # fmt: skip
    given = unit(Tensor(q)) * 5**-0.5, unit(Tensor(k)), Tensor(v)
    same(by_steps(*given, Tensor(np.exp(log_decay)), Tensor(strength)), wanted)


def test_a_layer_of_qwen3_next():
    """All of its layer: what stands around the delta rule is put together here, from 4.4's parts.

    In front a convolution of four positions for each channel, behind an RMSNorm and a gate.
    """
    from transformers.models.qwen3_next.modeling_qwen3_next import (
        Qwen3NextConfig,
        Qwen3NextGatedDeltaNet,
    )

    n, dk, dv = 3, 5, 7
    config = Qwen3NextConfig(
        **SIZES, linear_num_value_heads=n, linear_num_key_heads=n, linear_key_head_dim=dk,
        linear_value_head_dim=dv, linear_conv_kernel_dim=4,
        layer_types=["linear_attention", "full_attention"],
    )  # fmt: skip
    theirs = made(lambda c: Qwen3NextGatedDeltaNet(c, 0), config)
    x, theirs_x = input_and_torch(B, T, C)
    inside, around = Linear(C, n * (2 * dk + 2 * dv), bias=False), Linear(C, 2 * n, bias=False)
    output, norm = Linear(n * dv, C, bias=False), RMSNorm(dv)
    for linear, theirs_linear in (
        (inside, theirs.in_proj_qkvz), (around, theirs.in_proj_ba), (output, theirs.out_proj)
    ):  # fmt: skip
        put_linear(linear, theirs_linear)
    put(norm.gain, theirs.norm.weight)
    mixed = inside(x).reshape(B, T, n, -1)
    q, k, v = (mixed.data[..., a:b] for a, b in ((0, dk), (dk, 2 * dk), (2 * dk, 2 * dk + dv)))
    rows = np.concatenate([part.reshape(B, T, -1) for part in (q, k, v)], axis=-1)
    kernel = theirs.conv1d.weight.detach().numpy()[:, 0]  # (channels, 4), the last is now
    padded = np.concatenate([np.zeros((B, 3, rows.shape[2]), np.float32), rows], axis=1)
    rows = silu(Tensor(sum(padded[:, i : i + T] * kernel[:, i] for i in range(4))))
    q, k, v = (
        rows[..., a:b].reshape(B, T, n, -1)
        for a, b in ((0, n * dk), (n * dk, 2 * n * dk), (2 * n * dk, rows.shape[-1]))
    )
    strength, a = np.split(around(x).data.reshape(B, T, n, 2), 2, axis=-1)
    rate = np.logaddexp(0, a[..., 0] + theirs.dt_bias.detach().numpy())
    decay = np.exp(-np.exp(theirs.A_log.detach().numpy()) * rate)
    out = by_steps(unit(q) * dk**-0.5, unit(k), v, Tensor(decay), sigmoid(Tensor(strength[..., 0])))
    y = norm(out) * silu(mixed[..., 2 * dk + dv :])
    same(output(y.reshape(B, T, -1)), theirs(theirs_x))


# ---- many texts at once, in 5.3

PROMPTS = [[3, 1, 4], [15], [9, 2, 6, 5, 3]]


def test_a_left_padded_batch():
    """transformers are told the mask; positions follow from it, as in their `generate`."""
    ours, theirs = gpts()
    ids, padding = pad_prompts(PROMPTS)
    batch = Batch.empty(ours, padding)
    came = [forward_rows(ours, ids, batch)]
    new = np.array([[7], [1], [30]])
    came.append(forward_rows(ours, new, batch))
    seen = np.arange(6) >= padding[:, None]
    positions = np.maximum(np.cumsum(seen, axis=1) - 1, 0)
    with torch.no_grad():
        wanted = theirs(
            torch.tensor(np.hstack([ids, new])),
            attention_mask=torch.tensor(seen.astype(int)),
            position_ids=torch.tensor(positions),
        ).logits.numpy()
    for logits, column in zip(came, (4, 5)):
        np.testing.assert_allclose(logits, wanted[:, column], atol=1e-5)


def test_texts_written_side_by_side():
    ours, theirs = gpts()
    ids, padding = pad_prompts(PROMPTS)
    seen = torch.tensor((np.arange(5) >= padding[:, None]).astype(int))
    wanted = theirs.generate(
        torch.tensor(ids), attention_mask=seen, max_new_tokens=7, do_sample=False, pad_token_id=0,
        eos_token_id=None,
    )  # fmt: skip
    came = generate_batch(ours, PROMPTS, 7, temperature=0)
    for text, prompt, theirs_text in zip(came, PROMPTS, wanted.tolist()):
        assert text == theirs_text[5 - len(prompt) :]


@pytest.mark.parametrize("p", [0.0, 0.03, 0.3, 1.0])
def test_min_p(p):
    logits = np.random.default_rng(2).standard_normal((7, V)) * 2
    wanted = transformers.MinPLogitsWarper(p)(None, torch.tensor(logits)).numpy()
    np.testing.assert_array_equal(min_p(logits, p), wanted)
