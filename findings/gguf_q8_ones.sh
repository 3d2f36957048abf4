#!/usr/bin/env bash
# Fact:     a block of ones is exact in the 4 bits of GGUF's Q4_0 and not in the 8 bits of its Q8_0,
#           which gives 0.99994: the integers are made with the exact scale 1/127, and then the scale
#           is rounded to float16.
# Guess:    what is largest in a block comes back exactly, and more bits are never further off.
# Versions: gguf 0.19.0, numpy 2.4.6.
# Seen:     Q8_0 0.99993896, Q4_0 1.0 (its scale is -1/8, a float16 as it stands).
# Why:      5.3's quantize_int8 keeps its scale as it is, and the largest weight of a column is exact.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import numpy as np
from gguf import GGMLQuantizationType, quants

print("gguf", importlib.metadata.version("gguf"))
ones, found = np.ones(32, dtype=np.float32), {}
for name in ("Q4_0", "Q8_0"):
    kind = GGMLQuantizationType[name]
    found[name] = float(quants.dequantize(quants.quantize(ones, kind), kind)[0])
print("ones come back as", found, "and 127 times the float16 of 1/127 is", 127 * float(np.float16(1 / 127)))
assert found["Q4_0"] == 1.0 and found["Q8_0"] == 127 * float(np.float16(1 / 127)) < 1
PY
