"""2.3 · Activation functions: softmax, layers without a bend, and units that do not learn."""

import math
import random
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import (
    collapse_linear,
    dead_fraction,
    gelu,
    leaky_relu,
    saturated_fraction,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from katas.phase2_networks.neuron import Neuron
from katas.phase2_networks.spec_helpers import (
    KINDS,
    both_kinds,
    expect_agreement,
    expect_number,
    handed_over,
    values,
)

LN3 = math.log(3)  # e^LN3 is 3, so the sigmoid is 3/4 there and its derivative 3/16


# ---- softmax


def probabilities(numbers, **options):
    """softmax of these numbers: a list of Values, and nothing overflowed or vanished on the way."""
    try:
        probs = handed_over(softmax, values(*numbers), **options)
    except (OverflowError, ZeroDivisionError, ValueError) as error:
        probs = error
    if isinstance(probs, OverflowError):
        pytest.fail(
            f"softmax of {numbers} overflows: {probs}. The scores are not shifted, or not far "
            "enough: no power of e should be above e^0. Only differences of scores matter."
        )
    if isinstance(probs, Exception):
        pytest.fail(
            f"softmax of {numbers} raises {type(probs).__name__}: {probs}. Scores without a shift, "
            "or shifted too far down, make every power of e vanish, and so their sum."
        )
    expect_kind(probs, [Value], "what softmax returns")
    return probs


def moves(numbers, weights, **options):
    """d (Σ weight · prob) / d score, for each score."""
    scores = values(*numbers)
    probs = handed_over(softmax, scores, **options)
    total = Value(0.0)
    for weight, p in zip(weights, probs):
        total = total + p * weight
    total.backward()
    return [score.grad for score in scores]


def shares(*parts):
    return [part / sum(parts) for part in parts]


@pytest.mark.kata("softmax")
class TestSoftmax:
    def test_each_power_of_e_is_divided_by_their_sum(self):
        # e^0, e^ln 2, e^ln 5 are 1, 2, 5, and their sum is 8
        expect_close(
            probabilities([0.0, math.log(2), math.log(5)]),
            [1 / 8, 2 / 8, 5 / 8],
            "softmax of 0, ln 2, ln 5",
            mistakes={
                "the powers are divided by their maximum (a shift by the largest score does "
                "that), and not by their sum": [1 / 5, 2 / 5, 1.0],
                "the powers are not divided by their sum": [1.0, 2.0, 5.0],
                "the scores themselves are divided by their sum, without e": [
                    0.0,
                    math.log10(2),
                    math.log10(5),
                ],
                "each score goes through a sigmoid on its own": [1 / 2, 2 / 3, 5 / 6],
                "each power is divided by the sum of the others": [1 / 7, 2 / 6, 5 / 3],
                "powers of 2 are taken, not of e": shares(1, 2 ** math.log(2), 2 ** math.log(5)),
                "the powers are divided by their mean": [3 / 8, 6 / 8, 15 / 8],
                "the scores have their sign changed": [10 / 17, 5 / 17, 2 / 17],
                "the logarithms of the probabilities are returned": [
                    math.log(1 / 8),
                    math.log(2 / 8),
                    math.log(5 / 8),
                ],
                "the powers are divided by the length of the vector, √Σ²": [
                    k / math.sqrt(30) for k in (1, 2, 5)
                ],
            },
        )

    def test_the_largest_score_may_stand_anywhere(self):
        expect_close(
            probabilities([math.log(5), 0.0, math.log(2)]),
            [5 / 8, 1 / 8, 2 / 8],
            "softmax of ln 5, 0, ln 2",
            mistakes={"the probabilities come back sorted": [1 / 8, 2 / 8, 5 / 8]},
        )

    def test_only_differences_matter(self):
        expect_close(
            probabilities([-3.0, math.log(2) - 3.0, math.log(5) - 3.0]),
            [1 / 8, 2 / 8, 5 / 8],
            "softmax of the same scores, all 3 lower,",
        )

    def test_equal_scores_share_alike(self):
        expect_close(
            probabilities([2.0, 2.0, 2.0, 2.0, 2.0]), [0.2] * 5, "softmax of five equal scores"
        )

    def test_a_single_score_is_certain(self):
        expect_close(probabilities([-7.0]), [1.0], "softmax of one score")

    def test_a_temperature_divides_the_scores(self):
        # ln 4 / 2 is ln 2, and ln 25 / 2 is ln 5
        expect_close(
            probabilities([0.0, math.log(4), math.log(25)], temperature=2.0),
            [1 / 8, 2 / 8, 5 / 8],
            "softmax of 0, ln 4, ln 25 at temperature 2",
            mistakes={
                "the scores are multiplied by the temperature": [1 / 642, 16 / 642, 625 / 642],
                "the temperature is squared": shares(1, 4**0.25, 25**0.25),
                "the scores are divided by the root of the temperature": shares(
                    1, 4 ** math.sqrt(0.5), 25 ** math.sqrt(0.5)
                ),
                "the temperature is ignored (dividing the powers by it cancels out)": [
                    1 / 30,
                    4 / 30,
                    25 / 30,
                ],
                "the probabilities are divided by the temperature": [1 / 60, 4 / 60, 25 / 60],
                "the probabilities are multiplied by the temperature": [2 / 30, 8 / 30, 50 / 30],
                "the probabilities are raised to 1/temperature, and no longer sum to 1": [
                    math.sqrt(k / 30) for k in (1, 4, 25)
                ],
            },
        )

    def test_a_low_temperature_decides(self):
        # 1, 2, 5 become their squares
        expect_close(
            probabilities([0.0, math.log(2), math.log(5)], temperature=0.5),
            [1 / 30, 4 / 30, 25 / 30],
            "softmax of 0, ln 2, ln 5 at temperature ½",
            mistakes={
                "the scores are multiplied by the temperature": [
                    math.sqrt(k) / (1 + math.sqrt(2) + math.sqrt(5)) for k in (1, 2, 5)
                ],
                "the temperature is ignored": [1 / 8, 2 / 8, 5 / 8],
                "the probabilities are divided by the temperature": [2 / 8, 4 / 8, 10 / 8],
                "the probabilities are raised to 1/temperature, and no longer sum to 1": [
                    1 / 64,
                    4 / 64,
                    25 / 64,
                ],
            },
        )

    @pytest.mark.parametrize(
        "temperature, wrong",
        [
            (0.4, {"1 // temperature is taken, which is rounded down": 1 / (1 // 0.4)}),
            (2.5, {"the temperature is made a whole number": 2}),
            (3, {}),
        ],
        ids=["0.4", "2.5", "3"],
    )
    def test_a_temperature_is_any_number_above_zero(self, temperature, wrong):
        def at(divisor):
            return shares(1, 2 ** (temperature / divisor), 5 ** (temperature / divisor))

        expect_close(
            probabilities([temperature * math.log(k) for k in (1, 2, 5)], temperature=temperature),
            [1 / 8, 2 / 8, 5 / 8],
            f"softmax of 0, ln 2, ln 5, each times {temperature}, at temperature {temperature}",
            mistakes={"the temperature is ignored": at(1)}
            | {name: at(divisor) for name, divisor in wrong.items()},
        )

    def test_a_temperature_may_be_as_low_as_one_likes(self):
        expect_close(
            probabilities([0.0, math.log(2) / 1024, math.log(5) / 1024], temperature=1 / 1024),
            [1 / 8, 2 / 8, 5 / 8],
            "softmax of 0, ln 2 / 1024, ln 5 / 1024 at temperature 1/1024",
            mistakes={"the temperature is ignored": shares(1, 2 ** (1 / 1024), 5 ** (1 / 1024))}
            | {
                f"the temperature is held at {least:g}, to keep away from 0": shares(
                    1, 2 ** (1 / 1024 / least), 5 ** (1 / 1024 / least)
                )
                for least in (0.1, 0.01)
            },
        )

    def test_nothing_is_put_in_to_keep_away_from_zero(self):
        probs = probabilities([0.0, math.log(2), math.log(5)])
        expect_close(
            math.fsum(p.data for p in probs),
            1.0,
            "sum of the probabilities",
            mistakes={
                f"{tiny:g} is added to the sum below, which is {total:g} here": total
                / (total + tiny)
                for tiny in (1e-12, 1e-10, 1e-9, 1e-8)
                for total in (1.6, 8.0)
            },
            tolerance=1e-14,
        )

    def test_a_small_probability_is_small_and_not_zero(self):
        expect_close(
            probabilities([0.0, -50.0])[1].data * math.exp(50),
            1.0,
            "softmax of 0, -50: the second probability, in units of e^-50,",
            mistakes={"what is small is rounded to 0": 0.0},
        )

    def test_nan_stays_nan(self):
        expect_close(
            probabilities([0.0, math.nan, 1.0]),
            [math.nan] * 3,
            "softmax of scores with a nan",
            mistakes={
                "the score that is NaN is left out": [1 / (1 + math.e), math.e / (1 + math.e)],
            },
        )

    @pytest.mark.parametrize("temperature", [0.0, -0.5, math.nan])
    def test_a_temperature_that_is_not_above_zero_is_refused(self, temperature):
        expect_raises(
            ValueError,
            lambda: softmax([Value(1.0), Value(2.0)], temperature=temperature),
            f"softmax at temperature {temperature}",
            naming=[temperature],
        )

    @pytest.mark.parametrize(
        "scores, expected",
        [
            ([1000.0, 1000.0 - LN3], [3 / 4, 1 / 4]),
            ([-1000.0, -1000.0 - LN3], [3 / 4, 1 / 4]),
            ([0.0, 1000.0], [0.0, 1.0]),
            ([-1000.0, 1000.0, -1000.0, -1000.0], [0.0, 1.0, 0.0, 0.0]),
        ],
        ids=["high", "low", "the second is high", "high and low"],
    )
    def test_far_out_nothing_overflows(self, scores, expected):
        expect_close(probabilities(scores), expected, f"softmax of {scores}")

    def test_a_low_temperature_does_not_overflow_either(self):
        expect_close(
            probabilities([999.0, 1000.0, -1000.0], temperature=0.001),
            [0.0, 1.0, 0.0],
            "softmax of 999, 1000, -1000 at temperature 0.001",
        )

    def test_every_score_moves_every_probability(self):
        # by hand, d pᵢ / d vⱼ is pᵢ (1 - pᵢ) for j = i, and -pᵢ pⱼ for the others
        expect_close(
            moves([0.0, math.log(2), math.log(5)], [0.0, 8.0, 0.0]),
            [-1 / 4, 3 / 2, -5 / 4],
            "gradients of 8·p1 for the three scores, where p is 1/8, 2/8, 5/8,",
            mistakes={
                "the sum below is a plain number, so each score moves its own power alone": [
                    0.0,
                    2.0,
                    0.0,
                ],
                "only the diagonal p·(1 - p) is noted, as in a sigmoid": [0.0, 3 / 2, 0.0],
                "the signs beside the diagonal are wrong": [1 / 4, 3 / 2, 5 / 4],
                "the results are new Values, without a way back to the scores": [0.0, 0.0, 0.0],
            },
        )

    def test_the_temperature_divides_the_gradients_too(self):
        expect_close(
            moves([0.0, math.log(4), math.log(25)], [0.0, 8.0, 0.0], temperature=2.0),
            [-1 / 8, 3 / 4, -5 / 8],
            "gradients of 8·p1 at temperature 2, where p is 1/8, 2/8, 5/8,",
            mistakes={"the temperature is left out of the gradients": [-1 / 4, 3 / 2, -5 / 4]},
        )

    def test_probabilities_together_cannot_be_moved(self):
        """Their sum is 1 whatever the scores are, so its derivative is 0."""
        expect_close(
            moves([0.3, -1.2, 2.0], [4.0, 4.0, 4.0]),
            [0.0, 0.0, 0.0],
            "gradients of 4·(p0 + p1 + p2)",
            mistakes={"something in them is a plain number, and moves nothing": [4.0, 4.0, 4.0]},
        )

    def test_finite_differences_agree(self):
        def f(*v):
            probs = softmax(list(v), temperature=0.7)
            return sum(p * k for p, k in zip(probs, (1.0, -2.0, 5.0)))

        expect_agreement(f, 0.3, -1.2, 2.0)

    def test_two_equal_largest_scores_are_no_exception(self):
        expect_close(
            moves([2.0, 2.0], [4.0, 0.0]),
            [1.0, -1.0],
            "gradients of 4·p0 for the scores 2 and 2",
        )

    def test_the_scores_stay_as_they_were(self):
        scores = [Value(x) for x in (1.0, 3.0, 2.0)]
        given = list(scores)
        softmax(scores)
        same = len(scores) == 3 and all(a is b for a, b in zip(scores, given))
        assert same and [s.data for s in given] == [1.0, 3.0, 2.0], (
            "the caller's scores were 1, 3, 2 and were changed, exchanged or put in another order"
        )


# ---- two layers without a bend

W1 = [[1, 2, 0], [0, -1, 3]]  # (D, H) = (2, 3)


B1 = [1, 0, -2]


W2 = [[2, 0], [1, -1], [-1, 4]]  # (H, K) = (3, 2)


B2 = [5, 7]


def affine(x, w, b):
    """x @ w + b for one x, as plain loops."""
    return [b[k] + sum(x[d] * w[d][k] for d in range(len(x))) for k in range(len(b))]


@pytest.mark.kata("collapse_linear")
class TestCollapseLinear:
    def test_the_weights_are_multiplied(self):
        # row 0: 1·[2, 0] + 2·[1, -1] + 0·[-1, 4], row 1: -1·[1, -1] + 3·[-1, 4]
        w, _ = collapse_linear(W1, B1, W2, B2)
        expect_close(
            w,
            [[4, -2], [-4, 13]],
            "weights of the one layer",
            mistakes={
                "they come out transposed": [[4, -4], [-2, 13]],
                "the weights are multiplied entry by entry, without a sum": [[2, 0], [0, 1]],
                "only the first hidden unit counts": [[2, 0], [0, 0]],
                "the layers are multiplied in the wrong order": [
                    [2, 4, 0],
                    [1, 3, -3],
                    [-1, -6, 12],
                ],
                "the biases are mixed into the weights": [[9, 5], [1, 20]],
                "all rows are one and the same, that of the last input": [[-4, 13], [-4, 13]],
            },
        )

    def test_the_first_bias_goes_through_the_second_layer(self):
        # 1·[2, 0] + 0·[1, -1] - 2·[-1, 4] = [4, -8], and then the second bias
        _, b = collapse_linear(W1, B1, W2, B2)
        expect_close(
            b,
            [9, -1],
            "biases of the one layer",
            mistakes={
                "the first bias is dropped": [5, 7],
                "the second bias is dropped": [4, -8],
                "the first bias is added as it is, without the second weights": [6, 7],
                "the first bias is added as it is, and is cut short or kept long": [6, 7, -2],
                "the biases are multiplied": [5, 0],
                "they come as a layer's row of biases, one list too deep": [[9, -1]],
            },
        )

    def test_two_layers_that_cancel_are_a_constant(self):
        w, b = collapse_linear([[1, -1]], [0, 0], [[1], [1]], [0])
        expect_close([w, b], [[[0]], [0]], "x through 1 and -1, and then added up,")

    @pytest.mark.parametrize("sizes", [(2, 3, 5), (5, 2, 3), (1, 7, 1)], ids=str)
    def test_one_layer_does_what_the_two_did(self, sizes):
        n_in, n_hidden, n_out = sizes
        rng = random.Random(7)

        def draw(n):
            return [rng.uniform(-2, 2) for _ in range(n)]

        w1, b1 = [draw(n_hidden) for _ in range(n_in)], draw(n_hidden)
        w2, b2 = [draw(n_out) for _ in range(n_hidden)], draw(n_out)
        try:
            w, b = collapse_linear(w1, b1, w2, b2)
        except ValueError as error:
            pytest.fail(
                f"layers of {n_in} to {n_hidden} to {n_out} are refused ({error}), and fit: each "
                "row of w1, and b1, has as many entries as w2 has rows. That of b2 is no matter "
                "of the first layer"
            )
        shapes = (len(w), *{len(row) for row in w}), (len(b),)
        assert shapes == ((n_in, n_out), (n_out,)), (
            f"layers of {n_in} to {n_hidden} to {n_out} were folded into weights and biases of "
            f"shapes {shapes[0]} and {shapes[1]}, and should be {(n_in, n_out)} and {(n_out,)}"
        )
        x = draw(n_in)
        expect_close(affine(x, w, b), affine(affine(x, w1, b1), w2, b2), f"x @ w + b for {x}")

    def test_layers_that_do_not_fit_are_refused(self):
        expect_raises(
            ValueError,
            lambda: collapse_linear([[1, 2, 3]], [1, 2, 3], [[1], [2]], [0]),
            "3 outputs before 2 inputs (zip drops what is left over without a word)",
            naming=[3, 2],
        )
        expect_raises(
            ValueError,
            lambda: collapse_linear([[1, 2]], [1, 2], [[1], [2], [3]], [0]),
            "2 outputs before 3 inputs (zip drops what is left over without a word)",
            naming=[2, 3],
        )

    def test_a_bias_that_does_not_fit_is_refused(self):
        expect_raises(
            ValueError,
            lambda: collapse_linear([[1, 2]], [1, 2, 3], [[1], [2]], [0]),
            "3 biases beside 2 outputs",
        )

    def test_a_row_that_does_not_fit_is_refused(self):
        expect_raises(
            ValueError,
            lambda: collapse_linear([[1, 2], [1, 2, 3]], [1, 2], [[1], [2]], [0]),
            "a second input with 3 weights, where the first has 2",
        )

    def test_what_was_given_stays(self):
        w1, b1, w2, b2 = [[1, 2]], [3, 4], [[5], [6]], [7]
        collapse_linear(w1, b1, w2, b2)
        assert (w1, b1, w2, b2) == ([[1, 2]], [3, 4], [[5], [6]], [7]), (
            f"the caller's weights and biases are {w1}, {b1}, {w2}, {b2} afterwards, and were "
            "[[1, 2]], [3, 4], [[5], [6]], [7]: make new lists"
        )


# ---- units that do not learn


def share_of(f, outputs, **options):
    """A share, as a plain number; fails in words where only Values, or only numbers, will do."""
    share = both_kinds(lambda: f(outputs, **options), f.__name__)
    expect_number(share, f"the result of {f.__name__}")
    return share


@pytest.mark.kata("saturated_fraction")
class TestSaturatedFraction:
    def test_outputs_near_both_ends_count(self):
        expect_close(
            share_of(saturated_fraction, [0.5, -0.98, 0.995, 0.1, -0.999, 0.984, 0.975, 0.992]),
            6 / 8,
            "saturated share of 0.5, -0.98, 0.995, 0.1, -0.999, 0.984, 0.975, 0.992",
            mistakes={
                "only the outputs near 1 count, and not those near -1": 4 / 8,
                "only the outputs near -1 count": 2 / 8,
                "they are counted and not divided by how many there are": 6.0,
                "a percentage is returned": 75.0,
                "they are divided by how many are not saturated": 6 / 2,
                ("the limit is 0.99 unless given", "the outputs are squared first"): 3 / 8,
                (
                    "the division rounds down: // for /",
                    "tanh is taken of them once more: they are outputs already",
                ): 0.0,
            },
        )

    def test_the_share_is_not_that_of_the_others(self):
        expect_close(
            share_of(saturated_fraction, [0.5, -0.98, 0.1, 0.2]),
            1 / 4,
            "saturated share of 0.5, -0.98, 0.1, 0.2",
            mistakes={
                "the share that is not saturated is returned": 3 / 4,
                "only the outputs near 1 count, and not those near -1": 0.0,
                "it is yes or no, not a share": 1.0,
            },
        )

    def test_exactly_at_the_limit_does_not_count(self):
        expect_close(
            share_of(saturated_fraction, [0.97, -0.97, 0.9701, 0.0]),
            1 / 4,
            "saturated share of 0.97, -0.97, 0.9701, 0",
            mistakes={
                "the limit itself counts: >= for >": 3 / 4,
                "outputs are rounded to two places first": 0.0,
            },
        )

    def test_the_limit_can_be_moved(self):
        expect_close(
            share_of(saturated_fraction, [0.6, -0.4, -0.7, 0.55, 0.1], limit=0.5),
            3 / 5,
            "share beyond ±0.5 of 0.6, -0.4, -0.7, 0.55, 0.1",
            mistakes={"the limit given is ignored": 0.0, "the limit is taken as 1 - limit": 0.2},
        )

    def test_values_count_as_their_numbers(self):
        expect_close(
            share_of(saturated_fraction, [Value(-0.99), 0.2, Value(3.0).tanh()]),
            2 / 3,
            "saturated share of a Value of -0.99, 0.2 and tanh(3)",
        )

    @pytest.mark.parametrize("kind", [float, Value], ids=["a number", "a Value"])
    def test_nan_stays_nan(self, kind):
        expect_close(
            share_of(saturated_fraction, [0.5, kind(math.nan), 0.99]),
            math.nan,
            "saturated share of 0.5, NaN, 0.99",
            mistakes={
                "NaN counts as not saturated": 1 / 3,
                "NaN counts as saturated": 2 / 3,
                "NaN is left out": 1 / 2,
            },
        )

    def test_none_and_all_are_possible(self):
        expect_close(share_of(saturated_fraction, [0.1, -0.2]), 0.0, "saturated share of 0.1, -0.2")
        expect_close(share_of(saturated_fraction, [1.0, -1.0]), 1.0, "saturated share of 1, -1")

    @KINDS
    def test_a_number_of_any_kind_is_a_number(self, kind):
        outputs = [kind(1), kind(0.5), kind(-0.75), Value(-1.0)]
        expect_close(share_of(saturated_fraction, outputs), 1 / 2, "saturated share of four")


OUTPUTS = [  # 5 examples of 7 units: units 1, 4 and 5 are 0 throughout
    [0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.5, 0.0, 0.0, 0.0, 0.3],
]


@pytest.mark.kata("dead_fraction")
class TestDeadFraction:
    def test_a_unit_is_dead_if_it_is_zero_for_every_example(self):
        expect_close(
            share_of(dead_fraction, OUTPUTS),
            3 / 7,
            "dead share of 7 units, of which three are 0 for all 5 examples,",
            mistakes={
                "it is counted per example instead of per unit: two examples have only zeros": 2
                / 5,
                "examples with only zeros are counted, and divided by the units": 2 / 7,
                "all zeros are counted, whatever their unit": 31 / 35,
                "one zero is enough to call a unit dead": 1.0,
                "the dead units are divided by the examples": 3 / 5,
                "the dead units are divided by all outputs": 3 / 35,
                "they are counted and not divided by how many there are": 3.0,
                "the share of living units is returned": 4 / 7,
                "the last example is left out": 5 / 7,
                "units with the same outputs are counted once, as in a set or a dict": 1 / 7,
                "units with the same outputs are one, in what is counted and in what it is divided "
                "by": 1 / 5,
                "only one of the examples is looked at": 6 / 7,
            },
        )

    def test_one_sign_of_life_is_enough(self):
        # first unit: the last example; second: the first; third: none
        expect_close(
            share_of(
                dead_fraction,
                [[0.0, 0.3, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1e-300, 0.0, 0.0]],
            ),
            1 / 3,
            "dead share of 3 units, two of which fire for one example of four,",
            mistakes={
                (
                    "a very small output counts as 0",
                    "only one of the examples is looked at",
                ): 2 / 3,
                "it is counted per example instead of per unit: two examples have only zeros": 1
                / 2,
                "one zero is enough to call a unit dead": 1.0,
            },
        )

    @pytest.mark.parametrize("first", [0.0, 0.5])
    def test_nan_stays_nan(self, first):
        expect_close(
            share_of(dead_fraction, [[first, 0.0], [math.nan, 0.0]]),
            math.nan,
            f"dead share of two units, of which one puts out {first} and then NaN,",
            mistakes={
                "NaN counts as a sign of life, or what lives anyway is not looked at further": 1
                / 2,
                "NaN counts as 0": 1.0,
            },
        )

    def test_with_one_example_every_zero_is_a_dead_unit(self):
        expect_close(
            share_of(dead_fraction, [[0.0, 1.0, 0.0, 0.0]]),
            3 / 4,
            "dead share of 0, 1, 0, 0 for one example",
            mistakes={
                (
                    "it is counted per example instead of per unit",
                    "one unit of many examples is taken for one example of many units",
                ): 0.0,
            },
        )

    def test_values_count_as_their_numbers(self):
        xs = [-2.0, 3.0]
        outputs = [[Value(x).relu(), Value(-abs(x)).relu(), 0.5] for x in xs]
        expect_close(
            share_of(dead_fraction, outputs),
            1 / 3,
            "dead share of relu(x), relu(-|x|) and 0.5 for x = -2 and 3",
            mistakes={
                "a Value is compared with 0: it equals nothing but itself, and its data may": 0.0
            },
        )

    def test_none_and_all_are_possible(self):
        expect_close(
            share_of(dead_fraction, [[1.0, 2.0], [0.0, 3.0]]), 0.0, "dead share where each lives"
        )
        expect_close(
            share_of(dead_fraction, [[0.0, 0.0], [0.0, 0.0]]), 1.0, "dead share where none does"
        )

    @KINDS
    def test_a_number_of_any_kind_is_a_number(self, kind):
        outputs = [[kind(0), kind(0.5), Value(0.0)], [kind(0), kind(0), 0.0]]
        # numbers of numpy have an attribute data as well, a piece of memory that equals no number
        name = "whatever has an attribute data is taken for a Value: isinstance tells, hasattr not"
        expect_close(
            share_of(dead_fraction, outputs),
            2 / 3,
            f"dead share of three units, their outputs of type {kind.__name__},",
            mistakes={name: 1 / 3},
        )
