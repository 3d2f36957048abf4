"""Nothing that a learner wrote is ever lost: not by reset, stubs or update, nor by a crash."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.support.demo import Demo

pytestmark = pytest.mark.timeout(120)

NUMBER = "katas/phase1_demo/number.py"
PAIR = "katas/phase2_demo/pair.py"
REFERENCE = "solutions/phase1_demo/number.py"

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
    return Demo(tmp_path / "course")


def kept(demo):
    """The texts in .dojo/kept."""
    folder = demo.folder / ".dojo" / "kept"
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*"))]


def crash(demo, on, *arguments):
    ran = subprocess.run(
        [sys.executable, "-c", CRASH, on, *arguments],
        cwd=demo.folder,
        env=demo.environment(PYTHONPATH=str(demo.folder)),
        capture_output=True,
        encoding="utf-8",
    )
    assert "the disk is full" in ran.stderr
    left = [path.name for path in (demo.folder / NUMBER).parent.iterdir()]
    assert not [name for name in left if name.startswith(".")], left


# ---- reset


def test_reset_keeps_the_attempt_and_says_where(demo):
    stub = demo.read(NUMBER)
    demo.solve("1.1 double", "y = x\n    return x + y  # mine")
    ran = demo.dojo("reset", "double")
    assert ran.returncode == 0 and demo.read(NUMBER) == stub
    named = ran.stdout.split("kept in ")[1].strip()
    assert "return x + y  # mine" in demo.read(named)


def test_reset_touches_nothing_else(demo):
    demo.solve("1.1 double", "return x + x")
    demo.solve("1.2 half", "# think first\n    raise NotImplementedError('1.2 half')")
    demo.change(NUMBER, "LIMIT = 100", "LIMIT = 7\n\n\ndef helper():\n    return 1")
    demo.change(NUMBER, '"""Half of x."""', '"""Half of x: my own words."""')
    before = demo.read(NUMBER)
    demo.dojo("reset", "double")
    stub = 'raise NotImplementedError("1.1 double")'
    assert demo.read(NUMBER) == before.replace("return x + x", stub)


def test_reset_of_a_method_and_of_one_that_was_removed(demo):
    stub = demo.read(NUMBER)
    demo.solve("1.2 Box.same", "return 1")
    demo.dojo("reset", "Box.same")
    assert demo.read(NUMBER) == stub
    demo.change(NUMBER, "def same", "def other")
    before = demo.read(NUMBER)
    assert demo.dojo("reset", "Box.same").returncode == 0
    assert 'raise NotImplementedError("1.2 Box.same")' in demo.read(NUMBER)
    assert "def other" in demo.read(NUMBER) and before in kept(demo)


def test_reset_of_a_stub_changes_nothing(demo):
    before = demo.read(NUMBER)
    ran = demo.dojo("reset", "double")
    assert ran.returncode == 0 and "stub already" in ran.stdout
    assert demo.read(NUMBER) == before and not kept(demo)


def test_a_kata_that_was_reset_is_next(demo):
    demo.solve("1.1 double", "return x + x")
    demo.solve("1.1 Box.shown", "return f'<{self.x}>'")
    demo.dojo("next"), demo.dojo("next")
    assert "next: 1.2 Box.same" in demo.dojo("progress").stdout
    demo.dojo("reset", "double")
    assert "next: 1.1 double" in demo.dojo("progress").stdout


@pytest.mark.parametrize(
    "content",
    [b"def double(x:\n    return 1\n", b"caf\xe9 = 1\n", b"x = 1\0\n"],
    ids=["syntax", "latin-1", "null"],
)
def test_a_file_that_does_not_parse_is_left_alone(demo, content):
    (demo.folder / NUMBER).write_bytes(content)
    ran = demo.dojo("reset", "double")
    assert ran.returncode == 1 and "nothing was changed" in ran.stdout and ran.stderr == ""
    ran = demo.dojo("stubs")
    assert ran.returncode == 1 and f"{NUMBER}:1 does not parse" in ran.stdout and ran.stderr == ""
    assert (demo.folder / NUMBER).read_bytes() == content


def test_reset_of_a_file_that_is_gone_says_how_to_go_on(demo):
    (demo.folder / NUMBER).unlink()
    ran = demo.dojo("reset", "double")
    assert ran.returncode == 1 and "python -m dojo stubs" in ran.stdout
    assert demo.dojo("stubs").returncode == 0 and (demo.folder / NUMBER).exists()


@pytest.mark.parametrize("on", ["number.py", "double.py"], ids=["module", "kept"])
def test_a_crash_in_reset_leaves_the_file_whole(demo, on):
    demo.solve("1.1 double", "return x + x")
    before = demo.read(NUMBER)
    crash(demo, on, "reset", "double")
    assert demo.read(NUMBER) == before


# ---- stubs


def test_stubs_puts_back_what_is_missing_beside_work(demo):
    demo.solve("1.2 Box.same", "return self.x  # mine")
    text = demo.read(NUMBER)
    demo.write(NUMBER, text[: text.index("def half")].replace("def double", "def twice"))
    assert demo.dojo("stubs").returncode == 0
    now = demo.read(NUMBER)
    assert "return self.x  # mine" in now and "def twice" in now
    assert 'NotImplementedError("1.1 double")' in now and 'NotImplementedError("1.2 half")' in now


def test_stubs_puts_back_a_class(demo):
    demo.solve("1.1 double", "return x + x  # mine")
    text = demo.read(NUMBER)
    start, end = text.index("class Box"), text.index("def half")
    demo.write(NUMBER, text[:start] + text[end:])
    assert demo.dojo("stubs").returncode == 0
    now = demo.read(NUMBER)
    assert now.count("class Box") == 1 and now.count("def shown") == 1
    assert "# mine" in now and "def __init__" in now
    assert demo.dojo("stubs", "--check").returncode == 0


def test_stubs_brings_a_new_docstring_to_a_started_kata(demo):
    demo.solve("1.1 double", "return x + x  # mine")
    demo.change(REFERENCE, '"""Twice x."""', '"""Twice x.\n\n    x  a number\n    """')
    assert demo.dojo("stubs", "--check").returncode == 1
    ran = demo.dojo("stubs")
    assert ran.returncode == 0 and ".dojo/kept/" in ran.stdout
    assert '    x  a number\n    """\n    return x + x  # mine' in demo.read(NUMBER)
    assert len(kept(demo)) == 1


def test_stubs_leaves_a_started_kata_whose_signature_changed(demo):
    demo.solve("1.1 double", "return x + x  # mine")
    demo.change(REFERENCE, "def double(x):", "def double(x, times=1):")
    before = demo.read(NUMBER)
    ran = demo.dojo("stubs")
    assert ran.returncode == 1 and "double has another signature" in ran.stdout
    assert demo.read(NUMBER) == before


def test_stubs_writes_a_module_that_nobody_started(demo):
    demo.change(REFERENCE, "LIMIT = 100", "LIMIT = 200")
    assert demo.dojo("stubs").returncode == 0 and "LIMIT = 200" in demo.read(NUMBER)


def test_a_helper_that_the_learner_wrote_first_stays(demo):
    demo.change(NUMBER, "LIMIT = 100", "LIMIT = 100\n\n\ndef helper():\n    return 1")
    demo.change(REFERENCE, '"""Twice x."""', '"""Two times x."""')
    demo.dojo("stubs")
    assert "def helper" in demo.read(NUMBER) and '"""Two times x."""' in demo.read(NUMBER)


@pytest.mark.parametrize("on", ["number.py", "phase1_demo-number.py"], ids=["module", "kept"])
def test_a_crash_in_stubs_leaves_the_file_whole(demo, on):
    demo.solve("1.1 double", "return x + x")
    demo.change(REFERENCE, '"""Half of x."""', '"""One half of x."""')
    before = demo.read(NUMBER)
    crash(demo, on, "stubs")
    assert demo.read(NUMBER) == before


@pytest.mark.parametrize("ending", [b"\r\n", b"\n"], ids=["windows", "unix"])
def test_a_file_from_another_editor_is_understood(demo, ending):
    demo.solve("1.1 double", "return x + x\n\n\n\x0c")
    text = b"\xef\xbb\xbf" + demo.read(NUMBER).encode().replace(b"\n", ending)
    (demo.folder / NUMBER).write_bytes(text)
    assert demo.dojo("stubs", "--check").returncode == 0
    assert demo.dojo("reset", "double").returncode == 0
    assert demo.dojo("stubs", "--check").returncode == 0
    assert any("return x + x" in text for text in kept(demo))


# ---- update


class Clone:
    """A course that is published in one repository, and a learner's clone of it."""

    def __init__(self, folder):
        self.course = Demo(folder / "published")
        git(self.course, "init", "-q", "-b", "main")
        publish(self.course)
        learner = folder / "clone"
        git(self.course, "clone", "-q", str(self.course.folder), str(learner))
        self.mine = object.__new__(Demo)
        self.mine.folder = learner

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
    clone.mine.solve("1.1 double", "return x + x  # mine")
    clone.mine.write("katas/notes.txt", "my thoughts")
    clone.course.write("lessons/new.md", "new")
    clone.course.change(REFERENCE, "return x / 2", "return 0.5 * x")
    clone.course.change(REFERENCE, '"""Half of x."""', '"""A half of x."""')
    publish(clone.course)
    ran = clone.update()
    assert ran.returncode == 0, ran.stdout
    assert "your work is committed" in ran.stdout and "merged 1 new commit " in ran.stdout
    assert (clone.mine.folder / "lessons/new.md").exists()
    assert "# mine" in clone.mine.read(NUMBER) and '"""A half of x."""' in clone.mine.read(NUMBER)
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
    clone.mine.solve("1.1 double", "return x + x")
    before = clone.git("rev-parse", "HEAD")
    assert clone.update().returncode == 0
    assert clone.git("rev-parse", "HEAD") == before
    assert "return x + x" in clone.mine.read(NUMBER)


def test_a_conflict_on_a_stub_keeps_the_learners_side_and_the_new_docstring(clone):
    clone.mine.solve("1.1 double", "return x + x  # mine")
    clone.course.change(REFERENCE, '"""Twice x."""', '"""Two times x."""')
    publish(clone.course)
    assert clone.update().returncode == 0
    now = clone.mine.read(NUMBER)
    assert "return x + x  # mine" in now and '"""Two times x."""' in now
    assert clone.mine.dojo("stubs", "--check").returncode == 0


def test_a_new_kata_beside_the_learners_work_gets_its_stub(clone):
    clone.mine.solve("1.2 half", "return x / 2  # mine\n\n\ndef my_helper():\n    return 1")
    new = '\n\ndef third(x):  # kata 1.2\n    """A third of x."""\n    return x / 3\n'
    clone.course.write(REFERENCE, clone.course.read(REFERENCE) + new)
    publish(clone.course)
    assert clone.update().returncode == 0
    now = clone.mine.read(NUMBER)
    assert now.count('NotImplementedError("1.2 third")') == 1
    assert "return x / 2  # mine" in now and "def my_helper" in now
    assert clone.git("status", "--porcelain") == ""


def test_a_kata_that_the_course_moved_is_not_doubled(clone):
    """Git would merge the moved stub in below the learner's function, where it wins."""
    clone.mine.solve("1.1 double", "return x + x  # mine")
    text = clone.course.read(REFERENCE)
    start, end = text.index("def double"), text.index("class Box")
    moved = text[:start] + text[end:] + "\n\n" + text[start:end].rstrip() + "\n"
    clone.course.write(REFERENCE, moved)
    publish(clone.course)
    clone.update()
    now = clone.mine.read(NUMBER)
    assert now.count("def double") == 1 and "return x + x  # mine" in now


def test_a_module_that_the_learner_deleted_is_a_stub_again(clone):
    (clone.mine.folder / NUMBER).unlink()
    clone.course.change(REFERENCE, '"""Twice x."""', '"""Two times x."""')
    publish(clone.course)
    assert clone.update().returncode == 0
    assert '"""Two times x."""' in clone.mine.read(NUMBER)


def test_a_module_that_the_course_deleted_stays_if_there_is_work_in_it(clone):
    clone.mine.solve("2.1 half", "return x / 2, y / 2  # mine", PAIR)
    for name in ("solutions/phase2_demo/pair.py", PAIR, "katas/phase2_demo/test_1_pairs.py"):
        (clone.course.folder / name).unlink()
    publish(clone.course)
    clone.update()
    assert "# mine" in clone.mine.read(PAIR) and "# mine" in clone.committed(PAIR)


def moved(clone, *moves):
    """Publish a course in which katas have moved: (was, module, now)."""
    clone.course.change("dojo/settle.py", "MOVES = ()", f"MOVES = {moves}")
    publish(clone.course)


def new_home(clone):
    """Give the published course a section 2.2, which has the module and specs of 2.1 now."""
    text = clone.course.read("solutions/phase2_demo/pair.py")
    clone.course.write(
        "solutions/phase2_demo/triple.py",
        text.replace("2.1 · Pair", "2.2 · Triple").replace("kata 2.1", "kata 2.2"),
    )
    specs = clone.course.read("katas/phase2_demo/test_1_pairs.py").replace(".pair", ".triple")
    clone.course.write("katas/phase2_demo/test_2_triple.py", specs)
    clone.course.write("lessons/phase2_demo/2_triples/overview.md", "# 2.2 · Triples")
    for gone in ("solutions/phase2_demo/pair.py", PAIR, "katas/phase2_demo/test_1_pairs.py"):
        (clone.course.folder / gone).unlink()


TRIPLE = "katas/phase2_demo/triple.py"


def test_a_kata_that_moves_to_another_file_takes_code_and_records_along(clone):
    clone.mine.solve("2.1 half", "return x / 2, y / 2  # mine\n\n\ndef helper():\n    pass", PAIR)
    clone.mine.write(".dojo/hints.json", '{"2.1 half": 1}')
    clone.mine.dojo("next", "2.1 half")
    new_home(clone)
    moved(clone, ("2.1 half", "phase2_demo/pair.py", "2.2 half"))
    ran = clone.update()
    assert ran.returncode == 0, ran.stdout
    assert "return x / 2, y / 2  # mine" in clone.mine.read(TRIPLE)
    assert clone.mine.read(TRIPLE).count("def half") == 1
    assert not (clone.mine.folder / PAIR).exists()
    status = json.loads(clone.mine.dojo("status", "--json").stdout)
    (kata,) = status["sections"][-1]["katas"]
    assert (kata["id"], kata["status"], kata["hints"]["taken"]) == ("2.2 half", "green", 1)
    assert clone.mine.dojo("stubs", "--check").returncode == 0
    assert clone.git("status", "--porcelain") == ""
    text = "".join(kept(clone.mine)) + clone.mine.read(TRIPLE)
    assert "def helper" in text


def test_a_kata_that_moves_between_files_that_stay_takes_its_code_along(clone):
    clone.mine.solve("1.2 half", "return x / 2  # mine")
    text = clone.course.read(REFERENCE)
    at = text.index("def half")
    clone.course.write(REFERENCE, text[:at].rstrip() + "\n")
    home = clone.course.read("solutions/phase2_demo/pair.py")
    there = text[at:].replace("def half", "def one_half").replace("kata 1.2", "kata 2.1")
    clone.course.write("solutions/phase2_demo/pair.py", f"{home}\n\n{there}")
    further = "katas/phase1_demo/test_2_further_steps.py"
    specs = clone.course.read(further)
    at = specs.index('@pytest.mark.kata("half")')
    clone.course.write(further, specs[:at].replace("Box, half", "Box").rstrip() + "\n")
    pairs = clone.course.read("katas/phase2_demo/test_1_pairs.py").replace(
        "import half", "import half, one_half"
    )
    more = specs[at:].replace('"half"', '"one_half"').replace("TestHalf", "TestOneHalf")
    more = more.replace("half(3)", "one_half(3)")
    clone.course.write("katas/phase2_demo/test_1_pairs.py", f"{pairs}\n\n{more}")
    moved(clone, ("1.2 half", "phase1_demo/number.py", "2.1 one_half"))
    assert clone.update().returncode == 0
    assert "def one_half(x):  # kata 2.1" in clone.mine.read(PAIR)
    assert "return x / 2  # mine" in clone.mine.read(PAIR)
    assert "def half" not in clone.mine.read(NUMBER)
    assert clone.mine.dojo("stubs", "--check").returncode == 0


def test_a_moved_kata_that_was_written_in_both_places_is_left_in_both(clone):
    clone.mine.solve("2.1 half", "return x / 2, y / 2  # old", PAIR)
    new_home(clone)
    publish(clone.course)
    clone.update()
    clone.mine.solve("2.2 half", "return x / 2, y / 2  # new", TRIPLE)
    moved(clone, ("2.1 half", "phase2_demo/pair.py", "2.2 half"))
    clone.update()
    assert "# new" in clone.mine.read(TRIPLE)
    assert "# old" in "".join(kept(clone.mine))


def test_notes_in_spec_files_are_kept_aside_and_the_specs_are_the_newest(clone):
    clone.mine.change("katas/phase2_demo/test_1_pairs.py", "import pytest", "import pytest  # mine")
    clone.mine.change(
        "katas/phase1_demo/test_1_first_steps.py",
        "assert double(3) == 6",
        "assert double(3)  # mine",
    )
    clone.mine.write("katas/phase1_demo/test_1_my_own.py", "def test_it():\n    pass\n")
    clone.course.change(
        "katas/phase1_demo/test_1_first_steps.py", "assert double(3) == 6", "assert double(4) == 8"
    )
    new_home(clone)
    moved(clone, ("2.1 half", "phase2_demo/pair.py", "2.2 half"))
    ran = clone.update()
    assert ran.returncode == 0, ran.stdout
    assert not (clone.mine.folder / "katas/phase2_demo/test_1_pairs.py").exists()
    assert "double(4) == 8" in clone.mine.read("katas/phase1_demo/test_1_first_steps.py")
    assert (clone.mine.folder / "katas/phase1_demo/test_1_my_own.py").exists()
    assert sum("# mine" in text for text in kept(clone.mine)) == 2
    assert ran.stdout.count("with your notes in it: .dojo/kept/") == 2
    assert clone.git("status", "--porcelain") == ""


def test_a_stub_that_the_learner_deleted_is_put_back(clone):
    clone.mine.solve("1.1 double", "return x + x  # mine")
    text = clone.mine.read(NUMBER)
    clone.mine.write(NUMBER, text[: text.index("def half")].rstrip() + "\n")
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert 'NotImplementedError("1.2 half")' in clone.mine.read(NUMBER)
    assert clone.git("status", "--porcelain") == ""


def test_a_file_that_does_not_parse_survives_an_update(clone):
    clone.mine.solve("1.1 double", "return (x +")
    broken = clone.mine.read(NUMBER)
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    ran = clone.update()
    assert f"{NUMBER}:" in ran.stdout and "does not parse" in ran.stdout
    assert clone.mine.read(NUMBER) == broken == clone.committed(NUMBER)
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
    clone.mine.solve("1.1 double", "return x + x  # mine")
    clone.course.write("lessons/new.md", "new")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert "learner" in clone.git("log", "--format=%an")
    assert "learner" not in clone.git("config", "--list")


def test_a_known_learner_commits_under_their_name(clone):
    clone.git("config", "user.name", "Ada")
    clone.git("config", "user.email", "ada@localhost")
    clone.mine.solve("1.1 double", "return x + x  # mine")
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
    clone.mine.solve("1.1 double", "return x + x  # mine")
    clone.course.write("lessons/second.md", "2")
    publish(clone.course)
    assert clone.update().returncode == 0
    assert "# mine" in clone.mine.read(NUMBER)
    assert (clone.mine.folder / "lessons/second.md").exists()


# ---- an update that cannot be


def test_without_git(clone, tmp_path):
    clone.mine.solve("1.1 double", "return x + x")
    (tmp_path / "empty").mkdir()
    assert refused(clone.update(PATH=str(tmp_path / "empty")), "needs git")


def test_outside_a_repository(demo):
    ran = demo.dojo("update", GIT_CEILING_DIRECTORIES=str(demo.folder.parent))
    assert refused(ran, "no git clone")


def test_inside_another_repository(demo):
    outer = object.__new__(Demo)
    outer.folder = demo.folder.parent
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
    clone.mine.solve("1.1 double", "return x + x")
    clone.git("remote", "set-url", "origin", url)
    before = clone.git("status", "--porcelain")
    assert refused(clone.update(), "origin cannot be reached")
    assert clone.git("status", "--porcelain") == before


def test_on_no_branch(clone):
    clone.git("checkout", "-q", "--detach")
    assert refused(clone.update(), "detached HEAD")


def test_in_a_merge(clone):
    clone.git("switch", "-q", "-c", "other")
    clone.mine.change(NUMBER, "LIMIT = 100", "LIMIT = 1")
    clone.git("commit", "-q", "-a", "-m", "other")
    clone.git("switch", "-q", "main")
    clone.git("merge", "--no-ff", "--no-commit", "other")
    assert refused(clone.update(), "merge or rebase is in progress")
    assert "MERGE_HEAD" in os.listdir(clone.mine.folder / ".git")


def test_with_conflicts_of_a_stash(clone):
    clone.mine.change(NUMBER, "LIMIT = 100", "LIMIT = 1")
    clone.git("stash")
    clone.mine.change(NUMBER, "LIMIT = 100", "LIMIT = 2")
    clone.git("commit", "-q", "-a", "-m", "two")
    with pytest.raises(AssertionError):
        clone.git("stash", "pop")
    before = clone.mine.read(NUMBER)
    assert refused(clone.update(), "not resolved")
    assert clone.mine.read(NUMBER) == before and "LIMIT = 1" in before


def test_with_a_file_changed_here_and_deleted_there(clone):
    name = "lessons/phase1_demo/1_first_steps/hints.md"
    clone.mine.solve("1.1 double", "return x + x  # mine")
    clone.mine.write(name, "my own hints")
    (clone.course.folder / name).unlink()
    publish(clone.course)
    assert refused(clone.update(), name, "nothing was merged")
    assert clone.mine.read(name) == "my own hints" and "# mine" in clone.mine.read(NUMBER)
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
    clone.mine.solve("1.1 double", "return x + x  # mine")
    assert refused(clone.update(), "another history")
    assert "# mine" in clone.mine.read(NUMBER)
