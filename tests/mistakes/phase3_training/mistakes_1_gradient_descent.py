"""Wrong solutions of 3.1 that its specs reject by name."""

from tests.mistakes import mistake

# ---- gradient_descent_step


@mistake("3.1 gradient_descent_step", "ascent", says="that is ascent")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        parameter.data += lr * parameter.grad


@mistake("3.1 gradient_descent_step", "the loop's name is rebound", says="is not changed, but")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        parameter = Value(parameter.data - lr * parameter.grad)


@mistake("3.1 gradient_descent_step", "new Values in the list", says="rebound, not changed")
def gradient_descent_step(parameters, lr):
    for i, parameter in enumerate(parameters):
        parameters[i] = Value(parameter.data - lr * parameter.grad)


@mistake("3.1 gradient_descent_step", "recorded in the list", says="part of the graph, so that")
def gradient_descent_step(parameters, lr):
    for i, parameter in enumerate(parameters):
        parameters[i] = parameter - lr * parameter.grad


@mistake("3.1 gradient_descent_step", "data becomes a Value", says="computed with Values")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        parameter.data = parameter - lr * parameter.grad


@mistake("3.1 gradient_descent_step", "gradients are cleared", says="zero_grad's job")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        parameter.data -= lr * parameter.grad
        parameter.grad = 0.0


@mistake("3.1 gradient_descent_step", "scaled in place", says="scaled in place")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        parameter.grad *= lr
        parameter.data -= parameter.grad


@mistake("3.1 gradient_descent_step", "the sign alone", says="only the sign")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        parameter.data -= lr if parameter.grad > 0 else -lr


@mistake("3.1 gradient_descent_step", "normalized", says="brought to length 1")
def gradient_descent_step(parameters, lr):
    length = sum(parameter.grad**2 for parameter in parameters) ** 0.5
    for parameter in parameters:
        parameter.data -= lr * parameter.grad / length


@mistake(
    "3.1 gradient_descent_step",
    "the walk ends at a slope of 0",
    says="ends at the first slope of 0",
)
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        if parameter.grad == 0:
            return
        parameter.data -= lr * parameter.grad


@mistake("3.1 gradient_descent_step", "NaN is passed over", says="the fault stays hidden")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        if parameter.grad == parameter.grad:
            parameter.data -= lr * parameter.grad


@mistake(
    "3.1 gradient_descent_step",
    "floats of numpy are left in the data",
    says="should be a float",
    prelude="import numpy as np",
)
def gradient_descent_step(parameters, lr):
    data = np.array([p.data for p in parameters]) - lr * np.array([p.grad for p in parameters])
    for parameter, number in zip(parameters, data):
        parameter.data = number


# ---- minimize


@mistake("3.1 minimize", "gradients not zeroed between steps", says="not zeroed between steps")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for step in range(steps + 1):
        if step > 0:
            gradient_descent_step(parameters, lr)
        loss = f(parameters)
        loss.backward()
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
    return points, losses


@mistake("3.1 minimize", "cleared before the step", says="cleared before the step")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for _ in range(steps + 1):
        loss = f(parameters)
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
        loss.backward()
        zero_grad(parameters)
        gradient_descent_step(parameters, lr)
    return points, losses


@mistake("3.1 minimize", "ascent", says="that is ascent")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for _ in range(steps + 1):
        loss = f(parameters)
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
        zero_grad(parameters)
        loss.backward()
        gradient_descent_step(parameters, -lr)
    return points, losses


@mistake("3.1 minimize", "one graph for all steps", says="keeps the slopes of the start")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [list(start)], [f(parameters).data]
    loss = f(parameters)
    for _ in range(steps):
        zero_grad(parameters)
        loss.backward()
        gradient_descent_step(parameters, lr)
        points.append([parameter.data for parameter in parameters])
        losses.append(f(parameters).data)
    return points, losses


@mistake("3.1 minimize", "the loss after the step", says="taken after the step, not before")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for _ in range(steps + 1):
        points.append([parameter.data for parameter in parameters])
        zero_grad(parameters)
        f(parameters).backward()
        gradient_descent_step(parameters, lr)
        losses.append(f(parameters).data)
    return points, losses


@mistake("3.1 minimize", "the start is missing", says="the start is missing")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for _ in range(steps + 1):
        zero_grad(parameters)
        loss = f(parameters)
        loss.backward()
        gradient_descent_step(parameters, lr)
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
    return points, losses


@mistake("3.1 minimize", "one point too few", says="3 steps lead from the start to 3 further")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for _ in range(steps):
        zero_grad(parameters)
        loss = f(parameters)
        loss.backward()
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
        gradient_descent_step(parameters, lr)
    return points, losses


@mistake("3.1 minimize", "one after the other", says="x is moved first, and y's slope")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [list(start)], [f(parameters).data]
    for _ in range(steps):
        for parameter in parameters:
            zero_grad(parameters)
            f(parameters).backward()
            gradient_descent_step([parameter], lr)
        points.append([parameter.data for parameter in parameters])
        losses.append(f(parameters).data)
    return points, losses


@mistake("3.1 minimize", "the update recorded as graph", says="recorded as part of the graph")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for _ in range(steps + 1):
        loss = f(parameters)
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
        loss.backward()
        parameters = [parameter - lr * parameter.grad for parameter in parameters]
    return points, losses


@mistake("3.1 minimize", "the caller's start is walked with", says="the caller's start")
def minimize(f, start, lr, steps):
    points, losses = [], []
    for step in range(steps + 1):
        parameters = [Value(x) for x in start]
        loss = f(parameters)
        loss.backward()
        points.append(list(start))
        losses.append(loss.data)
        if step < steps:
            for i, parameter in enumerate(parameters):
                start[i] -= lr * parameter.grad
    return points, losses


@mistake("3.1 minimize", "one list for all points", says="one and the same list")
def minimize(f, start, lr, steps):
    point = list(start)
    points, losses = [], []
    for step in range(steps + 1):
        parameters = [Value(x) for x in point]
        loss = f(parameters)
        loss.backward()
        points.append(point)
        losses.append(loss.data)
        if step < steps:
            for i, parameter in enumerate(parameters):
                point[i] -= lr * parameter.grad
    return points, losses


@mistake("3.1 minimize", "losses as Values", says="keeps its whole graph in memory")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for step in range(steps + 1):
        if step > 0:
            gradient_descent_step(parameters, lr)
        zero_grad(parameters)
        loss = f(parameters)
        loss.backward()
        points.append([parameter.data for parameter in parameters])
        losses.append(loss)
    return points, losses


@mistake("3.1 minimize", "it stops where the loss no longer falls", says="for the caller to judge")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [], []
    for step in range(steps + 1):
        if step > 0:
            gradient_descent_step(parameters, lr)
        zero_grad(parameters)
        loss = f(parameters)
        if losses and loss.data >= losses[-1]:
            break
        loss.backward()
        points.append([parameter.data for parameter in parameters])
        losses.append(loss.data)
    return points, losses


@mistake("3.1 minimize", "the start is the first point itself", says="caller's own list")
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points, losses = [start], [f(parameters).data]
    for _ in range(steps):
        zero_grad(parameters)
        f(parameters).backward()
        gradient_descent_step(parameters, lr)
        points.append([p.data for p in parameters])
        losses.append(f(parameters).data)
    return points, losses


@mistake("3.1 minimize", "an infinite loss ends the walk", says="visited 2 points and noted")
def minimize(f, start, lr, steps):
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
        if not isfinite(loss.data):
            break
    return points, losses


@mistake(
    "3.1 minimize",
    "pairs of a point and its loss",
    says="the list of all points and the list of all losses",
)
def minimize(f, start, lr, steps):
    parameters = [Value(x) for x in start]
    points = []
    for step in range(steps + 1):
        if step > 0:
            gradient_descent_step(parameters, lr)
        zero_grad(parameters)
        loss = f(parameters)
        loss.backward()
        points.append(([parameter.data for parameter in parameters], loss.data))
    return points


@mistake("3.1 minimize", "the losses come first", says="the losses come first, and then")
def minimize(f, start, lr, steps):
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
    return losses, points


@mistake(
    "3.1 minimize",
    "points are arrays",
    says="entry [0] of the list of points is",
    prelude="import numpy as np",
)
def minimize(f, start, lr, steps):
    point, points, losses = np.array(start, dtype=float), [], []
    for _ in range(steps + 1):
        parameters = [Value(float(x)) for x in point]
        loss = f(parameters)
        loss.backward()
        points.append(point)
        losses.append(loss.data)
        point = point - lr * np.array([parameter.grad for parameter in parameters])
    return points, losses


# ---- is_diverging


@mistake("3.1 is_diverging", "NaN is above nothing", says="NaN is above nothing")
def is_diverging(losses):
    if not losses:
        raise ValueError("no losses")
    return losses[-1] > losses[0] or losses[-1] == inf


@mistake("3.1 is_diverging", "the last two", says="not with the one before it")
def is_diverging(losses):
    if not losses:
        raise ValueError("no losses")
    return not isfinite(losses[-1]) or (len(losses) > 1 and losses[-1] > losses[-2])


@mistake("3.1 is_diverging", "any rise on the way", says="not the highest")
def is_diverging(losses):
    if not losses:
        raise ValueError("no losses")
    return not isfinite(losses[-1]) or any(b > losses[0] for b in losses)


@mistake("3.1 is_diverging", "not falling is diverging", says="does not end above the first")
def is_diverging(losses):
    if not losses:
        raise ValueError("no losses")
    return not isfinite(losses[-1]) or (len(losses) > 1 and losses[-1] >= losses[0])


@mistake("3.1 is_diverging", "any NaN on the way", says="the last is finite, and below")
def is_diverging(losses):
    if not losses:
        raise ValueError("none")
    return any(x != x for x in losses) or not isfinite(losses[-1]) or losses[-1] > losses[0]


@mistake("3.1 is_diverging", "sizes are compared", says="its size is smaller")
def is_diverging(losses):
    if not losses:
        raise ValueError("none")
    return not isfinite(losses[-1]) or abs(losses[-1]) > abs(losses[0])


@mistake("3.1 is_diverging", "half as much again is forgiven", says="by however little")
def is_diverging(losses):
    if not losses:
        raise ValueError("none")
    return not isfinite(losses[-1]) or losses[-1] > 1.5 * losses[0]


@mistake(
    "3.1 is_diverging",
    "a first loss of NaN is above nothing",
    says="nothing can be called no higher",
)
def is_diverging(losses):
    if not losses:
        raise ValueError("no losses to judge by")
    return not isfinite(losses[-1]) or losses[-1] > losses[0]


# ---- fit_line


@mistake("3.1 fit_line", "the sum of squared errors", says="added up, not averaged")
def fit_line(xs, ys, lr, steps):
    def loss(p):
        return sum((p[0] * x + p[1] - y) ** 2 for x, y in zip(xs, ys))

    return tuple(minimize(loss, [0.0, 0.0], lr, steps)[0][-1])


@mistake("3.1 fit_line", "b comes first", says="b comes before w")
def fit_line(xs, ys, lr, steps):
    def loss(p):
        return mean_squared_error([p[0] + p[1] * x for x in xs], ys)

    return tuple(minimize(loss, [0.0, 0.0], lr, steps)[0][-1])


@mistake("3.1 fit_line", "no bias", says="b is not trained")
def fit_line(xs, ys, lr, steps):
    points, _ = minimize(
        lambda p: mean_squared_error([p[0] * x for x in xs], ys), [0.0, 0.0], lr, steps
    )
    return points[-1][0], points[-1][1]


@mistake("3.1 fit_line", "by hand, without zeroing", says="not zeroed between steps")
def fit_line(xs, ys, lr, steps):
    w, b = Value(0.0), Value(0.0)
    for _ in range(steps):
        mean_squared_error([w * x + b for x in xs], ys).backward()
        gradient_descent_step([w, b], lr)
    return w.data, b.data


@mistake("3.1 fit_line", "by hand, b after w", says="w is moved first")
def fit_line(xs, ys, lr, steps):
    w = b = 0.0
    n = len(xs)
    for _ in range(steps):
        w -= lr * sum(2 * (w * x + b - y) * x for x, y in zip(xs, ys)) / n
        b -= lr * sum(2 * (w * x + b - y) for x, y in zip(xs, ys)) / n
    return w, b


@mistake("3.1 fit_line", "zip cuts the longer list", says="zip drops what is left over")
def fit_line(xs, ys, lr, steps):
    w = b = 0.0
    for _ in range(steps):
        pairs = [(w * x + b - y, x) for x, y in zip(xs, ys)]
        dw, db = sum(2 * e * x for e, x in pairs), sum(2 * e for e, _ in pairs)
        w, b = w - lr * dw / len(pairs), b - lr * db / len(pairs)
    return w, b


@mistake("3.1 fit_line", "a point at a time", says="before the next is looked at")
def fit_line(xs, ys, lr, steps):
    w, b = Value(0), Value(0)
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)}, {len(ys)}")
    for _ in range(steps):
        for x, y in zip(xs, ys):
            zero_grad([w, b])
            ((w * x + b - y) ** 2).backward()
            gradient_descent_step([w, b], lr)
    return w.data, b.data


@mistake("3.1 fit_line", "the best line on the way", says="the best line on the way")
def fit_line(xs, ys, lr, steps):
    points, losses = minimize(
        lambda p: mean_squared_error([p[0] * x + p[1] for x in xs], ys), [0.0, 0.0], lr, steps
    )
    return tuple(points[losses.index(min(losses))])


@mistake("3.1 fit_line", "Values are returned", says="wants to draw it")
def fit_line(xs, ys, lr, steps):
    points, _ = minimize(
        lambda p: mean_squared_error([p[0] * x + p[1] for x in xs], ys), [0.0, 0.0], lr, steps
    )
    return tuple(Value(number) for number in points[-1])


@mistake("3.1 fit_line", "the line of least squares at once", says="whatever the number of steps")
def fit_line(xs, ys, lr, steps):
    return fit_line_exact(xs, ys)


# ---- fit_line_exact


@mistake("3.1 fit_line_exact", "no means in the slope", says="not subtracted in the slope")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys) or len(set(xs)) < 2:
        raise ValueError("no line")
    w = sum(x * y for x, y in zip(xs, ys)) / sum(x * x for x in xs)
    return w, sum(ys) / len(ys) - w * sum(xs) / len(xs)


@mistake(
    "3.1 fit_line_exact", "N and N - 1", says="the spread over N - 1", prelude="import statistics"
)
def fit_line_exact(xs, ys):
    if len(xs) != len(ys) or len(set(xs)) < 2:
        raise ValueError("no line")
    x_mean, y_mean = statistics.mean(xs), statistics.mean(ys)
    w = statistics.mean((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys))
    w /= statistics.variance(xs)
    return w, y_mean - w * x_mean


@mistake("3.1 fit_line_exact", "a spread of exactly 0", says="3 points at x = 0.1")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    if spread == 0:
        raise ValueError("all xs are the same")
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


@mistake("3.1 fit_line_exact", "zip cuts the longer list", says="zip drops what is left over")
def fit_line_exact(xs, ys):
    if len(set(xs)) < 2:
        raise ValueError("no line")
    pairs = list(zip(xs, ys))
    x_mean, y_mean = sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)
    w = sum((x - x_mean) * (y - y_mean) for x, y in pairs) / sum(
        (x - x_mean) ** 2 for x, _ in pairs
    )
    return w, y_mean - w * x_mean


@mistake("3.1 fit_line_exact", "a single point divides by 0", says="a single point leads to")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    if len(xs) > 1 and all(x == xs[0] for x in xs):
        raise ValueError(f"a slope needs two different xs, not {xs}")
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


@mistake("3.1 fit_line_exact", "a small spread is taken for none", says="however close some")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    if spread < 1e-12:
        raise ValueError(f"a slope needs two different xs, not {xs}")
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


@mistake("3.1 fit_line_exact", "only the ends are compared", says="refused the xs [1.0, 3.0, 1.0]")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    if len(xs) < 2 or xs[0] == xs[-1]:
        raise ValueError(f"a slope needs two different xs, not {xs}")
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


@mistake("3.1 fit_line_exact", "a spread below a limit is called 0", says="off in its last digit")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    if spread < 1e-20:
        raise ValueError(f"a slope needs two different xs, not {xs}")
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


# ---- largest_stable_learning_rate


@mistake("3.1 largest_stable_learning_rate", "1 over it", says="a single step arrives")
def largest_stable_learning_rate(curvatures):
    if not all(curvature > 0 for curvature in curvatures):
        raise ValueError(f"{curvatures}")
    return 1 / max(curvatures)


@mistake("3.1 largest_stable_learning_rate", "the flattest", says="smallest curvature decides")
def largest_stable_learning_rate(curvatures):
    if not all(curvature > 0 for curvature in curvatures):
        raise ValueError(f"{curvatures}")
    return 2 / min(curvatures)


@mistake("3.1 largest_stable_learning_rate", "NaN gets through", says="no comparison with NaN")
def largest_stable_learning_rate(curvatures):
    for curvature in curvatures:
        if curvature <= 0:
            raise ValueError(f"not {curvature}")
    return 2 / max(curvatures)


@mistake(
    "3.1 largest_stable_learning_rate", "only the largest is looked at", says="-0.5, not above"
)
def largest_stable_learning_rate(curvatures):
    if not max(curvatures) > 0:
        raise ValueError(f"not {max(curvatures)}")
    return 2 / max(curvatures)


@mistake(
    "3.1 largest_stable_learning_rate",
    "an epsilon is added to the curvature",
    says="1e-08 is added to the curvature",
)
def largest_stable_learning_rate(curvatures):
    for curvature in curvatures:
        if not curvature > 0:
            raise ValueError(f"{curvature} is not above 0")
    return 2 / (max(curvatures) + 1e-8)


# ---- learning_rate_sweep


@mistake("3.1 learning_rate_sweep", "the error ends all", says="ended them all")
def learning_rate_sweep(f, start, rates, steps):
    return [(rate, minimize(f, start, rate, steps)[1][-1]) for rate in rates]


@mistake("3.1 learning_rate_sweep", "NaN is handed on", says="NaN is handed on")
def learning_rate_sweep(f, start, rates, steps):
    results = []
    for rate in rates:
        try:
            results.append((rate, minimize(f, start, rate, steps)[1][-1]))
        except OverflowError:
            results.append((rate, inf))
    return results


@mistake("3.1 learning_rate_sweep", "every error is caught", says="a slip in it")
def learning_rate_sweep(f, start, rates, steps):
    results = []
    for rate in rates:
        try:
            loss = minimize(f, start, rate, steps)[1][-1]
        except Exception:
            loss = inf
        results.append((rate, loss if isfinite(loss) else inf))
    return results


@mistake("3.1 learning_rate_sweep", "on from the last end", says="where the last one ended")
def learning_rate_sweep(f, start, rates, steps):
    results, point = [], start
    for rate in rates:
        points, losses = minimize(f, point, rate, steps)
        point = points[-1]
        results.append((rate, losses[-1]))
    return results


@mistake("3.1 learning_rate_sweep", "diverging is infinite", says="every loss that rises")
def learning_rate_sweep(f, start, rates, steps):
    results = []
    for rate in rates:
        try:
            losses = minimize(f, start, rate, steps)[1]
        except OverflowError:
            losses = [inf]
        results.append((rate, inf if is_diverging(losses) else losses[-1]))
    return results


@mistake("3.1 learning_rate_sweep", "a division by 0 is an infinite loss, too", says="a slip in it")
def learning_rate_sweep(f, start, rates, steps):
    results = []
    for rate in rates:
        try:
            loss = minimize(f, start, rate, steps)[1][-1]
        except ArithmeticError:
            loss = inf
        results.append((rate, loss if isfinite(loss) else inf))
    return results


@mistake("3.1 learning_rate_sweep", "a dictionary loses equal rates", says="each once")
def learning_rate_sweep(f, start, rates, steps):
    results = {}
    for rate in rates:
        try:
            loss = minimize(f, start, rate, steps)[1][-1]
        except OverflowError:
            loss = inf
        results[rate] = loss if isfinite(loss) else inf
    return list(results.items())


@mistake(
    "3.1 learning_rate_sweep",
    "a large loss is called infinite",
    says="large enough is called infinite",
)
def learning_rate_sweep(f, start, rates, steps):
    results = []
    for rate in rates:
        try:
            loss = minimize(f, start, rate, steps)[1][-1]
        except OverflowError:
            loss = inf
        results.append((rate, loss if loss < 1e12 else inf))
    return results


# ---- line_search


@mistake("3.1 line_search", "any fall will do", says="too small a fall is accepted")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here = f([Value(x) for x in point]).data
    for _ in range(51):
        if f([Value(x - lr * g) for x, g in zip(point, gradient)]).data < here:
            return lr
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "the length is not squared", says="too small a fall is accepted")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, length = f([Value(x) for x in point]).data, sum(g * g for g in gradient) ** 0.5
    for _ in range(51):
        there = f([Value(x - lr * g) for x, g in zip(point, gradient)]).data
        if there <= here - 1e-4 * lr * length:
            return lr
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "the length as a sum of sizes", says="sum of the squares")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, length = f([Value(x) for x in point]).data, sum(abs(g) for g in gradient)
    for _ in range(51):
        there = f([Value(x - lr * g) for x, g in zip(point, gradient)]).data
        if there <= here - 1e-4 * lr * length**2:
            return lr
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "uphill", says="Does it step against the gradient")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, slope = f([Value(x) for x in point]).data, sum(g * g for g in gradient)
    for _ in range(51):
        there = f([Value(x + lr * g) for x, g in zip(point, gradient)]).data
        if there <= here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "while it is too high", says="NaN counts as low enough")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, slope = f([Value(x) for x in point]).data, sum(g * g for g in gradient)
    halvings = 0
    while f([Value(x - lr * g) for x, g in zip(point, gradient)]).data > here - 1e-4 * lr * slope:
        lr *= shrink
        halvings += 1
        if halvings > 50:
            raise ValueError("no rate")
    return lr


@mistake("3.1 line_search", "the point is taken along", says="trying a step is not taking it")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, slope = f([Value(x) for x in point]).data, sum(g * g for g in gradient)
    for _ in range(51):
        for i, g in enumerate(gradient):
            point[i] -= lr * g
        if f([Value(x) for x in point]).data <= here - 1e-4 * lr * slope:
            return lr
        for i, g in enumerate(gradient):
            point[i] += lr * g
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "50 tries in all", says="50 shrunken rates after the first")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, slope = f([Value(x) for x in point]).data, sum(g * g for g in gradient)
    for _ in range(50):
        there = f([Value(x - lr * g) for x, g in zip(point, gradient)]).data
        if there <= here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "it never gives up", says="should raise ValueError")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, slope = f([Value(x) for x in point]).data, sum(g * g for g in gradient)
    while lr > 0:
        there = f([Value(x - lr * g) for x, g in zip(point, gradient)]).data
        if there <= here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    return lr


@mistake("3.1 line_search", "strictly less is asked for", says="a fall of at least 0")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    here, slope = f([Value(x) for x in point]).data, sum(g * g for g in gradient)
    for _ in range(51):
        there = f([Value(x - lr * g) for x, g in zip(point, gradient)]).data
        if there < here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "an overflow ends the search", says="came through")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    def loss_at(numbers):
        return f([Value(x) for x in numbers]).data

    here, slope = loss_at(point), sum(g * g for g in gradient)
    for _ in range(51):
        there = loss_at([x - lr * g for x, g in zip(point, gradient)])
        if there <= here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    raise ValueError("no rate")


@mistake("3.1 line_search", "every error is a rate that is too long", says="a slip in it")
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    def loss_at(numbers):
        try:
            return f([Value(x) for x in numbers]).data
        except Exception:
            return inf

    here, slope = loss_at(point), sum(g * g for g in gradient)
    for _ in range(51):
        there = loss_at([x - lr * g for x, g in zip(point, gradient)])
        if there <= here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    raise ValueError("no")


@mistake(
    "3.1 line_search", "from NaN the first rate is taken", says="the loss is NaN from the start"
)
def line_search(f, point, gradient, lr=1.0, shrink=0.5):
    def loss_at(numbers):
        try:
            loss = f([Value(x) for x in numbers]).data
        except OverflowError:
            return inf
        return loss if loss == loss else inf

    here, slope = loss_at(point), sum(g * g for g in gradient)
    for _ in range(51):
        if loss_at([x - lr * g for x, g in zip(point, gradient)]) <= here - 1e-4 * lr * slope:
            return lr
        lr *= shrink
    raise ValueError("no rate makes the loss fall")


@mistake(
    "3.1 gradient_descent_step",
    "the gradient is cut off at 100",
    says="the gradient is cut off at ±100",
)
def gradient_descent_step(parameters, lr):
    for p in parameters:
        p.data -= lr * max(-100, min(100, p.grad))


@mistake(
    "3.1 gradient_descent_step",
    "the new number is rounded",
    says="small steps are rounded",
)
def gradient_descent_step(parameters, lr):
    for p in parameters:
        p.data = round(p.data - lr * p.grad, 10)


@mistake(
    "3.1 minimize",
    "the first point is the caller's numbers",
    says="float",
)
def minimize(f, start, lr, steps):
    points, losses = [list(start)], [f([Value(x) for x in start]).data]
    ps = [Value(x) for x in start]
    for _ in range(steps):
        zero_grad(ps)
        f(ps).backward()
        gradient_descent_step(ps, lr)
        points.append([p.data for p in ps])
        losses.append(f(ps).data)
    return points, losses


@mistake(
    "3.1 is_diverging",
    "a tolerance of 1e-9",
    says="by however little",
)
def is_diverging(losses):
    if not losses:
        raise ValueError("none")
    return not (isfinite(losses[-1]) and losses[-1] <= losses[0] + 1e-9)


@mistake(
    "3.1 is_diverging",
    "an infinite first loss is divergence",
    says="however large either is",
)
def is_diverging(losses):
    if not losses:
        raise ValueError("none")
    return not (isfinite(losses[-1]) and isfinite(losses[0]) and losses[-1] <= losses[0])


@mistake(
    "3.1 is_diverging",
    "a loss above a million is divergence",
    says="however large either is",
)
def is_diverging(losses):
    if not losses:
        raise ValueError("none")
    return not (isfinite(losses[-1]) and losses[-1] <= losses[0]) or losses[-1] > 1e6


@mistake(
    "3.1 largest_stable_learning_rate",
    "a tiny curvature is refused",
    says="and is above 0",
)
def largest_stable_learning_rate(curvatures):
    for c in curvatures:
        if not c > 1e-12:
            raise ValueError(f"{c}")
    return 2 / max(curvatures)


@mistake("3.1 fit_line_exact", "xs within 1e-12 are the same", says="and they differ")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} and {len(ys)}")
    if max(xs) - min(xs) < 1e-12:
        raise ValueError("all xs are the same")
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


@mistake(
    "3.1 fit_line_exact",
    "xs that isclose calls close are the same",
    says="and they differ",
    prelude="from math import isclose",
)
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} and {len(ys)}")
    if all(isclose(x, xs[0]) for x in xs):
        raise ValueError("all xs are the same")
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    w = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / spread
    return w, y_mean - w * x_mean


@mistake("3.1 fit_line", "the walk begins at small numbers", says="begins at small numbers")
def fit_line(xs, ys, lr, steps):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, {len(ys)} ys")
    w, b = Value(0.01), Value(0.01)
    for _ in range(steps):
        zero_grad([w, b])
        mean_squared_error([w * x + b for x in xs], ys).backward()
        gradient_descent_step([w, b], lr)
    return w.data, b.data


@mistake("3.1 fit_line", "the xs are centred first", says="the xs are centred first")
def fit_line(xs, ys, lr, steps):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, {len(ys)} ys")
    mean = sum(xs) / len(xs)
    w, b = Value(0.0), Value(0.0)
    for _ in range(steps):
        zero_grad([w, b])
        mean_squared_error([w * (x - mean) + b for x in xs], ys).backward()
        gradient_descent_step([w, b], lr)
    return w.data, b.data - w.data * mean


@mistake("3.1 fit_line", "a share of a step for each point", says="moves the line on by its share")
def fit_line(xs, ys, lr, steps):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    w = b = 0.0
    for _ in range(steps):
        for x, y in zip(xs, ys):
            off = 2 * (w * x + b - y) / len(xs)
            w, b = w - lr * off * x, b - lr * off
    return w, b


@mistake("3.1 fit_line", "the xs are standardised first", says="the xs are standardised first")
def fit_line(xs, ys, lr, steps):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    n, mean = len(xs), sum(xs) / len(xs)
    spread = (sum((x - mean) ** 2 for x in xs) / n) ** 0.5 or 1.0
    zs = [(x - mean) / spread for x in xs]
    w = b = 0.0
    for _ in range(steps):
        off = [w * z + b - y for z, y in zip(zs, ys)]
        w, b = w - 2 * lr * sum(e * z for e, z in zip(off, zs)) / n, b - 2 * lr * sum(off) / n
    return w / spread, b - w * mean / spread


@mistake(
    "3.1 gradient_descent_step", "the rate as it comes", says="w.data after a step at the rate"
)
def gradient_descent_step(parameters, lr):
    for parameter in listed(parameters):
        parameter.data -= lr * parameter.grad


@mistake("3.1 gradient_descent_step", "whatever is listed", says="a list with one parameter twice")
def gradient_descent_step(parameters, lr):
    for parameter in parameters:
        parameter.data -= float(lr) * parameter.grad


@mistake("3.1 minimize", "nothing where no step is", says="left out where there is no step")
def minimize(f, start, lr, steps):
    if not steps:
        return [[float(x) for x in start]], []
    parameters, points, losses = [Value(x) for x in start], [], []
    for step in range(steps + 1):
        loss = f(parameters)
        points.append([p.data for p in parameters])
        losses.append(loss.data)
        if step < steps:
            zero_grad(parameters)
            loss.backward()
            gradient_descent_step(parameters, lr)
    return points, losses


@mistake("3.1 fit_line_exact", "raw sums", says="a difference of numbers so large")
def fit_line_exact(xs, ys):
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} xs, but {len(ys)} ys")
    n, sx, sy = len(xs), sum(xs), sum(ys)
    spread = n * sum(x * x for x in xs) - sx * sx
    if spread == 0:
        raise ValueError("all xs are the same")
    w = (n * sum(x * y for x, y in zip(xs, ys)) - sx * sy) / spread
    return w, (sy - w * sx) / n
