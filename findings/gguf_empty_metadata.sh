#!/usr/bin/env bash
# Fact:     the writer of GGUF files in gguf, llama.cpp's package, leaves out metadata that is an empty
#           string or an empty list, without a word: the key is not in the file.
# Guess:    an empty string comes back as an empty string.
# Versions: gguf 0.19.0, numpy 2.4.6.
# Seen:     "" and [] are gone, 0 and False are kept.
# Why:      where a reader asks whether a model has a template or a list of merges (4.2, 5.2), "none"
#           and "nobody said" become the same.
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
writer.add_string("text", "")
writer.add_array("list", [])
writer.add_uint32("zero", 0)
writer.add_bool("no", False)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.close()
fields = gguf.GGUFReader("model.gguf").fields
found = {name: name in fields for name in ("text", "list", "zero", "no")}
print("in the file:", found)
assert found == {"text": False, "list": False, "zero": True, "no": True}, "that has changed"
PY
