"""The milestone of 5.2 runs, judges what it measured, and never learns from sums set aside.

Its whole length takes a minute or two, and is left to `make milestone SECTION=5.2`; here it is
shortened.
"""

import json
import re

import pytest

from tests.support.scratch import Scratch

MILESTONE = "lessons/phase5_practice/2_post_training/milestone.py"

# one seed, a few steps, one share and one beta
SHORT = """
import runpy, sys
sys.argv = ["milestone.py"]
found = runpy.run_path("lessons/phase5_practice/2_post_training/milestone.py")
main = found["main"]
steps = dict(n_steps={steps}, n_policy_steps=3, n_dpo_steps=3, n_unseen=40, n_asked=40)
main.__globals__.update(
    SETTINGS=steps, SEEDS=range(1), RARE=(0.1,), BETAS=(2.0,), WANTED={wanted}
)
sys.exit(main())
"""

# the parts of it on their own: what they promise, and that nobody has seen the sums set aside
INSPECT = """
import json, sys
sys.path.insert(0, "lessons/phase5_practice/2_post_training/training")
from dojo.tree import Tree
Tree(solutions=True).install()
import numpy as np
from dataclasses import replace
import additions

sums, found = additions.Sums(), {}
number = 100 * 57 + 38
P = sums.prompts.shape[1]
text = lambda chat: sums.tokenizer.decode(chat[0][P:])
found["answers"] = [text(sums.right[number]), text(sums.forgetful[number])]
found["judged"] = [
    sums.is_right(number, chat[number][0][P:]) for chat in (sums.right, sums.forgetful)
]
found["without end"] = sums.is_right(number, sums.right[number][0][P:-1])
found["same"] = all(
    (sums.right[n] == sums.forgetful[n]) != sums.carries[n] for n in range(0, 10000, 37)
)
found["shared"] = len(set(sums.unseen) & set(sums.known))
found["sizes"] = [len(set(sums.unseen)), len(set(sums.known))]

settings = replace(additions.Settings(), n_steps=5, n_policy_steps=2, n_dpo_steps=2)
asked = []
is_right = sums.is_right
sums.is_right = lambda number, answer: asked.append(int(number)) or is_right(number, answer)
weights = []
for spoilt in (False, True):
    if spoilt:  # the sums set aside are answered otherwise: nothing that is learned may change
        for n in sums.unseen:
            sums.right[n] = sums.forgetful[n] = sums.right[0]
    model = additions.new_model(sums, settings, np.random.default_rng(0))
    additions.learn(model, sums, settings, np.random.default_rng(1))
    additions.ask(model, sums, settings, np.random.default_rng(2))
    weights.append(float(sum(np.abs(p.data).sum() for p in model.parameters())))
found["weights"] = weights
found["asked of unseen"] = len(set(asked) & set(sums.unseen.tolist()))
reference = additions.new_model(sums, settings, np.random.default_rng(0))
found["kl of itself"] = additions.kl_of(model, model, sums, 0)
found["kl"] = additions.kl_of(model, reference, sums, 0)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy with its lessons, on the stubs."""
    made = Scratch(tmp_path_factory.mktemp("milestone"))
    yield made
    if hasattr(made, "close"):
        made.close()


def test_too_little_training_is_missed_and_shown_all_the_same(room):
    done = room.python("-c", SHORT.format(steps=3, wanted=0.99))
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr
    assert "on the reference" in done.stdout and "is not reached" in done.stdout
    for row in ("examples, seed 0", "  then a checker", "10%", "beta 2,"):
        assert re.search(rf"^{row} .*\d", done.stdout, re.MULTILINE), (row, done.stdout)
    left = sorted(path.name for path in (room.folder / "output" / "milestone5.2").iterdir())
    assert left == ["rewards.png"], left


def test_an_interrupted_run_goes_on_with_what_was_learned(room):
    def stopped(*lines):
        lines = "\n".join(
            ["def stop(*_):", "    raise KeyboardInterrupt", *lines, "sys.exit(main())"]
        )
        done = room.python(
            "-c", SHORT.format(steps=4, wanted=0.0).replace("sys.exit(main())", lines)
        )
        assert done.returncode == 1 and "stopped" in done.stdout, done.stdout + done.stderr
        return done.stdout

    assert "checker" not in stopped("main.__globals__['asked'] = stop")
    kept = room.folder / "output" / "milestone5.2" / "examples0_0.40.npz"
    assert kept.exists()
    said = stopped(
        "attempt = main.__globals__['attempt']",
        "def again(suffix):",
        "    import additions",
        "    additions.learn = stop",
        "    return attempt(suffix)",
        "main.__globals__['attempt'] = again",
    )
    assert "  then a checker" in said and "beta 2" in said, "it learned seed 0 from examples again"


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


def test_who_forgets_the_carry_is_ten_too_low(found):
    assert found["answers"] == ["95<|end|>", "85<|end|>"]
    assert found["same"], "right and forgetful answers differ just where a carry is"


def test_the_checker_wants_the_sum_and_an_end(found):
    assert found["judged"] == [True, False] and not found["without end"]


def test_nothing_is_learned_from_the_sums_set_aside(found):
    assert (found["shared"], found["sizes"]) == (0, [1000, 9000])
    assert found["weights"][0] == found["weights"][1]
    assert found["asked of unseen"] == 0


def test_kl_is_measured_from_the_reference(found):
    assert found["kl of itself"] == 0 and found["kl"] > 0
