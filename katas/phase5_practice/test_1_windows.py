"""5.1 · Windows: caps, windows, sinks, longer contexts, and an attention with norms."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase4_llms.attention import causal_mask
from katas.phase4_llms.llama import LlamaConfig
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.spec_helpers import (
    Memory,
    check_measured,
    expect_float32,
    expect_gradients,
    gradients_of,
    hinted,
    is_array,
    is_tensor,
    numbers,
    plain_rms,
    plain_turn,
    quietly,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor
from katas.phase5_practice.windows import (
    NormedAttention,
    attention_with_sink,
    scaled_angles,
    soft_cap,
    window_mask,
)


@pytest.mark.kata("soft_cap")
class TestSoftCap:
    def test_large_logits_come_near_the_cap_and_small_ones_stay(self):
        x = np.array([-90.0, -3.0, 0.0, 0.3, 6.0])
        expect_close(
            is_tensor(soft_cap(Tensor(x), 3.0), "what is capped"),
            [-3.0, -3 * math.tanh(1), 0.0, 3 * math.tanh(0.1), 3 * math.tanh(2)],
            "logits of -90, -3, 0, 0.3 and 6 with a cap of 3",
            mistakes={
                "they are cut off at the cap, and not bent: beyond it nothing would learn": (
                    np.clip(x, -3, 3)
                ),
                "the tanh is not multiplied by the cap again": np.tanh(x / 3),
                "the cap is always 50": 50 * np.tanh(x / 50),
                "they are not divided by the cap first": 3 * np.tanh(x),
                "they are multiplied by the cap before the tanh": 3 * np.tanh(3 * x),
                "they are multiplied by the cap before the tanh, and divided after it": (
                    np.tanh(3 * x) / 3
                ),
                "no tanh is taken": x,
                "what is below 0 becomes positive": np.abs(3 * np.tanh(x / 3)),
                "x / (1 + |x| / cap) takes the place of the tanh": x / (1 + np.abs(x) / 3),
                "they are divided by twice the cap before the tanh": 3 * np.tanh(x / 6),
            },
        )

    def test_the_gradient_shrinks_near_the_cap(self):
        t = np.tanh(numbers(3, 5) / 1.5)
        slope = 1 - t * t
        expect_gradients(
            "soft_cap(x, 1.5)",
            lambda x: soft_cap(x, 1.5),
            lambda x: 1.5 * np.tanh(x / 1.5),
            numbers(3, 5),
            mistakes=(
                {
                    "it passes unchanged": lambda g: g,
                    "the slope is divided by the cap: the factor in front takes that away": (
                        lambda g: g * slope / 1.5
                    ),
                    "the slope is multiplied by the cap: the division inside takes that away": (
                        lambda g: g * slope * 1.5
                    ),
                    "the slope is 1 - the square of the output, and not of the tanh": (
                        lambda g: g * (1 - (1.5 * t) ** 2)
                    ),
                    "the slope is not multiplied by the gradient that comes": lambda g: slope,
                },
            ),
        )

    def test_a_cap_may_be_small(self):
        capped = soft_cap(Tensor([0.25, 9.0]), 0.25)
        wanted = [0.25 * math.tanh(1), 0.25]
        expect_close(capped, wanted, "logits of 0.25 and 9 with a cap of 0.25")

    def test_no_logit_is_too_large(self):
        with quietly("A logit of 1000 is large, and its power of e is infinite."):
            capped = soft_cap(Tensor([-1000.0, 1000.0]), 2.0)
        expect_close(capped, [-2.0, 2.0], "logits of -1000 and 1000 with a cap of 2")

    @pytest.mark.parametrize("cap", [0, -2.5, math.nan])
    def test_a_cap_is_above_0(self, cap):
        expect_raises(
            ValueError, lambda: soft_cap(Tensor(numbers(3)), cap), f"a cap of {cap}", naming=[cap]
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: soft_cap(x, 2.0), (3,))


def seen(*rows):
    """A mask, from rows like "x.." in which x may be seen."""
    return np.array([[0.0 if sign == "x" else -np.inf for sign in row] for row in rows])


@pytest.mark.kata("window_mask")
class TestWindowMask:
    def test_five_positions_and_a_window_of_two(self):
        expect_close(
            is_array(window_mask(5, 2), "the mask"),
            seen("x....", "xx...", ".xx..", "..xx.", "...xx"),
            "mask for 5 positions and a window of 2",
            mistakes={
                "a window of 2 is the position and two before it: the position counts too": (
                    seen("x....", "xx...", "xxx..", ".xxx.", "..xxx")
                ),
                "the position itself is not seen": (
                    seen(".....", "x....", "xx...", ".xx..", "..xx.")
                ),
                "one too few is seen": seen("x....", ".x...", "..x..", "...x.", "....x"),
                "the window looks ahead as far as back: the future is not hidden": (
                    seen("xx...", "xxx..", ".xxx.", "..xxx", "...xx")
                ),
                "it looks ahead, and not back": (seen("xx...", ".xx..", "..xx.", "...xx", "....x")),
                "nothing is hidden but the future": (
                    seen("x....", "xx...", "xxx..", "xxxx.", "xxxxx")
                ),
                "only what lies too far back is hidden, and not the future": (
                    seen("xxxxx", "xxxxx", ".xxxx", "..xxx", "...xx")
                ),
                "the future and the window are hidden, and the rest is seen": (
                    seen(".....", ".....", "x....", "xx...", "xxx..")
                ),
                "positions are cut into blocks of two, and each sees its own block, as in the "
                "chunks of Llama 4": seen("x....", "xx...", "..x..", "..xx.", "....x"),
                "everyone sees the first position, as in StreamingLLM": (
                    seen("x....", "xx...", "xxx..", "x.xx.", "x..xx")
                ),
                "a row of a window that begins before position 0 is left empty: a slice that "
                "begins below 0 counts from the end": (
                    seen(".....", "xx...", ".xx..", "..xx.", "...xx")
                ),
            }
            | as_other_numbers(seen("x....", "xx...", ".xx..", "..xx.", "...xx")),
        )

    def test_the_queries_are_the_last_positions_where_there_are_more_keys(self):
        expect_close(
            window_mask(2, 3, 6),
            seen("..xxx.", "...xxx"),
            "mask for the last 2 of 6 positions and a window of 3",
            mistakes={
                "the queries are taken for the first positions": seen("x.....", "xx...."),
                "the window is cut off at the left of the new positions, and not of each query": (
                    seen("...xx.", "...xxx")
                ),
                "only the future is hidden": seen("xxxxx.", "xxxxxx"),
                "all that came before the queries is hidden": seen("....x.", "....xx"),
                "the window is cut to as many positions as there are queries": (
                    seen("...xx.", "....xx")
                ),
            },
        )

    def test_each_number_of_keys_has_a_mask_of_its_own(self):
        window_mask(2, 3, 6)
        expect_close(
            window_mask(2, 3, 5),
            seen(".xxx.", "..xxx"),
            "mask for the last 2 of 5 positions, after one for the last 2 of 6,",
            mistakes={"the mask of 6 is kept, and comes back for 5": seen("..xxx.", "...xxx")},
        )

    @pytest.mark.parametrize("window", [5, 9])
    def test_a_window_that_holds_all_hides_nothing_more(self, window):
        expect_close(window_mask(5, window), causal_mask(5), f"mask of 5 for a window of {window}")

    def test_a_window_of_one_sees_itself(self):
        expect_close(window_mask(3, 1), seen("x..", ".x.", "..x"), "mask for a window of 1")

    @pytest.mark.parametrize("window", [0, -1])
    def test_a_window_holds_at_least_the_position_itself(self, window):
        expect_raises(
            ValueError, lambda: window_mask(3, window), f"a window of {window}", naming=[window]
        )

    @pytest.mark.parametrize("window", [2.5, 2.0])
    def test_a_window_is_an_integer(self, window):
        expect_raises(TypeError, lambda: window_mask(3, window), f"a window of {window} positions")

    def test_integers_of_numpy_are_integers(self):
        with hinted("numpy has integers of its own, np.int64 and others, and they are integers"):
            mask = window_mask(3, np.int64(2))
        expect_close(mask, seen("x..", "xx.", ".xx"), "mask for a window of np.int64(2)")

    @pytest.mark.parametrize("S", [3, 0])
    def test_there_are_at_least_as_many_keys_as_queries(self, S):
        expect_raises(
            ValueError, lambda: window_mask(5, 2, S), f"5 queries for {S} keys", naming=[5, S]
        )


def as_other_numbers(mask):
    """What a mask looks like that holds something else than 0 and -inf."""
    kept = np.isfinite(mask)
    return {
        "1 stands where a position is seen: it is added to scores, and should be 0": (
            np.where(kept, 1.0, -np.inf)
        ),
        "0 is multiplied by -inf, which makes nan": np.where(kept, np.nan, -np.inf),
        "0 and -inf are exchanged": np.where(kept, -np.inf, 0.0),
        "+inf stands where -inf belongs": np.where(kept, 0.0, np.inf),
        "the lowest number of floats stands where -inf belongs": (
            np.where(kept, 0.0, np.finfo(float).min)
        ),
        "it holds True and False, or 1 and 0: it is added to scores, and 1 hides nothing": (
            np.isfinite(mask) * 1.0
        ),
        "it is the other way about: True or 1 where nothing may be seen": ~np.isfinite(mask) * 1.0,
        "-1e9 stands where -inf belongs": np.where(np.isfinite(mask), 0.0, -1e9),
    }


def plain_sink(q, k, v, sink, mask=None, way="right"):
    """One head, one query at a time: (H, T, D) -> (H, T, E)."""
    H, T, D = q.shape
    mixed = np.zeros((H, T, v.shape[2]))
    for h in range(H):
        for t in range(T):
            scores = np.array([q[h, t] @ k[h, s] for s in range(k.shape[1])])
            scores = scores if way == "unscaled" else scores / math.sqrt(D)
            scores = scores / math.sqrt(D) if way == "by D" else scores
            extra = sink[0] if way == "one for all" else sink[h]
            if way == "by query":
                extra = sink[t % len(sink)]
            extra = extra / math.sqrt(D) if way == "scaled" else extra
            extra = 0.0 if way == "always 0" else extra
            if way == "negative":
                extra = -extra
            if mask is not None:
                scores = scores * mask[t] if way == "multiplied" else scores + mask[t]
            if way == "added":
                scores = scores + extra
            powers = np.exp(scores)
            total = powers.sum() + (math.exp(extra) if way not in ("none", "added") else 0.0)
            if way == "not a power":
                total = powers.sum() + extra
            if way == "not a power, shifted":
                largest = max(extra, scores.max())
                total = powers.sum() + extra * math.exp(largest)
            if way == "one maximum":
                total = powers.sum() + math.exp(extra + scores.max())
            weights = powers / total
            if way == "the wrong one":
                weights = np.append(math.exp(extra) / total, weights[:-1])
            if way == "the first":
                weights = np.append(weights[1:], math.exp(extra) / total)
            mixed[h, t] = weights @ v[h]
            if way == "mean value":
                mixed[h, t] += (1 - weights.sum()) * v[h].mean(axis=0)
            if way == "first value":
                mixed[h, t] += (1 - weights.sum()) * v[h, 0]
            if way == "last value":
                mixed[h, t] += (1 - weights.sum()) * v[h, -1]
            if way == "ones":
                mixed[h, t] += 1 - weights.sum()
            if way == "gate":
                mixed[h, t] = powers / powers.sum() @ v[h] / (1 + math.exp(-sink[h]))
    return mixed


def over_queries(q, k):
    """Weights of which each column sums to 1."""
    scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[2])
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


SINK = np.array([0.7, -1.2, 2.0])


@pytest.mark.kata("attention_with_sink")
class TestAttentionWithSink:
    def test_one_query_two_keys(self):
        """Scores 0 and 0, a sink of ln 2: weights ¼ and ¼, and a half goes nowhere."""
        q, k = Tensor(np.zeros((1, 1, 3))), Tensor(np.ones((1, 2, 3)))
        v = Tensor(np.array([[[4.0, 8.0], [0.0, 40.0]]]))
        expect_close(
            is_tensor(attention_with_sink(q, k, v, Tensor([math.log(2)])), "the mixture"),
            [[[1.0, 12.0]]],
            "two values, (4, 8) and (0, 40), weighed ¼ each",
            mistakes={
                (
                    "there is no sink, or the weights were made to sum to 1 again",
                    "the sink has a value, the mean of all: it should have none",
                ): [[[2.0, 24.0]]],
                "the sink's logit stands in the sum as it is, and not its power of e": [
                    [[4 / (2 + math.log(2)), 48 / (2 + math.log(2))]]
                ],
            },
        )

    def test_without_a_mask_all_keys_are_seen(self):
        q, k, v = numbers(3, 5, 2), numbers(3, 5, 2, salt=1), numbers(3, 5, 4, salt=2)
        expect_close(
            attention_with_sink(*map(Tensor, (q, k, v, SINK))),
            plain_sink(q, k, v, SINK),
            "3 heads, 5 queries and 5 keys each, without a mask",
            mistakes={
                "later keys are hidden, as if all that is as long as wide were causal": (
                    plain_sink(q, k, v, SINK, causal_mask(5))
                )
            },
        )

    def test_every_head_has_a_sink_of_its_own(self):
        q, k, v = numbers(3, 5, 2), numbers(3, 7, 2, salt=1), numbers(3, 7, 4, salt=2)
        wrong = {
            way: plain_sink(q, k, v, SINK, way=way)
            for way in (
                "one for all",
                "by query",
                "scaled",
                "always 0",
                "negative",
                "none",
                "not a power",
                "not a power, shifted",
                "mean value",
                "first value",
                "last value",
                "ones",
                "gate",
                "unscaled",
                "one maximum",
                "the wrong one",
                "the first",
                "by D",
            )
        }
        expect_close(
            attention_with_sink(*map(Tensor, (q, k, v, SINK))),
            plain_sink(q, k, v, SINK),
            "3 heads with sinks of 0.7, -1.2 and 2, 5 queries and 7 keys each",
            mistakes={
                "the first head's sink is taken for all": wrong["one for all"],
                "sinks are handed out to queries, and not to heads": wrong["by query"],
                "the sink is divided by √D: only scores are": wrong["scaled"],
                "the sink's logit is always 0, as in a softmax with 1 more below the line": (
                    wrong["always 0"]
                ),
                "its sign is turned": wrong["negative"],
                "scores are not divided by √D": wrong["unscaled"],
                "scores are divided by D": wrong["by D"],
                "the future is hidden, though there is no mask": (
                    plain_sink(q, k, v, SINK, causal_mask(5, 7))
                ),
                "the largest score is subtracted from the scores, and not from the sink": (
                    wrong["one maximum"]
                ),
                "the sink's weight meets the first value, and the last key is left away": (
                    wrong["the wrong one"]
                ),
                "the sink's weight meets the last value, and the first key is left away": (
                    wrong["the first"]
                ),
                (
                    "there is no sink, or the weights were made to sum to 1 again",
                    "the sink is added to every score, which no softmax notices",
                ): wrong["none"],
                "the sink's logit stands in the sum as it is, and not its power of e": (
                    wrong["not a power"]
                ),
                "the sink's logit stands in the sum as it is, beside powers from which the largest "
                "was taken": wrong["not a power, shifted"],
                "the softmax runs over the queries, and not over keys and sink": (
                    over_queries(q, k) @ v
                ),
                "the sink has a value, the mean of all: it should have none": wrong["mean value"],
                "the sink has the value of the first key: it should have none": (
                    wrong["first value"]
                ),
                "the sink has the value of the last key: it should have none": wrong["last value"],
                "the sink has a value of ones: it should have none": wrong["ones"],
                "it is a gate, sigmoid(sink), behind an attention without a sink": wrong["gate"],
            },
        )

    def test_a_mask_hides_keys_and_never_the_sink(self):
        q, k, v = numbers(3, 5, 2), numbers(3, 7, 2, salt=1), numbers(3, 7, 4, salt=2)
        mask = causal_mask(5, 7)
        with np.errstate(all="ignore"):
            found = attention_with_sink(*map(Tensor, (q, k, v, SINK)), mask)
            multiplied = plain_sink(q, k, v, SINK, mask, "multiplied")
        expect_close(
            found,
            plain_sink(q, k, v, SINK, mask),
            "3 heads with sinks and a causal mask",
            mistakes={
                "the mask is multiplied, and not added": multiplied,
                "the mask is left out": plain_sink(q, k, v, SINK),
                "there is no sink": plain_sink(q, k, v, SINK, mask, "none"),
            },
        )

    @pytest.mark.parametrize(
        "shape", [(7,), (3, 1, 7), (2, 1, 5, 7)], ids=["(S,)", "(n_head, 1, S)", "(B, 1, T, S)"]
    )
    def test_a_mask_may_hold_other_numbers_and_be_broadcast(self, shape):
        q, k, v = (numbers(2, 3, *size, salt=i) for i, size in enumerate([(5, 2), (7, 2), (7, 4)]))
        mask = numbers(*shape, salt=4).astype(np.float32)
        mask[..., 2] = -np.inf
        given = mask.copy()
        whole = np.broadcast_to(given, (2, 3, 5, 7)).astype(float)

        def mixed(masks):  # plain_sink has one mask for all heads
            heads = [np.s_[b, h : h + 1] for b in range(2) for h in range(3)]
            one = [plain_sink(q[i], k[i], v[i], SINK[i[1]], masks[i][0]) for i in heads]
            return np.concatenate(one).reshape(2, 3, 5, 4)

        with hinted("a mask may be of float32, and of any shape that broadcasts to (…, T, S)"):
            found = attention_with_sink(*map(Tensor, (q, k, v, SINK)), mask)
        expect_close(
            found,
            mixed(whole),
            f"2 sequences of 3 heads with a mask of float32 and shape {shape}, which hides a key "
            "and favours others",
            mistakes={
                "only -inf is taken from the mask, and other numbers are lost": (
                    mixed(np.where(np.isinf(whole), whole, 0.0))
                ),
                "the mask is added before scores are divided by √D": mixed(whole / math.sqrt(2)),
                "the mask is left out": mixed(0.0 * np.ones(whole.shape)),
            },
            tolerance=1e-6,  # the mask may be scaled before it is added, in its own dtype
        )
        assert np.array_equal(mask, given), "the mask that was given has been changed"

    def test_a_row_that_may_see_nothing_is_0(self):
        mask = [[-np.inf, -np.inf], [0.0, 0.0]]  # lists will do, as in 4.3
        q, k, v = (Tensor(numbers(3, 2, 2, salt=s)) for s in range(3))
        with np.errstate(invalid="ignore"):
            mixed = attention_with_sink(q, k, v, Tensor(SINK), mask).data
        expect_close(
            mixed[:, 0],
            np.zeros((3, 2)),
            "the row of a query that may see nothing (all of it goes into the sink)",
            mistakes={
                "the sink is not in the softmax, or the mask hides it with the keys": (
                    np.full((3, 2), np.nan)
                ),
                "such a row is let see everything": (
                    plain_sink(*(numbers(3, 2, 2, salt=s) for s in range(3)), SINK)[:, 0]
                ),
            },
        )

    @pytest.mark.parametrize("kind", [bool, int, np.uint8], ids=["booleans", "integers", "bytes"])
    def test_a_mask_that_cannot_hide_is_refused(self, kind):
        q, k, v = (Tensor(numbers(3, 2, 2, salt=s)) for s in range(3))
        expect_raises(
            TypeError,
            lambda: attention_with_sink(q, k, v, Tensor(SINK), np.tri(2, dtype=kind)),
            f"a mask of {kind.__name__} (True and 1 would be added as 1, and the future leaks in: "
            "0.0 keeps and -inf hides, as in 4.3)",
            naming=[kind.__name__],
        )

    def test_one_sink_is_not_shared_by_all_heads(self):
        q, k, v = (Tensor(numbers(3, 2, 2, salt=s)) for s in range(3))
        expect_raises(
            ValueError,
            lambda: attention_with_sink(q, k, v, Tensor([0.5])),
            "a single sink for 3 heads, which numpy repeats",
            naming=[(1,), 3],
        )

    def test_what_is_given_stays(self):
        shapes = (3, 5, 2), (3, 7, 2), (3, 7, 4), (3,)
        given = [Tensor(numbers(*shape, salt=i)) for i, shape in enumerate(shapes)]
        attention_with_sink(*given)
        for leaf, shape, i in zip(given, shapes, range(4)):
            assert np.array_equal(leaf.data, numbers(*shape, salt=i)), (
                f"{('q', 'k', 'v', 'sink')[i]} was written into: divide into a new Tensor"
            )

    def test_any_number_of_axes_may_stand_in_front(self):
        q, k = numbers(2, 3, 5, 2), numbers(2, 3, 7, 2, salt=1)
        v = numbers(2, 3, 7, 4, salt=2)
        expect_close(
            attention_with_sink(*map(Tensor, (q, k, v, SINK))),
            [plain_sink(q[b], k[b], v[b], SINK) for b in range(2)],
            "2 sequences, 3 heads",
        )

    def test_gradients_reach_the_sink_and_all_others(self):
        arrays = {
            "q": numbers(3, 5, 2), "k": numbers(3, 7, 2, salt=1), "v": numbers(3, 7, 4, salt=2),
            "sink": SINK.copy(),
        }  # fmt: skip
        leaves = {name: Tensor(array) for name, array in arrays.items()}
        c = numbers(3, 5, 4, salt=3)
        gradients_of(attention_with_sink(*leaves.values()), c, **leaves)
        check_measured(
            lambda q, k, v, sink: (plain_sink(q, k, v, sink) * c).sum(), leaves, "attention"
        )

    def test_a_sink_of_minus_infinity_is_none(self):
        q, k, v = numbers(3, 5, 2), numbers(3, 7, 2, salt=1), numbers(3, 7, 4, salt=2)
        with np.errstate(invalid="ignore"):
            found = attention_with_sink(*map(Tensor, (q, k, v, np.full(3, -np.inf))))
        expect_close(
            found,
            plain_sink(q, k, v, SINK, way="none"),
            "3 heads with sinks of -inf: attention as it was in 4.3",
            mistakes={"-inf is multiplied by 0, which is nan": np.full((3, 5, 4), np.nan)},
        )

    def test_float32_stays_float32(self):
        expect_float32(attention_with_sink, (3, 5, 2), (3, 7, 2), (3, 7, 4), (3,))

    def test_large_scores_do_not_overflow(self):
        q, k, v = (Tensor(1000 * np.ones((1, 1, 2))) for _ in range(3))
        over = {
            "e to the power of a large number overflows: subtract the largest of scores and sink, "
            "as softmax does": np.full((1, 1, 2), np.nan)
        }
        with np.errstate(over="ignore", invalid="ignore"):
            mixed = attention_with_sink(q, k, v, Tensor([-1000.0])).data
            other = attention_with_sink(q, k * -1.0, v, Tensor([1000.0])).data
        expect_close(mixed, [[[1000.0, 1000.0]]], "the only value, where its score is huge", over)
        expect_close(other, [[[0.0, 0.0]]], "the mixture where the sink has all weight", over)


# ---- longer contexts

# four pairs: two that turn often within 2,000 positions, one between, one that hardly turns
D, BASE, TRAINED = 8, 10000.0, 2000
SPEEDS = np.array([1.0, 0.1, 0.01, 0.001])  # base^(-2i / 8)
TURNS = TRAINED * SPEEDS / (2 * math.pi)  # 318, 31.8, 3.18, 0.318
SHARE = (TURNS[2] - 1) / 3  # how far 3.18 turns are on the way from 1 to 4


def blended(third, slow=1 / 8):
    return np.array([1.0, 0.1, third, 0.001 * slow])


@pytest.mark.kata("scaled_angles")
class TestScaledAngles:
    def test_slow_pairs_are_slowed_down_and_fast_ones_are_not(self):
        third = 0.01 * (SHARE + (1 - SHARE) / 8)
        without_pi = TRAINED * SPEEDS
        per_radian = np.clip((without_pi - 1) / 3, 0, 1)
        fast = np.clip((8192 * SPEEDS / (2 * math.pi) - 1) / 3, 0, 1)
        per_8192 = fast + (1 - fast) / 8
        by_waves = (TRAINED - 200 * math.pi) / (TRAINED - TRAINED / 4)
        expect_close(
            scaled_angles([1], D, BASE, trained=TRAINED),
            [blended(third)],
            "angles at position 1 of pairs that turn 318, 31.8, 3.18 and 0.318 times in the "
            "training,",
            mistakes={
                "nothing is scaled": [SPEEDS],
                "all pairs are divided by the factor, the fast ones too": [SPEEDS / 8],
                "the fast pairs are divided, and the slow ones kept": [
                    SPEEDS * np.array([1 / 8, 1 / 8, 1 / 8 * SHARE + 1 - SHARE, 1])
                ],
                "slow pairs are multiplied by the factor": [
                    SPEEDS * np.array([1, 1, SHARE + (1 - SHARE) * 8, 8])
                ],
                "there is no blend: what lies between counts as fast": [blended(0.01)],
                "there is no blend: what lies between counts as slow": [blended(0.01 / 8)],
                "the two speeds are blended the wrong way round": [
                    blended(0.01 * (1 - SHARE + SHARE / 8))
                ],
                "wavelengths are blended, and not speeds": [
                    blended(0.01 / (SHARE + (1 - SHARE) * 8))
                ],
                "2π is left out: turns are counted in radians": [
                    SPEEDS * (per_radian + (1 - per_radian) / 8)
                ],
                "turns are not divided by high - low, but by high": [
                    blended(0.01 * ((TURNS[2] - 1) / 4 + (1 - (TURNS[2] - 1) / 4) / 8))
                ],
                "the base is made larger, which slows all pairs, the last by the factor (as in "
                "NTK-aware scaling)": [(BASE * 8 ** (8 / 6)) ** -np.array([0, 0.25, 0.5, 0.75])],
                "trained is always 8,192": [SPEEDS * per_8192],
                "how far a pair is on the way is measured in wavelengths, and not in turns": [
                    blended(0.01 * (by_waves + (1 - by_waves) / 8))
                ],
                "half of each speed stands in the blend": [blended(0.01 * (1 + 1 / 8) / 2)],
                "the logarithms of the two speeds are blended": [blended(0.01 * 8 ** (SHARE - 1))],
            },
        )

    def test_positions_are_multiplied(self):
        one = np.array(scaled_angles([1], D, BASE, trained=TRAINED))[0]
        share = np.clip((7000 * SPEEDS / (2 * math.pi) - 1) / 3, 0, 1)
        longer = SPEEDS * (share + (1 - share) / 8)
        expect_close(
            scaled_angles([0, 3, 7000], D, BASE, trained=TRAINED),
            np.outer([0, 3, 7000], one),
            "angles at positions 0, 3 and 7000, beside those at position 1 (2,000 were trained)",
            mistakes={
                "a longer text takes the place of the trained context: speeds would change as a "
                "text grows, and keys in a cache would keep the old ones": (
                    np.outer([0, 3, 7000], longer)
                ),
            },
        )

    def test_the_settings_count(self):
        """factor 4, low 0.1, high 5: 0.318 and 3.18 turns both lie between."""
        share = (TURNS - 0.1) / 4.9
        factors = np.array([1, 1, *(share[2:] + (1 - share[2:]) / 4)])
        expect_close(
            scaled_angles([1], D, BASE, factor=4.0, low=0.1, high=5.0, trained=TRAINED),
            [SPEEDS * factors],
            "angles at position 1 with factor 4, low 0.1 and high 5",
            mistakes={
                "factor is always 8": [
                    SPEEDS * np.array([1, 1, *(share[2:] + (1 - share[2:]) / 8)])
                ],
                "low and high are always 1 and 4": [
                    SPEEDS * np.array([1, 1, SHARE + (1 - SHARE) / 4, 1 / 4])
                ],
            },
        )

    def test_as_published_for_llama_3_1(self):
        """128 channels, base 500,000: pairs 0 to 28 stay as they are, from 35 on all are slowed."""
        angles = np.array(scaled_angles([1], 128))[0]
        speeds = 500000.0 ** (-np.arange(0, 128, 2) / 128)
        assert not math.isclose(angles[1], 10000.0 ** (-2 / 128)), (
            "the angles are those of a base of 10,000, which rope_angles takes if it is told "
            "nothing: hand base on to it"
        )
        kept = [i for i in range(64) if math.isclose(angles[i], speeds[i], rel_tol=1e-9)]
        slow = [i for i in range(64) if math.isclose(angles[i], speeds[i] / 8, rel_tol=1e-9)]
        turns = [8192 * speed / (2 * math.pi) for speed in speeds]
        wanted = [i for i in range(64) if turns[i] >= 4], [i for i in range(64) if turns[i] <= 1]
        assert (kept, slow) == wanted, (
            f"pairs {kept} keep their speed and {slow} have an eighth of it, and should be "
            f"{wanted[0]} and {wanted[1]}: those that turn 4 times or more in 8,192 positions, and "
            "those that turn once or less"
        )
        shares = np.clip((np.array(turns) - 1) / 3, 0, 1)
        blend = speeds * (shares + (1 - shares) / 8)
        expect_close(angles * 1e5, blend * 1e5, "100,000 times the angles at position 1")

    def test_channels_come_in_pairs(self):
        expect_raises(ValueError, lambda: scaled_angles([0, 1], 7), "7 channels", naming=[7])

    def test_positions_are_not_changed(self):
        positions = np.array([0, 5])
        scaled_angles(positions, 4)
        assert positions.tolist() == [0, 5], f"positions were 0, 5 and are {positions} afterwards"


# ---- an attention with norms


def config(**changes):
    """4 heads of queries on 2 of keys and values, with 6 channels each."""
    sizes = dict(
        n_tokens=11, block_size=9, n_layer=1, n_head=4, n_kv_head=2, n_channels=24, hidden=5,
        rope_base=50.0,
    )  # fmt: skip
    return LlamaConfig(**(sizes | changes))


def normed(window=None):
    """A layer whose parameters hold numbers of their own."""
    return with_numbers(NormedAttention(config(), window), scale=0.4)


def plain_normed(
    x,
    way="right",
    window=99,
    config=config(),  # noqa: B008
    positions=None,
    **w,
):
    """Head by head, position by position: (B, T, C) -> (B, T, C)."""
    positions = range(x.shape[1]) if positions is None else positions
    keys_way = {"keys after": "after", "queries only": "not at all"}.get(way, way)
    queries_way = {"keys only": "not at all"}.get(way, way)
    w = {name.replace("__", "."): array for name, array in w.items()}
    (B, T, C), D, H = x.shape, config.n_channels // config.n_head, config.n_head
    mixed = np.zeros((B, T, C))

    def prepared(rows, gain, way):
        turn = lambda r: plain_turn(r, positions, config.rope_base)  # noqa: E731
        if way == "after":
            return plain_rms(turn(rows), gain)
        if way == "not at all":
            return turn(rows)
        if way == "no gain":
            return turn(plain_rms(rows, 1.0))
        if way == "layer norm":
            rows = rows - rows.mean(axis=1, keepdims=True)
        return turn(plain_rms(rows, gain))

    for b in range(B):
        queries, keys, values = (x[b] @ w[f"{name}.weight"] for name in ("query", "key", "value"))
        if way == "all heads":
            queries, keys = plain_rms(queries, 1.0), plain_rms(keys, 1.0)
        for h in range(H):
            g = h % 2 if way == "tiled" else h // 2
            one = slice(g * D, g * D + D)
            q, k, v = queries[:, h * D : h * D + D], keys[:, one], values[:, one]
            gains = [w["query_norm.gain"], w["key_norm.gain"]]
            if way == "exchanged":
                gains.reverse()
            if way == "one norm":
                gains[1] = gains[0]
            if way == "all heads":
                q = plain_turn(q * gains[0], range(T), config.rope_base)
                k = plain_turn(k * gains[1], range(T), config.rope_base)
            else:
                q = prepared(q, gains[0], queries_way)
                k = prepared(k, gains[1], keys_way)
            if way == "values too":
                v = plain_rms(v, gains[1])
            if way == "values turned":
                v = plain_turn(v, positions, config.rope_base)
            for t in range(T):
                low = max(0, t - window + 1)
                high = T if way == "future" else t + 1
                scores = np.array([q[t] @ k[s] for s in range(low, high)])
                scores = scores if way == "no scale" else scores / math.sqrt(D)
                scores = scores / math.sqrt(D) if way == "scaled twice" else scores
                weights = np.exp(scores - scores.max())
                mixed[b, t, h * D : h * D + D] = weights / weights.sum() @ v[low:high]
    if way == "not merged":
        mixed = mixed.reshape(B, T, H, D).swapaxes(1, 2).reshape(B, T, C)
    return mixed if way == "no output" else mixed @ w["output.weight"]


def named(layer):
    """The arrays of its parameters, as keywords."""
    return {name.replace(".", "__"): array for name, array in layer.state_dict().items()}


@pytest.mark.kata("NormedAttention.__call__")
class TestNormedAttention:
    def test_each_head_is_normed_before_it_is_turned(self):
        layer, x = normed(), numbers(2, 5, 24)

        def wrong(way):
            return plain_normed(x, way, **named(layer))

        expect_close(
            is_tensor(layer(Tensor(x)), "the output"),
            plain_normed(x, **named(layer)),
            "4 heads of queries on 2 of keys and values, 5 positions",
            mistakes={
                "nothing is normed: this is the grouped attention of 4.4": wrong("not at all"),
                "queries and keys are normed after they were turned: a gain then scales channels "
                "that the turn has mixed": wrong("after"),
                "all heads are normed together, as one row, as in OLMo 2": wrong("all heads"),
                "the keys are not normed": wrong("queries only"),
                "the queries are not normed": wrong("keys only"),
                "the keys are normed after they were turned, and the queries before": (
                    wrong("keys after")
                ),
                "the values are turned too": wrong("values turned"),
                "heads are not brought back behind time before they are put side by side: "
                "merge_heads does both": wrong("not merged"),
                "rope_base is not handed on: rope_angles takes 10,000 if it is told nothing": (
                    plain_normed(x, config=config(rope_base=10000.0), **named(layer))
                ),
                "the values are normed too": wrong("values too"),
                "the two norms are exchanged": wrong("exchanged"),
                "the norm of the queries is taken for the keys too": wrong("one norm"),
                "the gains are left out": wrong("no gain"),
                "the mean is subtracted, as in a LayerNorm": wrong("layer norm"),
                "the future is not hidden": wrong("future"),
                "scores are not divided by √D: they are, even of normed rows": wrong("no scale"),
                "scores are divided by √D twice": wrong("scaled twice"),
                "the output layer is left out": wrong("no output"),
                "heads 0 and 2 of the queries share keys: 0 and 1 should, then 2 and 3": (
                    wrong("tiled")
                ),
            },
        )

    @pytest.mark.parametrize("window", [1, 3])
    def test_a_window_ends_what_a_position_sees(self, window):
        layer, x = normed(window), numbers(1, 7, 24)
        wrong = {
            "there is no window": plain_normed(x, **named(layer)),
            "the window is wider by one: the position itself counts": (
                plain_normed(x, window=window + 1, **named(layer))
            ),
        }
        expect_close(
            layer(Tensor(x)),
            plain_normed(x, window=window, **named(layer)),
            f"7 positions with a window of {window}",
            mistakes=wrong,
        )

    @pytest.mark.parametrize("window", [None, 3], ids=["no window", "a window of 3"])
    def test_a_cache_gives_the_same_numbers(self, window):
        layer, x, cache = normed(window), numbers(2, 7, 24), Memory()
        whole = plain_normed(x, window=window or 99, **named(layer))
        alone = whole.copy()  # position 4 comes by itself, and sees everything
        alone[:, 4] = plain_normed(x, **named(layer))[:, 4]
        pieces = [layer(Tensor(x[:, a:b]), cache).data for a, b in ((0, 4), (4, 5), (5, 7))]
        expect_close(
            np.concatenate(pieces, axis=1),
            whole,
            "7 positions, given as 4, 1 and 2 with a cache (which holds keys that are normed and "
            "turned; the new positions follow those in it)",
            mistakes={
                "the cache is not used": np.concatenate(
                    [
                        plain_normed(x[:, a:b], window=window or 99, **named(layer))
                        for a, b in ((0, 4), (4, 5), (5, 7))
                    ],
                    axis=1,
                ),
                "positions begin at 0 in each call": plain_normed(
                    x, window=window or 99, positions=[0, 1, 2, 3, 0, 0, 1], **named(layer)
                ),
                "positions begin at the length of the cache after it was extended": plain_normed(
                    x, window=window or 99, positions=[4, 5, 6, 7, 5, 7, 8], **named(layer)
                ),
            }
            | ({"a query that comes alone sees all: its window is lost": alone} if window else {}),
        )

    def test_the_cache_gets_keys_that_are_normed_and_turned(self):
        layer, x, cache = normed(), numbers(1, 5, 24), Memory()
        layer(Tensor(x), cache)
        rows = x[0] @ layer.key.weight.data
        heads = [rows[:, :6], rows[:, 6:]]
        gain = layer.key_norm.gain.data
        expect_close(
            cache.k[0],
            [[plain_turn(plain_rms(head, gain), range(5), 50.0) for head in heads]],
            "the keys that the cache gets",
            mistakes={
                "they are not turned: they would have to be turned again for each new query": (
                    [[plain_rms(head, gain) for head in heads]]
                ),
                "they are neither normed nor turned": [heads],
            },
        )

    def test_larger_queries_and_keys_change_nothing(self):
        """That is what the norm is for: scores cannot grow with the weights."""
        layer, x = normed(), Tensor(numbers(1, 5, 24))
        before = layer(x).data
        for linear in (layer.query, layer.key):
            linear.weight.data = 100.0 * linear.weight.data
        expect_close(
            layer(x).data,
            before,
            "the output after the weights of query and key have become 100 times as large",
            tolerance=1e-4,  # eps, 1e-5, is not scaled
        )

    def test_gradients_reach_gains_and_weights(self):
        layer, x, c = normed(3), Tensor(numbers(1, 5, 24)), numbers(1, 5, 24, salt=1)
        (layer(x) * c).sum().backward()
        parameters = {
            name.replace(".", "__"): parameter for name, parameter in layer.named_parameters()
        }
        check_measured(
            lambda x, **w: (plain_normed(x, window=3, **w) * c).sum(),
            {**parameters, "x": x},
            "a normed attention",
        )

    def test_float32_stays_float32(self):
        layer = normed(3)
        cast_parameters(layer, np.float32)
        expect_float32(layer, (2, 5, 24))

    def test_a_call_keeps_nothing(self):
        layer = normed(3)
        with same_parameters(layer):
            layer(Tensor(numbers(1, 5, 24)))
