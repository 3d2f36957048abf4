#!/usr/bin/env bash
# Fact:     mlx's BatchNorm trains with the variance over N and keeps that over N - 1 for inference,
#           as PyTorch does; flax, haiku and equinox keep the one over N.
# Guess:    over N for both, as the other libraries that pass arrays through functions do.
# Versions: mlx 0.32.4 (CPU); flax 0.12.8, dm-haiku 0.0.17 and equinox 0.13.8 for the
#           others.
# Seen:     a batch of 0 and 2 with momentum 1 comes out as ±1, so the variance used is 1; the
#           variance kept is 2.
# Why:      a ported network agrees in training and not in inference, the more so the smaller the
#           batch.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4'
venv/bin/python - <<'PY'
import importlib.metadata

import mlx.core as mx, mlx.nn as nn

print("mlx", importlib.metadata.version("mlx"))
layer = nn.BatchNorm(1, momentum=1.0)
out = layer(mx.array([[0.0], [2.0]]))
kept = layer.running_var.item()
print("normalized", [round(number, 3) for number in out[:, 0].tolist()], "variance kept", kept)
assert max(abs(abs(number) - 1) for number in out[:, 0].tolist()) < 1e-4
assert kept == 2, "another variance is kept now"
PY
