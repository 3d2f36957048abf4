"""1.2 · Value: each operation computes its number and writes down how it came about."""

import math
from fractions import Fraction
from numbers import Real

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_derivative
from katas.phase1_autodiff.spec_helpers import (
    Float64,
    expect_nan,
    expect_number,
    expect_value,
    kind_of,
)
from katas.phase1_autodiff.value import Value

# ---- what an operation leaves behind

OPS = {
    ("**0", "**0.5"): "the exponent was turned into an int, and is lost",
    ("**", "**3"): "which power it was is lost",
    ("** 3", "**3"): "there is no blank before the exponent",
    ("^3", "**3"): "two stars stand for a power, as in Python",
    ("ReLU", "relu"): "that is what micrograd writes",
}
COMMA = "brackets alone make no tuple, a tuple of one thing needs a comma after it"


def expect_record(result, parents, op):
    """Fail unless result is a new Value with these parents, in order, and this op.

    A number among `parents` stands for a new leaf that holds it.
    """
    expect_value(result, "the result")
    if any(result is parent for parent in parents):
        pytest.fail(
            "the result is the operand itself, and not a new Value: each operation makes one, even "
            "where the number stays the same"
        )
    kept = result.parents
    if isinstance(kept, Value):
        pytest.fail(f"parents is a Value, and should be a tuple: {COMMA}")
    if not isinstance(kept, tuple | list):
        pytest.fail(
            f"the parents are kept in a {type(kept).__name__}, and should be in a tuple: a set has "
            "no order and would hold the x of x * x only once, and an iterator is soon used up"
        )
    noted = result.local_grads
    if isinstance(noted, str):
        pytest.fail(f"local_grads is {noted!r}: local_grads and op have changed places")
    if isinstance(noted, tuple | list) and _holds(kept, Real) and _holds(noted, Value):
        pytest.fail(
            "the operands stand in local_grads: parents and local_grads have changed places"
        )
    if not kept and parents:
        pytest.fail("the result has no parents: nothing tells any more what it was computed from")
    for parent in kept:
        if not isinstance(parent, Value):
            pytest.fail(
                f"among the parents is {kind_of(parent)}: a plain number becomes a leaf first"
            )
    if len(kept) != len(parents):
        pytest.fail(
            f"the operation has {len(parents)} operand(s), but the record has {len(kept)} "
            f"parent(s): {list(kept)}. An operand that is used twice is a parent twice."
        )
    if not _are(kept, parents):
        if _are(kept, parents[::-1]):
            pytest.fail("the parents stand in reverse order: the left operand comes first")
        if [p.data for p in kept] == [p.data if isinstance(p, Value) else p for p in parents]:
            pytest.fail(
                "a parent holds the operand's number but is another Value, a copy: whatever "
                "reaches the copy never reaches the operand"
            )
        pytest.fail(f"the parents are {list(kept)}, and should be the operands: {list(parents)}")
    for parent, given in zip(kept, parents):
        if not isinstance(given, Value) and (parent.op, parent.label) != ("", ""):
            pytest.fail(
                f"the leaf made of the plain number {given!r} has op {parent.op!r} and label "
                f"{parent.label!r}, and should have neither: it has no past and was given no name"
            )
    if result.op != op:
        why = OPS.get((result.op, op), "")
        if op.startswith("**") and result.op in (f"**{float(op[2:])}", f"**{float(op[2:]):.2f}"):
            why = "the exponent was turned into a float before it was written down"
        pytest.fail(f"op is {result.op!r}, and should be {op!r}{why and ': '}{why}")
    if (result.grad, result.label) != (0.0, ""):
        pytest.fail(
            f"grad and label of the result are {result.grad!r} and {result.label!r}, and should be "
            "0.0 and '': a new Value takes over neither from its operands"
        )


def expect_local_grads(result, expected, what, mistakes=None):
    """Fail unless the local gradients are these numbers, one for each parent."""
    noted = result.local_grads
    if isinstance(noted, Real):
        pytest.fail(f"local_grads is {kind_of(noted)}, and should be a tuple: {COMMA}")
    if not isinstance(noted, tuple | list):
        pytest.fail(f"local_grads is {kind_of(noted)}, and should be a tuple, beside the parents")
    for local_grad in noted:
        if not isinstance(local_grad, Real):
            pytest.fail(
                f"among the local gradients is {kind_of(local_grad)}, and should be a number: "
                "a slope at this point, nothing to compute with later"
            )
    expect_close(list(noted), expected, f"local gradients of {what}", mistakes)


def expect_ratio(result, expected, what):
    """Fail unless result is expected up to rounding, however small or large it is."""
    got = result.data if isinstance(result, Value) else result
    if not math.isclose(got, expected, rel_tol=1e-12):
        pytest.fail(
            f"{what} is {got!r}, and should be {expected!r}. If it is right for ordinary numbers: "
            "is something tiny added to keep away from 0 (an epsilon, 1e-8 say), is a number "
            "rounded, or is it held within limits?"
        )


def expect_floats(result):
    """Fail if a local gradient is an int or a bool, where the docstring says 0.0."""
    noted = result.local_grads[0]
    assert type(noted) is float, f"the local gradient is {kind_of(noted)}, and should be a float"


def to_the_power_of(base, exponent):
    """base ** exponent, where the exponent is a Value."""
    try:
        return base**exponent
    except (TypeError, AssertionError) as error:
        exponent.__rpow__(base)  # which may not be started yet
        pytest.fail(
            f"{base!r} ** {exponent!r} ends in {type(error).__name__}: {error}. Of two Values "
            "Python asks the base first, with __pow__, and that one has to let the exponent go on "
            "to __rpow__"
        )


def with_a_number(operation, number):
    """operation(number), which takes any real number."""
    try:
        return operation(number)
    except (AttributeError, TypeError, AssertionError) as error:
        pytest.fail(
            f"with the plain number {number!r} ({type(number).__name__}) it ends in "
            f"{type(error).__name__}: {error}. Any real number will do, and int and float are only "
            "two kinds of it; and a number may have an attribute data without being a Value, as "
            "numpy's have."
        )


class Named(Value):
    """A Value of a kind of its own."""


def middle_of_a_graph():
    """2 · 3 = 6, with a gradient on it as a backward pass would leave one."""
    product = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*")
    product.grad = 7.0
    return product


def _holds(things, kind):
    return any(isinstance(thing, kind) for thing in things)


def _are(kept, parents):
    return all(
        k is p if isinstance(p, Value) else (k.data == p and not k.parents)
        for k, p in zip(kept, parents)
    )


@pytest.mark.kata("Value.__add__")
class TestAdd:
    def test_the_numbers_are_added(self):
        expect_number(Value(2.0) + Value(-5.0), -3.0, "2 + (-5)")

    def test_the_operands_are_noted_in_order(self):
        a, b = Value(2.0), Value(-5.0)
        expect_record(a + b, [a, b], "+")

    def test_the_result_moves_as_much_as_either_operand(self):
        expect_local_grads(
            Value(2.0) + Value(-5.0),
            [1.0, 1.0],
            "2 + (-5)",
            mistakes={
                "they are those of a product": [-5.0, 2.0],
                "the operands themselves are noted": [2.0, -5.0],
                "the sum itself is noted": [-3.0, -3.0],
            },
        )

    @pytest.mark.parametrize("number", [3, 0.25, 0, Fraction(1, 4), Float64(0.5)], ids=repr)
    def test_a_plain_number_becomes_a_leaf(self, number):
        a = Value(2.0)
        total = with_a_number(lambda number: a + number, number)
        expect_number(total, 2.0 + number, f"2 + {number}")
        expect_record(total, [a, number], "+")

    def test_an_operand_used_twice_is_noted_twice(self):
        a = Value(2.0)
        double = a + a
        expect_number(double, 4.0, "a + a")
        expect_record(double, [a, a], "+")
        expect_local_grads(double, [1.0, 1.0], "a + a")

    def test_a_value_of_a_subclass_is_a_value(self):
        a, b = Value(2.0), Named(3.0)
        try:
            total = a + b
        except TypeError as error:
            pytest.fail(
                f"an operand of a subclass of Value is refused ({error}), and is a Value all the "
                "same: was its type compared, and not asked for with isinstance?"
            )
        expect_number(total, 5.0, "2 + 3, the 3 in a Value of a subclass")
        expect_record(total, [a, b], "+")

    @pytest.mark.parametrize(("x", "y"), [(1e-20, 2e-20), (1e308, 1e308)])
    def test_small_and_large_sums_are_neither_rounded_nor_held(self, x, y):
        expect_ratio(Value(x) + Value(y), x + y, f"{x:g} + {y:g}")

    @pytest.mark.parametrize("x", [math.nan, math.inf])
    def test_nan_stays_nan(self, x):
        expect_nan(lambda: Value(x) + Value(-math.inf), f"{x} + (-inf)")

    def test_a_result_is_an_operand_like_any_other(self):
        product, b = middle_of_a_graph(), Value(0.5)
        expect_record(product + b, [product, b], "+")
        expect_local_grads(product + b, [1.0, 1.0], "a + b, whatever gradient a holds already")

    def test_the_operands_stay_as_they_are(self):
        a, b = middle_of_a_graph(), Value(0.5)
        before = [(v.data, v.grad, v.parents, v.op, v.label) for v in (a, b)]
        a + b
        after = [(v.data, v.grad, v.parents, v.op, v.label) for v in (a, b)]
        assert after == before, f"a + b changed an operand: it was {before}, and is {after}"


@pytest.mark.kata("Value.__mul__")
class TestMul:
    def test_the_numbers_are_multiplied(self):
        expect_number(Value(2.0) * Value(-3.0), -6.0, "2 · (-3)")

    def test_the_operands_are_noted_in_order(self):
        a, b = Value(2.0), Value(-3.0)
        expect_record(a * b, [a, b], "*")

    def test_either_operand_is_the_slope_of_the_other(self):
        # a · b at a = 2, b = -3: a little more of a is worth -3 times as much
        expect_local_grads(
            Value(2.0) * Value(-3.0),
            [-3.0, 2.0],
            "2 · (-3)",
            mistakes={
                "they are not swapped: the slope along a is the *other* operand": [2.0, -3.0],
                "the operands' own gradients are multiplied in, which backward does": [0.0, 0.0],
                "they are those of a sum": [1.0, 1.0],
                "the product itself is noted": [-6.0, -6.0],
                "the sign of an operand is dropped": [3.0, 2.0],
            },
        )

    @pytest.mark.parametrize("number", [5, 0.25, 1, 0, Fraction(1, 4), Float64(0.5)], ids=repr)
    def test_a_plain_number_becomes_a_leaf(self, number):
        a = Value(2.0)
        product = with_a_number(lambda number: a * number, number)
        expect_number(product, 2.0 * number, f"2 · {number}")
        expect_record(product, [a, number], "*")
        expect_local_grads(product, [number, 2.0], f"2 · {number}")

    def test_a_square_has_two_parents(self):
        # the slope of a² is 2a: it comes about later, as a + a, over two edges
        a = Value(3.0)
        expect_record(a * a, [a, a], "*")
        expect_local_grads(a * a, [3.0, 3.0], "a · a at 3", mistakes={"they are added": [6.0, 6.0]})

    def test_zero_has_a_slope_too(self):
        a, b = Value(0.0), Value(4.0)
        expect_record(a * b, [a, b], "*")
        expect_local_grads(
            a * b,
            [4.0, 0.0],
            "0 · 4",
            mistakes={"the product is divided by its operands, and 0 is passed over": [0.0, 0.0]},
        )

    @pytest.mark.parametrize("far", [math.nan, math.inf])
    @pytest.mark.parametrize("zero", [Value, float], ids=["a Value", "a plain number"])
    def test_zero_times_nan_or_infinity_is_nan(self, zero, far):
        expect_nan(lambda: Value(far) * zero(0.0), f"{far} · 0")
        expect_nan(lambda: Value(0.0) * zero(far), f"0 · {far}")

    @pytest.mark.parametrize(("x", "y"), [(1e-10, 2e-10), (1e200, 1e200), (-1e200, 1e200)])
    def test_small_and_large_products_are_neither_rounded_nor_held(self, x, y):
        expect_ratio(Value(x) * Value(y), x * y, f"{x:g} · {y:g}")

    def test_a_result_is_an_operand_like_any_other(self):
        a, product = Value(0.5), middle_of_a_graph()
        expect_record(a * product, [a, product], "*")
        expect_local_grads(a * product, [6.0, 0.5], "0.5 · 6, whatever gradient 6 holds already")

    def test_the_operands_stay_as_they_are(self):
        a, b = middle_of_a_graph(), Value(0.5)
        before = [(v.data, v.grad, v.parents, v.op, v.label) for v in (a, b)]
        a * b
        after = [(v.data, v.grad, v.parents, v.op, v.label) for v in (a, b)]
        assert after == before, f"a * b changed an operand: it was {before}, and is {after}"


@pytest.mark.kata("Value.__pow__")
class TestPow:
    @pytest.mark.parametrize(
        ("base", "exponent", "power"),
        [(2.0, 3, 8.0), (9.0, 0.5, 3.0), (4.0, -1, 0.25), (-2.0, 3.0, -8.0)],
    )
    def test_the_number_is_raised(self, base, exponent, power):
        expect_number(
            Value(base) ** exponent,
            power,
            f"{base:g} to the power {exponent:g}",
            mistakes={
                8.0: {"the base is multiplied by the exponent": 6.0},
                3.0: {"the exponent is turned into an int": 1.0},
                -8.0: {"the sign of the base is dropped": 8.0},
            }.get(power),
        )

    @pytest.mark.parametrize(("exponent", "op"), [(3, "**3"), (-1, "**-1"), (0.5, "**0.5")])
    def test_the_base_is_the_only_parent(self, exponent, op):
        base = middle_of_a_graph()
        expect_record(base**exponent, [base], op)

    @pytest.mark.parametrize("exponent", [1, 0])
    def test_the_powers_one_and_zero_are_new_values_too(self, exponent):
        base = Value(3.0)
        expect_record(base**exponent, [base], f"**{exponent}")

    @pytest.mark.parametrize(
        ("exponent", "op"), [(Fraction(1, 3), "**1/3"), (0.1 + 0.2, "**0.30000000000000004")]
    )
    def test_the_exponent_is_written_as_str_writes_it(self, exponent, op):
        found = (Value(2.0) ** exponent).op
        why = {
            "**Fraction(1, 3)": ": that is its repr",
            f"**{1 / 3}": ": it was turned into a float before it was written down",
            "**0.3": ": digits are missing",
        }.get(found, "")
        assert found == op, f"op of 2 ** {exponent} is {found!r}, and should be {op!r}{why}"

    @pytest.mark.parametrize("exponent", [-1, 0.5, 1, 2])
    def test_a_small_base_is_neither_refused_nor_moved(self, exponent):
        x = 1e-12
        try:
            power = Value(x) ** exponent
        except ValueError as error:
            pytest.fail(f"1e-12 ** {exponent} is refused ({error}), and only base 0 is 0")
        slope = exponent * x ** (exponent - 1)
        expect_ratio(power, x**exponent, f"1e-12 ** {exponent}")
        expect_ratio(power.local_grads[0], slope, f"slope of x ** {exponent} at 1e-12")

    def test_the_slope_of_a_fourth_power(self):
        # (x⁴)' = 4x³, which is 500 at 5
        expect_local_grads(
            Value(5.0) ** 4,
            [500.0],
            "5 ** 4",
            mistakes={
                "the exponent is missing in front": [125.0],
                "the exponent is not lowered by 1": [2500.0],
                "1 is taken from the power, not from the exponent: brackets are missing": [2499.0],
                "the exponent is lowered by 2": [100.0],
                "the base is multiplied by the exponent, and raised to no power": [20.0],
                "the exponent is neither in front nor lowered": [625.0],
                "the lowered exponent stands in front": [375.0],
                "the exponent takes the part of the base, as in the slope of 4 to the power x": [
                    4**5 * math.log(4)
                ],
            },
        )

    def test_the_slope_of_a_root(self):
        # (√x)' = 1 / (2√x), which is 1/6 at 9
        expect_local_grads(
            Value(9.0) ** 0.5,
            [1 / 6],
            "9 ** 0.5",
            mistakes={
                "the exponent is missing in front": [1 / 3],
                "the exponent is not lowered by 1": [1.5],
            },
        )

    def test_the_slope_of_a_reciprocal(self):
        # (1/x)' = -1/x², which is -1/16 at 4
        expect_local_grads(
            Value(4.0) ** -1,
            [-1 / 16],
            "4 ** -1",
            mistakes={
                "the exponent is missing in front, and the sign with it": [1 / 16],
                "the exponent is not lowered by 1": [-1 / 4],
                "the exponent is raised to 0, not lowered to -2": [-1.0],
            },
        )

    @pytest.mark.parametrize("base", [-2.0, -0.5])
    @pytest.mark.parametrize("exponent", [3, 2.0, -1, -2])
    def test_a_negative_base_may_have_any_whole_exponent(self, base, exponent):
        try:
            power = Value(base) ** exponent
        except ValueError as error:
            pytest.fail(f"{base} ** {exponent} is refused, and is {base**exponent}: {error}")
        slope = numerical_derivative(lambda x: x**exponent, base)
        expect_close(power, base**exponent, f"{base:g} ** {exponent:g}")
        expect_close(
            power.local_grads[0],
            slope,
            f"slope of x ** {exponent:g} at {base:g}",
            mistakes={"the sign of the base is dropped": -slope},
            tolerance=1e-6,
        )

    @pytest.mark.parametrize("base", [3.0, 0.0, -2.0, 1e-310, math.inf, math.nan])
    def test_the_power_zero_is_flat(self, base):
        try:
            power = Value(base) ** 0
        except (ArithmeticError, ValueError) as error:
            pytest.fail(
                f"{base:g} ** 0 ends in {type(error).__name__}: {error}. The rule for powers asks "
                f"for {base:g} ** -1 here, and a constant 1 is flat whatever the base is."
            )
        expect_close(power, 1.0, f"{base:g} ** 0")
        expect_local_grads(
            power,
            [0.0],
            f"{base:g} ** 0",
            mistakes={
                "0 is multiplied by what is infinite or NaN, as TensorFlow and MLX do at base 0, "
                "and JAX with an exponent of 0.0": [math.nan],
            },
        )
        expect_floats(power)

    @pytest.mark.parametrize(
        ("exponent", "slope"), [(1, 1.0), (2, 0.0), (1.5, 0.0), (0.5, math.inf)]
    )
    def test_the_slope_at_base_zero(self, exponent, slope):
        # x itself rises by 1, x² and x·√x start flat, √x starts vertical
        moved = {
            f"{eps:g} is added to the base": [exponent * eps ** (exponent - 1)]
            for eps in (1e-12, 1e-8)
        }
        steep = {"the slope at 0 is taken to be 0 for whatever exponent but 1": [0.0]}
        try:
            power = Value(0.0) ** exponent
        except ValueError as error:
            pytest.fail(f"0 ** {exponent} is refused, and is 0: {error}")
        except ZeroDivisionError:
            pytest.fail(
                f"0 ** {exponent} divides by 0: the rule for powers asks for 0 ** "
                f"{exponent - 1:g}, so this slope has to be known without it"
            )
        expect_local_grads(
            power,
            [slope],
            f"0 ** {exponent}",
            mistakes={
                0.5: {**moved, **steep},
                1.5: moved,
                1: {"the slope is infinite for the exponent 1 too, and only below it": [math.inf]},
            }.get(exponent),
        )

    def test_any_real_number_may_be_the_exponent(self):
        nine = Value(9.0)
        for exponent in (Fraction(1, 2), Float64(0.5)):
            root = with_a_number(lambda exponent: nine**exponent, exponent)
            expect_close(root, 3.0, f"9 ** {exponent!r}")

    def test_nan_stays_nan(self):
        expect_nan(lambda: Value(math.nan) ** 2, "NaN ** 2")
        slope = (Value(math.nan) ** 2).local_grads[0]
        expect_close(slope, math.nan, "slope of x ** 2 at NaN")
        for exponent in (0.5, -1):
            expect_nan(lambda exponent=exponent: Value(math.nan) ** exponent, f"NaN ** {exponent}")

    @pytest.mark.parametrize("exponent", ["3", 1j, None], ids=repr)
    def test_an_exponent_that_is_no_real_number_is_refused(self, exponent):
        expect_raises(TypeError, lambda: Value(2.0) ** exponent, f"2 ** {exponent!r}")

    def test_the_root_of_a_negative_number_is_refused(self):
        expect_raises(
            ValueError,
            lambda: Value(-8.0) ** 0.5,
            "the root of -8 (complex for Python, NaN for NumPy and PyTorch)",
            naming=[-8, 0.5],
        )

    @pytest.mark.parametrize("exponent", [-2, -0.5])
    def test_zero_to_a_negative_power_is_refused(self, exponent):
        expect_raises(
            ValueError,
            lambda: Value(0.0) ** exponent,
            f"0 ** {exponent}, a division by 0 (infinite for NumPy and PyTorch),",
            naming=[0, exponent],
        )


@pytest.mark.kata("Value.__rpow__")
class TestRpow:
    def test_a_number_to_the_power_of_a_value(self):
        expect_number(
            2 ** Value(3.0),
            8.0,
            "2 ** x with 3 in x",
            mistakes={
                "the operands are reversed, x ** 2: the plain number stood on the left": 9.0,
                "the two are multiplied": 6.0,
                "the plain number is lost, e ** x": math.exp(3.0),
            },
        )

    @pytest.mark.parametrize("make", [Value, float], ids=["a Value", "a plain number"])
    def test_base_and_exponent_are_parents(self, make):
        base, exponent = make(2.0), Value(3.0)
        expect_record(to_the_power_of(base, exponent), [base, exponent], "pow")

    def test_a_value_to_the_power_of_itself(self):
        x = Value(2.0)
        expect_record(to_the_power_of(x, x), [x, x], "pow")

    def test_the_slopes_along_base_and_exponent(self):
        expect_local_grads(
            3 ** Value(2.0),
            [6.0, 9 * math.log(3)],
            "3 ** x with 2 in x",
            mistakes={
                "along the exponent the logarithm of the base is missing": [6.0, 9.0],
                "along the exponent it is the logarithm of the exponent": [6.0, 9 * math.log(2)],
                "along the exponent the logarithm is that to base 2": [6.0, 9 * math.log2(3)],
                "along the exponent the logarithm is that to base 10": [6.0, 9 * math.log10(3)],
                "along the exponent the logarithm stands alone, without the power": [
                    6.0,
                    math.log(3),
                ],
                "the rule for powers is used along the exponent, too": [6.0, 6.0],
                "the slopes have changed places": [9 * math.log(3), 6.0],
                "the base counts as a constant, and gets no slope": [0.0, 9 * math.log(3)],
                "the exponent counts as a constant, and gets no slope": [6.0, 0.0],
                "along the base it is the power over the base: the exponent in front is missing": [
                    3.0,
                    9 * math.log(3),
                ],
            },
        )

    @pytest.mark.parametrize(
        ("base", "exponent"), [(1.7, -0.6), (0.3, 2.5), (1.0, 4.0), (5.0, 0.0), (0.2, -3.0)]
    )
    def test_the_slopes_are_those_that_finite_differences_measure(self, base, exponent):
        along_base = numerical_derivative(lambda x: x**exponent, base)
        along_exponent = numerical_derivative(lambda y: base**y, exponent)
        expect_close(
            list(to_the_power_of(Value(base), Value(exponent)).local_grads),
            [along_base, along_exponent],
            f"local gradients of {base} ** {exponent}",
            tolerance=1e-6,  # finite differences keep about 9 digits
        )

    @pytest.mark.parametrize("base", [1e-300, 1e-12, 1e12])
    def test_a_small_or_large_base_is_neither_refused_nor_moved(self, base):
        power = to_the_power_of(Value(base), Value(0.5))
        expect_ratio(power, base**0.5, f"{base} ** 0.5")
        slope = base**0.5 * math.log(base)
        expect_ratio(power.local_grads[1], slope, f"slope of {base} ** y at 0.5")

    @pytest.mark.parametrize(
        ("exponent", "power", "slope"),
        [(2.0, 0.0, 0.0), (1.0, 0.0, 1.0), (0.5, 0.0, math.inf), (0.0, 1.0, 0.0)],
    )
    def test_base_zero_has_no_slope_along_the_exponent(self, exponent, power, slope):
        what = f"0 ** {exponent}"
        try:
            result = to_the_power_of(Value(0.0), Value(exponent))
        except (ValueError, ZeroDivisionError) as error:
            pytest.fail(
                f"{what} is refused ({error}), and is {power:g}. There is no logarithm of 0, so at "
                "base 0 the slope along the exponent has to be known without it"
            )
        expect_number(result, power, what)
        expect_local_grads(
            result,
            [slope, 0.0],
            what,
            mistakes={
                "the logarithm of 0 is infinite, and so the slope along the exponent": [
                    slope,
                    -math.inf,
                ]
            },
        )

    @pytest.mark.parametrize("exponent", [3.0, 0.5, -1.0, 0.0])
    @pytest.mark.parametrize("make", [Value, float], ids=["a Value", "a plain number"])
    def test_a_negative_base_is_refused(self, make, exponent):
        expect_raises(
            ValueError,
            lambda: to_the_power_of(make(-2.0), Value(exponent)),
            f"-2 ** y with {exponent:g} in y, which has no slope along y (NaN for PyTorch),",
            naming=[-2, exponent],
        )

    def test_zero_to_a_negative_power_is_refused(self):
        expect_raises(
            ValueError,
            lambda: to_the_power_of(Value(0.0), Value(-2.0)),
            "0 ** y with -2 in y, a division by 0 (infinite for NumPy and PyTorch),",
            naming=[0, -2],
        )

    @pytest.mark.parametrize("base", ["2", 1j, None], ids=repr)
    def test_a_base_that_is_no_real_number_is_refused(self, base):
        expect_raises(TypeError, lambda: base ** Value(2.0), f"{base!r} ** x")

    def test_nan_stays_nan(self):
        expect_nan(lambda: 2 ** Value(math.nan), "2 ** NaN")
        expect_nan(lambda: math.nan ** Value(2.0), "NaN ** x")
        slopes = list((math.nan ** Value(2.0)).local_grads)
        expect_close(slopes, [math.nan, math.nan], "local gradients of NaN ** x")


@pytest.mark.kata("Value.exp")
class TestExp:
    @pytest.mark.parametrize("x", [0.0, 2.0, -1.5])
    def test_the_number_is_e_to_the_power(self, x):
        expect_number(Value(x).exp(), math.e**x, f"exp({x:g})")

    def test_the_operand_is_noted(self):
        x = middle_of_a_graph()
        expect_record(x.exp(), [x], "exp")

    def test_the_slope_is_the_output_itself(self):
        # (eˣ)' = eˣ
        expect_local_grads(
            Value(2.0).exp(),
            [math.e**2],
            "exp(2)",
            mistakes={
                "the input is noted": [2.0],
                "the rule for powers is used, x · e^(x - 1)": [2 * math.e],
                "exp is taken once more, of the output": [math.exp(math.e**2)],
                "the output is multiplied by the input": [2 * math.e**2],
                "1e-8 is added to the slope": [math.e**2 + 1e-8],
            },
        )

    @pytest.mark.parametrize("x", [709.5, -708.0])
    def test_far_out_it_is_not_held_back(self, x):
        # e^709.5 is about 1.4e308, which a float still holds; the logarithm undoes it
        far = Value(x).exp()
        limits = (1, 10, 20, 30, 50, 88, 100, 500, 700)
        held = {f"x is held at ±{n}": math.copysign(n, x) for n in limits}
        if far.data == math.inf:
            pytest.fail(f"exp({x:g}) is said to be infinite, and is about 1.4e308, still a float")
        held["e is cut off after nine decimals"] = x * math.log(2.718281828)
        expect_close(math.log(far.data), x, f"log of exp({x:g})", mistakes=held, tolerance=1e-11)
        expect_close(
            far.local_grads[0] / far.data,
            1.0,
            f"slope of exp over exp itself at {x:g} (a slope that is measured is not exact)",
            tolerance=1e-12,
        )

    @pytest.mark.parametrize(("x", "power"), [(math.inf, math.inf), (-math.inf, 0.0)])
    def test_infinity_is_a_number_too(self, x, power):
        expect_close(Value(x).exp(), power, f"exp({x})")

    def test_nan_stays_nan(self):
        expect_nan(Value(math.nan).exp, "exp(NaN)")

    @pytest.mark.parametrize("x", [-3.0, 0.0, 1.25])
    def test_the_slope_is_the_measured_one(self, x):
        expect_close(
            Value(x).exp().local_grads[0],
            numerical_derivative(math.exp, x),
            f"slope of exp at {x:g}",
            tolerance=1e-8,
        )


@pytest.mark.kata("Value.log")
class TestLog:
    @pytest.mark.parametrize("n", [0, 1, -2])
    def test_the_logarithm_is_the_natural_one(self, n):
        x = math.e**n
        wrong = {"1 is added to the number": math.log(1 + x)}
        if n:
            wrong["the logarithm is to base 10"] = n / math.log(10)
            wrong["the logarithm is to base 2"] = n / math.log(2)
        expect_number(Value(x).log(), n, f"log of e^{n}", mistakes=wrong)

    def test_the_operand_is_noted(self):
        x = middle_of_a_graph()
        expect_record(x.log(), [x], "log")

    def test_the_slope_is_one_over_the_input(self):
        # (ln x)' = 1/x
        expect_local_grads(
            Value(4.0).log(),
            [0.25],
            "log(4)",
            mistakes={
                "it is taken of the output, not of the input": [1 / math.log(4)],
                "the input itself is noted": [4.0],
                "the rule for powers is used, -1/x²": [-1 / 16],
                "the logarithm is to base 10": [0.25 / math.log(10)],
                "1 is added to the number": [0.2],
            },
        )

    def test_a_tiny_number_is_not_rounded_up(self):
        tiny = Value(1e-30).log()
        expect_close(
            tiny,
            -30 * math.log(10),
            "log of 1e-30",
            mistakes={
                f"{least:g} is put in, to keep away from log 0": math.log(least)
                for least in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
            },
        )
        expect_close(
            tiny.local_grads[0] / 1e30,
            1.0,
            "slope of log at 1e-30, in units of 1e30",
            mistakes={"something tiny, 1e-8 say, is added to the number in the slope": 0.0},
        )

    @pytest.mark.parametrize("x", [1e-300, 1e-9, 1e9])
    def test_the_slope_is_exact_for_small_and_large_numbers(self, x):
        expect_ratio(Value(x).log().local_grads[0], 1 / x, f"slope of log at {x:g}")

    def test_infinity_has_a_logarithm_too(self):
        try:
            far = Value(math.inf).log()
        except ValueError as error:
            pytest.fail(f"log(inf) is refused ({error}), and is inf: it is not 0 or below")
        expect_close(far, math.inf, "log(inf)")
        expect_local_grads(far, [0.0], "log(inf)")

    @pytest.mark.parametrize("x", [0.0, -2.5])
    def test_no_logarithm_below_or_at_zero(self, x):
        kind = "NaN" if x else "-inf"
        what = f"log of {x:g} ({kind} for NumPy and PyTorch)"
        expect_raises(ValueError, lambda: Value(x).log(), what, naming=[x])

    def test_nan_stays_nan(self):
        expect_nan(Value(math.nan).log, "log(NaN)")
        x = Value(math.nan)
        expect_record(x.log(), [x], "log")


@pytest.mark.kata("Value.tanh")
class TestTanh:
    @pytest.mark.parametrize("x", [0.0, 0.5, -2.0])
    def test_the_number_is_between_minus_one_and_one(self, x):
        up, down = math.e**x, math.e**-x
        wrong = {
            "it is the sigmoid": up / (1 + up),
            "the number is held at ±1, and not bent": max(-1.0, min(1.0, x)),
        }
        expect_number(
            Value(x).tanh(),
            (up - down) / (up + down),
            f"tanh({x:g})",
            mistakes=wrong if x else None,
        )

    def test_the_operand_is_noted(self):
        x = middle_of_a_graph()
        expect_record(x.tanh(), [x], "tanh")

    def test_the_slope_follows_from_the_output(self):
        # tanh' = 1/cosh², which is 1 - t² with t for the output
        t = math.tanh(0.5)
        expect_local_grads(
            Value(0.5).tanh(),
            [1 / math.cosh(0.5) ** 2],
            "tanh(0.5)",
            mistakes={
                "it is computed from the input, 1 - x², where the output belongs": [0.75],
                "tanh is taken once more, of the output": [1 - math.tanh(t) ** 2],
                "the square is missing": [1 - t],
                "the output is doubled, not squared": [1 - 2 * t],
                "the sign is turned round": [t * t - 1],
                "it is that of the sigmoid, t · (1 - t)": [t * (1 - t)],
                "the output itself is noted": [t],
            },
        )

    @pytest.mark.parametrize("x", [-2.0, -0.1, 0.0, 1.25])
    def test_the_slope_is_the_measured_one(self, x):
        expect_close(
            Value(x).tanh().local_grads[0],
            numerical_derivative(math.tanh, x),
            f"slope of tanh at {x:g}",
            tolerance=1e-8,
        )

    @pytest.mark.parametrize("x", [1000.0, -1000.0, math.inf])
    def test_far_out_it_is_flat(self, x):
        try:
            far = Value(x).tanh()
        except OverflowError as error:
            pytest.fail(
                f"tanh({x:g}) ends in OverflowError: {error}. It is 1 or -1, but a power of e on "
                "the way is more than a float holds, as in (e^2x - 1) / (e^2x + 1), the formula of "
                "Karpathy's lecture."
            )
        held = {f"x is held at ±{n}": math.tanh(math.copysign(n, x)) for n in (1, 2, 3, 5, 10)}
        expect_close(far, math.copysign(1.0, x), f"tanh({x:g})", mistakes=held)
        kept = {f"the slope is kept above {least:g}": [least] for least in (1e-8, 1e-6, 0.01)}
        expect_local_grads(far, [0.0], f"tanh({x:g})", mistakes=kept)

    def test_nan_stays_nan(self):
        expect_nan(Value(math.nan).tanh, "tanh(NaN)")


@pytest.mark.kata("Value.relu")
class TestRelu:
    @pytest.mark.parametrize(("x", "y"), [(250.0, 250.0), (0.3, 0.3), (0.0, 0.0), (-3.0, 0.0)])
    def test_what_is_below_zero_becomes_zero(self, x, y):
        high = {"it is held at 1": 1.0, "it is held at 6, as ReLU6 does": 6.0}
        low = {"the sign is dropped": 3.0, "a leak is left open, of 0.01": -0.03}
        wrong = {250.0: high, -3.0: low}.get(x)
        expect_number(Value(x).relu(), y, f"relu({x:g})", mistakes=wrong)

    def test_the_operand_is_noted(self):
        x = middle_of_a_graph()
        expect_record(x.relu(), [x], "relu")

    def test_below_zero_the_operand_is_noted_too(self):
        x = Value(-3.0)
        expect_record(x.relu(), [x], "relu")

    @pytest.mark.parametrize("x", [250.0, 0.3, 1e-9])
    def test_above_zero_the_slope_is_one(self, x):
        wrong = {"the number itself is noted": [x], "the sides are confused": [0.0]}
        if x != 0.3:
            wrong = {"there is another limit than 0, below or above": [0.0]}
        expect_local_grads(Value(x).relu(), [1.0], f"relu({x:g})", mistakes=wrong)
        expect_floats(Value(x).relu())

    @pytest.mark.parametrize("x", [-3.0, -0.2])
    def test_below_zero_the_slope_is_zero(self, x):
        expect_local_grads(
            Value(x).relu(),
            [0.0],
            f"relu({x:g})",
            mistakes={
                "the gradient passes at a negative input, too": [1.0],
                "the sign is turned round, as in the slope of |x|": [-1.0],
                "the input itself is noted": [x],
                "a leak is left open": [0.01],
            },
        )
        expect_floats(Value(x).relu())

    def test_at_zero_the_slope_is_zero(self):
        expect_local_grads(
            Value(0.0).relu(),
            [0.0],
            "relu(0)",
            mistakes={
                "0 counts as above 0, as in TensorFlow's maximum(x, 0) and PyTorch's clamp": [1.0],
                "the average of the two sides is taken, as PyTorch, JAX and Autograd do for "
                "maximum(x, 0)": [0.5],
            },
        )
        expect_floats(Value(0.0).relu())

    def test_nan_stays_nan(self):
        expect_nan(Value(math.nan).relu, "relu(NaN)")
