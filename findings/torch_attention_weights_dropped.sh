#!/usr/bin/env bash
# Fact:     the attention weights that PyTorch's MultiheadAttention returns while it trains are those after
#           dropout: their rows do not sum to 1, and single weights exceed 1.
# Guess:    the probabilities, as the softmax gave them; dropout is the output's own matter.
# Versions: torch 2.13.0, numpy 2.4.6.
# Seen:     one key, so that every weight is 1: with dropout 0.5 the weights are 0 and 2, in eval mode 1.
# Why:      dropout is applied to the weights and these are returned. A picture of
#           attention, or a loss on it such as a distillation's (4.3, 5.3), has to be taken in eval mode.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import torch

print("torch", torch.__version__)
torch.manual_seed(0)
attention = torch.nn.MultiheadAttention(8, 1, dropout=0.5, batch_first=True)
queries, key = torch.randn(1, 20, 8), torch.randn(1, 1, 8)
seen = {}
for mode in (True, False):
    weights = attention.train(mode)(queries, key, key)[1]
    seen[mode] = sorted(set(weights.flatten().tolist()))
    print("training" if mode else "eval", "weights of the only key:", seen[mode])
assert seen[True] == [0, 2], "the weights returned are those before dropout now"
assert seen[False] == [1]
PY
