"""Which tree is under test: the learner's katas, the reference, or a mix of both.

Specs and lessons import `katas.…`. A finder at the front of `sys.meta_path` loads a module
of that name from its file in `solutions/` where the reference is wanted. There is then only
ever one module, and so one `Value` class, whichever file it came from.
"""

import importlib.abc
import importlib.util
import sys
from pathlib import Path

from dojo import course


class Refused(Exception):
    """The trees cannot be mixed as asked; the text says why."""


def _is_course_module(name):
    parts = name.split(".")
    return len(parts) == 3 and parts[0] == "katas" and not parts[2].startswith("test_")


class Tree(importlib.abc.MetaPathFinder):
    """What to load from where.

    solutions  True for the reference throughout
    given      a section: the reference for all modules that end at or before it
    """

    def __init__(self, solutions=False, given=None):
        self.solutions = solutions
        self.given = given and course.find_section(given).number
        self._given_modules = _modules_up_to(self.given) if self.given else set()

    @property
    def title(self):
        if self.solutions:
            return "the reference solutions"
        return f"your katas, on reference 1.1–{self.given}" if self.given else "your katas"

    def is_reference(self, module):
        """True if "phase1_autodiff/value.py" is to come from the reference."""
        return self.solutions or module in self._given_modules

    def file_of(self, name):
        """The file that the module `katas.phase.module` has to come from."""
        _, phase, module = name.split(".")
        relative = f"{phase}/{module}.py"
        where = "solutions" if self.is_reference(relative) else "katas"
        return course.ROOT / where / relative

    def find_spec(self, name, path=None, target=None):
        if not _is_course_module(name):
            return None
        file = self.file_of(name)
        if file.parent.parent.name == "katas":
            return None  # the ordinary way
        if not file.exists():
            shown = file.relative_to(course.ROOT).as_posix()
            raise ModuleNotFoundError(f"the reference has no {shown}", name=name)
        return importlib.util.spec_from_file_location(name, file)

    def install(self):
        """Take over the imports; refuse if a module came from the wrong tree before."""
        self.check_loaded()
        sys.meta_path.insert(0, self)

    def uninstall(self):
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def check_loaded(self):
        """Refuse if any module of the course was loaded from another file than it should be."""
        for name, module in list(sys.modules.items()):
            if not _is_course_module(name) or not getattr(module, "__file__", None):
                continue
            if Path(module.__file__).resolve() != self.file_of(name):
                raise Refused(
                    f"{name} was loaded from {module.__file__}, but this run is to test "
                    f"{self.title}: something imported it too early"
                )


def _modules_up_to(given):
    """The modules whose katas all come at or before a section."""
    spans = {
        module: sorted(section for section, _ in marks)
        for module, marks in course.modules().items()
        if marks
    }
    split = {m: s for m, s in spans.items() if s[0] <= given < s[-1]}
    if split:
        module, numbers = next(iter(split.items()))
        raise Refused(
            f"the reference cannot be given up to {given}, because "
            f"{module.split('/')[-1]} reaches from {numbers[0]} to {numbers[-1]}; "
            f"the nearest that works is {_nearest(given, spans)}"
        )
    return {module for module, numbers in spans.items() if numbers[-1] <= given}


def _nearest(given, spans):
    """The section closest to `given` at which no module is split, a later one before an earlier."""
    numbers = sorted({section for span in spans.values() for section in span})
    here = numbers.index(given)
    whole = [n for n in numbers if not any(s[0] <= n < s[-1] for s in spans.values())]
    return min(whole, key=lambda n: (abs(numbers.index(n) - here), n < given))
