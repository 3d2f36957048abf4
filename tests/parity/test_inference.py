"""Attention in tiles gives the outputs of PyTorch's own."""

import numpy as np
import pytest

from solutions.phase4_llms.attention import causal_mask
from solutions.phase5_practice.flash import tiled_attention
from solutions.phase5_practice.windows import window_mask

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
attention = torch.nn.functional.scaled_dot_product_attention

pytestmark = pytest.mark.timeout(60)

MASKS = {
    "no mask": None,
    "causal": causal_mask(37, 53),
    "a window": window_mask(37, 5, 53),
    "biases": np.random.default_rng(3).standard_normal((37, 53)),
}


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-6)])
@pytest.mark.parametrize("block", [1, 8, 64])
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_tiled_attention(mask, block, dtype, tolerance):
    rng = np.random.default_rng(block)
    shapes = (2, 3, 37, 16), (2, 3, 53, 16), (2, 3, 53, 7)
    q, k, v = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
    theirs = attention(
        *map(torch.tensor, (q, k, v)),
        attn_mask=None if mask is None else torch.tensor(mask.astype(dtype)),
    ).numpy()
    ours = tiled_attention(q, k, v, block, mask)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=2 * tolerance)
