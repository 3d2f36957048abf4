"""Wrong solutions of 5.1's latent attention that its specs reject by name."""

from tests.mistakes import mistake

# queries, and what is remembered, old and new
READ = """
def read(self, x, cache):
    start = cache.length if cache is not None else 0
    q, q_turned = self.queries(x, start)
    small, key = self.compress(x, start)
    if cache is not None:
        small, key = cache.extend(small, key)
    return q, q_turned, small, key


def spread(key, n_head):
    B, S, R = key.shape
    return key.reshape(B, 1, S, R) + np.zeros((n_head, 1, 1))
"""


@mistake("5.1 LatentAttention.compress", "all of it is turned", says="positions belong to the key")
def compress(self, x, start=0):
    L, x = self.config.n_latent, self.down(x)
    small = self.norm(x[..., :L])
    turned = self.turn(small[..., : L // 2 * 2], start)
    small = concatenate([turned, small[..., L // 2 * 2 :]], axis=-1)
    return small, self.turn(x[..., L:], start)


@mistake("5.1 LatentAttention.compress", "the small one instead", says="they are not turned")
def compress(self, x, start=0):
    L = self.config.n_latent
    x = self.down(x)
    return self.norm(x[..., :L]), x[..., L:]


@mistake("5.1 LatentAttention.compress", "not normed", says="they are not normed")
def compress(self, x, start=0):
    L = self.config.n_latent
    x = self.down(x)
    return x[..., :L], self.turn(x[..., L:], start)


@mistake("5.1 LatentAttention.compress", "the key is normed", says="they are normed")
def compress(self, x, start=0):
    L = self.config.n_latent
    x = self.down(x)
    key = x[..., L:] / ((x[..., L:] * x[..., L:]).mean(axis=-1, keepdims=True) + 1e-5).sqrt()
    return self.norm(x[..., :L]), self.turn(key, start)


@mistake(
    "5.1 LatentAttention.compress", "the key first", says="taken for the first of the channels"
)
def compress(self, x, start=0):
    R = self.config.n_turned
    x = self.down(x)
    return self.norm(x[..., R:]), self.turn(x[..., :R], start)


@mistake("5.1 LatentAttention.compress", "positions from 0", says="positions begin at 0")
def compress(self, x, start=0):
    L = self.config.n_latent
    x = self.down(x)
    return self.norm(x[..., :L]), self.turn(x[..., L:], 0)


@mistake("5.1 LatentAttention.compress", "the gain is a constant", says="the graph is cut")
def compress(self, x, start=0):
    L = self.config.n_latent
    x = self.down(x)
    small = x[..., :L]
    scale = self.norm.gain.data / ((small * small).mean(axis=-1, keepdims=True) + 1e-5).sqrt()
    return small * scale, self.turn(x[..., L:], start)


@mistake("5.1 LatentAttention.absorbed", "keys are made", says="up was called")
def absorbed(self, x, cache=None):
    return self(x, cache)


@mistake("5.1 LatentAttention.absorbed", "keys by hand", says="as large as the keys", prelude=READ)
def absorbed(self, x, cache=None):
    D, H = self.config.head_dim, self.config.n_head
    q, q_turned, small, key = read(self, x, cache)
    kv = split_heads(small @ self.up.weight, H)
    q = concatenate([q, q_turned], axis=-1)
    k = concatenate([kv[..., :D], spread(key, H)], axis=-1)
    mask = causal_mask(x.shape[1], key.shape[1])
    return self.output(merge_heads(scaled_dot_product_attention(q, k, kv[..., D:], mask)))


@mistake("5.1 LatentAttention.absorbed", "by the new width", says="only the order of the")
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    start = cache.length if cache is not None else 0
    q, q_turned = self.queries(x, start)
    small, key = self.compress(x, start)
    if cache is not None:
        small, key = cache.extend(small, key)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = concatenate([q @ up[..., :D].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q, k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., D:]))


@mistake("5.1 LatentAttention.absorbed", "the parts exchanged", says="are exchanged")
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    start = cache.length if cache is not None else 0
    q, q_turned = self.queries(x, start)
    small, key = self.compress(x, start)
    if cache is not None:
        small, key = cache.extend(small, key)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = concatenate([q @ up[..., D:].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / (D + R)), k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., :D]))


@mistake(
    "5.1 LatentAttention.absorbed",
    "up's data",
    says="the graph is cut",
    prelude="from ..phase4_llms.tensor import Tensor",
)
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    start = cache.length if cache is not None else 0
    q, q_turned = self.queries(x, start)
    small, key = self.compress(x, start)
    if cache is not None:
        small, key = cache.extend(small, key)
    B, S, R = key.shape
    up = Tensor(self.up.weight.data.reshape(L, H, 2 * D).swapaxes(0, 1))
    q = concatenate([q @ up[..., :D].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / (D + R)), k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., D:]))


@mistake("5.1 LatentAttention.absorbed", "by √D", says="scores are divided by √D", prelude=READ)
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    q, q_turned, small, key = read(self, x, cache)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = concatenate([q @ up[..., :D].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / D), k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., D:]))


@mistake("5.1 LatentAttention.absorbed", "all keys, then all values", says="side by", prelude=READ)
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    q, q_turned, small, key = read(self, x, cache)
    B, S, R = key.shape
    to_keys = split_heads(self.up.weight[:, : H * D], H)
    to_values = split_heads(self.up.weight[:, H * D :], H)
    q = concatenate([q @ to_keys.swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / (D + R)), k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ to_values))


@mistake("5.1 LatentAttention.absorbed", "no positions", says="takes no part", prelude=READ)
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    q, _, small, key = read(self, x, cache)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = q @ up[..., :D].swapaxes(-1, -2) * sqrt(L / (D + R))
    k = small.reshape(B, 1, S, L)
    weights = attention_weights(q, k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ k @ up[..., D:]))


@mistake("5.1 LatentAttention.absorbed", "the future is seen", says="not hidden", prelude=READ)
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    q, q_turned, small, key = read(self, x, cache)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = concatenate([q @ up[..., :D].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / (D + R)), k)
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., D:]))


@mistake("5.1 LatentAttention.absorbed", "queries from 0", says="queries begin at 0 in each call")
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    q, q_turned = self.queries(x)
    small, key = self.compress(x, cache.length if cache is not None else 0)
    if cache is not None:
        small, key = cache.extend(small, key)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = concatenate([q @ up[..., :D].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / (D + R)), k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., D:]))


@mistake("5.1 LatentAttention.absorbed", "the cache is left out", says="its extend was not called")
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    start = cache.length if cache is not None else 0
    q, q_turned = self.queries(x, start)
    small, key = self.compress(x, start)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = concatenate([q @ up[..., :D].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / (D + R)), k, causal_mask(x.shape[1], S))
    return self.output(merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., D:]))


@mistake(
    "5.1 LatentAttention.absorbed",
    "the output left out",
    says="output layer is left out",
    prelude=READ,
)
def absorbed(self, x, cache=None):
    D, L, H = self.config.head_dim, self.config.n_latent, self.config.n_head
    q, q_turned, small, key = read(self, x, cache)
    B, S, R = key.shape
    up = split_heads(self.up.weight, H)
    q = concatenate([q @ up[..., :D].swapaxes(-1, -2), q_turned], axis=-1)
    k = concatenate([small, key], axis=-1).reshape(B, 1, S, L + R)
    weights = attention_weights(q * sqrt((L + R) / (D + R)), k, causal_mask(x.shape[1], S))
    return merge_heads(weights @ small.reshape(B, 1, S, L) @ up[..., D:])


@mistake("5.1 latent_cache_bytes", "a key for each head", says="all share one")
def latent_cache_bytes(config, n_layer, batch_size, length, bytes_per_number=2):
    numbers = config.n_latent + config.n_head * config.n_turned
    return n_layer * batch_size * length * numbers * bytes_per_number


@mistake("5.1 latent_cache_bytes", "twice, as ever", says="once for keys and once for values")
def latent_cache_bytes(config, n_layer, batch_size, length, bytes_per_number=2):
    numbers = 2 * (config.n_latent + config.n_turned)
    return n_layer * batch_size * length * numbers * bytes_per_number


@mistake("5.1 latent_cache_bytes", "no shared key", says="the shared key is forgotten")
def latent_cache_bytes(config, n_layer, batch_size, length, bytes_per_number=2):
    return n_layer * batch_size * length * config.n_latent * bytes_per_number


@mistake("5.1 latent_cache_bytes", "all heads", says="keys and values of all heads are counted")
def latent_cache_bytes(config, n_layer, batch_size, length, bytes_per_number=2):
    numbers = config.n_head * (2 * config.head_dim + config.n_turned)
    return n_layer * batch_size * length * numbers * bytes_per_number


@mistake("5.1 LatentAttention.compress", "the base of 4.4", says="rope_base is not handed on")
def compress(self, x, start=0):
    both = self.down(x)
    L, R = self.config.n_latent, self.config.n_turned
    angles = rope_angles(np.arange(start, start + x.shape[1]), R)
    return self.norm(both[..., :L]), apply_rope(both[..., L:], angles)
