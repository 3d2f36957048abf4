#!/usr/bin/env bash
# Fact:     a static argument of jax.jit that is a tuple is not told apart from an equal tuple of other types:
#           after (1.0,), (1,) gives floats. The bare 1 and 1.0 are told apart, 0.0 and -0.0 never.
# Guess:    traced anew, since the types of what is inside differ, as for bare numbers.
# Versions: jax 0.10.2, numpy 2.4.6.
# Seen:     integers times a static (1.0,), then (1,): float32 twice; the other way round int32 twice; the bare
#           numbers give float32 and int32. copysign(1, 0.0), then copysign(1, -0.0), both static: 1 and 1.
# Why:      traces are looked up by hash and ==, to which only the type of the argument itself is added; Python
#           holds (1,) == (1.0,) and 0.0 == -0.0. What comes out depends on which was called first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax==0.10.2 numpy==2.4.6
venv/bin/python - <<'PY'
import jax
import jax.numpy as jnp

print("jax", jax.__version__)
integers, one = jnp.arange(3, dtype=jnp.int32), jnp.float32(1)


def results(function, array, *statics):
    """One compiled function, called with one static argument after another."""
    compiled = jax.jit(lambda array, static: function(array, static), static_argnums=1)
    return [compiled(array, static) for static in statics]


def types(function, *statics):
    return [str(result.dtype) for result in results(function, integers, *statics)]


first = lambda array, factors: array * factors[0]
bare = types(lambda array, factor: array * factor, 1.0, 1)
floats_first, integers_first = types(first, (1.0,), (1,)), types(first, (1,), (1.0,))
signs = [float(result) for result in results(jnp.copysign, one, 0.0, -0.0)]
print("1.0, 1:", bare, "| (1.0,), (1,):", floats_first, "| (1,), (1.0,):", integers_first)
print("copysign(1, 0.0), copysign(1, -0.0), static:", signs, "| not static:", float(jnp.copysign(one, -0.0)))
assert bare == ["float32", "int32"] and float(jnp.copysign(one, -0.0)) == -1
assert floats_first == ["float32", "float32"], "tuples of floats and of ints are told apart now"
assert integers_first == ["int32", "int32"] and signs == [1, 1]
PY
