#!/usr/bin/env bash
# Fact:     a bfloat16 array of ml_dtypes times 2.0 is float32, times 2 it stays bfloat16; with
#           float16 it adds up to float32, but numpy.concatenate and numpy.where refuse the pair.
# Guess:    bfloat16 for both products, as float16 * 2.0 is float16 since numpy 2; float32 as the
#           common type of the two halves everywhere.
# Versions: ml_dtypes 0.6.0, numpy 2.4.6.
# Seen:     * 2.0 and ** 2.0 give float32, * 2 and ** 2 bfloat16; concatenate and where raise
#           DTypePromotionError. jax.numpy 0.10.2 keeps bfloat16 for * 2.0.
# Why:      a network meant to run in bfloat16 is float32 from the first `* 0.5` on, so what one
#           measures is not bfloat16.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0
venv/bin/python - <<'PY'
import ml_dtypes, numpy as np

print("ml_dtypes", ml_dtypes.__version__, "numpy", np.__version__)
x, half = np.ones(2, ml_dtypes.bfloat16), np.ones(2, np.float16)


def kind(function):
    try:
        return str(function().dtype)
    except TypeError as error:
        return type(error).__name__


seen = {
    "x * 2": kind(lambda: x * 2),
    "x * 2.0": kind(lambda: x * 2.0),
    "x ** 2": kind(lambda: x**2),
    "x ** 2.0": kind(lambda: x**2.0),
    "half * 2.0": kind(lambda: half * 2.0),
    "x + half": kind(lambda: x + half),
    "concatenate([x, half])": kind(lambda: np.concatenate([x, half])),
    "where(…, x, half)": kind(lambda: np.where([True, False], x, half)),
}
for text, result in seen.items():
    print(f"{text:23} {result}")
assert list(seen.values()) == [
    "bfloat16", "float32", "bfloat16", "float32", "float16", "float32",
    "DTypePromotionError", "DTypePromotionError",
], "the types have changed"
PY
