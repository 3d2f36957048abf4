"""One library in a process of its own: `python -m dojo.compare.worker torch 3.3 4.1 [--mine]`.

Prints a line of JSON when a row begins, and one as soon as it is done: what it returned, or what
went wrong. The very first line holds the version. "course" runs the katas.
"""

import contextlib
import importlib
import importlib.metadata
import json
import sys

from dojo import tree
from dojo.compare import row
from dojo.compare.libraries import LIBRARIES, function_of


def plain(value):
    """Numbers of any library, in lists of any depth, as Python's own."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value if isinstance(value, str | int) else float(value)


def version(library):
    """The version that is imported here, as pip noted it or by the library's own word."""
    module = importlib.import_module(LIBRARIES[library].modules[0])
    if library == "mlx":
        import mlx.core

        mlx.core.set_default_device(mlx.core.cpu)  # like all others
    try:
        version = importlib.metadata.version(LIBRARIES[library].package or library)
    except importlib.metadata.PackageNotFoundError:  # tensorflow-cpu, for one
        version = getattr(module, "__version__", "unknown")
    if function_of(library) == "keras":
        backend = importlib.import_module(LIBRARIES[library].modules[1])
        version += f" on {backend.__name__} {backend.__version__}"
    return version


def run(library, sections, mine, say):
    """Hand each result to `say`, a dictionary for each."""
    if library == "course":
        tree.Tree(solutions=not mine).install()
        name = library
    else:
        say({"version": version(library)})
        name = function_of(library)
    for section in sections:
        for one in row.rows(section):
            if (function := one.function(name)) is None:
                continue
            result = {"row": one.anchor()}
            say(result)
            try:
                result["value"] = plain(function())
            except NotImplementedError as error:  # a kata that is not started names itself
                result["error"] = f"needs {error}"
            except Exception as error:
                result["error"] = f"{type(error).__name__}: {error}".splitlines()[0][:100]
            say(result)


if __name__ == "__main__":
    results = sys.stdout

    def say(result):
        print(json.dumps(result), file=results, flush=True)

    library, *words = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):  # what a library prints is no result
        run(library, [word for word in words if word != "--mine"], "--mine" in words, say)
