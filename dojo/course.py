"""The course as it stands on disk: phases, sections, katas, and where each is found.

Nothing is listed by hand. A section exists when its spec file does; its katas are the
`@pytest.mark.kata("name")` marks of that file, in order; the module of a kata is the one in
`solutions/` whose `def` line ends in `# kata 1.2`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PHASES = 4

_SPEC_FILE = re.compile(r"test_(\d)_(\w+)\.py")
_KATA_MARK = re.compile(r'^@pytest\.mark\.kata\("([^"]+)"\)', re.MULTILINE)
_CLASS_LINE = re.compile(r"class (\w+)")
_DEF_LINE = re.compile(r"(\s*)def (\w+)\(")
_KATA_COMMENT = re.compile(r"#\s*kata (\d\.\d)\s*$")


class UnknownName(Exception):
    """A phase, section or kata that does not exist; the text lists what does."""


@dataclass(frozen=True)
class Kata:
    section: str  # "1.2"
    name: str  # "Value.tanh"
    module: str  # "phase1_autodiff/value.py"

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
        return line_of(path, self.name) if path.exists() else 1


@dataclass(frozen=True)
class Section:
    number: str  # "1.2"
    spec: Path
    katas: tuple

    @property
    def phase(self):
        return int(self.number[0])

    @property
    def title(self):
        return _SPEC_FILE.fullmatch(self.spec.name)[2].replace("_", " ").capitalize()

    @property
    def lesson(self):
        """The folder of overview, experiment, quiz and hints."""
        return ROOT / "lessons" / self.spec.parent.name / self.spec.stem.removeprefix("test_")


def marked_definitions(path):
    """Yield (name, section or None, line number) for each function of a module, top to bottom."""
    class_name = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if opened := _CLASS_LINE.match(line):
            class_name = opened[1]
        elif found := _DEF_LINE.match(line):
            indent, name = found.groups()
            if not indent:
                class_name = None
            if len(indent) > (4 if class_name else 0):
                continue  # a function inside a function
            mark = _KATA_COMMENT.search(line)
            yield (f"{class_name}.{name}" if class_name else name), mark and mark[1], number


def line_of(path, name):
    """The line on which a function or method is defined; 1 if it is not there."""
    return next((line for found, _, line in marked_definitions(path) if found == name), 1)


@cache
def modules():
    """The reference modules and the sections whose katas each holds: {"phase1…/value.py": …}."""
    found = {}
    for path in sorted((ROOT / "solutions").glob("phase*/*.py")):
        if path.name != "__init__.py":
            name = f"{path.parent.name}/{path.name}"
            found[name] = {(mark, kata) for kata, mark, _ in marked_definitions(path) if mark}
    return found


@cache
def sections():
    """All sections there are, in course order."""
    home = {kata: module for module, katas in modules().items() for kata in katas}
    found = []
    for spec in sorted((ROOT / "katas").glob("phase*/test_*.py")):
        if not (numbered := _SPEC_FILE.fullmatch(spec.name)):
            continue
        number = f"{spec.parent.name.removeprefix('phase')[0]}.{numbered[1]}"
        names = _KATA_MARK.findall(spec.read_text(encoding="utf-8"))
        katas = (Kata(number, name, home.get((number, name), "?")) for name in names)
        found.append(Section(number, spec, tuple(katas)))
    return tuple(found)


def katas():
    """All katas there are, in course order."""
    return [kata for section in sections() for kata in section.katas]


def find_phase(phase):
    """The sections of a phase, given as 2 or "2"."""
    found = [section for section in sections() if str(section.phase) == str(phase)]
    if not found:
        there = sorted({section.phase for section in sections()})
        raise UnknownName(f"there is no phase {phase}; there are: {_listed(there)}")
    return found


def find_section(number, phase=None):
    """The section called "1.3", or "3" in phase 1."""
    full = f"{phase}.{number}" if phase and "." not in str(number) else str(number)
    for section in sections():
        if section.number == full and str(section.phase) == str(phase or section.phase):
            return section
    where = find_phase(phase) if phase else sections()
    there = _listed(section.number for section in where)
    raise UnknownName(
        f"there is no section {full}{f' in phase {phase}' if phase else ''}; there are: {there}"
    )


def find_kata(name, among=None):
    """The kata called "Value.tanh", "1.2 Value.tanh" or, where only one ends so, "tanh"."""
    there = katas() if among is None else [kata for section in among for kata in section.katas]
    wanted = " ".join(name.split())
    for matches in (
        [kata for kata in there if wanted in (kata.id, kata.name)],
        [kata for kata in there if wanted in (kata.name.split(".")[-1], _bare(kata))],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            both = _listed(f"'{kata.id}'" for kata in matches)
            raise UnknownName(f"{name} stands in more than one place; say which: {both}")
    raise UnknownName(f"there is no kata {name}; there are: {_listed(kata.name for kata in there)}")


def select(phase=None, section=None, kata=None):
    """The sections and, if one was named, the kata that these options choose together."""
    if section:
        chosen = [find_section(section, phase)]
    else:
        chosen = find_phase(phase) if phase else list(sections())
    only = find_kata(kata, chosen) if kata else None
    return ([s for s in chosen if s.number == only.section] if only else chosen), only


def _bare(kata):
    """`init` for `Value.__init__`, so that nobody has to type underscores."""
    return kata.name.split(".")[-1].strip("_")


def _listed(names):
    return ", ".join(str(name) for name in names) or "none yet"
