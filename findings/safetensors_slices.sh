#!/usr/bin/env bash
# Fact:     a slice of a tensor in a safetensors file is not a slice of Python: [-1] and [::2] work,
#           [-2:] raises OverflowError, [0:100] is out of bounds and [[0, 2]] is not implemented.
# Guess:    a step is refused, a list of rows works.
# Versions: safetensors 0.8.0, numpy 2.4.6.
# Seen:     of five rows [-1] gives the last, [::2] three; [-2:] "can't convert negative int to
#           unsigned", [0:100] and [[0, 2]] SafetensorError.
# Why:      get_slice is how a part of a large checkpoint is read, a shard or a few rows of an
#           embedding; code that works on the array fails on the file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 safetensors==0.8.0
venv/bin/python - <<'PY'
import numpy as np, safetensors
from safetensors.numpy import save_file

print("safetensors", safetensors.__version__, "numpy", np.__version__)
save_file({"w": np.arange(5, dtype=np.float32)[:, None]}, "w.safetensors")
seen = []
with safetensors.safe_open("w.safetensors", "np") as file:
    rows = file.get_slice("w")
    for text, index in (
        ("[-1]", -1),
        ("[::2]", slice(None, None, 2)),
        ("[-2:]", slice(-2, None)),
        ("[0:100]", slice(0, 100)),
        ("[[0, 2]]", [0, 2]),
    ):
        try:
            seen.append(rows[index].ravel().tolist())
        except Exception as error:
            seen.append(type(error).__name__)
        print(f"{text:9} {seen[-1]}")
assert seen == [[4], [0, 2, 4], "OverflowError", "SafetensorError", "SafetensorError"], (
    "slices work otherwise now"
)
PY
