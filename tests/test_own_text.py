"""DATA=path: a text of one's own in place of the names, or a sentence that says why not."""

import random
import shlex
import shutil
import subprocess
import sys

import pytest

from dojo import course, own_text
from tests.support.scratch import Scratch

WORDS = [
    "the",
    "sea",
    "wind",
    "über",
    "light",
    "house",
    "river",
    "stone",
    "bird",
    "sings",
    "falls",
    "under",
    "over",
    "slow",
    "bright",
]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy of the course, where pictures and weights may be written."""
    made = Scratch(tmp_path_factory.mktemp("own"), "data")
    yield made
    if hasattr(made, "close"):
        made.close()


@pytest.fixture
def poem(tmp_path):
    """A text with capitals, commas, an umlaut and lines of many lengths."""
    path, rng = tmp_path / "it's [mine].txt", random.Random(0)
    lines = [" ".join(rng.choices(WORDS, k=rng.randint(2, 14))).capitalize() for _ in range(220)]
    path.write_text(",\r\n\r\n".join(lines), encoding="utf-8-sig", newline="")
    return path


def python(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=course.ROOT, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_lines_are_cut_at_blanks_and_nothing_else_is_changed(poem):
    lines = own_text.lines(poem)
    assert max(map(len, lines)) <= 64 and min(map(len, lines)) > 0
    assert " ".join(lines).split() == poem.read_text(encoding="utf-8-sig").split()
    assert any("über" in line for line in lines)


REFUSED = {
    "nothing": (None, "cannot be read: No such file"),
    "a folder": ("folder", "cannot be read: Is a directory"),
    "empty": (b"", "has 0 lines that are not empty"),
    "a haiku": (
        b"old pond\nfrog jumps\nplop\n",
        "has 3 lines that are not empty, and at least 200",
    ),
    "Latin-1": ("naïve\n".encode("latin-1") * 300, "is not UTF-8, in line 1: save it as UTF-8"),
    "UTF-16": (("naïve\n" * 300).encode("utf-16"), "is UTF-16"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00" * 300, "is no text: it holds null bytes"),
    "Chinese": (
        "\n".join(chr(0x4E00 + i) + chr(0x5E00 + i) for i in range(400)).encode(),
        "has 800 different characters, and at most 300",
    ),
    "a library": (b"a line of text\n" * 400_000, "is larger than 5 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_nothing_can_be_learned_from_is_refused_in_a_sentence(tmp_path, what):
    content, says = REFUSED[what]
    path = tmp_path / "text.txt"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(own_text.Unusable) as refused:
        own_text.lines(path)
    assert str(refused.value).startswith(str(path)) and says in str(refused.value)


@pytest.mark.parametrize(
    "script",
    ["phase4_llms/2_sequence_modeling/experiment.py", "phase4_llms/milestone.py",
     "phase5_practice/1_current_architectures/milestone.py"],
)  # fmt: skip
def test_it_is_refused_before_anything_is_trained(tmp_path, script):
    ran = python(course.ROOT / "lessons" / script, "--data", tmp_path / "no")
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr.count("\n") == 1 and "cannot be read" in ran.stderr


def test_where_there_are_no_names_there_is_no_use_for_it(poem):
    for script in ("phase1_autodiff/1_value_objects/experiment.py", "phase3_training/milestone.py"):
        ran = python(course.ROOT / "lessons" / script, "--data", poem)
        assert ran.returncode == 1 and "has no use for a text of your own" in ran.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
@pytest.mark.parametrize("target", ["experiment", "milestone"])
def test_make_hands_on_the_path_as_it_is(target):
    command = ["make", "-n", target, "SECTION=4.2", "DATA=it's [$5].txt"]
    said = subprocess.run(command, cwd=course.ROOT, capture_output=True, encoding="utf-8").stdout
    (line,) = [line for line in said.splitlines() if f"dojo {target}" in line]
    assert shlex.split(line)[-1] == "--data=it's [$5].txt"


SHORT = """
import runpy, sys
sys.path.insert(0, "lessons/phase4_llms/2_sequence_modeling")
script, *sys.argv[1:] = sys.argv[1:]
from dojo import tree
tree.Tree(solutions=True).install()
import full_run
names = full_run.load(own=sys.argv[-1])
lines = [line for line in names.tokenizer.decode(names.validation).split("\\n") if line]
assert lines and names.known.isdisjoint(lines)
assert (names.known, set(lines)) == tuple(
    map(set, full_run.split_names(full_run.own_text.lines(sys.argv[-1])))
)
full_run.train_bigram.__defaults__ = (0, 5)
made = full_run.train_ngram
full_run.train_ngram = lambda names, **_: made(names, 0, 5)
runpy.run_path(script, run_name="__main__")
"""


def test_the_experiment_of_4_2_runs_on_it_with_the_split_of_the_names(room, poem):
    script = "lessons/phase4_llms/2_sequence_modeling/experiment.py"
    ran = room.python("-c", SHORT, script, "--data", poem)
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    assert "lines to learn from" in ran.stdout and "try this" in ran.stdout
    assert " 27 " not in ran.stdout


MILESTONES = """
import dataclasses, runpy, sys
sys.path.insert(0, "lessons/phase4_llms/4_modern_architectures/training")
found = runpy.run_path("lessons/phase4_llms/milestone.py")
main = found["main"]
def gpt():
    import full_run
    chosen = full_run.settings_for
    def short(data, own):
        assert chosen(data, own).batch_size < 128  # its lines are longer than names
        return dataclasses.replace(chosen(data, own), n_steps=2, look_every=2)
    full_run.settings_for = short
    return found["gpt"]()
main.__globals__.update(PARTS=[found["digits"], found["names"], gpt], SHARE=0.002)
sys.exit(main())
"""


def test_the_milestone_runs_on_it_and_wants_nothing(room, poem):
    ran = room.python("-c", MILESTONES, "--data", poem)
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    assert "the GPT gains" in ran.stdout and "wanted" not in ran.stdout
    assert "digits" not in ran.stdout and "milestone is" not in ran.stdout
