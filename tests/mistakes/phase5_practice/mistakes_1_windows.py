"""Wrong solutions of 5.1's windows that its specs reject by name."""

from tests.mistakes import mistake

TENSOR = "from ..phase4_llms.tensor import Tensor"


@mistake("5.1 soft_cap", "cut off", says="beyond it nothing would learn", prelude=TENSOR)
def soft_cap(logits, cap):
    if not cap > 0:
        raise ValueError(f"a cap is above 0, not {cap}")
    inside = np.abs(logits.data) <= cap
    return Tensor(np.clip(logits.data, -cap, cap), (logits,), (lambda g: g * inside,), "cap")


@mistake("5.1 soft_cap", "not stretched again", says="not multiplied by the cap again")
def soft_cap(logits, cap):
    if not cap > 0:
        raise ValueError(f"a cap is above 0, not {cap}")
    return (logits / cap).tanh()


@mistake("5.1 soft_cap", "not divided first", says="not divided by the cap first")
def soft_cap(logits, cap):
    if not cap > 0:
        raise ValueError(f"a cap is above 0, not {cap}")
    return logits.tanh() * cap


@mistake("5.1 soft_cap", "on the data", says="should be a Tensor")
def soft_cap(logits, cap):
    if not cap > 0:
        raise ValueError(f"a cap is above 0, not {cap}")
    return np.tanh(logits.data / cap) * cap


@mistake("5.1 soft_cap", "any cap", says="should raise ValueError")
def soft_cap(logits, cap):
    return (logits / cap).tanh() * cap


@mistake("5.1 window_mask", "one position too many", says="the position counts too")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - window - 1, dtype=bool)] = -np.inf
    return mask


@mistake("5.1 window_mask", "one position too few", says="one too few is seen")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - window + 1, dtype=bool)] = -np.inf
    return mask


@mistake("5.1 window_mask", "kept without the number of keys", says="the mask of 6 is kept")
def window_mask(T, window, S=None, kept={}):  # noqa: B006
    if window < 1:
        raise ValueError(f"not {window}")
    if (T, window) not in kept:
        mask = causal_mask(T, S)
        mask[np.tri(*mask.shape, k=mask.shape[1] - T - window, dtype=bool)] = -np.inf
        kept[T, window] = mask
    return kept[T, window]


@mistake("5.1 window_mask", "symmetric", says="the future is not hidden")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} and {S}")
    far = np.abs(np.arange(S - T, S)[:, None] - np.arange(S)) >= window
    return np.where(far, -np.inf, 0.0)


@mistake("5.1 window_mask", "the future is seen", says="and not the future")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} and {S}")
    back = np.arange(S - T, S)[:, None] - np.arange(S)
    return np.where(back >= window, -np.inf, 0.0)


@mistake("5.1 window_mask", "blocks", says="chunks of Llama 4")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    S = mask.shape[1]
    blocks = np.arange(S) // window
    mask[blocks[S - T :, None] != blocks] = -np.inf
    return mask


@mistake("5.1 window_mask", "booleans", says="1 hides nothing")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    back = np.arange(mask.shape[1] - T, mask.shape[1])[:, None] - np.arange(mask.shape[1])
    return (back >= 0) & (back < window)


@mistake("5.1 window_mask", "-1e9", says="-1e9 stands where -inf belongs")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    causal_mask(T, S)
    S = S or T
    back = np.arange(S - T, S)[:, None] - np.arange(S)
    return np.where((back >= 0) & (back < window), 0.0, -1e9)


@mistake("5.1 window_mask", "a cache is not counted", says="taken for the first positions")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    causal_mask(T, S)
    back = np.arange(T)[:, None] - np.arange(S or T)
    return np.where((back >= 0) & (back < window), 0.0, -np.inf)


@mistake("5.1 window_mask", "the window forgets the cache", says="only the future is hidden")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=-window, dtype=bool)] = -np.inf
    return mask


@mistake("5.1 window_mask", "any window", says="should raise ValueError")
def window_mask(T, window, S=None):
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - window, dtype=bool)] = -np.inf
    return mask


@mistake("5.1 attention_with_sink", "it has a value", says="the mean of all: it should have none")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    weights = softmax(concatenate([scores, column], axis=-1))
    return weights @ concatenate([v, v.mean(axis=-2, keepdims=True)], axis=-2)


@mistake("5.1 attention_with_sink", "a value of ones", says="the sink has a value of ones")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    weights = softmax(concatenate([scores, column], axis=-1))
    return weights[..., :-1] @ v + weights[..., -1:]


@mistake("5.1 attention_with_sink", "made to sum to 1", says="made to sum to 1 again")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    weights = softmax(concatenate([scores, column], axis=-1))[..., :-1]
    return (weights / weights.sum(axis=-1, keepdims=True)) @ v


@mistake("5.1 attention_with_sink", "added to the scores", says="which no softmax notices")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2) + sink.reshape(-1, 1, 1)
    return softmax(scores if mask is None else scores + mask) @ v


@mistake("5.1 attention_with_sink", "scaled", says="the sink is divided by √D")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = q @ k.swapaxes(-1, -2)
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    scores = concatenate([scores, column], axis=-1) * (1 / sqrt(q.shape[-1]))
    if mask is not None:
        scores = scores + np.pad(mask, ((0, 0), (0, 1)))
    return softmax(scores)[..., :-1] @ v


@mistake("5.1 attention_with_sink", "one for all heads", says="the first head's sink")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = sink[:1].reshape(1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "always 1 more", says="1 more below the line", prelude=TENSOR)
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = Tensor(np.zeros((*scores.shape[:-1], 1)))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake(
    "5.1 attention_with_sink", "it never learns", says="no gradient came to sink", prelude=TENSOR
)
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = Tensor(sink.data.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1)))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "the mask is left out", says="the mask is left out")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "powers without a maximum", says="overflows")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    powers = (scores if mask is None else scores + mask).exp()
    total = powers.sum(axis=-1, keepdims=True) + sink.reshape(-1, 1, 1).exp()
    return (powers / total) @ v


@mistake("5.1 scaled_angles", "all divided", says="the fast ones too")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    return rope_angles(np.asarray(positions) / factor, D, base)


@mistake("5.1 scaled_angles", "no blend", says="what lies between counts as fast")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    slow = trained * speeds / (2 * pi) < low
    return np.asarray(positions)[:, None] * np.where(slow, speeds / factor, speeds)


@mistake("5.1 scaled_angles", "radians", says="turns are counted in radians")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    fast = np.clip((trained * speeds - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds * (fast + (1 - fast) / factor)


@mistake("5.1 scaled_angles", "the wrong way round", says="the fast pairs are divided")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    fast = np.clip((trained * speeds / (2 * pi) - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds * (1 - fast + fast / factor)


@mistake("5.1 scaled_angles", "wavelengths blended", says="wavelengths are blended")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    fast = np.clip((trained * speeds / (2 * pi) - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds / (fast + (1 - fast) * factor)


@mistake("5.1 scaled_angles", "the factor is 8", says="factor is always 8")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    fast = np.clip((trained * speeds / (2 * pi) - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds * (fast + (1 - fast) / 8)


@mistake("5.1 scaled_angles", "multiplied", says="multiplied by the factor")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    fast = np.clip((trained * speeds / (2 * pi) - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds * (fast + (1 - fast) * factor)


# what all of the following do after queries, keys and values are there
MIXED = """
def mixed(layer, q, k, v, mask):
    B, H, T, D = q.shape
    n, S = k.shape[1], k.shape[2]
    groups = q.reshape(B, n, H // n, T, D)
    k, v = k.reshape(B, n, 1, S, D), v.reshape(B, n, 1, S, D)
    found = scaled_dot_product_attention(groups, k, v, mask)
    return layer.output(merge_heads(found.reshape(B, H, T, D)))
"""


@mistake(
    "5.1 NormedAttention.__call__",
    "normed after the turn",
    says="that the turn has mixed",
    prelude=MIXED,
)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), x.shape[2] // c.n_head, c.rope_base)
    q = self.query_norm(apply_rope(split_heads(self.query(x), c.n_head), angles))
    k = self.key_norm(apply_rope(split_heads(self.key(x), c.n_kv_head), angles))
    v = split_heads(self.value(x), c.n_kv_head)
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    return mixed(self, q, k, v, window_mask(T, self.window or start + T, start + T))


@mistake("5.1 NormedAttention.__call__", "all heads at once", says="as in OLMo 2", prelude=MIXED)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), x.shape[2] // c.n_head, c.rope_base)

    def normed(x, norm, n):
        x = x / ((x * x).mean(axis=-1, keepdims=True) + norm.eps).sqrt()
        return split_heads(x, n) * norm.gain

    q = apply_rope(normed(self.query(x), self.query_norm, c.n_head), angles)
    k = apply_rope(normed(self.key(x), self.key_norm, c.n_kv_head), angles)
    v = split_heads(self.value(x), c.n_kv_head)
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    return mixed(self, q, k, v, window_mask(T, self.window or start + T, start + T))


@mistake("5.1 NormedAttention.__call__", "nothing normed", says="the grouped attention of 4.4")
def __call__(self, x, cache=None):
    return GroupedQueryAttention.__call__(self, x, cache)


@mistake(
    "5.1 NormedAttention.__call__",
    "the keys are not normed",
    says="the keys are not normed",
    prelude=MIXED,
)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), x.shape[2] // c.n_head, c.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), c.n_head)), angles)
    k = apply_rope(split_heads(self.key(x), c.n_kv_head), angles)
    v = split_heads(self.value(x), c.n_kv_head)
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    return mixed(self, q, k, v, window_mask(T, self.window or start + T, start + T))


@mistake(
    "5.1 NormedAttention.__call__",
    "one norm for both",
    says="taken for the keys too",
    prelude=MIXED,
)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), x.shape[2] // c.n_head, c.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), c.n_head)), angles)
    k = apply_rope(self.query_norm(split_heads(self.key(x), c.n_kv_head)), angles)
    v = split_heads(self.value(x), c.n_kv_head)
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    return mixed(self, q, k, v, window_mask(T, self.window or start + T, start + T))


@mistake(
    "5.1 NormedAttention.__call__", "values too", says="the values are normed too", prelude=MIXED
)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), x.shape[2] // c.n_head, c.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), c.n_head)), angles)
    k = apply_rope(self.key_norm(split_heads(self.key(x), c.n_kv_head)), angles)
    v = self.key_norm(split_heads(self.value(x), c.n_kv_head))
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    return mixed(self, q, k, v, window_mask(T, self.window or start + T, start + T))


@mistake("5.1 NormedAttention.__call__", "no window", says="there is no window", prelude=MIXED)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), x.shape[2] // c.n_head, c.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), c.n_head)), angles)
    k = apply_rope(self.key_norm(split_heads(self.key(x), c.n_kv_head)), angles)
    v = split_heads(self.value(x), c.n_kv_head)
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    return mixed(self, q, k, v, causal_mask(T, start + T))


@mistake(
    "5.1 NormedAttention.__call__",
    "each call begins at 0",
    says="follow those in it",
    prelude=MIXED,
)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(T), x.shape[2] // c.n_head, c.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), c.n_head)), angles)
    k = apply_rope(self.key_norm(split_heads(self.key(x), c.n_kv_head)), angles)
    v = split_heads(self.value(x), c.n_kv_head)
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    return mixed(self, q, k, v, window_mask(T, self.window or start + T, start + T))


@mistake("5.1 soft_cap", "by powers of e", says="its power of e is infinite")
def soft_cap(logits, cap):
    if not cap > 0:
        raise ValueError(f"{cap}")
    e = (logits * (2 / cap)).exp()
    return (e - 1) / (e + 1) * cap


@mistake(
    "5.1 window_mask", "as many as there are queries", says="as many positions as there are queries"
)
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"{window}")
    window = min(window, T)
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - window, dtype=bool)] = -np.inf
    return mask


@mistake("5.1 attention_with_sink", "not scaled", says="scores are not divided by √D")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = q @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "the wrong column left away", says="the last key is left away")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([column, scores], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "one maximum", says="and not from the sink")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    top = scores.max(axis=-1, keepdims=True)
    p = (scores - top).exp()
    return (p / (p.sum(axis=-1, keepdims=True) + sink.reshape(-1, 1, 1).exp())) @ v


@mistake("5.1 scaled_angles", "a larger base", says="NTK-aware")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    return rope_angles(positions, D, base * factor ** (D / (D - 2)))


@mistake("5.1 scaled_angles", "trained is 8,192", says="trained is always 8,192")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    turns = 8192 * speeds / (2 * pi)
    fast = np.clip((turns - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds * (fast + (1 - fast) / factor)


@mistake(
    "5.1 NormedAttention.__call__",
    "turned again each time",
    says="neither normed nor turned",
    prelude=MIXED,
)
def __call__(self, x, cache=None):
    c, T = self.config, x.shape[1]
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), x.shape[2] // c.n_head, c.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), c.n_head)), angles)
    k = split_heads(self.key(x), c.n_kv_head)
    v = split_heads(self.value(x), c.n_kv_head)
    k, v = cache.extend(k, v) if cache is not None else (k, v)
    k = apply_rope(
        self.key_norm(k), rope_angles(np.arange(start + T), x.shape[2] // c.n_head, c.rope_base)
    )
    return mixed(self, q, k, v, window_mask(T, self.window or start + T, start + T))


@mistake("5.1 attention_with_sink", "hidden with the keys", says="the mask hides it with the keys")
def attention_with_sink(q, k, v, sink, mask=None):
    s = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    col = sink.reshape(-1, 1, 1) + np.zeros((*s.shape[:-1], 1))
    s = concatenate([s, col], axis=-1)
    if mask is not None:
        m = np.asarray(mask)
        m = np.concatenate([m, m[..., -1:]], axis=-1)
        s = s + m
    return softmax(s)[..., :-1] @ v


@mistake("5.1 attention_with_sink", "no lists", says="has no attribute 'any'")
def attention_with_sink(q, k, v, sink, mask=None):
    s = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is not None:
        if not mask.any():
            mask = np.zeros_like(mask)
        s = s + mask
    col = sink.reshape(-1, 1, 1) + np.zeros((*s.shape[:-1], 1))
    return softmax(concatenate([s, col], axis=-1))[..., :-1] @ v


@mistake(
    "5.1 scaled_angles", "measured in wavelengths", says="measured in wavelengths, and not in turns"
)
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speed = rope_angles([1], D, base)[0]
    wave = 2 * pi / speed
    long, short = trained / low, trained / high
    smooth = np.clip((long - wave) / (long - short), 0, 1)
    return np.asarray(positions)[:, None] * (smooth * speed + (1 - smooth) * speed / factor)


@mistake("5.1 scaled_angles", "the other base", says="hand base on")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speed = rope_angles([1], D)[0]
    turns = trained * speed / (2 * pi)
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * (smooth * speed + (1 - smooth) * speed / factor)


@mistake("5.1 NormedAttention.__call__", "one query sees all", says="its window is lost")
def __call__(self, x, cache=None):
    B, T, C = x.shape
    n, m = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n, self.config.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), n)), angles)
    k = apply_rope(self.key_norm(split_heads(self.key(x), m)), angles)
    v = split_heads(self.value(x), m)
    if cache is not None:
        k, v = cache.extend(k, v)
    S = start + T
    mask = causal_mask(T, S) if self.window is None else window_mask(T, self.window, S)
    if T == 1:
        mask = None
    g = q.reshape(B, m, n // m, T, C // n)
    k, v = k.reshape(B, m, 1, S, C // n), v.reshape(B, m, 1, S, C // n)
    mixed = scaled_dot_product_attention(g, k, v, mask)
    return self.output(merge_heads(mixed.reshape(B, n, T, C // n)))


@mistake(
    "5.1 NormedAttention.__call__", "positions from 0", says="positions begin at 0 in each call"
)
def __call__(self, x, cache=None):
    B, T, C = x.shape
    n, m = self.config.n_head, self.config.n_kv_head
    angles = rope_angles(np.arange(T), C // n, self.config.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), n)), angles)
    k = apply_rope(self.key_norm(split_heads(self.key(x), m)), angles)
    v = split_heads(self.value(x), m)
    if cache is not None:
        k, v = cache.extend(k, v)
    S = k.shape[-2]
    mask = causal_mask(T, S) if self.window is None else window_mask(T, self.window, S)
    g = q.reshape(B, m, n // m, T, C // n)
    k, v = k.reshape(B, m, 1, S, C // n), v.reshape(B, m, 1, S, C // n)
    mixed = scaled_dot_product_attention(g, k, v, mask)
    return self.output(merge_heads(mixed.reshape(B, n, T, C // n)))


@mistake(
    "5.1 NormedAttention.__call__", "heads tiled", says="heads 0 and 2 of the queries share keys"
)
def __call__(self, x, cache=None):
    B, T, C = x.shape
    n, m = self.config.n_head, self.config.n_kv_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), C // n, self.config.rope_base)
    q = apply_rope(self.query_norm(split_heads(self.query(x), n)), angles)
    k = apply_rope(self.key_norm(split_heads(self.key(x), m)), angles)
    v = split_heads(self.value(x), m)
    if cache is not None:
        k, v = cache.extend(k, v)
    S = start + T
    mask = causal_mask(T, S) if self.window is None else window_mask(T, self.window, S)
    k = concatenate([k] * (n // m), axis=1)
    v = concatenate([v] * (n // m), axis=1)
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake("5.1 attention_with_sink", "True is added as 1", says="True and 1 would be added as 1")
def attention_with_sink(q, k, v, sink, mask=None):
    if len(sink.data) != q.shape[-3]:
        raise ValueError(f"{sink.shape} for {q.shape}")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "one sink is repeated", says="which numpy repeats")
def attention_with_sink(q, k, v, sink, mask=None):
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        if np.asarray(mask).dtype.kind != "f":
            raise TypeError(f"a mask of {np.asarray(mask).dtype}")
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 soft_cap", "nan is no cap", says="a cap of nan should raise ValueError")
def soft_cap(logits, cap):
    if cap <= 0:
        raise ValueError(f"a cap is above 0, not {cap}")
    return (logits / cap).tanh() * cap


@mistake("5.1 soft_cap", "a slope over the cap", says="slope is divided by the cap", prelude=TENSOR)
def soft_cap(logits, cap):
    if not cap > 0:
        raise ValueError(f"a cap is above 0, not {cap}")
    t = np.tanh(logits.data / cap)
    return Tensor(cap * t, (logits,), (lambda g: g * (1 - t * t) / cap,), "soft_cap")


@mistake("5.1 window_mask", "any number", says="2.5 positions should raise TypeError")
def window_mask(T, window, S=None):
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - int(window), dtype=bool)] = -np.inf
    return mask


@mistake("5.1 window_mask", "a whole float is an integer", says="2.0 positions should raise")
def window_mask(T, window, S=None):
    if window != int(window):
        raise TypeError(f"not {window}")
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - int(window), dtype=bool)] = -np.inf
    return mask


@mistake("5.1 window_mask", "no keys count as not said", says="0 keys should raise ValueError")
def window_mask(T, window, S=None):
    if index(window) < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S or T)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - window, dtype=bool)] = -np.inf
    return mask


@mistake("5.1 window_mask", "integers of Python alone", says="np.int64")
def window_mask(T, window, S=None):
    if not isinstance(window, int):
        raise TypeError(f"not {window}")
    if window < 1:
        raise ValueError(f"not {window}")
    mask = causal_mask(T, S)
    mask[np.tri(*mask.shape, k=mask.shape[1] - T - window, dtype=bool)] = -np.inf
    return mask


@mistake("5.1 window_mask", "0 times infinity", says="0 is multiplied by -inf")
def window_mask(T, window, S=None):
    if index(window) < 1:
        raise ValueError(f"not {window}")
    back = np.arange(causal_mask(T, S).shape[1])[-T:, None] - np.arange(S or T)
    return ((back < 0) | (back >= window)) * -np.inf


@mistake("5.1 attention_with_sink", "a mask only hides", says="other numbers are lost")
def attention_with_sink(q, k, v, sink, mask=None):
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"{sink.shape} for {q.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is not None:
        if np.asarray(mask).dtype.kind != "f":
            raise TypeError(f"{np.asarray(mask).dtype}")
        scores = scores + np.where(np.asarray(mask) == -np.inf, -np.inf, 0.0)
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "a mask is tidied up", says="that was given has been changed")
def attention_with_sink(q, k, v, sink, mask=None):
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"{sink.shape} for {q.shape}")
    scores = q @ k.swapaxes(-1, -2)
    if mask is not None:
        mask = np.asarray(mask)
        if mask.dtype.kind != "f":
            raise TypeError(f"{mask.dtype}")
        mask *= sqrt(q.shape[-1])
        scores = scores + mask
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    scores = scores / sqrt(q.shape[-1])
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "widened", says="has widened it", prelude=TENSOR)
def attention_with_sink(q, k, v, sink, mask=None):
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"{sink.shape} for {q.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is not None:
        if np.asarray(mask).dtype.kind != "f":
            raise TypeError(f"{np.asarray(mask).dtype}")
        scores = scores + np.asarray(mask)
    column = sink.reshape(-1, 1, 1) + Tensor(np.zeros((*scores.shape[:-1], 1)))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 NormedAttention.__call__", "the base of 4.4", says="rope_base is not handed on")
def __call__(self, x, cache=None):
    T, D = x.shape[1], self.config.n_channels // self.config.n_head
    start = cache.length if cache is not None else 0
    angles = rope_angles(np.arange(start, start + T), D)
    q = apply_rope(self.query_norm(split_heads(self.query(x), self.config.n_head)), angles)
    k = apply_rope(self.key_norm(split_heads(self.key(x), self.config.n_kv_head)), angles)
    v = split_heads(self.value(x), self.config.n_kv_head)
    if cache is not None:
        k, v = cache.extend(k, v)
    shared = np.arange(self.config.n_head) * self.config.n_kv_head // self.config.n_head
    mask = window_mask(T, self.window or start + T, start + T)
    mixed = scaled_dot_product_attention(q, k[:, shared], v[:, shared], mask)
    return self.output(merge_heads(mixed))


@mistake("5.1 scaled_angles", "as long as the text", says="takes the place of the trained context")
def scaled_angles(positions, D, base=500000.0, factor=8.0, low=1.0, high=4.0, trained=8192):
    speeds = rope_angles(np.array([1]), D, base)
    turns = max(trained, *positions, 0) * speeds / (2 * pi)
    fast = np.clip((turns - low) / (high - low), 0, 1)
    return np.asarray(positions)[:, None] * speeds * (fast + (1 - fast) / factor)


@mistake("5.1 attention_with_sink", "q divided in place", says="q was written into")
def attention_with_sink(q, k, v, sink, mask=None):
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"{sink.shape} for {q.shape}")
    q.data /= sqrt(q.shape[-1])
    scores = q @ k.swapaxes(-1, -2)
    if mask is not None:
        if np.asarray(mask).dtype.kind != "f":
            raise TypeError(f"{np.asarray(mask).dtype}")
        scores = scores + np.asarray(mask)
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "a mask of factors", says="the mask is multiplied, and not")
def attention_with_sink(q, k, v, sink, mask=None):
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"{sink.shape} for {q.shape}")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is not None:
        if np.asarray(mask).dtype.kind != "f":
            raise TypeError(f"{np.asarray(mask).dtype}")
        scores = scores * np.asarray(mask)
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v


@mistake("5.1 attention_with_sink", "a sink times 0 and 1", says="-inf is multiplied by 0")
def attention_with_sink(q, k, v, sink, mask=None):
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"{sink.shape} for {q.shape}")
    keys = concatenate([k, k[..., :1, :] * 0.0], axis=-2)  # the last key is the sink's
    scores = (q * (1 / sqrt(q.shape[-1]))) @ keys.swapaxes(-1, -2)
    if mask is not None:
        if np.asarray(mask).dtype.kind != "f":
            raise TypeError(f"{np.asarray(mask).dtype}")
        mask = np.broadcast_to(mask, (*scores.shape[:-1], k.shape[-2]))
        scores = scores + np.concatenate([mask, np.zeros_like(mask[..., :1])], axis=-1)
    last = np.arange(keys.shape[-2]) == k.shape[-2]
    return softmax(scores + sink.reshape(-1, 1, 1) * last)[..., :-1] @ v


@mistake("5.1 attention_with_sink", "causal if it is a square", says="as if all that is as long")
def attention_with_sink(q, k, v, sink, mask=None):
    if sink.shape != q.shape[-3:-2]:
        raise ValueError(f"sinks of shape {sink.shape} for queries {q.shape}")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is None and q.shape[-2] == k.shape[-2]:
        mask = np.where(np.tri(q.shape[-2]), 0.0, -np.inf)
    if mask is not None:
        scores = scores + np.asarray(mask)
    column = sink.reshape(-1, 1, 1) + np.zeros((*scores.shape[:-1], 1))
    return softmax(concatenate([scores, column], axis=-1))[..., :-1] @ v
