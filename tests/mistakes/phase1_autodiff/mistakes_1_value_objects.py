"""Wrong solutions of 1.1 that its specs reject by name."""

from tests.mistakes import mistake

# ---- numerical_derivative


@mistake("1.1 numerical_derivative", "the step is taken forwards", says="taken forwards only")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + h) - f(x)) / h


@mistake("1.1 numerical_derivative", "the step is taken backwards", says="taken backwards only")
def numerical_derivative(f, x, h=1e-5):
    return (f(x) - f(x - h)) / h


@mistake("1.1 numerical_derivative", "division by h", says="divided by h, although")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / h


@mistake("1.1 numerical_derivative", "division by 2 alone", says="h is left out")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / 2


@mistake("1.1 numerical_derivative", "no division", says="is not divided at all")
def numerical_derivative(f, x, h=1e-5):
    return f(x + h) - f(x - h)


@mistake("1.1 numerical_derivative", "brackets around 2 * h forgotten", says="/ 2 * h")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / 2 * h


@mistake("1.1 numerical_derivative", "multiplied by the width", says="multiplied by the width")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) * 2 * h


@mistake("1.1 numerical_derivative", "the ends swapped", says="not the other way round")
def numerical_derivative(f, x, h=1e-5):
    return (f(x - h) - f(x + h)) / (2 * h)


@mistake("1.1 numerical_derivative", "h is ignored", says="a small step of your own")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5


@mistake("1.1 numerical_derivative", "a step relative to x", says="h times x")
def numerical_derivative(f, x, h=1e-5):
    step = h * x
    return (f(x + step) - f(x - step)) / (2 * step)


@mistake("1.1 numerical_derivative", "the default step is too wide", says="slope of x³ at 2 is not")
def numerical_derivative(f, x, h=1e-2):
    return (f(x + h) - f(x - h)) / (2 * h)


@mistake(
    "1.1 numerical_derivative", "the default step is too small", says="slope of x³ at 2 is not"
)
def numerical_derivative(f, x, h=1e-12):
    return (f(x + h) - f(x - h)) / (2 * h)


@mistake("1.1 numerical_derivative", "no return", says="does every path end in a return")
def numerical_derivative(f, x, h=1e-5):
    (f(x + h) - f(x - h)) / (2 * h)


# ---- numerical_gradient


@mistake("1.1 numerical_gradient", "all entries at once", says="nudged at once")
def numerical_gradient(f, xs, h=1e-5):
    up, down = f([x + h for x in xs]), f([x - h for x in xs])
    return [(up - down) / (2 * h) for _ in xs]


@mistake("1.1 numerical_gradient", "the last entry first", says="in the wrong order")
def numerical_gradient(f, xs, h=1e-5):
    def slope_along(i):
        return numerical_derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], h)

    return [slope_along(i) for i in reversed(range(len(xs)))]


@mistake("1.1 numerical_gradient", "a lambda in a loop sees the first i", says="the same entry")
def numerical_gradient(f, xs, h=1e-5):
    def slope_along(i):
        return numerical_derivative(lambda x: f([x, *xs[1:]]), xs[0], h)

    return [slope_along(i) for i in range(len(xs))]


@mistake("1.1 numerical_gradient", "the entry before is nudged", says="the entry before")
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        up, down = list(xs), list(xs)
        up[i - 1] += h
        down[i - 1] -= h
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes


@mistake("1.1 numerical_gradient", "the entry after is nudged", says="the entry after")
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        up, down = list(xs), list(xs)
        up[(i + 1) % len(xs)] += h
        down[(i + 1) % len(xs)] -= h
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes


@mistake("1.1 numerical_gradient", "one number for all", says="added up to one number")
def numerical_gradient(f, xs, h=1e-5):
    return sum(
        numerical_derivative(lambda x, i=i: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], h)
        for i in range(len(xs))
    )


@mistake("1.1 numerical_gradient", "division by h", says="divided by h, although")
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        up, down = list(xs), list(xs)
        up[i] += h
        down[i] -= h
        slopes.append((f(up) - f(down)) / h)
    return slopes


@mistake("1.1 numerical_gradient", "forwards only", says="taken forwards only")
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        up = list(xs)
        up[i] += h
        slopes.append((f(up) - f(xs)) / h)
    return slopes


@mistake("1.1 numerical_gradient", "h is not handed on", says="h is not handed on")
def numerical_gradient(f, xs, h=1e-5):
    def slope_along(i):
        return numerical_derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i])

    return [slope_along(i) for i in range(len(xs))]


@mistake("1.1 numerical_gradient", "the default step is too wide", says="at (2, 5) is not right")
def numerical_gradient(f, xs, h=1e-2):
    def slope_along(i):
        return numerical_derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], h)

    return [slope_along(i) for i in range(len(xs))]


@mistake("1.1 numerical_gradient", "one copy for all, left at x + h", says="left at x + h")
def numerical_gradient(f, xs, h=1e-5):
    moved, slopes = list(xs), []
    for i in range(len(xs)):
        moved[i] = xs[i] - h
        down = f(moved)
        moved[i] = xs[i] + h
        slopes.append((f(moved) - down) / (2 * h))
    return slopes


@mistake("1.1 numerical_gradient", "an alias for a copy, left at x - h", says="left at x - h")
def numerical_gradient(f, xs, h=1e-5):
    moved, slopes = xs, []
    for i, x in enumerate(list(xs)):
        moved[i] = x + h
        up = f(moved)
        moved[i] = x - h
        slopes.append((up - f(moved)) / (2 * h))
    return slopes


@mistake("1.1 numerical_gradient", "put back by arithmetic", says="not restored exactly")
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        xs[i] += h
        up = f(xs)
        xs[i] -= 2 * h
        down = f(xs)
        xs[i] += h
        slopes.append((up - down) / (2 * h))
    return slopes


@mistake(
    "1.1 numerical_gradient", "not put back after an error", says="the caller's list is left at"
)
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i, x in enumerate(list(xs)):
        xs[i] = x + h
        up = f(xs)
        xs[i] = x - h
        down = f(xs)
        xs[i] = x
        slopes.append((up - down) / (2 * h))
    return slopes


@mistake("1.1 numerical_gradient", "f is given a tuple", says="('tuple', 3)")
def numerical_gradient(f, xs, h=1e-5):
    def slope_along(i):
        return numerical_derivative(lambda x: f((*xs[:i], x, *xs[i + 1 :])), xs[i], h)

    return [slope_along(i) for i in range(len(xs))]


@mistake("1.1 numerical_gradient", "f is given one number", says="takes the whole list")
def numerical_gradient(f, xs, h=1e-5):
    return [numerical_derivative(f, x, h) for x in xs]


# ---- predict_change


@mistake("1.1 predict_change", "divided by the nudge", says="divided by the nudge")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    return sum(slope / nudge for slope, nudge in zip(gradient, nudges))


@mistake("1.1 predict_change", "return inside the loop", says="only the first input counts")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    for slope, nudge in zip(gradient, nudges):
        return slope * nudge


@mistake("1.1 predict_change", "the sum is overwritten", says="only the last input counts")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    change = 0.0
    for slope, nudge in zip(gradient, nudges):
        change = slope * nudge
    return change


@mistake("1.1 predict_change", "sizes for signs", says="without their signs")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    return sum(abs(slope * nudge) for slope, nudge in zip(gradient, nudges))


@mistake("1.1 predict_change", "average for sum", says="the average is taken")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    return sum(slope * nudge for slope, nudge in zip(gradient, nudges)) / len(gradient)


@mistake("1.1 predict_change", "product of two sums", says="each added up first")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    return sum(gradient) * sum(nudges)


@mistake("1.1 predict_change", "the products, not their sum", says="the list of contributions")
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    return [slope * nudge for slope, nudge in zip(gradient, nudges)]


@mistake("1.1 predict_change", "zip drops what is left over", says=("zip drops", "ValueError"))
def predict_change(gradient, nudges):
    return sum(slope * nudge for slope, nudge in zip(gradient, nudges))


@mistake("1.1 predict_change", "only too few nudges are noticed", says="2 slopes and 3 nudges")
def predict_change(gradient, nudges):
    if len(nudges) < len(gradient):
        raise ValueError("too few nudges")
    return sum(slope * nudge for slope, nudge in zip(gradient, nudges))


# ---- Value.__init__


@mistake("1.1 Value.__init__", "an int is kept", says="should be the float 3.0")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = data, 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake(
    "1.1 Value.__init__", "a number that is more than a float is kept", says="still of type Float64"
)
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = data if isinstance(data, float) else float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "only int and float are let in", says="int and float are two kinds")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, int | float):
        raise TypeError(f"Fraction and all others are refused: {data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "the gradient starts at one", says="nothing has flowed back")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 1.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "the gradient starts as None", says="grad of a new Value is None")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), None
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "the gradient starts as an int", says="should be the float 0.0")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "lists as defaults", says="a default argument is made once")
def __init__(self, data, parents=[], local_grads=[], op="", label=""):  # noqa: B006
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "parents are a set", says="Was a set made of them")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad, self.parents = float(data), 0.0, set(parents)
    self.local_grads, self.op, self.label = local_grads, op, label


@mistake("1.1 Value.__init__", "parents are copied", says="copies would be strangers")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents = tuple(Value(parent.data) for parent in parents)
    self.local_grads, self.op, self.label = local_grads, op, label


@mistake("1.1 Value.__init__", "parents are turned round", says="in this order")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad, self.parents = float(data), 0.0, parents[::-1]
    self.local_grads, self.op, self.label = local_grads, op, label


@mistake("1.1 Value.__init__", "op and label swapped", says="not what was given")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, label, op


@mistake("1.1 Value.__init__", "the label is kept on the class", says="kept on the class")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op = parents, local_grads, op
    Value.label = label


@mistake("1.1 Value.__init__", "the gradient is kept on the class", says="a.grad cannot be set")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, Value.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "equality by number", says="Value(1.0) == Value(1.0) says True")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label
    Value.__eq__ = lambda a, b: a.data == b.data  # as if it stood in the class


@mistake("1.1 Value.__init__", "no check: text is made a number", says="should raise TypeError")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "the error names nothing", says="does not name '3'")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError("not a number")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "a ValueError for a TypeError", says="ValueError: '3'")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise ValueError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "a Value inside a Value", says="cuts the graph")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real | Value):
        raise TypeError(f"{data!r}")
    self.data, self.grad = data if isinstance(data, Value) else float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "the number of a Value is taken out", says="cuts the graph")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    data = getattr(data, "data", data) if type(data) is Value else data
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


# ---- Value.__repr__


@mistake("1.1 Value.__repr__", "an empty label is shown", says="Value(label='', data=3.0")
def __repr__(self):
    return f"Value(label={self.label!r}, data={self.data}, grad={self.grad})"


@mistake("1.1 Value.__repr__", "the label comes last", says="the label comes first")
def __repr__(self):
    label = f", label={self.label!r}" if self.label else ""
    return f"Value(data={self.data}, grad={self.grad}{label})"


@mistake("1.1 Value.__repr__", "the label without quotes", says="label=a,")
def __repr__(self):
    label = f"label={self.label}, " if self.label else ""
    return f"Value({label}data={self.data}, grad={self.grad})"


@mistake("1.1 Value.__repr__", "the gradient is always 0.0", says="as it was at the beginning")
def __repr__(self):
    label = f"label={self.label!r}, " if self.label else ""
    return f"Value({label}data={self.data}, grad=0.0)"


@mistake("1.1 Value.__repr__", "rounded to one digit", says="was it rounded?")
def __repr__(self):
    label = f"label={self.label!r}, " if self.label else ""
    return f"Value({label}data={self.data:.1f}, grad={self.grad:.1f})"


@mistake("1.1 Value.__repr__", "printed, not returned", says="__repr__ returned non-string")
def __repr__(self):
    print(f"Value(data={self.data}, grad={self.grad})")


# ---- Value.wrap


@mistake("1.1 Value.wrap", "a copy for the Value itself", says="a graph of its own")
def wrap(x):
    return Value(x.data) if isinstance(x, Value) else Value(x)


@mistake("1.1 Value.wrap", "always a new Value", says="a Value holds a real number, not Value")
def wrap(x):
    return Value(x)


@mistake("1.1 Value.wrap", "nothing is wrapped", says="should be a Value")
def wrap(x):
    return x


@mistake("1.1 Value.wrap", "what is no number is handed through", says="should raise TypeError")
def wrap(x):
    return Value(x) if isinstance(x, Real) else x


@mistake("1.1 Value.wrap", "known by an attribute", says="an attribute called data")
def wrap(x):
    return x if hasattr(x, "data") else Value(x)


# ---- Value.is_leaf


@mistake("1.1 Value.is_leaf", "the opposite", says="is_leaf of Value(3.0) is False")
def is_leaf(self):
    return bool(self.parents)


@mistake("1.1 Value.is_leaf", "the parents for an answer", says="is_leaf of a product is (")
def is_leaf(self):
    return self.parents or True


@mistake("1.1 Value.is_leaf", "the op decides", says="even without op")
def is_leaf(self):
    return self.op == ""


@mistake("1.1 Value.is_leaf", "the local gradients decide", says="even without op or local_grads")
def is_leaf(self):
    return not self.local_grads


@mistake("1.1 Value.is_leaf", "the gradient decides", says="whatever its grad says")
def is_leaf(self):
    return not self.parents and self.grad == 0.0


@mistake("1.1 Value.is_leaf", "compared with None", says="is_leaf of Value(3.0) is False")
def is_leaf(self):
    return self.parents is None


# ---- zero_grad


@mistake("1.1 zero_grad", "return inside the loop", says="only the first is cleared")
def zero_grad(values):
    for value in values:
        value.grad = 0.0
        return


@mistake("1.1 zero_grad", "after the loop", says="only the last is cleared")
def zero_grad(values):
    for value in values:
        last = value
    last.grad = 0.0


@mistake("1.1 zero_grad", "new Values are made", says="new Values were made")
def zero_grad(values):
    return [Value(value.data) for value in values]


@mistake("1.1 zero_grad", "the numbers are cleared too", says="the numbers are cleared")
def zero_grad(values):
    for value in values:
        value.data = value.grad = 0.0


@mistake("1.1 zero_grad", "the parents are cleared too", says="the parents are cleared")
def zero_grad(values):
    for value in values:
        value.grad = 0.0
        zero_grad(value.parents)


@mistake("1.1 zero_grad", "cleared to None", says="[None, None, None]")
def zero_grad(values):
    for value in values:
        value.grad = None


@mistake("1.1 zero_grad", "only a list will do", says="'generator'")
def zero_grad(values):
    for i in range(len(values)):
        values[i].grad = 0.0


# ---- rounded, cut short, or a little too clever


@mistake("1.1 numerical_derivative", "five points for three", says="more points than x - h")
def numerical_derivative(f, x, h=1e-5):
    return (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h)


@mistake("1.1 numerical_derivative", "half of h to either side", says="half of h to either side")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + h / 2) - f(x - h / 2)) / h


@mistake("1.1 numerical_derivative", "rounded for the eye", says="rounded to a few decimals")
def numerical_derivative(f, x, h=1e-5):
    return round((f(x + h) - f(x - h)) / (2 * h), 6)


@mistake("1.1 numerical_derivative", "the size of the rise", says="sign of the rise is dropped")
def numerical_derivative(f, x, h=1e-5):
    return abs(f(x + h) - f(x - h)) / (2 * h)


@mistake("1.1 numerical_gradient", "rounded for the eye", says="rounded to a few decimals")
def numerical_gradient(f, xs, h=1e-5):
    def slope_along(i):
        return numerical_derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], h)

    return [round(slope_along(i), 6) for i in range(len(xs))]


@mistake("1.1 numerical_gradient", "functions made in a loop", says="looks i up when it is called")
def numerical_gradient(f, xs, h=1e-5):
    along = []
    for i in range(len(xs)):
        along.append(lambda x: f([*xs[:i], x, *xs[i + 1 :]]))  # noqa: B023
    return [numerical_derivative(g, x, h) for g, x in zip(along, xs)]


@mistake("1.1 numerical_gradient", "the place of a number by index", says="the same entry is")
def numerical_gradient(f, xs, h=1e-5):
    def slope_along(i):
        return numerical_derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], h)

    return [slope_along(xs.index(x)) for x in xs]


@mistake("1.1 numerical_gradient", "a step relative to x", says="h times x")
def numerical_gradient(f, xs, h=1e-5):
    def slope_along(i):
        step = h * abs(xs[i]) if xs[i] else h
        return numerical_derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], step)

    return [slope_along(i) for i in range(len(xs))]


@mistake("1.1 predict_change", "an assert for an error", says="python -O leaves it out")
def predict_change(gradient, nudges):
    assert len(gradient) == len(nudges), "lengths differ"
    return sum(slope * nudge for slope, nudge in zip(gradient, nudges))


@mistake("1.1 Value.__init__", "the label is made of the op", says="the rest stays empty")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label or op


@mistake("1.1 Value.__init__", "the number is rounded", says="was it rounded?")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"{data!r}")
    self.data, self.grad = round(float(data), 8), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__repr__", "rounded to four decimals", says="was it rounded?")
def __repr__(self):
    label = f"label={self.label!r}, " if self.label else ""
    return f"Value({label}data={round(self.data, 4)}, grad={round(self.grad, 4)})"


@mistake("1.1 Value.__repr__", "four digits", says="was it rounded?")
def __repr__(self):
    label = f"label={self.label!r}, " if self.label else ""
    return f"Value({label}data={self.data:.4}, grad={self.grad:.4})"


@mistake("1.1 Value.wrap", "only int and float are numbers", says="decided in one place")
def wrap(x):
    if isinstance(x, Value):
        return x
    if isinstance(x, int | float):
        return Value(x)
    raise TypeError(f"no number: {x!r}")


@mistake("1.1 Value.wrap", "the type has to be Value itself", says="isinstance says so")
def wrap(x):
    return x if type(x) is Value else Value(x)


@mistake("1.1 Value.wrap", "constants are kept", says="would share a gradient")
def wrap(x, known={}):  # noqa: B006
    if isinstance(x, Value):
        return x
    return known.setdefault(x, Value(x))


@mistake("1.1 Value.is_leaf", "compared with ()", says="an empty list is not equal to ()")
def is_leaf(self):
    return self.parents == ()


@mistake("1.1 zero_grad", "times 0", says="NaN stays NaN")
def zero_grad(values):
    for value in values:
        value.grad *= 0.0


@mistake("1.1 zero_grad", "only leaves are cleared", says="only leaves are cleared")
def zero_grad(values):
    for value in values:
        if value.is_leaf:
            value.grad = 0.0


# ---- brackets and copies that are missing, and types that look right


@mistake("1.1 numerical_derivative", "no brackets around the rise", says="the rise are missing")
def numerical_derivative(f, x, h=1e-5):
    return f(x + h) - f(x - h) / (2 * h)


@mistake("1.1 numerical_derivative", "no brackets at all", says="all brackets are missing")
def numerical_derivative(f, x, h=1e-5):
    return f(x + h) - f(x - h) / 2 * h


@mistake("1.1 numerical_gradient", "one list under two names", says="`up = xs` is no copy")
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        up = xs
        down = xs
        up[i] += h
        down[i] -= h
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes


@mistake("1.1 numerical_gradient", "down is up, after f(up)", says="`down = xs` is no copy")
def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        up = xs
        up[i] += h
        right = f(up)
        down = xs
        down[i] -= h
        slopes.append((right - f(down)) / (2 * h))
    return slopes


@mistake("1.1 numerical_gradient", "return inside the loop", says=("One number", "return inside"))
def numerical_gradient(f, xs, h=1e-5):
    for i in range(len(xs)):
        return numerical_derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], h)  # noqa: B023


@mistake("1.1 Value.__init__", "whatever float makes a number of", says="Value(Decimal('0.5'))")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if isinstance(data, str | bytes):
        raise TypeError(f"{data!r}")
    try:
        self.data, self.grad = float(data), 0.0
    except TypeError:
        raise TypeError(f"{data!r}") from None
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__init__", "text is refused, and bytes are not", says="Value(b'3')")
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if isinstance(data, str):
        raise TypeError(f"{data!r}")
    try:
        self.data, self.grad = float(data), 0.0
    except TypeError:
        raise TypeError(f"{data!r}") from None
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake("1.1 Value.__repr__", "quotes by hand", says="quotes put there by hand")
def __repr__(self):
    label = f"label='{self.label}', " if self.label else ""
    return f"Value({label}data={self.data}, grad={self.grad})"


@mistake("1.1 zero_grad", "the loop variable is set", says="the loop variable was given another")
def zero_grad(values):
    for value in values:
        value = 0.0  # noqa: F841


@mistake("1.1 zero_grad", "compared, not set", says="there is a == for a =")
def zero_grad(values):
    for value in values:
        value.grad == 0.0


@mistake("1.1 zero_grad", "set to an int", says="should be a float")
def zero_grad(values):
    for value in values:
        value.grad = 0


# ---- found by trying: let through once, or rejected without a name


@mistake(
    "1.1 Value.__init__",
    "an op that nobody gave",
    says="and none was given",
)
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"no real number: {data!r}")
    self.data = float(data)
    self.grad = 0.0
    self.parents, self.local_grads, self.op, self.label = (
        parents,
        local_grads,
        op or ("?" if parents else ""),
        label,
    )


@mistake(
    "1.1 Value.__init__",
    "a bool is refused",
    says="a bool is a real number, too",
)
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if isinstance(data, bool) or not isinstance(data, Real):
        raise TypeError(f"no number: {data!r}")
    self.data, self.grad = float(data), 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake(
    "1.1 Value.__init__",
    "only int and float are numbers",
    says="numbers.Real is the name for all",
)
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, (int, float)):
        raise TypeError(f"not a number: {data!r}")
    self.data = float(data)
    self.grad = 0.0
    self.parents = parents
    self.local_grads = local_grads
    self.op = op
    self.label = label


@mistake(
    "1.1 Value.__init__",
    "a number times 1.0 stays what it was",
    says="still of type Float64",
)
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real):
        raise TypeError(f"no real number: {data!r}")
    self.data, self.grad = data * 1.0, 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake(
    "1.1 Value.__init__",
    "NaN is refused as data",
    says="nan is a float as well",
)
def __init__(self, data, parents=(), local_grads=(), op="", label=""):
    if not isinstance(data, Real) or data != data:
        raise TypeError(f"{data!r}")
    self.data = float(data)
    self.grad = 0.0
    self.parents, self.local_grads, self.op, self.label = parents, local_grads, op, label


@mistake(
    "1.1 predict_change",
    "no inputs are refused",
    says="a sum over nothing is 0",
)
def predict_change(gradient, nudges):
    if not gradient or len(gradient) != len(nudges):
        raise ValueError(f"{len(gradient)} slopes, {len(nudges)} nudges")
    return sum(g * n for g, n in zip(gradient, nudges))


@mistake(
    "1.1 predict_change",
    "a sum that cannot begin",
    says="a sum over nothing is 0",
    prelude="from functools import reduce",
)
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths")
    return reduce(lambda a, b: a + b, [g * n for g, n in zip(gradient, nudges)])


@mistake(
    "1.1 predict_change",
    "numpy stretches one slope to all",
    says="numpy stretches",
    prelude="import numpy as np",
)
def predict_change(gradient, nudges):
    return float((np.array(gradient) * np.array(nudges)).sum())


@mistake(
    "1.1 predict_change",
    "the lists are used up",
    says="they were used up",
)
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    s = 0.0
    while gradient:
        s += gradient.pop() * nudges.pop()
    return s


@mistake(
    "1.1 predict_change",
    "a change rounded to four decimals",
    says="rounded to a few decimals",
)
def predict_change(gradient, nudges):
    if len(gradient) != len(nudges):
        raise ValueError("lengths differ")
    return round(sum(g * n for g, n in zip(gradient, nudges)), 4)


@mistake(
    "1.1 numerical_gradient",
    "a tuple of slopes",
    says="(a tuple), and should be a list",
)
def numerical_gradient(f, xs, h=1e-05):
    return tuple(
        numerical_derivative(lambda v: f(xs[:i] + [v] + xs[i + 1 :]), xs[i], h)
        for i in range(len(xs))
    )


@mistake(
    "1.1 numerical_gradient",
    "an array of slopes",
    says="should be a list",
    prelude="import numpy as np",
)
def numerical_gradient(f, xs, h=1e-05):
    g = np.zeros(len(xs))
    for i in range(len(xs)):
        up, dn = list(xs), list(xs)
        up[i] += h
        dn[i] -= h
        g[i] = (f(up) - f(dn)) / (2 * h)
    return g


@mistake(
    "1.1 numerical_gradient",
    "no inputs are refused",
    says="a list of nothing is empty",
)
def numerical_gradient(f, xs, h=1e-05):
    if not xs:
        raise ValueError("nothing to differentiate")
    return [
        numerical_derivative(lambda v: f(xs[:i] + [v] + xs[i + 1 :]), xs[i], h)
        for i in range(len(xs))
    ]


@mistake(
    "1.1 numerical_gradient",
    "an entry of 0 is passed over",
    says="an entry of 0",
)
def numerical_gradient(f, xs, h=1e-05):
    return [
        0.0
        if xs[i] == 0
        else numerical_derivative(lambda v: f(xs[:i] + [v] + xs[i + 1 :]), xs[i], h)
        for i in range(len(xs))
    ]


@mistake(
    "1.1 numerical_derivative",
    "an epsilon in the width",
    says="added to the width",
)
def numerical_derivative(f, x, h=1e-05):
    return (f(x + h) - f(x - h)) / (2 * h + 1e-8)


@mistake(
    "1.1 numerical_derivative",
    "a tiny epsilon in the width",
    says="added to the width",
)
def numerical_derivative(f, x, h=1e-05):
    return (f(x + h) - f(x - h)) / (2 * h + 1e-12)


@mistake(
    "1.1 Value.__repr__",
    "an empty label is shown, being not None",
    says="an empty label is no label",
)
def __repr__(self):
    label = f"label='{self.label}', " if self.label is not None else ""
    return f"Value({label}data={self.data}, grad={self.grad})"


@mistake(
    "1.1 zero_grad",
    "Values that look alike are one",
    says="of those that look alike only",
)
def zero_grad(values):
    seen = {repr(v): v for v in values}
    for v in seen.values():
        v.grad = 0.0


@mistake(
    "1.1 zero_grad",
    "None, as in PyTorch",
    says="PyTorch's zero_grad does that",
)
def zero_grad(values):
    for v in values:
        v.grad = None


@mistake(
    "1.1 Value.__repr__",
    "the number is shown with twelve digits",
    says="was it rounded",
)
def __repr__(self):
    label = f"label={self.label!r}, " if self.label else ""
    return f"Value({label}data={float('%.12g' % self.data)!r}, grad={self.grad})"


@mistake(
    "1.1 zero_grad",
    "a generator is asked first whether it has any",
    says="taken out of it beforehand",
)
def zero_grad(values):
    if not any(True for _ in values):
        return
    for v in values:
        v.grad = 0.0


@mistake(
    "1.1 numerical_gradient",
    "two lists are moved apart, and no entry is put back",
    says="no entry is put back",
)
def numerical_gradient(f, xs, h=1e-5):
    ys = list(xs)
    zs = list(xs)
    out = []
    for i in range(len(xs)):
        ys[i] += h
        zs[i] -= h
        out.append((f(ys) - f(zs)) / (2 * h))
    return out


@mistake(
    "1.1 predict_change",
    "inputs that stay are left out",
    says="a product with 0 in it is left out",
)
def predict_change(gradient, nudges):
    if len(nudges) != len(gradient):
        raise ValueError("lengths differ")
    return sum(g * n for g, n in zip(gradient, nudges) if n)


@mistake("1.1 zero_grad", "by place in the list", says="it can only be gone through")
def zero_grad(values):
    for place in range(len(values)):
        values[place].grad = 0.0
