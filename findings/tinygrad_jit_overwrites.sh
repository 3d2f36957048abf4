#!/usr/bin/env bash
# Fact:     from its second call on, a function under tinygrad's TinyJit returns the same memory each time:
#           a result that was kept becomes the result of the next call.
# Guess:    each call returns a tensor of its own, as under jax.jit and torch.compile.
# Versions: tinygrad 0.14.0 (device PYTHON), numpy 2.4.6.
# Seen:     x + 1 of 0, 1, 2, 3 and 4, all kept: 1, 5, 5, 5 and 5; with clone() 1 to 5.
# Why:      the second call is recorded with the buffers that it happened to use, and replayed into them.
#           Losses, or logits of a cache's positions (5.3, 5.4), that are gathered in a list are the last
#           one many times over.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tinygrad==0.14.0 numpy==2.4.6
DEV=PYTHON venv/bin/python - <<'PY'
import importlib.metadata

from tinygrad import Tensor, TinyJit

print("tinygrad", importlib.metadata.version("tinygrad"))


def gathered(keep):
    @TinyJit
    def add_one(x):
        return (x + 1).realize()

    results = [keep(add_one(Tensor([float(i)]).contiguous().realize())) for i in range(5)]
    return [result.item() for result in results]


kept, cloned = gathered(lambda result: result), gathered(lambda result: result.clone().realize())
print("kept", kept, "| cloned", cloned)
assert cloned == [1, 2, 3, 4, 5]
assert kept == [1, 5, 5, 5, 5], "each call returns memory of its own now"
PY
