"""2.1 · Single neuron: a weighted sum, a threshold, and what one line can and cannot decide."""

import math
import random
from functools import cache
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_raises
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

CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]


class Float64(float):
    """A number with an attribute `data`, as numpy's float64 has."""

    data = memoryview(b"")


@pytest.mark.kata("step")
class TestStep:
    def test_a_positive_number_gives_one(self):
        expect_close(step(2.5), 1.0, "step(2.5)", mistakes={"the number itself comes back": 2.5})

    def test_a_negative_number_gives_zero(self):
        expect_close(
            step(-2.5),
            0.0,
            "step(-2.5)",
            mistakes={
                "the sign is returned: -1 below 0, where a step has 0": -1.0,
                "the sides are exchanged": 1.0,
            },
        )

    def test_zero_itself_gives_one(self):
        expect_close(
            step(0.0),
            1.0,
            "step(0.0)",
            mistakes={"0 counts as below: x > 0 instead of x >= 0": 0.0, "0 gets a half": 0.5},
        )

    @pytest.mark.parametrize("x, expected", [(0.1, 1.0), (-0.1, 0.0), (-1e-300, 0.0)])
    def test_the_threshold_is_exactly_zero(self, x, expected):
        expect_close(
            step(x),
            expected,
            f"step({x})",
            mistakes={"the threshold lies elsewhere, or x is rounded first": 1.0 - expected},
        )


@pytest.mark.kata("weighted_sum")
class TestWeightedSum:
    def test_products_and_bias_are_added_up(self):
        # 2·5 + (-3)·7 + 13 = 10 - 21 + 13
        w, x, b = [Value(2.0), Value(-3.0)], [Value(5.0), Value(7.0)], Value(13.0)
        expect_close(
            weighted_sum(w, x, b),
            2.0,
            "2·5 - 3·7 + 13",
            mistakes={
                "the bias is left out": -11.0,
                "the bias is subtracted": -24.0,
                "the bias is added once for each input": 15.0,
                "only the first product counts": 23.0,
                "only the last product counts": -8.0,
                "the inputs are added up, without weights": 25.0,
                "the inputs are taken in reverse": 12.0,
            },
        )

    def test_the_result_is_a_value(self):
        z = weighted_sum([Value(2.0), Value(-3.0)], [Value(5.0), Value(7.0)], Value(13.0))
        assert isinstance(z, Value), (
            f"weighted_sum returned {z!r} ({type(z).__name__}), and should return a Value: a "
            "plain number has no record of where it came from"
        )
        expect_close(z.data, 2.0, "data of the weighted sum")

    def test_it_is_one_node(self):
        w, x, b = [Value(2.0), Value(-3.0)], [Value(5.0), Value(7.0)], Value(13.0)
        z = weighted_sum(w, x, b)
        n = len(topological_order(z))
        assert n == 6, (
            f"the graph has {n} nodes and should have 6: 2 weights, 2 inputs, the bias and one "
            "for the sum. More are there when the sum is composed of * and +, which leaves a "
            "record for each product and each addition; fewer when a parent is missing."
        )
        assert z.op == "weighted_sum", f'its op is {z.op!r}, and should be "weighted_sum"'

    def test_parents_are_weights_then_inputs_then_bias(self):
        w, x, b = [Value(2.0), Value(-3.0)], [Value(5.0), Value(7.0)], Value(13.0)
        names = dict(zip(map(id, [*w, *x, b]), ["w0", "w1", "x0", "x1", "b"]))
        seen = [names.get(id(p), f"a stranger ({p!r})") for p in weighted_sum(w, x, b).parents]
        assert seen == ["w0", "w1", "x0", "x1", "b"], (
            f"the parents are {', '.join(seen) or 'missing'}, and should be w0, w1, x0, x1, b: "
            "the very Values that were given, weights first, then inputs, then the bias"
        )

    def test_each_parent_gets_its_own_local_gradient(self):
        w, x, b = [Value(2.0), Value(-3.0)], [Value(5.0), Value(7.0)], Value(13.0)
        (3 * weighted_sum(w, x, b)).backward()
        expect_close(
            [v.grad for v in (*w, *x, b)],
            [15.0, 21.0, 6.0, -9.0, 3.0],
            "gradients of 3·(w·x + b) for w0, w1, x0, x1, b",
            mistakes={
                "the local gradients of weights and inputs are exchanged": [6, -9, 15, 21, 3],
                "the bias is a parent without a local gradient": [15, 21, 6, -9, 0],
                "the bias has itself as its local gradient, not 1": [15, 21, 6, -9, 39],
                "only weights and bias are parents": [15, 21, 0, 0, 3],
                "every local gradient is 1, as in a plain sum": [3, 3, 3, 3, 3],
                "the local gradients go pair by pair, not as the parents do": [15, 6, 21, -9, 3],
            },
        )

    def test_local_gradients_are_plain_numbers(self):
        z = weighted_sum([Value(2.0)], [Value(5.0)], Value(13.0))
        kinds = sorted({type(g).__name__ for g in z.local_grads if not isinstance(g, Real)})
        assert not kinds, (
            f"local gradients are plain numbers, and here are some of type {', '.join(kinds)}: "
            "they would turn .grad into a Value too. Take the data."
        )

    @pytest.mark.parametrize("n_weights, n_inputs", [(2, 3), (3, 2)])
    def test_unequal_lengths_are_refused(self, n_weights, n_inputs):
        w, x = [Value(1.0)] * n_weights, [Value(1.0)] * n_inputs
        expect_raises(
            ValueError,
            lambda: weighted_sum(w, x, Value(0.0)),
            f"a sum of {n_weights} weights with {n_inputs} inputs (zip cuts the longer list short "
            "without a word)",
            naming=[n_weights, n_inputs],
        )

    def test_a_plain_input_is_no_parent(self):
        w, x, b = [Value(2.0), Value(-3.0)], Value(7.0), Value(13.0)
        parents = weighted_sum(w, [5.0, x], b).parents
        n = len(parents)
        assert n == 4, (
            f"{n} parents where 2 weights, 2 inputs (of which one is a plain number) and a bias "
            "went in, and should be 4: a plain number among the inputs is a constant. Nobody asks "
            "for its gradient, so a node for it is wasted, and there is one in each example."
        )
        assert parents[2] is x, "the third parent should be the input that is a Value"

    def test_there_is_a_local_gradient_for_each_parent(self):
        x = Value(5.0)
        z = weighted_sum([Value(2.0), Value(-3.0)], [x, 7.0], Value(13.0))
        n_parents, n_local_grads = len(z.parents), len(z.local_grads)
        assert n_local_grads == n_parents, (
            f"{n_parents} parents, but {n_local_grads} local gradients: backward pairs them up in "
            "order, so from the first gap on they are taken for the wrong parent"
        )

    def test_gradients_stay_in_line_beside_a_plain_input(self):
        w, x, b = [Value(2.0), Value(-3.0)], Value(7.0), Value(13.0)
        (3 * weighted_sum(w, [5.0, x], b)).backward()
        expect_close(
            [v.grad for v in (*w, x, b)],
            [15.0, 21.0, -9.0, 3.0],
            "gradients of 3·(w·x + b) for w0, w1, x1, b, where x0 is the number 5",
            mistakes={
                "the second input is given the weight of the first": [15, 21, 6, 3],
                "the plain number keeps a local gradient, so the rest slip": [15, 21, 6, -9],
                "a weight has no local gradient where its input is a plain number": [21, -9, 3, 0],
            },
        )

    def test_plain_weights_and_a_plain_bias_become_leaves(self):
        z = weighted_sum([2.0, -3.0], [5.0, 7.0], 13.0)
        expect_close(z, 2.0, "2·5 - 3·7 + 13, all of them plain numbers")
        held = [p.data if isinstance(p, Value) else repr(p) for p in z.parents]
        assert held == [2.0, -3.0, 13.0], (
            f"the parents hold {held}, and should be three leaves that hold 2.0, -3.0 and 13.0"
        )

    def test_zeros_are_numbers_like_any_other(self):
        w, x = [Value(2.0), Value(-3.0)], Value(7.0)
        z = weighted_sum(w, [0.0, x], 0.0)
        held = [p.data for p in z.parents]
        assert held == [2.0, -3.0, 7.0, 0.0], (
            f"with the number 0 for an input and for the bias, the parents hold {held}, and should "
            "hold 2.0, -3.0, 7.0, 0.0: a weight is one whatever it meets, and a bias of 0 is a bias"
        )
        expect_close(z.local_grads, [0.0, 7.0, -3.0, 1.0], "local gradients beside them")

    def test_a_number_with_data_of_its_own_is_a_number(self):
        try:
            z = weighted_sum([Float64(2.0)], [Float64(5.0)], Float64(13.0))
        except (TypeError, AttributeError) as error:
            z = error
        assert isinstance(z, Value) and z.data == 23.0 and len(z.parents) == 2, (
            f"2·5 + 13 of numbers that have an attribute called data, as numpy's have, is {z!r}: "
            "were they taken for Values because of that?"
        )

    def test_a_value_in_several_places_collects_from_all_of_them(self):
        # a·a + w·a at a = 3, w = 5: the derivative by a is 2a + w
        a, w = Value(3.0), Value(5.0)
        z = weighted_sum([a, w], [a, a], 0.0)
        z.backward()
        expect_close(
            [z.data, a.grad, w.grad],
            [24.0, 11.0, 3.0],
            "a·a + w·a and its gradients by a and w",
            mistakes={
                "a Value that comes again is kept with its first local gradient only": [24, 3, 3],
                "a Value that comes again is kept with its last local gradient only": [24, 5, 3],
            },
        )

    def test_finite_differences_agree(self):
        xs = [Value(x) for x in (0.3, -1.2, 0.5, 2.0, -0.7, 1.1, 0.25)]
        error = gradient_error(lambda v: weighted_sum(v[:3], v[3:6], v[6]).tanh(), xs)
        assert error < 1e-6, f"engine and finite differences are {error:.2g} apart"

    def test_the_lists_stay_as_they_were(self):
        x = Value(5.0)
        weights, inputs = [2.0, -3.0], [x, 7.0]
        weighted_sum(weights, inputs, 13.0)
        assert weights == [2.0, -3.0] and inputs == [x, 7.0], (
            f"the caller's lists are {weights} and {inputs} afterwards, and were [2.0, -3.0] and "
            "[Value, 7.0]: wrap into a new list"
        )


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
                "the update is made without the input": ([0.6, -0.9], 0.35),
                "the bias is never moved": ([0.7, -0.7], 0.25),
                "the bias is moved by the error without lr": ([0.7, -0.7], 1.25),
                "lr is left out": ([2.5, 2.0], 1.25),
                "the error is that of the weighted sum, before the step": ([1.05, -0.175], 0.525),
                "nothing is learned from a 1 that was missed": ([0.5, -1.0], 0.25),
                "the step is multiplied by the weights too": ([0.6, -1.3], 0.275),
                "lr is multiplied in twice": ([0.52, -0.97], 0.26),
                "the bias is moved once for each input": ([0.7, -0.7], 0.45),
                "the sign of the input counts, and not its size": ([0.6, -0.9], 0.35),
            },
        )

    def test_a_false_alarm_pushes_them_away(self):
        # 2·1 + 1·3 - 4 = 1, so step says 1 where 0 is wanted: move by 0.5·(-1)·x
        expect_close(
            perceptron_update([2.0, 1.0], -4.0, [1.0, 3.0], 0.0, lr=0.5),
            ([1.5, -0.5], -4.5),
            "weights and bias after a false alarm",
            mistakes={
                "the update has the wrong sign": ([2.5, 2.5], -3.5),
                "the error is used without its sign": ([2.5, 2.5], -3.5),
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


def table(function):
    """Its truth table, as examples to learn from."""
    return [([float(a), float(b)], float(function(a, b))) for a, b in CORNERS]


OR = table(lambda a, b: a or b)
AND = table(lambda a, b: a and b)
XOR = table(lambda a, b: a != b)


@pytest.mark.kata("train_perceptron")
class TestTrainPerceptron:
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
                "examples are judged at the end of the epoch, not when they are shown": [1, 1, 0],
                "a mistake is known by a change of the weights, and at the inputs 0, 0 only the "
                "bias moves": [1, 1, 0],
                "the examples are shown from the last to the first": [1, 2, 0],
                "errors are added up with their signs, and cancel": [0],
                "an epoch ends with its first mistake": [1, 1, 1, 1, 1, 0],
                "every example is counted": [4] * 10,
            },
        )
        expect_close((weights, bias), ([1.0, 1.0], -1.0), "weights and bias learned for OR")

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
        _, _, mistakes = train_perceptron(XOR, epochs=7)
        expect_close(
            mistakes,
            [3, 3, 4, 4, 4, 4, 4],
            "mistakes per epoch on XOR",
            mistakes={
                "mistakes are added up over the epochs": [3, 6, 10, 14, 18, 22, 26],
                "one epoch too many is run": [3, 3, 4, 4, 4, 4, 4, 4],
                "the last epoch is left out": [3, 3, 4, 4, 4, 4],
                "examples are judged at the end of the epoch, not when they are shown": [2] * 7,
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
        )

    def test_no_epochs_leave_all_at_zero(self):
        expect_close(
            train_perceptron(OR, epochs=0),
            ([0.0, 0.0], 0.0, []),
            "weights, bias, mistakes after no epoch",
        )

    def test_no_examples_are_refused(self):
        expect_raises(ValueError, lambda: train_perceptron([], 3), "training on no examples")

    def test_the_examples_stay_as_they_were(self):
        examples = table(lambda a, b: a and b)
        train_perceptron(examples, epochs=10)
        assert examples == AND, f"the caller's examples are {examples} afterwards"


def expect_table(gate, expected, mistakes):
    """Compare a gate on the four corners 00, 01, 10, 11."""
    __tracebackhide__ = True
    said = [gate(a, b) for a, b in CORNERS]
    numbers = all(isinstance(one, Real) for one in said)
    assert not numbers or all(one in (0, 1) for one in said), (
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
        for name in ("and_gate", "or_gate", "nand_gate", "step"):
            monkeypatch.setattr(f"{xor.__module__}.{name}", lambda *inputs: 0.0)
        seen = [xor(a, b) for a, b in CORNERS]
        assert seen != [0, 1, 1, 0], (
            "xor still says 0 1 1 0 when every gate, and step, says 0 to all: it does not ask "
            "them. A comparison knows the answer, and so hides what it takes: several neurons."
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

    def test_the_scale_of_the_weights_does_not_matter(self):
        expect_close(
            decision_side([3e-12, -4e-12], 5e-12, [1.0, 1.0]),
            1.0,
            "side of (1, 1), all weights a million millionth",
            mistakes={"a sum close to 0 is taken for 0: 'close' has no meaning here": 0.0},
        )


@pytest.mark.kata("distance_to_boundary")
class TestDistanceToBoundary:
    def test_the_weighted_sum_is_measured_in_lengths_of_the_weights(self):
        # 3·1 - 4·1 + 5 = 4, and the weights are √(9 + 16) = 5 long
        expect_close(
            distance_to_boundary([3.0, -4.0], 5.0, [1.0, 1.0]),
            0.8,
            "distance of (1, 1) to 3x - 4y + 5 = 0",
            mistakes={
                "the weighted sum is not divided by the norm of the weights": 4.0,
                "it is divided by the squared norm: a square root is missing": 4 / 25,
                "the norm is the sum of the sizes of the weights": 4 / 7,
                "the norm is the largest weight": 4 / 4,
                "the norm is the plain sum of the weights": -4.0,
                "the bias is counted into the norm": 4 / math.sqrt(50),
                "the bias is left out": -0.2,
                "the bias is not divided by the norm, only the products": -1 / 5 + 5,
                "it is multiplied by the norm": 20.0,
                "the sign is that of the other side": -0.8,
            },
        )

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
            ([3e-15, -4e-15], 5e-15, [1.0, 1.0], 0.8),
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
        expect_close(distance, expected, f"distance of {point} for the weights {weights}")

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


@cache
def drawn_weights():
    """The weights of a Neuron(10_000), in units of 1/√10,000."""
    return [v.data * 100 for v in Neuron(10_000, rng=random.Random(1)).w]


@pytest.mark.kata("Neuron.__init__")
class TestNeuronInit:
    def test_there_is_a_weight_for_each_input_and_a_bias(self):
        neuron = Neuron(3)
        assert len(neuron.w) == 3, f"Neuron(3) has {len(neuron.w)} weights, and should have 3"
        kinds = [type(p).__name__ for p in (*neuron.w, neuron.b)]
        assert all(isinstance(p, Value) for p in (*neuron.w, neuron.b)), (
            f"weights and bias are {', '.join(kinds)}, and should be Values: a plain number has "
            "no gradient, so it cannot learn"
        )

    def test_the_bias_starts_at_zero(self):
        expect_close(Neuron(3).b, 0.0, "bias of a new Neuron")

    def test_each_weight_is_drawn_on_its_own(self):
        w = Neuron(3, rng=random.Random(1)).w
        assert len({id(v) for v in w}) == 3, (
            "the three weights are one and the same Value, three times in the list: [Value(…)] * n "
            "copies the reference. They would stay equal for ever."
        )
        assert len({v.data for v in w}) == 3, f"the weights {[v.data for v in w]} repeat a draw"

    def test_there_are_weights_on_both_sides_of_zero(self):
        # of 10,000 draws the share is known to 0.5 %; the tolerance is six times that
        expect_close(
            sum(w < 0 for w in drawn_weights()) / 10_000,
            0.5,
            "share of negative weights of a Neuron(10_000)",
            mistakes={
                "they are drawn from 0 upwards, as rng.random() does, all of them positive": 0.0,
                "they are drawn from 0 downwards, all of them negative": 1.0,
            },
            tolerance=0.03,
        )

    def test_the_weights_fill_the_interval(self):
        # the outermost of 10,000 even draws lie within a thousandth of the ends
        drawn = drawn_weights()
        expect_close(
            [min(drawn), max(drawn)],
            [-1.0, 1.0],
            "ends of the 10,000 weights of a Neuron(10_000), in units of 1/√10,000",
            mistakes={
                "they are drawn from ±1/n, without the square root": [-0.01, 0.01],
                "they are drawn from ±1, whatever n is": [-100.0, 100.0],
                "they are drawn from ±√n": [-1e4, 1e4],
                "they are drawn from 0 to 1/√n, all of them positive": [0.0, 1.0],
            },
            tolerance=2e-3,
        )

    def test_the_weights_lie_evenly(self):
        # an even draw from ±1 has mean 0 and mean size ½; of 10,000, give or take 0.006
        drawn = drawn_weights()
        expect_close(
            [sum(drawn) / 10_000, sum(map(abs, drawn)) / 10_000],
            [0.0, 0.5],
            "mean and mean size of the weights of a Neuron(10_000), in units of 1/√10,000",
            mistakes={
                "they are drawn from 0 to 1/√n, all of them positive": [0.5, 0.5],
                "they are drawn from a normal distribution of deviation 1/√n": [0.0, 0.798],
                "only their signs are drawn": [0.0, 1.0],
            },
            tolerance=0.03,
        )

    @pytest.mark.parametrize("n", [1, 2, 16])
    def test_the_limit_depends_on_the_number_of_inputs(self, n):
        rng = random.Random(1)
        largest = max(abs(v.data) for _ in range(400) for v in Neuron(n, rng=rng).w)
        limit = 1 / math.sqrt(n)
        assert 0.9 * limit < largest <= limit, (
            f"the largest of many weights of neurons with {n} inputs is {largest:.3g}, and "
            f"should be just under 1/√{n} = {limit:.3g}"
        )

    def test_the_same_seed_gives_the_same_weights(self):
        one, two = (Neuron(3, rng=random.Random(7)) for _ in range(2))
        assert [v.data for v in one.w] == [v.data for v in two.w], (
            "two neurons from random.Random(7) have different weights: draw from the rng that was "
            "passed in, and from nowhere else"
        )

    def test_one_generator_gives_different_neurons(self):
        rng = random.Random(7)
        one, two = Neuron(3, rng=rng), Neuron(3, rng=rng)
        assert [v.data for v in one.w] != [v.data for v in two.w], (
            "two neurons made one after the other from one generator have the same weights: is it "
            "copied, or seeded again?"
        )

    def test_without_a_generator_each_neuron_is_new(self):
        state = random.getstate()
        random.seed(7)
        one = Neuron(3, rng=None)
        random.seed(7)
        two = Neuron(3)
        random.setstate(state)
        assert [v.data for v in one.w] != [v.data for v in two.w], (
            "without an rng two neurons have the same weights: is the generator seeded with a "
            "fixed number, or is it the global one (which was seeded alike before each)?"
        )

    def test_the_global_generator_is_left_alone(self):
        before = random.getstate()
        Neuron(3, rng=random.Random(7))
        Neuron(3)
        untouched = random.getstate() == before
        assert untouched, (
            "the global generator of the random module was used: whoever seeded it for a purpose "
            "of their own would get other numbers now"
        )

    def test_two_neurons_share_nothing(self):
        one, two = Neuron(2), Neuron(2)
        shared = {id(p) for p in (*one.w, one.b)} & {id(p) for p in (*two.w, two.b)}
        assert one.w is not two.w and not shared, (
            "two neurons hold the same weights or the same bias: what is kept on the class, and "
            "not on self, belongs to all neurons at once"
        )

    @pytest.mark.parametrize("name", ["sigmund", "data", "is_leaf"])
    def test_an_unknown_activation_is_refused(self, name):
        expect_raises(
            ValueError,
            lambda: Neuron(2, name),
            f"Neuron(2, {name!r}), where Value has no method {name},",
            naming=[name],
        )

    @pytest.mark.parametrize("activation", [None, "exp", Value.relu], ids=["None", "exp", "relu"])
    def test_every_other_activation_is_accepted(self, activation):
        n = len(Neuron(2, activation).w)
        assert n == 2, f"Neuron(2, {activation!r}) has {n} weights"


def neuron_with(weights, bias, *activation):
    """A Neuron whose parameters are known."""
    neuron = Neuron(len(weights), *activation)
    for w, number in zip(neuron.w, weights):
        w.data = number
    neuron.b.data = bias
    return neuron


@pytest.mark.kata("Neuron.__call__")
class TestNeuronCall:
    # with w = (0.5, -1), b = 0.25 and inputs (2, 1.5): z = 1 - 1.5 + 0.25 = -0.25

    def test_tanh_of_the_weighted_sum(self):
        expect_close(
            neuron_with([0.5, -1.0], 0.25)([2.0, 1.5]),
            math.tanh(-0.25),
            "tanh(-0.25)",
            mistakes={
                "the activation is left out": -0.25,
                "the activation is applied twice": math.tanh(math.tanh(-0.25)),
                "the bias is left out": math.tanh(-0.5),
                "the bias is added after the activation": math.tanh(-0.5) + 0.25,
                "each product goes through the activation, not their sum": (
                    math.tanh(1.0) + math.tanh(-1.5) + 0.25
                ),
                "relu is used whatever was asked for": 0.0,
            },
        )

    def test_no_activation_leaves_the_sum(self):
        expect_close(
            neuron_with([0.5, -1.0], 0.25, None)([2.0, 1.5]),
            -0.25,
            "a Neuron with activation None",
            mistakes={"tanh is applied although None was asked for": math.tanh(-0.25)},
        )

    @pytest.mark.parametrize(
        "name, expected, twice",
        [("relu", 0.0, None), ("exp", math.exp(-0.25), math.exp(math.exp(-0.25)))],
    )
    def test_the_name_of_any_method_of_value(self, name, expected, twice):
        wrong = {"tanh is used whatever was asked for": math.tanh(-0.25)}
        wrong["the activation is left out"] = -0.25
        if twice:
            wrong["the activation is applied twice"] = twice
        neuron = neuron_with([0.5, -1.0], 0.25, name)
        expect_close(neuron([2.0, 1.5]), expected, f"{name}(-0.25)", mistakes=wrong)

    def test_a_name_that_is_seldom_asked_for(self):
        # z = 1 - 1.5 + 1.25
        neuron = neuron_with([0.5, -1.0], 1.25, "log")
        expect_close(
            neuron([2.0, 1.5]),
            math.log(0.75),
            "log(0.75)",
            mistakes={"the activation is left out: is there a list of names?": 0.75},
        )

    def test_gradients_flow_through_a_function(self):
        neuron = neuron_with([0.5, -1.0], 0.25, lambda z: 3 * z + 1)
        try:
            (2 * neuron([2.0, 1.5])).backward()
        except AttributeError as error:
            pytest.fail(f"{error}: the function is given z.data, and takes a Value")
        expect_close(
            [v.grad for v in (*neuron.w, neuron.b)],
            [12.0, 9.0, 6.0],
            "gradients of 2·(3z + 1) for w0, w1, b",
            mistakes={"the graph is cut before or after the function": [0, 0, 0]},
        )

    def test_a_function_of_a_value(self):
        neuron = neuron_with([0.5, -1.0], 0.25, lambda z: 3 * z + 1)
        expect_close(
            neuron([2.0, 1.5]),
            0.25,
            "3z + 1 at z = -0.25",
            mistakes={
                "the activation is left out": -0.25,
                "the activation is applied twice": 1.75,
                "tanh is used whatever was asked for": math.tanh(-0.25),
            },
        )

    def test_a_method_of_value_passed_as_a_function(self):
        neuron = neuron_with([0.5, -1.0], 0.25, Value.tanh)
        expect_close(neuron([2.0, 1.5]), math.tanh(-0.25), "Value.tanh at z = -0.25")

    def test_the_result_is_a_value(self):
        out = neuron_with([0.5, -1.0], 0.25)([2.0, 1.5])
        assert isinstance(out, Value), (
            f"the neuron returned {out!r} ({type(out).__name__}), and should return a Value, "
            "through which gradients can flow back"
        )

    def test_gradients_reach_weights_and_bias(self):
        neuron = neuron_with([0.5, -1.0], 0.25)
        (3 * neuron([2.0, 1.5])).backward()
        slope = 3 * (1 - math.tanh(-0.25) ** 2)
        expect_close(
            [v.grad for v in (*neuron.w, neuron.b)],
            [2.0 * slope, 1.5 * slope, slope],
            "gradients of 3·tanh(z) for w0, w1, b",
            mistakes={
                "the neuron computes with copies of its weights, out of reach": [0, 0, 0],
                "the bias is a plain number in the sum": [2.0 * slope, 1.5 * slope, 0],
            },
        )

    def test_gradients_reach_the_inputs(self):
        neuron, x = neuron_with([0.5, -1.0], 0.25), [Value(2.0), Value(1.5)]
        (3 * neuron(x)).backward()
        slope = 3 * (1 - math.tanh(-0.25) ** 2)
        expect_close(
            [v.grad for v in x],
            [0.5 * slope, -1.0 * slope],
            "gradients of 3·tanh(z) for the inputs",
            mistakes={"the inputs are taken as plain numbers, so no layer below learns": [0, 0]},
        )

    def test_each_call_is_computed_anew(self):
        neuron = neuron_with([0.5, -1.0], 0.25, None)
        total = neuron([2.0, 1.5]) + neuron([4.0, 0.0])
        expect_close(total, -0.25 + 2.25, "sum of two calls on different inputs")
        total.backward()
        expect_close(
            [v.grad for v in (*neuron.w, neuron.b)],
            [6.0, 1.5, 2.0],
            "gradients for w0, w1, b, which were used in both calls",
        )

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_wrong_number_of_inputs_is_refused(self, n):
        expect_raises(
            ValueError,
            lambda: neuron_with([0.5, -1.0], 0.25)([1.0] * n),
            f"a Neuron of 2 inputs called with {n}",
            naming=[2, n],
        )


@pytest.mark.kata("Neuron.parameters")
class TestNeuronParameters:
    def test_the_weights_then_the_bias(self):
        neuron = Neuron(2)
        names = dict(zip(map(id, [*neuron.w, neuron.b]), ["w0", "w1", "b"]))
        assert not any(isinstance(p, list | tuple) for p in neuron.parameters()), (
            "a list of weights stands among the parameters, as one of them: a list has no .grad. "
            "The weights themselves belong there."
        )
        seen = [names.get(id(p), f"a stranger ({p!r})") for p in neuron.parameters()]
        assert seen == ["w0", "w1", "b"], (
            f"parameters() lists {', '.join(seen) or 'nothing'}, and should list w0, w1, b: "
            "whatever is left out never learns, and a copy learns in place of the weight"
        )

    def test_they_come_as_a_list(self):
        parameters = Neuron(2).parameters()
        assert isinstance(parameters, list), (
            f"parameters() is a {type(parameters).__name__}, and should be a list, which can be "
            "walked through again and again"
        )

    def test_asking_changes_nothing(self):
        neuron = Neuron(2)
        neuron.parameters()
        n_weights, n_parameters = len(neuron.w), len(neuron.parameters())
        assert (n_weights, n_parameters) == (2, 3), (
            f"asked a second time, the neuron has {n_weights} weights and {n_parameters} "
            "parameters, not 2 and 3: the bias was appended to the list of weights itself"
        )
