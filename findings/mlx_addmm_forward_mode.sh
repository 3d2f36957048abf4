#!/usr/bin/env bash
# Fact:     forward-mode derivatives of mlx's addmm leave out its factors alpha and beta; reverse
#           mode and the value have them.
# Guess:    the two modes agree.
# Versions: mlx 0.32.4 (CPU).
# Seen:     addmm(c, a, b, alpha=0.5, beta=2) is 2c + ab/2; at a = 3, b = 5 reverse mode gives 2.5
#           for a and 2 for c, forward mode 5 and 1.
# Why:      comparing a directional derivative with the gradient is a quick check of any engine, and
#           here it finds a fault in a library.
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
one, a, b, c = (mx.array([[number]]) for number in (1.0, 3.0, 5.0, 0.0))
for name, function, x, wanted in (
    ("a", lambda x: mx.addmm(c, x, b, alpha=0.5, beta=2.0), a, (7.5, 2.5, 5.0)),
    ("c", lambda x: mx.addmm(x, a, b, alpha=0.5, beta=2.0), c, (7.5, 2.0, 1.0)),
):
    reverse = mx.grad(lambda x: function(x).sum())(x)
    (value,), (forward,) = mx.jvp(lambda x: function(x), [x], [one])
    seen = value.item(), reverse.item(), forward.item()
    print("with respect to {}: value {}, reverse {}, forward {}".format(name, *seen))
    assert seen == wanted, "the derivatives have changed"
PY
