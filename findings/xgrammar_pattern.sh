#!/usr/bin/env bash
# Fact:     a pattern in a JSON schema has to match the whole string in xgrammar, as if ^ and $ stood around
#           it; by the standard, and in llguidance, it may match anywhere.
# Guess:    anywhere, as a validator takes it.
# Versions: xgrammar 0.2.9, llguidance 1.9.1, jsonschema 4.26.0, torch 2.13.0, transformers 5.24.0.
# Seen:     "ab" fits ^a, "tel 123" fits [0-9]{3}, and "bab" fits a: valid, allowed by llguidance, forbidden by
#           xgrammar, which lets a model write "a", "123" and "a" only.
# Why:      the pattern becomes the rule for the string's contents. A schema that asks for a word somewhere in
#           a sentence makes the model say that word alone, and the result is valid, so that no check
#           complains. With .* on both sides the two agree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check xgrammar==0.2.9 llguidance==1.9.1 jsonschema==4.26.0 torch==2.13.0 transformers==5.24.0 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata, json

import jsonschema, llguidance, xgrammar

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("xgrammar", "llguidance", "jsonschema")))
BYTES, END = [bytes([byte]) for byte in range(256)], 256


class Tokenizer:
    """A vocabulary of single bytes and an end, in the form in which llguidance wants one."""

    tokens, special_token_ids, eos_token_id, bos_token_id = [*BYTES, b"<end>"], [END], END, None

    def __call__(self, text):
        return list(text if isinstance(text, bytes) else text.encode())


compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo(Tokenizer.tokens, stop_token_ids=[END]))
tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Tokenizer()))


def verdicts(schema, text):
    """Whether the standard, xgrammar and llguidance let a model write this text, and end there."""
    valid = jsonschema.Draft202012Validator(schema).is_valid(json.loads(text))
    matcher = xgrammar.GrammarMatcher(compiler.compile_json_schema(json.dumps(schema)))
    by_xgrammar = all(matcher.accept_token(byte) for byte in text.encode()) and matcher.accept_token(END)
    other = llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_json_schema(schema))
    by_llguidance = other.try_consume_tokens(list(text.encode())) == len(text.encode()) and other.is_accepting()
    return valid, by_xgrammar, by_llguidance


seen = []
for pattern, whole, part in (("^a", "a", "ab"), ("[0-9]{3}", "123", "tel 123"), ("a", "a", "bab")):
    for text in (whole, part):
        seen.append(verdicts({"type": "string", "pattern": pattern}, json.dumps(text)))
        print(pattern, text, dict(zip(("valid", "xgrammar", "llguidance"), seen[-1])))
assert all(valid and by_llguidance for valid, _, by_llguidance in seen)
assert [by for _, by, _ in seen] == [True, False] * 3, "a pattern may match anywhere now"
assert verdicts({"type": "string", "pattern": ".*[0-9]{3}.*"}, '"tel 123"') == (True, True, True)
PY
