"""From a file in data/ to a trained and judged model: shared by experiment and milestone of 3.4.

Import it after the tree was chosen: it imports from katas.

Which examples are set aside for testing is fixed by the course, without any code of the learner's
and without a random generator: in each class, the rows of the file are put in the order of the
SHA-256 of their number, and dealt out to parts like cards. Of iris, in thirds, the three test
parts hold every flower once; of the digits, in fifths, three of the five are used. So everyone's
numbers are about the same examples. A training function gets the other parts and nothing else:
what it needs for early stopping, it cuts from those.

One thing cannot be undone: the sizes and rates below were chosen by someone who had tried a few,
for iris on other divisions of the same 150 flowers. With so few, nobody's flowers are quite unseen.
"""

import random
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from dojo import course, screen
from katas.phase2_networks.losses import cross_entropy
from katas.phase2_networks.module import MLP
from katas.phase3_training.dataset import Standardizer, encode_labels, load_csv, train_test_split
from katas.phase3_training.optimizers import Adam
from katas.phase3_training.training import ArrayNetwork, EarlyStopping, array_loss, fit


@dataclass(frozen=True)
class Dataset:
    name: str
    X: np.ndarray  # (N, D)
    y: np.ndarray  # (N,)
    names: list  # of the classes


def load(name):
    """A data set of the course: "iris.csv" or "digits.csv.gz"."""
    X, labels = load_csv(course.ROOT / "data" / name)
    y, names = encode_labels(labels)
    return Dataset(name.split(".")[0], X, y, names)


def set_aside(y, part, n_parts):
    """The course's split: the rows to train on, and those of one of n_parts equal test parts."""
    test = []
    for k in np.unique(y):
        rows = np.flatnonzero(y == k).tolist()
        rows.sort(key=lambda row: sha256(str(row).encode()).digest())
        test += rows[part::n_parts]
    return np.setdiff1d(np.arange(len(y)), test), np.array(test)


@dataclass(frozen=True)
class Run:
    history: dict  # as fit returns it
    train: np.ndarray  # the rows that training was given
    test: np.ndarray  # the rows that were set aside
    logits: np.ndarray  # (M, K), of the test rows
    right: np.ndarray  # (M,), True where the highest logit is that of the right class

    @property
    def accuracy(self):
        return float(self.right.mean())

    @property
    def predictions(self):
        return self.logits.argmax(axis=1)

    def probs(self):
        """(M, K)"""
        shares = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)


def run(dataset, train, part, n_parts):
    """Train with the part as seed, then judge: the test rows are first touched when that is over.

    train  train_on_values or train_on_arrays
    """
    rows, test = set_aside(dataset.y, part, n_parts)
    with screen.progress(f"{dataset.name}, seed {part}", EPOCHS) as (advance, _):
        history, predict = train(
            dataset.X[rows], dataset.y[rows], len(dataset.names), part, advance
        )
    logits = predict(dataset.X[test])
    return Run(history, rows, test, logits, logits.argmax(axis=1) == dataset.y[test])


# ---- two models, each trained on what it is given and nothing else

EPOCHS = 60


def train_on_values(X, y, n_classes, seed, on_epoch):
    """The MLP of 2.2 on the scalar engine, with one tanh layer of 4 units.

    ->  the history of fit, and a function: features (M, D) -> logits (M, K)
    """
    rng = np.random.default_rng(seed)
    X, X_validation, y, y_validation = train_test_split(X, y, 0.2, rng, stratify=True)
    standardizer = Standardizer().fit(X)
    model = MLP([X.shape[1], 4, n_classes], "tanh", random.Random(seed))
    validation = standardizer.transform(X_validation), y_validation
    stopping = EarlyStopping(model, patience=15)
    history = fit(
        model,
        value_loss,
        (standardizer.transform(X), y),
        validation,
        Adam(model.parameters(), lr=0.02),
        EPOCHS,
        batch_size=8,
        rng=rng,
        on_epoch=both(on_epoch, stopping),
    )
    stopping.restore()

    def predict(X):
        rows = standardizer.transform(X).tolist()
        return np.array([[z.data for z in model(row)] for row in rows])

    return history, predict


def train_on_arrays(X, y, n_classes, seed, on_epoch):
    """The ArrayNetwork of 3.4, with one ReLU layer of 64 units; pixels are from 0 to 16.

    ->  the history of fit, and a function: images (M, D) -> logits (M, K)
    """
    rng = np.random.default_rng(seed)
    X, X_validation, y, y_validation = train_test_split(X / 16, y, 0.15, rng, stratify=True)
    model = ArrayNetwork([X.shape[1], 64, n_classes], rng)
    stopping = EarlyStopping(model, patience=8)
    history = fit(
        model,
        array_loss,
        (X, y),
        (X_validation, y_validation),
        Adam(model.parameters(), lr=3e-3),
        EPOCHS,
        batch_size=32,
        rng=rng,
        on_epoch=both(on_epoch, stopping),
    )
    stopping.restore()
    return history, lambda X: model.forward(X / 16)[0]


def both(watch, stopping):
    """An on_epoch that calls one and returns what the other says."""

    def on_epoch(history):
        watch(history)
        return stopping(history)

    return on_epoch


def value_loss(model, X, y):
    """What array_loss is for arrays: loss and accuracy of a model of Values, gradients added."""
    logits = [model(row) for row in X.tolist()]
    loss = sum(cross_entropy(z, k) for z, k in zip(logits, y.tolist())) / len(y)
    loss.backward()
    scores = np.array([[z.data for z in row] for row in logits])
    return loss.data, float(np.mean(scores.argmax(axis=1) == y))
