#!/usr/bin/env bash
# Fact:     torchmetrics' MultilabelRankingLoss depends on how the rows are cut into batches: a batch in which
#           no row has a label counts as one row, however many it has.
# Guess:    the mean over all rows, as in scikit-learn, however they are cut.
# Versions: torchmetrics 1.9.0, scikit-learn 1.9.1, torch 2.13.0, numpy 2.4.6.
# Seen:     four rows of three labels, the middle two of them without a label: 0.25 in one batch, one by one or
#           two by two, and by scikit-learn; 0.3333 where the middle two are a batch of their own.
# Why:      rows without a label, or with all of them, have the loss 0 and count; where only such rows are in a
#           batch the function returns early, with 0 and a count of 1. With rare labels the loss is too
#           large, and another batch size (3.4) gives another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchmetrics==1.9.0 scikit-learn==1.9.1 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import sklearn.metrics, torch, torchmetrics
from torchmetrics.classification import MultilabelRankingLoss

print("torchmetrics", torchmetrics.__version__, "scikit-learn", sklearn.__version__, "torch", torch.__version__)
scores = torch.tensor([[0.9, 0.1, 0.2], [0.3, 0.2, 0.1], [0.1, 0.2, 0.3], [0.2, 0.9, 0.1]])
labels = torch.tensor([[0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0]])


def in_batches(*sizes):
    metric = MultilabelRankingLoss(num_labels=3)
    for batch in zip(scores.split(sizes), labels.split(sizes)):
        metric.update(*batch)
    return round(metric.compute().item(), 4)


seen = {sizes: in_batches(*sizes) for sizes in ((4,), (1, 1, 1, 1), (2, 2), (1, 2, 1))}
right = sklearn.metrics.label_ranking_loss(labels, scores)
print("by batch sizes", seen, "| scikit-learn", right)
assert right == seen[4,] == seen[1, 1, 1, 1] == seen[2, 2] == 0.25
assert seen[1, 2, 1] == 0.3333, "the batches no longer matter"
PY
