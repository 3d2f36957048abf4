#!/usr/bin/env bash
# Fact:     autograd's gradient of the largest-entry norm, numpy.linalg.norm(x, ord=inf), is nan
#           everywhere, without an error, while ord=1 and ord=-inf are said to be not implemented.
# Guess:    ±1 at the entry of largest magnitude and 0 elsewhere.
# Versions: autograd 1.9.1, numpy 2.4.6.
# Seen:     at [3, -4] the value is 4 and the gradient [nan, nan]; max(abs(x)) gives [0, -1].
# Why:      autograd is what many compare their first engine with; a nan there is taken for a fault
#           of one's own. A finite difference (section 1.1) settles it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check autograd==1.9.1 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata, warnings

import autograd.numpy as np
from autograd import grad

warnings.simplefilter("ignore")  # numpy says "invalid value encountered"
print("autograd", importlib.metadata.version("autograd"), "numpy", np.__version__)
x = np.array([3.0, -4.0])
norm = lambda x: np.linalg.norm(x, ord=np.inf)
value, gradient, wanted = norm(x), grad(norm)(x), grad(lambda x: np.max(np.abs(x)))(x)
print("norm", value, "its gradient", gradient, "gradient of max(abs(x))", wanted)
assert value == 4 and np.isnan(gradient).all(), "the gradient is another one now"
assert wanted.tolist() == [0, -1]
PY
