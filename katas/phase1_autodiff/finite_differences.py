"""1.1 and 1.3 · Finite differences: measure a gradient by moving the input a little."""

from math import inf, isnan


def numerical_derivative(f, x, h=1e-5):  # kata 1.1
    """Estimate f'(x), the slope of f at x, by the central difference.

    f   a function of one number that returns a number
    x   the point, a number; f gets floats, whatever kind of number x is (in float32, x + h is
        hardly another number than x)
    h   how far to move to either side of it
    ->  the slope between x - h and x + h, whose error shrinks with h²

    >>> round(numerical_derivative(lambda x: x**2, 3.0), 6)
    6.0
    """
    raise NotImplementedError("1.1 numerical_derivative")


def numerical_gradient(f, xs, h=1e-5):  # kata 1.1
    """Estimate the gradient of f at xs: one partial derivative for each entry.

    f   a function of a list of numbers that returns a number
    xs  the point, a list of numbers; left unchanged. f gets floats, as in numerical_derivative
    h   how far to move one entry, to either side, while the others stay
    ->  a list as long as xs: entry i is the slope along xs[i]; [] if there is no entry

    >>> [round(g, 6) for g in numerical_gradient(lambda xs: xs[0] * xs[1], [2.0, 5.0])]
    [5.0, 2.0]
    """
    raise NotImplementedError("1.1 numerical_gradient")


def predict_change(gradient, nudges):  # kata 1.1
    """Predict how far the output moves, to first order, when every input moves a little.

    gradient  a list of numbers: the slope along each input
    nudges    a list of numbers, as long: how far each input moves
    ->        Σ gradient[i] · nudges[i], which is 0 where there are no inputs

    ValueError if the lengths differ.

    >>> predict_change([5.0, 2.0], [0.5, -0.25])
    2.0
    """
    raise NotImplementedError("1.1 predict_change")


def gradient_error(f, xs, h=1e-5):  # kata 1.3
    """Compare the engine's gradient of f with the numerical one: the gradient check.

    f   a function of a list of Values that returns a Value
    xs  the point, a list of Values; left unchanged, their gradients too
    h   how far numerical_gradient moves
    ->  the largest |a - n| / max(1, |a|, |n|) over the entries, where a is what the
        engine's backward pass says and n is what numerical_gradient says; NaN if any
        of them is NaN or infinite

    About 1e-9 is agreement, above 1e-5 a wrong derivative. f is called on fresh leaves of
    the same type as xs, so a check neither reads nor leaves gradients in the caller's Values.
    """
    raise NotImplementedError("1.3 gradient_error")
