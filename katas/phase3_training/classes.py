"""3.2 · Classes: numbers that say which one, and that arrays are indexed with; given."""

from .plain_arrays import plain_array


def class_numbers(numbers, n_classes):
    """What is to be the numbers of classes, or of rows, as an array, once it is sure that they are.

    numbers    an array or (nested) list of integers from 0 to n_classes - 1; anything else that
               plain_array makes an array of will do, such as a Series of pandas, whose own index
               does not count then
    n_classes  how many classes there are
    ->         an array of integers, of the same shape

    TypeError, naming what they are, if they are not integers: booleans would choose like a mask.
    TypeError, as from plain_array, if they are masked.
    IndexError, naming the range, if one is not from 0 to n_classes - 1: a negative one would count
    from the end.
    """
    array = plain_array(numbers)
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"a class goes by its number, an integer, and not by {array.dtype}")
    if array.size and (array.min() < 0 or array.max() >= n_classes):
        raise IndexError(f"{array.min()} to {array.max()} are not all from 0 to {n_classes - 1}")
    return array if array.size else array.astype(int)
