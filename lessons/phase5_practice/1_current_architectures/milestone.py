"""The milestone of 5.1: the GPT of 4.4 on names, by AdamW, and by Muon for its matrices.

    make milestone SECTION=5.1
    python lessons/phase5_practice/1_current_architectures/milestone.py --mine --steps 500

Same model, same batches, same schedule, three seeds; the settings of each were chosen on names cut
from the training part, as in 4.4 (see SETTINGS). Reached if Muon's loss on the names held out is
lower by at least 0.01 nats, the mean of three seeds: exit code 0, or else 1. A run that is
interrupted goes on from its last look at the names held out.
"""

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
sys.path[:0] = [
    str(HERE.parents[2]),
    str(HERE.parents[1] / "phase4_llms" / "4_modern_architectures" / "training"),
]
from dojo import course, screen, tree

WANTED = 0.01  # nats for each token
SEEDS = (0, 1, 2)
STEPS, LOOK_EVERY = 1500, 250
OUTPUT = course.ROOT / "output" / "5.1"

# learning rates of matrices and of all others, and weight decay of the matrices
SETTINGS = {"AdamW": (0.008, 0.008, 0.2), "Muon": (0.02, 0.01, 0.1)}


def main():
    parser = argparse.ArgumentParser(description="The milestone of 5.1.")
    parser.add_argument("--mine", action="store_true", help="on your code, not the reference")
    parser.add_argument("--steps", type=int, default=STEPS, help="of each training")
    options = parser.parse_args()
    screen.prepare()
    tree.Tree(solutions=not options.mine).install()
    print(f"milestone of 5.1, on {'your katas' if options.mine else 'the reference'}\n")
    try:
        return race(options.steps, "_mine" if options.mine else "")
    except NotImplementedError as missing:  # what a stub raises
        print(f"blocked: needs {missing}")
    except KeyboardInterrupt:
        print("\nstopped; the next run goes on from here")
    return 1


def race(n_steps, suffix):
    """Three trainings of each, alternating; 0 if Muon is better by what is wanted."""
    import full_run

    data = full_run.load()
    runs, files = {kind: [] for kind in SETTINGS}, []
    for seed in SEEDS:
        for kind in SETTINGS:
            path = OUTPUT / f"{kind}{seed}{suffix}.json"
            files.append(path)
            runs[kind].append(train(data, kind, seed, n_steps, path))
    reached = compare(runs, n_steps)
    draw(runs)
    for path in files:
        for file in (path, *checkpoints(path)):
            file.unlink(missing_ok=True)
    return 0 if reached else 1


# ---- one training


def new(data, kind, seed):
    """A model, its two optimizers with their learning rates, and the generator."""
    import full_run
    import numpy as np

    from katas.phase3_training.optimizers import AdamW
    from katas.phase5_practice.muon import Muon, split_parameters

    tokenizer, names, validation = data
    settings, rng = full_run.Settings(), np.random.default_rng(seed)
    block_size = int(max(names.lengths.max(), validation.lengths.max())) + 1
    model = full_run.new_model(tokenizer, block_size, settings, rng)
    model.positions = full_run.DroppedPositions(model.positions, settings.dropout, rng)
    matrices, others = split_parameters(model)
    lr, other_lr, decay = SETTINGS[kind]
    if kind == "Muon":
        first = Muon(matrices, lr, weight_decay=decay)
    else:
        first = AdamW(matrices, lr, (0.9, 0.99), weight_decay=decay)
    second = AdamW(others, other_lr, (0.9, 0.99), weight_decay=0.0)
    return model, [(first, lr), (second, other_lr)], rng


def checkpoints(path):
    """The two files beside a history: one for each optimizer."""
    return [path.with_suffix(f".{i}.npz") for i in range(2)]


def resume(path, model, optimizers, rng, asked):
    """The history so far, with everything put to where it was; [] if there is none."""
    from katas.phase4_llms.checkpoint import load_checkpoint

    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        steps = [
            load_checkpoint(file, model, optimizer, rng)
            for file, (optimizer, _) in zip(checkpoints(path), optimizers)
        ]
    except (OSError, ValueError, KeyError):
        return []
    history = [row for row in kept["history"] if row["step"] <= steps[0]]
    return history if kept["asked"] == asked and steps[0] == steps[1] == history[-1]["step"] else []


def train(data, kind, seed, n_steps, path):
    """Train, or go on; the rows of its history: step, loss on names held out, seconds so far."""
    import full_run

    from katas.phase3_training.optimizers import clip_grad_norm, warmup_cosine
    from katas.phase4_llms.checkpoint import save_checkpoint

    asked = {"settings": SETTINGS[kind], "steps": n_steps}
    asked = json.loads(json.dumps(asked))  # tuples become lists, as in the file
    model, optimizers, rng = new(data, kind, seed)
    history = resume(path, model, optimizers, rng, asked)
    if not history:
        model, optimizers, rng = new(data, kind, seed)  # a part may have been loaded
    s, (_, names, validation) = full_run.Settings(), data
    begun = history[-1]["step"] if history else 0
    seconds = history[-1]["seconds"] if history else 0.0
    with screen.progress(f"{kind}, seed {seed}", n_steps) as (advance, say):
        for _ in range(begun):
            advance()
        for step in range(begun, n_steps):
            start = perf_counter()
            for optimizer, peak in optimizers:
                optimizer.lr = warmup_cosine(step, peak, s.warmup, n_steps)
                optimizer.zero_grad()
            batch = rng.integers(0, len(names), s.batch_size)
            full_run.add_gradients(model, names, batch, s.n_parts)
            clip_grad_norm(model.parameters(), s.max_norm)
            for optimizer, _ in optimizers:
                optimizer.step()
            seconds += perf_counter() - start
            done = step + 1
            if done % LOOK_EVERY == 0 or done == n_steps:
                loss = full_run.mean_loss(model, validation)
                history.append({"step": done, "loss": loss, "seconds": seconds})
                say(f"{kind:<6} seed {seed}  step {done:>5}  loss {loss:.4f}  {seconds:>5.0f} s")
                path.parent.mkdir(parents=True, exist_ok=True)
                kept = json.dumps({"asked": asked, "history": history})
                path.write_text(kept, encoding="utf-8")
                for file, (optimizer, _) in zip(checkpoints(path), optimizers):
                    save_checkpoint(file, model, optimizer, done, rng)
            advance()
    return history


# ---- the comparison


def compare(runs, n_steps):
    """The table; True if Muon's mean loss is lower by what is wanted."""
    losses = {kind: [history[-1]["loss"] for history in found] for kind, found in runs.items()}
    means = {kind: sum(found) / len(found) for kind, found in losses.items()}
    heads = "".join(f"{f'seed {seed}':>9}" for seed in SEEDS)
    print(f"\nloss after {n_steps:,} steps{heads}     mean   ms a step")
    for kind, found in losses.items():
        rows = "".join(f"{loss:>9.4f}" for loss in found)
        took = sum(history[-1]["seconds"] for history in runs[kind]) / len(found) / n_steps
        label = f"{kind:<{len(f'loss after {n_steps:,} steps')}}"
        print(f"{label}{rows}{means[kind]:>9.4f}{1000 * took:>12.1f}")
    gain = means["AdamW"] - means["Muon"]
    reached = gain >= WANTED
    print(
        f"\nMuon gains {gain:.4f} nats, and at least {WANTED} is wanted: "
        f"{'reached' if reached else 'missed'}"
    )
    print(f"The milestone is {'' if reached else 'not '}reached.")
    return reached


def draw(runs):
    """Loss by step and loss by time, of all six."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
    for axis, key in zip(axes, ("step", "seconds")):
        for (kind, found), style in zip(runs.items(), ("#0072B2", "#D55E00")):
            for number, history in enumerate(found):
                x, y = ([row[name] for row in history] for name in (key, "loss"))
                axis.plot(x, y, color=style, label=kind if number == 0 else None)
        axis.set(xlabel=key)
    axes[0].set_ylabel("loss on names held out, nats per token")
    axes[0].legend()
    path = OUTPUT / "muon_on_names.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    plt.close(figure)
    print(f"picture: {path.relative_to(course.ROOT).as_posix()}")


if __name__ == "__main__":
    sys.exit(main())
