"""4.4 · Llama: its norm and its feed-forward."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase4_llms.llama import RMSNorm, SwiGLU, silu
from katas.phase4_llms.mlp import Linear
from katas.phase4_llms.spec_helpers import (
    check_measured,
    expect_float32,
    gradients,
    has_parameters,
    hinted,
    is_drawn_first,
    is_drawn_from,
    is_one_node,
    numbers,
    plain_rms,
    plain_silu,
    plain_swiglu,
    quietly,
    rng_of,
    shapes_of,
    sigmoid,
    stays_float32,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor


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
        found = shapes_of(RMSNorm(5))
        assert found == {"gain": (5,)}, (
            f"the parameters of RMSNorm(5) are {found}, and should be one, gain (5,), a Tensor: an "
            "RMSNorm does not shift, so it has no bias; and parameters() finds Tensors alone"
        )

    @pytest.mark.parametrize("more, eps", [((), 1e-5), ((0.25,), 0.25)], ids=["default", "given"])
    def test_eps_is_kept(self, more, eps):
        norm = RMSNorm(3, *more)
        assert hasattr(norm, "eps"), "there is no attribute eps: __call__ will need it"
        others = {
            "eps is 1e-6, as in Flax, and in Transformers' Llama": 1e-6,
            "eps is that of float32, which PyTorch takes if none is given": 2.0**-23,
            "eps is 1e-8": 1e-8,
        }
        wrong = {"what is given is ignored": 1e-5} if more else others
        expect_close(norm.eps, eps, "eps of an RMSNorm", wrong, tolerance=1e-12)


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
                "1e-6 is used whatever eps is": [
                    [1 / math.sqrt(25 + 1e-6), 7 / math.sqrt(25 + 1e-6)]
                ],
                "1e-5 is used whatever eps is": [
                    [1 / math.sqrt(25 + 1e-5), 7 / math.sqrt(25 + 1e-5)]
                ],
                "1 is added to the gain, as in Gemma, whose gains start at 0": [[0.4, 2.8]],
                "the row is divided by the mean of its entries, or of their sizes": [[0.25, 1.75]],
                "the mean is subtracted first, as a LayerNorm does": [[-1.0, 1.0]],
                "the root is left out": [[0.04, 0.28]],
                "the squares are added, not averaged": [[1 / math.sqrt(50), 7 / math.sqrt(50)]],
                "the row is divided by its deviation": [[1 / 3, 7 / 3]],
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
                "eps is added outside of the root": [[4 / 13, 4 / 13, -4 / 13]],
                "eps is left out": [[1.0, 1.0, -1.0]],
                "eps is added to x": np.array([[13.0, 13.0, 5.0]]) / 5,
                "eps is subtracted": np.array([[4.0, 4.0, -4.0]]) / 7**0.5,
                "the squares are added, not averaged": np.array([[4.0, 4.0, -4.0]]) / 57**0.5,
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
        x, gain = numbers(2, 3, 5), numbers(5)

        def over(axis):
            return x / np.sqrt((x * x).mean(axis=axis, keepdims=True)) * gain

        with hinted("the mean goes along the last axis, which is kept so that it broadcasts"):
            found = root_norm(x, gain)
        expect_close(
            found,
            plain_rms(x, gain, 0.0),
            "2 sequences of 3 positions with 5 channels, normalized",
            mistakes={
                "one number normalizes the whole array": over(None),
                "each channel is normalized over the positions": over(1),
                "each channel is normalized over the sequences": over(0),
                "the positions of a sequence share one number": over((1, 2)),
            },
        )

    def test_a_call_keeps_nothing(self):
        norm = RMSNorm(5)
        with same_parameters(norm):
            norm(Tensor(numbers(2, 3, 5)))

    def test_the_argument_stays_as_it_was(self):
        x = np.array([[1.0, 7.0]])
        RMSNorm(2)(Tensor(x))
        assert x.tolist() == [[1.0, 7.0]], (
            f"x was 1, 7 and is {x[0]} afterwards: the stream that was normalized is still needed, "
            "as it is, for the residual"
        )

    def test_gradients_pass_through_the_root_too(self):
        x, gain, upstream = numbers(2, 3), numbers(3), numbers(2, 3, salt=1)
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

    @pytest.mark.parametrize("channels", [1, 3])
    def test_another_number_of_channels_is_refused(self, channels):
        expect_raises(
            ValueError,
            lambda: RMSNorm(4)(Tensor(np.ones((2, channels)))),
            f"2 positions of {channels} channels for an RMSNorm of 4 (numpy spreads a single one)",
            naming=[(2, channels), (4,)],
        )

    def test_float32_stays_float32(self):
        stays_float32(RMSNorm(5), (3, 5))


@pytest.mark.kata("silu")
class TestSilu:
    def test_x_times_its_sigmoid(self):
        x = np.array([[-3.0, -1.0, 0.0], [0.5, 1.0, 4.0]])
        expect_close(
            silu(Tensor(x)),
            [[a / (1 + math.exp(-a)) for a in row] for row in x],
            "silu of [[-3, -1, 0], [0.5, 1, 4]]",
            mistakes={
                "the sigmoid is not multiplied by x": sigmoid(x),
                "the sigmoid is that of -x": x * sigmoid(-x),
                "it is a relu": np.maximum(x, 0),
                "it is the hard swish, with straight pieces for the sigmoid": (
                    x * np.clip(x / 6 + 0.5, 0, 1)
                ),
                "it is a gelu": [
                    [
                        0.5 * a * (1 + math.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3)))
                        for a in row
                    ]
                    for row in x
                ],
                "x is multiplied by its tanh": x * np.tanh(x),
                "x · sigmoid(1.702 x), an approximation of gelu, is taken": x * sigmoid(1.702 * x),
                "the sigmoid is that of 2 x: a sigmoid is a tanh of half its input": (
                    x * sigmoid(2 * x)
                ),
                "the sigmoid is that of x / 2": x * sigmoid(x / 2),
                "the half is left out of the sigmoid: it is 1 + tanh(x / 2)": 2 * x * sigmoid(x),
                "the tanh of half of x is taken for the sigmoid": x * np.tanh(x / 2),
            },
        )

    def test_the_gradient_is_that_of_a_product(self):
        x, upstream = numbers(2, 5) * 3, numbers(2, 5, salt=1)
        leaf = Tensor(x)
        (silu(leaf * 2.0) * upstream).sum().backward()
        z, s = 2 * x, sigmoid(2 * x)
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
                "x is left out of the second part": 2 * upstream * (s + s * (1 - s)),
                "the second part has x, and not x times the sigmoid": (
                    2 * upstream * (s + z * (1 - s))
                ),
                "the second part is subtracted": 2 * upstream * (s - z * s * (1 - s)),
                "the slope of the sigmoid is 1 - s² (that of a tanh is of this form)": (
                    2 * upstream * (s + z * (1 - s * s))
                ),
                "the gradient is multiplied by silu(x) itself": 2 * upstream * z * s,
            },
        )

    def test_far_out_nothing_overflows(self):
        leaf = Tensor(np.array([-1000.0, 1000.0]))
        with quietly("exp was taken of a large number, and tanh knows no such limit"):
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

    def test_nothing_that_is_given_is_changed(self):
        gradients(silu, numbers(2, 5), seed=numbers(2, 5))

    def test_it_is_one_node(self):
        x = Tensor(np.array([1.0, 2.0]))
        is_one_node(silu(x), x, "silu")

    def test_float32_stays_float32(self):
        expect_float32(silu, (7,))


@pytest.mark.kata("SwiGLU.__init__")
class TestSwiGLUInit:
    def test_gate_and_up_widen_and_down_comes_back(self):
        layer = SwiGLU(3, 7)
        biases = [name for name in shapes_of(layer) if "bias" in name]
        assert not biases, f"SwiGLU(3, 7) has {biases}: its three layers have no biases"
        wanted = {"gate.weight": (3, 7), "up.weight": (3, 7), "down.weight": (7, 3)}
        has_parameters(layer, wanted, "SwiGLU(3, 7)")

    def test_gate_and_up_are_layers_of_their_own(self):
        layer = SwiGLU(3, 7)
        assert not np.array_equal(layer.gate.weight.data, layer.up.weight.data), (
            "gate and up hold the same numbers: each of them draws its own (are both the same "
            "Linear, or does each start from the same seed?)"
        )

    def test_the_weights_come_from_rng(self):
        is_drawn_from(lambda rng: SwiGLU(3, 7, rng), "SwiGLU(3, 7)")

    def test_the_gate_is_drawn_first(self):
        is_drawn_first(
            SwiGLU(3, 7, rng_of(5)).gate, Linear(3, 7, rng_of(5), bias=False), "the gate"
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

        def gelu(z):
            return z / (1 + math.exp(-2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))

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
                "the gate is a sigmoid, as in a plain GLU": [[sigmoid(2) * 15]],
                "gate and up are added": [[(s(2) + 3) * 5]],
                "the gate is multiplied by itself, and up is not used": [[s(2) * 2 * 5]],
                "up is multiplied by itself, and the gate is not used": [[s(3) * 3 * 5]],
                "the gate is a gelu (GEGLU), in the tanh form": [[gelu(2.0) * 15]],
                "the gate is a gelu (GEGLU), in the exact form": [[(1 + math.erf(2**0.5)) * 15]],
                "the gate is a tanh": [[math.tanh(2) * 15]],
                "x is added: a block does that": [[s(2) * 3 * 5 + 1]],
                "down is left out": [[s(2) * 3]],
            },
        )

    def test_it_takes_any_number_of_axes_in_front(self):
        gate, up, down = (numbers(*shape) for shape in ((3, 7), (3, 7), (7, 3)))
        up = up[:, ::-1]
        x = numbers(2, 5, 3)
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

    def test_a_call_keeps_nothing(self):
        layer = SwiGLU(3, 7)
        with same_parameters(layer):
            layer(Tensor(numbers(2, 5, 3)))

    def test_gradients_reach_everything(self):
        layer, x, c = with_numbers(SwiGLU(3, 5)), Tensor(numbers(7, 3)), numbers(7, 3)
        (layer(x) * c).sum().backward()
        parts = {name: getattr(layer, name).weight for name in ("gate", "up", "down")}
        check_measured(
            lambda **arrays: (plain_swiglu(**arrays) * c).sum(), {**parts, "x": x}, "SwiGLU"
        )

    def test_float32_stays_float32(self):
        stays_float32(SwiGLU(3, 7), (5, 3))
