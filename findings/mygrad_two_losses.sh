#!/usr/bin/env bash
# Fact:     in MyGrad the backward pass of one loss makes that of another impossible where both were
#           built before, even if they share nothing but the variable.
# Guess:    the second backward works and its gradient replaces the first's, or is added to it.
# Versions: mygrad 2.5.0, numpy 2.4.6.
# Seen:     y1 = 2x, y2 = 5x, y1.backward() gives 2, y2.backward() raises InvalidBackprop. With y2
#           built after the first backward it gives 5: nothing is added up either.
# Why:      backward clears the graph from the variable on. In the course (section 1.3) and in
#           PyTorch the second call adds its gradient to the first, which is what gradient
#           accumulation rests on.
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
x = mg.tensor([1.0])
y1, y2 = 2 * x, 5 * x
y1.backward()
print("after y1.backward():", x.grad)
assert x.grad.tolist() == [2]
try:
    y2.backward()
except Exception as error:
    print("y2.backward():", type(error).__name__)
    assert type(error).__name__ == "InvalidBackprop"
else:
    raise SystemExit("the second backward works now")
(5 * x).backward()
print("built afterwards:", x.grad)
assert x.grad.tolist() == [5]
PY
