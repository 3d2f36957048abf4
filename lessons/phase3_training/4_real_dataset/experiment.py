"""3.4 · Handwritten digits from the file to the worst mistakes, and three ways to fool yourself.

Run with `make experiment SECTION=3.4`; with `MINE=1` it runs on your own katas. The three runs
that count are in lessons/phase3_training/milestone.py.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

import numpy as np
from full_run import EPOCHS, load, run, set_aside, train_on_arrays
from pictures import draw_confusion, draw_curves, draw_worst, worst

from dojo import screen
from katas.phase3_training.dataset import Standardizer, confusion_matrix, majority_baseline
from katas.phase3_training.optimizers import Adam
from katas.phase3_training.training import ArrayNetwork, array_loss, fit

COLUMNS = [(what, part) for what in ("loss", "accuracy") for part in ("train", "validation")]


def main():
    digits, iris = load("digits.csv.gz"), load("iris.csv")
    look(digits)
    a_test_part_that_was_looked_at(iris)
    targets_of_others(digits)
    each_part_by_its_own_measure(iris)
    train_and_judge(digits)
    lab.end(
        "In train_on_arrays (full_run.py), leave out `/ 16` in both places. How many epochs does "
        "it take now, and what is lost? Then use your Standardizer: which pixels are constant?",
        "Give train_on_arrays a `patience` of 1, then of 30. What does each cost?",
        "Train on 50, 100, 200, 400 digits only (cut `rows` in full_run.run), and draw the "
        "accuracy over their number: would a second thousand images help?",
    )


def look(digits):
    lab.part("the data")
    n, d = digits.X.shape
    print(f"{n:,} images of {d} pixels, from 0 (white) to 16 (black). The first five:\n")
    for row in range(8):
        pixels = digits.X[:5, 8 * row : 8 * row + 8].astype(int)
        print(
            "   " + "    ".join("".join(" .:-=+*#%@"[p * 9 // 16] * 2 for p in i) for i in pixels)
        )
    print("\n   " + "    ".join(f"{digits.names[k]:^16}" for k in digits.y[:5]) + "\n")
    guess = lab.predict("How many are right if you always say the commonest digit?")
    rows, test = set_aside(digits.y, 0, 5)
    baseline = majority_baseline(digits.y[rows], digits.y[test])
    lab.result(f"{baseline:.1%} of the {len(test)} images set aside", guess)


def a_test_part_that_was_looked_at(iris):
    lab.part("fooling yourself 1: the test part is used for choosing")
    rows, test = set_aside(iris.y, 0, 3)
    print(f"A thousand guessers throw dice for each of {len(test)} test flowers, three species.")
    guess = lab.predict("How many does the best of them get right, in percent?")
    guesses = np.random.default_rng(0).integers(0, 3, (1000, len(iris.y)))
    on_test = (guesses[:, test] == iris.y[test]).mean(axis=1)
    best = on_test.argmax()
    on_others = (guesses[best, rows] == iris.y[rows]).mean()
    lab.result(
        f"{on_test[best]:.0%}; and on the other flowers the same guesser has {on_others:.0%}", guess
    )
    print("Whatever is chosen by the test part (a guesser, a rate, the epoch to stop at) looks")
    print("better on it than it is. So choose by a validation part, cut from the training part.")


def targets_of_others(digits):
    lab.part("fooling yourself 2: X is shuffled without y")
    guess = lab.predict("The network trains on images with labels of others. Test accuracy?")
    mixed = np.random.default_rng(0).permutation(digits.y)
    rows, test = set_aside(digits.y, 0, 5)
    history, predict = train_on_arrays(digits.X[rows], mixed[rows], 10, 0, lambda history: None)
    accuracy = (predict(digits.X[test]).argmax(axis=1) == digits.y[test]).mean()
    print(f"  it gave up after {len(history['train_loss'])} epochs", end="; ")
    print(f"training loss {history['train_loss'][-1]:.2f}, and log 10 is {np.log(10):.2f}")
    lab.result(f"{accuracy:.1%}: nothing fails, nothing warns, and nothing is learned", guess)


def each_part_by_its_own_measure(iris):
    lab.part("fooling yourself 3: the test part is scaled by its own measure")
    rows, test = set_aside(iris.y, 0, 3)
    standardizer = Standardizer().fit(iris.X[rows])
    rng = np.random.default_rng(0)
    model = ArrayNetwork([4, 8, 3], rng)
    train = standardizer.transform(iris.X[rows]), iris.y[rows]
    # nothing is chosen here, so nothing is validated
    with screen.progress("iris", EPOCHS) as (advance, _):
        fit(
            model, array_loss, train, train, Adam(model.parameters(), 0.01), EPOCHS, 8, rng, advance
        )

    def accuracy(X, y):
        return (model.forward(X)[0].argmax(axis=1) == y).mean()

    one_kind = test[iris.y[test] == 2]
    X, y = iris.X[one_kind], iris.y[one_kind]
    print(f"A network has learned iris. Then somebody brings {len(one_kind)} flowers, and all of")
    print("them are virginica. Scaled by what was measured in training, ", end="")
    print(f"{accuracy(standardizer.transform(X), y):.0%} are right.")
    guess = lab.predict("And scaled by the mean and deviation of these flowers?")
    lab.result(f"{accuracy(Standardizer().fit(X).transform(X), y):.0%}", guess)
    print("The average virginica now looks like the average flower: what set it apart is gone.")


def train_and_judge(digits):
    lab.part("the full run")
    print("64 pixels, 64 ReLU units, 10 logits; Adam, batches of 32, early stopping, seed 0.\n")
    guess = lab.predict("How many of the images set aside will be right, in percent?")
    result = run(digits, train_on_arrays, 0, 5)
    history = result.history
    best = int(np.argmin(history["validation_loss"]))
    print("  epoch   loss: training   validation   accuracy: training   validation")
    for epoch in sorted({0, 1, 3, 7, best, len(history["train_loss"]) - 1}):
        shown = [history[f"{part}_{what}"][epoch] for what, part in COLUMNS]
        print("  {:>5}   {:14.3f}   {:10.3f}   {:18.1%}   {:10.1%}".format(epoch + 1, *shown))
    print(f"  Epoch {best + 1} had the lowest validation loss: its parameters were kept.\n")
    lab.result(f"{result.accuracy:.1%} of {len(result.test)}", guess)
    lab.part("what it mixes up")
    n_wrong = int((~result.right).sum())
    print(f"{n_wrong} images are wrong.")
    guess = lab.predict("Which two digits are mixed up most?")
    matrix = confusion_matrix(digits.y[result.test], result.predictions, 10)
    mistakes = matrix - np.diag(np.diag(matrix))
    is_class, said = np.unravel_index(mistakes.argmax(), mistakes.shape)
    lab.result(f"{mistakes.max()} times a {is_class} was taken for a {said}", guess)
    pictures = {
        "curves.png": lambda path: draw_curves(path, "Digits, seed 0", [history]),
        "confusion.png": lambda path: draw_confusion(path, "Digits, seed 0", matrix, digits.names),
        "worst.png": lambda path: draw_worst(
            path, "The worst mistakes on digits, seed 0", *worst([result], digits)
        ),
    }
    for name, draw in pictures.items():
        path = lab.output(name)
        draw(path)
        lab.saved(path)


main()
