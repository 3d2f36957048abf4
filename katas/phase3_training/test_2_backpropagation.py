"""3.2 · Backpropagation: train on Values, derive by hand on arrays, and see that the two agree."""

import math
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import cross_entropy
from katas.phase2_networks.module import MLP, Module
from katas.phase3_training.backpropagation import (
    embedding_backward,
    gradient_norm_by_depth,
    linear_backward,
    linear_forward,
    relu_backward,
    softmax_cross_entropy,
    tanh_backward,
    train,
    train_step,
    two_layer_backward,
    two_layer_forward,
    unbroadcast,
)

inf, nan = math.inf, math.nan

# ---- on Values


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


def network(sizes, numbers):
    """An MLP whose parameters are these numbers: neuron by neuron, weights and then bias."""
    model = MLP(sizes)
    for parameter, number in zip(model.parameters(), numbers):
        parameter.data = number
    return model


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
                "the model was not moved": 4.0,
                "one step too few is taken": 1.0,
                "one step too many is taken": 0.25,
                "there are no steps but one": 2.0,
                "another model is trained, and the caller's is not": 4.0,
            },
        )

    def test_all_steps_are_taken_even_if_the_loss_rises(self):
        # lr = 1.5 takes w to -2w: 1, -2, 4
        expect_close(
            train(Scale(1.0), [[1.0]], [0.0], squared, lr=1.5, steps=3),
            [1.0, 4.0, 16.0],
            "losses of three steps that are too long, from w = 1",
            mistakes={
                "training stops when the loss rises": [1.0, 4.0],
                "a loss that rises is not listed": [1.0],
            },
        )

    def test_all_steps_are_taken_even_if_the_loss_is_no_number(self):
        losses = train(Scale(math.nan), [[1.0]], [0.0], squared, lr=0.25, steps=3)
        assert len(losses) == 3, (
            f"three steps from w = nan gave the losses {losses}: there is an entry for each step, "
            "whatever the loss. To give up is the caller's decision"
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


# ---- on arrays


def numbers(*shape):
    """An array of numbers with one decimal, none of them 0: the same for the same shape."""
    draws = np.random.default_rng(shape).uniform(0.1, 2.0, (2, *shape))
    return np.round(draws[0], 1) * np.where(draws[1] > 1.05, 1, -1)


def measured(f, array):
    """The gradient of a number f(array), entry by entry, by the central difference of 1.1."""

    def of_list(entries):
        return float(f(np.reshape(entries, array.shape)))

    return np.reshape(numerical_gradient(of_list, array.ravel().tolist()), array.shape)


MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def parts(result, *names):
    """The arrays that a function returned together; fails if they are not as many as names."""
    together = isinstance(result, tuple | list)
    if not together or len(result) != len(names):
        size = f" of {len(result)}" if together else ""
        pytest.fail(
            f"{', '.join(names)} should be returned, {len(names)} things in this order, and what "
            f"came is a {type(result).__name__}{size}"
        )
    return result


def calls_leaving_all_as_it_was(function, **arguments):
    """Call it; fails if it changed an array that it was given."""
    before = {name: np.array(value, copy=True) for name, value in arguments.items()}
    result = function(*arguments.values())
    changed = [name for name, value in arguments.items() if not np.array_equal(value, before[name])]
    if changed:
        pytest.fail(
            f"{' and '.join(changed)} changed in place: an array is passed on, not copied, so that "
            "whoever holds it finds other numbers in it. *=, -=, out= and [...] = write into it"
        )
    return result


# square on purpose: a matrix that is the wrong way round gives wrong numbers, and no error
X2, W2 = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[2.0, 7.0], [-1.0, 3.0]])
B2 = np.array([10.0, 20.0])


@pytest.mark.kata("linear_forward")
class TestLinearForward:
    def test_rows_of_x_meet_columns_of_w(self):
        expect_close(
            linear_forward(X2, W2, B2),
            [[10.0, 33.0], [11.0, 56.0]],  # [[1·2 - 2, 7 + 6], [3·2 - 5, 21 + 15]] + [10, 20]
            "Y for X [[1, 2], [3, 5]], W [[2, 7], [-1, 3]] and b [10, 20]",
            mistakes={
                "b is left out": [[0.0, 13.0], [1.0, 36.0]],
                "b is added twice": [[20.0, 53.0], [21.0, 76.0]],
                "W is transposed": [[26.0, 25.0], [51.0, 32.0]],
                "W and X are exchanged": [[33.0, 59.0], [18.0, 33.0]],
                "* stands where @ belongs": [[12.0, 34.0], [7.0, 35.0]],
                "each example gets a bias, and not each unit": [[10.0, 23.0], [21.0, 56.0]],
            },
        )

    def test_it_takes_any_number_of_examples_inputs_and_units(self):
        X, W, b = numbers(7, 3), numbers(3, 5), numbers(5)
        wanted = [
            [sum(X[n, d] * W[d, h] for d in range(3)) + b[h] for h in range(5)] for n in range(7)
        ]
        expect_close(linear_forward(X, W, b), wanted, "Y of 7 examples, 3 inputs and 5 units")

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(linear_forward, X=numbers(7, 3), W=numbers(3, 5), b=numbers(5))


# the gradient that comes from above, for the X and W just used
DY2 = np.array([[1.0, 4.0], [-3.0, 6.0]])


def gradients_of_the_square_layer():
    return parts(linear_backward(DY2.copy(), X2.copy(), W2.copy()), "dX", "dW", "db")


@pytest.mark.kata("linear_backward")
class TestLinearBackward:
    def test_dx_is_how_much_each_input_mattered(self):
        # x11 goes to y11 by w11 = 2 and to y12 by w12 = 7: 1 · 2 + 4 · 7 = 30
        dX, _, _ = gradients_of_the_square_layer()
        dW, db = [[-8.0, 22.0], [-13.0, 38.0]], [-2.0, 10.0]
        expect_close(
            dX,
            [[30.0, 11.0], [36.0, 21.0]],
            "dX for dY [[1, 4], [-3, 6]] and W [[2, 7], [-1, 3]]",
            mistakes={
                "W is not transposed": [[-2.0, 19.0], [-12.0, -3.0]],
                "dX itself is transposed": [[30.0, 36.0], [11.0, 21.0]],
                "the two factors are exchanged": [[-19.0, 50.0], [-10.0, 14.0]],
                "* stands where @ belongs": [[2.0, 28.0], [3.0, 18.0]],
                "it is divided by the number of examples": [[15.0, 5.5], [18.0, 10.5]],
                "dW is returned in the place of dX": dW,
                "db is returned in the place of dX": db,
            },
        )

    def test_dw_adds_up_what_all_examples_say(self):
        # w11 takes x11 = 1 to y11 and x21 = 3 to y21: 1 · 1 + 3 · -3 = -8
        _, dW, _ = gradients_of_the_square_layer()
        expect_close(
            dW,
            [[-8.0, 22.0], [-13.0, 38.0]],
            "dW for X [[1, 2], [3, 5]] and dY [[1, 4], [-3, 6]]",
            mistakes={
                "X is not transposed": [[-5.0, 16.0], [-12.0, 42.0]],
                "dW itself is transposed": [[-8.0, -13.0], [22.0, 38.0]],
                "the two factors are exchanged": [[9.0, 23.0], [9.0, 21.0]],
                "* stands where @ belongs": [[1.0, 8.0], [-9.0, 30.0]],
                "it is divided by the number of examples": [[-4.0, 11.0], [-6.5, 19.0]],
                "dX is returned in the place of dW": [[30.0, 11.0], [36.0, 21.0]],
            },
        )

    def test_db_is_summed_over_the_examples(self):
        _, _, db = gradients_of_the_square_layer()
        expect_close(
            db,
            [-2.0, 10.0],
            "db for dY [[1, 4], [-3, 6]]",
            mistakes={
                "db is not summed over the examples": DY2,
                "the sum runs over the units, not over the examples": [5.0, 3.0],
                "it is averaged over the examples": [-1.0, 5.0],
                "everything is summed": 8.0,
                "the sum keeps the axis of the examples": [[-2.0, 10.0]],
                "only the last example counts": [-3.0, 6.0],
                "dY is passed over: the derivative of Y by b is 1": [2.0, 2.0],
            },
        )

    @pytest.mark.parametrize("n", [7, 1], ids=["seven examples", "one example"])
    def test_each_gradient_is_the_measured_one(self, n):
        """In other words: nudge an entry, and see by how much the sum of dY · Y moves."""
        dY, X, W, b = numbers(n, 5), numbers(n, 3), numbers(3, 5), numbers(5)
        dX, dW, db = parts(linear_backward(dY.copy(), X.copy(), W.copy()), "dX", "dW", "db")
        by_X = measured(lambda X: (dY * (X @ W + b)).sum(), X)
        by_W = measured(lambda W: (dY * (X @ W + b)).sum(), W)
        by_b = measured(lambda b: (dY * (X @ W + b)).sum(), b)
        expect_close(dX, by_X, f"dX, where X is ({n}, 3)", tolerance=MEASURED)
        expect_close(dW, by_W, "dW, where W is (3, 5)", tolerance=MEASURED)
        expect_close(db, by_b, "db, where b is (5,)", tolerance=MEASURED)

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(
            linear_backward, dY=numbers(7, 5), X=numbers(7, 3), W=numbers(3, 5)
        )


@pytest.mark.kata("relu_backward")
class TestReluBackward:
    def test_the_gradient_passes_where_the_input_was_above_zero(self):
        expect_close(
            relu_backward(
                np.array([[5.0, -7.0], [-2.0, 3.0]]), np.array([[0.4, 2.0], [-1.5, -3.0]])
            ),
            [[5.0, -7.0], [0.0, 0.0]],
            "dZ for dA [[5, -7], [-2, 3]] and Z [[0.4, 2], [-1.5, -3]]",
            mistakes={
                "everything is passed": [[5.0, -7.0], [-2.0, 3.0]],
                "dA is left out": [[1.0, 1.0], [0.0, 0.0]],
                "it is multiplied by Z, not by the derivative": [[2.0, -14.0], [0.0, 0.0]],
                "the sign of dA decides, not that of Z": [[5.0, 0.0], [0.0, 3.0]],
                "dA goes through a ReLU, too": [[5.0, 0.0], [0.0, 0.0]],
                "it passes where Z is below 0": [[0.0, 0.0], [-2.0, 3.0]],
                "it passes where Z is above 1": [[0.0, -7.0], [0.0, 0.0]],
            },
        )

    def test_at_zero_nothing_passes(self):
        expect_close(
            relu_backward(np.array([5.0, 6.0]), np.array([0.0, 1e-9])),
            [0.0, 6.0],
            "dZ for dA [5, 6] and Z [0, 1e-9]",
            mistakes={
                "the derivative at 0 is taken to be 1": [5.0, 6.0],
                "the derivative at 0 is taken to be ½": [2.5, 6.0],
            },
        )

    @pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 5)], ids=str)
    def test_any_shape_will_do(self, shape):
        dA, Z = numbers(*shape), numbers(*shape)[::-1]
        wanted = measured(lambda Z: (dA * np.maximum(0, Z)).sum(), Z)
        expect_close(relu_backward(dA, Z), wanted, f"dZ of shape {shape}", tolerance=MEASURED)

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(relu_backward, dA=numbers(3, 5), Z=numbers(3, 5)[::-1])


@pytest.mark.kata("tanh_backward")
class TestTanhBackward:
    def test_the_slope_follows_from_the_output(self):
        # at A = 0.6 the slope is 1 - 0.36
        expect_close(
            tanh_backward(np.array([[5.0, -2.0]]), np.array([[0.6, -0.8]])),
            [[3.2, -0.72]],
            "dZ for dA [[5, -2]] and A [[0.6, -0.8]]",
            mistakes={
                "A is taken for what went into the tanh": [
                    [5 * (1 - math.tanh(0.6) ** 2), -2 * (1 - math.tanh(0.8) ** 2)]
                ],
                "A is not squared": [[2.0, -3.6]],
                "the 1 is left out: it is A² alone": [[1.8, -1.28]],
                "the sign is wrong: it is A² - 1": [[-3.2, 0.72]],
                "it is 1 + A²": [[6.8, -3.28]],
                "dA is left out": [[0.64, 0.36]],
                "it is the sigmoid's slope, A(1 - A)": [[1.2, 2.88]],
            },
        )

    @pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 5)], ids=str)
    def test_any_shape_will_do(self, shape):
        dA, Z = numbers(*shape), numbers(*shape)[::-1]
        wanted = measured(lambda Z: (dA * np.tanh(Z)).sum(), Z)
        dZ = tanh_backward(dA, np.tanh(Z))
        expect_close(dZ, wanted, f"dZ of shape {shape}", tolerance=MEASURED)

    def test_a_saturated_unit_passes_nothing(self):
        dZ = tanh_backward(np.array([5.0, -3.0]), np.array([1.0, -1.0]))
        expect_close(dZ, [0.0, 0.0], "dZ where the outputs are 1 and -1")

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(tanh_backward, dA=numbers(3, 5), A=np.tanh(numbers(3, 5)))


# the softmax of these rows is [1, 2, 5] / 8 and [4, 3, 1] / 8
LOGITS, CLASSES = np.log([[1.0, 2.0, 5.0], [4.0, 3.0, 1.0]]), np.array([2, 1])


def loss_and_gradient(logits, targets):
    return parts(softmax_cross_entropy(logits, targets), "loss", "dlogits")


@pytest.mark.kata("softmax_cross_entropy")
class TestSoftmaxCrossEntropy:
    def test_equal_scores_cost_the_logarithm_of_the_number_of_classes(self):
        loss, _ = loss_and_gradient(np.zeros((2, 3)), np.array([0, 2]))
        expect_close(
            loss,
            1.0986122886681098,  # log 3
            "loss of two examples with equal scores for three classes",
            mistakes={
                "the losses are added, not averaged": 2 * math.log(3),
                "the minus is missing": -math.log(3),
                "it is averaged over the classes, too": math.log(3) / 3,
                "the softmax runs over the examples": math.log(2),
                "the softmax runs over all entries at once": math.log(6),
                "logarithms are to base 2": math.log2(3),
                "the loss of each example is returned": [math.log(3), math.log(3)],
            },
        )

    def test_the_loss_is_the_mean_surprise_at_the_right_classes(self):
        loss, _ = loss_and_gradient(LOGITS.copy(), CLASSES)
        expect_close(
            loss,
            math.log(64 / 15) / 2,  # the right classes have 5/8 and 3/8
            "loss where the right classes have the probabilities 5/8 and 3/8",
            mistakes={
                "the losses are added, not averaged": math.log(64 / 15),
                "the softmax runs over the examples": -math.log(5 / 6 * 3 / 5) / 2,
                "each example is asked for the classes of all": -math.log(5 * 2 * 1 * 3 / 8**4) / 4,
                "it is averaged over the classes, too": math.log(64 / 15) / 6,
                "logits are taken for probabilities": -math.log(math.log(5) * math.log(3)) / 2,
                "the softmax is left out: logits are taken for log-probabilities": (
                    -math.log(15) / 2
                ),
                "the likeliest class is taken for the right one": -math.log(5 / 8 * 4 / 8) / 2,
            },
        )

    def test_the_gradient_is_softmax_minus_one_hot_over_n(self):
        _, dlogits = loss_and_gradient(LOGITS.copy(), CLASSES)
        wanted = np.array([[1.0, 2.0, -3.0], [4.0, -5.0, 1.0]]) / 16
        probs = np.array([[1.0, 2.0, 5.0], [4.0, 3.0, 1.0]]) / 8
        one_hot = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
        expect_close(
            dlogits,
            wanted,
            "dlogits where softmax is [[1, 2, 5], [4, 3, 1]] / 8 and the classes are 2 and 1",
            mistakes={
                "1/N is missing: the loss is a mean, and this is the gradient of a sum": wanted * 2,
                "1/N is there twice": wanted / 2,
                "it is divided by the number of classes, not of examples": wanted * 2 / 3,
                "it is divided by the number of entries": wanted / 3,
                "the one-hot part is left out": probs / 2,
                "one-hot is subtracted after dividing by N": probs / 2 - one_hot,
                "only the one-hot part is divided by N": probs - one_hot / 2,
                "the signs are the wrong way round": -wanted,
                "each example gets the classes of all subtracted": (probs - [[0, 1, 1]] * 2) / 2,
                "the softmax runs over the examples": (
                    np.array([[1 / 5, 2 / 5, 5 / 6], [4 / 5, 3 / 5, 1 / 6]]) - one_hot
                )
                / 2,
            },
        )

    def test_the_gradient_is_the_measured_one(self):
        """For 5 examples of 7 classes; classes come several times, or never."""
        logits, targets = numbers(5, 7), np.array([6, 0, 3, 0, 6])

        def loss_of(logits):
            return loss_and_gradient(logits, targets)[0]

        _, dlogits = loss_and_gradient(logits.copy(), targets)
        wanted = measured(loss_of, logits)
        expect_close(
            dlogits,
            wanted,
            "dlogits beside the slopes of your own loss",
            mistakes={
                "1/N is missing: the loss is a mean, and this is the gradient of a sum": wanted * 5,
                "1/N is there twice": wanted / 5,
            },
            tolerance=MEASURED,
        )

    def test_scores_of_a_thousand_do_not_overflow(self):
        logits = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0]])
        with np.errstate(all="ignore"):
            loss, dlogits = loss_and_gradient(logits, np.array([2, 0]))
        expect_close(
            loss,
            (2000 + math.log(3)) / 2,
            "loss of scores [1000, 0, -1000] where class 2 is right, and of three times -1000",
            mistakes={
                "exp overflows, or a whole row is rounded to 0 before it is divided": nan,
                "a probability is rounded to 0 before its log is taken": inf,
                "the rows are shifted by the highest score of them all": -inf,
                "the probability is kept away from 0 by a small number added before the log": (
                    (-math.log(1e-12) + math.log(3)) / 2
                ),
            },
            tolerance=1e-8,
        )
        expect_close(
            dlogits,
            [[0.5, 0.0, -0.5], [-1 / 3, 1 / 6, 1 / 6]],
            "dlogits of scores [1000, 0, -1000] where class 2 is right, and of three times -1000",
            mistakes={"exp overflows, or only zeros are divided": [[nan] * 3] * 2},
        )

    def test_each_row_is_shifted_by_its_own_maximum(self):
        logits = np.array([[1000.0, 1000.0], [0.0, 0.0]])
        with np.errstate(all="ignore"):
            loss, _ = loss_and_gradient(logits, np.array([0, 1]))
        expect_close(
            loss,
            math.log(2),
            "loss of the scores [1000, 1000] and [0, 0]",
            mistakes={
                "the rows are shifted by the highest score of them all": -inf,
                "the rows are shifted by the highest score of them all, or not at all": nan,
            },
        )

    @pytest.mark.parametrize("target", [3, -1], ids=["3", "-1"])
    @pytest.mark.parametrize("place", [0, 1], ids=["first", "last"])
    def test_a_class_that_does_not_exist_is_refused(self, target, place):
        targets = np.array([1, 1])
        targets[place] = target
        back = " (numpy counts -1 from the end, and would take the last class)"
        expect_raises(
            IndexError,
            lambda: softmax_cross_entropy(LOGITS.copy(), targets),
            f"class {target} of three, which are 0 to 2{back if target < 0 else ''},",
            naming=[target, 0, 2],
        )

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(
            softmax_cross_entropy, logits=numbers(5, 7), targets=np.array([6, 0, 3, 0, 6])
        )


@pytest.mark.kata("unbroadcast")
class TestUnbroadcast:
    def test_where_nothing_was_repeated_nothing_is_summed(self):
        grad = numbers(2, 3)
        expect_close(
            unbroadcast(grad.copy(), (2, 3)),
            grad,
            "gradient of an operand that had the full shape (2, 3)",
            mistakes={"everything is summed": grad.sum()},
        )

    def test_a_bias_collects_from_all_rows(self):
        expect_close(
            unbroadcast(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (3,)),
            [11.0, 22.0, 33.0],
            "gradient (2, 3) brought back to shape (3,)",
            mistakes={
                "leading axes are forgotten": [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]],
                "leading axes are summed, but kept": [[11.0, 22.0, 33.0]],
                "the first row is taken, not the sum": [1.0, 2.0, 3.0],
                "it is averaged, not summed": [5.5, 11.0, 16.5],
                "the last axis is summed, not the one that was added in front": [6.0, 60.0],
            },
        )

    def test_axes_are_matched_from_the_right(self):
        # square, so that the wrong axis has the right shape
        expect_close(
            unbroadcast(np.array([[1.0, 2.0], [10.0, 20.0]]), (2,)),
            [11.0, 22.0],
            "gradient (2, 2) brought back to shape (2,)",
            mistakes={
                "the axes are matched from the left": [3.0, 30.0],
                "an axis is left out because its size agrees": [[1.0, 2.0], [10.0, 20.0]],
            },
        )

    def test_an_axis_of_size_one_collects_and_stays(self):
        expect_close(
            unbroadcast(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (2, 1)),
            [[6.0], [60.0]],
            "gradient (2, 3) brought back to shape (2, 1)",
            mistakes={
                "axes of size 1 are forgotten": [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]],
                "axes of size 1 are summed, but lost": [6.0, 60.0],
                "the first column is taken, not the sum": [[1.0], [10.0]],
                "the first axis is summed, and it was the last that was repeated": [11, 22, 33],
                "it is averaged, not summed": [[2.0], [20.0]],
            },
        )

    def test_new_axes_and_axes_of_size_one_come_together(self):
        grad = numbers(2, 3, 5, 7)
        summed = grad.sum(axis=0)
        expect_close(
            unbroadcast(grad.copy(), (3, 1, 7)),
            [
                [[sum(grad[i, j, k, m] for i in (0, 1) for k in range(5)) for m in range(7)]]
                for j in range(3)
            ],
            "gradient (2, 3, 5, 7) brought back to shape (3, 1, 7)",
            mistakes={
                "axes of size 1 are forgotten": summed,
                "leading axes are forgotten": grad.sum(axis=2, keepdims=True),
                "axes of size 1 are summed, but lost": summed.sum(axis=1),
            },
        )

    @pytest.mark.parametrize(
        "shape",
        [(1, 3, 5), (2, 1, 1), (1, 1, 5), (1, 1, 1), (3, 1), (1, 5), (1, 1), (5,), (1,)],
        ids=str,
    )
    def test_every_way_to_broadcast_is_undone(self, shape):
        """In other words: nudge an entry of the operand, and see all its copies move the sum."""
        grad = numbers(2, 3, 5)
        wanted = measured(lambda x: (grad * x).sum(), np.ones(shape))
        expect_close(
            unbroadcast(grad, shape),
            wanted,
            f"gradient (2, 3, 5) brought back to shape {shape}",
            tolerance=MEASURED,
        )

    def test_a_single_number_collects_everything(self):
        grad = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        expect_close(
            unbroadcast(grad, ()),
            66.0,
            "gradient (2, 3) brought back to shape ()",
            mistakes={
                "leading axes are forgotten": grad,
                "the axes are kept": [[66.0]],
                "only one axis is summed": [11.0, 22.0, 33.0],
            },
        )

    @pytest.mark.parametrize("came", [(1, 3), (1, 1, 3)], ids=str)
    def test_an_axis_in_front_goes_even_if_it_has_size_one(self, came):
        grad = np.array([1.0, 2.0, 3.0]).reshape(came)
        expect_close(
            unbroadcast(grad, (3,)),
            [1.0, 2.0, 3.0],
            f"gradient {came} brought back to shape (3,)",
            mistakes={"sizes are compared, not shapes: as many entries are not the same": grad},
        )

    def test_an_axis_of_size_one_that_was_not_repeated_stays(self):
        expect_close(
            unbroadcast(np.array([[1.0, 2.0, 3.0]]), (1, 3)),
            [[1.0, 2.0, 3.0]],
            "gradient (1, 3) for an operand of shape (1, 3)",
            mistakes={
                "axes of size 1 are dropped": [1.0, 2.0, 3.0],
                "everything is summed": 6.0,
            },
        )

    def test_the_gradient_stays_as_it_was(self):
        calls_leaving_all_as_it_was(unbroadcast, grad=numbers(2, 3, 5), shape=(3, 1))


@pytest.mark.kata("embedding_backward")
class TestEmbeddingBackward:
    def test_each_gradient_goes_to_the_row_that_was_looked_up(self):
        dout = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
        expect_close(
            embedding_backward(dout, np.array([3, 0, 2]), 4),
            [[10.0, 20.0], [0.0, 0.0], [100.0, 200.0], [1.0, 2.0]],
            "gradient of a table of 4 rows, of which 3, 0 and 2 were looked up",
            mistakes={
                "the gradients are written in the order in which they come": [*dout, [0.0, 0.0]],
                "rows are counted from 1": [[0, 0], [100, 200], [1, 2], [10, 20]],
            },
        )

    def test_a_gradient_of_float32_stays_one(self):
        dtable = embedding_backward(np.ones((2, 3), dtype=np.float32), np.array([1, 0]), 2)
        assert dtable.dtype == np.float32, (
            f"dout was float32 and the gradient is {dtable.dtype}: a table made without a dtype is "
            "float64, and whatever it touches later becomes so, too"
        )

    def test_a_row_that_was_looked_up_often_collects_everything(self):
        dout = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0], [5.0, 7.0]])
        expect_close(
            embedding_backward(dout, np.array([1, 0, 1, 1]), 2),
            [[10.0, 20.0], [106.0, 209.0]],
            "gradient of a table of 2 rows, of which row 1 was looked up three times",
            mistakes={
                "the last look-up of a row wins: += with a list of rows writes each row once": [
                    [10.0, 20.0],
                    [5.0, 7.0],
                ],
                "the first look-up of a row wins": [[10.0, 20.0], [1.0, 2.0]],
                "repeats are averaged, not added": [[10.0, 20.0], [106 / 3, 209 / 3]],
                "the repeats of a row are counted, and its last gradient taken as often": [
                    [10.0, 20.0],
                    [15.0, 21.0],
                ],
            },
        )

    def test_rows_that_nobody_looked_up_are_there_with_zeros(self):
        dtable = embedding_backward(np.array([[1.0, 2.0, 3.0]]), np.array([1]), 4)
        expect_close(
            dtable,
            [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            "gradient of a table of 4 rows, of which only row 1 was looked up",
            mistakes={
                "the table ends at the highest id": [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]],
                "the table has as many rows as there are columns": [[0] * 3, [1, 2, 3], [0] * 3],
            },
        )

    def test_ids_may_come_in_any_shape(self):
        # row 4 twice in one sentence, and once in the other
        dout, ids = numbers(2, 3, 5), np.array([[4, 0, 4], [6, 4, 2]])
        wanted = [[0.0] * 5 for _ in range(7)]
        for i in range(2):
            for j in range(3):
                for c in range(5):
                    wanted[ids[i, j]][c] += dout[i, j, c]

        def with_row_4(row):
            return [*wanted[:4], row, *wanted[5:]]

        expect_close(
            embedding_backward(dout, ids, 7),
            wanted,
            "gradient of 7 rows for two sentences with the ids [[4, 0, 4], [6, 4, 2]]",
            mistakes={
                "the last look-up of a row wins: += with a list of rows writes each row once": (
                    with_row_4(dout[1, 1])
                ),
                "repeats within a sentence are lost": with_row_4(dout[0, 2] + dout[1, 1]),
                "repeats across sentences are lost": with_row_4(dout[0, 0] + dout[0, 2]),
            },
        )

    @pytest.mark.parametrize("shape", [(), (2, 3, 2)], ids=str)
    def test_ids_may_have_any_number_of_axes(self, shape):
        dout, ids = numbers(*shape, 5), np.arange(math.prod(shape)).reshape(shape) // 2 % 4
        wanted = np.zeros((4, 5))
        for row, i in zip(dout.reshape(-1, 5), ids.ravel()):
            wanted[i] += row
        mistakes = {}
        if shape:  # a pair of equal ids, and the last of the two has the last word
            last = np.zeros((4, 5))
            np.add.at(last, ids[..., -1], dout[..., -1, :])
            mistakes["repeats along the last of three axes are lost"] = last
        expect_close(
            embedding_backward(dout, ids, 4),
            wanted,
            f"gradient of a table of 4 rows for ids of shape {shape}",
            mistakes,
        )

    def test_it_is_the_measured_gradient(self):
        dout, ids = numbers(5, 3), np.array([1, 1, 0, 3, 1])
        wanted = measured(lambda table: (dout * table[ids]).sum(), numbers(7, 3))
        expect_close(
            embedding_backward(dout, ids, 7),
            wanted,
            "gradient of a table (7, 3) beside the measured slopes",
            tolerance=MEASURED,
        )

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(
            embedding_backward,
            dout=numbers(2, 3, 5),
            ids=np.array([[4, 0, 4], [6, 4, 2]]),
            n_rows=7,
        )


# ---- two layers: 7 examples, 3 inputs, 5 hidden units, 2 classes


def two_layers():
    """Fresh X, W1, b1, W2, b2, small enough for tanh to be neither straight nor flat."""
    return tuple(numbers(*shape) * 0.5 for shape in ((7, 3), (3, 5), (5,), (5, 2), (2,)))


def forward(*arrays):
    return parts(two_layer_forward(*arrays), "logits", "cache")


@pytest.mark.kata("two_layer_forward")
class TestTwoLayerForward:
    def test_one_input_one_hidden_unit_one_class(self):
        logits, _ = forward(*map(np.array, ([[2.0]], [[0.5]], [-0.25], [[3.0]], [10.0])))
        expect_close(
            logits,
            [[3 * math.tanh(0.75) + 10]],
            "logits for x = 2, w1 = 0.5, b1 = -0.25, w2 = 3, b2 = 10",
            mistakes={
                "there is no tanh between the layers": [[12.25]],
                "b1 is left out": [[3 * math.tanh(1.0) + 10]],
                "b1 is added after the tanh": [[3 * (math.tanh(1.0) - 0.25) + 10]],
                "b2 is left out": [[3 * math.tanh(0.75)]],
                "there is a tanh after the second layer, too": [
                    [math.tanh(3 * math.tanh(0.75) + 10)]
                ],
                "the tanh comes after the second layer": [[math.tanh(12.25)]],
                "the tanh comes before the first layer": [[3 * (0.5 * math.tanh(2.0) - 0.25) + 10]],
                "ReLU stands where tanh belongs": [[3 * max(0.0, 0.75) + 10]],
                "it is softmax of the logits": [[1.0]],
            },
        )

    def test_seven_examples_at_once(self):
        X, W1, b1, W2, b2 = two_layers()
        hidden = [
            [math.tanh(sum(X[n, d] * W1[d, h] for d in range(3)) + b1[h]) for h in range(5)]
            for n in range(7)
        ]
        wanted = [
            [sum(hidden[n][h] * W2[h, k] for h in range(5)) + b2[k] for k in range(2)]
            for n in range(7)
        ]
        logits, _ = forward(X, W1, b1, W2, b2)
        expect_close(logits, wanted, "logits of 7 examples, 3 inputs, 5 hidden units, 2 classes")

    def test_the_arguments_stay_as_they_were(self):
        names = ("X", "W1", "b1", "W2", "b2")
        calls_leaving_all_as_it_was(two_layer_forward, **dict(zip(names, two_layers())))


def backward(dlogits, cache):
    return parts(two_layer_backward(dlogits, cache), "dW1", "db1", "dW2", "db2")


def wrong_gradients(dlogits, slope, A):
    """dW1, db1, dW2, db2 if something else stands where the slope of tanh or its output belongs."""
    X, _, _, W2, _ = two_layers()
    dZ = dlogits @ W2.T * slope
    return [X.T @ dZ, dZ.sum(0), A.T @ dlogits, dlogits.sum(0)]


def rows(gradients):
    """Gradients of several shapes as one list of numbers."""
    return np.concatenate([np.ravel(gradient) for gradient in gradients])


@pytest.mark.kata("two_layer_backward")
class TestTwoLayerBackward:
    def test_one_input_one_hidden_unit_one_class(self):
        _, cache = forward(*map(np.array, ([[2.0]], [[0.5]], [-0.25], [[3.0]], [10.0])))
        t = math.tanh(0.75)
        slope = 1 - t * t
        expect_close(
            rows(backward(np.array([[0.5]]), cache)),
            [0.5 * 3 * slope * 2, 0.5 * 3 * slope, 0.5 * t, 0.5],
            "dw1, db1, dw2, db2 for x = 2, z = 0.75, w2 = 3 and dlogits 0.5",
            mistakes={
                "the slope of tanh is left out": [3.0, 1.5, 0.5 * t, 0.5],
                "w2 is left out on the way back": [slope, 0.5 * slope, 0.5 * t, 0.5],
                "dw2 takes z, where it needs tanh(z)": [3 * slope, 1.5 * slope, 0.375, 0.5],
                "tanh(z) is squared in place before dw2 takes it": [
                    3 * slope,
                    1.5 * slope,
                    0.5 * t * t,
                    0.5,
                ],
                "x is left out of dw1": [1.5 * slope, 1.5 * slope, 0.5 * t, 0.5],
                "the slope is 1 - z², of what went into the tanh": [
                    3 * (1 - 0.75**2),
                    1.5 * (1 - 0.75**2),
                    0.5 * t,
                    0.5,
                ],
                "the slope is 1 - tanh²(tanh(z)): tanh is taken twice": [
                    3 * (1 - math.tanh(t) ** 2),
                    1.5 * (1 - math.tanh(t) ** 2),
                    0.5 * t,
                    0.5,
                ],
                "z stands in the cache, where tanh(z) belongs": [
                    3 * (1 - 0.75**2),
                    1.5 * (1 - 0.75**2),
                    0.375,
                    0.5,
                ],
                "dlogits is left out": [6 * slope, 3 * slope, t, 1.0],
                "the second layer's gradients come first": [0.5 * t, 0.5, 3 * slope, 1.5 * slope],
                "biases come before weights": [1.5 * slope, 3 * slope, 0.5, 0.5 * t],
            },
        )

    def test_each_gradient_is_the_measured_one(self):
        """In other words: nudge an entry, and see by how much the sum of dlogits · logits moves."""
        X, W1, b1, W2, b2 = two_layers()
        dlogits = numbers(7, 2)

        def total(W1=W1, b1=b1, W2=W2, b2=b2):
            return (dlogits * (np.tanh(X @ W1 + b1) @ W2 + b2)).sum()

        _, cache = forward(X, W1, b1, W2, b2)
        dW1, db1, dW2, db2 = backward(dlogits.copy(), cache)
        for name, array, gradient in (
            ("W1", W1, dW1),
            ("b1", b1, db1),
            ("W2", W2, dW2),
            ("b2", b2, db2),
        ):
            wanted = measured(lambda entries, name=name: total(**{name: entries}), array)
            what = f"d{name}, where {name} is {array.shape}"
            expect_close(gradient, wanted, what, tolerance=MEASURED)

    def test_your_value_engine_finds_the_same(self):
        X, W1, b1, W2, b2 = two_layers()
        by_neuron = [*np.vstack([W1, b1]).T.ravel(), *np.vstack([W2, b2]).T.ravel()]
        model = network([3, 5, 2], map(float, by_neuron))
        outputs = [model([float(x) for x in row]) for row in X]
        losses = [cross_entropy(z, target) for z, target in zip(outputs, [0, 1, 1, 0, 1, 0, 0])]
        (sum(losses) / 7).backward()
        dlogits = np.array([[z.grad for z in row] for row in outputs])

        first, second = (layer.neurons for layer in model.layers)
        wanted = rows(
            [
                [[n.w[d].grad for n in first] for d in range(3)],
                [n.b.grad for n in first],
                [[n.w[h].grad for n in second] for h in range(5)],
                [n.b.grad for n in second],
            ]
        )
        _, cache = forward(X, W1, b1, W2, b2)
        Z = X @ W1 + b1
        A = np.tanh(Z)
        expect_close(
            rows(backward(dlogits.copy(), cache)),
            wanted,
            "dW1, db1, dW2, db2 beside those of your own Values, on the same weights",
            mistakes={
                "the slope of tanh is left out": rows(wrong_gradients(dlogits, 1, A)),
                "the slope is 1 - Z², of what went into the tanh": rows(
                    wrong_gradients(dlogits, 1 - Z * Z, A)
                ),
                "the slope is 1 - tanh²(A): tanh is taken twice": rows(
                    wrong_gradients(dlogits, 1 - np.tanh(A) ** 2, A)
                ),
                "the slope is that of ReLU": rows(wrong_gradients(dlogits, Z > 0, A)),
                "dW2 takes Z, where it needs A = tanh(Z)": rows(
                    wrong_gradients(dlogits, 1 - A * A, Z)
                ),
                "Z stands in the cache, where A = tanh(Z) belongs": rows(
                    wrong_gradients(dlogits, 1 - Z * Z, Z)
                ),
                "1/N is there twice: dlogits has it already": wanted / 7,
            },
        )

    def test_twice_the_gradient_above_is_twice_the_gradient_below(self):
        _, cache = forward(*two_layers())
        once = rows(backward(numbers(7, 2), cache))
        twice = rows(backward(2 * numbers(7, 2), cache))
        expect_close(
            twice,
            2 * once,
            "gradients for 2 · dlogits, beside twice those for dlogits",
            mistakes={
                "dlogits is not used": once,
                "the first call's gradients are still there, and added to": 3 * once,
                "dlogits is used twice, as a factor": 4 * once,
            },
        )

    def test_a_second_backward_gives_the_same_again(self):
        _, cache = forward(*two_layers())
        first = [gradient.copy() for gradient in backward(numbers(7, 2), cache)]
        second = backward(numbers(7, 2), cache)
        for name, once, again in zip(("dW1", "db1", "dW2", "db2"), first, second):
            assert np.array_equal(once, again), (
                f"{name} is another at the second call, with the same dlogits and the same cache: "
                "the first call changed an array in the cache in place, or took it out of there"
            )

    def test_the_weights_and_inputs_stay_as_they_were(self):
        """The cache need not hold copies of them: so what stands in it is not to be written on."""
        given = two_layers()
        _, cache = forward(*given)
        calls_leaving_all_as_it_was(lambda dlogits: backward(dlogits, cache), dlogits=numbers(7, 2))
        for name, now, before in zip(("X", "W1", "b1", "W2", "b2"), given, two_layers()):
            assert np.array_equal(now, before), f"{name} was changed in place by the backward pass"

    def test_each_forward_pass_has_a_cache_of_its_own(self):
        X, W1, b1, W2, b2 = two_layers()
        _, cache = forward(X, W1, b1, W2, b2)
        wanted = rows(backward(numbers(7, 2), cache)).copy()
        forward(X[::-1] + 0.5, W1 * 2, b1, W2 * 3, b2)
        expect_close(
            rows(backward(numbers(7, 2), cache)),
            wanted,
            "gradients by the first cache, after another forward pass with other numbers",
        )


# ---- depth


def drawn(depth, scale, seed=7):
    """What gradient_norm_by_depth draws from a generator with this seed."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((16, 32))
    return X, [rng.standard_normal((32, 32)) * scale / math.sqrt(32) for _ in range(depth)]


def norms_of(depth, scale, seed=7):
    return gradient_norm_by_depth(depth, scale, np.random.default_rng(seed))


def output_sums(A, weights):
    """The sum of the outputs of each row."""
    for W in weights:
        A = np.tanh(A @ W)
    return A.sum(axis=1)


@pytest.mark.kata("gradient_norm_by_depth")
class TestGradientNormByDepth:
    def test_there_is_a_norm_for_each_layer(self):
        norms = norms_of(5, 1.0)
        assert len(norms) == 5 and all(isinstance(norm, Real) for norm in norms), (
            f"for 5 layers there should be 5 numbers, and what came is {norms!r}"
        )

    def test_one_layer_of_tiny_weights_is_a_matrix(self):
        # tanh is straight near 0: every row of the gradient is W times ones, and there are 16 rows
        X, (W,) = drawn(1, 1e-4)
        early = np.random.default_rng(7).standard_normal((32, 32)).sum(axis=1) / math.sqrt(32)
        by_inputs, by_outputs = W.sum(axis=1), W.sum(axis=0)
        norm = 4 * math.sqrt(sum(entry**2 for entry in by_inputs))
        expect_close(
            [x / 1e-4 for x in norms_of(1, 1e-4)],
            [norm / 1e-4],
            "norm through one layer of tiny weights, over their scale",
            mistakes={
                "W is not transposed": [4 * math.sqrt(sum(by_outputs**2)) / 1e-4],
                "the norm of the gradient at the output, or before its tanh, is listed": [
                    math.sqrt(512) / 1e-4
                ],
                "the norm of the gradient of the weights is listed": [
                    math.sqrt(((X.T @ np.ones((16, 32))) ** 2).sum()) / 1e-4
                ],
                "a layer takes the slope at its input, not at its output": [
                    math.sqrt((((1 - X * X) @ W.T) ** 2).sum()) / 1e-4
                ],
                "the norm is squared: the root is missing": [norm**2 / 1e-4],
                "absolute values are added, not squares": [16 * sum(abs(by_inputs)) / 1e-4],
                "the largest entry stands for the norm": [max(abs(by_inputs)) / 1e-4],
                "the mean square is taken, not the sum of squares": [norm / 1e-4 / math.sqrt(512)],
                "the gradient begins with 1/N at the output, not with 1": [norm / 1e-4 / 16],
                "weights have deviation scale, not scale / √32": [norm / 1e-4 * math.sqrt(32)],
                "weights have deviation scale / 32": [norm / 1e-4 / math.sqrt(32)],
                "scale is left out": [norm / 1e-8],
                "the weights are drawn before the inputs": [4 * math.sqrt(sum(early**2))],
            },
            tolerance=1e-5,  # tanh is not quite straight
        )

    def test_each_norm_is_that_of_the_measured_gradient(self):
        """Nudge each of the 32 inputs of each layer, in all 16 rows, and see their sums move."""
        norms = norms_of(3, 1.5)
        X, weights = drawn(3, 1.5)
        inputs = [X]
        for W in weights[:-1]:
            inputs.append(np.tanh(inputs[-1] @ W))
        wanted = []
        for i, A in enumerate(inputs):
            up, down = (
                np.array([output_sums(A + nudge, weights[i:]) for nudge in h * np.eye(32)])
                for h in (1e-5, -1e-5)
            )
            wanted.append(math.sqrt((((up - down) / 2e-5) ** 2).sum()))

        def walked(slope=lambda Z: 1 - np.tanh(Z) ** 2, listed=lambda A, dZ, dA: dA, last=True):
            gradient, norms = np.ones((16, 32)), []
            for A, W in zip(reversed(inputs), reversed(weights)):
                dZ = gradient * slope(A @ W) if norms or last else gradient
                gradient = dZ @ W.T
                norms.append(math.sqrt((listed(A, dZ, gradient) ** 2).sum()))
            return norms[::-1]

        expect_close(
            norms,
            wanted,
            "norms of the gradients at the inputs of three layers, the first layer first",
            mistakes={
                "the last layer comes first": wanted[::-1],
                "the norms are those at the outputs of the layers": [*wanted[1:], math.sqrt(512)],
                "the norms are those before the tanh, of dZ": walked(listed=lambda A, dZ, dA: dZ),
                "the norms are those of the weights, of dW": walked(
                    listed=lambda A, dZ, dA: A.T @ dZ
                ),
                "the tanh of the last layer is left out": walked(last=False),
                "the slope of tanh is left out": walked(lambda Z: 1.0),
                "the slope is 1 - Z², of what went into the tanh": walked(lambda Z: 1 - Z * Z),
                "tanh is taken twice for its slope": walked(lambda Z: 1 - np.tanh(np.tanh(Z)) ** 2),
            },
            tolerance=1e-6,  # measured
        )

    def test_small_weights_let_the_gradient_vanish(self):
        norms = norms_of(20, 0.5)
        assert norms[0] < norms[-1] / 1000, (
            f"with weights half as large as they should be, the norm is {norms[0]:.3g} at the "
            f"first of 20 layers and {norms[-1]:.3g} at the last: each layer should about halve "
            "it on its way back, and the list begins with the first layer"
        )

    def test_large_weights_let_it_explode(self):
        norms = norms_of(50, 3.0)
        assert norms[0] > norms[-1] * 1000, (
            f"with weights three times as large as they should be, the norm is {norms[0]:.3g} at "
            f"the first of 50 layers and {norms[-1]:.3g} at the last: it should grow on its way "
            "back, and the list begins with the first layer"
        )

    def test_all_randomness_comes_from_rng(self):
        first, again = norms_of(4, 1.0, seed=3), norms_of(4, 1.0, seed=3)
        assert list(first) == list(again), (
            "two generators with the same seed lead to different norms: something is drawn from "
            "elsewhere"
        )
