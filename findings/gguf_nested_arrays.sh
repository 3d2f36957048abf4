#!/usr/bin/env bash
# Fact:     gguf writes a list of lists into a GGUF file as such, and its own reader gives back one flat
#           list of all their numbers; where a list ended cannot be told.
# Guess:    the same nested list comes back, or the writer refuses it.
# Versions: gguf 0.19.0, numpy 2.4.6.
# Seen:     [[1, 2], [3]] comes back as [1, 2, 3], under the types ARRAY, ARRAY, INT32.
# Why:      merges of a tokenizer (4.2) are pairs; kept as pairs of ids they would come back as a row.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import gguf

print("gguf", importlib.metadata.version("gguf"))
writer = gguf.GGUFWriter("model.gguf", "course")
writer.add_array("nested", [[1, 2], [3]])
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.close()
field = gguf.GGUFReader("model.gguf").fields["nested"]
print("read:", field.contents(), "types:", [kind.name for kind in field.types])
assert field.contents() == [1, 2, 3], "nested lists are read otherwise now"
PY
