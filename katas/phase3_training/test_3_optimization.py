"""3.3 · Optimization: what to do with a gradient, besides following it."""

import math
from copy import copy

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.value import Value
from katas.phase3_training.optimizers import (
    SGD,
    Adam,
    AdamW,
    RMSProp,
    clip_grad_norm,
    clip_grad_value,
    cosine_decay,
    exponential_decay,
    step_decay,
    warmup_cosine,
)


class Weight:
    """All that an optimizer may ask for: data and grad, each a number or an array."""

    __slots__ = ("data", "grad")

    def __init__(self, data, grad=0.0):
        self.data = data
        self.grad = grad


def array(*numbers):
    return np.array(numbers, dtype=np.float64)


def step(optimizer):
    """Take a step, and say what it usually means if that divides by 0 or leaves the real line."""
    try:
        optimizer.step()
    except ZeroDivisionError:
        pytest.fail(
            "the step divides by 0. Is t counted from 0? Then 1 - beta^t is 0 at the first step, "
            "which is t = 1"
        )
    for parameter in optimizer.parameters:
        assert not np.iscomplexobj(parameter.data), (
            f"a weight is {parameter.data} after the step: a root of a negative number was taken. "
            "Are gradients squared, and is beta raised to the power t, not multiplied by t?"
        )


def follow(optimizer, *gradients):
    """The data of all parameters after each step; for each step a gradient for each of them."""
    seen = []
    for of_each in gradients:
        for parameter, gradient in zip(optimizer.parameters, of_each):
            parameter.grad = gradient
        step(optimizer)
        seen.append([copy(parameter.data) for parameter in optimizer.parameters])
    return seen


def path(optimizer, *gradients):
    """The data of the only parameter after each step."""
    return [data for (data,) in follow(optimizer, *((gradient,) for gradient in gradients))]


def from_one(*lengths):
    """Where steps lead to from 1 at lr = 0.1, one after the other; lengths in units of lr."""
    return [1 - 0.1 * sum(lengths[: n + 1]) for n in range(len(lengths))]


def expect_in_place(parameter, before):
    """The array that the model held before the step has to be the one that has changed."""
    assert parameter.data is before, (
        "the parameter has a new array as its data; the one that it had, which the model may hold "
        "in another place too, was left behind as it was. That one has to change"
    )


def expect_only_read(parameter, grad, numbers):
    assert parameter.grad is grad and np.array_equal(grad, numbers), (
        f"the gradient was {numbers} and is {parameter.grad} after the step: a step only reads it"
    )


def expect_kept(optimizer, a, b):
    """Made from a and b, it has to hold these two objects, and not only once."""
    missing = [name for name in ("parameters", "lr") if not hasattr(optimizer, name)]
    assert not missing, (
        f"it has no {' and no '.join(missing)}: that is kept by the __init__ of Optimizer, which "
        "has to be called where a class has an __init__ of its own"
    )
    first, second = list(optimizer.parameters), list(optimizer.parameters)
    assert len(first) == 2 and first[0] is a and first[1] is b, (
        f"it was given two parameters and holds {len(first)}; they should be the same two objects, "
        "since the model's own are those that have to move"
    )
    assert len(second) == 2, (
        f"it was given a generator of two parameters, and holds {len(second)} at the second look: "
        "a generator can be gone through only once"
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
        sgd = SGD([Weight(2.0)], 0.3, momentum=0.8, nesterov=True, weight_decay=0.05)
        kept = (sgd.lr, sgd.momentum, sgd.nesterov, sgd.weight_decay)
        assert kept == (0.3, 0.8, True, 0.05), (
            f"lr, momentum, nesterov, weight_decay are {kept}, and (0.3, 0.8, True, 0.05) was given"
        )

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
                "momentum and 1 - momentum are exchanged": [0.6, 0.36, 0.552],
                "the velocity is lost between steps": [0.5, 0.3, 0.6],
                "the velocity is kept whole, without momentum": [0.5, -0.2, -0.6],
                "momentum multiplies the new gradient too": [0.6, 0.12, -0.024],
                "the step is taken by the velocity from before this gradient": [1.0, 0.5, -0.1],
                "it looks ahead, which nesterov did not ask for": [0.1, -0.58, -0.424],
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
                "the decay does not enter the velocity": [1.6, 1.28, 1.024],
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
                "the learning rate is a part of the velocity": [0.5, 0.08],
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
            mistakes={"the gradient's own array is kept as the velocity": [0.14, 1.26]},
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

    def test_it_trains_values_and_arrays_together(self):
        x, table = Value(3.0), Weight(array([1.0], [2.0]), array([4.0], [-2.0]))
        sgd = SGD([x, table], lr=0.25, momentum=0.5)
        (x**2 * 5).backward()  # a slope of 30
        step(sgd)
        expect_close([x.data, *table.data.flatten()], [-4.5, 0.0, 2.5], "a Value and two weights")


@pytest.mark.kata("RMSProp.__init__")
class TestRMSPropInit:
    def test_it_keeps_the_parameters_and_settings(self):
        a, b = Weight(2.0), Weight(3.0)
        rmsprop = RMSProp((weight for weight in (a, b)), 0.3, alpha=0.7, eps=0.05)
        expect_kept(rmsprop, a, b)
        settings = (rmsprop.lr, rmsprop.alpha, rmsprop.eps)
        assert settings == (0.3, 0.7, 0.05), (
            f"lr, alpha, eps are {settings}, and (0.3, 0.7, 0.05) was given"
        )

    def test_the_usual_settings_are_its_own(self):
        usual = RMSProp([Weight(2.0)])
        settings = (usual.lr, usual.alpha, usual.eps)
        assert settings == (0.01, 0.99, 1e-08), (
            f"lr, alpha, eps are {settings} where none is given, unlike in its signature"
        )

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
                "the root of the mean square is not taken": from_one(1.0, 0.5),
                "alpha and 1 - alpha are exchanged": from_one(4 / 12**0.5, 2 / 6**0.5),
                "the squares are summed, and nothing is forgotten": from_one(1.0, 2 / 20**0.5),
                "the square is added whole: 1 - alpha is missing": from_one(1.0, 0.5),
                "the mean square starts at 1": from_one(4 / 4.75**0.5, 2 / 4.5625**0.5),
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
                "eps is added inside the root": [1 - 0.4 / 6**0.5, 1 - 0.6 / 6**0.5],
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
        (x**2 * 5).backward()
        step(RMSProp([x], lr=0.1, alpha=0.75))
        expect_close(x.data, 2.8, "a Value after a step down 5x²", tolerance=1e-7)


@pytest.mark.kata("Adam.__init__")
class TestAdamInit:
    def test_it_keeps_the_parameters_and_settings(self):
        a, b = Weight(2.0), Weight(3.0)
        adam = Adam((weight for weight in (a, b)), 0.3, betas=(0.7, 0.8), eps=0.05)
        expect_kept(adam, a, b)
        settings = (adam.lr, tuple(adam.betas), adam.eps)
        assert settings == (0.3, (0.7, 0.8), 0.05), (
            f"lr, betas, eps are {settings}, and (0.3, (0.7, 0.8), 0.05) was given"
        )

    def test_the_usual_settings_are_its_own(self):
        usual = Adam([Weight(2.0)])
        settings = (usual.lr, tuple(usual.betas), usual.eps)
        assert settings == (0.001, (0.9, 0.999), 1e-08), (
            f"lr, betas, eps are {settings} where none is given, unlike in its signature"
        )

    def test_nothing_moves_yet(self):
        weight = Weight(2.0, grad=3.0)
        Adam([weight])
        assert (weight.data, weight.grad) == (2.0, 3.0), (
            f"data and grad were (2.0, 3.0) and are {(weight.data, weight.grad)} before any step"
        )


def stride(t, mean_t=None, square_t=None):
    """The length of Adam's step t under a constant gradient g, in units of lr.

    With betas of 0.9 and 0.999 the means are g · (1 - 0.9^t) and g² · (1 - 0.999^t).
    mean_t, square_t   what stands for t where they are corrected; inf for no correction
    """
    mean = (1 - 0.9**t) / (1 - 0.9 ** (mean_t or t))
    square = (1 - 0.999**t) / (1 - 0.999 ** (square_t or t))
    return mean / math.sqrt(square)


@pytest.mark.kata("Adam.step")
class TestAdamStep:
    def test_under_a_constant_gradient_each_step_is_as_long_as_the_learning_rate(self):
        steps, never = (1, 2, 3), math.inf
        expect_close(
            path(Adam([Weight(1.0)], lr=0.1, eps=1e-15), 4.0, 4.0, 4.0),
            [0.9, 0.8, 0.7],
            "the weight after three gradients of 4, from 1 at lr = 0.1",
            mistakes={
                "neither mean is corrected": from_one(*(stride(t, never, never) for t in steps)),
                "the mean is not corrected": from_one(*(stride(t, never) for t in steps)),
                "the mean square is not corrected": from_one(*(stride(t, t, never) for t in steps)),
                "the first step counts as t = 2": from_one(
                    *(stride(t, t + 1, t + 1) for t in steps)
                ),
                "t stays 1": from_one(*(stride(t, 1, 1) for t in steps)),
                "the corrections multiply instead of dividing": from_one(
                    *((1 - 0.9**t) ** 2 / (1 - 0.999**t) for t in steps)
                ),
                "the gradient is not squared": from_one(2.0, 2.0, 2.0),
                "the root of the mean square is not taken": from_one(0.25, 0.25, 0.25),
                "the gradient is added whole: 1 - beta1 is missing": from_one(10.0, 10.0, 10.0),
                "the square is added whole: 1 - beta2 is missing": from_one(*[1000**-0.5] * 3),
                "the step goes along the gradient, uphill": from_one(-1.0, -1.0, -1.0),
                "the learning rate is not multiplied": from_one(10.0, 20.0, 30.0),
            },
        )

    def test_the_first_step_does_not_divide_by_zero(self):
        expect_close(
            path(Adam([Weight(array(1.0, 1.0))], lr=0.1), array(4.0, -3.0)),
            [[0.9, 1.1]],
            "an array of weights after its first step",
            mistakes={"t is counted from 0: the means are divided by 1 - beta^0": [[math.nan] * 2]},
            tolerance=1e-8,
        )

    def test_each_mean_forgets_at_its_own_pace(self):
        # mean 2, then 0.5 · 2 + 0.5 · 1 = 1.5; corrected 2/0.5 = 4, 1.5/0.75 = 2
        # mean square 4, then 0.75 · 4 + 0.25 · 1 = 3.25; corrected 4/0.25 = 16, 3.25/0.4375
        expect_close(
            path(Adam([Weight(1.0)], lr=0.1, betas=(0.5, 0.75)), 4.0, 1.0),
            from_one(1.0, 2 / math.sqrt(3.25 / 0.4375)),
            "the weight after gradients of 4 and 1, with betas (0.5, 0.75)",
            mistakes={
                "the betas are exchanged": from_one(1.0, 1 / 0.4375 / math.sqrt(4.5 / 0.75)),
                "beta1 is taken for both means": from_one(1.0, 2 / math.sqrt(4.5 / 0.75)),
                "beta2 is taken for both means": from_one(
                    1.0, 1.75 / 0.4375 / math.sqrt(3.25 / 0.4375)
                ),
                "the betas are exchanged in the corrections": from_one(
                    8 / 8**0.5, 1.5 / 0.4375 / math.sqrt(3.25 / 0.75)
                ),
                "the betas are not looked at": from_one(
                    1.0, 0.46 / 0.19 / math.sqrt((0.016 * 0.999 + 0.001) / (1 - 0.999**2))
                ),
                "the corrected means are kept, and corrected again": from_one(
                    1.0, 2.5 / 0.75 / math.sqrt(12.25 / 0.4375)
                ),
                "the gradient is divided, not its mean": from_one(
                    1.0, 1 / math.sqrt(3.25 / 0.4375)
                ),
                "the means are lost between steps": from_one(
                    1.0, 0.5 / 0.75 / math.sqrt(0.25 / 0.4375)
                ),
            },
            tolerance=1e-8,
        )

    def test_all_parameters_take_the_same_step_t(self):
        # the gradients are constant again, so each weight moves by lr at each step
        def counted(first, second):
            a = from_one(*(stride(t, first(t), first(t)) for t in (1, 2)))
            b = from_one(*(stride(t, second(t), second(t)) for t in (1, 2)))
            return [[a[0], 2 - b[0]], [a[1], 2 - b[1]]]

        expect_close(
            follow(Adam([Weight(1.0), Weight(1.0)], 0.1, eps=1e-15), (4.0, -3.0), (4.0, -3.0)),
            [[0.9, 1.1], [0.8, 1.2]],
            "two weights after each of two steps, with gradients of 4 and -3",
            mistakes={
                "t is advanced once for each parameter": counted(
                    lambda t: 2 * t - 1, lambda t: 2 * t
                ),
                "t is advanced after the first parameter": counted(lambda t: t, lambda t: t + 1),
            },
            tolerance=1e-8,
        )

    def test_each_parameter_has_means_of_its_own(self):
        # the first goes as above; of the second the mean is 1, then 0.5 · 1 + 0.5 · -3 = -1,
        # the mean square 1, then 0.75 · 1 + 0.25 · 9 = 3
        a = from_one(1.0, 2 / math.sqrt(3.25 / 0.4375))

        def both(*lengths):
            return [list(pair) for pair in zip(a, from_one(*lengths))]

        adam = Adam([Weight(1.0), Weight(1.0)], lr=0.1, betas=(0.5, 0.75))
        expect_close(
            follow(adam, (4.0, 2.0), (1.0, -3.0)),
            both(1.0, -1 / 0.75 / math.sqrt(3 / 0.4375)),
            "two weights after each of two steps, with gradients (4, 2) and (1, -3)",
            mistakes={
                "one mean is shared by all parameters": both(2.0, -1 / math.sqrt(3 / 0.4375)),
                "one mean square is shared by all parameters": both(
                    0.5, -1 / 0.75 / math.sqrt(4.6875 / 0.4375)
                ),
                "both means are shared by all parameters": both(
                    1.0, -1 / math.sqrt(4.6875 / 0.4375)
                ),
            },
            tolerance=1e-8,
        )

    def test_each_optimizer_has_means_and_steps_of_its_own(self):
        # the first goes as above; the second's gradient is 2 at both its steps
        first = Adam([Weight(1.0)], lr=0.1, betas=(0.5, 0.75))
        seen = path(first, 4.0)
        second = Adam([Weight(1.0)], lr=0.1, betas=(0.5, 0.75))
        seen += path(second, 2.0, 2.0) + path(first, 1.0)
        expect_close(
            seen,
            [0.9, 0.9, 0.8, 0.9 - 0.2 / math.sqrt(3.25 / 0.4375)],
            "weights of two optimizers that take turns: the first, the second twice, the first",
            mistakes={
                "the class holds t, so that each optimizer advances it for all": [
                    *(0.9, 0.9, 0.8),
                    0.9 - 0.1 * 1.5 / 0.875 / math.sqrt(3.25 / (1 - 0.75**3)),
                ],
                "the class holds the means, and a new optimizer clears them": [
                    *(0.9, 0.9, 0.8),
                    0.9 - 0.1 * 1.25 / 0.75 / math.sqrt(1.5625 / 0.4375),
                ],
            },
            tolerance=1e-7,
        )

    def test_eps_is_added_to_the_root_of_the_corrected_mean_square(self):
        expect_close(
            path(Adam([Weight(1.0)], lr=0.1, eps=2.0), 4.0, 4.0),
            from_one(4 / 6, 4 / 6),  # the corrected means are 4 and 16
            "the weight after two gradients of 4, with eps = 2",
            mistakes={
                "eps is not looked at, or is the least to divide by": from_one(1.0, 1.0),
                "eps is added inside the root": from_one(4 / 18**0.5, 4 / 18**0.5),
                "eps is added before the mean square is corrected": from_one(
                    *(4 / (4 + 2 / (1 - 0.999**t) ** 0.5) for t in (1, 2))
                ),
                "eps is added to the fraction, not to its denominator": from_one(3.0, 3.0),
            },
        )

    def test_a_new_learning_rate_counts_from_the_next_step(self):
        adam = Adam([Weight(1.0)], lr=0.1)
        before = path(adam, 4.0)
        adam.lr = 0.01
        expect_close(
            before + path(adam, 4.0),
            [0.9, 0.89],
            "the weight when lr is set from 0.1 to 0.01 between two steps",
            mistakes={"the learning rate is read once, when the optimizer is made": [0.9, 0.8]},
            tolerance=1e-8,
        )

    def test_each_entry_of_an_array_has_a_scale_of_its_own(self):
        data = array([1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
        weight, gradient = Weight(data), array([4.0, -0.5, 60.0], [8.0, 0.1, -2.0])
        expect_close(
            path(Adam([weight], lr=0.1), gradient, gradient),
            [[[0.9, 1.1, 0.9], [1.9, 1.9, 2.1]], [[0.8, 1.2, 0.8], [1.8, 1.8, 2.2]]],
            "an array of weights after each of two steps with the same gradient",
            tolerance=1e-6,
        )
        expect_in_place(weight, data)

    def test_a_weight_that_was_not_reached_waits_and_its_t_goes_on(self):
        # t = 2 at its first gradient: mean 0.1 · 4, mean square 0.001 · 16, and both corrected
        length = 0.4 / (1 - 0.9**2) / math.sqrt(0.016 / (1 - 0.999**2))
        adam = Adam([Weight(array(1.0, 2.0)), Weight(3.0)], lr=0.1)
        seen = follow(adam, (0.0, 0.0), (array(4.0, 0.0), 0.0))
        expect_close(
            [[*table, x] for table, x in seen],
            [[1.0, 2.0, 3.0], [1 - 0.1 * length, 2.0, 3.0]],
            "two weights and a third, after gradients of 0.0 (a number) and then of (4, 0) and 0",
            mistakes={
                "t is counted for each parameter by itself, once it is reached": [
                    [1.0, 2.0, 3.0],
                    [0.9, 2.0, 3.0],
                ]
            },
            tolerance=1e-8,
        )

    def test_after_its_first_gradient_a_weight_goes_on_by_its_mean(self):
        # mean 2, then 0.5 · 2 = 1, corrected 1/0.75; mean square 4, then 3, corrected 3/0.4375
        length = 1 / 0.75 / math.sqrt(3 / 0.4375)
        expect_close(
            path(Adam([Weight(array(1.0, 1.0))], 0.1, betas=(0.5, 0.75)), array(4.0, -4.0), 0.0),
            [[0.9, 1.1], [0.9 - 0.1 * length, 1.1 + 0.1 * length]],
            "an array of weights after gradients of (4, -4) and 0.0 (a number)",
            mistakes={
                "a parameter that backward did not reach is passed over": [[0.9, 1.1], [0.9, 1.1]]
            },
            tolerance=1e-8,
        )

    def test_the_gradient_is_only_read(self):
        grad = array(3.0, -1.0)
        weight = Weight(array(2.0, 4.0), grad)
        adam = Adam([weight])
        step(adam)
        step(adam)
        expect_only_read(weight, grad, [3.0, -1.0])

    def test_it_trains_values(self):
        x = Value(3.0)
        adam = Adam([x], lr=0.5)
        (x**2 * 5).backward()
        step(adam)
        expect_close(x.data, 2.5, "a Value after a step down 5x²")


@pytest.mark.kata("AdamW.__init__")
class TestAdamWInit:
    def test_it_keeps_the_parameters_and_settings(self):
        a, b = Weight(2.0), Weight(3.0)
        adamw = AdamW([a, b], 0.3, betas=(0.7, 0.8), eps=0.05, weight_decay=0.2)
        expect_kept(adamw, a, b)
        settings = (adamw.lr, tuple(adamw.betas), adamw.eps, adamw.weight_decay)
        assert settings == (0.3, (0.7, 0.8), 0.05, 0.2), (
            f"lr, betas, eps, weight_decay are {settings}, and (0.3, (0.7, 0.8), 0.05, 0.2) "
            "was given"
        )

    def test_the_usual_settings_are_its_own(self):
        usual = AdamW([Weight(2.0)])
        settings = (usual.lr, tuple(usual.betas), usual.eps, usual.weight_decay)
        assert settings == (0.001, (0.9, 0.999), 1e-08, 0.01), (
            f"lr, betas, eps, weight_decay are {settings} where none is given, "
            "unlike in its signature"
        )

    def test_nothing_moves_yet(self):
        weight = Weight(2.0, grad=3.0)
        AdamW([weight], lr=0.1, weight_decay=0.5)
        assert (weight.data, weight.grad) == (2.0, 3.0), (
            f"data and grad were (2.0, 3.0) and are {(weight.data, weight.grad)} before any step"
        )


@pytest.mark.kata("AdamW.step")
class TestAdamWStep:
    def test_without_a_gradient_weights_shrink(self):
        expect_close(
            path(AdamW([Weight(2.0)], lr=0.1, weight_decay=0.3), 0.0, 0.0),
            [1.94, 1.8818],  # times 0.97 each time
            "the weight after two gradients of 0, from 2 at lr = 0.1, weight_decay = 0.3",
            mistakes={
                "there is no decay": [2.0, 2.0],
                "the decay goes through the gradient, and Adam makes it a step of lr": [
                    1.9,
                    1.9
                    - 0.1
                    * (0.9 * 0.06 + 0.057)
                    / 0.19
                    / math.sqrt((0.999 * 0.00036 + 0.0003249) / (1 - 0.999**2)),
                ],
                "the decay is not multiplied by the learning rate": [1.4, 0.98],
                "the decay has the wrong sign": [2.06, 2.1218],
                "the decay is the same for every weight: data is missing": [1.97, 1.94],
                "the decay counts twice": [1.88, 1.7672],
                "the decay counts half": [1.97, 1.94045],
            },
            tolerance=1e-7,
        )

    def test_an_array_that_backward_did_not_reach_shrinks_too(self):
        expect_close(
            path(AdamW([Weight(array(2.0, -4.0))], lr=0.1, weight_decay=0.5), 0.0),
            [[1.9, -3.8]],
            "an array of weights after a gradient of 0.0 (a number), with weight_decay = 0.5",
            mistakes={
                "only numbers, matrices, or arrays that backward reached shrink": [[2.0, -4.0]]
            },
        )

    def test_the_decay_comes_before_adams_step(self):
        # 2 · 0.95 - 0.1 = 1.8, then 1.8 · 0.95 - 0.1 = 1.61
        expect_close(
            path(AdamW([Weight(2.0)], lr=0.1, weight_decay=0.5), 4.0, 4.0),
            [1.8, 1.61],
            "the weight after two gradients of 4, from 2 at lr = 0.1, weight_decay = 0.5",
            mistakes={
                "there is no decay": [1.9, 1.8],
                "there is the decay alone, and no step of Adam": [1.9, 1.805],
                "the step is taken first, and shrinks too": [1.805, 1.61975],
            },
            tolerance=1e-8,
        )

    def test_the_decay_does_not_enter_the_means(self):
        # a mean square of the gradients 4 and -3 alone, as if there were no decay
        mean, square = (0.9 * 0.4 - 0.3) / 0.19, (0.999 * 0.016 + 0.009) / (1 - 0.999**2)
        adam = 0.1 * mean / math.sqrt(square)
        # with it in the gradients they would be 4 + 0.5 · 2 = 5 and -3 + 0.5 · 1.9 = -2.05
        mixed = (0.9 * 0.5 - 0.205) / 0.19
        mixed /= math.sqrt((0.999 * 0.025 + 0.001 * 2.05**2) / (1 - 0.999**2))
        expect_close(
            path(AdamW([Weight(2.0)], lr=0.1, weight_decay=0.5), 4.0, -3.0),
            [1.8, 1.8 * 0.95 - adam],
            "the weight after gradients of 4 and -3",
            mistakes={
                "the decay goes through the gradient, as in SGD": [1.9, 1.9 - 0.1 * mixed],
            },
            tolerance=1e-8,
        )

    def test_each_parameter_shrinks_once_and_steps_once(self):
        expect_close(
            follow(AdamW([Weight(2.0), Weight(-4.0)], 0.1, weight_decay=0.5), (4.0, 4.0)),
            [[1.8, -3.9]],
            "two weights after a step with gradients of 4 and 4",
            mistakes={
                "Adam's step is taken once for each parameter": [[1.7, -3.995]],
                "every parameter shrinks once for each parameter": [[1.705, -3.71]],
                "only the first parameter shrinks": [[1.8, -4.1]],
            },
            tolerance=1e-8,
        )

    def test_the_decay_follows_the_learning_rate(self):
        adamw = AdamW([Weight(2.0)], lr=0.1, weight_decay=0.5)
        before = path(adamw, 0.0)
        adamw.lr = 0.01
        expect_close(
            before + path(adamw, 0.0),
            [1.9, 1.8905],
            "the weight, without gradients, when lr is set from 0.1 to 0.01 between two steps",
            mistakes={"the factor is computed once, when the optimizer is made": [1.9, 1.805]},
        )

    def test_an_array_shrinks_in_place(self):
        data = array([1.0, -2.0], [3.0, 4.0])
        weight = Weight(data, array([4.0, -4.0], [0.0, 4.0]))
        step(AdamW([weight], lr=0.1, weight_decay=0.5))
        expect_close(
            weight.data,
            [[0.85, -1.8], [2.85, 3.7]],
            "an array of weights after a step with gradients of 4, -4, 0 and 4",
            tolerance=1e-8,
        )
        expect_in_place(weight, data)

    def test_the_gradient_is_only_read(self):
        grad = array(3.0, -1.0)
        weight = Weight(array(2.0, 4.0), grad)
        step(AdamW([weight], lr=0.1, weight_decay=0.5))
        expect_only_read(weight, grad, [3.0, -1.0])

    def test_it_trains_values(self):
        x = Value(3.0)
        (x**2 * 5).backward()
        step(AdamW([x], lr=0.5, weight_decay=0.1))
        expect_close(x.data, 2.35, "a Value after a step down 5x²")  # 3 · 0.95 - 0.5


@pytest.mark.kata("step_decay")
class TestStepDecay:
    def test_it_falls_by_a_factor_every_so_many_steps(self):
        steps = (0, 9, 10, 25, 30)
        expect_close(
            [step_decay(s, peak=0.8, every=10, factor=0.5) for s in steps],
            [0.8, 0.8, 0.4, 0.2, 0.1],
            "rates at steps 0, 9, 10, 25, 30 from 0.8, halved every 10 steps",
            mistakes={
                "it falls a little at every step": [0.8 * 0.5 ** (s / 10) for s in steps],
                "it falls one step early: steps are counted from 1": [0.8, 0.4, 0.4, 0.2, 0.1],
                "it falls one step late": [0.8, 0.8, 0.8, 0.2, 0.2],
                "it falls once, and never again": [0.8, 0.8, 0.4, 0.4, 0.4],
                "it falls by the factor at every step": [0.8 * 0.5**s for s in steps],
                "the number of falls is rounded, not cut": [0.8, 0.4, 0.4, 0.2, 0.1],
            },
        )

    def test_any_factor_will_do(self):
        expect_close(
            [step_decay(s, 5.0, 3, 0.1) for s in (2, 3, 8)],
            [5.0, 0.5, 0.05],
            "rates at steps 2, 3, 8 from 5, times 0.1 every 3 steps",
            mistakes={
                "the factor is taken off, not left": [5.0, 4.5, 4.05],
                "it is halved, whatever the factor": [5.0, 2.5, 1.25],
            },
        )


@pytest.mark.kata("exponential_decay")
class TestExponentialDecay:
    def test_it_falls_by_a_factor_every_step(self):
        expect_close(
            [exponential_decay(s, peak=5.0, factor=0.8) for s in (0, 1, 3)],
            [5.0, 4.0, 2.56],
            "rates at steps 0, 1, 3 from 5, times 0.8 every step",
            mistakes={
                "steps are counted from 1": [4.0, 3.2, 2.048],
                "e to the power of -factor · step is taken": [
                    5 * math.exp(-0.8 * s) for s in (0, 1, 3)
                ],
                "it falls along a line": [5.0, 4.0, 2.0],
                "the factor counts once for every step, and is not multiplied up": [0.0, 4.0, 12.0],
                "the factor is taken off, not left": [5.0, 1.0, 0.04],
                "peak is raised to the power too": [1.0, 4.0, 64.0],
            },
        )


def halves(*shares, peak=0.9, final=0.1):
    """Rates at these shares of the way from final to peak."""
    return [final + (peak - final) * share for share in shares]


@pytest.mark.kata("cosine_decay")
class TestCosineDecay:
    def test_it_follows_half_a_wave(self):
        # cos of 0°, 60°, 90°, 120°, 180° is 1, 0.5, 0, -0.5, -1
        steps = (0, 4, 6, 8, 12)
        expect_close(
            [cosine_decay(s, peak=1.0, total=12) for s in steps],
            [1.0, 0.75, 0.5, 0.25, 0.0],
            "rates at steps 0, 4, 6, 8, 12 of 12, from 1 to 0",
            mistakes={
                "the wave is not lifted and halved: it goes from 1 to -1": [1, 0.5, 0, -0.5, -1],
                "the wave is lifted, but not halved": [2.0, 1.5, 1.0, 0.5, 0.0],
                "it is a whole wave, which comes back up": [
                    (1 + math.cos(2 * math.pi * s / 12)) / 2 for s in steps
                ],
                "it is a quarter of a wave": [math.cos(math.pi / 2 * s / 12) for s in steps],
                "it falls along a line": [1 - s / 12 for s in steps],
                "it rises from 0, as 1 - cos does": [0.0, 0.25, 0.5, 0.75, 1.0],
                "pi is missing": [(1 + math.cos(s / 12)) / 2 for s in steps],
                "the angle is in degrees, and math.cos takes radians": [
                    (1 + math.cos(180 * s / 12)) / 2 for s in steps
                ],
                "the last step counts as total - 1": [
                    (1 + math.cos(math.pi * s / 11)) / 2 for s in steps
                ],
            },
        )

    def test_it_ends_at_final(self):
        expect_close(
            [cosine_decay(s, peak=0.9, total=12, final=0.1) for s in (0, 4, 6, 12)],
            [0.9, 0.7, 0.5, 0.1],
            "rates at steps 0, 4, 6, 12 of 12, from 0.9 to 0.1",
            mistakes={
                "final is not looked at": [0.9, 0.675, 0.45, 0.0],
                "final is added to a wave from the whole peak": [1.0, 0.775, 0.55, 0.1],
                "the wave is cut off at final": [0.9, 0.675, 0.45, 0.1],
                "final is a share of the peak": [0.9, 0.6975, 0.495, 0.09],
            },
        )

    def test_it_stays_there(self):
        expect_close(
            [cosine_decay(s, peak=0.9, total=12, final=0.1) for s in (13, 18, 24, 30)],
            [0.1, 0.1, 0.1, 0.1],
            "rates at steps 13, 18, 24, 30 of 12, from 0.9 to 0.1",
            mistakes={
                "the cosine comes back up": [
                    0.1 + 0.4 * (1 + math.cos(math.pi * s / 12)) for s in (13, 18, 24, 30)
                ],
                "the steps start over": [
                    0.1 + 0.4 * (1 + math.cos(math.pi * (s % 12) / 12)) for s in (13, 18, 24, 30)
                ],
                "it ends at 0, not at final": [0.0, 0.0, 0.0, 0.0],
            },
        )


@pytest.mark.kata("warmup_cosine")
class TestWarmupCosine:
    def test_it_climbs_to_the_peak(self):
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=4, total=10) for s in range(4)],
            [0.2, 0.4, 0.6, 0.8],
            "rates at steps 0 to 3 of a warm-up of 4 to 0.8",
            mistakes={
                "the warm-up is off by one: the first step has a rate of 0": [0.0, 0.2, 0.4, 0.6],
                "the peak is reached only after the warm-up": [0.16, 0.32, 0.48, 0.64],
                "the warm-up is off by one: it is at the peak a step early": [0.4, 0.6, 0.8, 1.0],
                "it spreads from 0 to the peak over the steps": [0.0, 0.8 / 3, 1.6 / 3, 0.8],
                "there is no warm-up": [0.4 * (1 + math.cos(math.pi * s / 10)) for s in range(4)],
                "the cosine is multiplied in already": [
                    0.2 * (s + 1) * (1 + math.cos(math.pi * s / 10)) / 2 for s in range(4)
                ],
                "the warm-up is as long as the whole training": [0.08, 0.16, 0.24, 0.32],
            },
        )

    def test_then_it_falls_from_the_peak_to_the_end(self):
        # of the 6 steps that are left, 0, 2, 3, 4, 6 are gone: 0°, 60°, 90°, 120°, 180°
        steps = (4, 6, 7, 8, 10)
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=4, total=10) for s in steps],
            [0.8, 0.6, 0.4, 0.2, 0.0],
            "rates at steps 4, 6, 7, 8, 10 after a warm-up of 4, from 0.8 to 0 at step 10",
            mistakes={
                "the cosine counts from step 0: the rate jumps after the warm-up": [
                    0.4 * (1 + math.cos(math.pi * s / 10)) for s in steps
                ],
                "the fall takes total steps after the warm-up, and ends late": [
                    0.4 * (1 + math.cos(math.pi * (s - 4) / 10)) for s in steps
                ],
                "the fall counts from step 0, and ends early": [
                    0.4 * (1 + math.cos(math.pi * min(s / 6, 1))) for s in steps
                ],
                "the fall begins a step early": [
                    0.4 * (1 + math.cos(math.pi * min((s - 3) / 6, 1))) for s in steps
                ],
                "the warm-up goes on for a step too many": [1.0, 0.6, 0.4, 0.2, 0.0],
                "it stays at the peak": [0.8] * 5,
            },
        )

    def test_it_ends_at_final_and_stays_there(self):
        steps = (0, 3, 4, 7, 10, 13)
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=4, total=10, final=0.2) for s in steps],
            [0.2, 0.8, 0.8, 0.5, 0.2, 0.2],
            "rates at steps 0, 3, 4, 7, 10, 13 with a warm-up of 4 to 0.8 and final = 0.2 at 10",
            mistakes={
                "final is not handed on": [0.2, 0.8, 0.8, 0.4, 0.0, 0.0],
                "the warm-up starts from final": [0.35, 0.8, 0.8, 0.5, 0.2, 0.2],
                "the cosine comes back up": [0.2, 0.8, 0.8, 0.5, 0.2, 0.5],
            },
        )

    def test_without_a_warm_up_it_is_the_cosine(self):
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=0, total=6) for s in (0, 2, 6)],
            [0.8, 0.6, 0.0],
            "rates at steps 0, 2, 6 of 6 with a warm-up of 0 steps",
        )


@pytest.mark.kata("clip_grad_norm")
class TestClipGradNorm:
    def test_all_gradients_together_are_one_vector(self):
        # 3² + 4² + 12² = 13²
        weights = [Weight(1.0, 3.0), Weight(array(1.0, 1.0), array(4.0, -12.0))]
        clip_grad_norm(weights, max_norm=6.5)
        factor = 6.5 / (13 + 1e-6)
        expect_close(
            [weights[0].grad, *weights[1].grad],
            [3 * factor, 4 * factor, -12 * factor],
            "gradients (3), (4, -12), which are 13 long together, clipped to 6.5",
            mistakes={
                "each parameter is clipped by itself": [
                    3.0,
                    4 * 6.5 / (160**0.5 + 1e-6),
                    -12 * 6.5 / (160**0.5 + 1e-6),
                ],
                "each entry is clipped by itself": [3.0, 4.0, -6.5],
                "the lengths of the parameters' gradients are summed": [
                    n * 6.5 / (3 + 160**0.5 + 1e-6) for n in (3, 4, -12)
                ],
                "the sizes of the entries are summed": [n * 6.5 / (19 + 1e-6) for n in (3, 4, -12)],
                "the root of the sum of squares is not taken": [
                    n * 6.5 / (169 + 1e-6) for n in (3, 4, -12)
                ],
                "the squares are averaged, not summed": [
                    n * min(1, 6.5 / (math.sqrt(169 / 3) + 1e-6)) for n in (3, 4, -12)
                ],
                "only the largest entry is the measure": [
                    n * 6.5 / (12 + 1e-6) for n in (3, 4, -12)
                ],
                "only arrays are clipped": [3.0, 4 * factor, -12 * factor],
                "they are not clipped": [3.0, 4.0, -12.0],
                "they are scaled to a length of 1": [n / (13 + 1e-6) for n in (3, 4, -12)],
                "the sign is lost": [3 * factor, 4 * factor, 12 * factor],
            },
            tolerance=1e-6,  # whether the 1e-6 is there shows further down
        )

    def test_it_returns_how_long_they_were_before(self):
        weights = [Weight(1.0, 3.0), Weight(array(1.0, 1.0), array(4.0, -12.0))]
        expect_close(
            clip_grad_norm(weights, max_norm=6.5),
            13.0,
            "the norm returned for gradients (3), (4, -12), clipped to 6.5",
            mistakes={
                "the norm is measured after clipping": 13 * 6.5 / (13 + 1e-6),
                "max_norm is returned": 6.5,
                "the 1e-6 of the division goes into the norm": 13 + 1e-6,
                "the factor is returned": 6.5 / (13 + 1e-6),
                "the square of the norm is returned": 169.0,
            },
        )

    def test_gradients_that_are_short_enough_stay_as_they_are(self):
        weights = [Weight(1.0, 3.0), Weight(array(1.0, 1.0), array(4.0, -12.0))]
        norm = clip_grad_norm(weights, max_norm=26.0)
        expect_close(
            [norm, weights[0].grad, *weights[1].grad],
            [13.0, 3.0, 4.0, -12.0],
            "the norm, and gradients (3), (4, -12), clipped to 26",
            mistakes={
                "gradients that are short enough are made longer": [
                    13.0,
                    *(n * 26 / (13 + 1e-6) for n in (3, 4, -12)),
                ],
            },
        )

    def test_a_matrix_is_as_long_as_all_its_entries(self):
        weight = Weight(np.ones((2, 2)), array([6.0, 0.0], [0.0, 8.0]))
        expect_close(
            clip_grad_norm([weight], max_norm=5.0),
            10.0,
            "the norm of the gradient [[6, 0], [0, 8]]",
            mistakes={
                "the largest stretch of the matrix is taken (its spectral norm)": 8.0,
                "the lengths of the rows are summed": 14.0,
            },
        )
        expect_close(weight.grad, [[3, 0], [0, 4]], "the gradient clipped to 5", tolerance=1e-6)

    def test_the_factor_divides_by_a_little_more_than_the_norm(self):
        weight = Weight(1.0, 3e-6)
        clip_grad_norm([weight], max_norm=1e-6)
        expect_close(
            1e6 * weight.grad,
            0.75,  # 3e-6 · 1e-6 / (3e-6 + 1e-6)
            "a million times the gradient 3e-6, clipped to 1e-6",
            mistakes={
                "the factor is max_norm / norm, without the 1e-6": 1.0,
                "the 1e-6 is added to max_norm, too": 1.5,
                "a gradient this small is not clipped": 3.0,
            },
        )

    def test_gradients_of_zero_have_length_zero(self):
        weights = [Weight(array(1.0, 1.0)), Weight(2.0), Weight(array(3.0), array(0.0))]
        norm = clip_grad_norm(weights, max_norm=1.0)
        grads = [weights[0].grad, weights[1].grad, *weights[2].grad]
        expect_close([norm, *grads], [0.0] * 4, "the norm, and gradients, where none was reached")

    def test_only_gradients_change(self):
        x, table = Value(2.0), Weight(array(3.0, 4.0), array(0.0, 30.0))
        (x**2 * 10).backward()  # a slope of 40
        clip_grad_norm([x, table], max_norm=5.0)
        expect_close([x.data, *table.data], [2.0, 3.0, 4.0], "the parameters themselves")
        expect_close([x.grad, *table.grad], [4.0, 0.0, 3.0], "their gradients", tolerance=1e-6)


@pytest.mark.kata("clip_grad_value")
class TestClipGradValue:
    def test_every_entry_is_cut_by_itself(self):
        weight = Weight(np.ones((2, 3)), array([7.0, -9.0, 0.5], [-2.0, 1.5, 2.5]))
        clip_grad_value([weight], limit=2.0)
        expect_close(
            weight.grad,
            [[2.0, -2.0, 0.5], [-2.0, 1.5, 2.0]],
            "the gradient [[7, -9, 0.5], [-2, 1.5, 2.5]], cut to the range from -2 to 2",
            mistakes={
                "only the upper end is cut": [[2.0, -9.0, 0.5], [-2.0, 1.5, 2.0]],
                "only the lower end is cut": [[7.0, -2.0, 0.5], [-2.0, 1.5, 2.5]],
                "the sign is lost": [[2.0, 2.0, 0.5], [2.0, 1.5, 2.0]],
                "the range starts at 0": [[2.0, 0.0, 0.5], [0.0, 1.5, 2.0]],
                "all are scaled by one factor": (array([7.0, -9.0, 0.5], [-2.0, 1.5, 2.5]) * 2 / 9),
                "what is out of range becomes 0": [[0.0, 0.0, 0.5], [-2.0, 1.5, 0.0]],
                "what is within the range is pushed out to its ends": [[2, -2, 2], [-2, 2, 2]],
                "it is not cut": [[7.0, -9.0, 0.5], [-2.0, 1.5, 2.5]],
            },
        )

    def test_every_parameter_is_cut(self):
        weights = [Weight(1.0, -7.0), Weight(1.0, 0.25), Weight(array(1.0)), Weight(1.0, 4.0)]
        clip_grad_value(weights, limit=3.0)
        expect_close(
            [weight.grad for weight in weights],
            [-3.0, 0.25, 0.0, 3.0],
            "gradients of -7, 0.25, 0 (of an array that was not reached) and 4, cut at 3",
            mistakes={
                "only the first parameter is cut": [-3.0, 0.25, 0.0, 4.0],
                "only the last parameter is cut": [-7.0, 0.25, 0.0, 3.0],
                "gradients that are numbers are left alone": [-7.0, 0.25, 0.0, 4.0],
            },
        )

    def test_only_gradients_change(self):
        x, table = Value(7.0), Weight(array(8.0, 9.0), array(-30.0, 1.0))
        (x**2 * 10).backward()
        clip_grad_value([x, table], limit=5.0)
        expect_close([x.data, *table.data], [7.0, 8.0, 9.0], "the parameters themselves")
        expect_close([x.grad, *table.grad], [5.0, -5.0, 1.0], "their gradients, cut at 5")
