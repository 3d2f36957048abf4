#!/usr/bin/env bash
# Fact:     onnxruntime, OpenVINO and tinygrad take the bytes of a numpy array whose numbers have their high
#           byte first as if the low one came first: 1, 2, 3 becomes 16777216, 33554432, 50331648.
# Guess:    the right numbers, or a refusal, as PyTorch, JAX and onnx.numpy_helper give it.
# Versions: onnxruntime 1.32.0, onnx 1.23.2, openvino 2026.4.1, tinygrad 0.14.0 (device PYTHON),
#           numpy 2.4.6. tensorstore 0.1.86 and ncnn 1.0.20261020 take such arrays in the same way.
# Seen:     of 1.0, 2.0, 3.0 in ">f4" all three make numbers near 4.6e-41, which pass for 0;
#           onnx.numpy_helper.from_array raises ValueError.
# Why:      they ask for the kind and the size of a number and not for the order of its bytes. Old
#           data sets, such as the heads of MNIST's files and much of what instruments write, have the high byte
#           first. A network that is fed so (3.4) runs, and sees next to nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 tinygrad==0.14.0
venv/bin/python - <<'PY'
import os

os.environ["DEV"] = "PYTHON"  # tinygrad's own processor, which needs no compiler
import numpy as np, onnx, onnxruntime, openvino
from importlib.metadata import version
from onnx import TensorProto, helper, numpy_helper
from tinygrad import Tensor


def through_onnxruntime(array):
    kind = {"i": TensorProto.INT32, "f": TensorProto.FLOAT}[array.dtype.kind]
    ends = [helper.make_tensor_value_info(name, kind, [3]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": array})[0]


print("onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__, "numpy", np.__version__)
print("openvino", openvino.__version__, "tinygrad", version("tinygrad"))
takers = {
    "onnxruntime": through_onnxruntime,
    "OpenVINO": lambda array: np.array(openvino.Tensor(array).data),
    "tinygrad": lambda array: Tensor(array).numpy(),
}
for kind in ("i4", "f4"):
    numbers = np.array([1, 2, 3])
    for name, take in takers.items():
        high, low = take(numbers.astype(">" + kind)), take(numbers.astype("<" + kind))
        print(f"{name:12} >{kind} {high.tolist()} <{kind} {low.tolist()}")
        assert low.tolist() == [1, 2, 3]
        swapped = numbers.astype("<" + kind).byteswap()
        assert np.array_equal(high, swapped), name + " heeds the order of bytes now"
    try:
        numpy_helper.from_array(numbers.astype(">" + kind))
    except ValueError as error:
        print("onnx.numpy_helper: ValueError", error)
    else:
        raise AssertionError("not refused any more")
PY
