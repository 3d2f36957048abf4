#!/usr/bin/env bash
# Fact:     torch.onnx.export leaves label smoothing out of a cross-entropy, without a word: the exported
#           loss is that of the plain labels.
# Guess:    the same loss, put together from softmax and means, or an error that ONNX has no such thing.
# Versions: torch 2.13.0, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
# Seen:     for two rows of logits 0.9251 in PyTorch and in the graph; with label_smoothing=0.5 1.2167 in
#           PyTorch and 0.9251 in the graph, one node SoftmaxCrossEntropyLoss.
# Why:      the translation takes the argument and says in a comment beside it that it is ignored. Losses
#           are exported to train or to compare on another machine, and there the two curves part.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0
venv/bin/python - <<'PY'
import contextlib, io, logging, warnings

import onnxruntime, onnxscript, torch
from torch.nn import functional


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
logits, labels = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.0, 1.0]]), torch.tensor([0, 1])
losses = {}
for smoothing in (0.0, 0.5):

    def loss(x):
        return functional.cross_entropy(x, labels, label_smoothing=smoothing)

    graph, operations = exported(loss, logits)
    losses[smoothing] = loss(logits).item(), float(graph)
    print("label_smoothing", smoothing, "PyTorch", losses[smoothing][0], "graph", losses[smoothing][1], operations)
plain, smoothed = losses[0.0], losses[0.5]
assert abs(plain[0] - plain[1]) < 1e-6 and smoothed[0] - plain[0] > 0.2
assert smoothed[1] == plain[1], "labels are smoothed in the graph now"
PY
