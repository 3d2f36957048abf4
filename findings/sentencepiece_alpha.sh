#!/usr/bin/env bash
# Fact:     the alpha of SentencePiece's sampling means the opposite for its two kinds of model: 0 is
#           the usual cut for BPE and pure chance for unigram, and a large alpha is the usual cut for
#           unigram and single letters for BPE.
# Guess:    alpha near 1 is nearly the usual cut in both: "merge probability for BPE-dropout", as fairseq and
#           OpenNMT-py describe it.
# Versions: sentencepiece 0.2.3.
# Seen:     "lower newest" is 2 pieces by a BPE model with alpha 0 and 13 with 1; by a unigram model it is 4
#           usually, always 4 with alpha 10, and 4 to 11 with 0.
# Why:      for BPE alpha is the probability that a merge is left out; for unigram the probabilities of all
#           cuts are raised to its power. So 0.1, the default, is mild for one and wild for the other.
#           Merges are 4.2's. Source: fairseq/data/encoders/sentencepiece_bpe.py, help of the option.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sentencepiece==0.2.3
venv/bin/python - <<'PY'
import io

import sentencepiece

print("sentencepiece", sentencepiece.__version__)
text = ["low lower lowest new newer newest wide wider widest"] * 50


def pieces(kind):
    """How many pieces "lower newest" is cut into, usually and by chance."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text),
        model_writer=model,
        model_type=kind,
        vocab_size=40,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())

    def drawn(alpha):
        options = {"enable_sampling": True, "alpha": alpha, "nbest_size": -1}
        return {len(processor.encode("lower newest", **options)) for _ in range(200)}

    return len(processor.encode("lower newest")), {alpha: drawn(alpha) for alpha in (0.0, 0.1, 1.0, 10.0 if kind == "unigram" else 0.9)}


seen = {kind: pieces(kind) for kind in ("bpe", "unigram")}
for kind, (usual, drawn) in seen.items():
    print(kind, "usually", usual, "| by alpha", drawn)
(usual, by_bpe), (usually, by_unigram) = seen["bpe"], seen["unigram"]
assert usual == 2 and by_bpe[0.0] == {2} and by_bpe[1.0] == {13}, "alpha is the probability of a merge now"
assert min(by_bpe[0.9]) > usual
assert usually == 4 and by_unigram[10.0] == {4} and max(by_unigram[0.0]) > 8, "alpha means the same in both now"
PY
