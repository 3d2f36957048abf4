"""Right solutions of 3.1 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("3.1 gradient_descent_step", "an assignment by index")
def gradient_descent_step(parameters, lr):
    moved, rate = listed(parameters), float(lr)
    for i in range(len(moved)):
        moved[i].data = moved[i].data + -rate * moved[i].grad
    return moved


@alternative("3.1 gradient_descent_step", "computed with Values, of which the number is taken")
def gradient_descent_step(parameters, lr):
    parameters = listed(parameters)
    moved = [(p.detach() - lr * p.grad).data for p in parameters]
    for parameter, data in zip(parameters, moved):
        parameter.data = data


@alternative("3.1 minimize", "fresh leaves at every point")
def minimize(f, start, lr, steps):
    points, losses = [[float(x) for x in start]], []
    while True:
        leaves = [Value(x) for x in points[-1]]
        loss = f(leaves)
        losses.append(loss.data)
        if len(losses) > steps:
            return points, losses
        loss.backward()
        points.append([leaf.data - lr * leaf.grad for leaf in leaves])


@alternative("3.1 minimize", "the loss computed again for the record")
def minimize(f, start, lr, steps):
    parameters = list(map(Value, start))
    points, losses = [[p.data for p in parameters]], [f(parameters).data]
    for _ in range(steps):
        f(parameters).backward()
        gradient_descent_step(parameters, lr)
        zero_grad(parameters)
        points.append([p.data for p in parameters])
        losses.append(f(parameters).data)
    return (points, losses)


@alternative("3.1 is_diverging", "by the parts", prelude="from math import isinf, isnan")
def is_diverging(losses):
    try:
        first, last = losses[0], losses[-1]
    except IndexError:
        raise ValueError("there are no losses") from None
    if isnan(first) or isnan(last) or isinf(last):
        return True
    return last > first


@alternative("3.1 is_diverging", "a finite number not above the first is between two others")
def is_diverging(losses):
    if len(losses) == 0:
        raise ValueError("there are no losses")
    return not (-inf < losses[-1] < inf and losses[-1] <= losses[0])


@alternative("3.1 fit_line", "the slopes by hand")
def fit_line(xs, ys, lr, steps):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} numbers x for {len(ys)} numbers y")
    w = b = 0.0
    for _ in range(steps):
        errors = [w * x + b - y for x, y in zip(xs, ys)]
        dw = 2 * sum(error * x for error, x in zip(errors, xs)) / len(xs)
        db = 2 * sum(errors) / len(xs)
        w, b = w - lr * dw, b - lr * db
    return w, b


@alternative("3.1 fit_line", "its own loop on Values")
def fit_line(xs, ys, lr, steps):
    w, b = Value(0), Value(0)
    for _ in range(steps):
        loss = mean_squared_error([w * x + b for x in xs], ys)
        zero_grad([w, b])
        loss.backward()
        gradient_descent_step([w, b], lr)
    return [w.data, b.data]


@alternative("3.1 fit_line_exact", "the two normal equations, counted from the first x")
def fit_line_exact(xs, ys):
    n = len(xs)
    if n != len(ys):
        raise ValueError(f"as many ys as xs: {n}, not {len(ys)}")
    if max(xs) == min(xs):
        raise ValueError("one x is not enough")
    first = xs[0]
    xs = [x - first for x in xs]
    sx, sy = sum(xs), sum(ys)
    sxx, sxy = sum(x * x for x in xs), sum(x * y for x, y in zip(xs, ys))
    determinant = n * sxx - sx * sx
    w = (n * sxy - sx * sy) / determinant
    return w, (sxx * sy - sx * sxy) / determinant - w * first


@alternative("3.1 fit_line_exact", "the standard library", prelude="import statistics")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys) or len(set(xs)) == 1:
        raise ValueError(f"{len(xs)} and {len(ys)}, or equal xs")
    return statistics.linear_regression(xs, ys)


@alternative("3.1 largest_stable_learning_rate", "the smallest of the rates")
def largest_stable_learning_rate(curvatures):
    bad = [curvature for curvature in curvatures if not curvature > 0]
    if bad:
        raise ValueError(f"not above 0: {bad}")
    return min(2 / curvature for curvature in curvatures)


@alternative("3.1 learning_rate_sweep", "a function for one rate", prelude="from math import isnan")
def learning_rate_sweep(f, start, rates, steps):
    def last_loss(rate):
        try:
            _, losses = minimize(f, list(start), rate, steps)
        except OverflowError:
            return inf
        return inf if isnan(losses[-1]) else losses[-1]

    return [[rate, last_loss(rate)] for rate in rates]


@alternative("3.1 line_search", "the rates first, then the first that passes")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here = f([Value(x) for x in point])
    squared = sum(g**2 for g in gradient)

    def fall(rate):
        try:
            return here.data - f([Value(x) - rate * g for x, g in zip(point, gradient)]).data
        except OverflowError:
            return -inf

    for rate in (lr * shrink**k for k in range(51)):
        if fall(rate) >= 1e-4 * rate * squared:
            return rate
    raise ValueError(f"none of 51 rates from {lr} on")


@alternative("3.1 line_search", "a loop that goes on while it does not pay")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    from contextlib import suppress
    from math import fsum

    def pays():
        with suppress(OverflowError):
            there = f([Value(x - lr * g) for x, g in zip(point, gradient)]).data
            return there <= loss - 1e-4 * lr * fsum(g * g for g in gradient)

    loss = f([Value(x) for x in point]).data
    tries = 0
    while not pays():
        tries += 1
        if tries > 50:
            raise ValueError("tried them all")
        lr *= shrink
    return lr
