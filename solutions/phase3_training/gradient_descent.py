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
    for parameter in listed(parameters):
        parameter.data -= float(lr) * parameter.grad


def minimize(f, start, lr, steps):  # kata 3.1
    """Walk downhill from start by gradient descent, and remember the way.

    f      a function of a list of Values that returns a Value: the loss
    start  a list of numbers; left unchanged
    lr     the learning rate
    steps  how many steps to take
    ->     (points, losses): a list of the steps + 1 points visited, start first, each a list
           of floats, and a list of the losses there, floats too
    """
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for step in range(steps + 1):
        if step > 0:
            gradient_descent_step(parameters, lr)
        zero_grad(parameters)
        loss = f(parameters)
        loss.backward()
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
    return points, losses


def is_diverging(losses):  # kata 3.1
    """True unless the last loss is a finite number that is not above the first.

    losses  a list of numbers, in the order in which they were seen; if the first is NaN, nothing
            can be said to be no higher, and the answer is True

    ValueError if there are none.
    """
    if not len(losses):
        raise ValueError("no losses to judge by")
    return not (isfinite(losses[-1]) and losses[-1] <= losses[0])


def fit_line(xs, ys, lr, steps):  # kata 3.1
    """Fit y = w·x + b by gradient descent on the mean squared error, from w = b = 0.

    xs, ys  lists of N numbers
    lr      the learning rate
    steps   how many steps to take
    ->      (w, b), two numbers

    ValueError, naming both lengths, if they differ.
    """
    points, _ = minimize(
        lambda p: mean_squared_error([p[0] * x + p[1] for x in xs], ys), [0.0, 0.0], lr, steps
    )
    w, b = points[-1]
    return w, b


def fit_line_exact(xs, ys):  # kata 3.1
    """Fit y = w·x + b by the formula of least squares, where the gradient is zero.

    xs, ys  lists of N numbers
    ->      (w, b), two numbers

    ValueError if the lengths differ, naming both, or if all xs are the same, near 0 or far from it;
    xs that differ at all have a line.
    """
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    if len(set(xs)) < 2:  # the spread would be 0, or in floats almost 0
        raise ValueError(f"a slope needs two different xs, not {xs}")
    xs, ys = [float(x) for x in xs], [float(y) for y in ys]  # sums of numpy's integers may wrap
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


def largest_stable_learning_rate(curvatures):  # kata 3.1
    """The rate above which gradient descent in a quadratic bowl runs away.

    curvatures  the second derivatives along the axes of the bowl, each above 0
    ->          2 / the largest of them

    ValueError, naming it, if one is not above 0.
    """
    for curvature in curvatures:
        if not curvature > 0:
            raise ValueError(f"a bowl curves upwards, its curvatures are above 0, not {curvature}")
    return 2 / max(curvatures)


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
    results = []
    for rate in rates:
        try:
            loss = minimize(f, start, rate, steps)[1][-1]
        except OverflowError:
            loss = inf
        results.append((rate, loss if isfinite(loss) else inf))
    return results


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

    def loss_at(numbers):
        try:
            return f([Value(x) for x in numbers]).data
        except OverflowError:
            return inf

    here, slope = loss_at(point), sum(g * g for g in gradient)
    for _ in range(51):
        there = loss_at([x - lr * g for x, g in zip(point, gradient)])
        if there <= here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    raise ValueError(f"no rate down to {lr / shrink:g} makes the loss fall: is this its gradient?")
