"""The milestone of phase 4 runs, judges what it measured, and never learns from names held out.

Its whole length takes minutes, and is left to `make milestone PHASE=4`; here it is shortened.
"""

import json
import re

import pytest

from tests.support.scratch import Scratch

MILESTONE = "lessons/phase4_llms/milestone.py"

# the parts that it is about, with less training
SHORT = """
import runpy, sys
sys.argv = ["milestone.py"]
found = runpy.run_path("lessons/phase4_llms/milestone.py")
main = found["main"]
main.__globals__.update(PARTS=[found["names"]], SHARE={share})
sys.exit(main())
"""

# three short trainings: as it is, with other names held out, and what each model says
INSPECT = """
import json, sys
sys.path.insert(0, "lessons/phase4_llms/2_sequence_modeling")
from dojo.tree import Tree
Tree(solutions=True).install()
import numpy as np
from dataclasses import replace
from full_run import language_models, load, samples

names = load(1500)
models = language_models(names, share=0.02)
spoilt = replace(names, validation=names.validation[::-1].copy())
others = language_models(spoilt, share=0.02)
probs = [trained.probs([0, 3, 1]) for trained in models]
print(json.dumps({
    "train": [[a.train, b.train] for a, b in zip(models, others)],
    "same": [np.array_equal(a.probs([0, 3]), b.probs([0, 3])) for a, b in zip(models, others)],
    "sums": [float(p.sum()) for p in probs],
    "sizes": [len(p) for p in probs],
    "new": [samples(trained, names, 3) for trained in models],
    "again": [samples(trained, names, 3) for trained in models],
    "known": sorted(names.known),
}))
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy with its lessons and data, on the stubs."""
    made = Scratch(tmp_path_factory.mktemp("milestone"), "data")
    yield made
    if hasattr(made, "close"):
        made.close()


def test_too_little_training_is_missed_and_shown_all_the_same(room):
    done = room.python("-c", SHORT.format(share=0.01))
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr
    assert "on the reference" in done.stdout and "The milestone is not reached." in done.stdout
    rows = re.findall(r"^(counts|neural bigram|n-gram MLP) +([\d.]+) ", done.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["counts", "neural bigram", "n-gram MLP"]
    counts, bigram, _ = [float(loss) for _, loss in rows]
    assert bigram > counts and done.stdout.count(": missed") == 2, done.stdout


def test_on_stubs_it_says_what_it_needs(room, tmp_path):
    done = room.python(room.folder / MILESTONE, "--mine", cwd=tmp_path)
    assert done.returncode == 1
    assert "on your katas" in done.stdout
    assert re.search(r"^blocked: needs \d\.\d \S+; without MINE=1", done.stdout, re.MULTILINE)
    assert not done.stderr.strip(), done.stderr
    assert not list(tmp_path.iterdir()), "it writes to the working directory"


@pytest.fixture(scope="module")
def found(room):
    done = room.python("-c", INSPECT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_training_never_sees_a_name_held_out(found):
    """With the names held out spelled backwards, the same models come out."""
    assert found["same"] == [True] * 4
    assert all(one == two for one, two in found["train"])


def test_every_model_gives_probabilities_of_27_tokens(found):
    assert found["sizes"] == [27] * 4
    assert found["sums"] == pytest.approx([1.0] * 4, abs=1e-5)


def test_samples_are_new_and_the_same_each_time(found):
    assert found["new"] == found["again"]
    known = set(found["known"])
    for names in found["new"]:
        assert len(names) == 3 and not known & set(names)
        assert all(re.fullmatch("[a-z]+", name) for name in names)


def test_it_is_reached_if_the_losses_are_as_promised(room):
    """The judging alone, on losses made up."""
    judge = """
import runpy
found = runpy.run_path("lessons/phase4_llms/milestone.py")
class Run:
    BLOCK_SIZE = 6
    load = staticmethod(lambda own: None)
    print_table = staticmethod(lambda models, data: None)
    @staticmethod
    def language_models(data, share):
        counts = [Loss(2.5301, float("inf")), Loss(2.531, 2.53)]
        return [*counts, Loss({bigram}, 2.5302), Loss(1.9, {ngram})]
class Loss:
    def __init__(self, train, validation):
        self.train, self.validation = train, validation
names = found["names"]
names.__globals__["full_run"] = lambda folder: Run
print("all reached:", names())
"""
    for bigram, ngram, wanted in ((2.5303, 2.06, True), (2.54, 2.06, False), (2.5303, 2.1, False)):
        text = judge.replace("{bigram}", str(bigram)).replace("{ngram}", str(ngram))
        done = room.python("-c", text)
        assert f"all reached: {wanted}" in done.stdout, done.stdout + done.stderr
