#!/usr/bin/env bash
# Fact:     a loss that tinygrad is asked for after the optimizer's step is that of the new weights, and so
#           are gradients; losses that are kept in a list and read at the end are all equal.
# Guess:    the loss that was differentiated, at the weights of then: laziness changes when a number is
#           computed, not which.
# Versions: tinygrad 0.14.0 (device PYTHON), numpy 2.4.6.
# Seen:     weight² with steps that halve the weight, from 1: losses 1, 0.25 and 0.0625 read before each
#           step, 0.25, 0.0625 and 0.015625 after it, and three times 0.015625 at the end; the gradient
#           after the first step is 1 instead of 2.
# Why:      the step writes the new weight where the old one stood, and a tensor that was not computed by then
#           reads that place. A printed curve (3.1) is one step ahead; realize(), before the step, helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tinygrad==0.14.0 numpy==2.4.6
DEV=PYTHON venv/bin/python - <<'PY'
import importlib.metadata

from tinygrad import Context, Tensor, nn

print("tinygrad", importlib.metadata.version("tinygrad"))


def train(when):
    """Losses and gradients of three steps, read before each step, after it, or at the end."""
    weight = Tensor([1.0]).contiguous().realize()
    optimizer = nn.optim.SGD([weight], lr=0.25)
    lazy, read = [], []
    for _ in range(3):
        optimizer.zero_grad()
        loss = (weight * weight).sum()
        loss.backward()
        lazy.append((loss, weight.grad))
        if when == "before":
            Tensor.realize(*lazy[-1])
        optimizer.step()
        if when != "at the end":
            read.append([tensor.item() for tensor in lazy[-1]])
    return read or [[tensor.item() for tensor in pair] for pair in lazy]


with Context(TRAINING=1):
    seen = {when: train(when) for when in ("before", "after", "at the end")}
for when, pairs in seen.items():
    print(when, "losses", [loss for loss, _ in pairs], "gradients", [gradient for _, gradient in pairs])
assert seen["before"] == [[1, 2], [0.25, 1], [0.0625, 0.5]]
assert seen["after"] == [[0.25, 1], [0.0625, 0.5], [0.015625, 0.25]], "a loss keeps to its weights now"
assert seen["at the end"] == [[0.015625, 0.25]] * 3
PY
