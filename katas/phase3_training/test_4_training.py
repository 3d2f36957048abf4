"""3.4 · Real dataset: a network, and one loop that trains it."""

import math
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises, same_parameters
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase2_networks.losses import cross_entropy
from katas.phase2_networks.module import Module
from katas.phase3_training.optimizers import SGD
from katas.phase3_training.spec_helpers import Labelled, network, parts, rng_of
from katas.phase3_training.training import ArrayNetwork, array_loss, fit

nan = math.nan

# ---- a network


def array_network(*weights_and_biases):
    """An ArrayNetwork with these numbers in place of its own: W1, b1, W2, b2, …"""
    arrays = [np.array(numbers, dtype=float) for numbers in weights_and_biases]
    sizes = [len(arrays[0]), *(b.size for b in arrays[1::2])]
    model = ArrayNetwork(sizes, rng_of(0))
    for parameters, numbers in ((model.weights, arrays[::2]), (model.biases, arrays[1::2])):
        for parameter, array in zip(parameters, numbers):
            parameter.data = array.copy()
    return model


@pytest.mark.kata("ArrayNetwork.__init__")
class TestArrayNetworkInit:
    def test_there_is_a_layer_between_each_two_sizes(self):
        model = ArrayNetwork([5, 7, 3, 2], rng_of(0))
        shapes = [[p.data.shape for p in part] for part in (model.weights, model.biases)]
        wanted = [[(5, 7), (7, 3), (3, 2)], [(7,), (3,), (2,)]]
        assert shapes == wanted, (
            f"weights and biases of the sizes 5, 7, 3, 2 have the shapes {shapes}, and should "
            f"have {wanted}: weights are (n_in, n_out)"
        )

    def test_all_of_them_are_found_as_parameters(self):
        model = ArrayNetwork([5, 7, 3], rng_of(0))
        names = [name for name, _ in model.named_parameters()]
        wanted = ["weights.0", "weights.1", "biases.0", "biases.1"]
        assert sorted(names) == sorted(wanted), (
            f"named_parameters of 2.2 finds {names}, and should find {wanted}: a parameter is "
            "whatever has .data and .grad, such as a Parameter"
        )

    def test_biases_start_at_zero(self):
        model = ArrayNetwork([5, 7, 3], rng_of(0))
        largest = max(float(np.abs(bias.data).max()) for bias in model.biases)
        assert largest == 0, (
            f"a bias is {largest:.3g} in size at the start, and should be 0: only weights have to "
            "differ from each other, so only they are drawn"
        )

    def test_weights_and_biases_are_arrays_of_floats(self):
        model = ArrayNetwork([5, 7, 3], rng_of(0))
        kinds = [(p.data.dtype.kind, str(p.data.dtype)) for p in (*model.weights, *model.biases)]
        assert all(kind == "f" for kind, _ in kinds), (
            f"weights and biases hold {', '.join(name for _, name in kinds)}, and should hold "
            "floats: an array of integers cannot be moved by a fraction"
        )

    def test_weights_have_the_variance_of_he(self):
        first, second = (W.data for W in ArrayNetwork([400, 100, 300], rng_of(0)).weights)
        expect_close(
            [first.std(), second.std()],
            [math.sqrt(2 / 400), math.sqrt(2 / 100)],
            "deviation of the weights of a layer from 400 to 100 units and one from 100 to 300",
            mistakes={
                "the variance is 1 / n_in": [math.sqrt(1 / 400), math.sqrt(1 / 100)],
                "the variance is 2 / n_out": [math.sqrt(2 / 100), math.sqrt(2 / 300)],
                "the variance is 2 / (n_in + n_out), as for tanh": [
                    math.sqrt(2 / 500),
                    math.sqrt(2 / 400),
                ],
                "2 / n_in is taken for the deviation, and is the variance": [2 / 400, 2 / 100],
                "the weights are not scaled": [1.0, 1.0],
                "every layer is scaled by the number of inputs of the first": [
                    math.sqrt(2 / 400),
                    math.sqrt(2 / 400),
                ],
            },
            tolerance=0.002,  # of 30,000 draws and more: a few times 1 / √(2 · 30,000) of 0.14
        )

    def test_weights_are_normal_around_zero(self):
        W = ArrayNetwork([300, 200], rng_of(0)).weights[0].data
        expect_close(W.mean() / W.std(), 0.0, "mean of the weights, in deviations", tolerance=0.02)
        farthest = np.abs(W).max() / W.std()
        assert farthest > 3, (
            f"the farthest of 60,000 weights is {farthest:.2f} deviations from 0: that is a "
            "uniform distribution, which ends at 1.73; a normal one has some beyond 3"
        )

    def test_no_two_layers_share_an_array(self):
        model = ArrayNetwork([6, 6, 6], rng_of(0))
        for what, (first, second) in (("weights", model.weights), ("biases", model.biases)):
            assert not np.shares_memory(first.data, second.data), (
                f"the {what} of two layers are one array, or parts of one: a step changes arrays "
                "in place, so both layers would move together"
            )

    def test_a_seed_is_that_of_one_generator_for_all_layers(self):
        try:
            by_seed, by_generator = (
                [W.data.tolist() for W in ArrayNetwork([3, 3, 3], rng).weights]
                for rng in (7, rng_of(7))
            )
        except AttributeError as error:
            pytest.fail(
                f"a seed, an int, was asked for numbers: {error}. np.random.default_rng(rng) "
                "makes a generator of it, and hands one on as it is"
            )
        assert by_seed == by_generator, (
            "ArrayNetwork([3, 3, 3], 7) has other weights than from np.random.default_rng(7): a "
            "generator is made of a seed once, and not anew for each layer, where it would begin "
            "with the same numbers"
        )

    def test_no_two_layers_are_equal(self):
        first, second = (W.data for W in ArrayNetwork([6, 6, 6], rng_of(0)).weights)
        assert not np.array_equal(first, second), (
            "two layers of one shape have the same weights: each draws from the one generator, "
            "and not from a new one with the same seed"
        )

    def test_the_generator_that_is_passed_in_decides(self):
        one, same, other = (ArrayNetwork([3, 5], rng_of(s)).weights[0].data for s in (1, 1, 2))
        assert np.array_equal(one, same), "one seed gave different weights: is rng used?"
        assert not np.array_equal(one, other), "two seeds gave the same weights: is rng used?"

    @pytest.mark.parametrize("sizes", [[], [3]], ids=str)
    def test_fewer_than_two_sizes_are_refused(self, sizes):
        expect_raises(ValueError, lambda: ArrayNetwork(sizes, rng_of(0)), f"the sizes {sizes}")


def forward(model, X):
    return parts(model.forward(X), "the logits", "whatever backward needs")


@pytest.mark.kata("ArrayNetwork.forward")
class TestArrayNetworkForward:
    def test_one_layer_is_linear(self):
        model = array_network([[1, 2, 3], [10, 20, 30]], [0.5, 0, -100])
        logits, _ = forward(model, np.array([[1.0, 1.0], [0.0, -1.0]]))
        expect_close(
            logits,
            [[11.5, 22.0, -67.0], [-9.5, -20.0, -130.0]],
            "logits of a single layer",
            mistakes={
                "the biases are left out": [[11, 22, 33], [-10, -20, -30]],
                "the last layer has a ReLU, too": [[11.5, 22.0, 0.0], [0.0, 0.0, 0.0]],
                "a ReLU stands before the first layer too, where inputs may be below 0": [
                    [11.5, 22.0, -67.0],
                    [0.5, 0.0, -100.0],
                ],
                "a softmax has made probabilities of the logits": [
                    [math.exp(-10.5), 1 / (1 + math.exp(-10.5)), 0],
                    [1 / (1 + math.exp(-10.5)), math.exp(-10.5), 0],
                ],
            },
            tolerance=1e-8,  # e^-21, which is left out
        )

    def test_a_relu_stands_between_two_layers(self):
        # z = (3, -4), and so a = (3, 0)
        model = array_network([[2, -5]], [1, 1], [[1, 10], [100, 1000]], [-5, 7])
        logits, _ = forward(model, np.array([[1.0]]))
        expect_close(
            logits,
            [[-2.0, 37.0]],
            "logits of two layers, where a hidden unit is at -4",
            mistakes={
                "there is no ReLU between the layers": [[-402.0, -3963.0]],
                "the last layer has a ReLU, too": [[0.0, 37.0]],
                "the biases of the hidden layer are left out": [[-3.0, 27.0]],
                "the biases of the last layer are left out": [[3.0, 30.0]],
                "the hidden layer has a tanh in place of the ReLU": [
                    [
                        math.tanh(3) - 100 * math.tanh(4) - 5,
                        10 * math.tanh(3) - 1000 * math.tanh(4) + 7,
                    ]
                ],
            },
        )

    def test_every_layer_is_passed(self):
        # 1, 3, 3 · 2 - 1 = 5, 5 · -1 = -5 which ReLU stops, 4
        model = array_network([[3]], [0], [[2]], [-1], [[-1]], [0], [[7]], [4])
        logits, _ = forward(model, np.array([[1.0]]))
        expect_close(
            logits,
            [[4.0]],
            "logit of four layers of one unit each, the third of which is at -5",
            mistakes={
                "there are no ReLUs": [[-31.0]],
                "only the first two layers are passed": [[5.0]],
                "only the first and the last layer are passed": [[25.0]],
            },
        )

    def test_a_unit_that_is_no_number_shows(self):
        # z = (NaN, 3)
        model = array_network([[nan, 2]], [0, 1], [[1], [100]], [-5])
        logits, _ = forward(model, np.array([[1.0]]))
        expect_close(
            logits,
            [[nan]],
            "logits of two layers, where a hidden unit is NaN",
            mistakes={
                "the ReLU makes 0 of NaN, so that a training that has gone wrong looks well: no "
                "comparison with NaN is true": [[295.0]]
            },
        )

    def test_it_leaves_no_parameter_behind(self):
        model = array_network([[2, -5]], [1, 1], [[1, 10], [100, 1000]], [-5, 7])
        with same_parameters(model, "a forward pass"):
            model.forward(np.array([[1.0]]))

    def test_nothing_that_was_there_before_is_changed(self):
        model = array_network([[2, -5]], [1, 1], [[1, 10], [100, 1000]], [-5, 7])
        X, before = np.array([[1.0], [-3.0]]), model.state_dict()
        model.forward(X)
        assert np.array_equal(X, [[1.0], [-3.0]]), "X was changed: it is the caller's"
        after = model.state_dict()
        changed = [name for name in before if not np.array_equal(before[name], after[name])]
        assert not changed, f"forward has changed {changed}"


# one input of 2 for two hidden units at 6 and -2, of which ReLU passes the first; logit -30
HIDDEN = [[[3, -1]], [0, 0], [[-5], [7]], [0]]

# three layers: hidden units at 1 and 2, then at 9 and -7
DEEP = [[[1, 2]], [0, 0], [[1, -1], [4, -3]], [0, 0], [[2], [3]], [0]]


def backpropagated(numbers, X, dlogits, times=1):
    """A network with these numbers, after this many backward passes."""
    model = array_network(*numbers)
    _, cache = model.forward(np.array(X))
    for time in range(times):
        try:
            model.backward(np.array(dlogits), cache)
        except (IndexError, ValueError) as error:
            if not time:
                raise
            pytest.fail(
                f"a second backward pass over one cache ends in {type(error).__name__}: {error}. "
                "The first has used the cache up (pop, clear or the like), and should leave it"
            )
    return model


def grads(parameters):
    return [np.array(parameter.grad) for parameter in parameters]


@pytest.mark.kata("ArrayNetwork.backward")
class TestArrayNetworkBackward:
    def test_the_last_layer(self):
        model = backpropagated(HIDDEN, [[2.0]], [[0.5]])
        expect_close(
            model.weights[1].grad,
            [[3.0], [0.0]],
            "gradient of the last weights, whose inputs are 6 and 0, for a dlogit of 0.5",
            mistakes={
                "what stands before the ReLU, 6 and -2, is taken for the input": [[3.0], [-1.0]],
                "dlogits are taken to be 1": [[6.0], [0.0]],
                "the gradient has the wrong sign": [[-3.0], [0.0]],
            },
        )
        expect_close(
            model.biases[1].grad,
            [0.5],
            "gradient of the last bias",
            mistakes={"biases get no gradient": 0.0, "dlogits are taken to be 1": [1.0]},
        )

    def test_a_relu_stops_the_gradient_of_a_unit_that_was_below_zero(self):
        model = backpropagated(HIDDEN, [[2.0]], [[0.5]])
        expect_close(
            model.weights[0].grad,
            [[-5.0, 0.0]],
            "gradient of the first weights, where the hidden units were at 6 and -2",
            mistakes={
                "the ReLU is left out on the way back": [[-5.0, 7.0]],
                "the ReLU stops gradients below 0, and not units": [[0.0, 7.0]],
                "the first layer gets no gradient": 0.0,
                "the last weights are left out on the way back": [[1.0, 0.0]],
                "dlogits are taken to be 1": [[-10.0, 0.0]],
            },
        )

    def test_a_dlogit_below_zero_comes_through(self):
        model = backpropagated(HIDDEN, [[2.0]], [[-0.5]])
        expect_close(
            model.weights[0].grad,
            [[5.0, 0.0]],
            "gradient of the first weights for a dlogit of -0.5",
            mistakes={
                "what dlogits hold below 0 is stopped, as if the output had a ReLU": [[0.0, 0.0]],
                "the sign of dlogits is lost": [[-5.0, 0.0]],
            },
        )

    def test_each_layer_has_a_relu_of_its_own(self):
        model = backpropagated(DEEP, [[1.0]], [[10.0]])
        expect_close(
            model.weights[0].grad,
            [[20.0, 80.0]],
            "gradient of the first of three layers; hidden units at 1 and 2, then at 9 and -7",
            mistakes={
                "the second layer's ReLU is taken for the first layer's too": [[20.0, 0.0]],
                "the second layer's ReLU is left out, or the first layer's taken for it": [
                    [-10.0, -10.0]
                ],
                "only the last layers get a gradient": 0.0,
            },
        )

    def test_all_gradients_are_the_slopes_that_one_measures(self):
        model = ArrayNetwork([3, 5, 5, 2], rng_of(1))
        X, dlogits = rng_of(2).standard_normal((7, 3)), rng_of(3).standard_normal((7, 2))
        _, cache = model.forward(X)
        model.backward(dlogits, cache)
        for name, parameter in model.named_parameters():
            data, grad = parameter.data, parameter.grad

            def moved(numbers, parameter=parameter, data=data):
                parameter.data = np.reshape(numbers, data.shape)
                return float((model.forward(X)[0] * dlogits).sum())

            slopes = np.reshape(numerical_gradient(moved, data.ravel().tolist()), data.shape)
            parameter.data = data
            expect_close(
                grad,
                slopes,
                f"gradient of {name}",
                mistakes={
                    "it is divided by the number of examples, as dlogits are already": slopes / 7,
                    "its sign is wrong": -slopes,
                },
                tolerance=1e-6,  # of the measurement
            )

    def test_gradients_are_added_to_those_that_are_there(self):
        once, twice = (backpropagated(HIDDEN, [[2.0]], [[0.5]], times=n) for n in (1, 2))
        for place, grad in enumerate(grads(once.weights)):
            expect_close(
                twice.weights[place].grad,
                2 * grad,
                f"gradient of weights.{place} after two backward passes",
                mistakes={"the second gradient replaces the first": grad},
            )
        for place, grad in enumerate(grads(once.biases)):
            expect_close(
                twice.biases[place].grad,
                2 * grad,
                f"gradient of biases.{place} after two backward passes",
                mistakes={"the second gradient replaces the first": grad},
            )

    def test_it_goes_back_over_the_forward_pass_whose_cache_it_is_given(self):
        model = array_network(*HIDDEN)
        _, cache = model.forward(np.array([[2.0]]))
        model.forward(np.array([[-100.0]]))
        model.backward(np.array([[0.5]]), cache)
        expect_close(
            model.weights[0].grad,
            [[-5.0, 0.0]],
            "gradient of the first weights; another forward pass was made in between",
            mistakes={"the newest forward pass is taken, not the cache": [[0.0, -350.0]]},
        )

    def test_neither_dlogits_nor_parameters_are_changed(self):
        model = array_network(*DEEP)
        before = model.state_dict()
        _, cache = model.forward(np.array([[1.0]]))
        dlogits = np.array([[10.0]])
        model.backward(dlogits, cache)
        assert dlogits.tolist() == [[10.0]], "dlogits were changed: they are the caller's"
        after = model.state_dict()
        changed = [name for name in before if not np.array_equal(before[name], after[name])]
        assert not changed, f"{changed} moved: backward fills in grad, and a step moves data"


# logits that are the logs of probabilities, by a layer that changes nothing
IDENTITY = [np.eye(3), [0, 0, 0]]
LOGS = np.log([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.2, 0.7, 0.1]])
RIGHT = np.array([0, 2, 1])  # which have the probabilities 0.7, 0.2 and 0.7


def loss_and_accuracy(model):
    return parts(array_loss(model, LOGS, RIGHT), "the loss", "the accuracy")


@pytest.mark.kata("array_loss")
class TestArrayLoss:
    def test_it_returns_the_mean_cross_entropy(self):
        loss, _ = loss_and_accuracy(array_network(*IDENTITY))
        total = -math.log(0.7 * 0.2 * 0.7)
        expect_close(
            loss,
            total / 3,
            "loss where the right classes have the probabilities 0.7, 0.2, 0.7",
            mistakes={
                "the losses are added, not averaged": total,
                "accuracy comes first, and then the loss": 2 / 3,
            },
        )

    def test_and_the_share_of_examples_that_are_right(self):
        _, accuracy = loss_and_accuracy(array_network(*IDENTITY))
        expect_close(
            accuracy,
            2 / 3,
            "accuracy where two of three examples are right",
            mistakes={
                "the right ones are counted, and not divided": 2.0,
                "the wrong ones are counted": 1 / 3,
                "it is given in percent": 200 / 3,
                "the highest score is looked for down the columns": 1.0,
                "the probability of the right class is averaged": 1.6 / 3,
            },
        )

    def test_a_network_that_has_gone_wrong_looks_so(self):
        model = array_network(*IDENTITY)
        model.biases[0].data[1] = nan
        with np.errstate(all="ignore"):
            loss, _ = loss_and_accuracy(model)
        assert math.isnan(loss), f"the loss is {loss} where every example has a logit of NaN"

    def test_both_are_numbers(self):
        got = loss_and_accuracy(array_network(*IDENTITY))
        assert all(isinstance(number, Real) for number in got), f"it returned {got!r}"

    def test_the_gradients_are_filled_in(self):
        model = array_network(*IDENTITY)
        array_loss(model, LOGS, RIGHT)
        # the mean over the examples of probabilities minus one-hot
        expect_close(
            model.biases[0].grad,
            [0.4 / 3, 0.2 / 3, -0.6 / 3],
            "gradient of the biases",
            mistakes={
                "no backward pass was made, or the gradients were cleared after it": 0.0,
                "1/N comes twice": [0.4 / 9, 0.2 / 9, -0.6 / 9],
                "1/N never comes": [0.4, 0.2, -0.6],
            },
        )

    @pytest.mark.parametrize("y", [[0, 0, 1], [1, 1, 2]], ids=["all right", "all wrong"])
    def test_they_are_filled_in_whatever_the_answers_and_the_mode(self, y):
        model = array_network(*IDENTITY)
        model.eval()
        array_loss(model, LOGS, np.array(y))
        assert np.any(model.biases[0].grad), (
            f"for the classes {y}, in eval mode, no gradient was filled in: it is promised for "
            "every call, and whether it is wanted is the caller's business"
        )

    def test_of_equal_scores_the_first_is_the_answer(self):
        model = array_network(*IDENTITY)
        _, accuracy = parts(
            array_loss(model, np.zeros((3, 3)), np.array([0, 0, 2])), "loss", "accuracy"
        )
        expect_close(
            accuracy,
            2 / 3,
            "accuracy for the classes 0, 0 and 2, where all scores are 0",
            mistakes={
                "of equal scores the last is the answer": 1 / 3,
                "a score that is as high as the highest counts as right": 1.0,
                "no score counts unless it is higher than all others": 0.0,
            },
        )

    def test_the_gradients_are_added_to_those_that_are_there(self):
        model = array_network(*IDENTITY)
        for _ in range(2):
            array_loss(model, LOGS, RIGHT)
        expect_close(
            model.biases[0].grad,
            [0.8 / 3, 0.4 / 3, -1.2 / 3],
            "gradient of the biases after two calls",
            mistakes={
                "array_loss clears the gradients itself, which is the caller's business": [
                    0.4 / 3,
                    0.2 / 3,
                    -0.6 / 3,
                ]
            },
        )

    def test_the_model_is_not_moved(self):
        model = array_network(*IDENTITY)
        array_loss(model, LOGS, RIGHT)
        assert np.array_equal(model.weights[0].data, np.eye(3)), "the weights were changed"


# ---- training


class Tally(Module):
    """A model that notes what it is shown; its only parameter has been moved so many times."""

    def __init__(self):
        self.steps, self.grad, self.shown = 0, 0.0, []
        self.inside, self.modes = Module(), []  # as of a part that works in training alone

    def batches(self):
        """The training examples that were shown, batch by batch."""
        return [xs for xs, _ in self.shown if max(xs) < 100]


class Stepper:
    """An optimizer that moves a Tally by 1, and notes the gradient at each step."""

    def __init__(self, model):
        self.model, self.grads = model, []

    def zero_grad(self):
        self.model.grad = 0.0

    def step(self):
        self.grads.append(self.model.grad)
        self.model.steps += 1


def tally_loss(model, X, y):
    """Loss: the steps so far; accuracy: the mean of X; gradient: the sum of X."""
    model.shown.append((X.ravel().tolist(), y.tolist()))
    model.modes.append(float(model.inside.training))
    model.grad = model.grad + float(X.sum())
    return float(model.steps), float(X.mean())


# 11 examples, 0 to 10, in batches of 3, 3, 3 and 2; and two that are only watched
TRAIN = np.arange(11.0).reshape(-1, 1), 10 * np.arange(11)
WATCHED = np.array([[100.0], [200.0]]), np.array([1000, 2000])


def tallied(epochs=1, on_epoch=None, seed=0):
    """(model, history, gradients) of a run in which nothing is learned but everything noted."""
    model = Tally()
    stepper, rng = Stepper(model), rng_of(seed)
    history = fit(model, tally_loss, TRAIN, WATCHED, stepper, epochs, 3, rng, on_epoch)
    return model, history, stepper.grads


@pytest.mark.kata("fit")
class TestFit:
    def test_one_step_is_taken_for_each_batch(self):
        model, _, _ = tallied(epochs=2)
        expect_close(
            model.steps,
            8,
            "steps of two epochs of 11 examples, 3 at a time",
            mistakes={
                "one step is taken in an epoch": 2,
                "one step is taken for each example": 22,
                "the last, short batch takes no step": 6,
                "a step is taken on the validation part, too": 10,
                "there was one epoch only": 4,
                "no step was taken": 0,
            },
        )

    def test_nothing_but_on_epoch_ends_it_early(self):
        # the loss of a Tally is how often it has moved: it rises all the time
        _, history, _ = tallied(epochs=12)
        expect_close(
            len(history["validation_loss"]),
            12,
            "epochs that were run, of 12, while the loss rises",
            mistakes={
                f"training gives up by itself after {n}, and that is for on_epoch to say": n
                for n in range(1, 12)
            },
        )

    def test_an_epoch_shows_every_training_example_once(self):
        model, _, _ = tallied()
        shown = sorted(x for batch in model.batches() for x in batch)
        twice = shown[::2] == shown[1::2]
        assert not twice, (
            "in an epoch every training example was shown twice: once to learn from, and once "
            "more, as it seems, in place of the validation part"
        )
        assert shown == TRAIN[0].ravel().tolist(), (
            f"in one epoch of the examples 0 to 10, loss was shown {shown}"
        )

    def test_examples_stay_with_their_targets(self):
        model, _, _ = tallied()
        wrong = [(x, y) for xs, ys in model.shown for x, y in zip(xs, ys) if y != 10 * x]
        assert not wrong, (
            f"x = {wrong[0][0]:g} was shown with y = {wrong[0][1]}, and its target is "
            f"{10 * wrong[0][0]:g}: both have to be taken with the same indices"
        )

    def test_every_epoch_is_shuffled_anew(self):
        model, _, _ = tallied(epochs=2)
        order = [x for batch in model.batches() for x in batch]
        assert order[:11] != order[11:], f"both epochs came in the order {order[:11]}"

    def test_the_generator_that_is_passed_in_decides(self):
        orders = [tallied(seed=seed)[0].batches() for seed in (1, 1, 2)]
        assert orders[0] == orders[1], "one seed gave different batches: is rng used?"
        assert orders[0] != orders[2], "two seeds gave the same batches: is rng used?"

    def test_each_step_has_the_gradient_of_its_own_batch(self):
        model, _, grads = tallied(epochs=2)
        own = [sum(batch) for batch in model.batches()]
        leaked = [grad + (300.0 if i and i % 4 == 0 else 0.0) for i, grad in enumerate(own)]
        piled = np.cumsum([sum(xs) for xs, _ in model.shown])
        expect_close(
            grads,
            own,
            "gradients at the steps of two epochs",
            mistakes={
                "gradients of the validation part flow into the next step": leaked,
                "gradients are never cleared": np.delete(piled, [4, 9]),
                "gradients are cleared once in an epoch": np.concatenate(
                    [np.cumsum(own[:4]), np.cumsum(own[4:])]
                ),
                "gradients are cleared between loss and step, or the step comes first": [0.0] * 8,
            },
        )

    def test_what_works_in_training_alone_is_off_while_the_model_is_validated(self):
        """Such a part is Dropout, in 4.1: it makes a model worse on purpose while it learns."""
        model = Tally()
        model.eval()  # as it may have been left by whoever used it before
        fit(model, tally_loss, TRAIN, WATCHED, Stepper(model), 2, 3, rng_of(0))
        expect_close(
            model.modes,
            [1, 1, 1, 1, 0] * 2,
            "mode (1 train, 0 eval) of a part of the model, in the order in which loss was called: "
            "four batches and the validation part, two epochs",
            mistakes={
                "the validation loss is measured in train mode": [1] * 10,
                "the model stays in eval mode after the first validation": [1] * 4 + [0] * 6,
                "the validation part is measured before each epoch, not after it": [0, 1, 1, 1, 1]
                * 2,
                "the model learns in the mode in which it came": [0] * 10,
                "the first epoch is in the mode in which it came": [0] * 5 + [1] * 4 + [0],
                "train and eval are exchanged": [0, 0, 0, 0, 1] * 2,
            },
        )
        assert not model.inside.training, (
            "the model is in train mode when fit has ended: it stays as it was validated, so that "
            "what it says next is not disturbed"
        )

    def test_gradients_from_before_do_not_count(self):
        model = Tally()
        model.grad = 1000.0
        stepper = Stepper(model)
        fit(model, tally_loss, TRAIN, WATCHED, stepper, 1, 3, rng_of(0))
        expect_close(
            stepper.grads[0],
            sum(model.batches()[0]),
            "gradient at the first step; 1,000 was left in the parameter from something else",
            mistakes={
                "what was left over is added: gradients are cleared after a step, not before": sum(
                    model.batches()[0]
                )
                + 1000,
            },
        )

    def test_the_training_loss_is_the_mean_over_the_examples_as_they_were_seen(self):
        # 3 examples each were seen after 0, 1 and 2 steps, and 2 after 3 steps
        _, history, _ = tallied(epochs=2)
        expect_close(
            history["train_loss"],
            [15 / 11, 4 + 15 / 11],
            "training losses of two epochs, where the loss is the number of steps so far",
            mistakes={
                "batches are averaged, though the last one is smaller": [1.5, 5.5],
                "the losses of the batches are added": [6.0, 22.0],
                "the losses of the examples are added, and not divided": [15.0, 59.0],
                "only the last batch of an epoch counts": [3.0, 7.0],
                "the sum is not started afresh in each epoch": [15 / 11, 74 / 11],
                "it is measured after the epoch": [4.0, 8.0],
            },
        )

    def test_the_training_accuracy_as_well(self):
        model, history, _ = tallied()
        expect_close(
            history["train_accuracy"],
            [5.0],
            "training accuracy of an epoch, where accuracy is the mean of x, and x is 0 to 10",
            mistakes={
                "batches are averaged, though the last one is smaller": [
                    np.mean([np.mean(batch) for batch in model.batches()])
                ],
                "it is measured on the validation part": [150.0],
                "the loss is listed under its name": [15 / 11],
            },
        )

    def test_the_validation_loss_is_measured_after_each_epoch(self):
        _, history, _ = tallied(epochs=2)
        expect_close(
            history["validation_loss"],
            [4.0, 8.0],
            "validation losses of two epochs, where the loss is the number of steps so far",
            mistakes={
                "it is measured before each epoch": [0.0, 4.0],
                "it is measured once, at the end": [8.0],
                "it is measured after every step": [1, 2, 3, 4, 5, 6, 7, 8],
                "the training loss is listed under its name": [15 / 11, 4 + 15 / 11],
            },
        )

    def test_the_validation_accuracy_is_that_of_the_validation_part(self):
        _, history, _ = tallied()
        expect_close(
            history["validation_accuracy"],
            [150.0],
            "validation accuracy, where accuracy is the mean of x, and x is 100 and 200",
            mistakes={
                "it is measured on the training part": [5.0],
                "the loss is listed under its name": [4.0],
            },
        )

    def test_a_validation_part_larger_than_a_batch_counts_example_by_example(self):
        model, watched = Tally(), np.array([[0.0], [0.0], [0.0], [10.0], [10.0]])
        history = fit(model, tally_loss, TRAIN, (watched, np.zeros(5)), Stepper(model), 1, 3, 0)
        expect_close(
            history["validation_accuracy"],
            [4.0],
            "validation accuracy, where accuracy is the mean of x, and x is 0, 0, 0, 10 and 10",
            mistakes={
                "it is cut into batches, and the batches are averaged, though the last one is "
                "smaller": [5.0],
                "only the first batch of it is measured": [0.0],
                "only the last batch of it is measured": [10.0],
            },
        )

    def test_on_epoch_is_called_with_the_history_after_each_epoch(self):
        lengths = []

        def on_epoch(history):
            lengths.append([len(history[name]) for name in sorted(history)])

        tallied(epochs=3, on_epoch=on_epoch)
        assert lengths == [[1] * 4, [2] * 4, [3] * 4], (
            f"the four lists of the history had the lengths {lengths} when on_epoch was called in "
            "three epochs: each call comes when all four have the entry of that epoch"
        )

    def test_training_ends_when_on_epoch_returns_true(self):
        model, history, _ = tallied(epochs=9, on_epoch=lambda h: len(h["train_loss"]) == 2)
        expect_close(
            [model.steps, len(history["validation_loss"])],
            [8, 2],
            "steps and entries in the history, where the second epoch says that it is enough",
            mistakes={
                "what on_epoch returns is not looked at": [36, 9],
                "one more epoch is trained": [12, 3],
                "the last epoch is missing in the history": [8, 1],
                "training goes on for as long as on_epoch returns True": [4, 1],
            },
        )

    def test_training_goes_on_when_on_epoch_returns_nothing(self):
        model, _, _ = tallied(epochs=3, on_epoch=lambda history: None)
        assert model.steps == 12, f"{model.steps} steps were taken in 3 epochs of 4"

    def test_no_epochs_leave_the_lists_empty(self):
        model, history, _ = tallied(epochs=0)
        names = {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy"}
        assert set(history) == names, f"the history has {sorted(history)}, not {sorted(names)}"
        assert model.steps == 0 and not any(history.values()), f"after no epochs: {history}"

    def test_the_history_is_lists_of_numbers(self):
        _, history, _ = tallied(epochs=2)
        for name, entries in history.items():
            expect_kind(entries, list, f"history[{name!r}]")
            odd = [entry for entry in entries if not isinstance(entry, Real)]
            assert not odd, (
                f"history[{name!r}] holds {odd[0]!r} ({type(odd[0]).__name__}), and should hold "
                "numbers: an array without axes looks like one, but is not one to a file or a plot"
            )

    def test_the_examples_that_were_passed_in_stay_in_order(self):
        tallied()
        assert np.array_equal(TRAIN[0].ravel(), np.arange(11)), "X itself was shuffled"

    def test_an_array_network_learns_what_no_straight_line_can_do(self):
        rng = rng_of(5)
        corners = rng.integers(0, 2, (160, 2))
        X, y = corners + 0.15 * rng.standard_normal((160, 2)), corners.sum(axis=1) % 2
        model = ArrayNetwork([2, 16, 2], rng_of(0))
        optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
        train, validation = (X[:120], y[:120]), (X[120:], y[120:])
        history = fit(model, array_loss, train, validation, optimizer, 10, 8, rng_of(1))
        reached = history["validation_accuracy"][-1]
        assert reached >= 0.95, (
            f"after 10 epochs {reached:.0%} of the validation part are right, and one straight "
            "line already gets 75 % of these four heaps"
        )

    def test_a_network_of_values_is_trained_by_the_same_loop(self):
        def value_loss(model, X, y):
            logits = [model(x) for x in X.tolist()]
            loss = sum(cross_entropy(z, k) for z, k in zip(logits, y.tolist())) / len(y)
            loss.backward()
            right = [max(range(2), key=lambda k: z[k].data) == t for z, t in zip(logits, y)]
            return loss.data, sum(right) / len(y)

        X = np.array([[-1.0], [-0.6], [-0.2], [0.3], [0.7], [1.1]])
        y = (X.ravel() > 0).astype(int)
        model = network([1, 2], [0.5, 0.0, -0.5, 0.0])  # which is wrong about every example
        optimizer = SGD(model.parameters(), lr=1.0)
        history = fit(model, value_loss, (X, y), (X, y), optimizer, 20, 2, rng_of(0))
        seen = [history["validation_accuracy"][epoch] for epoch in (0, -1)]
        assert seen[-1] == 1.0, f"accuracy after the first and the last epoch is {seen}"

    def test_examples_stay_with_targets_whose_index_was_shuffled(self):
        model, y = Tally(), Labelled(TRAIN[1], reversed(range(11)))
        fit(model, tally_loss, (TRAIN[0], y), WATCHED, Stepper(model), 1, 3, rng_of(0))
        assert all(y == 10 * x for xs, ys in model.shown for x, y in zip(xs, ys)), (
            "y is a Series of pandas whose index was shuffled, and examples are shown with targets "
            "of others: y[…] looks for labels there. Make arrays of X and y first."
        )

    def test_a_seed_is_that_of_one_generator_for_all_epochs(self):
        shown = []
        for rng in (0, rng_of(0)):
            model = Tally()
            fit(model, tally_loss, TRAIN, WATCHED, Stepper(model), 2, 3, rng)
            shown.append(model.batches())
        assert shown[0][:4] != shown[0][4:], "with rng=0 each epoch comes in the same order"
        assert shown[0] == shown[1], "rng=0 shows other batches than the generator of that seed"

    @pytest.mark.parametrize("place", ["train", "validation"])
    def test_a_masked_array_is_refused(self, place):
        X, y = TRAIN
        given = {"train": TRAIN, "validation": WATCHED} | {place: (np.ma.masked_less(X, 3), y)}
        expect_raises(
            TypeError,
            lambda: fit(Tally(), tally_loss, *given.values(), Stepper(Tally()), 1, 3, rng_of(0)),
            f"a masked X in {place}, of which np.asarray drops the mask (plain_array refuses it)",
        )

    def test_targets_that_are_more_than_examples_are_refused(self):
        X, y = TRAIN
        model = Tally()
        expect_raises(
            ValueError,
            lambda: fit(
                model, tally_loss, (X, np.append(y, 7)), WATCHED, Stepper(model), 1, 3, rng_of(0)
            ),
            f"{len(X)} examples and one target more (perhaps none is that of its example)",
            naming=[len(X), len(y) + 1],
        )
