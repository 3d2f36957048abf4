"""3.4 · Files: reading and writing that is plumbing, and given; what it means is for the katas."""

import csv
import gzip
import os
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np


def read_table(path):
    """The rows of a CSV file, each with the number of the line on which it ends.

    path  a pathlib.Path or a string: a text in UTF-8, or that text packed by gzip if the name ends
          in .gz
    ->    a list of (line, cells), the row of column names first: line counted from 1, as an
          editor counts, and cells a list of strings, none at all for an empty line

    ValueError, naming the path, if there is no such file, or if it cannot be read or unpacked.
    """
    path = Path(path)
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            return [(rows.line_num, cells) for cells in rows]  # a cell in quotes may span lines
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error


@contextmanager
def replacing(path):
    """Open a file in which to write bytes; when it is whole, it takes the place of path.

    path  a pathlib.Path or a string

        with replacing(path) as file:
            ...

    It is written beside the old file. os.replace then puts it there in one step, so that a crash
    leaves the old file or the new one; if writing fails, no half-written file is left. The number
    of the process is in its name, so that two programs do not write into each other's.
    """
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(unfinished, "wb") as file:
            yield file
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_arrays(path):
    """What np.savez has written: {name: array}, where a number without axes is a float of numpy.

    path  a pathlib.Path or a string

    Pickles are refused, so that nothing in the file is executed. ValueError, naming the path, if
    there is no such file, or if it is damaged or of another kind.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name][()] for name in file.files}  # [()]: a lone number is one
    except Exception as error:  # whatever a reader may stumble over in a file of any kind
        raise ValueError(f"{path} cannot be read: {error}") from error
