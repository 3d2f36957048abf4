"""2.1 · Single neuron: what one line can and cannot decide, and how it is learned."""

import math
import random
from functools import cache
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.graph import topological_order
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.neuron import (
    Neuron,
    and_gate,
    decision_side,
    distance_to_boundary,
    nand_gate,
    or_gate,
    perceptron_update,
    step,
    train_perceptron,
    weighted_sum,
    xor,
)
from katas.phase2_networks.spec_helpers import expect_number

CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]


MISSED = 1 - 1 / (1 + math.exp(1.75))  # the error of a sigmoid at -1.75, where 1 is wanted


@pytest.mark.kata("perceptron_update")
class TestPerceptronUpdate:
    def test_a_missed_one_pulls_the_weights_towards_the_input(self):
        # 0.5·2 - 1·3 + 0.25 = -1.75, so step says 0 where 1 is wanted: move by 0.1·(+1)·x
        expect_close(
            perceptron_update([0.5, -1.0], 0.25, [2.0, 3.0], 1.0, lr=0.1),
            ([0.7, -0.7], 0.35),
            "weights and bias after an update",
            mistakes={
                "the update has the wrong sign": ([0.3, -1.3], 0.15),
                "the bias is never moved": ([0.7, -0.7], 0.25),
                "the bias is moved by the error without lr": ([0.7, -0.7], 1.25),
                "lr is left out": ([2.5, 2.0], 1.25),
                "the error is that of the weighted sum, before the step": ([1.05, -0.175], 0.525),
                "nothing is learned from a 1 that was missed": ([0.5, -1.0], 0.25),
                "the step is multiplied by the weights too": ([0.6, -1.3], 0.275),
                "lr is multiplied in twice": ([0.52, -0.97], 0.26),
                "the bias is moved once for each input": ([0.7, -0.7], 0.45),
                "the input is divided by its length": (
                    [0.5 + 0.2 / math.sqrt(13), -1.0 + 0.3 / math.sqrt(13)],
                    0.35,
                ),
                "a sigmoid predicts, and not a step": (
                    [0.5 + 0.2 * MISSED, -1.0 + 0.3 * MISSED],
                    0.25 + 0.1 * MISSED,
                ),
                (
                    "the update is made without the input",
                    "the sign of the input counts, and not its size",
                ): ([0.6, -0.9], 0.35),
            },
        )

    def test_a_false_alarm_pushes_them_away(self):
        # 2·1 + 1·3 - 4 = 1, so step says 1 where 0 is wanted: move by 0.5·(-1)·x
        expect_close(
            perceptron_update([2.0, 1.0], -4.0, [1.0, 3.0], 0.0, lr=0.5),
            ([1.5, -0.5], -4.5),
            "weights and bias after a false alarm",
            mistakes={
                ("the update has the wrong sign", "the error is used without its sign"): (
                    [2.5, 2.5],
                    -3.5,
                ),
                "nothing is learned from a false alarm": ([2.0, 1.0], -4.0),
                "the bias is never moved": ([1.5, -0.5], -4.0),
                "the bias is moved the other way": ([1.5, -0.5], -3.5),
            },
        )

    def test_a_right_one_changes_nothing(self):
        # 2·1 + 1·3 - 4 = 1: a 1, as it should be
        expect_close(
            perceptron_update([2.0, 1.0], -4.0, [1.0, 3.0], 1.0),
            ([2.0, 1.0], -4.0),
            "weights and bias after a 1 that was right",
            mistakes={
                "an example that was right is learned from as well": ([3.0, 4.0], -3.0),
                "the error is prediction + target": ([4.0, 7.0], -2.0),
            },
        )

    def test_a_right_zero_changes_nothing(self):
        # 2·1 + 1·0.5 - 4 = -1.5: a 0, as it should be
        expect_close(
            perceptron_update([2.0, 1.0], -4.0, [1.0, 0.5], 0.0),
            ([2.0, 1.0], -4.0),
            "weights and bias after a 0 that was right",
            mistakes={
                "an example that was right is learned from as well": ([1.0, 0.5], -5.0),
                "the error is that of the weighted sum, before the step": ([3.5, 1.75], -2.5),
                "the prediction is -1 or 1, and the target 0 or 1": ([3.0, 1.5], -3.0),
            },
        )

    def test_a_sum_of_zero_counts_as_one(self):
        # 2·1 + 1·2 - 4 = 0: step says 1, so a target of 1 is right
        expect_close(
            perceptron_update([2.0, 1.0], -4.0, [1.0, 2.0], 1.0),
            ([2.0, 1.0], -4.0),
            "weights and bias after a sum of exactly 0, target 1",
            mistakes={"a sum of exactly 0 is taken for a 0, against step": ([3.0, 3.0], -3.0)},
        )

    def test_the_bias_takes_part_in_the_prediction(self):
        # 1·1 - 3 = -2 is a 0; without the bias it would look like a 1, and nothing would move
        expect_close(
            perceptron_update([1.0], -3.0, [1.0], 1.0),
            ([2.0], -2.0),
            "weights and bias after an update",
            mistakes={"the prediction is made without the bias": ([1.0], -3.0)},
        )

    def test_the_learning_rate_is_one_unless_given(self):
        expect_close(
            perceptron_update([0.0, 0.0], -1.0, [4.0, -2.0], 1.0),
            ([4.0, -2.0], 0.0),
            "weights and bias after an update with the default lr",
            mistakes={"the sign of the input is dropped": ([4.0, 2.0], 0.0)},
        )

    def test_a_small_rate_moves_a_little(self):
        weights, bias = perceptron_update([0.0, 0.0], -1e-15, [4.0, -2.0], 1.0, lr=1e-15)
        expect_close(
            [w * 1e15 for w in (*weights, bias)],
            [4.0, -2.0, 0.0],
            "weights and bias after an update with lr 1e-15, in units of 1e-15,",
            mistakes={"they are rounded to some decimals": [0.0, 0.0, 0.0]},
        )

    @pytest.mark.parametrize("target", [0.0, 1.0], ids=["wrong", "right"])
    def test_plain_numbers_come_back(self, target):
        weights, bias = perceptron_update([2.0, 1.0], -4.0, [1.0, 3.0], target)
        for number in (*weights, bias):
            expect_number(number, "a new weight, or the new bias,")

    def test_a_right_one_gives_new_weights_too(self):
        weights = [2.0, 1.0]
        new, _ = perceptron_update(weights, -4.0, [1.0, 3.0], 1.0)
        assert new is not weights, (
            "after a right prediction the very list that was given comes back: whoever changes the "
            "new weights in place would change the old ones as well"
        )

    def test_the_old_weights_stay(self):
        weights = [0.5, -1.0]
        new, _ = perceptron_update(weights, 0.25, [2.0, 3.0], 1.0)
        assert weights == [0.5, -1.0] and new is not weights, (
            f"the caller's weights are {weights} afterwards, and were [0.5, -1.0]: return new "
            "ones, so that old and new can be compared"
        )

    @pytest.mark.parametrize("target", [-1.0, 0.5, 2.0, math.nan])
    def test_a_target_that_no_step_meets_is_refused(self, target):
        """Other books have -1 and 1; step has 0 and 1, so that -1 would never be met."""
        expect_raises(
            ValueError,
            lambda: perceptron_update([0.5], 0.0, [-1.0], target),
            f"an update with the target {target:g} (a step is 0 or 1 and nothing else)",
            naming=[target],
        )


def table(function):
    """Its truth table, as examples to learn from."""
    return [([float(a), float(b)], float(function(a, b))) for a, b in CORNERS]


OR = table(lambda a, b: a or b)


AND = table(lambda a, b: a and b)


XOR = table(lambda a, b: a != b)


@pytest.mark.kata("train_perceptron")
class TestTrainPerceptron:
    def test_chance_has_no_part_in_it(self):
        once, again = (
            ([float(w) for w in weights], float(bias), list(mistakes))
            for weights, bias, mistakes in (train_perceptron(OR, epochs=3) for _ in range(2))
        )
        assert once == again, (
            f"trained twice on the same examples, it ends at {once} and at {again}: weights and "
            "bias start at 0.0, and the examples come in the order in which they were given"
        )

    def test_it_starts_with_floats(self):
        weights, bias, _ = train_perceptron([([2.0, 3.0], 1.0)], epochs=3)  # right from the start
        expect_kind(weights, [float], "the weights of nothing learned")
        expect_kind(bias, float, "the bias of nothing learned")

    def test_or_is_learned_in_four_epochs(self):
        # by hand, in order 00 01 10 11, as (w0 w1 b) after each mistake:
        # 00: 0 0 -1, 01: 0 1 0 | 00: 0 1 -1, 10: 1 1 0 | 00: 1 1 -1 | none
        weights, bias, mistakes = train_perceptron(OR, epochs=10)
        expect_close(
            mistakes,
            [2, 2, 1, 0],
            "mistakes per epoch on OR",
            mistakes={
                "mistakes are added up over the epochs": [2, 4, 5, 5],
                "the last epoch, the one without a mistake, is not run or not counted": [2, 2, 1],
                "training goes on after an epoch without a mistake": [2, 2, 1, *[0] * 7],
                (
                    "examples are judged at the end of the epoch, not when they are shown",
                    "a mistake is known by a change of the weights, and at the inputs 0, 0 only "
                    "the bias moves",
                ): [1, 1, 0],
                "the examples are shown from the last to the first": [1, 2, 0],
                "errors are added up with their signs, and cancel": [0],
                "an epoch ends with its first mistake": [1, 1, 1, 1, 1, 0],
                "every example is counted": [4] * 10,
                "the bias is never moved, or what it became is lost": [1] * 10,
                "the weights are never moved, or what they became is lost": [2] * 10,
                "the share of mistakes is noted, and not their number": [0.5, 0.5, 0.25, 0],
            },
        )
        expect_close(
            (weights, bias),
            ([1.0, 1.0], -1.0),
            "weights and bias learned for OR",
            mistakes={
                "the learning rate is halved from epoch to epoch": ([0.5, 1.0], -0.25),
                "what is returned is where training began": ([0.0, 0.0], 0.0),
            },
        )

    def test_and_is_learned_in_six_epochs(self):
        # w0 w1 b after each epoch: 1 1 0 | 2 1 -1 | 2 1 -2 | 2 2 -2 | 2 1 -3 | the same
        weights, bias, mistakes = train_perceptron(AND, epochs=100)
        expect_close(
            mistakes,
            [2, 3, 3, 2, 1, 0],
            "mistakes per epoch on AND",
            mistakes={
                "weights and bias start anew in each epoch": [2] * 100,
                "only the first epoch is run": [2],
            },
        )
        expect_close((weights, bias), ([2.0, 1.0], -3.0), "weights and bias learned for AND")

    def test_xor_is_never_learned(self):
        # from epoch 3 on it walks in a circle: each of the four is wrong when it is shown
        weights, bias, mistakes = train_perceptron(XOR, epochs=7)
        expect_close(
            mistakes,
            [3, 3, 4, 4, 4, 4, 4],
            "mistakes per epoch on XOR",
            mistakes={
                "mistakes are added up over the epochs": [3, 6, 10, 14, 18, 22, 26],
                "one epoch too many is run": [3, 3, 4, 4, 4, 4, 4, 4],
                "the last epoch is left out": [3, 3, 4, 4, 4, 4],
                **{
                    f"training gives up after {n} epochs, where nothing new happens: only an epoch "
                    "without a mistake ends it sooner than it was told": [3, 3, 4, 4, 4][:n]
                    for n in (3, 4, 5)
                },
                "training gives up where an epoch has as many mistakes as the one before: only an "
                "epoch without a mistake ends it sooner than it was told": [3, 3],
                "examples are judged at the end of the epoch, not when they are shown": [2] * 7,
            },
        )
        # the circle is 00: b = -1, 01: w1 = 1 and b = 0, 10: w0 = 0 and b = 1, 11: back again
        expect_close(
            (weights, bias),
            ([-1.0, 0.0], 0.0),
            "weights and bias after 7 epochs on XOR",
            mistakes={
                "those of the best epoch are returned, and not the last": ([-1.0, 0.0], -1.0)
            },
        )

    def test_each_mistake_counts_at_once(self):
        # the second example is already judged with what the first one changed
        weights, bias, mistakes = train_perceptron([([1.0], 0.0), ([3.0], 0.0)], epochs=1)
        expect_close(
            (weights, bias, mistakes),
            ([-1.0], -1.0, [1]),
            "weights, bias, mistakes after one epoch",
            mistakes={
                "the whole epoch is judged with the weights from its beginning": ([-4], -2, [2])
            },
        )

    def test_an_example_is_shown_once_in_each_epoch(self):
        # 3 is to be 0, which leaves w = -3, b = -1; then 1 is to be 1, and one step is not enough
        expect_close(
            train_perceptron([([3.0], 0.0), ([1.0], 1.0)], epochs=1),
            ([-2.0], 0.0, [2]),
            "weights, bias, mistakes after one epoch",
            mistakes={"an example is repeated until it is right": ([-1.0], 1.0, [3])},
        )

    def test_the_learning_rate_scales_the_weights(self):
        # all starts at 0, so lr only sets the unit: the same mistakes, half the weights
        expect_close(
            train_perceptron(OR, epochs=10, lr=0.5),
            ([0.5, 0.5], -0.5, [2, 2, 1, 0]),
            "weights, bias, mistakes of OR with lr = 0.5",
            mistakes={"lr is not passed on": ([1.0, 1.0], -1.0, [2, 2, 1, 0])},
        )

    def test_any_number_of_inputs_will_do(self):
        examples = [([1.0, 0.0, 0.0], 0.0), ([0.0, 0.0, 2.0], 1.0)]
        expect_close(
            train_perceptron(examples, epochs=5),
            ([-1.0, 0.0, 2.0], 0.0, [2, 0]),
            "weights, bias, mistakes with three inputs",
            mistakes={
                "the examples are sorted first, or shown from the last to the first": (
                    [-1.0, 0.0, 2.0],
                    0.0,
                    [1, 1, 0],
                )
            },
        )

    def test_no_epochs_leave_all_at_zero(self):
        expect_close(
            train_perceptron(OR, epochs=0),
            ([0.0, 0.0], 0.0, []),
            "weights, bias, mistakes after no epoch",
            mistakes={
                "an epoch is run before they are counted: 0 are 0": ([0.0, 1.0], 0.0, [2]),
                "an epoch that was not run has an entry": ([0.0, 0.0], 0.0, [0]),
            },
        )

    def test_the_mistakes_come_as_a_list(self):
        _, _, mistakes = train_perceptron(OR, epochs=2)
        expect_kind(mistakes, list, "what holds the mistakes")

    def test_no_examples_are_refused(self):
        expect_raises(ValueError, lambda: train_perceptron([], 3), "training on no examples")

    def test_the_examples_stay_as_they_were(self):
        before = [AND[place] for place in (2, 0, 3, 1)]
        examples = list(before)
        train_perceptron(examples, epochs=10)
        assert examples == before, (
            f"the caller's examples are {examples} afterwards, and were {before}: sorted, shuffled "
            "or changed in place, they are so for the caller as well"
        )


def expect_table(gate, expected, mistakes):
    """Compare a gate on the four corners 00, 01, 10, 11."""
    __tracebackhide__ = True
    said = [gate(a, b) for a, b in CORNERS]
    for one in said:
        expect_number(one, "the output of a gate")
    assert all(one in (0, 1) for one in said), (
        f"the output on 00 01 10 11 is {said}, and a gate says 0 or 1: is that the weighted sum "
        "itself, without the step?"
    )
    expect_close(said, expected, "output on 00 01 10 11", mistakes)


def expect_half_plane(gate, this, that, between):
    """A neuron that says the same at two points says it halfway between them, too."""
    ends, middle = (gate(*this), gate(*that)), gate(*between)
    for point, said in zip((this, that, between), (*ends, middle)):
        assert said in (0, 1), (
            f"the gate says {said} at {point}, and a step says 0 or 1 wherever it is asked: was "
            "this made of and, or, max or a product, which hand an input through?"
        )
    assert ends[0] != ends[1] or middle == ends[0], (
        f"the gate says {ends[0]} at {this} and at {that}, but {middle} at {between}, halfway "
        "between. One neuron cannot: its boundary is a single straight line. Was this made of "
        "and, or, if, min, max or a product, and not of a weighted sum and a step?"
    )


@pytest.mark.kata("and_gate")
class TestAndGate:
    def test_only_two_ones_give_one(self):
        expect_table(
            and_gate,
            [0, 0, 0, 1],
            {
                "the bias is too high, so that one input is enough (OR)": [0, 1, 1, 1],
                "the bias is too low, so that nothing is enough": [0, 0, 0, 0],
                "the signs are turned round (NAND)": [1, 1, 1, 0],
                "only the first input has a weight": [0, 0, 1, 1],
                "only the second input has a weight": [0, 1, 0, 1],
                "the bias is left out": [1, 1, 1, 1],
            },
        )

    @pytest.mark.parametrize(
        "this, that, between",
        [((0, 0), (2, 2), (1, 1)), ((2, 0), (0, 2), (1, 1)), ((-1, -1), (1, 1), (0, 0))],
        ids=str,
    )
    def test_it_is_one_neuron(self, this, that, between):
        expect_half_plane(and_gate, this, that, between)


@pytest.mark.kata("or_gate")
class TestOrGate:
    def test_a_single_one_is_enough(self):
        expect_table(
            or_gate,
            [0, 1, 1, 1],
            {
                "the bias is too low, so that both inputs are needed (AND)": [0, 0, 0, 1],
                "a sum of exactly 0 counts as 1, and 00 comes to exactly 0": [1, 1, 1, 1],
                "the signs are turned round (NOR)": [1, 0, 0, 0],
                "two ones are too much (that is XOR)": [0, 1, 1, 0],
                "only the first input has a weight": [0, 0, 1, 1],
                "only the second input has a weight": [0, 1, 0, 1],
            },
        )

    @pytest.mark.parametrize(
        "this, that, between",
        [((1, -1), (-1, 1), (0, 0)), ((-1, 0), (1, 0), (0, 0)), ((0, -1), (0, 1), (0, 0))],
        ids=str,
    )
    def test_it_is_one_neuron(self, this, that, between):
        expect_half_plane(or_gate, this, that, between)


@pytest.mark.kata("nand_gate")
class TestNandGate:
    def test_only_two_ones_give_zero(self):
        expect_table(
            nand_gate,
            [1, 1, 1, 0],
            {
                "the signs are not turned round (AND)": [0, 0, 0, 1],
                "one input is enough to switch it off (NOR)": [1, 0, 0, 0],
                "the bias is so high that nothing switches it off, or two ones come to exactly 0, "
                "which counts as 1": [1, 1, 1, 1],
                "the weights are turned round, but not the bias": [0, 0, 0, 0],
                "only the first input has a weight": [1, 1, 0, 0],
                "only the second input has a weight": [1, 0, 1, 0],
            },
        )

    @pytest.mark.parametrize(
        "this, that, between",
        [((0, 0), (2, 2), (1, 1)), ((2, 0), (0, 2), (1, 1)), ((-1, -1), (1, 1), (0, 0))],
        ids=str,
    )
    def test_it_is_one_neuron(self, this, that, between):
        expect_half_plane(nand_gate, this, that, between)


@pytest.mark.kata("xor")
class TestXor:
    def test_exactly_one_one_gives_one(self):
        expect_table(
            xor,
            [0, 1, 1, 0],
            {
                "it is OR, which is on at two ones as well": [0, 1, 1, 1],
                "it is NAND, which is on at no one as well": [1, 1, 1, 0],
                "it is AND": [0, 0, 0, 1],
                "it is turned round, and on where both inputs are equal": [1, 0, 0, 1],
                "OR and NAND are joined by OR, where both of them are needed": [1, 1, 1, 1],
                "no combination of inputs passes both gates": [0, 0, 0, 0],
            },
        )

    def test_it_is_composed_of_gates(self, monkeypatch):
        for name in ("and_gate", "or_gate", "nand_gate"):
            monkeypatch.setattr(f"{xor.__module__}.{name}", lambda *inputs: 0.0)
        seen = [xor(a, b) for a, b in CORNERS]
        assert seen != [0, 1, 1, 0], (
            "xor still says 0 1 1 0 when every gate says 0 to everything: it does not ask them. "
            "Neurons of its own repeat what the gates are, and a comparison knows the answer and "
            "so hides what it takes: several neurons."
        )

    def test_what_joins_the_gates_is_a_gate(self, monkeypatch):
        says = {"and_gate": 3.0, "or_gate": 7.0, "nand_gate": 5.0}
        for name, said in says.items():
            monkeypatch.setattr(f"{xor.__module__}.{name}", lambda *inputs, said=said: said)
        seen = xor(1, 0)
        assert seen in {0, 1, *says.values()}, (
            f"where AND says 3, OR 7 and NAND 5 to everything, xor says {seen}, which none of them "
            "has said: it is a difference, or a product. What two gates say goes into a third."
        )


@pytest.mark.kata("decision_side")
class TestDecisionSide:
    @pytest.mark.parametrize(
        "point, expected",
        [([1.0, 1.0], 1.0), ([-3.0, 1.0], -1.0)],
        ids=["where the weights point", "the other side"],
    )
    def test_the_sign_of_the_weighted_sum(self, point, expected):
        # 3·1 - 4·1 + 5 = 4, and 3·(-3) - 4·1 + 5 = -8
        z = 3 * point[0] - 4 * point[1] + 5
        wrong = {"the weighted sum is returned, not only its sign": z}
        wrong["the sides are exchanged, or the bias is left out or subtracted"] = -expected
        expect_number(decision_side([3.0, -4.0], 5.0, point), f"side of {point}")
        if expected < 0:
            wrong["the other side is called 0, as step does, and not -1"] = 0.0
        expect_close(
            decision_side([3.0, -4.0], 5.0, point), expected, f"side of {point}", mistakes=wrong
        )

    def test_a_point_on_the_boundary_is_on_neither_side(self):
        # 3·1 - 4·2 + 5 = 0
        expect_close(
            decision_side([3.0, -4.0], 5.0, [1.0, 2.0]),
            0.0,
            "side of (1, 2)",
            mistakes={
                "the boundary is counted to one side": 1.0,
                "the boundary is counted to the other side": -1.0,
            },
        )

    def test_the_bias_moves_the_boundary(self):
        # 1·2 - 3 = -1: left of x = 3
        expect_close(
            decision_side([1.0], -3.0, [2.0]),
            -1.0,
            "side of 2, where the boundary is at 3",
            mistakes={"the bias is left out, which leaves the boundary at 0": 1.0},
        )

    def test_nan_is_on_no_side(self):
        expect_close(
            decision_side([math.nan, 2.0], 1.0, [0.0, 1.0]),
            math.nan,
            "side of a point where the sum is NaN",
            mistakes={
                "NaN is taken for the boundary: it is neither above 0 nor below, nor is it 0": 0.0,
                "what is not above 0 counts as below it, NaN too": -1.0,
                "what is not below 0 counts as above it, NaN too": 1.0,
            },
        )

    @pytest.mark.parametrize("bias, expected", [(math.inf, 1.0), (-math.inf, -1.0)])
    def test_an_infinite_sum_has_a_side_too(self, bias, expected):
        expect_close(
            decision_side([3.0], bias, [1.0]),
            expected,
            f"side of 1, where the bias is {bias}",
            mistakes={
                "the sum is divided by its size, and inf / inf is nan": math.nan,
                "the sum itself comes back, and not its sign": bias,
            },
        )

    def test_the_scale_of_the_weights_does_not_matter(self):
        expect_close(
            decision_side([3e-200, -4e-200], 5e-200, [1.0, 1.0]),
            1.0,
            "side of (1, 1), where all weights are of size 1e-200",
            mistakes={"a sum close to 0 is taken for 0: 'close' has no meaning here": 0.0},
        )


@pytest.mark.kata("distance_to_boundary")
class TestDistanceToBoundary:
    def test_the_weighted_sum_is_measured_in_lengths_of_the_weights(self):
        # 3·2 - 4·1 + 5 = 7, and the weights are √(9 + 16) = 5 long
        expect_close(
            distance_to_boundary([3.0, -4.0], 5.0, [2.0, 1.0]),
            1.4,
            "distance of (2, 1) to 3x - 4y + 5 = 0",
            mistakes={
                "the weighted sum is not divided by the norm of the weights": 7.0,
                "it is divided by the squared norm: a square root is missing": 7 / 25,
                "the norm is the sum of the sizes of the weights": 7 / 7,
                "the norm is the largest weight": 7 / 4,
                "the norm is the plain sum of the weights": -7.0,
                "the bias is counted into the norm": 7 / math.sqrt(50),
                "it is divided by the length of the point as well": 7 / 5 / math.sqrt(5),
                "it is divided by the length of the point": 7 / math.sqrt(5),
                "the bias is left out": 2 / 5,
                "the bias is not divided by the norm, only the products": 2 / 5 + 5,
                "it is multiplied by the norm": 35.0,
                "the sign is that of the other side": -1.4,
            },
        )

    def test_it_is_a_plain_number(self):
        distance = distance_to_boundary([3.0, -4.0], 5.0, [1.0, 1.0])
        expect_number(distance, "the distance of (1, 1) to 3x - 4y + 5 = 0")

    def test_the_other_side_is_negative(self):
        # 3·(-3) - 4·1 + 5 = -8
        expect_close(
            distance_to_boundary([3.0, -4.0], 5.0, [-3.0, 1.0]),
            -1.6,
            "distance of (-3, 1) to 3x - 4y + 5 = 0",
            mistakes={"the sign is lost": 1.6},
        )

    def test_no_point_of_the_boundary_is_nearer(self):
        # the points of 3x - 4y + 5 = 0 are (1 + 4t, 2 + 3t)
        walk = [(1 + 0.04 * i, 2 + 0.03 * i) for i in range(-100, 100)]
        nearest = min(math.dist((4.0, -1.0), place) for place in walk)
        expect_close(
            distance_to_boundary([3.0, -4.0], 5.0, [4.0, -1.0]),
            nearest,
            "distance of (4, -1), found by walking along the boundary",
            tolerance=1e-3,  # the walk has steps of 0.05
        )

    def test_the_boundary_is_at_zero(self):
        expect_close(distance_to_boundary([3.0, -4.0], 5.0, [1.0, 2.0]), 0.0, "distance of (1, 2)")

    def test_in_three_dimensions(self):
        # 3 + 6 + 6 - 3 = 12, and the weights are √(1 + 4 + 4) = 3 long
        expect_close(
            distance_to_boundary([1.0, 2.0, 2.0], -3.0, [3.0, 3.0, 3.0]),
            4.0,
            "distance of (3, 3, 3) to x + 2y + 2z - 3 = 0",
            mistakes={"only two weights are counted into the norm": 12 / math.sqrt(5)},
        )

    def test_in_one_dimension(self):
        # the boundary of -2x + 6 is at 3, and the weight points to smaller numbers
        expect_close(
            distance_to_boundary([-2.0], 6.0, [1.0]),
            2.0,
            "distance of 1 to -2x + 6 = 0",
            mistakes={"the norm takes over the sign of a weight": -2.0},
        )

    @pytest.mark.parametrize(
        "weights, bias, point, expected",
        [
            ([0.0, -2.0], 6.0, [5.0, 1.0], 2.0),
            ([1.0, -1.0], 0.0, [3.0, 1.0], math.sqrt(2)),
            ([3e-15, -4e-15], 5e-15, [1.0, 1.0], 4 / 5),
        ],
        ids=["one weight is 0", "their sum is 0", "all are small"],
    )
    def test_weights_that_are_not_all_zero_draw_a_line(self, weights, bias, point, expected):
        try:
            distance = distance_to_boundary(weights, bias, point)
        except ValueError as error:
            distance = error
        assert not isinstance(distance, ValueError), (
            f"the weights {weights} are refused ({distance}), and should not: only where each of "
            "them is exactly 0 is there no boundary"
        )
        wrong = {"weights that are small, or of opposite signs, are taken for none": 0.0}
        if expected == 4 / 5:
            # the weights have length 5e-15, and 3e-15 - 4e-15 + 5e-15 = 4e-15
            for eps in (1e-15, 1e-12):
                wrong[f"{eps:g} is added to the length of the weights"] = 4e-15 / (5e-15 + eps)
        expect_close(distance, expected, f"distance of {point} for {weights}", mistakes=wrong)

    def test_weights_ten_times_as_large_draw_the_same_line(self):
        expect_close(
            distance_to_boundary([30.0, -40.0], 50.0, [1.0, 1.0]),
            0.8,
            "distance of (1, 1) to 30x - 40y + 50 = 0",
        )

    def test_without_weights_there_is_no_boundary(self):
        expect_raises(
            ValueError,
            lambda: distance_to_boundary([0.0, 0.0], 1.0, [1.0, 1.0]),
            "a distance to the boundary of weights that are all 0",
        )
