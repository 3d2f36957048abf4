"""The milestone of 5.1: the GPT of 4.4 on names, by AdamW, and by Muon for its matrices.

    make milestone SECTION=5.1
    make milestone SECTION=5.1 DATA=file         on the lines of a text of yours: nothing is wanted
    python lessons/phase5_practice/1_current_architectures/milestone.py --mine --steps 500

Same model, same batches, same schedule, three seeds (see names_by_muon.py). Reached if Muon's loss
on the names held out is lower by at least 0.01 nats, the mean of three seeds: exit code 0, or else
1. A run that is interrupted goes on from its last look at the names held out.

    loss after 1,500 steps   seed 0   seed 1   seed 2     mean
    AdamW                    2.0671   2.0659   2.0657   2.0662
    Muon                     2.0459   2.0432   2.0447   2.0446

Seed 0, Muon alone, with --steps 2000, 2500 and 3000: 2.0335, 2.0264, 2.0219. The milestone of 4.4,
4,000 steps of AdamW, comes to 2.0277 with that seed.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [
    str(HERE),
    str(HERE.parents[2]),
    str(HERE.parents[1] / "phase4_llms" / "4_modern_architectures" / "training"),
]
from dojo import course, milestone, own_text

WANTED = 0.01  # nats for each token
SEEDS = (0, 1, 2)
STEPS = 1500
OUTPUT = course.ROOT / "output" / "5.1"


def main():
    return milestone.run("5.1", race, True, steps=(STEPS, "of each training"))


def race(options):
    """Three trainings of each, alternating; 0 if Muon is better by what is wanted.

    options  .steps of each training; .mine, on the learner's katas; .data, on a text of theirs
    """
    import full_run
    from names_by_muon import SETTINGS, checkpoints, train

    data, settings = full_run.load(options.data), None
    suffix = "_mine" if options.mine else ""
    if options.data is not None:
        settings = full_run.settings_for(data, options.data)
        suffix += f"_{own_text.name(options.data)}"
    runs, files = {kind: [] for kind in SETTINGS}, []
    for seed in SEEDS:
        for kind in SETTINGS:
            path = OUTPUT / f"{kind}{seed}{suffix}.json"
            files.append(path)
            runs[kind].append(train(data, kind, seed, options.steps, path, settings))
    reached = compare(runs, options.steps, options.data)
    draw(runs)
    for path in files:
        for file in (path, *checkpoints(path)):
            file.unlink(missing_ok=True)
    return 0 if reached else 1


# ---- the comparison


def compare(runs, n_steps, own=None):
    """The table; True if Muon's mean loss is lower by what is wanted, or nothing is."""
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
    if own is not None:
        print(f"\nMuon gains {gain:.4f} nats")
        return True
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
