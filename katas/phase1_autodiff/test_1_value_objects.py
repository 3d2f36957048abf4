"""1.1 · Value objects: what a gradient means, and the record that will carry one."""

from fractions import Fraction

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import (
    numerical_derivative,
    numerical_gradient,
    predict_change,
)
from katas.phase1_autodiff.value import Value, zero_grad


@pytest.mark.kata("numerical_derivative")
class TestNumericalDerivative:
    def test_a_straight_line_has_its_slope_everywhere(self):
        expect_close(numerical_derivative(lambda x: 3 * x + 1, 5.0), 3.0, "slope of 3x + 1")

    def test_the_step_is_taken_to_both_sides(self):
        # x² at 3 with h = 1: the chord from 2 to 4 rises 16 - 4 = 12 over a width of 2
        expect_close(
            numerical_derivative(lambda x: x**2, 3.0, h=1.0),
            6.0,
            "slope of x² at 3 with h = 1",
            mistakes={
                "the step is taken forwards only": 7.0,
                "the step is taken backwards only": 5.0,
                "the rise is divided by h, although the width is 2h": 12.0,
                "the rise is multiplied by the width, not divided by it": 24.0,
            },
        )

    def test_h_is_the_step_that_was_asked_for(self):
        # x³ at 1 with h = 0.5: (1.5³ - 0.5³) / 1 = 3.25, still far from the limit 3
        expect_close(
            numerical_derivative(lambda x: x**3, 1.0, h=0.5),
            3.25,
            "slope of x³ at 1 with h = 0.5",
            mistakes={"h is replaced by a small step of your own": 3.0},
            tolerance=1e-6,  # the mistake, too, comes with rounding
        )

    def test_a_small_step_is_the_default(self):
        # (x³)' = 3x², so 12 at 2; the central difference is off by h², the one-sided by 6h
        expect_close(
            numerical_derivative(lambda x: x**3, 2.0), 12.0, "slope of x³ at 2", tolerance=1e-8
        )


@pytest.mark.kata("numerical_gradient")
class TestNumericalGradient:
    def test_each_entry_has_its_own_slope(self):
        expect_close(
            numerical_gradient(lambda xs: 2 * xs[0] + 7 * xs[1], [1.0, 1.0]),
            [2.0, 7.0],
            "gradient of 2x + 7y",
            mistakes={
                "all entries are nudged at once": [9.0, 9.0],
                "the entries are nudged in the wrong order": [7.0, 2.0],
                "the same entry is nudged every time": [2.0, 2.0],
            },
            tolerance=1e-7,
        )

    def test_the_others_stay_where_they_are(self):
        # d(xyz)/dx = yz: a neighbour that was left nudged would show
        expect_close(
            numerical_gradient(lambda xs: xs[0] * xs[1] * xs[2], [2.0, 3.0, 5.0], h=0.5),
            [15.0, 10.0, 6.0],
            "gradient of xyz at (2, 3, 5) with h = 0.5",
            mistakes={
                "each entry is left at x + h when the next one is nudged": [15.0, 12.5, 8.75],
                "each entry is left at x - h when the next one is nudged": [15.0, 7.5, 3.75],
            },
        )

    def test_the_list_comes_back_unchanged(self):
        xs = [0.1, 0.7]
        numerical_gradient(lambda xs: xs[0] * xs[1], xs)
        assert xs == [0.1, 0.7], (
            f"the caller's list was [0.1, 0.7] and is {xs} afterwards: it was nudged in place "
            "and not restored exactly (0.1 + h - h need not be 0.1 again). Nudge a copy."
        )

    def test_the_list_is_unchanged_when_f_fails(self):
        xs = [0.1, 0.7]

        def fails(xs):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            numerical_gradient(fails, xs)
        assert xs == [0.1, 0.7], f"f raised an error, and the caller's list is left at {xs}"

    def test_f_is_given_a_list_as_long_as_xs(self):
        lengths = set()

        def f(xs):
            lengths.add(len(xs))
            return sum(xs)

        numerical_gradient(f, [1.0, 2.0, 3.0])
        assert lengths == {3}, f"f was called with lists of length {sorted(lengths)}, not 3"


@pytest.mark.kata("predict_change")
class TestPredictChange:
    def test_one_input_moves_the_output_by_slope_times_nudge(self):
        expect_close(predict_change([4.0], [0.01]), 0.04, "predicted change")

    def test_the_contributions_of_several_inputs_add_up(self):
        # 5·0.01 + 2·(-0.02) + (-3)·0.1 = 0.05 - 0.04 - 0.3
        expect_close(
            predict_change([5.0, 2.0, -3.0], [0.01, -0.02, 0.1]),
            -0.29,
            "predicted change",
            mistakes={
                "only the first input counts": 0.05,
                "only the last input counts": -0.3,
                "the sizes are added without their signs": 0.39,
                "the average is taken, not the sum": -0.29 / 3,
            },
        )

    def test_unequal_lengths_are_refused(self):
        expect_raises(
            ValueError,
            lambda: predict_change([1.0, 2.0, 3.0], [0.1, 0.2]),
            "3 slopes with 2 nudges (zip would drop the third without a word)",
            naming=[3, 2],
        )


@pytest.mark.kata("Value.__init__")
class TestValueInit:
    def test_a_value_holds_its_number(self):
        expect_close(Value(2.5).data, 2.5, "data")

    def test_an_int_becomes_a_float(self):
        data = Value(3).data
        assert type(data) is float, (
            f"Value(3).data is {data!r} ({type(data).__name__}), and should be the float 3.0: "
            "kept as an int, it would round or overflow differently later"
        )

    def test_any_real_number_will_do(self):
        expect_close(Value(Fraction(1, 4)).data, 0.25, "data of Value(Fraction(1, 4))")

    def test_the_gradient_starts_at_zero(self):
        grad = Value(3.0).grad
        assert grad == 0.0, f"grad of a new Value is {grad!r}: nothing has flowed back yet, so 0.0"

    def test_a_leaf_has_nothing_behind_it(self):
        leaf = Value(3.0)
        seen = (leaf.parents, leaf.local_grads, leaf.op, leaf.label)
        assert seen == ((), (), "", ""), (
            f"parents, local_grads, op, label of Value(3.0) are {seen}, not ((), (), '', '')"
        )

    def test_what_is_given_is_kept(self):
        a, b = Value(2.0), Value(3.0)
        product = Value(6.0, (a, b), (3.0, 2.0), "*", "p")
        assert product.parents[0] is a and product.parents[1] is b, "parents are kept in order"
        assert tuple(product.local_grads) == (3.0, 2.0), f"local_grads: {product.local_grads}"
        assert (product.op, product.label) == ("*", "p"), f"{product.op!r}, {product.label!r}"

    def test_two_values_share_nothing(self):
        a, b = Value(1.0), Value(2.0)
        a.grad, a.label = 5.0, "a"
        assert (a.data, b.data, b.grad, b.label) == (1.0, 2.0, 0.0, ""), (
            f"changing one Value changed another: b is now data={b.data}, grad={b.grad}, "
            f"label={b.label!r}. Is something kept on the class, or in a default argument?"
        )
        assert not isinstance(b.parents, list) or b.parents is not Value(3.0).parents, (
            "two Values hold the very same list of parents: a default argument is made once, "
            "when the function is defined, and not at each call"
        )

    def test_two_values_with_one_number_stay_two(self):
        a, b = Value(1.0), Value(1.0)
        assert a != b and len({a, b}) == 2, (
            "Value(1.0) == Value(1.0) says True, so a set keeps one of the two: in a graph each "
            "Value is a place of its own, whatever number it holds"
        )

    @pytest.mark.parametrize("data", ["3", None, 1j, [1.0]], ids=repr)
    def test_what_is_no_real_number_is_refused(self, data):
        expect_raises(TypeError, lambda: Value(data), f"Value({data!r})", naming=[repr(data)])

    def test_a_value_inside_a_value_is_refused(self):
        inner = Value(3.0)
        try:
            outer = Value(inner)
        except TypeError:
            return
        pytest.fail(
            f"Value(Value(3.0)) was accepted and holds {outer.data!r}: a Value inside a Value "
            "cuts the graph, and no gradient would ever reach the inner one. TypeError."
        )


@pytest.mark.kata("Value.__repr__")
class TestValueRepr:
    def test_data_and_gradient_are_shown(self):
        shown = repr(Value(3))
        assert shown == "Value(data=3.0, grad=0.0)", f"repr(Value(3)) is {shown}"

    def test_a_label_comes_first(self):
        shown = repr(Value(-2.5, label="a"))
        assert shown == "Value(label='a', data=-2.5, grad=0.0)", f"repr is {shown}"

    def test_the_gradient_is_the_present_one(self):
        value = Value(3.0)
        value.grad = 1.5
        assert repr(value) == "Value(data=3.0, grad=1.5)", f"repr is {value!r} with grad 1.5"


@pytest.mark.kata("Value.wrap")
class TestValueWrap:
    def test_a_number_becomes_a_leaf(self):
        wrapped = Value.wrap(3)
        assert isinstance(wrapped, Value), f"Value.wrap(3) is {wrapped!r}, and should be a Value"
        expect_close(wrapped.data, 3.0, "data of Value.wrap(3)")

    def test_a_value_is_returned_itself(self):
        a = Value(3.0)
        assert Value.wrap(a) is a, (
            "Value.wrap(a) is another Value than a: a copy starts a graph of its own, so "
            "gradients that reach the copy never reach a"
        )

    def test_anything_else_is_refused(self):
        expect_raises(TypeError, lambda: Value.wrap("3"), "Value.wrap('3')", naming=["'3'"])


@pytest.mark.kata("Value.is_leaf")
class TestValueIsLeaf:
    def test_a_value_without_parents_is_a_leaf(self):
        assert Value(3.0).is_leaf is True, f"Value(3.0).is_leaf is {Value(3.0).is_leaf!r}"

    def test_a_value_with_parents_is_none(self):
        result = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*")
        assert result.is_leaf is False, f"is_leaf of a product is {result.is_leaf!r}"

    def test_a_result_stays_a_result_without_an_op_name(self):
        result = Value(2.0, (Value(2.0),), (1.0,))
        assert result.is_leaf is False, "it has a parent, so it is no leaf, whatever its op says"


@pytest.mark.kata("zero_grad")
class TestZeroGrad:
    def test_every_gradient_is_zero_afterwards(self):
        values = [Value(1.0), Value(2.0), Value(3.0)]
        for value in values:
            value.grad = 7.0
        zero_grad(values)
        expect_close(
            [value.grad for value in values],
            [0.0, 0.0, 0.0],
            "gradients after zero_grad",
            mistakes={
                "only the first is cleared": [0.0, 7.0, 7.0],
                "only the last is cleared": [7.0, 7.0, 0.0],
            },
        )

    def test_the_numbers_stay(self):
        values = [Value(1.0), Value(2.0)]
        zero_grad(values)
        expect_close([value.data for value in values], [1.0, 2.0], "data after zero_grad")

    def test_any_iterable_will_do(self):
        values = [Value(1.0), Value(2.0)]
        values[1].grad = 7.0
        zero_grad(value for value in values)
        expect_close(values[1].grad, 0.0, "gradient after zero_grad of a generator")
