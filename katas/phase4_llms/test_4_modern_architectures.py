"""4.4 · Modern architectures: a GPT, what it writes, and what later models changed."""

import json
import math
import warnings
import zipfile

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_derivative, numerical_gradient
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import gelu as gelu_of_values
from katas.phase2_networks.module import MLP, Module
from katas.phase3_training.optimizers import SGD, Adam, AdamW, RMSProp
from katas.phase4_llms.checkpoint import load_checkpoint, pack, save_checkpoint, unpack
from katas.phase4_llms.experts import MixtureOfExperts, load_balance_loss, put_rows
from katas.phase4_llms.generation import KVCache, generate, sample
from katas.phase4_llms.llama import (
    GroupedQueryAttention,
    Llama,
    LlamaBlock,
    LlamaConfig,
    RMSNorm,
    SwiGLU,
    silu,
)
from katas.phase4_llms.lora import LoRA, trainable
from katas.phase4_llms.mlp import Linear, cast_parameters
from katas.phase4_llms.quantization import dequantize, quantize_int8
from katas.phase4_llms.rope import apply_rope, rope_angles
from katas.phase4_llms.sizes import kv_cache_bytes, parameter_count, training_flops
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
    early = next((pair for pair in zip(found, wanted) if pair[0] != pair[1]), None)
    assert early is None, (
        f"{what} makes {early[0]} where it should make {early[1]}: the order is that of the "
        "docstring, so that the same rng draws the same weights"
    )


def are_leaves(module):
    """Fail if one of the parameters of a module was computed from others."""
    __tracebackhide__ = True
    for name, parameter in module.named_parameters():
        assert not parameter.parents, (
            f'{name} was computed, by "{parameter.op}": gradients do not stay in what was '
            "computed, so that it would never learn. Change the numbers in its data"
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

    def test_a_large_mean_takes_nothing_from_the_digits(self):
        got = normalize(Tensor(ROW + 2.0**28), eps=0.0).data
        assert np.allclose(got, CENTRED / 3, atol=1e-6), (
            f"the row 2, 4, 4, 10 plus 2²⁸ is normalized to {got.tolist()}, and not as without it, "
            f"to {(CENTRED / 3).tolist()}: the variance as mean of squares minus square of the "
            "mean is a small difference of two huge numbers. Subtract the mean first"
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

    def test_each_block_has_as_many_heads_as_the_config_says(self):
        found = [block.attention.n_head for block in GPT(CONFIG, rng_of(0)).blocks]
        assert found == [3, 3], (
            f"n_head is 3, and the attentions of the two blocks have {found}: the number of heads "
            "changes no parameter's shape, so nothing else would tell you"
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
        are_leaves(GPT(CONFIG, rng_of(0)))

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

    @pytest.mark.parametrize("n", [1, 3])
    def test_there_is_a_cache_for_each_block(self, n):
        model, caches = GPT(CONFIG, rng_of(0)), [Memory() for _ in range(n)]
        expect_raises(
            ValueError,
            lambda: model(IDS, caches),
            f"{n} cache{'s' * (n > 1)} for the two blocks (a zip ends with the shorter list, and "
            "blocks would be left out)",
            naming=[n, 2],
        )
        assert not any(cache.length for cache in caches), "a cache was extended all the same"


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
        for others in ({}, {} if "temperature" in settings else {"temperature": 0.0}):
            expect_raises(
                ValueError,
                lambda others=others: sample(np.log(PROBS), rng=rng_of(0), **others, **settings),
                f"sample with {others | settings}",
                naming=[came],
            )

    def test_an_integer_of_numpy_is_a_top_k_too(self):
        came = tokens(np.log(PROBS), top_k=np.int64(2))
        expect_tokens(came, {1, 3}, "top_k = np.int64(2) of probabilities 0.1, 0.4, 0.2, 0.3", {})

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
        assert len(arrays) == 3 and arrays[1] is one and arrays[2] is other, (
            f"with one array in the list and two to come, it holds {arrays} now: each is added as "
            "it is, no copy and no conversion"
        )

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
            ({1: 2}, ""),  # the key, or the dict
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


def fill_the_disk(monkeypatch):
    """From now on an .npz file gets its first entry, and then there is no space left."""
    opened, entries = zipfile.ZipFile.open, []

    def entry(self, name, mode="r", *args, **kwargs):
        if mode == "w" and entries:
            raise OSError("no space left on device")
        entries.append(name)
        return opened(self, name, mode, *args, **kwargs)

    monkeypatch.setattr(zipfile.ZipFile, "open", entry)


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

    def test_if_writing_fails_the_old_file_is_still_there(self, tmp_path, monkeypatch):
        path, training = tmp_path / "run.npz", Training()
        training.save(path)
        before = path.read_bytes()
        training.run(1)
        fill_the_disk(monkeypatch)
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
            f"writing failed half-way, and the folder holds {names_in(tmp_path)}: remove what is "
            "unfinished, whatever happens (finally)"
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

    def test_an_optimizer_with_a_field_more_is_refused(self, tmp_path):
        _, path = saved(tmp_path, Adam)
        refused(
            Training(AdamW, seed=1),
            path,
            "the state of an Adam into an AdamW, whose weight_decay is not in the file,",
        )

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


# ---- what Llama changed: the same things in plain numpy, one head and one token at a time


def llama_numbers(*shape, salt=0):
    """Numbers with two decimals from -1 to 1, none of them near 0: the same for the same shape."""
    draws = np.random.default_rng([salt, *shape]).uniform(0.1, 1.0, (2, *shape))
    return np.round(draws[0], 2) * np.where(draws[1] > 0.55, 1, -1)


def with_numbers(module):
    """The module, in which every parameter holds numbers of its own."""
    for salt, (_, parameter) in enumerate(module.named_parameters(), start=1):
        parameter.data = llama_numbers(*parameter.shape, salt=salt)
    return module


def names_and_shapes(module):
    return [(name, parameter.shape) for name, parameter in module.named_parameters()]


def check_measured(plain, tensors, what):
    """Compare gradients that were filled in with central differences of plain computations.

    plain    a function of arrays, by name, that returns a number
    tensors  {name: Tensor}; their data is what plain takes
    """
    data = {name: tensor.data for name, tensor in tensors.items()}
    for name, tensor in tensors.items():
        direction = llama_numbers(*tensor.shape, salt=77)

        def moved(h, name=name, direction=direction):
            return float(plain(**{**data, name: data[name] + h * direction}))

        expect_close(
            np.sum(tensor.grad * direction),
            numerical_derivative(moved, 0.0),
            f"{what}: the gradient of {name}, along one direction,",
            mistakes={"no gradient gets there (.data, or numpy, stands where a Tensor belongs)": 0},
            tolerance=1e-7,  # one side is measured
        )


def plain_sigmoid(z):
    return 1 / (1 + np.exp(-z))


def plain_silu(z):
    return z * plain_sigmoid(z)


def plain_rms(x, gain, eps=1e-5):
    """Row by row, and in each row channel by channel."""
    rows = [
        [a / math.sqrt(sum(b * b for b in row) / len(row) + eps) * g for a, g in zip(row, gain)]
        for row in np.reshape(x, (-1, len(gain)))
    ]
    return np.reshape(rows, np.shape(x))


def plain_swiglu(x, gate, up, down):
    return (plain_silu(x @ gate) * (x @ up)) @ down


def plain_turn(x, positions, base=10000.0, sign=1):
    """Rows (T, D) as complex numbers, each multiplied by e^(i · angle)."""
    T, D = x.shape
    turned = np.empty((T, D))
    for t in range(T):
        for i in range(D // 2):
            angle = sign * positions[t] / base ** (2 * i / D)
            z = complex(x[t, 2 * i], x[t, 2 * i + 1]) * complex(math.cos(angle), math.sin(angle))
            turned[t, 2 * i], turned[t, 2 * i + 1] = z.real, z.imag
    return turned


def turn_halves(x, positions, base):
    """The other convention: channel i is paired with channel i + D/2."""
    D = x.shape[1]
    order = np.arange(D).reshape(2, D // 2).T.ravel()  # 0, D/2, 1, D/2 + 1, ...
    turned = np.empty_like(x)
    turned[:, order] = plain_turn(x[:, order], positions, base)
    return turned


def plain_attention(
    x,
    query,
    key,
    value,
    output,
    config,
    positions=None,
    owner=lambda h, n_head, n_kv_head: h // (n_head // n_kv_head),
    turn=plain_turn,
    turn_keys=None,
    turn_values=lambda v, positions, base: v,
    sees=lambda t, T: t + 1,
    scale=None,
    base=None,
):
    """Grouped queries one head at a time: (B, T, C) -> (B, T, C)."""
    B, T, C = x.shape
    D = C // config.n_head
    positions = range(T) if positions is None else positions
    base = base or config.rope_base
    mixed = np.empty((B, T, C))
    for b in range(B):
        for h in range(config.n_head):
            mine = slice(h * D, (h + 1) * D)
            kv = owner(h, config.n_head, config.n_kv_head)
            theirs = slice(kv * D, (kv + 1) * D)
            q = turn((x[b] @ query)[:, mine], positions, base)
            k = (turn_keys or turn)((x[b] @ key)[:, theirs], positions, base)
            v = turn_values((x[b] @ value)[:, theirs], positions, base)
            for t in range(T):
                seen = sees(t, T)
                scores = np.array([q[t] @ k[s] for s in range(seen)]) / (scale or math.sqrt(D))
                weights = np.exp(scores - scores.max())
                mixed[b, t, mine] = weights / weights.sum() @ v[:seen]
    return mixed if output is None else mixed @ output


def unturned(x, positions, base):
    return x


@pytest.mark.kata("RMSNorm.__init__")
class TestRMSNormInit:
    def test_the_gain_starts_at_1_for_each_channel(self):
        expect_close(
            RMSNorm(3).gain,
            [1.0, 1.0, 1.0],
            "gain of a new RMSNorm of 3 channels",
            mistakes={
                "the gain starts at 0, so that nothing comes through": [0.0] * 3,
                "there is one gain for all channels": 1.0,
            },
        )

    def test_the_gain_is_all_that_is_learned(self):
        assert names_and_shapes(RMSNorm(5)) == [("gain", (5,))], (
            f"the parameters of RMSNorm(5) are {names_and_shapes(RMSNorm(5))}, and should be one, "
            "gain (5,), a Tensor: an RMSNorm does not shift, so it has no bias; and what is no "
            "Tensor is not found by parameters()"
        )

    @pytest.mark.parametrize("more, eps", [((), 1e-5), ((0.25,), 0.25)], ids=["default", "given"])
    def test_eps_is_kept(self, more, eps):
        expect_close(RMSNorm(3, *more).eps, eps, "eps", tolerance=1e-15)


def root_norm_by_hand(row, eps, before):
    """What a row becomes when its mean is subtracted: before the squares are taken, or after."""
    centred = np.array(row) - np.mean(row)
    squares = centred**2 if before else np.square(row)
    return [centred / math.sqrt(squares.mean() + eps)]


def root_norm(x, gain=None, eps=0.0):
    """The output of an RMSNorm for an array, as an array."""
    norm = RMSNorm(np.shape(x)[-1], eps)
    if gain is not None:
        norm.gain.data = np.array(gain)
    return norm(Tensor(np.array(x))).data


@pytest.mark.kata("RMSNorm.__call__")
class TestRMSNorm:
    def test_channels_are_divided_by_the_root_of_their_mean_square(self):
        expect_close(
            root_norm([[1.0, 7.0]]),
            [[0.2, 1.4]],  # the squares are 1 and 49, their mean 25, its root 5
            "1 and 7, normalized (eps = 0)",
            mistakes={
                "the mean is subtracted first, as a LayerNorm does": [[-1.0, 1.0]],
                "the root is left out": [[0.04, 0.28]],
                "the squares are added, not averaged": [[1 / math.sqrt(50), 7 / math.sqrt(50)]],
                "the row is divided by its deviation": [[1 / 3, 7 / 3]],
                "the row is divided by the mean of its entries": [[0.25, 1.75]],
                "the row is multiplied by the root, not divided": [[5.0, 35.0]],
            },
        )

    def test_nothing_is_subtracted(self):
        expect_close(
            root_norm([[4.0, 4.0, -4.0]], eps=9.0),
            [[0.8, 0.8, -0.8]],
            "4, 4 and -4, normalized (eps = 9)",
            mistakes={
                "the mean is subtracted before the squares are taken": root_norm_by_hand(
                    [4.0, 4.0, -4.0], 9.0, before=True
                ),
                "the mean is subtracted, and the row divided by its old root mean square": (
                    root_norm_by_hand([4.0, 4.0, -4.0], 9.0, before=False)
                ),
            },
        )

    def test_eps_is_added_under_the_root(self):
        expect_close(
            root_norm([[1.0, 7.0]], eps=11.0),
            [[1 / 6, 7 / 6]],  # √(25 + 11) = 6
            "1 and 7, normalized (eps = 11)",
            mistakes={
                "eps is left out": [[0.2, 1.4]],
                "eps is added outside of the root": [[1 / 16, 7 / 16]],
                "eps is squared first": [[1 / math.sqrt(146), 7 / math.sqrt(146)]],
                "1e-5 is used whatever eps is": [
                    [1 / math.sqrt(25.00001), 7 / math.sqrt(25.00001)]
                ],
                "eps is added to every square, and the squares are added": (
                    [[1 / math.sqrt(72), 7 / math.sqrt(72)]]
                ),
            },
        )

    def test_a_row_of_zeros_stays_zero(self):
        with np.errstate(all="ignore"):
            y = root_norm([[0.0, 0.0]], eps=1e-5)
        expect_close(
            y, [[0.0, 0.0]], "zeros, normalized", mistakes={"eps is left out": [[math.nan] * 2]}
        )

    def test_each_channel_has_its_gain(self):
        expect_close(
            root_norm([[1.0, 7.0]], gain=[3.0, -10.0]),
            [[0.6, -14.0]],
            "1 and 7, normalized, with gains 3 and -10",
            mistakes={
                "the gain is left out": [[0.2, 1.4]],
                "the gain is added": [[3.2, -8.6]],
                "the gain is squared": [[1.8, 140.0]],
                "the row is scaled before it is normalized": (
                    [[3 / math.sqrt(2454.5), -70 / math.sqrt(2454.5)]]
                ),
            },
        )

    def test_every_position_is_normalized_by_itself(self):
        x, gain = llama_numbers(2, 3, 5), llama_numbers(5)

        def over(axis):
            return x / np.sqrt((x * x).mean(axis=axis, keepdims=True)) * gain

        expect_close(
            root_norm(x, gain),
            plain_rms(x, gain, 0.0),
            "2 sequences of 3 positions with 5 channels, normalized",
            mistakes={
                "one number normalizes the whole array": over(None),
                "each channel is normalized over the positions": over(1),
                "each channel is normalized over the sequences": over(0),
                "the positions of a sequence share one number": over((1, 2)),
            },
        )

    def test_the_argument_stays_as_it_was(self):
        x = np.array([[1.0, 7.0]])
        RMSNorm(2)(Tensor(x))
        assert x.tolist() == [[1.0, 7.0]], (
            f"x was 1, 7 and is {x[0]} afterwards: the stream that was normalized is still needed, "
            "as it is, for the residual"
        )

    def test_gradients_pass_through_the_root_too(self):
        x, gain, upstream = llama_numbers(2, 3), llama_numbers(3), llama_numbers(2, 3, salt=1)
        norm, leaf = RMSNorm(3, 0.1), Tensor(x)
        norm.gain.data = gain
        (norm(leaf) * upstream).sum().backward()
        rms = np.sqrt((x * x).mean(axis=1, keepdims=True) + 0.1)

        def worth(entries):
            return float(np.sum(plain_rms(np.reshape(entries, (2, 3)), gain, 0.1) * upstream))

        expect_close(
            leaf.grad,
            np.reshape(numerical_gradient(worth, x.ravel().tolist()), (2, 3)),
            "gradient of x",
            mistakes={
                "the root mean square counts as a constant (detached, or computed from .data)": (
                    upstream * gain / rms
                ),
            },
            tolerance=1e-7,
        )
        expect_close(
            norm.gain.grad,
            (upstream * x / rms).sum(axis=0),
            "gradient of gain",
            mistakes={"no gradient reaches the gain": 0.0},
        )


@pytest.mark.kata("silu")
class TestSilu:
    def test_x_times_its_sigmoid(self):
        x = np.array([[-3.0, -1.0, 0.0], [0.5, 1.0, 4.0]])
        expect_close(
            silu(Tensor(x)),
            [[a / (1 + math.exp(-a)) for a in row] for row in x],
            "silu of [[-3, -1, 0], [0.5, 1, 4]]",
            mistakes={
                "the sigmoid is not multiplied by x": plain_sigmoid(x),
                "the sigmoid is that of -x": x * plain_sigmoid(-x),
                "it is a relu": np.maximum(x, 0),
                "it is a gelu": [
                    [
                        0.5 * a * (1 + math.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3)))
                        for a in row
                    ]
                    for row in x
                ],
                "x is multiplied by its tanh": x * np.tanh(x),
                "x · sigmoid(1.702 x), an approximation of gelu, is taken": (
                    x * plain_sigmoid(1.702 * x)
                ),
            },
        )

    def test_the_gradient_is_that_of_a_product(self):
        x, upstream = llama_numbers(2, 5) * 3, llama_numbers(2, 5, salt=1)
        leaf = Tensor(x)
        (silu(leaf * 2.0) * upstream).sum().backward()
        z, s = 2 * x, plain_sigmoid(2 * x)
        expect_close(
            leaf.grad,
            2 * upstream * (s + z * s * (1 - s)),  # (x s)' = s + x s', and s' = s (1 - s)
            "gradient of x in sum(silu(2x) · c)",
            mistakes={
                "x's own share is forgotten: the slope is x · s'": 2 * upstream * z * s * (1 - s),
                "the sigmoid's share is forgotten: the slope is s": 2 * upstream * s,
                "the slope is that of the sigmoid, s (1 - s)": 2 * upstream * s * (1 - s),
                "the gradient from above is left out": 2 * (s + z * s * (1 - s)),
                "the slope is computed from the output in place of x": (
                    2 * upstream * (s + z * s * s * (1 - s))
                ),
            },
        )

    def test_far_out_nothing_overflows(self):
        leaf = Tensor(np.array([-1000.0, 1000.0]))
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            y = silu(leaf)
            y.backward(np.array([3.0, 5.0]))
        expect_close(
            y,
            [0.0, 1000.0],
            "silu of -1000 and 1000",
            mistakes={
                "exp overflows, and infinity is divided by infinity": [0.0, math.nan],
                "exp overflows": [math.nan, 1000.0],
            },
        )
        expect_close(leaf.grad, [0.0, 5.0], "gradients there, with 3 and 5 from above")
        assert not said, (
            f"numpy says: {said[0].message}. The numbers are right all the same, but the warning "
            "means that exp was taken of a large number: tanh knows no such limit"
        )

    def test_the_argument_stays_as_it_was(self):
        x = np.array([1.0, 2.0])
        silu(Tensor(x))
        assert x.tolist() == [1.0, 2.0], f"x was 1, 2 and is {x} afterwards"

    def test_it_is_one_node(self):
        x = Tensor(np.array([1.0, 2.0]))
        y = silu(x)
        assert y.op == "silu" and [id(p) for p in y.parents] == [id(x)], (
            f"op is {y.op!r}, and the parents are {[p.op or 'a leaf' for p in y.parents]}: silu is "
            'one node with op "silu", whose only parent is x'
        )


@pytest.mark.kata("SwiGLU.__init__")
class TestSwiGLUInit:
    def test_gate_and_up_widen_and_down_comes_back(self):
        found = names_and_shapes(SwiGLU(3, 7))
        wanted = [("gate.weight", (3, 7)), ("up.weight", (3, 7)), ("down.weight", (7, 3))]
        assert [name for name, _ in found if "bias" in name] == [], (
            f"SwiGLU(3, 7) has {found}: its three layers have no biases"
        )
        assert found == wanted, (
            f"SwiGLU(3, 7) has the parameters {found}, and should have {wanted}, in this order"
        )

    def test_gate_and_up_are_layers_of_their_own(self):
        layer = SwiGLU(3, 7)
        assert not np.array_equal(layer.gate.weight.data, layer.up.weight.data), (
            "gate and up hold the same numbers: each of them draws its own (are both the same "
            "Linear, or does each start from the same seed?)"
        )

    def test_the_weights_come_from_rng(self):
        one, same, other = (SwiGLU(3, 7, np.random.default_rng(seed)) for seed in (1, 1, 2))
        for name in ("gate", "up", "down"):
            a, b, c = (getattr(layer, name).weight.data for layer in (one, same, other))
            assert np.array_equal(a, b) and not np.array_equal(a, c), (
                f"{name}: two SwiGLUs from equal generators should be equal, and one from another "
                "generator different: is rng handed on to every Linear?"
            )


def swiglu_of(gate, up, down):
    """A SwiGLU with these weights."""
    layer = SwiGLU(len(gate), len(down))
    layer.gate.weight.data = np.array(gate)
    layer.up.weight.data = np.array(up)
    layer.down.weight.data = np.array(down)
    return layer


@pytest.mark.kata("SwiGLU.__call__")
class TestSwiGLU:
    def test_what_goes_up_is_multiplied_by_the_gate(self):
        def s(z):
            return z / (1 + math.exp(-z))

        expect_close(
            swiglu_of([[2.0]], [[3.0]], [[5.0]])(Tensor(np.array([[1.0]]))),
            [[s(2) * 3 * 5]],
            "SwiGLU with gate 2, up 3 and down 5, of 1",
            mistakes={
                "there is no gate: silu(up(x)) is handed down": [[s(3) * 5]],
                "there is no gate: silu(gate(x)) is handed down": [[s(2) * 5]],
                "there is no gate: up(x) is handed down as it is": [[15.0]],
                "gate and up are exchanged: silu is taken of up": [[s(3) * 2 * 5]],
                "silu is taken of both": [[s(2) * s(3) * 5]],
                "silu is taken of the product": [[s(6) * 5]],
                "no silu is taken (or a relu)": [[30.0]],
                "the gate is a sigmoid, as in a plain GLU": [[plain_sigmoid(2) * 15]],
                "gate and up are added": [[(s(2) + 3) * 5]],
                "down is left out": [[s(2) * 3]],
            },
        )

    def test_it_takes_any_number_of_axes_in_front(self):
        gate, up, down = (llama_numbers(*shape) for shape in ((3, 7), (3, 7), (7, 3)))
        up = up[:, ::-1]
        x = llama_numbers(2, 5, 3)
        wanted = [
            [
                [
                    sum(
                        plain_silu(x[b, t] @ gate[:, h]) * (x[b, t] @ up[:, h]) * down[h, c]
                        for h in range(7)
                    )
                    for c in range(3)
                ]
                for t in range(5)
            ]
            for b in range(2)
        ]
        layer = swiglu_of(gate, up, down)
        expect_close(layer(Tensor(x)), wanted, "SwiGLU of 2 sequences of 5 positions")
        expect_close(layer(Tensor(x[0])), wanted[0], "SwiGLU of one sequence of 5 positions")

    def test_gradients_reach_everything(self):
        layer, x, c = with_numbers(SwiGLU(3, 5)), Tensor(llama_numbers(7, 3)), llama_numbers(7, 3)
        (layer(x) * c).sum().backward()
        parts = {name: getattr(layer, name).weight for name in ("gate", "up", "down")}
        check_measured(
            lambda **arrays: (plain_swiglu(**arrays) * c).sum(), {**parts, "x": x}, "SwiGLU"
        )


# ---- RoPE


@pytest.mark.kata("rope_angles")
class TestRopeAngles:
    def test_the_first_pair_turns_by_one_radian_for_each_position(self):
        expect_close(
            rope_angles(np.array([0, 1, 2, 7]), 2),
            [[0.0], [1.0], [2.0], [7.0]],
            "angles at positions 0, 1, 2 and 7 for 2 channels",
            mistakes={
                "positions are counted from 1": [[1.0], [2.0], [3.0], [8.0]],
                "positions are counted, not taken as they are given": [[0.0], [1.0], [2.0], [3.0]],
                "nothing is ever turned": [[0.0]] * 4,
                "every channel has an angle, where a pair shares one": [
                    [0.0, 0.0],
                    [1.0, 1.0],
                    [2.0, 2.0],
                    [7.0, 7.0],
                ],
            },
        )

    def test_later_pairs_turn_more_slowly(self):
        # base^(-2i / D) = 100^(-2/4) = 1/10 for the second of two pairs
        expect_close(
            rope_angles(np.array([0, 1, 5]), 4, base=100.0),
            [[0.0, 0.0], [1.0, 0.1], [5.0, 0.5]],
            "angles at positions 0, 1 and 5 for 4 channels with base 100",
            mistakes={
                "the exponent is -i / D, not -2i / D": [
                    [p, p * 100 ** (-1 / 4)] for p in (0.0, 1.0, 5.0)
                ],
                "the exponent is positive": [[0.0, 0.0], [1.0, 10.0], [5.0, 50.0]],
                "the exponent is not divided by D": [[p, p / 1e4] for p in (0.0, 1.0, 5.0)],
                "the exponent is -2i / (D / 2)": [[0.0, 0.0], [1.0, 0.01], [5.0, 0.05]],
                "10000 is used whatever base is": [[0.0, 0.0], [1.0, 0.01], [5.0, 0.05]],
                "all pairs turn alike": [[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]],
                "pairs are counted from 1": [[p * 0.1, p * 0.01] for p in (0.0, 1.0, 5.0)],
                "the last pair turns fastest": [[0.0, 0.0], [0.1, 1.0], [0.5, 5.0]],
                "positions are counted, not taken as they are given": (
                    [[0.0, 0.0], [1.0, 0.1], [2.0, 0.2]]
                ),
                "positions run along the second axis": [[0.0, 1.0, 5.0], [0.0, 0.1, 0.5]],
                "every channel has an angle, where a pair shares one": [
                    [p, p, p / 10, p / 10] for p in (0.0, 1.0, 5.0)
                ],
                "every channel has an angle, one after the other": [
                    [p, p / 10, p, p / 10] for p in (0.0, 1.0, 5.0)
                ],
            },
        )

    def test_the_base_is_10000_if_none_is_given(self):
        expect_close(
            rope_angles(np.array([3]), 8),
            [[3.0, 0.3, 0.03, 0.003]],  # 10000^(-2/8) = 1/10
            "angles at position 3 for 8 channels",
            mistakes={
                "the exponent is -i / D, not -2i / D": [[3 * 10 ** (-i / 2) for i in range(4)]],
                "the exponent is positive": [[3.0, 30.0, 300.0, 3000.0]],
                "positions are counted, not taken as they are given": [[0.0] * 4],
            },
        )

    @pytest.mark.parametrize("D", [1, 7])
    def test_an_odd_number_of_channels_is_refused(self, D):
        expect_raises(
            ValueError,
            lambda: rope_angles(np.arange(3), D),
            f"turning pairs among {D} channels",
            naming=[D],
        )


def turned(x, angles):
    return apply_rope(Tensor(np.array(x)), np.array(angles))


def turned_by_hand(x, angles):
    """Neighbours as complex numbers, one by one."""
    y = np.empty(np.shape(x))
    for place in np.ndindex(*np.shape(x)[:-1]):
        for i in range(np.shape(x)[-1] // 2):
            angle = angles[place[-1]][i]
            z = complex(x[place][2 * i], x[place][2 * i + 1])
            z = z * complex(math.cos(angle), math.sin(angle))
            y[place][2 * i : 2 * i + 2] = z.real, z.imag
    return y


ANGLE = math.acos(0.6)  # of the triangle 3-4-5: its sine is 0.8


@pytest.mark.kata("apply_rope")
class TestApplyRope:
    def test_a_pair_is_turned_by_its_angle(self):
        # 2 · 0.6 - 1 · 0.8 and 2 · 0.8 + 1 · 0.6
        expect_close(
            turned([[2.0, 1.0]], [[ANGLE]]),
            [[0.4, 2.2]],
            "(2, 1), turned by the angle with cosine 0.6 and sine 0.8",
            mistakes={
                "nothing is turned": [[2.0, 1.0]],
                "the turn goes the wrong way: the sign of the sine is the other one": [[2.0, -1.0]],
                "cosine and sine are exchanged": [[1.0, 2.0]],
                "the new first number is used for the second, where the old one belongs": (
                    [[0.4, 0.92]]
                ),
                "both numbers get a plus": [[2.0, 2.2]],
                "both numbers get a minus": [[0.4, 1.0]],
                "the angle is added, as positions of 4.3 were": [[2.0 + ANGLE, 1.0 + ANGLE]],
                "the two numbers of a pair are exchanged": [[2.2, 0.4]],
            },
        )

    def test_neighbours_make_a_pair(self):
        x, angles = np.array([[1.0, 2.0, 3.0, 5.0]]), [[0.5, 1.1]]
        c, s = np.cos(angles[0]), np.sin(angles[0])

        def pairs(a, b):
            return a * c - b * s, a * s + b * c

        even, odd = pairs(x[0, 0::2], x[0, 1::2])
        low, high = pairs(x[0, :2], x[0, 2:])
        expect_close(
            turned(x, angles),
            [[even[0], odd[0], even[1], odd[1]]],
            "1, 2, 3, 5, turned by 0.5 (the pair 1, 2) and 1.1 (the pair 3, 5)",
            mistakes={
                "halves are paired, channel i with i + D/2, not neighbours (a convention that is "
                "common too, but not this one)": [[*low, *high]],
                "halves are paired, channel i with i + D/2, and then put side by side": (
                    [[low[0], high[0], low[1], high[1]]]
                ),
                "all first numbers of the pairs are put before all second ones": [[*even, *odd]],
                "all pairs are turned by the first angle": [plain_turn(x, [0.5], 1.0)[0]],
                "the angles are taken in reverse order": (
                    turned_by_hand(x[None], [angles[0][::-1]])[0]
                ),
            },
        )

    def test_angles_run_along_time_and_are_the_same_for_all_heads(self):
        x, angles = llama_numbers(2, 5, 5, 6), llama_numbers(5, 3) * 3
        along_heads = np.swapaxes(turned_by_hand(np.swapaxes(x, 1, 2), angles), 1, 2)
        expect_close(
            turned(x, angles),
            turned_by_hand(x, angles),
            "2 sequences with 5 heads at 5 positions, turned",
            mistakes={
                "each head has an angle, and not each position": along_heads,
                "only the angles of the first position are used": (
                    turned_by_hand(x, np.tile(angles[0], (5, 1)))
                ),
            },
        )

    def test_any_number_of_axes_may_stand_in_front(self):
        angles = llama_numbers(7, 1)
        for shape in ((7, 2), (3, 7, 2), (2, 3, 5, 7, 2)):
            x = llama_numbers(*shape)
            expect_close(turned(x, angles), turned_by_hand(x, angles), f"an array {shape}, turned")

    def test_only_the_distance_of_two_positions_counts(self):
        q, k = llama_numbers(1, 6), llama_numbers(1, 6, salt=1)

        def score(m, n):
            a = apply_rope(Tensor(q), rope_angles(np.array([m]), 6)).data
            b = apply_rope(Tensor(k), rope_angles(np.array([n]), 6)).data
            return float(a[0] @ b[0])

        expect_close(score(1007, 1003), score(7, 3), "q at 1007 times k at 1003, against 7 and 3,")
        assert abs(score(7, 3) - score(7, 5)) > 1e-3, (
            "q at 7 matches k at 3 just as well as k at 5: the distance of two positions has to "
            "make a difference"
        )

    def test_the_gradient_is_turned_back(self):
        x = Tensor(np.array([[2.0, 1.0]]))
        (apply_rope(x, np.array([[ANGLE]])) * np.array([[10.0, 100.0]])).sum().backward()
        expect_close(
            x.grad,
            [[86.0, 52.0]],  # 10 · 0.6 + 100 · 0.8 and -10 · 0.8 + 100 · 0.6
            "gradient of (2, 1), where 10 and 100 arrive from above",
            mistakes={
                "the gradient is turned on instead of back": [[-74.0, 68.0]],
                "the gradient is not turned at all": [[10.0, 100.0]],
                "no gradient gets there": 0.0,
            },
        )

    def test_gradients_of_many_heads(self):
        x, angles, c = (
            Tensor(llama_numbers(2, 3, 5, 4)),
            llama_numbers(5, 2),
            llama_numbers(2, 3, 5, 4, salt=1),
        )
        (apply_rope(x, angles) * c).sum().backward()
        expect_close(x.grad, turned_by_hand(c, -angles), "gradient of x (2, 3, 5, 4)")

    def test_it_is_one_node(self):
        x = Tensor(np.array([[2.0, 1.0]]))
        y = apply_rope(x, np.array([[ANGLE]]))
        assert y.op == "rope" and [id(p) for p in y.parents] == [id(x)], (
            f"op is {y.op!r}, and the parents are {[p.op or 'a leaf' for p in y.parents]}: "
            'apply_rope makes one node with op "rope", whose only parent is x'
        )

    def test_the_argument_stays_as_it_was(self):
        x = np.array([[2.0, 1.0]])
        apply_rope(Tensor(x), np.array([[ANGLE]]))
        assert x.tolist() == [[2.0, 1.0]], (
            f"x was (2, 1) and is {x[0]} afterwards: it belongs to whoever computed it. The turned "
            "numbers need an array of their own"
        )

    def test_float32_stays_float32(self):
        y = turned(np.array([[2.0, 1.0]], dtype=np.float32), [[ANGLE]])
        assert y.data.dtype == np.float32, (
            f"x is float32, and what came back is {y.data.dtype}: the angles are float64, and "
            "numpy takes the wider of two types. From here on the whole model would be as slow"
        )
        back = y.pullbacks[0](np.ones((1, 2), dtype=np.float32))
        assert back.dtype == np.float32, (
            f"x and its gradient are float32, and what is handed back is {back.dtype}: the sine "
            "and cosine of the way back need the dtype of x as well"
        )


# ---- grouped queries


def llama_config(**changes):
    """A small Llama: 6 heads of queries on 3 of keys and values, with 4 channels each."""
    sizes = dict(
        n_tokens=11,
        block_size=7,
        n_layer=2,
        n_head=6,
        n_kv_head=3,
        n_channels=24,
        hidden=5,
        rope_base=50.0,
    )
    return LlamaConfig(**(sizes | changes))


@pytest.mark.kata("GroupedQueryAttention.__init__")
class TestGroupedQueryAttentionInit:
    def test_there_are_fewer_keys_and_values_than_queries(self):
        found = dict(names_and_shapes(GroupedQueryAttention(llama_config())))
        assert not [name for name in found if "bias" in name], (
            f"the parameters are {list(found)}: none of the four layers has a bias"
        )
        assert list(found) == [f"{name}.weight" for name in ("query", "key", "value", "output")], (
            f"the parameters are {list(found)}, and should be the weights of query, key, value "
            "and output, in this order"
        )
        wanted = [(24, 24), (24, 12), (24, 12), (24, 24)]
        ignored = " (n_kv_head is 3, and was ignored)" if found["key.weight"] == (24, 24) else ""
        assert list(found.values()) == wanted, (
            f"for 24 channels, 6 heads of queries and 3 of keys and values the weights of query, "
            f"key, value and output are {list(found.values())}, and should be {wanted}{ignored}"
        )

    def test_with_as_many_heads_of_keys_it_is_as_wide_as_ever(self):
        layer = GroupedQueryAttention(llama_config(n_head=2, n_kv_head=2, n_channels=20))
        assert layer.key.weight.shape == layer.value.weight.shape == (20, 20), (
            f"key is {layer.key.weight.shape} and value {layer.value.weight.shape} for 20 channels "
            "and as many heads of keys and values as of queries: both should be (20, 20)"
        )

    def test_channels_are_divided_among_the_heads_of_queries(self):
        expect_raises(
            ValueError,
            lambda: GroupedQueryAttention(llama_config(n_head=4, n_kv_head=2, n_channels=26)),
            "26 channels for 4 heads",
            naming=[26, 4],
        )

    @pytest.mark.parametrize("n_kv_head", [4, 12], ids=["4 for 6", "12 for 6"])
    def test_queries_are_divided_among_the_heads_of_keys(self, n_kv_head):
        expect_raises(
            ValueError,
            lambda: GroupedQueryAttention(llama_config(n_kv_head=n_kv_head)),
            f"6 heads of queries on {n_kv_head} of keys and values",
            naming=[6, n_kv_head],
        )

    def test_the_weights_come_from_rng(self):
        layers = [
            GroupedQueryAttention(llama_config(), np.random.default_rng(s)) for s in (1, 1, 2)
        ]
        for name in ("query", "key", "value", "output"):
            a, b, c = (getattr(layer, name).weight.data for layer in layers)
            assert np.array_equal(a, b) and not np.array_equal(a, c), (
                f"{name}: two layers from equal generators should be equal, and one from another "
                "generator different: is rng handed on to every Linear?"
            )
        assert not np.array_equal(layers[0].key.weight.data, layers[0].value.weight.data), (
            "key and value hold the same numbers: each draws its own"
        )


def grouped(config):
    """A GroupedQueryAttention, and its four weights by name."""
    layer = with_numbers(GroupedQueryAttention(config))
    names = ("query", "key", "value", "output")
    return layer, {name: getattr(layer, name).weight for name in names}


def plain_grouped(layer, x, **otherwise):
    """What such a layer has to return for an array, head by head; or with something done wrong."""
    weights = [getattr(layer, name).weight.data for name in ("query", "key", "value")]
    output = otherwise.pop("output", layer.output.weight.data)
    config = otherwise.pop("config", None) or llama_config()
    return plain_attention(x, *weights, output, config, **otherwise)


class RecordingCache(KVCache):
    """A KVCache that remembers what it was given."""

    def __init__(self):
        super().__init__()
        self.given = []

    def extend(self, k, v):
        self.given.append((k.data.copy(), v.data.copy()))
        return super().extend(k, v)


def piece_by_piece(layer, x, *lengths):
    """The output for x (B, T, C), handed to the layer in pieces of these lengths with a cache."""
    cache, outputs, start = KVCache(), [], 0
    for length in lengths:
        outputs.append(layer(Tensor(x[:, start : start + length]), cache).data)
        start += length
    return np.concatenate(outputs, axis=1)


def turned_as_one(q, k, v, output):
    """Causal attention of 6 heads of 4 channels on rows (7, 24) that are turned already."""
    mixed = np.empty((7, 24))
    for h in range(6):
        mine = slice(4 * h, 4 * h + 4)
        for t in range(7):
            weights = np.exp(k[: t + 1, mine] @ q[t, mine] / 2)
            mixed[t, mine] = weights / weights.sum() @ v[: t + 1, mine]
    return (mixed @ output)[None]


@pytest.mark.kata("GroupedQueryAttention.__call__")
class TestGroupedQueryAttention:
    def test_neighbouring_heads_of_queries_share_keys_and_values(self):
        config, x = llama_config(), llama_numbers(2, 5, 24)
        layer, _ = grouped(config)

        def wrong(**otherwise):
            return plain_grouped(layer, x, **otherwise)

        expect_close(
            layer(Tensor(x)),
            plain_grouped(layer, x),
            "2 sequences of 5 positions, 6 heads of queries on 3 of keys and values",
            mistakes={
                "heads share by turns, 0 1 2 0 1 2 (the order of np.tile), not 0 0 1 1 2 2 (that "
                "of np.repeat)": wrong(owner=lambda h, n_head, n_kv_head: h % n_kv_head),
                "all heads use the first keys and values": wrong(
                    owner=lambda h, n_head, n_kv_head: 0
                ),
                "the last heads of keys come first": wrong(
                    owner=lambda h, n_head, n_kv_head: n_kv_head - 1 - h // 2
                ),
                "the future is not hidden": wrong(sees=lambda t, T: T),
                "the scores are divided by √C, not by the root of a head's channels": wrong(
                    scale=math.sqrt(24)
                ),
                "the output layer is left out": wrong(output=None),
            },
        )

    def test_queries_and_keys_are_turned_and_values_are_not(self):
        config, x = llama_config(), llama_numbers(1, 7, 24)
        layer, _ = grouped(config)

        def wrong(**otherwise):
            return plain_grouped(layer, x, **otherwise)

        def backwards(rows, positions, base):
            return plain_turn(rows, positions, base, sign=-1)

        expect_close(
            layer(Tensor(x)),
            plain_grouped(layer, x),
            "a sequence of 7 positions, with base 50",
            mistakes={
                "nothing is turned": wrong(turn=unturned),
                "values are turned too": wrong(turn_values=plain_turn),
                "only queries are turned": wrong(turn_keys=unturned),
                "only keys are turned": wrong(turn=unturned, turn_keys=plain_turn),
                "the turn goes the wrong way": wrong(turn=backwards),
                "halves of a head are paired, not neighbours": wrong(turn=turn_halves),
                "the config's rope_base is not used, but 10000": wrong(base=10000.0),
            },
        )

    def test_the_angles_are_those_of_a_heads_channels(self):
        # before the heads are split, 24 channels have 12 pairs, each with a speed of its own
        config, x = llama_config(n_kv_head=6), llama_numbers(1, 7, 24)
        layer, _ = grouped(config)

        def as_one(rows):
            return plain_turn(rows, range(7), 50.0)

        q, k, v = (x[0] @ getattr(layer, name).weight.data for name in ("query", "key", "value"))
        whole = turned_as_one(as_one(q), as_one(k), v, layer.output.weight.data)
        expect_close(
            layer(Tensor(x)),
            plain_grouped(layer, x, config=config),
            "a sequence of 7 positions, with as many heads of keys as of queries",
            mistakes={"all C channels are turned as one head, before they are split": whole},
        )

    @pytest.mark.parametrize("lengths", [(3, 1, 1, 2), (1, 6)], ids=["3 1 1 2", "1 6"])
    def test_piece_by_piece_with_a_cache_it_is_the_same(self, lengths):
        config, x = llama_config(), llama_numbers(2, 7, 24)
        layer, _ = grouped(config)
        starts = np.cumsum([0, *lengths])
        restarted = np.concatenate([np.arange(n) for n in lengths])
        late = np.concatenate([np.arange(n) + end for n, end in zip(lengths, starts[1:])])
        forgetful = np.concatenate(
            [
                plain_grouped(layer, x[:, starts[i] : end], positions=range(starts[i], end))
                for i, end in enumerate(starts[1:])
            ],
            axis=1,
        )
        expect_close(
            piece_by_piece(layer, x, *lengths),
            plain_grouped(layer, x),
            f"7 positions in pieces of {lengths} with a KVCache",
            mistakes={
                "positions start again at 0 with every piece": plain_grouped(
                    layer, x, positions=restarted
                ),
                "positions are read off the cache after it has been extended": plain_grouped(
                    layer, x, positions=late
                ),
                "no mask is used with a cache, and the tokens of a piece see those after them": (
                    plain_grouped(layer, x, sees=lambda t, T: min(e for e in starts if e > t))
                ),
                "the keys and values that the cache returns are not used": forgetful,
            },
        )

    def test_the_cache_gets_turned_keys_and_values_once_for_each_group(self):
        config, x = llama_config(), llama_numbers(2, 5, 24)
        layer, _ = grouped(config)
        cache = RecordingCache()
        layer(Tensor(x[:, :3]), cache)
        layer(Tensor(x[:, 3:]), cache)
        assert len(cache.given) == 2, (
            f"extend was called {len(cache.given)} times for two pieces: each piece adds its own"
        )
        k, v = (
            np.split(x @ getattr(layer, name).weight.data, 3, axis=2) for name in ("key", "value")
        )
        wanted = np.array([[plain_turn(head[b], range(5), 50.0) for head in k] for b in range(2)])
        plain = np.array(k).swapaxes(0, 1)
        expect_close(
            cache.given[1][0],
            wanted[:, :, 3:],
            "keys of positions 3 and 4, as they are handed to the cache,",
            mistakes={
                "keys are kept as they were before the turn (all of them would have to be turned "
                "again for each new token)": plain[:, :, 3:],
                "positions start again at 0 with every piece": np.array(
                    [[plain_turn(head[b, 3:], range(2), 50.0) for head in k] for b in range(2)]
                ),
                "positions are counted from 1": np.array(
                    [[plain_turn(head[b, 3:], (4, 5), 50.0) for head in k] for b in range(2)]
                ),
                "each head of queries gets a copy, and the cache is as large as without groups": (
                    np.repeat(wanted[:, :, 3:], 2, axis=1)
                ),
                "each head of queries gets a copy (and by turns)": (
                    np.tile(wanted[:, :, 3:], (1, 2, 1, 1))
                ),
            },
        )
        values = np.array(v).swapaxes(0, 1)
        expect_close(
            cache.given[1][1],
            values[:, :, 3:],
            "values of positions 3 and 4, as they are handed to the cache,",
            mistakes={
                "each head of queries gets a copy": np.repeat(values[:, :, 3:], 2, axis=1),
                "values are turned too": np.array(
                    [[plain_turn(head[b, 3:], (3, 4), 50.0) for head in v] for b in range(2)]
                ),
            },
        )

    def test_gradients_reach_everything(self):
        config = llama_config(n_head=2, n_kv_head=1, n_channels=8)
        layer, weights = grouped(config)
        x, c = Tensor(llama_numbers(1, 3, 8)), llama_numbers(1, 3, 8, salt=1)
        (layer(x) * c).sum().backward()
        check_measured(
            lambda **arrays: (plain_attention(config=config, **arrays) * c).sum(),
            {**weights, "x": x},
            "grouped queries",
        )


# ---- block and model


@pytest.mark.kata("LlamaBlock.__init__")
class TestLlamaBlockInit:
    def test_two_norms_attention_and_feed_forward(self):
        wanted = [
            ("norm1.gain", (24,)),
            ("attention.query.weight", (24, 24)),
            ("attention.key.weight", (24, 12)),
            ("attention.value.weight", (24, 12)),
            ("attention.output.weight", (24, 24)),
            ("norm2.gain", (24,)),
            ("feed_forward.gate.weight", (24, 5)),
            ("feed_forward.up.weight", (24, 5)),
            ("feed_forward.down.weight", (5, 24)),
        ]
        found = names_and_shapes(LlamaBlock(llama_config()))
        assert found == wanted, (
            f"the parameters of a LlamaBlock are\n{found}\nand should be, in this order,\n{wanted}"
        )

    def test_the_norms_do_not_subtract(self):
        block = LlamaBlock(llama_config())
        kinds = [type(norm).__name__ for norm in (block.norm1, block.norm2)]
        assert kinds == ["RMSNorm", "RMSNorm"], f"norm1 and norm2 are {kinds}, not RMSNorms"

    def test_the_weights_come_from_rng(self):
        one, same, other = (
            LlamaBlock(llama_config(), np.random.default_rng(seed)).state_dict()
            for seed in (1, 1, 2)
        )
        for name in [name for name in one if "norm" not in name]:
            assert np.array_equal(one[name], same[name]), f"{name}: rng is not handed on"
            assert not np.array_equal(one[name], other[name]), f"{name}: rng is not handed on"


def plain_block(x, weights, config, positions=None, way="right"):
    """A LlamaBlock in plain numpy, or one with the parts put together in another way."""

    def attention(z):
        names = ("query", "key", "value", "output")
        arrays = [weights[f"attention.{name}.weight"] for name in names]
        return plain_attention(z, *arrays, config, positions=positions)

    def thought(z):
        names = ("gate", "up", "down")
        return plain_swiglu(z, *(weights[f"feed_forward.{name}.weight"] for name in names))

    def norm1(z):
        return plain_rms(z, weights["norm1.gain"])

    def norm2(z):
        return plain_rms(z, weights["norm2.gain"])

    if way == "post":
        x = norm1(x + attention(x))
        return norm2(x + thought(x))
    if way == "no norms":
        x = x + attention(x)
        return x + thought(x)
    if way == "no residuals":
        return thought(norm2(attention(norm1(x))))
    if way == "residual of the norm":
        x = norm1(x)
        x = x + attention(x)
        x = norm2(x)
        return x + thought(x)
    if way == "side by side":
        return x + attention(norm1(x)) + thought(norm2(x))
    if way == "norm1 twice":
        x = x + attention(norm1(x))
        return x + thought(norm1(x))
    if way == "attention alone":
        return x + attention(norm1(x))
    if way == "thought first":
        x = x + thought(norm2(x))
        return x + attention(norm1(x))
    if way == "first residual missing":
        x = attention(norm1(x))
        return x + thought(norm2(x))
    if way == "second residual missing":
        return thought(norm2(x + attention(norm1(x))))
    x = x + attention(norm1(x))
    return x + thought(norm2(x))


BLOCK_MISTAKES = {
    "the norms come after what is added (post-norm)": "post",
    "the norms are left out": "no norms",
    "nothing is added to the stream: what a part computes replaces it": "no residuals",
    "the stream itself is normalized, and not only what the parts read": "residual of the norm",
    "the feed-forward reads the stream as it was before the attention": "side by side",
    "norm1 is used twice": "norm1 twice",
    "the feed-forward is left out": "attention alone",
    "the feed-forward comes first": "thought first",
    "the attention replaces the stream": "first residual missing",
    "the feed-forward replaces the stream": "second residual missing",
}


@pytest.mark.kata("LlamaBlock.__call__")
class TestLlamaBlock:
    def test_each_part_reads_a_normalized_stream_and_adds_to_the_stream(self):
        config, x = llama_config(), llama_numbers(2, 5, 24) * 2
        block = with_numbers(LlamaBlock(config))
        weights = block.state_dict()
        expect_close(
            block(Tensor(x)),
            plain_block(x, weights, config),
            "a block's output",
            mistakes={
                name: plain_block(x, weights, config, way=way)
                for name, way in BLOCK_MISTAKES.items()
            },
        )

    def test_the_cache_is_handed_to_the_attention(self):
        config, x = llama_config(), llama_numbers(2, 5, 24)
        block = with_numbers(LlamaBlock(config))
        weights = block.state_dict()
        expect_close(
            piece_by_piece(block, x, 2, 1, 2),
            plain_block(x, weights, config),
            "5 positions in pieces of 2, 1 and 2 with a KVCache",
            mistakes={
                "the cache is not handed on": np.concatenate(
                    [plain_block(x[:, a:b], weights, config) for a, b in ((0, 2), (2, 3), (3, 5))],
                    axis=1,
                )
            },
        )

    def test_gradients_reach_everything(self):
        config = llama_config(n_head=2, n_kv_head=1, n_channels=8)
        block, c = with_numbers(LlamaBlock(config)), llama_numbers(1, 3, 8, salt=1)
        x = Tensor(llama_numbers(1, 3, 8))
        (block(x) * c).sum().backward()
        check_measured(
            lambda x, **weights: (plain_block(x, weights, config) * c).sum(),
            {**dict(block.named_parameters()), "x": x},
            "a block",
        )


@pytest.mark.kata("Llama.__init__")
class TestLlamaInit:
    def test_a_table_blocks_a_norm_and_a_head(self):
        found = dict(names_and_shapes(Llama(llama_config())))
        ends = [name for name in found if not name.startswith("blocks.")]
        assert ends == ["token.weight", "norm.gain", "head.weight"], (
            f"around its blocks a Llama has {ends}, and should have token.weight, norm.gain (an "
            "RMSNorm, which has no bias) and head.weight (without a bias; a layer of its own, not "
            "the token table), and no vectors for positions"
        )
        shapes = [found[name] for name in ends]
        assert shapes == [(11, 24), (24,), (24, 11)], (
            f"token, norm and head are {shapes} for 11 tokens and 24 channels, and should be "
            "(11, 24), (24,) and (24, 11)"
        )
        order = list(found)
        assert (order[0], order[-2:]) == ("token.weight", ["norm.gain", "head.weight"]), (
            f"the order is {order}, and should be token, blocks, norm, head"
        )

    def test_there_are_as_many_blocks_as_layers_each_its_own(self):
        model = Llama(llama_config(n_layer=3))
        assert [type(block).__name__ for block in model.blocks] == ["LlamaBlock"] * 3, (
            f"blocks are {model.blocks} for n_layer = 3"
        )
        first, second = (block.attention.query.weight for block in model.blocks[:2])
        assert first is not second, "the blocks are one and the same object, listed three times"
        assert not np.array_equal(first.data, second.data), (
            "two blocks hold the same numbers: each draws its own"
        )

    def test_the_config_is_kept(self):
        config = llama_config()
        assert Llama(config).config is config, "generate (and you) will look for model.config"

    def test_every_parameter_is_a_leaf(self):
        are_leaves(Llama(llama_config()))

    def test_the_token_table_has_a_deviation_of_002(self):
        model = Llama(llama_config(n_tokens=499, n_channels=48), np.random.default_rng(0))
        deviation = model.token.weight.data.std()
        assert 0.019 < deviation < 0.021, (
            f"the deviation of 499 · 48 numbers is {deviation:.4f}, and should be near 0.02 (an "
            "Embedding draws with deviation 1, and is scaled)"
        )

    def test_the_weights_come_from_rng(self):
        one, same, other = (
            Llama(llama_config(), np.random.default_rng(seed)).state_dict() for seed in (1, 1, 2)
        )
        for name in [name for name in one if "norm" not in name]:
            assert np.array_equal(one[name], same[name]), f"{name}: rng is not handed on"
            assert not np.array_equal(one[name], other[name]), f"{name}: rng is not handed on"


def plain_llama(ids, weights, config, positions=None, way="right"):
    """The logits of a Llama in plain numpy."""
    x = weights["token.weight"][ids]
    layers = list(range(config.n_layer))
    layers = {"one block": layers[:1], "last block": layers[-1:], "backwards": layers[::-1]}.get(
        way, layers
    )
    for i in layers:
        start = f"blocks.{i}."
        inside = {n.removeprefix(start): w for n, w in weights.items() if n.startswith(start)}
        x = plain_block(x, inside, config, positions)
    if way == "norm first":
        return (
            plain_rms(weights["token.weight"][ids], weights["norm.gain"]) @ weights["head.weight"]
        )
    if way != "no norm":
        x = plain_rms(x, weights["norm.gain"])
    head = weights["token.weight"].T if way == "tied" else weights["head.weight"]
    return x @ head


def llama_in_pieces(model, ids, *lengths):
    """The logits of ids (B, T), handed to the model in pieces of these lengths with caches."""
    caches, outputs, start = [KVCache() for _ in model.blocks], [], 0
    for length in lengths:
        outputs.append(model(ids[:, start : start + length], caches).data)
        start += length
    return np.concatenate(outputs, axis=1)


TOKEN_IDS = np.array([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 10, 0]])


@pytest.mark.kata("Llama.__call__")
class TestLlama:
    def test_tokens_become_logits(self):
        config = llama_config()
        model = with_numbers(Llama(config))
        weights = model.state_dict()
        ways = {
            "the final norm is forgotten": "no norm",
            "the token table serves as the head": "tied",
            "only the first block is used": "one block",
            "only the last block's output counts": "last block",
            "the blocks come in reverse order": "backwards",
            "no block is used": "norm first",
        }
        expect_close(
            model(TOKEN_IDS),
            plain_llama(TOKEN_IDS, weights, config),
            "logits of 2 sequences of 7 tokens",
            mistakes={n: plain_llama(TOKEN_IDS, weights, config, way=w) for n, w in ways.items()},
        )

    def test_a_changed_future_never_moves_the_past(self):
        model = with_numbers(Llama(llama_config()))
        changed = TOKEN_IDS.copy()
        changed[:, 4] = 7
        before, after = model(TOKEN_IDS).data, model(changed).data
        expect_close(after[:, :4], before[:, :4], "logits before position 4, when token 4 changes,")
        same = [t for t in (4, 5, 6) if np.allclose(before[:, t], after[:, t])]
        assert not same, f"token 4 changes, and the logits at {same} do not: who looks back?"

    @pytest.mark.parametrize("lengths", [(3, 1, 1, 2), (1,) * 7], ids=["3 1 1 2", "one by one"])
    def test_piece_by_piece_with_caches_it_is_the_same(self, lengths):
        config = llama_config()
        model = with_numbers(Llama(config))
        weights = model.state_dict()
        ends = np.cumsum(lengths)
        pieces = [
            plain_llama(TOKEN_IDS[:, end - n : end], weights, config)
            for n, end in zip(lengths, ends)
        ]
        restarted = np.concatenate([np.arange(n) for n in lengths])
        expect_close(
            llama_in_pieces(model, TOKEN_IDS, *lengths),
            plain_llama(TOKEN_IDS, weights, config),
            f"logits of 7 tokens in pieces of {lengths} with a KVCache for each block",
            mistakes={
                "the caches are not handed on": np.concatenate(pieces, axis=1),
                "positions start again at 0 with every piece": plain_llama(
                    TOKEN_IDS, weights, config, restarted
                ),
            },
        )

    def test_each_block_has_its_own_cache(self):
        model = with_numbers(Llama(llama_config()))
        caches = [KVCache(), KVCache()]
        model(TOKEN_IDS[:, :3], caches)
        lengths = [cache.length for cache in caches]
        assert lengths == [3, 3], (
            f"after 3 tokens the caches of the two blocks hold {lengths} positions: the first "
            "belongs to the first block, the second to the second"
        )

    def test_one_block_has_one_cache(self):
        config = llama_config(n_layer=1)
        model = with_numbers(Llama(config))
        expect_close(
            llama_in_pieces(model, TOKEN_IDS, 3, 4),
            plain_llama(TOKEN_IDS, model.state_dict(), config),
            "logits of a model with one block, 7 tokens in pieces of 3 and 4",
        )

    def test_a_context_longer_than_block_size_is_refused(self):
        model = with_numbers(Llama(llama_config(block_size=5)))
        expect_raises(
            ValueError, lambda: model(TOKEN_IDS[:, :6]), "6 tokens at once", naming=[6, 5]
        )
        assert model(TOKEN_IDS[:, :5]).shape == (2, 5, 11), "5 tokens fit into a block_size of 5"

    def test_what_the_caches_hold_counts_too(self):
        model = with_numbers(Llama(llama_config(block_size=5)))
        caches = [KVCache(), KVCache()]
        model(TOKEN_IDS[:, :4], caches)
        expect_raises(
            ValueError,
            lambda: model(TOKEN_IDS[:, 4:6], caches),
            "2 tokens after 4 that are in the caches, with a block_size of 5,",
            naming=[6, 5],
        )
        assert model(TOKEN_IDS[:, 4:5], caches).shape == (2, 1, 11), "a fifth token fits"

    @pytest.mark.parametrize("n", [1, 3])
    def test_there_is_a_cache_for_each_block(self, n):
        expect_raises(
            ValueError,
            lambda: Llama(llama_config())(TOKEN_IDS, [KVCache() for _ in range(n)]),
            f"{n} cache{'s' * (n > 1)} for the two blocks",
            naming=[n, 2],
        )

    def test_a_new_model_knows_next_to_nothing(self):
        config = llama_config(n_tokens=101, n_channels=48)
        ids = np.arange(101)[: 7 * 14].reshape(14, 7)
        loss = float(
            cross_entropy(Llama(config, np.random.default_rng(1))(ids), (ids * 13) % 101).data
        )
        assert abs(loss - math.log(101)) < 0.5, (
            f"the loss of a new model is {loss:.2f}, and should be near ln 101 = 4.62: it cannot "
            "know which of 101 tokens comes next, nor be sure of a wrong one"
        )

    def test_gradients_reach_everything(self):
        config = llama_config(n_head=2, n_kv_head=1, n_channels=8)
        model, c = with_numbers(Llama(config)), llama_numbers(2, 3, 11)
        (model(TOKEN_IDS[:, :3]) * c).sum().backward()
        check_measured(
            lambda **weights: (plain_llama(TOKEN_IDS[:, :3], weights, config) * c).sum(),
            dict(model.named_parameters()),
            "a Llama",
        )


# ---- what a model costs

GPT2_SMALL = GPTConfig(n_tokens=50257, block_size=1024, n_layer=12, n_head=12, n_channels=768)
GPT2_XL = GPTConfig(n_tokens=50257, block_size=1024, n_layer=48, n_head=25, n_channels=1600)
LLAMA2_7B = LlamaConfig(
    n_tokens=32000,
    block_size=4096,
    n_layer=32,
    n_head=32,
    n_kv_head=32,
    n_channels=4096,
    hidden=11008,
)
LLAMA3_8B = LlamaConfig(
    n_tokens=128256,
    block_size=8192,
    n_layer=32,
    n_head=32,
    n_kv_head=8,
    n_channels=4096,
    hidden=14336,
    rope_base=500000.0,
)


@pytest.mark.kata("parameter_count")
class TestParameterCount:
    @pytest.mark.parametrize(
        "config, published",
        [(GPT2_SMALL, 124_439_808), (GPT2_XL, 1_557_611_200)],
        ids=["GPT-2 small", "GPT-2 XL"],
    )
    def test_gpt2(self, config, published):
        V, T, L, C = config.n_tokens, config.block_size, config.n_layer, config.n_channels
        found = parameter_count(config)
        expect_close(
            found,
            published,
            f"number of a GPT-2's parameters, {found} where {published} are published,",
            mistakes={
                "the tied head is counted again": published + V * C,
                "the positions are forgotten": published - T * C,
                "the token table is forgotten": published - V * C,
                "the biases of the layers are forgotten": published - L * 9 * C,  # 3 + 1 + 4 + 1
                "the biases of the attention are forgotten": published - L * 4 * C,
                "the biases of the feed-forward are forgotten": published - L * 5 * C,
                "the norms are forgotten": published - L * 4 * C - 2 * C,
                "the final norm is forgotten": published - 2 * C,
                "a norm has a gain and no bias": published - L * 2 * C - C,
                "there is one norm in a block": published - L * 2 * C,
                "the output layer of the attention is forgotten": published - L * (C + 1) * C,
                "one block is counted": published - (L - 1) * (12 * C * C + 13 * C),
            },
            tolerance=0,
        )

    @pytest.mark.parametrize(
        "config, published",
        [(LLAMA2_7B, 6_738_415_616), (LLAMA3_8B, 8_030_261_248)],
        ids=["Llama-2-7B", "Llama-3-8B"],
    )
    def test_llama(self, config, published):
        V, L, C, hidden = config.n_tokens, config.n_layer, config.n_channels, config.hidden
        kv = C // config.n_head * config.n_kv_head
        mistakes = {
            "the head is taken for the token table, as in a GPT": published - V * C,
            "positions are counted, and RoPE learns none": published + config.block_size * C,
            "a SwiGLU has two matrices": published - L * C * hidden,
            "hidden is ignored, and 4C counted": published + L * 3 * C * (4 * C - hidden),
            "the norms are forgotten": published - L * 2 * C - C,
            "the final norm is forgotten": published - C,
            "the norms have biases": published + L * 2 * C + C,
            "the output layer of the attention is forgotten": published - L * C * C,
        }
        if kv != C:
            mistakes["n_kv_head is ignored"] = published + L * 2 * C * (C - kv)
        found = parameter_count(config)
        what = f"number of a Llama's parameters, {found} where {published} are published,"
        expect_close(found, published, what, mistakes, tolerance=0)

    @pytest.mark.parametrize(
        "kind, config",
        [
            (GPT, GPTConfig(n_tokens=11, block_size=7, n_layer=3, n_head=2, n_channels=10)),
            (Llama, llama_config(n_layer=3)),
        ],
        ids=["GPT", "Llama"],
    )
    def test_it_is_what_a_model_has(self, kind, config):
        counted = kind(config).n_parameters()
        found = parameter_count(config)
        assert found == counted, (
            f"a {kind.__name__} with {config} has {counted} parameters when it is made, and "
            f"parameter_count says {found}"
        )
        assert isinstance(found, int), f"the count is {found!r}, and should be an int"


@pytest.mark.kata("training_flops")
class TestTrainingFlops:
    def test_six_for_each_parameter_and_token(self):
        expect_close(
            training_flops(7, 1000),
            42_000,
            "operations of training 7 parameters on 1000 tokens",
            mistakes={
                "only the forward pass counts": 14_000,
                "only the backward pass counts": 28_000,
                "a multiplication and its addition count as one": 21_000,
                "no pass counts at all": 7_000,
                "6 is counted for each token, and parameters are added": 6_007,
            },
        )

    def test_gpt3(self):
        # 175 billion parameters, 300 billion tokens; the paper's table says 3.14e23
        expect_close(
            training_flops(175_000_000_000, 300_000_000_000), 3.15e23, "operations of GPT-3"
        )


@pytest.mark.kata("kv_cache_bytes")
class TestKVCacheBytes:
    def test_a_key_and_a_value_for_each_layer_head_and_position(self):
        # 2 · 32 layers · 4096 positions · 4096 channels · 2 bytes
        gib = 2**30
        expect_close(
            kv_cache_bytes(LLAMA2_7B, batch_size=1, length=4096),
            2 * gib,
            "bytes of Llama-2-7B's keys and values at 4096 positions in float16",
            mistakes={
                "keys are counted, and values are not (or values, and keys are not)": gib,
                "a number takes one byte": gib,
                "a number takes four bytes": 4 * gib,
                "one layer is counted": 2 * gib // 32,
                "one head is counted": 2 * gib // 32,
                "heads are counted on top of all channels": 64 * gib,
                "one position is counted": 2 * gib // 4096,
            },
            tolerance=0,
        )

    def test_grouped_queries_keep_fewer(self):
        # 2 · 32 layers · 8192 positions · 8 heads · 128 channels · 2 bytes
        gib = 2**30
        expect_close(
            kv_cache_bytes(LLAMA3_8B, 1, 8192),
            gib,
            "bytes of Llama-3-8B's keys and values at 8192 positions in float16",
            mistakes={
                "n_head is counted where n_kv_head belongs": 4 * gib,
                "keys are counted, and values are not": gib // 2,
                "a head's channels are C / n_kv_head": 4 * gib,
            },
            tolerance=0,
        )

    def test_a_gpt_keeps_all_its_heads(self):
        expect_close(
            kv_cache_bytes(GPT2_SMALL, 1, 1024),
            37_748_736,  # 2 · 12 layers · 1024 positions · 768 channels · 2 bytes = 36 MiB
            "bytes of GPT-2 small's keys and values at 1024 positions in float16",
            tolerance=0,
        )

    def test_sequences_and_the_size_of_a_number_count(self):
        config = llama_config(n_layer=3, n_head=6, n_kv_head=2, n_channels=30)
        # 2 · 3 layers · 11 sequences · 13 positions · 2 heads · 5 channels · 4 bytes
        found = kv_cache_bytes(config, batch_size=11, length=13, bytes_per_number=4)
        expect_close(
            found,
            34_320,
            "bytes of 11 sequences of 13 positions in float32",
            mistakes={
                "one sequence is counted": 3_120,
                "bytes_per_number is ignored": 17_160,
                "length is ignored, and block_size counted": 18_480,
            },
            tolerance=0,
        )
        assert isinstance(found, int), f"{found!r} should be an int"


# ---- mixture of experts


@pytest.mark.kata("put_rows")
class TestPutRows:
    def test_each_row_goes_where_it_belongs(self):
        y = Tensor(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
        expect_close(
            put_rows(y, np.array([3, 0, 2]), 5),
            [[3.0, 4.0], [0.0, 0.0], [5.0, 6.0], [1.0, 2.0], [0.0, 0.0]],
            "three rows, put into places 3, 0 and 2 of five",
            mistakes={
                "the rows are put in one after the other": (
                    [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [0.0, 0.0], [0.0, 0.0]]
                ),
                "the places are sorted first": (
                    [[1.0, 2.0], [0.0, 0.0], [3.0, 4.0], [5.0, 6.0], [0.0, 0.0]]
                ),
                "there are no more rows than the last place needs": (
                    [[3.0, 4.0], [0.0, 0.0], [5.0, 6.0], [1.0, 2.0]]
                ),
                "only the rows that were put in are returned": (
                    [[3.0, 4.0], [5.0, 6.0], [1.0, 2.0]]
                ),
            },
        )

    def test_it_undoes_taking_rows(self):
        x, rows = Tensor(llama_numbers(7, 3)), np.array([5, 1, 2])
        back = put_rows(x[rows], rows, 7)
        wanted = np.zeros((7, 3))
        for row in (5, 1, 2):
            wanted[row] = x.data[row]
        expect_close(back, wanted, "rows 5, 1 and 2 of seven, taken and put back,")

    def test_the_gradient_of_a_row_is_where_it_was_put(self):
        y = Tensor(np.ones((3, 2)))
        c = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [9.0, 10.0]])
        (put_rows(y, np.array([3, 0, 2]), 5) * c).sum().backward()
        expect_close(
            y.grad,
            [[7.0, 8.0], [1.0, 2.0], [5.0, 6.0]],
            "gradient of three rows that were put into places 3, 0 and 2",
            mistakes={
                "the first rows of what arrives are taken": c[:3],
                "the rows are taken in sorted order": c[[0, 2, 3]],
                "no gradient gets there": 0.0,
            },
        )

    def test_it_is_one_node(self):
        y = Tensor(np.ones((1, 2)))
        put = put_rows(y, np.array([1]), 3)
        assert put.op == "put_rows" and [id(p) for p in put.parents] == [id(y)], (
            f"op is {put.op!r}, and the parents are {[p.op or 'a leaf' for p in put.parents]}: "
            'put_rows makes one node with op "put_rows", whose only parent is y'
        )

    def test_float32_stays_float32(self):
        put = put_rows(Tensor(np.ones((1, 2), dtype=np.float32)), np.array([1]), 3)
        assert put.data.dtype == np.float32, (
            f"y is float32, and what came back is {put.data.dtype}: np.zeros makes float64 unless "
            "it is told otherwise"
        )


@pytest.mark.kata("MixtureOfExperts.__init__")
class TestMixtureOfExpertsInit:
    def test_a_router_and_experts(self):
        layer = MixtureOfExperts(3, 5, n_experts=2, k=1)
        expert = [("gate", (3, 5)), ("up", (3, 5)), ("down", (5, 3))]
        wanted = [("router.weight", (3, 2))] + [
            (f"experts.{e}.{name}.weight", shape) for e in range(2) for name, shape in expert
        ]
        found = names_and_shapes(layer)
        assert found == wanted, (
            f"the parameters of MixtureOfExperts(3, 5, 2, 1) are\n{found}\nand should be, in this "
            f"order,\n{wanted}"
        )

    def test_every_expert_is_its_own(self):
        layer = MixtureOfExperts(3, 5, n_experts=4, k=2)
        kinds = [type(expert).__name__ for expert in layer.experts]
        assert kinds == ["SwiGLU"] * 4, f"the experts are {kinds} for n_experts = 4"
        first = [expert.gate.weight.data[0, 0] for expert in layer.experts]
        assert len(set(first)) == 4, (
            f"the experts' first weights are {first}: they should differ, or the experts will stay "
            "alike (is it one SwiGLU four times, or one seed?)"
        )

    @pytest.mark.parametrize("k", [0, 5])
    def test_a_token_needs_1_to_all_experts(self, k):
        expect_raises(
            ValueError,
            lambda: MixtureOfExperts(3, 5, n_experts=4, k=k),
            f"{k} of 4 experts",
            naming=[k, 4],
        )

    def test_a_token_may_use_all_of_them(self):
        assert len(MixtureOfExperts(3, 5, n_experts=4, k=4).experts) == 4

    def test_the_weights_come_from_rng(self):
        one, same, other = (
            MixtureOfExperts(3, 5, 2, 1, np.random.default_rng(seed)).state_dict()
            for seed in (1, 1, 2)
        )
        for name in one:
            assert np.array_equal(one[name], same[name]), f"{name}: rng is not handed on"
            assert not np.array_equal(one[name], other[name]), f"{name}: rng is not handed on"


def routed(logits, k):
    """gates and probs of tokens with these logits, one for each expert."""
    logits = np.array(logits)
    n = logits.shape[1]
    layer = MixtureOfExperts(n, 2, n, k)
    layer.router.weight.data = np.eye(n)
    found = layer.route(Tensor(logits))
    if not isinstance(found, tuple | list) or len(found) != 2:
        pytest.fail(f"route returned {type(found).__name__}, and should return gates and probs")
    return found


# logits whose softmax is 0.2, 0.3, 0.5, and the same in another order
LOGS = np.log([[2.0, 3.0, 5.0], [5.0, 2.0, 3.0]])


LOGS_OVER_TOKENS = [[2 / 7, 3 / 5, 5 / 8], [5 / 7, 2 / 5, 3 / 8]]


def softmaxed_twice():
    """Gates of LOGS when softmax is taken once more, of the two best probabilities."""
    a, b = math.exp(0.3), math.exp(0.5)
    return [[0.0, a / (a + b), b / (a + b)], [b / (a + b), 0.0, a / (a + b)]]


@pytest.mark.kata("MixtureOfExperts.route")
class TestRoute:
    def test_the_gates_of_the_best_sum_to_1(self):
        gates, _ = routed(LOGS, k=2)
        expect_close(
            gates,
            [[0.0, 3 / 8, 5 / 8], [5 / 8, 0.0, 3 / 8]],
            "gates of the 2 best of experts with probabilities 0.2, 0.3, 0.5 and 0.5, 0.2, 0.3",
            mistakes={
                "the probabilities of the best are not divided by their sum": (
                    [[0.0, 0.3, 0.5], [0.5, 0.0, 0.3]]
                ),
                "nobody is left out": [[0.2, 0.3, 0.5], [0.5, 0.2, 0.3]],
                "the others' logits become 0, which is no small logit": (
                    [[1 / 9, 3 / 9, 5 / 9], [5 / 9, 1 / 9, 3 / 9]]
                ),
                "the weakest are chosen": [[0.4, 0.6, 0.0], [0.0, 0.4, 0.6]],
                "all of the best count alike": [[0.0, 0.5, 0.5], [0.5, 0.0, 0.5]],
                "the first token's experts are taken for all": (
                    [[0.0, 3 / 8, 5 / 8], [0.0, 2 / 5, 3 / 5]]
                ),
                "the gates are the logits": [
                    [0.0, LOGS[0, 1], LOGS[0, 2]],
                    [LOGS[1, 0], 0.0, LOGS[1, 2]],
                ],
                "softmax is taken of the probabilities": softmaxed_twice(),
                "one expert too few is chosen": [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
            },
        )

    def test_the_probabilities_are_those_of_all(self):
        _, probs = routed(LOGS, k=2)
        expect_close(
            probs,
            [[0.2, 0.3, 0.5], [0.5, 0.2, 0.3]],
            "probabilities of all experts",
            mistakes={
                "the gates are returned again": [[0.0, 3 / 8, 5 / 8], [5 / 8, 0.0, 3 / 8]],
                "the logits are returned": LOGS,
                "softmax runs over the tokens": LOGS_OVER_TOKENS,
            },
        )

    def test_a_single_expert_has_a_gate_of_1(self):
        gates, _ = routed(LOGS, k=1)
        expect_close(
            gates,
            [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
            "gates of the best expert alone",
            mistakes={"the gate is the probability among all": [[0.0, 0.0, 0.5], [0.5, 0.0, 0.0]]},
        )

    def test_of_equals_the_first_are_taken(self):
        logits = [[0.0, 1.0] * 20]
        gates, _ = routed(logits, k=3)
        chosen = np.flatnonzero(gates.data[0]).tolist()
        assert len(chosen) == 3, (
            f"3 experts should be chosen, and {len(chosen)} were, because several have the same "
            "logit as the third: count them, do not compare with the third's"
        )
        assert chosen == [1, 3, 5], (
            f"experts 1, 3, 5, ... have the same logit, and {chosen} were chosen of them: the "
            "first three should be (a sort that keeps the order of equals is called stable)"
        )

    def test_the_router_learns_from_gates_and_probabilities(self):
        layer, x = with_numbers(MixtureOfExperts(3, 2, 5, 2)), Tensor(llama_numbers(7, 3))
        a, b = llama_numbers(7, 5), llama_numbers(7, 5, salt=1)

        def worth(gates, probs):
            return (gates * a).sum() + (probs * b).sum()

        worth(*layer.route(x)).backward()
        check_measured(
            lambda x, router: worth(*plain_route(x, router, 2)),
            {"router": layer.router.weight, "x": x},
            "route",
        )


def plain_route(x, router, k):
    """gates and probs, token by token."""
    gates, probs = np.zeros((2, len(x), router.shape[1]))
    for n, logits in enumerate(x @ router):
        powers = [math.exp(logit) for logit in logits]
        best = sorted(range(len(powers)), key=lambda e: -powers[e])[:k]
        for e in range(len(powers)):
            probs[n, e] = powers[e] / sum(powers)
            gates[n, e] = powers[e] / sum(powers[b] for b in best) if e in best else 0.0
    return gates, probs


def plain_experts(x, weights, k, way="right"):
    """Token by token, expert by expert: (N, C) -> (N, C)."""
    gates, probs = plain_route(x, weights["router.weight"], k)
    y = np.zeros_like(x)
    for n in range(len(x)):
        chosen = np.flatnonzero(gates[n])
        if way == "all":
            chosen = range(gates.shape[1])
        if way == "best":
            chosen = [int(gates[n].argmax())]
        for e in chosen:
            parts = [weights[f"experts.{e}.{name}.weight"] for name in ("gate", "up", "down")]
            gate = {"all": probs[n, e], "gates left out": 1.0, "probs": probs[n, e]}.get(
                way, gates[n, e]
            )
            y[n] += gate * plain_swiglu(x[n], *parts)
    return y


class Watched:
    """An expert that notes the tokens it was asked about."""

    def __init__(self, expert):
        self.expert, self.seen = expert, []

    def __call__(self, x):
        assert isinstance(x, Tensor), (
            f"an expert got a {type(x).__name__}, and should get a Tensor: no gradient finds the "
            "way back through an array"
        )
        self.seen += x.data.reshape(-1, x.shape[-1]).tolist()
        return self.expert(x)


@pytest.mark.kata("MixtureOfExperts.__call__")
class TestMixtureOfExperts:
    def test_a_token_gets_the_gated_sum_of_its_experts(self):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2)), llama_numbers(7, 3)
        weights = layer.state_dict()

        def wrong(way):
            return plain_experts(x, weights, 2, way)

        right = wrong("right")
        expect_close(
            layer(Tensor(x)),
            right,
            "7 tokens with 2 of 4 experts each",
            mistakes={
                "all experts are mixed, by their probabilities": wrong("all"),
                "only a token's best expert counts": wrong("best"),
                "the gates are left out": wrong("gates left out"),
                "the gates are the probabilities, which do not sum to 1 over the chosen": (
                    wrong("probs")
                ),
                "the experts' outputs are averaged": wrong("gates left out") / 2,
                "x is added: a block does that, not the experts": right + x,
            },
        )

    def test_an_expert_computes_its_own_tokens_and_no_others(self):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2)), llama_numbers(7, 3)
        gates, _ = plain_route(x, layer.router.weight.data, 2)
        layer.experts = [Watched(expert) for expert in layer.experts]
        layer(Tensor(x))
        for e, expert in enumerate(layer.experts):
            wanted = x[gates[:, e] > 0].tolist()
            dense = ": every expert computes every token, as if there were no router"
            assert sorted(expert.seen) == sorted(wanted), (
                f"expert {e} has {len(wanted)} of 7 tokens, and computed {len(expert.seen)}"
                f"{dense if len(expert.seen) == 7 else ''}"
            )

    @pytest.mark.parametrize("shape", [(2, 5, 3), (1, 3), (3,)], ids=str)
    def test_any_number_of_axes_may_stand_in_front(self, shape):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2)), llama_numbers(*shape)
        wanted = plain_experts(x.reshape(-1, 3), layer.state_dict(), 2).reshape(shape)
        expect_close(layer(Tensor(x)), wanted, f"the output for x {shape}")

    def test_gradients_reach_the_router_and_all_who_were_asked(self):
        layer, c = with_numbers(MixtureOfExperts(3, 5, 4, 2)), llama_numbers(7, 3, salt=1)
        x = Tensor(llama_numbers(7, 3))
        (layer(x) * c).sum().backward()
        parameters = dict(layer.named_parameters())
        check_measured(
            lambda x, **weights: (plain_experts(x, weights, 2) * c).sum(),
            {**parameters, "x": x},
            "a mixture of experts",
        )

    def test_who_was_not_asked_learns_nothing(self):
        layer = with_numbers(MixtureOfExperts(3, 5, 4, 1))
        (layer(Tensor(llama_numbers(1, 3))) * 7.0).sum().backward()
        moved = [bool(np.any(expert.down.weight.grad)) for expert in layer.experts]
        assert sum(moved) == 1, (
            f"one token went to one of 4 experts, and {sum(moved)} of them have a gradient"
        )


# four tokens, two of three experts each: 4, 3 and 1 of the 8 assignments
ROUTER_GATES = [[0.6, 0.4, 0.0], [0.7, 0.0, 0.3], [0.3, 0.7, 0.0], [0.9, 0.1, 0.0]]
# their probabilities have the means 0.5, 0.3 and 0.2
ROUTER_PROBS = [[0.5, 0.4, 0.1], [0.5, 0.2, 0.3], [0.3, 0.5, 0.2], [0.7, 0.1, 0.2]]


@pytest.mark.kata("load_balance_loss")
class TestLoadBalanceLoss:
    def test_shares_times_probabilities(self):
        expect_close(
            load_balance_loss(Tensor(np.array(ROUTER_GATES)), Tensor(np.array(ROUTER_PROBS))),
            1.1625,  # 3 · (4/8 · 0.5 + 3/8 · 0.3 + 1/8 · 0.2)
            "loss, where 4, 3 and 1 of 8 assignments go to experts of mean probability 0.5, 0.3, "
            "0.2,",
            mistakes={
                "the factor E is missing (or a mean stands where the sum over experts belongs)": (
                    0.3875
                ),
                "f counts the share of tokens, not of assignments (with k = 2 it sums to 2)": 2.325,
                "f is the mean of the gates, which has a gradient, not a count": 1.2525,
                "f counts only each token's best expert": 1.35,  # 3 of 4, 1 of 4, 0
                "P is the mean of the gates": 1.303125,
                "P is a sum over tokens, not a mean": 4.65,
                "f is multiplied by itself": 1.21875,
                "P is multiplied by itself": 1.14,
                "the factor is the number of tokens": 1.55,
                "f counts the experts that a token does not use": 3 * (0 + 0.25 * 0.3 + 0.75 * 0.2),
            },
        )

    def test_it_is_1_where_all_is_even(self):
        gates = Tensor(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
        probs = Tensor(np.full((3, 3), 1 / 3))
        expect_close(load_balance_loss(gates, probs), 1.0, "loss of an even load")

    def test_it_is_e_where_one_expert_gets_all(self):
        one = np.zeros((7, 5))
        one[:, 2] = 1.0
        expect_close(
            load_balance_loss(Tensor(one), Tensor(one)), 5.0, "loss where one of 5 experts gets all"
        )

    def test_only_the_probabilities_get_a_gradient(self):
        gates, probs = Tensor(np.array(ROUTER_GATES)), Tensor(np.array(ROUTER_PROBS))
        (load_balance_loss(gates, probs) * 10.0).backward()
        expect_close(
            probs.grad,
            [[3.75, 2.8125, 0.9375]] * 4,  # 10 · 3 · f / 4
            "gradient of probs, with 10 from above",
            mistakes={"no gradient gets there": 0.0},
        )
        assert not np.any(gates.grad), (
            f"the gates have the gradient\n{gates.grad}\nand should have none: f is a count, and a "
            "count does not move when a gate moves a little"
        )


# ---- LoRA


def frozen_base(n_in, n_out, bias=True):
    """A Linear with numbers in weight and bias."""
    linear = Linear(n_in, n_out, bias=bias)
    linear.weight.data = llama_numbers(n_in, n_out)
    if bias:
        linear.bias.data = llama_numbers(n_out)
    return linear


def lora_of(linear, A, B):
    """A LoRA with these two matrices."""
    layer = LoRA(linear, np.shape(A)[1])
    layer.A.data, layer.B.data = np.array(A), np.array(B)
    return layer


@pytest.mark.kata("LoRA.__init__")
class TestLoRAInit:
    def test_two_small_matrices_stand_beside_the_linear(self):
        linear = frozen_base(7, 5)
        layer = LoRA(linear, 2)
        assert layer.linear is linear, "linear is kept as it came: no copy of the large matrix"
        wanted = [
            ("linear.weight", (7, 5)),
            ("linear.bias", (5,)),
            ("A", (7, 2)),
            ("B", (2, 5)),
        ]
        found = names_and_shapes(layer)
        assert found == wanted, f"the parameters are {found}, and should be {wanted}"

    def test_a_and_b_are_leaves(self):
        are_leaves(LoRA(frozen_base(7, 5), 2))

    def test_b_starts_at_0_and_a_does_not(self):
        layer = LoRA(frozen_base(7, 5), 2)
        A, B = layer.A.data, layer.B.data
        assert A.any() or B.any(), (
            "A and B are both 0: each one's gradient is a product with the other, so both would "
            "stay 0 for ever"
        )
        assert not B.any(), (
            "B is not 0 at the start: x A B would change what the trained layer computes before "
            f"anything was learned\n{B}"
        )
        assert A.all(), f"entries of A are 0\n{A}\nA is drawn, and B starts at 0"

    def test_the_base_is_frozen(self):
        linear = frozen_base(7, 5)
        LoRA(linear, 2)
        thawed = [name for name, p in linear.named_parameters() if p.requires_grad]
        assert not thawed, (
            f"{' and '.join(thawed)} of the Linear still require a gradient: the base is frozen"
        )

    def test_a_and_b_are_to_be_learned(self):
        layer = LoRA(frozen_base(7, 5), 2)
        assert layer.A.requires_grad and layer.B.requires_grad, "A and B have to learn"

    def test_a_linear_without_bias_is_welcome(self):
        layer = LoRA(frozen_base(7, 5, bias=False), 2)
        assert [name for name, _ in layer.named_parameters()] == ["linear.weight", "A", "B"]

    def test_a_is_normal_with_a_deviation_of_1_over_the_root_of_n_in(self):
        A = LoRA(Linear(400, 3), 50, np.random.default_rng(1)).A.data
        deviation = A.std() * 20  # √400
        assert 0.97 < deviation < 1.03, (
            f"the deviation of A's 400 · 50 numbers is {deviation:.2f} / √400, and should be near "
            "1 / √400"
        )
        assert np.abs(A).max() * 20 > 2.5, (
            "none of 20,000 numbers is beyond 2.5 deviations: A is drawn from a normal "
            "distribution, not a uniform one"
        )

    def test_a_comes_from_rng(self):
        one, same, other = (
            LoRA(frozen_base(7, 5), 2, np.random.default_rng(seed)).A.data for seed in (1, 1, 2)
        )
        assert np.array_equal(one, same) and not np.array_equal(one, other), (
            "equal generators should give the same A, and others another one: A is drawn from rng"
        )

    def test_float32_stays_float32(self):
        linear = frozen_base(7, 5)
        cast_parameters(linear, np.float32)
        layer = LoRA(linear, 2)
        kinds = [layer.A.data.dtype.name, layer.B.data.dtype.name]
        assert kinds == ["float32", "float32"], f"the weight is float32, and A and B are {kinds}"

    def test_a_rank_of_1_is_enough(self):
        layer = LoRA(frozen_base(7, 5), 1)
        assert (layer.A.shape, layer.B.shape) == ((7, 1), (1, 5)), (
            f"A and B are {layer.A.shape} and {layer.B.shape} for rank 1"
        )

    @pytest.mark.parametrize("rank", [0, -3])
    def test_a_rank_below_1_is_refused(self, rank):
        expect_raises(
            ValueError, lambda: LoRA(frozen_base(7, 5), rank), f"rank {rank}", naming=[rank]
        )


@pytest.mark.kata("LoRA.__call__")
class TestLoRA:
    def test_at_first_nothing_changes(self):
        linear, x = frozen_base(7, 5), llama_numbers(3, 7)
        expect_close(
            LoRA(linear, 2)(Tensor(x)),
            x @ linear.weight.data + linear.bias.data,
            "output of a new LoRA",
            mistakes={
                "the base is left out": np.zeros((3, 5)),
                "the bias is left out": x @ linear.weight.data,
                "the bias is added twice": x @ linear.weight.data + 2 * linear.bias.data,
            },
        )

    def test_the_change_goes_through_a_and_b(self):
        # x W + b is 10 + 100 = 110, x A B is (1 · 2) · 3 + (1 · 5) · 7 = 41
        linear = Linear(1, 1)
        linear.weight.data, linear.bias.data = np.array([[10.0]]), np.array([100.0])
        layer = lora_of(linear, [[2.0, 5.0]], [[3.0], [7.0]])
        expect_close(
            layer(Tensor(np.array([[1.0]]))),
            [[151.0]],
            "1 through W = 10, b = 100, A = [2, 5] and B = [3, 7]",
            mistakes={
                "the change is left out": [[110.0]],
                "the base is left out": [[41.0]],
                "the bias is left out": [[51.0]],
                "the change is divided by the rank": [[130.5]],
                "the change is subtracted": [[69.0]],
                "A and B run through the base too": [[10 * 41 + 100.0]],
            },
        )

    def test_it_takes_any_number_of_axes_in_front(self):
        linear, A, B = frozen_base(7, 5), llama_numbers(7, 2), llama_numbers(2, 5)
        x = llama_numbers(2, 3, 7)
        wanted = x @ linear.weight.data + linear.bias.data + (x @ A) @ B
        expect_close(lora_of(linear, A, B)(Tensor(x)), wanted, "2 sequences of 3 positions")

    def test_a_and_b_learn_and_the_base_does_not(self):
        linear, A, B = frozen_base(7, 5), llama_numbers(7, 2), llama_numbers(2, 5)
        x, c = llama_numbers(3, 7), llama_numbers(3, 5)
        layer = lora_of(linear, A, B)
        (layer(Tensor(x)) * c).sum().backward()
        expect_close(
            layer.A.grad, x.T @ c @ B.T, "gradient of A", mistakes={"A is left out of the graph": 0}
        )
        expect_close(
            layer.B.grad, (x @ A).T @ c, "gradient of B", mistakes={"B is left out of the graph": 0}
        )
        moved = [name for name, p in linear.named_parameters() if np.any(p.grad)]
        assert not moved, (
            f"{' and '.join(moved)} of the frozen base got a gradient, where grad stays 0.0"
        )

    def test_the_layers_below_learn_through_both(self):
        linear, A, B = frozen_base(7, 5), llama_numbers(7, 2), llama_numbers(2, 5)
        x, c = Tensor(llama_numbers(3, 7)), llama_numbers(3, 5)
        (lora_of(linear, A, B)(x) * c).sum().backward()
        through_base, through_change = c @ linear.weight.data.T, c @ B.T @ A.T
        expect_close(
            x.grad,
            through_base + through_change,
            "gradient of x",
            mistakes={
                "the gradient does not pass through the frozen base: its weights are fixed, but "
                "what comes in is not": through_change,
                "the gradient does not pass through A and B": through_base,
            },
        )


@pytest.mark.kata("LoRA.merge")
class TestLoRAMerge:
    def test_the_merged_layer_computes_the_same(self):
        linear, A, B = frozen_base(7, 5), llama_numbers(7, 2), llama_numbers(2, 5)
        x = llama_numbers(3, 7)
        merged = lora_of(linear, A, B).merge()
        base = x @ linear.weight.data
        right = base + linear.bias.data + (x @ A) @ B
        if merged is None:
            pytest.fail("merge returned None, and should return a new Linear")
        expect_close(
            merged(Tensor(x)),
            right,
            "output of the merged layer",
            mistakes={
                "the change is not merged in": base + linear.bias.data,
                "the bias is lost": base + (x @ A) @ B,
                "the change alone is kept": (x @ A) @ B + linear.bias.data,
                "the change is merged in twice": right + (x @ A) @ B,
            },
        )

    def test_it_is_one_linear(self):
        merged = lora_of(frozen_base(7, 5), llama_numbers(7, 2), llama_numbers(2, 5)).merge()
        found = names_and_shapes(merged)
        assert found == [("weight", (7, 5)), ("bias", (5,))], (
            f"the merged layer is a {type(merged).__name__} with {found}, and should be a Linear "
            "with weight (7, 5) and bias (5,)"
        )

    def test_without_a_bias_there_is_none_afterwards(self):
        linear = frozen_base(7, 5, bias=False)
        merged = lora_of(linear, llama_numbers(7, 2), llama_numbers(2, 5)).merge()
        assert merged.bias is None, "the Linear that was given has no bias, and the merged one has"

    def test_the_base_stays_as_it_was(self):
        linear = frozen_base(7, 5)
        weight, bias = linear.weight.data.copy(), linear.bias.data.copy()
        layer = lora_of(linear, llama_numbers(7, 2), llama_numbers(2, 5))
        merged = layer.merge()
        merged.weight.data += 1.0
        merged.bias.data += 1.0
        for name, now, before in (
            ("weight", linear.weight.data, weight),
            ("bias", linear.bias.data, bias),
        ):
            assert np.array_equal(now, before), (
                f"the base's {name} changed with merge, or with what was done to the merged layer "
                "later: base and merged layer share an array, and another LoRA may stand on the "
                "same base"
            )
        frozen = [not p.requires_grad for p in linear.parameters()]
        assert all(frozen), "after merge the base requires gradients again"

    def test_the_merged_layer_can_be_trained(self):
        merged = lora_of(frozen_base(7, 5), llama_numbers(7, 2), llama_numbers(2, 5)).merge()
        stuck = [name for name, p in merged.named_parameters() if not p.requires_grad]
        assert not stuck, f"{' and '.join(stuck)} of the merged layer requires no gradient"
        are_leaves(merged)

    def test_float32_stays_float32(self):
        layer = LoRA(frozen_base(7, 5), 2)
        cast_parameters(layer, np.float32)
        kinds = {p.data.dtype.name for p in layer.merge().parameters()}
        assert kinds == {"float32"}, f"the layer is float32, and the merged one is {kinds}"


@pytest.mark.kata("trainable")
class TestTrainable:
    def test_what_is_frozen_is_left_out(self):
        layer = LoRA(frozen_base(7, 5), 2)
        found = trainable(layer)
        assert isinstance(found, list), f"trainable returned a {type(found).__name__}, not a list"
        names = {id(p): name for name, p in layer.named_parameters()}
        assert [names.get(id(p), "a copy") for p in found] == ["A", "B"], (
            f"the trainable parameters of a LoRA are {[names.get(id(p), 'a copy') for p in found]},"
            " and should be A and B themselves, in this order"
        )

    def test_where_nothing_is_frozen_all_are_trainable(self):
        model = SwiGLU(3, 5)
        found = trainable(model)
        assert [id(p) for p in found] == [id(p) for p in model.parameters()], (
            f"{len(found)} of the 3 parameters of a SwiGLU are trainable, and all should be, in "
            "their order"
        )

    def test_any_parameter_may_be_frozen(self):
        model = SwiGLU(3, 5)
        model.up.weight.requires_grad = False
        found = [p.shape for p in trainable(model)]
        assert [id(p) for p in trainable(model)] == [
            id(model.gate.weight),
            id(model.down.weight),
        ], (
            f"with up frozen, gate (3, 5) and down (5, 3) of a SwiGLU are trainable, and what came "
            f"has the shapes {found}: names do not say what is frozen, requires_grad does"
        )

    def test_gradients_are_no_criterion(self):
        model = SwiGLU(3, 5)
        model.zero_grad()
        model.up.weight.grad = np.ones((3, 5))
        assert len(trainable(model)) == 3, (
            "a parameter with grad 0.0 is trainable too, if it requires a gradient: before the "
            "first backward all of them are like that"
        )

    def test_an_optimizer_leaves_the_base_alone(self):
        linear = frozen_base(7, 5)
        before = linear.weight.data.copy()
        layer = lora_of(linear, llama_numbers(7, 2), llama_numbers(2, 5))
        optimizer = AdamW(trainable(layer), lr=0.1, weight_decay=0.5)
        A = layer.A.data.copy()
        (layer(Tensor(llama_numbers(3, 7))) * 2.0).sum().backward()
        optimizer.step()
        assert np.array_equal(linear.weight.data, before), (
            "a step of AdamW changed the frozen weight: it has no gradient, but weight decay "
            "shrinks whatever the optimizer was given"
        )
        assert not np.array_equal(layer.A.data, A), "a step of AdamW did not move A"


# ---- quantization


def quantized(W):
    """q and scale of a matrix, as arrays."""
    found = quantize_int8(np.array(W))
    if not isinstance(found, tuple | list) or len(found) != 2:
        pytest.fail(f"quantize_int8 returned {type(found).__name__}, and should return q and scale")
    return found


# the largest entries of the columns are 127, 254 and 12.7: scales 1, 2 and 0.1
THREE_COLUMNS = [[127.0, -11.2, 3.14], [-2.7, 254.0, 0.47], [63.6, 3.2, -12.7]]


@pytest.mark.kata("quantize_int8")
class TestQuantizeInt8:
    def test_each_column_has_a_scale(self):
        _, scale = quantized(THREE_COLUMNS)
        expect_close(
            scale,
            [1.0, 2.0, 0.1],
            "scales of columns whose largest entries are 127, 254 and -12.7",
            mistakes={
                "there is one scale for the whole matrix": 2.0,
                "there is one scale for the whole matrix, repeated": [2.0, 2.0, 2.0],
                "each row has a scale": [1.0, 2.0, 63.6 / 127],
                "the largest is taken without regard to sign": [1.0, 2.0, 3.14 / 127],
                "the largest is divided by 128": [127 / 128, 254 / 128, 12.7 / 128],
                "the largest is divided by 127.5": [127 / 127.5, 254 / 127.5, 12.7 / 127.5],
                "the largest is divided by 255": [127 / 255, 254 / 255, 12.7 / 255],
                "the range from smallest to largest is divided": [
                    129.7 / 255,
                    265.2 / 255,
                    15.84 / 255,
                ],
                "scale is the inverse": [1.0, 0.5, 10.0],
                "the scales keep an axis": [[1.0, 2.0, 0.1]],
                "the mean of |W| is taken, not the largest": (
                    np.abs(THREE_COLUMNS).mean(axis=0) / 127
                ),
            },
        )

    def test_entries_are_rounded_to_the_nearest_level(self):
        q, _ = quantized(THREE_COLUMNS)
        one_scale = np.rint(np.array(THREE_COLUMNS) / 2)
        by_rows = np.rint(np.array(THREE_COLUMNS) / np.array([[1.0], [2.0], [63.6 / 127]]))
        expect_close(
            q,
            [[127, -6, 31], [-3, 127, 5], [64, 2, -127]],
            "levels",
            mistakes={
                "entries are cut off, not rounded": [[127, -5, 31], [-2, 127, 4], [63, 1, -127]],
                "a half is added and the rest cut off, which suits positive entries alone": (
                    [[127, -5, 31], [-2, 127, 5], [64, 2, -126]]
                ),
                "entries are rounded down": [[127, -6, 31], [-3, 127, 4], [63, 1, -127]],
                "entries are rounded up": [[127, -5, 32], [-2, 127, 5], [64, 2, -127]],
                "there is one scale for the whole matrix": one_scale,
                "each row has a scale": by_rows,
                "W is not divided by the scale": np.rint(THREE_COLUMNS),
            },
        )

    def test_the_largest_entry_does_not_overflow(self):
        q, _ = quantized([[0.37, -0.1], [-0.2, -5.3], [0.1, 2.0]])
        found = [int(q[0, 0]), int(q[1, 1])]
        assert found != [-128, -128] and found[0] != -128, (
            "0.37, the largest of its column, became -128: an int8 ends at 127, and 128 comes "
            "round again at the other end"
        )
        assert found == [127, -127], (
            f"0.37 and -5.3, the largest of their columns, became {found[0]} and {found[1]}, and "
            "should become 127 and -127"
        )

    def test_a_level_takes_one_byte(self):
        q, _ = quantized(THREE_COLUMNS)
        assert q.dtype == np.int8, f"q is {q.dtype}, and should be int8: that is what it is for"
        assert q.shape == (3, 3), f"q is {q.shape} for a matrix (3, 3)"

    def test_a_column_of_small_numbers_has_a_small_scale(self):
        q, scale = quantized([[1.27e-9, 1.27e-30], [-0.5e-9, 0.3e-30]])
        assert np.array_equal(q, [[127, 127], [-50, 30]]), (
            f"columns as small as 1e-9 and 1e-30 became {np.asarray(q).tolist()}, with the scales "
            f"{scale}, and should be [[127, 127], [-50, 30]]: is there a smallest scale, or "
            "something added to it? Only a column of zeros needs help"
        )

    def test_a_column_of_zeros_stays_zero(self):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            q, scale = quantized([[0.0, 2.54], [0.0, -1.0], [0.0, 0.5]])
        expect_close(
            scale,
            [1.0, 0.02],
            "scales, where the first column is 0",
            mistakes={
                "the scale of zeros is 0, by which nothing can be divided": [0.0, 0.02],
            },
        )
        expect_close(q, [[0, 127], [0, -50], [0, 25]], "levels, where the first column is 0")
        assert not said, f"numpy says: {said[0].message}. Was something divided by 0?"

    @pytest.mark.parametrize("shape", [(7, 5), (3, 11), (1, 2)], ids=str)
    def test_what_is_lost_is_at_most_half_a_scale(self, shape):
        W = llama_numbers(*shape) * np.logspace(-3, 3, shape[1])
        q, scale = quantized(W)
        lost = np.abs(q * np.asarray(scale, dtype=float) - W).max(axis=0)
        assert (lost <= np.abs(W).max(axis=0) / 127 * 0.5000001).all(), (
            f"the largest errors of the columns are {lost}, and half a scale is "
            f"{np.abs(W).max(axis=0) / 254}: with rounding to the nearest no error is larger"
        )

    def test_scales_have_the_dtype_of_the_matrix(self):
        _, scale = quantized(np.array(THREE_COLUMNS, dtype=np.float32))
        assert scale.dtype == np.float32, f"W is float32, and scale is {scale.dtype}"

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=str)
    def test_what_is_not_finite_is_refused(self, bad):
        expect_raises(
            ValueError, lambda: quantize_int8(np.array([[1.0, bad], [2.0, 3.0]])), f"{bad} in W"
        )

    def test_the_matrix_stays_as_it_was(self):
        W = np.array(THREE_COLUMNS)
        quantize_int8(W)
        assert W.tolist() == THREE_COLUMNS, f"W is\n{W}\nafterwards: it belongs to the caller"


@pytest.mark.kata("dequantize")
class TestDequantize:
    def test_levels_times_scales(self):
        q, scale = np.array([[127, -5], [-3, 100]], dtype=np.int8), np.array([0.5, 2.0])
        expect_close(
            dequantize(q, scale),
            [[63.5, -10.0], [-1.5, 200.0]],
            "levels [[127, -5], [-3, 100]] with scales 0.5 and 2",
            mistakes={
                "levels are divided by the scales": [[254.0, -2.5], [-6.0, 50.0]],
                "scales belong to rows": [[63.5, -2.5], [-6.0, 200.0]],
                "the product is kept in one byte": [[63.0, -10.0], [-1.0, -56.0]],
                "the levels are returned as they are": [[127, -5], [-3, 100]],
            },
        )

    def test_more_rows_than_columns(self):
        q, scale = np.arange(-7, 7).reshape(7, 2).astype(np.int8), np.array([0.1, 10.0])
        wanted = [[(2 * i - 7) * 0.1, (2 * i - 6) * 10.0] for i in range(7)]
        expect_close(dequantize(q, scale), wanted, "7 rows of 2 levels")

    def test_the_scales_decide_the_dtype(self):
        W = dequantize(np.array([[3, 5]], dtype=np.int8), np.array([0.5, 0.25], dtype=np.float32))
        assert W.dtype == np.float32, f"the scales are float32, and W is {W.dtype}"

    def test_there_and_back_it_is_nearly_the_same(self):
        W = llama_numbers(7, 5)
        back = dequantize(*quantize_int8(W))
        half = np.abs(W).max(axis=0) / 254
        worst = (np.abs(back - W) / half).max()
        assert worst <= 1.000001, f"the largest error is {worst:.2f} times half a scale"
