"""2.2 · Weights and biases: find every parameter of a network, whatever it stands in."""

import math
import random
from collections import OrderedDict
from functools import cache

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
from katas.phase2_networks.spec_helpers import Array, Parameter


class Box(Module):
    """A module with whatever attributes it is given, in that order."""

    def __init__(self, **parts):
        vars(self).update(parts)


class Crate:
    """No Module, but it has parameters and can list them, as a Neuron does."""

    def __init__(self, **parts):
        vars(self).update(parts)

    def parameters(self):
        return list(vars(self).values())


class Cube:
    """All that counting asks of an array of three dimensions."""

    shape, size = (2, 3, 4), 24


class Plain:
    """An object with an attribute, and without a method `parameters`."""

    def __init__(self):
        self.w = Parameter(2.0)


class Alike(Parameter):
    """A parameter that says it equals every other one."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


def expect_parts(found, expected, what, mistakes=()):
    """Compare a list of (name, part) pairs: the names, and that the parts are those put there."""
    __tracebackhide__ = True
    if not isinstance(found, list):
        returns = ": does every path end in a return?" if found is None else ""
        kind = type(found).__name__
        pytest.fail(f"{what} is a {kind}, and should be a list of (name, part) pairs{returns}")
    for entry in found:
        if not (isinstance(entry, tuple) and len(entry) == 2):
            pytest.fail(f"{what} holds {entry!r:.60}, and should hold (name, part) pairs")
    names, wanted = [name for name, _ in found], list(expected)
    if names != wanted:
        lines = [
            f"{what}: the names are not right",
            f"  expected  {wanted}",
            f"  got       {names}",
        ]
        for name, wrong in dict(mistakes).items():
            assert wrong != wanted, f"the mistake {name!r} gives the right answer here"
            if wrong == names:
                lines.append(f"  This is exactly what you get when {name}.")
        pytest.fail("\n".join(lines))
    for name, part in found:
        if part is not expected[name]:
            pytest.fail(
                f"{what}: under {name!r} stands {part!r:.60}, and not the object that was put "
                "there. A copy, or its number alone, is of no use to anyone who wants to change "
                "the network."
            )


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


def some_values(n):
    return [Value(2.0 + place) for place in range(n)]


# ---- the walk


@pytest.mark.kata("children")
class TestChildren:
    def test_the_parts_of_a_list_are_named_by_their_place(self):
        a, b = some_values(2)
        expect_parts(
            children([a, b]),
            {"0": a, "1": b},
            "children of a list",
            mistakes={
                "the names are numbers: a name is a text, so that names can be joined": [0, 1],
                "places are counted from 1": ["1", "2"],
            },
        )

    def test_a_tuple_counts_as_a_list_does(self):
        a, b = some_values(2)
        expect_parts(
            children((a, b)),
            {"0": a, "1": b},
            "children of a tuple",
            mistakes={"tuples are forgotten": []},
        )

    def test_the_parts_of_a_dict_go_by_their_keys(self):
        a, b = some_values(2)
        expect_parts(
            children({"weight": a, "bias": b}),
            {"weight": a, "bias": b},
            "children of a dict",
            mistakes={
                "dicts are forgotten": [],
                "they are numbered, and the keys are lost": ["0", "1"],
                "they are sorted": ["bias", "weight"],
            },
        )

    def test_an_ordered_dict_is_a_dict(self):
        a = Value(2.0)
        expect_parts(
            children(OrderedDict(first=a)),
            {"first": a},
            "children of an OrderedDict",
            mistakes={"its type has to be dict itself: isinstance also knows what inherits": []},
        )

    def test_nothing_is_left_out_for_being_empty(self):
        a = Value(2.0)
        expect_parts(
            children([None, 0, a]),
            {"0": None, "1": 0, "2": a},
            "children of [None, 0, a]",
            mistakes={
                "what is None, 0 or empty is left out": ["2"],
                "None is left out": ["1", "2"],
            },
        )

    def test_a_key_becomes_a_text(self):
        a = Value(2.0)
        expect_parts(
            children({7: a}),
            {"7": a},
            "children of {7: a}",
            mistakes={"the key stays a number: a name is a text": [7]},
        )

    def test_the_parts_of_an_object_are_its_attributes(self):
        a, b, c = some_values(3)
        expect_parts(
            children(Crate(w=a, b=b, activation="tanh", _scale=c)),
            {"w": a, "b": b, "activation": "tanh", "_scale": c},
            "children of an object with w, b, activation, _scale and a method `parameters`",
            mistakes={
                "only a Module is entered: a Neuron is none, and yet has parameters": [],
                "they are sorted": ["_scale", "activation", "b", "w"],
                "its parameters are asked for and numbered, not its attributes": [
                    "0",
                    "1",
                    "2",
                    "3",
                ],
                "parts that are no parameters are left out: that is for later": [
                    "w",
                    "b",
                    "_scale",
                ],
                "those that begin with an underscore are left out": ["w", "b", "activation"],
            },
        )

    def test_a_module_has_what_was_put_into_it(self):
        a = Value(2.0)
        inner = Box(w=a)
        expect_parts(
            children(Box(inner=inner)),
            {"inner": inner},
            "children of a Module with one attribute",
            mistakes={
                "its parts are entered as well: children are those one step away": ["w"],
                "the class is searched too (`training` stands there)": ["inner", "training"],
            },
        )

    def test_a_neuron_is_entered(self):
        neuron = Neuron(2, rng=random.Random(1))
        parts = dict(children(neuron))
        assert parts.get("w") is neuron.w and parts.get("b") is neuron.b, (
            f"the children of a Neuron are {list(parts)}, and should be its attributes, w and b "
            "among them"
        )

    def test_a_list_in_a_list_stays_one_part(self):
        a, b, c = some_values(3)
        row = [a, b]
        expect_parts(
            children([row, c]),
            {"0": row, "1": c},
            "children of [[a, b], c]",
            mistakes={"inner lists are taken apart: children are one step away": ["0", "1", "2"]},
        )

    @pytest.mark.parametrize(
        "thing",
        ["tanh", 3.0, None, {1, 2}, Parameter(3.0), Array([1.0, 2.0]), math.tanh, Plain()],
        ids=[
            "a text",
            "a number",
            "None",
            "a set",
            "a parameter",
            "an array",
            "a function",
            "an object without parameters()",
        ],
    )
    def test_anything_else_has_no_parts(self, thing):
        expect_parts(
            children(thing),
            {},
            f"children of {thing!r:.40}",
            mistakes={
                "every object's attributes are its parts, even a parameter's": ["data", "grad"],
                "every object's attributes are its parts, with or without a method `parameters`": [
                    "w"
                ],
                "all that can be looped over is taken apart, a text too": ["0", "1", "2", "3"],
                "all that can be looped over is taken apart, a set too": ["0", "1"],
            },
        )

    def test_a_value_has_no_parts_whatever_it_was_computed_from(self):
        result = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*")
        expect_parts(children(result), {}, "children of a Value with two parents")


@pytest.mark.kata("Module.named_parameters")
class TestNamedParameters:
    def test_an_attribute_gives_its_name(self):
        w, b, a = some_values(3)
        expect_parts(
            Box(w=w, b=b, a=a).named_parameters(),
            {"w": w, "b": b, "a": a},
            "named_parameters of a module with w, b and a",
            mistakes={
                "they are sorted, and not left in the order in which they were put there": [
                    "a",
                    "b",
                    "w",
                ],
                "names start with a dot: an empty name was joined too": [".w", ".b", ".a"],
            },
        )

    def test_asked_twice_it_says_the_same(self):
        model = Box(w=Value(2.0))
        once, twice = len(model.named_parameters()), len(model.named_parameters())
        assert once == twice, (
            f"asked twice, one module has {once} parameters and then {twice}: what an earlier call "
            "found, or has seen, is still there. A default argument such as found=[] is made "
            "once, when the function is defined, and not at each call."
        )

    def test_a_module_without_parameters_has_an_empty_list(self):
        expect_parts(
            Box(activation="tanh", n=3).named_parameters(),
            {},
            "named_parameters of an empty module",
        )

    def test_lists_tuples_and_dicts_are_entered(self):
        a, b, c, d = some_values(4)
        expect_parts(
            Box(rows=[[a], [b]], pair=(c,), heads={"left": d}).named_parameters(),
            {"rows.0.0": a, "rows.1.0": b, "pair.0": c, "heads.left": d},
            "named_parameters of a module with lists in a list, a tuple and a dict",
            mistakes={
                "a list in a list is missed": ["pair.0", "heads.left"],
                "only what stands directly in an attribute is found": [],
                "only the last part of the path is kept": ["0", "0", "0", "left"],
            },
        )

    def test_a_module_in_a_module_is_entered(self):
        a, b = some_values(2)
        expect_parts(
            Box(inner=Box(w=a), b=b).named_parameters(),
            {"inner.w": a, "b": b},
            "named_parameters of a module with a module and a parameter",
            mistakes={
                "modules inside are missed": ["b"],
                "its own parameters come first, and not in the order in which all was put there": [
                    "b",
                    "inner.w",
                ],
                "the path to it is left out": ["w", "b"],
                "the path grows from one part to the next, as one list that all share": [
                    "inner.w",
                    "inner.w.b",
                ],
            },
        )

    def test_modules_in_a_list_are_entered(self):
        a, b = some_values(2)
        expect_parts(
            Box(layers=[Box(w=a), Box(w=b)]).named_parameters(),
            {"layers.0.w": a, "layers.1.w": b},
            "named_parameters of a module with a list of two modules",
            mistakes={
                "modules are looked for in attributes alone, and not in lists": [],
                "the place in the list is left out": ["layers.w", "layers.w"],
                "the path to it is left out": ["w", "w"],
                "only the first module of a list is entered": ["layers.0.w"],
            },
        )

    def test_depth_first(self):
        a, b, c, d = some_values(4)
        expect_parts(
            Box(first=Box(deep=Box(w=a), w=b), more=c, last=d).named_parameters(),
            {"first.deep.w": a, "first.w": b, "more": c, "last": d},
            "named_parameters of modules three deep",
            mistakes={
                "near ones come before deep ones: a walk breadth first, or parameters before "
                "modules": ["more", "last", "first.w", "first.deep.w"],
                "the walk goes from the last part to the first": [
                    "last",
                    "more",
                    "first.w",
                    "first.deep.w",
                ],
                "modules are entered one level deep only": ["first.w", "more", "last"],
            },
        )

    def test_neurons_are_entered_though_they_are_no_modules(self):
        names = {name for name, _ in Box(neurons=[Neuron(2), Neuron(1)]).named_parameters()}
        wanted = {"neurons.0.w.0", "neurons.0.w.1", "neurons.0.b", "neurons.1.w.0", "neurons.1.b"}
        assert names == wanted, (
            f"the names found in a list of two Neurons are {sorted(names)}, and should be "
            f"{sorted(wanted)}: your Neuron is no Module, but it has a method `parameters`, and "
            "`children` knows what stands in it"
        )

    def test_a_shared_parameter_is_listed_once_where_it_stands_first(self):
        shared, own = some_values(2)
        expect_parts(
            Box(encoder=Box(w=shared), decoder=Box(w=shared, b=own)).named_parameters(),
            {"encoder.w": shared, "decoder.b": own},
            "named_parameters of two modules that share w",
            mistakes={
                "a shared parameter is listed twice: an optimizer would move it twice": [
                    "encoder.w",
                    "decoder.w",
                    "decoder.b",
                ],
                "a shared parameter goes by the last of its names": ["decoder.w", "decoder.b"],
                "what was already seen ends the walk, and all that follows is lost": ["encoder.w"],
            },
        )

    def test_a_shared_module_is_listed_once(self):
        w = Value(2.0)
        inner = Box(w=w)
        expect_parts(
            Box(left=inner, right=[inner]).named_parameters(),
            {"left.w": w},
            "named_parameters of a module that holds another one twice",
            mistakes={"a shared module is listed twice": ["left.w", "right.0.w"]},
        )

    def test_parameters_that_compare_equal_are_still_two(self):
        a, b = Alike(1.0), Alike(1.0)
        expect_parts(
            Box(a=a, b=b).named_parameters(),
            {"a": a, "b": b},
            "named_parameters of two parameters for which == says True",
            mistakes={
                "`==`, `in` or a set of parameters decides what is the same: two weights may hold "
                "one number and be two; only the object itself (`is`, `id`) tells": ["a"]
            },
        )

    def test_a_parameter_is_whatever_has_data_and_grad(self):
        weight, bias = Parameter(Array([1.0, 2.0], [3.0, 4.0])), Parameter(0.5)
        expect_parts(
            Box(weight=weight, bias=bias).named_parameters(),
            {"weight": weight, "bias": bias},
            "named_parameters of a module with parameters of another engine",
            mistakes={
                "only a Value counts: the arrays of later phases would be missed": [],
                "only what holds a number counts: the arrays of later phases would be missed": [
                    "bias"
                ],
            },
        )

    def test_a_parameter_without_a_gradient_yet_is_one(self):
        weight = Parameter(0.0)
        weight.grad = None
        expect_parts(
            Box(weight=weight).named_parameters(),
            {"weight": weight},
            "named_parameters of a module with a parameter whose data is 0 and whose grad is None",
            mistakes={
                "the gradient has to be there, and not only its place (None counts as missing)": []
            },
        )

    def test_grad_without_data_is_no_parameter(self):
        w = Value(2.0)
        expect_parts(
            Box(inner=Box(grad="clipped", w=w)).named_parameters(),
            {"inner.w": w},
            "named_parameters of a module inside which grad = 'clipped' and w are kept",
            mistakes={"`.grad` alone counts, and the module is taken for a parameter": ["inner"]},
        )

    def test_an_underscore_hides_nothing(self):
        w = Value(2.0)
        expect_parts(
            Box(_w=w).named_parameters(),
            {"_w": w},
            "named_parameters of a module that keeps its parameter as _w",
            mistakes={"names with an underscore are left out: such a weight would never learn": []},
        )

    def test_data_without_grad_is_no_parameter(self):
        w = Value(2.0)
        expect_parts(
            Box(mean=Array([1.0, 2.0]), w=w).named_parameters(),
            {"w": w},
            "named_parameters of a module that also keeps a bare array",
            mistakes={"`.data` alone counts, which a bare array has as well": ["mean", "w"]},
        )

    def test_what_a_parameter_was_computed_from_is_not_searched(self):
        product = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*")
        found = Box(w=product).named_parameters()
        expect_parts(found, {"w": product}, "named_parameters of a module with a computed w")

    def test_a_module_that_holds_itself_is_entered_once(self):
        a, b = some_values(2)
        child = Box(w=a)
        model = Box(child=child, b=b)
        model.itself, child.parent = model, model
        child.twin = Box(twin=child)
        expect_parts(
            without_end(model.named_parameters),
            {"child.w": a, "b": b},
            "named_parameters of a module whose child points back to it, and has a twin that "
            "points back to the child",
            mistakes={
                "the module itself is not noted as entered, only what is met inside: so it is "
                "entered once more, through the child that points back to it": [
                    "child.w",
                    "child.parent.b",
                ]
            },
        )

    def test_each_call_looks_anew(self):
        a, b = some_values(2)
        model = Box(a=a)
        model.named_parameters()
        model.b = b
        expect_parts(
            model.named_parameters(),
            {"a": a, "b": b},
            "named_parameters, asked again after b was put there",
            mistakes={
                "the list of the first call is kept, and what came later is missed": ["a"],
            },
        )


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
        same = [one is other for one, other in zip(found, [a, b, c])]
        assert same == [True] * 3 and len(found) == 3, (
            f"parameters() is {found}, and should be the three Values themselves, in order"
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
            "way is not listed for that; a Neuron is no Module"
        )

    def test_a_module_inside_something_else_is_found(self):
        inner = Box()
        found = Box(crate=Crate(inner=inner)).modules()
        assert any(module is inner for module in found), (
            "a Module inside an object that is no Module, but has a method `parameters`, is "
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
        model = Box(w=some_values(2), inner=Box(b=Value(1.0)))
        values = [*model.w, model.inner.b]
        for value in values:
            value.grad = 7.0
        model.zero_grad()
        expect_close(
            [value.grad for value in values],
            [0.0, 0.0, 0.0],
            "gradients of w.0, w.1 and inner.b after zero_grad",
            mistakes={
                "only the first is cleared": [0.0, 7.0, 7.0],
                "only the module's own are cleared, not those of the module inside": [0, 0, 7],
                "a copy is cleared, or the name of a loop variable is given 0.0": [7.0, 7.0, 7.0],
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
        weight = Parameter(Array([1.0, 2.0]))
        weight.grad = Array([5.0, 7.0])
        Box(weight=weight).zero_grad()
        expect_close(weight.grad, 0.0, "grad of a parameter that holds an array, after zero_grad")

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
        weight = Parameter(Array([1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0]))
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
            Box(weight=Parameter(Cube())).n_parameters(),
            24,
            "number of parameters of a 2 × 3 × 4 array",
            mistakes={"two dimensions are multiplied, and the rest is lost": 6},
        )

    def test_nothing_counts_zero(self):
        expect_close(Box().n_parameters(), 0, "number of parameters of an empty module")
