"""Right solutions of 2.3 of another design: its specs accept them all."""

from tests.alternatives import alternative


@alternative("2.3 sigmoid", "two branches")
def sigmoid(x):
    if x.data >= 0:
        s = 1 / (1 + math.exp(-x.data))
    else:
        s = math.exp(x.data) / (1 + math.exp(x.data))
    return Value(s, [x], [s - s**2], op="sigmoid")


@alternative("2.3 sigmoid", "the derivative from e alone")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = (1 if x.data >= 0 else e) / (1 + e)
    return Value(s, (x,), (e / (1 + e) ** 2,), "sigmoid")


@alternative("2.3 sigmoid", "overflow caught")
def sigmoid(x):
    try:
        s = 1 / (1 + math.exp(-x.data))
    except OverflowError:
        s = 0.0
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@alternative("2.3 leaky_relu", "cases")
def leaky_relu(x, slope=0.01):
    if x.data > 0:
        return Value(x.data, (x,), (1,), "leaky_relu")
    return Value(slope * x.data, (x,), (slope,), "leaky_relu")


@alternative("2.3 leaky_relu", "the two halves added")
def leaky_relu(x, slope=0.01):
    y = max(x.data, 0) + slope * min(x.data, 0)
    return Value(y, [x], [float(x.data > 0) + slope * (x.data <= 0)], "leaky_relu")


@alternative("2.3 softplus", "two branches")
def softplus(x):
    if x.data > 0:
        y = x.data + math.log1p(math.exp(-x.data))
    else:
        y = math.log1p(math.exp(x.data))
    return Value(y, (x,), (sigmoid(x).data,), "softplus")


@alternative("2.3 softplus", "the derivative from the output")
def softplus(x):
    y = math.log1p(math.exp(-abs(x.data))) + max(0, x.data)
    return Value(y, (x,), (-math.expm1(-y),), "softplus")


@alternative("2.3 softplus", "a threshold so high that it never shows")
def softplus(x):
    y = x.data if x.data > 40 else math.log1p(math.exp(x.data))
    return Value(y, (x,), (sigmoid(x).data,), "softplus")


@alternative("2.3 silu", "a node of its own")
def silu(x):
    s = sigmoid(x).data
    return Value(x.data * s, (x,), (s * (1 + x.data * (1 - s)),), "silu")


@alternative("2.3 silu", "the factors exchanged")
def silu(x):
    return sigmoid(x) * x


@alternative("2.3 gelu", "a node of its own")
def gelu(x):
    c = math.sqrt(2 / math.pi)
    t = math.tanh(c * (x.data + 0.044715 * x.data**3))
    inner = c * (1 + 3 * 0.044715 * x.data**2)
    local_grad = 0.5 * (1 + t) + 0.5 * x.data * (1 - t * t) * inner
    return Value(0.5 * x.data * (1 + t), (x,), (local_grad,), "gelu")


@alternative("2.3 gelu", "through the sigmoid, as ½(1 + tanh z) is sigmoid(2z)")
def gelu(x):
    return x * sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))


@alternative("2.3 softmax", "shifted by a Value")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"temperature {temperature} is not above 0")
    highest = max(values, key=lambda value: value.data)
    exps = [((value - highest) * (1 / temperature)).exp() for value in values]
    total = exps[0]
    for e in exps[1:]:
        total = total + e
    return [e * total**-1 for e in exps]


@alternative("2.3 softmax", "scaled first, then shifted")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"temperature {temperature} is not above 0")
    scaled = [value / temperature for value in values]
    highest = max(s.data for s in scaled)
    exps = [(s - highest).exp() for s in scaled]
    return [e / sum(exps) for e in exps]


@alternative("2.3 softmax", "a node for each probability")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"temperature {temperature} is not above 0")
    highest = max(value.data for value in values)
    exps = [math.exp((value.data - highest) / temperature) for value in values]
    probs = [e / sum(exps) for e in exps]
    return [
        Value(p, values, [p * ((i == j) - q) / temperature for j, q in enumerate(probs)], "softmax")
        for i, p in enumerate(probs)
    ]


@alternative("2.3 softmax", "through the logarithm of the sum")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"temperature {temperature} is not above 0")
    highest = max(value.data for value in values)
    shifted = [(value - highest) / temperature for value in values]
    log_sum = sum(s.exp() for s in shifted).log()
    return [(s - log_sum).exp() for s in shifted]


@alternative("2.3 collapse_linear", "loops over indices")
def collapse_linear(w1, b1, w2, b2):
    n_hidden = len(w2)
    for row in [*w1, b1]:
        if len(row) != n_hidden:
            raise ValueError(f"{len(row)} outputs, but {n_hidden} inputs")
    w = []
    for d in range(len(w1)):
        w.append([])
        for k in range(len(b2)):
            w[d].append(sum(w1[d][h] * w2[h][k] for h in range(n_hidden)))
    b = [b2[k] + sum(b1[h] * w2[h][k] for h in range(n_hidden)) for k in range(len(b2))]
    return w, b


@alternative("2.3 collapse_linear", "measured: the layers are run on 0 and on each axis")
def collapse_linear(w1, b1, w2, b2):
    if {len(row) for row in w1} | {len(b1)} != {len(w2)}:
        raise ValueError(f"{len(w1[0])} outputs, but {len(w2)} inputs")

    def layer(x, w, b):
        return [sum(x[i] * w[i][j] for i in range(len(x))) + b[j] for j in range(len(b))]

    def both(x):
        return layer(layer(x, w1, b1), w2, b2)

    b = both([0] * len(w1))
    axes = [[float(i == j) for j in range(len(w1))] for i in range(len(w1))]
    return tuple([y - c for y, c in zip(both(axis), b)] for axis in axes), tuple(b)


@alternative("2.3 saturated_fraction", "a list and its length")
def saturated_fraction(outputs, limit=0.97):
    numbers = [a.data if isinstance(a, Value) else a for a in outputs]
    if any(a != a for a in numbers):
        return math.nan
    return len([a for a in numbers if a > limit or a < -limit]) / len(numbers)


@alternative("2.3 dead_fraction", "the largest output of each unit")
def dead_fraction(outputs_per_example):
    rows = [[Value.wrap(a).data for a in row] for row in outputs_per_example]
    if math.isnan(sum(map(sum, rows))):
        return math.nan
    highest = [max(row[h] for row in rows) for h in range(len(rows[0]))]
    return highest.count(0.0) / len(highest)


@alternative("2.3 dead_fraction", "units struck off a list of suspects")
def dead_fraction(outputs_per_example):
    n_units = len(outputs_per_example[0])
    suspects = set(range(n_units))
    for row in outputs_per_example:
        if any(math.isnan(Value.wrap(a).data) for a in row):
            return math.nan
        suspects -= {h for h, a in enumerate(row) if Value.wrap(a).data > 0}
    return len(suspects) / n_units


@alternative("2.3 collapse_linear", "numpy", prelude="import numpy")
def collapse_linear(w1, b1, w2, b2):
    w1, b1, w2, b2 = (numpy.array(given) for given in (w1, b1, w2, b2))
    if w1.shape[1] != len(b1):
        raise ValueError(f"{w1.shape[1]} outputs, but {len(b1)} biases")
    return w1 @ w2, b1 @ w2 + b2


@alternative("2.3 collapse_linear", "products of numpy")
def collapse_linear(w1, b1, w2, b2):
    import numpy as np

    for r in list(w1) + [b1]:
        if len(r) != len(w2):
            raise ValueError(f"{len(r)} does not match {len(w2)}")
    w1, b1, w2, b2 = map(np.asarray, (w1, b1, w2, b2))
    return w1 @ w2, b1 @ w2 + b2


@alternative("2.3 saturated_fraction", "both ends apart")
def saturated_fraction(outputs, limit=0.97):
    nums = [o.data if isinstance(o, Value) else o for o in outputs]
    if math.isnan(sum(nums)):
        return math.nan
    return len([n for n in nums if n > limit or n < -limit]) / len(nums)


@alternative("2.3 dead_fraction", "a flag for each unit")
def dead_fraction(outputs_per_example):
    h = len(outputs_per_example[0])
    alive = [False] * h
    for row in outputs_per_example:
        for j, a in enumerate(row):
            if math.isnan(a.data if isinstance(a, Value) else a):
                return math.nan
            alive[j] = alive[j] or (a.data if isinstance(a, Value) else a) != 0
    return alive.count(False) / h
