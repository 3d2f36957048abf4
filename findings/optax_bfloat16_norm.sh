#!/usr/bin/env bash
# Fact:     optax's norm of many bfloat16 arrays stands still at 16 times that of one, so
#           clip_by_global_norm lets through gradients that are too long.
# Guess:    the squares are added up in float32, as jax.numpy.sum does with bfloat16.
# Versions: optax 0.2.8, jax 0.10.2, numpy 2.4.6. PyTorch 2.13.0's get_total_norm of the same gives 31.6.
# Seen:     400 and 1,000 arrays of norm 1 have the norm 16 instead of 20 and 31.6; clipped to 1 the
#           1,000 have the norm 1.98. float16 is right.
# Why:      each array is summed in float32, rounded to bfloat16, and these are added one by one in
#           bfloat16, where 256 + 1 is 256. A large network has hundreds of arrays; 3.3's clipping adds
#           their sums up as Python's floats.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 optax==0.2.8
venv/bin/python - <<'PY'
import jax, jax.numpy as jnp, numpy as np, optax

print("optax", optax.__version__, "jax", jax.__version__, "numpy", np.__version__)


def exact(arrays):
    return float(np.sqrt(sum(np.sum(np.asarray(a, np.float64) ** 2) for a in arrays)))


for kind in (jnp.bfloat16, jnp.float16):
    for n in (100, 400, 1000):
        print(kind.__name__, n, "arrays:", float(optax.tree.norm([jnp.ones(1, kind)] * n)), "exactly", n**0.5)
gradients = [jnp.ones(1, jnp.bfloat16)] * 1000
assert float(optax.tree.norm(gradients)) == 16, "squares are summed in more than bfloat16 now"
clip = optax.clip_by_global_norm(1.0)
clipped = exact(clip.update(gradients, clip.init(gradients))[0])
print("clipped to 1:", clipped)
assert abs(clipped - 1000**0.5 / 16) < 1e-6, "clipped to what was asked for now"
PY
