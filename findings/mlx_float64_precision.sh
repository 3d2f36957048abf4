#!/usr/bin/env bash
# Fact:     in float64 mlx computes exp, sin, cos, sigmoid and erf only to the precision of float32,
#           while log, tanh, sqrt and arithmetic are exact to the last digits.
# Guess:    float64 throughout on the CPU, as the type is there for nothing else.
# Versions: mlx 0.32.4 (CPU), numpy 2.4.6.
# Seen:     relative errors between 1e-8 and 1e-5 for those five, below 1e-14 for the others.
# Why:      a gradient check with h = 1e-5 (section 1.1) divides such an error by 2h, so it fails
#           for a right gradient in float64 and one looks for a fault that is not there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 'mlx[cpu]==0.32.4'
venv/bin/python - <<'PY'
import importlib.metadata, math

import mlx.core as mx, numpy as np

print("mlx", importlib.metadata.version("mlx"), "numpy", np.__version__)
mx.set_default_device(mx.cpu)
numbers = np.linspace(0.1, 2, 1001)
x = mx.array(numbers, dtype=mx.float64)
rough = {
    "exp": np.exp(numbers),
    "sin": np.sin(numbers),
    "cos": np.cos(numbers),
    "sigmoid": 1 / (1 + np.exp(-numbers)),
    "erf": np.array([math.erf(number) for number in numbers]),
}
fine = {"log": np.log(numbers), "tanh": np.tanh(numbers), "sqrt": np.sqrt(numbers)}
for name, wanted in {**rough, **fine}.items():
    result = getattr(mx, name)(x)
    assert result.dtype == mx.float64
    error = np.max(np.abs(np.array(result) - wanted) / np.abs(wanted).clip(0.1))
    print(f"{name:8} {error:.0e}")
    assert (1e-9 < error < 1e-4) if name in rough else error < 1e-14, "another precision now"
PY
