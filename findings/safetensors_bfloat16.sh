#!/usr/bin/env bash
# Fact:     safetensors.numpy saves bfloat16 and float8 arrays of ml_dtypes and then cannot load its
#           own file: KeyError.
# Guess:    either both work or saving is refused, since numpy has no bfloat16 of its own.
# Versions: safetensors 0.8.0, ml_dtypes 0.6.0, numpy 2.4.6.
# Seen:     the header says BF16 and F8_E4M3, the bytes are right, load raises KeyError: 'BF16'.
#           The bytes can be read by hand with numpy.frombuffer(..., ml_dtypes.bfloat16).
# Why:      published weights are mostly bfloat16; a tool in pure numpy must decode them itself, as
#           section 4.4's sizes of published models would.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0 safetensors==0.8.0
venv/bin/python - <<'PY'
import json
import ml_dtypes, numpy as np, safetensors
from safetensors.numpy import load, save

print("safetensors", safetensors.__version__, "ml_dtypes", ml_dtypes.__version__)
for dtype, name in ((ml_dtypes.bfloat16, "BF16"), (ml_dtypes.float8_e4m3fn, "F8_E4M3")):
    data = save({"w": np.array([0.5, -2], dtype)})
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    by_hand = np.frombuffer(data[8 + size :], dtype).tolist()
    try:
        outcome = load(data)
    except KeyError as error:
        outcome = f"KeyError: {error}"
    print("saved as", header["w"]["dtype"], "| load:", outcome, "| by hand:", by_hand)
    assert header["w"]["dtype"] == name and by_hand == [0.5, -2]
    assert outcome == f"KeyError: '{name}'", "load reads it now"
PY
