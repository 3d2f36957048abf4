#!/usr/bin/env bash
# Fact:     the AUROC of large logits is wrong in torchmetrics: those above 17 are all alike to it, although
#           only their order counts.
# Guess:    1.0 where every positive has a larger logit than every negative, as scikit-learn says.
# Versions: torchmetrics 1.9.0, scikit-learn 1.9.1, torch 2.13.0, numpy 2.4.6.
# Seen:     logits 20 and 30 with the labels 0 and 1: 0.5, with 10 and 15 it is 1.0; in float16 10 and 15 give
#           0.5 as well. Two columns of logits whose differences are 20 and 30: 0.75. The logits -30 and -20 are
#           told apart. scikit-learn has 1.0 for all of them.
# Why:      what is not between 0 and 1 is put through the sigmoid or the softmax (2.3) first, and this rounds
#           to 1; near 0 small numbers have room. A confident classifier (3.4) looks like chance, and only one
#           of the two classes suffers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchmetrics==1.9.0 scikit-learn==1.9.1 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import sklearn.metrics, torch, torchmetrics
from torchmetrics.classification import BinaryAUROC, MulticlassAUROC

print("torchmetrics", torchmetrics.__version__, "scikit-learn", sklearn.__version__, "torch", torch.__version__)
labels = torch.tensor([0, 1])
seen = {}
single, half = torch.float32, torch.float16
cases = ([10.0, 15.0], single), ([20.0, 30.0], single), ([-30.0, -20.0], single), ([10.0, 15.0], half)
for logits, dtype in cases:
    right = sklearn.metrics.roc_auc_score(labels, logits)
    seen[*logits, dtype] = BinaryAUROC()(torch.tensor(logits, dtype=dtype), labels).item()
    print(logits, dtype, "torchmetrics", seen[*logits, dtype], "scikit-learn", right)
    assert right == 1
columns = MulticlassAUROC(2)(torch.tensor([[0.0, 20.0], [0.0, 30.0]]), labels).item()
print("two columns", columns)
assert list(seen.values()) == [1, 0.5, 1, 0.5] and columns == 0.75, "the order is kept now"
PY
