#!/usr/bin/env bash
# Fact:     the mean of no numbers is 0 in onnxruntime; in numpy, PyTorch and the reference of ONNX
#           it is nan.
# Guess:    nan.
# Versions: onnxruntime 1.32.0, onnx 1.23.2, numpy 2.4.6.
# Seen:     ReduceMean of an empty axis gives 0.0 in onnxruntime and nan in onnx.reference;
#           ReduceMax gives -inf in both.
# Why:      the mean over a mask or a batch that happens to be empty looks like a perfect loss
#           (section 2.4) in the exported model and is nan in the original.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
venv/bin/python - <<'PY'
import warnings

import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


def outcomes(op):
    """What onnxruntime gives for no numbers, and what the reference of ONNX gives."""
    node = helper.make_node(op, ["x"], ["y"], keepdims=0)
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [0])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [])
    opset = helper.make_opsetid("", 20)
    graph = helper.make_graph([node], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feed = {"x": np.zeros(0, np.float32)}
    return [float(engine.run(None, feed)[0]) for engine in (session, ReferenceEvaluator(model))]


warnings.simplefilter("ignore")  # numpy says "mean of empty slice"
print("onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__, "numpy", np.__version__)
for op, wanted in (("ReduceMean", [0, np.nan]), ("ReduceMax", [-np.inf, -np.inf])):
    seen = outcomes(op)
    print(f"{op} of nothing: onnxruntime {seen[0]}, reference {seen[1]}")
    assert np.array_equal(seen, wanted, equal_nan=True), op + " has changed"
PY
