#!/usr/bin/env bash
# Fact:     the product of two bfloat16 arrays of ml_dtypes is float32 by @ and bfloat16 by
#           numpy.dot, and numpy.linalg.norm of one is float64.
# Guess:    bfloat16 for both products, and an error from norm.
# Versions: ml_dtypes 0.6.0, numpy 2.4.6.
# Seen:     256 + 1 by @ is 257 in float32, by dot 256 in bfloat16, which has no 257; the norm of
#           [3, 4] is 5 in float64; numpy.einsum raises TypeError.
# Why:      the forward pass of a layer (section 4.1) leaves bfloat16 at the first @, and X.dot(W)
#           gives other numbers than X @ W.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0
venv/bin/python - <<'PY'
import ml_dtypes, numpy as np

print("ml_dtypes", ml_dtypes.__version__, "numpy", np.__version__)
x, w, v = (np.array(numbers, ml_dtypes.bfloat16) for numbers in ([1, 1], [256, 1], [3, 4]))
for name, result, value, kind in (
    ("@", x @ w, 257, "float32"),
    ("dot", np.dot(x, w), 256, "bfloat16"),
    ("norm", np.linalg.norm(v), 5, "float64"),
):
    print(f"{name:5} {float(result)} in {result.dtype}")
    assert (float(result), str(result.dtype)) == (value, kind), name + " has changed"
try:
    np.einsum("i,i->", x, w)
except TypeError as error:
    print("einsum TypeError:", error)
else:
    raise SystemExit("einsum works now")
PY
