"""Right solutions of 4.4's llama of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("4.4 RMSNorm.__call__", "one node, with the gradient by hand")
def __call__(self, x):
    if x.shape[-1] != len(self.gain.data):
        raise ValueError(f"{x.shape}, {self.gain.shape}")
    scale = 1 / np.sqrt((x.data * x.data).mean(axis=-1, keepdims=True) + self.eps)
    y = x.data * scale

    def pull(g):
        return (g - y * (g * y).mean(axis=-1, keepdims=True)) * scale

    return Tensor(y, (x,), (pull,), "rms") * self.gain


@alternative("4.4 RMSNorm.__call__", "a power of the mean square")
def __call__(self, x):
    if x.shape[-1] != len(self.gain.data):
        raise ValueError(f"{x.shape}, {self.gain.shape}")
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
    if np.shape(angles) != (x.shape[-2], x.shape[-1] / 2):
        raise ValueError(f"{np.shape(angles)}, {x.shape}")
    dtype = x.data.dtype

    def turn(rows, angles):
        pairs = rows[..., 0::2] + 1j * rows[..., 1::2]
        pairs = pairs * np.exp(1j * angles)
        both = np.stack([pairs.real, pairs.imag], axis=-1)
        return both.reshape(*rows.shape).astype(dtype)

    return Tensor(turn(x.data, angles), (x,), (lambda g: turn(g, -np.asarray(angles)),), "rope")


@alternative("4.4 apply_rope", "every channel with its neighbour, cosines repeated")
def apply_rope(x, angles):
    if np.shape(angles) != (x.shape[-2], x.shape[-1] / 2):
        raise ValueError(f"{np.shape(angles)}, {x.shape}")
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


@alternative("4.4 apply_rope", "rotation matrices")
def apply_rope(x, angles):
    if np.shape(angles) != (x.shape[-2], x.shape[-1] / 2):
        raise ValueError(f"{np.shape(angles)}, {x.shape}")
    angles = np.asarray(angles)
    c, s = np.cos(angles), np.sin(angles)
    R = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], -2).astype(
        x.data.dtype
    )  # T, D/2, 2, 2

    def turn(a, R):
        pairs = a.reshape(*a.shape[:-1], a.shape[-1] // 2, 2)
        return np.einsum("tiab,...tib->...tia", R, pairs).reshape(a.shape)

    return Tensor(turn(x.data, R), (x,), (lambda g: turn(g, R.swapaxes(-1, -2)),), "rope")
