"""2.4 · Loss functions: how far off a number or a score is, and what is measured with it."""

import math

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import (
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    clamped_log,
    cross_entropy,
    hinge,
    huber,
    initial_loss,
    l2_penalty,
    log_softmax,
    mean_absolute_error,
    mean_squared_error,
)
from katas.phase2_networks.spec_helpers import (
    KINDS,
    NO_WAY_BACK,
    UNEQUAL,
    both_kinds,
    expect_nan_stays,
    expect_number,
    expect_unequal_refused,
    gradients,
    handed_over,
    loss_of,
    values,
)

inf, nan = math.inf, math.nan


@pytest.mark.kata("mean_squared_error")
class TestMeanSquaredError:
    def test_the_squares_of_the_errors_are_averaged(self):
        # errors 2, -1, 0.5; squares 4, 1, 0.25
        expect_close(
            loss_of(mean_squared_error, values(3.0, 1.0, 2.5), [1.0, 2.0, 2.0]),
            1.75,
            "squared error of 3, 1, 2.5 against 1, 2, 2",
            mistakes={
                "the squares are added up, and not averaged": 5.25,
                (
                    "there is a half in front, as in optax.l2_loss",
                    "the sum so far and the new square are averaged, one after the other",
                ): 0.875,
                "it is divided by N inside the loop, once for each example": 4 / 27
                + 1 / 9
                + 1 / 12,
                "the mean is divided by N - 1, as for a variance": 2.625,
                "it is divided by N + 1": 5.25 / 4,
                (
                    "the error is averaged first and squared afterwards",
                    "only the last example counts",
                ): 0.25,
                "the errors are not squared": 0.5,
                "the sign of each error is kept: error · |error|": 3.25 / 3,
                "the absolute errors are averaged": 3.5 / 3,
                "the root is taken at the end": math.sqrt(1.75),
                "the squares of predictions and targets are subtracted": 7.25 / 3,
                "targets are added and not subtracted": 45.25 / 3,
                "only the last example is left, and it is divided by N": 0.25 / 3,
            },
        )

    def test_a_target_may_lie_between_whole_numbers(self):
        expect_close(
            loss_of(mean_squared_error, values(1.0), [1.75]),
            0.5625,
            "squared error of 1 against 1.75",
            mistakes={"the target is rounded": 1.0, "the target is cut to a whole number": 0.0},
        )

    def test_an_exact_prediction_costs_nothing(self):
        expect_close(mean_squared_error(values(2.0, -7.0), [2.0, -7.0]), 0.0, "no error at all")

    def test_the_loss_is_a_value(self):
        loss = loss_of(mean_squared_error, values(3.0), [1.0])
        assert isinstance(loss, Value), (
            f"the loss is {loss!r} ({type(loss).__name__}), and should be a Value: a plain number "
            "cannot be followed backwards"
        )

    def test_each_prediction_is_pushed_in_proportion_to_its_error(self):
        # 3 · 2 · error / 3 for the errors 2, -1, 0.5
        predictions = values(3.0, 1.0, 2.5)
        loss = loss_of(mean_squared_error, predictions, [1.0, 2.0, 2.0])
        expect_close(
            gradients(loss, predictions, 3.0),
            [4.0, -2.0, 1.0],
            "gradients of 3 · loss for the errors 2, -1, 0.5",
            mistakes={
                "the squares are added up, and not averaged": [12.0, -6.0, 3.0],
                (
                    "there is a half in front, as in optax.l2_loss",
                    "one factor of each square is taken of .data",
                ): [2.0, -1.0, 0.5],
                "the push has the wrong sign": [-4.0, 2.0, -1.0],
                "the sign of the error is lost": [4.0, 2.0, 1.0],
                NO_WAY_BACK: [0.0, 0.0, 0.0],
            },
        )

    def test_a_prediction_that_serves_twice_is_pushed_twice(self):
        # one p = 2 against 1 and 5: 2 · (1 - 3) / 2 = -2
        p = Value(2.0)
        loss = loss_of(mean_squared_error, [p, p], [1.0, 5.0])
        expect_close(
            gradients(loss, [p], 1.0),
            [-2.0],
            "gradient of one prediction, used twice",
            mistakes={"its last target alone counts, as in a dict of predictions": [-6.0]},
        )

    def test_a_single_example_is_its_own_mean(self):
        expect_close(mean_squared_error(values(-4.0), [1.0]), 25.0, "squared error of -4 against 1")

    def test_nan_stays_nan(self):
        expect_nan_stays(mean_squared_error, [1.0, 2.0])

    @UNEQUAL
    def test_unequal_lengths_are_refused(self, n_predictions, n_targets):
        expect_unequal_refused(
            lambda: loss_of(mean_squared_error, values(*[1.0] * n_predictions), [1.0] * n_targets),
            n_predictions,
            n_targets,
        )


@pytest.mark.kata("mean_absolute_error")
class TestMeanAbsoluteError:
    def test_the_sizes_of_the_errors_are_averaged(self):
        # errors 2, -1, 0.5
        expect_close(
            loss_of(mean_absolute_error, values(3.0, 1.0, 2.5), [1.0, 2.0, 2.0]),
            3.5 / 3,
            "absolute error of 3, 1, 2.5 against 1, 2, 2",
            mistakes={
                "the sizes are added up, and not averaged": 3.5,
                (
                    "errors of opposite sign cancel",
                    "the side is told by the sign of the prediction, not of the error",
                    "only the last example counts",
                ): 0.5,
                "predictions that are too low count as 0": 2.5 / 3,
                "predictions that are too low count as 0, and the others twice": 5 / 3,
                "predictions that are too high count as 0": 1 / 3,
                "the errors are squared": 1.75,
                "the one in the middle is taken, and not the mean": 1.0,
                "the root of the mean square is taken": math.sqrt(1.75),
            },
        )

    def test_every_error_pushes_equally_hard(self):
        predictions = values(3.0, 1.0, 2.5)
        loss = loss_of(mean_absolute_error, predictions, [1.0, 2.0, 2.0])
        expect_close(
            gradients(loss, predictions, 6.0),
            [2.0, -2.0, 2.0],
            "gradients of 6 · loss for the errors 2, -1, 0.5",
            mistakes={
                "the sizes are added up, and not averaged": [6.0, -6.0, 6.0],
                "the push has the wrong sign": [-2.0, 2.0, -2.0],
                (
                    "the sign of the error is lost",
                    "the side is told by the sign of the prediction, not of the error",
                ): [2.0, 2.0, 2.0],
                "the push grows with the error, as with squares": [8.0, -4.0, 2.0],
                "predictions that are too low are not pushed": [2.0, 0.0, 2.0],
                NO_WAY_BACK: [0.0, 0.0, 0.0],
            },
        )

    def test_a_target_may_lie_between_whole_numbers(self):
        expect_close(
            loss_of(mean_absolute_error, values(1.0), [1.75]),
            0.75,
            "absolute error of 1 against 1.75",
            mistakes={"the target is rounded": 1.0, "the target is cut to a whole number": 0.0},
        )

    def test_exact_predictions_cost_nothing(self):
        expect_close(
            loss_of(mean_absolute_error, values(2.0, -7.0), [2.0, -7.0]),
            0.0,
            "no error at all",
            mistakes={
                f"{eps:g} is added under a root, as in √(d² + ε)": math.sqrt(eps)
                for eps in (1e-16, 1e-12, 1e-10, 1e-8, 1e-6)
            },
        )

    def test_an_exact_prediction_is_not_pushed(self):
        predictions = values(2.0, 5.0)
        loss = loss_of(mean_absolute_error, predictions, [2.0, 1.0])
        expect_close(loss, 2.0, "absolute error of 2, 5 against 2, 1")
        expect_close(
            gradients(loss, predictions, 2.0),
            [0.0, 1.0],
            "gradients of 2 · loss where the first prediction is exact (0 by convention)",
            mistakes={
                "an exact prediction counts as too high (so it does where JAX's abs is used, whose "
                "slope at 0 is 1; the course follows PyTorch)": [1.0, 1.0],
                "an exact prediction counts as too low": [-1.0, 1.0],
                "the size is the root of the square: at 0 its slope is infinity times 0": [nan, 1],
            },
        )

    def test_nan_stays_nan(self):
        expect_nan_stays(mean_absolute_error, [1.0, 2.0])

    @UNEQUAL
    def test_unequal_lengths_are_refused(self, n_predictions, n_targets):
        expect_unequal_refused(
            lambda: loss_of(mean_absolute_error, values(*[1.0] * n_predictions), [1.0] * n_targets),
            n_predictions,
            n_targets,
        )


@pytest.mark.kata("huber")
class TestHuber:
    def test_a_small_error_is_squared_and_halved(self):
        expect_close(
            loss_of(huber, values(5.5), [5.0]),
            0.125,
            "Huber loss of an error of 0.5",
            mistakes={
                "the parabola lacks its half": 0.25,
                "it is the smooth form, δ²(√(1 + (d/δ)²) - 1)": math.sqrt(1.25) - 1,
                "it is log cosh d": math.log(math.cosh(0.5)),
                "a small error is already on the line": 0.0,
                "a small error is on the line, without its -½δ²": 0.5,
            },
        )

    def test_a_large_error_is_on_the_line(self):
        # delta = 3: errors 2, 4, -6 cost 2, 12 - 4.5, 18 - 4.5; the mean is 23 / 3
        expect_close(
            loss_of(huber, values(12.0, 14.0, 4.0), [10.0, 10.0, 10.0], delta=3.0),
            23 / 3,
            "Huber loss of the errors 2, 4, -6 with delta 3",
            mistakes={
                "the losses are added up, and not averaged": 23.0,
                "the line lacks its -½δ²": 32 / 3,
                "the line has -δ² in place of -½δ²": 14 / 3,
                "the line has -½δ in place of -½δ²": 29 / 3,
                "the line has -½ whatever delta is": 31 / 3,
                "the line has +½δ² in place of -½δ²": 41 / 3,
                "the slope of the line is 1, not delta": 3 / 3,
                "all is divided by delta, as in PyTorch's and MLX's smooth L1": 23 / 9,
                "delta is 1 whatever is given": 10.5 / 3,
                "the parabola lacks its half": 25 / 3,
                "every error is on the parabola": 28 / 3,
                (
                    "every error is on the line, or the corner is at 1 whatever delta is",
                    "the largest error decides for all, or the square is compared with delta",
                ): 22.5 / 3,
                "a negative error is on the parabola, however large": 27.5 / 3,
                "on the line the sign of the error is kept, or told by the prediction": -13 / 3,
                "the errors are averaged first, and the loss is that of their mean": 0.0,
            },
        )

    def test_the_push_is_the_error_up_to_delta_and_delta_beyond(self):
        predictions = values(12.0, 14.0, 4.0, 9.5)
        loss = loss_of(huber, predictions, [10.0] * 4, delta=3.0)
        expect_close(
            gradients(loss, predictions, 4.0),
            [2.0, 3.0, -3.0, -0.5],
            "gradients of 4 · loss for the errors 2, 4, -6, -0.5 with delta 3",
            mistakes={
                "the losses are added up, and not averaged": [8.0, 12.0, -12.0, -2.0],
                "the parabola lacks its half": [4.0, 3.0, -3.0, -1.0],
                "the slope of the line is 1, not delta": [2.0, 1.0, -1.0, -0.5],
                "all is divided by delta, as in PyTorch's and MLX's smooth L1": [
                    2 / 3,
                    1.0,
                    -1.0,
                    -0.5 / 3,
                ],
                "delta is 1 whatever is given": [1.0, 1.0, -1.0, -0.5],
                "every error is on the parabola": [2.0, 4.0, -6.0, -0.5],
                "every error is on the line": [3.0, 3.0, -3.0, -3.0],
                "the corner is at 1 whatever delta is": [3.0, 3.0, -3.0, -0.5],
                "on the line the sign of the error is lost": [2.0, 3.0, 3.0, -0.5],
                "the push has the wrong sign": [-2.0, -3.0, 3.0, 0.5],
                "the size on the line is taken of .data: no way back": [2.0, 0.0, 0.0, -0.5],
                NO_WAY_BACK: [0.0] * 4,
            },
        )

    @pytest.mark.parametrize("side", [1, -1], ids=["too high", "too low"])
    @pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
    def test_parabola_and_line_meet_without_a_jump_or_a_kink(self, delta, side):
        for size in (delta - 1e-9, delta, delta + 1e-9):
            p = Value(side * size)
            loss = loss_of(huber, [p], [0.0], delta=delta)
            where = f"at an error of {side * size:.10g} with delta {delta:g}"
            expect_close(loss, delta**2 / 2, f"loss {where}", tolerance=1e-8)
            expect_close(
                gradients(loss, [p], 1.0), [side * delta], f"gradient {where}", tolerance=1e-8
            )

    def test_a_target_may_lie_between_whole_numbers(self):
        expect_close(
            loss_of(huber, values(1.0), [1.75]),
            0.28125,
            "Huber loss of 1 against 1.75",
            mistakes={"the target is rounded": 0.5, "the target is cut to a whole number": 0.0},
        )

    def test_delta_is_one_unless_given(self):
        # errors 3 and -2 cost 3 - ½ and 2 - ½
        expect_close(
            loss_of(huber, values(3.0, -2.0), [0.0, 0.0]),
            2.0,
            "Huber loss of the errors 3, -2",
            mistakes={"the line lacks its -½δ²": 2.5, "every error is on the parabola": 3.25},
        )

    def test_an_exact_prediction_costs_nothing_and_is_not_pushed(self):
        predictions = values(2.0, 9.0)
        loss = loss_of(huber, predictions, [2.0, 0.0])
        expect_close(
            [loss.data, *gradients(loss, predictions, 2.0)],
            [4.25, 0.0, 1.0],
            "loss, and gradients of 2 · loss, for the errors 0, 9",
        )

    def test_nan_stays_nan(self):
        expect_nan_stays(huber, [1.0, 2.0])

    @UNEQUAL
    def test_unequal_lengths_are_refused(self, n_predictions, n_targets):
        expect_unequal_refused(
            lambda: loss_of(huber, values(*[1.0] * n_predictions), [1.0] * n_targets),
            n_predictions,
            n_targets,
        )


@pytest.mark.kata("hinge")
class TestHinge:
    def test_what_is_missing_to_a_margin_of_one_is_averaged(self):
        # right by 3: nothing missing; right by 0.5: 0.5 missing; wrong by 2: 3 missing
        expect_close(
            loss_of(hinge, values(3.0, -0.5, 2.0), [1, -1, -1]),
            3.5 / 3,
            "hinge loss of the scores 3, -0.5, 2 with labels 1, -1, -1",
            mistakes={
                "the losses are added up, and not averaged": 3.5,
                (
                    "a score that is right by more than the margin gives something back",
                    "the labels are ignored: every score should be high",
                ): 0.5,
                "there is no margin: a right score costs nothing, however small": 2 / 3,
                "the sign is wrong: right scores cost, wrong ones do not": 5.5 / 3,
                "the losses are squared": 9.25 / 3,
                "it is the target that the score falls short of: max(0, target - score)": 0.0,
                "the mean is taken over those that cost something": 1.75,
                "wrong scores count and right ones within the margin do not": 1.0,
            },
        )

    def test_a_score_exactly_at_the_margin_costs_nothing(self):
        expect_close(
            loss_of(hinge, values(1.0, -1.0), [1, -1]),
            0.0,
            "hinge loss of the scores 1, -1 with labels 1, -1",
            mistakes={"the sign is wrong: right scores cost, wrong ones do not": 2.0},
        )

    def test_a_score_exactly_at_the_margin_is_not_pushed(self):
        scores = values(1.0, -1.0, 0.0)
        expect_close(
            gradients(loss_of(hinge, scores, [1, -1, 1]), scores, 3.0),
            [0.0, 0.0, -1.0],
            "gradients of 3 · loss for the scores 1, -1, 0 with labels 1, -1, 1",
            mistakes={
                "the margin itself still pushes: its gradient is 0 by convention, as relu's is at "
                "0": [-1.0, 1.0, -1.0],
                "the margin itself pushes by half, as maximum(x, 0) does in PyTorch and JAX": [
                    -0.5,
                    0.5,
                    -1.0,
                ],
            },
        )

    def test_only_scores_inside_the_margin_are_pushed(self):
        scores = values(3.0, -0.5, 2.0, 0.25)
        loss = loss_of(hinge, scores, [1, -1, -1, 1])
        expect_close(
            gradients(loss, scores, 8.0),
            [0.0, 2.0, 2.0, -2.0],
            "gradients of 8 · loss for the scores 3, -0.5, 2, 0.25 with labels 1, -1, -1, 1",
            mistakes={
                "the losses are added up, and not averaged": [0.0, 8.0, 8.0, -8.0],
                "scores beyond the margin are pushed as well": [-2.0, 2.0, 2.0, -2.0],
                "only scores of the wrong sign are pushed": [0.0, 0.0, 2.0, 0.0],
                "the push has the wrong sign": [0.0, -2.0, -2.0, 2.0],
                "the labels are ignored: every score should be high": [0.0, -2.0, 0.0, -2.0],
                "the push grows with what is missing, as with squares": [0.0, 2.0, 12.0, -3.0],
                NO_WAY_BACK: [0.0] * 4,
            },
        )

    @pytest.mark.parametrize("label", [0, 2, 0.5])
    def test_a_label_other_than_one_or_minus_one_is_refused(self, label):
        # with 0 for -1, every negative example would cost 1 whatever its score, and push nothing
        expect_raises(
            ValueError,
            lambda: loss_of(hinge, values(3.0, -3.0), [1, label]),
            f"a hinge label of {label} (a label of 0 makes target · prediction 0: such an example "
            "costs 1 whatever the score, and pushes nothing, as in Optax and MLX; Keras takes it "
            "for -1)",
            naming=[label],
        )

    @pytest.mark.parametrize("label, cost", [(1, 1.5), (-1, 0.75)], ids=str)
    def test_all_labels_may_be_the_same(self, label, cost):
        # to the margin 0.5 and 2.5 are missing for the label 1, and 1.5 and nothing for -1
        try:
            loss = loss_of(hinge, values(0.5, -1.5), [label, label])
        except ValueError as error:
            pytest.fail(
                f"labels that are all {label} are refused ({error}), and each is -1 or 1: a few "
                "examples need not have both"
            )
        expect_close(loss, cost, f"hinge loss of the scores 0.5, -1.5 with labels {label}, {label}")

    def test_a_label_may_be_a_float(self):
        expect_close(hinge(values(0.5, -3.0), [1.0, -1.0]), 0.25, "hinge loss with float labels")

    def test_nan_stays_nan(self):
        expect_nan_stays(hinge, [1, -1])

    @UNEQUAL
    def test_unequal_lengths_are_refused(self, n_predictions, n_targets):
        expect_unequal_refused(
            lambda: loss_of(hinge, values(*[1.0] * n_predictions), [1] * n_targets),
            n_predictions,
            n_targets,
        )


@pytest.mark.kata("l2_penalty")
class TestL2Penalty:
    def test_the_squares_are_added_up_and_scaled(self):
        # 0.1 · (1 + 4 + 9)
        expect_close(
            l2_penalty(values(1.0, -2.0, 3.0), 0.1),
            1.4,
            "L2 penalty of 1, -2, 3 with strength 0.1",
            mistakes={
                "there is a half in front, as if weight_decay were meant (PyTorch, Optax)": 0.7,
                "the squares are averaged": 1.4 / 3,
                "the strength is missing": 14.0,
                "the strength is squared as well": 0.14,
                "the squares are divided by the strength": 140.0,
                "the strength is added, not multiplied": 14.1,
                (
                    "the sizes are added up, not the squares",
                    "the square of a negative parameter is negative",
                ): 0.6,
                "the root of the sum is taken": 0.1 * math.sqrt(14),
                "the sum is squared, not each parameter": 0.4,
                "nothing is squared": 0.2,
                "the last parameter is left out": 0.5,
                "the first parameter is left out": 1.3,
                ("every other parameter is left out", "the negative parameter is left out"): 1.0,
            },
        )

    def test_every_parameter_is_pulled_in_proportion_to_its_size(self):
        # 5 · 2 · 0.1 · w
        parameters = values(1.0, -2.0, 3.0, 0.0)
        penalty = l2_penalty(parameters, 0.1)
        expect_close(
            gradients(penalty, parameters, 5.0),
            [1.0, -2.0, 3.0, 0.0],
            "gradients of 5 · penalty for 1, -2, 3, 0 with strength 0.1",
            mistakes={
                (
                    "there is a half in front, as if weight_decay were meant (PyTorch, Optax)",
                    "one factor of each square is taken of .data",
                ): [0.5, -1.0, 1.5, 0.0],
                "the squares are averaged": [0.25, -0.5, 0.75, 0.0],
                "the strength is missing": [10.0, -20.0, 30.0, 0.0],
                "the pull is of equal size on all, as with |w|": [0.5, -0.5, 0.5, 0.0],
                "half of the parameters are left out": [1.0, -2.0, 0.0, 0.0],
                ("every other parameter is left out", "the negative parameter is left out"): [
                    1.0,
                    0.0,
                    3.0,
                    0.0,
                ],
                "the pull leads away from 0": [-1.0, 2.0, -3.0, 0.0],
                NO_WAY_BACK: [0.0] * 4,
            },
        )

    def test_a_small_parameter_counts_by_its_square(self):
        expect_close(
            l2_penalty(values(1e-10, -3e-10), 0.5).data * 1e20,
            5.0,
            "L2 penalty of 1e-10 and -3e-10 with strength ½, in units of 1e-20",
            mistakes={"a parameter that is close to 0 is left out": 0.0},
        )

    def test_no_parameters_cost_nothing(self):
        penalty = l2_penalty([], 0.1)
        expect_kind(penalty, Value, "the penalty of no parameters")
        expect_close(penalty, 0.0, "L2 penalty of no parameters")

    def test_parameters_that_are_all_0_cost_nothing(self):
        penalty = l2_penalty(values(0.0, 0.0), 0.1)
        expect_kind(penalty, Value, "the penalty of parameters that are 0")
        expect_close(penalty, 0.0, "L2 penalty of 0 and 0")

    def test_every_entry_of_the_list_counts(self):
        w, other = values(2.0, 2.0)
        penalty = l2_penalty([w, other, w], 0.5)  # 0.5 · (4 + 4 + 4)
        mistakes = {
            "a parameter that comes twice is counted once": 4.0,
            "of parameters that are equal one is counted": 2.0,
        }
        expect_close(penalty, 6.0, "L2 penalty of v, w, v, all 2, strength ½", mistakes)
        expect_close(
            gradients(penalty, [w, other], 1.0),
            [4.0, 2.0],
            "gradients of the penalty of v, w, v for v and w",
            mistakes={"a parameter that comes twice is pulled once": [2.0, 2.0]},
        )

    def test_the_parameters_stay_as_they_were(self):
        handed_over(l2_penalty, values(1.0, -2.0), 0.1)

    def test_strength_zero_costs_nothing(self):
        expect_close(l2_penalty(values(4.0, -5.0), 0.0), 0.0, "L2 penalty with strength 0")

    def test_strength_scales_all_of_it(self):
        expect_close(
            l2_penalty(values(0.5, 2.0, -1.0, 4.0), 2.0),
            42.5,
            "L2 penalty of 0.5, 2, -1, 4 with strength 2",
            mistakes={
                "there is a half in front": 21.25,
                "half of the parameters are left out": 8.5,
                "the other half of the parameters are left out": 34.0,
                "every other parameter is left out": 2.5,
            },
        )


# six examples of three classes; the highest scores are 2, 0, 1, 0, 0, 2
SCORES = [
    [0.1, 0.2, 0.9],
    [5.0, 1.0, 2.0],
    [-3.0, -1.0, -2.0],
    [9.0, 1.0, 0.0],
    [0.5, 0.4, 0.1],
    [1.0, 2.0, 3.0],
]


@pytest.mark.kata("accuracy")
class TestAccuracy:
    def test_it_is_the_share_of_examples_that_are_right(self):
        expect_close(
            accuracy(SCORES, [2, 0, 1, 0, 2, 1]),
            4 / 6,
            "accuracy with four of six right",
            mistakes={
                "the right ones are counted, and not divided by N": 4.0,
                "it is given in percent": 400 / 6,
                "it is rounded to two places": 0.67,
                "the wrong ones are counted": 2 / 6,
                "the lowest score is taken for the guess": 1 / 6,
                (
                    "the highest score is sought by its size, without its sign",
                    "the search begins at 0, and no score below that can win",
                ): 3 / 6,
                "it is 1 only if all are right, or a score is compared with a class": 0.0,
                "it is divided by the number of classes": 4 / 3,
                "it is divided by the number of scores": 4 / 18,
            },
        )

    @pytest.mark.parametrize(
        "targets, share", [([0, 1, 0], 1.0), ([1, 2, 1], 0.0), ([1, 2, 2], 0.0)]
    )
    def test_of_equal_scores_the_first_counts_as_the_highest(self, targets, share):
        expect_close(
            accuracy([[2.0, 2.0, 1.0], [0.0, 3.0, 3.0], [4.0, 4.0, 4.0]], targets),
            share,
            f"accuracy for equal scores and the targets {targets}",
            mistakes={"the last of equal scores counts": 0.0}
            if share
            else {"the last of equal scores counts, or any of them does": 1.0},
        )

    def test_scores_may_be_values(self):
        logits = [values(1.0, 3.0), [4.0, 2.0], [Value(-1.0), -2.0]]
        share = both_kinds(lambda: accuracy(logits, [1, 1, 0]), "accuracy")
        expect_number(share, "the accuracy")
        expect_close(share, 2 / 3, "accuracy with Values among the scores")

    @KINDS
    def test_a_number_of_any_kind_is_a_number(self, kind):
        logits = [[kind(1), kind(3)], [kind(4), Value(2.0)]]
        share = both_kinds(lambda: accuracy(logits, [1, 1]), "accuracy")
        expect_close(share, 1 / 2, f"accuracy with scores as {kind.__name__}")

    @pytest.mark.parametrize("scores", [[nan, nan], [1.0, nan], [nan, 1.0]], ids=str)
    def test_scores_that_are_nan_are_not_called_right(self, scores):
        share = accuracy([[3.0, 1.0], scores], [0, 0])
        assert math.isnan(share), (
            f"the accuracy is {share:.3g} where the scores of one example are {scores}, and should "
            "be nan: max and a search for the highest pass over what cannot be compared, and a "
            "model that has broken down seems to be right"
        )

    def test_the_lists_stay_as_they_were(self):
        logits, targets = [[1.0, 3.0, 2.0]], [1]
        accuracy(logits, targets)
        assert (logits, targets) == ([[1.0, 3.0, 2.0]], [1]), (
            f"the caller's lists are {logits} and {targets} afterwards: something was sorted or "
            "changed in place"
        )

    @UNEQUAL
    def test_unequal_lengths_are_refused(self, n_predictions, n_targets):
        expect_unequal_refused(
            lambda: accuracy([[1.0, 2.0]] * n_predictions, [1] * n_targets),
            n_predictions,
            n_targets,
        )

    @pytest.mark.parametrize("target", [-1, 3])
    def test_a_class_that_does_not_exist_is_refused(self, target):
        expect_raises(
            IndexError,
            lambda: accuracy([[1.0, 2.0, 0.5], [4.0, 3.0, 0.5]], [1, target]),
            f"class {target} of 3, 0 to 2 (it would count as a mistake of the model)",
            naming=[target, 2],
        )
