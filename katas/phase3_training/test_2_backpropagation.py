"""3.2 · Backpropagation: train a network of Values."""

import math
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import cross_entropy
from katas.phase2_networks.module import Module
from katas.phase3_training.backpropagation import train, train_step
from katas.phase3_training.spec_helpers import network


class Scale(Module):
    """As small as a model gets: one parameter, and w · x for its only output."""

    def __init__(self, w):
        self.w = Value(w)

    def __call__(self, inputs):
        if not isinstance(inputs[0], Real):
            pytest.fail(
                f"the model was called with {inputs!r}, and should be called with the inputs of "
                "one example at a time: a list of numbers"
            )
        return [self.w * inputs[0]]


def squared(outputs, target):
    """The loss of one example, which wants the outputs as the model returns them: a list."""
    if not isinstance(outputs, list | tuple):
        pytest.fail(
            f"loss was called with {outputs!r} for the outputs, and should be called with all that "
            "the model returned for one example: a list of Values, even if there is only one"
        )
    return (outputs[0] - target) ** 2


def data_of(model):
    return [parameter.data for parameter in model.parameters()]


# w = 2 predicts 2 and 6 where 5 and 4 are wanted: errors -3 and 2, losses 9 and 4; the gradients
# of w are 2 · -3 · 1 = -6 and 2 · 2 · 3 = 12, their mean is 3
INPUTS, TARGETS = [[1.0], [3.0]], [5.0, 4.0]


@pytest.mark.kata("train_step")
class TestTrainStep:
    def test_it_returns_the_mean_loss_before_the_step(self):
        expect_close(
            train_step(Scale(2.0), INPUTS, TARGETS, squared, lr=0.1),
            6.5,
            "loss of two examples that cost 9 and 4",
            mistakes={
                "the losses are added, not averaged": 13.0,
                "only the first example counts": 9.0,
                "only the last example counts": 4.0,
                "the loss is measured after the step": 6.05,  # at w = 1.7: 10.89 and 1.21
                "a step is taken after each example": 11.72,  # the second sees w = 2.6: 14.44
                "a share of the step is taken after each example": 8.705,  # it sees 2.3: 8.41
            },
        )

    def test_the_loss_is_a_number(self):
        loss = train_step(Scale(2.0), INPUTS, TARGETS, squared, lr=0.1)
        assert isinstance(loss, Real), (
            f"train_step returned {loss!r} ({type(loss).__name__}), and should return a number: a "
            "list of such Values would keep the graph of every step alive"
        )

    def test_one_step_is_taken_against_the_mean_gradient(self):
        model = Scale(2.0)
        train_step(model, INPUTS, TARGETS, squared, lr=0.1)
        expect_close(
            model.w,
            1.7,  # 2 - 0.1 · 3
            "w after a step of 0.1 against a mean gradient of 3",
            mistakes={
                "the model was not moved": 2.0,
                "the step goes up the gradient, not down": 2.3,
                "the gradients are added, not averaged": 1.4,
                "the mean is divided by the number of examples once more": 1.85,
                "only the first example counts": 2.6,
                "only the last example counts": 0.8,
                "a step is taken after each example": 0.32,
                "a share of the step is taken after each example": 1.43,  # 2.3 - 0.05 · 17.4
                "lr is left out": -1.0,
            },
        )

    @pytest.mark.parametrize("n, m", [(3, 2), (2, 3)], ids=["3 and 2", "2 and 3"])
    def test_unequal_lengths_are_refused(self, n, m):
        model = Scale(2.0)
        inputs, targets = [*INPUTS, INPUTS[0]][:n], [*TARGETS, TARGETS[0]][:m]
        expect_raises(
            ValueError,
            lambda: train_step(model, inputs, targets, squared, lr=0.1),
            f"{n} inputs with {m} targets (zip would drop the third without a word)",
            naming=[n, m],
        )
        expect_close(model.w, 2.0, "w after a step that was refused")

    def test_gradients_that_were_left_over_do_not_count(self):
        model = Scale(2.0)
        model.w.grad = 50.0
        train_step(model, INPUTS, TARGETS, squared, lr=0.1)
        expect_close(
            model.w,
            1.7,
            "w after a step, where its grad was 50 from something else",
            mistakes={"the new gradient is added to what was left over": -3.3},
        )

    def test_a_second_step_starts_afresh(self):
        # at w = 1.7 the errors are -3.3 and 1.1, the gradients -6.6 and 6.6: no step at all
        model = Scale(2.0)
        for _ in range(2):
            train_step(model, INPUTS, TARGETS, squared, lr=0.1)
        expect_close(
            model.w,
            1.7,
            "w after two steps, of which the second has gradient 0",
            mistakes={"the first step's gradient is taken again": 1.4},
        )

    def test_the_models_own_values_are_moved(self):
        model = Scale(2.0)
        w = model.w
        train_step(model, INPUTS, TARGETS, squared, lr=0.1)
        assert model.w is w, "the model holds another Value now: whoever kept w sees nothing move"
        assert isinstance(w.data, Real) and len(w.parents) == 0, (
            f"w.data is {w.data!r} and w.parents {w.parents} after the step: w should still be a "
            "leaf that holds a number, or the next step's graph contains this one"
        )

    def test_the_loss_is_called_with_all_outputs_and_the_target_of_each_example(self):
        seen = []

        def loss(outputs, target):
            seen.append((target, [output.data for output in outputs]))
            return outputs[0] * 0.0

        model = network([1, 2], [1.0, 0.0, 10.0, 0.0])  # x gives the outputs x and 10x
        train_step(model, [[2.0], [3.0], [7.0]], [1, 0, 2], loss, lr=0.1)
        wanted = [(0, [3.0, 30.0]), (1, [2.0, 20.0]), (2, [7.0, 70.0])]
        assert sorted(seen) == wanted, (
            f"loss was called with (target, outputs) {sorted(seen)}, and should be called once "
            f"for each example, with all its outputs and its own target: {wanted}"
        )

    def test_the_model_has_the_parameters_that_it_had(self):
        model = Scale(2.0)
        train_step(model, INPUTS, TARGETS, squared, lr=0.1)
        names = [name for name, _ in model.named_parameters()]
        assert names == ["w"], (
            f"the model has the parameters {names} after a step, and had one, w: whatever has "
            ".data and .grad in an attribute counts as one, so a loss or an output kept on the "
            "model would be counted, saved and trained"
        )

    def test_a_loss_that_is_no_number_shows(self):
        model = Scale(math.nan)
        loss = train_step(model, INPUTS, TARGETS, squared, lr=0.1)
        expect_close(
            [loss, model.w.data],
            [math.nan, math.nan],
            "loss and w of a step from w = NaN",
            mistakes={
                "a loss of NaN is called 0: a training that has gone wrong has to look so": [
                    0.0,
                    math.nan,
                ]
            },
        )

    def test_every_layer_learns(self):
        start = [0.5, -0.4, 0.1, 0.3, 0.6, -0.2, 0.7, -0.5, 0.2, 0.4]
        inputs, targets = [[1.0, 2.0], [-1.0, 0.5], [0.3, -2.0]], [[1.0, 0.0], [0.0, 2.0], [1, 1]]

        def loss(outputs, target):
            return (outputs[0] - target[0]) ** 2 + (outputs[1] - target[1]) ** 2 * 3

        def mean_loss(numbers):
            model = network([2, 2, 2], [*numbers, -0.3, 0.2])
            return sum(loss(model(x), y) for x, y in zip(inputs, targets)).data / 3

        model = network([2, 2, 2], [*start, -0.3, 0.2])
        train_step(model, inputs, targets, loss, lr=0.5)
        slopes = numerical_gradient(mean_loss, start)
        wanted = [x - 0.5 * slope for x, slope in zip(start, slopes)]
        expect_close(
            data_of(model)[:10],
            wanted,
            "parameters of two layers after a step, the first six of the first layer",
            mistakes={
                "only the last layer is moved": start[:6] + wanted[6:],
                "only the first layer is moved": wanted[:6] + start[6:],
                "only the weights are moved, not the biases": [
                    start[i] if i in (2, 5, 8) else wanted[i] for i in range(10)
                ],
            },
            tolerance=1e-8,  # the slopes are measured
        )

    def test_the_examples_stay_as_they_were(self):
        inputs, targets = [[1.0], [3.0]], [5.0, 4.0]
        train_step(Scale(2.0), inputs, targets, squared, lr=0.1)
        assert (inputs, targets) == (INPUTS, TARGETS), (
            f"inputs and targets are {inputs} and {targets} after the step: they are the caller's"
        )


XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]

# three hidden neurons that all look the same way at first, and two outputs
XOR_START = [
    0.5,
    0.4,
    0.1,
    0.3,
    0.6,
    -0.2,
    0.7,
    0.2,
    0.1,
    0.4,
    -0.6,
    0.2,
    0.1,
    -0.3,
    0.5,
    -0.2,
    0.1,
]


@pytest.mark.kata("train")
class TestTrain:
    def test_it_returns_the_loss_before_each_step(self):
        # (w · 1 - 0)² has the gradient 2w, so that lr = 0.25 halves w: 4, 2, 1
        expect_close(
            train(Scale(4.0), [[1.0]], [0.0], squared, lr=0.25, steps=3),
            [16.0, 4.0, 1.0],
            "losses of three steps that begin at w = 4",
            mistakes={
                "the losses are those after the steps": [4.0, 1.0, 0.25],
                "the loss after the last step is listed too": [16.0, 4.0, 1.0, 0.25],
                "one step too few is taken": [16.0, 4.0],
                "the model never moves": [16.0, 16.0, 16.0],
                "only the last loss is returned": 1.0,
                "the losses are listed backwards": [1.0, 4.0, 16.0],
            },
        )

    def test_the_model_has_moved_that_many_times(self):
        model = Scale(4.0)
        train(model, [[1.0]], [0.0], squared, lr=0.25, steps=3)
        expect_close(
            model.w,
            0.5,
            "w after three steps that halve it from 4",
            mistakes={
                (
                    "the model was not moved",
                    "another model is trained, and the caller's is not",
                ): 4.0,
                "one step too few is taken": 1.0,
                "one step too many is taken": 0.25,
                "there are no steps but one": 2.0,
            },
        )

    def test_all_steps_are_taken_even_if_the_loss_rises(self):
        # lr = 8 takes w to -15w: 1, -15, 225
        expect_close(
            train(Scale(1.0), [[1.0]], [0.0], squared, lr=8.0, steps=3),
            [1.0, 225.0, 50625.0],
            "losses of three steps that are too long, from w = 1",
            mistakes={
                "training stops when the loss rises": [1.0, 225.0],
                "a loss that rises is not listed": [1.0],
            },
        )

    def test_all_steps_are_taken_even_if_the_loss_is_no_number(self):
        losses = train(Scale(math.nan), [[1.0]], [0.0], squared, lr=0.25, steps=3)
        assert len(losses) == 3 and all(math.isnan(loss) for loss in losses), (
            f"three steps from w = nan gave the losses {losses}: there is an entry for each step, "
            "whatever the loss, and NaN stays NaN. To give up is the caller's decision"
        )

    def test_examples_stay_with_their_targets(self):
        # at w = 1 both are exact, and nothing moves
        expect_close(
            train(Scale(1.0), [[1.0], [3.0]], [1.0, 3.0], squared, lr=0.25, steps=2),
            [0.0, 0.0],
            "losses of two steps on 1 → 1, 3 → 3, from w = 1",
            mistakes={
                # the second step starts at w = 1 - 0.25 · 4
                "the inputs are put in another order, and the targets are not": [4.0, 5.0],
            },
        )

    def test_the_losses_are_a_list(self):
        losses = train(Scale(4.0), [[1.0]], [0.0], squared, lr=0.25, steps=2)
        assert isinstance(losses, list) and all(isinstance(loss, Real) for loss in losses), (
            f"the losses are {losses!r} ({type(losses).__name__}), and should be a list of numbers"
        )

    def test_all_steps_are_taken_even_if_there_is_nothing_left_to_gain(self):
        losses = train(Scale(0.0), [[1.0]], [0.0], squared, lr=0.25, steps=3)
        assert losses == [0.0, 0.0, 0.0], (
            f"three steps at the bottom, from w = 0, gave the losses {losses}: however small a "
            "loss is, and even if it stays as it was, there is an entry for each of the steps"
        )

    def test_no_steps_change_nothing(self):
        model = Scale(4.0)
        losses = train(model, [[1.0]], [0.0], squared, lr=0.25, steps=0)
        assert (losses, model.w.data) == ([], 4.0), (
            f"losses and w are {losses} and {model.w.data} after no steps at all from w = 4"
        )

    def test_a_second_call_goes_on_where_the_first_ended(self):
        model = Scale(4.0)
        train(model, [[1.0]], [0.0], squared, lr=0.25, steps=2)
        expect_close(
            train(model, [[1.0]], [0.0], squared, lr=0.25, steps=2),
            [1.0, 0.25],
            "losses of the third and the fourth step from w = 4",
            mistakes={"the second call begins again at the start": [16.0, 4.0]},
        )

    def test_xor_is_learned(self):
        points, classes = XOR
        model = network([2, 3, 2], XOR_START)
        losses = train(model, points, classes, cross_entropy, lr=1.0, steps=120)
        outputs = [model(point) for point in points]
        right = sum((no.data < yes.data) == c for (no, yes), c in zip(outputs, classes))
        assert right == 4, (
            f"after 120 steps {right} of the 4 points are right, and the mean loss is "
            f"{losses[-1]:.3f}. 3 of 4, or 75 %, is what one straight line can do without a hidden "
            "layer: that is stuck, not solved"
        )
        assert losses[-1] < 0.05, (
            f"all 4 points are right, but barely: the mean loss is {losses[-1]:.3f} after 120 "
            "steps, and should be below 0.05"
        )
