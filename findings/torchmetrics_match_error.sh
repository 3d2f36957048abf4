#!/usr/bin/env bash
# Fact:     torchmetrics' MatchErrorRate is not the quotient that its docstring gives where a text lacks one
#           word and has another too many; nor are WordInfoLost and WordInfoPreserved. WordErrorRate is right.
# Guess:    the same numbers as jiwer's, as the formulas are the same.
# Versions: torchmetrics 1.9.0, jiwer 4.0.0, torch 2.13.0, numpy 2.4.6.
# Seen:     "a b c" for "b c d", two words right, one lacking, one too many: by the formula 2/4 are errors, and
#           jiwer says so; torchmetrics says 2/3, and 0.111 preserved instead of 0.444. For "a b", where "b c"
#           was said, no word is right to it. "x b c" for "b c", where no word is lacking, agrees.
# Why:      it counts the edits only, and takes the longer text's length less these for the words that are
#           right: true as long as nothing is both lacking and too many.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchmetrics==1.9.0 jiwer==4.0.0 torch==2.13.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata

import jiwer
import torchmetrics.functional.text as metrics

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("torchmetrics", "jiwer", "torch")))
FUNCTIONS = {"wer": "word_error_rate", "mer": "match_error_rate", "wip": "word_information_preserved"}


def both(text, said):
    """By torchmetrics and by jiwer: errors by words said, by words aligned, and what is preserved."""
    ours = [round(getattr(metrics, name)([text], [said]).item(), 3) for name in FUNCTIONS.values()]
    return ours, [round(getattr(jiwer, name)(said, text), 3) for name in FUNCTIONS]


seen = {pair: both(*pair) for pair in (("a b c", "b c d"), ("a b", "b c"), ("x b c", "b c"))}
for (text, said), (by_torchmetrics, by_jiwer) in seen.items():
    print(f"{text!r} for {said!r}:", *FUNCTIONS, "| torchmetrics", by_torchmetrics, "| jiwer", by_jiwer)
counts = jiwer.process_words("b c d", "a b c")
assert (counts.hits, counts.substitutions, counts.deletions, counts.insertions) == (2, 0, 1, 1)
assert seen["a b c", "b c d"] == ([0.667, 0.667, 0.111], [0.667, 0.5, 0.444]), "words are aligned now"
assert seen["a b", "b c"] == ([1, 1, 0], [1, 0.667, 0.25])
assert seen["x b c", "b c"][0] == seen["x b c", "b c"][1]
PY
