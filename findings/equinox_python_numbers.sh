#!/usr/bin/env bash
# Fact:     Equinox restores a Python number in the type that the template has: a saved 0.5 becomes 0 where
#           the template holds an int, and True where it holds a bool, without a word.
# Guess:    the number that was saved, or an error, as for arrays.
# Versions: equinox 0.13.8, jax 0.10.2, numpy 2.4.6.
# Seen:     {"rate": 0.5, "steps": 3} into {"rate": 0, "steps": 0.0} gives 0 and 3.0; a float32 array into a
#           template of bfloat16 raises RuntimeError.
# Why:      a Python leaf is read as an array and given to the template's type. A dropout rate written as 0
#           in the new model, instead of 0.0, is 0 after loading a model that was trained with 0.5.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.10.2 numpy==2.4.6
venv/bin/python - <<'PY'
import equinox, jax, jax.numpy as jnp

print("equinox", equinox.__version__, "jax", jax.__version__)


def restored(saved, template):
    equinox.tree_serialise_leaves("model.eqx", saved)
    try:
        return equinox.tree_deserialise_leaves("model.eqx", template)
    except RuntimeError as error:
        return type(error).__name__


ints = restored({"rate": 0.5, "steps": 3}, {"rate": 0, "steps": 0.0})
bools = restored({"rate": 0.5, "steps": 3}, {"rate": False, "steps": 3})
arrays = restored(jnp.ones(2), jnp.ones(2, jnp.bfloat16))
layer = restored(equinox.nn.Dropout(p=0.5), equinox.nn.Dropout(p=0)).p
print("template of int and float", ints, "| of bool", bools, "| arrays", arrays, "| Dropout(0.5) into Dropout(0)", layer)
assert ints == {"rate": 0, "steps": 3.0} and type(ints["steps"]) is float, "Python numbers keep their type now"
assert bools["rate"] is True and arrays == "RuntimeError" and layer == 0
PY
