#!/usr/bin/env bash
# Fact:     the standard deviation and the variance of integers are wrong in tinygrad: squares are
#           cut to integers before they are added up. Those of 0, 1, 0, 1 are 0.
# Guess:    integers become floats, as they do for its mean, which is right.
# Versions: tinygrad 0.14.0, numpy 2.4.6, on tinygrad's device PYTHON, which needs no compiler.
# Seen:     std([1, 2, 4]) is 1.2247 and std([1.0, 2.0, 4.0]) 1.5275; std([0, 1, 0, 1]) is 0.
# Why:      standardizing (2.3) a column of counts or of labels would divide by the wrong number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tinygrad==0.14.0 numpy==2.4.6
DEV=PYTHON venv/bin/python - <<'PY'
import importlib.metadata

import numpy as np
from tinygrad import Tensor

print("tinygrad", importlib.metadata.version("tinygrad"))
for numbers in ([1, 2, 4], [0, 1, 0, 1]):
    floats = [float(x) for x in numbers]
    ours, theirs = Tensor(numbers).std().item(), Tensor(floats).std().item()
    exact = np.std(numbers, ddof=1)
    print(numbers, "integers", ours, "floats", theirs, "numpy", exact)
    assert abs(theirs - exact) < 1e-5 and abs(ours - exact) > 0.2, "integers are right now"
    assert abs(Tensor(numbers).mean().item() - np.mean(numbers)) < 1e-5, "the mean has changed"
PY
