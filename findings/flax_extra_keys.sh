#!/usr/bin/env bash
# Fact:     flax.serialization.from_state_dict drops keys that the target lacks without a word, and
#           takes arrays of any shape; only a missing key is an error.
# Guess:    an extra key raises as a missing one does.
# Versions: flax 0.12.8, jax 0.10.2, numpy 2.4.6.
# Seen:     a target {"w"} filled from {"w", "b"} has no b; w of shape (3,) becomes (2, 2);
#           the other way round ValueError.
# Why:      loading the checkpoint of a larger or differently shaped network (section 4.4) succeeds,
#           and fails, if at all, in the first matrix product.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 flax==0.12.8
venv/bin/python - <<'PY'
import flax, jax, numpy as np
from flax.serialization import from_state_dict

print("flax", flax.__version__, "jax", jax.__version__)
loaded = from_state_dict({"w": np.zeros(3)}, {"w": np.ones((2, 2)), "b": np.ones(2)})
print("target w (3,), file w (2, 2) and b:", {name: a.shape for name, a in loaded.items()})
assert list(loaded) == ["w"] and loaded["w"].shape == (2, 2), "keys or shapes are checked now"
try:
    from_state_dict({"w": np.zeros(3), "b": np.zeros(2)}, {"w": np.ones(3)})
except ValueError as error:
    print("target w and b, file w:", str(error)[:60])
else:
    raise SystemExit("a missing key is accepted now")
PY
