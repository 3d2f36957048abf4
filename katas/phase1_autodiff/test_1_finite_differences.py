"""1.1 · Finite differences: slopes measured by a nudge, and what they foretell."""

import math
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase1_autodiff.finite_differences import (
    numerical_derivative,
    numerical_gradient,
    predict_change,
)


@pytest.mark.kata("numerical_derivative")
class TestNumericalDerivative:
    def test_a_straight_line_has_its_slope_at_any_step(self):
        # from 2 to 8 the line 3x + 1 rises from 7 to 25: by 18 over a width of 6
        expect_close(
            numerical_derivative(lambda x: 3 * x + 1, 5.0, h=3.0),
            3.0,
            "slope of 3x + 1 at 5 with h = 3",
            mistakes={
                "the rise is divided by h, although the width is 2h": 6.0,
                "the rise is divided by 2, and h is left out": 9.0,
                "the rise is not divided at all": 18.0,
                "the rise is halved and then multiplied by h, as Python reads / 2 * h": 27.0,
                "the rise is multiplied by the width, not divided by it": 108.0,
                "f(x + h) is subtracted from f(x - h), and not the other way round": -3.0,
                "f(x - h) alone is divided: the brackets around the rise are missing": 25 - 7 / 6,
                "all brackets are missing, around the rise and around the width": 25 - 7 / 2 * 3,
            },
        )

    def test_the_step_is_taken_to_both_sides(self):
        # x² at 5 with h = 3: the chord from 2 to 8 rises 64 - 4 = 60 over a width of 6
        expect_close(
            numerical_derivative(lambda x: x**2, 5.0, h=3.0),
            10.0,
            "slope of x² at 5 with h = 3",
            mistakes={
                "the step is taken forwards only": 13.0,
                "the step is taken backwards only": 7.0,
            },
        )

    def test_h_is_the_step_that_was_asked_for(self):
        # x³ at 2 with h = 0.5: (15.625 - 3.375) / 1 = 12.25, still h² away from the limit 12
        expect_close(
            numerical_derivative(lambda x: x**3, 2.0, h=0.5),
            12.25,
            "slope of x³ at 2 with h = 0.5",
            mistakes={
                "h is replaced by a small step of your own, or more points than x - h and x + h "
                "are used to come nearer to the limit": 12.0,
                "the step is h times x, and not h": 13.0,
                "the step is half of h to either side": 12.0625,
                "the step is imaginary, x + ih": 11.75,
            },
            tolerance=1e-6,  # the first mistake, too, comes with rounding
        )

    def test_a_line_that_falls_has_a_negative_slope(self):
        # from 1 to 3 the line 9 - 4x falls from 5 to -3
        expect_close(
            numerical_derivative(lambda x: 9 - 4 * x, 2.0, h=1.0),
            -4.0,
            "slope of 9 - 4x at 2 with h = 1",
            mistakes={"the sign of the rise is dropped": 4.0},
        )

    def test_a_slope_may_be_small(self):
        # 2 to the power -30 is about 1e-9; with powers of 2 nothing is rounded
        expect_close(
            numerical_derivative(lambda x: x / 2**30, 2.0, h=1.0) * 2**30,
            1.0,
            "slope of x / 2³⁰, in units of 1 / 2³⁰,",
            mistakes={"the slope is rounded to a few decimals": 0.0},
        )

    def test_a_small_step_is_the_default(self):
        # (x³)' = 3x², so 12 at 2: the central difference is off by h², a one-sided one by 6h
        expect_close(
            numerical_derivative(lambda x: x**3, 2.0),
            12.0,
            "slope of x³ at 2",
            mistakes={
                f"{eps:g} is added to the width, against a division by 0 (h is never 0)": (
                    12.0 * 2e-5 / (2e-5 + eps)
                )
                for eps in (1e-8, 1e-10, 1e-12)
            },
            tolerance=1e-8,
        )


def of_the_whole_list(f):
    """f, which is never to be called with one entry of its list."""

    def checked(xs):
        if isinstance(xs, Real):
            pytest.fail(f"f was called with one number, {xs}, and takes the whole list of them")
        return f(xs)

    return checked


def of_nothing(call):
    """call(), which is given no inputs at all: there is nothing wrong with that."""
    try:
        return call()
    except Exception as error:
        if isinstance(error, NotImplementedError):
            raise
        pytest.fail(
            f"no inputs at all are refused, or stumbled over ({type(error).__name__}: {error}): a "
            "sum over nothing is 0, and a list of nothing is empty"
        )


@of_the_whole_list
def falls_and_rises(xs):
    return xs[1] / 2**30 - 3 * xs[0]  # about 1e-9 along x2; with powers of 2 nothing is rounded


@pytest.mark.kata("numerical_gradient")
class TestNumericalGradient:
    def test_each_entry_has_its_own_slope(self):
        expect_close(
            numerical_gradient(of_the_whole_list(lambda xs: 2 * xs[0] + 7 * xs[1]), [1.0, 1.0]),
            [2.0, 7.0],
            "gradient of 2·x1 + 7·x2",
            mistakes={
                "all entries are nudged at once": [9.0, 9.0],
                "the entries are nudged in the wrong order": [7.0, 2.0],
                "the same entry is nudged every time": [2.0, 2.0],
                "the last entry is nudged every time (a function made in a loop looks i up when it "
                "is called, and by then i is the last one)": [7.0, 7.0],
                "the slopes are added up to one number": 9.0,
                "they are kept by the number in xs, and equal numbers share one place": [7.0],
                "the rise is divided by h, although the width is 2h": [4.0, 14.0],
                "f sees the same list both times: what is moved up and what is moved down are one "
                "list under two names (`up = xs` is no copy)": [0.0, 0.0],
                "half the rise is divided by all of the width: the step is taken to one side, or "
                "the list that was moved up comes down again no further than xs (`down = xs` is "
                "no copy)": [1.0, 3.5],
            },
            tolerance=1e-7,  # the rounding error of h = 1e-5
        )

    def test_the_others_stay_where_they_are(self):
        # the slope of x1·x2·x3 along x1 is x2·x3: a neighbour that was left nudged would show
        expect_close(
            numerical_gradient(
                of_the_whole_list(lambda xs: xs[0] * xs[1] * xs[2]), [2.0, 3.0, 5.0], h=0.5
            ),
            [15.0, 10.0, 6.0],
            "gradient of x1·x2·x3 at (2, 3, 5) with h = 0.5",
            mistakes={
                "each entry is left at x + h when the next one is nudged": [15.0, 12.5, 8.75],
                "each entry is left at x - h when the next one is nudged": [15.0, 7.5, 3.75],
                "the entry before the one asked for is nudged": [6.0, 15.0, 10.0],
                "the entry after the one asked for is nudged": [10.0, 6.0, 15.0],
                # 2.5·3.5·5 - 1.5·2.5·5 along x2, 2.5·3.5·5.5 - 1.5·2.5·4.5 along x3
                "one list is moved up, another down, and no entry is put back": [15.0, 25.0, 31.25],
            },
        )

    def test_h_is_the_step_along_every_entry(self):
        # x1³ + x2 at (2, 5) with h = 0.5: along x1 (15.625 - 3.375) / 1 = 12.25
        expect_close(
            numerical_gradient(of_the_whole_list(lambda xs: xs[0] ** 3 + xs[1]), [2.0, 5.0], h=0.5),
            [12.25, 1.0],
            "gradient of x1³ + x2 at (2, 5) with h = 0.5",
            mistakes={
                "h is not handed on, and a small step of its own is taken": [12.0, 1.0],
                "the step is h times x, and not h": [13.0, 1.0],
                "the step is taken forwards only": [15.25, 1.0],
                "the step is taken backwards only": [9.25, 1.0],
            },
            tolerance=1e-6,  # the first mistake comes with rounding
        )

    def test_slopes_may_be_small_or_negative(self):
        slopes = numerical_gradient(falls_and_rises, [2.0, 5.0], h=1.0)
        what = "gradient of x2 / 2³⁰ - 3·x1"
        expect_close(slopes, [-3.0, 0.0], what, tolerance=1e-8)
        expect_close(
            [slopes[0], slopes[1] * 2**30],
            [-3.0, 1.0],
            f"{what}, its second entry times 2³⁰,",
            mistakes={"the slopes are rounded to a few decimals": [-3.0, 0.0]},
        )

    def test_a_small_step_is_the_default(self):
        expect_close(
            numerical_gradient(of_the_whole_list(lambda xs: xs[0] ** 3 + xs[1]), [2.0, 5.0]),
            [12.0, 1.0],
            "gradient of x1³ + x2 at (2, 5)",
            tolerance=1e-8,
        )

    def test_the_list_comes_back_unchanged(self):
        xs = [0.1, 0.7]
        numerical_gradient(of_the_whole_list(lambda xs: xs[0] * xs[1]), xs)
        assert xs == [0.1, 0.7], (
            f"the caller's list was [0.1, 0.7] and is {xs} afterwards: it was nudged in place "
            "and not restored exactly (0.1 + h - h need not be 0.1 again). Nudge a copy."
        )

    def test_the_list_is_unchanged_when_f_fails(self):
        xs = [0.1, 0.7]

        def fails(xs):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            numerical_gradient(fails, xs)
        assert xs == [0.1, 0.7], f"f raised an error, and the caller's list is left at {xs}"

    def test_f_is_given_a_list_as_long_as_xs(self):
        seen = set()

        @of_the_whole_list
        def f(xs):
            seen.add((type(xs).__name__, len(xs)))
            return sum(xs)

        numerical_gradient(f, [1.0, 2.0, 3.0])
        assert seen == {("list", 3)}, f"f takes a list of 3 numbers, and was given {seen}"

    def test_the_slopes_come_in_a_list(self):
        slopes = numerical_gradient(of_the_whole_list(lambda xs: xs[0] * xs[1]), [2.0, 5.0])
        expect_kind(slopes, list, "gradient of x1·x2")

    def test_an_entry_of_zero_has_a_slope_too(self):
        expect_close(
            numerical_gradient(of_the_whole_list(lambda xs: 2 * xs[0] + 7 * xs[1]), [0.0, 0.0]),
            [2.0, 7.0],
            "gradient of 2·x1 + 7·x2 at (0, 0)",
            mistakes={
                "an entry of 0 is passed over, or its step is h times 0": [0.0, 0.0],
            },
            tolerance=1e-7,
        )

    def test_no_inputs_have_no_slopes(self):
        slopes = of_nothing(lambda: numerical_gradient(of_the_whole_list(sum), []))
        assert slopes == [], f"the gradient at an empty point is {slopes!r}, and should be []"


@pytest.mark.kata("predict_change")
class TestPredictChange:
    def test_one_input_moves_the_output_by_slope_times_nudge(self):
        expect_close(
            predict_change([4.0], [0.01]),
            0.04,
            "predicted change",
            mistakes={
                "the slope is divided by the nudge": 400.0,
                "the nudge is added to the slope": 4.01,
            },
        )

    def test_the_contributions_of_several_inputs_add_up(self):
        # 5·0.01 + 2·(-0.02) + (-3)·0.1 = 0.05 - 0.04 - 0.3
        expect_close(
            predict_change([5.0, 2.0, -3.0], [0.01, -0.02, 0.1]),
            -0.29,
            "predicted change",
            mistakes={
                "only the first input counts (is the return inside the loop?)": 0.05,
                "only the last input counts": -0.3,
                "the sizes are added without their signs": 0.39,
                "the average is taken, not the sum": -0.29 / 3,
                "slopes and nudges are each added up first, and then multiplied": 4 * 0.09,
                "the list of contributions is returned, not their sum": [0.05, -0.04, -0.3],
                "the lengths of the two lists are multiplied: √Σg² · √Σδ²": (38 * 0.0105) ** 0.5,
            },
        )

    def test_a_small_move_comes_out_almost_as_predicted(self):
        # by hand, the slopes of x1·x2 + x1³ - 3·x3 at (2, 5, 1) are 5 + 12, 2 and -3
        actual = (2.001 * 5.001 + 2.001**3 - 3 * 1.001) - 15.0
        expect_close(
            predict_change([17.0, 2.0, -3.0], [0.001, 0.001, 0.001]),
            actual,
            "predicted change of x1·x2 + x1³ - 3·x3",
            tolerance=1e-5,  # what is left over is of the size of a nudge times a nudge
        )

    def test_a_change_may_be_small(self):
        # with powers of 2 nothing is rounded
        expect_close(
            predict_change([2.0**-20], [2.0**-10]) * 2**30,
            1.0,
            "predicted change for a slope of 2⁻²⁰ and a nudge of 2⁻¹⁰, in units of 2⁻³⁰,",
            mistakes={"it is rounded to a few decimals": 0.0},
        )

    @pytest.mark.parametrize("slope, nudge", [(math.nan, 0.0), (math.inf, 0.0), (0.0, math.nan)])
    def test_nan_stays_nan(self, slope, nudge):
        expect_close(
            predict_change([2.0, slope], [1.0, nudge]),
            math.nan,
            f"predicted change for a slope of {slope} and a nudge of {nudge}",
            mistakes={"a product with 0 in it is left out": 2.0},
        )

    @pytest.mark.parametrize("slopes, nudges", [(3, 2), (2, 3), (1, 3), (3, 1), (2, 0)])
    def test_unequal_lengths_are_refused(self, slopes, nudges):
        why = "numpy stretches what has length 1" if 1 in (slopes, nudges) else "zip drops the rest"
        expect_raises(
            ValueError,
            lambda: predict_change([1.0] * slopes, [0.1] * nudges),
            f"predict_change of {slopes} slopes and {nudges} nudges ({why} without a word)",
        )

    def test_no_inputs_move_nothing(self):
        change = of_nothing(lambda: predict_change([], []))
        expect_close(change, 0.0, "predicted change without any inputs")

    def test_the_lists_come_back_unchanged(self):
        gradient, nudges = [5.0, 2.0], [0.5, -0.25]
        predict_change(gradient, nudges)
        assert (gradient, nudges) == ([5.0, 2.0], [0.5, -0.25]), (
            f"the caller's lists are {gradient} and {nudges} afterwards: they were used up"
        )
