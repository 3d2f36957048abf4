"""5.4 · Emit, in C: the same program for the machine itself, where there is a compiler."""

import ctypes
import math
import shutil
import subprocess
import tempfile
from array import array
from pathlib import Path

from .emit import C, statements

PART = 100  # statements to a function: the time that a compiler takes grows faster than one of them


class NoCompiler(Exception):
    """There is no C compiler on this machine."""


def c_number(x):  # kata 5.4
    """A float, numpy's float64 too, as an expression of C that has its value, to the last bit.

    Infinity and NaN are INFINITY, -INFINITY and NAN there, from math.h.

    TypeError, naming it, if x is not a float: nothing else gets into the source.
    """
    raise NotImplementedError("5.4 c_number")


def to_c(program):  # kata 5.4
    """A program as the source of a function of C.

    ->  a text that defines void run(const double *numbers, double *results) and whatever it needs.
        Its statements are spread over functions of at most PART each, since compilers take too long
        over a large one. exp, log, tanh and pow are those of math.h
    """
    raise NotImplementedError("5.4 to_c")


def load_c(source, n_inputs, n_outputs):
    """Compile a source with `cc` and load its run.

    ->  a function: from a list of floats, or an array of type "d", which is quicker, to an array

    NoCompiler, if there is no `cc`; ValueError, with what it says, if it refuses the source.
    """
    if shutil.which("cc") is None:
        raise NoCompiler(
            "to_c needs a C compiler called cc, and there is none here (Debian: apt install gcc; "
            "macOS: xcode-select --install). All else in 5.4 works without"
        )
    with tempfile.TemporaryDirectory() as folder:
        text, library = Path(folder, "program.c"), Path(folder, "program.so")
        text.write_text(source, encoding="ascii")
        # no product and sum in one rounding, no function replaced: the same bits as in Python
        exact = ["-ffp-contract=off", "-fno-builtin"]
        # -Og: three quarters of the time of -O1, and code that is as quick once a choice takes one
        # jump and not two, which is what if-conversion does; other compilers may not know its name
        command = ["cc", "-Og", *exact, "-shared", "-fPIC", "-pipe", text, "-o", library, "-lm"]
        for choices in (["-fif-conversion"], []):
            done = subprocess.run([*command, *choices], capture_output=True, text=True)
            if not done.returncode:
                break
        if done.returncode:
            _, _, first = done.stderr.partition("error: ")
            raise ValueError(f"cc refuses the source: {first.partition(chr(10))[0]}")
        run = ctypes.CDLL(str(library)).run
    run.argtypes, run.restype = [ctypes.c_void_p, ctypes.c_void_p], None

    def call(numbers):
        given = numbers if isinstance(numbers, array) else array("d", numbers)
        if len(given) != n_inputs:
            raise ValueError(f"{len(given)} numbers for a program of {n_inputs} inputs")
        results = array("d", bytes(8 * n_outputs))
        run(given.buffer_info()[0], results.buffer_info()[0])
        return results

    return call


def c_function(program):
    """A program as a function of C, compiled and loaded."""
    return load_c(to_c(program), program.n_inputs, len(program.outputs))
