"""4.3 · Attention mechanisms: mix what stands elsewhere, and prove what cannot reach what."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase1_autodiff.graph import topological_order
from katas.phase4_llms.attention import (
    MultiHeadAttention,
    attention_entropy,
    attention_weights,
    average_with_loop,
    average_with_matrix,
    average_with_softmax,
    causal_mask,
    cross_attention,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from katas.phase4_llms.positions import LearnedPositions, sinusoidal_positions
from katas.phase4_llms.tensor import Tensor, concatenate

inf, nan = math.inf, math.nan

MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def numbers(*shape):
    """An array of numbers with one decimal, none of them 0: the same for the same shape."""
    draws = np.random.default_rng(shape).uniform(0.1, 2.0, (2, *shape))
    return np.round(draws[0], 1) * np.where(draws[1] > 1.05, 1, -1)


def is_tensor(result, what):
    """result, if it is a Tensor; fails in words if it is not."""
    if not isinstance(result, Tensor):
        pytest.fail(
            f"{what} came back as {type(result).__name__}, and should be a Tensor: an array has no "
            "graph, so that nothing in front of it could learn"
        )
    return result


def is_array(result, what):
    """result, if it is an array; fails in words if it is not."""
    if not isinstance(result, np.ndarray):
        pytest.fail(f"{what} came back as {type(result).__name__}, and should be a numpy array")
    return result


def gradients(result, upstream, **leaves):
    """What backward brings to each leaf; fails in words where the graph does not reach one."""
    is_tensor(result, "the result")
    assert result.shape == upstream.shape, (
        f"the shape of the result is {result.shape}, and should be {upstream.shape}"
    )
    for leaf in leaves.values():
        leaf.grad = 0.0
    result.backward(upstream)
    cut = [name for name, leaf in leaves.items() if type(leaf.grad) is float]
    if cut:
        pytest.fail(
            f"no gradient came to {' and '.join(cut)}: the graph is cut. Whoever computes on .data "
            "leaves no trace for backward to follow"
        )
    return [leaf.grad for leaf in leaves.values()]


def measured(f, array):
    """The gradient of a number f(array), entry by entry, by the central difference of 1.1."""

    def of_list(entries):
        return float(f(np.reshape(entries, array.shape)))

    return np.reshape(numerical_gradient(of_list, array.ravel().tolist()), array.shape)


# ---- mixing without choosing

ROWS = [[2.0, 10.0], [4.0, 20.0], [12.0, 60.0]]
MEANS = [[2.0, 10.0], [3.0, 15.0], [6.0, 30.0]]
OTHER_MEANS = {
    "every row is the mean of all rows, also of those that come later": [[6.0, 30.0]] * 3,
    "the rows are added, and not divided by how many they are": [[2.0, 10], [6, 30], [18, 90]],
    "every sum is divided by T, not by the number of its rows": [[2 / 3, 10 / 3], [2, 10], [6, 30]],
    "row t is the mean of what comes after, not before": [[6.0, 30.0], [8.0, 40.0], [12.0, 60.0]],
    "row t looks at one row too many, at t + 1": [[3.0, 15.0], [6.0, 30.0], [6.0, 30.0]],
    "row t leaves itself out": [[0.0, 0.0], [2.0, 10.0], [3.0, 15.0]],
    "row t leaves itself out, so that the first one is 0 / 0": [[nan, nan], [2, 10], [3, 15]],
    "a row is averaged with the mean so far, half and half": [[2.0, 10.0], [3, 15], [7.5, 37.5]],
    "weights are divided by 1, 2, 3 from column to column, not from row to row": [
        [2.0, 10.0],
        [4.0, 20.0],
        [8.0, 40.0],
    ],
    "columns of the weights sum to 1, not rows": np.array([[2.0, 10], [8, 40], [44, 220]]) / 3,
    "-inf was multiplied by 0, which is nan": [[nan, nan]] * 3,
    "x came back as it was": ROWS,
}


class Averages:
    """What holds for each of the three ways: it is the same function."""

    def averaged(self, x):
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
            [[x[b, : t + 1].mean(axis=0) for t in range(5)] for b in range(2)],
            "means so far of two sequences of five rows",
            mistakes={
                "time is taken to be axis 0, which is the batch": [
                    x[: b + 1].mean(axis=0) for b in range(2)
                ],
                "both sequences are averaged together": [
                    [x[:, : t + 1].mean(axis=(0, 1)) for t in range(5)]
                ]
                * 2,
                "channels are averaged as well": [
                    [[x[b, : t + 1].mean()] * 3 for t in range(5)] for b in range(2)
                ],
            },
        )

    def test_any_number_of_axes_may_stand_in_front(self):
        x = numbers(2, 3, 7, 5)
        wanted = np.cumsum(x, axis=2) / np.arange(1, 8)[:, None]
        expect_close(self.averaged(Tensor(x)), wanted, "means so far along the last axis but one")

    def test_a_sequence_of_one_stays_as_it_is(self):
        expect_close(self.averaged(Tensor([[3.0, 5.0]])), [[3.0, 5.0]], "mean of one row so far")

    def test_a_row_hears_from_itself_and_all_that_come_later(self):
        # row 0 was used in full, by half and by a third: 6 + 12 / 2 + 30 / 3
        x = Tensor(ROWS)
        (slope,) = gradients(self.averaged(x), np.array([[6.0, 0], [12, 0], [30, 9]]), x=x)
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


HIDES_THREE = [[0.0, -inf, -inf], [0.0, 0.0, -inf], [0.0, 0.0, 0.0]]


@pytest.mark.kata("causal_mask")
class TestCausalMask:
    def test_a_query_sees_itself_and_what_came_before(self):
        allowed = np.tri(3)
        expect_close(
            causal_mask(3),
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
                "-1e9 stands for -inf": np.where(allowed, 0, -1e9),
                "the lowest float stands for -inf": np.where(allowed, 0, np.finfo(float).min),
                "it is to be multiplied (1 keeps, 0 hides), not added": allowed,
                "it says True where a pair is hidden": 1 - allowed,
                "0 was multiplied by -inf, which is nan": np.where(allowed, nan, -inf),
                "the signs are swapped: what is visible has -inf": np.where(allowed, -inf, 0.0),
                "it is +inf": np.where(allowed, 0.0, inf),
                "nothing is hidden": np.zeros((3, 3)),
            },
        )

    def test_queries_that_come_after_a_memory_are_the_last_ones(self):
        expect_close(
            causal_mask(2, 5),
            [[0.0, 0.0, 0.0, 0.0, -inf], [0.0, 0.0, 0.0, 0.0, 0.0]],
            "mask of 2 queries at the end of 5 positions",
            mistakes={
                "the queries are taken for the first 2 positions, not for the last": [
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

    def test_fewer_keys_than_queries_are_refused(self):
        expect_raises(
            ValueError,
            lambda: causal_mask(7, 5),
            "the mask of 7 queries that are the last of 5 positions",
            naming=[7, 5],
        )


@pytest.mark.kata("average_with_softmax")
class TestAverageWithSoftmax(Averages):
    way = staticmethod(average_with_softmax)

    def test_it_is_one_product_with_the_weights_of_a_softmax(self):
        x = Tensor(ROWS)
        is_one_product(self.averaged(x), x)

    def test_numbers_may_be_large(self):
        x = Tensor(numbers(5, 3) * 1e6)
        wanted = np.cumsum(x.data, axis=0) / np.arange(1, 6)[:, None]
        expect_close(
            self.averaged(x),
            wanted,
            "means so far of numbers of a million",
            mistakes={"the softmax is taken of x, not of the mask": nan * wanted},
        )


# ---- attention, by loops over lists


def weights_by_loops(q, k, mask=None, scale=None):
    """softmax(q kᵀ · scale + mask) by rows, for lists of rows; scale is 1/√D."""
    D = len(q[0])
    scale = 1 / math.sqrt(D) if scale is None else scale
    rows = []
    for t, query in enumerate(q):
        exps = []
        for s, key in enumerate(k):
            score = 0.0
            for d in range(D):
                score += query[d] * key[d]
            exps.append(math.exp(score * scale + (0.0 if mask is None else mask[t][s])))
        total = sum(exps)
        rows.append([e / total if total else 0.0 for e in exps])
    return rows


def mixed_by_loops(weights, v):
    """weights @ v, for lists of rows."""
    return [
        [sum(w * row[e] for w, row in zip(shares, v)) for e in range(len(v[0]))]
        for shares in weights
    ]


def attention_by_loops(q, k, v, mask=None, scale=None):
    return mixed_by_loops(weights_by_loops(q, k, mask, scale), v)


def by_columns(scores):
    """Softmax over the queries: each column sums to 1."""
    e = np.exp(scores)
    return e / e.sum(axis=0)


# D = 4, so that √D = 2. The scores [ln 2, 0, 0] and [0, ln 3, 0] mean 2 : 1 : 1 and 1 : 3 : 1
Q = [[2 * math.log(2), 0.0, 0.0, 0.0], [0.0, 2 * math.log(3), 0.0, 0.0]]
K = [[1.0, 0.0, 0.0, 7.0], [0.0, 1.0, 0.0, -5.0], [0.0, 0.0, 1.0, 2.0]]
SHARES = [[0.5, 0.25, 0.25], [0.2, 0.6, 0.2]]
SCORES = np.log([[2.0, 1.0, 1.0], [1.0, 3.0, 1.0]])

# three queries and three keys, D = 2, whose scores are far from symmetric
Q3, K3 = [[1.0, -2.0], [0.5, 1.5], [2.0, 1.0]], [[0.3, 1.0], [-1.0, 0.6], [2.0, -0.4]]
SCORES3 = np.array(Q3) @ np.transpose(K3) / math.sqrt(2)
FUTURE3 = np.array(HIDES_THREE)


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
                "the mask is multiplied with the scores: 0 · score, and -inf times it": np.full(
                    (3, 3), nan
                ),
                "the mask is subtracted": np.full((3, 3), nan),
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

    def test_batches_and_heads_go_side_by_side(self):
        q, k, mask = numbers(2, 3, 5, 7), numbers(2, 3, 11, 7), causal_mask(5, 11)
        wanted = [[weights_by_loops(q[b, h], k[b, h], mask) for h in range(3)] for b in range(2)]
        expect_close(
            attention_weights(Tensor(q), Tensor(k), mask),
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
                "a row of -inf alone goes through the softmax: 0 / 0": [
                    [2 / 3, 1 / 3, 0.0],
                    [nan, nan, nan],
                ],
                "-inf became -1e9, which a row that is lowered as a whole does not notice": [
                    [2 / 3, 1 / 3, 0.0],
                    normalized(np.exp(lowered - lowered.max())),
                ],
                "a large negative number took the place of all scores: they are equal": [
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

        Tq, Tk = Tensor(q), Tensor(k)
        dq, dk = gradients(attention_weights(Tq, Tk, mask), upstream, q=Tq, k=Tk)
        slopes = measured(lambda q: shared(q, k), q), measured(lambda k: shared(q, k), k)
        for name, got, wanted in zip(["queries", "keys"], (dq, dk), slopes):
            expect_close(got, wanted, f"gradient of the {name}", tolerance=MEASURED)

    def test_the_gradients_of_a_hidden_row_are_zero_and_not_nan(self):
        mask = np.array([[0.0, 0.0, -inf], [-inf, -inf, -inf], [0.0, -inf, 0.0]])
        q, k, upstream = Tensor(Q3), Tensor(K3), numbers(3, 3)
        dq, dk = gradients(attention_weights(q, k, mask), upstream, q=q, k=k)
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
        q, k, mask = Tensor(Q3), Tensor(K3), np.array([[0.0, -inf, 0], [-inf] * 3, [0, 0, 1]])
        before = mask.copy()
        attention_weights(q, k, mask)
        pairs = {"q": (q.data, Q3), "k": (k.data, K3), "the mask": (mask, before)}
        changed = [name for name, (now, then) in pairs.items() if not np.array_equal(now, then)]
        assert not changed, f"{' and '.join(changed)} changed in place, and belong to the caller"

    def test_queries_and_keys_of_different_length_are_refused(self):
        expect_raises(
            ValueError,
            lambda: attention_weights(Tensor(numbers(5, 3)), Tensor(numbers(7, 2))),
            "queries of 3 channels with keys of 2",
            naming=["(5, 3)", "(7, 2)"],
        )


V = [[4.0, 0.0], [0.0, 20.0], [8.0, 40.0]]
V3 = [[5.0, 1.0], [-2.0, 3.0], [0.5, -4.0]]


@pytest.mark.kata("scaled_dot_product_attention")
class TestScaledDotProductAttention:
    def test_each_query_gets_the_values_in_its_shares(self):
        # 4 · 1/2 + 8 · 1/4, 20 · 1/4 + 40 · 1/4; 4 · 0.2 + 8 · 0.2, 20 · 0.6 + 40 · 0.2
        expect_close(
            scaled_dot_product_attention(Tensor(Q), Tensor(K), Tensor(V)),
            [[4.0, 15.0], [2.4, 20.0]],
            "values [4, 0], [0, 20], [8, 40] in the shares 2 : 1 : 1 and 1 : 3 : 1",
            mistakes={
                "the values are the keys": mixed_by_loops(SHARES, K),
                "there is no scale": attention_by_loops(Q, K, V, scale=1.0),
                "the scores are divided by D, not by √D": attention_by_loops(Q, K, V, scale=1 / 4),
                "the scores are scaled twice": attention_by_loops(Q, K, V, scale=1 / 4),
                "the softmax runs over the queries": mixed_by_loops(by_columns(SCORES), V),
                "the weights came back, not the values": SHARES,
                "scores weigh the values, without a softmax": mixed_by_loops(SCORES, V),
                "every value counts alike": [[4.0, 20.0]] * 2,
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

    def test_a_query_that_may_look_at_nothing_gets_zeros(self):
        mask = np.array([[0.0, 0.0, -inf], [-inf, -inf, -inf]])
        q, k, v = Tensor(Q), Tensor(K), Tensor(V)
        mix = scaled_dot_product_attention(q, k, v, mask)
        expect_close(
            mix,
            [[8 / 3, 20 / 3], [0.0, 0.0]],
            "attention of two queries of which the second may look at nothing",
            mistakes={
                "the hidden row gets the mean of all values": [[8 / 3, 20 / 3], [4.0, 20.0]],
                "the hidden row is nan": [[8 / 3, 20 / 3], [nan, nan]],
            },
        )
        for slope in gradients(mix, numbers(2, 2), q=q, k=k, v=v):
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
        _, dk, dv = gradients(mix, seed, q=leaves[0], k=leaves[1], v=leaves[2])
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
        got = gradients(scaled_dot_product_attention(*leaves.values(), mask), upstream, **leaves)
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


# ---- many heads

# two positions, six channels
WIDE = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]])
HEADS = np.array([[[1, 2], [10, 20]], [[3, 4], [30, 40]], [[5, 6], [50, 60]]], float)


@pytest.mark.kata("split_heads")
class TestSplitHeads:
    def test_each_head_has_its_part_of_every_position(self):
        expect_close(
            split_heads(Tensor(WIDE), 3),
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
                "all axes are reversed": WIDE.reshape(2, 3, 2).T,
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

    def test_one_head_has_all(self):
        expect_close(split_heads(Tensor(WIDE), 1), [WIDE], "the one head of two positions")

    def test_gradients_go_back_to_their_places(self):
        x = Tensor(WIDE)
        (slope,) = gradients(split_heads(x, 3), HEADS * 7, x=x)
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
        expect_close(
            merge_heads(Tensor(HEADS)),
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
        (slope,) = gradients(merge_heads(heads), WIDE * 7, x=heads)
        expect_close(slope, HEADS * 7, "gradient of the heads, where 7 times their entries arrive")


def rng_of(seed):
    return np.random.default_rng(seed)


def named_shapes(model):
    return [(name, parameter.shape) for name, parameter in model.named_parameters()]


@pytest.mark.kata("MultiHeadAttention.__init__")
class TestMakingMultiHeadAttention:
    def test_it_has_two_layers(self):
        wanted = [
            ("qkv.weight", (15, 45)),
            ("qkv.bias", (45,)),
            ("output.weight", (15, 15)),
            ("output.bias", (15,)),
        ]
        there = named_shapes(MultiHeadAttention(15, 5, rng_of(3)))
        assert there == wanted, (
            f"the parameters of an attention of 15 channels are {there}, and should be {wanted}: "
            "one layer makes queries, keys and values, and one mixes what the heads found"
        )

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
                    "x is split as it is, without qkv": x.reshape(2, 5, 3, 7).transpose(0, 2, 1, 3),
                },
            )

    def test_gradients_reach_x_and_the_layer(self):
        attention, x = attention_of(6, 3), Tensor(numbers(2, 5, 6))
        upstream = numbers(3, 2, 3, 5, 2)
        q, k, v = attention.heads(x)
        total = (q * upstream[0] + k * upstream[1] + v * upstream[2]).sum()
        dx, dW = gradients(total, np.array(1.0), x=x, weight=attention.qkv.weight)
        # heads back side by side, and q, k and v too: what arrives at x @ W + b
        rows = upstream.transpose(1, 3, 0, 2, 4).reshape(2, 5, 18)
        expect_close(dx, rows @ attention.qkv.weight.data.T, "gradient of x, through q, k and v")
        expect_close(dW, np.einsum("btc,btd->cd", x.data, rows), "gradient of the weights of qkv")


class Memory:
    """A cache as simple as can be: it hands out all that it was ever given."""

    def __init__(self):
        self.given, self.k, self.v = [], [], []

    def __len__(self):
        """As a cache may have: an empty one counts as False, and still is one."""
        return len(self.given)

    def extend(self, k, v):
        if any(k is earlier for earlier, _ in self.given):
            pytest.fail("extend is called twice with the same keys, and now remembers them twice")
        self.given.append((k, v))
        self.k.append(k)
        self.v.append(v)
        return concatenate(self.k, axis=-2), concatenate(self.v, axis=-2)


def output_of(attention, x, cache=None):
    """What an attention makes of an array, as an array."""
    given = (Tensor(x),) if cache is None else (Tensor(x), cache)
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
            "attention with 3 heads, beside a loop over the heads",
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
        (dx,) = gradients(attention(x), upstream, x=x)
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
        dx, *slopes = gradients(attention(x), upstream, x=x, **parameters)

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
        found = [output_of(attention, part, memory) for part in parts]
        expect_close(
            np.concatenate(found, axis=1),
            one_by_one(x, arrays, 3, causal_mask(5)),
            f"five positions in steps of {steps}, with a cache, beside all at once",
            mistakes=mistakes,
        )

    def test_the_cache_is_given_the_new_keys_and_values_only(self):
        attention, x, memory = attention_of(21, 3), numbers(2, 5, 21), Memory()
        output_of(attention, x[:, :3], memory)
        output_of(attention, x[:, 3:], memory)
        assert len(memory.given) == 2, (
            f"two calls with a cache called its extend {len(memory.given)} times, and should twice"
        )
        k, v = memory.given[1]
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


def asked_one_by_one(x, context, arrays, n_head, mask=None, scale=None, **changes):
    """Cross attention by loops.

    changes  of a wrong solution: take, where q, k and v come from (0 is x, 1 context), and output
    """
    W, b, W_out, b_out = arrays
    take = changes.get("take", (0, 1, 1))
    found = []
    for rows in zip(x, context):
        q, k, v = (columns(thirds(rows[take[i]] @ W + b)[i], n_head) for i in range(3))
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
        expect_close(
            cross_attention(attention, Tensor(x), Tensor(context)),
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
        got = gradients(cross_attention(attention, *leaves.values()), upstream, **leaves)

        def mixed(x, context):
            return (upstream * asked_one_by_one(x, context, arrays, 3)).sum()

        dx = measured(lambda x: mixed(x, context), x)
        dcontext = measured(lambda context: mixed(x, context), context)
        expect_close(got[0], dx, "gradient of x", tolerance=MEASURED)
        expect_close(got[1], dcontext, "gradient of context", tolerance=MEASURED)


# ---- how widely it looks


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

    def test_there_is_one_number_for_each_query(self):
        weights = normalized(np.abs(numbers(2, 3, 5, 7)) * np.tri(5, 7, 2))
        wanted = np.zeros((2, 3, 5))
        for *place, w in ((*at, weights[at]) for at in np.ndindex(weights.shape)):
            wanted[tuple(place[:3])] -= w * math.log(w) if w else 0.0
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

    def test_whole_numbers_are_weights_too(self):
        expect_close(attention_entropy(np.array([[0, 1, 0]])), [0.0], "entropy of [0, 1, 0]")

    def test_the_weights_stay_as_they_were(self):
        weights = np.array([[0.0, 1.0], [0.5, 0.5]])
        is_array(attention_entropy(weights), "the entropy")
        assert weights.tolist() == [[0.0, 1.0], [0.5, 0.5]], (
            f"the weights are {weights.tolist()} afterwards: they are the caller's"
        )


# ---- where things stand


def waves(T, C, base=10000.0, per_pair=2.0, start=0, product=False):
    """sin and cos of t / base^(per_pair · i / C), as a list of rows."""
    rows = []
    for t in range(start, start + T):
        row = []
        for i in range(C // 2):
            length = base ** (per_pair * i / C)
            angle = t * length if product else t / length
            row += [math.sin(angle), math.cos(angle)]
        rows.append(row)
    return rows


def own_wavelengths(T, C, power):
    """Each channel with a wavelength of its own, sine where it is even and cosine where odd."""
    return [
        [(math.cos if c % 2 else math.sin)(t / 10000.0 ** (power * c / C)) for c in range(C)]
        for t in range(T)
    ]


@pytest.mark.kata("sinusoidal_positions")
class TestSinusoidalPositions:
    def test_four_channels_are_two_waves(self):
        # 10000^(2/4) = 100: the second wave is a hundred times as long
        s, c, s2, c2 = math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)
        first = [0.0, 1.0, 0.0, 1.0]
        expect_close(
            sinusoidal_positions(2, 4),
            [first, [s, c, s2, c2]],
            "positions 0 and 1 in 4 channels: sin 0, cos 0, sin 0, cos 0; "
            "sin 1, cos 1, sin 0.01, cos 0.01",
            mistakes={
                "all sines come first and then all cosines": [[0.0, 0.0, 1.0, 1.0], [s, s2, c, c2]],
                "sine and cosine are swapped": [[1.0, 0.0, 1.0, 0.0], [c, s, c2, s2]],
                "every channel is a sine": [[0.0] * 4, [s, s, s2, s2]],
                "the exponent is i / C, not 2i / C": waves(2, 4, per_pair=1.0),
                "the exponent is 4i / C, not 2i / C": waves(2, 4, per_pair=4.0),
                "there is no exponent: all waves have one length": waves(2, 4, base=1.0),
                "each channel has a wavelength of its own: c / C": own_wavelengths(2, 4, 1.0),
                "each channel has a wavelength of its own: 2c / C": own_wavelengths(2, 4, 2.0),
                "the base is 1000": waves(2, 4, base=1000.0),
                "the base is 100": waves(2, 4, base=100.0),
                "the base is e^10000 or e": waves(2, 4, base=math.e),
                "t is multiplied by the power, not divided": waves(2, 4, product=True),
                "positions are counted from 1": waves(2, 4, start=1),
                "the position is not used": [first, first],
            },
        )

    def test_so_it_is_with_more_of_both(self):
        expect_close(
            sinusoidal_positions(7, 10),
            waves(7, 10),
            "7 positions in 10 channels",
            mistakes={
                "all sines come first and then all cosines": np.reshape(waves(7, 10), (7, 5, 2))
                .swapaxes(1, 2)
                .reshape(7, 10),
                "the exponent is i / C, not 2i / C": waves(7, 10, per_pair=1.0),
                "each channel has a wavelength of its own": own_wavelengths(7, 10, 1.0),
                "the lengths end at 10000: the last exponent is 1": waves(
                    7, 10, per_pair=2.0 * 10 / 8
                ),
            },
        )

    def test_how_alike_two_positions_are_depends_on_their_distance_alone(self):
        rows = sinusoidal_positions(101, 6)
        wanted = sum(math.cos(3 / 10000 ** (2 * i / 6)) for i in range(3))
        for t in (0, 5, 97):
            expect_close(rows[t] @ rows[t + 3], wanted, f"position {t} times position {t + 3}")

    def test_two_channels_are_one_wave(self):
        expect_close(
            sinusoidal_positions(3, 2),
            [[math.sin(t), math.cos(t)] for t in range(3)],
            "3 positions in 2 channels",
        )

    def test_it_is_an_array(self):
        is_array(sinusoidal_positions(3, 2), "the positions")

    def test_an_odd_number_of_channels_is_refused(self):
        expect_raises(
            ValueError, lambda: sinusoidal_positions(5, 7), "positions in 7 channels", naming=[7]
        )


@pytest.mark.kata("LearnedPositions.__init__")
class TestMakingLearnedPositions:
    def test_there_is_a_vector_for_each_position(self):
        positions = LearnedPositions(7, 5, rng_of(3))
        there = named_shapes(positions)
        assert there == [("table", (7, 5))], (
            f"the parameters of 7 positions in 5 channels are {there}, and should be one table: "
            "[('table', (7, 5))]"
        )
        assert isinstance(positions.table, Tensor), f"table is a {type(positions.table).__name__}"

    def test_the_table_begins_near_zero(self):
        table = LearnedPositions(401, 53, rng_of(3)).table.data
        # of 21,253 draws the deviation is within 2 % and the mean within 0.0006, four times out
        deviation, mean = table.std(), table.mean()
        assert abs(deviation / 0.02 - 1) < 0.02, (
            f"the table has a deviation of {deviation:.4f}, and should have 0.02: 1 would drown "
            "what stands there, and 0.14 is the root of 0.02"
        )
        assert abs(mean) < 0.0006, f"the table has a mean of {mean:.4f}, and should have one of 0"

    def test_the_draws_are_normal(self):
        table = LearnedPositions(401, 53, rng_of(3)).table.data
        within = np.mean(np.abs(table) < 0.02)
        assert abs(within - 0.6827) < 0.02, (
            f"{within:.1%} of the draws are within one deviation: of normal ones it is 68 %, of "
            "uniform ones 58 %"
        )

    def test_all_randomness_comes_from_rng(self):
        first, again = (LearnedPositions(7, 5, rng_of(3)).table.data for _ in range(2))
        assert np.array_equal(first, again), (
            "two generators with the same seed lead to different tables"
        )

    def test_without_rng_each_is_another(self):
        one, other = (LearnedPositions(7, 5).table.data for _ in range(2))
        assert not np.allclose(one, other), (
            "two tables that were made without rng are equal: None stands for a fresh generator"
        )


def positions_of(block_size, C):
    """Learned positions whose table is known."""
    positions = LearnedPositions(block_size, C)
    positions.table.data = numbers(block_size, C)
    return positions


@pytest.mark.kata("LearnedPositions.__call__")
class TestLearnedPositions:
    def test_each_position_gets_its_vector_added(self):
        positions, x = positions_of(7, 3), numbers(2, 5, 3)
        table = positions.table.data
        expect_close(
            positions(Tensor(x)),
            [[x[b, t] + table[t] for t in range(5)] for b in range(2)],
            "x with the vectors of positions 0 to 4 added",
            mistakes={
                "positions are not used: x came back as it was": x,
                "what stood there is lost: the vectors came back alone": [table[:5]] * 2,
                "every position gets the vector of position 0": x + table[0],
                "the vectors are those of the example, not of the position": [
                    x[b] + table[b] for b in range(2)
                ],
                "positions are counted from 1": x + table[1:6],
                "the last vectors are taken, not the first": x + table[2:],
                "the vectors are multiplied": x * table[:5],
            },
        )

    def test_a_sequence_may_begin_later(self):
        positions, x = positions_of(7, 3), numbers(2, 5, 3)
        table = positions.table.data
        expect_close(
            positions(Tensor(x), start=2),
            x + table[2:],
            "x with the vectors of positions 2 to 6 added",
            mistakes={
                "start is not used": x + table[:5],
                "positions are not used": x,
                "every position gets the vector of start": x + table[2],
            },
        )

    @pytest.mark.parametrize("start, T", [(0, 8), (3, 5)], ids=["8 positions", "5 from the third"])
    def test_what_is_too_long_is_refused(self, start, T):
        positions = positions_of(7, 3)
        expect_raises(
            ValueError,
            lambda: positions(Tensor(numbers(2, T, 3)), start=start),
            f"{T} positions from {start} on, with a table of 7",
            naming=[8, 7],
        )

    def test_what_just_fits_is_taken(self):
        positions, x = positions_of(7, 3), numbers(2, 7, 3)
        expect_close(positions(Tensor(x)), x + positions.table.data, "x of 7, with a table of 7")

    def test_a_vector_collects_from_all_sequences(self):
        positions, x, upstream = positions_of(7, 3), Tensor(numbers(2, 3, 3)), numbers(2, 3, 3)
        dx, dtable = gradients(positions(x, start=2), upstream, x=x, table=positions.table)
        expect_close(dx, upstream, "gradient of x")
        wanted = np.zeros((7, 3))
        wanted[2:5] = upstream[0] + upstream[1]
        expect_close(
            dtable,
            wanted,
            "gradient of the table, of which two sequences used the vectors 2 to 4",
            mistakes={"one sequence alone is counted": np.pad(upstream[1], ((2, 2), (0, 0)))},
        )

    def test_with_positions_attention_knows_the_order(self):
        """Without them, another order gave the same in another order."""
        attention, positions = attention_of(21, 3, causal=False), positions_of(7, 21)
        x, order = numbers(2, 5, 21), [3, 0, 4, 1, 2]

        def placed(x):
            return attention(positions(Tensor(x))).data

        gap = np.abs(placed(x[:, order]) - placed(x)[:, order]).max()
        assert gap > 0.01, (
            "in another order, attention with positions gave the same in another order: it cannot "
            "tell where things stand, so the vectors are not used, or are all alike"
        )

    def test_x_stays_as_it_was(self):
        x = Tensor(numbers(2, 5, 3))
        positions_of(7, 3)(x)
        assert np.array_equal(x.data, numbers(2, 5, 3)), "x changed in place, and is the caller's"
