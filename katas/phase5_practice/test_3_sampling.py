"""5.3 · Sampling: which tokens are ruled out, and which one each row gets."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.spec_helpers import hinted, is_array, rng_of
from katas.phase5_practice.sampling import min_p, sample_rows

inf, nan = math.inf, math.nan

# two rows of probabilities; half of the largest is 0.2, and 0.35
PROBS = np.array([[0.1, 0.4, 0.25, 0.15, 0.1], [0.02, 0.08, 0.1, 0.1, 0.7]])
LOGITS = np.log(PROBS) + np.array([[3.0], [-1.0]])  # logits may be off by any number
BESIDE = LOGITS - LOGITS.max(axis=1, keepdims=True)
HALF = [[False, True, True, False, False], [False, False, False, False, True]]


def unchanged(logits, call):
    """Fail if a call writes into the logits that it was given."""
    before = logits.copy()
    call()
    assert np.array_equal(logits, before), (
        f"the logits of the caller were {before.tolist()}, and are {logits.tolist()} afterwards: "
        "-=, /= and logits[…] = -np.inf write into the array that was given"
    )


@pytest.mark.kata("min_p")
class TestMinP:
    def test_what_is_half_as_likely_as_the_likeliest_stays(self):
        def ruled_out(kept):
            return np.where(kept, LOGITS, -inf)

        expect_close(
            min_p(LOGITS.copy(), 0.5),
            ruled_out(HALF),
            "logits of which those below half the largest probability are ruled out",
            mistakes={
                "probabilities are compared with p itself, and not with p times the largest": (
                    ruled_out(PROBS >= 0.5)
                ),
                "all rows are compared with the largest probability of all": (
                    ruled_out(PROBS >= 0.35)
                ),
                "each token is compared with the largest of its column": (
                    ruled_out(0.5 * PROBS.max(axis=0) <= PROBS)
                ),
                "all rows are compared with the largest logit of all": (
                    ruled_out(LOGITS.max() + np.log(0.5) <= LOGITS)
                ),
                "each logit is compared with the largest of its column": (
                    ruled_out(LOGITS.max(axis=0) + np.log(0.5) <= LOGITS)
                ),
                "logits are compared with p times the largest logit": (
                    ruled_out(0.5 * LOGITS.max(axis=1, keepdims=True) <= LOGITS)
                ),
                "the tokens that should stay are ruled out": ruled_out(np.logical_not(HALF)),
                "probabilities come back, and not logits": np.where(HALF, PROBS, 0.0),
                "logits of what stays are replaced by log-probabilities": (
                    np.where(HALF, np.log(PROBS), -inf)
                ),
                "logits of what stays are moved, so that the largest is 0": (
                    np.where(HALF, BESIDE, -inf)
                ),
                "how many times as likely comes back, and not logits": (
                    np.where(HALF, np.exp(BESIDE), 0.0)
                ),
                "a large number stands for -inf: it is not ruled out": (
                    np.where(HALF, LOGITS, -1e9)
                ),
                "what is ruled out gets 0, and not -inf: among logits 0 is as good as any": (
                    np.where(HALF, LOGITS, 0.0)
                ),
            },
        )

    @pytest.mark.parametrize(
        "p, n, n_of_rest",
        [(0.0, 5, 1), (0.1, 5, 1), (0.3, 3, 1), (0.5, 2, 2), (0.7, 1, 3), (1.0, 1, 5)],
        ids=str,
    )
    def test_the_larger_p_the_fewer_stay(self, p, n, n_of_rest):
        expect_close(
            int(np.isfinite(min_p(LOGITS[:1].copy(), p)).sum()),
            n,
            f"how many of 0.1, 0.4, 0.25, 0.15, 0.1 stay for p = {p}",
            mistakes={"1 - p is taken for p": n_of_rest} if n != n_of_rest else {},
        )

    def test_the_likeliest_always_stays(self):
        tied = np.array([[2.0, 5.0, 5.0]])
        came = min_p(tied, 1.0)
        assert np.isfinite(came).tolist() == [[False, True, True]], (
            f"of the logits 2, 5, 5 and p = 1 came {came.tolist()}: both 5 are the likeliest, and "
            "as likely as themselves"
        )

    def test_what_was_impossible_stays_impossible(self):
        came = min_p(np.array([[1.0, -inf, 0.9]]), 0.5)
        expect_close(came, [[1.0, -inf, 0.9]], "logits 1, -inf, 0.9 and p = 0.5")
        came = min_p(np.array([[1.0, -inf, -50.0]]), 0.0)
        expect_close(came, [[1.0, -inf, -50.0]], "logits 1, -inf, -50 and p = 0, which keeps all")

    def test_large_logits(self):
        came = min_p(np.array([[1000.0, 999.9, 900.0], [-1000.0, -1000.1, -2000.0]]), 0.5)
        expect_close(
            came,
            [[1000.0, 999.9, -inf], [-1000.0, -1000.1, -inf]],
            "logits around ±1000: exp of them is inf, or 0 for all of a row",
        )

    def test_one_row_or_rows_of_rows(self):
        expect_close(min_p(LOGITS[0].copy(), 0.5), np.where(HALF, LOGITS, -inf)[0], "one row, (V,)")
        deep = np.stack([LOGITS, LOGITS[::-1]])
        wanted = np.where([HALF, HALF[::-1]], deep, -inf)
        expect_close(min_p(deep, 0.5), wanted, "logits of shape (2, 2, 5)")

    def test_the_logits_stay_as_they_were(self):
        given = LOGITS.copy()
        unchanged(given, lambda: min_p(given, 0.5))
        assert min_p(given, 0.0) is not given, "for p = 0 the array itself came back, not a new one"

    def test_float32_stays_float32(self):
        came = min_p(LOGITS.astype(np.float32), 0.5)
        is_array(came, "logits without the unlikely ones")
        assert came.dtype == np.float32, f"logits of float32 came back as {came.dtype}"

    @pytest.mark.parametrize("p", [-0.1, 1.5, nan], ids=str)
    def test_another_p_is_refused(self, p):
        expect_raises(
            ValueError, lambda: min_p(LOGITS.copy(), p), f"min_p with p = {p}", naming=[p]
        )


# sums of PROBS: 0.1, 0.5, 0.75, 0.9, 1 and 0.02, 0.1, 0.2, 0.3, 1
@pytest.mark.kata("sample_rows")
class TestSampleRows:
    def test_the_first_token_at_which_the_sum_exceeds_the_draw(self):
        logits = LOGITS[[0, 0, 0, 0, 1, 1, 1]]
        draws = np.array([0.05, 0.3, 0.6, 0.95, 0.05, 0.25, 0.35])
        expect_close(
            sample_rows(logits, draws),
            [0, 1, 2, 4, 1, 3, 4],
            "tokens for draws 0.05, 0.3, 0.6, 0.95 of sums 0.1, 0.5, 0.75, 0.9, 1, and 0.05, 0.25, "
            "0.35 of sums 0.02, 0.1, 0.2, 0.3, 1",
            mistakes={
                "every row takes the first draw": [0, 0, 0, 0, 1, 1, 1],
                "the likeliest token comes, whatever was drawn": [1, 1, 1, 1, 4, 4, 4],
                "the last token at which the sum is still below the draw comes": [
                    *(-1, 0, 1, 3, 0, 2, 3)
                ],
                "the token whose own probability is greater than the draw comes": [
                    *(0, 1, 0, 0, 1, 4, 4)
                ],
                "tokens are gone through from the likeliest on, and not by their ids": [
                    *(1, 1, 2, 4, 4, 4, 4)
                ],
            },
        )

    def test_a_row_alone_gets_what_it_gets_among_others(self):
        rng = rng_of(0)
        logits, draws = rng.standard_normal((17, 11)), rng.random(17)
        alone = [int(sample_rows(logits[r : r + 1], draws[r : r + 1])[0]) for r in range(17)]
        expect_close(
            sample_rows(logits, draws), alone, "tokens of 17 rows, beside those of each row alone"
        )

    def test_integers_come_back(self):
        came = sample_rows(LOGITS.copy(), np.array([0.3, 0.3]))
        is_array(came, "the tokens")
        assert came.shape == (2,) and came.dtype.kind in "iu", (
            f"tokens of shape {came.shape} and {came.dtype} came, and (2,) of integers should"
        )

    def test_how_often_each_token_comes(self):
        draws = (np.arange(1000) + 0.5) / 1000
        came = np.bincount(sample_rows(np.repeat(LOGITS[1:], 1000, axis=0), draws), minlength=5)
        expect_close(
            came.tolist(),
            [20, 80, 100, 100, 700],
            "how often each token comes in 1000 draws that are spread evenly",
        )

    def test_the_logits_are_divided_by_the_temperature(self):
        # squares of 0.1, 0.4, 0.25, 0.15, 0.1 add up to 0.265: sums 0.038, 0.642, 0.877, 0.962
        logits = np.repeat(LOGITS[:1], 4, axis=0)
        expect_close(
            sample_rows(logits, np.array([0.02, 0.45, 0.6, 0.7]), temperature=0.5),
            [0, 1, 1, 2],
            "tokens at temperature 0.5, for draws 0.02, 0.45, 0.6, 0.7",
            mistakes={
                "the temperature is not used": [0, 1, 2, 2],
                "logits are multiplied by the temperature": [0, 2, 2, 3],
            },
        )

    def test_a_temperature_need_not_be_a_whole_number(self):
        # what is multiplied by 2.5 and then divided by it is what it was: 0.1, 0.5, 0.75, …
        logits = np.repeat(2.5 * LOGITS[:1], 3, axis=0)
        expect_close(
            sample_rows(logits, np.array([0.09, 0.52, 0.65]), temperature=2.5),
            [0, 2, 2],
            "tokens at temperature 2.5, for draws 0.09, 0.52, 0.65 of sums 0.1, 0.5, 0.75, …",
            mistakes={
                "the temperature is made a whole number": [1, 1, 2],
                "the temperature is not used": [1, 1, 1],
            },
        )

    def test_temperature_0_takes_the_likeliest(self):
        with hinted("temperature 0 divides nothing: it means the likeliest token"):
            came = sample_rows(LOGITS.copy(), np.array([0.95, 0.01]), temperature=0)
        expect_close(
            came,
            [1, 4],
            "tokens at temperature 0",
            mistakes={"logits are divided by 0, and all sums are nan": [0, 0]},
        )
        came = sample_rows(np.array([[1.0, 7.0, 7.0]]), np.array([0.9]), temperature=0.0)
        expect_close(came, [1], "of two likeliest tokens the first")

    def test_min_p_comes_after_the_temperature(self):
        # at temperature 0.5 the squares count: 0.0625 is less than half of 0.16
        logits = np.repeat(LOGITS[:1], 3, axis=0)
        expect_close(
            sample_rows(logits, np.array([0.05, 0.9, 0.99]), temperature=0.5, p=0.5),
            [1, 1, 1],
            "tokens at temperature 0.5 with p = 0.5",
            mistakes={
                "min_p comes before the temperature": [1, 2, 2],
                "p is not used": [1, 3, 4],
            },
        )

    def test_a_high_temperature_leaves_more_for_min_p(self):
        # at temperature 2 the roots count: 0.55 is more than half of 0.8, and 0.25 is less
        logits = np.log([[0.64, 0.3, 0.06]] * 3)
        expect_close(
            sample_rows(logits, np.array([0.5, 0.7, 0.95]), temperature=2.0, p=0.5),
            [0, 1, 1],
            "tokens of 0.64, 0.3 and 0.06 at temperature 2 with p = 0.5",
            mistakes={
                "min_p comes before the temperature": [0, 0, 0],
                "p is not used": [0, 1, 2],
            },
        )

    def test_what_is_left_is_scaled_to_sum_to_1(self):
        # 0.4 and 0.25 stay: sums 0.615 and 1
        logits = np.repeat(LOGITS[:1], 3, axis=0)
        expect_close(
            sample_rows(logits, np.array([0.05, 0.6, 0.64]), p=0.5),
            [1, 1, 2],
            "tokens with p = 0.5, of which 0.4 and 0.25 are left",
            mistakes={"what is left is not scaled to sum to 1": [1, 2, 2]},
        )

    @pytest.mark.parametrize("u", [0.0, 1 - 2**-53], ids=["0", "just below 1"])
    def test_what_is_impossible_is_never_drawn(self, u):
        logits = np.array([[-inf, 0.0, -inf, -0.3, -inf], [-inf, -800.0, -inf, -803.0, -inf]])
        wanted = [1, 1] if u == 0 else [3, 3]
        expect_close(
            sample_rows(logits, np.array([u, u])),
            wanted,
            f"the draw {u!r} of rows in which only tokens 1 and 3 are possible",
            mistakes={"a sum of 0 counts as more than a draw of 0 (>= where > is meant)": [0, 0]}
            if u == 0
            else {
                "rounding leaves the last sum below 1, and the draw above it": [5, 5],
                "the draw falls behind the last token that is possible": [4, 4],
            },
        )

    @pytest.mark.parametrize("V", [3, 1000, 50000])
    def test_a_draw_just_below_1_is_the_last_token_that_is_possible(self, V):
        logits = rng_of(V).standard_normal((5, V))
        logits[:, [0, -1]] = -inf
        for kind in (np.float64, np.float32):
            came = sample_rows(logits.astype(kind), np.full(5, 1 - 2**-53))
            wrong = came[came != V - 2]
            assert not wrong.size, (
                f"a draw just below 1 gave token {wrong[0]} of {V}, of which the first and the "
                f"last are impossible, and should give {V - 2}: the last sum is not quite 1, by "
                "rounding, and the draw is beyond it"
            )

    def test_float32_is_added_up_in_float64(self):
        logits = np.full((3, 200_000), -0.7, np.float32)
        logits[:, 0] = 0.0  # so that the others are exp(-0.7) beside it
        came = sample_rows(logits, np.array([0.25, 0.5, 0.75]))
        assert (abs(came - [50_000, 100_000, 150_000]) <= 1).all(), (
            "of 200,000 tokens, all equally likely but the first, draws of a quarter, a half and "
            f"three quarters gave {came.tolist()}: sums of float32 are too coarse for so many"
        )

    def test_large_logits(self):
        with hinted("exp of 1000 is inf: subtract the largest of each row first"):
            came = sample_rows(np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([0.7] * 2))
        expect_close(came, [0, 0], "a draw of 0.7 where the first token has 0.73")

    def test_the_logits_stay_as_they_were(self):
        given = LOGITS.copy()
        unchanged(given, lambda: sample_rows(given, np.array([0.3, 0.3]), 0.5, 0.1))

    @pytest.mark.parametrize("temperature", [-1.0, inf, nan], ids=str)
    def test_another_temperature_is_refused(self, temperature):
        expect_raises(
            ValueError,
            lambda: sample_rows(LOGITS.copy(), np.array([0.3, 0.3]), temperature),
            f"temperature {temperature}",
            naming=[temperature],
        )

    def test_another_p_is_refused(self):
        expect_raises(
            ValueError,
            lambda: sample_rows(LOGITS.copy(), np.array([0.3, 0.3]), p=1.5),
            "p = 1.5",
            naming=[1.5],
        )

    @pytest.mark.parametrize("temperature", [0, 1.0])
    @pytest.mark.parametrize("name", ["nan", "-inf", "inf"])
    def test_a_row_needs_a_largest_logit_that_is_finite(self, name, temperature):
        row = [-np.inf if name == "-inf" else 0.0, float(name)]
        logits = np.array([[0.0, 1.0], row])
        with np.errstate(invalid="ignore"):
            expect_raises(
                ValueError,
                lambda: sample_rows(logits, np.array([0.5, 0.5]), temperature),
                f"logits {row} in the second row, from which a token was drawn all the same",
                naming=[name],
            )
