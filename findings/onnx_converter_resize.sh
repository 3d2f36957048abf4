#!/usr/bin/env bash
# Fact:     onnx.version_converter, asked for a newer opset, gives a model whose linear Resize or Upsample looks
#           between other pixels, and whose Hardmax runs over another axis: without a word the numbers change.
# Guess:    the same numbers from an older and a newer writing of one model, as for Softmax, which gets a
#           Flatten and a Reshape around it.
# Versions: onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6. Issue 8480 of onnx has the Resize.
# Seen:     0, 1, 2, 3 twice as wide is 0, 0.5, 1, 1.5, 2, 2.5, 3, 3 in opset 10 and 0, 0.25, 0.75, 1.25, 1.75,
#           2.25, 2.75, 3 after the conversion to 13 or 21; the Hardmax of (2, 2, 2) numbers has two ones in
#           opset 12 and four afterwards. Softmax and the nearest Resize stay as they were.
# Why:      in opset 10 pixel i lies at i, and from 11 on at i + 1/2, if nobody says "asymmetric"; the converter
#           adds an input and not that word. Compare outputs after each conversion, as one compares gradients
#           with finite differences (1.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
venv/bin/python - <<'PY'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper, version_converter

print("onnx", onnx.__version__, "onnxruntime", onnxruntime.__version__, "numpy", np.__version__)


def outcomes(op, opset, x, *constants, **settings):
    """What one model gives in its own opset, in 13 and in 21."""
    names = ["x"] + [f"c{i}" for i in range(len(constants))]
    weights = [numpy_helper.from_array(c, name) for c, name in zip(constants, names[1:])]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    node = helper.make_node(op, names, ["y"], **settings)
    graph = helper.make_graph([node], "g", [given], [made], initializer=weights)
    opsets = [helper.make_opsetid("", opset)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=6)
    results = []
    for version in (opset, 13, 21):
        written = model if version == opset else version_converter.convert_version(model, version)
        session = onnxruntime.InferenceSession(
            written.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        results.append(session.run(None, {"x": x})[0])
        print(f"{op} {settings} opset {version}: {results[-1].ravel().round(3).tolist()}")
    return results


row = np.arange(4, dtype=np.float32).reshape(1, 1, 1, 4)
wider = np.array([1, 1, 1, 2], np.float32)
corner = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3]
centre = [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]
for op, opset in (("Resize", 10), ("Upsample", 9)):
    old, *new = outcomes(op, opset, row, wider, mode="linear")
    assert np.allclose(old.ravel(), corner)
    assert all(np.allclose(y.ravel(), centre) for y in new), op + " keeps its numbers now"
    old, *new = outcomes(op, opset, row, wider, mode="nearest")
    assert all(np.array_equal(old, y) for y in new)
cube = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
old, *new = outcomes("Hardmax", 12, cube)
assert old.sum() == 2 and all(y.sum() == 4 for y in new), "Hardmax keeps its numbers now"
old, *new = outcomes("Softmax", 12, cube)
assert np.isclose(old.sum(), 2) and all(np.allclose(old, y) for y in new)
PY
