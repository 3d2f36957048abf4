#!/usr/bin/env bash
# Fact:     the 8 bits of bitsandbytes' blockwise quantization (its 8-bit optimizers keep their states
#           in them) have the largest number of a block if it is positive, and not if it is negative:
#           1 comes back as 1, and -1 as -0.993. The 4 bits of NF4 have both.
# Guess:    the largest of a block is exact, whatever its sign, as in NF4, or in neither direction.
# Versions: bitsandbytes 0.50.2, torch 2.13.0, numpy 2.4.6, on a processor.
# Seen:     1 and 0.5 come back as 1 and 0.5008, -1 and -0.5 as -0.9930 and -0.5008.
# Why:      5.3's int8 goes from -127 to 127, so that both signs are treated alike.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 bitsandbytes==0.50.2 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import torch
from bitsandbytes import functional

print("bitsandbytes", importlib.metadata.version("bitsandbytes"), "torch", torch.__version__)


def in_8_bits(x):
    return functional.dequantize_blockwise(*functional.quantize_blockwise(x))


def in_4_bits(x):
    kept = functional.quantize_4bit(x, blocksize=64, quant_type="nf4")
    return functional.dequantize_4bit(*kept).flatten()


x = torch.tensor([1.0, 0.5])
above, below = in_8_bits(x), in_8_bits(-x)
print("8 bits:", above.tolist(), below.tolist(), "NF4 of -1:", in_4_bits(-torch.ones(64))[0].item())
assert above[0] == 1 and -0.995 < below[0] < -0.99, "both are alike now"
assert in_4_bits(torch.ones(64))[0] == 1 and in_4_bits(-torch.ones(64))[0] == -1
PY
