#!/usr/bin/env bash
# Fact:     OpenVINO makes log(sigmoid(x)) of PyTorch's logsigmoid and log(1 + x) of its log1p, which are there
#           to avoid just that: -88 gives -inf, and 1e-8 gives 0.
# Guess:    the stable forms, as softplus and log_softmax have them in the same converter.
# Versions: openvino 2026.4.1 (CPU), torch 2.13.0, numpy 2.4.6; traced and by torch.export alike.
# Seen:     logsigmoid of -1, -20, -88 and -1000 is nearly the number itself in PyTorch; OpenVINO gives -inf
#           for the last two. log1p(1e-8) is 1e-8 and 0, softplus(1000) is 1000 in both.
# Why:      the logarithm of a sigmoid is the loss of a reward model and of DPO (5.2), and here it is infinite
#           where two rewards are far apart. softplus of -x, with a minus sign before it, is the same function,
#           and comes out right.
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
from torch.nn.functional import logsigmoid, softplus


class Model(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


print("openvino", openvino.__version__, "torch", torch.__version__, "numpy", np.__version__)
core = openvino.Core()


def both(function, numbers):
    x, model = torch.tensor(numbers), Model(function)
    compiled = core.compile_model(openvino.convert_model(model, example_input=x), "CPU")
    seen = compiled(x.numpy())[0].tolist()
    print("of", numbers, "PyTorch", model(x).tolist(), "OpenVINO", seen)
    return model(x).tolist(), seen


right, seen = both(logsigmoid, [-1.0, -20.0, -88.0, -1000.0])
assert np.allclose(right, [-1.313262, -20, -88, -1000]) and np.allclose(seen[:2], right[:2], rtol=1e-4)
assert seen[2:] == [-np.inf, -np.inf], "logsigmoid is stable now"
right, seen = both(torch.log1p, [1e-8])
assert np.isclose(right[0], 1e-8, atol=0) and seen == [0], "log1p is stable now"
right, seen = both(lambda x: -softplus(-x), [-20.0, -88.0, -1000.0])
assert np.allclose(seen, right)
PY
