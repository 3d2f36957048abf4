#!/usr/bin/env bash
# Fact:     a label that is no class has the loss 0 and no gradient in tinygrad's cross-entropies,
#           and still counts in the mean: it makes the loss smaller. A row of an Embedding that is
#           not there is a row of zeros.
# Guess:    an error, as in PyTorch on a processor, or nan.
# Versions: tinygrad 0.14.0, numpy 2.4.6, on tinygrad's device PYTHON, which needs no compiler.
# Seen:     logits (1, 2) with label 2: loss 0, gradients 0; two such rows, labels 2 and 0: half of
#           the loss of the second.
# Why:      labels from 1 to n instead of 0 to n - 1 are a classic slip (2.2, 4.1), and here the loss
#           would look better for it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tinygrad==0.14.0 numpy==2.4.6
DEV=PYTHON venv/bin/python - <<'PY'
import importlib.metadata

from tinygrad import Tensor, nn

print("tinygrad", importlib.metadata.version("tinygrad"))


def loss(rows, labels, name):
    return getattr(Tensor(rows), name)(Tensor(labels)).item()


row = [1.0, 2.0]
for name in ("sparse_categorical_crossentropy", "cross_entropy"):
    right, wrong, both = (loss([row] * len(y), y, name) for y in ([0], [2], [2, 0]))
    print(name, "label 0:", right, "label 2:", wrong, "both:", both)
    assert wrong == 0 and abs(both - right / 2) < 1e-6, "a label out of range is noticed now"
logits = Tensor([row])
(gradient,) = logits.sparse_categorical_crossentropy(Tensor([2])).gradient(logits)
print("gradient", gradient.tolist(), "row 5 of 3:", nn.Embedding(3, 2)(Tensor([5])).tolist())
assert gradient.tolist() == [[0.0, 0.0]], "the gradient has changed"
assert nn.Embedding(3, 2)(Tensor([5])).tolist() == [[0.0, 0.0]], "the Embedding has changed"
PY
