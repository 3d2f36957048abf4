"""1.2 · Graph: walks over what an expression leaves behind, at any depth."""

import random
import sys

import pytest

from dojo.expect import expect_close
from katas.phase1_autodiff.graph import depth, leaves, topological_order, trace_table
from katas.phase1_autodiff.spec_helpers import kind_of
from katas.phase1_autodiff.value import Value

RECURSION_LIMIT = sys.getrecursionlimit()


class Node:
    """All that a walk may ask a node for: its parents. The name is for messages."""

    def __init__(self, name, *parents):
        self.name = name
        self.parents = parents

    def __repr__(self):
        return self.name


class EqualNode(Node):
    """Says of any two that they are equal, and looks like them, as two Values of one number do."""

    data, label = 1.0, "w"

    def __init__(self, *parents):
        super().__init__("twin", *parents)

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


class HashedNode(Node):
    """Has the hash that it was given."""

    def __init__(self, name, number):
        super().__init__(name)
        self.number = number

    def __hash__(self):
        return self.number


class CountedOperands(tuple):
    """Counts how many operands it has handed out."""

    handed_out = 0

    def __iter__(self):
        for operand in super().__iter__():
            self.handed_out += 1
            yield operand

    def __reversed__(self):
        for operand in self[::-1]:
            self.handed_out += 1
            yield operand


class WatchedNode:
    """Stops a walk that asks too often, or compares nodes with all others."""

    __slots__ = ("__dict__", "__weakref__", "_parents", "_watch")  # quicker to make and to read

    def __init__(self, watch, *parents):
        self._watch = watch
        self._parents = parents

    @property
    def parents(self):
        self._watch.asked()
        return self._parents

    def __eq__(self, other):
        self._watch.compared()
        return self is other

    __hash__ = object.__hash__


for kind in (Node, EqualNode, HashedNode, WatchedNode):
    kind.__name__ = "node with .parents alone"  # for Python's own message, if more is asked of it


class Watch:
    """Counts for the WatchedNodes of one graph; `why` says what asking too often means there."""

    def __init__(self, nodes, why):
        self.nodes, self.why = nodes, why
        self.questions = self.comparisons = 0

    def asked(self):
        self.questions += 1
        if sys.getrecursionlimit() != RECURSION_LIMIT:
            pytest.fail(
                f"Python's recursion limit was moved from {RECURSION_LIMIT} to "
                f"{sys.getrecursionlimit()}: the next graph is deeper still. A walk that keeps its "
                "own stack needs no limit."
            )
        if self.questions > 10 * self.nodes:
            pytest.fail(
                f"{self.nodes} nodes were asked for their parents {self.questions} times, and no "
                f"end: {self.why}. Once is enough."
            )

    def compared(self):
        self.comparisons += 1
        if self.comparisons > 10 * self.nodes:
            pytest.fail(
                f"{self.nodes} nodes were compared {self.comparisons} times, and no end: `in` "
                "goes through a list entry by entry. What can be asked without a search?"
            )


def chain(n):
    """A graph of n nodes in a row: its last node."""
    watch = Watch(n, "the walk goes over the whole graph again and again")
    node = WatchedNode(watch)
    for _ in range(n - 1):
        node = WatchedNode(watch, node)
    return node


def doublings(n):
    """x = x + x, n times over: n + 1 nodes, and 2ⁿ paths from the first to the last."""
    watch = Watch(
        n + 1,
        "a node is gone through again on each path that leads to it, and the paths double at "
        "each step",
    )
    node = WatchedNode(watch)
    for _ in range(n):
        node = WatchedNode(watch, node, node)
    return node


def shortcuts(n):
    """A chain of n + 1 nodes, each computed from the two before it."""
    watch = Watch(n + 1, "a node is gone through again at each depth where it is used")
    before = WatchedNode(watch)
    node = WatchedNode(watch, before)
    for i in range(n - 1):
        operands = (before, node) if i % 2 else (node, before)
        before, node = node, WatchedNode(watch, *operands)
    return node


def at_any_depth(walk, root):
    """walk(root), where a recursion that is too deep is named."""
    try:
        return walk(root)
    except RecursionError:
        pytest.fail(
            "a chain of thousands of nodes is too deep for a function that calls itself on the "
            "parents: Python allows about 1,000 calls inside each other. Keep the stack yourself, "
            "in a list."
        )
    finally:
        sys.setrecursionlimit(RECURSION_LIMIT)


def expect_order(order, root):
    """Fail unless order holds all that root was computed from, once each, parents first."""
    if not isinstance(order, list):
        pytest.fail(f"the order is {kind_of(order)}, and should be a list")
    place = {id(node): i for i, node in enumerate(order)}
    if len(place) < len(order):
        twice = next(node for i, node in enumerate(order) if place[id(node)] != i)
        pytest.fail(
            f"{_names(order)}: {twice!r} is listed more than once, and each node has one place, "
            "however many paths lead to it"
        )
    there, waiting = {id(root): root}, [root]
    while waiting:
        for parent in waiting.pop().parents:
            if id(parent) not in there:
                there[id(parent)] = parent
                waiting.append(parent)
    if missing := [node for key, node in there.items() if key not in place]:
        pytest.fail(f"{_names(order)}: {_names(missing)} is missing, of {len(there)} nodes in all")
    if len(order) > len(there):
        pytest.fail(f"{_names(order)}: there are only {len(there)} nodes behind {root!r}")
    for node in order:
        for parent in node.parents:
            if place[id(parent)] > place[id(node)]:
                pytest.fail(
                    f"{_names(order)}: {node!r} comes before its parent {parent!r}, so it would "
                    f"be computed from a number that is not there yet{_how(order)}"
                )


def uneven_graph():
    """a is reached from L over one, two and three edges: no plain walk gets this one right."""
    a = Node("a")
    b = Node("b", a)
    c = Node("c", b)
    d = Node("d", a)
    return Node("L", c, d, a)


WALKS = {
    "L c b a d": "a node is listed when it is met, before what it was computed from (pre-order)",
    "L a d c b": "a node is listed when it is met, before what it was computed from (pre-order)",
    "d a b c L": "the nodes are listed as they are met and turned round at the end (pre-order): "
    "one that is met early over a short path may be needed early, too",
    "b c d a L": "the nodes are listed as they are met and turned round at the end (pre-order): "
    "one that is met early over a short path may be needed early, too",
    "L c d a b": "the nodes are listed level by level from the root (breadth first)",
    "b a d c L": "the nodes are listed level by level and turned round at the end (breadth first): "
    "a counts as close to L, but b, further away, is computed from it",
    "L d c b a": "the order is right but backwards: children first",
    "L c d b a": "the order is right but backwards: children first",
    "L c b d a": "the order is right but backwards: children first",
}


def _names(nodes):
    text = " ".join(map(repr, nodes[:12]))
    return f"{text} …" if len(nodes) > 12 else text


def _how(order):
    walk = WALKS.get(_names(order))
    return f".\nThis is exactly what you get when {walk}" if walk else ""


@pytest.mark.kata("topological_order")
class TestTopologicalOrder:
    def test_a_leaf_is_its_own_order(self):
        leaf = Node("a")
        expect_order(topological_order(leaf), leaf)

    def test_a_chain_is_listed_from_its_first_node(self):
        a = Node("a")
        c = Node("c", Node("b", a))
        order = topological_order(c)
        assert _names(order) != "c b a", "c b a is the wrong way round: children first, root first"
        expect_order(order, c)

    def test_a_node_is_listed_once_however_often_it_is_used(self):
        a = Node("a")
        b = Node("b", a, a)
        root = Node("c", b, a, b)
        expect_order(topological_order(root), root)

    def test_every_node_waits_for_all_its_parents(self):
        root = uneven_graph()
        expect_order(topological_order(root), root)

    def test_it_works_on_values(self):
        x = Value(3.0)
        square = x * x
        root = square + x
        assert topological_order(root) == [x, square, root], "x, x·x, x·x + x is the only order"

    @pytest.mark.parametrize("seed", range(5))
    def test_any_graph_will_do(self, seed):
        """Twenty nodes, each computed from up to three earlier ones."""
        rng = random.Random(seed)
        nodes = [Node("n0")]
        for i in range(1, 20):
            nodes.append(Node(f"n{i}", *rng.choices(nodes, k=rng.randint(0, 3))))
        root = Node("root", *rng.sample(nodes, 12))
        expect_order(topological_order(root), root)

    def test_the_same_order_comes_again(self):
        root = uneven_graph()
        first, second = topological_order(root), topological_order(root)
        expect_order(second, root)
        assert [*map(id, first)] == [*map(id, second)], (
            f"first {_names(first)}, then {_names(second)}: something is kept from call to call, "
            "or a set decides the order"
        )

    def test_no_set_decides_which_operand_comes_first(self):
        """A set goes by the hashes of nodes, as a rule their addresses: other ones in each run."""

        def order(hashes):
            hashed = [HashedNode(f"n{i}", hashes[i]) for i in range(8)]
            return _names(topological_order(Node("root", *hashed)))

        one, other = order(range(8)), order(range(8)[::-1])
        assert one == other, (
            f"the operands of one node come in the order {one} and, in the same graph with other "
            f"hashes, {other}: somewhere a set of parents is walked through, and a set has no order"
        )

    def test_the_operands_of_a_node_are_not_gone_through_for_each_of_them(self):
        operands = CountedOperands(Node(f"n{i}") for i in range(300))
        root = Node("root")
        root.parents = operands
        expect_order(topological_order(root), root)
        operands.handed_out = 0
        topological_order(root)
        assert operands.handed_out <= 10 * len(operands), (
            f"a node has 300 parents, and the walk has looked at {operands.handed_out:,}: each "
            "time that it comes back to a node, it begins again with the first parent"
        )

    def test_nodes_are_told_apart_by_what_they_are_not_by_what_they_equal(self):
        a = EqualNode()
        b = EqualNode(a)
        root = EqualNode(a, b)
        order = topological_order(root)
        assert len(order) == 3, (
            f"the order holds {len(order)} of three nodes. They look the same and say that they "
            "are equal, and are three all the same. `==` asks whether two nodes are equal, and so "
            "do `in` a list and, for those of one hash, a set; `is` and `id` tell which is which. "
            "(A set of nodes will do, as long as their class has no `__eq__` of its own.)"
        )
        expect_order(order, root)

    def test_the_list_belongs_to_whoever_asked_for_it(self):
        root = uneven_graph()
        topological_order(root).clear()
        order = topological_order(root)
        assert order, (
            "a list was asked for and emptied, and the next call hands out the same list again, "
            "empty as it is: it was kept from call to call. Whoever gets a list may change it."
        )
        expect_order(order, root)

    def test_nothing_is_written_into_the_nodes(self):
        root = uneven_graph()
        topological_order(root)
        written = sorted(set(vars(root)) - {"name", "parents"})
        assert not written, (
            f"the walk has left {', '.join(written)} in a node: the next walk would find it there, "
            "and many nodes have no room for it"
        )

    def test_the_paths_to_a_node_do_not_cost_time(self):
        root = doublings(60)
        order = topological_order(root)
        assert len(order) == 61, f"{len(order)} entries for 61 nodes"

    def test_a_node_that_is_used_at_many_depths_is_asked_once(self):
        order = topological_order(shortcuts(200))
        assert len(order) == 201, f"{len(order)} entries for 201 nodes"

    def test_a_deep_graph_is_walked_like_any_other(self):
        topological_order(Node("a"))  # a stub ends here, before so much is built
        root = chain(50_000)
        order = at_any_depth(topological_order, root)
        assert len(order) == 50_000, f"{len(order)} entries for 50,000 nodes in a row"
        assert order[-1] is root, "the root of a chain of 50,000 is not listed last"


class Entry:
    """A node of another engine, with all that a table may ask for."""

    def __init__(self, data, parents=(), op="", label=""):
        self.data, self.parents, self.op, self.label = data, parents, op, label


def leaves_of(root):
    """leaves(root), which should be a list."""
    found = leaves(root)
    if not isinstance(found, list):
        was = "None" if found is None else f"a {type(found).__name__}"
        pytest.fail(f"leaves returned {was}, and should return a list, in topological order")
    return found


@pytest.mark.kata("leaves")
class TestLeaves:
    def test_they_are_the_nodes_that_nothing_computed(self):
        a, b, c = Node("a"), Node("b"), Node("c")
        found = leaves_of(Node("sum", Node("product", a, b), c))
        assert sorted(_names(found).split()) == ["a", "b", "c"], (
            f"leaves of a · b + c are {_names(found)}, and should be a b c"
        )

    def test_a_leaf_is_its_own_leaf(self):
        leaf = Node("a")
        assert leaves_of(leaf) == [leaf], f"leaves of the leaf a are {leaves_of(leaf)}"

    def test_each_is_listed_once(self):
        a = Node("a")
        found = leaves_of(Node("c", Node("b", a, a), a))
        assert found == [a], f"leaves are {_names(found)}: a is used three times, and one leaf"

    @pytest.mark.parametrize("label", ["", "w"], ids=["unnamed", "of one name"])
    def test_equal_numbers_are_two_leaves(self, label):
        found = leaves_of(Value(1.0, label=label) * Value(1.0, label=label))
        assert len(found) == 2, (
            f"leaves of 1 * 1, made of two Values, are {found}: what looks the same is told apart "
            "by which object it is, and not by its number, its label or its text"
        )

    def test_the_list_belongs_to_whoever_asked_for_it(self):
        root = Node("b", Node("a"))
        leaves_of(root).clear()
        assert leaves_of(root), "a list was asked for and emptied, and handed out again, empty"

    def test_parents_are_all_that_is_asked_for(self):
        leaf = Entry(1.0, [], op="*")  # its graph was not recorded
        found = leaves_of(Entry(2.0, [leaf], ""))
        assert found == [leaf], (
            f"leaves of a node with one parent are {len(found)} nodes, and should be that parent: "
            "having no parents makes a leaf, whatever op says, and whether () says so or []"
        )

    def test_constants_and_zeros_count(self):
        a, zero = Value(2.0, label="a"), Value(0.0)
        found = leaves_of(a * 3 + zero)
        assert sorted(leaf.data for leaf in found) == [0.0, 2.0, 3.0], (
            f"leaves of a * 3 + 0 hold {[leaf.data for leaf in found]}: the 3 and the 0 are "
            "leaves like a, with or without a label"
        )

    def test_they_stand_in_topological_order(self):
        many = [Node(f"n{i}") for i in range(20)]
        random.Random(0).shuffle(many)
        root = many[0]
        for i, leaf in enumerate(many[1:]):
            root = Node(f"s{i}", root, leaf)
        found = leaves_of(root)
        yours = [node for node in topological_order(root) if not node.parents]
        why = "they come backwards" if found == yours[::-1] else "a set, somewhere, loses the order"
        assert found in (yours, many), (
            f"leaves are {_names(found)}: not in the order in which topological_order lists them, "
            f"{_names(yours)}: {why}"
        )

    def test_the_paths_to_a_leaf_do_not_cost_time(self):
        assert len(leaves_of(doublings(60))) == 1, "x = x + x, sixty times over, has one leaf"

    def test_a_deep_graph_is_walked_like_any_other(self):
        found = at_any_depth(leaves_of, chain(2_000))
        assert len(found) == 1, f"a chain of 2,000 nodes has {len(found)} leaves, and should have 1"


@pytest.mark.kata("depth")
class TestDepth:
    def test_a_leaf_has_depth_zero(self):
        expect_close(
            depth(Node("a")), 0, "depth of a leaf", mistakes={"nodes are counted, not edges": 1}
        )
        leaf = Node("a")
        leaf.parents = []
        found = at_any_depth(depth, Node("b", leaf))
        assert isinstance(found, int), f"the depth is {kind_of(found)}: edges are counted by an int"

    def test_a_chain_is_as_deep_as_it_has_edges(self):
        root = Node("d", Node("c", Node("b", Node("a"))))
        expect_close(
            depth(root), 3, "depth of a - b - c - d", mistakes={"nodes are counted, not edges": 4}
        )

    def test_the_longest_path_counts(self):
        def over(edges, node):
            return node if edges == 0 else over(edges - 1, Node("y", node))

        x = Node("x")
        y = Node("y", x)  # on the way of two paths
        root = Node("L", over(2, Node("w")), over(3, y), x, y)
        expect_close(
            depth(root),
            5,
            "depth over paths of 3, 5, 1 and 2 edges, in a graph of 9 nodes and 10 edges,",
            mistakes={
                "the shortest path is taken": 1,
                "the first operand alone is followed": 3,
                "the last operand alone is followed": 2,
                "nodes are counted, not edges": 6,
                "all nodes but the root are counted": 8,
                "all nodes are counted": 9,
                "all edges of the graph are counted": 10,
                "the paths are added up": 11,
            },
        )

    def test_a_path_may_be_longer_than_it_looks_from_the_root(self):
        # a - b - c - L has three edges, though a is also an operand of L itself
        expect_close(
            depth(uneven_graph()), 3, "depth", mistakes={"each node keeps its nearest way": 2}
        )

    def test_nodes_that_look_alike_stay_apart(self):
        u = Value(1.0, label="w")
        for _ in range(3):
            u = u * 1
            u.label = "w"
        expect_close(
            depth(u * Value(1.0, label="w")),
            4,
            "depth of w · w, where one w has three edges behind it and the other is a leaf,",
            mistakes={"nodes with one number, label or text share what is noted for them": 1},
        )

    def test_the_paths_to_a_node_do_not_cost_time(self):
        expect_close(depth(doublings(60)), 60, "depth of x = x + x, sixty times over")

    def test_a_node_that_is_used_at_many_depths_is_asked_once(self):
        expect_close(depth(shortcuts(200)), 200, "depth of a chain of 201 nodes with short cuts")

    def test_a_deep_graph_is_walked_like_any_other(self):
        expect_close(at_any_depth(depth, chain(2_000)), 1_999, "depth of a chain of 2,000 nodes")


def expect_lines(lines, expected, mistakes=None):
    """Fail unless the table has these lines; mistakes maps a wrong line to its reason."""
    if not isinstance(lines, list):
        pytest.fail(f"the table is {kind_of(lines)}, and should be a list of strings, one a node")
    for got, wanted in zip(lines, expected):
        if got != wanted:
            why = (mistakes or {}).get(got)
            pytest.fail(
                f"a line of the table is not right\n  expected  {wanted}\n  got       {got}"
                + (f"\n  This is exactly what you get when {why}." if why else "")
            )
    if len(lines) != len(expected):
        pytest.fail(f"{len(lines)} lines for {len(expected)} nodes: {lines}")


@pytest.mark.kata("trace_table")
class TestTraceTable:
    def test_a_leaf_is_a_name_and_a_number(self):
        expect_lines(
            trace_table(Value(2.0, label="a")),
            ["a = 2"],
            {"a = 2.0000": "four decimals are written, and not as many digits as it takes"}
            | {
                "a = 2.0": "the number is written as Python shows it, and not as the docstring says"
            },
        )

    def test_a_leaf_without_a_label_goes_by_its_place(self):
        expect_lines(
            trace_table(Value(-0.5)), ["v1 = -0.5"], {"v0 = -0.5": "places are counted from 0"}
        )

    def test_an_operator_stands_between_its_operands(self):
        a = Value(2.0, label="a")
        double = a + a
        double.label = "double"
        expect_lines(
            trace_table(double * a),
            ["a = 2", "double = a + a = 4", "v3 = double * a = 8"],
            {
                "v1 = double * a = 8": "only nodes without a label are counted",
                "v2 = double * a = 8": "places are counted from 0",
                "double = 2 + 2 = 4": "operands show their numbers, not their names",
                "v3 = a * double = 8": "the operands stand in reverse order",
                "double = a = 4": "an operand that is used twice is written once",
            },
        )

    def test_any_other_operation_is_written_as_a_call(self):
        a = Value(3.0, label="a")
        shifted = a + a.relu()
        largest = Value(6.0, (shifted, a), (1.0, 0.0), "maximum", "m")
        expect_lines(
            trace_table(largest),
            ["a = 3", "v2 = relu(a) = 3", "v3 = a + v2 = 6", "m = maximum(v3, a) = 6"],
            {
                "m = v3 maximum a = 6": "what has two operands is taken for an operator",
                "v2 = relu a = 3": "brackets are missing around the operands",
                "m = maximum(v3,a) = 6": "a blank follows the comma",
                "m = maximum(v3) = 6": "only the first operand is written",
            },
        )

    def test_a_node_without_operands_is_written_as_a_leaf(self):
        expect_lines(
            trace_table(Entry(3.0, [], label="a", op="tanh")),
            ["a = 3"],
            {"a = tanh() = 3": "the op decides, where parents do: its graph was not recorded"},
        )

    def test_nodes_that_look_alike_stay_apart(self):
        lines = trace_table(Value(1.0) * Value(1.0))
        assert lines[-1:] in (["v3 = v1 * v2 = 1"], ["v3 = v2 * v1 = 1"]), (
            f"the table of 1 * 1, made of two Values, is {lines}, and its last line should name "
            "both, v1 and v2: names are looked up by number or text, and not by node"
        )

    @pytest.mark.parametrize("op", ["-", "/", "@", "^"])
    def test_other_signs_are_calls_as_well(self, op):
        a, b = Entry(3.0, label="a"), Entry(1.0, label="b")
        expect_lines(
            trace_table(Entry(2.0, (a, b), op))[-1:],
            [f"v3 = {op}(a, b) = 2"],
            {
                f"v3 = a {op} b = 2": f"{op} is taken for an operator like + and *: whatever else "
                "made a node is written as a call, by the docstring"
            },
        )

    @pytest.mark.parametrize("op", ["leaky_relu", "[]"])
    def test_only_plus_and_times_stand_between(self, op):
        expect_lines(
            trace_table(Entry(3.0, (Entry(3.0, label="a"),), op)),
            ["a = 3", f"v2 = {op}(a) = 3"],
            {"v2 = a = 3": "anything but a word is taken for an operator: only + and * are"},
        )

    def test_a_power_shows_its_exponent(self):
        root = (Value(4.0, label="a") ** 0.5) ** -1
        expect_lines(
            trace_table(root),
            ["a = 4", "v2 = a ** 0.5 = 2", "v3 = v2 ** -1 = 0.5"],
            {
                "v2 = **0.5(a) = 2": "a power is written as a call, like any other operation",
                "v2 = a**0.5 = 2": "blanks are missing around the two stars",
                "v2 = a ** 2 = 2": "the exponent is lost",
                "v2 = a ** 5 = 2": "only the last character of the exponent is kept",
                "v2 = a ** 0 = 2": "the exponent is turned into an int",
                "v2 = a ** .5 = 2": "the exponent is cut off at its front",
                "v2 = a ** = 2": "the exponent is lost",
            },
        )

    def test_numbers_are_written_with_six_digits(self):
        third = Value(3.0, label="a") ** -1
        expect_lines(
            trace_table(third),
            ["a = 3", "v2 = a ** -1 = 0.333333"],
            {
                f"v2 = a ** -1 = {1 / 3}": "all digits are written",
                "v2 = a ** -1 = 0.3333": "four digits are written",
                "v2 = a ** -1 = 0.33": "two digits are written",
            },
        )
        expect_lines(trace_table(Value(1234567.0, label="a")), ["a = 1.23457e+06"])
        rounded = "six decimals are kept, and not six digits: a small number has none left"
        expect_lines(trace_table(Value(1.25e-9, label="a")), ["a = 1.25e-09"], {"a = 0": rounded})

    def test_the_numbers_are_those_of_the_forward_pass(self):
        a = Value(2.0, label="a")
        square = a**2
        a.data = 5.0
        expect_lines(
            trace_table(square),
            ["a = 5", "v2 = a ** 2 = 4"],
            {"v2 = a ** 2 = 25": "the table computes anew: it writes down what the nodes hold"},
        )

    def test_the_order_is_that_of_the_computation(self):
        root = Value(2.0, label="a") * -3
        lines = trace_table(root)
        if lines == ["v1 = -3", "a = 2", "v3 = a * v1 = -6"]:
            return  # -3 before a is a right order, too
        expect_lines(lines, ["a = 2", "v2 = -3", "v3 = a * v2 = -6"])

    def test_any_node_with_data_op_and_label_will_do(self):
        a = Entry(2.0, label="a")
        try:
            lines = trace_table(Entry(4.0, (a, a), "*"))
        except AttributeError as error:
            lines = f"AttributeError: {error}"
        assert lines == ["a = 2", "v2 = a * a = 4"], (
            f"for nodes with nothing but parents, data, op and label the table is {lines}: a node "
            "of another engine has nothing else to ask for"
        )

    def test_the_nodes_stay_as_they_were(self):
        a = Value(2.0, label="a")
        square = a * a
        trace_table(square)
        assert square.label == "", (
            f"after the table a node without a label has the label {square.label!r}: its place in "
            "this table is another one in the next, and a table only reads"
        )
        square.label, a.data = "s", 5.0
        lines = trace_table(square)
        assert lines == ["a = 5", "s = a * a = 4"], (
            f"after a label and a number were changed, the table is {lines}, and should be "
            "['a = 5', 's = a * a = 4']: it was kept from call to call"
        )

    def test_a_shared_node_has_one_line(self):
        node = Value(1.0, label="a")
        for _ in range(30):
            node = node + node
        lines = trace_table(node)
        assert len(lines) == 31, f"{len(lines)} lines for a graph of 31 nodes"
