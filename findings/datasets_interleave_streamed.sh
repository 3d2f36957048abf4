#!/usr/bin/env bash
# Fact:     interleave_datasets of datasets gives fewer examples of streamed datasets than of the same ones held
#           in memory: three lists of three become seven examples, not nine.
# Guess:    the same examples in the same order.
# Versions: datasets 5.2.0, numpy 2.4.6.
# Seen:     0 1 2, 10 11 12 and 20 21 22 in turn: 0 10 20 1 11 21 2 12 22 in memory, streamed no 12
#           and no 22; with stopping_strategy="all_exhausted" all nine in both. 10 11 12 13 and then 0 1 2 give
#           six in both.
# Why:      the default is to stop as soon as one dataset has run out. Streamed, that is noticed right after the
#           last example of the first one; in memory the round is finished. A length that was counted on one
#           form, for the steps of a schedule (3.3), is wrong for the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check datasets==5.2.0 numpy==2.4.6
HF_DATASETS_DISABLE_PROGRESS_BARS=1 venv/bin/python - <<'PY'
import datasets

print("datasets", datasets.__version__)


def both_ways(parts, **options):
    """The parts interleaved, in memory and streamed."""
    held = [datasets.Dataset.from_dict({"x": part}) for part in parts]
    streamed = [dataset.to_iterable_dataset() for dataset in held]
    return [[row["x"] for row in datasets.interleave_datasets(kind, **options)] for kind in (held, streamed)]


equal = [[0, 1, 2], [10, 11, 12], [20, 21, 22]]
held, streamed = both_ways(equal)
last_ends = both_ways([[10, 11, 12, 13], [0, 1, 2]])
all_of_them = both_ways(equal, stopping_strategy="all_exhausted")
print("in memory", held, "| streamed", streamed)
print("the last one ends", last_ends, "| all_exhausted", all_of_them)
assert held == [0, 10, 20, 1, 11, 21, 2, 12, 22] and all_of_them == [held, held]
assert streamed == held[:7], "a round that has begun is finished now"
assert last_ends[0] == last_ends[1] == [10, 0, 11, 1, 12, 2]
PY
