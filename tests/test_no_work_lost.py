"""Nothing that a learner wrote is ever lost: not by reset, stubs or update, nor by a crash."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.support.invented import Course, build

VALUE = "katas/phase1_demo/value.py"
TOWER = "katas/phase2_demo/tower.py"
REFERENCE = "solutions/phase1_demo/value.py"

# a run in which the disk fails when a file of this name is to be replaced
CRASH = """
import os, sys
replace = os.replace
def failing(source, target):
    if str(target).endswith(sys.argv[1]):
        raise OSError("the disk is full")
    replace(source, target)
os.replace = failing
from dojo.__main__ import main
main(sys.argv[2:])
"""


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


def kept(demo):
    """The texts in .dojo/kept."""
    folder = demo.folder / ".dojo" / "kept"
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*"))]


def stub(name):
    return f'raise NotImplementedError("{name}")'


def crash(demo, on, *arguments):
    ran = subprocess.run(
        [sys.executable, "-c", CRASH, on, *arguments],
        cwd=demo.folder,
        env=demo.environment(PYTHONPATH=str(demo.folder)),
        capture_output=True,
        encoding="utf-8",
    )
    assert "the disk is full" in ran.stderr
    left = [path.name for path in (demo.folder / VALUE).parent.iterdir()]
    assert not [name for name in left if name.startswith(".")], left


# ---- reset


def test_reset_keeps_the_attempt_and_says_where(demo):
    stub = demo.read(VALUE)
    demo.fill("Value.__init__", "y = data\nself.data = y  # mine")
    ran = demo.dojo("reset", "init")
    assert ran.returncode == 0 and demo.read(VALUE) == stub
    named = ran.stdout.split("kept in ")[1].strip()
    assert "self.data = y  # mine" in demo.read(named)


def test_reset_touches_nothing_else(demo):
    demo.fill("Value.__init__", "self.data = data")
    demo.fill("1.2 double", "# think first\nraise NotImplementedError('1.2 double')")
    demo.replace(VALUE, "LIMIT = 100", "LIMIT = 7\n\n\ndef helper():\n    return 1")
    demo.replace(
        VALUE, '"""A new Value, twice as large."""', '"""Twice the value: my own words."""'
    )
    before = demo.read(VALUE)
    demo.dojo("reset", "init")
    stub = 'raise NotImplementedError("1.1 Value.__init__")'
    assert demo.read(VALUE) == before.replace("self.data = data", stub)


def test_reset_of_a_method_and_of_one_that_was_removed(demo):
    stub = demo.read(VALUE)
    demo.fill("Value.times", "return 1")
    demo.dojo("reset", "Value.times")
    assert demo.read(VALUE) == stub
    demo.replace(VALUE, "def times", "def other")
    before = demo.read(VALUE)
    assert demo.dojo("reset", "Value.times").returncode == 0
    assert 'raise NotImplementedError("1.2 Value.times")' in demo.read(VALUE)
    assert "def other" in demo.read(VALUE) and before in kept(demo)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a right of their own there")
def test_reset_writes_the_file_that_a_link_leads_to(demo):
    demo.fill("1.2 double", "return value.plus(value)")
    elsewhere = demo.folder / "elsewhere.py"
    (demo.folder / VALUE).rename(elsewhere)
    (demo.folder / VALUE).symlink_to(elsewhere)
    demo.dojo("reset", "1.2 double")
    assert (demo.folder / VALUE).is_symlink()
    assert 'NotImplementedError("1.2 double")' in elsewhere.read_text(encoding="utf-8")


def test_a_lone_carriage_return_is_the_end_of_a_line(demo):
    demo.fill("Value.times", "y = factor\r        return Value(self.data * y)")
    demo.dojo("reset", "Value.times")
    assert "def plus(self" in demo.read(VALUE) and "def double(value)" in demo.read(VALUE)
    assert demo.dojo("stubs", "--check").returncode == 0


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 200_000, '{"katas": 3'], ids=lambda t: t[:3])
def test_a_record_that_cannot_be_read_is_set_aside_and_made_anew(demo, text):
    demo.solve("Value.__init__")
    demo.write(".dojo/progress.json", text)
    ran = demo.dojo("progress")
    assert ran.returncode == 0 and "Traceback" not in ran.stderr
    assert ran.stderr.startswith(".dojo/progress.json could not be read and is now .dojo/kept/")
    assert kept(demo) == [text]
    assert "1 of 2" in ran.stdout


def test_reset_of_a_stub_changes_nothing(demo):
    before = demo.read(VALUE)
    ran = demo.dojo("reset", "init")
    assert ran.returncode == 0 and "stub already" in ran.stdout
    assert demo.read(VALUE) == before and not kept(demo)


def test_reset_of_a_section_keeps_each_attempt(demo):
    demo.fill("Value.__init__", "self.data = data  # mine")
    demo.fill("Value.plus", "return 5  # mine too")
    demo.fill("Value.times", "return 6  # of another section")
    demo.pytest("--section", "1.1")
    ran = demo.dojo("reset", "1.1")
    assert ran.returncode == 0 and ran.stdout.count("is a stub again") == 2
    after = demo.read(VALUE)
    assert stub("1.1 Value.__init__") in after and stub("1.1 Value.plus") in after
    assert "return 6  # of another section" in after
    assert any("# mine\n" in text for text in kept(demo))
    assert any("# mine too\n" in text for text in kept(demo))
    assert "0 of 2" in demo.dojo("progress").stdout
    again = demo.dojo("reset", "--section", "1.1")
    assert again.returncode == 0 and "every kata of 1.1 is one already" in again.stdout


def test_reset_of_a_section_changes_all_of_it_or_nothing(demo):
    demo.fill("1.2 double", "return 2  # mine")
    demo.fill("Value.times", "return (")
    before = demo.read(VALUE)
    ran = demo.dojo("reset", "1.2")
    assert ran.returncode == 1 and "nothing was changed" in ran.stdout
    assert demo.read(VALUE) == before and not kept(demo)


def test_reset_of_a_phase_is_not_meant(demo):
    demo.fill("Value.__init__", "self.data = data  # mine")
    ran = demo.dojo("reset", "--phase", "1")
    assert ran.returncode == 2 and "which kata or section" in ran.stderr
    assert "# mine" in demo.read(VALUE)


def test_a_kata_that_was_reset_is_next(demo):
    demo.fill("Value.__init__", "self.data = data")
    demo.fill("Value.plus", "return Value(self.data + other.data)")
    demo.dojo("next"), demo.dojo("next")
    assert "next: 1.2 Value.times" in demo.dojo("progress").stdout
    demo.dojo("reset", "init")
    assert "next: 1.1 Value.__init__" in demo.dojo("progress").stdout


@pytest.mark.parametrize(
    "content",
    [b"def double(x:\n    return 1\n", b"caf\xe9 = 1\n", b"x = 1\0\n"],
    ids=["syntax", "latin-1", "null"],
)
def test_a_file_that_does_not_parse_is_left_alone(demo, content):
    (demo.folder / VALUE).write_bytes(content)
    ran = demo.dojo("reset", "init")
    assert ran.returncode == 1 and "nothing was changed" in ran.stdout and ran.stderr == ""
    ran = demo.dojo("stubs")
    assert ran.returncode == 1 and f"{VALUE}:1 does not parse" in ran.stdout and ran.stderr == ""
    assert (demo.folder / VALUE).read_bytes() == content


def test_reset_of_a_file_that_is_gone_says_how_to_go_on(demo):
    (demo.folder / VALUE).unlink()
    ran = demo.dojo("reset", "init")
    assert ran.returncode == 1 and "python -m dojo stubs" in ran.stdout
    assert demo.dojo("stubs").returncode == 0 and (demo.folder / VALUE).exists()


@pytest.mark.parametrize("on", ["value.py", "Value.__init__.py"], ids=["module", "kept"])
def test_a_crash_in_reset_leaves_the_file_whole(demo, on):
    demo.fill("Value.__init__", "self.data = data")
    before = demo.read(VALUE)
    crash(demo, on, "reset", "init")
    assert demo.read(VALUE) == before


# ---- stubs


def test_stubs_puts_back_what_is_missing_beside_work(demo):
    demo.fill("Value.times", "return Value(self.data * factor)  # mine")
    text = demo.read(VALUE)
    demo.write(VALUE, text[: text.index("def double")].replace("def plus", "def add"))
    assert demo.dojo("stubs").returncode == 0
    now = demo.read(VALUE)
    assert "return Value(self.data * factor)  # mine" in now and "def add" in now
    assert stub("1.1 Value.plus") in now and stub("1.2 double") in now


def test_stubs_puts_back_a_class(demo):
    demo.fill("1.2 double", "return value.times(2)  # mine")
    text = demo.read(VALUE)
    start, end = text.index("class Value"), text.index("def double")
    demo.write(VALUE, text[:start] + text[end:])
    assert demo.dojo("stubs").returncode == 0
    now = demo.read(VALUE)
    assert now.count("class Value") == 1 and now.count("def plus") == 1
    assert "# mine" in now and "def __init__" in now
    assert demo.dojo("stubs", "--check").returncode == 0


def test_stubs_brings_a_new_docstring_to_a_started_kata(demo):
    demo.fill("Value.__init__", "self.data = data  # mine")
    demo.replace(
        REFERENCE,
        '"""Keep the number as `data`."""',
        '"""Keep it.\n\n        data  a number\n        """',
    )
    assert demo.dojo("stubs", "--check").returncode == 1
    ran = demo.dojo("stubs")
    assert ran.returncode == 0 and ".dojo/kept/" in ran.stdout
    assert '        data  a number\n        """\n        self.data = data  # mine' in demo.read(
        VALUE
    )
    assert len(kept(demo)) == 1


def test_stubs_leaves_a_started_kata_whose_signature_changed(demo):
    demo.fill("Value.__init__", "self.data = data  # mine")
    demo.replace(REFERENCE, "def __init__(self, data):", "def __init__(self, data, times=1):")
    before = demo.read(VALUE)
    ran = demo.dojo("stubs")
    assert ran.returncode == 1 and "Value.__init__ has another signature" in ran.stdout
    assert demo.read(VALUE) == before


def test_stubs_writes_a_module_that_nobody_started(demo):
    demo.replace(REFERENCE, "LIMIT = 100", "LIMIT = 200")
    assert demo.dojo("stubs").returncode == 0 and "LIMIT = 200" in demo.read(VALUE)


def test_a_helper_that_the_learner_wrote_first_stays(demo):
    demo.replace(VALUE, "LIMIT = 100", "LIMIT = 100\n\n\ndef helper():\n    return 1")
    demo.replace(REFERENCE, '"""Keep the number as `data`."""', '"""Keep the number, as `data`."""')
    demo.dojo("stubs")
    assert "def helper" in demo.read(VALUE) and '"""Keep the number, as `data`."""' in demo.read(
        VALUE
    )


@pytest.mark.parametrize("on", ["value.py", "phase1_demo-value.py"], ids=["module", "kept"])
def test_a_crash_in_stubs_leaves_the_file_whole(demo, on):
    demo.fill("Value.__init__", "self.data = data")
    demo.replace(
        REFERENCE, '"""A new Value, twice as large."""', '"""A Value of twice the size."""'
    )
    before = demo.read(VALUE)
    crash(demo, on, "stubs")
    assert demo.read(VALUE) == before


@pytest.mark.parametrize("ending", [b"\r\n", b"\n"], ids=["windows", "unix"])
def test_a_file_from_another_editor_is_understood(demo, ending):
    demo.replace(VALUE, stub("1.1 Value.__init__"), "self.data = data\n\n\n\x0c")
    text = b"\xef\xbb\xbf" + demo.read(VALUE).encode().replace(b"\n", ending)
    (demo.folder / VALUE).write_bytes(text)
    assert demo.dojo("stubs", "--check").returncode == 0
    assert demo.dojo("reset", "init").returncode == 0
    assert demo.dojo("stubs", "--check").returncode == 0
    assert any("self.data = data" in text for text in kept(demo))


# ---- update


class Clone:
    """A course that is published in one repository, and a learner's clone of it."""

    def __init__(self, folder):
        self.course = build(folder / "published")
        git(self.course, "init", "-q", "-b", "main")
        publish(self.course)
        learner = folder / "clone"
        git(self.course, "clone", "-q", str(self.course.folder), str(learner))
        self.mine = Course(learner)

    def git(self, *arguments):
        return git(self.mine, *arguments)

    def update(self, **variables):
        ran = self.mine.dojo("update", **variables)
        assert "Traceback" not in ran.stderr, ran.stderr
        return ran

    def committed(self, name):
        return self.git("show", f"HEAD:{name}")


def git(demo, *arguments):
    ran = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments],
        cwd=demo.folder,
        env=demo.environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def publish(demo):
    demo.dojo("stubs")
    git(demo, "add", "-A")
    git(demo, "commit", "-q", "-m", "course")


@pytest.fixture
def clone(tmp_path):
    if not shutil.which("git"):
        pytest.skip("there is no git here")
    return Clone(tmp_path)


def refused(ran, *named):
    """One clear sentence and exit code 1."""
    assert ran.returncode == 1, ran.stdout
    said = (ran.stdout + ran.stderr).strip().splitlines()
    assert all(name in said[-1] for name in named), said
    return True


def test_an_update_brings_the_newest_and_keeps_the_work(clone):
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.mine.write("katas/notes.txt", "my thoughts")
    clone.course.write("lessons/new.md", "new")
    clone.course.replace(REFERENCE, "return value.times(2)", "return value.times(2.0)")
    clone.course.replace(
        REFERENCE, '"""A new Value, twice as large."""', '"""A Value of twice the size."""'
    )
    publish(clone.course)
    ran = clone.update()
    assert ran.returncode == 0, ran.stdout
    assert "your work is committed" in ran.stdout and "merged 1 new commit " in ran.stdout
    assert (clone.mine.folder / "lessons/new.md").exists()
    assert "# mine" in clone.mine.read(
        VALUE
    ) and '"""A Value of twice the size."""' in clone.mine.read(VALUE)
    assert clone.committed("katas/notes.txt") == "my thoughts"
    assert clone.git("status", "--porcelain") == ""
    assert "newest course already" in clone.update().stdout


def test_a_clean_clone_is_moved_forward(clone):
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    ran = clone.update()
    assert ran.returncode == 0 and "is committed" not in ran.stdout
    assert clone.git("rev-parse", "HEAD") == git(clone.course, "rev-parse", "HEAD")


def test_nothing_is_committed_when_there_is_nothing_new(clone):
    clone.mine.fill("Value.__init__", "self.data = data")
    before = clone.git("rev-parse", "HEAD")
    assert clone.update().returncode == 0
    assert clone.git("rev-parse", "HEAD") == before
    assert "self.data = data" in clone.mine.read(VALUE)


def test_a_conflict_on_a_stub_keeps_the_learners_side_and_the_new_docstring(clone):
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.course.replace(
        REFERENCE, '"""Keep the number as `data`."""', '"""Keep the number, as `data`."""'
    )
    publish(clone.course)
    assert clone.update().returncode == 0
    now = clone.mine.read(VALUE)
    assert "self.data = data  # mine" in now and '"""Keep the number, as `data`."""' in now
    assert clone.mine.dojo("stubs", "--check").returncode == 0


def test_an_update_that_was_ended_after_the_merge_is_finished_by_the_next(clone):
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.course.replace(
        REFERENCE, '"""Keep the number as `data`."""', '"""Keep the number, as `data`."""'
    )
    publish(clone.course)
    clone.git("commit", "-qam", "my work")
    clone.git("pull", "-q", "--no-rebase", "--no-edit", "-X", "ours")
    assert '"""Keep the number as `data`."""' in clone.mine.read(VALUE)
    assert clone.update().returncode == 0
    now = clone.mine.read(VALUE)
    assert "self.data = data  # mine" in now and '"""Keep the number, as `data`."""' in now


def test_a_new_kata_beside_the_learners_work_gets_its_stub(clone):
    body = "return value.times(2)  # mine\n\n\ndef my_helper():\n    return 1"
    clone.mine.replace(VALUE, stub("1.2 double"), body)
    new = '\n\ndef third(x):  # kata 1.2\n    """A third of x."""\n    return x / 3\n'
    clone.course.write(REFERENCE, clone.course.read(REFERENCE) + new)
    publish(clone.course)
    assert clone.update().returncode == 0
    now = clone.mine.read(VALUE)
    assert now.count('NotImplementedError("1.2 third")') == 1
    assert "return value.times(2)  # mine" in now and "def my_helper" in now
    assert clone.git("status", "--porcelain") == ""


def test_a_kata_that_the_course_moved_is_not_doubled(clone):
    """Git would merge the moved stub in below the learner's function, where it wins."""
    clone.mine.fill("Value.plus", "return Value(self.data + other.data)  # mine")
    text = clone.course.read(REFERENCE)
    parts = "    def plus", "    def times", "\n\ndef double"
    plus, times, double = (text.index(part) for part in parts)
    below = f"{text[times:double]}\n{text[plus:times].rstrip()}\n"
    clone.course.write(REFERENCE, text[:plus] + below + text[double:])
    publish(clone.course)
    clone.update()
    now = clone.mine.read(VALUE)
    assert now.count("def plus") == 1 and "other.data)  # mine" in now


def test_a_module_that_the_learner_deleted_is_a_stub_again(clone):
    (clone.mine.folder / VALUE).unlink()
    clone.course.replace(
        REFERENCE, '"""Keep the number as `data`."""', '"""Keep the number, as `data`."""'
    )
    publish(clone.course)
    assert clone.update().returncode == 0
    assert '"""Keep the number, as `data`."""' in clone.mine.read(VALUE)


def test_a_module_that_the_course_deleted_stays_if_there_is_work_in_it(clone):
    clone.mine.fill("height", "return 3 * n  # mine")
    for name in ("solutions/phase2_demo/tower.py", TOWER, "katas/phase2_demo/test_1_heights.py"):
        (clone.course.folder / name).unlink()
    publish(clone.course)
    clone.update()
    assert "# mine" in clone.mine.read(TOWER) and "# mine" in clone.committed(TOWER)


def moved(clone, *moves):
    """Publish a course in which katas have moved: (was, module, now)."""
    text = clone.course.read("dojo/settle.py")
    clone.course.write("dojo/settle.py", f"{text}\n\nMOVES = {moves}\n")
    publish(clone.course)


def new_home(clone):
    """Give the published course a section 2.2, which has the module and specs of 2.1 now."""
    text = clone.course.read("solutions/phase2_demo/tower.py")
    clone.course.write(
        "solutions/phase2_demo/triple.py",
        text.replace("2.1 · Heights", "2.2 · Triples").replace("kata 2.1", "kata 2.2"),
    )
    specs = clone.course.read("katas/phase2_demo/test_1_heights.py").replace(".tower", ".triple")
    clone.course.write("katas/phase2_demo/test_2_triple.py", specs)
    clone.course.write("lessons/phase2_demo/2_triples/overview.md", "# 2.2 · Triples")
    for gone in ("solutions/phase2_demo/tower.py", TOWER, "katas/phase2_demo/test_1_heights.py"):
        (clone.course.folder / gone).unlink()


TRIPLE = "katas/phase2_demo/triple.py"
HEIGHTS = [
    ("2.1 height", "phase2_demo/tower.py", "2.2 height"),
    ("2.1 double", "phase2_demo/tower.py", "2.2 double"),
]


def test_a_kata_that_moves_to_another_file_takes_code_and_records_along(clone):
    body = "return 3 * n  # mine\n\n\ndef helper():\n    pass"
    clone.mine.replace(TOWER, stub("2.1 height"), body)
    clone.mine.write(".dojo/hints.json", '{"2.1 height": 1}')
    clone.mine.dojo("next", "2.1 height")
    new_home(clone)
    moved(clone, *HEIGHTS)
    ran = clone.update()
    assert ran.returncode == 0, ran.stdout
    assert "return 3 * n  # mine" in clone.mine.read(TRIPLE)
    assert clone.mine.read(TRIPLE).count("def height") == 1
    assert not (clone.mine.folder / TOWER).exists()
    status = json.loads(clone.mine.dojo("status", "--json").stdout)
    kata, _ = status["sections"][-1]["katas"]
    assert (kata["id"], kata["status"], kata["hints"]["taken"]) == ("2.2 height", "green", 1)
    assert clone.mine.dojo("stubs", "--check").returncode == 0
    assert clone.git("status", "--porcelain") == ""
    text = "".join(kept(clone.mine)) + clone.mine.read(TRIPLE)
    assert "def helper" in text


def test_a_kata_that_moves_between_files_that_stay_takes_its_code_along(clone):
    clone.mine.fill("1.2 double", "return value.times(2)  # mine")
    text = clone.course.read(REFERENCE)
    at = text.index("def double")
    clone.course.write(REFERENCE, text[:at].rstrip() + "\n")
    home = clone.course.read("solutions/phase2_demo/tower.py")
    there = text[at:].replace("def double", "def twice").replace("kata 1.2", "kata 2.1")
    clone.course.write("solutions/phase2_demo/tower.py", f"{home}\n\n{there}")
    scaling, heights = "katas/phase1_demo/test_2_scaling.py", "katas/phase2_demo/test_1_heights.py"
    specs = clone.course.read(scaling).replace("import Value, double", "import Value")
    start, end = (specs.index(f'@pytest.mark.kata("{name}")') for name in ("double", "climb"))
    clone.course.write(scaling, specs[:start] + specs[end:])
    more = specs[start:end].replace('"double"', '"twice"').replace("TestDouble", "TestTwice")
    more = more.replace("double(Value", "twice(Value").rstrip()
    imported = (
        "from katas.phase1_demo.value import Value\nfrom katas.phase2_demo.tower import twice,"
    )
    there = clone.course.read(heights).replace("from katas.phase2_demo.tower import", imported)
    clone.course.write(heights, f"{there}\n\n{more}\n")
    moved(clone, ("1.2 double", "phase1_demo/value.py", "2.1 twice"))
    assert clone.update().returncode == 0
    assert "def twice(value):  # kata 2.1" in clone.mine.read(TOWER)
    assert "return value.times(2)  # mine" in clone.mine.read(TOWER)
    assert "def double" not in clone.mine.read(VALUE)
    assert clone.mine.dojo("stubs", "--check").returncode == 0


def test_a_moved_kata_that_was_written_in_both_places_is_left_in_both(clone):
    clone.mine.fill("height", "return 3 * n  # old")
    new_home(clone)
    publish(clone.course)
    clone.update()
    clone.mine.replace(TRIPLE, stub("2.2 height"), "return 3 * n  # new")
    moved(clone, *HEIGHTS)
    clone.update()
    assert "# new" in clone.mine.read(TRIPLE)
    assert "# old" in "".join(kept(clone.mine))


def test_notes_in_spec_files_are_kept_aside_and_the_specs_are_the_newest(clone):
    clone.mine.replace(
        "katas/phase2_demo/test_1_heights.py", "import pytest", "import pytest  # mine"
    )
    clone.mine.replace(
        "katas/phase1_demo/test_1_counting.py",
        "assert Value(3).data == 3",
        "assert Value(3).data  # mine",
    )
    clone.mine.write("katas/phase1_demo/test_1_my_own.py", "def test_it():\n    pass\n")
    clone.course.replace(
        "katas/phase1_demo/test_1_counting.py",
        "assert Value(3).data == 3",
        "assert Value(4).data == 4",
    )
    new_home(clone)
    moved(clone, *HEIGHTS)
    ran = clone.update()
    assert ran.returncode == 0, ran.stdout
    assert not (clone.mine.folder / "katas/phase2_demo/test_1_heights.py").exists()
    assert "Value(4).data == 4" in clone.mine.read("katas/phase1_demo/test_1_counting.py")
    assert (clone.mine.folder / "katas/phase1_demo/test_1_my_own.py").exists()
    assert sum("# mine" in text for text in kept(clone.mine)) == 2
    assert ran.stdout.count("with your notes in it: .dojo/kept/") == 2
    assert clone.git("status", "--porcelain") == ""


def test_a_stub_that_the_learner_deleted_is_put_back(clone):
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    text = clone.mine.read(VALUE)
    clone.mine.write(VALUE, text[: text.index("def double")].rstrip() + "\n")
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert 'NotImplementedError("1.2 double")' in clone.mine.read(VALUE)
    assert clone.git("status", "--porcelain") == ""


def test_a_file_that_does_not_parse_survives_an_update(clone):
    clone.mine.fill("Value.__init__", "return (data +")
    broken = clone.mine.read(VALUE)
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    ran = clone.update()
    assert f"{VALUE}:" in ran.stdout and "does not parse" in ran.stdout
    assert clone.mine.read(VALUE) == broken == clone.committed(VALUE)
    assert (clone.mine.folder / "lessons/new.md").exists()


def test_files_outside_the_katas_are_not_committed_unasked(clone):
    clone.mine.write("lessons/phase1_demo/mine.md", "my notes")
    clone.mine.write("dojo/course.py", clone.mine.read("dojo/course.py") + "# mine\n")
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert clone.git("status", "--porcelain").split() == ["??", "lessons/phase1_demo/mine.md"]
    assert clone.mine.read("dojo/course.py").endswith("# mine\n")


def test_a_commit_is_made_for_somebody_whom_git_does_not_know(clone):
    clone.git("config", "user.useConfigOnly", "true")
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert "learner" in clone.git("log", "--format=%an")
    assert "learner" not in clone.git("config", "--list")


def test_a_known_learner_commits_under_their_name(clone):
    clone.git("config", "user.name", "Ada")
    clone.git("config", "user.email", "ada@localhost")
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert "Ada" in clone.git("log", "--format=%an") and "learner" not in clone.git("log")


def test_a_shallow_clone_is_updated_too(tmp_path):
    clone = Clone(tmp_path)
    clone.course.write("lessons/first.md", "1")
    publish(clone.course)
    shutil.rmtree(clone.mine.folder)
    url = clone.course.folder.as_uri()
    git(clone.course, "clone", "-q", "--depth", "1", url, str(clone.mine.folder))
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.course.write("lessons/second.md", "2")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert "# mine" in clone.mine.read(VALUE)
    assert (clone.mine.folder / "lessons/second.md").exists()


# ---- an update that cannot be


def test_without_git(clone, tmp_path):
    clone.mine.fill("Value.__init__", "self.data = data")
    (tmp_path / "empty").mkdir()
    assert refused(clone.update(PATH=str(tmp_path / "empty")), "needs git")


def test_outside_a_repository(demo):
    ran = demo.dojo("update", GIT_CEILING_DIRECTORIES=str(demo.folder.parent))
    assert refused(ran, "no git clone")


def test_inside_another_repository(demo):
    outer = Course(demo.folder.parent)
    git(outer, "init", "-q")
    assert refused(demo.dojo("update"), "inside another repository")


def test_without_a_commit(demo):
    git(demo, "init", "-q", "-b", "main")
    assert refused(demo.dojo("update"), "no commit yet")


def test_without_a_remote(clone):
    clone.git("remote", "remove", "origin")
    assert refused(clone.update(), "no remote called origin")


@pytest.mark.parametrize("url", ["/nowhere/at/all", "http://127.0.0.1:9/course"])
def test_without_a_network(clone, url):
    clone.mine.fill("Value.__init__", "self.data = data")
    clone.git("remote", "set-url", "origin", url)
    before = clone.git("status", "--porcelain")
    assert refused(clone.update(), "origin cannot be reached")
    assert clone.git("status", "--porcelain") == before


def test_on_no_branch(clone):
    clone.git("checkout", "-q", "--detach")
    assert refused(clone.update(), "detached HEAD")


def test_in_a_merge(clone):
    clone.git("switch", "-q", "-c", "other")
    clone.mine.replace(VALUE, "LIMIT = 100", "LIMIT = 1")
    clone.git("commit", "-q", "-a", "-m", "other")
    clone.git("switch", "-q", "main")
    clone.git("merge", "--no-ff", "--no-commit", "other")
    assert refused(clone.update(), "merge or rebase is in progress")
    assert "MERGE_HEAD" in os.listdir(clone.mine.folder / ".git")


def test_with_a_lock_that_another_git_left(clone):
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    clone.mine.write(".git/index.lock", "")
    assert refused(clone.update(), ".git/index.lock is there", "If none is, delete it")
    (clone.mine.folder / ".git/index.lock").unlink()
    assert clone.update().returncode == 0 and "# mine" in clone.mine.read(VALUE)


def test_with_conflicts_of_a_stash(clone):
    clone.mine.replace(VALUE, "LIMIT = 100", "LIMIT = 1")
    clone.git("stash")
    clone.mine.replace(VALUE, "LIMIT = 100", "LIMIT = 2")
    clone.git("commit", "-q", "-a", "-m", "two")
    with pytest.raises(AssertionError):
        clone.git("stash", "pop")
    before = clone.mine.read(VALUE)
    assert refused(clone.update(), "not resolved")
    assert clone.mine.read(VALUE) == before and "LIMIT = 1" in before


def test_with_a_file_changed_here_and_deleted_there(clone):
    name = "lessons/phase1_demo/1_counting/hints.md"
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    clone.mine.write(name, "my own hints")
    (clone.course.folder / name).unlink()
    publish(clone.course)
    assert refused(clone.update(), name, "nothing was merged")
    assert clone.mine.read(name) == "my own hints" and "# mine" in clone.mine.read(VALUE)
    assert clone.git("status", "--porcelain") == ""
    assert "MERGE_HEAD" not in os.listdir(clone.mine.folder / ".git")


def test_with_a_new_file_of_the_same_name(clone):
    clone.mine.write("lessons/new.md", "mine")
    clone.course.write("lessons/new.md", "theirs")
    publish(clone.course)
    assert refused(clone.update(), "cannot be merged", "lessons/new.md")
    assert clone.mine.read("lessons/new.md") == "mine"


def test_with_another_history(clone):
    shutil.rmtree(clone.course.folder / ".git")
    git(clone.course, "init", "-q", "-b", "main")
    clone.course.write("lessons/new.md", "a course that began anew")  # or it may be the same commit
    publish(clone.course)
    clone.mine.fill("Value.__init__", "self.data = data  # mine")
    assert refused(clone.update(), "another history")
    assert "# mine" in clone.mine.read(VALUE)
