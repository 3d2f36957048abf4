#!/usr/bin/env bash
# Fact:     where a JSON schema asks for a number above 0, llguidance forbids 0.50 and allows 0.5, 0.51 and
#           1.50: between 0 and 1 no number may end in 0. With "minimum" instead of "exclusiveMinimum" it may.
# Guess:    the bound forbids what is not above 0, and nothing else that is written with digits and a point.
# Versions: llguidance 1.9.1, xgrammar 0.2.9, jsonschema 4.26.0, torch 2.13.0, transformers 5.24.0.
# Seen:     {"type": "number", "exclusiveMinimum": 0}: 0.5, 0.51, 1.0 and 1.50 are allowed and 0.50, 0.10 and
#           0.900 are not; 0, 0.0 and -1.5, rightly, neither. xgrammar and the standard agree on all of them.
# Why:      the bound becomes a regular expression that ends in a digit other than 0, so that 0.00 is kept out.
#           A model that has written a price of 0.50 cannot end there, and has to make it 0.501 or the like.
#           Guiding is a mask on the logits before 4.4's sampling, and this mask is wrong.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check xgrammar==0.2.9 llguidance==1.9.1 jsonschema==4.26.0 torch==2.13.0 transformers==5.24.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata, json

import jsonschema, llguidance, xgrammar

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("llguidance", "xgrammar", "jsonschema")))
BYTES, END = [bytes([byte]) for byte in range(256)], 256


class Tokenizer:
    """A vocabulary of single bytes and an end, in the form in which llguidance wants one."""

    tokens, special_token_ids, eos_token_id, bos_token_id = [*BYTES, b"<end>"], [END], END, None

    def __call__(self, text):
        return list(text if isinstance(text, bytes) else text.encode())


compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo(Tokenizer.tokens, stop_token_ids=[END]))
tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Tokenizer()))
TEXTS = ("0.5", "0.51", "0.50", "0.10", "0.900", "1.0", "1.50", "0", "0.0", "-1.5")


def verdicts(schema, text):
    """Whether the standard, xgrammar and llguidance let a model write this text, and end there."""
    valid = jsonschema.Draft202012Validator(schema).is_valid(json.loads(text))
    matcher = xgrammar.GrammarMatcher(compiler.compile_json_schema(json.dumps(schema)))
    by_xgrammar = all(matcher.accept_token(byte) for byte in text.encode()) and matcher.accept_token(END)
    other = llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_json_schema(schema))
    by_llguidance = other.try_consume_tokens(list(text.encode())) == len(text) and other.is_accepting()
    return valid, by_xgrammar, by_llguidance


for bound in ("exclusiveMinimum", "minimum"):
    seen = {text: verdicts({"type": "number", bound: 0}, text) for text in TEXTS}
    valid, by_xgrammar, by_llguidance = ([text for text in TEXTS if seen[text][i]] for i in range(3))
    refused = [text for text in valid if text not in by_llguidance]
    print(bound, "valid", valid, "| xgrammar allows", by_xgrammar, "| llguidance refuses", refused)
    assert by_xgrammar == valid and {*by_llguidance} <= {*valid}
    expected = ["0.50", "0.10", "0.900"] if bound == "exclusiveMinimum" else []
    assert refused == expected, "a number between 0 and 1 may end in 0 now"
PY
