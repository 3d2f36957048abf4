#!/usr/bin/env bash
# Fact:     in bfloat16 the gradient of an embedding's row stands still at 256 where the token came up more
#           often than that, each time with gradient 1: in PyTorch, in JAX and in mlx. The same rows taken
#           with torch.gather or torch.index_select get the right one.
# Guess:    1,000 for a token that came up 1,000 times: gradients are summed in float32 and rounded once, as
#           sums and matrix products of bfloat16 are.
# Versions: torch 2.13.0 (CPU), jax 0.10.2, mlx 0.32.4 (CPU), numpy 2.4.6.
# Seen:     256 from embedding (sparse=True as well), embedding_bag and table[ids] in PyTorch, from
#           table[ids] and segment_sum in JAX, from table[ids] in mlx; 1000 from gather, index_select and
#           the sum of a broadcast row in PyTorch.
# Why:      each occurrence is added to the row in the row's own type, and 256 + 1 is 256 there. A space or a
#           comma comes up thousands of times in a large batch (4.2); where the weights are bfloat16, the row of
#           a rare token is trained rightly and that of a common one is not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 jax==0.10.2 'mlx[cpu]==0.32.4'
venv/bin/python - <<'PY'
import jax, jax.numpy as jnp, mlx.core as mx, numpy as np, torch
from importlib.metadata import version
from torch.nn.functional import embedding, embedding_bag

print("torch", torch.__version__, "jax", jax.__version__, "mlx", version("mlx"), "numpy", np.__version__)
times = 1000
ids = torch.zeros(times, dtype=torch.long)
ways = {
    "embedding": lambda table: embedding(ids, table),
    "embedding, sparse": lambda table: embedding(ids, table, sparse=True),
    "embedding_bag, sum": lambda table: embedding_bag(ids[None], table, mode="sum"),
    "table[ids]": lambda table: table[ids],
    "gather": lambda table: table.gather(0, ids[:, None]),
    "index_select": lambda table: table.index_select(0, ids),
    "broadcast": lambda table: table[:1].expand(times, 1),
}
seen = {}
for kind in (torch.bfloat16, torch.float32):
    for name, way in ways.items():
        table = torch.zeros(3, 1, dtype=kind, requires_grad=True)
        way(table).sum().backward()
        seen[kind, name] = table.grad.to_dense()[0].item()
for name in ways:
    low, high = seen[torch.bfloat16, name], seen[torch.float32, name]
    print(f"PyTorch {name:20} bfloat16 {low:6} float32 {high:6}")
    right = name in ("gather", "index_select", "broadcast")
    assert high == times and low == (times if right else 256), name + " adds otherwise now"
rows = jnp.zeros(times, int)
of_jax = jax.grad(lambda table: table[rows].sum())(jnp.zeros((3, 1), jnp.bfloat16))
segments = jax.ops.segment_sum(jnp.ones(times, jnp.bfloat16), rows, 1)
places = mx.zeros(times, mx.int32)
of_mlx = mx.grad(lambda table: table[places].sum())(mx.zeros((3, 1), mx.bfloat16))
print("JAX table[ids]", float(of_jax[0, 0]), "segment_sum", float(segments[0]), "mlx", of_mlx[0].item())
assert float(of_jax[0, 0]) == float(segments[0]) == of_mlx[0].item() == 256
PY
