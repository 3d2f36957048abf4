"""3.1 · Gradient descent: how long a step may be."""

import math
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.value import Value
from katas.phase3_training.gradient_descent import (
    is_diverging,
    largest_stable_learning_rate,
    learning_rate_sweep,
    line_search,
    minimize,
)


def bowl(*curvatures):
    """Half the sum of curvature · x²: a step multiplies x by 1 - lr · curvature."""
    return lambda xs: sum(0.5 * curvature * x**2 for curvature, x in zip(curvatures, xs))


@pytest.mark.kata("largest_stable_learning_rate")
class TestLargestStableLearningRate:
    def test_one_direction(self):
        # 1 - lr · 8 is -1 at 2 / 8: x jumps from one side to the other, and back
        expect_close(
            largest_stable_learning_rate([8.0]),
            0.25,
            "the largest stable rate for a curvature of 8",
            mistakes={
                "it is 1 / curvature: there a single step arrives": 0.125,
                "it is the curvature over 2": 4.0,
                "it is 2 times the curvature": 16.0,
                "it is 1 / (2 · curvature)": 0.0625,
                "it is the root of 1 / curvature": 8**-0.5,
                "the rate of each direction is returned, not that which suits all": [0.25],
            },
        )

    def test_the_steepest_direction_decides(self):
        expect_close(
            largest_stable_learning_rate([2.0, 8.0, 1.0, 4.0]),
            0.25,
            "the largest stable rate for curvatures of 2, 8, 1 and 4",
            mistakes={
                "the smallest curvature decides": 2.0,
                "the first curvature decides": 1.0,
                "the last curvature decides": 0.5,
                "the curvatures are averaged": 8 / 15,
                "the curvatures are added": 2 / 15,
                "it is 2 / (smallest + largest): the fastest rate, not the largest": 2 / 9,
                "the rate of each direction is returned, not that which suits all": [
                    1,
                    0.25,
                    2,
                    0.5,
                ],
            },
        )

    def test_a_flat_bowl_allows_long_steps(self):
        expect_close(
            largest_stable_learning_rate([1e-6, 4e-6]),
            5e5,
            "the largest stable rate for curvatures of 1e-6 and 4e-6",
            mistakes={
                f"{eps:g} is added to the curvature": 2 / (4e-6 + eps) for eps in (1e-8, 1e-6, 1e-9)
            },
        )

    def test_whatever_is_above_zero_is_curved(self):
        try:
            rate = largest_stable_learning_rate([1e-200, 5e-201])
        except ValueError as error:
            pytest.fail(f"a curvature of 1e-200 is refused ({error}), and is above 0")
        expect_close(rate / 2e200, 1.0, "the largest stable rate for 1e-200, in units of 2e200")

    def test_the_list_comes_back_as_it_was(self):
        curvatures = [1.0, 8.0, 2.0]
        largest_stable_learning_rate(curvatures)
        assert curvatures == [1.0, 8.0, 2.0], (
            f"the caller's list is {curvatures} now: was it sorted, or used up?"
        )

    @pytest.mark.parametrize("part, diverges", [(0.99, False), (1.01, True)], ids=["99%", "101%"])
    def test_below_it_arrives_and_above_it_runs_away(self, part, diverges):
        curvatures = [0.5, 7.0]
        lr = part * largest_stable_learning_rate(curvatures)
        _, losses = minimize(bowl(*curvatures), [3.0, 1.0], lr, 150)
        verdict = is_diverging(losses)
        assert verdict == diverges, (
            f"at {part} times the largest stable rate, which is {lr:g}, the loss on "
            f"¼x² + 3½y² went from {losses[0]:g} to {losses[-1]:g} in 150 steps"
        )

    @pytest.mark.parametrize("bad", [-0.5, 0.0, math.nan], ids=str)
    @pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
    def test_a_curvature_that_is_not_above_0_is_refused(self, bad, place):
        curvatures = [3.0, 4.0]
        curvatures.insert(place, bad)
        expect_raises(
            ValueError,
            lambda: largest_stable_learning_rate(curvatures),
            f"curvatures {curvatures}, of which one is {bad}, not above 0"
            + " (no comparison with NaN is true)" * math.isnan(bad),
            naming=[f"{bad:g}"],
        )


@pytest.mark.kata("learning_rate_sweep")
class TestLearningRateSweep:
    def test_each_rate_is_given_with_its_last_loss(self):
        # x², so the factors are 1 - 2 · lr: 0.5, 0 and 0.75
        expect_close(
            learning_rate_sweep(bowl(2.0), [5.0], [0.25, 0.5, 0.125], 2),
            [[0.25, 1.5625], [0.5, 0.0], [0.125, 7.91015625]],
            "rates and losses after 2 steps on x² from 5",
            mistakes={
                "each rate goes on from where the last one ended": [
                    [0.25, 1.5625],
                    [0.5, 0.0],
                    [0.125, 0.0],
                ],
                "the loss before the last step is given": [
                    [0.25, 6.25],
                    [0.5, 0.0],
                    [0.125, 14.0625],
                ],
                "the loss of the start is given": [[0.25, 25], [0.5, 25], [0.125, 25]],
                "the last point is given, not the loss there": [
                    [0.25, 1.25],
                    [0.5, 0.0],
                    [0.125, 2.8125],
                ],
                "the pairs are sorted by rate": [[0.125, 7.91015625], [0.25, 1.5625], [0.5, 0]],
                "the pairs are sorted by loss": [[0.5, 0], [0.25, 1.5625], [0.125, 7.91015625]],
                "the loss comes before the rate": [
                    [1.5625, 0.25],
                    [0.0, 0.5],
                    [7.91015625, 0.125],
                ],
                "only the losses are given": [1.5625, 0.0, 7.91015625],
                "only the best pair is given": [0.5, 0.0],
                "one step too many is taken": [
                    [0.25, 0.390625],
                    [0.5, 0.0],
                    [0.125, 4.449462890625],
                ],
                "it is a dictionary, of which a list shows the keys": [0.25, 0.5, 0.125],
            },
        )

    def test_rates_and_losses_are_plain_numbers(self):
        pairs = learning_rate_sweep(bowl(2.0), [5.0], [0.25, 1e200], 2)
        kinds = [type(x).__name__ for pair in pairs for x in pair if not isinstance(x, Real)]
        assert not kinds, f"a rate or a loss is a {kinds[0]}, and should be a number"

    def test_a_run_that_rises_is_shown_as_it_is(self):
        # 1 - 2 · 1.25 = -1.5: the loss goes 25, 56.25, 126.5625
        expect_close(
            learning_rate_sweep(bowl(2.0), [5.0], [1.25], 2),
            [[1.25, 126.5625]],
            "rate and loss after 2 steps on x² from 5",
            mistakes={
                "the lowest loss on the way is given, not the last": [[1.25, 25.0]],
                "the highest loss but the last is given": [[1.25, 56.25]],
                "every loss that rises is called infinite": [[1.25, math.inf]],
            },
        )

    def test_a_loss_that_is_large_is_shown_as_it_is(self):
        # 1 - 2 · 1e6, about -2e6: the loss is 25 · (2e6)⁴ after two steps
        expect_close(
            learning_rate_sweep(bowl(2.0), [5.0], [1e6], 2),
            [[1e6, 25 * (1 - 2e6) ** 4]],
            "rate and loss after 2 steps on x² from 5",
            mistakes={"a loss that is large enough is called infinite": [[1e6, math.inf]]},
        )

    def test_a_rate_that_is_asked_for_twice_is_tried_twice(self):
        expect_close(
            learning_rate_sweep(bowl(2.0), [5.0], [0.25, 0.5, 0.25], 2),
            [[0.25, 1.5625], [0.5, 0.0], [0.25, 1.5625]],
            "rates and losses after 2 steps on x² from 5",
            mistakes={"a dictionary holds the rates, each once": [[0.25, 1.5625], [0.5, 0.0]]},
        )

    def test_an_overflow_is_an_infinite_loss(self):
        """A float squared beyond about 1e308 raises an OverflowError in Python."""
        try:
            pairs = learning_rate_sweep(lambda p: p[0] ** 2, [5.0], [0.25, 1e200, 0.5], 2)
        except OverflowError as error:
            pytest.fail(
                f"the OverflowError of one run ended them all ({error}): its loss is infinite, and "
                "the rates after it still have their turn"
            )
        expect_close(
            pairs,
            [[0.25, 1.5625], [1e200, math.inf], [0.5, 0.0]],
            "rates and losses on x ** 2, where the run at 1e200 overflows",
            mistakes={
                "the run that overflowed is left out": [[0.25, 1.5625], [0.5, 0.0]],
                "everything after the overflow is left out": [[0.25, 1.5625], [1e200, math.inf]],
                "NaN stands for it": [[0.25, 1.5625], [1e200, math.nan], [0.5, 0.0]],
            },
        )

    def test_nan_is_an_infinite_loss(self):
        """x * x is no error but inf; its slope is inf, and a step from inf by inf is NaN."""
        expect_close(
            learning_rate_sweep(lambda p: p[0] * p[0], [5.0], [1e200, 0.5], 5),
            [[1e200, math.inf], [0.5, 0.0]],
            "rates and losses on x * x, where the run at 1e200 ends in NaN",
            mistakes={"NaN is handed on (a plot leaves it out)": [[1e200, math.nan], [0.5, 0.0]]},
        )

    def test_infinity_stays_infinity(self):
        expect_close(
            learning_rate_sweep(lambda p: p[0] * p[0], [5.0], [1e200], 1),
            [[1e200, math.inf]],
            "rate and loss on x * x after the one step in which it becomes infinite",
        )

    @pytest.mark.parametrize("kind", [LookupError, ZeroDivisionError])
    def test_other_errors_come_through(self, kind):
        def f(p):
            raise kind("a slip in f")

        expect_raises(
            kind,
            lambda: learning_rate_sweep(f, [5.0], [0.25], 2),
            "a sweep over a function with a slip in it (an except that catches everything would "
            "call that an infinite loss)",
        )

    def test_the_start_and_the_rates_are_left_unchanged(self):
        start, rates = [5.0], [0.5, 0.25]
        learning_rate_sweep(bowl(2.0), start, rates, 2)
        assert (start, rates) == ([5.0], [0.5, 0.25]), (
            f"the caller's start and rates were [5.0] and [0.5, 0.25], and are {start}, {rates}"
        )


SHORT_STEPS_PAY = (
    "though a short step pays. Does it step against the gradient, each time from the point, and "
    "try 50 shrunken rates after the first?"
)


def searched(f, point, gradient, why=SHORT_STEPS_PAY, **options):
    """What line_search finds, where there is something to find."""
    try:
        return line_search(f, point, gradient, **options)
    except ValueError as error:
        raise AssertionError(f"line_search gave up ({error}), {why}") from None


# In the bowl ½·λ·x² a rate passes Armijo's condition if lr · λ is at most 2 - 2 · 1e-4.


@pytest.mark.kata("line_search")
class TestLineSearch:
    def test_a_first_rate_that_pays_is_accepted(self):
        # λ = 1.5: rates up to 1.33 pass
        expect_close(
            searched(bowl(1.5), [2.0], [3.0]),
            1.0,
            "rate on ¾x² from 2",
            mistakes={
                "the rate is shrunk before it is tried": 0.5,
                "the best rate is searched, not the first that pays": 1 / 1.5,
                "the new point is returned, not the rate": -1.0,
                "the loss there is returned, not the rate": 0.75,
            },
        )

    def test_the_rate_is_a_plain_number(self):
        rate = searched(bowl(1.5), [2.0], [3.0])
        assert isinstance(rate, Real), (
            f"the rate is {rate!r} ({type(rate).__name__}), and should be a number: it goes into "
            "arithmetic on data, which is not recorded"
        )

    def test_a_rate_that_is_too_long_is_halved_until_it_pays(self):
        # λ = 10: rates up to 0.19998 pass
        expect_close(
            searched(bowl(10.0), [2.0], [20.0]),
            0.125,
            "rate on 5x² from 2",
            mistakes={
                "the last rate that failed is returned": 0.25,
                "the rate is shrunk once more after it passed": 0.0625,
                "a single halving is thought to be enough": 0.5,
                (
                    "no step is tried: the first rate is returned, whatever it does",
                    "the step has the length of the rate, whatever the gradient is",
                ): 1.0,
            },
        )

    def test_a_rate_that_overflows_is_too_long(self):
        """e^(x²) from 1, slope 2e: 10 leads to -53, and e^2800 is beyond all floats."""
        slope = 2 * math.e
        passing = [
            rate
            for rate in (10, 5, 2.5, 1.25, 0.625, 0.3125, 0.15625, 0.078125)
            if (1 - rate * slope) ** 2 < 700
            and math.exp((1 - rate * slope) ** 2) <= math.e - 1e-4 * rate * slope**2
        ]
        try:
            rate = searched(lambda p: (p[0] * p[0]).exp(), [1.0], [slope], lr=10.0)
        except OverflowError:
            pytest.fail(
                "the OverflowError of f came through: at rate 10 the step leads to where the loss "
                "is beyond all floats, and that is no more than a rate that is too long"
            )
        expect_close(rate, passing[0], "rate on e^(x²) from 1, with lr = 10")

    @pytest.mark.parametrize("kind", [LookupError, ZeroDivisionError])
    def test_other_errors_come_through(self, kind):
        def f(p):
            if p[0].data < 2:
                raise kind("a slip in f")
            return p[0] ** 2

        expect_raises(
            kind,
            lambda: line_search(f, [2.0], [4.0]),
            "a search over a function with a slip in it (an except that catches everything would "
            "call that a rate that is too long)",
        )

    def test_lr_and_shrink_are_those_that_were_given(self):
        # λ = 2.5: rates up to 0.79992 pass, so of 4, 1.2, 0.36 the third
        expect_close(
            searched(bowl(2.5), [2.0], [5.0], lr=4.0, shrink=0.3),
            0.36,
            "rate on 1.25x² from 2, with lr = 4 and shrink = 0.3",
            mistakes={
                ("the rate is halved, whatever shrink is", "both lr and shrink are ignored"): 0.5,
                "the search starts from 1, whatever lr is": 0.3,
                "it is the factor that is returned, not the rate": 0.09,
            },
        )

    def test_all_directions_step_together(self):
        # ½(x² + 10y²) at (3, 1) is 9.5; at rate 0.25 it is 13.8, at 0.125 it is 3.8
        expect_close(
            searched(bowl(1.0, 10.0), [3.0, 1.0], [3.0, 10.0]),
            0.125,
            "rate on ½(x² + 10y²) from (3, 1)",
            mistakes={
                "only the first entry of the point is moved": 1.0,
                "the gradient's first entry is used for both": 0.5,
            },
        )

    def test_jumping_to_the_same_height_does_not_pay(self):
        # λ = 4: rate 0.5 leads from 3 to -3, at the same height
        expect_close(
            searched(bowl(4.0), [3.0], [12.0]),
            0.25,
            "rate on 2x² from 3",
            mistakes={"a step that changes nothing is accepted": 0.5},
        )

    @pytest.mark.parametrize("lr", [1.0, 3.0], ids=["lr=1", "lr=3"])
    def test_falling_a_little_is_not_enough(self, lr):
        # lr · λ = 1.99982: the loss falls by 0.9 of what Armijo's condition asks
        curvature = 1.99982 / lr
        point = [2.0, 3.0, 4.0]
        expect_close(
            searched(bowl(*[curvature] * 3), point, [curvature * x for x in point], lr=lr),
            lr / 2,
            f"rate on a round bowl with lr · λ = 1.99982, from (2, 3, 4) with lr = {lr:g}",
            mistakes={
                "too small a fall is accepted: is 1e-4 · rate · (squared length) asked for, with "
                "the gradient's length squared, over all entries, and the rate in it?": lr
            },
        )

    @pytest.mark.parametrize("lr", [1.0, 0.25, 3.0], ids=["lr=1", "lr=0.25", "lr=3"])
    def test_falling_by_enough_is_enough(self, lr):
        # lr · λ = 1.9997: the loss falls by 1.5 times what Armijo's condition asks
        curvature = 1.9997 / lr
        point = [2.0, 3.0, 4.0]
        expect_close(
            searched(bowl(*[curvature] * 3), point, [curvature * x for x in point], lr=lr),
            lr,
            f"rate on a round bowl with lr · λ = 1.9997, from (2, 3, 4) with lr = {lr:g}",
            mistakes={
                "more is asked of the step than 1e-4 · rate · (squared length), which is the sum "
                "of the squares": lr / 2,
            },
        )

    def test_at_the_bottom_a_fall_of_nothing_is_enough(self):
        why = "though at the bottom, with gradient 0, the condition asks for a fall of at least 0"
        expect_close(
            searched(bowl(4.0), [0.0], [0.0], why=why),
            1.0,
            "rate at the bottom of 2x², where the gradient is 0",
        )

    def test_a_loss_that_is_no_number_does_not_pay(self):
        # x² from 3, slope 6: at rate 4 and 2 there is NaN, at 1 the same height, at 0.5 the bottom
        def f(p):
            return p[0] ** 2 if abs(p[0].data) < 8 else Value(math.nan)

        expect_close(
            searched(f, [3.0], [6.0], lr=4.0),
            0.5,
            "rate on x² from 3, where everything beyond 8 is NaN",
            mistakes={
                "NaN counts as low enough: it is not above anything": 4.0,
            },
        )

    @pytest.mark.parametrize("elsewhere", [4.0, math.nan], ids=["there", "everywhere"])
    def test_from_a_loss_that_is_no_number_no_step_pays(self, elsewhere):
        def f(p):
            return Value(math.nan if p[0].data == 3 else elsewhere)

        expect_raises(
            ValueError,
            lambda: line_search(f, [3.0], [6.0]),
            "a search where the loss is NaN from the start (nothing is below NaN, so a loop that "
            "goes on while the loss is too high never begins)",
        )

    def test_the_fiftieth_halving_is_still_tried(self):
        # λ = 1.5 · 2⁵⁰: the rate 2⁻⁵⁰ passes, and twice that does not
        curvature = 1.5 * 2.0**50
        expect_close(
            searched(bowl(curvature), [1.0], [curvature]) * 2.0**50,
            1.0,
            "rate, times 2⁵⁰, in a bowl where just 2⁻⁵⁰ is short enough",
        )

    def test_after_that_it_gives_up(self):
        curvature = 1.5 * 2.0**51
        expect_raises(
            ValueError,
            lambda: line_search(bowl(curvature), [1.0], [curvature]),
            "a search in which the first rate and 50 halvings are all too long",
        )

    def test_a_gradient_that_points_downhill_is_an_error(self):
        expect_raises(
            ValueError,
            lambda: line_search(bowl(2.0), [3.0], [-6.0]),
            "a search with the wrong sign of the gradient, where every step leads uphill",
        )

    def test_the_point_and_the_gradient_are_left_unchanged(self):
        point, gradient = [2.0, 1.0], [4.0, 10.0]
        searched(bowl(2.0, 10.0), point, gradient)
        assert (point, gradient) == ([2.0, 1.0], [4.0, 10.0]), (
            f"point and gradient were [2.0, 1.0] and [4.0, 10.0], and are {point} and {gradient}: "
            "trying a step is not taking it"
        )
