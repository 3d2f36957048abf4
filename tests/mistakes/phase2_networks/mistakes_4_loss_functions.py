"""Wrong solutions of 2.4 that its specs reject by name."""

from tests.mistakes import mistake

# ---- regression


@mistake("2.4 mean_squared_error", "the sum is returned for the mean", says="and not averaged")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p - t) ** 2 for p, t in zip(predictions, targets))


@mistake("2.4 mean_squared_error", "unequal lengths are cut by zip", says="zip cuts")
def mean_squared_error(predictions, targets):
    return sum((p - t) ** 2 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_squared_error", "a half is put in front", says="a half in front")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p - t) ** 2 for p, t in zip(predictions, targets)) / (2 * len(targets))


@mistake("2.4 mean_squared_error", "the mean error is squared", says="averaged first")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return (sum(p - t for p, t in zip(predictions, targets)) / len(targets)) ** 2


@mistake("2.4 mean_squared_error", "the root is taken", says="the root is taken")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return (sum((p - t) ** 2 for p, t in zip(predictions, targets)) / len(targets)) ** 0.5


@mistake("2.4 mean_squared_error", "a float is returned", says="should be a Value")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p.data - t) ** 2 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_squared_error", "it is computed from .data and wrapped", says="no way back")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return Value(sum((p.data - t) ** 2 for p, t in zip(predictions, targets)) / len(targets))


@mistake("2.4 mean_squared_error", "only the last example is left", says="only the last example")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    for p, t in zip(predictions, targets):
        total = (p - t) ** 2
    return total / len(targets)


@mistake("2.4 mean_squared_error", "it is divided by N - 1", says="divided by N - 1")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    n = len(targets)
    return sum((p - t) ** 2 for p, t in zip(predictions, targets)) / (n - 1 if n > 1 else 1)


@mistake("2.4 mean_squared_error", "half of each square is data", says="is taken of .data")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p - t) * (p.data - t) for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_absolute_error", "the sum is returned for the mean", says="and not averaged")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p - t).relu() + (t - p).relu() for p, t in zip(predictions, targets))


@mistake("2.4 mean_absolute_error", "the absolute value is missing", says="opposite sign cancel")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum(p - t for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_absolute_error", "one half of it", says="that are too low count as 0")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p - t).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_absolute_error", "the root of the square", says="infinity times 0")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum(((p - t) ** 2) ** 0.5 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_absolute_error", "0 is above 0", says="an exact prediction counts as too high")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        total = total + (p - t if p.data >= t else t - p)
    return total / len(targets)


@mistake("2.4 mean_absolute_error", "0 is below 0", says="an exact prediction counts as too low")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        total = total + (p - t if p.data > t else t - p)
    return total / len(targets)


@mistake("2.4 mean_absolute_error", "abs of the data", says="no way back")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum(Value(abs(p.data - t)) for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_absolute_error", "unequal lengths are cut by zip", says="zip cuts")
def mean_absolute_error(predictions, targets):
    total = sum((p - t).relu() + (t - p).relu() for p, t in zip(predictions, targets))
    return total / len(predictions)


@mistake("2.4 mean_absolute_error", "the sign of the prediction", says="the sign of the prediction")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        total = total + (p - t if p.data > 0 else t - p)
    return total / len(targets)


@mistake("2.4 huber", "the line lacks its -½δ²", says="the line lacks its -½δ²")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        total = total + (0.5 * d**2 if abs(d.data) <= delta else delta * (d.relu() + (-d).relu()))
    return total / len(targets)


@mistake("2.4 huber", "the parabola lacks its half", says="the parabola lacks its half")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d.relu() + (-d).relu()
        total = total + (d**2 if size.data <= delta else delta * size - 0.5 * delta**2)
    return total / len(targets)


@mistake(
    "2.4 huber", "smooth L1, which is divided by delta", says="as in PyTorch's and MLX's smooth L1"
)
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d.relu() + (-d).relu()
        total = total + (0.5 * d**2 / delta if size.data <= delta else size - 0.5 * delta)
    return total / len(targets)


@mistake("2.4 huber", "the slope of the line is 1", says="the slope of the line is 1, not delta")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d.relu() + (-d).relu()
        total = total + (0.5 * d**2 if size.data <= delta else size - 0.5 * delta**2)
    return total / len(targets)


@mistake("2.4 huber", "the corner is at 1", says="the corner is at 1 whatever delta is")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d.relu() + (-d).relu()
        total = total + (0.5 * d**2 if size.data <= 1 else delta * size - 0.5 * delta**2)
    return total / len(targets)


@mistake("2.4 huber", "-½δ in place of -½δ²", says="-½δ in place of -½δ²")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d.relu() + (-d).relu()
        total = total + (0.5 * d**2 if size.data <= delta else delta * size - 0.5 * delta)
    return total / len(targets)


@mistake("2.4 huber", "a negative error is small", says="a negative error is on the parabola")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        total = total + (0.5 * d**2 if d.data <= delta else delta * d - 0.5 * delta**2)
    return total / len(targets)


@mistake("2.4 huber", "the size on the line is of the data", says="taken of .data: no way back")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = abs(d.data)
        total = total + (0.5 * d**2 if size <= delta else delta * size - 0.5 * delta**2)
    return Value.wrap(total) / len(targets)


@mistake("2.4 huber", "the sign of the prediction", says="or told by the prediction")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d if p.data > 0 else -d
        total = total + (0.5 * d**2 if abs(d.data) <= delta else delta * size - 0.5 * delta**2)
    return total / len(targets)


@mistake("2.4 huber", "the sum is returned for the mean", says="and not averaged")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d.relu() + (-d).relu()
        total = total + (0.5 * d**2 if size.data <= delta else delta * size - 0.5 * delta**2)
    return total


@mistake("2.4 huber", "unequal lengths are cut by zip", says="zip cuts")
def huber(predictions, targets, delta=1.0):
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        size = d.relu() + (-d).relu()
        total = total + (0.5 * d**2 if size.data <= delta else delta * size - 0.5 * delta**2)
    return total / len(targets)


# ---- two classes


@mistake("2.4 hinge", "labels 0 and 1 are taken", says="costs 1 whatever the score")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    return sum((1 - t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 hinge", "only the first label is looked at", says="costs 1 whatever the score")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    if targets[0] not in (-1, 1):
        raise ValueError(f"a hinge label is -1 or 1, not {targets[0]}")
    return sum((1 - t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 hinge", "there is no margin", says="there is no margin")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    if wrong := [t for t in targets if t not in (-1, 1)]:
        raise ValueError(f"not a label: {wrong[0]}")
    return sum((-t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 hinge", "there is no hinge", says="gives something back")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    if wrong := [t for t in targets if t not in (-1, 1)]:
        raise ValueError(f"not a label: {wrong[0]}")
    return sum(1 - t * p for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 hinge", "the sign is wrong", says="the sign is wrong")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    if wrong := [t for t in targets if t not in (-1, 1)]:
        raise ValueError(f"not a label: {wrong[0]}")
    return sum((1 + t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 hinge", "the sum is returned for the mean", says="and not averaged")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    if wrong := [t for t in targets if t not in (-1, 1)]:
        raise ValueError(f"not a label: {wrong[0]}")
    return sum((1 - t * p).relu() for p, t in zip(predictions, targets))


@mistake("2.4 hinge", "those that cost nothing do not count", says="over those that cost")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    if wrong := [t for t in targets if t not in (-1, 1)]:
        raise ValueError(f"not a label: {wrong[0]}")
    costs = [(1 - t * p).relu() for p, t in zip(predictions, targets)]
    return sum(costs) / max(1, sum(cost.data > 0 for cost in costs))


@mistake("2.4 hinge", "unequal lengths are cut by zip", says="zip cuts")
def hinge(predictions, targets):
    if wrong := [t for t in targets if t not in (-1, 1)]:
        raise ValueError(f"not a label: {wrong[0]}")
    return sum((1 - t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 clamped_log", "nothing is clamped", says="0 has no logarithm")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log()


@mistake("2.4 clamped_log", "only 0 is clamped", says="only the log of 0 itself is clamped")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data else Value(lowest)


@mistake("2.4 clamped_log", "a little is added", says="1e-12 is added or put in")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return (p + 1e-12).log()


@mistake("2.4 clamped_log", "lowest is ignored", says="lowest is ignored")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data > math.exp(-100) else Value(-100)


@mistake("2.4 clamped_log", "the data alone is clamped", says="the data is clamped, and the grad")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    if p.data == 0:
        return Value(lowest)
    result = p.log()
    result.data = max(result.data, lowest)
    return result


@mistake("2.4 clamped_log", "the lowest is added to p", says="the way back is open")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data > math.exp(lowest) else p + (lowest - p.data)


@mistake("2.4 clamped_log", "a number is returned where it is clamped", says="should be a Value")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data > math.exp(lowest) else lowest


@mistake(
    "2.4 clamped_log", "what is above 1 is let through", says="1.5, which is not a probability"
)
def clamped_log(p, lowest=-100.0):
    if p.data < 0:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data > math.exp(lowest) else Value(lowest)


@mistake("2.4 clamped_log", "NaN becomes -100", says="nan, which is not a probability")
def clamped_log(p, lowest=-100.0):
    if p.data < 0 or p.data > 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data > math.exp(lowest) else Value(lowest)


@mistake("2.4 clamped_log", "below 0 is clamped too", says="-0.25, which is not a probability")
def clamped_log(p, lowest=-100.0):
    if not p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data > math.exp(lowest) else Value(lowest)


@mistake("2.4 binary_cross_entropy", "the minus is missing", says="the minus is missing")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        total = total + t * clamped_log(p) + (1 - t) * clamped_log(1 - p)
    return total / len(targets)


@mistake("2.4 binary_cross_entropy", "the part for 0 is missing", says="for target 0 is missing")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    return -sum(t * clamped_log(p) for p, t in zip(probs, targets)) / len(targets)


@mistake("2.4 binary_cross_entropy", "0 and 1 are exchanged", says="0 and 1 are exchanged")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        total = total - (1 - t) * clamped_log(p) - t * clamped_log(1 - p)
    return total / len(targets)


@mistake(
    "2.4 binary_cross_entropy",
    "targets and predictions are swapped",
    says="targets and predictions are swapped",
)
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        total = total - p * clamped_log(Value(t)) - (1 - p) * clamped_log(Value(1 - t))
    return total / len(targets)


@mistake("2.4 binary_cross_entropy", "log of 0", says="0 has no logarithm")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        total = total - t * p.log() - (1 - t) * (1 - p).log()
    return total / len(targets)


@mistake("2.4 binary_cross_entropy", "a little is added", says="1e-07 is added or put in")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        total = total - t * (p + 1e-7).log() - (1 - t) * (1 - p + 1e-7).log()
    return total / len(targets)


@mistake("2.4 binary_cross_entropy", "the sum is returned for the mean", says="and not averaged")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        total = total - t * clamped_log(p) - (1 - t) * clamped_log(1 - p)
    return total


@mistake("2.4 binary_cross_entropy", "a target is 0 or 1", says="a target below 1 counts as 0")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        total = total - (clamped_log(p) if t == 1 else clamped_log(1 - p))
    return total / len(targets)


@mistake("2.4 binary_cross_entropy", "unequal lengths are cut by zip", says="zip cuts")
def binary_cross_entropy(probs, targets):
    total = 0.0
    for p, t in zip(probs, targets):
        total = total - t * clamped_log(p) - (1 - t) * clamped_log(1 - p)
    return total / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "through the sigmoid and a clamped log",
    says="log 0 is clamped",
    prelude="from .activations import sigmoid",
)
def binary_cross_entropy_with_logits(logits, targets):
    return binary_cross_entropy([sigmoid(z) for z in logits], targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "the log of a rounded zero",
    says="0 has no logarithm",
    prelude="from .activations import sigmoid",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    total = 0.0
    for z, t in zip(logits, targets):
        total = total - t * sigmoid(z).log() - (1 - t) * (1 - sigmoid(z)).log()
    return total / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "a rounded probability is clamped where it is 0 and trusted elsewhere",
    says="computed from a p that was rounded",
    prelude="from .activations import sigmoid",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    total = 0.0
    for z, t in zip(logits, targets):
        if abs(z.data) > 35:
            total = total + ((1 - t) * z).relu() + (-t * z).relu()
        else:
            total = total - t * sigmoid(z).log() - (1 - t) * (1 - sigmoid(z)).log()
    return total / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "e is raised to a large score",
    says="above about 709",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    return sum((1 + z.exp()).log() - t * z for z, t in zip(logits, targets)) / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "relu and |z|, flat at 0",
    says="which are both flat at 0",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    total = 0.0
    for z, t in zip(logits, targets):
        size = z.relu() + (-z).relu()
        total = total + z.relu() - t * z + (1 + (-size).exp()).log()
    return total / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "the sigmoid is applied twice",
    says="the sigmoid is applied twice",
    prelude="from .activations import sigmoid",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    probs = [sigmoid(z) for z in logits]
    return sum(softplus(p) - t * p for p, t in zip(probs, targets)) / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "the target's share is missing",
    says="the target's share of the score is not taken off",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    return sum(softplus(z) for z, t in zip(logits, targets)) / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits", "0 and 1 are exchanged", says="0 and 1 are exchanged"
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    return sum(softplus(z) - (1 - t) * z for z, t in zip(logits, targets)) / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits", "the sum is returned for the mean", says="not averaged"
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    return sum(softplus(z) - t * z for z, t in zip(logits, targets))


@mistake("2.4 binary_cross_entropy_with_logits", "cut by zip", says="zip cuts")
def binary_cross_entropy_with_logits(logits, targets):
    return sum(softplus(z) - t * z for z, t in zip(logits, targets)) / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "the score is turned round by 1 - 2t",
    says="which is right for 0 and 1 only",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    return sum(softplus((1 - 2 * t) * z) for z, t in zip(logits, targets)) / len(targets)


# ---- many classes


@mistake("2.4 log_softmax", "no shift: e overflows", says="above about 709")
def log_softmax(logits):
    log_total = sum(z.exp() for z in logits).log()
    return [z - log_total for z in logits]


@mistake("2.4 log_softmax", "the first score is taken for the highest", says="above about 709")
def log_softmax(logits):
    first = logits[0].data
    log_total = sum((z - first).exp() for z in logits).log() + first
    return [z - log_total for z in logits]


@mistake(
    "2.4 log_softmax",
    "the log of a rounded softmax",
    says="0 has no logarithm",
    prelude="from .activations import softmax",
)
def log_softmax(logits):
    return [p.log() for p in softmax(logits)]


@mistake(
    "2.4 log_softmax",
    "the log of a rounded softmax is clamped",
    says="rounded to 0 is clamped",
    prelude="from .activations import softmax",
)
def log_softmax(logits):
    return [clamped_log(p) if p.data < 1 else p.log() for p in softmax(logits)]


@mistake(
    "2.4 log_softmax",
    "the logarithm is missing",
    says="the logarithm is missing",
    prelude="from .activations import softmax",
)
def log_softmax(logits):
    return softmax(logits)


@mistake(
    "2.4 log_softmax",
    "softmax twice",
    says="softmax is applied twice",
    prelude="from .activations import softmax",
)
def log_softmax(logits):
    probs = softmax(logits)
    log_total = sum(p.exp() for p in probs).log()
    return [p - log_total for p in probs]


@mistake(
    "2.4 log_softmax",
    "the maximum is detached only where it is put back",
    says=("detached on one side", "where it is taken off, and none where it is put back"),
)
def log_softmax(logits):
    highest = max(logits, key=lambda z: z.data)
    log_total = sum((z - highest).exp() for z in logits).log() + highest.data
    return [z - log_total for z in logits]


@mistake(
    "2.4 log_softmax",
    "the maximum is detached only where it is taken off",
    says=("detached on one side", "where it is put back, and none where it is taken off"),
)
def log_softmax(logits):
    highest = max(logits, key=lambda z: z.data)
    log_total = sum((z - highest.data).exp() for z in logits).log() + highest
    return [z - log_total for z in logits]


@mistake("2.4 log_softmax", "the maximum is not put back", says="once and not put back")
def log_softmax(logits):
    highest = max(z.data for z in logits)
    log_total = sum((z - highest).exp() for z in logits).log()
    return [z - log_total for z in logits]


@mistake("2.4 log_softmax", "the logarithm of the sum is a number", says="sum is detached")
def log_softmax(logits):
    highest = max(z.data for z in logits)
    log_total = math.log(sum(math.exp(z.data - highest) for z in logits)) + highest
    return [z - log_total for z in logits]


@mistake("2.4 log_softmax", "the sum without its logarithm", says="without its logarithm")
def log_softmax(logits):
    total = sum(z.exp() for z in logits)
    return [z - total for z in logits]


@mistake("2.4 cross_entropy", "the minus is missing", says="the minus is missing")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return log_softmax(logits)[target]


@mistake("2.4 cross_entropy", "the mean over the classes", says="mean over the classes")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -log_softmax(logits)[target] / len(logits)


@mistake(
    "2.4 cross_entropy",
    "softmax twice",
    says="softmax is applied twice",
    prelude="from .activations import softmax",
)
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -log_softmax(softmax(logits))[target]


@mistake(
    "2.4 cross_entropy",
    "the log of a rounded zero",
    says="0 has no logarithm",
    prelude="from .activations import softmax",
)
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -softmax(logits)[target].log()


@mistake(
    "2.4 cross_entropy",
    "the log of a rounded zero is clamped",
    says="rounded to 0 is clamped",
    prelude="from .activations import softmax",
)
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -clamped_log(softmax(logits)[target])


@mistake("2.4 cross_entropy", "-1 counts from the end", says="Python counts -1 from the end")
def cross_entropy(logits, target):
    if target >= len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -log_softmax(logits)[target]


@mistake("2.4 cross_entropy", "Python's own IndexError", says="does not name 3, range(0, 3)")
def cross_entropy(logits, target):
    if target < 0:
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -log_softmax(logits)[target]


@mistake("2.4 cross_entropy", "the logarithm is missing", says="and 1 - p is returned")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return 1 - log_softmax(logits)[target].exp()


@mistake("2.4 cross_entropy", "the surprises are weighted by themselves", says="not by the target")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -sum(y.exp() * y for y in log_softmax(logits))


@mistake("2.4 cross_entropy", "all the surprises are added up", says="surprises at all classes")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -sum(log_softmax(logits))


@mistake("2.4 cross_entropy", "the right logit is detached", says="the logit itself is detached")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    log_total = logits[target] - log_softmax(logits)[target]
    return log_total - logits[target].data


@mistake("2.4 initial_loss", "the logarithm is to base 2", says="the logarithm is to base 2")
def initial_loss(n_classes):
    return math.log2(n_classes)


@mistake("2.4 initial_loss", "the probability is returned", says="the probability itself")
def initial_loss(n_classes):
    return 1 / n_classes


@mistake("2.4 initial_loss", "the sign is wrong", says="the sign is wrong")
def initial_loss(n_classes):
    return math.log(1 / n_classes)


@mistake("2.4 initial_loss", "the mean over the classes", says="mean over the classes")
def initial_loss(n_classes):
    return math.log(n_classes) / n_classes


# ---- beside the loss


@mistake("2.4 l2_penalty", "the ½ of other books", says="there is a half in front")
def l2_penalty(parameters, strength):
    return strength / 2 * sum(w**2 for w in parameters)


@mistake("2.4 l2_penalty", "half of the parameters", says="half of the parameters are left out")
def l2_penalty(parameters, strength):
    return strength * sum(w**2 for w in parameters[: len(parameters) // 2])


@mistake("2.4 l2_penalty", "every other parameter", says="every other parameter is left out")
def l2_penalty(parameters, strength):
    return strength * sum(w**2 for w in parameters[::2])


@mistake("2.4 l2_penalty", "the last, a bias, is spared", says="the last parameter is left out")
def l2_penalty(parameters, strength):
    return strength * sum((w**2 for w in parameters[:-1]), Value(0.0))


@mistake("2.4 l2_penalty", "the mean is taken", says="the squares are averaged")
def l2_penalty(parameters, strength):
    return strength * sum(w**2 for w in parameters) / len(parameters)


@mistake("2.4 l2_penalty", "the strength is squared", says="the strength is squared as well")
def l2_penalty(parameters, strength):
    return sum((strength * w) ** 2 for w in parameters)


@mistake("2.4 l2_penalty", "the sizes are added up", says="the sizes are added up, not the squares")
def l2_penalty(parameters, strength):
    return strength * sum(w.relu() + (-w).relu() for w in parameters)


@mistake("2.4 l2_penalty", "the norm is taken", says="the root of the sum is taken")
def l2_penalty(parameters, strength):
    return strength * sum(w**2 for w in parameters) ** 0.5


@mistake("2.4 l2_penalty", "half of each square is data", says="is taken of .data")
def l2_penalty(parameters, strength):
    return strength * sum(w * w.data for w in parameters)


@mistake("2.4 l2_penalty", "it is a plain number", says="should be a Value")
def l2_penalty(parameters, strength):
    return strength * sum(w.data**2 for w in parameters)


@mistake(
    "2.4 l2_penalty",
    "the strength weighs each parameter once",
    says="nothing is squared",
    prelude="from .neuron import weighted_sum",
)
def l2_penalty(parameters, strength):
    return weighted_sum([strength] * len(parameters), parameters, 0.0)


@mistake("2.4 accuracy", "the count is returned", says="and not divided by N")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    numbers = [[Value.wrap(z).data for z in scores] for scores in logits]
    return sum(row.index(max(row)) == t for row, t in zip(numbers, targets))


@mistake("2.4 accuracy", "the error rate is returned", says="the wrong ones are counted")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    numbers = [[Value.wrap(z).data for z in scores] for scores in logits]
    return sum(row.index(max(row)) != t for row, t in zip(numbers, targets)) / len(targets)


@mistake("2.4 accuracy", "the lowest score is taken", says="the lowest score")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    numbers = [[Value.wrap(z).data for z in scores] for scores in logits]
    return sum(row.index(min(row)) == t for row, t in zip(numbers, targets)) / len(targets)


@mistake("2.4 accuracy", "the last of equal scores", says="the last of equal scores counts")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    right = 0
    for scores, target in zip(logits, targets):
        numbers = [Value.wrap(score).data for score in scores]
        right += max(range(len(numbers)), key=lambda i: (numbers[i], i)) == target
    return right / len(targets)


@mistake("2.4 accuracy", "a highest score is enough", says="or any of them does")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    numbers = [[Value.wrap(z).data for z in scores] for scores in logits]
    return sum(row[t] == max(row) for row, t in zip(numbers, targets)) / len(targets)


@mistake("2.4 accuracy", "plain numbers are not expected", says="has no attribute 'data'")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    numbers = [[z.data for z in scores] for scores in logits]
    return sum(row.index(max(row)) == t for row, t in zip(numbers, targets)) / len(targets)


@mistake("2.4 accuracy", "Values are not expected", says="not supported between")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    return sum(row.index(max(row)) == t for row, t in zip(logits, targets)) / len(targets)


@mistake("2.4 accuracy", "the scores are sorted in place", says="sorted or changed in place")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    right = 0
    for scores, target in zip(logits, targets):
        wanted = scores[target]
        first = [Value.wrap(score).data for score in scores].index(
            max(Value.wrap(score).data for score in scores)
        )
        scores.sort(key=lambda score: -Value.wrap(score).data)
        right += scores[0] is wanted and first == target
    return right / len(targets)


@mistake("2.4 accuracy", "unequal lengths are cut by zip", says="zip cuts")
def accuracy(logits, targets):
    numbers = [[Value.wrap(z).data for z in scores] for scores in logits]
    return sum(row.index(max(row)) == t for row, t in zip(numbers, targets)) / len(targets)


# ---- what an average is of, other losses, and a lowest that is very low


@mistake("2.4 mean_squared_error", "divided in the loop", says="inside the loop, once for each")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        total = total + (p - t) ** 2
        total = total / len(targets)
    return total


@mistake("2.4 mean_squared_error", "averaged one by one", says="the new square are averaged")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        total = (total + (p - t) ** 2) / 2
    return total


@mistake("2.4 mean_squared_error", "a dict of predictions", says="as in a dict of predictions")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    pairs = dict(zip(predictions, targets))
    return sum((p - t) ** 2 for p, t in pairs.items()) / len(pairs)


@mistake("2.4 mean_squared_error", "an assert for an error", says="python -O leaves it out")
def mean_squared_error(predictions, targets):
    assert len(predictions) == len(targets)
    return sum((p - t) ** 2 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 huber", "the smooth form", says="it is the smooth form")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    terms = [
        delta**2 * ((1 + ((p - t) / delta) ** 2) ** 0.5 - 1) for p, t in zip(predictions, targets)
    ]
    return sum(terms) / len(targets)


@mistake("2.4 huber", "log cosh", says="it is log cosh d")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    terms = [((p - t).exp() / 2 + (t - p).exp() / 2).log() for p, t in zip(predictions, targets)]
    return sum(terms) / len(targets)


@mistake("2.4 huber", "the square is compared with delta", says="the square is compared with delta")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        d = p - t
        if d.data**2 <= delta:
            total = total + 0.5 * d**2
        else:
            total = total + delta * (d if d.data > 0 else -d) - 0.5 * delta**2
    return total / len(targets)


@mistake("2.4 huber", "the largest error decides", says="the largest error decides for all")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    errors = [p - t for p, t in zip(predictions, targets)]
    if max(abs(d.data) for d in errors) <= delta:
        return sum(0.5 * d**2 for d in errors) / len(errors)
    sizes = [d if d.data > 0 else -d for d in errors]
    return sum(delta * size - 0.5 * delta**2 for size in sizes) / len(errors)


@mistake("2.4 hinge", "an assert for an error", says="python -O leaves it out")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    assert all(t in (-1, 1) for t in targets)
    return sum((1 - t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 clamped_log", "compared with a power that is 0", says="0 has no logarithm")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return Value(lowest) if p.data < math.exp(lowest) else p.log()


@mistake("2.4 clamped_log", "a little more than 1 is let through", says="should raise ValueError")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1 + 1e-6:
        raise ValueError(f"a probability is from 0 to 1, not {p.data}")
    return p.log() if p.data > math.exp(lowest) else Value(lowest)


@mistake("2.4 cross_entropy", "the best guess for the target", says="taken for the right class")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -max(log_softmax(logits), key=lambda z: z.data)


@mistake("2.4 cross_entropy", "against the other classes alone", says="left out of the sum")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    others = [z - logits[target] for i, z in enumerate(logits) if i != target]
    return sum(z.exp() for z in others).log()


@mistake("2.4 accuracy", "the search begins at 0", says="the search begins at 0")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    right = 0
    for scores, target in zip(logits, targets):
        best, guess = 0.0, 0
        for i, score in enumerate(Value.wrap(score).data for score in scores):
            if score > best:
                best, guess = score, i
        right += guess == target
    return right / len(targets)


@mistake("2.4 hinge", "no Value where all is right", says="the margin itself still pushes")
def hinge(predictions, targets):
    if len(predictions) != len(targets) or not predictions:
        raise ValueError(f"{len(predictions)} predictions, {len(targets)} targets")
    for t in targets:
        if t not in (-1, 1):
            raise ValueError(f"label {t}")
    return sum((1 - p * t if p.data * t <= 1 else 0) for p, t in zip(predictions, targets)) / len(
        targets
    )


@mistake("2.4 clamped_log", "a parent with slope 0", says="should be a leaf")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"{p.data} is no probability")
    if p.data == 0 or math.log(p.data) < lowest:
        return Value(lowest, (p,), (0.0,), "log")
    return p.log()


@mistake("2.4 clamped_log", "0 · p is added", says="should be a leaf")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"{p.data} is no probability")
    if p.data == 0 or math.log(p.data) < lowest:
        return p * 0 + lowest
    return p.log()


@mistake("2.4 accuracy", "whatever has data is a Value", says="whatever kind of number")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    hits = 0
    for row, t in zip(logits, targets):
        row = [o.data if hasattr(o, "data") else o for o in row]
        hits += row.index(max(row)) == t
    return hits / len(targets)


@mistake("2.4 mean_absolute_error", "no Value where all is right", says="and should be a Value")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = 0
    for p, t in zip(predictions, targets):
        if p.data > t:
            total += p - t
        elif p.data < t:
            total += t - p
    return total / len(targets)


@mistake("2.4 mean_absolute_error", "a rounded corner", says="an epsilon")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum(((p - t) ** 2 + 1e-8) ** 0.5 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 clamped_log", "1e-44 is added", says="about 1e-44 is added")
def clamped_log(p, lowest=-100.0):
    if not 0 <= p.data <= 1:
        raise ValueError(f"{p.data} is no probability")
    return (p + 1e-44).log()


@mistake("2.4 log_softmax", "an epsilon in the sum", says="an epsilon")
def log_softmax(logits):
    top = max(z.data for z in logits)
    total = (sum((z - top).exp() for z in logits) + 1e-9).log() + top
    return [z - total for z in logits]


@mistake(
    "2.4 initial_loss", "the probability of one class", says="the probability itself is returned"
)
def initial_loss(n_classes):
    return 1 / n_classes


@mistake("2.4 mean_squared_error", "half of it, as in Optax", says="as in optax.l2_loss")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum(0.5 * (p - t) ** 2 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_squared_error", "the list is used up", says="changed a list that it was given")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    n, total = len(targets), 0.0
    while predictions:
        total = total + (predictions.pop() - targets.pop()) ** 2
    return total / n


@mistake("2.4 mean_absolute_error", "JAX's abs", says="where JAX's abs is used")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = sum((p - t) if p.data >= t else (t - p) for p, t in zip(predictions, targets))
    return total / len(targets)


@mistake("2.4 mean_absolute_error", "nan is no error", says="looks well")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        if p.data > t:
            total = total + (p - t)
        elif p.data < t:
            total = total + (t - p)
    return total / len(targets)


@mistake("2.4 hinge", "nan is right", says="looks well")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        if t not in (-1, 1):
            raise ValueError(f"a hinge label is -1 or 1, not {t}")
        if p.data * t < 1:
            total = total + (1 - t * p)
    return total / len(targets)


@mistake("2.4 hinge", "half of the push at the margin", says="as maximum(x, 0) does in PyTorch")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        if t not in (-1, 1):
            raise ValueError(f"a hinge label is -1 or 1, not {t}")
        gap = 1 - p.data * t
        slope = 0.0 if gap < 0 else 0.5 if gap == 0 else 1.0
        total = total + Value(gap if gap > 0 or gap != gap else 0.0, (p,), (-t * slope,), "hinge")
    return total / len(targets)


@mistake(
    "2.4 binary_cross_entropy",
    "PyTorch's gradient where the logarithm is held",
    says="as PyTorch does; the course stops it",
)
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = Value(0.0)
    for p, t in zip(probs, targets):
        x = p.data
        if not 0 <= x <= 1:
            raise ValueError(f"a probability is from 0 to 1, not {x}")
        up = max(math.log(x), -100.0) if x else -100.0
        down = max(math.log(1 - x), -100.0) if x < 1 else -100.0
        push = (x - t) / max(x * (1 - x), 1e-12)
        total = total + Value(-(t * up + (1 - t) * down), (p,), (push,), "bce")
    return total / len(targets)


@mistake("2.4 huber", "smooth L1", says="as in PyTorch's and MLX's smooth L1")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        d = p - t
        if abs(d.data) <= delta:
            total = total + 0.5 * d**2 / delta
        else:
            total = total + (d if d.data > 0 else -d) - 0.5 * delta
    return total / len(targets)


@mistake("2.4 l2_penalty", "none of none", says="the penalty of no parameters is")
def l2_penalty(parameters, strength):
    return strength * sum(w * w for w in parameters)


@mistake("2.4 l2_penalty", "half of it", says="as if weight_decay were meant")
def l2_penalty(parameters, strength):
    return 0.5 * strength * weighted_sum(parameters, parameters, 0.0)


@mistake("2.4 log_softmax", "a tuple", says="what log_softmax returns is (")
def log_softmax(logits):
    highest = max(z.data for z in logits)
    log_total = sum((z - highest).exp() for z in logits).log() + highest
    return tuple(z - log_total for z in logits)


@mistake("2.4 cross_entropy", "a range that is not named", says="does not name range(0, 3)")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"no class {target}")
    return -log_softmax(logits)[target]


@mistake("2.4 accuracy", "nan is right", says="seems to be right")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    right = 0
    for scores, target in zip(logits, targets):
        numbers = [Value.wrap(score).data for score in scores]
        right += numbers.index(max(numbers)) == target
    return right / len(targets)


@mistake("2.4 initial_loss", "a Value", says="and should be a plain number")
def initial_loss(n_classes):
    return Value(float(n_classes)).log()


@mistake("2.4 binary_cross_entropy", "Keras' clip", says="as Keras does")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = Value(0.0)
    for p, t in zip(probs, targets):
        if not 1e-7 < p.data < 1 - 1e-7:
            p = Value(min(max(p.data, 1e-7), 1 - 1e-7))
        total = total - (t * p.log() + (1 - t) * (1 - p).log())
    return total / len(targets)


@mistake("2.4 hinge", "0 is -1, as in Keras", says="Keras takes it for -1")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    targets = [-1 if t == 0 else t for t in targets]
    for target in targets:
        if target not in (-1, 1):
            raise ValueError(f"a hinge label is -1 or 1, not {target}")
    return sum((1 - t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 cross_entropy", "-1 is the last class", says="Optax and MLX take the last class too")
def cross_entropy(logits, target):
    if not -len(logits) <= target < len(logits):
        raise IndexError(f"class {target} is not from 0 to {len(logits) - 1}")
    return -log_softmax(logits)[target]


@mistake("2.4 log_softmax", "1e-12 in the logarithm", says="1e-12 is added to the probabilities")
def log_softmax(logits):
    highest = max(z.data for z in logits)
    exps = [(z - highest).exp() for z in logits]
    total = sum(exps)
    return [(e / total + 1e-12).log() for e in exps]


@mistake("2.4 mean_squared_error", "the sign is kept", says="error · |error|")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p - t) * abs(p.data - t) for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 accuracy", "rounded", says="it is rounded to two places")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    right = 0
    for scores, target in zip(logits, targets):
        numbers = [Value.wrap(score).data for score in scores]
        if any(map(math.isnan, numbers)):
            return math.nan
        right += numbers.index(max(numbers)) == target
    return round(right / len(targets), 2)


@mistake(
    "2.4 mean_absolute_error",
    "a root of the square, and something tiny",
    says="is added under a root",
)
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum(((p - t) ** 2 + 1e-12) ** 0.5 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 cross_entropy", "a little smoothing", says="the target is smoothed by 0.001")
def cross_entropy(logits, target):
    if not 0 <= target < len(logits):
        raise IndexError(f"there is no class {target}: they are 0 to {len(logits) - 1}")
    logs = log_softmax(logits)
    return -(0.999 * logs[target] + 0.001 / len(logs) * sum(logs))


@mistake("2.4 initial_loss", "an epsilon in the logarithm", says="1e-06 is added inside")
def initial_loss(n_classes):
    return -math.log(1 / n_classes + 1e-6)


@mistake("2.4 initial_loss", "a tiny epsilon in the logarithm", says="comes from an epsilon")
def initial_loss(n_classes):
    return -math.log(1 / n_classes + 1e-9)


@mistake("2.4 l2_penalty", "each object once", says="that comes twice is counted once")
def l2_penalty(parameters, strength):
    once = {id(p): p for p in parameters}.values()
    return strength * sum((p * p for p in once), Value(0.0))


@mistake("2.4 l2_penalty", "equal numbers once", says="of parameters that are equal one is counted")
def l2_penalty(parameters, strength):
    once = {p.data: p for p in parameters}.values()
    return strength * sum((p * p for p in once), Value(0.0))


@mistake(
    "2.4 l2_penalty", "none but zeros give a number", says="the penalty of parameters that are 0"
)
def l2_penalty(parameters, strength):
    if not parameters:
        return Value(0.0)
    return strength * sum(p * p for p in parameters if p.data)


@mistake("2.4 binary_cross_entropy", "any target", says="the loss falls below 0, without end")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    total = 0.0
    for p, t in zip(probs, targets):
        if t != 0:
            total = total - t * clamped_log(p)
        if t != 1:
            total = total - (1 - t) * clamped_log(1 - p)
    return total / len(targets)


@mistake("2.4 binary_cross_entropy_with_logits", "any target", says="falls below 0, without end")
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    return sum(softplus(z) - t * z for z, t in zip(logits, targets)) / len(targets)


@mistake("2.4 accuracy", "any class", says="it would count as a mistake of the model")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    right = 0
    for scores, target in zip(logits, targets):
        numbers = [Value.wrap(score).data for score in scores]
        if any(map(math.isnan, numbers)):
            return math.nan
        right += numbers.index(max(numbers)) == target
    return right / len(targets)


# ---- targets between whole numbers, labels of one kind, and what is put together wrongly


@mistake("2.4 mean_squared_error", "targets cut", says="the target is cut to a whole number")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    return sum((p - int(t)) ** 2 for p, t in zip(predictions, targets)) / len(targets)


@mistake("2.4 mean_absolute_error", "targets rounded", says="the target is rounded")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    errors = [p - round(t) for p, t in zip(predictions, targets)]
    return sum(d.relu() + (-d).relu() for d in errors) / len(targets)


@mistake("2.4 huber", "targets cut", says="the target is cut to a whole number")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    losses = []
    for p, t in zip(predictions, targets):
        d = p - int(t)
        size = d if d.data > 0 else -d
        losses.append(delta * size - delta**2 / 2 if size.data > delta else d * d / 2)
    return sum(losses) / len(targets)


@mistake("2.4 huber", "the loss of the mean error", says="the errors are averaged first")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    d = sum(p - t for p, t in zip(predictions, targets)) / len(targets)
    size = d if d.data > 0 else -d
    return delta * size - delta**2 / 2 if size.data > delta else d * d / 2


@mistake("2.4 hinge", "both labels have to occur", says="a few examples need not have both")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    if set(targets) != {-1, 1}:
        raise ValueError(f"labels are -1 and 1, and not {sorted(set(targets))}")
    return sum((1 - t * p).relu() for p, t in zip(predictions, targets)) / len(targets)


@mistake(
    "2.4 binary_cross_entropy", "0 and 1 alone count", says="neither 0 nor 1 counts for nothing"
)
def binary_cross_entropy(probs, targets):
    check_shares(probs, targets)
    total = Value(0.0)
    for p, t in zip(probs, targets):
        if t == 1:
            total = total - clamped_log(p)
        elif t == 0:
            total = total - clamped_log(1 - p)
    return total / len(targets)


@mistake("2.4 binary_cross_entropy", "added under the logarithm", says="parts are added under the")
def binary_cross_entropy(probs, targets):
    check_shares(probs, targets)
    logs = [clamped_log(t * p + (1 - t) * (1 - p)) for p, t in zip(probs, targets)]
    return -sum(logs) / len(targets)


@mistake(
    "2.4 binary_cross_entropy_with_logits",
    "relu is flat at 0 and the size is not",
    says="put together from relu, flat at 0",
)
def binary_cross_entropy_with_logits(logits, targets):
    check_shares(logits, targets)
    losses = []
    for z, t in zip(logits, targets):
        size = z if z.data >= 0 else -z
        losses.append(z.relu() - t * z + softplus(Value(0) - size))
    return sum(losses) / len(targets)


@mistake(
    "2.4 l2_penalty", "almost 0 is left out", says="a parameter that is close to 0 is left out"
)
def l2_penalty(parameters, strength):
    return strength * sum((p * p for p in parameters if abs(p.data) > 1e-8), Value(0.0))
