"""4.2 · Language models: which token follows which, and examples to learn from."""

import math
import warnings
from itertools import pairwise
from math import inf, nan

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase3_training.spec_helpers import a_seed_does
from katas.phase4_llms.language_model import (
    bigram_counts,
    bigram_probabilities,
    make_windows,
    negative_log_likelihood,
    perplexity,
    random_batch,
    sample_from,
)
from katas.phase4_llms.spec_helpers import hinted, quietly, rng_at_the_edge, rng_of, shown

# ---- counting

# the stream of "ab", "b", "cab", where 0 is the boundary and a b c are 1 2 3
STREAM = np.array([0, 1, 2, 0, 2, 0, 3, 1, 2, 0])
COUNTS = [[0, 1, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0], [0, 1, 0, 0]]


def without_warning(call, what):
    """What call() returns; fails in words if numpy warns of something."""
    __tracebackhide__ = True
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return call()
        except RuntimeWarning as warning:
            pytest.fail(f"numpy warns, of {what}: {warning}")


@pytest.mark.kata("bigram_counts")
class TestBigramCounts:
    def test_the_row_came_first_and_the_column_next(self):
        late = [[1, 1, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0], [0, 1, 0, 0]]
        with hinted("np.bincount ends at the greatest number that occurs: minlength=V * V"):
            counts = bigram_counts(STREAM, 4)
        expect_close(
            counts,
            COUNTS,
            f"counts of {STREAM.tolist()}",
            mistakes={
                "rows and columns are exchanged": np.transpose(COUNTS),
                "a pair that stands twice is counted once": np.minimum(COUNTS, 1),
                "each token is paired with itself": np.diag([4, 2, 3, 1]),
                "shares of all pairs come, and not counts": np.divide(COUNTS, 9),
                "tokens are paired with the one after the next": [
                    [0, 1, 2, 0], [2, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]
                ],
                "the last token is followed by the first": late,
                "np.bincount ended early (minlength), and what it counted was repeated": [
                    [0, 1, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0], [0, 1, 0, 1]
                ],
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
        ids = rng_of(7).integers(0, 5, 10_000)  # about 400 of each pair, more than a byte holds
        wanted = np.zeros((5, 5))
        for first, second in pairwise(ids.tolist()):
            wanted[first, second] += 1
        expect_close(bigram_counts(ids, 5), wanted, "counts of 10,000 random tokens")

    def test_it_counts_further_than_narrow_numbers_go(self):
        with quietly("99,999 pairs are more than the dtype of the counts holds"):
            counts = bigram_counts(np.zeros(100_000, int), 1)
        expect_close(
            counts,
            [[99_999]],
            "count of the pair 0 0 in 100,000 zeros",
            mistakes={
                "float16 counts, where 2048 + 1 is 2048": [[2048]],
                "int8 counts, which begins anew after 127": [[-97]],
                "uint8 counts, which begins anew after 255": [[159]],
                "int16 counts, which begins anew after 32,767": [[-31_073]],
                "uint16 counts, which begins anew after 65,535": [[34_463]],
            },
        )

    def test_ids_of_a_narrow_dtype_are_ids_like_others(self):
        wanted = np.zeros((17, 17), int)
        wanted[16, 16] = wanted[16, 0] = 1
        with quietly("16 · 17 + 16 is more than an id of uint8 can be: reckon in wider numbers"):
            found = bigram_counts(np.array([16, 16, 0], np.uint8), 17)
        places = np.argwhere(np.asarray(found)).tolist()
        assert places == [[16, 0], [16, 16]], (
            f"of the ids 16 16 0, which are uint8, pairs were counted at {places}: 16 · 17 + 16 is "
            "more than uint8 holds, and begins anew at 0"
        )
        expect_close(found, wanted, "counts of 16 16 0, which are uint8")

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
                "smoothing is 1 although none was asked for": [[2 / 6, 4 / 6], [3 / 12, 9 / 12]],
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
        got = without_warning(
            lambda: bigram_probabilities(counts),
            "a row without counts (np.where computes both of its branches, 0 / 0 too)",
        )
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

    def test_small_integers_are_counts_like_others(self):
        expect_close(
            bigram_probabilities(np.array([[255, 64], [1, 3]], np.uint8), np.uint8(1)),
            [[256 / 321, 65 / 321], [2 / 6, 4 / 6]],
            "probabilities of counts in uint8, 255 and 64, with 1 added to each",
            mistakes={
                "255 and 1 are 0 in uint8: what is added to has to be a float": [
                    [0.0, 1.0],
                    [2 / 6, 4 / 6],
                ],
            },
        )


def drawn(probs):
    """An index; fails in words if probabilities whose sum is 1 within 1e-6 are refused."""
    __tracebackhide__ = True
    try:
        return sample_from(probs, rng_of(7))
    except ValueError as error:
        gap = np.sum(probs, dtype=float) - 1
        pytest.fail(
            f"probabilities of {probs.dtype} whose sum is off by {gap:.1e} are refused: {error}. "
            "Within 1e-6 they count as probabilities, and what is drawn from is them divided by "
            "their sum (numpy's choice is stricter)"
        )


@pytest.mark.kata("sample_from")
class TestSampleFrom:
    def test_what_is_certain_is_always_drawn(self):
        rng = rng_of(7)
        got = [sample_from(np.array([0.0, 0.0, 1.0, 0.0]), rng) for _ in range(50)]
        assert set(got) == {2}, (
            f"of the probabilities [0, 0, 1, 0] it drew {sorted(set(got))}, and should always draw "
            "2: is an index one off, or is an entry of 0 drawn, too?"
        )

    def test_it_returns_an_integer(self):
        expect_kind(sample_from(np.array([0.5, 0.5]), rng_of(7)), int, "what was drawn")

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
                "the index is one too high, and the last becomes the first": [0.3, 0.1, 0.6, 0.0],
                "the index is one too low": [0.6, 0.0, 0.3, 0.1],
            },
            tolerance=0.03,
        )
        assert drawn[2] == 0, "what has the probability 0 was drawn"

    def test_a_seed_does_for_a_generator(self):
        a_seed_does(lambda rng: sample_from(np.full(1000, 0.001), rng))

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
        got = drawn((np.arange(1, 28) / 378).astype(np.float32))
        assert 0 <= got < 27, f"of 27 tokens number {got} was drawn"

    @pytest.mark.parametrize("upper", [False, True], ids=["0", "almost 1"])
    @pytest.mark.parametrize(
        "probs",
        [[0.0, 0.5, 0.5 - 9e-7, 0.0], [0.0, *[0.1] * 10, 0.0]],
        ids=["a sum below 1", "ten"],
    )
    def test_what_is_impossible_never_comes(self, probs, upper):
        draw = "0.99999999999999988, the greatest number below 1" if upper else "0.0"
        edges = (
            "a draw of 0.0 can happen, and belongs to the first entry that is above 0; one above "
            "the sum, which may be a little below 1, belongs to the last such entry"
        )
        with hinted(f"With a draw of {draw}, from {probs}: {edges}."):
            got = sample_from(np.array(probs), rng_at_the_edge(upper))
        assert got in range(len(probs)) and probs[got] > 0, (
            f"with a draw of {draw}, from {probs}, {got} came, which has no probability: {edges}"
        )

    def test_the_probabilities_stay_as_they_were(self):
        probs = np.array([0.5, 0.5 + 9e-7])
        drawn(probs)
        assert probs.tolist() == [0.5, 0.5 + 9e-7], f"the caller's probabilities became {probs}"

    @pytest.mark.parametrize(
        "probs, what, named",
        [
            ([0.5, 0.2], "a sum of 0.7", "0.7"),
            ([1.0, 1.5, 0.5], "a sum of 3", "3"),
            ([0.75, -0.25, 0.5], "an entry of -0.25", "-0.25"),
            ([nan, 0.5, 0.5], "an entry that is nan", "nan"),
            ([inf, 0.5, 0.5], "a sum of inf", "inf"),
            ([0.5, 0.5 + 1e-5], "a sum of 1.00001", "1.00001"),
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
        got = without_warning(
            lambda: negative_log_likelihood(PROBS, np.array([0, 1, 2, 0, 1])),
            "the logarithm of 0, which is what is wanted here",
        )
        assert not 3 < got < inf, (
            f"loss of 0 1 2 0 1, where 0 cannot follow 2: expected  inf, got {got:.4g}. Is "
            "something tiny put in the place of 0, or added to all probabilities?"
        )
        expect_close(
            got,
            inf,
            "loss of 0 1 2 0 1, where 0 cannot follow 2",
            mistakes={
                "steps with the probability 0 are left out": math.log(2),
                "steps with the probability 0 count as certain": 0.75 * math.log(2),
            },
        )

    def test_it_returns_a_number(self):
        expect_kind(negative_log_likelihood(PROBS, np.array([0, 1])), float, "the loss")

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

    def test_it_returns_a_number(self):
        expect_kind(perplexity(np.float64(1.0)), float, "the perplexity")

    def test_a_loss_of_705_is_no_infinity_yet(self):
        with hinted("the largest float is 1.8e308, and e to the power of 705 is 1.5e306"):
            found = perplexity(705.0)
        assert 1.505e306 < found < 1.506e306, f"the perplexity of a loss of 705 is {found:.4g}"

    def test_an_infinite_loss_stays_infinite(self):
        expect_close(perplexity(inf), inf, "perplexity of an infinite loss")

    def test_a_loss_of_thousands_is_no_error(self):
        """As a training that has diverged may have it."""
        stops = hinted("of a large number numpy's exp is inf, where math.exp and ** stop")
        with stops, warnings.catch_warnings(action="ignore"):
            found = perplexity(1000.0)
        expect_close(found, inf, "perplexity of a loss of 1000, which no float can hold")


# ---- examples to learn from


def windows(ids, block_size, **more):
    """X and y; fails if they are not two arrays."""
    result = make_windows(np.array(ids), block_size, **more)
    two = isinstance(result, tuple | list) and len(result) == 2
    if not (two and all(isinstance(array, np.ndarray) for array in result)):
        pytest.fail(f"make_windows should return two arrays, X and y, and returned {shown(result)}")
    for name, array in zip("Xy", result):
        if array.size and array.dtype.kind not in "iu":
            pytest.fail(
                f"{name} holds {array.dtype}, and ids are integers: np.zeros and np.empty make "
                "floats where no dtype is given"
            )
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
                "it is one list that goes on changing, and its last state is all that X has": (
                    [[6, 7]] * 4
                ),
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
                "a window that ends in a boundary keeps what stands before it": [
                    [0, 0, 0], [0, 0, 5], [0, 5, 6], [5, 6, 0], [0, 0, 7], [0, 7, 8]
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
                "a window is cut at each 0, whatever the boundary is": [
                    [9, 9],
                    [9, 5],
                    [9, 9],
                    [9, 9],
                ],
                "what is missing is filled with 0": [[0, 9], [9, 5], [5, 0], [0, 9]],
                "a window is filled with 0 at each boundary": [[0, 9], [9, 5], [5, 0], [0, 0]],
                "a window is filled with 0, and 0 is the boundary": [
                    [0, 0],
                    [0, 5],
                    [0, 0],
                    [0, 9],
                ],
                "windows begin with 0, and are filled with 0 at each boundary": [
                    [0, 0],
                    [0, 5],
                    [5, 0],
                    [0, 0],
                ],
            },
        )

    def test_ids_may_be_large(self):
        expect_close(
            windows([0, 300, 70000, 5], 2)[0],
            [[0, 0], [0, 300], [300, 70000]],
            "X of 0 300 70000 5 in windows of 2",
            mistakes={
                "ids are put into one byte each": [[0, 0], [0, 44], [44, 112]],
                "ids are put into two bytes each": [[0, 0], [0, 300], [300, 4464]],
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
                "the first token is repeated in front of the stream": [[5, 5, 5], [5, 5, 6]],
            },
        )  # fmt: skip

    def test_they_are_copies(self):
        ids = np.array([0, 5, 6, 7])
        X, y = make_windows(ids, 2)
        assert isinstance(X, np.ndarray), f"X is a {type(X).__name__}, and should be an array"
        expect_close(ids, [0, 5, 6, 7], "the caller's stream afterwards")
        try:
            X[1, 1] = y[0] = 99
        except ValueError as error:
            pytest.fail(f"X or y cannot be written to: {error}. It is a view, and should be new")
        expect_close(
            X[2],
            [5, 6],
            "the third window, after 99 was written into the second",
            mistakes={"windows are views of one array, in which they overlap": [99, 6]},
        )
        expect_close(
            ids,
            [0, 5, 6, 7],
            "the caller's stream, after 99 was written into X and y",
            mistakes={
                "y is a view of it": [0, 99, 6, 7],
            },
        )

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
                "Y is moved by two, and ends with the beginning of the piece": np.column_stack(
                    [X[:, 2:], X[:, -1:] + 1, X[:, :1]]
                ),
            },
        )

    def test_each_piece_has_a_place_of_its_own(self):
        X, _ = random_batch(np.arange(1000), 50, 3, rng_of(7))
        steps = set(np.diff(X[:, 0]).tolist())
        assert len(steps) > 10, (
            f"the beginnings of 50 pieces, one after the other, are {steps} apart: one place was "
            "drawn, and the others follow from it. Each piece is drawn on its own"
        )

    def test_the_first_piece_may_begin_anywhere(self):
        """Of 300 pieces 150 begin in either half, give or take 9."""
        rng = rng_of(7)
        first = [int(random_batch(np.arange(10), 5, 2, rng)[0][0, 0]) for _ in range(300)]
        late = sum(place >= 4 for place in first)
        assert 100 < late < 200, (
            f"the first of 5 pieces began in the second half of the places {late} times of 300: "
            "are they sorted? Each piece has the same chances, wherever it stands in the batch"
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
        assert X[:, 0].max() < 4, (
            f"a piece of 3 tokens begins at place {X[:, 0].max()} of 7: its last token has no next "
            "one, and a stream has no way round from its end to its beginning"
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
                "a place is taken back to a multiple of the length of a piece": [0.75, 0, 0, 0.25],
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

    def test_a_seed_does_for_a_generator(self):
        a_seed_does(lambda rng: random_batch(np.arange(1000), 5, 3, rng)[0])

    def test_the_stream_stays_as_it_was(self):
        ids = np.arange(20)
        X, Y = random_batch(ids, 5, 3, rng_of(7))
        assert not np.shares_memory(X, Y), (
            "X and Y are views of one array, in which they overlap: what is written into one of "
            "them changes the other"
        )
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
