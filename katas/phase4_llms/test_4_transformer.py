"""4.4 · Transformer: the parts of a block, and a block."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import gelu as gelu_of_values
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    has_parameters,
    is_drawn_from,
    is_one_node,
    keeps_float32,
    leaves_all_as_it_was,
    measured,
    numbers,
    pulled_back,
    rng_of,
    sigmoid,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.transformer import Block, FeedForward, LayerNorm, gelu, normalize

SIX = np.array([-1.7, -0.4, 0.3, 1.1, 2.3, 0.0])


def inside(a):
    """What the tanh of GELU is taken of."""
    return math.sqrt(2 / math.pi) * (a + 0.044715 * a**3)


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
            normalize(Tensor(ROW), eps=16.0),
            CENTRED / 5,
            "the row 2, 4, 4, 10 with variance 9 and eps = 16: the root of 25 is 5",
            mistakes={
                "eps is added outside the root": CENTRED / 19,
                "eps is left out": CENTRED / 3,
                "eps is 1e-5, whatever is given": CENTRED / math.sqrt(9 + 1e-5),
                "eps is squared": CENTRED / math.sqrt(9 + 256),
                "eps is only the least that the variance may be": CENTRED / 4,
                "eps is added to the sum of squares, before the mean": CENTRED / math.sqrt(13),
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
        layer, x = with_numbers(FeedForward(3, 7, rng_of(0))), Tensor(numbers(2, 5, 3))
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
        layer, x = with_numbers(FeedForward(3, 7, rng_of(0))), numbers(1, 5, 3)
        before = layer(Tensor(x)).data
        x[0, 2] += 1.0
        moved = np.abs(layer(Tensor(x)).data - before).max(axis=-1)[0] > 1e-9
        assert moved.tolist() == [False, False, True, False, False], (
            f"position 2 was changed, and positions {np.flatnonzero(moved).tolist()} moved"
        )

    def test_all_four_parameters_get_a_gradient(self):
        layer = with_numbers(FeedForward(3, 7, rng_of(0)))
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
        block, x = with_numbers(Block(6, 3, rng_of(0))), numbers(2, 5, 6)
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
        block, x = with_numbers(Block(6, 3, rng_of(0))), numbers(1, 5, 6)
        before = block(Tensor(x)).data
        x[0, 3, 0] += 1.0  # in all channels alike, the norm would take it away
        moved = np.abs(block(Tensor(x)).data - before).max(axis=-1)[0] > 1e-9
        assert moved.tolist() == [False, False, False, True, True], (
            f"position 3 was changed, and positions {np.flatnonzero(moved).tolist()} moved: it "
            "should be 3 and all after it"
        )

    def test_all_parameters_get_a_gradient(self):
        block = with_numbers(Block(6, 3, rng_of(0)))
        block(Tensor(numbers(2, 5, 6))).backward(numbers(2, 5, 6))
        without = [name for name, p in block.named_parameters() if not np.any(p.grad)]
        assert not without, f"no gradient reached {', '.join(without)}"

    def test_the_gradient_of_the_stream_is_the_measured_one(self):
        block, x, seed = with_numbers(Block(4, 2, rng_of(0))), numbers(1, 3, 4), numbers(1, 3, 4)
        expect_close(
            pulled_back(block, x, seed),
            measured(lambda a: (block(Tensor(a)).data * seed).sum(), x),
            "gradient of a stream that went through a block",
            tolerance=MEASURED,
        )
