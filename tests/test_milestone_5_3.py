"""The milestone of 5.3 runs, and holds every way of writing against the plainest one.

Its whole length trains two models, and is left to `make milestone SECTION=5.3`; here it is
shortened.
"""

import re

import pytest

from tests.support.scratch import Scratch

MILESTONE = "lessons/phase5_practice/3_fast_inference/milestone.py"

# small models, few steps, few and short texts
SHORT = f"""
import runpy, sys
sys.argv = ["milestone.py"]
main = runpy.run_path("{MILESTONE}")["main"]
main.__globals__.update(
    LAYERS=1, CHANNELS=8, CONTEXT=16, STEPS=3, N_TEXTS=8, N_NEW=8, AT_ONCE=3, ROUNDS=1
)
"""

# the last letter of one text is another one
OFF = """
ways = main.__globals__["{ways}"]
name = next(name for name in ways if "{name}" in name)
way = ways[name]
def off(model, draft, begun, **how):
    texts = way(model, draft, begun, **how)
    texts[-1][-1] = (texts[-1][-1] + 1) % 27
    return texts
ways[name] = off
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy with its lessons and data, on the stubs."""
    made = Scratch(tmp_path_factory.mktemp("milestone"), "data")
    yield made
    if hasattr(made, "close"):
        made.close()


def test_all_ways_write_the_same_names(room):
    done = room.python("-c", SHORT + "sys.exit(main())")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The milestone is reached." in done.stdout
    rows = re.findall(r"^(\S.*?)  .* of 8$", done.stdout, re.MULTILINE)
    assert len(rows) == 7, done.stdout
    assert (room.folder / "output" / "5.3" / "milestone.png").exists()


@pytest.mark.parametrize(("ways", "name"), [("ONE_BY_ONE", "ahead"), ("AT_ONCE_WAYS", "refilled")])
def test_a_way_that_writes_another_name_is_noticed(room, ways, name):
    done = room.python("-c", SHORT + OFF.format(ways=ways, name=name) + "sys.exit(main())")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The milestone is not reached." in done.stdout
    assert re.search(rf"{name}.* 7 of 8$", done.stdout, re.MULTILINE), done.stdout


def test_on_stubs_it_says_what_it_needs(room, tmp_path):
    done = room.python(room.folder / MILESTONE, "--mine", cwd=tmp_path)
    assert done.returncode == 1
    assert "on your katas" in done.stdout
    assert re.search(r"^blocked: needs \d\.\d \S+; without MINE=1", done.stdout, re.MULTILINE)
    assert not list(tmp_path.iterdir()), "it writes to the working directory"
