#!/usr/bin/env bash
# Fact:     OpenVINO's distance of two points is nan or too short with p=1, where PyTorch has the sum of the
#           sides: a negative difference is not made positive. Only p=2 is right.
# Guess:    the same numbers; cdist with p=1 converts without a word.
# Versions: openvino 2026.4.1 (CPU), torch 2.13.0, numpy 2.4.6. Its issue 38239 has it.
# Seen:     torch.cdist(x, x, p=1) of (0, 0), (1, 2), (4, 0) is 3, 4 and 5, and OpenVINO gives nan, nan and nan
#           above the diagonal, 3, 4 and 1 below it. p=2 agrees; torch.linalg.vector_norm of the differences,
#           with ord=1, agrees too.
# Why:      the difference is raised to the power p and the sum to 1/p, with nothing between that takes the sign
#           away; the square does so by itself. So a model tested with its usual p=2 says nothing about p=1.
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
core, nan = openvino.Core(), float("nan")
x = torch.tensor([[0.0, 0.0], [1.0, 2.0], [4.0, 0.0]])
sides = [[0, 3, 4], [3, 0, 5], [4, 5, 0]]
straight = np.sqrt([[0, 5, 16], [5, 0, 13], [16, 13, 0]])
for name, function, right, wanted in (
    ("p=1", lambda x: torch.cdist(x, x, p=1.0), sides, [[0, nan, nan], [3, 0, nan], [4, 1, 0]]),
    ("p=2", lambda x: torch.cdist(x, x), straight, straight),
    ("norm", lambda x: torch.linalg.vector_norm(x[:, None] - x, 1, dim=-1), sides, sides),
):
    model = Model(function)
    assert np.allclose(model(x), right, atol=1e-6)
    for way in ("traced", "exported"):
        if way == "traced":
            converted = openvino.convert_model(model, example_input=x)
        else:
            converted = openvino.convert_model(torch.export.export(model, (x,)))
        seen = np.array(core.compile_model(converted, "CPU")(x.numpy())[0])
        print(name, way, "PyTorch", np.round(right, 3).tolist(), "OpenVINO", seen.round(3).tolist())
        assert np.allclose(seen, wanted, atol=1e-3, equal_nan=True), name + " has changed"
PY
