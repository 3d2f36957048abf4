"""2.2 · Weights and biases: find every parameter of a network, and choose where it starts."""

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

# ---- stand-ins, so that nothing but `.data` and `.grad` makes a parameter


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


class Array:
    """As much of an array as a Module may ask for; the real ones come with Phase 3."""

    def __init__(self, *rows):
        self.rows = [list(row) for row in rows]

    @property
    def shape(self):
        return len(self.rows), len(self.rows[0])

    @property
    def size(self):
        return len(self.rows) * len(self.rows[0])

    @property
    def data(self):  # every array of numpy has it, and is no parameter for that
        return memoryview(b"")

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, place):
        return self.rows[place]

    def __setitem__(self, place, new):
        if place is Ellipsis:
            place = slice(None)
        self.rows[place] = [list(row) for row in new] if isinstance(place, slice) else list(new)

    def copy(self):
        return Array(*self.rows)

    __copy__ = copy

    def tolist(self):
        return [list(row) for row in self.rows]

    def __repr__(self):
        return f"Array{tuple(self.rows)}"


class Parameter:
    """A parameter of another engine than yours."""

    def __init__(self, data):
        self.data = data
        self.grad = 0.0


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


# ---- saving and loading


@pytest.mark.kata("Module.state_dict")
class TestStateDict:
    def test_names_lead_to_numbers(self):
        state = Box(w=[Value(2.0), Value(-3.0)], inner=Box(b=Value(0.5))).state_dict()
        assert isinstance(state, dict), (
            f"state_dict() is a {type(state).__name__}, and should be a dict"
        )
        kinds = sorted({type(entry).__name__ for entry in state.values()} - {"float"})
        assert not kinds, (
            f"the state holds entries of type {', '.join(kinds)}: a snapshot holds the numbers, "
            "since a parameter itself goes on changing as training goes on"
        )
        assert state == {"w.0": 2.0, "w.1": -3.0, "inner.b": 0.5}, (
            f"state_dict() is {state}, and should be {{'w.0': 2.0, 'w.1': -3.0, 'inner.b': 0.5}}"
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
        weight = Parameter(Array([1.0, 2.0], [3.0, 4.0]))
        state = Box(weight=weight).state_dict()
        weight.data[0] = [7.0, 7.0]
        kind = type(state["weight"]).__name__
        assert kind == "Array", (
            f"the state holds a {kind} for an array, and should hold an array: with its shape and "
            "type, so that it can be loaded again"
        )
        expect_close(
            state["weight"],
            [[1.0, 2.0], [3.0, 4.0]],
            "state of an array that was changed in place after the snapshot",
            mistakes={
                "the snapshot holds the model's own array, not a copy": [[7.0, 7.0], [3.0, 4.0]]
            },
        )

    def test_the_model_keeps_its_own_array(self):
        array = Array([1.0, 2.0])
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
        table=Parameter(Array([1.0, 2.0], [3.0, 4.0])),
    )
    return model, {"slope": 5.0, "inner.shift": 7.0, "table": Array([9.0, 8.0], [7.0, 6.0])}


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
        weight = Parameter(Array([1.0, 2.0], [3.0, 4.0]))
        array = weight.data
        Box(weight=weight).load_state_dict({"weight": Array([9.0, 8.0], [7.0, 6.0])})
        assert weight.data is array, (
            "after loading, the parameter holds another array than before: whoever holds the old "
            "one (an optimizer, a second layer) is left behind. Write into it."
        )
        expect_close(array, [[9.0, 8.0], [7.0, 6.0]], "the array after loading")

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
        [lambda: "7", lambda: None, lambda: [7.0], lambda: Value(7.0), lambda: Array([7.0])],
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
            Array([9.0, 8.0, 7.0], [6.0, 5.0, 4.0]),
            Array([9.0, 8.0, 7.0, 6.0]),
            9.0,
            [[9.0, 8.0], [7.0, 6.0]],
        ],
        ids=["2 x 3", "1 x 4", "a number", "lists"],
    )
    def test_another_shape_is_refused(self, given):
        expect_refused(
            lambda state: state.update(table=given),
            f"a state with {given!r} for the 2 × 2 array table",
            ["table"],
        )

    def test_all_that_does_not_fit_is_listed_at_once(self):
        def change(state):
            del state["slope"]
            state.update({"curve": 1.0, "inner.shift": "seven", "table": Array([9.0])})

        expect_refused(
            change,
            "a state with four things wrong",
            ["slope", "curve", "inner.shift", "table"],
        )

    def test_the_state_stays_as_it_was(self):
        model, state = two_part_model()
        model.load_state_dict(state)
        names = list(state)
        assert names == ["slope", "inner.shift", "table"] and held(model) == NEW, (
            f"after loading, the state has the names {names} (it had slope, inner.shift, table) "
            f"and the model holds {held(model)}, which should be {NEW}"
        )


# ---- initial weights


def expect_chance_from(rng_only):
    """What is drawn depends on the generator that is passed in, and on nothing else."""
    __tracebackhide__ = True
    before = random.getstate()
    first, again = rng_only(random.Random(7)), rng_only(random.Random(7))
    untouched = random.getstate() == before
    assert untouched, (
        "Python's global generator was used (random.random, random.uniform, …): whoever shares "
        "it changes your numbers, and you theirs. Draw from rng alone."
    )
    assert first == again, (
        "two generators with the same seed gave different weights, so that no run can be "
        "repeated: something else than rng is drawn from"
    )
    assert first != rng_only(random.Random(8)), (
        "two generators with different seeds gave the same weights: is rng left unused, and a "
        "generator of its own seeded inside?"
    )
    rng = random.Random(7)
    assert rng_only(rng) != rng_only(rng), (
        "one generator, asked twice, gave the same weights twice: then all layers of one size "
        "would start alike. Is rng copied, or seeded again?"
    )


N_IN, N_OUT = 250, 150
WEIGHTS = f"a layer with {N_IN} inputs and {N_OUT} outputs"


@cache
def drawn(init):
    """37,500 weights: enough to know a variance to half a percent."""
    return [w for row in init(N_IN, N_OUT, random.Random(3)) for w in row]


def share(condition, weights):
    return sum(map(condition, weights)) / len(weights)


def expect_table_of_weights(init):
    __tracebackhide__ = True
    table = init(2, 3, random.Random(1))
    expect_close(
        [len(row) for row in table],
        [3, 3],
        "lengths of the rows for n_in = 2, n_out = 3",
        mistakes={"rows and columns are exchanged: there is one row for each input": [2, 2, 2]},
    )
    kinds = sorted({type(w).__name__ for row in table for w in row})
    assert kinds == ["float"], f"weights are of type {', '.join(kinds)}, and should be floats"
    different = len({w for row in table for w in row})
    assert different == 6, (
        f"of the 6 weights only {different} are different: was one number, or one row, drawn and "
        "then repeated? Each weight is drawn by itself."
    )


@pytest.mark.kata("xavier_uniform")
class TestXavierUniform:
    def test_there_is_a_row_for_each_input(self):
        expect_table_of_weights(xavier_uniform)

    def test_all_chance_comes_from_rng(self):
        expect_chance_from(lambda rng: xavier_uniform(3, 2, rng))

    def test_weights_are_spread_evenly(self):
        # of the sizes of an even draw half lie below half of the largest, whatever the limit
        sizes = [abs(w) for w in drawn(xavier_uniform)]
        half = max(sizes) / 2
        below = share(lambda size: size < half, sizes)
        assert below < 0.6, (
            f"{below:.0%} of the weights are less than half as large as the largest, and half of "
            "them should be: they crowd around 0 and have no limit. This is what you get when "
            "the draws are normal (gauss), and not uniform."
        )

    def test_weights_reach_to_the_limit_and_no_further(self):
        # of 37,500 draws the largest is within 0.1 % of the limit; √(250 + 150) = 20
        expect_close(
            max(map(abs, drawn(xavier_uniform))) * 20,
            math.sqrt(6),
            f"largest weight of {WEIGHTS}, times √(n_in + n_out)",
            mistakes={
                "only n_in counts: √(6/n_in)": 20 * math.sqrt(6 / 250),
                "only n_in counts: √(3/n_in)": 20 * math.sqrt(3 / 250),
                "only n_out counts: √(6/n_out)": 20 * math.sqrt(6 / 150),
                "the limit is the standard deviation, √(2/(n_in + n_out)): draws that reach "
                "exactly that far vary less": math.sqrt(2),
                "the limit is the variance, 2/(n_in + n_out)": 20 * 2 / 400,
                "the root is forgotten: 6/(n_in + n_out)": 20 * 6 / 400,
                "the root is taken of the 6 alone": 20 * math.sqrt(6) / 400,
                "the factor 6 is left out": 1.0,
                "the 6 is a 3: √(3/(n_in + n_out)) belongs to variance 1/(n_in + n_out)": math.sqrt(
                    3
                ),
                "the limit is a Neuron's, 1/√n_in": 20 / math.sqrt(250),
                "n_in and n_out are multiplied, not added": 20 * math.sqrt(6 / (250 * 150)),
                "nothing scales it: the limit is 1": 20.0,
            },
            tolerance=2e-3,
        )

    def test_weights_lie_on_both_sides_of_zero(self):
        # of 37,500 draws the share is known to 0.3 %; the tolerance is seven times that
        expect_close(
            share(lambda w: w < 0, drawn(xavier_uniform)),
            0.5,
            f"share of negative weights of {WEIGHTS}",
            mistakes={
                "the draws go from 0 to the limit": 0.0,
                "the draws go from minus the limit to 0": 1.0,
            },
            tolerance=0.02,
        )

    def test_every_size_is_equally_likely(self):
        half = math.sqrt(6 / 400) / 2
        expect_close(
            share(lambda w: abs(w) < half, drawn(xavier_uniform)),
            0.5,
            f"share of weights below half of the limit, of {WEIGHTS}",
            mistakes={
                "the draws are normal: their variance is right, but they have no limit": math.erf(
                    math.sqrt(3) / 2 / math.sqrt(2)
                ),
                "only the two limits are drawn": 0.0,
            },
            tolerance=0.02,
        )


@pytest.mark.kata("he_normal")
class TestHeNormal:
    def test_there_is_a_row_for_each_input(self):
        expect_table_of_weights(he_normal)

    def test_all_chance_comes_from_rng(self):
        expect_chance_from(lambda rng: he_normal(3, 2, rng))

    def test_the_variance_is_two_over_n_in(self):
        # of 37,500 draws the deviation is known to 0.4 %; the tolerance is five times that
        weights = drawn(he_normal)
        expect_close(
            math.sqrt(sum(w * w for w in weights) / len(weights)) * math.sqrt(N_IN),
            math.sqrt(2),
            f"standard deviation of the weights of {WEIGHTS}, times √n_in",
            mistakes={
                "the factor is 1: right for tanh, but ReLU cuts off half of the signal": 1.0,
                "it is divided by n_out, not by n_in": math.sqrt(2 * 250 / 150),
                "it is divided by n_in + n_out": math.sqrt(2 * 250 / 400),
                "it is divided by the mean of n_in and n_out": math.sqrt(4 * 250 / 400),
                "the variance 2/n_in is handed over where the deviation is wanted": 2
                / math.sqrt(250),
                "the root is taken of the 2 alone": math.sqrt(2 / 250),
                "the factor is outside the root: 2/√n_in": 2.0,
                "nothing scales it: the deviation is 1": math.sqrt(250),
            },
            tolerance=0.02,
        )

    def test_weights_lie_on_both_sides_of_zero(self):
        expect_close(
            share(lambda w: w < 0, drawn(he_normal)),
            0.5,
            f"share of negative weights of {WEIGHTS}",
            mistakes={"their signs are dropped": 0.0},
            tolerance=0.02,
        )

    def test_the_draws_are_normal(self):
        # a normal draw is more than two deviations away with probability 1 - erf(√2) = 0.0455
        limit = 2 * math.sqrt(2 / N_IN)
        expect_close(
            share(lambda w: abs(w) > limit, drawn(he_normal)),
            1 - math.erf(math.sqrt(2)),
            f"share of weights beyond two deviations, of {WEIGHTS}",
            mistakes={"the draws are uniform, or cut off at two deviations": 0.0},
            tolerance=0.006,
        )


# ---- layers and networks


def weights_of(layer):
    """(number of inputs, number of neurons) and all weights, neuron by neuron."""
    return [[w.data for w in neuron.w] for neuron in layer.neurons]


def sizes_of(layer):
    return [len(row) for row in weights_of(layer)]


def set_weights(layer, *neurons):
    """Give each neuron of a layer its weights and, last, its bias."""
    for neuron, (*weights, bias) in zip(layer.neurons, neurons, strict=True):
        for w, number in zip(neuron.w, weights, strict=True):
            w.data = number
        neuron.b.data = bias


@pytest.mark.kata("Layer.__init__")
class TestLayerInit:
    def test_there_are_n_out_neurons_of_n_in_inputs(self):
        expect_close(
            sizes_of(Layer(3, 2)),
            [3, 3],
            "number of weights of each neuron of Layer(3, 2)",
            mistakes={
                "n_in and n_out are exchanged": [2, 2, 2],
                "each neuron has as many inputs as there are neurons": [2, 2],
                "there is one neuron for each input": [3, 3, 3],
                "one neuron is missing": [3],
            },
        )

    def test_they_are_different_neurons(self):
        n = len({id(neuron) for neuron in Layer(2, 3).neurons})
        assert n == 3, (
            f"the layer has 3 places and {n} neuron: [neuron] * 3 is one neuron, three times. "
            "What one of them learns, all of them learn."
        )

    def test_no_two_of_them_start_with_the_same_weights(self):
        rows = weights_of(Layer(2, 3, rng=random.Random(1)))
        different = len({tuple(row) for row in rows})
        assert different == 3, (
            f"3 neurons start with {different} different sets of weights: neurons that start equal "
            "get equal gradients and stay equal for ever. Was a generator with the same seed made "
            "for each?"
        )

    def test_the_same_seed_gives_the_same_weights(self):
        same = weights_of(Layer(2, 3, rng=random.Random(5))) == weights_of(
            Layer(2, 3, rng=random.Random(5))
        )
        assert same, (
            "two layers from random.Random(5) have different weights: is rng handed on to each "
            "Neuron? One that gets none makes a fresh, unseeded one."
        )

    def test_they_are_drawn_in_order_from_the_one_generator(self):
        rng = random.Random(5)
        by_hand = [[w.data for w in Neuron(2, "tanh", rng).w] for _ in range(3)]
        expect_close(
            weights_of(Layer(2, 3, "tanh", random.Random(5))),
            by_hand,
            "weights of a layer, beside three Neurons made from a generator with the same seed",
            mistakes={"the neurons are in reverse order": by_hand[::-1]},
        )

    def test_without_a_generator_each_layer_is_another(self):
        before = random.getstate()
        assert weights_of(Layer(2, 2)) != weights_of(Layer(2, 2)), (
            "two layers made without a generator have the same weights: rng=None means a fresh, "
            "unseeded one"
        )
        untouched = random.getstate() == before
        assert untouched, "Python's global generator was used: make a fresh one"

    @pytest.mark.parametrize(
        "activation, expected",
        [("relu", 0.0), (None, -2.0), (lambda z: z * z, 4.0)],
        ids=["relu", "None", "a function"],
    )
    def test_each_neuron_gets_the_activation(self, activation, expected):
        layer = Layer(1, 2, activation)
        set_weights(layer, [1.0, 0.0], [1.0, 0.0])
        expect_close(
            [neuron([-2.0]) for neuron in layer.neurons],
            [expected, expected],
            "outputs of two neurons with weight 1 on the input -2",
            mistakes={"the activation is not handed on, and is tanh": [math.tanh(-2.0)] * 2},
        )

    def test_the_activation_is_tanh_unless_given(self):
        layer = Layer(1, 1)
        set_weights(layer, [1.0, 0.0])
        expect_close(
            layer.neurons[0]([2.0]),
            math.tanh(2.0),
            "output of a neuron with weight 1 on the input 2",
            mistakes={"there is no activation": 2.0},
        )

    def test_its_parameters_are_found(self):
        names = {name for name, _ in Layer(1, 2).named_parameters()}
        wanted = {"neurons.0.w.0", "neurons.0.b", "neurons.1.w.0", "neurons.1.b"}
        assert names == wanted, (
            f"named_parameters of Layer(1, 2) finds {sorted(names)}, and should {sorted(wanted)}"
        )


def layer_of_three():
    """Three neurons on two inputs; at (2, -1) their sums are 2, -7.5 and 1."""
    layer = Layer(2, 3, activation=None)
    set_weights(layer, [3.0, 5.0, 1.0], [-2.0, 4.0, 0.5], [1.0, 1.0, 0.0])
    return layer


@pytest.mark.kata("Layer.__call__")
class TestLayerCall:
    def test_every_neuron_sees_all_inputs(self):
        # 3·2 - 5 + 1, -2·2 - 4 + 0.5, 2 - 1
        expect_close(
            layer_of_three()([2.0, -1.0]),
            [2.0, -7.5, 1.0],
            "outputs of three neurons on (2, -1)",
            mistakes={
                "the outputs are added up": -4.5,
                "only the first neuron is asked": [2.0],
                "the outputs come in reverse order": [1.0, -7.5, 2.0],
            },
        )

    def test_one_neuron_gives_a_list_of_one(self):
        layer = Layer(1, 1, activation=None)
        set_weights(layer, [3.0, 1.0])
        expect_close(
            layer([2.0]),
            [7.0],
            "outputs of a layer of one neuron",
            mistakes={
                "the list is dropped when there is one output (micrograd does that): then the "
                "layer after it has nothing to loop over": 7.0
            },
        )

    def test_the_outputs_are_values_in_a_list(self):
        outputs = layer_of_three()([Value(2.0), Value(-1.0)])
        kinds = [type(output).__name__ for output in outputs]
        assert isinstance(outputs, list) and kinds == ["Value"] * 3, (
            f"the outputs are a {type(outputs).__name__} of {', '.join(kinds)}, and should be a "
            "list of Values: numbers have no record of where they came from, and a generator is "
            "used up by the first neuron that reads it"
        )

    def test_gradients_of_all_neurons_meet_in_the_inputs(self):
        x = [Value(2.0), Value(-1.0)]
        a, b, c = layer_of_three()(x)
        (2 * a + 3 * b + 5 * c).backward()
        # 2·3 - 3·2 + 5·1 and 2·5 + 3·4 + 5·1
        expect_close(
            [v.grad for v in x],
            [5.0, 27.0],
            "gradients of the inputs of three neurons",
            mistakes={
                "the outputs are cut off from the inputs": [0.0, 0.0],
                "only the first neuron hands back": [6.0, 10.0],
                "only the last neuron hands back": [5.0, 5.0],
            },
        )


@pytest.mark.kata("MLP.__init__")
class TestMLPInit:
    def test_there_is_a_layer_between_each_two_sizes(self):
        expect_close(
            [sizes_of(layer) for layer in MLP([3, 4, 2]).layers],
            [[3, 3, 3, 3], [4, 4]],
            "weights of each neuron, layer by layer, of MLP([3, 4, 2])",
            mistakes={
                "the last layer is missing": [[3, 3, 3, 3]],
                "the first layer is missing": [[4, 4]],
                "the sizes are read from output to input": [[2, 2, 2, 2], [4, 4, 4]],
                "n_in and n_out of each layer are exchanged": [[4, 4, 4], [2, 2, 2, 2]],
                "every layer has the network's inputs": [[3, 3, 3, 3], [3, 3]],
            },
        )

    def test_any_number_of_layers_will_do(self):
        layers = MLP((2, 3, 5, 7, 1)).layers
        shapes = [(len(layer.neurons[0].w), len(layer.neurons)) for layer in layers]
        assert shapes == [(2, 3), (3, 5), (5, 7), (7, 1)], (
            f"the layers of MLP((2, 3, 5, 7, 1)) have (inputs, neurons) {shapes}, and should have "
            "(2, 3), (3, 5), (5, 7), (7, 1)"
        )

    @pytest.mark.parametrize(
        "activation, inside", [("relu", 0.0), (lambda z: z * z, 4.0)], ids=["relu", "a function"]
    )
    def test_only_the_last_layer_has_no_activation(self, activation, inside):
        model = MLP([1, 1, 1, 1], activation)
        for layer in model.layers:
            set_weights(layer, [1.0, 0.0])
        expect_close(
            [layer.neurons[0]([-2.0]) for layer in model.layers],
            [inside, inside, -2.0],
            "outputs of the neurons of three layers, each with weight 1 on the input -2",
            mistakes={
                "the last layer has an activation too: then it could say nothing outside of the "
                "activation's range": [inside] * 3,
                "no layer has an activation": [-2.0] * 3,
                "only the last layer has one": [-2.0, -2.0, inside],
                "only the first layer has one": [inside, -2.0, -2.0],
                "the first layer has none": [-2.0, inside, -2.0],
                "the activation is not handed on, and is tanh": [math.tanh(-2.0)] * 2 + [-2.0],
                "it is not handed on, and the last layer is left at its default, tanh": [inside] * 2
                + [math.tanh(-2.0)],
            },
        )

    def test_the_activation_is_tanh_unless_given(self):
        model = MLP([1, 1, 1])
        set_weights(model.layers[0], [1.0, 0.0])
        expect_close(
            model.layers[0].neurons[0]([2.0]),
            math.tanh(2.0),
            "output of a hidden neuron with weight 1 on the input 2",
        )

    def test_none_is_an_answer_and_not_a_missing_one(self):
        model = MLP([1, 1, 1], None)
        set_weights(model.layers[0], [1.0, 0.0])
        expect_close(
            model.layers[0].neurons[0]([-2.0]),
            -2.0,
            "output of a hidden neuron of MLP(sizes, None), with weight 1 on the input -2",
            mistakes={"None is taken for 'not given', and becomes tanh": math.tanh(-2.0)},
        )

    def test_a_single_layer_is_the_last_one(self):
        model = MLP([1, 1], "relu")
        set_weights(model.layers[0], [1.0, 0.0])
        expect_close(
            model.layers[0].neurons[0]([-2.0]),
            -2.0,
            "output of the only layer",
            mistakes={"the only layer has an activation": 0.0},
        )

    def test_layers_are_drawn_in_order_from_the_one_generator(self):
        rng = random.Random(5)
        by_hand = [weights_of(Layer(2, 2, "tanh", rng)) for _ in range(2)]
        expect_close(
            [weights_of(layer) for layer in MLP([2, 2, 2], rng=random.Random(5)).layers],
            by_hand,
            "weights of a network, beside two Layers made from a generator with the same seed",
            mistakes={
                "every layer starts with the same weights: each has a generator with one and the "
                "same seed, or is the same layer": [by_hand[0], by_hand[0]],
                "the last layer is made first": by_hand[::-1],
            },
        )

    def test_without_a_generator_each_network_is_another(self):
        first, second = ([weights_of(la) for la in MLP([2, 2, 1]).layers] for _ in range(2))
        assert first != second, (
            "two networks made without a generator have the same weights: rng=None means a fresh, "
            "unseeded one"
        )

    @pytest.mark.parametrize("sizes", [[], [3]], ids=["no sizes", "one size"])
    def test_fewer_than_two_sizes_are_refused(self, sizes):
        expect_raises(ValueError, lambda: MLP(sizes), f"MLP({sizes})", naming=[sizes])

    def test_the_sizes_stay_as_they_were(self):
        sizes = [3, 4, 2]
        MLP(sizes)
        assert sizes == [3, 4, 2], f"the caller's sizes were [3, 4, 2] and are {sizes} afterwards"

    def test_every_parameter_has_its_name(self):
        names = {name for name, _ in MLP([1, 2, 1]).named_parameters()}
        wanted = {f"layers.0.neurons.{n}.{part}" for n in (0, 1) for part in ("w.0", "b")}
        wanted |= {f"layers.1.neurons.0.{part}" for part in ("w.0", "w.1", "b")}
        assert names == wanted, (
            f"named_parameters of MLP([1, 2, 1]) finds {sorted(names)}, and should find "
            f"{sorted(wanted)}"
        )

    def test_micrograds_network_has_337_parameters(self):
        """The figure that the demo of micrograd prints for two inputs and two layers of 16."""
        expect_close(MLP([2, 16, 16, 1]).n_parameters(), 337, "parameters of MLP([2, 16, 16, 1])")


def network_by_hand():
    """Two inputs, two hidden neurons, one output; at (1, 2) the hidden sums are 1 and -3."""
    model = MLP([2, 2, 1], "relu")
    set_weights(model.layers[0], [2.0, -1.0, 1.0], [3.0, -4.0, 2.0])
    set_weights(model.layers[1], [5.0, 7.0, -8.0])
    return model


@pytest.mark.kata("MLP.__call__")
class TestMLPCall:
    def test_each_layer_works_on_what_the_one_before_put_out(self):
        # hidden: relu(2·1 - 2 + 1) = 1 and relu(3·1 - 4·2 + 2) = 0; output: 5·1 + 7·0 - 8
        expect_close(
            network_by_hand()([1.0, 2.0]),
            [-3.0],
            "output of a network of two layers on (1, 2)",
            mistakes={
                "every layer works on the network's inputs": [11.0],
                "only the first layer is used": [1.0, 0.0],
                "an activation is put on the output": [0.0],
                "the hidden layer has no activation": [-24.0],
                "the list is dropped where there is one output": -3.0,
                "the outputs of all layers are collected": [[1.0, 0.0], [-3.0]],
            },
        )

    def test_gradients_reach_back_through_all_layers(self):
        model, x = network_by_hand(), [Value(1.0), Value(2.0)]
        (4 * model(x)[0]).backward()
        first, second = model.layers[0].neurons
        (out,) = model.layers[1].neurons
        expect_close(
            [v.grad for v in (*out.w, out.b, *first.w, first.b, *second.w, second.b, *x)],
            # the second hidden neuron is off: nothing gets through to it
            [4.0, 0.0, 4.0, 20.0, 40.0, 20.0, 0.0, 0.0, 0.0, 40.0, -20.0],
            "gradients of 4·output: last layer, first neuron, second neuron, inputs",
            mistakes={
                "numbers, not Values, are passed from layer to layer: the graph is cut": [4, 0, 4]
                + [0] * 8,
            },
        )

    def test_finite_differences_agree(self):
        model = MLP([3, 4, 2], rng=random.Random(1))
        xs = [Value(0.3), Value(-1.2), Value(0.7)]
        error = gradient_error(lambda xs: model(xs)[0] * model(xs)[1], xs)
        assert error < 1e-6, f"engine and finite differences are {error:.2g} apart"

    def test_the_inputs_stay_as_they_were(self):
        x = [1.0, 2.0]
        network_by_hand()(x)
        assert x == [1.0, 2.0], f"the caller's inputs were [1.0, 2.0] and are {x} afterwards"

    def test_hidden_neurons_start_different_so_their_gradients_differ(self):
        model = MLP([2, 3, 1], rng=random.Random(1))
        model([0.5, -1.5])[0].backward()
        rows = {tuple(w.grad for w in neuron.w) for neuron in model.layers[0].neurons}
        assert len(rows) == 3, (
            f"of 3 hidden neurons {len(rows)} has a gradient of its own: neurons that start equal "
            "put out the same, get the same gradient, and are equal after every step of training. "
            "Three of them can do no more than one."
        )


@pytest.mark.kata("mlp_parameter_count")
class TestMLPParameterCount:
    def test_one_layer_has_weights_and_biases(self):
        expect_close(
            mlp_parameter_count([3, 2]),
            8,
            "parameters of MLP([3, 2])",
            mistakes={
                "the biases are left out": 6,
                "there is one bias for each input, not for each neuron": 9,
                "there is a single bias for the whole layer": 7,
                "units are counted": 5,
            },
        )

    def test_layers_add_up(self):
        # (3 + 1)·4 + (4 + 1)·2
        expect_close(
            mlp_parameter_count([3, 4, 2]),
            26,
            "parameters of MLP([3, 4, 2])",
            mistakes={
                "the biases are left out": 20,
                "there is one bias for each input, not for each neuron": 27,
                "only the first layer is counted": 16,
                "only the last layer is counted": 10,
                "the hidden layer has no biases": 22,
                "the output layer has no biases": 24,
                "the inputs have biases as well": 29,
            },
        )

    @pytest.mark.parametrize(
        "sizes, expected",
        [([2, 16, 16, 1], 337), ([784, 16, 16, 10], 13002)],
        ids=["micrograd's demo", "3Blue1Brown's digits"],
    )
    def test_published_networks(self, sizes, expected):
        expect_close(mlp_parameter_count(sizes), expected, f"parameters of MLP({sizes})")

    def test_it_agrees_with_a_real_one(self):
        expect_close(
            mlp_parameter_count([3, 5, 2, 7]), MLP([3, 5, 2, 7]).n_parameters(), "parameters"
        )

    def test_no_network_is_made(self, monkeypatch):
        def refuse(*args, **kwargs):
            pytest.fail("a Value was made to be counted: sizes are enough to know how many")

        monkeypatch.setattr(Value, "__init__", refuse)
        # (1000 + 1)·2000 + (2000 + 1)·10
        expect_close(mlp_parameter_count([1000, 2000, 10]), 2022010, "parameters, by arithmetic")
