#!/usr/bin/env bash
# Fact:     numpy.sort leaves arrays of ml_dtypes' types unsorted where one entry is nan, and says
#           nothing.
# Guess:    nan goes to the end and the rest is in order, as for numpy's own floats.
# Versions: ml_dtypes 0.6.0, numpy 2.4.6.
# Seen:     [4, nan, 3, 2] sorts to [2, 3, 4, nan] in float32 and to [4, nan, 2, 3] in bfloat16 and
#           float8_e4m3fn: sorted on either side of the nan. argsort does the same.
# Why:      top-k and top-p sampling (section 4.4) sort the scores; one nan then gives a wrong
#           choice rather than a visible one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0
venv/bin/python - <<'PY'
import ml_dtypes, numpy as np

print("ml_dtypes", ml_dtypes.__version__, "numpy", np.__version__)
for dtype in (np.float32, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn):
    result = np.sort(np.array([4, np.nan, 3, 2]).astype(dtype)).astype(np.float32)
    print(f"{np.dtype(dtype).name:14}", result.tolist())
    own = dtype in (np.float32, np.float16)
    wanted = [2, 3, 4, np.nan] if own else [4, np.nan, 2, 3]
    assert np.array_equal(result, wanted, equal_nan=True), "sorted otherwise now"
PY
