"""3.1 · Gradient descent: a step against the gradient, and how long it may be."""

from math import inf, isfinite

from ..phase1_autodiff.value import Value, zero_grad
from ..phase2_networks.losses import mean_squared_error
from .parameters import listed


def gradient_descent_step(parameters, lr):  # kata 3.1
    """Move every parameter against its gradient, by lr times the gradient.

    parameters  a list of Values whose `grad` is filled in
    lr          the learning rate

    Changes `.data` in place, so that whoever holds the parameters sees it, and leaves no
    trace in the graph: `.data` stays a float of Python, whatever kind of number lr is. Gradients
    stay as they are. Errors as from `listed`.
    """
    raise NotImplementedError("3.1 gradient_descent_step")


def minimize(f, start, lr, steps):  # kata 3.1
    """Walk downhill from start by gradient descent, and remember the way.

    f      a function of a list of Values that returns a Value: the loss
    start  a list of numbers; left unchanged
    lr     the learning rate
    steps  how many steps to take
    ->     (points, losses): a list of the steps + 1 points visited, start first, each a list
           of floats, and a list of the losses there, floats too
    """
    raise NotImplementedError("3.1 minimize")


def is_diverging(losses):  # kata 3.1
    """True unless the last loss is a finite number that is not above the first.

    losses  a list of numbers, in the order in which they were seen; if the first is NaN, nothing
            can be said to be no higher, and the answer is True

    ValueError if there are none.
    """
    raise NotImplementedError("3.1 is_diverging")


def fit_line(xs, ys, lr, steps):  # kata 3.1
    """Fit y = w·x + b by gradient descent on the mean squared error, from w = b = 0.

    xs, ys  lists of N numbers
    lr      the learning rate
    steps   how many steps to take
    ->      (w, b), two numbers

    ValueError, naming both lengths, if they differ.
    """
    raise NotImplementedError("3.1 fit_line")


def fit_line_exact(xs, ys):  # kata 3.1
    """Fit y = w·x + b by the formula of least squares, where the gradient is zero.

    xs, ys  lists of N numbers
    ->      (w, b), two numbers

    ValueError if the lengths differ, naming both, or if all xs are the same, near 0 or far from it;
    xs that differ at all have a line.
    """
    raise NotImplementedError("3.1 fit_line_exact")


def largest_stable_learning_rate(curvatures):  # kata 3.1
    """The rate above which gradient descent in a quadratic bowl runs away.

    curvatures  the second derivatives along the axes of the bowl, each above 0
    ->          2 / the largest of them

    ValueError, naming it, if one is not above 0.
    """
    raise NotImplementedError("3.1 largest_stable_learning_rate")


def learning_rate_sweep(f, start, rates, steps):  # kata 3.1
    """Try several learning rates from the same start.

    f      a function of a list of Values that returns a Value
    start  a list of numbers; left unchanged
    rates  the learning rates to try
    steps  how many steps to take with each
    ->     a list of (rate, loss after the last step), one for each entry of rates and in their
           order; the loss is infinite where a run went beyond the numbers there are (an
           OverflowError, or NaN)
    """
    raise NotImplementedError("3.1 learning_rate_sweep")


def line_search(f, point, gradient, lr=1.0, shrink=0.5):  # kata 3.1
    """Find a rate that is short enough: start with lr, and shrink it until the step pays.

    f         a function of a list of Values that returns a Value
    point     a list of numbers: where the step starts; left unchanged
    gradient  a list of numbers: the gradient of f there
    lr        the first rate to try
    shrink    what a rate that was too long is multiplied by
    ->        the first rate for which the loss falls by at least
              1e-4 · rate · (the squared length of the gradient): Armijo's condition. A rate
              at which f raises an OverflowError is too long.

    ValueError if the first rate and 50 shrunken ones were all too long, as they are where the
    loss is NaN: nothing is below that, and it is below nothing.
    """
    raise NotImplementedError("3.1 line_search")
