#!/usr/bin/env bash
# Fact:     Equinox's AdaptiveAvgPool and AdaptiveMaxPool cut the input into pieces that do not overlap,
#           where PyTorch's layers of the same names take windows that do: the results differ.
# Guess:    the same numbers, as names and arguments are PyTorch's.
# Versions: equinox 0.13.8, jax 0.10.2, torch 2.13.0, numpy 2.4.6.
# Seen:     0, 1, ..., 6 to three numbers: means 1, 3.5, 5.5 in Equinox and 1, 3, 5 in PyTorch; 0, ..., 3 to
#           three: largest 1, 2, 3 in both, means 0.5, 2, 3 and 0.5, 1.5, 2.5. To two numbers of six they agree.
# Why:      Equinox makes the first pieces one longer where the length is no multiple; PyTorch starts window i
#           at floor(i n / m) and ends it at ceil((i + 1) n / m). Weights that move from one to the other
#           give other outputs wherever the sizes do not divide.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.10.2 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import equinox, numpy, torch

print("equinox", equinox.__version__, "torch", torch.__version__)


def pooled(kind, length, target):
    """The numbers 0 to length - 1, pooled to target numbers by Equinox and by PyTorch."""
    numbers = numpy.arange(length, dtype=numpy.float32)[None]
    pieces = getattr(equinox.nn, kind)(target)(numbers)
    return pieces[0].tolist(), getattr(torch.nn, kind)(target)(torch.from_numpy(numbers))[0].tolist()


seen = {}
for kind in ("AdaptiveAvgPool1d", "AdaptiveMaxPool1d"):
    for length, target in ((6, 2), (7, 3), (4, 3)):
        seen[kind, length, target] = pooled(kind, length, target)
        print(kind, length, "to", target, "equinox %s torch %s" % seen[kind, length, target])
mean = "AdaptiveAvgPool1d"
assert seen[mean, 6, 2] == ([1, 4], [1, 4])
assert seen[mean, 7, 3] == ([1, 3.5, 5.5], [1, 3, 5]), "the windows are alike now"
assert seen[mean, 4, 3] == ([0.5, 2, 3], [0.5, 1.5, 2.5])
assert seen["AdaptiveMaxPool1d", 4, 3] == ([1, 2, 3], [1, 2, 3])
PY
