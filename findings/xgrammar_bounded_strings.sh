#!/usr/bin/env bash
# Fact:     a string with a minLength or a maxLength cannot hold a line break or a quotation mark when
#           xgrammar guides a model: all that JSON writes with a backslash is forbidden in it.
# Guess:    a bound on the length forbids what is too long or too short, and nothing else.
# Versions: xgrammar 0.2.9, llguidance 1.9.1, jsonschema 4.26.0, torch 2.13.0, transformers 5.24.0.
# Seen:     "a\nb" is valid with maxLength 10, with minLength 1 and without both; xgrammar allows it without
#           both only, llguidance always.
# Why:      for a bounded string xgrammar repeats a set of characters without the backslash. Whoever limits an
#           answer to 2,000 characters, to be safe, gets one paragraph, which ends where the model wanted to
#           quote. Guiding is a mask on the logits before 4.4's sampling.
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


schemas = [{"type": "string"}, {"type": "string", "maxLength": 10}, {"type": "string", "minLength": 1}]
seen = []
for schema in schemas:
    for text in ('"a b"', r'"a\nb"', r'"a\"b"'):
        seen.append(verdicts(schema, text))
        print(schema, text, dict(zip(("valid", "xgrammar", "llguidance"), seen[-1])))
assert all(valid and by_llguidance for valid, _, by_llguidance in seen)
assert [by for _, by, _ in seen] == [True] * 4 + [False] * 2 + [True] + [False] * 2, "bounded strings hold escapes now"
PY
