#!/usr/bin/env bash
# Fact:     in PyTorch's distributions, what has the probability 0 has the logarithm -15.94 if probabilities
#           were given and -inf if logits were, although the two say the same; a KL divergence to it is
#           inf by both.
# Guess:    -inf in both.
# Versions: torch 2.13.0, numpy 2.4.6.
# Seen:     Categorical(probs=[1, 0]).log_prob(1) is -15.94 in float32 and -36.04 in float64, Bernoulli(0)
#           the same; Categorical(logits=[0, -inf]) gives -inf; kl_divergence gives inf for all of them.
# Why:      probabilities are held a rounding unit away from 0 and 1 before the logarithm, and the KL looks
#           at the probabilities themselves. So a ratio of policies or a KL that is estimated from samples
#           (5.2) can be finite where the exact one is infinite, and it depends on the type.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import math

import torch
from torch.distributions import Bernoulli, Categorical, kl_divergence

print("torch", torch.__version__)
one = torch.tensor(1)
seen = {}
for kind in (torch.float32, torch.float64):
    certain = torch.tensor([1.0, 0.0], dtype=kind)
    given = {"probs": Categorical(probs=certain), "logits": Categorical(logits=certain.log())}
    even = Categorical(probs=torch.tensor([0.5, 0.5], dtype=kind))
    logs = {name: round(one_of.log_prob(one).item(), 2) for name, one_of in given.items()}
    logs["Bernoulli"] = round(Bernoulli(certain[1]).log_prob(certain[0]).item(), 2)
    kls = [kl_divergence(even, one_of).item() for one_of in given.values()]
    print(kind, "log of probability 0:", logs, "KL:", kls)
    seen[kind] = logs
    assert kls == [math.inf, math.inf]
assert seen[torch.float32] == {"probs": -15.94, "logits": -math.inf, "Bernoulli": -15.94}, "the same by both now"
assert seen[torch.float64] == {"probs": -36.04, "logits": -math.inf, "Bernoulli": -36.04}
PY
