"""Wrong solutions of 5.3's sampling that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.3 min_p", "compared with p itself", says="not with p times the largest")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    times_as_likely /= times_as_likely.sum(axis=-1, keepdims=True)
    return np.where(times_as_likely < p, -np.inf, logits)


@mistake("5.3 min_p", "the largest of all rows", says="with the largest probability of all")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probs = e / e.sum(axis=-1, keepdims=True)
    times_as_likely = probs / probs.max()
    return np.where(times_as_likely < p, -np.inf, logits)


@mistake("5.3 min_p", "the largest of each column", says="largest of its column")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probs = e / e.sum(axis=-1, keepdims=True)
    times_as_likely = probs / probs.max(axis=0)
    return np.where(times_as_likely < p, -np.inf, logits)


@mistake("5.3 min_p", "logits compared", says="with p times the largest logit")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    least = p * logits.max(axis=-1, keepdims=True)
    return np.where(logits < least, -np.inf, logits)


@mistake("5.3 min_p", "turned round", says="tokens that should stay are ruled out")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, logits, -np.inf)


@mistake("5.3 min_p", "zeros", says="among logits 0 is as good as any")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, 0.0, logits)


@mistake("5.3 min_p", "probabilities", says="probabilities come back")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probs = e / e.sum(axis=-1, keepdims=True)
    return np.where(probs < p * probs.max(axis=-1, keepdims=True), 0.0, probs)


@mistake("5.3 min_p", "in place", says="write into the array that was given")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    logits[times_as_likely < p] = -np.inf
    return logits


@mistake("5.3 min_p", "overflow", says="logits around ±1000")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits)
    times_as_likely = times_as_likely / times_as_likely.max(axis=-1, keepdims=True)
    return np.where(times_as_likely < p, -np.inf, logits)


@mistake("5.3 min_p", "only more than p", says="as likely as themselves")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely <= p, -np.inf, logits)


@mistake("5.3 min_p", "any p", says="should raise ValueError")
def min_p(logits, p):
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, -np.inf, logits)


@mistake("5.3 min_p", "nan passes", says="should raise ValueError")
def min_p(logits, p):
    if p < 0 or p > 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, -np.inf, logits)


@mistake("5.3 min_p", "the array itself for 0", says="the array itself came back")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    if p == 0:
        return logits
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, -np.inf, logits)


@mistake("5.3 min_p", "the largest logit of all rows", says="with the largest logit of all")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    return np.where(np.exp(logits - logits.max()) < p, -np.inf, logits)


@mistake("5.3 min_p", "the largest logit of a column", says="each logit is compared with")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    return np.where(np.exp(logits - logits.max(axis=0)) < p, -np.inf, logits)


@mistake("5.3 min_p", "moved by the largest", says="moved, so that the largest is 0")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    beside = logits - logits.max(axis=-1, keepdims=True)
    return np.where(np.exp(beside) < p, -np.inf, beside)


@mistake("5.3 min_p", "what was compared comes back", says="how many times as likely comes back")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, 0.0, times_as_likely)


@mistake("5.3 min_p", "a large number for -inf", says="a large number stands for -inf")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < p, -1e9, logits)


@mistake("5.3 min_p", "1 - p", says="1 - p is taken for p")
def min_p(logits, p):
    if not 0 <= p <= 1:
        raise ValueError(f"a token is compared with 0 <= p <= 1 times the likeliest, not {p}")
    times_as_likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.where(times_as_likely < 1 - p, -np.inf, logits)


@mistake("5.3 sample_rows", "one draw for all", says="every row takes the first draw")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= draws[0]).sum(axis=-1)


@mistake("5.3 sample_rows", "the likeliest", says="the likeliest token comes, whatever was drawn")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "one too early", says="the last token at which the sum is still below")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1) - 1


@mistake("5.3 sample_rows", "its own probability", says="own probability is greater than the draw")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p))
    sums /= sums.sum(axis=-1, keepdims=True)
    return (sums > np.asarray(draws)[:, None]).argmax(axis=-1)


@mistake("5.3 sample_rows", "sorted", says="from the likeliest on, and not by their ids")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    shares = np.exp(min_p(below / temperature, p))
    order = np.argsort(-shares, axis=-1, kind="stable")
    sums = np.take_along_axis(shares, order, axis=-1).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    places = (sums <= np.asarray(draws)[:, None]).sum(axis=-1)
    return order[np.arange(len(order)), places]


@mistake("5.3 sample_rows", "multiplied by the temperature", says="multiplied by the temperature")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below * temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "no temperature", says="the temperature is not used")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "temperature 0 divides", says="divided by 0, and all sums")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "min_p first", says="min_p comes before the temperature")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below, p) / temperature).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "min_p before and after", says="min_p comes before the temperature")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(min_p(below, p) / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "no p", says="p is not used")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(below / temperature).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "not scaled", says="what is left is not scaled")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    shares = np.exp(below / temperature)
    shares /= shares.sum(axis=-1, keepdims=True)
    sums = np.where(min_p(below / temperature, p) > -np.inf, shares, 0.0).cumsum(axis=-1)
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "at least", says="a sum of 0 counts as more than a draw of 0")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums < np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "the last sum by rounding", says="a draw just below 1 gave token")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    shares = np.exp(min_p(below / temperature, p))
    shares /= shares.sum(axis=-1, keepdims=True)
    sums = shares.cumsum(axis=-1)
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "no sum is above the draw", says="draw just below 1 gave token 0")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    shares = np.exp(min_p(below / temperature, p))
    shares /= shares.sum(axis=-1, keepdims=True)
    sums = shares.cumsum(axis=-1)
    return (sums > np.asarray(draws)[:, None]).argmax(axis=-1)


@mistake(
    "5.3 sample_rows",
    "the last id where rounding is short",
    says="the last are impossible",
)
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    shares = np.exp(min_p(below / temperature, p))
    shares /= shares.sum(axis=-1, keepdims=True)
    sums = shares.cumsum(axis=-1)
    return np.minimum((sums <= np.asarray(draws)[:, None]).sum(axis=-1), logits.shape[-1] - 1)


@mistake(
    "5.3 sample_rows", "cut at the last id", says="falls behind the last token that is possible"
)
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    shares = np.exp(min_p(below / temperature, p))
    shares /= shares.sum(axis=-1, keepdims=True)
    sums = shares.cumsum(axis=-1) * (1 - 1e-15)
    return np.minimum((sums <= np.asarray(draws)[:, None]).sum(axis=-1), sums.shape[1] - 1)


@mistake("5.3 sample_rows", "summed in float32", says="float32 are too coarse for so many")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = logits - logits.max(axis=-1, keepdims=True)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "overflow", says="a draw of 0.7 where the first token has 0.73")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.asarray(logits, dtype=np.float64)
    sums = np.exp(np.clip(min_p(below / temperature, p), None, 700)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "in place", says="write into the array that was given")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"a temperature is finite and not below 0: {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    logits -= logits.max(axis=-1, keepdims=True)
    below = logits.astype(np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "any temperature", says="should raise ValueError")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]  # the last is 1 exactly, and no u reaches it
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "drawn from nan", says="a token was drawn all the same")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"{temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, logits.max(axis=-1, keepdims=True), dtype=np.float64)
    sums = np.exp(min_p(below / temperature, p)).cumsum(axis=-1)
    sums /= sums[:, -1:]
    return (sums <= np.asarray(draws)[:, None]).sum(axis=-1)


@mistake("5.3 sample_rows", "whole temperatures", says="temperature is made a whole number")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    largest = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all() or not 0 <= temperature < np.inf:
        raise ValueError(f"{largest[:, 0]}, {temperature}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    below = np.subtract(logits, largest, dtype=np.float64) / max(1, int(temperature))
    sums = np.exp(min_p(below, p) if p else below).cumsum(axis=-1)
    return (sums / sums[:, -1:] > np.asarray(draws)[:, None]).argmax(axis=-1)
