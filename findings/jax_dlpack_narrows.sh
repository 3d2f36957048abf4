#!/usr/bin/env bash
# Fact:     jax.numpy.from_dlpack of a 64-bit numpy array gives 32 bits without a word: 2^31 becomes
#           -2^31, and 1e300 inf.
# Guess:    an error, since DLPack hands over memory as it is and 64 bits are switched off by
#           default.
# Versions: jax 0.10.2, numpy 2.4.6.
# Seen:     int64 becomes int32, 2^31 and 2^32 + 5 become -2147483648 and 5; float64 becomes
#           float32. No warning. So nothing is shared, and the copy is another array.
# Why:      token ids and sums come as int64 from numpy; the exchange that is meant to change
#           nothing changes numbers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2
venv/bin/python - <<'PY'
import warnings

import jax, jax.numpy as jnp, numpy as np

warnings.simplefilter("error")
print("jax", jax.__version__, "numpy", np.__version__)
whole = jnp.from_dlpack(np.array([2**31, 2**32 + 5]))
real = jnp.from_dlpack(np.array([1e300]))
print("2**31, 2**32 + 5 ->", whole.tolist(), whole.dtype, "| 1e300 ->", real.tolist(), real.dtype)
assert whole.dtype == jnp.int32 and whole.tolist() == [-(2**31), 5], "integers arrive otherwise now"
assert real.dtype == jnp.float32 and real.tolist() == [float("inf")], "floats arrive otherwise now"
PY
