"""Fast inference: attention in tiles, against the attention that keeps all its scores."""

import numpy as np

from katas.phase4_llms.attention import scaled_dot_product_attention
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase5_practice.flash import tiled_attention
from tests.bench.bench_row import row
from tests.bench.compilation import peak_bytes
from tests.bench.figure import Figure, share
from tests.bench.timing import agree, alternate


@row("tiles")
def tiles(small=False):
    """Attention in tiles of 256: 4,096 positions, one head of 64 channels, float32, forwards only

    The plain one has three arrays of 64 MB at its worst moment, scores, what is left when the
    largest is subtracted, and powers, and walks through memory for each. A tile of 256 kB stays in
    the cache. What the tiles cost is 256 rounds of a dozen calls of numpy each; with 64 positions
    in a tile these take longer than what is saved, and with 512 it would be a little faster still.
    The memory that is left is mostly the queries, scaled, and the result.
    """
    T, block, rounds, at_least = (12, 5, 1, 0) if small else (4096, 256, 7, 0.5)
    rng = np.random.default_rng(0)
    q, k, v = (rng.standard_normal((T, 64)).astype(np.float32) for _ in range(3))

    def plain():
        with no_grad():
            return scaled_dot_product_attention(Tensor(q), Tensor(k), Tensor(v)).data

    def ours():
        return tiled_attention(q, k, v, block)

    agree(ours().ravel().tolist(), plain().ravel().tolist(), 1e-6)
    name = "the attention of 4.3"
    times, others = alternate([ours, plain], rounds, at_least)
    (_, peak), (_, whole) = peak_bytes(ours), peak_bytes(plain)
    goal = "at most 0.05 of its peak"
    memory = Figure("memory at the peak", peak, "bytes", name, whole, peak / whole, goal, 0.05)
    return [share("time", times, name, others, 1.5), memory]
