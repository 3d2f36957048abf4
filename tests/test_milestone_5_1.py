"""The milestone of 5.1 judges what it measured, goes on where it stopped, and is found by section.

Its whole length takes minutes, and is left to `make milestone SECTION=5.1`; here it is shortened.
"""

import re

import pytest

from dojo import course, lesson
from dojo.choice import Choice
from tests.support.scratch import Scratch

MILESTONE = "lessons/phase5_practice/1_current_architectures/milestone.py"

OPEN = f"""
import runpy, sys
sys.argv = ["milestone.py"]
found = runpy.run_path("{MILESTONE}")
"""

# six steps at once; four of them, a stop, and the rest
INTERRUPTED = (
    OPEN
    + """
from dojo.tree import Tree
Tree(solutions=True).install()
import full_run, names_by_muon
train, names = names_by_muon.train, full_run.load()
names_by_muon.LOOK_EVERY = 2
whole = train(names, "Muon", 0, 6, found["OUTPUT"] / "whole.json")
mean_loss, looks = full_run.mean_loss, []
def stop(model, validation):
    looks.append(1)
    if len(looks) == 3:
        raise KeyboardInterrupt
    return mean_loss(model, validation)
full_run.mean_loss = stop
try:
    train(names, "Muon", 0, 6, found["OUTPUT"] / "cut.json")
except KeyboardInterrupt:
    full_run.mean_loss = mean_loss
later = train(names, "Muon", 0, 6, found["OUTPUT"] / "cut.json")
print([row["loss"] for row in whole] == [row["loss"] for row in later], len(later))
other = train(names, "AdamW", 0, 2, found["OUTPUT"] / "cut.json")
print(len(other), [row["step"] for row in other])
"""
)

JUDGE = (
    OPEN
    + """
runs = {kind: [[{"step": 9, "loss": loss, "seconds": 1.0}] for loss in losses]
        for kind, losses in (("AdamW", [2.06, 2.07, 2.08]), ("Muon", MUON))}
print("reached:", found["compare"](runs, 9))
"""
)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy with its lessons and data, on the stubs."""
    made = Scratch(tmp_path_factory.mktemp("milestone"), "data")
    yield made
    made.close()


def test_too_few_steps_are_missed_and_shown_all_the_same(room):
    done = room.python(room.folder / MILESTONE, "--steps", "1", MPLBACKEND="Agg")
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr
    assert "The milestone is not reached." in done.stdout and ": missed" in done.stdout
    rows = re.findall(r"^(AdamW|Muon) +([\d.]+ +){4}[\d.]+$", done.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["AdamW", "Muon"], done.stdout
    kept = [path.name for path in (room.folder / "output" / "5.1").iterdir()]
    assert kept == ["muon_on_names.png"], kept


def test_on_stubs_it_says_what_it_needs(room, tmp_path):
    done = room.python(room.folder / MILESTONE, "--mine", cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(r"^blocked: needs \d\.\d \S+; without MINE=1", done.stdout, re.MULTILINE)
    assert not done.stderr.strip(), done.stderr


def test_interrupted_it_goes_on_and_ends_the_same(room):
    done = room.python("-c", INTERRUPTED)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert "True 3" in said, done.stdout
    assert "1 [2]" in said, "a file of other settings was gone on with\n" + done.stdout


@pytest.mark.parametrize(
    "muon, reached", [([2.04, 2.05, 2.06], True), ([2.055, 2.065, 2.075], False)], ids=str
)
def test_the_mean_of_three_decides(room, muon, reached):
    done = room.python("-c", JUDGE.replace("MUON", repr(muon)))
    assert f"reached: {reached}" in done.stdout, done.stdout + done.stderr


def test_a_milestone_is_chosen_by_phase_or_by_section(monkeypatch):
    run = []
    monkeypatch.setattr(lesson, "_run", lambda path, mine, data: run.append(path) or 0)
    section = course.find_section("5.1")
    assert lesson.milestone_command(Choice([section], None)) == 0
    assert run == [course.ROOT / MILESTONE]
    run.clear()
    lesson.milestone_command(Choice(course.find_phase("4"), None))
    assert run == [course.ROOT / "lessons/phase4_llms/milestone.py"]
    run.clear()
    lesson.milestone_command(Choice(course.find_phase("5"), None))
    assert course.ROOT / MILESTONE in run and len(set(run)) == len(run)


def test_where_it_is_not_said_which_they_are_named():
    with pytest.raises(course.UnknownName, match=r"3, 4, 5\.1"):
        lesson.milestone_command(Choice(course.sections(), None))
