"""Whether a run has changed the functions by which it is judged: pytest's, the specs', Python's."""

import sys
import types

_FUNCTIONS = types.FunctionType, types.MethodType
_INSIDE = types.FunctionType, classmethod, staticmethod, property
_WITH_CODE = "dojo", "_pytest", "pytest", "pluggy", "pytest_timeout", "json", "unittest"


class Snapshot:
    """The functions and classes of all modules that are loaded, as they are now.

    codes  of the code objects of the specs, as they were compiled: a spec that runs has one of them
    """

    def __init__(self, codes=frozenset()):
        self._codes = codes
        self._modules = {}
        for name, module in list(sys.modules.items()):
            is_other = name.startswith("katas.") or name == "pdb"  # pytest puts its own in there
            if isinstance(module, types.ModuleType) and not is_other:
                self._modules[name] = _held(vars(module), name.partition(".")[0] in _WITH_CODE)

    def add(self, specs):
        """Also a module of specs, which has just been loaded."""
        self._modules[specs.__name__] = _held(vars(specs), True)

    def changed(self, items=()):
        """The names of what is not as it was; at most ten."""
        found = []
        for name, before in self._modules.items():
            module = sys.modules.get(name)
            now = vars(module) if isinstance(module, types.ModuleType) else {}
            for key, (value, code, inside) in before.items():
                here = now.get(key)
                is_same = here is value and _code(here) is code
                if is_same and inside is not None:
                    is_same = _inside(here) == inside
                if not is_same:
                    found.append(f"{name}.{key}")
        for item in items if self._codes else ():
            if getattr(item.obj, "__code__", None) not in self._codes:
                found.append(item.nodeid)
        return found[:10]


def _held(names, with_code):
    """{name: (value, its code, what a class holds)} of the functions and classes among names."""
    return {
        key: (
            value,
            _code(value),
            _inside(value) if with_code and isinstance(value, type) else None,
        )
        for key, value in list(names.items())
        if callable(value)
    }


def _code(value):
    """The code of a function; None for what is none, even if it has an answer to every name."""
    return value.__code__ if type(value) in _FUNCTIONS else None


def _inside(kind):
    """What a class holds that runs: its functions, and their code."""
    return {
        key: (id(value), id(getattr(value, "__code__", None)))
        for key, value in vars(kind).items()
        if isinstance(value, _INSIDE)
    }
