#!/usr/bin/env bash
# Fact:     a numpy array times a PyTorch tensor raises TypeError, while the tensor times the array
#           and numpy.multiply of the two give a float64 tensor.
# Guess:    a tensor either way, as in older versions.
# Versions: torch 2.13.0, numpy 2.4.6.
# Seen:     TypeError for *, - and @ with the array on the left, also for numpy.array(2.0);
#           numpy.float64(2.0) on the left works and keeps float32.
# Why:      half of the mixed expressions work, so the error shows up far from the line that forgot
#           to convert; and those that work have gone to float64.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0
venv/bin/python - <<'PY'
import operator, warnings

import numpy as np, torch

warnings.simplefilter("ignore")  # a deprecation of numpy's, about __array_wrap__
print("torch", torch.__version__, "numpy", np.__version__)
array, tensor = np.ones(3, np.float64), torch.ones(3)


def outcome(function, *operands):
    try:
        result = function(*operands)
    except TypeError:
        return "TypeError"
    return f"{type(result).__name__} of {result.dtype}"


seen = {
    "array * tensor": outcome(operator.mul, array, tensor),
    "array @ tensor": outcome(operator.matmul, array, tensor),
    "np.array(2.0) - tensor": outcome(operator.sub, np.array(2.0), tensor),
    "tensor * array": outcome(operator.mul, tensor, array),
    "np.multiply(array, tensor)": outcome(np.multiply, array, tensor),
    "np.float64(2.0) * tensor": outcome(operator.mul, np.float64(2.0), tensor),
}
for text, result in seen.items():
    print(f"{text:27} {result}")
double, single = "Tensor of torch.float64", "Tensor of torch.float32"
wanted = ["TypeError", "TypeError", "TypeError", double, double, single]
assert list(seen.values()) == wanted, "mixed operands behave otherwise now"
PY
