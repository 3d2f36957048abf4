"""1.3 · Finite differences: check the engine against what is measured."""

import math

import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.spec_helpers import grads
from katas.phase1_autodiff.value import Value


def engine_that_says(slopes, formula):
    """A function of Values like those the engine has, but with local gradients as we want them."""
    return lambda xs: Value(formula(*(x.data for x in xs)), tuple(xs), slopes, "by hand")


def _spelt(number):
    return "NaN" if math.isnan(number) else f"{number}"


def square(x):
    return x**2


@pytest.mark.kata("gradient_error")
class TestGradientError:
    def test_a_right_engine_passes(self):
        xs = [Value(0.7), Value(-1.3)]
        expect_close(
            gradient_error(lambda xs: (xs[0] * xs[1]).tanh() + xs[0] ** 3, xs),
            0.0,
            "error of the engine's gradient of tanh(xy) + x³, which is right",
            mistakes={"the verdict comes back, True, and not the error": 1.0},
            tolerance=1e-7,  # the numerical gradient is rounded
        )

    def test_a_slope_that_is_too_large_is_reported(self):
        expect_close(
            gradient_error(engine_that_says((12.0,), square), [Value(3.0)]),
            0.5,  # |12 - 6| / 12
            "error when the engine says 12 for (x²)' = 6",
            mistakes={
                "the error is absolute": 6.0,
                "the difference is squared": 3.0,
                "the numerical gradient alone is the measure": 1.0,
                "the sum of the two is the measure, not the larger": 1 / 3,
                "the measure is 1 plus the larger of the two": 6 / 13,
                "the mean of the two is the measure, not the larger": 6 / 9,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-7,
        )

    def test_a_slope_that_is_too_small_is_reported(self):
        expect_close(
            gradient_error(engine_that_says((3.0,), square), [Value(3.0)]),
            0.5,  # |3 - 6| / 6
            "error when the engine says 3 for (x²)' = 6",
            mistakes={
                "the error is absolute": 3.0,
                "the engine's gradient alone is the measure": 1.0,
                "the difference keeps its sign": -0.5,
                (
                    "a difference below 0 loses against all others",
                    "the engine is compared with itself",
                ): 0.0,
            },
            tolerance=1e-7,
        )

    def test_a_slope_of_the_wrong_sign_is_reported(self):
        expect_close(
            gradient_error(engine_that_says((-12.0,), square), [Value(3.0)]),
            1.5,  # |-12 - 6| / 12
            "error when the engine says -12 for (x²)' = 6",
            mistakes={
                "the sizes are compared without their signs": 0.5,
                "the measure is the larger number, not the larger size": 3.0,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-7,
        )

    def test_small_gradients_are_measured_against_one(self):
        # near 0 a relative error would be all rounding
        expect_close(
            gradient_error(engine_that_says((0.3,), square), [Value(0.1)]),
            0.1,  # |0.3 - 0.2| / 1
            "error when the engine says 0.3 for (x²)' = 0.2",
            mistakes={
                "the error is relative even where both gradients are below 1, as in CS231n's "
                "notes": 1 / 3,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-7,
        )

    def test_nothing_is_added_to_the_measure(self):
        # 6x with powers of 2 for x and h, so that the numerical slope is 6 to the last digit
        f = engine_that_says((12.0,), lambda x: 6 * x)
        expect_close(
            gradient_error(f, [Value(1.0)], h=2.0**-10),
            0.5,
            "error when the engine says 12 for (6x)' = 6",
            mistakes={
                f"{eps:g} is added to the measure (it is never below 1)": 6 / (12 + eps)
                for eps in (1e-8, 1e-10)
            },
            tolerance=1e-12,
        )

    def test_the_worst_entry_counts(self):
        # the slopes are 1, 3, 10, 4 and 1, so the errors 0.25 / 1.25, 3 / 6, 4 / 14 and so on
        f = engine_that_says(
            (1.25, 6.0, 14.0, 4.5, 1.5), lambda x, y, z, w, v: x + 3 * y + 10 * z + 4 * w + v
        )
        errors = [1 / 5, 1 / 2, 2 / 7, 1 / 9, 1 / 3]
        expect_close(
            gradient_error(f, [Value(0.5), Value(-1.0), Value(2.0), Value(0.3), Value(1.0)]),
            0.5,
            "error when entries are off by 20 %, 50 %, 29 %, 11 % and 33 %",
            mistakes={
                "only the first entry is looked at": 1 / 5,
                "only the last entry is looked at": 1 / 3,
                "the largest difference is taken before dividing": 2 / 7,
                "the best entry is reported, not the worst": 1 / 9,
                "the errors are averaged": sum(errors) / 5,
                "the errors are added": sum(errors),
                "the errors of all entries come back": errors,
            },
            tolerance=1e-7,
        )

    def test_the_numerical_side_takes_steps_of_h_to_both_sides(self):
        # x³ at 1 with h = 0.5: the chord from 0.5 to 1.5 has slope 3.25, the derivative is 3
        expect_close(
            gradient_error(lambda xs: xs[0] ** 3, [Value(1.0)], h=0.5),
            0.25 / 3.25,
            "error for x³ at 1 with h = 0.5",
            mistakes={
                "the numerical step is taken forwards only": 1.75 / 4.75,
                "the numerical step is taken backwards only": 1.25 / 3.0,
                ("h is not handed on", "the engine is compared with itself"): 0.0,
            },
            tolerance=1e-6,  # the mistake without h comes with rounding
        )

    @pytest.mark.parametrize("what", [math.nan, math.inf, -math.inf], ids=_spelt)
    @pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
    def test_a_gradient_that_is_no_number_is_reported(self, place, what):
        slopes = [1.5, 1.5, 1.5]
        slopes[place] = what
        f = engine_that_says(tuple(slopes), lambda x, y, z: x + y + z)
        expect_close(
            gradient_error(f, [Value(1.0), Value(2.0), Value(3.0)]),
            math.nan,
            f"error when entry {place} of the engine's gradient is {_spelt(what)}",
            mistakes={
                "NaN is passed over: every comparison with it is False": 0.5 / 1.5,
                "what cannot be compared counts as an infinite error, and not as NaN": math.inf,
            },
            tolerance=1e-7,
        )

    def test_a_function_that_is_no_number_is_reported(self):
        f = engine_that_says((1.0, 1.5), lambda x, y: y if x == 1.0 else math.nan)
        expect_close(
            gradient_error(f, [Value(1.0), Value(2.0)]),
            math.nan,
            "error when entry 0 of the numerical gradient is NaN",
            mistakes={"NaN is passed over: every comparison with it is False": 0.5 / 1.5},
            tolerance=1e-7,
        )

    @pytest.mark.parametrize("slope", [math.inf, 1.0], ids=["in both", "in the numbers"])
    def test_an_infinite_slope_is_reported(self, slope):
        # a step of infinite height at x = 1
        f = engine_that_says((slope,), lambda x: math.inf if x > 1.0 else 0.0)
        expect_close(
            gradient_error(f, [Value(1.0)]),
            math.nan,
            f"error when the numerical gradient is infinite and the engine says {slope}",
            mistakes={"two infinite slopes count as equal, or NaN is passed over": 0.0},
        )

    def test_an_input_that_is_not_used_has_gradient_zero(self):
        expect_close(
            gradient_error(lambda xs: xs[1] * 2, [Value(1.0), Value(2.0)]),
            0.0,
            "error of the gradient of 2y by x and y (by x it is 0 both ways)",
            tolerance=1e-7,
        )

    def test_old_gradients_do_not_count(self):
        xs = [Value(3.0), Value(5.0)]
        xs[0].grad, xs[1].grad = 7.0, 20.0
        expect_close(
            gradient_error(lambda xs: xs[0] * xs[1], xs),
            0.0,
            "error of the gradient of xy, where the given Values had gradients from before",
            mistakes={"the old gradients are counted, as f does not see fresh leaves": 20 / 23},
            tolerance=1e-7,
        )

    def test_the_values_that_were_given_stay_as_they_were(self):
        xs = [Value(3.0), Value(5.0)]
        xs[0].grad, xs[1].grad = 7.0, 20.0
        gradient_error(lambda xs: xs[0] * xs[1], xs)
        expect_close(
            [[x.data for x in xs], grads(*xs)],
            [[3.0, 5.0], [7.0, 20.0]],
            "data and gradients of the caller's Values after the check",
            mistakes={
                "the backward pass runs on the caller's own Values": [[3, 5], [12, 23]],
                "the caller's gradients are cleared, then filled": [[3, 5], [5, 3]],
                "the caller's gradients are cleared": [[3, 5], [0, 0]],
            },
            tolerance=0.0,  # not even by a rounding
        )

    def test_f_sees_leaves_of_the_same_type(self):
        class Mine(Value):
            pass

        seen = set()

        def f(xs):
            seen.update((type(x).__name__, len(x.parents)) for x in xs)
            return xs[0] * xs[0]

        gradient_error(f, [Mine(3.0, (Value(1.5),), (2.0,), "*")])
        assert seen == {("Mine", 0)}, (
            f"f was given (type, number of parents) = {sorted(seen)}, and should be given leaves "
            "of the type that stands in xs, here Mine, whatever that was computed from"
        )
