"""Where the course lies, and what the environment says."""

from tests.hostile.hostile_row import done_to

NEXT = "next: 1.1 Value.plus"

_FOLDERS = [
    "with [brackets]", "with  spaces", "it's", 'say "hi"', "$HOME", "a\nline", "café 日本",
    "a;b&c*?", "-leading", "back\\slash",
]  # fmt: skip

for _folder in _FOLDERS:
    done_to(f"places: a folder {_folder!r}", NEXT, folder=_folder, plus="not started")(None)

_ENVIRONMENTS = {
    "ASCII alone": {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"},
    "a terminal one letter wide": {"COLUMNS": "1", "LINES": "1"},
    "a width that is no number": {"COLUMNS": "wide"},
    "no home": {"HOME": "/nonexistent"},
    "warnings are errors": {"PYTHONWARNINGS": "error"},
    "without asserts and docstrings": {"PYTHONOPTIMIZE": "2"},
    "Python's own tracebacks": {"PYTEST_ADDOPTS": "--tb=native"},
    "nothing is captured": {"PYTEST_ADDOPTS": "-s"},
    "without the plugins of pytest that say where it crashed": {
        "PYTEST_ADDOPTS": "-p no:faulthandler"
    },
}

for _name, _variables in _ENVIRONMENTS.items():
    done_to(f"places: {_name}", NEXT, environment=tuple(_variables.items()), plus="not started")(
        None
    )
