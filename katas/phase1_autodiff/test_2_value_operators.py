"""1.2 · Value: the operators that are composed of + * and **."""

import math

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.spec_helpers import Uint8, expect_nan, expect_number, expect_value
from katas.phase1_autodiff.value import Value


def replay(node, numbers):
    """Compute node once more from what it wrote down, with other numbers in some leaves.

    numbers  {leaf: the number to put there}

    Only + * ** can be replayed: an operator composed of these leaves nothing else behind.
    """
    expect_value(node, "the result")
    if node in numbers or not node.parents:
        return numbers.get(node, node.data)
    operands = [replay(parent, numbers) for parent in node.parents]
    if node.op == "+":
        return sum(operands)
    if node.op == "*":
        return math.prod(operands)
    if node.op.startswith("**"):
        return operands[0] ** float(node.op[2:])
    pytest.fail(f"the record holds an operation {node.op!r}, but + * ** are enough to compose it")


def reflected(call, what, seen):
    """call(), which asks `seen` to handle a plain number on its left."""
    try:
        return call()
    except RecursionError:
        pytest.fail(
            f"{what} never ends: with a plain number on the left, Python asks {seen}, and that "
            f"one has the plain number on the left again, so Python asks {seen}, and so on"
        )


def expect_exact_quotient(divide, what):
    """Fail unless divide() gives 1, as any number does that is divided by itself."""
    try:
        result = divide()
    except ValueError as error:
        pytest.fail(f"{what} is refused ({error}), and is 1: a small number is not 0")
    if abs(result.data - 1) > 1e-12:
        pytest.fail(
            f"{what} is {result.data!r}, and should be 1.0: is something tiny (an epsilon) added "
            "to the divisor to keep away from 0? Here a division by 0 is refused instead."
        )


@pytest.mark.kata("Value.__sub__")
class TestSub:
    def test_the_right_one_is_taken_away_from_the_left_one(self):
        expect_number(
            Value(7.0) - Value(2.0),
            5.0,
            "7 - 2",
            mistakes={"the operands change places": -5.0, "they are added": 9.0},
        )

    def test_the_record_can_be_replayed(self):
        a, b = Value(7.0), Value(2.0)
        expect_close(
            replay(a - b, {a: 10.0, b: 4.0}),
            6.0,
            "a - b, recorded with 7 and 2 and replayed with 10 and 4",
            mistakes={
                "b goes in as a plain number, and its trace is lost": 8.0,
                "a goes in as a plain number, and its trace is lost": 3.0,
                "plain numbers are subtracted, and both traces are lost": 5.0,
            },
        )

    def test_a_plain_number_may_stand_on_the_right(self):
        a = Value(7.0)
        expect_close(a - 2, 5.0, "a - 2")
        expect_close(replay(a - 2, {a: 10.0}), 8.0, "a - 2, replayed with 10 in a")

    def test_a_value_minus_itself_remembers_both(self):
        a = Value(7.0)
        expect_close(a - a, 0.0, "a - a")
        expect_close(
            replay(a - a, {a: math.nan}),
            math.nan,
            "a - a, recorded with 7 and replayed with NaN",
            mistakes={"a constant 0 is put in: the trace is lost": 0.0},
        )

    def test_a_small_integer_of_numpy_may_stand_on_the_right(self):
        expect_close(
            Value(7.0) - Uint8(2),
            5.0,
            "7 - np.uint8(2)",
            mistakes={"it is negated before it is a float, and in a uint8 -2 is 254": 261.0},
        )


@pytest.mark.kata("Value.__truediv__")
class TestTruediv:
    def test_the_left_one_is_divided_by_the_right_one(self):
        expect_number(
            Value(6.0) / Value(4.0),
            1.5,
            "6 / 4",
            mistakes={
                "the operands change places": 4 / 6,
                "they are multiplied": 24.0,
                "the quotient is rounded down": 1.0,
                "1e-8 is added to the divisor": 6 / (4 + 1e-8),
            },
        )

    def test_the_record_can_be_replayed(self):
        a, b = Value(6.0), Value(4.0)
        expect_close(
            replay(a / b, {a: 10.0, b: 5.0}),
            2.0,
            "a / b, recorded with 6 and 4 and replayed with 10 and 5",
            mistakes={
                "b goes in as a plain number, and its trace is lost": 2.5,
                "a goes in as a plain number, and its trace is lost": 1.2,
                "plain numbers are divided, and both traces are lost": 1.5,
            },
        )

    def test_a_plain_number_may_stand_on_the_right(self):
        a = Value(6.0)
        expect_close(a / 4, 1.5, "a / 4")
        expect_close(replay(a / 4, {a: 10.0}), 2.5, "a / 4, replayed with 10 in a")

    @pytest.mark.parametrize("small", [1e-9, 1e-16, 1e-100])
    @pytest.mark.parametrize("make", [Value, float], ids=["a Value", "a plain number"])
    def test_only_zero_is_zero(self, make, small):
        expect_exact_quotient(lambda: Value(small) / make(small), f"{small:g} / {small:g}")

    def test_a_value_over_itself_remembers_both(self):
        a = Value(6.0)
        expect_close(a / a, 1.0, "a / a")
        expect_close(
            replay(a / a, {a: math.nan}),
            math.nan,
            "a / a, recorded with 6 and replayed with NaN",
            mistakes={"a constant 1 is put in: the trace is lost": 1.0},
        )

    @pytest.mark.parametrize("make", [Value, float], ids=["a Value", "a plain number"])
    def test_division_by_zero_is_refused(self, make):
        what = "6 / 0 (infinite for NumPy and PyTorch, a ZeroDivisionError for Python's floats)"
        expect_raises(ValueError, lambda: Value(6.0) / make(0.0), what)

    def test_nan_stays_nan(self):
        expect_nan(lambda: Value(math.nan) / Value(2.0), "NaN / 2")
        expect_nan(lambda: Value(0.0) / Value(math.nan), "0 / NaN")


@pytest.mark.kata("Value.__radd__")
class TestRadd:
    def test_a_plain_number_may_stand_on_the_left(self):
        a = Value(7.0)
        total = reflected(lambda: 3 + a, "3 + a", "__radd__")
        wrong = {"the plain number alone comes back": 3.0, "it is left out": 7.0}
        expect_number(total, 10.0, "3 + a with 7 in a", mistakes=wrong)
        expect_close(
            replay(total, {a: 2.0}),
            5.0,
            "3 + a, replayed with 2 in a",
            mistakes={"plain numbers are added, and the trace is lost": 10.0},
        )

    def test_the_built_in_sum_works(self):
        # sum starts from 0: its first addition is 0 + a
        a, b, c = Value(2.0), Value(3.0), Value(5.0)
        total = reflected(lambda: sum([a, b, c]), "sum([a, b, c])", "__radd__")
        expect_close(replay(total, {a: 20.0}), 28.0, "sum([a, b, c]), replayed with 20 in a")


@pytest.mark.kata("Value.__rmul__")
class TestRmul:
    def test_a_plain_number_may_stand_on_the_left(self):
        a = Value(7.0)
        product = reflected(lambda: 3 * a, "3 * a", "__rmul__")
        expect_number(product, 21.0, "3 * a", mistakes={"the two are added": 10.0})
        expect_close(-0.5 * a, -3.5, "-0.5 * a")
        expect_close(
            replay(product, {a: 2.0}),
            6.0,
            "3 * a, replayed with 2 in a",
            mistakes={
                "plain numbers are multiplied, and the trace is lost": 21.0,
                "the plain number is no parent of the product, as if it were 1": 2.0,
            },
        )

    def test_zero_times_a_value_remembers_it(self):
        a = Value(7.0)
        expect_close(0 * a, 0.0, "0 * a")
        expect_close(
            replay(0 * a, {a: math.nan}),
            math.nan,
            "0 * a, recorded with 7 and replayed with NaN",
            mistakes={"a constant 0 is put in: the trace is lost": 0.0},
        )
        expect_nan(lambda: 0 * Value(math.nan), "0 * NaN")


@pytest.mark.kata("Value.__rsub__")
class TestRsub:
    def test_the_value_is_taken_away_from_the_plain_number(self):
        a = Value(3.0)
        expect_number(
            reflected(lambda: 10 - a, "10 - a", "__rsub__"),
            7.0,
            "10 - a with 3 in a",
            mistakes={
                "the operands are reversed, a - 10: the plain number stood on the left": -7.0,
                "the two are added": 13.0,
            },
        )

    def test_the_record_can_be_replayed(self):
        a = Value(3.0)
        expect_close(
            replay(reflected(lambda: 10 - a, "10 - a", "__rsub__"), {a: 4.0}),
            6.0,
            "10 - a, replayed with 4 in a",
            mistakes={"plain numbers are subtracted, and the trace is lost": 7.0},
        )


@pytest.mark.kata("Value.__rtruediv__")
class TestRtruediv:
    def test_the_plain_number_is_divided_by_the_value(self):
        a = Value(4.0)
        expect_number(
            reflected(lambda: 6 / a, "6 / a", "__rtruediv__"),
            1.5,
            "6 / a with 4 in a",
            mistakes={
                "the operands are reversed, a / 6: the plain number stood on the left": 4 / 6,
                "the two are multiplied": 24.0,
                "the plain number is lost, 1 / a": 0.25,
            },
        )

    def test_the_record_can_be_replayed(self):
        a = Value(4.0)
        expect_close(
            replay(reflected(lambda: 6 / a, "6 / a", "__rtruediv__"), {a: 5.0}),
            1.2,
            "6 / a, replayed with 5 in a",
            mistakes={"plain numbers are divided, and the trace is lost": 1.5},
        )

    def test_zero_may_be_divided(self):
        expect_close(0 / Value(4.0), 0.0, "0 / a with 4 in a")
        expect_nan(lambda: 0 / Value(math.nan), "0 / NaN")

    @pytest.mark.parametrize("small", [1e-9, 1e-16, 1e-100])
    def test_only_zero_is_zero(self, small):
        expect_exact_quotient(lambda: small / Value(small), f"{small:g} / {small:g}")
