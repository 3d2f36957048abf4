#!/usr/bin/env bash
# Fact:     after one nan gradient mlx's Lion never moves that weight again, and neither weights nor loss
#           show a nan; optax's Lion makes the weight nan at once.
# Guess:    nan in both, as with Adam.
# Versions: mlx 0.32.4 (CPU), optax 0.2.8, jax 0.10.2, numpy 2.4.6. Lion in PyTorch does as mlx's
#           (pytorch_optimizer 4.1.0, torch 2.13.0).
# Seen:     two weights of 1, five steps of 0.1; the second gradient of the first is nan: it stays at 0.9,
#           the other goes to 0.5. With optax the first is nan.
# Why:      Lion moves by the sign of its mean, the mean is nan from then on, and the sign of nan is 0 in
#           mlx and in PyTorch, nan in JAX and numpy, and 1 in tinygrad 0.14.0. A check for nan in the
#           weights or in the loss (3.4) finds nothing; one of the gradients does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' optax==0.2.8 jax==0.10.2 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import jax.numpy as jnp, mlx.core as mx, mlx.optimizers, numpy as np, optax

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("mlx", "optax", "jax", "numpy")))
gradients = [[1.0, 1.0], [np.nan, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
weights, lion = {"w": mx.ones(2)}, mlx.optimizers.Lion(learning_rate=0.1)
for gradient in gradients:
    weights = lion.apply_gradients({"w": mx.array(gradient)}, weights)
by_mlx = np.array(weights["w"])
params, lion = jnp.ones(2), optax.lion(0.1, weight_decay=0.0)
state = lion.init(params)
for gradient in gradients:
    updates, state = lion.update(jnp.array(gradient), state, params)
    params = optax.apply_updates(params, updates)
by_optax = np.asarray(params)
print("mlx", by_mlx, "optax", by_optax, "| sign of nan:", mx.sign(mx.array(np.nan)).item(), float(jnp.sign(jnp.nan)))
assert np.allclose(by_mlx, [0.9, 0.5]), "mlx's Lion passes the nan on now"
assert np.isnan(by_optax[0]) and np.isclose(by_optax[1], 0.5)
PY
