"""Right solutions of 5.3's speculative decoding of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("5.3 accept_draft", "all guesses at once, drawn by sums of shares")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng = np.random.default_rng(rng)
    n, target = len(tokens), target_probs
    places = np.arange(n), np.array(tokens, dtype=int)
    q, p = draft_probs[places], target[places]
    kept = rng.random(n) < p / q
    first = n if kept.all() else int(np.argmin(kept))
    shares = target[first]
    if first < n:
        shares = np.clip(shares - draft_probs[first], 0.0, None)
        shares = shares if shares.any() else target[first]
    below = np.cumsum(shares)
    drawn = np.searchsorted(below, rng.uniform(0, below[-1]), side="right")
    return [int(token) for token in tokens[:first]] + [min(int(drawn), len(below) - 1)]


@alternative("5.3 accept_draft", "guess by guess, the rest by itself")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng = np.random.default_rng(rng)
    p = target_probs[0]
    if len(tokens) == 0:
        return [int(rng.multinomial(1, p / p.sum()).argmax())]
    q, token = draft_probs[0], int(tokens[0])
    if p[token] > 0 and rng.uniform() <= min(1.0, p[token] / q[token]):
        return [token, *accept_draft(draft_probs[1:], target_probs[1:], tokens[1:], rng)]
    rest = np.where(p > q, p - q, 0.0)
    rest = p if rest.sum() == 0 else rest
    return [int(rng.choice(np.arange(len(p)), p=rest / rest.sum()))]


@alternative("5.3 RewindableCache.rewind", "a new cache, of which this one takes all that it has")
def rewind(self, length):
    if length < 0 or length > self.length:
        raise ValueError(f"rewind to {length}, where there are {self.length}")
    other = RewindableCache()
    if length > 0:
        other.extend(*(kept[:, :, :length] for kept in self.seen))
    self.__dict__.clear()
    self.__dict__.update(other.__dict__)


@alternative("5.3 speculative_generate", "the prompt first, and a draft that reads all its guesses")
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    text = np.asarray(ids).tolist()
    if len(text) == 0:
        raise ValueError("the prompt is empty")
    limit = min(model.config.block_size, draft.config.block_size)
    if len(text) + n > limit + 1:
        raise ValueError(f"{len(text) + n - 1} tokens do not fit into {limit}")
    rng = np.random.default_rng(rng)
    both = [(one, [RewindableCache() for _ in one.blocks]) for one in (model, draft)]

    def read(which, tokens):
        one, caches = both[which]
        with no_grad():
            return probabilities(one(np.array([tokens]), caches).data[0], temperature)

    if len(text) > 1 and n > 0:
        read(0, text[:-1])
        read(1, text[:-1])
    written = 0
    while written < n:
        newest, guesses, rows = text[-1:], [], []
        for _ in range(min(n_draft, n - written - 1)):
            rows.append(read(1, guesses[-1:] or newest)[-1])
            guesses.append(int(rng.choice(rows[-1].size, p=rows[-1])))
        read(1, guesses[-1:] or newest)
        target = read(0, newest + guesses)
        drafted = np.array(rows).reshape(-1, target.shape[-1])  # of no guesses too
        new = accept_draft(drafted, target, guesses, rng)
        for token in new:
            text.append(token)
            written += 1
            if token == stop and stop is not None:
                return text
        for _, caches in both:
            for cache in caches:
                cache.rewind(len(text) - 1)
    return text
