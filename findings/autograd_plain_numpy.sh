#!/usr/bin/env bash
# Fact:     plain numpy functions inside autograd's grad are differentiated, although the
#           documentation asks for autograd.numpy.
# Guess:    an error, as older versions gave for numpy.exp of a traced array.
# Versions: autograd 1.9.1, numpy 2.4.6.
# Seen:     exp, maximum, where, dot, concatenate, array and linalg.norm of plain numpy give the
#           right gradients; numpy.exp(x, out=...), numpy.add.reduce and math.exp raise TypeError.
# Why:      it shows how far operator overloading (section 1.2) carries: numpy hands its functions
#           to an operand that asks for them, math and out= do not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check autograd==1.9.1 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata, math

import numpy
from autograd import grad

print("autograd", importlib.metadata.version("autograd"), "numpy", numpy.__version__)
x = numpy.array([1.0, 2.0])
for text, function, wanted in (
    ("exp(x).sum()", lambda x: numpy.exp(x).sum(), numpy.exp(x)),
    ("maximum(x, 1.5).sum()", lambda x: numpy.maximum(x, 1.5).sum(), [0, 1]),
    ("where(x > 1, x, 0).sum()", lambda x: numpy.where(x > 1, x, 0).sum(), [0, 1]),
    ("dot(x, x)", lambda x: numpy.dot(x, x), 2 * x),
    ("concatenate([x, x]).sum()", lambda x: numpy.concatenate([x, x]).sum(), [2, 2]),
    ("array([x[0], 2 * x[1]]).sum()", lambda x: numpy.array([x[0], 2 * x[1]]).sum(), [1, 2]),
    ("linalg.norm(x)", lambda x: numpy.linalg.norm(x), x / 5**0.5),
):
    gradient = grad(function)(x)
    print(f"{text:30} gradient {gradient}")
    assert numpy.allclose(gradient, wanted), "another gradient now"
for text, function in (
    ("exp(x, out=...)", lambda x: numpy.exp(x, out=numpy.zeros(2)).sum()),
    ("add.reduce(x)", lambda x: numpy.add.reduce(x)),
    ("math.exp(x[0])", lambda x: math.exp(x[0])),
):
    try:
        grad(function)(x)
    except TypeError:
        print(f"{text:30} TypeError")
    else:
        raise SystemExit(text + " works now")
PY
