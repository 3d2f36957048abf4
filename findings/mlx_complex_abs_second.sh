#!/usr/bin/env bash
# Fact:     the second derivative of the magnitude of a complex number is wrong in mlx, as if its
#           direction were a constant; the first is right.
# Guess:    right, as the other second derivatives tried are.
# Versions: mlx 0.32.4 (CPU).
# Seen:     |x + i|² = x² + 1 has the second derivative 2; mlx gives 1 at x = 1 and 1.6 at x = 2.
#           From the real and the imaginary part it gives 2.
# Why:      derivatives of derivatives need rules that hold twice; spectra by fft are where networks
#           meet complex magnitudes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4'
venv/bin/python - <<'PY'
import importlib.metadata

import mlx.core as mx

print("mlx", importlib.metadata.version("mlx"))


def by_magnitude(x):
    return mx.abs(x.astype(mx.complex64) + 1j) ** 2


def by_parts(x):
    z = x.astype(mx.complex64) + 1j
    return mx.real(z) ** 2 + mx.imag(z) ** 2


for point, magnitude_wanted in ((1.0, 1.0), (2.0, 1.6)):
    for function, wanted in ((by_magnitude, magnitude_wanted), (by_parts, 2.0)):
        x = mx.array(point)
        first = mx.grad(function)(x).item()
        second = mx.grad(mx.grad(function))(x).item()
        print(f"x = {point}, {function.__name__:12} first {first:g}, second {second:g}")
        assert abs(first - 2 * point) < 1e-5
        assert abs(second - wanted) < 1e-5, "the second derivative has changed"
PY
