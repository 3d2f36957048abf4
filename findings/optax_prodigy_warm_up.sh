#!/usr/bin/env bash
# Fact:     optax's prodigy makes all weights nan in its first step where its schedule warms up from 0, and so
#           does dadapt_adamw in its second; a first gradient of 0 does the same.
# Guess:    the first step moves nothing, as in PyTorch's versions; a warm-up is what the docstring recommends.
# Versions: optax 0.2.8, jax 0.10.2, pytorch_optimizer 4.1.0, torch 2.13.0, numpy 2.4.6.
# Seen:     two weights of 1, gradients 1 and -1, a rate that rises from 0: nan after step 1 (prodigy), after
#           step 2 (dadapt_adamw). From 0.25 all is well, and from 0 with prodigy's safeguard_warmup=True. After
#           one gradient of 0 at a steady rate: nan. pytorch_optimizer's two stay at 1 and then move.
# Why:      the step size is estimated as one running sum over another, and both are still 0. A warm-up
#           often starts at 0, also with optax's own warmup_cosine_decay_schedule; that of 3.3 does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 pytorch_optimizer==4.1.0 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata, math

import jax.numpy as jnp
import optax, pytorch_optimizer, torch

names = "optax", "jax", "pytorch_optimizer", "torch"
print(*(f"{name} {importlib.metadata.version(name)}" for name in names))


def with_optax(name, rate, gradients, **options):
    """The first of two weights after each step."""
    optimizer = getattr(optax.contrib, name)(rate, **options)
    weights, path = jnp.ones(2), []
    state = optimizer.init(weights)
    for gradient in gradients:
        update, state = optimizer.update(jnp.array([gradient, -gradient]), state, weights)
        weights = optax.apply_updates(weights, update)
        path.append(weights[0].item())
    return path


def with_torch(name, rates, gradients):
    weights = torch.nn.Parameter(torch.ones(2))
    optimizer, path = pytorch_optimizer.load_optimizer(name)([weights], lr=1.0), []
    for rate, gradient in zip(rates, gradients):
        optimizer.param_groups[0]["lr"] = rate
        weights.grad = torch.tensor([gradient, -gradient])
        optimizer.step()
        path.append(weights[0].item())
    return path


def broken(path):
    return [math.isnan(weight) for weight in path]


steady, late = [1.0] * 3, [0.0, 1.0, 1.0]
from_zero, from_quarter = optax.linear_schedule(0.0, 1.0, 4), optax.linear_schedule(0.25, 1.0, 3)
seen = {name: with_optax(name, from_zero, steady) for name in ("prodigy", "dadapt_adamw")}
sound = [with_optax(name, from_quarter, steady) for name in seen]
sound += [with_optax("prodigy", from_zero, steady, safeguard_warmup=True)]
no_gradient = {name: with_optax(name, 1.0, late) for name in seen}
others = [with_torch(name, [0.0, 0.25, 0.5], steady) for name in ("prodigy", "dadaptadam")]
others += [with_torch(name, steady, late) for name in ("prodigy", "dadaptadam")]
print("warm-up from 0", seen, "| a first gradient of 0", no_gradient)
print("from 0.25, and safeguarded", sound, "| pytorch_optimizer", others)
assert not any(map(any, map(broken, sound + others)))
assert broken(seen["prodigy"]) == [True] * 3, "a warm-up from 0 is harmless now"
assert broken(seen["dadapt_adamw"]) == [False, True, True]
assert all(broken(path)[1] for path in no_gradient.values())
PY
