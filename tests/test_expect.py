"""The helpers of specs: what they accept, what they refuse, and in which words."""

import math
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises, same_parameters
from dojo.expect.close import PROVING
from dojo.expect.errors import is_named

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
    unreached = refusal(0.0, [1.0, 2.0], "gradient of the bias")
    assert unreached.endswith(
        f"{says}: has no gradient arrived, or is there a return inside a loop?"
    )
    named = refusal(3.0, [1.0, 2.0], mistakes={"they are added": 3.0})
    assert named.endswith(f"{says}\n  This is exactly what you get when they are added.")


EPSILON = "  So small a difference usually comes from an epsilon"


def test_a_near_miss_shows_the_digits_and_names_the_idiom():
    lines = refusal(1.00000001, 1.0).splitlines()
    assert lines[1:4] == [
        "  expected  1",
        "  got       1.00000001",
        "  The largest difference is 1e-08.",
    ]
    assert lines[4].startswith(EPSILON)
    assert "epsilon" not in refusal(1.00001, 1.0)
    assert "epsilon" not in refusal(1.00000001, 1.0, mistakes={"it is float32": 1.00000001})


def test_a_near_miss_in_an_array_shows_both_entries():
    lines = refusal([0.0, 2.5, 1 / 3], [0.0, 2.5, 1 / 3 + 1e-8]).splitlines()
    assert lines[1:4] == [
        "  expected  [0, 2.5, 0.333333343]",
        "  got       [0, 2.5, 0.333333333]",
        "  The largest difference is 1e-08, in entry [2]: 0.333333333, and should be 0.333333343.",
    ]
    assert lines[4].startswith(EPSILON)


def test_the_last_bit_is_shown_too():
    assert refusal(0.1 + 0.2, 0.3, tolerance=0).splitlines()[1:3] == [
        "  expected  0.29999999999999999",
        "  got       0.30000000000000004",
    ]


def test_a_long_array_is_cut_and_the_worst_entry_is_named():
    right = np.zeros((40, 50))
    wrong = right.copy()
    wrong[31, 7] = 2.5
    message = refusal(wrong, right)
    assert max(map(len, message.splitlines())) < 100
    said = "\n  The largest difference is 2.5, in entry [31, 7]: 2.5, and should be 0."
    assert message.endswith(said)
    wrong[2, 3] = NAN
    assert refusal(wrong, right).endswith("is inf, in entry [2, 3]: nan, and should be 0.")


def test_infinities_that_agree_are_no_difference():
    long = [INF] * 60
    assert refusal([*long, 1.0], [*long, 1.5]).endswith(
        "is 0.5, in entry [60]: 1, and should be 1.5."
    )


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


def test_a_mistake_that_asks_ends_in_its_question_mark():
    message = refusal(5.0, 6.0, mistakes={"a is left out: is it needed?": 5.0})
    assert message.endswith("\n  This is exactly what you get when a is left out: is it needed?")


def test_a_mistake_that_was_not_made_is_not_named():
    assert "exactly" not in refusal(5.5, 6.0, mistakes={"a is left out": 5.0})


def test_mistakes_that_give_one_answer_are_all_named():
    message = refusal(5.0, 6.0, mistakes={("a", "b"): 5.0, "c": 4.0})
    assert message.endswith("\n  This is exactly what you get when a.\n  Or when b.")


def test_a_mistake_may_have_another_shape_or_no_number():
    mistakes = {"the rows are summed": [4.0, 6.0], "zero is divided by zero": [[NAN] * 2] * 2}
    right = [[1, 2], [3, 4]]
    assert "the rows are summed" in refusal(np.array([4, 6]), right, mistakes=mistakes)
    assert "divided by zero" in refusal(np.full((2, 2), NAN), right, mistakes=mistakes)


@pytest.mark.parametrize("actual", [6.0, 5.0])
def test_a_mistake_that_gives_the_right_answer_is_a_mistake_of_the_spec(actual, monkeypatch):
    monkeypatch.setenv(PROVING, "1")
    with pytest.raises(ValueError, match="'a' gives the right answer here"):
        expect_close(actual, 6.0, "it", mistakes={"a": 6.0 + 1e-12})
    with pytest.raises(ValueError, match="gives the right answer"):
        expect_close(actual, 6.0, "it", mistakes={"h is too large": 6.05}, tolerance=0.1)


@pytest.mark.parametrize(
    ("wrongs", "tolerance"),
    [
        ({"a": 5.0, "b": 5.0}, 1e-9),
        ({"a": 5.0, "b": 4.0, "c": 5.0 + 1e-10}, 1e-9),
        ({"a": 5.0, "b": 5.3}, 0.1),
        ({"a": [1.0, NAN], "b": [1.0, NAN]}, 1e-9),
    ],
)
def test_two_mistakes_with_one_answer_are_a_mistake_of_the_spec(wrongs, tolerance, monkeypatch):
    right = [0.0, 0.0] if isinstance(wrongs["a"], list) else 0.0
    expect_close(right, right, "it", mistakes=wrongs, tolerance=tolerance)
    monkeypatch.setenv(PROVING, "1")
    with pytest.raises(ValueError, match=r"the mistakes 'a' and '[bc]' give the same"):
        expect_close(right, right, "it", mistakes=wrongs, tolerance=tolerance)


def test_a_learner_never_sees_a_mistake_of_the_spec(monkeypatch):
    monkeypatch.delenv(PROVING, raising=False)
    expect_close(6.0, 6.0, "it", mistakes={"a": 6.0})
    both = refusal(5.0, 6.0, mistakes={"a": 6.0, "b": 5.0, "c": 5.0})
    assert both.endswith("\n  This is exactly what you get when b.\n  Or when c.")


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


@pytest.mark.parametrize(
    ("thing", "texts"),
    [
        (3, ["3", "3.0", "got 3.", "3 inputs", "v3", "0..3", "[3]", "np.int64(3)", "(3)"]),
        (-1, ["-1", "−1.0", "label -1."]),
        (0, ["0", "0.0 ** -1"]),
        (0.5, ["0.5", "0.50", "np.float64(0.5)"]),
        (1000, ["1000", "1,000"]),
        (1e-3, ["0.001", "1e-3 is 0.001"]),
        (NAN, ["nan", "NaN"]),
        (INF, ["inf", "not inf."]),
        (None, ["None"]),
        ((2, 3), ["(2, 3)", "[2, 3]", "2 × 3", "2x3", "2 by 3", "(np.int64(2), np.int64(3))"]),
        ((7,), ["(7,)", "7"]),
        ([], ["[]", "no sizes", "0 sizes", "an empty list", "()"]),
        (range(0, 3), ["range(0, 3)", "0 to 2", "0 ≤ target < 3", "0..2", "3 classes"]),
        (range(1, 4), ["1 to 3", "range(1, 4)"]),
        (".pdf", [".pdf", "'.pdf'", "PDF", "pdf files"]),
        ("'3'", ["'3'", "3", '"3"']),
        ("(5, 3)", ["(5, 3)", "5 × 3"]),
        ("-0.5", ["-0.5"]),
        ("1e999", ["1e999", "inf"]),
        ("1j", ["1j", "(1j)"]),
        ("b'3'", ["b'3'"]),
        (Path("/tmp/a/cube.dot"), ["cube.dot", "/tmp/a/cube.dot"]),
        (dict, ["a dict", "<class 'dict'>"]),
        ("layers.0.w", ["missing: layers.0.w"]),
    ],
    ids=repr,
)
def test_any_usual_spelling_names_a_thing(thing, texts):
    assert [text for text in texts if not is_named(thing, text)] == []


@pytest.mark.parametrize(
    ("thing", "texts"),
    [
        (3, ["13", "30", "3.5", "0.3", "2.3", "three", ""]),
        (0.5, ["0.55", "10.5", "5"]),
        (-1, ["1", "-10", "-1.5"]),
        (1000, ["10001", "100"]),
        ((2, 3), ["(3, 2)", "23", "(2, 30)", "2"]),
        (range(0, 3), ["range(0, 4)", "0", "13"]),
        (range(1, 4), ["3", "from 0 to 3"]),
        (Path("/tmp/a/cube.dot"), ["cube.svg", "/tmp/a"]),
        (".pdf", [".png"]),
        ("3", ["13", "3.5"]),
    ],
    ids=repr,
)
def test_another_thing_is_not_named(thing, texts):
    assert [text for text in texts if is_named(thing, text)] == []


# ---- expect_kind


@pytest.mark.parametrize(
    ("actual", "kind"),
    [
        (1.0, float),
        (NAN, float),
        (1, int),
        (1, float | int),
        (True, bool),
        (np.float64(1), np.float64),
        ([1.0, 2.0], [float]),
        ([], [float]),
        ([[1.0], [2.0]], [[float]]),
        (Node(1.0), Node),
    ],
)
def test_what_is_of_the_kind(actual, kind):
    expect_kind(actual, kind, "it")


@pytest.mark.parametrize(
    ("actual", "kind", "says"),
    [
        (1, float, "it is 1 (an int), and should be a float"),
        (True, int, "it is True (a bool), and should be an int"),
        (None, list, "it is None, and should be a list: does every path end in a return?"),
        ((1.0,), [float], "it is (1.0,) (a tuple), and should be a list"),
        ([1.0, "2"], [float], "entry [1] of it is '2' (a str), and should be a float"),
        (
            [[1.0, 2]],
            [[float]],
            "entry [1] of entry [0] of it is 2 (an int), and should be a float",
        ),
        ("x", float | int, "it is 'x' (a str), and should be a float or an int"),
        (0.0, Node, "it is 0.0 (a float), and should be a Node"),
    ],
)
def test_what_is_of_another_kind_is_refused_in_words(actual, kind, says):
    with pytest.raises(AssertionError) as caught:
        expect_kind(actual, kind, "it")
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("actual", "kind", "says"),
    [
        (
            np.float64(0.5),
            float,
            "it is np.float64(0.5) (a scalar of numpy), and should be a float",
        ),
        (np.int64(2), int, "it is np.int64(2) (a scalar of numpy), and should be an int"),
        (np.array(0.5), float, "it is array(0.5) (a 0-d array of numpy), and should be a float"),
        (
            np.zeros(2),
            [float],
            "it is array([0., 0.]) (a 1-d array of numpy), and should be a list",
        ),
        ([np.float32(1)], [float], "entry [0] of it is np.float32(1.0) (a scalar of numpy), and"),
    ],
)
def test_numpys_numbers_are_told_apart(actual, kind, says):
    with pytest.raises(AssertionError) as caught:
        expect_kind(actual, kind, "it")
    assert str(caught.value).startswith(says)
    assert ("numbers of numpy's own" in str(caught.value)) == ("1-d" not in says)


# ---- same_parameters


class Model:
    """Has parameters where the course's modules have them."""

    def __init__(self):
        self.w = [Node(1.0), Node(2.0)]
        self.heads = {"left": Node(np.zeros(2))}
        self.me = self

    def parameters(self):
        raise NotImplementedError("2.1 Neuron.parameters")


def changed(change):
    """What is said of a call that changes a Model."""
    model = Model()
    with pytest.raises(AssertionError) as caught, same_parameters(model, "the call"):
        change(model)
    return str(caught.value)


def test_parameters_that_stay_are_fine():
    model = Model()
    model.w[0].data = NAN
    with same_parameters(model):
        model.calls, model.shape, model.cache = 1, (2, 3), [1.0, np.zeros(3)]
        model.w[0].grad = 5.0


@pytest.mark.parametrize(
    ("name", "kept", "says"),
    [
        (
            "out",
            Node(3.0),
            "the call leaves Node(3.0) in Model.out, and that counts as a parameter",
        ),
        ("seen", [Node(3.0)], "the call leaves Node(3.0) in Model.seen.0, and"),
        (
            "mask",
            Node(np.zeros((2, 3))),
            "the call leaves a Node of shape (2, 3) in Model.mask, and",
        ),
        ("inner", Model(), "the call leaves "),
    ],
)
def test_what_is_kept_on_self_is_named(name, kept, says):
    message = changed(lambda model: setattr(model, name, kept))
    assert message.startswith(says) and f"Model.{name}" in message


def test_what_a_call_takes_or_changes_is_named():
    assert changed(lambda m: m.w.pop()) == "the call takes the parameter w.1 away from the Model"
    assert changed(lambda m: m.w.__setitem__(0, Node(1.0))).startswith(
        "the call puts another object in the place of the parameter w.0 of the Model"
    )
    for change in (
        lambda m: setattr(m.w[0], "data", 1.5),
        lambda m: m.heads["left"].data.__iadd__(1),
    ):
        assert changed(change).startswith("the call changes the parameter ")


def test_an_exception_inside_goes_through():
    with pytest.raises(ZeroDivisionError), same_parameters(Model()):
        raise ZeroDivisionError


def test_numpy_is_not_needed():
    code = "import sys; import dojo.expect; assert not {'numpy', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
