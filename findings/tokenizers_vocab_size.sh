#!/usr/bin/env bash
# Fact:     the vocab_size that tokenizers' BPE trainer is given is not kept to where the text has more
#           letters than that: the vocabulary is larger, without a word.
# Guess:    "the size of the final vocabulary, including all tokens and alphabet", as the trainer's docstring
#           says, or an error.
# Versions: tokenizers 0.23.3, sentencepiece 0.2.3.
# Seen:     the 26 letters with vocab_size=10 give 26 tokens; with limit_alphabet=10 and a special token 11,
#           since special tokens do not count there; SentencePiece raises RuntimeError.
# Why:      letters are put in first, and only merges are counted against the size. An embedding made with the
#           number that was asked for meets ids beyond its end, from the rarest letters, and so perhaps
#           late; 4.2's train_bpe refuses a size below that of its bytes and special tokens.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3 sentencepiece==0.2.3
venv/bin/python - <<'PY'
import io, string

import sentencepiece, tokenizers
from tokenizers import Tokenizer, models, trainers

print("tokenizers", tokenizers.__version__, "sentencepiece", sentencepiece.__version__)
letters = string.ascii_lowercase


def size(**options):
    tokenizer = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(vocab_size=10, show_progress=False, **options)
    tokenizer.train_from_iterator([letters] * 3, trainer)
    return tokenizer.get_vocab_size()


plain, limited = size(), size(limit_alphabet=10, special_tokens=["<|end|>"])
try:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([letters] * 3),
        model_writer=io.BytesIO(),
        model_type="bpe",
        vocab_size=10,
        minloglevel=3,
    )
    other = "trained"
except RuntimeError as error:
    other = type(error).__name__
print("asked for 10: tokenizers", plain, "| limit_alphabet=10 and a special token", limited, "| sentencepiece", other)
assert (plain, limited, other) == (26, 11, "RuntimeError"), "the size is kept to now"
PY
