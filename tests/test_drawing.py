"""Pictures of a graph: every node and edge is there, nothing overlaps, the text is the same."""

import re
from xml.etree import ElementTree

import pytest

from dojo.pictures.graph import graph_svg
from dojo.pictures.layout import layout
from solutions.phase1_autodiff.draw import nodes_and_edges
from solutions.phase1_autodiff.value import Value

SVG = "{http://www.w3.org/2000/svg}"


def neuron():
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    a = (x1 * w1 + x2 * w2 + Value(6.9, label="b")).tanh()
    a.backward()
    return a


def tangled():
    """Operands used at several depths, and long edges."""
    x, y = Value(1.5, label="x"), Value(-0.5, label="y")
    u = x * x + y
    v = (u * x + y**3) * u
    return (v + x).tanh() * v + y


def chain(length):
    result = Value(0.5)
    for _ in range(length):
        result = result.tanh()
    return result


GRAPHS = {
    "leaf": lambda: Value(3.0),
    "neuron": neuron,
    "tangled": tangled,
    "chain": lambda: chain(30),
}


@pytest.fixture(params=GRAPHS)
def root(request):
    return GRAPHS[request.param]()


def test_every_node_and_edge_is_drawn(root):
    drawn = ElementTree.fromstring(graph_svg(root))
    nodes, edges = nodes_and_edges(root)
    assert len(drawn.findall(f"{SVG}g[@data-node]")) == len(nodes)
    assert len(drawn.findall(f"{SVG}g[@data-edge]")) == len(edges)
    assert len(list(drawn.iter(f"{SVG}ellipse"))) == sum(bool(node.parents) for node in nodes)


def test_a_repeated_parent_has_two_edges_that_part():
    x = Value(3.0)
    drawn = ElementTree.fromstring(graph_svg(x * x))
    paths = [edge.find(f"{SVG}path").get("d") for edge in drawn.findall(f"{SVG}g[@data-edge]")]
    assert len(set(paths)) == 2


def test_the_numbers_are_those_of_the_graph():
    drawn = ElementTree.fromstring(graph_svg(neuron()))
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    for text in ("x1", "-3", "6.9", "tanh", "data", "grad"):
        assert text in texts


def test_an_array_shows_its_shape():
    class Array:
        shape = (2, 3)

    value = Value(1.0, label="W")
    value.data = value.grad = Array()
    assert graph_svg(value).count("shape (2, 3)") == 2


def test_what_has_a_meaning_in_svg_is_escaped():
    drawn = ElementTree.fromstring(graph_svg(Value(1.0, label="a<b & c"), title='"<x>"'))
    assert "a<b & c" in [text.text for text in drawn.iter(f"{SVG}text")]
    assert drawn.find(f"{SVG}title").text == '"<x>"'


def test_the_text_is_the_same_each_time():
    assert graph_svg(neuron()) == graph_svg(neuron())


def test_it_is_no_wider_than_a_page_and_has_a_white_ground(root):
    drawn = ElementTree.fromstring(graph_svg(root))
    assert int(drawn.get("width")) <= 760 and drawn.get("viewBox")
    assert drawn.find(f"{SVG}rect").get("fill") == "white"


def test_a_deep_graph_can_be_drawn():
    assert graph_svg(chain(1_500)).count("data-node") == 1_501


def places(root, box=(120, 70), radius=25):
    nodes, edges = nodes_and_edges(root)
    parents = [[p for p, child in edges if child == i] for i in range(len(nodes))]
    return layout(parents, box, radius), parents


def test_no_two_boxes_overlap(root):
    boxes = places(root)[0].boxes
    for i, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[:i]:
            assert abs(x - other_x) >= 120 or abs(y - other_y) >= 70


def test_results_stand_to_the_right_of_their_operands(root):
    found, parents = places(root)
    for child, operands in enumerate(parents):
        for parent in operands:
            assert found.boxes[parent][0] + 120 < found.ops[child][0] - 25


def test_everything_is_inside_the_picture(root):
    found, _ = places(root)
    for x, y in found.boxes:
        assert 0 <= x <= found.width - 120 and 35 <= y <= found.height - 35


def test_no_edge_runs_through_a_box(root):
    """The level stretches of a path, in lanes of their own, keep clear of the boxes there."""
    found, _ = places(root)
    for path, _, _ in found.paths:
        for y, right in re.findall(r"(\d+) H(\d+)", path):
            column = [at for x, at in found.boxes if x == int(right) - 120]
            assert all(abs(int(y) - at) > 35 for at in column)
