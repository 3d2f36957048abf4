"""4.4 · The bridge: your GPT in PyTorch. The same logits, then more training, by one or by many.

    python lessons/phase4_llms/4_modern_architectures/training/experiment_torch.py
    torchrun --nproc_per_node 2 lessons/…/training/experiment_torch.py

PyTorch is not among the packages of the course: `.venv/bin/python -m pip install "torch>=2.2"`.

    --mine          on your own katas
    --weights FILE  a GPT to go on with: a checkpoint, or what save_parameters wrote. By default the
                    one that the milestone of phase 4 has left, or else one that is trained here
    --heads N       how many heads it has, which its weights do not say: 4 by default
    --steps N       how many steps to train on: 300 by default
"""

import argparse
import os
import sys
from pathlib import Path

RANK, WORLD = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
if RANK:  # of several processes, one speaks
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("--weights")
parser.add_argument("--heads", type=int, default=4)
parser.add_argument("--steps", type=int, default=300)
options, sys.argv[1:] = parser.parse_known_args()

from dojo.experiment import Lab

lab = Lab(__file__)

try:
    import torch
except ImportError:
    print("\nThis experiment needs PyTorch, which is not installed here. Nothing else in the")
    print('course does; to have it:  .venv/bin/python -m pip install "torch>=2.2"')
    raise SystemExit(1) from None

from time import perf_counter

import full_run
import numpy as np
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch_gpt import TorchGPT, from_torch, to_torch

from dojo import course
from katas.phase3_training.optimizers import cosine_decay
from katas.phase3_training.training import save_parameters
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.tensor import no_grad
from katas.phase4_llms.transformer import GPT, GPTConfig

BATCH = 128  # names, shared by all processes
PEAK_LR = 1e-3


def main():
    if WORLD > 1:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        torch.set_num_threads(1)  # as for numpy: these matrices are too small for a second one
        data = full_run.load()
        model = read(find_weights(data))
        torch.manual_seed(0)
        twin = TorchGPT(model.config)
        twin.load_state_dict(to_torch(model.state_dict()))
        same_logits(model, twin, data)
        train_on(model, twin, data)
        back_again(model, twin, data)
    finally:
        if WORLD > 1:
            dist.destroy_process_group()
    lab.end(
        "Count what moves: how many bytes of gradients does each process send in a step? Compare "
        "with the bytes of names that it reads.",
        "Train a GPT of 6 layers and 128 channels in PyTorch from the start (TorchGPT(GPTConfig("
        "...)) without load_state_dict). Is it better on the validation names?",
        "Write a TorchLlama beside TorchGPT, from your llama.py, and compare logits first.",
    )


# ---- a GPT to begin with


def find_weights(data):
    """The file of the GPT to go on with; where there is none, one is trained for some seconds."""
    if options.weights:
        return Path(options.weights)
    left = course.ROOT / "output" / "milestone4" / f"gpt{'_mine' if lab.mine else ''}.npz"
    if left.exists():
        return left
    path = lab.output(f"gpt_to_begin_with{'_mine' if lab.mine else ''}.npz")
    if RANK == 0 and not path.exists():
        print("\nThe milestone of phase 4 has left no GPT, so a small one is trained here.")
        settings = full_run.Settings(n_steps=150, look_every=150)
        run = full_run.train(data, settings, 0, lab.output("torch_checkpoint.npz"))
        full_run.forget(lab.output("torch_checkpoint.npz"))
        save_parameters(run.model, path)
    if WORLD > 1:
        dist.barrier()
    return path


def read(path):
    """A GPT of the course, with the weights of a file and the sizes that they have."""
    with np.load(path, allow_pickle=False) as file:
        state = {name.removeprefix("parameter "): file[name] for name in file.files}
    V, C = state["token.weight"].shape
    block_size = len(state["positions.table"])
    n_layer = sum(name.endswith("norm1.gain") for name in state)
    model = GPT(GPTConfig(V, block_size, n_layer, options.heads, C))
    cast_parameters(model, state["token.weight"].dtype)
    model.load_state_dict({name: state[name] for name, _ in model.named_parameters()})
    print(f"\n{model.n_parameters():,} parameters from {shown(path)}")
    return model


def shown(path):
    path = path.resolve()
    inside = path.is_relative_to(course.ROOT)
    return path.relative_to(course.ROOT).as_posix() if inside else path


# ---- the same in PyTorch


def same_logits(model, twin, data):
    lab.part("the same logits")
    X, targets, real = data[2].rows(np.arange(100))
    guess = lab.predict(
        f"100 validation names, {targets[real].size} tokens: how far apart are the logits, at most?"
    )
    with no_grad(), torch.no_grad():
        ours, theirs = model(X).data, twin(torch.tensor(X)).numpy()
    lab.result(
        f"{np.abs(ours - theirs)[real].max():.0e} at logits of up to {np.abs(ours).max():.0f}, "
        f"in {ours.dtype}",
        guess,
    )


def device():
    """Where to train: a GPU if there is one, and each process its own if there are several."""
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    if torch.backends.mps.is_available() and WORLD == 1:
        return torch.device("mps")
    return torch.device("cpu")


def train_on(model, twin, data):
    where = device()
    by = "one process" if WORLD == 1 else f"{WORLD} processes, {dist.get_backend()}"
    lab.part(f"training on: {where.type}, {by}")
    _, names, validation = data
    twin.to(where)
    parallel = twin
    if WORLD > 1:
        parallel = DistributedDataParallel(twin, [where] if where.type == "cuda" else None)
    optimizer = torch.optim.AdamW(twin.parameters(), PEAK_LR, weight_decay=0.1)
    rng = np.random.default_rng(0)  # the same in every process: they agree on the batch
    print(f"{BATCH} names a step, {BATCH // WORLD} for each process.")
    before = loss_of_all(twin, validation, where)
    guess = lab.predict(f"{options.steps} steps: what becomes of the validation loss {before:.4f}?")
    losses = []
    begun = perf_counter()
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = cosine_decay(step, PEAK_LR, options.steps)
        batch = rng.integers(0, len(names), BATCH)
        n_targets = (names.lengths[batch] + 1).sum()
        optimizer.zero_grad()
        loss = total_loss(parallel, names, batch[RANK::WORLD], where) / n_targets
        (WORLD * loss).backward()  # DistributedDataParallel takes the mean over the processes
        optimizer.step()
        losses.append(loss.detach())
    took = perf_counter() - begun
    lab.result(f"{loss_of_all(twin, validation, where):.4f}", guess)
    losses = torch.stack(losses)
    if WORLD > 1:
        dist.all_reduce(losses)  # each process knows the loss of its own names
    tenth = max(1, len(losses) // 10)
    first, last = losses[:tenth].mean(), losses[-tenth:].mean()
    print(f"Training loss: {first:.4f} at the beginning, {last:.4f} at the end.")
    print(f"{1000 * took / options.steps:.1f} ms a step.")
    if WORLD > 1:
        print(
            f"The parameters of the processes are apart by {apart(twin):.0e}: one model, although"
        )
        print("each process has seen names that the others have not.")


def total_loss(model, names, numbers, where):
    """The sum of the losses of all real targets of some names."""
    X, targets, real = names.rows(numbers)
    targets = torch.tensor(np.where(real, targets, -100), device=where)  # -100: counts for nothing
    logits = model(torch.tensor(X, device=where))
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@torch.no_grad()
def loss_of_all(model, names, where):
    """The mean over all targets of all names."""
    parts = np.array_split(np.arange(len(names)), 10)
    total = sum(total_loss(model, names, numbers, where).item() for numbers in parts)
    return total / (names.lengths + 1).sum()


def apart(twin):
    """How far the parameters of the processes are apart, at most."""
    flat = torch.cat([parameter.detach().flatten() for parameter in twin.parameters()])
    low, high = flat.clone(), flat.clone()
    dist.all_reduce(low, dist.ReduceOp.MIN)
    dist.all_reduce(high, dist.ReduceOp.MAX)
    return (high - low).max().item()


def back_again(model, twin, data):
    lab.part("and back")
    model.load_state_dict(from_torch(twin.state_dict()))
    tokenizer, _, validation = data
    loss = full_run.mean_loss(model, validation)
    print(f"What PyTorch has learned, in your GPT again: validation loss {loss:.4f}, and it writes")
    print("  " + ", ".join(full_run.write_names(model, tokenizer, 6, np.random.default_rng(0))))
    path = lab.output("gpt_from_torch.npz")
    if RANK == 0:
        save_parameters(model, path)
    lab.saved(path)


main()
