"""Wrong solutions of 5.3's speculative decoding that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.3 accept_draft", "min(1, q / p)", says="guesses are kept with min(1, q / p)")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, p, q in zip(tokens, target_probs, draft_probs):
        if rng.random() * p[token] >= q[token]:
            residual = np.maximum(p - q, 0)
            left = residual.sum()
            return [*kept, int(rng.choice(len(p), p=residual / left if left else p))]
        kept.append(token)
    return [*kept, int(rng.choice(len(target_probs[-1]), p=target_probs[-1]))]


# what all of the following do, but for two decisions
JUDGED = """
def judged(draft_probs, target_probs, tokens, rng, keep, rest, end=None):
    rng, kept = np.random.default_rng(rng), []
    for i, (token, p, q) in enumerate(zip(tokens, target_probs, draft_probs)):
        if not keep(rng, p[token], q[token]):
            return [*kept, int(rest(rng, p, q))]
        kept.append(token)
    if end:
        return end(rng, kept)
    return [*kept, int(rng.choice(len(target_probs[-1]), p=target_probs[-1]))]


def fair(rng, p, q):
    return rng.random() * q < p


def residual(rng, p, q):
    more = np.maximum(p - q, 0)
    return rng.choice(len(p), p=more / more.sum() if more.sum() else p)
"""


@mistake("5.3 accept_draft", "with p alone", says="kept with the probability p", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    return judged(
        draft_probs, target_probs, tokens, rng, lambda rng, p, q: rng.random() < p, residual
    )


@mistake("5.3 accept_draft", "p above q", says="kept only where p is above q", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    return judged(draft_probs, target_probs, tokens, rng, lambda rng, p, q: p > q, residual)


@mistake("5.3 accept_draft", "drawn from p", says="drawn from p, and not from the", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        return rng.choice(len(p), p=p)

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake(
    "5.3 accept_draft", "drawn from q", says="replaces a guess is drawn from q", prelude=JUDGED
)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        return rng.choice(len(p), p=q)

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake("5.3 accept_draft", "q - p", says="the residual is q - p", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        less = np.maximum(q - p, 0)
        return rng.choice(len(p), p=less / less.sum() if less.sum() else p)

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake("5.3 accept_draft", "|p - q|", says="the residual is |p - q|", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        apart = np.abs(p - q)
        return rng.choice(len(p), p=apart / apart.sum() if apart.sum() else p)

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake("5.3 accept_draft", "not scaled", says="is the residual scaled", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        return rng.choice(len(p), p=np.maximum(p - q, 0))

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake("5.3 accept_draft", "not scaled, searched", says="left goes to the last", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        below = np.cumsum(np.maximum(p - q, 0))
        return min(np.searchsorted(below, rng.random(), side="right"), len(p) - 1)

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake("5.3 accept_draft", "the likeliest", says="most likely of the residual", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        return (p - q).argmax()

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake("5.3 accept_draft", "no bonus", says="it has been paid for", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    if not len(tokens):
        return [int(np.random.default_rng(rng).choice(len(target_probs[0]), p=target_probs[0]))]
    return judged(
        draft_probs, target_probs, tokens, rng, fair, residual, end=lambda rng, kept: kept
    )


@mistake("5.3 accept_draft", "a sure bonus", says="and nothing is drawn", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def end(rng, kept):
        return [*kept, int(np.argmax(target_probs[-1]))]

    return judged(draft_probs, target_probs, tokens, rng, fair, residual, end)


@mistake("5.3 accept_draft", "a bonus of what is left", says="residual is taken of it too")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    q = np.zeros(len(target_probs[0]))
    for token, p, q in zip(tokens, target_probs, draft_probs):
        if rng.random() * q[token] >= p[token]:
            break
        kept.append(token)
    p = target_probs[len(kept)]
    more = np.maximum(p - q, 0)
    return [*kept, int(rng.choice(len(p), p=more / more.sum() if more.sum() else p))]


@mistake("5.3 accept_draft", "one number, used twice", says="is not right")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, p, q in zip(tokens, target_probs, draft_probs):
        u = rng.random()
        if u * q[token] >= p[token]:
            more = np.maximum(p - q, 0)
            below = np.cumsum(more if more.any() else p)
            at = np.searchsorted(below, u * below[-1], side="right")
            return [*kept, min(int(at), len(p) - 1)]
        kept.append(token)
    return [*kept, int(rng.choice(len(target_probs[-1]), p=target_probs[-1]))]


@mistake("5.3 accept_draft", "impossible tokens", says="0 ≤ 0 keeps", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    return judged(
        draft_probs, target_probs, tokens, rng, lambda rng, p, q: rng.random() <= p / q, residual
    )


@mistake("5.3 accept_draft", "nothing is left", says="a residual that sums to 0", prelude=JUDGED)
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    def rest(rng, p, q):
        more = np.maximum(p - q, 0)
        with np.errstate(invalid="ignore"):
            return rng.choice(len(p), p=more / more.sum())

    return judged(draft_probs, target_probs, tokens, rng, fair, rest)


@mistake("5.3 accept_draft", "on and on", says="it goes on after a guess that was not kept")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, p, q in zip(tokens, target_probs, draft_probs):
        if rng.random() * q[token] >= p[token]:
            more = np.maximum(p - q, 0)
            token = int(rng.choice(len(p), p=more / more.sum() if more.sum() else p))
        kept.append(token)
    return [*kept, int(rng.choice(len(target_probs[-1]), p=target_probs[-1]))]


@mistake("5.3 accept_draft", "the last row for all", says="the last row is drawn from")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, p, q in zip(tokens, target_probs, draft_probs):
        if rng.random() * q[token] >= p[token]:
            break
        kept.append(token)
    return [*kept, int(rng.choice(len(target_probs[-1]), p=target_probs[-1]))]


@mistake("5.3 accept_draft", "the wrong guess stays", says="the guess that was not kept comes too")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, p, q in zip(tokens, target_probs, draft_probs):
        kept.append(token)
        if rng.random() * q[token] >= p[token]:
            return kept
    return [*kept, int(rng.choice(len(target_probs[-1]), p=target_probs[-1]))]


@mistake("5.3 accept_draft", "one number for all", says="one number is drawn, and")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    number = rng.random()
    for token, q, p in zip(tokens, draft_probs, target_probs):
        if number * q[token] >= p[token]:
            residual = np.maximum(0, p - q)
            return [*kept, draw(residual if residual.any() else p, rng)]
        kept.append(int(token))
    return [*kept, draw(target_probs[len(tokens)], rng)]


@mistake("5.3 accept_draft", "the number that refused", says="with the number that refused it")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, q, p in zip(tokens, draft_probs, target_probs):
        number = rng.random()
        if number * q[token] >= p[token]:
            residual = np.maximum(0, p - q)
            below = np.cumsum(residual if residual.any() else p)
            return [*kept, int((below > number * below[-1]).argmax())]
        kept.append(int(token))
    return [*kept, draw(target_probs[len(tokens)], rng)]


@mistake("5.3 accept_draft", "refused and kept", says="comes too, and behind it what replaces it")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, q, p in zip(tokens, draft_probs, target_probs):
        kept.append(int(token))
        if rng.random() * q[token] >= p[token]:
            residual = np.maximum(0, p - q)
            return [*kept, draw(residual if residual.any() else p, rng)]
    return [*kept, draw(target_probs[len(tokens)], rng)]


@mistake("5.3 accept_draft", "the first row's residual", says="residual is that of the first row")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng, kept = np.random.default_rng(rng), []
    for token, q, p in zip(tokens, draft_probs, target_probs):
        if rng.random() * q[token] >= p[token]:
            residual = np.maximum(0, target_probs[0] - draft_probs[0])
            return [*kept, draw(residual if residual.any() else p, rng)]
        kept.append(int(token))
    return [*kept, draw(target_probs[len(tokens)], rng)]


@mistake("5.3 accept_draft", "appended to the guesses", says="the guesses were [0, 2], and are")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    rng = np.random.default_rng(rng)
    for i, (token, q, p) in enumerate(zip(list(tokens), draft_probs, target_probs)):
        if rng.random() * q[token] >= p[token]:
            residual = np.maximum(0, p - q)
            return [*tokens[:i], draw(residual if residual.any() else p, rng)]
    tokens.append(draw(target_probs[len(tokens)], rng))
    return tokens


@mistake("5.3 accept_draft", "a generator for each draw", says="so that all draws are the same")
def accept_draft(draft_probs, target_probs, tokens, rng=None):
    kept = []
    for token, q, p in zip(tokens, draft_probs, target_probs):
        if np.random.default_rng(rng).random() * q[token] >= p[token]:
            residual = np.maximum(0, p - q)
            residual = residual if residual.sum() else p
            return [*kept, draw(residual, np.random.default_rng(rng))]
        kept.append(int(token))
    return [*kept, draw(target_probs[len(tokens)], np.random.default_rng(rng))]


@mistake("5.3 RewindableCache.rewind", "the length alone", says="nothing is forgotten")
def rewind(self, length):
    if not 0 <= length <= self.length:
        raise ValueError(f"{length} of {self.length}")
    self.length = length


@mistake("5.3 RewindableCache.rewind", "seen and the length alone", says="is kept by KVCache")
def rewind(self, length):
    if not 0 <= length <= self.length:
        raise ValueError(f"{length} of {self.length}")
    self.length = length
    if hasattr(self, "seen"):
        self.seen = [one[..., :length, :] for one in self.seen]


@mistake("5.3 RewindableCache.rewind", "how many", says="length is how many are forgotten")
def rewind(self, length):
    if not 0 <= length <= self.length:
        raise ValueError(f"{length} of {self.length}")
    kept, (k, v) = self.length - length, getattr(self, "seen", (None, None))
    self.__init__()
    if kept and k is not None:
        self.extend(k[..., :kept, :], v[..., :kept, :])
    self.length = length


@mistake("5.3 RewindableCache.rewind", "keys twice", says="keys are kept for values")
def rewind(self, length):
    if not 0 <= length <= self.length:
        raise ValueError(f"{length} of {self.length}")
    if length < self.length:
        k, _ = self.seen
        self.__init__()
        if length:
            self.extend(k[..., :length, :], k[..., :length, :])


@mistake("5.3 RewindableCache.rewind", "the wrong axis", says="not right")
def rewind(self, length):
    if not 0 <= length <= self.length:
        raise ValueError(f"{length} of {self.length}")
    if self.length:
        k, v = self.seen
        self.__init__()
        self.extend(k[..., :length], v[..., :length])
        self.length = length


@mistake("5.3 RewindableCache.rewind", "the first forgotten", says="the first forgotten")
def rewind(self, length):
    if not 0 <= length <= self.length:
        raise ValueError(f"{length} of {self.length}")
    if self.length:
        k, v = self.seen
        start = self.length - length
        self.__init__()
        if length:
            self.extend(k[..., start:, :], v[..., start:, :])


@mistake("5.3 RewindableCache.rewind", "-0 is 0", says="rewound to 7")
def rewind(self, length):
    if not 0 <= length <= self.length:
        raise ValueError(f"{length} of {self.length}")
    gone = self.length - length
    if self.length:
        k, v = self.seen
        self.__init__()
        self.extend(k[..., :-gone, :], v[..., :-gone, :])


@mistake("5.3 RewindableCache.rewind", "any length", says="should raise ValueError")
def rewind(self, length):
    if length < self.length:
        k, v = self.seen
        self.__init__()
        if length > 0:
            self.extend(k[..., :length, :], v[..., :length, :])


# the loop, with what differs as arguments
LOOP = """
def looped(model, draft, ids, n, n_draft, temperature, rng, stop, keep=1, few=True, late=0,
           check=True, twice=0, sure=False, hot=None, spare=1):
    ids = [int(token) for token in ids]
    end = len(ids) + n
    if not ids:
        raise ValueError("no prompt")
    block_size = min(model.config.block_size, draft.config.block_size)
    if check and end - 1 > block_size:
        raise ValueError(f"{end - 1} tokens, block_size {block_size}")
    rng = np.random.default_rng(rng)
    caches, draft_caches = ([RewindableCache() for _ in one.blocks] for one in (model, draft))

    def read(one, text, its, heat=temperature):
        logits = one(np.array([text[its[0].length :]]), its)
        return probabilities(logits.data[0], heat)

    with no_grad():
        while len(ids) < end:
            text, guessed = list(ids), []
            for _ in range(min(n_draft, end - len(ids) - spare) if few else n_draft):
                guessed.append(read(draft, text, draft_caches, hot or temperature)[-1])
                row = guessed[-1]
                text.append(int(row.argmax() if sure else rng.choice(len(row), p=row)))
            rows = read(model, text, caches)
            target = rows[len(rows) - len(guessed) - 1 + late :] if late else (
                rows[-len(guessed) - 1 :]
            )
            if late:
                target = np.concatenate([target, rows[-1:]])
            new = accept_draft(guessed, target, text[len(ids) :], rng)
            ids += new[: new.index(stop) + 1] if stop in new else new
            if ids[-1] == stop:
                break
            for cache in caches:
                cache.rewind(max(0, min(cache.length, len(ids) - keep)))
            for cache in draft_caches:
                cache.rewind(max(0, min(cache.length, len(ids) - keep - twice)))
    return ids
"""


@mistake(
    "5.3 speculative_generate",
    "the caches keep everything",
    says="What was not kept has to leave the cache",
)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    ids = [int(token) for token in ids]
    end = len(ids) + n
    if not ids or end - 1 > min(model.config.block_size, draft.config.block_size):
        raise ValueError(f"{end - 1} tokens, block_size {model.config.block_size} ")
    rng = np.random.default_rng(rng)
    caches, draft_caches = ([KVCache() for _ in one.blocks] for one in (model, draft))
    read = read_draft = 0
    with no_grad():
        while len(ids) < end:
            text, guessed = list(ids), []
            for _ in range(min(n_draft, end - len(ids) - 1)):
                logits = draft(np.array([text[read_draft:]]), draft_caches)
                read_draft = len(text)
                guessed.append(probabilities(logits.data[0, -1], temperature))
                text.append(int(rng.choice(len(guessed[-1]), p=guessed[-1])))
            logits = model(np.array([text[read:]]), caches)
            target = probabilities(logits.data[0], temperature)[-len(guessed) - 1 :]
            new = accept_draft(guessed, target, text[len(ids) :], rng)
            ids += new[: new.index(stop) + 1] if stop in new else new
            if ids[-1] == stop:
                break
            read, read_draft = len(ids) - 1, min(read_draft, len(ids) - 1)
    return ids


@mistake(
    "5.3 speculative_generate", "the draft keeps its guesses", says="the draft saw", prelude=LOOP
)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    ids, start = [int(token) for token in ids], len(ids)
    if not ids or start + n - 1 > min(model.config.block_size, draft.config.block_size):
        raise ValueError(f"{start + n - 1} tokens, block_size {draft.config.block_size}, 9")
    rng = np.random.default_rng(rng)
    caches, draft_caches = ([RewindableCache() for _ in one.blocks] for one in (model, draft))
    with no_grad():
        while len(ids) < start + n:
            text, guessed = list(ids), []
            for _ in range(min(n_draft, start + n - len(ids) - 1)):
                unread = text[draft_caches[0].length :] or text[-1:]
                logits = draft(np.array([unread]), draft_caches)
                guessed.append(probabilities(logits.data[0, -1], temperature))
                text.append(int(rng.choice(len(guessed[-1]), p=guessed[-1])))
            logits = model(np.array([text[caches[0].length :]]), caches)
            target = probabilities(logits.data[0], temperature)[-len(guessed) - 1 :]
            new = accept_draft(guessed, target, text[len(ids) :], rng)
            ids += new[: new.index(stop) + 1] if stop in new else new
            if ids[-1] == stop:
                break
            for cache in caches:
                cache.rewind(min(cache.length, len(ids) - 1))
    return ids


@mistake(
    "5.3 speculative_generate", "a token too much is forgotten", says="which was kept", prelude=LOOP
)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, n_draft, temperature, rng, stop, keep=2)


@mistake(
    "5.3 speculative_generate", "no caches kept", says="read again for each call", prelude=LOOP
)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, n_draft, temperature, rng, stop, keep=10**6)


@mistake("5.3 speculative_generate", "more than asked for", says="fewer are guessed", prelude=LOOP)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    text = looped(
        model, draft, ids, n, n_draft, temperature, rng, stop, few=False, check=len(ids) + n > 9
    )
    return text[: len(ids) + n]


@mistake("5.3 speculative_generate", "a guess for the last", says="all needs none", prelude=LOOP)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    text = looped(model, draft, ids, n, n_draft, temperature, rng, stop, spare=0)
    return text[: len(ids) + n]


@mistake("5.3 speculative_generate", "rows one too late", says="one place too late", prelude=LOOP)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, n_draft, temperature, rng, stop, late=1)


@mistake("5.3 speculative_generate", "longer than the context", says="block_size", prelude=LOOP)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, n_draft, temperature, rng, stop, check=False)


@mistake(
    "5.3 speculative_generate", "guesses not drawn", says="each token follows each", prelude=LOOP
)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, n_draft, temperature, rng, stop, sure=True)


@mistake(
    "5.3 speculative_generate", "no temperature", says="the temperature is left out", prelude=LOOP
)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, n_draft, 1.0, rng, stop)


@mistake("5.3 speculative_generate", "a draft at 1", says="do both draw at the", prelude=LOOP)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, n_draft, temperature, rng, stop, hot=1.0)


@mistake("5.3 speculative_generate", "out of training", says="puts them back", prelude=LOOP)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    model.eval()
    draft.eval()
    return looped(model, draft, ids, n, n_draft, temperature, rng, stop)


@mistake("5.3 speculative_generate", "always four", says="n_draft is not used", prelude=LOOP)
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    return looped(model, draft, ids, n, 4, temperature, rng, stop)


@mistake("5.3 speculative_generate", "no draft at all", says="every token costs a call")
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    from ..phase4_llms.generation import generate

    if len(ids) + n - 1 > min(model.config.block_size, draft.config.block_size):
        raise ValueError(f"{len(ids) + n - 1} tokens, block_size 9")
    return generate(model, ids, n, temperature, rng=rng, stop=stop)


@mistake("5.3 speculative_generate", "what follows the stop stays", says="behind the stop token")
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    ids, start = [int(token) for token in ids], len(ids)
    if not ids or start + n - 1 > min(model.config.block_size, draft.config.block_size):
        raise ValueError(f"{start + n - 1} tokens, block_size 9")
    rng = np.random.default_rng(rng)
    caches, draft_caches = ([RewindableCache() for _ in one.blocks] for one in (model, draft))
    with no_grad():
        while len(ids) < start + n and stop not in ids[start:]:
            text, guessed = list(ids), []
            for _ in range(min(n_draft, start + n - len(ids) - 1)):
                logits = draft(np.array([text[draft_caches[0].length :]]), draft_caches)
                guessed.append(probabilities(logits.data[0, -1], temperature))
                text.append(int(rng.choice(len(guessed[-1]), p=guessed[-1])))
            logits = model(np.array([text[caches[0].length :]]), caches)
            target = probabilities(logits.data[0], temperature)[-len(guessed) - 1 :]
            ids += accept_draft(guessed, target, text[len(ids) :], rng)
            for cache in (*caches, *draft_caches):
                cache.rewind(min(cache.length, len(ids) - 1))
    return ids


@mistake("5.3 speculative_generate", "the draft may stop", says="before the model has seen it")
def speculative_generate(model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None):
    text, rng = [int(token) for token in ids], np.random.default_rng(rng)
    end = len(text) + n
    caches, draft_caches = ([RewindableCache() for _ in one.blocks] for one in (model, draft))

    def read(one, text, its_caches):
        logits = one(np.array([text[its_caches[0].length :]]), its_caches)
        return probabilities(logits.data[0], temperature)

    with no_grad():
        while len(text) < end:
            guesses, rows = [], []
            for _ in range(min(n_draft, end - len(text) - 1)):
                rows.append(read(draft, text + guesses, draft_caches)[-1])
                guesses.append(draw(rows[-1], rng))
                if guesses[-1] == stop:
                    return text + guesses
            target = read(model, text + guesses, caches)[-len(guesses) - 1 :]
            rows = np.array(rows).reshape(-1, target.shape[-1])
            for token in accept_draft(rows, target, guesses, rng):
                text.append(token)
                if token == stop:
                    return text
            for cache in (*caches, *draft_caches):
                cache.rewind(min(cache.length, len(text) - 1))
    return text
