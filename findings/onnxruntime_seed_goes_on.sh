#!/usr/bin/env bash
# Fact:     a random node with a seed gives other numbers at each run of a session of onnxruntime, and the same
#           ones again in a new session; the reference of ONNX gives the same at each run.
# Guess:    the same numbers at each run: the seed is an attribute of the node, and a graph has no memory.
# Versions: onnxruntime 1.32.0, onnx 1.23.2, numpy 2.4.6.
# Seen:     RandomNormal, RandomUniformLike and Bernoulli with seed=1: two runs differ, the first runs of two
#           sessions agree; by the reference all agree.
# Why:      the node makes its generator when the session is made, and the generator goes on. So what a request
#           gets depends on how many came before it. A seed is there so that a training or a sampling can be
#           repeated (3.4, 4.4), and here a repetition takes a new session.
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

print("onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__, "numpy", np.__version__)
x = {"x": np.full(8, 0.5, np.float32)}
value = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [8]) for name in "xy"}


def session(model):
    return onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )


for op in ("RandomNormal", "RandomUniformLike", "Bernoulli"):
    takes = op != "RandomNormal"
    settings = {"seed": 1.0} if takes else {"seed": 1.0, "shape": [8]}
    node = helper.make_node(op, ["x"] if takes else [], ["y"], **settings)
    graph = helper.make_graph([node], "g", [value["x"]] if takes else [], [value["y"]])
    opset = helper.make_opsetid("", 21)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    feed = x if takes else {}
    runs = {}
    for name, engine in (
        ("session", session(model)),
        ("another", session(model)),
        ("reference", ReferenceEvaluator(model)),
    ):
        runs[name] = [engine.run(None, feed)[0].tolist() for _ in range(4)]
        alike = all(run == runs[name][0] for run in runs[name])
        print(f"{op:18} {name:10} {np.round(runs[name][0][:3], 3)} the same in each run: {alike}")
        assert alike == (name == "reference"), op + " begins anew at each run now"
    assert runs["session"] == runs["another"]
PY
