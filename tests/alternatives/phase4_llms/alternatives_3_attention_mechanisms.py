"""Right solutions of 4.3 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("4.3 average_with_loop", "a running sum")
def average_with_loop(x):
    total, means = 0.0, []
    for t in range(x.shape[-2]):
        total = x[..., t : t + 1, :] + total
        means.append(total / (t + 1))
    return concatenate(means, axis=-2)


@alternative("4.3 average_with_matrix", "rows divided by their sum")
def average_with_matrix(x):
    W = np.tril(np.ones((x.shape[-2], x.shape[-2])))
    return x.wrap(W / W.sum(axis=1, keepdims=True)) @ x


@alternative("4.3 causal_mask", "pair by pair, in float32")
def causal_mask(T, S=None):
    if S is None:
        S = T
    if T > S:
        raise ValueError(f"S = {S} is less than T = {T}")
    mask = np.zeros((T, S), np.float32)
    for t in range(T):
        for s in range(S):
            if s > t + S - T:
                mask[t, s] = float("-inf")
    return mask


@alternative("4.3 causal_mask", "the upper triangle of a full array")
def causal_mask(T, S=None):
    S = S if S is not None else T
    if S < T:
        raise ValueError(f"{S} keys, {T} queries")
    return np.triu(np.full((T, S), -np.inf), k=S - T + 1)


@alternative(
    "4.3 average_with_softmax",
    "scores of 0 with the mask added",
    prelude="from .tensor import Tensor",
)
def average_with_softmax(x):
    T = x.shape[-2]
    return softmax(Tensor(np.zeros((T, T))) + causal_mask(T)) @ x


@alternative("4.3 attention_weights", "exp and its sum, step by step")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"q is {q.shape} and k is {k.shape}")
    scores = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5
    if mask is not None:
        mask = np.asarray(mask)
        if not np.issubdtype(mask.dtype, np.floating):
            raise TypeError(f"the mask holds {mask.dtype.name}")
        scores = scores + mask
    highest = scores.data.max(axis=-1, keepdims=True)
    e = (scores - np.where(np.isfinite(highest), highest, 0.0)).exp()
    total = e.sum(axis=-1, keepdims=True)
    return e / (total + (total.data == 0))


@alternative("4.3 attention_weights", "a mask of the full shape")
def attention_weights(q, k, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"q is {q.shape} and k is {k.shape}")
    scores = q @ k.swapaxes(-1, -2) * (q.shape[-1] ** -0.5)
    full = np.broadcast_to(0.0 if mask is None else mask, scores.shape)
    if full.dtype.kind in "biu":
        raise TypeError(f"{full.dtype} cannot hide")
    blind = np.isneginf(full).all(axis=-1, keepdims=True)
    return softmax(scores + np.where(blind, 0.0, full)) * np.where(blind, 0.0, 1.0)


@alternative("4.3 split_heads", "slices side by side", prelude="from .tensor import concatenate")
def split_heads(x, n_head):
    *front, T, C = x.shape
    D, rest = divmod(C, n_head)
    if rest:
        raise ValueError(f"n_head {n_head} does not divide C {C}")
    parts = [x[..., D * h : D * h + D].reshape(*front, 1, T, D) for h in range(n_head)]
    return concatenate(parts, axis=len(front))


@alternative("4.3 merge_heads", "head after head along the channels")
def merge_heads(x):
    return concatenate([x[..., h, :, :] for h in range(x.shape[-3])], axis=-1)


@alternative("4.3 MultiHeadAttention.heads", "one reshape and one transpose")
def heads(self, x):
    B, T, C = x.shape
    qkv = self.qkv(x).reshape(B, T, 3, self.n_head, C // self.n_head).transpose(2, 0, 3, 1, 4)
    return [qkv[0], qkv[1], qkv[2]]


@alternative("4.3 MultiHeadAttention.__call__", "a loop over the heads")
def __call__(self, x, cache=None):
    q, k, v = self.heads(x)
    if cache is not None:
        k, v = cache.extend(k, v)
    T, S = q.shape[-2], k.shape[-2]
    mask = causal_mask(T, S) if self.causal else np.zeros((T, S))
    found = [attention_weights(q[:, h], k[:, h], mask) @ v[:, h] for h in range(self.n_head)]
    return self.output(concatenate(found, axis=-1))


@alternative("4.3 cross_attention", "only the products that are needed")
def cross_attention(attention, x, context):
    C = x.shape[-1]
    W, b = attention.qkv.weight, attention.qkv.bias
    q = split_heads(x @ W[:, :C] + b[:C], attention.n_head)
    k = split_heads(context @ W[:, C : 2 * C] + b[C : 2 * C], attention.n_head)
    v = split_heads(context @ W[:, 2 * C :] + b[2 * C :], attention.n_head)
    return attention.output(merge_heads(attention_weights(q, k) @ v))


@alternative("4.3 attention_entropy", "zeros replaced by ones before the logarithm")
def attention_entropy(weights):
    return -np.sum(weights * np.log(np.where(weights == 0, 1, weights)), axis=-1)


@alternative("4.3 sinusoidal_positions", "every second column", prelude="from math import log")
def sinusoidal_positions(T, C):
    if C % 2 == 1:
        raise ValueError(f"C = {C} is odd")
    rates = np.exp(np.arange(0, C, 2) * (-log(10000.0) / C))
    table = np.empty((T, C))
    table[:, 0::2] = np.sin(np.arange(T)[:, None] * rates)
    table[:, 1::2] = np.cos(np.arange(T)[:, None] * rates)
    return table


@alternative("4.3 LearnedPositions.__call__", "rows by their numbers")
def __call__(self, x, start=0):
    T, block_size = x.shape[-2], len(self.table.data)
    if x.shape[-1] != self.table.shape[-1]:
        raise ValueError(f"{x.shape}, {self.table.shape}")
    if start + T > block_size:
        raise ValueError(f"position {start + T} of {block_size}")
    return self.table[np.arange(start, start + T)] + x


@alternative("4.3 sinusoidal_positions", "complex numbers")
def sinusoidal_positions(T, C):
    if C % 2:
        raise ValueError(f"an odd number of channels: {C}")
    z = np.exp(1j * np.outer(np.arange(T), 1e4 ** (-np.arange(0, C, 2) / C)))
    return np.stack([z.imag, z.real], axis=-1).reshape(T, C)
