"""The reader of DOT text that the specs of 1.4 look through, against the program dot itself."""

import json
import shutil
import subprocess

import graphviz
import pytest

from dojo.pictures.dot import read
from solutions.phase1_autodiff.draw import backward_frames, to_dot
from solutions.phase1_autodiff.value import Value


def small():
    x = Value(3.0, label='x|{"<1>"} \\')
    return x * x + x.tanh()


def styled():
    """The same things said in other ways."""
    dot = graphviz.Digraph("a name", node_attr={"shape": "record"})
    dot.attr(rankdir="TB")
    dot.node("a", "{ a | data 1 }")
    dot.attr("node", shape="ellipse", penwidth="2")
    with dot.subgraph(name="cluster_1") as inside:
        inside.attr("edge", penwidth="3")
        inside.node("op 1", "*")
        inside.edge("a:p", "op 1")
    dot.edge("op 1", "-1.5", label="x -> y [z]")
    dot.node("a", penwidth="3")
    return dot


GRAPHS = {
    "values": lambda: to_dot(small()),
    "a frame": lambda: backward_frames(small())[1],
    "another style": styled,
    "strict": lambda: graphviz.Digraph(strict=True, body=["\ta -> b -> c\n", "\ta -> b\n"]),
}


@pytest.mark.skipif(not shutil.which("dot"), reason="the program dot is not installed")
@pytest.mark.parametrize("name", GRAPHS)
def test_it_reads_what_dot_reads(name):
    text = GRAPHS[name]().source
    done = subprocess.run(["dot", "-Tdot_json"], input=text.encode(), capture_output=True)
    there = json.loads(done.stdout)
    objects = there["objects"]
    by_number = {thing["_gvid"]: thing["name"] for thing in objects}
    nodes, edges, _ = read(text)
    assert set(nodes) == {thing["name"] for thing in objects if "nodes" not in thing}
    assert sorted((edge.tail, edge.head) for edge in edges) == sorted(
        (by_number[edge["tail"]], by_number[edge["head"]]) for edge in there["edges"]
    )
    for thing in objects:
        if thing["name"] in nodes:
            ours = nodes[thing["name"]]
            assert ours.shape == thing.get("shape", "ellipse")
            assert float(ours.attributes.get("penwidth", 1)) == float(thing.get("penwidth") or 1)


def test_the_fields_of_a_record_come_without_escapes():
    nodes, _, _ = read(to_dot(small()))
    assert nodes["v1"].fields == ['x|{"<1>"} \\', "data 3.0000", "grad 0.0000"]


def test_attributes_of_the_graph_are_found_in_both_forms():
    assert read("digraph {\n\tgraph [rankdir=LR]\n}\n")[2] == {"rankdir": "LR"}
    assert read("digraph {\n\trankdir=LR\n}\n")[2] == {"rankdir": "LR"}
