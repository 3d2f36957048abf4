#!/usr/bin/env bash
# Fact:     tinygrad's sort of numbers with a nan returns other numbers: the nan is gone, and its
#           neighbour stands there twice.
# Guess:    nan comes last, as in numpy and PyTorch; or the order is wrong, but each number is there.
# Versions: tinygrad 0.14.0, numpy 2.4.6, on tinygrad's device PYTHON, which needs no compiler.
# Seen:     3, nan, 1, 2 becomes 1, 2, 3, 3; its max and min pass over a nan as well.
# Why:      one nan among logits is what a model that diverges produces first (3.4), and sampling
#           (4.4) sorts logits: here it would go unseen.
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
numbers = [3.0, np.nan, 1.0, 2.0]
found, expected = Tensor(numbers).sort()[0].tolist(), np.sort(numbers).tolist()
print("sorted", found, "numpy", expected, "max", Tensor(numbers).max().item())
assert found == [1.0, 2.0, 3.0, 3.0], "the sort has changed"
assert Tensor(numbers).max().item() == 3.0, "max has changed"
PY
