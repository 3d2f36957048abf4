#!/usr/bin/env bash
# Fact:     tokenizers' add_tokens with a token that the vocabulary has returns 1, leaves the
#           vocabulary as large as it was, and stops all merges around that token.
# Guess:    0 and nothing else, since nothing is added.
# Versions: tokenizers 0.23.3.
# Seen:     a model with a, b and ab gives [ab] for "ab"; after add_tokens(["a"]), which returns 1,
#           the size is still 3 and "ab" gives [a, b].
# Why:      the count is what people grow an embedding by, and a harmless-looking call changes how
#           every text is cut: added tokens are cut out before the merges of section 4.2 begin.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
venv/bin/python - <<'PY'
import tokenizers
from tokenizers import Tokenizer, models

print("tokenizers", tokenizers.__version__)
tokenizer = Tokenizer(models.BPE(vocab={"a": 0, "b": 1, "ab": 2}, merges=[("a", "b")]))
before = tokenizer.encode("ab").tokens
added = tokenizer.add_tokens(["a"])
size, after = tokenizer.get_vocab_size(), tokenizer.encode("ab").tokens
print("before", before, "| add_tokens returns", added, "size", size, "| after", after)
assert (before, added, size, after) == (["ab"], 1, 3, ["a", "b"]), "added otherwise now"
PY
