"""Every section that exists has all its parts, in the one form that the course gives them."""

import ast
import builtins
import re

import pytest

from dojo import course, hints
from dojo.source import definitions
from tests.mistakes import all_mistakes
from tests.mutants import explained, given
from tests.support.scratch import classes

SECTIONS = pytest.mark.parametrize("section", course.sections(), ids=lambda s: s.number)
SPECS = pytest.mark.parametrize(
    "path",
    [path for section in course.sections() for path in section.specs],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
MODULES = pytest.mark.parametrize("module", course.modules())

LONG = {"value.py", "tensor.py"}  # the two that may have more than about 150 lines
_OPENING = re.compile(r'"""(\d\.\d)(?:(?:,| and| to) (\d\.\d))* · \S.*\."*')
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2705\u274c\u2728\u26a0\u2b50\u26a1\u2753-\u2757\ufe0f]"
)
_HOME = re.compile(r"/home/\w|/Users/\w|/root/|[A-Z]:\\Users")
_CLOCK = re.compile(r"assert[^\n]*\b(time\.|perf_counter|process_time|monotonic|elapsed)")


def source_of(module):
    return (course.ROOT / "solutions" / module).read_text(encoding="utf-8")


# ---- sections


@SPECS
def test_each_kata_has_specs_and_each_spec_a_kata(path):
    marked = classes(path)
    assert None not in marked.values(), f"classes without a kata: {marked}"
    assert set(marked.values()) == set(course.katas_of(path))
    assert len(set(marked.values())) == len(marked), f"two classes for one kata: {marked}"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        loose = isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        assert not loose, f"{node.name} stands outside of the classes"
        if isinstance(node, ast.ClassDef) and node.name in marked:
            names = [item.name for item in node.body if isinstance(item, ast.FunctionDef)]
            specs = [name for name in names if name.startswith("test_")]
            assert specs, f"{node.name} has no specs"
            assert len(set(names)) == len(names), f"{node.name}: two specs of one name"


@SPECS
def test_a_spec_file_is_about_one_module_and_named_after_it(path):
    modules = {kata.module for kata in course.katas_of(path).values()}
    assert len(modules) == 1, f"about {sorted(modules)}"
    module = modules.pop().split("/")[1].removesuffix(".py")
    about = path.stem.split("_", 2)[2]
    assert about == module or about.startswith(f"{module}_"), f"about {module}"


@SPECS
def test_a_spec_file_is_not_endless(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 900


@SPECS
def test_what_a_spec_refuses_is_promised_by_the_docstring(path):
    """An error that is asked for is named there, and so is that its message has to name things."""
    names = {cls: name for cls, name in classes(path).items() if name}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef) or node.name not in names:
            continue
        kata = course.katas_of(path)[names[node.name]]
        promised = docstrings(kata)
        for call in ast.walk(node):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "expect_raises":
                continue
            kind = ast.unparse(call.args[0])
            where = f"{path.name}:{call.lineno}: {kata.id}"
            if kind in vars(builtins):
                as_another = re.search(r"[Ee]rrors? as|errors as", promised)
                assert kind in promised or as_another, f"{where} is not said to raise {kind}"
            if any(keyword.arg == "naming" for keyword in call.keywords):
                said = re.search(
                    r"\bnam(e|es|ing|ed)\b|\bwith\b|\bsays\b|as from|rrors as", promised
                )
                assert said, f"{where} is not said to name anything"


def docstrings(kata):
    """The docstring of a kata and of the class that it belongs to."""
    tree = ast.parse(source_of(kata.module))
    owner = kata.name.rpartition(".")[0]
    classes_there = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    own = definitions(source_of(kata.module))[kata.name].node
    around = [classes_there[owner]] if owner else []
    return "\n".join(ast.get_docstring(node) or "" for node in [own, *around])


@SECTIONS
def test_katas_come_in_the_order_of_their_hints(section):
    for sitting in section.sittings:
        hinted = list(hints.parse((sitting.folder / "hints.md").read_text(encoding="utf-8")))
        assert hinted == [kata.name for kata in sitting.katas]


@SECTIONS
def test_a_lesson_has_its_four_files(section):
    wanted = {"overview.md", "experiment.py", "quiz.md", "hints.md"}
    for sitting in section.sittings:
        there = {path.name for path in sitting.folder.glob("*")}
        assert wanted <= there, f"missing in {sitting.folder.name}: {sorted(wanted - there)}"


def test_an_explained_mutant_is_of_a_line_that_is_there():
    lines = {line.strip() for module in course.modules() for line in source_of(module).splitlines()}
    gone = {
        f"{kata}: {line}"
        for kata, change in explained()
        for line in change
        if line.startswith("- ") and line[2:].strip() not in lines
    }
    assert not gone
    assert all((course.ROOT / tests).is_file() for tests in given().values())


@SECTIONS
def test_each_kata_has_a_catalogued_mistake(section):
    entries = [entry.kata_id for entry in all_mistakes() if entry.section == section.number]
    without = [kata.id for kata in section.katas if kata.id not in entries]
    assert not without, f"no wrong solution was tried for {', '.join(without)}"
    assert len(entries) >= 4, f"{len(entries)} mistakes; a section has at least four"


def test_catalogued_mistakes_are_of_katas_that_exist():
    ids = {kata.id for kata in course.katas()}
    lost = [f"{e.where}: {e.kata_id}" for e in all_mistakes() if e.kata_id not in ids]
    assert not lost


# ---- modules


@MODULES
def test_a_module_fits_on_a_few_screens(module):
    length = len(source_of(module).splitlines())
    assert length <= 200 or module.split("/")[1] in LONG, f"{length} lines"


def opening_sections(text):
    """The sections that the first line names; fails if it is not "1.2 · Noun: a sentence."."""
    first = text.splitlines()[0]
    assert _OPENING.fullmatch(first), f"the first line is {first}"
    return re.findall(r"\d\.\d", first.split(" · ")[0])


@MODULES
def test_a_module_opens_with_its_sections_and_a_sentence(module):
    named = opening_sections(source_of(module))
    marked = sorted({section for section, _ in course.modules()[module]})
    if marked:
        assert (named[0], named[-1]) == (marked[0], marked[-1])


@SPECS
def test_a_spec_file_opens_with_its_section_and_a_sentence(path):
    number = next(iter(course.katas_of(path).values())).section
    assert opening_sections(path.read_text(encoding="utf-8")) == [number]


def imported(module):
    """The modules of the course that a reference module imports, relative to its own place."""
    phase = module.split("/")[0]
    found = set()
    for node in ast.walk(ast.parse(source_of(module))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        absolute = [n for n in names if n.split(".")[0] in ("katas", "solutions", "dojo", "tests")]
        assert not absolute, f"{absolute}: inside the trees imports are relative"
        if isinstance(node, ast.ImportFrom) and node.level:
            path = [phase] if node.level == 1 else []
            path += node.module.split(".") if node.module else []
            if len(path) == 1:  # from . import graph
                found |= {f"{path[0]}/{alias.name}.py" for alias in node.names}
            else:
                found.add(f"{path[0]}/{path[1]}.py")
    return found


def last_section(module):
    return opening_sections(source_of(module))[-1]


@MODULES
def test_imports_come_from_earlier_sections(module):
    for other in imported(module):
        assert other in course.modules(), f"there is no {other}"
        assert last_section(other) <= last_section(module), f"{other} comes later"


@MODULES
def test_imports_make_no_cycle(module):
    reached, ahead = set(), imported(module)
    while ahead:
        reached |= ahead
        ahead = {further for other in ahead for further in imported(other)} - reached
    assert module not in reached


def test_no_two_modules_share_a_name_with_one_of_the_tests():
    """Whoever reads `report.py` in a traceback or a search should know which one it is."""
    special = {"__init__.py", "__main__.py", "conftest.py"}
    places = {}
    for folder in ("tests", "dojo", "katas", "lessons"):
        for path in sorted((course.ROOT / folder).rglob("*.py")):
            places.setdefault(path.name, []).append(path.relative_to(course.ROOT).as_posix())
    shared = {
        name: there
        for name, there in places.items()
        if len(there) > 1 and name not in special and any(p.startswith("tests/") for p in there)
    }
    assert not shared


def test_tests_and_what_they_stand_on_are_apart():
    for path in (course.ROOT / "tests").glob("*.py"):
        assert path.stem in ("__init__", "conftest", "mutants") or path.stem.startswith("test_")
    for path in (course.ROOT / "tests").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) tests\.(parity\.)?test_", text, re.MULTILINE), path


# ---- texts


def texts():
    """What learners read: the katas and lessons, as the cases of a test."""
    found = [
        path
        for folder in ("katas", "lessons")
        for path in sorted((course.ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".md", ".svg")
    ]
    ids = [path.relative_to(course.ROOT).as_posix() for path in found]
    return pytest.mark.parametrize("path", found, ids=ids)


@texts()
def test_no_emoji_home_paths_or_races(path):
    text = path.read_text(encoding="utf-8")
    assert not _EMOJI.search(text), "an emoji"
    assert not _HOME.search(text), "a path of one machine"
    assert not _CLOCK.search(text), "an assertion on time fails on a slow day"
    if path.name.startswith("test_"):
        assert not re.search(r"^\s*(import|from) time\b", text, re.MULTILINE), "a spec on time"
