"""Wrong solutions of 1.4 that its specs reject by name."""

from tests.mistakes import mistake

# ---- nodes_and_edges


@mistake("1.4 nodes_and_edges", "the edges are kept in a set", says="kept in a set")
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    return nodes, sorted({(place[id(p)], place[id(node)]) for node in nodes for p in node.parents})


@mistake("1.4 nodes_and_edges", "an edge points from child to parent", says="(child, parent)")
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    return nodes, [(place[id(node)], place[id(p)]) for node in nodes for p in node.parents]


@mistake("1.4 nodes_and_edges", "a shared node is listed at each use", says="listed as")
def nodes_and_edges(root):
    nodes, edges, queue = [root], [], [0]
    while queue:
        child = queue.pop()
        for parent in nodes[child].parents:
            nodes.append(parent)
            edges.append((len(nodes) - 1, child))
            queue.append(len(nodes) - 1)
    last = len(nodes) - 1
    return nodes[::-1], [(last - parent, last - child) for parent, child in edges]


@mistake(
    "1.4 nodes_and_edges",
    "the walk goes once along every path",
    says="the walk goes along every path",
)
def nodes_and_edges(root):
    nodes, edges = [], []

    def walk(node):
        for parent in node.parents:
            walk(parent)
        if not any(node is known for known in nodes):
            nodes.append(node)

    walk(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    for node in nodes:
        edges += [(place[id(parent)], place[id(node)]) for parent in node.parents]
    return nodes, edges


@mistake("1.4 nodes_and_edges", "the walk is recursive", says="keeps calling itself")
def nodes_and_edges(root):
    nodes, place = [], {}

    def walk(node):
        if id(node) not in place:
            place[id(node)] = None
            for parent in node.parents:
                walk(parent)
            place[id(node)] = len(nodes)
            nodes.append(node)

    walk(root)
    return nodes, [(place[id(p)], place[id(node)]) for node in nodes for p in node.parents]


@mistake("1.4 nodes_and_edges", "a node is known by its number", says="found by which node it is")
def nodes_and_edges(root):
    nodes = []
    for node in topological_order(root):
        if (node.data, node.label) not in [(n.data, n.label) for n in nodes]:
            nodes.append(node)
    place = {(node.data, node.label): i for i, node in enumerate(nodes)}
    return nodes, [
        (place[p.data, p.label], place[node.data, node.label])
        for node in nodes
        for p in node.parents
    ]


@mistake("1.4 nodes_and_edges", "operands come from right to left", says="in the order")
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    return nodes, [
        (place[id(p)], place[id(node)]) for node in nodes for p in reversed(node.parents)
    ]


@mistake("1.4 nodes_and_edges", "edges are grouped by parent", says="in the order")
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    return nodes, sorted((place[id(p)], place[id(node)]) for node in nodes for p in node.parents)


@mistake("1.4 nodes_and_edges", "the result comes first", says="topological_order lists")
def nodes_and_edges(root):
    nodes = topological_order(root)[::-1]
    place = {id(node): i for i, node in enumerate(nodes)}
    return nodes, [(place[id(p)], place[id(node)]) for node in nodes for p in node.parents]


# ---- node_label


@mistake("1.4 node_label", "nothing is escaped", says="opens a field, a port")
def node_label(value):
    label = f"{value.label} | " if value.label else ""
    if shape := getattr(value.data, "shape", ()):
        return f"{label}shape {shape}"
    return f"{label}data {value.data:.4f} | grad {value.grad:.4f}"


@mistake("1.4 node_label", "the backslash is escaped last", says="taken for one of the label's own")
def node_label(value):
    label = value.label
    for character in '{}|<>"\\':
        label = label.replace(character, "\\" + character)
    if shape := getattr(value.data, "shape", ()):
        fields = [label, f"shape {shape}"]
    else:
        fields = [label, f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(field for field in fields if field)


@mistake("1.4 node_label", "the separators are escaped as well", says="| grad")
def node_label(value):
    text = f"data {value.data:.4f} | grad {value.grad:.4f}"
    if value.label:
        text = f"{value.label} | {text}"
    return "".join("\\" + c if c in '\\{}|<>"' else c for c in text)


@mistake("1.4 node_label", "quotes are forgotten", says='Value with " twice')
def node_label(value):
    label = "".join("\\" + c if c in "\\{}|<>" else c for c in value.label)
    if shape := getattr(value.data, "shape", ()):
        fields = [label, f"shape {shape}"]
    else:
        fields = [label, f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(field for field in fields if field)


@mistake(
    "1.4 node_label",
    "more is escaped than has a meaning",
    says="came out as",
    prelude="import re",
)
def node_label(value):
    label = re.escape(value.label) if value.label else ""
    if shape := getattr(value.data, "shape", ()):
        fields = [label, f"shape {shape}"]
    else:
        fields = [label, f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(field for field in fields if field)


@mistake("1.4 node_label", "only the first is escaped", says="opens a field, a port")
def node_label(value):
    label = value.label
    for character in '\\{}|<>"':
        label = label.replace(character, "\\" + character, 1)
    if shape := getattr(value.data, "shape", ()):
        fields = [label, f"shape {shape}"]
    else:
        fields = [label, f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(field for field in fields if field)


@mistake("1.4 node_label", "an empty label keeps its field", says="an empty field")
def node_label(value):
    label = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    if shape := getattr(value.data, "shape", ()):
        return f"{label} | shape {shape}"
    return f"{label} | data {value.data:.4f} | grad {value.grad:.4f}"


@mistake("1.4 node_label", "numbers are cut to four digits", says="data 0.6667 | grad -1.5000")
def node_label(value):
    label = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    fields = [label, f"data {value.data:.4g}", f"grad {value.grad:.4g}"]
    return " | ".join(field for field in fields if field)


@mistake("1.4 node_label", "an array is formatted as a number", says="unsupported format string")
def node_label(value):
    label = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    fields = [label, f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(field for field in fields if field)


@mistake("1.4 node_label", "an array of one number shows ()", says="shape () with 0.25")
def node_label(value):
    label = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    if hasattr(value.data, "shape"):
        fields = [label, f"shape {value.data.shape}"]
    else:
        fields = [label, f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(field for field in fields if field)


# ---- to_dot


@mistake("1.4 to_dot", "ids are addresses in memory", says="gives two texts")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for node in nodes:
        dot.node(str(id(node)), node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{id(node)}", node.op, shape="ellipse")
            dot.edge(f"op{id(node)}", str(id(node)))
    for parent, child in edges:
        dot.edge(str(id(nodes[parent])), f"op{id(nodes[child])}")
    return dot


@mistake("1.4 to_dot", "ids begin at v0", says="v1 is the first, as in trace_table")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes):
        dot.node(f"v{i}", node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse")
            dot.edge(f"op{i}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent}", f"op{child}")
    return dot


@mistake("1.4 to_dot", "ids are labels", says="fell together")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node("v" + node.label, node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse")
            dot.edge(f"op{i}", "v" + node.label)
    for parent, child in edges:
        dot.edge("v" + nodes[parent].label, f"op{child + 1}")
    return dot


@mistake("1.4 to_dot", "a record for every use of a node", says="3 Values, but 5 records")
def to_dot(root, rankdir="LR", active=None):
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    queue, made = [(root, "v0")], 1
    while queue:
        node, name = queue.pop()
        dot.node(name, node_label(node), shape="record")
        if node.parents:
            dot.node("op" + name, node.op, shape="ellipse")
            dot.edge("op" + name, name)
        for parent in node.parents:
            dot.edge(f"v{made}", "op" + name)
            queue.append((parent, f"v{made}"))
            made += 1
    return dot


@mistake("1.4 to_dot", "the graph is strict", says="strict")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir}, strict=True)
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse")
            dot.edge(f"op{i}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}")
    return dot


@mistake("1.4 to_dot", "one ellipse for all operations of a kind", says="the ellipses are")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{node.op}", node.op, shape="ellipse")
            dot.edge(f"op{node.op}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{nodes[child].op}")
    return dot


@mistake("1.4 to_dot", "edges go past the operation", says="should join")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse")
            dot.edge(f"op{i}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"v{child + 1}")
    return dot


@mistake("1.4 to_dot", "the label is escaped twice", says="a second time")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", graphviz.escape(node_label(node)), shape="record")
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse")
            dot.edge(f"op{i}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}")
    return dot


@mistake("1.4 to_dot", "the direction is fixed", says="rankdir='TB' was asked for")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse")
            dot.edge(f"op{i}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}")
    return dot


@mistake("1.4 to_dot", "the edges that leave the active node are marked", says="penwidth 3 is on")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    pens = [{"penwidth": "3"} if node is active else {} for node in nodes]
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record", **pens[i - 1])
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse", **pens[i - 1])
            dot.edge(f"op{i}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}", **pens[parent])
    return dot


@mistake("1.4 to_dot", "the mark is a colour alone", says="penwidth 3 is on the nodes []")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    pens = [{"color": "red"} if node is active else {} for node in nodes]
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record", **pens[i - 1])
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse", **pens[i - 1])
            dot.edge(f"op{i}", f"v{i}", **pens[i - 1])
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}", **pens[child])
    return dot


@mistake("1.4 to_dot", "the text comes back, not the graph", says="not a graphviz.Digraph")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record")
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse")
            dot.edge(f"op{i}", f"v{i}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}")
    return dot.source


@mistake("1.4 to_dot", "the active node is known by its looks", says="a question of `is`")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    wanted = node_label(active) if active else None
    pens = [{"penwidth": "3"} if node_label(node) == wanted else {} for node in nodes]
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), shape="record", **pens[i - 1])
        if node.parents:
            dot.node(f"op{i}", node.op, shape="ellipse", **pens[i - 1])
            dot.edge(f"op{i}", f"v{i}", **pens[i - 1])
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}", **pens[child])
    return dot


# ---- to_text


@mistake(
    "1.4 to_text",
    "a shared node is expanded at every use",
    says="the walk goes along every path",
)
def to_text(root):
    place = {id(node): i for i, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, stack = [], [(root, "")]
    while stack:
        node, indent = stack.pop()
        op = f" [{node.op}]" if node.parents else ""
        lines.append(f"{indent}v{place[id(node)]}{op} {node_label(node)}")
        stack.extend((parent, indent + "  ") for parent in reversed(node.parents))
    return "\n".join(lines)


@mistake("1.4 to_text", "a second mention is left out", says="v1 (above)")
def to_text(root):
    place = {id(node): i for i, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn, stack = [], set(), [(root, "")]
    while stack:
        node, indent = stack.pop()
        if id(node) not in drawn:
            drawn.add(id(node))
            op = f" [{node.op}]" if node.parents else ""
            lines.append(f"{indent}v{place[id(node)]}{op} {node_label(node)}")
            stack.extend((parent, indent + "  ") for parent in reversed(node.parents))
    return "\n".join(lines)


@mistake("1.4 to_text", "it is recursive", says="keeps calling itself")
def to_text(root):
    place = {id(node): i for i, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn = [], set()

    def draw(node, indent):
        name = f"{indent}v{place[id(node)]}"
        if id(node) in drawn:
            lines.append(f"{name} (above)")
            return
        drawn.add(id(node))
        lines.append(f"{name}{f' [{node.op}]' if node.parents else ''} {node_label(node)}")
        for parent in node.parents:
            draw(parent, indent + "  ")

    draw(root, "")
    return "\n".join(lines)


@mistake("1.4 to_text", "operands come from right to left", says="line 2 is not right")
def to_text(root):
    place = {id(node): i for i, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn, stack = [], set(), [(root, "")]
    while stack:
        node, indent = stack.pop()
        name = f"{indent}v{place[id(node)]}"
        if id(node) in drawn:
            lines.append(f"{name} (above)")
            continue
        drawn.add(id(node))
        lines.append(f"{name}{f' [{node.op}]' if node.parents else ''} {node_label(node)}")
        stack.extend((parent, indent + "  ") for parent in node.parents)
    return "\n".join(lines)


@mistake(
    "1.4 to_text", "a node counts as drawn when it is put aside", says="not when it is put aside"
)
def to_text(root):
    place = {id(node): i for i, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn, stack = [], {id(root)}, [(root, "", True)]
    while stack:
        node, indent, first = stack.pop()
        name = f"{indent}v{place[id(node)]}"
        if not first:
            lines.append(f"{name} (above)")
            continue
        lines.append(f"{name}{f' [{node.op}]' if node.parents else ''} {node_label(node)}")
        below = []
        for parent in node.parents:
            below.append((parent, indent + "  ", id(parent) not in drawn))
            drawn.add(id(parent))
        stack.extend(reversed(below))
    return "\n".join(lines)


@mistake("1.4 to_text", "what looks the same counts as drawn", says="another one, whatever label")
def to_text(root):
    place = {id(node): i for i, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn, stack = [], set(), [(root, "")]
    while stack:
        node, indent = stack.pop()
        name = f"{indent}v{place[id(node)]}"
        if node_label(node) in drawn:
            lines.append(f"{name} (above)")
            continue
        drawn.add(node_label(node))
        lines.append(f"{name}{f' [{node.op}]' if node.parents else ''} {node_label(node)}")
        stack.extend((parent, indent + "  ") for parent in reversed(node.parents))
    return "\n".join(lines)


@mistake("1.4 to_text", "the lines are not joined", says="should be a str")
def to_text(root):
    return [node_label(node) for node in nodes_and_edges(root)[0]]


# ---- backward_frames


@mistake("1.4 backward_frames", "all frames are drawn at the end", says="the end of the pass")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.backward()
    active = [node for node in reversed(nodes) if node.parents]
    frames = [to_dot(root), *(to_dot(root, active=node) for node in active)]
    for node, grad in zip(nodes, before):
        node.grad = grad
    return frames


@mistake(
    "1.4 backward_frames",
    "a frame is drawn before the step",
    says="before its node has passed its gradient on",
)
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = [to_dot(root)]
    for node in reversed(nodes):
        if node.parents:
            frames.append(to_dot(root, active=node))
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
    for node, grad in zip(nodes, before):
        node.grad = grad
    return frames


@mistake("1.4 backward_frames", "a gradient is replaced", says="replaced, not added to")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = [to_dot(root)]
    for node in reversed(nodes):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad = local_grad * node.grad
        if node.parents:
            frames.append(to_dot(root, active=node))
    for node, grad in zip(nodes, before):
        node.grad = grad
    return frames


@mistake("1.4 backward_frames", "the pass goes forwards", says="in forward order")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = [to_dot(root)]
    for node in nodes:
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents:
            frames.append(to_dot(root, active=node))
    for node, grad in zip(nodes, before):
        node.grad = grad
    return frames


@mistake("1.4 backward_frames", "there is no frame for the seed", says="and the seed make")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = []
    for node in reversed(nodes):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents:
            frames.append(to_dot(root, active=node))
    for node, grad in zip(nodes, before):
        node.grad = grad
    return frames


@mistake("1.4 backward_frames", "leaves get frames too", says="two operations and the seed make")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = [to_dot(root)]
    for node in reversed(nodes):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        frames.append(to_dot(root, active=node))
    for node, grad in zip(nodes, before):
        node.grad = grad
    return frames


@mistake("1.4 backward_frames", "the graph keeps the gradients", says="a picture changes nothing")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = [to_dot(root)]
    frames[0].node(f"v{len(nodes)}", penwidth="3")
    for node in reversed(nodes):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents:
            frames.append(to_dot(root, active=node))
    return frames


@mistake("1.4 backward_frames", "only the leaves get their gradients back", says="changes nothing")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        for node in reversed(nodes):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            if not node.parents:
                node.grad = grad


@mistake("1.4 backward_frames", "gradients end at 0", says="a picture changes nothing")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = [to_dot(root)]
    frames[0].node(f"v{len(nodes)}", penwidth="3")
    for node in reversed(nodes):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents:
            frames.append(to_dot(root, active=node))
    for node in nodes:
        node.grad = 0.0
    return frames


@mistake("1.4 backward_frames", "an error leaves the gradients changed", says="in a finally")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.grad = 1.0
    frames = [to_dot(root)]
    frames[0].node(f"v{len(nodes)}", penwidth="3")
    for node in reversed(nodes):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents:
            frames.append(to_dot(root, active=node))
    for node, grad in zip(nodes, before):
        node.grad = grad
    return frames


@mistake("1.4 backward_frames", "old gradients are added to", says="whatever an earlier one")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        root.grad += 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        for node in reversed(nodes):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


@mistake("1.4 backward_frames", "edges are marked by naming them again", says="a second edge")
def backward_frames(root):
    nodes, edges = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        for i, node in reversed(list(enumerate(nodes, start=1))):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frame = to_dot(root)
                frame.node(f"v{i}", penwidth="3")
                frame.node(f"op{i}", penwidth="3")
                frame.edge(f"op{i}", f"v{i}", penwidth="3")
                for parent, child in edges:
                    if child + 1 == i:
                        frame.edge(f"v{parent + 1}", f"op{i}", penwidth="3")
                frames.append(frame)
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


@mistake(
    "1.4 backward_frames",
    "the seed frame marks the operation as well",
    says="seed marks the record of L alone",
)
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root, active=root)]
        for node in reversed(nodes):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


@mistake("1.4 backward_frames", "nodes pass on breadth first", says="has to wait for both")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames, queue, seen = [to_dot(root)], [root], {id(root)}
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        while queue:
            node = queue.pop()
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
                if id(parent) not in seen:
                    seen.add(id(parent))
                    queue.append(parent)
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


# ---- render


@mistake("1.4 render", "every suffix is handed on", says="should raise ValueError")
def render(root, path):
    path = Path(path)
    path.write_bytes(to_dot(root).pipe(format=path.suffix[1:] or "svg"))
    return path


@mistake("1.4 render", "the error of the package is passed on", says="does not name Linux")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    path.write_bytes(to_dot(root).pipe(format=path.suffix[1:]))
    return path


@mistake("1.4 render", "the DOT text is lost", says="does not name")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    try:
        path.write_bytes(to_dot(root).pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        raise RuntimeError("no program dot. Linux: apt, macOS: brew, Windows: winget") from None
    return path


@mistake("1.4 render", "it promises a DOT text that is not there", says="there is no cube.dot")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    try:
        path.write_bytes(to_dot(root).pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        text = path.with_suffix(".dot")
        raise RuntimeError(
            f"no dot; see {text}. Linux: apt, macOS: brew, Windows: winget"
        ) from None
    return path


@mistake("1.4 render", "the suffix does not choose the kind", says="dot was asked for svg")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    text = path.with_suffix(".dot")
    try:
        path.write_bytes(to_dot(root).pipe(format="svg"))
    except graphviz.ExecutableNotFound:
        text.write_text(to_dot(root).source, encoding="utf-8")
        raise RuntimeError(
            f"no dot; see {text}. Linux: apt, macOS: brew, Windows: winget"
        ) from None
    return path


@mistake("1.4 render", "the package adds its own suffix", says="add a suffix of its own")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    text = path.with_suffix(".dot")
    try:
        to_dot(root).render(path, format=path.suffix[1:])
    except graphviz.ExecutableNotFound:
        text.write_text(to_dot(root).source, encoding="utf-8")
        raise RuntimeError(
            f"no dot; see {text}. Linux: apt, macOS: brew, Windows: winget"
        ) from None
    return path


@mistake("1.4 render", "an empty picture is left behind", says="left behind")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    text = path.with_suffix(".dot")
    with open(path, "wb") as file:
        try:
            file.write(to_dot(root).pipe(format=path.suffix[1:]))
        except graphviz.ExecutableNotFound:
            text.write_text(to_dot(root).source, encoding="utf-8")
            raise RuntimeError(f"no dot; see {text}. Linux, macOS, Windows: install") from None
    return path


@mistake("1.4 render", "nothing is returned", says="render returned None")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    text = path.with_suffix(".dot")
    try:
        path.write_bytes(to_dot(root).pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        text.write_text(to_dot(root).source, encoding="utf-8")
        raise RuntimeError(f"no dot; see {text}. Linux, macOS, Windows: install it") from None


# ---- more is asked of a node than it has, and less is put back than was there


@mistake("1.4 nodes_and_edges", "places from 1", says="numbers from 0 to 2")
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {id(node): i for i, node in enumerate(nodes, start=1)}
    return nodes, [(place[id(p)], place[id(node)]) for node in nodes for p in node.parents]


@mistake("1.4 nodes_and_edges", "nodes for places", says="an edge joins two places")
def nodes_and_edges(root):
    nodes = topological_order(root)
    return nodes, [(parent, node) for node in nodes for parent in node.parents]


@mistake("1.4 node_label", "a shape written by hand", says="the shape is a tuple")
def node_label(value):
    label = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    shape = ", ".join(map(str, getattr(value.data, "shape", ())))
    body = f"shape ({shape})" if shape else f"data {value.data:.4f} | grad {value.grad:.4f}"
    return f"{label} | {body}" if label else body


@mistake("1.4 to_dot", "it asks for is_leaf", says="has no attribute 'is_leaf'")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    pens = [{"penwidth": "3"} if node is active else {} for node in nodes]
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for number, (node, pen) in enumerate(zip(nodes, pens), start=1):
        dot.node(f"v{number}", node_label(node), shape="record", **pen)
        if not node.is_leaf:
            dot.node(f"op{number}", node.op, shape="ellipse", **pen)
            dot.edge(f"op{number}", f"v{number}", **pen)
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}", **pens[child])
    return dot


@mistake("1.4 to_text", "it asks for is_leaf", says="has no attribute 'is_leaf'")
def to_text(root):
    number = {id(node): n for n, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn, stack = [], set(), [(root, "")]
    while stack:
        node, indent = stack.pop()
        name = f"{indent}v{number[id(node)]}"
        if id(node) in drawn:
            lines.append(f"{name} (above)")
            continue
        drawn.add(id(node))
        lines.append(f"{name}{'' if node.is_leaf else f' [{node.op}]'} {node_label(node)}")
        stack.extend((parent, indent + "  ") for parent in reversed(node.parents))
    return "\n".join(lines)


@mistake(
    "1.4 to_text", "a newline after every line", says="none before the first or after the last"
)
def to_text(root):
    number = {id(node): n for n, node in enumerate(nodes_and_edges(root)[0], start=1)}
    text, drawn, stack = "", set(), [(root, "")]
    while stack:
        node, indent = stack.pop()
        text += f"{indent}v{number[id(node)]}"
        if id(node) in drawn:
            text += " (above)\n"
            continue
        drawn.add(id(node))
        text += f"{f' [{node.op}]' if node.parents else ''} {node_label(node)}\n"
        stack.extend((parent, indent + "  ") for parent in reversed(node.parents))
    return text


@mistake("1.4 backward_frames", "a leaf alone keeps its 1", says="the gradient of the leaf was 7")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    if not root.parents:
        root.grad = 1.0
        frame = to_dot(root)
        frame.node("v1", penwidth="3")
        return [frame]
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        for node in reversed(nodes):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


@mistake("1.4 backward_frames", "no frame where nothing flows", says="what u passes on is 0")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        for node in reversed(nodes):
            if node.grad == 0:
                continue
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


@mistake("1.4 backward_frames", "it asks for is_leaf", says="has no attribute 'is_leaf'")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = [node.grad for node in nodes]
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        for node in reversed(nodes):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if not node.is_leaf:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node, grad in zip(nodes, before):
            node.grad = grad


@mistake("1.4 backward_frames", "gradients kept by label", says="a picture changes nothing")
def backward_frames(root):
    nodes, _ = nodes_and_edges(root)
    before = {node.label: node.grad for node in nodes}
    try:
        for node in nodes:
            node.grad = 0.0
        root.grad = 1.0
        frames = [to_dot(root)]
        frames[0].node(f"v{len(nodes)}", penwidth="3")
        for node in reversed(nodes):
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            if node.parents:
                frames.append(to_dot(root, active=node))
        return frames
    finally:
        for node in nodes:
            node.grad = before[node.label]


@mistake("1.4 render", "the name is split at its first dot", says="and ends in .svg")
def render(root, path):
    path = Path(path)
    name, _, kind = path.name.partition(".")
    if kind not in ("svg", "png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    text = path.parent / f"{name}.dot"
    try:
        path.write_bytes(to_dot(root).pipe(format=kind))
    except graphviz.ExecutableNotFound:
        text.write_text(to_dot(root).source, encoding="utf-8")
        raise RuntimeError(f"no dot; see {text}. Linux, macOS, Windows: install it") from None
    return path


@mistake("1.4 render", "the suffix is replaced wherever it stands", says="all.dot/cube.dot")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"a picture is .svg or .png, not {path.suffix!r}")
    text = Path(str(path).replace(path.suffix, ".dot"))
    try:
        path.write_bytes(to_dot(root).pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        text.write_text(to_dot(root).source, encoding="utf-8")
        raise RuntimeError(f"no dot; see {text}. Linux, macOS, Windows: install it") from None
    return path


# ---- what a first learner wrote


@mistake("1.4 nodes_and_edges", "edges from a sorted set", says="kept in a set, sorted or not")
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    return nodes, sorted({(place[id(p)], place[id(node)]) for node in nodes for p in node.parents})


@mistake("1.4 nodes_and_edges", "edges sorted by parent", says="operands from left to right")
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    edges = [(place[id(p)], place[id(node)]) for node in nodes for p in node.parents]
    return nodes, sorted(edges, reverse=True)


@mistake("1.4 node_label", "the separator gets a backslash", says=r"got       data 0.6667 \| grad")
def node_label(value):
    text = f"data {value.data:.4f} | grad {value.grad:.4f}"
    return "".join("\\" + c if c in '\\{}|<>"' else c for c in text)


@mistake("1.4 node_label", "no return", says="is None, and should be a str")
def node_label(value):
    f"{value.label} | data {value.data:.4f} | grad {value.grad:.4f}"


@mistake("1.4 to_dot", "no direction", says="the graph has no rankdir")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    pens = [{"penwidth": "3"} if node is active else {} for node in nodes]
    dot = graphviz.Digraph()
    for number, (node, pen) in enumerate(zip(nodes, pens), start=1):
        dot.node(f"v{number}", node_label(node), shape="record", **pen)
        if node.parents:
            dot.node(f"op{number}", node.op, shape="ellipse", **pen)
            dot.edge(f"op{number}", f"v{number}", **pen)
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}", **pens[child])
    return dot


@mistake("1.4 to_dot", "only operand edges are thick", says="from the ellipse to the record")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    pens = [{"penwidth": "3"} if node is active else {} for node in nodes]
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for number, (node, pen) in enumerate(zip(nodes, pens), start=1):
        dot.node(f"v{number}", node_label(node), shape="record", **pen)
        if node.parents:
            dot.node(f"op{number}", node.op, shape="ellipse", **pen)
            dot.edge(f"op{number}", f"v{number}")
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}", **pens[child])
    return dot


@mistake("1.4 to_dot", "operand edges stay thin", says="not on those from the operands")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    pens = [{"penwidth": "3"} if node is active else {} for node in nodes]
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for number, (node, pen) in enumerate(zip(nodes, pens), start=1):
        dot.node(f"v{number}", node_label(node), shape="record", **pen)
        if node.parents:
            dot.node(f"op{number}", node.op, shape="ellipse", **pen)
            dot.edge(f"op{number}", f"v{number}", **pen)
    for parent, child in edges:
        dot.edge(f"v{parent + 1}", f"op{child + 1}")
    return dot


@mistake("1.4 to_text", "an op is shown even without parents", says="its graph was not recorded")
def to_text(root):
    nodes = nodes_and_edges(root)[0]
    number = {n: i for i, n in enumerate(nodes, 1)}
    lines, drawn, stack = [], set(), [(root, 0)]
    while stack:
        node, d = stack.pop()
        if node in drawn:
            lines.append("  " * d + f"v{number[node]} (above)")
            continue
        drawn.add(node)
        op = f" [{node.op}]" if node.op else ""
        lines.append("  " * d + f"v{number[node]}{op} {node_label(node)}")
        stack.extend((p, d + 1) for p in reversed(node.parents))
    return "\n".join(lines)


@mistake("1.4 to_text", "described without node_label", says="and described by node_label as")
def to_text(root):
    nodes = nodes_and_edges(root)[0]
    number = {n: i for i, n in enumerate(nodes, 1)}
    lines, drawn, stack = [], set(), [(root, 0)]
    while stack:
        node, d = stack.pop()
        if node in drawn:
            lines.append("  " * d + f"v{number[node]} (above)")
            continue
        drawn.add(node)
        op = f" [{node.op}]" if node.parents else ""
        lab = f"{node.label} | " if node.label else ""
        lines.append(
            "  " * d + f"v{number[node]}{op} {lab}data {node.data:.4f} | grad {node.grad:.4f}"
        )
        stack.extend((p, d + 1) for p in reversed(node.parents))
    return "\n".join(lines)


# ---- found by trying: let through once, or rejected without a name


@mistake(
    "1.4 to_dot",
    "a width that is a number",
    says="graphviz takes its attributes as texts",
)
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)

    def mark(on):
        return {"penwidth": 3} if on else {}

    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for k, n in enumerate(nodes, 1):
        on = n is active
        dot.node(f"v{k}", label=node_label(n), shape="record", **mark(on))
        if n.parents:
            dot.node(f"op{k}", label=n.op, shape="ellipse", **mark(on))
            dot.edge(f"op{k}", f"v{k}", **mark(on))
    for a, b in edges:
        dot.edge(f"v{a + 1}", f"op{b + 1}", **mark(nodes[b] is active))
    return dot


@mistake(
    "1.4 render",
    "a suffix anywhere in the path",
    says="not the folder's",
)
def render(root, path):
    path = Path(path)
    if not any(s in str(path) for s in (".svg", ".png")):
        raise ValueError(f"unknown suffix {path.suffix}: {path}")
    dot = to_dot(root)
    try:
        path.write_bytes(dot.pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        text = path.with_suffix(".dot")
        text.write_text(dot.source, encoding="utf-8")
        raise RuntimeError(f"Linux: apt, macOS: brew, Windows: winget; see {text}") from None
    return path


@mistake(
    "1.4 backward_frames",
    "an iterator over the frames",
    says="should be a list",
)
def backward_frames(root):
    nodes = topological_order(root)
    before = [n.grad for n in nodes]
    frames = []
    try:
        for n in nodes:
            n.grad = 0.0
        root.grad = 1.0
        dot = to_dot(root)
        dot.node(f"v{len(nodes)}", penwidth="3")
        frames.append(dot)
        for n in reversed(nodes):
            if n.parents:
                for p, g in zip(n.parents, n.local_grads):
                    p.grad += g * n.grad
                frames.append(to_dot(root, active=n))
    finally:
        for n, g in zip(nodes, before):
            n.grad = g
    return iter(frames)


@mistake(
    "1.4 backward_frames",
    "gradients are remembered by number",
    says="two that look alike share that",
)
def backward_frames(root):
    nodes = topological_order(root)
    before = {n.data: n.grad for n in nodes}
    frames = []
    try:
        for n in nodes:
            n.grad = 0.0
        root.grad = 1.0
        dot = to_dot(root)
        dot.node(f"v{len(nodes)}", penwidth="3")
        frames.append(dot)
        for n in reversed(nodes):
            if n.parents:
                for p, g in zip(n.parents, n.local_grads):
                    p.grad += g * n.grad
                frames.append(to_dot(root, active=n))
    finally:
        for n in nodes:
            n.grad = before[n.data]
    return frames


@mistake(
    "1.4 nodes_and_edges",
    "places are found by list.index",
    says="as list.index does",
)
def nodes_and_edges(root):
    nodes = topological_order(root)
    return nodes, [(nodes.index(p), i) for i, n in enumerate(nodes) for p in n.parents]


@mistake(
    "1.4 nodes_and_edges",
    "places are kept by label",
    says="not by label, number",
)
def nodes_and_edges(root):
    nodes = topological_order(root)
    place = {n.label or id(n): i for i, n in enumerate(nodes)}
    return nodes, [
        (place[p.label or id(p)], place[n.label or id(n)]) for n in nodes for p in n.parents
    ]


@mistake(
    "1.4 node_label",
    "the numbers are rounded",
    says="which drops zeros",
)
def node_label(value):
    name = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    fields = [name] if name else []
    if getattr(value.data, "shape", ()) != ():
        fields.append(f"shape {value.data.shape}")
    else:
        fields += [f"data {round(value.data, 4)}", f"grad {round(value.grad, 4)}"]
    return " | ".join(fields)


@mistake(
    "1.4 node_label",
    "op where there is no label",
    says="in an ellipse of its own",
)
def node_label(value):
    name = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label or value.op)
    fields = [name] if name else []
    if getattr(value.data, "shape", ()) != ():
        fields.append(f"shape {value.data.shape}")
    else:
        fields += [f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(fields)


@mistake(
    "1.4 node_label",
    "a shape with a cross",
    says="as Python shows one",
)
def node_label(value):
    name = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    fields = [name] if name else []
    if getattr(value.data, "shape", ()):
        fields.append("shape " + "x".join(map(str, value.data.shape)))
    else:
        fields += [f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(fields)


@mistake(
    "1.4 node_label",
    "a line break stays",
    says="the line break is still there",
)
def node_label(value):
    name = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    fields = [name] if name else []
    shape = getattr(value.data, "shape", ())
    if shape:
        fields.append(f"shape {tuple(shape)}")
    else:
        fields += [f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(fields)


@mistake(
    "1.4 node_label",
    "braces around the label",
    says="micrograd",
)
def node_label(value):
    name = "".join("\\" + c if c in '\\{}|<>"' else c for c in value.label)
    fields = [name] if name else []
    shape = getattr(value.data, "shape", ())
    if shape:
        fields.append(f"shape {tuple(shape)}")
    else:
        fields += [f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return "{ " + " | ".join(fields) + " }"


@mistake(
    "1.4 to_dot",
    "micrograd's braces",
    says="as micrograd's have",
)
def to_dot(root, rankdir="LR", active=None):
    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    nodes, edges = nodes_and_edges(root)

    def mark(on):
        return {"penwidth": "3"} if on else {}

    for k, n in enumerate(nodes, 1):
        on = n is active
        dot.node(f"v{k}", label="{ " + node_label(n) + " }", shape="record", **mark(on))
        if n.parents:
            dot.node(f"op{k}", label=n.op, shape="ellipse", **mark(on))
            dot.edge(f"op{k}", f"v{k}", **mark(on))
    for a, b in edges:
        dot.edge(f"v{a + 1}", f"op{b + 1}", **mark(nodes[b] is active))
    return dot


@mistake(
    "1.4 to_dot",
    "the op decides about the ellipse",
    says="as in micrograd",
)
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)

    def mark(on):
        return {"penwidth": "3"} if on else {}

    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for k, n in enumerate(nodes, 1):
        on = n is active
        dot.node(f"v{k}", label=node_label(n), shape="record", **mark(on))
        if n.op:
            dot.node(f"op{k}", label=n.op, shape="ellipse", **mark(on))
            dot.edge(f"op{k}", f"v{k}", **mark(on))
    for a, b in edges:
        dot.edge(f"v{a + 1}", f"op{b + 1}", **mark(nodes[b] is active))
    return dot


@mistake(
    "1.4 to_dot",
    "== decides which node is active",
    says="a question of `is`",
)
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)

    def mark(on):
        return {"penwidth": "3"} if on else {}

    dot = graphviz.Digraph(graph_attr={"rankdir": rankdir})
    for k, n in enumerate(nodes, 1):
        on = n == active
        dot.node(f"v{k}", label=node_label(n), shape="record", **mark(on))
        if n.parents:
            dot.node(f"op{k}", label=n.op, shape="ellipse", **mark(on))
            dot.edge(f"op{k}", f"v{k}", **mark(on))
    for a, b in edges:
        dot.edge(f"v{a + 1}", f"op{b + 1}", **mark(nodes[b] == active))
    return dot


@mistake(
    "1.4 to_text",
    "nodes of one label count as drawn",
    says="is said to be above",
)
def to_text(root):
    nodes, _ = nodes_and_edges(root)
    place = {id(n): i for i, n in enumerate(nodes, 1)}
    lines, seen, stack = [], set(), [(root, 0)]
    while stack:
        n, d = stack.pop()
        pad = "  " * d
        if (n.label or id(n)) in seen:
            lines.append(f"{pad}v{place[id(n)]} (above)")
            continue
        seen.add(n.label or id(n))
        op = f" [{n.op}]" if n.parents else ""
        lines.append(f"{pad}v{place[id(n)]}{op} {node_label(n)}")
        stack.extend((p, d + 1) for p in reversed(n.parents))
    return "\n".join(lines)


@mistake(
    "1.4 render",
    "a list of suffixes that are refused",
    says="forgets some",
)
def render(root, path):
    path = Path(path)
    if path.suffix in (".pdf", ".jpg", ".gif", ""):
        raise ValueError(f"cannot write {path.suffix!r}, only .svg and .png")
    dot = to_dot(root)
    try:
        path.write_bytes(dot.pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        text = path.with_suffix(".dot")
        text.write_text(dot.source, encoding="utf-8")
        raise RuntimeError(f"Linux: apt, macOS: brew, Windows: winget; see {text}") from None
    return path


@mistake(
    "1.4 render",
    "capitals in the suffix",
    says="in capitals it is another suffix",
)
def render(root, path):
    path = Path(path)
    if path.suffix.lower() not in (".svg", ".png"):
        raise ValueError(f"cannot write {path.suffix!r}, only .svg and .png")
    dot = to_dot(root)
    try:
        path.write_bytes(dot.pipe(format=path.suffix[1:]))
    except graphviz.ExecutableNotFound:
        text = path.with_suffix(".dot")
        text.write_text(dot.source, encoding="utf-8")
        raise RuntimeError(f"Linux: apt, macOS: brew, Windows: winget; see {text}") from None
    return path


@mistake(
    "1.4 node_label",
    "blanks around the label are dropped",
    says="part of its name",
)
def node_label(value):
    text = value.label.strip()
    for c in '\\{}|<>"':
        text = text.replace(c, "\\" + c)
    text = text.replace("\n", "\\n")
    sh = getattr(value.data, "shape", ())
    fields = [text] if text else []
    if sh != ():
        fields.append(f"shape {sh}")
    else:
        fields += [f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
    return " | ".join(fields)


@mistake("1.4 node_label", "the shape as data and as grad", says="one field, called shape")
def node_label(value):
    escaped = {c: f"\\{c}" for c in '\\{}|<>"'} | {"\n": "\\n"}
    fields = ["".join(escaped.get(c, c) for c in value.label)] if value.label else []
    for name in ("data", "grad"):
        number = getattr(value, name)
        shape = getattr(number, "shape", ())
        fields.append(f"{name} {shape}" if shape else f"{name} {number:.4f}")
    return " | ".join(fields)
