"""4.1 · Multi-layer perceptrons: layers of Tensors, found and trained as in Phases 2 and 3."""

import math
from math import nan

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises, same_parameters
from katas.phase2_networks import module as values
from katas.phase2_networks.losses import cross_entropy as cross_entropy_of_values
from katas.phase3_training.optimizers import Adam
from katas.phase3_training.spec_helpers import a_seed_does
from katas.phase3_training.training import fit
from katas.phase4_llms.mlp import MLP, Dropout, Linear, Sequential, cast_parameters, tensor_loss
from katas.phase4_llms.spec_helpers import (
    expect_float32,
    hinted,
    is_drawn_from,
    numbers,
    rng_of,
    shapes_of,
)
from katas.phase4_llms.tensor import Tensor, cross_entropy

# three examples, three classes; the shares are 0.7, 0.2 and 0.7 for the right ones
LOGS = np.log([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
RIGHT = np.array([0, 2, 2])


def layer(W, b=None):
    """A Linear with these weights."""
    n_in, n_out = np.shape(W)
    made = Linear(n_in, n_out, rng_of(0), bias=b is not None)
    made.weight = Tensor(np.array(W, dtype=float))
    made.bias = None if b is None else Tensor(np.array(b, dtype=float))
    return made


@pytest.mark.kata("Linear.__init__")
class TestLinearInit:
    def test_weights_have_a_row_for_each_input_and_a_column_for_each_output(self):
        made = Linear(3, 5, rng_of(0))
        assert made.weight.shape == (3, 5), (
            f"the weight of 3 inputs and 5 outputs is {made.weight.shape}, and should be (3, 5): "
            "Y = X W + b (PyTorch has them the other way round)"
        )
        assert made.bias.shape == (5,), (
            f"the bias of 5 outputs is {made.bias.shape}, and should be (5,): broadcasting adds it "
            "to every row, and needs no axis in front"
        )

    def test_both_are_tensors_that_can_be_learned(self):
        made = Linear(3, 5, rng_of(0))
        for name in ("weight", "bias"):
            tensor = getattr(made, name)
            assert isinstance(tensor, Tensor) and tensor.requires_grad, f"{name} is {tensor!r}"
            assert tensor.data.dtype == np.float64, f"{name} is {tensor.data.dtype}"
        assert sorted(shapes_of(made)) == ["bias", "weight"], (
            f"the parameters found inside are {shapes_of(made)}"
        )

    def test_weights_are_uniform_within_one_over_root_n(self):
        w = Linear(100, 70, rng_of(0)).weight.data
        expect_close(
            w.std() * math.sqrt(3),
            0.1,
            "√3 times the deviation of 7,000 weights, which is the limit of a uniform distribution",
            mistakes={
                "the limit is 1 / n": 0.01,
                "the limit is that of the 70 outputs": 1 / math.sqrt(70),
                "the limit is halved, or drawn from 0 to it alone": 0.05,
                "the limit is Glorot's √(6 / (n_in + n_out)), as in Keras; here it is PyTorch's": (
                    math.sqrt(6 / 170)
                ),
                "the deviation is 1 / √n, where the limit should be": 0.1 * math.sqrt(3),
                "the deviation is √(2 / n), He's for ReLU": math.sqrt(6 / 100),
            },
            tolerance=0.002,
        )
        assert abs(w).max() <= 0.1, (
            f"with 100 inputs a weight of {abs(w).max():.3g} was drawn, and should be within "
            "1 / √100 = 0.1: is the distribution uniform?"
        )
        assert abs(w.mean()) < 0.005, (
            f"the mean of 7,000 weights is {w.mean():.3g}, and should be 0"
        )

    def test_the_bias_starts_at_0(self):
        bias = Linear(3, 2, rng_of(0)).bias.data
        assert not bias.any(), (
            f"the bias of a new layer is {bias}, and should be 0, as in Keras and Flax; PyTorch "
            "draws it as it draws the weights"
        )

    def test_a_layer_may_have_no_bias(self):
        made = Linear(3, 2, rng_of(0), bias=False)
        assert made.bias is None, (
            f"bias=False, and the bias is {made.bias!r}: one of zeros would be trained, too"
        )
        assert len(made.parameters()) == 1, f"{len(made.parameters())} parameters without a bias"

    def test_all_weights_are_drawn_from_rng(self):
        first, again, other = (Linear(3, 5, rng_of(seed)).weight.data for seed in (1, 1, 2))
        assert np.array_equal(first, again), "one seed gave two different layers"
        assert not np.array_equal(first, other), "two seeds gave the same layer: is rng used?"
        assert len(np.unique(first)) == 15, "several weights are equal"
        assert not np.array_equal(Linear(3, 5).weight.data, Linear(3, 5).weight.data), (
            "without rng, two layers are equal: a fresh generator begins somewhere else each time"
        )

    def test_a_seed_does_for_a_generator(self):
        a_seed_does(lambda rng: Linear(3, 5, rng).weight.data)


@pytest.mark.kata("Linear.__call__")
class TestLinearCall:
    def test_it_is_x_w_plus_b(self):
        y = layer([[1, 2], [3, 5]], [10, 20])(Tensor([[1.0, -1.0], [2.0, 0.0]]))
        expect_close(
            y,
            [[8, 17], [12, 24]],
            "output for W = [[1, 2], [3, 5]] and b = [10, 20]",
            mistakes={
                "the bias is left out": [[-2, -3], [2, 4]],
                "the bias is added twice": [[18, 37], [22, 44]],
                "it is W X + b": [[15, 19], [23, 17]],
                "W is transposed": [[9, 18], [12, 26]],
            },
        )

    def test_without_a_bias(self):
        y = layer([[1, 2], [3, 5]])(Tensor([[1.0, -1.0]]))
        expect_close(y, [[-2, -3]], "output for W = [[1, 2], [3, 5]] without a bias")

    def test_an_array_will_do_and_axes_in_front_stay(self):
        W, b, X = numbers(3, 5), numbers(5), numbers(2, 7, 3)
        y = layer(W, b)(X)
        assert isinstance(y, Tensor), f"the output for an array is a {type(y).__name__}"
        expect_close(y, np.einsum("btd,dh->bth", X, W) + b, "output for an array (2, 7, 3)")

    @pytest.mark.parametrize("bias", [True, False], ids=["with a bias", "without"])
    def test_there_may_be_no_axes_in_front(self, bias):
        made, x, g = layer(numbers(3, 5), numbers(5) if bias else None), numbers(3), numbers(5)
        try:
            y = made(Tensor(x))
        except ValueError as error:
            pytest.fail(
                f"an input of shape (3,) stops with: {error}. In (…, n_in) the dots stand for any "
                "number of axes, also for none: one row can be made of it, and taken off again"
            )
        row = made(Tensor([x])).data
        expect_close(
            y,
            row[0],
            "output for one input of shape (3,)",
            mistakes={"the axis that was put in front is not taken off again": row},
        )
        expect_close(made(x), y.data, "output for an array of shape (3,)")
        y.backward(g)
        expect_close(made.weight.grad, np.outer(x, g), "gradient of the weight, one input")

    def test_weight_and_bias_and_input_get_their_gradients(self):
        made, X, g = layer(numbers(3, 5), numbers(5)), numbers(7, 3), numbers(7, 5, salt=2)
        x = Tensor(X)
        with same_parameters(made):
            made(x).backward(g)
        expect_close(
            x.grad,
            g @ made.weight.data.T,
            "gradient of the input",
            mistakes={
                "the layer computes with the data of its input, so that no layer below learns": 0.0
            },
        )
        expect_close(made.weight.grad, X.T @ g, "gradient of the weight")
        expect_close(made.bias.grad, g.sum(axis=0), "gradient of the bias")


@pytest.mark.kata("Sequential.__init__")
class TestSequentialInit:
    def test_the_layers_are_kept_in_order(self):
        first, second = layer([[1.0]]), layer([[2.0]])
        made = Sequential(first, Tensor.relu, second)
        expect_kind(made.layers, list, "layers")
        assert list(map(id, made.layers)) == list(map(id, (first, Tensor.relu, second))), (
            f"layers is {made.layers!r}, and should hold the three that were given"
        )

    def test_their_parameters_are_found_by_2_2(self):
        made = Sequential(layer([[1.0]], [2.0]), Tensor.relu, layer([[3.0]]))
        names = [name for name, _ in made.named_parameters()]
        assert names == ["layers.0.weight", "layers.0.bias", "layers.2.weight"], (
            f"the parameters found inside are {names}"
        )
        assert made.n_parameters() == 3


@pytest.mark.kata("Sequential.__call__")
class TestSequentialCall:
    def test_each_layer_gets_the_output_of_the_one_before(self):
        made = Sequential(lambda x: x + 1, lambda x: x * 10, lambda x: x - 2)
        expect_close(
            made(Tensor([3.0])),
            [38.0],
            "(3 + 1) · 10 - 2",
            mistakes={
                "every layer gets the input": [1.0],
                "the layers run backwards": [20.0],
                "the last layer is left out": [40.0],
                "only the first layer runs": [4.0],
                "functions are passed over, which are layers, too": [3.0],
            },
        )

    def test_it_can_be_called_again(self):
        made = Sequential(lambda x: x + 1)
        for _ in range(2):
            expect_close(made(Tensor([3.0])), [4.0], "3 + 1, by one layer, each time")

    def test_it_keeps_nothing_of_what_passes_through(self):
        made = Sequential(layer([[1.0]]), Tensor.relu)
        with same_parameters(made):
            made(Tensor([[3.0]]))

    def test_no_layers_change_nothing(self):
        x = Tensor([3.0])
        with hinted("where there are no layers there is no first one: begin with x itself"):
            y = Sequential()(x)
        assert y is x, "a Sequential without layers should return x itself"


@pytest.mark.kata("MLP.__init__")
class TestMLPInit:
    def test_a_linear_stands_between_each_two_sizes(self):
        made = MLP([3, 5, 7, 2], rng=rng_of(0))
        shapes = [parameter.shape for parameter in made.parameters()]
        assert shapes == [(3, 5), (5,), (5, 7), (7,), (7, 2), (2,)], (
            f"the parameters of sizes 3, 5, 7, 2 have the shapes {shapes}"
        )

    def test_an_activation_stands_between_each_two_linears_and_not_at_the_end(self):
        kinds = [type(made) is Linear for made in MLP([3, 5, 7, 2], rng=rng_of(0)).layers]
        assert kinds == [True, False, True, False, True], (
            f"of the layers of sizes 3, 5, 7, 2, these are Linear: {kinds}; each activation is a "
            "layer of its own, and the last Linear has none"
        )

    @pytest.mark.parametrize("activation", [Tensor.relu, Tensor.tanh], ids=["relu", "tanh"])
    def test_it_computes_what_it_should(self, activation):
        made = MLP([3, 5, 2], activation, rng_of(0))
        W1, b1, W2, b2 = (numbers(*p.shape, salt=8) for p in made.parameters())
        for parameter, data in zip(made.parameters(), (W1, b1, W2, b2)):
            parameter.data = data
        X = numbers(7, 3)
        Z = X @ W1 + b1
        A = np.maximum(Z, 0) if activation is Tensor.relu else np.tanh(Z)
        out = A @ W2 + b2
        expect_close(
            called(made, X),
            out,
            f"output of sizes 3, 5, 2 with {activation.__name__}",
            mistakes={
                "there is an activation after the last layer": (
                    np.maximum(out, 0) if activation is Tensor.relu else np.tanh(out)
                ),
                "there is no activation": Z @ W2 + b2,
                "the other activation stands there": (
                    (np.tanh(Z) if activation is Tensor.relu else np.maximum(Z, 0)) @ W2 + b2
                ),
            },
        )

    def test_relu_is_what_it_takes_if_nothing_is_said(self):
        made = MLP([1, 1, 1], rng=rng_of(0))
        for parameter, data in zip(made.parameters(), ([[2.0]], [0.0], [[1.0]], [0.0])):
            parameter.data = np.array(data)
        expect_close(made(Tensor([[3.0], [-3.0]])), [[6.0], [0.0]], "outputs of one ReLU unit")

    def test_layers_of_equal_size_have_different_weights(self):
        made = MLP([5, 5, 5], rng=rng_of(0))
        first, _, second, _ = (parameter.data for parameter in made.parameters())
        assert not np.array_equal(first, second), "two layers were drawn with the same weights"
        again = MLP([5, 5, 5], rng=rng_of(0)).parameters()[2].data
        assert np.array_equal(second, again), (
            "one seed gave two different networks: is rng handed on to every Linear?"
        )

    def test_a_seed_does_for_a_generator(self):
        is_drawn_from(lambda rng: MLP([5, 5, 5], rng=rng), "MLP([5, 5, 5])")

    def test_without_rng_two_networks_differ(self):
        a, b = (MLP([3, 5]).parameters()[0].data for _ in range(2))
        assert not np.array_equal(a, b), "without rng, two networks are equal"

    @pytest.mark.parametrize("sizes", [[], [5]], ids=str)
    def test_fewer_than_two_sizes_are_refused(self, sizes):
        expect_raises(ValueError, lambda: MLP(sizes), f"MLP({sizes})", naming=[sizes])

    def test_its_state_can_be_taken_and_given_back(self):
        made, other = MLP([3, 5, 2], rng=rng_of(0)), MLP([3, 5, 2], rng=rng_of(1))
        other.load_state_dict(made.state_dict())
        expect_close(other(numbers(7, 3)), made(numbers(7, 3)).data, "output with its state")

    def test_your_value_engine_finds_the_same_gradients(self):
        on_values, on_tensors = twins([3, 5, 4, 2])
        X, y = numbers(7, 3), [0, 1, 1, 0, 1, 0, 0]
        losses = [cross_entropy_of_values(on_values(x), k) for x, k in zip(X.tolist(), y)]
        loss_of_values = sum(losses) / 7
        loss_of_values.backward()
        loss = cross_entropy(on_tensors(X), y)
        loss.backward()
        expect_close(loss, loss_of_values, "loss on Tensors, compared with that on Values")
        for name, parameter in on_tensors.named_parameters():
            i = 1 + int(name.split(".")[1]) // 2
            expect_close(
                parameter.grad,
                arrays_of(on_values, "grad")[name],
                f"gradient of the {name.split('.')[2]} of layer {i}, compared with your Values'",
            )


def called(module, x):
    """What a module makes of x; fails if it keeps some of it as a parameter."""
    __tracebackhide__ = True
    with same_parameters(module):
        return module(x)


def twins(sizes):
    """The same tanh network twice: the MLP of 2.2, and that of 4.1."""
    on_values, on_tensors = values.MLP(sizes), MLP(sizes, Tensor.tanh, rng_of(0))
    for i, parameter in enumerate(on_values.parameters()):
        parameter.data = math.sin(3 * i) * 0.8
    start = arrays_of(on_values, "data")
    for name, parameter in on_tensors.named_parameters():
        parameter.data = start[name]
    return on_values, on_tensors


def arrays_of(on_values, field):
    """Data or gradients of the neurons of an MLP of 2.2, as its twin has them: {name: array}."""
    found = {}
    for i, neurons in enumerate(part.neurons for part in on_values.layers):
        columns = [[getattr(w, field) for w in neuron.w] for neuron in neurons]
        found[f"layers.{2 * i}.weight"] = np.array(columns).T.copy()
        found[f"layers.{2 * i}.bias"] = np.array([getattr(neuron.b, field) for neuron in neurons])
    return found


@pytest.mark.kata("Dropout.__init__")
class TestDropoutInit:
    @pytest.mark.parametrize("p", [1, 1.5, -0.1, nan])
    def test_p_is_from_0_to_below_1(self, p):
        expect_raises(ValueError, lambda: Dropout(p), f"Dropout({p})", naming=[p])

    @pytest.mark.parametrize("p", [0, 0.5, 0.999])
    def test_p_is_kept(self, p):
        assert Dropout(p).p == p

    def test_so_is_the_generator(self):
        rng = rng_of(0)
        assert Dropout(0.5, rng).rng is rng, "rng is not kept"
        for given, what in ((None, "without rng"), (7, "with the seed 7")):
            kept = Dropout(0.5, given).rng
            assert isinstance(kept, np.random.Generator), (
                f"{what} the rng of a Dropout is {kept!r}, and should be a Generator: a call will "
                "draw from it"
            )

    def test_it_has_nothing_to_learn(self):
        assert Dropout(0.5, rng_of(0)).parameters() == []


ONES = np.ones((100, 101))


@pytest.mark.kata("Dropout.__call__")
class TestDropoutCall:
    def test_an_entry_is_dropped_with_probability_p(self):
        y = called(Dropout(0.2, rng_of(0)), Tensor(ONES)).data
        below = (1 + math.erf(0.2 / math.sqrt(2))) / 2  # of normal numbers
        expect_close(
            (y == 0).mean(),
            0.2,
            "share of 10,100 entries that Dropout(0.2) set to 0",
            mistakes={
                "p is the share that is kept": 0.8,
                "nothing is dropped": 0.0,
                "normal numbers are compared with p, and not uniform ones": below,
                "normal numbers are compared with p, and those below it kept": 1 - below,
            },
            tolerance=0.02,
        )

    def test_the_others_are_scaled_so_that_the_mean_stays(self):
        y = Dropout(0.2, rng_of(0))(Tensor(ONES)).data
        expect_close(
            y.max(),
            1.25,
            "an entry 1 that passed Dropout(0.2)",
            mistakes={
                "what is kept is not scaled": 1.0,
                "it is multiplied by 1 - p, not divided": 0.8,
                "it is divided by p": 5.0,
                "it is divided by the share that was kept by chance, and not by 1 - p": (
                    y.size / np.count_nonzero(y)
                ),
            },
        )
        kinds = np.unique(y).tolist()
        assert kinds == [0.0, 1.25], f"entries of 1 became {kinds[:5]}, and should be 0 or 1.25"

    def test_every_entry_has_its_own_luck(self):
        y = Dropout(0.5, rng_of(0))(Tensor(ONES)).data > 0
        assert not (y == y[0]).all() and not (y == y[:, :1]).all(), (
            "whole rows or columns are dropped together: the draws need the shape of x"
        )

    def test_how_many_are_dropped_is_left_to_chance(self):
        drop = Dropout(0.5, rng_of(0))
        dropped = [drop(Tensor(ONES)).data == 0 for _ in range(5)]
        for axis, where in ((None, "call"), (1, "row"), (0, "column")):
            counts = {int(n) for one in dropped for n in np.ravel(one.sum(axis=axis))}
            assert len(counts) > 1, (
                f"in five calls every {where} lost exactly {counts.pop()} entries: a fixed number "
                "is dropped. Each entry is dropped with probability p, whatever becomes of others"
            )

    def test_in_eval_mode_everything_passes(self):
        drop, x = Dropout(0.5, rng_of(0)), Tensor(numbers(2, 3))
        drop.eval()
        assert drop(x) is x, (
            f"in eval mode Dropout returned {drop(x).data.tolist()} for {x.data.tolist()}, and "
            "should return x itself: it is for training alone"
        )
        drop.train()
        dropped = (drop(Tensor(ONES)).data == 0).mean()
        assert dropped > 0, "after train() nothing is dropped any more"

    @pytest.mark.parametrize("p, mode", [(0.5, "eval"), (0, "train")], ids=["eval", "p = 0"])
    def test_where_everything_passes_nothing_is_drawn(self, p, mode):
        drop, rng = Dropout(p, rng_of(0)), rng_of(0)
        getattr(drop, mode)()
        drop(Tensor(ONES))
        assert drop.rng.random() == rng.random(), (
            f"Dropout({p}) drew numbers in {mode} mode, where nothing is dropped: whoever looks at "
            "the loss in between trains on with other numbers than whoever does not"
        )

    def test_with_p_0_everything_passes(self):
        x = Tensor(numbers(2, 3))
        got = Dropout(0, rng_of(0))(x)
        assert got is x, f"Dropout(0) returned {got!r}, and should return x itself: nothing to do"

    def test_the_gradient_passes_where_the_entry_did(self):
        x = Tensor(numbers(20, 30))
        y = Dropout(0.5, rng_of(0))(x)
        y.backward(numbers(20, 30, salt=2))
        passed = np.broadcast_to(x.grad != 0, (20, 30))
        assert passed.all() or not passed.any() or np.array_equal(passed, y.data != 0), (
            "the gradient passes where other entries did: has the way back drawn a mask of its own?"
        )
        expect_close(
            x.grad,
            numbers(20, 30, salt=2) * (y.data / x.data),
            "gradient through Dropout(0.5)",
            mistakes={
                "what came out does not lead back to x": 0.0,
                "the gradient passes everywhere": numbers(20, 30, salt=2),
                "the gradient is not scaled as the entry was": numbers(20, 30, salt=2)
                * (y.data != 0),
            },
        )

    def test_each_call_draws_anew_from_rng(self):
        drop = Dropout(0.5, rng_of(0))
        first, second = drop(Tensor(ONES)).data, drop(Tensor(ONES)).data
        assert not np.array_equal(first, second), "two calls dropped the same entries"
        again = Dropout(0.5, rng_of(0))(Tensor(ONES)).data
        assert np.array_equal(first, again), "one seed gave two different results: is rng used?"

    def test_the_input_stays_as_it_was(self):
        x = Tensor(ONES.copy())
        Dropout(0.5, rng_of(0))(x)
        assert np.array_equal(x.data, ONES), "the data of the input was changed in place"

    def test_float32_stays_float32(self):
        expect_float32(Dropout(0.5, rng_of(0)), (2, 3))


# ---- training


@pytest.mark.kata("cast_parameters")
class TestCastParameters:
    def test_every_parameter_has_the_new_dtype(self):
        made = MLP([3, 5, 2], rng=rng_of(0))
        before = [parameter.data.copy() for parameter in made.parameters()]
        cast_parameters(made, np.float32)
        for parameter, data in zip(made.parameters(), before):
            assert parameter.data.dtype == np.float32, (
                f"there is a {parameter.data.dtype} left: what is written into an array takes its "
                "dtype, so that data needs another array"
            )
            expect_close(
                parameter,
                data,
                "data as float32",
                mistakes={"its bytes are read as float32, not converted": data.view(np.float32)},
                tolerance=1e-7,
            )

    def test_the_parameters_are_the_same_tensors(self):
        made = MLP([3, 5, 2], rng=rng_of(0))
        before = made.parameters()
        cast_parameters(made, np.float32)
        assert all(p is q for p, q in zip(made.parameters(), before)), "the Tensors were replaced"

    def test_a_frozen_parameter_stays_frozen(self):
        made = layer([[1.0, 2.0]])
        made.weight.requires_grad, made.weight.label = False, "W"
        cast_parameters(made, np.float32)
        assert (made.weight.requires_grad, made.weight.label) == (False, "W"), (
            "a parameter was made anew, and has lost its label, or learns now though it was frozen"
        )

    @pytest.mark.parametrize("training", [True, False])
    def test_nothing_else_is_changed(self, training):
        made = layer([[1.0, 2.0]])
        made.train() if training else made.eval()
        grad = made.weight.grad = np.array([[3.0, 4.0]])
        cast_parameters(made, np.float32)
        assert made.weight.grad is grad and np.array_equal(grad, [[3.0, 4.0]]), (
            f"the gradient of a parameter was {grad}, and is {made.weight.grad!r} now: the data "
            "alone is converted"
        )
        assert made.training == training, (
            f"`training` of the model was {training}, and is {made.training} now: the data of the "
            "parameters alone is converted"
        )

    def test_from_then_on_everything_is_float32(self):
        made = MLP([3, 5, 2], rng=rng_of(0))
        cast_parameters(made, np.float32)
        loss = cross_entropy(made(numbers(7, 3)), [0, 1, 1, 0, 1, 0, 0])
        loss.backward()
        kinds = {loss.data.dtype, *(parameter.grad.dtype for parameter in made.parameters())}
        assert kinds == {np.dtype(np.float32)}, (
            f"the parameters are float32, and loss and gradients are {kinds}: an array that "
            "comes in takes the dtype of the weights"
        )

    def test_and_back(self):
        made = MLP([3, 2], rng=rng_of(0))
        cast_parameters(made, np.float32)
        cast_parameters(made, np.float64)
        kinds = {str(p.data.dtype) for p in made.parameters()}
        assert kinds == {"float64"}, (
            f"converted to float32 and then to float64, data is {kinds}: is dtype looked at?"
        )

    @pytest.mark.parametrize("dtype", [int, np.float16])
    def test_other_kinds_are_refused(self, dtype):
        layer = Linear(3, 2, rng_of(0))
        before = layer.weight.data
        expect_raises(
            ValueError,
            lambda: cast_parameters(layer, dtype),
            f"parameters as {dtype.__name__} (a Tensor holds float32 or float64; of integers all "
            "that is between -1 and 1 would be 0)",
            naming=[dtype.__name__],
        )
        assert layer.weight.data is before, "the dtype was refused, and a parameter has other data"


@pytest.mark.kata("tensor_loss")
class TestTensorLoss:
    def test_it_returns_the_mean_cross_entropy_and_the_share_that_is_right(self):
        loss, accuracy = tensor_loss(layer(np.eye(3), [0, 0, 0]), LOGS, np.array([0, 1, 2]))
        total = -math.log(0.7 * 0.3 * 0.7)
        expect_close(
            loss,
            total / 3,
            "loss where the right classes have the shares 0.7, 0.3, 0.7",
            mistakes={"accuracy comes first": 2 / 3, "it is the sum": total},
        )
        expect_close(
            accuracy,
            2 / 3,
            "accuracy where two of three examples are right",
            mistakes={
                "the right ones are counted, and not divided": 2.0,
                "the wrong ones are counted": 1 / 3,
                "the highest score is looked for down the columns": 1.0,
            },
        )

    def test_both_are_numbers(self):
        got = tensor_loss(layer(np.eye(3), [0, 0, 0]), LOGS, RIGHT)
        for number, name in zip(got, ("the loss", "the accuracy"), strict=True):
            assert not isinstance(number, Tensor), (
                f"{name} is a Tensor: a list of them would keep the graph of every step alive"
            )
            expect_kind(number, float, name)

    def test_gradients_are_added_to_those_that_are_there(self):
        model = layer(np.eye(3), [0, 0, 0])
        once = (np.exp(LOGS) - np.eye(3)[RIGHT]).sum(axis=0) / 3
        tensor_loss(model, LOGS, RIGHT)
        expect_close(
            model.bias.grad,
            once,
            "gradient of the bias",
            mistakes={
                "no backward pass was made, or gradients were cleared after it": 0.0,
                "1/N is missing": 3 * once,
            },
        )
        tensor_loss(model, LOGS, RIGHT)
        expect_close(
            model.bias.grad,
            2 * once,
            "gradient of the bias after two calls",
            mistakes={"tensor_loss clears them itself, which is the caller's business": once},
        )

    @pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
    def test_the_model_is_called_once_as_it_is_and_not_moved(self, training):
        modes, inside = [], layer(np.eye(3), [0, 0, 0])
        model = Sequential(lambda x: modes.append(model.training) or x, inside)
        model.train() if training else model.eval()
        tensor_loss(model, LOGS, RIGHT)
        assert len(modes) == 1, f"the model was called {len(modes)} times on one batch"
        assert [*modes, model.training, inside.training] == [training] * 3, (
            f"`training` of the model was {training}, when it was called {modes[0]}, and is "
            f"{model.training} now: the caller, fit, says whether Dropout drops, for training and "
            "for validation with one and the same function"
        )
        assert np.array_equal(inside.weight.data, np.eye(3)), (
            "the weights were moved: an optimizer of the caller does that"
        )

    def test_an_optimizer_of_3_3_moves_tensors_as_it_moves_values(self):
        on_values, on_tensors = twins([3, 4, 2])
        X, y = numbers(7, 3), np.array([0, 1, 1, 0, 1, 0, 0])
        first, second = Adam(on_values.parameters(), 0.1), Adam(on_tensors.parameters(), 0.1)
        for _ in range(3):
            first.zero_grad()
            (
                sum(cross_entropy_of_values(on_values(x), k) for x, k in zip(X.tolist(), y)) / 7
            ).backward()
            first.step()
            second.zero_grad()
            tensor_loss(on_tensors, X, y)
            second.step()
        wanted = arrays_of(on_values, "data")
        for name, parameter in on_tensors.named_parameters():
            expect_close(parameter, wanted[name], f"{name} after three steps of Adam")

    def test_the_loop_of_3_4_trains_it(self):
        rng = rng_of(5)
        corners = rng.integers(0, 2, (160, 2))
        X, y = corners + 0.15 * rng.standard_normal((160, 2)), corners.sum(axis=1) % 2
        model = MLP([2, 16, 2], Tensor.tanh, rng_of(0))
        optimizer = Adam(model.parameters(), lr=0.05)
        train, validation = (X[:120], y[:120]), (X[120:], y[120:])
        history = fit(model, tensor_loss, train, validation, optimizer, 20, 16, rng_of(1))
        reached = history["validation_accuracy"][-1]
        assert reached >= 0.95, (
            f"after 20 epochs {reached:.0%} of the validation part are right, and one straight "
            "line already gets 75 % of these four heaps"
        )
