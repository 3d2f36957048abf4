"""4.4 · Modern architectures: a GPT, what it writes, and what later models changed."""

import json
import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import gelu as gelu_of_values
from katas.phase2_networks.module import MLP, Module
from katas.phase3_training.optimizers import SGD, AdamW, RMSProp
from katas.phase4_llms.checkpoint import load_checkpoint, pack, save_checkpoint, unpack
from katas.phase4_llms.generation import KVCache, generate, sample
from katas.phase4_llms.tensor import Tensor, concatenate, cross_entropy, no_grad
from katas.phase4_llms.transformer import (
    GPT,
    Block,
    FeedForward,
    GPTConfig,
    LayerNorm,
    gelu,
    normalize,
)

inf, nan = math.inf, math.nan


def rng_of(seed):
    return np.random.default_rng(seed)


def numbers(*shape):
    """An array of numbers with one decimal, none of them 0: the same for the same shape."""
    draws = rng_of(shape).uniform(0.1, 2.0, (2, *shape))
    return np.round(draws[0], 1) * np.where(draws[1] > 1.05, 1, -1)


def filled(module, scale=0.5):
    """The module, with other numbers in every parameter: gains are not 1 now, biases not 0."""
    rng = rng_of(44)
    for parameter in module.parameters():
        parameter.data = scale * rng.standard_normal(parameter.data.shape)
    return module


def shapes_of(module):
    """{name: shape} of all parameters."""
    return {name: parameter.data.shape for name, parameter in module.named_parameters()}


def has_parameters(module, wanted, what):
    """Fail unless a module has these parameters, {name: shape}, in this order."""
    __tracebackhide__ = True
    found = shapes_of(module)
    lost = {name: shape for name, shape in wanted.items() if found.get(name) != shape}
    extra = {name: shape for name, shape in found.items() if wanted.get(name) != shape}
    assert not lost and not extra, (
        f"the parameters of {what} are not right\n"
        f"  wanted, and not there  {lost or 'none'}\n  there, and not wanted  {extra or 'none'}"
    )
    assert list(found) == list(wanted), (
        f"the parameters of {what} come in the order {list(found)}, and should be made in the "
        f"order {list(wanted)}"
    )


def is_drawn_from(make, what):
    """Fail unless a module gets its first numbers from the generator that it is given."""
    __tracebackhide__ = True
    one, again, other = (
        np.concatenate([p.data.ravel() for p in make(rng_of(seed)).parameters()])
        for seed in (5, 5, 6)
    )
    assert np.array_equal(one, again), (
        f"{what} made twice from generators of the same seed has other weights: is rng handed on "
        "to all that draws?"
    )
    assert not np.array_equal(one, other), (
        f"{what} has the same weights from generators of two seeds: the rng that is given should "
        "draw them"
    )


def measured(f, array):
    """The gradient of a number f(array), entry by entry, by the central difference of 1.1."""

    def of_list(entries):
        return float(f(np.reshape(entries, array.shape)))

    return np.reshape(numerical_gradient(of_list, array.ravel().tolist()), array.shape)


MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def pulled_back(function, x, seed):
    """The gradient at x of a function of a Tensor whose output has the gradient seed."""
    t = Tensor(x.copy())
    function(t).backward(seed)
    return t.grad


def is_one_node(result, x, op):
    """Fail unless a Tensor was made from x in one step."""
    __tracebackhide__ = True
    assert result.op == op and len(result.parents) == 1 and result.parents[0] is x, (
        f"the result has op {result.op!r} and {len(result.parents)} parents, and should be one "
        f'node with op "{op}" whose only parent is x: every node more is another array to keep'
    )


def leaves_all_as_it_was(function, x):
    """Fail if a function of a Tensor writes into its input, or its pullback into the gradient."""
    __tracebackhide__ = True
    t, seed = Tensor(x.copy()), numbers(*x.shape)
    given = seed.copy()
    result = function(t)
    assert np.array_equal(t.data, x), "x.data was changed in place: *=, -=, out= write into it"
    result.pullbacks[0](given)
    assert np.array_equal(given, seed), (
        "the pullback wrote into the gradient that it was given, and others may hold the same array"
    )


def keeps_float32(function, x):
    """Fail unless a function of a float32 Tensor gives float32, forwards and backwards."""
    __tracebackhide__ = True
    t = Tensor(x.astype(np.float32))
    result = function(t)
    back = result.pullbacks[0](np.ones(result.shape, np.float32))
    assert (result.data.dtype, back.dtype) == (np.float32, np.float32), (
        f"from float32 came {result.data.dtype}, and {back.dtype} on the way back: a constant that "
        "is a numpy float64 makes float64 of all that it meets; Python's own floats do not"
    )


# ---- the parts of a block

SIX = np.array([-1.7, -0.4, 0.3, 1.1, 2.3, 0.0])


def inside(a):
    """What the tanh of GELU is taken of."""
    return math.sqrt(2 / math.pi) * (a + 0.044715 * a**3)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.mark.kata("gelu")
class TestGelu:
    def test_it_is_the_gelu_of_section_2_3_on_arrays(self):
        exact = [a * (1 + math.erf(a / math.sqrt(2))) / 2 for a in SIX]
        expect_close(
            gelu(Tensor(SIX)),
            [gelu_of_values(Value(a)).data for a in SIX],
            "GELU of six numbers",
            mistakes={
                "GELU is taken for a ReLU": np.maximum(SIX, 0),
                "GELU is taken for SiLU": SIX * sigmoid(SIX),
                "Φ is the exact one, by erf, and not the tanh form": exact,
                "Φ is approximated by a sigmoid of 1.702 x": SIX * sigmoid(1.702 * SIX),
                "the cubic term is left out": SIX * (1 + np.tanh(math.sqrt(2 / math.pi) * SIX)) / 2,
                "x is squared where its cube is meant": (
                    SIX * (1 + np.tanh(math.sqrt(2 / math.pi) * (SIX + 0.044715 * SIX**2))) / 2
                ),
                "the factor x is left out": (1 + np.tanh(inside(SIX))) / 2,
                "the half is left out": SIX * (1 + np.tanh(inside(SIX))),
            },
        )

    def test_its_gradient_is_that_of_section_2_3(self):
        wanted = []
        for a in SIX:
            x = Value(a)
            (gelu_of_values(x) * 3).backward()
            wanted.append(x.grad)
        t = np.tanh(inside(SIX))
        slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * SIX**2)
        flat = math.sqrt(2 / math.pi) * (1 + 0.044715 * SIX**2)
        steep = SIX * (1 - t * t)
        expect_close(
            pulled_back(gelu, SIX, np.full(6, 3.0)),
            wanted,
            "gradient of 3 · GELU at six numbers",
            mistakes={
                "the gradient that arrives is left out": np.array(wanted) / 3,
                "the tanh is held fixed, as if x were the only factor": 1.5 * (1 + t),
                "only the tanh is differentiated, not the factor x": 1.5 * steep * slope,
                "the slope inside the tanh is left out": 1.5 * (1 + t + steep),
                "the cube keeps its slope of 1 instead of 3 x²": 1.5 * (1 + t + steep * flat),
                "it is that of a ReLU": 3.0 * (SIX > 0),
            },
        )

    def test_any_shape_goes_entry_by_entry(self):
        x, seed = numbers(2, 3, 5), numbers(2, 3, 5)[::-1]
        expect_close(
            pulled_back(gelu, x, seed),
            measured(lambda a: (gelu(Tensor(a)).data * seed).sum(), x),
            "gradient of an array of shape (2, 3, 5)",
            tolerance=MEASURED,
        )

    def test_it_is_one_node(self):
        x = Tensor(SIX)
        is_one_node(gelu(x), x, "gelu")

    def test_large_numbers_pass_or_vanish(self):
        x = np.array([1000.0, -1000.0, 30.0, -30.0])
        with np.errstate(all="raise", under="ignore"):
            expect_close(gelu(Tensor(x)), [1000.0, 0.0, 30.0, 0.0], "GELU of ±1000 and ±30")
            slopes = pulled_back(gelu, x, np.ones(4))
        expect_close(slopes, [1.0, 0.0, 1.0, 0.0], "slope of GELU at ±1000 and ±30")

    def test_float32_stays_float32(self):
        keeps_float32(gelu, SIX)

    def test_nothing_that_is_given_is_changed(self):
        leaves_all_as_it_was(gelu, SIX)


# mean 5, squares of the differences 9 + 1 + 1 + 25 = 36, their mean 9
ROW = np.array([[2.0, 4.0, 4.0, 10.0]])
CENTRED = ROW - 5


@pytest.mark.kata("normalize")
class TestNormalize:
    def test_a_row_is_shifted_and_scaled_to_mean_0_and_variance_1(self):
        expect_close(
            normalize(Tensor(ROW), eps=0.0),
            CENTRED / 3,
            "the row 2, 4, 4, 10 normalized: its mean is 5 and its variance 36 / 4 = 9",
            mistakes={
                "the sum of squares is divided by C - 1, not by C": CENTRED / math.sqrt(12),
                "it is divided by the variance, not by its root": CENTRED / 9,
                "the mean is not subtracted": ROW / 3,
                "only the mean is subtracted": CENTRED,
                "it is divided by the root of the mean square of what was not centred": (
                    CENTRED / math.sqrt(34)
                ),
                "the mean is not subtracted and the mean square is taken of all (RMSNorm)": (
                    ROW / math.sqrt(34)
                ),
                "it is multiplied by the deviation": CENTRED * 3,
            },
        )

    def test_every_row_has_its_own_mean_and_variance(self):
        x = np.array([[1.0, 2.0, 6.0], [10.0, 20.0, 90.0], [5.0, 1.0, 3.0]])

        def over(axis):
            centred = x - x.mean(axis=axis, keepdims=True)
            return centred / np.sqrt((centred**2).mean(axis=axis, keepdims=True) + 0.5)

        rows = [[(a - sum(r) / 3) for a in r] for r in x.tolist()]
        wanted = [[a / math.sqrt(sum(b * b for b in r) / 3 + 0.5) for a in r] for r in rows]
        expect_close(
            normalize(Tensor(x), eps=0.5),
            wanted,
            "three rows of three channels, each normalized",
            mistakes={
                "every column is normalized: the mean goes over the wrong axis": over(0),
                "mean and variance are those of the whole array": over(None),
            },
        )

    def test_eps_is_added_inside_the_root(self):
        expect_close(
            normalize(Tensor(ROW), eps=7.0),
            CENTRED / 4,
            "the row 2, 4, 4, 10 with variance 9 and eps = 7: the root of 16 is 4",
            mistakes={
                "eps is added outside the root": CENTRED / 10,
                "eps is left out": CENTRED / 3,
                "eps is squared": CENTRED / math.sqrt(58),
                "eps is only the least that the variance may be": CENTRED / math.sqrt(9),
                "eps is added to the sum of squares, before the mean": CENTRED / math.sqrt(43 / 4),
            },
        )

    def test_eps_is_a_hundred_thousandth_if_none_is_given(self):
        x = np.array([[0.001, -0.001]])  # variance 1e-6
        expect_close(
            normalize(Tensor(x)),
            x / math.sqrt(1.1e-5),
            "a row of variance 0.000001, normalized without naming eps",
            mistakes={
                "eps is 1e-6": x / math.sqrt(2e-6),
                "eps is 1e-8": x / math.sqrt(1.01e-6),
                "eps is 0": x / 1e-3,
                "eps is added outside the root": x / (1e-3 + 1e-5),
            },
        )

    def test_a_row_of_equal_numbers_becomes_zeros(self):
        expect_close(normalize(Tensor(np.full((2, 3), 7.0))), np.zeros((2, 3)), "rows of sevens")

    def test_the_gradient_counts_what_mean_and_variance_do(self):
        x, g = numbers(3, 5), numbers(5, 3).T
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 0.5)
        y = centred * scale
        mean_g = g.mean(axis=-1, keepdims=True)
        along = (g * y).mean(axis=-1, keepdims=True)
        expect_close(
            pulled_back(lambda t: normalize(t, eps=0.5), x, g),
            measured(lambda a: (normalize(Tensor(a), eps=0.5).data * g).sum(), x),
            "gradient of three rows of five, normalized",
            mistakes={
                "mean and variance are taken for constants": g * scale,
                "the variance is taken for a constant": (g - mean_g) * scale,
                "the mean is taken for a constant": (g - y * along) * scale,
                "the gradient's means go over the wrong axis": (
                    g - g.mean(axis=0) - y * (g * y).mean(axis=0)
                )
                * scale,
                "sums stand where means are meant": (g - 5 * mean_g - 5 * y * along) * scale,
                "the scale is left out": g - mean_g - y * along,
                "the gradient that arrives is left out": 0 * g,
            },
            tolerance=MEASURED,
        )

    def test_axes_in_front_are_of_any_number(self):
        x = numbers(2, 3, 5)
        one_by_one = np.array(
            [[normalize(Tensor(row[None])).data[0] for row in rows] for rows in x]
        )
        expect_close(normalize(Tensor(x)), one_by_one, "an array of shape (2, 3, 5)")
        expect_close(normalize(Tensor(x[0, 0])), one_by_one[0, 0], "a single row, of shape (5,)")

    def test_it_is_one_node(self):
        x = Tensor(ROW)
        is_one_node(normalize(x), x, "normalize")

    def test_float32_stays_float32(self):
        keeps_float32(normalize, ROW)

    def test_nothing_that_is_given_is_changed(self):
        leaves_all_as_it_was(normalize, numbers(3, 5))


@pytest.mark.kata("LayerNorm.__init__")
class TestLayerNormInit:
    def test_gain_and_bias_have_a_number_for_each_channel(self):
        has_parameters(LayerNorm(5), {"gain": (5,), "bias": (5,)}, "LayerNorm(5)")

    def test_gain_starts_at_1_and_bias_at_0(self):
        norm = LayerNorm(3)
        expect_close(norm.gain, np.ones(3), "gain", mistakes={"gain starts at 0": np.zeros(3)})
        expect_close(norm.bias, np.zeros(3), "bias", mistakes={"bias starts at 1": np.ones(3)})

    def test_eps_is_kept(self):
        assert (LayerNorm(3).eps, LayerNorm(3, eps=0.25).eps) == (1e-5, 0.25), (
            f"eps is {LayerNorm(3).eps} by default, and {LayerNorm(3, eps=0.25).eps} where it "
            "should be 0.25"
        )


@pytest.mark.kata("LayerNorm.__call__")
class TestLayerNormCall:
    @staticmethod
    def norm(eps):
        norm = LayerNorm(4, eps)
        norm.gain.data = np.array([2.0, 3.0, 5.0, 7.0])
        norm.bias.data = np.array([1.0, -1.0, 10.0, 20.0])
        return norm

    def test_what_is_normalized_is_scaled_and_shifted_by_channel(self):
        y = CENTRED / 4  # eps = 7, as above
        gain, bias = np.array([2.0, 3.0, 5.0, 7.0]), np.array([1.0, -1.0, 10.0, 20.0])
        scaled = ROW * gain
        again = scaled - scaled.mean()
        expect_close(
            self.norm(eps=7.0)(Tensor(ROW)),
            y * gain + bias,
            "LayerNorm of 2, 4, 4, 10 with eps = 7",
            mistakes={
                "gain and bias are not used": y,
                "bias is left out": y * gain,
                "gain is left out": y + bias,
                "bias is added before the gain": (y + bias) * gain,
                "gain is added and bias multiplied": y * bias + gain,
                "eps is not the one that was kept": CENTRED / math.sqrt(9 + 1e-5) * gain + bias,
                "gain comes before the norm": again / np.sqrt((again**2).mean() + 7) + bias,
            },
        )

    def test_every_position_is_treated_alike(self):
        x = numbers(2, 3, 4)
        norm = self.norm(eps=1e-5)
        one_by_one = [[norm(Tensor(row[None])).data[0] for row in rows] for rows in x]
        expect_close(norm(Tensor(x)), one_by_one, "LayerNorm of two sequences of three positions")

    def test_gain_and_bias_collect_from_all_positions(self):
        x, seed, norm = numbers(2, 3, 4), numbers(2, 3, 4)[::-1], self.norm(eps=1e-5)
        norm(Tensor(x)).backward(seed)
        y = normalize(Tensor(x)).data
        expect_close(norm.gain.grad, (seed * y).sum(axis=(0, 1)), "gradient of gain")
        expect_close(norm.bias.grad, seed.sum(axis=(0, 1)), "gradient of bias")


@pytest.mark.kata("FeedForward.__init__")
class TestFeedForwardInit:
    def test_it_is_wide_inside(self):
        wanted = {
            "expand.weight": (3, 7),
            "expand.bias": (7,),
            "contract.weight": (7, 3),
            "contract.bias": (3,),
        }
        has_parameters(FeedForward(3, 7, rng_of(0)), wanted, "FeedForward(3, 7)")

    def test_the_weights_are_drawn_from_rng(self):
        is_drawn_from(lambda rng: FeedForward(3, 7, rng), "FeedForward(3, 7)")

    def test_it_works_without_rng(self):
        one, other = FeedForward(3, 7), FeedForward(3, 7)
        assert not np.array_equal(one.expand.weight.data, other.expand.weight.data), (
            "two FeedForwards made without rng have the same weights"
        )


@pytest.mark.kata("FeedForward.__call__")
class TestFeedForwardCall:
    def test_gelu_stands_between_the_two_layers(self):
        layer, x = filled(FeedForward(3, 7, rng_of(0))), Tensor(numbers(2, 5, 3))
        wide = layer.expand(x)
        expect_close(
            layer(x),
            layer.contract(gelu(wide)),
            "feed-forward of two sequences of five positions",
            mistakes={
                "there is no GELU: two linear layers are one": layer.contract(wide),
                "a ReLU stands where GELU is meant": layer.contract(wide.relu()),
                "a tanh stands where GELU is meant": layer.contract(wide.tanh()),
                "GELU comes after the second layer": gelu(layer.contract(wide)),
                "GELU comes after the second layer too": gelu(layer.contract(gelu(wide))),
                "GELU is taken twice": layer.contract(gelu(gelu(wide))),
                "what came in is added here": layer.contract(gelu(wide)).data + x.data,
            },
        )

    def test_every_position_is_on_its_own(self):
        layer, x = filled(FeedForward(3, 7, rng_of(0))), numbers(1, 5, 3)
        before = layer(Tensor(x)).data
        x[0, 2] += 1.0
        moved = np.abs(layer(Tensor(x)).data - before).max(axis=-1)[0] > 1e-9
        assert moved.tolist() == [False, False, True, False, False], (
            f"position 2 was changed, and positions {np.flatnonzero(moved).tolist()} moved"
        )

    def test_all_four_parameters_get_a_gradient(self):
        layer = filled(FeedForward(3, 7, rng_of(0)))
        layer(Tensor(numbers(2, 5, 3))).backward(numbers(2, 5, 3))
        without = [name for name, p in layer.named_parameters() if not np.any(p.grad)]
        assert not without, f"no gradient reached {', '.join(without)}"


BLOCK = {
    "norm1.gain": (6,),
    "norm1.bias": (6,),
    "attention.qkv.weight": (6, 18),
    "attention.qkv.bias": (18,),
    "attention.output.weight": (6, 6),
    "attention.output.bias": (6,),
    "norm2.gain": (6,),
    "norm2.bias": (6,),
    "feed_forward.expand.weight": (6, 24),
    "feed_forward.expand.bias": (24,),
    "feed_forward.contract.weight": (24, 6),
    "feed_forward.contract.bias": (6,),
}


@pytest.mark.kata("Block.__init__")
class TestBlockInit:
    def test_it_has_two_norms_attention_and_feed_forward(self):
        has_parameters(Block(6, 3, rng_of(0)), BLOCK, "Block(6, 3)")

    def test_the_attention_is_causal_and_has_the_heads_that_were_asked_for(self):
        attention = Block(6, 3, rng_of(0)).attention
        assert attention.causal, (
            "the attention is not causal: it would read the word it is to guess"
        )
        assert attention.n_head == 3, f"3 heads were asked for, and there are {attention.n_head}"

    def test_the_weights_are_drawn_from_rng(self):
        is_drawn_from(lambda rng: Block(6, 3, rng), "Block(6, 3)")

    def test_it_works_without_rng(self):
        one, other = Block(6, 3), Block(6, 3)
        assert not np.array_equal(one.attention.qkv.weight.data, other.attention.qkv.weight.data), (
            "two Blocks made without rng have the same weights"
        )


def on_paper():
    """A block whose four parts are one step of arithmetic each: + 1, · 3, + 20, · 7."""
    block = Block(2, 1, rng_of(0))
    block.norm1 = lambda x: x + 1
    block.attention = lambda x, cache=None: x * 3
    block.norm2 = lambda x: x + 20
    block.feed_forward = lambda x: x * 7
    return block


@pytest.mark.kata("Block.__call__")
class TestBlockCall:
    def test_attention_then_feed_forward_each_on_a_norm_each_added(self):
        # 1 + 3 · (1 + 1) = 7, and 7 + 7 · (7 + 20) = 196
        expect_close(
            on_paper()(Tensor(np.ones((1, 1, 1)))),
            [[[196.0]]],
            "1 through a block of the parts norm1: + 1, attention: · 3, norm2: + 20, "
            "feed_forward: · 7",
            mistakes={
                "the norm comes after the sum (post-norm)": [[[60.0]]],  # 4 + 1, 5 · 8 + 20
                "what is added to is the normalized stream, not the stream": [[[224.0]]],  # 8, 28
                "nothing is added: the stream is replaced": [[[182.0]]],  # 6, 7 · 26
                "the attention replaces the stream instead of being added to it": [[[188.0]]],
                "the feed-forward replaces the stream instead of being added to it": [[[189.0]]],
                "both norms are left out": [[[32.0]]],  # 4, 4 + 28
                "norm1 is left out": [[[172.0]]],  # 4, 4 + 7 · 24
                "norm2 is left out": [[[56.0]]],  # 7 + 49
                "norm1 is used twice, and norm2 never": [[[63.0]]],  # 7 + 7 · 8
                "norm2 is used twice, and norm1 never": [[[652.0]]],  # 64, 64 + 7 · 84
                "the feed-forward reads what the block was given, not what attention made": [
                    [[154.0]]
                ],
                "attention is lost: the second sum begins with what the block was given": [
                    [[190.0]]
                ],
                "the feed-forward comes first": [[[595.0]]],  # 148, 148 + 3 · 149
            },
        )

    def test_a_block_whose_layers_give_nothing_lets_the_stream_pass(self):
        block, x = filled(Block(6, 3, rng_of(0))), numbers(2, 5, 6)
        for layer in (block.attention.output, block.feed_forward.contract):
            layer.weight.data = np.zeros(layer.weight.shape)
            layer.bias.data = np.zeros(layer.bias.shape)
        expect_close(
            block(Tensor(x)),
            x,
            "a stream through a block whose last layers are all zeros, which adds nothing,",
            mistakes={"the stream is not passed on": np.zeros((2, 5, 6))},
        )

    def test_the_cache_is_handed_to_the_attention(self):
        handed = []
        block = on_paper()
        block.attention = lambda x, cache=None: handed.append(cache) or x
        memory = object()
        block(Tensor(np.ones((1, 1, 1))), memory)
        block(Tensor(np.ones((1, 1, 1))))
        assert handed[0] is memory and handed[1] is None, (
            f"the attention was called with the caches {handed}, and should get the block's own"
        )

    def test_with_real_parts_a_changed_future_does_not_move_the_past(self):
        block, x = filled(Block(6, 3, rng_of(0))), numbers(1, 5, 6)
        before = block(Tensor(x)).data
        x[0, 3, 0] += 1.0  # in all channels alike, the norm would take it away
        moved = np.abs(block(Tensor(x)).data - before).max(axis=-1)[0] > 1e-9
        assert moved.tolist() == [False, False, False, True, True], (
            f"position 3 was changed, and positions {np.flatnonzero(moved).tolist()} moved: it "
            "should be 3 and all after it"
        )

    def test_all_parameters_get_a_gradient(self):
        block = filled(Block(6, 3, rng_of(0)))
        block(Tensor(numbers(2, 5, 6))).backward(numbers(2, 5, 6))
        without = [name for name, p in block.named_parameters() if not np.any(p.grad)]
        assert not without, f"no gradient reached {', '.join(without)}"

    def test_the_gradient_of_the_stream_is_the_measured_one(self):
        block, x, seed = filled(Block(4, 2, rng_of(0))), numbers(1, 3, 4), numbers(1, 3, 4)
        expect_close(
            pulled_back(block, x, seed),
            measured(lambda a: (block(Tensor(a)).data * seed).sum(), x),
            "gradient of a stream that went through a block",
            tolerance=MEASURED,
        )


# ---- a whole model

CONFIG = GPTConfig(n_tokens=11, block_size=7, n_layer=2, n_head=3, n_channels=6)


@pytest.mark.kata("GPT.__init__")
class TestGPTInit:
    def test_it_has_a_table_of_tokens_positions_blocks_and_a_norm(self):
        wanted = {"token.weight": (11, 6), "positions.table": (7, 6)}
        for i in range(2):
            wanted |= {f"blocks.{i}.{name}": shape for name, shape in BLOCK.items()}
        wanted |= {"norm.gain": (6,), "norm.bias": (6,)}
        has_parameters(GPT(CONFIG, rng_of(0)), wanted, "a GPT of two layers")

    def test_the_number_of_parameters_is_that_of_the_formula(self):
        V, T, L, C = 11, 7, 2, 6
        block = 12 * C * C + 13 * C  # 4C² in attention, 8C² in feed-forward; 9C biases, 4C in norms
        right = V * C + T * C + L * block + 2 * C
        expect_close(
            GPT(CONFIG, rng_of(0)).n_parameters(),
            right,
            "number of parameters of a GPT with V = 11, T = 7, L = 2, C = 6",
            mistakes={
                "the head has a table of its own (the weights are not tied)": right + V * C,
                "the head has a table of its own, and biases": right + V * C + V,
                "the final norm is missing": right - 2 * C,
                "all blocks are one and the same": right - block,
                "there is one block too many": right + block,
                "there is no table of positions": right - T * C,
                "there are as many positions as tokens": right + (V - T) * C,
            },
        )

    def test_each_block_has_weights_of_its_own(self):
        one, other = GPT(CONFIG, rng_of(0)).blocks
        assert one is not other, (
            "both blocks are the same object: [Block(…)] * n makes one block, and lists it n times"
        )
        assert not np.array_equal(one.attention.qkv.weight.data, other.attention.qkv.weight.data), (
            "both blocks start with the same weights, so that they would learn the same"
        )

    def test_every_parameter_is_a_leaf(self):
        for name, parameter in GPT(CONFIG, rng_of(0)).named_parameters():
            assert not parameter.parents, (
                f'{name} was computed, by "{parameter.op}": gradients do not stay in what was '
                "computed, so that it would never learn. Change the numbers in its data"
            )

    def test_the_table_of_tokens_has_a_deviation_of_0_02(self):
        # of 20,000 numbers, whose deviation has an error of 0.5 %: 3 % are allowed
        config = GPTConfig(n_tokens=500, block_size=2, n_layer=0, n_head=1, n_channels=40)
        found = GPT(config, rng_of(0)).token.weight.data.std()
        wrong = {
            "the table is as Embedding draws it": 1.0,
            "the variance is 0.02, not the deviation": math.sqrt(0.02),
            "the factor 0.02 is taken twice": 0.0004,
            "the table is not drawn at all": 0.0,
        }
        same = [
            name for name, deviation in wrong.items() if abs(found - deviation) <= deviation / 30
        ]
        assert abs(found - 0.02) < 0.0006, "\n".join(
            [f"the table of tokens has a deviation of {found:.4f}, and should have 0.02"]
            + [f"This is what you get when {name}." for name in same]
        )

    def test_the_config_is_kept(self):
        assert GPT(CONFIG, rng_of(0)).config == CONFIG

    def test_the_weights_are_drawn_from_rng(self):
        is_drawn_from(lambda rng: GPT(CONFIG, rng), "a GPT")

    def test_it_works_without_rng(self):
        one, other = GPT(CONFIG), GPT(CONFIG)
        assert not np.array_equal(one.token.weight.data, other.token.weight.data), (
            "two GPTs made without rng have the same weights"
        )


IDS = np.array([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])


class Memory:
    """What a cache does, written out: it keeps keys and values, and gives back all so far."""

    def __init__(self):
        self.k, self.v = [], []

    @property
    def length(self):
        return sum(k.shape[-2] for k in self.k)

    def extend(self, k, v):
        self.k.append(k)
        self.v.append(v)
        return concatenate(self.k, axis=-2), concatenate(self.v, axis=-2)


def in_pieces(model, ids, *lengths, cache=Memory):
    """The logits of ids (B, T) that a model is given piece by piece."""
    caches = [cache() for _ in model.blocks]
    ends = np.cumsum(lengths)
    pieces = [
        model(ids[:, start:end], caches).data
        for start, end in zip([0, *ends], [*ends, len(ids[0])])
    ]
    return np.concatenate(pieces, axis=1)


class Displaced:
    """Positions that are counted wrong from the second piece on: 0 at first, then as shown."""

    def __init__(self, positions, wrong):
        self.positions, self.wrong = positions, wrong

    def __call__(self, x, start=0):
        return self.positions(x, self.wrong(start) if start else 0)


def displaced(model, wrong, ids, *lengths):
    """The logits in pieces, of a model that counts positions wrong."""
    right = model.positions
    model.positions = Displaced(right, wrong)
    try:
        return in_pieces(model, ids, *lengths)
    finally:
        model.positions = right


def without_past(model, ids, *lengths):
    """The logits of pieces that stand at their places, but see nothing before themselves."""
    pieces, start = [], 0
    for length in lengths:
        x = model.positions(model.token(ids[:, start : start + length]), start)
        for block in model.blocks:
            x = block(x)
        pieces.append((model.norm(x) @ model.token.weight.swapaxes(0, 1)).data)
        start += length
    return np.concatenate(pieces, axis=1)


@pytest.mark.kata("GPT.__call__")
class TestGPTCall:
    def test_tokens_and_positions_through_the_blocks_the_norm_and_the_table(self):
        model = GPT(CONFIG, rng_of(0))
        W, P = numbers(11, 6), numbers(7, 6)
        model.token.weight.data, model.positions.table.data = W, P
        model.blocks = [lambda x, cache=None: x * 3, lambda x, cache=None: x + 1]
        model.norm = lambda x: x * x
        x, p = W[IDS], P[np.newaxis]
        expect_close(
            model(IDS),
            ((x + p) * 3 + 1) ** 2 @ W.T,
            "logits of a GPT whose blocks are · 3 and + 1, and whose norm is the square",
            mistakes={
                "the final norm is left out": ((x + p) * 3 + 1) @ W.T,
                "positions are left out": (x * 3 + 1) ** 2 @ W.T,
                "positions are added after the blocks": (x * 3 + 1 + p) ** 2 @ W.T,
                "only the first block is used": ((x + p) * 3) ** 2 @ W.T,
                "only the last block is used": ((x + p) + 1) ** 2 @ W.T,
                "every block reads the embedding, and their outputs are added": (
                    (x + p) * 3 + (x + p) + 1
                )
                ** 2
                @ W.T,
                "the blocks are run backwards": ((x + p + 1) * 3) ** 2 @ W.T,
                "the norm stands before the blocks": ((x + p) ** 2 * 3 + 1) @ W.T,
                "there is no head": ((x + p) * 3 + 1) ** 2,
            },
        )

    def test_a_new_model_gives_each_token_about_the_same_probability(self):
        config = GPTConfig(n_tokens=61, block_size=13, n_layer=2, n_head=2, n_channels=16)
        for seed in range(3):
            model, rng = GPT(config, rng_of(seed)), rng_of(seed)
            ids = rng.integers(0, 61, (5, 14))
            loss = float(cross_entropy(model(ids[:, :-1]), ids[:, 1:]).data)
            assert abs(loss - math.log(61)) < 0.1, (
                f"the loss of a new model with 61 tokens is {loss:.3f}, and should be near "
                f"ln 61 = {math.log(61):.3f}, give or take 0.1: it knows nothing yet, and should "
                "not be sure of anything. Large numbers in the table make large logits"
            )

    def test_a_changed_future_never_moves_the_past(self):
        model = filled(GPT(CONFIG, rng_of(0)))
        ids = IDS[:1].copy()
        before = model(ids).data
        for t in range(7):
            changed = ids.copy()
            changed[0, t] = (ids[0, t] + 1) % 11
            moved = np.abs(model(changed).data - before).max(axis=-1)[0] > 1e-9
            assert moved.tolist() == [i >= t for i in range(7)], (
                f"token {t} was changed, and the logits of positions "
                f"{np.flatnonzero(moved).tolist()} moved: it should be {list(range(t, 7))}. A "
                "position that sees its future reads off what it should learn to guess"
            )

    def test_order_matters(self):
        model = filled(GPT(CONFIG, rng_of(0)))
        one, other = model(np.array([[1, 2, 3]])), model(np.array([[2, 1, 3]]))
        assert np.abs(one.data[0, -1] - other.data[0, -1]).max() > 1e-3, (
            "after tokens 1 2 3 and after 2 1 3 the model expects the same: it does not know where "
            "a token stands"
        )

    def test_sequences_of_a_batch_do_not_mix(self):
        model = filled(GPT(CONFIG, rng_of(0)))
        alone = [model(IDS[i : i + 1]).data[0] for i in range(2)]
        expect_close(model(IDS), alone, "logits of two sequences in a batch, and of each alone")

    def test_a_token_s_row_collects_the_gradients_of_both_its_uses(self):
        """The table is read at the bottom, and multiplied with at the top."""
        model, seed = filled(GPT(CONFIG, rng_of(0))), numbers(2, 7, 11)
        weight = model.token.weight.data
        table, head = Tensor(weight.copy()), Tensor(weight.copy())
        x = model.positions(table[IDS])
        for block in model.blocks:
            x = block(x)
        (model.norm(x) @ head.swapaxes(0, 1)).backward(seed)
        model.zero_grad()
        model(IDS).backward(seed)
        assert np.any(model.token.weight.grad), "no gradient at all reached token.weight"
        expect_close(
            model.token.weight.grad,
            table.grad + head.grad,
            "gradient of the table, which is embedding and head at once",
            mistakes={
                "half of it is missing: what came through the head (is it a copy?)": table.grad,
                "half of it is missing: what came through the embedding": head.grad,
                "the two halves are averaged": (table.grad + head.grad) / 2,
            },
        )

    def test_every_parameter_gets_a_gradient(self):
        model = filled(GPT(CONFIG, rng_of(0)))
        cross_entropy(model(IDS[:, :-1]), IDS[:, 1:]).backward()
        # rows that no token or position asked for have none, but every array has some
        without = [name for name, p in model.named_parameters() if not np.any(p.grad)]
        assert not without, f"no gradient reached {', '.join(without)}"

    def test_a_context_of_block_size_is_the_longest(self):
        model = GPT(CONFIG, rng_of(0))
        assert model(IDS).shape == (2, 7, 11), f"7 tokens gave logits of shape {model(IDS).shape}"
        expect_raises(
            ValueError,
            lambda: model(np.zeros((1, 8), dtype=int)),
            "8 tokens, where block_size is 7",
            naming=[8, 7],
        )

    def test_an_unknown_token_is_refused(self):
        model = GPT(CONFIG, rng_of(0))
        expect_raises(
            IndexError, lambda: model(np.array([[1, 11]])), "token 11 of 11", naming=["11"]
        )

    def test_with_caches_it_continues_where_it_stopped(self):
        model, ids = filled(GPT(CONFIG, rng_of(0))), IDS[:, :6]
        expect_close(
            in_pieces(model, ids, 2),
            model(ids),
            "logits of six tokens that came as two and four, with caches",
            mistakes={
                "positions begin at 0 again with each piece": displaced(model, lambda n: 0, ids, 2),
                "positions are one too low after the first piece": displaced(
                    model, lambda n: n - 1, ids, 2
                ),
                "positions are one too high after the first piece": displaced(
                    model, lambda n: n + 1, ids, 2
                ),
                "the caches are not handed to the blocks: a piece knows nothing before it": (
                    without_past(model, ids, 2, 4)
                ),
                "the caches are not looked at: each piece is a text of its own": np.concatenate(
                    [model(ids[:, :2]).data, model(ids[:, 2:]).data], axis=1
                ),
            },
        )

    def test_a_single_block_needs_no_second_cache(self):
        model = filled(GPT(GPTConfig(11, 7, n_layer=1, n_head=3, n_channels=6), rng_of(0)))
        expect_close(in_pieces(model, IDS, 3), model(IDS), "logits in pieces, with one block")

    def test_each_block_has_the_cache_in_its_own_place(self):
        model, caches, seen = GPT(CONFIG, rng_of(0)), [Memory(), Memory()], []
        model.blocks = [
            lambda x, cache=None: seen.append(cache) or x,
            lambda x, cache=None: seen.append(cache) or x,
        ]
        model(IDS, caches)
        assert [id(cache) for cache in seen] == [id(cache) for cache in caches], (
            "the blocks were not called with the caches in their order, each once"
        )

    def test_what_is_in_the_cache_counts_for_the_context(self):
        model, caches = GPT(CONFIG, rng_of(0)), [Memory(), Memory()]
        model(IDS[:, :5], caches)
        expect_raises(
            ValueError,
            lambda: model(IDS[:, :3], caches),
            "3 tokens after 5 in the cache, where block_size is 7",
            naming=[8, 7],
        )


# ---- writing


@pytest.mark.kata("KVCache.__init__")
class TestKVCacheInit:
    def test_it_is_empty(self):
        assert KVCache().length == 0, f"a new cache has length {KVCache().length}"


K, V = numbers(2, 3, 7, 5), numbers(5, 7, 3, 2).T  # (B, n_head, T, D)


def grown(*lengths):
    """A cache, and what it returned for the last piece, after pieces of K and V."""
    cache, start = KVCache(), 0
    for length in lengths:
        piece = slice(start, start + length)
        result = cache.extend(Tensor(K[:, :, piece]), Tensor(V[:, :, piece]))
        start += length
    return cache, result


@pytest.mark.kata("KVCache.extend")
class TestKVCacheExtend:
    def test_the_first_piece_comes_back_as_it_is(self):
        _, (k, v) = grown(3)
        mixed = {"keys and values are exchanged": V[:, :, :3]}
        expect_close(k, K[:, :, :3], "keys after the first piece", mistakes=mixed)
        expect_close(v, V[:, :, :3], "values after the first piece")

    def test_later_pieces_are_put_at_the_end_of_time(self):
        _, (k, v) = grown(3, 2, 1)
        for got, right, what in ((k, K, "keys"), (v, V, "values")):
            parts = right[:, :, :3], right[:, :, 3:5], right[:, :, 5:6]
            expect_close(
                got,
                right[:, :, :6],
                f"{what} of three, two and one positions",
                mistakes={
                    "only the new ones come back": parts[2],
                    "new ones are put in front of the old": np.concatenate(parts[::-1], axis=-2),
                    "the piece before the last is forgotten": np.concatenate(
                        [parts[0], parts[2]], axis=-2
                    ),
                    "what came first is forgotten": np.concatenate(parts[1:], axis=-2),
                    "the last of the old ones is written over": np.concatenate(
                        [parts[0][:, :, :2], parts[1][:, :, :1], parts[2]], axis=-2
                    ),
                    "the new ones are left out": right[:, :, :5],
                },
            )

    def test_length_counts_positions(self):
        expect_close(
            grown(3, 2, 1)[0].length,
            6,
            "length after three, two and one positions",
            mistakes={
                "calls are counted, not positions": 3,
                "the old ones are counted again with each piece": 14,
                "only the last piece is counted": 1,
                "one position is lost with each piece": 3,
                "it is one behind": 5,
                "the pieces before are counted, not the new one": 5,
            },
        )

    def test_two_caches_do_not_share(self):
        grown(3)
        cache, (k, _) = grown(2)
        assert cache.length == 2 and k.shape == (2, 3, 2, 5), (
            f"a new cache has length {cache.length} and keys {k.shape} after two positions: it "
            "remembers what another one was given"
        )

    def test_what_was_given_is_not_changed(self):
        cache, k, v = KVCache(), Tensor(K[:, :, :2].copy()), Tensor(V[:, :, :2].copy())
        first, _ = cache.extend(k, v)
        cache.extend(Tensor(K[:, :, 2:3]), Tensor(V[:, :, 2:3]))
        expect_close([k, v], [K[:, :, :2], V[:, :, :2]], "keys and values that were given first")
        expect_close(first, K[:, :, :2], "keys that were returned first")

    @pytest.mark.parametrize(
        "lengths", [(1,) * 6, (6,), (1, 5), (5, 1), (2, 3), (3, 1, 2)], ids=str
    )
    def test_a_gpt_with_caches_gives_what_it_gives_at_once(self, lengths):
        model = filled(GPT(CONFIG, rng_of(0)))
        with no_grad():
            expect_close(
                in_pieces(model, IDS, *lengths, cache=KVCache),
                model(IDS),
                f"logits in pieces of {lengths} and the rest",
                mistakes={
                    "a piece does not know what came before": without_past(
                        model, IDS, *lengths, 7 - sum(lengths)
                    )
                },
            )


PROBS = np.array([0.1, 0.4, 0.2, 0.3])
DRAWS, TOLERANCE = 2500, 0.05  # five standard deviations of a frequency near one half


def frequencies(probs, **settings):
    """How often each token came, of 2,500 draws from these probabilities' logarithms."""
    rng = rng_of(7)
    drawn = [sample(np.log(probs), rng=rng, **settings) for _ in range(DRAWS)]
    return np.bincount(drawn, minlength=len(probs)) / DRAWS


def tokens(logits, **settings):
    """All tokens that came in 200 draws; one of probability 0.1 is missed once in 10⁹ times."""
    rng = rng_of(7)
    return {int(sample(np.array(logits), rng=rng, **settings)) for _ in range(200)}


def expect_tokens(found, wanted, what, mistakes):
    """Fail unless just these tokens came, and name the mistake that lets others through."""
    __tracebackhide__ = True
    names = [f"This is exactly what you get when {n}." for n, s in mistakes.items() if s == found]
    assert found == wanted, "\n".join(
        [f"{what}: tokens {sorted(found)} came, and should be {sorted(wanted)}", *names]
    )


@pytest.mark.kata("sample")
class TestSample:
    def test_temperature_0_takes_the_most_likely(self):
        logits = np.array([1.0, 5.0, -2.0, 4.9])
        drawn = [sample(logits, temperature=0, rng=rng_of(seed)) for seed in range(20)]
        expect_close(
            drawn,
            [1] * 20,
            "20 draws at temperature 0 from logits 1, 5, -2, 4.9",
            mistakes={
                "the least likely token is taken": [2] * 20,
                "the logit is returned, not its place": [5.0] * 20,
            },
        )

    def test_temperature_0_draws_nothing(self):
        rng = rng_of(3)
        before = rng.bit_generator.state
        sample(np.array([1.0, 5.0]), temperature=0, rng=rng)
        assert rng.bit_generator.state == before, (
            "a number was drawn at temperature 0, where there is no choice to make"
        )

    def test_the_first_of_equals_goes_first(self):
        logits = [1.0, 2.0, 2.0, 2.0]
        expect_tokens(tokens(logits, temperature=0), {1}, "temperature 0, three equal best", {})
        expect_tokens(
            tokens(logits, top_k=2),
            {1, 2},
            "top_k = 2 of logits 1, 2, 2, 2",
            {"all that equal the k-th are kept": {1, 2, 3}, "the last of equals go first": {2, 3}},
        )
        found = tokens([0.0, 1.0] * 500, top_k=3)
        assert found == {1, 3, 5}, (
            f"top_k = 3 of the logits 0, 1, 0, 1, … gave the tokens {sorted(found)}, and should "
            "give 1, 3, 5: a sort keeps equals in order only if it is stable, and the one that "
            "numpy takes by itself is so for short rows alone"
        )

    def test_an_int_comes_back(self):
        for temperature in (0, 1.0):
            token = sample(np.array([1.0, 2.0]), temperature, rng=rng_of(0))
            assert type(token) is int, (
                f"{token!r} ({type(token).__name__}) came back, and should be an int: other kinds "
                "of numbers cannot be written to JSON, and look odd in a list"
            )

    def test_tokens_come_as_often_as_softmax_says(self):
        expect_close(
            frequencies(PROBS),
            PROBS,
            "frequencies of four tokens of probability 0.1, 0.4, 0.2, 0.3 in 2,500 draws",
            mistakes={
                "all tokens are equally likely": [0.25] * 4,
                "the most likely is always taken": [0.0, 1.0, 0.0, 0.0],
                "places in the sorted order are returned, not tokens": [0.4, 0.3, 0.2, 0.1],
                "the order is reversed": [0.3, 0.2, 0.4, 0.1],
            },
            tolerance=TOLERANCE,
        )

    def test_logits_are_divided_by_the_temperature(self):
        probs = np.array([0.7, 0.2, 0.1])
        by_probs = np.exp(probs / 0.25)
        expect_close(
            frequencies(probs, temperature=0.25),
            probs**4 / (probs**4).sum(),  # dividing a logarithm by 1/4: the fourth power
            "frequencies of 0.7, 0.2, 0.1 at temperature 0.25",
            mistakes={
                "temperature is left out": probs,
                "logits are multiplied by the temperature": probs**0.25 / (probs**0.25).sum(),
                "probabilities are divided by the temperature, not logits": (
                    by_probs / by_probs.sum()
                ),
            },
            tolerance=TOLERANCE,
        )

    def test_a_high_temperature_makes_tokens_more_alike(self):
        probs = np.array([0.9, 0.1])
        expect_close(
            frequencies(probs, temperature=2.0),
            [0.75, 0.25],  # roots 3 : 1
            "frequencies of 0.9 and 0.1 at temperature 2",
            mistakes={"logits are multiplied by the temperature": [81 / 82, 1 / 82]},
            tolerance=TOLERANCE,
        )

    def test_top_k_keeps_the_k_most_likely(self):
        expect_tokens(
            tokens(np.log(PROBS), top_k=2),
            {1, 3},
            "top_k = 2 of probabilities 0.1, 0.4, 0.2, 0.3",
            {
                "top_k is left out": {0, 1, 2, 3},
                "the k least likely are kept": {0, 2},
                "the first k are kept, in the order of the vocabulary": {0, 1},
                "one too many is kept": {1, 2, 3},
                "one too few is kept": {1},
                "the k most likely are thrown away": {0, 2},
            },
        )

    def test_what_is_kept_is_scaled_to_sum_to_1(self):
        expect_close(
            frequencies(PROBS, top_k=2),
            [0.0, 4 / 7, 0.0, 3 / 7],
            "frequencies with top_k = 2",
            mistakes={
                "the kept ones are equally likely": [0.0, 0.5, 0.0, 0.5],
                "what was cut goes to the most likely": [0.0, 0.7, 0.0, 0.3],
            },
            tolerance=0.06,
        )

    def test_top_k_beyond_the_vocabulary_keeps_all(self):
        found = tokens(np.log(PROBS), top_k=50)
        expect_tokens(found, {0, 1, 2, 3}, "top_k = 50 of four tokens", {})

    def test_top_p_keeps_the_token_that_crosses_the_line(self):
        expect_tokens(
            tokens(np.log(PROBS), top_p=0.6),
            {1, 3},  # 0.4 is not enough, 0.4 + 0.3 is
            "top_p = 0.6 of probabilities 0.1, 0.4, 0.2, 0.3",
            {
                "the token that crosses the line is dropped": {1},
                "one token after the line is kept too": {1, 2, 3},
                "top_p is left out": {0, 1, 2, 3},
                "tokens are counted from the least likely": {0, 2, 3},
                "tokens are counted in the order of the vocabulary": {0, 1, 2},
            },
        )

    def test_a_line_that_is_reached_exactly_is_reached(self):
        expect_tokens(
            tokens([0.0, 0.0, 0.0, 0.0], top_p=0.5),
            {0, 1},
            "top_p = 0.5 of four tokens with 0.25 each",
            {"probabilities have to be above p together": {0, 1, 2}},
        )

    def test_top_p_keeps_the_most_likely_even_if_it_is_beyond_the_line(self):
        expect_tokens(
            tokens(np.log(PROBS), top_p=0.05),
            {1},
            "top_p = 0.05, where the most likely has 0.4",
            {"nothing is left, and all come": {0, 1, 2, 3}},
        )

    def test_top_p_of_1_keeps_all(self):
        expect_tokens(tokens(np.log(PROBS), top_p=1.0), {0, 1, 2, 3}, "top_p = 1", {})

    def test_what_top_p_kept_is_scaled_to_sum_to_1(self):
        expect_close(
            frequencies(PROBS, top_p=0.6),
            [0.0, 4 / 7, 0.0, 3 / 7],
            "frequencies with top_p = 0.6",
            mistakes={
                "the kept ones are equally likely": [0.0, 0.5, 0.0, 0.5],
                "what was cut goes to the most likely": [0.0, 0.7, 0.0, 0.3],
            },
            tolerance=0.06,
        )

    def test_temperature_comes_before_top_p(self):
        # squares 0.01, 0.16, 0.04, 0.09 of 0.30 in all: the most likely has 0.53 now
        expect_tokens(
            tokens(np.log(PROBS), temperature=0.5, top_p=0.5),
            {1},
            "top_p = 0.5 at temperature 0.5, where token 1 has 0.53",
            {"top_p is applied before the temperature": {1, 3}},
        )

    def test_top_k_comes_before_top_p(self):
        expect_tokens(
            tokens(np.log(PROBS), top_k=2, top_p=0.5),
            {1},  # of the two that are left, it has 4/7
            "top_p = 0.5 of the two that top_k = 2 left, of which token 1 has 4/7",
            {
                "top_p is applied before top_k": {1, 3},
                "top_k is ignored where top_p is given": {1, 3},
            },
        )

    def test_a_logit_of_minus_infinity_never_comes(self):
        for settings in ({}, {"temperature": 0.5}, {"top_k": 3}, {"top_p": 1.0}):
            expect_tokens(tokens([-inf, 0.0, 0.0], **settings), {1, 2}, "logits -inf, 0, 0", {})

    def test_logits_of_any_size_do_not_overflow(self):
        with np.errstate(over="raise", invalid="raise"):
            for logits in ([2000.0, 1000.0, -2000.0], [-2000.0, -3000.0, -4000.0]):
                expect_tokens(tokens(logits), {0}, f"logits {logits}", {})

    def test_float32_is_precise_enough(self):
        logits = numbers(997).astype(np.float32)
        drawn = {sample(logits, rng=rng_of(seed)) for seed in range(50)}
        assert len(drawn) > 10, f"50 draws from 997 tokens gave only {drawn}"

    def test_the_logits_stay_as_they_were(self):
        logits = np.log(PROBS)
        sample(logits, temperature=0.5, top_k=2, top_p=0.5, rng=rng_of(0))
        expect_close(logits, np.log(PROBS), "logits after a draw")

    def test_the_generator_decides(self):
        logits = np.zeros(997)
        one, again, other = (
            [sample(logits, rng=rng) for _ in range(5)] for rng in (rng_of(1), rng_of(1), rng_of(2))
        )
        assert one == again, f"the same generator gave {one} and {again}"
        assert one != other, f"generators of two seeds both gave {one}"
        assert len({sample(logits) for _ in range(5)}) > 1, "without rng all draws are the same"

    @pytest.mark.parametrize(
        "settings",
        [
            {"temperature": -1.0},
            {"temperature": inf},
            {"temperature": nan},
            {"top_k": 0},
            {"top_k": -3},
            {"top_k": 2.5},
            {"top_p": 0.0},
            {"top_p": -0.5},
            {"top_p": 1.5},
            {"top_p": nan},
        ],
        ids=str,
    )
    def test_settings_that_make_no_sense_are_refused(self, settings):
        (came,) = settings.values()
        expect_raises(
            ValueError,
            lambda: sample(np.log(PROBS), rng=rng_of(0), **settings),
            f"sample with {settings}",
            naming=[came],
        )

    @pytest.mark.parametrize(
        "logits, came",
        [
            (np.zeros((2, 3)), "(2, 3)"),
            (np.zeros(0), "(0,)"),
            (np.array(3.0), "()"),
            (np.array([1.0, nan]), "nan"),
            (np.array([-inf, -inf]), "-inf"),
            (np.array([inf, 1.0]), "inf"),
        ],
        ids=["two rows", "no tokens", "a number", "nan", "nothing possible", "infinity"],
    )
    def test_logits_that_make_no_sense_are_refused(self, logits, came):
        for temperature in (1.0, 0.0):
            expect_raises(
                ValueError,
                lambda t=temperature: sample(logits, t, rng=rng_of(0)),
                f"sample of {came} at temperature {temperature}",
                naming=[came],
            )


class Counting(Module):
    """A stand-in for a GPT. After token t it expects t + 1, and t + 2 with half the probability.

    seen      for each call the tokens that it could see, those in the caches among them
    computed  for each call how many tokens were given
    """

    def __init__(self, block_size, V=97):
        self.config = GPTConfig(V, block_size, n_layer=2, n_head=1, n_channels=1)
        self.blocks = [None, None]
        self.w = Tensor(np.zeros(1))
        self.seen, self.computed, self.modes, self.recorded = [], [], [], []

    def __call__(self, ids, caches=None):
        ids = np.asarray(ids)
        if ids.ndim != 2 or len(ids) != 1:
            pytest.fail(f"the model got ids of shape {ids.shape}, and needs (B, T): here (1, T)")
        if caches and (len(caches) != 2 or caches[0] is caches[1]):
            pytest.fail("the model has two blocks, and each needs a cache of its own")
        seen = ids[0]
        for cache in caches or []:
            k = Tensor(ids.astype(float).reshape(1, 1, -1, 1))
            seen = cache.extend(k, k)[0].data.ravel().astype(int)
        if len(seen) > self.config.block_size:
            pytest.fail(
                f"the model was to see {len(seen)} tokens, those in the caches among them, and its "
                f"block_size is {self.config.block_size}: from then on it sees the last ones alone"
            )
        self.seen.append(seen.tolist())
        self.computed.append(ids.shape[1])
        self.modes.append(self.training)
        logits = np.full((1, ids.shape[1], self.config.n_tokens), -np.inf)
        places = np.arange(ids.shape[1])
        logits[0, places, (ids[0] + 1) % self.config.n_tokens] = math.log(2)
        logits[0, places, (ids[0] + 2) % self.config.n_tokens] = 0.0
        result = Tensor(logits) + self.w
        self.recorded.append(bool(result.parents))
        return result


def fails_half_way(model):
    """Have generate stop at an error, after the model was called."""
    expect_raises(ValueError, lambda: generate(model, [7], 2, temperature=-1.0), "temperature -1")


@pytest.mark.kata("generate")
class TestGenerate:
    def test_the_prompt_is_continued_from_its_last_token(self):
        expect_close(
            generate(Counting(11), [7, 3, 40], 3, temperature=0),
            [7, 3, 40, 41, 42, 43],
            "a text that begins 7, 3, 40, of a model that counts on",
            mistakes={
                "the logits of the first position are sampled, not of the last": [
                    *(7, 3, 40, 8, 9, 10)
                ],
                "the logits of the first position of all are sampled, not of the last": [
                    *(7, 3, 40, 8, 8, 8)
                ],
                "the prompt is not returned": [41, 42, 43],
                "one token too few is added": [7, 3, 40, 41, 42],
                "one token too many is added": [7, 3, 40, 41, 42, 43, 44],
                "n counts the prompt too": [7, 3, 40],
                "only the last token is returned": [43],
            },
        )

    def test_a_list_of_ints_comes_back(self):
        text = generate(Counting(11), [7], 2, rng=rng_of(0))
        assert isinstance(text, list) and all(type(token) is int for token in text), (
            f"{text!r} came back, and should be a list of ints"
        )

    def test_the_prompt_stays_as_it_was(self):
        prompt = [7, 3]
        text = generate(Counting(11), prompt, 2, temperature=0)
        assert prompt == [7, 3] and text is not prompt, (
            f"the prompt [7, 3] is {prompt} afterwards: a list is handed over, not copied"
        )
        assert generate(Counting(11), prompt, 0) is not prompt, "n = 0 gives back the list itself"

    def test_no_tokens_give_back_the_prompt(self):
        assert generate(Counting(11), [7, 3], 0) == [7, 3]

    def test_only_new_tokens_are_computed(self):
        model = Counting(11)
        generate(model, [7, 3, 40], 3, temperature=0)
        expect_close(
            model.computed,
            [3, 1, 1],
            "tokens that the model was given, call by call",
            mistakes={
                "all is computed again for each token: no cache is used": [3, 4, 5],
                "the prompt is given token by token": [1, 1, 1, 1, 1],
                "of the prompt only the last token is given": [1, 1, 1],
                "one call more is made than tokens are drawn": [3, 1, 1, 1],
            },
        )

    def test_each_token_sees_all_before_it(self):
        model = Counting(11)
        text = generate(model, [7, 3, 40], 3, temperature=0)
        assert model.seen == [text[:3], text[:4], text[:5]], (
            f"the model saw {model.seen}, and should have seen {[text[:3], text[:4], text[:5]]}: "
            "a token that is given twice, or not at all, shifts all that come after it"
        )

    @pytest.mark.parametrize("length", [2, 4, 5, 9])
    def test_beyond_the_context_the_last_tokens_are_seen(self, length):
        model = Counting(4)
        text = generate(model, list(range(length)), 6, temperature=0)
        wanted = [text[max(0, end - 4) : end] for end in range(length, length + 6)]
        assert text == list(range(length + 6)), f"a model that counts on wrote {text}"
        assert model.seen == wanted, (
            f"with a context of 4 tokens the model saw {model.seen}, and should have seen the last "
            f"4 at most: {wanted}"
        )

    def test_as_long_as_all_fits_the_cache_is_used(self):
        model = Counting(4)
        generate(model, [1, 2], 5, temperature=0)
        expect_close(
            model.computed,
            [2, 1, 1, 4, 4],
            "tokens that a model of block_size 4 was given, call by call",
            mistakes={
                "the cache is given up one token too early": [2, 1, 4, 4, 4],
                "no cache is used": [2, 3, 4, 4, 4],
            },
        )

    @pytest.mark.parametrize("n_layer", [1, 2])
    def test_a_real_model_writes_the_same_with_and_without_cache(self, n_layer):
        model = filled(GPT(GPTConfig(11, 7, n_layer, n_head=3, n_channels=6), rng_of(0)))
        wanted = [3, 1]
        with no_grad():
            for _ in range(9):
                logits = model(np.array([wanted[-7:]])).data[0, -1]
                wanted.append(int(logits.argmax()))
        expect_close(
            generate(model, [3, 1], 9, temperature=0), wanted, "nine tokens of a GPT of context 7"
        )

    def test_the_settings_reach_sample(self):
        def text(**settings):
            return generate(Counting(50), [0], 30, rng=rng_of(3), **settings)

        assert text() == text(temperature=1.0, top_k=None, top_p=None, stop=None), (
            "without settings another text comes than at temperature 1 with nothing cut"
        )
        counted = list(range(31))
        assert text() != counted, "30 draws at temperature 1 all gave the most likely token"
        for settings in ({"temperature": 0.01}, {"top_k": 1}, {"top_p": 0.1}):
            assert text(**settings) == counted, (
                f"with {settings} the most likely token should come every time: is it handed on?"
            )

    def test_the_generator_decides(self):
        one, again, other = (
            generate(Counting(50), [0], 30, rng=rng_of(seed)) for seed in (1, 1, 2)
        )
        assert one == again, "generators of the same seed wrote two texts"
        assert one != other, "generators of two seeds wrote the same text: is rng handed on?"
        assert generate(Counting(50), [0], 30) != generate(Counting(50), [0], 30), (
            "without rng the same text came twice"
        )

    def test_it_ends_with_the_stop_token(self):
        expect_close(
            generate(Counting(50), [7], 30, temperature=0, stop=10),
            [7, 8, 9, 10],
            "a text that counts on from 7 and should stop at 10",
            mistakes={
                "the stop token is left out": [7, 8, 9],
                "it goes on after the stop token": list(range(7, 38)),
                "one token follows the stop token": [7, 8, 9, 10, 11],
            },
        )

    def test_a_stop_token_in_the_prompt_does_not_end_it(self):
        text = generate(Counting(50), [10], 2, temperature=0, stop=10)
        assert text == [10, 11, 12], (
            f"after the prompt [10] came {text[1:]}, where 10 is the stop token: a text of names "
            "begins with the token that also ends one"
        )

    def test_token_0_can_be_the_stop(self):
        text = generate(Counting(50, V=10), [8], 5, temperature=0, stop=0)
        assert text == [8, 9, 0], f"stop = 0 should end the text 8, 9, 0, and {text} came"

    def test_the_model_is_in_eval_mode_while_it_writes(self):
        model = Counting(11)
        model.train()
        generate(model, [7], 2)
        assert model.modes == [False, False], "the model was in train mode: dropout would be active"

    @pytest.mark.parametrize("mode", ["train", "eval"])
    def test_afterwards_it_is_in_the_mode_that_it_was_in(self, mode):
        model = Counting(11)
        getattr(model, mode)()
        generate(model, [7], 2)
        assert model.training == (mode == "train"), (
            f"the model was in {mode} mode, and is not after generate: whoever samples while "
            "training trains without dropout from then on"
        )
        fails_half_way(model)
        assert model.training == (mode == "train"), (
            f"the model was in {mode} mode, and is not after generate was stopped by an error"
        )

    def test_no_graph_is_recorded(self):
        model = Counting(11)
        generate(model, [7], 2)
        assert model.recorded == [False, False], (
            "the model's results have parents: a graph is kept for every token, and with caches "
            "each holds all those before it"
        )

    def test_afterwards_graphs_are_recorded_again(self):
        model = Counting(11)
        generate(model, [7], 2)
        fails_half_way(model)
        assert (model.w * 2).parents, "after generate no graph is recorded any more"

    def test_an_empty_prompt_is_refused(self):
        expect_raises(ValueError, lambda: generate(Counting(11), [], 2), "an empty prompt")

    def test_a_negative_number_of_tokens_is_refused(self):
        expect_raises(ValueError, lambda: generate(Counting(11), [7], -2), "n = -2", naming=["-2"])

    def test_an_unknown_token_is_refused(self):
        model = GPT(CONFIG, rng_of(0))
        expect_raises(IndexError, lambda: generate(model, [3, 11], 2), "token 11 of 11")


# ---- stopping, and going on


@pytest.mark.kata("pack")
class TestPack:
    @pytest.mark.parametrize("thing", [3, 2.5, -inf, "text", "", True, False, None, 1 << 100])
    def test_what_json_knows_alone_stays_as_it_is(self, thing):
        arrays = []
        packed = pack(thing, arrays)
        assert packed == thing and type(packed) is type(thing) and not arrays, (
            f"{thing!r} became {packed!r}, with {len(arrays)} arrays set aside"
        )

    @pytest.mark.parametrize(
        "thing, wanted",
        [
            ([1, 2], ["list", [1, 2]]),
            ((1, 2), ["tuple", [1, 2]]),
            ({"a": 1}, ["dict", {"a": 1}]),
            ([], ["list", []]),
            ({"a": (1, [None])}, ["dict", {"a": ["tuple", [1, ["list", [None]]]]}]),
        ],
        ids=str,
    )
    def test_containers_say_what_they_are(self, thing, wanted):
        arrays = []
        assert pack(thing, arrays) == wanted, (
            f"{thing!r} became {pack(thing, arrays)!r}, and should become {wanted!r}"
        )

    def test_arrays_are_set_aside_in_the_order_in_which_they_are_met(self):
        one, other = numbers(2, 3), numbers(5)
        arrays = [numbers(7)]
        packed = pack([one, {"k": other}], arrays)
        assert repr(packed) == repr(["list", [["array", 1], ["dict", {"k": ["array", 2]}]]]), (
            f"it became {packed!r}: the place of an array is that in the list, where one stood "
            "already"
        )
        assert len(arrays) == 3 and arrays[1] is one and arrays[2] is other

    @pytest.mark.parametrize(
        "number", [np.float32(0.1), np.float64(0.1), np.int64(3), np.bool_(True)], ids=repr
    )
    def test_numbers_of_numpy_are_set_aside_too(self, number):
        arrays = []
        packed = pack([number], arrays)
        assert repr(packed) == repr(["list", [["number", 0]]]) and arrays == [number], (
            f"[{number!r}] became {packed!r}, with {arrays} set aside: JSON would lose its kind, "
            "and with it the precision of all that it is multiplied with"
        )
        assert type(arrays[0]) is type(number)

    def test_an_array_without_axes_is_an_array(self):
        packed = pack(np.array(0.5), [])
        assert repr(packed) == repr(["array", 0]), f"it became {packed!r}"

    def test_json_can_hold_what_comes(self):
        state = {"lr": 0.1, "betas": (0.9, 0.999), "means": [0.0, numbers(3)], "t": np.int64(3)}
        packed = pack(state, [])
        assert json.loads(json.dumps(packed)) == packed, f"JSON made something else of {packed!r}"

    @pytest.mark.parametrize(
        "thing, came",
        [
            ({1: 2}, "dict"),
            ({1, 2}, "set"),
            (1j, "complex"),
            (b"bytes", "bytes"),
            ([1, (2, object())], "object"),
            (np.array([None]), "ndarray"),
        ],
        ids=["a dict with a number for a key", "a set", "complex", "bytes", "inside", "objects"],
    )
    def test_anything_else_is_refused(self, thing, came):
        expect_raises(TypeError, lambda: pack(thing, []), f"packing {thing!r}", naming=[came])

    def test_nothing_that_is_given_is_changed(self):
        thing = {"a": [1, (2,)], "b": None}
        pack(thing, [])
        assert thing == {"a": [1, (2,)], "b": None}, f"it is {thing!r} now"


NESTED = {
    "lr": 0.1,
    "betas": (0.9, 0.999),
    "means": [0.0, [1, ("a", None)], []],
    "flags": {"nesterov": True, "deep": {"empty": (), "text": "array"}},
    "list": ["list", ["dict", 3], ["array", 0]],  # looks like something packed, and is none
}


@pytest.mark.kata("unpack")
class TestUnpack:
    def test_it_undoes_pack(self):
        arrays = []
        back = unpack(pack(NESTED, arrays), arrays)
        assert back == NESTED, f"{NESTED!r} came back as {back!r}"

    def test_it_undoes_pack_after_a_way_through_json(self):
        arrays = []
        back = unpack(json.loads(json.dumps(pack(NESTED, arrays))), arrays)
        assert back == NESTED and type(back["betas"]) is tuple, (
            f"{NESTED!r} came back as {back!r}: JSON has no tuples, so their name has to be read"
        )

    def test_arrays_are_fetched(self):
        arrays = [numbers(2), numbers(3)]
        back = unpack(["list", [["array", 1], ["tuple", [["array", 0], 7]]]], arrays)
        assert back[0] is arrays[1] and back[1][0] is arrays[0] and back[1][1] == 7, (
            f"places 1 and 0 were asked for, and {back!r} came"
        )

    def test_a_number_of_numpy_comes_back_as_one(self):
        for kept in (np.float32(0.1), np.array(0.1, np.float32)):  # as it was, and from a file
            back = unpack(["number", 0], [kept])
            assert type(back) is np.float32 and back == np.float32(0.1), (
                f"{back!r} ({type(back).__name__}) came back for {kept!r} in the list, and should "
                "be a numpy.float32"
            )

    def test_an_array_without_axes_stays_an_array(self):
        back = unpack(["array", 0], [np.array(0.5)])
        assert isinstance(back, np.ndarray), f"{back!r} ({type(back).__name__}) came back"


TINY = GPTConfig(n_tokens=5, block_size=4, n_layer=1, n_head=1, n_channels=2)


class Others:
    """An optimizer as somebody else may have written it: its state has other names and nests."""

    def __init__(self, parameters, rate):
        self.parameters = list(parameters)
        self.rate = np.float64(rate)
        self.memory = {"velocity": [None] * len(self.parameters), "norms": ()}
        self.rounds = np.int64(0)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = 0.0

    def step(self):
        self.rounds += 1
        velocity = self.memory["velocity"]
        for i, p in enumerate(self.parameters):
            velocity[i] = 0.9 * (0.0 if velocity[i] is None else velocity[i]) + p.grad
            p.data -= self.rate / self.rounds * velocity[i]
        self.memory["norms"] = (*self.memory["norms"], float(np.sum(velocity[0] ** 2)))


def momentum(parameters):
    return SGD(parameters, 0.1, momentum=0.9)


def adamw(parameters):
    return AdamW(parameters, 0.01, betas=(0.8, 0.95))


def others(parameters):
    return Others(parameters, 0.1)


OPTIMIZERS = pytest.mark.parametrize("make", [momentum, adamw, others], ids=lambda f: f.__name__)


def frozen(thing):
    """Nested state as text: two that are equal bit by bit have the same, and no others."""
    if isinstance(thing, dict):
        return {key: frozen(item) for key, item in thing.items()}
    if isinstance(thing, list | tuple):
        return [type(thing).__name__, *map(frozen, thing)]
    if isinstance(thing, np.ndarray | np.generic):
        return f"{type(thing).__name__} {thing.dtype} {thing.shape} {thing.tobytes().hex()}"
    return repr(thing)


class Training:
    """A tiny GPT that learns from random batches, its optimizer, and the generator of the two."""

    def __init__(self, make=momentum, seed=0, config=TINY, dtype=float):
        self.model = GPT(config, rng_of(seed))
        rng = rng_of(seed)
        for parameter in self.model.parameters():
            parameter.data = rng.standard_normal(parameter.data.shape).astype(dtype)
        self.optimizer = make(self.model.parameters())
        self.rng = rng_of(seed + 100)

    def run(self, steps):
        """Take some steps; the loss before each."""
        losses = []
        for _ in range(steps):
            ids = self.rng.integers(0, 5, (3, 5))
            self.optimizer.zero_grad()
            loss = cross_entropy(self.model(ids[:, :-1]), ids[:, 1:])
            loss.backward()
            self.optimizer.step()
            losses.append(float(loss.data))
        return losses

    def state(self):
        """All that a step depends on, frozen."""
        fields = {k: v for k, v in vars(self.optimizer).items() if k != "parameters"}
        return {
            "model": frozen(self.model.state_dict()),
            "optimizer": frozen(fields),
            "generator": frozen(self.rng.bit_generator.state),
        }

    def save(self, path, step=3):
        save_checkpoint(path, self.model, self.optimizer, step, self.rng)

    def load(self, path):
        return load_checkpoint(path, self.model, self.optimizer, self.rng)


def stays(training, before, when):
    """Fail unless a training is in a state that it had before."""
    __tracebackhide__ = True
    now = training.state()
    changed = [name for name in before if now[name] != before[name]]
    assert not changed, f"{' and '.join(changed)} changed {when}"


def contents_of(path):
    """The arrays in a checkpoint, whatever their names."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return [file[name] for name in file.files]
    except Exception as error:
        pytest.fail(
            f"{path.name} is no .npz file of numbers and texts ({error}): numpy's savez writes "
            "one, and pickle, in whatever form, does not"
        )


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


class FullDisk:
    """An array of which a file can only be written in part."""

    dtype = np.dtype(float)

    def __array__(self, dtype=None, copy=None):
        raise OSError("no space left on device")


@pytest.mark.kata("save_checkpoint")
class TestSaveCheckpoint:
    @pytest.mark.parametrize("name", ["run.npz", "run.best", "run"])
    def test_the_file_has_the_name_that_was_asked_for(self, tmp_path, name):
        Training().save(tmp_path / name)
        assert names_in(tmp_path) == [name], (
            f"after saving to {name} the folder holds {names_in(tmp_path)}: savez puts .npz behind "
            "a name that does not end so, but not behind an open file"
        )

    @OPTIMIZERS
    def test_every_array_of_model_and_optimizer_is_in_the_file(self, tmp_path, make):
        training = Training(make)
        training.run(2)
        training.save(tmp_path / "run.npz")
        kept = [frozen(array) for array in contents_of(tmp_path / "run.npz")]
        for name, array in training.model.state_dict().items():
            assert frozen(array) in kept, f"{name} of the model is not in the file"
        arrays = []
        pack({k: v for k, v in vars(training.optimizer).items() if k != "parameters"}, arrays)
        lost = [array for array in arrays if frozen(np.asarray(array)) not in kept]
        assert not lost, (
            f"{len(lost)} of {len(arrays)} arrays and numbers of the optimizer are not in the "
            "file: it would start cold"
        )

    def test_saving_changes_nothing(self, tmp_path):
        training = Training(adamw)
        training.run(2)
        before, parameters = training.state(), training.optimizer.parameters
        training.save(tmp_path / "run.npz")
        stays(training, before, "while it was saved")
        assert getattr(training.optimizer, "parameters", None) is parameters, (
            "the optimizer has lost its parameters: vars() is the object itself, not a copy of it"
        )

    def test_a_new_file_takes_the_place_of_the_old(self, tmp_path):
        """Even a complete text may be half-written when the power fails."""
        path, training = tmp_path / "run.npz", Training()
        training.save(path)
        before = path.stat().st_ino
        training.save(path)
        assert path.stat().st_ino != before or before == 0, (
            "the old file was opened and written over: if the machine stops half-way, neither the "
            "old state nor the new one is left. Write beside it, and put that file in its place"
        )

    def test_if_writing_fails_the_old_file_is_still_there(self, tmp_path):
        path, training = tmp_path / "run.npz", Training()
        training.save(path)
        before = path.read_bytes()
        training.model.state_dict = lambda: {"w": np.zeros(1000), "b": FullDisk()}
        expect_raises(
            OSError,
            lambda: training.save(path),
            "saving to a full disk (who saves has to know that nothing was saved)",
            naming=["no space left"],
        )
        assert path.exists() and path.read_bytes() == before, (
            "writing failed half-way, and the file from before is damaged or gone: write beside "
            "it, and put the new file in its place when it is complete"
        )
        assert names_in(tmp_path) == ["run.npz"], (
            f"writing failed half-way, and the folder holds {names_in(tmp_path)}"
        )

    def test_what_cannot_be_kept_is_named(self, tmp_path):
        training = Training()
        training.optimizer.clock = {1, 2}
        expect_raises(
            TypeError,
            lambda: training.save(tmp_path / "run.npz"),
            "saving an optimizer that holds a set",
            naming=["set"],
        )
        assert not names_in(tmp_path), f"{names_in(tmp_path)} was left behind"


def refused(training, path, what):
    """Fail unless loading is refused by name, and all is as it was before."""
    __tracebackhide__ = True
    before, parameters = training.state(), training.optimizer.parameters
    expect_raises(ValueError, lambda: training.load(path), f"loading {what}", naming=[path])
    stays(training, before, f"when {what} was refused")
    assert training.optimizer.parameters is parameters, "the optimizer has other parameters now"


def saved(folder, make=momentum, **options):
    """A training that took two steps, and its checkpoint."""
    training, path = Training(make, **options), folder / "run.npz"
    training.run(2)
    training.save(path)
    return training, path


class Trap:
    """An object that opens a file when it is unpickled: any code could stand in its place."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.kata("load_checkpoint")
class TestLoadCheckpoint:
    @OPTIMIZERS
    def test_what_follows_is_the_same_bit_by_bit(self, tmp_path, make):
        one, path = saved(tmp_path, make)
        wanted = one.run(4)

        def without(part):
            """The losses of a training that gets back all but one part."""
            again = Training(make)
            again.run(2)  # all parts as they were when the file was written
            fresh = Training(make, seed=1)
            if part == "parameters":
                again.model.load_state_dict(fresh.model.state_dict())
            if part == "optimizer":
                again.optimizer = make(again.model.parameters())
            if part == "generator":
                again.rng = fresh.rng
            return again.run(4)

        other = Training(make, seed=1)
        other.load(path)
        expect_close(
            other.run(4),
            wanted,
            "losses of four steps after loading (not a bit may differ)",
            mistakes={
                "the optimizer's state was not saved, or is not put back": without("optimizer"),
                "the generator's state was not saved, or is not put back": without("generator"),
                "the parameters were not saved, or are not put back": without("parameters"),
                "nothing at all is put back": Training(make, seed=1).run(4),
            },
            tolerance=0,
        )

    @OPTIMIZERS
    def test_everything_is_as_it_was(self, tmp_path, make):
        one, path = saved(tmp_path, make)
        other = Training(make, seed=1)
        other.load(path)
        was, now = one.state(), other.state()
        for part in was:
            wrong = [k for k in was[part] if now[part].get(k) != was[part][k]]
            assert now[part] == was[part], (
                f"of the {part}, {', '.join(wrong) or 'something more'} came back changed: a tuple "
                "as a list, a number of numpy as an array, or not at all"
            )

    def test_a_training_can_go_back_to_its_own_checkpoint(self, tmp_path):
        training, path = saved(tmp_path, adamw)
        first = training.run(3)
        training.load(path)
        expect_close(training.run(3), first, "three steps, taken again", tolerance=0)

    @pytest.mark.parametrize("step", [0, 3, 100_000])
    def test_the_step_comes_back(self, tmp_path, step):
        path, training = tmp_path / "run.npz", Training()
        training.save(path, step)
        found = training.load(path)
        assert type(found) is int and found == step, (
            f"step {step} was saved, and {found!r} ({type(found).__name__}) came back"
        )

    def test_the_model_is_filled_in_place(self, tmp_path):
        training, path = saved(tmp_path)
        parameters = training.model.parameters()
        moved = list(training.optimizer.parameters)
        training.load(path)
        same = all(a is b for a, b in zip(training.model.parameters(), parameters))
        assert same and all(a is b for a, b in zip(training.optimizer.parameters, moved)), (
            "model and optimizer hold other parameters now: the optimizer would move what the "
            "model does not use"
        )

    def test_another_kind_of_generator_works_as_well(self, tmp_path):
        one = Training()
        one.rng = np.random.Generator(np.random.MT19937(3))  # its state holds an array
        one.save(tmp_path / "run.npz")
        wanted = one.run(3)
        other = Training(seed=1)
        other.rng = np.random.Generator(np.random.MT19937(4))
        other.load(tmp_path / "run.npz")
        expect_close(other.run(3), wanted, "losses, with a Mersenne twister", tolerance=0)

    def test_a_model_of_values_can_be_saved_too(self, tmp_path):
        path, rng = tmp_path / "run.npz", rng_of(0)
        one, other = MLP([2, 3, 1]), MLP([2, 3, 1])
        save_checkpoint(path, one, momentum(one.parameters()), 3, rng)
        load_checkpoint(path, other, momentum(other.parameters()), rng)
        assert other.state_dict() == one.state_dict(), "a network of Values came back changed"
        kinds = {type(p.data).__name__ for p in other.parameters()}
        assert kinds == {"float"}, f"its numbers are of the kinds {kinds} now, and should be floats"

    # ---- what cannot be loaded leaves all as it was

    def test_a_file_that_is_not_there_is_refused(self, tmp_path):
        refused(Training(), tmp_path / "none.npz", "a file that is not there")

    @pytest.mark.parametrize("part", [0.0, 0.3, 0.7, 0.99])
    def test_a_file_that_was_cut_off_is_refused(self, tmp_path, part):
        _, path = saved(tmp_path)
        content = path.read_bytes()
        path.write_bytes(content[: int(part * len(content))])
        refused(Training(seed=1), path, f"the first {part:.0%} of a file")

    def test_a_file_with_a_damaged_number_is_refused(self, tmp_path):
        one, path = saved(tmp_path)
        content = path.read_bytes()
        place = content.rindex(one.model.norm.bias.data.tobytes())
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        refused(Training(seed=1), path, "a file in which one bit of the last norm was turned over")

    @pytest.mark.parametrize("content", [b"", b'{"step": 3}', b"PK\x03\x04" + bytes(60)], ids=repr)
    def test_a_file_of_another_kind_is_refused(self, tmp_path, content):
        path = tmp_path / "run.npz"
        path.write_bytes(content)
        refused(Training(), path, "a file of another kind")

    def test_arrays_alone_are_refused(self, tmp_path):
        path, training = tmp_path / "run.npz", Training()
        np.savez(path, **training.model.state_dict())
        refused(training, path, "the parameters alone, without anything about the training")

    def test_nothing_in_the_file_is_executed(self, tmp_path):
        _, path = saved(tmp_path)
        flag = tmp_path / "executed"
        with np.load(path) as file:
            names = file.files
        np.savez(path, **{name: np.array(Trap(flag), dtype=object) for name in names})
        refused(Training(), path, "a file with pickles in it")
        assert not flag.exists(), (
            "loading has run code that stood in the file: a pickle can do anything, so a file "
            "from elsewhere is read with pickles forbidden"
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"n_layer": 2},
            {"n_layer": 0},
            {"n_tokens": 7},
            {"block_size": 5},
            {"n_channels": 4},
        ],
        ids=str,
    )
    def test_a_model_of_another_size_is_refused(self, tmp_path, change):
        config = GPTConfig(**{**vars(TINY), **change})
        saved(tmp_path, config=config)
        refused(Training(seed=1), tmp_path / "run.npz", f"a model with {change}")

    def test_another_precision_is_refused(self, tmp_path):
        saved(tmp_path, dtype=np.float32)
        refused(Training(seed=1), tmp_path / "run.npz", "float32 into a model of float64")

    @pytest.mark.parametrize("make", [adamw, others, RMSProp], ids=["AdamW", "other", "RMSProp"])
    def test_another_optimizer_is_refused(self, tmp_path, make):
        _, path = saved(tmp_path, make)
        refused(Training(seed=1), path, "the state of another optimizer")

    def test_an_optimizer_of_other_parameters_is_refused(self, tmp_path):
        _, path = saved(tmp_path, lambda parameters: momentum(parameters[:3]))
        refused(Training(seed=1), path, "an optimizer that moves only three of the parameters")

    def test_another_kind_of_generator_is_refused(self, tmp_path):
        training = Training()
        training.rng = np.random.Generator(np.random.MT19937(3))
        training.save(tmp_path / "run.npz")
        refused(
            Training(seed=1), tmp_path / "run.npz", "the state of a Mersenne twister into PCG64"
        )
