#!/usr/bin/env bash
# Fact:     where a whole training loop stands inside one torch.autocast, the weights move at every step
#           and the forward pass goes on with those of the first: the loss never changes.
# Guess:    each forward pass casts the weights as they are then.
# Versions: torch 2.13.0 (CPU), numpy 2.4.6.
# Seen:     a weight of 1 that is to become 0: outputs 1, 1, 1, 1 while the weight goes 1, 0, -1, -2; with
#           autocast inside the loop, or with cache_enabled=False, both go to 0 and stay there.
# Why:      the bfloat16 copy of a weight is kept until the region ends, and nobody tells it that an
#           optimizer changed the weight in place. An EMA that is copied in, or a reference model made
#           by swapping weights (5.2), is overlooked in the same way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import contextlib

import torch

print("torch", torch.__version__)


def train(outer, inner):
    """Outputs and weights of four steps of gradient descent on weight², which is to become 0."""
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(layer.weight)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    outputs, weights = [], []
    with outer():
        for _ in range(4):
            optimizer.zero_grad()
            with inner():
                output = layer(torch.ones(1, 1))
                loss = output.float().square().sum()
            loss.backward()
            outputs.append(output.item())
            weights.append(layer.weight.item())
            optimizer.step()
    return outputs, weights


def autocast(**options):
    return lambda: torch.autocast("cpu", torch.bfloat16, **options)


nothing = contextlib.nullcontext
around = train(autocast(), nothing)
inside = train(nothing, autocast())
without = train(autocast(cache_enabled=False), nothing)
print("around the loop", *around, "| inside it", *inside, "| without the cache", *without)
assert around == ([1, 1, 1, 1], [1, 0, -1, -2]), "the forward pass sees new weights now"
assert inside == without == ([1, 0, 0, 0], [1, 0, 0, 0])
PY
