"""1.4 · Draw: the graph as a list, a label, DOT text, lines of text, frames of a film."""

import re
from itertools import zip_longest

import graphviz
import pytest

from dojo.expect import expect_close, expect_kind
from dojo.pictures.dot import read
from katas.phase1_autodiff.draw import (
    backward_frames,
    node_label,
    nodes_and_edges,
    to_dot,
    to_text,
)
from katas.phase1_autodiff.graph import topological_order
from katas.phase1_autodiff.value import Value


def named(label, value):
    value.label = label
    return value


def cube():
    """u = x * x and L = u * x at x = 3: x is used three times, and the order is forced."""
    x = Value(3.0, label="x")
    u = named("u", x * x)
    return x, u, named("L", u * x)


class Watched(Value):
    """A Value that stops a walk which asks for parents again and again."""

    __slots__ = ("hidden",)
    asked = 0

    @property
    def parents(self):
        Watched.asked += 1
        if Watched.asked > 50 * 17:
            pytest.fail(
                f"17 nodes were asked for their parents {Watched.asked} times, and no end: the "
                "walk goes along every path (65,536 here, and twice as many with each sum more), "
                "not once to every node"
            )
        return self.hidden

    @parents.setter
    def parents(self, parents):
        self.hidden = parents


def expect_one_visit_each(walk):
    """Fail if `walk` goes over a graph of few nodes and many paths once for each path."""
    root = Watched(1.0)
    for _ in range(16):
        root = Watched(2 * root.data, (root, root), (1.0, 1.0), "+")
    Watched.asked = 0
    walk(root)


def chain(length):
    result = Value(0.0)
    for _ in range(length):
        result = result.tanh()
    return result


def labels_of_edges(root):
    nodes, edges = nodes_and_edges(root)
    places = range(len(nodes))
    for edge in edges:
        assert all(any(end is p or end == p for p in places) for end in edge), (
            f"among the edges is {edge}, and an edge joins two places in the list of {len(nodes)} "
            f"nodes: numbers from 0 to {len(nodes) - 1}"
        )
    return [(nodes[parent].label, nodes[child].label) for parent, child in edges]


def _listed(labels):
    return "\n".join(f"  {name}  {label}" for name, label in labels.items())


def bold(things):
    return [thing for thing in things if float(thing.attributes.get("penwidth", 1)) == 3]


class Array:
    """What draw.py needs to know of an array."""

    shape = (2, 3)


class Row:
    shape = (3,)


class ArrayOfOneNumber(float):
    shape = ()


class Node:
    """A node of another engine."""

    def __init__(self, data, grad=0.0, label="", parents=(), local_grads=(), op=""):
        self.data, self.grad, self.label = data, grad, label
        self.parents, self.local_grads, self.op = parents, local_grads, op


class Twin(Node):
    """Says of any two that they are equal."""

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


def sum_of_twins():
    """1 + 1 of two nodes that differ in their gradients alone; all three are labelled w."""
    one, other = Twin(1.0, 7.0, "w"), Twin(1.0, 8.0, "w")
    return Twin(2.0, 9.0, "w", (one, other), (1.0, 1.0), "+")


def square_of_another_engine():
    x = Node(3.0, label="x")
    return Node(9.0, label="y", parents=(x, x), local_grads=(3.0, 3.0), op="*")


@pytest.mark.kata("nodes_and_edges")
class TestNodesAndEdges:
    def test_a_leaf_is_one_node_without_edges(self):
        x = Value(3.0)
        nodes, edges = nodes_and_edges(x)
        expect_kind(nodes, list, "the first of the two, the nodes,")
        expect_kind(edges, list, "the second of the two, the edges,")
        assert (nodes, edges) == ([x], []), f"a leaf alone gives {nodes_and_edges(x)}"

    def test_each_operand_has_an_edge_to_the_result(self):
        a, b = Value(2.0, label="a"), Value(5.0, label="b")
        edges = labels_of_edges(named("c", a * b))
        assert edges != [("c", "a"), ("c", "b")], (
            "the pairs are (child, parent): an edge points the way the numbers went, parent first"
        )
        right = [("a", "c"), ("b", "c")]
        assert edges == right, (
            f"the edges of c = a * b are {edges}, and should be {right}: "
            "operands from left to right"
        )

    def test_the_nodes_are_in_topological_order(self):
        _, _, loss = cube()
        nodes, order = nodes_and_edges(loss)[0], topological_order(loss)
        assert [node.label for node in nodes] == [node.label for node in order], (
            f"the nodes are {[node.label for node in nodes]}, and topological_order lists "
            f"{[node.label for node in order]}: parents first, the result last"
        )

    def test_an_operand_used_twice_has_two_edges(self):
        x = Value(3.0, label="x")
        edges = labels_of_edges(named("y", x * x))
        assert edges == [("x", "y"), ("x", "y")], (
            f"the edges of y = x * x are {edges}, not two from x to y. One edge means that they "
            "are kept in a set, sorted or not, or skipped once x was seen: a picture of it would "
            "say dy/dx = x."
        )

    def test_a_shared_node_is_listed_once(self):
        nodes = [node.label for node in nodes_and_edges(cube()[2])[0]]
        assert nodes.count("x") == 1, f"x is used three times, and listed as {nodes}: one Value?"

    def test_the_edges_come_child_by_child_operands_from_left_to_right(self):
        a, b = Value(2.0, label="a"), Value(5.0, label="b")
        u = named("u", b * a)
        loss = named("L", u + a)
        edges = labels_of_edges(loss)
        right = [("b", "u"), ("a", "u"), ("u", "L"), ("a", "L")]
        assert sorted(edges) == sorted(right), f"the edges are {edges}, and should be {right}"
        assert edges == right, (
            f"the edges are right, but in the order {edges}: first all into the first child, its "
            "operands from left to right, then all into the next"
        )

    def test_nodes_that_look_alike_stay_apart(self):
        nodes, edges = nodes_and_edges(sum_of_twins())
        assert (len(nodes), sorted(map(tuple, edges))) == (3, [(0, 2), (1, 2)]), (
            f"the sum of two nodes that look alike, and say that they are equal, gives "
            f"{len(nodes)} nodes and the edges {edges}, not 3 and (0, 2), (1, 2): a place is "
            "found by which node it is, and not by label, number or `==`, as list.index does"
        )

    def test_the_lists_belong_to_whoever_asked_for_them(self):
        _, _, loss = cube()
        for kept in nodes_and_edges(loss):
            kept.clear()
        counts = [len(found) for found in nodes_and_edges(loss)]
        assert counts == [3, 4], (
            f"the lists were asked for and emptied, and the next call gives {counts[0]} nodes and "
            f"{counts[1]} edges, not 3 and 4: they were kept from call to call"
        )

    def test_each_node_is_entered_once_not_once_per_path(self):
        expect_one_visit_each(nodes_and_edges)

    def test_a_chain_may_be_deep(self):
        nodes, edges = nodes_and_edges(chain(2_000))
        assert (len(nodes), len(edges)) == (2_001, 2_000), f"{len(nodes)} nodes, {len(edges)} edges"


def drawn_with_what_is_there(draw):
    """What `draw` makes of a node that has no more than the docstring asks for."""
    try:
        return draw(square_of_another_engine())
    except AttributeError as error:
        missing = str(error)
    pytest.fail(
        f"a node of another engine cannot be drawn: {missing}. There is data, grad, parents, "
        "local_grads, op and label in it, and that is enough."
    )


BRACES = (
    "micrograd's braces are around it: they turn the fields by a quarter, so that those of LR lie "
    "side by side"
)
ESCAPED_AGAIN = (
    "a backslash that was put in was taken for one of the label's own. Escape the backslash first, "
    "or every character just once."
)


@pytest.mark.kata("node_label")
class TestNodeLabel:
    def label_is(self, label, right, what, why=""):
        """Compare, and show both as they are: repr would double each backslash.

        why  the reason, or one for each wrong label: {label: reason}
        """
        if label != right:
            why = why.get(label, "") if isinstance(why, dict) else why
            if label == re.sub(r"(\.\d+?)0+(?=\D|$)", r"\1", right):
                why = (
                    "the numbers are rounded, which drops zeros, and not written with four decimals"
                )
            shown = label if isinstance(label, str) else repr(label)
            pytest.fail(
                f"the label of {what} is not right{': ' if why else ''}{why}\n"
                f"  expected  {right}\n  got       {shown}"
            )

    def test_without_a_label_there_is_no_empty_field(self):
        label = node_label(Value(2.0) * Value(3.0))
        expect_kind(label, str, "the label of 2 * 3")
        assert not label.strip().startswith("|"), f"{label}\ndraws an empty field"
        self.label_is(
            label,
            "data 6.0000 | grad 0.0000",
            "2 * 3, which has no label,",
            {
                r"* | data 6.0000 | grad 0.0000": "its op stands where a label would, and to_dot "
                "draws the op in an ellipse of its own",
                "{data 6.0000 | grad 0.0000}": BRACES,
                "{ data 6.0000 | grad 0.0000 }": BRACES,
                "data 6.0000|grad 0.0000": "a blank stands on either side of the bar",
                r"data 6.0000 \| grad 0.0000": "the bars between the fields are escaped as well: "
                "they are meant as bars",
                "data 6 | grad 0": "digits are counted, and not decimals: 6 has none left",
                "data 6.0000": "the gradient is shown even while it is 0",
            },
        )

    def test_data_and_gradient_have_four_decimals(self):
        value = Value(2 / 3)
        value.grad = -1.5
        label = node_label(value)
        self.label_is(
            label,
            "data 0.6667 | grad -1.5000",
            "2/3 with gradient -1.5",
            {
                "data 0.666667 | grad -1.500000": "six decimals are written",
                "data 0.67 | grad -1.50": "two decimals are written",
                "data=0.6667 | grad=-1.5000": "a blank stands after data and grad",
            },
        )

    def test_the_label_comes_first(self):
        label = node_label(Value(2.0, label="x1"))
        self.label_is(
            label,
            "x1 | data 2.0000 | grad 0.0000",
            "Value(2.0, label='x1')",
            {"'x1' | data 2.0000 | grad 0.0000": "quotes stand around it, as repr writes it"},
        )

    def test_an_array_shows_its_shape(self):
        label = node_label(Node(Array(), grad=Array(), label="W"))
        self.label_is(
            label,
            "W | shape (2, 3)",
            "an array of shape (2, 3), labelled W,",
            {
                "W | shape 2x3": "the shape is a tuple, and is shown as Python shows one",
                "W | shape 2×3": "the shape is a tuple, and is shown as Python shows one",
                "W | shape [2, 3]": "the shape is a tuple, and is shown as Python shows one",
                "W | shape (2,3)": "the shape is a tuple, and is shown as Python shows one",
                "W | shape (2, 3) | grad (2, 3)": "one field is enough for both",
                "W | data (2, 3) | grad (2, 3)": "one field, called shape, is enough for both",
                "W | (2, 3)": "the word shape is missing",
            },
        )

    def test_a_row_of_numbers_shows_its_shape_too(self):
        label = node_label(Node(Row(), grad=Row(), label="b"))
        why = "the shape is a tuple, and is shown as one"
        self.label_is(label, "b | shape (3,)", "an array of shape (3,), labelled b,", why)

    def test_an_array_of_one_number_shows_the_number(self):
        label = node_label(Node(ArrayOfOneNumber(0.25), label="loss"))
        self.label_is(
            label,
            "loss | data 0.2500 | grad 0.0000",
            "an array of shape () with 0.25",
            {"loss | shape ()": "whatever has a shape is taken for more than one number"},
        )

    @pytest.mark.parametrize("character", '\\{}|<>"')
    def test_a_character_that_means_something_in_dot_gets_a_backslash(self, character):
        label = node_label(Value(0.5, label=f"p{character}q{character}"))
        right = f"p\\{character}q\\{character} | data 0.5000 | grad 0.0000"
        why = ""
        if label.count("\\" + character) < 2:
            why = f"a bare {character} opens a field, a port or an escape, or ends the text"
        elif label.startswith(rf"p\\{character}"):
            why = ESCAPED_AGAIN
        self.label_is(label, right, f"a Value with {character} twice in its label", why)

    def test_no_backslash_is_doubled_on_the_way(self):
        label = node_label(Value(0.5, label="a\\|b")).split(" | ")[0]
        why = ESCAPED_AGAIN if label == r"a\\\\|b" else ""
        self.label_is(label, r"a\\\|b", r"a Value labelled a\|b", why)

    def test_a_line_break_becomes_what_dot_writes_for_one(self):
        label = node_label(Value(0.5, label="dL\ndw"))
        why = {
            "dL\ndw | data 0.5000 | grad 0.0000": "the line break is still there: the label is no "
            "longer one line, and neither is its line in to_text",
            "dL dw | data 0.5000 | grad 0.0000": "a blank takes the place of the line break",
            "dL\\\ndw | data 0.5000 | grad 0.0000": "a backslash comes before a line break, "
            "which is still there",
            r"dL\\ndw | data 0.5000 | grad 0.0000": ESCAPED_AGAIN,
        }
        right = r"dL\ndw | data 0.5000 | grad 0.0000"
        self.label_is(label, right, "a Value whose label has a line break after dL", why)

    def test_other_characters_stay(self):
        plain = "∂L/∂w₁ " + "".join(c for c in map(chr, range(33, 127)) if c not in '\\{}|<>"')
        label = node_label(Value(0.5, label=plain)).split(" | ")[0]
        assert label == plain, f"{plain}\ncame out as\n{label}"
        label = node_label(Value(0.5, label=" w "))
        assert label == " w  | data 0.5000 | grad 0.0000", (
            f"the label of a Value labelled ' w ' is {label!r}: the blanks are part of its name"
        )


@pytest.mark.kata("to_dot")
class TestToDot:
    def test_a_digraph_comes_back(self):
        dot = to_dot(Value(3.0))
        assert isinstance(dot, graphviz.Digraph), (
            f"to_dot returned a {type(dot).__name__}, not a graphviz.Digraph"
        )

    def test_every_value_is_a_record_with_its_label(self):
        _, _, loss = cube()
        nodes, _, _ = read(to_dot(loss))
        records = {n.id: n.label for n in nodes.values() if n.shape == "record"}
        right = {f"v{i}": node_label(v) for i, v in enumerate(nodes_and_edges(loss)[0], start=1)}
        assert len(records) <= len(right), f"3 Values, but {len(records)} records: {records}"
        assert "v0" not in records, "the ids begin at v0, and v1 is the first, as in trace_table"
        stripped = {name: label.strip("{ }") for name, label in records.items()}
        assert records == right or stripped != right, (
            f"the labels have braces around them, as micrograd's have: {records.get('v1')}. They "
            "turn the fields by a quarter; what node_label says is the whole label."
        )
        if records != right:
            pytest.fail(f"the records are\n{_listed(records)}\nand should be\n{_listed(right)}")

    def test_every_operation_is_an_ellipse(self):
        loss = Value(3.0) * Value(2.0) + Value(1.0)
        nodes, _, _ = read(to_dot(loss))
        found = sorted((n.id, n.label) for n in nodes.values() if n.shape == "ellipse")
        listed = enumerate(nodes_and_edges(loss)[0], start=1)
        right = sorted((f"op{i}", value.op) for i, value in listed if value.parents)
        assert found == right, f"the ellipses are {found}, and should be {right}"

    def test_without_parents_there_is_no_ellipse(self):
        nodes, _, _ = read(to_dot(Node(9.0, label="y", op="*")))
        assert list(nodes) == ["v1"], (
            f"a node that has an op and no parents (its graph was not recorded) is drawn as "
            f"{', '.join(nodes)}: as in micrograd, the op decides whether there is an ellipse, "
            "and no edge would lead into this one"
        )

    def test_edges_lead_through_the_operation(self):
        nodes, edges, _ = read(to_dot(Value(2.0, label="a") * Value(5.0, label="b")))
        seen = sorted((nodes[e.tail].fields[0], nodes[e.head].fields[0]) for e in edges)
        right = [("*", "data 10.0000"), ("a", "*"), ("b", "*")]
        assert seen == right, f"the edges of a * b join {seen}, and should join {right}"

    def test_an_operand_used_twice_has_two_edges(self):
        x = Value(3.0)
        _, edges, _ = read(to_dot(x * x))
        into = [edge for edge in edges if edge.head.startswith("op")]
        assert len(into) == 2, (
            f"{len(into)} edge into the operation of x * x, and there should be 2. Is each pair "
            "of ids drawn once only (a set, or a graph that is strict)?"
        )

    def test_values_that_look_the_same_are_not_drawn_as_one(self):
        nodes, _, _ = read(to_dot(Value(1.0, label="w") * Value(1.0, label="w") + Value(1.0)))
        records = [n.id for n in nodes.values() if n.shape == "record"]
        assert len(records) == 5, (
            f"5 Values are drawn as {len(records)} records: those with the same label or number "
            "fell together. An id has to tell nodes apart: their places do."
        )

    def test_the_text_is_the_same_each_time(self):
        one, other = cube(), cube()
        assert to_dot(one[2]).source == to_dot(other[2]).source, (
            "the same expression, built twice, gives two texts. Does id() or hash() stand in "
            "them? It is an address in memory, and another one at each run."
        )

    def test_a_label_is_drawn_as_it_was_written(self):
        label = 'p(a|b) < {"1"} \\'
        nodes, _, _ = read(to_dot(Value(0.5, label=label)))
        fields = nodes["v1"].fields if "v1" in nodes else list(nodes)
        if fields != [label, "data 0.5000", "grad 0.0000"]:
            shown = "\n  ".join(fields)
            pytest.fail(
                f"the label {label} is drawn as the fields\n  {shown}\nWas it escaped not at all, "
                "or a second time? node_label has done it already."
            )

    @pytest.mark.parametrize("rankdir", ["LR", "TB"])
    def test_the_computation_runs_in_the_direction_that_was_asked_for(self, rankdir):
        _, _, graph = read(to_dot(Value(3.0), rankdir))
        assert "rankdir" in graph, f"the graph has no rankdir; its attributes are {graph}"
        seen = graph["rankdir"]
        assert seen == rankdir, f"rankdir={rankdir!r} was asked for, and the graph has {seen}"

    def test_from_left_to_right_is_the_default(self):
        _, _, graph = read(to_dot(Value(3.0)))
        assert "rankdir" in graph, f"the graph has no rankdir; its attributes are {graph}"
        assert graph["rankdir"] == "LR", f"the graph's rankdir is {graph['rankdir']}, and not LR"

    def test_the_active_node_is_marked_with_all_that_flows_into_it(self):
        _, u, loss = cube()
        try:
            nodes, edges, _ = read(to_dot(loss, active=u))
        except TypeError as error:
            pytest.fail(f"{error}: graphviz takes its attributes as texts, and a width as '3'")
        seen = sorted(nodes[n.id].fields[0] for n in bold(nodes.values()))
        assert seen == ["*", "u"], f"with u active, penwidth 3 is on the nodes {seen}, not * and u"
        seen = sorted((nodes[e.tail].fields[0], nodes[e.head].fields[0]) for e in bold(edges))
        right = [("*", "u"), ("x", "*"), ("x", "*")]
        assert seen != right[1:], (
            f"with u active, penwidth 3 is on the edges from the operands, {seen}, and not on the "
            "one from the ellipse to the record"
        )
        assert seen != right[:1], (
            "with u active, penwidth 3 is on the edge from the ellipse to the record, and not on "
            "those from the operands, one for each use"
        )
        assert seen == right, f"with u active, penwidth 3 is on the edges {seen}, not on {right}"

    def test_an_active_leaf_is_marked_alone(self):
        x, _, loss = cube()
        nodes, edges, _ = read(to_dot(loss, active=x))
        seen = [n.fields[0] for n in bold(nodes.values())], len(bold(edges))
        assert seen == (["x"], 0), f"nodes and number of edges with penwidth 3: {seen}"

    def test_a_node_that_looks_like_the_active_one_is_not_marked(self):
        root = sum_of_twins()
        one, other = root.parents
        one.grad = other.grad
        name = "v1" if nodes_and_edges(root)[0][0] is other else "v2"
        nodes, edges, _ = read(to_dot(root, active=other))
        seen = [n.id for n in bold(nodes.values())], len(bold(edges))
        assert seen == ([name], 0), (
            f"of two nodes that look alike, and say that they are equal, {name} is active, and "
            f"penwidth 3 is on {seen[0]} and {seen[1]} edges: which node is the active one is a "
            "question of `is`, and not of `==`, its label or its number"
        )

    def test_nothing_is_marked_unless_asked_for(self):
        nodes, edges, _ = read(to_dot(cube()[2]))
        marked = [*bold(nodes.values()), *bold(edges)]
        assert not marked, f"without an active node, penwidth 3 is on {marked}"

    def test_any_node_can_be_drawn(self):
        nodes, edges, _ = read(drawn_with_what_is_there(to_dot))
        assert (len(nodes), len(edges)) == (3, 3), f"{len(nodes)} nodes and {len(edges)} edges"

    def test_each_node_is_drawn_once_not_once_per_path(self):
        expect_one_visit_each(to_dot)

    def test_a_chain_may_be_deep(self):
        nodes, _, _ = read(to_dot(chain(1_000)))
        assert len(nodes) == 2_001, f"1,000 operations and 1,001 values make {len(nodes)} nodes"


@pytest.mark.kata("to_text")
class TestToText:
    def lines_are(self, root, *right):
        """Compare with lines in which v(x) stands for the id of the node labelled x."""
        text = to_text(root)
        expect_kind(text, str, "what to_text returns")
        for i, node in enumerate(nodes_and_edges(root)[0], start=1):
            right = [line.replace(f"v({node.label})", f"v{i}") for line in right]
        lines, shown = text.splitlines(), "\n".join(right)
        for i, line in enumerate(lines):
            name = line.split()[0] if line.split() else ""
            if line.endswith("(above)") and not any(name in above.split() for above in lines[:i]):
                pytest.fail(
                    f"line {i + 1} says that {name} is above, and it is not:\n\n{text}\n\n"
                    "A node counts as drawn when its line is written, not when it is put aside."
                )
        if lines != list(right):
            wrong = [a != b for a, b in zip_longest(lines, right)].index(True) + 1
            pytest.fail(f"line {wrong} is not right in\n\n{text}\n\nIt should be\n\n{shown}")

    def test_a_leaf_is_one_line(self):
        self.lines_are(Value(3.0, label="x"), "v(x) x | data 3.0000 | grad 0.0000")

    def test_newlines_join_the_lines(self):
        text = to_text(Value(3.0) + Value(2.0))
        assert text == text.strip("\n"), (
            f"the text is {text!r}: a newline stands between two lines, and none before the first "
            "or after the last"
        )

    def test_operands_stand_below_from_left_to_right(self):
        a, b = Value(2.0, label="a"), Value(5.0, label="b")
        self.lines_are(
            named("c", a * b),
            "v(c) [*] c | data 10.0000 | grad 0.0000",
            "  v(a) a | data 2.0000 | grad 0.0000",
            "  v(b) b | data 5.0000 | grad 0.0000",
        )

    def test_each_generation_is_two_spaces_further_in(self):
        a = Value(2.0, label="a")
        u = named("u", a**3)
        self.lines_are(
            named("L", u + Value(1.0, label="b")),
            "v(L) [+] L | data 9.0000 | grad 0.0000",
            "  v(u) [**3] u | data 8.0000 | grad 0.0000",
            "    v(a) a | data 2.0000 | grad 0.0000",
            "  v(b) b | data 1.0000 | grad 0.0000",
        )

    def test_a_node_that_comes_up_again_is_referred_to(self):
        _, _, loss = cube()
        loss.backward()
        self.lines_are(
            loss,
            "v(L) [*] L | data 27.0000 | grad 1.0000",
            "  v(u) [*] u | data 9.0000 | grad 3.0000",
            "    v(x) x | data 3.0000 | grad 27.0000",
            "    v(x) (above)",
            "  v(x) (above)",
        )

    def test_what_is_below_a_shared_node_is_not_drawn_again(self):
        u = named("u", Value(2.0, label="a") + Value(1.0, label="b"))
        self.lines_are(
            named("L", u * u),
            "v(L) [*] L | data 9.0000 | grad 0.0000",
            "  v(u) [+] u | data 3.0000 | grad 0.0000",
            "    v(a) a | data 2.0000 | grad 0.0000",
            "    v(b) b | data 1.0000 | grad 0.0000",
            "  v(u) (above)",
        )

    @pytest.mark.parametrize("twins", [False, True], ids=["1 + 1", "w"])
    def test_nodes_that_look_alike_stay_apart(self, twins):
        text = to_text(sum_of_twins() if twins else Value(1.0) + Value(1.0))
        assert "(above)" not in text, (
            "the sum is of two nodes that look alike, and the second is said to be above. It is "
            f"another one, whatever label, number, text or `==` say:\n\n{text}"
        )

    @pytest.mark.parametrize(
        "data, label",
        [(3.0, "p(a|b)"), (3.0, "two\nlines"), (Array(), "W")],
        ids=["|", "line break", "array"],
    )
    def test_a_line_describes_the_node_as_node_label_does(self, data, label):
        node = Node(data, label=label)
        line = to_text(node)
        assert line == f"v1 {node_label(node)}", (
            f"the node {label} is drawn as\n\n{line}\n\nand described by node_label as\n\n"
            f"{node_label(node)}"
        )

    def test_without_parents_there_is_no_op_in_brackets(self):
        text = to_text(Node(9.0, label="y", op="*"))
        assert "[" not in text, (
            f"a node that has an op and no parents (its graph was not recorded) is drawn as "
            f"{text}: the op is left out where no operands follow"
        )

    def test_any_node_can_be_drawn(self):
        lines = drawn_with_what_is_there(to_text).splitlines()
        assert len(lines) == 3 and "[*]" in lines[0], f"x * x is drawn as {lines}"

    def test_each_node_is_expanded_once_not_once_per_path(self):
        expect_one_visit_each(to_text)

    def test_a_chain_may_be_deep(self):
        lines = to_text(chain(1_000)).splitlines()
        assert len(lines) == 1_001, f"1,001 nodes make {len(lines)} lines"


def gradients(frame):
    """The gradients that a frame shows, by label; without those of unlabelled nodes."""
    records = [n.fields for n in read(frame)[0].values() if n.shape == "record"]
    return {label: float(grad.removeprefix("grad ")) for label, _, grad in records}


def active_record(frame):
    """The label of the one record that a frame marks."""
    marked = [n.fields[0] for n in bold(read(frame)[0].values()) if n.shape == "record"]
    assert len(marked) == 1, f"a frame marks the records {marked}, not exactly one"
    return marked[0]


@pytest.mark.kata("backward_frames")
class TestBackwardFrames:
    def test_there_is_one_frame_for_the_seed_and_one_for_each_operation(self):
        frames = backward_frames(cube()[2])
        expect_kind(frames, list, "what backward_frames returns")
        assert len(frames) == 3, f"two operations and the seed make {len(frames)} frames, not 3"
        kinds = sorted({type(frame).__name__ for frame in frames})
        assert kinds == ["Digraph"], f"the frames are of type {', '.join(kinds)}, not Digraph"

    def test_the_first_frame_is_the_seed(self):
        frame = backward_frames(cube()[2])[0]
        seen = gradients(frame)
        assert seen == {"x": 0.0, "u": 0.0, "L": 1.0}, (
            f"the seed is a gradient of 1 in L and nothing elsewhere, but the frame shows {seen}"
        )

    def test_the_seed_marks_the_result_alone(self):
        nodes, edges, _ = read(backward_frames(cube()[2])[0])
        seen = [n.fields[0] for n in bold(nodes.values())], len(bold(edges))
        assert seen == (["L"], 0), (
            f"in the first frame, penwidth 3 is on the nodes {seen[0]} and on {seen[1]} edges: the "
            "seed marks the record of L alone. Nothing has flowed through an operation yet, and "
            "to_dot(root, active=root) marks that as well."
        )

    def test_gradients_fill_in_step_by_step(self):
        # dL/du = x = 3; x gets u = 9 from L = u·x, then twice 3·3 from u = x·x: 27 = 3x²
        shown = [gradients(frame) for frame in backward_frames(cube()[2])]
        expect_close(
            [[grads["L"], grads["u"], grads["x"]] for grads in shown],
            [[1, 0, 0], [1, 3, 9], [1, 3, 27]],
            "gradients of L, u, x, frame by frame",
            mistakes={
                "every frame shows the end of the pass": [[1, 3, 27]] * 3,
                (
                    "a frame is drawn before its node has passed its gradient on",
                    "the nodes are taken in forward order",
                ): [[1, 0, 0], [1, 0, 0], [1, 3, 9]],
                "a parent's gradient is replaced, not added to": [[1, 0, 0], [1, 3, 9], [1, 3, 9]],
                "the gradient of the node itself is left out": [[1, 0, 0], [1, 3, 9], [1, 3, 15]],
            },
        )

    def test_each_frame_marks_the_node_that_passes_on(self):
        seen = [active_record(frame) for frame in backward_frames(cube()[2])]
        assert seen == ["L", "L", "u"], (
            f"marked are {seen}: the seed in L, then L, then u passes on"
        )

    def test_the_mark_is_that_of_the_active_node(self):
        _, u, loss = cube()
        seen, right = read(backward_frames(loss)[2]), read(to_dot(loss, active=u))
        assert sorted(n.id for n in bold(seen[0].values())) == sorted(
            n.id for n in bold(right[0].values())
        ), "the nodes in bold are not those that to_dot marks for this active node"
        assert len(bold(seen[1])) == len(bold(right[1])), (
            f"{len(bold(seen[1]))} edges in bold, and to_dot(active=u) has {len(bold(right[1]))}"
        )
        assert len(seen[1]) == len(right[1]), (
            f"{len(seen[1])} edges, and to_dot draws {len(right[1])}: an edge that is named again "
            "in DOT is a second edge, not a change of the first"
        )

    def test_a_node_passes_on_when_all_its_uses_have(self):
        x = Value(0.5, label="x")
        u = named("u", x.exp())
        v, w = named("v", u**2), named("w", u.tanh())
        frames = backward_frames(named("L", v * w))
        seen = [active_record(frame) for frame in frames]
        assert seen[:2] == ["L", "L"] and seen[-1] == "u" and sorted(seen[2:-1]) == ["v", "w"], (
            f"the nodes pass on in the order {seen}, and u has to wait for both v and w"
        )

    def test_the_last_frame_shows_the_gradients_of_backward(self):
        x, w = Value(0.8, label="x"), Value(-1.5, label="w")
        a = named("a", named("z", x * w).tanh())
        loss = named("L", a**3)
        last = gradients(backward_frames(loss)[-1])
        loss.backward()
        right = {node.label: float(f"{node.grad:.4f}") for node in (x, w, a.parents[0], a, loss)}
        assert last == right, f"the last frame shows {last}, and after backward() it is {right}"

    def test_a_leaf_alone_has_only_the_seed(self):
        x = Value(3.0, label="x")
        x.grad = 7.0
        frames = backward_frames(x)
        assert [gradients(frame) for frame in frames] == [{"x": 1.0}], (
            f"a leaf alone gives {len(frames)} frames"
        )
        assert x.grad == 7.0, f"the gradient of the leaf was 7 and is {x.grad} afterwards"

    def test_a_node_that_no_gradient_reaches_has_its_frame_too(self):
        u = named("u", Value(-2.0, label="x") * 3)
        seen = [active_record(frame) for frame in backward_frames(named("L", u.relu()))]
        assert seen == ["L", "L", "u"], (
            f"in L = relu(u) at u = -6 the frames mark {seen}, and should mark L, L and u, though "
            "what u passes on is 0: that is what the picture is there to show"
        )

    def test_any_node_can_be_drawn(self):
        shown = [gradients(frame) for frame in drawn_with_what_is_there(backward_frames)]
        assert shown == [{"x": 0.0, "y": 1.0}, {"x": 6.0, "y": 1.0}], f"frame by frame: {shown}"

    def test_gradients_that_are_there_already_do_not_show(self):
        _, _, loss = cube()
        loss.backward()
        seen = gradients(backward_frames(loss)[-1])
        assert seen == {"x": 27.0, "u": 3.0, "L": 1.0}, (
            f"after a backward(), the last frame shows {seen}: the pass that is drawn starts from "
            "0 in every node, whatever an earlier one has left there"
        )

    def test_the_gradients_in_the_graph_stay_as_they_were(self):
        nodes = cube()
        for node, grad in zip(nodes, (7.0, 8.0, 9.0)):
            node.grad, node.label = grad, "the same for all"
        backward_frames(nodes[2])
        seen = [node.grad for node in nodes]
        assert seen == [7.0, 8.0, 9.0], (
            f"the gradients were 7, 8, 9 and are {seen} afterwards: a picture changes nothing"
        )

    def test_nodes_that_look_alike_get_back_their_own_gradients(self):
        root = sum_of_twins()
        backward_frames(root)
        seen = [node.grad for node in (*root.parents, root)]
        assert seen == [7.0, 8.0, 9.0], (
            f"the gradients were 7, 8, 9 and are {seen} afterwards: they were remembered by what "
            "nodes hold or are called, and two that look alike share that"
        )

    def test_the_gradients_come_back_when_drawing_fails(self):
        class Unreadable(Value):
            __slots__ = ()
            label = property(lambda self: 1 / 0, lambda self, label: None)

        x = Unreadable(3.0)
        loss = x * x
        x.grad, loss.grad = 7.0, 9.0
        with pytest.raises(ZeroDivisionError):
            backward_frames(loss)
        assert (x.grad, loss.grad) == (7.0, 9.0), (
            f"drawing failed on the way, and the gradients, 7 and 9 before, are left at "
            f"{x.grad} and {loss.grad}. What has to happen in any case belongs in a finally."
        )
