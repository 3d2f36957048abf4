"""1.3 · Value: gradients flow back through the graph, once over each edge."""

import math

import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.graph import topological_order
from katas.phase1_autodiff.spec_helpers import grads, node
from katas.phase1_autodiff.value import Value, tanh_from_exp


@pytest.mark.kata("Value.backward")
class TestValueBackward:
    def test_the_root_has_gradient_one(self):
        y = Value(3.0) * 2
        y.backward()
        expect_close(
            y.grad,
            1.0,
            "gradient of the root (dy/dy)",
            mistakes={"the seed is missing, or cleared again once it was passed on": 0.0},
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
                "the gradient is shared out between the parents: each gets all of it": [-1.5, 1.0],
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
                (
                    "the order is not reversed: u passes on its gradient before it has one",
                    "the walk ends at the root's own parents",
                ): [1.0, 5.0, 0.0],
                "the root itself passes nothing on": [1.0, 0.0, 0.0],
                "gradients are cleared once they were passed on: they are results, too": [0, 0, 15],
                "inner gradients are cleared once they were passed on: they are results, too": [
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

    def test_two_nodes_that_look_alike_are_two(self):
        x, z = node(), node()
        u, v = Value(6.0, (x,), (3.0,), label="u"), Value(6.0, (z,), (7.0,), label="u")
        Value(42.0, (u, v), (2.0, 5.0)).backward()
        expect_close(
            grads(u, v, x, z),
            [2.0, 5.0, 6.0, 35.0],
            "gradients of two nodes that hold 6, labelled u, and of what is behind each,",
            mistakes={
                "what holds the same number or name counts as seen: the second passes nothing on": [
                    2.0,
                    5.0,
                    6.0,
                    0.0,
                ],
                "what holds the same number or name counts as seen: the first passes nothing on": [
                    2.0,
                    5.0,
                    0.0,
                    35.0,
                ],
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
        # y = x³ · x at 3: the product hands 27 to x and 3 to x³, which passes on 3 · 27 = 81
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
                "u passes on p's share, not waiting for q's": [9.0, 4.0, 33.0, 18.0],
                "u passes on q's share, not waiting for p's": [9.0, 4.0, 33.0, 48.0],
                "u passes on p's share, then everything again": [9.0, 4.0, 33.0, 84.0],
                "u passes on q's share, then everything again": [9.0, 4.0, 33.0, 114.0],
                "u passes on everything twice, once for each of its children": [9, 4, 33, 132],
                "the node's own gradient is left out of the product": [9.0, 4.0, 7.0, 2.0],
            },
        )

    @pytest.mark.parametrize("place", [0, 1], ids=["first", "last"])
    def test_a_node_waits_until_its_whole_gradient_has_arrived(self, place):
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
                "u passes on 2, not waiting for v's 15 (no topological order)": [1, 3, 17, 14],
                "u passes on 15, not waiting for L's 2 (no topological order)": [1, 3, 17, 105],
                "u passes on 2, then all 17, instead of waiting": [1, 3, 17, 133],
                "u passes on 15, then all 17, instead of waiting": [1, 3, 17, 224],
                "u passes on all 17 twice, once for each of its children": [1, 3, 17, 238],
                "the order is not reversed: u passes on before it has anything": [1, 3, 2, 0],
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
                "inner gradients are kept, and passed on a second time, as micrograd does": [
                    1,
                    4,
                    30,
                    120,
                ],
                "inner gradients are kept, save those of the root's parents": [1, 2, 20, 90],
                "all gradients are kept, and the seed is added to the root's": [2, 6, 40, 150],
                "the seed is added to the root's old gradient": [2, 4, 20, 90],
                "the graph is gone after the first call": [1, 0, 0, 30],
                "the graph is cut after the first call, and y has become a leaf": [2, 2, 10, 30],
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
                "the seed replaces what the leaf had collected, as in micrograd": 1.0,
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

    def test_the_gradients_are_those_of_the_forward_pass(self):
        x = Value(3.0)
        y = x * x
        x.data = 5.0  # y was computed at 3
        y.backward()
        expect_close(
            x.grad,
            6.0,
            "gradient of x in x · x, recorded at 3, where x has been set to 5 since",
            mistakes={
                "slopes are computed anew, from the numbers that are there now: y is still 9, and "
                "the recorded slopes are the ones that belong to it": 10.0,
            },
        )

    def test_no_gradient_is_held_back(self):
        x, y = node(), node()
        node((node((x,), (1e8,)),), (1e9,)).backward()
        node((node((y,), (1e-8,)),), (1e-9,)).backward()
        assert x.grad == pytest.approx(1e17), (
            f"the gradient over edges of 1e8 and 1e9 is {x.grad:g}, and should be 1e17: what is "
            "large is clipped, which is for an optimizer to do (3.3), where one asks for it"
        )
        assert y.grad * 1e17 == pytest.approx(1.0), (
            f"the gradient over edges of 1e-8 and 1e-9 is {y.grad:g}, and should be 1e-17: what "
            "is small is rounded to 0, or kept away from it"
        )

    def test_nan_is_handed_on(self):
        x = node()
        node((x,), (math.nan,)).backward()
        assert math.isnan(x.grad), (
            f"the gradient over an edge of NaN is {x.grad:g}, and should be NaN: it is passed over "
            "or cut off, and whatever went wrong further up is hidden"
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
                    "enough, when a node has collected everything before it passes anything on."
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
                "the detached Value passes its gradient on to u": [12.0, 36.0],
                "the detached Value passes its gradient on to u's parents": [6.0, 36.0],
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


@pytest.mark.kata("tanh_from_exp")
class TestTanhFromExp:
    def test_at_zero_it_is_zero(self):
        # e⁰ is exactly 1: nothing is rounded on the way
        zero = tanh_from_exp(Value(0.0))
        assert abs(zero.data) < 1e-15, (
            f"tanh(0) from exp is {zero.data}, and should be 0: is something tiny (an epsilon) "
            "added? No divisor is 0 here."
        )

    @pytest.mark.parametrize("x", [-0.8, 0.5, 2.0, 10.0])
    def test_the_number_is_the_hyperbolic_tangent(self, x):
        t = math.tanh(x)
        more = {f"e^{n}x stands where e^2x belongs": math.tanh(n * x / 2) for n in (3, 4)}
        expect_close(
            tanh_from_exp(Value(x)),
            t,
            f"tanh({x}) from exp",
            mistakes={
                "e^x stands where e^2x belongs": math.tanh(x / 2),
                "the result is halved": t / 2,
                "it is divided by 2, and not by e^x + e^-x, which gives sinh": math.sinh(x),
                **(more if x < 10 else {}),
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
                "e^-x is made of a number, and not of x or of e^x": 1.5 * slope,
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
        assert {"exp", "+"} <= ops and "tanh" not in ops, (
            f"the graph holds the operations {sorted(ops - {''})}: the point is to build tanh of "
            "exp, + and /, and let backward find its derivative"
        )
