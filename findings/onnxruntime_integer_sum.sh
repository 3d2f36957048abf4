#!/usr/bin/env bash
# Fact:     onnxruntime adds up integers in float64: the int64 sum of 2^53 and 1 is 2^53, and even
#           the sum of one number can be another number.
# Guess:    integer arithmetic, which wraps where it overflows, as in numpy and in the reference of
#           ONNX.
# Versions: onnxruntime 1.32.0, onnx 1.23.2, numpy 2.4.6.
# Seen:     ReduceSum of int64 [2^53, 1] and of [2^53 + 1] gives 2^53, of [2^60, 1, -2^60] gives 0;
#           the reference is exact. ReduceProd does the same, ReduceMax is exact.
# Why:      integers are trusted to be exact; ids, hashes and counters that go through an exported
#           graph are not, from 2^53 on.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
venv/bin/python - <<'PY'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


def outcomes(op, numbers):
    """What onnxruntime gives, and what the reference of ONNX gives."""
    node = helper.make_node(op, ["x"], ["y"], keepdims=0)
    x = helper.make_tensor_value_info("x", TensorProto.INT64, [len(numbers)])
    y = helper.make_tensor_value_info("y", TensorProto.INT64, [])
    graph = helper.make_graph([node], "g", [x], [y])
    opset = helper.make_opsetid("", 20)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feed = {"x": np.array(numbers, np.int64)}
    return [int(engine.run(None, feed)[0]) for engine in (session, ReferenceEvaluator(model))]


print("onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__, "numpy", np.__version__)
for op, numbers, wanted in (
    ("ReduceSum", [2**53, 1], [2**53, 2**53 + 1]),
    ("ReduceSum", [2**53 + 1], [2**53, 2**53 + 1]),
    ("ReduceSum", [2**60, 1, -(2**60)], [0, 1]),
    ("ReduceProd", [2**53 + 1, 1], [2**53, 2**53 + 1]),
    ("ReduceMax", [2**53 + 1, 1], [2**53 + 1, 2**53 + 1]),
):
    seen = outcomes(op, numbers)
    print(f"{op} {numbers}: onnxruntime {seen[0]}, reference {seen[1]}")
    assert seen == wanted, op + " has changed"
PY
