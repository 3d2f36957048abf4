#!/usr/bin/env bash
# Fact:     an index beyond the end of grain's MapDataset is no error but begins again at the front, so that
#           the element behind the last one is the first.
# Guess:    IndexError, as from the list it was made of.
# Versions: grain 0.2.18, numpy 2.4.6.
# Seen:     of the source 0, 1, 2, 3 entry 4 is 0, entry 7 is 3 and entry -5 is 3; in batches of 3, of which
#           there are 2, batch 2 is the first again. Shuffled, entries 4 to 7 are another order of all four.
# Why:      a data set that can be repeated without end is indexed modulo its length. A window over next
#           tokens that reads one index too far, or a range of the wrong length (3.4), joins the end to the
#           beginning, and a test of what is out of range does not catch it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check grain==0.2.18 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import grain

print("grain", importlib.metadata.version("grain"))
data = grain.MapDataset.source([0, 1, 2, 3])
beyond, batch = [data[4], data[7], data[-5]], data.batch(3)[2].tolist()
shuffled = data.shuffle(seed=0)
first, second = [shuffled[i] for i in range(4)], [shuffled[i] for i in range(4, 8)]
print("entries 4, 7 and -5 of", len(data), beyond, "| batch 2 of", len(data.batch(3)), batch, "| shuffled", first, second)
assert beyond == [0, 3, 3] and batch == [0, 1, 2], "an index beyond the end is an error now"
assert sorted(first) == sorted(second) == [0, 1, 2, 3] and first != second
PY
