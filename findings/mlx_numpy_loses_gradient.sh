#!/usr/bin/env bash
# Fact:     a numpy array times an mlx array is a numpy array, and inside mx.grad that silently cuts
#           the graph: the gradient is 0.
# Guess:    an error as in jax, whose tracers refuse numpy, or an mlx array as with the operands the
#           other way round.
# Versions: mlx 0.32.4 (CPU), numpy 2.4.6.
# Seen:     weights * x with numpy weights on the left: value 6, gradient [0, 0, 0];
#           x * weights: value 6, gradient [1, 2, 3].
# Why:      the graph of section 1.2 is recorded by the operands' own operators; where another
#           library's operator runs first, nothing is recorded.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 'mlx[cpu]==0.32.4'
venv/bin/python - <<'PY'
import importlib.metadata

import mlx.core as mx, numpy as np

print("mlx", importlib.metadata.version("mlx"), "numpy", np.__version__)
weights = np.array([1, 2, 3], np.float32)
left = mx.value_and_grad(lambda x: mx.sum(mx.array(weights * x)) + 0 * mx.sum(x))
right = mx.value_and_grad(lambda x: mx.sum(mx.array(x * weights)))
x = mx.ones(3)
for text, function, wanted in (
    ("weights * x", left, [0, 0, 0]),
    ("x * weights", right, [1, 2, 3]),
):
    value, gradient = function(x)
    print(f"{text}: value {value.item()}, gradient {gradient.tolist()}")
    assert value.item() == 6 and gradient.tolist() == wanted, "the gradient is another one now"
print("weights * x is a", type(weights * x).__module__, type(weights * x).__name__)
assert type(weights * x) is np.ndarray
PY
