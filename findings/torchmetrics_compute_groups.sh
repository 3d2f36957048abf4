#!/usr/bin/env bash
# Fact:     metrics in a MetricCollection of torchmetrics that happen to count the same in the first batch
#           share their counts from then on: accuracies at two thresholds become one number.
# Guess:    only metrics with the same settings share; those differ in their threshold.
# Versions: torchmetrics 1.9.0, torch 2.13.0, numpy 2.4.6.
# Seen:     thresholds 0.5 and 0.2; in a first batch of scores 0.9 and 0.1 both count alike, in a second of
#           0.3, 0.3, 0.3, 0.3 they do not: 0.5 and 0.5 come out, where each by itself gives 0.5 and 0.8333.
#           With the batches the other way round, or with compute_groups=False, that is what comes out.
# Why:      after its first update the collection compares the states by their values, and updates only
#           one of those that are equal. Whether a result is right depends on the order of the data (3.4).
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
easy = torch.tensor([0.9, 0.1]), torch.tensor([1, 0])
hard = torch.tensor([0.3, 0.3, 0.3, 0.3]), torch.tensor([1, 1, 1, 0])


def together(batches, **options):
    accuracies = {"at_half": BinaryAccuracy(threshold=0.5), "at_low": BinaryAccuracy(threshold=0.2)}
    collection = torchmetrics.MetricCollection(accuracies, **options)
    for scores, labels in batches:
        collection.update(scores, labels)
    return {name: round(value.item(), 4) for name, value in collection.compute().items()}


grouped, turned = together([easy, hard]), together([hard, easy])
apart = together([easy, hard], compute_groups=False)
print("easy batch first", grouped, "| hard batch first", turned, "| compute_groups=False", apart)
assert grouped == {"at_half": 0.5, "at_low": 0.5}, "metrics with other settings are kept apart now"
assert turned == apart == {"at_half": 0.5, "at_low": 0.8333}
PY
