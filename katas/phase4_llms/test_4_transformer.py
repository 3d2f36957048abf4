"""4.4 · Transformer: the parts of a block, and a block."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import gelu as gelu_of_values
from katas.phase4_llms.attention import MultiHeadAttention
from katas.phase4_llms.mlp import Linear
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    expect_float32,
    gradients,
    has_parameters,
    hinted,
    is_drawn_first,
    is_drawn_from,
    is_one_node,
    is_tensor,
    measured,
    numbers,
    quietly,
    refuses_arrays,
    rng_of,
    sigmoid,
    stays_float32,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.transformer import (
    Block,
    FeedForward,
    GPTConfig,
    LayerNorm,
    gelu,
    normalize,
)

inf, nan = math.inf, math.nan

SIX = np.array([-1.7, -0.4, 0.3, 1.1, 2.3, 0.0])


def bent(a, k=(2 / math.pi) ** 0.5, c=0.044715, power=3):
    """Φ in the tanh form of 2.3; or with another constant."""
    return (1 + np.tanh(k * (a + c * a**power))) / 2


def mistyped(found):
    """The mistake of a wrong constant: {which, and what it is: GELU with it}, if that is all."""
    a, phi = SIX[3:5], found.data[3:5] / SIX[3:5]  # which gives the angle k (a + c a³) of each
    if not (found.shape == SIX.shape and ((phi > 0) & (phi < 1)).all()):
        return {}
    k, kc = np.linalg.solve(np.stack([a, a**3], axis=1), np.arctanh(2 * phi - 1))
    return {
        f"{name} is {value:.6g}, and should be {right:.6g}": SIX * bent(SIX, **{letter: value})
        for name, letter, value, right in (
            ("the factor of the cubic term", "c", kc / k, 0.044715),
            ("the factor in front, √(2 / π),", "k", k, math.sqrt(2 / math.pi)),
        )
        if not math.isclose(value, right, rel_tol=1e-9)
    }


@pytest.mark.kata("gelu")
class TestGelu:
    def test_it_is_the_gelu_of_section_2_3_on_arrays(self):
        exact = [a * (1 + math.erf(a / math.sqrt(2))) / 2 for a in SIX]
        found = is_tensor(gelu(Tensor(SIX)), "gelu(x)")
        expect_close(
            found,
            [gelu_of_values(Value(a)).data for a in SIX],
            "GELU of six numbers",
            mistakes={
                "GELU is taken for a ReLU": np.maximum(SIX, 0),
                "GELU is taken for SiLU": SIX * sigmoid(SIX),
                "Φ is the exact one, by erf, and not the tanh form": exact,
                "Φ is approximated by a sigmoid of 1.702 x": SIX * sigmoid(1.702 * SIX),
                "the cubic term is left out": SIX * bent(SIX, c=0),
                "the cubic term has the factor 1": SIX * bent(SIX, c=1),
                "the cubic term has the factor 0.44715, ten times too large": (
                    SIX * bent(SIX, c=0.44715)
                ),
                "x is squared where its cube is meant": SIX * bent(SIX, power=2),
                "the root of π / 2 stands where that of 2 / π is meant": (
                    SIX * bent(SIX, k=math.sqrt(math.pi / 2))
                ),
                "the root of 2 / π is left out": SIX * bent(SIX, k=2 / math.pi),
                "2 / π is left out": SIX * bent(SIX, k=1),
                "the factor x is left out": bent(SIX),
                "the half is left out": 2 * SIX * bent(SIX),
                "the tanh is multiplied by x, and 1 is not added": SIX * (2 * bent(SIX) - 1) / 2,
                **mistyped(found),
            },
        )

    def test_its_gradient_is_that_of_section_2_3(self):
        wanted = []
        for a in SIX:
            x = Value(a)
            (gelu_of_values(x) * 3).backward()
            wanted.append(x.grad)
        t = 2 * bent(SIX) - 1
        slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * SIX**2)
        flat = math.sqrt(2 / math.pi)
        steep = SIX * (1 - t * t)

        def cubed(slope):
            return math.sqrt(2 / math.pi) * (1 + 0.044715 * slope)

        expect_close(
            gradients(gelu, SIX, seed=np.full(6, 3.0))[0],
            wanted,
            "gradient of 3 · GELU at six numbers",
            mistakes={
                "the gradient that arrives is left out": np.array(wanted) / 3,
                "the tanh is held fixed, as if x were the only factor": 1.5 * (1 + t),
                "only the tanh is differentiated, not the factor x": 1.5 * steep * slope,
                "the slope inside the tanh is left out": 1.5 * (1 + t + steep),
                "the cubic term is left out of the inner slope": 1.5 * (1 + t + steep * flat),
                "the slope of the cube is taken for 3 x": 1.5 * (1 + t + steep * cubed(3 * SIX)),
                "the slope of the cube is taken for 2 x²": 1.5
                * (1 + t + steep * cubed(2 * SIX**2)),
                "the cube keeps its slope of 1 instead of 3 x²": 1.5
                * (1 + t + steep * cubed(SIX**2)),
                "the root of 2 / π is left out of the inner slope": (
                    1.5 * (1 + t + steep * cubed(3 * SIX**2) / math.sqrt(2 / math.pi))
                ),
                "the slope is that of the exact form, Φ(x) + x φ(x)": [
                    3 * (0.5 + 0.5 * math.erf(a / 2**0.5) + a * flat / 2 * math.exp(-a * a / 2))
                    for a in SIX
                ],
                "the gradients of all entries are added up": sum(wanted),
                "the half is left out": 3 * (1 + t + steep * slope),
                "the half is left out of the second part": 1.5 * (1 + t + 2 * steep * slope),
                "the second part is halved twice (or Φ(1 - Φ) stands for half of 1 - tanh²)": (
                    1.5 * (1 + t + steep * slope / 2)
                ),
                "the slope of the tanh is 1 - t where 1 - t² is meant": (
                    1.5 * (1 + t + SIX * (1 - t) * slope)
                ),
                "it is that of a ReLU": 3.0 * (SIX > 0),
            },
        )

    def test_any_shape_goes_entry_by_entry(self):
        x, seed = numbers(2, 3, 5), numbers(2, 3, 5)[::-1]
        expect_close(
            gradients(gelu, x, seed=seed)[0],
            measured(lambda a: (gelu(Tensor(a)).data * seed).sum(), x),
            "gradient of an array of shape (2, 3, 5)",
            tolerance=MEASURED,
        )

    def test_it_is_one_node(self):
        x = Tensor(SIX)
        is_one_node(gelu(x), x, "gelu")

    def test_large_numbers_pass_or_vanish(self):
        x = np.array([1000.0, -1000.0, 30.0, -30.0])
        with quietly("exp was taken of a large number; tanh knows no such limit"):
            expect_close(
                gelu(Tensor(x)),
                [1000.0, 0.0, 30.0, 0.0],
                "GELU of ±1000 and ±30",
                mistakes={
                    "infinity is multiplied by 0": [1000.0, nan, 30.0, 0.0],
                    "tanh is made of exp, and infinity divided by infinity": [nan, 0.0, nan, 0.0],
                },
            )
            (slopes,) = gradients(gelu, x, seed=np.ones(4))
        expect_close(
            slopes,
            [1.0, 0.0, 1.0, 0.0],
            "slope of GELU at ±1000 and ±30",
            mistakes={"infinity is multiplied by 0": [nan, nan, 1.0, 0.0]},
        )

    def test_float32_stays_float32(self):
        expect_float32(gelu, (7,))

    def test_an_array_is_refused(self):
        refuses_arrays(gelu, "gelu")

    def test_nothing_that_is_given_is_changed(self):
        gradients(gelu, SIX, seed=SIX)


OTHER_EPS = {"eps is 1e-6, as in Flax": 1e-6, "eps is 1e-3, as in Keras": 1e-3, "eps is 1e-8": 1e-8}

# mean 5, squares of the differences 9 + 1 + 1 + 25 = 36, their mean 9
ROW = np.array([[2.0, 4.0, 4.0, 10.0]])
CENTRED = ROW - 5


@pytest.mark.kata("normalize")
class TestNormalize:
    def test_a_row_is_shifted_and_scaled_to_mean_0_and_variance_1(self):
        expect_close(
            is_tensor(normalize(Tensor(ROW), eps=0.0), "normalize(x)"),
            CENTRED / 3,
            "the row 2, 4, 4, 10 normalized with eps = 0: its mean is 5 and its variance 36 / 4",
            mistakes={
                "eps is 1e-5, whatever is given": CENTRED / math.sqrt(9 + 1e-5),
                "it is divided by the mean distance from the mean": CENTRED / 2.5,
                "it is divided by the distance from the smallest to the largest": CENTRED / 8,
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

        unkept = x - x.mean(axis=-1)
        unkept = unkept / np.sqrt((unkept**2).mean(axis=-1) + 0.5)
        rows = [[(a - sum(r) / 3) for a in r] for r in x.tolist()]
        wanted = [[a / math.sqrt(sum(b * b for b in r) / 3 + 0.5) for a in r] for r in rows]
        expect_close(
            normalize(Tensor(x), eps=0.5),
            wanted,
            "three rows of three channels, each normalized",
            mistakes={
                "every column is normalized: the mean goes over the wrong axis": over(0),
                "mean and variance are those of the whole array": over(None),
                "the axis of the means is not kept, so that they belong to columns (keepdims)": (
                    unkept
                ),
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
        (found,) = gradients(lambda t: normalize(t, eps=0.5), x, seed=g)
        expect_close(
            found,
            measured(lambda a: (normalize(Tensor(a), eps=0.5).data * g).sum(), x),
            "gradient of three rows of five, normalized",
            mistakes={
                "mean and variance are taken for constants": g * scale,
                "the variance is taken for a constant": (g - mean_g) * scale,
                "the mean is taken for a constant": (g - y * along) * scale,
                "the gradient's means go over the whole array": (
                    (g - g.mean() - y * (g * y).mean()) * scale
                ),
                "the gradient's means go over the wrong axis": (
                    g - g.mean(axis=0) - y * (g * y).mean(axis=0)
                )
                * scale,
                "sums stand where means are meant": (g - 5 * mean_g - 5 * y * along) * scale,
                "a sum along y stands where a mean is meant": (g - mean_g - 5 * y * along) * scale,
                "the sum of the gradient stands where its mean is meant": (
                    (g - 5 * mean_g - y * along) * scale
                ),
                "a mean is divided by C - 1": (g - mean_g - y * along * 5 / 4) * scale,
                "the share along y is added, and should be taken away": (
                    (g - mean_g + y * along) * scale
                ),
                "the mean of the gradient is added, and should be taken away": (
                    (g + mean_g - y * along) * scale
                ),
                "x stands where y, the normalized row, is meant": (
                    g - mean_g - x * (g * x).mean(axis=-1, keepdims=True)
                )
                * scale,
                "the centred row stands where y, which is divided by the root too, is meant": (
                    g - mean_g - centred * (g * centred).mean(axis=-1, keepdims=True)
                )
                * scale,
                "the centred row stands for y once of the two times": (
                    g - mean_g - y * (g * centred).mean(axis=-1, keepdims=True)
                )
                * scale,
                "the scale is left out": g - mean_g - y * along,
                "the scale is multiplied in twice": (g - mean_g - y * along) * scale * scale,
                "it is divided by the scale": (g - mean_g - y * along) / scale,
                "the gradient that arrives is left out": 0 * g,
            },
            tolerance=MEASURED,
        )

    def test_axes_in_front_are_of_any_number(self):
        x = numbers(2, 3, 5)

        def over(axis):
            centred = x - x.mean(axis=axis, keepdims=True)
            return centred / np.sqrt((centred**2).mean(axis=axis, keepdims=True) + 1e-5)

        rows = [[(row - row.mean()) / math.sqrt(row.var() + 1e-5) for row in rows] for rows in x]
        with hinted("the means go along the last axis, -1, however many axes there are"):
            expect_close(
                normalize(Tensor(x)),
                rows,
                "an array of shape (2, 3, 5)",
                mistakes={
                    "axis 1 is meant to be the last": over(1),
                    "each sequence is normalized as a whole": over((1, 2)),
                },
            )
            expect_close(normalize(Tensor(x[0, 0])), rows[0][0], "a single row, of shape (5,)")

    def test_it_is_one_node(self):
        x = Tensor(ROW)
        is_one_node(normalize(x), x, "normalize")

    def test_float32_stays_float32(self):
        expect_float32(normalize, (3, 5))

    def test_nothing_that_is_given_is_changed(self):
        gradients(normalize, numbers(3, 5), seed=numbers(3, 5))

    def test_an_array_is_refused(self):
        refuses_arrays(normalize, "normalize")


@pytest.mark.kata("LayerNorm.__init__")
class TestLayerNormInit:
    def test_gain_and_bias_have_a_number_for_each_channel(self):
        has_parameters(LayerNorm(5), {"gain": (5,), "bias": (5,)}, "LayerNorm(5)")

    def test_gain_starts_at_1_and_bias_at_0(self):
        norm = LayerNorm(3)
        expect_close(
            norm.gain,
            np.ones(3),
            "gain of a new norm, which is not drawn but starts at ones,",
            mistakes={"gain starts at 0": np.zeros(3)},
        )
        assert not norm.bias.data.any(), (
            f"bias starts at {norm.bias.data}, and should be zeros: a new norm does nothing but "
            "normalize"
        )

    @pytest.mark.parametrize("more, eps", [((), 1e-5), ((0.25,), 0.25)], ids=["default", "given"])
    def test_eps_is_kept(self, more, eps):
        norm = LayerNorm(3, *more)
        assert hasattr(norm, "eps"), "there is no attribute eps: __call__ will need it"
        expect_close(
            norm.eps,
            eps,
            "eps of a LayerNorm",
            mistakes=OTHER_EPS if not more else {"what is given is ignored": 1e-5},
            tolerance=1e-12,
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
        both = scaled + bias - (scaled + bias).mean()
        expect_close(
            self.norm(eps=7.0)(Tensor(ROW)),
            y * gain + bias,
            "LayerNorm of 2, 4, 4, 10 with eps = 7",
            mistakes={
                "gain and bias are not used": y,
                "nothing is normalized": ROW * gain + bias,
                "bias is left out": y * gain,
                "bias is subtracted": y * gain - bias,
                "the gain is multiplied in twice": y * gain * gain + bias,
                "the bias is added twice": y * gain + 2 * bias,
                "1 is added to the gain, which starts at 1 here, not at 0": y * (1 + gain) + bias,
                "gain is left out": y + bias,
                "bias is added before the gain": (y + bias) * gain,
                "gain is added and bias multiplied": y * bias + gain,
                "eps is not the one that was kept": CENTRED / math.sqrt(9 + 1e-5) * gain + bias,
                "gain comes before the norm": again / np.sqrt((again**2).mean() + 7) + bias,
                "gain and bias come before the norm": both / np.sqrt((both**2).mean() + 7),
            },
        )

    def test_every_position_is_treated_alike(self):
        x = numbers(2, 3, 4)
        norm = self.norm(eps=1e-5)
        one_by_one = [[norm(Tensor(row[None])).data[0] for row in rows] for rows in x]
        gain, bias = norm.gain.data, norm.bias.data

        def over(axes):
            centred = x - x.mean(axis=axes, keepdims=True)
            scaled = centred / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + 1e-5)
            return scaled * gain + bias

        expect_close(
            norm(Tensor(x)),
            one_by_one,
            "LayerNorm of two sequences of three positions",
            mistakes={
                "all positions of all sequences have one mean and variance": over(None),
                "the positions of a sequence have one mean and variance": over((1, 2)),
                "the mean goes over the positions (as a batch norm's over the batch)": over((0, 1)),
            },
        )

    def test_gain_and_bias_collect_from_all_positions(self):
        x, seed, norm = numbers(2, 3, 4), numbers(2, 3, 4)[::-1], self.norm(eps=1e-5)
        norm(Tensor(x)).backward(seed)
        y = normalize(Tensor(x)).data
        cut = {"no gradient gets there: its data, which is no part of the graph, is used": 0.0}
        expect_close(norm.gain.grad, (seed * y).sum(axis=(0, 1)), "gradient of gain", cut)
        expect_close(norm.bias.grad, seed.sum(axis=(0, 1)), "gradient of bias", cut)

    def test_a_call_keeps_nothing(self):
        norm = self.norm(eps=1e-5)
        with same_parameters(norm):
            norm(Tensor(numbers(2, 3, 4)))

    @pytest.mark.parametrize("channels", [1, 3])
    def test_another_number_of_channels_is_refused(self, channels):
        expect_raises(
            ValueError,
            lambda: self.norm(1e-5)(Tensor(np.ones((2, channels)))),
            f"2 positions of {channels} channels for a LayerNorm of 4 (numpy spreads a single one)",
            naming=[(2, channels), (4,)],
        )

    def test_float32_stays_float32(self):
        stays_float32(LayerNorm(5), (3, 5))


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

    def test_expand_is_drawn_first(self):
        made = FeedForward(3, 7, rng_of(5))
        is_drawn_first(made.expand, Linear(3, 7, rng_of(5)), "expand")

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
        exact = Tensor(
            [[[a * (1 + math.erf(a / 2**0.5)) / 2 for a in r] for r in s] for s in wide.data]
        )
        expect_close(
            layer(x),
            layer.contract(gelu(wide)),
            "feed-forward of two sequences of five positions",
            mistakes={
                "there is no GELU: two linear layers are one": layer.contract(wide),
                "a ReLU stands where GELU is meant": layer.contract(wide.relu()),
                "a tanh stands where GELU is meant": layer.contract(wide.tanh()),
                "SiLU, x · sigmoid(x), stands where GELU is meant": (
                    layer.contract(Tensor(wide.data * sigmoid(wide.data)))
                ),
                "the exact GELU, by erf, stands where the tanh form is meant": layer.contract(
                    exact
                ),
                "what comes in is normalized here": layer.contract(
                    gelu(layer.expand(normalize(x)))
                ),
                "GELU is taken of what comes in, and not of what was widened": layer.contract(
                    layer.expand(gelu(x))
                ),
                "GELU comes after the second layer": gelu(layer.contract(wide)),
                "GELU comes after the second layer too": gelu(layer.contract(gelu(wide))),
                "GELU is taken twice": layer.contract(gelu(gelu(wide))),
                "a ReLU is taken first, and then GELU": layer.contract(gelu(wide.relu())),
                "the square of a ReLU stands where GELU is meant": (
                    layer.contract(wide.relu() * wide.relu())
                ),
                "a sigmoid stands where GELU is meant": layer.contract(Tensor(sigmoid(wide.data))),
                "the input is added here: a block does that": layer.contract(gelu(wide)).data
                + x.data,
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

    def test_a_call_keeps_nothing(self):
        layer = FeedForward(3, 7, rng_of(0))
        with same_parameters(layer):
            layer(Tensor(numbers(2, 5, 3)))

    def test_float32_stays_float32(self):
        stays_float32(FeedForward(3, 7), (5, 3))


SMALL = GPTConfig(n_tokens=11, block_size=7, n_layer=2, n_head=3, n_channels=6)
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
        has_parameters(Block(SMALL, rng_of(0)), BLOCK, "a Block of 6 channels and 3 heads")

    def test_the_attention_is_causal_and_has_the_heads_that_were_asked_for(self):
        attention = Block(SMALL, rng_of(0)).attention
        assert attention.causal, (
            "the attention is not causal: it would read the word it is to guess"
        )
        assert attention.n_head == 3, f"3 heads were asked for, and there are {attention.n_head}"

    def test_the_weights_are_drawn_from_rng(self):
        is_drawn_from(lambda rng: Block(SMALL, rng), "a Block of 6 channels and 3 heads")

    def test_the_attention_is_drawn_first(self):
        block, alone = Block(SMALL, rng_of(5)), MultiHeadAttention(6, 3, rng_of(5))
        is_drawn_first(block.attention, alone, "attention")

    def test_it_works_without_rng(self):
        one, other = Block(SMALL), Block(SMALL)
        assert not np.array_equal(one.attention.qkv.weight.data, other.attention.qkv.weight.data), (
            "two Blocks made without rng have the same weights"
        )


def on_paper():
    """A block whose four parts are one step of arithmetic each: + 1, · 3, the square, · 7."""
    block = Block(SMALL, rng_of(0))
    block.norm1 = lambda x: x + 1
    block.attention = lambda x, cache=None: x * 3
    block.norm2 = lambda x: x * x
    block.feed_forward = lambda x: x * 7
    return block


@pytest.mark.kata("Block.__call__")
class TestBlockCall:
    def test_attention_then_feed_forward_each_on_a_norm_each_added(self):
        # 2 + 3 · (2 + 1) = 11, and 11 + 7 · 11² = 858
        expect_close(
            on_paper()(Tensor(np.full((1, 1, 1), 2.0))),
            [[[858.0]]],
            "2 through a block of the parts norm1: + 1, attention: · 3, norm2: the square, "
            "feed_forward: · 7",
            mistakes={
                "the norm comes after the sum (post-norm)": [[[5184.0]]],  # 9, 72²
                "what is added is normalized, not what is read": [[[3978.0]]],  # 2 + 7, 9 + 63²
                "what is added to is the normalized stream, not the stream": [
                    [[1152.0]]
                ],  # 12, 144
                "the first sum begins with the normalized stream": [[[1020.0]]],  # 12 + 7 · 144
                "the second sum begins with the normalized stream": [[[968.0]]],  # 121 + 7 · 121
                "nothing is added: the stream is replaced": [[[567.0]]],  # 9, 7 · 81
                "the attention replaces the stream instead of being added to it": [[[576.0]]],
                "the feed-forward replaces the stream instead of being added to it": [[[847.0]]],
                "both norms are left out": [[[64.0]]],  # 8, 8 + 56
                "norm1 is left out": [[[456.0]]],  # 8, 8 + 7 · 64
                "norm2 is left out": [[[88.0]]],  # 11 + 77
                "norm1 is used twice, and norm2 never": [[[95.0]]],  # 11 + 7 · 12
                "norm2 is used twice, and norm1 never": [[[1386.0]]],  # 14, 14 + 7 · 196
                "norm1 and norm2 are exchanged": [[[119.0]]],  # 14, 14 + 7 · 15
                "the feed-forward reads what the block was given, not what attention made": [
                    [[39.0]]  # 11 + 7 · 4
                ],
                "attention is lost: the second sum begins with what the block was given": [
                    [[849.0]]
                ],
                "the feed-forward comes first": [[[123.0]]],  # 2 + 7 · 4, 30 + 3 · 31
                "the feed-forward reads what norm1 made": [[[74.0]]],  # 11 + 7 · 3²
                "one sum goes around both parts": [[[569.0]]],  # 2 + 7 · 9²
                "the sums are halved": [[[429.0]]],
            },
        )

    def test_a_block_whose_layers_give_nothing_lets_the_stream_pass(self):
        block, x = with_numbers(Block(SMALL, rng_of(0))), numbers(2, 5, 6)
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
        block, x = with_numbers(Block(SMALL, rng_of(0))), numbers(1, 5, 6)
        before = block(Tensor(x)).data
        x[0, 3, 0] += 1.0  # in all channels alike, the norm would take it away
        moved = np.abs(block(Tensor(x)).data - before).max(axis=-1)[0] > 1e-9
        assert moved.tolist() == [False, False, False, True, True], (
            f"position 3 was changed, and positions {np.flatnonzero(moved).tolist()} moved: it "
            "should be 3 and all after it"
        )

    def test_all_parameters_get_a_gradient(self):
        block = with_numbers(Block(SMALL, rng_of(0)))
        block(Tensor(numbers(2, 5, 6))).backward(numbers(2, 5, 6))
        without = [name for name, p in block.named_parameters() if not np.any(p.grad)]
        assert not without, f"no gradient reached {', '.join(without)}"

    def test_the_gradient_of_the_stream_is_the_measured_one(self):
        block, x, seed = (
            with_numbers(Block(GPTConfig(11, 7, 2, 2, 4), rng_of(0))),
            numbers(1, 3, 4),
            numbers(1, 3, 4),
        )
        expect_close(
            gradients(block, x, seed=seed)[0],
            measured(lambda a: (block(Tensor(a)).data * seed).sum(), x),
            "gradient of a stream that went through a block",
            tolerance=MEASURED,
        )

    def test_a_call_keeps_nothing(self):
        block = Block(SMALL, rng_of(0))
        with same_parameters(block):
            block(Tensor(numbers(2, 5, 6)))
