#!/usr/bin/env bash
# Fact:     tokenizers cut nothing at all if max_length is smaller than the number of special tokens
#           that are added.
# Guess:    an error, or an encoding of at most max_length tokens.
# Versions: tokenizers 0.23.3.
# Seen:     with [C] and [S] added, "abab" is cut to 4, 3 and 2 tokens for max_length 4, 3 and 2,
#           and has all its 6 for 1 and 0. Without special tokens max_length 1 gives one and 0 none.
# Why:      a limit computed from what is left of a context (section 4.4) can come out this small,
#           and then the longest text passes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
venv/bin/python - <<'PY'
import tokenizers
from tokenizers import Tokenizer, models, processors

print("tokenizers", tokenizers.__version__)
tokenizer = Tokenizer(models.BPE(vocab={"a": 0, "b": 1, "[C]": 2, "[S]": 3}, merges=[]))
tokenizer.post_processor = processors.TemplateProcessing(
    single="[C] $A [S]", special_tokens=[("[C]", 2), ("[S]", 3)]
)
lengths = []
for limit in (4, 3, 2, 1, 0):
    tokenizer.enable_truncation(limit)
    tokens = tokenizer.encode("abab").tokens
    bare = tokenizer.encode("abab", add_special_tokens=False).tokens
    print("max_length", limit, "->", " ".join(tokens), "| without special tokens:", " ".join(bare))
    lengths.append((len(tokens), len(bare)))
assert lengths == [(4, 4), (3, 3), (2, 2), (6, 1), (6, 0)], "truncated otherwise now"
PY
