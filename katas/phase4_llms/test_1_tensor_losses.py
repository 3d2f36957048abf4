"""4.1 · Tensor: softmax, its logarithm and cross-entropy, several steps as one node each."""

import math
from math import inf, nan

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.spec_helpers import (
    expect_float32,
    expect_gradients,
    expect_op,
    gradients,
    hinted,
    numbers,
    refuses_arrays,
    tuples_go_to_tensor,
)
from katas.phase4_llms.tensor import Tensor, cross_entropy, log_softmax, softmax


def shares(x, axis):
    """What softmax should make of an array, in a helper: a red spec shows its own lines."""
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def log_shares(x, axis=-1):
    return np.log(shares(x, axis))


def minus_the_sum(axis, of):
    """{name: …} for a sum along other axes of three than the one that was asked for.

    of  what the gradient is if the sum runs along some axes
    """
    others = [other for other in range(3) if other != axis % 3]
    names = {other: f"the sum of the pullback runs along axis {other}" for other in others}
    if 2 in names:
        names[2] = "the sum of the pullback runs along the last axis, whichever was asked for"
    return {
        **{name: lambda g, other=other: of(g, other) for other, name in names.items()},
        "the sum of the pullback runs over everything, not along the axis": lambda g: of(g, None),
    }


@pytest.mark.kata("softmax")
class TestSoftmax:
    def test_shares_that_sum_to_1(self):
        rows = [[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]
        x = Tensor(np.log(rows) + np.array([[5.0], [-3.0]]))
        e = np.exp(x.data)
        expect_close(
            softmax(x),
            rows,
            "softmax of two rows, along the last axis",
            mistakes={
                "it runs over the wrong axis": e / e.sum(axis=0),
                "all entries together sum to 1": e / e.sum(),
                "the sum is left out": np.exp(x.data - x.data.max(axis=-1, keepdims=True)),
                "the sum is that of all rows, though each row has its own largest taken off": (
                    np.divide(rows, [[0.5], [0.6]]) / (2 + 5 / 3)
                ),
            },
        )
        expect_op(softmax(x), "softmax", x)

    def test_scores_of_any_size(self):
        right = [0.25, 0.75]
        p = softmax(Tensor(np.add([[1000.0], [-1000.0], [0.0]], [0.0, math.log(3)])))
        expect_close(
            p,
            [right] * 3,
            "softmax of rows near 1000, -1000 and 0 (exp overflows, or all of a row becomes 0)",
            mistakes={
                "nothing is taken off before exp": [[nan] * 2, [nan] * 2, right],
                "the largest of all rows is taken off, and not of each row": [
                    right,
                    [nan] * 2,
                    [nan] * 2,
                ],
                "the largest of all rows is taken off, and the logarithm of a sum of 0 as well": [
                    right,
                    [inf] * 2,
                    [inf] * 2,
                ],
                "the largest is taken off only where it is above 0": [right, [nan] * 2, right],
                "scores are cut off where they are large": [[0.5, 0.5], [0.5, 0.5], right],
            },
        )

    def test_nan_is_not_hidden(self):
        expect_close(
            softmax(Tensor([[nan, 0.0], [0.0, 0.0]])),
            [[nan, nan], [0.5, 0.5]],
            "softmax of a row with nan, and of another",
            mistakes={
                "0 takes the place of a score that is nan": [[0.5, 0.5], [0.5, 0.5]],
                "0 takes the place of shares that are nan": [[0.0, 0.0], [0.5, 0.5]],
                "what is nan is left out": [[0.0, 1.0], [0.5, 0.5]],
            },
        )

    def test_columns_of_any_size(self):
        x = np.array([[1000.0, 1000.0 + math.log(3)], [-1000.0, -1000.0 + math.log(3)]]).T
        p = softmax(Tensor(x), axis=0)
        expect_close(
            p,
            [[0.25] * 2, [0.75] * 2],
            "softmax, axis=0, of columns near 1000 and -1000",
            mistakes={
                "the largest of each row is taken off, whichever axis was asked for": [
                    [0.5, nan],
                    [0.5, nan],
                ],
                "the sum runs along the last axis, whichever was asked for": [[0.5] * 2] * 2,
                "axis is not looked at, and the last one is taken": [[1.0, 0.0]] * 2,
            },
        )

    def test_what_is_hidden_gets_nothing(self):
        x = np.array([[0.0, -inf, math.log(3)]])
        p = softmax(Tensor(x))
        expect_close(p, [[0.25, 0.0, 0.75]], "softmax of [0, -inf, log 3]")
        (dx,) = gradients(softmax, x, seed=np.array([[1.0, 100.0, 5.0]]))
        expect_close(
            dx,
            [[-0.75, 0.0, 0.75]],
            "gradient at [0, -inf, log 3], result's [1, 100, 5]",
            mistakes={
                "the mean of the gradient is not weighted by the shares": (
                    np.multiply([[0.25, 0.0, 0.75]], np.subtract([[1.0, 100.0, 5.0]], 106 / 3))
                ),
            },
        )
        for what, array in (("share", p.data), ("gradient", dx)):
            assert array[0, 1] == 0, (
                f"the {what} of what is hidden by -inf is {array[0, 1]}, and should be 0, not only "
                "small: exp(-inf) is 0, unless scores were cut off or something tiny was added"
            )

    @pytest.mark.parametrize("axis", [-1, 0, 1, -2])
    def test_the_gradient_along_any_axis(self, axis):
        x = numbers(3, 2, 5)
        p, last = shares(x, axis), shares(x, -1)
        ignored = {
            "axis is not looked at, and the last one is taken": lambda g: (
                last * (g - (g * last).sum(axis=-1, keepdims=True))
            )
        }
        expect_gradients(
            f"softmax(x, axis={axis})",
            lambda x: softmax(x, axis),
            lambda x: shares(x, axis),
            x,
            mistakes=[
                {
                    **(ignored if axis != -1 else {}),
                    "each share is taken to depend on its own score alone": lambda g: (
                        g * p * (1 - p)
                    ),
                    "the share that all scores have in the sum is left out": lambda g: g * p,
                    **minus_the_sum(
                        axis, lambda g, other: p * (g - (g * p).sum(axis=other, keepdims=True))
                    ),
                    "the sum is that of the gradients, not weighted by the shares": lambda g: (
                        p * (g - g.sum(axis=axis, keepdims=True))
                    ),
                }
            ],
        )

    def test_a_second_backward_gives_the_same_again(self):
        x = Tensor([[0.5, 1.5, -1.0]])
        p = softmax(x)
        p.backward([[1.0, 2.0, 3.0]])
        once = x.grad.copy()
        p.backward([[1.0, 2.0, 3.0]])
        expect_close(x.grad, 2 * once, "gradient after two calls, compared with twice that of one")

    def test_float32_stays_float32(self):
        expect_float32(softmax, (2, 3))

    def test_an_array_is_refused(self):
        refuses_arrays(softmax, "softmax")


@pytest.mark.kata("log_softmax")
class TestLogSoftmax:
    def test_the_logarithm_of_the_shares(self):
        rows = np.log([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]])
        scores = rows + np.array([[5.0], [-3.0]])
        x, e, largest = Tensor(scores.copy()), np.exp(scores), scores.max(axis=-1, keepdims=True)
        expect_close(
            log_softmax(x),
            rows,
            "log_softmax of two rows, along the last axis",
            mistakes={
                "it runs over the wrong axis": np.log(e / e.sum(axis=0)),
                "it is softmax, without the logarithm": np.exp(rows),
                "the largest is taken off inside exp, and not off x": rows + largest,
                "the largest is taken off, and the sum left out": scores - largest,
            },
        )
        assert np.array_equal(x.data, scores), "log_softmax changed the data of x in place"
        expect_op(log_softmax(x), "log_softmax", x)

    def test_scores_of_any_size_stay_finite(self):
        lowest = log_softmax(Tensor([[0.0, 1000.0]])).data[0, 0]
        assert not -999 < lowest < -1, (
            f"the logarithm of a share of e^-1000 is {lowest:.4g}, and should be -1000: something "
            "tiny was added to the share, or put in its place, before its logarithm was taken"
        )
        expect_close(
            log_softmax(Tensor([[0.0, 1000.0], [-2000.0, 0.0]])),
            [[-1000.0, 0.0], [-2000.0, 0.0]],
            "log_softmax of [[0, 1000], [-2000, 0]]",
            mistakes={
                "the logarithm of a share that was rounded to 0 is taken": [[-inf, 0], [-inf, 0]],
                "exp overflows: the largest score is not taken off": [[-inf, nan], [-2000, 0]],
            },
        )
        expect_close(
            log_softmax(Tensor([[-2000.0, -2000.0 + math.log(3)]])),
            np.log([[0.25, 0.75]]),
            "log_softmax of two scores near -2000",
            mistakes={
                "the largest score is taken off only where it is above 0, or not at all": [
                    [inf, inf]
                ]
            },
        )

    def test_what_is_ruled_out_stays_so(self):
        """-inf is the score of what a mask hides."""
        log_p = log_softmax(Tensor([[math.log(3), -inf, 0.0]])).data[0]
        expect_close(log_p[[0, 2]], np.log([0.75, 0.25]), "log_softmax of log 3 and 0, beside -inf")
        assert log_p[1] == -inf, (
            f"log_softmax is {log_p[1]:.4g} where the score is -inf, and should be -inf, the "
            "logarithm of a share of 0: scores were cut off, or something tiny was added"
        )

    @pytest.mark.parametrize("axis", [-1, 0, 1])
    def test_the_gradient_along_any_axis(self, axis):
        x = numbers(3, 2, 5)
        p, last = shares(x, axis), shares(x, -1)
        ignored = {
            "axis is not looked at, and the last one is taken": lambda g: (
                g - last * g.sum(axis=-1, keepdims=True)
            )
        }
        expect_gradients(
            f"log_softmax(x, axis={axis})",
            lambda x: log_softmax(x, axis),
            lambda x: log_shares(x, axis),
            x,
            mistakes=[
                {
                    **(ignored if axis != -1 else {}),
                    **minus_the_sum(
                        axis, lambda g, other: g - p * g.sum(axis=other, keepdims=True)
                    ),
                    "the gradients are averaged along the axis, not summed": lambda g: (
                        g - p * g.mean(axis=axis, keepdims=True)
                    ),
                    "what all scores have in the sum is left out": lambda g: g,
                    "shares are subtracted as they are, and not times the sum of the gradients": (
                        lambda g: g - p
                    ),
                    "the gradients are not summed along the axis": lambda g: g - p * g,
                    "log-shares stand where shares belong": lambda g: (
                        g - np.log(p) * g.sum(axis=axis, keepdims=True)
                    ),
                    "shares are left out": lambda g: g - g.sum(axis=axis, keepdims=True),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(log_softmax, (2, 3))

    def test_an_array_is_refused(self):
        refuses_arrays(log_softmax, "log_softmax")


# three examples, three classes; the shares are 0.7, 0.2 and 0.7 for the right ones
LOGS = np.log([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
RIGHT = np.array([0, 2, 2])
LOSSES = -np.log([0.7, 0.2, 0.7])


@pytest.mark.kata("cross_entropy")
class TestCrossEntropy:
    def test_the_mean_of_minus_log_the_right_share(self):
        logits = Tensor(
            LOGS + np.array([[5.0], [-3.0], [2.0]])
        )  # softmax does not see what all have
        e = np.exp(logits.data)
        expect_close(
            cross_entropy(logits, RIGHT),
            LOSSES.mean(),
            "loss where the right classes have the shares 0.7, 0.2, 0.7",
            mistakes={
                "losses are added, not averaged": LOSSES.sum(),
                "losses are divided by the number of all scores": LOSSES.sum() / 9,
                "softmax runs over the wrong axis, down the examples": (
                    -np.log(e / e.sum(axis=0))[[0, 1, 2], RIGHT].mean()
                ),
                "the minus is missing": -LOSSES.mean(),
                "all examples are asked for all targets": -LOGS[:, RIGHT].mean(),
                "the logarithm is to base 2": LOSSES.mean() / math.log(2),
            },
        )
        expect_op(cross_entropy(logits, RIGHT), "cross_entropy", logits)

    def test_scores_of_any_size(self):
        logits = np.array([[1000.0, 0.0], [0.0, -1000.0]])
        worst = float(cross_entropy(Tensor(logits), np.array([1, 1])).data)
        assert not 1 < worst < 999, (
            f"the loss of sure and wrong, by a difference of 1000, is {worst:.4g}, and should be "
            "1000: something tiny was added to the share, or put in its place (Keras cuts it off "
            "at 1e-7), before its logarithm was taken"
        )
        expect_close(cross_entropy(Tensor(logits), np.array([0, 0])), 0.0, "loss of sure and right")
        expect_close(
            cross_entropy(Tensor(logits), np.array([1, 1])),
            1000.0,
            "loss of sure and wrong, by a difference of 1000",
            mistakes={
                "the logarithm of a share that was rounded to 0 is taken": inf,
                "exp overflows: the largest score is not taken off": nan,
            },
        )

    def test_nan_is_not_hidden(self):
        """Or nobody would see that a model has broken down."""
        expect_close(
            cross_entropy(Tensor([[nan, 0.0], [0.0, 0.0]]), [1, 1]),
            nan,
            "loss where a score is nan",
            mistakes={
                "0 takes the place of what is nan, or an example with nan is left out": math.log(2),
                "0 takes the place of a loss that is nan": math.log(2) / 2,
            },
        )

    def test_a_class_that_is_ruled_out_is_no_trouble(self):
        logits = np.array([[math.log(3), -inf, 0.0], [0.0, -inf, math.log(3)]])
        expect_close(
            cross_entropy(Tensor(logits), [0, 0]),
            -np.log([0.75, 0.25]).mean(),
            "loss where class 1 has the score -inf, and shares are 0.75 and 0.25",
            mistakes={
                "log-shares are multiplied by one-hot and added: 0 times -inf is nan": nan,
            },
        )
        (dx,) = gradients(lambda x: cross_entropy(x, [0, 0]), logits, seed=np.array(8.0))
        expect_close(
            dx,
            [[-1.0, 0.0, 1.0], [-3.0, 0.0, 3.0]],
            "gradient of the logits where class 1 has the score -inf, that of the loss 8",
        )

    def test_the_gradient_is_shares_minus_one_hot_over_n(self):
        wanted = (np.exp(LOGS) - np.eye(3)[RIGHT]) / 3
        (dx,) = gradients(lambda x: cross_entropy(x, RIGHT), LOGS, seed=np.array(1.0))
        expect_close(
            dx,
            wanted,
            "gradient of the logits",
            mistakes={
                "1/N is missing": wanted * 3,
                "1/N comes twice": wanted / 3,
                "one-hot is not subtracted": np.exp(LOGS) / 3,
                "only the right class gets a gradient": np.where(np.eye(3)[RIGHT] > 0, wanted, 0),
                "the sign is the wrong way round": -wanted,
                "1 is subtracted for every target in every row": (
                    np.exp(LOGS) - np.array([1, 0, 1])
                )
                / 3,
                "1 is divided by N, and shares are not": np.exp(LOGS) - np.eye(3)[RIGHT] / 3,
            },
        )

    def test_in_the_middle_of_a_graph(self):
        once = (np.exp(LOGS) - np.eye(3)[RIGHT]) / 3
        x = Tensor(LOGS)
        (cross_entropy(x, RIGHT) * 6.0).backward()
        expect_close(
            x.grad,
            6 * once,
            "gradient of the logits in 6 · cross_entropy",
            mistakes={"the gradient that comes from above is left out": once},
        )

    def test_a_second_backward_gives_the_same_again(self):
        x = Tensor(LOGS * 2)
        loss = cross_entropy(x, RIGHT) * 3.0
        loss.backward()
        once = x.grad.copy()
        loss.backward()
        expect_close(
            x.grad,
            2 * once,
            "gradient of the logits after two calls, compared with twice that of one",
        )

    def test_sequences_of_examples(self):
        logits, targets = numbers(2, 5, 3), np.array([[0, 2, 1, 1, 0], [2, 2, 0, 1, 2]])

        def formula(x):
            log_p = log_shares(x)
            return -sum(log_p[b, t, targets[b, t]] for b in range(2) for t in range(5)) / 10

        with hinted("the last axis counts classes; any number of axes may stand in front of it"):
            loss = cross_entropy(Tensor(logits), targets)
        expect_close(
            loss,
            formula(logits),
            "loss of logits (2, 5, 3) with targets (2, 5)",
            mistakes={
                "the sum is divided by the number of sequences": formula(logits) * 5,
                "the sum is divided by the length of a sequence": formula(logits) * 2,
                "losses are added, not averaged": formula(logits) * 10,
            },
        )
        p = shares(logits, -1)
        expect_gradients(
            "the loss of logits (2, 5, 3)",
            lambda x: cross_entropy(x, targets),
            formula,
            logits,
            mistakes=[
                {
                    "N is the number of sequences, not of all examples": lambda g: (
                        g * (p - np.eye(3)[targets]) / 2
                    ),
                    "1/N is missing": lambda g: g * (p - np.eye(3)[targets]),
                }
            ],
        )

    def test_targets_may_be_a_list_and_stay_as_they_are(self):
        expect_close(cross_entropy(Tensor(LOGS), [0, 2, 2]), LOSSES.mean(), "loss, targets a list")
        targets = RIGHT.copy()
        cross_entropy(Tensor(LOGS), targets).backward()
        assert targets.tolist() == [0, 2, 2], f"the caller's targets are {targets} now"

    def test_one_example_needs_no_axis_in_front(self):
        with hinted("any number of axes may stand in front of that of the classes, or none"):
            loss = cross_entropy(Tensor(LOGS[1]), 2)
        expect_close(loss, LOSSES[1], "loss of logits (3,) with the target 2")
        (dx,) = gradients(lambda x: cross_entropy(x, 2), LOGS[1], seed=np.array(6.0))
        expect_close(
            dx,
            6 * (np.exp(LOGS[1]) - [0, 0, 1]),
            "gradient of logits (3,), that of the loss 6",
            mistakes={
                "it is divided by the number of classes": 2 * (np.exp(LOGS[1]) - [0, 0, 1]),
            },
        )

    @pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3)], ids=str)
    def test_no_examples_have_no_mean(self, shape):
        """PyTorch returns nan, and training goes on with it."""
        expect_raises(
            ValueError,
            lambda: cross_entropy(Tensor(np.zeros(shape)), np.zeros(shape[:-1], int)),
            f"the mean loss of no examples, logits {shape}",
            naming=[shape],
        )

    @pytest.mark.parametrize("targets", [[0.0, 2.0, 2.0], [True, False, False]], ids=str)
    def test_a_target_is_an_integer(self, targets):
        expect_raises(TypeError, lambda: cross_entropy(Tensor(LOGS), targets), f"targets {targets}")

    @pytest.mark.parametrize("shape", [(2,), (4,), (3, 1), (3, 3), ()], ids=str)
    def test_targets_of_another_shape_are_refused(self, shape):
        expect_raises(
            ValueError,
            lambda: cross_entropy(Tensor(LOGS), np.zeros(shape, int)),
            f"targets of shape {shape} for logits of shape (3, 3)",
            naming=[shape, (3, 3)],
        )

    @pytest.mark.parametrize("target", [3, -1, 7])
    def test_a_class_that_does_not_exist_is_refused(self, target):
        expect_raises(
            IndexError,
            lambda: cross_entropy(Tensor(LOGS), np.array([0, target, 1])),
            f"class {target} of 3 (numpy counts negative indices from the end; Optax and MLX take "
            "-1 for the last class)",
            naming=[target, range(3)],
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: cross_entropy(x, [0, 2]), (2, 3))

    def test_an_array_of_logits_is_refused(self):
        refuses_arrays(lambda logits: cross_entropy(logits, [0, 1]), "cross_entropy")
