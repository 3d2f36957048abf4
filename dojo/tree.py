"""Which tree is under test: the learner's katas, the reference, or a mix of both.

Specs and lessons import `katas.…`. A finder at the front of `sys.meta_path` loads a module
of that name from its file in `solutions/` where the reference is wanted. There is then only
ever one module, and so one `Value` class, whichever file it came from.
"""

import importlib.abc
import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

from dojo import course, source


class Refused(Exception):
    """The trees cannot be mixed as asked; the text says why."""


def _is_course_module(name):
    parts = name.split(".")
    return len(parts) == 3 and parts[0] == "katas" and not course.is_specs(parts[2])


class _AsSaved(SourceFileLoader):
    """Loads a learner's file from its text, each time.

    Python takes bytecode for that of a file by the second and the size. A file that is saved
    twice in one second, at one size, would be tested as it was before.

    ended  {module: what cut its loading off}, so that no other spec file waits for it again
    """

    def __init__(self, name, path, ended):
        super().__init__(name, path)
        self.ended = ended

    def get_code(self, fullname):
        try:
            return source.compiled(self.get_data(self.path), self.path)
        except OSError as error:
            where = (self.path, 1, None, None)
            raise SyntaxError(f"it cannot be read: {error.strerror}", where) from None
        except SyntaxError as error:
            error.filename = error.filename or self.path  # an encoding that does not exist
            error.lineno = error.lineno or 1
            raise

    def exec_module(self, module):
        if self.name in self.ended:
            raise self.ended[self.name]
        try:
            super().exec_module(module)
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:  # dojo.limits, or SystemExit
            self.ended[self.name] = error
            raise


class Tree(importlib.abc.MetaPathFinder):
    """What to load from where.

    solutions  True for the reference throughout
    given      a section: the reference for all modules that end at or before it
    redone     a kata: for its module the scratch copy in which it is redone
    """

    def __init__(self, solutions=False, given=None, redone=None):
        if redone and not copy_of(redone).exists():
            raise Refused(f"{redone.id} is not being redone: there is no {copy_place(redone)}")
        if (solutions or given) and not course.has_reference():
            raise course.NoReference
        self.ended = {}
        self.solutions = solutions
        self.redone = redone
        self.given = None if given is None else course.find_section(given).number
        self._given_modules = _modules_up_to(self.given) if self.given else set()

    @property
    def title(self):
        if self.solutions:
            return "the reference solutions"
        if self.redone:
            return f"{self.redone.id} once more, with your other katas"
        return f"your katas, on reference 1.1–{self.given}" if self.given else "your katas"

    def is_reference(self, module):
        """True if "phase1_autodiff/value.py" is to come from the reference."""
        return self.solutions or module in self._given_modules

    def file_of(self, name):
        """The file that the module `katas.phase.module` has to come from."""
        _, phase, module = name.split(".")
        relative = f"{phase}/{module}.py"
        if self.redone and relative == self.redone.module:
            return copy_of(self.redone)
        where = "solutions" if self.is_reference(relative) else "katas"
        return course.ROOT / where / relative

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "solutions" and not self.solutions and _asked_by_a_kata():
            raise ImportError("a kata is your own work, and this takes it from the reference")
        if not _is_course_module(name):
            return None
        file = self.file_of(name)
        if file.parent.parent.name != "solutions":
            if not file.exists():
                return None  # Python says what is missing
            loader = _AsSaved(name, str(file), self.ended)
            return importlib.util.spec_from_file_location(name, file, loader=loader)
        if not file.exists():
            shown = file.relative_to(course.ROOT).as_posix()
            raise ModuleNotFoundError(f"the reference has no {shown}", name=name)
        return importlib.util.spec_from_file_location(name, file)

    def place_of(self, kata):
        """The file that is tested for a kata, and its line in it."""
        if self.redone and kata.module == self.redone.module:
            return copy_place(self.redone, kata.name)
        if not self.is_reference(kata.module):
            return f"{kata.file}:{kata.line}"
        file = f"solutions/{kata.module}"
        return f"{file}:{source.line_of(course.ROOT / file, kata.name)}"

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
            if Path(module.__file__).resolve() != self.file_of(name).resolve():
                raise Refused(
                    f"{name} was loaded from {module.__file__}, but this run is to test "
                    f"{self.title}: something imported it too early"
                )


def choose(mine):
    """In a program of a lesson: take the learner's katas, or the reference if there is one.

    ->  True if it is the learner's
    """
    mine = mine or not course.has_reference()
    Tree(solutions=not mine).install()
    return mine


def _asked_by_a_kata():
    """True if the import that is going on stands in one of the learner's files."""
    frame = sys._getframe(2)
    while frame and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None and course.ROOT / "katas" in Path(frame.f_code.co_filename).parents


def copy_of(kata):
    """The scratch copy of a kata's module in which it is redone, beside the solved one."""
    folder = course.ROOT / ".dojo" / "review" / f"{kata.section}-{kata.name}"
    return folder / kata.module.rpartition("/")[2]


def copy_place(kata, name=None):
    """That copy from the root of the course, and the line of the kata (or another) in it."""
    path = copy_of(kata)
    line = source.line_of(path, name or kata.name) if path.exists() else 1
    return f"{path.relative_to(course.ROOT).as_posix()}:{line}"


def given_for(needed, under_test):
    """The --given with which a section can be tested that needs an earlier one; None if none."""
    numbers = [section.number for section in course.sections()]
    if needed not in numbers:
        return None
    between = numbers[numbers.index(needed) : numbers.index(under_test)]
    return next((number for number in between if not _split_at(number)), None)


def _spans():
    """The first and the last section of each module that holds katas."""
    return {
        module: (min(marks)[0], max(marks)[0])
        for module, marks in course.modules().items()
        if marks
    }


def _split_at(given):
    """The modules that the reference up to `given` would hold only in part, with their spans."""
    return {module: (s, e) for module, (s, e) in _spans().items() if s <= given < e}


def _modules_up_to(given):
    """The modules whose katas all come at or before a section."""
    for module, (first, last) in _split_at(given).items():
        raise Refused(
            f"the reference cannot be given up to {given}, because {module.split('/')[-1]} "
            f"reaches from {first} to {last}; the nearest that works is {_nearest(given)}"
        )
    return {module for module, (_, last) in _spans().items() if last <= given}


def _nearest(given):
    """The section closest to `given` at which no module is split, a later one before an earlier."""
    numbers = sorted({s.number for s in course.sections()} | {e for _, e in _spans().values()})
    here = numbers.index(given)
    whole = [number for number in numbers if not _split_at(number)]
    return min(whole, key=lambda n: (abs(numbers.index(n) - here), n < given))
