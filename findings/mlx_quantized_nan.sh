#!/usr/bin/env bash
# Fact:     a nan disappears when mlx quantizes: alone it becomes 448, the largest float8, though that type has
#           a nan; among 31 ones it makes all 32 of them 896 in mxfp8 and 0 in mxfp4 and nvfp4, and with the
#           4 or 8 bits of the usual mode it becomes 1.
# Guess:    nan in float8, as in PyTorch; nan, or a whole block of nan, in the others.
# Versions: mlx 0.32.4 (CPU), torch 2.13.0, numpy 2.4.6.
# Seen:     to_fp8 of nan, inf and 0.3 is 448, 448 and 0.3125; float8_e4m3fn of PyTorch has nan, 448, 0.3125.
#           gguf 0.19.0 keeps nan in its Q8_0, for the whole block, and has 0 in MXFP4.
# Why:      what compares with nothing is cut to the largest number there is, and the largest of a block is
#           looked for by comparing. A model whose training has failed (3.4) is without a nan again once it is
#           quantized (5.3): look for one before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 'mlx[cpu]==0.32.4'
venv/bin/python - <<'PY'
import mlx.core as mx, numpy as np, torch
from importlib.metadata import version

print("mlx", version("mlx"), "torch", torch.__version__, "numpy", np.__version__)
nan, inf = float("nan"), float("inf")
numbers = [nan, inf, 0.3]
of_mlx = mx.from_fp8(mx.to_fp8(mx.array(numbers)), mx.float32).tolist()
of_torch = torch.tensor(numbers).to(torch.float8_e4m3fn).float().tolist()
print("float8 of", numbers, "mlx", of_mlx, "PyTorch", of_torch)
assert of_mlx == [448, 448, 0.3125] and np.isnan(of_torch[0]) and of_torch[1:] == of_mlx[1:]
ones = np.ones((8, 64), np.float32)
broken = ones.copy()
broken[:, 3] = nan
ways = [(dict(mode=mode), number) for mode, number in (("mxfp8", 896), ("mxfp4", 0), ("nvfp4", 0))]
ways += [(dict(bits=bits, group_size=32), 1) for bits in (4, 8)]
for way, wanted in ways:
    before, after = (
        np.array(mx.dequantize(*mx.quantize(mx.array(block), **way), **way).astype(mx.float32))
        for block in (ones, broken)
    )
    print(way, "ones", before[0, :5].tolist(), "with a nan", after[0, :5].tolist())
    assert np.allclose(before, 1, atol=0.05) and not np.isnan(after).any(), "the nan is kept now"
    assert np.all(after[:, :16] == wanted)
PY
