"""Right solutions of the GPT half of 4.4 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("4.4 gelu", "a sigmoid of twice what the tanh was of")
def gelu(x):
    a = x.data
    inner = 2 * sqrt(2 / pi) * (a + 0.044715 * a**3)
    s = 0.5 * (1 + np.tanh(0.5 * inner))
    slope = s + a * s * (1 - s) * (2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * a**2))
    return Tensor(a * s, parents=(x,), pullbacks=(lambda g: slope * g,), op="gelu")


@alternative("4.4 normalize", "numpy's var, and the gradient by the whole formula")
def normalize(x, eps=1e-5):
    C = x.shape[-1]
    mean, var = x.data.mean(-1, keepdims=True), x.data.var(-1, keepdims=True)
    y = (x.data - mean) / np.sqrt(var + eps)

    def pull(g):
        total = C * g - g.sum(-1, keepdims=True) - y * (g * y).sum(-1, keepdims=True)
        return total / (C * np.sqrt(var + eps))

    return Tensor(y, (x,), (pull,), "normalize")


@alternative("4.4 Block.__call__", "step by step, with names")
def __call__(self, x, cache=None):
    mixed = self.attention(self.norm1(x), cache=cache)
    after = mixed + x
    thought = self.feed_forward(self.norm2(after))
    return thought + after


@alternative("4.4 GPT.__init__", "a table drawn by itself, and an append loop")
def __init__(self, config, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data = 0.02 * rng.standard_normal((config.n_tokens, config.n_channels))
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = []
    for _ in range(config.n_layer):
        self.blocks.append(Block(config, rng=rng))
    self.norm = LayerNorm(config.n_channels)


@alternative("4.4 GPT.__call__", "by index, and transpose for swapaxes")
def __call__(self, ids, caches=None):
    start = 0
    if caches:
        if len(self.blocks) != len(caches):
            raise ValueError(f"{len(self.blocks)} blocks with {len(caches)} caches")
        start = caches[-1].length
    if start + ids.shape[-1] > self.config.block_size:
        raise ValueError(f"{start + ids.shape[-1]} > {self.config.block_size}")
    x = self.positions(self.token(ids), start=start)
    for i, block in enumerate(self.blocks):
        x = block(x, caches[i]) if caches else block(x)
    return self.norm(x) @ self.token.weight.transpose()


@alternative("4.4 KVCache.__init__", "two lists of pieces")
def __init__(self):
    self.pieces_k, self.pieces_v = [], []
    self.length = 0
    self.k = self.v = None


@alternative(
    "4.4 KVCache.extend",
    "numpy arrays inside, which are no graph",
    prelude="import numpy as np\nfrom .tensor import Tensor",
)
def extend(self, k, v):
    if self.length == 0:
        self.k, self.v = k, v
    else:
        self.k = Tensor(np.concatenate([self.k.data, k.data], axis=2), requires_grad=False)
        self.v = Tensor(np.concatenate([self.v.data, v.data], axis=2), requires_grad=False)
    self.length += k.shape[2]
    return self.k, self.v


@alternative("4.4 KVCache.extend", "room that grows by doubling", prelude="import numpy as np")
def extend(self, k, v):
    end = self.length + k.shape[-2]
    if self.length == 0 or end > self.k.shape[-2]:
        room = (*k.shape[:-2], 2 * end, k.shape[-1])
        old = (self.k, self.v) if self.length else None
        self.k, self.v = np.empty(room, k.data.dtype), np.empty(room, v.data.dtype)
        if old:
            self.k[..., : self.length, :] = old[0][..., : self.length, :]
            self.v[..., : self.length, :] = old[1][..., : self.length, :]
    self.k[..., self.length : end, :] = k.data
    self.v[..., self.length : end, :] = v.data
    self.length = end
    both = self.k[..., :end, :].copy(), self.v[..., :end, :].copy()
    return tuple(type(k)(array) for array in both)


@alternative("4.4 sample", "everything on the whole row, and a running sum for the draw")
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = np.array(logits, dtype=float)
    if logits.ndim != 1 or logits.size == 0:
        raise ValueError(f"logits have the shape {logits.shape}, not (V,)")
    best = np.max(logits)
    if np.isnan(best) or np.isinf(best):
        raise ValueError(f"the largest logit is {best}")
    if not (temperature >= 0 and np.isfinite(temperature)):
        raise ValueError(f"temperature = {temperature}")
    if top_k is not None and (int(top_k) != top_k or top_k <= 0):
        raise ValueError(f"top_k = {top_k}")
    if top_p is not None and not (top_p > 0 and top_p <= 1):
        raise ValueError(f"top_p = {top_p}")
    if temperature == 0:
        return int(np.argmax(logits))
    scaled = (logits - best) / temperature
    ranked = sorted(range(len(logits)), key=lambda i: (-scaled[i], i))
    kept = ranked if top_k is None else ranked[: int(top_k)]
    weights = np.exp(scaled[kept])
    if top_p is not None:
        total, cut = 0.0, len(kept)
        for place, weight in enumerate(weights / weights.sum()):
            total += weight
            if total >= top_p:
                cut = place + 1
                break
        kept, weights = kept[:cut], weights[:cut]
    running = np.cumsum(weights)
    if rng is None:
        rng = np.random.default_rng()
    return int(kept[int(np.searchsorted(running, rng.random() * running[-1], side="right"))])


@alternative("4.4 sample", "the Gumbel trick")
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"{logits.shape}")
    if not np.isfinite(logits.max()):
        raise ValueError(f"{logits.max()}")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"{temperature}")
    if top_k is not None and (not isinstance(top_k, Integral) or top_k < 1):
        raise ValueError(f"{top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"{top_p}")
    if not temperature:
        return int(np.argmax(logits))
    scores = (logits - logits.max()) / temperature
    order = np.argsort(-scores, kind="stable")
    if top_k is not None:
        scores[order[top_k:]] = -np.inf
    if top_p is not None:
        p = np.exp(scores[order])
        p /= p.sum()
        scores[order[1:][np.cumsum(p)[:-1] >= top_p]] = -np.inf
    rng = np.random.default_rng() if rng is None else rng
    return int(np.argmax(scores + rng.gumbel(size=len(scores))))


@alternative("4.4 generate", "the first pass apart, and new caches for each window")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    text = [int(i) for i in ids]
    if text == []:
        raise ValueError("the prompt is empty")
    if n < 0:
        raise ValueError(f"n = {n}")
    if rng is None:
        rng = np.random.default_rng()
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with no_grad():
            caches, computed = None, 0
            while n > 0:
                if caches is None or len(text) > model.config.block_size:
                    caches, computed = [KVCache() for _ in range(model.config.n_layer)], 0
                    new = text[-model.config.block_size :]
                else:
                    new = text[computed:]
                logits = model(np.asarray(new)[None, :], caches)
                computed = len(text)
                token = sample(logits.data[0][-1], temperature, top_k, top_p, rng=rng)
                text = [*text, token]
                n -= 1
                if stop is not None and token == stop:
                    break
    finally:
        for module, mode in modes:
            module.training = mode
    return text


@alternative("4.4 pack", "by type, with a table")
def pack(thing, arrays):
    def container(kind, items):
        return [kind, items]

    match thing:
        case np.ndarray() | np.generic() if thing.dtype.kind != "O":
            place = len(arrays)
            arrays += [thing]
            return container("number" if isinstance(thing, np.generic) else "array", place)
        case None | bool() | int() | float() | str():
            return thing
        case tuple():
            return container("tuple", [pack(item, arrays) for item in thing])
        case list():
            return container("list", [pack(item, arrays) for item in thing])
        case dict() if not [key for key in thing if type(key) is not str]:
            return container("dict", {key: pack(item, arrays) for key, item in thing.items()})
    raise TypeError(f"{type(thing)} cannot be kept")


@alternative("4.4 save_checkpoint", "in memory first", prelude="import io")
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    fields = dict(vars(optimizer))
    fields.pop("parameters")
    shapes = [np.shape(parameter.data) for parameter in optimizer.parameters]
    state = dict(optimizer=fields, shapes=shapes, step=step, generator=rng.bit_generator.state)
    entries = {"rest": np.array(json.dumps(pack(state, arrays)))}
    for name, data in model.state_dict().items():
        entries["parameter " + name] = data
    for i, array in enumerate(arrays):
        entries[f"array {i}"] = array
    buffer = io.BytesIO()
    np.savez(buffer, **entries)
    beside = path.parent / (path.name + ".new")
    beside.write_bytes(buffer.getvalue())
    os.replace(beside, path)
