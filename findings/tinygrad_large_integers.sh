#!/usr/bin/env bash
# Fact:     a Tensor that tinygrad makes of Python's ints is int32, whatever they are: 2^40 becomes 0,
#           and 2^31 -2^31, without a word.
# Guess:    int64 where int32 is too small, or an error; PyTorch and numpy always take int64.
# Versions: tinygrad 0.14.0, numpy 2.4.6, on tinygrad's device PYTHON, which needs no compiler.
# Seen:     Tensor([2**40, 2**31]) holds 0 and -2147483648; from a numpy array both are right.
# Why:      counts of parameters and seeds are ints of that size (4.4).
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
numbers = [2**40, 2**31]
of_list, of_array = Tensor(numbers), Tensor(np.array(numbers))
print("of a list", of_list.dtype, of_list.tolist(), "of an array", of_array.dtype, of_array.tolist())
assert of_list.tolist() == [0, -(2**31)], "large ints are kept or refused now"
assert of_array.tolist() == numbers, "an array of numpy's is not kept any more"
PY
