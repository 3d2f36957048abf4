"""4.1 · Multi-layer perceptrons: the engine of Phase 1 on arrays, and layers that it trains."""

import math
import operator
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.draw import to_dot, to_text
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase1_autodiff.graph import depth, leaves, topological_order
from katas.phase2_networks import module as values
from katas.phase2_networks.losses import cross_entropy as cross_entropy_of_values
from katas.phase2_networks.module import Module
from katas.phase3_training.optimizers import Adam
from katas.phase3_training.training import fit
from katas.phase4_llms.mlp import (
    MLP,
    Dropout,
    Linear,
    Sequential,
    cast_parameters,
    tensor_loss,
)
from katas.phase4_llms.tensor import (
    Tensor,
    concatenate,
    cross_entropy,
    log_softmax,
    no_grad,
    softmax,
)

inf, nan = math.inf, math.nan


@pytest.fixture(autouse=True)
def recording():
    """One spec that leaves recording switched off should not spoil the others."""
    yield
    Tensor.recording = True


@pytest.fixture(autouse=True)
def no_tensor_for_a_tuple(monkeypatch):
    """(self) is self, not a tuple of one, and would be taken apart by way of __getitem__."""

    def refuse(self):
        raise TypeError(
            "a Tensor stands where a tuple of Tensors should be, and was about to be taken apart "
            "row by row: the tuple of x alone is (x,), with its comma"
        )

    monkeypatch.setattr(Tensor, "__iter__", refuse, raising=False)


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
    as is right: whoever collects must not write into it."""
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
        kind = Tensor(data).data.dtype
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
            f"grad is {x.grad!r} at the start, and should be 0.0, the number: no gradient came by"
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
        assert list(y.pullbacks) == [triple, same, same], "pullbacks do not stand beside parents"
        assert (y.op, y.label) == ("mix", "y"), f"op and label are {y.op!r} and {y.label!r}"
        assert y.requires_grad, "what is computed from parameters requires a gradient, too"

    def test_a_constant_among_the_parents_is_left_out_with_its_pullback(self):
        constant, w = Tensor(2.0, requires_grad=False), Tensor(3.0)
        y = Tensor(6.0, (constant, w), (nothing_comes_here, triple), "*")
        assert list(map(id, y.parents)) == [id(w)], (
            f"{len(y.parents)} parents are kept of a constant and w: nobody needs the gradient of "
            "the constant, so it is left out"
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
            "anyway, and may be somebody's parameter"
        )

    @pytest.mark.parametrize(
        "data, naming",
        [("seven", "seven"), (2j, "2j"), (None, "None"), ([1, "two"], "two")],
        ids=["a string", "a complex number", "None", "a list with a string"],
    )
    def test_what_holds_no_real_numbers_is_refused(self, data, naming):
        expect_raises(TypeError, lambda: Tensor(data), f"Tensor({data!r})", naming=[naming])

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


# ---- the backward pass


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
        root = times(2, Tensor(np.ones((1, 2))))
        expect_raises(
            ValueError,
            lambda: root.backward(np.ones(shape)),
            f"a seed of shape {shape} for a result of shape (1, 2) (broadcasting would stretch it)",
            naming=[shape],
        )

    def test_a_result_without_a_graph_is_refused(self):
        frozen = Tensor(3.0, requires_grad=False)
        for root in (frozen, times(2, frozen)):
            expect_raises(
                RuntimeError,
                root.backward,
                "backward from a constant, or from what was computed from constants alone (nothing "
                "gets a gradient, and training stands still without a word)",
            )

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
            "x.grad is the very array that the caller gave as the seed: who writes into one of "
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
                "the inner gradients are kept from the first call": [6.0, 2.0, 24.0],
                "the root's gradient is kept from the first call": [4.0, 2.0, 18.0],
                "the root alone begins anew": [4.0, 1.0, 18.0],
            },
        )

    def test_leaves_add_to_what_they_had(self):
        x = Tensor([1.0, 2.0])
        x.grad = np.array([100.0, 100.0])
        times(3, x).backward([1.0, 1.0])
        expect_close(
            x.grad,
            [103.0, 103.0],
            "gradient of x, which had 100 from elsewhere",
            mistakes={"leaves are cleared by backward": [3.0, 3.0]},
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
        expect_close(x.grad, [3.0], "gradient of x beside a constant")

    def test_leaves_share_their_gradient_with_nobody(self):
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

    def test_a_view_is_nobodys_own_either(self):
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
            mistakes={"it is given back as if nobody had asked": 0.0},
        )

    def test_nobody_else_keeps_his(self):
        below = times(3, Tensor([1.0, 2.0]))
        inner = times(2, below)
        inner.retain_grad()
        root = times(5, inner)
        root.backward([1.0, 1.0])
        assert type(below.grad) is float and type(root.grad) is float, (
            f"2 · 3x was to keep its gradient, and nobody asked 3x to keep {below.grad} or the "
            f"result to keep {root.grad}"
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
            "the data was copied: the same array will do"
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

    @pytest.mark.parametrize(
        "x", [2, 2.5, np.float64(2.5), [1, 2], np.array([[1.0, 2.0]])], ids=str
    )
    def test_anything_else_becomes_a_constant(self, x):
        got = Tensor([1.0]).wrap(x)
        assert isinstance(got, Tensor), f"{x!r} became a {type(got).__name__}"
        expect_close(got, x, f"data of {x!r} as a Tensor")
        assert not got.requires_grad, f"{x!r} became a Tensor that requires a gradient"

    @pytest.mark.parametrize("x", [2, 0.1, np.float64(0.1), np.ones((2, 3))], ids=str)
    def test_it_takes_the_dtype_of_the_tensor_it_meets(self, x):
        got = Tensor(np.ones(3, np.float32)).wrap(x)
        assert got.data.dtype == np.float32, (
            f"{x!r} became {got.data.dtype} beside a float32 Tensor: a single float64 among the "
            "operands widens all that is computed from then on"
        )

    def test_float64_stays_wide(self):
        got = Tensor([1.0]).wrap(np.array([0.1], np.float32)).data.dtype
        assert got == np.float64, f"a constant beside a float64 Tensor became {got}"

    @pytest.mark.parametrize("x", ["3", None, 2j], ids=repr)
    def test_what_is_no_real_number_is_refused(self, x):
        expect_raises(
            TypeError, lambda: Tensor([1.0]).wrap(x), f"{x!r} as an operand", naming=[str(x)]
        )

    def test_an_array_that_is_wrapped_is_not_changed(self):
        x = np.array([1, 2])
        Tensor([1.0]).wrap(x)
        assert x.dtype == np.int64 or x.dtype == np.int32, "the caller's array was converted itself"


# ---- operations: what comes out, and what goes back


def numbers(*shape, start=1):
    """An array of numbers from 0.5 to 2 with one decimal: the same for the same shape and start."""
    draws = np.random.default_rng([start, *shape]).uniform(0.5, 2.0, shape)
    return np.round(np.asarray(draws), 1)


def signed(*shape, start=1):
    """The same with both signs."""
    flips = np.random.default_rng([start, 7, *shape]).uniform(size=shape) < 0.5
    return np.where(flips, -1.0, 1.0) * numbers(*shape, start=start)


def measured(f, array):
    """The gradient of a number f(array), entry by entry, by the central difference of 1.1."""

    def of_list(entries):
        return float(f(np.reshape(entries, array.shape)))

    return np.reshape(numerical_gradient(of_list, array.ravel().tolist()), array.shape)


MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def operand(array):
    """A Tensor in the middle of a graph; it keeps the gradient that comes, of whatever shape."""
    leaf = Tensor(array)
    node = Tensor(leaf.data, (leaf,), (lambda g: np.zeros_like(array),), "operand")
    node.retain_grad()
    return node


def share_of(pullback, given, result):
    """What a pullback of result makes of a gradient; fail if it is no array."""
    __tracebackhide__ = True
    whose = f"a pullback of {result.op or 'the result'}"
    assert callable(pullback), (
        f"{whose} is {pullback!r}, and should be a function: it takes the gradient of the result "
        "and returns the operand's share of it"
    )
    share = pullback(given)
    assert share is not None, (
        f"{whose} returned None: it should return the operand's share of the gradient, and leave "
        "every grad to backward"
    )
    assert not isinstance(share, Tensor), (
        f"{whose} returned a Tensor: it is given an array, and should compute with arrays (the "
        "data of the operands) and return one"
    )
    return share


def gradients(operation, *arrays, seed):
    """The gradient of each operand of operation(*operands), if that of the result is seed."""
    __tracebackhide__ = True
    nodes = [operand(array.copy()) for array in arrays]
    result = operation(*nodes)
    data = result.data.copy()
    for pullback in result.pullbacks:
        given = np.array(seed, dtype=result.data.dtype)
        once = np.array(share_of(pullback, given, result))
        again = pullback(given)
        assert np.array_equal(given, seed), (
            f"a pullback of {result.op or 'the result'} changed in place the gradient that it was "
            "given: other nodes may hold the same array"
        )
        assert np.array_equal(result.data, data, equal_nan=True), (
            f"a pullback of {result.op or 'the result'} changed in place the data of the result, "
            "which whoever used it still needs"
        )
        assert np.array_equal(once, again, equal_nan=True), (
            f"a pullback of {result.op or 'the result'}, called twice with the same gradient, gave "
            "two answers: it writes into something that it keeps"
        )
    result.backward(seed)
    for node, array in zip(nodes, arrays):
        assert np.array_equal(node.data, array, equal_nan=True), (
            "the data of an operand was changed in place: it belongs to whoever made it, and "
            "pullbacks of other nodes still need it as it was"
        )
        assert isinstance(node.grad, np.ndarray | np.generic), (
            f"no gradient came: grad is still {node.grad!r}. Does each operand stand among the "
            "parents, with a pullback beside it that returns something?"
        )
    return [node.grad for node in nodes]


def expect_gradients(what, operation, formula, *arrays, mistakes=({}, {})):
    """Fail unless each operand's gradient is the measured one, where the result's is not 1.

    formula   the same operation on arrays
    mistakes  for each operand {name: what this mistake makes of the result's gradient}
    """
    __tracebackhide__ = True
    seed = signed(*np.shape(formula(*arrays)), start=2)
    found = gradients(operation, *arrays, seed=seed)
    for i, (got, wrong) in enumerate(zip(found, mistakes)):
        wanted = measured(
            lambda x, i=i: (seed * formula(*arrays[:i], x, *arrays[i + 1 :])).sum(), arrays[i]
        )
        which = f"gradient of {'xy'[i]} in {what}" if len(arrays) > 1 else f"gradient of {what}"
        answers = {name: of_seed(seed) for name, of_seed in wrong.items()}
        expect_close(got, wanted, which, mistakes=answers, tolerance=MEASURED)


def expect_float32(operation, *shapes):
    """Fail if a float32 operand leads to a float64 result or gradient."""
    __tracebackhide__ = True
    nodes = [operand(numbers(*shape).astype(np.float32)) for shape in shapes]
    result = operation(*nodes)
    assert result.data.dtype == np.float32, (
        f"the operands are float32 and the result is {result.data.dtype}: something in between "
        "was float64 and has widened it"
    )
    waiting, seed = [result], numbers(*result.shape).astype(np.float32)
    while waiting:  # all that was made of the operands, as an operation may take several steps
        node = waiting.pop()
        for parent, pullback in zip(node.parents, node.pullbacks):
            kind = np.asarray(share_of(pullback, np.ones_like(node.data), node)).dtype
            assert kind == np.float32, (
                f"data is float32, and what a pullback of {node.op!r} returns is {kind}: something "
                "in there was float64 and has widened it, at twice the time and memory"
            )
            if not any(parent is operand for operand in nodes):
                waiting.append(parent)
    result.backward(seed)
    kinds = [node.grad.dtype for node in nodes]
    assert kinds == [np.float32] * len(nodes), (
        f"data is float32, and the gradients are {', '.join(map(str, kinds))}"
    )


def expect_op(result, op, *parents):
    """Fail unless the result notes how it was made."""
    __tracebackhide__ = True
    assert isinstance(result, Tensor), (
        f"what came is a {type(result).__name__}, and should be a Tensor, or no gradient finds "
        "its way back"
    )
    assert result.op == op, f"op is {result.op!r}, and should be {op!r}"
    found = [next((i for i, x in enumerate(parents) if x is p), None) for p in result.parents]
    places = [next(i for i, x in enumerate(parents) if x is p) for p in parents]
    assert found == places, (
        f"the parents of {op!r} are {list(result.parents)}, and should be its operands in order"
    )


PAIRS = pytest.mark.parametrize(
    "left, right",
    [
        ((2, 3), (3,)),
        ((3,), (2, 3)),
        ((2, 1), (1, 3)),
        ((2, 3), ()),
        ((), (2, 3)),
        ((5, 1, 3), (2, 1)),
        ((2, 3), (2, 3)),
    ],
    ids=lambda shape: "x".join(map(str, shape)) or "number",
)


def expect_binary(symbol, operation, slopes, left, right):
    """Gradients of an operator on two shapes; slopes(x, y) are its derivatives, not yet summed."""
    __tracebackhide__ = True
    x, y = numbers(*left, start=3), numbers(*right, start=4)
    mistakes = [{}, {}]
    full = np.broadcast_shapes(left, right)
    for i, (slope, array) in enumerate(zip(slopes(x, y), (x, y))):
        if array.shape != full:
            mistakes[i] = {
                "broadcasting is not undone": lambda g, s=slope: g * s,
                "broadcasting is undone by a mean, not a sum": lambda g, s=slope, a=array: (
                    summed(g * s, a.shape) * a.size / g.size
                ),
                "the whole gradient is summed into each entry": lambda g, s=slope, a=array: np.full(
                    a.shape, (g * s).sum()
                ),
            }
            if np.shape(slope) != array.shape and np.ndim(slope):
                mistakes[i]["the gradient is summed first and multiplied afterwards"] = (
                    lambda g, s=slope, a=array: summed(g, a.shape) * s
                )
            if array.size == 1:
                del mistakes[i]["the whole gradient is summed into each entry"]
    what = f"x {symbol} y, where x is {left} and y {right}"
    expect_gradients(what, operation, operation, x, y, mistakes=mistakes)


def summed(grad, shape):
    """A gradient brought back to a shape, entry by entry."""
    out = np.zeros(shape)
    for place in np.ndindex(grad.shape):
        own = place[len(place) - len(shape) :]
        out[tuple(0 if size == 1 else i for i, size in zip(own, shape))] += grad[place]
    return out


def refuses_strings(operation):
    """Fail unless a string as an operand is a TypeError."""
    __tracebackhide__ = True
    expect_raises(TypeError, lambda: operation(Tensor([1.0]), "3"), "a string as an operand")


@pytest.mark.kata("Tensor.__add__")
class TestAdd:
    def test_entries_are_added(self):
        x, y = Tensor([1.0, 2.0]), Tensor([10.0, 20.0])
        z = x + y
        expect_close(z, [11.0, 22.0], "[1, 2] + [10, 20]")
        expect_op(z, "+", x, y)

    def test_both_sides_get_the_gradient_as_it_is(self):
        dx, dy = gradients(operator.add, numbers(2), numbers(2), seed=np.array([5.0, 7.0]))
        expect_close(dx, [5.0, 7.0], "gradient of x in x + y, if that of the sum is [5, 7]")
        expect_close(dy, [5.0, 7.0], "gradient of y in x + y, if that of the sum is [5, 7]")

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("+", operator.add, lambda x, y: (1.0, 1.0), left, right)

    def test_a_bias_collects_from_all_rows(self):
        X, b = Tensor(np.zeros((2, 3))), Tensor(np.zeros(3))
        try:
            (X + b).backward([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        except ValueError as error:
            pytest.fail(
                f"numpy says: {error}. A gradient came to b in the shape of the result: "
                "broadcasting is not undone"
            )
        expect_close(
            b.grad,
            [11.0, 22.0, 33.0],
            "gradient of a bias (3,) that was added to (2, 3)",
            mistakes={"broadcasting is not undone": [[1, 2, 3], [10, 20, 30]]},
        )

    def test_numbers_and_arrays_are_constants(self):
        x = Tensor([1.0, 2.0])
        for z in (x + 10, 10 + x, x + np.array([10.0, 10.0]), np.array([10.0, 10.0]) + x):
            assert isinstance(z, Tensor), f"a Tensor and a constant make a {type(z).__name__}"
            expect_close(z, [11.0, 12.0], "[1, 2] + 10")
            assert [p is x for p in z.parents] == [True], "the constant is a parent, too"

    def test_x_plus_x(self):
        x = Tensor([1.0, 2.0])
        (x + x).backward([5.0, 7.0])
        expect_close(
            x.grad,
            [10.0, 14.0],
            "gradient of x in x + x",
            mistakes={"one of the two uses is lost": [5.0, 7.0]},
        )

    def test_a_sum_that_is_used_again(self):
        x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
        z = x + y
        ((z + x) + (z + z)).backward([1.0, 10.0])
        expect_close(
            [x.grad, y.grad], [[4, 40], [3, 30]], "gradients in (z + x) + (z + z), z = x + y"
        )
        assert not np.shares_memory(x.grad, y.grad), "x and y hold one gradient together"

    def test_float32_stays_float32(self):
        expect_float32(operator.add, (2, 3), (3,))
        expect_float32(lambda x: x + 0.1 + np.float64(0.1) + np.ones(3), (2, 3))

    def test_a_string_is_refused(self):
        refuses_strings(operator.add)


@pytest.mark.kata("Tensor.__mul__")
class TestMul:
    def test_entries_are_multiplied(self):
        x, y = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
        z = x * y
        expect_close(z, [10.0, 21.0], "[2, 3] * [5, 7]")
        expect_op(z, "*", x, y)

    def test_each_side_gets_the_gradient_times_the_other(self):
        x, y, seed = np.array([2.0, 3.0]), np.array([5.0, 7.0]), np.array([1.0, 10.0])
        for i, (got, wanted) in enumerate(
            zip(gradients(operator.mul, x, y, seed=seed), ([5.0, 70.0], [2.0, 30.0]))
        ):
            expect_close(
                got,
                wanted,
                f"gradient of {'xy'[i]} in x * y, x = [2, 3], y = [5, 7], that of z [1, 10]",
                mistakes={
                    "each side is multiplied by itself, not by the other": seed * (x, y)[i],
                    "the gradient of the result is left out": (y, x)[i],
                    "the gradient of the result is not multiplied by anything": seed,
                },
            )

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("*", operator.mul, lambda x, y: (y, x), left, right)

    def test_x_times_x(self):
        x = Tensor([2.0, 3.0])
        (x * x).backward([1.0, 10.0])
        expect_close(
            x.grad,
            [4.0, 60.0],
            "gradient of x in x * x, x = [2, 3]",
            mistakes={"one of the two uses is lost": [2.0, 30.0]},
        )

    def test_numbers_and_arrays_on_either_side(self):
        x = Tensor([2.0, 3.0])
        for z in (x * 10, 10 * x, x * np.array([10.0, 10.0]), np.float64(10) * x):
            assert isinstance(z, Tensor), f"a Tensor and a constant make a {type(z).__name__}"
            expect_close(z, [20.0, 30.0], "[2, 3] * 10")
            assert [p is x for p in z.parents] == [True], "the constant is a parent, too"
        z = np.array([[1.0, 10.0], [2.0, 20.0]]) * x
        assert isinstance(z, Tensor) and z.shape == (2, 2), (
            f"array (2, 2) * Tensor (2,) is {z!r}: numpy went through the array entry by entry, as "
            "it does where a class has not said __array_ufunc__ = None"
        )

    def test_minus_x(self):
        (-Tensor([2.0, 3.0])).backward([1.0, 1.0])
        expect_close(-Tensor([2.0, 3.0]), [-2.0, -3.0], "-[2, 3]")

    def test_float32_stays_float32(self):
        expect_float32(operator.mul, (2, 3), (3,))
        expect_float32(lambda x: x * 0.1 * np.float64(0.1) * np.ones(3), (2, 3))


@pytest.mark.kata("Tensor.__sub__")
class TestSub:
    def test_entries_are_subtracted(self):
        x, y = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
        z = x - y
        expect_close(z, [-3.0, -4.0], "[2, 3] - [5, 7]", mistakes={"it is y - x": [3.0, 4.0]})
        expect_op(z, "-", x, y)

    def test_the_right_side_gets_it_with_the_sign_changed(self):
        dx, dy = gradients(operator.sub, numbers(2), numbers(2), seed=np.array([5.0, 7.0]))
        signs = {"the signs of the two sides are exchanged": [-5.0, -7.0]}
        expect_close(dx, [5.0, 7.0], "gradient of x in x - y, that of z [5, 7]", mistakes=signs)
        expect_close(
            dy,
            [-5.0, -7.0],
            "gradient of y in x - y, that of z [5, 7]",
            mistakes={"y gets it with the sign of x": [5.0, 7.0]},
        )

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("-", operator.sub, lambda x, y: (1.0, -1.0), left, right)

    def test_constants_on_either_side(self):
        x = Tensor([2.0, 3.0])
        expect_close(x - 10, [-8.0, -7.0], "[2, 3] - 10")
        for z in (10 - x, np.array([10.0, 10.0]) - x):
            expect_close(z, [8.0, 7.0], "10 - [2, 3]", mistakes={"it is x - 10": [-8.0, -7.0]})

    def test_float32_stays_float32(self):
        expect_float32(operator.sub, (2, 3), (3,))
        expect_float32(lambda x: 0.1 - (x - np.float64(0.1)), (2, 3))


@pytest.mark.kata("Tensor.__truediv__")
class TestTruediv:
    def test_entries_are_divided(self):
        x, y = Tensor([6.0, 1.0]), Tensor([2.0, 4.0])
        z = x / y
        expect_close(z, [3.0, 0.25], "[6, 1] / [2, 4]", mistakes={"it is y / x": [1 / 3, 4.0]})
        expect_op(z, "/", x, y)

    def test_gradients_of_both_sides(self):
        x, y, seed = np.array([6.0, 1.0]), np.array([2.0, 4.0]), np.array([1.0, 16.0])
        dx, dy = gradients(operator.truediv, x, y, seed=seed)
        expect_close(
            dx,
            [0.5, 4.0],
            "gradient of x in x / y, x = [6, 1], y = [2, 4], that of z [1, 16]",
            mistakes={"it is multiplied by y, not divided": [2.0, 64.0]},
        )
        expect_close(
            dy,
            [-1.5, -1.0],
            "gradient of y in x / y, x = [6, 1], y = [2, 4], that of z [1, 16]",
            mistakes={
                "the minus is missing": [1.5, 1.0],
                "y is not squared": [-3.0, -4.0],
                "x is left out": [-0.25, -1.0 * 1],
                "it is divided by y once, and then multiplied by it: x / y * y": [-6.0, -16.0],
            },
        )

    @PAIRS
    def test_whatever_was_repeated_is_summed(self, left, right):
        expect_binary("/", operator.truediv, lambda x, y: (1 / y, -x / y**2), left, right)

    def test_constants_on_either_side(self):
        x = Tensor([2.0, 4.0])
        expect_close(x / 8, [0.25, 0.5], "[2, 4] / 8")
        for z in (8 / x, np.array([8.0, 8.0]) / x):
            expect_close(z, [4.0, 2.0], "8 / [2, 4]", mistakes={"it is x / 8": [0.25, 0.5]})

    def test_float32_stays_float32(self):
        expect_float32(operator.truediv, (2, 3), (3,))
        expect_float32(lambda x: 0.1 / (x / np.float64(3)), (2, 3))


@pytest.mark.kata("Tensor.__pow__")
class TestPow:
    def test_every_entry_to_the_power(self):
        x = Tensor([2.0, -3.0])
        z = x**3
        expect_close(
            z,
            [8.0, -27.0],
            "[2, -3] ** 3",
            mistakes={"it is 3 to the power of each entry": [9.0, 1 / 27], "it is 3x": [6.0, -9.0]},
        )
        expect_op(z, "**3", x)

    def test_the_exponent_comes_down(self):
        (dx,) = gradients(lambda x: x**3, np.array([2.0, -3.0]), seed=np.array([1.0, 10.0]))
        expect_close(
            dx,
            [12.0, 270.0],
            "gradient of x ** 3 at [2, -3], that of the result [1, 10]",
            mistakes={
                "the exponent is not lowered": [24.0, -810.0],
                "the exponent does not come down as a factor": [4.0, 90.0],
                "the gradient of the result is left out": [12.0, 27.0],
            },
        )

    @pytest.mark.parametrize("exponent", [2, 1, 0.5, -1, -1.5, 2.7])
    def test_any_real_exponent(self, exponent):
        expect_gradients(
            f"x ** {exponent}", lambda x: x**exponent, lambda x: x**exponent, numbers(2, 3)
        )

    def test_exponent_0_has_gradient_0_even_at_0(self):
        (dx,) = gradients(lambda x: x**0, np.array([0.0, 2.0]), seed=np.ones(2))
        expect_close(
            dx,
            [0.0, 0.0],
            "gradient of x ** 0 at [0, 2]",
            mistakes={"0 is multiplied by 0 ** -1, which is infinite": [nan, 0.0]},
        )

    def test_exponent_1_at_0(self):
        (dx,) = gradients(lambda x: x**1, np.array([0.0, 2.0]), seed=np.ones(2))
        expect_close(dx, [1.0, 1.0], "gradient of x ** 1 at [0, 2]")

    @pytest.mark.parametrize("exponent", [Tensor, str, np.ones], ids=["Tensor", "str", "array"])
    def test_only_a_constant_is_an_exponent(self, exponent):
        wrong = exponent(2)
        expect_raises(
            TypeError,
            lambda: Tensor([1.0, 2.0]) ** wrong,
            f"{type(wrong).__name__} as an exponent",
            naming=[type(wrong).__name__],
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x**3, (2, 3))
        expect_float32(lambda x: x ** np.float64(0.5), (2, 3))


@pytest.mark.kata("Tensor.exp")
class TestExp:
    def test_e_to_the_power_of_every_entry(self):
        x = Tensor([0.0, 1.0])
        expect_close(x.exp(), [1.0, math.e], "exp of [0, 1]")
        expect_op(x.exp(), "exp", x)

    def test_its_slope_is_its_output(self):
        x = signed(2, 3)
        expect_gradients(
            "exp(x)",
            Tensor.exp,
            np.exp,
            x,
            mistakes=[
                {
                    "the slope is x, of what went in": lambda g: g * x,
                    "the rule for powers was taken, x · e^(x-1)": lambda g: g * x * np.exp(x - 1),
                    "the slope is left out": lambda g: g,
                    "the gradient of the result is left out": lambda g: np.exp(x),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.exp, (2, 3))


@pytest.mark.kata("Tensor.log")
class TestLog:
    def test_the_natural_logarithm_of_every_entry(self):
        x = Tensor([1.0, math.e, 8.0])
        expect_close(
            x.log(),
            [0.0, 1.0, 3 * math.log(2)],
            "log of [1, e, 8]",
            mistakes={"it is the logarithm to base 2": [0.0, math.log2(math.e), 3.0]},
        )
        expect_op(x.log(), "log", x)

    def test_its_slope_is_one_over_x(self):
        x = numbers(2, 3) + 0.05
        expect_gradients(
            "log(x)",
            Tensor.log,
            np.log,
            x,
            mistakes=[
                {
                    "the slope is x, not 1 / x": lambda g: g * x,
                    "the slope is 1 / log(x), of what came out": lambda g: g / np.log(x),
                    "the gradient of the result is left out": lambda g: 1 / x,
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.log, (2, 3))


@pytest.mark.kata("Tensor.sqrt")
class TestSqrt:
    def test_the_square_root_of_every_entry(self):
        x = Tensor([4.0, 9.0])
        expect_close(x.sqrt(), [2.0, 3.0], "sqrt of [4, 9]")
        expect_op(x.sqrt(), "sqrt", x)

    def test_its_slope_is_one_over_twice_the_root(self):
        x = numbers(2, 3)
        expect_gradients(
            "sqrt(x)",
            Tensor.sqrt,
            np.sqrt,
            x,
            mistakes=[
                {
                    "the 2 is missing": lambda g: g / np.sqrt(x),
                    "the slope is 1 / 2x, of what went in": lambda g: g / (2 * x),
                    "the slope is half the root": lambda g: g * np.sqrt(x) / 2,
                    "the gradient of the result is left out": lambda g: 0.5 / np.sqrt(x),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.sqrt, (2, 3))


@pytest.mark.kata("Tensor.tanh")
class TestTanh:
    def test_the_hyperbolic_tangent_of_every_entry(self):
        x = Tensor([0.0, 1.0])
        expect_close(x.tanh(), [0.0, (math.e**2 - 1) / (math.e**2 + 1)], "tanh of [0, 1]")
        expect_op(x.tanh(), "tanh", x)

    def test_its_slope_is_one_minus_its_output_squared(self):
        x = signed(2, 3)
        expect_gradients(
            "tanh(x)",
            Tensor.tanh,
            np.tanh,
            x,
            mistakes=[
                {
                    "the slope is 1 - x², of what went in": lambda g: g * (1 - x * x),
                    "the slope is 1 - tanh(x), not squared": lambda g: g * (1 - np.tanh(x)),
                    "tanh is taken twice for the slope": lambda g: (
                        g * (1 - np.tanh(np.tanh(x)) ** 2)
                    ),
                    "the gradient of the result is left out": lambda g: 1 - np.tanh(x) ** 2,
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.tanh, (2, 3))


@pytest.mark.kata("Tensor.relu")
class TestRelu:
    def test_what_is_below_0_becomes_0(self):
        x = Tensor([-2.0, 0.0, 3.0])
        expect_close(
            x.relu(),
            [0.0, 0.0, 3.0],
            "relu of [-2, 0, 3]",
            mistakes={"it is the absolute value": [2.0, 0.0, 3.0], "it is a step": [0, 0, 1]},
        )
        expect_op(x.relu(), "relu", x)
        expect_close(x, [-2.0, 0.0, 3.0], "x afterwards", mistakes={"x was cut": [0, 0, 3]})

    def test_the_gradient_passes_where_the_input_was_above_0(self):
        x, seed = np.array([-2.0, 0.0, 0.5, 3.0]), np.array([5.0, 7.0, 2.0, -11.0])
        expect_close(
            gradients(Tensor.relu, x, seed=seed)[0],
            [0.0, 0.0, 2.0, -11.0],
            "gradient of relu(x) at [-2, 0, 0.5, 3], that of the result [5, 7, 2, -11]",
            mistakes={
                "the derivative at 0 is 1": [0.0, 7.0, 2.0, -11.0],
                "the gradient passes everywhere": seed,
                "the gradient of the result is left out": [0.0, 0.0, 1.0, 1.0],
                "relu is applied to the gradient": [5.0, 7.0, 2.0, 0.0],
                "the slope is relu(x), not 1": [0.0, 0.0, 1.0, -33.0],
            },
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.relu, (2, 3))


# ---- along axes

AXES = pytest.mark.parametrize(
    "axis, keepdims",
    [
        (None, False),
        (None, True),
        (0, False),
        (1, False),
        (-1, True),
        ((0, 2), False),
        ((1, -1), True),
    ],
    ids=str,
)


@pytest.mark.kata("Tensor.sum")
class TestSum:
    def test_over_everything_or_along_an_axis(self):
        x = Tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        expect_close(x.sum(), 66.0, "sum of everything")
        expect_close(x.sum(axis=0), [11.0, 22.0, 33.0], "sum along axis 0")
        expect_close(x.sum(axis=1), [6.0, 60.0], "sum along axis 1")
        expect_close(x.sum(axis=1, keepdims=True), [[6.0], [60.0]], "sum along axis 1, kept")
        expect_op(x.sum(axis=1), "sum", x)

    def test_every_entry_gets_the_gradient_of_its_sum(self):
        (dx,) = gradients(lambda x: x.sum(axis=1), numbers(2, 3), seed=np.array([5.0, 7.0]))
        expect_close(
            dx,
            [[5.0, 5.0, 5.0], [7.0, 7.0, 7.0]],
            "gradient of x (2, 3) in x.sum(axis=1), that of the result [5, 7]",
            mistakes={
                "the gradient is not spread over the entries that were added": [5.0, 7.0],
                "the axis is kept, but the gradient is not spread along it": [[5.0], [7.0]],
                "the gradient is shared out among the entries, as in a mean": [
                    [5 / 3] * 3,
                    [7 / 3] * 3,
                ],
                "the gradient of the result is left out": np.ones((2, 3)),
            },
        )

    def test_a_square_shows_along_which_axis_it_is_spread(self):
        (dx,) = gradients(lambda x: x.sum(axis=1), numbers(2, 2), seed=np.array([5.0, 7.0]))
        expect_close(
            dx,
            [[5.0, 5.0], [7.0, 7.0]],
            "gradient of x (2, 2) in x.sum(axis=1), that of the result [5, 7]",
            mistakes={"the gradient is spread along the wrong axis": [[5.0, 7.0], [5.0, 7.0]]},
        )

    @AXES
    def test_any_axes(self, axis, keepdims):
        expect_gradients(
            f"x.sum({axis}, keepdims={keepdims})",
            lambda x: x.sum(axis, keepdims),
            lambda x: x.sum(axis=axis, keepdims=keepdims),
            signed(2, 3, 5),
        )

    def test_an_axis_of_length_1_that_was_not_summed_stays(self):
        z = Tensor([[1.0, 2.0, 3.0]]).sum(axis=1)
        assert z.shape == (1,), f"(1, 3) summed along axis 1 has the shape {z.shape}, not (1,)"

    def test_of_a_single_number(self):
        expect_gradients("x.sum()", lambda x: x.sum(), lambda x: x.sum(), np.array(3.0))

    def test_float32_stays_float32(self):
        expect_float32(Tensor.sum, (2, 3))
        expect_float32(lambda x: x.sum(axis=0), (2, 3))


@pytest.mark.kata("Tensor.mean")
class TestMean:
    def test_over_everything_or_along_an_axis(self):
        x = Tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        expect_close(
            x.mean(),
            11.0,
            "mean of everything",
            mistakes={"it is the sum": 66.0, "the sum is divided by the number of rows": 33.0},
        )
        expect_close(
            x.mean(axis=0),
            [5.5, 11.0, 16.5],
            "mean along axis 0",
            mistakes={
                "the sum is divided by the number of all entries": [11 / 6, 22 / 6, 33 / 6],
                "the sum is divided by the number of results": [11 / 3, 22 / 3, 11.0],
            },
        )
        expect_close(x.mean(axis=1, keepdims=True), [[2.0], [20.0]], "mean along axis 1, kept")

    def test_the_gradient_is_shared_out(self):
        (dx,) = gradients(lambda x: x.mean(axis=1), numbers(2, 3), seed=np.array([6.0, 9.0]))
        expect_close(
            dx,
            [[2.0] * 3, [3.0] * 3],
            "gradient of x (2, 3) in x.mean(axis=1), that of the result [6, 9]",
            mistakes={
                "1/n is missing": [[6.0] * 3, [9.0] * 3],
                "it is divided by the number of all entries": [[1.0] * 3, [1.5] * 3],
                "it is divided by the number of results": [[3.0] * 3, [4.5] * 3],
                "1/n comes twice": [[2 / 3] * 3, [1.0] * 3],
            },
        )

    @AXES
    def test_any_axes(self, axis, keepdims):
        expect_gradients(
            f"x.mean({axis}, keepdims={keepdims})",
            lambda x: x.mean(axis, keepdims),
            lambda x: x.mean(axis=axis, keepdims=keepdims),
            signed(2, 3, 5),
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.mean, (2, 3))
        expect_float32(lambda x: x.mean(axis=0), (2, 3))


@pytest.mark.kata("Tensor.max")
class TestMax:
    def test_over_everything_or_along_an_axis(self):
        x = Tensor([[1.0, 5.0, 3.0], [2.0, 4.0, 9.0]])
        expect_close(x.max(), 9.0, "max of everything")
        expect_close(x.max(axis=0), [2.0, 5.0, 9.0], "max along axis 0")
        expect_close(x.max(axis=1, keepdims=True), [[5.0], [9.0]], "max along axis 1, kept")
        expect_op(x.max(axis=1), "max", x)

    def test_an_axis_of_length_1_that_was_not_asked_for_stays(self):
        z = Tensor([[1.0, 5.0, 3.0]]).max(axis=1)
        assert z.shape == (1,), f"the largest of (1, 3) along axis 1: {z.shape}, not (1,)"

    def test_the_gradient_goes_to_the_largest_entry_alone(self):
        x = np.array([[1.0, 5.0, 3.0], [2.0, 4.0, 9.0]])
        (dx,) = gradients(lambda x: x.max(axis=1), x, seed=np.array([5.0, 7.0]))
        expect_close(
            dx,
            [[0.0, 5.0, 0.0], [0.0, 0.0, 7.0]],
            "gradient of max along axis 1 of [[1, 5, 3], [2, 4, 9]], that of the result [5, 7]",
            mistakes={
                "every entry gets it, as in a sum": [[5.0] * 3, [7.0] * 3],
                "the gradient of the result is left out": [[0, 1, 0], [0, 0, 1]],
                "only the largest entry of all gets one": [[0, 0, 0], [0, 0, 7.0]],
                "it is shared among the largest of all rows together": [[0, 2.5, 0], [0, 0, 3.5]],
            },
        )

    def test_entries_that_are_equally_large_share_it(self):
        x = np.array([[2.0, 2.0, 1.0], [3.0, 3.0, 3.0]])
        (dx,) = gradients(lambda x: x.max(axis=1), x, seed=np.array([6.0, 12.0]))
        expect_close(
            dx,
            [[3.0, 3.0, 0.0], [4.0, 4.0, 4.0]],
            "gradient of max along axis 1 of [[2, 2, 1], [3, 3, 3]], that of the result [6, 12]",
            mistakes={
                "each of several largest entries gets all of it": [[6, 6, 0], [12, 12, 12]],
                "the first of several largest entries gets all of it": [[6, 0, 0], [12, 0, 0]],
                "the last of several largest entries gets all of it": [[0, 6, 0], [0, 0, 12]],
                "it is shared among the largest of all rows together": [[1.2, 1.2, 0], [2.4] * 3],
            },
        )

    @AXES
    def test_any_axes(self, axis, keepdims):
        x = np.random.default_rng(3).permutation(30).reshape(2, 3, 5) / 10  # all different
        expect_gradients(
            f"x.max({axis}, keepdims={keepdims})",
            lambda x: x.max(axis, keepdims),
            lambda x: x.max(axis=axis, keepdims=keepdims),
            x,
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.max, (2, 3))
        expect_float32(lambda x: x.max(axis=0), (2, 3))


# ---- the same entries in other places


@pytest.mark.kata("Tensor.reshape")
class TestReshape:
    def test_the_same_entries_in_the_same_order(self):
        x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        expect_close(
            x.reshape(3, 2),
            [[1, 2], [3, 4], [5, 6]],
            "[[1, 2, 3], [4, 5, 6]] in shape (3, 2)",
            mistakes={"it is transposed": [[1, 4], [2, 5], [3, 6]]},
        )
        expect_op(x.reshape(3, 2), "reshape", x)

    def test_minus_one_is_what_is_left(self):
        assert Tensor(np.ones((2, 3, 5))).reshape(-1, 5).shape == (6, 5)
        assert Tensor(np.ones((2, 3))).reshape(-1).shape == (6,)

    def test_the_gradient_takes_the_old_shape(self):
        expect_gradients(
            "x.reshape(5, -1)",
            lambda x: x.reshape(5, -1),
            lambda x: x.reshape(5, -1),
            signed(2, 3, 5),
            mistakes=[{"the gradient keeps the new shape": lambda g: g}],
        )

    def test_after_a_transpose_the_order_is_that_of_the_entries_as_they_stand(self):
        x = np.arange(6.0).reshape(2, 3).T
        (dx,) = gradients(lambda x: x.reshape(6), x, seed=np.arange(6.0))
        expect_close(dx, [[0, 1], [2, 3], [4, 5]], "gradient of a turned array in reshape(6)")

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x.reshape(3, 2), (2, 3))


@pytest.mark.kata("Tensor.transpose")
class TestTranspose:
    def test_rows_become_columns(self):
        x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        expect_close(x.transpose(), [[1, 4], [2, 5], [3, 6]], "[[1, 2, 3], [4, 5, 6]], transposed")
        expect_op(x.transpose(), "transpose", x)

    def test_without_axes_all_are_reversed(self):
        x = np.arange(30.0).reshape(2, 3, 5)
        z = Tensor(x).transpose()
        assert z.shape == (5, 3, 2), f"(2, 3, 5) transposed is {z.shape}"
        expect_close(z.data[4, 1, 0], x[0, 1, 4], "entry (4, 1, 0), which was (0, 1, 4)")

    def test_axes_say_where_each_axis_of_the_result_comes_from(self):
        z = Tensor(np.ones((2, 3, 5))).transpose(2, 0, 1)
        assert z.shape == (5, 2, 3), (
            f"axes 2, 0, 1 of (2, 3, 5) make {z.shape}, and should make (5, 2, 3): axis 2 comes "
            "first"
        )

    @pytest.mark.parametrize("axes", [(), (1, 0, 2), (1, 2, 0), (2, 0, 1), (-1, 0, 1)], ids=str)
    def test_the_gradient_goes_back_to_the_old_order(self, axes):
        cube = signed(3, 3, 3)  # so that a wrong order shows in the numbers
        taken = axes or (2, 1, 0)
        mistakes = {"the gradient keeps the new order": lambda g: g}
        if axes == (-1, 0, 1):
            mistakes = {"-1 was sorted before 0, though it is the last axis": lambda g: g}
        if axes:
            mistakes["all axes are reversed, whichever were asked for"] = lambda g: g.T
        if axes in ((1, 2, 0), (2, 0, 1), (-1, 0, 1)):
            again = "the same axes are applied again, and not the way back"
            mistakes[again] = lambda g: g.transpose(taken)
        expect_gradients(
            f"x.transpose{axes}",
            lambda x: x.transpose(*axes),
            lambda x: x.transpose(taken),
            cube,
            mistakes=[mistakes],
        )
        expect_gradients(
            f"x.transpose{axes}, x (2, 3, 5)",
            lambda x: x.transpose(*axes),
            lambda x: x.transpose(taken),
            signed(2, 3, 5),
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.transpose, (2, 3))


@pytest.mark.kata("Tensor.swapaxes")
class TestSwapaxes:
    def test_two_axes_are_exchanged(self):
        x = Tensor(np.arange(30.0).reshape(2, 3, 5))
        z = x.swapaxes(0, 2)
        assert z.shape == (5, 3, 2), f"axes 0 and 2 of (2, 3, 5), exchanged, make {z.shape}"
        expect_close(z.data[4, 1, 0], 9.0, "entry (4, 1, 0), which was (0, 1, 4)")
        expect_op(z, "swapaxes", x)

    @pytest.mark.parametrize("axes", [(0, 1), (-1, -2), (0, -1), (1, 1)], ids=str)
    def test_the_gradient_goes_back(self, axes):
        expect_gradients(
            f"x.swapaxes{axes}",
            lambda x: x.swapaxes(*axes),
            lambda x: x.swapaxes(*axes),
            signed(2, 3, 5),
            mistakes=[{} if axes == (1, 1) else {"the gradient keeps the new order": lambda g: g}],
        )

    def test_a_cube_shows_which_axes_go_back(self):
        expect_gradients(
            "x.swapaxes(0, 1)",
            lambda x: x.swapaxes(0, 1),
            lambda x: x.swapaxes(0, 1),
            signed(3, 3, 3),
            mistakes=[
                {
                    "the gradient keeps the new order": lambda g: g,
                    "the last two axes are exchanged, whichever were asked for": lambda g: (
                        g.swapaxes(1, 2)
                    ),
                    "all axes are reversed": lambda g: g.transpose(),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x.swapaxes(0, 1), (2, 3))


@pytest.mark.kata("Tensor.__getitem__")
class TestGetitem:
    def test_what_was_asked_for_comes(self):
        x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        expect_close(x[1], [4, 5, 6], "x[1]")
        expect_close(x[:, 1:], [[2, 3], [5, 6]], "x[:, 1:]")
        expect_close(x[0, 2], 3.0, "x[0, 2]")
        expect_close(x[[0, 1], [2, 0]], [3, 4], "x[[0, 1], [2, 0]]")
        expect_op(x[1], "[]", x)

    def test_the_gradient_comes_where_the_entries_stood(self):
        (dx,) = gradients(lambda x: x[:, 1], numbers(2, 3), seed=np.array([5.0, 7.0]))
        expect_close(
            dx,
            [[0, 5, 0], [0, 7, 0]],
            "gradient of x (2, 3) in x[:, 1], that of the result [5, 7]",
            mistakes={
                "the gradient keeps the shape of what was taken": [5.0, 7.0],
                "the gradient of the result is left out": [[0, 1, 0], [0, 1, 0]],
            },
        )

    def test_a_row_that_is_taken_twice_collects_twice(self):
        seed = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
        (dx,) = gradients(lambda x: x[np.array([2, 0, 2])], numbers(3, 2), seed=seed)
        expect_close(
            dx,
            [[10, 20], [0, 0], [101, 202]],
            "gradient of x (3, 2) in x[[2, 0, 2]]",
            mistakes={
                "repeats are lost: += and = with an array of places write each place once": [
                    [10, 20],
                    [0, 0],
                    [100, 200],
                ]
            },
        )

    @pytest.mark.parametrize(
        "index",
        [
            1,
            -1,
            (1, 2),
            slice(1, None),
            (slice(None), slice(None, None, 2)),
            (slice(None, None, -1), 0),
            (..., 0),
            None,
            (slice(None), None, 1),
            (),
            [1, 1, 0, 1],
            np.array([[0, 1], [1, 1]]),
            (np.array([0, 1, 0]), np.array([2, 2, 2])),
            (slice(None), [4 - 4, 0, 2]),
            (1, [2, 2]),
            np.array([True, False]),
            np.array([[True, False, True], [False, False, True]]),
        ],
        ids=lambda index: str(index).replace("\n", ""),
    )
    def test_every_way_to_ask(self, index):
        expect_gradients(
            f"x[{index}]", lambda x: x[index], lambda x: x[index], signed(2, 3, 5), mistakes=[{}]
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x[1:], (2, 3))
        expect_float32(lambda x: x[[1, 1, 0]], (2, 3))


@pytest.mark.kata("concatenate")
class TestConcatenate:
    def test_one_after_the_other(self):
        x, y = Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0], [5.0, 6.0]])
        z = concatenate([x, y])
        expect_close(z, [[1, 2], [3, 4], [5, 6]], "(1, 2) and (2, 2), one above the other")
        expect_op(z, "concatenate", x, y)
        expect_close(concatenate([x, x], axis=1), [[1, 2, 1, 2]], "x beside x")

    def test_everyone_gets_his_own_piece_of_the_gradient(self):
        seed = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])

        def beside(*tensors):
            return concatenate(list(tensors), axis=1)

        dx, dy = gradients(beside, numbers(2, 1), numbers(2, 2), seed=seed)
        expect_close(
            dx,
            [[1], [10]],
            "gradient of x (2, 1) beside y (2, 2)",
            mistakes={
                "everyone gets the whole gradient": seed,
                "it is cut along axis 0, whichever was asked for": seed[:1],
                # a function that is made in a loop sees its variables as they are when it is called
                "all pullbacks cut where the loop ended: they share the loop's variables": seed[
                    :, 3:
                ],
                "all pullbacks cut out the last piece: they share the loop's variables": seed[
                    :, 1:
                ],
            },
        )
        expect_close(
            dy,
            [[2, 3], [20, 30]],
            "gradient of y (2, 2) beside x (2, 1)",
            mistakes={
                "everyone gets the whole gradient": seed,
                "everyone's piece begins at 0": [[1, 2], [10, 20]],
            },
        )

    @pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
    def test_along_any_axis(self, axis):
        shapes = [[2, 3, 5], [2, 3, 5], [2, 3, 5]]
        for shape, length in zip(shapes, (1, 4, 2)):
            shape[axis] = length
        arrays = [signed(*shape, start=i) for i, shape in enumerate(shapes)]
        seed = signed(*np.concatenate(arrays, axis).shape, start=9)
        found = gradients(lambda *t: concatenate(list(t), axis), *arrays, seed=seed)
        pieces = np.split(seed, [1, 5], axis)
        for got, wanted, shape in zip(found, pieces, shapes):
            expect_close(got, wanted, f"gradient of the operand of shape {tuple(shape)}")

    def test_a_constant_takes_its_place_too(self):
        constant, x = Tensor([1.0, 2.0], requires_grad=False), Tensor([3.0])
        concatenate([constant, x]).backward([1.0, 10.0, 100.0])
        expect_close(
            x.grad,
            [100.0],
            "gradient of x (1,) behind a constant (2,)",
            mistakes={"the places of constants are not counted": [1.0]},
        )

    def test_the_same_tensor_twice(self):
        x = Tensor([1.0, 2.0])
        concatenate([x, x]).backward([1.0, 2.0, 10.0, 20.0])
        expect_close(
            x.grad,
            [11.0, 22.0],
            "gradient of x beside itself",
            mistakes={"only the last place counts": [10, 20], "only the first counts": [1, 2]},
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x, y: concatenate([x, y]), (2, 3), (1, 3))


# ---- products of matrices


@pytest.mark.kata("Tensor.__matmul__")
class TestMatmul:
    def test_rows_times_columns(self):
        x, y = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([[5.0, 6.0], [7.0, 8.0]])
        expect_close(
            x @ y,
            [[19, 22], [43, 50]],
            "[[1, 2], [3, 4]] @ [[5, 6], [7, 8]]",
            mistakes={
                "entries are multiplied": [[5, 12], [21, 32]],
                "y comes first": [[23, 34], [31, 46]],
            },
        )
        expect_op(x @ y, "@", x, y)

    def test_a_square_shows_which_side_is_transposed(self):
        x, y = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[2.0, 7.0], [-1.0, 3.0]])
        g = np.array([[1.0, 10.0], [-2.0, 4.0]])
        dx, dy = gradients(operator.matmul, x, y, seed=g)
        expect_close(
            dx,
            [[72, 29], [24, 14]],
            "gradient of x in x @ y, all (2, 2)",
            mistakes={
                "y is not transposed": g @ y,
                "the factors stand the other way round": y.T @ g,
                "the gradient is transposed": g.T @ y.T,
                "it is multiplied by x, not by y": g @ x.T,
                "it is that of y: the pullbacks stand the other way round": x.T @ g,
            },
        )
        expect_close(
            dy,
            [[-5, 22], [-8, 40]],
            "gradient of y in x @ y, all (2, 2)",
            mistakes={
                "x is not transposed": x @ g,
                "the factors stand the other way round": g @ x.T,
                "dy itself is transposed": g.T @ x,
                "it is multiplied by y, not by x": y.T @ g,
                "it is that of x: the pullbacks stand the other way round": g @ y.T,
            },
        )

    def test_a_stack_of_squares_shows_which_axes_are_turned(self):
        x, y = signed(3, 3, 3, start=3), signed(3, 3, 3, start=4)
        expect_gradients(
            "x @ y, all (3, 3, 3)",
            operator.matmul,
            operator.matmul,
            x,
            y,
            mistakes=[
                {
                    "all axes of y are reversed, not its last two exchanged": lambda g: g @ y.T,
                    "y is not transposed": lambda g: g @ y,
                },
                {
                    "all axes of x are reversed, not its last two exchanged": lambda g: x.T @ g,
                    "x is not transposed": lambda g: x @ g,
                },
            ],
        )

    @pytest.mark.parametrize(
        "left, right",
        [
            ((2, 3), (3, 5)),
            ((1, 3), (3, 1)),
            ((7, 2, 3), (3, 5)),
            ((2, 3, 2, 1), (1, 5)),
            ((7, 2, 3), (7, 3, 5)),
            ((2, 3), (7, 3, 5)),
            ((2, 1, 5, 3), (7, 3, 2)),
            ((1, 2, 3), (7, 3, 5)),
            ((7, 2, 3), (1, 3, 5)),
        ],
        ids=lambda shape: "x".join(map(str, shape)),
    )
    def test_any_shapes_and_axes_in_front(self, left, right):
        what = f"x @ y, where x is {left} and y {right}"
        x, y = signed(*left, start=3), signed(*right, start=4)
        mistakes = [{}, {}]
        full = (x @ y).shape[:-2]
        for i, array in enumerate((x, y)):
            if array.shape[:-2] != full:
                whole = (
                    (lambda g: g @ y.swapaxes(-1, -2))
                    if i == 0
                    else (lambda g: x.swapaxes(-1, -2) @ g)
                )
                shape, share = array.shape, math.prod(array.shape[:-2]) / math.prod(full)
                mistakes[i] = {
                    "the gradients of the batch are not summed": whole,
                    "the gradients of the batch are averaged, not summed": lambda g, f=whole, s=shape, p=share: (  # noqa: E501
                        summed(f(g), s) * p
                    ),
                }
        expect_gradients(what, operator.matmul, operator.matmul, x, y, mistakes=mistakes)

    def test_an_array_on_either_side(self):
        x, X = Tensor([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
        z = X @ x
        assert isinstance(z, Tensor), f"array @ Tensor is a {type(z).__name__}"
        expect_close(z, [[23, 34], [31, 46]], "array @ Tensor")
        expect_close(x @ X, [[19, 22], [43, 50]], "Tensor @ array")
        assert [p is x for p in z.parents] == [True], "the array is a parent, too"

    @pytest.mark.parametrize("right", [(2, 5, 7), (5, 7)], ids=["by a batch", "by one matrix"])
    def test_a_batch_is_noted_as_well(self, right):
        x, y = Tensor(signed(2, 3, 5)), Tensor(signed(*right))
        expect_op(x @ y, "@", x, y)

    def test_a_turned_operand(self):
        x = signed(3, 2, start=5)
        expect_gradients(
            "x @ y, where x is a view, transposed",
            lambda x, y: x.swapaxes(0, 1) @ y,
            lambda x, y: x.T @ y,
            x,
            signed(3, 5, start=6),
        )

    @pytest.mark.parametrize(
        "left, right",
        [
            ((2, 3), (5, 7)),
            ((2, 3), (2, 3)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((3,), (3,)),
            ((2, 3), ()),
            ((7, 2, 3), (7, 5, 2)),
        ],
        ids=str,
    )
    def test_what_does_not_go_together_is_refused(self, left, right):
        expect_raises(
            ValueError,
            lambda: Tensor(np.ones(left)) @ Tensor(np.ones(right)),
            f"{left} @ {right}",
            naming=[left, right],
        )

    def test_float32_stays_float32(self):
        expect_float32(operator.matmul, (2, 3), (3, 5))
        expect_float32(operator.matmul, (7, 2, 3), (7, 3, 5))
        expect_float32(lambda W: np.ones((2, 3)) @ W, (3, 5))


# ---- several steps as one node


@pytest.mark.kata("softmax")
class TestSoftmax:
    def test_shares_that_sum_to_1(self):
        rows = [[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]
        x = Tensor(np.log(rows) + np.array([[5.0], [-3.0]]))
        e = np.exp(x.data)
        expect_close(
            softmax(x),
            rows,
            "softmax of two rows, along the last axis",
            mistakes={
                "it runs over the wrong axis": e / e.sum(axis=0),
                "all entries together sum to 1": e / e.sum(),
                "the sum is left out": np.exp(x.data - x.data.max(axis=-1, keepdims=True)),
            },
        )
        expect_op(softmax(x), "softmax", x)

    def test_scores_of_any_size(self):
        p = softmax(Tensor([[1000.0, 1000.0 + math.log(3)], [-1000.0, -1000.0 + math.log(3)]]))
        expect_close(
            p,
            [[0.25, 0.75]] * 2,
            "softmax of rows near 1000 and -1000 (exp overflows unless the largest is taken off)",
            mistakes={
                "the largest of all rows is taken off, and not of each row": [
                    [0.25, 0.75],
                    [nan] * 2,
                ]
            },
        )

    def test_columns_of_any_size(self):
        x = np.array([[1000.0, 1000.0 + math.log(3)], [-1000.0, -1000.0 + math.log(3)]]).T
        p = softmax(Tensor(x), axis=0)
        expect_close(p, [[0.25] * 2, [0.75] * 2], "softmax, axis=0, of columns near 1000 and -1000")

    def test_what_is_hidden_gets_nothing(self):
        x = np.array([[0.0, -inf, math.log(3)]])
        expect_close(softmax(Tensor(x)), [[0.25, 0.0, 0.75]], "softmax of [0, -inf, log 3]")
        (dx,) = gradients(softmax, x, seed=np.array([[1.0, 100.0, 5.0]]))
        expect_close(dx, [[-0.75, 0.0, 0.75]], "gradient at [0, -inf, log 3], result's [1, 100, 5]")

    @pytest.mark.parametrize("axis", [-1, 0, 1, -2])
    def test_the_gradient_along_any_axis(self, axis):
        def formula(x):
            return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)

        x = signed(3, 2, 5)
        p = formula(x)
        last = np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
        ignored = {
            "axis is not looked at, and the last one is taken": lambda g: (
                last * (g - (g * last).sum(axis=-1, keepdims=True))
            )
        }
        expect_gradients(
            f"softmax(x, axis={axis})",
            lambda x: softmax(x, axis),
            formula,
            x,
            mistakes=[
                {
                    **(ignored if axis != -1 else {}),
                    "each share is taken to depend on its own score alone": lambda g: (
                        g * p * (1 - p)
                    ),
                    "the share that all scores have in the sum is left out": lambda g: g * p,
                    "the sum runs over the wrong axis": lambda g: (
                        p
                        * (g - (g * p).sum(axis=(axis + 1) % 3 if axis >= 0 else 0, keepdims=True))
                    ),
                    "the sum runs over everything, not along the axis": lambda g: (
                        p * (g - (g * p).sum())
                    ),
                    "the sum is that of the gradients, not weighted by the shares": lambda g: (
                        p * (g - g.sum(axis=axis, keepdims=True))
                    ),
                }
            ],
        )

    def test_a_second_backward_gives_the_same_again(self):
        x = Tensor([[0.5, 1.5, -1.0]])
        p = softmax(x)
        p.backward([[1.0, 2.0, 3.0]])
        once = x.grad.copy()
        p.backward([[1.0, 2.0, 3.0]])
        expect_close(x.grad, 2 * once, "gradient after two calls, beside twice that of one")

    def test_float32_stays_float32(self):
        expect_float32(softmax, (2, 3))


@pytest.mark.kata("log_softmax")
class TestLogSoftmax:
    def test_the_logarithm_of_the_shares(self):
        rows = np.log([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]])
        scores = rows + np.array([[5.0], [-3.0]])
        x, e, largest = Tensor(scores.copy()), np.exp(scores), scores.max(axis=-1, keepdims=True)
        expect_close(
            log_softmax(x),
            rows,
            "log_softmax of two rows, along the last axis",
            mistakes={
                "it runs over the wrong axis": np.log(e / e.sum(axis=0)),
                "it is softmax, without the logarithm": np.exp(rows),
                "the largest is taken off inside exp, and not off x": rows + largest,
                "the largest is taken off, and the sum left out": scores - largest,
            },
        )
        assert np.array_equal(x.data, scores), "log_softmax changed the data of x in place"
        expect_op(log_softmax(x), "log_softmax", x)

    def test_scores_of_any_size_stay_finite(self):
        expect_close(
            log_softmax(Tensor([[0.0, 1000.0], [-2000.0, 0.0]])),
            [[-1000.0, 0.0], [-2000.0, 0.0]],
            "log_softmax of [[0, 1000], [-2000, 0]]",
            mistakes={
                "the logarithm of a share that was rounded to 0 is taken": [[-inf, 0], [-inf, 0]],
                "exp overflows: the largest score is not taken off": [[-inf, nan], [-2000, 0]],
            },
        )

    @pytest.mark.parametrize("axis", [-1, 0, 1])
    def test_the_gradient_along_any_axis(self, axis):
        def formula(x):
            return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))

        x = signed(3, 2, 5)
        p = np.exp(formula(x))
        last = np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
        ignored = {
            "axis is not looked at, and the last one is taken": lambda g: (
                g - last * g.sum(axis=-1, keepdims=True)
            )
        }
        expect_gradients(
            f"log_softmax(x, axis={axis})",
            lambda x: log_softmax(x, axis),
            formula,
            x,
            mistakes=[
                {
                    **(ignored if axis != -1 else {}),
                    "what all scores have in the sum is left out": lambda g: g,
                    "the gradients are not summed along the axis": lambda g: g - p * g,
                    "log-shares stand where shares belong": lambda g: (
                        g - np.log(p) * g.sum(axis=axis, keepdims=True)
                    ),
                    "shares are left out": lambda g: g - g.sum(axis=axis, keepdims=True),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(log_softmax, (2, 3))


# three examples, three classes; the shares are 0.7, 0.2 and 0.7 for the right ones
LOGS = np.log([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
RIGHT = np.array([0, 2, 2])
LOSSES = -np.log([0.7, 0.2, 0.7])


@pytest.mark.kata("cross_entropy")
class TestCrossEntropy:
    def test_the_mean_of_minus_log_the_right_share(self):
        logits = Tensor(
            LOGS + np.array([[5.0], [-3.0], [2.0]])
        )  # softmax does not see what all have
        e = np.exp(logits.data)
        expect_close(
            cross_entropy(logits, RIGHT),
            LOSSES.mean(),
            "loss where the right classes have the shares 0.7, 0.2, 0.7",
            mistakes={
                "losses are added, not averaged": LOSSES.sum(),
                "losses are divided by the number of all scores": LOSSES.sum() / 9,
                "softmax runs over the wrong axis, down the examples": (
                    -np.log(e / e.sum(axis=0))[[0, 1, 2], RIGHT].mean()
                ),
                "the minus is missing": -LOSSES.mean(),
                "all examples are asked for all targets": -LOGS[:, RIGHT].mean(),
                "the logarithm is to base 2": LOSSES.mean() / math.log(2),
            },
        )
        expect_op(cross_entropy(logits, RIGHT), "cross_entropy", logits)

    def test_scores_of_any_size(self):
        logits = np.array([[1000.0, 0.0], [0.0, -1000.0]])
        expect_close(cross_entropy(Tensor(logits), np.array([0, 0])), 0.0, "loss of sure and right")
        expect_close(
            cross_entropy(Tensor(logits), np.array([1, 1])),
            1000.0,
            "loss of sure and wrong, by a difference of 1000",
            mistakes={
                "the logarithm of a share that was rounded to 0 is taken": inf,
                "exp overflows: the largest score is not taken off": nan,
            },
        )

    def test_the_gradient_is_shares_minus_one_hot_over_n(self):
        wanted = (np.exp(LOGS) - np.eye(3)[RIGHT]) / 3
        (dx,) = gradients(lambda x: cross_entropy(x, RIGHT), LOGS, seed=np.array(1.0))
        expect_close(
            dx,
            wanted,
            "gradient of the logits",
            mistakes={
                "1/N is missing": wanted * 3,
                "1/N comes twice": wanted / 3,
                "one-hot is not subtracted": np.exp(LOGS) / 3,
                "only the right class gets a gradient": np.where(np.eye(3)[RIGHT] > 0, wanted, 0),
                "the sign is the wrong way round": -wanted,
                "1 is subtracted for every target in every row": (
                    np.exp(LOGS) - np.array([1, 0, 1])
                )
                / 3,
                "1 is divided by N, and shares are not": np.exp(LOGS) - np.eye(3)[RIGHT] / 3,
            },
        )

    def test_in_the_middle_of_a_graph(self):
        once = (np.exp(LOGS) - np.eye(3)[RIGHT]) / 3
        x = Tensor(LOGS)
        (cross_entropy(x, RIGHT) * 6.0).backward()
        expect_close(
            x.grad,
            6 * once,
            "gradient of the logits in 6 · cross_entropy",
            mistakes={"the gradient that comes from above is left out": once},
        )

    def test_a_second_backward_gives_the_same_again(self):
        x = Tensor(LOGS * 2)
        loss = cross_entropy(x, RIGHT) * 3.0
        loss.backward()
        once = x.grad.copy()
        loss.backward()
        expect_close(
            x.grad,
            2 * once,
            "gradient of the logits after two calls, beside twice that of one",
        )

    def test_sequences_of_examples(self):
        logits, targets = signed(2, 5, 3), np.array([[0, 2, 1, 1, 0], [2, 2, 0, 1, 2]])

        def formula(x):
            log_p = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
            return -sum(log_p[b, t, targets[b, t]] for b in range(2) for t in range(5)) / 10

        loss = cross_entropy(Tensor(logits), targets)
        expect_close(
            loss,
            formula(logits),
            "loss of logits (2, 5, 3) with targets (2, 5)",
            mistakes={
                "the sum is divided by the number of sequences": formula(logits) * 5,
                "losses are added, not averaged": formula(logits) * 10,
            },
        )
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        expect_gradients(
            "the loss of logits (2, 5, 3)",
            lambda x: cross_entropy(x, targets),
            formula,
            logits,
            mistakes=[
                {
                    "N is the number of sequences, not of all examples": lambda g: (
                        g * (p - np.eye(3)[targets]) / 2
                    ),
                    "1/N is missing": lambda g: g * (p - np.eye(3)[targets]),
                }
            ],
        )

    def test_targets_may_be_a_list_and_stay_as_they_are(self):
        expect_close(cross_entropy(Tensor(LOGS), [0, 2, 2]), LOSSES.mean(), "loss, targets a list")
        targets = RIGHT.copy()
        cross_entropy(Tensor(LOGS), targets).backward()
        assert targets.tolist() == [0, 2, 2], f"the caller's targets are {targets} now"

    @pytest.mark.parametrize("shape", [(2,), (4,), (3, 1), (3, 3), ()], ids=str)
    def test_targets_of_another_shape_are_refused(self, shape):
        expect_raises(
            ValueError,
            lambda: cross_entropy(Tensor(LOGS), np.zeros(shape, int)),
            f"targets of shape {shape} for logits of shape (3, 3)",
            naming=[shape, (3, 3)],
        )

    @pytest.mark.parametrize("target", [3, -1, 7])
    def test_a_class_that_does_not_exist_is_refused(self, target):
        expect_raises(
            IndexError,
            lambda: cross_entropy(Tensor(LOGS), np.array([0, target, 1])),
            f"class {target} of 3 (numpy counts negative indices from the end)",
            naming=[target, 2],
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: cross_entropy(x, [0, 2]), (2, 3))


# ---- layers


def rng_of(seed):
    return np.random.default_rng(seed)


def layer(W, b=None):
    """A Linear with these weights."""
    n_in, n_out = np.shape(W)
    made = Linear(n_in, n_out, rng_of(0), bias=b is not None)
    made.weight = Tensor(np.array(W, dtype=float))
    made.bias = None if b is None else Tensor(np.array(b, dtype=float))
    return made


@pytest.mark.kata("Linear.__init__")
class TestLinearInit:
    def test_weights_have_a_row_for_each_input_and_a_column_for_each_output(self):
        made = Linear(3, 5, rng_of(0))
        assert made.weight.shape == (3, 5), (
            f"the weight of 3 inputs and 5 outputs is {made.weight.shape}, and should be (3, 5): "
            "Y = X W + b (PyTorch has them the other way round)"
        )
        assert made.bias.shape == (5,), f"the bias of 5 outputs is {made.bias.shape}"

    def test_both_are_tensors_that_can_be_learned(self):
        made = Linear(3, 5, rng_of(0))
        for name in ("weight", "bias"):
            tensor = getattr(made, name)
            assert isinstance(tensor, Tensor) and tensor.requires_grad, f"{name} is {tensor!r}"
            assert tensor.data.dtype == np.float64, f"{name} is {tensor.data.dtype}"
        assert [name for name, _ in made.named_parameters()] == ["weight", "bias"]

    def test_weights_are_uniform_within_one_over_root_n(self):
        w = Linear(100, 70, rng_of(0)).weight.data
        assert abs(w).max() <= 0.1, (
            f"with 100 inputs a weight of {abs(w).max():.3g} was drawn, and should be within "
            "1 / √100 = 0.1"
        )
        expect_close(
            w.std() * math.sqrt(3),
            0.1,
            "√3 times the deviation of 7,000 weights, which is the limit of a uniform distribution",
            mistakes={
                "the limit is 1 / n": 0.01,
                "the limit is that of the 70 outputs": 1 / math.sqrt(70),
                "the limit is halved, or drawn from 0 to it alone": 0.05,
            },
            tolerance=0.002,
        )
        assert abs(w.mean()) < 0.005, (
            f"the mean of 7,000 weights is {w.mean():.3g}, and should be 0"
        )

    def test_the_bias_starts_at_0(self):
        expect_close(Linear(3, 2, rng_of(0)).bias, [0.0, 0.0], "bias at the start")

    def test_a_layer_may_have_no_bias(self):
        made = Linear(3, 2, rng_of(0), bias=False)
        assert made.bias is None, f"bias=False, and the bias is {made.bias!r}"
        assert len(made.parameters()) == 1, f"{len(made.parameters())} parameters without a bias"

    def test_all_weights_are_drawn_from_rng(self):
        first, again, other = (Linear(3, 5, rng_of(seed)).weight.data for seed in (1, 1, 2))
        assert np.array_equal(first, again), "one seed gave two different layers"
        assert not np.array_equal(first, other), "two seeds gave the same layer: is rng used?"
        assert len(np.unique(first)) == 15, "several weights are equal"
        assert not np.array_equal(Linear(3, 5).weight.data, Linear(3, 5).weight.data), (
            "without rng, two layers are equal: a fresh generator begins somewhere else each time"
        )


@pytest.mark.kata("Linear.__call__")
class TestLinearCall:
    def test_it_is_x_w_plus_b(self):
        y = layer([[1, 2], [3, 5]], [10, 20])(Tensor([[1.0, -1.0], [2.0, 0.0]]))
        expect_close(
            y,
            [[8, 17], [12, 24]],
            "output for W = [[1, 2], [3, 5]] and b = [10, 20]",
            mistakes={
                "the bias is left out": [[-2, -3], [2, 4]],
                "it is W X + b": [[15, 19], [23, 17]],
                "W is transposed": [[9, 18], [12, 26]],
            },
        )

    def test_without_a_bias(self):
        y = layer([[1, 2], [3, 5]])(Tensor([[1.0, -1.0]]))
        expect_close(y, [[-2, -3]], "output for W = [[1, 2], [3, 5]] without a bias")

    def test_an_array_will_do_and_axes_in_front_stay(self):
        W, b, X = signed(3, 5), signed(5), signed(2, 7, 3)
        y = layer(W, b)(X)
        assert isinstance(y, Tensor), f"the output for an array is a {type(y).__name__}"
        expect_close(y, np.einsum("btd,dh->bth", X, W) + b, "output for an array (2, 7, 3)")

    def test_weight_and_bias_get_their_gradients(self):
        made, X, g = layer(signed(3, 5), signed(5)), signed(7, 3), signed(7, 5, start=2)
        made(X).backward(g)
        expect_close(made.weight.grad, X.T @ g, "gradient of the weight")
        expect_close(made.bias.grad, g.sum(axis=0), "gradient of the bias")


@pytest.mark.kata("Sequential.__init__")
class TestSequentialInit:
    def test_the_layers_are_kept_in_order(self):
        first, second = layer([[1.0]]), layer([[2.0]])
        made = Sequential(first, Tensor.relu, second)
        assert list(map(id, made.layers)) == list(map(id, (first, Tensor.relu, second))), (
            f"layers is {made.layers!r}, and should hold the three that were given"
        )

    def test_their_parameters_are_found_by_2_2(self):
        made = Sequential(layer([[1.0]], [2.0]), Tensor.relu, layer([[3.0]]))
        names = [name for name, _ in made.named_parameters()]
        assert names == ["layers.0.weight", "layers.0.bias", "layers.2.weight"], (
            f"the parameters found inside are {names}"
        )
        assert made.n_parameters() == 3


@pytest.mark.kata("Sequential.__call__")
class TestSequentialCall:
    def test_each_layer_gets_the_output_of_the_one_before(self):
        made = Sequential(lambda x: x + 1, lambda x: x * 10, lambda x: x - 2)
        expect_close(
            made(Tensor([3.0])),
            [38.0],
            "(3 + 1) · 10 - 2",
            mistakes={
                "every layer gets the input": [1.0],
                "the layers run backwards": [20.0],
                "the last layer is left out": [40.0],
                "only the first layer runs": [4.0],
            },
        )

    def test_it_can_be_called_again(self):
        made = Sequential(lambda x: x + 1)
        for _ in range(2):
            expect_close(made(Tensor([3.0])), [4.0], "3 + 1, by one layer, each time")

    def test_no_layers_change_nothing(self):
        x = Tensor([3.0])
        assert Sequential()(x) is x, "a Sequential of no layers should return what came"


@pytest.mark.kata("MLP.__init__")
class TestMLPInit:
    def test_a_linear_stands_between_each_two_sizes(self):
        made = MLP([3, 5, 7, 2], rng=rng_of(0))
        shapes = [parameter.shape for parameter in made.parameters()]
        assert shapes == [(3, 5), (5,), (5, 7), (7,), (7, 2), (2,)], (
            f"the parameters of sizes 3, 5, 7, 2 have the shapes {shapes}"
        )

    def test_an_activation_stands_between_each_two_linears_and_not_at_the_end(self):
        kinds = [type(made) is Linear for made in MLP([3, 5, 7, 2], rng=rng_of(0)).layers]
        assert kinds == [True, False, True, False, True], (
            f"of the layers of sizes 3, 5, 7, 2, these are Linear: {kinds}; each activation is a "
            "layer of its own, and the last Linear has none"
        )

    @pytest.mark.parametrize("activation", [Tensor.relu, Tensor.tanh], ids=["relu", "tanh"])
    def test_it_computes_what_it_should(self, activation):
        made = MLP([3, 5, 2], activation, rng_of(0))
        W1, b1, W2, b2 = (signed(*p.shape, start=8) for p in made.parameters())
        for parameter, data in zip(made.parameters(), (W1, b1, W2, b2)):
            parameter.data = data
        X = signed(7, 3)
        Z = X @ W1 + b1
        A = np.maximum(Z, 0) if activation is Tensor.relu else np.tanh(Z)
        out = A @ W2 + b2
        expect_close(
            made(X),
            out,
            f"output of sizes 3, 5, 2 with {activation.__name__}",
            mistakes={
                "there is an activation after the last layer": (
                    np.maximum(out, 0) if activation is Tensor.relu else np.tanh(out)
                ),
                "there is no activation": Z @ W2 + b2,
                "the other activation stands there": (
                    (np.tanh(Z) if activation is Tensor.relu else np.maximum(Z, 0)) @ W2 + b2
                ),
            },
        )

    def test_relu_is_what_it_takes_if_nothing_is_said(self):
        made = MLP([1, 1, 1], rng=rng_of(0))
        for parameter, data in zip(made.parameters(), ([[2.0]], [0.0], [[1.0]], [0.0])):
            parameter.data = np.array(data)
        expect_close(made(Tensor([[3.0], [-3.0]])), [[6.0], [0.0]], "outputs of one ReLU unit")

    def test_layers_of_equal_size_have_different_weights(self):
        made = MLP([5, 5, 5], rng=rng_of(0))
        first, _, second, _ = (parameter.data for parameter in made.parameters())
        assert not np.array_equal(first, second), "two layers were drawn with the same weights"
        again = MLP([5, 5, 5], rng=rng_of(0)).parameters()[2].data
        assert np.array_equal(second, again), "one seed gave two different networks"

    def test_without_rng_two_networks_differ(self):
        a, b = (MLP([3, 5]).parameters()[0].data for _ in range(2))
        assert not np.array_equal(a, b), "without rng, two networks are equal"

    @pytest.mark.parametrize("sizes", [[], [5]], ids=str)
    def test_fewer_than_two_sizes_are_refused(self, sizes):
        expect_raises(ValueError, lambda: MLP(sizes), f"MLP({sizes})", naming=[sizes])

    def test_its_state_can_be_taken_and_given_back(self):
        made, other = MLP([3, 5, 2], rng=rng_of(0)), MLP([3, 5, 2], rng=rng_of(1))
        other.load_state_dict(made.state_dict())
        expect_close(other(signed(7, 3)), made(signed(7, 3)).data, "output with the other's state")

    def test_your_value_engine_finds_the_same_gradients(self):
        on_values, on_tensors = twins([3, 5, 4, 2])
        X, y = signed(7, 3), [0, 1, 1, 0, 1, 0, 0]
        losses = [cross_entropy_of_values(on_values(x), k) for x, k in zip(X.tolist(), y)]
        loss_of_values = sum(losses) / 7
        loss_of_values.backward()
        loss = cross_entropy(on_tensors(X), y)
        loss.backward()
        expect_close(loss, loss_of_values, "loss on Tensors, beside that on Values")
        for name, parameter in on_tensors.named_parameters():
            i = 1 + int(name.split(".")[1]) // 2
            expect_close(
                parameter.grad,
                arrays_of(on_values, "grad")[name],
                f"gradient of the {name.split('.')[2]} of layer {i}, beside that of your Values",
            )


def twins(sizes):
    """The same tanh network twice: the MLP of 2.2, and that of 4.1."""
    on_values, on_tensors = values.MLP(sizes), MLP(sizes, Tensor.tanh, rng_of(0))
    for i, parameter in enumerate(on_values.parameters()):
        parameter.data = math.sin(3 * i) * 0.8
    start = arrays_of(on_values, "data")
    for name, parameter in on_tensors.named_parameters():
        parameter.data = start[name]
    return on_values, on_tensors


def arrays_of(on_values, field):
    """Data or gradients of the neurons of an MLP of 2.2, as its twin has them: {name: array}."""
    found = {}
    for i, neurons in enumerate(part.neurons for part in on_values.layers):
        columns = [[getattr(w, field) for w in neuron.w] for neuron in neurons]
        found[f"layers.{2 * i}.weight"] = np.array(columns).T.copy()
        found[f"layers.{2 * i}.bias"] = np.array([getattr(neuron.b, field) for neuron in neurons])
    return found


@pytest.mark.kata("Dropout.__init__")
class TestDropoutInit:
    @pytest.mark.parametrize("p", [1, 1.5, -0.1, nan])
    def test_p_is_from_0_to_below_1(self, p):
        expect_raises(ValueError, lambda: Dropout(p), f"Dropout({p})", naming=[p])

    @pytest.mark.parametrize("p", [0, 0.5, 0.999])
    def test_p_is_kept(self, p):
        assert Dropout(p).p == p

    def test_so_is_the_generator(self):
        rng = rng_of(0)
        assert Dropout(0.5, rng).rng is rng, "rng is not kept"
        assert isinstance(Dropout(0.5).rng, np.random.Generator), "without rng there is none"

    def test_it_has_nothing_to_learn(self):
        assert Dropout(0.5, rng_of(0)).parameters() == []


ONES = np.ones((100, 101))


@pytest.mark.kata("Dropout.__call__")
class TestDropoutCall:
    def test_an_entry_is_dropped_with_probability_p(self):
        y = Dropout(0.2, rng_of(0))(Tensor(ONES)).data
        expect_close(
            (y == 0).mean(),
            0.2,
            "share of 10,100 entries that Dropout(0.2) set to 0",
            mistakes={"p is the share that is kept": 0.8, "nothing is dropped": 0.0},
            tolerance=0.02,
        )

    def test_the_others_are_scaled_so_that_the_mean_stays(self):
        y = Dropout(0.2, rng_of(0))(Tensor(ONES)).data
        expect_close(
            y.max(),
            1.25,
            "an entry 1 that passed Dropout(0.2)",
            mistakes={
                "what is kept is not scaled": 1.0,
                "it is multiplied by 1 - p, not divided": 0.8,
                "it is divided by p": 5.0,
            },
        )
        kinds = np.unique(y).tolist()
        assert kinds == [0.0, 1.25], f"entries of 1 became {kinds[:5]}, and should be 0 or 1.25"

    def test_every_entry_has_its_own_luck(self):
        y = Dropout(0.5, rng_of(0))(Tensor(ONES)).data > 0
        assert not (y == y[0]).all() and not (y == y[:, :1]).all(), (
            "whole rows or columns are dropped together: the draws need the shape of x"
        )

    def test_in_eval_mode_everything_passes(self):
        drop, x = Dropout(0.5, rng_of(0)), Tensor(signed(2, 3))
        drop.eval()
        assert drop(x) is x, (
            f"in eval mode Dropout returned {drop(x).data.tolist()} for {x.data.tolist()}, and "
            "should return x itself: it is for training alone"
        )
        drop.train()
        dropped = (drop(Tensor(ONES)).data == 0).mean()
        assert dropped > 0, "after train() nothing is dropped any more"

    def test_with_p_0_everything_passes(self):
        x = Tensor(signed(2, 3))
        got = Dropout(0, rng_of(0))(x)
        assert got is x, f"Dropout(0) returned {got!r}, and should return x itself: nothing to do"

    def test_the_gradient_passes_where_the_entry_did(self):
        x = Tensor(signed(20, 30))
        y = Dropout(0.5, rng_of(0))(x)
        y.backward(signed(20, 30, start=2))
        expect_close(
            x.grad,
            signed(20, 30, start=2) * (y.data / x.data),
            "gradient through Dropout(0.5)",
            mistakes={
                "what came out does not lead back to x": 0.0,
                "the gradient passes everywhere": signed(20, 30, start=2),
                "the gradient is not scaled as the entry was": signed(20, 30, start=2)
                * (y.data != 0),
            },
        )

    def test_each_call_draws_anew_from_rng(self):
        drop = Dropout(0.5, rng_of(0))
        first, second = drop(Tensor(ONES)).data, drop(Tensor(ONES)).data
        assert not np.array_equal(first, second), "two calls dropped the same entries"
        again = Dropout(0.5, rng_of(0))(Tensor(ONES)).data
        assert np.array_equal(first, again), "one seed gave two different results: is rng used?"

    def test_the_input_stays_as_it_was(self):
        x = Tensor(ONES.copy())
        Dropout(0.5, rng_of(0))(x)
        assert np.array_equal(x.data, ONES), "the data of the input was changed in place"

    def test_float32_stays_float32(self):
        expect_float32(Dropout(0.5, rng_of(0)), (2, 3))


# ---- training


@pytest.mark.kata("cast_parameters")
class TestCastParameters:
    def test_every_parameter_has_the_new_dtype(self):
        made = MLP([3, 5, 2], rng=rng_of(0))
        before = [parameter.data.copy() for parameter in made.parameters()]
        cast_parameters(made, np.float32)
        for parameter, data in zip(made.parameters(), before):
            assert parameter.data.dtype == np.float32, f"there is a {parameter.data.dtype} left"
            expect_close(parameter, data, "data as float32", tolerance=1e-7)

    def test_the_parameters_are_the_same_tensors(self):
        made = MLP([3, 5, 2], rng=rng_of(0))
        before = made.parameters()
        cast_parameters(made, np.float32)
        assert all(p is q for p, q in zip(made.parameters(), before)), "the Tensors were replaced"

    def test_from_then_on_all_is_float32(self):
        made = MLP([3, 5, 2], rng=rng_of(0))
        cast_parameters(made, np.float32)
        loss = cross_entropy(made(signed(7, 3)), [0, 1, 1, 0, 1, 0, 0])
        loss.backward()
        kinds = {loss.data.dtype, *(parameter.grad.dtype for parameter in made.parameters())}
        assert kinds == {np.dtype(np.float32)}, f"loss and gradients are {kinds}"

    def test_and_back(self):
        made = MLP([3, 2], rng=rng_of(0))
        cast_parameters(made, np.float32)
        cast_parameters(made, np.float64)
        assert {p.data.dtype for p in made.parameters()} == {np.dtype(np.float64)}


@pytest.mark.kata("tensor_loss")
class TestTensorLoss:
    def test_it_returns_the_mean_cross_entropy_and_the_share_that_is_right(self):
        loss, accuracy = tensor_loss(layer(np.eye(3), [0, 0, 0]), LOGS, np.array([0, 1, 2]))
        total = -math.log(0.7 * 0.3 * 0.7)
        expect_close(
            loss,
            total / 3,
            "loss where the right classes have the shares 0.7, 0.3, 0.7",
            mistakes={"accuracy comes first": 2 / 3, "it is the sum": total},
        )
        expect_close(
            accuracy,
            2 / 3,
            "accuracy where two of three examples are right",
            mistakes={
                "the right ones are counted, and not divided": 2.0,
                "the wrong ones are counted": 1 / 3,
                "the highest score is looked for down the columns": 1.0,
            },
        )

    def test_both_are_numbers(self):
        got = tensor_loss(layer(np.eye(3), [0, 0, 0]), LOGS, RIGHT)
        assert all(isinstance(number, Real) for number in got), (
            f"it returned {got!r}: a list of Tensors would keep the graph of every step alive"
        )

    def test_gradients_are_added_to_those_that_are_there(self):
        model = layer(np.eye(3), [0, 0, 0])
        once = (np.exp(LOGS) - np.eye(3)[RIGHT]).sum(axis=0) / 3
        tensor_loss(model, LOGS, RIGHT)
        expect_close(
            model.bias.grad,
            once,
            "gradient of the bias",
            mistakes={
                "no backward pass was made, or gradients were cleared after it": 0.0,
                "1/N is missing": 3 * once,
            },
        )
        tensor_loss(model, LOGS, RIGHT)
        expect_close(
            model.bias.grad,
            2 * once,
            "gradient of the bias after two calls",
            mistakes={"tensor_loss clears them itself, which is the caller's business": once},
        )

    def test_the_model_is_called_once_and_not_moved(self):
        calls, model = [], layer(np.eye(3), [0, 0, 0])

        def counted(x):
            calls.append(x)
            return model(x)

        tensor_loss(Sequential(counted), LOGS, RIGHT)
        assert len(calls) == 1, f"the model was called {len(calls)} times on one batch"
        assert np.array_equal(model.weight.data, np.eye(3)), "the weights were changed"

    def test_an_optimizer_of_3_3_moves_tensors_as_it_moves_values(self):
        on_values, on_tensors = twins([3, 4, 2])
        X, y = signed(7, 3), np.array([0, 1, 1, 0, 1, 0, 0])
        first, second = Adam(on_values.parameters(), 0.1), Adam(on_tensors.parameters(), 0.1)
        for _ in range(3):
            first.zero_grad()
            (
                sum(cross_entropy_of_values(on_values(x), k) for x, k in zip(X.tolist(), y)) / 7
            ).backward()
            first.step()
            second.zero_grad()
            tensor_loss(on_tensors, X, y)
            second.step()
        wanted = arrays_of(on_values, "data")
        for name, parameter in on_tensors.named_parameters():
            expect_close(parameter, wanted[name], f"{name} after three steps of Adam")

    def test_the_loop_of_3_4_trains_it(self):
        rng = rng_of(5)
        corners = rng.integers(0, 2, (160, 2))
        X, y = corners + 0.15 * rng.standard_normal((160, 2)), corners.sum(axis=1) % 2
        model = MLP([2, 16, 2], Tensor.tanh, rng_of(0))
        optimizer = Adam(model.parameters(), lr=0.05)
        train, validation = (X[:120], y[:120]), (X[120:], y[120:])
        history = fit(model, tensor_loss, train, validation, optimizer, 20, 16, rng_of(1))
        reached = history["validation_accuracy"][-1]
        assert reached >= 0.95, (
            f"after 20 epochs {reached:.0%} of the validation part are right, and one straight "
            "line already gets 75 % of these four heaps"
        )
