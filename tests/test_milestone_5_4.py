"""The milestone of 5.4 runs, compares every way with the readable engine, and judges by that.

Its whole length takes a while for the C compiler, and is left to `make milestone SECTION=5.4`; here
it is shortened.
"""

import re

import pytest

from tests.support.scratch import Scratch

MILESTONE = "lessons/phase5_practice/4_compilation/milestone.py"

# a small network, few steps
SHORT = """
import runpy, sys
sys.argv = ["milestone.py"]
found = runpy.run_path("lessons/phase5_practice/4_compilation/milestone.py")
main = found["main"]
main.__globals__.update(N_POINTS=6, HIDDEN=3, STEPS=5)
{change}
sys.exit(main())
"""

# every loss of one way a little off
OFF = """
way = main.__globals__["WAYS"]["{name}"]
main.__globals__["WAYS"]["{name}"] = lambda: (loss + {by} for loss in way())
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy with its lessons and data, on the stubs."""
    made = Scratch(tmp_path_factory.mktemp("milestone"), "data")
    yield made
    if hasattr(made, "close"):
        made.close()


def test_all_ways_come_to_the_same_losses(room):
    done = room.python("-c", SHORT.format(change=""))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The milestone is reached." in done.stdout
    rows = re.findall(r"^(readable|Python|C|Tensor) .* ms ", done.stdout, re.MULTILINE)
    assert {"readable", "Python", "Tensor"} <= set(rows), done.stdout


@pytest.mark.parametrize(("name", "by"), [("Python", 1e-15), ("Tensor", 1e-8)])
def test_a_way_that_is_off_is_noticed(room, name, by):
    done = room.python("-c", SHORT.format(change=OFF.format(name=name, by=by)))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The milestone is not reached." in done.stdout


def test_on_stubs_it_says_what_it_needs(room, tmp_path):
    done = room.python(room.folder / MILESTONE, "--mine", cwd=tmp_path)
    assert done.returncode == 1
    assert "on your katas" in done.stdout
    assert re.search(r"^blocked: needs \d\.\d \S+; without MINE=1", done.stdout, re.MULTILINE)
    assert not list(tmp_path.iterdir()), "it writes to the working directory"
