#!/usr/bin/env bash
# Fact:     a block whose largest number is 7.9 keeps it as 6 in gguf's MXFP4 and as 8 in mlx's: both
#           write the same format, but choose the block's power of two by different rules.
# Guess:    6 in both: the scale of the standard (OCP MX) is the exponent of the largest number, less 2.
# Versions: gguf 0.19.0, mlx 0.32.4 (CPU), numpy 2.4.6. torchao 0.18.0 does as gguf unless it is told
#           RCEIL.
# Seen:     [7.9, 0.3] becomes [6, 0.5] and [8, 0], as both share one scale; [6.1, 0.3] becomes
#           [6, 0.5] and [6, 0]; of blocks of normal draws three in ten differ.
# Why:      gguf takes the exponent's floor, so that what lies between 6 and 8 is cut to 6; mlx takes the
#           smallest power of two with which nothing is cut, and has a coarser grid then. 5.3's int8 can
#           do both, since its scale is any number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0 'mlx[cpu]==0.32.4' numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import mlx.core as mx, numpy as np
from gguf import GGMLQuantizationType, quants

print("gguf", importlib.metadata.version("gguf"), "mlx", importlib.metadata.version("mlx"), "numpy", np.__version__)


def by_gguf(blocks):
    return quants.dequantize(quants.quantize(blocks, GGMLQuantizationType.MXFP4), GGMLQuantizationType.MXFP4)


def by_mlx(blocks):
    integers, scales = mx.quantize(mx.array(blocks), mode="mxfp4")
    return np.array(mx.dequantize(integers, scales, mode="mxfp4").astype(mx.float32))


seen = {}
for largest in (6.0, 6.1, 7.9):
    block = np.zeros((1, 32), np.float32)
    block[0, :2] = largest, 0.3
    seen[largest] = by_gguf(block)[0, :2].tolist(), by_mlx(block)[0, :2].tolist()
    print([largest, 0.3], "gguf", seen[largest][0], "mlx", seen[largest][1])
draws = np.random.default_rng(0).standard_normal((2000, 32)).astype(np.float32)
differ = float((by_gguf(draws) != by_mlx(draws)).any(axis=1).mean())
print("blocks that differ:", differ)
assert seen[6.0][0] == seen[6.0][1] == [6, 0.5]
assert [pair[0] for pair in seen[7.9]] == [6, 8], "both choose the scale by one rule now"
assert [pair[0] for pair in seen[6.1]] == [6, 6] and seen[6.1][0][1] != seen[6.1][1][1]
assert 0.25 < differ < 0.35
PY
