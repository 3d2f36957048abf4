#!/usr/bin/env bash
# Fact:     two schemas under a JSON schema's "allOf" are one after the other in outlines-core, so that what may
#           be written is no JSON, and anything at all in xgrammar; only llguidance asks for both at once.
# Guess:    both at once in all three, or a refusal.
# Versions: outlines-core 0.2.14, xgrammar 0.2.9, llguidance 1.9.1, torch 2.13.0, transformers 5.24.0.
# Seen:     an integer of at least 2 that is at most 4: 3 is allowed by llguidance and xgrammar; 33, which is
#           wrong, and 3-3, which is no JSON, by outlines-core; 9 and [true] by xgrammar, which writes "still
#           ongoing" to its log.
# Why:      outlines-core joins the two regular expressions; xgrammar has only the case of one schema and takes
#           everything otherwise. Schemas that a program makes of classes with a parent use allOf, and
#           guiding, a mask on the logits before 4.4's sampling, is there so that answers need no check.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check outlines-core==0.2.14 xgrammar==0.2.9 llguidance==1.9.1 torch==2.13.0 transformers==5.24.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata, json, re

import llguidance, outlines_core.json_schema, xgrammar

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("outlines-core", "xgrammar", "llguidance")))
BYTES, END = [bytes([byte]) for byte in range(256)], 256


class Tokenizer:
    """A vocabulary of single bytes and an end, in the form in which llguidance wants one."""

    tokens, special_token_ids, eos_token_id, bos_token_id = [*BYTES, b"<end>"], [END], END, None

    def __call__(self, text):
        return list(text if isinstance(text, bytes) else text.encode())


compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo(Tokenizer.tokens, stop_token_ids=[END]))
tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Tokenizer()))
schema = {"allOf": [{"type": "integer", "minimum": 2}, {"type": "integer", "maximum": 4}]}
pattern = outlines_core.json_schema.build_regex_from_schema(json.dumps(schema))
grammar = compiler.compile_json_schema(json.dumps(schema))
print("outlines-core's pattern:", pattern)


def verdicts(text):
    """Whether outlines-core, xgrammar and llguidance let a model write this text, and end there."""
    matcher = xgrammar.GrammarMatcher(grammar)
    by_xgrammar = all(matcher.accept_token(byte) for byte in text.encode()) and matcher.accept_token(END)
    other = llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_json_schema(schema))
    by_llguidance = other.try_consume_tokens(list(text.encode())) == len(text) and other.is_accepting()
    return re.fullmatch(pattern, text) is not None, by_xgrammar, by_llguidance


seen = {text: verdicts(text) for text in ("3", "9", "33", "3-3", "[true]")}
for text, by in seen.items():
    print(text, dict(zip(("outlines-core", "xgrammar", "llguidance"), by)))
by_outlines, by_xgrammar, by_llguidance = ([text for text in seen if seen[text][i]] for i in range(3))
assert by_llguidance == ["3"]
assert by_outlines == ["33", "3-3"], "outlines-core asks for both now"
assert by_xgrammar == ["3", "9", "33", "[true]"], "xgrammar asks for both now"
PY
