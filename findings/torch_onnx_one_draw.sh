#!/usr/bin/env bash
# Fact:     torch.onnx.export makes one draw of two: two dropouts of the same tensor, or two calls of
#           torch.bernoulli, share one mask in the graph. Two of rand_like or of multinomial stay two.
# Guess:    each call draws for itself, as in PyTorch; what is random is never taken for a repetition.
# Versions: torch 2.13.0, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
# Seen:     the nodes are Dropout and Identity (Bernoulli and Identity), and both outputs are equal in every
#           run; with optimize=False there are two Dropouts, and the outputs differ.
# Why:      the optimizer that runs after the translation looks for equal nodes with equal inputs and keeps a
#           list of random ones, on which these two are missing. A sentence that goes twice through a network
#           with dropout, to see how sure the network is or to learn from the difference (4.1), comes out the
#           same twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 onnxscript==0.7.2 onnx==1.23.2 onnxruntime==1.32.0
venv/bin/python - <<'PY'
import contextlib, io, logging, warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
import numpy as np, onnx, onnxruntime, onnxscript, torch
from torch.nn.functional import dropout


class Twice(torch.nn.Module):
    def __init__(self, draw):
        super().__init__()
        self.draw = draw

    def forward(self, x):
        return self.draw(x), self.draw(x)


print("torch", torch.__version__, "onnxscript", onnxscript.__version__, "onnx", onnx.__version__)
print("onnxruntime", onnxruntime.__version__, "numpy", np.__version__)
x = torch.full((64,), 0.5)


def exported(draw, optimize):
    """The kinds of nodes in the graph, and whether its two outputs are equal."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        made = torch.onnx.export(Twice(draw).train(), (x,), dynamo=True, optimize=optimize)
    model = made.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    first, second = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    return [node.op_type for node in made.model_proto.graph.node], np.array_equal(first, second)


for name, draw, one in (
    ("dropout", lambda x: dropout(x, 0.5, True), True),
    ("bernoulli", torch.bernoulli, True),
    ("rand_like", torch.rand_like, False),
):
    first, second = Twice(draw)(x)
    assert not torch.equal(first, second)
    nodes, equal = exported(draw, True)
    print(f"{name:10} {nodes} equal outputs: {equal}; not optimized: {exported(draw, False)}")
    assert equal == one, name + " is drawn otherwise now"
    assert not exported(draw, False)[1]
PY
