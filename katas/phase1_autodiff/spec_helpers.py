"""What several spec files of Phase 1 share."""

import math

import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.value import Value


class Float64(float):
    """Stands in for numpy's float64: it has an attribute `data`, and its products are its kind."""

    data = memoryview(b"")

    def __repr__(self):
        return f"Float64({float(self)})"

    def __mul__(self, other):
        return Float64(float(self) * other)

    def __add__(self, other):
        return Float64(float(self) + other)


class Uint8(int):
    """Stands in for numpy's uint8: it holds 0 to 255, and what is outside begins again at 0."""

    def __neg__(self):
        return Uint8(-int(self) % 256)


def kind_of(x):
    """x and its type, for a message."""
    return "None" if x is None else f"{x!r} ({type(x).__name__})"


def expect_value(result, what):
    """Fail unless result is a Value."""
    if not isinstance(result, Value):
        why = "does every path end in a return?" if result is None else "the trace ends here"
        pytest.fail(f"{what} is {kind_of(result)}, and should be a Value: {why}")


def expect_number(result, expected, what, mistakes=None):
    """Fail unless result is a Value that holds this number."""
    expect_value(result, what)
    expect_close(result.data, expected, what, mistakes)


def expect_nan(compute, what):
    """Fail unless compute() gives a Value that holds NaN."""
    try:
        result = compute()
    except (ValueError, ArithmeticError) as error:
        pytest.fail(f"{what} is refused ({error}), and should be NaN")
    expect_value(result, what)
    assert math.isnan(result.data), (
        f"{what} is {result.data}, and should be NaN: what has gone wrong must not look "
        "right again. Comparisons with NaN are False, so min, max and an if may lose it."
    )


def node(parents=(), local_grads=()):
    """A Value whose local gradients are chosen freely, so that every path has its own product."""
    return Value(0.0, parents, local_grads)


def grads(*values):
    return [value.grad for value in values]
