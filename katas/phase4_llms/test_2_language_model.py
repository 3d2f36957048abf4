"""4.2 · Language models: counting, examples to learn from, and networks that learn from them."""

import math
import warnings
from itertools import pairwise
from math import inf, nan
from numbers import Integral

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.language_model import (
    Embedding,
    NGramMLP,
    bigram_counts,
    bigram_probabilities,
    make_windows,
    negative_log_likelihood,
    perplexity,
    random_batch,
    sample_from,
)
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    expect_same,
    measured,
    numbers,
    rng_of,
    shapes_of,
    shown,
)
from katas.phase4_llms.tensor import Tensor

# ---- counting

# the stream of "ab", "b", "cab", where 0 is the boundary and a b c are 1 2 3
STREAM = np.array([0, 1, 2, 0, 2, 0, 3, 1, 2, 0])
COUNTS = [[0, 1, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0], [0, 1, 0, 0]]


@pytest.mark.kata("bigram_counts")
class TestBigramCounts:
    def test_the_row_came_first_and_the_column_next(self):
        late = [[1, 1, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0], [0, 1, 0, 0]]
        expect_close(
            bigram_counts(STREAM, 4),
            COUNTS,
            f"counts of {STREAM.tolist()}",
            mistakes={
                "rows and columns are exchanged": np.transpose(COUNTS),
                "a pair that stands twice is counted once": np.minimum(COUNTS, 1),
                "each token is paired with itself": np.diag([4, 2, 3, 1]),
                "tokens are paired with the one after the next": [
                    [0, 1, 2, 0], [2, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]
                ],
                "the last token is followed by the first": late,
                "pairs are taken two by two, and do not overlap": [
                    [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 0], [0, 1, 0, 0]
                ],
            },
        )  # fmt: skip

    def test_a_token_that_never_occurs_has_a_row_and_a_column(self):
        expect_close(
            bigram_counts(np.array([1, 1, 1]), 3),
            [[0, 0, 0], [0, 2, 0], [0, 0, 0]],
            "counts of 1 1 1, with n_tokens = 3",
            mistakes={"the greatest id that occurs sets the size": [[0, 0], [0, 2]]},
        )

    def test_it_counts_every_pair_of_a_long_stream(self):
        ids = rng_of(7).integers(0, 5, 1000)
        wanted = np.zeros((5, 5))
        for first, second in pairwise(ids.tolist()):
            wanted[first, second] += 1
        expect_close(bigram_counts(ids, 5), wanted, "counts of 1,000 random tokens")

    def test_the_stream_stays_as_it_was(self):
        ids = STREAM.copy()
        bigram_counts(ids, 4)
        assert np.array_equal(ids, STREAM), f"the caller's stream became {ids}"


@pytest.mark.kata("bigram_probabilities")
class TestBigramProbabilities:
    def test_each_row_is_divided_by_its_own_sum(self):
        counts = np.array([[1.0, 3.0], [2.0, 8.0]])
        expect_close(
            bigram_probabilities(counts),
            [[0.25, 0.75], [0.2, 0.8]],
            "probabilities of the counts [[1, 3], [2, 8]]",
            mistakes={
                "columns are divided by their sums, and not rows": [
                    [1 / 3, 3 / 11], [2 / 3, 8 / 11]
                ],
                "the sums of the rows are laid along the columns: keepdims is missing": [
                    [0.25, 0.3], [0.5, 0.8]
                ],
                "all is divided by the sum of everything": counts / 14,
                "rows are put through a softmax": [
                    [1 / (1 + math.e**2), 1 / (1 + math.e**-2)],
                    [1 / (1 + math.e**6), 1 / (1 + math.e**-6)],
                ],
                "smoothing is 1 although nobody asked for it": [[2 / 6, 4 / 6], [3 / 12, 9 / 12]],
            },
        )  # fmt: skip

    def test_smoothing_is_added_to_every_count(self):
        expect_close(
            bigram_probabilities(np.array([[1.0, 3.0], [2.0, 8.0]]), smoothing=0.5),
            [[0.3, 0.7], [2.5 / 11, 8.5 / 11]],
            "probabilities of [[1, 3], [2, 8]] with a smoothing of 0.5",
            mistakes={
                "smoothing is left out": [[0.25, 0.75], [0.2, 0.8]],
                "smoothing is added to the probabilities, after dividing": [
                    [0.75, 1.25], [0.7, 1.3]
                ],
                "smoothing is added to the probabilities, and these are divided once more": [
                    [0.375, 0.625], [0.35, 0.65]
                ],
                "the sum that is divided by is that of the bare counts": [
                    [1.5 / 4, 3.5 / 4], [0.25, 0.85]
                ],
                "smoothing enters the sum once, and not once for each token": [
                    [1.5 / 4.5, 3.5 / 4.5], [2.5 / 10.5, 8.5 / 10.5]
                ],
                "any smoothing is taken to be 1": [[2 / 6, 4 / 6], [3 / 12, 9 / 12]],
            },
        )  # fmt: skip

    def test_a_row_without_counts_is_uniform(self):
        counts = np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 3.0, 0.0], [1, 1, 1, 1], [0, 0, 0, 1]])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = bigram_probabilities(counts)
        expect_close(
            got,
            [[0.25] * 4, [0, 0.25, 0.75, 0], [0.25] * 4, [0, 0, 0, 1]],
            "probabilities of four tokens, where nothing was counted after the first",
            mistakes={
                "a row without counts stays 0": [
                    [0] * 4, [0, 0.25, 0.75, 0], [0.25] * 4, [0, 0, 0, 1]
                ],
                "a row without counts is 0 / 0": [
                    [nan] * 4, [0, 0.25, 0.75, 0], [0.25] * 4, [0, 0, 0, 1]
                ],
            },
        )  # fmt: skip
        assert got[1][0] == 0, (
            f"what was never counted has the probability {got[1][0]:.0e} after a token that was: "
            "without smoothing it is 0"
        )

    def test_integers_will_do(self):
        got = bigram_probabilities(np.array([[1, 3], [0, 4]]), 1.0)
        expect_close(
            got, [[2 / 6, 4 / 6], [1 / 6, 5 / 6]], "probabilities of integers, smoothed by 1"
        )

    def test_the_counts_stay_as_they_were(self):
        counts = np.array([[1.0, 3.0], [0.0, 4.0]])
        bigram_probabilities(counts, 1.0)
        assert np.array_equal(counts, [[1, 3], [0, 4]]), (
            f"the caller's counts became {counts.tolist()}: += and /= write into the array itself"
        )

    def test_a_negative_smoothing_is_refused(self):
        expect_raises(
            ValueError,
            lambda: bigram_probabilities(np.array([[1.0, 3.0], [2.0, 8.0]]), smoothing=-0.5),
            "smoothing -0.5",
            naming=[-0.5],
        )


@pytest.mark.kata("sample_from")
class TestSampleFrom:
    def test_what_is_certain_is_always_drawn(self):
        rng = rng_of(7)
        got = [sample_from(np.array([0.0, 0.0, 1.0, 0.0]), rng) for _ in range(50)]
        assert set(got) == {2}, f"of the probabilities [0, 0, 1, 0] it drew {sorted(set(got))}"

    def test_it_returns_an_integer(self):
        got = sample_from(np.array([0.5, 0.5]), rng_of(7))
        assert isinstance(got, Integral), f"it drew {got!r} ({type(got).__name__}), and not an int"

    def test_everything_is_drawn_as_often_as_it_is_likely(self):
        """Of 5,000 draws with probability 0.6, 3,000 are to be expected, give or take 35."""
        probs = np.array([0.1, 0.6, 0.0, 0.3])
        rng = rng_of(7)
        drawn = np.bincount([sample_from(probs, rng) for _ in range(5000)], minlength=4)[:4] / 5000
        expect_close(
            drawn,
            probs,
            "shares of 5,000 draws from [0.1, 0.6, 0, 0.3]",
            mistakes={
                "the likeliest is always drawn": [0.0, 1.0, 0.0, 0.0],
                "all are equally likely": [0.25] * 4,
                "always the first is drawn": [1.0, 0.0, 0.0, 0.0],
            },
            tolerance=0.03,
        )
        assert drawn[2] == 0, "what has the probability 0 was drawn"

    def test_chance_comes_from_rng_alone(self):
        probs = np.full(1000, 0.001)

        def draws(seed):
            rng = rng_of(seed)
            np.random.seed(1)  # what does not come from rng must not matter
            return [sample_from(probs, rng) for _ in range(5)]

        first = draws(7)
        assert len(set(first)) > 1, f"five draws of a thousand gave {first}: rng does not move on"
        np.random.seed(2)
        rng = rng_of(7)
        assert [sample_from(probs, rng) for _ in range(5)] == first, (
            "with the same rng other numbers are drawn: chance comes from somewhere else, too"
        )
        assert draws(8) != first, "with another rng the same numbers are drawn: rng is not used"

    def test_float32_will_do(self):
        probs = (np.arange(1, 28) / 378).astype(np.float32)
        got = sample_from(probs, rng_of(7))
        assert 0 <= got < 27, f"of 27 tokens number {got} was drawn"

    def test_the_probabilities_stay_as_they_were(self):
        probs = np.array([0.5, 0.5 + 1e-7])
        sample_from(probs, rng_of(7))
        assert probs.tolist() == [0.5, 0.5 + 1e-7], f"the caller's probabilities became {probs}"

    @pytest.mark.parametrize(
        "probs, what, named",
        [
            ([0.5, 0.2], "a sum of 0.7", "0.7"),
            ([1.0, 1.5, 0.5], "a sum of 3", "3"),
            ([0.75, -0.25, 0.5], "an entry of -0.25", "-0.25"),
            ([nan, 0.5, 0.5], "an entry that is nan", "nan"),
        ],
    )
    def test_what_are_no_probabilities_is_refused(self, probs, what, named):
        expect_raises(
            ValueError,
            lambda: sample_from(np.array(probs), rng_of(7)),
            f"{probs}, with {what},",
            naming=[named],
        )


# after a comes b with 0.5 and a boundary with 0.25, after b always a
PROBS = np.array([[0.25, 0.5, 0.25], [0.25, 0.25, 0.5], [0.0, 1.0, 0.0]])


@pytest.mark.kata("negative_log_likelihood")
class TestNegativeLogLikelihood:
    def test_it_is_the_mean_of_minus_the_logarithms(self):
        # 0 1 2 1 0: one half, one half, 1, one quarter; the logarithms are 1, 1, 0 and 2 ln ½
        expect_close(
            negative_log_likelihood(PROBS, np.array([0, 1, 2, 1, 0])),
            math.log(2),
            "loss of 0 1 2 1 0, whose steps have the probabilities ½ ½ 1 ¼",
            mistakes={
                "it is summed, and not averaged": 4 * math.log(2),
                "logarithms are of base 2": 1.0,
                "the minus is missing": -math.log(2),
                "it is divided by the number of tokens, and not of steps": 0.8 * math.log(2),
                "the mean is taken of the probabilities, and then the logarithm": -math.log(
                    2.25 / 4
                ),
                "what came next is taken for what came first": inf,
                "it is the probability, and not its logarithm": 1 / 16,
            },
            tolerance=1e-6,  # something tiny in the logarithm is named further on
        )

    def test_the_row_is_what_came_first(self):
        expect_close(
            negative_log_likelihood(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([0, 1])),
            -math.log(0.8),
            "loss of 0 1, where 1 follows 0 with 0.8",
            mistakes={
                "rows and columns are exchanged": -math.log(0.6),
                "a token is asked to follow itself": -math.log(0.2),
            },
            tolerance=1e-6,
        )

    def test_a_long_stream_does_not_vanish(self):
        """0.5 to the power of 5,000 is 0 for a computer, and its logarithm is -inf."""
        expect_close(
            negative_log_likelihood(np.full((2, 2), 0.5), np.zeros(5001, dtype=int)),
            math.log(2),
            "loss of 5,000 steps with the probability ½ each",
            mistakes={"the probabilities are multiplied until they vanish": inf},
            tolerance=1e-6,
        )

    def test_what_was_impossible_costs_infinitely_much(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = negative_log_likelihood(PROBS, np.array([0, 1, 2, 0, 1]))
        assert not 3 < got < inf, (
            f"loss of 0 1 2 0 1, where 0 cannot follow 2: expected  inf, got {got:.4g}. Is "
            "something tiny put in the place of 0, or added to all probabilities?"
        )
        expect_close(
            got,
            inf,
            "loss of 0 1 2 0 1, where 0 cannot follow 2",
            mistakes={"steps with the probability 0 are left out": math.log(2)},
        )

    def test_it_returns_a_number(self):
        got = negative_log_likelihood(PROBS, np.array([0, 1]))
        assert isinstance(got, float), f"it returned {got!r} ({type(got).__name__}), and no float"

    @pytest.mark.parametrize("n", [0, 1])
    def test_a_stream_without_a_next_token_is_refused(self, n):
        expect_raises(
            ValueError,
            lambda: negative_log_likelihood(PROBS, np.zeros(n, dtype=int)),
            f"a stream of {n} ids",
            naming=[n],
        )


@pytest.mark.kata("perplexity")
class TestPerplexity:
    def test_guessing_among_27_is_a_perplexity_of_27(self):
        expect_close(
            perplexity(math.log(27)),
            27.0,
            "perplexity of a loss of ln 27",
            mistakes={
                "it is a power of 2, and the loss is in nats": 2 ** math.log(27),
                "the loss is returned as it is": math.log(27),
                "the sign is turned round": 1 / 27,
            },
        )

    @pytest.mark.parametrize("loss, wanted", [(0.0, 1.0), (1.0, math.e), (2.5, 12.182493960703473)])
    def test_other_losses(self, loss, wanted):
        expect_close(perplexity(loss), wanted, f"perplexity of a loss of {loss}")

    def test_an_infinite_loss_stays_infinite(self):
        expect_close(perplexity(inf), inf, "perplexity of an infinite loss")


# ---- examples to learn from


def windows(ids, block_size, **more):
    """X and y; fails if they are not two arrays."""
    result = make_windows(np.array(ids), block_size, **more)
    if not (isinstance(result, tuple | list) and len(result) == 2):
        pytest.fail(f"make_windows should return two arrays, X and y, and returned {shown(result)}")
    return result


@pytest.mark.kata("make_windows")
class TestMakeWindows:
    def test_each_token_but_the_first_has_those_before_it(self):
        X, y = windows([0, 5, 6, 7, 8], 2)
        expect_close(
            y,
            [5, 6, 7, 8],
            "y of 0 5 6 7 8",
            mistakes={
                "the last token of the window is asked for, and not the next": [0, 5, 6, 7],
                "the first token is asked for, too": [0, 5, 6, 7, 8],
                "targets begin only where a window is full": [6, 7, 8],
                "the token after the next is asked for": [6, 7, 8, 0],
            },
        )
        expect_close(
            X,
            [[0, 0], [0, 5], [5, 6], [6, 7]],
            "X of 0 5 6 7 8 in windows of 2",
            mistakes={
                "the window holds the token that is asked for": [[0, 5], [5, 6], [6, 7], [7, 8]],
                "the newest token comes first": [[0, 0], [5, 0], [6, 5], [7, 6]],
                "windows begin one step too early": [[0, 0], [0, 0], [0, 5], [5, 6]],
                "it is one list that goes on changing, and stands in X four times": [[7, 8]] * 4,
                "what comes after a boundary is taken out, and not what comes before it": [
                    [0, 0], [0, 0], [5, 6], [6, 7]
                ],
            },
        )  # fmt: skip

    def test_no_window_looks_into_the_document_before(self):
        X, y = windows([0, 5, 6, 0, 7, 8, 0], 3)
        expect_close(
            y,
            [5, 6, 0, 7, 8, 0],
            "y of 0 5 6 0 7 8 0",
            mistakes={"boundaries are not asked for, so that no name would end": [5, 6, 7, 8]},
        )
        expect_close(
            X,
            [[0, 0, 0], [0, 0, 5], [0, 5, 6], [0, 0, 0], [0, 0, 7], [0, 7, 8]],
            "X of 0 5 6 0 7 8 0 in windows of 3",
            mistakes={
                "windows look across the boundary, into the document before": [
                    [0, 0, 0], [0, 0, 5], [0, 5, 6], [5, 6, 0], [6, 0, 7], [0, 7, 8]
                ],
                "only the token right before a boundary is taken out": [
                    [0, 0, 0], [0, 0, 5], [0, 5, 6], [5, 0, 0], [0, 0, 7], [0, 7, 8]
                ],
                "windows share their memory, and what is taken out of one is gone in all": [
                    [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 7], [0, 7, 8]
                ],
            },
        )  # fmt: skip

    def test_a_short_document_has_several_boundaries_in_reach(self):
        expect_close(
            windows([0, 5, 0, 6, 0, 7], 5)[0],
            [[0] * 5, [0, 0, 0, 0, 5], [0] * 5, [0, 0, 0, 0, 6], [0] * 5],
            "X of 0 5 0 6 0 7 in windows of 5",
            mistakes={
                "the first boundary in the window counts, and not the last": [
                    [0] * 5, [0, 0, 0, 0, 5], [0, 0, 0, 5, 0], [0, 0, 5, 0, 6], [0, 5, 0, 6, 0]
                ],
            },
        )  # fmt: skip

    def test_another_id_may_be_the_boundary(self):
        X, y = windows([9, 5, 0, 9, 7], 2, boundary=9)
        expect_close(y, [5, 0, 9, 7], "y of 9 5 0 9 7")
        expect_close(
            X,
            [[9, 9], [9, 5], [5, 0], [9, 9]],
            "X of 9 5 0 9 7 in windows of 2, with 9 for the boundary",
            mistakes={
                "0 is the boundary, whatever was said": [[0, 9], [9, 5], [0, 0], [0, 9]],
                "what is missing is filled with 0": [[0, 9], [9, 5], [5, 0], [0, 9]],
                "a window is filled with 0 at each boundary": [[0, 9], [9, 5], [5, 0], [0, 0]],
                "a window is filled with 0, and 0 is the boundary": [
                    [0, 0],
                    [0, 5],
                    [0, 0],
                    [0, 9],
                ],
            },
        )

    def test_before_the_stream_there_are_boundaries_too(self):
        expect_close(
            windows([5, 6, 7], 3)[0],
            [[0, 0, 5], [0, 5, 6]],
            "X of 5 6 7 in windows of 3",
            mistakes={
                "the first token is in no window: not every stream begins with a boundary": [
                    [0, 0, 0], [0, 0, 6]
                ],
            },
        )  # fmt: skip

    def test_they_are_copies(self):
        ids = np.array([0, 5, 6, 7])
        X, y = make_windows(ids, 2)
        expect_close(ids, [0, 5, 6, 7], "the caller's stream afterwards")
        X[1, 1] = y[0] = 99
        expect_close(X[2], [5, 6], "the third window, after 99 was written into the second")
        expect_close(ids, [0, 5, 6, 7], "the caller's stream, after 99 was written into X and y")

    def test_the_shapes(self):
        X, y = windows(np.arange(1, 12), 7)
        assert (X.shape, y.shape) == ((10, 7), (10,)), f"X {X.shape}, y {y.shape} of 11 ids by 7"
        X, y = windows([0], 3)
        assert (X.shape, y.shape) == ((0, 3), (0,)), f"X {X.shape}, y {y.shape} of a single id"


@pytest.mark.kata("random_batch")
class TestRandomBatch:
    def test_y_is_x_moved_by_one(self):
        ids = np.arange(100, 150)
        X, Y = random_batch(ids, 5, 7, rng_of(7))
        assert X.shape == Y.shape == (5, 7), (
            f"X {X.shape} and Y {Y.shape} of 5 pieces of 7 tokens should both be (5, 7): a piece "
            "is a row, and each of its tokens has a next one"
        )
        expect_close(
            X,
            X[:, :1] + np.arange(7),
            "X, pieces of a stream in which each number is followed by the next",
        )
        expect_close(
            Y,
            X + 1,
            "Y, the same pieces moved by one",
            mistakes={
                "Y is X itself": X,
                "Y is moved backwards": X - 1,
                "Y is moved by two": X + 2,
                "Y is moved by the length of a piece": X + 7,
                "the end of a piece is followed by its own beginning": np.roll(X, -1, axis=1),
            },
        )

    def test_every_place_that_fits_is_as_likely_as_any_other(self):
        """Of 4,000 pieces 1,000 begin at each of four places, give or take 27."""
        X, _ = random_batch(np.arange(7), 4000, 3, rng_of(7))
        assert len(X) == 4000, (
            f"{len(X)} pieces came of 4,000 that were asked for: may a place be drawn only once?"
        )
        assert len(set(X[:, 0].tolist())) > 1, (
            f"all 4,000 pieces begin with {X[0, 0]}: each has a beginning of its own"
        )
        shares = np.bincount(X[:, 0], minlength=4) / 4000
        expect_close(
            shares,
            [0.25] * 4,
            "shares of the places 0, 1, 2, 3, at which 3 tokens of 7 and their next ones begin",
            mistakes={
                "the last place is left out": [1 / 3, 1 / 3, 1 / 3, 0.0],
                "the first place is left out": [0.0, 1 / 3, 1 / 3, 1 / 3],
                "pieces do not overlap": [0.5, 0.0, 0.0, 0.5],
            },
            tolerance=0.035,
        )

    def test_a_stream_that_is_just_long_enough_has_one_place(self):
        X, Y = random_batch(np.array([3, 1, 4, 1]), 2, 3, rng_of(7))
        expect_close(X, [[3, 1, 4]] * 2, "X of 3 1 4 1 by 3")
        expect_close(Y, [[1, 4, 1]] * 2, "Y of 3 1 4 1 by 3")

    def test_chance_comes_from_rng(self):
        def draw(seed):
            return random_batch(np.arange(1000), 5, 3, rng_of(seed))[0]

        assert np.array_equal(draw(7), draw(7)), "two generators with one seed gave two batches"
        assert not np.array_equal(draw(7), draw(8)), "two seeds gave the same batch"
        rng = rng_of(7)
        first = random_batch(np.arange(1000), 5, 3, rng)[0]
        second = random_batch(np.arange(1000), 5, 3, rng)[0]
        assert not np.array_equal(first, second), (
            "a second batch of the same rng is the first again"
        )

    def test_the_stream_stays_as_it_was(self):
        ids = np.arange(20)
        X, Y = random_batch(ids, 5, 3, rng_of(7))
        X[:] = Y[:] = -1
        expect_close(ids, np.arange(20), "the caller's stream, after -1 was written into X and Y")

    @pytest.mark.parametrize("length", [3, 2])
    def test_a_stream_that_is_too_short_is_refused(self, length):
        expect_raises(
            ValueError,
            lambda: random_batch(np.arange(length), 5, 3, rng_of(7)),
            f"pieces of 3 and their next tokens from a stream of {length}",
            naming=[3, length],
        )


# ---- networks


@pytest.mark.kata("Embedding.__init__")
class TestEmbeddingInit:
    def test_the_table_has_a_row_for_each_token(self):
        weight = Embedding(7, 3).weight
        assert isinstance(weight, Tensor), f"weight is a {type(weight).__name__}, and not a Tensor"
        expect_close(
            weight.data.shape, (7, 3), "shape of weight", mistakes={"it is transposed": (3, 7)}
        )

    def test_its_numbers_are_normal_with_deviation_1(self):
        """Of 20,000 such numbers the mean is 0, give or take 0.007, and the deviation 1 ± 0.005."""
        data = Embedding(500, 40, rng_of(7)).weight.data
        expect_close(data.mean(), 0.0, "mean of 20,000 numbers of the table", tolerance=0.04)
        expect_close(
            data.std(),
            1.0,
            "deviation of 20,000 numbers of the table",
            mistakes={
                "they are uniform from -1 to 1": 0.577,
                "they are uniform from 0 to 1": 0.289,
                "they are divided by √C": 40**-0.5,
                "they are divided by √n": 500**-0.5,
                "they are all 0": 0.0,
            },
            tolerance=0.03,
        )
        within = (np.abs(data) < 1).mean()
        assert abs(within - 0.683) < 0.03, (
            f"{within:.1%} of the numbers are less than one deviation from 0, and of normal ones "
            "it is 68.3 %"
        )

    def test_the_draw_comes_from_rng(self):
        def draw(seed):
            return Embedding(5, 3, rng_of(seed)).weight.data

        assert np.array_equal(draw(7), draw(7)), "two generators with one seed gave two tables"
        assert not np.array_equal(draw(7), draw(8)), "two seeds gave the same table"
        for more in ((), (None,)):
            one, two = Embedding(5, 3, *more), Embedding(5, 3, *more)
            assert not np.array_equal(one.weight.data, two.weight.data), (
                "without rng two tables are the same: it should be a fresh generator each time"
            )

    def test_the_table_is_its_only_parameter(self):
        assert list(shapes_of(Embedding(7, 3))) == ["weight"], (
            f"named_parameters finds {shapes_of(Embedding(7, 3))}, and should find weight alone"
        )


def embedding_of(rows):
    embedding = Embedding(*np.shape(rows))
    embedding.weight.data = np.array(rows)
    return embedding


@pytest.mark.kata("Embedding.__call__")
class TestEmbeddingCall:
    def test_each_id_brings_its_row(self):
        rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
        got = embedding_of(rows)(np.array([2, 0, 2]))
        assert isinstance(got, Tensor), f"what came is a {type(got).__name__}, and not a Tensor"
        expect_close(
            got,
            [[5, 6], [1, 2], [5, 6]],
            f"rows 2, 0, 2 of {rows}",
            mistakes={
                "ids are taken to begin at 1": [[3, 4], [5, 6], [3, 4]],
                "the row is multiplied by its id": [[10, 12], [0, 0], [10, 12]],
                "each row is taken once": [[1, 2], [5, 6]],
            },
        )

    @pytest.mark.parametrize("shape", [(), (5,), (2, 5), (2, 3, 5)], ids=str)
    def test_ids_may_have_any_shape(self, shape):
        rows = numbers(7, 3)
        ids = rng_of(7).integers(0, 7, shape)
        wanted = np.reshape([rows[id] for id in ids.ravel()], (*shape, 3))
        expect_close(embedding_of(rows)(ids), wanted, f"rows of ids of shape {shape}")

    def test_no_ids_bring_no_rows(self):
        got = embedding_of(numbers(7, 3))(np.zeros((2, 0), dtype=int))
        assert got.shape == (2, 0, 3), f"ids of shape (2, 0) became {got.shape}"

    def test_lists_will_do(self):
        expect_close(embedding_of([[1.0], [3.0]])([[1, 0]]), [[[3.0], [1.0]]], "rows of [[1, 0]]")

    def test_a_row_that_was_taken_twice_collects_both_gradients(self):
        embedding = embedding_of(numbers(4, 2))
        out = embedding(np.array([3, 1, 3]))
        (out * np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])).sum().backward()
        expect_close(
            embedding.weight.grad,
            [[0, 0], [2, 20], [0, 0], [5, 50]],
            "gradient of the table, of which row 1 was taken once and row 3 twice",
            mistakes={
                "of several gradients the last one wins": [[0, 0], [2, 20], [0, 0], [4, 40]],
                "the gradients of a row are averaged": [[0, 0], [2, 20], [0, 0], [2.5, 25]],
                "no gradient arrives": 0.0,
            },
        )

    def test_its_gradient_is_the_measured_one(self):
        rows, ids, upstream = numbers(5, 3), np.array([[4, 0], [4, 2], [0, 4]]), numbers(3, 2, 3)
        embedding = embedding_of(rows)
        (embedding(ids).tanh() * upstream).sum().backward()
        wanted = measured(lambda rows: (np.tanh(rows[ids]) * upstream).sum(), rows)
        expect_close(embedding.weight.grad, wanted, "gradient of the table", tolerance=MEASURED)

    def test_two_calls_add_up(self):
        embedding = embedding_of([[1.0], [3.0]])
        (embedding([0, 1]) * 10.0 + embedding([1, 1])).sum().backward()
        expect_close(embedding.weight.grad, [[10.0], [12.0]], "gradient of a table used twice")

    def test_float32_stays_float32(self):
        embedding = Embedding(5, 3)
        embedding.weight.data = embedding.weight.data.astype(np.float32)
        out = embedding([1, 1])
        out.sum().backward()
        kinds = out.data.dtype, embedding.weight.grad.dtype
        assert kinds == (np.float32, np.float32), f"of a table of float32 came {kinds}"

    @pytest.mark.parametrize("id", [-1, 4])
    def test_an_id_without_a_row_is_refused(self, id):
        """numpy would count -1 from the end, and say nothing."""
        expect_raises(
            IndexError,
            lambda: embedding_of(numbers(4, 2))(np.array([0, id, 2])),
            f"id {id} of a table with rows 0 to 3",
            naming=[id, 3],
        )


@pytest.mark.kata("NGramMLP.__init__")
class TestNGramMLPInit:
    def test_the_parts_fit_together(self):
        model = NGramMLP(11, 3, 2, 5)
        expect_same(
            shapes_of(model),
            {
                "embedding.weight": (11, 2),
                "hidden.weight": (6, 5),
                "hidden.bias": (5,),
                "output.weight": (5, 11),
                "output.bias": (11,),
            },
            "shapes of the parameters for 11 tokens, 3 of them in sight, C = 2 and 5 hidden units",
            mistakes={
                "the hidden layer sees the row of one token, and not of all in the window": {
                    "embedding.weight": (11, 2),
                    "hidden.weight": (2, 5),
                    "hidden.bias": (5,),
                    "output.weight": (5, 11),
                    "output.bias": (11,),
                },
                "the table has a row for each place of the window, and not for each token": {
                    "embedding.weight": (3, 2),
                    "hidden.weight": (6, 5),
                    "hidden.bias": (5,),
                    "output.weight": (5, 11),
                    "output.bias": (11,),
                },
            },
        )

    def test_the_draw_comes_from_rng(self):
        def draw(seed):
            model = NGramMLP(11, 3, 2, 5, rng_of(seed))
            return [parameter.data for parameter in model.parameters()]

        for same, other, name in zip(draw(7), draw(7), shapes_of(NGramMLP(11, 3, 2, 5))):
            assert np.array_equal(same, other), f"two generators with one seed differ in {name}"
        for one, two, name in zip(draw(7), draw(8), shapes_of(NGramMLP(11, 3, 2, 5))):
            if not name.endswith("bias"):
                assert not np.array_equal(one, two), f"two seeds gave the same {name}"

    def test_the_parts_do_not_draw_the_same_numbers(self):
        """A square model, in which each part would repeat the other if each seeded its own."""
        model = NGramMLP(5, 1, 5, 5, rng_of(7))
        assert not np.array_equal(model.hidden.weight.data, model.output.weight.data), (
            "hidden and output have the same numbers: hand on rng itself, which moves on"
        )


def ngram_of(n_tokens, block_size, C, hidden):
    """An NGramMLP with numbers of its own, and these numbers by name."""
    model = NGramMLP(n_tokens, block_size, C, hidden)
    arrays = {}
    for name, parameter in model.named_parameters():
        arrays[name] = parameter.data = numbers(*parameter.data.shape)
    return model, arrays


def plain_ngram(arrays, X, hidden=np.tanh, output=lambda z: z):
    """The logits, window by window."""
    rows = []
    for window in X:
        side_by_side = np.concatenate([arrays["embedding.weight"][id] for id in window])
        h = hidden(side_by_side @ arrays["hidden.weight"] + arrays["hidden.bias"])
        rows.append(output(h @ arrays["output.weight"] + arrays["output.bias"]))
    return np.array(rows)


@pytest.mark.kata("NGramMLP.__call__")
class TestNGramMLPCall:
    def test_a_window_becomes_logits(self):
        model, arrays = ngram_of(11, 3, 2, 5)
        X = np.array([[0, 0, 4], [7, 10, 4], [4, 10, 7], [0, 1, 2]])
        got = model(X)
        assert isinstance(got, Tensor), f"what came is a {type(got).__name__}, and not a Tensor"

        def averaged(window):
            mean = np.mean([arrays["embedding.weight"][id] for id in window], axis=0)
            return np.tanh(np.tile(mean, 3) @ arrays["hidden.weight"] + arrays["hidden.bias"])

        bare = np.array([averaged(w) @ arrays["output.weight"] + arrays["output.bias"] for w in X])
        flat = arrays["embedding.weight"][X].swapaxes(1, 2).reshape(4, -1)
        mixed = np.tanh(flat @ arrays["hidden.weight"] + arrays["hidden.bias"])
        squashed = arrays | {"embedding.weight": np.tanh(arrays["embedding.weight"])}
        expect_close(
            got,
            plain_ngram(arrays, X),
            "logits of 4 windows of 3 tokens",
            mistakes={
                "the tanh is missing": plain_ngram(arrays, X, hidden=lambda z: z),
                "ReLU stands where tanh belongs": plain_ngram(
                    arrays, X, hidden=lambda z: np.maximum(z, 0)
                ),
                "the logits go through a tanh, too": plain_ngram(arrays, X, output=np.tanh),
                "the logits go through a softmax, which the loss does": plain_ngram(
                    arrays, X, output=lambda z: np.exp(z) / np.exp(z).sum()
                ),
                "the newest token comes first": plain_ngram(arrays, X[:, ::-1]),
                "the rows of the table go through a tanh, too": plain_ngram(squashed, X),
                "tokens of several windows are put side by side": plain_ngram(
                    arrays, X.T.reshape(4, 3)
                ),
                "the rows of a window are averaged, so that their order is lost": bare,
                "channels come before tokens when the rows are put side by side": mixed
                @ arrays["output.weight"]
                + arrays["output.bias"],
            },
        )

    @pytest.mark.parametrize("n", [1, 7])
    def test_it_takes_any_number_of_windows(self, n):
        model, arrays = ngram_of(5, 2, 3, 4)
        X = rng_of(7).integers(0, 5, (n, 2))
        expect_close(model(X), plain_ngram(arrays, X), f"logits of {n} windows")

    def test_every_parameter_has_the_measured_gradient(self):
        model, arrays = ngram_of(5, 2, 3, 4)
        X, upstream = np.array([[0, 4], [4, 4], [3, 0]]), numbers(3, 5)
        (model(X).tanh() * upstream).sum().backward()
        for name, parameter in model.named_parameters():
            wanted = measured(
                lambda array, name=name: (
                    np.tanh(plain_ngram(arrays | {name: array}, X)) * upstream
                ).sum(),
                arrays[name],
            )
            expect_close(
                parameter.grad,
                wanted,
                f"gradient of {name}",
                mistakes={"no gradient arrives: the graph is cut on its way there": 0.0},
                tolerance=MEASURED,
            )
