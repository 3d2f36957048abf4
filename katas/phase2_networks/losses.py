"""2.4 · Loss functions: one number that says how wrong the predictions are."""

import math

from ..phase1_autodiff.value import Value
from .activations import softplus
from .checks import check_lengths, check_shares
from .neuron import weighted_sum

# ---- regression: predictions is a list of N Values, targets a list of N numbers; nan gives nan


def mean_squared_error(predictions, targets):  # kata 2.4
    """The mean of (prediction - target)² over the examples.

    predictions  a list of N Values
    targets      a list of N numbers
    ->           a Value

    ValueError, naming both lengths, if they differ.
    """
    raise NotImplementedError("2.4 mean_squared_error")


def mean_absolute_error(predictions, targets):  # kata 2.4
    """The mean of |prediction - target|; where they are equal the gradient is 0 by convention.

    predictions  a list of N Values
    targets      a list of N numbers
    ->           a Value

    ValueError, naming both lengths, if they differ.
    """
    raise NotImplementedError("2.4 mean_absolute_error")


def huber(predictions, targets, delta=1.0):  # kata 2.4
    """The mean of a loss that is squared near the target and straight beyond delta.

    predictions  a list of N Values
    targets      a list of N numbers
    delta        where, in |prediction - target|, the parabola ½d² turns into the line
                 delta·|d| - ½delta², without a jump or a kink
    ->           a Value

    ValueError, naming both lengths, if they differ.
    """
    raise NotImplementedError("2.4 huber")


# ---- two classes


def hinge(predictions, targets):  # kata 2.4
    """The mean of max(0, 1 - target · prediction): 0 once a score is right by a margin of 1.

    predictions  a list of N Values, scores of any size
    targets      a list of N labels, each -1 or 1
    ->           a Value, whose gradient just at the margin is 0 by convention; nan gives nan

    ValueError, naming the label, if one is neither -1 nor 1, or the lengths if they differ.
    """
    raise NotImplementedError("2.4 hinge")


def clamped_log(p, lowest=-100.0):  # kata 2.4
    """log(p), but never below `lowest`, so that a probability of 0 costs much and not infinity.

    p   a Value from 0 to 1
    ->  a Value: the log or, where that would be below `lowest`, a leaf that holds `lowest`
        and passes no gradient to p

    ValueError, naming it, if p is not a probability.
    """
    raise NotImplementedError("2.4 clamped_log")


def binary_cross_entropy(probs, targets):  # kata 2.4
    """The mean of -(t log p + (1 - t) log(1 - p)), with logs clamped at -100.

    probs    a list of N Values from 0 to 1: the predicted probability of class 1
    targets  a list of N numbers from 0 to 1: usually 0 or 1
    ->       a Value

    A term with weight 0 is left out.

    ValueError, as from check_shares, if a target is not from 0 to 1, or the lengths differ.
    """
    raise NotImplementedError("2.4 binary_cross_entropy")


def binary_cross_entropy_with_logits(logits, targets):  # kata 2.4
    """binary_cross_entropy of sigmoid(logits), computed without leaving the logits.

    logits   a list of N Values, scores of any size: ±1000 neither overflows nor is clamped
    targets  a list of N numbers from 0 to 1
    ->       a Value

    ValueError, as from check_shares, if a target is not from 0 to 1, or the lengths differ.
    """
    raise NotImplementedError("2.4 binary_cross_entropy_with_logits")


# ---- many classes: logits is the list of K scores of one example


def log_softmax(logits):  # kata 2.4
    """The logarithms of the softmax, without ever taking the log of a rounded number.

    logits  a list of K Values, of any size: ±1000 does not overflow
    ->      a list of K Values: zᵢ - log Σ e^zⱼ
    """
    raise NotImplementedError("2.4 log_softmax")


def cross_entropy(logits, target):  # kata 2.4
    """How surprised the prediction is by the right class: -log softmax(logits)[target].

    logits  a list of K Values
    target  the index of the right class, 0 to K - 1
    ->      a Value, in nats

    Its gradient with respect to the logits is softmax(logits) minus the one-hot target.

    IndexError, naming the index and the range, if target is not from 0 to K - 1.
    """
    raise NotImplementedError("2.4 cross_entropy")


def initial_loss(n_classes):  # kata 2.4
    """The cross-entropy of a model that knows nothing: all classes equally likely, so log K."""
    raise NotImplementedError("2.4 initial_loss")


# ---- what goes with a loss


def l2_penalty(parameters, strength):  # kata 2.4
    """strength · Σ w², which pulls every parameter towards 0; there is no ½ in it.

    parameters  a list of Values, of which each entry counts; of none the penalty is 0
    strength    a number
    ->          a Value
    """
    raise NotImplementedError("2.4 l2_penalty")


def accuracy(logits, targets):  # kata 2.4
    """The share of examples whose highest score is that of the right class.

    logits   N lists of K Values or numbers
    targets  N class indices
    ->       a number from 0 to 1, or nan if a score is nan; of equal scores the first wins

    ValueError, naming both lengths, if they differ. IndexError, naming it and the range, if a
    target is not from 0 to K - 1.
    """
    raise NotImplementedError("2.4 accuracy")
