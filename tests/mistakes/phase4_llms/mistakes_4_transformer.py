"""Wrong solutions of 4.4's transformer that its specs reject by name."""

from tests.mistakes import mistake


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


@mistake(
    "4.4 normalize", "the input is centred in place", says="data of an operand was changed in place"
)
def normalize(x, eps=1e-5):
    centred = x.data
    centred -= x.data.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


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


@mistake("4.4 normalize", "one sum in the pullback", says="a sum along y stands where a mean")
def normalize(x, eps=1e-5):
    a = array_of(x)
    centred = a - a.mean(axis=-1, keepdims=True)
    r = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    y = centred * r

    def pullback(g):
        along = y * (g * y).sum(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - along) * r

    return Tensor(y, (x,), (pullback,), "normalize")


@mistake("4.4 normalize", "the centred row once for y", says="the centred row stands for y once")
def normalize(x, eps=1e-5):
    a = array_of(x)
    centred = a - a.mean(axis=-1, keepdims=True)
    r = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    y = centred * r

    def pullback(g):
        along = y * (g * centred).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - along) * r

    return Tensor(y, (x,), (pullback,), "normalize")


@mistake("4.4 LayerNorm.__init__", "gain is drawn", says="which is not drawn but starts at ones")
def __init__(self, C, eps=1e-5):
    self.gain = Tensor(1 + 0.02 * np.random.default_rng(0).standard_normal(C))
    self.bias = Tensor(np.zeros(C))
    self.eps = eps


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


@mistake("4.4 FeedForward.__call__", "GELU too early", says="GELU is taken of what comes in")
def __call__(self, x):
    return self.contract(self.expand(gelu(x)))


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


@mistake("4.4 Block.__call__", "the first sum of a norm", says="the first sum begins with the")
def __call__(self, x, cache=None):
    x = self.norm1(x)
    x = x + self.attention(x, cache)
    return x + self.feed_forward(self.norm2(x))


@mistake("4.4 Block.__call__", "no residuals", says="nothing is added: the stream is replaced")
def __call__(self, x, cache=None):
    return self.feed_forward(self.norm2(self.attention(self.norm1(x), cache)))


@mistake("4.4 Block.__call__", "no cache", says="the attention was called with the caches")
def __call__(self, x, cache=None):
    x = x + self.attention(self.norm1(x))
    return x + self.feed_forward(self.norm2(x))


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


@mistake("4.4 GPT.__call__", "the last position", says="only the last position of a piece")
def __call__(self, ids, caches=None):
    ids = np.asarray(ids)
    start = length_of(caches)
    check_caches(caches, self.blocks)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for i, block in enumerate(self.blocks):
        x = block(x, caches[i] if caches else None)
    x = x[:, -1:] if caches else x
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake("4.4 GPT.__call__", "rows by index", says="token -1 of 11")
def __call__(self, ids, caches=None):
    ids = np.asarray(ids)
    start = length_of(caches)
    check_caches(caches, self.blocks)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token.weight[ids], start)
    for i, block in enumerate(self.blocks):
        x = block(x, caches[i] if caches else None)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


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


@mistake(
    "4.4 gelu",
    "the exact one, as PyTorch's default",
    says="Φ is the exact one, by erf",
    prelude="from math import erf",
)
def gelu(x):
    a = x.data
    phi = 0.5 * (1 + np.vectorize(erf)(a / sqrt(2)))
    slope = phi + a * np.exp(-a * a / 2) / sqrt(2 * pi)
    return Tensor(a * phi, (x,), (lambda g: g * slope,), "gelu")


@mistake("4.4 gelu", "a decimal point one place off", says="ten times too large")
def gelu(x):
    a = x.data
    k = sqrt(2 / pi)
    t = np.tanh(k * (a + 0.44715 * a * a * a))
    slope = 0.5 * (1 + t + a * (1 - t * t) * k * (1 + 3 * 0.44715 * a * a))
    return Tensor(0.5 * a * (1 + t), (x,), (lambda g: g * slope,), "gelu")


@mistake("4.4 gelu", "the second part halved twice", says="the second part is halved twice")
def gelu(x):
    a = x.data
    k = sqrt(2 / pi)
    phi = 0.5 + 0.5 * np.tanh(k * (a + 0.044715 * a * a * a))
    slope = phi + a * phi * (1 - phi) * k * (1 + 3 * 0.044715 * a * a)
    return Tensor(a * phi, (x,), (lambda g: g * slope,), "gelu")


@mistake("4.4 gelu", "exp of large numbers", says="exp was taken of a large number")
def gelu(x):
    a = x.data
    s = 1 / (1 + np.exp(-2 * sqrt(2 / pi) * (a + 0.044715 * a * a * a)))
    slope = s + a * s * (1 - s) * 2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * a * a)
    return Tensor(a * s, (x,), (lambda g: g * slope,), "gelu")


@mistake("4.4 normalize", "eps hard-coded", says="eps is 1e-5, whatever is given")
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-5)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake("4.4 normalize", "the axis of the means is lost", says="is not kept, so that they belong")
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=-1)
    scale = 1 / np.sqrt((centred * centred).mean(axis=-1) + eps)
    y = centred * scale
    return Tensor(
        y, (x,), (lambda g: (g - g.mean(-1) - y * (g * y).mean(-1)) * scale,), "normalize"
    )


@mistake("4.4 normalize", "axis 1", says="axis 1 is meant to be the last")
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=1, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=1, keepdims=True) + eps)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=1, keepdims=True)
        return (g - g.mean(axis=1, keepdims=True) - y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake("4.4 normalize", "a sign on the way back", says="is added, and should be taken away")
def normalize(x, eps=1e-5):
    centred = x.data - x.data.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    y = centred * scale

    def pull(g):
        along = (g * y).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) + y * along) * scale

    return Tensor(y, (x,), (pull,), "normalize")


@mistake("4.4 LayerNorm.__init__", "Flax's eps", says="eps is 1e-6, as in Flax")
def __init__(self, C, eps=1e-6):
    self.gain = Tensor(np.ones(C))
    self.bias = Tensor(np.zeros(C))
    self.eps = eps


@mistake("4.4 LayerNorm.__init__", "Keras' eps", says="eps is 1e-3, as in Keras")
def __init__(self, C, eps=1e-3):
    self.gain = Tensor(np.ones(C))
    self.bias = Tensor(np.zeros(C))
    self.eps = eps


@mistake("4.4 LayerNorm.__init__", "eps is not kept", says="there is no attribute eps")
def __init__(self, C, eps=1e-5):
    self.gain = Tensor(np.ones(C))
    self.bias = Tensor(np.zeros(C))


@mistake("4.4 LayerNorm.__call__", "the normalized rows kept", says="counts as a parameter")
def __call__(self, x):
    self.y = normalize(x, self.eps)
    return self.y * self.gain + self.bias


@mistake("4.4 LayerNorm.__call__", "nothing normalized", says="nothing is normalized")
def __call__(self, x):
    return x * self.gain + self.bias


@mistake("4.4 FeedForward.__init__", "the second layer first", says="expand is not drawn first")
def __init__(self, C, hidden, rng=None):
    rng = rng or np.random.default_rng()
    contract = Linear(hidden, C, rng)
    self.expand = Linear(C, hidden, rng)
    self.contract = contract


@mistake("4.4 FeedForward.__call__", "SiLU", says="SiLU, x · sigmoid(x), stands where")
def __call__(self, x):
    x = self.expand(x)
    return self.contract(x * ((x * 0.5).tanh() * 0.5 + 0.5))


@mistake("4.4 FeedForward.__call__", "the hidden channels kept", says="counts as a parameter")
def __call__(self, x):
    self.hidden = gelu(self.expand(x))
    return self.contract(self.hidden)


@mistake("4.4 Block.__call__", "the norm of what is added", says="what is added is normalized")
def __call__(self, x, cache=None):
    x = x + self.norm1(self.attention(x, cache))
    return x + self.norm2(self.feed_forward(x))


@mistake("4.4 Block.__call__", "the attention's output kept", says="counts as a parameter")
def __call__(self, x, cache=None):
    self.seen = self.attention(self.norm1(x), cache)
    x = x + self.seen
    return x + self.feed_forward(self.norm2(x))


@mistake("4.4 GPT.__init__", "the config is not kept", says="the model keeps what it was made from")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.block_size = config.block_size
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 GPT.__init__", "positions scaled too", says="only the table of tokens is scaled")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    for table in (self.token.weight, self.positions.table):
        table.data *= 0.02
    self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 GPT.__call__", "start is ignored", says="positions begin at 0 again")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake(
    "4.4 GPT.__call__",
    "probabilities",
    says="a softmax is taken",
    prelude="from .tensor import softmax",
)
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return softmax(self.norm(x) @ self.token.weight.swapaxes(0, 1))


@mistake("4.4 GPT.__call__", "the head is not transposed", says="two axes exchanged: (C, V)")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight


@mistake("4.4 GPT.__call__", "the length of the batch", says="T is the second axis")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + len(ids), self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.swapaxes(0, 1)


@mistake("4.4 GPT.__call__", "the logits kept", says="counts as a parameter")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    self.logits = self.norm(x) @ self.token.weight.swapaxes(0, 1)
    return self.logits


@mistake("4.4 GPT.__init__", "positions drawn first", says="the table of tokens is not drawn first")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.positions = positions
    self.blocks = [Block(config, rng) for _ in range(config.n_layer)]
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 gelu", "a digit lost", says="the cubic term is 0.04715, and should be 0.044715")
def gelu(x):
    a, k = x.data, sqrt(2 / pi)
    t = np.tanh(k * (a + 0.04715 * a * a * a))
    slope = 0.5 * (1 + t + a * (1 - t * t) * k * (1 + 3 * 0.04715 * a * a))
    return Tensor(0.5 * a * (1 + t), (x,), (lambda g: g * slope,), "gelu")


@mistake("4.4 gelu", "tanh by exponentials", says="infinity divided by infinity")
def gelu(x):
    a = x.data
    c = sqrt(2 / pi)
    e = np.exp(2 * c * (a + 0.044715 * a * a * a))
    t = (e - 1) / (e + 1)
    slope = 0.5 * (1 + t) + 0.5 * a * (1 - t * t) * c * (1 + 3 * 0.044715 * a * a)
    return Tensor(0.5 * a * (1 + t), (x,), (lambda g: g * slope,), "gelu")


@mistake("4.4 normalize", "means of all on the way back", says="go over the whole array")
def normalize(x, eps=1e-5):
    a = x.data
    y = a - a.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((y * y).mean(axis=-1, keepdims=True) + eps)
    y = y * scale

    def pull(g):
        return scale * (g - g.mean() - y * (g * y).mean())

    return Tensor(y, (x,), (pull,), "normalize")


@mistake(
    "4.4 LayerNorm.__call__",
    "gain and bias before the norm",
    says="gain and bias come before the norm",
)
def __call__(self, x):
    return normalize(x * self.gain + self.bias, self.eps)


@mistake("4.4 Block.__init__", "one norm with two names", says="not one with two names")
def __init__(self, config, rng=None):
    rng = np.random.default_rng() if rng is None else rng
    C = config.n_channels
    self.norm1 = self.norm2 = LayerNorm(C)
    self.attention = MultiHeadAttention(C, config.n_head, rng)
    self.feed_forward = FeedForward(C, 4 * C, rng)


@mistake("4.4 GPT.__call__", "zip ends with no caches", says="as zip ends with no caches")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for block, cache in zip(self.blocks, caches or []):
        x = block(x, cache)
    return self.norm(x) @ self.token.weight.transpose()


@mistake("4.4 GPT.__call__", "the last position alone", says="only the last position has logits")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.positions(self.token(ids), start)
    for i, block in enumerate(self.blocks):
        x = block(x, caches[i] if caches else None)
    return self.norm(x[:, -1:]) @ self.token.weight.transpose()


@mistake("4.4 FeedForward.__init__", "the seed for each", says="all begin anew")
def __init__(self, C, hidden, rng=None):
    self.expand = Linear(C, hidden, rng)
    self.contract = Linear(hidden, C, rng)


@mistake("4.4 LayerNorm.__call__", "one channel for all", says="numpy spreads a single one")
def __call__(self, x):
    return normalize(x, self.eps) * self.gain + self.bias


@mistake("4.4 gelu", "arrays too", says="gelu of an array")
def gelu(x):
    a = x.data if isinstance(x, Tensor) else np.asarray(x)
    phi = 0.5 + 0.5 * np.tanh(sqrt(2 / pi) * (a + 0.044715 * a * a * a))
    slope = phi + 2 * a * phi * (1 - phi) * sqrt(2 / pi) * (1 + 3 * 0.044715 * a * a)
    return Tensor(a * phi, (x,) if isinstance(x, Tensor) else (), (lambda g: g * slope,), "gelu")


@mistake("4.4 GPT.__init__", "a tuple of blocks", says="blocks is a tuple, and should be a list")
def __init__(self, config, rng=None):
    rng = np.random.default_rng(rng)
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.positions = LearnedPositions(config.block_size, config.n_channels, rng)
    self.blocks = tuple(Block(config, rng) for _ in range(config.n_layer))
    self.norm = LayerNorm(config.n_channels)


@mistake("4.4 GPT.__call__", "one answer in eval mode", says="in eval mode the last position alone")
def __call__(self, ids, caches=None):
    ids = np.asarray(ids)
    if caches is not None and len(caches) != len(self.blocks):
        raise ValueError(f"{len(caches)} caches, {len(self.blocks)} blocks")
    start = caches[0].length if caches else 0
    T = start + ids.shape[1]
    if T > self.config.block_size:
        raise ValueError(f"{T} tokens, {self.config.block_size}")
    x = self.positions(self.token(ids), start)
    for i, block in enumerate(self.blocks):
        x = block(x, None if caches is None else caches[i])
    if not self.training:
        x = x[:, -1:]
    return self.norm(x) @ self.token.weight.transpose()


@mistake("4.4 gelu", "the slope of the exact form", says="the slope is that of the exact form")
def gelu(x):
    from math import erf

    a = array_of(x)
    k = sqrt(2 / pi)
    t = np.tanh(k * (a + 0.044715 * a * a * a))
    Phi = 0.5 * (1 + np.vectorize(erf)(a / sqrt(2)))
    phi = np.exp(-a * a / 2) / sqrt(2 * pi)
    return Tensor(0.5 * a * (1 + t), (x,), (lambda g: g * (Phi + a * phi).astype(a.dtype),), "gelu")


@mistake(
    "4.4 LayerNorm.__call__", "a Tensor of float64", says="is float64, and widens all that it meets"
)
def __call__(self, x):
    if x.shape[-1:] != self.gain.shape:
        raise ValueError(f"x of shape {x.shape} for a gain of shape {self.gain.shape}")
    return normalize(x, self.eps) * self.gain * Tensor(np.ones(x.shape[-1])) + self.bias
