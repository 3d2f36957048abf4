"""The digits of 3.4 on Tensors: shared by the experiment of 4.1 and the milestone of phase 4.

Import it after the tree was chosen: it imports from katas. The data, the course's split, the loop
over epochs and the judging are those of 3.4 (full_run.py there); only the model is another: two
hidden layers with ReLU and Dropout, in float32. Its sizes and rates were chosen among eight by the
validation loss alone, on the parts that training is given.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location

import numpy as np

from dojo import course
from katas.phase3_training.dataset import train_test_split
from katas.phase3_training.optimizers import Adam
from katas.phase3_training.training import EarlyStopping, fit
from katas.phase4_llms.mlp import Dropout, Linear, Sequential, cast_parameters, tensor_loss
from katas.phase4_llms.tensor import Tensor, no_grad


def of_3_4():
    """The file of the same name in 3.4, as a module of another name."""
    path = course.ROOT / "lessons" / "phase3_training" / "4_real_dataset" / "full_run.py"
    spec = spec_from_file_location("full_run_of_3_4", path)
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


earlier = of_3_4()
SEEDS = range(3)
N_PARTS = 5  # the fifths of the digits; a seed is also the number of its test part


def accuracies(seeds=SEEDS):
    """Train once for each seed, and judge on the test part of that number: a list of shares."""
    digits = earlier.load("digits.csv.gz")
    return [earlier.run(digits, train_on_tensors, seed, N_PARTS).accuracy for seed in seeds]


def network(n_in, n_classes, dropout, rng):
    """Two hidden layers of 256 and 128 units, each with ReLU and Dropout; float32."""
    model = Sequential(
        Linear(n_in, 256, rng),
        Tensor.relu,
        Dropout(dropout, rng),
        Linear(256, 128, rng),
        Tensor.relu,
        Dropout(dropout, rng),
        Linear(128, n_classes, rng),
    )
    cast_parameters(model, np.float32)
    return model


def train_on_tensors(X, y, n_classes, seed, on_epoch, dropout=0.4, patience=15):
    """What train_on_arrays is in 3.4, for Tensors; pixels are from 0 to 16.

    ->  the history of fit, and a function: images (M, D) -> logits (M, K)
    """
    rng = np.random.default_rng(seed)
    X, X_validation, y, y_validation = train_test_split(pixels(X), y, 0.15, rng, stratify=True)
    model = network(X.shape[1], n_classes, dropout, rng)
    stopping = EarlyStopping(model, patience)
    history = fit(
        model,
        tensor_loss,
        (X, y),
        (X_validation, y_validation),
        Adam(model.parameters(), lr=2e-3),
        earlier.EPOCHS,
        batch_size=32,
        rng=rng,
        on_epoch=earlier.both(on_epoch, stopping),
    )
    stopping.restore()

    def predict(X):
        with no_grad():
            return model(pixels(X)).data

    return history, predict


def pixels(X):
    """Images as the network takes them: float32, from 0 to 1."""
    return (X / 16).astype(np.float32)
