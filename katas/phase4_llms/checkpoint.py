"""4.4 · Checkpoint: stop a training, and go on as if nothing had happened."""

import json

import numpy as np

from ..phase3_training.files import replacing


def pack(thing, arrays):  # kata 4.4
    """Turn nested state into what JSON can hold; arrays are set aside.

    thing   numbers, strings, True, False, None, arrays, and lists, tuples and dicts of these; the
            keys of a dict are strings (an id() would mean nothing in the next process)
    arrays  a list, to which every array and every number of numpy is added, as it is, each at a
            place of its own
    ->      what JSON knows alone as it is; [kind, content] for the rest: ["list", items],
            ["tuple", items], ["dict", {key: item}], where items are packed themselves;
            ["array", place in arrays], ["number", place in arrays] for a number of numpy

    TypeError, naming the type that came, for anything else, and for arrays of objects.
    """
    raise NotImplementedError("4.4 pack")


def unpack(packed, arrays):  # kata 4.4
    """Undo pack; what is given is left unchanged.

    packed  what pack returned
    arrays  the list that it filled, or one like it: a number of numpy may stand there as an array
            of shape (), which is what a file makes of it, and comes back as a number
    """
    raise NotImplementedError("4.4 unpack")


def save_checkpoint(path, model, optimizer, step, rng):  # kata 4.4
    """Write down a training between two steps, in one .npz file without pickle.

    path       a pathlib.Path or a string: the file's whole name. A crash leaves the old file or
               the new one, an error leaves no other file behind, and of two programs that write
               at the same time one leaves its whole file
    model      a Module, of Tensors or of Values: all its parameters
    optimizer  one of 3.3: all its fields but `parameters`, and the shapes of those
    step       an int: how many steps were taken
    rng        the numpy Generator that the training draws from: its state

    TypeError, naming its type, if the optimizer holds something that pack cannot; OSError, as the
    system raises it, if the file cannot be written.
    """
    raise NotImplementedError("4.4 save_checkpoint")


def load_checkpoint(path, model, optimizer, rng):  # kata 4.4
    """Put a training back to where save_checkpoint was called: what follows is the same bit by bit.

    path                   a pathlib.Path or a string
    model, optimizer, rng  of the same kind, size and dtype; they are changed
    ->                     the step, an int

    ValueError, naming the path, if there is no such file, if it is damaged or not a checkpoint, or
    if it does not fit: other parameters or dtypes in the model, other fields or shapes of
    parameters in the optimizer, another kind of generator. Then all three stay as they were.
    """
    raise NotImplementedError("4.4 load_checkpoint")
