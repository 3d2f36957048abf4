"""expect_close and expect_raises: what they accept, what they refuse, and in which words."""

import math
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises

pytestmark = pytest.mark.timeout(120)  # importing torch takes its time

NAN, INF = math.nan, math.inf


class Node:
    """Holds numbers as a Value or a Tensor does."""

    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def __repr__(self):
        return f"Node({self.data!r})"


class Silent:
    def __repr__(self):
        raise NotImplementedError("1.1 Value.__repr__")


def refusal(actual, expected, what="it", **more):
    """The message with which a comparison fails."""
    with pytest.raises(AssertionError) as caught:
        expect_close(actual, expected, what, **more)
    return str(caught.value)


# ---- equal


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (3, 3.0),
        (True, 1.0),
        (Fraction(1, 4), 0.25),
        (0.1 + 0.2, 0.3),
        (1e12 + 1e-2, 1e12),
        (-0.0, 0.0),
        (NAN, NAN),
        (-INF, -INF),
        (Node(3.0), 3.0),
        (3.0, Node(3.0)),
        (Node(Node(3.0)), 3.0),
        ([Node(1.0), 2, 3.0], (1, Node(2.0), 3)),
        ([[1, 2], [3, 4]], ((1, 2), (3, 4))),
        ([], ()),
        ([[], []], [[], []]),
        ([NAN, INF], [NAN, INF]),
        ([[1, 2], [3]], [[1, 2], [3]]),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.array(3.0), 3.0),
        (np.array([1, 2]), [1.0, 2.0]),
        (np.eye(2), [[1, 0], [0, 1]]),
        (np.zeros((2, 0)), [[], []]),
        (Node(np.array([[1.0, 2.0]])), [[1, 2]]),
        (np.array([True, False]), [1, 0]),
    ],
    ids=repr,
)
def test_equal(actual, expected):
    expect_close(actual, expected, "it")


def test_tensors_of_torch_are_compared_too():
    torch = pytest.importorskip("torch", reason="torch is an extra")
    expect_close(torch.tensor(2.0, requires_grad=True), 2.0, "it")
    expect_close(torch.tensor([[1, 2]]), [[1, 2]], "it")
    expect_close([torch.tensor(1.0), 2.0], torch.tensor([1.0, 2.0]), "it")
    assert "The shape is (1,)" in refusal(torch.zeros(1), 0.0)


# ---- not equal


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.0, 1.1),
        (1.0, -1.0),
        (NAN, 1.0),
        (1.0, NAN),
        (INF, -INF),
        (INF, 1e308),
        (1e308, INF),
        ([1, NAN], [1, 2]),
        ([1.0], 1.0),
        (1.0, [1.0]),
        ([1, 2], [1, 2, 3]),
        ([1, 2, 3], [1, 2]),
        ([], [1]),
        ([[]], []),
        ([[1, 2], [3]], [[1, 2], [3, 4]]),
        ([[1], [2, [3]]], [[1], [2, 3]]),
        (np.array([1.0]), 1.0),
        (np.zeros(3), np.zeros((3, 1))),
        (np.zeros((3, 1)), np.zeros((1, 3))),
        (np.zeros((3, 3)), np.zeros(3)),
        (np.zeros((2, 3, 5)), np.zeros((2, 5, 3))),
    ],
    ids=repr,
)
def test_not_equal(actual, expected):
    assert refusal(actual, expected).startswith("it is not right\n  expected  ")


def test_the_message_shows_both():
    assert refusal(2.5, 3.0, "slope of 3x") == (
        "slope of 3x is not right\n  expected  3\n  got       2.5"
    )


@pytest.mark.parametrize(
    ("actual", "expected", "says"),
    [
        (np.zeros(3), np.zeros((3, 1)), "The shape is (3,), and should be (3, 1)."),
        ([1.0], 1.0, "The shape is (1,), and should be () (a single number)."),
        (np.array(1.0), [1.0], "The shape is () (a single number), and should be (1,)."),
        (
            [[1, 2], [3]],
            [[1, 2], [3, 4]],
            "The shape is ragged (rows of 2, 1), and should be (2, 2).",
        ),
        ([1, [2]], [1, 2], "The shape is ragged (rows of a number, 1), and should be (2,)."),
    ],
)
def test_a_wrong_shape_is_said(actual, expected, says):
    assert refusal(actual, expected).endswith(f"\n  {says}")


def test_one_number_for_a_list_is_said_without_shapes():
    says = "\n  One number came back, and should be a list of 2"
    assert refusal(3.0, [1.0, 2.0]).endswith(f"{says}: is there a return inside a loop?")
    named = refusal(3.0, [1.0, 2.0], mistakes={"they are added": 3.0})
    assert named.endswith(f"{says}\n  This is exactly what you get when they are added.")


def test_a_near_miss_shows_the_difference():
    assert refusal(1.00000001, 1.0).endswith("\n  The largest difference is 1e-08.")


def test_a_long_array_is_cut_and_the_worst_entry_is_named():
    right = np.zeros((40, 50))
    wrong = right.copy()
    wrong[31, 7] = 2.5
    message = refusal(wrong, right)
    assert max(map(len, message.splitlines())) < 100
    assert message.endswith("\n  The largest difference is 2.5, in entry [31, 7].")
    wrong[2, 3] = NAN
    assert refusal(wrong, right).endswith("is inf, in entry [2, 3].")


def test_infinities_that_agree_are_no_difference():
    long = [INF] * 60
    assert refusal([*long, 1.0], [*long, 1.5]).endswith("is 0.5, in entry [60].")


# ---- tolerance


def test_the_tolerance_is_relative_above_one_and_absolute_below():
    expect_close(1000.4, 1000.0, "it", tolerance=1e-3)
    assert refusal(1001.1, 1000.0, tolerance=1e-3)
    expect_close(0.0009, 0.0, "it", tolerance=1e-3)
    assert refusal(0.0011, 0.0, tolerance=1e-3)


def test_a_tolerance_of_zero_wants_the_very_number():
    expect_close([0.1, 3], [0.1, 3.0], "it", tolerance=0)
    assert refusal(0.1 + 0.2, 0.3, tolerance=0)


# ---- what is no number


@pytest.mark.parametrize(
    ("actual", "says"),
    [
        ("3.0", "it is '3.0' (str), and should be a number"),
        (1 + 2j, "it is (1+2j) (complex), and should be a number"),
        (np.complex128(1), "it is np.complex128(1+0j) (complex128), and should be a number"),
        (Decimal("0.5"), "it is Decimal('0.5') (Decimal), and should be a number"),
        ({"a": 1}, "it is {'a': 1} (dict), and should be a number"),
        (Silent(), "it is a Silent (Silent), and should be a number"),
        (Node, "(type), and should be a number"),
        (Node("3"), "(Node), and should be a number"),
        (None, "it is None, and should be a number: does every path end in a return?"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_number_is_refused_in_words(actual, says):
    assert says in refusal(actual, 3.0)


@pytest.mark.parametrize("actual", [[1.0, None], [1.0, "2"], np.array([1.0, None]), {1.0, 2.0}])
def test_what_is_no_list_of_numbers_is_refused_in_words(actual):
    message = refusal(actual, [1.0, 2.0])
    assert message.startswith("it is ") and "should be numbers of shape (2,)" in message


def test_a_long_object_is_shown_short():
    assert len(refusal("x" * 1000, 3.0)) < 150


def test_an_expected_answer_that_is_no_number_is_a_mistake_of_the_spec():
    with pytest.raises(TypeError, match="is no real number"):
        expect_close(1.0, "1.0", "it")


# ---- mistakes


def test_the_mistake_is_named():
    message = refusal(5.0, 6.0, mistakes={"a is left out": 5.0, "b is left out": 4.0})
    assert message.endswith("\n  This is exactly what you get when a is left out.")
    assert "b is left out" not in message


def test_a_mistake_that_was_not_made_is_not_named():
    assert "exactly" not in refusal(5.5, 6.0, mistakes={"a is left out": 5.0})


def test_several_mistakes_that_agree_are_all_named():
    message = refusal(5.0, 6.0, mistakes={"a": 5.0, "b": 5.0, "c": 4.0})
    assert message.endswith("\n  This is exactly what you get when a.\n  Or when b.")


def test_a_mistake_may_have_another_shape_or_no_number():
    mistakes = {"the rows are summed": [4.0, 6.0], "zero is divided by zero": [[NAN] * 2] * 2}
    right = [[1, 2], [3, 4]]
    assert "the rows are summed" in refusal(np.array([4, 6]), right, mistakes=mistakes)
    assert "divided by zero" in refusal(np.full((2, 2), NAN), right, mistakes=mistakes)


def test_a_mistake_that_gives_the_right_answer_is_a_mistake_of_the_spec():
    for actual in (6.0, 5.0):
        with pytest.raises(ValueError, match="'a' gives the right answer here"):
            expect_close(actual, 6.0, "it", mistakes={"a": 6.0 + 1e-12})
    with pytest.raises(ValueError, match="gives the right answer"):
        expect_close(1.0, 1.0, "it", mistakes={"h is too large": 1.05}, tolerance=0.1)


# ---- expect_raises


def fail(error):
    raise error


def complaint(kind, call, **more):
    with pytest.raises(AssertionError) as caught:
        expect_raises(kind, call, "log of -1", **more)
    return str(caught.value)


def test_the_error_that_was_wanted_is_fine():
    expect_raises(ValueError, lambda: fail(ValueError("-1 is not above 0")), "it", naming=[-1, "0"])
    expect_raises(LookupError, lambda: fail(KeyError("x")), "it")
    expect_raises(TypeError, lambda: fail(TypeError("None")), "it", naming=["None"])


def test_no_error_is_a_failure_that_shows_what_came_back():
    assert complaint(ValueError, lambda: NAN) == (
        "log of -1 should raise ValueError, but it returned nan"
    )
    assert complaint(ValueError, Silent).endswith("but it returned a Silent")
    assert len(complaint(ValueError, lambda: "x" * 1000)) < 150


def test_a_message_that_does_not_name_what_came_is_a_failure():
    message = complaint(ValueError, lambda: fail(ValueError("no")), naming=[-1, "no"])
    assert message == ("log of -1 raises ValueError, and its message 'no' does not name -1")


def test_a_message_without_a_word_is_a_failure():
    for silent in (ValueError(), ValueError(None)):
        message = complaint(ValueError, lambda error=silent: fail(error))
        assert message.startswith("log of -1 raises ValueError without a word")


def test_another_error_goes_through_and_says_what_was_wanted():
    with pytest.raises(ZeroDivisionError) as caught:
        expect_raises(ValueError, lambda: 1 / 0, "1 / 0")
    assert caught.value.__notes__ == ["1 / 0 should raise ValueError"]


@pytest.mark.parametrize("words, said", [("", "an assert failed: an"), ("no", "failed (no): an")])
def test_an_assert_is_no_refusal(words, said):
    message = complaint(ValueError, lambda: fail(AssertionError(words)))
    assert message.startswith("log of -1 should raise ValueError, and ") and said in message


@pytest.mark.parametrize("kind", [RuntimeError, Exception, ValueError])
def test_a_stub_is_never_taken_for_the_error_that_was_wanted(kind):
    with pytest.raises(NotImplementedError):
        expect_raises(kind, lambda: fail(NotImplementedError("1.1 x")), "it")


def test_numpy_is_not_needed():
    code = "import sys; import dojo.expect; assert not {'numpy', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
