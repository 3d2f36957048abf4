#!/usr/bin/env bash
# Fact:     the remainder that mlx's divmod returns has the gradient 0; the same number from
#           mx.remainder has the right one.
# Guess:    the same gradients, 1 and minus the quotient, from both.
# Versions: mlx 0.32.4 (CPU).
# Seen:     7.5 and 2 leave 1.5 with both; the gradients are 0 and 0 by divmod, 1 and -3 by
#           remainder.
# Why:      two names for one operation have two rules for the backward pass, each written by hand;
#           that is why section 1.3 checks every operation and not one of each kind.
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
x, y = mx.array(7.5), mx.array(2.0)
for name, function, wanted in (
    ("divmod", lambda x, y: mx.divmod(x, y)[1], [0, 0]),
    ("remainder", mx.remainder, [1, -3]),
):
    gradients = [g.item() for g in mx.grad(lambda x, y: function(x, y), argnums=(0, 1))(x, y)]
    print(f"{name:9} value {function(x, y).item()}, gradients {gradients}")
    assert function(x, y).item() == 1.5 and gradients == wanted, "the gradients have changed"
PY
