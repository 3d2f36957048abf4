"""1.1 · Value: the record that a number becomes, so that it can carry a gradient."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase1_autodiff.spec_helpers import Float64
from katas.phase1_autodiff.value import Value, zero_grad


def expect_shown(value, right, mistakes=None):
    """Fail unless repr gives this text; mistakes maps a wrong text to its reason."""
    text = repr(value)
    why = (mistakes or {}).get(text)
    assert text == right, f"repr gives {text}, and should give {right}" + (
        f": {why}" if why else ""
    )


@pytest.mark.kata("Value.__init__")
class TestValueInit:
    def test_a_value_holds_its_number(self):
        expect_close(Value(2.5).data, 2.5, "data of Value(2.5)")

    def test_an_int_becomes_a_float(self):
        data = Value(3).data
        assert type(data) is float, (
            f"data of Value(3) is {data!r} ({type(data).__name__}), and should be the float 3.0: "
            "an int follows other rules, such as 7 // 2 and no overflow"
        )

    @pytest.mark.parametrize("number", [Fraction(2), Float64(2), True], ids=repr)
    def test_any_other_real_number_becomes_a_float(self, number):
        kind = type(number).__name__
        try:
            data = Value(number).data
        except TypeError as error:
            pytest.fail(
                f"Value({number!r}) is refused ({error}), and a {kind} is a real number, too: int "
                "and float are two kinds of it, and numbers.Real is the name for all"
            )
        assert type(data) is float and data == number, (
            f"data of Value({number!r}) is {data!r}, still of type {type(data).__name__}, and "
            "should be a plain float: a number of another type follows rules of its own, and so "
            "does whatever is computed from it"
        )

    @pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan], ids=repr)
    def test_infinity_and_nan_are_floats_as_well(self, number):
        try:
            data = Value(number).data
        except (TypeError, ValueError) as error:
            pytest.fail(f"Value({number}) is refused, and {number} is a float as well: {error}")
        expect_close(data, number, f"data of Value({number})")

    def test_the_gradient_starts_at_zero(self):
        grad = Value(3.0).grad
        assert type(grad) is float and grad == 0.0, (
            f"grad of a new Value is {grad!r}, and should be the float 0.0: nothing has flowed "
            "back to it yet, and what does will be added"
        )

    def test_two_values_share_no_list(self):
        a, b = Value(1.0), Value(2.0)
        shared = [name for name in ("parents", "local_grads") if _same_list(a, b, name)]
        assert not shared, (
            f"two Values hold the very same list of {' and of '.join(shared)}: a default "
            "argument is made once, when the function is defined, and not at each call"
        )

    def test_a_leaf_has_nothing_behind_it(self):
        leaf = Value(3.0)
        seen = (leaf.parents, leaf.local_grads, leaf.op, leaf.label)
        assert seen == ((), (), "", ""), (
            f"parents, local_grads, op, label of Value(3.0) are {seen}, not ((), (), '', '')"
        )

    def test_parents_are_kept_themselves_and_in_order(self):
        a, b = Value(2.0), Value(3.0)
        product = Value(6.0, (a, b), (3.0, 2.0), "*")
        kept = [parent is given for parent, given in zip(product.parents, (a, b), strict=True)]
        assert kept == [True, True], (
            "parents of Value(6.0, (a, b), …) should be a and b themselves, in this order: "
            "copies would be strangers, which no gradient of a or b ever reaches"
        )

    def test_one_parent_used_twice_is_kept_twice(self):
        a = Value(3.0)
        count = len(Value(9.0, (a, a), (3.0, 3.0), "*").parents)
        assert count == 2, (
            f"a·a keeps {count} parent: both operands count, even if they are one Value. "
            "Was a set made of them?"
        )

    def test_local_gradients_op_and_label_are_kept(self):
        product = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*", "p")
        seen = (product.local_grads, product.op, product.label)
        assert seen == ((3.0, 2.0), "*", "p"), (
            f"local_grads, op, label are {seen}, not what was given: ((3.0, 2.0), '*', 'p')"
        )

    def test_nothing_is_made_up_for_what_was_not_given(self):
        result = Value(0.0625, (Value(0.25),), (), "**2")
        seen = (result.data, result.grad, result.local_grads, result.label)
        assert seen == (0.0625, 0.0, (), ""), (
            f"data, grad, local_grads, label of Value(0.0625, (a,), (), '**2') are {seen}, not "
            "(0.0625, 0.0, (), ''): what is given is kept, and the rest stays empty"
        )

    def test_an_op_that_was_not_given_stays_empty(self):
        op = Value(0.0625, (Value(0.25),), (0.5,)).op
        assert op == "", f"op of Value(0.0625, (a,), (0.5,)) is {op!r}, and none was given"

    def test_no_digit_of_the_number_is_dropped(self):
        data = Value(2.0**-30).data
        assert data == 2.0**-30, f"data of Value(2 to the power -30) is {data}: was it rounded?"

    def test_a_second_value_leaves_the_first_alone(self):
        first = Value(1.0, label="first")
        Value(2.0, label="second")
        assert (first.data, first.label) == (1.0, "first"), (
            f"after a second Value was made, the first has data={first.data} and "
            f"label={first.label!r}: is something kept on the class, and not on self?"
        )

    def test_each_value_has_a_gradient_of_its_own(self):
        a, b = Value(1.0), Value(2.0)
        try:
            a.grad = 5.0
        except AttributeError:
            pytest.fail("a.grad cannot be set: grad is kept on the class, and not on self")
        assert b.grad == 0.0, f"a.grad was set to 5.0, and b.grad is {b.grad} as well"

    def test_two_values_with_one_number_stay_two(self):
        a, b = Value(1.0), Value(1.0)
        equal = a == b
        assert not equal, (
            "Value(1.0) == Value(1.0) says True, so a set keeps one of the two: in a graph each "
            "Value is a place of its own, whatever number it holds. (__eq__ does that, and so "
            "does a dataclass.)"
        )
        assert len({a, b}) == 2, "a set of two Values keeps one: their hash is that of the number"

    def test_a_misspelt_field_is_an_error(self):
        value = Value(1.0)
        expect_raises(
            AttributeError,
            lambda: setattr(value, "gard", 2.0),
            "value.gard = 2.0 (a slip for grad, which __slots__ is there to catch)",
        )

    @pytest.mark.parametrize("data", ["3", b"3", None, 1j, [1.0], Decimal("0.5")], ids=repr)
    def test_anything_but_a_real_number_is_refused(self, data):
        why = {str: " (float takes texts, too)", bytes: " (float takes bytes, too)"}
        what = f"Value({data!r}){why.get(type(data), '')}"
        expect_raises(TypeError, lambda: Value(data).data, what, naming=[repr(data)])

    def test_a_value_inside_a_value_is_refused(self, monkeypatch):
        monkeypatch.setattr(Value, "__repr__", object.__repr__)  # it is the kata after this one
        try:
            Value(Value(3.0))
        except TypeError:
            return
        pytest.fail(
            "Value(Value(3.0)) was accepted, and should be a TypeError: a Value inside a Value "
            "cuts the graph, and no gradient would ever reach the inner one"
        )


def _same_list(a, b, name):
    return isinstance(getattr(a, name), list) and getattr(a, name) is getattr(b, name)


@pytest.mark.kata("Value.__repr__")
class TestValueRepr:
    def test_data_and_gradient_are_shown(self):
        expect_shown(
            Value(3),
            "Value(data=3.0, grad=0.0)",
            {
                "Value(label='', data=3.0, grad=0.0)": "an empty label is no label",
                "Value(label=, data=3.0, grad=0.0)": "an empty label is no label",
                "Value(label=None, data=3.0, grad=0.0)": "without a label there is none to show",
                "Value(data=3.0)": "the gradient is missing",
                "Value(data=3, grad=0)": "data and grad are floats, and are shown as such",
                "Value(data=3.0000, grad=0.0000)": "the numbers are shown as Python shows them",
                "Value(data=3.0,grad=0.0)": "a blank follows the comma",
            },
        )

    def test_a_label_comes_first(self):
        expect_shown(
            Value(-2.5, label="a"),
            "Value(label='a', data=-2.5, grad=0.0)",
            {
                "Value(data=-2.5, grad=0.0)": "the label is missing",
                "Value(data=-2.5, grad=0.0, label='a')": "the label comes first",
                "Value(label=a, data=-2.5, grad=0.0)": "quotes stand around a text",
                "Value('a', data=-2.5, grad=0.0)": "each field is shown with its name",
            },
        )

    def test_the_label_is_written_as_python_writes_it(self):
        expect_shown(
            Value(3, label="it's"),
            'Value(label="it\'s", data=3.0, grad=0.0)',
            {"Value(label='it's', data=3.0, grad=0.0)": "quotes put there by hand end at its own"},
        )

    def test_the_gradient_is_the_present_one(self):
        value = Value(3.0)
        value.grad = 1.5
        stale = "the gradient is 1.5 by now, and it is shown as it was at the beginning"
        expect_shown(value, "Value(data=3.0, grad=1.5)", {"Value(data=3.0, grad=0.0)": stale})

    def test_no_digit_is_dropped(self):
        value = Value(0.0009765625)
        value.grad = -0.00048828125
        assert repr(value) == "Value(data=0.0009765625, grad=-0.00048828125)", (
            f"0.0009765625 with gradient -0.00048828125 is shown as {value!r}: was it rounded?"
        )
        third = repr(Value(1 / 3))
        assert third == f"Value(data={1 / 3!r}, grad=0.0)", (
            f"a third is shown as {third}, and repr writes {1 / 3!r}: was it rounded?"
        )


@pytest.mark.kata("Value.wrap")
class TestValueWrap:
    def test_a_number_becomes_a_leaf(self):
        wrapped = Value.wrap(3)
        assert isinstance(wrapped, Value), f"Value.wrap(3) is {wrapped!r}, and should be a Value"
        expect_close(wrapped.data, 3.0, "data of Value.wrap(3)")
        assert wrapped.parents == (), f"Value.wrap(3) has parents: {wrapped.parents}"

    def test_every_real_number_becomes_one(self):
        try:
            wrapped = Value.wrap(Fraction(1, 4))
        except TypeError as error:
            pytest.fail(
                f"Value.wrap(Fraction(1, 4)) is refused ({error}), and Value(Fraction(1, 4)) is "
                "not: what is a number is decided in one place"
            )
        assert isinstance(wrapped, Value) and wrapped.data == 0.25, (
            f"Value.wrap(Fraction(1, 4)) is {wrapped!r}, and should be a Value of 0.25"
        )

    def test_a_new_leaf_has_no_name(self):
        label = Value.wrap(3).label
        assert label == "", f"Value.wrap(3) has the label {label!r}, and was given none"

    def test_it_is_a_new_leaf_each_time(self):
        one, other = Value.wrap(3), Value.wrap(3)
        assert one is not other, (
            "Value.wrap(3), called twice, gives one Value: two constants of one expression would "
            "share a gradient"
        )

    def test_a_value_is_returned_itself(self):
        a = Value(3.0)
        for x in (a, Value(6.0, (a,), (2.0,), "*")):
            same = Value.wrap(x) is x
            assert same, (
                "Value.wrap(x) is another Value than x: a copy starts a graph of its own, so "
                "gradients that reach the copy never reach x"
            )

    def test_a_value_of_a_kind_of_its_own_is_a_value(self):
        class Mine(Value):
            pass

        a = Mine(3.0)
        try:
            same = Value.wrap(a) is a
        except TypeError:
            same = False
        assert same, (
            "an instance of a class that inherits from Value does not come back itself, or is "
            "refused. It is a Value all the same: isinstance says so, and type(x) does not."
        )

    def test_a_number_with_data_of_its_own_becomes_a_leaf(self):
        wrapped = Value.wrap(Float64(0.5))
        assert isinstance(wrapped, Value), (
            "Value.wrap(x) is not a Value for a number x that has an attribute called data, as "
            "numpy's numbers have: was it taken for a Value because of that?"
        )

    def test_anything_else_is_refused(self):
        expect_raises(
            TypeError,
            lambda: Value.wrap("3"),
            "Value.wrap('3') (float takes texts, too)",
            naming=["'3'"],
        )


@pytest.mark.kata("Value.is_leaf")
class TestValueIsLeaf:
    def test_a_value_without_parents_is_a_leaf(self):
        leaf = Value(3.0).is_leaf
        assert leaf is True, f"is_leaf of Value(3.0) is {leaf!r}, and should be True"

    def test_no_parents_in_a_list_are_no_parents(self):
        leaf = Value(3.0, []).is_leaf
        assert leaf is True, (
            f"is_leaf of a Value whose parents are [] is {leaf!r}, and should be True: an empty "
            "list is not equal to (), and is as empty"
        )

    def test_a_value_with_parents_is_not_a_leaf(self):
        result = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*").is_leaf
        assert result is False, f"is_leaf of a product is {result!r}, and should be False"

    def test_a_leaf_with_a_name_and_a_gradient_stays_a_leaf(self):
        leaf = Value(3.0, label="x1")
        leaf.grad = 2.0
        assert leaf.is_leaf is True, (
            "is_leaf of Value(3.0, label='x1') with grad 2.0 is "
            f"{leaf.is_leaf!r}, and should be True: it has no parents, whatever its grad says"
        )

    def test_only_the_parents_decide(self):
        result = Value(2.0, (Value(2.0),)).is_leaf
        assert result is False, (
            f"is_leaf of Value(2.0, (a,)) is {result!r}, and should be False: it has a parent, a, "
            "even without op or local_grads"
        )


@pytest.mark.kata("zero_grad")
class TestZeroGrad:
    def test_every_gradient_is_zero_afterwards(self):
        values = [Value(1.0), Value(2.0), Value(3.0)]
        for value in values:
            value.grad = 7.0
        zero_grad(values)
        assert values[0].grad is not None, (
            "grad is None afterwards: PyTorch's zero_grad does that. Here it is 0.0, because "
            "backward adds to what is there."
        )
        expect_close(
            [value.grad for value in values],
            [0.0, 0.0, 0.0],
            "gradients after zero_grad",
            mistakes={
                "only the first is cleared": [0.0, 7.0, 7.0],
                "only the last is cleared": [7.0, 7.0, 0.0],
                "nothing was set: the loop variable was given another object, and not a new grad; "
                "or there is a == for a =; or new Values were made": [7.0, 7.0, 7.0],
            },
        )

    def test_it_is_a_float(self):
        value = Value(1.0)
        value.grad = 7.0
        zero_grad([value])
        expect_kind(value.grad, float, "grad after zero_grad")

    def test_infinity_and_nan_are_cleared_too(self):
        values = [Value(1.0), Value(2.0)]
        values[0].grad, values[1].grad = math.inf, math.nan
        zero_grad(values)
        expect_close(
            [value.grad for value in values],
            [0.0, 0.0],
            "gradients, which were infinite and NaN, after zero_grad",
            mistakes={
                "the old gradient is multiplied by 0, or taken off itself: NaN stays NaN": [
                    math.nan,
                    math.nan,
                ]
            },
        )

    def test_the_numbers_stay(self):
        values = [Value(1.0), Value(2.0)]
        zero_grad(values)
        expect_close(
            [value.data for value in values],
            [1.0, 2.0],
            "data after zero_grad",
            mistakes={"the numbers are cleared, and not only the gradients": [0.0, 0.0]},
        )

    def test_only_the_values_given_are_cleared(self):
        x = Value(2.0)
        double = Value(4.0, (x,), (2.0,), "*")
        x.grad, double.grad = 7.0, 7.0
        zero_grad([double])
        expect_close(
            [x.grad, double.grad],
            [7.0, 0.0],
            "gradients of x and 2x after zero_grad([2x])",
            mistakes={
                "the parents are cleared as well": [0.0, 0.0],
                "the parents are cleared, and not the Value itself": [0.0, 7.0],
                "only leaves are cleared": [7.0, 7.0],
            },
        )

    def test_values_that_look_alike_are_all_cleared(self):
        values = [Value(1.0, label="w") for _ in range(3)]
        for value in values:
            value.grad = 7.0
        zero_grad(values)
        expect_close(
            [value.grad for value in values],
            [0.0, 0.0, 0.0],
            "gradients of three Values that look alike, after zero_grad",
            mistakes={
                "of those that look alike only the first is cleared": [0.0, 7.0, 7.0],
                "of those that look alike only the last is cleared": [7.0, 7.0, 0.0],
            },
        )

    def test_a_single_one_is_refused(self):
        expect_raises(
            TypeError,
            lambda: zero_grad(Value(1.0)),
            "one Value, and not a list of them",
            naming=["Value"],
        )

    def test_any_iterable_will_do(self):
        values = [Value(1.0), Value(2.0)]
        values[0].grad = values[1].grad = 7.0
        try:
            zero_grad(value for value in values)
        except TypeError as error:
            pytest.fail(
                f"zero_grad of a generator ends in TypeError: {error}. Any iterable will do, and a "
                "generator has neither a length nor places; it can only be gone through."
            )
        expect_close(
            [value.grad for value in values],
            [0.0, 0.0],
            "gradients after zero_grad of a generator",
            mistakes={
                "it is asked for its values twice, and gives each only once": [7.0, 7.0],
                "one value is taken out of it beforehand, to look whether there is any": [7.0, 0.0],
            },
        )
