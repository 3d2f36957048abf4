"""Right solutions of 4.2 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("4.2 CharTokenizer.__init__", "a string of characters, looked up by its place")
def __init__(self, documents):
    self.chars = "".join(sorted({char for document in documents for char in document}))
    self.ids = {self.chars[i]: i + 1 for i in range(len(self.chars))}
    self.vocab_size = 1 + len(self.ids)


@alternative("4.2 CharTokenizer.encode", "an error that is caught")
def encode(self, text):
    try:
        return [self.ids[char] for char in text]
    except KeyError as error:
        raise ValueError(f"nobody has seen {error.args[0]}") from None


@alternative("4.2 CharTokenizer.decode", "a table with the boundary in front")
def decode(self, ids):
    table, text = ["\n", *self.chars], ""
    for id in np.array(list(ids), dtype=int).tolist():
        if id not in range(len(table)):
            raise ValueError(f"{id} is none of 0 to {len(table) - 1}")
        text += table[id]
    return text


@alternative("4.2 CharTokenizer.stream", "arrays, put together")
def stream(self, documents):
    boundary = np.zeros(1, dtype=np.int32)
    parts = [boundary]
    for document in listed_strings(documents):
        parts += [np.array(self.encode(document), dtype=np.int32), boundary]
    return np.concatenate(parts)


@alternative("4.2 pretokenize", "from one special token to the next")
def pretokenize(text, special_tokens=()):
    pieces, start, at = [], 0, 0
    if isinstance(special_tokens, str):
        raise TypeError("one string")
    longest_first = sorted(special_tokens, key=lambda special: -len(special))
    if not all(longest_first):
        raise ValueError("empty")
    while at < len(text):
        special = next((s for s in longest_first if text.startswith(s, at)), None)
        if special is None:
            at += 1
            continue
        pieces += [found[0] for found in PATTERN.finditer(text[start:at])]
        pieces.append(special)
        start = at = at + len(special)
    return pieces + [found[0] for found in PATTERN.finditer(text[start:])]


@alternative("4.2 count_pairs", "a plain dict and places")
def count_pairs(words):
    counts = {}
    for word in words:
        for i in range(len(word) - 1):
            pair = word[i], word[i + 1]
            counts[pair] = counts.get(pair, 0) + words[word]
    return counts


@alternative("4.2 merge_pair", "what was put together is remembered")
def merge_pair(word, pair):
    merged, waiting = [], None
    for token in word:
        if waiting == pair[0] and token == pair[1]:
            merged.append(waiting + token)
            waiting = None
            continue
        if waiting is not None:
            merged.append(waiting)
        waiting = token
    return (*merged, waiting) if waiting is not None else tuple(merged)


@alternative("4.2 train_bpe", "words by number, counts changed pair by pair")
def train_bpe(text, vocab_size, special_tokens=()):
    vocab = {i: bytes([i]) for i in range(256)}
    special_tokens = special_list(special_tokens)
    for special in special_tokens:
        vocab[len(vocab)] = special.encode("utf-8")
    if len(vocab) > vocab_size:
        raise ValueError(f"{vocab_size} tokens are fewer than {len(vocab)}")
    pieces = Counter(p for p in pretokenize(text, special_tokens) if p not in set(special_tokens))
    words = [[bytes([b]) for b in piece.encode("utf-8")] for piece in pieces]
    times = list(pieces.values())
    counts, holders = Counter(), {}
    for number, word in enumerate(words):
        for pair in zip(word, word[1:]):
            counts[pair] += times[number]
            holders.setdefault(pair, set()).add(number)
    merges = []
    while len(vocab) < vocab_size:
        most = max(counts.values(), default=0)
        if most == 0:
            break
        best = max(pair for pair, count in counts.items() if count == most)
        merges.append(best)
        vocab[len(vocab)] = best[0] + best[1]
        for number in holders[best].copy():
            for pair in zip(words[number], words[number][1:]):
                counts[pair] -= times[number]
                holders[pair].discard(number)
            words[number] = list(merge_pair(words[number], best))
            for pair in zip(words[number], words[number][1:]):
                counts[pair] += times[number]
                holders.setdefault(pair, set()).add(number)
    return vocab, merges


@alternative("4.2 BPETokenizer.encode", "the merges in order, each once")
def encode(self, text):
    ids = []
    for piece in pretokenize(text, self.special_tokens):
        if piece in self.special_tokens:
            ids.append(self.ids[piece.encode()])
            continue
        word = tuple(bytes([byte]) for byte in piece.encode())
        for pair in sorted(self.ranks, key=self.ranks.get):
            word = merge_pair(word, pair)
        ids.extend(map(self.ids.get, word))
    return ids


@alternative("4.2 BPETokenizer.decode", "a buffer that grows")
def decode(self, ids):
    data = bytearray()
    for id in ids:
        if int(id) not in self.vocab:
            raise ValueError(f"{id}?")
        data += self.vocab[int(id)]
    return str(data, "utf-8", "replace")


@alternative("4.2 BPETokenizer.encode_iterable", "more is kept back than has to be")
def encode_iterable(self, texts):
    reach = max([len(special) for special in self.special_tokens], default=0)
    pending = ""
    for part in texts:
        pending += part
        pieces = pretokenize(pending, self.special_tokens)
        kept = []
        while pieces and (len(kept) < 3 or len("".join(kept)) < reach + 3):
            kept.insert(0, pieces.pop())
        for piece in pieces:
            yield from self.encode(piece)
        pending = "".join(kept)
    for id in self.encode(pending):
        yield id


@alternative("4.2 bigram_counts", "pairs as numbers, counted at once")
def bigram_counts(ids, n_tokens):
    pairs = np.asarray(ids[:-1], dtype=int) * n_tokens + ids[1:]
    return np.bincount(pairs, minlength=n_tokens**2).reshape(n_tokens, n_tokens)


@alternative("4.2 bigram_probabilities", "row by row")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"no {smoothing} below 0")
    rows = []
    for row in np.asarray(counts, dtype=float):
        total = row.sum() + smoothing * len(row)
        rows.append((row + smoothing) / total if total else np.ones_like(row) / len(row))
    return np.array(rows)


@alternative("4.2 sample_from", "a number from 0 to 1, and where it falls")
def sample_from(probs, rng):
    probs = np.asarray(probs, dtype=float)
    if np.isnan(probs).any() or probs.min() < 0 or abs(probs.sum() - 1) > 1e-6:
        raise ValueError(f"{probs} with the sum {probs.sum()}")
    edges = np.cumsum(probs)
    return int(
        np.searchsorted(edges / edges[-1], np.random.default_rng(rng).random(), side="right")
    )


@alternative("4.2 negative_log_likelihood", "step by step")
def negative_log_likelihood(probs, ids):
    if len(ids) < 2:
        raise ValueError(f"what follows in {len(ids)} ids?")
    losses = []
    for first, second in zip(ids[:-1], ids[1:]):
        p = float(probs[first, second])
        losses.append(-float(np.log(p)) if p > 0 else np.inf)
    return float(sum(losses) / len(losses))


@alternative("4.2 perplexity", "a power of e")
def perplexity(loss):
    return float(np.float64(np.e) ** loss)


@alternative("4.2 make_windows", "a window that moves along")
def make_windows(ids, block_size, boundary=0):
    empty = [boundary] * block_size
    window, X, y = empty, [], []
    for id, following in zip(ids[:-1], ids[1:]):
        window = empty if id == boundary else [*window[1:], id]
        X.append(window)
        y.append(following)
    return np.array(X, dtype=int).reshape(-1, block_size), np.array(y, dtype=int)


@alternative("4.2 random_batch", "piece by piece")
def random_batch(ids, batch_size, block_size, rng):
    if len(ids) < block_size + 1:
        raise ValueError(f"{len(ids)} is too short for {block_size}")
    rng = np.random.default_rng(rng)
    starts = [int(rng.integers(len(ids) - block_size)) for _ in range(batch_size)]
    X = np.stack([ids[start : start + block_size] for start in starts])
    return X, np.stack([ids[start + 1 : start + 1 + block_size] for start in starts])


@alternative("4.2 Embedding.__init__", "normal, said in full")
def __init__(self, n, C, rng=None):
    rng = np.random.default_rng(rng)
    self.weight = Tensor(rng.normal(0.0, 1.0, size=(n, C)))


@alternative("4.2 Embedding.__call__", "an index of the engine")
def __call__(self, ids):
    ids = np.array(ids)
    for id in ids.ravel():
        if isinstance(id, np.bool_):
            raise TypeError(f"{id} is a bool")
        if not 0 <= id < self.weight.shape[0]:
            raise IndexError(f"{id} is not from 0 to {self.weight.shape[0] - 1}")
    return self.weight[ids]


@alternative("4.2 Embedding.__call__", "a product with one-hot rows")
def __call__(self, ids):
    ids, n = np.array(ids), len(self.weight.data)
    if ids.dtype == bool:
        raise TypeError(f"ids are {ids.dtype}")
    if (ids < 0).any() or (ids >= n).any():
        raise IndexError(f"{ids} is not from 0 to {n - 1}")
    one_hot = np.eye(n, dtype=self.weight.data.dtype)[ids.reshape(-1)]
    return (one_hot @ self.weight).reshape(*ids.shape, self.weight.shape[1])


@alternative("4.2 NGramMLP.__init__", "from the end to the front")
def __init__(self, n_tokens, block_size, C, hidden, rng=None):
    rng = np.random.default_rng(rng)
    output = Linear(hidden, n_tokens, rng)
    middle = Linear(block_size * C, hidden, rng)
    self.embedding, self.hidden, self.output = Embedding(n_tokens, C, rng), middle, output


@alternative("4.2 NGramMLP.__call__", "a share of the hidden layer for each place")
def __call__(self, X):
    C = self.embedding.weight.shape[1]
    z = self.hidden.bias
    for place in range(np.shape(X)[1]):
        z = z + self.embedding(X[:, place]) @ self.hidden.weight[place * C : (place + 1) * C]
    return self.output(z.tanh())


@alternative("4.2 RNNCell.__init__", "a uniform number, moved and stretched")
def __init__(self, n_in, n_hidden, rng=None):
    rng = np.random.default_rng(rng)
    self.Wx = Tensor((2 * rng.random((n_in, n_hidden)) - 1) / sqrt(n_hidden))
    self.Wh = Tensor((2 * rng.random((n_hidden, n_hidden)) - 1) / sqrt(n_hidden))
    self.b = Tensor(np.zeros(n_hidden))


@alternative("4.2 RNNCell.__call__", "one product for input and state")
def __call__(self, x, h):
    x, h = self.b.wrap(x), self.b.wrap(h)
    both = concatenate([x, h], axis=1) @ concatenate([self.Wx, self.Wh], axis=0)
    return (self.b + both).tanh()


@alternative("4.2 unroll", "states side by side, and then given their axis")
def unroll(cell, inputs, h0=None):
    B, T = inputs.shape[:2]
    state = np.zeros((B, cell.Wh.shape[0])) if h0 is None else h0
    states = []
    for t in range(T):
        state = cell(inputs[:, t, :], state)
        states.append(state)
    return concatenate(states, axis=1).reshape(B, T, cell.Wh.shape[0])


@alternative("4.2 sample_from", "multinomial")
def sample_from(probs, rng):
    p = np.asarray(probs, dtype=np.float64)
    if not (p >= 0).all():
        raise ValueError(f"not a probability: {p[~(p >= 0)][0]}")
    if abs(p.sum() - 1) > 1e-6:
        raise ValueError(f"the sum is {p.sum()}, not 1")
    return int(np.random.default_rng(rng).multinomial(1, p / p.sum()).argmax())


@alternative("4.2 merge_pair", "looks back")
def merge_pair(word, pair):
    left, right = pair
    out = []
    fresh = False
    for token in word:
        if out and not fresh and (out[-1], token) == (left, right):
            out[-1] += token
            fresh = True
        else:
            out.append(token)
            fresh = False
    return tuple(out)


@alternative("4.2 unroll", "all states at the end")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, cell.b.data.size), cell.b.data.dtype) if h0 is None else h0
    states = [h := cell(inputs[:, t], h) for t in range(T)]
    flat = concatenate(states, axis=-1)
    return flat.reshape(B, T, cell.b.data.size)
