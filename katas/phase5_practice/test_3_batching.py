"""5.3 · Batching: prompts side by side, what each row sees, and texts that come and go."""

import math
from functools import cache

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase4_llms.attention import merge_heads, scaled_dot_product_attention
from katas.phase4_llms.generation import generate
from katas.phase4_llms.language_model import Embedding
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.spec_helpers import hinted, is_array, numbers, rng_of, with_numbers
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.batching import (
    Batch,
    forward_rows,
    generate_batch,
    pad_prompts,
    row_mask,
)

inf, nan = math.inf, math.nan

PROMPTS = [[3, 1, 4], [5], [9, 2, 6, 5, 3], [5, 8]]
CONFIG = GPTConfig(n_tokens=11, block_size=13, n_layer=2, n_head=3, n_channels=6)


@pytest.mark.kata("pad_prompts")
class TestPadPrompts:
    def test_all_end_in_the_last_column(self):
        ids, _ = pad_prompts(PROMPTS)
        left = [[0, 0, 3, 1, 4], [0, 0, 0, 0, 5], [9, 2, 6, 5, 3], [0, 0, 0, 5, 8]]
        expect_close(
            ids,
            left,
            "ids of four prompts of 3, 1, 5 and 2 tokens",
            mistakes={
                "the padding is on the right: the newest tokens are in different columns then, and "
                "what is written comes behind padding": [
                    *([3, 1, 4, 0, 0], [5, 0, 0, 0, 0], [9, 2, 6, 5, 3], [5, 8, 0, 0, 0]),
                ],
                "prompts are cut to the length of the shortest": [[4], [5], [3], [8]],
                "prompts are cut, and begin in the first column": [[3], [5], [9], [5]],
                "the tokens of a prompt are turned round": [
                    *([0, 0, 4, 1, 3], [0, 0, 0, 0, 5], [3, 5, 6, 2, 9], [0, 0, 0, 8, 5]),
                ],
                "the longest prompt comes first: rows are sorted": [left[i] for i in (2, 0, 3, 1)],
            },
        )

    def test_how_much_of_each_row_is_padding(self):
        _, padding = pad_prompts(PROMPTS)
        expect_close(
            padding,
            [2, 4, 0, 3],
            "the padding of rows with 3, 1, 5 and 2 tokens",
            mistakes={"the lengths of the prompts come back": [3, 1, 5, 2]},
        )

    def test_a_prompt_may_begin_with_the_token_that_pads(self):
        ids, padding = pad_prompts([[0, 0, 7], [0], [1, 0]])
        expect_close(ids, [[0, 0, 7], [0, 0, 0], [0, 1, 0]], "ids of prompts that hold the token 0")
        expect_close(
            padding,
            [0, 2, 1],
            "the padding of [0, 0, 7], [0] and [1, 0]",
            mistakes={"every token that equals pad is counted": [2, 3, 2]},
        )

    def test_the_token_that_pads_can_be_chosen(self):
        ids, padding = pad_prompts([[3, 1, 4], [5]], pad=7)
        wrong = {"pad is not used": [[3, 1, 4], [0, 0, 5]]}
        expect_close(ids, [[3, 1, 4], [7, 7, 5]], "ids that are padded with 7", mistakes=wrong)
        expect_close(padding, [0, 2], "their padding")

    def test_ids_may_be_large(self):
        ids, _ = pad_prompts([[128255, 7], [50256]])
        expect_close(ids, [[128255, 7], [0, 50256]], "ids of a vocabulary of 128,256")

    def test_a_single_prompt_needs_none(self):
        ids, padding = pad_prompts([[3, 1, 4]])
        expect_close(ids, [[3, 1, 4]], "ids of a single prompt")
        expect_close(padding, [0], "its padding")

    def test_arrays_are_prompts_too(self):
        ids, padding = pad_prompts([np.array([3, 1]), (5,)])
        expect_close(ids, [[3, 1], [0, 5]], "ids of an array and a tuple")
        expect_close(padding, [0, 1], "their padding")

    def test_integers_come_back(self):
        for what, came in zip(("ids", "padding"), pad_prompts(PROMPTS)):
            is_array(came, what)
            assert came.dtype.kind in "iu", f"{what} came as {came.dtype}, and should be integers"

    def test_the_prompts_stay_as_they_were(self):
        prompts = [[3, 1, 4], [5]]
        pad_prompts(prompts)
        assert prompts == [[3, 1, 4], [5]], f"[[3, 1, 4], [5]] is {prompts} afterwards"

    def test_an_empty_prompt_is_refused(self):
        expect_raises(
            ValueError, lambda: pad_prompts([[3], [1], []]), "an empty prompt [2]", naming=[2]
        )

    def test_no_prompts_are_refused(self):
        expect_raises(ValueError, lambda: pad_prompts([]), "a list of no prompts")

    @pytest.mark.parametrize("prompt", [[1.5, 2.0], "12"], ids=["floats", "a text"])
    def test_tokens_are_integers(self, prompt):
        expect_raises(
            TypeError,
            lambda: pad_prompts([[3], prompt]),
            f"the prompt {prompt!r} (numpy makes integers of it without a word)",
        )


def seen_by(padding, T, S, way="right"):
    """Plain loops: True where query t (the last T of S columns) of row b sees column s."""
    seen = np.zeros((len(padding), T, S), dtype=bool)
    for b, pad in enumerate(padding):
        for t in range(T):
            for s in range(S):
                past = s <= (t if way == "first" else S - T + t)
                begun = {
                    "seen": True,
                    "right": s >= pad,
                    "one less": s >= pad - 1,
                    "one more": s > pad,
                    "from the right": s < S - pad,
                    "only padding": s < pad,
                    "queries": S - T + t >= pad,
                }.get(way, s >= pad)
                seen[b, t, s] = begun and (past or way == "future")
    return seen


def floats(seen):
    """0 where it is seen, -inf elsewhere, with an axis for the heads."""
    return np.where(seen, 0.0, -inf)[:, None]


MASKS = {
    "padding is seen": "seen",
    "the future is seen": "future",
    "the last column of the padding is seen": "one less",
    "the first token of a text is hidden": "one more",
    "padding is hidden on the right": "from the right",
    "padding is all that is seen": "only padding",
    "queries in the padding see nothing, but the others see the padding": "queries",
}


@pytest.mark.kata("row_mask")
class TestRowMask:
    def test_each_row_sees_its_own_past_alone(self):
        expect_close(
            row_mask(np.array([2, 0, 1]), 5, 5),
            floats(seen_by([2, 0, 1], 5, 5)),
            "a mask for 5 columns, of which 2, 0 and 1 are padding",
            mistakes={name: floats(seen_by([2, 0, 1], 5, 5, way)) for name, way in MASKS.items()}
            | {
                "there is no axis for the heads: (B, T, S) is read as (n_head, T, S) if there are "
                "as many heads as rows": floats(seen_by([2, 0, 1], 5, 5))[:, 0],
                "booleans come back: added to scores, True is 1 and hides nothing": (
                    seen_by([2, 0, 1], 5, 5)[:, None].astype(float)
                ),
                "all rows get the mask of the first": floats(seen_by([2, 2, 2], 5, 5)),
            }
            | {
                f"{far:g} stands for -inf": np.maximum(floats(seen_by([2, 0, 1], 5, 5)), far)
                for far in (-1e4, -1e9, -1e10, -1e30)
            },
        )

    def test_new_columns_see_all_that_was_kept(self):
        for T in (1, 2):
            expect_close(
                row_mask(np.array([3, 0]), T, 7),
                floats(seen_by([3, 0], T, 7)),
                f"a mask for the last {T} of 7 columns, of which 3 and 0 are padding",
                mistakes={
                    "padding is seen": floats(seen_by([3, 0], T, 7, "seen")),
                    "the queries are taken for the first columns": (
                        floats(seen_by([3, 0], T, 7, "first"))
                    ),
                },
            )

    def test_a_query_that_is_padding_sees_nothing(self):
        came = np.asarray(row_mask(np.array([2]), 3, 3))[0, 0]
        assert (came[:2] == -inf).all(), (
            f"columns 0 and 1 are padding, and their rows of the mask are {came[:2].tolist()}: a "
            "query in the padding has no past of its own text, so all is hidden from it"
        )

    def test_lists_are_taken(self):
        expect_close(row_mask([1], 2, 2), floats(seen_by([1], 2, 2)), "a mask for padding [1]")

    def test_it_holds_floats(self):
        came = is_array(row_mask(np.array([0]), 2, 2), "a mask")
        assert came.dtype.kind == "f", f"a mask is added to scores: floats, not {came.dtype}"

    def test_fewer_keys_than_queries_are_refused(self):
        expect_raises(ValueError, lambda: row_mask(np.array([0]), 3, 2), "3 queries, 2 keys")


class Watched(Embedding):
    """A token table that writes down whether what it gives is part of a graph."""

    def __init__(self, weight):
        self.weight, self.recorded = weight, []

    def __call__(self, ids):
        result = super().__call__(ids)
        self.recorded.append(bool(result.parents))
        return result


def watched(n_layer=2, dtype=np.float64, config=CONFIG, scale=0.7):
    """A GPT with numbers of its own, whose token table writes down whether a graph is recorded."""
    c = config
    model = GPT(GPTConfig(c.n_tokens, c.block_size, n_layer, c.n_head, c.n_channels), rng_of(0))
    with_numbers(model, scale)
    cast_parameters(model, dtype)
    model.token = Watched(model.token.weight)
    return model


def last_logits(model, text):
    """What the model says after one text, alone, all computed at once."""
    with no_grad():
        return GPT.__call__(model, np.array([text])).data[0, -1]


def plain_rows(model, ids, padding, way):
    """All columns at once, without a cache, in one of the wrong ways: (B, V)."""
    (B, T), padding = ids.shape, np.asarray(padding)
    own = np.arange(T) - (0 if way == "columns" else padding[:, None])
    if way == "from the end":
        own = np.arange(T)[::-1] + 0 * padding[:, None]
    own = np.broadcast_to(np.maximum(own, 0), (B, T)).copy()
    if way == "later columns":  # 5 columns are right, as the prompts were; then they are counted
        own[:, 5:] = np.arange(5, T)
    if way == "again":
        own[:, 5:] = 0
    if way == "one late":
        own = own + 1
    mask = floats(seen_by(padding, T, T, way))
    with no_grad():
        x = model.token.weight[ids] + model.positions.table[own] * (way != "nowhere")
        for block in model.blocks:
            q, k, v = block.attention.heads(block.norm1(x))
            if way == "head by head":
                qkv = block.attention.qkv(block.norm1(x)).reshape(B, T, model.config.n_head, 3, -1)
                q, k, v = (qkv[:, :, :, part].swapaxes(1, 2) for part in range(3))
            k, v = (v, k) if way == "values for keys" else (k, v)
            mixed = scaled_dot_product_attention(q, k, v, mask)
            mixed = mixed.reshape(*x.shape) if way == "not merged" else merge_heads(mixed)
            x = x * (way != "attention alone") + block.attention.output(mixed)
            x = x * (way != "feed-forward alone") + block.feed_forward(block.norm2(x))
        x = x if way == "no norm" else model.norm(x)
        column = 0 if way == "first column" else -1
        newest = x.reshape(B * T, -1)[-B:] if way == "last rows" else x[:, column]
        return (newest @ model.token.weight.swapaxes(0, 1)).data


ROWS = {
    "positions count the padding: they are the numbers of the columns": "columns",
    "padding is seen": "seen",
    "positions begin at 1": "one late",
    "positions count back from the last column": "from the end",
    "the logits of the first column come back, not of the last": "first column",
    "of the rows of all texts below each other the last come back, not the last of each text": (
        "last rows"
    ),
    "the last norm is left out": "no norm",
    "heads do not go behind time again before they are laid side by side": "not merged",
    "each head's queries, keys and values are taken side by side; all queries come first, then all "
    "keys, then all values": "head by head",
    "the future is seen": "future",
    "the positions' rows are not added": "nowhere",
    "keys and values are exchanged": "values for keys",
    "what attention found is not added to the stream, but replaces it": "attention alone",
    "what feed-forward made is not added to the stream, but replaces it": "feed-forward alone",
}
IDS = np.array([[0, 0, 3, 1, 4], [0, 0, 0, 0, 5], [9, 2, 6, 5, 3], [0, 0, 0, 5, 8]])
PADDING = np.array([2, 4, 0, 3])


def read(model, texts):
    """A Batch that has read these texts, all in one call, and the logits."""
    length = max(map(len, texts))
    padding = np.array([length - len(text) for text in texts])
    ids = np.array([[0] * pad + text for pad, text in zip(padding.tolist(), texts)])
    batch = Batch.empty(model, padding)
    with hinted("`length` grows once, when all layers are done, or a layer has more than the mask"):
        return batch, forward_rows(model, ids, batch)


@pytest.mark.kata("forward_rows")
class TestForwardRows:
    @pytest.mark.parametrize("length", [3, 2])
    def test_texts_of_one_length(self, length):
        model, texts = watched(), [[3, 1, 4][:length], [1, 5, 9][:length]]
        _, came = read(model, texts)
        expect_close(
            came,
            [last_logits(model, text) for text in texts],
            f"logits after {texts[0]} and {texts[1]}, without padding",
            mistakes={
                name: plain_rows(model, np.array(texts), [0, 0], way)
                for name, way in ROWS.items()
                if way not in ("columns", "seen")
            },
        )

    def test_each_text_gets_what_it_gets_alone(self):
        model = watched()
        _, came = read(model, PROMPTS)
        alone = np.array([last_logits(model, text) for text in PROMPTS])
        expect_close(
            came,
            alone,
            "logits after prompts of 3, 1, 5 and 2 tokens, beside each other",
            mistakes={name: plain_rows(model, IDS, PADDING, way) for name, way in ROWS.items()}
            | {
                "a query in the padding sees nothing, -inf - -inf is nan, and a weight of 0 times "
                "nan is nan in all that read it": np.where(PADDING[:, None], nan, alone)
            },
        )

    @pytest.mark.parametrize("n_layer", [1, 3])
    def test_what_is_kept_is_used(self, n_layer):
        model = watched(n_layer)
        batch, _ = read(model, PROMPTS)
        texts, padding = [list(text) for text in PROMPTS], PADDING
        for new in ([7, 1, 0, 10], [2, 2, 4, 6]):
            for text, token in zip(texts, new):
                text.append(token)
            with hinted("new columns follow those that the batch holds already"):
                came = forward_rows(model, np.array(new)[:, None], batch)
            ids = np.array([[0] * pad + text for pad, text in zip(padding.tolist(), texts)])
            ways = ROWS | {
                "positions count the padding as soon as there is something kept": "later columns",
                "positions of new columns begin at 0 again": "again",
            }
            wrong = {
                name: plain_rows(model, ids, padding, way)
                for name, way in ways.items()
                if way in ("columns", "seen", "one late", "later columns", "again")
            }
            expect_close(
                came,
                [last_logits(model, text) for text in texts],
                f"logits after {len(texts[1]) - 1} more columns of one token each",
                mistakes=wrong
                | {
                    "nothing of what came before is seen": np.array(
                        [last_logits(model, [token]) for token in new]
                    )
                },
            )

    def test_new_columns_may_be_several(self):
        model = watched()
        batch, _ = read(model, [[3, 1], [4]])
        came = forward_rows(model, np.array([[1, 5, 9], [2, 6, 5]]), batch)
        expect_close(
            came,
            [last_logits(model, [3, 1, 1, 5, 9]), last_logits(model, [4, 2, 6, 5])],
            "logits after three columns that follow two",
        )

    def test_the_batch_knows_how_many_columns_it_holds(self):
        model = watched()
        batch, _ = read(model, PROMPTS)
        assert batch.length == 5, (
            f"after 5 columns `length` is {batch.length}: it grows by T, once, when all layers are "
            "done, or what comes next is written over what was kept"
        )
        assert np.array_equal(batch.padding, PADDING), "the batch's padding has changed"
        forward_rows(model, np.array([[1]] * 4), batch)
        assert batch.length == 6, f"after one column more `length` is {batch.length}, not 6"

    def test_each_layer_keeps_its_own(self):
        model = watched()
        batch, _ = read(model, [[3, 1, 4]])
        with no_grad():
            x = model.positions(model.token(np.array([[3, 1, 4]])))
            _, k0, v0 = model.blocks[0].attention.heads(model.blocks[0].norm1(x))
        expect_close(batch.kept[0, 0, :, :, :3], k0.data, "the keys that layer 0 has kept")
        expect_close(batch.kept[1, 0, :, :, :3], v0.data, "the values that layer 0 has kept")
        assert np.abs(batch.kept[:, 1, :, :, :3]).min() > 0, "layer 1 has kept nothing"

    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_what_the_neighbours_say_does_not_matter(self, dtype):
        """To the last bit: shapes and order of operations are the same."""
        model = watched(dtype=dtype)
        first, others = [3, 1, 4], [[[5], [9, 2, 6, 5, 3]], [[7], [1, 1, 1, 10, 4]]]
        one, two = (read(model, [first, *rest])[1][0] for rest in others)
        assert np.array_equal(one, two), (
            f"the logits of row 0 are {one.tolist()} beside some texts and {two.tolist()} beside "
            "others: something of one row gets into another"
        )

    def test_what_stands_in_the_padding_does_not_matter(self):
        model = watched()
        one, two = (
            forward_rows(model, np.array([[pad, pad, 3], [4, 1, 5]]), Batch.empty(model, [2, 0]))
            for pad in (0, 7)
        )
        expect_close(
            two, one, "logits after [3], padded with 7s, beside those where it is padded with 0s"
        )

    def test_float32_stays_float32(self):
        model = watched(dtype=np.float32)
        _, came = read(model, PROMPTS)
        is_array(came, "the logits")
        assert came.dtype == np.float32, f"a model of float32 gave logits of {came.dtype}"
        wanted = [last_logits(model, text) for text in PROMPTS]
        expect_close(came, wanted, "logits of a float32 model", tolerance=1e-4)

    def test_no_graph_is_recorded(self):
        model = watched()
        read(model, PROMPTS)
        assert not any(model.token.recorded), (
            "a graph was recorded: nothing is learned here, and every array would be kept"
        )
        assert (model.token.weight * 2).parents, "afterwards no graph is recorded any more"


def kept_of(padding, length, room=7, salt=0, n_layer=2):
    """A Batch with numbers of its own, and zeros where nothing is in use."""
    rows = len(padding)
    kept = numbers(2, n_layer, rows, 3, room, 5, salt=salt)
    kept[..., length:, :] = 0.0
    for row, pad in enumerate(padding):
        kept[:, :, row, :, :pad] = 0.0
    return Batch(np.array(padding), length, kept)


def texts_in(batch, kept=None, shift=0):
    """Keys and values of each row's own text, cut out of the columns."""
    kept = batch.kept if kept is None else kept
    return [
        kept[:, :, row, :, pad + shift : batch.length + shift].copy()
        for row, pad in enumerate(batch.padding)
    ]


@pytest.mark.kata("Batch.join")
class TestBatchJoin:
    @pytest.mark.parametrize(
        "own, length, others, other_length, padding",
        [
            ([1, 0], 5, [0, 2], 3, [1, 0, 2, 4]),
            ([1, 0], 3, [0, 2], 5, [3, 2, 0, 2]),
            ([0], 4, [3, 0], 4, [0, 3, 0]),
        ],
        ids=["shorter ones come", "longer ones come", "equally long ones come"],
    )
    def test_all_rows_end_in_the_same_column(self, own, length, others, other_length, padding):
        batch, other = kept_of(own, length), kept_of(others, other_length, salt=1)
        wanted = texts_in(batch) + texts_in(other)
        with hinted("what has different lengths is to end, not to begin, in the same column"):
            batch.join(other)
        longest = max(length, other_length)
        expect_close(
            batch.length,
            longest,
            f"the columns in use when {other_length} join {length}",
            mistakes={"columns are added up: rows are put below, not behind": length + other_length}
            | ({"it stays as it was": length} if length < longest else {})
            | ({"it is that of the other": other_length} if other_length < longest else {}),
        )
        expect_close(
            batch.padding,
            padding,
            "the padding of all rows",
            mistakes={}
            if length == other_length
            else {
                "the padding of those that were moved stays as it was": own + others,
                "the others' rows come first": padding[len(own) :] + padding[: len(own)],
            },
        )
        for row, (came, right) in enumerate(zip(texts_in(batch), wanted, strict=True)):
            gap = longest - (length if row < len(own) else other_length)
            still = np.concatenate([right, 0 * right], axis=-2)[..., gap : gap + right.shape[-2], :]
            keys, first = right.copy(), right.copy()
            keys[1] = first[:, 1:] = 0.0
            expect_close(
                came,
                right,
                f"keys and values of row {row}, whose text is in columns {padding[row]} to "
                f"{longest - 1}",
                mistakes={"only keys have come": keys, "only the first layer has come": first}
                | ({"its text was not moved, and begins where it began": still} if gap else {}),
            )

    def test_there_is_as_much_room_as_before(self):
        batch = kept_of([0], 3)
        batch.join(kept_of([0, 1], 4, salt=1))
        assert batch.kept.shape == (2, 2, 3, 3, 7, 5), (
            f"(2, 2, 1, 3, 7, 5) and (2, 2, 2, 3, 7, 5) made {batch.kept.shape}, and should be (2, "
            "2, 3, 3, 7, 5): rows are the third axis"
        )

    def test_all_the_room_may_be_in_use(self):
        batch, other = kept_of([0], 7), kept_of([2, 0], 7, salt=1)
        wanted = texts_in(batch) + texts_in(other)
        batch.join(other)
        expect_close(np.concatenate(texts_in(batch), 3), np.concatenate(wanted, 3), "all columns")

    def test_what_is_not_in_use_is_finite(self):
        batch, other = kept_of([0], 3), kept_of([0], 5, salt=1)
        for each in (batch, other):  # what was there before may be anything finite
            each.kept[..., each.length :, :] = 1e3
        batch.join(other)
        assert np.isfinite(batch.kept).all(), (
            "what is not in use holds nan or inf: -inf hides a score, but not nan, and a weight of "
            "0 times inf is nan"
        )

    @pytest.mark.parametrize("own, length", [([0], 5), ([], 0)], ids=["a row", "no rows"])
    def test_the_other_one_is_left_unchanged(self, own, length):
        batch, other = kept_of(own, length), kept_of([0, 1], 3, salt=1)
        before = other.kept.copy()
        batch.join(other)
        batch.kept[:] = 0.0
        np.asarray(batch.padding)[:] = 0
        assert np.array_equal(other.kept, before), "the other batch's keys and values have changed"
        assert np.array_equal(other.padding, [0, 1]) and other.length == 3, (
            f"the other batch had padding [0, 1] and 3 columns, and has {other.padding} and "
            f"{other.length}"
        )

    def test_float32_stays_float32(self):
        batch, other = kept_of([0], 3), kept_of([0], 5, salt=1)
        for each in (batch, other):
            each.kept = each.kept.astype(np.float32)
        batch.join(other)
        assert batch.kept.dtype == np.float32, f"float32 has become {batch.kept.dtype}"

    def test_padding_stays_integers(self):
        batch = kept_of([0], 3)
        batch.join(kept_of([1], 5, salt=1))
        is_array(batch.padding, "padding")
        assert batch.padding.dtype.kind in "iu", f"padding is {batch.padding!r}"

    def test_the_model_goes_on_from_what_was_joined(self):
        model = watched()
        batch, _ = read(model, [[3, 1, 4], [5]])
        other, _ = read(model, [[9, 2, 6, 5, 3], [5, 8]])
        batch.join(other)
        came = forward_rows(model, np.array([[7], [1], [0], [10]]), batch)
        texts = [[3, 1, 4, 7], [5, 1], [9, 2, 6, 5, 3, 0], [5, 8, 10]]
        expect_close(
            came,
            [last_logits(model, text) for text in texts],
            "logits of four texts after two batches of two were joined",
        )


LONG = GPTConfig(n_tokens=11, block_size=23, n_layer=2, n_head=3, n_channels=6)
ASKED = [[3, 1, 4], [5, 9], [2, 6, 5, 3, 5, 8], [9, 7], [9, 3, 2, 3], [8, 4, 6, 2]]
N, SHORT = 9, 4


def writer(dtype=np.float64):
    """A model whose texts do not settle on one token: positions matter to it most."""
    model = watched(config=LONG, scale=0.3)
    model.positions.table.data = 3 * model.positions.table.data
    model.norm.bias.data = 0 * model.norm.bias.data
    cast_parameters(model, dtype)
    return model


def asked():
    """The prompts, in lists of their own."""
    return [list(prompt) for prompt in ASKED]


def up_to(stop, text, prompt):
    """A text, cut off behind the first stop token that was added to its prompt."""
    new = text[len(prompt) :]
    return prompt + new[: new.index(stop) + 1] if stop in new else text


@cache
def greedy():
    """A model, a stop token, and the texts that `generate` writes alone: with the stop, without."""
    model = writer()
    whole = [generate(model, prompt, N, temperature=0) for prompt in ASKED]

    def texts(stop):
        return [up_to(stop, text, prompt) for text, prompt in zip(whole, ASKED)]

    stop = max(range(11), key=lambda token: len({*map(len, added(texts(token)))}))
    assert len({*map(len, added(texts(stop)))}) >= 3, "the spec's texts all end alike"
    return model, stop, texts(stop), whole


def added(texts):
    """What was added to the prompts."""
    return [text[len(prompt) :] for text, prompt in zip(texts, ASKED)]


def calls(model, *at_once, stop=None, prompts=ASKED, n=N):
    """(rows, columns) of what the model was given, call by call."""
    came = []

    def watched(model, ids, batch):
        came.append(np.shape(ids))
        return forward_rows(model, ids, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{generate_batch.__module__}.forward_rows", watched)
        generate_batch(model, [list(p) for p in prompts], n, *at_once, temperature=0, stop=stop)
    return came


def plain_draw(model, text, u, temperature=1.0):
    """The next token of one text, by a running sum in a plain loop."""
    logits = last_logits(model, text).astype(float) / temperature
    probs = np.exp(logits - logits.max())
    total = 0.0
    for token, prob in enumerate(probs / probs.sum()):
        total += prob
        if total > u:
            return token
    return len(probs) - 1


def plain_texts(model, draws):
    """Each prompt continued alone; draws(i, t) is the chance of its t-th new token."""
    texts = []
    for i, prompt in enumerate(ASKED):
        text = list(prompt)
        for t in range(SHORT):
            text.append(plain_draw(model, text, draws(i, t)))
        texts.append(text)
    return texts


@pytest.mark.kata("generate_batch")
class TestGenerateBatch:
    @pytest.mark.parametrize("at_once", [6, 16, 1, 4])
    def test_each_prompt_gets_what_it_gets_alone(self, at_once):
        model, _, _, whole = greedy()
        texts = [text[:-1] for text in whole]
        expect_close(
            generate_batch(model, asked(), N - 1, at_once, temperature=0),
            texts,
            f"6 prompts continued by {N - 1} tokens, {at_once} at once",
            mistakes={
                "the prompts are not returned": added(texts),
                "n counts the prompt too": [t[: max(N - 1, len(p))] for t, p in zip(texts, ASKED)],
                "one token too many is added": whole,
                "one token too few is added": [text[:-1] for text in texts],
                "texts come back in another order: that in which they ended, say": (
                    texts[1:] + texts[:1]
                ),
            },
        )

    @pytest.mark.parametrize("at_once", [6, 2, 1])
    def test_each_row_stops_for_itself(self, at_once):
        model, stop, texts, whole = greedy()
        first = min(map(len, added(texts)))
        expect_close(
            generate_batch(model, asked(), N, at_once, temperature=0, stop=stop),
            texts,
            f"6 prompts, each up to the stop token {stop}, {at_once} at once",
            mistakes={
                "a finished row goes on: tokens follow its stop": whole,
                "all rows stop when the first one does": [
                    text[: len(p) + first] for text, p in zip(whole, ASKED)
                ],
                "the stop token is left out": [
                    t[:-1] if t[-1] == stop and len(t) > len(p) else t for t, p in zip(texts, ASKED)
                ],
            },
        )

    def test_a_stop_token_in_the_prompt_does_not_end_it(self):
        model = greedy()[0]
        texts = generate_batch(model, [[5, 9], [9, 5]], 2, temperature=0, stop=5)
        wanted = [generate(model, p, 2, temperature=0, stop=5) for p in ([5, 9], [9, 5])]
        assert texts == wanted, (
            f"after the prompts [5, 9] and [9, 5], with 5 as the stop token, came {texts}, and "
            f"{wanted} should: only what is drawn can end a text"
        )

    def test_token_0_can_be_the_stop(self):
        model = greedy()[0]
        whole = generate_batch(model, asked(), N, rng=5)
        wanted = [up_to(0, text, prompt) for text, prompt in zip(whole, ASKED)]
        assert wanted != whole, "the spec's texts have no 0"
        came = generate_batch(model, asked(), N, rng=5, stop=0)
        why = ": is 0, as good as False, taken for no stop?" * (came == whole)
        assert came == wanted, f"with the stop token 0 {came} came, and {wanted} should{why}"

    def test_a_stop_token_of_numpy_is_one_too(self):
        model, stop, texts, _ = greedy()
        came = generate_batch(model, asked(), N, temperature=0, stop=np.int64(stop))
        assert came == texts, (
            f"with the stop token np.int64({stop}) {came} came, and {texts} should: equal ints are "
            "one object only if they are small (is for ==)"
        )

    def test_16_at_once_if_nothing_is_said(self):
        rows = max(rows for rows, _ in calls(greedy()[0], prompts=[[3, 1]] * 18, n=2))
        assert rows == 16, f"of 18 prompts the model was given {rows} at once: 16 is the default"

    def test_all_free_rows_are_filled(self):
        steps = sum(columns == 1 for _, columns in calls(greedy()[0], 6))
        assert steps == N - 1, (
            f"6 prompts that get {N} tokens each, 6 at once, took {steps} steps of one token, and "
            f"{N - 1} are enough: there is room for all of them from the start"
        )

    def test_no_more_rows_than_at_once(self):
        model, stop, _, _ = greedy()
        for at_once in (1, 2, 4):
            rows = max(shape[0] for shape in calls(model, at_once, stop=stop))
            assert rows == at_once, (
                f"the model was given up to {rows} rows, where at_once is {at_once} and 6 prompts "
                "wait"
            )

    @pytest.mark.parametrize("at_once", [6, 3])
    def test_a_row_that_has_ended_is_not_computed_any_more(self, at_once):
        model, stop, texts, _ = greedy()
        came = sum(rows for rows, columns in calls(model, at_once, stop=stop) if columns == 1)
        new = [*map(len, added(texts))]
        expect_close(
            came,
            sum(new) - len(new),
            f"rows of one token that the model was given, {at_once} at once, for texts that get "
            f"{new} new tokens",
            mistakes={
                "the last token of each text goes through the model too": sum(new),
                "rows go on until the last of all has ended": 6 * (max(new) - 1),
            }
            if at_once == 6
            else {"the last token of each text goes through the model too": sum(new)},
        )

    def test_the_next_prompt_takes_the_place_at_once(self):
        model = greedy()[0]
        prompts = [ASKED[i] for i in (2, 0, 1, 3, 0, 1)]
        new = [
            len(generate(model, prompt, N, temperature=0, stop=9)) - len(prompt)
            for prompt in prompts
        ]
        assert new == [9, 1, 2, 2, 1, 2], "a long text and five short ones are wanted here"
        steps = sum(columns == 1 for _, columns in calls(model, 2, stop=9, prompts=prompts))
        why = ". Exactly that many come if both end before the next two begin" * (steps == 10)
        assert steps <= 8, (
            f"texts that get {new} new tokens, 2 at once, took {steps} steps of one token; while "
            f"the first gets its last 8, the others can follow each other beside it{why}"
        )

    def test_no_token_goes_through_the_model_twice(self):
        model, _, _, whole = greedy()
        came = sum(rows * columns for rows, columns in calls(model, 1))
        expect_close(
            came,
            sum(len(text) - 1 for text in whole),
            "tokens that the model was given, one text at once",
            mistakes={
                "nothing is kept: each step computes the whole text": sum(
                    sum(range(len(p), len(text))) for p, text in zip(ASKED, whole)
                ),
                "the last token of each text goes through the model too": sum(map(len, whole)),
            },
        )

    @pytest.mark.parametrize("at_once", [6, 2])
    def test_each_text_has_its_own_chance(self, at_once):
        model = greedy()[0]
        draws, flat = rng_of(5).random((6, SHORT)), rng_of(5).random(6 * SHORT)
        expect_close(
            generate_batch(model, asked(), SHORT, at_once, rng=rng_of(5)),
            plain_texts(model, lambda i, t: draws[i, t]),
            f"6 prompts at temperature 1, {at_once} at once",
            mistakes={
                "draws are made step by step for all rows": (
                    plain_texts(model, lambda i, t: flat[6 * t + i])
                ),
                "all rows of a step have the same draw": (
                    plain_texts(model, lambda i, t: draws[0, t])
                ),
                "all tokens of a text have the same draw": (
                    plain_texts(model, lambda i, t: draws[i, 0])
                ),
            },
        )

    def test_what_is_written_beside_a_text_does_not_matter(self):
        model, stop, _, _ = greedy()
        one, *others = (
            generate_batch(model, asked(), N, at_once, rng=3, stop=stop) for at_once in (6, 1, 2, 5)
        )
        for at_once, other in zip((1, 2, 5), others):
            assert one == other, (
                f"with the same seed other texts come {at_once} at once than 6 at once: the draws "
                "belong to the texts, not to the rows in which they happen to stand"
            )

    def test_the_settings_reach_sample_rows(self):
        model, _, _, whole = greedy()
        for settings in ({"temperature": 1e-3}, {"p": 1.0}):
            assert generate_batch(model, asked(), N, rng=0, **settings) == whole, (
                f"with {settings} the likeliest token should come every time: is it handed on?"
            )
        assert generate_batch(model, asked(), N, rng=0) != whole, (
            "at temperature 1 the likeliest token came every time"
        )

    def test_a_seed_or_a_generator_decides(self):
        model = greedy()[0]
        one, again, seed, other = (
            generate_batch(model, asked(), N, rng=rng)
            for rng in (rng_of(1), rng_of(1), 1, rng_of(2))
        )
        assert one == again == seed, "the same seed wrote different texts"
        assert one != other, "two seeds wrote the same texts: is rng used?"
        assert generate_batch(model, asked(), N) != generate_batch(model, asked(), N), (
            "without rng the same texts came twice"
        )

    def test_lists_of_ints_come_back(self):
        model = greedy()[0]
        for prompts in (ASKED, [np.array(prompt) for prompt in ASKED]):
            expect_kind(generate_batch(model, prompts, 2, rng=0), [[int]], "what came back")

    def test_the_prompts_stay_as_they_were(self):
        prompts = asked()
        texts = generate_batch(greedy()[0], prompts, 2, rng=0)
        assert prompts == ASKED and not any(t is p for t, p in zip(texts, prompts)), (
            f"the prompts were {ASKED}, and are {prompts}"
        )

    def test_nothing_to_do(self):
        with hinted("no prompts, or n = 0, make sense: nothing is written then"):
            none = generate_batch(greedy()[0], [], 3)
            prompts = generate_batch(greedy()[0], asked(), 0)
        assert none == [], f"no prompts made {none}"
        assert prompts == ASKED, f"n = 0 made {prompts}"

    def test_one_token_each(self):
        model, _, _, whole = greedy()
        wanted = [text[: len(p) + 1] for text, p in zip(whole, ASKED)]
        came = generate_batch(model, asked(), 1, 2, temperature=0)
        expect_close(came, wanted, "6 prompts continued by one token each, 2 at once")

    def test_texts_that_fill_the_context(self):
        model = greedy()[0]
        prompts = [[1] * 14, [2], [3, 4], [5] * 14, [6, 7]]
        came = generate_batch(model, prompts, 9, 2, temperature=0)
        wanted = [generate(model, prompt, 9, temperature=0) for prompt in prompts]
        expect_close(came, wanted, "texts of up to 23 tokens, for a block_size of 23, 2 at once")

    def test_no_graph_is_recorded(self):
        model = greedy()[0]
        model.token.recorded.clear()
        generate_batch(model, asked(), 2)
        assert not any(model.token.recorded), "a graph is recorded for every token"
        assert (model.token.weight * 2).parents, (
            "after generate_batch no graph is recorded any more: the model could not learn"
        )

    def test_a_model_of_float32(self):
        model = writer(np.float32)
        came = generate_batch(model, asked(), 3, 2, temperature=0)
        wanted = [generate(model, prompt, 3, temperature=0) for prompt in ASKED]
        expect_close(came, wanted, "three tokens of a float32 model, 2 texts at once")

    @pytest.mark.parametrize(
        "prompts, settings, naming",
        [
            ([[1], [2] * 20], {"n": 4}, [24, 23]),
            ([[1], [4], []], {"n": 4, "at_once": 1}, [2]),
            (ASKED, {"n": -2}, [-2]),
            (ASKED, {"n": 2, "at_once": 0}, [0]),
            (ASKED, {"n": 2, "temperature": -1.0}, [-1]),
            (ASKED, {"n": 2, "stop": [1, 2]}, []),
        ],
        ids=["too long", "an empty prompt at place 2", "n", "at_once", "temperature", "stop"],
    )
    def test_what_does_not_fit_is_refused(self, prompts, settings, naming):
        what = f"{prompts} with {settings}, where block_size is 23,"
        kind = TypeError if "stop" in settings else ValueError
        expect_raises(kind, lambda: generate_batch(greedy()[0], prompts, **settings), what, naming)
