"""The course as it stands on disk: phases, sections, katas, and where each is found.

Nothing is listed by hand. A section is a folder of `lessons/` that has specs; its katas are the
`@pytest.mark.kata("name")` marks of its spec files (`test_2_value.py`, `test_2_graph.py`), in the
order of the headings of `hints.md`; the module of a kata is the one in `solutions/` whose `def`
line ends in `# kata 1.2`. A folder with hints inside of a lesson is a further sitting of it.
"""

import difflib
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from dojo import source

ROOT = Path(__file__).resolve().parents[1]
PHASES, SECTIONS = 5, 4  # the course as planned: five phases of four sections

_LESSON = re.compile(r"(\d)_(\w+)")
_HINTS_OF = re.compile(r"^## +(\S+)", re.MULTILINE)
_KATA_MARK = re.compile(r'\n@pytest\.mark\.kata\("([^"\n]+)"\)')  # begins plainly: found sooner


class UnknownName(Exception):
    """A phase, section or kata that does not exist; the text lists what does."""


class NoReference(UnknownName):
    """What was asked for needs solutions/, and this copy of the course has none."""

    def __init__(self):
        super().__init__("this needs the reference, and there is no solutions/ in this course")


@dataclass(frozen=True)
class Kata:
    section: str  # "1.2"
    name: str  # "Value.tanh"
    module: str  # "phase1_autodiff/value.py"
    specs: str  # "katas/phase1_autodiff/test_2_value.py"

    @property
    def id(self):
        return f"{self.section} {self.name}"

    @property
    def file(self):
        """The learner's file, from the root of the course."""
        return f"katas/{self.module}"

    @property
    def line(self):
        """Where the kata stands in the learner's file now; 1 if it was renamed or removed."""
        path = ROOT / self.file
        return source.line_of(path, self.name) if path.exists() else 1


@dataclass(frozen=True)
class Sitting:
    """What is read and done in one go: a whole section, or a part of a long one."""

    number: str  # of its section: "4.4"
    id: str  # the same; of a further sitting "4.4 llama", whatever its place
    folder: Path  # of overview, experiment, quiz and hints
    katas: tuple

    @property
    def title(self):
        """The heading of its page, without the number."""
        page = self.folder / "overview.md"
        heading = page.read_text(encoding="utf-8").partition("\n")[0] if page.exists() else ""
        return heading.partition(" · ")[2].strip() or _title(self.folder)


@dataclass(frozen=True)
class Section:
    number: str  # "1.2"
    lesson: Path  # the folder of its first sitting
    sittings: tuple

    @property
    def phase(self):
        return int(self.number[0])

    @property
    def title(self):
        return _title(self.lesson)

    @cached_property
    def katas(self):
        return tuple(kata for sitting in self.sittings for kata in sitting.katas)

    @property
    def specs(self):
        """Its spec files."""
        return spec_files(self.lesson)


def _title(folder):
    words = _LESSON.fullmatch(folder.name)[2].replace("_", " ").capitalize()
    return re.sub("^(Multi|Post) ", r"\1-", words)  # the hyphen that no folder name has


def spec_files(lesson):
    """The spec files of the section whose lesson is in this folder."""
    return sorted((ROOT / "katas" / lesson.parent.name).glob(f"test_{lesson.name[0]}_*.py"))


def is_specs(module):
    """True for the name of a module that belongs to the specs, and not to what they test."""
    return module.startswith("test_") or module == "spec_helpers"


def is_defined(kata):
    """False if the learner's file no longer has a function or method of that name."""
    return any(found == kata.name for found, _, _ in source.marked_definitions(ROOT / kata.file))


def has_reference():
    """False where solutions/ was taken out: by a teacher, or by a learner, against temptation."""
    return (ROOT / "solutions").is_dir()


def reference(module):
    """The file of a reference module; NoReference if there is none."""
    if not has_reference():
        raise NoReference
    return ROOT / "solutions" / module


def origin(module):
    """The file that says which katas a module has: its reference, or without one the stubs."""
    return ROOT / ("solutions" if has_reference() else "katas") / module


@cache
def modules():
    """The modules and the sections whose katas each holds: {"phase1…/value.py": …}."""
    found = {}
    for path in sorted(origin("").glob("phase*/*.py")):
        if path.name != "__init__.py" and not is_specs(path.stem):
            name = f"{path.parent.name}/{path.name}"
            found[name] = {
                (mark, kata) for kata, mark, _ in source.marked_definitions(path) if mark
            }
    return found


@cache
def sections():
    """All sections there are, in course order."""
    home = {kata: module for module, katas in modules().items() for kata in katas}
    found = []
    for lesson in sorted((ROOT / "lessons").glob("phase*/*/")):
        if not (numbered := _LESSON.fullmatch(lesson.name)):
            continue
        number = f"{lesson.parent.name.removeprefix('phase')[0]}.{numbered[1]}"
        there = {}
        for path in spec_files(lesson):
            specs = path.relative_to(ROOT).as_posix()
            for name in _KATA_MARK.findall(path.read_text(encoding="utf-8")):
                there.setdefault(name, Kata(number, name, home.get((number, name), "?"), specs))
        if there:
            found.append(Section(number, lesson, tuple(_sittings(number, lesson, there))))
    return tuple(found)


def _sittings(number, lesson, there):
    """The sittings of a lesson, each with its share of the katas that are there: {name: Kata}."""
    folders = [lesson, *sorted(path.parent for path in lesson.glob("[0-9]_*/hints.md"))]
    named = [
        _HINTS_OF.findall(path.read_text(encoding="utf-8")) if path.exists() else []
        for path in (folder / "hints.md" for folder in folders)
    ]
    forgotten = [name for name in there if not any(name in names for names in named)]
    named[-1] += forgotten  # no hints yet: they come last
    for folder, names in zip(folders, named):
        further = "" if folder == lesson else folder.name[1:].replace("_", " ")
        if katas := tuple(there[name] for name in names if name in there):
            yield Sitting(number, number + further, folder, katas)


def katas():
    """All katas there are, in course order."""
    return [kata for section in sections() for kata in section.katas]


@cache
def kata_ids():
    """The ids of all katas there are."""
    return {kata.id for kata in katas()}


@cache
def _by_specs():
    found = {}
    for kata in katas():
        found.setdefault(ROOT / kata.specs, {})[kata.name] = kata
    return found


def forget():
    """Look at the disk again from here on: the course may be another one than at the last look."""
    for found in (modules, sections, kata_ids, _by_specs, katas_of):
        found.cache_clear()


@cache
def katas_of(path):
    """The katas that a spec file is about, {name: Kata}; {} if it is no spec file."""
    return _by_specs().get(path.resolve(), {})


def find_phase(phase):
    """The sections of a phase, given as 2 or "2"."""
    found = [section for section in sections() if str(section.phase) == str(phase)]
    if not found:
        there = sorted({section.phase for section in sections()})
        is_planned = str(phase) in map(str, range(1, PHASES + 1))
        known = f"phase {phase} is not here yet" if is_planned else f"there is no phase {phase}"
        raise UnknownName(f"{known}; there are: {_listed(there)}")
    return found


def find_section(number, phase=None):
    """The section called "1.3", or "3" in phase 1."""
    full = f"{phase}.{number}" if phase and "." not in str(number) else str(number)
    for section in sections():
        if section.number == full and str(section.phase) == str(phase or section.phase):
            return section
    numbers = [section.number for section in sections()]
    planned = re.fullmatch(rf"([1-{PHASES}])\.[1-{SECTIONS}]", full)
    if planned and full not in numbers and planned[1] == str(phase or planned[1]):
        raise UnknownName(f"section {full} is not here yet; there are: {_listed(numbers)}")
    where = find_phase(phase) if phase else sections()
    there = _listed(section.number for section in where)
    raise UnknownName(
        f"there is no section {full}{f' in phase {phase}' if phase else ''}; there are: {there}"
    )


def find_kata(name, among=None):
    """The kata called "Value.tanh" or "tanh", where two are called so with its section first."""
    there = katas() if among is None else [kata for section in among for kata in section.katas]
    *section, wanted = name.split()[-2:] or [""]
    inside = [kata for kata in there if not section or kata.section == section[0]]
    for matches in (
        [kata for kata in inside if kata.name == wanted],
        [kata for kata in inside if wanted in _short_names(kata.name)],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            both = _listed(f"'{kata.id}'" for kata in matches)
            raise UnknownName(f"{name} stands in more than one place; say which: {both}")
    names = sorted({kata.name for kata in there})
    near = difflib.get_close_matches(wanted, names, n=5, cutoff=0.5)
    where = f" in {_listed(section.number for section in among)}" if among else ""
    nearest = f"; the nearest are: {_listed(near)}" if near else ", nor one that is called alike"
    raise UnknownName(f"there is no kata {name}{where}{nearest}")


def select(phase=None, section=None, kata=None):
    """The sections and, if one was named, the kata that these options choose together."""
    if section is not None:
        chosen = [find_section(section, phase)]
    else:
        chosen = find_phase(phase) if phase is not None else list(sections())
    if kata is None:
        return chosen, None
    only = find_kata(kata, chosen if len(chosen) < len(sections()) else None)
    return [s for s in chosen if s.number == only.section], only


def sitting_of(kata):
    """The sitting in which a kata is done."""
    section = find_section(kata.section)
    return next(sitting for sitting in section.sittings if kata in sitting.katas)


def _short_names(name):
    """`__init__`, `init` and `Value.init` for `Value.__init__`: nobody has to type underscores."""
    method = name.split(".")[-1]
    return method, method.strip("_"), name.replace("__", "")


def _listed(names):
    return ", ".join(str(name) for name in names) or "none yet"
