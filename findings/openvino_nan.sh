#!/usr/bin/env bash
# Fact:     OpenVINO's ReLU makes 0 of nan, its clamp the lower bound, and its maximum of a row passes over it:
#           a nan inside a network does not reach the output.
# Guess:    nan, as in PyTorch, from which the model comes.
# Versions: openvino 2026.4.1 (CPU, x86-64), torch 2.13.0, numpy 2.4.6. Its issue 35649 has the ReLU.
# Seen:     relu of nan, -1, 2 is 0, 0, 2; clamp(-1, 1) of it -1, -1, 1; amax of it is 2. sigmoid, tanh
#           and a sum give nan, as in PyTorch.
# Why:      the maximum of two numbers takes the second one where they cannot be compared, which is the 0. A
#           weight that became nan in training (3.4) is a dead unit after the export: the numbers look sound,
#           and are not the model's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 openvino==2026.4.1
venv/bin/python - <<'PY'
import warnings

warnings.simplefilter("ignore")
import numpy as np, openvino, torch


class Model(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


print("openvino", openvino.__version__, "torch", torch.__version__, "numpy", np.__version__)
core, x = openvino.Core(), torch.tensor([[float("nan"), -1.0, 2.0]])
nan = float("nan")
for name, function, wanted in (
    ("relu", torch.relu, [0, 0, 2]),
    ("clamp", lambda x: x.clamp(-1, 1), [-1, -1, 1]),
    ("amax", lambda x: x.amax(-1), [2]),
    ("tanh", torch.tanh, [nan, np.tanh(-1), np.tanh(2)]),
    ("sum", lambda x: x.sum(-1), [nan]),
):
    model = Model(function)
    compiled = core.compile_model(openvino.convert_model(model, example_input=x), "CPU")
    seen = np.array(compiled(x.numpy())[0]).ravel()
    print(f"{name:6} PyTorch {model(x).flatten().tolist()} OpenVINO {seen.tolist()}")
    assert model(x).flatten()[0].isnan()
    assert np.allclose(seen, wanted, atol=1e-5, equal_nan=True), name + " has changed"
PY
