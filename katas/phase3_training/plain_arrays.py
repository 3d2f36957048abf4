"""3.2 · Arrays: what comes from elsewhere becomes one, and loses nothing on the way; given.

numpy makes an array of nearly everything. Of some things it silently drops a part.
"""

import numpy as np


def plain_array(thing):
    """An array of lists, of a table of pandas (whose index does not count), or whatever it may be.

    thing  what np.asarray takes, of any kind; an array comes back as it is, not copied

    TypeError if it is a masked array of numpy.ma, without whose mask the numbers behind it count.
    """
    array = np.asanyarray(thing)
    if hasattr(array, "mask"):
        raise TypeError(
            "a masked array would lose its mask: .filled(…) says what stands behind it, and "
            "np.ma.compress_rows(…) leaves out the rows that have any of it"
        )
    return np.asarray(array)


def real_array(thing):
    """The same for what is to be reckoned with: an array of integers, booleans or floats.

    TypeError, naming the thing, if it holds anything but real numbers of kinds that numpy has: an
    int like 2**70, too large for them, is to be made a float first, and a bfloat16 of PyTorch a
    float32; texts, dates, complex numbers and objects are none. TypeError, too, if it is masked.
    """
    try:
        array = plain_array(thing)
    except TypeError as error:
        raise TypeError(f"numpy cannot hold this {type(thing).__name__}: {error}") from error
    if array.dtype.kind not in "iubf":
        raise TypeError(
            f"real numbers of numpy's kinds are wanted, and not {type(thing).__name__}: "
            f"{thing!r} (numpy makes it {array.dtype})"
        )
    return array
