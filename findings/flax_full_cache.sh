#!/usr/bin/env bash
# Fact:     when the cache of Flax's attention is full, each further token is written over the last one,
#           without an error, and its counter goes on.
# Guess:    an error, as the length of the cache is given and the counter is known.
# Versions: flax 0.12.8, jax 0.10.2, numpy 2.4.6.
# Seen:     a cache of 3 that gets the tokens 1 to 5 holds keys of 1, 2 and 5 and says it has 5 of them, by
#           nnx.MultiHeadAttention and by linen's MultiHeadDotProductAttention alike.
# Why:      the key is put in by jax.lax.dynamic_update_slice, which moves a place beyond the end back to
#           the last one that exists. A text that is longer than planned goes on, and forgets the token
#           before the last; 4.4's cache grows, and its position table is what says that it ends.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check flax==0.12.8 jax==0.10.2 numpy==2.4.6
venv/bin/python - <<'PY'
import flax, jax, jax.numpy as jnp, numpy as np
from flax import linen, nnx

print("flax", flax.__version__, "jax", jax.__version__, "numpy", np.__version__)


def tokens(keys):
    """Which tokens the keys of a cache come from: those of the token t are t times those of 1."""
    first = np.asarray(keys)[0, :, 0, 0]
    return np.round(first / first[0]).astype(int).tolist()


attention = nnx.MultiHeadAttention(
    num_heads=1, in_features=4, qkv_features=4, decode=True, use_bias=False, rngs=nnx.Rngs(0)
)
attention.init_cache((1, 3, 4))
for token in range(1, 6):
    attention(jnp.full((1, 1, 4), float(token)))
by_nnx = tokens(attention.cached_key[...]), int(attention.cache_index[...])

layer = linen.MultiHeadDotProductAttention(num_heads=1, qkv_features=4, decode=True, use_bias=False)
state = layer.init(jax.random.key(0), jnp.ones((1, 3, 4)), jnp.ones((1, 3, 4)))
params, cache = state["params"], state["cache"]
for token in range(1, 6):
    x = jnp.full((1, 1, 4), float(token))
    _, changed = layer.apply({"params": params, "cache": cache}, x, x, mutable=["cache"])
    cache = changed["cache"]
by_linen = tokens(cache["cached_key"]), int(cache["cache_index"])
print("keys in the cache come from, and how many it says it has: nnx", *by_nnx, "linen", *by_linen)
assert by_nnx == by_linen == ([1, 2, 5], 5), "a full cache does otherwise now"
PY
