"""The part of JSON Schema that dojo/status.schema.json uses, and nothing that is ignored."""

import json

from dojo import course

STATUS = json.loads((course.ROOT / "dojo/status.schema.json").read_text(encoding="utf-8"))
_KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
_KNOWN = {
    *("$schema", "title", "description", "type", "const", "enum"),
    *("properties", "required", "additionalProperties", "items"),
}


def problems(value, schema, at=""):
    """Where a value is not what its schema says, a line each; [] if it is."""
    if unknown := schema.keys() - _KNOWN:
        raise ValueError(f"{at or '.'}: {sorted(unknown)} would not be checked")
    found = []
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [f"{at or '.'} is {value!r}, not {' or '.join(kinds)}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is {value!r}, not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at} is {value!r}, none of {schema['enum']}")
    if isinstance(value, dict):
        inside = schema.get("properties", {})
        found += [
            f"{at}.{key} is missing" for key in schema.get("required", ()) if key not in value
        ]
        for key, item in value.items():
            if key in inside:
                found += problems(item, inside[key], f"{at}.{key}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{at}.{key} is not in the schema")
    if isinstance(value, list) and "items" in schema:
        for item in value:
            found += problems(item, schema["items"], f"{at}[]")
    return found


def keys(schema, at=""):
    """All paths to a key: .sections, .sections[].katas, .sections[].katas[].status, ..."""
    for key, inside in schema.get("properties", {}).items():
        yield f"{at}.{key}"
        yield from keys(inside, f"{at}.{key}")
    if "items" in schema:
        yield from keys(schema["items"], f"{at}[]")


def _is(value, kind):
    if kind == "null":
        return value is None
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))
