"""1.3 · Graph: the derivative by its definition, a product along each path and a sum over all."""

import math

import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.graph import gradient_by_paths, path_derivative
from katas.phase1_autodiff.spec_helpers import grads, node
from katas.phase1_autodiff.value import Value


def along(local_grads):
    """path_derivative(local_grads), where an error is put into words."""
    try:
        return path_derivative(local_grads)
    except (ValueError, TypeError, IndexError) as error:
        pytest.fail(
            f"for a path of {local_grads} it ends in {type(error).__name__}: {error}. A path may "
            "have edges of 0 or below, which have no logarithm, and it may have none at all: the "
            "one from a node to itself."
        )


@pytest.mark.kata("path_derivative")
class TestPathDerivative:
    def test_one_edge_has_its_own_derivative(self):
        expect_close(
            along([3.0]),
            3.0,
            "derivative along one edge of 3",
            mistakes={
                "the product starts at 0, and stays there": 0.0,
                "the edge is left out": 1.0,
                "the first edge counts twice": 9.0,
                "the edge is added to the 1 to begin with, and not multiplied": 4.0,
            },
        )

    def test_the_edges_multiply(self):
        expect_close(
            along([2.0, -3.0, 0.5, 5.0]),
            -15.0,
            "derivative along edges of 2, -3, 0.5 and 5",
            mistakes={
                "the local derivatives are added, not multiplied": 4.5,
                "the product starts at 0, and stays there": 0.0,
                "the first edge is left out": -7.5,
                "the first edge counts twice": -30.0,
                "the last edge is left out": -3.0,
                "only the last edge counts": 5.0,
                "only the first edge counts (is the return inside the loop?)": 2.0,
                "the signs are dropped": 15.0,
            },
        )

    def test_a_flat_edge_cuts_the_path(self):
        expect_close(
            along([4.0, 0.0, 7.0]),
            0.0,
            "derivative along edges of 4, 0 and 7",
            mistakes={"an edge of 0 is skipped": 28.0, "an edge of 0 ends the product": 4.0},
        )

    def test_nan_stays_nan(self):
        expect_close(
            [along([0.0, math.inf]), along([math.nan, 0.0])],
            [math.nan, math.nan],
            "derivatives along edges of 0 and infinity, and of NaN and 0,",
            mistakes={"0 is returned as soon as an edge is 0": [0.0, 0.0]},
        )

    def test_a_long_product_may_be_large_or_small(self):
        expect_close(
            [along([1e8, 1e9]) / 1e17, along([1e-8, 1e-9]) * 1e17],
            [1.0, 1.0],
            "derivatives along edges of 1e8 and 1e9, and of 1e-8 and 1e-9, in units of their size,",
            mistakes={"what is large is cut off, and what is small counts as 0": [0.0, 0.0]},
        )

    def test_the_path_without_edges_has_derivative_one(self):
        expect_close(
            along([]),
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


class Bare:
    """All that a path needs of a node."""

    def __init__(self, parents=(), local_grads=()):
        self.parents, self.local_grads = parents, local_grads


class Twin(Bare):
    """Looks like any other and says that they are equal."""

    data, label = 2.0, "w"

    def __repr__(self):
        return "w"

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


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
            mistakes={"the signs are dropped, and only the sizes are added": 14.0},
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

    def test_a_flat_edge_does_not_hide_what_went_wrong(self):
        x = Twin()
        expect_close(
            gradient_by_paths(Twin((Twin((x,), (math.nan,)),), (0.0,)), x),
            math.nan,
            "gradient over edges of 0 and NaN",
            mistakes={"an edge of 0 is passed over": 0.0},
        )

    def test_each_call_looks_anew(self):
        x = Twin()
        root = Twin((x,), (3.0,))
        gradient_by_paths(root, x)
        root.local_grads = (5.0,)
        expect_close(
            gradient_by_paths(root, x),
            5.0,
            "gradient over an edge that was 3 in the call before and is 5 now",
            mistakes={"an answer is kept from call to call": 3.0},
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

    def test_nodes_that_look_alike_are_told_apart(self):
        x, y = Twin(), Twin()
        u, v = Twin((x,), (3.0,)), Twin((x,), (7.0,))
        root = Twin((u, v, y), (1.0, 1.0, 5.0))
        expect_close(
            [gradient_by_paths(root, x), gradient_by_paths(root, y)],
            [10.0, 5.0],  # 1 · 3 + 1 · 7 for x, by two nodes; 5 for y
            "gradients by x and by y, in a graph of nodes that look alike and say they are equal,",
            mistakes={
                "`==`, the label, the number or the text decides which node it is: the root "
                "already counts as x and as y (`is` tells)": [1.0, 1.0],
                "what was found for one node is taken for others that look like it": [21.0, 5.0],
                "what was found for x is kept, and handed out for y as well": [10.0, 10.0],
            },
        )

    def test_parents_and_local_gradients_are_all_it_needs(self):
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
