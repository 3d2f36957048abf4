"""Right solutions of 4.4's generation of another design, which its specs accept."""

from tests.alternatives import alternative


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
    if np.ma.isMaskedArray(logits):
        raise TypeError("masked")
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
    rng = np.random.default_rng(rng)
    return int(kept[int(np.searchsorted(running, rng.random() * running[-1], side="right"))])


@alternative("4.4 sample", "the Gumbel trick")
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = real_array(logits).astype(np.float64)
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
    rng = np.random.default_rng(rng)
    return int(np.argmax(scores + rng.gumbel(size=len(scores))))


@alternative("4.4 generate", "the first pass apart, and new caches for each window")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if np.ndim(ids) > 1:
        raise ValueError(f"one prompt, not {np.shape(ids)}")
    text = [int(i) for i in ids]
    if text == []:
        raise ValueError("the prompt is empty")
    if n < 0:
        raise ValueError(f"n = {n}")
    if stop is not None:
        stop = stop.__index__() if hasattr(stop, "__index__") else int([stop])
    rng = np.random.default_rng(rng)
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


@alternative("4.4 KVCache.extend", "a list of pieces")
def extend(self, k, v):
    if self.length == 0:
        self.pieces = []
    self.pieces.append((k, v))
    self.length += k.shape[-2]
    return tuple(concatenate(list(p), axis=-2) for p in zip(*self.pieces))


@alternative(
    "4.4 generate", "the model's own table says what is no token", prelude="import numpy as np"
)
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    prompt = np.asarray(ids)
    if prompt.ndim != 1 or not prompt.size:
        raise ValueError(f"one row of tokens is wanted, and none of shape {prompt.shape}")
    if n < 0:
        raise ValueError(f"n is {n}")
    if stop is not None and not isinstance(stop, Integral):
        raise TypeError(f"stop is of type {type(stop).__name__}")
    sample(np.zeros(2), temperature, top_k, top_p, 0)
    model.token(prompt)
    rng, text, size = np.random.default_rng(rng), prompt.tolist(), model.config.block_size
    modes = [(module, module.training) for module in model.modules()]
    caches, seen = [KVCache() for _ in model.blocks], 0
    model.eval()
    try:
        with no_grad():
            while len(text) < len(prompt) + n:
                if len(text) > size:
                    logits = model(np.array([text[-size:]]))
                else:
                    logits, seen = model(np.array([text[seen:]]), caches), len(text)
                text.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if stop is not None and text[-1] == stop:
                    break
    finally:
        for module, mode in modes:
            module.training = mode
    return text
