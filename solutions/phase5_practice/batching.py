"""5.3 · Batching: many texts at once, each of them as if it were alone."""

from operator import index

import numpy as np

from ..phase4_llms.attention import causal_mask
from ..phase4_llms.tensor import no_grad
from .inference import attend, feed_forward, layer_norm, linear
from .sampling import sample_rows


def pad_prompts(prompts, pad=0):  # kata 5.3
    """Put prompts of different lengths below each other, so that all end in the last column.

    prompts  a list of B prompts, each a list or array of at least one token; left unchanged
    pad      the token that stands in front of the shorter ones
    ->       ids (B, T), integers, where T is the length of the longest prompt
             padding (B,), integers: how many columns of each row are no part of its prompt

    ValueError if there is no prompt, or an empty one among them (naming its place, from 0).
    TypeError if a token is not an integer.
    """
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all() or not lengths.size:
        raise ValueError(f"each prompt needs a token; without one: {np.flatnonzero(lengths == 0)}")
    ids = np.full((len(prompts), lengths.max()), pad)
    for row, prompt in zip(ids, prompts):
        row[-len(prompt) :] = [index(token) for token in prompt]
    return ids, lengths.max() - lengths


def row_mask(padding, T, S):  # kata 5.3
    """What hides the future, and the padding of each row: to be added to scores.

    padding  (B,)  how many of a row's S columns, from the left, are padding; a list or an array
    T        how many queries: the last T of the columns
    S        how many keys: all columns
    ->       (B, 1, T, S), floats, the same for all heads: 0 where a query may look, and -inf
             elsewhere. A query that is padding itself sees nothing

    ValueError, as from causal_mask, if there are fewer keys than queries.
    """
    seen = np.arange(S) >= np.asarray(padding)[:, None]  # (B, S)
    return causal_mask(T, S) + np.where(seen, 0.0, -np.inf)[:, None, None, :]


class Batch:
    """What a model has kept of texts that it writes side by side.

    All rows end in the same column. The longest begins in the first one, the others are padded on
    the left.

    padding  (B,)  how many columns of each row hold nothing of its text: integers
    length   how many columns are in use
    kept     (2, n_layer, B, n_head, room, D)  the keys [0] and values [1] of each layer: columns
             0 to length - 1, and room for more; whatever is not in use is finite
    """

    def __init__(self, padding, length, kept):
        self.padding, self.length, self.kept = np.asarray(padding, int), length, kept

    @classmethod
    def empty(cls, model, padding):
        """One that has room for texts of block_size, and nothing in it yet."""
        c = model.config
        shape = (2, c.n_layer, len(padding), c.n_head, c.block_size, c.n_channels // c.n_head)
        return cls(padding, 0, np.zeros(shape, model.token.weight.data.dtype))

    def extend(self, layer, k, v):
        """Write k and v (B, n_head, T, D), arrays, of a layer behind the columns in use.

        ->  (B, n_head, length + T, D), twice: keys and values of all columns. `length` stays as it
            is: it is to grow by T when all layers are done
        """
        keys, values = self.kept[:, layer, :, :, : self.length + k.shape[2]]
        keys[:, :, self.length :], values[:, :, self.length :] = k, v
        return keys, values

    def keep(self, rows):
        """Let go of all rows but these, and of the columns that are padding in all of these.

        rows  a list of places, in the order in which they are to stand
        """
        shift = self.padding[rows].min(initial=self.length)
        used = self.kept[:, :, rows, :, shift : self.length]
        self.padding, self.length = self.padding[rows] - shift, self.length - shift
        self.kept = np.zeros((*used.shape[:4], *self.kept.shape[4:]), used.dtype)
        self.kept[..., : self.length, :] = used

    def join(self, other):  # kata 5.3
        """Put the rows of another Batch, which is left unchanged, below one's own.

        All rows end in the same column again, so that the shorter ones are moved to the right.
        `padding` and `length` say so; there is as much room as before.
        """
        length = max(self.length, other.length)
        shape = list(self.kept.shape)
        shape[2] += len(other.padding)
        kept, own = np.zeros(shape, self.kept.dtype), len(self.padding)
        for part, rows in ((self, slice(own)), (other, slice(own, None))):
            kept[:, :, rows, :, length - part.length : length] = part.kept[..., : part.length, :]
        paddings = [part.padding + length - part.length for part in (self, other)]
        self.padding, self.length, self.kept = np.concatenate(paddings), length, kept


def forward_rows(model, ids, batch):  # kata 5.3
    """Send new columns through a GPT, for rows whose texts begin in different columns.

    model  a GPT, whose parts are used: token, positions.table, blocks, norm
    ids    (B, T)  the tokens of the new columns, padding among them; they follow those in batch
    batch  a Batch whose padding is known; afterwards it holds the new columns too
    ->     (B, V), an array: for each row the logits of the token that follows the last column

    The position of a token is how many tokens of its own text stand before it; which one padding
    has does not matter, as no text sees it. So each text gets the logits that it gets alone, but
    for rounding. Records no graph.
    """
    (B, T), start = ids.shape, batch.length
    H, end = model.config.n_head, start + T
    positions = np.maximum(np.arange(start, end) - batch.padding[:, None], 0)  # (B, T)
    mask = None
    if T > 1 or batch.padding.any():  # below -1e30 a row that sees nothing would be nan
        mask = np.maximum(row_mask(batch.padding, T, end), -1e30).astype(batch.kept.dtype)
    with no_grad():
        x = model.token(ids).data + model.positions.table.data[positions]
    x = x.reshape(B * T, -1)  # one row for each token
    for layer, block in enumerate(model.blocks):
        qkv = linear(layer_norm(x, block.norm1), block.attention.qkv)
        q, *new = qkv.reshape(B, T, 3, H, -1).transpose(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = batch.extend(layer, *new)
        mixed = attend(q, k, v, mask).swapaxes(1, 2).reshape(x.shape)
        x += linear(mixed, block.attention.output)
        x += feed_forward(layer_norm(x, block.norm2), block.feed_forward)
    batch.length = end
    return layer_norm(x.reshape(B, T, -1)[:, -1], model.norm) @ model.token.weight.data.T


def generate_batch(  # kata 5.3
    model, prompts, n, at_once=16, temperature=1.0, p=0.0, rng=None, stop=None
):
    """Continue many texts, several of them at once, each as if it were alone.

    model    a GPT
    prompts  a list of prompts as pad_prompts takes them, which may be empty
    n        how many tokens are added to each at most
    at_once  how many rows the model is given at most
    temperature, p  as sample_rows takes them
    rng      a numpy Generator or a seed; None for a fresh one. One call of its random makes
             (number of prompts, n) draws: the t-th new token of text i takes [i, t], whatever is
             written beside it
    stop     None, or a token, an integer, after which a text ends
    ->       a list, in the order of the prompts: for each a list of ints, the prompt and up to n
             tokens (stop among them, if it was drawn)

    A text that has ended leaves its row at once, and the next prompt takes its place; no token
    goes through the model twice, nor the last one of a text at all.

    ValueError if a prompt and n tokens are longer than block_size, naming their length together and
    block_size; naming it, if n is below 0 or at_once below 1; as from pad_prompts and sample_rows.
    TypeError if stop is neither None nor an integer.
    """
    if n < 0 or at_once < 1:
        raise ValueError(f"no {n} tokens can be added, {at_once} texts at once")
    texts = [[index(token) for token in prompt] for prompt in prompts]
    stop = None if stop is None else index(stop)
    if texts:
        pad_prompts(texts)  # an empty one is named by its place among all
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
            rows, tokens, logits = [rows[r] for r in going], tokens[going], logits[going]
            batch.keep(going)
        if rows:
            logits = forward_rows(model, tokens[:, None], batch)
    return texts
