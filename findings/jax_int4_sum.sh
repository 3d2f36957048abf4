#!/usr/bin/env bash
# Fact:     jax.numpy adds two int4 arrays and takes the mean of one but cannot sum it: ValueError
#           "Invalid integer data type 'V'".
# Guess:    the sum stays int4 and wraps, 7 + 7 = -2, as ml_dtypes' own does in numpy.
# Versions: jax 0.10.2 with ml_dtypes 0.6.0, numpy 2.4.6; jax 0.12.0.1 does the same.
# Seen:     [7, 7] + 1 is [-8, -8] in int4, the mean 7 in float32, sum raises, from numpy.iinfo,
#           which does not know the type.
# Why:      4-bit weights (section 5.3) are for storage: widen them before any arithmetic, sums
#           included.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2
venv/bin/python - <<'PY'
import jax, jax.numpy as jnp, numpy as np

print("jax", jax.__version__, "numpy", np.__version__)
x = jnp.array([7, 7]).astype(jnp.int4)
wrapped, mean = x + 1, jnp.mean(x)
print("x + 1:", wrapped.tolist(), wrapped.dtype, "| mean:", mean, mean.dtype)
print("sum by numpy:", np.asarray(x).sum(), "| widened:", x.astype(jnp.int32).sum())
assert wrapped.dtype == jnp.int4 and wrapped.tolist() == [-8, -8] and mean == 7
assert np.asarray(x).sum() == -2
try:
    jnp.sum(x)
except ValueError as error:
    print("sum: ValueError:", error)
else:
    raise SystemExit("sum works now")
PY
