"""Specs that were collected on stubs, put on a submission without collecting them once more.

To collect a thousand specs takes longer than to run most of them, and it is the same for everybody.
What differs are the modules of the submission, and the spec files, which import from them: these
are loaded again in each run, from what was compiled before, and each spec is taken from there.
"""

import importlib.abc
import importlib.util
import itertools
import sys
import types

import pytest

from dojo import plain
from dojo.plugin import KATA, PLACE

SHORT = pytest.StashKey()  # on an item: whether calling it is all there is to it

# fixtures of pytest's own, which know nothing of a submission
PYTESTS = {
    "request", "tmp_path", "tmp_path_factory", "monkeypatch", "capsys", "capfd", "recwarn",
    "pytestconfig",
}  # fmt: skip
_PARAM = type(pytest.param())


class Compiled(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The spec files that are loaded inside of `with`, compiled; later they come from here."""

    def __init__(self):
        self._codes = {}

    def __enter__(self):
        sys.setprofile(self._seen)

    def __exit__(self, *_):
        sys.setprofile(None)

    def _seen(self, frame, event, _):
        if event == "call" and frame.f_code.co_name == "<module>":
            name = frame.f_globals.get("__name__", "")
            last = name.rpartition(".")[2]
            if name.startswith("katas.") and (last.startswith("test_") or last == "spec_helpers"):
                self._codes[name] = frame.f_code

    def find_spec(self, name, path=None, target=None):
        if name not in self._codes:
            return None
        file = self._codes[name].co_filename
        return importlib.util.spec_from_file_location(name, file, loader=self)

    def exec_module(self, module):
        exec(self._codes[module.__name__], vars(module))


class Collected:
    """The specs of a session that has been collected, file by file and class by class."""

    def __init__(self, session, compiled):
        self._compiled = compiled
        katas = {item.stash[KATA] for item in session.items}
        self._stubs = {kata: code for kata in katas if (code := _code_of(kata))}
        self._files = {}  # {file: {class: {function: its items, in the order of their parameters}}}
        for item in session.items:
            item.stash[SHORT] = _is_short(item)
            there = self._files.setdefault(item.getparent(pytest.Module), {})
            there.setdefault(item.parent, {}).setdefault(item.originalname, []).append(item)

    def forget_stubs(self):
        """From here on, what is imported is the submission's."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "katas"]:
            del sys.modules[name]
        sys.meta_path.insert(0, self._compiled)

    def not_started(self, kata):
        """True if a kata is its stub still, so that whatever calls it ends there."""
        code, stub = _code_of(kata), self._stubs.get(kata)
        is_one = code and stub and (code.co_code, code.co_names) == (stub.co_code, stub.co_names)
        return bool(is_one) and kata.id in code.co_consts

    def files(self, katas):
        """[(file, its classes)] of the files that hold specs of these katas."""
        found = []
        for file, classes in self._files.items():
            there = {node: items for node, items in classes.items() if _kata_of(items) in katas}
            found += [(file, there)] if there else []
        return found

    def load(self, file, classes):
        """Load a file of specs, and so the modules it imports: a report of pytest, and the items.

        The report is a failed one, with what dojo.plugin has to say of it, if that does not work.
        """
        file.obj, items = None, []
        report = file.ihook.pytest_make_collect_report(collector=file)
        if not report.passed:
            return report, []
        fresh = {node.name: node for node in report.result}
        for node, functions in classes.items():
            if _is_kept(functions) and _renewed(node, functions, getattr(file.obj, node.name)):
                items += itertools.chain.from_iterable(functions.values())
                continue
            again = fresh[node.name].ihook.pytest_make_collect_report(collector=fresh[node.name])
            if not again.passed:
                return again, []
            before = {
                item.nodeid: item.stash[PLACE] for item in itertools.chain(*functions.values())
            }
            for item in again.result:
                item.stash[KATA], item.stash[SHORT] = _kata_of(functions), _is_short(item)
                item.stash[PLACE] = before.get(item.nodeid, 0)
            items += again.result
        return report, items


def _code_of(kata):
    """The code of the function that stands for a kata in the modules that are loaded, or None."""
    found = sys.modules.get(f"katas.{kata.module.removesuffix('.py').replace('/', '.')}")
    for name in kata.name.split("."):
        if not isinstance(found, type | types.ModuleType):
            return None
        found = vars(found).get(name)
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, classmethod | staticmethod):
        found = found.__func__
    if isinstance(found, types.FunctionType):
        found = vars(found).get("__wrapped__", found)  # by contextmanager, or cache
    return found.__code__ if isinstance(found, types.FunctionType) else None


def _kata_of(functions):
    return next(iter(functions.values()))[0].stash[KATA]


def _is_short(item):
    return plain.needs_nothing(item) and item.get_closest_marker("timeout") is None


def _is_kept(functions):
    """True if the specs of a class take nothing that was made of the stubs, but by their marks."""
    return all(
        type(item) is pytest.Function and set(item.fixturenames) <= PYTESTS | plain.in_marks(item)
        for items in functions.values()
        for item in items
    )


def _renewed(node, functions, kind):
    """Have the items of a class run what it holds now; False if it has other specs than before."""
    outside = getattr(kind, "pytestmark", [])
    for name, items in functions.items():
        function = getattr(kind, name, None)
        marks = [*getattr(function, "pytestmark", []), *outside]
        cases = [_cases(mark) for mark in marks if mark.name == "parametrize"]
        cases = list(itertools.product(*cases))
        if function is None or len(cases) != len(items):
            return False
        for item, case in zip(items, cases):
            item.obj = getattr(kind(), name)
            for values in case:
                item.callspec.params.update(values)
    node.obj = kind
    return True


def _cases(mark):
    """The parameters of a mark, one {name: value} for each of its cases."""
    names, values = mark.args[:2]
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",") if name.strip()]
    for case in values:
        if isinstance(case, _PARAM):
            case = case.values
        elif len(names) == 1:
            case = (case,)
        yield dict(zip(names, case))
