"""2.2 · Weights and biases: find every parameter of a network, whatever it stands in."""

import math
import random
from collections import OrderedDict, namedtuple
from functools import cache

import numpy as np
import pytest

from dojo.expect import expect_close, same_parameters
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
from katas.phase2_networks.spec_helpers import Alike, Parameter, Parts, some_values, without_end


class Box(Parts, Module):
    """A module with whatever attributes it is given, in that order."""


class Crate(Parts):
    """No Module, but it has parameters and can list them, as a Neuron does."""

    def parameters(self):
        return list(vars(self).values())


class Pair(namedtuple("Two", "first second")):
    """A tuple whose places have names."""


class Rows(list):
    """A list of a class of its own."""


class Settings:
    """It has something called `parameters` that is not a method."""

    def __init__(self):
        self.parameters = 12


class Plain:
    """An object with an attribute, and without a method `parameters`."""

    def __init__(self):
        self.w = Parameter(2.0)


@cache
def large():
    """A module with 30,000 parameters, in a list."""
    return Box(w=[Parameter(0.0) for _ in range(30_000)])


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
        same = [name for name, wrong in dict(mistakes).items() if wrong == names]
        lines += [f"  This is exactly what you get when {name}." for name in same]
        missing = ", ".join(map(repr, (name for name in wanted if name not in names)))
        added = ", ".join(map(repr, (name for name in names if name not in wanted)))
        if not same and sorted(map(str, names)) == sorted(wanted):
            lines.append("  They are the right ones in another order, or some of another type.")
        elif not same:
            lines.append(f"  What is missing: {missing or 'nothing'}; too many: {added or 'none'}.")
        pytest.fail("\n".join(lines))
    for name, part in found:
        if part is not expected[name]:
            pytest.fail(
                f"{what}: under {name!r} stands {part!r:.60}, and not the object that was put "
                "there. A copy, or its number alone, is of no use to anyone who wants to change "
                "the network."
            )


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

    def test_what_inherits_from_list_or_tuple_is_one(self):
        a, b = some_values(2)
        for thing in (Pair(a, b), Rows([a, b])):
            expect_parts(
                children(thing),
                {"0": a, "1": b},
                f"children of {type(thing).__name__}, a kind of {type(thing).__base__.__name__}",
                mistakes={
                    "its type has to be list or tuple itself: isinstance also knows what inherits, "
                    "such as a namedtuple": []
                },
            )

    def test_an_attribute_that_is_none_is_a_part_too(self):
        a = Value(2.0)
        expect_parts(
            children(Crate(activation=None, w=a)),
            {"activation": None, "w": a},
            "children of an object with activation, which is None, and w",
            mistakes={"attributes that are None are left out": ["w"]},
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
                "parts that are not parameters are left out: that is for later": [
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
        [
            "tanh",
            3.0,
            None,
            {1, 2},
            Parameter(3.0),
            np.array([[1.0, 2.0]]),
            math.tanh,
            Plain(),
            Settings(),
        ],
        ids=[
            "a text",
            "a number",
            "None",
            "a set",
            "a parameter",
            "an array",
            "a function",
            "an object without parameters()",
            "an object with a number called parameters",
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
                "anything called `parameters` will do, where a method is asked for": ["parameters"],
                "all that can be looped over is taken apart, a text too": ["0", "1", "2", "3"],
                "all that can be looped over is taken apart, a set too": ["0", "1"],
            },
        )

    def test_a_value_has_no_parts_whatever_it_was_computed_from(self):
        result = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*")
        expect_parts(children(result), {}, "children of a Value with two parents")


@pytest.mark.kata("walk")
class TestWalk:
    def test_the_thing_itself_comes_first_and_has_no_name(self):
        for thing in (Parameter(3.0), [], None):
            expect_parts(
                walk(thing),
                {"": thing},
                "walk through what has no parts",
                mistakes={"the thing itself is left out, and only its parts are listed": []},
            )

    def test_everything_inside_is_listed_with_the_path_to_it(self):
        a = Value(2.0)
        row = [a]
        rows = [row]
        model = Box(rows=rows, activation="tanh")
        expect_parts(
            walk(model),
            {"": model, "rows": rows, "rows.0": row, "rows.0.0": a, "activation": "tanh"},
            "walk through a module with [[a]] and a text",
            mistakes={
                "the thing itself is left out, and only its parts are listed": [
                    "rows",
                    "rows.0",
                    "rows.0.0",
                    "activation",
                ],
                "only what has no parts is listed, and not what is walked through": [
                    "rows.0.0",
                    "activation",
                ],
                "paths begin with a dot: an empty path was joined too": [
                    "",
                    ".rows",
                    ".rows.0",
                    ".rows.0.0",
                    ".activation",
                ],
                "only the last part of the path is kept": ["", "rows", "0", "0", "activation"],
                "only parameters are listed: that is for later": ["rows.0.0"],
                "the walk stops one level down": ["", "rows", "activation"],
            },
        )

    def test_a_hundred_levels_are_gone_through(self):
        a = Value(2.0)
        nested = a
        for _ in range(99):
            nested = [nested]
        try:
            path, part = walk(nested)[-1]
        except RecursionError as error:
            pytest.fail(f"99 lists in each other are too deep ({error}), and 100 levels are not")
        assert (path.count("0"), part) == (99, a), (
            f"in 99 lists in each other stands a Value, and the last thing found is {part!r:.60}, "
            f"on a path of {path.count('0')} names: the walk gives up on its way down"
        )

    def test_depth_first_in_the_order_of_children(self):
        a, b, c = some_values(3)
        left, right = {"a": a, "b": b}, (c,)
        model = Box(left=left, right=right)
        expect_parts(
            walk(model),
            {"": model, "left": left, "left.a": a, "left.b": b, "right": right, "right.0": c},
            "walk through a module with a dict and a tuple",
            mistakes={
                "near ones come before deep ones: the walk is breadth first": [
                    "",
                    "left",
                    "right",
                    "left.a",
                    "left.b",
                    "right.0",
                ],
                "the walk goes from the last part to the first: a stack hands back what was put "
                "on it last": ["", "right", "right.0", "left", "left.b", "left.a"],
                "a thing is listed after its parts": [
                    "left.a",
                    "left.b",
                    "left",
                    "right.0",
                    "right",
                    "",
                ],
            },
        )

    def test_what_stands_in_two_places_is_listed_where_it_stands_first(self):
        a = Value(2.0)
        inner, last = Box(w=a), Box()
        model = Box(inner=inner, again=[inner], last=last)
        expect_parts(
            walk(model),
            {"": model, "inner": inner, "inner.w": a, "again": model.again, "last": last},
            "walk through a module that holds another one twice",
            mistakes={
                "nothing remembers what was seen": [
                    "",
                    "inner",
                    "inner.w",
                    "again",
                    "again.0",
                    "again.0.w",
                    "last",
                ],
                "what was already seen ends the walk": ["", "inner", "inner.w", "again"],
            },
        )

    def test_where_it_stands_first_is_asked_in_the_order_of_the_walk(self):
        shared = Value(2.0)
        model = Box(deep=[[shared]], near=shared)
        paths = {id(part): path for path, part in walk(model)}
        assert paths.get(id(shared)) == "deep.0.0", (
            f"what stands at deep.0.0 and at near is listed as {paths.get(id(shared))!r}, and "
            "should be as 'deep.0.0', which a walk depth first reaches sooner: is a part noted as "
            "seen when it is listed, or already when it is put in line?"
        )

    def test_an_empty_name_on_the_way_is_joined_too(self):
        a, b = Value(2.0), Value(3.0)
        inner = {"w": a}
        both = {"": inner, "w": b}
        model = Box(heads=both)
        expect_parts(
            walk(model),
            {"": model, "heads": both, "heads.": inner, "heads..w": a, "heads.w": b},
            "walk through a module with a dict one of whose keys is ''",
            mistakes={
                "empty names are left out, so that two parts go by one path": [
                    "",
                    "heads",
                    "heads",
                    "heads.w",
                    "heads.w",
                ]
            },
        )

    def test_a_thing_may_hold_itself(self):
        child = Box()
        model = Box(child=child)
        child.parent = model
        expect_parts(
            without_end(lambda: walk(model)),
            {"": model, "child": child},
            "walk through a module whose child points back to it",
            mistakes={"the thing itself is not noted as seen": ["", "child", "child.parent"]},
        )

    def test_things_that_compare_equal_are_still_two(self):
        a, b = Alike(1.0), Alike(1.0)
        both = [a, b]
        expect_parts(
            walk(both),
            {"": both, "0": a, "1": b},
            "walk through a list of two parameters for which == says True",
            mistakes={
                "`==`, `in` or a set of parts tells what was seen, and not `is`": ["", "0"],
                "`==` tells what was seen, and not `is`: even the list equals such a part": [""],
            },
        )

    def test_every_call_begins_anew(self):
        once, twice = len(walk([1.5, 2.5])), len(walk([1.5, 2.5]))
        assert once == twice == 3, (
            f"asked twice, a list of two numbers has {once} entries and then {twice}: what an "
            "earlier call found, or has seen, is still there"
        )

    def test_a_large_model_is_walked_through_at_once(self):
        """A list of what was seen, gone through for each part, would take minutes."""
        n = len(walk(large()))
        assert n == 30_002, f"a model, its list and the 30,000 parameters in it are {n} things"


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
        with same_parameters(model, "named_parameters()"):
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
                "near ones come before deep ones, as in a walk breadth first": [
                    "pair.0",
                    "heads.left",
                    "rows.0.0",
                    "rows.1.0",
                ],
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
            f"{sorted(wanted)}: your Neuron is not a Module, but it has a method `parameters`, and "
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
                "what was already seen ends the walk, and everything after it is lost": [
                    "encoder.w"
                ],
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
                "`==` decides what is the same (`in` a list or a set asks it too): two weights may "
                "hold one number and be two, and `is` and `id` tell which is which": ["a"],
                "only a Value counts: a parameter is whatever has `.data` and `.grad`": [],
            },
        )

    def test_a_parameter_is_whatever_has_data_and_grad(self):
        weight, bias = Parameter(np.array([[1.0, 2.0], [3.0, 4.0]])), Parameter(0.5)
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
            mistakes={
                "`.grad` alone counts, and the module is taken for a parameter": ["inner"],
                "`.grad` alone counts, and the module goes in as a parameter of its own": [
                    "inner",
                    "inner.w",
                ],
            },
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
            Box(mean=np.array([[1.0, 2.0]]), w=w).named_parameters(),
            {"w": w},
            "named_parameters of a module that also keeps a bare array",
            mistakes={"`.data` alone counts, which a bare array has as well": ["mean", "w"]},
        )

    def test_what_a_parameter_was_computed_from_is_not_searched(self):
        product = Value(6.0, (Value(2.0), Value(3.0)), (3.0, 2.0), "*")
        found = Box(w=product).named_parameters()
        expect_parts(
            found,
            {"w": product},
            "named_parameters of a module with a computed w",
            mistakes={"a Value with parents is left out: whatever has data and grad counts": []},
        )

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
                "the list of the first call is kept, and what was added later is missed": ["a"],
            },
        )

    def test_a_large_model_takes_no_longer_than_its_parameters(self):
        n = len(large().named_parameters())
        assert n == 30_000, f"a model with 30,000 parameters has {n} of them"
