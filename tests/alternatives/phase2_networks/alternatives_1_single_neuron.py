"""Right solutions of 2.1 of another design: its specs accept them all."""

from tests.alternatives import alternative


@alternative("2.1 step", "a comparison turned into a float")
def step(x):
    return float(x >= 0)


@alternative("2.1 weighted_sum", "one loop that fills lists")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"expected {len(weights)} inputs, got {len(inputs)}")
    bias = Value.wrap(bias)
    total, parents, local_grads, more, more_grads = bias.data, [], [], [], []
    for w, x in zip(weights, inputs):
        w = Value.wrap(w)
        number = Value.wrap(x).data
        if isinstance(x, Value):
            more.append(x)
            more_grads.append(w.data)
        total += w.data * number
        parents.append(w)
        local_grads.append(number)
    return Value(total, [*parents, *more, bias], [*local_grads, *more_grads, 1], "weighted_sum")


@alternative("2.1 weighted_sum", "an exact sum", prelude="from math import fsum")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, {len(inputs)} inputs")
    edges = [
        (Value.wrap(w), x.data if isinstance(x, Value) else float(x))
        for w, x in zip(weights, inputs)
    ]
    total = fsum([*(w.data * x for w, x in edges), Value.wrap(bias).data])
    edges += [(x, w.data) for x, (w, _) in zip(inputs, list(edges)) if isinstance(x, Value)]
    edges.append((Value.wrap(bias), 1.0))
    parents, local_grads = zip(*edges)
    return Value(total, parents, local_grads, "weighted_sum")


@alternative("2.1 perceptron_update", "cases instead of an error")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    if target != 0 and target != 1:
        raise ValueError(f"target {target}")
    if step(weighted_sum(weights, inputs, bias).data) == target:
        return list(weights), bias
    if target == 1:
        return [w + lr * x for w, x in zip(weights, inputs)], bias + lr
    return [w - lr * x for w, x in zip(weights, inputs)], bias - lr


@alternative("2.1 perceptron_update", "the bias as the weight of a 1, and no weighted_sum")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    if target != 0 and target != 1:
        raise ValueError(f"target {target}")
    weights, inputs = [*weights, bias], [*inputs, 1.0]
    error = target - step(sum(w * x for w, x in zip(weights, inputs)))
    new = tuple(w + lr * error * x for w, x in zip(weights, inputs))
    return new[:-1], new[-1]


@alternative("2.1 train_perceptron", "every example goes through the update")
def train_perceptron(examples, epochs, lr=1.0):
    if len(examples) == 0:
        raise ValueError("nothing to learn from")
    weights, bias, mistakes = [0.0 for _ in examples[0][0]], 0.0, []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1]):
        wrong = 0
        for inputs, target in examples:
            wrong += abs(target - step(weighted_sum(weights, inputs, bias).data))
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        mistakes.append(wrong)
    return weights, bias, mistakes


@alternative("2.1 and_gate", "other weights")
def and_gate(a, b):
    return step(weighted_sum([0.7, 2.0], [a, b], -2.7).data)


@alternative("2.1 and_gate", "the boundary through 11")
def and_gate(a, b):
    return step(a + b - 2)


@alternative("2.1 or_gate", "the boundary through 01 and 10")
def or_gate(a, b):
    return step(a + b - 1)


@alternative("2.1 or_gate", "unequal weights")
def or_gate(a, b):
    return step(20 * a + 3 * b - 0.1)


@alternative("2.1 nand_gate", "the boundary through 01 and 10")
def nand_gate(a, b):
    return step(1 - a - b)


@alternative("2.1 nand_gate", "unequal weights")
def nand_gate(a, b):
    return step(weighted_sum([-0.3, -0.2], [a, b], 0.4).data)


@alternative("2.1 xor", "four NAND gates")
def xor(a, b):
    n = nand_gate(a, b)
    return nand_gate(nand_gate(a, n), nand_gate(n, b))


@alternative("2.1 xor", "OR, less AND")
def xor(a, b):
    return step(or_gate(a, b) - and_gate(a, b) - 0.5)


@alternative("2.1 decision_side", "cases")
def decision_side(weights, bias, point):
    z = sum(w * x for w, x in zip(weights, point)) + bias
    if z == 0:
        return 0.0
    return 1.0 if z > 0 else -1.0 if z < 0 else z


@alternative("2.1 decision_side", "copysign", prelude="from math import copysign")
def decision_side(weights, bias, point):
    z = weighted_sum(weights, point, bias).data
    return copysign(1, z) if z and z == z else z


@alternative("2.1 distance_to_boundary", "weights made to length 1 first")
def distance_to_boundary(weights, bias, point):
    norm = sqrt(sum(w**2 for w in weights))
    if not norm:
        raise ValueError("no boundary")
    return weighted_sum([w / norm for w in weights], point, bias / norm).data


@alternative("2.1 Neuron.__init__", "a draw from 0 to 1, stretched and shifted")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str):
        found = getattr(Value, activation, None)
        if not callable(found):
            raise ValueError(f"unknown activation {activation}")
        activation = found
    if rng is None or isinstance(rng, int):
        rng = random.Random(rng)
    self.w = []
    for _ in range(n_inputs):
        self.w.append(Value((2 * rng.random() - 1) * n_inputs**-0.5))
    self.b = Value(0)
    self.activation = activation


@alternative("2.1 Neuron.__call__", "composed of * and +")
def __call__(self, inputs):
    if len(inputs) != len(self.w):
        raise ValueError(f"{len(self.w)} weights, {len(inputs)} inputs")
    z = sum((w * x for w, x in zip(self.w, inputs)), self.b)
    if isinstance(self.activation, str):
        return getattr(Value, self.activation)(z)
    return z if self.activation is None else self.activation(z)


@alternative("2.1 Neuron.parameters", "a copy that the bias is appended to")
def parameters(self):
    everything = list(self.w)
    everything.append(self.b)
    return everything


@alternative("2.1 perceptron_update", "numpy", prelude="import numpy")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    if target != 0 and target != 1:
        raise ValueError(f"target {target}")
    w, x = numpy.array(weights), numpy.array(inputs)
    error = target - step(w @ x + bias)
    return w + lr * error * x, bias + lr * error


@alternative("2.1 train_perceptron", "a mistake is known by a change of weights or bias")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("nothing to learn from")
    now, mistakes = ([0.0] * len(examples[0][0]), 0.0), []
    while len(mistakes) < epochs and mistakes[-1:] != [0]:
        mistakes.append(0)
        for inputs, target in examples:
            before, now = now, perceptron_update(*now, inputs, target, lr)
            mistakes[-1] += list(before[0]) != list(now[0]) or before[1] != now[1]
    return list(now[0]), now[1], mistakes


@alternative("2.1 step", "a comparison as a float")
def step(x):
    return float(x >= 0)


@alternative("2.1 weighted_sum", "math.fsum")
def weighted_sum(weights, inputs, bias):
    import math

    if len(inputs) != len(weights):
        raise ValueError("need %d inputs, got %d" % (len(weights), len(inputs)))
    weights, b = tuple(map(Value.wrap, weights)), Value.wrap(bias)
    xs = tuple(Value.wrap(x).data for x in inputs)
    pairs = tuple((x, w.data) for x, w in zip(inputs, weights) if isinstance(x, Value))
    return Value(
        math.fsum([*(w.data * x for w, x in zip(weights, xs)), b.data]),
        weights + tuple(p for p, _ in pairs) + (b,),
        xs + tuple(g for _, g in pairs) + (1.0,),
        "weighted_sum",
    )


@alternative("2.1 decision_side", "the sign of numpy")
def decision_side(weights, bias, point):
    import numpy as np

    return np.sign(np.dot(weights, point) + bias)


@alternative("2.1 distance_to_boundary", "norm and product of numpy")
def distance_to_boundary(weights, bias, point):
    import numpy as np

    if not np.any(weights):
        raise ValueError("no boundary: all weights are 0")
    return (np.dot(weights, point) + bias) / np.linalg.norm(weights)


@alternative("2.1 xor", "four NANDs")
def xor(a, b):
    n = nand_gate(a, b)
    return nand_gate(nand_gate(a, n), nand_gate(b, n))


@alternative("2.1 Neuron.__init__", "the generator is kept")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str):
        if not callable(getattr(Value, activation, None)):
            raise ValueError(f"unknown activation: {activation}")
    self.n_inputs = n_inputs
    self.rng = rng if isinstance(rng, random.Random) else random.Random(rng)
    bound = n_inputs**-0.5
    self.w = []
    for _ in range(n_inputs):
        self.w.append(Value(bound * (2 * self.rng.random() - 1), label="w"))
    self.b = Value(0, label="b")
    self.activation = activation


@alternative("2.1 Neuron.__call__", "the sum is kept as a number")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    self.last_z = z.data
    if self.activation is None:
        return z
    return getattr(z, self.activation)() if isinstance(self.activation, str) else self.activation(z)
