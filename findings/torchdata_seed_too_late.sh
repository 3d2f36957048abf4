#!/usr/bin/env bash
# Fact:     torchdata's StatefulDataLoader shuffles otherwise than PyTorch's DataLoader from the same seed, and
#           a seed that is set after the loader was made changes nothing.
# Guess:    the same order, since it is meant to be put in DataLoader's place.
# Versions: torchdata 0.11.0, torch 2.13.0, numpy 2.4.6.
# Seen:     eight numbers, shuffle=True, 20 seeds: not one order is that of DataLoader with the same seed, nor
#           with the same generator. Seeded with 5 before each of two epochs, DataLoader repeats its order, and
#           the other does not. Given a RandomSampler, it has DataLoader's orders.
# Why:      its own sampler seeds itself once, as the loader is made; DataLoader's draws a seed as each epoch
#           begins. A run that was made resumable this way no longer repeats the old one (3.4), though every
#           seed is the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchdata==0.11.0 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import torch
from torch.utils.data import DataLoader, RandomSampler
from torchdata.stateful_dataloader import StatefulDataLoader

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("torchdata", "torch")))
NUMBERS = range(8)


def order(loader):
    return [batch.item() for batch in loader]


def seeded(kind, seed, **options):
    torch.manual_seed(seed)
    return order(kind(NUMBERS, **options))


def by_generator(kind, seed):
    return order(kind(NUMBERS, shuffle=True, generator=torch.Generator().manual_seed(seed)))


def two_epochs(kind):
    """Two epochs of one loader, with the same seed set before each."""
    loader, orders = kind(NUMBERS, shuffle=True), []
    for _ in range(2):
        torch.manual_seed(5)
        orders.append(order(loader))
    return orders


kinds, seeds = (DataLoader, StatefulDataLoader), range(20)
alike = [len({tuple(seeded(kind, seed, shuffle=True)) for kind in kinds}) == 1 for seed in seeds]
alike_by_generator = [len({tuple(by_generator(kind, seed)) for kind in kinds}) == 1 for seed in seeds]
sampled = [[seeded(kind, seed, sampler=RandomSampler(NUMBERS)) for seed in seeds] for kind in kinds]
theirs, stateful = map(two_epochs, kinds)
print("orders alike:", sum(alike), "of 20, with a generator", sum(alike_by_generator))
print("seed 5 before each epoch: DataLoader", theirs, "StatefulDataLoader", stateful)
assert sampled[0] == sampled[1] and theirs[0] == theirs[1]
assert not any(alike + alike_by_generator), "the same seed gives the same order now"
assert stateful[0] != stateful[1]
PY
