"""2.4 · Loss functions: the surprise at what was right, and numbers far out."""

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
    NO_WAY_BACK,
    UNEQUAL,
    expect_agreement,
    expect_nan_stays,
    expect_number,
    expect_unequal_refused,
    gradients,
    handed_over,
    loss_of,
    values,
)

inf, nan = math.inf, math.nan


COMPUTED = (
    "This is what happens when a probability is computed first: far out it is rounded to 0, and 0 "
    "has no logarithm."
)


GIVEN = (
    "0 has no logarithm, and no float is below e^-1000, which is 0 itself: what is 0, or too "
    "small, has to be found before the logarithm is taken."
)


def survives(call, what, why=COMPUTED):
    """What call() returns; fails, saying what usually is behind it, if its numbers break down."""
    try:
        return call()
    except (ValueError, ZeroDivisionError) as error:
        pytest.fail(f"{what}: {type(error).__name__}, {error}. {why}")
    except OverflowError as error:
        pytest.fail(
            f"{what}: OverflowError, {error}. This is what happens when e is raised to a large "
            "score as it is: above about 709 no float can hold the result."
        )


def what_was_put_in(log):
    """Any other number that is the log of something small, as the mistake that it is."""
    known = [math.log(tiny) for tiny in LITTLE]
    if not -800 < log < 0 or log in (-100.0, -50.0) or any(math.isclose(log, one) for one in known):
        return {}
    return {f"about {math.exp(log):.1g} is added or put in, to keep away from log 0": log}


KERAS = ", as Keras does (the course holds the logarithm, as PyTorch does)"
LITTLE = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)


def with_a_little_put_in(p):
    """What log(p) becomes when something is added or put in to keep away from log 0."""
    return {
        f"{tiny:g} is added or put in{KERAS * (tiny == 1e-7)}, to keep away from log 0": math.log(
            tiny + p
        )
        for tiny in LITTLE
    }


@pytest.mark.kata("clamped_log")
class TestClampedLog:
    @pytest.mark.parametrize("n", [0.0, -2.0, -50.0])
    def test_an_ordinary_probability_has_its_logarithm(self, n):
        expect_close(
            clamped_log(Value(math.exp(n))),
            n,
            f"clamped log of e^{n:g}",
            mistakes={
                "the logarithm is to base 2": n / math.log(2),
                "the logarithm is to base 10": n / math.log(10),
                "the sign is turned round already": -n,
            }
            if n
            else None,
        )

    def test_the_log_of_zero_is_the_lowest(self):
        result = survives(lambda: clamped_log(Value(0.0)), "clamped log of 0", GIVEN)
        expect_kind(result, Value, "the clamped log of 0")
        expect_close(
            result,
            -100.0,
            "clamped log of 0",
            mistakes={
                "log 0 is infinite, and is not clamped": -inf,
                "the log of 0 is taken for 0": 0.0,
                "the sign is turned round already": 100.0,
                **with_a_little_put_in(0.0),
                **what_was_put_in(result.data),
            },
        )

    @pytest.mark.parametrize("p", [1e-50, 5e-324], ids=["1e-50", "the smallest float"])
    def test_a_log_below_the_lowest_is_held_there(self, p):
        expect_close(
            clamped_log(Value(p)),
            -100.0,
            f"clamped log of {p:g}",
            mistakes={"only the log of 0 itself is clamped": math.log(p)},
        )

    def test_a_small_probability_above_it_is_left_alone(self):
        expect_close(
            clamped_log(Value(1e-40)),
            -40 * math.log(10),
            "clamped log of 1e-40",
            mistakes={
                "it is held at -100 too early": -100.0,
                **with_a_little_put_in(1e-40),
            },
        )

    def test_the_lowest_may_be_given(self):
        got = [clamped_log(Value(math.exp(n)), lowest=-5.0).data for n in (-3.0, -10.0)]
        expect_close(
            got,
            [-3.0, -5.0],
            "clamped logs of e^-3 and e^-10 with lowest -5",
            mistakes={
                ("lowest is ignored", "p itself is compared with lowest, not its log"): [
                    -3.0,
                    -10.0,
                ],
                "the higher one is taken for the lowest": [-5.0, -10.0],
            },
        )

    @pytest.mark.parametrize("x, n", [(0.0, -1000.0), (1e-300, -300 * math.log(10))])
    def test_the_lowest_may_be_lower_than_any_logarithm(self, x, n):
        # e^-1000 is 0 as a float, so that nothing can be below it
        result = survives(
            lambda: clamped_log(Value(x), lowest=-1000.0),
            f"clamped log of {x:g} with lowest -1000",
            GIVEN,
        )
        expect_close(
            result,
            n,
            f"clamped log of {x:g} with lowest -1000",
            mistakes={"lowest is ignored": -100.0},
        )

    def test_the_gradient_is_one_over_the_probability(self):
        p = Value(0.25)
        expect_close(
            gradients(clamped_log(p), [p], 3.0),
            [12.0],
            "gradient of 3 · log p at p = 0.25",
            mistakes={NO_WAY_BACK: [0.0], "it is that of -log p": [-12.0]},
        )

    @pytest.mark.parametrize("x", [0.0, 1e-50])
    def test_where_it_is_clamped_no_gradient_passes(self, x):
        p = Value(x)
        result = survives(lambda: clamped_log(p), f"clamped log of {x:g}", GIVEN)
        expect_close(
            gradients(result, [p], 3.0),
            [0.0],
            f"gradient of 3 · clamped log at {x:g}",
            mistakes={
                "the data is clamped, and the gradient is not": [3 / x if x else inf],
                "the lowest value is added to p: the way back is open": [3.0],
            },
        )

    @pytest.mark.parametrize("x", [0.0, 1e-50])
    def test_where_it_is_clamped_a_leaf_is_left(self, x):
        result = survives(lambda: clamped_log(Value(x)), f"clamped log of {x:g}", GIVEN)
        assert not result.parents, (
            f"the clamped log of {x:g} has parents, and should be a leaf that holds the lowest "
            "value: a way back on which 0 is multiplied is still walked at each backward pass, and "
            "hands back nan where an inf comes down"
        )

    def test_a_certain_event_has_log_zero_and_a_gradient(self):
        p = Value(1.0)
        result = clamped_log(p)
        expect_close(
            [result.data, *gradients(result, [p], 3.0)], [0.0, 3.0], "log 1, and gradient of 3 · it"
        )

    @pytest.mark.parametrize("x", [-0.25, 1.5, 1 + 1e-9, nan])
    def test_what_is_no_probability_is_refused(self, x):
        expect_raises(
            ValueError,
            lambda: clamped_log(Value(x)),
            f"the clamped log of {x:g}, which is not a probability,",
            naming=[x],
        )


@pytest.mark.kata("binary_cross_entropy")
class TestBinaryCrossEntropy:
    def test_the_surprises_are_averaged(self):
        # 0.8 for what happened, and 1 - 0.3 for what did not
        expect_close(
            loss_of(binary_cross_entropy, values(0.8, 0.3), [1, 0]),
            -(math.log(0.8) + math.log(0.7)) / 2,
            "cross-entropy of the probabilities 0.8, 0.3 for the targets 1, 0",
            mistakes={
                "the surprises are added up, and not averaged": -math.log(0.8 * 0.7),
                "the minus is missing": math.log(0.8 * 0.7) / 2,
                "the part for target 0 is missing": -math.log(0.8) / 2,
                "the part for target 1 is missing": -math.log(0.7) / 2,
                "1 - p is not taken for target 0": -math.log(0.8 * 0.3) / 2,
                "0 and 1 are exchanged": -math.log(0.2 * 0.3) / 2,
                "the logarithm is to base 2": -math.log2(0.8 * 0.7) / 2,
                "p is used in place of its logarithm": -0.75,
                "it is halved": -math.log(0.8 * 0.7) / 4,
                "both parts count for every target": -math.log(0.8 * 0.2 * 0.3 * 0.7) / 2,
                "the difference of the parts is taken": -(math.log(0.8) - math.log(0.7)) / 2,
            },
        )

    def test_a_target_may_lie_between(self):
        # three quarters of a half-surprised no, one quarter of a sure yes
        expect_close(
            loss_of(binary_cross_entropy, values(0.8), [0.25]),
            -(0.25 * math.log(0.8) + 0.75 * math.log(0.2)),
            "cross-entropy of 0.8 for the target 0.25",
            mistakes={
                "targets and predictions are swapped": -(
                    0.8 * math.log(0.25) + 0.2 * math.log(0.75)
                ),
                "a target below 1 counts as 0": -math.log(0.2),
                "a target above 0 counts as 1": -math.log(0.8),
                "the part for target 0 is missing": -0.25 * math.log(0.8),
                "0 and 1 are exchanged": -(0.75 * math.log(0.8) + 0.25 * math.log(0.2)),
                "both parts have the weight t": -0.25 * math.log(0.8 * 0.2),
                "a target that is neither 0 nor 1 counts for nothing": 0.0,
                "the parts are added under the logarithm: it is that of t·p + (1 - t)·(1 - p)": (
                    -math.log(0.25 * 0.8 + 0.75 * 0.2)
                ),
            },
        )

    def test_each_probability_is_pushed_towards_its_target(self):
        # -1/p for target 1 and 1/(1 - p) for target 0, times 6 / 3
        probs = values(0.8, 0.3, 0.5)
        loss = loss_of(binary_cross_entropy, probs, [1, 0, 0.25])
        expect_close(
            gradients(loss, probs, 6.0),
            [-2.5, 2 / 0.7, 2.0],
            "gradients of 6 · loss for the probabilities 0.8, 0.3, 0.5 and targets 1, 0, 0.25",
            mistakes={
                "the surprises are added up, and not averaged": [-7.5, 6 / 0.7, 6.0],
                "the minus is missing": [2.5, -2 / 0.7, -2.0],
                "the sign of 1 - p is lost on the way back": [-2.5, -2 / 0.7, -4.0],
                "the gradient is p - t, that for logits": [-0.4, 0.6, 0.5],
                NO_WAY_BACK: [0.0] * 3,
            },
        )

    def test_sure_and_right_costs_nothing(self):
        loss = survives(
            lambda: loss_of(binary_cross_entropy, values(1.0, 0.0), [1, 0]),
            "sure and right, the probabilities 1, 0 for the targets 1, 0",
            GIVEN,
        )
        expect_close(
            loss,
            0.0,
            "cross-entropy of 1, 0 for the targets 1, 0",
            mistakes={
                "0 and 1 are exchanged": 100.0,
                "a term of weight 0 counts as well": 200.0,
                "0 · log 0 is computed, which is not a number": nan,
            },
        )

    @pytest.mark.parametrize("p, target", [(0.0, 1), (1.0, 0)])
    def test_sure_and_wrong_costs_a_hundred(self, p, target):
        loss = survives(
            lambda: loss_of(binary_cross_entropy, values(p), [target]),
            f"sure and wrong, the probability {p:g} for the target {target}",
            GIVEN,
        )
        expect_close(
            loss,
            100.0,
            f"cross-entropy of {p:g} for the target {target}",
            mistakes={
                "the logarithm is not clamped": inf,
                "the minus is missing": -100.0,
                "it is halved, or the logarithm is held at -50": 50.0,
                **{name: -log for name, log in with_a_little_put_in(0.0).items()},
                **{name: -log for name, log in what_was_put_in(-loss.data).items()},
            },
        )

    def test_a_small_probability_is_not_rounded_up(self):
        expect_close(
            loss_of(binary_cross_entropy, values(1e-40), [1]),
            40 * math.log(10),
            "cross-entropy of 1e-40 for the target 1",
            mistakes={name: -log for name, log in with_a_little_put_in(1e-40).items()},
        )

    def test_a_clamped_one_does_not_spoil_the_others(self):
        probs = values(0.0, 0.5)
        loss = survives(
            lambda: loss_of(binary_cross_entropy, probs, [1, 1]), "probabilities 0, 0.5", GIVEN
        )
        expect_close(
            gradients(loss, probs, 1.0),
            [0.0, -1.0],
            "gradients for the probabilities 0, 0.5 and targets 1, 1",
            mistakes={
                "the value is held and the gradient is let through, up to 1e12, as PyTorch does; "
                "the course stops it": [-5e11, -1.0],
                "the value is held and the gradient is not (MLX gives nan there)": [nan, -1.0],
                NO_WAY_BACK: [0.0, 0.0],
            },
        )

    @UNEQUAL
    def test_unequal_lengths_are_refused(self, n_predictions, n_targets):
        expect_unequal_refused(
            lambda: loss_of(binary_cross_entropy, values(*[0.5] * n_predictions), [1] * n_targets),
            n_predictions,
            n_targets,
        )

    @pytest.mark.parametrize("label", [-1, 2])
    def test_a_label_is_from_0_to_1(self, label):
        expect_raises(
            ValueError,
            lambda: binary_cross_entropy([Value(0.25)], [label]),
            f"a target of {label} (-1 is hinge's: the loss falls below 0, without end)",
            naming=[label],
        )


def sigmoid_of(z):
    """In plain numbers, for z that are not extreme."""
    return 1 / (1 + math.exp(-z))


@pytest.mark.kata("binary_cross_entropy_with_logits")
class TestBinaryCrossEntropyWithLogits:
    def test_it_is_the_cross_entropy_of_the_sigmoids(self):
        # -log sigmoid(z) is log(1 + e^-z), and -log(1 - sigmoid(z)) is log(1 + e^z)
        yes, no = math.log(1 + math.exp(-0.5)), math.log(1 + math.exp(-1.5))
        expect_close(
            loss_of(binary_cross_entropy_with_logits, values(0.5, -1.5), [1, 0]),
            (yes + no) / 2,
            "cross-entropy of the logits 0.5, -1.5 for the targets 1, 0",
            mistakes={
                "the surprises are added up, and not averaged": yes + no,
                "the minus is missing": -(yes + no) / 2,
                "0 and 1 are exchanged": (yes + 0.5 + no + 1.5) / 2,
                "the target's share of the score is not taken off": (yes + 0.5 + no) / 2,
                "the target's share of the score is added": (yes + 1.0 + no) / 2,
                "the sigmoid is applied twice": (
                    math.log(1 + math.exp(-sigmoid_of(0.5)))
                    + math.log(1 + math.exp(sigmoid_of(-1.5)))
                )
                / 2,
                "the part for target 0 is missing": yes / 2,
                "the part for target 1 is missing": no / 2,
                "the hinge is used, without its curve": 0.25,
                "the part for target 1 counts twice": (2 * yes + no) / 2,
                "the part for target 0 counts twice": (yes + 2 * no) / 2,
            },
        )

    def test_a_target_may_lie_between(self):
        up, down = math.log(1 + math.exp(2.0)), math.log(1 + math.exp(-2.0))
        expect_close(
            loss_of(binary_cross_entropy_with_logits, values(2.0), [0.25]),
            0.75 * up + 0.25 * down,
            "cross-entropy of the logit 2 for the target 0.25",
            mistakes={
                "0 and 1 are exchanged": 0.25 * up + 0.75 * down,
                "a target below 1 counts as 0": up,
                "a target above 0 counts as 1": down,
                "the score is multiplied by 1 - 2t, which is right for 0 and 1 only": math.log(
                    1 + math.exp(1.0)
                ),
            },
        )

    def test_the_push_is_probability_minus_target(self):
        logits, targets = values(0.5, -1.5, 2.0), [1, 0, 0.25]
        probs = [sigmoid_of(z.data) for z in logits]
        loss = loss_of(binary_cross_entropy_with_logits, logits, targets)
        expect_close(
            gradients(loss, logits, 6.0),
            [2 * (p - t) for p, t in zip(probs, targets)],
            "gradients of 6 · loss for the logits 0.5, -1.5, 2 and targets 1, 0, 0.25",
            mistakes={
                "the surprises are added up, and not averaged": [
                    6 * (p - t) for p, t in zip(probs, targets)
                ],
                "the push has the wrong sign": [2 * (t - p) for p, t in zip(probs, targets)],
                "the target is missing in it": [2 * p for p in probs],
                "it is multiplied by the slope of the sigmoid, as with squared error": [
                    2 * (p - t) * p * (1 - p) for p, t in zip(probs, targets)
                ],
                NO_WAY_BACK: [0.0] * 3,
            },
        )

    @pytest.mark.parametrize("target", [1, 0])
    def test_a_logit_of_zero_is_pushed_by_a_half(self, target):
        z = Value(0.0)
        loss = loss_of(binary_cross_entropy_with_logits, [z], [target])
        expect_close(loss, math.log(2), f"cross-entropy of the logit 0 for the target {target}")
        expect_close(
            gradients(loss, [z], 4.0),
            [4 * (0.5 - target)],
            f"gradient of 4 · loss at the logit 0 for the target {target}",
            mistakes={
                "it is put together from relu and |z|, which are both flat at 0": [-4.0 * target],
                "it is put together from relu, flat at 0, and |z|, which is taken to be steep": [
                    4.0 * (-0.5 - target)
                ],
                **(
                    {"relu and |z| are both taken to be steep at 0": [4.0 * (1 - target)]}
                    if target
                    else {}
                ),
            },
        )

    @pytest.mark.parametrize(
        "z, target, cost, push",
        [
            (1000.0, 0, 1000.0, 1.0),
            (-1000.0, 1, 1000.0, -1.0),
            (1000.0, 1, 0.0, 0.0),
            (-1000.0, 0, 0.0, 0.0),
            (40.0, 0, 40.0, 1.0),
        ],
    )
    def test_an_extreme_logit_is_taken_as_it_is(self, z, target, cost, push):
        logit = Value(z)
        where = f"the logit {z:g} for the target {target}"
        loss = survives(lambda: loss_of(binary_cross_entropy_with_logits, [logit], [target]), where)
        expect_close(
            loss,
            cost,
            f"cross-entropy of {where}",
            mistakes={
                "it goes through a probability, and log 0 is clamped": 100.0,
                "it is held at some largest value": 50.0,
            }
            if cost
            else {"the wrong side of it is computed": 1000.0},
        )
        expect_close(
            gradients(loss, [logit], 1.0),
            [push],
            f"gradient at {where}",
            mistakes={"it goes through a probability, which is flat out there": [0.0]}
            if push
            else None,
        )

    def test_no_digits_are_lost_on_the_way(self):
        # for z = 30, log(1 + e^30) is 30 + e^-30 to the last digit
        expect_close(
            loss_of(binary_cross_entropy_with_logits, values(30.0), [0]),
            30 + math.exp(-30),
            "cross-entropy of the logit 30 for the target 0",
            mistakes={
                "1 - p is computed from a p that was rounded": -math.log(1 - sigmoid_of(30.0)),
            },
        )

    def test_nan_stays_nan(self):
        expect_nan_stays(binary_cross_entropy_with_logits, [1, 0])

    @UNEQUAL
    def test_unequal_lengths_are_refused(self, n_predictions, n_targets):
        expect_unequal_refused(
            lambda: binary_cross_entropy_with_logits(
                values(*[0.5] * n_predictions), [1] * n_targets
            ),
            n_predictions,
            n_targets,
        )

    @pytest.mark.parametrize("label", [-1, 2])
    def test_a_label_is_from_0_to_1(self, label):
        expect_raises(
            ValueError,
            lambda: binary_cross_entropy_with_logits([Value(-2.0)], [label]),
            f"a target of {label} (-1 is hinge's: the loss falls below 0, without end)",
            naming=[label],
        )


ONE_SIDE = (
    "the maximum is detached on one side: it has a gradient where it is put back, and none where "
    "it is taken off"
)
LOG_1_2_5 = [math.log(1), math.log(2), math.log(5)]  # e to the power of these: 1, 2, 5; sum 8


TWICE = [math.exp(p) for p in (1 / 8, 2 / 8, 5 / 8)]  # what a second softmax would start from


def logs(scores):
    """log_softmax of Values: a list of Values, and the scores stay as they were."""
    result = handed_over(log_softmax, scores)
    expect_kind(result, [Value], "what log_softmax returns")
    return result


@pytest.mark.kata("log_softmax")
class TestLogSoftmax:
    def test_the_logarithm_of_each_share(self):
        # the shares are 1/8, 2/8 and 5/8
        expect_close(
            logs(values(*LOG_1_2_5)),
            [math.log(1 / 8), math.log(2 / 8), math.log(5 / 8)],
            "log-softmax of log 1, log 2, log 5",
            mistakes={
                "the logarithm is missing": [1 / 8, 2 / 8, 5 / 8],
                "the sign is turned round": [math.log(8), math.log(4), math.log(8 / 5)],
                "softmax is applied twice": [math.log(e / sum(TWICE)) for e in TWICE],
                "the sum is subtracted, without its logarithm": [z - 8 for z in LOG_1_2_5],
                "the scores are added up as they are, without e": [
                    z - math.log(math.log(10)) for z in LOG_1_2_5
                ],
                "the scores are shifted by the highest, and not divided by the sum": [
                    z - math.log(5) for z in LOG_1_2_5
                ],
                "the highest is subtracted once and not put back": [
                    z - math.log(8 / 5) for z in LOG_1_2_5
                ],
                "the highest is taken off twice": [z - math.log(40) for z in LOG_1_2_5],
                "the logarithm is to base 2": [-3.0, -2.0, math.log2(5 / 8)],
            },
        )

    def test_the_same_number_on_every_score_changes_nothing(self):
        # 1/4 and 3/4, whatever is added to both
        scores = values(100.0, 100.0 + math.log(3))
        expect_close(
            logs(scores), [math.log(1 / 4), math.log(3 / 4)], "log-softmax of shifted scores"
        )

    @pytest.mark.parametrize(
        "logits, expected",
        [
            ([1000.0, 0.0, -1000.0], [0.0, -1000.0, -2000.0]),
            ([-1000.0, 1000.0, 0.0], [-2000.0, 0.0, -1000.0]),
            ([1000.0, 1000.0], [-math.log(2), -math.log(2)]),
            ([-1000.0, -1000.0], [-math.log(2), -math.log(2)]),
            ([-1000.0, -1001.0], [-math.log(1 + math.exp(-1)), -1 - math.log(1 + math.exp(-1))]),
        ],
        ids=str,
    )
    def test_extreme_scores_neither_overflow_nor_vanish(self, logits, expected):
        what = f"log-softmax of {logits}"
        mistakes = {
            "the log of a probability that was rounded to 0 is clamped": [
                max(y, -100.0) for y in expected
            ]
        } | {
            f"{tiny:g} is added to the probabilities, or they are held at it": [
                math.log(math.exp(y) + tiny) for y in expected
            ]
            for tiny in LITTLE
        }
        got = survives(lambda: logs(values(*logits)), what)
        expect_close(got, expected, what, mistakes if min(expected) < -100 else None)

    def test_nan_stays_nan(self):
        expect_close(logs(values(0.0, nan, 1.0)), [nan] * 3, "log-softmax of scores with a nan")

    def test_it_works_for_a_single_class(self):
        alone = logs(values(-3.0))
        expect_close(
            alone,
            [0.0],
            "log-softmax of one score",
            mistakes={
                f"{eps:g} is added inside the logarithm": [-math.log1p(eps)]
                for eps in (1e-8, 1e-7, 1e-6)
            },
        )
        assert abs(alone[0].data) < 1e-14, (
            f"log-softmax of one score is {alone[0].data}, and should be 0: is something tiny (an "
            "epsilon) added inside the logarithm? The sum there is never 0."
        )

    @pytest.mark.parametrize("i", [0, 1, 2])
    def test_a_score_pulls_its_own_log_up_and_every_other_down(self, i):
        # d log p_i / d z_j = [i = j] - p_j, with p = 1/8, 2/8, 5/8; times 8
        logits = values(*LOG_1_2_5)
        got = gradients(logs(logits)[i], logits, 8.0)
        right = [8.0 * (j == i) - p for j, p in enumerate([1.0, 2.0, 5.0])]
        expect_close(
            got,
            right,
            f"gradients of 8 · log-softmax, entry {i}, for log 1, log 2, log 5",
            mistakes={
                "the maximum is detached on one side: it has a gradient where it is taken off, "
                "and none where it is put back": [*right[:2], right[2] + 8],
                "the logarithm of the sum is detached": [8.0 * (j == i) for j in range(3)],
                **(
                    {
                        ONE_SIDE: [*right[:2], right[2] - 8],
                        "the own score is detached": [-1.0, -2.0, -5.0],
                    }
                    if i < 2
                    else {(ONE_SIDE, "the own score is detached"): [-1.0, -2.0, -5.0]}
                ),
                "the push has the wrong sign": [-g for g in right],
                NO_WAY_BACK: [0.0] * 3,
            },
        )

    def test_all_entries_together_in_the_middle_of_a_graph(self):
        def f(*z):
            return sum(c * y**3 for c, y in zip([2.0, -1.0, 0.5, 3.0], log_softmax(list(z))))

        expect_agreement(f, 0.3, -1.2, 0.5, 0.1)

    def test_two_highest_scores_share_the_gradient(self):
        logits = values(2.0, 2.0)
        expect_close(
            gradients(log_softmax(logits)[0], logits, 4.0),
            [2.0, -2.0],
            "gradients of 4 · log-softmax, entry 0, for 2, 2",
        )


@pytest.mark.kata("cross_entropy")
class TestCrossEntropy:
    def test_it_is_the_surprise_at_the_right_class(self):
        # the probabilities are 1/8, 2/8, 5/8; the right class has 2/8
        expect_close(
            cross_entropy(values(*LOG_1_2_5), 1),
            math.log(4),
            "cross-entropy of log 1, log 2, log 5 for class 1",
            mistakes={
                "the minus is missing": -math.log(4),
                "the mean over the classes is taken": math.log(4) / 3,
                "softmax is applied twice": -math.log(TWICE[1] / sum(TWICE)),
                "the logarithm is missing": 0.25,
                "the logarithm is missing, and 1 - p is returned": 0.75,
                "the logarithm is to base 2": 2.0,
                "classes are counted from 1": math.log(8),
                (
                    "the class after the right one is taken",
                    "the highest score is taken for the right class",
                ): -math.log(5 / 8),
                "the right class is left out of the sum": math.log(3),
                "the surprises at all classes are added up": math.log(8 * 4 * 8 / 5),
                "the surprises at all classes are averaged": math.log(8 * 4 * 8 / 5) / 3,
                "the surprise is weighted by the prediction itself, not by the target": (
                    math.log(8) + 2 * math.log(4) + 5 * math.log(8 / 5)
                )
                / 8,
                "the scores are not turned into probabilities": -math.log(2),
                "it is divided by log K, as a share of the loss at the start": math.log(4)
                / math.log(3),
                "it is weighted by (1 - p)², as a focal loss is": math.log(4) * 0.75**2,
                **{
                    f"the target is smoothed by {s:g}": (1 - s) * math.log(4)
                    + s * math.log(8 * 4 * 8 / 5) / 3
                    for s in (0.1, 0.05, 0.01, 0.001)
                },
            },
        )

    @pytest.mark.parametrize("target, surprise", [(0, math.log(8)), (2, math.log(8 / 5))])
    def test_the_less_likely_the_class_the_larger_the_surprise(self, target, surprise):
        expect_close(
            cross_entropy(values(*LOG_1_2_5), target), surprise, f"cross-entropy for class {target}"
        )

    def test_the_gradient_is_probabilities_minus_one_hot(self):
        # (1/8, 2/8, 5/8) - (0, 1, 0), times 8
        logits = values(*LOG_1_2_5)
        loss = cross_entropy(logits, 1)
        p2 = [e / sum(TWICE) for e in TWICE]  # through a second softmax: its own chain rule
        pull = [p2[0], p2[1] - 1, p2[2]]
        p = [1 / 8, 2 / 8, 5 / 8]
        mean_pull = sum(a * b for a, b in zip(p, pull))
        expect_close(
            gradients(loss, logits, 8.0),
            [1.0, -6.0, 5.0],
            "gradients of 8 · cross-entropy for class 1, probabilities 1/8, 2/8, 5/8",
            mistakes={
                "the minus is missing": [-1.0, 6.0, -5.0],
                "the one-hot target is not subtracted: the logit itself is detached": [1, 2, 5],
                "only the right class is pushed": [0.0, -6.0, 0.0],
                "only the right class is pushed, and always by 1": [0.0, -8.0, 0.0],
                "the mean over the classes is taken": [1 / 3, -2.0, 5 / 3],
                "classes are counted from 1": [-7.0, 2.0, 5.0],
                "the maximum is detached on one side: it has a gradient where it is taken off, "
                "and none where it is put back": [1.0, -6.0, -3.0],
                ONE_SIDE: [1.0, -6.0, 13.0],
                "softmax is applied twice": [8 * a * (b - mean_pull) for a, b in zip(p, pull)],
                NO_WAY_BACK: [0.0] * 3,
            },
        )

    @pytest.mark.parametrize(
        "target, cost, pushes", [(1, 2000.0, [1.0, -1.0]), (0, 0.0, [0.0, 0.0])]
    )
    def test_sure_and_wrong_costs_all_of_the_distance_and_is_pushed(self, target, cost, pushes):
        logits = values(1000.0, -1000.0)
        what = f"cross-entropy of 1000, -1000 for class {target}"
        loss = survives(lambda: cross_entropy(logits, target), what)
        mistakes = {"the log of a probability that was rounded to 0 is clamped": 100.0}
        expect_close(loss, cost, what, mistakes if cost else None)
        expect_close(gradients(loss, logits, 1.0), pushes, f"gradients of the {what}")

    def test_nan_stays_nan(self):
        expect_close(cross_entropy(values(nan, 1.0), 1), nan, "cross-entropy of scores with a nan")

    def test_the_scores_stay_as_they_were(self):
        handed_over(cross_entropy, values(1.0, 3.0, 2.0), 0)

    def test_the_pushes_cancel_each_other(self):
        logits = values(0.3, -1.2, 0.5, 2.0, 0.1)
        loss = cross_entropy(logits, 3)
        expect_close(
            sum(gradients(loss, logits, 7.0)),
            0.0,
            "the sum of the gradients of all logits (the same on every score changes no share)",
        )

    @pytest.mark.parametrize("target", [3, 7, -1])
    def test_a_class_that_does_not_exist_is_refused(self, target):
        back = " (Python counts -1 from the end; Optax and MLX take the last class too)"
        expect_raises(
            IndexError,
            lambda: cross_entropy(values(*LOG_1_2_5), target),
            f"class {target} of three, which are 0 to 2{back if target < 0 else ''},",
            naming=[target, range(3)],
        )


@pytest.mark.kata("initial_loss")
class TestInitialLoss:
    @pytest.mark.parametrize(
        "n_classes, nats",
        [(2, 0.6931471805599453), (10, 2.302585092994046), (27, 3.295836866004329)],
    )
    def test_it_is_the_logarithm_of_the_number_of_classes(self, n_classes, nats):
        expect_close(
            initial_loss(n_classes),
            nats,
            f"initial loss with {n_classes} classes",
            mistakes={
                "the minus is there and 1/K is not: the sign is wrong": -nats,
                "it is rounded to four decimals": round(nats, 4),
                "it is rounded to two decimals": round(nats, 2),
                "the probability itself is returned": 1 / n_classes,
                "the probability of a wrong guess is returned": 1 - 1 / n_classes,
                "the logarithm is to base 2": math.log2(n_classes),
                "the logarithm is to base 10": math.log10(n_classes),
                "the mean over the classes is taken": nats / n_classes,
                "one class is left out": math.log(n_classes - 1),
                "one class too many is counted": math.log(n_classes + 1),
                **{
                    f"{eps:g} is added inside of the logarithm": -math.log(1 / n_classes + eps)
                    for eps in (1e-5, 1e-6, 1e-7, 1e-8)
                },
            }
            if n_classes > 2
            else {
                "the logarithm is to base 2": 1.0,
                "it is rounded to four decimals": 0.6931,
                "it is rounded to two decimals": 0.69,
                ("the probability itself is returned", "that of a wrong guess is returned"): 0.5,
                "the minus is there and 1/K is not: the sign is wrong": -nats,
            },
        )

    def test_with_one_class_there_is_nothing_to_know(self):
        loss = initial_loss(1)
        expect_number(loss, "the initial loss")
        expect_close(loss, 0.0, "initial loss with one class")

    @pytest.mark.parametrize("score", [0.0, -3.5])
    def test_it_is_the_cross_entropy_of_equal_scores(self, score):
        n_classes = 5
        expect_close(
            initial_loss(n_classes),
            cross_entropy(values(*[score] * n_classes), 2),
            f"initial loss with {n_classes} classes, against five scores of {score:g}",
        )
