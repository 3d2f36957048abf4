"""4.4 · Modern architectures: from GPT to what current models changed."""

import math
import warnings

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_derivative, numerical_gradient
from katas.phase3_training.optimizers import AdamW
from katas.phase4_llms.experts import MixtureOfExperts, load_balance_loss, put_rows
from katas.phase4_llms.generation import KVCache
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
from katas.phase4_llms.tensor import Tensor, cross_entropy
from katas.phase4_llms.transformer import GPT, GPTConfig

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
            ValueError, lambda: quantize_int8(np.array([[1.0, bad], [2.0, 3.0]])), f"a {bad} in W"
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
