#!/usr/bin/env bash
# Fact:     a float64 becomes a bfloat16 or a float8 by way of float32, in ml_dtypes as in PyTorch, and is
#           rounded twice: what lies just above the middle between two neighbours goes to the lower one.
#           numpy's own float16 is rounded once.
# Guess:    ml_dtypes rounds correctly, as numpy does; PyTorch goes through float32.
# Versions: ml_dtypes 0.6.0, torch 2.13.0, numpy 2.4.6.
# Seen:     1 + 2^-8 + 2^-40 becomes 1 in bfloat16 in both, where 1.0078125 is nearer; 1 + 2^-4 + 2^-40
#           becomes 1 in float8_e4m3fn in both; 1 + 2^-11 + 2^-40 is 1.00098 in numpy's float16, 1 in
#           PyTorch's.
# Why:      the nearest float32 is exactly the middle, and the second rounding takes it for a tie. A test
#           that compares one's own rounding (5.3) in float64 with theirs must stay off the middles.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0 torch==2.13.0
venv/bin/python - <<'PY'
import ml_dtypes, numpy as np, torch

print("ml_dtypes", ml_dtypes.__version__, "torch", torch.__version__, "numpy", np.__version__)
for name, bits, by_numpy in (("bfloat16", 8, 1), ("float8_e4m3fn", 4, 1), ("float16", 11, 1 + 2**-10)):
    x = 1 + 2.0**-bits + 2.0**-40
    low, high = 1.0, 1 + 2.0 ** (1 - bits)
    kind = np.float16 if name == "float16" else getattr(ml_dtypes, name)
    found = float(np.array([x]).astype(kind).astype(np.float64)[0])
    by_torch = torch.tensor([x], dtype=torch.float64).to(getattr(torch, name)).double().item()
    nearer = high if high - x < x - low else low
    print(f"{name:13} numpy {found} torch {by_torch} nearest {nearer}")
    assert nearer == high and found == by_numpy, "numpy and ml_dtypes round otherwise now"
    assert by_torch == 1, "PyTorch rounds once now"
PY
