"""2.2 · Weights and biases: all numbers of a model, saved and loaded."""

import math
import random
from collections import OrderedDict
from functools import cache

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.module import (
    MLP,
    Layer,
    Module,
    children,
    he_normal,
    mlp_parameter_count,
    xavier_uniform,
)
from katas.phase2_networks.neuron import Neuron
from katas.phase2_networks.spec_helpers import KINDS, Parameter, Parts


class Box(Parts, Module):
    """A module with whatever attributes it is given, in that order."""


@pytest.mark.kata("Module.state_dict")
class TestStateDict:
    def test_names_lead_to_numbers(self):
        state = Box(w=[Value(2.0), Value(1 / 3)], inner=Box(b=Value(0.5))).state_dict()
        assert isinstance(state, dict), (
            f"state_dict() is a {type(state).__name__}, and should be a dict"
        )
        kinds = sorted({type(entry).__name__ for entry in state.values()} - {"float"})
        assert not kinds, (
            f"the state holds entries of type {', '.join(kinds)}: a snapshot holds the numbers, "
            "since a parameter itself goes on changing as training goes on"
        )
        wanted = {"w.0": 2.0, "w.1": 1 / 3, "inner.b": 0.5}
        assert state == wanted, (
            f"state_dict() is {state}, and should be {wanted}, to the last digit: what is loaded "
            "goes on where it was saved"
        )

    def test_the_snapshot_stays_when_the_model_changes(self):
        w = Value(2.0)
        state = Box(w=w).state_dict()
        w.data, w.grad = 5.0, 7.0
        expect_close(
            state["w"],
            2.0,
            "state of w, which was 2 when the snapshot was taken",
            mistakes={
                "the snapshot holds the parameter itself, and changes with it": 5.0,
                "the gradient is kept, not the number": 0.0,
            },
        )

    def test_arrays_are_copied(self):
        weight = Parameter(np.array([[1.0, 2.0], [3.0, 4.0]]))
        state = Box(weight=weight).state_dict()
        weight.data[0] = [7.0, 7.0]
        kind = type(state["weight"]).__name__
        assert kind == "ndarray", (
            f"the state holds a {kind} for an array, and should hold an array: with its shape and "
            "type, so that it can be loaded again"
        )
        expect_close(
            state["weight"],
            [[1.0, 2.0], [3.0, 4.0]],
            "state of an array that was changed in place after the snapshot",
            mistakes={
                "the snapshot holds the model's own array, not a copy": [[7.0, 7.0], [3.0, 4.0]],
                "the copy is flat, and has lost its shape": [1.0, 2.0, 3.0, 4.0],
            },
        )

    @pytest.mark.parametrize("kind", ["float32", "int64"])
    def test_a_copy_is_of_the_same_kind(self, kind):
        state = Box(weight=Parameter(np.array([1, 2], kind))).state_dict()
        copied = state["weight"].dtype
        assert copied == kind, (
            f"the state holds an array of {copied} for one of {kind}: a copy has the numbers and "
            "their kind, and array.copy() makes one"
        )

    def test_the_model_keeps_its_own_array(self):
        array = np.array([[1.0, 2.0]])
        weight = Parameter(array)
        Box(weight=weight).state_dict()
        assert weight.data is array, (
            "after state_dict() the model holds another array than before: the copy belongs into "
            "the state"
        )


def two_part_model():
    """A module with two numbers and an array, and all of its state."""
    model = Box(
        slope=Value(2.0),
        inner=Box(shift=Value(3.0)),
        table=Parameter(np.array([[1.0, 2.0], [3.0, 4.0]])),
    )
    return model, {"slope": 5.0, "inner.shift": 7.0, "table": np.array([[9.0, 8.0], [7.0, 6.0]])}


def held(model):
    """The numbers in a two_part_model, in one list."""
    table = model.table.data.tolist()
    return [model.slope.data, model.inner.shift.data, *(x for row in table for x in row)]


OLD, NEW = [2.0, 3.0, 1.0, 2.0, 3.0, 4.0], [5.0, 7.0, 9.0, 8.0, 7.0, 6.0]


def expect_refused(change, what, naming):
    """A state that does not fit: ValueError that names what, and nothing loaded."""
    __tracebackhide__ = True
    model, state = two_part_model()
    change(state)
    expect_raises(ValueError, lambda: model.load_state_dict(state), what, naming=naming)
    now = held(model)
    assert now == OLD, (
        f"{what} is refused, but the model holds {now} afterwards, and held {OLD} before: it is "
        "half loaded. Look at the whole state before the first number is set."
    )


@pytest.mark.kata("Module.load_state_dict")
class TestLoadStateDict:
    def test_numbers_are_replaced(self):
        slope, shift = Value(2.0), Value(3.0)
        model = Box(slope=slope, inner=Box(shift=shift))
        model.load_state_dict({"slope": 5.0, "inner.shift": 7.0})
        assert model.slope is slope and model.inner.shift is shift, (
            "the model holds other objects than before: an optimizer that knows the old ones "
            "would go on moving those. Keep the parameter, replace its number."
        )
        expect_close(
            [slope.data, shift.data],
            [5.0, 7.0],
            "data of slope and inner.shift after loading 5 and 7",
            mistakes={
                "nothing is loaded: a local name is set, not the parameter": [2.0, 3.0],
                "modules inside are left out": [5.0, 3.0],
            },
        )

    def test_gradients_stay(self):
        w = Value(2.0)
        w.grad = 7.0
        Box(w=w).load_state_dict({"w": 5.0})
        expect_close(
            w.grad,
            7.0,
            "the gradient of w, which was 7, after its number was loaded",
            mistakes={"it is cleared: that is for zero_grad": 0.0},
        )

    def test_names_decide_and_not_the_order(self):
        slope, shift = Value(2.0), Value(3.0)
        Box(slope=slope, shift=shift).load_state_dict({"shift": 7.0, "slope": 5.0})
        expect_close(
            [slope.data, shift.data],
            [5.0, 7.0],
            "data of slope and shift after loading {shift: 7, slope: 5}",
            mistakes={"numbers are handed out in the order of the state": [7.0, 5.0]},
        )

    def test_arrays_are_written_into(self):
        weight = Parameter(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array = weight.data
        Box(weight=weight).load_state_dict({"weight": np.array([[9.0, 8.0], [7.0, 6.0]])})
        assert weight.data is array, (
            "after loading, the parameter holds another array than before: whoever holds the old "
            "one (an optimizer, a second layer) is left behind. Write into it."
        )
        expect_close(array, [[9.0, 8.0], [7.0, 6.0]], "the array after loading")

    def test_the_state_stays_as_it_was(self):
        model, state = two_part_model()
        model.load_state_dict(state)
        names = list(state)
        assert names == ["slope", "inner.shift", "table"] and held(model) == NEW, (
            f"after loading, the state has the names {names} (it had slope, inner.shift, table) "
            f"and the model holds {held(model)}, which should be {NEW}"
        )

    def test_the_state_and_the_model_part_ways(self):
        model, state = two_part_model()
        model.load_state_dict(state)
        model.table.data[0] = [0.0, 0.0]
        expect_close(
            state["table"],
            [[9.0, 8.0], [7.0, 6.0]],
            "the array in the state, after the model's was changed",
            mistakes={"model and state hold one and the same array": [[0.0, 0.0], [7.0, 6.0]]},
        )

    def test_what_was_saved_comes_back(self):
        model = Box(neurons=[Neuron(2, None, random.Random(1)), Neuron(2, None, random.Random(2))])
        before = [neuron([3.0, -5.0]).data for neuron in model.neurons]
        state = model.state_dict()
        for parameter in model.parameters():
            parameter.data += 1.0
        model.load_state_dict(state)
        expect_close(
            [neuron([3.0, -5.0]) for neuron in model.neurons],
            before,
            "outputs of two neurons, saved, changed and loaded again",
        )

    @KINDS
    def test_a_number_of_any_kind_is_a_number(self, kind):
        slope = Value(2.0)
        try:
            Box(slope=slope).load_state_dict({"slope": kind(7)})
        except ValueError as error:
            pytest.fail(f"7 as {kind.__name__}, which is a real number too, is refused: {error}")
        expect_close(slope.data, 7.0, f"data of slope after loading 7 as {kind.__name__}")

    def test_a_shared_parameter_needs_only_its_first_name(self):
        shared = Value(2.0)
        Box(a=shared, b=shared).load_state_dict({"a": 5.0})
        expect_close(shared.data, 5.0, "data of a parameter that stands in two places")

    @pytest.mark.parametrize("name", ["slope", "inner.shift", "table"])
    def test_a_missing_name_is_refused(self, name):
        expect_refused(lambda state: state.pop(name), f"a state without {name}", [name])

    def test_an_unexpected_name_is_refused(self):
        expect_refused(
            lambda state: state.update(curve=1.0), "a state with a curve too many", ["curve"]
        )

    @pytest.mark.parametrize(
        "make",
        [lambda: "7", lambda: None, lambda: [7.0], lambda: Value(7.0), lambda: np.array([[7.0]])],
        ids=["a text", "None", "a list", "a Value", "an array"],
    )
    def test_what_is_no_number_is_refused_for_a_number(self, make):
        given = make()
        expect_refused(
            lambda state: state.update({"inner.shift": given}),
            f"a state with {given!r} for the number inner.shift",
            ["inner.shift"],
        )

    @pytest.mark.parametrize(
        "given",
        [
            np.array([[9.0, 8.0, 7.0], [6.0, 5.0, 4.0]]),
            np.array([[9.0, 8.0, 7.0, 6.0]]),
            9.0,
            [[9.0, 8.0], [7.0, 6.0]],
        ],
        ids=["2 x 3", "1 x 4", "a number", "lists"],
    )
    def test_another_shape_is_refused(self, given):
        expect_refused(
            lambda state: state.update(table=given),
            f"a state with a {type(given).__name__} of shape {np.shape(given)} for the 2 × 2 table",
            ["table"],
        )

    def test_all_that_does_not_fit_is_listed_at_once(self):
        def change(state):
            del state["slope"]
            state.update({"curve": 1.0, "inner.shift": "seven", "table": np.array([[9.0]])})

        expect_refused(
            change,
            "a state with four things wrong",
            ["slope", "curve", "inner.shift", "table"],
        )
