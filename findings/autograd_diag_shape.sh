#!/usr/bin/env bash
# Fact:     autograd's gradient of the diagonal of a matrix that is not square has another shape
#           than the matrix.
# Guess:    the gradient has the matrix's shape, as that of numpy.trace has.
# Versions: autograd 1.9.1, numpy 2.4.6.
# Seen:     for a (3, 4) matrix numpy.diag gives a gradient of (3, 3); a second use of the matrix
#           then fails with "operands could not be broadcast together".
# Why:      a gradient has its variable's shape: the first thing that section 3.2's checks look at,
#           and here it is the reference that fails it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check autograd==1.9.1 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import autograd.numpy as np
from autograd import grad

print("autograd", importlib.metadata.version("autograd"), "numpy", np.__version__)
x = np.ones((3, 4))
by_diag = grad(lambda x: np.sum(np.diag(x)))(x)
by_trace = grad(lambda x: np.trace(x))(x)
print("x", x.shape, "gradient by diag", by_diag.shape, "by trace", by_trace.shape)
assert by_diag.shape == (3, 3) and by_trace.shape == (3, 4), "the shapes have changed"
try:
    grad(lambda x: np.sum(np.diag(x)) + np.sum(x))(x)
except ValueError as error:
    print("used twice:", error)
else:
    raise SystemExit("the two gradients add up now")
PY
