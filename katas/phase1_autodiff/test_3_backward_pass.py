"""1.3 · Backward pass: multiply along a path, add over paths, and do it once per edge."""

import math

import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.finite_differences import gradient_error
from katas.phase1_autodiff.graph import gradient_by_paths, path_derivative, topological_order
from katas.phase1_autodiff.value import Value, tanh_from_exp


def node(parents=(), local_grads=()):
    """A Value whose local gradients are chosen freely, so that every path has its own product."""
    return Value(0.0, parents, local_grads)


def grads(*values):
    return [value.grad for value in values]


@pytest.mark.kata("path_derivative")
class TestPathDerivative:
    def test_one_edge_has_its_own_derivative(self):
        expect_close(
            path_derivative([3.0]),
            3.0,
            "derivative along one edge of 3",
            mistakes={
                "the product starts at 0, and stays there": 0.0,
                "the edge is left out": 1.0,
                "the edge is added to the 1 to begin with, and not multiplied": 4.0,
            },
        )

    def test_the_edges_multiply(self):
        expect_close(
            path_derivative([2.0, -3.0, 0.5, 5.0]),
            -15.0,
            "derivative along edges of 2, -3, 0.5 and 5",
            mistakes={
                "the local derivatives are added, not multiplied": 4.5,
                "the product starts at 0, and stays there": 0.0,
                "the first edge is left out": -7.5,
                "the last edge is left out": -3.0,
                "only the last edge counts": 5.0,
                "only the first edge counts (is the return inside the loop?)": 2.0,
                "the signs are dropped": 15.0,
            },
        )

    def test_a_flat_edge_cuts_the_path(self):
        expect_close(
            path_derivative([4.0, 0.0, 7.0]),
            0.0,
            "derivative along edges of 4, 0 and 7",
            mistakes={"an edge of 0 is skipped": 28.0},
        )

    def test_the_path_without_edges_has_derivative_one(self):
        expect_close(
            path_derivative([]),
            1.0,
            "derivative along the path from a node to itself (it changes as much as itself)",
            mistakes={"the empty product is taken to be 0": 0.0},
        )

    def test_the_list_comes_back_unchanged(self):
        local_grads = [2.0, 3.0]
        path_derivative(local_grads)
        assert local_grads == [2.0, 3.0], (
            f"the caller's list was [2.0, 3.0] and is {local_grads} afterwards: it was used up"
        )


@pytest.mark.kata("gradient_by_paths")
class TestGradientByPaths:
    def test_a_single_edge_is_a_path(self):
        x = Value(2.0)
        expect_close(
            gradient_by_paths(x * 5, x),
            5.0,
            "d(5x)/dx at 2",
            mistakes={
                "the last operand alone counts, and from the 5 there is no path to x (is there a "
                "= for a +=?)": 0.0,
                "every leaf counts as the node that was asked for, the 5 as well as x": 7.0,
                "each local derivative is added to what comes from further down, not multiplied "
                "by it": 8.0,
            },
        )

    def test_along_a_path_the_local_derivatives_multiply(self):
        x = Value(2.0)
        expect_close(
            gradient_by_paths(x * 3 * 5 * 8, x),
            120.0,
            "d(3·5·8·x)/dx",
            mistakes={
                "the local derivatives are added, not multiplied": 16.0,
                "only the edge that leaves the root counts": 8.0,
                "only the edge that reaches the node counts": 3.0,
                "the edge that leaves the root is left out": 15.0,
                "the edge that reaches the node is left out": 40.0,
            },
        )

    def test_over_paths_the_products_add(self):
        # the lesson's diamond: u = 2x = 3, p = u + 1 = 4, q = u² = 9, L = pq
        x = Value(1.5)
        u = x * 2
        expect_close(
            gradient_by_paths((u + 1) * u**2, x),
            66.0,  # through p: 9 · 1 · 2 = 18, through q: 4 · 6 · 2 = 48
            "dL/dx of the diamond L = (u + 1) u² with u = 2x",
            mistakes={
                "only the path through u + 1 counts (is u visited just once, or is the return "
                "inside the loop?)": 18.0,
                "only the path through u² counts (is u visited just once, or is there a = for a "
                "+=?)": 48.0,
                "the paths are multiplied with each other": 864.0,
                "the average over the paths is taken, not the sum": 33.0,
            },
        )

    def test_paths_of_different_lengths_all_count(self):
        x = node()
        v = node((node((x,), (3.0,)),), (5.0,))
        expect_close(
            gradient_by_paths(node((x, v), (2.0, 7.0)), x),
            107.0,  # 2 by the short path, 7 · 5 · 3 by the long one
            "gradient by a path with an edge of 2 and a path with edges of 7, 5 and 3",
            mistakes={
                "only the shortest path counts": 2.0,
                "only the longest path counts": 105.0,
            },
        )

    def test_an_operand_used_twice_makes_two_paths(self):
        x = node()
        expect_close(
            gradient_by_paths(node((x, x), (2.0, 5.0)), x),
            7.0,
            "gradient by two edges of 2 and 5 between the same two nodes",
            mistakes={
                "only the first of the two edges counts": 2.0,
                "only the last of the two edges counts": 5.0,
                "the first edge's derivative is taken for both": 4.0,
                "the last edge's derivative is taken for both": 10.0,
            },
        )

    def test_two_edges_that_look_the_same_are_two_paths(self):
        x = Value(3.0)
        expect_close(
            gradient_by_paths(x + x, x),
            2.0,
            "d(x + x)/dx",
            mistakes={
                "two equal edges count as one (a set, or a dictionary, keeps one of them)": 1.0
            },
        )

    def test_paths_may_work_against_each_other(self):
        x = node()
        v = node((x,), (-3.0,))
        expect_close(
            gradient_by_paths(node((x, v), (2.0, 4.0)), x),
            -10.0,  # 2 by the short path, 4 · (-3) by the long one
            "gradient by a path with an edge of 2 and a path with edges of 4 and -3",
            mistakes={"the signs are dropped": 14.0, "only the sizes are added": 14.0},
        )

    def test_an_inner_node_has_a_gradient_too(self):
        x = Value(1.5)
        u = x * 2
        expect_close(
            gradient_by_paths((u + 1) * u**2, u),
            33.0,
            "dL/du of the diamond L = (u + 1) u² at u = 3",
            mistakes={
                "only paths that end in a leaf are counted": 0.0,
                "the paths are followed on, to the leaf": 66.0,
            },
        )

    def test_a_node_has_derivative_one_by_itself(self):
        x = Value(2.0)
        y = x * 5
        expect_close(
            gradient_by_paths(y, y),
            1.0,
            "dy/dy (the path without edges)",
            mistakes={"the path without edges is not counted": 0.0},
        )

    def test_without_a_path_the_derivative_is_zero(self):
        x, stranger = Value(2.0), Value(2.0)
        expect_close(
            gradient_by_paths(x * 5, stranger),
            0.0,
            "derivative of 5x by a Value that it was not computed from",
            mistakes={
                "nodes are told apart by the number they hold, not by which they are": 5.0,
                "every path to any leaf is counted": 6.0,
            },
        )

    def test_there_is_no_path_against_the_edges(self):
        x = Value(2.0)
        y = x * 5
        expect_close(
            gradient_by_paths(x, y),
            0.0,
            "derivative of x by y, where y was computed from x",
            mistakes={"the path is walked from the node to the root, in either direction": 5.0},
        )

    def test_parents_and_local_gradients_are_all_it_needs(self):
        class Bare:
            def __init__(self, parents=(), local_grads=()):
                self.parents, self.local_grads = parents, local_grads

        x = Bare()
        try:
            gradient = gradient_by_paths(Bare((x,), (3.0,)), x)
        except AttributeError as error:
            pytest.fail(f"a node with nothing but parents and local_grads should do, but: {error}")
        expect_close(gradient, 3.0, "gradient in a graph of bare nodes")

    def test_nothing_is_written_into_the_graph(self):
        x = Value(2.0)
        y = x * 5
        x.grad, y.grad = 7.0, 9.0
        gradient_by_paths(y, x)
        assert grads(x, y) == [7.0, 9.0], (
            f"x.grad and y.grad were 7.0 and 9.0 and are {grads(x, y)}: the gradient is returned, "
            "not stored"
        )


@pytest.mark.kata("Value.backward")
class TestValueBackward:
    def test_the_root_has_gradient_one(self):
        y = Value(3.0) * 2
        y.backward()
        expect_close(
            y.grad,
            1.0,
            "gradient of the root (dy/dy)",
            mistakes={"the seed is missing, or cleared again once it was handed on": 0.0},
        )
        assert type(y.grad) is float, (
            f"gradient of the root is {y.grad!r} ({type(y.grad).__name__}), and should be the "
            "float 1.0: was it set to an int, 0 or 1?"
        )

    def test_each_operand_gets_its_local_gradient(self):
        a, b = Value(2.0), Value(-3.0)
        (a * b).backward()
        expect_close(
            grads(a, b),
            [-3.0, 2.0],
            "gradients of a and b in a · b at (2, -3)",
            mistakes={
                "the seed is missing: 0 times anything flows back": [0.0, 0.0],
                "only the first parent is reached": [-3.0, 0.0],
                "only the last parent is reached": [0.0, 2.0],
                "the local gradients go to the wrong parents": [2.0, -3.0],
            },
        )

    def test_an_operation_may_have_any_number_of_operands(self):
        a, b, c = node(), node(), node()
        node((a, b, c), (2.0, 3.0, 5.0)).backward()
        expect_close(
            grads(a, b, c),
            [2.0, 3.0, 5.0],
            "gradients of three operands with local gradients 2, 3 and 5",
            mistakes={
                "only the first two parents are reached": [2.0, 3.0, 0.0],
                "only the first and the last parent are reached": [2.0, 0.0, 5.0],
            },
        )

    def test_along_a_chain_the_gradients_multiply(self):
        x = Value(2.0)
        u = x * 3
        y = u * 5
        y.backward()
        expect_close(
            grads(y, u, x),
            [1.0, 5.0, 15.0],
            "gradients of y, u, x in y = 5u, u = 3x",
            mistakes={
                "the seed is missing: 0 times anything flows back": [0.0, 0.0, 0.0],
                "the node's own gradient is left out of the product": [1.0, 5.0, 3.0],
                "the node's own gradient is added to the local one, not multiplied": [1, 6, 9],
                "the node's data stands where its gradient belongs": [1.0, 150.0, 18.0],
                "the order is not reversed: u hands on its gradient before it has one": [1, 5, 0],
                "the walk ends at the root's own parents": [1.0, 5.0, 0.0],
                "the root itself hands nothing on": [1.0, 0.0, 0.0],
                "gradients are cleared once they were handed on: they are results, too": [0, 0, 15],
                "inner gradients are cleared once they were handed on: they are results, too": [
                    1.0,
                    0.0,
                    15.0,
                ],
            },
        )

    def test_a_value_used_twice_collects_both_gradients(self):
        x = node()
        node((x, x), (2.0, 5.0)).backward()
        expect_close(
            x.grad,
            7.0,
            "gradient of an operand used twice, with local gradients 2 and 5",
            mistakes={
                "the gradient is assigned, not added, or there is one in a dict for each parent: "
                "the last use wins": 5.0,
                "only the first use is counted": 2.0,
                "the first local gradient is taken for both uses": 4.0,
                "the last local gradient is taken for both uses": 10.0,
            },
        )

    def test_two_edges_that_look_the_same_are_two(self):
        x = Value(3.0)
        (x + x).backward()
        expect_close(
            x.grad,
            2.0,
            "gradient of x in x + x",
            mistakes={
                "two equal edges count as one (a set, or a dictionary, keeps one of them)": 1.0
            },
        )

    def test_a_leaf_used_near_and_far_collects_both_gradients(self):
        # y = x³ · x at 3: the product hands 27 to x and 3 to x³, which hands on 3 · 27 = 81
        x = Value(3.0)
        (x**3 * x).backward()
        expect_close(
            x.grad,
            108.0,  # (x⁴)' = 4x³
            "gradient of x in x³ · x at 3",
            mistakes={
                "the gradient is assigned, not added: the last use wins": 81.0,
                "only the use nearest to the root is counted": 27.0,
            },
        )

    def test_over_a_diamond_the_paths_add(self):
        # the lesson's diamond: u = 2x = 3, p = u + 1 = 4, q = u² = 9, L = pq
        x = Value(1.5)
        u = x * 2
        p, q = u + 1, u**2
        (p * q).backward()
        expect_close(
            grads(p, q, u, x),
            [9.0, 4.0, 33.0, 66.0],
            "gradients of p, q, u, x in the diamond",
            mistakes={
                "u's gradient is assigned, not added: q's share is lost": [9.0, 4.0, 9.0, 18.0],
                "u's gradient is assigned, not added: p's share is lost": [9.0, 4.0, 24.0, 48.0],
                "u hands on p's share, not waiting for q's": [9.0, 4.0, 33.0, 18.0],
                "u hands on q's share, not waiting for p's": [9.0, 4.0, 33.0, 48.0],
                "u hands on p's share, then everything again": [9.0, 4.0, 33.0, 84.0],
                "u hands on q's share, then everything again": [9.0, 4.0, 33.0, 114.0],
                "u hands on everything twice, once for each of its children": [9, 4, 33, 132],
                "the node's own gradient is left out of the product": [9.0, 4.0, 7.0, 2.0],
            },
        )

    @pytest.mark.parametrize("place", [0, 1], ids=["first", "last"])
    def test_a_node_waits_until_all_has_come(self, place):
        # L takes 2u and 3v, v takes 5u, u takes 7x: u has 2 from L, and 3 · 5 to come by v
        x = node()
        u = node((x,), (7.0,))
        v = node((u,), (5.0,))
        root = node((u, v), (2.0, 3.0)) if place == 0 else node((v, u), (3.0, 2.0))
        root.backward()
        expect_close(
            grads(root, v, u, x),
            [1.0, 3.0, 17.0, 119.0],
            f"gradients of L, v, u, x, where u is operand {place} of L, and also reaches it by v",
            mistakes={
                "u hands on 2, not waiting for v's 15 (no topological order)": [1, 3, 17, 14],
                "u hands on 15, not waiting for L's 2 (no topological order)": [1, 3, 17, 105],
                "u hands on 2, then all 17, instead of waiting": [1, 3, 17, 133],
                "u hands on 15, then all 17, instead of waiting": [1, 3, 17, 224],
                "u hands on all 17 twice, once for each of its children": [1, 3, 17, 238],
                "the order is not reversed: u hands on before it has anything": [1, 3, 2, 0],
                "the gradient is assigned, not added: L's 2 is lost": [1, 3, 15, 105],
                "only the first share to come is counted": [1, 3, 2, 14],
            },
        )

    def test_a_second_call_doubles_the_leaves_alone(self):
        x = node()
        u = node((x,), (3.0,))
        v = node((u,), (5.0,))
        y = node((v,), (2.0,))
        y.backward()
        y.backward()
        expect_close(
            grads(y, v, u, x),
            [1.0, 2.0, 10.0, 60.0],
            "gradients of y, v, u and the leaf x after two calls (2 · 5 · 3 = 30 each time)",
            mistakes={
                "leaves are cleared by backward": [1, 2, 10, 30],
                "inner gradients are kept, and handed on a second time": [1, 4, 30, 120],
                "inner gradients are kept, save those of the root's parents": [1, 2, 20, 90],
                "all gradients are kept, and the seed is added to the root's": [2, 6, 40, 150],
                "the seed is added to the root's old gradient": [2, 4, 20, 90],
                "the graph is gone after the first call": [1, 0, 0, 30],
            },
        )

    def test_results_that_share_inner_nodes_do_not_mix(self):
        x = Value(2.0)
        u = x * 3
        (u * 2).backward()
        (u * 5).backward()
        expect_close(
            grads(u, x),
            [5.0, 21.0],  # u by the last call alone; x by both, 2 · 3 + 5 · 3
            "gradients of u and the leaf x after backward of 2u, then of 5u, where u = 3x",
            mistakes={
                "the inner node u keeps its gradient of the first call": [7.0, 27.0],
                "leaves are cleared by backward": [5.0, 15.0],
            },
        )

    def test_an_inner_node_can_be_the_next_root(self):
        x = Value(2.0)
        u = x * 3
        (u * 5).backward()
        u.backward()
        expect_close(
            grads(u, x),
            [1.0, 18.0],  # 5 · 3 from the first call, 3 from the second
            "gradients of u and the leaf x after backward of 5u, then of u itself, where u = 3x",
            mistakes={
                "the seed is added to the root's old gradient": [6.0, 33.0],
                "the root keeps its old gradient instead of the seed": [5.0, 30.0],
                "leaves are cleared by backward": [1.0, 3.0],
            },
        )

    def test_a_leaf_on_its_own_has_the_seed_added(self):
        x = Value(3.0)
        x.grad = 0.25
        x.backward()
        expect_close(
            x.grad,
            1.25,
            "gradient of a leaf that had 0.25 already, after its own backward",
            mistakes={
                "the seed replaces what the leaf had collected": 1.0,
                "the seed is missing where the root is a leaf": 0.25,
                "the seed is added twice": 2.25,
            },
        )

    def test_only_gradients_change(self):
        x = Value(3.0)
        y = x * x
        y.backward()
        seen = (x.data, y.data, y.parents == (x, x), tuple(y.local_grads))
        assert seen == (3.0, 9.0, True, (3.0, 3.0)), (
            f"x.data, y.data, parents kept, y.local_grads of y = x · x are {seen} after backward, "
            "not (3.0, 9.0, True, (3.0, 3.0)): data and graph are for reading"
        )

    def test_a_chain_of_50_000_nodes_is_no_problem(self):
        node().backward()  # a stub ends here, before so much is built
        x = y = node()
        for _ in range(50_000):
            y = node((y,), (-1.0,))
        try:
            y.backward()
        except RecursionError:
            pytest.fail(
                "backward calls itself once for each node, and Python gave up before 50,000: "
                "a loop over the topological order needs no recursion"
            )
        expect_close(x.grad, 1.0, "gradient at the end of a chain with 50,000 edges of -1")

    def test_each_edge_is_walked_once_however_many_paths_there_are(self):
        looks = 0

        class Watched(Value):
            @property
            def parents(self):
                nonlocal looks
                looks += 1
                assert looks < 10_000, (
                    "61 nodes, 120 edges, and backward has looked at .parents 10,000 times: it "
                    "goes along every path, and here there are 2^60 of them. Each edge once is "
                    "enough, when a node has collected everything before it hands anything on."
                )
                return self.kept

            @parents.setter
            def parents(self, parents):
                self.kept = parents

        x = y = Watched(1.0)
        for _ in range(60):
            y = Watched(2 * y.data, (y, y), (1.0, 1.0), "+")
        y.backward()
        expect_close(
            x.grad,
            2.0**60,
            "gradient of x after 60 times x = x + x",
            mistakes={"two equal edges count as one": 1.0},
        )

    def test_the_example_in_micrograds_readme(self):
        # the expression and its three numbers are those of micrograd's README
        a, b = Value(-4.0), Value(2.0)
        c = a + b
        d = a * b + b**3
        c += c + 1
        c += 1 + c + (-a)
        d += d * 2 + (b + a).relu()
        d += 3 * d + (b - a).relu()
        f = (c - d) ** 2
        g = f / 2.0
        g += 10.0 / f
        g.backward()
        expect_close(
            [g.data, a.grad, b.grad],
            [24.7041, 138.8338, 645.5773],
            "g, dg/da and dg/db of the example in micrograd's README",
            tolerance=1e-6,  # it is printed with four decimals
        )


@pytest.mark.kata("Value.detach")
class TestValueDetach:
    def test_the_number_is_the_same(self):
        detached = (Value(1.6) * 2).detach()
        assert isinstance(detached, Value), (
            f"detach returned {detached!r} ({type(detached).__name__}), and should return a Value"
        )
        expect_close(detached.data, 3.2, "data of the detached Value")

    def test_it_is_a_new_leaf(self):
        y = Value(3.0) * 2
        detached = y.detach()
        assert isinstance(detached, Value), f"y.detach() is {detached!r}, and should be a Value"
        assert detached is not y, "y.detach() is y itself: nothing was cut"
        x = y.parents[0]
        assert x.detach() is not x, (
            "x.detach() of a leaf x is x itself, and whatever is computed from it reaches x: a "
            "leaf, too, is detached by a new one"
        )
        assert len(detached.parents) == 0 and detached.op == "", (
            f"the detached Value has parents {detached.parents} and op {detached.op!r}: it is a "
            "leaf, without a past, not even by an edge of 0"
        )

    def test_no_gradient_gets_through(self):
        # detach(u) · u with u = 3x: the left factor counts as a constant, so 6 · 3, not 2 · 6 · 3
        x = Value(2.0)
        u = x * 3
        (u.detach() * u).backward()
        expect_close(
            grads(u, x),
            [6.0, 18.0],
            "gradients of u and x in detach(u) · u, where u = 3x = 6",
            mistakes={
                "the detached Value hands its gradient on to u": [12.0, 36.0],
                "the detached Value hands its gradient on to u's parents": [6.0, 36.0],
                "u itself was cut off from x": [6.0, 0.0],
            },
        )

    def test_it_starts_without_a_gradient(self):
        x = Value(3.0)
        x.grad = 7.0
        grad = x.detach().grad
        assert grad == 0.0, f"grad of the detached Value is {grad}: x's own was copied"

    def test_the_original_stays_as_it_was(self):
        x = Value(3.0)
        y = x * x
        y.grad = 7.0
        y.detach()
        seen = (y.data, y.grad, y.parents == (x, x))
        assert seen == (9.0, 7.0, True), (
            f"data, grad, parents kept of y are {seen} after y.detach(), not (9.0, 7.0, True): "
            "the copy is cut off, not y"
        )


def engine_that_says(slopes, formula):
    """A function of Values like those the engine has, but with local gradients as we want them."""
    return lambda xs: Value(formula(*(x.data for x in xs)), tuple(xs), slopes, "by hand")


def _spelt(number):
    return "NaN" if math.isnan(number) else f"{number}"


def square(x):
    return x**2


@pytest.mark.kata("gradient_error")
class TestGradientError:
    def test_a_right_engine_passes(self):
        xs = [Value(0.7), Value(-1.3)]
        expect_close(
            gradient_error(lambda xs: (xs[0] * xs[1]).tanh() + xs[0] ** 3, xs),
            0.0,
            "error of the engine's gradient of tanh(xy) + x³, which is right",
            tolerance=1e-7,  # the numerical gradient is rounded
        )

    def test_a_slope_that_is_too_large_is_reported(self):
        expect_close(
            gradient_error(engine_that_says((12.0,), square), [Value(3.0)]),
            0.5,  # |12 - 6| / 12
            "error when the engine says 12 for (x²)' = 6",
            mistakes={
                "the error is absolute": 6.0,
                "the numerical gradient alone is the measure": 1.0,
                "the sum of the two is the measure, not the larger": 1 / 3,
                "the measure is 1 plus the larger of the two": 6 / 13,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-7,
        )

    def test_a_slope_that_is_too_small_is_reported(self):
        expect_close(
            gradient_error(engine_that_says((3.0,), square), [Value(3.0)]),
            0.5,  # |3 - 6| / 6
            "error when the engine says 3 for (x²)' = 6",
            mistakes={
                "the error is absolute": 3.0,
                "the engine's gradient alone is the measure": 1.0,
                "the difference keeps its sign": -0.5,
                "a difference below 0 loses against all others": 0.0,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-7,
        )

    def test_a_slope_of_the_wrong_sign_is_reported(self):
        expect_close(
            gradient_error(engine_that_says((-12.0,), square), [Value(3.0)]),
            1.5,  # |-12 - 6| / 12
            "error when the engine says -12 for (x²)' = 6",
            mistakes={
                "the sizes are compared without their signs": 0.5,
                "the measure is the larger number, not the larger size": 3.0,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-7,
        )

    def test_small_gradients_are_measured_against_one(self):
        # near 0 a relative error would be all rounding
        expect_close(
            gradient_error(engine_that_says((0.3,), square), [Value(0.1)]),
            0.1,  # |0.3 - 0.2| / 1
            "error when the engine says 0.3 for (x²)' = 0.2",
            mistakes={
                "the error is relative even where both gradients are below 1": 1 / 3,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-7,
        )

    def test_the_worst_entry_counts(self):
        # the slopes are 1, 3, 10 and 4, so the errors 0.25 / 1.25, 3 / 6, 4 / 14 and 0.5 / 4.5
        f = engine_that_says((1.25, 6.0, 14.0, 4.5), lambda x, y, z, w: x + 3 * y + 10 * z + 4 * w)
        expect_close(
            gradient_error(f, [Value(0.5), Value(-1.0), Value(2.0), Value(0.3)]),
            0.5,
            "error when entries are off by 20 %, 50 %, 29 % and 11 %",
            mistakes={
                "only the first entry is looked at": 1 / 5,
                "only the last entry is looked at": 1 / 9,
                "the largest difference is taken before dividing": 2 / 7,
                "the best entry is reported, not the worst": 1 / 9,
                "the errors are averaged": (1 / 5 + 1 / 2 + 2 / 7 + 1 / 9) / 4,
                "the errors are added": 1 / 5 + 1 / 2 + 2 / 7 + 1 / 9,
            },
            tolerance=1e-7,
        )

    def test_the_numerical_side_takes_steps_of_h_to_both_sides(self):
        # x³ at 1 with h = 0.5: the chord from 0.5 to 1.5 has slope 3.25, the derivative is 3
        expect_close(
            gradient_error(lambda xs: xs[0] ** 3, [Value(1.0)], h=0.5),
            0.25 / 3.25,
            "error for x³ at 1 with h = 0.5",
            mistakes={
                "the numerical step is taken forwards only": 1.75 / 4.75,
                "the numerical step is taken backwards only": 1.25 / 3.0,
                "h is not handed on": 0.0,
                "the engine is compared with itself": 0.0,
            },
            tolerance=1e-6,  # the mistake without h comes with rounding
        )

    @pytest.mark.parametrize("what", [math.nan, math.inf, -math.inf], ids=_spelt)
    @pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
    def test_a_gradient_that_is_no_number_is_reported(self, place, what):
        slopes = [1.5, 1.5, 1.5]
        slopes[place] = what
        f = engine_that_says(tuple(slopes), lambda x, y, z: x + y + z)
        expect_close(
            gradient_error(f, [Value(1.0), Value(2.0), Value(3.0)]),
            math.nan,
            f"error when entry {place} of the engine's gradient is {_spelt(what)}",
            mistakes={
                "NaN is passed over: every comparison with it is False": 0.5 / 1.5,
                "what cannot be compared counts as an infinite error, and not as NaN": math.inf,
            },
            tolerance=1e-7,
        )

    def test_a_function_that_is_no_number_is_reported(self):
        f = engine_that_says((1.0, 1.5), lambda x, y: y if x == 1.0 else math.nan)
        expect_close(
            gradient_error(f, [Value(1.0), Value(2.0)]),
            math.nan,
            "error when entry 0 of the numerical gradient is NaN",
            mistakes={"NaN is passed over: every comparison with it is False": 0.5 / 1.5},
            tolerance=1e-7,
        )

    @pytest.mark.parametrize("slope", [math.inf, 1.0], ids=["in both", "in the numbers"])
    def test_an_infinite_slope_is_reported(self, slope):
        # a step of infinite height at x = 1
        f = engine_that_says((slope,), lambda x: math.inf if x > 1.0 else 0.0)
        expect_close(
            gradient_error(f, [Value(1.0)]),
            math.nan,
            f"error when the numerical gradient is infinite and the engine says {slope}",
            mistakes={"two infinite slopes count as equal, or NaN is passed over": 0.0},
        )

    def test_an_input_that_is_not_used_has_gradient_zero(self):
        expect_close(
            gradient_error(lambda xs: xs[1] * 2, [Value(1.0), Value(2.0)]),
            0.0,
            "error of the gradient of 2y by x and y (by x it is 0 both ways)",
            tolerance=1e-7,
        )

    def test_old_gradients_do_not_count(self):
        xs = [Value(3.0), Value(5.0)]
        xs[0].grad, xs[1].grad = 7.0, 20.0
        expect_close(
            gradient_error(lambda xs: xs[0] * xs[1], xs),
            0.0,
            "error of the gradient of xy, where the given Values had gradients from before",
            mistakes={"the old gradients are counted, as f does not see fresh leaves": 20 / 23},
            tolerance=1e-7,
        )

    def test_the_values_that_were_given_stay_as_they_were(self):
        xs = [Value(3.0), Value(5.0)]
        xs[0].grad, xs[1].grad = 7.0, 20.0
        gradient_error(lambda xs: xs[0] * xs[1], xs)
        expect_close(
            [[x.data for x in xs], grads(*xs)],
            [[3.0, 5.0], [7.0, 20.0]],
            "data and gradients of the caller's Values after the check",
            mistakes={
                "the backward pass runs on the caller's own Values": [[3, 5], [12, 23]],
                "the caller's gradients are cleared, then filled": [[3, 5], [5, 3]],
                "the caller's gradients are cleared": [[3, 5], [0, 0]],
            },
            tolerance=0.0,  # not even by a rounding
        )

    def test_f_sees_leaves_of_the_same_type(self):
        class Mine(Value):
            pass

        seen = set()

        def f(xs):
            seen.update((type(x).__name__, len(x.parents)) for x in xs)
            return xs[0] * xs[0]

        gradient_error(f, [Mine(3.0, (Value(1.5),), (2.0,), "*")])
        assert seen == {("Mine", 0)}, (
            f"f was given (type, number of parents) = {sorted(seen)}, and should be given leaves "
            "of the type that stands in xs, here Mine, whatever that was computed from"
        )


@pytest.mark.kata("tanh_from_exp")
class TestTanhFromExp:
    @pytest.mark.parametrize("x", [-0.8, 0.5, 2.0, 10.0])
    def test_the_number_is_the_hyperbolic_tangent(self, x):
        t = math.tanh(x)
        expect_close(
            tanh_from_exp(Value(x)),
            t,
            f"tanh({x}) from exp",
            mistakes={
                "e^x stands where e^2x belongs": math.tanh(x / 2),
                "2·e^x stands where e^2x belongs": (2 * math.exp(x) - 1) / (2 * math.exp(x) + 1),
                "far out 1 is put in for it": math.copysign(1, x),
                "the fraction is upside down": 1 / t,
                "the difference is taken the wrong way round": -t,
                "it is the sigmoid of x": 1 / (1 + math.exp(-x)),
                "it is the sigmoid of 2x": 1 / (1 + math.exp(-2 * x)),
            },
        )

    def test_the_gradient_flows_through_all_the_steps(self):
        x = Value(0.5)
        (tanh_from_exp(x) * 3).backward()
        slope = 1 - math.tanh(0.5) ** 2
        expect_close(
            x.grad,
            3 * slope,
            "gradient of x in 3 tanh(x) at 0.5",
            mistakes={
                "it is computed from x.data: the graph ends before it reaches x": 0.0,
                "the result's own gradient does not get through": slope,
                "e^x stands where e^2x belongs": 1.5 * (1 - math.tanh(0.25) ** 2),
                "the denominator is a plain number": 3 * 2 * math.e / (math.e + 1),
                "the numerator is a plain number": -3
                * 2
                * math.e
                * (math.e - 1)
                / (math.e + 1) ** 2,
            },
        )

    def test_x_may_be_used_elsewhere_too(self):
        # (x tanh x)' = tanh x + x (1 - tanh² x)
        x = Value(-0.8)
        (x * tanh_from_exp(x)).backward()
        t = math.tanh(-0.8)
        expect_close(
            x.grad,
            t - 0.8 * (1 - t * t),
            "gradient of x in x tanh(x) at -0.8",
            mistakes={"only the plain x collects a gradient": t},
        )

    @pytest.mark.parametrize("x", [150.0, -150.0])
    def test_far_out_it_is_flat(self, x):
        leaf = Value(x)
        y = tanh_from_exp(leaf)
        y.backward()
        expect_close([y.data, leaf.grad], [math.copysign(1, x), 0.0], f"tanh({x}) and its slope")

    def test_it_is_composed_of_exp_and_arithmetic(self):
        ops = {made.op for made in topological_order(tanh_from_exp(Value(0.5)))}
        assert "exp" in ops and "tanh" not in ops, (
            f"the graph holds the operations {sorted(ops - {''})}: the point is to build tanh of "
            "exp, + and /, and let backward find its derivative"
        )
