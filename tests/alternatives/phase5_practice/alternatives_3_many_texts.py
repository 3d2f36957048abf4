"""Right solutions of 5.3's second sitting of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("5.3 pad_prompts", "lists, row by row")
def pad_prompts(prompts, pad=0):
    lengths = [len(p) for p in prompts]
    if not lengths:
        raise ValueError("no prompts")
    if 0 in lengths:
        raise ValueError(f"prompt {lengths.index(0)} is empty")
    T = max(lengths)
    padding = [T - n for n in lengths]
    ids = np.array([[pad] * n + list(p) for n, p in zip(padding, prompts)])
    if ids.dtype.kind not in "iu":
        raise TypeError(f"tokens of {ids.dtype}")
    return ids, np.array(padding)


@alternative("5.3 row_mask", "entry by entry")
def row_mask(padding, T, S):
    if T > S:
        raise ValueError(f"T = {T}, S = {S}")
    mask = np.full((len(padding), 1, T, S), -np.inf)
    for b, pad in enumerate(padding):
        for t in range(T):
            mask[b, 0, t, pad : S - T + t + 1] = 0.0
    return mask


@alternative("5.3 row_mask", "one comparison each, put together")
def row_mask(padding, T, S):
    causal = causal_mask(T, S) == 0
    own = np.arange(S)[None, :] >= np.array(padding).reshape(-1, 1)
    return np.where(causal[None, None] & own[:, None, None], np.float64(0), -np.inf)


@alternative("5.3 Batch.join", "padded with zeros, then one behind the other")
def join(self, other):
    length = max(self.length, other.length)
    room = self.kept.shape[4]
    parts, paddings = [], []
    for part in (self, other):
        used, shift = part.kept[..., : part.length, :], length - part.length
        widths = [(0, 0)] * 4 + [(shift, room - length), (0, 0)]
        parts.append(np.pad(used, widths))
        paddings.append(part.padding + shift)
    self.kept, self.length = np.concatenate(parts, axis=2), length
    self.padding = np.concatenate(paddings)


@alternative("5.3 Batch.join", "rolled")
def join(self, other):
    length = max(self.length, other.length)
    self.kept = np.concatenate(
        [
            np.roll(self.kept, length - self.length, axis=4),
            np.roll(other.kept, length - other.length, axis=4),
        ],
        axis=2,
    )
    self.padding = np.append(
        self.padding + (length - self.length), other.padding + (length - other.length)
    )
    self.length = length


TENSORS = """
from ..phase4_llms.attention import merge_heads, scaled_dot_product_attention
from ..phase4_llms.tensor import Tensor
"""


@alternative("5.3 forward_rows", "on Tensors, with the model's own parts", prelude=TENSORS)
def forward_rows(model, ids, batch):
    positions = np.arange(batch.length, batch.length + ids.shape[1]) - batch.padding[:, None]
    mask = row_mask(batch.padding, ids.shape[1], batch.length + ids.shape[1])
    with no_grad():
        x = model.token(ids) + model.positions.table[np.maximum(positions, 0)]
        for layer, block in enumerate(model.blocks):
            q, k, v = block.attention.heads(block.norm1(x))
            k, v = map(Tensor, batch.extend(layer, k.data, v.data))
            mixed = scaled_dot_product_attention(q, k, v, mask)
            x = x + block.attention.output(merge_heads(mixed))
            x = x + block.feed_forward(block.norm2(x))
        batch.length += ids.shape[1]
        return (model.norm(x[:, -1]) @ model.token.weight.swapaxes(0, 1)).data


@alternative("5.3 forward_rows", "position by position, all columns to the end", prelude=TENSORS)
def forward_rows(model, ids, batch):
    B, T = ids.shape
    positions = np.zeros((B, T), dtype=int)
    for b in range(B):
        for t in range(T):
            positions[b, t] = max(0, batch.length + t - batch.padding[b])
    with no_grad():
        x = model.token(ids) + Tensor(model.positions.table.data[positions])
        for layer, block in enumerate(model.blocks):
            q, k, v = block.attention.heads(block.norm1(x))
            keys, values = batch.extend(layer, k.data, v.data)
            mask = row_mask(batch.padding, T, batch.length + T)
            mixed = scaled_dot_product_attention(q, Tensor(keys), Tensor(values), mask)
            x = x + block.attention.output(merge_heads(mixed))
            x = x + block.feed_forward(block.norm2(x))
        logits = model.norm(x) @ model.token.weight.transpose()
    batch.length += T
    return logits.data[:, T - 1]


@alternative("5.3 forward_rows", "a product for each text, on arrays alone: no module is called")
def forward_rows(model, ids, batch):
    B, T = ids.shape
    D = model.config.n_channels // model.config.n_head
    positions = np.clip(batch.length + np.arange(T) - batch.padding[:, None], 0, None)
    mask = row_mask(batch.padding, T, batch.length + T)
    mask[mask == -np.inf] = -1e9
    x = model.token.weight.data[ids] + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, k, v = (part.reshape(B, T, -1, D).swapaxes(1, 2) for part in np.split(qkv, 3, axis=-1))
        mixed = attend(q, *batch.extend(layer, k, v), mask)
        x = x + linear(mixed.swapaxes(1, 2).reshape(B, T, -1), block.attention.output)
        x = x + feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length += T
    return layer_norm(x[:, T - 1], model.norm) @ model.token.weight.data.T


@alternative("5.3 forward_rows", "row by row, on the row's own keys, past Batch.extend")
def forward_rows(model, ids, batch):
    H, end, rows = model.config.n_head, batch.length + ids.shape[1], []
    for row, pad in enumerate(batch.padding):
        start = max(batch.length, pad)
        new = ids[row, start - batch.length :]
        x = model.token.weight.data[new] + model.positions.table.data[start - pad : end - pad]
        for layer, block in enumerate(model.blocks):
            qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
            q, k, v = qkv.reshape(len(new), 3, H, -1).transpose(1, 2, 0, 3)
            kept = batch.kept[:, layer, row]
            kept[:, :, start:end] = k, v
            mask = causal_mask(len(new), end - pad).astype(x.dtype)
            mixed = attend(q, *kept[:, :, pad:end], mask).swapaxes(0, 1).reshape(x.shape)
            x = x + linear(mixed, block.attention.output)
            x = x + feed_forward(layer_norm(x, block.norm2), block.feed_forward)
        rows.append(layer_norm(x[-1:], model.norm) @ model.token.weight.data.T)
    batch.length = end
    return np.concatenate(rows)


@alternative("5.3 min_p", "probabilities, as in transformers")
def min_p(logits, p):
    if not (0 <= p <= 1):
        raise ValueError(f"p = {p}")
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probs = e / e.sum(axis=-1, keepdims=True)
    result = logits.copy()
    result[probs < p * probs.max(axis=-1, keepdims=True)] = -np.inf
    return result


@alternative("5.3 sample_rows", "row by row, by bisection")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if not (np.isfinite(temperature) and temperature >= 0):
        raise ValueError(f"temperature {temperature}")
    if not np.isfinite(np.max(logits, axis=1)).all():
        raise ValueError(f"{np.max(logits, axis=1)}")
    if temperature == 0:
        return np.argmax(logits, axis=1)
    tokens = []
    for row, u in zip(np.array(logits, dtype=float), draws):
        kept = min_p((row - row.max()) / temperature, p)
        sums = np.cumsum(np.exp(kept))
        tokens.append(np.searchsorted(sums / sums[-1], u, side="right"))
    return np.array(tokens)


@alternative("5.3 sample_rows", "the first that is greater")
def sample_rows(logits, draws, temperature=1.0, p=0.0):
    if temperature < 0 or not np.isfinite(temperature):
        raise ValueError(f"temperature {temperature}")
    for top in logits.max(-1):
        if not -np.inf < top < np.inf:
            raise ValueError(f"{top}")
    if temperature == 0:
        return logits.argmax(-1)
    scores = logits.astype(np.float64) / temperature
    scores = min_p(scores - scores.max(-1, keepdims=True), p)
    probs = np.exp(scores)
    ends = np.cumsum(probs, -1)
    return (ends / ends[:, -1:] > np.asarray(draws).reshape(-1, 1)).argmax(-1)


@alternative("5.3 generate_batch", "newcomers one by one, each read and sampled before it joins")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0:
        raise ValueError(f"n = {n}")
    if at_once < 1:
        raise ValueError(f"at_once = {at_once}")
    if not (stop is None or isinstance(stop, int | np.integer)):
        raise TypeError(f"stop = {stop!r}")
    texts = [[int(t) for t in prompt] for prompt in prompts]
    for place, text in enumerate(texts):
        if not text:
            raise ValueError(f"prompt {place} is empty")
        if len(text) + n > model.config.block_size:
            raise ValueError(f"{len(text) + n} tokens, block_size {model.config.block_size}")
    draws = np.random.default_rng(rng).random((len(texts), n))
    written = [0] * len(texts)

    def add(who, logits):
        chances = np.array([draws[i, written[i]] for i in who])
        for i, token in zip(who, sample_rows(logits, chances, temperature, p)):
            texts[i].append(int(token))
            written[i] += 1

    def is_done(i):
        return written[i] == n or (written[i] > 0 and texts[i][-1] == stop)

    upcoming, rows, batch = iter(range(len(texts) if n else 0)), [], None
    while True:
        while len(rows) < at_once and (i := next(upcoming, None)) is not None:
            ids, padding = pad_prompts([texts[i]])
            one = Batch.empty(model, padding)
            add([i], forward_rows(model, ids, one))
            if is_done(i):
                continue
            if rows:
                batch.join(one)
            else:
                batch = one
            rows.append(i)
        if not rows:
            return texts
        add(rows, forward_rows(model, np.array([[texts[i][-1]] for i in rows]), batch))
        places = [r for r, i in enumerate(rows) if not is_done(i)]
        rows = [rows[r] for r in places]
        batch.keep(places)


@alternative("5.3 PagedCache.append", "position by position, after a look at what is needed")
def append(self, text, k, v):
    table, T = self.tables[text], k.shape[1]
    length = self.lengths[text]
    room = len(table) * self.size - length
    needed = max(0, (T - room + self.size - 1) // self.size)
    copies = int(room > 0 and self.users[table[-1]] > 1)
    if needed + copies > len(self.free):
        raise RuntimeError(f"{needed + copies} blocks needed, {len(self.free)} left")
    if copies:
        old, new = table[-1], self.free.pop(0)
        self.kept[:, new] = self.kept[:, old]
        self.users[old] -= 1
        self.users[new] += 1
        table[-1] = new
    for t in range(T):
        place = (length + t) % self.size
        if place == 0:
            table.append(self.free.pop(0))
            self.users[table[-1]] += 1
        self.kept[0, table[-1], place] = k[:, t]
        self.kept[1, table[-1], place] = v[:, t]
    self.lengths[text] += T


@alternative("5.3 PagedCache.append", "the table is replaced, not changed")
def append(self, text, k, v):
    table, start = list(self.tables[text]), self.lengths[text]
    end = start + k.shape[1]
    keep = start // self.size
    private = keep < len(table) and self.users[table[keep]] == 1
    first = len(table) if private else keep
    last = -(-end // self.size)
    if last - first > len(self.free):
        raise RuntimeError(f"{last - first} wanted, {len(self.free)} free")
    new = [self.free.pop() for _ in range(last - first)]
    for block in new:
        self.users[block] = 1
    if keep < len(table) and not private:
        self.kept[:, new[0], : start % self.size] = self.kept[:, table[keep], : start % self.size]
        self.users[table[keep]] -= 1
    table = table[:first] + new
    self.tables[text], self.lengths[text] = table, end
    for t in range(start, end):
        self.kept[0, table[t // self.size], t % self.size] = k[:, t - start]
        self.kept[1, table[t // self.size], t % self.size] = v[:, t - start]


@alternative("5.3 PagedCache.read", "position by position")
def read(self, text):
    table, length = self.tables[text], self.lengths[text]
    n_head, D = self.kept.shape[3:]
    both = np.empty((2, n_head, length, D), self.kept.dtype)
    for t in range(length):
        both[:, :, t] = self.kept[:, table[t // self.size], t % self.size]
    return both[0], both[1]


@alternative("5.3 PagedCache.read", "blocks, one behind the other")
def read(self, text):
    length = self.lengths[text]
    nothing = self.kept[:, 0, :0]
    rows = np.concatenate([nothing, *(self.kept[:, b] for b in self.tables[text])], axis=1)
    return tuple(np.ascontiguousarray(part[:length].transpose(1, 0, 2)) for part in rows)


@alternative("5.3 PagedCache.fork", "block by block")
def fork(self, text):
    if text not in self.tables:
        raise KeyError(f"text {text} is unknown")
    new = self.begin()
    for block in self.tables[text]:
        self.tables[new].append(block)
        self.users[block] += 1
    self.lengths[new] = self.lengths[text]
    return new


@alternative("5.3 PagedCache.end", "block by block, from the end")
def end(self, text):
    if text not in self.tables:
        raise KeyError(f"no text {text}")
    for block in reversed(self.tables[text]):
        self.users[block] -= 1
        if not self.users[block]:
            self.free.insert(0, block)
    del self.tables[text], self.lengths[text]
