#!/usr/bin/env bash
# Fact:     the reference implementation of ONNX takes the lengths of the sequences that an RNN, GRU or LSTM
#           is given and does not heed them, nor a clip: it reads the padding.
# Guess:    each text ends at its length, as in onnxruntime; what the reference does is the standard.
# Versions: onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
# Seen:     two sequences of three steps with the lengths 3 and 1: the outputs of the second after its end are 0
#           in onnxruntime and go on in the reference, and the last state of the second is that after its first
#           step in the one and after its third in the other; without lengths and clip the two agree.
# Why:      the arguments are named in the reference and used nowhere. Where two runtimes differ one asks the
#           reference, and a recurrent network over padded texts (4.2) is a case where it is the one in error.
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

print("onnx", onnx.__version__, "onnxruntime", onnxruntime.__version__, "numpy", np.__version__)
rng = np.random.default_rng(0)


def outcomes(op, gates, lengths, **settings):
    """Outputs of each step and last states, by onnxruntime and by the reference."""
    feed = {
        "x": rng.normal(size=(3, 2, 2)),
        "w": rng.normal(size=(1, 2 * gates, 2)),
        "r": rng.normal(size=(1, 2 * gates, 2)),
        "b": rng.normal(size=(1, 4 * gates)),
    }
    feed = {name: array.astype(np.float32) for name, array in feed.items()}
    if lengths:
        feed["lengths"] = np.array(lengths, np.int32)
    given = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for name, a in feed.items()
    ]
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "h")]
    node = helper.make_node(op, list(feed), ["y", "h"], hidden_size=2, **settings)
    graph = helper.make_graph([node], "g", given, made)
    opset = helper.make_opsetid("", 22)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feed), ReferenceEvaluator(model).run(None, feed)


for op, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
    plain, reference = outcomes(op, gates, None)
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(plain, reference))
    (steps, last), (steps_too, last_too) = outcomes(op, gates, [3, 1])
    print(op, "second text after its end: onnxruntime", steps[1:, 0, 1].round(3).tolist())
    print("   reference", steps_too[1:, 0, 1].round(3).tolist())
    assert np.allclose(steps[:, 0, 0], steps_too[:, 0, 0], atol=1e-5)
    assert np.all(steps[1:, 0, 1] == 0) and np.allclose(last[0, 1], steps[0, 0, 1])
    assert np.all(steps_too[1:, 0, 1] != 0), "the reference heeds lengths now"
    assert np.allclose(last_too[0, 1], steps_too[2, 0, 1])
    (clipped, _), (unclipped, _) = outcomes(op, gates, None, clip=0.1)
    assert np.abs(clipped).max() < 0.1 < np.abs(unclipped).max(), "the reference heeds clip now"
PY
