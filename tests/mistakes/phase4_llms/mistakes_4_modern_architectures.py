"""Wrong solutions of the GPT half of 4.4 that its specs reject by name."""

from tests.mistakes import mistake

# ---- the parts of a block


@mistake("4.4 gelu", "it is a ReLU", says="GELU is taken for a ReLU")
def gelu(x):
    return Tensor(np.maximum(x.data, 0), (x,), (lambda g: g * (x.data > 0),), "gelu")


@mistake("4.4 gelu", "the cube's slope", says="the cube keeps its slope of 1")
def gelu(x):
    a = x.data
    slope = sqrt(2 / pi)
    t = np.tanh(slope * (a + 0.044715 * a**3))

    def pull(g):
        return g * 0.5 * (1 + t + a * (1 - t * t) * slope * (1 + 0.044715 * a * a))

    return Tensor(0.5 * a * (1 + t), (x,), (pull,), "gelu")


@mistake("4.4 gelu", "numpy's own root of 2/π", says="float64")
def gelu(x):
    a = x.data
    slope = np.sqrt(2 / np.pi)
    t = np.tanh(slope * (a + 0.044715 * (a * a * a)))

    def pull(g):
        return g * (0.5 * (1 + t + a * (1 - t * t) * (slope + 3 * 0.044715 * slope * (a * a))))

    return Tensor(0.5 * a * (1 + t), (x,), (pull,), "gelu")


@mistake("4.4 gelu", "composed of many nodes", says="one node")
def gelu(x):
    return x * 0.5 * (((x + x**3 * 0.044715) * sqrt(2 / pi)).tanh() + 1)


@mistake("4.4 normalize", "over the wrong axis", says="the mean goes over the wrong axis")
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=0, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=0, keepdims=True) + eps)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=0, keepdims=True)
        return (g - g.mean(axis=0, keepdims=True) - y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake("4.4 normalize", "the sample variance", says="divided by C - 1, not by C")
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(x.data.var(axis=-1, keepdims=True, ddof=1) + eps)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake("4.4 normalize", "eps outside the root", says="eps is added outside the root")
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=-1, keepdims=True)
    scale = 1 / (x.data.std(axis=-1, keepdims=True) + eps)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake("4.4 normalize", "RMSNorm", says="(RMSNorm)")
def normalize(x, eps=1e-5):
    scale = 1 / np.sqrt((x.data * x.data).mean(axis=-1, keepdims=True) + eps)
    y = x.data * scale

    def pull(g):
        return (g - y * (g * y).mean(axis=-1, keepdims=True)) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake(
    "4.4 normalize", "statistics as constants", says="mean and variance are taken for constants"
)
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    return Tensor(centred * scale, (x,), (lambda g: g * scale,), "normalize")


@mistake("4.4 normalize", "the input is centred in place", says="x.data was changed in place")
def normalize(x, eps=1e-5):
    centred = x.data
    centred -= x.data.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake("4.4 LayerNorm.__init__", "gain starts at 0", says="gain starts at 0")
def __init__(self, C, eps=1e-5):
    self.gain = Tensor(np.zeros(C))
    self.bias = Tensor(np.zeros(C))
    self.eps = eps


@mistake("4.4 LayerNorm.__call__", "the kept eps is not used", says="eps is not the one that was")
def __call__(self, x):
    return normalize(x) * self.gain + self.bias


@mistake("4.4 LayerNorm.__call__", "bias first", says="bias is added before the gain")
def __call__(self, x):
    return (normalize(x, self.eps) + self.bias) * self.gain


@mistake("4.4 FeedForward.__init__", "no room inside", says="expand.weight")
def __init__(self, C, hidden, rng=None):
    rng = rng or np.random.default_rng()
    self.expand = Linear(C, C, rng)
    self.contract = Linear(C, C, rng)


@mistake("4.4 FeedForward.__init__", "its own generator", says="is rng handed on")
def __init__(self, C, hidden, rng=None):
    self.expand = Linear(C, hidden)
    self.contract = Linear(hidden, C)


@mistake("4.4 FeedForward.__call__", "nothing between", says="two linear layers are one")
def __call__(self, x):
    return self.contract(self.expand(x))


@mistake("4.4 FeedForward.__call__", "a ReLU", says="a ReLU stands where GELU is meant")
def __call__(self, x):
    return self.contract(self.expand(x).relu())


@mistake("4.4 Block.__init__", "not causal", says="read the word it is to guess")
def __init__(self, config, rng=None):
    C, n_head = config.n_channels, config.n_head
    rng = rng or np.random.default_rng()
    self.norm1 = LayerNorm(C)
    self.attention = MultiHeadAttention(C, n_head, rng, causal=False)
    self.norm2 = LayerNorm(C)
    self.feed_forward = FeedForward(C, 4 * C, rng)


@mistake("4.4 Block.__init__", "one norm for both", says="norm2.gain")
def __init__(self, config, rng=None):
    C, n_head = config.n_channels, config.n_head
    rng = rng or np.random.default_rng()
    self.norm1 = self.norm2 = LayerNorm(C)
    self.attention = MultiHeadAttention(C, n_head, rng)
    self.feed_forward = FeedForward(C, 4 * C, rng)


@mistake("4.4 Block.__call__", "post-norm", says="the norm comes after the sum (post-norm)")
def __call__(self, x, cache=None):
    x = self.norm1(x + self.attention(x, cache))
    return self.norm2(x + self.feed_forward(x))


@mistake(
    "4.4 Block.__call__",
    "added to the normalized stream",
    says="what is added to is the normalized",
)
def __call__(self, x, cache=None):
    x = self.norm1(x)
    x = x + self.attention(x, cache)
    x = self.norm2(x)
    return x + self.feed_forward(x)


@mistake("4.4 Block.__call__", "no residuals", says="nothing is added: the stream is replaced")
def __call__(self, x, cache=None):
    return self.feed_forward(self.norm2(self.attention(self.norm1(x), cache)))


@mistake("4.4 Block.__call__", "no cache", says="the attention was called with the caches")
def __call__(self, x, cache=None):
    x = x + self.attention(self.norm1(x))
    return x + self.feed_forward(self.norm2(x))


# ---- a whole model


@mistake("4.4 GPT.__init__", "one block n times", says="the same object")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = [Block(config, rng)] * config.n_layer
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 GPT.__init__", "a head of its own", says="(the weights are not tied)")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)


@mistake("4.4 GPT.__init__", "a table as drawn", says="the table is as Embedding draws it")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)


@mistake(
    "4.4 GPT.__init__",
    "always one head",
    says="changes no parameter's shape",
    prelude="from dataclasses import replace",
)
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = [Block(replace(config, n_head=1), rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 GPT.__init__", "the table is computed", says="token.weight was computed")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight = self.token.weight * 0.02
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 GPT.__init__", "positions for tokens", says="as many positions as tokens")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.positions = LearnedPositions(config.n_tokens, config.n_channels, rng)
    self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 GPT.__call__", "no final norm", says="the final norm is left out")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return x @ self.token.weight.swapaxes(0, 1)


@mistake("4.4 GPT.__call__", "positions restart", says="positions begin at 0 again")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids))
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake("4.4 GPT.__call__", "the head is a copy", says="what came through the head")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.data.T


@mistake("4.4 GPT.__call__", "the table is looked up as data", says="through the embedding")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(Tensor(self.token.weight.data[ids]), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake("4.4 GPT.__call__", "one cache for all blocks", says="the caches in their order")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block in self.blocks:
        x = block(x, caches[0] if caches else None)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake("4.4 GPT.__call__", "blocks without a cache are left out", says="blocks would be left out")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake(
    "4.4 GPT.__call__",
    "caches are counted after the first blocks",
    says="a cache was extended all the same",
)
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks), strict=True):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake("4.4 GPT.__call__", "a long context is cut", says="8 tokens, where block_size is 7")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    ids = ids[:, -self.config.block_size :]
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


# ---- writing


@mistake("4.4 KVCache.__init__", "it begins at one", says="a new cache has length 1")
def __init__(self):
    self.length = 1
    self.k = self.v = None


@mistake("4.4 KVCache.extend", "only the new ones", says="only the new ones come back")
def extend(self, k, v):
    if self.length:
        self.k = concatenate([self.k, k], axis=-2)
        self.v = concatenate([self.v, v], axis=-2)
    else:
        self.k, self.v = k, v
    self.length = self.k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "off by one", says="the last of the old ones is written over")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k[:, :, :-1], k], axis=-2)
        v = concatenate([self.v[:, :, :-1], v], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "in front", says="new ones are put in front of the old")
def extend(self, k, v):
    if self.length:
        k = concatenate([k, self.k], axis=-2)
        v = concatenate([v, self.v], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "calls are counted", says="calls are counted, not positions")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k, k], axis=-2)
        v = concatenate([self.v, v], axis=-2)
    self.k, self.v, self.length = k, v, self.length + 1
    return k, v


CHECKS = """
def check(logits, temperature, top_k, top_p):
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
    return logits


def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()


import numpy as np
from numbers import Integral
"""


@mistake(
    "4.4 sample",
    "top-p drops the token that crosses the line",
    says="the token that crosses the line is dropped",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        keep = np.cumsum(probs) <= top_p
        keep[0] = True
        probs = np.where(keep, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "temperature on probabilities",
    says="probabilities are divided by the temperature, not logits",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order])
    if temperature != 1:
        probs = softmax(probs / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "temperature multiplied",
    says="logits are multiplied by the temperature",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] * temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake("4.4 sample", "top_k after top_p", says="top_p is applied before top_k", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    order, probs = order[:top_k], probs[:top_k]
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "temperature after top_p",
    says="top_p is applied before the temperature",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order])
    if top_p is not None:
        order = order[np.cumsum(probs) - probs < top_p]
    probs = softmax(logits[order] / temperature)
    return int((rng or np.random.default_rng()).choice(order, p=probs))


@mistake("4.4 sample", "a threshold keeps all ties", says="all that equal the k-th", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    if top_k is not None:
        least = np.sort(logits)[-min(top_k, len(logits))]
        logits = np.where(logits < least, -np.inf, logits)
    probs = softmax(logits / temperature)
    if top_p is not None:
        order = np.argsort(-probs, kind="stable")
        before = np.cumsum(probs[order]) - probs[order]
        probs[order[before >= top_p]] = 0.0
    probs /= probs.sum()
    return int((rng or np.random.default_rng()).choice(len(probs), p=probs))


@mistake("4.4 sample", "temperature 0 divides", says="sample of nan", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    if temperature == 0:
        return int(np.asarray(logits).argmax())
    logits = check(logits, temperature, top_k, top_p)
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "settings are checked after temperature 0",
    says="sample with {'temperature': 0.0, 'top_k': 0}",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    if temperature == 0:
        return int(check(logits, temperature, None, None).argmax())
    logits = check(logits, temperature, top_k, top_p)
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake("4.4 generate", "from the first position", says="the logits of the first position are")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, 0], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "no cache", says="all is computed again for each token")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "the prompt grows", says="a list is handed over, not copied")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    block_size = model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "left in eval mode", says="trains without dropout from then on")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    model.eval()
    with no_grad():
        for _ in range(n):
            if len(ids) <= block_size:
                logits = model(np.array([ids[caches[0].length :]]), caches)
            else:
                logits = model(np.array([ids[-block_size:]]))
            ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
            if ids[-1] == stop:
                break
    return ids


@mistake("4.4 generate", "always left in train mode", says="the model was in eval mode, and is not")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        model.train()
    return ids


@mistake("4.4 generate", "a graph is recorded", says="the model's results have parents")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        for _ in range(n):
            if len(ids) <= block_size:
                logits = model(np.array([ids[caches[0].length :]]), caches)
            else:
                logits = model(np.array([ids[-block_size:]]))
            ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
            if ids[-1] == stop:
                break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "the whole prompt with a full cache", says="a token that is given twice")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for i in range(n):
                if len(ids) <= block_size:
                    new = ids if i == 0 else ids[-2:]
                    logits = model(np.array([new]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "the caches grow beyond the context", says="the model was to see 5 tokens")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids = list(ids)
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                logits = model(np.array([ids[caches[0].length :]]), caches)
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "stop is tested for truth", says="stop = 0 should end")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if stop and ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


# ---- stopping, and going on


@mistake("4.4 pack", "tuples are lists to JSON", says="should become ['tuple'")
def pack(thing, arrays):
    if isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
        arrays.append(thing)
        return ["array" if isinstance(thing, np.ndarray) else "number", len(arrays) - 1]
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, list | tuple):
        return ["list", [pack(item, arrays) for item in thing]]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(f"a checkpoint cannot hold {type(thing).__name__}: {thing!r}")


@mistake("4.4 pack", "np.float64 is a float", says="JSON would lose its kind")
def pack(thing, arrays):
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
        arrays.append(thing)
        return ["array" if isinstance(thing, np.ndarray) else "number", len(arrays) - 1]
    if isinstance(thing, list | tuple):
        items = [pack(item, arrays) for item in thing]
        return ["tuple" if isinstance(thing, tuple) else "list", items]
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return ["dict", {key: pack(item, arrays) for key, item in thing.items()}]
    raise TypeError(f"a checkpoint cannot hold {type(thing).__name__}: {thing!r}")


@mistake("4.4 unpack", "tuples come back as lists", says="JSON has no tuples")
def unpack(packed, arrays):
    if not isinstance(packed, list):
        return packed
    kind, content = packed
    if kind == "array":
        return arrays[content]
    if kind == "number":
        return arrays[content][()]
    if kind == "dict":
        return {key: unpack(item, arrays) for key, item in content.items()}
    return [unpack(item, arrays) for item in content]


@mistake("4.4 save_checkpoint", "no optimizer", says="it would start cold")
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    rest = {
        "optimizer": {},
        "shapes": [np.shape(parameter.data) for parameter in optimizer.parameters],
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake("4.4 save_checkpoint", "the step is forgotten", says="step 3 was saved, and 0")
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    rest = {
        "optimizer": {name: f for name, f in vars(optimizer).items() if name != "parameters"},
        "shapes": [np.shape(parameter.data) for parameter in optimizer.parameters],
        "step": 0,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake(
    "4.4 save_checkpoint", "parameters are popped", says="the optimizer has lost its parameters"
)
def save_checkpoint(path, model, optimizer, step, rng):
    arrays = []
    shapes = [np.shape(parameter.data) for parameter in optimizer.parameters]
    fields = vars(optimizer)
    fields.pop("parameters")
    rest = {
        "optimizer": fields,
        "shapes": shapes,
        "step": step,
        "generator": rng.bit_generator.state,
    }
    contents = {"rest": json.dumps(pack(rest, arrays))}
    contents |= {f"array {i}": array for i, array in enumerate(arrays)}
    contents |= {f"parameter {name}": data for name, data in model.state_dict().items()}
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


READ = """
import json
import numpy as np


def read(path):
    with np.load(path, allow_pickle=False) as file:
        contents = {name: file[name] for name in file.files}
    n_arrays = sum(name.startswith("array ") for name in contents)
    arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
    rest = unpack(json.loads(str(contents.pop("rest"))), arrays)
    state = {name.removeprefix("parameter "): data[()] for name, data in contents.items()}
    return rest, state
"""


@mistake(
    "4.4 load_checkpoint",
    "the generator is not put back",
    says="the generator's state was not saved, or is not put back",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    rest, state = read(path)
    model.load_state_dict(state)
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "the optimizer starts cold",
    says="the optimizer's state was not saved, or is not put back",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    rest, state = read(path)
    model.load_state_dict(state)
    rng.bit_generator.state = rest["generator"]
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "no step comes back",
    says="and None (NoneType) came back",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        model.load_state_dict(state)
        rng.bit_generator.state = rest["generator"]
        vars(optimizer).update(rest["optimizer"])
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error


@mistake(
    "4.4 load_checkpoint",
    "a field that the file lacks is not missed",
    says="whose weight_decay is not in the file",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        if rest["optimizer"].keys() - vars(optimizer).keys():
            raise ValueError("another optimizer")
        rng.bit_generator.state = rest["generator"]
        model.load_state_dict(state)
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "changed before it is refused",
    says="optimizer changed when a model with",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        vars(optimizer).update(rest["optimizer"])
        model.load_state_dict(state)
        rng.bit_generator.state = rest["generator"]
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    return rest["step"]


@mistake(
    "4.4 load_checkpoint",
    "the model is filled, and then the generator refused",
    says="model changed when the state of a Mersenne twister",
    prelude=READ,
)
def load_checkpoint(path, model, optimizer, rng):
    try:
        rest, state = read(path)
        if rest["optimizer"].keys() != vars(optimizer).keys() - {"parameters"}:
            raise ValueError("another optimizer")
        if rest["shapes"] != [np.shape(p.data) for p in optimizer.parameters]:
            raise ValueError("other parameters")
        model.load_state_dict(state)
        rng.bit_generator.state = rest["generator"]
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake("4.4 load_checkpoint", "pickles are read", says="a pickle can do anything")
def load_checkpoint(path, model, optimizer, rng):
    try:
        with np.load(path, allow_pickle=True) as file:
            contents = {name: file[name] for name in file.files}
        n_arrays = sum(name.startswith("array ") for name in contents)
        arrays = [contents.pop(f"array {i}") for i in range(n_arrays)]
        rest = unpack(json.loads(str(contents.pop("rest"))), arrays)
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    state = {name.removeprefix("parameter "): data[()] for name, data in contents.items()}
    model.load_state_dict(state)
    rng.bit_generator.state = rest["generator"]
    vars(optimizer).update(rest["optimizer"])
    return rest["step"]


@mistake(
    "4.4 normalize",
    "the mean of squares minus the square of the mean",
    says="Subtract the mean first",
)
def normalize(x, eps=1e-5):
    m = x.data.mean(axis=-1, keepdims=True)
    v = (x.data**2).mean(axis=-1, keepdims=True) - m * m
    s = 1 / np.sqrt(v + eps)
    y = (x.data - m) * s
    return Tensor(
        y,
        (x,),
        (lambda g: s * (g - g.mean(-1, keepdims=True) - y * (g * y).mean(-1, keepdims=True)),),
        "normalize",
    )
