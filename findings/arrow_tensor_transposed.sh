#!/usr/bin/env bash
# Fact:     pyarrow's arrays of tensors do not keep transposed ones: read one by one they are other numbers,
#           and with three axes turned round even the shape of the whole array changes, without an error.
# Guess:    what comes back is what was put in; the type has a permutation for that.
# Versions: pyarrow 26.0.1, numpy 2.4.6.
# Seen:     [[0, 1, 2], [3, 4, 5]] transposed is right as an array, [[0, 3], [1, 4], [2, 5]], and
#           [[0, 2], [1, 3], [2, 4]] as a scalar; (2, 2, 3, 4) transposed by (0, 2, 3, 1) has the shape
#           (2, 3, 4, 2) before and (2, 4, 2, 3) after.
# Why:      the scalar's strides are those of the shape that is not permuted, and the array takes the
#           permutation for its inverse, which is the same for two axes and not for three. A picture's
#           channels first and last (H, W, C) differ by such a turn; numpy.ascontiguousarray first helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyarrow==26.0.1 numpy==2.4.6
venv/bin/python - <<'PY'
import numpy as np, pyarrow as pa

print("pyarrow", pa.__version__, "numpy", np.__version__)
make = pa.FixedShapeTensorArray.from_numpy_ndarray
turned = np.arange(12, dtype=np.float32).reshape(2, 2, 3).transpose(0, 2, 1)
array = make(turned)
whole, single = array.to_numpy_ndarray()[0].tolist(), array[0].to_numpy().tolist()
copied = make(np.ascontiguousarray(turned))[0].to_numpy().tolist()
print("put in", turned[0].tolist(), "| the array", whole, "| one of it", single, "| of a copy", copied)
cube = np.arange(48, dtype=np.float32).reshape(2, 2, 3, 4).transpose(0, 2, 3, 1)
back = make(cube).to_numpy_ndarray().shape
print("shape put in", cube.shape, "came back", back)
assert whole == copied == turned[0].tolist()
assert single == [[0, 2], [1, 3], [2, 4]], "one tensor of a transposed array is right now"
assert cube.shape == (2, 3, 4, 2) and back == (2, 4, 2, 3), "three axes come back as they were now"
PY
