#!/usr/bin/env bash
# Fact:     ArgMax of numbers with a nan depends on where the nan stands in onnxruntime: in the
#           first place it wins, later it is skipped; the ONNX reference and numpy always give its
#           place.
# Guess:    the nan's place in both.
# Versions: onnxruntime 1.32.0, onnx 1.23.2, numpy 2.4.6.
# Seen:     [nan, 1, 3] gives 0 in both; [1, nan, 3] gives 2 in onnxruntime and 1 in onnx.reference.
# Why:      greedy decoding is an argmax (section 4.4): an exported model picks tokens from broken
#           scores as if nothing had happened, and not the tokens that the original picks.
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
    kind = TensorProto.INT64 if op == "ArgMax" else TensorProto.FLOAT
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [3])
    graph = helper.make_graph([node], "g", [x], [helper.make_tensor_value_info("y", kind, [])])
    opset = helper.make_opsetid("", 20)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feed = {"x": np.array(numbers, np.float32)}
    return [float(engine.run(None, feed)[0]) for engine in (session, ReferenceEvaluator(model))]


print("onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__, "numpy", np.__version__)
nan = float("nan")
for numbers, wanted in (([nan, 1, 3], [0, 0]), ([1, nan, 3], [2, 1])):
    seen = outcomes("ArgMax", numbers)
    print(f"ArgMax {numbers}: onnxruntime {seen[0]:.0f}, reference {seen[1]:.0f}")
    assert seen == wanted, "ArgMax has changed"
PY
