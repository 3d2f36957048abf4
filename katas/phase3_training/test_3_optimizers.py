"""3.3 · Optimization: a step with momentum, and a step with a scale for each parameter."""

import math

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.value import Value
from katas.phase3_training.optimizers import SGD, RMSProp
from katas.phase3_training.spec_helpers import (
    Weight,
    array,
    expect_in_place,
    expect_kept,
    expect_only_read,
    expect_settings,
    expect_small_steps,
    expect_value_to_stay_one,
    follow,
    from_one,
    path,
    step,
)


@pytest.mark.kata("SGD.__init__")
class TestSGDInit:
    def test_it_keeps_the_parameters_themselves(self):
        a, b = Weight(2.0), Weight(array(3.0, 5.0))
        expect_kept(SGD([a, b], 0.1), a, b)

    def test_a_generator_will_do_for_a_list(self):
        a, b = Weight(2.0), Weight(3.0)
        expect_kept(SGD((weight for weight in (a, b)), 0.1), a, b)

    def test_it_keeps_the_settings_under_their_names(self):
        try:
            sgd = SGD([Weight(2.0)], 0.3, momentum=0.8, nesterov=True, weight_decay=0.05)
        except ValueError as error:
            pytest.fail(f"nesterov with a momentum of 0.8 was refused, and is right: {error}")
        expect_settings(sgd, lr=0.3, momentum=0.8, nesterov=True, weight_decay=0.05)

    def test_nothing_moves_yet(self):
        weight = Weight(2.0, grad=3.0)
        SGD([weight], 0.1, momentum=0.8, weight_decay=0.5)
        assert (weight.data, weight.grad) == (2.0, 3.0), (
            f"data and grad were (2.0, 3.0) and are {(weight.data, weight.grad)} before any step"
        )

    def test_nesterov_without_momentum_is_refused(self):
        expect_raises(
            ValueError,
            lambda: SGD([Weight(2.0)], 0.1, nesterov=True),
            "SGD with nesterov and without momentum (what would it look ahead by?)",
            naming=["nesterov"],
        )

    def test_one_parameter_is_not_a_list_of_them(self):
        expect_raises(
            TypeError,
            lambda: SGD(Weight(array(3.0, 5.0)), 0.1),
            "SGD of one parameter, whose rows would be moved in its place and thrown away,",
            naming=["Weight"],
        )

    def test_nothing_to_move_is_refused(self):
        what = "SGD of no parameters at all, as a generator that was used up has none,"
        expect_raises(ValueError, lambda: SGD(iter([]), 0.1), what)

    def test_a_parameter_that_stands_there_twice_is_refused(self):
        a, b = Weight(2.0), Weight(3.0)
        what = "SGD of a, b and a again, which would be moved twice in a step,"
        expect_raises(ValueError, lambda: SGD([a, b, a], 0.1), what)


@pytest.mark.kata("SGD.step")
class TestSGDStep:
    def test_alone_it_is_gradient_descent(self):
        expect_close(
            path(SGD([Weight(2.0)], lr=0.1), 3.0, -1.0),
            [1.7, 1.8],
            "the weight after gradients of 3 and -1, from 2 at lr = 0.1",
            mistakes={
                "the step goes along the gradient, uphill": [2.3, 2.2],
                "the learning rate is not multiplied": [-1.0, 0.0],
                "the weight is replaced by the step, not moved by it": [-0.3, 0.1],
                "the velocity is kept although momentum is 0": [1.7, 1.5],
            },
        )

    def test_momentum_keeps_a_part_of_the_velocity(self):
        # velocities: 5, then 0.8 · 5 + 2 = 6, then 0.8 · 6 - 3 = 1.8
        expect_close(
            path(SGD([Weight(1.0)], lr=0.1, momentum=0.8), 5.0, 2.0, -3.0),
            [0.5, -0.1, -0.28],
            "the weight after gradients of 5, 2 and -3, from 1 at lr = 0.1, momentum = 0.8",
            mistakes={
                "the gradient is multiplied by 1 - momentum": [0.9, 0.78, 0.744],
                "the gradient is multiplied by 1 - momentum from the second step on, which is what "
                "PyTorch does with dampening = momentum and not by default": [0.5, 0.06, -0.232],
                "momentum and 1 - momentum are exchanged": [0.6, 0.36, 0.552],
                "the velocity is lost between steps": [0.5, 0.3, 0.6],
                "the velocity is kept whole, without momentum": [0.5, -0.2, -0.6],
                "momentum multiplies the new gradient too": [0.6, 0.12, -0.024],
                "the step is taken by the velocity from before this gradient": [1.0, 0.5, -0.1],
                "it looks ahead, which nesterov did not ask for": [0.1, -0.58, -0.424],
                "the velocity is dropped where the gradient turns": [0.5, -0.1, 0.2],
                "the velocity starts at the first gradient and not at 0, so that this counts more "
                "than once": [0.1, -0.82, -1.256],
                "the step goes along the velocity, uphill": [1.5, 2.1, 2.28],
            },
        )

    def test_nesterov_looks_ahead(self):
        # velocities 5, 6, 1.8 as above; steps 5 + 0.8 · 5, 2 + 0.8 · 6, -3 + 0.8 · 1.8
        expect_close(
            path(SGD([Weight(1.0)], lr=0.1, momentum=0.8, nesterov=True), 5.0, 2.0, -3.0),
            [0.1, -0.58, -0.424],
            "the weight after gradients of 5, 2 and -3, with nesterov",
            mistakes={
                "it looks ahead by the old velocity, or not at all": [0.5, -0.1, -0.28],
                "the gradient is left out of the step": [0.6, 0.12, -0.024],
                "the velocity in the step is not multiplied by momentum": [0.0, -0.8, -0.68],
                "the whole step is kept as the velocity": [0.1, -0.836, -0.89504],
                "momentum is multiplied in twice": [0.18, -0.404, -0.2192],
            },
        )

    def test_weight_decay_pulls_towards_zero(self):
        # 3 + 0.5 · 2 = 4, then 0 + 0.5 · 1.6 = 0.8
        expect_close(
            path(SGD([Weight(2.0)], lr=0.1, weight_decay=0.5), 3.0, 0.0),
            [1.6, 1.52],
            "the weight after gradients of 3 and 0, from 2 at lr = 0.1, weight_decay = 0.5",
            mistakes={
                "weight_decay is not looked at": [1.7, 1.7],
                "a weight whose gradient is 0 is passed over": [1.6, 1.6],
                "the decay has the wrong sign": [1.8, 1.89],
                "the decay is the same for every weight: data is missing": [1.65, 1.6],
                "the decay counts twice": [1.5, 1.35],
                "the decay counts half": [1.65, 1.60875],
                "the decay is not multiplied by the learning rate": [0.7, 0.35],
            },
        )

    def test_weight_decay_is_a_part_of_the_gradient(self):
        # g: 4, 0.8, 0.6; velocities: 4, 0.8 · 4 + 0.8 = 4, 0.8 · 4 + 0.6 = 3.8
        expect_close(
            path(SGD([Weight(2.0)], lr=0.1, momentum=0.8, weight_decay=0.5), 3.0, 0.0, 0.0),
            [1.6, 1.2, 0.82],
            "the weight after gradients of 3, 0 and 0, with momentum and weight decay",
            mistakes={
                "the decay does not enter the velocity, which is what Keras computes (weights "
                "shrink apart from the step); the course follows PyTorch: the decay is a part of "
                "the gradient": [1.6, 1.28, 1.024],
                "weight_decay is not looked at where there is momentum": [1.7, 1.46, 1.268],
                "the velocity is lost between steps": [1.6, 1.52, 1.444],
            },
        )

    def test_nesterov_looks_ahead_with_the_decay(self):
        # g: 4, 0.64; velocities: 4, 3.84; steps: 4 + 0.8 · 4, 0.64 + 0.8 · 3.84
        expect_close(
            path(SGD([Weight(2.0)], 0.1, momentum=0.8, nesterov=True, weight_decay=0.5), 3.0, 0.0),
            [1.28, 0.9088],
            "the weight after gradients of 3 and 0, with nesterov and weight decay",
            mistakes={
                "the gradient in the step is the one without decay": [1.38, 1.0688],
                "weights shrink apart from the step, which is what Keras computes; the course "
                "follows PyTorch: the decay is a part of the gradient": [1.36, 1.1],
                "weight_decay is not looked at where there is nesterov": [1.46, 1.268],
                "nesterov is not looked at where there is weight decay": [1.6, 1.216],
            },
        )

    def test_each_parameter_has_a_velocity_of_its_own(self):
        # velocities of the first 5, 6; of the second 1, 0.8 · 1 - 2 = -1.2
        expect_close(
            follow(SGD([Weight(1.0), Weight(1.0)], 0.1, momentum=0.8), (5.0, 1.0), (2.0, -2.0)),
            [[0.5, 0.9], [-0.1, 1.02]],
            "two weights after each of two steps, with gradients (5, 1) and (2, -2)",
            mistakes={
                "one velocity is shared by all parameters": [[0.5, 0.5], [-0.1, 0.22]],
                "only the first parameter moves": [[0.5, 1.0], [-0.1, 1.0]],
                "only the last parameter moves": [[1.0, 0.9], [1.0, 1.02]],
            },
        )

    def test_each_optimizer_has_velocities_of_its_own(self):
        first = SGD([Weight(1.0)], 0.1, momentum=0.8)
        seen = path(first, 5.0)
        second = SGD([Weight(1.0)], 0.1, momentum=0.8)
        seen += path(second, 1.0) + path(first, 2.0)
        expect_close(
            seen,
            [0.5, 0.9, -0.1],  # as above
            "the weights of two optimizers that take turns: the first, the second, the first",
            mistakes={
                "the class holds the velocities, and a new optimizer clears them": [0.5, 0.9, 0.22],
                "the class holds the velocities, and a new optimizer inherits them": [
                    0.5,
                    0.5,
                    -0.1,
                ],
            },
        )

    def test_a_new_learning_rate_counts_from_the_next_step(self):
        sgd = SGD([Weight(1.0)], lr=0.1, momentum=0.8)
        before = path(sgd, 5.0)
        sgd.lr = 0.01
        expect_close(
            before + path(sgd, 2.0),
            [0.5, 0.44],  # the velocity is 6, as ever
            "the weight when lr is set from 0.1 to 0.01 between two steps",
            mistakes={
                "the learning rate is a part of the velocity, as in Keras, whose weights therefore "
                "go on at the old rate; the course follows PyTorch: the velocity is made of "
                "gradients alone": [0.5, 0.08],
                "the learning rate is read once, when the optimizer is made": [0.5, -0.1],
            },
        )

    def test_an_array_moves_entry_by_entry_and_in_place(self):
        data = array([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
        weight = Weight(data)
        gradient = array([0.5, -1.0, 2.0], [0.0, 3.0, -3.0])
        sgd = SGD([weight], lr=0.1, momentum=0.5, weight_decay=0.5)
        expect_close(
            path(sgd, gradient, gradient),
            [
                [[0.9, 2.0, 2.65], [3.8, 4.45, 6.0]],  # g: 1, 0, 3.5; 2, 5.5, 0
                [[0.755, 2.0, 2.1425], [3.51, 3.6525, 6.0]],  # 0.9 - 0.1 · (0.5 · 1 + 0.95)
            ],
            "an array of weights after each of two steps",
        )
        expect_in_place(weight, data)

    def test_the_gradient_is_only_read(self):
        grad = array(3.0, -1.0)
        weight = Weight(array(2.0, 4.0), grad)
        sgd = SGD([weight], lr=0.1, momentum=0.8, weight_decay=0.5)
        step(sgd)
        step(sgd)
        expect_only_read(weight, grad, [3.0, -1.0])

    def test_the_velocity_is_no_part_of_the_gradient(self):
        """An engine may fill the same array at each step."""
        weight = Weight(array(1.0, 1.0), array(5.0, 1.0))
        sgd = SGD([weight], lr=0.1, momentum=0.8)
        step(sgd)
        weight.grad[...] = [2.0, -2.0]
        step(sgd)
        expect_close(
            weight.data,
            [-0.1, 1.02],
            "weights after gradients of (5, 1) and (2, -2) that come in the same array",
            mistakes={
                "the gradient's own array is kept as the velocity": [0.14, 1.26],
                "the gradient's own array is kept as the velocity, and changed in place": [
                    0.18,
                    1.22,
                ],
            },
        )

    def test_an_array_that_backward_did_not_reach_goes_on_by_its_velocity(self):
        sgd = SGD([Weight(array(1.0, 1.0))], lr=0.1, momentum=0.8)
        expect_close(
            path(sgd, 0.0, array(5.0, 1.0), 0.0),
            [[1.0, 1.0], [0.5, 0.9], [0.1, 0.82]],
            "an array of weights after gradients of 0.0 (a number), (5, 1) and 0.0",
            mistakes={
                "a parameter that backward did not reach is passed over": [
                    [1.0, 1.0],
                    [0.5, 0.9],
                    [0.5, 0.9],
                ]
            },
        )

    def test_an_array_that_backward_did_not_reach_decays_too(self):
        # 0.0 stands for zeros: g is 0.5 · data, and each step takes a twentieth away
        expect_close(
            path(SGD([Weight(array(2.0, -4.0))], lr=0.1, weight_decay=0.5), 0.0, 0.0),
            [[1.9, -3.8], [1.805, -3.61]],
            "an array of weights after two gradients of 0.0 (a number), with weight_decay = 0.5",
            mistakes={
                "an array that backward did not reach is not decayed": [[2.0, -4.0], [2.0, -4.0]]
            },
        )

    def test_a_small_step_is_taken_in_full(self):
        expect_small_steps(SGD, 1e-9)

    def test_it_trains_values_and_arrays_together(self):
        x, table = Value(3.0), Weight(array([1.0], [2.0]), array([4.0], [-2.0]))
        sgd = SGD([x, table], lr=0.25, momentum=0.5)
        (x**2 * 5).backward()  # a slope of 30
        step(sgd)
        expect_close([x.data, *table.data.flatten()], [-4.5, 0.0, 2.5], "a Value and two weights")

    def test_the_data_of_a_value_stays_a_float(self):
        x = Value(3.0)
        sgd = SGD([x], lr=0.1, momentum=0.5, nesterov=True, weight_decay=0.5)
        expect_value_to_stay_one(sgd, x, 3 - 0.1 * 31.5 * 1.5, "a Value after a step")


@pytest.mark.kata("RMSProp.__init__")
class TestRMSPropInit:
    def test_it_keeps_the_parameters_and_settings(self):
        a, b = Weight(2.0), Weight(3.0)
        rmsprop = RMSProp((weight for weight in (a, b)), 0.3, alpha=0.7, eps=0.05)
        expect_kept(rmsprop, a, b)
        expect_settings(rmsprop, lr=0.3, alpha=0.7, eps=0.05)

    def test_the_usual_settings_are_its_own(self):
        expect_settings(RMSProp([Weight(2.0)]), lr=0.01, alpha=0.99, eps=1e-08)

    def test_nothing_moves_yet(self):
        weight = Weight(2.0, grad=3.0)
        RMSProp([weight])
        assert (weight.data, weight.grad) == (2.0, 3.0), (
            f"data and grad were (2.0, 3.0) and are {(weight.data, weight.grad)} before any step"
        )


@pytest.mark.kata("RMSProp.step")
class TestRMSPropStep:
    def test_the_gradient_is_divided_by_its_usual_size(self):
        # mean squares: 0.25 · 16 = 4, then 0.75 · 4 + 0.25 · 4 = 4; steps: 0.1 · 4/2, 0.1 · 2/2
        expect_close(
            path(RMSProp([Weight(1.0)], lr=0.1, alpha=0.75), 4.0, 2.0),
            [0.8, 0.7],
            "the weight after gradients of 4 and 2, from 1 at lr = 0.1, alpha = 0.75",
            mistakes={
                "the gradient is not squared": from_one(4.0, 2 / 1.25**0.5),
                (
                    "the root of the mean square is not taken",
                    "the square is added whole: 1 - alpha is missing",
                ): from_one(1.0, 0.5),
                "alpha and 1 - alpha are exchanged": from_one(4 / 12**0.5, 2 / 6**0.5),
                "the squares are summed, and nothing is forgotten: that is Adagrad, as PyTorch and "
                "MLX begin it": from_one(1.0, 2 / 20**0.5),
                "the squares are summed, from 0.1 on, and nothing is forgotten: that is Adagrad, "
                "as Keras and Optax begin it": from_one(4 / 16.1**0.5, 2 / 20.1**0.5),
                "the square of the mean gradient is taken off, which PyTorch and Optax do if "
                "centered is asked for": from_one(4 / 3**0.5, 2 / (4 - 1.25**2) ** 0.5),
                "the mean square starts at 1": from_one(4 / 4.75**0.5, 2 / 4.5625**0.5),
                "the mean square starts as the first gradient squared": from_one(1.0, 2 / 13**0.5),
                "a cold start is corrected, as Adam does": from_one(1.0, 2 / (4 / 0.4375) ** 0.5),
                "the mean square is lost between steps": from_one(2.0, 2.0),
                "it divides by the mean square from before this gradient": from_one(4e8, 1.0),
                "the step goes along the gradient, uphill": [1.2, 1.3],
                "the learning rate is not multiplied": [-1.0, -2.0],
                "it divides the learning rate alone: the gradient is missing": from_one(0.5, 0.5),
            },
            tolerance=1e-7,  # eps is left at 1e-8
        )

    def test_a_negative_gradient_moves_the_weight_up(self):
        expect_close(
            path(RMSProp([Weight(1.0)], lr=0.1, alpha=0.75), -6.0),
            [1.2],  # a mean square of 0.25 · 36 = 9, and a step of 0.1 · 6/3
            "the weight after a gradient of -6",
            mistakes={"the sign of the gradient is lost": [0.8]},
            tolerance=1e-7,
        )

    def test_eps_is_added_to_the_root(self):
        # mean squares 4 and 4 as above; steps 0.1 · 4/(2 + 2), 0.1 · 2/(2 + 2)
        expect_close(
            path(RMSProp([Weight(1.0)], lr=0.1, alpha=0.75, eps=2.0), 4.0, 2.0),
            [0.9, 0.85],
            "the weight after gradients of 4 and 2, with eps = 2",
            mistakes={
                "eps is not looked at, or is the least to divide by": [0.8, 0.7],
                "eps is added inside the root, which is what Keras and Optax compute; the course "
                "follows PyTorch: outside": [1 - 0.4 / 6**0.5, 1 - 0.6 / 6**0.5],
                "the square of eps is added inside the root": [
                    1 - 0.4 / 8**0.5,
                    1 - 0.6 / 8**0.5,
                ],
                "eps is added to the fraction, not to its denominator": [0.6, 0.3],
            },
        )

    def test_each_parameter_has_a_mean_square_of_its_own(self):
        # of the second: 0.25 · 64 = 16, then 0.75 · 16 + 0.25 · 1 = 12.25
        shared = [[0.8, 1 - 0.8 / 19**0.5]]
        shared += [[0.8 - 0.2 / 15.25**0.5, shared[0][1] - 0.1 / 11.6875**0.5]]
        expect_close(
            follow(RMSProp([Weight(1.0), Weight(1.0)], 0.1, alpha=0.75), (4.0, 8.0), (2.0, 1.0)),
            [[0.8, 0.8], [0.7, 0.8 - 0.1 / 3.5]],
            "two weights after each of two steps, with gradients (4, 8) and (2, 1)",
            mistakes={"one mean square is shared by all parameters": shared},
            tolerance=1e-7,
        )

    def test_each_optimizer_has_mean_squares_of_its_own(self):
        first = RMSProp([Weight(1.0)], lr=0.1, alpha=0.75)
        seen = path(first, 4.0)
        second = RMSProp([Weight(1.0)], lr=0.1, alpha=0.75)
        seen += path(second, 8.0) + path(first, 2.0)
        expect_close(
            seen,
            [0.8, 0.8, 0.7],
            "the weights of two optimizers that take turns: the first, the second, the first",
            mistakes={
                "the class holds the mean squares, and a new optimizer clears them": [
                    0.8,
                    0.8,
                    0.8 - 0.2 / 13**0.5,
                ]
            },
            tolerance=1e-7,
        )

    def test_a_new_learning_rate_counts_from_the_next_step(self):
        rmsprop = RMSProp([Weight(1.0)], lr=0.1, alpha=0.75)
        before = path(rmsprop, 4.0)
        rmsprop.lr = 0.01
        expect_close(
            before + path(rmsprop, 2.0),
            [0.8, 0.79],
            "the weight when lr is set from 0.1 to 0.01 between two steps",
            mistakes={"the learning rate is read once, when the optimizer is made": [0.8, 0.7]},
            tolerance=1e-7,
        )

    def test_each_entry_of_an_array_has_a_scale_of_its_own(self):
        data = array([1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
        weight, gradient = Weight(data), array([4.0, -0.5, 60.0], [8.0, 0.1, -2.0])
        square = 0.25 * (16 + 0.25 + 3600 + 64 + 0.01 + 4)
        expect_close(
            path(RMSProp([weight], lr=0.1, alpha=0.75), gradient),
            [[[0.8, 1.2, 0.8], [1.8, 1.8, 2.2]]],  # at the first step each is g / √(g²/4) = ±2
            "an array of weights after a step",
            mistakes={
                "one mean is taken over the whole array": [
                    array([1.0] * 3, [2.0] * 3) - 0.1 * gradient / math.sqrt(square / 6)
                ],
                "the length of the whole array is taken": [
                    array([1.0] * 3, [2.0] * 3) - 0.1 * gradient / math.sqrt(square)
                ],
            },
            tolerance=1e-6,
        )
        expect_in_place(weight, data)

    def test_a_small_step_is_taken_in_full(self):
        expect_small_steps(RMSProp, 5e-10, alpha=0.75)  # g / √(g²/4) is 2

    def test_where_no_gradient_came_nothing_moves(self):
        rmsprop = RMSProp([Weight(array(1.0, 2.0)), Weight(3.0)], lr=0.1, alpha=0.75)
        expect_close(
            [[*table, x] for table, x in follow(rmsprop, (0.0, 0.0), (array(4.0, 0.0), 0.0))],
            [[1.0, 2.0, 3.0], [0.8, 2.0, 3.0]],
            "two weights and a third, after gradients of 0.0 (a number) and then of (4, 0) and 0",
            tolerance=1e-7,
        )

    def test_a_gradient_of_zero_counts_in_the_mean_square(self):
        # mean squares: 0.25 · 16 = 4, 0.75 · 4 = 3, then 0.75 · 3 + 0.25 · 4 = 3.25
        expect_close(
            path(RMSProp([Weight(1.0)], lr=0.1, alpha=0.75), 4.0, 0.0, 2.0),
            from_one(2.0, 0.0, 2 / 3.25**0.5),
            "the weight after gradients of 4, 0 and 2",
            mistakes={
                "a gradient of 0 is passed over, and the mean square stays as it was": from_one(
                    2.0, 0.0, 1.0
                )
            },
            tolerance=1e-7,
        )

    def test_the_gradient_is_only_read(self):
        grad = array(3.0, -1.0)
        weight = Weight(array(2.0, 4.0), grad)
        step(RMSProp([weight]))
        expect_only_read(weight, grad, [3.0, -1.0])

    def test_it_trains_values(self):
        x = Value(3.0)
        rmsprop = RMSProp([x], lr=0.1, alpha=0.75)
        expect_value_to_stay_one(rmsprop, x, 2.8, "a Value after a step", tolerance=1e-7)
