"""2.2 · Weights and biases: what a module can say of everything in it, and do to it."""

import math
import random
from collections import OrderedDict
from functools import cache

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.module import (
    MLP,
    Layer,
    Module,
    children,
    he_normal,
    mlp_parameter_count,
    walk,
    xavier_uniform,
)
from katas.phase2_networks.neuron import Neuron
from katas.phase2_networks.spec_helpers import (
    Alike,
    Parameter,
    Parts,
    expect_number,
    some_values,
    without_end,
)


class Box(Parts, Module):
    """A module with whatever attributes it is given, in that order."""


class Crate(Parts):
    """No Module, but it has parameters and can list them, as a Neuron does."""

    def parameters(self):
        return list(vars(self).values())


class Twin(Box):
    """A module that says it equals every other one."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


@pytest.mark.kata("Module.parameters")
class TestParameters:
    def test_they_are_listed_without_their_names(self):
        a, b, c = some_values(3)
        found = Box(w=[a, b], inner=Box(b=c)).parameters()
        assert isinstance(found, list), (
            f"parameters() is a {type(found).__name__}, and should be a list: it is gone through "
            "at each step of training, not once"
        )
        assert not found or not isinstance(found[0], tuple | str), (
            f"parameters() begins with {found[0]!r:.60}: names are for named_parameters"
        )
        names = {id(a): "w.0", id(b): "w.1", id(c): "inner.b"}
        seen = [names.get(id(one), f"a stranger ({one!r:.40})") for one in found]
        assert sorted(seen) != sorted(names.values()) or seen == list(names.values()), (
            f"parameters() lists {', '.join(seen)}, and should list w.0, w.1, inner.b: the right "
            "ones in another order, which a set does not keep. An optimizer goes by the order."
        )
        assert seen == list(names.values()), (
            f"parameters() lists {', '.join(seen) or 'nothing'}, and should list "
            "the three Values themselves: w.0, w.1, inner.b"
        )

    def test_a_shared_parameter_counts_once(self):
        shared = Value(2.0)
        n = len(Box(a=shared, inner=Box(b=[shared])).parameters())
        assert n == 1, f"one Value in two places gives {n} parameters, and should give 1"

    def test_parameters_that_compare_equal_are_still_two(self):
        n = len(Box(a=Alike(1.0), b=Alike(1.0)).parameters())
        assert n == 2, (
            f"of two parameters for which == says True, parameters() lists {n}: named_parameters "
            "has seen to it already that each is listed once"
        )

    def test_they_are_the_ones_that_compute(self):
        neuron = Neuron(2, activation=None, rng=random.Random(1))
        for parameter in Box(neurons=[neuron]).parameters():
            parameter.data = 10.0
        # 10·2 + 10·3 + 10
        expect_close(
            neuron([2.0, 3.0]),
            60.0,
            "a neuron's output on (2, 3) after every parameter was set to 10",
        )


@pytest.mark.kata("Module.modules")
class TestModules:
    def test_a_module_alone_lists_itself(self):
        model = Box(w=Value(2.0), n=3)
        found = model.modules()
        assert found == [model], f"modules() of a lone module is {found}, and should be [itself]"

    def test_itself_comes_first_then_all_inside(self):
        deep = Box(w=Value(2.0))
        inner, listed, keyed = Box(deep=deep), Box(), Box()
        model = Box(inner=inner, some=[(listed,)], more={"a": keyed})
        found = model.modules()
        assert found and found[0] is model, "modules() should begin with the module itself"
        wanted = {"inner": inner, "inner.deep": deep, "some": listed, "more": keyed}
        missing = [name for name in wanted if not any(m is wanted[name] for m in found)]
        assert not missing, (
            f"modules() misses {', '.join(missing)}: they stand at any depth, and in lists, "
            "tuples and dicts as well"
        )
        assert len(found) == 5, f"modules() has {len(found)} entries and should have 5: {found}"

    def test_only_modules_are_listed(self):
        found = Box(neurons=[Neuron(1)], w=Value(2.0), rows=[[]]).modules()
        kinds = sorted({type(thing).__name__ for thing in found} - {"Box"})
        assert not kinds, (
            f"modules() lists things of type {', '.join(kinds)}: what is walked through on the "
            "way is not listed for that; a Neuron is not a Module"
        )

    def test_what_has_a_training_flag_need_not_be_a_module(self):
        crate = Crate(w=Value(2.0))
        crate.training = True
        model = Box(crate=crate)
        found = model.modules()
        assert len(found) == 1 and found[0] is model, (
            f"modules() of a module that holds something of another class with an attribute "
            f"training is {found}, and should be [itself]: a Module is an instance of the class"
        )

    def test_a_module_of_another_class_is_a_module_too(self):
        other = Module()
        found = Box(other=other).modules()
        assert any(module is other for module in found), (
            "a Module inside is missed that is of another class than the one that holds it: a "
            "network holds layers, and both are Modules"
        )

    def test_a_module_inside_something_else_is_found(self):
        inner = Box()
        found = Box(crate=Crate(inner=inner)).modules()
        assert any(module is inner for module in found), (
            "a Module inside an object that is not a Module but has a method `parameters`, is "
            "missed: `children` leads there"
        )

    def test_a_module_in_two_places_is_listed_once(self):
        inner, last = Box(), Box()
        found = Box(left=inner, right=[inner], last=last).modules()
        n = sum(module is inner for module in found)
        assert n == 1, f"a module that is held twice is listed {n} times, and should be once"
        assert any(module is last for module in found), (
            "a module is missed that stands after one that was already seen: what was seen is "
            "skipped, and the walk goes on"
        )

    def test_modules_that_compare_equal_are_still_two(self):
        n = len(Twin(one=Twin(), other=Twin()).modules())
        assert n == 3, (
            f"of three modules that say they are equal, modules() lists {n}. `==` asks whether two "
            "are equal, and so do `in` a list and, for those of one hash, a set; `is` and `id` "
            "tell which is which"
        )

    def test_a_module_that_holds_itself_is_listed_once(self):
        child = Box()
        model = Box(child=child)
        model.itself, child.parent = model, model
        n = len(without_end(model.modules))
        assert n == 2, f"two modules that hold each other give {n} entries, and should give 2"


def nested(training):
    """A module, one inside it, one in a list in that one, and all three in a list."""
    deep = Box(training=training)
    inner = Box(some=[deep], training=training)
    model = Box(inner=inner, training=training)
    return model, [model, inner, deep]


@pytest.mark.kata("Module.train")
class TestTrain:
    def test_it_is_switched_on_everywhere(self):
        model, all_three = nested(training=False)
        model.train()
        for module in all_three:
            expect_kind(module.training, bool, "training, after train(),")
        expect_close(
            [module.training for module in all_three],
            [True, True, True],
            "training of a module, its child and its grandchild after train()",
            mistakes={
                "only the module itself is switched": [True, False, False],
                "only its own children are switched along": [True, True, False],
                "the children are switched, and not the module itself": [False, True, True],
                "nothing is switched, or the flag is set on the class (each object's own flag "
                "hides that one)": [False, False, False],
            },
        )

    @pytest.mark.parametrize("place", [0, 1, 2], ids=["itself", "its child", "its grandchild"])
    def test_what_is_on_already_stays_on(self, place):
        model, all_three = nested(training=False)
        all_three[place].training = True
        model.train()
        expect_close(
            [module.training for module in all_three],
            [True, True, True],
            f"training after train(), where number {place} of the three was on before",
            mistakes={
                "the switch is turned over, whatever it says": [i != place for i in range(3)],
            },
        )

    def test_modules_that_hold_each_other_are_no_trap(self):
        model, (_, inner, deep) = nested(training=False)
        deep.parent = model
        without_end(model.train)
        assert inner.training and deep.training, "modules inside were not switched on"

    def test_what_it_stands_in_is_left_alone(self):
        model, (_, inner, deep) = nested(training=False)
        inner.train()
        assert (model.training, deep.training) == (False, True), (
            f"after train() on the inner module, the outer one has training={model.training} and "
            f"should have False; the one inside has {deep.training} and should have True"
        )


@pytest.mark.kata("Module.eval")
class TestEval:
    def test_it_is_switched_off_everywhere(self):
        model, all_three = nested(training=True)
        model.eval()
        for module in all_three:
            expect_kind(module.training, bool, "training, after eval(),")
        expect_close(
            [module.training for module in all_three],
            [False, False, False],
            "training of a module, its child and its grandchild after eval()",
            mistakes={
                "only the module itself is switched": [False, True, True],
                "only its own children are switched along": [False, False, True],
                "the children are switched, and not the module itself": [True, False, False],
                "nothing is switched, or the flag is set on the class (each object's own flag "
                "hides that one)": [True, True, True],
            },
        )

    @pytest.mark.parametrize("place", [0, 1, 2], ids=["itself", "its child", "its grandchild"])
    def test_what_is_off_already_stays_off(self, place):
        model, all_three = nested(training=True)
        all_three[place].training = False
        model.eval()
        wrong = {"the switch is turned over, whatever it says": [i == place for i in range(3)]}
        if place == 0:
            wrong["nothing is done inside a module that is off itself"] = [False, True, True]
        expect_close(
            [module.training for module in all_three],
            [False, False, False],
            f"training after eval(), where number {place} of the three was off before",
            mistakes=wrong,
        )

    def test_modules_that_hold_each_other_are_no_trap(self):
        model, (_, inner, deep) = nested(training=True)
        deep.parent = model
        without_end(model.eval)
        assert not inner.training and not deep.training, "modules inside were not switched off"

    def test_what_is_no_module_gets_no_flag(self):
        neuron = Neuron(1)
        model = Box(neurons=[neuron])
        model.eval()
        assert not hasattr(neuron, "training"), (
            "a Neuron has an attribute training after eval(), and it is no Module: a Module is "
            "an instance of the class, and nothing else is touched"
        )

    def test_another_model_is_left_alone(self, monkeypatch):
        monkeypatch.setattr(Module, "training", True)  # put back afterwards, whatever happens
        model, other = Box(), Box()
        model.eval()
        assert (model.training, other.training) == (False, True), (
            f"after eval() on one model, training is {model.training} there and {other.training} "
            "on another one, and should be False and True: was the flag set on the class, which "
            "all share?"
        )


@pytest.mark.kata("Module.zero_grad")
class TestZeroGrad:
    def test_every_gradient_is_zero_afterwards(self):
        model = Box(w=some_values(2), a=Value(4.0), inner=Box(b=Value(1.0)))
        values = [*model.w, model.a, model.inner.b]
        for value in values:
            value.grad = 7.0
        model.zero_grad()
        expect_close(
            [value.grad for value in values],
            [0.0, 0.0, 0.0, 0.0],
            "gradients of w.0, w.1, a and inner.b after zero_grad",
            mistakes={
                "only the first is cleared": [0.0, 7.0, 7.0, 7.0],
                "only the module's own are cleared, not those of the module inside": [0, 0, 0, 7],
                "only what is an attribute itself is cleared, and no list or module is entered": [
                    7.0,
                    7.0,
                    0.0,
                    7.0,
                ],
                "attributes and modules inside are cleared, and no list is entered": [7, 7, 0, 0],
                "a copy is cleared, or the name of a loop variable is given 0.0": [7, 7, 7, 7],
            },
        )

    def test_the_numbers_stay(self):
        model = Box(w=some_values(2))
        model.zero_grad()
        expect_close(
            [w.data for w in model.w],
            [2.0, 3.0],
            "data after zero_grad",
            mistakes={"the numbers are cleared, and not only the gradients": [0.0, 0.0]},
        )

    def test_an_array_of_gradients_becomes_zero_too(self):
        weight = Parameter(np.array([[1.0, 2.0]]))
        weight.grad = np.array([[5.0, 7.0]])
        Box(weight=weight).zero_grad()
        expect_close(
            weight.grad,
            0.0,
            "grad of a parameter that holds an array, after zero_grad",
            mistakes={"it is multiplied by 0: an array stays one, and nan stays nan": [[0.0, 0.0]]},
        )

    def test_zero_is_a_float(self):
        model = Box(w=Value(2.0))
        model.zero_grad()
        expect_kind(model.w.grad, float, "the gradient after zero_grad")

    def test_the_mode_makes_no_difference(self):
        model = Box(w=Value(2.0))
        model.training, model.w.grad = False, 7.0
        model.zero_grad()
        expect_close(
            model.w.grad,
            0.0,
            "gradient after zero_grad in eval mode",
            mistakes={"nothing is cleared unless the model is in train mode": 7.0},
        )

    def test_the_next_backward_starts_from_nothing(self):
        neuron = Neuron(2, activation=None, rng=random.Random(1))
        model = Box(neuron=neuron)
        neuron([2.0, 3.0]).backward()
        model.zero_grad()
        (5 * neuron([7.0, 11.0])).backward()
        expect_close(
            [value.grad for value in (*neuron.w, neuron.b)],
            [35.0, 55.0, 5.0],
            "gradients of 5·(w·x + b) at x = (7, 11)",
            mistakes={"those of the step before, at x = (2, 3), are still there": [37, 58, 6]},
        )


@pytest.mark.kata("Module.n_parameters")
class TestNParameters:
    def test_numbers_count_one_each(self):
        expect_close(
            Box(neurons=[Neuron(3), Neuron(2)]).n_parameters(),
            7,
            "number of parameters of two neurons, with 3 and with 2 inputs",
            mistakes={
                "the biases are not counted": 5,
                "neurons are counted": 2,
                "only the first neuron is counted": 4,
            },
        )

    def test_an_array_counts_all_that_is_in_it(self):
        weight = Parameter(np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0]]))
        expect_close(
            Box(weight=weight, bias=Parameter(0.5)).n_parameters(),
            11,
            "number of parameters of a 2 × 5 array and a number",
            mistakes={
                "an array counts as one": 2,
                "an array counts as many as it has rows": 3,
                "an array counts as many as it has columns": 6,
                "numbers are left out": 10,
            },
        )

    def test_a_shared_parameter_counts_once(self):
        shared = Value(2.0)
        expect_close(
            Box(a=shared, b=[shared, Value(1.0)]).n_parameters(),
            2,
            "number of parameters, one of which stands in two places",
            mistakes={"a shared parameter is counted wherever it stands": 3},
        )

    def test_an_array_may_have_any_number_of_dimensions(self):
        expect_close(
            Box(weight=Parameter(np.zeros((2, 3, 4)))).n_parameters(),
            24,
            "number of parameters of a 2 × 3 × 4 array",
            mistakes={
                "two dimensions are multiplied, and the rest is lost": 6,
                "the first and the last dimension are multiplied": 8,
                "the last two dimensions are multiplied": 12,
                "the dimensions are added up": 9,
            },
        )

    def test_an_empty_array_counts_zero(self):
        expect_close(
            Box(weight=Parameter(np.zeros((0, 3))), b=Parameter(1.0)).n_parameters(),
            1,
            "number of parameters of a 0 × 3 array and a number",
            mistakes={"an array without entries counts as a number, by an `or`": 2},
        )

    def test_it_is_a_whole_number(self):
        expect_kind(Box(w=Value(2.0)).n_parameters(), int, "the number of parameters")

    def test_each_call_counts_anew(self):
        model = Box(w=Value(2.0))
        model.n_parameters()
        model.b = Value(1.0)
        expect_close(
            model.n_parameters(),
            2,
            "number of parameters after a second one was put in",
            mistakes={"the count of the call before is kept": 1},
        )

    def test_nothing_counts_zero(self):
        expect_close(Box().n_parameters(), 0, "number of parameters of an empty module")
