"""4.3 · Attention: mix what stands elsewhere, and prove what cannot reach what."""

import math
from math import inf, nan

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.attention import (
    attention_weights,
    average_with_loop,
    average_with_matrix,
    average_with_softmax,
    causal_mask,
    scaled_dot_product_attention,
)
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    attention_by_loops,
    gradients_of,
    hinted,
    is_array,
    is_tensor,
    measured,
    mixed_by_loops,
    numbers,
    weights_by_loops,
)
from katas.phase4_llms.tensor import Tensor

# ---- mixing without choosing

ROWS = [[2.0, 10.0], [4.0, 20.0], [12.0, 60.0]]
MEANS = [[2.0, 10.0], [3.0, 15.0], [6.0, 30.0]]
OTHER_MEANS = {
    "every row is the mean of all rows, also of those that come later": [[6.0, 30.0]] * 3,
    "the rows are added, and not divided by how many they are": [[2.0, 10], [6, 30], [18, 90]],
    "every sum is divided by T, not by the number of its rows": [[2 / 3, 10 / 3], [2, 10], [6, 30]],
    "row t is the mean of what comes after, not before": [[6.0, 30.0], [8.0, 40.0], [12.0, 60.0]],
    "row t looks at one row too many, at t + 1": [[3.0, 15.0], [6.0, 30.0], [6.0, 30.0]],
    "row t is divided by t + 2": [[1.0, 5.0], [2.0, 10.0], [4.5, 22.5]],
    "row t leaves itself out": [[0.0, 0.0], [2.0, 10.0], [3.0, 15.0]],
    "row t leaves itself out, so that the first one is 0 / 0": [[nan, nan], [2, 10], [3, 15]],
    "a row is averaged with the mean so far, half and half": [[2.0, 10.0], [3, 15], [7.5, 37.5]],
    "weights are divided by 1, 2, 3 from column to column, not from row to row": [
        [2.0, 10.0],
        [4.0, 20.0],
        [8.0, 40.0],
    ],
    "columns of the weights sum to 1, not rows": np.array([[2.0, 10], [8, 40], [44, 220]]) / 3,
    "rows are looked at from the end: W is upper triangular": [[18.0, 90], [8, 40], [4, 20]],
    "row t leaves itself out but for the first, and is divided by t + 1 all the same": [
        [2, 10],
        [1, 5],
        [2, 10],
    ],
    "time is taken to be the last axis, which is channels": [[2.0, 6.0], [4, 12], [12, 36]],
    "row t leaves itself out, and is divided by t + 1 all the same": [[0, 0], [1, 5], [2, 10]],
    "row t is divided by t, not by the t + 1 rows that it is made of": [[2, 10], [6, 30], [9, 45]],
    "-inf was multiplied by 0, which is nan": [[nan, nan]] * 3,
    "x came back as it was": ROWS,
}


def means_so_far(x):
    """For each position the mean of it and those before it, channel by channel."""
    sums = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        *front, t, c = place
        sums[place] = sum(x[(*front, s, c)] for s in range(t + 1)) / (t + 1)
    return sums


class Averages:
    """What holds for each of the three ways: it is the same function."""

    def averaged(self, x):
        with hinted(f"x has the shape {x.shape}: positions go along the last axis but one, -2"):
            return is_tensor(type(self).way(x), "the average")

    def test_each_row_is_the_mean_of_it_and_all_before(self):
        expect_close(
            self.averaged(Tensor(ROWS)),
            MEANS,
            "means of the rows [2, 10], [4, 20], [12, 60] so far",
            mistakes=OTHER_MEANS,
        )

    def test_sequences_of_a_batch_do_not_mix(self):
        x = numbers(2, 5, 3)
        expect_close(
            self.averaged(Tensor(x)),
            means_so_far(x),
            "means so far of two sequences of five rows",
            mistakes={
                "time is taken to be axis 0, which is the batch": [
                    x[: b + 1].mean(axis=0) for b in range(2)
                ],
                "both sequences are averaged together": [
                    [x[:, : t + 1].mean(axis=(0, 1)) for t in range(5)]
                ]
                * 2,
                "the rows are put one after the other along axis 0, which is the batch": (
                    means_so_far(x).swapaxes(0, 1).reshape(10, 1, 3)
                ),
                "channels are averaged as well": [
                    [[x[b, : t + 1].mean()] * 3 for t in range(5)] for b in range(2)
                ],
            },
        )

    def test_any_number_of_axes_may_stand_in_front(self):
        x = numbers(2, 3, 7, 5)
        what = "means so far along the last axis but one"
        expect_close(self.averaged(Tensor(x)), means_so_far(x), what)

    def test_a_sequence_of_one_stays_as_it_is(self):
        expect_close(self.averaged(Tensor([[3.0, 5.0]])), [[3.0, 5.0]], "mean of one row so far")

    def test_a_row_hears_from_itself_and_all_that_come_later(self):
        # row 0 was used in full, by half and by a third: 6 + 12 / 2 + 30 / 3
        x = Tensor(ROWS)
        (slope,) = gradients_of(self.averaged(x), np.array([[6.0, 0], [12, 0], [30, 9]]), x=x)
        expect_close(
            slope,
            [[22.0, 3.0], [16.0, 3.0], [10.0, 3.0]],
            "gradient of the rows, where [[6, 0], [12, 0], [30, 9]] arrives at their means",
            mistakes={
                "the gradient goes to the row itself alone": [[6.0, 0], [6.0, 0], [10.0, 3.0]],
                "the gradient is handed on undivided": [[48.0, 9.0], [42.0, 9.0], [30.0, 9.0]],
            },
        )

    def test_x_stays_as_it_was(self):
        x = Tensor(ROWS)
        self.averaged(x)
        assert x.data.tolist() == ROWS, f"x is {x.data.tolist()} afterwards: it is the caller's"


@pytest.mark.kata("average_with_loop")
class TestAverageWithLoop(Averages):
    way = staticmethod(average_with_loop)

    def test_a_ramp_becomes_half_as_steep(self):
        ramp = np.arange(7.0)[:, None]
        expect_close(
            self.averaged(Tensor(ramp)),
            ramp / 2,
            "means so far of 0, 1, ..., 6, which are t / 2",
            mistakes={"a row is left out": np.maximum(ramp - 1, 0) / 2},
        )


def is_one_product(result, x):
    """Fails unless result is W @ x, for some W."""
    made_from_x = result.op == "@" and any(parent is x for parent in result.parents)
    assert made_from_x, (
        f"the numbers are right, and were made with {result.op!r} from "
        f"{len(result.parents)} parents: here they should be one product W @ x, with all "
        "weights in W"
    )


@pytest.mark.kata("average_with_matrix")
class TestAverageWithMatrix(Averages):
    way = staticmethod(average_with_matrix)

    def test_it_is_one_product(self):
        x = Tensor(ROWS)
        is_one_product(self.averaged(x), x)


ALLOWED = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
HIDES_THREE = [[0.0, -inf, -inf], [0.0, 0.0, -inf], [0.0, 0.0, 0.0]]


@pytest.mark.kata("causal_mask")
class TestCausalMask:
    def test_a_query_sees_itself_and_what_came_before(self):
        mask = is_array(causal_mask(3), "the mask")
        large = [x for x in mask.ravel() if -inf < x < -100]
        assert not large, (
            f"{large[0]:.3g} stands for -inf in the mask: added to all of a row it hides nothing, "
            "since only differences count in a softmax"
        )
        expect_close(
            mask,
            HIDES_THREE,
            "mask of 3 positions",
            mistakes={
                "it is transposed: the past is hidden, not the future": np.transpose(HIDES_THREE),
                "it is off by one: a query does not see itself": [
                    [-inf, -inf, -inf],
                    [0.0, -inf, -inf],
                    [0.0, 0.0, -inf],
                ],
                "it is off by one: a query sees the next position": [
                    [0.0, 0.0, -inf],
                    [0.0, 0.0, 0.0],
                    [0.0, 0.0, 0.0],
                ],
                "it is to be multiplied (1 keeps, 0 hides), not added": ALLOWED,
                "it says True where a pair is hidden": 1 - ALLOWED,
                "1 stands where a query may look, and 0 should: it is added": np.where(
                    ALLOWED, 1.0, -inf
                ),
                "0 was multiplied by -inf, which is nan": np.where(ALLOWED, nan, -inf),
                "the signs are swapped: what is visible has -inf": np.where(ALLOWED, -inf, 0.0),
                "it is +inf": np.where(ALLOWED, 0.0, inf),
                "nothing is hidden": np.zeros((3, 3)),
            },
        )

    def test_queries_that_come_after_a_memory_are_the_last_ones(self):
        expect_close(
            causal_mask(2, 5),
            [[0.0, 0.0, 0.0, 0.0, -inf], [0.0, 0.0, 0.0, 0.0, 0.0]],
            "mask of 2 queries at the end of 5 positions",
            mistakes={
                "the queries are taken for the first 2 positions, as in PyTorch, JAX and Keras; "
                "here, as in MLX, they are the last": [
                    [0.0, -inf, -inf, -inf, -inf],
                    [0.0, 0.0, -inf, -inf, -inf],
                ],
                "all keys are visible": np.zeros((2, 5)),
                "the diagonal is shifted the other way, by T - S": np.full((2, 5), -inf),
                "S is not used: there is a column for each query, not for each key": [
                    [0.0, -inf],
                    [0.0, 0.0],
                ],
                "it is off by one: a query does not see itself": [
                    [0.0, 0.0, 0.0, -inf, -inf],
                    [0.0, 0.0, 0.0, 0.0, -inf],
                ],
                "rows and columns are swapped": [[0.0, -inf]] + [[0.0, 0.0]] * 4,
                "keys are counted from the end": [[-inf, 0, 0, 0, 0], [0.0, 0, 0, 0, 0]],
            },
        )

    def test_one_new_query_sees_everything(self):
        expect_close(causal_mask(1, 7), np.zeros((1, 7)), "mask of 1 query at the end of 7")

    def test_as_many_keys_as_queries_may_be_said_aloud(self):
        expect_close(causal_mask(3, 3), HIDES_THREE, "mask of 3 queries and 3 keys")

    def test_it_is_an_array(self):
        is_array(causal_mask(3), "the mask")

    def test_no_positions_have_an_empty_mask(self):
        mask = is_array(causal_mask(0), "the mask")
        assert mask.shape == (0, 0), f"the mask of no positions has the shape {mask.shape}"

    @pytest.mark.parametrize("S", [5, 0], ids=["5 keys", "no keys"])
    def test_fewer_keys_than_queries_are_refused(self, S):
        expect_raises(
            ValueError,
            lambda: causal_mask(7, S),
            f"the mask of 7 queries that are the last of {S} positions",
            naming=[7, S],
        )


@pytest.mark.kata("average_with_softmax")
class TestAverageWithSoftmax(Averages):
    way = staticmethod(average_with_softmax)

    def test_it_is_one_product_with_the_weights_of_a_softmax(self):
        x = Tensor(ROWS)
        is_one_product(self.averaged(x), x)

    def test_numbers_may_be_large(self):
        x = Tensor(numbers(5, 3) * 1e6)
        wanted = means_so_far(x.data)
        expect_close(
            self.averaged(x),
            wanted,
            "means so far of numbers of a million",
            mistakes={"the softmax is taken of x, not of the mask": nan * wanted},
        )


# ---- attention, by loops over lists


Q = [[2 * math.log(2), 0.0, 0.0, 0.0], [0.0, 2 * math.log(3), 0.0, 0.0]]
K = [[1.0, 0.0, 0.0, 7.0], [0.0, 1.0, 0.0, -5.0], [0.0, 0.0, 1.0, 2.0]]
SHARES = [[0.5, 0.25, 0.25], [0.2, 0.6, 0.2]]
SCORES = np.log([[2.0, 1.0, 1.0], [1.0, 3.0, 1.0]])

# three queries and three keys, D = 2, whose scores are far from symmetric
Q3, K3 = [[1.0, -2.0], [0.5, 1.5], [2.0, 1.0]], [[0.3, 1.0], [-1.0, 0.6], [2.0, -0.4]]
SCORES3 = np.array(Q3) @ np.transpose(K3) / math.sqrt(2)
FUTURE3 = np.array(HIDES_THREE)


def by_columns(scores):
    """Softmax over the queries: each column sums to 1."""
    e = np.exp(scores)
    return e / e.sum(axis=0)


def normalized(e):
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.kata("attention_weights")
class TestAttentionWeights:
    def test_a_query_shares_itself_among_the_keys(self):
        expect_close(
            attention_weights(Tensor(Q), Tensor(K)),
            SHARES,
            "weights for scores [ln 2, 0, 0] and [0, ln 3, 0], which are q kᵀ / √4",
            mistakes={
                "there is no scale: the scores are q kᵀ": weights_by_loops(Q, K, scale=1.0),
                "the scores are divided by D, not by √D": weights_by_loops(Q, K, scale=1 / 4),
                "the scores are multiplied by √D": weights_by_loops(Q, K, scale=2.0),
                "the scale is 1/√S: the number of keys, not of channels": weights_by_loops(
                    Q, K, scale=1 / math.sqrt(3)
                ),
                "the scale is 1/√T: the number of queries, not of channels": weights_by_loops(
                    Q, K, scale=1 / math.sqrt(2)
                ),
                "the weights are scaled after the softmax, not the scores": np.divide(
                    weights_by_loops(Q, K, scale=1.0), 2
                ),
                "the softmax runs over the queries: columns sum to 1, not rows": by_columns(SCORES),
                "q and k are swapped: there is a row for each key": weights_by_loops(K, Q),
                "the scores came back, without a softmax": SCORES,
                "exp was not divided by its sum": np.exp(SCORES),
                "log-probabilities came back": np.log(SHARES),
            },
        )

    def test_q_asks_and_k_answers(self):
        expect_close(
            attention_weights(Tensor(Q3), Tensor(K3)),
            weights_by_loops(Q3, K3),
            "weights of three queries and three keys",
            mistakes={
                "q and k are swapped": weights_by_loops(K3, Q3),
                "the softmax runs over the queries": by_columns(SCORES3),
                "the keys are q once more": weights_by_loops(Q3, Q3),
                "the queries are k once more": weights_by_loops(K3, K3),
                "the weights are transposed": np.transpose(weights_by_loops(Q3, K3)),
            },
        )

    def test_what_the_mask_hides_gets_nothing_and_the_rest_shares_all(self):
        right = weights_by_loops(Q3, K3, HIDES_THREE)
        free = np.array(weights_by_loops(Q3, K3))
        expect_close(
            attention_weights(Tensor(Q3), Tensor(K3), causal_mask(3)),
            right,
            "weights of three queries that do not see what comes after them",
            mistakes={
                "the mask is not used": free,
                "the mask comes after the softmax: rows no longer sum to 1": free * np.tri(3),
                "the mask is added after the softmax": free + FUTURE3,
                "the mask is transposed": weights_by_loops(Q3, K3, FUTURE3.T),
                "hidden scores become 0, which exp turns into 1": normalized(
                    np.exp(SCORES3 * np.tri(3))
                ),
                (
                    "the mask is multiplied with the scores: 0 · score, and -inf times it",
                    "the mask is subtracted",
                ): np.full((3, 3), nan),
                "visible and hidden are swapped": weights_by_loops(
                    Q3, K3, np.where(np.tri(3), -inf, 0.0)
                ),
                "the mask is off by one: a query does not see itself": weights_by_loops(
                    Q3, K3, np.where(np.tri(3, k=-1), 0.0, -inf)
                ),
                "the mask is off by one: a query sees the next key": weights_by_loops(
                    Q3, K3, np.where(np.tri(3, k=1), 0.0, -inf)
                ),
            },
        )

    def test_any_other_number_in_the_mask_is_added_to_its_score(self):
        # ln 6 makes key 3 six times as good for query 1: shares 2 : 1 : 6
        mask = np.array([[0.0, 0.0, math.log(6)], [0.0, 0.0, 0.0]])
        expect_close(
            attention_weights(Tensor(Q), Tensor(K), mask),
            [[2 / 9, 1 / 9, 6 / 9], [0.2, 0.6, 0.2]],
            "weights with a mask that adds ln 6 to one score",
            mistakes={
                "whatever is not 0 in the mask hides": [[2 / 3, 1 / 3, 0.0], [0.2, 0.6, 0.2]],
                "only -inf in the mask counts": SHARES,
                "the mask is added before the scale": [
                    [2 / (3 + 6**0.5), 1 / (3 + 6**0.5), 6**0.5 / (3 + 6**0.5)],
                    [0.2, 0.6, 0.2],
                ],
                "the mask is multiplied with the scores": [[1 / 3] * 3] * 2,
                "the mask is subtracted": [[12 / 19, 6 / 19, 1 / 19], [0.2, 0.6, 0.2]],
            },
        )

    def test_a_number_below_0_hides_nothing_by_itself(self):
        # both keys 1 and 2 are 1 and 2 worse: 2 · e^-1 : 1 · e^-2 : 0 for query 1
        mask = np.array([[-1.0, -2.0, -inf], [-1.0, -1.0, -1.0]])
        share = 2 * math.e / (2 * math.e + 1)
        with hinted("every number of the mask is added, one below 0 as well"):
            weights = attention_weights(Tensor(Q), Tensor(K), mask)
        expect_close(
            weights,
            [[share, 1 - share, 0.0], [0.2, 0.6, 0.2]],
            "weights with a mask of -1, -2, -inf and of -1, -1, -1",
            mistakes={
                (
                    "a row without a 0 is taken for one that is hidden as a whole",
                    "whatever is below 0 hides",
                ): np.zeros((2, 3)),
                "only -inf in the mask counts": [[2 / 3, 1 / 3, 0.0], [0.2, 0.6, 0.2]],
            },
        )

    def test_floats_of_any_width_will_do_for_a_mask(self):
        mask = np.array([[0.0, 0.0, -inf], [0.0, 0.0, 0.0]], np.float16)
        with hinted("a mask holds floats, of whatever width: booleans and integers are refused"):
            weights = attention_weights(Tensor(Q), Tensor(K), mask)
        expect_close(
            weights, [[2 / 3, 1 / 3, 0.0], [0.2, 0.6, 0.2]], "weights with a mask of float16"
        )

    def test_lists_will_do_for_a_mask(self):
        mask = [[0.0, 0.0, -inf], [0.0, 0.0, 0.0]]
        with hinted("a mask may come as lists: numpy makes an array of them"):
            weights = attention_weights(Tensor(Q), Tensor(K), mask)
        expect_close(
            weights, [[2 / 3, 1 / 3, 0.0], [0.2, 0.6, 0.2]], "weights with a mask of lists"
        )

    def test_batches_and_heads_go_side_by_side(self):
        q, k, mask = numbers(2, 3, 5, 7), numbers(2, 3, 11, 7), causal_mask(5, 11)
        wanted = [[weights_by_loops(q[b, h], k[b, h], mask) for h in range(3)] for b in range(2)]
        with hinted("kᵀ exchanges the last two axes; transpose() alone reverses all four"):
            weights = attention_weights(Tensor(q), Tensor(k), mask)
        expect_close(
            weights,
            wanted,
            "weights of a batch of 2 with 3 heads, 5 queries and 11 keys",
            mistakes={
                f"the scale is 1/√{n}, of axis {axis} of q, which are not its channels": [
                    [weights_by_loops(q[b, h], k[b, h], mask, 1 / math.sqrt(n)) for h in range(3)]
                    for b in range(2)
                ]
                for axis, n in enumerate((2, 3, 5))
            },
        )

    def test_a_mask_for_each_example_hides_its_padding(self):
        """The second sequence has two keys less: a mask of shape (2, 1, 1, 5) says so."""
        q, k = numbers(2, 3, 7, 11), numbers(2, 3, 5, 11)
        mask = np.zeros((2, 1, 1, 5))
        mask[1, ..., 3:] = -inf
        wanted = [
            [weights_by_loops(q[b, h], k[b, h], np.repeat(mask[b, 0], 7, 0)) for h in range(3)]
            for b in range(2)
        ]
        expect_close(
            attention_weights(Tensor(q), Tensor(k), mask), wanted, "weights with padding hidden"
        )

    def test_there_may_be_more_examples_than_queries(self):
        q, k, mask = numbers(5, 2, 3), numbers(5, 7, 3), np.zeros((5, 1, 7))
        mask[:, 0, 4:] = -inf
        wanted = [weights_by_loops(q[b], k[b], np.repeat(mask[b], 2, 0)) for b in range(5)]
        with hinted("a mask of any shape that broadcasts to (…, T, S) is used as it is, not cut"):
            weights = attention_weights(Tensor(q), Tensor(k), mask)
        expect_close(weights, wanted, "weights of 5 examples with 2 queries and a mask (5, 1, 7)")

    def test_scores_of_thousands_are_nothing_special(self):
        expect_close(
            attention_weights(Tensor([[1000.0], [-1000.0]]), Tensor([[3.0], [2.0]])),
            [[1.0, 0.0], [0.0, 1.0]],
            "weights for scores 3000 and 2000, and -3000 and -2000",
            mistakes={
                "exp overflows": [[nan, nan], [nan, nan]],
                "exp overflows in one row and vanishes in the other": [[nan, nan], [0.0, 0.0]],
                "the largest score of all rows is subtracted, not each row's": [[1, 0], [nan] * 2],
            },
        )

    def test_a_row_that_is_hidden_as_a_whole_is_zero(self):
        mask = np.array([[0.0, 0.0, -inf], [-inf, -inf, -inf]])
        lowered = SCORES[1] - 1e9  # rounds to seven digits after the point
        expect_close(
            attention_weights(Tensor(Q), Tensor(K), mask),
            [[2 / 3, 1 / 3, 0.0], [0.0, 0.0, 0.0]],
            "weights of two queries of which the second may look at nothing",
            mistakes={
                "a row of -inf alone goes through the softmax: 0 / 0, as in PyTorch's "
                "MultiheadAttention": [
                    [2 / 3, 1 / 3, 0.0],
                    [nan, nan, nan],
                ],
                "-inf became -1e9, which a row that is lowered as a whole does not notice": [
                    [2 / 3, 1 / 3, 0.0],
                    normalized(np.exp(lowered - lowered.max())),
                ],
                "a large negative number took the place of all scores, as in JAX and Keras: they "
                "are equal": [
                    [2 / 3, 1 / 3, 0.0],
                    [1 / 3, 1 / 3, 1 / 3],
                ],
                "a row that is hidden as a whole sees everything": [
                    [2 / 3, 1 / 3, 0.0],
                    [0.2, 0.6, 0.2],
                ],
                "one hidden row empties all rows": np.zeros((2, 3)),
            },
        )

    @pytest.mark.parametrize("kind", [bool, int, np.uint8], ids=["booleans", "integers", "bytes"])
    def test_a_mask_that_cannot_hide_is_refused(self, kind):
        """As numbers, True and 1 are added as 1, and the future leaks in without a word."""
        expect_raises(
            TypeError,
            lambda: attention_weights(Tensor(Q3), Tensor(K3), np.tri(3, dtype=kind)),
            f"a mask of {kind.__name__} (True and 1 keep a pair in PyTorch's "
            "scaled_dot_product_attention, and hide it in its MultiheadAttention: here 0.0 keeps "
            "and -inf hides, and no other kind is guessed at)",
            naming=[kind.__name__],
        )

    def test_a_row_may_be_hidden_in_one_example_only(self):
        q, k, mask = numbers(2, 3, 5), numbers(2, 7, 5), np.zeros((2, 3, 7))
        mask[1, 2], mask[0, 2, 1:] = -inf, -inf
        wanted = [weights_by_loops(q[b], k[b], mask[b]) for b in range(2)]
        expect_close(
            attention_weights(Tensor(q), Tensor(k), mask), wanted, "weights of two examples"
        )

    def test_gradients_reach_queries_and_keys(self):
        q, k, upstream, mask = numbers(5, 3), numbers(7, 3), numbers(5, 7), causal_mask(5, 7)

        def shared(q, k):
            return (upstream * weights_by_loops(q, k, mask)).sum()

        Tq, Tk = Tensor(q.copy()), Tensor(k.copy())
        dq, dk = gradients_of(attention_weights(Tq, Tk, mask), upstream, q=Tq, k=Tk)
        slopes = measured(lambda q: shared(q, k), q), measured(lambda k: shared(q, k), k)
        for name, got, wanted in zip(["queries", "keys"], (dq, dk), slopes):
            expect_close(
                got,
                wanted,
                f"gradient of the {name}",
                mistakes={
                    "the scale is no part of the graph: the data was divided, not the Tensor": (
                        wanted * math.sqrt(3)
                    ),
                    "the scale counts twice on the way back": wanted / math.sqrt(3),
                },
                tolerance=MEASURED,
            )

    def test_several_heads_of_queries_may_share_their_keys(self):
        """As they will in 4.4: keys (2, 1, 5, 3) for queries (2, 3, 2, 3)."""
        q, k, upstream = numbers(2, 3, 2, 3), numbers(2, 1, 5, 3), numbers(2, 3, 2, 5)

        def shared(k):
            return [[weights_by_loops(q[b, h], k[b, 0]) for h in range(3)] for b in range(2)]

        Tq, Tk = Tensor(q), Tensor(k.copy())
        with hinted("axes in front are broadcast: 3 heads of queries have one of keys here"):
            weights = attention_weights(Tq, Tk)
        expect_close(weights, shared(k), "weights of 3 heads of queries that share their keys")
        expect_close(
            gradients_of(weights, upstream, k=Tk)[0],
            measured(lambda k: (upstream * shared(k)).sum(), k),
            "gradient of keys that 3 heads share, which is the sum of what comes from each,",
            tolerance=MEASURED,
        )

    def test_the_gradients_of_a_hidden_row_are_zero_and_not_nan(self):
        mask = np.array([[0.0, 0.0, -inf], [-inf, -inf, -inf], [0.0, -inf, 0.0]])
        q, k, upstream = Tensor(Q3), Tensor(K3), numbers(3, 3)
        dq, dk = gradients_of(attention_weights(q, k, mask.copy()), upstream, q=q, k=k)
        assert np.isfinite(dq).all() and np.isfinite(dk).all(), (
            f"a query that may look at nothing left the gradients {dq.tolist()} of q and "
            f"{dk.tolist()} of k: nan · 0 is nan, so replace the -inf of such a row before the "
            "softmax, not the nan after it"
        )
        wanted = measured(lambda k: (upstream * weights_by_loops(Q3, k, mask)).sum(), k.data)
        expect_close(dq[1], [0.0, 0.0], "gradient of a query that may look at nothing")
        expect_close(dk, wanted, "gradient of the keys, one query seeing none", tolerance=MEASURED)

    def test_float32_stays_float32(self):
        q, k = (Tensor(np.asarray(rows, np.float32)) for rows in (Q3, K3))
        kinds = {
            "no mask": attention_weights(q, k),
            "a causal mask": attention_weights(q, k, causal_mask(3)),
            "a row hidden as a whole": attention_weights(q, k, np.full((3, 3), -inf)),
        }
        grown = [name for name, weights in kinds.items() if weights.data.dtype != np.float32]
        assert not grown, (
            f"queries and keys of float32 gave weights of float64, with {', '.join(grown)}: from "
            "here on everything would take twice the time. A Tensor of float64 in a sum or product "
            "has this effect; a plain number or an array has not"
        )

    def test_what_was_given_stays_as_it_was(self):
        for mask in (None, causal_mask(3), np.array([[0.0, -inf, 0], [-inf] * 3, [0, 0, 1]])):
            q, k, before = Tensor(Q3), Tensor(K3), None if mask is None else mask.copy()
            attention_weights(q, k, mask)
            pairs = {"q": (q.data, Q3), "k": (k.data, K3), "the mask": (mask, before)}
            changed = [name for name, (now, then) in pairs.items() if not np.array_equal(now, then)]
            assert not changed, f"{' and '.join(changed)} changed in place, which is the caller's"

    def test_queries_and_keys_of_different_length_are_refused(self):
        expect_raises(
            ValueError,
            lambda: attention_weights(Tensor(numbers(5, 3)), Tensor(numbers(7, 2))),
            "queries of 3 channels with keys of 2",
            naming=[(5, 3), (7, 2)],
        )


V = [[4.0, 0.0], [0.0, 20.0], [8.0, 40.0]]
V3 = [[5.0, 1.0], [-2.0, 3.0], [0.5, -4.0]]


@pytest.mark.kata("scaled_dot_product_attention")
class TestScaledDotProductAttention:
    def test_each_query_gets_the_values_in_its_shares(self):
        # 4 · 1/2 + 8 · 1/4, 20 · 1/4 + 40 · 1/4; 4 · 0.2 + 8 · 0.2, 20 · 0.6 + 40 · 0.2
        mixed = scaled_dot_product_attention(Tensor(Q), Tensor(K), Tensor(V))
        assert not isinstance(mixed, tuple), (
            f"{len(mixed)} things came back, and should be one: the mixed values, without weights"
        )
        expect_close(
            is_tensor(mixed, "the mix"),
            [[4.0, 15.0], [2.4, 20.0]],
            "values [4, 0], [0, 20], [8, 40] in the shares 2 : 1 : 1 and 1 : 3 : 1",
            mistakes={
                "the values are the keys": mixed_by_loops(SHARES, K),
                "there is no scale": attention_by_loops(Q, K, V, scale=1.0),
                (
                    "the scores are divided by D, not by √D",
                    "the scores are scaled twice",
                ): attention_by_loops(Q, K, V, scale=1 / 4),
                "the softmax runs over the queries": mixed_by_loops(by_columns(SCORES), V),
                "the weights came back, not the values": SHARES,
                "scores weigh the values, without a softmax": mixed_by_loops(SCORES, V),
                "every value counts alike": [[4.0, 20.0]] * 2,
                "the mix is divided by √D as well": [[2.0, 7.5], [1.2, 10.0]],
                "a causal mask is used, though none was given": attention_by_loops(
                    Q, K, V, [[0.0, 0.0, -inf], [0.0, 0.0, 0.0]]
                ),
            },
        )

    def test_each_of_the_three_has_its_own_part(self):
        weights = np.array(weights_by_loops(Q3, K3))
        expect_close(
            scaled_dot_product_attention(Tensor(Q3), Tensor(K3), Tensor(V3)),
            mixed_by_loops(weights, V3),
            "attention of three queries, keys and values of the same shape",
            mistakes={
                "q and k are swapped": attention_by_loops(K3, Q3, V3),
                "k and v are swapped": attention_by_loops(Q3, V3, K3),
                "q and v are swapped": attention_by_loops(V3, K3, Q3),
                "the values are the keys": attention_by_loops(Q3, K3, K3),
                "the weights are transposed": mixed_by_loops(weights.T, V3),
            },
        )

    def test_the_mask_hides(self):
        free = np.array(weights_by_loops(Q3, K3))
        expect_close(
            scaled_dot_product_attention(Tensor(Q3), Tensor(K3), Tensor(V3), causal_mask(3)),
            attention_by_loops(Q3, K3, V3, HIDES_THREE),
            "attention of three positions that do not see what comes after them",
            mistakes={
                "the mask is not handed on": mixed_by_loops(free, V3),
                "the mask comes after the softmax": mixed_by_loops(free * np.tri(3), V3),
                "the mask is transposed": attention_by_loops(Q3, K3, V3, FUTURE3.T),
            },
        )

    def test_batches_heads_and_a_memory(self):
        q, k, v = numbers(2, 3, 5, 7), numbers(2, 3, 11, 7), numbers(2, 3, 11, 13)
        mask = causal_mask(5, 11)
        expect_close(
            scaled_dot_product_attention(Tensor(q), Tensor(k), Tensor(v), mask),
            [
                [attention_by_loops(q[b, h], k[b, h], v[b, h], mask) for h in range(3)]
                for b in range(2)
            ],
            "attention of 5 queries at the end of 11 positions, values of 13 channels",
        )

    def test_several_heads_of_queries_may_share_keys_and_values(self):
        q, k, v = numbers(2, 3, 5, 7), numbers(2, 1, 11, 7), numbers(2, 1, 11, 13)
        with hinted("axes in front are broadcast: 3 heads of queries have one of keys and values"):
            mixed = scaled_dot_product_attention(Tensor(q), Tensor(k), Tensor(v))
        wanted = [[attention_by_loops(q[b, h], k[b, 0], v[b, 0]) for h in range(3)] for b in (0, 1)]
        expect_close(mixed, wanted, "attention of 3 heads that share keys and values")

    def test_a_query_that_may_look_at_nothing_gets_zeros(self):
        mask = np.array([[0.0, 0.0, -inf], [-inf, -inf, -inf]])
        q, k, v = Tensor(Q), Tensor(K), Tensor(V)
        mix = scaled_dot_product_attention(q, k, v, mask)
        expect_close(
            mix,
            [[8 / 3, 20 / 3], [0.0, 0.0]],
            "attention of two queries of which the second may look at nothing",
            mistakes={
                "the hidden row gets the mean of all values, as in JAX and Keras": [
                    [8 / 3, 20 / 3],
                    [4.0, 20.0],
                ],
                "the hidden row is nan, as in PyTorch's MultiheadAttention": [
                    [8 / 3, 20 / 3],
                    [nan, nan],
                ],
            },
        )
        for slope in gradients_of(mix, numbers(2, 2), q=q, k=k, v=v):
            assert np.isfinite(slope).all(), f"the gradients are not finite: {slope.tolist()}"

    def test_a_hidden_value_moves_nothing_and_gets_no_gradient(self):
        q, k, v = numbers(5, 3), numbers(5, 3), numbers(5, 2)
        leaves = [Tensor(array) for array in (q, k, v)]
        mix = scaled_dot_product_attention(*leaves, causal_mask(5))
        k[3:], v[3:] = 9.0, -7.0
        other = scaled_dot_product_attention(*map(Tensor, (q, k, v)), causal_mask(5))
        expect_close(
            other.data[:3], mix.data[:3], "positions 0 to 2, after keys and values 3 and 4 changed"
        )
        seed = np.zeros((5, 2))
        seed[2] = [3.0, -5.0]
        _, dk, dv = gradients_of(mix, seed, q=leaves[0], k=leaves[1], v=leaves[2])
        assert (dk[3:] == 0).all() and (dv[3:] == 0).all(), (
            f"position 2 sends the gradients {dk[3:].tolist()} and {dv[3:].tolist()} to keys and "
            "values that it may not see. They should be exactly 0: the future leaks in, perhaps "
            "through the sum of a softmax that was taken before the mask"
        )
        assert (dv[:3] != 0).all(), f"of the values it sees, {dv[:3].tolist()} came back"

    def test_gradients_reach_queries_keys_and_values(self):
        arrays = numbers(5, 3), numbers(7, 3), numbers(7, 2)
        upstream, mask = numbers(5, 2), causal_mask(5, 7)
        leaves = dict(zip("qkv", map(Tensor, arrays)))
        got = gradients_of(scaled_dot_product_attention(*leaves.values(), mask), upstream, **leaves)
        for i, name in enumerate(["queries", "keys", "values"]):

            def mixed(array, i=i):
                given = [*arrays[:i], array, *arrays[i + 1 :]]
                return (upstream * attention_by_loops(*given, mask)).sum()

            wanted = measured(mixed, arrays[i])
            expect_close(got[i], wanted, f"gradient of the {name}", tolerance=MEASURED)

    def test_queries_and_keys_of_different_length_are_refused(self):
        q, k, v = (Tensor(numbers(*shape)) for shape in ((5, 3), (7, 2), (7, 11)))
        expect_raises(
            ValueError,
            lambda: scaled_dot_product_attention(q, k, v),
            "queries of 3 channels with keys of 2",
        )
