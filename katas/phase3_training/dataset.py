"""3.4 · Real dataset: from a file to arrays that a network can be trained and judged on."""

from math import isfinite, nan

import numpy as np

from .classes import class_numbers
from .files import read_table
from .plain_arrays import plain_array, real_array


def parse_row(cells, columns, where):  # kata 3.4
    """Turn the cells of one row into numbers and a label.

    cells    a list of strings: the features and, last, the label
    columns  a list of strings: the names of the columns
    where    the place of the row in words: "iris.csv, line 7"
    ->       a list of floats, and the label as a string without blanks around it

    ValueError, naming where, if there are more or fewer cells than columns, or none; if a
    feature is not a finite number, naming its column and what stands there too; and if the label
    is empty, naming its column.
    """
    raise NotImplementedError("3.4 parse_row")


def load_csv(path):  # kata 3.4
    """Read a table of numbers with a label at the end of each row.

    path  a pathlib.Path or a string: a text in UTF-8, or that text packed by gzip if the name ends
          in .gz. Its first line holds the names of the columns.
    ->    features (N, D), float64, and labels, a list of N strings

    ValueError, naming the file, if read_table refuses it, if there is no row after the first line,
    or if that names a single column, as where cells are divided by semicolons; and for a row that
    parse_row refuses, naming file and line: "iris.csv, line 7".
    """
    raise NotImplementedError("3.4 load_csv")


def encode_labels(labels):  # kata 3.4
    """Number the classes.

    labels  N strings, in a list or from anything that yields them
    ->      targets (N,), an array of integers, and names, the list of the different labels, in
            the order in which Python sorts strings: names[targets[i]] is labels[i]
    """
    raise NotImplementedError("3.4 encode_labels")


def one_hot(targets, n_classes):  # kata 3.4
    """Turn class numbers into rows with a single 1.

    targets    (N,)  integers from 0 to n_classes - 1
    ->         (N, n_classes), float64

    IndexError, naming it and the range, if a target is not from 0 to n_classes - 1; TypeError,
    naming what they are, if targets are not integers (booleans would choose like a mask). Takes no
    more memory than the result.
    """
    raise NotImplementedError("3.4 one_hot")


def train_test_split(X, y, test_fraction, rng, stratify=False):  # kata 3.4
    """Set examples aside at random, to judge by them later.

    X              (N, D)  features
    y              (N,)    integers; X and y are arrays, or become ones by plain_array: the index
                           of a table of pandas does not count, but only the order of its rows
    test_fraction          the share to set aside: of N, rounded, that many examples
    rng                    a numpy Generator or a seed, as np.random.default_rng takes it
    stratify               True: of each class that share, rounded, and be it to 0
    ->             X_train, X_test, y_train, y_test, arrays: every example is in exactly one part,
                   and rows of X stay with their y

    ValueError if test_fraction is not above 0 and below 1, naming it, or if the lengths differ,
    naming both. TypeError, as from plain_array, if X or y is masked.
    """
    raise NotImplementedError("3.4 train_test_split")


class Standardizer:
    """Shift and scale each feature to mean 0 and deviation 1, as measured on one set of examples.

    mean       (D,)  of each column
    deviation  (D,)  of each column, that of the population: √(Σ(x - mean)² / N); however small
                     it is, it is kept as it is
    """

    def fit(self, X):  # kata 3.4
        """Measure mean and deviation of each column of X (N, D), and return self.

        The deviation of a column whose entries are all equal is exactly 0. (In floats the
        formula need not say so: the mean of three times 0.1 is not quite 0.1.) X is an array, or
        becomes one by real_array: the deviation of a table of pandas would be that of a sample.
        All is computed in float64, as float16 is too small for 256². Of NaN both are NaN.

        TypeError, as from real_array, if X is masked, or holds anything but real numbers.
        """
        raise NotImplementedError("3.4 Standardizer.fit")

    def transform(self, X):  # kata 3.4
        """(X - mean) / deviation, with what fit has measured.

        X   (M, D)  the examples that were measured or others; left unchanged
        ->  (M, D)  in float64; a column whose deviation is exactly 0 is shifted and not scaled; any
                    other, however small its deviation, is divided by it and nothing else

        ValueError, naming both shapes, if X has not the columns of fit; TypeError, as there.
        """
        raise NotImplementedError("3.4 Standardizer.transform")


def minibatches(n, batch_size, rng):  # kata 3.4
    """Go through n examples once, in random order, some at a time.

    n           how many examples
    batch_size  how many at a time; the last batch holds what is left
    rng         a numpy Generator or a seed, as np.random.default_rng takes it
    ->          yields arrays of indices, in which each of 0 to n - 1 stands exactly once

    ValueError, naming it, if batch_size is below 1.
    """
    raise NotImplementedError("3.4 minibatches")


def confusion_matrix(targets, predictions, n_classes):  # kata 3.4
    """Count which class was taken for which.

    targets      (N,)  integers: the right classes
    predictions  (N,)  integers: what was predicted
    ->           (n_classes, n_classes), integers: entry [i, j] counts the examples of class i
                 that were taken for j

    IndexError or TypeError, as from one_hot; ValueError, naming both shapes, if they differ.
    """
    raise NotImplementedError("3.4 confusion_matrix")


def majority_baseline(y_train, y_test):  # kata 3.4
    """The accuracy of always answering the commonest class: what any model has to beat.

    y_train  (N,)  classes 0, 1, …, among which the commonest is looked up; of several the smallest
    y_test   (M,)  classes, on which the answer is judged
    ->       a number from 0 to 1
    """
    raise NotImplementedError("3.4 majority_baseline")
