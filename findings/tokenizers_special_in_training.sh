#!/usr/bin/env bash
# Fact:     the trainer of tokenizers learns merges from its own special tokens where they stand in the
#           text, and across them, although encoding cuts them out: what is learned across them is never used.
# Guess:    nothing is learned from special tokens, as nothing of them is ever left to encode.
# Versions: tokenizers 0.23.3.
# Seen:     of twenty times "ab<|end|>cd", <|end|> being special, it learns "<|", "d|", "<|en" and
#           "ab<|end|>cd"; with GPT-2's way of cutting it gets "<|", "|>" and "end". Encoded it is
#           [ab, <|end|>, c, d], without a token for "cd".
# Why:      the trainer knows special tokens only as names to put first. A corpus whose documents are
#           joined by such a token spends its first merges on that; 4.2's train_bpe learns nothing from it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
venv/bin/python - <<'PY'
import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

print("tokenizers", tokenizers.__version__)
seen = []
for cut in (None, pre_tokenizers.ByteLevel(add_prefix_space=False)):
    tokenizer = Tokenizer(models.BPE())
    if cut is not None:
        tokenizer.pre_tokenizer = cut
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<|end|>"], show_progress=False)
    tokenizer.train_from_iterator(["ab<|end|>cd"] * 20, trainer)
    learned = sorted(token for token in tokenizer.get_vocab() if len(token) > 1 and token != "<|end|>")
    seen.append((learned, tokenizer.encode("ab<|end|>cd").tokens))
    print("uncut" if cut is None else "GPT-2's way", "learned", *seen[-1])
(whole, encoded), (pieces, _) = seen
assert "ab<|end|>cd" in whole and encoded == ["ab", "<|end|>", "c", "d"], "merges across it are not learned now"
assert {"<|", "|>", "end"} <= set(pieces), "nothing is learned from special tokens now"
PY
