#!/usr/bin/env bash
# Fact:     torchmetrics decides for each batch anew whether scores are logits, so that the accuracy of the
#           same logits depends on how they are cut into batches.
# Guess:    what is collected over batches is what one batch of everything would give; "automatic
#           accumulation over batches" is what its README offers.
# Versions: torchmetrics 1.9.0, torch 2.13.0, numpy 2.4.6.
# Seen:     logits 0.2, 0.4, -3 and 3, all of them on the right side of 0: accuracy 1 in one batch, 0.5 in
#           two batches of two. With probabilities instead of logits it is 1 in both.
# Why:      a batch with a number outside 0 to 1 goes through the sigmoid, one without is taken for
#           probabilities, and 0.2 is below 0.5 then. Where logits are small, as those of a model at the
#           start of training (3.4), whole batches are judged at another threshold.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import torch, torchmetrics
from torchmetrics.classification import BinaryAccuracy

print("torchmetrics", torchmetrics.__version__, "torch", torch.__version__)
logits, labels = torch.tensor([0.2, 0.4, -3.0, 3.0]), torch.tensor([1, 1, 0, 1])


def accuracy(scores, size):
    metric = BinaryAccuracy()
    for batch, right in zip(scores.split(size), labels.split(size)):
        metric.update(batch, right)
    return metric.compute().item()


seen = {size: (accuracy(logits, size), accuracy(logits.sigmoid(), size)) for size in (4, 2)}
for size, (of_logits, of_probabilities) in seen.items():
    print(f"batches of {size}: logits {of_logits}, probabilities {of_probabilities}")
assert [pair[0] for pair in seen.values()] == [1, 0.5], "batches do not matter now"
assert [pair[1] for pair in seen.values()] == [1, 1]
PY
