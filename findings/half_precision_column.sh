#!/usr/bin/env bash
# Fact:     the sum of a float16 column that is too large for the type is right in pandas, inf in
#           polars and in pandas' groupby, and not implemented in pyarrow; polars' mean of it is
#           right again.
# Guess:    pandas' sum and mean overflow as numpy's sum does, and polars turns float16 into
#           float32.
# Versions: pandas 3.1.1, polars 2.1.0, pyarrow 26.0.1, numpy 2.4.6.
# Seen:     100 times 1000: pandas sum 100000, mean 1000, groupby sum inf; polars, which has a
#           Float16 by now, sum inf, mean 1000; pyarrow sum and mean ArrowNotImplementedError.
# Why:      embeddings and features are kept in half precision to save space; which numbers come out
#           depends on who adds them up, and in what type (the same question as in section 5.3).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1
venv/bin/python - <<'PY'
import warnings

import numpy as np, pandas as pd, polars as pl, pyarrow as pa, pyarrow.compute as pc

warnings.simplefilter("ignore")  # numpy says "overflow encountered"

print("pandas", pd.__version__, "polars", pl.__version__, "pyarrow", pa.__version__)
column = np.full(100, 1000, np.float16)
frame = pd.DataFrame({"x": column, "group": 0})
series = pl.Series(column)
seen = {
    "pandas sum": float(frame.x.sum()),
    "pandas mean": float(frame.x.mean()),
    "pandas groupby sum": float(frame.groupby("group").x.sum()[0]),
    "polars sum": float(series.sum()),
    "polars mean": float(series.mean()),
}
for text, value in seen.items():
    print(f"{text:19} {value}")
assert list(seen.values()) == [100000, 1000, np.inf, np.inf, 1000], "added up otherwise now"
assert series.dtype == pl.Float16
for name in ("sum", "mean"):
    try:
        getattr(pc, name)(pa.array(column))
    except pa.ArrowNotImplementedError:
        print(f"pyarrow {name:11} not implemented")
    else:
        raise SystemExit(f"pyarrow has {name} for float16 now")
PY
