#!/usr/bin/env bash
# Fact:     torch.onnx.export makes a plain assignment of scatter_reduce with "mean": the last number that
#           goes to a place wins, and nothing is averaged.
# Guess:    the mean, or an error, since ONNX's ScatterElements has add, mul, max and min only.
# Versions: torch 2.13.0, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
# Seen:     1 and 2 sent to one place: 1.5 in PyTorch, 2 in the graph (ScatterElements, reduction "none");
#           with "sum" both give 3.
# Why:      gradients of an embedding (3.2, 4.2) and means over groups are sums by index; here a graph
#           that runs and has the right shape holds other numbers.
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
numbers, places = torch.tensor([1.0, 2.0]), torch.tensor([0, 0])
found = {}
for how in ("sum", "mean"):

    def reduce(x):
        return torch.zeros(2).scatter_reduce(0, places, x, how, include_self=False)

    graph, operations = exported(reduce, numbers)
    found[how] = reduce(numbers).tolist(), graph.tolist()
    print(how, "PyTorch", found[how][0], "graph", found[how][1], operations)
assert found["sum"] == ([3, 0], [3, 0])
assert found["mean"] == ([1.5, 0], [2, 0]), "the mean is exported now"
PY
