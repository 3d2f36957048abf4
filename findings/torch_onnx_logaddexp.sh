#!/usr/bin/env bash
# Fact:     torch.onnx.export makes log(exp(a) + exp(b)) of torch.logaddexp, which is there to avoid just
#           that: the exported graph gives inf and -inf where PyTorch is right.
# Guess:    the stable form, as logsumexp and softplus have it in the same exporter.
# Versions: torch 2.13.0, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
# Seen:     of 1000, 1000 and of -1000, -1000 PyTorch gives 1000.69 and -999.31, the graph inf and -inf;
#           its nodes are Exp, Add, Log. torch.logsumexp of the same comes out right.
# Why:      sums of probabilities are kept as logarithms because they are that small; the trick of
#           subtracting the maximum (2.4, 4.1) is lost on the way, and small tests do not show it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0
venv/bin/python - <<'PY'
import contextlib, io, logging, warnings

import onnxruntime, onnxscript, torch


def exported(function, *inputs):
    """What the exported graph gives in onnxruntime, and which operations it consists of."""
    module = torch.nn.Module().eval()
    module.forward = function
    with contextlib.redirect_stdout(io.StringIO()):  # the exporter reports its steps
        program = torch.onnx.export(module, inputs, dynamo=True)
    model = program.model_proto
    session = onnxruntime.InferenceSession(model.SerializeToString())
    feed = {entry.name: tensor.numpy() for entry, tensor in zip(session.get_inputs(), inputs)}
    return session.run(None, feed)[0], [node.op_type for node in model.graph.node]


logging.disable(logging.WARNING)  # "torchvision is not installed"
warnings.simplefilter("ignore")
print("torch", torch.__version__, "onnxscript", onnxscript.__version__, "onnxruntime", onnxruntime.__version__)
x = torch.tensor([1000.0, -1000.0])
found = {}
for name, function in (
    ("logaddexp", lambda x: torch.logaddexp(x, x)),
    ("logsumexp", lambda x: torch.logsumexp(torch.stack([x, x]), dim=0)),
):
    graph, operations = exported(function, x)
    found[name] = graph.tolist()
    print(name, "PyTorch", function(x).tolist(), "graph", found[name], operations)
right = torch.logaddexp(x, x).tolist()
assert found["logaddexp"] == [float("inf"), float("-inf")], "exported in a stable form now"
assert max(abs(a - b) for a, b in zip(found["logsumexp"], right)) < 1e-3
PY
