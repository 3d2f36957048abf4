"""The GPT of the milestone: interrupted and gone on with, judged fairly, and taken to PyTorch.

Its whole training takes a minute, and is left to `make milestone PHASE=4`; here it is shortened.
"""

import json
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
import pytest

from tests.support.scratch import Scratch, environment

FOLDER = "lessons/phase4_llms/4_modern_architectures/training"

# how every script below begins: a GPT that trains in a second on few names
BEGIN = f"""
import json, sys
sys.path.insert(0, "{FOLDER}")
from dojo.tree import Tree
Tree(solutions=True).install()
from pathlib import Path
import numpy as np
import full_run
SMALL = full_run.Settings(
    n_layer=1, n_channels=16, batch_size=16, n_steps=12, warmup=2, look_every=4
)
def few(n):
    tokenizer, names, validation = full_run.load()
    for part in (names, validation):
        part.ids, part.lengths = part.ids[:n], part.lengths[:n]
    return tokenizer, names, validation
def state(run):
    return np.concatenate([p.data.ravel() for p in run.model.parameters()]).tolist()
data = few(200)
"""

RESUME = """
here = Path(sys.argv[1])
def stop_at(n):
    count = iter(range(n))
    def on_step():
        if next(count, None) is None:
            raise KeyboardInterrupt
    return on_step
whole = full_run.train(data, SMALL, 0, here / "whole.npz")
found = {"whole": [whole.history, state(whole)]}
for name, n in (("early", 2), ("middle", 6), ("late", 9)):
    path = here / f"{name}.npz"
    try:
        full_run.train(data, SMALL, 0, path, on_step=stop_at(n))
    except KeyboardInterrupt:
        pass
    rows = []
    again = full_run.train(data, SMALL, 0, path, on_look=rows.append)
    found[name] = [again.history, state(again), again.resumed, rows == again.history]
# it ends after the history is written and before the checkpoint is
path, save = here / "between.npz", full_run.save_checkpoint
calls = []
def ends(*arguments):
    calls.append(1)
    if len(calls) == 2:
        raise KeyboardInterrupt
    save(*arguments)
full_run.save_checkpoint = ends
try:
    full_run.train(data, SMALL, 0, path)
except KeyboardInterrupt:
    pass
full_run.save_checkpoint = save
again = full_run.train(data, SMALL, 0, path)
found["between"] = [again.history, state(again), again.resumed, True]
# what does not go together begins at the beginning
from dataclasses import replace
other = full_run.train(data, replace(SMALL, peak_lr=1e-3), 0, here / "whole.npz")
found["other settings"] = other.resumed
full_run.train(data, SMALL, 0, here / "whole.npz")
found["other seed"] = full_run.train(data, SMALL, 1, here / "whole.npz").resumed
(here / "whole.npz").write_bytes(b"damaged")
found["damaged"] = full_run.train(data, SMALL, 1, here / "whole.npz").resumed
full_run.forget(here / "whole.npz")
found["left"] = sorted(p.name for p in here.iterdir() if p.name.startswith("whole"))
print(json.dumps(found))
"""

JUDGE = """
from katas.phase4_llms.language_model import load_names, make_windows, split_names
from katas.phase4_llms.tensor import log_softmax
tokenizer, names, validation = full_run.load()
train_names, held_out = split_names(load_names("data/names.txt"))
rng = np.random.default_rng(0)
model = full_run.new_model(tokenizer, 14, SMALL, rng)
one_by_one = []
for name in held_out[:50]:
    ids = [0, *tokenizer.encode(name), 0]
    logs = log_softmax(model(np.array([ids[:-1]]))).data[0]
    one_by_one += [-logs[t, target] for t, target in enumerate(ids[1:])]
few_of_them = full_run.Names(held_out[:50], tokenizer)
losses = []
for n_parts in (1, 3):
    for p in model.parameters():
        p.grad = 0.0
    losses.append(full_run.add_gradients(model, few_of_them, np.arange(50), n_parts))
    losses.append(np.concatenate([p.grad.ravel() for p in model.parameters()]).tolist())
spoilt = few(200)
spoilt[2].ids[:, 1:-1] = spoilt[2].ids[:, -2:0:-1]
here = Path(sys.argv[1])
runs = [full_run.train(d, SMALL, 0, here / f"{i}.npz") for i, d in enumerate((data, spoilt))]
print(json.dumps({
    "sizes": [len(names), len(validation), len(train_names), len(held_out)],
    "targets": [
        int((validation.lengths + 1).sum()),
        len(make_windows(tokenizer.stream(held_out), 6)[1]),
    ],
    "losses": [float(np.mean(one_by_one)), full_run.mean_loss(model, few_of_them, 7), *losses[::2]],
    "gradients": losses[1::2],
    "same": state(runs[0]) == state(runs[1]),
    "validation": [run.validation_loss for run in runs],
    "dtype": str(model(np.array([[0]])).data.dtype),
}))
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy with its lessons and data, on the stubs."""
    made = Scratch(tmp_path_factory.mktemp("gpt"), "data")
    yield made
    made.close()


def run(room, script, *arguments):
    done = room.python("-c", BEGIN + script, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr
    return json.loads(done.stdout)


# ---- interrupted


@pytest.fixture(scope="module")
def resumed(room, tmp_path_factory):
    return run(room, RESUME, tmp_path_factory.mktemp("checkpoints"))


@pytest.mark.parametrize(
    "when, step", [("early", 0), ("middle", 4), ("late", 8), ("between", 4)], ids=str
)
def test_an_interrupted_training_ends_with_the_same_numbers(resumed, when, step):
    history, parameters = resumed["whole"]
    assert [row["step"] for row in history] == [4, 8, 12]
    history_again, parameters_again, begun_at, rows_are_shown = resumed[when]
    assert begun_at == step
    assert history_again == history and parameters_again == parameters
    assert rows_are_shown, "the rows from before are shown again"


def test_what_does_not_go_together_begins_at_the_beginning(resumed):
    assert [resumed[why] for why in ("other settings", "other seed", "damaged")] == [0, 0, 0]
    assert resumed["left"] == [], "forget leaves nothing behind"


# ---- judged


@pytest.fixture(scope="module")
def judged(room, tmp_path_factory):
    return run(room, JUDGE, tmp_path_factory.mktemp("judged"))


def test_it_is_judged_by_the_tokens_of_the_ngram_mlp(judged):
    assert judged["sizes"][:2] == judged["sizes"][2:]
    assert judged["targets"][0] == judged["targets"][1]


def test_padding_and_parts_change_neither_loss_nor_gradient(judged):
    assert judged["dtype"] == "float32"
    assert judged["losses"] == pytest.approx([judged["losses"][0]] * 4, abs=1e-5)
    whole, parts = map(np.array, judged["gradients"])
    np.testing.assert_allclose(parts, whole, atol=1e-6)
    assert np.abs(whole).max() > 1e-3


def test_training_never_sees_a_name_held_out(judged):
    """With the names held out spelled backwards, the same GPT comes out."""
    assert judged["same"]
    assert judged["validation"][0] != judged["validation"][1]


# ---- the milestone

MILESTONE = (
    BEGIN
    + """
import runpy
full_run.load, full_run.Settings = (lambda own: data), (lambda: SMALL)
sys.argv = ["milestone.py", *sys.argv[1:]]
found = runpy.run_path("lessons/phase4_llms/milestone.py")
class Loss:
    validation = {loss}
main = found["main"]
main.__globals__.update(PARTS=[found["gpt"]], NGRAM={{0: Loss, 1: Loss}})
sys.exit(main())
"""
)


@pytest.mark.parametrize("loss, says", [(9.0, "reached"), (1.0, "missed")])
def test_the_milestone_compares_and_draws(room, loss, says):
    text = MILESTONE.replace("{loss}", str(loss)).replace("{{", "{").replace("}}", "}")
    done = room.python("-c", text, "--seeds", "2", MPLBACKEND="Agg")
    assert done.returncode == (0 if says == "reached" else 1), done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr
    rows = re.findall(r"^ +(4|8|12) +([\d.]+) +([\d.]+)   (\S.*)$", done.stdout, re.MULTILINE)
    assert [row[0] for row in rows] == ["4", "8", "12"] * 2
    ngram, gpt = (
        [float(x) for x in line.split()[-3:]]
        for line in done.stdout.splitlines()
        if line.startswith(("n-gram MLP", "GPT of 4.4"))
    )
    assert ngram == [loss] * 3
    assert gpt[2] == pytest.approx((gpt[0] + gpt[1]) / 2, abs=1e-4) and gpt[0] != gpt[1]
    assert f"at least 0.02 is wanted: {says}" in done.stdout
    left = sorted(path.name for path in (room.folder / "output" / "milestone4").iterdir())
    assert left == ["gpt.npz", "gpt_attention.png", "gpt_losses.png"]


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or sys.platform == "win32", reason="no Ctrl-C")
def test_ctrl_c_leaves_a_checkpoint_from_which_it_goes_on(room):
    text = MILESTONE.replace("{loss}", "9.0").replace("{{", "{").replace("}}", "}")
    endless = text.replace("n_steps=12", "n_steps=100_000")
    folder = room.folder / "output" / "milestone4"
    running = subprocess.Popen(
        [sys.executable, "-c", endless],
        cwd=room.folder,
        env=environment(PYTHONPATH=str(room.folder), MPLBACKEND="Agg"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        while not (folder / "gpt0_checkpoint.npz").exists():
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        printed, errors = running.communicate()
    finally:
        running.kill()
    assert running.returncode == 1 and printed.rstrip().endswith("stopped"), printed + errors
    assert not errors.strip(), errors
    kept = json.loads((folder / "gpt0_checkpoint.json").read_text(encoding="utf-8"))
    steps = [row["step"] for row in kept["history"]]
    step = steps[-1]
    assert step >= 4 and step % 4 == 0
    shorter = text.replace("n_steps=12", f"n_steps={step + 4}")
    kept["settings"]["n_steps"] = step + 4
    (folder / "gpt0_checkpoint.json").write_text(json.dumps(kept), encoding="utf-8")
    done = room.python("-c", shorter, MPLBACKEND="Agg")
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"steps 1 to (\d+) are from a run that was interrupted", done.stdout)
    assert int(found[1]) in steps[-2:], "the last, or the one before if it was just being written"


# ---- the scalar engine

SCALAR = """
import random
from scalar_gpt import ScalarGPT
from tensor_twin import TensorGPT
scalar = ScalarGPT(27, rng=random.Random(1))
twin = TensorGPT(scalar)
documents = [[0, *data[0].encode(name), 0] for name in ("abernathy", "lee", "oconnor")]
print(json.dumps([[scalar.loss(d).data, float(twin.loss(d).data)] for d in documents]))
"""


def test_the_scalar_gpt_and_its_twin_have_the_same_losses(room):
    for on_values, on_tensors in run(room, SCALAR):
        assert on_values == pytest.approx(on_tensors, abs=1e-9)
        assert 2 < on_values < 5


def test_the_scalar_experiment_runs_to_the_end(room, tmp_path):
    path = room.folder / FOLDER / "experiment_scalar.py"
    short = path.read_text(encoding="utf-8").replace("STEPS = 1000", "STEPS = 10")
    assert "STEPS = 10\n" in short
    room.write(f"{FOLDER}/experiment_scalar.py", short)
    done = room.python(path, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr
    assert "on the reference" in done.stdout and "try this" in done.stdout
    assert done.stdout.count("step   10   loss") == 2
    done = room.python(path, "--mine", cwd=tmp_path)
    assert done.returncode != 0 and "blocked: needs" in done.stdout, done.stdout
    assert "Traceback" not in done.stderr


# ---- PyTorch

TORCH = f"{FOLDER}/experiment_torch.py"
needs_torch = pytest.mark.skipif(
    find_spec("torch") is None, reason="the bridge needs PyTorch, which is not installed"
)


@pytest.fixture(scope="module")
def weights(room):
    """A small GPT with four heads, in a file."""
    path = room.folder / "weights.npz"
    done = room.python("-c", BEGIN + SAVE, path)
    assert done.returncode == 0, done.stderr
    return path


SAVE = """
from katas.phase3_training.training import save_parameters
rng = np.random.default_rng(0)
model = full_run.new_model(data[0], 14, SMALL, rng)
for p in model.parameters():
    p.data += 0.1 * rng.standard_normal(p.data.shape).astype(p.data.dtype)
save_parameters(model, Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def alone(room, weights, tmp_path_factory):
    """What one process prints."""
    folder = tmp_path_factory.mktemp("elsewhere")
    done = room.python(room.folder / TORCH, "--weights", weights, "--steps", "6", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def loss_at_the_end(printed):
    return float(re.search(r"in your GPT again: validation loss ([\d.]+)", printed)[1])


@needs_torch
def test_the_bridge_to_pytorch_holds(room, alone):
    assert float(re.search(r"what happened   (\S+) at logits", alone)[1]) < 1e-4
    before = float(re.search(r"validation loss ([\d.]+)\?", alone)[1])
    after = float(re.search(r"what happened   ([\d.]+)$", alone, re.MULTILINE)[1])
    assert after < before and loss_at_the_end(alone) == pytest.approx(after, abs=2e-4)
    assert (room.folder / "output" / "4.4" / "gpt_from_torch.npz").exists()


@needs_torch
def test_two_processes_train_the_model_that_one_trains(room, weights, alone):
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    both = room.python(*start, room.folder / TORCH, "--weights", weights, "--steps", "6")
    assert both.returncode == 0, both.stdout + both.stderr
    assert re.search("2 processes, (gloo|nccl)", both.stdout)
    assert "apart by 0e+00" in both.stdout
    assert loss_at_the_end(both.stdout) == pytest.approx(loss_at_the_end(alone), abs=2e-4)
    assert both.stdout.count("--- the same logits") == 1, "one process speaks"


def test_without_pytorch_the_bridge_says_what_it_needs(room, tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError\n")
    done = room.python("-c", WITHOUT, tmp_path, room.folder / TORCH)
    assert done.returncode == 1 and "needs PyTorch" in done.stdout, done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr


WITHOUT = """
import runpy, sys
folder, script = sys.argv[1:]
sys.argv = [script]
sys.path.insert(0, folder)
runpy.run_path(script, run_name="__main__")
"""
