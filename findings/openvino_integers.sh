#!/usr/bin/env bash
# Fact:     integers in OpenVINO are not those of the PyTorch model that it was given: -7 // 3 is -2, 200 + 200
#           in uint8 is 255, 2^40 + 1 is 1, and the running sum of a mask is a mask.
# Guess:    the same integers; integer arithmetic is exact, so there is nothing to differ in.
# Versions: openvino 2026.4.1 (CPU), torch 2.13.0, numpy 2.4.6; traced and by torch.export alike. Issue 38248
#           of OpenVINO has the division.
# Seen:     PyTorch gives -3 for the division, 144 for the uint8, 1099511627777 and 0, 1, 2, 3; OpenVINO gives
#           -2, 255, 1 and False, True, True, True.
# Why:      division is that of the processor, uint8 is held at its ends, int64 becomes int32 inside, and a sum
#           keeps the type of what it adds. Positions in a padded text are often made as the running sum of its
#           mask (5.3 counts them otherwise); in such a graph every token stands in the same place.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 openvino==2026.4.1 packaging==26.4
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
core = openvino.Core()
for name, function, x, wanted in (
    ("x // 3", lambda x: x // 3, torch.tensor([-7, 7]), [-2, 2]),
    ("x + x", lambda x: x + x, torch.tensor([100, 200], dtype=torch.uint8), [200, 255]),
    ("x + 1", lambda x: x + 1, torch.tensor([5, 2**40]), [6, 1]),
    ("cumsum", lambda x: (x != 0).cumsum(-1), torch.tensor([0, 5, 5, 5]), [0, 1, 1, 1]),
):
    model = Model(function)
    of_torch = model(x).tolist()
    for way in ("traced", "exported"):
        if way == "traced":
            converted = openvino.convert_model(model, example_input=x)
        else:
            converted = openvino.convert_model(torch.export.export(model, (x,)))
        seen = core.compile_model(converted, "CPU")(x.numpy())[0]
        print(f"{name:7} {way:8} PyTorch {of_torch} OpenVINO {seen.tolist()} {seen.dtype}")
        assert seen.tolist() == wanted != of_torch, name + " has changed"
PY
