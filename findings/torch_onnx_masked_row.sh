#!/usr/bin/env bash
# Fact:     a query from which a mask hides everything gets 0 from PyTorch's scaled_dot_product_attention;
#           in the graph that torch.onnx.export makes of it, it gets the mean of all values from a mask
#           of False, and nan from one of -inf.
# Guess:    0 in both; the graph even has nodes that are there for such rows.
# Versions: torch 2.13.0, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
# Seen:     values 1 and 3, all hidden: 0 in PyTorch, 2 in the graph by a boolean mask, nan by -inf.
# Why:      False becomes the most negative float32 instead of -inf; the softmax of equal numbers is even,
#           and the nodes IsNaN and Where behind it, which would make 0 of nan, find no nan. By -inf there
#           is a nan, and these nodes are missing. Padded rows of a batch are such queries (4.3).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0
venv/bin/python - <<'PY'
import contextlib, io, logging, math, warnings

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


def attend(values, mask):
    return functional.scaled_dot_product_attention(values, values, values, attn_mask=mask)


values = torch.tensor([1.0, 3.0]).reshape(1, 1, 2, 1)
hidden = torch.tensor([[True, True], [False, False]])
added = torch.zeros(2, 2).masked_fill(~hidden, -torch.inf)
found = []
for mask in (hidden, added):
    graph, operations = exported(attend, values, mask)
    found.append((attend(values, mask)[0, 0, 1].item(), float(graph[0, 0, 1, 0])))
    print(mask.dtype, "mask: PyTorch", found[-1][0], "graph", found[-1][1], operations[-6:])
assert found[0] == (0, 2), "a row that sees nothing is 0 in the graph now"
assert found[1][0] == 0 and math.isnan(found[1][1]), "a row of -inf is no nan in the graph now"
PY
