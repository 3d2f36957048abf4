"""Wrong solutions of 4.3 that its specs reject by name."""

from tests.mistakes import mistake

# ---- average_with_loop


@mistake("4.3 average_with_loop", "the mean of all", says="also of those that come later")
def average_with_loop(x):
    means = [x.mean(axis=-2, keepdims=True) for t in range(x.shape[-2])]
    return concatenate(means, axis=-2)


@mistake("4.3 average_with_loop", "half and half", says="the mean so far, half and half")
def average_with_loop(x):
    so_far, means = x[..., :1, :], [x[..., :1, :]]
    for t in range(1, x.shape[-2]):
        so_far = (so_far + x[..., t : t + 1, :]) / 2
        means.append(so_far)
    return concatenate(means, axis=-2)


@mistake("4.3 average_with_loop", "time is axis 0", says="time is taken to be axis 0")
def average_with_loop(x):
    means = [x[: t + 1].mean(axis=0, keepdims=True) for t in range(x.shape[0])]
    return concatenate(means, axis=0)


@mistake("4.3 average_with_loop", "on .data", says="the graph is cut", prelude=
    "from .tensor import Tensor")  # fmt: skip
def average_with_loop(x):
    T = x.shape[-2]
    return Tensor(np.stack([x.data[..., : t + 1, :].mean(axis=-2) for t in range(T)], axis=-2))


# ---- average_with_matrix


@mistake(
    "4.3 average_with_matrix", "columns are normalized", says="columns of the weights sum to 1"
)
def average_with_matrix(x):
    W = np.tri(x.shape[-2])
    return W / W.sum(axis=0) @ x


@mistake("4.3 average_with_matrix", "divided by T", says="divided by T, not by the number")
def average_with_matrix(x):
    T = x.shape[-2]
    return np.tri(T) / T @ x


@mistake("4.3 average_with_matrix", "the loop again", says="one product W @ x")
def average_with_matrix(x):
    return average_with_loop(x)


# ---- causal_mask


@mistake("4.3 causal_mask", "transposed", says="the past is hidden, not the future")
def causal_mask(T, S=None):
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return np.where(np.tri(T, S, S - T, dtype=bool).T, 0.0, -np.inf)


@mistake("4.3 causal_mask", "off by one", says="a query does not see itself")
def causal_mask(T, S=None):
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return np.where(np.tri(T, S, S - T - 1, dtype=bool), 0.0, -np.inf)


@mistake("4.3 causal_mask", "0 times -inf", says="0 was multiplied by -inf")
def causal_mask(T, S=None):
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return (1 - np.tri(T, S, S - T)) * -np.inf


@mistake("4.3 causal_mask", "a large number for infinity", says="stands for -inf in the mask")
def causal_mask(T, S=None):
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return np.where(np.tri(T, S, S - T, dtype=bool), 0.0, -1e9)


@mistake("4.3 causal_mask", "the first T of S", says="taken for the first 2 positions")
def causal_mask(T, S=None):
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return np.where(np.tri(T, S, dtype=bool), 0.0, -np.inf)


# ---- average_with_softmax


@mistake("4.3 average_with_softmax", "softmax over columns", says="columns of the weights sum to 1")
def average_with_softmax(x):
    return softmax(x.wrap(causal_mask(x.shape[-2])), axis=-2) @ x


@mistake("4.3 average_with_softmax", "the mask is multiplied", says="also of those that come later")
def average_with_softmax(x):
    T = x.shape[-2]
    return softmax(x.wrap(np.ones((T, T)))) @ x


# ---- attention_weights


@mistake("4.3 attention_weights", "no scale", says="there is no scale")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = q @ k.swapaxes(-1, -2)
    return softmax(scores if mask is None else scores + mask)


@mistake("4.3 attention_weights", "divided by D", says="divided by D, not by √D")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / q.shape[-1]
    return softmax(scores if mask is None else scores + mask)


@mistake("4.3 attention_weights", "softmax over queries", says="the softmax runs over the queries")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + mask, axis=-2)


@mistake("4.3 attention_weights", "q and k swapped", says="q and k are swapped")
def attention_weights(q, k, mask=None):
    scores = k @ q.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + mask)


@mistake("4.3 attention_weights", "mask after softmax", says="rows no longer sum to 1")
def attention_weights(q, k, mask=None):
    weights = softmax(q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1]))
    return weights if mask is None else weights * np.exp(mask)


@mistake("4.3 attention_weights", "mask transposed", says="the mask is transposed")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + mask.T)


@mistake("4.3 attention_weights", "mask multiplied", says="the mask is multiplied")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores * mask)


@mistake("4.3 attention_weights", "hidden scores are 0", says="hidden scores become 0")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores * (mask > -np.inf))


@mistake("4.3 attention_weights", "a mask of yes and no", says="whatever is not 0 in the mask")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + np.where(mask == 0, 0.0, -np.inf))


@mistake("4.3 attention_weights", "a large number for infinity", says="-inf became -1e9")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + np.maximum(mask, -1e9))


@mistake("4.3 attention_weights", "a large number filled in", says="took the place of all scores")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is None:
        return softmax(scores)
    sees = mask > -np.inf
    return softmax(scores * sees + np.where(sees, mask, -1e9))


@mistake("4.3 attention_weights", "a row of -inf in the softmax", says="a row of -inf alone")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    with np.errstate(all="ignore"):
        return softmax(scores if mask is None else scores + mask)


@mistake("4.3 attention_weights", "nan made 0 afterwards", says="nan · 0 is nan")
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is None:
        return softmax(scores)
    with np.errstate(all="ignore"):
        e = (scores + mask - (scores + mask).max(axis=-1, keepdims=True)).exp()
        weights = e / e.sum(axis=-1, keepdims=True)
    weights.data[np.isnan(weights.data)] = 0.0
    return weights


@mistake("4.3 attention_weights", "on .data", says="the graph is cut", prelude=
    "from .tensor import Tensor")  # fmt: skip
def attention_weights(q, k, mask=None):
    scores = Tensor(q.data @ k.data.swapaxes(-1, -2) / sqrt(q.shape[-1]))
    return softmax(scores if mask is None else scores + mask)


@mistake("4.3 attention_weights", "a mask of float64", says="gave weights of float64", prelude=
    "from .tensor import Tensor")  # fmt: skip
def attention_weights(q, k, mask=None):
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + Tensor(mask, requires_grad=False))


@mistake("4.3 attention_weights", "the mask is mended in place", says="the mask changed in place")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is None:
        return softmax(scores)
    sees = mask.max(axis=-1, keepdims=True) > -np.inf
    mask[...] = np.where(sees, mask, 0.0)
    return softmax(scores + mask) * sees


# ---- scaled_dot_product_attention


@mistake("4.3 scaled_dot_product_attention", "v := k", says="the values are the keys")
def scaled_dot_product_attention(q, k, v, mask=None):
    return attention_weights(q, k, mask) @ k


@mistake("4.3 scaled_dot_product_attention", "scaled twice", says="the scores are scaled twice")
def scaled_dot_product_attention(q, k, v, mask=None):
    return attention_weights(q / sqrt(q.shape[-1]), k, mask) @ v


@mistake("4.3 scaled_dot_product_attention", "no mask", says="the mask is not handed on")
def scaled_dot_product_attention(q, k, v, mask=None):
    return attention_weights(q, k) @ v


@mistake("4.3 scaled_dot_product_attention", "weights on .data", says="no gradient came to q and k")
def scaled_dot_product_attention(q, k, v, mask=None):
    return attention_weights(q, k, mask).data @ v


# ---- split_heads and merge_heads


@mistake("4.3 split_heads", "a plain reshape", says="a plain reshape cuts through time")
def split_heads(x, n_head):
    *front, T, C = x.shape
    if C % n_head:
        raise ValueError(f"{C} channels, {n_head} heads")
    return x.reshape(*front, n_head, T, C // n_head)


@mistake("4.3 split_heads", "dealt like cards", says="dealt out like cards")
def split_heads(x, n_head):
    *front, T, C = x.shape
    return x.reshape(*front, T, C // n_head, n_head).swapaxes(-1, -2).swapaxes(-2, -3)


@mistake("4.3 merge_heads", "a plain reshape", says="a plain reshape cuts through the heads")
def merge_heads(x):
    *front, n_head, T, D = x.shape
    return x.reshape(*front, T, n_head * D)


# ---- MultiHeadAttention


@mistake("4.3 MultiHeadAttention.__init__", "no output layer", says="output.weight is missing")
def __init__(self, C, n_head, rng=None, causal=True):
    if C % n_head:
        raise ValueError(f"{C} channels, {n_head} heads")
    self.n_head, self.causal = n_head, causal
    self.qkv = Linear(C, 3 * C, rng)
    self.output = lambda x: x


@mistake("4.3 MultiHeadAttention.__init__", "one seed for both", says="begin with the same weights")
def __init__(self, C, n_head, rng=None, causal=True):
    import copy

    if C % n_head:
        raise ValueError(f"{C} channels, {n_head} heads")
    rng = rng or np.random.default_rng()
    self.n_head, self.causal = n_head, causal
    self.qkv = Linear(C, 3 * C, copy.deepcopy(rng))
    self.output = Linear(C, C, rng)


@mistake("4.3 MultiHeadAttention.__init__", "remainders are dropped", says="23 channels in 7 heads")
def __init__(self, C, n_head, rng=None, causal=True):
    rng = rng or np.random.default_rng()
    self.n_head, self.causal = n_head, causal
    self.qkv = Linear(C, 3 * C, rng)
    self.output = Linear(C, C, rng)


@mistake("4.3 MultiHeadAttention.heads", "k, q, v", says="queries are where the keys should be")
def heads(self, x):
    k, q, v = (
        split_heads(self.qkv(x)[..., i * x.shape[-1] : (i + 1) * x.shape[-1]], self.n_head)
        for i in range(3)
    )
    return q, k, v


@mistake("4.3 MultiHeadAttention.heads", "heads before thirds", says="cut into heads first")
def heads(self, x):
    D = x.shape[-1] // self.n_head
    parts = split_heads(self.qkv(x), self.n_head)
    return tuple(parts[..., i * D : (i + 1) * D] for i in range(3))


@mistake("4.3 MultiHeadAttention.__call__", "no output layer", says="the output layer is left out")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    mask = causal_mask(q.shape[-2], k.shape[-2]) if self.causal else None
    return merge_heads(scaled_dot_product_attention(q, k, v, mask))


@mistake("4.3 MultiHeadAttention.__call__", "merged by reshape", says="merged by a plain reshape")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    mask = causal_mask(q.shape[-2], k.shape[-2]) if self.causal else None
    return self.output(scaled_dot_product_attention(q, k, v, mask).reshape(*x.shape))


@mistake("4.3 MultiHeadAttention.__call__", "scale of all channels", says="1/√C, not 1/√head_dim")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    mask = causal_mask(q.shape[-2], k.shape[-2]) if self.causal else None
    q = q * (sqrt(q.shape[-1]) / sqrt(x.shape[-1]))
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake("4.3 MultiHeadAttention.__call__", "no mask", says="nothing is hidden")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v)))


@mistake("4.3 MultiHeadAttention.__call__", "no mask with a cache", says="new positions see each")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    mask = causal_mask(q.shape[-2]) if self.causal else None
    if cache is not None:
        k, v = cache.extend(k, v)
        mask = None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake("4.3 MultiHeadAttention.__call__", "extend's answer is lost", says="returned is not used")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        cache.extend(k, v)
    mask = causal_mask(q.shape[-2], k.shape[-2]) if self.causal else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake(
    "4.3 MultiHeadAttention.__call__", "first T of S", says="takes new positions for the first"
)
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    T, S = q.shape[-2], k.shape[-2]
    mask = np.where(np.tri(T, S), 0.0, -np.inf) if self.causal else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake("4.3 MultiHeadAttention.__call__", "extended twice", says="now remembers them twice")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)[0], cache.extend(k, v)[1]
    mask = causal_mask(q.shape[-2], k.shape[-2]) if self.causal else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


# ---- cross_attention


@mistake("4.3 cross_attention", "context asks", says="context asks and x answers")
def cross_attention(attention, x, context):
    q, _, _ = attention.heads(context)
    _, k, v = attention.heads(x)
    return attention.output(merge_heads(scaled_dot_product_attention(q, k, v)))


@mistake("4.3 cross_attention", "values of x", says="the values come from x")
def cross_attention(attention, x, context):
    q, _, v = attention.heads(x)
    _, k, _ = attention.heads(context)
    return attention.output(merge_heads(scaled_dot_product_attention(q, k, v)))


@mistake("4.3 cross_attention", "a mask", says="a causal mask is used, for the first positions")
def cross_attention(attention, x, context):
    q, _, _ = attention.heads(x)
    _, k, v = attention.heads(context)
    mask = np.where(np.tri(q.shape[-2], k.shape[-2]), 0.0, -np.inf)
    return attention.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


# ---- attention_entropy


@mistake("4.3 attention_entropy", "bits", says="it is in bits")
def attention_entropy(weights):
    logs = np.log2(weights, where=weights > 0, out=np.zeros(weights.shape))
    return -(weights * logs).sum(axis=-1)


@mistake("4.3 attention_entropy", "nan at 0", says="the logarithm of 0")
def attention_entropy(weights):
    with np.errstate(all="ignore"):
        return -(weights * np.log(weights)).sum(axis=-1)


@mistake("4.3 attention_entropy", "log where, and no out", says="hold what lay there")
def attention_entropy(weights):
    return -(weights * np.log(weights, where=weights > 0)).sum(axis=-1)


# ---- positions


@mistake("4.3 sinusoidal_positions", "halves", says="all sines come first and then all cosines")
def sinusoidal_positions(T, C):
    if C % 2:
        raise ValueError(f"{C} is odd")
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, C, 2) / C)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)


@mistake("4.3 sinusoidal_positions", "the exponent is i / C", says="the exponent is i / C")
def sinusoidal_positions(T, C):
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(C // 2) / C)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, C)


@mistake("4.3 sinusoidal_positions", "a wavelength each", says="has a wavelength of its own")
def sinusoidal_positions(T, C):
    c = np.arange(C)
    angles = np.arange(T)[:, None] / 10000 ** (c / C)
    return np.where(c % 2, np.cos(angles), np.sin(angles))


@mistake("4.3 sinusoidal_positions", "another base", says="the base is 1000")
def sinusoidal_positions(T, C):
    angles = np.arange(T)[:, None] / 1000 ** (np.arange(0, C, 2) / C)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, C)


@mistake("4.3 LearnedPositions.__init__", "deviation 1", says="should have 0.02")
def __init__(self, block_size, C, rng=None):
    rng = rng or np.random.default_rng()
    self.table = Tensor(rng.standard_normal((block_size, C)))


@mistake("4.3 LearnedPositions.__call__", "not used", says="positions are not used")
def __call__(self, x, start=0):
    if start + x.shape[-2] > self.table.shape[0]:
        raise ValueError(f"{start + x.shape[-2]} positions, {self.table.shape[0]} vectors")
    return x


@mistake("4.3 LearnedPositions.__call__", "start not used", says="start is not used")
def __call__(self, x, start=0):
    if start + x.shape[-2] > self.table.shape[0]:
        raise ValueError(f"{start + x.shape[-2]} positions, {self.table.shape[0]} vectors")
    return x + self.table[: x.shape[-2]]


@mistake(
    "4.3 LearnedPositions.__call__", "a table that is a constant", says="no gradient came to table"
)
def __call__(self, x, start=0):
    if start + x.shape[-2] > self.table.shape[0]:
        raise ValueError(f"{start + x.shape[-2]} positions, {self.table.shape[0]} vectors")
    return x + self.table.data[start : start + x.shape[-2]]


# ---- slips of the hand


@mistake("4.3 average_with_matrix", "counts in a row", says="from column to column")
def average_with_matrix(x):
    W = np.tri(x.shape[-2])
    return (W / W.sum(axis=1)) @ x


@mistake("4.3 causal_mask", "shifted the other way", says="shifted the other way, by T - S")
def causal_mask(T, S=None):
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries of {S} positions")
    return np.where(np.tri(T, S, T - S), 0.0, -np.inf)


@mistake("4.3 attention_weights", "√ of another axis", says="of axis 1 of q")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"q {q.shape}, k {k.shape}")
    scores = (q @ k.swapaxes(-1, -2)) * (1 / sqrt(q.shape[1]))
    if mask is None:
        return softmax(scores)
    seen = np.max(mask, axis=-1, keepdims=True) > -np.inf
    return softmax(scores + np.where(seen, mask, 0.0)) * seen


@mistake("4.3 split_heads", "axes from the front", says="axes 1 and 2 are exchanged")
def split_heads(x, n_head):
    *front, T, C = x.shape
    if C % n_head:
        raise ValueError(f"{C} channels in {n_head} heads")
    return x.reshape(*front, T, n_head, C // n_head).swapaxes(1, 2)


@mistake("4.3 merge_heads", "time and channels exchanged", says="time and channels are exchanged")
def merge_heads(x):
    *front, n_head, T, D = x.shape
    return x.swapaxes(-1, -2).reshape(*front, T, n_head * D)


@mistake("4.3 MultiHeadAttention.heads", "one Tensor for three", says="should be three Tensors")
def heads(self, x):
    return split_heads(self.qkv(x), 3 * self.n_head)


@mistake("4.3 MultiHeadAttention.__call__", "an empty cache is none", says="is not used")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache:
        k, v = cache.extend(k, v)
    mask = causal_mask(q.shape[-2], k.shape[-2]) if self.causal else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


# ---- masks, what is kept, and what other libraries do


@mistake("4.3 causal_mask", "no keys count as not said", says="should raise ValueError")
def causal_mask(T, S=None):
    S = S or T
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return np.where(np.tri(T, S, S - T, dtype=bool), 0.0, -np.inf)


@mistake("4.3 causal_mask", "queries are the first, as in PyTorch", says="as in PyTorch, JAX and")
def causal_mask(T, S=None):
    S = T if S is None else S
    if S < T:
        raise ValueError(f"{T} queries cannot be the last of {S} positions")
    return np.where(np.tri(T, S, dtype=bool), 0.0, -np.inf)


@mistake("4.3 attention_weights", "True is added as 1", says="no other kind is guessed at")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores)
    sees = mask.max(axis=-1, keepdims=True) > -np.inf
    return softmax(scores + np.where(sees, mask, 0.0)) * sees


@mistake("4.3 attention_weights", "True keeps", says="no other kind is guessed at")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores)
    if mask.dtype.kind != "f":
        mask = np.where(mask, 0.0, -np.inf)
    sees = mask.max(axis=-1, keepdims=True) > -np.inf
    return softmax(scores + np.where(sees, mask, 0.0)) * sees


@mistake("4.3 attention_weights", "the caller's mask is changed", says="the mask changed in place")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores)
    if mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype}")
    sees = mask.max(axis=-1, keepdims=True) > -np.inf
    mask[np.broadcast_to(~sees, mask.shape)] = 0.0
    return softmax(scores + mask) * sees


@mistake("4.3 attention_weights", "q.data is scaled in place", says="the scale is no part of the")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    q.data /= sqrt(q.shape[-1])
    scores = q @ k.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores)
    if mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype}")
    sees = mask.max(axis=-1, keepdims=True) > -np.inf
    return softmax(scores + np.where(sees, mask, 0.0)) * sees


@mistake("4.3 scaled_dot_product_attention", "the weights as well", says="without weights")
def scaled_dot_product_attention(q, k, v, mask=None):
    weights = attention_weights(q, k, mask)
    return weights @ v, weights


@mistake("4.3 merge_heads", "just four axes", says="the dots stand for any number of axes")
def merge_heads(x):
    B, n, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, T, n * D)


@mistake("4.3 MultiHeadAttention.__call__", "the weights are kept", says="counts as a parameter")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    T, S = q.shape[-2], k.shape[-2]
    self.weights = attention_weights(q, k, causal_mask(T, S) if self.causal else None)
    return self.output(merge_heads(self.weights @ v))


@mistake("4.3 MultiHeadAttention.__call__", "the output is kept", says="counts as a parameter")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    T, S = q.shape[-2], k.shape[-2]
    mask = causal_mask(T, S) if self.causal and T > 1 else None
    self.last = self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))
    return self.last


@mistake("4.3 MultiHeadAttention.heads", "q, k and v are kept", says="counts as a parameter")
def heads(self, x):
    n = self.n_head
    qkv = split_heads(self.qkv(x), 3 * n)
    self.q, self.k, self.v = qkv[:, :n], qkv[:, n : 2 * n], qkv[:, 2 * n :]
    return self.q, self.k, self.v


@mistake("4.3 cross_attention", "the context is kept", says="counts as a parameter")
def cross_attention(attention, x, context):
    q, _, _ = attention.heads(x)
    _, *attention.memory = attention.heads(context)
    return attention.output(merge_heads(scaled_dot_product_attention(q, *attention.memory)))


@mistake("4.3 attention_entropy", "something tiny in the logarithm", says="epsilon")
def attention_entropy(weights):
    return -(weights * np.log(weights + 1e-9)).sum(axis=-1)


@mistake(
    "4.3 sinusoidal_positions",
    "as a Tensor",
    says="should be a numpy array",
    prelude="from .tensor import Tensor",
)
def sinusoidal_positions(T, C):
    if C % 2:
        raise ValueError(f"{C} channels are not even")
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, C, 2) / C)
    return Tensor(np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, C))


@mistake("4.3 sinusoidal_positions", "sines first, as Marian has it", says="transformers' Marian")
def sinusoidal_positions(T, C):
    if C % 2:
        raise ValueError(f"{C} channels are not even")
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, C, 2) / C)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)


@mistake("4.3 LearnedPositions.__call__", "a full table is refused", says="just fits")
def __call__(self, x, start=0):
    end = start + x.shape[-2]
    if end >= self.table.shape[0]:
        raise ValueError(f"{end} positions, but only {self.table.shape[0]} have a vector")
    return x + self.table[start:end]


@mistake("4.3 LearnedPositions.__call__", "T is the batch", says="T is the last axis but one")
def __call__(self, x, start=0):
    end = start + x.shape[0]
    if end > self.table.shape[0]:
        raise ValueError(f"{end} positions, but only {self.table.shape[0]} have a vector")
    return x + self.table[start:end]


@mistake("4.3 LearnedPositions.__call__", "the rows are kept", says="counts as a parameter")
def __call__(self, x, start=0):
    end = start + x.shape[-2]
    if end > self.table.shape[0]:
        raise ValueError(f"{end} positions, but only {self.table.shape[0]} have a vector")
    self.rows = self.table[start:end]
    return x + self.rows


@mistake(
    "4.3 LearnedPositions.__init__", "deviation 1, as PyTorch's Embedding", says="as in PyTorch's"
)
def __init__(self, block_size, C, rng=None):
    rng = rng or np.random.default_rng()
    self.table = Tensor(rng.standard_normal((block_size, C)))


@mistake(
    "4.3 MultiHeadAttention.__call__",
    "no mask once something is remembered",
    says="no mask once something is remembered",
)
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    T, S = q.shape[-2], k.shape[-2]
    mask = causal_mask(T) if self.causal and T == S else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake("4.3 attention_entropy", "held above something small", says="are taken for that")
def attention_entropy(weights):
    return -(weights * np.log(np.clip(weights, 1e-3, 1))).sum(axis=-1)


@mistake("4.3 cross_attention", "keys and values exchanged", says="keys and values are exchanged")
def cross_attention(attention, x, context):
    q, _, _ = attention.heads(x)
    _, v, k = attention.heads(context)
    return attention.output(merge_heads(scaled_dot_product_attention(q, k, v)))


@mistake("4.3 cross_attention", "keys as values", says="the keys serve as values too")
def cross_attention(attention, x, context):
    q, _, _ = attention.heads(x)
    _, k, _ = attention.heads(context)
    return attention.output(merge_heads(scaled_dot_product_attention(q, k, k)))


@mistake("4.3 cross_attention", "causal is switched off", says="and the attention stays as it was")
def cross_attention(attention, x, context):
    attention.causal = False
    q, _, _ = attention.heads(x)
    _, k, v = attention.heads(context)
    return attention.output(merge_heads(scaled_dot_product_attention(q, k, v)))


@mistake("4.3 average_with_matrix", "T is axis 1", says="positions go along the last axis but one")
def average_with_matrix(x):
    T = x.shape[1]
    return np.tri(T) / np.arange(1, T + 1)[:, None] @ x


@mistake("4.3 attention_weights", "all axes reversed", says="transpose() alone reverses all four")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape} differ in D")
    scores = q @ k.transpose() / sqrt(q.shape[-1])
    if mask is None:
        return softmax(scores)
    if mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype}")
    seen = (mask > -np.inf).any(axis=-1, keepdims=True)
    return softmax(scores + np.where(seen, mask, 0.0)) * seen


@mistake("4.3 MultiHeadAttention.__call__", "a square mask", says="T rows and S columns of mask")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    mask = causal_mask(x.shape[1]) if self.causal else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake("4.3 sinusoidal_positions", "turns for radians", says="the angle is multiplied by 2π")
def sinusoidal_positions(T, C):
    if C % 2:
        raise ValueError(f"{C} is odd")
    angles = 2 * np.pi * np.outer(np.arange(T), 10000.0 ** (-np.arange(0, C, 2) / C))
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, C)


@mistake("4.3 MultiHeadAttention.__init__", "the seed for each", says="all begin anew")
def __init__(self, C, n_head, rng=None, causal=True):
    if C % n_head:
        raise ValueError(f"{C} channels cannot be split into {n_head} equal heads")
    self.n_head = n_head
    self.causal = causal
    self.qkv = Linear(C, 3 * C, rng)
    self.output = Linear(C, C, rng)


@mistake("4.3 LearnedPositions.__call__", "one channel for all", says="numpy spreads a single one")
def __call__(self, x, start=0):
    end = start + x.shape[-2]
    if end > self.table.shape[0]:
        raise ValueError(f"{end} positions, but only {self.table.shape[0]} have a vector")
    return x + self.table[start:end]


@mistake("4.3 average_with_loop", "rows along axis 0", says="one after the other along axis 0")
def average_with_loop(x):
    means = [x[..., : t + 1, :].mean(axis=-2, keepdims=True) for t in range(x.shape[-2])]
    return concatenate(means)


@mistake("4.3 attention_weights", "arrays alone", says="numpy makes an array of them")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is None:
        return softmax(scores)
    if mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype}")
    seen = (mask > -np.inf).any(axis=-1, keepdims=True)
    return softmax(scores + np.where(seen, mask, 0.0)) * seen


@mistake("4.3 attention_weights", "0 or more is seen", says="a row without a 0 is taken for one")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is None:
        return softmax(scores)
    mask = np.asarray(mask)
    if mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype}")
    seen = (mask >= 0).any(axis=-1, keepdims=True)
    return softmax(scores + np.where(seen, mask, 0.0)) * seen


@mistake("4.3 attention_weights", "a mask that is cut", says="is used as it is, not cut")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape} and {k.shape}")
    scores = q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1])
    if mask is None:
        return softmax(scores)
    mask = np.asarray(mask)[: q.shape[-2], : k.shape[-2]]
    if mask.dtype.kind != "f":
        raise TypeError(f"a mask of {mask.dtype}")
    seen = (mask > -np.inf).any(axis=-1, keepdims=True)
    return softmax(scores + np.where(seen, mask, 0.0)) * seen


@mistake("4.3 split_heads", "the last part first", says="the last part of the channels is head 0")
def split_heads(x, n_head):
    *front, T, C = x.shape
    if C % n_head:
        raise ValueError(f"{C} channels, {n_head} heads")
    return x.reshape(*front, T, n_head, C // n_head).swapaxes(-2, -3)[..., ::-1, :, :]


@mistake("4.3 split_heads", "two channels at least", says="6 heads of one channel each divide")
def split_heads(x, n_head):
    *front, T, C = x.shape
    if C % n_head or C == n_head:
        raise ValueError(f"{C} channels, {n_head} heads")
    return x.reshape(*front, T, n_head, C // n_head).swapaxes(-2, -3)


@mistake(
    "4.3 MultiHeadAttention.__call__", "causal in training", says="the mask is only for training"
)
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    hides = self.causal and self.training
    mask = causal_mask(q.shape[-2], k.shape[-2]) if hides else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


@mistake("4.3 attention_entropy", "along the queries", says="the sum runs over the queries")
def attention_entropy(weights):
    w = np.asarray(weights)
    return -(w * np.log(np.where(w > 0, w, 1))).sum(axis=-2)


@mistake("4.3 attention_entropy", "logarithms as integers", says="their logarithms are floats")
def attention_entropy(weights):
    w = np.asarray(weights)
    return -(w * np.log(w, out=np.zeros_like(w), where=w > 0)).sum(axis=-1)


@mistake("4.3 attention_weights", "two dtypes for a mask", says="floats, of whatever width")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape}, {k.shape}")
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores)
    mask = np.asarray(mask)
    if mask.dtype not in (np.float32, np.float64):
        raise TypeError(f"{mask.dtype}")
    sees = mask.max(axis=-1, keepdims=True) > -np.inf
    return softmax(scores + np.where(sees, mask, 0.0)) * sees


@mistake(
    "4.3 attention_weights",
    "gradients of shared keys not summed",
    says="the sum of what comes from each",
)
def attention_weights(q, k, mask=None):
    from katas.phase3_training.backpropagation import unbroadcast
    from katas.phase4_llms.tensor import Tensor

    D = q.shape[-1]
    if D != k.shape[-1]:
        raise ValueError(f"{q.shape} {k.shape}")
    a, b = q.data, k.data
    scores = np.einsum("...td,...sd->...ts", a, b) * a.dtype.type(D**-0.5)
    if mask is not None:
        mask = np.asarray(mask)
        if not np.issubdtype(mask.dtype, np.floating):
            raise TypeError(f"a mask of {mask.dtype}")
        scores = scores + mask.astype(scores.dtype)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis=-1, keepdims=True)
    w = np.divide(e, total, out=np.zeros_like(e), where=total > 0)

    def back(g):
        return w * (g - np.einsum("...s,...s->...", g, w)[..., None]) * a.dtype.type(D**-0.5)

    return Tensor(
        w,
        (q, k),
        (
            lambda g: unbroadcast(np.einsum("...ts,...sd->...td", back(g), b), a.shape),
            lambda g: np.einsum("...ts,...td->...sd", back(g), a),
        ),
        "attention",
    )


@mistake(
    "4.3 MultiHeadAttention.heads", "queries scaled already", says="which attention_weights does"
)
def heads(self, x):
    n = self.n_head
    qkv = split_heads(self.qkv(x), 3 * n)
    return qkv[:, :n] * (x.shape[-1] // n) ** -0.5, qkv[:, n : 2 * n], qkv[:, 2 * n :]


@mistake(
    "4.3 MultiHeadAttention.__call__",
    "a Tensor of float64",
    says="is float64, and widens all that it meets",
)
def __call__(self, x, cache=None):
    from katas.phase4_llms.tensor import Tensor

    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    T, S = q.shape[-2], k.shape[-2]
    mask = causal_mask(T, S) if self.causal and T > 1 else None
    return self.output(merge_heads(scaled_dot_product_attention(q, k, v, mask))) + Tensor(
        np.zeros(x.shape)
    )


@mistake(
    "4.3 LearnedPositions.__call__",
    "a Tensor of float64",
    says="is float64, and widens all that it meets",
)
def __call__(self, x, start=0):
    if x.shape[-1] != self.table.shape[1]:
        raise ValueError(f"x of shape {x.shape} for a table of shape {self.table.shape}")
    end = start + x.shape[-2]
    if end > self.table.shape[0]:
        raise ValueError(f"{end} positions, but only {self.table.shape[0]} have a vector")
    return x + Tensor(np.eye(self.table.shape[0])[start:end]) @ self.table
