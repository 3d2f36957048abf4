#!/usr/bin/env bash
# Fact:     optax.inject_hyperparams rounds all of an optimizer's numbers to the type of the gradients: with
#           bfloat16 gradients Adam's b2 of 0.999 is 1, and the weights are nan after the first step.
# Guess:    the same updates as without it; it only makes the numbers part of the state.
# Versions: optax 0.2.8, jax 0.10.2, numpy 2.4.6.
# Seen:     one bfloat16 weight with the gradient 0.5: adam(1e-3) moves it by -0.001, and injected adam by nan;
#           hyperparams has 1 for b2, 0.8984 for b1. With hyperparam_dtype=jnp.float32 it moves by -0.001.
# Why:      unless hyperparam_dtype says otherwise, the gradients' type is taken, also for constants. The
#           average of the squares then stays 0, and its correction (3.3) divides 0 by 1 - 1. A schedule
#           that is given to adam itself is rounded as well, but there it is the rate alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 numpy==2.4.6
venv/bin/python - <<'PY'
import jax, optax
import jax.numpy as jnp

print("optax", optax.__version__, "jax", jax.__version__)
weight, gradient = jnp.ones(1, jnp.bfloat16), jnp.full(1, 0.5, jnp.bfloat16)


def first_step(optimizer):
    update, state = optimizer.update(gradient, optimizer.init(weight), weight)
    return float(update[0]), state


plain, _ = first_step(optax.adam(1e-3))
injected, state = first_step(optax.inject_hyperparams(optax.adam)(1e-3))
told, _ = first_step(optax.inject_hyperparams(optax.adam, hyperparam_dtype=jnp.float32)(1e-3))
print("adam", plain, "| injected", injected, "| injected as float32", told)
print("hyperparams", {name: float(value) for name, value in state.hyperparams.items()})
assert abs(plain + 1e-3) < 1e-6 and abs(told + 1e-3) < 1e-6
assert injected != injected and state.hyperparams["b2"] == 1, "constants keep their digits now"
PY
