"""4.4 · Checkpoint: stop a training, and go on as if nothing had happened."""

import json
import os

import numpy as np


def pack(thing, arrays):  # kata 4.4
    """Turn nested state into what JSON can hold; arrays are set aside.

    thing   numbers, strings, None, arrays, and lists, tuples and dicts (with strings for keys) of
            these
    arrays  a list, to which every array found is added
    ->      numbers, strings and None as they are, [kind, ...] for what is not: ["array", place in
            arrays], ["list", items], ["tuple", items], ["dict", {key: item}]

    TypeError, with what came, for anything else.
    """
    raise NotImplementedError("4.4 pack")


def unpack(packed, arrays):  # kata 4.4
    """Undo pack.

    packed  what pack returned
    arrays  the list that it filled
    """
    raise NotImplementedError("4.4 unpack")


def save_checkpoint(path, model, optimizer, step, rng):  # kata 4.4
    """Write down a training between two steps, in one .npz file without pickle.

    path       a pathlib.Path: the file's whole name. A crash leaves the old file or the new one
    model      a Module: all its parameters
    optimizer  one of 3.3: all its fields but `parameters`
    step       an int: how many steps were taken
    rng        the numpy Generator that the training draws from: its state

    TypeError, naming what came, if the optimizer holds something that pack cannot.
    """
    raise NotImplementedError("4.4 save_checkpoint")


def load_checkpoint(path, model, optimizer, rng):  # kata 4.4
    """Put a training back to where save_checkpoint was called: what follows is the same bit by bit.

    path                   a pathlib.Path
    model, optimizer, rng  of the same kind and size; they are changed
    ->                     the step, an int

    ValueError, naming the path, if there is no such file, if it is damaged or no checkpoint, or if
    it does not fit model, optimizer or generator. Then all three stay as they were.
    """
    raise NotImplementedError("4.4 load_checkpoint")
