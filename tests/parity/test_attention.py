"""Attention gives PyTorch's outputs and gradients with the same weights, in float64 and float32."""

import numpy as np
import pytest

from solutions.phase4_llms.attention import (
    MultiHeadAttention,
    attention_entropy,
    attention_weights,
    average_with_loop,
    average_with_matrix,
    average_with_softmax,
    causal_mask,
    cross_attention,
    scaled_dot_product_attention,
)
from solutions.phase4_llms.mlp import cast_parameters
from solutions.phase4_llms.tensor import Tensor

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
functional = torch.nn.functional

DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}


def rng_of(*seed):
    return np.random.default_rng(seed)


def both(array, dtype):
    """The same array as a leaf here and as a leaf there."""
    array = array.astype(dtype)
    return Tensor(array.copy()), torch.tensor(array, requires_grad=True)


def same(ours, theirs, dtype):
    ours = ours.data if isinstance(ours, Tensor) else ours
    assert ours.dtype == dtype
    theirs, bound = theirs.detach().numpy(), TOLERANCE[dtype]
    largest = max(1.0, np.abs(theirs).max())  # a sum rounds to the size of its terms, not of itself
    np.testing.assert_allclose(ours, theirs, rtol=bound, atol=bound * largest)


def same_gradients(pairs, dtype):
    for ours, theirs in pairs:
        same(ours.grad, theirs.grad, dtype)


def pulled_back(ours, theirs, dtype, seed):
    """Compare two results, and send the same gradient back through both."""
    same(ours, theirs, dtype)
    upstream = rng_of(seed).standard_normal(ours.shape).astype(dtype)
    ours.backward(upstream)
    theirs.backward(torch.tensor(upstream))


@DTYPES
@pytest.mark.parametrize("average", [average_with_loop, average_with_matrix, average_with_softmax])
def test_means_so_far(average, dtype):
    x, tx = both(rng_of(3).standard_normal((2, 5, 7)), dtype)
    theirs = tx.cumsum(dim=1) / torch.arange(1, 6, dtype=tx.dtype)[:, None]
    pulled_back(average(x), theirs, dtype, 11)
    same_gradients([(x, tx)], dtype)


def masks(T, S, rng):
    scattered = np.where(rng.random((2, 3, T, S)) < 0.6, 0.0, -np.inf)
    scattered[..., 0] = 0.0  # no row is hidden as a whole
    biases = rng.standard_normal((T, S))
    return {"no mask": None, "causal": causal_mask(T, S), "scattered": scattered, "biases": biases}


@DTYPES
@pytest.mark.parametrize("T, S", [(5, 5), (5, 11), (1, 7)])
@pytest.mark.parametrize("kind", ["no mask", "causal", "scattered", "biases"])
def test_scaled_dot_product_attention(kind, T, S, dtype):
    rng = rng_of(T, S)
    mask = masks(T, S, rng)[kind]
    shapes = (2, 3, T, 7), (2, 3, S, 7), (2, 3, S, 13)
    pairs = [both(2 * rng.standard_normal(shape), dtype) for shape in shapes]
    (q, tq), (k, tk), (v, tv) = pairs
    theirs = functional.scaled_dot_product_attention(
        tq, tk, tv, attn_mask=None if mask is None else torch.tensor(mask.astype(dtype))
    )
    pulled_back(scaled_dot_product_attention(q, k, v, mask), theirs, dtype, 5)
    same_gradients(pairs, dtype)


@DTYPES
def test_is_causal_is_the_same_mask(dtype):
    rng = rng_of(7)
    pairs = [both(rng.standard_normal((2, 3, 5, 7)), dtype) for _ in range(3)]
    (q, tq), (k, tk), (v, tv) = pairs
    theirs = functional.scaled_dot_product_attention(tq, tk, tv, is_causal=True)
    pulled_back(scaled_dot_product_attention(q, k, v, causal_mask(5)), theirs, dtype, 5)
    same_gradients(pairs, dtype)


@DTYPES
def test_rows_that_are_hidden_as_a_whole(dtype):
    """Zeros, as PyTorch's fused attention has them; softmax alone would give nan."""
    rng, mask = rng_of(11), np.zeros((5, 7))
    mask[1], mask[3, 2:] = -np.inf, -np.inf
    pairs = [both(rng.standard_normal(shape), dtype) for shape in ((2, 5, 3), (2, 7, 3), (2, 7, 2))]
    (q, tq), (k, tk), (v, tv) = pairs
    theirs = functional.scaled_dot_product_attention(
        tq, tk, tv, attn_mask=torch.tensor(mask.astype(dtype))
    )
    if not torch.isfinite(theirs).all():
        pytest.skip("this PyTorch has nan for a row that is hidden as a whole")
    pulled_back(scaled_dot_product_attention(q, k, v, mask), theirs, dtype, 5)
    same_gradients(pairs, dtype)


def torch_attention(ours, C, n_head, dtype):
    """nn.MultiheadAttention with the same weights, which it holds transposed."""
    theirs = torch.nn.MultiheadAttention(
        C, n_head, batch_first=True, dtype=torch.float64 if dtype == np.float64 else torch.float32
    )
    with torch.no_grad():
        theirs.in_proj_weight[:] = torch.tensor(ours.qkv.weight.data.T)
        theirs.in_proj_bias[:] = torch.tensor(ours.qkv.bias.data)
        theirs.out_proj.weight[:] = torch.tensor(ours.output.weight.data.T)
        theirs.out_proj.bias[:] = torch.tensor(ours.output.bias.data)
    return theirs


def attention(C, n_head, dtype, causal):
    rng = rng_of(C, n_head)
    ours = MultiHeadAttention(C, n_head, rng, causal)
    for parameter in ours.parameters():  # biases too, and larger than at the start
        parameter.data = rng.standard_normal(parameter.shape) / np.sqrt(C) * 2
    cast_parameters(ours, dtype)
    return ours, torch_attention(ours, C, n_head, dtype)


def same_parameter_gradients(ours, theirs, dtype):
    same(ours.qkv.weight.grad, theirs.in_proj_weight.grad.T, dtype)
    same(ours.qkv.bias.grad, theirs.in_proj_bias.grad, dtype)
    same(ours.output.weight.grad, theirs.out_proj.weight.grad.T, dtype)
    same(ours.output.bias.grad, theirs.out_proj.bias.grad, dtype)


@DTYPES
@pytest.mark.parametrize("causal", [True, False], ids=["causal", "not causal"])
@pytest.mark.parametrize("C, n_head", [(21, 3), (12, 1), (10, 5)])
def test_multi_head_attention(C, n_head, causal, dtype):
    ours, theirs = attention(C, n_head, dtype, causal)
    x, tx = both(rng_of(5).standard_normal((2, 5, C)), dtype)
    hidden = torch.tensor(causal_mask(5).astype(dtype)) if causal else None
    there, _ = theirs(tx, tx, tx, attn_mask=hidden, need_weights=False)
    pulled_back(ours(x), there, dtype, 7)
    same_gradients([(x, tx)], dtype)
    same_parameter_gradients(ours, theirs, dtype)


@DTYPES
def test_its_weights_are_those_that_pytorch_reports(dtype):
    ours, theirs = attention(21, 3, dtype, causal=True)
    x, tx = both(rng_of(5).standard_normal((2, 5, 21)), dtype)
    mask = causal_mask(5)
    _, weights = theirs(
        tx, tx, tx, attn_mask=torch.tensor(mask.astype(dtype)), average_attn_weights=False
    )
    q, k, _ = ours.heads(x)
    same(attention_weights(q, k, mask), weights, dtype)


@DTYPES
@pytest.mark.parametrize("S", [11, 3, 5])
def test_cross_attention(S, dtype):
    ours, theirs = attention(21, 3, dtype, causal=True)
    rng = rng_of(S)
    x, tx = both(rng.standard_normal((2, 5, 21)), dtype)
    context, tcontext = both(rng.standard_normal((2, S, 21)), dtype)
    there, _ = theirs(tx, tcontext, tcontext, need_weights=False)
    pulled_back(cross_attention(ours, x, context), there, dtype, 7)
    same_gradients([(x, tx), (context, tcontext)], dtype)
    same_parameter_gradients(ours, theirs, dtype)


def test_entropy():
    weights = rng_of(3).dirichlet([0.3] * 11, (2, 3, 5))
    weights[0, 0, 0] = np.eye(11)[4]
    theirs = torch.distributions.Categorical(probs=torch.tensor(weights)).entropy()
    np.testing.assert_allclose(attention_entropy(weights), theirs.numpy(), rtol=1e-10, atol=1e-12)
