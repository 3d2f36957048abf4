"""3.2 · Backpropagation: what every function on arrays does to a gradient on the way back."""

import math
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase3_training.backpropagation import (
    embedding_backward,
    linear_backward,
    linear_forward,
    relu_backward,
    softmax_cross_entropy,
    tanh_backward,
    unbroadcast,
)
from katas.phase3_training.spec_helpers import (
    MEASURED,
    calls_leaving_all_as_it_was,
    expect_arrays,
    measured,
    numbers,
    parts,
)

inf, nan = math.inf, math.nan


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
                "b is subtracted": [[-10.0, -7.0], [-9.0, 16.0]],
                "b is added twice": [[20.0, 53.0], [21.0, 76.0]],
                "W is transposed": [[26.0, 25.0], [51.0, 32.0]],
                "W and X are exchanged": [[33.0, 59.0], [18.0, 33.0]],
                "* stands where @ belongs": [[12.0, 34.0], [7.0, 35.0]],
                "each example gets a bias, and not each unit": [[10.0, 23.0], [21.0, 56.0]],
            },
        )

    def test_the_biases_are_repeated_and_not_changed(self):
        b = np.array([10.0, 20.0])
        try:
            linear_forward(np.array([[1.0], [2.0], [3.0]]), np.array([[2.0, 7.0]]), b)
        except ValueError as error:
            pytest.fail(
                f"Y for 3 examples and 2 units ends in ValueError: {error}. b + … makes an array "
                "of 3 rows, and b += … would need room for them in b itself"
            )
        expect_close(b, [10.0, 20.0], "b after linear_forward, which is only read")

    def test_it_takes_any_number_of_examples_inputs_and_units(self):
        X, W, b = numbers(7, 3), numbers(3, 5), numbers(5)
        wanted = [
            [sum(X[n, d] * W[d, h] for d in range(3)) + b[h] for h in range(5)] for n in range(7)
        ]
        expect_close(linear_forward(X, W, b), wanted, "Y of 7 examples, 3 inputs and 5 units")

    def test_nan_stays_nan(self):
        Y = linear_forward(np.array([[1.0, math.nan], [3.0, 5.0]]), W2, B2)
        expect_close(
            Y,
            [[math.nan, math.nan], [11.0, 56.0]],
            "Y for X [[1, NaN], [3, 5]]",
            mistakes={
                "NaN is turned into a number, and what went wrong is hidden": [[0.0, 0.0], [11, 56]]
            },
        )

    def test_it_returns_an_array(self):
        expect_arrays(linear_forward(X2, W2, B2))

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

    def test_nan_stays_nan(self):
        dY = np.array([[1.0, math.nan], [-3.0, 6.0]])
        dX, dW, db = parts(linear_backward(dY, X2.copy(), W2.copy()), "dX", "dW", "db")
        lost = [
            name
            for name, got in (("dX", dX[0]), ("dW", dW[:, 1]), ("db", db[1]))
            if not np.isnan(got).all()
        ]
        assert not lost, (
            f"in {', '.join(lost)} nothing is seen of a NaN in dY: it was turned into a number, "
            "and what went wrong further up is hidden"
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
                "everything is summed, and stands in each place": [8.0, 8.0],
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

    def test_it_returns_arrays(self):
        expect_arrays(*gradients_of_the_square_layer())

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
                "the sign of Z is multiplied in, which is -1 below 0": [[5.0, -7.0], [2.0, -3.0]],
                "the sign of dA · Z decides, not that of Z": [[5.0, 0.0], [-2.0, 0.0]],
                "dA goes through a ReLU, too": [[5.0, 0.0], [0.0, 0.0]],
                "it passes where Z is below 0": [[0.0, 0.0], [-2.0, 3.0]],
                "it passes where Z is above 1": [[0.0, -7.0], [0.0, 0.0]],
                "a hundredth passes below 0, as in a leaky ReLU": [[5.0, -7.0], [-0.02, 0.03]],
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
                "what is small counts as 0": [0.0, 0.0],
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
                "the size of A is taken, not its square": [[2.0, -0.4]],
                "the 1 is left out: it is A² alone": [[1.8, -1.28]],
                "the sign is wrong: it is A² - 1": [[-3.2, 0.72]],
                "it is 1 + A²": [[6.8, -3.28]],
                "dA is left out": [[0.64, 0.36]],
                "A² is taken from dA itself, and not from 1": [[4.64, -2.64]],
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
        expect_close(
            dZ,
            [0.0, 0.0],
            "dZ where the outputs are 1 and -1",
            mistakes={
                f"the slope is kept above {least:g}, or that is added to it": [
                    5 * least,
                    -3 * least,
                ]
                for least in (1e-8, 1e-7, 1e-6, 1e-3)
            },
        )

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

    def test_the_loss_is_a_number(self):
        loss, _ = loss_and_gradient(np.zeros((2, 3)), np.array([0, 2]))
        assert isinstance(loss, Real), (
            f"the loss is {loss!r} ({type(loss).__name__}), and should be a number: an array "
            "without axes looks like one, and lists, files and formats take it for an array"
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
                "labels are smoothed by 0.1, which PyTorch offers and nothing here asks for": (
                    0.9 * math.log(64 / 15) / 2 - 0.1 / 3 * math.log(120 / 8**6) / 2
                ),
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
            "dlogits, compared with the slopes of your own loss",
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
                "it is held at 100, which only binary_cross_entropy of 2.4 does": 100.0,
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

    def test_scores_that_are_no_numbers_show(self):
        logits = np.array([[nan, 0.0, 1.0], [0.0, 0.0, 0.0]])
        loss, dlogits = loss_and_gradient(logits, np.array([2, 0]))
        expect_close(
            loss,
            nan,
            "loss of two examples, where a score of the first is NaN",
            mistakes={
                "NaN is turned into 0, a score like any other": (
                    math.log(2 + math.e) - 1 + math.log(3)
                )
                / 2,
                "NaN is passed over": (math.log(1 + math.exp(-1)) + math.log(3)) / 2,
                "the example with NaN in it is left out of the sum": math.log(3) / 2,
                "the example with NaN in it is left out of the mean": math.log(3),
            },
        )
        expect_close(dlogits[1], [-1 / 3, 1 / 6, 1 / 6], "dlogits of the other example")

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
            naming=[target, range(3)],
        )

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(
            softmax_cross_entropy, logits=numbers(5, 7), targets=np.array([6, 0, 3, 0, 6])
        )

    def test_booleans_are_not_classes(self):
        expect_raises(
            TypeError,
            lambda: softmax_cross_entropy(np.zeros((2, 2)), np.array([True, False])),
            "the loss for the targets True, False: as an index they choose like a mask, and",
            naming=[bool],
        )

    def test_targets_in_a_column_are_refused(self):
        expect_raises(
            ValueError,
            lambda: softmax_cross_entropy(np.zeros((3, 2)), np.array([[0], [1], [0]])),
            "the loss for targets (3, 1), which pair each example with each target,",
            naming=[(3, 1), (3, 2)],
        )


def brought_back(grad, shape):
    """What unbroadcast makes of a gradient; fails if numpy refuses to sum or reshape it so."""
    try:
        return unbroadcast(grad, shape)
    except (ValueError, IndexError) as error:
        pytest.fail(
            f"a gradient {grad.shape} cannot be brought back to {shape} like this: {error}. Two "
            "kinds of axes were repeated: those that the shape does not have, at the front, and "
            "those where it has size 1"
        )


@pytest.mark.kata("unbroadcast")
class TestUnbroadcast:
    def test_where_nothing_was_repeated_nothing_is_summed(self):
        grad = numbers(2, 3)
        expect_close(
            brought_back(grad.copy(), (2, 3)),
            grad,
            "gradient of an operand that had the full shape (2, 3)",
            mistakes={"everything is summed": grad.sum()},
        )

    def test_a_bias_collects_from_all_rows(self):
        expect_close(
            brought_back(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (3,)),
            [11.0, 22.0, 33.0],
            "gradient (2, 3) brought back to shape (3,)",
            mistakes={
                "leading axes are forgotten": [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]],
                "leading axes are summed, but kept": [[11.0, 22.0, 33.0]],
                "the first row is taken, not the sum": [1.0, 2.0, 3.0],
                "each copy is written over the one before, so the last row stays": [10, 20, 30],
                "it is averaged, not summed": [5.5, 11.0, 16.5],
                "the last axis is summed, not the one that was added in front": [6.0, 60.0],
            },
        )

    def test_axes_are_matched_from_the_right(self):
        # square, so that the wrong axis has the right shape
        expect_close(
            brought_back(np.array([[1.0, 2.0], [10.0, 20.0]]), (2,)),
            [11.0, 22.0],
            "gradient (2, 2) brought back to shape (2,)",
            mistakes={
                "the axes are matched from the left": [3.0, 30.0],
                "an axis is left out because its size agrees": [[1.0, 2.0], [10.0, 20.0]],
            },
        )

    def test_an_axis_of_size_one_collects_and_stays(self):
        expect_close(
            brought_back(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (2, 1)),
            [[6.0], [60.0]],
            "gradient (2, 3) brought back to shape (2, 1)",
            mistakes={
                "axes of size 1 are forgotten": [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]],
                "axes of size 1 are summed, but lost": [6.0, 60.0],
                "the first column is taken, not the sum": [[1.0], [10.0]],
                "each copy is written over the one before, so the last column stays": [[3], [30]],
                "the first axis is summed, and it was the last that was repeated": [11, 22, 33],
                "it is averaged, not summed": [[2.0], [20.0]],
                # 1 + 3 + 20 and 2 + 10 + 30
                "it is cut into pieces of that shape, in the order of reading, which are summed": [
                    [24.0],
                    [42.0],
                ],
            },
        )

    def test_new_axes_and_axes_of_size_one_come_together(self):
        grad = numbers(2, 3, 5, 7)
        summed = grad.sum(axis=0)
        expect_close(
            brought_back(grad.copy(), (3, 1, 7)),
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
            brought_back(grad, shape),
            wanted,
            f"gradient (2, 3, 5) brought back to shape {shape}",
            tolerance=MEASURED,
        )

    def test_a_single_number_collects_everything(self):
        grad = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        expect_close(
            brought_back(grad, ()),
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
            brought_back(grad, (3,)),
            [1.0, 2.0, 3.0],
            f"gradient {came} brought back to shape (3,)",
            mistakes={"sizes are compared, not shapes: as many entries are not the same": grad},
        )

    def test_an_axis_of_size_one_that_was_not_repeated_stays(self):
        expect_close(
            brought_back(np.array([[1.0, 2.0, 3.0]]), (1, 3)),
            [[1.0, 2.0, 3.0]],
            "gradient (1, 3) for an operand of shape (1, 3)",
            mistakes={
                "axes of size 1 are dropped": [1.0, 2.0, 3.0],
                "everything is summed": 6.0,
            },
        )

    def test_the_gradient_stays_as_it_was(self):
        calls_leaving_all_as_it_was(unbroadcast, grad=numbers(2, 3, 5), shape=(3, 1))


def collected(dout, ids, n_rows):
    """By its definition: for each entry of the table, the sum over the places that show it."""
    places = list(np.ndindex(ids.shape))
    return [
        [sum(float(dout[place][c]) for place in places if ids[place] == row) for c in range(5)]
        for row in range(n_rows)
    ]


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
                "the ids are sorted, and the gradients are not": [
                    [1.0, 2.0],
                    [0.0, 0.0],
                    [10.0, 20.0],
                    [100.0, 200.0],
                ],
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

    def test_rows_that_were_not_looked_up_are_there_with_zeros(self):
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
        wanted = collected(dout, ids, 7)

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
        wanted = collected(dout, ids, 4)
        mistakes = {}
        if shape:  # a pair of equal ids, and the last of the two has the last word
            mistakes["repeats along the last of three axes are lost"] = collected(
                dout[..., -1, :], ids[..., -1], 4
            )
        expect_close(
            embedding_backward(dout, ids, 4),
            wanted,
            f"gradient of a table of 4 rows for ids of shape {shape}",
            mistakes,
        )

    def test_a_table_may_have_many_rows(self):
        dout, ids = numbers(4, 5).astype(np.float32), np.array([299, 0, 299, 7])
        dtable = embedding_backward(dout, ids, 300)
        expect_close(
            dtable,
            collected(dout, ids, 300),
            "gradient of a table of 300 rows, of which 299, 0, 299 and 7 were looked up",
            mistakes={"the last look-up of a row wins": collected(dout[1:], ids[1:], 300)},
            tolerance=1e-6,
        )
        assert dtable.dtype == np.float32, f"dout is float32, and the gradient {dtable.dtype}"

    def test_it_is_the_measured_gradient(self):
        dout, ids = numbers(5, 3), np.array([1, 1, 0, 3, 1])
        wanted = measured(lambda table: (dout * table[ids]).sum(), numbers(7, 3))
        expect_close(
            embedding_backward(dout, ids, 7),
            wanted,
            "gradient of a table (7, 3), compared with the measured slopes",
            tolerance=MEASURED,
        )

    def test_the_arguments_stay_as_they_were(self):
        calls_leaving_all_as_it_was(
            embedding_backward,
            dout=numbers(2, 3, 5),
            ids=np.array([[4, 0, 4], [6, 4, 2]]),
            n_rows=7,
        )
