"""The milestone of 5.2: a GPT was shown additions that forget the carry; a checker alone mends it.

    python lessons/phase5_practice/2_post_training/milestone.py            on the reference
    python lessons/phase5_practice/2_post_training/milestone.py --mine     on your katas

At least 99 % of 1,000 sums never seen, with each of three seeds. Beside it: how rare the right
answer may be in the examples before a checker finds nothing to praise, and DPO on pairs of the
model's own answers. Exit code 0 if the goal is reached, 1 if not.

Ctrl-C loses a few seconds: what was learned from examples is kept, and the next run goes on there.

On the reference:

    right, of 1,000 sums never seen     all   with a carry   without      KL
    examples, mean of three seeds     59.6%           9.3%     99.9%
    then a checker, 200 steps         99.7%          99.8%     99.6%    0.41

Whatever is drawn: with other generators for the answers it came to between 99.3 and 99.9 %, twelve
times; after 100 steps to between 97.5 and 99.8 %.

DPO, from 657 pairs of seed 0, comes to 98 % with beta 2, and ruins the model with beta 0.1. Where
10 % of the examples are right, 13 % of the drawn answers to sums with a carry are, in the first ten
steps, and 200 steps lead to 83 % of such sums. Where 3 or 1 % are, 1 in 100 answers is right at
first, few groups have anything to praise, and it ends at 42 and 25 %.
"""

import copy
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE / "training")]
from dojo import course, milestone, screen

SETTINGS = {}  # what is not as additions.Settings has it
SEEDS = range(3)
RARE = (0.1, 0.03, 0.01)  # shares of the examples that are right, besides the 40 % of the goal
BETAS = (0.1, 2.0)  # of DPO
WANTED = 0.99
OUTPUT = course.ROOT / "output" / "milestone5.2"


def main():
    return milestone.run("5.2", lambda options: attempt("_mine" if options.mine else ""))


def attempt(suffix):
    """All parts, one after the other; 0 if what is wanted was reached."""
    import addition_pictures
    import additions  # only now: it imports from the tree that was chosen

    settings = replace(additions.Settings(), **SETTINGS)
    sums, begun = additions.Sums(settings.n_unseen), perf_counter()
    print(f"{settings.forgetful:.0%} of the examples forget the carry. Greedy answers that are")
    print(f"right, of {settings.n_unseen:,} sums never seen, and the KL that was paid, in nats for")
    print("each answer.\n")
    print(HEAD)
    models, curves, reached = [], {}, []
    for seed in SEEDS:
        model = from_examples(additions, sums, settings, seed, suffix)
        improved, curves[f"seed {seed}"] = asked(additions, sums, settings, model, f"seed {seed}")
        show(f"examples, seed {seed}", additions.score(model, sums, sums.unseen))
        after = additions.score(improved, sums, sums.unseen)
        show("  then a checker", after, additions.kl_of(improved, model, sums, seed))
        reached.append(after["all"] >= WANTED)
        models.append(model)
    print(f"\nthree seeds took {perf_counter() - begun:.0f} s\n")
    pairs(additions, sums, settings, models[0])
    rare(additions, sums, settings, curves, suffix)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    addition_pictures.draw_rewards(OUTPUT / "rewards.png", curves)
    print(f"picture: {(OUTPUT / 'rewards.png').relative_to(course.ROOT).as_posix()}")
    for path in OUTPUT.glob(f"examples*{suffix}.*"):
        path.unlink()
    print(f"all in {perf_counter() - begun:.0f} s\n")
    print(f"The milestone is {'' if all(reached) else 'not '}reached: at least {WANTED:.0%} with")
    print("each seed is wanted.")
    return 0 if all(reached) else 1


HEAD = f"{'':<24}{'all':>8}{'carry':>9}{'no carry':>10}{'KL':>8}"


def show(name, score, kl=None):
    paid = "" if kl is None else f"{kl:>8.2f}"
    shares = f"{score['all']:>8.1%}{score['carry']:>9.1%}{score['none']:>10.1%}"
    print(f"{name:<24}{shares}{paid}")


# ---- from examples, kept in case of an interruption


def from_examples(additions, sums, settings, seed, suffix):
    """A model that has learned from examples: now, or in a run that was interrupted."""
    from katas.phase3_training.training import load_parameters, save_parameters

    rng = additions.generator(seed)
    path = OUTPUT / f"examples{seed}_{1 - settings.forgetful:.2f}{suffix}.npz"
    model = additions.new_model(sums, settings, rng)
    try:
        if json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) == asdict(settings):
            load_parameters(model, path)
            return model
    except (OSError, ValueError):
        pass
    with screen.progress("examples", settings.n_steps) as (advance, _):
        additions.learn(model, sums, settings, rng, advance)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    save_parameters(model, path)
    path.with_suffix(".json").write_text(json.dumps(asdict(settings)), encoding="utf-8")
    return model


def asked(additions, sums, settings, model, name):
    """A copy of a model that has learned from the checker; and its rewards, step by step."""
    improved = copy.deepcopy(model)
    with screen.progress(f"checker, {name}", settings.n_policy_steps) as (advance, _):
        rows = additions.ask(improved, sums, settings, additions.generator(1), advance)
    return improved, rows


# ---- beside it


def rare(additions, sums, settings, curves, suffix):
    """Models that have seen ever fewer right carries, and are then asked by the checker."""
    print(
        "How rare may a right answer be in the examples? Sums with a carry, seed 0: right answers"
    )
    print("of those that are drawn, in the first and in the last ten steps, and of greedy ones.\n")
    print(f"{'right examples':<16}{'first ten':>11}{'last ten':>11}{'greedy':>11}{'KL':>8}")
    for share in RARE:
        changed = replace(settings, forgetful=1 - share)
        model = from_examples(additions, sums, changed, 0, suffix)
        carried = sums.unseen[sums.carries[sums.unseen]]
        improved, rows = asked(additions, sums, changed, model, f"{share:.0%} right")
        curves[f"{share:.0%} of the examples right"] = rows
        first, last = (additions.mean_of(part, "carried") for part in (rows[:10], rows[-10:]))
        after = additions.score(improved, sums, carried)["all"]
        paid = additions.kl_of(improved, model, sums, 0)
        print(f"{share:<16.0%}{first:>11.1%}{last:>11.1%}{after:>11.1%}{paid:>8.2f}")
    print("\nWhere all answers to a question are wrong there is nothing to praise.\n")


def pairs(additions, sums, settings, model):
    """DPO on pairs of the model's own answers."""
    print("DPO, on pairs of a right and a wrong answer of the model itself, seed 0\n")
    print(f"{'':<24}{'all':>8}{'carry':>9}{'no carry':>10}{'KL':>8}")
    for beta in BETAS:
        preferring = copy.deepcopy(model)
        with screen.progress(f"DPO, beta {beta:g}", settings.n_dpo_steps) as (advance, _):
            changed = replace(settings, dpo_beta=beta)
            n = additions.prefer(preferring, sums, changed, additions.generator(1), advance)
        score = additions.score(preferring, sums, sums.unseen)
        show(f"beta {beta:g}, {n} pairs", score, additions.kl_of(preferring, model, sums, 0))
    print(
        "\nThe pairs are about carries. A small beta lets the model pay for them with all else.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
