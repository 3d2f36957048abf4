"""Right solutions of 2.4 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("2.4 mean_squared_error", "an error multiplied with itself, in a loop")
def mean_squared_error(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        error = t - p
        total = total + error * error
    return total * (1 / len(predictions))


@alternative("2.4 mean_squared_error", "each square is divided, and lengths are checked by zip")
def mean_squared_error(predictions, targets):
    n = len(targets)
    try:
        return sum((p - t) ** 2 / n for p, t in zip(predictions, targets, strict=True))
    except ValueError:
        raise ValueError(f"{len(predictions)} against {n}") from None


@alternative("2.4 mean_absolute_error", "the sign decides, and an exact one is left out")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        if p.data != t:
            total = total + (p - t if p.data > t else t - p)
    return total / len(targets)


@alternative("2.4 mean_absolute_error", "a new operation with its local gradient")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)

    def size(x):
        return Value(abs(x.data), (x,), (float((x.data > 0) - (x.data < 0)),), "abs")

    return sum(size(p - t) for p, t in zip(predictions, targets)) / len(targets)


@alternative("2.4 huber", "the error is cut off at delta: ½c² + δ(|d| - c)")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    total = 0.0
    for p, t in zip(predictions, targets):
        size = (p - t).relu() + (t - p).relu()
        beyond = (size - delta).relu()
        inside = size - beyond
        total = total + inside**2 / 2 + delta * beyond
    return total / len(targets)


@alternative("2.4 huber", "at delta itself the line is taken")
def huber(predictions, targets, delta=1.0):
    check_lengths(predictions, targets)
    losses = []
    for p, t in zip(predictions, targets):
        size = p - t if p.data > t else t - p
        losses.append(size * size * 0.5 if size.data < delta else delta * (size - 0.5 * delta))
    return sum(losses) / len(losses)


@alternative("2.4 hinge", "only what is missing is added up")
def hinge(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        if abs(t) != 1:
            raise ValueError(f"label {t}")
        if not t * p.data >= 1:
            total = total + 1 - p * t
    return total / len(predictions)


@alternative("2.4 clamped_log", "the log is taken first")
def clamped_log(p, lowest=-100.0):
    if not (p.data >= 0 and p.data <= 1):
        raise ValueError(f"{p.data} is no probability")
    if p.data == 0 or math.log(p.data) < lowest:
        return Value(lowest)
    return p.log()


@alternative("2.4 binary_cross_entropy", "terms of weight 0 stay: a clamped log is finite")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    if min(targets) < 0 or max(targets) > 1:
        raise ValueError(f"targets from {min(targets)} to {max(targets)}")
    terms = [t * clamped_log(p) + (1 - t) * clamped_log(1 - p) for p, t in zip(probs, targets)]
    return -sum(terms) / len(terms)


@alternative("2.4 binary_cross_entropy_with_logits", "softplus on both sides, each precise")
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    if min(targets) < 0 or max(targets) > 1:
        raise ValueError(f"targets from {min(targets)} to {max(targets)}")
    terms = [t * softplus(-z) + (1 - t) * softplus(z) for z, t in zip(logits, targets)]
    return sum(terms) / len(terms)


@alternative("2.4 binary_cross_entropy_with_logits", "a new operation with its local gradient")
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    if min(targets) < 0 or max(targets) > 1:
        raise ValueError(f"targets from {min(targets)} to {max(targets)}")
    total = Value(0.0)
    for z, t in zip(logits, targets):
        e = math.exp(-abs(z.data))
        p = 1 / (1 + e) if z.data > 0 else e / (1 + e)
        cost = max(z.data, 0.0) - t * z.data + math.log1p(e)
        total = total + Value(cost, (z,), (p - t,), "bce")
    return total / len(logits)


@alternative("2.4 binary_cross_entropy_with_logits", "log-softmax of the scores 0 and z")
def binary_cross_entropy_with_logits(logits, targets):
    check_lengths(logits, targets)
    if min(targets) < 0 or max(targets) > 1:
        raise ValueError(f"targets from {min(targets)} to {max(targets)}")
    total = 0.0
    for z, t in zip(logits, targets):
        no, yes = log_softmax([Value(0.0), z])
        total = total - t * yes - (1 - t) * no
    return total / len(logits)


@alternative("2.4 log_softmax", "the maximum is attached on both sides")
def log_softmax(logits):
    highest = max(logits, key=lambda z: z.data)
    log_total = highest + sum((z - highest).exp() for z in logits).log()
    return [z - log_total for z in logits]


@alternative("2.4 log_softmax", "the shifted scores are kept")
def log_softmax(logits):
    shift = max(logits, key=lambda z: z.data).detach()
    shifted = [z - shift for z in logits]
    total = sum(z.exp() for z in shifted)
    return [z - total.log() for z in shifted]


@alternative("2.4 cross_entropy", "the sum of log-softmax over a one-hot target")
def cross_entropy(logits, target):
    if target not in range(len(logits)):
        raise IndexError(f"{target} is none of the classes 0 to {len(logits) - 1}")
    one_hot = [float(i == target) for i in range(len(logits))]
    return -1 * sum(y * log_p for y, log_p in zip(one_hot, log_softmax(logits)))


@alternative("2.4 cross_entropy", "the log of the sum of the differences")
def cross_entropy(logits, target):
    if target < 0 or target >= len(logits):
        raise IndexError(f"no class {target}: there are 0 to {len(logits) - 1}")
    gaps = [z - logits[target] for z in logits]
    highest = max(gap.data for gap in gaps)
    return sum((gap - highest).exp() for gap in gaps).log() + highest


@alternative("2.4 initial_loss", "by its definition")
def initial_loss(n_classes):
    return cross_entropy([Value(0.0)] * n_classes, 0).data


@alternative("2.4 l2_penalty", "a loop")
def l2_penalty(parameters, strength):
    total = Value(0.0)
    for w in parameters:
        total = total + strength * w * w
    return total


@alternative("2.4 accuracy", "max over the places")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    if not all(t in range(len(row)) for t, row in zip(targets, logits)):
        raise IndexError(f"{list(targets)} are not all from 0 to {len(logits[0]) - 1}")
    right = []
    for scores, target in zip(logits, targets):
        numbers = [z.data if isinstance(z, Value) else z for z in scores]
        highest = max(range(len(numbers)), key=numbers.__getitem__)
        right.append((highest == target) + 0 * sum(numbers))  # nan if one is
    return sum(right) / len(right)


@alternative("2.4 log_softmax", "a sum of two at a time, by softplus")
def log_softmax(logits):
    total = logits[0]
    for z in logits[1:]:
        total = total + softplus(z - total)
    return [z - total for z in logits]


@alternative("2.4 mean_absolute_error", "by the sign of the error")
def mean_absolute_error(predictions, targets):
    check_lengths(predictions, targets)
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        d = p - t
        s = (d.data > 0) - (d.data < 0)
        total = total + (d * s if s else d * d)
    return total / len(targets)


@alternative("2.4 binary_cross_entropy", "a list of terms")
def binary_cross_entropy(probs, targets):
    check_lengths(probs, targets)
    if min(targets) < 0 or max(targets) > 1:
        raise ValueError(f"targets from {min(targets)} to {max(targets)}")
    terms = []
    for p, t in zip(probs, targets):
        if t:
            terms.append(clamped_log(p) * t)
        if 1 - t:
            terms.append(clamped_log(1 - p) * (1 - t))
    return -sum(terms) / len(probs)


@alternative("2.4 l2_penalty", "a sum that begins with a Value")
def l2_penalty(parameters, strength):
    return sum((p * p for p in parameters), Value(0.0)) * strength


@alternative("2.4 accuracy", "the largest place")
def accuracy(logits, targets):
    check_lengths(logits, targets)
    if not all(t in range(len(row)) for t, row in zip(targets, logits)):
        raise IndexError(f"{list(targets)} are not all from 0 to {len(logits[0]) - 1}")
    hits = 0
    for row, t in zip(logits, targets):
        nums = [x.data if isinstance(x, Value) else float(x) for x in row]
        if any(n != n for n in nums):
            return float("nan")
        hits += max(range(len(nums)), key=nums.__getitem__) == t
    return hits / len(targets)


@alternative("2.4 l2_penalty", "zeros, which cost nothing, are no parents")
def l2_penalty(parameters, strength):
    return strength * sum((p * p for p in parameters if p.data != 0), Value(0.0))
