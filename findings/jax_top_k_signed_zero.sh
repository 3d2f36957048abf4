#!/usr/bin/env bash
# Fact:     jax.lax.top_k puts 0.0 before -0.0, although they are equal; argmax and argsort in the
#           same library take the one that stands first.
# Guess:    equal numbers keep their order in all three.
# Versions: jax 0.10.2, numpy 2.4.6; 0.12.0.1 does the same.
# Seen:     of [-0.0, 0.0, -1.0] top_k takes index 1, argmax and the descending argsort index 0.
# Why:      relu(x) * w is -0.0 wherever w is negative, so dead scores of a router (section 5.1) or
#           a greedy choice (section 4.4) are told apart by a sign that == does not see.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2
venv/bin/python - <<'PY'
import jax, jax.numpy as jnp

print("jax", jax.__version__)
x = jnp.array([-0.0, 0.0, -1.0])
by_top_k = int(jax.lax.top_k(x, 1)[1][0])
by_argmax = int(jnp.argmax(x))
by_argsort = int(jnp.argsort(x, descending=True)[0])
print("top_k", by_top_k, "argmax", by_argmax, "argsort", by_argsort)
assert bool(x[0] == x[1])
assert (by_top_k, by_argmax, by_argsort) == (1, 0, 0), "another one comes first now"
PY
