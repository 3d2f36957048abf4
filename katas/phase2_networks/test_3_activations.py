"""2.3 · Activation functions: the bend, its derivative, and numbers far out."""

import math
import random
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import (
    collapse_linear,
    dead_fraction,
    gelu,
    leaky_relu,
    saturated_fraction,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from katas.phase2_networks.neuron import Neuron
from katas.phase2_networks.spec_helpers import expect_agreement

LN3 = math.log(3)  # e^LN3 is 3, so the sigmoid is 3/4 there and its derivative 3/16


ROOT = math.sqrt(2 / math.pi)  # the factor inside of gelu


# ---- an activation, seen from outside


def output(f, x):
    """The Value that f makes of x; fails where it is none, or e^1000 was computed on the way."""
    try:
        y = f(Value(x))
    except OverflowError as error:
        y = error
    if isinstance(y, OverflowError):
        pytest.fail(
            f"at {x:g} an OverflowError: {y}. e^710 is already larger than any float, so e may "
            "only be raised to powers that are not far above 0, whichever sign x has."
        )
    if not isinstance(y, Value):
        pytest.fail(
            f"at {x:g} it returned {y!r} ({type(y).__name__}), and should return a Value: through "
            "a plain number no gradient finds its way back"
        )
    return y


def slope(f, x):
    """The derivative of f at x as `backward` finds it, with f in the middle of a graph."""
    leaf = Value(x / 2)
    (4 * output(lambda _: f(leaf * 2), x)).backward()
    return leaf.grad / 8


def expect_slope(f, x, expected, what, mistakes):
    """Compare a derivative; where no mistake is known, with what the function itself does at x."""
    __tracebackhide__ = True
    got, rise = slope(f, x), (output(f, x + 1e-5).data - output(f, x - 1e-5).data) / 2e-5
    try:
        expect_close(got, expected, what, mistakes)
    except AssertionError as error:
        if "exactly" not in str(error) and abs(rise - expected) < 1e-6:
            pytest.fail(
                f"{error}\n  The function is right, and this is not its derivative: next to x it "
                f"rises by {rise:.6g} for each 1. This usually means that the local gradient was "
                "made up, or is that of another function."
            )
        raise


HELD = (15, 20, 25, 30, 35, 36, 37, 40, 45, 50, 60, 64, 70, 80, 88, 90, 100, 200, 250, 300, 400)


def expect_nan_stays(f):
    """nan in, nan out: a training that has broken down is to be seen."""
    made = output(f, math.nan).data
    assert math.isnan(made), (
        f"of nan it makes {made:g}, and should make nan: nan is hidden. A comparison with it is "
        "False, and the other branch has a number for it."
    )


def expect_one_node(f, op):
    """Fail unless f(x) is one new node, with x itself as its only parent and this op."""
    x = Value(0.7)
    y = f(x)
    assert x.data == 0.7, f"x held 0.7 and holds {x.data} afterwards: x was changed in place"
    x_alone = len(y.parents) == 1 and y.parents[0] is x
    assert x_alone, (
        f"the parents are {list(y.parents)}, and should be x itself alone: one node that holds "
        "result and local gradient. (Composed of other operations, it is a chain of nodes.)"
    )
    assert len(y.local_grads) == 1, f"one parent, but the local gradients are {y.local_grads}"
    assert isinstance(y.local_grads[0], Real), (
        f"the local gradient is {y.local_grads[0]!r} ({type(y.local_grads[0]).__name__}), and "
        "should be a plain number, or .grad would become a Value too"
    )
    assert y.op == op, f"its op is {y.op!r}, and should be {op!r}"


def expect_agreement_around_zero(f):
    for x in (-2.5, -0.3, 0.4, 1.7):
        expect_agreement(lambda leaf: f(leaf) * leaf, x)


@pytest.mark.kata("sigmoid")
class TestSigmoid:
    def test_zero_gives_a_half(self):
        expect_close(
            output(sigmoid, 0.0),
            0.5,
            "sigmoid(0)",
            mistakes={"it is computed as tanh": 0.0, "nothing is added to 1": 1.0},
        )

    def test_e_to_the_x_is_three_at_the_logarithm_of_three(self):
        expect_close(
            output(sigmoid, LN3),
            3 / 4,
            "sigmoid(ln 3)",
            mistakes={
                "the sign of x is lost: e^x stands where e^-x should": 1 / 4,
                "it is computed as tanh": 4 / 5,
                "only e^-x is returned, without 1 / (1 + …)": 1 / 3,
                "the fraction is upside down": 4 / 3,
            },
        )

    def test_a_negative_input_gives_the_rest_to_one(self):
        expect_close(
            output(sigmoid, -LN3),
            1 / 4,
            "sigmoid(-ln 3)",
            mistakes={
                (
                    "the size of x counts and not its sign",
                    "the form for x above 0 is used below it too, with e^-|x|",
                ): 3 / 4,
            },
        )

    def test_it_is_one_node_with_one_parent(self):
        expect_one_node(sigmoid, "sigmoid")

    def test_its_derivative_comes_from_its_output(self):
        s = 3 / 4
        expect_slope(
            sigmoid,
            LN3,
            s * (1 - s),
            "derivative of sigmoid at ln 3",
            mistakes={
                "the rule s·(1 - s) is given the input and not the output": LN3 * (1 - LN3),
                "the rule s·(1 - s) is given the output once and the input once": s * (1 - LN3),
                "the derivative is that of tanh, 1 - s²": 1 - s * s,
                "sigmoid is taken once more, of the output": 0.3208213008246071 * 0.679178699175393,
                "1 - s is noted, without the factor s": 1 - s,
                "the output itself is noted": s,
                "s·(1 + s) is noted": s * (1 + s),
                "s² is noted, or s·(s - 1) with its sign lost": s * s,
                "the sign is wrong: s·(s - 1)": s * (s - 1),
            },
        )

    def test_its_derivative_is_the_same_on_both_sides(self):
        expect_close(
            [slope(sigmoid, -LN3), slope(sigmoid, 0.0)],
            [3 / 16, 1 / 4],
            "derivative of sigmoid at -ln 3 and at 0",
            mistakes={"it has the sign of x": [-3 / 16, 1 / 4]},
        )

    def test_finite_differences_agree(self):
        expect_agreement_around_zero(sigmoid)

    @pytest.mark.parametrize("x, expected", [(1000.0, 1.0), (-1000.0, 0.0)])
    def test_far_out_nothing_overflows(self, x, expected):
        expect_close(
            [output(sigmoid, x), slope(sigmoid, x)],
            [expected, 0.0],
            f"sigmoid({x:g}) and its derivative",
            mistakes={
                f"the output is kept {eps:g} away from 0 and 1": [abs(expected - eps), eps - eps**2]
                for eps in (1e-8, 1e-7, 1e-6, 1e-5)
            }
            | {f"{eps:g} is added to the slope": [expected, eps] for eps in (2e-8, 1e-4)},
        )

    @pytest.mark.parametrize("x", [-50.0, -700.0])
    def test_far_below_no_digit_is_lost(self, x):
        """e^-50 / (1 + e^-50) is e^-50, about 1.9e-22: small, and not 0."""
        expect_close(
            output(sigmoid, x).data * math.exp(-x),
            1.0,
            f"sigmoid({x:g}), in units of e^{x:g},",
            mistakes={
                "it is computed as 1 minus something near 1, or as ½ + ½·tanh(x/2), and rounding "
                "leaves nothing; or 0 is put in where x is far below": 0.0
            }
            | {
                f"x is held at -{held}, a recipe from where numbers overflow": math.exp(-held - x)
                for held in (*HELD, 500, 600, 700, 708, 709)
                if held < -x
            },
        )
        expect_close(
            slope(sigmoid, x) * math.exp(-x),
            1.0,
            f"derivative of sigmoid at {x:g}, in units of e^{x:g},",
            mistakes={
                f"{eps:g} is added to it, or it is kept above that": 1 + eps * math.exp(-x)
                for eps in (1e-15, 1e-12, 1e-10, 1e-8)
            },
        )

    def test_a_neuron_takes_it_as_its_activation(self):
        neuron = Neuron(2, sigmoid, random.Random(0))
        neuron.w[0].data, neuron.w[1].data, neuron.b.data = LN3, -1.0, 1.0
        a = neuron([2.0, LN3 + 1.0])  # z = 2·ln 3 - ln 3 - 1 + 1
        a.backward()
        expect_close(
            [a.data, neuron.w[0].grad, neuron.b.grad],
            [3 / 4, 2 * 3 / 16, 3 / 16],
            "output of a sigmoid neuron and its gradients for w0 and b",
        )

    def test_nan_stays_nan(self):
        expect_nan_stays(sigmoid)


@pytest.mark.kata("leaky_relu")
class TestLeakyRelu:
    def test_above_zero_x_passes(self):
        expect_close(
            output(lambda x: leaky_relu(x, 0.2), 3.0),
            3.0,
            "leaky_relu(3, slope=0.2)",
            mistakes={
                "the slope is on the wrong side": 0.6,
                "x and slope · x are added": 3.6,
            },
        )

    def test_below_zero_a_part_of_x_passes(self):
        expect_close(
            output(lambda x: leaky_relu(x, 0.2), -3.0),
            -0.6,
            "leaky_relu(-3, slope=0.2)",
            mistakes={
                "the slope is on the wrong side": -3.0,
                "nothing passes below 0: that is relu": 0.0,
                "the sign is lost below 0": 0.6,
                "the slope itself is put out, and not slope · x": 0.2,
                "minus the slope is put out, and not slope · x": -0.2,
                "x is divided by the slope": -15.0,
                "the slope given is ignored, and 0.01 used": -0.03,
                "it is the ELU, slope · (e^x - 1)": 0.2 * (math.exp(-3.0) - 1),
            },
        )

    def test_the_slope_is_a_hundredth_unless_given(self):
        expect_close(
            output(leaky_relu, -3.0),
            -0.03,
            "leaky_relu(-3)",
            mistakes={
                "the slope is 0.1": -0.3,
                "the slope is 0.2, as in tf.nn and keras.ops; the course has PyTorch's": -0.6,
                "the slope is 0.3, as in Keras' layer; the course has PyTorch's": -0.9,
                "the slope is 0.001": -0.003,
            },
        )

    def test_a_slope_of_zero_is_a_slope(self):
        expect_close(
            [output(lambda x: leaky_relu(x, 0.0), -3.0), slope(lambda x: leaky_relu(x, 0.0), -3.0)],
            [0.0, 0.0],
            "leaky_relu(-3, slope=0) and its derivative",
            mistakes={"0 is taken for 'not given', and 0.01 used": [-0.03, 0.01]},
        )

    def test_a_slope_above_one_is_a_slope(self):
        expect_close(
            [output(lambda x: leaky_relu(x, 2.0), x) for x in (3.0, -3.0)],
            [3.0, -6.0],
            "leaky_relu of 3 and -3 with slope=2",
            mistakes={
                (
                    "the larger of x and slope · x is taken: above 1 it is the wrong one",
                    "the slope is on the wrong side",
                ): [6.0, -3.0],
            },
        )

    def test_it_is_one_node_with_one_parent(self):
        expect_one_node(leaky_relu, "leaky_relu")

    def test_its_derivative_above_zero_is_one(self):
        expect_slope(
            lambda x: leaky_relu(x, 0.2),
            3.0,
            1.0,
            "derivative of leaky_relu at 3, slope=0.2",
            mistakes={
                "the slope is on the wrong side": 0.2,
                "the output is noted as the derivative": 3.0,
                "1 + slope is noted": 1.2,
            },
        )

    def test_its_derivative_below_zero_is_the_slope(self):
        expect_slope(
            lambda x: leaky_relu(x, 0.2),
            -3.0,
            0.2,
            "derivative of leaky_relu at -3, slope=0.2",
            mistakes={
                "the derivative is that of relu: nothing is left below 0": 0.0,
                "the slope is on the wrong side": 1.0,
                "slope · x is noted, the output": -0.6,
                "the derivative has the sign of x": -0.2,
                "the slope given is ignored, and 0.01 used": 0.01,
            },
        )

    def test_at_zero_it_is_the_slope_by_convention(self):
        expect_slope(
            lambda x: leaky_relu(x, 0.2),
            0.0,
            0.2,
            "derivative of leaky_relu at 0, slope=0.2",
            mistakes={
                "0 counts as above 0, as in JAX, MLX and tinygrad; the course follows PyTorch": 1.0,
                "0 is given the derivative of relu": 0.0,
                "the middle of both sides is taken": 0.6,
            },
        )

    def test_a_step_below_zero_is_below_zero(self):
        expect_close(
            [slope(lambda x: leaky_relu(x, 0.2), x) for x in (-1e-9, 1e-9)],
            [0.2, 1.0],
            "derivative of leaky_relu at -1e-9 and 1e-9, slope=0.2",
            mistakes={"the corner is rounded off": [0.6, 0.6]},
        )

    def test_far_out_it_goes_on(self):
        expect_close(
            [output(leaky_relu, 1000.0), output(leaky_relu, -1000.0)],
            [1000.0, -10.0],
            "leaky_relu(±1000)",
        )

    def test_nan_stays_nan(self):
        expect_nan_stays(leaky_relu)


@pytest.mark.kata("softplus")
class TestSoftplus:
    def test_zero_gives_the_logarithm_of_two(self):
        expect_close(
            output(softplus, 0.0),
            math.log(2),
            "softplus(0)",
            mistakes={
                "the 1 in log(1 + e^x) is left out, or it is computed as relu": 0.0,
                "the logarithm is left out": 2.0,
                "the logarithm has base 2": 1.0,
                "the logarithm has base 10": math.log10(2),
            },
        )

    @pytest.mark.parametrize("x, expected", [(LN3, 4.0), (-LN3, 4 / 3)], ids=["ln 3", "-ln 3"])
    def test_e_to_the_x_and_one_are_added_under_the_logarithm(self, x, expected):
        expect_close(
            output(softplus, x),
            math.log(expected),
            f"softplus({x:.4f}), where e^x is {math.exp(x):.4g},",
            mistakes={
                "it is computed as relu": max(x, 0.0),
                ("the sign of x is lost", "x is taken for |x| somewhere"): math.log(
                    1 + math.exp(-x)
                ),
                "the part above 0 is counted and the logarithm of 1 + e^-|x| subtracted": max(x, 0)
                - math.log(4 / 3),
            },
        )

    def test_it_is_one_node_with_one_parent(self):
        expect_one_node(softplus, "softplus")

    def test_its_derivative_is_the_sigmoid(self):
        y = math.log(4)
        expect_slope(
            softplus,
            LN3,
            3 / 4,
            "derivative of softplus at ln 3",
            mistakes={
                "the sigmoid is taken of the output, and is meant of the input": 4 / 5,
                (
                    "the sigmoid is taken of -x",
                    "only 1 / (1 + e^x) is noted: the derivative of 1 + e^x is left out",
                ): 1 / 4,
                "the derivative is that of relu": 1.0,
                "the derivative is that of sigmoid, and not sigmoid itself": 3 / 16,
                "e^x is noted": 3.0,
                "the output is noted": y,
                "the reciprocal of the output is noted": 1 / y,
            },
        )

    def test_its_derivative_at_zero_is_a_half(self):
        expect_slope(
            softplus,
            0.0,
            1 / 2,
            "derivative of softplus at 0",
            mistakes={
                "the derivative is pieced together from relu or |x|, which have a corner there: "
                "softplus has none": 0.0,
                "0 counts as above 0, as if there were a corner": 1.0,
                "the sigmoid is taken of the output, and is meant of the input": 2 / 3,
            },
        )

    def test_finite_differences_agree(self):
        expect_agreement_around_zero(softplus)

    def test_far_above_it_is_x(self):
        expect_close(
            [output(softplus, 1000.0), slope(softplus, 1000.0)],
            [1000.0, 1.0],
            "softplus(1000) and its derivative",
        )

    def test_far_below_it_is_zero(self):
        expect_close(
            [output(softplus, -1000.0), slope(softplus, -1000.0)],
            [0.0, 0.0],
            "softplus(-1000) and its derivative",
        )

    @pytest.mark.parametrize("x", [-50.0, -700.0])
    def test_below_zero_no_digit_is_lost(self, x):
        """log(1 + e^-50) is e^-50, about 1.9e-22, but 1 + e^-50 is rounded to 1."""
        expect_close(
            output(softplus, x).data * math.exp(-x),
            1.0,
            f"softplus({x:g}), in units of e^{x:g},",
            mistakes={"1 + e^x is rounded to 1 before its logarithm is taken": 0.0},
        )
        expect_close(
            slope(softplus, x) * math.exp(-x),
            1.0,
            f"derivative of softplus at {x:g}, in units of e^{x:g},",
            mistakes={"it is 1 minus something near 1, and rounding leaves nothing": 0.0},
        )

    @pytest.mark.parametrize("x", [-9.0, -16.0])
    def test_below_zero_it_is_not_quite_e_to_the_x(self, x):
        """log(1 + e) is e - ½e² + …, and at -16 the second term is the eighth digit."""
        e = math.exp(x)
        expect_close(
            (1 - output(softplus, x).data / e) / e,
            0.5,
            f"what softplus({x:g}) lacks to e^{x:g}, as a share of it and in units of it,",
            mistakes={"below some threshold e^x itself is returned": 0.0},
            tolerance=1e-3 if x > -10 else 1e-2,  # a third of e; and 1e-16 of 1e-7
        )

    def test_above_zero_no_digit_is_lost(self):
        """softplus(x) - x is softplus(-x), about 1.25e-9 at 20.5: PyTorch cuts it off there."""
        expect_close(
            (output(softplus, 20.5).data - 20.5) * math.exp(20.5),
            1.0,
            "softplus(20.5) - 20.5, in units of e^-20.5,",
            mistakes={"above some threshold x itself is returned, as PyTorch does above 20": 0.0},
            tolerance=1e-5,  # a float near 20.5 resolves 3.6e-15, of 1.25e-9
        )

    def test_nan_stays_nan(self):
        expect_nan_stays(softplus)


def another_factor(x, y):
    """The mistake of a sigmoid that is taken of k·x, whatever k gives this y; {} if none does."""
    share = y / x
    k = math.log(share / (1 - share)) / x if 0 < share < 1 else 1.0
    if min(abs(k - known) for known in (-1.0, 0.0, 1.0, 1.702, 2.0)) < 0.01 or abs(y) > 9:
        return {}
    if not math.isclose(k, x) and not math.isclose(k, round(k, 3), rel_tol=1e-9):
        return {}  # a factor that nobody writes is no explanation
    words = "x²" if math.isclose(k, x) else f"{k:.4g}·x"
    guess = {f"the sigmoid is taken of {words}": y}
    return {} if math.isclose(y, gelu_formula(x)) or math.isclose(y, x * math.tanh(x)) else guess


@pytest.mark.kata("silu")
class TestSilu:
    def test_zero_stays_zero(self):
        expect_close(
            output(silu, 0.0),
            0.0,
            "silu(0)",
            mistakes={
                "the sigmoid is not multiplied by x": 0.5,
                "it is computed as softplus": math.log(2),
            },
        )

    @pytest.mark.parametrize("x, s", [(LN3, 3 / 4), (-LN3, 1 / 4)], ids=["ln 3", "-ln 3"])
    def test_x_is_multiplied_by_its_sigmoid(self, x, s):
        y = output(silu, x).data
        expect_close(
            y,
            x * s,
            f"silu({x:.4f}), where the sigmoid is {s},",
            mistakes={
                "it is computed as relu": max(x, 0.0),
                "it is computed as gelu": gelu_formula(x),
                "the sigmoid is not multiplied by x": s,
                "x and its sigmoid are added": x + s,
                "the sigmoid is multiplied by itself, and not by x": s * s,
                "the sigmoid is taken of -x": x * (1 - s),
                "it is multiplied by tanh and not by sigmoid": x * math.tanh(x),
                "the sigmoid is taken of 2x": x / (1 + math.exp(-2 * x)),
                "it is the hard form, made of straight lines: x · (x + 3) / 6": x * (x + 3) / 6,
                "the sigmoid is taken of 1.702·x, as in a form of gelu": x
                / (1 + math.exp(-1.702 * x)),
            }
            | another_factor(x, y),
        )

    def test_its_derivative_has_two_parts(self):
        s = 3 / 4
        expect_slope(
            silu,
            LN3,
            s + LN3 * s * (1 - s),
            "derivative of silu at ln 3",
            mistakes={
                "the sigmoid counts as a constant: x moves it as well": s,
                "x counts as a constant in front of the sigmoid": LN3 * s * (1 - s),
                "the derivative of the sigmoid is not multiplied by x": s + s * (1 - s),
                "the rule s·(1 - s) is given the input and not the output": s
                + LN3 * LN3 * (1 - LN3),
                "the derivative of silu is given silu and not the sigmoid": LN3 * s
                + LN3 * (LN3 * s) * (1 - LN3 * s),
                "the derivative is that of relu": 1.0,
                "the derivative is that of sigmoid": s * (1 - s),
            },
        )

    def test_its_derivative_at_zero_is_a_half(self):
        expect_slope(
            silu,
            0.0,
            0.5,
            "derivative of silu at 0",
            mistakes={"the derivative is that of relu": 0.0, "it is that of sigmoid": 0.25},
        )

    def test_finite_differences_agree(self):
        expect_agreement_around_zero(silu)

    @pytest.mark.parametrize("x, y, dy", [(1000.0, 1000.0, 1.0), (-1000.0, 0.0, 0.0)])
    def test_far_out_nothing_overflows(self, x, y, dy):
        expect_close([output(silu, x), slope(silu, x)], [y, dy], f"silu({x:g}) and its derivative")

    def test_far_below_no_digit_is_lost(self):
        # 1 + e^-50 is 1 for a float
        expect_close(
            output(silu, -50.0).data * math.exp(50),
            -50.0,
            "silu(-50), in units of e^-50,",
            mistakes={"it is held at 0 far below, where it is small and not 0": 0.0},
        )

    def test_nan_stays_nan(self):
        expect_nan_stays(silu)


def gelu_formula(x, shape=0.044715, scale=ROOT):
    """The formula of the docstring, on a plain number; the constants can be spoilt."""
    return 0.5 * x * (1 + math.tanh(scale * (x + shape * x**3)))


def gelu_exact(x):
    """x times the chance that a normal draw is below x."""
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


@pytest.mark.kata("gelu")
class TestGelu:
    def test_zero_stays_zero(self):
        expect_close(output(gelu, 0.0), 0.0, "gelu(0)", mistakes={"x is left out in front": 0.5})

    @pytest.mark.parametrize("x", [-1.0, 2.0])
    def test_it_is_the_form_with_tanh(self, x):
        t = math.tanh(ROOT * (x + 0.044715 * x**3))
        expect_close(
            output(gelu, x),
            gelu_formula(x),
            f"gelu({x:g})",
            mistakes={
                "it is computed as relu": max(x, 0.0),
                "it is computed as silu": x / (1 + math.exp(-x)),
                "it is the exact form, with the error function, as PyTorch, Keras and MLX have it "
                "unless told otherwise; the course and GPT-2 use tanh": gelu_exact(x),
                "it is the quick form, x · sigmoid(1.702·x)": x / (1 + math.exp(-1.702 * x)),
                "√(2/π) is left out": gelu_formula(x, scale=1.0),
                "2/π is used without its root": gelu_formula(x, scale=2 / math.pi),
                "√(π/2) is used, upside down": gelu_formula(x, scale=math.sqrt(math.pi / 2)),
                "√(2π) is used": gelu_formula(x, scale=math.sqrt(2 * math.pi)),
                "the cube is left out": gelu_formula(x, shape=0.0),
                "x³ is added without its factor": gelu_formula(x, shape=1.0),
                "the factor is cubed along with x": gelu_formula(x, shape=0.044715**3),
                "the factor of the cube is 0.44715": gelu_formula(x, shape=0.44715),
                **{
                    f"0.044715 is rounded to {shape}": gelu_formula(x, shape=shape)
                    for shape in (0.0447, 0.045, 0.04472, 0.04)
                },
                **{
                    f"√(2/π) is rounded to {scale}": gelu_formula(x, scale=scale)
                    for scale in (0.8, 0.798, 0.7979, 0.7978, 0.79788)
                },
                "x² stands where x³ should": gelu_formula(x, shape=0.044715 / x),
                "√(2/π) multiplies x alone and not the cube": 0.5
                * x
                * (1 + math.tanh(ROOT * x + 0.044715 * x**3)),
                "the factor ½ is left out": 2 * gelu_formula(x),
                "the 1 is left out: ½ x tanh(…)": 0.5 * x * t,
                "x is left out in front": 0.5 * (1 + t),
                "1 - tanh stands where 1 + tanh should": 0.5 * x * (1 - t),
            },
        )

    def test_the_published_figures_are_met(self):
        """In the manual of MindSpore's gelu(approximate="tanh"), in 32 bits."""
        expect_close(
            [output(gelu, -1.0), output(gelu, 2.0)],
            [-0.158808, 1.954598],
            "gelu of -1 and 2",
            tolerance=1e-6,
        )

    def test_it_is_near_the_exact_form(self):
        xs = [i / 4 for i in range(-16, 17)]
        gaps = {x: abs(output(gelu, x).data - gelu_exact(x)) for x in xs}
        x = max(gaps, key=gaps.get)
        assert gaps[x] < 5e-4, (
            f"gelu({x}) is {gaps[x]:.2g} away from x times the chance that a normal draw is below "
            "x, and should be within 0.0005 of it everywhere"
        )

    def test_its_derivative_has_two_parts(self):
        x, c = -1.0, ROOT
        t = math.tanh(c * (x + 0.044715 * x**3))
        inner = c * (1 + 3 * 0.044715 * x**2)
        expect_slope(
            gelu,
            x,
            0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner,
            "derivative of gelu at -1",
            mistakes={
                "the tanh counts as a constant: x moves it as well": 0.5 * (1 + t),
                "x counts as a constant in front": 0.5 * x * (1 - t * t) * inner,
                "the derivative inside of tanh is left out": 0.5 * (1 + t) + 0.5 * x * (1 - t * t),
                "the cube is forgotten inside of tanh": 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c,
                "the 3 of 3x² is missing": 0.5 * (1 + t)
                + 0.5 * x * (1 - t * t) * c * (1 + 0.044715 * x**2),
                "the derivative is that of relu": 0.0,
                "the derivative is that of the exact form": gelu_exact(x) / x
                + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi),
            },
        )

    def test_its_derivative_at_zero_is_a_half(self):
        expect_slope(
            gelu,
            0.0,
            0.5,
            "derivative of gelu at 0",
            mistakes={"the derivative is that of relu": 0.0},
        )

    def test_finite_differences_agree(self):
        expect_agreement_around_zero(gelu)

    @pytest.mark.parametrize("x, y, dy", [(1000.0, 1000.0, 1.0), (-1000.0, 0.0, 0.0)])
    def test_far_out_nothing_overflows(self, x, y, dy):
        expect_close([output(gelu, x), slope(gelu, x)], [y, dy], f"gelu({x:g}) and its derivative")

    def test_nan_stays_nan(self):
        expect_nan_stays(gelu)
