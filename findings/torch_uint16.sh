#!/usr/bin/env bash
# Fact:     PyTorch makes, sorts and sums uint16 tensors and adds 1.5 to them, but cannot add
#           1: NotImplementedError.
# Guess:    adding a number works and only mixed types are refused.
# Versions: torch 2.13.0, numpy 2.4.6.
# Seen:     x + 1 is not implemented, x + 1.5 gives float32, sum gives int64, sort keeps uint16;
#           with int64 "Promotion for uint16, uint32, uint64 types is not supported".
# Why:      token ids (section 4.2) fit uint16 and are stored so; shifting them by an offset fails
#           until they are widened.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0
venv/bin/python - <<'PY'
import torch

print("torch", torch.__version__)
x = torch.tensor([3, 1], dtype=torch.uint16)


def kind(function):
    try:
        return str(function().dtype)
    except RuntimeError as error:  # NotImplementedError is one of them
        return type(error).__name__


seen = {
    "x + 1": kind(lambda: x + 1),
    "x + 1.5": kind(lambda: x + 1.5),
    "x + int64": kind(lambda: x + torch.tensor([1])),
    "x.sum()": kind(lambda: x.sum()),
    "x.sort()": kind(lambda: x.sort().values),
}
for text, result in seen.items():
    print(f"{text:10} {result}")
wanted = ["NotImplementedError", "torch.float32", "RuntimeError", "torch.int64", "torch.uint16"]
assert list(seen.values()) == wanted, "uint16 behaves otherwise now"
PY
