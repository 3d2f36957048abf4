#!/usr/bin/env bash
# Fact:     a name that a JSON schema requires without describing it is forbidden by xgrammar: the only
#           objects that a model may write are invalid, and nothing is said.
# Guess:    the name may have any value, as in JSON Schema, or the schema is refused.
# Versions: xgrammar 0.2.9, llguidance 1.9.1, jsonschema 4.26.0, torch 2.13.0, transformers 5.24.0.
# Seen:     "a" described and "z" required: {"a": 1} is invalid, and allowed by xgrammar; {"z": 1} and
#           {"a": 1, "z": 1} are valid, and forbidden. llguidance agrees with the standard on all three.
# Why:      "required" is looked up only for the names under "properties", and in its strict mode, the default,
#           no other name may occur. A misspelt name in "required" thus makes every answer fail its
#           check, though guiding is there to make that impossible.
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


schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["z"]}
seen = {}
for text in ('{"a": 1}', '{"z": 1}', '{"a": 1, "z": 1}'):
    seen[text] = verdicts(schema, text)
    print(text, dict(zip(("valid", "xgrammar", "llguidance"), seen[text])))
assert [valid for valid, _, _ in seen.values()] == [by for _, _, by in seen.values()] == [False, True, True]
assert [by for _, by, _ in seen.values()] == [True, False, False], "what is required may be written now"
PY
