#!/usr/bin/env bash
# Fact:     MyGrad lets a variable be changed in place and then gives the gradient with respect to
#           its new value, not to the one it was made with.
# Guess:    either an error, as PyTorch raises for leaves, or the gradient with respect to the old
#           value.
# Versions: mygrad 2.5.0, numpy 2.4.6.
# Seen:     x *= 10; x.sum(): gradient [1, 1]; y = x * 10; y.sum(): gradient [10, 10]. x[0] = 5 and
#           then the sum of squares at [5, 3]: [10, 6], where the old x[0] has no influence at all.
# Why:      names and values are two things: x stands for another node after the assignment, as
#           section 1.2's graph would show.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mygrad==2.5.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import mygrad as mg

print("mygrad", importlib.metadata.version("mygrad"))
x = mg.tensor([2.0, 3.0])
x *= 10
x.sum().backward()
in_place = x.grad.tolist()
x = mg.tensor([2.0, 3.0])
(x * 10).sum().backward()
new_name = x.grad.tolist()
x = mg.tensor([2.0, 3.0])
x[0] = 5
(x * x).sum().backward()
entry = x.grad.tolist()
print("x *= 10; x.sum():", in_place, "(x * 10).sum():", new_name, "x[0] = 5; (x * x).sum():", entry)
assert (in_place, new_name, entry) == ([1, 1], [10, 10], [10, 6]), "the gradients have changed"
PY
