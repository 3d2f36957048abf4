"""Right solutions of 5.1 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative(
    "5.1 soft_cap", "one node of its own", prelude="from ..phase4_llms.tensor import Tensor"
)
def soft_cap(logits, cap):
    if cap <= 0 or cap != cap:
        raise ValueError(f"cap should be positive: {cap}")
    t = np.tanh(logits.data / cap)
    return Tensor(
        (cap * t).astype(logits.data.dtype),
        (logits,),
        (lambda g: (g * (1 - t * t)).astype(g.dtype),),
        "cap",
    )


@alternative("5.1 window_mask", "distances, compared")
def window_mask(T, window, S=None):
    if S is None:
        S = T
    if not isinstance(window, int | np.integer):
        raise TypeError(f"window = {window}")
    if S < T or window < 1:
        raise ValueError(f"T = {T}, window = {window}, S = {S}")
    back = np.arange(S - T, S)[:, None] - np.arange(S)
    return np.where((back >= 0) & (back < window), 0.0, float("-inf"))


@alternative("5.1 window_mask", "row by row")
def window_mask(T, window, S=None):
    S = T if S is None else S
    if T > S:
        raise ValueError(f"{T} queries, {S} keys")
    if not hasattr(window, "__index__"):
        raise TypeError(f"a window of {window}")
    if window <= 0:
        raise ValueError(f"a window of {window}")
    mask = np.full((T, S), -np.inf)
    for t in range(T):
        end = S - T + t + 1
        mask[t, max(0, end - window) : end] = 0.0
    return mask


@alternative("5.1 attention_with_sink", "one key more, which no value belongs to")
def attention_with_sink(q, k, v, sink, mask=None):
    if mask is not None and np.asarray(mask).dtype.kind in "biu":
        raise TypeError(f"{np.asarray(mask).dtype} is not what is added")
    if len(sink.data) != q.shape[-3]:
        raise ValueError(f"{sink.shape}, {q.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + mask
    limit = np.maximum(scores.data.max(axis=-1, keepdims=True), sink.data[:, None, None])
    powers = (scores - limit).exp()
    out = (sink.reshape(-1, 1, 1) - limit).exp()
    return (powers / (powers.sum(axis=-1, keepdims=True) + out)) @ v


@alternative(
    "5.1 attention_with_sink", "a value of zeros", prelude="from ..phase4_llms.tensor import Tensor"
)
def attention_with_sink(q, k, v, sink, mask=None):
    if mask is not None and np.asarray(mask).dtype.kind in "biu":
        raise TypeError(f"{np.asarray(mask).dtype} is not what is added")
    if len(sink.data) != q.shape[-3]:
        raise ValueError(f"{sink.shape}, {q.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    scores = scores if mask is None else scores + mask
    ones = np.ones((*scores.shape[:-1], 1))
    logits = concatenate([scores, sink[:, None, None] * ones], axis=-1)
    zeros = Tensor(np.zeros((*v.shape[:-2], 1, v.shape[-1]), dtype=v.data.dtype))
    return softmax(logits) @ concatenate([v, zeros], axis=-2)


@alternative("5.1 scaled_angles", "pair by pair, as it is published")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    if D % 2:
        raise ValueError(f"{D} channels make no pairs")
    speeds = []
    for i in range(D // 2):
        speed = base ** (-2 * i / D)
        wavelength = 2 * pi / speed
        if wavelength < trained / high:
            speeds.append(speed)
        elif wavelength > trained / low:
            speeds.append(speed / factor)
        else:
            smooth = (trained / wavelength - low) / (high - low)
            speeds.append((1 - smooth) * speed / factor + smooth * speed)
    return np.outer(positions, speeds)


@alternative("5.1 NormedAttention.__call__", "head by head")
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    D, group = x.shape[2] // c.n_head, c.n_head // c.n_kv_head
    start = 0 if cache is None else cache.length
    angles = rope_angles(range(start, start + T), D, c.rope_base)

    def heads(rows, n, norm):
        parts = [rows[:, None, :, h * D : (h + 1) * D] for h in range(n)]
        return concatenate([apply_rope(norm(p), angles) if norm else p for p in parts], axis=1)

    q = heads(self.query(x), c.n_head, self.query_norm)
    k = heads(self.key(x), c.n_kv_head, self.key_norm)
    v = heads(self.value(x), c.n_kv_head, None)
    if cache is not None:
        k, v = cache.extend(k, v)
    mask = window_mask(T, self.window or start + T, start + T)
    mixed = [
        scaled_dot_product_attention(q[:, h], k[:, h // group], v[:, h // group], mask)
        for h in range(c.n_head)
    ]
    return self.output(concatenate(mixed, axis=-1))


@alternative("5.1 put_rows", "a product with ones and zeros")
def put_rows(y, rows, n):
    places = (np.arange(n)[:, None] == rows).astype(y.data.dtype)
    return Tensor(places @ y.data, (y,), (lambda g: places.T @ g,), "put_rows")


@alternative("5.1 MixtureOfExperts.route", "row by row")
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    for row, values in enumerate(scores.data + self.bias):
        kept[row, sorted(range(len(values)), key=lambda e: -values[e])[: self.k]] = 1.0
    best = scores * kept
    total = scores.sum(axis=1, keepdims=True)
    return best / best.sum(axis=1, keepdims=True), scores / total


@alternative("5.1 MixtureOfExperts.__call__", "every expert is called, with no token if need be")
def __call__(self, x):
    n_rows = x.data.size // x.shape[-1]
    tokens = x.reshape(n_rows, x.shape[-1])
    gates = self.route(tokens)[0]
    parts = [self.shared(tokens)] if self.shared is not None else []
    for e in range(len(self.experts)):
        (rows,) = np.nonzero(gates.data[:, e] > 0)
        gate = gates[rows][:, e : e + 1]
        parts.append(put_rows(self.experts[e](tokens[rows]) * gate, rows, n_rows))
    return sum(parts[1:], parts[0]).reshape(*x.shape)


@alternative("5.1 load_balance_loss", "one mean, one count")
def load_balance_loss(gates, probs):
    N, E = probs.shape
    counts = np.count_nonzero(gates.data, axis=0)
    return (probs * counts).sum() * (E / (counts.sum() * N))


@alternative("5.1 MixtureOfExperts.update_bias", "in place, one by one")
def update_bias(self, gates, speed=0.001):
    counts = np.count_nonzero(gates.data, axis=0)
    for e, count in enumerate(counts):
        if count * len(counts) > counts.sum():
            self.bias[e] -= speed
        elif count * len(counts) < counts.sum():
            self.bias[e] += speed


@alternative("5.1 LatentAttention.compress", "two products")
def compress(self, x, start=0):
    L, weight = self.config.n_latent, self.down.weight
    return self.norm(x @ weight[:, :L]), self.turn(x @ weight[:, L:], start)


@alternative("5.1 LatentAttention.absorbed", "scores in two parts, heads one by one")
def absorbed(self, x, cache=None):
    c, D = self.config, self.config.head_dim
    start = 0 if cache is None else cache.length
    q, q_turned = self.queries(x, start)
    small, key = self.compress(x, start)
    if cache is not None:
        small, key = cache.extend(small, key)
    mask, heads = causal_mask(x.shape[1], key.shape[1]), []
    for h in range(c.n_head):
        to_key = self.up.weight[:, 2 * h * D : (2 * h + 1) * D]
        to_value = self.up.weight[:, (2 * h + 1) * D : (2 * h + 2) * D]
        scores = (q[:, h] @ to_key.swapaxes(0, 1)) @ small.swapaxes(-1, -2)
        scores = (scores + q_turned[:, h] @ key.swapaxes(-1, -2)) / sqrt(D + c.n_turned) + mask
        powers = (scores - scores.data.max(axis=-1, keepdims=True)).exp()
        heads.append((powers / powers.sum(axis=-1, keepdims=True)) @ small @ to_value)
    return self.output(concatenate(heads, axis=-1))


@alternative("5.1 latent_cache_bytes", "token by token")
def latent_cache_bytes(config, n_layer, batch_size, length, bytes_per_number=2):
    per_token = bytes_per_number * config.n_latent + bytes_per_number * config.n_turned
    return sum(per_token for _ in range(n_layer * batch_size * length))


@alternative(
    "5.1 linear_attention",
    "step by step",
    prelude="from ..phase4_llms.tensor import Tensor, concatenate",
)
def linear_attention(q, k, v):
    rows, T = [], q.shape[-2]
    state = Tensor(np.zeros((*k.shape[:-2], k.shape[-1], v.shape[-1]), k.data.dtype))
    for t in range(T):
        state = state + k[..., t, :, None] * v[..., t, None, :]
        rows.append((q[..., t, :, None] * state).sum(axis=-2)[..., None, :])
    return concatenate(rows, axis=len(q.shape) - 2)


@alternative("5.1 linear_step", "products of matrices")
def linear_step(state, q, k, v):
    D, E = state.shape[-2:]
    front = state.shape[:-2]
    new = state + k.reshape(*front, D, 1) @ v.reshape(*front, 1, E)
    return new, (q.reshape(*front, 1, D) @ new).reshape(*front, E)


@alternative("5.1 gated_delta_step", "one matrix that forgets, applied to the state")
def gated_delta_step(state, q, k, v, decay, strength):
    column, row = k[..., :, None], k[..., None, :]
    beta = strength[..., None, None]
    forget = np.eye(k.shape[-1]) - column * row * beta
    new = forget @ (state * decay[..., None, None]) + column * v[..., None, :] * beta
    return new, (q[..., None, :] @ new)[..., 0, :]


@alternative("5.1 newton_schulz", "whichever side is long")
def newton_schulz(G, steps=5):
    if G.ndim != 2:
        raise ValueError(f"a matrix has two axes, and this has the shape {G.shape}")
    norm = np.sqrt(np.sum(np.square(G)))
    X = np.divide(G, max(norm, 1e-7), dtype=G.dtype)
    for _ in range(steps):
        cube = X @ X.T @ X
        X = 3.4445 * X - 4.775 * cube + 2.0315 * (X @ X.T @ cube)
    return X


@alternative("5.1 Muon.step", "with numpy, one line after the other")
def step(self):
    for i, parameter in enumerate(self.parameters):
        gradient = np.zeros_like(parameter.data) + parameter.grad
        mean = self.means[i] = self.means[i] + (1 - self.momentum) * (gradient - self.means[i])
        if self.nesterov:
            mean = gradient + self.momentum * (mean - gradient)
        rows, columns = parameter.data.shape
        scale = self.lr * max(1.0, columns / rows) ** 0.5
        np.multiply(parameter.data, 1 - self.lr * self.weight_decay, out=parameter.data)
        np.subtract(parameter.data, scale * newton_schulz(mean), out=parameter.data)


@alternative("5.1 Muon.step", "a velocity: newton_schulz sees no difference in length")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        velocity = self.means[i] = self.momentum * self.means[i] + p.grad
        ahead = p.grad + self.momentum * velocity if self.nesterov else velocity
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * max(1, n_out / n_in) ** 0.5 * newton_schulz(ahead)


@alternative("5.1 split_parameters", "by name")
def split_parameters(model):
    matrices, others = [], []
    for name, parameter in model.named_parameters():
        inside = name.startswith("blocks.") and parameter.data.ndim == 2
        (matrices if inside else others).append(parameter)
    return matrices, others
