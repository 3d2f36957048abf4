"""3.1 · Gradient descent: a step against the gradient, a walk of such steps, and a line."""

import math
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase1_autodiff.graph import topological_order
from katas.phase1_autodiff.value import Value
from katas.phase3_training.gradient_descent import (
    fit_line,
    fit_line_exact,
    gradient_descent_step,
    is_diverging,
    minimize,
)


def bowl(*curvatures):
    """Half the sum of curvature · x²: a step multiplies x by 1 - lr · curvature."""
    return lambda xs: sum(0.5 * curvature * x**2 for curvature, x in zip(curvatures, xs))


def parameter(data, grad):
    """A leaf whose gradient is filled in, as a backward pass would."""
    made = Value(data)
    made.grad = grad
    return made


@pytest.mark.kata("gradient_descent_step")
class TestGradientDescentStep:
    def test_a_parameter_moves_against_its_gradient(self):
        w = parameter(5.0, 3.0)
        gradient_descent_step([w], 0.1)
        expect_close(
            w.data,
            4.7,
            "w after a step of 0.1 from 5, where the slope is 3",
            mistakes={
                "the step goes along the gradient: that is ascent, and the loss rises": 5.3,
                "the parameter itself is not changed, but a name bound to something new": 5.0,
                "the learning rate is left out": 2.0,
                "the step is taken twice": 4.4,
                "half the step is taken": 4.85,
                "the gradient is divided by the learning rate": -25.0,
                "the gradient is added to the learning rate, not multiplied": 1.9,
                "the step takes the place of the parameter": -0.3,
                "only the sign of the gradient counts, not its size": 4.9,
                "the gradient is subtracted and the result multiplied by lr": 0.2,
            },
        )

    def test_a_negative_slope_moves_it_up(self):
        w = parameter(5.0, -3.0)
        gradient_descent_step([w], 0.1)
        expect_close(
            w.data,
            5.3,
            "w after a step of 0.1 from 5, where the slope is -3",
            mistakes={"the size of the gradient is taken without its sign": 4.7},
        )

    def test_each_parameter_has_a_gradient_of_its_own(self):
        parameters = [parameter(1.0, 4.0), parameter(-2.0, -6.0), parameter(7.0, 0.0)]
        gradient_descent_step(parameters, 0.5)
        expect_close(
            parameters,
            [-1.0, 1.0, 7.0],
            "three parameters after a step of 0.5 against the gradient (4, -6, 0)",
            mistakes={
                "only the first parameter moves": [-1.0, -2.0, 7.0],
                "the first parameter's gradient is used for all": [-1.0, -4.0, 5.0],
                "the last parameter's gradient is used for all": [1.0, -2.0, 7.0],
                "the gradient is brought to length 1 first": [
                    1 - 2 / 52**0.5,
                    -2 + 3 / 52**0.5,
                    7.0,
                ],
                "the gradient is averaged over the parameters": [4 / 3, -5 / 3, 22 / 3],
                "the step is divided by the number of parameters": [1 / 3, -1.0, 7.0],
            },
        )

    def test_whoever_holds_a_parameter_sees_it_move(self):
        w = parameter(5.0, 3.0)
        parameters = [w]
        gradient_descent_step(parameters, 0.1)
        same = len(parameters) == 1 and parameters[0] is w
        assert same, (
            "the list holds another Value than before: it was rebound, not changed. The neuron "
            "that w belongs to still holds the old one, and never learns anything."
        )

    def test_the_data_stays_a_plain_number(self):
        w = parameter(5.0, 3.0)
        gradient_descent_step([w], 0.1)
        assert not hasattr(w.data, "parents"), (
            f"w.data is a {type(w.data).__name__} now, and should be a float: the update was "
            "computed with Values, so it was recorded as a part of the graph"
        )
        expect_kind(w.data, float, "w.data after a step")

    def test_the_rate_may_be_a_number_of_numpy(self):
        w = parameter(5.0, 3.0)
        gradient_descent_step([w], np.float32(0.5))
        expect_kind(w.data, float, "w.data after a step at the rate np.float32(0.5)")

    def test_what_is_no_list_of_parameters_is_refused(self):
        w = parameter(5.0, 3.0)
        for given, what in (([w, w], "a list with one parameter twice"), ([], "no parameters")):
            expect_raises(
                ValueError,
                lambda given=given: gradient_descent_step(given, 0.1),
                f"a step of {what} (listed refuses that, and what else cannot be moved)",
            )

    def test_a_slope_of_zero_does_not_hold_up_the_others(self):
        parameters = [parameter(7.0, 0.0), parameter(1.0, 4.0)]
        gradient_descent_step(parameters, 0.5)
        expect_close(
            parameters,
            [7.0, -1.0],
            "two parameters after a step of 0.5 against the gradient (0, 4)",
            mistakes={"the walk over the parameters ends at the first slope of 0": [7.0, 1.0]},
        )

    @pytest.mark.parametrize("grad", [1e6, -1e6, 1e-15])
    def test_large_and_small_slopes_count_in_full(self, grad):
        w = Value(0.0)
        w.grad = grad
        gradient_descent_step([w], lr=0.5)
        expect_close(
            w.data / grad,
            -0.5,
            f"step from 0 at lr 0.5 against a gradient of {grad:g}, in units of it,",
            mistakes={
                "small steps are rounded, or small gradients passed over": 0.0,
            }
            if abs(grad) < 1
            else {
                f"the gradient is cut off at ±{n}": -0.5 * n / 1e6 for n in (1, 5, 10, 100, 1000)
            },
        )

    def test_a_slope_that_is_no_number_shows(self):
        parameters = [parameter(7.0, math.nan), parameter(1.0, 4.0)]
        gradient_descent_step(parameters, 0.5)
        expect_close(
            parameters,
            [math.nan, -1.0],
            "two parameters after a step of 0.5 against the gradient (NaN, 4)",
            mistakes={
                "NaN is passed over, and the fault stays hidden": [7.0, -1.0],
                "NaN is taken for 0 or for an end": [7.0, 1.0],
            },
        )

    def test_the_update_leaves_no_trace_in_the_graph(self):
        parameters = [Value(5.0)]
        counts = []
        for _ in range(3):
            loss = (parameters[0] * 3 - 6) ** 2
            counts.append(len(topological_order(loss)))
            parameters[0].grad = 0.0
            loss.backward()
            gradient_descent_step(parameters, 0.01)
        assert len(set(counts)) == 1, (
            f"the graph of one and the same loss has {counts} nodes before the 1st, 2nd and 3rd "
            "step: each update was recorded as part of the graph, so that every backward pass "
            "walks through all steps before"
        )

    def test_the_gradient_stays_as_it_is(self):
        w = parameter(5.0, 3.0)
        gradient_descent_step([w], 0.1)
        expect_close(
            w.grad,
            3.0,
            "gradient of w after the step",
            mistakes={
                "the step clears the gradients (that is zero_grad's job)": 0.0,
                "the gradient is scaled in place": 0.3,
                "the sign of the gradient is changed in place": -3.0,
                "the step itself is stored in the gradient": -0.3,
            },
        )


def walk(f, start, lr, steps):
    """The points and the losses of a walk; fails unless minimize returns just these two."""
    result = minimize(f, start, lr, steps)
    if not isinstance(result, tuple | list) or len(result) != 2:
        length = f" of {len(result)}" if isinstance(result, tuple | list) else ""
        pytest.fail(
            "minimize should return two things, the list of all points and the list of all losses, "
            f"and returned a {type(result).__name__}{length}"
        )
    return result


@pytest.mark.kata("minimize")
class TestMinimize:
    def test_without_a_step_there_is_just_the_start(self):
        points, losses = walk(bowl(2.0, 6.0), [3.0, -2.0], 0.1, 0)
        expect_close(
            points,
            [[3.0, -2.0]],
            "points visited in 0 steps from (3, -2)",
            mistakes={"the losses come first, and then the points": [21.0]},
        )
        expect_close(
            losses,
            [21.0],
            "losses of 0 steps, where x² + 3y² is 9 + 12",
            mistakes={"the loss at the start is left out where there is no step": []},
        )

    def test_three_steps_visit_four_points(self):
        points, losses = walk(bowl(2.0), [5.0], 0.1, 3)
        assert (len(points), len(losses)) == (4, 4), (
            f"3 steps lead from the start to 3 further points, each with its loss; returned are "
            f"{len(points)} points and {len(losses)} losses"
        )

    @pytest.mark.parametrize("start", [5.0, 5])
    def test_points_and_losses_are_plain_numbers(self, start):
        points, losses = walk(bowl(2.0), [start], 0.1, 1)
        noted = [*losses, *(x for point in points for x in point)]
        kinds = [type(x).__name__ for x in noted if not isinstance(x, Real)]
        assert not kinds, (
            f"among the points and losses there is a {kinds[0]}, where a number should be: a point "
            "of Values goes on moving, and a loss kept as a Value keeps its whole graph in memory"
        )
        expect_kind(points, [[float]], "the list of points")
        expect_kind(losses, [float], "the list of losses")

    def test_each_point_is_a_list_of_its_own(self):
        points, _ = minimize(bowl(2.0), [5.0], 0.1, 3)
        different = len({id(point) for point in points})
        assert different == len(points), (
            f"{len(points)} points were noted, but they are just {different} different lists: one "
            "and the same list, noted again and again, shows where the walk ended each time"
        )

    def test_the_points_go_downhill(self):
        # x², so λ = 2 and each step multiplies x by 1 - 0.1 · 2 = 0.8
        points, _ = minimize(bowl(2.0), [5.0], 0.1, 3)
        expect_close(
            points,
            [[5.0], [4.0], [3.2], [2.56]],
            "points visited on x² from 5 with rate 0.1",
            mistakes={
                "each step goes along the gradient: that is ascent": [[5], [6], [7.2], [8.64]],
                "gradients are not zeroed between steps, and pile up": [[5], [4], [2.2], [-0.04]],
                "the loss is computed once: its graph keeps the slopes of the start": [
                    [5],
                    [4],
                    [3],
                    [2],
                ],
                "that one graph is used throughout, and its gradients pile up": [
                    [5],
                    [4],
                    [2],
                    [-1],
                ],
                "nothing moves: were the parameters rebound, or the gradients cleared before "
                "the step?": [[5], [5], [5], [5]],
                "each point is noted after its step, so the start is missing": [
                    [4],
                    [3.2],
                    [2.56],
                    [2.048],
                ],
                "the start is noted twice": [[5], [5], [4], [3.2]],
                "the rate falls from step to step, as lr / n": [[5], [4], [3.6], [3.36]],
                "the rate falls from step to step, by half": [[5], [4], [3.6], [3.42]],
                "each step is taken twice": [[5], [3], [1.8], [1.08]],
            },
        )

    def test_each_loss_is_that_of_its_point(self):
        _, losses = minimize(bowl(2.0), [5.0], 0.1, 3)
        expect_close(
            losses,
            [25.0, 16.0, 10.24, 6.5536],
            "losses on x² at 5, 4, 3.2 and 2.56",
            mistakes={
                "each loss is taken after the step, not before": [16, 10.24, 6.5536, 4.194304],
                "each loss is that of the point before": [25, 25, 16, 10.24],
                "the last loss is that of the point before": [25, 16, 10.24, 10.24],
                "the slope stands where the loss belongs": [10, 8, 6.4, 5.12],
                "the lowest loss so far is subtracted": [0, -9, -5.76, -3.6864],
                "the losses are added up": [25, 41, 51.24, 57.7936],
            },
        )

    def test_every_direction_has_a_pace_of_its_own(self):
        # factors 1 - 0.25 · 1 = 0.75 along x, and 1 - 0.25 · 6 = -0.5 along y
        points, _ = minimize(bowl(1.0, 6.0), [4.0, -3.0], 0.25, 2)
        expect_close(
            points,
            [[4.0, -3.0], [3.0, 1.5], [2.25, -0.75]],
            "points visited on ½(x² + 6y²) from (4, -3) with rate 0.25",
            mistakes={
                "gradients are not zeroed between steps": [[4, -3], [3, 1.5], [1.25, 3.75]],
                "only the first parameter is moved": [[4, -3], [3, -3], [2.25, -3]],
                "the parameters are moved in turns": [[4, -3], [3, -3], [3, 1.5]],
            },
        )

    def test_all_parameters_move_at_once(self):
        # the slopes of x·y are y along x, and x along y
        points, _ = minimize(lambda p: p[0] * p[1], [3.0, 2.0], 0.5, 1)
        expect_close(
            points[-1],
            [2.0, 0.5],
            "the point after one step on x·y from (3, 2) with rate 0.5",
            mistakes={
                "x is moved first, and y's slope is measured from there": [2.0, 1.0],
                "y is moved first, and x's slope is measured from there": [2.75, 0.5],
                "x is moved first, and y gets both slopes: before and after": [2.0, -0.5],
                "y is moved first, and x gets both slopes: before and after": [1.75, 0.5],
                "the two slopes are exchanged": [1.5, 1.0],
            },
        )

    def test_the_slope_is_measured_anew_at_each_point(self):
        # x⁴ has slope 4x³: 32 at 2, and 4 at 1
        points, _ = minimize(lambda p: p[0] ** 4, [2.0], 1 / 32, 2)
        expect_close(
            points,
            [[2.0], [1.0], [0.875]],
            "points visited on x⁴ from 2 with rate 1/32",
            mistakes={
                "the slope of the start is used for every step": [[2], [1], [0]],
                "gradients are not zeroed between steps": [[2], [1], [-0.125]],
            },
        )

    @pytest.mark.parametrize("start, factor", [(0.0, 1), (1.0, -2)], ids=["at rest", "rising"])
    def test_no_step_is_left_out(self, start, factor):
        # x² with rate 1.5: the factor is 1 - 1.5 · 2 = -2, and at 0 nothing moves
        points, _ = minimize(bowl(2.0), [start], 1.5, 3)
        assert len(points) == 4, (
            f"3 steps from {start:g} visited {len(points)} points, not 4: whether the loss has "
            "stopped falling, or rises, is for the caller to judge"
        )
        expect_close(points, [[start * factor**k] for k in range(4)], "points visited on x²")

    def test_a_loss_beyond_all_floats_ends_nothing_either(self):
        """x * x is no error but inf, and the step from there leads to NaN."""
        points, losses = walk(lambda p: p[0] * p[0], [5.0], 1e200, 3)
        assert (len(points), len(losses)) == (4, 4), (
            f"3 steps on x * x with rate 1e200 visited {len(points)} points and noted "
            f"{len(losses)} losses, not 4: a loss beyond all floats is for the caller to judge"
        )

    def test_the_graph_stays_as_small_as_it_was(self):
        counts = []

        def f(p):
            loss = (p[0] * 3 - 6) ** 2
            counts.append(len(topological_order(loss)))
            return loss

        minimize(f, [5.0], 0.01, 4)
        assert len(set(counts)) == 1, (
            f"the graph of the loss has {counts} nodes, step by step: the update was recorded as "
            "part of the graph, so that each backward pass walks through all steps before"
        )

    def test_the_start_is_left_unchanged(self):
        start = [5.0, 1.0]
        minimize(bowl(2.0, 6.0), start, 0.1, 2)
        assert start == [5.0, 1.0], (
            f"the caller's start was [5.0, 1.0] and is {start} afterwards: it was walked with, not "
            "copied, and a second run would begin where this one ended"
        )

    def test_the_first_point_is_a_list_of_its_own_too(self):
        start = [5.0, 1.0]
        points, _ = walk(bowl(2.0, 6.0), start, 0.1, 2)
        assert points[0] is not start, (
            "the first point is the caller's own list: when the caller changes it for the next "
            "run, the record of this one changes, too"
        )


def expect_verdict(diverging, losses, why):
    """Fail, and say why, unless is_diverging says so; None counts as neither."""
    __tracebackhide__ = True
    verdict = is_diverging(losses)
    if verdict is None:
        why = "does every path end in a return?"
    if verdict is None or bool(verdict) != diverging:
        shown = ", ".join(f"{loss:g}" for loss in losses)
        raise AssertionError(f"is_diverging says {verdict} of the losses {shown}: {why}")


@pytest.mark.kata("is_diverging")
class TestIsDiverging:
    def test_a_rising_loss_diverges(self):
        expect_verdict(True, [4.0, 6.0, 9.0], "the last is above the first")

    def test_a_falling_loss_does_not(self):
        expect_verdict(False, [9.0, 6.0, 4.0], "the last is below the first")

    def test_a_spike_on_the_way_is_forgiven(self):
        why = "the last is compared with the first, not the highest and not the second"
        expect_verdict(False, [4.0, 9.0, 3.0], why)

    def test_a_last_step_upwards_is_forgiven(self):
        why = "the last is compared with the first, not with the one before it or the lowest"
        expect_verdict(False, [9.0, 3.0, 4.0], why)

    def test_a_last_step_downwards_is_not_enough(self):
        why = "the last is compared with the first, not with the one before it or the highest"
        expect_verdict(True, [4.0, 9.0, 7.0], why)

    def test_ending_where_it_began_is_no_divergence(self):
        expect_verdict(False, [4.0, 5.0, 4.0], "the last does not end above the first")

    @pytest.mark.parametrize("last", [math.nan, math.inf, -math.inf], ids=str)
    def test_a_last_loss_that_is_not_finite_diverges(self, last):
        why = "a run does not come back from there. (NaN is above nothing: it has to be asked for.)"
        expect_verdict(True, [4.0, 3.0, last], why)

    def test_above_a_first_loss_that_is_no_number_is_everything(self):
        why = "the first is NaN, so that nothing can be called no higher"
        expect_verdict(True, [math.nan, 3.0], why)

    @pytest.mark.parametrize("between", [math.inf, math.nan], ids=str)
    def test_only_the_last_loss_has_to_be_finite(self, between):
        expect_verdict(False, [4.0, between, 3.0], "the last is finite, and below the first")

    def test_a_little_above_the_first_is_above_it(self):
        why = "the last is above the first, by however little: nothing is said of a tolerance"
        expect_verdict(True, [4.0, 3.0, 4.5], why)
        expect_verdict(True, [4.0, 3.0, 4.0 + 1e-12], why)

    @pytest.mark.parametrize("first", [math.inf, 1e30], ids=["infinite", "huge"])
    def test_below_a_first_loss_of_any_size_is_below_it(self, first):
        why = "the last is finite and below the first, however large either is"
        expect_verdict(False, [first, 1e20], why)

    def test_losses_below_zero_fall_and_rise_as_others_do(self):
        why = "above means greater: -4 is above -6, though its size is smaller"
        expect_verdict(False, [-4.0, -5.0, -6.0], why)
        expect_verdict(True, [-6.0, -5.0, -4.0], why)

    def test_a_single_loss_has_not_moved(self):
        expect_verdict(False, [4.0], "it is first and last, and not above itself")

    @pytest.mark.parametrize("only", [math.nan, math.inf], ids=str)
    def test_a_single_loss_has_to_be_finite_too(self, only):
        expect_verdict(True, [only], "the last is not finite, though it is not above itself")

    def test_no_losses_cannot_be_judged(self):
        expect_raises(ValueError, lambda: is_diverging([]), "is_diverging of an empty list")


# Σx = 7, Σy = 9, Σx² = 21, Σxy = 25: no line goes through all three
XS, YS = [1.0, 2.0, 4.0], [3.0, 1.0, 5.0]


@pytest.mark.kata("fit_line")
class TestFitLine:
    def test_without_a_step_the_line_is_flat(self):
        expect_close(
            fit_line(XS, YS, 0.06, 0),
            [0.0, 0.0],
            "w and b before the first step",
            mistakes={
                "it is the line of least squares, whatever the number of steps": [6 / 7, 1.0],
                "the walk begins at w = 1": [1.0, 0.0],
                "the walk begins at small numbers, as the weights of a network do": [0.01, 0.01],
                "the walk begins at w = 1 and b = 1": [1.0, 1.0],
            },
        )

    def test_w_and_b_are_plain_numbers(self):
        kinds = [type(x).__name__ for x in fit_line(XS, YS, 0.06, 1) if not isinstance(x, Real)]
        assert not kinds, (
            f"w or b is a {kinds[0]}, and should be a number: whoever asks for a line wants to "
            "draw it, and not to train it on"
        )

    def test_one_step(self):
        # at w = b = 0 the slopes are -2 · 25 / 3 along w, and -2 · 9 / 3 along b
        expect_close(
            fit_line(XS, YS, 0.06, 1),
            [1.0, 0.36],
            "w and b after one step of 0.06 on (1, 3), (2, 1), (4, 5)",
            mistakes={
                "the squared errors are added up, not averaged": [3.0, 1.08],
                "there is a ½ in the squared error": [0.5, 0.18],
                "the mean is divided by the number of points once more": [1 / 3, 0.12],
                "x and y are exchanged": [1.0, 0.28],
                "b comes before w": [0.36, 1.0],
                "the step goes along the gradient": [-1.0, -0.36],
                "b is not trained": [1.0, 0.0],
                "w is moved first, and b's slope is measured from there": [1.0, 0.08],
                "the absolute error is taken, not the squared": [0.06 * 7 / 3, 0.06],
                "only the first point counts": [0.36, 0.36],
                "only the last point counts": [2.4, 0.6],
                "each point moves the line on, before the next is looked at": [1.918272, 0.744768],
                "each point moves the line on by its share": [0.838336, 0.312384],
                # Σ (x - 7/3)·y is 4
                "the xs are centred first, which is another walk": [0.16, 0.36 - 0.16 * 7 / 3],
                # and the spread is 14/9
                "the xs are standardised first, which is another walk": [1.44 / 14, 0.12],
                "one step too few is taken": [0.0, 0.0],
                "one step too many is taken": [1.0592, 0.3968],
            },
        )

    def test_the_second_step_starts_from_the_first(self):
        # at (1, 0.36) the line is off by -1.64, 1.36, -0.64: slopes -2 · 1.48 / 3, -2 · 0.92 / 3
        expect_close(
            fit_line(XS, YS, 0.06, 2),
            [1.0592, 0.3968],
            "w and b after two steps of 0.06",
            mistakes={
                "gradients are not zeroed between steps": [2.0592, 0.7568],
                "the slopes of the start are used for every step": [2.0, 0.72],
                "one step too few is taken": [1.0, 0.36],
                "one step too many is taken": [1.058368, 0.412608],
            },
        )

    def test_a_walk_that_runs_away_is_shown_as_it_is(self):
        # five times the step of 0.06: the loss rises from 35 / 3 to about 136
        expect_close(
            fit_line(XS, YS, 0.3, 1),
            [5.0, 1.8],
            "w and b after one step of 0.3, which is far too long",
            mistakes={"the best line on the way is returned, not the last": [0.0, 0.0]},
        )

    def test_points_on_a_line_give_that_line(self):
        expect_close(
            fit_line([0.0, 1.0, 2.0, 3.0], [-1.0, 1.0, 3.0, 5.0], 0.2, 300),
            [2.0, -1.0],
            "w and b after 300 steps on four points of y = 2x - 1",
            mistakes={"the line goes through the origin: there is no b": [11 / 7, 0.0]},
        )

    def test_the_points_stay_as_they_were(self):
        xs, ys = list(XS), list(YS)
        fit_line(xs, ys, 0.06, 2)
        assert (xs, ys) == (XS, YS), f"the caller's points are {xs}, {ys} now, not {XS}, {YS}"

    @pytest.mark.parametrize("n, m", [(3, 2), (2, 3)], ids=["3 and 2", "2 and 3"])
    def test_unequal_lengths_are_refused(self, n, m):
        expect_raises(
            ValueError,
            lambda: fit_line(XS[:n], YS[:m], 0.06, 2),
            f"{n} xs with {m} ys (zip drops what is left over without a word)",
            naming=[n, m],
        )


def exact(xs, ys):
    """The line of least squares, where there is one."""
    try:
        return fit_line_exact(xs, ys)
    except ValueError as error:
        raise AssertionError(
            f"fit_line_exact refused the xs {xs} ({error}): they are not all the same, however "
            "close some of them are, so there is a best line"
        ) from None


@pytest.mark.kata("fit_line_exact")
class TestFitLineExact:
    def test_points_on_a_line_give_that_line(self):
        expect_close(
            fit_line_exact([-1.0, 0.0, 3.0], [-3.0, -1.0, 5.0]),
            [2.0, -1.0],
            "w and b of three points of y = 2x - 1",
            mistakes={"b comes before w": [-1.0, 2.0]},
        )

    def test_two_points_are_enough(self):
        expect_close(fit_line_exact([1.0, 4.0], [7.0, 1.0]), [-2.0, 9.0], "w and b of two points")

    def test_other_points_give_the_line_of_least_squares(self):
        # means 7/3 and 3; Σ(x - 7/3)² = 14/3, Σ(x - 7/3)(y - 3) = 4
        expect_close(
            fit_line_exact(XS, YS),
            [6 / 7, 1.0],
            "w and b for (1, 3), (2, 1), (4, 5)",
            mistakes={
                "b comes before w": [1.0, 6 / 7],
                "the products are divided by the spread of the ys": [1 / 2, 3 - 7 / 6],
                "a line is fitted that gives x for y": [1 / 2, 5 / 6],
                "the means are not subtracted, and the line passes the origin": [25 / 21, 0.0],
                "the means are not subtracted in the slope": [25 / 21, 2 / 9],
                "the means are subtracted below the fraction only": [75 / 14, 3 - 75 / 6],
                "the products are averaged over N, the spread over N - 1": [4 / 7, 5 / 3],
                "the products are averaged, the spread is not": [2 / 7, 7 / 3],
                "the root of the spread is taken": [4 / (14 / 3) ** 0.5, 3 - 28 / 42**0.5],
                "w · x_mean is added to y_mean, not subtracted": [6 / 7, 5.0],
                "x and y change places in b": [6 / 7, 7 / 3 - 18 / 7],
                "the correlation stands where the slope belongs": [
                    4 / (112 / 3) ** 0.5,
                    3 - 28 / 3 / (112 / 3) ** 0.5,
                ],
                "the line is drawn through the first and the last point": [2 / 3, 7 / 3],
                "b is the mean of the ys: is w · x_mean still to be subtracted?": [6 / 7, 3.0],
                "the medians are taken, not the means": [0.8, 1.4],
                "w is the mean of the slopes between neighbours": [0.0, 3.0],
                "the line is laid through the first point, not through the means": [6 / 7, 15 / 7],
            },
        )

    def test_neither_slope_of_the_squared_error_is_left(self):
        xs, ys = [-3.0, 0.5, 2.0, 7.0, 7.0], [4.0, -1.0, 3.0, -8.0, 2.5]
        w, b = fit_line_exact(xs, ys)
        errors = [w * x + b - y for x, y in zip(xs, ys)]
        expect_close(
            [sum(errors), sum(error * x for error, x in zip(errors, xs))],
            [0.0, 0.0],
            "Σ error and Σ error · x of the best line, the slopes along b and w",
        )

    def test_the_points_stay_as_they_were(self):
        xs, ys = list(XS), list(YS)
        fit_line_exact(xs, ys)
        assert (xs, ys) == (XS, YS), f"the caller's points are {xs}, {ys} now, not {XS}, {YS}"

    @pytest.mark.parametrize("n, m", [(3, 2), (2, 3)], ids=["3 and 2", "2 and 3"])
    def test_unequal_lengths_are_refused(self, n, m):
        expect_raises(
            ValueError,
            lambda: fit_line_exact(XS[:n], YS[:m]),
            f"{n} xs with {m} ys (zip drops what is left over without a word)",
            naming=[n, m],
        )

    def test_points_that_are_close_together_still_give_a_line(self):
        # the points above, in a unit a hundred million times as large
        expect_close(
            exact([1e-8 * x for x in XS], YS),
            [6e8 / 7, 1.0],
            "w and b for xs of 1e-8, 2e-8 and 4e-8",
            mistakes={
                f"{eps:g} is added to the spread": [
                    4e-8 / (14e-16 / 3 + eps),
                    3 - 4e-8 / (14e-16 / 3 + eps) * 7e-8 / 3,
                ]
                for eps in (1e-16, 1e-15, 1e-12, 1e-10, 1e-8)
            },
        )

    @pytest.mark.parametrize(
        "xs, ys, line",
        [
            ([1e-13, 2e-13, 4e-13], YS, [6e13 / 7, 1.0]),
            ([10**9, 10**9 + 1], [3, 5], [2.0, 3.0 - 2e9]),
            ([1e9, 1e9 + 1], [3.0, 5.0], [2.0, 3.0 - 2e9]),
        ],
        ids=["near 0", "far from 0", "far from 0, and floats"],
    )
    def test_xs_that_differ_at_all_give_a_line(self, xs, ys, line):
        try:
            w, b = fit_line_exact(xs, ys)
        except (ValueError, ZeroDivisionError) as error:
            pytest.fail(
                f"xs {xs} are refused ({error}), and they differ: only xs that are all the same "
                "have no line. What counts as close depends on the unit they are measured in. (The "
                "spread n·Σx² - (Σx)² is a difference of numbers so large that rounding may leave "
                "nothing of it, and that of the distances from the mean is not.)"
            )
        expect_close(
            [w / line[0], b / line[1]],
            [1.0, 1.0],
            f"w and b for {xs}, over the right ones",
            tolerance=1e-5,  # a solver of equations is a little off, so far from 0
        )

    def test_ends_above_each_other_still_give_a_line(self):
        expect_close(
            exact([1.0, 3.0, 1.0], [2.0, 7.0, 4.0]),
            [2.0, 1.0],
            "w and b for (1, 2), (3, 7), (1, 4): through (1, 3), the middle of two, and (3, 7)",
        )

    def test_a_single_point_is_refused(self):
        try:
            line = fit_line_exact([2.0], [3.0])
        except ZeroDivisionError:
            pytest.fail(
                "a single point leads to a division by 0: with one x, all xs are the same, and "
                "that is a ValueError"
            )
        except ValueError:
            return
        pytest.fail(f"one point gave the line {line}: no slope is best, so it is a ValueError")

    @pytest.mark.parametrize(
        "n, x", [(3, 2.0), (3, 0.1), (3, 1e8 + 0.1), (11, 1.7e9 + 0.3)], ids=lambda x: f"{x:g}"
    )
    def test_points_above_each_other_are_refused(self, n, x):
        """The mean of three times 0.1 is not 0.1 in floats, and far from 0 it is further off."""
        expect_raises(
            ValueError,
            lambda: fit_line_exact([x] * n, [3.0, *range(1, n)]),
            f"{n} points at x = {x}, where no slope is best (in floats the mean of equal numbers "
            "may be off in its last digit, so that the spread is not quite 0),",
        )
