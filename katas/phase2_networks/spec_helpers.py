"""2.1 to 2.4 · Spec helpers: stand-ins, and the comparisons that several specs share."""

import inspect
import math
import random
import struct
from fractions import Fraction
from numbers import Real

import pytest

from dojo.expect import expect_kind, expect_raises
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.value import Value

NO_WAY_BACK = "the loss is computed from .data, or each prediction from a new leaf: no way back"
UNEQUAL = pytest.mark.parametrize("n_predictions, n_targets", [(2, 3), (3, 2)])


class Single(float):
    """Stands in for numpy's float32: so are its products, rounded to seven digits."""

    def __new__(cls, x):
        return super().__new__(cls, struct.unpack("f", struct.pack("f", x))[0])

    def __mul__(self, other):
        return Single(float(self) * other)

    __rmul__ = __mul__


def values(*numbers):
    """A list of leaves."""
    return [Value(x) for x in numbers]


def some_values(n):
    """n leaves that hold 2, 3, 4, …"""
    return [Value(2.0 + place) for place in range(n)]


def gradients(result, leaves, upstream):
    """The gradients of upstream · result; fails if the result has no graph to go back through."""
    __tracebackhide__ = True
    expect_kind(result, Value, "the loss")
    (upstream * result).backward()
    return [leaf.grad for leaf in leaves]


def expect_agreement(f, *numbers):
    """Fail unless `backward` agrees with finite differences for f, from Values to a Value."""
    __tracebackhide__ = True
    error = gradient_error(lambda leaves: f(*leaves), values(*numbers))
    assert error < 1e-6, (
        f"engine and finite differences are {error:.2g} apart at {', '.join(map(str, numbers))}: "
        "the derivative does not belong to the function"
    )


def loss_of(f, predictions, targets, **options):
    """A loss, which is a Value even where nothing is wrong; the lists stay as they were."""
    __tracebackhide__ = True
    loss = handed_over(f, predictions, targets, **options)
    expect_kind(loss, Value, f"the result of {f.__name__}")
    return loss


def expect_nan_stays(f, targets):
    """nan in, nan out: a prediction that has broken down is to be seen in the loss."""
    __tracebackhide__ = True
    loss = loss_of(f, values(0.5, math.nan), targets).data
    assert math.isnan(loss), (
        f"{f.__name__} is {loss:.6g} where one of two predictions is nan, and should be nan: every "
        "comparison with nan is False, and the branch that is left adds an ordinary number, so "
        "that a model that has broken down looks well"
    )


def expect_unequal_refused(call, n_predictions, n_targets):
    """Fail unless a loss of two lists of these lengths is refused."""
    __tracebackhide__ = True
    expect_raises(
        ValueError,
        call,
        f"a loss of {n_predictions} predictions and {n_targets} targets (zip cuts the longer list "
        "short without a word)",
        naming=[n_predictions, n_targets],
    )


def without_error(make):
    """What make(None) returns; fails where None itself was asked for a number."""
    __tracebackhide__ = True
    try:
        return make(None)
    except AttributeError as error:
        pytest.fail(
            f"rng=None means a fresh generator, and here None was asked for numbers: {error}. A "
            "generator in the line with def is made once, for all calls, and never where None is "
            "given."
        )


def handed_over(f, given, *more, **options):
    """What f(given, …) returns; fails if the caller's lists, or numbers in them, are changed."""
    __tracebackhide__ = True
    lists = [given, *(one for one in more if isinstance(one, list))]
    before = [[(id(x), getattr(x, "data", x)) for x in one] for one in lists]
    result = f(given, *more, **options)
    after = [[(id(x), getattr(x, "data", x)) for x in one] for one in lists]
    assert repr(after) == repr(before), (
        f"{getattr(f, '__name__', type(f).__name__)} changed a list that it was given, or a number "
        "in it: what the caller holds is the caller's, and is needed for the next step too"
    )
    return result


def expect_own_generator(kind, make):
    """Fail unless make(None) draws anew each time, and not from Python's global generator."""
    __tracebackhide__ = True
    default = inspect.signature(kind.__init__).parameters["rng"].default
    assert default is None, (
        f"without rng, {kind.__name__} takes a {type(default).__name__} of its signature: what "
        "stands in a signature is made once, so everything that is made without a generator shares "
        "it, and if it is seeded, each run has the same weights. rng=None means a fresh, unseeded "
        "one."
    )
    state = random.getstate()
    random.seed(7)
    before, first = random.getstate(), without_error(make)
    untouched = random.getstate() == before
    random.seed(7)
    second = without_error(make)
    random.setstate(state)
    assert untouched, (
        "Python's global generator was used (random.random, random.gauss, …): whoever seeded it "
        "for a purpose of their own would get other numbers now"
    )
    assert first != second, (
        "made twice without a generator, it has the same weights: is a generator of its own seeded "
        "with a fixed number? rng=None means a fresh, unseeded one."
    )


def expect_number(x, what):
    """Fail unless x is a plain number: not a Value, not True or False."""
    __tracebackhide__ = True
    assert isinstance(x, Real) and not isinstance(x, bool), (
        f"{what} is {x!r} ({type(x).__name__}), and should be a plain number: nothing is learned "
        "from it, so it needs no record, and it is a number rather than a yes or no"
    )


def both_kinds(call, what):
    """What call() returns; fails in words where a plain number is taken for a Value."""
    __tracebackhide__ = True
    try:
        return call()
    except (AttributeError, TypeError) as error:
        pytest.fail(
            f"{what}: {error}. It may hold Values and plain numbers, whatever kind of number, and "
            "one was taken for the other. Only isinstance tells them apart: numpy's numbers have "
            "an attribute called data as well."
        )


# ---- numbers that are not simply float, each with an attribute `data` as numpy's have


class Float64(float):
    data = memoryview(b"")


class Float32(Fraction):
    """No float, as numpy's float32 is none."""

    data = memoryview(b"")


KINDS = pytest.mark.parametrize("kind", [Float64, Float32, Fraction], ids=lambda k: k.__name__)


class Parameter:
    """A parameter of another engine than yours."""

    def __init__(self, data):
        self.data = data
        self.grad = 0.0


class Alike(Parameter):
    """A parameter that says it equals every other one."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


class Parts:
    """Whatever attributes it is given, in that order."""

    def __init__(self, **parts):
        vars(self).update(parts)


def without_end(walk):
    """What a walk finds in modules that hold each other; fails if it never comes out again."""
    __tracebackhide__ = True
    try:
        return walk()
    except RecursionError:
        pytest.fail(
            "the walk goes round in circles, from the model to its child to the model to …: "
            "nothing remembers what was already entered"
        )
