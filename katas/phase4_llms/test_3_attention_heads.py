"""4.3 · Attention: many heads, and how widely they look."""

import math
from math import inf, nan

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase4_llms.attention import (
    MultiHeadAttention,
    attention_entropy,
    causal_mask,
    cross_attention,
    merge_heads,
    split_heads,
)
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    Memory,
    attention_by_loops,
    gradients_of,
    has_parameters,
    hinted,
    is_array,
    is_drawn_from,
    is_tensor,
    measured,
    numbers,
    rng_of,
    stays_float32,
)
from katas.phase4_llms.tensor import Tensor

# two positions, six channels
WIDE = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]])
HEADS = np.array([[[1, 2], [10, 20]], [[3, 4], [30, 40]], [[5, 6], [50, 60]]], float)


@pytest.mark.kata("split_heads")
class TestSplitHeads:
    def test_each_head_has_its_part_of_every_position(self):
        try:
            found = split_heads(Tensor(WIDE), 3)
        except ValueError as error:
            pytest.fail(
                f"x of shape (2, 6), without a batch, stops with: {error}. In (…, T, C) the dots "
                "stand for any number of axes, also for none"
            )
        expect_close(
            found,
            HEADS,
            "3 heads of the rows [1, ..., 6] and [10, ..., 60]",
            mistakes={
                "a plain reshape cuts through time": WIDE.reshape(3, 2, 2),
                "time still stands before the heads": WIDE.reshape(2, 3, 2),
                "axes 1 and 2 are exchanged, which are time and heads only in a batch": (
                    WIDE.reshape(2, 3, 2).swapaxes(1, 2)
                ),
                "channels are dealt out like cards": WIDE.reshape(2, 2, 3).transpose(2, 0, 1),
                "time and channels of a head are swapped": HEADS.transpose(0, 2, 1),
                "the last part of the channels is head 0": HEADS[::-1],
                "all axes are reversed": WIDE.reshape(2, 3, 2).T,
                "n_head is taken for the channels of a head": (
                    WIDE.reshape(2, 2, 3).transpose(1, 0, 2)
                ),
            },
        )

    def test_it_is_so_in_a_batch(self):
        x = numbers(2, 5, 21)
        expect_close(
            split_heads(Tensor(x), 3),
            [[x[b, :, 7 * h : 7 * h + 7] for h in range(3)] for b in range(2)],
            "3 heads of a batch of 2 with 5 positions and 21 channels",
            mistakes={
                "a plain reshape cuts through time": x.reshape(2, 3, 5, 7),
                "heads stand before the batch": [
                    [x[b, :, 7 * h : 7 * h + 7] for b in range(2)] for h in range(3)
                ],
                "channels are dealt out like cards": [
                    [x[b, :, h::3] for h in range(3)] for b in range(2)
                ],
            },
        )

    def test_any_number_of_axes_may_stand_in_front(self):
        heads = split_heads(Tensor(numbers(2, 3, 7, 10)), 5)
        assert heads.shape == (2, 3, 5, 7, 2), (
            f"(2, 3, 7, 10) in 5 heads has the shape {heads.shape}, and should be (2, 3, 5, 7, 2)"
        )

    def test_a_head_may_have_one_channel(self):
        with hinted("6 heads of one channel each divide 6 channels"):
            heads = split_heads(Tensor(WIDE), 6)
        expect_close(heads, WIDE.T[..., None], "the six heads of six channels")

    def test_one_head_has_all(self):
        expect_close(split_heads(Tensor(WIDE), 1), [WIDE], "the one head of two positions")

    def test_gradients_go_back_to_their_places(self):
        x = Tensor(WIDE)
        (slope,) = gradients_of(split_heads(x, 3), HEADS * 7, x=x)
        expect_close(slope, WIDE * 7, "gradient of x, where 7 times its own entries arrive")

    def test_channels_that_do_not_divide_are_refused(self):
        expect_raises(
            ValueError,
            lambda: split_heads(Tensor(numbers(5, 23)), 7),
            "23 channels in 7 heads",
            naming=[23, 7],
        )


@pytest.mark.kata("merge_heads")
class TestMergeHeads:
    def test_each_position_gets_its_parts_together_again(self):
        try:
            merged = merge_heads(Tensor(HEADS))
        except ValueError as error:
            pytest.fail(
                f"heads of shape (3, 2, 2), without a batch, stop with: {error}. In "
                "(…, n_head, T, D) the dots stand for any number of axes, also for none"
            )
        expect_close(
            merged,
            WIDE,
            "3 heads of 2 positions and 2 channels, merged",
            mistakes={
                "a plain reshape cuts through the heads": HEADS.reshape(2, 6),
                "channels are put together like dealt cards": HEADS.transpose(1, 2, 0).reshape(
                    2, 6
                ),
                "time and channels are exchanged, not heads and time": HEADS.swapaxes(1, 2).reshape(
                    2, 6
                ),
                "heads are still apart": HEADS.transpose(1, 0, 2),
                "the heads are added": HEADS.sum(axis=0),
                "the heads are averaged": HEADS.mean(axis=0),
                "positions stand side by side, heads below each other": np.concatenate(
                    [*HEADS.transpose(1, 0, 2)], axis=1
                ),
            },
        )

    def test_it_undoes_split_heads(self):
        x = numbers(2, 5, 21)
        expect_close(merge_heads(split_heads(Tensor(x), 3)), x, "21 channels split and merged")

    def test_each_head_in_a_batch_finds_its_place(self):
        heads = numbers(2, 3, 5, 7)
        expect_close(
            merge_heads(Tensor(heads)),
            np.concatenate([heads[:, h] for h in range(3)], axis=-1),
            "3 heads of a batch of 2 with 5 positions and 7 channels each, merged",
            mistakes={
                "a plain reshape cuts through the heads": heads.reshape(2, 5, 21),
                "the heads are put together in reverse": np.concatenate(
                    [heads[:, h] for h in (2, 1, 0)], axis=-1
                ),
            },
        )

    def test_any_number_of_axes_may_stand_in_front(self):
        merged = merge_heads(Tensor(numbers(2, 3, 5, 7, 11)))
        assert merged.shape == (2, 3, 7, 55), (
            f"(2, 3, 5, 7, 11) merged has the shape {merged.shape}, and should be (2, 3, 7, 55)"
        )

    def test_gradients_go_back_to_their_heads(self):
        heads = Tensor(HEADS)
        (slope,) = gradients_of(merge_heads(heads), WIDE * 7, x=heads)
        expect_close(slope, HEADS * 7, "gradient of the heads, where 7 times their entries arrive")


@pytest.mark.kata("MultiHeadAttention.__init__")
class TestMakingMultiHeadAttention:
    def test_it_has_two_layers(self):
        wanted = {
            "qkv.weight": (15, 45),
            "qkv.bias": (45,),
            "output.weight": (15, 15),
            "output.bias": (15,),
        }
        attention = MultiHeadAttention(15, 5, rng_of(3))
        has_parameters(attention, wanted, "an attention of 15 channels")

    def test_it_keeps_what_it_was_told(self):
        attention = MultiHeadAttention(15, 5, rng_of(3), causal=False)
        told = attention.n_head, attention.causal
        assert told == (5, False), f"n_head and causal are {told}, and should be (5, False)"

    def test_it_is_causal_unless_told_otherwise(self):
        assert MultiHeadAttention(15, 5, rng_of(3)).causal is True, "causal is True by default"

    def test_all_randomness_comes_from_rng(self):
        first, again = (MultiHeadAttention(15, 5, rng_of(3)).parameters() for _ in range(2))
        same = all(np.array_equal(a.data, b.data) for a, b in zip(first, again))
        assert same, "two generators with the same seed lead to different weights"

    def test_a_seed_does_for_a_generator(self):
        is_drawn_from(lambda rng: MultiHeadAttention(15, 5, rng), "MultiHeadAttention(15, 5)")

    def test_both_layers_draw_from_one_generator(self):
        """The rows of output would begin as those of qkv, had each layer its own copy."""
        attention = MultiHeadAttention(15, 5, rng_of(3))
        begins = attention.qkv.weight.data.ravel()[:15], attention.output.weight.data.ravel()[:15]
        assert not np.allclose(*begins), "qkv and output begin with the same weights"

    def test_without_rng_each_is_another(self):
        one, other = (MultiHeadAttention(15, 5).qkv.weight.data for _ in range(2))
        assert not np.allclose(one, other), (
            "two attentions that were made without rng are equal: None stands for a fresh generator"
        )

    def test_channels_that_do_not_divide_are_refused(self):
        expect_raises(
            ValueError,
            lambda: MultiHeadAttention(23, 7),
            "23 channels in 7 heads",
            naming=[23, 7],
        )


def attention_of(C, n_head, causal=True):
    """An attention whose parameters are known, none of them 0."""
    attention = MultiHeadAttention(C, n_head, causal=causal)
    attention.qkv.weight.data = numbers(C, 3 * C) / math.sqrt(C)
    attention.qkv.bias.data = numbers(3 * C) / 2
    attention.output.weight.data = numbers(C, C) / math.sqrt(C)
    attention.output.bias.data = numbers(C)
    return attention


def arrays_of(attention):
    """W and b of qkv, and W and b of output."""
    layers = attention.qkv, attention.output
    return [array.data for layer in layers for array in (layer.weight, layer.bias)]


def columns(rows, n_head):
    """The heads of (T, C), one after the other: each has its columns."""
    return np.split(np.asarray(rows), n_head, axis=1)


def thirds(rows):
    """The three parts of (T, 3C)."""
    return np.split(np.asarray(rows), 3, axis=1)


def cut_by_reshape(rows, n_head):
    return list(np.reshape(rows, (n_head, len(rows), -1)))


def side_by_side(heads):
    return np.concatenate(heads, axis=1)


def merged_by_reshape(heads):
    return np.reshape(heads, (len(heads[0]), -1))


def one_by_one(x, arrays, n_head, mask=None, scale=None, **changes):
    """Multi-head attention of (B, T, C): for each example, for each head, for each pair.

    changes  what a wrong solution does in another way: order, cut, merge, output
    """
    W, b, W_out, b_out = arrays
    order = changes.get("order", (0, 1, 2))
    cut, merge = changes.get("cut", columns), changes.get("merge", side_by_side)
    found = []
    for rows in x:
        parts = thirds(rows @ W + b)
        q, k, v = (cut(parts[i], n_head) for i in order)
        heads = [attention_by_loops(q[h], k[h], v[h], mask, scale) for h in range(n_head)]
        merged = merge([np.array(head) for head in heads])
        found.append(merged @ W_out + b_out if changes.get("output", True) else merged)
    return np.array(found)


@pytest.mark.kata("MultiHeadAttention.heads")
class TestHeads:
    def test_queries_keys_and_values_are_the_thirds_of_qkv(self):
        attention, x = attention_of(21, 3), numbers(2, 5, 21)
        with same_parameters(attention):
            found = attention.heads(Tensor(x))
        assert isinstance(found, tuple | list), (
            f"a {type(found).__name__} came back, and should be three Tensors: q, k and v"
        )
        assert len(found) == 3, f"{len(found)} things came back, and should be three: q, k and v"
        W, b, *_ = arrays_of(attention)
        rows = [thirds(example @ W + b) for example in x]
        right = [np.array([columns(parts[i], 3) for parts in rows]) for i in range(3)]
        raw = x @ W + b
        for i, name in enumerate(["queries", "keys", "values"]):
            mine = slice(21 * i, 21 * i + 21)
            expect_close(
                found[i],
                right[i],
                f"{name} of 3 heads, for a batch of 2 with 5 positions and 21 channels",
                mistakes={
                    **{
                        f"{name} are where the {other} should be": right[j]
                        for j, other in enumerate(["queries", "keys", "values"])
                        if j != i
                    },
                    "heads are cut by a plain reshape": raw[..., mine].reshape(2, 3, 5, 7),
                    "time still stands before the heads": raw[..., mine].reshape(2, 5, 3, 7),
                    "the 3C channels are cut into heads first, and each head into q, k and v": (
                        raw.reshape(2, 5, 3, 3, 7)[:, :, :, i].transpose(0, 2, 1, 3)
                    ),
                    "every third channel is taken": np.array(
                        [columns(example[:, i::3], 3) for example in raw]
                    ),
                    "the heads are not split": raw[..., mine],
                    "they are divided by √D, which attention_weights does": right[i] / 7**0.5,
                    "x is split as it is, without qkv": x.reshape(2, 5, 3, 7).transpose(0, 2, 1, 3),
                },
            )

    def test_gradients_reach_x_and_the_layer(self):
        attention, x = attention_of(6, 3), Tensor(numbers(2, 5, 6))
        upstream = numbers(3, 2, 3, 5, 2)
        q, k, v = attention.heads(x)
        total = (q * upstream[0] + k * upstream[1] + v * upstream[2]).sum()
        dx, dW = gradients_of(total, np.array(1.0), x=x, weight=attention.qkv.weight)
        # heads back side by side, and q, k and v too: what arrives at x @ W + b
        rows = upstream.transpose(1, 3, 0, 2, 4).reshape(2, 5, 18)
        expect_close(dx, rows @ attention.qkv.weight.data.T, "gradient of x, through q, k and v")
        expect_close(dW, np.einsum("btc,btd->cd", x.data, rows), "gradient of the weights of qkv")


def output_of(attention, x, cache=None):
    """What an attention makes of an array, as an array."""
    __tracebackhide__ = True
    given = (Tensor(x),) if cache is None else (Tensor(x), cache)
    with same_parameters(attention):
        return is_tensor(attention(*given), "the output").data


def is_moved(before, after):
    """For each position (B, T) whether any of its channels is another."""
    return (np.abs(after - before) > 1e-9).any(axis=-1)


@pytest.mark.kata("MultiHeadAttention.__call__")
class TestMultiHeadAttention:
    @pytest.mark.parametrize("causal", [True, False], ids=["causal", "not causal"])
    def test_it_is_what_each_head_finds_on_its_own(self, causal):
        attention, x = attention_of(21, 3, causal), numbers(2, 5, 21)
        arrays = arrays_of(attention)
        mask = causal_mask(5) if causal else None
        other_mask = None if causal else causal_mask(5)

        def wrong(mask=mask, n_head=3, **changes):
            return one_by_one(x, arrays, n_head, mask, **changes)

        expect_close(
            output_of(attention, x),
            one_by_one(x, arrays, 3, mask),
            "attention with 3 heads, compared with a loop over the heads",
            mistakes={
                "the output layer is left out": wrong(output=False),
                "the heads are merged by a plain reshape": wrong(merge=merged_by_reshape),
                "the heads are split by a plain reshape": wrong(cut=cut_by_reshape),
                "the heads are split and merged by plain reshapes": wrong(
                    cut=cut_by_reshape, merge=merged_by_reshape
                ),
                "the scale is 1/√C, not 1/√head_dim": wrong(scale=1 / math.sqrt(21)),
                "there is one head with all channels": wrong(n_head=1),
                "there is no scale": wrong(scale=1.0),
                "nothing is hidden" if causal else "the future is hidden": wrong(other_mask),
                "the mask is transposed: the past is hidden": wrong(causal_mask(5).T),
                "q and k are swapped": wrong(order=(1, 0, 2)),
                "the values are the keys": wrong(order=(0, 1, 1)),
                "x is added: that is for the block of 4.4 to do": x + wrong(),
            },
        )

    def test_what_comes_later_moves_nothing_that_came_before(self):
        attention, x = attention_of(21, 3), numbers(2, 5, 21)
        before = output_of(attention, x)
        x[:, 3:] += 2.0
        moved = is_moved(before, output_of(attention, x))
        assert not moved[:, :3].any(), (
            f"positions 3 and 4 were changed, and {[bool(m) for m in moved[0]]} says which "
            "positions came out differently: one that comes before saw the future"
        )
        assert moved[:, 3:].all(), "positions 3 and 4 were changed, and came out as before"

    def test_the_future_is_hidden_in_eval_mode_as_well(self):
        attention, x = attention_of(21, 3), numbers(2, 5, 21)
        training = output_of(attention, x)
        attention.eval()
        expect_close(
            output_of(attention, x),
            training,
            "the output in eval mode, compared with that in train mode",
            mistakes={
                "the mask is only for training": one_by_one(x, arrays_of(attention), 3, None)
            },
        )

    def test_what_came_before_moves_all_that_comes_later(self):
        attention, x = attention_of(21, 3), numbers(2, 5, 21)
        before = output_of(attention, x)
        x[:, 1] += 2.0
        moved = is_moved(before, output_of(attention, x))
        assert moved[:, 1:].all(), (
            f"position 1 was changed, and {[bool(m) for m in moved[0]]} says which positions came "
            "out differently: it and all after it should"
        )
        assert not moved[:, 0].any(), "position 1 was changed, and position 0 saw it"

    def test_the_gradient_of_the_future_is_exactly_zero(self):
        attention, x = attention_of(21, 3), Tensor(numbers(2, 5, 21))
        upstream = np.zeros((2, 5, 21))
        upstream[:, 2] = numbers(2, 21)
        (dx,) = gradients_of(attention(x), upstream, x=x)
        assert (dx[:, 3:] == 0).all(), (
            "position 2 sends a gradient to positions after it, of up to "
            f"{np.abs(dx[:, 3:]).max():.3g}: it should be exactly 0, or training uses what "
            "generation will not have"
        )
        assert (dx[:, :3] != 0).all(), "position 2 sends no gradient to some position before it"

    def test_without_causal_everything_moves_everything(self):
        attention, x = attention_of(21, 3, causal=False), numbers(2, 5, 21)
        before = output_of(attention, x)
        x[:, 4] += 2.0
        moved = is_moved(before, output_of(attention, x))
        assert moved.all(), (
            f"causal is False and the last position was changed, and {[bool(m) for m in moved[0]]} "
            "says which positions came out differently: all should"
        )

    def test_sequences_of_a_batch_do_not_see_each_other(self):
        attention, x = attention_of(21, 3), numbers(2, 5, 21)
        before = output_of(attention, x)
        x[1] += 2.0
        moved = is_moved(before, output_of(attention, x))
        assert not moved[0].any() and moved[1].all(), (
            "the second sequence of a batch was changed, and the first came out differently"
        )

    def test_it_does_not_know_in_which_order_things_stand(self):
        """Without a mask, and without positions: in another order, the same in another order."""
        attention, x = attention_of(21, 3, causal=False), numbers(2, 5, 21)
        order = [3, 0, 4, 1, 2]
        expect_close(
            output_of(attention, x[:, order]),
            output_of(attention, x)[:, order],
            "attention of the same positions in another order",
        )

    @pytest.mark.parametrize("causal", [True, False], ids=["causal", "not causal"])
    def test_gradients_reach_x_and_all_parameters(self, causal):
        attention, x = attention_of(6, 3, causal), Tensor(numbers(2, 5, 6))
        upstream, arrays = numbers(2, 5, 6), arrays_of(attention)
        mask = causal_mask(5) if causal else None
        parameters = dict(attention.named_parameters())
        dx, *slopes = gradients_of(attention(x), upstream, x=x, **parameters)

        def mixed(x, arrays):
            return (upstream * one_by_one(x, arrays, 3, mask)).sum()

        wanted = measured(lambda x: mixed(x, arrays), x.data)
        expect_close(dx, wanted, "gradient of x", tolerance=MEASURED)
        for i, (name, slope) in enumerate(zip(parameters, slopes)):

            def with_another(array, i=i):
                return mixed(x.data, [*arrays[:i], array, *arrays[i + 1 :]])

            wanted = measured(with_another, arrays[i])
            expect_close(slope, wanted, f"gradient of {name}", tolerance=MEASURED)

    @pytest.mark.parametrize("steps", [[3, 2], [1, 1, 1, 1, 1]], ids=["3 and 2", "one at a time"])
    def test_with_a_cache_it_goes_on_where_it_stopped(self, steps):
        attention, x, memory = attention_of(21, 3), numbers(2, 5, 21), Memory()
        arrays, starts = arrays_of(attention), np.cumsum([0, *steps[:-1]])
        parts = [x[:, start : start + n] for start, n in zip(starts, steps)]
        wide, first = np.full((5, 5), -inf), np.full((5, 5), -inf)
        for start, n in zip(starts, steps):
            wide[start : start + n, : start + n] = 0.0
            first[start : start + n] = np.where(np.tri(n, 5), 0.0, -inf)
        alone = [output_of(attention, part) for part in parts]
        mistakes = {
            "what extend returned is not used": np.concatenate(alone, axis=1),
            "the mask takes new positions for the first ones": one_by_one(x, arrays, 3, first),
        }
        if max(steps) > 1:
            mistakes["new positions see each other, also those after them"] = one_by_one(
                x, arrays, 3, wide
            )
            wide[:3, :3] = causal_mask(3)
            mistakes["there is no mask once something is remembered"] = one_by_one(
                x, arrays, 3, wide
            )
        with hinted("with a cache there are more keys than queries: T rows and S columns of mask"):
            found = [output_of(attention, part, memory) for part in parts]
        expect_close(
            np.concatenate(found, axis=1),
            one_by_one(x, arrays, 3, causal_mask(5)),
            f"five positions in steps of {steps}, with a cache, compared with all at once",
            mistakes=mistakes,
        )

    def test_the_cache_is_given_the_new_keys_and_values_only(self):
        attention, x, memory = attention_of(21, 3), numbers(2, 5, 21), Memory()
        output_of(attention, x[:, :3], memory)
        output_of(attention, x[:, 3:], memory)
        assert len(memory) == 2, (
            f"two calls with a cache called its extend {len(memory)} times, and should twice"
        )
        k, v = memory.k[1], memory.v[1]
        q_new, k_new, v_new = attention.heads(Tensor(x[:, 3:]))
        others = {"the queries": q_new, "keys and values swapped": v_new}
        expect_close(
            k,
            k_new.data,
            "keys that extend is given in the second call, of the 2 new positions",
            mistakes={f"extend is given {name}": other.data for name, other in others.items()},
        )
        expect_close(v, v_new.data, "values that extend is given in the second call")

    def test_a_cache_may_serve_without_a_mask_too(self):
        attention, x, memory = attention_of(21, 3, causal=False), numbers(2, 5, 21), Memory()
        output_of(attention, x[:, :3], memory)
        expect_close(
            output_of(attention, x[:, 3:], memory),
            one_by_one(x, arrays_of(attention), 3)[:, 3:],
            "the last two of five positions, with a cache and without a mask",
        )

    def test_x_stays_as_it_was(self):
        x = numbers(2, 5, 21)
        output_of(attention_of(21, 3), x)
        assert np.array_equal(x, numbers(2, 5, 21)), "x changed in place, and is the caller's"

    def test_float32_stays_float32(self):
        stays_float32(MultiHeadAttention(6, 3), (2, 5, 6))


def asked_one_by_one(x, context, arrays, n_head, mask=None, scale=None, **changes):
    """Cross attention by loops.

    changes  of a wrong solution: take, where q, k and v come from (0 is x, 1 context); roles, what
             stands in the place of q, k and v (0 is queries, 1 keys, 2 values); and output
    """
    W, b, W_out, b_out = arrays
    take, roles = changes.get("take", (0, 1, 1)), changes.get("roles", (0, 1, 2))
    found = []
    for rows in zip(x, context):
        q, k, v = (columns(thirds(rows[take[i]] @ W + b)[roles[i]], n_head) for i in range(3))
        heads = [attention_by_loops(q[h], k[h], v[h], mask, scale) for h in range(n_head)]
        merged = side_by_side([np.array(head) for head in heads])
        found.append(merged @ W_out + b_out if changes.get("output", True) else merged)
    return np.array(found)


@pytest.mark.kata("cross_attention")
class TestCrossAttention:
    @pytest.mark.parametrize("causal", [True, False], ids=["causal", "not causal"])
    def test_x_asks_and_context_answers(self, causal):
        attention, x, context = attention_of(21, 3, causal), numbers(2, 5, 21), numbers(2, 11, 21)
        arrays = arrays_of(attention)
        with same_parameters(attention):
            found = cross_attention(attention, Tensor(x), Tensor(context))
        assert attention.causal == causal, (
            f"`causal` of the attention was {causal}, and is {attention.causal} now: the call is "
            "made without a mask, and the attention stays as it was"
        )
        expect_close(
            found,
            asked_one_by_one(x, context, arrays, 3),
            "5 positions that look at 11 others, with 3 heads",
            mistakes={
                "x looks at itself: context is not used": asked_one_by_one(
                    x, context, arrays, 3, take=(0, 0, 0)
                ),
                "context asks and x answers": asked_one_by_one(
                    x, context, arrays, 3, take=(1, 0, 0)
                ),
                "context looks at itself": asked_one_by_one(x, context, arrays, 3, take=(1, 1, 1)),
                **{
                    name: asked_one_by_one(x, context, arrays, 3, roles=roles)
                    for name, roles in {
                        "keys and values are exchanged": (0, 2, 1),
                        "queries and keys are exchanged": (1, 0, 2),
                        "queries and values are exchanged": (2, 1, 0),
                        "the keys serve as values too": (0, 1, 1),
                        "the values serve as keys too": (0, 2, 2),
                        "the keys serve as queries too": (1, 1, 2),
                    }.items()
                },
                "the output layer is left out": asked_one_by_one(
                    x, context, arrays, 3, output=False
                ),
                "a causal mask is used": asked_one_by_one(
                    x, context, arrays, 3, causal_mask(5, 11)
                ),
                "a causal mask is used, for the first positions": asked_one_by_one(
                    x, context, arrays, 3, np.where(np.tri(5, 11), 0.0, -inf)
                ),
                "the scale is 1/√C, not 1/√head_dim": asked_one_by_one(
                    x, context, arrays, 3, scale=1 / math.sqrt(21)
                ),
                "there is one head with all channels": asked_one_by_one(x, context, arrays, 1),
            },
        )

    def test_two_sequences_of_one_length_keep_their_parts(self):
        attention, x, context = attention_of(21, 3), numbers(2, 5, 21), numbers(3, 5, 21)[1:]
        arrays = arrays_of(attention)
        expect_close(
            cross_attention(attention, Tensor(x), Tensor(context)),
            asked_one_by_one(x, context, arrays, 3),
            "5 positions that look at 5 others",
            mistakes={
                part: asked_one_by_one(x, context, arrays, 3, take=take)
                for part, take in {
                    "context asks and x answers": (1, 0, 0),
                    "x looks at itself: context is not used": (0, 0, 0),
                    "the values come from x": (0, 1, 0),
                    "the keys come from x": (0, 0, 1),
                    "the queries come from context": (1, 1, 1),
                }.items()
            },
        )

    def test_it_may_be_asked_by_more_than_answer(self):
        attention, x, context = attention_of(21, 3), numbers(2, 5, 21), numbers(2, 3, 21)
        expect_close(
            cross_attention(attention, Tensor(x), Tensor(context)),
            asked_one_by_one(x, context, arrays_of(attention), 3),
            "5 positions that look at 3 others",
        )

    def test_gradients_reach_both_sequences(self):
        attention, x, context = attention_of(6, 3), numbers(2, 5, 6), numbers(2, 7, 6)
        upstream, arrays = numbers(2, 5, 6), arrays_of(attention)
        leaves = {"x": Tensor(x), "context": Tensor(context)}
        got = gradients_of(cross_attention(attention, *leaves.values()), upstream, **leaves)

        def mixed(x, context):
            return (upstream * asked_one_by_one(x, context, arrays, 3)).sum()

        dx = measured(lambda x: mixed(x, context), x)
        dcontext = measured(lambda context: mixed(x, context), context)
        expect_close(got[0], dx, "gradient of x", tolerance=MEASURED)
        expect_close(got[1], dcontext, "gradient of context", tolerance=MEASURED)


# ---- how widely it looks


def plain_entropy(row):
    return -sum(w * math.log(w) for w in row if w > 0)


@pytest.mark.kata("attention_entropy")
class TestAttentionEntropy:
    def test_who_looks_at_all_alike_has_the_logarithm_of_their_number(self):
        expect_close(
            attention_entropy(np.full((1, 4), 0.25)),
            [math.log(4)],
            "entropy of a query that looks at 4 keys alike",
            mistakes={
                "it is in bits: the logarithm is to base 2": [2.0],
                "the sign is missing": [-math.log(4)],
                "the logarithms are added, without their weights": [4 * math.log(4)],
                "it is the mean over the keys, not the sum": [math.log(4) / 4],
                "the sum runs over the queries, and not over the keys": [math.log(4) / 4] * 4,
                "it is divided by its largest value, ln S": [1.0],
                "it is the exponential of the entropy": [4.0],
            },
        )

    def test_who_looks_at_one_key_alone_has_none(self):
        expect_close(
            attention_entropy(np.array([[0.0, 1.0, 0.0]])),
            [0.0],
            "entropy of a query that looks at one of 3 keys",
            mistakes={"0 was multiplied by the logarithm of 0, which is -inf": [nan]},
        )

    def test_a_weight_of_zero_counts_for_nothing(self):
        # 1/2 · ln 2 + 2 · 1/4 · ln 4 = 3/2 · ln 2
        expect_close(
            attention_entropy(np.array([[0.5, 0.0, 0.25, 0.25]])),
            [1.5 * math.log(2)],
            "entropy of the weights 1/2, 0, 1/4, 1/4",
            mistakes={
                "it is in bits": [1.5],
                "the sign is missing": [-1.5 * math.log(2)],
                "0 was multiplied by the logarithm of 0": [nan],
                "the largest weight alone counts": [math.log(2)],
            },
        )

    def test_small_weights_count_as_they_are(self):
        row = [1e-4, 1e-5, 1 - 1e-4 - 1e-5]
        expect_close(
            attention_entropy(np.array([row])),
            [plain_entropy(row)],
            "entropy of the weights 0.0001, 0.00001 and the rest",
            mistakes={
                f"weights below {least:g} are taken for that": [
                    -sum(w * math.log(max(w, least)) for w in row)
                ]
                for least in (1e-2, 1e-3)
            },
        )

    def test_there_is_one_number_for_each_query(self):
        weights = np.abs(numbers(2, 3, 5, 7)) * np.tri(5, 7, 2)
        weights /= weights.sum(axis=-1, keepdims=True)
        wanted = np.reshape([plain_entropy(row) for row in weights.reshape(-1, 7)], (2, 3, 5))
        expect_close(
            attention_entropy(weights),
            wanted,
            "entropies of 2 · 3 · 5 queries with 7 keys each",
            mistakes={"queries and heads are averaged": wanted.mean()},
        )

    def test_no_warning_is_given_for_a_weight_of_zero(self):
        with np.errstate(all="raise"):
            try:
                attention_entropy(np.array([[0.0, 1.0], [0.5, 0.5]]))
            except FloatingPointError as error:
                pytest.fail(f"numpy warns of a weight of 0: {error}. Keep the 0 out of the log")

    def test_what_lay_in_memory_before_does_not_count(self):
        """np.log(x, where=...) leaves entries as they are: without `out`, whatever lay there."""
        weights = np.array([[0.5, 0.0, 0.0, 0.5]])
        for _ in range(3):
            thrown_away = [np.full(weights.shape, nan) for _ in range(50)]
            del thrown_away
            expect_close(
                attention_entropy(weights),
                [math.log(2)],
                "entropy of the weights 1/2, 0, 0, 1/2, after nan was thrown away",
                mistakes={
                    "entries that np.log skips are not set to 0 and hold what lay there": [nan]
                },
            )

    def test_integers_are_weights_too(self):
        with hinted("integers are weights, too, and their logarithms are floats"):
            entropy = attention_entropy(np.array([[0, 1, 0]]))
        expect_close(entropy, [0.0], "entropy of [0, 1, 0]")

    def test_the_weights_stay_as_they_were(self):
        weights = np.array([[0.0, 1.0], [0.5, 0.5]])
        is_array(attention_entropy(weights), "the entropy")
        assert weights.tolist() == [[0.0, 1.0], [0.5, 0.5]], (
            f"the weights are {weights.tolist()} afterwards: they are the caller's"
        )
