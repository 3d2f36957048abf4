"""2.1 · Single neuron: a step, a weighted sum in one node, and a neuron made of it."""

import math
import random
from functools import cache
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises, same_parameters
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
from katas.phase2_networks.spec_helpers import (
    KINDS,
    Single,
    both_kinds,
    expect_agreement,
    expect_number,
    expect_own_generator,
    handed_over,
    values,
)


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

    def test_what_is_no_number_is_not_above_zero(self):
        try:
            said = step(math.nan)
        except (ValueError, ArithmeticError) as error:
            pytest.fail(
                f"step(nan) raises {error!r}, and should be 0.0: nan is a float like others"
            )
        expect_close(
            said,
            0.0,
            "step(nan)",
            mistakes={
                "x < 0 is asked: nan is neither below 0, nor 0, nor above it": 1.0,
                "nan is handed through": math.nan,
            },
        )

    def test_it_gives_a_number_and_not_an_answer(self):
        for x in (2.5, -2.5):
            expect_number(step(x), f"step({x})")


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
        expect_kind(z, Value, "the weighted sum, which a plain number has no record of,")
        expect_close(z.data, 2.0, "data of the weighted sum")

    def test_without_inputs_the_bias_is_left(self):
        b = Value(13.0)
        try:
            z = weighted_sum([], [], b)
        except ValueError as error:
            pytest.fail(
                f"no weights and no inputs are refused ({error}), and are as many as each other: "
                "the sum is the bias"
            )
        assert [p is b for p in z.parents] == [True], (
            f"its parents are {z.parents}, and should be b"
        )
        expect_close([z, *z.local_grads], [13.0, 1.0], "a sum of no products, and its slope for b")

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
            "went in, and should be 4: a plain number among the inputs is a constant. Its "
            "gradient is never asked for, so a node for it is wasted, once in each example."
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
        w, x = [Value(2.0), Value(0.0)], Value(7.0)
        z = weighted_sum(w, [0.0, x], 0.0)
        held = [p.data for p in z.parents]
        assert held == [2.0, 0.0, 7.0, 0.0], (
            "with the number 0 for an input, a weight and the bias, the parents hold "
            f"{held}, and should hold 2.0, 0.0, 7.0, 0.0: a weight is one whatever it meets or "
            "holds, and a bias of 0 is a bias"
        )
        expect_close(z.local_grads, [0.0, 7.0, 0.0, 1.0], "local gradients beside them")

    @KINDS
    def test_a_number_of_any_kind_is_a_number(self, kind):
        z = both_kinds(
            lambda: weighted_sum([kind(2)], [kind(5)], kind(13)), f"2·5 + 13, as {kind.__name__}"
        )
        assert isinstance(z, Value) and z.data == 23.0 and len(z.parents) == 2, (
            f"2·5 + 13 of numbers of another kind than float is {z!r}: were they taken for Values?"
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

    def test_a_value_that_comes_twice_is_a_parent_twice(self):
        a, w = Value(3.0), Value(5.0)
        n = len(weighted_sum([w, w], [a, a], 0.0).parents)
        assert n == 5, (
            f"two weights, two inputs and a bias have {n} parents, and should have 5: the weights "
            "are one Value used twice, and so are the inputs, and each use is an edge of its own"
        )

    def test_a_value_of_a_subclass_is_a_value(self):
        x = Named(5.0)
        parents = weighted_sum([Value(2.0)], [x], 1.0).parents
        assert any(parent is x for parent in parents), (
            "an input of a subclass of Value is no parent: it is a Value all the same. Was its "
            "type compared, and not asked for with isinstance?"
        )

    @pytest.mark.parametrize("w, x", [(math.nan, 0.0), (math.inf, 0.0), (0.0, math.nan)])
    def test_nan_stays_nan(self, w, x):
        expect_close(
            weighted_sum([Value(w), Value(2.0)], [x, 3.0], 1.0),
            math.nan,
            f"{w}·{x} + 2·3 + 1",
            mistakes={"a product with 0 in it is left out": 7.0},
        )

    def test_finite_differences_agree(self):
        def f(*v):
            return weighted_sum(list(v[:3]), list(v[3:6]), v[6]).tanh()

        expect_agreement(f, 0.3, -1.2, 0.5, 2.0, -0.7, 1.1, 0.25)

    def test_the_lists_stay_as_they_were(self):
        x = Value(5.0)
        weights, inputs = [2.0, -3.0], [x, 7.0]
        weighted_sum(weights, inputs, 13.0)
        assert weights == [2.0, -3.0] and inputs == [x, 7.0], (
            f"the caller's lists are {weights} and {inputs} afterwards, and were [2.0, -3.0] and "
            "[Value, 7.0]: wrap into a new list"
        )

    def test_a_number_of_numpy_counts_as_the_float_that_it_is(self):
        # 0.5 is the same in float32; 0.1 · 0.5 is not
        z = weighted_sum([Value(0.1)], [Single(0.5)], 0.0)
        expect_close(
            z.data,
            0.05,
            "0.1 · np.float32(0.5)",
            mistakes={"it was computed in float32, which keeps seven digits": float(Single(0.05))},
            tolerance=1e-12,
        )
        slope = z.local_grads[0]
        assert type(slope) is float, (
            f"the slope of 0.1 · np.float32(0.5) is a {type(slope).__name__}"
        )


class Named(Value):
    """A Value of a kind of its own."""


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
        bias = Neuron(3).b.data
        assert bias == 0.0, (
            f"the bias of a new Neuron is {bias:.6g}, and should be 0: was it drawn as the weights "
            "are? The linear layers of PyTorch and MLX do that; the course follows Keras and Flax."
        )

    def test_nothing_else_that_looks_like_a_parameter_is_kept(self):
        assert hasattr(Neuron(3), "__dict__"), (
            "a Neuron has `__slots__`: 2.2 finds parameters by `vars`, which such an object has not"
        )
        kept = vars(Neuron(3))
        others = [name for name in kept if name != "b" and isinstance(kept[name], Value)]
        assert not others, (
            f"a new Neuron keeps a Value in {', '.join(others)}: whatever has .data and .grad in "
            "an attribute counts as a parameter from 2.2 on, and would be trained"
        )

    def test_the_weights_are_kept_in_a_list(self):
        expect_kind(Neuron(3).w, [Value], "w of a Neuron(3)")

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
        expect_own_generator(Neuron, lambda rng: [v.data for v in Neuron(3, rng=rng).w])

    def test_the_global_generator_is_left_alone(self):
        before = random.getstate()
        Neuron(3, rng=random.Random(7))
        Neuron(3)
        untouched = random.getstate() == before
        assert untouched, (
            "Python's global generator was used: whoever seeded it for a purpose of their own "
            "would get other numbers now"
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

    @pytest.mark.parametrize("activation", [None, "exp", "log", Value.relu])
    def test_every_other_activation_is_accepted(self, activation):
        try:
            n = len(Neuron(2, activation).w)
        except ValueError as error:
            pytest.fail(
                f"Neuron(2, {activation!r}) is refused ({error}), and whatever Value has a method "
                "of may be the activation: ask Value, and keep no list"
            )
        assert n == 2, f"Neuron(2, {activation!r}) has {n} weights"

    @pytest.mark.parametrize("seed", [0, 7])
    def test_a_seed_does_for_a_generator(self, seed):
        drawn, wanted = ([w.data for w in Neuron(3, rng=r).w] for r in (seed, random.Random(seed)))
        assert drawn == wanted, (
            f"Neuron(3, rng={seed}) has the weights {drawn}, and should have those from "
            f"random.Random({seed}), {wanted}: 0 is a seed too, and `rng or …` takes it for none"
        )


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
                "the sum is divided by the number of inputs": math.tanh(-0.125),
                "the inputs go through the activation, and not their sum": (
                    0.5 * math.tanh(2.0) - math.tanh(1.5) + 0.25
                ),
                "the weights go through the activation, and not the sum": (
                    2.0 * math.tanh(0.5) - 1.5 * math.tanh(1.0) + 0.25
                ),
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
        expect_kind(out, Value, "the output of a neuron, through which gradients are to flow,")

    @pytest.mark.parametrize("activation", ["tanh", None, Value.relu], ids=["tanh", "None", "relu"])
    def test_a_call_leaves_nothing_behind(self, activation):
        neuron = neuron_with([0.5, -1.0], 0.25, activation)
        with same_parameters(neuron, "a call"):
            handed_over(neuron, [2.0, 1.5])
            handed_over(neuron, values(2.0, 1.5))

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

    def test_a_call_after_a_step_has_the_new_weights(self):
        neuron = neuron_with([0.5, -1.0], 0.25, None)
        inputs = [2.0, 1.5]
        neuron(inputs)
        neuron.w[0].data = 3.0
        expect_close(
            neuron(inputs),
            4.75,
            "0.5·2 - 1.5 + 0.25, after the weight 0.5 has become 3,",
            mistakes={"the output for these inputs is kept from the call before": -0.25},
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

    def test_a_weight_put_in_later_counts(self):
        neuron = Neuron(2)
        neuron.parameters()
        neuron.w[1], neuron.b = Value(1.0), Value(2.0)
        found = [id(p) for p in neuron.parameters()]
        assert found == [*map(id, neuron.w), id(neuron.b)], (
            "after another weight and another bias were put in, parameters() still lists the old "
            "ones: they were kept from the first call, and training would move what is no more used"
        )
