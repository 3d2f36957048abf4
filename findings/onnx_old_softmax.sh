#!/usr/bin/env bash
# Fact:     one Softmax of an ONNX model of opset 11 or 12 has three results: onnxruntime takes it over all
#           axes from the given one on, OpenVINO over the given axis, and the ONNX reference over the last
#           where none is given; OpenVINO's LogSoftmax does as onnxruntime's.
# Guess:    over all axes from axis 1 on in all of them, as was the rule until opset 13.
# Versions: onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, numpy 2.4.6.
# Seen:     logarithms of 1 to 8 in a shape of (1, 2, 4): the first probability is 1/36 in onnxruntime, 1/6 in
#           OpenVINO and 1/10 in the reference; by LogSoftmax 1/36, 1/36 and 1/10. With opset 13, or with
#           the last axis given, all agree.
# Why:      opset 13 changed axis 1 of a matrix to one axis of any array. A model with scores (batch, heads,
#           queries, keys) and no axis given is another model in each (2.3's softmax, 4.3's weights).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1
venv/bin/python - <<'PY'
import importlib.metadata, math

import numpy as np, onnxruntime, openvino
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("onnx", "onnxruntime", "openvino")))
x = np.log(np.arange(1, 9, dtype=np.float32)).reshape(1, 2, 4)


def firsts(operation, opset, **axis):
    """One over the first probability: in onnxruntime, in OpenVINO and in the reference of ONNX."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    graph = helper.make_graph([helper.make_node(operation, ["x"], ["y"], **axis)], "graph", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(model.SerializeToString()), "CPU")
    results = session.run(None, {"x": x})[0], compiled({"x": x})[0], ReferenceEvaluator(model).run(None, {"x": x})[0]
    values = [float(result[0, 0, 0]) for result in results]
    return [round(1 / (math.exp(value) if operation == "LogSoftmax" else value)) for value in values]


seen = {}
for operation in ("Softmax", "LogSoftmax"):
    for opset, axis in ((11, {}), (12, {}), (13, {}), (11, {"axis": 2})):
        seen[operation, opset, "axis" in axis] = firsts(operation, opset, **axis)
        print(operation, "opset", opset, axis, "1 in", seen[operation, opset, "axis" in axis])
assert seen["Softmax", 11, False] == seen["Softmax", 12, False] == [36, 6, 10], "old models agree now"
assert seen["LogSoftmax", 11, False] == seen["LogSoftmax", 12, False] == [36, 36, 10]
assert all(seen[operation, 13, False] == seen[operation, 11, True] == [10] * 3 for operation in ("Softmax", "LogSoftmax"))
PY
