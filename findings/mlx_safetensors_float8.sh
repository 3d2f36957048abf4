#!/usr/bin/env bash
# Fact:     mlx loads a float8 tensor of a safetensors file as uint8, without a word: 1 and 2 become 56 and
#           64, and arithmetic goes on with these.
# Guess:    the numbers, or an error, as mlx has no float8.
# Versions: mlx 0.32.4 (CPU), safetensors 0.8.0, torch 2.13.0, numpy 2.4.6; tinygrad 0.14.0 loads 1 and 2.
# Seen:     [1, 2] saved by PyTorch as float8_e4m3fn is [56, 64] in mlx, a uint8 array, and times a float32
#           it is 56 and 64; mx.from_fp8 of it is 1 and 2.
# Why:      mlx's own float8 matrices are bytes with scales beside them, and that is what it takes each such
#           tensor for. Weights of a checkpoint in float8 (5.3) are off by a nonlinear map of their bits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' safetensors==0.8.0 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import mlx.core as mx, safetensors.torch, torch

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("mlx", "safetensors", "torch")))
saved = torch.tensor([1.0, 2.0])
safetensors.torch.save_file({"w": saved.to(torch.float8_e4m3fn)}, "w.safetensors")
by_torch = safetensors.torch.load_file("w.safetensors")["w"].float().tolist()
loaded = mx.load("w.safetensors")["w"]
product, decoded = (loaded * mx.ones(2)).tolist(), mx.from_fp8(loaded, mx.float32).tolist()
print("torch", by_torch, "| mlx", loaded.tolist(), loaded.dtype, "times 1.0", product, "from_fp8", decoded)
assert by_torch == decoded == [1, 2]
assert loaded.dtype == mx.uint8 and product == [56, 64], "float8 is read as numbers now"
PY
