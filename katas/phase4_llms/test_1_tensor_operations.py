"""4.1 · Tensor: operations entry by entry, and products of matrices."""

import math
import operator
from math import inf, nan

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.spec_helpers import (
    expect_float32,
    expect_gradients,
    expect_op,
    gradients,
    hinted,
    numbers,
    positive,
    tuples_go_to_tensor,
)
from katas.phase4_llms.tensor import Tensor

PAIRS = pytest.mark.parametrize(
    "left, right",
    [
        ((2, 3), (3,)),
        ((3,), (2, 3)),
        ((2, 1), (1, 3)),
        ((2, 3), ()),
        ((), (2, 3)),
        ((5, 1, 3), (2, 1)),
        ((2, 3), (2, 3)),
    ],
    ids=lambda shape: "x".join(map(str, shape)) or "number",
)


def expect_binary(symbol, operation, slopes, left, right):
    """Gradients of an operator on two shapes; slopes(x, y) are its derivatives, not yet summed."""
    __tracebackhide__ = True
    x, y = positive(*left, salt=3), positive(*right, salt=4)
    mistakes = [{}, {}]
    full = np.broadcast_shapes(left, right)
    for i, (slope, array) in enumerate(zip(slopes(x, y), (x, y))):
        if array.shape != full:
            mistakes[i] = {
                "broadcasting is not undone": lambda g, s=slope: g * s,
                "broadcasting is undone by a mean, not a sum": lambda g, s=slope, a=array: (
                    summed(g * s, a.shape) * a.size / g.size
                ),
                "the whole gradient is summed into each entry": lambda g, s=slope, a=array: np.full(
                    a.shape, (g * s).sum()
                ),
            }
            if np.shape(slope) != array.shape and np.ndim(slope):
                mistakes[i]["the gradient is summed first and multiplied afterwards"] = (
                    lambda g, s=slope, a=array: summed(g, a.shape) * s
                )
            if 1 in array.shape and array.size > 1:
                mistakes[i]["an axis of length 1 is gone: it is summed without keepdims"] = (
                    lambda g, s=slope, a=array: np.squeeze(summed(g * s, a.shape))
                )
            if array.size == 1:
                del mistakes[i]["the whole gradient is summed into each entry"]
    what = f"x {symbol} y, where x is {left} and y {right}"
    expect_gradients(what, operation, operation, x, y, mistakes=mistakes)


def summed(grad, shape):
    """A gradient brought back to a shape, entry by entry."""
    out = np.zeros(shape)
    for place in np.ndindex(grad.shape):
        own = place[len(place) - len(shape) :]
        out[tuple(0 if size == 1 else i for i, size in zip(own, shape))] += grad[place]
    return out


def refuses_strings(operation):
    """Fail unless a string as an operand is a TypeError."""
    __tracebackhide__ = True
    expect_raises(TypeError, lambda: operation(Tensor([1.0]), "3"), "a string as an operand")


def expect_no_epsilon(what, operation, wanted, slopes, *arrays):
    """Fail if results or gradients are off for entries so small that an epsilon would show.

    wanted  the results
    slopes  for each operand d result / d operand
    """
    __tracebackhide__ = True
    nodes = [Tensor(np.array(array)) for array in arrays]
    with np.errstate(all="ignore"):
        result = operation(*nodes)
        result.backward(np.ones(result.shape))
    found = [(what, result.data, wanted)]
    for name, node, slope in zip("xy", nodes, slopes):
        found.append((f"the gradient of {name} in {what}", node.grad, slope))
    for which, got, right in found:
        assert np.allclose(np.divide(got, right), 1, rtol=1e-9, atol=0), (
            f"{which} is {got}, and should be {np.array(right)}, where "
            f"{' and '.join(f'{name} = {array}' for name, array in zip('xy', arrays))}: is "
            "something tiny (an epsilon) added somewhere, or put in the place of small entries? "
            "Nothing here asks for it, and where entries are small it changes everything"
        )


@pytest.mark.kata("Tensor.__add__")
class TestAdd:
    def test_entries_are_added(self):
        x, y = Tensor([1.0, 2.0]), Tensor([10.0, 20.0])
        z = x + y
        expect_close(z, [11.0, 22.0], "[1, 2] + [10, 20]")
        expect_op(z, "+", x, y)

    def test_both_sides_get_the_gradient_as_it_is(self):
        dx, dy = gradients(operator.add, positive(2), positive(2), seed=np.array([5.0, 7.0]))
        expect_close(dx, [5.0, 7.0], "gradient of x in x + y, if that of the sum is [5, 7]")
        expect_close(dy, [5.0, 7.0], "gradient of y in x + y, if that of the sum is [5, 7]")

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("+", operator.add, lambda x, y: (1.0, 1.0), left, right)

    def test_a_bias_collects_from_all_rows(self):
        X, b = Tensor(np.zeros((2, 3))), Tensor(np.zeros(3))
        try:
            (X + b).backward([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        except ValueError as error:
            pytest.fail(
                f"numpy says: {error}. A gradient came to b in the shape of the result: "
                "broadcasting is not undone"
            )
        expect_close(
            b.grad,
            [11.0, 22.0, 33.0],
            "gradient of a bias (3,) that was added to (2, 3)",
            mistakes={"broadcasting is not undone": [[1, 2, 3], [10, 20, 30]]},
        )

    def test_numbers_and_arrays_are_constants(self):
        x = Tensor([1.0, 2.0])
        for z in (x + 10, 10 + x, x + np.array([10.0, 10.0]), np.array([10.0, 10.0]) + x):
            assert isinstance(z, Tensor), f"a Tensor and a constant make a {type(z).__name__}"
            expect_close(z, [11.0, 12.0], "[1, 2] + 10")
            assert [p is x for p in z.parents] == [True], "the constant is a parent, too"

    def test_x_plus_x(self):
        x = Tensor([1.0, 2.0])
        (x + x).backward([5.0, 7.0])
        expect_close(
            x.grad,
            [10.0, 14.0],
            "gradient of x in x + x",
            mistakes={"one of the two uses is lost": [5.0, 7.0]},
        )

    def test_a_sum_that_is_used_again(self):
        x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
        z = x + y
        ((z + x) + (z + z)).backward([1.0, 10.0])
        expect_close(
            [x.grad, y.grad], [[4, 40], [3, 30]], "gradients in (z + x) + (z + z), z = x + y"
        )
        assert not np.shares_memory(x.grad, y.grad), "x and y hold one gradient together"

    def test_float32_stays_float32(self):
        expect_float32(operator.add, (2, 3), (3,))
        expect_float32(lambda x: x + 0.1 + np.float64(0.1) + np.ones(3), (2, 3))

    def test_a_string_is_refused(self):
        refuses_strings(operator.add)


@pytest.mark.kata("Tensor.__mul__")
class TestMul:
    def test_entries_are_multiplied(self):
        x, y = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
        z = x * y
        expect_close(z, [10.0, 21.0], "[2, 3] * [5, 7]")
        expect_op(z, "*", x, y)

    def test_each_side_gets_the_gradient_times_the_other(self):
        x, y, seed = np.array([2.0, 3.0]), np.array([5.0, 7.0]), np.array([1.0, 10.0])
        for i, (got, wanted) in enumerate(
            zip(gradients(operator.mul, x, y, seed=seed), ([5.0, 70.0], [2.0, 30.0]))
        ):
            expect_close(
                got,
                wanted,
                f"gradient of {'xy'[i]} in x * y, x = [2, 3], y = [5, 7], that of z [1, 10]",
                mistakes={
                    "each side is multiplied by itself, not by the other": seed * (x, y)[i],
                    "the gradient of the result is left out": (y, x)[i],
                    "the gradient of the result is not multiplied by anything": seed,
                },
            )

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("*", operator.mul, lambda x, y: (y, x), left, right)

    def test_x_times_x(self):
        x = Tensor([2.0, 3.0])
        (x * x).backward([1.0, 10.0])
        expect_close(
            x.grad,
            [4.0, 60.0],
            "gradient of x in x * x, x = [2, 3]",
            mistakes={"one of the two uses is lost": [2.0, 30.0]},
        )

    def test_numbers_and_arrays_on_either_side(self):
        x = Tensor([2.0, 3.0])
        for z in (x * 10, 10 * x, x * np.array([10.0, 10.0]), np.float64(10) * x):
            assert isinstance(z, Tensor), f"a Tensor and a constant make a {type(z).__name__}"
            expect_close(z, [20.0, 30.0], "[2, 3] * 10")
            assert [p is x for p in z.parents] == [True], "the constant is a parent, too"
        z = np.array([[1.0, 10.0], [2.0, 20.0]]) * x
        assert isinstance(z, Tensor) and z.shape == (2, 2), (
            f"array (2, 2) * Tensor (2,) is {z!r}: numpy went through the array entry by entry, as "
            "it does where a class has not said __array_ufunc__ = None"
        )

    def test_minus_x(self):
        (-Tensor([2.0, 3.0])).backward([1.0, 1.0])
        expect_close(-Tensor([2.0, 3.0]), [-2.0, -3.0], "-[2, 3]")

    def test_float32_stays_float32(self):
        expect_float32(operator.mul, (2, 3), (3,))
        expect_float32(lambda x: x * 0.1 * np.float64(0.1) * np.ones(3), (2, 3))


@pytest.mark.kata("Tensor.__sub__")
class TestSub:
    def test_entries_are_subtracted(self):
        x, y = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
        z = x - y
        expect_close(z, [-3.0, -4.0], "[2, 3] - [5, 7]", mistakes={"it is y - x": [3.0, 4.0]})
        expect_op(z, "-", x, y)

    def test_the_right_side_gets_it_with_the_sign_changed(self):
        dx, dy = gradients(operator.sub, positive(2), positive(2), seed=np.array([5.0, 7.0]))
        signs = {"the signs of the two sides are exchanged": [-5.0, -7.0]}
        expect_close(dx, [5.0, 7.0], "gradient of x in x - y, that of z [5, 7]", mistakes=signs)
        expect_close(
            dy,
            [-5.0, -7.0],
            "gradient of y in x - y, that of z [5, 7]",
            mistakes={"y gets it with the sign of x": [5.0, 7.0]},
        )

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("-", operator.sub, lambda x, y: (1.0, -1.0), left, right)

    def test_constants_on_either_side(self):
        x = Tensor([2.0, 3.0])
        expect_close(x - 10, [-8.0, -7.0], "[2, 3] - 10")
        for z in (10 - x, np.array([10.0, 10.0]) - x):
            expect_close(z, [8.0, 7.0], "10 - [2, 3]", mistakes={"it is x - 10": [-8.0, -7.0]})

    def test_float32_stays_float32(self):
        expect_float32(operator.sub, (2, 3), (3,))
        expect_float32(lambda x: 0.1 - (x - np.float64(0.1)), (2, 3))


@pytest.mark.kata("Tensor.__truediv__")
class TestTruediv:
    def test_entries_are_divided(self):
        x, y = Tensor([6.0, 1.0]), Tensor([2.0, 4.0])
        z = x / y
        expect_close(z, [3.0, 0.25], "[6, 1] / [2, 4]", mistakes={"it is y / x": [1 / 3, 4.0]})
        expect_op(z, "/", x, y)

    def test_gradients_of_both_sides(self):
        x, y, seed = np.array([6.0, 1.0]), np.array([2.0, 4.0]), np.array([1.0, 16.0])
        dx, dy = gradients(operator.truediv, x, y, seed=seed)
        expect_close(
            dx,
            [0.5, 4.0],
            "gradient of x in x / y, x = [6, 1], y = [2, 4], that of z [1, 16]",
            mistakes={"it is multiplied by y, not divided": [2.0, 64.0]},
        )
        expect_close(
            dy,
            [-1.5, -1.0],
            "gradient of y in x / y, x = [6, 1], y = [2, 4], that of z [1, 16]",
            mistakes={
                "the minus is missing": [1.5, 1.0],
                "y is not squared": [-3.0, -4.0],
                "x is left out": [-0.25, -1.0 * 1],
                "it is divided by y once, and then multiplied by it: x / y * y": [-6.0, -16.0],
            },
        )

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("/", operator.truediv, lambda x, y: (1 / y, -x / y**2), left, right)

    def test_however_small_the_entries(self):
        expect_no_epsilon(
            "x / y",
            operator.truediv,
            [2e8, 2e14, 2e30],
            [[1e8, 1e14, 1e30], [-2e16, -2e28, -2e60]],
            [2.0, 2.0, 2.0],
            [1e-8, 1e-14, 1e-30],
        )

    def test_a_division_by_0_is_left_to_numpy(self):
        with np.errstate(all="ignore"):
            z = Tensor([1.0, -1.0, 0.0]) / Tensor([0.0])
        expect_close(
            z,
            [inf, -inf, nan],
            "[1, -1, 0] / 0",
            mistakes={"what is divided by 0 becomes 0": np.zeros(3)},
        )

    def test_constants_on_either_side(self):
        x = Tensor([2.0, 4.0])
        expect_close(x / 8, [0.25, 0.5], "[2, 4] / 8")
        for z in (8 / x, np.array([8.0, 8.0]) / x):
            expect_close(z, [4.0, 2.0], "8 / [2, 4]", mistakes={"it is x / 8": [0.25, 0.5]})

    def test_float32_stays_float32(self):
        expect_float32(operator.truediv, (2, 3), (3,))
        expect_float32(lambda x: 0.1 / (x / np.float64(3)), (2, 3))

    @pytest.mark.parametrize("size", [1e-25, 1e25])
    def test_gradients_of_numbers_of_any_size(self, size):
        x, y = (Tensor(np.array([n * size], np.float32)) for n in (2, 4))
        (x / y).backward(np.ones(1, np.float32))
        expect_close(
            y.grad * size,
            [-0.125],
            f"gradient of y in x / y, x = 2 · {size:g} and y = 4 · {size:g} in float32, times that",
            mistakes={
                "y · y, or a power of y, is too small or too large for float32": (
                    [-np.inf] if size < 1 else [0.0]
                )
            },
            tolerance=1e-6,
        )


@pytest.mark.kata("Tensor.__pow__")
class TestPow:
    def test_every_entry_to_the_power(self):
        x = Tensor([2.0, -3.0])
        z = x**3
        expect_close(
            z,
            [8.0, -27.0],
            "[2, -3] ** 3",
            mistakes={
                "it is 3 to the power of each entry": [9.0, 1 / 27],
                "it is 3x": [6.0, -9.0],
                "the sign is left out": [8.0, 27.0],
            },
        )
        expect_op(z, "**3", x)
        root = Tensor([4.0])
        expect_op(root**0.5, "**0.5", root)

    def test_the_exponent_comes_down(self):
        (dx,) = gradients(lambda x: x**3, np.array([2.0, -3.0]), seed=np.array([1.0, 10.0]))
        expect_close(
            dx,
            [12.0, 270.0],
            "gradient of x ** 3 at [2, -3], that of the result [1, 10]",
            mistakes={
                "the exponent is not lowered": [24.0, -810.0],
                "the exponent does not come down as a factor": [4.0, 90.0],
                "the gradient of the result is left out": [12.0, 27.0],
            },
        )

    @pytest.mark.parametrize("exponent", [2, 1, 0.5, -1, -1.5, 2.7, np.float32(2), np.int64(3)])
    def test_any_real_exponent(self, exponent):
        mistakes = {}
        if exponent < 1:
            mistakes["the exponent is not lowered below 0"] = lambda g: exponent * g
        with hinted("numbers of numpy are real numbers, too"):
            expect_gradients(
                f"x ** {exponent}",
                lambda x: x**exponent,
                lambda x: x**exponent,
                positive(2, 3),
                mistakes=(mistakes,),
            )

    def test_however_small_the_entries(self):
        x = [1e-8, 1e-14, 1e-30]
        slopes = [-1e16, -1e28, -1e60]
        expect_no_epsilon("x ** -1", lambda x: x**-1, [1e8, 1e14, 1e30], [slopes], x)

    def test_exponent_0_has_gradient_0_even_at_0(self):
        (dx,) = gradients(lambda x: x**0, np.array([0.0, 2.0]), seed=np.ones(2))
        expect_close(
            dx,
            [0.0, 0.0],
            "gradient of x ** 0 at [0, 2]",
            mistakes={"0 is multiplied by 0 ** -1, which is infinite": [nan, 0.0]},
        )

    def test_exponent_0_has_gradient_0_whatever_the_entry(self):
        x = np.array([nan, inf, -inf, 1e-310])
        with np.errstate(all="ignore"):
            (dx,) = gradients(lambda x: x**0, x, seed=np.ones(4))
        expect_close(
            dx,
            np.zeros(4),
            "gradient of x ** 0 at [nan, inf, -inf, 1e-310]",
            mistakes={
                "only an entry of 0 is looked after, and x ** -1 is nan or inf elsewhere, too": (
                    [nan, 0.0, 0.0, nan]
                ),
            },
        )

    def test_exponent_1_at_0(self):
        (dx,) = gradients(lambda x: x**1, np.array([0.0, 2.0]), seed=np.ones(2))
        expect_close(
            dx,
            [1.0, 1.0],
            "gradient of x ** 1 at [0, 2]",
            mistakes={"the lowered power is made by a division, which is 0 / 0 here": [nan, 1.0]},
        )

    @pytest.mark.parametrize("exponent", [Tensor, str, np.ones], ids=["Tensor", "str", "array"])
    def test_only_a_constant_is_an_exponent(self, exponent):
        wrong = exponent(2)
        expect_raises(
            TypeError,
            lambda: Tensor([1.0, 2.0]) ** wrong,
            f"{type(wrong).__name__} as an exponent",
            naming=[type(wrong).__name__],
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x**3, (2, 3))
        expect_float32(lambda x: x ** np.float64(0.5), (2, 3))


@pytest.mark.kata("Tensor.exp")
class TestExp:
    def test_e_to_the_power_of_every_entry(self):
        x = Tensor([0.0, 1.0])
        expect_close(x.exp(), [1.0, math.e], "exp of [0, 1]")
        expect_op(x.exp(), "exp", x)

    def test_small_and_large_entries_are_left_to_numpy(self):
        with np.errstate(all="ignore"):
            got = Tensor([-1000.0, 100.0, 1000.0]).exp()
        expect_close(
            got,
            [0.0, math.exp(100), inf],
            "exp of [-1000, 100, 1000]",
            mistakes={
                f"entries are cut off at {most}": [0.0, math.exp(min(most, 100)), math.exp(most)]
                for most in (20, 50, 500, 700)
            },
        )

    def test_its_slope_is_its_output(self):
        x = numbers(2, 3)
        expect_gradients(
            "exp(x)",
            Tensor.exp,
            np.exp,
            x,
            mistakes=[
                {
                    "the slope is x, of what went in": lambda g: g * x,
                    "the rule for powers was taken, x · e^(x-1)": lambda g: g * x * np.exp(x - 1),
                    "the slope is left out": lambda g: g,
                    "the gradient of the result is left out": lambda g: np.exp(x),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.exp, (2, 3))


@pytest.mark.kata("Tensor.log")
class TestLog:
    def test_the_natural_logarithm_of_every_entry(self):
        x = Tensor([1.0, math.e, 8.0])
        expect_close(
            x.log(),
            [0.0, 1.0, 3 * math.log(2)],
            "log of [1, e, 8]",
            mistakes={
                "it is the logarithm to base 2": [0.0, math.log2(math.e), 3.0],
                "it is the logarithm to base 10": np.log10([1.0, math.e, 8.0]),
            },
        )
        expect_op(x.log(), "log", x)

    def test_its_slope_is_one_over_x(self):
        x = positive(2, 3) + 0.05
        expect_gradients(
            "log(x)",
            Tensor.log,
            np.log,
            x,
            mistakes=[
                {
                    "the slope is x, not 1 / x": lambda g: g * x,
                    "the slope is 1 / log(x), of what came out": lambda g: g / np.log(x),
                    "the gradient of the result is left out": lambda g: 1 / x,
                }
            ],
        )

    def test_however_small_the_entries(self):
        x = [1e-8, 1e-14, 1e-30]
        logs = np.multiply([-8, -14, -30], math.log(10))
        expect_no_epsilon("log(x)", Tensor.log, logs, [[1e8, 1e14, 1e30]], x)

    def test_what_has_no_logarithm_is_left_to_numpy(self):
        with np.errstate(all="ignore"):
            got = Tensor([0.0, -1.0]).log()
        assert got.data[0] == -inf, (
            f"log of 0 is {got.data[0]:.4g}, and should be -inf: is something tiny added to x, or "
            "put in its place?"
        )
        expect_close(
            got,
            [-inf, nan],
            "log of [0, -1]",
            mistakes={"the sign is dropped first": [-inf, 0.0], "-1 counts as 0": [-inf, -inf]},
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.log, (2, 3))


@pytest.mark.kata("Tensor.sqrt")
class TestSqrt:
    def test_the_square_root_of_every_entry(self):
        x = Tensor([4.0, 9.0])
        expect_close(x.sqrt(), [2.0, 3.0], "sqrt of [4, 9]")
        expect_op(x.sqrt(), "sqrt", x)

    def test_zero_and_what_has_no_root(self):
        with np.errstate(all="ignore"):
            got = Tensor([0.0, -1.0]).sqrt()
        assert got.data[0] == 0, (
            f"the root of 0 is {got.data[0]:.3g}, and should be 0: is something tiny added to x?"
        )
        expect_close(
            got,
            [0.0, nan],
            "sqrt of [0, -1]",
            mistakes={"what is below 0 is taken for 0": [0, 0], "the sign is left out": [0, 1]},
        )

    def test_however_small_the_entries(self):
        x = [1e-8, 1e-14, 1e-30]
        slopes = [5e3, 5e6, 5e14]
        expect_no_epsilon("sqrt(x)", Tensor.sqrt, [1e-4, 1e-7, 1e-15], [slopes], x)

    def test_its_slope_is_one_over_twice_the_root(self):
        x = positive(2, 3)
        expect_gradients(
            "sqrt(x)",
            Tensor.sqrt,
            np.sqrt,
            x,
            mistakes=[
                {
                    "the 2 is missing": lambda g: g / np.sqrt(x),
                    "the slope is 1 / 2x, of what went in": lambda g: g / (2 * x),
                    "the slope is half the root": lambda g: g * np.sqrt(x) / 2,
                    "the gradient of the result is left out": lambda g: 0.5 / np.sqrt(x),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.sqrt, (2, 3))


@pytest.mark.kata("Tensor.tanh")
class TestTanh:
    def test_the_hyperbolic_tangent_of_every_entry(self):
        x = Tensor([0.0, 1.0])
        expect_close(x.tanh(), [0.0, (math.e**2 - 1) / (math.e**2 + 1)], "tanh of [0, 1]")
        expect_op(x.tanh(), "tanh", x)

    def test_large_entries_are_no_trouble(self):
        with np.errstate(all="ignore"):
            got = Tensor([-1000.0, 1000.0]).tanh()
        expect_close(
            got,
            [-1.0, 1.0],
            "tanh of [-1000, 1000]",
            mistakes={"it is made of exp, which overflows": [-1.0, nan]},
        )

    def test_its_slope_is_one_minus_its_output_squared(self):
        x = numbers(2, 3)
        expect_gradients(
            "tanh(x)",
            Tensor.tanh,
            np.tanh,
            x,
            mistakes=[
                {
                    "the slope is 1 - x², of what went in": lambda g: g * (1 - x * x),
                    "the slope is 1 - tanh(x), not squared": lambda g: g * (1 - np.tanh(x)),
                    "tanh is taken twice for the slope": lambda g: (
                        g * (1 - np.tanh(np.tanh(x)) ** 2)
                    ),
                    "the gradient of the result is left out": lambda g: 1 - np.tanh(x) ** 2,
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.tanh, (2, 3))


@pytest.mark.kata("Tensor.relu")
class TestRelu:
    def test_what_is_below_0_becomes_0(self):
        x = Tensor([-2.0, 0.0, 3.0])
        expect_close(
            x.relu(),
            [0.0, 0.0, 3.0],
            "relu of [-2, 0, 3]",
            mistakes={
                "it is the absolute value": [2.0, 0.0, 3.0],
                "it is a step": [0, 0, 1],
                "a hundredth passes below 0, as in leaky ReLU": [-0.02, 0, 3],
            },
        )
        expect_op(x.relu(), "relu", x)
        expect_close(x, [-2.0, 0.0, 3.0], "x afterwards", mistakes={"x was cut": [0, 0, 3]})

    def test_the_gradient_passes_where_the_input_was_above_0(self):
        x, seed = np.array([-2.0, 0.0, 0.5, 3.0]), np.array([5.0, 7.0, 2.0, -11.0])
        expect_close(
            gradients(Tensor.relu, x, seed=seed)[0],
            [0.0, 0.0, 2.0, -11.0],
            "gradient of relu(x) at [-2, 0, 0.5, 3], that of the result [5, 7, 2, -11]",
            mistakes={
                "the derivative at 0 is 1, as that of PyTorch's clamp(min=0) and of TensorFlow's "
                "maximum(x, 0); that of relu is 0 there": [0.0, 7.0, 2.0, -11.0],
                "the derivative at 0 is ½, as that of maximum(x, 0) in PyTorch and JAX; that of "
                "relu is 0 there": [0.0, 3.5, 2.0, -11.0],
                "the gradient passes everywhere": seed,
                "the gradient of the result is left out": [0.0, 0.0, 1.0, 1.0],
                "relu is applied to the gradient": [5.0, 7.0, 2.0, 0.0],
                "the slope is relu(x), not 1": [0.0, 0.0, 1.0, -33.0],
            },
        )

    def test_nan_stays_nan(self):
        with np.errstate(all="ignore"):
            got = Tensor([nan, -1.0, -inf]).relu()
        expect_close(
            got,
            [nan, 0.0, 0.0],
            "relu of [nan, -1, -inf]",
            mistakes={
                "nan is taken for what is not above 0, and a failed training hides": [0, 0, 0],
                "x is multiplied by 0, and -inf times 0 is nan": [nan, 0, nan],
            },
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.relu, (2, 3))


@pytest.mark.kata("Tensor.__matmul__")
class TestMatmul:
    def test_rows_times_columns(self):
        x, y = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([[5.0, 6.0], [7.0, 8.0]])
        expect_close(
            x @ y,
            [[19, 22], [43, 50]],
            "[[1, 2], [3, 4]] @ [[5, 6], [7, 8]]",
            mistakes={
                "entries are multiplied": [[5, 12], [21, 32]],
                "y comes first": [[23, 34], [31, 46]],
            },
        )
        expect_op(x @ y, "@", x, y)

    def test_a_square_shows_which_side_is_transposed(self):
        x, y = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[2.0, 7.0], [-1.0, 3.0]])
        g = np.array([[1.0, 10.0], [-2.0, 4.0]])
        dx, dy = gradients(operator.matmul, x, y, seed=g)
        expect_close(
            dx,
            [[72, 29], [24, 14]],
            "gradient of x in x @ y, all (2, 2)",
            mistakes={
                "y is not transposed": g @ y,
                "the factors stand the other way round": y.T @ g,
                "the gradient is transposed": g.T @ y.T,
                "it is multiplied by x, not by y": g @ x.T,
                "it is that of y: the pullbacks stand the other way round": x.T @ g,
            },
        )
        expect_close(
            dy,
            [[-5, 22], [-8, 40]],
            "gradient of y in x @ y, all (2, 2)",
            mistakes={
                "x is not transposed": x @ g,
                "the factors stand the other way round": g @ x.T,
                "dy itself is transposed": g.T @ x,
                "it is multiplied by y, not by x": y.T @ g,
                "it is that of x: the pullbacks stand the other way round": g @ y.T,
            },
        )

    def test_a_stack_of_squares_shows_which_axes_are_turned(self):
        x, y = numbers(3, 3, 3, salt=3), numbers(3, 3, 3, salt=4)
        expect_close(
            Tensor(x) @ Tensor(y),
            [left @ right for left, right in zip(x, y)],
            "x @ y, all (3, 3, 3): three products of matrices",
            mistakes={"np.dot multiplies every matrix of x with every one of y": np.dot(x, y)},
        )
        expect_gradients(
            "x @ y, all (3, 3, 3)",
            operator.matmul,
            operator.matmul,
            x,
            y,
            mistakes=[
                {
                    "all axes of y are reversed, not its last two exchanged": lambda g: g @ y.T,
                    "y is not transposed": lambda g: g @ y,
                },
                {
                    "all axes of x are reversed, not its last two exchanged": lambda g: x.T @ g,
                    "x is not transposed": lambda g: x @ g,
                },
            ],
        )

    @pytest.mark.parametrize(
        "left, right",
        [
            ((2, 3), (3, 5)),
            ((1, 3), (3, 1)),
            ((7, 2, 3), (3, 5)),
            ((2, 3, 2, 1), (1, 5)),
            ((7, 2, 3), (7, 3, 5)),
            ((2, 3), (7, 3, 5)),
            ((2, 1, 5, 3), (7, 3, 2)),
            ((1, 2, 3), (7, 3, 5)),
            ((7, 2, 3), (1, 3, 5)),
        ],
        ids=lambda shape: "x".join(map(str, shape)),
    )
    def test_any_shapes_and_axes_in_front(self, left, right):
        what = f"x @ y, where x is {left} and y {right}"
        x, y = numbers(*left, salt=3), numbers(*right, salt=4)
        mistakes = [{}, {}]
        full = (x @ y).shape[:-2]
        columns = "D is the last axis of self and the last but one of other, whatever is in front"
        try:
            with hinted(columns):
                gradients(operator.matmul, x, y, seed=np.ones((x @ y).shape))
        except AssertionError as error:
            pytest.fail(f"{error}. Of a batch only the last two axes are exchanged, never others")
        for i, array in enumerate((x, y)):
            if array.shape[:-2] != full:
                whole = (
                    (lambda g: g @ y.swapaxes(-1, -2))
                    if i == 0
                    else (lambda g: x.swapaxes(-1, -2) @ g)
                )
                shape, share = array.shape, math.prod(array.shape[:-2]) / math.prod(full)
                mistakes[i] = {
                    "the gradients of the batch are not summed": whole,
                    "the gradients of the batch are averaged, not summed": lambda g, f=whole, s=shape, p=share: (  # noqa: E501
                        summed(f(g), s) * p
                    ),
                }
        expect_gradients(what, operator.matmul, operator.matmul, x, y, mistakes=mistakes)

    def test_an_array_on_either_side(self):
        x, X = Tensor([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
        z = X @ x
        assert isinstance(z, Tensor), f"array @ Tensor is a {type(z).__name__}"
        expect_close(z, [[23, 34], [31, 46]], "array @ Tensor")
        expect_close(x @ X, [[19, 22], [43, 50]], "Tensor @ array")
        assert [p is x for p in z.parents] == [True], "the array is a parent, too"

    @pytest.mark.parametrize("right", [(2, 5, 7), (5, 7)], ids=["by a batch", "by one matrix"])
    def test_a_batch_is_noted_as_well(self, right):
        x, y = Tensor(numbers(2, 3, 5)), Tensor(numbers(*right))
        expect_op(x @ y, "@", x, y)

    def test_a_turned_operand(self):
        x = numbers(3, 2, salt=5)
        expect_gradients(
            "x @ y, where x is a view, transposed",
            lambda x, y: x.swapaxes(0, 1) @ y,
            lambda x, y: x.T @ y,
            x,
            numbers(3, 5, salt=6),
        )

    @pytest.mark.parametrize(
        "left, right",
        [
            ((2, 3), (5, 7)),
            ((2, 3), (2, 3)),
            ((2, 1), (3, 5)),
            ((2, 3), (1, 5)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((3,), (3,)),
            ((2, 3), ()),
            ((7, 2, 3), (7, 5, 2)),
        ],
        ids=str,
    )
    def test_what_does_not_go_together_is_refused(self, left, right):
        expect_raises(
            ValueError,
            lambda: Tensor(np.ones(left)) @ Tensor(np.ones(right)),
            f"{left} @ {right}",
            naming=[left, right],
        )

    def test_float32_stays_float32(self):
        expect_float32(operator.matmul, (2, 3), (3, 5))
        expect_float32(operator.matmul, (7, 2, 3), (7, 3, 5))
        expect_float32(lambda W: np.ones((2, 3)) @ W, (3, 5))
