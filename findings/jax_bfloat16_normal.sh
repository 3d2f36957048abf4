#!/usr/bin/env bash
# Fact:     jax.random.normal in bfloat16 gives 128 different numbers, none beyond 2.9 and none of them
#           0, and a coin of probability 0.001 in bfloat16 falls eight times too often.
# Guess:    float32 numbers, rounded: thousands of values, and tails up to 5.
# Versions: jax 0.10.2, flax 0.12.8, numpy 2.4.6. PyTorch 2.13.0 and mlx 0.32.4 do as guessed: among a
#           million of theirs there are 3,000 to 4,000 values, up to 5.
# Seen:     of a million from -2.89 to 2.52 there are 128 values; bernoulli of a bfloat16 0.001 is true
#           7.7 times in 1,000. flax.nnx.Linear(256, 256, param_dtype=bfloat16) starts with 128
#           values, and with 2,296 if it is made in float32 and rounded.
# Why:      all is made of a uniform number with as many bits as the type has: 7. Weights that are drawn
#           in bfloat16 (2.2) are hardly random; draw in float32 and round.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 flax==0.12.8
venv/bin/python - <<'PY'
import flax, jax, jax.numpy as jnp, numpy as np
from flax import nnx

print("jax", jax.__version__, "flax", flax.__version__, "numpy", np.__version__)
key, many = jax.random.key(0), (1_000_000,)


def values(array):
    return np.unique(np.asarray(array.astype(jnp.float32)))


coarse = values(jax.random.normal(key, many, jnp.bfloat16))
fine = values(jax.random.normal(key, many).astype(jnp.bfloat16))
for name, found in (("drawn in bfloat16", coarse), ("in float32, then rounded", fine)):
    print(f"{name:24} {len(found)} values from {found[0]:.2f} to {found[-1]:.2f}, a 0: {0 in found}")
assert len(coarse) == 128 and -2.9 < coarse[0] and coarse[-1] < 2.6 and 0 not in coarse
assert len(fine) > 2500 and fine[0] < -4.5 and fine[-1] > 4.5
coins = [float(jnp.mean(jax.random.bernoulli(key, kind(0.001), many))) for kind in (jnp.bfloat16, jnp.float32)]
print("heads of a coin of 0.001: bfloat16", coins[0], "float32", coins[1])
assert abs(coins[0] - 1 / 128) < 4e-4 and abs(coins[1] - 0.001) < 2e-4
layers = [nnx.Linear(256, 256, param_dtype=kind, rngs=nnx.Rngs(0)) for kind in (jnp.bfloat16, jnp.float32)]
weights = [len(values(layer.kernel[...].astype(jnp.bfloat16))) for layer in layers]
print("values among 65,536 first weights: bfloat16", weights[0], "float32, rounded", weights[1])
assert weights[0] == 128 < 2000 < weights[1], "flax draws bfloat16 weights otherwise now"
PY
