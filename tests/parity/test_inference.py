"""Attention in tiles gives PyTorch's outputs; guesses are judged as transformers judge them.

Run with transformers 5.24.0.
"""

import numpy as np
import pytest

from solutions.phase4_llms.attention import causal_mask
from solutions.phase5_practice.flash import tiled_attention
from solutions.phase5_practice.speculative import accept_draft
from solutions.phase5_practice.windows import window_mask

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
attention = torch.nn.functional.scaled_dot_product_attention

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


class Told(np.random.Generator):
    """A generator whose random() is told: these numbers, and then the last one again and again."""

    def __init__(self, *told):
        super().__init__(np.random.PCG64(0))
        self.told = list(told)

    def random(self):
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]


@pytest.mark.parametrize("seed", range(40))
def test_guesses_are_judged_as_by_transformers(seed, monkeypatch):
    """The same numbers drawn: as many guesses kept, and the next one from the same shares."""
    utils = pytest.importorskip("transformers.generation.utils", reason="needs transformers")
    rng, n, V = np.random.default_rng(seed), 4, 7
    q = rng.dirichlet(np.ones(V), n)
    p = 0.8 * np.concatenate([q, rng.dirichlet(np.ones(V), 1)]) + 0.2 * rng.dirichlet(
        np.ones(V), n + 1
    )
    tokens = [int(rng.choice(V, p=row)) for row in q]
    told, drawn_by = rng.random(n), []
    monkeypatch.setattr(torch, "rand_like", lambda ratio: torch.tensor(told).reshape(ratio.shape))

    def multinomial(shares, num_samples):
        drawn_by.append(shares.numpy().ravel())
        return torch.zeros((1, 1), dtype=torch.long)

    monkeypatch.setattr(torch, "multinomial", multinomial)
    ids, (small, large) = torch.tensor([tokens]), (torch.tensor(np.log(x))[None] for x in (q, p))
    _, kept = utils._speculative_sampling(ids, small, n, large)
    shares = drawn_by[0] / drawn_by[0].sum()
    for place, below in enumerate(np.cumsum(shares)):
        if shares[place] > 1e-9:  # in the middle of its share each token is drawn
            at = below - shares[place] / 2
            ours = accept_draft(q, p, tokens, Told(*told[: int(kept) + 1][:n], at))
            assert ours == [*tokens[: int(kept)], place]
