"""Wrong solutions of 4.4's llama that its specs reject by name."""

from tests.mistakes import mistake


@mistake("4.4 RMSNorm.__init__", "the gain starts at 0", says="so that nothing comes through")
def __init__(self, C, eps=1e-5):
    self.gain = Tensor(np.zeros(C))
    self.eps = eps


@mistake("4.4 RMSNorm.__init__", "a bias as a LayerNorm has it", says="so it has no bias")
def __init__(self, C, eps=1e-5):
    self.gain = Tensor(np.ones(C))
    self.bias = Tensor(np.zeros(C))
    self.eps = eps


@mistake("4.4 RMSNorm.__call__", "the mean is subtracted", says="the mean is subtracted first")
def __call__(self, x):
    x = x - x.mean(axis=-1, keepdims=True)
    return x / ((x * x).mean(axis=-1, keepdims=True) + self.eps).sqrt() * self.gain


@mistake("4.4 RMSNorm.__call__", "eps outside of the root", says="added outside of the root")
def __call__(self, x):
    return x / ((x * x).mean(axis=-1, keepdims=True).sqrt() + self.eps) * self.gain


@mistake("4.4 RMSNorm.__call__", "no root", says="the root is left out")
def __call__(self, x):
    return x / ((x * x).mean(axis=-1, keepdims=True) + self.eps) * self.gain


@mistake("4.4 RMSNorm.__call__", "one number for all positions", says="normalizes the whole array")
def __call__(self, x):
    return x / ((x * x).mean() + self.eps).sqrt() * self.gain


@mistake("4.4 RMSNorm.__call__", "the root is a constant", says="counts as a constant")
def __call__(self, x):
    return x / np.sqrt((x.data**2).mean(axis=-1, keepdims=True) + self.eps) * self.gain


@mistake("4.4 RMSNorm.__call__", "in place", says="still needed, as it is, for the residual")
def __call__(self, x):
    x.data /= np.sqrt((x.data**2).mean(axis=-1, keepdims=True) + self.eps)
    return x * self.gain


@mistake("4.4 silu", "the slope of one factor", says="x's own share is forgotten")
def silu(x):
    a = x.data
    s = 0.5 * (1 + np.tanh(0.5 * a))
    return Tensor(a * s, (x,), (lambda g: g * a * s * (1 - s),), "silu")


@mistake("4.4 silu", "exp of large numbers", says="exp was taken of a large number")
def silu(x):
    a = x.data
    s = 1 / (1 + np.exp(-a))
    return Tensor(a * s, (x,), (lambda g: g * (s * (1 + a * (1 - s))),), "silu")


@mistake("4.4 silu", "several nodes", says='one node with op "silu"')
def silu(x):
    return x * ((x * 0.5).tanh() * 0.5 + 0.5)


@mistake("4.4 SwiGLU.__init__", "biases", says="its three layers have no biases")
def __init__(self, C, hidden, rng=None):
    rng = rng or np.random.default_rng()
    self.gate = Linear(C, hidden, rng)
    self.up = Linear(C, hidden, rng)
    self.down = Linear(hidden, C, rng)


@mistake("4.4 SwiGLU.__init__", "one seed for all", says="hold the same numbers")
def __init__(self, C, hidden, rng=None):
    self.gate = Linear(C, hidden, np.random.default_rng(0), bias=False)
    self.up = Linear(C, hidden, np.random.default_rng(0), bias=False)
    self.down = Linear(hidden, C, np.random.default_rng(0), bias=False)


@mistake("4.4 SwiGLU.__call__", "no gate", says="silu(up(x)) is handed down")
def __call__(self, x):
    return self.down(silu(self.up(x)))


@mistake("4.4 SwiGLU.__call__", "gate and up exchanged", says="gate and up are exchanged")
def __call__(self, x):
    return self.down(self.gate(x) * silu(self.up(x)))


@mistake("4.4 SwiGLU.__call__", "silu of the product", says="silu is taken of the product")
def __call__(self, x):
    return self.down(silu(self.gate(x) * self.up(x)))


@mistake("4.4 rope_angles", "i where 2i belongs", says="the exponent is -i / D, not -2i / D")
def rope_angles(positions, D, base=10000.0):
    if D % 2:
        raise ValueError(f"{D} is odd")
    return np.asarray(positions)[:, None] * base ** (-np.arange(D // 2) / D)


@mistake("4.4 rope_angles", "positions from 1", says="positions are counted from 1")
def rope_angles(positions, D, base=10000.0):
    if D % 2:
        raise ValueError(f"{D} is odd")
    return (np.asarray(positions)[:, None] + 1) * base ** (-np.arange(0, D, 2) / D)


@mistake("4.4 rope_angles", "positions are counted anew", says="not taken as they are given")
def rope_angles(positions, D, base=10000.0):
    if D % 2:
        raise ValueError(f"{D} is odd")
    return np.arange(len(positions))[:, None] * base ** (-np.arange(0, D, 2) / D)


@mistake("4.4 rope_angles", "rounded powers", says="the powers of the base are rounded")
def rope_angles(positions, D, base=10000.0):
    if D % 2:
        raise ValueError(f"{D} is odd")
    return np.asarray(positions)[:, None] / np.round(base ** (np.arange(0, D, 2) / D))


@mistake("4.4 apply_rope", "the second number turned over", says="the second number has the other")
def apply_rope(x, angles):
    a = array_of(x)
    if angles.shape != (a.shape[-2], a.shape[-1] // 2):
        raise ValueError(f"angles {angles.shape} for {a.shape}")
    cos, sin = np.cos(angles).astype(a.dtype), np.sin(angles).astype(a.dtype)

    def turn(rows, sin, sign):
        out, odd = np.empty_like(rows), sign * rows[..., 1::2]
        out[..., ::2] = rows[..., ::2] * cos - odd * sin
        out[..., 1::2] = rows[..., ::2] * sin + odd * cos
        return out

    y = turn(a, sin, 1)
    y[..., 1::2] *= -1
    return Tensor(y, (x,), (lambda g: turn(g, -sin, -1),), "rope")


@mistake("4.4 apply_rope", "nothing is turned", says="nothing is turned")
def apply_rope(x, angles):
    return Tensor(x.data.copy(), (x,), (lambda g: g,), "rope")


@mistake("4.4 apply_rope", "the other way round", says="the turn goes the wrong way")
def apply_rope(x, angles):
    cos, sin = np.cos(angles).astype(x.data.dtype), np.sin(angles).astype(x.data.dtype)

    def turn(rows, sin):
        turned = np.empty_like(rows)
        even, odd = rows[..., 0::2], rows[..., 1::2]
        turned[..., 0::2] = even * cos + odd * sin
        turned[..., 1::2] = odd * cos - even * sin
        return turned

    return Tensor(turn(x.data, sin), (x,), (lambda g: turn(g, -sin),), "rope")


@mistake("4.4 apply_rope", "halves are paired", says="halves are paired, channel i with i + D/2")
def apply_rope(x, angles):
    cos, sin = np.cos(angles).astype(x.data.dtype), np.sin(angles).astype(x.data.dtype)

    def turn(rows, sin):
        a, b = np.split(rows, 2, axis=-1)
        return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)

    return Tensor(turn(x.data, sin), (x,), (lambda g: turn(g, -sin),), "rope")


@mistake("4.4 apply_rope", "written over too early", says="where the old one belongs")
def apply_rope(x, angles):
    cos, sin = np.cos(angles).astype(x.data.dtype), np.sin(angles).astype(x.data.dtype)

    def turn(rows, sin):
        turned = rows.copy()
        turned[..., 0::2] = turned[..., 0::2] * cos - turned[..., 1::2] * sin
        turned[..., 1::2] = turned[..., 0::2] * sin + turned[..., 1::2] * cos
        return turned

    return Tensor(turn(x.data, sin), (x,), (lambda g: turn(g, -sin),), "rope")


@mistake("4.4 apply_rope", "stacked and not woven", says="put before all second ones")
def apply_rope(x, angles):
    cos, sin = np.cos(angles).astype(x.data.dtype), np.sin(angles).astype(x.data.dtype)

    def turn(rows, sin):
        even, odd = rows[..., 0::2], rows[..., 1::2]
        return np.concatenate([even * cos - odd * sin, even * sin + odd * cos], axis=-1)

    return Tensor(turn(x.data, sin), (x,), (lambda g: turn(g, -sin),), "rope")


@mistake("4.4 apply_rope", "the gradient is turned on", says="turned on instead of back")
def apply_rope(x, angles):
    cos, sin = np.cos(angles).astype(x.data.dtype), np.sin(angles).astype(x.data.dtype)

    def turn(rows):
        turned = np.empty_like(rows)
        even, odd = rows[..., 0::2], rows[..., 1::2]
        turned[..., 0::2] = even * cos - odd * sin
        turned[..., 1::2] = even * sin + odd * cos
        return turned

    return Tensor(turn(x.data), (x,), (turn,), "rope")


@mistake("4.4 apply_rope", "float64 whatever came", says="the whole model would be as slow")
def apply_rope(x, angles):
    def turn(rows, sin):
        turned = np.empty(rows.shape)
        even, odd = rows[..., 0::2], rows[..., 1::2]
        turned[..., 0::2] = even * np.cos(angles) - odd * sin
        turned[..., 1::2] = even * sin + odd * np.cos(angles)
        return turned

    sin = np.sin(angles)
    return Tensor(turn(x.data, sin), (x,), (lambda g: turn(g, -sin),), "rope")


@mistake("4.4 apply_rope", "float32 forwards alone", says="what is handed back is float64")
def apply_rope(x, angles):
    def turn(rows, sin):
        even, odd = rows[..., 0::2], rows[..., 1::2]
        pair = even * np.cos(angles) - odd * sin, even * sin + odd * np.cos(angles)
        return np.stack(pair, axis=-1).reshape(rows.shape)

    sin = np.sin(angles)
    turned = turn(x.data, sin).astype(x.data.dtype)
    return Tensor(turned, (x,), (lambda g: turn(g, -sin),), "rope")


@mistake("4.4 GroupedQueryAttention.__init__", "n_kv_head is ignored", says="and was ignored")
def __init__(self, config, rng=None):
    C = config.n_channels
    if C % config.n_head or config.n_head % config.n_kv_head:
        raise ValueError(f"{C} channels, {config.n_head} heads, {config.n_kv_head} of keys")
    rng = rng or np.random.default_rng()
    self.config = config
    self.query, self.key, self.value, self.output = (
        Linear(C, C, rng, bias=False) for _ in range(4)
    )


@mistake("4.4 GroupedQueryAttention.__init__", "biases", says="none of the four layers has a bias")
def __init__(self, config, rng=None):
    C, n_head, n_kv_head = config.n_channels, config.n_head, config.n_kv_head
    if C % n_head or n_head % n_kv_head:
        raise ValueError(f"{C} channels, {n_head} heads, {n_kv_head} of keys")
    rng = rng or np.random.default_rng()
    self.config = config
    self.query = Linear(C, C, rng)
    self.key = Linear(C, C // n_head * n_kv_head, rng)
    self.value = Linear(C, C // n_head * n_kv_head, rng)
    self.output = Linear(C, C, rng)


@mistake("4.4 GroupedQueryAttention.__call__", "the order of np.tile", says="heads share by turns")
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.tile(np.arange(n_kv_head), n_head // n_kv_head)
    mixed = scaled_dot_product_attention(q, k[:, heads], v[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@mistake("4.4 GroupedQueryAttention.__call__", "values are turned", says="values are turned too")
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = apply_rope(split_heads(self.value(x), n_kv_head), angles)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mixed = scaled_dot_product_attention(q, k[:, heads], v[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@mistake("4.4 GroupedQueryAttention.__call__", "no positions", says="nothing is turned")
def __call__(self, x, cache=None):
    T = x.shape[1]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    q = split_heads(self.query(x), n_head)
    k = split_heads(self.key(x), n_kv_head)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mask = causal_mask(T, k.shape[-2])
    return self.output(merge_heads(scaled_dot_product_attention(q, k[:, heads], v[:, heads], mask)))


@mistake(
    "4.4 GroupedQueryAttention.__call__", "restarted", says="start again at 0 with every piece"
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    angles = rope_angles(np.arange(T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mask = causal_mask(T, k.shape[-2])
    return self.output(merge_heads(scaled_dot_product_attention(q, k[:, heads], v[:, heads], mask)))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "the length is read too late",
    says="after it has been extended",
    prelude="from .tensor import concatenate",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    q = split_heads(self.query(x), n_head)
    k = split_heads(self.key(x), n_kv_head)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        cache.extend(k, v)
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    q, k = apply_rope(q, angles), apply_rope(k, angles)
    if cache is not None:
        old = cache.k[:, :, : start - T]
        cache.k = k if start == T else concatenate([old, k], axis=-2)
        k, v = cache.k, cache.v
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mask = causal_mask(T, k.shape[-2])
    return self.output(merge_heads(scaled_dot_product_attention(q, k[:, heads], v[:, heads], mask)))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "the length is read too late for queries",
    says="the positions of the queries are read off the cache after it has been extended",
)
def __call__(self, x, cache=None):
    c = self.config
    T, D = x.shape[1], c.n_channels // c.n_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), D, c.rope_base)
    k = apply_rope(split_heads(self.key(x), c.n_kv_head), angles)
    v = split_heads(self.value(x), c.n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
        angles = rope_angles(np.arange(cache.length, cache.length + T), D, c.rope_base)
    q = apply_rope(split_heads(self.query(x), c.n_head), angles)
    owners = np.repeat(np.arange(c.n_kv_head), c.n_head // c.n_kv_head)
    k, v = k[:, owners], v[:, owners]
    mixed = scaled_dot_product_attention(q, k, v, causal_mask(T, k.shape[2]))
    return self.output(merge_heads(mixed))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "queries turned before the split",
    says="all C channels of the queries are turned as one head",
)
def __call__(self, x, cache=None):
    c = self.config
    start, T, D = cache.length if cache is not None else 0, x.shape[1], c.n_channels // c.n_head
    places = np.arange(start, start + T)
    q = apply_rope(self.query(x), rope_angles(places, c.n_channels, c.rope_base))
    q = split_heads(q, c.n_head)
    k = split_heads(self.key(x), c.n_kv_head)
    k = apply_rope(k, rope_angles(places, D, c.rope_base))
    v = split_heads(self.value(x), c.n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    owners = np.repeat(np.arange(c.n_kv_head), c.n_head // c.n_kv_head)
    k, v = k[:, owners], v[:, owners]
    mixed = scaled_dot_product_attention(q, k, v, causal_mask(T, k.shape[2]))
    return self.output(merge_heads(mixed))


@mistake("4.4 GroupedQueryAttention.__call__", "no mask with a cache", says="see those after them")
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mask = causal_mask(T) if cache is None else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k[:, heads], v[:, heads], mask)))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "the cache holds unturned keys",
    says="turned again for each new token",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start + T), C // n_head, self.config.rope_base)
    k, v = split_heads(self.key(x), n_kv_head), split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    q = apply_rope(split_heads(self.query(x), n_head), angles[start:])
    k = apply_rope(k, angles)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mixed = scaled_dot_product_attention(q, k[:, heads], v[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "copies in the cache",
    says="each head of queries gets a copy",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)[:, heads]
    v = split_heads(self.value(x), n_kv_head)[:, heads]
    if cache is not None:
        k, v = cache.extend(k, v)
    mixed = scaled_dot_product_attention(q, k, v, causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "turned before the split",
    says="all C channels are turned as one head",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    positions = np.arange(start, start + T)
    q, k = self.query(x), self.key(x)
    q = apply_rope(q, rope_angles(positions, C, self.config.rope_base))
    k = apply_rope(k, rope_angles(positions, k.shape[-1], self.config.rope_base))
    q, k = split_heads(q, n_head), split_heads(k, n_kv_head)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mixed = scaled_dot_product_attention(q, k[:, heads], v[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "positions from 1, which attention itself cannot see",
    says="positions are counted from 1",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start + 1, start + 1 + T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mixed = scaled_dot_product_attention(q, k[:, heads], v[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@mistake("4.4 GroupedQueryAttention.__call__", "always base 10000", says="rope_base is not used")
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mixed = scaled_dot_product_attention(q, k[:, heads], v[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@mistake("4.4 LlamaBlock.__init__", "one norm for both", says="norm2.gain")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.norm1 = self.norm2 = RMSNorm(config.n_channels)
    self.attention = GroupedQueryAttention(config, rng)
    self.feed_forward = SwiGLU(config.n_channels, config.hidden, rng)


@mistake("4.4 LlamaBlock.__call__", "post-norm", says="the norms come after what is added")
def __call__(self, x, cache=None):
    x = self.norm1(x + self.attention(x, cache))
    return self.norm2(x + self.feed_forward(x))


@mistake("4.4 LlamaBlock.__call__", "the second sum of what came in", says="attention is lost")
def __call__(self, x, cache=None):
    y = x + self.attention(self.norm1(x), cache)
    return x + self.feed_forward(self.norm2(y))


@mistake("4.4 LlamaBlock.__call__", "the first sum of a norm", says="the first sum begins with")
def __call__(self, x, cache=None):
    x = self.norm1(x)
    x = x + self.attention(x, cache)
    return x + self.feed_forward(self.norm2(x))


@mistake("4.4 LlamaBlock.__call__", "side by side", says="as it was before the attention")
def __call__(self, x, cache=None):
    return x + self.attention(self.norm1(x), cache) + self.feed_forward(self.norm2(x))


@mistake("4.4 LlamaBlock.__call__", "the stream is normalized", says="the stream itself is normal")
def __call__(self, x, cache=None):
    x = self.norm1(x)
    x = self.norm2(x + self.attention(x, cache))
    return x + self.feed_forward(x)


@mistake("4.4 LlamaBlock.__call__", "no cache", says="the cache is not handed on")
def __call__(self, x, cache=None):
    x = x + self.attention(self.norm1(x))
    return x + self.feed_forward(self.norm2(x))


@mistake("4.4 Llama.__init__", "one block, listed often", says="one and the same object")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.blocks = [LlamaBlock(config, rng)] * config.n_layer
    self.norm = RMSNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)


@mistake("4.4 Llama.__init__", "the table is computed", says="token.weight was computed, by")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight = self.token.weight * 0.02
    self.blocks = [LlamaBlock(config, rng) for _ in range(config.n_layer)]
    self.norm = RMSNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)


@mistake("4.4 Llama.__init__", "a table of deviation 1", says="should be near 0.02")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.blocks = [LlamaBlock(config, rng) for _ in range(config.n_layer)]
    self.norm = RMSNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)


@mistake("4.4 Llama.__call__", "the final norm is forgotten", says="the final norm is forgotten")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.token(ids)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.head(x)


@mistake("4.4 Llama.__call__", "one cache for all blocks", says="the second to the second")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.token(ids)
    for block in self.blocks:
        x = block(x, caches[0] if caches else None)
    return self.head(self.norm(x))


@mistake("4.4 Llama.__call__", "blocks without a cache are left out", says="for the two blocks")
def __call__(self, ids, caches=None):
    start = caches[0].length if caches else 0
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.token(ids)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.head(self.norm(x))


@mistake("4.4 Llama.__call__", "tokens modulo V", says="token 11 of 11")
def __call__(self, ids, caches=None):
    ids = np.asarray(ids) % self.config.n_tokens
    check_caches(caches, self.blocks)
    check_context(length_of(caches) + ids.shape[1], self.config.block_size)
    x = self.token(ids)
    for i, block in enumerate(self.blocks):
        x = block(x, caches[i] if caches else None)
    return self.head(self.norm(x))


@mistake("4.4 Llama.__call__", "only new tokens count", says="2 tokens after 4 that are in the")
def __call__(self, ids, caches=None):
    check_context(ids.shape[1], self.config.block_size)
    x = self.token(ids)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.head(self.norm(x))


@mistake("4.4 parameter_count", "the tied head twice", says="the tied head is counted again")
def parameter_count(config):
    V, T, L, C = config.n_tokens, config.block_size, config.n_layer, config.n_channels
    if isinstance(config, LlamaConfig):
        kv = C // config.n_head * config.n_kv_head
        return 2 * V * C + L * (2 * C * C + 2 * C * kv + 3 * C * config.hidden + 2 * C) + C
    return 2 * V * C + T * C + L * (12 * C * C + 13 * C) + 2 * C


@mistake("4.4 parameter_count", "no biases", says="the biases of the layers are forgotten")
def parameter_count(config):
    V, T, L, C = config.n_tokens, config.block_size, config.n_layer, config.n_channels
    if isinstance(config, LlamaConfig):
        kv = C // config.n_head * config.n_kv_head
        return 2 * V * C + L * (2 * C * C + 2 * C * kv + 3 * C * config.hidden + 2 * C) + C
    return V * C + T * C + L * (12 * C * C + 4 * C) + 2 * C


@mistake("4.4 parameter_count", "all heads have keys", says="n_kv_head is ignored")
def parameter_count(config):
    V, T, L, C = config.n_tokens, config.block_size, config.n_layer, config.n_channels
    if isinstance(config, LlamaConfig):
        return 2 * V * C + L * (4 * C * C + 3 * C * config.hidden + 2 * C) + C
    return V * C + T * C + L * (12 * C * C + 13 * C) + 2 * C


@mistake("4.4 parameter_count", "a Llama's head tied", says="taken for the token table")
def parameter_count(config):
    V, T, L, C = config.n_tokens, config.block_size, config.n_layer, config.n_channels
    if isinstance(config, LlamaConfig):
        kv = C // config.n_head * config.n_kv_head
        return V * C + L * (2 * C * C + 2 * C * kv + 3 * C * config.hidden + 2 * C) + C
    return V * C + T * C + L * (12 * C * C + 13 * C) + 2 * C


@mistake("4.4 training_flops", "forward only", says="only the forward pass counts")
def training_flops(n_parameters, n_tokens):
    return 2 * n_parameters * n_tokens


@mistake("4.4 training_flops", "fused operations", says="count as one")
def training_flops(n_parameters, n_tokens):
    return 3 * n_parameters * n_tokens


@mistake("4.4 kv_cache_bytes", "n_head for n_kv_head", says="where n_kv_head belongs")
def kv_cache_bytes(config, batch_size, length, bytes_per_number=2):
    return config.n_layer * batch_size * length * 2 * config.n_channels * bytes_per_number


@mistake("4.4 kv_cache_bytes", "keys without values", says="keys are counted, and values are not")
def kv_cache_bytes(config, batch_size, length, bytes_per_number=2):
    channels = config.n_channels // config.n_head * getattr(config, "n_kv_head", config.n_head)
    return config.n_layer * batch_size * length * channels * bytes_per_number


@mistake("4.4 RMSNorm.__init__", "Flax's eps", says="eps is 1e-6, as in Flax")
def __init__(self, C, eps=1e-6):
    self.gain = Tensor(np.ones(C))
    self.eps = eps


@mistake("4.4 RMSNorm.__init__", "PyTorch's eps", says="eps is that of float32, which PyTorch")
def __init__(self, C, eps=2.0**-23):
    self.gain = Tensor(np.ones(C))
    self.eps = eps


@mistake("4.4 RMSNorm.__call__", "1 + gain", says="as in Gemma, whose gains start at 0")
def __call__(self, x):
    return x / ((x * x).mean(axis=-1, keepdims=True) + self.eps).sqrt() * (self.gain + 1)


@mistake("4.4 RMSNorm.__call__", "the axis is lost", says="which is kept so that it broadcasts")
def __call__(self, x):
    return x / ((x * x).mean(axis=-1) + self.eps).sqrt() * self.gain


@mistake("4.4 RMSNorm.__call__", "the root kept", says="counts as a parameter")
def __call__(self, x):
    self.root = ((x * x).mean(axis=-1, keepdims=True) + self.eps).sqrt()
    return x / self.root * self.gain


@mistake("4.4 silu", "a tanh is no sigmoid", says="a sigmoid is a tanh of half its input")
def silu(x):
    a = x.data
    s = 0.5 * (1 + np.tanh(a))
    return Tensor(a * s, (x,), (lambda g: g * (s + a * 2 * s * (1 - s)),), "silu")


@mistake("4.4 silu", "float64", says="was float64 and has widened it")
def silu(x):
    a = x.data
    s = np.float64(0.5) * (1 + np.tanh(0.5 * a))
    return Tensor(a * s, (x,), (lambda g: g * (s * (1 + a * (1 - s))),), "silu")


@mistake("4.4 SwiGLU.__init__", "down first", says="the gate is not drawn first")
def __init__(self, C, hidden, rng=None):
    rng = rng or np.random.default_rng()
    down = Linear(hidden, C, rng, bias=False)
    self.gate = Linear(C, hidden, rng, bias=False)
    self.up = Linear(C, hidden, rng, bias=False)
    self.down = down


@mistake(
    "4.4 SwiGLU.__call__",
    "GEGLU",
    says="the gate is a gelu (GEGLU), in the tanh form",
    prelude="from .transformer import gelu",
)
def __call__(self, x):
    return self.down(gelu(self.gate(x)) * self.up(x))


@mistake("4.4 SwiGLU.__call__", "the product kept", says="counts as a parameter")
def __call__(self, x):
    self.hidden = silu(self.gate(x)) * self.up(x)
    return self.down(self.hidden)


@mistake("4.4 rope_angles", "cosines and sines", says="cosine and sine come back, where")
def rope_angles(positions, D, base=10000.0):
    if D % 2:
        raise ValueError(f"{D} is odd")
    angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, D, 2) / D)
    return np.cos(angles), np.sin(angles)


@mistake("4.4 rope_angles", "2 π", says="a position is a whole turn")
def rope_angles(positions, D, base=10000.0):
    if D % 2:
        raise ValueError(f"{D} is odd")
    return 2 * np.pi * np.asarray(positions)[:, None] * base ** (-np.arange(0, D, 2) / D)


@mistake("4.4 apply_rope", "rotate_half with the cosines of neighbours", says="as in rotate_half")
def apply_rope(x, angles):
    cos = np.repeat(np.cos(angles), 2, axis=-1).astype(x.data.dtype)
    sin = np.repeat(np.sin(angles), 2, axis=-1).astype(x.data.dtype)

    def rotate_half(rows):
        a, b = np.split(rows, 2, axis=-1)
        return np.concatenate([-b, a], axis=-1)

    def back(g):
        return g * cos - rotate_half(g * sin)

    return Tensor(x.data * cos + rotate_half(x.data) * sin, (x,), (back,), "rope")


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "the attention weights kept",
    says="counts as a parameter",
    prelude="from .attention import attention_weights",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    self.weights = attention_weights(q, k[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(self.weights @ v[:, heads]))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "a mask whose corner is at the top left",
    says="the first query of a piece sees key 0 alone",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mask = np.where(np.tri(T, start + T, dtype=bool), 0.0, -np.inf)
    return self.output(merge_heads(scaled_dot_product_attention(q, k[:, heads], v[:, heads], mask)))


@mistake(
    "4.4 GroupedQueryAttention.__call__",
    "a square mask with a cache",
    says="more keys than queries",
)
def __call__(self, x, cache=None):
    T, C = x.shape[1:]
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n_head, self.config.rope_base)
    q = apply_rope(split_heads(self.query(x), n_head), angles)
    k = apply_rope(split_heads(self.key(x), n_kv_head), angles)
    v = split_heads(self.value(x), n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    heads = np.repeat(np.arange(n_kv_head), n_head // n_kv_head)
    mask = causal_mask(T)
    return self.output(merge_heads(scaled_dot_product_attention(q, k[:, heads], v[:, heads], mask)))


@mistake("4.4 LlamaBlock.__call__", "the norm of what is added", says="what is added is normalized")
def __call__(self, x, cache=None):
    x = x + self.norm1(self.attention(x, cache))
    return x + self.norm2(self.feed_forward(x))


@mistake("4.4 Llama.__init__", "the config is not kept", says="keeps what it was made from")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.blocks = [LlamaBlock(config, rng) for _ in range(config.n_layer)]
    self.norm = RMSNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)


@mistake("4.4 Llama.__init__", "the head scaled too", says="only the token table is scaled")
def __init__(self, config, rng=None):
    rng = rng or np.random.default_rng()
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.blocks = [LlamaBlock(config, rng) for _ in range(config.n_layer)]
    self.norm = RMSNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)
    for weight in (self.token.weight, self.head.weight):
        weight.data *= 0.02


@mistake("4.4 Llama.__call__", "checked after the blocks", says="check before any block has seen")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    x = self.token(ids)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    check_context(start + ids.shape[1], self.config.block_size)
    return self.head(self.norm(x))


@mistake("4.4 Llama.__call__", "embeddings times √C", says="multiplied by √C, as in Gemma")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + ids.shape[1], self.config.block_size)
    x = self.token(ids) * float(self.config.n_channels) ** 0.5
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        x = block(x, cache)
    return self.head(self.norm(x))


@mistake("4.4 Llama.__call__", "the stream kept", says="counts as a parameter")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    start = length_of(caches)
    check_context(start + ids.shape[1], self.config.block_size)
    self.stream = self.token(ids)
    for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
        self.stream = block(self.stream, cache)
    return self.head(self.norm(self.stream))


@mistake("4.4 kv_cache_bytes", "a GPT has no n_kv_head", says="a GPTConfig has no n_kv_head")
def kv_cache_bytes(config, batch_size, length, bytes_per_number=2):
    per_position = 2 * config.n_kv_head * (config.n_channels // config.n_head)
    return config.n_layer * batch_size * length * per_position * bytes_per_number


@mistake("4.4 training_flops", "8", says="as where activations are computed twice")
def training_flops(n_parameters, n_tokens):
    return 8 * n_parameters * n_tokens


@mistake("4.4 apply_rope", "the pair turned round", says="the second number of each pair is taken")
def apply_rope(x, angles):
    c, s = np.cos(angles).astype(x.data.dtype), np.sin(angles).astype(x.data.dtype)

    def turn(rows, s):
        b, a = rows[..., 0::2], rows[..., 1::2]
        return np.stack([a * c - b * s, a * s + b * c], axis=-1).reshape(rows.shape)

    return Tensor(turn(x.data, s), (x,), (lambda g: turn(g, -s),), "rope")


@mistake("4.4 apply_rope", "four axes", says="any number of axes may stand in front of (T, D)")
def apply_rope(x, angles):
    B, H, T, D = x.shape
    c, s = np.cos(angles).astype(x.data.dtype), np.sin(angles).astype(x.data.dtype)

    def turn(rows, s):
        a, b = rows[..., 0::2], rows[..., 1::2]
        return np.stack([a * c - b * s, a * s + b * c], axis=-1).reshape(B, H, T, D)

    return Tensor(turn(x.data, s), (x,), (lambda g: turn(g, -s),), "rope")


@mistake("4.4 Llama.__init__", "as an Embedding draws it", says="has a deviation of 1, as an Emb")
def __init__(self, config, rng=None):
    rng = np.random.default_rng(rng)
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.blocks = [LlamaBlock(config, rng) for _ in range(config.n_layer)]
    self.norm = RMSNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)


@mistake("4.4 SwiGLU.__init__", "the seed for each", says="all begin anew")
def __init__(self, C, hidden, rng=None):
    self.gate = Linear(C, hidden, rng, bias=False)
    self.up = Linear(C, hidden, rng, bias=False)
    self.down = Linear(hidden, C, rng, bias=False)


@mistake("4.4 RMSNorm.__call__", "one channel for all", says="numpy spreads a single one")
def __call__(self, x):
    return x / ((x * x).mean(axis=-1, keepdims=True) + self.eps).sqrt() * self.gain


@mistake("4.4 apply_rope", "angles are spread", says="numpy spreads an axis of 1")
def apply_rope(x, angles):
    data = array_of(x)
    cos = np.cos(angles).astype(data.dtype)
    sin = np.sin(angles).astype(data.dtype)

    def turn(rows, sin):
        turned = np.empty_like(rows)
        even, odd = rows[..., 0::2], rows[..., 1::2]
        turned[..., 0::2] = even * cos - odd * sin
        turned[..., 1::2] = even * sin + odd * cos
        return turned

    return Tensor(turn(data, sin), (x,), (lambda g: turn(g, -sin),), "rope")


@mistake("4.4 Llama.__init__", "a tuple of blocks", says="blocks is a tuple, and should be a list")
def __init__(self, config, rng=None):
    rng = np.random.default_rng(rng)
    self.config = config
    self.token = Embedding(config.n_tokens, config.n_channels, rng)
    self.token.weight.data *= 0.02
    self.blocks = tuple(LlamaBlock(config, rng) for _ in range(config.n_layer))
    self.norm = RMSNorm(config.n_channels)
    self.head = Linear(config.n_channels, config.n_tokens, rng, bias=False)


@mistake(
    "4.4 Llama.__call__", "one answer a piece", says="the last position of a piece is answered"
)
def __call__(self, ids, caches=None):
    if caches is not None and len(caches) != len(self.blocks):
        raise ValueError(f"{len(caches)} {len(self.blocks)}")
    start = caches[0].length if caches else 0
    if start + ids.shape[1] > self.config.block_size:
        raise ValueError(f"{start + ids.shape[1]} {self.config.block_size}")
    x = self.token(ids)
    for i, block in enumerate(self.blocks):
        x = block(x, caches[i] if caches else None)
    if caches:
        x = x[:, -1:]
    return self.head(self.norm(x))


@mistake("4.4 training_flops", "as narrow as numpy's integers", says="what is above is lost")
def training_flops(n_parameters, n_tokens):
    return 6 * n_parameters * n_tokens


@mistake(
    "4.4 RMSNorm.__call__", "a Tensor of float64", says="is float64, and widens all that it meets"
)
def __call__(self, x):
    if x.shape[-1:] != self.gain.shape:
        raise ValueError(f"x of shape {x.shape} for a gain of shape {self.gain.shape}")
    return x / ((x * x).mean(axis=-1, keepdims=True) + Tensor(self.eps)).sqrt() * self.gain
