#!/usr/bin/env bash
# Fact:     what is too large for float8_e4m3fn becomes nan with ml_dtypes and jax.numpy, but 448,
#           the largest value, with PyTorch, even from inf; float8_e5m2 overflows to inf with both.
# Guess:    nan with both, since the type has no infinity.
# Versions: torch 2.13.0, ml_dtypes 0.6.0, numpy 2.4.6; jax.numpy 0.10.2 does as ml_dtypes.
# Seen:     500, -1e9, inf become nan, nan, nan with ml_dtypes and 448, -448, 448 with PyTorch; in
#           float8_e5m2 they are 512, -inf, inf with both.
# Why:      an overflow shows itself in one library and passes unseen in the other, so float8
#           results and tests do not carry over.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0 torch==2.13.0
venv/bin/python - <<'PY'
import warnings

import ml_dtypes, numpy as np, torch

warnings.simplefilter("ignore")  # numpy says "overflow encountered in cast"
print("torch", torch.__version__, "ml_dtypes", ml_dtypes.__version__, "numpy", np.__version__)
numbers = np.array([500, -1e9, np.inf], np.float32)
nan, inf = np.nan, np.inf
for name, wanted_numpy, wanted_torch in (
    ("float8_e4m3fn", [nan, nan, nan], [448, -448, 448]),
    ("float8_e5m2", [512, -inf, inf], [512, -inf, inf]),
):
    by_numpy = numbers.astype(getattr(ml_dtypes, name)).astype(np.float32)
    by_torch = torch.from_numpy(numbers).to(getattr(torch, name)).float().numpy()
    print(f"{name:14} ml_dtypes {by_numpy.tolist()}  torch {by_torch.tolist()}")
    assert np.array_equal(by_numpy, wanted_numpy, equal_nan=True), "ml_dtypes has changed"
    assert np.array_equal(by_torch, wanted_torch, equal_nan=True), "torch has changed"
PY
