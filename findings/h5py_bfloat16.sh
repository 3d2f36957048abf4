#!/usr/bin/env bash
# Fact:     h5py stores bfloat16, float8 and int4 arrays of ml_dtypes without a word, as opaque
#           bytes: what is read back is not a number.
# Guess:    TypeError, as for other types that HDF5 has no counterpart of.
# Versions: h5py 3.16.0, ml_dtypes 0.6.0, numpy 2.4.6.
# Seen:     the data set's dtype is V2 (V1); .view(ml_dtypes.bfloat16) brings the numbers back if
#           one knows that they were bfloat16, which the file does not say.
# Why:      a checkpoint (section 4.4) must itself say the type of its arrays; numpy.save loses it
#           in the same way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check h5py==3.16.0 numpy==2.4.6 ml_dtypes==0.6.0
venv/bin/python - <<'PY'
import h5py, ml_dtypes, numpy as np

print("h5py", h5py.__version__, "ml_dtypes", ml_dtypes.__version__, "numpy", np.__version__)
for name, opaque in (("bfloat16", "V2"), ("float8_e4m3fn", "V1"), ("int4", "V1")):
    dtype = getattr(ml_dtypes, name)
    with h5py.File("weights.h5", "w") as file:
        file["w"] = np.array([1, -2]).astype(dtype)
    with h5py.File("weights.h5") as file:
        read = file["w"][:]
    viewed = read.view(dtype).astype(float).tolist()
    print(f"{name} is read as {read.dtype}; viewed as {name} again: {viewed}")
    assert read.dtype == np.dtype(opaque) and viewed == [1, -2], "stored otherwise now"
PY
