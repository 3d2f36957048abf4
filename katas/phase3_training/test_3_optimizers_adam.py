"""3.3 · Optimization: Adam, and a decay that does not pass through its means."""

import math

import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.value import Value
from katas.phase3_training.optimizers import Adam, AdamW
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


@pytest.mark.kata("Adam.__init__")
class TestAdamInit:
    def test_it_keeps_the_parameters_and_settings(self):
        a, b = Weight(2.0), Weight(3.0)
        adam = Adam((weight for weight in (a, b)), 0.3, betas=(0.7, 0.8), eps=0.05)
        expect_kept(adam, a, b)
        expect_settings(adam, lr=0.3, betas=(0.7, 0.8), eps=0.05)

    def test_the_usual_settings_are_its_own(self):
        expect_settings(Adam([Weight(2.0)]), lr=0.001, betas=(0.9, 0.999), eps=1e-08)

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


def shared_by_two(*gradients):
    """Two weights from 1 at lr = 0.1 under constant gradients, with one mean and mean square."""
    mean, square, data, seen = 0.0, 0.0, [1.0, 1.0], []
    for t in (1, 2):
        for i, g in enumerate(gradients):
            mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
            data[i] -= 0.1 * mean / (1 - 0.9**t) / math.sqrt(square / (1 - 0.999**t))
        seen.append(list(data))
    return seen


@pytest.mark.kata("Adam.step")
class TestAdamStep:
    def test_under_a_constant_gradient_each_step_is_as_long_as_the_learning_rate(self):
        steps, never = (1, 2, 3), math.inf
        expect_close(
            path(Adam([Weight(1.0)], lr=0.1, eps=1e-15), 4.0, 4.0, 4.0),
            [0.9, 0.8, 0.7],
            "the weight after three gradients of 4, from 1 at lr = 0.1",
            mistakes={
                "neither mean is corrected, which is what MLX does unless it is told to": from_one(
                    *(stride(t, never, never) for t in steps)
                ),
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
                "the mean looks one step ahead: that is NAdam, as Optax computes it": from_one(
                    *(0.9 * (1 - 0.9**t) / (1 - 0.9 ** (t + 1)) + 0.1 / (1 - 0.9**t) for t in steps)
                ),
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
                "the largest mean square so far is taken, before it is corrected: that is AMSGrad, "
                "as PyTorch and Keras compute it": from_one(1.0, 2 / math.sqrt(4 / 0.4375)),
                "the largest corrected mean square so far is taken: that is AMSGrad, as Optax "
                "computes it": from_one(1.0, 2 / math.sqrt(16)),
                "the largest gradient so far, which fades, is taken for the root: that is Adamax": (
                    from_one(1.0, 2 / 3)
                ),
                "the mean looks one step ahead: that is NAdam, as Optax computes it": from_one(
                    (0.5 * 2 / 0.75 + 0.5 * 4 / 0.5) / 4,
                    (0.5 * 1.5 / 0.875 + 0.5 * 1 / 0.75) / math.sqrt(3.25 / 0.4375),
                ),
                "the gradient is mixed into the mean once more, corrected at t: a step of NAdam": (
                    from_one(6 / 4, 1.25 / 0.75 / math.sqrt(3.25 / 0.4375))
                ),
                "the mean is squared, and not the gradient": from_one(2.0, 2 / math.sqrt(3.0)),
                "the distance of the gradient from its mean is squared: that is AdaBelief": (
                    from_one(2.0, 2 / math.sqrt(0.8125 / 0.4375))
                ),
                "mean and mean square are kept in one place, and the second is taken for both": (
                    from_one(11 / math.sqrt(22), 2.6875 / 0.75 / math.sqrt(2.6875 / 0.4375))
                ),
                "the mean square alone is corrected a step ahead": from_one(
                    4 / math.sqrt(4 / 0.4375), 2 / math.sqrt(3.25 / (1 - 0.75**3))
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
                "both means are shared by all parameters, so that each goes on from the other's": (
                    shared_by_two(4.0, -3.0)
                ),
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

    def test_a_new_optimizer_begins_anew(self):
        first, second = (path(Adam([Weight(1.0)], lr=0.1), 4.0, 1.0) for _ in range(2))
        assert first == second, (
            f"of two new optimizers that do the same, one moves its weight from 1 to {first} and "
            f"the next to {second}: what one has counted or collected, the other goes on with. "
            "What stands on the class, in a signature or in the module belongs to all of them."
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
                "eps is added inside the root, where Optax has another setting, eps_root": from_one(
                    4 / 18**0.5, 4 / 18**0.5
                ),
                "the square of eps is added inside the root": from_one(4 / 20**0.5, 4 / 20**0.5),
                "eps is added before the mean square is corrected, which is what Keras computes; "
                "the course follows PyTorch: after it": from_one(
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

    def test_a_small_step_is_taken_in_full(self):
        expect_small_steps(Adam, 1e-9)

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
        expect_value_to_stay_one(Adam([x], lr=0.5), x, 2.5, "a Value after a step")


@pytest.mark.kata("AdamW.__init__")
class TestAdamWInit:
    def test_it_keeps_the_parameters_and_settings(self):
        a, b = Weight(2.0), Weight(3.0)
        adamw = AdamW([a, b], 0.3, betas=(0.7, 0.8), eps=0.05, weight_decay=0.2)
        expect_kept(adamw, a, b)
        expect_settings(adamw, lr=0.3, betas=(0.7, 0.8), eps=0.05, weight_decay=0.2)

    def test_the_usual_settings_are_its_own(self):
        usual = AdamW([Weight(2.0)])
        expect_settings(usual, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01)

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
                "the decay goes through the gradient, and Adam makes it a step of lr: that is "
                "PyTorch's Adam with weight_decay, and not its AdamW": [
                    1.9,
                    1.9
                    - 0.1
                    * (0.9 * 0.06 + 0.057)
                    / 0.19
                    / math.sqrt((0.999 * 0.00036 + 0.0003249) / (1 - 0.999**2)),
                ],
                "the decay is not multiplied by the learning rate, as the paper writes it; the "
                "course follows PyTorch, which multiplies": [1.4, 0.98],
                "the decay has the wrong sign": [2.06, 2.1218],
                "the decay is the same for every weight: data is missing": [1.97, 1.94],
                "the decay counts twice": [1.88, 1.7672],
                "the decay counts half": [1.97, 1.94045],
                "the factor is e to the power of -lr · weight_decay, which is close to it": [
                    2 * math.exp(-0.03),
                    2 * math.exp(-0.06),
                ],
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
                "the decay goes through the gradient, as in SGD: that is PyTorch's Adam with "
                "weight_decay, and not its AdamW": [1.9, 1.9 - 0.1 * mixed],
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

    def test_a_small_step_is_taken_in_full(self):
        expect_small_steps(AdamW, 1e-9, weight_decay=0.0)

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
        adamw = AdamW([x], lr=0.5, weight_decay=0.1)
        expect_value_to_stay_one(adamw, x, 2.35, "a Value after a step")  # 3 · 0.95 - 0.5
