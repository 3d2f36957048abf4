#!/usr/bin/env bash
# Fact:     OpenVINO leaves out what a model does in order to round: a cast to float16 or bfloat16 and back,
#           and the addition and subtraction of a large number, change nothing.
# Guess:    the numbers are rounded, as in onnxruntime and in the ONNX reference.
# Versions: openvino 2026.4.1, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
# Seen:     even in the mode ACCURACY 1/3, 2049 and 70,000 stay by float16, where onnxruntime gives 0.33325,
#           2048 and inf; 0.4, 0.6 and 2.5 plus and minus 1.5 · 2^23 stay, where onnxruntime gives 0, 1 and
#           2. A cast to int8 and back does cut.
# Why:      on the CPU all floating-point types become float32 first, and constants that follow one another
#           are added up beforehand. A model that imitates low precision (5.3), to see what it costs, shows
#           that it costs nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1
venv/bin/python - <<'PY'
import importlib.metadata

import numpy as np, onnxruntime, openvino
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("openvino", "onnx", "onnxruntime")))


def results(nodes, numbers, constants=()):
    """By OpenVINO in float32, by onnxruntime, and by the reference of ONNX."""
    x = np.array(numbers, np.float32)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    graph = helper.make_graph(nodes, "graph", ends[:1], ends[1:], initializer=list(constants))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY"}
    compiled = core.compile_model(core.read_model(model.SerializeToString()), "CPU", exact)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {"x": x}
    found = compiled(feed)[0], session.run(None, feed)[0], ReferenceEvaluator(model).run(None, feed)[0]
    return [np.round(result.astype(float), 5).tolist() for result in found]


def there_and_back(kind):
    return [helper.make_node("Cast", ["x"], ["c"], to=kind), helper.make_node("Cast", ["c"], ["y"], to=TensorProto.FLOAT)]


large = numpy_helper.from_array(np.float32(1.5 * 2**23), "large")
sums = [helper.make_node("Add", ["x", "large"], ["c"]), helper.make_node("Sub", ["c", "large"], ["y"])]
half = results(there_and_back(TensorProto.FLOAT16), [1 / 3, 2049, 70000])
brain = results(there_and_back(TensorProto.BFLOAT16), [1 / 3, 2049, 70000])
shifted = results(sums, [0.4, 0.6, 2.5], [large])
whole = results(there_and_back(TensorProto.INT8), [0.4, 1.6, 2.5])
for name, found in (("float16", half), ("bfloat16", brain), ("+ 1.5 · 2^23 -", shifted), ("int8", whole)):
    print(name, dict(zip(("openvino", "onnxruntime", "reference"), found)))
assert half[0] == brain[0] == [0.33333, 2049, 70000] and half[1] == [0.33325, 2048, np.inf], "casts round now"
assert shifted[0] == [0.4, 0.6, 2.5] and shifted[1] == shifted[2] == [0, 1, 2], "constants are added one by one now"
assert whole[0] == whole[1] == [0, 1, 2]
PY
