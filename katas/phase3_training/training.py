"""3.4 · Real dataset: one training loop for every engine, and knowing when to stop."""

from itertools import pairwise
from math import inf

import numpy as np

from ..phase2_networks.module import Module
from .backpropagation import linear_backward, linear_forward, relu_backward, softmax_cross_entropy
from .dataset import minibatches
from .files import read_arrays, replacing
from .plain_arrays import plain_array


class Parameter:
    """An array that can be learned, and the gradient of the loss with respect to it."""

    def __init__(self, data):
        self.data = data
        self.grad = 0.0


class ArrayNetwork(Module):
    """Linear layers with ReLU between them, with gradients derived by hand in section 3.2.

    weights  Parameters (n_in, n_out), one for each layer
    biases   Parameters (n_out,)
    """

    def __init__(self, sizes, rng):  # kata 3.4
        """Make a layer between each two neighbouring sizes.

        sizes  the numbers of units from input to output
        rng    a numpy Generator or a seed: the weights of a layer are normal with variance
               2 / n_in (He et al. 2015), drawn layer by layer; biases start at 0

        ValueError if there are fewer than two sizes.
        """
        raise NotImplementedError("3.4 ArrayNetwork.__init__")

    def forward(self, X):  # kata 3.4
        """The logits (N, K) of inputs X (N, D), and whatever backward needs; NaN stays NaN."""
        raise NotImplementedError("3.4 ArrayNetwork.forward")

    def backward(self, dlogits, cache):  # kata 3.4
        """Add the gradients of all parameters to their `grad`.

        dlogits  (N, K)  the gradient of the loss with respect to the logits
        cache            what forward returned beside them; left unchanged
        """
        raise NotImplementedError("3.4 ArrayNetwork.backward")


def array_loss(model, X, y):  # kata 3.4
    """The loss that `fit` wants, for an ArrayNetwork: cross-entropy, with gradients filled in.

    X   (N, D)
    y   (N,)    integers: the right classes
    ->  (loss, accuracy), two numbers, the accuracy as a share from 0 to 1, where of equal scores
        the first wins; gradients are added to the parameters' `grad` in every call
    """
    raise NotImplementedError("3.4 array_loss")


def fit(  # kata 3.4
    model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None
):
    """Train a model of any engine in minibatches.

    model       a Module of 2.2 that loss knows
    loss        (model, X, y) -> (loss, accuracy); gradients are added to the parameters' `grad`
    train       (X, y) to learn from; arrays, or what becomes one by plain_array
    validation  (X, y) to watch, but not to learn from
    optimizer   holds the model's parameters; has zero_grad() and step()
    epochs      how many times to go through the training examples at most
    batch_size  how many examples a step sees
    rng         a numpy Generator or a seed; the examples are shuffled anew for each epoch
    on_epoch    None, or a function, called with the history after each epoch; True ends training
    ->          the history, a dict of lists with a number for each epoch: "train_loss" and
                "train_accuracy", means over the examples as they were seen during the epoch,
                and "validation_loss" and "validation_accuracy" after it

    Each step has the gradients of its own batch alone, whatever was left in the parameters. The
    model is in train mode while it learns, in eval mode while it is validated, and stays so.
    ValueError, naming both lengths, if those of train differ; TypeError, as from plain_array.
    """
    raise NotImplementedError("3.4 fit")


class EarlyStopping:
    """Give up when the validation loss has not improved for some epochs; pass it as on_epoch.

    best_loss  the lowest validation loss so far; infinite before the first epoch
    best       the state of the model as it was then; before the first epoch, at the start
    """

    def __init__(self, model, patience):  # kata 3.4
        """Watch a model; patience is how many epochs without a new best loss are too many."""
        raise NotImplementedError("3.4 EarlyStopping.__init__")

    def restore(self):  # kata 3.4
        """Give the model its best parameters back: needed where the epochs ran out first."""
        raise NotImplementedError("3.4 EarlyStopping.restore")

    def __call__(self, history):  # kata 3.4
        """Look at the newest validation loss; True when patience is at an end.

        history  as fit makes it
        ->       True after `patience` epochs in a row without a new lowest loss; the model
                 then has its best parameters back. False otherwise
        """
        raise NotImplementedError("3.4 EarlyStopping.__call__")


# ---- files


def save_parameters(model, path):  # kata 3.4
    """Write the state of a model, in numpy's format .npz, to a file that `replacing` opens.

    model  a Module
    path   a pathlib.Path or a string: the file's whole name. A crash leaves the old file or the
           new one, and an error that comes while writing no half of either.
    """
    raise NotImplementedError("3.4 save_parameters")


def load_parameters(model, path):  # kata 3.4
    """Read what save_parameters wrote into a model; nothing in the file is ever executed.

    model  a Module with the same parameters
    path   a pathlib.Path or a string

    ValueError, naming the file, if read_arrays refuses it, or if it does not fit the model; a
    parameter that is missing, unexpected, of another shape or not of floats is named too. Then
    the model stays as it was.
    """
    raise NotImplementedError("3.4 load_parameters")
