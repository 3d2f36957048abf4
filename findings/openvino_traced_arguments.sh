#!/usr/bin/env bash
# Fact:     OpenVINO leaves out the beta of a softplus and the decimals of a round where it traces the model,
#           without a word; of the same model by torch.export it has the beta and refuses the round.
# Guess:    the same numbers by both ways, or a refusal by both.
# Versions: openvino 2026.4.1 (CPU), torch 2.13.0, numpy 2.4.6. Its issue 37953 has the round.
# Seen:     softplus(x, beta=2) of 0 and 1 is 0.3466 and 1.0635; traced it is 0.6931 and 1.3133, which is that
#           of beta=1. round(x, decimals=1) of 0.26 and 1.26 is 0.3 and 1.3; traced it is 0 and 1.
# Why:      each way has a table of its own that says what becomes of an operation, and that of tracing hands
#           on the first argument only. Compare a converted model with the original in numbers.
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
from torch.nn.functional import softplus


class Softplus(torch.nn.Module):
    def forward(self, x):
        return softplus(x, beta=2.0)


class Round(torch.nn.Module):
    def forward(self, x):
        return torch.round(x, decimals=1)


print("openvino", openvino.__version__, "torch", torch.__version__, "numpy", np.__version__)
core = openvino.Core()
for model, numbers, wanted in (
    (Softplus(), [0.0, 1.0], [0.693147, 1.313262]),
    (Round(), [0.26, 1.26], [0, 1]),
):
    x = torch.tensor(numbers)
    name, right = type(model).__name__, model(x).tolist()
    traced = core.compile_model(openvino.convert_model(model, example_input=x), "CPU")
    seen = traced(x.numpy())[0].tolist()
    print(name, "of", numbers, "PyTorch", right, "traced", seen)
    assert np.allclose(seen, wanted, atol=1e-5), name + " heeds its argument now"
    try:
        exported = core.compile_model(openvino.convert_model(torch.export.export(model, (x,))), "CPU")
    except Exception as error:
        print("exported", type(error).__name__)
        assert name == "Round"
    else:
        seen = exported(x.numpy())[0].tolist()
        print("exported", seen)
        assert name == "Softplus" and np.allclose(seen, right, atol=1e-5)
PY
