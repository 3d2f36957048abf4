"""Wrong solutions of 2.1 that its specs reject by name."""

import random

from tests.mistakes import mistake

# ---- step


@mistake("2.1 step", "0 counts as below", says="x > 0 instead of x >= 0")
def step(x):
    return 1.0 if x > 0 else 0.0


@mistake("2.1 step", "the sign instead of a step", says="the sign is returned")
def step(x):
    return 1.0 if x >= 0 else -1.0


@mistake("2.1 step", "the sides are exchanged", says="the sides are exchanged")
def step(x):
    return 0.0 if x >= 0 else 1.0


@mistake("2.1 step", "relu", says="the number itself comes back")
def step(x):
    return max(0.0, x)


@mistake("2.1 step", "the threshold is one half", says="the threshold lies elsewhere")
def step(x):
    return 1.0 if x >= 0.5 or x == 0 else 0.0


@mistake("2.1 step", "the number is rounded first", says="the threshold lies elsewhere")
def step(x):
    return 1.0 if round(x) >= 0 else 0.0


# ---- weighted_sum


@mistake("2.1 weighted_sum", "no bias", says="the bias is left out")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, inputs = [Value.wrap(w) for w in weights], [Value.wrap(x) for x in inputs]
    total = sum(w.data * x.data for w, x in zip(weights, inputs))
    local_grads = [*(x.data for x in inputs), *(w.data for w in weights)]
    return Value(total, (*weights, *inputs), local_grads, "weighted_sum")


@mistake("2.1 weighted_sum", "local gradients exchanged", says="weights and inputs are exchanged")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [x for x in inputs if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    local_grads = (*(w.data for w in weights), *numbers, 1.0)
    return Value(total, (*weights, *variables, bias), local_grads, "weighted_sum")


@mistake(
    "2.1 weighted_sum",
    "the bias without its gradient",
    says="the bias is a parent without a local gradient",
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [(x, w.data) for x, w in zip(inputs, weights) if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    local_grads = (*numbers, *(w for _, w in variables))
    return Value(total, (*weights, *(x for x, _ in variables), bias), local_grads, "weighted_sum")


@mistake("2.1 weighted_sum", "zip cuts a longer input short", says="zip cuts the longer list short")
def weighted_sum(weights, inputs, bias):
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [(x, w.data) for x, w in zip(inputs, weights) if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    parents = (*weights, *(x for x, _ in variables), bias)
    return Value(total, parents, (*numbers, *(w for _, w in variables), 1.0), "weighted_sum")


@mistake("2.1 weighted_sum", "gradients pair by pair", says="pair by pair, not as the parents do")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    total, local_grads = bias.data, []
    for w, x in zip(weights, inputs):
        number = x.data if isinstance(x, Value) else x
        total += w.data * number
        local_grads += [number, w.data] if isinstance(x, Value) else [number]
    variables = [x for x in inputs if isinstance(x, Value)]
    return Value(total, (*weights, *variables, bias), (*local_grads, 1.0), "weighted_sum")


@mistake(
    "2.1 weighted_sum", "the bias has itself", says="the bias has itself as its local gradient"
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [(x, w.data) for x, w in zip(inputs, weights) if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    parents = (*weights, *(x for x, _ in variables), bias)
    return Value(total, parents, (*numbers, *(w for _, w in variables), bias.data), "weighted_sum")


@mistake("2.1 weighted_sum", "composed of * and +", says="composed of * and +")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    total = Value.wrap(bias)
    for w, x in zip(weights, inputs):
        total = total + Value.wrap(w) * x
    return total


@mistake("2.1 weighted_sum", "a plain number", says="which a plain number has no record of")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    return (
        sum(Value.wrap(w).data * Value.wrap(x).data for w, x in zip(weights, inputs))
        + Value.wrap(bias).data
    )


@mistake(
    "2.1 weighted_sum", "inputs wrapped too", says="a plain number among the inputs is a constant"
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, inputs = [Value.wrap(w) for w in weights], [Value.wrap(x) for x in inputs]
    bias = Value.wrap(bias)
    total = sum(w.data * x.data for w, x in zip(weights, inputs)) + bias.data
    local_grads = (*(x.data for x in inputs), *(w.data for w in weights), 1.0)
    return Value(total, (*weights, *inputs, bias), local_grads, "weighted_sum")


@mistake(
    "2.1 weighted_sum",
    "a local gradient too many for plain inputs",
    says="the plain number keeps a local gradient",
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [x for x in inputs if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    local_grads = (*numbers, *(w.data for w in weights), 1.0)
    return Value(total, (*weights, *variables, bias), local_grads, "weighted_sum")


@mistake(
    "2.1 weighted_sum",
    "inputs counted from the first weight",
    says="the second input is given the weight of the first",
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [x for x in inputs if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    local_grads = (*numbers, *(w.data for w, _ in zip(weights, variables)), 1.0)
    return Value(total, (*weights, *variables, bias), local_grads, "weighted_sum")


@mistake("2.1 weighted_sum", "local gradients that are Values", says="some of type Value")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [(x, w) for x, w in zip(inputs, weights) if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    parents = (*weights, *(x for x, _ in variables), bias)
    return Value(total, parents, (*inputs, *(w for _, w in variables), 1.0), "weighted_sum")


@mistake(
    "2.1 weighted_sum",
    "parents in pairs",
    says=("the parents are w0, x0, w1, x1, b", "weights first, then inputs"),
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    total, parents, local_grads = Value.wrap(bias).data, [], []
    for w, x in zip(weights, inputs):
        w = Value.wrap(w)
        number = x.data if isinstance(x, Value) else x
        total += w.data * number
        parents.append(w)
        local_grads.append(number)
        if isinstance(x, Value):
            parents.append(x)
            local_grads.append(w.data)
    return Value(total, (*parents, Value.wrap(bias)), (*local_grads, 1.0), "weighted_sum")


@mistake("2.1 weighted_sum", "new Values for the operands", says="a stranger")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")

    def data(x):
        return x.data if isinstance(x, Value) else x

    w, x = [Value(data(v)) for v in weights], [Value(data(v)) for v in inputs]
    total = sum(a.data * b.data for a, b in zip(w, x)) + data(bias)
    local_grads = (*(v.data for v in x), *(v.data for v in w), 1.0)
    return Value(total, (*w, *x, Value(data(bias))), local_grads, "weighted_sum")


@mistake("2.1 weighted_sum", "the caller's list is wrapped in place", says="wrap into a new list")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    for i, w in enumerate(weights):
        weights[i] = Value.wrap(w)
    bias = Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [(x, w.data) for x, w in zip(inputs, weights) if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    parents = (*weights, *(x for x, _ in variables), bias)
    return Value(total, parents, (*numbers, *(w for _, w in variables), 1.0), "weighted_sum")


@mistake(
    "2.1 weighted_sum",
    "local gradients in a dictionary",
    says="comes again is kept with its last local gradient only",
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    grads = dict(zip(weights, numbers))
    grads |= {x: w.data for x, w in zip(inputs, weights) if isinstance(x, Value)}
    grads[bias] = 1.0
    return Value(total, tuple(grads), tuple(grads.values()), "weighted_sum")


@mistake("2.1 weighted_sum", "plain weights are no parents", says="three leaves that hold")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")

    def data(x):
        return x.data if isinstance(x, Value) else x

    pairs = list(zip(weights, inputs))
    edges = [(w, data(x)) for w, x in pairs if isinstance(w, Value)]
    edges += [(x, data(w)) for w, x in pairs if isinstance(x, Value)]
    edges += [(bias, 1.0)] if isinstance(bias, Value) else []
    total = sum(data(w) * data(x) for w, x in pairs) + data(bias)
    return Value(total, [p for p, _ in edges], [g for _, g in edges], "weighted_sum")


# ---- perceptron_update


@mistake("2.1 perceptron_update", "the wrong sign", says="the update has the wrong sign")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = step(weighted_sum(weights, inputs, bias).data) - target
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "without the input", says="made without the input")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error for w in weights], bias + lr * error


@mistake(
    "2.1 perceptron_update",
    "learns from right examples too",
    says="an example that was right is learned from as well",
)
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    sign = 1 if target == 1 else -1
    return [w + lr * sign * x for w, x in zip(weights, inputs)], bias + lr * sign


@mistake("2.1 perceptron_update", "the bias never moves", says="the bias is never moved")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias


@mistake("2.1 perceptron_update", "the bias without lr", says="by the error without lr")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + error


@mistake("2.1 perceptron_update", "no lr", says="lr is left out")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + error * x for w, x in zip(weights, inputs)], bias + error


@mistake("2.1 perceptron_update", "error before the step", says="weighted sum, before the step")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - weighted_sum(weights, inputs, bias).data
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "no learning from false alarms", says="from a false alarm")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = max(0.0, target - step(weighted_sum(weights, inputs, bias).data))
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "the error without its sign", says="used without its sign")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = abs(target - step(weighted_sum(weights, inputs, bias).data))
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "predicts without the bias", says="made without the bias")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, 0.0).data)
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "0 taken for a 0", says="a sum of exactly 0 is taken for a 0")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - float(weighted_sum(weights, inputs, bias).data > 0)
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "changed in place", says="return new")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    for i, x in enumerate(inputs):
        weights[i] += lr * error * x
    return weights, bias + lr * error


@mistake("2.1 perceptron_update", "predictions of -1 and 1", says="the prediction is -1 or 1")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - (1.0 if weighted_sum(weights, inputs, bias).data >= 0 else -1.0)
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


# ---- train_perceptron


@mistake("2.1 train_perceptron", "no stop", says="goes on after an epoch without a mistake")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "the last epoch not counted", says="not run or not counted")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for inputs, target in examples:
            wrong += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if wrong == 0:
            break
        mistakes.append(wrong)
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "mistakes added up", says="added up over the epochs")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes, wrong = [0.0] * len(examples[0][0]), 0.0, [], 0
    for _ in range(epochs):
        before = wrong
        for inputs, target in examples:
            wrong += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        mistakes.append(wrong)
        if wrong == before:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "judged at the end of the epoch", says="at the end of the epoch")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        for inputs, target in examples:
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        mistakes.append(sum(step(weighted_sum(weights, x, bias).data) != y for x, y in examples))
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "a start anew in each epoch", says="start anew in each epoch")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    mistakes = []
    weights, bias = [0.0] * len(examples[0][0]), 0.0
    for _ in range(epochs):
        weights, bias = [0.0] * len(examples[0][0]), 0.0
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "return inside the loop", says="only the first epoch is run")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        return weights, bias, mistakes
    return weights, bias, mistakes


@mistake(
    "2.1 train_perceptron",
    "weights change only between epochs",
    says="judged with the weights from its beginning",
)
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        old, old_bias = list(weights), bias
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += step(weighted_sum(old, inputs, old_bias).data) != target
            new, new_bias = perceptron_update(old, old_bias, inputs, target, lr)
            weights = [w + n - o for w, n, o in zip(weights, new, old)]
            bias += new_bias - old_bias
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "lr not passed on", says="lr is not passed on")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "one epoch too many", says="one epoch too many is run")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs + 1):
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "two inputs assumed", says="with three inputs")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0, 0.0], 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            inputs = inputs[:2] if len(inputs) > 2 else inputs
            weights = weights[: len(inputs)]
            mistakes[-1] += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "no examples accepted", says="training on no examples")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        return [], 0.0, []
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


# ---- the gates


@mistake("2.1 and_gate", "no step", says="the weighted sum itself, without the step")
def and_gate(a, b):
    return a + b - 1


@mistake("2.1 and_gate", "no step, and a bias of -1.5", says="without the step")
def and_gate(a, b):
    return a + b - 1.5


@mistake("2.1 and_gate", "one input is enough", says="the bias is too high")
def and_gate(a, b):
    return step(a + b - 0.5)


@mistake("2.1 and_gate", "no bias", says="the bias is left out")
def and_gate(a, b):
    return step(a + b)


@mistake("2.1 and_gate", "Python's and", says="One neuron cannot")
def and_gate(a, b):
    return float(a and b)


@mistake("2.1 and_gate", "equality with 2", says="One neuron cannot")
def and_gate(a, b):
    return 1.0 if a + b == 2 else 0.0


@mistake("2.1 and_gate", "two comparisons", says="One neuron cannot")
def and_gate(a, b):
    return float(a > 0 and b > 0)


@mistake("2.1 and_gate", "a product", says="One neuron cannot")
def and_gate(a, b):
    return step(a * b - 0.5)


@mistake("2.1 or_gate", "00 comes to exactly 0", says="00 comes to exactly 0")
def or_gate(a, b):
    return step(a + b)


@mistake("2.1 or_gate", "both inputs are needed", says="the bias is too low")
def or_gate(a, b):
    return step(a + b - 1.5)


@mistake("2.1 or_gate", "max", says="One neuron cannot")
def or_gate(a, b):
    return step(max(a, b) - 0.5)


@mistake("2.1 or_gate", "two comparisons", says="One neuron cannot")
def or_gate(a, b):
    return float(a > 0 or b > 0)


@mistake("2.1 nand_gate", "11 comes to exactly 0", says="two ones come to exactly 0")
def nand_gate(a, b):
    return step(2 - a - b)


@mistake("2.1 nand_gate", "signs not turned round", says="the signs are not turned round")
def nand_gate(a, b):
    return step(a + b - 1.5)


@mistake("2.1 nand_gate", "the bias not turned round", says="but not the bias")
def nand_gate(a, b):
    return step(-1.5 - a - b)


@mistake("2.1 nand_gate", "NOR", says="one input is enough to switch it off")
def nand_gate(a, b):
    return step(0.5 - a - b)


@mistake("2.1 nand_gate", "not and", says="One neuron cannot")
def nand_gate(a, b):
    return float(not (a and b))


@mistake("2.1 xor", "OR", says="it is OR")
def xor(a, b):
    return or_gate(a, b)


@mistake("2.1 xor", "joined by OR", says="joined by OR")
def xor(a, b):
    return or_gate(or_gate(a, b), nand_gate(a, b))


@mistake("2.1 xor", "joined by NAND", says="it is turned round")
def xor(a, b):
    return nand_gate(or_gate(a, b), nand_gate(a, b))


@mistake("2.1 xor", "AND and NAND", says="no combination of inputs passes both gates")
def xor(a, b):
    return and_gate(and_gate(a, b), nand_gate(a, b))


@mistake("2.1 xor", "one neuron", says="it is NAND")
def xor(a, b):
    return step(1.5 - a - b)


# ---- the line


@mistake("2.1 decision_side", "no bias", says="the bias is left out")
def decision_side(weights, bias, point):
    z = weighted_sum(weights, point, 0.0).data
    return float((z > 0) - (z < 0))


@mistake("2.1 decision_side", "step", says="the other side is called 0")
def decision_side(weights, bias, point):
    return step(weighted_sum(weights, point, bias).data)


@mistake("2.1 decision_side", "the boundary counted to one side", says="counted to one side")
def decision_side(weights, bias, point):
    return 1.0 if weighted_sum(weights, point, bias).data >= 0 else -1.0


@mistake("2.1 decision_side", "sides exchanged", says="the sides are exchanged")
def decision_side(weights, bias, point):
    z = weighted_sum(weights, point, bias).data
    return float((z < 0) - (z > 0))


@mistake("2.1 decision_side", "the sum itself", says="the weighted sum is returned")
def decision_side(weights, bias, point):
    return weighted_sum(weights, point, bias).data


@mistake("2.1 decision_side", "a tolerance", says="a sum close to 0 is taken for 0")
def decision_side(weights, bias, point):
    z = weighted_sum(weights, point, bias).data
    return 0.0 if abs(z) < 1e-9 else 1.0 if z > 0 else -1.0


@mistake("2.1 distance_to_boundary", "not divided", says="not divided by the norm")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data


@mistake("2.1 distance_to_boundary", "divided by the squared norm", says="a square root is missing")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / sum(w * w for w in weights)


@mistake("2.1 distance_to_boundary", "sum of sizes", says="the sum of the sizes of the weights")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / sum(map(abs, weights))


@mistake("2.1 distance_to_boundary", "bias in the norm", says="the bias is counted into the norm")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / hypot(*weights, bias)


@mistake("2.1 distance_to_boundary", "no bias", says="the bias is left out")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, 0.0).data / hypot(*weights)


@mistake("2.1 distance_to_boundary", "no sign", says="the sign is lost")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return abs(weighted_sum(weights, point, bias).data) / hypot(*weights)


@mistake("2.1 distance_to_boundary", "two weights only", says="only two weights are counted")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / hypot(*weights[:2])


@mistake(
    "2.1 distance_to_boundary",
    "division by zero left to Python",
    says="ZeroDivisionError",
)
def distance_to_boundary(weights, bias, point):
    return weighted_sum(weights, point, bias).data / hypot(*weights)


@mistake("2.1 distance_to_boundary", "0 without weights", says="weights that are all 0")
def distance_to_boundary(weights, bias, point):
    return weighted_sum(weights, point, bias).data / (hypot(*weights) or 1.0)


# ---- Neuron


@mistake("2.1 Neuron.__init__", "on the class", says="what is kept on the class")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    Neuron.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    Neuron.b = Value(0.0)
    self.activation = activation


@mistake("2.1 Neuron.__init__", "one Value n times", says="copies the reference")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit))] * n_inputs
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "one draw for all", says="repeat a draw")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    limit = 1 / sqrt(n_inputs)
    drawn = (rng or random.Random()).uniform(-limit, limit)
    self.w = [Value(drawn) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "plain numbers", says="a plain number has no gradient")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [rng.uniform(-limit, limit) for _ in range(n_inputs)]
    self.b, self.activation = 0.0, activation


@mistake("2.1 Neuron.__init__", "±1/n", says="without the square root")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / n_inputs
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "±1", says="drawn from ±1, whatever n is")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng = rng or random.Random()
    self.w = [Value(rng.uniform(-1, 1)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "positive only", says="all of them positive")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng = rng or random.Random()
    self.w = [Value(rng.random() / sqrt(n_inputs)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "from 0 to 1", says="as rng.random() does")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng = rng or random.Random()
    self.w = [Value(rng.random()) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "a normal distribution", says="drawn from a normal distribution")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng = rng or random.Random()
    self.w = [Value(rng.gauss(0, 1 / sqrt(n_inputs))) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "the bias is drawn too", says="bias of a new Neuron")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(rng.uniform(-limit, limit)), activation


@mistake(
    "2.1 Neuron.__init__",
    "the global generator",
    says="draw from the rng that was passed in",
)
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    limit = 1 / sqrt(n_inputs)
    self.w = [Value(random.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake(
    "2.1 Neuron.__init__",
    "the global generator where none is given",
    says="Python's global generator was used",
)
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random, 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "a fixed seed", says="seeded with a fixed number")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(0), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "the name is not checked", says="Neuron(2, 'sigmund')")
def __init__(self, n_inputs, activation="tanh", rng=None):
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "any attribute will do", says="Neuron(2, 'data')")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not hasattr(Value, activation):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "a property will do", says="Neuron(2, 'is_leaf')")
def __init__(self, n_inputs, activation="tanh", rng=None):
    known = isinstance(activation, str) and hasattr(Value, activation) and activation != "data"
    if isinstance(activation, str) and not known:
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__init__", "a list of known names", says="ask Value, and keep no list")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and activation not in ("tanh", "relu"):
        raise ValueError(f"no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 Neuron.__call__", "no activation", says="the activation is left out")
def __call__(self, inputs):
    return weighted_sum(self.w, inputs, self.b)


@mistake("2.1 Neuron.__call__", "the activation twice", says="the activation is applied twice")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    if isinstance(self.activation, str):
        z = getattr(z, self.activation)()
        return getattr(z, self.activation)()
    return self.activation(z) if self.activation else z


@mistake("2.1 Neuron.__call__", "a function twice", says="the activation is applied twice")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return self.activation(self.activation(z)) if self.activation else z


@mistake("2.1 Neuron.__call__", "no bias", says="the bias is left out")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, 0.0)
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return self.activation(z) if self.activation else z


@mistake("2.1 Neuron.__call__", "bias after activation", says="added after the activation")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, 0.0)
    if isinstance(self.activation, str):
        return getattr(z, self.activation)() + self.b
    return self.activation(z) + self.b if self.activation else z + self.b


@mistake("2.1 Neuron.__call__", "tanh always", says="tanh is used whatever was asked for")
def __call__(self, inputs):
    return weighted_sum(self.w, inputs, self.b).tanh()


@mistake("2.1 Neuron.__call__", "a plain number", says="through which gradients are to flow")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    if isinstance(self.activation, str):
        z = getattr(z, self.activation)()
    elif self.activation:
        z = self.activation(z)
    return z.data


@mistake("2.1 Neuron.__call__", "copies of the weights", says="computes with copies of its weights")
def __call__(self, inputs):
    z = weighted_sum([w.data for w in self.w], inputs, self.b.data)
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return self.activation(z) if self.activation else z


@mistake("2.1 Neuron.__call__", "the bias as a number", says="the bias is a plain number")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b.data)
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return self.activation(z) if self.activation else z


@mistake("2.1 Neuron.__call__", "inputs as numbers", says="no layer below learns")
def __call__(self, inputs):
    z = weighted_sum(self.w, [Value.wrap(x).data for x in inputs], self.b)
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return self.activation(z) if self.activation else z


@mistake(
    "2.1 Neuron.__call__", "zip cuts the inputs short", says="a Neuron of 2 inputs called with"
)
def __call__(self, inputs):
    z = self.b
    for w, x in zip(self.w, inputs):
        z = z + w * x
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return self.activation(z) if self.activation else z


@mistake("2.1 Neuron.__call__", "the first result is kept", says="sum of two calls")
def __call__(self, inputs):
    if not hasattr(self, "out"):
        z = weighted_sum(self.w, inputs, self.b)
        if isinstance(self.activation, str):
            z = getattr(z, self.activation)()
        elif self.activation:
            z = self.activation(z)
        self.out = z
    return self.out


@mistake("2.1 Neuron.parameters", "no bias", says="lists w0, w1, and should")
def parameters(self):
    return list(self.w)


@mistake("2.1 Neuron.parameters", "the bias first", says="lists b, w0, w1")
def parameters(self):
    return [self.b, *self.w]


@mistake("2.1 Neuron.parameters", "copies", says="a stranger")
def parameters(self):
    return [Value(p.data) for p in (*self.w, self.b)]


@mistake("2.1 Neuron.parameters", "a generator", says="and should be a list")
def parameters(self):
    yield from self.w
    yield self.b


@mistake("2.1 Neuron.parameters", "the bias is appended to the weights", says="was appended to")
def parameters(self):
    self.w.append(self.b)
    return self.w


# ---- zeros, what only looks like a Value, and what happens at a right example


@mistake("2.1 weighted_sum", "a Value is known by its data", says="one was taken for the other")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights = [w if hasattr(w, "data") else Value(w) for w in weights]
    bias = bias if hasattr(bias, "data") else Value(bias)
    numbers = [x.data if hasattr(x, "data") else x for x in inputs]
    variables = [(x, w.data) for x, w in zip(inputs, weights) if hasattr(x, "data")]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    parents = (*weights, *(x for x, _ in variables), bias)
    return Value(total, parents, (*numbers, *(w for _, w in variables), 1.0), "weighted_sum")


@mistake("2.1 weighted_sum", "a bias of 0 is left out", says="a bias of 0 is a bias")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    weights = [Value.wrap(w) for w in weights]
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [(x, w.data) for x, w in zip(inputs, weights) if isinstance(x, Value)]
    parents = (*weights, *(x for x, _ in variables))
    local_grads = (*numbers, *(w for _, w in variables))
    total = sum(w.data * x for w, x in zip(weights, numbers))
    if bias:
        bias = Value.wrap(bias)
        total, parents, local_grads = total + bias.data, (*parents, bias), (*local_grads, 1.0)
    return Value(total, parents, local_grads, "weighted_sum")


@mistake("2.1 weighted_sum", "an input of 0 is left out", says="a weight is one whatever it meets")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    pairs = [(Value.wrap(w), x) for w, x in zip(weights, inputs) if isinstance(x, Value) or x]
    bias = Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for _, x in pairs]
    variables = [(x, w.data) for w, x in pairs if isinstance(x, Value)]
    total = sum(w.data * x for (w, _), x in zip(pairs, numbers)) + bias.data
    parents = (*(w for w, _ in pairs), *(x for x, _ in variables), bias)
    return Value(total, parents, (*numbers, *(w for _, w in variables), 1.0), "weighted_sum")


@mistake("2.1 perceptron_update", "nothing to do, nothing new", says="the very list that was given")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    if error == 0:
        return weights, bias
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "lr twice", says="lr is multiplied in twice")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = lr * (target - step(weighted_sum(weights, inputs, bias).data))
    return [w + lr * error * x for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "the bias inside the loop", says="moved once for each input")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error, moved = target - step(weighted_sum(weights, inputs, bias).data), []
    for w, x in zip(weights, inputs):
        moved.append(w + lr * error * x)
        bias += lr * error
    return moved, bias


@mistake("2.1 perceptron_update", "the size of the input", says="the sign of the input is dropped")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error * abs(x) for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 train_perceptron", "known by the weights", says="known by a change of the weights")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples to learn from")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            moved, bias = perceptron_update(weights, bias, inputs, target, lr)
            mistakes[-1] += moved != weights
            weights = moved
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "from the last to the first", says="from the last to the first")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples to learn from")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in reversed(examples):
            if step(weighted_sum(weights, inputs, bias).data) != target:
                mistakes[-1] += 1
                weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "errors that cancel", says="added up with their signs")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples to learn from")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            mistakes[-1] += target - step(weighted_sum(weights, inputs, bias).data)
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "a break at each mistake", says="ends with its first mistake")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples to learn from")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            if step(weighted_sum(weights, inputs, bias).data) != target:
                mistakes[-1] += 1
                weights, bias = perceptron_update(weights, bias, inputs, target, lr)
                break
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "each until it is right", says="repeated until it is right")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples to learn from")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            while step(weighted_sum(weights, inputs, bias).data) != target:
                mistakes[-1] += 1
                weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 or_gate", "Python's or", says="which hand an input through")
def or_gate(a, b):
    return float(a or b)


@mistake("2.1 or_gate", "a sum without a product", says="One neuron cannot")
def or_gate(a, b):
    return a + b - a * b


@mistake("2.1 xor", "a comparison", says="it does not ask them")
def xor(a, b):
    return float(a != b)


@mistake("2.1 xor", "a difference", says="it does not ask them")
def xor(a, b):
    return abs(a - b)


@mistake("2.1 distance_to_boundary", "all for any", says="each of them is exactly 0")
def distance_to_boundary(weights, bias, point):
    if not all(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / hypot(*weights)


@mistake("2.1 distance_to_boundary", "weights that add up to 0", says="each of them is exactly 0")
def distance_to_boundary(weights, bias, point):
    if sum(weights) == 0:
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / hypot(*weights)


@mistake("2.1 distance_to_boundary", "almost no weights", says="each of them is exactly 0")
def distance_to_boundary(weights, bias, point):
    if hypot(*weights) < 1e-12:
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / hypot(*weights)


@mistake("2.1 Neuron.__init__", "a generator as a default", says="takes a Random of its signature")
def __init__(self, n_inputs, activation="tanh", rng=random.Random(0)):  # noqa: B008
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    limit = 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b = Value(0.0)
    self.activation = activation


@mistake("2.1 Neuron.__call__", "a list of known names", says="is there a list of names?")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    if self.activation in ("tanh", "relu", "exp"):
        return getattr(z, self.activation)()
    return self.activation(z) if callable(self.activation) else z


@mistake("2.1 Neuron.__call__", "a function of the number", says="the function is given z.data")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    if self.activation is None:
        return z
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return self.activation(z.data)


@mistake("2.1 Neuron.__call__", "what a function returns is wrapped", says="the graph is cut")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    if self.activation is None:
        return z
    if isinstance(self.activation, str):
        return getattr(z, self.activation)()
    return Value(self.activation(z).data)


@mistake("2.1 Neuron.parameters", "the list in the list", says="a list has no .grad")
def parameters(self):
    return [self.w, self.b]


@mistake("2.1 step", "nan is not below 0", says="x < 0 is asked")
def step(x):
    return 0.0 if x < 0 else 1.0


@mistake(
    "2.1 weighted_sum", "what is neither int nor float is a Value", says="whatever kind of number"
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    ws = [Value.wrap(w) for w in weights]
    b = Value.wrap(bias)
    nums = [x.data if not isinstance(x, (int, float)) else x for x in inputs]
    data = sum(w.data * n for w, n in zip(ws, nums)) + b.data
    ins = [(x, w.data) for x, w in zip(inputs, ws) if not isinstance(x, (int, float))]
    return Value(
        data, (*ws, *(x for x, _ in ins), b), (*nums, *(g for _, g in ins), 1.0), "weighted_sum"
    )


@mistake("2.1 xor", "two neurons of its own", says="Neurons of its own repeat")
def xor(a, b):
    return step(a - b - 0.5) + step(b - a - 0.5)


@mistake("2.1 train_perceptron", "no epochs are one", says="0 are 0")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    while True:
        wrong = 0
        for inputs, target in examples:
            wrong += int(step(sum(w * x for w, x in zip(weights, inputs)) + bias) != target)
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        mistakes.append(wrong)
        if wrong == 0 or len(mistakes) >= epochs:
            break
    return weights, bias, mistakes


@mistake("2.1 step", "yes or no", says="rather than a yes or no")
def step(x):
    return x >= 0


@mistake("2.1 weighted_sum", "no inputs are refused", says="no inputs, no sum")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    if not inputs:
        raise ValueError("no inputs, no sum")
    ws = [Value.wrap(w) for w in weights]
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    total = sum(w.data * x for w, x in zip(ws, numbers)) + Value.wrap(bias).data
    variables = [(x, w.data) for x, w in zip(inputs, ws) if isinstance(x, Value)]
    parents = (*ws, *(x for x, _ in variables), Value.wrap(bias))
    return Value(total, parents, (*numbers, *(s for _, s in variables), 1.0), "weighted_sum")


@mistake("2.1 perceptron_update", "the bias is a Value", says="and should be a plain number")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error * x for w, x in zip(weights, inputs)], Value(bias) + lr * error


@mistake("2.1 distance_to_boundary", "a Value", says="nothing is learned from it")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias) / hypot(*weights)


@mistake("2.1 Neuron.__call__", "the output is kept", says="in Neuron.out, and that counts")
def __call__(self, inputs):
    z = weighted_sum(self.w, inputs, self.b)
    if isinstance(self.activation, str):
        z = getattr(z, self.activation)()
    elif self.activation is not None:
        z = self.activation(z)
    self.out = z
    return z


@mistake("2.1 Neuron.__call__", "the inputs are kept", says="in Neuron.inputs.0, and that counts")
def __call__(self, inputs):
    self.inputs = list(inputs)
    z = weighted_sum(self.w, inputs, self.b)
    if self.activation is None:
        return z
    return getattr(z, self.activation)() if isinstance(self.activation, str) else self.activation(z)


@mistake("2.1 Neuron.__init__", "a tuple of weights", says="w of a Neuron(3) is")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = tuple(Value(rng.uniform(-limit, limit)) for _ in range(n_inputs))
    self.b = Value(0.0)
    self.activation = activation


@mistake("2.1 step", "a sign, moved and halved", says="x < 0 is asked")
def step(x):
    return 0.5 * (float(x >= 0) - float(x < 0) + 1) if x == x else 1.0


@mistake(
    "2.1 weighted_sum", "weights of 0 are skipped", says="a weight is one whatever it meets or"
)
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, but {len(inputs)} inputs")
    ws, b = [Value.wrap(w) for w in weights], Value.wrap(bias)
    pairs = [(w, x) for w, x in zip(ws, inputs) if w.data]
    numbers = [x.data if isinstance(x, Value) else x for _, x in pairs]
    variables = [(x, w.data) for w, x in pairs if isinstance(x, Value)]
    total = sum(w.data * x for (w, _), x in zip(pairs, numbers)) + b.data
    parents = (*(w for w, _ in pairs), *(x for x, _ in variables), b)
    return Value(total, parents, (*numbers, *(s for _, s in variables), 1.0), "weighted_sum")


@mistake("2.1 train_perceptron", "random first weights", says="trained twice on the same examples")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [random.uniform(-0.1, 0.1) for _ in examples[0][0]], 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            if step(weighted_sum(weights, inputs, bias).data) != target:
                mistakes[-1] += 1
                weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "gives up in a circle", says="only an epoch without a mistake")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes, seen = [0.0] * len(examples[0][0]), 0.0, [], []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            if step(weighted_sum(weights, inputs, bias).data) != target:
                mistakes[-1] += 1
                weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0 or (weights, bias) in seen:
            break
        seen.append((weights, bias))
    return weights, bias, mistakes


@mistake("2.1 decision_side", "close to 0 is 0, however close", says="'close' has no meaning here")
def decision_side(weights, bias, point):
    z = weighted_sum(weights, point, bias).data
    return 0.0 if abs(z) < 1e-100 else 1.0 if z > 0 else -1.0


@mistake("2.1 distance_to_boundary", "by the length of the point too", says="of the point as well")
def distance_to_boundary(weights, bias, point):
    if not any(weights):
        raise ValueError("no boundary")
    return weighted_sum(weights, point, bias).data / (hypot(*weights) * (hypot(*point) or 1.0))


@mistake("2.1 Neuron.__init__", "a Value for what comes later", says="keeps a Value in out")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b = Value(0.0)
    self.out = Value(0.0)
    self.activation = activation


@mistake("2.1 Neuron.__call__", "a 1 is put on the inputs", says="changed a list that it was given")
def __call__(self, inputs):
    inputs.append(1.0)
    z = weighted_sum([*self.w, self.b], inputs, 0.0)
    if self.activation is None:
        return z
    return getattr(z, self.activation)() if isinstance(self.activation, str) else self.activation(z)


@mistake("2.1 xor", "a difference of steps", says="Neurons of its own repeat")
def xor(a, b):
    return step(a + b - 0.5) - step(a + b - 1.5)


@mistake(
    "2.1 decision_side",
    "NaN is taken for the boundary",
    says="NaN is taken for the boundary",
)
def decision_side(weights, bias, point):
    s = sum(a * b for a, b in zip(weights, point)) + bias
    return 1.0 if s > 0 else -1.0 if s < 0 else 0.0


@mistake(
    "2.1 decision_side",
    "NaN is taken for the far side",
    says="counts as below it, NaN too",
)
def decision_side(weights, bias, point):
    s = sum(a * b for a, b in zip(weights, point)) + bias
    return 0.0 if s == 0 else 1.0 if s > 0 else -1.0


@mistake(
    "2.1 perceptron_update",
    "the new weights are rounded",
    says="rounded to some decimals",
)
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    d = lr * (target - step(sum(a * b for a, b in zip(weights, inputs)) + bias))
    return [round(a + d * b, 10) for a, b in zip(weights, inputs)], round(bias + d, 10)


@mistake(
    "2.1 Neuron.__call__",
    "the output is kept for these inputs",
    says="kept from the call before",
)
def __call__(self, inputs):
    key = tuple(inputs)
    self.__dict__.setdefault("_cache", {})
    if key not in self._cache:
        s = weighted_sum(self.w, inputs, self.b)
        self._cache[key] = lambda s=s: (
            s
            if self.activation is None
            else getattr(s, self.activation)()
            if isinstance(self.activation, str)
            else self.activation(s)
        )
    return self._cache[key]()


@mistake(
    "2.1 distance_to_boundary",
    "1e-12 is added to the length",
    says="1e-12 is added to the length of the weights",
)
def distance_to_boundary(weights, bias, point):
    n = hypot(*weights)
    if not n:
        raise ValueError("no boundary")
    return (sum(a * b for a, b in zip(weights, point)) + bias) / (n + 1e-12)


@mistake("2.1 weighted_sum", "float32 spreads", says="it was computed in float32")
def weighted_sum(weights, inputs, bias):
    if len(weights) != len(inputs):
        raise ValueError(f"{len(weights)} weights, {len(inputs)} inputs")
    weights, bias = [Value.wrap(w) for w in weights], Value.wrap(bias)
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    variables = [(x, w.data) for x, w in zip(inputs, weights) if isinstance(x, Value)]
    total = sum(w.data * x for w, x in zip(weights, numbers)) + bias.data
    parents = (*weights, *(x for x, _ in variables), bias)
    return Value(total, parents, (*numbers, *(w for _, w in variables), 1.0), "weighted_sum")


@mistake("2.1 Neuron.__init__", "0 is no seed", says="0 is a seed too")
def __init__(self, n_inputs, activation="tanh", rng=None):
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng = random_from(rng or None)
    limit = 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b = Value(0.0)
    self.activation = activation


@mistake(
    "2.1 Neuron.__init__",
    "a seeded generator made with the signature",
    says="what stands in a signature is made once",
)
def __init__(self, n_inputs, activation="tanh", rng=random.Random(0)):  # noqa: B008
    if isinstance(activation, str) and not callable(getattr(Value, activation, None)):
        raise ValueError(f"Value has no activation called {activation!r}")
    rng, limit = rng or random.Random(), 1 / sqrt(n_inputs)
    self.w = [Value(rng.uniform(-limit, limit)) for _ in range(n_inputs)]
    self.b, self.activation = Value(0.0), activation


@mistake("2.1 train_perceptron", "the caller's list is sorted", says="they are so for the caller")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    examples.sort()
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for inputs, target in examples:
            wrong += step(sum(w * x for w, x in zip(weights, inputs)) + bias) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        mistakes.append(wrong)
        if not wrong:
            break
    return weights, bias, mistakes


@mistake("2.1 train_perceptron", "the examples are sorted", says="the examples are sorted first")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for inputs, target in sorted(examples):
            wrong += step(sum(w * x for w, x in zip(weights, inputs)) + bias) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        mistakes.append(wrong)
        if not wrong:
            break
    return weights, bias, mistakes


@mistake("2.1 perceptron_update", "-1 is a target like any other", says="0 or 1 and nothing else")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error * float(x) for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 perceptron_update", "any share is a target", says="an update with the target 0.5")
def perceptron_update(weights, bias, inputs, target, lr=1.0):
    if not 0 <= target <= 1:
        raise ValueError(f"the target {target}")
    error = target - step(weighted_sum(weights, inputs, bias).data)
    return [w + lr * error * float(x) for w, x in zip(weights, inputs)], bias + lr * error


@mistake("2.1 train_perceptron", "gives up on a level", says="as many mistakes as the one before")
def train_perceptron(examples, epochs, lr=1.0):
    if not examples:
        raise ValueError("no examples")
    weights, bias, mistakes = [0.0] * len(examples[0][0]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for inputs, target in examples:
            wrong += step(weighted_sum(weights, inputs, bias).data) != target
            weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        mistakes.append(wrong)
        if not wrong or mistakes[-2:] == [wrong, wrong]:
            break
    return weights, bias, mistakes


@mistake("2.1 Neuron.parameters", "kept", says="they were kept from the first call")
def parameters(self):
    if not hasattr(self, "listed"):
        self.listed = [*self.w, self.b]
    return list(self.listed)


@mistake("2.1 xor", "OR less AND", says="What two gates say goes into a third")
def xor(a, b):
    return or_gate(a, b) - and_gate(a, b)


@mistake("2.1 xor", "OR times NAND", says="What two gates say goes into a third")
def xor(a, b):
    return or_gate(a, b) * nand_gate(a, b)


@mistake("2.1 decision_side", "divided by its size", says="inf / inf is nan")
def decision_side(weights, bias, point):
    z = weighted_sum(weights, point, bias).data
    return z / abs(z) if z else 0.0


@mistake("2.1 train_perceptron", "from integers", says="is 0 (an int), and should be a float")
def train_perceptron(examples, epochs, lr=1.0):
    if not len(examples):
        raise ValueError("no examples to learn from")
    weights, bias, mistakes = [0] * len(examples[0][0]), 0, []
    for _ in range(epochs):
        mistakes.append(0)
        for inputs, target in examples:
            if step(weighted_sum(weights, inputs, bias).data) != target:
                mistakes[-1] += 1
                weights, bias = perceptron_update(weights, bias, inputs, target, lr)
        if mistakes[-1] == 0:
            break
    return weights, bias, mistakes
