#!/usr/bin/env bash
# Fact:     a second schedule on the same optimizer starts at the learning rate of the first one's start,
#           not at the one set in between, if it is a LambdaLR, as all of transformers' are; PyTorch's
#           CosineAnnealingLR, LinearLR and StepLR start at the one that was set.
# Guess:    each starts at the learning rate that stands in the optimizer.
# Versions: torch 2.13.0, transformers 5.24.0, numpy 2.4.6.
# Seen:     a first schedule from 1, then lr set to 0.01 and a second schedule of the same kind: 1 with
#           LambdaLR and with get_cosine_schedule_with_warmup, 0.01 with the other three.
# Why:      the first schedule leaves "initial_lr" in the parameter group, LambdaLR multiplies that, and
#           the others multiply what is there. Fine-tuning that goes on with the optimizer of the first
#           phase, at a hundredth of its rate (3.3, 5.2), runs at the full rate. Deleting the key helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0 numpy==2.4.6
venv/bin/python - <<'PY'
import torch, transformers
from torch.optim import lr_scheduler

print("torch", torch.__version__, "transformers", transformers.__version__)
kinds = {
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda step: 1 / (1 + step)),
    "get_cosine_schedule_with_warmup": lambda o: transformers.get_cosine_schedule_with_warmup(o, 0, 10),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 10),
    "LinearLR": lambda o: lr_scheduler.LinearLR(o, 1.0, 0.1, 10),
    "StepLR": lambda o: lr_scheduler.StepLR(o, 5),
}


def second(schedule, forget):
    """The learning rate at which a second schedule begins, after lr was set to 0.01."""
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    first = schedule(optimizer)
    for _ in range(5):
        optimizer.step()
        first.step()
    group = optimizer.param_groups[0]
    group["lr"] = 0.01
    if forget:
        del group["initial_lr"]
    schedule(optimizer)
    return group["lr"]


starts = {name: (second(kind, False), second(kind, True)) for name, kind in kinds.items()}
for name, (start, forgotten) in starts.items():
    print(f"{name}: {start}, without the key {forgotten}")
assert [start for start, _ in starts.values()] == [1, 1, 0.01, 0.01, 0.01], "they agree now"
assert all(forgotten == 0.01 for _, forgotten in starts.values())
PY
