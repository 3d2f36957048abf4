#!/usr/bin/env bash
# Fact:     torchmetrics' RetrievalMAP of a model that scores all documents alike is anything from 0.27 to 1, by
#           where the relevant ones stand in the data; RetrievalNormalizedDCG does not depend on it.
# Guess:    one number for all orders, as scikit-learn's, in both.
# Versions: torchmetrics 1.9.0, scikit-learn 1.9.1, torch 2.13.0, numpy 2.4.6.
# Seen:     six documents with the score 0.5, two of them relevant, in all 15 orders: average precision from
#           0.2667 to 1 and reciprocal rank from 0.2 to 1, nDCG always 0.6754; scikit-learn's average
#           precision is always 0.3333.
# Why:      nDCG is averaged over all orders of tied documents; for the others scores are sorted, and ties stay
#           in some order. Test sets often have the relevant document first: a model that gives up, or one in
#           bfloat16, whose scores are often alike, may seem better than it is (3.4).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchmetrics==1.9.0 scikit-learn==1.9.1 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import itertools

import sklearn.metrics, torch, torchmetrics
import torchmetrics.functional.retrieval as retrieval

print("torchmetrics", torchmetrics.__version__, "scikit-learn", sklearn.__version__, "torch", torch.__version__)
scores = torch.full((6,), 0.5)
metrics = {
    "average precision": retrieval.retrieval_average_precision,
    "reciprocal rank": retrieval.retrieval_reciprocal_rank,
    "ndcg": retrieval.retrieval_normalized_dcg,
    "scikit-learn's average precision": lambda scores, relevant: torch.tensor(
        sklearn.metrics.average_precision_score(relevant, scores)
    ),
}
seen = {name: set() for name in metrics}
for places in itertools.combinations(range(6), 2):
    relevant = torch.zeros(6, dtype=torch.long)
    relevant[list(places)] = 1
    for name, metric in metrics.items():
        seen[name].add(round(metric(scores, relevant).item(), 4))
for name, values in seen.items():
    print(name, "from", min(values), "to", max(values))
assert seen["ndcg"] == {0.6754} and seen["scikit-learn's average precision"] == {0.3333}
extremes = {name: (min(values), max(values)) for name, values in seen.items()}
assert extremes["average precision"] == (0.2667, 1), "ties no longer matter"
assert extremes["reciprocal rank"] == (0.2, 1)
PY
