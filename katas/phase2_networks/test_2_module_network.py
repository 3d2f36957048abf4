"""2.2 · Weights and biases: where the weights start, and networks of many neurons."""

import math
import random
from collections import OrderedDict

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises, same_parameters
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.module import (
    MLP,
    Layer,
    Module,
    children,
    he_normal,
    mlp_parameter_count,
    xavier_uniform,
)
from katas.phase2_networks.neuron import Neuron
from katas.phase2_networks.spec_helpers import (
    expect_agreement,
    expect_own_generator,
    handed_over,
    values,
)

# ---- initial weights


def expect_chance_from(rng_only):
    """What is drawn depends on the generator that is passed in, and on nothing else."""
    __tracebackhide__ = True
    before = random.getstate()
    first, again = rng_only(random.Random(7)), rng_only(random.Random(7))
    untouched = random.getstate() == before
    assert untouched, (
        "Python's global generator was used (random.random, random.uniform, …): whoever shares "
        "it changes your numbers, and you theirs. Draw from rng alone."
    )
    assert first == again, (
        "two generators with the same seed gave different weights, so that no run can be "
        "repeated: something else than rng is drawn from"
    )
    assert first != rng_only(random.Random(8)), (
        "two generators with different seeds gave the same weights: is rng left unused, and a "
        "generator of its own seeded inside?"
    )
    rng = random.Random(7)
    assert rng_only(rng) != rng_only(rng), (
        "one generator, asked twice, gave the same weights twice: then all layers of one size "
        "would start alike. Is rng copied, or seeded again?"
    )


def expect_a_seed_to_do(rng_only):
    """A seed stands for one generator of that seed; Python's global one has no part in it."""
    __tracebackhide__ = True
    before = random.getstate()
    try:
        drawn = {seed: rng_only(seed) for seed in (0, 7)}
    except AttributeError as error:
        pytest.fail(
            f"a seed, which is an int, was asked for numbers: {error}. random_from(rng) makes a "
            "generator of it, and hands one on as it is"
        )
    untouched = random.getstate() == before
    random.setstate(before)
    assert untouched, (
        "given a seed, Python's global generator was seeded or used: whoever shares it changes "
        "your numbers, and you theirs. random_from(seed) makes one of its own."
    )
    for seed, weights in drawn.items():
        wanted = rng_only(random.Random(seed))
        assert weights == wanted, (
            f"with rng={seed} the weights are\n\n    {weights}\n\nand from random.Random({seed})"
            f"\n\n    {wanted}\n\n0 is a seed, and `rng or …` takes it for none; and a seed that "
            "is handed on begins anew each time: what gets it starts with the same numbers"
        )


N_IN, N_OUT = 250, 150


WEIGHTS = f"a layer with {N_IN} inputs and {N_OUT} outputs"


def drawn(init):
    """37,500 weights: enough to know a variance to half a percent.

    Not kept from spec to spec: mutmut, which forks, would judge mutants by the original's.
    """
    return [w for row in init(N_IN, N_OUT, random.Random(3)) for w in row]


def share(condition, weights):
    return sum(map(condition, weights)) / len(weights)


# squares of all that is told apart by name below, so that anything else can be said in numbers
XAVIER = (6, 3, 2, 1, 12, 50 / 3, 400, 9.6, 4.8, 16, 0.01, 0.09, 0.015, 1.6, 0.064)
HE = (2, 1, 4, 10 / 3, 5 / 4, 5 / 2, 0.016, 0.008, 250)


def guess(got, known, words):
    """Any other scale as the mistake that it is, in these words; {} for one that has a name."""
    square = got * got
    if any(math.isclose(square, one, rel_tol=0.06, abs_tol=0.03) for one in known):
        return {}
    return {words.format(square): got}


def expect_table_of_weights(init):
    __tracebackhide__ = True
    table = init(2, 3, random.Random(1))
    expect_close(
        [len(row) for row in table],
        [3, 3],
        "lengths of the rows for n_in = 2, n_out = 3",
        mistakes={"rows and columns are exchanged: there is one row for each input": [2, 2, 2]},
    )
    kinds = sorted({type(w).__name__ for row in table for w in row})
    assert kinds == ["float"], f"weights are of type {', '.join(kinds)}, and should be floats"
    different = len({w for row in table for w in row})
    assert different == 6, (
        f"of the 6 weights only {different} are different: was one number, or one row, drawn and "
        "then repeated? Each weight is drawn by itself."
    )


@pytest.mark.kata("xavier_uniform")
class TestXavierUniform:
    def test_there_is_a_row_for_each_input(self):
        expect_table_of_weights(xavier_uniform)

    def test_all_chance_comes_from_rng(self):
        expect_chance_from(lambda rng: xavier_uniform(3, 2, rng))
        expect_a_seed_to_do(lambda rng: xavier_uniform(3, 2, rng))

    def test_weights_are_spread_evenly(self):
        # of the sizes of an even draw half lie below half of the largest, whatever the limit
        sizes = [abs(w) for w in drawn(xavier_uniform)]
        half = max(sizes) / 2
        below = share(lambda size: size < half, sizes)
        assert below < 0.6, (
            f"{below:.0%} of the weights are less than half as large as the largest, and half of "
            "them should be: they crowd around 0 and have no limit. This is what you get when "
            "the draws are normal (gauss), and not uniform."
        )

    def test_weights_reach_to_the_limit_and_no_further(self):
        # of 37,500 draws the largest is within 0.1 % of the limit; √(250 + 150) = 20
        largest = max(map(abs, drawn(xavier_uniform))) * 20
        expect_close(
            largest,
            math.sqrt(6),
            f"largest weight of {WEIGHTS}, times √(n_in + n_out)",
            mistakes={
                "only n_in counts: √(6/n_in)": 20 * math.sqrt(6 / 250),
                "only n_in counts: √(3/n_in)": 20 * math.sqrt(3 / 250),
                "only n_out counts: √(6/n_out)": 20 * math.sqrt(6 / 150),
                "the limit is the standard deviation, √(2/(n_in + n_out)): draws that reach "
                "exactly that far vary less": math.sqrt(2),
                "the limit is the variance, 2/(n_in + n_out)": 20 * 2 / 400,
                "the root is forgotten: 6/(n_in + n_out)": 20 * 6 / 400,
                "the root is taken of the 6 alone": 20 * math.sqrt(6) / 400,
                "the factor 6 is left out": 1.0,
                "the 6 is a 3: √(3/(n_in + n_out)) belongs to variance 1/(n_in + n_out)": math.sqrt(
                    3
                ),
                "the limit is a Neuron's, 1/√n_in": 20 / math.sqrt(250),
                "a gain of √2 is multiplied in, which belongs to ReLU": math.sqrt(12),
                "a gain of 5/3 is multiplied in, as PyTorch has it for tanh": 5 / 3 * math.sqrt(6),
                "n_in and n_out are multiplied, not added": 20 * math.sqrt(6 / (250 * 150)),
                "nothing scales it: the limit is 1": 20.0,
            }
            | guess(largest, XAVIER, "the limit is √({:.3g} / (n_in + n_out))"),
            tolerance=2e-3,
        )

    def test_weights_lie_on_both_sides_of_zero(self):
        # of 37,500 draws the share is known to 0.3 %; the tolerance is seven times that
        expect_close(
            share(lambda w: w < 0, drawn(xavier_uniform)),
            0.5,
            f"share of negative weights of {WEIGHTS}",
            mistakes={
                "the draws go from 0 to the limit": 0.0,
                "the draws go from minus the limit to 0": 1.0,
            },
            tolerance=0.02,
        )

    def test_every_size_is_equally_likely(self):
        half = math.sqrt(6 / 400) / 2
        expect_close(
            share(lambda w: abs(w) < half, drawn(xavier_uniform)),
            0.5,
            f"share of weights below half of the limit, of {WEIGHTS}",
            mistakes={
                "the draws are normal: their variance is right, but they have no limit": math.erf(
                    math.sqrt(3) / 2 / math.sqrt(2)
                ),
                "only the two limits are drawn": 0.0,
            },
            tolerance=0.02,
        )


# a draw within ±2 deviations has deviation 0.8796, so it is stretched by 1 / 0.8796; of such draws
# the share beyond two deviations is that of normal ones between 2 · 0.8796 and 2
_INSIDE = math.erf(math.sqrt(2))
_SHRUNK = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / _INSIDE)
CUT_AND_STRETCHED = 1 - math.erf(math.sqrt(2) * _SHRUNK) / _INSIDE


@pytest.mark.kata("he_normal")
class TestHeNormal:
    def test_there_is_a_row_for_each_input(self):
        expect_table_of_weights(he_normal)

    def test_all_chance_comes_from_rng(self):
        expect_chance_from(lambda rng: he_normal(3, 2, rng))
        expect_a_seed_to_do(lambda rng: he_normal(3, 2, rng))

    def test_their_mean_is_zero(self):
        # of 37,500 draws the mean is known to half a hundredth of their deviation
        mean = sum(drawn(he_normal)) / (N_IN * N_OUT) / math.sqrt(2 / N_IN)
        assert abs(mean) < 0.03, (
            f"the mean of the weights of {WEIGHTS} is {mean:.3g} deviations, and should be 0: "
            "rng.gauss takes the mean first and the deviation second, and nothing is added, or "
            "made positive, afterwards"
        )

    def test_the_variance_is_two_over_n_in(self):
        # of 37,500 draws the deviation is known to 0.4 %; the tolerance is five times that
        deviation = math.sqrt(sum(w * w for w in drawn(he_normal)) / N_OUT)
        expect_close(
            deviation,
            math.sqrt(2),
            f"standard deviation of the weights of {WEIGHTS}, times √n_in",
            mistakes={
                "the factor is 1: right for tanh, but ReLU cuts off half of the signal": 1.0,
                "it is divided by n_out, not by n_in": math.sqrt(2 * 250 / 150),
                "it is divided by n_in + n_out": math.sqrt(2 * 250 / 400),
                "it is divided by the mean of n_in and n_out": math.sqrt(4 * 250 / 400),
                "the variance 2/n_in is handed over where the deviation is wanted": 2
                / math.sqrt(250),
                "the root is taken of the 2 alone": math.sqrt(2 / 250),
                "the factor is outside the root: 2/√n_in": 2.0,
                "nothing scales it: the deviation is 1": math.sqrt(250),
            }
            | guess(deviation, HE, "the variance is {:.3g} / n_in"),
            tolerance=0.02,
        )

    def test_weights_lie_on_both_sides_of_zero(self):
        expect_close(
            share(lambda w: w < 0, drawn(he_normal)),
            0.5,
            f"share of negative weights of {WEIGHTS}",
            mistakes={"their signs are dropped": 0.0},
            tolerance=0.02,
        )

    def test_the_draws_are_normal(self):
        # a normal draw is more than two deviations away with probability 1 - erf(√2) = 0.0455
        limit = 2 * math.sqrt(2 / N_IN)
        expect_close(
            share(lambda w: abs(w) > limit, drawn(he_normal)),
            1 - math.erf(math.sqrt(2)),
            f"share of weights beyond two deviations, of {WEIGHTS}",
            mistakes={
                "the draws are uniform, or cut off at two deviations": 0.0,
                "they are cut off at two deviations and stretched to the same variance, as Keras "
                "and Flax do; the course's have no limit, as PyTorch's": CUT_AND_STRETCHED,
            },
            tolerance=0.006,
        )


# ---- layers and networks


def weights_of(layer):
    """(number of inputs, number of neurons) and all weights, neuron by neuron."""
    return [[w.data for w in neuron.w] for neuron in layer.neurons]


def sizes_of(layer):
    return [len(row) for row in weights_of(layer)]


def set_weights(layer, *neurons):
    """Give each neuron of a layer its weights and, last, its bias."""
    for neuron, (*weights, bias) in zip(layer.neurons, neurons, strict=True):
        for w, number in zip(neuron.w, weights, strict=True):
            w.data = number
        neuron.b.data = bias


@pytest.mark.kata("Layer.__init__")
class TestLayerInit:
    def test_there_are_n_out_neurons_of_n_in_inputs(self):
        expect_close(
            sizes_of(Layer(3, 2)),
            [3, 3],
            "number of weights of each neuron of Layer(3, 2)",
            mistakes={
                "n_in and n_out are exchanged": [2, 2, 2],
                "each neuron has as many inputs as there are neurons": [2, 2],
                "there is one neuron for each input": [3, 3, 3],
                "one neuron is missing": [3],
            },
        )

    def test_they_stand_in_a_list(self):
        expect_kind(Layer(3, 2).neurons, [Neuron], "neurons of a Layer(3, 2)")

    def test_they_are_different_neurons(self):
        n = len({id(neuron) for neuron in Layer(2, 3).neurons})
        assert n == 3, (
            f"the layer has 3 places and {n} neuron: [neuron] * 3 is one neuron, three times. "
            "What one of them learns, all of them learn."
        )

    def test_no_two_of_them_start_with_the_same_weights(self):
        rows = weights_of(Layer(2, 3, rng=random.Random(1)))
        different = len({tuple(row) for row in rows})
        assert different == 3, (
            f"3 neurons start with {different} different sets of weights: neurons that start equal "
            "get equal gradients and stay equal for ever. Was a generator with the same seed made "
            "for each?"
        )

    def test_the_same_seed_gives_the_same_weights(self):
        same = weights_of(Layer(2, 3, rng=random.Random(5))) == weights_of(
            Layer(2, 3, rng=random.Random(5))
        )
        assert same, (
            "two layers from random.Random(5) have different weights: is rng handed on to each "
            "Neuron? One that gets none makes a fresh, unseeded one."
        )

    def test_they_are_drawn_in_order_from_the_one_generator(self):
        rng = random.Random(5)
        by_hand = [[w.data for w in Neuron(2, "tanh", rng).w] for _ in range(3)]
        expect_close(
            weights_of(Layer(2, 3, "tanh", random.Random(5))),
            by_hand,
            "weights of a layer, beside three Neurons made from a generator with the same seed",
            mistakes={"the neurons are in reverse order": by_hand[::-1]},
        )

    def test_a_seed_is_that_of_one_generator_for_all_neurons(self):
        expect_a_seed_to_do(lambda rng: weights_of(Layer(2, 3, rng=rng)))

    def test_they_start_as_neurons_do(self):
        largest = max(abs(w) for row in weights_of(Layer(16, 40)) for w in row)
        assert largest <= 0.25, (
            f"the largest weight of Layer(16, 40) is {largest:.3g}, and a Neuron of 16 inputs "
            "draws up to 1/√16 = 0.25: was something else put in the place of their own?"
        )

    def test_without_a_generator_each_layer_is_another(self):
        expect_own_generator(Layer, lambda rng: weights_of(Layer(2, 2, rng=rng)))

    @pytest.mark.parametrize(
        "activation, expected",
        [("relu", 0.0), (None, -2.0), (lambda z: z * z, 4.0)],
        ids=["relu", "None", "a function"],
    )
    def test_each_neuron_gets_the_activation(self, activation, expected):
        layer = Layer(1, 2, activation)
        set_weights(layer, [1.0, 0.0], [1.0, 0.0])
        expect_close(
            [neuron([-2.0]) for neuron in layer.neurons],
            [expected, expected],
            "outputs of two neurons with weight 1 on the input -2",
            mistakes={"the activation is not handed on, and is tanh": [math.tanh(-2.0)] * 2},
        )

    def test_the_activation_is_tanh_unless_given(self):
        layer = Layer(1, 1)
        set_weights(layer, [1.0, 0.0])
        expect_close(
            layer.neurons[0]([2.0]),
            math.tanh(2.0),
            "output of a neuron with weight 1 on the input 2",
            mistakes={"there is no activation": 2.0},
        )

    def test_its_parameters_are_found(self):
        names = {name for name, _ in Layer(1, 2).named_parameters()}
        wanted = {"neurons.0.w.0", "neurons.0.b", "neurons.1.w.0", "neurons.1.b"}
        assert names == wanted, (
            f"named_parameters of Layer(1, 2) finds {sorted(names)}, and should {sorted(wanted)}"
        )


def layer_of_three():
    """Three neurons on two inputs; at (2, -1) their sums are 2, -7.5 and 1."""
    layer = Layer(2, 3, activation=None)
    set_weights(layer, [3.0, 5.0, 1.0], [-2.0, 4.0, 0.5], [1.0, 1.0, 0.0])
    return layer


@pytest.mark.kata("Layer.__call__")
class TestLayerCall:
    def test_every_neuron_sees_all_inputs(self):
        # 3·2 - 5 + 1, -2·2 - 4 + 0.5, 2 - 1
        expect_close(
            layer_of_three()([2.0, -1.0]),
            [2.0, -7.5, 1.0],
            "outputs of three neurons on (2, -1)",
            mistakes={
                "the outputs are added up": -4.5,
                "only the first neuron is asked": [2.0],
                "the outputs come in reverse order": [1.0, -7.5, 2.0],
            },
        )

    def test_there_need_not_be_an_input_for_each_neuron(self):
        try:
            outputs = layer_of_three()([2.0, -1.0])
        except ValueError as error:
            pytest.fail(
                f"three neurons of two inputs each, asked for their outputs on (2, -1): {error}. "
                "Each neuron sees the whole list, and not an input of its own"
            )
        assert len(outputs) == 3, f"three neurons give {len(outputs)} outputs on (2, -1)"

    def test_one_neuron_gives_a_list_of_one(self):
        layer = Layer(1, 1, activation=None)
        set_weights(layer, [3.0, 1.0])
        expect_close(
            layer([2.0]),
            [7.0],
            "outputs of a layer of one neuron",
            mistakes={
                "the list is dropped when there is one output (micrograd does that): then the "
                "layer after it has nothing to loop over": 7.0
            },
        )

    def test_the_outputs_of_one_call_outlast_the_next(self):
        layer = layer_of_three()
        first = layer([2.0, -1.0])
        layer([0.0, 0.0])
        expect_close(
            first,
            [2.0, -7.5, 1.0],
            "outputs on (2, -1), looked at after a call on (0, 0)",
            mistakes={"each call fills the same list": [1.0, 0.5, 0.0]},
        )

    def test_the_outputs_are_values_in_a_list(self):
        outputs = layer_of_three()([Value(2.0), Value(-1.0)])
        kinds = [type(output).__name__ for output in outputs]
        assert isinstance(outputs, list) and kinds == ["Value"] * 3, (
            f"the outputs are a {type(outputs).__name__} of {', '.join(kinds)}, and should be a "
            "list of Values: numbers have no record of where they came from, and a generator is "
            "used up by the first neuron that reads it"
        )

    def test_a_call_leaves_nothing_behind(self):
        layer = layer_of_three()
        with same_parameters(layer, "a call"):
            handed_over(layer, [2.0, -1.0])
            handed_over(layer, values(2.0, -1.0))

    def test_gradients_of_all_neurons_meet_in_the_inputs(self):
        x = [Value(2.0), Value(-1.0)]
        a, b, c = layer_of_three()(x)
        (2 * a + 3 * b + 5 * c).backward()
        # 2·3 - 3·2 + 5·1 and 2·5 + 3·4 + 5·1
        expect_close(
            [v.grad for v in x],
            [5.0, 27.0],
            "gradients of the inputs of three neurons",
            mistakes={
                "the outputs are cut off from the inputs": [0.0, 0.0],
                "only the first neuron hands back": [6.0, 10.0],
                "only the last neuron hands back": [5.0, 5.0],
            },
        )


@pytest.mark.kata("MLP.__init__")
class TestMLPInit:
    def test_there_is_a_layer_between_each_two_sizes(self):
        expect_close(
            [sizes_of(layer) for layer in MLP([3, 4, 2]).layers],
            [[3, 3, 3, 3], [4, 4]],
            "weights of each neuron, layer by layer, of MLP([3, 4, 2])",
            mistakes={
                "the last layer is missing": [[3, 3, 3, 3]],
                "the first layer is missing": [[4, 4]],
                "the sizes are read from output to input": [[2, 2, 2, 2], [4, 4, 4]],
                "n_in and n_out of each layer are exchanged": [[4, 4, 4], [2, 2, 2, 2]],
                "every layer has the network's inputs": [[3, 3, 3, 3], [3, 3]],
            },
        )

    def test_any_number_of_layers_will_do(self):
        try:
            layers = MLP((2, 3, 5, 7, 1)).layers
        except (AttributeError, TypeError) as error:
            pytest.fail(
                f"a tuple of sizes is refused ({error}): are the caller's sizes changed on the "
                "way, which a tuple does not allow?"
            )
        expect_kind(layers, [Layer], "layers of an MLP")
        shapes = [(len(layer.neurons[0].w), len(layer.neurons)) for layer in layers]
        assert shapes == [(2, 3), (3, 5), (5, 7), (7, 1)], (
            f"the layers of MLP((2, 3, 5, 7, 1)) have (inputs, neurons) {shapes}, and should have "
            "(2, 3), (3, 5), (5, 7), (7, 1)"
        )

    @pytest.mark.parametrize(
        "activation, inside", [("relu", 0.0), (lambda z: z * z, 4.0)], ids=["relu", "a function"]
    )
    def test_only_the_last_layer_has_no_activation(self, activation, inside):
        model = MLP([1, 1, 1, 1], activation)
        for layer in model.layers:
            set_weights(layer, [1.0, 0.0])
        expect_close(
            [layer.neurons[0]([-2.0]) for layer in model.layers],
            [inside, inside, -2.0],
            "outputs of the neurons of three layers, each with weight 1 on the input -2",
            mistakes={
                "the last layer has an activation too: then it could say nothing outside of the "
                "activation's range": [inside] * 3,
                "no layer has an activation": [-2.0] * 3,
                "only the last layer has one": [-2.0, -2.0, inside],
                "only the first layer has one": [inside, -2.0, -2.0],
                "the first layer has none": [-2.0, inside, -2.0],
                "the first layer has none, where the last one should": [-2.0, inside, inside],
                "the activation is not handed on, and is tanh": [math.tanh(-2.0)] * 2 + [-2.0],
                "it is not handed on, and the last layer is left at its default, tanh": [inside] * 2
                + [math.tanh(-2.0)],
            },
        )

    def test_the_activation_is_tanh_unless_given(self):
        model = MLP([1, 1, 1])
        set_weights(model.layers[0], [1.0, 0.0])
        expect_close(
            model.layers[0].neurons[0]([2.0]),
            math.tanh(2.0),
            "output of a hidden neuron with weight 1 on the input 2",
        )

    def test_none_is_an_answer_and_not_a_missing_one(self):
        model = MLP([1, 1, 1], None)
        set_weights(model.layers[0], [1.0, 0.0])
        expect_close(
            model.layers[0].neurons[0]([-2.0]),
            -2.0,
            "output of a hidden neuron of MLP(sizes, None), with weight 1 on the input -2",
            mistakes={"None is taken for 'not given', and becomes tanh": math.tanh(-2.0)},
        )

    def test_a_single_layer_is_the_last_one(self):
        try:
            model = MLP([1, 1], "relu")
        except ValueError as error:
            pytest.fail(
                f"MLP([1, 1]) is refused ({error}): two sizes make one layer, and are enough"
            )
        set_weights(model.layers[0], [1.0, 0.0])
        expect_close(
            model.layers[0].neurons[0]([-2.0]),
            -2.0,
            "output of the only layer",
            mistakes={"the only layer has an activation": 0.0},
        )

    def test_the_same_seed_gives_the_same_weights(self):
        one, two = (
            [weights_of(layer) for layer in MLP([2, 2, 2], rng=random.Random(5)).layers]
            for _ in range(2)
        )
        assert one == two, (
            "two networks from random.Random(5) have different weights: is rng handed on to each "
            "Layer? One that gets none makes a fresh, unseeded one."
        )

    def test_layers_are_drawn_in_order_from_the_one_generator(self):
        rng = random.Random(5)
        *by_hand, third = [weights_of(Layer(2, 2, "tanh", rng)) for _ in range(3)]
        first, last = (weights_of(layer) for layer in MLP([2, 2, 2], rng=random.Random(5)).layers)
        assert first != last, (
            f"both layers of MLP([2, 2, 2]) start with the weights {first}: each has a generator "
            "with one and the same seed, or is the same layer"
        )
        expect_close(
            [weights_of(layer) for layer in MLP([2, 2, 2], rng=random.Random(5)).layers],
            by_hand,
            "weights of a network, beside two Layers made from a generator with the same seed",
            mistakes={
                "every layer starts with the same weights: each has a generator with one and the "
                "same seed, or is the same layer": [by_hand[0], by_hand[0]],
                "the last layer is made first": by_hand[::-1],
                "the last layer is made twice, and the second one is kept": [by_hand[0], third],
            },
        )

    def test_without_a_generator_each_network_is_another(self):
        expect_own_generator(
            MLP, lambda rng: [weights_of(layer) for layer in MLP([2, 2, 1], rng=rng).layers]
        )

    @pytest.mark.parametrize("sizes", [[], [3]], ids=["no sizes", "one size"])
    def test_fewer_than_two_sizes_are_refused(self, sizes):
        expect_raises(ValueError, lambda: MLP(sizes), f"MLP({sizes})", naming=[sizes])

    def test_the_sizes_stay_as_they_were(self):
        sizes = [3, 4, 2]
        MLP(sizes)
        assert sizes == [3, 4, 2], f"the caller's sizes were [3, 4, 2] and are {sizes} afterwards"

    def test_layers_of_one_size_are_still_two(self):
        model = MLP([3, 3, 3, 3])
        n = len({id(layer) for layer in model.layers})
        assert (n, model.n_parameters()) == (3, 36), (
            f"MLP([3, 3, 3, 3]) has {n} layers and {model.n_parameters()} parameters, and should "
            "have 3 and 36: was a layer looked up by its sizes, and used again?"
        )

    def test_every_parameter_has_its_name(self):
        names = {name for name, _ in MLP([1, 2, 1]).named_parameters()}
        wanted = {f"layers.0.neurons.{n}.{part}" for n in (0, 1) for part in ("w.0", "b")}
        wanted |= {f"layers.1.neurons.0.{part}" for part in ("w.0", "w.1", "b")}
        assert names == wanted, (
            f"named_parameters of MLP([1, 2, 1]) finds {sorted(names)}, and should find "
            f"{sorted(wanted)}"
        )

    def test_micrograds_network_has_337_parameters(self):
        """The figure that the demo of micrograd prints for two inputs and two layers of 16."""
        expect_close(MLP([2, 16, 16, 1]).n_parameters(), 337, "parameters of MLP([2, 16, 16, 1])")

    def test_a_seed_is_that_of_one_generator_for_all_layers(self):
        drawn, wanted = (
            [p.data for p in MLP([2, 2, 2], rng=rng).parameters()] for rng in (0, random.Random(0))
        )
        assert drawn == wanted, (
            "MLP([2, 2, 2], rng=0) has other weights than from random.Random(0): 0 is a seed, and "
            "`rng or …` takes it for none; and a seed that is handed on begins anew in each layer"
        )


def network_by_hand():
    """Two inputs, two hidden neurons, one output; at (1, 2) the hidden sums are 1 and -3."""
    model = MLP([2, 2, 1], "relu")
    set_weights(model.layers[0], [2.0, -1.0, 1.0], [3.0, -4.0, 2.0])
    set_weights(model.layers[1], [5.0, 7.0, -8.0])
    return model


@pytest.mark.kata("MLP.__call__")
class TestMLPCall:
    def test_each_layer_works_on_what_the_one_before_put_out(self):
        # hidden: relu(2·1 - 2 + 1) = 1 and relu(3·1 - 4·2 + 2) = 0; output: 5·1 + 7·0 - 8
        expect_close(
            network_by_hand()([1.0, 2.0]),
            [-3.0],
            "output of a network of two layers on (1, 2)",
            mistakes={
                "every layer works on the network's inputs": [11.0],
                "only the first layer is used": [1.0, 0.0],
                "an activation is put on the output": [0.0],
                "the hidden layer has no activation": [-24.0],
                "the list is dropped where there is one output": -3.0,
                "the outputs of all layers are collected": [[1.0, 0.0], [-3.0]],
            },
        )

    def test_a_call_leaves_nothing_behind(self):
        model = network_by_hand()
        with same_parameters(model, "a call"):
            handed_over(model, [1.0, 2.0])
            handed_over(model, values(1.0, 2.0))

    def test_a_network_of_one_layer_is_that_layer(self):
        model = MLP([2, 1])
        set_weights(model.layers[0], [3.0, -1.0, 0.5])
        expect_close(
            model([2.0, 1.5]),
            [5.0],
            "output of a network of one layer",
            mistakes={"an activation is put on the output": [math.tanh(5.0)]},
        )

    def test_gradients_reach_back_through_all_layers(self):
        model, x = network_by_hand(), [Value(1.0), Value(2.0)]
        (4 * model(x)[0]).backward()
        first, second = model.layers[0].neurons
        (out,) = model.layers[1].neurons
        expect_close(
            [v.grad for v in (*out.w, out.b, *first.w, first.b, *second.w, second.b, *x)],
            # the second hidden neuron is off: nothing gets through to it
            [4.0, 0.0, 4.0, 20.0, 40.0, 20.0, 0.0, 0.0, 0.0, 40.0, -20.0],
            "gradients of 4·output: last layer, first neuron, second neuron, inputs",
            mistakes={
                "numbers, not Values, are passed from layer to layer: the graph is cut": [4, 0, 4]
                + [0] * 8,
                "the inputs are taken as plain numbers: nothing that computed them learns": [
                    *(4.0, 0.0, 4.0, 20.0, 40.0, 20.0, 0.0, 0.0, 0.0),
                    *(0.0, 0.0),
                ],
            },
        )

    def test_finite_differences_agree(self):
        model = MLP([3, 4, 2], rng=random.Random(1))
        expect_agreement(lambda *x: model(list(x))[0] * model(list(x))[1], 0.3, -1.2, 0.7)

    def test_the_inputs_stay_as_they_were(self):
        x = [1.0, 2.0]
        network_by_hand()(x)
        assert x == [1.0, 2.0], f"the caller's inputs were [1.0, 2.0] and are {x} afterwards"

    def test_hidden_neurons_start_different_so_their_gradients_differ(self):
        model = MLP([2, 3, 1], rng=random.Random(1))
        model([0.5, -1.5])[0].backward()
        rows = {tuple(w.grad for w in neuron.w) for neuron in model.layers[0].neurons}
        assert len(rows) == 3, (
            f"of 3 hidden neurons {len(rows)} has a gradient of its own: neurons that start equal "
            "put out the same, get the same gradient, and are equal after every step of training. "
            "Three of them can do no more than one."
        )


@pytest.mark.kata("mlp_parameter_count")
class TestMLPParameterCount:
    def test_one_layer_has_weights_and_biases(self):
        expect_close(
            mlp_parameter_count([3, 2]),
            8,
            "parameters of MLP([3, 2])",
            mistakes={
                ("the biases are left out", "the output layer has no biases"): 6,
                "there is one bias for each input, not for each neuron": 9,
                "there is a single bias for the whole layer": 7,
                "units are counted": 5,
                "the inputs have biases as well": 11,
            },
        )

    def test_layers_add_up(self):
        # (3 + 1)·4 + (4 + 1)·2
        expect_close(
            mlp_parameter_count([3, 4, 2]),
            26,
            "parameters of MLP([3, 4, 2])",
            mistakes={
                "the biases are left out": 20,
                "there is one bias for each input, not for each neuron": 27,
                "only the first layer is counted": 16,
                "only the last layer is counted": 10,
                "the hidden layer has no biases": 22,
                "the output layer has no biases": 24,
                "the inputs have biases as well": 29,
            },
        )

    @pytest.mark.parametrize(
        "sizes, expected",
        [([2, 16, 16, 1], 337), ([784, 16, 16, 10], 13002)],
        ids=["micrograd's demo", "3Blue1Brown's digits"],
    )
    def test_published_networks(self, sizes, expected):
        expect_close(mlp_parameter_count(sizes), expected, f"parameters of MLP({sizes})")

    def test_it_agrees_with_a_real_one(self):
        expect_close(
            mlp_parameter_count([3, 5, 2, 7]), MLP([3, 5, 2, 7]).n_parameters(), "parameters"
        )

    @pytest.mark.parametrize("sizes", [[3, 5, 2], (3, 5, 2)], ids=["a list", "a tuple"])
    def test_the_sizes_stay_as_they_were(self, sizes):
        before = type(sizes)(sizes)
        try:
            mlp_parameter_count(sizes)
        except AttributeError as error:
            pytest.fail(f"sizes may come in a tuple too, and {error}: nothing is taken out of it")
        assert sizes == before, f"the caller's sizes were {before} and are {sizes} afterwards"

    def test_no_network_is_made(self, monkeypatch):
        def refuse(*args, **kwargs):
            pytest.fail("a Value was made to be counted: sizes are enough to know how many")

        monkeypatch.setattr(Value, "__init__", refuse)
        # (1000 + 1)·2000 + (2000 + 1)·10
        expect_close(mlp_parameter_count([1000, 2000, 10]), 2022010, "parameters, by arithmetic")
