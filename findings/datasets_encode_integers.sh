#!/usr/bin/env bash
# Fact:     class_encode_column of datasets sorts classes as text, also where they are integers already: with
#           more than ten of them class 2 becomes 4, and class 10 becomes 2.
# Guess:    0, 1, ..., 11 stay as they are and get the names "0" to "11".
# Versions: datasets 5.2.0, numpy 2.4.6.
# Seen:     0, ..., 11 come out as 0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3; of the integers -2, -1 and 0 the
#           second is class 0; of 0.5, 2.0 and 10.0 the last is class 1.
# Why:      every value is made a string, and the sorted strings are the classes: "10" stands before "2". A
#           model of the ten digits (3.4) is unharmed; the labels of more classes no longer fit those of another
#           file. train_test_split's stratify_by_column needs such a column.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check datasets==5.2.0 numpy==2.4.6
HF_DATASETS_DISABLE_PROGRESS_BARS=1 venv/bin/python - <<'PY'
import datasets

print("datasets", datasets.__version__)


def encoded(labels):
    table = datasets.Dataset.from_dict({"label": labels}).class_encode_column("label")
    return table["label"][:], table.features["label"].names


seen, names = encoded(list(range(12)))
print("0 to 11 become", seen, "with the names", names)
signed, _ = encoded([-2, -1, 0])
floats, _ = encoded([0.5, 2.0, 10.0])
print("-2, -1, 0 become", signed, "| 0.5, 2.0, 10.0 become", floats)
assert seen == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3], "integers keep their order now"
assert signed == [1, 0, 2] and floats == [0, 2, 1]
PY
