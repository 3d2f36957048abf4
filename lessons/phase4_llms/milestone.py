"""The milestone of phase 4: digits on your Tensors, names from your language models and your GPT.

    python lessons/phase4_llms/milestone.py            on the reference
    python lessons/phase4_llms/milestone.py --mine     on your katas
    python lessons/phase4_llms/milestone.py --data F   on the lines of a text of yours instead of
                                                       names: the same models, nothing is wanted

Digits: at least 96.5 % of the images set aside, the mean of three runs. Names: the neural bigram
learns what counting knows, to three decimals of the training loss, and the n-gram MLP is better
than counting by at least 0.45 nats on the names held out. Names again: the GPT is better than the
n-gram MLP by at least 0.02 nats, on the same tokens. Exit code 0 if all is reached, 1 if not.

The GPT takes about a minute, and one seed is trained of it and of the n-gram MLP. With `--seeds 3`
it is three of each, and their means are compared. Ctrl-C loses a few seconds of the GPT at most:
the next run goes on from its last checkpoint.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1])]
from dojo import milestone

DIGITS_WANTED = 0.965
GAIN_WANTED = 0.45  # nats
SHARE = 1.0  # of the training of the language models

OPTIONS = {"mine": False, "seeds": 1, "data": None}  # of the command line
NGRAM = {}  # {seed: the n-gram MLP of 4.2 that was trained with it}


def main():
    return milestone.run("phase 4", begin, True, seeds=(1, "how many GPTs and n-gram MLPs"))


def begin(options):
    OPTIONS.update(vars(options))
    return attempt()


def attempt():
    """All parts, one after the other; 0 if everything that is wanted was reached."""
    begun = perf_counter()
    own = OPTIONS["data"] is not None
    all_reached = all([part() for part in PARTS if not own or part is not digits])
    print(f"all in {perf_counter() - begun:.0f} s\n")
    if own:
        return 0
    print("The milestone is reached." if all_reached else "The milestone is not reached.")
    return 0 if all_reached else 1


def full_run(folder):
    """The full_run.py of a section; only now, since it imports from the tree that was chosen."""
    spec = spec_from_file_location(f"full_run_of_{folder[0]}", HERE / folder / "full_run.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verdict(what, reached):
    print(f"{what}: {'reached' if reached else 'missed'}\n")
    return reached


def digits():
    """Test accuracy of three runs of 4.1."""
    accuracies = full_run("1_multi_layer_perceptrons").accuracies()
    mean = sum(accuracies) / len(accuracies)
    print("digits, test accuracy of three seeds: " + ", ".join(f"{a:.1%}" for a in accuracies))
    return verdict(
        f"mean {mean:.1%}, and at least {DIGITS_WANTED:.1%} is wanted", mean >= DIGITS_WANTED
    )


def names():
    """Losses of the three language models of 4.2."""
    run = full_run("2_sequence_modeling")
    data = run.load(own=OPTIONS["data"])
    print("names, losses in nats for each next token")
    counts, smoothed, bigram, ngram = models = run.language_models(data, share=SHARE)
    NGRAM[0] = ngram
    run.print_table(models, data)
    if OPTIONS["data"] is not None:
        return True
    gap, gain = bigram.train - counts.train, smoothed.validation - ngram.validation
    same = verdict(
        f"learning instead of counting costs {gap:.4f} nats in training, and less than 0.0005 is "
        "wanted",
        abs(gap) < 5e-4,
    )
    return same & verdict(
        f"the n-gram MLP gains {gain:.3f} nats over counting on names held out, and at least "
        f"{GAIN_WANTED} is wanted",
        gain >= GAIN_WANTED,
    )


def ngram_loss(seed):
    """The validation loss of the n-gram MLP, which is trained if it has not been yet."""
    if seed not in NGRAM:
        run = full_run("2_sequence_modeling")
        NGRAM[seed] = run.train_ngram(run.load(own=OPTIONS["data"]), seed, round(8000 * SHARE))
    return NGRAM[seed].validation


def gpt():
    """Loss of the GPT of 4.4, beside that of the n-gram MLP."""
    sys.path.insert(0, str(HERE / "4_modern_architectures" / "training"))
    from gpt_milestone import gpt_on_names

    return gpt_on_names(ngram_loss, OPTIONS["seeds"], OPTIONS["mine"], OPTIONS["data"])


PARTS = [digits, names, gpt]

if __name__ == "__main__":
    sys.exit(main())
