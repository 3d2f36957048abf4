"""Wrong solutions of 5.3's batching that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.3 pad_prompts", "on the right", says="the padding is on the right")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[: len(prompt)] = prompt
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "cut to the shortest", says="cut to the length of the shortest")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.array([prompt[-lengths.min() :] for prompt in prompts])
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "cut at the end", says="are cut, and begin in the first column")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.array([prompt[: lengths.min()] for prompt in prompts])
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "lengths", says="the lengths of the prompts come back")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
    return ids, lengths


@mistake("5.3 pad_prompts", "pads counted", says="every token that equals pad is counted")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
    return ids, (ids == pad).sum(axis=1)


@mistake("5.3 pad_prompts", "always 0", says="pad is not used")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), 0)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "floats", says="should be integers")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), float(pad))
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "turned round", says="the tokens of a prompt are turned round")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt[::-1]
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "sorted", says="the longest prompt comes first")
def pad_prompts(prompts, pad=0):
    prompts = sorted(prompts, key=len, reverse=True)
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "padded in place", says="afterwards")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
        prompt[:0] = [pad] * (len(row) - len(prompt))
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "an empty prompt passes", says="should raise ValueError")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[len(row) - len(prompt) :] = prompt
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "which one is empty is not said", says="does not name")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError("an empty prompt")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
    return ids, lengths.max() - lengths


@mistake("5.3 pad_prompts", "ids in a byte", says="a vocabulary of 128,256")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad, np.int16)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = np.array(prompt).astype(np.int16)
    return ids, lengths.max() - lengths


@mistake("5.3 row_mask", "padding is seen", says="when padding is seen")
def row_mask(padding, T, S):
    seen = np.arange(S) >= 0 * np.asarray(padding)[:, None]
    return causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


@mistake("5.3 row_mask", "the future is seen", says="the future is seen")
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None]  # (B, S)
    return np.zeros((T, S)) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


@mistake("5.3 row_mask", "one column less", says="the last column of the padding is seen")
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None] - 1
    return causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


@mistake("5.3 row_mask", "one column more", says="the first token of a text is hidden")
def row_mask(padding, T, S):
    seen = np.arange(S) > np.asarray(padding)[:, None]  # (B, S)
    return causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


@mistake("5.3 row_mask", "on the right", says="padding is hidden on the right")
def row_mask(padding, T, S):
    seen = np.arange(S) < S - np.asarray(padding)[:, None]
    return causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


@mistake("5.3 row_mask", "the text is hidden", says="padding is all that is seen")
def row_mask(padding, T, S):
    seen = np.arange(S) < np.asarray(padding)[:, None]  # (B, S)
    return causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


@mistake("5.3 row_mask", "no axis for heads", says="there is no axis for the heads")
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None]  # (B, S)
    return causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, :]


@mistake("5.3 row_mask", "a large number", says="-1e+09 stands for -inf")
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None]
    return np.where((causal_mask(T, S) == 0) & seen[:, None, None, :], 0.0, -1e9)


@mistake("5.3 row_mask", "booleans", says="booleans come back")
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None]  # (B, S)
    return (causal_mask(T, S) == 0) & seen[:, None, None, :]


@mistake("5.3 row_mask", "the first queries", says="the queries are taken for the first columns")
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None]  # (B, S)
    return np.where(np.tri(T, S), 0.0, -np.inf) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


@mistake(
    "5.3 row_mask",
    "queries of the padding",
    says="queries in the padding see nothing, but the others see the padding",
)
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None]  # (B, S)
    return causal_mask(T, S) + np.where(seen[:, S - T :], 0.0, -np.inf)[:, None, :, None]


@mistake(
    "5.3 row_mask",
    "the padding sees itself",
    says="a query in the padding has no past of its own text",
)
def row_mask(padding, T, S):
    seen = np.arange(S) >= np.asarray(padding)[:, None]  # (B, S)
    mask = causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, None, :]
    sees = mask.max(axis=-1, keepdims=True) == 0
    return np.where(sees, mask, causal_mask(T, S))


@mistake("5.3 forward_rows", "positions are columns", says="positions count the padding")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.arange(start, end) + 0 * batch.padding[:, None]
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "padding is seen", says="when padding is seen")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(0 * batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "no mask for one new column", says="when padding is seen")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1:
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "no mask without padding", says="the future is seen")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if batch.padding.any():
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "no mask for two columns", says="logits after [3, 1] and [1, 5]")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 2 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "positions from 1", says="positions begin at 1")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0) + 1
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "the first column", says="the logits of the first column")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, 0], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "the last rows of all", says="not the last of each text")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    x = x.reshape(B * T, -1)
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[-B:], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "heads not merged", says="behind time again")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    x = x.reshape(B * T, -1)
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x.reshape(B, T, -1)[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "cut head by head", says="all queries come first")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    x = x.reshape(B * T, -1)
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, H, 3, -1).transpose(3, 0, 2, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x.reshape(B, T, -1)[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "no last norm", says="the last norm is left out")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return x[:, -1] @ model.token.weight.data.T


@mistake("5.3 forward_rows", "positions from 0 each time", says="begin at 0 again")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = (
        np.maximum(np.arange(T) - (0 if start else batch.padding[:, None]), 0)
        + 0 * batch.padding[:, None]
    )
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "columns, once it goes on", says="as soon as there is something kept")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.arange(start, end) - (0 if start else batch.padding[:, None])
    positions = np.maximum(positions, 0) + 0 * batch.padding[:, None]
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "nothing is kept", says="nothing of what came before is seen")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, 0
    batch.length = 0
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(end) - batch.padding[:, None] * (T > 1), 0)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding * (T > 1), T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "length stays", says="`length` is 0")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake(
    "5.3 forward_rows", "length grows layer by layer", says="or a layer has more than the mask"
)
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        batch.length += T
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "one layer for all", says="the keys that layer 0 has kept")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(0, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "a graph is recorded", says="a graph was recorded")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    if True:
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "keys and values exchanged", says="keys and values are exch")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        v, k = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "heads out of channels of others", says="logits after")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, H, 3, -1).transpose(3, 0, 2, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "the stream is normed", says="logits after")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        x = layer_norm(x, block.norm1)
        qkv = linear(x, block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "logits of all columns", says="The shape is")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x, model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "a row that sees nothing is nan", says="nan in all that read it")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = row_mask(batch.padding, T, end).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "written into the table", says="logits after")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
        model.positions.table.data[positions] *= 1.5
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "attention replaces", says="what attention found is not added")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    x = model.token.weight.data[ids] + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x = linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "feed-forward replaces", says="what feed-forward made is not added")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    x = model.token.weight.data[ids] + model.positions.table.data[positions]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x = feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 forward_rows", "no positions", says="the positions' rows are not added")
def forward_rows(model, ids, batch):
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    x = model.token.weight.data[ids]
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x[:, -1], model.norm) @ model.token.weight.data.T


@mistake("5.3 Batch.join", "all begin in the first column", says="text was not moved")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, : part.length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "keys alone", says="only keys have come")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[0, :, rows, :, length - part.length : length] = part.kept[0, ..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "the first layer alone", says="only the first layer has come")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, 0, rows, :, length - part.length : length] = part.kept[:, 0, ..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "a list of paddings", says="padding came back as list")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = list(np.concatenate(paddings)), length, kept


@mistake("5.3 Batch.join", "padding stays", says="the padding of those that were moved stays")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "columns added up", says="columns are added up")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.kept = np.concatenate(paddings), kept
    self.length += other.length


@mistake("5.3 Batch.join", "length stays", says="it stays as it was")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.kept = np.concatenate(paddings), kept


@mistake("5.3 Batch.join", "the others first", says="the others' rows come first")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept = np.zeros(shape, self.kept.dtype)
    for part, rows in ((other, slice(len(other.padding))), (self, slice(len(other.padding), None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (other, self)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "no room is left", says="and should be (2, 2, 3, 3, 7, 5)")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    shape[4] = length
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "not cleared", says="holds nan or inf")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.full(shape, np.nan, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "float64", says="float32 has become")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 Batch.join", "the other is moved too", says="the other batch")
def join(self, other):
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept
    other.padding, other.length = other.padding + length - other.length, length


@mistake("5.3 Batch.join", "no rows take over the other's arrays", says="have changed")
def join(self, other):
    if not len(self.padding):
        self.padding, self.length, self.kept = other.padding, other.length, other.kept
        return
    length = max(self.length, other.length)
    shape = list(self.kept.shape)
    shape[2] += len(other.padding)
    kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
    for part, rows in ((self, slice(own)), (other, slice(own, None))):
        kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
    paddings = [part.padding + length - part.length for part in (self, other)]
    self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


@mistake("5.3 generate_batch", "is for ==", says="is for ==")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [
            r for r, i in enumerate(rows) if texts[i][-1] is not stop and len(texts[i]) < ends[i]
        ]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "a stop of 0 is none", says="taken for no stop")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [
            r
            for r, i in enumerate(rows)
            if not (stop and texts[i][-1] == stop) and len(texts[i]) < ends[i]
        ]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "at_once is not limited by default", says="16 is the default")
def generate_batch(model, prompts, n, at_once=10**6, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "one newcomer each step", says="there is room for all of them")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = min(1, at_once - len(rows))
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "without the prompts", says="the prompts are not returned")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return [text[len(prompt) :] for text, prompt in zip(texts, prompts)]


@mistake("5.3 generate_batch", "one too few", says="one token too few")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [
            r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i] - 1
        ]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "turned round", says="6 prompts continued")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts[::-1]


@mistake("5.3 generate_batch", "a finished row goes on", says="a finished row goes on")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "all stop at once", says="all rows stop when the first one does")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if any(texts[i][-1] == stop for i in rows):
            going = []
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "without the stop", says="the stop token is left out")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return [t[:-1] if t[-1] == stop and len(t) > len(p) else t for t, p in zip(texts, prompts)]


@mistake("5.3 generate_batch", "any stop token ends it", says="only what is drawn can end a text")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = [i for i in range(len(texts)) if n and stop not in texts[i]]
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "all rows at once", says="the model was given up to 6 rows")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = len(texts)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "pair by pair", says="both end before the next two begin")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = 0 if rows else at_once
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake(
    "5.3 generate_batch",
    "finished rows are computed",
    says="rows go on until the last of all has ended",
)
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    done = set()
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [min(n - ends[i] + len(texts[i]), n - 1) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            if i not in done:
                texts[i].append(token)
        done |= {i for i in rows if texts[i][-1] == stop or len(texts[i]) == ends[i]}
        going = list(range(len(rows))) if any(i not in done for i in rows) else []
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake(
    "5.3 generate_batch",
    "the last token too",
    says="the last token of each text goes through the model too",
)
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
    return texts


@mistake("5.3 generate_batch", "draws step by step", says="draws are made step by step")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((n, len(texts))).T
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "one draw for a step", says="all rows of a step have the same draw")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[[0] * len(rows), written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake(
    "5.3 generate_batch", "one draw for a text", says="all tokens of a text have the same draw"
)
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        tokens = sample_rows(logits, draws[rows, 0], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "draws belong to rows", says="draws belong to the texts")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[range(len(rows)), written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake(
    "5.3 generate_batch", "settings are dropped", says="the likeliest token should come every time"
)
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "a seed for each call", says="without rng the same texts came twice")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(0 if rng is None else rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "the tokens as they come", says="entry [0]")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [list(prompt) for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "the prompts grow", says="the prompts were")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = (
        prompts
        if isinstance(prompts[:1], list) and prompts and isinstance(prompts[0], list)
        else [[int(t) for t in p] for p in prompts]
    )
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "the place among those that come", says="does not name 2")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if max(ends, default=0) > model.config.block_size:
        raise ValueError(f"{max(ends)} tokens, block_size {model.config.block_size}")
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "frozen for good", says="the model could not learn")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if max(ends, default=0) > model.config.block_size:
        raise ValueError(f"{max(ends)} tokens, block_size {model.config.block_size}")
    for parameter in model.parameters():
        parameter.requires_grad = False
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 generate_batch", "longer than the context", says="should raise ValueError")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake(
    "5.3 generate_batch",
    "nothing is kept",
    says="nothing is kept: each step computes the whole text",
)
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([logits, forward_rows(model, ids, new)])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            ids, padding = pad_prompts([texts[i] for i in rows])
            batch = Batch.empty(model, padding)
            logits = forward_rows(model, ids, batch)
    return texts


@mistake("5.3 generate_batch", "the logits of newcomers above", says="6 prompts")
def generate_batch(model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None):
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[int(token) for token in prompt] for prompt in prompts]
    ends = [len(text) + n for text in texts]
    if texts and max(ends) > model.config.block_size:
        raise ValueError(
            f"a prompt and {n} tokens are {max(ends)}, and block_size is {model.config.block_size}"
        )
    draws = np.random.default_rng(rng).random((len(texts), n))
    waiting = list(range(len(texts))) if n else []
    rows, batch = [], Batch.empty(model, [])  # which text stands in which row
    logits = np.empty((0, model.config.n_tokens))
    while rows or waiting:
        room = at_once - len(rows)
        coming, waiting = waiting[:room], waiting[room:]
        if coming:
            ids, padding = pad_prompts([texts[i] for i in coming])
            new = Batch.empty(model, padding)
            logits = np.concatenate([forward_rows(model, ids, new), logits])
            batch.join(new)
            rows = rows + coming
        written = [n - ends[i] + len(texts[i]) for i in rows]
        tokens = sample_rows(logits, draws[rows, written], temperature, p)
        for i, token in zip(rows, tokens.tolist()):
            texts[i].append(token)
        going = [r for r, i in enumerate(rows) if texts[i][-1] != stop and len(texts[i]) < ends[i]]
        if len(going) < len(rows):
            rows, logits = [rows[r] for r in going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, np.array([texts[i][-1:] for i in rows]), batch)
    return texts


@mistake("5.3 pad_prompts", "floats are cut", says="integers of it without a word")
def pad_prompts(prompts, pad=0):
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"empty: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = prompt
    return ids, lengths.max() - lengths
