"""Right solutions of 1.1 in other designs than the reference's."""

from tests.alternatives import alternative


@alternative("1.1 numerical_derivative", "the width as it was really walked")
def numerical_derivative(f, x, h=1e-5):
    left, right = x - h, x + h
    return (f(right) - f(left)) / (right - left)


@alternative("1.1 numerical_derivative", "the mean of forwards and backwards")
def numerical_derivative(f, x, h=1e-5):
    here = f(x)
    forwards, backwards = (f(x + h) - here) / h, (here - f(x - h)) / h
    return (forwards + backwards) / 2


@alternative("1.1 numerical_derivative", "half of the rise, from right to left")
def numerical_derivative(f, x, h=1e-5):
    return 0.5 * (f(x - h) - f(x + h)) / -h


@alternative("1.1 numerical_gradient", "a loop over two copies")
def numerical_gradient(f, xs, h=1e-5):
    gradient = []
    for i in range(len(xs)):
        up, down = xs.copy(), xs.copy()
        up[i] += h
        down[i] -= h
        gradient.append((f(up) - f(down)) / (2 * h))
    return gradient


@alternative("1.1 numerical_gradient", "in place, put back exactly even after an error")
def numerical_gradient(f, xs, h=1e-5):
    gradient = []
    for i, x in enumerate(list(xs)):
        try:
            xs[i] = x + h
            up = f(xs)
            xs[i] = x - h
            gradient.append((up - f(xs)) / (2 * h))
        finally:
            xs[i] = x
    return gradient


@alternative("1.1 numerical_gradient", "rows of a matrix of nudges")
def numerical_gradient(f, xs, h=1e-5):
    places = range(len(xs))

    def moved(i, step):
        return [x + step * (i == j) for j, x in enumerate(xs)]

    return [(f(moved(i, h)) - f(moved(i, -h))) / (2 * h) for i in places]


@alternative("1.1 numerical_gradient", "numpy on the way", prelude="import numpy")
def numerical_gradient(f, xs, h=1e-5):
    steps = h * numpy.eye(len(xs))
    point = numpy.array(xs)
    return [(f((point + step).tolist()) - f((point - step).tolist())) / (2 * h) for step in steps]


@alternative("1.1 predict_change", "zip that is strict")
def predict_change(gradient, nudges):
    return sum(slope * nudge for slope, nudge in zip(gradient, nudges, strict=True))


@alternative("1.1 predict_change", "a loop with an index")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("as many nudges as slopes, please")
    change = 0.0
    for i in range(len(gradient)):
        change += gradient[i] * nudges[i]
    return change


@alternative("1.1 predict_change", "numpy's dot product", prelude="import numpy")
def predict_change(gradient, nudges):
    return numpy.dot(gradient, nudges)


@alternative("1.1 Value.__init__", "the type is asked, and the fields are set one by one")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if issubclass(type(data), int | float | Real):
        number = float(data)
    else:
        raise TypeError(f"no real number: {data!r}")
    given = {"parents": parents, "local_grads": local_grads, "op": op, "label": label}
    for name, field in {"data": number, "grad": 0.0, **given}.items():
        setattr(self, name, field)


@alternative("1.1 Value.__repr__", "a list of the fields to show")
def __repr__(self):
    names = ["label"] if self.label != "" else []
    names += ["data", "grad"]
    return f"Value({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


@alternative("1.1 Value.wrap", "a check for what is no Value")
def wrap(x):
    if not isinstance(x, Value):
        x = Value(data=x)
    return x


@alternative("1.1 Value.is_leaf", "the number of parents")
def is_leaf(self):
    return len(self.parents) == 0


@alternative("1.1 zero_grad", "setattr")
def zero_grad(values):
    for value in list(values):
        setattr(value, "grad", 0.0)  # noqa: B010


@alternative("1.1 Value.__init__", "the error holds what came, and nothing else")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(repr(data))
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label
