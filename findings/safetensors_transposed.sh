#!/usr/bin/env bash
# Fact:     safetensors.numpy.save writes a transposed array in the order of its memory, so other
#           numbers come back under the right shape, without an error.
# Guess:    the values come back, as they do from numpy.save (and did from safetensors 0.7.0).
# Versions: safetensors 0.8.0, numpy 2.4.6.
# Seen:     [[1, 2, 3], [4, 5, 6]].T comes back as [[1, 2], [3, 4], [5, 6]]; numpy.ascontiguousarray
#           before saving mends it. The docstring asks for contiguous arrays, but nothing checks.
# Why:      whoever keeps weights as (n_in, n_out), as section 4.1 does, and saves w.T for PyTorch
#           gets a file that loads and a network that is wrong.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 safetensors==0.8.0
venv/bin/python - <<'PY'
import numpy as np, safetensors
from safetensors.numpy import load, save

w = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
transposed, copied = (load(save({"w": a}))["w"] for a in (w.T, np.ascontiguousarray(w.T)))
print("safetensors", safetensors.__version__, "numpy", np.__version__)
print("saved          ", w.T.tolist())
print("loaded         ", transposed.tolist())
print("saved as a copy", copied.tolist())
assert transposed.tolist() == [[1, 2], [3, 4], [5, 6]], "a transposed array is saved otherwise now"
assert copied.tolist() == w.T.tolist()
PY
