"""Right solutions of 4.4, from Llama on, of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("4.4 RMSNorm.__call__", "one node, with the gradient by hand")
def __call__(self, x):
    scale = 1 / np.sqrt((x.data * x.data).mean(axis=-1, keepdims=True) + self.eps)
    y = x.data * scale

    def pull(g):
        return (g - y * (g * y).mean(axis=-1, keepdims=True)) * scale

    return Tensor(y, (x,), (pull,), "rms") * self.gain


@alternative("4.4 RMSNorm.__call__", "a power of the mean square")
def __call__(self, x):
    return self.gain * (x * ((x**2).sum(axis=-1, keepdims=True) / x.shape[-1] + self.eps) ** -0.5)


@alternative("4.4 silu", "exp, where it is small")
def silu(x):
    small = np.exp(-np.abs(x.data))
    s = np.where(x.data < 0, small, 1.0) / (1 + small)
    y = x.data * s
    return Tensor(y, (x,), (lambda g: g * (y + s * (1 - y)),), "silu")


@alternative("4.4 SwiGLU.__call__", "step by step")
def __call__(self, x):
    up = self.up(x)
    gate = silu(self.gate(x))
    return self.down(up * gate)


@alternative("4.4 rope_angles", "pair by pair")
def rope_angles(positions, D, base=10000.0):
    if D % 2 == 1:
        raise ValueError(f"there is no half of {D}")
    return np.array([[p / base ** (2 * i / D) for i in range(D // 2)] for p in positions])


@alternative("4.4 rope_angles", "an outer product, with logarithms")
def rope_angles(positions, D, base=10000.0):
    if D & 1:
        raise ValueError(f"{D} channels make no pairs")
    return np.outer(positions, np.exp(-2 * np.arange(D // 2) / D * np.log(base)))


@alternative("4.4 apply_rope", "complex numbers")
def apply_rope(x, angles):
    dtype = x.data.dtype

    def turn(rows, angles):
        pairs = rows[..., 0::2] + 1j * rows[..., 1::2]
        pairs = pairs * np.exp(1j * angles)
        both = np.stack([pairs.real, pairs.imag], axis=-1)
        return both.reshape(*rows.shape).astype(dtype)

    return Tensor(turn(x.data, angles), (x,), (lambda g: turn(g, -np.asarray(angles)),), "rope")


@alternative("4.4 apply_rope", "every channel with its neighbour, cosines repeated")
def apply_rope(x, angles):
    cos = np.repeat(np.cos(angles), 2, axis=-1).astype(x.data.dtype)
    sin = np.repeat(np.sin(angles), 2, axis=-1).astype(x.data.dtype)
    sign = np.tile([-1.0, 1.0], x.shape[-1] // 2).astype(x.data.dtype)
    neighbour = np.arange(x.shape[-1]) ^ 1

    def forward(rows):
        return rows * cos + sign * rows[..., neighbour] * sin

    def back(g):
        return g * cos - sign * g[..., neighbour] * sin

    return Tensor(forward(x.data), (x,), (back,), "rope")


@alternative("4.4 GroupedQueryAttention.__call__", "keys and values repeated by index")
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
    mixed = scaled_dot_product_attention(q, k[:, heads], v[:, heads], causal_mask(T, start + T))
    return self.output(merge_heads(mixed))


@alternative(
    "4.4 GroupedQueryAttention.__call__",
    "group by group, put together at the end",
    prelude="from .tensor import concatenate",
)
def __call__(self, x, cache=None):
    B, T, C = x.shape
    n_head, n_kv_head = self.config.n_head, self.config.n_kv_head
    D, shared = C // n_head, n_head // n_kv_head
    start = 0 if cache is None else cache.length
    angles = rope_angles(range(start, start + T), D, self.config.rope_base)
    q = apply_rope(self.query(x).reshape(B, T, n_head, D).transpose(0, 2, 1, 3), angles)
    k = apply_rope(self.key(x).reshape(B, T, n_kv_head, D).transpose(0, 2, 1, 3), angles)
    v = self.value(x).reshape(B, T, n_kv_head, D).transpose(0, 2, 1, 3)
    if cache is not None:
        k, v = cache.extend(k, v)
    mask = causal_mask(T, k.shape[2])
    groups = []
    for g in range(n_kv_head):
        mine = q[:, g * shared : (g + 1) * shared]
        groups.append(scaled_dot_product_attention(mine, k[:, g : g + 1], v[:, g : g + 1], mask))
    return self.output(merge_heads(concatenate(groups, axis=1)))


@alternative("4.4 LlamaBlock.__call__", "what each part adds has a name")
def __call__(self, x, cache=None):
    seen = self.attention(self.norm1(x), cache=cache)
    stream = seen + x
    thought = self.feed_forward(self.norm2(stream))
    return thought + stream


@alternative("4.4 Llama.__call__", "two loops")
def __call__(self, ids, caches=None):
    check_caches(caches, self.blocks)
    before = length_of(caches)
    check_context(before + ids.shape[1], self.config.block_size)
    x = self.token(ids)
    if caches is None:
        for block in self.blocks:
            x = block(x)
    else:
        for i in range(len(self.blocks)):
            x = self.blocks[i](x, caches[i])
    return self.head(self.norm(x))


@alternative("4.4 parameter_count", "layer by layer", prelude="from .transformer import GPTConfig")
def parameter_count(config):
    C = config.n_channels

    def linear(n_in, n_out, bias):
        return n_in * n_out + bias * n_out

    total = config.n_tokens * C
    if isinstance(config, GPTConfig):
        total += config.block_size * C
        for _ in range(config.n_layer):
            total += linear(C, 3 * C, 1) + linear(C, C, 1)
            total += linear(C, 4 * C, 1) + linear(4 * C, C, 1) + 2 * (C + C)
        return total + C + C
    kv = config.n_kv_head * (C // config.n_head)
    for _ in range(config.n_layer):
        total += linear(C, C, 0) + 2 * linear(C, kv, 0) + linear(C, C, 0)
        total += 3 * linear(C, config.hidden, 0) + C + C
    return total + C + linear(C, config.n_tokens, 0)


@alternative("4.4 kv_cache_bytes", "the two kinds apart")
def kv_cache_bytes(config, batch_size, length, bytes_per_number=2):
    channels = config.n_channels
    if isinstance(config, LlamaConfig):
        channels = channels * config.n_kv_head // config.n_head
    keys = batch_size * config.n_layer * length * channels * bytes_per_number
    return keys + keys


@alternative("4.4 put_rows", "a product with ones and zeros")
def put_rows(y, rows, n):
    places = (np.arange(n)[:, None] == rows).astype(y.data.dtype)
    return Tensor(places @ y.data, (y,), (lambda g: places.T @ g,), "put_rows")


@alternative("4.4 MixtureOfExperts.route", "probabilities of the best, divided by their sum")
def route(self, x):
    probs = softmax(self.router(x))
    kept = np.zeros(probs.shape)
    for row, values in enumerate(probs.data):
        kept[row, sorted(range(len(values)), key=lambda e: -values[e])[: self.k]] = 1.0
    best = probs * kept
    return best / best.sum(axis=1, keepdims=True), probs


@alternative("4.4 MixtureOfExperts.__call__", "every expert is called, with no token if need be")
def __call__(self, x):
    n_rows = x.data.size // x.shape[-1]
    tokens = x.reshape(n_rows, x.shape[-1])
    gates = self.route(tokens)[0]
    parts = []
    for e in range(len(self.experts)):
        (rows,) = np.nonzero(gates.data[:, e] > 0)
        gate = gates[rows][:, e : e + 1]
        parts.append(put_rows(self.experts[e](tokens[rows]) * gate, rows, n_rows))
    return sum(parts[1:], parts[0]).reshape(*x.shape)


@alternative("4.4 load_balance_loss", "one mean, one count")
def load_balance_loss(gates, probs):
    N, E = probs.shape
    counts = np.count_nonzero(gates.data, axis=0)
    return (probs * counts).sum() * (E / (counts.sum() * N))


@alternative("4.4 LoRA.__init__", "frozen one by one")
def __init__(self, linear, rank, rng=None):
    if not rank >= 1:
        raise ValueError(f"no change has rank {rank}")
    if rng is None:
        rng = np.random.default_rng()
    linear.weight.requires_grad = False
    if linear.bias is not None:
        linear.bias.requires_grad = False
    n_in, n_out = linear.weight.shape
    kind = linear.weight.data.dtype
    self.linear = linear
    self.A = Tensor(rng.normal(0.0, n_in**-0.5, size=(n_in, rank)).astype(kind))
    self.B = Tensor(np.zeros((rank, n_out)).astype(kind))


@alternative("4.4 LoRA.__call__", "the change as one matrix")
def __call__(self, x):
    return x @ (self.A @ self.B) + self.linear(x)


@alternative("4.4 LoRA.merge", "a deep copy that is changed", prelude="import copy")
def merge(self):
    merged = copy.deepcopy(self.linear)
    merged.weight.data += self.A.data @ self.B.data
    for parameter in merged.parameters():
        parameter.requires_grad = True
    return merged


@alternative("4.4 trainable", "filter")
def trainable(model):
    return list(filter(lambda p: p.requires_grad, model.parameters()))


@alternative("4.4 quantize_int8", "column by column, halves away from zero")
def quantize_int8(W):
    if np.isnan(W).any() or np.isinf(W).any():
        raise ValueError("a weight is nan or infinite")
    q, scale = np.zeros(W.shape, np.int8), np.ones(W.shape[1], W.dtype)
    for j in range(W.shape[1]):
        top = max(abs(w) for w in W[:, j])
        if top > 0:
            scale[j] = top / 127
            levels = W[:, j] / scale[j]
            q[:, j] = np.clip(np.sign(levels) * np.floor(np.abs(levels) + 0.5), -127, 127)
    return q, scale


@alternative("4.4 dequantize", "a diagonal matrix")
def dequantize(q, scale):
    return q.astype(scale.dtype) @ np.diag(scale)
