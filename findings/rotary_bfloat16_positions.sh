#!/usr/bin/env bash
# Fact:     rotary-embedding-torch counts positions in the type of the queries: in bfloat16 positions
#           256 and 257 are turned alike, and the angles stay in its cache, so that float32 queries
#           are turned wrongly from then on as well.
# Guess:    angles in float32 whatever the queries are, as its freqs are and as in transformers' Llama.
# Versions: rotary-embedding-torch 0.9.1, torch 2.13.0, numpy 2.4.6.
# Seen:     of 600 positions 193 are turned just as the one before, and none in float32; the largest
#           error is 2.4, and up to position 256 it is 0.004, that of rounding.
# Why:      torch.arange(n, dtype=bfloat16) has 8 bits: from 256 on it counts by twos, from 512 by fours.
#           4.4's rope would do the same if its positions were in half precision.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 rotary-embedding-torch==0.9.1
venv/bin/python - <<'PY'
import importlib.metadata

import torch
from rotary_embedding_torch import RotaryEmbedding

print("rotary-embedding-torch", importlib.metadata.version("rotary-embedding-torch"), "torch", torch.__version__)
queries = torch.ones(1, 1, 600, 32)
exact = RotaryEmbedding(32).rotate_queries_or_keys(queries)[0, 0]
rotary = RotaryEmbedding(32)
half = rotary.rotate_queries_or_keys(queries.bfloat16())[0, 0].float()
later = rotary.rotate_queries_or_keys(queries)[0, 0]
stuck = int((half[1:] == half[:-1]).all(dim=1).sum())
error = (half - exact).abs().amax(dim=1)
print("positions turned as the one before:", stuck, "| in float32:", int((exact[1:] == exact[:-1]).all(dim=1).sum()))
print("error up to position 256:", error[:257].max().item(), "| beyond:", error[257:].max().item())
print("float32 queries afterwards:", (later - exact).abs().max().item())
assert torch.equal(half[256], half[257]) and stuck > 150, "positions are told apart now"
assert error[:257].max() < 0.01 and error[257:].max() > 1
assert (later - exact).abs().max() > 1, "the cache is right now"
PY
