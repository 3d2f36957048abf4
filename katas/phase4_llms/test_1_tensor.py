"""4.1 · Tensor: a record of an array and how it was made, and the backward pass through many."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.draw import to_dot, to_text
from katas.phase1_autodiff.graph import depth, leaves, topological_order
from katas.phase2_networks.module import Module
from katas.phase4_llms.spec_helpers import hinted
from katas.phase4_llms.tensor import Tensor, no_grad

inf, nan = math.inf, math.nan


@pytest.fixture(autouse=True)
def recording():
    """One spec that leaves recording switched off should not spoil the others."""
    yield
    Tensor.recording = True


# ---- nodes made by hand: a Tensor is a record, and any function can be a pullback


def same(g):
    return g


def triple(g):
    return 3 * g


def nothing_comes_here(g):
    pytest.fail("a pullback was called whose parent requires no gradient")


def times(factor, parent):
    """factor · parent as a node, made by hand."""
    return Tensor(parent.data * factor, (parent,), (lambda g: g * factor,), "times")


def added(left, right):
    """left + right as a node, made by hand; both pullbacks hand on the very array they were given,
    as is right: what collects them must not write into it."""
    return Tensor(left.data + right.data, (left, right), (same, same), "added")


@pytest.mark.kata("Tensor.__init__")
class TestTensorInit:
    def test_nested_lists_become_an_array(self):
        x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        assert isinstance(x.data, np.ndarray), f"data is a {type(x.data).__name__}, not an array"
        assert x.shape == (2, 3), f"the shape of two rows of three is {x.shape}"
        expect_close(x, [[1, 2, 3], [4, 5, 6]], "data of two rows of three")

    def test_a_number_becomes_an_array_without_axes(self):
        x = Tensor(3)
        assert x.shape == () and isinstance(x.data, np.ndarray), f"data of Tensor(3) is {x.data!r}"
        expect_close(x, 3.0, "data of Tensor(3)")

    @pytest.mark.parametrize(
        "data",
        [[1, 2], np.array([1, 2], np.int32), [True, False], np.array([1, 2], np.float16)],
        ids=["integers", "int32", "booleans", "float16"],
    )
    def test_what_is_no_float64_or_float32_becomes_float64(self, data):
        with hinted("integers, booleans and other floats are real numbers, and become float64"):
            x = Tensor(data)
        assert x.requires_grad, (
            "made of other numbers than float64 it requires no gradient: requires_grad says that "
            "alone, whatever the data was"
        )
        kind = x.data.dtype
        assert kind == np.float64, (
            f"the data is {kind}, and should be float64: a step of 0.1 on integers is rounded away"
        )

    @pytest.mark.parametrize("kind", [np.float64, np.float32], ids=["float64", "float32"])
    def test_float64_and_float32_are_kept_and_not_copied(self, kind):
        array = np.array([1.0, 2.0], dtype=kind)
        x = Tensor(array)
        assert x.data.dtype == kind, f"{np.dtype(kind)} became {x.data.dtype}"
        assert np.shares_memory(x.data, array), (
            "the array was copied: one that is float already is kept as it is, as every operation "
            "makes a Tensor of what it has just computed"
        )

    def test_the_gradient_starts_at_a_plain_zero(self):
        x = Tensor([1.0, 2.0])
        assert type(x.grad) is float and x.grad == 0.0, (
            f"grad is {x.grad!r} at first, and should be the number 0.0: no gradient has arrived"
        )

    def test_fields_that_are_not_given(self):
        x = Tensor([1.0, 2.0])
        found = (list(x.parents), list(x.pullbacks), x.op, x.label, x.requires_grad, x.keeps_grad)
        assert found == ([], [], "", "", True, False), (
            f"parents, pullbacks, op, label, requires_grad and keeps_grad of a leaf are {found}"
        )

    def test_parents_and_pullbacks_are_kept_in_order(self):
        a, b = Tensor(2.0), Tensor(3.0)
        y = Tensor([5.0], (b, a, b), (triple, same, same), op="mix", label="y")
        assert [p is b for p in y.parents] == [True, False, True] and y.parents[1] is a, (
            "the parents b, a, b are not kept in this order, with the one that comes twice"
        )
        assert list(y.pullbacks) == [triple, same, same], (
            "pullbacks are not in the order of their parents"
        )
        assert (y.op, y.label) == ("mix", "y"), f"op and label are {y.op!r} and {y.label!r}"
        assert y.requires_grad, "what is computed from parameters requires a gradient, too"

    def test_a_constant_among_the_parents_is_left_out_with_its_pullback(self):
        constant, w = Tensor(2.0, requires_grad=False), Tensor(3.0)
        y = Tensor(6.0, (constant, w), (nothing_comes_here, triple), "*")
        assert list(map(id, y.parents)) == [id(w)], (
            f"{len(y.parents)} parents are kept of a constant and w: the gradient of the "
            "constant is not needed, so it is left out"
        )
        assert list(y.pullbacks) == [triple], (
            f"the pullbacks are {y.pullbacks}: that of the constant goes with it, and w keeps its "
            "own"
        )

    def test_what_is_computed_from_constants_alone_is_a_constant(self):
        a = Tensor(2.0, requires_grad=False)
        y = Tensor(4.0, (a, a), (same, same), "+")
        assert not y.requires_grad, "y was computed from constants, and requires a gradient"
        w = Tensor(3.0)
        z = Tensor(3.0, (w,), (lambda g: g,), "+", requires_grad=False)
        assert z.requires_grad and list(z.parents) == [w], (
            "z was computed from a parameter and requires no gradient, since it was made with "
            "requires_grad=False: that is of a leaf, and where there are parents, they decide"
        )
        assert not y.parents and not y.pullbacks, "y still holds its parents or pullbacks"

    def test_a_constant_says_too_how_it_was_made(self):
        y = Tensor(6.0, (Tensor(3.0, requires_grad=False),), (triple,), "*", "y")
        assert (y.op, y.label) == ("*", "y"), (
            f"made from a constant with the op '*' and the label 'y', it has {y.op!r} and "
            f"{y.label!r}: parents and pullbacks alone are left out"
        )

    def test_a_leaf_can_be_frozen(self):
        x = Tensor([1.0], requires_grad=False)
        assert x.requires_grad is False, "requires_grad=False was not kept"

    def test_while_nothing_is_recorded_there_are_no_parents(self):
        w = Tensor(3.0)
        Tensor.recording = False
        y = Tensor(6.0, (w,), (triple,), "*")
        assert not y.parents and not y.pullbacks and not y.requires_grad, (
            "Tensor.recording is False, and what was computed from w still has parents, pullbacks "
            f"or requires a gradient: {y.parents}, {y.pullbacks}, {y.requires_grad}"
        )
        assert Tensor(1.0).requires_grad, (
            "a leaf that is made while nothing is recorded is no constant: it has no parents "
            "anyway, and may be a parameter of a model"
        )

    @pytest.mark.parametrize(
        "data, naming",
        [("seven", "seven"), (2j, "2j"), (None, "None"), ([1, "two"], "two")],
        ids=["a string", "a complex number", "None", "a list with a string"],
    )
    def test_what_holds_no_real_numbers_is_refused(self, data, naming):
        expect_raises(TypeError, lambda: Tensor(data), f"Tensor({data!r})", naming=[naming])

    def test_a_masked_array_is_refused(self):
        expect_raises(
            TypeError,
            lambda: Tensor(np.ma.masked_values([1.0, -999.0], -999.0)),
            "a masked array, of which np.asarray drops the mask, so that the -999 behind it counts "
            "(real_array refuses it)",
        )

    def test_an_assignment_to_data_is_counted(self):
        """The property `data` is given; __init__ assigns to it, as others do later."""
        x = Tensor([1.0, 2.0])
        y = times(3, x)
        assert y.written > x.written, "y was computed from x, and x was written later than y"
        x.data -= 1.0
        assert x.written > y.written, (
            "x.data was changed after y had been computed, and x.written does not say so: is data "
            "kept in another field, past the property?"
        )

    def test_a_tensor_in_a_tensor_is_refused(self):
        expect_raises(TypeError, lambda: Tensor(Tensor(1.0)), "Tensor(Tensor(1.0))")

    def test_two_tensors_share_no_fields(self):
        a, b = Tensor(1.0), Tensor(2.0)
        a.grad, a.label = 5.0, "a"
        assert (b.grad, b.label) == (0.0, ""), f"b has grad and label of a: {b.grad}, {b.label!r}"
        assert not hasattr(a, "__dict__"), "the fields stand in __slots__: there are no others"

    def test_the_walks_of_phase_1_go_through_tensors(self):
        x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
        root = added(times(3, x), added(x, y))
        assert len(topological_order(root)) == 5 and topological_order(root)[-1] is root
        assert {id(leaf) for leaf in leaves(root)} == {id(x), id(y)}
        assert depth(root) == 2, f"depth(root) is {depth(root)}: parents are not kept as they came"

    def test_it_is_equal_to_itself_alone(self):
        x, y = Tensor([1.0]), Tensor([1.0])
        assert x == x and x != y and y in [x, y], "== asks whether it is the same Tensor"
        with pytest.raises(TypeError, match="data"):
            x == 1.0  # noqa: B015

    def test_it_is_as_true_as_its_number(self):
        assert Tensor(2.0) and not Tensor(0.0)


@pytest.mark.kata("Tensor.backward")
class TestBackward:
    def test_a_pullback_brings_the_gradient_to_the_parent(self):
        x = Tensor(5.0)
        times(3, x).backward()
        expect_close(
            x.grad,
            3.0,
            "gradient of x after (3x).backward()",
            mistakes={
                "the seed is missing, or the result's gradient is given back too early": 0.0,
                "the pullback is not called": 1.0,
            },
        )

    def test_a_pullback_is_handed_what_arrived_at_its_own_node(self):
        x = Tensor(5.0)
        times(2, times(3, times(7, x))).backward()
        expect_close(
            x.grad,
            42.0,
            "gradient of x after (2 · 3 · 7 · x).backward()",
            mistakes={
                "nodes are visited from the leaves to the root": 0.0,
                "every pullback is handed the seed": 7.0,
                "every pullback is handed the data of its node": 7.0 * 35,
                # 2 · 1, then 3 · 2 · 2, then 7 · 12 · 12
                "what a pullback returns is multiplied by the node's gradient once more": 1008.0,
            },
        )

    def test_every_parent_is_served(self):
        x, y = Tensor(5.0), Tensor(7.0)
        both = Tensor(12.0, (x, y), (triple, lambda g: 11 * g), "both")
        times(2, both).backward()
        expect_close(x.grad, 6.0, "gradient of x, the first of two parents")
        expect_close(
            y.grad,
            22.0,
            "gradient of y, the second of two parents",
            mistakes={
                "the node's gradient is given back before the second parent was served": 0.0,
                "the second parent's share is that of the first pullback": 6.0,
            },
        )

    def test_arrays_flow_as_numbers_did(self):
        x = Tensor([1.0, 2.0, 3.0])
        total = Tensor(12.0, (x,), (lambda g: g * np.array([1.0, 10.0, 100.0]),), "total")
        times(2, total).backward()
        expect_close(x.grad, [2.0, 20.0, 200.0], "gradient of x, of shape (3,)")

    def test_the_gradient_is_an_array_like_data(self):
        x = Tensor([[1.0, 2.0, 3.0]])
        total = Tensor(6.0, (x,), (lambda g: np.broadcast_to(g, (1, 3)),), "sum")
        total.backward()
        assert isinstance(x.grad, np.ndarray) and x.grad.shape == (1, 3), f"x.grad is {x.grad!r}"
        assert x.grad.flags.writeable, (
            "x.grad may not be written to: it is a view that np.broadcast_to made, and should be "
            "an array of its own, so that whoever clips gradients can do so in place"
        )

    def test_a_tensor_used_twice_collects_both_gradients(self):
        x = Tensor([1.0, 2.0])
        added(times(3, x), times(7, x)).backward([1.0, 1.0])
        expect_close(
            x.grad,
            [10.0, 10.0],
            "gradient of x in 3x + 7x",
            mistakes={
                "the gradient is assigned, not added": [3.0, 3.0],
                "the gradient is assigned, not added, and the first use comes last": [7.0, 7.0],
            },
        )

    def test_the_same_parent_twice_collects_twice(self):
        x = Tensor([1.0, 2.0])
        added(x, x).backward([5.0, 7.0])
        expect_close(
            x.grad,
            [10.0, 14.0],
            "gradient of x in x + x",
            mistakes={"the gradient is assigned, not added": [5.0, 7.0]},
        )

    def test_a_node_waits_until_all_its_uses_have_reported(self):
        x = Tensor(1.0)
        shared = times(2, x)
        added(shared, times(5, times(3, shared))).backward()
        expect_close(
            x.grad,
            32.0,
            "gradient of x in s + 5 · 3 · s, where s = 2x",
            mistakes={
                "s hands on before its longer way back has arrived": 2.0,
                "s hands on what it has each time something arrives": 34.0,
                "nodes are visited from the leaves to the root": 0.0,
            },
        )

    def test_each_edge_is_walked_once(self):
        calls = []
        node = Tensor(1.0)
        for _ in range(12):
            below = node

            def counted(g):
                calls.append(1)
                return g

            node = Tensor(1.0, (below, below), (counted, counted), "+")
        node.backward()
        assert len(calls) == 24, (
            f"{len(calls)} pullbacks were called on 12 nodes with 2 parents each, and should be 24"
        )

    def test_a_deep_graph_is_no_trouble(self):
        node = x = Tensor(1.0)
        for _ in range(5000):
            node = Tensor(1.0, (node,), (same,), "same")
        try:
            node.backward()
        except RecursionError:
            pytest.fail("5,000 nodes in a row are too deep for a recursion: 1.2 has a walk without")
        expect_close(x.grad, 1.0, "gradient through 5,000 nodes")

    @pytest.mark.parametrize("shape", [(2,), (2, 3), (0,)], ids=str)
    def test_a_result_that_is_no_single_number_needs_a_seed(self, shape):
        root = times(2, Tensor(np.ones(shape)))
        expect_raises(
            ValueError,
            root.backward,
            f"backward from a result of shape {shape} (of which entry is it the gradient?)",
            naming=[shape],
        )

    @pytest.mark.parametrize("shape", [(), (1,), (1, 1)], ids=str)
    def test_a_single_number_needs_none(self, shape):
        x = Tensor(np.full(shape, 4.0))
        times(2, x).backward()
        expect_close(x.grad, np.full(shape, 2.0), f"gradient of x of shape {shape} in 2x")

    def test_a_seed_says_what_each_entry_is_worth(self):
        x, seed = Tensor([1.0, 2.0]), np.array([5.0, 7.0])
        times(3, x).backward(seed)
        expect_close(
            x.grad,
            [15.0, 21.0],
            "gradient of x in 3x, with the seed [5, 7]",
            mistakes={"the seed is not used": [3.0, 3.0]},
        )
        expect_close(seed, [5.0, 7.0], "the caller's seed, afterwards")

    @pytest.mark.parametrize("shape", [(3, 1), (3,), (2, 1), (2,), ()], ids=str)
    def test_a_seed_of_another_shape_is_refused(self, shape):
        x = Tensor(np.ones((1, 2)))
        root = times(2, x)
        expect_raises(
            ValueError,
            lambda: root.backward(np.ones(shape)),
            f"a seed of shape {shape} for a result of shape (1, 2) (broadcasting would stretch it)",
            naming=[shape],
        )
        grads = [type(node.grad) for node in (root, x)]
        assert grads == [float, float], "backward refused the seed, and changed gradients before"

    def test_a_result_without_a_graph_is_refused(self):
        frozen = Tensor(3.0, requires_grad=False)
        for root in (frozen, times(2, frozen)):
            expect_raises(
                RuntimeError,
                root.backward,
                "backward from a constant, or from what was computed from constants alone (nothing "
                "gets a gradient, and training stands still without a word)",
            )

    @pytest.mark.parametrize("in_place", [True, False], ids=["-=", "="])
    def test_data_that_was_changed_after_it_was_used_is_refused(self, in_place):
        """Pullbacks compute with the data as it is now: 2 · 4 · 1 where w² had the slope 2 · 5."""
        w = Tensor([5.0])
        square = Tensor(w.data * w.data, (w,), (lambda g: g * 2 * w.data,), "square")
        root = times(3, square)
        if in_place:
            w.data -= 1.0
        else:
            w.data = np.array([4.0])
        expect_raises(
            RuntimeError,
            root.backward,
            "backward after the data of a leaf was changed (a gradient at numbers that the result "
            "was not computed from)",
        )
        assert type(w.grad) is float, f"backward refused, and left a gradient: {w.grad}"

    def test_data_that_was_changed_in_the_middle_of_a_computation_is_refused(self):
        w = Tensor([5.0])
        early = times(3, w)
        w.data -= 1.0
        root = added(early, times(2, w))
        expect_raises(
            RuntimeError,
            root.backward,
            "backward where a leaf was changed between two of its uses (the first is older than "
            "the change, although the result is younger)",
        )

    @pytest.mark.parametrize("turned", [False, True], ids=["first", "last"])
    def test_what_is_refused_deep_inside_leaves_the_other_gradients_alone(self, turned):
        w, v = Tensor([5.0]), Tensor([7.0])
        inner = times(2, v)
        inner.keeps_grad = True
        parts = [times(3, w), inner]
        root = added(*parts[::-1]) if turned else added(*parts)
        w.data -= 1.0
        expect_raises(RuntimeError, root.backward, "backward after the data of a leaf was changed")
        kinds = [type(x.grad) for x in (w, v, inner)]
        assert kinds == [float] * 3, (
            f"backward refused, and left gradients: {[x.grad for x in (w, v, inner)]}. Look "
            "through the whole graph before anything is handed on"
        )

    def test_a_step_between_two_calls_is_refused(self):
        w = Tensor([5.0])
        inner = times(3, w)
        inner.keeps_grad = True
        loss = times(2, inner)
        loss.backward()
        w.data -= 0.1 * w.grad
        expect_raises(
            RuntimeError,
            loss.backward,
            "a second backward through one graph, with an optimizer's step in between (compute the "
            "loss anew after each step)",
        )
        expect_close(w.grad, [6.0], "gradient of w after the call that was refused")
        expect_close(
            inner.grad,
            [2.0],
            "gradient that 3w kept from the first call, after the second was refused",
            mistakes={"gradients are cleared before the graph is looked through": 0.0},
        )

    def test_an_inner_tensor_may_not_change_either(self):
        x = Tensor([1.0])
        inner = times(3, x)
        root = times(2, inner)
        inner.data = inner.data + 1
        expect_raises(RuntimeError, root.backward, "backward after an inner Tensor was changed")

    def test_what_was_changed_before_it_was_used_is_no_trouble(self):
        w = Tensor([5.0])
        for _ in range(2):
            w.grad = 0.0
            times(3, w).backward()
            w.data -= 0.1 * w.grad
        expect_close(w.grad, [3.0], "gradient of w in 3w, computed anew after a step")

    def test_a_leaf_on_its_own_has_the_seed_added(self):
        x = Tensor([1.0, 2.0])
        for _ in range(2):
            x.backward([5.0, 7.0])
        expect_close(
            x.grad,
            [10.0, 14.0],
            "gradient of a leaf after two calls of its own backward, with the seed [5, 7]",
            mistakes={"the gradient is assigned, not added": [5.0, 7.0]},
        )

    def test_a_leaf_on_its_own_does_not_keep_the_callers_seed(self):
        x, seed = Tensor([1.0, 2.0]), np.array([5.0, 7.0])
        x.backward(seed)
        assert not np.shares_memory(x.grad, seed), (
            "x.grad is the very array that the caller gave as the seed: writing into one of "
            "them changes the other"
        )

    def test_a_second_call_gives_the_leaves_exactly_twice_as_much(self):
        x = Tensor(1.0)
        root = times(2, times(3, x))
        root.backward()
        root.backward()
        expect_close(
            x.grad,
            12.0,
            "gradient of x in 2 · 3x after two calls",
            mistakes={
                "leaves are cleared, or assigned to, and not added to": 6.0,
                "gradients of inner nodes are kept from the first call, and count twice": 24.0,
                "the root's gradient is kept from the first call": 18.0,
            },
        )

    def test_a_gradient_that_was_kept_for_drawing_does_not_count_again(self):
        x = Tensor(1.0)
        inner = times(3, x)
        root = times(2, inner)
        inner.keeps_grad = root.keeps_grad = True
        root.backward()
        root.backward()
        expect_close(
            [inner.grad, root.grad, x.grad],
            [2.0, 1.0, 12.0],
            "gradients of 3x, of 2 · 3x and of x after two calls",
            mistakes={
                "no inner gradient is kept, whatever keeps_grad says": [0.0, 0.0, 12.0],
                "the root's gradient is not kept, whatever keeps_grad says": [2.0, 0.0, 12.0],
                "the inner gradients are kept from the first call": [6.0, 2.0, 24.0],
                "the root's gradient is kept from the first call": [4.0, 2.0, 18.0],
                "the root alone begins anew": [4.0, 1.0, 18.0],
                "what is kept is added to what was kept before": [4.0, 2.0, 12.0],
            },
        )

    def test_leaves_add_to_what_they_had(self):
        x, had = Tensor([1.0, 2.0]), np.array([100.0, 100.0])
        x.grad = had
        times(3, x).backward([1.0, 1.0])
        expect_close(
            x.grad,
            [103.0, 103.0],
            "gradient of x, which had 100 from elsewhere",
            mistakes={"leaves are cleared by backward": [3.0, 3.0]},
        )
        assert not np.shares_memory(x.grad, had), (
            "what came was added into the array that was put there from elsewhere, and whoever "
            "holds that sees it change: a leaf's grad is an array that backward made itself"
        )

    def test_zero_grad_of_2_2_clears_it(self):
        model = Module()
        model.w = Tensor([1.0, 2.0])
        for _ in range(2):
            model.zero_grad()
            times(3, model.w).backward([1.0, 1.0])
        expect_close(model.w.grad, [3.0, 3.0], "gradient of w, cleared before each call")

    def test_inner_nodes_give_their_gradient_back(self):
        x = Tensor([1.0, 2.0])
        inner = times(3, x)
        root = times(2, inner)
        root.backward([1.0, 1.0])
        for name, node in (("3x", inner), ("the result", root)):
            assert type(node.grad) is float and node.grad == 0.0, (
                f"the gradient of {name} is {node.grad!r} afterwards, and should be 0.0 again: it "
                "was handed on, and in a large network all of them together fill the memory"
            )

    def test_one_that_is_to_keep_its_gradient_does(self):
        x = Tensor([1.0, 2.0])
        inner = times(3, x)
        inner.keeps_grad = True
        times(2, inner).backward([5.0, 7.0])
        expect_close(inner.grad, [10.0, 14.0], "gradient of 3x in 2 · 3x, which keeps it")

    def test_nothing_comes_to_a_constant(self):
        constant, x = Tensor([2.0], requires_grad=False), Tensor([5.0])
        root = Tensor([10.0], (constant, x), (nothing_comes_here, triple), "mix")
        root.backward()
        assert type(constant.grad) is float and constant.grad == 0.0, (
            f"a constant has the gradient {constant.grad!r}"
        )
        expect_close(x.grad, [3.0], "gradient of x, of which the other operand is a constant")

    def test_no_leaf_shares_its_gradient(self):
        x, y, seed = Tensor([1.0, 2.0]), Tensor([3.0, 4.0]), np.array([1.0, 1.0])
        added(x, y).backward(seed)
        for name, other in (("y.grad", y.grad), ("the seed", seed)):
            assert not np.shares_memory(x.grad, other), (
                f"x.grad and {name} are one array: + hands the same array to both sides, and who "
                "changes one gradient in place (clipping, say) changes the other"
            )

    def test_what_a_pullback_returned_stays_as_it_was(self):
        x, slope = Tensor([1.0, 2.0]), np.array([3.0, 5.0])
        y = Tensor(11.0, (x, x), (lambda g: slope, lambda g: slope), "twice")
        y.backward()
        expect_close(x.grad, [6.0, 10.0], "gradient of x, where two pullbacks return [3, 5]")
        expect_close(
            slope,
            [3.0, 5.0],
            "array that the pullbacks return, afterwards",
            mistakes={
                "a gradient is added in place to the array that a pullback returned": [6.0, 10.0]
            },
        )

    def test_no_gradient_is_added_into_an_array_that_another_node_holds(self):
        x, y = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
        a, b = times(1, x), times(1, y)
        added(added(a, b), a).backward([1.0, 10.0])
        expect_close(
            y.grad,
            [1.0, 10.0],
            "gradient of y in (x + y) + x",
            mistakes={
                "that of x is added in place to an array that another node holds, too": [2.0, 20.0],
            },
        )
        expect_close(x.grad, [2.0, 20.0], "gradient of x in (x + y) + x")

    def test_a_view_is_shared_as_well(self):
        x, y = Tensor([[1.0, 2.0, 3.0]]), Tensor([[1.0], [2.0], [3.0]])
        a, b = times(1, x), times(1, y)
        turned = Tensor(b.data.T, (b,), (lambda g: g.T,), "transpose")
        added(added(a, turned), a).backward([[1.0, 10.0, 100.0]])
        expect_close(
            [x.grad, y.grad.T],
            [[[2.0, 20.0, 200.0]], [[1.0, 10.0, 100.0]]],
            "gradients of x and y in (x + yᵀ) + x",
        )

    def test_a_gradient_has_the_dtype_of_its_data(self):
        x = Tensor(np.array([1.0, 2.0], np.float32))
        wide = Tensor(x.data, (x,), (lambda g: g.astype(np.float64),), "wide")
        for _ in range(2):
            added(wide, wide).backward([1.0, 1.0])
        assert x.grad.dtype == np.float32, (
            f"the data is float32, and its gradient {x.grad.dtype}: an optimizer would widen it all"
        )
        expect_close(x.grad, [4.0, 4.0], "gradient of a float32 Tensor")

    def test_a_seed_takes_the_dtype_of_the_data(self):
        x = Tensor(np.array([1.0, 2.0], np.float32))
        x.backward(np.array([5.0, 7.0]))
        assert x.grad.dtype == np.float32, (
            f"a float64 seed made the gradient of float32 data {x.grad.dtype}"
        )
        root = times(3, x)
        root.keeps_grad = True
        root.backward([5, 7])
        assert root.grad.dtype == np.float32, (
            f"a seed of integers made the gradient that a float32 result keeps {root.grad.dtype}: "
            "grad is an array like data, and pullbacks are handed what is in it"
        )


@pytest.mark.kata("Tensor.retain_grad")
class TestRetainGrad:
    def test_an_inner_gradient_is_kept(self):
        x = Tensor([1.0, 2.0])
        inner = times(3, x)
        inner.retain_grad()
        times(2, inner).backward([5.0, 7.0])
        expect_close(
            inner.grad,
            [10.0, 14.0],
            "gradient of 3x in 2 · 3x",
            mistakes={"it is given back all the same": 0.0},
        )

    def test_it_is_that_of_the_last_backward(self):
        inner = times(3, Tensor([1.0, 2.0]))
        inner.retain_grad()
        inner.retain_grad()
        for _ in range(2):
            times(2, inner).backward([5.0, 7.0])
        expect_close(
            inner.grad,
            [10.0, 14.0],
            "gradient of 3x, retained, after a second backward like the first",
            mistakes={
                "that of the first backward is added to": [20.0, 28.0],
                "a second call of retain_grad undoes the first": 0.0,
            },
        )

    @pytest.mark.parametrize("requires_grad", [True, False], ids=["leaf", "constant"])
    def test_for_a_leaf_nothing_changes(self, requires_grad):
        x, leaf = Tensor([1.0, 2.0]), Tensor([1.0, 2.0], requires_grad=requires_grad)
        what = "a leaf" if requires_grad else "a constant"
        with hinted(f"It is no mistake to call retain_grad on {what}, and nothing changes."):
            leaf.retain_grad()
        assert leaf.requires_grad == requires_grad, f"requires_grad of {what} was changed"
        for _ in range(2):
            added(x, leaf).backward([5.0, 7.0])
        expect_close(
            leaf.grad,
            [10.0, 14.0] if requires_grad else 0.0,
            f"gradient of {what} after retain_grad and two calls of backward",
            mistakes={"a leaf that is to keep its gradient keeps the last, not the sum": [5.0, 7.0]}
            if requires_grad
            else {},
        )

    def test_the_others_do_not_keep_theirs(self):
        below = times(3, Tensor([1.0, 2.0]))
        inner = times(2, below)
        inner.retain_grad()
        root = times(5, inner)
        root.backward([1.0, 1.0])
        assert type(below.grad) is float and type(root.grad) is float, (
            f"only 2 · 3x was to keep its gradient; 3x kept {below.grad}, and the result "
            f"{root.grad}"
        )

    def test_the_pictures_of_phase_1_show_it(self):
        x = Tensor(3.0, label="x")
        u = Tensor(9.0, (x, x), (triple, triple), "*", label="u")
        u.retain_grad()
        times(2, u).backward()
        shown = to_text(u)
        assert "[*] u | data 9.0000 | grad 2.0000" in shown and "grad 12.0000" in shown, shown
        assert "grad 2.0000" in to_dot(u).source

    def test_an_array_is_drawn_as_its_shape(self):
        W = Tensor(np.ones((2, 3)), label="W")
        root = times(2, W)
        root.retain_grad()
        root.backward(np.ones((2, 3)))
        assert "W | shape (2, 3)" in to_text(root), to_text(root)


@pytest.mark.kata("Tensor.detach")
class TestDetach:
    def test_no_gradient_comes_past_it(self):
        x = Tensor([1.0, 2.0])
        y = times(3, x)
        added(y, y.detach()).backward([1.0, 1.0])
        expect_close(
            x.grad,
            [3.0, 3.0],
            "gradient of x in y + (y detached), where y = 3x",
            mistakes={
                "the detached one still leads back to x": [6.0, 6.0],
                "y itself was cut off by y.detach()": 0.0,
            },
        )

    def test_it_is_a_constant_with_the_same_data(self):
        y = times(3, Tensor([1.0, 2.0]))
        constant = y.detach()
        expect_close(constant, [3.0, 6.0], "data after detach")
        assert np.shares_memory(constant.data, y.data), (
            "the data was copied, and should be the same array"
        )
        assert constant.requires_grad is False and not constant.parents, (
            "what was detached still requires a gradient, or still has its parents"
        )

    def test_the_one_that_was_asked_stays_in_its_graph(self):
        x = Tensor([1.0, 2.0])
        y = times(3, x)
        y.detach()
        assert y.requires_grad and len(y.parents) == 1, "y itself was cut off by y.detach()"


@pytest.mark.kata("no_grad")
class TestNoGrad:
    def test_it_can_stand_in_a_with(self):
        try:
            with no_grad():
                pass
        except TypeError as error:
            pytest.fail(
                f"`with no_grad():` says: {error}. The decorator above no_grad makes a context "
                "manager of a function that yields once, where the block is to run"
            )

    def test_nothing_is_recorded_inside(self):
        x = Tensor([1.0, 2.0])
        with no_grad():
            y = times(3, x)
        expect_close(y, [3.0, 6.0], "3x, computed inside no_grad")
        assert not y.parents and not y.requires_grad, "3x was recorded inside no_grad"

    def test_afterwards_it_is_recorded_again(self):
        x = Tensor([1.0, 2.0])
        with no_grad():
            pass
        assert times(3, x).parents, "after `with no_grad()` has ended, still nothing is recorded"

    def test_an_error_inside_comes_through_and_leaves_recording_on(self):
        came_through = False
        try:
            with no_grad():
                1 / 0  # noqa: B018
        except ZeroDivisionError:
            came_through = True
        assert came_through, (
            "an error inside `with no_grad()` was swallowed: it has to reach whoever called, or a "
            "mistake in an evaluation would go unseen"
        )
        assert Tensor.recording, (
            "an error has left `with no_grad()`, and nothing is recorded any more: what has to "
            "happen in any case belongs where it happens in any case"
        )

    def test_one_inside_another_leaves_the_outer_one_in_force(self):
        x = Tensor([1.0, 2.0])
        with no_grad():
            with no_grad():
                pass
            y = times(3, x)
        assert not y.parents, (
            "the inner no_grad has ended, and the outer one with it: it should be as it was before"
        )
        assert times(3, x).parents, "after both have ended, nothing is recorded"


@pytest.mark.kata("Tensor.wrap")
class TestWrap:
    def test_a_tensor_is_returned_itself(self):
        x, y = Tensor([1.0]), Tensor([2.0])
        got = x.wrap(y)
        assert got is y, (
            f"x.wrap(y) returned {got!r}, and should return y itself: to another Tensor the "
            "gradient would come, and never reach y"
        )

    def test_a_tensor_of_a_subclass_is_one(self):
        class Parameter(Tensor):
            pass

        y = Parameter([2.0])
        assert Tensor([1.0]).wrap(y) is y, (
            "a Tensor of a subclass was not returned itself: it is a Tensor, too, and its gradient "
            "would be lost"
        )
        x = Tensor([1.0])
        with hinted("a Tensor is one, too, where self is of a subclass"):
            got = y.wrap(x)
        assert got is x, "where self is of a subclass, a Tensor was not returned itself"

    def test_a_tensor_keeps_its_own_dtype(self):
        y = Tensor([2.0])
        got = Tensor(np.ones(1, np.float32)).wrap(y)
        assert got is y, (
            "a Tensor of float64 next to one of float32 was not returned itself: only what is not "
            "a Tensor takes the dtype of self, and to another one no gradient comes"
        )
        assert y.data.dtype == np.float64, (
            "a Tensor of float64 next to one of float32 was converted itself: only what is not a "
            "Tensor takes the dtype of self, and wrap changes nothing that it was given"
        )

    @pytest.mark.parametrize(
        "x", [2, 2.5, np.float64(2.5), [1, 2], np.array([[1.0, 2.0]])], ids=str
    )
    def test_anything_else_becomes_a_constant(self, x):
        got = Tensor([1.0]).wrap(x)
        assert isinstance(got, Tensor), (
            f"{x!r} became a {type(got).__name__}, and should be a Tensor. (Arrays have a field "
            "named data as well: whoever asks for that takes them for Tensors)"
        )
        expect_close(got, x, f"data of {x!r} as a Tensor")
        assert not got.requires_grad, f"{x!r} became a Tensor that requires a gradient"

    @pytest.mark.parametrize("x", [2, 0.1, np.float64(0.1), np.ones((2, 3))], ids=str)
    def test_it_takes_the_dtype_of_the_tensor_it_meets(self, x):
        got = Tensor(np.ones(3, np.float32)).wrap(x)
        assert got.data.dtype == np.float32, (
            f"{x!r} became {got.data.dtype} next to a float32 Tensor: a single float64 among the "
            "operands widens everything that follows"
        )

    def test_float64_stays_wide(self):
        got = Tensor([1.0]).wrap(np.array([0.1], np.float32)).data.dtype
        assert got == np.float64, f"a constant next to a float64 Tensor became {got}"

    @pytest.mark.parametrize("x", ["3", None, 2j], ids=repr)
    def test_what_is_no_real_number_is_refused(self, x):
        expect_raises(
            TypeError, lambda: Tensor([1.0]).wrap(x), f"{x!r} as an operand", naming=[str(x)]
        )

    def test_an_array_that_is_wrapped_is_not_changed(self):
        x = np.array([1, 2])
        Tensor([1.0]).wrap(x)
        assert x.dtype == np.int64 or x.dtype == np.int32, "the caller's array was converted itself"
