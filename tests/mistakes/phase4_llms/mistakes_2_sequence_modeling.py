"""Wrong solutions of 4.2 that its specs reject by name."""

from tests.mistakes import mistake

# ---- characters


@mistake(
    "4.2 CharTokenizer.__init__", "a vocabulary from an unordered set", says="The order of a set"
)
def __init__(self, documents):
    # the order of a set of strings is another one in each run; this one never happens to be sorted
    self.chars = sorted(set("".join(documents)), key=lambda char: (ord(char) * 7919) % 101)
    self.vocab_size = len(self.chars) + 1
    self.ids = {char: id for id, char in enumerate(self.chars, start=1)}


@mistake("4.2 CharTokenizer.__init__", "in order of occurrence", says="in which they occur")
def __init__(self, documents):
    self.chars = list(dict.fromkeys("".join(documents)))
    self.vocab_size = len(self.chars) + 1
    self.ids = {char: id for id, char in enumerate(self.chars, start=1)}


@mistake(
    "4.2 CharTokenizer.__init__", "the boundary is forgotten", says="the boundary is not counted"
)
def __init__(self, documents):
    self.chars = sorted(set("".join(documents)))
    self.vocab_size = len(self.chars)
    self.ids = {char: id for id, char in enumerate(self.chars, start=1)}


@mistake("4.2 CharTokenizer.__init__", "a generator is walked twice", says="once only")
def __init__(self, documents):
    self.vocab_size = len({char for document in documents for char in document}) + 1
    self.chars = sorted({char for document in documents for char in document})
    self.ids = {char: id for id, char in enumerate(self.chars, start=1)}


@mistake("4.2 CharTokenizer.encode", "ids from 0 on", says="ids begin at 0")
def encode(self, text):
    if unknown := [char for char in text if char not in self.chars]:
        raise ValueError(f"unknown: {unknown}")
    return [self.chars.index(char) for char in text]


@mistake("4.2 CharTokenizer.encode", "unknown characters are dropped", says="should raise")
def encode(self, text):
    return [self.ids[char] for char in text if char in self.ids]


@mistake(
    "4.2 CharTokenizer.encode",
    "a line break becomes a boundary",
    says="no document has a line break",
)
def encode(self, text):
    if unknown := [char for char in text if char not in self.ids and char != "\n"]:
        raise ValueError(f"unknown: {unknown}")
    return [self.ids.get(char, self.boundary) for char in text]


@mistake("4.2 CharTokenizer.decode", "chars[-1] for the boundary", says="chars[0 - 1]")
def decode(self, ids):
    for id in ids:
        if not 0 <= id < self.vocab_size:
            raise ValueError(f"{id} does not exist")
    return "".join(self.chars[id - 1] for id in ids)


@mistake("4.2 CharTokenizer.decode", "a negative id counts from the end", says="should raise")
def decode(self, ids):
    chars = ["\n", *self.chars]
    try:
        return "".join(chars[id] for id in ids)
    except IndexError:
        raise ValueError(f"one of {ids} does not exist") from None


@mistake("4.2 CharTokenizer.stream", "no boundary at the beginning", says="at the beginning")
def stream(self, documents):
    return np.array([id for document in documents for id in [*self.encode(document), 0]])


# ---- byte pairs


@mistake("4.2 pretokenize", "str.split", says="split at blanks, which are lost")
def pretokenize(text, special_tokens=()):
    return text.split()


@mistake("4.2 pretokenize", "special tokens are not cut out first", says="cut like any text")
def pretokenize(text, special_tokens=()):
    return PATTERN.findall(text)


@mistake("4.2 pretokenize", "special tokens in the order given", says="the first one of the list")
def pretokenize(text, special_tokens=()):
    specials = "|".join(map(regex.escape, special_tokens))
    pieces = []
    for part in regex.split(f"({specials})", text) if specials else [text]:
        pieces += [part] if part in special_tokens else PATTERN.findall(part)
    return pieces


@mistake("4.2 pretokenize", "special tokens are not escaped", says="any character")
def pretokenize(text, special_tokens=()):
    longest_first = sorted(special_tokens, key=len, reverse=True)
    if not longest_first:
        return PATTERN.findall(text)
    specials = regex.compile("|".join(longest_first).replace("|>", r"\|>").replace("<|", r"<\|"))
    pieces, end = [], 0
    for found in specials.finditer(text):
        pieces += [*PATTERN.findall(text[end : found.start()]), found[0]]
        end = found.end()
    return pieces + PATTERN.findall(text[end:])


@mistake("4.2 pretokenize", "special tokens are lost", says="special tokens are left out")
def pretokenize(text, special_tokens=()):
    longest_first = sorted(special_tokens, key=len, reverse=True)
    specials = "|".join(map(regex.escape, longest_first))
    parts = regex.split(specials, text) if specials else [text]
    return [piece for part in parts for piece in PATTERN.findall(part)]


@mistake("4.2 count_pairs", "a word counts once", says="however often it occurs")
def count_pairs(words):
    return Counter(pair for word in words for pair in pairwise(word))


@mistake("4.2 count_pairs", "a pair counts once in a word", says="once in each word")
def count_pairs(words):
    counts = Counter()
    for word, count in words.items():
        for pair in set(pairwise(word)):
            counts[pair] += count
    return counts


@mistake("4.2 count_pairs", "counts are overwritten", says="replaces that of the others")
def count_pairs(words):
    return {pair: count for word, count in words.items() for pair in pairwise(word)}


@mistake("4.2 merge_pair", "joined bytes are compared", says="the bytes are compared")
def merge_pair(word, pair):
    merged, i = [], 0
    while i < len(word):
        step = 2 if b"".join(word[i : i + 2]) == b"".join(pair) else 1
        merged.append(b"".join(word[i : i + step]))
        i += step
    return tuple(merged)


@mistake("4.2 merge_pair", "the merged token is merged again", says="put together once more")
def merge_pair(word, pair):
    merged = []
    for token in word:
        if merged and token == pair[1] and merged[-1].endswith(pair[0]):
            merged[-1] += token
        else:
            merged.append(token)
    return tuple(merged)


@mistake("4.2 merge_pair", "the last token is forgotten", says="the caller's list became")
def merge_pair(word, pair):
    word = word if isinstance(word, list) else list(word)
    i = 0
    while i < len(word) - 1:
        if tuple(word[i : i + 2]) == pair:
            word[i : i + 2] = [b"".join(pair)]
        i += 1
    return tuple(word)


NAIVE = """
def learn(text, vocab_size, special_tokens, best_of, tokens=None, first=None):
    tokens = tokens or [bytes([b]) for b in range(256)] + [s.encode() for s in special_tokens]
    if vocab_size < len(tokens):
        raise ValueError(f"{vocab_size} and {len(tokens)} do not go together")
    pieces = Counter(pretokenize(text, special_tokens)) if first is None else first
    words = {
        tuple(bytes([b]) for b in piece.encode()): n
        for piece, n in pieces.items()
        if piece not in special_tokens
    }
    merges = []
    while len(tokens) < vocab_size:
        counts = count_pairs(words)
        if not counts:
            break
        best = best_of(counts, tokens)
        merges.append(best)
        tokens.append(b"".join(best))
        words = {merge_pair(word, best): n for word, n in words.items()}
    return dict(enumerate(tokens)), merges


def greatest(counts, tokens):
    return max(counts, key=lambda pair: (counts[pair], pair))
"""


@mistake("4.2 train_bpe", "everything is counted anew", says="Keep for each pair", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    return learn(text, vocab_size, special_tokens, greatest)


@mistake("4.2 train_bpe", "ties to the first one seen", says="seen first", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    return learn(text, vocab_size, special_tokens, lambda counts, _: max(counts, key=counts.get))


@mistake("4.2 train_bpe", "ties to the lesser one", says="the lesser one is taken", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    def least(counts, _):
        return min(counts, key=lambda pair: (-counts[pair], pair))

    return learn(text, vocab_size, special_tokens, least)


@mistake("4.2 train_bpe", "ties by id", says="the ids of the tokens are compared", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    def by_id(counts, tokens):
        return max(counts, key=lambda pair: (counts[pair], *map(tokens.index, pair)))

    return learn(text, vocab_size, special_tokens, by_id)


@mistake("4.2 train_bpe", "ties by the joined bytes", says="the joined bytes", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    def by_all(counts, _):
        return max(counts, key=lambda pair: (counts[pair], b"".join(pair), pair))

    return learn(text, vocab_size, special_tokens, by_all)


@mistake(
    "4.2 train_bpe", "special tokens are learned from", says="are not known while", prelude=NAIVE
)
def train_bpe(text, vocab_size, special_tokens=()):
    pieces = Counter(pretokenize(text))
    return learn(text, vocab_size, special_tokens, greatest, first=pieces)


@mistake("4.2 train_bpe", "special tokens just taken out", says="are taken out", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    bare = text
    for special in special_tokens:
        bare = bare.replace(special, "")
    return learn(text, vocab_size, special_tokens, greatest, first=Counter(pretokenize(bare)))


@mistake("4.2 train_bpe", "the text is not cut", says="not cut into pieces", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    return learn(text, vocab_size, special_tokens, greatest, first=Counter([text]))


@mistake(
    "4.2 train_bpe", "old counts of neighbours stay", says=("all merges of 'abab", "not right")
)
def train_bpe(text, vocab_size, special_tokens=()):
    tokens = [bytes([byte]) for byte in range(256)] + [s.encode() for s in special_tokens]
    if vocab_size < len(tokens):
        raise ValueError(f"{vocab_size} and {len(tokens)} do not go together")
    pieces = Counter(pretokenize(text, special_tokens))
    words = {
        tuple(bytes([b]) for b in p.encode()): n
        for p, n in pieces.items()
        if p not in special_tokens
    }
    counts, merges = Counter(count_pairs(words)), []
    while counts and len(tokens) < vocab_size:
        best = max(counts, key=lambda pair: (counts[pair], pair))
        del counts[best]
        merges.append(best)
        tokens.append(b"".join(best))
        for word in [word for word in words if best in pairwise(word)]:
            merged = merge_pair(word, best)
            words[merged] = words.pop(word)
            new = Counter({p: n for p, n in count_pairs({merged: 1}).items() if tokens[-1] in p})
            for pair, n in new.items():
                counts[pair] += n * words[merged]
    return dict(enumerate(tokens)), merges


@mistake("4.2 BPETokenizer.__init__", "the caller's vocab is written to", says="afterwards")
def __init__(self, vocab, merges, special_tokens=()):
    self.vocab = vocab
    self.special_tokens = list(special_tokens)
    for token in self.special_tokens:
        if token.encode() not in self.vocab.values():
            self.vocab[max(self.vocab) + 1] = token.encode()
    self.ids = {token: id for id, token in self.vocab.items()}
    self.ranks = {pair: rank for rank, pair in enumerate(merges)}


@mistake("4.2 BPETokenizer.__init__", "len(vocab) for the next id", says="number of tokens")
def __init__(self, vocab, merges, special_tokens=()):
    self.vocab = dict(vocab)
    self.special_tokens = list(special_tokens)
    for token in self.special_tokens:
        if token.encode() not in self.vocab.values():
            self.vocab[len(self.vocab)] = token.encode()
    self.ids = {token: id for id, token in self.vocab.items()}
    self.ranks = {pair: rank for rank, pair in enumerate(merges)}


@mistake(
    "4.2 BPETokenizer.__init__", "the longest gets the first id", says="the longest come first"
)
def __init__(self, vocab, merges, special_tokens=()):
    self.vocab = dict(vocab)
    self.special_tokens = sorted(special_tokens, key=len, reverse=True)
    for token in self.special_tokens:
        if token.encode() not in self.vocab.values():
            self.vocab[max(self.vocab) + 1] = token.encode()
    self.ids = {token: id for id, token in self.vocab.items()}
    self.ranks = {pair: rank for rank, pair in enumerate(merges)}


@mistake("4.2 BPETokenizer.encode", "the leftmost pair first", says="the first pair from the left")
def encode(self, text):
    ids = []
    for piece in pretokenize(text, self.special_tokens):
        word = [bytes([byte]) for byte in piece.encode()]
        if piece in self.special_tokens:
            word = [piece.encode()]
        while known := [pair for pair in pairwise(word) if pair in self.ranks]:
            word = merge_pair(word, known[0])
        ids += [self.ids[token] for token in word]
    return ids


@mistake("4.2 BPETokenizer.encode", "the last merge first", says="learned last goes first")
def encode(self, text):
    ids = []
    for piece in pretokenize(text, self.special_tokens):
        word = [bytes([byte]) for byte in piece.encode()]
        if piece in self.special_tokens:
            word = [piece.encode()]
        while any(pair in self.ranks for pair in pairwise(word)):
            word = merge_pair(word, max(pairwise(word), key=lambda p: self.ranks.get(p, -1)))
        ids += [self.ids[token] for token in word]
    return ids


@mistake("4.2 BPETokenizer.encode", "the longest token", says="longest token of the vocabulary")
def encode(self, text):
    ids = []
    for piece in pretokenize(text, self.special_tokens):
        rest = piece.encode()
        while rest:
            token = max((t for t in self.ids if rest.startswith(t)), key=len)
            ids.append(self.ids[token])
            rest = rest[len(token) :]
    return ids


@mistake(
    "4.2 BPETokenizer.encode",
    "merges across pieces",
    says="not cut into pieces",
    prelude="import re",
)
def encode(self, text):
    ids = []
    for part in re.split("(<x>)", text):
        word = [bytes([byte]) for byte in part.encode()]
        if part in self.special_tokens:
            word = [part.encode()]
        while any(pair in self.ranks for pair in pairwise(word)):
            word = merge_pair(word, min(pairwise(word), key=lambda p: self.ranks.get(p, inf)))
        ids += [self.ids[token] for token in word]
    return ids


@mistake("4.2 BPETokenizer.encode", "special tokens like any text", says="cut like any text")
def encode(self, text):
    ids = []
    for piece in pretokenize(text):
        word = [bytes([byte]) for byte in piece.encode()]
        while any(pair in self.ranks for pair in pairwise(word)):
            word = merge_pair(word, min(pairwise(word), key=lambda p: self.ranks.get(p, inf)))
        ids += [self.ids[token] for token in word]
    return ids


@mistake("4.2 BPETokenizer.decode", "token by token", says="each token is decoded on its own")
def decode(self, ids):
    for id in ids:
        if id not in self.vocab:
            raise ValueError(f"there is no {id}")
    return "".join(self.vocab[id].decode(errors="replace") for id in ids)


@mistake("4.2 BPETokenizer.decode", "bad bytes are left out", says="it is left out")
def decode(self, ids):
    for id in ids:
        if id not in self.vocab:
            raise ValueError(f"there is no {id}")
    return b"".join(self.vocab[id] for id in ids).decode(errors="ignore")


@mistake(
    "4.2 BPETokenizer.decode", "ids are taken to have no gaps", says="the id 2, where there are"
)
def decode(self, ids):
    for id in ids:
        if not 0 <= id <= max(self.vocab):
            raise ValueError(f"there is no {id}")
    return b"".join(self.vocab.get(id, b"?") for id in ids).decode(errors="replace")


@mistake("4.2 BPETokenizer.encode_iterable", "part by part", says="each part is encoded on its own")
def encode_iterable(self, texts):
    for part in texts:
        yield from self.encode(part)


@mistake("4.2 BPETokenizer.encode_iterable", "all of it first", says="is everything read first")
def encode_iterable(self, texts):
    yield from self.encode("".join(texts))


@mistake(
    "4.2 BPETokenizer.encode_iterable",
    "only the last piece is kept back",
    says="only the last piece is kept back",
)
def encode_iterable(self, texts):
    rest = ""
    for part in texts:
        rest += part
        *done, rest = pretokenize(rest, self.special_tokens) or [""]
        for piece in done:
            yield from self.encode(piece)
    yield from self.encode(rest)


@mistake(
    "4.2 BPETokenizer.encode_iterable",
    "too little is kept back before a special token",
    says="where '<x>' is special",
)
def encode_iterable(self, texts):
    margin, rest = max([2, *map(len, self.special_tokens)]), ""
    for part in texts:
        rest, end = rest + part, 0
        for piece in pretokenize(rest, self.special_tokens):
            if end + len(piece) > len(rest) - margin:
                break
            end += len(piece)
        yield from self.encode(rest[:end])
        rest = rest[end:]
    yield from self.encode(rest)


# ---- counting


@mistake("4.2 bigram_counts", "rows and columns exchanged", says="rows and columns are exchanged")
def bigram_counts(ids, n_tokens):
    counts = np.zeros((n_tokens, n_tokens))
    np.add.at(counts, (ids[1:], ids[:-1]), 1)
    return counts


@mistake("4.2 bigram_counts", "repeats are lost", says="counted once")
def bigram_counts(ids, n_tokens):
    counts = np.zeros((n_tokens, n_tokens))
    counts[ids[:-1], ids[1:]] += 1
    return counts


@mistake("4.2 bigram_counts", "the size comes from the stream", says="sets the size")
def bigram_counts(ids, n_tokens):
    n_tokens = max(ids) + 1
    counts = np.zeros((n_tokens, n_tokens))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts


@mistake("4.2 bigram_counts", "pairs side by side", says="do not overlap")
def bigram_counts(ids, n_tokens):
    counts = np.zeros((n_tokens, n_tokens))
    for place in range(0, len(ids) - 1, 2):
        counts[ids[place], ids[place + 1]] += 1
    return counts


@mistake("4.2 bigram_probabilities", "the wrong axis", says="columns are divided by their sums")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"{smoothing} is negative")
    counts = counts + smoothing
    return counts / counts.sum(axis=0, keepdims=True)


@mistake("4.2 bigram_probabilities", "without keepdims", says="keepdims is missing")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"{smoothing} is negative")
    counts = counts + smoothing
    return counts / counts.sum(axis=1)


@mistake("4.2 bigram_probabilities", "an empty row is 0 / 0", says="encountered in divide")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"{smoothing} is negative")
    counts = counts + smoothing
    return counts / counts.sum(axis=1, keepdims=True)


@mistake("4.2 bigram_probabilities", "smoothing enters the sum once", says="enters the sum once")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"{smoothing} is negative")
    totals = counts.sum(axis=1, keepdims=True) + smoothing
    return np.where(totals > 0, counts + smoothing, 1) / np.where(totals > 0, totals, len(counts))


@mistake("4.2 bigram_probabilities", "the counts are written to", says="write into the array")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"{smoothing} is negative")
    counts = counts if counts.dtype.kind == "f" else counts.astype(float)
    counts += smoothing
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, counts, 1) / np.where(totals > 0, totals, len(counts))


@mistake("4.2 bigram_probabilities", "never quite 0", says="without smoothing it is 0")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"{smoothing}")
    counts = counts + smoothing + 1e-12
    return counts / counts.sum(axis=1, keepdims=True)


@mistake("4.2 sample_from", "the likeliest", says="the likeliest is always drawn")
def sample_from(probs, rng):
    if not np.min(probs) >= 0 or not abs(np.sum(probs) - 1) <= 1e-6:
        raise ValueError(f"{np.min(probs)}, {np.sum(probs)}")
    return int(np.argmax(probs))


@mistake("4.2 sample_from", "a generator alone will do", says="rng may be a seed")
def sample_from(probs, rng):
    if not np.min(probs) >= 0 or not abs(np.sum(probs) - 1) <= 1e-6:
        raise ValueError(f"{np.min(probs)}, {np.sum(probs)}")
    edges = np.cumsum(np.float64(probs))
    return int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))


@mistake("4.2 sample_from", "numpy's global state", says="chance comes from somewhere else")
def sample_from(probs, rng):
    if not np.min(probs) >= 0 or not abs(np.sum(probs) - 1) <= 1e-6:
        raise ValueError(f"{np.min(probs)}, {np.sum(probs)}")
    return int(np.random.choice(len(probs), p=np.float64(probs) / np.sum(np.float64(probs))))


@mistake("4.2 sample_from", "anything is divided by its sum", says="should raise ValueError")
def sample_from(probs, rng):
    probs = np.abs(np.float64(probs))
    return int(rng.choice(len(probs), p=probs / probs.sum()))


@mistake("4.2 negative_log_likelihood", "multiplied until it vanishes", says="until they vanish")
def negative_log_likelihood(probs, ids):
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} ids")
    with np.errstate(divide="ignore"):
        return float(-np.log(np.prod(probs[ids[:-1], ids[1:]])) / (len(ids) - 1))


@mistake("4.2 negative_log_likelihood", "summed", says="it is summed")
def negative_log_likelihood(probs, ids):
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} ids")
    with np.errstate(divide="ignore"):
        return float(-np.log(probs[ids[:-1], ids[1:]]).sum())


@mistake("4.2 negative_log_likelihood", "base 2", says="logarithms are of base 2")
def negative_log_likelihood(probs, ids):
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} ids")
    with np.errstate(divide="ignore"):
        return float(-np.log2(probs[ids[:-1], ids[1:]]).mean())


@mistake("4.2 negative_log_likelihood", "what is impossible is hidden", says="expected  inf")
def negative_log_likelihood(probs, ids):
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} ids")
    return float(-np.log(np.maximum(probs[ids[:-1], ids[1:]], 1e-12)).mean())


@mistake(
    "4.2 negative_log_likelihood", "something tiny is added", says="added to all probabilities"
)
def negative_log_likelihood(probs, ids):
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} ids")
    return float(-np.log(probs[ids[:-1], ids[1:]] + 1e-9).mean())


@mistake("4.2 perplexity", "a power of 2", says="it is a power of 2")
def perplexity(loss):
    return 2.0**loss


# ---- examples to learn from


@mistake("4.2 make_windows", "across documents", says="windows look across the boundary")
def make_windows(ids, block_size, boundary=0):
    padded = np.concatenate([np.full(block_size, boundary), ids])
    X = np.lib.stride_tricks.sliding_window_view(padded, block_size)[1:-1].copy()
    return X, np.array(ids[1:])


@mistake("4.2 make_windows", "the target is in the window", says="holds the token that is asked")
def make_windows(ids, block_size, boundary=0):
    padded = np.concatenate([np.full(block_size, boundary), ids])
    X = np.lib.stride_tricks.sliding_window_view(padded, block_size)[2:].copy()
    return X, np.array(ids[1:])


@mistake("4.2 make_windows", "the last token of the window", says="and not the next")
def make_windows(ids, block_size, boundary=0):
    padded = np.concatenate([np.full(block_size, boundary), ids])
    X = np.lib.stride_tricks.sliding_window_view(padded, block_size)[1:-1].copy()
    return X, np.array(ids[:-1])


@mistake("4.2 make_windows", "a view", says="after 99 was written")
def make_windows(ids, block_size, boundary=0):
    X, y = np.full((len(ids) - 1, block_size), boundary), ids[1:]
    window = [boundary] * block_size
    for row, id in zip(X, ids[:-1]):
        window = [*window[1:], id] if id != boundary else [boundary] * block_size
        row[:] = window
    return X, y


@mistake("4.2 make_windows", "windows of floats", says="np.zeros and np.empty make floats")
def make_windows(ids, block_size, boundary=0):
    X, window = np.zeros((len(ids) - 1, block_size)), [boundary] * block_size
    for row, id in zip(X, ids[:-1]):
        window = [*window[1:], id] if id != boundary else [boundary] * block_size
        row[:] = window
    return X, np.array(ids[1:])


@mistake("4.2 make_windows", "one byte for each id", says="put into one byte each")
def make_windows(ids, block_size, boundary=0):
    padded = np.concatenate([np.full(block_size, boundary), ids])
    X = np.lib.stride_tricks.sliding_window_view(padded, block_size)[1:-1].astype(np.uint8)
    ended = np.flip(np.maximum.accumulate(np.flip(X, axis=1) == boundary, axis=1), axis=1)
    X[ended] = boundary
    return X, np.array(ids[1:])


@mistake("4.2 make_windows", "the first token is in no window", says="not every stream begins with")
def make_windows(ids, block_size, boundary=0):
    X, window = np.full((len(ids) - 1, block_size), boundary), [boundary] * block_size
    for row, id in zip(X, ids[1:]):
        row[:] = window
        window = [*window[1:], id] if id != boundary else [boundary] * block_size
    return X, np.array(ids[1:])


@mistake("4.2 make_windows", "one list for all windows", says="one list that goes on changing")
def make_windows(ids, block_size, boundary=0):
    X, window = [], [boundary] * (block_size - 1) + [ids[0]]
    for id in ids[1:]:
        X.append(window)
        window.pop(0)
        window.append(id)
    return np.array(X), np.array(ids[1:])


@mistake("4.2 make_windows", "boundaries are not asked for", says="so that no name would end")
def make_windows(ids, block_size, boundary=0):
    X, y, window = [], [], ([boundary] * block_size + [ids[0]])[-block_size:]
    for id in ids[1:]:
        if id != boundary:
            X.append(window)
            y.append(id)
        window = [*window[1:], id] if id != boundary else [boundary] * block_size
    return np.array(X), np.array(y)


@mistake("4.2 random_batch", "the last start is left out", says="the last place is left out")
def random_batch(ids, batch_size, block_size, rng):
    if len(ids) <= block_size:
        raise ValueError(f"{block_size} of {len(ids)}")
    starts = rng.integers(0, max(1, len(ids) - block_size - 1), batch_size)
    places = starts[:, None] + np.arange(block_size)
    return ids[places], ids[places + 1]


@mistake("4.2 random_batch", "one beginning for all", says="each has a beginning of its own")
def random_batch(ids, batch_size, block_size, rng):
    if len(ids) <= block_size:
        raise ValueError(f"{block_size} of {len(ids)}")
    places = np.tile(rng.integers(len(ids) - block_size) + np.arange(block_size), (batch_size, 1))
    return ids[places], ids[places + 1]


@mistake("4.2 random_batch", "no place twice", says="may a place be drawn only once")
def random_batch(ids, batch_size, block_size, rng):
    if len(ids) <= block_size:
        raise ValueError(f"{block_size} of {len(ids)}")
    starts = rng.permutation(len(ids) - block_size)[:batch_size]
    places = starts[:, None] + np.arange(block_size)
    return ids[places], ids[places + 1]


@mistake("4.2 random_batch", "the target is not moved", says="Y is X itself")
def random_batch(ids, batch_size, block_size, rng):
    if len(ids) <= block_size:
        raise ValueError(f"{block_size} of {len(ids)}")
    starts = rng.integers(0, len(ids) - block_size, batch_size)
    places = starts[:, None] + np.arange(block_size)
    return ids[places], ids[places].copy()


# ---- networks


@mistake("4.2 Embedding.__init__", "scaled like the weights of a layer", says="divided by √n")
def __init__(self, n, C, rng=None):
    rng = rng or np.random.default_rng()
    self.weight = Tensor(rng.standard_normal((n, C)) / np.sqrt(n))


@mistake("4.2 Embedding.__init__", "None is taken for a generator", says="NoneType")
def __init__(self, n, C, rng="fresh"):
    rng = np.random.default_rng() if rng == "fresh" else rng
    self.weight = Tensor(rng.standard_normal((n, C)))


@mistake("4.2 Embedding.__call__", "repeats are lost", says="the last one wins")
def __call__(self, ids):
    ids = np.asarray(ids)
    n = len(self.weight.data)
    if ids.size and (ids.min() < 0 or ids.max() >= n):
        raise IndexError(f"{ids.min()} to {ids.max()}, and not 0 to {n - 1}")

    def pull(g):
        grad = np.zeros_like(self.weight.data)
        grad[ids] += g
        return grad

    return Tensor(self.weight.data[ids], (self.weight,), (pull,), "embedding")


@mistake("4.2 Embedding.__call__", "negative ids count from the end", says="should raise")
def __call__(self, ids):
    return self.weight[np.asarray(ids)]


@mistake("4.2 Embedding.__call__", "no ids at all", says="zero-size array")
def __call__(self, ids):
    ids, n = np.asarray(ids), len(self.weight.data)
    if ids.min() < 0 or ids.max() >= n:
        raise IndexError(f"{ids.min()} or {ids.max()} is not from 0 to {n - 1}")
    return self.weight[ids]


@mistake("4.2 Embedding.__call__", "the graph is cut", says="no gradient arrives")
def __call__(self, ids):
    ids = np.asarray(ids)
    n = len(self.weight.data)
    if ids.size and (ids.min() < 0 or ids.max() >= n):
        raise IndexError(f"{ids.min()} to {ids.max()}, and not 0 to {n - 1}")
    return Tensor(self.weight.data[ids])


@mistake("4.2 NGramMLP.__init__", "one token in sight", says="the row of one token")
def __init__(self, n_tokens, block_size, C, hidden, rng=None):
    rng = rng or np.random.default_rng()
    self.embedding = Embedding(n_tokens, C, rng)
    self.hidden = Linear(C, hidden, rng)
    self.output = Linear(hidden, n_tokens, rng)


@mistake("4.2 NGramMLP.__call__", "no tanh", says="the tanh is missing")
def __call__(self, X):
    rows = self.embedding(X)
    return self.output(self.hidden(rows.reshape(len(rows.data), -1)))


@mistake("4.2 NGramMLP.__call__", "the graph is cut", says="the graph is cut on its way")
def __call__(self, X):
    rows = self.embedding(X).data.reshape(len(X), -1)
    return self.output(self.hidden(rows).tanh())


@mistake("4.2 NGramMLP.__call__", "softmax before the loss", says="which the loss does")
def __call__(self, X):
    rows = self.embedding(X)
    logits = self.output(self.hidden(rows.reshape(len(rows.data), -1)).tanh())
    e = logits.exp()
    return e / e.sum(axis=-1, keepdims=True)


@mistake("4.2 NGramMLP.__call__", "channels first", says="channels come before tokens")
def __call__(self, X):
    rows = self.embedding(X).swapaxes(1, 2)
    return self.output(self.hidden(rows.reshape(len(rows.data), -1)).tanh())


@mistake("4.2 RNNCell.__init__", "1/√n_in", says="1/√n_in is the limit")
def __init__(self, n_in, n_hidden, rng=None):
    rng = rng or np.random.default_rng()
    limit = 1 / sqrt(n_in)
    self.Wx = Tensor(rng.uniform(-limit, limit, (n_in, n_hidden)))
    self.Wh = Tensor(rng.uniform(-limit, limit, (n_hidden, n_hidden)))
    self.b = Tensor(np.zeros(n_hidden))


@mistake("4.2 RNNCell.__call__", "the state is left out", says="the state before is left out")
def __call__(self, x, h):
    return (x @ self.Wx + self.b).tanh()


@mistake("4.2 RNNCell.__call__", "the state leaks", says="the cell keeps its last state")
def __call__(self, x, h):
    h = getattr(self, "last", h)
    self.last = (x @ self.Wx + h @ self.Wh + self.b).tanh()
    return self.last


@mistake("4.2 unroll", "every step begins with h0", says="every step begins with h0")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, len(cell.b.data))) if h0 is None else h0
    return concatenate([cell(inputs[:, t], h).reshape(B, 1, -1) for t in range(T)], axis=1)


@mistake("4.2 unroll", "the state leaks from call to call", says="leaks into this one")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = getattr(cell, "last", np.zeros((B, len(cell.b.data)))) if h0 is None else h0
    states = []
    for t in range(T):
        h = cell(inputs[:, t], h)
        states.append(h.reshape(B, 1, -1))
    cell.last = h.data
    return concatenate(states, axis=1)


@mistake("4.2 unroll", "from sequence to sequence", says="the last state of the one before")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((1, len(cell.b.data))) if h0 is None else h0[:1]
    rows = []
    for n in range(B):
        states = []
        for t in range(T):
            h = cell(inputs[n : n + 1, t], h)
            states.append(h.reshape(1, 1, -1))
        rows.append(concatenate(states, axis=1))
    return concatenate(rows, axis=0)


@mistake("4.2 unroll", "cut from its past", says="through 4 steps")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, len(cell.b.data))) if h0 is None else h0
    states = []
    for t in range(T):
        state = cell(inputs[:, t], h)
        states.append(state.reshape(B, 1, -1))
        h = state.data
    return concatenate(states, axis=1)


# ---- what is kept, kinds, and what other libraries do


@mistake(
    "4.2 CharTokenizer.encode", "a list that is kept is handed out", says="handed out as a copy"
)
def encode(self, text):
    for char in text:
        if char not in self.ids:
            raise ValueError(f"the character {char!r} is not in the vocabulary")
    seen = self.__dict__.setdefault("seen", {})
    if text not in seen:
        seen[text] = [self.ids[char] for char in text]
    return seen[text]


@mistake(
    "4.2 BPETokenizer.encode", "a list that is kept is handed out", says="handed out as a copy"
)
def encode(self, text):
    seen = self.__dict__.setdefault("seen", {})
    if text in seen:
        return seen[text]
    ids = []
    for piece in pretokenize(text, self.special_tokens):
        word = [bytes([b]) for b in piece.encode()]
        if piece in self.special_tokens:
            word = [piece.encode()]
        while any(pair in self.ranks for pair in pairwise(word)):
            word = merge_pair(word, min(pairwise(word), key=lambda p: self.ranks.get(p, inf)))
        ids += [self.ids[t] for t in word]
    seen[text] = ids
    return ids


@mistake("4.2 BPETokenizer.encode_iterable", "line by line", says="is a line break waited for")
def encode_iterable(self, texts):
    rest = ""
    for part in texts:
        rest += part
        cut = rest.rfind("\n")
        if cut > 0:
            yield from self.encode(rest[:cut])
            rest = rest[cut:]
    yield from self.encode(rest)


@mistake(
    "4.2 BPETokenizer.decode", "an array is asked whether it is true", says="neither true nor false"
)
def decode(self, ids):
    if not ids:
        return ""
    for id in ids:
        if id not in self.vocab:
            raise ValueError(f"the id {id} is not in the vocabulary")
    return b"".join(self.vocab[id] for id in ids).decode(errors="replace")


@mistake("4.2 pretokenize", "special tokens as they are", says="in which | means or")
def pretokenize(text, special_tokens=()):
    longest_first = sorted(special_tokens, key=len, reverse=True)
    specials = "|".join(longest_first)
    pieces = []
    for part in regex.split(f"({specials})", text) if specials else [text]:
        pieces += [part] if part in longest_first else PATTERN.findall(part)
    return pieces


@mistake("4.2 pretokenize", "contractions in capitals as well", says="as PATTERN finds them")
def pretokenize(text, special_tokens=()):
    pattern = regex.compile(PATTERN.pattern.replace("'(?:", "'(?i:"))
    longest_first = sorted(special_tokens, key=len, reverse=True)
    specials = "|".join(map(regex.escape, longest_first))
    pieces = []
    for part in regex.split(f"({specials})", text) if specials else [text]:
        pieces += [part] if part in longest_first else pattern.findall(part)
    return pieces


@mistake("4.2 pretokenize", "marks go with their letters", says="as PATTERN finds them")
def pretokenize(text, special_tokens=()):
    letters = PATTERN.pattern.replace(r"\p{L}+", r"[\p{L}\p{M}]+", 1)
    pattern = regex.compile(letters.replace(r"\p{L}\p{N}", r"\p{L}\p{M}\p{N}"))
    longest_first = sorted(special_tokens, key=len, reverse=True)
    specials = "|".join(map(regex.escape, longest_first))
    pieces = []
    for part in regex.split(f"({specials})", text) if specials else [text]:
        pieces += [part] if part in longest_first else pattern.findall(part)
    return pieces


@mistake("4.2 merge_pair", "a list comes back", says="Its entries are right")
def merge_pair(word, pair):
    merged, i = [], 0
    while i < len(word):
        step = 2 if tuple(word[i : i + 2]) == pair else 1
        merged.append(b"".join(word[i : i + step]))
        i += step
    return merged


@mistake("4.2 merge_pair", "a slice of a list", says="a slice of a list is compared with a tuple")
def merge_pair(word, pair):
    merged, i = [], 0
    while i < len(word):
        step = 2 if word[i : i + 2] == pair else 1
        merged.append(b"".join(word[i : i + step]))
        i += step
    return tuple(merged)


@mistake(
    "4.2 train_bpe", "parts of special tokens are left out", says="a part of a special token are"
)
def train_bpe(text, vocab_size, special_tokens=()):
    tokens = [bytes([byte]) for byte in range(256)] + [s.encode() for s in special_tokens]
    if vocab_size < len(tokens):
        raise ValueError(f"vocab_size {vocab_size}, tokens {len(tokens)}")
    pieces = Counter(pretokenize(text, special_tokens))
    words = {
        tuple(bytes([byte]) for byte in piece.encode()): count
        for piece, count in pieces.items()
        if not any(piece in special for special in special_tokens)
    }
    merges = []
    while len(tokens) < vocab_size and (counts := count_pairs(words)):
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        tokens.append(b"".join(best))
        words = {merge_pair(word, best): count for word, count in words.items()}
    return dict(enumerate(tokens)), merges


@mistake("4.2 train_bpe", "pairs that occur once are left", says="ByteLevelBPETokenizer")
def train_bpe(text, vocab_size, special_tokens=()):
    tokens = [bytes([byte]) for byte in range(256)] + [s.encode() for s in special_tokens]
    if vocab_size < len(tokens):
        raise ValueError(f"vocab_size {vocab_size}, tokens {len(tokens)}")
    pieces = Counter(pretokenize(text, special_tokens))
    words = {
        tuple(bytes([byte]) for byte in piece.encode()): count
        for piece, count in pieces.items()
        if piece not in special_tokens
    }
    merges = []
    while len(tokens) < vocab_size and (counts := count_pairs(words)):
        best = max(counts, key=lambda pair: (counts[pair], pair))
        if counts[best] < 2:
            break
        merges.append(best)
        tokens.append(b"".join(best))
        words = {merge_pair(word, best): count for word, count in words.items()}
    return dict(enumerate(tokens)), merges


@mistake("4.2 train_bpe", "pairs that are gone stay with 0", says="whose count has fallen to 0")
def train_bpe(text, vocab_size, special_tokens=()):
    tokens = [bytes([byte]) for byte in range(256)] + [s.encode() for s in special_tokens]
    if vocab_size < len(tokens):
        raise ValueError(f"vocab_size {vocab_size}, tokens {len(tokens)}")
    pieces = Counter(pretokenize(text, special_tokens))
    words = {
        tuple(bytes([byte]) for byte in piece.encode()): count
        for piece, count in pieces.items()
        if piece not in special_tokens
    }
    counts, merges = Counter(count_pairs(words)), []
    holders = defaultdict(set)
    for word in words:
        for pair in pairwise(word):
            holders[pair].add(word)
    while counts and len(tokens) < vocab_size:
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        tokens.append(b"".join(best))
        before = {word: words.pop(word) for word in holders.pop(best) if word in words}
        after = {merge_pair(word, best): count for word, count in before.items()}
        words |= after
        counts.subtract(count_pairs(before))
        counts.update(count_pairs(after))
        for word in after:
            for pair in pairwise(word):
                holders[pair].add(word)
    return dict(enumerate(tokens)), merges


@mistake("4.2 train_bpe", "merges as lists", says="and should hold tuples")
def train_bpe(text, vocab_size, special_tokens=()):
    tokens = [bytes([byte]) for byte in range(256)] + [s.encode() for s in special_tokens]
    if vocab_size < len(tokens):
        raise ValueError(f"vocab_size {vocab_size}, tokens {len(tokens)}")
    pieces = Counter(pretokenize(text, special_tokens))
    words = {
        tuple(bytes([byte]) for byte in piece.encode()): count
        for piece, count in pieces.items()
        if piece not in special_tokens
    }
    merges = []
    while len(tokens) < vocab_size and (counts := count_pairs(words)):
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(list(best))
        tokens.append(b"".join(best))
        words = {merge_pair(word, best): count for word, count in words.items()}
    return dict(enumerate(tokens)), merges


@mistake("4.2 bigram_probabilities", "0 / 0 in the branch not taken", says="both of its branches")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"smoothing {smoothing}")
    counts = counts + smoothing
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, counts / totals, 1 / len(counts))


@mistake("4.2 sample_from", "choice with probs as they come", says="are refused")
def sample_from(probs, rng):
    if np.isnan(probs).any() or np.min(probs) < 0 or abs(np.sum(probs) - 1) > 1e-6:
        raise ValueError(f"{probs}, whose sum is {np.sum(probs)}")
    return int(rng.choice(len(probs), p=probs))


@mistake("4.2 sample_from", "a sum within 1e-8", says="are refused")
def sample_from(probs, rng):
    total = np.sum(probs)
    if not np.min(probs) >= 0 or not abs(total - 1) <= 1e-8:
        raise ValueError(f"the smallest is {np.min(probs)}, the sum is {total}")
    return int(rng.choice(len(probs), p=probs / total))


@mistake("4.2 sample_from", "numpy's integer", says="should be an int")
def sample_from(probs, rng):
    probs = np.asarray(probs, dtype=float)
    if not probs.min() >= 0 or not abs(probs.sum() - 1) <= 1e-6:
        raise ValueError(f"the smallest is {probs.min()}, the sum is {probs.sum()}")
    edges = np.cumsum(probs)
    return np.searchsorted(edges / edges[-1], rng.random(), side="right")


@mistake("4.2 negative_log_likelihood", "numpy's number", says="should be a float")
def negative_log_likelihood(probs, ids):
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} ids")
    with np.errstate(divide="ignore"):
        return -np.log(probs[ids[:-1], ids[1:]]).mean()


@mistake("4.2 perplexity", "numpy's number", says="should be a float")
def perplexity(loss):
    return np.exp(loss)


@mistake("4.2 make_windows", "0 for every boundary", says="windows begin with 0, and are filled")
def make_windows(ids, block_size, boundary=0):
    X, y = [], []
    context = [0] * block_size
    for now, after in zip(ids[:-1], ids[1:]):
        context = [0] * block_size if now == boundary else context[1:] + [int(now)]
        X.append(context)
        y.append(after)
    return np.array(X).reshape(-1, block_size), np.array(y)


@mistake("4.2 make_windows", "a view that cannot be written to", says="cannot be written to")
def make_windows(ids, block_size, boundary=0):
    padded = np.concatenate([np.full(block_size, boundary), ids])
    X = np.lib.stride_tricks.sliding_window_view(padded, block_size)[1:-1]
    if (np.asarray(ids[1:-1]) == boundary).any():
        X = X.copy()
        for row in X:
            stops = np.flatnonzero(row == boundary)
            if len(stops):
                row[: stops[-1]] = boundary
    return X, np.array(ids[1:])


@mistake("4.2 make_windows", "y is a view", says="y is a view of it")
def make_windows(ids, block_size, boundary=0):
    padded = np.concatenate([np.full(block_size, boundary), ids])
    X = np.lib.stride_tricks.sliding_window_view(padded, block_size)[1:-1].copy()
    for row in X:
        stops = np.flatnonzero(row == boundary)
        if len(stops):
            row[: stops[-1]] = boundary
    return X, ids[1:]


@mistake("4.2 Embedding.__init__", "0.02, as GPT-2 has it", says="as in GPT-2")
def __init__(self, n, C, rng=None):
    rng = rng or np.random.default_rng()
    self.weight = Tensor(0.02 * rng.standard_normal((n, C)))


@mistake("4.2 Embedding.__init__", "divided by the root of C", says="as in Flax and MLX")
def __init__(self, n, C, rng=None):
    rng = rng or np.random.default_rng()
    self.weight = Tensor(rng.standard_normal((n, C)) / np.sqrt(C))


@mistake("4.2 Embedding.__init__", "uniform, as Keras has it", says="as in Keras")
def __init__(self, n, C, rng=None):
    rng = rng or np.random.default_rng()
    self.weight = Tensor(rng.uniform(-0.05, 0.05, (n, C)))


@mistake("4.2 Embedding.__call__", "the rows are kept", says="counts as a parameter")
def __call__(self, ids):
    ids = np.asarray(ids)
    n = len(self.weight.data)
    if ids.size and (ids.min() < 0 or ids.max() >= n):
        raise IndexError(f"ids {ids.min()} to {ids.max()} are not all from 0 to {n - 1}")
    self.rows = self.weight[ids]
    return self.rows


@mistake("4.2 NGramMLP.__call__", "the hidden units are kept", says="counts as a parameter")
def __call__(self, X):
    self.h = self.hidden(self.embedding(X).reshape(len(X), -1)).tanh()
    return self.output(self.h)


@mistake("4.2 RNNCell.__call__", "the state is kept", says="counts as a parameter")
def __call__(self, x, h):
    self.h = (x @ self.Wx + h @ self.Wh + self.b).tanh()
    return self.h


@mistake("4.2 RNNCell.__init__", "Glorot's limit, as Keras has it", says="as in Keras")
def __init__(self, n_in, n_hidden, rng=None):
    rng = rng or np.random.default_rng()
    limit, wide = sqrt(6 / (n_in + n_hidden)), sqrt(3 / n_hidden)
    self.Wx = Tensor(rng.uniform(-limit, limit, (n_in, n_hidden)))
    self.Wh = Tensor(rng.uniform(-wide, wide, (n_hidden, n_hidden)))
    self.b = Tensor(np.zeros(n_hidden))


@mistake("4.2 unroll", "the first input at each step", says="every step sees the first input")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, len(cell.b.data))) if h0 is None else h0
    states = []
    for t in range(T):
        h = cell(inputs[:, 0], h)
        states.append(h.reshape(B, 1, -1))
    return concatenate(states, axis=1)


@mistake("4.2 unroll", "the states are kept in the cell", says="counts as a parameter")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, len(cell.b.data))) if h0 is None else h0
    cell.states = []
    for t in range(T):
        h = cell(inputs[:, t], h)
        cell.states.append(h.reshape(B, 1, -1))
    return concatenate(cell.states, axis=1)


@mistake("4.2 CharTokenizer.__init__", "capitals made small", says="capitals are made small")
def __init__(self, documents):
    self.chars = sorted({char.lower() for document in documents for char in document})
    self.vocab_size = len(self.chars) + 1
    self.ids = {char: id for id, char in enumerate(self.chars, start=1)}


@mistake("4.2 bigram_counts", "counts of one byte", says="counts of 10,000 random tokens")
def bigram_counts(ids, n_tokens):
    counts = np.zeros((n_tokens, n_tokens), dtype=np.uint8)
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts


@mistake("4.2 merge_pair", "in the bytes of the whole word", says="the end of a token counts")
def merge_pair(word, pair):
    text = b"\0".join(word)
    return tuple(text.replace(b"\0".join(pair), b"".join(pair)).split(b"\0")) if word else ()


@mistake("4.2 sample_from", "a draw of 0 takes the first", says="a draw of 0.0 can happen")
def sample_from(probs, rng):
    if not np.min(probs) >= 0 or not abs(np.sum(probs) - 1) <= 1e-6:
        raise ValueError(f"{np.min(probs)}, {np.sum(probs)}")
    sums = np.cumsum(probs)
    return int(np.searchsorted(sums / sums[-1], rng.random()))


@mistake("4.2 sample_from", "a draw above the sum", says="one above the sum")
def sample_from(probs, rng):
    if not np.min(probs) >= 0 or not abs(np.sum(probs) - 1) <= 1e-6:
        raise ValueError(f"{np.min(probs)}, {np.sum(probs)}")
    place = np.searchsorted(np.cumsum(probs), rng.random(), side="right")
    return int(min(place, len(probs) - 1))


@mistake(
    "4.2 CharTokenizer.stream", "empty documents skipped", says="an empty document is left out"
)
def stream(self, documents):
    ids = [self.boundary]
    for document in documents:
        if document:
            ids += [*self.encode(document), self.boundary]
    return np.array(ids)


@mistake("4.2 random_batch", "one place, and those after it", says="Each piece is drawn on its own")
def random_batch(ids, batch_size, block_size, rng):
    places = len(ids) - block_size
    if places <= 0:
        raise ValueError(f"{len(ids)}, {block_size}")
    starts = (rng.integers(places) + np.arange(batch_size)) % places
    at = starts[:, None] + np.arange(block_size)
    return ids[at], ids[at + 1]


@mistake("4.2 NGramMLP.__init__", "a fixed seed for None", says="None stands for a fresh generator")
def __init__(self, n_tokens, block_size, C, hidden, rng=None):
    rng = rng or np.random.default_rng(0)
    self.embedding = Embedding(n_tokens, C, rng)
    self.hidden = Linear(block_size * C, hidden, rng)
    self.output = Linear(hidden, n_tokens, rng)


@mistake("4.2 perplexity", "math.exp stops at 710", says="where math.exp and ** stop", prelude=
    "import math")  # fmt: skip
def perplexity(loss):
    return math.exp(loss)


@mistake("4.2 bigram_counts", "counted in float16", says="where 2048 + 1 is 2048")
def bigram_counts(ids, n_tokens):
    counts = np.zeros((n_tokens, n_tokens), np.float16)
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts


@mistake("4.2 CharTokenizer.stream", "documents joined", says="none count as an empty one")
def stream(self, documents):
    table = {c: i + 1 for i, c in enumerate(self.chars)}
    table["\n"] = 0
    return np.array([table[c] for c in "\n" + "\n".join(documents) + "\n"])


@mistake("4.2 bigram_counts", "bincount, and repeated", says="np.bincount ended early")
def bigram_counts(ids, n_tokens):
    flat = ids[:-1] * n_tokens + ids[1:]
    counts = np.bincount(flat)
    return np.resize(counts, (n_tokens, n_tokens))


@mistake("4.2 make_windows", "cut at each 0", says="a window is cut at each 0")
def make_windows(ids, block_size, boundary=0):
    X = np.full((len(ids) - 1, block_size), boundary)
    y = ids[1:].copy()
    for i in range(len(ids) - 1):
        window = list(ids[max(0, i + 1 - block_size) : i + 1])
        while 0 in window:
            window = window[window.index(0) + 1 :]
        if window:
            X[i, -len(window) :] = window
    return X, y


@mistake(
    "4.2 Embedding.__call__", "a Tensor of ones and zeros", says="a Tensor of float64 beside it"
)
def __call__(self, ids):
    one_hot = np.eye(len(self.weight.data))[np.asarray(ids)]
    return Tensor(one_hot) @ self.weight


@mistake("4.2 RNNCell.__call__", "b after tanh", says="b is added after the tanh")
def __call__(self, x, h):
    wrap = self.Wx.wrap
    return (wrap(x) @ self.Wx + wrap(h) @ self.Wh).tanh() + self.b


# ---- what comes from elsewhere


@mistake("4.2 CharTokenizer.decode", "ids are read twice", says="used up when they have been")
def decode(self, ids):
    for id in ids:
        if not 0 <= id < self.vocab_size:
            raise ValueError(f"the id {id} is not from 0 to {self.vocab_size - 1}")
    return "".join(self.chars[id - 1] if id else "\n" for id in ids)


@mistake("4.2 BPETokenizer.decode", "ids are read twice", says="used up when they have been")
def decode(self, ids):
    for id in ids:
        if id not in self.vocab:
            raise ValueError(f"the id {id} is not in the vocabulary")
    return b"".join(self.vocab[id] for id in ids).decode(errors="replace")


@mistake("4.2 Embedding.__call__", "booleans choose like a mask", says="they choose like a mask")
def __call__(self, ids):
    ids, n = np.asarray(ids), len(self.weight.data)
    if ids.size and (ids.min() < 0 or ids.max() >= n):
        raise IndexError(f"ids {ids.min()} to {ids.max()} are not all from 0 to {n - 1}")
    pulls = (lambda g: embedding_backward(g, ids, n),)
    return Tensor(self.weight.data[ids], (self.weight,), pulls, "embedding")


@mistake("4.2 train_bpe", "listed twice, two ids", says="an id of its own, which no", prelude=NAIVE)
def train_bpe(text, vocab_size, special_tokens=()):
    return learn(text, vocab_size, special_tokens, greatest)


@mistake("4.2 bigram_probabilities", "added in uint8", says="255 and 1 are 0 in uint8")
def bigram_probabilities(counts, smoothing=0.0):
    if smoothing < 0:
        raise ValueError(f"smoothing is {smoothing}")
    with np.errstate(over="ignore"):
        counts = counts + smoothing
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, counts, 1) / np.where(totals > 0, totals, len(counts))


@mistake("4.2 pretokenize", "an empty special token", says="stand between any two letters")
def pretokenize(text, special_tokens=()):
    longest_first = sorted(listed_strings(special_tokens), key=len, reverse=True)
    specials = "|".join(map(regex.escape, longest_first))
    pieces = []
    for part in regex.split(f"({specials})", text) if specials else [text]:
        pieces += [part] if part in longest_first else PATTERN.findall(part)
    return pieces


@mistake("4.2 CharTokenizer.stream", "uint8", says="300 characters are more than uint8 counts")
def stream(self, documents):
    ids = [0]
    for document in listed_strings(documents):
        ids += [*self.encode(document), 0]
    return np.array(ids, np.uint8)


@mistake("4.2 CharTokenizer.stream", "one text", says="of which each letter would be a document")
def stream(self, documents):
    ids = [0]
    for document in documents:
        ids += [*self.encode(document), 0]
    return np.array(ids)


@mistake("4.2 pretokenize", "large letters too", says="'X' is taken for the special token, too")
def pretokenize(text, special_tokens=()):
    import re

    longest_first = sorted(special_list(special_tokens), key=len, reverse=True)
    if not longest_first:
        return PATTERN.findall(text)
    cut = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text, flags=re.I)
    pieces = []
    for place, part in enumerate(cut):
        pieces += [part] if place % 2 else PATTERN.findall(part)
    return pieces


@mistake("4.2 pretokenize", "one string", says="of which each letter would be special")
def pretokenize(text, special_tokens=()):
    import re

    if "" in list(special_tokens):
        raise ValueError("an empty special token")
    longest_first = sorted(special_tokens, key=len, reverse=True)
    if not longest_first:
        return PATTERN.findall(text)
    pieces = []
    for place, part in enumerate(
        re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)
    ):
        pieces += [part] if place % 2 else PATTERN.findall(part)
    return pieces


@mistake("4.2 BPETokenizer.__init__", "sorted special tokens", says="they are sorted")
def __init__(self, vocab, merges, special_tokens=()):
    self.vocab = dict(vocab)
    self.special_tokens = sorted(special_list(special_tokens))
    for token in self.special_tokens:
        if token.encode() not in self.vocab.values():
            self.vocab[max(self.vocab) + 1] = token.encode()
    self.ids = {token: id for id, token in self.vocab.items()}
    self.ranks = {pair: rank for rank, pair in enumerate(merges)}


@mistake("4.2 bigram_counts", "in the dtype of the ids", says="begins anew at 0")
def bigram_counts(ids, n_tokens):
    places = ids[:-1] * ids.dtype.type(n_tokens) + ids[1:]
    return np.bincount(places, minlength=n_tokens**2)[: n_tokens**2].reshape(n_tokens, n_tokens)


@mistake("4.2 bigram_counts", "shares", says="shares of all pairs come, and not counts")
def bigram_counts(ids, n_tokens):
    counts = np.zeros((n_tokens, n_tokens))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts / (len(ids) - 1)


@mistake("4.2 perplexity", "inf too early", says="the perplexity of a loss of 705 is inf")
def perplexity(loss):
    return float(np.exp(loss)) if loss < 700 else float("inf")


@mistake(
    "4.2 random_batch", "two views of one array", says="views of one array, in which they overlap"
)
def random_batch(ids, batch_size, block_size, rng):
    if len(ids) <= block_size:
        raise ValueError(f"{len(ids)} ids, block_size {block_size}")
    starts = np.random.default_rng(rng).integers(len(ids) - block_size, size=batch_size)
    pieces = ids[starts[:, None] + np.arange(block_size + 1)]
    return pieces[:, :-1], pieces[:, 1:]


@mistake("4.2 Embedding.__call__", "times √C", says="rows are multiplied by √C")
def __call__(self, ids):
    ids = class_numbers(ids, len(self.weight.data))
    return self.weight[ids] * self.weight.shape[1] ** 0.5


@mistake("4.2 RNNCell.__call__", "h Wh outside", says="what Wh makes of the state is added after")
def __call__(self, x, h):
    return (x @ self.Wx + self.b).tanh() + h @ self.Wh


@mistake("4.2 unroll", "zeros are no state", says="no gradient came to an h0 of zeros")
def unroll(cell, inputs, h0=None):
    n_hidden = cell.b.shape[0]
    given = h0 is not None and np.any(h0.data if isinstance(h0, Tensor) else h0)
    h = h0 if given else np.zeros((inputs.shape[0], n_hidden))
    states = []
    for t in range(inputs.shape[1]):
        h = cell(inputs[:, t], h)
        states.append(h.reshape(-1, 1, n_hidden))
    return concatenate(states, axis=1)


@mistake("4.2 unroll", "a Tensor of zeros", says="a cell of float32 gave states of float64")
def unroll(cell, inputs, h0=None):
    n_hidden = cell.b.shape[0]
    h = Tensor(np.zeros((inputs.shape[0], n_hidden))) if h0 is None else h0
    states = []
    for t in range(inputs.shape[1]):
        h = cell(inputs[:, t], h)
        states.append(h.reshape(-1, 1, n_hidden))
    return concatenate(states, axis=1)


@mistake(
    "4.2 unroll", "time first, reshaped", says="time comes before the batch, and is only reshaped"
)
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, cell.b.shape[0]), cell.b.data.dtype) if h0 is None else h0
    states = []
    for t in range(T):
        h = cell(inputs[:, t], h)
        states.append(h)
    return concatenate(states).reshape(B, T, -1)


@mistake("4.2 random_batch", "places sorted", says="are they sorted?")
def random_batch(ids, batch_size, block_size, rng):
    ids, rng = plain_array(ids), np.random.default_rng(rng)
    if len(ids) <= block_size:
        raise ValueError(f"{block_size}, {len(ids)}")
    starts = np.sort(rng.integers(0, len(ids) - block_size, batch_size))
    places = starts[:, None] + np.arange(block_size)
    return ids[places], ids[places + 1]


@mistake("4.2 CharTokenizer.__init__", "sorted without case", says="as if they were the same")
def __init__(self, documents):
    seen = set("".join(documents))
    self.chars = sorted(sorted(seen), key=str.lower)
    self.vocab_size = 1 + len(seen)
    self.ids = dict(zip(self.chars, range(1, self.vocab_size)))


@mistake("4.2 CharTokenizer.encode", "text stripped", says="white space at the ends is stripped")
def encode(self, text):
    text = text.strip()
    for char in text:
        if char not in self.ids:
            raise ValueError(f"{char!r}")
    return [self.ids[char] for char in text]


@mistake(
    "4.2 CharTokenizer.decode",
    "boundaries at the end stripped",
    says="boundaries at the end are stripped",
)
def decode(self, ids):
    ids = [index(id) for id in ids]
    for id in ids:
        if not 0 <= id < self.vocab_size:
            raise ValueError(f"{id} is not from 0 to {self.vocab_size - 1}")
    return "".join(self.chars[id - 1] if id else "\n" for id in ids).rstrip("\n")


@mistake("4.2 pretokenize", "one pattern of both", says="special tokens are one more kind of piece")
def pretokenize(text, special_tokens=()):
    longest_first = sorted(special_list(special_tokens), key=len, reverse=True)
    return regex.findall("|".join([*map(regex.escape, longest_first), PATTERN.pattern]), text)


@mistake("4.2 BPETokenizer.encode", "one memory for all", says="is looked up by all")
def encode(self, text, memory={}):
    ids = []
    for piece in pretokenize(text, self.special_tokens):
        if piece not in memory:
            word = [bytes([b]) for b in piece.encode()]
            if piece in self.special_tokens:
                word = [piece.encode()]
            while len(word) > 1:
                pair = min(pairwise(word), key=lambda pair: self.ranks.get(pair, inf))
                if pair not in self.ranks:
                    break
                word = merge_pair(word, pair)
            memory[piece] = [self.ids[token] for token in word]
        ids.extend(memory[piece])
    return ids


@mistake(
    "4.2 BPETokenizer.encode_iterable", "line ends stripped", says="line breaks are stripped off"
)
def encode_iterable(self, texts):
    margin = 2 + max(map(len, self.special_tokens), default=0)
    rest = ""
    for part in texts:
        rest, end = rest + part.rstrip("\n"), 0
        for piece in pretokenize(rest, self.special_tokens):
            if end + len(piece) > len(rest) - margin:
                break
            end += len(piece)
        yield from self.encode(rest[:end])
        rest = rest[end:]
    yield from self.encode(rest)


@mistake("4.2 BPETokenizer.decode", "special tokens skipped", says="special tokens are left out")
def decode(self, ids):
    ids = [index(id) for id in ids]
    for id in ids:
        if id not in self.vocab:
            raise ValueError(f"{id}")
    special = {token.encode() for token in self.special_tokens}
    return b"".join(self.vocab[id] for id in ids if self.vocab[id] not in special).decode(
        errors="replace"
    )


@mistake("4.2 Embedding.__call__", "row 0 is padding", says="row 0 learns nothing")
def __call__(self, ids):
    W, n = self.weight, len(self.weight.data)
    ids = class_numbers(ids, n)

    def pull(g):
        slope = embedding_backward(g, ids, n)
        slope[0] = 0
        return slope

    return Tensor(W.data[ids], (W,), (pull,), "embedding")


@mistake(
    "4.2 Embedding.__call__",
    "a gradient of float64",
    says="what a pullback of 'rows' returns is float64",
)
def __call__(self, ids):
    ids = class_numbers(ids, self.weight.shape[0])

    def pull(g):
        slope = np.zeros(self.weight.shape)
        np.add.at(slope, ids, g)
        return slope

    return Tensor(self.weight.data[ids], (self.weight,), (pull,), "rows")


@mistake("4.2 unroll", "states add up", says="each step adds to the state before")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, len(cell.b.data))) if h0 is None else h0
    states = []
    for t in range(T):
        h = cell(inputs[:, t], h) + h
        states.append(h.reshape(B, 1, -1))
    return concatenate(states, axis=1)


@mistake("4.2 unroll", "h0 in front", says="h0 stands in front of them")
def unroll(cell, inputs, h0=None):
    B, T, _ = inputs.shape
    h = np.zeros((B, len(cell.b.data))) if h0 is None else h0
    h = cell.b.wrap(h)
    states = [h.reshape(B, 1, -1)]
    for t in range(T):
        h = cell(inputs[:, t], h)
        states.append(h.reshape(B, 1, -1))
    return concatenate(states, axis=1)


@mistake("4.2 pretokenize", "special tokens used up", says="an iterator can be read once")
def pretokenize(text, special_tokens=()):
    if isinstance(special_tokens, str):
        raise TypeError("a list")
    longest_first = sorted(special_tokens, key=len, reverse=True)
    if "" in longest_first:
        raise ValueError("empty")
    specials = "|".join(map(regex.escape, longest_first))
    pieces = []
    for part in regex.split(f"({specials})", text) if specials else [text]:
        pieces += [part] if part in special_tokens else PATTERN.findall(part)
    return pieces


@mistake("4.2 train_bpe", "special tokens used up", says="used up before the text is cut")
def train_bpe(text, vocab_size, special_tokens=()):
    if isinstance(special_tokens, str):
        raise TypeError
    tokens = [bytes([byte]) for byte in range(256)] + [
        s.encode() for s in dict.fromkeys(special_tokens)
    ]
    if vocab_size < len(tokens):
        raise ValueError(f"{vocab_size}, {len(tokens)}")
    words = Counter(
        tuple(bytes([b]) for b in piece.encode())
        for piece in pretokenize(text, special_tokens)
        if piece not in special_tokens
    )
    merges = []
    while len(tokens) < vocab_size:
        counts = count_pairs(words)
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        tokens.append(best[0] + best[1])
        new = Counter()
        for word, count in words.items():
            new[merge_pair(word, best)] += count
        words = new
    return dict(enumerate(tokens)), merges


@mistake("4.2 BPETokenizer.__init__", "special tokens used up", says="the iterator was used up")
def __init__(self, vocab, merges, special_tokens=()):
    if isinstance(special_tokens, str):
        raise TypeError
    self.vocab = dict(vocab)
    for token in special_tokens:
        if token.encode() not in self.vocab.values():
            self.vocab[max(self.vocab) + 1] = token.encode()
    self.special_tokens = list(special_tokens)
    self.ids = {token: id for id, token in self.vocab.items()}
    self.ranks = {pair: rank for rank, pair in enumerate(merges)}


@mistake(
    "4.2 NGramMLP.__call__", "a Tensor of float64", says="is float64, and widens all that it meets"
)
def __call__(self, X):
    X = np.asarray(X)
    rows = Tensor(np.eye(self.embedding.weight.shape[0])[X]) @ self.embedding.weight
    return self.output(self.hidden(rows.reshape(len(X), -1)).tanh())
