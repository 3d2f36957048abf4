#!/usr/bin/env bash
# Fact:     the type of microscaling's scales, float8_e8m0fnu, has neither a zero nor a sign:
#           ml_dtypes turns 0 and -1 into nan, PyTorch 0 into 2^-127 and -1 into 1.
# Guess:    0 becomes the smallest value, 2^-127, in both.
# Versions: torch 2.13.0, ml_dtypes 0.6.0, numpy 2.4.6; jax.numpy 0.10.2 does as ml_dtypes.
# Seen:     0, -1, 3, 5, inf become nan, nan, 4, 4, nan with ml_dtypes and 2^-127, 1, 4, 4, nan with
#           PyTorch.
# Why:      a block of zeros has the largest magnitude 0, and so has its scale: the block decodes to
#           zeros with one library and to nan with the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0 torch==2.13.0
venv/bin/python - <<'PY'
import warnings

import ml_dtypes, numpy as np, torch

warnings.simplefilter("ignore")  # numpy says "invalid value in cast"
print("torch", torch.__version__, "ml_dtypes", ml_dtypes.__version__, "numpy", np.__version__)
numbers = [0.0, -1.0, 3.0, 5.0, float("inf")]
by_numpy = np.array(numbers, np.float32).astype(ml_dtypes.float8_e8m0fnu).astype(np.float32)
by_torch = torch.tensor(numbers).to(torch.float8_e8m0fnu).float().numpy()
print("numbers  ", numbers)
print("ml_dtypes", by_numpy.tolist())
print("torch    ", by_torch.tolist())
nan = float("nan")
assert np.array_equal(by_numpy, [nan, nan, 4, 4, nan], equal_nan=True), "ml_dtypes has changed"
assert np.array_equal(by_torch, [2.0**-127, 1, 4, 4, nan], equal_nan=True), "torch has changed"
PY
