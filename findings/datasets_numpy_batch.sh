#!/usr/bin/env bash
# Fact:     datasets.with_format("numpy") gives a row with the column's type and a batch with another:
#           every float becomes float32 and every integer int64, so 1e300 is inf, 2^63 is -2^63, and an
#           integer column with one None in it is float32.
# Guess:    the type of the column in both, as pyarrow and pandas give it; narrowing is for "torch".
# Versions: datasets 5.2.0, pyarrow 26.0.1, numpy 2.4.6.
# Seen:     [0]["x"] of a float64 column is the float64 1e300, [:]["x"] is [inf]; a uint64 2^63 comes
#           out as -2^63; of [2^53 + 1, None] the row is exact and the batch 9007199254740992.0.
# Why:      ids, hashes and targets of a regression read one by one are right, and wrong by the batch.
#           with_format("numpy", dtype=None) keeps what pyarrow gives.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.1 numpy==2.4.6
HF_HUB_OFFLINE=1 venv/bin/python - <<'PY'
import warnings

import datasets, numpy as np, pyarrow as pa

warnings.simplefilter("ignore")  # numpy says "overflow encountered in cast"
print("datasets", datasets.__version__, "pyarrow", pa.__version__, "numpy", np.__version__)
table = pa.table(
    {
        "float64": pa.array([1e300, 1.0], pa.float64()),
        "uint64": pa.array([2**63, 1], pa.uint64()),
        "int64": pa.array([2**53 + 1, None], pa.int64()),
    }
)
numbers = datasets.Dataset(table).with_format("numpy")
kept = datasets.Dataset(table).with_format("numpy", dtype=None)
row, batch, whole = numbers[0], numbers[:], kept[:]
for name in table.column_names:
    print(f"{name:8} row {row[name]!r}, batch {batch[name]!r}, with dtype=None {whole[name]!r}")
assert (row["float64"], row["uint64"], row["int64"]) == (1e300, 2**63, 2**53 + 1)
assert [str(row[name].dtype) for name in table.column_names] == table.column_names
assert [str(batch[name].dtype) for name in table.column_names] == ["float32", "int64", "float32"]
assert np.isinf(batch["float64"][0]) and batch["uint64"][0] == -(2**63), "a batch keeps its type now"
assert batch["int64"][0] == 2**53 and np.isnan(batch["int64"][1])
assert whole["float64"].dtype == np.float64 and whole["uint64"].dtype == np.uint64
PY
