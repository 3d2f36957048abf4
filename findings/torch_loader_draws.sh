#!/usr/bin/env bash
# Fact:     walking through a DataLoader that shuffles nothing and has no workers draws from PyTorch's
#           global generator, so that evaluating between two epochs changes the training that follows.
# Guess:    nothing is drawn where nothing is random.
# Versions: torch 2.13.0, numpy 2.4.6.
# Seen:     after the seed 0 the next number is 0.4963, and 0.0885 if an unshuffled loader was read in
#           between, even if only its first batch was; the order of the next training epoch is another.
#           With a generator of its own the loader leaves the global one alone.
# Why:      each iterator draws a seed for workers, also where there are none, so that the number of
#           workers changes nothing. To look at the validation loss more often (3.4) is a different run.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import torch
from torch.utils.data import DataLoader

print("torch", torch.__version__)
data = torch.arange(8)


def after(validate):
    """The next number, and the order of the next epoch of training, after validate() was called."""
    torch.manual_seed(0)
    validate()
    number = torch.rand(1).item()
    torch.manual_seed(0)
    validate()
    return round(number, 4), [batch.item() for batch in DataLoader(data, shuffle=True)]


loader = DataLoader(data, shuffle=False, num_workers=0)
own = DataLoader(data, shuffle=False, num_workers=0, generator=torch.Generator().manual_seed(1))
plain, read = after(lambda: None), after(lambda: list(loader))
first, separate = after(lambda: next(iter(loader))), after(lambda: list(own))
print("nothing read", plain, "| read", read, "| one batch", first, "| generator of its own", separate)
assert plain[0] == 0.4963 and read[0] == 0.0885, "an unshuffled loader draws nothing now"
assert plain[1] != read[1] and first == read and separate == plain
PY
