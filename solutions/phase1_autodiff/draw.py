"""1.4 · Visualization: see the graph that an expression leaves behind.

Works on any node with `.data`, `.grad`, `.parents`, `.op` and `.label`, at any depth. The package
graphviz writes DOT text; only render needs the program `dot`, which turns that into a picture.
"""

from pathlib import Path

import graphviz

from .graph import topological_order


def nodes_and_edges(root):  # kata 1.4
    """List what there is to draw: the nodes, and who was computed from whom.

    root  a node
    ->    (nodes, edges), two lists: nodes as topological_order lists them; edges as pairs (place
          of the parent in nodes, place of the child), child by child in the order of nodes,
          operands from left to right, two edges for an operand that is used twice
    """
    nodes = topological_order(root)
    place = {node: i for i, node in enumerate(nodes)}
    return nodes, [(place[p], place[node]) for node in nodes for p in node.parents]


def node_label(value):  # kata 1.4
    r"""Describe a node in one line, ready to be the label of a DOT record.

    value  a node
    ->     its fields, joined by " | ": the label if it has one, data and grad

    Numbers have four decimals; an array (data with a `.shape` other than ()) has its shape instead.
    In the label each of \ { } | < > and " gets a backslash, as it means something in DOT, and a
    line break becomes \n, which is how DOT writes one.

        W | shape (2, 3)
        p(a\|b) | data 0.5000 | grad 0.0000
    """
    label = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label).replace("\n", r"\n")
    shape = getattr(value.data, "shape", ())
    body = f"shape {tuple(shape)}" if shape else f"data {value.data:.4f} | grad {value.grad:.4f}"
    return f"{label} | {body}" if label else body


def to_dot(root, rankdir="LR", active=None):  # kata 1.4
    """Describe the graph in the DOT language.

    root     a node
    rankdir  the direction of the computation: "LR" to the right, "TB" downwards
    active   a node to mark: its record, its ellipse and every edge into one of these two have
             penwidth "3", and nothing else has; None marks nothing
    ->       a graphviz.Digraph, with the same text each time

    The third node of nodes_and_edges is the record "v3" (shape="record"), and what node_label says
    is its whole label. The operation of a node with parents is the ellipse "op3" (shape="ellipse"),
    labelled by op: an edge leads in from each operand (two from one that is used twice), and one
    out to the record.
    """
    nodes, edges = nodes_and_edges(root)
    pens = [{"penwidth": "3"} if node is active else {} for node in nodes]
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for number, (node, pen) in enumerate(zip(nodes, pens), start=1):
        dot.node(f"v{number}", node_label(node), shape="record", **pen)
        if node.parents:
            dot.node(f"op{number}", node.op, shape="ellipse", **pen)
            dot.edge(f"op{number}", f"v{number}", **pen)
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}", **pens[child])
    return dot


def to_text(root):  # kata 1.4
    """Draw the graph for a terminal: the result first, its operands below it.

    root  a node
    ->    the lines, joined by newlines

    A line is the id from to_dot, the op in brackets if there are parents, and node_label; operands
    follow from left to right, two spaces further in. A node that comes up again has only its id
    and "(above)", and nothing follows. For u = x * x at x = 3:

        v2 [*] u | data 9.0000 | grad 1.0000
          v1 x | data 3.0000 | grad 6.0000
          v1 (above)
    """
    number = {node: n for n, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn, stack = [], set(), [(root, "")]
    while stack:
        node, indent = stack.pop()
        name = f"{indent}v{number[node]}"
        if node in drawn:
            lines.append(f"{name} (above)")
            continue
        drawn.add(node)
        lines.append(f"{name}{f' [{node.op}]' if node.parents else ''} {node_label(node)}")
        stack.extend((parent, indent + "  ") for parent in reversed(node.parents))
    return "\n".join(lines)


def backward_frames(root):  # kata 1.4
    """Draw the backward pass step by step, from gradients that are all 0.0.

    root  a node
    ->    a list of graphviz.Digraph: first the seed, to_dot with penwidth "3" for the record of
          root alone; then for each node with parents, in reverse topological order, to_dot
          with that node active, after it has passed its gradient on by its `.local_grads`

    The gradients in the graph are afterwards what they were before, even if drawing fails.
    """
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")  # DOT adds this to the record's own
        for node in reversed(nodes):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


def render(root, path):  # kata 1.4
    """Save a picture of the graph, drawn by the program `dot`.

    root  a node
    path  where to: a name that ends in .svg or .png, in small letters
    ->    the path, as a pathlib.Path

    ValueError, naming the suffix, for any other name. RuntimeError if there is no `dot`: how to
    install Graphviz on Linux, macOS and Windows, and the path of the DOT text, saved with suffix
    .dot.
    """
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}: {path}")
    dot, text = to_dot(root), path.with_suffix(".dot")
    try:
        path.write_bytes(dot.pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        text.write_text(dot.source, encoding="utf-8")
        raise RuntimeError(
            f"the program dot is missing; what it would draw is in {text}. To get it: apt install "
            "graphviz (Linux), brew install graphviz (macOS), winget install graphviz (Windows)"
        ) from None
    return path
